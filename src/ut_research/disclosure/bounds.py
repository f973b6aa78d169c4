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

#: A total and its parts, or a whole and the one part that is at most as much.
Line = tuple[int, tuple[int, ...]]

#: What a weighted sum of variables lies between.
Row = tuple[Mapping[int, float], float, float]


class Lines:
    """Lines, each once, in the order in which they were added, and found by the variables in them."""

    def __init__(self) -> None:
        self._all: dict[Line, int] = {}
        self._of: defaultdict[int, dict[int, Line]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Line]:
        return iter(self._all)

    def add(self, total: int, parts: Iterable[int]) -> None:
        """Add a line, where it is not there yet."""
        if (line := (total, tuple(parts))) not in self._all:
            place = self._all[line] = len(self._all)
            for v in {total, *line[1]}:
                self._of[v][place] = line

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
        links = (*self.lines.of(some), *self.within.of(some))
        found = {v for total, parts in links for v in (total, *parts)}
        return found | {v for v, rows in self.told.items() if any(not some.isdisjoint(r) for r, _, _ in rows)}

    def linked(self, some: Iterable[int], hidden: set[int]) -> list[int]:
        """The `hidden` variables that hang together with one of `some`, in order."""
        group = set(some)
        todo = sorted(group)
        while todo:
            v = [todo.pop()]
            links = (*self.lines.of(v), *self.within.of(v))
            new = hidden.intersection({u for total, parts in links for u in (total, *parts)}) - group
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

        self._system, self._enough = system, enough
        self._truth = np.array(system.truth)
        self._found = self._truth[np.newaxis, :]

    def narrow(self, component: Sequence[int], hidden: set[int], guarded: Iterable[int]) -> list[int]:
        """Those of the `guarded` in one component that can be worked out.

        All of those that arithmetic finds; else the first that integer programming does, if there is one.

        Parameters
        ----------
        component : withheld variables that hang together (`System.linked`).
        hidden : all that is withheld.
        """
        at = {v: k for k, v in enumerate(component)}
        doubtful = [v for v in guarded if v in at]
        rules = _rules(self._system, component, hidden)
        spans = _narrowed(rules)
        found = [v for v in doubtful if spans[at[v]][1] - spans[at[v]][0] < self._enough]
        if found or not doubtful or rules.one_line:
            return found
        possible = self._possible(component, rules)
        solutions = list(possible)
        wide = _spread(rules, [at[v] for v in doubtful], solutions, self._enough)
        self._keep(component, solutions[len(possible) :])
        return [v for v in doubtful if at[v] not in wide][:1]

    def _possible(self, component: Sequence[int], rules: _Rules) -> NDArray[Any]:
        """What was found before of the variables of one component, where it is possible still."""
        some: NDArray[Any] = self._found[:, component]
        possible: NDArray[Any] = some[rules.hold(some)]
        return possible

    def _keep(self, component: Sequence[int], solutions: Sequence[NDArray[Any]]) -> None:
        import numpy as np

        if solutions:
            new = np.repeat(self._truth[np.newaxis, :], len(solutions), axis=0)
            new[:, component] = solutions
            self._found = np.concatenate([self._found, new])


