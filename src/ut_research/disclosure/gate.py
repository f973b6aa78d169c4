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
   The range and the spread of a mean want twice as many people as the mean itself: with it they give
   the sum of the answers and of their squares, and few answers have both.
   Of two rules on one scale, or two steps of one follow-up, that differ by 1 to threshold - 1 people, the
   less important is withheld (`Quantity.nested_with`).
3. *Curves* move in steps of at least threshold people or not at all (`curves.curve_steps`).
4. *Linked cells* are withheld until nothing withheld can be worked out from the rest to within
   less than the threshold, within what is given to the gate in one call. A breakdown that would cost
   a finding about everyone is withheld whole instead (`suppression.protect_in_turn`).
5. What is computed from a withheld finding is withheld with it (`Quantity.rests_on`), and so are the
   counts of the rows that it is made of (`Quantity.rows_of`).
6. *Rounding*, where the policy asks for it: counts and n are rounded, shares are recomputed from
   them, and what would give the counts back (intervals of shares, statistics that rest on shares)
   is withheld. Every other number keeps only the digits that a page shows: the rest would tell of how
   many people it is.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NoReturn, get_args

import pandas as pd

from ut_research.core import estimate as findings
from ut_research.core.estimate import Estimate, Origin, Status
from ut_research.core.quantity import Quantities, Quantity
from ut_research.core.schema import NOT_RECORDED
from ut_research.core.units import places
from ut_research.disclosure import curves, suppression
from ut_research.disclosure.linked import count_given
from ut_research.measures import GROUPS, declared

#: How the three kinds of cell without a number look; a true zero is the number 0.
SUPPRESSED = "too few"
NOT_COLLECTED = "not collected"
LEGEND = {
    "0": "counted, and there were none",
    SUPPRESSED: "withheld, because it is about fewer people than the policy's threshold "
    "or would give such a number away",
    NOT_COLLECTED: "the export does not hold it",
}

