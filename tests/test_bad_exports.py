"""Bad exports: each is stopped by a message that a person can act on, or read with a log that says it all."""

import pandas as pd
import pytest
from bad_exports.cases import CASES, Case, good, write

from ut_research import cleaning, reading, tables
from ut_research.errors import ProblemsFound

KEY = b"a key for tests only"


def _clean(folder):
    return cleaning.clean(reading.read(folder), key=KEY)


def test_the_export_that_they_are_made_from_is_good(tmp_path):
    write(tmp_path, good())

    found = _clean(tmp_path)

    assert found.issues.empty
    assert {n: c["kept"] for n, c in found.counts.items()} == {n: len(rows) for n, rows in good().items()}


def test_the_corpus_is_large_and_its_names_are_its_own():
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_export_is_explained(case: Case, tmp_path):
    case.write(tmp_path)

    try:
        found = _clean(tmp_path)
    except ProblemsFound as stopped:
        message = str(stopped)
        assert case.told, f"it should have been read, but: {message}"
        assert [words for words in case.told if words not in message] == [], message
    else:
        message = found.issues.to_csv()
        assert not case.told, "it should have been stopped"
        if case.issues is not None:
            assert _logged(found.issues) == sorted(case.issues, key=str)
        for table, kept in case.kept:
            assert found.counts[table]["kept"] == kept
        for count in found.counts.values():
            assert count["in"] == count["kept"] + count["rejected"]
        tables.check(found.tables)

    assert [secret for secret in case.secret if secret in message] == []


def _logged(issues: pd.DataFrame) -> list[tuple]:
    """The log without the columns that a case leaves out on purpose."""
    there = issues[issues["rule"] != "column not there"]
    rows = there[["table", "row", "column", "rule", "action"]].itertuples(index=False, name=None)
    return sorted(((t, None if pd.isna(r) else r, *rest) for t, r, *rest in rows), key=str)
