"""A report speaks of the study that it is of, and of nothing that its data do not hold."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from united_together import ROOT, STUDY

from ut_research.core import studies
from ut_research.core.problems import ProblemsFound
from ut_research.reading import draft
from ut_research.running import build

pytestmark = pytest.mark.slow
PARTS = ("notebooks", "book", "studies", "requirements.lock")
#: Words about United Together that no report on another study holds.
OTHERS = re.compile(
    "|".join([STUDY.title, STUDY.place, "mentor", "football", "probation", "2021 report", "covid"]), re.I
)
#: What would be said of people who were put into groups by chance, if the design were not heeded.
CHOSE = re.compile(r"people (who )?chose|chose whether|ready to change|readier", re.IGNORECASE)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the project, without any data."""
    root = tmp_path_factory.mktemp("any") / "project"
    root.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        copy(ROOT / part, root / part)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("UT_RESEARCH_KEY", "an invented key of the tests")
        yield root


def pages(run: build.Run) -> dict[str, str]:
    """Each page of the built book as text, by name."""
    build.build(run, lambda event: None)
    built = {p.stem: p.read_text(encoding="utf-8") for p in (run.report / "book").glob("*.html")}
    return {name: re.sub(r"<[^>]+>", " ", html) for name, html in built.items()}


@pytest.fixture(scope="module")
def rossi(root: Path) -> dict[str, str]:
    return pages(build.plan(study="rossi"))


@pytest.fixture(scope="module")
def recid(root: Path) -> dict[str, str]:
    return pages(build.plan(study="recid"))


@pytest.fixture(scope="module")
def own(root: Path) -> dict[str, str]:
    """A study just begun, on an export of three tables without names of partners and areas."""
    studies.new(root, "my-programme", "My programme")
    export = root / "exports" / "quarter"
    export.mkdir(parents=True)
    for table in ("needs", "outcomes", "activity"):
        shutil.copyfile(ROOT / "data" / "raw" / "example" / f"{table}.csv", export / f"{table}.csv")
    return pages(build.plan(str(export), "my-programme"))


@pytest.mark.parametrize("report", ["rossi", "recid", "own"])
def test_no_page_speaks_of_another_study(report: str, request: pytest.FixtureRequest) -> None:
    told = {name: OTHERS.findall(text) for name, text in request.getfixturevalue(report).items()}
    assert {name: words for name, words in told.items() if words} == {}


@pytest.mark.parametrize("report", ["rossi", "recid", "own"])
def test_what_the_data_do_not_hold_is_said_once_a_page_at_most(
    report: str, request: pytest.FixtureRequest
) -> None:
    told = {name: text.count("not in this export") for name, text in request.getfixturevalue(report).items()}
    assert max(told.values()) <= 1, told


@pytest.mark.parametrize(
    ("report", "numbers", "absent"),
    [("rossi", ["01", "04", "12"], "Mental wellbeing"), ("own", ["01", "03", "06", "12"], "Reoffending")],
)
def test_chapters_without_data_are_left_out_and_named_once(
    report: str, numbers: list[str], absent: str, request: pytest.FixtureRequest
) -> None:
    built = {name: " ".join(text.split()) for name, text in request.getfixturevalue(report).items()}
    assert sorted(name[:2] for name in built if name[:2].isdigit()) == numbers
    assert {name for name, text in built.items() if f" {absent} " in text} in (
        {"01_data"},
        {"01_data", "methods"},
    )


def test_of_groups_drawn_by_chance_nothing_says_that_people_chose(rossi: dict[str, str]) -> None:
    assert {name: CHOSE.findall(text) for name, text in rossi.items() if CHOSE.search(text)} == {}
    assert "Chance decided who was in which group" in " ".join(rossi["index"].split())
    assert "randomised trial" in rossi["methods"]


def test_beside_groups_that_people_chose_stands_what_they_would_show_were_they_alike(
    recid: dict[str, str],
) -> None:
    said = " ".join(recid["04_reoffending"].split())
    assert "There is no clear difference in reoffending between the groups" in said
    assert (
        "is 4 percentage points, and the range around it is −1 to 9 percentage points. As it stands, it is 2"
        in said
    )
    assert "we cannot say that the project made the difference" in said


def test_a_study_without_data_of_its_own_says_what_is_needed(root: Path, own: dict[str, str]) -> None:
    with pytest.raises(ProblemsFound, match="no data of its own"):
        build.plan(study="my-programme")


def test_a_new_study_says_every_key_and_changes_nothing(root: Path, own: dict[str, str]) -> None:
    file = root / "studies" / "my-programme" / "study.toml"
    assert studies.read(file, root).study == studies.Study(title="My programme")
    with pytest.raises(ProblemsFound, match="there is such a study"):
        studies.new(root, "my-programme", "My programme")


def test_a_partner_may_be_called_as_a_file_is(root: Path, own: dict[str, str]) -> None:
    export = root / "exports" / "named-like-a-file"
    shutil.copytree(ROOT / "tests" / "cases" / "partner-named-like-a-file", export)
    built = pages(build.plan(str(export), "my-programme"))
    assert "Logo.png Trust" in " ".join(built.values())


@pytest.mark.parametrize("case", ["forms", "wide", "redcap", "one-file-a-partner"])
def test_an_export_as_it_came_becomes_a_report_with_no_line_typed(
    case: str, root: Path, own: dict[str, str]
) -> None:
    export = root / "exports" / case
    shutil.copytree(ROOT / "tests" / "cases" / case, export)
    (export / "columns.toml").write_text(draft.draft(export, accept=True), encoding="utf-8")
    run = build.plan(str(export), "my-programme")

    if case in ("forms", "redcap"):
        assert "index" in pages(run)
    else:  # what is cleaned, measured and released of it is all that rendering takes
        build.prepare(run, print)

    rows = json.loads((run.folder / "findings.json").read_text())
    counts = {row["id"]: row["count"] for row in rows if not row["group"]}
    right = json.loads((ROOT / "tests" / "cases" / "cohort-expected.json").read_text())
    people = {"redcap": 40}.get(case, right["people"])
    assert counts["reach.referred"] == people
    if case in ("forms", "wide"):
        assert counts["wellbeing.pairs"] == right["two_or_more"]
    if case == "forms":
        assert counts["needs.housing"] == right["need_housing"]
