"""A second intruder: what must be true of everybody, if what was published is.

Written from the published file (`findings.json`) and what its labels say, and from nothing else. The unknowns
are people: how many of each kind there are, a kind being what a person is by some attributes at once (their
partner, how far they came, what they needed, what came of it). A person has one value of each attribute, so
tables that share attributes agree where they do. Of every number of people that was withheld the intruder
asks whether it is the same in all the worlds that fit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

THRESHOLD = 5
PLACES = ("partner", "area", "gender", "period")

#: How far people came: referred only, registered, and of these assessed, both forms filled in, or both.
REGISTERED, ASSESSED, COMPLETED = {"r", "ra", "rc", "rac"}, {"ra", "rac"}, {"rc", "rac"}
STAGES = ("", *sorted(REGISTERED))
YES, NO, NONE = "yes", "no", "-"  # none: not asked, or not there

#: Which need an outcome answers.
ASKED = {
    "employment": "needs.employability", "education_training": "needs.training_education",
    "housing": "needs.housing", "volunteering": "needs.volunteering", "treatment": "needs.alcohol_drugs",
}  # fmt: skip

#: The scores of each band of wellbeing.
BANDS = {"low": (14, 40), "moderate": (41, 59), "high": (60, 70)}
FURTHEST = 56

#: Days active a week, of who answered both times.
DAYS = ("days before", "days after")
ABOVE, BELOW = (0.0, math.inf), (-math.inf, 0.0)

#: Of each attribute, the values that a person must have.
Test = dict[str, set[Any]]
Finding = Mapping[str, Any]


def pinned(published: Sequence[Finding]) -> Iterator[str]:
    """The numbers of 1 to 4 people that are not shown, and yet are the same in every world that fits."""
    worlds = _Worlds(published)
    names, aims = [name for name, _ in worlds.aims], worlds.matrix([cell for _, cell in worlds.aims])
    ways = np.random.default_rng(0)
    least = most = aims @ worlds.one(aims.T @ ways.choice((-1.0, 1.0), len(names)))

    def look(along: Any) -> None:
        nonlocal least, most
        found = aims @ worlds.one(along)
        least, most = np.minimum(least, found), np.maximum(most, found)

    for _ in range(6):
        same = np.flatnonzero((least == most) & (least > 0) & (least < THRESHOLD))
        if not len(same):
            return
        look(aims[same].T @ ways.choice((-1.0, 1.0), len(same)))
    for k, name in enumerate(names):
        for sign in (1.0, -1.0):
            if least[k] == most[k] and 0 < least[k] < THRESHOLD:
                look(sign * aims[[k]].toarray()[0])
        if least[k] == most[k] and 0 < least[k] < THRESHOLD:
            yield f"{name}: {least[k]:.0f}"


def blank(f: Finding) -> bool:
    """Whether it is of people of whom nobody knows where they belong."""
    return any(f["group"].get(place) == "not recorded" for place in PLACES)


def _rise(f: Finding) -> tuple[int, int] | None:
    """The whole points of a rise that a finding speaks of, in its label or its method."""
    way = re.match(r"(Rose|Fell) by ", f["label"])
    by = re.search(r"(more than|at least) (\d+(?:\.\d+)?) points?\b", f"{f['label']}; {f['method']}")
    if not way or not by:
        return None
    points = float(by[2])
    least = math.floor(points) + 1 if by[1] == "more than" else math.ceil(points)
    return (least, FURTHEST) if way[1] == "Rose" else (-FURTHEST, -least)


def _meaning(f: Finding, cuts: Sequence[tuple[int, int]]) -> tuple[Test, Test | None] | None:
    """Whom a finding counts, and out of whom; None where it says nothing of this intruder's people."""
    id, group = f["id"], f["group"]
    subject, name = id.split(".", 1)
    asked = ASKED.get(name.partition("_")[2], "")
    way = {"engaged": {"stage": REGISTERED}, "not engaged": {"stage": {""}}}.get(group.get("group"), {})
    known: dict[str, tuple[Test, Test | None]] = {
        "reach.referred": ({}, None),
        "reach.registered": ({"stage": REGISTERED}, {}),
        "reach.assessed": ({"stage": ASSESSED}, {"stage": REGISTERED}),
        "reach.completed": ({"stage": COMPLETED}, {"stage": REGISTERED}),
        "reach.still_supported": ({id: {YES}}, {id: {YES, NO}}),
        "reach.ethnic_minority": ({id: {YES}}, {id: {YES, NO}}),
        "reach.age_band": ({"age": {group.get("age_band")}}, {}),
        "wellbeing.pairs": ({"stage": COMPLETED}, None),
        "wellbeing.low_t1": ({"before": {"low"}}, {"stage": COMPLETED}),
        "wellbeing.low_t2": ({"after": {"low"}}, {"stage": COMPLETED}),
        "wellbeing.band_t1": ({"before": {group.get("band")}}, {"stage": COMPLETED}),
        "wellbeing.band_t2": ({"after": {group.get("band")}}, {"stage": COMPLETED}),
        "reoffending.rate": ({"followed": {YES}, **way}, {"followed": {YES, NO}, **way}),
        "alike.sampled": ({"followed": {YES, NO}, **way}, way),
        "activity.pairs": ({DAYS[0]: set(range(8))}, None),
        "activity.active_t1": ({DAYS[0]: {5, 6, 7}}, {DAYS[0]: set(range(8))}),
        "activity.active_t2": ({DAYS[1]: {5, 6, 7}}, {DAYS[1]: set(range(8))}),
    }
    if id in known:
        return known[id]
    if subject == "reach" and name in PLACES:
        return {}, None
    if subject == "needs" and name != "number_mean":
        return {id: {YES}}, {"stage": ASSESSED}
    if subject == "outcomes" and name in (*ASKED, "any"):
        return {id: {YES}}, {"stage": REGISTERED}
    if asked and name.startswith("met_"):
        return {f"outcomes.{name[4:]}": {YES}, asked: {YES}}, {asked: {YES}}
    if asked and name.startswith("unasked_"):
        return {f"outcomes.{name[8:]}": {YES}, asked: {NO, NONE}}, None
    if id in ("activity.days_t1", "activity.days_t2"):
        return {DAYS[id.endswith("t2")]: {int(group["days"])}}, {DAYS[id.endswith("t2")]: set(range(8))}
    if subject == "wellbeing" and (rise := _rise(f)):
        return {"rise": {c for c in cuts if rise[0] <= c[0] and c[1] <= rise[1]}}, {"stage": COMPLETED}
    return None


