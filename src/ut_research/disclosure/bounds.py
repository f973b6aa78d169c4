"""What a reader could work out of numbers that are withheld: the whole numbers that each could still be.

In: a `System` of counts, what holds between them, and which of them are withheld. Out: those of the guarded
ones that can be worked out, found exactly: by arithmetic where a count hangs on one line alone, by integer
programming (HiGHS, in scipy) where lines cross.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: How far from the truth a number is looked for: to look no further takes less for possible, never more.
ROOM = 1000

#: Steps that a search may take; what is not found by then is taken for impossible.
STEPS = 2000

#: What a number can be is looked for among about so many around it first, the others being as they are.
NEAR = 200

#: How often ranges are narrowed by each row by itself.
ROUNDS = 50

#: Rows: a total and its parts; a whole and a part; what is told of answers.
_LINE, _WITHIN, _TOLD = range(3)

#: A total and its parts, or a whole and the one part that is at most as much.
Line = tuple[int, tuple[int, ...]]

#: What a weighted sum of variables lies between.
Row = tuple[Mapping[int, float], float, float]


class Lines:
    """Lines, each once, in the order in which they were added, and what stands beside a variable on them."""

    def __init__(self) -> None:
        self._all: dict[Line, None] = {}
        self.beside: defaultdict[int, set[int]] = defaultdict(set)

    def __iter__(self) -> Iterator[Line]:
        return iter(self._all)

    def add(self, total: int, parts: Iterable[int]) -> None:
        """Add a line, where it is not there yet."""
        if (line := (total, tuple(parts))) not in self._all:
            self._all[line] = None
            for v in {total, *line[1]}:
                self.beside[v].update((total, *line[1]))


@dataclass
class System:
    """Whole-number variables, none below 0, and what is known to hold between them.

    Attributes
    ----------
    truth : the value of each variable.
    lines : total and parts: the parts add up to the total. Variables by index.
    within : whole and part: the part is at most the whole.
    told : what holds as long as a variable is not withheld, which stands for a finding that says so.
    unseen : variables that no Estimate of the release shows, such as a total that is not in it.
    """

    truth: list[int] = field(default_factory=list)
    lines: Lines = field(default_factory=Lines)
    within: Lines = field(default_factory=Lines)
    told: dict[int, list[Row]] = field(default_factory=dict)
    unseen: set[int] = field(default_factory=set)

    def add(self, value: int, *, unseen: bool = False) -> int:
        """A new variable."""
        self.truth.append(value)
        if unseen:
            self.unseen.add(len(self.truth) - 1)
        return len(self.truth) - 1

    def near(self, variables: Iterable[int]) -> set[int]:
        """The variables beside one of `variables`: on a line with it, around it, in it, or telling of it."""
        some = set(variables)
        found = set[int]().union(*(self.lines.beside[v] | self.within.beside[v] for v in some))
        return found | {v for v, rows in self.told.items() if any(not some.isdisjoint(r) for r, _, _ in rows)}

    def linked(self, some: Iterable[int], hidden: set[int]) -> list[int]:
        """The `hidden` variables that hang together with one of `some`, in order."""
        group = set(some)
        todo = sorted(group)
        while todo:
            v = todo.pop()
            new = ((self.lines.beside[v] | self.within.beside[v]) & hidden) - group
            group |= new
            todo += new
        return sorted(group)


class Reader:
    """What somebody who knows what is not withheld can work out.

    Solutions that were found are kept: one stays possible as long as nothing is shown that it has wrong.

    Parameters
    ----------
    enough : what a variable can still be must span this much; else it can be worked out.
    """

    def __init__(self, system: System, enough: int) -> None:
        import numpy as np
        from scipy.sparse import csr_array

        self._enough = enough
        truth = np.array(system.truth)
        self._found = truth[np.newaxis, :]
        rows: list[tuple[Sequence[int], Iterable[float], float, float, int]] = [
            ((total, *parts), (-1, *(1 for _ in parts)), 0, 0, _LINE) for total, parts in system.lines
        ]
        rows += [((whole, part), (-1, 1), -np.inf, 0, _WITHIN) for whole, (part,) in system.within]
        told = [(v, row) for v, own in system.told.items() for row in own]
        rows += [(tuple(row), row.values(), low, high, _TOLD) for _, (row, low, high) in told]
        places = [r for r, row in enumerate(rows) for _ in row[0]], [v for row in rows for v in row[0]]
        factors = [float(x) for row in rows for x in row[1]]
        matrix = csr_array((factors, places), shape=(len(rows), len(truth)))
        matrix.eliminate_zeros()
        ends = (np.array([row[k] for row in rows], float) for k in (2, 3, 4))
        self._every = _Rules(truth, matrix, *ends)
        self._by = np.array([-1] * (len(rows) - len(told)) + [v for v, _ in told])

    def narrow(self, component: Sequence[int], hidden: set[int], guarded: Iterable[int]) -> list[int]:
        """Those of the `guarded` in one component that can be worked out.

        All of those that arithmetic finds; else one that integer programming does, if there is one.

        Parameters
        ----------
        component : withheld variables that hang together (`System.linked`).
        hidden : all that is withheld.
        """
        at = {v: k for k, v in enumerate(component)}
        doubtful = [v for v in guarded if v in at]
        rules = self._rules(component, hidden)
        spans = rules.spans()
        found = [v for v in doubtful if spans[at[v]] < self._enough]
        if found or not doubtful or rules.one_line:
            return found
        some = self._found[:, component]
        possible = some[rules.hold(some)]
        solutions = list(possible)
        tight = _tight(rules, [at[v] for v in doubtful], solutions, self._enough)
        self._keep(component, solutions[len(possible) :])
        return [component[k] for k in tight]

    def _rules(self, component: Sequence[int], hidden: set[int]) -> _Rules:
        """What holds of the variables of one component, those that are not `hidden` being known."""
        import numpy as np

        own, every = np.array(component), self._every
        rows = every.about(own)
        rows = rows[[by not in hidden for by in self._by[rows].tolist()]]
        rules = every.part(own, rows)
        # of answers, which are withheld together, what is told of all
        of_all = np.diff(rules.matrix.indptr) == np.diff(every.matrix.indptr)[rows]
        holds = (rules.kind != _TOLD) | of_all
        return rules if holds.all() else every.part(own, rows[holds])

    def _keep(self, component: Sequence[int], solutions: Sequence[NDArray[Any]]) -> None:
        import numpy as np

        if solutions:
            new = np.repeat(self._every.truth[np.newaxis, :], len(solutions), axis=0)
            new[:, component] = solutions
            self._found = np.concatenate([self._found, new])


@dataclass
class _Rules:
    """What holds of some variables; they go by their place.

    Attributes
    ----------
    truth : what each is.
    matrix, least, most : rows of factors, and what each row adds up to.
    kind : of each row.
    """

    truth: NDArray[Any]
    matrix: Any
    least: NDArray[Any]
    most: NDArray[Any]
    kind: NDArray[Any]

    @cached_property
    def low(self) -> NDArray[Any]:
        """The least that each is looked for to be by itself."""
        return (self.truth - ROOM).clip(0)

    @cached_property
    def high(self) -> NDArray[Any]:
        """The most that each is looked for to be by itself."""
        return self.truth + ROOM

    @cached_property
    def _columns(self) -> Any:
        return self.matrix.tocsc()

    def about(self, some: Sequence[int] | NDArray[Any]) -> NDArray[Any]:
        """The rows that `some` variables are in."""
        import numpy as np

        return np.unique(self._columns[:, some].indices)

    def part(self, own: NDArray[Any], rows: NDArray[Any]) -> _Rules:
        """What `rows` say of some variables, the others being as they are."""
        every = self.matrix[rows]
        matrix = every[:, own]
        known = every @ self.truth - matrix @ self.truth[own]
        ends = self.least[rows] - known, self.most[rows] - known
        return _Rules(self.truth[own], matrix, *ends, self.kind[rows])

    def around(self, k: int) -> NDArray[Any]:
        """About `NEAR` variables, those that hang together most closely with one."""
        import numpy as np

        own, new = {k}, {k}
        while new and len(own) < NEAR:
            new = set(self.matrix[self.about(sorted(new))].indices.tolist()) - own
            own |= new
        return np.array(sorted(own))

    @property
    def one_line(self) -> bool:
        """Whether they hang on one line alone, so that arithmetic finds exactly what they can be."""
        import numpy as np

        many = (self.kind != _LINE) & (np.diff(self.matrix.indptr) > 1)
        return not many.any() and (self.kind == _LINE).sum() <= 1 and not (self.kind == _TOLD).any()

    def spans(self) -> NDArray[Any]:
        """How far each can be from itself, from each row by itself, again and again.

        Never less than is true, and exact for one line.
        """
        import numpy as np

        counts = self.matrix[self.kind != _TOLD].tocoo()
        (row, at), factor = counts.coords, counts.data
        ends = self.least[: counts.shape[0]], self.most[: counts.shape[0]]
        low, high = self.low.astype(float), self.high.astype(float)
        one = np.abs(factor) == 1
        for _ in range(ROUNDS):
            before = high - low
            sides = np.sort([factor * low[at], factor * high[at]], axis=0)
            bottom, top = (np.bincount(row, side, counts.shape[0]) for side in sides)
            rooms = (ends[0] - top)[row] + sides[1], (ends[1] - bottom)[row] + sides[0]
            lows, highs = np.sort([factor * room for room in rooms], axis=0)
            np.maximum.at(low, at[one], lows[one])
            np.minimum.at(high, at[one], highs[one])
            if (before == high - low).all():
                break
        spans: NDArray[Any] = high - low
        return spans

    def hold(self, solutions: NDArray[Any]) -> NDArray[Any]:
        """Whether each of `solutions`, a row each, is one."""
        sums = (self.matrix @ solutions.T).T
        inside = (solutions >= self.low).all(axis=1) & (solutions <= self.high).all(axis=1)
        fits = (sums >= self.least - 1e-6).all(axis=1) & (sums <= self.most + 1e-6).all(axis=1)
        both: NDArray[Any] = inside & fits
        return both

    @property
    def in_fractions(self) -> bool:
        """Whether only counts add up, so that most solutions in fractions are whole all the same."""
        return not (self.kind == _TOLD).any()

    def furthest(self, aim: Mapping[int, float]) -> NDArray[Any] | None:
        """The solution in whole numbers that is furthest along `aim`; None where none is found."""
        import numpy as np

        # A solution in fractions is sooner found, and soonest as it is.
        # HiGHS, where it simplifies first, takes a few that have a solution for such as have none.
        for whole, simplify in ((0, False), (1, True), (1, False))[not self.in_fractions :]:
            if (found := self._solved(aim, whole=whole, simplify=simplify)) is None:
                continue
            solution: NDArray[Any] = np.rint(found)
            if np.abs(found - solution).max() < 1e-6 and self.hold(solution[np.newaxis, :])[0]:
                return solution
        return None

    def width(self, k: int) -> float:
        """How far solutions in fractions spread over one variable: never less than those in whole numbers."""
        up, down = (self._solved({k: sign}, whole=0) for sign in (1.0, -1.0))
        return float("inf") if up is None or down is None else up[k] - down[k]

    def _solved(self, aim: Mapping[int, float], *, whole: int, simplify: bool = True) -> NDArray[Any] | None:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        along = np.zeros(len(self.truth))
        along[list(aim)] = list(aim.values())
        held, bounds = LinearConstraint(self.matrix, self.least, self.most), Bounds(self.low, self.high)
        options = {"presolve": simplify, "node_limit": STEPS, "mip_rel_gap": 0.2 * (len(aim) > 1)}
        wanted = {"integrality": np.full(len(along), whole), "options": options}
        found: NDArray[Any] | None = milp(-along, constraints=held, bounds=bounds, **wanted).x
        return found


def _tight(rules: _Rules, doubtful: Sequence[int], solutions: list[NDArray[Any]], enough: int) -> list[int]:
    """The first of `doubtful` that solutions in whole numbers do not spread over `enough`; none where all do.

    What is not solved counts as not spread. The solutions found are added to `solutions`.
    """
    import numpy as np

    least, most = np.min(solutions, axis=0), np.max(solutions, axis=0)
    every = np.arange(len(rules.truth))

    def is_narrow(k: int) -> bool:
        return bool(most[k] - least[k] < enough)

    def look(k: int, own: NDArray[Any], *aims: Iterable[int]) -> None:
        """Look for the solutions furthest up and down for each of `aims`, all but `own` being as they are."""
        nonlocal least, most
        part = rules if own is every else rules.part(own, rules.about(own))
        for aim in aims:
            places = np.searchsorted(own, [*aim]).tolist()
            for sign in (1.0, -1.0):
                if is_narrow(k) and (found := part.furthest(dict.fromkeys(places, sign))) is not None:
                    solutions.append(rules.truth.astype(float))
                    solutions[-1][own] = found
                    least, most = np.minimum(least, solutions[-1]), np.maximum(most, solutions[-1])

    for k in filter(is_narrow, doubtful):
        near = every if rules.in_fractions or len(every) < NEAR else rules.around(k)
        several = [v for v in np.intersect1d(near, doubtful).tolist() if is_narrow(v)]
        look(k, near, *[several] * (len(several) > 1), [k])
        if is_narrow(k) and near is not every and rules.width(k) >= enough - 1e-6:
            look(k, every, [k])
        if is_narrow(k):
            return [k]
    return []
