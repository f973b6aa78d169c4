"""A line of steps, of which those run whose input has changed: as many at a time as there are processors.

A step has a key: a hash of all that it depends on, the results of the steps that it needs among them. What it
made is recorded with that key, and a hash of what it made, once it is done; before it runs, the record goes.
So whatever was cut short, damaged or edited is made again, and what would come out the same is not.

How a step is put to work is for `ut_research.running.worker` to say.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ut_research.core.digests import digest, key

#: Seconds that a step has, beyond its own limit, to end by itself.
GRACE = 15
#: Where the records of finished steps are, in the folder of a run.
RECORDS = Path("made")
#: A step at work, used as a `subprocess.Popen` is; its `stdout` says what went wrong, once it has ended.
Child: TypeAlias = Any
#: What is said of a step that ended without a word.
STOPPED = "was stopped from outside: it ran out of memory, or out of time and would not end"


@dataclass(frozen=True)
class Step:
    """One step of a line, at work in the current folder.

    Attributes
    ----------
    name : what it is called, ``chapter 04_reoffending``.
    work : does it.
    makes : what it makes there, as patterns of names.
    parts : what it depends on besides the steps that it needs, as JSON can hold it.
    needs : the steps before it whose results it depends on.
    after : steps that must have ended before it, but of whose results it takes only what `took` says.
    took : what it read of the results of steps in `after`, worked out once it is done.
    loads : modules that are loaded before it is forked.
    limit : seconds that it may take.
    """

    name: str
    work: Callable[[], None]
    makes: tuple[str, ...]
    parts: tuple[Any, ...] = ()
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    took: Callable[[], Any] = lambda: None
    loads: tuple[str, ...] = ()
    limit: float = 1200

    @property
    def key(self) -> str:
        """A hash of what it depends on; the steps that it needs are done."""
        return key(self.parts, [_record(name).get("made") for name in self.needs])

    @property
    def made(self) -> str:
        """A hash of what it made."""
        return digest(*sorted(path for pattern in self.makes for path in Path().glob(pattern)))

    @property
    def fresh(self) -> bool:
        """Whether what is there is what it would make now."""
        record = _record(self.name)
        return record == {"key": self.key, "took": key(self.took()), "made": self.made}

    @property
    def whole(self) -> bool:
        """Whether what is there is what it made."""
        return _record(self.name).get("made") == self.made

    def perform(self) -> None:
        """Do the work, and record it."""
        record = RECORDS / f"{self.name}.json"
        before = self.key  # whatever changes meanwhile was not used
        self.work()
        RECORDS.mkdir(exist_ok=True)
        half = record.with_suffix(".part")
        half.write_text(json.dumps({"key": before, "took": key(self.took()), "made": self.made}))
        half.replace(record)


def run(
    line: Sequence[Step], jobs: int, start: Callable[[Step], Child], *, load: bool
) -> Iterator[dict[str, Any]]:
    """Bring every step of `line` up to date; yields an event for each that ran: step, error, seconds.

    A step that fails takes with it those that follow from it, and no others.

    Parameters
    ----------
    line : steps in an order in which they can run.
    jobs : how many run at a time, at most.
    start : puts a step to work.
    load : whether to load what later steps need, meanwhile.
    """
    names, done, todo = {step.name for step in line}, set[str](), list(line)
    at_work: dict[Child, tuple[Step, float]] = {}

    def ready(step: Step) -> bool:
        return names & {*step.needs, *step.after} <= done

    while at_work or any(map(ready, todo)):
        for step in list(filter(ready, todo)):
            if len(at_work) == jobs:
                break
            todo.remove(step)
            if step.fresh:
                done.add(step.name)
            else:
                (RECORDS / f"{step.name}.json").unlink(missing_ok=True)  # until it is done again
                at_work[start(step)] = step, time.monotonic()
        if load and at_work and (later := [m for s in todo for m in s.loads if m not in sys.modules]):
            importlib.import_module(later[0])
        elif at_work:
            time.sleep(0.01)
        for child in [c for c in at_work if c.poll() is not None]:
            step, began = at_work.pop(child)
            error = child.stdout.read().decode() or ("" if _record(step.name) else STOPPED)
            done |= set() if error else {step.name}
            yield {"step": step.name, "error": error, "seconds": round(time.monotonic() - began, 1)}
        _end_overdue(at_work)


def _end_overdue(at_work: Mapping[Child, tuple[Step, float]]) -> None:
    """Kill each step that has had its time and more."""
    for child, (step, began) in at_work.items():
        if time.monotonic() - began > step.limit + GRACE:
            child.kill()


def record(file: Path) -> dict[str, Any]:
    """What a record says, of a finished step or a run; empty where there is none that can be read."""
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(file.read_text(encoding="utf-8")))
    return {}


def _record(name: str) -> dict[str, Any]:
    return record(RECORDS / f"{name}.json")
