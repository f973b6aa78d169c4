"""A report is whole or it is the last one; the same input gives the same bytes; forgetting leaves nothing."""

from __future__ import annotations

import os
import shutil

import pytest
from small_project import Project

from ut_research.core.problems import ProblemsFound
from ut_research.running import build

pytestmark = pytest.mark.slow


def wipe(project: Project) -> None:
    """Have the next build start from nothing."""
    shutil.rmtree(project.root / "data" / "processed", ignore_errors=True)


def test_without_forking_the_bytes_are_the_same(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = project.bytes()
    wipe(project)
    monkeypatch.setattr("ut_research.running.worker.FORKS", False)
    assert project.build() == ""
    assert project.bytes() == before


def test_the_halves_of_a_report_can_be_made_apart(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reads nothing of the export: it is where the first left it, or elsewhere, or gone."""
    before, run, export = project.bytes(), build.plan(), project.root / "data" / "raw" / "example"
    wipe(project)
    with pytest.raises(ProblemsFound, match="there is nothing prepared to render"):
        build.render(run, print)
    build.prepare(run, print)
    export.rename(export.with_name("away"))
    build.render(run, print)
    assert project.bytes() == before
    (run.folder / "participants.parquet").write_bytes(b"")
    with pytest.raises(ProblemsFound, match="there is nothing prepared to render"):
        build.render(run, print)
    export.with_name("away").rename(export)
    assert project.build() == ""
    assert project.steps == ["clean"]


def test_no_path_of_this_machine_is_in_the_report(project: Project) -> None:
    place = str(project.root.parent).encode()
    assert [name for name, content in project.bytes().items() if place in content] == []


def test_a_stop_between_two_renames_is_put_right(project: Project) -> None:
    before = project.bytes()
    project.report.rename(project.report.with_name(".example.old"))
    assert project.build() == ""
    assert project.bytes() == before
    assert not project.report.with_name(".example.old").exists()


def test_a_folder_that_may_not_be_written_is_one_clear_line(project: Project) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    processed = project.root / "data" / "processed" / "example"
    processed.chmod(0o500)
    said = project.build()
    processed.chmod(0o700)
    assert "may not be written to" in said


def test_forgetting_an_export_leaves_no_trace(project: Project) -> None:
    removed = build.forget(build.plan())
    assert {p.relative_to(project.root).as_posix() for p in removed} == {
        "data/processed/example",
        "reports/example",
    }
    left = {p.name for folder in ("reports", "data/processed") for p in (project.root / folder).iterdir()}
    assert left == set()