@dataclass
class _Rules:
    """What holds of the withheld variables of one component; they go by their place in it."""

    low: list[int]
    high: list[int]
    equal: list[tuple[dict[int, int], int]]
    below: list[tuple[int, int]]
    told: list[Row]

    @property
    def one_line(self) -> bool:
        """Whether they hang on one line alone, so that arithmetic finds exactly what they can be."""
        return not self.below and not self.told and len(self.equal) <= 1

    @cached_property
    def matrix(self) -> tuple[Any, NDArray[Any], NDArray[Any]]:
        """The rules as rows of factors, and what each row lies between."""
        import numpy as np
        from scipy.sparse import csr_array

        rows: list[Row] = [(signs, known, known) for signs, known in self.equal]
        rows += [({part: 1, whole: -1}, -np.inf, 0) for part, whole in self.below]
        rows += self.told
        places = (
            [r for r, (row, _, _) in enumerate(rows) for _ in row],
            [k for row, _, _ in rows for k in row],
        )
        factors = np.array([c for row, _, _ in rows for c in row.values()], dtype=float)
        matrix = csr_array((factors, places), shape=(len(rows), len(self.low)))
        return matrix, np.array([r[1] for r in rows], float), np.array([r[2] for r in rows], float)

    def hold(self, solutions: NDArray[Any]) -> NDArray[Any]:
        """Whether each of `solutions`, a row each, is one."""
        matrix, low, high = self.matrix
        sums = (matrix @ solutions.T).T
        inside = (solutions >= self.low).all(axis=1) & (solutions <= self.high).all(axis=1)
        fits: NDArray[Any] = inside & (sums >= low - 1e-6).all(axis=1) & (sums <= high + 1e-6).all(axis=1)
        return fits

    def furthest(self, aim: NDArray[Any]) -> NDArray[Any] | None:
        """The solution in whole numbers that is furthest along `aim`; None where none is found."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        # A solution in fractions is sooner found, and where only counts add up most are whole all the same.
        # HiGHS, where it simplifies first, takes a few that have a solution for such as have none.
        matrix, low, high = self.matrix
        held, bounds = LinearConstraint(matrix, low, high), Bounds(self.low, self.high)
        for whole, simplify in ((0, True), (1, True), (1, False))[bool(self.told) :]:
            options = {"presolve": simplify, "node_limit": STEPS}
            wanted = {"integrality": np.full(len(aim), whole), "options": options}
            found = milp(-aim, constraints=held, bounds=bounds, **wanted)
            if found.x is None:
                continue
            solution: NDArray[Any] = np.rint(found.x)
            if np.abs(found.x - solution).max() < 1e-6 and self.hold(solution[np.newaxis, :])[0]:
                return solution
        return None


def _rules(system: System, component: Sequence[int], hidden: set[int]) -> _Rules:
    at = {v: k for k, v in enumerate(component)}
    truth = [system.truth[v] for v in component]
    rules = _Rules([max(x - ROOM, 0) for x in truth], [x + ROOM for x in truth], [], [], [])
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
    for told, rows in system.told.items():
        if told not in hidden:
            rules.told += [
                ({at[v]: x for v, x in row.items()}, low, high)
                for row, low, high in rows
                if at.keys() >= row.keys()  # answers are withheld together
            ]
    return rules


def _narrowed(rules: _Rules) -> list[tuple[int, int]]:
    """Ranges from each rule by itself, again and again: never narrower than the truth, exact for one line."""
    low, high = list(rules.low), list(rules.high)
    rows = [(signs, known, known) for signs, known in rules.equal]
    rows += [({part: 1, whole: -1}, -sum(high), 0) for part, whole in rules.below]
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


def _spread(rules: _Rules, doubtful: Sequence[int], solutions: list[NDArray[Any]], enough: int) -> set[int]:
    """Those that solutions in whole numbers spread over `enough`, tried until a doubtful one is not.

    What is not solved counts as not spread. The solutions found are added to `solutions`.
    """
    import numpy as np

    least, most = np.min(solutions, axis=0), np.max(solutions, axis=0)

    def narrow() -> list[int]:
        return [k for k in doubtful if most[k] - least[k] < enough]

    def go(aim: Mapping[int, float]) -> None:
        nonlocal least, most
        along = np.zeros(len(least))
        along[list(aim)] = list(aim.values())
        if (solution := rules.furthest(along)) is not None:
            solutions.append(solution)
            least, most = np.minimum(least, solution), np.maximum(most, solution)

    ways = np.random.default_rng(0)  # many at once, some up and some down, before each by itself
    for attempt in range(6):
        if len(left := narrow()) > 1:
            signs = ways.choice((-1.0, 1.0), len(left)) if attempt > 1 else [1.0 - 2 * attempt] * len(left)
            go(dict(zip(left, signs, strict=True)))
    for k in narrow():
        for sign in (1.0, -1.0):
            if most[k] - least[k] < enough:
                go({k: sign})
        if most[k] - least[k] < enough:
            break
    return set(np.flatnonzero(most - least >= enough).tolist())
