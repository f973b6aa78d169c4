"""Mistakes that are told before anything runs: parameters, names, places."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from small_project import Project, make, notebook

from ut_research.core import notebooks
from ut_research.core.parameters import Study
from ut_research.core.problems import ProblemsFound
from ut_research.running import build, stages


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project in which nothing has been built."""
    project = make(tmp_path / "fresh")
    monkeypatch.chdir(project.root)
    return project


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("follow_up_day = 365", "02_bad.ipynb, parameter follow_up_day: there is no such parameter"),
        (
            "follow_up_days = '365'",
            "02_bad.ipynb, parameter follow_up_days: its default is of the wrong kind",
        ),
        ("confidence = 1", "parameter confidence: its default is of the wrong kind"),
        ("confidence = len('x')", "its parameters cell may hold only lines like `name = value`"),
    ],
)
def test_a_wrong_parameter_stops_the_build_before_it_starts(fresh: Project, line: str, said: str) -> None:
    fresh.write(2, "bad", [line])
    assert said in fresh.build()
    assert fresh.steps == []


def test_all_wrong_parameters_are_told_at_once(fresh: Project) -> None:
    fresh.write(2, "bad", ["one_thing = 1", "another = 2"])
    said = fresh.build()
    assert "one_thing" in said
    assert "another" in said


def test_an_unknown_key_of_the_study_stops_the_build(fresh: Project) -> None:
    fresh.study.write_text("default = true\n[reoffending]\nfollow_up_day = 365\n")
    assert "follow_up_day" in fresh.build()
    assert fresh.steps == []


def test_a_notebook_without_a_parameters_cell_is_named(fresh: Project) -> None:
    bare = json.loads(notebook("bare", []))
    bare["cells"][1]["metadata"] = {}
    (fresh.root / "notebooks" / "09_bare.ipynb").write_text(json.dumps(bare))
    assert "notebooks/09_bare.ipynb: there must be one cell tagged `parameters`; there are 0" in fresh.build()


def test_a_chapter_depends_on_the_parameters_that_it_names_and_no_others(fresh: Project) -> None:
    assert notebooks.chapters(fresh.root, Study()) == {
        "01_one": ["follow_up_days"],
        "02_two": ["confidence"],
        "03_three": [],
    }


def test_a_missing_export_is_named() -> None:
    with pytest.raises(ProblemsFound, match="there is no such export"):
        build.plan("nowhere/at-all")


@pytest.mark.parametrize(
    ("export", "name"),
    [("Export Q3 (2024)", "export-q3-2024"), ("data.xlsx", "data"), ("../Été", "ete")],
)
def test_a_report_is_called_after_its_export(tmp_path: Path, export: str, name: str) -> None:
    place = tmp_path / "in" / export
    (tmp_path / "in").mkdir()
    place.touch()
    assert build.plan(str(place)).name == name


def test_two_exports_never_share_a_name(fresh: Project, tmp_path: Path) -> None:
    for place in ("a/export", "b/export"):
        (tmp_path / place).mkdir(parents=True)
    first = build.plan(str(tmp_path / "a" / "export"))
    first.folder.mkdir(parents=True)
    (first.folder / "run.json").write_text(json.dumps({"owner": first.owner}))
    assert build.plan(str(tmp_path / "a" / "export")) == first
    with pytest.raises(ProblemsFound, match="this name is taken by another export"):
        build.plan(str(tmp_path / "b" / "export"))
    assert build.plan(str(tmp_path / "b" / "export"), name="other").name == "other"


@pytest.mark.skipif(os.name != "posix", reason="other systems keep who may read a folder in another way")
def test_what_a_run_keeps_about_people_is_for_its_owner_alone(fresh: Project) -> None:
    run = build.plan()
    with build.locked(run):
        assert run.folder.stat().st_mode & 0o077 == 0


def test_a_record_that_was_cut_short_stops_nothing(fresh: Project) -> None:
    run = build.plan()
    run.folder.mkdir(parents=True)
    (run.folder / "run.json").write_text('{"owner": ')
    assert build.plan() == run
    assert build.forget(run) == [run.folder]


def test_an_export_is_forgotten_under_every_name_and_after_it_is_gone(fresh: Project, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    book.touch()
    for name in ("", "other", "third"):
        run = build.plan(str(book), name=name)
        for folder in (run.folder, run.report):
            folder.mkdir(parents=True)
            (folder / "run.json").write_text(json.dumps({"owner": run.owner}))
    stranger = build.plan(name="example")
    stranger.report.mkdir(parents=True)
    (stranger.report / "run.json").write_text(json.dumps({"owner": stranger.owner}))
    book.unlink()

    gone = build.plan(str(book), must_exist=False, makes=False)
    assert len(build.forget(replace(gone, name="third"), "third")) == 2
    assert len(build.forget(gone)) == 4
    assert build.forget(gone) == []
    assert [p.name for p in (fresh.root / "reports").iterdir()] == ["example"]
    assert list((fresh.root / "data" / "processed").iterdir()) == []


def test_an_export_that_brings_its_own_study_is_run_with_it(fresh: Project, tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    assert build.plan(str(export)).study == fresh.study
    (export / "study.toml").touch()
    assert build.plan(str(export)).study == export / "study.toml"


def test_what_is_read_of_an_export_makes_it_another_and_nothing_else_does(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    book = tmp_path / "book.xlsx"
    book.touch()
    folder, alone = stages.data_digest(tmp_path / "in"), stages.data_digest(book)
    for name in ("study.toml", ".~lock.needs.csv#", "~$book.xlsx"):
        (tmp_path / "in" / name).write_text(name)
    assert stages.data_digest(tmp_path / "in") == folder
    (tmp_path / "in" / "columns.toml").touch()
    assert stages.data_digest(tmp_path / "in") != folder
    (tmp_path / "columns.toml").touch()
    assert stages.data_digest(book) != alone


def test_a_second_build_of_the_same_report_says_so(fresh: Project) -> None:
    run = build.plan()
    said = pytest.raises(ProblemsFound, match="this report is being built already")
    with build.locked(run), said, build.locked(run, patience=0.1):
        pass
    with build.locked(run, patience=0.1):
        pass


def test_a_full_disk_is_one_clear_line(fresh: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "SPACE", 10**18)
    assert fresh.build().count("the disk is full") == 1
    assert fresh.steps == []