#: Ways of rounding counts: name in the policy → the count that is shown for a count.
ROUNDINGS: Mapping[str, Callable[[int], int]] = {
    "none": lambda count: count,
    "nearest 5": lambda count: 5 * ((count + 2) // 5),
    "midpoint 6": lambda count: 6 * -(-count // 6) - 3 if count else 0,
}

#: The lowest threshold that the gate accepts: counts of one and two are never safe to show.
LOWEST_THRESHOLD = 3

#: Units that a finding may have.
UNITS = frozenset(
    {
        *("", "%", "people", "points", "percentage points", "ratio", "probability"),
        *("days", "weeks", "months", "years", "needs", "items", "number", "interviews", "focus groups"),
        *("analyses", "figures", "passages", "questions", "findings", "partners", "areas", "rows", "tables"),
        *("£", "p-value", "comments"),
    }
)

#: Units of things, not people: their counts need no protection.
THINGS = frozenset(
    {
        *("analyses", "interviews", "focus groups", "passages", "questions", "findings"),
        *("partners", "areas", "figures", "tables", "comments"),
    }
)

#: Group keys that would make a row a person.
PERSON_KEYS = frozenset(
    {
        *("participant_id", "participant", "person", "person_id", "id", "name", "surname", "forename"),
        *("first_name", "last_name", "email", "phone", "address", "postcode", "date_of_birth", "dob"),
        *("nhs_number", "pnc_id", "prison_number", "interview_id", "segment_id", "index", "row"),
    }
)

#: What an identifier looks like: an invented one, or a keyed hash.
_IDENTIFIER = re.compile(r"INVENTED-\d+|\b[0-9a-f]{16,64}\b", re.IGNORECASE)

#: So many groups of one person at most under one id: that is a list of people.
MOST_SINGLE_PEOPLE = 20

_SEAL = object()


class DisclosureError(ValueError):
    """Something that the gate does not know, or that must not leave. The message names no person's value."""


class UnknownFindingError(KeyError):
    """A finding was asked for that was not released."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Policy:
    """What may leave.

    Attributes
    ----------
    threshold : counts from 1 up to, not including, this one are withheld.
    rounding : ``none``, ``nearest 5`` or ``midpoint 6`` (up to the middle of its block of six).
    zeros_safe : whether a true zero, or "everyone", may be shown.
    """

    threshold: int = 5
    rounding: str = "none"
    zeros_safe: bool = True

    #: Where "fewer than 5" comes from.
    source = (
        "Office for National Statistics, Review of the Dissemination of Health Statistics: Confidentiality "
        "Guidance (2006): counts of 1 and 2 are unsafe in any table, and for small areas and sensitive "
        "subjects so are 3 and 4"
    )

    def __post_init__(self) -> None:
        wrong = []
        whole = isinstance(self.threshold, int) and not isinstance(self.threshold, bool)
        if not whole or self.threshold < LOWEST_THRESHOLD:
            wrong.append(f"threshold must be a whole number, {LOWEST_THRESHOLD} or more")
        if self.rounding not in list(ROUNDINGS):
            wrong.append(f"rounding must be one of {', '.join(map(repr, ROUNDINGS))}")
        if not isinstance(self.zeros_safe, bool):
            wrong.append("zeros_safe must be true or false")
        if wrong:
            raise DisclosureError("disclosure policy: " + "; ".join(wrong))

    def rounded(self, count: int | None) -> int | None:
        """A count, or an n, as the policy rounds it."""
        return None if count is None else ROUNDINGS[self.rounding](count)

    @classmethod
    def build(cls, given: Mapping[str, Any]) -> Policy:
        """The policy in a mapping such as the table ``[disclosure]`` of a study file.

        Raises
        ------
        DisclosureError : for an unknown key or value, naming it; a key left out has its default.
        """
        known = [f.name for f in fields(cls)]
        if unknown := [str(key) for key in given if key not in known]:
            raise DisclosureError(
                f"disclosure policy: unknown {', '.join(unknown)}; it knows {', '.join(known)}"
            )
        return cls(**given)


class Released:
    """Findings that may leave, in their order. Only `release` makes one, and it cannot be changed."""

    __slots__ = ("_estimates", "_policy")
    _estimates: tuple[Estimate, ...]
    _policy: Policy

    def __init__(self, estimates: Iterable[Estimate], policy: Policy, seal: object = None) -> None:
        if seal is not _SEAL:
            raise DisclosureError("only disclosure.release() makes a Released: pass estimates through it")
        object.__setattr__(self, "_estimates", tuple(estimates))
        object.__setattr__(self, "_policy", policy)

    def __init_subclass__(cls) -> NoReturn:
        raise DisclosureError("Released cannot be subclassed: pass estimates through disclosure.release()")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise DisclosureError("released findings cannot be changed")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self._estimates)

    def __len__(self) -> int:
        return len(self._estimates)

    def __add__(self, other: Released) -> Released:
        if not isinstance(other, Released):
            raise DisclosureError("only released findings can be added to released findings")
        if other._policy != self._policy:
            raise DisclosureError("findings released under different policies cannot be joined")
        mine = {key(e): e for e in self._estimates}
        for e in other._estimates:
            if mine.get(key(e), e) != e:
                raise DisclosureError(f"{name(e)} was released twice, and differently")
        extra = [e for e in other._estimates if key(e) not in mine]
        return Released([*self._estimates, *extra], self._policy, _SEAL)

    @property
    def policy(self) -> Policy:
        """The policy under which the findings were released."""
        return self._policy

    def get(self, id: str, /, **group: str) -> Estimate:
        """The finding of exactly this id and group.

        Raises
        ------
        UnknownFindingError : when it was not released, with what was.
        """
        for e in self._estimates:
            if e.id == id and dict(e.group) == group:
                return e
        groups = [name(e) for e in self._estimates if e.id == id]
        near = groups or sorted({e.id for e in self._estimates})
        raise UnknownFindingError(f"no released finding {_said(id, group)}; there are: {', '.join(near)}")

    def select(self, ids: str | Iterable[str], /, **group: str) -> Released:
        """The findings with one of `ids`, or an id that begins with it and a dot, and all of `group`."""
        wanted = [ids] if isinstance(ids, str) else list(ids)
        kept = [
            e
            for e in self._estimates
            if any(e.id == i or e.id.startswith(i + ".") for i in wanted)
            and all(e.group.get(k) == v for k, v in group.items())
        ]
        return Released(kept, self._policy, _SEAL)

    def of(self, estimates: Iterable[Estimate], /) -> Released:
        """What was released of these `estimates`, in their order: of the same id and group."""
        mine = {key(e): e for e in self._estimates}
        return Released([mine[k] for e in estimates if (k := key(e)) in mine], self._policy, _SEAL)

    def in_unit(self, unit: str) -> Released:
        """The findings in `unit`."""
        return Released((e for e in self._estimates if e.unit == unit), self._policy, _SEAL)

    def by(self, key: str) -> Released:
        """Findings by the group `key` that are there about everyone too."""
        whole = {(e.id, frozenset(e.group.items())) for e in self._estimates}
        kept = [
            e
            for e in self._estimates
            if key in e.group and (e.id, frozenset(e.group.items() - {(key, e.group[key])})) in whole
        ]
        return Released(kept, self._policy, _SEAL)

    def everyone(self) -> Released:
        """Findings about everyone: those that are not `by` a group."""
        grouped = {e for group in GROUPS for e in map(findings.key, self.by(group))}
        return Released((e for e in self._estimates if findings.key(e) not in grouped), self._policy, _SEAL)

    def frame(self) -> pd.DataFrame:
        """Tidy results, one row a finding; its status tells withheld from not collected."""
        return findings.frame(self._estimates)

    @staticmethod
    def cell(estimate: Estimate, field: str = "value") -> str:
        """A field of a finding as the text of a table's cell, see `LEGEND`."""
        if estimate.status != "number":
            return SUPPRESSED if estimate.status == "suppressed" else NOT_COLLECTED
        number = getattr(estimate, field)
        if number is None:
            return ""
        return f"{number:.10g}"


def release(estimates: list[Estimate], policy: Policy, quantities: Quantities | None = None) -> Released:
    """What may leave of `estimates`, under `policy`; the rules are those of this module.

    Parameters
    ----------
    estimates : everything that shares people, in one list, so that totals cannot give cells back.
    policy : see `Policy`.
    quantities : what is known of what the estimates are of; what the measures declare when not given.

    Raises
    ------
    DisclosureError : for anything that is not a list of sound Estimates. All problems are named at once.
    """
    if not isinstance(policy, Policy):
        raise DisclosureError(f"the policy is a {type(policy).__name__}, not a Policy")
    if type(estimates) is not list:
        raise DisclosureError(f"the gate takes a list of Estimate, not a {type(estimates).__name__}")
    if strange := sorted({type(e).__name__ for e in estimates if type(e) is not Estimate}):
        raise DisclosureError(f"the gate takes a list of Estimate; it was given {', '.join(strange)}")
    quantities = declared.quantities() if quantities is None else quantities
    problems = [p for e in estimates for p in _problems(e)] or [
        *_undeclared(estimates, quantities),
        *_repeated(estimates),
        *_lists_of_people(estimates),
        *_baseless(estimates, quantities),
    ]
    if problems:
        raise DisclosureError("; ".join(problems))
    known = _known(estimates, quantities)
    tidy = _without_ranges([_tidy(e) for e in estimates], 2 * policy.threshold)
    if not policy.zeros_safe:
        tidy = _without_empty_groups(tidy)
    own = [i for i, e in enumerate(tidy) if about_people(e)]
    cells = [tidy[i] for i in own]
    points = curves.on_curves(cells)
    small = {k for k, e in enumerate(cells) if _is_small(e, known[e.id], policy, on_curve=k in points)}
    small |= suppression.too_near(cells, known, small, policy.threshold)
    unsafe, quiet = curves.curve_steps(cells, policy.threshold)
    small |= unsafe
    cells = [replace(e, n=cells[quiet[k]].n) if k in quiet else e for k, e in enumerate(cells)]
    try:
        hidden = suppression.protect_in_turn(cells, known, small, policy.threshold, policy.zeros_safe)
    except ValueError as e:
        raise DisclosureError(str(e)) from e
    gone = _resting(tidy, known, {own[k] for k in hidden})
    gone |= _rows_telling(tidy, quantities, gone)
    unsaid = {own[k] for k in quiet}
    tidy = [replace(e, n=None) if i in unsaid else e for i, e in enumerate(tidy)]
    curved = {own[k] for k in points}
    out = [
        _withhold(e) if i in gone else _rounded(e, known[e.id], policy, on_curve=i in curved)
        for i, e in enumerate(tidy)
    ]
    return Released(out, policy, _SEAL)


def read(path: Path, policy: Policy) -> Released:
    """What `release` let go under `policy`, from the ledger at `path` (see `ut_research.core.estimate`)."""
    return Released(findings.read(path), policy, _SEAL)


def write_csv(released: Released, path: Path) -> None:
    """Write released findings at `path`, safe to open in a spreadsheet.

    A cell without a number says why (`LEGEND`), and a text that a spreadsheet would take for a
    formula gets an apostrophe in front.
    """
    if type(released) is not Released:
        raise DisclosureError(f"only released findings can be written, not a {type(released).__name__}")
    keys = sorted({k for e in released for k in e.group})
    numbers = ("value", "low", "high", "count", "n")
    texts = ("unit", "status", "origin", "source", "method")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_plain, ["id", "label", *keys, *numbers, *texts]))
    for e in released:
        about = [e.id, e.label, *(e.group.get(k, "") for k in keys)]
        cells = [Released.cell(e, f) for f in numbers]
        writer.writerow([*map(_plain, about), *cells, *(_plain(getattr(e, f)) for f in texts)])
    path.write_text(out.getvalue(), encoding="utf-8", newline="")


