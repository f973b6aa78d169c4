"""What runs again when something changes, and what is left in place when a chapter fails."""

from __future__ import annotations

import json

import pytest
from small_project import SHOWN, Project

from ut_research.measures import declared
from ut_research.running import worker

pytestmark = pytest.mark.slow
CHAPTERS = {"chapter 01_one", "chapter 02_two", "chapter 03_three"}


def ran(project: Project) -> set[str]:
    """The chapters that the last build ran."""
    return CHAPTERS & set(project.steps)


def change(project: Project, old: str, new: str) -> None:
    """Change a line of the study."""
    study = project.study
    text = study.read_text()
    assert old in text
    study.write_text(text.replace(old, new))


def test_a_report_has_its_four_parts(project: Project) -> None:
    assert {p.name for p in project.report.iterdir()} == {
        "book",
        "findings.json",
        "issues.csv",
        "tables",
        "run.json",
    }
    findings = json.loads((project.report / "findings.json").read_text())
    assert {
        "id",
        "label",
        "value",
        "low",
        "high",
        "count",
        "n",
        "unit",
        "method",
        "origin",
        "source",
        "group",
    } <= set(findings[0])
    assert set(SHOWN.values()) <= {f["id"] for f in findings}


def test_pages_and_chapters_hold_the_same_released_number(project: Project) -> None:
    count = json.loads((project.report / "findings.json").read_text())[0]["count"]
    for page in ("index.html", "01_one.html"):
        assert f"{count:,} people" in (project.report / "book" / page).read_text()


def test_nothing_changed_nothing_runs(project: Project) -> None:
    for notebook in (project.root / "notebooks").iterdir():
        notebook.touch()
    assert project.build() == ""
    assert project.steps == []


def test_a_changed_parameter_runs_only_the_chapters_that_name_it(project: Project) -> None:
    change(project, "follow_up_days = 365", "follow_up_days = 180")
    assert project.build() == ""
    assert ran(project) == {"chapter 01_one"}
    change(project, "confidence = 0.95", "confidence = 0.9")
    assert project.build() == ""
    assert ran(project) == {"chapter 02_two"}


def test_a_chapter_runs_again_when_what_it_asked_for_has_changed(project: Project) -> None:
    """A chapter that names no changed parameter may show what has moved."""
    project.write(3, "three", [], 'chapter.numbers(chapter.findings("wellbeing.low_t1"), caption="Low")')
    assert project.build() == ""
    change(project, "low_at_most = 40", "low_at_most = 44")
    assert project.build() == ""
    assert ran(project) == {"chapter 03_three"}
    assert project.build() == ""
    assert project.steps == []
    change(project, "low_at_most = 44", "low_at_most = 40")
    project.write(3, "three", [])
    assert project.build() == ""


def test_a_changed_page_runs_no_chapter(project: Project) -> None:
    (project.root / "book" / "index.md").write_text("# Small\n\nStill {{reach.referred|count}} people.\n")
    assert project.build() == ""
    assert project.steps == ["pages", "book"]


def test_a_title_may_hold_braces(project: Project) -> None:
    change(project, 'title = "United Together"', 'title = "United {Together}"')
    assert project.build() == ""
    assert "pages" in project.steps


def test_a_changed_parameter_measures_again_only_the_subjects_that_take_it(project: Project) -> None:
    change(project, "active_days = 5", "active_days = 4")
    assert project.build() == ""
    assert project.steps == ["measure activity", "decide", "pages", "book"]
    change(project, "active_days = 4", "active_days = 5")
    assert project.build() == ""


def test_a_changed_export_measures_again_and_runs_the_chapters_that_it_moves(project: Project) -> None:
    with (project.root / "data" / "raw" / "example" / "participants.csv").open("ab") as export:
        export.write(b"INVENTED-9999,01/02/2020\n")
    assert project.build() == ""
    assert project.steps[0] == "clean"
    assert set(project.steps) > {f"measure {subject}" for subject in declared.EVERY} - {"measure published"}
    assert ran(project) == {"chapter 01_one"}, "one person more was referred; partners and areas are as many"


def test_a_failed_chapter_says_where_and_leaves_the_last_good_book(project: Project) -> None:
    before = project.bytes()
    project.write(2, "two", ["confidence = 0.95"], "half = people / 0")
    change(project, "follow_up_days = 180", "follow_up_days = 200")
    said = project.build()
    assert "notebooks/02_two.ipynb, cell 4: ZeroDivisionError: division by zero" in said
    assert "│ half = people / 0" in said
    assert "Traceback" not in said
    assert "chapter 01_one" in project.steps, "the other chapters are still run"
    assert project.bytes() == before

    project.write(2, "two", ["confidence = 0.95"], 'chapter.numbers(found, caption="People")')
    assert project.build() == ""
    assert ran(project) == {"chapter 02_two"}, "it resumes where it stopped"


def test_a_chapter_that_hangs_is_stopped_and_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write(3, "three", [], "while True:\n    pass")
    monkeypatch.setattr("ut_research.running.build.TIME_LIMIT", 6)
    said = project.build()
    assert "notebooks/03_three.ipynb, cell" in said
    assert "ran longer than 6 seconds and was stopped" in said
    project.write(3, "three", [])
    assert project.build() == ""


def test_a_chapter_that_is_killed_is_named(project: Project) -> None:
    project.write(3, "three", [], "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    said = project.build()
    assert "03_three" in said
    assert "was stopped" in said or "DeadKernelError" in said
    project.write(3, "three", [])
    assert project.build() == ""


@pytest.mark.skipif(not worker.FORKS, reason="only a forked chapter has a limit of its own")
def test_a_chapter_that_eats_memory_is_stopped_and_named(project: Project) -> None:
    project.write(3, "three", [], "held = [bytes(2**30) for _ in range(2**20)]")
    assert "notebooks/03_three.ipynb, cell 4: needed more memory than this computer has" in project.build()
    project.write(3, "three", [])
    assert project.build() == ""


def test_a_new_chapter_stands_in_the_contents_after_the_one_before_it(project: Project) -> None:
    extra = project.write(4, "four", [])
    assert project.build() == ""
    contents = (project.report / "book" / "index.html").read_text(encoding="utf-8")
    assert 0 < contents.index("03_three.html") < contents.index("04_four.html")
    extra.unlink()
    assert project.build() == ""
    assert not (project.report / "book" / "04_four.html").exists()


def test_a_page_that_names_no_finding_is_an_error_with_its_place(project: Project) -> None:
    (project.root / "book" / "index.md").write_text("# Small\n\n{{reach.nobody}}\n")
    assert "book/index.md, {{reach.nobody}}" in project.build()
    (project.root / "book" / "index.md").write_text("# Small\n\n{{reach.referred}}\n")
    assert project.build() == ""
