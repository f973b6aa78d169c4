"""What a reader may know of the findings of one release: the counts, the n's, and how they add up.

The counts and the n's are the variables of one system. What holds between them is taken from the people
themselves, where a reader may know of it: the counts of one id add up along each group key to their total,
the n's of groups to the n of everyone, a share is count out of n, the same people are the same number
wherever they are an n, and what is declared to be related (`Quantity.related`) holds, is held or is the same.
Where the people of a count are not known, sizes that add up are taken for people that do.

The answers to a question on a scale (`Quantity.scale`) are variables too: how many people gave each. Counts
of people by an answer are sums of them. A mean that is shown, with its interval, tells their sum and the sum
of their squares, as exactly as the digits on the page do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from ut_research.core.estimate import Estimate
from ut_research.core.measurement import Measurement, People
from ut_research.core.quantity import Quantities, Scale
from ut_research.core.schema import NOT_RECORDED
from ut_research.core.units import places
from ut_research.disclosure.bounds import Row, System
from ut_research.disclosure.curves import Group, on_curves, without_series
from ut_research.measures import GROUPS


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of people: its variable, how many they are, and who, if that is known."""

    variable: int
    size: int
    people: People | None


class Linked:
    """The system of one release.

    Attributes
    ----------
    system : the variables and what is known to hold between them.
    shows : the variables that each Estimate shows, by its index.
    guarded : the variables that nobody must work out: small counts, n's and rests.
    """

    def __init__(
        self,
        estimates: Sequence[Estimate],
        known: Quantities,
        threshold: int,
        zeros_safe: bool,
        alike: Collection[int] = (),
        apart: Collection[int] = (),
    ) -> None:
        self.system = System()
        self.shows: dict[int, list[int]] = {i: [] for i in range(len(estimates))}
        self.guarded: set[int] = set()
        self._estimates, self._known = estimates, known
        self._threshold, self._zeros_safe = threshold, zeros_safe
        self._alike, self._apart = alike, apart
        self._curves = on_curves(estimates)
        self._bases: dict[object, Cell] = {}
        self._sizes: dict[str, dict[Group, Cell]] = {}
        self._counts: dict[str, dict[Group, Cell]] = {}
        self._held: set[tuple[int, int]] = set()
        self._add_sizes()
        self._add_counts()
        for id, cells in self._counts.items():
            self._add_lines(cells, self._sizes.get(id, {}))
        for cells in self._sizes.values():
            self._add_lines(cells, {})
        self._add_related()
        self._add_scales()

    def _is_small(self, size: int) -> bool:
        return 0 < size < self._threshold or (size == 0 and not self._zeros_safe)

    def _add_sizes(self) -> None:
        """Add the people that each finding is out of; the same people are one variable."""
        for i, e in enumerate(self._estimates):
            group = without_series(e) if i in self._curves else _group(e)
            cell = None
            if e.n is not None:
                cell = self._base(group, e.n, _whose(e, "among"))
                self.shows[i].append(cell.variable)
                if i not in self._curves:
                    self._sizes.setdefault(e.id, {})[group] = cell
            elif e.unit == "people" and e.count:
                cell = self._base(group, e.count, _whose(e, "counted"))
            small = cell is not None and self._is_small(cell.size) and not is_blank(e.group)
            if cell is not None and (small or i in self._apart):
                self.guarded.add(cell.variable)

    def _base(self, group: Group, size: int, people: People | None) -> Cell:
        about = people or (_place(group), size)
        if about not in self._bases:
            self._bases[about] = Cell(self.system.add(size), size, people)
        return self._bases[about]

    def _add_counts(self) -> None:
        """Add the people whom each finding counts, and those outside the count where they are few."""
        for i, e in enumerate(self._estimates):
            count, people = count_given(e), _whose(e, "counted")
            if count is None or i in self._curves:
                continue
            same = self._bases.get(people or (_group(e), count)) if count else None
            if same is not None and people is None and count == e.n and e.unit != "people":
                same = None  # everyone, for all that is known of who they are
            if i in self._alike:  # a reader does not know that they are
                same = None
            cell = same or Cell(self.system.add(count), count, people)
            guard = not is_blank(e.group)
            if i in self._apart or (guard and (i in self._alike or self._is_small(count))):
                self.guarded.add(cell.variable)
            self._counts.setdefault(e.id, {})[_group(e)] = cell
            whole = self._sizes.get(e.id, {}).get(_group(e))
            self.shows[i].append(cell.variable)
            if whole is not None and whole.variable != cell.variable:
                self._hold(whole, cell, guard=guard and (e.unit == "%" or count != e.n))

    def _hold(self, whole: Cell, part: Cell, *, guard: bool = True) -> None:
        """Add that `whole` holds the people of `part`, and who is left over where they are few."""
        pair = (whole.variable, part.variable)
        left = whole.size - part.size
        if pair in self._held or left < 0:
            return
        self._held.add(pair)
        if guard and self._is_small(left):
            rest = self.system.add(left, unseen=True)
            self.system.lines.add(whole.variable, (part.variable, rest))
            self.guarded.add(rest)
        else:
            self.system.within.add(whole.variable, [part.variable])

    def _add_lines(self, cells: Mapping[Group, Cell], sizes: Mapping[Group, Cell]) -> None:
        """Add the lines of one id: along each key the cells add up to the cell without it, or to their n.

        The people of a total who are in none of its cells make a cell of their own.
        """
        known = dict(cells)
        for level in range(max(map(len, cells), default=0), 0, -1):
            runs: dict[tuple[str, Group], list[Group]] = {}
            for group in sorted((g for g in known if len(g) == level), key=sorted):
                for key, value in sorted(group):
                    runs.setdefault((key, group - {(key, value)}), []).append(group)
            for (_, parent), groups in runs.items():
                parts = [known[g] for g in groups]
                size, people = _together(parts)
                if size is None:
                    continue
                out_of = {sizes[g].variable: sizes[g] for g in groups if g in sizes}
                if len(out_of) == 1:  # parts of one whole
                    [whole] = out_of.values()
                else:
                    whole = known.get(parent) or self._total(parent, size, people)
                    known.setdefault(parent, whole)
                if whole.size >= size and _holds(whole, people):
                    self._add_up(whole, parts, guard=not is_blank(dict(parent)))

    def _total(self, parent: Group, size: int, people: People | None) -> Cell:
        """The people of some n, or a total that nobody is shown."""
        same = self._bases.get(people or (parent, size))
        if same is None:
            same = Cell(self.system.add(size, unseen=True), size, people)
            small = 0 < size < self._threshold and not is_blank(dict(parent))
            self.guarded |= {same.variable} if small else set()
        return same

    def _add_up(self, whole: Cell, parts: Sequence[Cell], *, guard: bool = True) -> None:
        """Add that `parts`, of whom nobody is in two, and whoever is left over make up `whole`."""
        variables = [part.variable for part in parts]
        if variables == [whole.variable]:
            return
        if missing := whole.size - sum(part.size for part in parts):
            variables.append(self.system.add(missing, unseen=True))
            self.guarded |= {variables[-1]} if guard and missing < self._threshold else set()
        self.system.lines.add(whole.variable, sorted(variables))

    def _add_related(self) -> None:
        """Add how the people of related counts lie to each other, and to the people that they are out of."""
        for id, q in self._known.items():
            for other in q.related:
                cells = self._counts.get(other, {})
                for group, cell in self._own(id):
                    near = [c for g, c in cells.items() if _beside(g, group) or c.people == cell.people]
                    others = [c for c in near if c.people is not None and c is not cell]
                    self._relate(cell, others, guard=not is_blank(dict(group)))
                self._add_made_up(id, other)
                self._add_made_up(other, id)

    def _own(self, id: str) -> list[tuple[Group, Cell]]:
        """The counts and the sizes of one id, with their groups."""
        return [(g, c) for cells in (self._counts, self._sizes) for g, c in cells.get(id, {}).items()]

    def _add_made_up(self, id: str, other: str) -> None:
        """Add which cells of `id` those of `other` by some keys make up, whatever each is grouped by.

        All of these, and whoever is left over; or those that make it up exactly.
        """
        for cells in (self._counts, self._sizes):
            runs: dict[frozenset[str], list[Cell]] = {}
            for group, part in cells.get(other, {}).items():
                if part.people:
                    runs.setdefault(frozenset(dict(group)), []).append(part)
            wholes = [(group, cell) for group, cell in self._own(id) if cell.people]
            for (group, whole), run in product(wholes, runs.values()):
                inside = [part for part in run if part is not whole and _holds(whole, part.people)]
                size, _ = _together(inside)
                if len(inside) > 1 and size is not None and (size == whole.size or len(inside) == len(run)):
                    self._add_up(whole, inside, guard=not is_blank(dict(group)))

    def _relate(self, cell: Cell, others: Sequence[Cell], *, guard: bool) -> None:
        if cell.people is None:
            return
        for other in others:
            assert other.people is not None
            both = cell.people & other.people
            if cell.variable == other.variable:
                continue
            if both == cell.people == other.people:
                self.system.lines.add(cell.variable, [other.variable])
            elif both == other.people:
                self._hold(cell, other, guard=guard)
            elif both == cell.people:
                self._hold(other, cell, guard=guard)

    def _add_scales(self) -> None:
        """Add, for each question of a group, how many gave each answer, and what is told of that."""
        found: dict[tuple[Scale, Group], list[int]] = {}
        for i, e in enumerate(self._estimates):
            scale = self._known[e.id].scale
            if scale is not None and isinstance(e, Measurement) and i not in self._curves:
                found.setdefault((scale, _place(_group(e))), []).append(i)
        for (scale, _), own in found.items():
            told = [e for i in own if isinstance(e := self._estimates[i], Measurement)]
            answers = next((e.answers for e in told if e.answers), None)
            by_answer = [i for i, e in zip(own, told, strict=True) if e.between and e.unit == "%"]
            if answers and by_answer and all(x in range(scale.lowest, scale.highest + 1) for x in answers):
                self._add_answers(scale, answers, own, by_answer)

    def _add_answers(
        self, scale: Scale, answers: Mapping[float, int], own: Sequence[int], by_answer: Sequence[int]
    ) -> None:
        system = self.system
        every = range(scale.lowest, scale.highest + 1)
        gave = {x: system.add(answers.get(x, 0), unseen=True) for x in every}
        for i in own:
            e = self._estimates[i]
            assert isinstance(e, Measurement)
            if i in by_answer and e.between is not None:
                low, high = e.between
                count = self._counts[e.id][_group(e)]
                some = [v for x, v in gave.items() if low <= x <= high]
                if sum(system.truth[v] for v in some) == count.size:
                    system.lines.add(count.variable, some)
            elif e.answers == answers and e.n:
                if e.id in self._sizes:
                    system.lines.add(self._sizes[e.id][_group(e)].variable, list(gave.values()))
                self._tell(i, _moments(e, gave, answers, spread=self._known[e.id].spread))
            elif e.between is not None and e.value is not None:  # an end of the scale
                rows: list[Row] = [({gave[int(e.value)]: 1.0}, float(e.count or 0), float(e.count or 0))]
                empty = {v: 1.0 for x, v in gave.items() if (x < e.value) == (min(answers) == e.value)}
                empty.pop(gave[int(e.value)], None)
                if not any(system.truth[v] for v in empty):
                    rows.append((empty, 0.0, 0.0))
                self._tell(i, rows)

    def _tell(self, i: int, rows: list[Row]) -> None:
        """Add what is known of answers once the finding at `i` is shown."""
        if rows:
            told = self.system.add(0)
            self.system.told[told] = rows
            self.shows[i].append(told)