def _plain(text: str) -> str:
    """`text` on one line, such that no spreadsheet takes it for a formula."""
    line = " ".join(text.split())
    return "'" + line if line.startswith(("=", "+", "-", "@", "|", "%")) and line != "%" else line


def _problems(e: Estimate) -> list[str]:
    """What the gate does not know about `e`; no value of a person is ever said."""
    found = []
    if not isinstance(e.id, str) or not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", e.id):
        return ["an estimate has an id that is not a dotted name in lower case"]
    for what, given, known in (
        ("status", e.status, get_args(Status)),
        ("origin", e.origin, get_args(Origin)),
        ("unit", e.unit, sorted(UNITS) if e.origin != "published" else [e.unit]),
    ):
        if given not in known:
            found.append(f"{e.id}: unknown {what}; the gate knows {', '.join(map(repr, known))}")
    words = [*e.group.keys(), *e.group.values()] if isinstance(e.group, Mapping) else [None]
    if not all(isinstance(word, str) for word in words):
        return [*found, f"{e.id}: its group must map words to words"]
    if people := sorted(PERSON_KEYS & {k.lower() for k in e.group}):
        found.append(f"{e.id}: grouped by {', '.join(people)}, which is a row for each person")
    if any(_IDENTIFIER.search(t) for t in (e.label, e.method, e.source, *e.group.values())):
        found.append(f"{e.id}: carries what looks like a person's identifier")
    for name in ("value", "low", "high", "count", "n"):
        given, kind = getattr(e, name), Integral if name in ("count", "n") else Real
        if given is not None and (isinstance(given, bool) or not isinstance(given, kind)):
            found.append(f"{e.id}: {name} is a {type(given).__name__}, not a number")
        elif given is not None and kind is Integral and given < 0:
            found.append(f"{e.id}: {name} is less than nothing")
        elif given is not None and e.status != "number":
            found.append(f"{e.id}: is {e.status} and yet has a {name}")
    on_curve = findings.SERIES_KEYS & set(e.group)
    if not found and None not in (e.count, e.n) and e.count > e.n and not on_curve:  # type: ignore[operator]
        found.append(f"{e.id}: counts more people than there are (count above n)")
    return found


