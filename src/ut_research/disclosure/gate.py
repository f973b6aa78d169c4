"""The disclosure gate: what may leave, of everything that was measured.

In: a list of `Estimate` and a `Policy`. Out: a `Released`, the only thing that pages, charts,
sentences and downloads accept. Nothing else can make one, and anything that the gate does not know
stops the build: it fails closed. Of a number about people it knows what its measure declares of it
(`ut_research.core.quantity`), and no number about people is let through that no measure declares.

The rules, in the order in which they apply:

1. Published figures are public already and pass as they are.
2. *Small cells.* A count, the people outside it (n less the count), or an n, of 1 to
   threshold - 1, withholds the whole finding: value, interval, count and n. Zeros, and their
   mirror image "everyone", are withheld too where the policy holds that zeros are not safe, and so is
   what is said to be not there of one group and is there of others.
   Means, medians and tests go by their n; minima and maxima by the people at that value. A number
   with neither count nor n is withheld, unless it is about things and not people (`THINGS`).
   Nor is it shown of a small group that all of them are alike in what is sensitive, nor of anybody
   that all of them, or none, said something (`Quantity.said`): it would tell of each of them.
   The range and the spread of a mean want twice as many people as the mean itself: with it they give
   the sum of the answers and of their squares, and few answers have both. Where all but a few people
   answered the same, both tell what those few did, and neither is shown.
3. *Curves* move in steps of at least threshold people or not at all (`curves.curve_steps`).
4. *Linked cells* are withheld until no small number can be worked out from the rest to within less than
   the threshold, within what is given to the gate in one call: the more important is kept
   (`suppression.protect`).
5. What is computed from a withheld finding is withheld with it (`Quantity.rests_on`), and so are the
   counts of the rows that it is made of (`Quantity.rows_of`).
6. *Rounding*, where the policy asks for it: counts and n are rounded, shares are recomputed from
   them, and what would give the counts back (intervals of shares, statistics that rest on shares)
   is withheld.
7. *Rows and blanks* of tables are rounded to twice the threshold where the policy asks for no rounding:
   less what is counted of people they would tell of few.
8. Every number but a share whose count and n are shown keeps only the digits that a page shows: the rest
   would tell of how many people it is, and of what each of them said.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ut_research.core import estimate as findings
from ut_research.core.estimate import Estimate
from ut_research.core.measurement import Measurement, plain
from ut_research.core.quantity import Quantities, Quantity
from ut_research.core.schema import NOT_RECORDED
from ut_research.core.units import places
from ut_research.disclosure import curves, suppression
from ut_research.disclosure.linked import count_given, is_blank
from ut_research.disclosure.policy import ROUNDINGS, DisclosureError, Policy
from ut_research.disclosure.released import (
    LEGEND,
    NOT_COLLECTED,
    NOT_WORKED_OUT,
    SEAL,
    SUPPRESSED,
    Released,
    UnknownFindingError,
    write_csv,
)
from ut_research.disclosure.soundness import THINGS, about_people, refuse
from ut_research.measures import GROUPS, declared

__all__ = [
    "LEGEND",
    "NOT_COLLECTED",
    "NOT_WORKED_OUT",
    "SUPPRESSED",
    "THINGS",
    "DisclosureError",
    "Policy",
    "Released",
    "UnknownFindingError",
    "about_people",
    "read",
    "release",
    "write_csv",
]


def release(
    estimates: list[Estimate],
    policy: Policy,
    quantities: Quantities | None = None,
    *,
    apart: Collection[findings.Key] = (),
    rangeless: Collection[findings.Key] = (),
    known: Collection[findings.Key] = (),
) -> Released:
    """What may leave of `estimates`, under `policy`; the rules are those of this module.

    Parameters
    ----------
    estimates : everything that shares people, in one list, so that totals cannot give cells back.
    policy : see `Policy`.
    quantities : what is known of what the estimates are of; what the measures declare when not given.
    apart : findings to withhold whatever their size, such that nothing that is shown gives them back.
    rangeless : findings to show without a range.
    known : findings that a reader knows from elsewhere, shown or not.

    Raises
    ------
    DisclosureError : for anything that is not a list of sound Estimates. All problems are named at once.
    """
    quantities = declared.quantities() if quantities is None else quantities
    refuse(estimates, policy, quantities)
    about = _about(estimates, quantities)
    tidy = _without_ranges([_tidy(e) for e in estimates], 2 * policy.threshold, rangeless)
    if not policy.zeros_safe:
        tidy = _without_empty_groups(tidy)
    hidden, quiet, curved = _protected(tidy, about, policy, apart, known)
    gone = _resting(tidy, about, hidden)
    gone |= _rows_telling(tidy, quantities, gone)
    gone |= {i for i, e in enumerate(tidy) if _is_gone(e, about[e.id], policy)}
    shown = [replace(e, n=None) if i in quiet else e for i, e in enumerate(tidy)]
    out = [
        _withhold(e) if i in gone else _rounded(e, about[e.id], policy, on_curve=i in curved)
        for i, e in enumerate(shown)
    ]
    return Released(map(plain, out), policy, SEAL)


def _protected(
    estimates: list[Estimate],
    about: Quantities,
    policy: Policy,
    apart: Collection[findings.Key],
    known: Collection[findings.Key],
) -> Iterator[set[int]]:
    """Indices of `estimates`: those to withhold, those to show without their n, and the points on curves."""
    own = [i for i, e in enumerate(estimates) if about_people(e) and about[e.id].about != "rows"]
    cells = [estimates[i] for i in own]
    points = curves.on_curves(cells)
    chosen, told = ({k for k, e in enumerate(cells) if findings.key(e) in some} for some in (apart, known))
    small = {k for k, e in enumerate(cells) if _is_small(e, about[e.id], policy, on_curve=k in points)}
    alike = {k for k, e in enumerate(cells) if _all_alike(e, about[e.id], policy)}
    unsafe, quiet = curves.curve_steps(cells, policy.threshold, policy.zeros_safe)
    small |= alike | chosen | unsafe
    small |= _beside_blanks(cells, about, small)
    cells = [_at_risk_of(e, cells[quiet[k]]) if k in quiet else e for k, e in enumerate(cells)]
    hidden = suppression.protect(
        cells, about, small, policy.threshold, policy.zeros_safe, alike, chosen, told
    )
    return ({own[k] for k in some} for some in (hidden, quiet, points))


def _beside_blanks(cells: list[Estimate], about: Quantities, small: set[int]) -> set[int]:
    """The cell of the smallest group of each breakdown that has a few blanks, where no other cell is small.

    Who they are nobody need know, and how many they are takes nothing away (`linked.is_blank`); but what is
    said of everyone less that of all groups is what is said of these few. Indices of `cells`.
    """
    runs: dict[tuple[Any, ...], list[int]] = {}
    sizes: dict[tuple[str, str], int] = {}
    for k, e in enumerate(cells):
        for by in set(GROUPS).intersection(e.group) if not about[e.id].one_of else ():
            rest = frozenset(e.group.items() - {(by, e.group[by])})
            runs.setdefault((e.id, by, rest), []).append(k)
            sizes[by, e.group[by]] = max(sizes.get((by, e.group[by]), 0), e.n or 0)
    found = set[int]()
    for (_, by, _), run in runs.items():
        blank = {k for k in run if cells[k].group[by] == NOT_RECORDED}
        named = sorted(set(run) - blank, key=lambda k: (sizes[by, cells[k].group[by]], k))
        if blank & small and not small.intersection(named):
            found.update(named[:1])
    return found


def _at_risk_of(e: Estimate, other: Estimate) -> Estimate:
    """A point on a curve with the people of another, as its own are not shown."""
    if isinstance(e, Measurement) and isinstance(other, Measurement):
        return replace(e, n=other.n, among=other.among)
    return replace(e, n=other.n)


def read(path: Path, policy: Policy) -> Released:
    """What `release` let go under `policy`, from the ledger at `path` (see `ut_research.core.estimate`)."""
    return Released(findings.read(path), policy, SEAL)


def _about(estimates: list[Estimate], quantities: Quantities) -> Quantities:
    """What is known of the ids at hand, in the order of `quantities`; of public ones and things, nothing."""
    here = {e.id for e in estimates}
    known = {id: q for id, q in quantities.items() if id in here}
    return known | {id: Quantity(id=id) for id in here - known.keys()}


def _tidy(e: Estimate) -> Estimate:
    """`e` in plain Python numbers; a number that is none (0 out of 0, say) was not collected."""
    if e.origin == "published" or e.status != "number":
        return e
    numbers = (e.value, e.low, e.high)
    value, low, high = (None if x is None or not math.isfinite(x) else float(x) for x in numbers)
    count, n = (None if x is None else int(x) for x in (e.count, e.n))
    if value is None:
        return replace(e, value=None, low=None, high=None, count=None, n=None, status="not collected")
    return replace(e, value=value, low=low, high=high, count=count, n=n)


def _without_ranges(
    estimates: list[Estimate], enough: int, rangeless: Collection[findings.Key]
) -> list[Estimate]:
    """`estimates`, in which no mean of fewer people than `enough` has a range, nor one of `rangeless`.

    Nor has a mean of a group beside which such a mean stands, as everyone's range less those of the other
    groups would give it back.
    """

    def about(e: Estimate) -> tuple[Any, ...]:
        return e.id, tuple(sorted((k, None if k in GROUPS else v) for k, v in e.group.items()))

    means = [about_people(e) and e.count is None and e.unit != "%" for e in estimates]
    small = [
        mean and (0 < (e.n or 0) < enough or _nearly_alike(e, enough // 2))
        for e, mean in zip(estimates, means, strict=True)
    ]
    few = {
        about(e)
        for e, mean, of_few in zip(estimates, means, small, strict=True)
        if (of_few and not is_blank(e.group)) or (mean and findings.key(e) in rangeless)
    }
    said = "no range is shown of so few people, nor beside them"
    return [
        replace(e, low=None, high=None, method="; ".join(filter(None, (e.method, said))))
        if (of_few or (mean and about(e) in few)) and not e.low is e.high is None
        else e
        for e, mean, of_few in zip(estimates, means, small, strict=True)
    ]


def _nearly_alike(e: Estimate, threshold: int) -> bool:
    """Whether all but a few people answered the same: a mean and its range or spread tell what these did."""
    times = (e.answers or {}).values() if isinstance(e, Measurement) else ()
    return sum(times) >= 2 * threshold and 0 < sum(times) - max(times) < threshold


def _without_empty_groups(estimates: list[Estimate]) -> list[Estimate]:
    """`estimates`, in which what only some groups lack, as nobody of theirs is there, is withheld."""
    there = {(e.id, *sorted(e.group)) for e in estimates if e.status == "number"}
    return [
        _withhold(e)
        if e.status == "not collected" and suppression.in_breakdown(e) and (e.id, *sorted(e.group)) in there
        else e
        for e in estimates
    ]


def _is_gone(e: Estimate, quantity: Quantity, policy: Policy) -> bool:
    """Whether `e` is withheld already, or is of few rows."""
    rows = quantity.about == "rows" and about_people(e)
    return (e.status == "suppressed" and e.origin != "published") or (
        rows and _is_small(e, quantity, policy, on_curve=False)
    )


def _is_small(e: Estimate, quantity: Quantity, policy: Policy, *, on_curve: bool) -> bool:
    """Whether `e` is about too few people, taken by itself."""
    if e.count is None and e.n is None:
        return quantity.about != "project"
    few = e.n is not None and e.n < 2 * policy.threshold
    if (few and quantity.spread) or _nearly_alike(e, policy.threshold):
        return True
    count = e.count if on_curve else count_given(e)
    sizes = [x for x in (count, e.n) if x is not None]
    if count is not None and e.n is not None and not on_curve and (e.unit == "%" or count != e.n):
        sizes.append(e.n - count)
    return any(0 < size < policy.threshold or (size == 0 and not policy.zeros_safe) for size in sizes)


def _all_alike(e: Estimate, quantity: Quantity, policy: Policy) -> bool:
    """Whether all of a small group are alike in what is sensitive, or all people in what they said."""
    if quantity.said:
        return count_given(e) in (0, e.n)
    everyone = bool(e.n) and count_given(e) == e.n and e.unit == "%"
    few = everyone and (e.n or 0) < policy.all_alike_below
    return quantity.sensitive and suppression.in_breakdown(e) and few


def _resting(estimates: list[Estimate], known: Quantities, withheld: set[int]) -> set[int]:
    """`withheld`, and all that was computed from it or would give it back; indices of `estimates`."""
    bases: dict[str, list[Estimate]] = {}
    for j in withheld:
        bases.setdefault(estimates[j].id, []).append(estimates[j])
    grown = set(withheld)
    for i, e in enumerate(estimates):
        q = known[e.id]
        if e.origin != "published" and (
            any(_about_the_same(e, q, base) for id in q.rests_on for base in bases.get(id, ()))
            or any(_of_a_group(e, base) for id in (e.id, *q.rests_on) for base in bases.get(id, ()))
        ):
            grown.add(i)
    return grown if grown == withheld else _resting(estimates, known, grown)


def _rows_telling(estimates: list[Estimate], quantities: Quantities, withheld: set[int]) -> set[int]:
    """Counts of rows and blanks that would give back a withheld finding about everyone."""
    tables = {
        table
        for id, group in (findings.key(estimates[i]) for i in withheld)
        if id in quantities and _is_everyone(group)
        for table in quantities[id].rows_of
    }
    rows = {id for id, q in quantities.items() if q.about == "rows"}
    return {i for i, e in enumerate(estimates) if e.id in rows and e.group.get("table") in tables}


def _is_everyone(group: tuple[tuple[str, str], ...]) -> bool:
    """Whether a finding is of everyone, of one questionnaire, or of whom something is not recorded."""
    keys = {key for key, value in group if value != NOT_RECORDED or key in GROUPS}
    return keys <= {"group", "wave"}


def _about_the_same(derived: Estimate, quantity: Quantity, base: Estimate) -> bool:
    """Whether `base` is of the group of `derived`, or one of the groups that `derived` compares."""
    left_out = findings.SERIES_KEYS | ({"group"} - set(derived.group))
    if quantity.choices:
        return base.group.keys() <= {"group"}
    a, b = ({k: v for k, v in e.group.items() if k not in left_out} for e in (derived, base))
    return a == b


def _of_a_group(mean: Estimate, base: Estimate) -> bool:
    """Whether a mean is that of a group of the people of `base`, which the groups' means give back."""
    rest = {k: v for k, v in mean.group.items() if k not in (*GROUPS, "group")}
    mean_shown = mean.status == "number" and mean.count is None and mean.unit != "%"
    return mean_shown and rest == base.group != mean.group


