"""One run, from its name to its published report: what it may be called, its lock, Snakemake, publishing.

A run works in `data/processed/<name>/` (cleaned tables, executed chapters, Snakemake's records: all that
`forget` has to remove) and publishes to `reports/<name>/` in one step, when everything is done. Light on
imports: a build in which nothing has changed must be quick.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ut_research import kernel, together
from ut_research.errors import Problem, ProblemsFound
from ut_research.study import Study

#: What a published report holds, of what a run makes: name in the report ← name in the run's folder.
PUBLISHED = {
    "book": "html",
    "findings.json": "findings.json",
    "issues.csv": "issues.csv",
    "tables": "tables",
}
#: What a run released, in its folder; and where a report keeps its releases, each as NUMBER-EXPORT.json.
RELEASE, RELEASES = "release.json", "releases"
#: Files that are no part of what holds them.
SKIPPED = frozenset({"__pycache__", ".snakemake_timestamp", ".ipynb_checkpoints", "_build"})
#: Files beside a workbook that are read with it.
BESIDE = ("columns.toml", "INVENTED.md")
#: Parameters that the workflow gives each chapter; all others are the study's.
GIVEN = {"data": "", "out": ""}
#: What is said about steps that failed.
RESUME = "The last good report is untouched. Put this right and build again: it resumes where it stopped."
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
    """One export, under one name, in one copy of the project."""

    root: Path
    name: str
    export: Path
    study: Path

    @property
    def folder(self) -> Path:
        """Where the run works."""
        return self.root / "data" / "processed" / self.name

    @property
    def report(self) -> Path:
        """Where its report is published."""
        return self.root / "reports" / self.name

    @property
    def owner(self) -> str:
        """What tells this export from another of the same name: a hash of where it is."""
        return hashlib.sha256(str(self.export.resolve()).encode()).hexdigest()[:16]


def find_root(start: Path | None = None) -> Path:
    """The project's folder: the nearest one above `start` with a Snakefile, else where the library lives."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / "Snakefile").is_file() and (folder / "study.toml").is_file():
            return folder
    raise ProblemsFound([Problem("this is not the project", str(here), "run it inside the project's folder")])


def plan(
    export: str = "", study: str = "", name: str = "", *, must_exist: bool = True, makes: bool = True
) -> Run:
    """The run that a person asked for, which need not have a name of its own unless it `makes` anything.

    Its parameters are those of `study`, else of the export's own ``study.toml``, else of the project's.

    Raises
    ------
    ProblemsFound : there is no such export, or its name is taken by another.
    """
    root = find_root()
    where = _named(export) if export else root / "data" / "raw" / "example"
    if must_exist and not os.path.exists(where):  # noqa: PTH110  (False for a name that is too long)
        raise ProblemsFound(
            [Problem("there is no such export", export, "give a folder or a workbook as EXPORT")]
        )
    given = name or (where.stem if where.is_file() else where.name)
    clean_name = _plain(given)
    if makes and not clean_name:
        raise ProblemsFound([Problem("no name can be made of this", given, "give one as NAME=my-report")])
    beside = where / "study.toml" if (where / "study.toml").is_file() else root / "study.toml"
    file = _named(study) if study else beside
    run = Run(root, clean_name, where, file)
    for record in (run.report / "run.json", run.folder / "run.json") if makes else ():
        if record.is_file() and _owner(record) not in (run.owner, None):
            todo = (
                f"give this run another name (NAME={clean_name}-2), or `make forget` the other export first"
            )
            raise ProblemsFound(
                [Problem("this name is taken by another export", f"reports/{clean_name}", todo)]
            )
    return run


def _plain(name: str) -> str:
    """A name as folders of reports are called."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]


def _named(path: str) -> Path:
    """The file or folder that a person named; a name such as ``~$book.xlsx`` is not about anybody's home."""
    with contextlib.suppress(RuntimeError):
        return Path(path).expanduser().resolve()
    return Path(path).resolve()


def chapters(root: Path, study: Study) -> dict[str, list[str]]:
    """The chapters in reading order, each with the study parameters that its parameters cell names.

    Raises
    ------
    ProblemsFound : a notebook has no parameters cell, or names a parameter that does not exist or that
        has another type in the study; all such mistakes at once.
    """
    known: dict[str, Any] = {**study.parameters(), **GIVEN}
    problems: list[Problem] = []
    named: dict[str, list[str]] = {}
    for notebook in sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        defaults: dict[str, Any] = {}
        try:
            defaults = parameters_of(notebook)
        except ValueError as fault:
            problems.append(Problem(str(fault), f"notebooks/{notebook.name}", "see CONTRIBUTING.md"))
        for name, default in defaults.items():
            where = f"notebooks/{notebook.name}, parameter {name}"
            if name not in known:
                todo = "name a parameter of study.toml, or data or out, as it is spelt there"
                problems.append(Problem("there is no such parameter", where, todo))
            elif type(default) is not type(known[name]):
                kind = type(known[name]).__name__
                problems.append(
                    Problem("its default is of the wrong kind", where, f"it must be {kind}, as in study.toml")
                )
        named[notebook.stem] = [n for n in defaults if n not in GIVEN]
    if problems:
        raise ProblemsFound(problems)
    return named


