"""The steps that Snakemake calls: clean, withhold, chapter, findings, pages, book.

Each runs in the run's own folder (`data/processed/<name>`, the working directory), reads what earlier
steps left there, and writes only there. `main` tells the command line how a step went, in one line of
`events.jsonl` a step; what it tells never holds a value of an export.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ut_research import workflow
from ut_research.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from ut_research.cleaning import Cleaned

#: Errors whose message is about code, never about data: safe to show whatever the export.
ABOUT_CODE = {"NameError", "SyntaxError", "IndentationError", "ImportError", "ModuleNotFoundError"}
ABOUT_CODE |= {"AttributeError", "ProblemsFound", "DisclosureError", "UnknownFindingError"}


def main(argv: list[str]) -> int:
    """Run the step named by `argv` in the working directory; 0 when it was done."""
    step, *arguments = argv
    started, error = time.monotonic(), ""
    try:
        STEPS[step](*arguments)
    except ProblemsFound as found:
        error = str(found)
    except OSError as fault:
        error = disk(fault)
    except BaseException as fault:  # whatever it is, the person is told
        error = _without_values(fault)
    tell(argv, error, time.monotonic() - started)
    return 1 if error else 0


def tell(argv: list[str], error: str, seconds: float = 0.0) -> None:
    """Tell the command line how the step in `argv` went; `error` is empty when it was done."""
    event = {
        "build": os.environ.get("UT_BUILD", ""),
        "step": argv[0],
        "what": argv[1] if len(argv) > 1 else "",
        "error": error,
        "seconds": round(seconds, 1),
    }
    with Path("events.jsonl").open("a", encoding="utf-8") as events:
        events.write(json.dumps(event) + "\n")


def run() -> dict[str, Any]:
    """The settings of this run, as `ut_research.workflow` wrote them: name, root, export, parameters."""
    return dict(json.loads(Path("run.json").read_text(encoding="utf-8")))


def clean() -> None:
    """Read and clean the export; leave canonical tables, the issues log, the manifest and their digests."""
    from ut_research import cleaning

    settings = run()
    for old in Path().glob("*.parquet"):
        old.unlink()
    cleaning.write(cleaned(Path(settings["export"]), settings["parameters"]), Path())
    made = [*sorted(Path().glob("*.parquet")), Path("issues.csv"), Path("manifest.json")]
    _write(Path("canonical.json"), json.dumps({p.name: workflow.digest(p) for p in made}, indent=1) + "\n")


def cleaned(export: Path, parameters: dict[str, Any]) -> Cleaned:
    """Read and clean `export`; writes nothing."""
    from ut_research import cleaning, reading

    first, last = workflow.delivery(parameters)
    return cleaning.clean(reading.read(export), delivery_start=first, delivery_end=last)


def withhold() -> None:
    """Decide what the chapters may show; leave it in decided.json."""
    import pandas as pd

    from ut_research import disclosure, together

    parameters = run()["parameters"]
    manifest = json.loads(Path("manifest.json").read_text(encoding="utf-8"))
    tables = {p.stem: pd.read_parquet(p) for p in sorted(Path().glob("*.parquet"))}
    found = together.measured(tables, parameters, pd.Timestamp(manifest["data_to"]), manifest["origin"])
    policy = disclosure.Policy(**{k: parameters[k] for k in ("threshold", "rounding", "zeros_safe")})
    together.write(Path(together.FILE), together.decide(found, policy))


def chapter(name: str, values: str, time_limit: str) -> None:
    """Run one notebook by papermill with the parameters that it names; leave it tidy in `chapters/`."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from ut_research import bookmaking

    settings = run()
    source = Path(settings["root"]) / "notebooks" / f"{name}.ipynb"
    out = Path("chapters", name).absolute()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    options: dict[str, Any] = {"execution_timeout": int(time_limit)}
    if "UT_WORKER" in os.environ:
        from ut_research import engine

        options = {"engine_name": engine.register(), "time_limit": float(time_limit)}
        _hold_memory()
    try:
        notebook = papermill.execute_notebook(
            source,
            None,
            parameters={"data": str(Path().absolute()), "out": str(out), **json.loads(values)},
            cwd=source.parent,
            progress_bar=False,
            kernel_name="python3",
            **options,
        )
    except PapermillExecutionError as fault:
        raise ProblemsFound([_cell_problem(source, fault, time_limit)]) from None
    _write(out.with_suffix(".ipynb"), bookmaking.notebook_text(bookmaking.tidy(notebook, source.name)))


