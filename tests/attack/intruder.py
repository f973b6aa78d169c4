"""What somebody who reads everything could work out: small counts, and cells withheld that totals give back.

Written without a look at how the gate does it. The intruder has all chapters before them at once, knows what
every finding means, and solves for each cell that was withheld because it is small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from math import ceil, floor
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.special import bdtr, stdtrit

from ut_research.core.estimate import SERIES_KEYS, Estimate
from ut_research.measures import wellbeing

Key = tuple[str, tuple[tuple[str, str], ...]]
THINGS = {"analyses", "interviews", "focus groups", "questions", "findings", "partners", "areas"}
THINGS |= {"figures", "tables", "comments"}
THRESHOLD = 5

#: Whose count a finding's n is: beginning of its id → the people it is out of.
OUT_OF = {
    "reach.registered": "reach.referred", "reach.gender": "reach.referred",
    "reach.assessed": "reach.registered", "reach.completed": "reach.registered",
    "outcomes.": "reach.registered", "needs.": "reach.assessed", "wellbeing.": "reach.completed",
    "reach.still_supported": "reach.registered", "sessions.any": "reach.registered",
    "sessions.kind": "sessions.any", "sessions.number_": "sessions.any",
}  # fmt: skip


#: Findings that count some of each other's people: by rules on one scale, by steps of one follow-up.
NESTED = (
    [f"wellbeing.meaningful{rule}" for rule in ("", "_more_than_3", "_at_least_3", "_sem", "_rci")],
    ["wellbeing.floor_t1", "wellbeing.low_t1"],
    *([f"sessions.{of}_{at}" for at in ("lower", "median", "upper")] for of in ("number", "minutes")),
    ["reoffending.rate", "reoffending.proven_follow_up", "reoffending.complete_follow_up"],
)

#: What the rows of a table are: table → findings, each as often as it makes a row.
ROWS = {
    "participants": ["reach.referred"],
    "needs": ["reach.assessed"],
    "wemwbs": ["wellbeing.pairs", "wellbeing.pairs", "wellbeing.t1_only"],
    "activity": ["activity.pairs", "activity.pairs", "activity.t1_only"],
    "outcomes": [
        f"outcomes.{name}"
        for name in ("employment", "education_training", "housing", "volunteering", "treatment")
    ],
}

#: What people are grouped by: the n of each group is of its own people, even where two are as many.
PLACES = ("gender", "partner", "area", "period")

#: Decimals that a page shows, where counts are rounded.
SHOWN = {"%": 0, "people": 0, "percentage points": 0, "weeks": 0, "years": 0, "": 2, "ratio": 2, "p-value": 3}


def too_small(shown: Iterable[Estimate], zeros_safe: bool = True) -> list[str]:
    """The findings that say a count, an n or a rest of 1 to 4 people; of nobody, where that is not safe."""
    found = []
    for e in shown:
        if e.status != "number" or e.unit in THINGS:
            continue
        count, n = _counted(e), e.n
        rest = None if count is None or n is None or SERIES_KEYS & set(e.group) else n - count
        if rest == 0 and e.unit != "%":
            rest = None  # a count of everyone, beside itself
        if any(
            x is not None and (0 < x < THRESHOLD or (x == 0 and not zeros_safe)) for x in (count, n, rest)
        ):
            found.append(f"{e.id} {dict(e.group)}")
    return found


def worked_out(
    truth: Mapping[Key, Estimate], released: Mapping[Key, Estimate], zeros_safe: bool = True
) -> list[str]:
    """The small cells, withheld everywhere, that can be worked out to within less than the threshold."""
    return _Puzzle(truth, released, 1 if zeros_safe else 0).solve()


def not_rounded(released: Iterable[Estimate], rounding: str) -> list[str]:
    """The findings that say more than rounded counts do: counts, or digits that only some counts give."""
    whole = {"nearest 5": lambda x: x % 5 == 0, "midpoint 6": lambda x: x == 0 or x % 6 == 3}[rounding]
    found = []
    for e in released:
        if e.status != "number" or e.unit in THINGS or e.id == "reach.delivery_months":
            continue
        numbers = [x for x in (e.value, e.low, e.high) if x is not None]
        said = all(_as_told(x, SHOWN.get(e.unit, 1)) for x in numbers)
        share = e.unit == "%" and e.n and e.value is not None and e.low is None
        said |= bool(share) and any(abs(e.value - 100 * k / e.n) < 1e-9 for k in range(e.n * 2) if whole(k))
        if not said or not all(whole(x) for x in (e.count, e.n) if x is not None):
            found.append(f"{e.id} {dict(e.group)}")
    return found


def _as_told(x: float, digits: int) -> bool:
    """Whether a number has no more digits than that, or is a limit shown as 0 that tells its side alone."""
    return abs(x - round(x, digits)) < 1e-9 or abs(abs(x) - 0.1 * 10**-digits) < 1e-9


def ranges_of_few(truth: Mapping[Key, Estimate], released: Mapping[Key, Estimate]) -> list[str]:
    """Means of fewer than ten people whose range is told, or follows from everyone's less some groups'."""
    told = {k for k, e in released.items() if e.status == "number" and e.unit != "%" and e.count is None}
    told = {k for k in told if released[k].high is not None}
    found = [f"{k[0]} {dict(k[1])}" for k in told if 0 < (truth[k].n or 0) < 2 * THRESHOLD]
    rest: dict[tuple[Key, str], int] = {}
    parted = set[tuple[Key, str]]()
    for (id, group), e in truth.items():
        for pair in group:
            whole = (id, tuple(p for p in group if p != pair))
            if whole in told and e.status == "number":
                left = rest.setdefault((whole, pair[0]), truth[whole].n or 0)
                there = (id, group) in told or blank((id, group))
                parted |= {(whole, pair[0])} if (id, group) in told else set()
                rest[whole, pair[0]] = left - ((e.n or 0) if there else 0)
    few = [(k, by) for (k, by), n in rest.items() if (k, by) in parted and 0 < n < 2 * THRESHOLD]
    return found + [f"{k[0]}: the rest by {by}" for k, by in few]


def told_by_tests(tables: Mapping[str, pd.DataFrame], released: Mapping[Key, Estimate]) -> list[str]:
    """Tests and comparisons that tell that a few people, and how few, moved one way or reoffended."""
    found = []
    answers = {"activity": tables.get("activity"), "wellbeing": tables.get("wemwbs")}
    if answers["wellbeing"] is not None:
        rows = answers["wellbeing"]
        scores = wellbeing.totals(rows.reindex(columns=[*wellbeing.ITEMS, "total"]))
        answers["wellbeing"] = rows.assign(active_days=scores)
    for subject, rows in answers.items():
        test = released.get((f"{subject}.wilcoxon_p", ()))
        if rows is None or test is None or test.value is None:
            continue
        at = rows.astype({"active_days": float}).pivot_table("active_days", "participant_id", "timepoint")
        rise = (at["T2"] - at["T1"]).dropna().round(9)
        if any(0 < few < THRESHOLD for few in ((rise > 0).sum(), (rise < 0).sum())):
            found.append(f"{subject}: ranks of a few")
    test, low = released.get(("wellbeing.band_mcnemar_p", ())), [
        released.get((f"wellbeing.low_{time}", ())) for time in ("t1", "t2")
    ]  # fmt: skip
    if test is not None and test.value is not None and test.n:
        left, came = (x.ravel() for x in np.indices((test.n + 1, test.n + 1)))
        fewer, more = np.minimum(left, came), np.maximum(left, came)
        p = np.minimum(1, 2 * bdtr(fewer, np.maximum(left + came, 1), 0.5))
        fits = (np.abs(p - test.value) < 1e-9) & (left + came <= test.n)
        if all(e is not None and e.count is not None for e in low):
            fits &= left - came == low[0].count - low[1].count  # type: ignore[union-attr, operator]
        moved = np.where(fewer > 0, fewer, more)[fits]
        if len(moved) and moved.min() > 0 and moved.max() < THRESHOLD:
            found.append(f"wellbeing: {moved.min()} to {moved.max()} moved one way")
    rates = [released.get(("reoffending.rate", (("group", g),))) for g in ("engaged", "not engaged")]
    if not all(e is not None and e.count is not None for e in rates):
        found += [
            f"{id}: compares rates that are withheld"
            for (id, group), e in released.items()
            if id.startswith(("reoffending.", "multiverse.reoffending")) and not group and e.value is not None
        ]
    return found


def steps_of_few(released: Mapping[Key, Estimate]) -> list[str]:
    """Curves that move by a few people from one point shown to the next, or whose people at risk do."""
    curves: dict[Key, list[tuple[float, Estimate]]] = defaultdict(list)
    for (id, group), e in released.items():
        place = [v for k, v in group if k in ("month", "week")]
        if place and e.status == "number" and e.n is not None and e.unit == "%":
            curves[id, tuple(p for p in group if p[0] not in SERIES_KEYS)].append((float(place[0]), e))
    found = []
    for (id, group), points in curves.items():
        points.sort(key=lambda point: point[0])
        if id == "reoffending.free" and (end := _to_the_end(released, group)) is not None:
            points.append((float("inf"), replace(points[-1][1], n=end)))
        for (_, before), (_, after) in pairwise(points):
            assert before.n and before.value is not None and after.n is not None and after.value is not None
            most = before.n * (1 - after.value / before.value) if before.value else 0
            if 0 < before.n - after.n < THRESHOLD or 1e-6 < most < THRESHOLD - 0.5:
                found.append(f"{id} {dict(group)}: a step of a few")
            # whoever leaves on the day of a point, as weeks have it, is at risk there and is not lost
            elif (
                id == "reoffending.free"
                and THRESHOLD > max(lost := _lost(before, after) or [0]) >= min(lost) > 0
            ):
                found.append(f"{id} {dict(group)}: {min(lost)} to {max(lost)} lost")
    return found


def lost_of_few(truth: Mapping[Key, Estimate], released: Mapping[Key, Estimate]) -> list[str]:
    """Curves whose numbers at risk, less the events, tell how many were lost from one to the next: a few.

    Of support too, where who leaves on the day of a point is at risk there: a reader guesses right mostly.
    """
    curves: dict[Key, list[tuple[float, Key]]] = defaultdict(list)
    for (id, group), e in released.items():
        place = [(float(v), (id, group)) for k, v in group if k in ("month", "week")]
        if place and e.status == "number" and e.n is not None and e.value is not None:
            curves[id, tuple(p for p in group if p[0] not in SERIES_KEYS)] += place
    found = []
    for (id, group), points in curves.items():
        for (_, one), (_, other) in pairwise(sorted(points)):
            before, after = truth[one], truth[other]
            true = (before.among & ~after.among & ~after.counted).bit_count()  # type: ignore[attr-defined]
            guessed = _lost(released[one], released[other]) if released[one].value else []
            if 0 < true < THRESHOLD and true in guessed and max(guessed) - min(guessed) < THRESHOLD:
                found.append(f"{id} {dict(group)}: {true} lost between two points")
    return found


def _to_the_end(released: Mapping[Key, Estimate], group: tuple[tuple[str, str], ...]) -> int | None:
    """How many were followed to the end and did not reoffend, where a reader can subtract it."""
    followed, did = (released.get((f"reoffending.{id}", group)) for id in ("complete_follow_up", "rate"))
    counts = [e.count for e in (followed, did) if e is not None and e.count is not None]
    return counts[0] - counts[1] if len(counts) == 2 else None


def _lost(before: Estimate, after: Estimate) -> list[int]:
    """How many can have been lost between two points: those at risk no more to whom it did not happen.

    Were all lost first, each event weighs as of those left; were all lost last, as of all.
    """
    assert before.n and before.value and after.n is not None and after.value is not None
    most, least = (1 - max(after.value - e, 0) / min(before.value + e, 100) for e in (0.5, -0.5))
    gone = before.n - after.n
    return [
        gone - events
        for events in range(gone + 1)
        if events / before.n <= most + 1e-9 and least <= events / max(before.n - gone + events, 1) + 1e-9
    ]


def of_blanks(truth: Mapping[Key, Estimate], released: Mapping[Key, Estimate]) -> list[str]:
    """What is said of a few people who are in no group: everyone's less that of all groups."""
    runs: dict[tuple[Key, str], list[Key]] = defaultdict(list)
    for id, group in truth:
        for pair in group:
            if pair[0] in PLACES and id != f"reach.{pair[0]}":
                runs[(id, tuple(p for p in group if p != pair)), pair[0]].append((id, group))
    shown = {k for k, e in released.items() if e.status == "number"}
    found = []
    for (whole, by), run in runs.items():
        there = [k for k in run if truth[k].status == "number"]
        few = [k for k in there if blank(k) and 0 < (truth[k].n or truth[k].count or 0) < THRESHOLD]
        if few and whole in shown and all(k in shown for k in there if not blank(k)):
            found.append(f"{whole[0]} {dict(whole[1])} of those of no {by}")
    return found


