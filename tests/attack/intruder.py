"""What somebody who reads everything could work out: small counts, and cells withheld that totals give back.

Written without a look at how the gate does it. The intruder has all chapters before them at once, knows what
every finding means, and solves for each cell that was withheld because it is small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.special import stdtrit

from ut_research.findings import SERIES_KEYS, Estimate

Key = tuple[str, tuple[tuple[str, str], ...]]
THINGS = {"analyses", "interviews", "focus groups", "passages", "questions", "findings", "partners", "areas"}
THINGS |= {"figures", "tables", "comments"}
THRESHOLD = 5

#: Whose count a finding's n is: beginning of its id → the people it is out of.
OUT_OF = {
    "reach.registered": "reach.referred", "reach.gender": "reach.referred",
    "reach.assessed": "reach.registered", "reach.completed": "reach.registered",
    "outcomes.": "reach.registered", "needs.": "reach.assessed", "wellbeing.": "reach.completed",
    "reach.still_supported": "reach.registered",
}  # fmt: skip


def too_small(shown: Iterable[Estimate]) -> list[str]:
    """The findings that say a count, an n or a rest of 1 to 4 people."""
    found = []
    for e in shown:
        if e.status != "number" or e.unit in THINGS:
            continue
        count, n = e.count, e.n
        if count is None and e.unit == "%" and n and e.value is not None and not SERIES_KEYS & set(e.group):
            count = round(e.value * n / 100)
        rest = None if count is None or n is None or SERIES_KEYS & set(e.group) else n - count
        if any(x is not None and 0 < x < THRESHOLD for x in (count, n, rest)):
            found.append(f"{e.id} {dict(e.group)}")
    return found


def worked_out(truth: Mapping[Key, Estimate], released: Mapping[Key, Estimate]) -> list[str]:
    """The small cells, withheld everywhere, that can be worked out to within less than the threshold."""
    puzzle = _Puzzle(truth, released)
    return puzzle.solve()


@dataclass
class _Puzzle:
    """Whole numbers, some known, and what holds between them."""

    truth: Mapping[Key, Estimate]
    released: Mapping[Key, Estimate]
    value: list[int] = field(default_factory=list)
    known: list[bool] = field(default_factory=list)
    about: list[str] = field(default_factory=list)
    rows: list[dict[int, int]] = field(default_factory=list)  # each adds up to nothing
    below: list[tuple[int, int]] = field(default_factory=list)
    counts: dict[Key, int] = field(default_factory=dict)
    sizes: dict[Key, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = {k: e for k, e in self.truth.items() if e.status == "number" and e.unit not in THINGS}
        for k, e in own.items():
            shown = self.released.get(k)
            told = shown is not None and shown.status == "number"
            series = bool(SERIES_KEYS & set(e.group))
            if e.count is not None and not (series and not self._adds_up(k, own)):
                self.counts[k] = self._new(e.count, told, f"count of {k[0]} {dict(k[1])}")
            if e.n is not None and not series:
                same = self.counts.get(k) if e.count == e.n and e.unit != "%" else None
                size_told = told and shown is not None and shown.n is not None
                self.sizes[k] = (
                    self._new(e.n, size_told, f"n of {k[0]} {dict(k[1])}") if same is None else same
                )
        for k, size in self.sizes.items():
            if k in self.counts and self.counts[k] != size:
                count = self.counts[k]
                self.below.append((count, size))
                rest = self._new(self.value[size] - self.value[count], False, f"rest of {k[0]} {dict(k[1])}")
                self.rows.append({size: 1, count: -1, rest: -1})
        self._sums(self.counts)
        self._sums(self.sizes)
        self._out_of()
        self._number_of_needs()
        self._mean_of_days()
        self._whose_age_is_known()

    def _new(self, value: int, known: bool, about: str) -> int:
        self.value.append(value)
        self.known.append(known)
        self.about.append(about)
        return len(self.value) - 1

    def _adds_up(self, k: Key, own: Mapping[Key, Estimate]) -> bool:
        group = {p for p in k[1] if p[0] not in SERIES_KEYS}
        run = [
            e
            for (id, g), e in own.items()
            if id == k[0] and {p for p in g if p[0] not in SERIES_KEYS} == group
        ]
        return len({e.n for e in run}) == 1 and sum(e.count or 0 for e in run) == run[0].n

    def _sums(self, cells: Mapping[Key, int]) -> None:
        """The cells of one id along one key add up to the cell without the key, or to the n of each."""
        runs: dict[tuple[Key, str], list[Key]] = defaultdict(list)
        for id, group in cells:
            for pair in group:
                runs[(id, tuple(p for p in group if p != pair)), pair[0]].append((id, group))
        for (parent, _), parts in runs.items():
            if len(parts) == 1:
                continue  # not taken: that a group of which nothing is shown has no other beside it
            whole = sum(self.value[cells[k]] for k in parts)
            totals = [cells[parent]] if parent in cells else []
            wholes = sorted({self.sizes[k] for k in parts if k in self.sizes})
            if cells is self.counts and len({self.value[v] for v in wholes}) == 1:
                totals += wholes  # one n for all of them: they are parts of one whole
            for total in totals:
                if self.value[total] == whole and total not in {cells[k] for k in parts}:
                    self.rows.append({total: 1, **{cells[k]: -1 for k in parts}})

    def _out_of(self) -> None:
        """The n of a finding is the count of those that it is out of, where that is so for every group."""
        for k, size in self.sizes.items():
            for begins, whole in OUT_OF.items():
                other = (whole, k[1])
                if not k[0].startswith(begins) or k[0] == whole or other not in self.counts:
                    continue
                if all(
                    self.value[s] == self.value[self.counts[whole, g]]
                    for (id, g), s in self.sizes.items()
                    if id == k[0] and (whole, g) in self.counts
                ):
                    self.rows.append({size: 1, self.counts[other]: -1})
        for place in ("partner", "area", "period"):
            for (id, group), size in self.sizes.items():
                here = self.counts.get((f"reach.{place}", group))
                if id == "reach.registered" and here is not None and self.value[here] == self.value[size]:
                    self.rows.append({size: 1, here: -1})

    def _number_of_needs(self) -> None:
        """The mean number of needs, times the people, is the sum of the needs."""
        mean = self.released.get(("needs.number_mean", ()))
        if mean is None or mean.value is None or mean.n is None:
            return
        each = [v for (id, g), v in self.counts.items() if id.startswith("needs.") and not g]
        total = self._new(sum(self.value[v] for v in each), True, "all needs")
        if abs(self.value[total] - mean.value * mean.n) < 1e-6:
            self.rows.append({total: 1, **dict.fromkeys(each, -1)})

    def _mean_of_days(self) -> None:
        """The mean of days, times the people, is their sum; its interval gives the sum of squares."""
        for time in ("t1", "t2"):
            mean = self.released.get((f"activity.mean_{time}", ()))
            at = {
                v: int(dict(g)["days"]) for (id, g), v in self.counts.items() if id == f"activity.days_{time}"
            }
            if mean is None or mean.value is None or not mean.n:
                continue
            sums = {1: mean.value * mean.n}
            if mean.high is not None:
                deviation = (mean.high - mean.value) / stdtrit(mean.n - 1, 0.975) * mean.n**0.5
                sums[2] = deviation**2 * (mean.n - 1) + mean.n * mean.value**2
            for power, told in sums.items():
                total = self._new(sum(self.value[v] * day**power for v, day in at.items()), True, "all days")
                assert abs(self.value[total] - told) < 1e-6, "the mean is of other people"
                self.rows.append({total: 1, **{v: -(day**power) for v, day in at.items() if day}})

    def _whose_age_is_known(self) -> None:
        """The people of whom the average age is, and those whose age is not recorded, are everyone."""
        blank = ("reach.age_band", (("age_band", "not recorded"),))
        known = self.sizes.get(("reach.age_mean", ()))
        if blank in self.counts and known is not None:
            self.rows.append({self.sizes[blank]: 1, self.counts[blank]: -1, known: -1})

    def solve(self) -> list[str]:
        aims = [v for v, value in enumerate(self.value) if not self.known[v] and 0 < value < THRESHOLD]
        if not aims:
            return []
        unknown = [v for v in range(len(self.value)) if not self.known[v]]
        at = {v: i for i, v in enumerate(unknown)}
        rows = []
        for row in self.rows:
            given = sum(c * self.value[v] for v, c in row.items() if v not in at)
            if left := {at[v]: c for v, c in row.items() if v in at}:
                rows.append((left, -given))
        found = []
        for part in _parts(len(unknown), [set(r) for r, _ in rows]):
            here = [at[v] for v in aims if at[v] in part]
            if here:
                weak = _narrow(sorted(part), here, rows, [self.value[v] for v in unknown])
                found += [f"{self.about[unknown[i]]}: {low} to {high}" for i, (low, high) in weak.items()]
        return found


def _parts(size: int, links: list[set[int]]) -> list[set[int]]:
    """The unknowns in groups that have an equation in common."""
    leader = list(range(size))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = i = leader[leader[i]]
        return i

    for link in links:
        first, *rest = map(find, sorted(link))
        for other in rest:
            leader[find(other)] = find(first)
    groups: dict[int, set[int]] = defaultdict(set)
    for i in range(size):
        groups[find(i)].add(i)
    return list(groups.values())


def _narrow(
    part: list[int], aims: list[int], rows: list[tuple[dict[int, int], int]], truth: list[int]
) -> dict[int, tuple[int, int]]:
    """Those of `aims` known to within less than `THRESHOLD`, with the least and the most that they can be."""
    at = {v: i for i, v in enumerate(part)}
    own = [(r, total) for r, total in rows if not at.keys().isdisjoint(r)]
    matrix = np.zeros((len(own), len(part)))
    for line, (r, _) in enumerate(own):
        for v, c in r.items():
            matrix[line, at[v]] = c
    totals = np.array([total for _, total in own], dtype=float)
    low = np.array([truth[v] for v in part])
    high = low.copy()
    held: Any = LinearConstraint(matrix, totals, totals) if own else ()

    def stretch(aim: np.ndarray) -> None:
        nonlocal low, high
        answer = milp(-aim, constraints=held, bounds=Bounds(0, 10_000), integrality=np.ones(len(part)))
        assert answer.x is not None, answer.message
        low, high = np.minimum(low, np.rint(answer.x)), np.maximum(high, np.rint(answer.x))

    places = [at[v] for v in aims]
    for sign in (1.0, -1.0):
        stretch(sign * np.isin(np.arange(len(part)), places))
    weak = {}
    for v, i in zip(aims, places, strict=True):
        for sign in (1.0, -1.0):
            if high[i] - low[i] < THRESHOLD:
                stretch(sign * (np.arange(len(part)) == i))
        if high[i] - low[i] < THRESHOLD:
            weak[v] = (int(low[i]), int(high[i]))
    return weak
