"""What a person is told when their input cannot be used: all problems at once, never a value of theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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
        advice = self.do[:1].upper() + self.do[1:]
        return f"{self.where}: {self.what}. {advice}" + ("" if advice.endswith(("?", ".")) else ".")


class ProblemsFound(Exception):
    """Input that cannot be used, with all the problems that were found in it."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        lines = [f"{i}. {problem}" for i, problem in enumerate(self.problems, 1)]
        return "\n".join([f"{len(self.problems)} problems to put right:", *lines])


def stop(what: str, where: str, do: str) -> ProblemsFound:
    """Return the exception for a single problem, to be raised."""
    return ProblemsFound([Problem(what, where, do)])
