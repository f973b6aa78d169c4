"""What a reader could work out of counts that are withheld: the whole numbers that each could still be.

In: a `System` of counts, the lines along which they add up, and which of them are withheld. Out: for
each withheld count the least and the most it can be, found exactly: by arithmetic where it hangs on
one line alone, by integer programming (HiGHS, in scipy) where lines cross.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: Stands for "no upper limit known": more people than any project has.
MANY = 100_000

@dataclass
class System:
    """Whole-number variables, none below 0, and what is known to hold between them.

    Attributes
    ----------
    truth : the value of each variable.
    lines : (total, parts): the parts add up to the total. Variables by index.
    within : (part, whole): the part is at most the whole.
    unseen : variables that no Estimate of the release shows, such as a total that is not in it.
    """

    truth: list[int] = field(default_factory=list)
    lines: dict[tuple[int, tuple[int, ...]], None] = field(default_factory=dict)
    within: dict[tuple[int, int], None] = field(default_factory=dict)
    unseen: set[int] = field(default_factory=set)

    def add(self, value: int, *, unseen: bool = False) -> int:
        """A new variable."""
        self.truth.append(value)
        if unseen:
            self.unseen.add(len(self.truth) - 1)
        return len(self.truth) - 1


def components(system: System, hidden: set[int]) -> list[list[int]]:
    """The hidden variables in groups that hang together through lines and wholes, in order."""
    leader = {v: v for v in sorted(hidden)}

    def find(v: int) -> int:
        while leader[v] != v:
            leader[v] = v = leader[leader[v]]
        return v

    for linked in [(total, *parts) for total, parts in system.lines] + list(system.within):
        unknown = [v for v in linked if v in leader]
        for v in unknown[1:]:
            a, b = sorted((find(unknown[0]), find(v)))
            leader[b] = a
    groups: dict[int, list[int]] = {}
    for v in leader:
        groups.setdefault(find(v), []).append(v)
    return list(groups.values())


def weakest(system: System, component: Sequence[int], threshold: int) -> int | None:
    """The first variable of `component` that can be worked out to within less than `threshold`."""
    spans = ranges(system, component, threshold)
    to_guard = [v for v in component if v not in system.unseen or 0 < system.truth[v] < threshold]
    return next((v for v in to_guard if spans[v][1] - spans[v][0] < threshold), None)


def ranges(system: System, component: Sequence[int], enough: int) -> dict[int, tuple[int, int]]:
    """What each variable of `component` can be, from and to; exact where that spans less than `enough`."""
    at = {v: k for k, v in enumerate(component)}
    low, high = [0] * len(at), [MANY] * len(at)
    equal, below = [], []
    for total, parts in system.lines:
        row = Counter(at[v] for v in parts if v in at)
        row.subtract([at[total]] if total in at else [])
        if row := Counter({k: c for k, c in row.items() if c}):
            given = sum(system.truth[v] for v in parts if v not in at)
            equal.append((row, (0 if total in at else system.truth[total]) - given))
    for part, whole in system.within:
        if part in at and whole in at:
            below.append((at[part], at[whole]))
        elif part in at:
            high[at[part]] = min(high[at[part]], system.truth[whole])
        elif whole in at:
            low[at[whole]] = max(low[at[whole]], system.truth[part])
    if not below and len(equal) <= 1 and all(abs(c) == 1 for row, _ in equal for c in row.values()):
        found = _ranges_of_one_line(low, high, *(equal[0] if equal else (Counter(), 0)))
    else:
        found = _ranges_by_programming(low, high, equal, below, [system.truth[v] for v in component], enough)
    return dict(zip(component, found, strict=True))


def _ranges_of_one_line(
    low: Sequence[int], high: Sequence[int], row: Mapping[int, int], known: int
) -> list[tuple[int, int]]:
    """Ranges of whole numbers between `low` and `high`, of which those in `row` add up to `known`."""
    least = sum(c * (low[k] if c > 0 else high[k]) for k, c in row.items())
    most = sum(c * (high[k] if c > 0 else low[k]) for k, c in row.items())
    found = []
    for k, (lo, hi) in enumerate(zip(low, high, strict=True)):
        if c := row.get(k, 0):
            rest = (least - c * (lo if c > 0 else hi), most - c * (hi if c > 0 else lo))
            ends = sorted((c * (known - rest[0]), c * (known - rest[1])))
            lo, hi = max(lo, ends[0]), min(hi, ends[1])
        found.append((lo, hi))
    return found


def _ranges_by_programming(
    low: Sequence[int],
    high: Sequence[int],
    equal: Sequence[tuple[Mapping[int, int], int]],
    below: Sequence[tuple[int, int]],
    truth: Sequence[int],
    enough: int,
) -> list[tuple[int, int]]:
    """The same under many equations. Every solution found widens the ranges of all the variables at once."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    matrix = np.zeros((len(equal) + len(below), len(truth)))
    upper = np.zeros(len(matrix))
    lower = np.full(len(matrix), -np.inf)
    for r, (row, known) in enumerate(equal):
        for k, c in row.items():
            matrix[r, k] = c
        lower[r] = upper[r] = known
    for r, (part, whole) in enumerate(below, start=len(equal)):
        matrix[r, part], matrix[r, whole] = 1, -1
    rules = LinearConstraint(matrix, lower, upper)
    least, most = np.array(truth), np.array(truth)
    for k in range(len(truth)):
        for direction in (-1, 1):
            if most[k] - least[k] >= enough:
                break
            aim = np.zeros(len(truth))
            aim[k] = direction
            found = milp(aim, constraints=rules, bounds=Bounds(low, high), integrality=np.ones(len(truth)))
            if found.x is None:
                raise ValueError(f"the linked counts could not be checked ({found.message})")
            solution = np.rint(found.x).astype(int)
            least, most = np.minimum(least, solution), np.maximum(most, solution)
    return [(int(a), int(b)) for a, b in zip(least, most, strict=True)]
