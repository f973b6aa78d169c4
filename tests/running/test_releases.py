"""From drafts to releases: a build is never stopped, and what leaves is what somebody approved."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from small_project import HERE, Project, begun, make
from typer.testing import CliRunner

from ut_research.cli import app
from ut_research.core.problems import ProblemsFound
from ut_research.running import build as workflow

pytestmark = pytest.mark.slow


@pytest.fixture
def growing(tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with an export of 30 people under the name `growing`, and its first draft."""
    project = make(tmp_path / "project")
    for part in ("paper", "_static"):
        shutil.copytree(HERE / "book" / part, project.root / "book" / part, dirs_exist_ok=True)
    (project.root / "book" / "changes.md").write_text("# Changes\n\n{{page.changes}}\n")
    (project.root / "book" / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nparts:\n- caption: All\n  chapters:\n  - file: changes\n"
    )
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("UT_RESEARCH_KEY", "an invented key of the tests")
    add(project, 30)
    with begun(project.root, shared / "growing"):
        build()
    return project


def add(project: Project, people: int) -> None:
    """Add rows for `people` more people to the export."""
    table = project.root / "growing" / "participants.csv"
    table.parent.mkdir(exist_ok=True)
    rows = table.read_text().splitlines() if table.exists() else ["participant_id,referral_date"]
    rows += [f"P{len(rows) + i:04d},2020-03-{1 + i % 28:02d}" for i in range(people)]
    table.write_text("\n".join(rows) + "\n")


def build(name: str = "") -> None:
    workflow.build(workflow.plan("growing", name=name), lambda _: None)


def review(*given: str) -> str:
    """What the command says, or what stopped it."""
    done = CliRunner().invoke(app, ["review-release", *given])
    if done.exception and not isinstance(done.exception, ProblemsFound | SystemExit):
        raise done.exception
    return str(done.exception or done.output)


def report(project: Project, file: str, name: str = "growing") -> str:
    return (project.root / "reports" / name / file).read_text()


def referred(project: Project, name: str = "growing") -> str:
    rows = json.loads(report(project, "findings.json", name))
    return next(
        str(r["count"] or r["status"]) for r in rows if r["id"] == "reach.referred" and not r["group"]
    )


def test_a_draft_says_so_until_somebody_approves_it(growing: Project) -> None:
    assert "Draft: not to be passed on." in report(growing, "book/index.html")
    said = review("growing")
    assert "review-release.html" in said
    page = report(growing, "review-release.html")
    assert "nothing was released before this" in page
    assert "reach.referred" in page
    assert "<script" not in page
    assert re.search(r">book/_static/ \(\d+ files\)<", page) and ">book/_static/ut.css<" not in page
    assert ">book/index.html<" in page
    assert not list(growing.root.glob("studies/*/releases"))

    assert "release.zip" in review("growing", "--approve", "A <Person>")
    assert "Draft" not in report(growing, "book/index.html")
    with zipfile.ZipFile(growing.root / "reports" / "growing" / "release.zip") as archive:
        names = archive.namelist()
        certificate = json.loads(archive.read("growing/certificate.json"))
        assert "Draft" not in archive.read("growing/book/index.html").decode()
    assert certificate["by"] == "A <Person>"
    assert sorted(certificate["files"]) == sorted(
        n.removeprefix("growing/") for n in names if "cert" not in n
    )
    assert not any("issues.csv" in n or "run.json" in n for n in names)
    review("growing")
    assert "approved by A &lt;Person&gt;" in report(growing, "review-release.html")
    assert "this is released already" in review("growing", "--approve", "A Person")


def test_a_build_is_never_stopped_and_withholds_what_would_tell_of_a_few(growing: Project) -> None:
    review("growing", "--approve", "A Person")
    add(growing, 2)
    build()
    assert referred(growing) == "suppressed"
    assert "was shown, is now withheld" in report(growing, "book/changes.html")
    assert "Draft: not to be passed on." in report(growing, "book/index.html")
    build("another-name")
    assert referred(growing, "another-name") == "suppressed", "the same people under another name"
    add(growing, 4)
    build()
    assert referred(growing) == "36"


def test_a_draft_that_nobody_approved_is_not_compared_with(growing: Project) -> None:
    add(growing, 2)
    build()
    assert referred(growing) == "32"


def test_findings_are_refused_by_name_and_with_a_reason(growing: Project) -> None:
    assert "nobody refuses anything without a name" in review("growing", "--refuse", "reach.referred=no")
    by = ("growing", "--approve", "A Person", "--refuse")
    said = review(*by, "reach.referred", "--refuse", "no.such=a reason")
    assert "a refusal needs a reason" in said
    assert "there is no such finding" in said
    assert referred(growing) == "30"
    review(*by, "reach.referred=one of them is known in town")
    assert referred(growing) == "suppressed"
    (register,) = growing.root.glob("studies/*/releases")
    (record,) = register.glob("0001-*.json")
    assert not [
        r for r in json.loads(record.read_text())["findings"] if r["id"] == "reach.referred" and r["count"]
    ]
    add(growing, 20)
    build()
    assert referred(growing) == "suppressed", "until somebody takes the refusal out of the register"
    review("growing")
    assert "one of them is known in town" in report(growing, "review-release.html")


