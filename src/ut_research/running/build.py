"""One run, from its name to its published report: what it may be called, its lock, building, publishing.

A run works in `data/processed/<name>/` (cleaned tables, executed chapters, records: all that `forget` has to
remove) and publishes to `reports/<name>/` in one step, when everything is done. Light on imports: a build in
which nothing has changed must be quick.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ut_research.core import studies
from ut_research.core.digests import SKIPPED, digest
from ut_research.core.notebooks import chapters, find_root, place_of
from ut_research.core.problems import Problem, ProblemsFound, stop
from ut_research.running import loop, places, stages, worker

#: What a published report holds, of what a run makes: name in the report ← name in the run's folder.
PUBLISHED = {
    "book": "html",
    "findings.json": "findings.json",
    "issues.csv": "issues.csv",
    "tables": "tables",
}
#: What is said about steps that failed.
RESUME = "The last good report is untouched. Put this right and build again: it resumes where it stopped."
#: Where a sweep of several runs works, among the folders of runs; none is called so.
SEVERAL = ".sweep"
#: Longest that one chapter may run, in seconds.
TIME_LIMIT = 300
#: Free space without which a build does not start, and below which a disk is full, in bytes.
SPACE, FULL = 200_000_000, 20_000_000


class BuildFailed(ProblemsFound):
    """Steps of a build that failed, each with its own words."""

    def __str__(self) -> str:
        return "\n".join([*(f"{p.where}\n{p.what}" for p in self.problems), self.problems[0].do])


@dataclass(frozen=True)
class Run:
    """One export, under one name: made of the project at `root`, and written at `place`."""

    root: Path
    place: Path
    name: str
    export: Path
    study: Path

    @property
    def folder(self) -> Path:
        """Where the run works."""
        return self.place / "data" / "processed" / self.name

    @property
    def report(self) -> Path:
        """Where its report is published."""
        return self.place / "reports" / self.name

    @property
    def owner(self) -> str:
        """What tells this export from another of the same name: a hash of where it is.

        A copy of an invented cohort that took comments is that cohort.
        """
        cohort = self.root / "data" / "raw" / self.export.name.removesuffix(places.COMMENTED)
        export = cohort if self.export == places.commented(cohort, self.place) else self.export
        return hashlib.sha256(str(export.resolve()).encode()).hexdigest()[:16]


def plan(
    export: str = "", study: str = "", name: str = "", *, must_exist: bool = True, makes: bool = True
) -> Run:
    """The run that a person asked for, which need not have a name of its own unless it `makes` anything.

    It is of `study`, else of the export's own ``study.toml``, else of the study that says it is the default.
    With no `export`, it is of the study's own data, or of the copy of them that took comments.

    Raises
    ------
    ProblemsFound : there is no such study or export, the export lies where runs write, or the name is taken.
    """
    root = find_root()
    place = place_of(root)
    file, where = studies.with_export(root, study, _named(export) if export else None)
    if must_exist and not os.path.exists(where):  # noqa: PTH110  (False for a name that is too long)
        raise stop("there is no such export", export, "give a folder or a workbook as EXPORT")
    given = name or (where.stem if where.is_file() else where.name)
    clean_name = plain(given)
    if makes and not clean_name:
        raise stop("no name can be made of this", given, "give one as NAME=my-report")
    if not export and (copy := places.commented(where, place)).is_dir():
        where = copy
    run = Run(root, place, clean_name, where, file)
    if makes:
        places.refuse(where, run.place, (run.folder, run.report, _aside(run, "new"), _aside(run, "old")))
        refuse_another(run)
    return run


def of_report(name: str, *, must_exist: bool = True) -> Run:
    """The run that the report called `name` is of.

    Raises
    ------
    ProblemsFound : there is no such report, or its export is not where it was and `must_exist`.
    """
    made = loop.record(place_of(find_root()) / "data" / "processed" / plain(name) / "run.json")
    if not plain(name) or not made:
        raise stop("there is no such report", name, "give the name of one in reports/")
    return plan(made["export"], made["study"], plain(name), must_exist=must_exist)


def plain(name: str) -> str:
    """A name as folders of reports are called."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]


def _named(path: str) -> Path:
    """The file or folder that a person named; a name such as ``~$book.xlsx`` is not about anybody's home."""
    with contextlib.suppress(RuntimeError):
        return Path(path).expanduser().resolve()
    return Path(path).resolve()


@contextlib.contextmanager
def locked(run: Run, patience: float = 3.0) -> Iterator[int]:
    """Hold the run's lock; its file descriptor. It is let go when the last process of the build has ended."""
    run.folder.mkdir(parents=True, exist_ok=True)
    run.folder.chmod(0o700)  # rows about people are in it: for their keeper alone
    with held(run.folder / "lock", run.name, patience) as descriptor:
        yield descriptor


