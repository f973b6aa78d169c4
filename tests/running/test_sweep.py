"""One report of everyone and one of each part, decided on together and built here or on Slurm."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import slurm
from small_project import HERE, Project, make

from ut_research.core.problems import ProblemsFound
from ut_research.running import build, sweep

pytestmark = pytest.mark.slow
PROFILE = str(HERE / "profiles" / "slurm-without-accounting")
COMMAND = [sys.executable, "-m", "ut_research.cli", "sweep", "--by", "partner"]


def swept(**options: Any) -> list[str]:
    """The names of the reports of a sweep of the example by partner."""
    return sweep.sweep([build.plan()], "partner", lambda far: None, **options)


#: Partners of the example whose people are taken for those of another, so that fewer reports are made.
JOINED = dict.fromkeys(
    ("Blackpool FC Community Trust", "Blackburn Rovers Community Trust", "Blackburn Rover Community Trust"),
    "Burnley FC in the Community",
) | dict.fromkeys(
    ("Accrington Stanley Community Trust", "Morecambe FC Community Sports"),
    "Preston North End Community and Education Trust",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A small project, not built, with fewer partners than the example has."""
    made = make(tmp_path_factory.mktemp("a project"))
    table = made.root / "data" / "raw" / "example" / "participants.csv"
    text = table.read_text(encoding="utf-8")
    for partner, other in JOINED.items():
        text = text.replace(partner, other)
    table.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made.root)
        yield made


@pytest.fixture(scope="module")
def reports(project: Project) -> list[str]:
    for part in ("paper", "_static"):  # of the page that leads to all reports, and of sheets
        shutil.copytree(HERE / "book" / part, project.root / "book" / part, dirs_exist_ok=True)
    return swept(jobs=2)


def findings(project: Project, name: str) -> list[dict[str, Any]]:
    file = project.root / "reports" / name / "findings.json"
    return list(json.loads(file.read_text(encoding="utf-8")))


def made(project: Project, names: list[str]) -> dict[str, bytes]:
    return {n: (project.root / "reports" / n / "findings.json").read_bytes() for n in names}


def test_a_part_says_what_was_released_of_it_and_holds_nobodys_records(
    project: Project, reports: list[str]
) -> None:
    whole, *parts = reports
    assert whole == "example"
    assert len(parts) > 1
    of_parts = [row for row in findings(project, whole) if "partner" in row["group"]]
    for name in parts:
        folder = project.root / "data" / "processed" / name
        assert not list(folder.glob("*.parquet"))
        [part] = json.loads((folder / "run.json").read_text(encoding="utf-8"))["part"].values()
        own = {(row["id"], *row["group"].values()): row["value"] for row in findings(project, name)}
        said = [row for row in of_parts if row["group"]["partner"] == part and row["id"] != "reach.partner"]
        assert len(said) > 10
        for row in said:
            group = {k: v for k, v in row["group"].items() if k != "partner"}
            assert own[row["id"], *group.values()] == row["value"], row["id"]


def test_a_part_of_too_few_people_has_no_report(project: Project, reports: list[str]) -> None:
    left = [name for name, part in sweep.parts(build.plan()).items() if not part["said"]]
    assert left
    assert not set(left) & set(reports)
    assert not any((project.root / "reports" / name).exists() for name in left)


def test_what_is_there_already_is_not_built_again(project: Project, reports: list[str]) -> None:
    folder = project.root / "data" / "processed" / "example" / "sweep"
    before = {file: file.stat().st_mtime_ns for file in folder.glob("*.done")}
    assert len(before) == len(reports)
    assert swept() == reports
    assert {file: file.stat().st_mtime_ns for file in folder.glob("*.done")} == before


def test_a_part_that_fails_is_named_with_its_cause_and_the_others_go_on(
    project: Project, reports: list[str]
) -> None:
    project.write(4, "four", [], "chapter.say('Words.', found)")
    seen: list[str] = []
    in_the_way = project.root / "data" / "processed" / reports[1] / "chapters" / "04_four.ipynb"
    in_the_way.mkdir()
    with pytest.raises(ProblemsFound) as failed:
        sweep.sweep([build.plan()], "partner", seen.append, jobs=2)
    [problem] = failed.value.problems
    assert problem.where == reports[1]
    assert problem.what.startswith("chapter 04_four\n")
    pages = {n: (project.root / "reports" / n / "book" / "04_four.html").exists() for n in reports}
    assert [name for name, there in pages.items() if not there] == [reports[1]]
    assert any(f"1 failed ({reports[1]})" in far for far in seen)
    assert any("2 at work (" in far for far in seen) and not any("3 at work" in far for far in seen)
    in_the_way.rmdir()
    assert swept() == reports
    assert (project.root / "reports" / reports[1] / "book" / "04_four.html").exists()


def test_one_sweep_at_a_time(project: Project, reports: list[str]) -> None:
    lock = project.root / "data" / "processed" / "example" / "sweep" / "lock"
    with (
        build.held(lock, "example"),
        pytest.raises(ProblemsFound, match="this report is being built already"),
    ):
        swept()


