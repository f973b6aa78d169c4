"""What the gate refuses: what is not sound, and what it does not know. It fails closed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from numbers import Integral, Real
from typing import get_args

from ut_research.core import estimate as findings
from ut_research.core.estimate import Estimate, Origin, Status
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantities
from ut_research.disclosure.policy import DisclosureError, Policy
from ut_research.measures import declared

#: Units that a finding may have.
UNITS = frozenset(
    {
        *("", "%", "people", "points", "percentage points", "ratio", "probability"),
        *("minutes", "days", "weeks", "months", "years"),
        *("needs", "items", "number", "sessions", "interviews", "focus groups"),
        *("analyses", "figures", "questions", "findings", "partners", "areas", "rows", "lines", "tables"),
        *("£", "p-value", "comments", "quotations", "journeys"),
    }
)

#: Units of things, not people: their counts need no protection.
THINGS = frozenset(
    {
        *("analyses", "interviews", "focus groups", "questions", "findings"),
        *("partners", "areas", "figures", "tables", "comments", "quotations", "journeys"),
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


def refuse(estimates: list[Estimate], policy: Policy, quantities: Quantities) -> None:
    """Nothing, where `estimates` are sound and all that must be known of them is.

    Raises
    ------
    DisclosureError : else, naming all problems at once.
    """
    if not isinstance(policy, Policy):
        raise DisclosureError(f"the policy is a {type(policy).__name__}, not a Policy")
    if type(estimates) is not list:
        raise DisclosureError(f"the gate takes a list of Estimate, not a {type(estimates).__name__}")
    if strange := sorted({type(e).__name__ for e in estimates if type(e) not in (Estimate, Measurement)}):
        raise DisclosureError(f"the gate takes a list of Estimate; it was given {', '.join(strange)}")
    problems = [p for e in estimates for p in _problems(e)] or [
        *_undeclared(estimates, quantities),
        *_repeated(estimates),
        *_lists_of_people(estimates),
        *_baseless(estimates, quantities),
    ]
    if problems:
        raise DisclosureError("; ".join(problems))


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


def about_people(e: Estimate) -> bool:
    """Whether `e` is a number about people that is not public yet."""
    return e.origin != "published" and e.status == "number" and e.unit not in THINGS


def key(e: Estimate) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """What tells findings apart: origin, id and group."""
    return e.origin, e.id, tuple(sorted(e.group.items()))


def name(e: Estimate) -> str:
    """A finding as messages call it: ``id[key=value]``."""
    return said(e.id, e.group)


def said(id: str, group: Mapping[str, str]) -> str:
    """An id and a group as messages call them."""
    return id + ("[" + ";".join(f"{k}={v}" for k, v in group.items()) + "]" if group else "")
