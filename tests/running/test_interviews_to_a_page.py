"""What each program for qualitative analysis exports reaches the page about what people said."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from dialects import AGAINST, CLUBS, DIALECTS, MEANS, MENTORS, nvivo, qualcoder_csv
from united_together import ROOT

from ut_research.core import studies
from ut_research.running import build

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose one study says nothing."""
    root = tmp_path_factory.mktemp("one") / "project"
    for part in ("notebooks", "book"):
        shutil.copytree(ROOT / part, root / part)
    shutil.copyfile(ROOT / "requirements.lock", root / "requirements.lock")
    studies.new(root, "my-programme", "My programme")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("UT_RESEARCH_KEY", "an invented key of the tests")
        yield root


def page(export: Path) -> str:
    """The built chapter as text."""
    run = build.plan(str(export), "my-programme")
    build.build(run, lambda event: None)
    html = (run.report / "book" / "08_voices.html").read_text(encoding="utf-8")
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_invented_project_says_why_who_is_quoted_and_what_was_said_against_a_finding(root: Path) -> None:
    text = page(
        Path(shutil.copytree(ROOT / "data" / "raw" / "united-together", root / "exports" / "invented"))
    )
    assert "Said against it: Invented: for some people the sessions were too far away." in text
    why = text.index("Somebody is quoted only where they agreed to it.")
    assert text.index("These words are invented, and they are of", why) > why
    assert "Somebody who was asked" in text and "Invented Person" not in text
    assert "invented example: not evidence about real people" in text


def exported(root: Path, program: Callable[[Path], None]) -> Path:
    """An export of that program."""
    export = root / "exports" / program.__name__
    export.mkdir(parents=True)
    program(export)
    return export


@pytest.mark.parametrize("program", [nvivo, qualcoder_csv], ids=["with a codebook", "without one"])
def test_findings_stand_on_the_page_and_no_word_that_was_spoken(
    root: Path, program: Callable[[Path], None]
) -> None:
    text = page(exported(root, program))
    codebook = [MEANS[MENTORS], f"Said against it: {MEANS[AGAINST]}", MEANS[CLUBS]]
    for words in [MENTORS, CLUBS] if program is qualcoder_csv else codebook:
        assert words in text
    assert "We have" not in text and "Person" not in text


OTHERS = [program for program in DIALECTS if program not in (nvivo, qualcoder_csv)]


@pytest.mark.parametrize("program", OTHERS, ids=lambda p: p.__name__)
def test_of_each_other_program_the_same_is_released(root: Path, program: Callable[[Path], None]) -> None:
    run = build.plan(str(exported(root, program)), "my-programme")
    build.prepare(run, lambda event: None)
    rows = json.loads((run.folder / "findings.json").read_text(encoding="utf-8"))
    said = [(row["id"], row["label"]) for row in rows]
    assert ("themes.against", MEANS[AGAINST]) in said
    assert {MEANS[MENTORS], MEANS[CLUBS]} <= {label for id, label in said if id != "themes.against"}
    assert not any(words in str(rows) for words in ("We have", "Person"))
