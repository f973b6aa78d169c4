"""How fast things are, as ratios measured in one run: ``make bench`` (about five minutes on two cores).

A report is built four ways in a copy of the project: by plain papermill one notebook after another and
then ``jupyter-book build``; by the workflow from nothing; again with nothing changed; and with one
parameter changed. Then the bootstrap is set beside scipy's, by ``bench/bootstrap.py``, and the multiverse of
the example is timed. Last, cleaning and all measures are run on invented caseloads of growing size, each in
a process of its own, by ``bench/caseload.py``.
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

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
REPORT = [PYTHON, "-m", "ut_research.cli", "report"]
SIZES = (10_000, 100_000, 1_000_000)


def timed(*command: str, cwd: Path) -> float:
    """Seconds that a command takes; what it prints is shown only when it fails."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return took


def plain(project: Path) -> float:
    """Seconds for papermill, one notebook after another, and then Jupyter Book, on cleaned data."""
    run = project / "data" / "processed" / "example"
    took = 0.0
    for notebook in sorted((project / "notebooks").glob("*.ipynb")):
        out = project / "plain" / notebook.stem
        out.mkdir(parents=True)
        command = [PYTHON, "-m", "papermill", str(notebook), str(out.with_suffix(".ipynb"))]
        command += ["--cwd", str(notebook.parent), "-p", "data", str(run), "-p", "out", str(out)]
        took += timed(*command, "--no-progress-bar", cwd=project)
    book = str(Path(PYTHON).with_name("jupyter-book"))
    return took + timed(book, "build", "--all", str(run / "book"), cwd=project)


def report() -> None:
    """Print the ratios of the report."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        ignored = shutil.ignore_patterns(".git", ".venv", "processed", "reports", ".*_cache", "__pycache__")
        shutil.copytree(ROOT, project, ignore=ignored)
        timed(*REPORT, cwd=project)  # once before, so that everything is compiled and in the disk's cache
        shutil.rmtree(project / "data" / "processed")
        cold = timed(*REPORT, cwd=project)
        unchanged = timed(*REPORT, cwd=project)
        study = project / "study.toml"
        study.write_text(study.read_text().replace("follow_up_days = 365", "follow_up_days = 364"))
        changed = timed(*REPORT, cwd=project)
        by_hand = plain(project)
    rows = [
        ("papermill one after another, then jupyter-book build", by_hand, 1.0, ""),
        ("this workflow, from nothing", cold, cold / by_hand, "at most 0.65 of that"),
        ("this workflow, one parameter changed", changed, changed / cold, "under 0.33 of from nothing"),
        ("this workflow, nothing changed", unchanged, unchanged / cold, "under 5 s"),
    ]
    for what, seconds, ratio, target in rows:
        print(f"{what:<54}{seconds:7.1f} s {ratio:6.2f}  {target}".rstrip())


def statistics() -> None:
    """Print how much faster the bootstrap is than scipy's, and the time of the example's multiverse."""
    import bootstrap
    import pandas as pd

    from ut_research import cleaning, multiverse, reading
    from ut_research.study import Study

    bootstrap.main()
    study, example = Study(), ROOT / "data" / "raw" / "example"
    cleaned = cleaning.clean(
        reading.read(example),
        delivery_start=study.delivery_start,
        delivery_end=study.delivery_end,
        key=b"a key that is only for timing",
    )
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
        command = [PYTHON, str(ROOT / "bench" / "caseload.py"), str(size)]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        took.append(found["clean"] + found["measure"])
        print(
            f"{size:>9,} people: cleaning {found['clean']:5.1f} s, all measures {found['measure']:5.1f} s, "
            f"together {took[-1]:5.1f} s, {found['gigabytes']:.1f} GB"
        )
    power = math.log(took[-1] / took[0]) / math.log(SIZES[-1] / SIZES[0])
    print(f"time grows as n to the power {power:.2f} (at most 1.1); a million under 60 s and 6 GB")


if __name__ == "__main__":
    print("Building the report, four ways …", flush=True)
    report()
    print("Working out the bootstrap and the multiverse …", flush=True)
    statistics()
    print("Cleaning and measuring invented caseloads …", flush=True)
    caseload()
