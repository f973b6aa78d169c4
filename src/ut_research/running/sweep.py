"""Many reports in one sweep: of each export, and of each part of its people. Snakemake runs the jobs.

The jobs are those of the `Snakefile` beside this module: one prepares each export, one renders each report.
They work in the folder ``sweep`` of the run, or one of their own where there are several, and leave a log
each. What has ended is known by its files, wherever it ran. A report whose input is the same is not rendered
again; one that failed is, the next time.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ut_research.core.problems import Problem, stop, stop_for
from ut_research.running import build, loop, stages
from ut_research.running.build import Run

#: What may part people, so that each part has a report.
BY = ("partner", "area")
SNAKEFILE = Path(__file__).with_name("Snakefile")
#: Where what Snakemake says is kept.
SAID = "snakemake.txt"
#: The rule of the job that comes before the reports, which looks each time what has changed.
PREPARE = "prepare"
#: Seconds that Snakemake has to end its jobs, when it is told to.
PATIENCE = 20
#: What a log says when the command in it ended in a message, and what is said of one that does not.
STOPPED, KILLED = "Stopped", "it was stopped from outside, or never began: see"
RESUME = "The other reports are ready. Put this right and sweep again: only what is missing is built."


def prepare(run: Run, tell: Callable[[dict[str, Any]], None], by: str) -> dict[str, str]:
    """Clean the export, measure, and decide in one what the report of everyone and those of parts may say.

    With no `by`, there are parts where there were some before.

    Returns
    -------
    Name of each report that can be rendered, the whole first → a hash of what it would be made of.
    """
    settings = build.prepare(run, tell, by)
    with contextlib.chdir(run.folder):
        keys = {run.name: stages.key_of(settings)}
    by = settings["by"]
    for name, part in parts(run).items():
        if part["said"]:
            keys[name] = _take(replace(run, name=name), settings, run.folder, {by: str(part["part"])})
    return keys


def parts(run: Run) -> dict[str, dict[str, Any]]:
    """By the name of its report, each ``part`` of the people of `run`, and if enough is ``said``."""
    from ut_research.disclosure import decision

    found: dict[str, dict[str, Any]] = {}
    by = build.parted(run)
    for part, said in decision.parts(run.folder, by).items() if by else ():
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


def sweep(
    runs: Sequence[Run], by: str, tell: Callable[[str], None], jobs: int = 0, profile: str = ""
) -> list[str]:
    """Bring the reports of `runs`, and those of all their parts `by` a column, up to date; their names.

    Parameters
    ----------
    by : the column that parts people, ``partner`` or ``area``; empty: as each was before.
    tell : is told, again and again and in words, how far it is.
    jobs : how many at a time; 0 is as many as there are processors.
    profile : a folder with settings of Snakemake, which say where jobs run; here, when it is empty.

    Raises
    ------
    ProblemsFound : Snakemake is not installed; or, after all jobs ended, the cause of each that failed.
    """
    _refuse(by, profile)
    names, reports = [run.name for run in runs], runs[0].report.parent
    folder = runs[0].folder / "sweep" if len(runs) == 1 else runs[0].folder.with_name(build.SEVERAL)
    folder.mkdir(parents=True, exist_ok=True)
    with build.held(folder / "lock", " ".join(names)) as lock:
        lost = [file for file in folder.glob("*.done") if not (reports / file.name.split(".")[1]).exists()]
        for file in (*folder.glob("*.log"), *lost):
            file.unlink()
        here = ["--cores", str(jobs or os.cpu_count())]
        where = ["--profile", str(Path(profile).resolve())] if profile else here
        status = _run([*_command(runs, by, folder), *where], folder, lock, names, tell)
    return _ended(folder, names, status)


def lead(runs: Sequence[Run], names: Sequence[str]) -> Path:
    """Make the page that leads to the reports of `runs` called `names`, and the sheets of parts; the page."""
    from ut_research.publishing import parts_page, sheets

    for run in runs:
        if by := build.parted(run):
            found = parts(run)
            page = parts_page.make(run.folder, run.report, by, found)
            own = {run.report.with_name(name): part["part"] for name, part in found.items() if name in names}
            sheets.make(run.root, run.folder, own, by)
    if len(runs) > 1:
        page = parts_page.of_studies([(run.folder, run.report) for run in runs])
    return page


def _command(runs: Sequence[Run], by: str, folder: Path) -> list[str]:
    """The command that runs the jobs, whose settings are left in `folder`."""
    ours = shlex.join([sys.executable, "-m", "ut_research.cli"])
    wholes = {run.name: shlex.join([str(run.export), "--study", str(run.study), "--by", by]) for run in runs}
    settings: dict[str, Any] = {"command": ours, "place": str(runs[0].place), "folder": str(folder)}
    settings |= {"wholes": wholes}
    file = folder / "sweep.settings.json"
    file.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE), "--directory", str(folder)]
    command += ["--configfile", str(file), "--keep-going", "--forcerun", PREPARE, "--nocolor"]
    return [*command, "--rerun-triggers", "params", "--rerun-incomplete", "--nolock"]


def _run(command: list[str], folder: Path, lock: int, names: list[str], tell: Callable[[str], None]) -> int:
    """Run Snakemake, which holds the `lock` as long as it is at work, and tell how far it is; its status."""
    kept = (lock,) if os.name == "posix" else ()
    with (folder / SAID).open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder, pass_fds=kept)
        try:
            while process.poll() is None:
                tell(progress(folder, names))
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
    if by not in ("", *BY):
        raise stop("people are not parted by that", f"--by {by}", f"give {' or '.join(BY)}")
    if profile and not Path(profile).is_dir():
        raise stop("there is no such profile", profile, "give a folder, for example profiles/slurm")


def progress(folder: Path, names: list[str]) -> str:
    """How far the sweep in `folder` of the runs called `names` is, in words, by the files of its jobs."""
    jobs = _jobs(folder, names)
    logs = {job: folder / f"{job}.log" for job in jobs}
    done = [job for job in jobs if (folder / f"{job}.done").exists()]
    begun = [job for job, log in logs.items() if job not in done and log.exists()]
    failed = [job for job in begun if STOPPED in logs[job].read_text(encoding="utf-8", errors="replace")]
    now = {"at work": [job for job in begun if job not in failed], "failed": failed}
    told = (f"{len(own)} {what} ({', '.join(jobs[j] for j in own)})" for what, own in now.items() if own)
    return ", ".join([f"{len(done)} of {len(jobs)} reports done", *told])


def _jobs(folder: Path, names: list[str]) -> dict[str, str]:
    """What the jobs that are known are called, in `folder` and by us: the reports of what is prepared."""
    jobs: dict[str, str] = {}
    for name in names:
        reports = loop.record(folder / f"{name}.json")
        jobs |= {f"{name}.{report}": report for report in reports} if reports else {name: f"{PREPARE} {name}"}
    return jobs


def _ended(folder: Path, names: list[str], status: int) -> list[str]:
    """The reports of a sweep whose jobs have ended."""
    jobs = _jobs(folder, names)
    left = [job for job in jobs if not (folder / f"{job}.done").exists()]
    stop_for(_problem(folder, job, jobs[job]) for job in left)
    if status:
        raise stop(f"Snakemake ended with status {status}", str(folder / SAID), "read what it says there")
    return list(jobs.values())


def _problem(folder: Path, job: str, called: str) -> Problem:
    """What went wrong with one job."""
    log = folder / f"{job}.log"
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    _, found, cause = text.replace(build.RESUME, "").partition(STOPPED)
    return Problem(cause.strip(". :\n") if found else f"{KILLED} {folder / SAID}", called, RESUME)