def _can_be(person: Mapping[str, Any]) -> bool:
    """Whether there can be such a person."""
    stage = person.get("stage")
    for about, value in person.items():
        there = value != NONE
        if about.startswith("needs.") and there != (stage in ASSESSED):
            return False
        if about.startswith("outcomes.") and there != (stage in REGISTERED):
            return False
        if about == "reach.still_supported" and there and stage not in REGISTERED:
            return False
        if about in ("before", "after", "rise") and there != (stage in COMPLETED):
            return False
        if about.startswith("outcomes.") and value == YES and person.get("outcomes.any") == NO:
            return False
    before, after, rise = (person.get(x, NONE) for x in ("before", "after", "rise"))
    if NONE in (before, after, rise):
        return True
    (low, high), (least, most) = BANDS[before], BANDS[after]
    return bool(least - high <= rise[1] and rise[0] <= most - low)


class _Worlds:
    """All that fits what was published: whole numbers of people of each kind."""

    def __init__(self, published: Sequence[Finding]) -> None:
        own = [f for f in published if f["origin"] != "published" and "." in f["id"]]
        ends = {x for f in own if (r := _rise(f)) for x in (r[0], r[1] + 1)}
        self._cuts = [(a, b - 1) for a, b in pairwise(sorted({*ends, -FURTHEST, FURTHEST + 1}))]

        def named(id: str, key: str) -> list[str]:
            return list(dict.fromkeys(f["group"][key] for f in own if f["id"] == id))

        self._values: dict[str, list[Any]] = {
            "stage": list(STAGES),
            "age": named("reach.age_band", "age_band"),
            "before": [*BANDS, NONE], "after": [*BANDS, NONE], "rise": [*self._cuts, NONE],
            **{days: list(range(8)) for days in DAYS},
            **{p: named(f"reach.{p}", p) for p in PLACES},
        }  # fmt: skip
        self._at: dict[tuple[str, ...], dict[tuple[Any, ...], int]] = {}
        self.size = 0
        self._rows: list[tuple[dict[int, float], float, float]] = []
        self.aims: list[tuple[str, dict[int, float]]] = []
        for f in own:
            self._read(f)
        self._agree()
        low, high = zip(*((low, high) for _, low, high in self._rows), strict=True)
        self.held = LinearConstraint(self.matrix([row for row, _, _ in self._rows]), low, high)

    def _read(self, f: Finding) -> None:
        """What one finding says, or whom it would tell of if it were shown."""
        if f["id"] in ("activity.mean_t1", "activity.mean_t2") and not f["group"] and f["value"] is not None:
            days = DAYS[f["id"].endswith("t2")]
            off = {i: k - f["value"] for (k,), i in self._kinds((days,)).items()}
            self._rows += [
                ({i: x + s * 0.05 for i, x in off.items()}, *e) for s, e in ((1, ABOVE), (-1, BELOW))
            ]
        if f["id"] == "activity.change_mean" and not f["group"] and f["value"] is not None:
            before, after = (self._kinds((days,)).items() for days in DAYS)
            rise = {i: -float(k) for (k,), i in before} | {i: float(k) for (k,), i in after}
            ends = [(f["value"] + s * 0.05) * f["n"] for s in (-1, 1)]
            self._rows.append((rise, *ends))
        found = _meaning(f, self._cuts)
        if found is None or (f["status"] == "not collected" and not f["group"].keys() & set(PLACES)):
            return
        here: Test = {p: {f["group"][p]} for p in PLACES if p in f["group"]}
        about = {*found[0], *(found[1] or ()), *here}
        about |= set() if about & set(DAYS) else {"stage"}
        count, n = ({**test, **here} if test is not None else None for test in found)
        cells = [self._people(about, test) if test is not None else None for test in (count, n)]
        for what, cell in zip(("count", "n"), cells, strict=True):
            size = 0 if f["status"] == "not collected" else f[what]  # nobody of the group
            if cell is not None and size is not None:
                self._rows.append((cell, size, size))
        if f["status"] == "suppressed" and not blank(f) and cells[0] is not None:
            name = f"{f['id']} {f['group']}"
            self.aims.append((f"count of {name}", cells[0]))
            if cells[1] is not None:
                rest = {i: x for i, x in cells[1].items() if i not in cells[0]}
                self.aims += [(f"n of {name}", cells[1]), (f"rest of {name}", rest)]

    def _kinds(self, about: Iterable[str]) -> dict[tuple[Any, ...], int]:
        """The kinds of people by some attributes, and the unknown of each."""
        names = tuple(sorted(about))
        if names not in self._at:
            values = [self._values.get(name, [YES, NO, NONE]) for name in names]
            kinds = [k for k in product(*values) if _can_be(dict(zip(names, k, strict=True)))]
            self._at[names] = {k: self.size + i for i, k in enumerate(kinds)}
            self.size += len(kinds)
        return self._at[names]

    def _people(self, about: Iterable[str], test: Test) -> dict[int, float]:
        names = sorted(about)
        return {
            i: 1.0
            for kind, i in self._kinds(names).items()
            if all(kind[names.index(a)] in some for a, some in test.items())
        }

    def _agree(self) -> None:
        """Tables of the same people have the same totals, by whatever they share."""
        todo = [names for names in self._at if "stage" in names]
        for names in todo:  # and less one attribute each, again and again
            for left_out in set(names) - {"stage"}:
                fewer = tuple(n for n in names if n != left_out)
                todo += [] if fewer in todo else [fewer]
                whole = {k: {i: -1.0} for k, i in self._kinds(fewer).items()}
                for kind, i in self._kinds(names).items():
                    whole[tuple(v for n, v in zip(names, kind, strict=True) if n != left_out)][i] = 1.0
                self._rows += [(row, 0.0, 0.0) for row in whole.values()]

    def matrix(self, rows: Sequence[Mapping[int, float]]) -> Any:
        """Rows of factors of the unknowns."""
        places = [r for r, row in enumerate(rows) for _ in row], [i for row in rows for i in row]
        factors = [x for row in rows for x in row.values()]
        return coo_array((factors, places), shape=(len(rows), self.size)).tocsr()

    def one(self, along: Any) -> Any:
        """The world that fits and has the least `along`."""
        for simplify in (True, False):
            ways = {"integrality": np.ones(self.size), "options": {"presolve": simplify}}
            answer = milp(along, constraints=self.held, bounds=Bounds(0, 100_000), **ways)
            if answer.x is not None:
                return np.rint(answer.x)
        raise AssertionError("no world fits: the intruder takes something for true that is not")