def _moments(
    e: Measurement, gave: Mapping[int, int], answers: Mapping[float, int], *, spread: bool
) -> list[Row]:
    """What a mean, a spread or an interval tells of the answers, at the digits that a page shows.

    The mean of what was answered, at one time, tells the sum of the answers: the means of the other time, of
    the change and of those who answered once tell of it too, and together more than the digits of one.
    """
    assert e.value is not None and e.n is not None
    digits, n = places(e.unit), e.n
    half = 0.5 * 10.0**-digits
    true = sum(x * k for x, k in answers.items()) / n
    shown = round(true, digits)
    rows: list[Row] = []
    if not spread and min(gave) >= 0:
        total = float(round(true * n))
        rows.append(({v: float(x) for x, v in gave.items() if x}, total, total))
    elif not spread:
        rows += [
            ({v: x - shown + half for x, v in gave.items()}, 0.0, float("inf")),
            ({v: x - shown - half for x, v in gave.items()}, float("-inf"), 0.0),
        ]
    squares = sum((x - true) ** 2 * k for x, k in answers.items())
    ends = (-e.value, e.value) if spread else (e.low, e.high)
    if None not in ends and squares:
        wide, told = ((b - a) / 2 for a, b in (ends, [round(x, digits) for x in ends]))  # type: ignore
        least, most = (squares * (max(told + end, 0) / wide) ** 2 for end in (-half, half))
        about = {v: (x - shown) ** 2 for x, v in gave.items()}
        rows.append((about, least, most + n * half**2))
    return rows


