"""The process of a build: it loads the libraries once, and forks for each step.

Loading the numerical libraries costs more than most steps do, so this process loads them, while steps are at
work, and each step runs in a fresh fork. Rules that keep forking safe: nothing here computes, starts a thread
or reads people's data before a fork; the numerical libraries are held to one thread; the drawing backend is
chosen before the import; a step dies with this process, and this process with the command that started it.
Where forking is not safe (macOS, Windows) each step runs in a process of its own, with the same bytes.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import IO, Any, NoReturn

from ut_research.core.problems import in_words
from ut_research.running import loop, stages

#: Whether forking is safe here: system libraries of macOS do not survive it.
FORKS = sys.platform.startswith("linux")
#: Set for the whole build: results that do not depend on the machine, its language or its clock.
ENVIRONMENT = {
    "UT_BUILD": "1",  # what a chapter releases must have been decided on
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


def main(names: list[str]) -> None:
    """Run the steps `names` of the run in this folder, with an event a line on standard output.

    After the name ``alone``, one step, with what went wrong on standard output.
    """
    _end_with_parent()
    settings: dict[str, Any] = stages.run()
    line = [step for step in stages.line(settings) if step.name in names]
    if names[0] == "alone":
        _perform(line[0], os.dup(1))
        return
    gc.disable()
    fork = settings["fork"]
    start: Callable[[loop.Step], loop.Child] = Forked if fork else _alone
    for event in loop.run(line, settings["jobs"], start, load=fork):
        print(json.dumps(event), flush=True)


class Forked:
    """A step at work in a fork of this process; it is used as a `subprocess.Popen` is.

    What the step says goes to the standard error of this process; its `stdout` holds what went wrong.
    """

    def __init__(self, step: loop.Step) -> None:
        for module in step.loads:
            importlib.import_module(module)
        there, here = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            _work(step, here)
        os.close(here)
        self.stdout: IO[bytes] = os.fdopen(there, "rb")

    def poll(self) -> int | None:
        """Its status, once it has ended."""
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        return status if ended else None

    def kill(self) -> None:
        """End it, whatever it does."""
        os.kill(self.pid, signal.SIGKILL)


def _perform(step: loop.Step, descriptor: int) -> None:
    """Perform `step`; what went wrong, in words without values, goes to the open file `descriptor`."""
    os.dup2(2, 1)
    try:
        step.perform()
    except BaseException as fault:  # whatever it is, the person is told
        os.write(descriptor, in_words(fault).encode()[:60_000])


def _end_with_parent() -> None:
    """Ask the system to kill this process when the one that started it dies, however it dies."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    parent = os.getppid()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


def _work(step: loop.Step, descriptor: int) -> NoReturn:
    """Perform one step in this forked process, and end."""
    try:
        _end_with_parent()
        import random

        import numpy as np

        random.seed(0)
        np.random.seed(0)  # what was inherited must not depend on what ran before
        gc.freeze()  # what was loaded is no rubbish: looking through it time and again is a sixth of a build
        gc.set_threshold(100_000, 20, 20)
        gc.enable()
        _perform(step, descriptor)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _alone(step: loop.Step) -> subprocess.Popen[bytes]:
    """A step at work in a process of its own."""
    command = [sys.executable, "-m", "ut_research.running.worker", "alone", step.name]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # to take what was loaded apart, in order, takes half a second
