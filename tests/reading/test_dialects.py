"""What each program exports is read alike; it is made by hand (`dialects`), after docs/interviews.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from dialects import (
    AGAINST,
    CLUBS,
    DIALECTS,
    LINES,
    MEANS,
    MENTORS,
    QUESTION,
    ROLES,
    SAID,
    atlas,
    maxqda,
    nvivo,
    qualcoder,
    qualcoder_csv,
)

from ut_research.cleaning import tables as cleaning
from ut_research.core.studies import NONE
from ut_research.reading import refi
from ut_research.reading.coded import characters

each = pytest.mark.parametrize("program", DIALECTS, ids=lambda p: p.__name__)


def cleaned(program: Callable[[Path], None], folder: Path) -> cleaning.Cleaned:
    program(folder)
    return cleaning.of_export(folder, NONE.study.parameters())


@each
def test_passages_are_those_that_were_coded_whoever_exported_them(
    program: Callable[[Path], None], tmp_path: Path
) -> None:
    found = cleaned(program, tmp_path).tables
    said = found["coded_segments"]
    rows = said[["question", "theme"]].assign(against=said.get("against", pd.Series(dtype=object)).eq(True))
    own = [c for themes in SAID.values() for c in themes if c != AGAINST or program is not qualcoder_csv]
    assert rows.fillna(False).to_numpy().tolist() == [
        [QUESTION, MENTORS if code == AGAINST else code, code == AGAINST] for code in own
    ]
    assert said.interview_id.nunique() == len(SAID)
    assert list(found["interviews"].role) == [ROLES[n % 2] for n in SAID]


@each
def test_no_word_that_was_spoken_and_nobodys_name_is_read(
    program: Callable[[Path], None], tmp_path: Path
) -> None:
    made = cleaned(program, tmp_path)
    told = "".join(frame.to_csv() for frame in made.tables.values()) + made.issues.to_csv()
    assert not any(word in told for word in ("We have mentors", "We go to", "Person 1"))


@each
def test_findings_are_those_of_the_codebook(program: Callable[[Path], None], tmp_path: Path) -> None:
    book = cleaned(program, tmp_path).tables.get("themes")
    if program is qualcoder_csv:
        assert book is None
    else:
        against = book.against.eq(True).fillna(False)
        rows = dict(zip(zip(book.theme, against, strict=True), book.finding, strict=True))
        assert rows == {
            (MENTORS, False): MEANS[MENTORS], (MENTORS, True): MEANS[AGAINST], (CLUBS, False): MEANS[CLUBS]
        }  # fmt: skip


@each
def test_a_text_that_is_not_there_is_said_and_no_other(
    program: Callable[[Path], None], tmp_path: Path
) -> None:
    rules = set(cleaned(program, tmp_path).issues["rule"])
    assert ("source missing" in rules) == (program is qualcoder)


@pytest.mark.parametrize("program", [nvivo, atlas, maxqda], ids=lambda p: p.__name__)
def test_the_characters_of_a_passage_are_those_that_were_coded(
    program: Callable[[Path], None], tmp_path: Path
) -> None:
    program(tmp_path)
    found = refi.project(next(tmp_path.glob("*.qdpx")))
    texts = {source.guid: source.text for source in found.sources}
    named = {code.guid: code.path[-1] for code in found.codes}
    for coding in found.codings:
        begins, ends = characters(coding.place)
        assert texts[coding.source][begins:ends] == LINES[named[coding.code]]