def is_blank(group: Mapping[str, str]) -> bool:
    """Whether a group is the people of whom it is not recorded where they belong.

    Nobody knows who they are but those who hold the records: a small number of them is not shown, and nothing
    else is withheld so that it cannot be worked out.
    """
    return any(group.get(key) == NOT_RECORDED for key in GROUPS)


def count_given(e: Estimate) -> int | None:
    """The count that `e` gives away, also where it gives it as a share."""
    if isinstance(e, Measurement) and e.count is None and e.counted is not None:
        return e.counted.bit_count()
    if e.count is None and e.unit == "%" and e.n is not None and e.value is not None:
        return round(e.value * e.n / 100)
    return e.count


def _whose(e: Estimate, which: str) -> People | None:
    found: People | None = getattr(e, which, None)
    return found


def _together(parts: Sequence[Cell]) -> tuple[int | None, People | None]:
    """How many the people of `parts` are, and who; None where somebody is in two of them."""
    size = sum(part.size for part in parts)
    if any(part.people is None for part in parts):
        return size, None
    people = 0
    for part in parts:
        people |= part.people or 0
    return (size, people) if people.bit_count() == size else (None, None)


def _holds(whole: Cell, people: People | None) -> bool:
    return None in (whole.people, people) or (whole.people or 0) | (people or 0) == whole.people


def _group(e: Estimate) -> Group:
    return frozenset(e.group.items())


def _beside(one: Group, other: Group) -> bool:
    """Whether two findings are of the same place: of the two groups that are compared, or both together."""
    return {key for key, _ in _place(one) ^ _place(other)} <= {"group"}


def _place(group: Iterable[tuple[str, str]]) -> Group:
    """Whose a finding is, less what it says of them."""
    return frozenset(pair for pair in group if pair[0] in (*GROUPS, "group"))