def _undeclared(estimates: list[Estimate], quantities: Quantities) -> list[str]:
    """The ids about people that no measure declares, and where to; whether or not there is a number yet."""
    ids = {e.id for e in estimates if e.origin != "published" and e.unit not in THINGS}
    return [
        f"{id} is declared by no measure: say in QUANTITIES of {declared.place(id)} what disclosure control "
        "must know of it"
        for id in sorted(ids - quantities.keys())
    ]


def _known(estimates: list[Estimate], quantities: Quantities) -> Quantities:
    """What is known of the ids at hand, in the order of `quantities`; of public ones and things, nothing."""
    here = {e.id for e in estimates}
    known = {id: q for id, q in quantities.items() if id in here}
    return known | {id: Quantity(id=id) for id in here - known.keys()}


def _repeated(estimates: list[Estimate]) -> list[str]:
    """The findings that are there twice: two numbers for one cell."""
    times = Counter(map(key, estimates))
    return [f"{id}: there are {n} of one group" for (_, id, _), n in times.items() if n > 1]


def _lists_of_people(estimates: list[Estimate]) -> list[str]:
    """The ids whose many groups hold a person each."""
    sizes: dict[str, list[int]] = {}
    for e in estimates:
        size = e.n if e.count is None else e.count
        on_curve = findings.SERIES_KEYS & set(e.group)  # many points, and perhaps one person at risk
        if e.group and isinstance(size, Integral) and e.unit not in THINGS and not on_curve:
            sizes.setdefault(e.id, []).append(int(size))
    return [
        f"{id}: {len(s)} groups of one person at most, which is a list of people and not a finding"
        for id, s in sizes.items()
        if s.count(1) > MOST_SINGLE_PEOPLE and max(s) <= 1
    ]