def test_forgetting_an_export_keeps_what_has_left_and_says_so(growing: Project) -> None:
    review("growing", "--approve", "A Person")
    said = CliRunner().invoke(app, ["forget", "growing"]).output
    assert "0001-growing.json, the numbers of a release" in said
    (record,) = growing.root.glob("studies/*/releases/*.json")
    assert "P0001" not in record.read_text()
    add(growing, 3)
    build()
    assert referred(growing) == "suppressed"


def test_forgetting_names_notebooks_with_results(growing: Project) -> None:
    text = (growing.root / "notebooks" / "01_one.ipynb").read_text()
    shown = text.replace('"outputs": []', '"outputs": [{"output_type": "stream", "text": "P0001"}]', 1)
    kept = growing.root / "notebooks" / ".ipynb_checkpoints" / "01_one-checkpoint.ipynb"
    kept.parent.mkdir()
    kept.write_text(shown)
    said = CliRunner().invoke(app, ["forget", "growing"]).output
    assert "notebooks/.ipynb_checkpoints/01_one-checkpoint.ipynb has results in it." in said
    assert "notebooks/01_one.ipynb" not in said


def test_a_record_that_was_edited_is_not_compared_with(growing: Project) -> None:
    review("growing", "--approve", "A Person")
    (record,) = growing.root.glob("studies/*/releases/*.json")
    record.write_text(record.read_text().replace('"count": 30', '"count": 29'))
    add(growing, 10)
    with pytest.raises(ProblemsFound, match="damaged or was edited"):
        build()


def test_what_is_not_there_is_said(growing: Project) -> None:
    assert "there is no such report" in review("nobody")
    assert "there is no such report" in review("..")


def test_a_report_and_those_of_its_parts_are_released_together(growing: Project) -> None:
    table = growing.root / "growing" / "participants.csv"
    rows = table.read_text().splitlines()
    areas = ["Pendle", "Wyre"] * len(rows)
    table.write_text(
        "\n".join([f"{rows[0]},area", *map(",".join, zip(rows[1:], areas, strict=False))]) + "\n"
    )
    done = CliRunner().invoke(app, ["sweep", "growing", "--by", "area"])
    assert "growing-pendle, growing-wyre" in done.output
    assert "Draft: not to be passed on." in report(growing, "book/index.html", "growing-wyre")
    assert "is the report of one part" in review("growing-wyre")
    assert (
        "../growing-pendle/book/index.html" in (review("growing"), report(growing, "review-release.html"))[1]
    )
    assert "release.zip" in review("growing", "--approve", "A Person")
    assert "Draft: not to be passed on." not in report(growing, "book/index.html", "growing-wyre")
    with zipfile.ZipFile(growing.root / "reports" / "growing" / "release.zip") as archive:
        names = archive.namelist()
    assert {"growing/parts.html", "growing-pendle/book/index.html", "growing-wyre/findings.json"} <= {*names}
    [record] = (growing.root / "studies").glob("*/releases/*.json")
    kept = json.loads(record.read_text())["findings"]
    assert [row["count"] for row in kept if row["id"] == "reach.referred" and row["group"]] == [15, 15]


def test_a_journey_is_read_and_refused_like_a_finding_and_no_day_of_consent_leaves(growing: Project) -> None:
    study = growing.root / "studies" / "walked" / "study.toml"
    study.parent.mkdir()
    study.write_text(
        '[stages]\nReferral = "reach.referred"\nSport = "reach.completed"\n"A plan" = "reach.referred"\n'
        '[[journeys]]\nconsent = 2021-02-03\nReferral = "at once"\n"A plan" = "later"\n'
        '[[journeys]]\nconsent = 2021-02-03\nReferral = "at once"\nSport = "within a year"\n'
    )
    workflow.build(workflow.plan("growing", study="walked"), lambda _: None)
    shown = "themes.journey[Referral=at once;A plan=later;number=1]"
    assert "themes.journey" in report(growing, "findings.json")
    assert "review-release.html" in review("growing")
    page = report(growing, "review-release.html")
    assert shown in page and "look with the team whether the person agreed" in page
    assert "release.zip" in review("growing", "--approve", "A Person")
    with zipfile.ZipFile(growing.root / "reports" / "growing" / "release.zip") as archive:
        leaves = b"".join(archive.read(name) for name in archive.namelist())
    (record,) = study.parent.glob("releases/0001-*.json")
    leaves += record.read_bytes()
    assert b"A plan" in leaves
    assert b"2021-02-03" not in leaves and b"within a year" not in leaves, "what was not shown"
    review("growing", "--approve", "A Person", "--refuse", f"{shown}=she thought better of it")
    assert "themes.journey" not in report(growing, "findings.json")