def findings() -> None:
    """Join what the chapters released into one ledger, and their tables into one folder.

    Raises
    ------
    ProblemsFound : what changed since the release before would isolate a few people.
    """
    from ut_research import disclosure, releases
    from ut_research import findings as ledger

    settings = run()
    folders = [Path("chapters", name) for name in settings["chapters"]]
    released = {f.name: ledger.read(file) for f in folders for file in sorted(f.glob("findings/*.json"))}
    joined = list(ledger.join(released))
    held = {k: settings["parameters"][k] for k in ("threshold", "rounding", "zeros_safe")}
    policy = disclosure.Policy(**held)
    try:
        if settings["since"]:
            releases.compare(releases.read(Path(settings["since"])).findings, joined, policy)
    except disclosure.DisclosureError as fault:
        where, todo = "this release beside the one before", "Nothing of it was released"
        raise ProblemsFound([Problem(str(fault), where, todo)]) from None
    releases.write(Path(workflow.RELEASE), settings["name"], joined, policy)
    ledger.write(joined, Path("findings.json"))
    tables = Path("tables")
    shutil.rmtree(tables, ignore_errors=True)
    tables.mkdir()
    for folder in folders:
        for table in sorted(folder.glob("tables/*.csv")):
            shutil.copyfile(table, tables / table.name)
    _seal(tables)


def pages() -> None:
    """Put the book's sources together: written pages with their numbers filled in, and the chapters."""
    from ut_research import bookmaking

    bookmaking.assemble(run(), Path("book"))
    _seal(Path("book"))


def book() -> None:
    """Build the pages into a book."""
    from ut_research import bookmaking

    made_with = workflow.library(Path(run()["root"]))
    bookmaking.build(Path("book"), Path("html"), Path("tables"), made_with)
    _seal(Path("html"))


STEPS: dict[str, Callable[..., None]] = {
    "clean": clean,
    "withhold": withhold,
    "chapter": chapter,
    "findings": findings,
    "pages": pages,
    "book": book,
}


def _cell_problem(notebook: Path, fault: Any, time_limit: str) -> Problem:
    """One readable block: which cell, the error, the code. The message only where it cannot hold data."""
    manifest = json.loads(Path("manifest.json").read_text(encoding="utf-8"))
    if fault.ename == "OutOfTime":
        what = f"ran longer than {time_limit} seconds and was stopped"
    elif fault.ename == "MemoryError":
        what = "needed more memory than this computer has"
    elif fault.ename in ABOUT_CODE or manifest.get("origin") == "example":
        what = f"{fault.ename}: {fault.evalue}"
    else:
        what = f"{fault.ename} (its message is left out, because it may hold a value of the export)"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    number = next(i for i, c in enumerate(cells, 1) if "".join(c["source"]) == fault.source)
    code = "\n".join("    │ " + line for line in fault.source.rstrip().splitlines())
    return Problem(
        f"{what}\n{code}\n", f"notebooks/{notebook.name}, cell {number}", "See it happen with `make lab`"
    )


def _hold_memory(share: float = 0.8) -> None:
    """Let this process have at most `share` of the memory, so that it fails and nothing else does."""
    import resource

    limit = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * share)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def disk(fault: OSError) -> str:
    """In words, what is wrong with the disk; else the kind and the place of the error."""
    import errno

    if fault.errno == errno.ENOSPC:
        return "the disk is full: free some space and build again; the last good report is untouched"
    if fault.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return "this folder may not be written to: build in a folder of your own"
    return _without_values(fault)


def _without_values(fault: BaseException) -> str:
    """The kind and the place of an unexpected error, without its message, which may hold data."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [f for f in frames if "ut_research" in f.filename] or list(frames)
    place = f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else "an unknown place"
    detail = f": {fault}" if type(fault).__name__ in ABOUT_CODE else ""
    return f"an error that should not happen, {type(fault).__name__} in {place}{detail}"


def _seal(folder: Path) -> None:
    """Leave a digest of `folder` beside it: a later step depends on its content, not on when it was made."""
    _write(folder.with_suffix(".json"), json.dumps({"content": workflow.digest(folder)}) + "\n")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
