"""Secondary suppression: what else must be withheld so that no small count can be worked out.

In: Estimates about people, and which of them are small by themselves. Out: the indices to withhold.

The important is decided on first (`Quantity.importance`): headlines, then the rest of what is about everyone,
then what is ancillary, then breakdowns, then what only the reports of parts say. No later tier takes anything
of an earlier one away as long as it has something of its own to give, and of a later tier a reader knows
nothing yet. Within a tier everything is shown at first. While a small number that is not shown can be worked
out to within less than the threshold (`ut_research.disclosure.bounds`), of what stands beside it in the
system (`ut_research.disclosure.linked`) that is withheld which costs least; what need not have been is given
back at the end, the largest first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from ut_research.core.estimate import Estimate
from ut_research.core.quantity import Quantities, Quantity
from ut_research.disclosure.bounds import Reader
from ut_research.disclosure.linked import Linked, is_blank
from ut_research.measures import BREAKDOWNS

_TIERS = ("headline", "everyone", "ancillary")


def protect(
    estimates: Sequence[Estimate],
    known: Quantities,
    small: Iterable[int],
    threshold: int,
    zeros_safe: bool = True,
    alike: Collection[int] = (),
    apart: Collection[int] = (),
    told: Collection[int] = (),
) -> set[int]:
    """The indices of all `estimates` to withhold: those in `small`, and those that would give them back.

    Parameters
    ----------
    estimates : sound Estimates about people, numbers only.
    known : what is known of each of their ids.
    small : indices of those withheld for themselves.
    threshold, zeros_safe : as in `ut_research.disclosure.gate.Policy`.
    alike : indices of those that must not be known to count everyone.
    apart : indices of those withheld whatever their size, whose people nobody must work out either.
    told : indices of those that a reader knows from elsewhere, shown or not.
    """
    withheld = set(small)
    shown = _Shown(Linked(estimates, known, threshold, zeros_safe, alike, apart), threshold, told)
    tiers: list[list[int]] = [[] for _ in (*_TIERS, "breakdowns", "parts")]
    for i, e in enumerate(estimates):
        if i not in withheld:
            tiers[tier(e, known[e.id])].append(i)
    for own in tiers:
        shown.add(own)
        withheld.update(shown.settle(own))
    return withheld | _hardly_shown(estimates, tiers[len(_TIERS)], withheld)


def _hardly_shown(estimates: Sequence[Estimate], breakdowns: Iterable[int], withheld: set[int]) -> set[int]:
    """What is left of breakdowns more than half of which is withheld: it says hardly anything."""
    runs: dict[tuple[str, ...], set[int]] = {}
    for i in {*breakdowns, *withheld}:
        if in_breakdown(estimates[i]):
            runs.setdefault((estimates[i].id, *sorted(estimates[i].group)), set()).add(i)
    named = {about: {i for i in run if not is_blank(estimates[i].group)} for about, run in runs.items()}
    return {
        i for about, run in runs.items() if 2 * len(named[about] & withheld) > len(named[about]) for i in run
    }


def in_breakdown(e: Estimate) -> bool:
    """Whether a finding is about the people of one group, by partner, role or the like."""
    return not e.group.keys().isdisjoint(BREAKDOWNS)


def tier(e: Estimate, quantity: Quantity) -> int:
    """When it is decided whether a finding is shown: 0 for headlines, 3 for breakdowns, 4 for parts only."""
    if in_breakdown(e):
        return len(_TIERS) + (quantity.of_parts and e.group.keys().isdisjoint(quantity.by))
    return _TIERS.index("ancillary" if quantity.choices else quantity.importance)


class _Shown:
    """What is shown of one release, as it is decided.

    Attributes
    ----------
    hidden : the variables that nothing shown says.
    """

    def __init__(self, linked: Linked, threshold: int, told: Iterable[int]) -> None:
        self._system, self._shows, self._guarded = linked.system, linked.shows, linked.guarded
        self._totals = {total for total, _ in linked.system.lines}
        self._reader = Reader(linked.system, threshold)
        self._by: list[set[int]] = [set() for _ in linked.system.truth]  # who shows a variable
        self.hidden = set(range(len(linked.system.truth)))
        self._wide: set[int] = set()  # which cannot be worked out; to withhold more does not change that
        self._told = {v for i in told for v in self._shows[i]}  # which are known whatever is shown
        self.hidden -= self._told

    def add(self, some: Iterable[int]) -> None:
        """Show `some` Estimates."""
        for i in some:
            for v in self._shows[i]:
                self._by[v].add(i)
                self.hidden.discard(v)
        self._wide.clear()

    def take(self, some: Iterable[int]) -> None:
        """Show `some` Estimates no more."""
        for i in some:
            for v in self._shows[i]:
                self._by[v].discard(i)
                if not self._by[v] and v not in self._told:
                    self.hidden.add(v)

    def settle(self, own: Sequence[int]) -> set[int]:
        """Withhold of the Estimates in `own` until nothing guarded can be worked out; which are withheld."""
        free, gone = set(own), set[int]()
        while weak := sorted(self._weak(self._guarded)):
            more = self._next_of(weak, free) or self._next_of(weak[:1], None)
            gone |= more
            if not more:  # nothing that is shown has to do with it
                self._wide.update(weak[0][0])
        sizes = {i: min((self._system.truth[v] for v in self._shows[i]), default=0) for i in gone}
        return gone - self._back(sorted(gone, key=lambda i: (i in free, -sizes[i], i)))

    def _back(self, some: Sequence[int]) -> set[int]:
        """Show of `some`, one after the other, each with which nothing can be worked out; which those are.

        All are tried at once, then by halves: what holds of many holds of fewer.
        """
        if not some:
            return set()
        about = self._affected(some)
        self.add(some)
        if not any(self._weak(about)):
            return set(some)
        self.take(some)
        half = len(some) // 2
        return self._back(some[:half]) | self._back(some[half:]) if half else set()

    def _weak(self, among: set[int]) -> Iterator[tuple[list[int], list[int]]]:
        """Those of `among`, guarded, that can be worked out, of each component that one of them is in."""
        components, done = [], set(self._wide)
        for v in sorted(among & self.hidden):
            if v not in done:
                components.append(self._system.linked([v], self.hidden))
                done.update(components[-1])
        for component in sorted(components, key=len):  # one may be enough, and few are soon looked at
            own = [u for u in component if u in among and u not in self._wide]
            if found := self._reader.narrow(component, self.hidden, own):
                yield found, component
            else:
                self._wide.update(own)

    def _affected(self, some: Iterable[int]) -> set[int]:
        """The guarded variables that hang together with what some Estimates would show."""
        new = {v for i in some for v in self._shows[i] if v in self.hidden}
        new |= {v for told in new for row, _, _ in self._system.told.get(told, ()) for v in row}
        return self._guarded.intersection(self._system.linked(new, self.hidden))

    def _next_of(self, weak: Sequence[tuple[list[int], list[int]]], free: set[int] | None) -> set[int]:
        """Withhold something for each of `weak`, among `free`, or else among all that is shown."""
        gone = set[int]()
        for found, component in weak:
            more = self._next(found, component, free)
            self.take(more)
            gone |= more
        return gone

    def _next(self, weak: Sequence[int], component: Sequence[int], free: set[int] | None) -> set[int]:
        """The Estimates to withhold next, among `free`, so that a variable near `weak` is not shown any more.

        Cells come before their totals, what is shown in the fewest places before the rest, then the smallest.
        """
        truth = self._system.truth
        for near in (self._system.near(weak[:1]), self._system.near(component)):
            open_to_choice = near - self.hidden - self._told
            choices = [v for v in open_to_choice if free is None or self._by[v] <= free]
            if choices:
                best = min(
                    choices, key=lambda v: (v in self._totals, truth[v] == 0, len(self._by[v]), truth[v], v)
                )
                return set(self._by[best])
        return set()
