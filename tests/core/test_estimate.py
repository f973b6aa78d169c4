import json

import pytest

from ut_research.core import estimate
from ut_research.core.estimate import Estimate

RATE = Estimate(
    "a.rate", "Rate", value=26.47, low=14.6, high=43.1, count=9, n=34, unit="%", group={"group": "engaged"}
)
WITHHELD = Estimate("a.rate", "Rate", unit="%", group={"group": "not engaged"}, status="suppressed")
TOTAL = Estimate("a.people", "People", value=61, count=61, unit="people", origin="example")


def test_the_tidy_frame_has_a_row_an_estimate_and_a_column_a_group_key():
    frame = estimate.frame([RATE, TOTAL])
    assert list(frame["id"]) == ["a.rate", "a.people"]
    assert frame.loc[0, "group"] == "engaged"
    assert frame["group"].isna().tolist() == [False, True]


def test_no_findings_give_an_empty_frame():
    assert estimate.frame([]).empty


def test_what_is_written_is_what_is_read_back(tmp_path):
    estimate.write([RATE, WITHHELD, TOTAL], tmp_path / "findings.json")
    assert estimate.read(tmp_path / "findings.json") == [RATE, WITHHELD, TOTAL]


def test_the_ledger_is_a_list_of_plain_objects_with_the_promised_keys(tmp_path):
    estimate.write([RATE], tmp_path / "findings.json")
    [row] = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert set(row) == {
        *("id", "label", "value", "low", "high", "count", "n", "unit"),
        *("method", "origin", "source", "group", "status"),
    }


def test_a_number_that_is_no_number_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        estimate.write([Estimate("a.b", "A", value=float("nan"))], tmp_path / "findings.json")
