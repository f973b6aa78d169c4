"""The reports on the two programmes alongside: they build, and say nothing false or foreign to them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from united_together import ROOT

from ut_research.core import studies
from ut_research.running import build as workflow

pytestmark = pytest.mark.slow
PARTS = ("notebooks", "book", "data/raw", "studies", "requirements.lock")


@pytest.fixture(scope="module", params=["well-connected", "adder"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The report on a study, built in a copy of the project."""
    root = tmp_path_factory.mktemp("project")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / part, root / part)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        run = workflow.plan(study=request.param)
        assert workflow.build(run, lambda _: None)
        yield run.report


@pytest.fixture(scope="module")
def said(report: Path) -> dict[str, str]:
    """What each page says, descriptions of charts among it, without its code."""
    texts = {}
    for page in sorted((report / "book").glob("*.html")):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        for code in soup.select("pre, script, style"):
            code.decompose()
        alts = [image.get("alt", "") for image in soup.select("img")]
        texts[page.name] = " ".join(" ".join([soup.get_text(" "), *alts]).split())
    return texts


def test_no_page_speaks_of_another_study(report: Path, said: dict[str, str]) -> None:
    others = [file for file in (ROOT / "studies").glob("*/study.toml") if file.parent.name != report.name]
    words = {"mentor", "football", "trust people"}
    for study in (studies.read(file, ROOT).study for file in others):
        words |= {study.title, *study.partners, *study.areas}
    assert [(page, word) for page, text in said.items() for word in sorted(words) if word in text] == []


def test_no_page_says_more_than_once_that_something_is_not_there(said: dict[str, str]) -> None:
    assert [page for page, text in said.items() if text.casefold().count("not in this export") > 1] == []


def test_nobody_is_compared_with_a_group_without_people(report: Path, said: dict[str, str]) -> None:
    study = studies.read(ROOT / "studies" / report.name / "study.toml", ROOT).study
    assert study.design == "one-group"
    settings = {"made.html", "methods.html", "search.html"}  # which list the study's words
    absent = [page for page, text in said.items() if study.not_engaged in text and page not in settings]
    assert absent == []
    rows = json.loads((report / "findings.json").read_text(encoding="utf-8"))
    compared = [r for r in rows if r["id"].startswith(("reoffending.risk_change", "multiverse.reoffending"))]
    assert {row["status"] for row in compared} == {"not collected"}


def test_what_is_published_stands_beside(report: Path, said: dict[str, str]) -> None:
    rows = json.loads((report / "findings.json").read_text(encoding="utf-8"))
    figures = {r["id"]: r for r in rows if r["origin"] == "published" and r["status"] == "number"}
    if report.name == "adder":
        assert figures["adder.treatment"]["value"] == 4966
        assert {id.partition(".")[0] for id in figures} == {"adder", "audit"}
        assert "4,966" in said["11_published_figures.html"]
        return
    assert {id.partition(".")[0] for id in figures} == {"wellconnected", "audit"}
    page = (report / "book" / "04_reoffending.html").read_text(encoding="utf-8")
    [table] = [t for t in BeautifulSoup(page, "html.parser").select("table") if "Same" in t.thead.text]
    cells = [[cell.text for cell in row.select("td")] for row in table.select("tbody tr")]
    assert cells == [["78%", "78%", "yes"], ["Over half", "56%", "yes"]]
