"""A process that has already loaded the libraries, and forks for each step of the workflow.

Loading numpy, pandas, scipy, seaborn and papermill costs more than most chapters do. `serve` loads
them once and forks a worker for each step that asks; `ask` is what a workflow job runs: it hands the
step to the server and ends as the step ends. Where there is no server (Windows, macOS, a cluster) the
job runs the step itself, in the same words and with the same bytes.

Rules that keep forking safe: nothing here computes, starts a thread or reads data before the fork; the
numerical libraries are held to one thread; the drawing backend is chosen before the import; workers die
with the server, and the server dies with the command that started it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

#: What a worker finds loaded already: what cleaning and measuring need, then what chapters need besides.
NUMBERS = (
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "pyarrow.dataset",
    "scipy.stats",
    "ut_research.estimates",
    "ut_research.disclosure",
)
CHAPTERS = (
    "seaborn",
    "papermill",
    "IPython.core.interactiveshell",
    "ut_research.chapter",
    "ut_research.charts",
)
#: What is loaded while workers are busy: pages and the book come last.
PAGES = (
    "pandera.pandas",
    "ut_research.brief",
    "jupyter_book.sphinx",
    "myst_nb.sphinx_ext",
    "sphinx_book_theme",
    "sphinx.builders.html",
)
#: Steps that need no more than NUMBERS.
EARLY = frozenset({"clean", "withhold"})

#: Set for the whole build: results that do not depend on the machine, its language or its clock.
ENVIRONMENT = {
    "MPLBACKEND": "agg",
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # jemalloc starts a thread of its own
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "SOURCE_DATE_EPOCH": "0",
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}

#: Seconds that a worker has, beyond its own time limit, to end by itself.
GRACE = 15


def supported() -> bool:
    """Whether forking is safe here; macOS system libraries do not survive it."""
    return sys.platform.startswith("linux")


def serve(descriptor: int) -> None:
    """Fork a worker for each request on the listening socket `descriptor`, until standard input closes."""
    import selectors

    server = socket.socket(fileno=descriptor)
    _end_with_parent()
    gc.disable()
    waiting = [*NUMBERS, *CHAPTERS, *PAGES]
    workers: dict[int, float] = {}
    with selectors.DefaultSelector() as ready:
        ready.register(server, selectors.EVENT_READ, "request")
        ready.register(sys.stdin, selectors.EVENT_READ, "end")
        while True:
            idle = waiting and (workers or waiting[0] not in PAGES)
            happened = {key.data for key, _ in ready.select(timeout=0 if idle else 1)}
            if idle and not happened:
                importlib.import_module(waiting.pop(0))
            if "end" in happened:
                break
            if "request" in happened:
                connection, _ = server.accept()
                line = connection.makefile().readline()
                if not line:
                    continue
                request = json.loads(line)
                for name in NUMBERS if request["step"][0] in EARLY else (*NUMBERS, *CHAPTERS):
                    importlib.import_module(name)
                pid = os.fork()
                if pid == 0:
                    server.close()
                    _work(connection, request)
                workers[pid] = time.monotonic() + request["limit"] + GRACE
                connection.close()
            for pid, deadline in list(workers.items()):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    del workers[pid]
                elif time.monotonic() > deadline:
                    os.kill(pid, signal.SIGKILL)
    for pid in workers:
        os.kill(pid, signal.SIGKILL)


def ask(step: list[str], limit: float) -> int:
    """Have the server run `step`; its exit status, or 1 when it was killed."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ["UT_SERVER"])
        connection.sendall(
            json.dumps({"step": step, "limit": limit, "folder": str(Path.cwd())}).encode() + b"\n"
        )
        answer = connection.makefile().readline()
    if not answer:
        from ut_research import steps

        steps.tell(step, "was stopped from outside: it ran out of memory, or out of time and would not end")
    return int(answer or 1)


def snakemake(arguments: list[str]) -> NoReturn:
    """Load Snakemake, and run it when standard input says so; end at once when that closes.

    It runs without what it need not wait for: pandas at its start, a timer at its end.
    """
    gc.disable()
    sys.modules["pandas"] = None  # type: ignore[assignment]  # only to compare frames given as parameters
    from snakemake.cli import main

    _end_with_parent()
    if not sys.stdin.readline():
        os._exit(1)
    status: Any = 0
    try:
        main(arguments)
    except SystemExit as end:
        status = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 1)


def _work(connection: socket.socket, request: dict[str, Any]) -> None:
    """Run one step in this forked process, answer with its exit status, and end."""
    status = 1
    try:
        _end_with_parent()
        import random

        import numpy as np

        random.seed(0)
        np.random.seed(0)  # what was inherited must not depend on what ran before
        os.environ["UT_WORKER"] = "1"
        gc.freeze()  # what was loaded is no rubbish: looking through it time and again is a sixth of a build
        gc.set_threshold(100_000, 20, 20)
        gc.enable()
        os.chdir(request["folder"])
        from ut_research import steps

        status = steps.main(request["step"])
        connection.sendall(b"%d\n" % status)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _end_with_parent() -> None:
    """Ask the kernel to kill this process when the one that started it dies, however it dies."""
    import ctypes

    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    elif sys.argv[1] == "snakemake":
        snakemake(sys.argv[2:])
    elif "UT_SERVER" in os.environ:
        sys.exit(ask(sys.argv[2:], float(sys.argv[1])))
    else:
        sys.argv = ["step", *sys.argv[2:]]
        runpy.run_module("ut_research.steps", run_name="__main__")
