"""Linked cells: what else must be withheld so that no withheld cell can be worked out.

In: Estimates and the indices of those that are small by themselves. Out: the indices to withhold.

What is not withheld is known, and how it adds up (`ut_research.disclosure.linked`). For each variable that
is withheld, the whole numbers that it could still be are found (`ut_research.disclosure.bounds`): if they
span less than the threshold, another cell is withheld with it, the smallest of its line first, and so on
until none is left.

A breakdown that could only be kept safe by withholding a finding about everyone is withheld whole, and
stays in the system as unknown, so that no other breakdown gives it back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ut_research.core.estimate import Estimate
from ut_research.core.quantity import Quantities
from ut_research.disclosure.bounds import Reader
from ut_research.disclosure.linked import Linked, count_given, nested
from ut_research.measures import GROUPS


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
    made = _Withheld(estimates, Linked(estimates, known, threshold, zeros_safe), set(spare), threshold)
    made.grow()
    return set(small) | made.unsaid | {i for i, own in made.shows.items() if not made.hidden.isdisjoint(own)}


class _Withheld:
    """What is withheld of one release, as it grows.

    Attributes
    ----------
    shows : the variables that each Estimate shows.
    hidden : the variables that are withheld.
    unsaid : indices of the Estimates in breakdowns that are withheld whole.
    """

    def __init__(
        self, estimates: Sequence[Estimate], linked: Linked, spare: set[int], threshold: int
    ) -> None:
        self.shows, self.hidden, self.unsaid = linked.shows, set(linked.sensitive), set[int]()
        self._system, self._reader = linked.system, Reader(linked.system, threshold)
        self._spared = {v for i in spare for v in self.shows[i]}
        self._often = Counter(v for variables in self.shows.values() for v in set(variables))
        self._breakdowns: dict[tuple[str, ...], list[int]] = {}
        for i, e in enumerate(estimates):
            if i not in spare:
                self._breakdowns.setdefault((e.id, *sorted(e.group)), []).append(i)

    def grow(self) -> None:
        """Withhold until nothing withheld can be worked out.

        Raises
        ------
        ValueError : where withholding everything would not be enough.
        """
        while unsure := self._reader.unsure(self.hidden):
            before = (len(self.hidden), len(self.unsaid))
            for component in unsure:
                found = self._reader.narrow(component)
                if not found or self._withhold_near(found, component):
                    continue
                if (len(self.hidden), len(self.unsaid)) == before:  # else find components anew
                    if any(self._system.truth[v] for v in found):
                        raise ValueError("a small count can be worked out whatever is withheld; release less")
                    # everything is withheld, and still nobody was there: a group not listed
                    self._reader.wide.update(found)

    def _withhold_near(self, found: Sequence[int], component: Sequence[int]) -> bool:
        """Withhold one more variable near each of those `found`, or a breakdown; whether a variable was."""
        # Cells come before their totals, so that a small group does not take the finding about everyone with
        # it, and what is near before what is farther.
        system, touched = self._system, set[int]()
        around = system.near(component) | system.wholes(component)
        totals = {total for total, _ in system.lines}
        for weak in found:
            near, wholes = system.near([weak]) | {weak}, system.wholes([weak])
            more = self._next_of((near - totals, around - totals - wholes, near, wholes, around))
            if not more.isdisjoint(self._spared) and self._withhold_whole(weak, component):
                break
            if more and touched.isdisjoint(near):
                self.hidden |= more
                touched |= near
        return bool(touched)

    def _next_of(self, choices: Sequence[set[int]]) -> set[int]:
        """The variable to withhold next, of the first of `choices` that has one; none where all are withheld.

        What is shown in the fewest places comes first, then the smallest; what no Estimate shows comes last.
        """
        truth = self._system.truth
        for choice in (*(c - self._system.unseen for c in choices), choices[-1]):
            if free := choice - self.hidden:
                return {min(free, key=lambda v: (truth[v] == 0, self._often[v], truth[v], v))}
        return set()

    def _withhold_whole(self, weak: int, component: Sequence[int]) -> bool:
        """Withhold the smallest breakdown that holds the weak variable, or else any of its component."""
        for within in ({weak}, set(component)):
            holders = [
                name
                for name, own in self._breakdowns.items()
                if any(not within.isdisjoint(self.shows[i]) for i in own)
            ]
            if holders:
                self.unsaid.update(self._breakdowns.pop(min(holders, key=lambda b: len(self._breakdowns[b]))))
                said = {v for i, own in self.shows.items() if i not in self.unsaid for v in own}
                self.hidden.update({v for i in self.unsaid for v in self.shows[i]} - said)
                self._system.forget(self.hidden - said)
                return True
        return False


def too_near(estimates: Sequence[Estimate], known: Quantities, small: set[int], threshold: int) -> set[int]:
    """The indices of findings that count 1 to threshold - 1 people more or fewer than a nested one kept."""
    near: set[int] = set()
    for run in nested(estimates, known):
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
