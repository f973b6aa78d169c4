"""Bad exports: each is stopped by a message that a person can act on, or read with a log that says it all."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from bad_exports.cases import CASES, Case, good, write
from bad_exports.cases import text as csv_text
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import samples, some
from united_together import PARAMETERS

from ut_research.cleaning import tables as cleaning
from ut_research.core import schema
from ut_research.core.problems import ProblemsFound
from ut_research.reading import export

KEY = b"a key for tests only"


def _clean(folder):
    return cleaning.clean(export.read(folder), PARAMETERS, KEY)


def test_the_export_that_they_are_made_from_is_good(tmp_path):
    write(tmp_path, good())

    found = _clean(tmp_path)

    assert found.issues.empty
    assert {n: c["kept"] for n, c in found.counts.items()} == {n: len(rows) for n, rows in good().items()}


def test_the_corpus_is_large_and_its_names_are_its_own():
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", some(CASES), ids=lambda case: case.name)
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
        schema.check(found.tables)

    assert [secret for secret in case.secret if secret in message] == []


@given(
    st.sampled_from(sorted(good())),
    st.lists(st.tuples(st.integers(0, 999), st.binary(max_size=3)), max_size=9),
)
@settings(max_examples=samples(40, 600))
def test_files_damaged_anyhow_are_read_or_refused_but_never_crash(name, damage):
    text = bytearray(csv_text(good()[name]).encode())
    for at, what in damage:
        text[at : at + 1] = what
    with TemporaryDirectory() as folder:
        Path(folder, f"{name}.csv").write_bytes(text)
        try:
            found = _clean(folder)
        except ProblemsFound as stopped:
            assert f"{name}.csv" in str(stopped)
        else:
            schema.check(found.tables)
            for count in found.counts.values():
                assert count["in"] == count["kept"] + count["rejected"]


def _logged(issues: pd.DataFrame) -> list[tuple]:
    """The log without the columns that a case leaves out on purpose."""
    there = issues[issues["rule"] != "column not there"]
    rows = there[["table", "row", "column", "rule", "action"]].itertuples(index=False, name=None)
    return sorted(((t, None if pd.isna(r) else r, *rest) for t, r, *rest in rows), key=str)
