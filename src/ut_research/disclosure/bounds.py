"""What a reader could work out of counts that are withheld: the whole numbers that each could still be.

In: a `System` of counts, the lines along which they add up, and which of them are withheld. Out: for
each withheld count the least and the most it can be, found exactly: by arithmetic where it hangs on
one line alone, by integer programming (HiGHS, in scipy) where lines cross.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

#: Stands for "no upper limit known": more people than any project has.
MANY = 100_000


@dataclass
class System:
    """Whole-number variables, none below 0, and what is known to hold between them.

    Attributes
    ----------
    truth : the value of each variable.
    lines : (total, parts): the parts add up to the total. Variables by index; a part may count several times.
    taken : the lines whose total nobody has been told, and that are taken for known all the same.
    within : (part, whole): the part is at most the whole.
    unseen : variables that no Estimate of the release shows, such as a total that is not in it.
    """

    truth: list[int] = field(default_factory=list)
    lines: dict[tuple[int, tuple[int, ...]], None] = field(default_factory=dict)
    taken: dict[tuple[int, tuple[int, ...]], None] = field(default_factory=dict)
    within: dict[tuple[int, int], None] = field(default_factory=dict)
    unseen: set[int] = field(default_factory=set)

    def add(self, value: int, *, unseen: bool = False) -> int:
        """A new variable."""
        self.truth.append(value)
        if unseen:
            self.unseen.add(len(self.truth) - 1)
        return len(self.truth) - 1

    def forget(self, unknown: set[int]) -> None:
        """Take no total for known any more of which every part is `unknown`."""
        for total, parts in list(self.taken):  # the finest come first
            if unknown.issuperset(parts):
                del self.taken[total, parts], self.lines[total, parts]
                unknown = unknown | ({total} & self.unseen)


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


def narrow(system: System, component: Sequence[int], enough: int, wide: set[int]) -> list[int]:
    """Variables of `component` that can be worked out to within less than `enough`, if there is one.

    `wide` are the variables known not to be so; the ones found to be wide are added. To withhold
    more never narrows what a variable can be, so a wide one stays wide.
    """
    guarded = [v for v in component if v not in system.unseen or system.truth[v] < enough]
    doubtful = [v for v in guarded if v not in wide]
    rules = _rules(system, component)
    spans = dict(zip(component, _narrowed(rules), strict=True))
    found = [v for v in doubtful if spans[v][1] - spans[v][0] < enough]
    if not found and doubtful and not rules.one_line:
        wide |= _spread(rules, component, doubtful, [system.truth[v] for v in component], enough)
        found = [v for v in doubtful if v not in wide][:1]
    if not found:
        wide.update(component)
    return found


@dataclass
class _Rules:
    """What holds of the withheld variables of one component; they go by their place in it."""

    low: list[int]
    high: list[int]
    equal: list[tuple[dict[int, int], int]]
    below: list[tuple[int, int]]

    @property
    def one_line(self) -> bool:
        """Whether they hang on one line alone, so that arithmetic finds exactly what they can be."""
        return not self.below and len(self.equal) <= 1


def _rules(system: System, component: Sequence[int]) -> _Rules:
    at = {v: k for k, v in enumerate(component)}
    rules = _Rules([0] * len(at), [MANY] * len(at), [], [])
    for total, parts in system.lines:
        row = Counter(at[v] for v in parts if v in at)
        row.subtract([at[total]] if total in at else [])
        if signs := {k: c for k, c in row.items() if c}:
            given = sum(system.truth[v] for v in parts if v not in at)
            rules.equal.append((signs, (0 if total in at else system.truth[total]) - given))
    for part, whole in system.within:
        if part in at and whole in at:
            rules.below.append((at[part], at[whole]))
        elif part in at:
            rules.high[at[part]] = min(rules.high[at[part]], system.truth[whole])
        elif whole in at:
            rules.low[at[whole]] = max(rules.low[at[whole]], system.truth[part])
    return rules


def _narrowed(rules: _Rules) -> list[tuple[int, int]]:
    """Ranges from each rule by itself, again and again: never narrower than the truth, exact for one line."""
    low, high = list(rules.low), list(rules.high)
    rows = [(signs, known, known) for signs, known in rules.equal]
    rows += [({part: 1, whole: -1}, -MANY, 0) for part, whole in rules.below]
    for _ in range(5):
        before = (list(low), list(high))
        for signs, least, most in rows:
            ends = [sorted((c * low[k], c * high[k])) for k, c in signs.items()]
            bottom, top = sum(e[0] for e in ends), sum(e[1] for e in ends)
            for (k, c), (lo, hi) in zip(signs.items(), ends, strict=True):
                if abs(c) == 1:
                    room = sorted((c * (least - top + hi), c * (most - bottom + lo)))
                    low[k], high[k] = max(low[k], room[0]), min(high[k], room[1])
        if before == (low, high):
            break
    return list(zip(low, high, strict=True))


def _spread(
    rules: _Rules, component: Sequence[int], doubtful: Sequence[int], truth: Sequence[int], enough: int
) -> set[int]:
    """Those that solutions in whole numbers spread over `enough`, tried until a doubtful one is not."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import lil_array

    size = len(truth)
    matrix = lil_array((len(rules.equal) + len(rules.below), size))
    upper = np.zeros(matrix.shape[0])
    lower = np.full(matrix.shape[0], -np.inf)
    for r, (signs, known) in enumerate(rules.equal):
        for k, c in signs.items():
            matrix[r, k] = c
        lower[r] = upper[r] = known
    for r, (part, whole) in enumerate(rules.below, start=len(rules.equal)):
        matrix[r, part], matrix[r, whole] = 1, -1
    held = LinearConstraint(matrix.tocsr(), lower, upper)
    bounds = Bounds(rules.low, rules.high)
    least, most = np.array(truth), np.array(truth)

    def stretch(aim: np.ndarray) -> None:
        """Widen the ranges by the solution that is furthest along `aim`: one in whole numbers."""
        nonlocal least, most
        # A solution in fractions is sooner found, and most are whole all the same. HiGHS, where it simplifies
        # first, takes a few that have a solution for such as have none.
        for whole, simplify in ((0, True), (1, True), (1, False)):
            wanted = {"integrality": np.full(size, whole), "options": {"presolve": simplify}}
            found = milp(-aim, constraints=held, bounds=bounds, **wanted)
            if found.x is None:
                continue
            solution = np.rint(found.x)
            if whole or np.abs(found.x - solution).max() < 1e-6:
                break
        else:
            raise ValueError(f"the linked counts could not be checked ({found.message})")
        least, most = np.minimum(least, solution), np.maximum(most, solution)

    places = [k for k, v in enumerate(component) if v in set(doubtful)]
    for sign in (1.0, -1.0):
        stretch(sign * np.isin(np.arange(size), places))
    for k in places:
        for sign in (1.0, -1.0):
            if most[k] - least[k] < enough:
                stretch(sign * (np.arange(size) == k))
        if most[k] - least[k] < enough:
            break
    return {v for k, v in enumerate(component) if most[k] - least[k] >= enough}
