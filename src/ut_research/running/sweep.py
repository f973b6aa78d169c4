"""Many reports in one sweep: of an export, and of each part of its people. Snakemake runs the jobs.

The jobs are those of the `Snakefile` beside this module: one prepares everything, one renders each report.
They work in the folder ``sweep`` of the run, and leave a log each. What has ended is known by its files,
wherever it ran. A report whose input is the same is not rendered again; one that failed is, the next time.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ut_research.core.problems import Problem, ProblemsFound, stop
from ut_research.running import build, stages
from ut_research.running.build import Run

#: What may part people, so that each part has a report.
BY = ("partner", "area")
SNAKEFILE = Path(__file__).with_name("Snakefile")
#: Where what Snakemake says is kept.
SAID = "snakemake.txt"
#: What the job that comes before the reports is called.
PREPARE = "prepare"
#: Seconds that Snakemake has to end its jobs, when it is told to.
PATIENCE = 20
#: Megabytes that it may take, where an engine keeps to it.
MEMORY = 6000
#: What a log says when the command in it ended in a message, and what is said of one that does not.
STOPPED, KILLED = "Stopped", "it was stopped from outside, or never began: see"
RESUME = "The other reports are ready. Put this right and sweep again: only what is missing is built."


class SweepFailed(ProblemsFound):
    """Jobs of a sweep that failed, each with what its log says."""


@dataclass
class Progress:
    """How far a sweep is: the names of jobs that ended well, that are at work, and that failed."""

    done: list[str] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    of: int = 0


def prepare(run: Run, tell: Callable[[dict[str, Any]], None], by: str) -> dict[str, str]:
    """Clean the export, measure, and decide in one what the report of everyone and those of parts may say.

    Returns
    -------
    Name of each report that can be rendered, the whole first → a hash of what it would be made of.
    """
    settings = build.prepare(run, tell, by)
    with contextlib.chdir(run.folder):
        keys = {run.name: stages.key_of(settings)}
    for name, part in parts(run, by).items():
        if part["said"]:
            keys[name] = _take(replace(run, name=name), settings, run.folder, {by: str(part["part"])})
    return keys


def parts(run: Run, by: str) -> dict[str, dict[str, Any]]:
    """By the name of its report, each ``part`` of the people `by` a column, and if enough is ``said``."""
    from ut_research.disclosure import decision

    found: dict[str, dict[str, Any]] = {}
    for part, said in decision.parts(run.folder, by).items():
        name = build.plain(f"{run.name}-{part}")
        while name in found:
            name = build.plain(f"{name[:56]}-{len(found)}")
        found[name] = {"part": part, "said": said}
    return found


def _take(run: Run, settings: dict[str, Any], whole: Path, part: dict[str, str]) -> str:
    """Leave what the report of one part is made of, from the folder of the whole; a hash of it."""
    build.refuse_another(run)
    with build.locked(run):
        kept = {**settings, "name": run.name, "by": "", "part": part, "of": str(whole)}
        build.write(run.folder / "run.json", kept)
        with contextlib.chdir(run.folder):
            for step in stages.prepared(kept):
                if not step.fresh:
                    step.perform()
            return stages.key_of(kept)


def sweep(run: Run, by: str, tell: Callable[[Progress], None], jobs: int = 0, profile: str = "") -> list[str]:
    """Bring the report of `run`, and those of all parts `by` a column, up to date; the names of the reports.

    Parameters
    ----------
    by : the column that parts people: ``partner`` or ``area``.
    tell : is told, again and again, how far it is.
    jobs : how many at a time; 0 is as many as there are processors.
    profile : a folder with settings of Snakemake, which say where jobs run; here, when it is empty.

    Raises
    ------
    ProblemsFound : Snakemake is not installed; or, after all jobs ended, the cause of each that failed.
    """
    _refuse(by, profile)
    folder = run.folder / "sweep"
    with build.locked(run):
        folder.mkdir(exist_ok=True)
    with build.held(folder / "lock", run.name) as lock:
        lost = [file for file in folder.glob("*.done") if not run.report.with_name(file.stem).exists()]
        for file in (*folder.glob("*.log"), *lost):
            file.unlink()
        status = _run([*_command(run, by, folder), *_where(jobs, profile)], folder, lock, tell)
    return _ended(folder, status)


def _command(run: Run, by: str, folder: Path) -> list[str]:
    """The command that runs the jobs, whose settings are left in `folder`."""
    ours = shlex.join([sys.executable, "-m", "ut_research.cli"])
    settings = {"command": ours, "place": str(run.place), "folder": str(folder), "memory": MEMORY}
    settings |= {"export": str(run.export), "study": str(run.study), "name": run.name, "by": by}
    file = folder / "settings.json"
    file.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE), "--directory", str(folder)]
    command += ["--configfile", str(file), "--keep-going", "--forcerun", PREPARE, "--nocolor"]
    return [*command, "--rerun-triggers", "params", "--rerun-incomplete", "--nolock"]


def _where(jobs: int, profile: str) -> list[str]:
    """Where, and how many at a time, in the words of the command."""
    return (
        ["--profile", str(Path(profile).resolve())] if profile else ["--cores", str(jobs or os.cpu_count())]
    )


def _run(command: list[str], folder: Path, lock: int, tell: Callable[[Progress], None]) -> int:
    """Run Snakemake, which holds the `lock` as long as it is at work, and tell how far it is; its status."""
    kept = (lock,) if os.name == "posix" else ()
    with (folder / SAID).open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder, pass_fds=kept)
        try:
            while process.poll() is None:
                tell(progress(folder))
                time.sleep(0.5)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()
            process.wait()
    return process.returncode


def _refuse(by: str, profile: str) -> None:
    """Refuse what cannot be swept, or not here."""
    if find_spec("snakemake") is None:
        what, todo = "Snakemake is not installed", 'install it: pip install "ut-research[sweep]"'
        raise stop(what, "ut-research sweep", todo)
    if by not in BY:
        raise stop("people are not parted by that", f"--by {by}", f"give {' or '.join(BY)}")
    if profile and not Path(profile).is_dir():
        raise stop("there is no such profile", profile, "give a folder, for example profiles/slurm")


def progress(folder: Path) -> Progress:
    """How far the sweep in `folder` is, by the files that its jobs left."""
    reports = _reports(folder)
    logs = {log.stem: log for log in folder.glob("*.log")}
    done = [name for name in reports if (folder / f"{name}.done").exists()]
    begun = [name for name in logs if name not in done and (name != PREPARE or not reports)]
    failed = [name for name in begun if STOPPED in logs[name].read_text(encoding="utf-8", errors="replace")]
    return Progress(done, sorted(set(begun) - set(failed)), failed, len(reports))


def _ended(folder: Path, status: int) -> list[str]:
    """The reports of a sweep whose jobs have ended."""
    reports, far = _reports(folder), progress(folder)
    left = [name for name in reports or [PREPARE] if name not in far.done]
    if left:
        raise SweepFailed([_problem(folder, name) for name in left])
    if status:
        raise stop(f"Snakemake ended with status {status}", str(folder / SAID), "read what it says there")
    return reports


def _problem(folder: Path, name: str) -> Problem:
    """What went wrong with one job."""
    log = folder / f"{name}.log"
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    _, found, cause = text.replace(build.RESUME, "").partition(STOPPED)
    return Problem(cause.strip(". :\n") if found else f"{KILLED} {folder / SAID}", name, RESUME)


def _reports(folder: Path) -> list[str]:
    file = folder / "reports.json"
    return list(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else []
