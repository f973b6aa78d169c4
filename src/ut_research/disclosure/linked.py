"""What a reader may know of the findings of one release: the counts, the n's, and how they add up.

The counts and the n's are the variables of one system. Its equations are those that a reader may know: the
counts of one id add up along each group key to their total, the n's of groups add up to the n of everyone, a
share is count out of n, a mean gives a sum (`Quantity.mean_of`).

The reader is assumed to know more than is shown, never less: totals that are not in the release (unless
all that they are the total of is withheld whole), the n of a share that is withheld, that two n's (or a
count and the n of a later step) are the same people, that some findings count some of the people of others
(`Quantity.nested_with`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from ut_research.core.estimate import Estimate
from ut_research.core.quantity import Quantities
from ut_research.disclosure.bounds import System
from ut_research.disclosure.curves import Group, on_curves, without_series


class Linked:
    """The system of one release.

    Attributes
    ----------
    system : the variables and what is known to hold between them.
    shows : the variables that each Estimate shows, by its index.
    sensitive : the variables that nobody must work out.
    """

    def __init__(
        self, estimates: Sequence[Estimate], known: Quantities, threshold: int, zeros_safe: bool
    ) -> None:
        self.system = System()
        self.shows: dict[int, list[int]] = {i: [] for i in range(len(estimates))}
        self.sensitive: set[int] = set()
        self._estimates, self._known = estimates, known
        self._threshold, self._zeros_safe = threshold, zeros_safe
        self._curves = on_curves(estimates)
        self._fixed = _fixed_keys([e for i, e in enumerate(estimates) if i not in self._curves])
        self._bases: dict[tuple[Group, int], int] = {}
        self._sizes: dict[str, dict[Group, int]] = {}
        self._counts: dict[str, dict[Group, int]] = {}
        self._add_sizes()
        self._add_counts()
        self._add_nested()
        self._add_tops()
        self._add_means()
        for cells in self._counts.values():
            self._add_lines(cells, ())
        for id, cells in self._sizes.items():
            self._add_lines(cells, self._fixed[id])
        truth, unseen = self.system.truth, self.system.unseen
        shown = (v for v, size in enumerate(truth) if size or v not in unseen)
        self.sensitive |= {v for v in shown if self._is_sensitive(truth[v])}

    def _is_sensitive(self, size: int) -> bool:
        return 0 < size < self._threshold or (size == 0 and not self._zeros_safe)

    def _base(self, group: Group, size: int) -> int:
        """The variable of the people of one group: the same people wherever they are the n."""
        if (group, size) not in self._bases:
            self._bases[group, size] = self.system.add(size)
        return self._bases[group, size]

    def _add_sizes(self) -> None:
        """Add the people that each finding is out of."""
        for i, e in enumerate(self._estimates):
            group = without_series(e) if i in self._curves else _group(e)
            if e.n is not None:
                v = self._base(_less(group, self._fixed.get(e.id, ())), e.n)
                self.shows[i].append(v)
                if i not in self._curves:
                    self._sizes.setdefault(e.id, {})[group] = v
            elif e.unit == "people" and e.count:
                self._base(group, e.count)

    def _add_counts(self) -> None:
        """Add the people whom each finding counts, and those outside the count where they are few."""
        again = [self._known[e.id].same_as is not None for e in self._estimates]
        for i in sorted(range(len(again)), key=again.__getitem__):
            e = self._estimates[i]
            count = count_given(e)
            if count is None or i in self._curves:
                continue
            v = self._counts.setdefault(e.id, {})[_group(e)] = self._counted(e, count)
            whole = self.shows[i][0] if self.shows[i] else v
            self.shows[i].append(v)
            if e.n is None or whole == v:
                continue
            self.system.within.add(whole, [v])
            if self._is_sensitive(e.n - count) and (e.unit == "%" or e.n != count):
                outside = self.system.add(e.n - count, unseen=True)
                self.system.lines.add(whole, (v, outside))
                self.sensitive |= {v, outside}

    def _counted(self, e: Estimate, count: int) -> int:
        """The variable of the people whom `e` counts: that of the same people elsewhere, if there is one."""
        alias, extra = self._known[e.id].same_as or ("", {})
        v = self._counts.get(alias, {}).get(_group(e).union(extra.items()))
        if v is None or self.system.truth[v] != count:
            own = count and (count != e.n or e.unit == "people")
            v = self._bases.get((_group(e), count)) if own else None
        return self.system.add(count) if v is None else v

    def _add_nested(self) -> None:
        """Add which counts hold which (`nested`)."""
        for run in nested(self._estimates, self._known):
            found = ((self._estimates[i].id, _group(self._estimates[i])) for i in run)
            steps = {v for id, group in found if (v := self._counts.get(id, {}).get(group)) is not None}
            for part, whole in pairwise(sorted(steps, key=self.system.truth.__getitem__)):
                self.system.within.add(whole, [part])

    def _add_tops(self) -> None:
        """Add the lines of `Quantity.top_of`: the people from some point of a scale upwards are the count."""
        truth = self.system.truth
        for id, q in self._known.items():
            if q.top_of is None:
                continue
            for group, total in self._counts.get(id, {}).items():
                places = self._points(*q.top_of, group)
                parts = sorted(places, key=lambda v: -float(places[v]))
                for k in range(1, len(parts) + 1):
                    if sum(truth[v] for v in parts[:k]) == truth[total]:
                        self.system.lines.add(total, sorted(parts[:k]))

    def _add_means(self) -> None:
        """Add what means tell: sums of a scale (`Quantity.mean_of`), who is not among them (`known_of`)."""
        for i, e in enumerate(self._estimates):
            q = self._known[e.id]
            if e.n is None:
                continue
            if q.mean_of is not None:
                self.shows[i] += self._sums(e, *q.mean_of)
            if q.known_of is not None:
                rest, extra = q.known_of
                blank = self._counts.get(rest, {}).get(_group(e).union(extra.items()))
                self.shows[i] += [] if blank is None else [blank]

    def _sums(self, mean: Estimate, scale: str, key: str) -> list[int]:
        """The variables of the sums that `mean` tells of: of what people said, with its interval of squares.

        A part stands in its line as often as it counts.
        """
        at = {v: int(point) for v, point in self._points(scale, key, _group(mean)).items()}
        if sum(self.system.truth[v] for v in at) != mean.n:
            return []
        sums = []
        for power in (1, 2) if mean.low is not None else (1,):
            parts = [v for v, point in sorted(at.items()) for _ in range(point**power)]
            sums.append(self.system.add(sum(self.system.truth[v] for v in parts)))
            self.system.lines.add(sums[-1], parts)
        return sums

    def _points(self, scale: str, key: str, group: Group) -> dict[int, str]:
        """The variables of the people at each point of a scale, `group` beside, and the point."""
        found = self._counts.get(scale, {}).items()
        return {v: dict(g)[key] for g, v in found if _less(g, (key,)) == group}

    def _add_lines(self, cells: Mapping[Group, int], fixed: Sequence[str]) -> None:
        """Add the lines of one id: along each key not `fixed` the cells add up to the cell without it.

        A total that is not among the cells is taken for known. The people of a total who are in none of its
        cells make a cell of their own.
        """
        system, known = self.system, dict(cells)
        for level in range(max(map(len, cells), default=0), 0, -1):
            runs: dict[tuple[str, Group], list[int]] = {}
            for group in sorted((g for g in known if len(g) == level), key=sorted):
                for key, value in sorted(group):
                    if key not in fixed:
                        runs.setdefault((key, group - {(key, value)}), []).append(known[group])
            for (_, parent), parts in runs.items():
                whole = sum(system.truth[v] for v in parts)
                if parent not in known:
                    if len(parts) == 1:  # the same people, one key less
                        known[parent] = parts[0]
                        continue
                    total = self._bases.get((_less(parent, fixed), whole))
                    known[parent] = system.add(whole, unseen=True) if total is None else total
                missing = system.truth[known[parent]] - whole
                if missing > 0:
                    parts.append(system.add(missing, unseen=True))
                if missing >= 0:
                    line = (known[parent], tuple(sorted(parts)))
                    if parent not in cells and line not in system.lines:
                        system.taken[line] = None
                    elif parent in cells:
                        system.taken.pop(line, None)
                    system.lines.add(*line)


def nested(estimates: Sequence[Estimate], known: Quantities) -> Iterator[list[int]]:
    """The indices of each run of findings of one group that are nested in each other, those to keep first."""
    at = {(e.id, _group(e)): i for i, e in enumerate(estimates)}
    chains: dict[tuple[str, Group], list[str]] = {}
    for id, q in known.items():
        if q.nested_with is None:
            continue
        first, more = q.nested_with
        if not callable(more):
            chains.setdefault((first, frozenset(more.items())), []).append(id)
            continue
        for i, e in enumerate(estimates):
            if e.id == id and e.value is not None:
                whole = at.get((first, _group(e).union(more(e.value).items())))
                yield [i] if whole is None else [whole, i]
    for (first, keys), ids in chains.items():
        runs: dict[Group, list[int]] = {}
        for id, own in ((first, keys), *((id, Group()) for id in ids)):
            for i, e in enumerate(estimates):
                if e.id == id and own <= _group(e):
                    runs.setdefault(_group(e) - own, []).append(i)
        yield from runs.values()


def _fixed_keys(estimates: Sequence[Estimate]) -> dict[str, tuple[str, ...]]:
    """For each id, the group keys along which the n stays the same: parts of one whole, not groups."""
    cells: dict[str, dict[Group, Estimate]] = {}
    for e in estimates:
        if e.n is not None:
            cells.setdefault(e.id, {})[_group(e)] = e
    fixed = {}
    for id, found in cells.items():
        runs: dict[str, dict[Group, list[Estimate]]] = {}
        for group, e in found.items():
            for key, value in group:
                runs.setdefault(key, {}).setdefault(group - {(key, value)}, []).append(e)
        whole = [k for k, lines in runs.items() if all(_one_whole(p, found.get(g)) for g, p in lines.items())]
        fixed[id] = tuple(sorted(whole))
    return fixed


def _one_whole(parts: Sequence[Estimate], total: Estimate | None) -> bool:
    cells = [*parts, total] if total else parts
    at_most = sum(e.count or 0 for e in parts)
    return len(cells) > 1 and len({e.n for e in cells}) == 1 and at_most <= (cells[0].n or 0)


def count_given(e: Estimate) -> int | None:
    """The count that `e` gives away, also where it gives it as a share."""
    if e.count is None and e.unit == "%" and e.n is not None and e.value is not None:
        return round(e.value * e.n / 100)
    return e.count


def _group(e: Estimate) -> Group:
    return frozenset(e.group.items())


def _less(group: Group, keys: Iterable[str]) -> Group:
    return frozenset(pair for pair in group if pair[0] not in keys)