def parameters_of(notebook: Path) -> dict[str, Any]:
    """Names and default values in the one cell of `notebook` that is tagged ``parameters``."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", ())]
    if len(tagged) != 1:
        raise ValueError(f"there must be one cell tagged `parameters`; there are {len(tagged)}")
    found: dict[str, Any] = {}
    try:
        for statement in ast.parse("".join(tagged[0]["source"])).body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found[name] = ast.literal_eval(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    found[name] = ast.literal_eval(value)
                case ast.Expr(value=ast.Constant()):
                    pass
                case _:
                    raise ValueError
    except (ValueError, SyntaxError):
        raise ValueError("its parameters cell may hold only lines like `name = value`") from None
    return found


def digest(*paths: Path, leave_out: tuple[str, ...] = ()) -> str:
    """A hash of the content of files, and of all files in folders, under their relative names."""
    total = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            relative = file.relative_to(path).as_posix() if path.is_dir() else file.name
            if relative in leave_out or not SKIPPED.isdisjoint(file.parts) or not file.is_file():
                continue
            with file.open("rb") as data:
                total.update(relative.encode() + b"\0" + hashlib.file_digest(data, "sha256").digest())
    return total.hexdigest()


def data_digest(export: Path) -> str:
    """A hash of what is read of an export: not of folders in it, hidden files, or a study that it brings."""
    inside = export.iterdir() if export.is_dir() else (export, *map(export.with_name, BESIDE))
    return digest(*sorted(f for f in inside if not f.name.startswith((".", "~$")) and f.name != "study.toml"
                          and f.is_file()))  # fmt: skip


def library(root: Path) -> str:
    """A hash of the code that results depend on: the library, without what only runs it, and the lock."""
    only_runs = ("cli.py", "workflow.py", "kernel.py")
    return digest(Path(__file__).parent, root / "requirements.lock", leave_out=only_runs)


def delivery(parameters: dict[str, Any]) -> tuple[date, date]:
    """First and last day of delivery: the study parameters that cleaning depends on."""
    return date.fromisoformat(parameters["delivery_start"]), date.fromisoformat(parameters["delivery_end"])


@contextlib.contextmanager
def locked(run: Run, patience: float = 3.0) -> Iterator[int]:
    """Hold the run's lock; its file descriptor. It is let go when the last process of the build has ended."""
    run.folder.mkdir(parents=True, exist_ok=True)
    with (run.folder / "lock").open("w") as file:
        until = time.monotonic() + patience
        while not _lock(file.fileno()):
            if time.monotonic() > until:
                todo = "wait for it to end, or give this one another name with NAME="
                raise ProblemsFound(
                    [Problem("this report is being built already", f"reports/{run.name}", todo)]
                )
            time.sleep(0.1)
        yield file.fileno()


def build(
    run: Run, tell: Callable[[dict[str, Any]], None], jobs: int = 0, target: str = "all", since: str = ""
) -> bool:
    """Bring the report of `run` up to date; True when something was built.

    `since` names the report whose last release this one follows; empty: the one named last time, else the
    last release of other data under this name. Invented people need no such protection, unless it is asked
    for.

    `tell` is called with each event (step, what, error, seconds) as it happens.

    Raises
    ------
    ProblemsFound : before anything runs, for a mistake in the study, a notebook, the name or the disk;
        or after, with what failed. The last good report is then still in place.
    """
    study = Study.read(run.study)
    named = chapters(run.root, study)
    with contextlib.suppress(OSError):
        if shutil.disk_usage(run.root).free < SPACE:
            raise ProblemsFound(
                [Problem("the disk is full", str(run.root), "free at least 200 MB and build again")]
            )
    with locked(run) as lock:
        _recover(run)
        _no_later_than_now(run.folder)
        settings = {
            "name": run.name,
            "owner": run.owner,
            "root": str(run.root),
            "export": str(run.export),
            "study": str(run.study),
            "parameters": study.parameters(),
            "chapters": list(named),
            "data": (data := data_digest(run.export)[:12]),
            "since": _since(run, since, data),
            "follows": since or _follows(run),
        }
        (run.folder / "run.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")
        record, current = run.folder / "made-for.json", _made_for(run, study.parameters(), data)
        goals = _goals(run, record, current) if target == "all" else [target]
        if len(goals) > 1:
            record.unlink(missing_ok=True)  # until what is there was made for these settings
        failures = _run(run, tell, lock, jobs or os.cpu_count() or 1, goals)
        if failures:
            raise BuildFailed(failures)
        if target == "all":
            record.write_text(json.dumps(current, indent=1), encoding="utf-8")
        return target == "all" and _publish(run, data)


