"""One export after another under one name: what moved is told, and a few people who would show stop it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_project import Project, make

from ut_research.core.problems import ProblemsFound
from ut_research.running import build as workflow

pytestmark = pytest.mark.slow


@pytest.fixture
def growing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with an export of 30 people under the name `growing`, and its first report."""
    project = make(tmp_path / "project")
    (project.root / "book" / "changes.md").write_text("# Changes\n\n{{page.changes}}\n")
    with (project.root / "book" / "_toc.yml").open("a") as contents:
        contents.write("- file: changes\n")
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("UT_RESEARCH_KEY", "an invented key of the tests")
    add(project, 30)
    assert build(project) == ""
    return project


def add(project: Project, people: int) -> None:
    """Add rows for `people` more people to the export."""
    table = project.root / "growing" / "participants.csv"
    table.parent.mkdir(exist_ok=True)
    rows = table.read_text().splitlines() if table.exists() else ["participant_id,referral_date"]
    rows += [f"P{len(rows) + i:04d},2020-03-{1 + i % 28:02d}" for i in range(people)]
    table.write_text("\n".join(rows) + "\n")


def build(project: Project, since: str = "", name: str = "") -> str:
    try:
        workflow.build(workflow.plan("growing", name=name), lambda _: None, since=since)
    except ProblemsFound as found:
        return str(found)
    return ""


def page(project: Project, name: str = "growing") -> str:
    return (project.root / "reports" / name / "book" / "changes.html").read_text()


def test_the_first_release_says_so_and_building_it_again_changes_nothing(growing: Project) -> None:
    assert "This is the first release" in page(growing)
    assert build(growing) == ""
    assert len(list((growing.root / "reports" / "growing" / "releases").iterdir())) == 1


def test_a_few_people_more_stop_the_release_and_the_last_report_stays(growing: Project) -> None:
    before = (growing.root / "reports" / "growing" / "findings.json").read_bytes()
    add(growing, 2)
    said = build(growing)
    assert "moved by fewer than 5 people since the last release: " in said
    assert "reach.referred" in said
    assert "should not happen" not in said
    assert (growing.root / "reports" / "growing" / "findings.json").read_bytes() == before

    add(growing, 4)
    assert build(growing) == ""
    assert "from 30 people to 36" in page(growing) or ">30<" in page(growing)
    assert len(list((growing.root / "reports" / "growing" / "releases").iterdir())) == 2


def test_what_came_before_can_be_said(growing: Project) -> None:
    add(growing, 3)
    assert build(growing, name="later") == "", "under another name it is a first release"
    assert "This is the first release" in page(growing, "later")
    assert "moved by fewer than 5 people" in build(growing, name="later", since="Growing")
    assert "there is no release to compare with" in build(growing, name="later", since="nobody")
    assert "moved by fewer than 5 people" in build(growing, name="later"), "the brief is built without SINCE"


def test_a_release_that_was_edited_is_not_compared_with(growing: Project) -> None:
    (kept,) = (growing.root / "reports" / "growing" / "releases").iterdir()
    body = json.loads(kept.read_text())
    body["findings"][0]["count"] = 29
    kept.write_text(json.dumps(body))
    add(growing, 10)
    assert "damaged or was edited" in build(growing)