def blank(k: Key) -> bool:
    """Whether a finding is about people of whom it is not recorded where they belong: nobody knows whose."""
    return any(key in PLACES and value == "not recorded" for key, value in k[1])


def _counted(e: Estimate) -> int | None:
    if e.count is None and e.unit == "%" and e.n and e.value is not None and not SERIES_KEYS & set(e.group):
        return round(e.value * e.n / 100)
    return e.count


#: Means of whole-number answers: id, the answers there are, the counts of people by an answer (id, group,
#: which), and the last digit shown.
_BANDS = (("low", range(14, 41)), ("moderate", range(41, 60)), ("high", range(60, 71)))
_AGES = (
    *(("under 25", range(25)), ("25 to 34", range(25, 35)), ("35 to 44", range(35, 45))),
    *(("45 to 54", range(45, 55)), ("55 and over", range(55, 121))),
)
SCALES: list[tuple[str, range, list[tuple[str, tuple[tuple[str, str], ...], range]], float]] = [
    *(
        (
            f"activity.mean_{t}",
            range(8),
            [(f"activity.days_{t}", (("days", str(d)),), range(d, d + 1)) for d in range(8)],
            0.1,
        )
        for t in ("t1", "t2")
    ),
    *(
        (
            f"wellbeing.mean_{t}",
            range(14, 71),
            [(f"wellbeing.band_{t}", (("band", name),), which) for name, which in _BANDS]
            + [(f"wellbeing.low_{t}", (), range(14, 41))]
            + [("wellbeing.floor_t1", (), range(14, 15)), ("wellbeing.ceiling_t2", (), range(70, 71))][
                t == "t2" : 1 + (t == "t2")
            ],
            0.1,
        )
        for t in ("t1", "t2")
    ),
    ("activity.start_mean", range(8), [], 0.1),
    (
        "reach.age_mean",
        range(121),
        [("reach.age_band", (("age_band", name),), which) for name, which in _AGES],
        1.0,
    ),
]


