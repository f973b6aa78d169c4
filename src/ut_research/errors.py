"""Mistakes, told to the person who made them: what is wrong, where, and what to do. All of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. None of its words is ever a participant's value."""

    what: str
    where: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" — {self.todo}" if self.todo else "")


class ProblemsFound(Exception):
    """Everything found wrong with one input.

    Attributes
    ----------
    problems : tuple of Problem, in the order in which a person would meet them.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