def _withhold(e: Estimate) -> Estimate:
    """`e` without its numbers, and without the method that may say something of them."""
    said = "withheld: of too few people, or it would give a number of so few away"
    return replace(e, value=None, low=None, high=None, count=None, n=None, status="suppressed", method=said)


def _rounded(e: Estimate, quantity: Quantity, policy: Policy, *, on_curve: bool = False) -> Estimate:
    """`e` as the policy rounds it; withheld where it would give the counts back more exactly."""
    if not about_people(e):
        return e
    if policy.rounding == "none":
        if quantity.about == "rows":
            return _rows(e, 2 * policy.threshold)
        return e if e.unit == "%" and e.count is not None and e.n else _as_shown(e)
    if quantity.rests_on:
        return _withhold(e)
    said = f"{e.method}; counts rounded, {policy.rounding}".lstrip("; ")
    count, n = map(policy.rounded, (e.count, e.n))
    out = replace(_as_shown(e), count=count, n=n, method=said)
    if e.unit != "%":
        return replace(out, value=float(count)) if count is not None and e.value == e.count else out
    if count is None and n is not None and e.value is not None and not on_curve:
        count = ROUNDINGS[policy.rounding](round(e.value * n / 100))
    return replace(out, value=100 * count / n if count is not None and n else out.value, low=None, high=None)


def _rows(e: Estimate, base: int) -> Estimate:
    """A number of rows or blanks to the nearest multiple of `base`; halves up, and none becomes nothing."""
    count, n = (None if x is None else base * ((x + base // 2) // base) for x in (e.count, e.n))
    value = e.value if count is None else float(count) if n is None else 100 * count / n
    said = f"{e.method}; rounded to the nearest {base}".lstrip("; ")
    return replace(e, value=value, low=None, high=None, count=count, n=n, method=said)


def _as_shown(e: Estimate) -> Estimate:
    """`e` with the digits that a page shows; of a limit that is shown as 0, the side that it lies on."""
    digits = places(e.unit)

    def limit(x: float | None) -> float | None:
        return round(x, digits) or math.copysign(0.1 * 10**-digits, x) if x else x

    value = None if e.value is None else round(e.value, digits) + 0.0
    return replace(e, value=value, low=limit(e.low), high=limit(e.high))
