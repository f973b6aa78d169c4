"""The data dictionary: nine tables, what may stand in them, and the list of it for the reader."""

import subprocess
import sys

import pandas as pd
import pytest
from bad_exports.cases import good

from tools import draw
from ut_research.cleaning import tables as cleaning
from ut_research.core import schema

KEY = b"a key for tests only"


def _clean() -> dict[str, pd.DataFrame]:
    raw = draw.raw({name: pd.DataFrame(rows) for name, rows in good().items()})
    return cleaning.clean(raw, key=KEY).tables


def test_the_dictionary_has_every_column_of_a_table_once_and_says_what_it_means():
    for name, table in schema.TABLES.items():
        assert table.name == name and table.row
        assert len({column.name for column in table.columns}) == len(table.columns)
        assert all(column.meaning and column.kind and column.example for column in table.columns)


@pytest.mark.parametrize("table, column, about", [
    ("participants", "age_at_referral", ("whole number", "10 to 110 years", "")),
    ("participants", "participant_id", ("id", "", "yes")),
    ("participants", "referral_date", ("date", "day first, or year-month-day", "")),
    ("needs", "housing", ("yes/no", "yes, no", "")),
    ("wemwbs", "item_14", ("whole number", "1 to 5 points", "")),
    ("wemwbs", "total", ("whole number", "14 to 70 points", "")),
    ("activity", "active_days", ("whole number", "0 to 7 days", "yes")),
    ("reoffending", "group", ("code", "engaged, not engaged", "yes")),
])  # fmt: skip
def test_the_dictionary_says_what_may_stand_in_a_column(table, column, about):
    found = schema.TABLES[table].column(column)

    assert (found.kind, found.may_be, "yes" * found.needed) == about


def test_canonical_tables_pass():
    schema.check(_clean())


@pytest.mark.parametrize("table, column, value", [
    ("participants", "age_at_referral", 9), ("participants", "age_at_referral", 111), ("participants",
    "gender", "Zedderick"),
    ("participants", "partner", "Zedderick" * 10), ("wemwbs", "item_01", 6), ("activity",
    "active_days", None),
])  # fmt: skip
def test_a_table_that_breaks_the_dictionary_is_told_without_its_value(table, column, value):
    frames = _clean()
    frames[table].loc[1, column] = value

    with pytest.raises(ValueError, match=f"{table}, {column}") as told:
        schema.check(frames)

    assert "Zedderick" not in str(told.value)


def test_two_rows_for_one_person_break_the_dictionary():
    frames = _clean()
    frames["reoffending"]["participant_id"] = frames["reoffending"]["participant_id"].iloc[0]

    with pytest.raises(ValueError, match="reoffending, participant_id"):
        schema.check(frames)


def test_a_notebook_that_imports_these_does_not_wait_for_pandera_or_the_file_formats():
    modules = ["core.schema", "reading.export", "cleaning.tables", "reading.identifiers", "core.problems"]
    code = f"import sys, {', '.join(f'ut_research.{m}' for m in modules)}"
    code += f"; print([m for m in {_SLOW} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


_SLOW = ["pandera", "openpyxl", "pyreadstat", "statsmodels", "scipy", "matplotlib", "papermill"]
