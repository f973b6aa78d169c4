"""What a person is told when their input cannot be used: all problems at once, never a value of theirs."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ut_research.core.units import capital

#: Errors whose message is about code, never about data: safe to show whatever the export.
ABOUT_CODE = {"NameError", "SyntaxError", "IndentationError", "ImportError", "ModuleNotFoundError"}
ABOUT_CODE |= {"AttributeError", "ProblemsFound", "DisclosureError", "UnknownFindingError"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    Attributes
    ----------
    what : what is wrong, in plain words.
    where : the file, and the sheet, row and column where there are any.
    do : what the person can do about it.
    """

    what: str
    where: str
    do: str

    def __str__(self) -> str:
        advice = capital(self.do)
        return f"{self.where}: {self.what}. {advice}" + ("" if advice.endswith(("?", ".")) else ".")


class ProblemsFound(Exception):
    """Input that cannot be used, with all the problems that were found in it."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        lines = [f"{i}. {problem}" for i, problem in enumerate(self.problems, 1)]
        return "\n".join([f"{len(self.problems)} problems to put right:", *lines])


def stop(what: str, where: str, do: str) -> ProblemsFound:
    """Return the exception for a single problem, to be raised."""
    return ProblemsFound([Problem(what, where, do)])


def stop_for(problems: Iterable[Problem]) -> None:
    """Raise ProblemsFound with all of `problems`, if there are any."""
    if found := tuple(problems):
        raise ProblemsFound(found)


def in_words(fault: BaseException) -> str:
    """What went wrong, without a value: the message only of what cannot hold data, else kind and place."""
    if isinstance(fault, ProblemsFound):
        return str(fault)
    code = fault.errno if isinstance(fault, OSError) else None
    if code == errno.ENOSPC:
        return "the disk is full: free some space and build again; the last good report is untouched"
    if code in (errno.EROFS, errno.EACCES, errno.EPERM):
        return "this folder may not be written to: build in a folder of your own"
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [f for f in frames if "ut_research" in f.filename] or list(frames)
    place = f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else "an unknown place"
    detail = f": {fault}" if type(fault).__name__ in ABOUT_CODE else ""
    return f"an error that should not happen, {type(fault).__name__} in {place}{detail}"
