import json
from dataclasses import replace
from itertools import permutations

import pytest

from ut_research.core import estimate
from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound

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
    assert estimate.read(tmp_path / "findings.json") == [TOTAL, RATE, WITHHELD]


@pytest.mark.parametrize("order", list(permutations([RATE, WITHHELD, TOTAL])))
def test_equal_findings_give_equal_bytes_in_whatever_order_they_were_found(tmp_path, order):
    estimate.write(order, tmp_path / "a.json")
    estimate.write([RATE, WITHHELD, TOTAL], tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


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


def test_what_two_chapters_released_alike_is_in_the_ledger_once():
    assert estimate.join({"01_a": [RATE], "02_b": [RATE, TOTAL]}) == [RATE, TOTAL]


def test_what_one_chapter_shows_and_another_withholds_stops_the_build():
    shown = replace(WITHHELD, value=55.6, count=15, n=27, status="number")
    with pytest.raises(ProblemsFound, match=r"02_b: a\.rate .* is released differently in 01_a"):
        estimate.join({"01_a": [shown], "02_b": [WITHHELD]})