@contextlib.contextmanager
def held(lock: Path, name: str, patience: float = 3.0) -> Iterator[int]:
    """Hold the file `lock` of the report called `name`; its descriptor, for processes that hold it on."""
    with lock.open("w") as file:
        until = time.monotonic() + patience
        while not _lock(file.fileno()):
            if time.monotonic() > until:
                todo = "wait for it to end, or give this one another name with NAME="
                raise stop("this report is being built already", f"reports/{name}", todo)
            time.sleep(0.1)
        yield file.fileno()


def build(run: Run, tell: Callable[[dict[str, Any]], None], jobs: int = 0) -> bool:
    """Bring the report of `run` up to date; True when something was built.

    `tell` is called with each event (step, error, seconds) as it happens.

    Raises
    ------
    ProblemsFound : before anything runs, for a mistake in the study, a notebook, the name or the disk;
        or after, with what failed. The last good report is then still in place.
    """
    with _begun(run, jobs) as (settings, lock):
        _bring(run, stages.line(settings), tell, lock)
        return _publish(run)


def prepare(run: Run, tell: Callable[[dict[str, Any]], None], by: str = "") -> dict[str, Any]:
    """The first half of `build`: clean the export, measure, and decide what to withhold; the run's settings.

    With the name of a column, it is decided what the report of each part of the people `by` it may say, too.
    """
    with _begun(run, 0, by) as (settings, lock):
        _bring(run, stages.prepared(settings), tell, lock)
        return settings


def parted(run: Run) -> str:
    """The column whose parts were decided on together with a run; empty: none."""
    return str(loop.record(run.folder / "run.json").get("by", ""))


def refuse_another(run: Run) -> None:
    """Refuse a name that the report of another export has."""
    for folder in (run.report, run.folder):
        if loop.record(folder / "run.json").get("owner", run.owner) != run.owner:
            todo = f"give this run another name (NAME={run.name}-2), or `make forget` the other export first"
            raise stop("this name is taken by another export", f"reports/{run.name}", todo)


def render(run: Run, tell: Callable[[dict[str, Any]], None], jobs: int = 0) -> bool:
    """The second half of `build`: chapters and book, from what `prepare` left; the export is not read.

    Raises
    ------
    ProblemsFound : as `build`; or what `prepare` left is not there, or not whole.
    """
    with locked(run) as lock:
        settings = loop.record(run.folder / "run.json") | {"jobs": jobs or os.cpu_count() or 1}
        try:
            prepared = stages.prepared(settings)
            with contextlib.chdir(run.folder):
                whole = all(step.whole for step in prepared)
        except (OSError, ValueError, KeyError):
            whole = False
        if not whole:
            what, todo = "there is nothing prepared to render", "prepare it first, by `ut-research prepare`"
            raise stop(what, f"data/processed/{run.name}", todo)
        _recover(run)
        write(run.folder / "run.json", settings)
        _bring(run, [step for step in stages.line(settings) if step not in prepared], tell, lock)
        return _publish(run)


@contextlib.contextmanager
def _begun(run: Run, jobs: int, by: str = "") -> Iterator[tuple[dict[str, Any], int]]:
    """Hold the lock of a run whose settings are written; they, and the lock's file descriptor.

    What was decided together with parts `by` a column before is so again, as they are there to be compared.
    """
    before = loop.record(run.folder / "run.json")
    if whole := before.get("of"):
        what, todo = "this is the report of one part", f"sweep the whole again: {Path(whole).name}"
        raise stop(what, f"reports/{run.name}", f"{todo}; or give this run another name")
    folder = studies.read(run.study, run.root)
    study, parts = folder.study, folder.parts(run.root, run.export)
    named = chapters(run.root, study)
    with contextlib.suppress(OSError):
        if shutil.disk_usage(run.place).free < SPACE:
            raise stop("the disk is full", str(run.place), "free at least 200 MB and build again")
    with locked(run) as lock:
        _recover(run)
        settings = {
            "name": run.name,
            "owner": run.owner,
            "root": str(run.root),
            "export": str(run.export),
            "study": str(run.study),
            "parameters": study.parameters(),
            "parts": parts,
            "by": by or before.get("by", ""),
            "chapters": named,
            "data": stages.data_digest(run.export)[:12],
            "about": places.named(run.study),
            "registers": [*map(str, places.registers(run.study, run.export, run.root, run.place))],
            "jobs": jobs or os.cpu_count() or 1,
            "fork": worker.FORKS,
            "limit": TIME_LIMIT,
        }
        write(run.folder / "run.json", settings)
        yield settings, lock


