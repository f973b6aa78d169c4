"""What a reader could work out of counts that are withheld: the whole numbers that each could still be.

In: a `System` of counts, the lines along which they add up, and which of them are withheld. Out: for
each withheld count the least and the most it can be, found exactly: by arithmetic where it hangs on
one line alone, by integer programming (HiGHS, in scipy) where lines cross.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Stands for "no upper limit known": more people than any project has.
MANY = 100_000

#: A total and its parts, or a whole and the one part that is at most as much; a part may count several times.
Line = tuple[int, tuple[int, ...]]


class Lines:
    """Lines, each once, in the order in which they were added, and found by the variables in them."""

    def __init__(self) -> None:
        self._all: dict[Line, int] = {}
        self._of: defaultdict[int, dict[int, Line]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Line]:
        return iter(self._all)

    def __contains__(self, line: Line) -> bool:
        return line in self._all

    def add(self, total: int, parts: Iterable[int]) -> None:
        """Add a line, where it is not there yet."""
        if (line := (total, tuple(parts))) not in self._all:
            place = self._all[line] = next(reversed(self._all.values()), -1) + 1
            for v in {total, *line[1]}:
                self._of[v][place] = line

    def remove(self, line: Line) -> None:
        """Take a line away."""
        place = self._all.pop(line)
        for v in {line[0], *line[1]}:
            del self._of[v][place]

    def of(self, variables: Iterable[int]) -> list[Line]:
        """The lines that any of `variables` stands in, in order."""
        found = {place: line for v in variables for place, line in self._of[v].items()}
        return [found[place] for place in sorted(found)]


@dataclass
class System:
    """Whole-number variables, none below 0, and what is known to hold between them.

    Attributes
    ----------
    truth : the value of each variable.
    lines : total and parts: the parts add up to the total. Variables by index.
    taken : the lines whose total nobody has been told, and that are taken for known all the same.
    within : whole and part: the part is at most the whole.
    unseen : variables that no Estimate of the release shows, such as a total that is not in it.
    """

    truth: list[int] = field(default_factory=list)
    lines: Lines = field(default_factory=Lines)
    taken: dict[Line, None] = field(default_factory=dict)
    within: Lines = field(default_factory=Lines)
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
                del self.taken[total, parts]
                self.lines.remove((total, parts))
                unknown = unknown | ({total} & self.unseen)

    def near(self, variables: Iterable[int]) -> set[int]:
        """The variables on a line with one of `variables`."""
        return {v for total, parts in self.lines.of(variables) for v in (total, *parts)}

    def wholes(self, variables: Iterable[int]) -> set[int]:
        """The variables that one of `variables` is within."""
        some = set(variables)
        return {whole for whole, (part,) in self.within.of(some) if part in some}


@dataclass
class Reader:
    """What somebody who knows what is not withheld can work out, and what is known of it already.

    Attributes
    ----------
    enough : what a variable can still be must span this much; then it is wide, and cannot be worked out.
    wide : the variables known to be so. To withhold more never narrows what a variable can be, so a wide one
        stays wide.
    """

    system: System
    enough: int
    wide: set[int] = field(default_factory=set)
    _last: dict[int, tuple[Sequence[int], _Rules, list[int]]] = field(default_factory=dict)

    def unsure(self, hidden: set[int]) -> list[list[int]]:
        """The `hidden` variables in groups that hang together through lines and wholes, in order.

        Groups of which every variable is known to be wide are left out.
        """
        groups: list[list[int]] = []
        done = set(self.wide)
        for v in sorted(hidden):
            if v not in done:
                groups.append(sorted(group := self._linked(v, hidden)))
                done |= group
        return sorted(groups)

    def _linked(self, start: int, hidden: set[int]) -> set[int]:
        """The `hidden` variables that hang together with `start`."""
        group, todo = {start}, [start]
        while todo:
            v = todo.pop()
            links = (*self.system.lines.of([v]), *self.system.within.of([v]))
            new = hidden.intersection({u for total, parts in links for u in (total, *parts)}) - group
            group |= new
            todo += new
        return group

    def narrow(self, component: Sequence[int]) -> list[int]:
        """Variables of `component` that can be worked out to within less than `enough`, if there is one."""
        truth, unseen = self.system.truth, self.system.unseen
        rules = _rules(self.system, component)
        same, before, found = self._last.get(component[0], ((), rules, []))
        if same == component and before == rules and found and self.wide.isdisjoint(found):
            return found
        guarded = [v for v in component if v not in unseen or truth[v] < self.enough]
        doubtful = [v for v in guarded if v not in self.wide]
        spans = dict(zip(component, _narrowed(rules), strict=True))
        found = [v for v in doubtful if spans[v][1] - spans[v][0] < self.enough]
        if not found and doubtful and not rules.one_line:
            at = {v: k for k, v in enumerate(component)}
            known = [truth[v] for v in component]
            spread = _spread(rules, [at[v] for v in doubtful], known, self.enough)
            self.wide |= {component[k] for k in spread}
            found = [v for v in doubtful if v not in self.wide][:1]
        if not found:
            self.wide.update(component)
        self._last[component[0]] = component, rules, found
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
    for total, parts in system.lines.of(component):
        row: dict[int, int] = {}
        known = 0
        for v in parts:
            if v in at:
                row[at[v]] = row.get(at[v], 0) + 1
            else:
                known -= system.truth[v]
        if total in at:
            row[at[total]] = row.get(at[total], 0) - 1
        else:
            known += system.truth[total]
        if signs := {k: c for k, c in row.items() if c}:
            rules.equal.append((signs, known))
    for whole, (part,) in system.within.of(component):
        if part in at and whole in at:
            rules.below.append((at[part], at[whole]))
        elif part in at:
            rules.high[at[part]] = min(rules.high[at[part]], system.truth[whole])
        else:
            rules.low[at[whole]] = max(rules.low[at[whole]], system.truth[part])
    return rules


def _narrowed(rules: _Rules) -> list[tuple[int, int]]:
    """Ranges from each rule by itself, again and again: never narrower than the truth, exact for one line."""
    low, high = list(rules.low), list(rules.high)
    rows = [(signs, known, known) for signs, known in rules.equal]
    rows += [({part: 1, whole: -1}, -MANY, 0) for part, whole in rules.below]
    rows_of: defaultdict[int, list[int]] = defaultdict(list)
    for r, (signs, _, _) in enumerate(rows):
        for k in signs:
            rows_of[k].append(r)
    stale = set(range(len(rows)))
    for _ in range(5):
        for r in range(len(rows)):
            if r in stale:
                stale.discard(r)
                stale.update(of for k in _tightened(*rows[r], low, high) for of in rows_of[k])
    return list(zip(low, high, strict=True))


def _tightened(signs: Mapping[int, int], least: int, most: int, low: list[int], high: list[int]) -> list[int]:
    """The variables whose range got smaller, taking it that they add up, by `signs`, to `least` to `most`."""
    ends = [(c * low[k], c * high[k]) if c > 0 else (c * high[k], c * low[k]) for k, c in signs.items()]
    least, most = least - sum(top for _, top in ends), most - sum(bottom for bottom, _ in ends)
    smaller = []
    for (k, c), (bottom, top) in zip(signs.items(), ends, strict=True):
        if abs(c) == 1:
            room = sorted((c * (least + top), c * (most + bottom)))
            if room[0] > low[k] or room[1] < high[k]:
                low[k], high[k] = max(low[k], room[0]), min(high[k], room[1])
                smaller.append(k)
    return smaller


class _Solver:
    """Solutions of `rules` in whole numbers."""

    def __init__(self, rules: _Rules) -> None:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint
        from scipy.sparse import csr_array

        rows = [signs for signs, _ in rules.equal] + [{part: 1, whole: -1} for part, whole in rules.below]
        upper = np.array([known for _, known in rules.equal] + [0] * len(rules.below), dtype=float)
        lower = np.concatenate([upper[: len(rules.equal)], np.full(len(rules.below), -np.inf)])
        places = ([r for r, row in enumerate(rows) for _ in row], [k for row in rows for k in row])
        factors = np.array([c for row in rows for c in row.values()], dtype=float)
        matrix = csr_array((factors, places), shape=(len(rows), len(rules.low)))
        self._held = LinearConstraint(matrix, lower, upper)
        self._bounds = Bounds(rules.low, rules.high)

    def furthest(self, aim: NDArray[Any]) -> NDArray[Any]:
        """The solution that is furthest along `aim`.

        Raises
        ------
        ValueError : where none can be found.
        """
        import numpy as np
        from scipy.optimize import milp

        # A solution in fractions is sooner found, and most are whole all the same. HiGHS, where it simplifies
        # first, takes a few that have a solution for such as have none.
        for whole, simplify in ((0, True), (1, True), (1, False)):
            wanted = {"integrality": np.full(len(aim), whole), "options": {"presolve": simplify}}
            found = milp(-aim, constraints=self._held, bounds=self._bounds, **wanted)
            if found.x is None:
                continue
            solution: NDArray[Any] = np.rint(found.x)
            if whole or np.abs(found.x - solution).max() < 1e-6:
                return solution
        raise ValueError(f"the linked counts could not be checked ({found.message})")


def _spread(rules: _Rules, doubtful: Sequence[int], truth: Sequence[int], enough: int) -> set[int]:
    """Those that solutions in whole numbers spread over `enough`, tried until a doubtful one is not."""
    import numpy as np

    solver = _Solver(rules)
    least, most = np.array(truth), np.array(truth)
    every = np.arange(len(truth))
    for aims in (doubtful, *([k] for k in doubtful)):
        for sign in (1.0, -1.0):
            if (most - least)[aims].min() < enough:
                solution = solver.furthest(sign * np.isin(every, aims))
                least, most = np.minimum(least, solution), np.maximum(most, solution)
        if aims is not doubtful and (most - least)[aims].min() < enough:
            break
    return set(np.flatnonzero(most - least >= enough).tolist())