def _baseless(estimates: list[Estimate], quantities: Quantities) -> list[str]:
    """The findings whose counts cannot be checked, because the findings that they rest on are not here."""
    here = {e.id for e in estimates if e.origin != "published"}
    rests = {e.id: quantities[e.id].rests_on for e in estimates if about_people(e) and e.id in quantities}
    return [
        f"{id} rests on {', '.join(bases)}: give both to the gate together"
        for id, bases in sorted(rests.items())
        if bases and here.isdisjoint(bases)
    ]


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


def _without_ranges(estimates: list[Estimate], enough: int) -> list[Estimate]:
    """`estimates`, in which no mean of fewer people than `enough` has a range.

    Nor has a mean of a group beside which such a mean stands, as everyone's range less those of the other
    groups would give it back.
    """

    def about(e: Estimate) -> tuple[Any, ...]:
        return e.id, tuple(sorted((k, None if k in GROUPS else v) for k, v in e.group.items()))

    means = [about_people(e) and e.count is None and e.unit != "%" for e in estimates]
    few = {about(e) for e, mean in zip(estimates, means, strict=True) if mean and 0 < (e.n or 0) < enough}
    said = "no range is shown of so few people, nor beside them"
    return [
        replace(e, low=None, high=None, method="; ".join(filter(None, (e.method, said))))
        if mean and about(e) in few and not e.low is e.high is None
        else e
        for e, mean in zip(estimates, means, strict=True)
    ]