def forget(run: Run, only: str = "") -> list[Path]:
    """Remove every trace of the export of `run` that the project made; the folders that it was in.

    Its reports are known by the export's place, whatever their names; `only` names the one to remove. What a
    person put into one of these folders stays, and the folder with it.
    """
    shutil.rmtree(run.folder.with_name(SEVERAL), ignore_errors=True)
    run.report.with_name("studies.html").unlink(missing_ok=True)
    removed: list[Path] = []
    for name in sorted(_reports_of(run)):
        if only and name != run.name:
            continue
        one = replace(run, name=name)
        existed = one.folder.exists()
        with locked(one):
            _recover(one)
            removed += [p for p in (one.folder, one.report) if p.exists() and (existed or p != one.folder)]
            places.clear(one.report, places.REPORT)
            places.clear(one.folder, places.FOLDER)
    return removed


def releases_of(run: Run) -> list[Path]:
    """The records of releases of the export of `run`; `forget` leaves them, as they left already."""
    registers = places.registers(run.study, run.export, run.root, run.place)
    files = [file for place in registers for file in sorted(place.glob("[0-9]*.json"))]
    return [file for file in files if loop.record(file).get("owner") == run.owner]


def _reports_of(run: Run) -> set[str]:
    """The names under which the export of `run` was built."""
    records = [*run.folder.parent.glob("*/run.json"), *run.report.parent.glob("*/run.json")]
    owners = [(r.parent.name.lstrip(".").split(".")[0], loop.record(r).get("owner")) for r in records]
    # `.name.old` is `name`, and of a record that was cut short nobody knows whose it is
    return {name for name, owner in owners if owner == run.owner or (owner is None and name == run.name)}


def _bring(run: Run, line: list[loop.Step], tell: Callable[[dict[str, Any]], None], lock: int) -> None:
    """Have a process of its own bring the steps of `line` up to date, unless they are.

    Raises
    ------
    BuildFailed : with what each step that failed says.
    """
    with contextlib.chdir(run.folder):
        if all(step.fresh for step in line):
            return
    environment = {**os.environ, **worker.ENVIRONMENT}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "ut_research.running.worker", *(step.name for step in line)]
    failures: list[Problem] = []
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((run.folder / "build.log").open("w"))
        kept = (lock,) if os.name == "posix" else ()
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": log, "pass_fds": kept}
        process = stack.enter_context(subprocess.Popen(command, cwd=run.folder, env=environment, **pipes))
        stack.callback(process.kill)
        for said in process.stdout or ():
            event = json.loads(said)
            tell(event)
            if event["error"]:
                failures.append(Problem(event["error"], event["step"], RESUME))
        process.wait()
    if process.returncode and not failures:
        full = shutil.disk_usage(run.place).free < FULL
        what = "The disk is full." if full else f"It ended early; see {run.folder / 'build.log'}"
        failures.append(Problem(what, "the build", RESUME))
    if failures:
        raise BuildFailed(failures)


def _publish(run: Run) -> bool:
    """Put what was built in the place of the last report, in one step; False when it is there already."""
    built = digest(*(run.folder / source for source in PUBLISHED.values()))
    if loop.record(run.report / "run.json").get("built") == built:
        return False
    new, old = _aside(run, "new"), _aside(run, "old")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, source in PUBLISHED.items():
        if (run.folder / source).is_dir():
            shutil.copytree(run.folder / source, new / name, ignore=shutil.ignore_patterns(*SKIPPED))
        else:
            shutil.copyfile(run.folder / source, new / name)
    text = json.dumps({"name": run.name, "owner": run.owner, "built": built}, indent=1)
    (new / "run.json").write_text(text + "\n", encoding="utf-8")
    places.carry(run.report, new, places.REPORT)
    if run.report.exists():
        run.report.rename(old)
    new.rename(run.report)
    shutil.rmtree(old, ignore_errors=True)
    return True


def _recover(run: Run) -> None:
    """Put the last good report back, if a computer stopped in the instant between two renames."""
    new, old = _aside(run, "new"), _aside(run, "old")
    if old.exists() and not run.report.exists():
        old.rename(run.report)
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)


def write(path: Path, settings: dict[str, Any]) -> None:
    """Keep the settings of a run in the file at `path`."""
    path.write_text(json.dumps(settings, indent=1), encoding="utf-8")


def _aside(run: Run, which: str) -> Path:
    return run.report.with_name(f".{run.name}.{which}")


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
