"""An export may not lie where reports are made; what a person put beside a report is kept."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from command import ut_research

from ut_research.core.problems import ProblemsFound
from ut_research.running import build, places

ROOT = Path(__file__).parents[2]
INSIDE = [
    *(
        "reports",
        "reports/mine",
        "reports/other",
        "reports/other/tables",
        "reports/.mine.old",
        "reports/.mine.new",
    ),
    *("data/processed", "data/processed/mine", "data/processed/other", "data/processed/book.xlsx"),
]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without anything in it, which is where one stands."""
    root = tmp_path / "project"
    (root / "data" / "raw").mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "raw" / "example", root / "data" / "raw" / "example")
    (root / "notebooks").mkdir()
    shutil.copytree(ROOT / "studies", root / "studies")
    monkeypatch.chdir(root)
    return root


def everything(root: Path) -> set[str]:
    return {p.relative_to(root).as_posix() for p in root.rglob("*")}


def export(place: Path) -> Path:
    """An export of one person at `place`, a folder or, by its name, a workbook."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.suffix:
        place.touch()
    else:
        place.mkdir(exist_ok=True)
        (place / "participants.csv").write_text("participant_id,referral_date\nA-17,2020-02-14\n")
    return place


@pytest.mark.parametrize("name", ["mine", ""], ids=["named mine", "named after it"])
@pytest.mark.parametrize("place", INSIDE)
def test_an_export_may_not_lie_where_reports_are_made(root: Path, place: str, name: str) -> None:
    given = export(root / place)
    before = everything(root)
    with pytest.raises(ProblemsFound, match=r"an export may not lie in .*\. Move it, .* exports/"):
        build.plan(place, name=name)
    assert everything(root) == before
    assert build.plan(str(given), makes=False).export == given, "`check` and `map` only read"


@pytest.mark.parametrize("place", [".", "data", ".."])
def test_a_folder_that_holds_the_reports_is_no_export(root: Path, place: str) -> None:
    with pytest.raises(ProblemsFound, match="where reports are made: it is no export"):
        build.plan(place, name="mine")


@pytest.mark.parametrize("place", ["data/raw/example", "exports/mine", "mine", "book.xlsx", "reports-2024"])
def test_any_other_place_will_do(root: Path, place: str) -> None:
    given = export(root / place) if place != "data/raw/example" else root / place
    assert build.plan(place).export == given
    assert build.plan(place, name="mine").name == "mine"


def test_a_link_does_not_hide_where_an_export_lies(root: Path, tmp_path: Path) -> None:
    elsewhere = export(tmp_path / "elsewhere")
    (root / "link").symlink_to(export(root / "reports" / "mine"))
    with pytest.raises(ProblemsFound, match="may not lie in reports"):
        build.plan("link")
    shutil.rmtree(root / "reports")
    (root / "reports").symlink_to(tmp_path)
    with pytest.raises(ProblemsFound, match="may not lie in reports"):
        build.plan(str(elsewhere))
    (root / "reports").unlink()
    (root / "reports").mkdir()
    (root / "reports" / "mine").symlink_to(elsewhere)
    with pytest.raises(ProblemsFound, match="may not lie in reports/mine"):
        build.plan(str(elsewhere), name="mine")


@pytest.mark.parametrize("command", ["report", "brief", "tables", "review", "lab", "comments"])
def test_every_command_that_writes_refuses_it(root: Path, command: str) -> None:
    export(root / "reports" / "mine")
    before = everything(root)
    arguments = [*command.split(), "reports/mine"]
    if command == "comments":
        arguments = [*command.split(), "comments.json", "--export", "reports/mine"]
    status, said = ut_research(*arguments, cwd=root)
    assert (status, "an export may not lie in reports" in said) == (1, True), said
    assert everything(root) == before


def made(run: build.Run) -> None:
    """What a run leaves, by its names."""
    for folder, names in ((run.folder, places.FOLDER), (run.report, places.REPORT)):
        for name in names:
            if "." in name.lstrip(".") or name == "lock":
                folder.mkdir(parents=True, exist_ok=True)
                (folder / name).touch()
            else:
                (folder / name / "inside").mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps({"owner": run.owner}))


@pytest.mark.parametrize("old", [False, True], ids=["", "stopped between two renames"])
def test_forgetting_removes_what_runs_made_and_nothing_else(root: Path, old: bool) -> None:
    run = build.plan()
    made(run)
    (root / "data" / "processed" / "README.md").touch()
    (run.report / "notes.docx").write_text("a person's")
    (run.folder / "sketches").mkdir()
    (run.folder / "sketches" / "one.svg").touch()
    if old:
        run.report.rename(run.report.with_name(".example.old"))
    assert build.forget(run) == [run.folder, run.report]
    assert {p for p in everything(root) if p.startswith(("reports/", "data/processed/"))} == {
        "data/processed/README.md", "data/processed/example", "data/processed/example/sketches",
        "data/processed/example/sketches/one.svg", "reports/example", "reports/example/notes.docx",
    }  # fmt: skip
    assert (run.report / "notes.docx").read_text() == "a person's"
    assert build.forget(run) == []


def test_forget_says_what_it_leaves(root: Path) -> None:
    run = build.plan()
    made(run)
    (run.report / "notes.docx").touch()
    status, said = ut_research("forget", "data/raw/example", cwd=root)
    assert (status, "Removed data/processed/example\n" in said) == (0, True), said
    left = "Removed reports/example, apart from what no run made:\n  reports/example/notes.docx is left"
    assert left in said
    assert not run.folder.exists()


def test_publishing_carries_over_what_a_person_put_into_the_report(root: Path) -> None:
    run = build.plan()
    run.folder.mkdir(parents=True)
    for name in ("html", "tables"):
        (run.folder / name).mkdir()
    for text in ("first", "second"):
        for name in ("findings.json", "issues.csv"):
            (run.folder / name).write_text(text)
        assert build._publish(run)
        assert (run.report / "findings.json").read_text() == text
        if text == "first":
            (run.report / "notes.docx").write_text("a person's")
            (run.report / "drafts").mkdir()
            (run.report / "drafts" / "link").symlink_to("../notes.docx")
            (run.report / "brief.pdf").write_text("made from the first")
    assert (run.report / "notes.docx").read_text() == "a person's"
    assert (run.report / "drafts" / "link").readlink() == Path("../notes.docx")
    assert not (run.report / "brief.pdf").exists(), "it would not be of this report"
    assert [p.name for p in (root / "reports").iterdir()] == ["example"]


@pytest.mark.slow
@pytest.mark.parametrize(("place", "names"), [("data/processed", places.FOLDER), ("reports", places.REPORT)])
def test_everything_that_a_run_made_is_known(place: str, names: tuple[str, ...]) -> None:
    assert (ROOT / place / "example").is_dir(), "build it first: make report"
    assert places.foreign(ROOT / place / "example", names) == []


def test_a_clone_has_a_page_where_runs_work_and_cleaning_leaves_it(root: Path) -> None:
    place = root / "data" / "processed"
    (place / "mine" / "chapters").mkdir(parents=True)
    (place / ".hidden").touch()
    shutil.copyfile(ROOT / "data" / "processed" / "README.md", place / "README.md")
    shutil.copyfile(ROOT / "Makefile", root / "Makefile")
    for folder in ("src", "tools", "tests", "bench"):
        (root / folder).mkdir()
    subprocess.run(["make", "--silent", "clean"], check=True, capture_output=True)
    assert [p.name for p in place.iterdir()] == ["README.md"]