def _sum_of(mean: Estimate) -> int:
    """The sum of the answers that a mean is of."""
    return round(sum(x * k for x, k in (mean.answers or {}).items()))


@dataclass
class _Puzzle:
    """Whole numbers, some known, and what holds between them."""

    truth: Mapping[Key, Estimate]
    released: Mapping[Key, Estimate]
    least: int  # that is to be guarded: 0 where it may not be told either that there is nobody
    value: list[int] = field(default_factory=list)
    known: list[bool] = field(default_factory=list)
    about: list[str] = field(default_factory=list)
    rows: list[dict[int, int]] = field(default_factory=list)  # each adds up to nothing
    cells: set[int] = field(default_factory=set)  # counts, sizes and rests of what the chapters say
    empty: set[str] = field(default_factory=set)  # ids that are not there of some groups
    asides: set[int] = field(default_factory=set)  # unknowns that nobody has to guard
    counts: dict[Key, int] = field(default_factory=dict)
    sizes: dict[Key, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.empty = {e.id for e in self.truth.values() if e.status == "not collected" and e.group}
        own = {k: e for k, e in self.truth.items() if e.status == "number" and e.unit not in THINGS}
        for k, e in own.items():
            shown = self.released.get(k)
            rounded = k[0].startswith("quality.")  # to twice the threshold, see `_rows_of_tables`
            told = shown is not None and shown.status == "number" and not rounded
            series = bool(SERIES_KEYS & set(e.group))
            if (count := _counted(e)) is not None and not (series and not self._adds_up(k, own)):
                self.counts[k] = self._new(count, told, f"count of {k[0]} {dict(k[1])}")
            if e.n is not None and not series:
                same = self.counts.get(k) if e.count == e.n and e.unit != "%" else None
                size_told = told and shown is not None and shown.n is not None
                self.sizes[k] = (
                    self._new(e.n, size_told, f"n of {k[0]} {dict(k[1])}") if same is None else same
                )
        rests = {
            k: self._rest(size, self.counts[k], f"rest of {k[0]} {dict(k[1])}")
            for k, size in self.sizes.items()
            if k in self.counts and self.counts[k] != size
        }
        own_cells = [*self.counts.items(), *self.sizes.items()]
        own_cells += [(k, rest) for k, rest in rests.items() if own[k].unit == "%"]
        # no blank is nobody's secret, and who is blank is not known to anyone
        self.cells = {v for k, v in own_cells if not k[0].startswith("quality.")}
        self.asides |= {v for k, v in [*own_cells, *rests.items()] if blank(k)}
        self._sums({k: v for k, v in self.counts.items() if not k[0].startswith("quality.")})
        self._sums({k: v for k, v in self.sizes.items() if not k[0].startswith("quality.")})
        self._out_of()
        self._number_of_needs()
        self._means_of_answers()
        self._whose_age_is_known()
        self._rules_on_one_scale()
        self._choices(rests)
        self._rows_of_tables()

    def _rest(self, whole: int, part: int, about: str) -> int:
        """The people of `whole` who are not in `part`, as an unknown of their own."""
        rest = self._new(self.value[whole] - self.value[part], False, about)
        self.rows.append({whole: 1, part: -1, rest: -1})
        return rest

    def _new(self, value: int, known: bool, about: str) -> int:
        self.value.append(value)
        self.known.append(known)
        self.about.append(about)
        return len(self.value) - 1

    def _adds_up(self, k: Key, own: Mapping[Key, Estimate]) -> bool:
        group = {p for p in k[1] if p[0] not in SERIES_KEYS}
        run = [
            e
            for (id, g), e in own.items()
            if id == k[0] and {p for p in g if p[0] not in SERIES_KEYS} == group
        ]
        return len({e.n for e in run}) == 1 and sum(e.count or 0 for e in run) == run[0].n

    def _sums(self, cells: Mapping[Key, int]) -> None:
        """The cells of one id along one key add up to the cell without the key, or to the n of each."""
        runs: dict[tuple[Key, str], list[Key]] = defaultdict(list)
        for id, group in cells:
            for pair in group:
                runs[(id, tuple(p for p in group if p != pair)), pair[0]].append((id, group))
        for (parent, key), parts in runs.items():
            if len(parts) == 1:
                continue  # not taken: that a group of which nothing is shown has no other beside it
            whole = sum(self.value[cells[k]] for k in parts)
            totals = [cells[parent]] if parent in cells else []
            wholes = sorted({self.sizes[k] for k in parts if k in self.sizes})
            own = key not in PLACES and cells.items() <= self.counts.items()
            if own and len({self.value[v] for v in wholes}) == 1:
                totals += wholes  # one n for all of them: they are parts of one whole
            for total in totals:
                if self.least == 0 and parent[0] in self.empty:
                    continue  # nor what is in the list of a breakdown of which a group of nobody is not told
                if self.value[total] == whole and total not in {cells[k] for k in parts}:
                    self.rows.append({total: 1, **{cells[k]: -1 for k in parts}})

    def _out_of(self) -> None:
        """The n of a finding is the count of those that it is out of, where that is so for every group."""
        for k, size in self.sizes.items():
            for begins, whole in OUT_OF.items():
                other = (whole, k[1])
                if not k[0].startswith(begins) or k[0] == whole or other not in self.counts:
                    continue
                if all(
                    self.value[s] == self.value[self.counts[whole, g]]
                    for (id, g), s in self.sizes.items()
                    if id == k[0] and (whole, g) in self.counts
                ):
                    self.rows.append({size: 1, self.counts[other]: -1})
        for place in ("partner", "area", "period"):
            for (id, group), size in self.sizes.items():
                here = self.counts.get((f"reach.{place}", group))
                if id == "reach.registered" and here is not None and self.value[here] == self.value[size]:
                    self.rows.append({size: 1, here: -1})

    def _number_of_needs(self) -> None:
        """The mean number of needs, times the people, is the sum of the needs, as exactly as it is shown."""
        mean = self.released.get(("needs.number_mean", ()))
        if mean is None or mean.value is None or mean.n != self.truth["needs.number_mean", ()].n:
            return
        each = [v for (id, g), v in self.counts.items() if id.startswith("needs.") and not g]
        if abs(sum(self.value[v] for v in each) - mean.value * mean.n) > 0.05 * mean.n:
            return  # there are more needs than are shown
        total = self._aside(0, "all needs")
        self.rows.append({total: 1, **dict.fromkeys(each, -1)})
        self._between(total, mean.n * (mean.value - 0.05), mean.n * (mean.value + 0.05))

    def _aside(self, value: int, about: str) -> int:
        """An unknown that nobody has to guard."""
        self.asides.add(v := self._new(value, False, about))
        return v

    def _between(self, total: int, low: float, high: float) -> None:
        """`total` lies between two numbers, whole as it is."""
        for end, sign in ((ceil(low - 1e-6), 1), (floor(high + 1e-6), -1)):
            slack, known = self._aside(0, "slack"), self._new(end, True, "end")
            self.rows.append({total: 1, known: -1, slack: -sign})

    def _means_of_answers(self) -> None:
        """A mean, times the people, is the sum of what they answered; its interval gives the sum of squares.

        Both as exactly as the digits shown tell: the unknowns are how many gave each answer.
        """
        groups = [(), *sorted({g for _, g in self.truth if g and {k for k, _ in g} <= set(PLACES)})]
        totals: dict[Key, int] = {}
        for (id, answers, spread_over, digit), group in product(SCALES, groups):
            mean, of = self.released.get((id, group)), self.truth.get((id, group))
            if mean is None or of is None or not of.n or any(x not in answers for x in of.answers):
                continue  # not whole numbers, where missing answers were filled
            if mean.n not in (None, of.n) or (group and mean.value is None):
                continue  # a rounded n
            gave = {x: self._aside(of.answers.get(x, 0), f"answered {x}") for x in answers}
            for other, keys, some in spread_over:
                cell = self.counts.get((other, tuple(sorted((*keys, *group)))))
                if cell is not None:
                    self.rows.append({cell: 1, **{gave[x]: -1 for x in some}})
            self.rows.append({self.sizes[id, group]: 1, **{v: -1 for v in gave.values()}})
            shifted = {v: x for x, v in gave.items() if x}
            total = totals[id, group] = self._aside(_sum_of(of), "all answers")
            self.rows.append({total: 1, **{v: -x for v, x in shifted.items()}})
            if mean.value is None or not mean.n:
                continue
            self._between(total, mean.n * (mean.value - digit / 2), mean.n * (mean.value + digit / 2))
            if mean.high is not None and mean.low is not None:
                half = (mean.high - mean.low) / 2
                factor = mean.n**0.5 / stdtrit(mean.n - 1, 0.975)
                most = ((half + digit / 2) * factor) ** 2 * (mean.n - 1)
                least = (max(half - digit / 2, 0) * factor) ** 2 * (mean.n - 1)
                ends = sorted((mean.value + e) ** 2 for e in (-digit / 2, digit / 2))
                squares = self._aside(0, "all squares")
                self.rows.append({squares: 1, **{v: -x * x for v, x in shifted.items()}})
                self._between(squares, least + mean.n * ends[0], most + mean.n * ends[1])
        self._sums_of_answers(totals)

    def _sums_of_answers(self, totals: Mapping[Key, int]) -> None:
        """The answers later are those at the start and the changes; those of the groups are everyone's."""
        for subject in ("activity", "wellbeing"):
            first, then = (f"{subject}.mean_t1", ()), (f"{subject}.mean_t2", ())
            changes, start = (f"{subject}.change_mean", ()), (f"{subject}.start_mean", ())
            lost = (f"{subject}.lost_mean", ())
            for whole, parts in ((then, (first, changes)), (start, (first, lost))):
                if {whole, first} <= totals.keys() and all(k in self.truth for k in parts):
                    own = [totals.get(k) or self._as_told(k) for k in parts]
                    if self.value[totals[whole]] == sum(self.value[v] for v in own):
                        self.rows.append({totals[whole]: 1, **dict.fromkeys(own, -1)})
        for (id, _), whole in [(k, v) for k, v in totals.items() if not k[1]]:
            for place in PLACES:
                run = [k for k in self.truth if k[0] == id and [p for p, _ in k[1]] == [place]]
                own = [totals.get(k) or self._as_told(k) for k in run if self.truth[k].n]
                if own and self.value[whole] == sum(self.value[v] for v in own):
                    self.rows.append({whole: 1, **dict.fromkeys(own, -1)})

    def _as_told(self, k: Key) -> int:
        """The sum of the answers that a mean is of, as exactly as it is shown, where it is."""
        mean, of = self.released[k], self.truth[k]
        total = self._aside(_sum_of(of), f"all answers of {k[0]}")
        if mean.value is not None and mean.n == of.n:
            self._between(total, mean.n * (mean.value - 0.05), mean.n * (mean.value + 0.05))
        return total

    def _whose_age_is_known(self) -> None:
        """The people of whom the average age is, and those whose age is not recorded, are everyone."""
        blank = ("reach.age_band", (("age_band", "not recorded"),))
        known = self.sizes.get(("reach.age_mean", ()))
        if blank in self.counts and known is not None:
            self.rows.append({self.sizes[blank]: 1, self.counts[blank]: -1, known: -1})

    def _rules_on_one_scale(self) -> None:
        """Of two rules on one scale the stricter holds of some of the people of the other."""
        chains = [
            [self.counts[id, g] for id in ids if (id, g) in self.counts]
            for ids in NESTED[1:]
            for g in {g for id, g in self.counts if id in ids}
        ]
        usual = {
            "missing items filled": "up to 0",
            "no second questionnaire": "left out",
            "people": "everyone",
        }
        rules: dict[Any, list[int]] = defaultdict(list)
        for (id, group), v in self.counts.items():
            if id in NESTED[0]:
                rules[group or tuple(sorted(usual.items()))].append(v)
            if id == "multiverse.meaningful":
                rules[tuple(p for p in group if p[0] != "meaningful is")].append(v)
        for age, bands in (("reach.age_min", 1), ("reach.age_max", -1)):
            if (age, ()) in self.counts:
                order = ("under 25", "25 to 34", "35 to 44", "45 to 54", "55 and over")[::bands]
                with_people = (
                    v
                    for band in order
                    if (v := self.counts.get(("reach.age_band", (("age_band", band),)))) is not None
                    and self.value[v]
                )
                chains.append([self.counts[age, ()], next(with_people)])
        for chain in [*chains, *rules.values()]:
            for part, whole in pairwise(sorted(chain, key=lambda v: self.value[v])):
                self._rest(whole, part, f"{self.about[whole]} without {self.about[part]}")

    def _choices(self, rests: Mapping[Key, int]) -> None:
        """Choices that leave people out, beside those that do not, with one and the same rule."""
        narrower = {"people": ("everyone", "stayed six weeks")}
        narrower["no second questionnaire"] = ("no change", "left out")
        for cells in (self.counts, self.sizes, rests):
            for (id, group), whole in cells.items():
                choices = dict(group)
                if id != "multiverse.meaningful" or " 3" not in choices["meaningful is"]:
                    continue
                for choice, (wider, fewer) in narrower.items():
                    other = (id, tuple(sorted({**choices, choice: fewer}.items())))
                    if choices[choice] == wider and other in cells:
                        self._rest(whole, cells[other], f"{self.about[whole]} without {fewer}")

    def _rows_of_tables(self) -> None:
        """Rows and cells of the tables, told as rows and cells, are people counted elsewhere."""

        for cells, part in ((self.counts, "count"), (self.sizes, "n")):
            for k, v in cells.items():
                shown = getattr(self.released.get(k), part, None)
                if k[0].startswith("quality.") and shown is not None:
                    self._between(v, shown - THRESHOLD, shown + THRESHOLD)

        def equal(rows: int | None, *people: int | None) -> None:
            if (
                rows is None
                or None in people
                or self.value[rows] != sum(self.value[v] for v in people if v is not None)
            ):
                return
            row: dict[int, int] = defaultdict(int)
            row[rows] += 1
            for v in people:
                row[v] -= 1  # type: ignore[index]
            self.rows.append(dict(row))

        def count(id: str, **group: str) -> int | None:
            return self.counts.get((id, tuple(sorted(group.items()))))

        for table, people in ROWS.items():
            equal(count("quality.kept", table=table), *(count(id) for id in people))
        for subject, table in (("wellbeing", "wemwbs"), ("activity", "activity")):
            waves = [v for (id, _), v in self.counts.items() if id == f"{subject}.answered"]
            pairs, alone = count(f"{subject}.pairs"), count(f"{subject}.t1_only")
            equal(count("quality.kept", table=table), *waves or [None])
            equal(count(f"{subject}.answered", wave="1"), pairs, alone)
            equal(count(f"{subject}.answered", wave="2"), pairs)
        rates = [k for k in self.sizes if k[0] == "reoffending.rate" and {p[0] for p in k[1]} == {"group"}]
        followed = [self.sizes[k] for k in rates]
        equal(count("quality.kept", table="reoffending"), *followed)
        for (id, group), size in self.sizes.items():
            table = dict(group).get("table", "")
            kept = count("quality.kept", table=table)
            if id == "quality.missing":
                equal(size, kept)
            if id == "quality.rejected":
                equal(size, kept, count(id, table=table))
        blank = {
            (dict(g)["table"], dict(g)["column"]): v
            for (id, g), v in self.counts.items()
            if id == "quality.missing"
        }
        referred, registered = count("reach.referred"), count("reach.registered")
        equal(referred, registered, blank.get(("participants", "registered_date")))
        equal(
            blank.get(("participants", "age_at_referral")), count("reach.age_band", age_band="not recorded")
        )
        equal(
            blank.get(("participants", "exit_date")),
            blank.get(("participants", "registered_date")),
            count("reach.still_supported"),
        )
        equal(count("quality.kept", table="reoffending"), *followed, blank.get(("reoffending", "reoffended")))
        without = blank.get(("reoffending", "reoffence_date"))
        equal(count("quality.kept", table="reoffending"), without, *(self.counts.get(k) for k in rates))
        issues = [
            v for (id, g), v in self.counts.items() if id == "quality.issues" and ("action", "rejected") in g
        ]
        rejected = [v for (id, _), v in self.counts.items() if id == "quality.rejected"]
        if issues and sum(self.value[v] for v in issues) == sum(self.value[v] for v in rejected):
            self.rows.append({**dict.fromkeys(issues, 1), **dict.fromkeys(rejected, -1)})

    def solve(self) -> list[str]:
        aims = [
            v
            for v, value in enumerate(self.value)
            if not self.known[v]
            and v not in self.asides
            and (self.least if v in self.cells else 1) <= value < THRESHOLD
        ]
        if not aims:
            return []
        unknown = [v for v in range(len(self.value)) if not self.known[v]]
        at = {v: i for i, v in enumerate(unknown)}
        rows = []
        for row in self.rows:
            given = sum(c * self.value[v] for v, c in row.items() if v not in at)
            if left := {at[v]: c for v, c in row.items() if v in at}:
                rows.append((left, -given))
        found = []
        for part in _parts(len(unknown), [set(r) for r, _ in rows]):
            here = [at[v] for v in aims if at[v] in part]
            if here:
                weak = _narrow(sorted(part), here, rows, [self.value[v] for v in unknown])
                found += [f"{self.about[unknown[i]]}: {low} to {high}" for i, (low, high) in weak.items()]
        return found


def _parts(size: int, links: list[set[int]]) -> list[set[int]]:
    """The unknowns in groups that have an equation in common."""
    leader = list(range(size))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = i = leader[leader[i]]
        return i

    for link in links:
        first, *rest = map(find, sorted(link))
        for other in rest:
            leader[find(other)] = find(first)
    groups: dict[int, set[int]] = defaultdict(set)
    for i in range(size):
        groups[find(i)].add(i)
    return list(groups.values())


def _narrow(
    part: list[int], aims: list[int], rows: list[tuple[dict[int, int], int]], truth: list[int]
) -> dict[int, tuple[int, int]]:
    """Those of `aims` known to within less than `THRESHOLD`, with the least and the most that they can be."""
    at = {v: i for i, v in enumerate(part)}
    own = [(r, total) for r, total in rows if not at.keys().isdisjoint(r)]
    matrix = np.zeros((len(own), len(part)))
    for line, (r, _) in enumerate(own):
        for v, c in r.items():
            matrix[line, at[v]] = c
    totals = np.array([total for _, total in own], dtype=float)
    low = np.array([truth[v] for v in part])
    high = low.copy()
    held: Any = LinearConstraint(matrix, totals, totals) if own else ()

    def stretch(aim: np.ndarray) -> None:
        nonlocal low, high
        for simplify in (True, False):  # HiGHS takes a few that have a solution for such as have none
            answer = milp(
                -aim,
                constraints=held,
                bounds=Bounds(0, 2_000_000),
                integrality=np.ones(len(part)),
                options={"presolve": simplify},
            )
            if answer.x is not None:
                break
        assert answer.x is not None, answer.message
        low, high = np.minimum(low, np.rint(answer.x)), np.maximum(high, np.rint(answer.x))

    places = [at[v] for v in aims]
    for sign in (1.0, -1.0):
        stretch(sign * np.isin(np.arange(len(part)), places))
    ways = np.random.default_rng(0)
    for _ in range(6):  # many at once, before each by itself
        close = [i for i in places if high[i] - low[i] < THRESHOLD]
        if len(close) > 1:
            aim = np.zeros(len(part))
            aim[close] = ways.choice((-1.0, 1.0), len(close))
            stretch(aim)
    weak = {}
    for v, i in zip(aims, places, strict=True):
        for sign in (1.0, -1.0):
            if high[i] - low[i] < THRESHOLD:
                stretch(sign * (np.arange(len(part)) == i))
        if high[i] - low[i] < THRESHOLD:
            weak[v] = (int(low[i]), int(high[i]))
    return weak
