"""Curves: points whose counts do not add up to their n, and which of them may be shown.

In: Estimates about people. Out: their indices.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ut_research.core.estimate import SERIES_KEYS, Estimate
from ut_research.core.measurement import Measurement, People

Group = frozenset[tuple[str, str]]


def on_curves(estimates: Sequence[Estimate]) -> set[int]:
    """The indices of points on a curve: a key of `SERIES_KEYS` along which counts do not add up to n."""
    runs: dict[tuple[str, Group], list[int]] = {}
    for i, e in enumerate(estimates):
        if SERIES_KEYS & set(e.group):
            runs.setdefault((e.id, without_series(e)), []).append(i)
    return {i for run in runs.values() if not _spread(run, estimates) for i in run}


def curve_steps(
    estimates: Sequence[Estimate], threshold: int, zeros_safe: bool = True
) -> tuple[set[int], dict[int, int]]:
    """The indices of the points of curves to withhold, and of those to show without their number at risk.

    A survival curve moves when something happens to somebody, so a curve drawn in full is a list of
    events. A point is shown only where at least `threshold` people are at risk, and where since the
    last point shown either at least `threshold` people had the event or, where that is safe, nobody, and the
    same holds of the events still to come. Its number at risk less the events tells how many were lost, and
    beside how many were followed to the end, how many are lost later: it is shown where each of these is
    nobody or at least `threshold`; else it is left out, and the second result gives the point whose number
    stands for it. Events are taken from the people or counts or, without them, from the drop in the curve,
    such that they are never taken for more than they were.
    """
    runs: dict[tuple[str, Group], list[int]] = {}
    for i in sorted(on_curves(estimates)):
        runs.setdefault((estimates[i].id, without_series(estimates[i])), []).append(i)
    unsafe: set[int] = set()
    quiet: dict[int, int] = {}
    for run in runs.values():
        points = sorted(run, key=lambda i: _place(estimates[i]))
        gone, unsaid = _steps([estimates[i] for i in points], threshold, zeros_safe)
        unsafe |= {points[at] for at in gone}
        quiet |= {points[at]: points[told] for at, told in unsaid.items()}
    return unsafe, quiet


def _steps(on: Sequence[Estimate], threshold: int, zeros_safe: bool) -> tuple[set[int], dict[int, int]]:
    """`curve_steps` of one curve, whose points are in order: by their places on it."""
    events = [0.0]
    for before, after in pairwise(on):
        events.append(events[-1] + _events(before, after))
    unsafe: set[int] = set()
    quiet: dict[int, int] = {}
    shown = told = 0
    for at, point in enumerate(on):
        since, to_come = events[at] - events[shown], events[-1] - events[at] if events[at] else 0.0
        flat = bool(at) and not since and not zeros_safe
        few = not all(_nobody_or(threshold, gap) for gap in (since, to_come))
        if (point.n or 0) < threshold or few or flat:
            unsafe.add(at)
            continue
        shown = at
        spans = ((told, at), (at, len(on) - 1))
        lost, later = (_lost(on[a], on[b], events[b] - events[a]) for a, b in spans)
        gaps = (on[told].n or 0) - (point.n or 0), lost, later, later + (on[-1].n or 0)
        if not at or all(_nobody_or(threshold, gap) for gap in gaps):
            told = at
        else:
            quiet[at] = told
    return unsafe, quiet


def _nobody_or(threshold: int, people: float) -> bool:
    return abs(people) < 1e-9 or people > threshold - 0.5


def without_series(e: Estimate) -> Group:
    """The group of `e` less its place on a curve."""
    return frozenset((k, v) for k, v in e.group.items() if k not in SERIES_KEYS)


def _events(before: Estimate, after: Estimate) -> float:
    """How many people had the event between two points next to each other; at most the true number."""
    first, then = (_so_far(e) for e in (before, after))
    if first is not None and then is not None:
        return float(abs(then - first))
    if not before.value or after.value is None or after.n is None:
        return 0.0 if before.value == after.value else 0.5
    return after.n * abs(1 - after.value / before.value) or (0.5 if before.value != after.value else 0.0)


def _lost(before: Estimate, after: Estimate, events: float) -> float:
    """How many are at risk no more at a later point to whom it did not happen."""
    there, left, gone = getattr(before, "among", None), getattr(after, "among", None), _whom(after)
    if there is None or left is None or gone is None:
        return (before.n or 0) - (after.n or 0) - events
    return int(there & ~left & ~gone).bit_count()


def _so_far(e: Estimate) -> int | None:
    """How many people had the event by a point."""
    whom = _whom(e)
    return e.count if whom is None else whom.bit_count()


def _whom(e: Estimate) -> People | None:
    return e.counted if isinstance(e, Measurement) else None


def _place(e: Estimate) -> list[tuple[str, float, str]]:
    """Where on its curve a point belongs: by number where the key is one."""
    keys = sorted(SERIES_KEYS & set(e.group))
    return [(k, float(v) if (v := e.group[k]).replace(".", "", 1).isdigit() else -1.0, v) for k in keys]


def _spread(run: Sequence[int], estimates: Sequence[Estimate]) -> bool:
    """Whether the counts of `run` add up to one n: people spread over values, not points on a curve."""
    counts, sizes = [estimates[i].count for i in run], {estimates[i].n for i in run}
    return None not in counts and len(sizes) == 1 and sum(c or 0 for c in counts) == sizes.pop()