def test_a_sweep_that_was_killed_goes_on(project: Project, reports: list[str]) -> None:
    shutil.rmtree(project.root / "reports" / reports[1])
    killed = subprocess.Popen(COMMAND, start_new_session=True, stdout=subprocess.DEVNULL)
    log = project.root / "data" / "processed" / "example" / "sweep" / f"example.{reports[1]}.log"
    until = time.monotonic() + 60
    while not log.exists() and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert swept() == reports
    assert (project.root / "reports" / reports[1] / "findings.json").exists()


def test_a_part_is_not_built_by_itself(reports: list[str]) -> None:
    run = build.plan(name=reports[1])
    with pytest.raises(ProblemsFound, match="this is the report of one part"):
        build.build(run, print)


@pytest.fixture
def studies(project: Project, reports: list[str], tmp_path: Path) -> tuple[build.Run, build.Run]:
    """The example, swept before, and the same people in a study of another title, without parts."""
    other = tmp_path / "other" / "study.toml"
    other.parent.mkdir()
    other.write_text('based_on = "united-together"\n[study]\ntitle = "Another"\n')
    return build.plan(), build.plan(str(project.root / "data" / "raw" / "example"), str(other), "other")


def test_several_studies_in_one_sweep_each_with_the_parts_that_it_had(
    project: Project, reports: list[str], studies: tuple[build.Run, build.Run]
) -> None:
    assert sweep.sweep(studies, "", lambda far: None) == [*reports, "other"]
    titles = [json.loads((run.folder / "run.json").read_text())["parameters"]["title"] for run in studies]
    assert titles[1] == "Another"
    assert titles[0] != "Another"


def test_a_study_that_cannot_be_prepared_is_named_and_the_others_go_on(
    project: Project, reports: list[str], studies: tuple[build.Run, build.Run]
) -> None:
    gone = replace(studies[1], name="gone", export=project.root / "nowhere")
    shutil.rmtree(studies[0].report)
    with pytest.raises(ProblemsFound) as failed:
        sweep.sweep([gone, studies[0]], "", lambda far: None)
    [problem] = failed.value.problems
    assert problem.where == "prepare gone"
    assert "there is no such export" in problem.what
    assert (studies[0].report / "findings.json").exists()


def test_forgetting_one_study_forgets_what_a_sweep_of_several_kept(
    project: Project, studies: tuple[build.Run, build.Run]
) -> None:
    sweep.sweep(studies, "", lambda far: None)
    page = studies[1].report.with_name("studies.html")
    page.write_text("Numbers of both.")
    build.forget(studies[1], only="other")
    assert not page.exists()
    assert not studies[1].folder.with_name(build.SEVERAL).exists()
    assert studies[0].report.exists()


@pytest.mark.parametrize(
    ("given", "what"),
    [({"profile": "nowhere"}, "there is no such profile"), ({"by": "shoe"}, "people are not parted by that")],
)
def test_a_mistake_in_the_command_is_named(project: Project, given: dict[str, str], what: str) -> None:
    with pytest.raises(ProblemsFound, match=what):
        sweep.sweep([build.plan()], tell=lambda far: None, **{"by": "partner", **given})  # type: ignore[arg-type]


def test_without_snakemake_it_says_what_to_install(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ut_research.running.sweep.find_spec", lambda name: None)
    with pytest.raises(ProblemsFound, match=r"Snakemake is not installed.*pip install"):
        swept()


def test_on_slurm_the_findings_are_the_same_and_what_was_killed_is_built_again(
    project: Project, reports: list[str], tmp_path: Path
) -> None:
    if missing := slurm.missing():
        pytest.skip(f"needs {', '.join(missing)}: install slurmctld, slurmd, slurm-client and munge")
    before = made(project, reports)
    build.forget(build.plan())
    with slurm.running(tmp_path):
        killed = threading.Thread(target=_kill_one_render)
        killed.start()
        first = subprocess.run([*COMMAND, "--profile", PROFILE], capture_output=True, text=True)
        killed.join()
        assert first.returncode == 1
        done = project.root / "data" / "processed" / "example" / "sweep"
        times = {file.stem.split(".")[1]: file.stat().st_mtime_ns for file in done.glob("*.done")}
        [lost] = set(reports) - times.keys()
        assert f"{lost}: it was stopped from outside" in first.stderr
        again = subprocess.run([*COMMAND, "--profile", PROFILE], capture_output=True, text=True)
        assert again.returncode == 0, again.stderr
    assert made(project, reports) == before
    after = {file.stem.split(".")[1]: file.stat().st_mtime_ns for file in done.glob("*.done")}
    assert {name for name in after if after[name] != times.get(name)} == {lost}


def _kill_one_render() -> None:
    """Kill one job that renders a report, as soon as there is one."""
    for _ in range(600):
        asked = subprocess.run(["squeue", "-h", "-t", "R", "-o", "%i %k"], capture_output=True, text=True)
        rendering = [line.split()[0] for line in asked.stdout.splitlines() if "render" in line]
        if rendering:
            time.sleep(1)
            subprocess.run(["scancel", "--signal=KILL", "--full", rendering[0]], check=True)
            return
        time.sleep(0.2)


def test_forgetting_the_whole_forgets_its_parts(project: Project, reports: list[str]) -> None:
    build.forget(build.plan())
    assert not list((project.root / "reports").glob("example*"))
    assert not list((project.root / "data" / "processed").glob("example*"))