def _without_empty_groups(estimates: list[Estimate]) -> list[Estimate]:
    """`estimates`, in which what only some groups lack, as nobody of theirs is there, is withheld."""
    there = {(e.id, *sorted(e.group)) for e in estimates if e.status == "number"}
    return [
        _withhold(e)
        if e.status == "not collected"
        and not e.group.keys().isdisjoint(GROUPS)
        and (e.id, *sorted(e.group)) in there
        else e
        for e in estimates
    ]


def about_people(e: Estimate) -> bool:
    """Whether `e` is a number about people that is not public yet."""
    return e.origin != "published" and e.status == "number" and e.unit not in THINGS


def _is_small(e: Estimate, quantity: Quantity, policy: Policy, *, on_curve: bool) -> bool:
    """Whether `e` is about too few people, taken by itself."""
    if e.count is None and e.n is None:
        return quantity.about != "project"
    if e.n is not None and e.n < 2 * policy.threshold and quantity.spread:
        return True
    count = e.count if on_curve else count_given(e)
    sizes = [x for x in (count, e.n) if x is not None]
    if count is not None and e.n is not None and not on_curve and (e.unit == "%" or count != e.n):
        sizes.append(e.n - count)
    return any(0 < size < policy.threshold or (size == 0 and not policy.zeros_safe) for size in sizes)


def _resting(estimates: list[Estimate], known: Quantities, withheld: set[int]) -> set[int]:
    """`withheld`, and all that was computed from it; indices of `estimates`."""
    grown = set(withheld)
    for i, e in enumerate(estimates):
        q = known[e.id]
        if e.origin != "published" and any(
            estimates[j].id in q.rests_on and _about_the_same(e, q, estimates[j]) for j in withheld
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
    """Whether a finding is about everyone, or about those of whom something is not recorded."""
    keys = {key for key, value in group if value != NOT_RECORDED or key in GROUPS}
    return keys <= {"group"}


def _about_the_same(derived: Estimate, quantity: Quantity, base: Estimate) -> bool:
    """Whether `base` is of the group of `derived`, or one of the groups that `derived` compares."""
    left_out = findings.SERIES_KEYS | ({"group"} - set(derived.group))
    if quantity.choices:
        return base.group.keys() <= {"group"}
    a, b = ({k: v for k, v in e.group.items() if k not in left_out} for e in (derived, base))
    return a == b


def _withhold(e: Estimate) -> Estimate:
    said = f"withheld: {SUPPRESSED}"
    return replace(e, value=None, low=None, high=None, count=None, n=None, status="suppressed", method=said)


def _rounded(e: Estimate, quantity: Quantity, policy: Policy, *, on_curve: bool = False) -> Estimate:
    """`e` as the policy rounds it; withheld where it would give the counts back more exactly."""
    if policy.rounding == "none" or not about_people(e):
        return e
    if quantity.rests_on:
        return _withhold(e)
    said = f"{e.method}; counts rounded, {policy.rounding}".lstrip("; ")
    count, n = map(policy.rounded, (e.count, e.n))
    value, low, high = (None if x is None else round(x, places(e.unit)) for x in (e.value, e.low, e.high))
    out = replace(e, value=value, low=low, high=high, count=count, n=n, method=said)
    if e.unit != "%":
        return replace(out, value=float(count)) if count is not None and e.value == e.count else out
    if count is None and n is not None and e.value is not None and not on_curve:
        count = ROUNDINGS[policy.rounding](round(e.value * n / 100))
    return replace(out, value=100 * count / n if count is not None and n else value, low=None, high=None)


def key(e: Estimate) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """What tells findings apart: origin, id and group."""
    return e.origin, e.id, tuple(sorted(e.group.items()))


def name(e: Estimate) -> str:
    """A finding as messages call it: ``id[key=value]``."""
    return _said(e.id, e.group)


def _said(id: str, group: Mapping[str, str]) -> str:
    return id + ("[" + ";".join(f"{k}={v}" for k, v in group.items()) + "]" if group else "")
