"""The times by which a report groups: periods that a study dates, or else the halves of delivery.

A study dates a period by the days `from` and `to` of an entry of ``[[periods]]``, both in it (blank: it goes
on), and may say what it is `called` in a table ("lockdown"). What lies around them is before or after one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from ut_research.core.schema import NOT_RECORDED

if TYPE_CHECKING:
    import pandas as pd

HALVES = ("first half", "second half")
Periods = Sequence[Mapping[str, str]]


def dated(periods: Periods) -> list[Mapping[str, str]]:
    """Those of a study's periods that have a first day, in the order of these."""
    return sorted((p for p in periods if p.get("from")), key=lambda p: p["from"])


def of(days: pd.Series, periods: Periods, start: date | None, end: date | None) -> pd.Series:
    """The period that each day falls in, by name; without dated periods the half of delivery.

    Parameters
    ----------
    days : of datetimes; one that is missing is "not recorded".
    start, end : first and last day of delivery. Its halves meet midway between `start` and the day after
        `end`; what came before delivery is in the first, what came after in the second. Without both there
        are none.
    """
    import pandas as pd

    found = pd.Series(NOT_RECORDED, index=days.index, dtype="str")
    if not (known := dated(periods)):
        if start is None or end is None:
            return found
        middle = pd.Timestamp(start) + (pd.Timestamp(end) + pd.Timedelta(days=1) - pd.Timestamp(start)) / 2
        return found.mask(days >= middle, HALVES[1]).mask(days < middle, HALVES[0])
    found = found.mask(days.notna(), f"time before {_called(known[0])}")
    for period in known:
        found = found.mask(days >= pd.Timestamp(period["from"]), _called(period))
        if period.get("to"):
            found = found.mask(days > pd.Timestamp(period["to"]), f"time after {_called(period)}")
    return found


def _called(period: Mapping[str, str]) -> str:
    return period.get("called") or period.get("name", "")


def clashes(periods: Periods) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the days of a study's periods: what, where, and what to do."""
    whole = True
    for number, period in enumerate(periods, 1):
        for key in ("from", "to"):
            try:
                date.fromisoformat(period.get(key) or "2020-01-01")
            except ValueError:
                whole = False
                yield "this is no day", f"[[periods]] {number} {key}", 'write it in quotes, as "2020-03-23"'
        if whole and period.get("to") and not "0" < period.get("from", "") <= period["to"]:
            yield "the period ends before it begins", f"[[periods]] {number} to", "give a later day, or from"
    known = dated(periods) if whole else []
    for before, after in pairwise(known):
        if after["from"] <= (before.get("to") or "9999"):
            what = f"{_called(before)} and {_called(after)} overlap"
            yield what, "[[periods]] from", "have each day in one period, and an earlier one end"
    names = [_called(period) for period in known]
    if not all(names) or len(set(names)) < len(names):
        yield "two dated periods are called the same", "[[periods]] called", "give each a name of its own"
