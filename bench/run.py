"""How fast things are, as ratios measured in one run: ``make bench`` (about ten minutes on two cores).

A report is built in a copy of the project: by the workflow for the first time, when no library is compiled
yet, as in a fresh clone; from nothing; again with nothing changed; with one parameter changed, then another;
and by hand: plain papermill, one notebook after another, and then ``jupyter-book build``. Then the
multiverse of the example is timed, and ``bench/disclosure.py`` counts what is withheld of drawn exports.
Cleaning and all measures are run on invented caseloads of growing size, and large files are read beside the
library that reads them, each in a process of its own.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import disclosure
from bench.reading import SIZES as SIZES_READ

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
REPORT = [PYTHON, "-m", "ut_research.cli", "report"]
#: Parameters to change, each from its value to another: one that four chapters use, and one that one does.
CHANGES = (("follow_up_days", "365", "364"), ("active_days", "5", "4"))
SIZES = (10_000, 100_000, 1_000_000)


def timed(*command: str, cwd: Path) -> float:
    """Seconds that a command takes; what it prints is shown only when it fails.

    Compiled code is kept in a folder beside `cwd`.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(cwd.with_name("compiled"))
    began = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return took


def copied(folder: Path) -> Path:
    """A copy of the project in `folder`, without what was made in it."""
    ignored = shutil.ignore_patterns(".git", ".venv", "processed", "reports", ".*_cache", "__pycache__")
    return shutil.copytree(ROOT, folder / "project", ignore=ignored)


def by_hand(project: Path) -> float:
    """Seconds to prepare without forks, run papermill one notebook after another, then Jupyter Book."""
    run = project / "data" / "processed" / "example"
    shutil.rmtree(run.parent)
    alone = "from ut_research.running import worker; worker.FORKS = False; from ut_research import cli; "
    took = timed(PYTHON, "-c", alone + "cli.main()", "prepare", cwd=project)
    for notebook in sorted((project / "notebooks").glob("[0-9]*.ipynb")):
        out = project / "plain" / notebook.stem
        out.mkdir(parents=True)
        command = [PYTHON, "-m", "papermill", str(notebook), str(out.with_suffix(".ipynb"))]
        command += ["--cwd", str(notebook.parent), "-p", "data", str(run), "-p", "out", str(out)]
        took += timed(*command, "--no-progress-bar", cwd=project)
    timed(*REPORT, cwd=project)  # puts the book's sources where Jupyter Book finds them
    book = str(Path(PYTHON).with_name("jupyter-book"))
    return took + timed(book, "build", "--all", str(run / "book"), cwd=project)


def report() -> None:
    """Print the ratios of the report."""
    with tempfile.TemporaryDirectory() as folder:
        project = copied(Path(folder))
        first = timed(*REPORT, cwd=project)
        shutil.rmtree(project / "data" / "processed")
        cold = timed(*REPORT, cwd=project)
        unchanged = timed(*REPORT, cwd=project)
        changed = {}
        for name, old, new in CHANGES:
            study = project / "studies" / "united-together" / "study.toml"
            usual = study.read_text()
            study.write_text(usual.replace(f"{name} = {old}", f"{name} = {new}"))
            changed[name] = timed(*REPORT, cwd=project)
            study.write_text(usual)
            timed(*REPORT, cwd=project)
        hand = by_hand(project)
    rows = [
        ("prepare, papermill one after another, jupyter-book", hand, ""),
        ("this workflow, the first time", first, ""),
        ("this workflow, from nothing", cold, "at most 0.18"),
        *(
            (f"this workflow, {name} changed", changed[name], f"at most {most}")
            for name, most in (("active_days", 0.08), ("follow_up_days", 0.12))
        ),
        ("this workflow, nothing changed", unchanged, "under 1 s"),
    ]
    print(f"{'':<54}{'':>9}  of by hand")
    for what, seconds, target in rows:
        print(f"{what:<54}{seconds:7.1f} s {seconds / hand:10.2f}  {target}".rstrip())


def statistics() -> None:
    """Print the time of the example's multiverse."""
    import pandas as pd

    from ut_research.cleaning import tables
    from ut_research.core import studies
    from ut_research.measures import multiverse

    found = studies.read(studies.find(ROOT, ""), ROOT)
    study, cleaned = found.study, tables.of_export(found.data or ROOT, found.study.parameters())
    began = time.perf_counter()
    found = multiverse.measure(
        cleaned.tables, data_to=pd.Timestamp(cleaned.data_to), threshold=study.threshold
    )
    took = time.perf_counter() - began
    print(f"multiverse, {len(found)} combinations {took:6.2f} s  under 10 s")


def caseload() -> None:
    """Print time and memory of cleaning and measuring, and how time grows with size."""
    took: list[float] = []
    for size in SIZES:
        command = [PYTHON, "-m", "bench.caseload", str(size)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        took.append(found["clean"] + found["measure"])
        print(
            f"{size:>9,} people: cleaning {found['clean']:5.1f} s, all measures {found['measure']:5.1f} s, "
            f"together {took[-1]:5.1f} s, {found['gigabytes']:.1f} GB"
        )
    power = math.log(took[-1] / took[0]) / math.log(SIZES[-1] / SIZES[0])
    print(f"time grows as n to the power {power:.2f} (at most 1.1); a million under 60 s and 6 GB")


def reading() -> None:
    """Print how long large files take, beside the library that reads them."""
    with tempfile.TemporaryDirectory() as folder:
        for kind, (rows, columns) in SIZES_READ.items():
            found = {}
            for who in ("make", "plain", "ours"):
                command = [PYTHON, "-m", "bench.reading", kind, who, folder]
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
                found[who] = json.loads(done.stdout)
            seconds, ratio = found["ours"]["seconds"], found["ours"]["seconds"] / found["plain"]["seconds"]
            told = f"{seconds:.1f} s, {ratio:.1f} times the library alone (at most 3)"
            most = f"{found['ours']['gigabytes']:.1f} GB (under 3)"
            print(f"{kind}, {rows:,} rows of {columns} columns: {told}, {most}")


if __name__ == "__main__":
    print("Reading large files …", flush=True)
    reading()
    print("Building the report, four ways …", flush=True)
    report()
    print("Sweeping the example's partners …", flush=True)
    subprocess.run([PYTHON, "-m", "bench.sweep"], cwd=ROOT, check=True)
    print("Deciding on the reports of a region …", flush=True)
    subprocess.run([PYTHON, "-m", "bench.region"], cwd=ROOT, check=True)
    print("Working out the multiverse …", flush=True)
    statistics()
    print("Deciding what of drawn exports may be shown …", flush=True)
    disclosure.main()
    print("Cleaning and measuring invented caseloads …", flush=True)
    caseload()