def forget(run: Run, only: str = "") -> list[Path]:
    """Remove every trace of the export of `run` that the project made; the folders removed.

    Its reports are known by the export's place, whatever their names; `only` names the one to remove.
    """
    removed: list[Path] = []
    for name in sorted(_reports_of(run)):
        if only and name != run.name:
            continue
        one = replace(run, name=name)
        found = [p for p in (one.folder, one.report, _aside(one, "new"), _aside(one, "old")) if p.exists()]
        with locked(one):
            for path in {one.folder, *found}:
                shutil.rmtree(path)
        removed += found
    return removed


def _reports_of(run: Run) -> set[str]:
    """The names under which the export of `run` was built."""
    records = [*run.folder.parent.glob("*/run.json"), *run.report.parent.glob("*/run.json")]
    owners = {record: _owner(record) for record in records}
    cut_short = {r.parent.name for r, owner in owners.items() if owner is None} & {run.name}
    return cut_short | {r.parent.name for r, owner in owners.items() if owner == run.owner}


def _owner(record: Path) -> str | None:
    """Whose run this is the record of; None where it was cut short."""
    with contextlib.suppress(ValueError):
        return str(json.loads(record.read_text(encoding="utf-8")).get("owner"))
    return None


def _made_for(run: Run, parameters: dict[str, Any], data: str) -> dict[str, list[Any]]:
    """What the cleaned tables, and the decision what to withhold, depend on; `data` is the export's hash."""
    cleaned = [library(run.root), data, *map(str, delivery(parameters))]
    return {"canonical.json": cleaned, together.FILE: [*cleaned, together.settings(parameters)]}


def _goals(run: Run, record: Path, current: dict[str, list[Any]]) -> list[str]:
    """What to make, in order. The decision comes before Snakemake works out which chapters have to run."""
    before: dict[str, Any] = {}
    with contextlib.suppress(ValueError, FileNotFoundError):
        together.read(run.folder / together.FILE)  # one that a crash of the computer cut short is no decision
        before = json.loads(record.read_text(encoding="utf-8"))
    made = {name for name in current if before.get(name) == current[name] and (run.folder / name).is_file()}
    if "canonical.json" not in made:
        return ["canonical.json", together.FILE, "all"]
    return ["all"] if together.FILE in made else [together.FILE, "all"]


def _put_back(run: Run) -> None:
    """Have the chapters run again that now have to withhold anything else than when they ran."""
    decided = together.read(run.folder / together.FILE)
    for notebook in (run.folder / "chapters").glob("*.ipynb"):
        if together.stale(notebook.with_suffix(""), decided):
            notebook.unlink()


def _run(
    run: Run, tell: Callable[[dict[str, Any]], None], lock: int, jobs: int, goals: list[str]
) -> list[Problem]:
    """Make one goal after another in the run's folder; what failed."""
    events = run.folder / "events.jsonl"
    events.write_text("", encoding="utf-8")
    shutil.rmtree(run.folder / ".snakemake" / "sources", ignore_errors=True)  # a Snakefile that was read once
    environment = {**os.environ, **kernel.ENVIRONMENT}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    # Steps of a build that was killed may still tell how they ended: they are of another build.
    environment["UT_BUILD"] = build = secrets.token_hex(8)
    failures: list[Problem] = []
    with contextlib.ExitStack() as stack:
        if kernel.supported():
            environment["UT_SERVER"] = stack.enter_context(_server(environment, lock))
        log = stack.enter_context((run.folder / "snakemake.log").open("w"))
        lines = stack.enter_context(events.open(encoding="utf-8"))

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [sys.executable, "-m", "ut_research.kernel", *arguments],
                cwd=run.folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=_inherited(lock),
            )
            stack.callback(process.kill)
            return process

        # each loads Snakemake at once, and then waits for its turn
        loading = {goal: start(*_snakemake(run, jobs), goal) for goal in goals if goal != together.FILE}
        for goal in goals:
            if goal == "all":
                _put_back(run)
            process = loading.get(goal) or start("600", "withhold")
            if process.stdin:
                with contextlib.suppress(BrokenPipeError), process.stdin as word:
                    word.write(b"go\n")
            while True:
                ended = process.poll() is not None
                while line := lines.readline():
                    event = json.loads(line)
                    if event.pop("build") != build:
                        continue
                    tell(event)
                    if event["error"]:
                        failures.append(
                            Problem(event["error"], f"{event['step']} {event['what']}".strip(), RESUME)
                        )
                if ended:
                    break
                time.sleep(0.05)
            if process.returncode:
                break
    if process.returncode and not failures:
        full = shutil.disk_usage(run.root).free < FULL
        what = "The disk is full." if full else f"It ended early; see {run.folder / 'snakemake.log'}"
        failures.append(Problem(what, "the build", RESUME))
    return failures


