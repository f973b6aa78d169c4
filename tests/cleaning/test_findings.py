"""A finding of a codebook says what was found, and not of how many: that is for disclosure control."""

from __future__ import annotations

from pathlib import Path

import pytest

from ut_research.cleaning import tables as cleaning
from ut_research.core.studies import NONE


def found(folder: Path, finding: str) -> tuple[list[object], set[str]]:
    (folder / "themes.csv").write_text(f'question,theme,finding\nWhat works?,time,"{finding}"\n')
    cleaned = cleaning.of_export(folder, NONE.study.parameters())
    return cleaned.tables["themes"].finding.fillna("").tolist(), set(cleaned.issues["rule"])


SAY = """\
Most people want time.
All of the managers want time.
Everybody wants time.
Six of them want time.
Time is wanted by 6 managers.
Nobody minds.
Half of those asked want time.
All participants agreed.
The majority want time.
None of the mentors has time.
Every manager wants time.
All six want it."""
STAY = """\
Time matters most.
Who the staff are matters, above all that they were there too.
For some people it was too far.
Services have to fit all needs.
One to one, it helps.
The support of a mentor, more than anything else.
COVID-19 put an end to it in 2020."""


@pytest.mark.parametrize("finding", SAY.splitlines())
def test_a_finding_that_says_how_many_is_left_out_and_its_theme_stands_alone(
    tmp_path: Path, finding: str
) -> None:
    assert found(tmp_path, finding) == ([""], {"says how many"})


@pytest.mark.parametrize("finding", STAY.splitlines())
def test_a_finding_that_only_has_such_a_word_stays(tmp_path: Path, finding: str) -> None:
    assert found(tmp_path, finding) == ([finding], set())
