"""Linked cells: what else must be withheld so that no withheld cell can be worked out.

In: Estimates and the indices of those that are small by themselves. Out: the indices to withhold.

The counts and the n's of one release are the variables of one system. Its equations are those that
a reader may know: the counts of one id add up along each group key to their total, the n's of
groups add up to the n of everyone, a share is count out of n, a mean gives a sum (`Quantity.mean_of`).
What is not withheld is known. For each variable that is withheld, the whole numbers that it could still be
are found (exactly, by integer programming where one equation is not enough): if they span less than the
threshold, another cell is withheld with it, the smallest of its line first, and so on until none is left.

A breakdown that could only be kept safe by withholding a finding about everyone is withheld whole, and
stays in the system as unknown, so that no other breakdown gives it back.

The reader is assumed to know more than is shown, never less: totals that are not in the release (unless
all that they are the total of is withheld whole), the n of a share that is withheld, that two n's (or a
count and the n of a later step) are the same people, that some findings count some of the people of others
(`Quantity.nested_with`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from ut_research.core.estimate import SERIES_KEYS, Estimate
from ut_research.core.quantity import Quantities
from ut_research.disclosure.bounds import System, components, narrow
from ut_research.measures import GROUPS

Group = frozenset[tuple[str, str]]
Part = tuple[str, tuple[str, ...]]


def protect_in_turn(
    estimates: Sequence[Estimate],
    known: Quantities,
    small: Iterable[int],
    threshold: int,
    zeros_safe: bool = True,
) -> set[int]:
    """As `protect`, but a breakdown (by partner, by area …) never takes a finding about everyone with it."""
    small = set(small)
    top = [i for i, e in enumerate(estimates) if e.group.keys().isdisjoint(GROUPS)]
    places = {i: k for k, i in enumerate(top)}
    own = [places[i] for i in top if i in small]
    hidden = {top[k] for k in protect([estimates[i] for i in top], known, own, threshold, zeros_safe)}
    return protect(estimates, known, small, threshold, zeros_safe, set(top) - hidden)


def protect(
    estimates: Sequence[Estimate],
    known: Quantities,
    small: Iterable[int],
    threshold: int,
    zeros_safe: bool = True,
    spare: Iterable[int] = (),
) -> set[int]:
    """The indices of all `estimates` to withhold: those in `small`, and those that would give them back.

    Parameters
    ----------
    estimates : sound Estimates about people, numbers only.
    known : what is known of each of their ids.
    small : indices of those withheld for themselves.
    threshold, zeros_safe : as in `ut_research.disclosure.gate.Policy`.
    spare : indices of those not to withhold while anything else will do. Before one of them goes, a breakdown
        that needs it (all of one id by the same keys) is withheld whole; of that a reader knows nothing.
    """
    parts: dict[Part, list[int]] = {}
    for i in sorted(set(range(len(estimates))).difference(spare := set(spare))):
        parts.setdefault((estimates[i].id, _group_keys(estimates[i])), []).append(i)
    system, shows, hidden = _build(estimates, known, threshold, zeros_safe)
    spared = {v for i in spare for v in shows[i]}
    often = Counter(v for variables in shows.values() for v in set(variables))
    wide: set[int] = set()

    def withhold_whole(weak: int, component: Sequence[int]) -> bool:
        """Withhold the smallest breakdown that holds the weak variable, or else any of its component."""
        for within in ({weak}, set(component)):
            if near := [p for p, own in parts.items() if any(not within.isdisjoint(shows[i]) for i in own)]:
                unsaid.update(parts.pop(min(near, key=lambda p: len(parts[p]))))
                said = {v for i, variables in shows.items() if i not in unsaid for v in variables}
                hidden.update({v for i in unsaid for v in shows[i]} - said)
                system.forget(hidden - said)
                return True
        return False

    unsaid: set[int] = set()
    while unsure := [c for c in components(system, hidden) if not wide.issuperset(c)]:
        before = (len(hidden), len(unsaid))
        for component in unsure:
            touched: set[int] = set()
            for weak in (found := narrow(system, component, threshold, wide)):
                more = _next_to_hide(system, weak, component, hidden, often)
                if not more.isdisjoint(spared) and withhold_whole(weak, component):
                    break
                if more and touched.isdisjoint(near := _near(system, weak)):
                    hidden |= more
                    touched |= near
            if found and not touched and (len(hidden), len(unsaid)) == before:  # else find components anew
                if any(system.truth[v] for v in found):
                    raise ValueError("a small count can be worked out whatever is withheld; release less")
                wide.update(found)  # everything is withheld, and still nobody was there: a group not listed
    return set(small) | unsaid | {i for i, variables in shows.items() if hidden & set(variables)}


def too_near(estimates: Sequence[Estimate], known: Quantities, small: set[int], threshold: int) -> set[int]:
    """The indices of findings that count 1 to threshold - 1 people more or fewer than a nested one kept."""
    near: set[int] = set()
    for run in _nested(estimates, known):
        kept: list[int] = []
        for i in run:
            count = count_given(estimates[i])
            if i in small or count is None:
                continue
            if any(0 < abs(count - other) < threshold for other in kept):
                near.add(i)
            else:
                kept.append(count)
    return near


def _nested(estimates: Sequence[Estimate], known: Quantities) -> Iterator[list[int]]:
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


def on_curves(estimates: Sequence[Estimate]) -> set[int]:
    """The indices of points on a curve: a key of `SERIES_KEYS` along which counts do not add up to n."""
    runs: dict[tuple[str, Group], list[int]] = {}
    for i, e in enumerate(estimates):
        if SERIES_KEYS & set(e.group):
            runs.setdefault((e.id, _without_series(e)), []).append(i)
    return {i for run in runs.values() if not _spread(run, estimates) for i in run}


def curve_steps(estimates: Sequence[Estimate], threshold: int) -> tuple[set[int], dict[int, int]]:
    """The indices of the points of curves to withhold, and of those to show without their number at risk.

    A survival curve moves when something happens to somebody, so a curve drawn in full is a list of
    events. A point is shown only where at least `threshold` people are at risk, and where since the
    last point shown either nobody had the event or at least `threshold` people had, and the same holds
    of the events still to come. Its number at risk is shown where it is that of the last one shown, or
    less by at least `threshold`; else it is left out, and the second result gives the point whose number
    stands for it. Events are taken from the counts or, without counts, from the drop in the curve, such
    that they are never taken for more than they were.
    """
    runs: dict[tuple[str, Group], list[int]] = {}
    for i in sorted(on_curves(estimates)):
        runs.setdefault((estimates[i].id, _without_series(estimates[i])), []).append(i)
    unsafe: set[int] = set()
    quiet: dict[int, int] = {}
    for run in runs.values():
        points = sorted(run, key=lambda i: _place(estimates[i]))
        events = [0.0]
        for before, after in pairwise(points):
            events.append(events[-1] + _events(estimates[before], estimates[after]))
        shown = 0
        for at, i in enumerate(points):
            since, to_come = events[at] - events[shown], events[-1] - events[at] if events[at] else 0.0
            left = abs((estimates[points[shown]].n or 0) - (estimates[i].n or 0)) if at else 0
            enough = [gap < 1e-9 or gap > threshold - 0.5 for gap in (since, to_come, left)]
            if (estimates[i].n or 0) < threshold or not all(enough[:2]):
                unsafe.add(i)
            elif enough[2]:
                shown = at
            elif since < 1e-9:
                quiet[i] = points[shown]
            else:
                unsafe.add(i)
    return unsafe, quiet


def _events(before: Estimate, after: Estimate) -> float:
    """How many people had the event between two points next to each other; at most the true number."""
    if before.count is not None and after.count is not None:
        return float(abs(after.count - before.count))
    if not before.value or after.value is None or after.n is None:
        return 0.0 if before.value == after.value else 0.5
    return after.n * abs(1 - after.value / before.value) or (0.5 if before.value != after.value else 0.0)


def _place(e: Estimate) -> list[tuple[str, float, str]]:
    """Where on its curve a point belongs: by number where the key is one."""
    keys = sorted(SERIES_KEYS & set(e.group))
    return [(k, float(v) if (v := e.group[k]).replace(".", "", 1).isdigit() else -1.0, v) for k in keys]


def _without_series(e: Estimate) -> Group:
    return frozenset((k, v) for k, v in e.group.items() if k not in SERIES_KEYS)


def _spread(run: Sequence[int], estimates: Sequence[Estimate]) -> bool:
    """Whether the counts of `run` add up to one n: people spread over values, not points on a curve."""
    counts, sizes = [estimates[i].count for i in run], {estimates[i].n for i in run}
    return None not in counts and len(sizes) == 1 and sum(c or 0 for c in counts) == sizes.pop()


def _build(
    estimates: Sequence[Estimate], known: Quantities, threshold: int, zeros_safe: bool
) -> tuple[System, dict[int, list[int]], set[int]]:
    """The system of one release, the variables that each Estimate shows, and the sensitive variables."""
    system, shows, hidden = System(), dict[int, list[int]](), set[int]()
    curves = on_curves(estimates)
    fixed = _fixed_keys([e for i, e in enumerate(estimates) if i not in curves])
    bases: dict[tuple[Group, int], int] = {}
    sizes: dict[str, dict[Group, int]] = {}
    counts: dict[str, dict[Group, int]] = {}

    def sensitive(size: int) -> bool:
        return 0 < size < threshold or (size == 0 and not zeros_safe)

    def base(group: Group, size: int) -> int:
        """The variable of the people of one group: the same people wherever they are the n."""
        if (group, size) not in bases:
            bases[group, size] = system.add(size)
        return bases[group, size]

    for i, e in enumerate(estimates):
        group = _without_series(e) if i in curves else _group(e)
        shows[i] = []
        if e.n is not None:
            shows[i].append(base(_less(group, fixed.get(e.id, ())), e.n))
            if i not in curves:
                sizes.setdefault(e.id, {})[group] = shows[i][0]
        elif e.unit == "people" and e.count:
            base(group, e.count)
    for i, e in sorted(enumerate(estimates), key=lambda at: known[at[1].id].same_as is not None):
        count, group = count_given(e), _group(e)
        if count is None or i in curves:
            continue
        alias, extra = known[e.id].same_as or ("", {})
        v = counts.get(alias, {}).get(group | frozenset(extra.items()))
        if v is None or system.truth[v] != count:
            v = bases.get((group, count)) if count and (count != e.n or e.unit == "people") else None
        if v is None:
            v = system.add(count)
        counts.setdefault(e.id, {})[group] = v
        whole = shows[i][0] if shows[i] else v
        shows[i].append(v)
        if e.n is None or whole == v:
            continue
        system.within[v, whole] = None
        if sensitive(e.n - count) and (e.unit == "%" or e.n != count):
            system.lines[whole, (v, system.add(e.n - count, unseen=True))] = None
            hidden |= {v, len(system.truth) - 1}
    for run in _nested(estimates, known):
        steps = {
            v for i in run if (v := counts.get(estimates[i].id, {}).get(_group(estimates[i]))) is not None
        }
        for part, whole in pairwise(sorted(steps, key=lambda v: system.truth[v])):
            system.within[part, whole] = None
    _add_tops(system, known, counts)
    for i, e in enumerate(estimates):
        shows[i] += _add_sums(system, e, known[e.id].mean_of, counts)
        if (unknown := known[e.id].known_of) is not None and e.n is not None:
            rest, extra = unknown
            blank = counts.get(rest, {}).get(_group(e) | frozenset(extra.items()))
            shows[i] += [] if blank is None else [blank]
    for cells in counts.values():
        _add_lines(system, cells, (), bases)
    for id, cells in sizes.items():
        _add_lines(system, cells, fixed[id], bases)
    shown = [v for v, size in enumerate(system.truth) if size or v not in system.unseen]
    hidden |= {v for v in shown if sensitive(system.truth[v])}
    return system, shows, hidden


def _add_tops(system: System, known: Quantities, counts: Mapping[str, Mapping[Group, int]]) -> None:
    """Add the lines of `Quantity.top_of`: the people from some point of the scale upwards are the count."""
    for id, q in known.items():
        scale, key = q.top_of or ("", "")
        for group, total in counts.get(id, {}).items() if q.top_of else ():
            places = {v: dict(g)[key] for g, v in counts.get(scale, {}).items() if _less(g, (key,)) == group}
            parts = sorted(places, key=lambda v: -float(places[v]))
            for k in range(1, len(parts) + 1):
                if sum(system.truth[v] for v in parts[:k]) == system.truth[total]:
                    system.lines[total, tuple(sorted(parts[:k]))] = None


def _add_sums(
    system: System, mean: Estimate, of: tuple[str, str] | None, counts: Mapping[str, Mapping[Group, int]]
) -> list[int]:
    """Add the lines of `mean`, where it is that `of` a scale; the variables of the sums, which it shows.

    A part stands in its line as often as it counts.
    """
    if of is None or mean.n is None:
        return []
    scale, key = of
    at = {v: int(dict(g)[key]) for g, v in counts.get(scale, {}).items() if _less(g, (key,)) == _group(mean)}
    if sum(system.truth[v] for v in at) != mean.n:
        return []
    sums = []
    for power in (1, 2) if mean.low is not None else (1,):
        parts = tuple(v for v, point in sorted(at.items()) for _ in range(point**power))
        sums.append(system.add(sum(system.truth[v] for v in parts)))
        system.lines[sums[-1], parts] = None
    return sums


def _add_lines(
    system: System,
    cells: Mapping[Group, int],
    fixed: Sequence[str],
    bases: Mapping[tuple[Group, int], int],
) -> None:
    """Add the lines of one id: along each key that is not `fixed` the cells add up to the cell without it.

    A total that is not among the cells is taken for known. The people of a total who are in none of its cells
    make a cell of their own.
    """
    known = dict(cells)
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
                total = bases.get((_less(parent, fixed), whole))
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
                system.lines[line] = None


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


def _group_keys(e: Estimate) -> tuple[str, ...]:
    return tuple(sorted(e.group))


def _less(group: Group, keys: Iterable[str]) -> Group:
    return frozenset(pair for pair in group if pair[0] not in keys)


def _near(system: System, v: int) -> set[int]:
    """The variables on a line with `v`, and `v`."""
    return {v}.union(*({total, *parts} for total, parts in system.lines if v == total or v in parts))


def _next_to_hide(
    system: System, weak: int, component: Sequence[int], hidden: set[int], often: Mapping[int, int]
) -> set[int]:
    """The variable to withhold next, near the weak one before farther ones; none where all are withheld.

    Cells come before their totals, so that a small group does not take the finding about everyone with it;
    then what is shown in the fewest places, then the smallest.
    """
    members = set(component)
    totals = {total for total, _ in system.lines}
    lines = [{total, *parts} for total, parts in system.lines]
    around = {v for line in lines if not line.isdisjoint(members) for v in line}
    around |= {whole for part, whole in system.within if part in members}
    wholes = {whole for part, whole in system.within if part == weak}
    near = _near(system, weak)
    seen = [_seen(system, v) for v in (near - totals, around - totals - wholes, near, wholes, around)]
    for choice in (*seen, around):
        if free := choice - hidden:
            return {min(free, key=lambda v: (system.truth[v] == 0, often.get(v, 0), system.truth[v], v))}
    return set()


def _seen(system: System, variables: set[int]) -> set[int]:
    return variables - system.unseen