def _snakemake(run: Run, jobs: int) -> list[str]:
    """The arguments of Snakemake, as `ut_research.kernel` takes them, but for the goal."""
    sources = str(run.folder / ".snakemake" / "sources")
    places = ["--snakefile", str(run.root / "Snakefile"), "--runtime-source-cache-path", sources]
    places += ["--directory", str(run.folder), "--configfile", str(run.folder / "run.json")]
    ways = ["--cores", str(jobs), "--keep-going", "--rerun-incomplete", "--nolock", "--scheduler", "greedy"]
    return ["snakemake", *places, *ways, "--quiet", "all", "--latency-wait", "0"]


@contextlib.contextmanager
def _server(environment: dict[str, str], lock: int) -> Iterator[str]:
    """Start the process that forks for each step; its address."""
    with tempfile.TemporaryDirectory(prefix="ut-") as folder, socket.socket(socket.AF_UNIX) as listening:
        address = str(Path(folder, "s"))
        listening.bind(address)
        listening.listen(64)
        command = [sys.executable, "-m", "ut_research.kernel", "serve", str(listening.fileno())]
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, pass_fds=(listening.fileno(), lock)
        )
        listening.close()
        try:
            yield address
        finally:
            server.kill()
            server.wait()


def _since(run: Run, since: str, data: str) -> str:
    """The file of the release before this one; empty where there is none."""
    for name in filter(None, (since, _follows(run))):
        if found := _others(run.report.with_name(_plain(Path(name).name)), data):
            return found
        if name == since:
            todo = "give the name of a report in reports/, of other data than these"
            raise ProblemsFound([Problem("there is no release to compare with", since, todo)])
    return "" if (run.export / "INVENTED.md").is_file() else _others(run.report, data)


def _follows(run: Run) -> str:
    """The report that the last build of this one was compared with, where one was named."""
    record = run.folder / "run.json"
    with contextlib.suppress(ValueError, FileNotFoundError):
        return str(json.loads(record.read_text(encoding="utf-8")).get("follows", ""))
    return ""


def _others(report: Path, data: str) -> str:
    """The file of the last release in `report` that is of other data."""
    kept = [str(file) for file in sorted((report / RELEASES).glob("*.json")) if not file.stem.endswith(data)]
    return kept[-1] if kept else ""


def _keep_release(run: Run, folder: Path, data: str) -> None:
    """Put what was released into `folder`, after those before it; of the same data, only the last is kept."""
    folder.mkdir()
    kept = sorted((run.report / RELEASES).glob("*.json"))
    for file in kept:
        shutil.copyfile(file, folder / file.name)
    last = kept[-1].stem if kept else "0000-"
    number = int(last[:4]) + (not last.endswith(data))
    shutil.copyfile(run.folder / RELEASE, folder / f"{number:04d}-{data}.json")


def _publish(run: Run, data: str) -> bool:
    """Put what was built in the place of the last report, in one step; False when it is there already."""
    made = [run.folder / source for source in (*PUBLISHED.values(), RELEASE)]
    built = digest(*made)
    record = run.report / "run.json"
    if record.is_file() and json.loads(record.read_text(encoding="utf-8")).get("built") == built:
        return False
    new, old = _aside(run, "new"), _aside(run, "old")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, source in PUBLISHED.items():
        if (run.folder / source).is_dir():
            shutil.copytree(run.folder / source, new / name, ignore=shutil.ignore_patterns(*SKIPPED))
        else:
            shutil.copyfile(run.folder / source, new / name)
    _keep_release(run, new / RELEASES, data)
    text = json.dumps({"name": run.name, "owner": run.owner, "built": built}, indent=1)
    (new / "run.json").write_text(text + "\n", encoding="utf-8")
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


def _no_later_than_now(folder: Path) -> None:
    """Date back what was made while the clock was ahead: Snakemake fails on results older than input."""
    now = time.time()
    for path in folder.rglob("*"):
        if path.lstat().st_mtime > now:
            os.utime(path, (now, now), follow_symlinks=False)


def _aside(run: Run, which: str) -> Path:
    return run.report.with_name(f".{run.name}.{which}")


def _inherited(lock: int) -> tuple[int, ...]:
    return (lock,) if os.name == "posix" else ()


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
