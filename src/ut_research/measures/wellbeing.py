"""Mental wellbeing: WEMWBS and its short form, before and after.

In: the `wemwbs` table, a row a person and timepoint, with the 14 items (1 to 5) or their total. Out:
scores, bands and change of the people with both questionnaires, the share with a meaningful change by
each rule in use, and what measurement, chance and the people without a second questionnaire could do to
the answer. Items go by their numbers: the questionnaire is licensed, and its wording is not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.core.schema import ITEMS
from ut_research.measures import GROUPS
from ut_research.measures.change import Repeated, both_times, fewer, moved
from ut_research.measures.grouping import By, Maker, Tables, by_person, collected, parts
from ut_research.stats import intervals

#: The items of the short form; Stewart-Brown and others 2009, HQLO 7:15.
SHORT_ITEMS = [f"item_{number:02d}" for number in (1, 2, 3, 6, 7, 9, 11)]

#: Metric score of each raw total of the short form, from 7 to 35; the same source.
SHORT_METRIC = (
    7.00, 9.51, 11.25, 12.40, 13.33, 14.08, 14.75, 15.32, 15.84, 16.36, 16.88, 17.43, 17.98, 18.59, 19.25,
    19.98, 20.73, 21.54, 22.35, 23.21, 24.11, 25.03, 26.02, 27.03, 28.13, 29.31, 30.70, 32.55, 35.00,
)  # fmt: skip

#: Lowest and highest total, points.
LOWEST, HIGHEST = 14, 70
ASKED = Repeated("wellbeing", "wemwbs", "points", "wellbeing score", LOWEST, HIGHEST)

#: Mean total of adults, points: midway between men (50.1) and women (49.6), Health Survey for England 2016.
POPULATION_MEAN = 49.9

#: Plausible correlations of two scores of a person, weeks or months apart: a week apart it is about .83,
#: and it falls with time. For regression to the mean; no study gives it for our interval.
PLAUSIBLE = (0.5, 0.85)

BANDS = ("low", "moderate", "high")

#: A meaningful change by the rule in force.
_IN_FORCE = "wellbeing.meaningful"

_SCALES, _RISE = {time: ASKED.scale(time) for time in ("t1", "t2")}, ASKED.rise
_RULES = tuple(f"{_IN_FORCE}{rule}" for rule in ("", "_more_than_3", "_at_least_3", "_sem", "_rci"))

QUANTITIES = (
    *ASKED.quantities(),
    *(
        Quantity(
            id=f"wellbeing.low_{time}",
            by=GROUPS if time == "t1" else (),
            of_parts=True,
            sensitive=True,
            related=(f"wellbeing.band_{time}",),
            scale=scale,
        )
        for time, scale in _SCALES.items()
    ),
    *(
        Quantity(id=f"wellbeing.band_{time}", sensitive=True, scale=scale, one_of=True)
        for time, scale in _SCALES.items()
    ),
    Quantity(
        id="wellbeing.band_mcnemar_p",
        sensitive=True,
        rests_on=("wellbeing.low_t1", "wellbeing.low_t2"),
        related=("wellbeing.low_t1", "wellbeing.low_t2"),
    ),
    *(
        Quantity(
            id=rule,
            related=(*_RULES, "wellbeing.moved"),
            scale=_RISE,
            of_parts=rule == _IN_FORCE,
            importance="everyone" if rule == _IN_FORCE else "ancillary",
        )
        for rule in _RULES
    ),
    *(
        Quantity(
            id=f"wellbeing.fell_{rule}",
            importance="ancillary",
            related=("wellbeing.moved",),
            scale=_RISE,
        )
        for rule in ("more_than_3", "at_least_3", "sem", "rci")
    ),
    Quantity(
        id="wellbeing.start_low",
        sensitive=True,
        rests_on=("wellbeing.t1_only",),
        related=("wellbeing.band_t1",),
        scale=ASKED.scale("start"),
    ),
    Quantity(
        id="wellbeing.alpha_t1",
        importance="ancillary",
        related=("wellbeing.pairs", "wellbeing.t1_only", "reach.registered"),
    ),
    Quantity(id="wellbeing.floor_t1", sensitive=True, related=("wellbeing.band_t1",), scale=_SCALES["t1"]),
    Quantity(id="wellbeing.ceiling_t2", related=("wellbeing.band_t2",), scale=_SCALES["t2"]),
    *(Quantity(id=f"wellbeing.swemwbs_{name}") for name in ("mean_t1", "mean_t2", "change_mean")),
    *(
        Quantity(id=f"wellbeing.regression_{end}", rests_on=("wellbeing.mean_t1",))
        for end in ("least", "most")
    ),
)


def measure(
    tables: Tables,
    *,
    by: By | None = None,
    origin: Origin = "export",
    low_at_most: int = 40,
    high_at_least: int = 60,
    meaningful_change: float = 3,
    meaningful_rule: str = "more than",
    missing_items: int = 0,
    reliability: float = 0.83,
    confidence: float = 0.95,
) -> list[Measurement]:
    """Wellbeing before and after, of people with both questionnaires scored (``wellbeing.*``).

    Parameters
    ----------
    low_at_most, high_at_least : totals, points, up to which wellbeing is low and from which it is high.
    meaningful_change, meaningful_rule : points, and whether a change must be "more than" or "at least" that.
    missing_items, reliability : as in `totals`; test-retest, 0 to 1, for the standard error of measurement.
    """
    all_answers = [
        (group, part["wemwbs"].assign(value=totals(part["wemwbs"], missing_items)))
        for group, part in parts(tables, ["wemwbs"], by)
    ]
    all_people = [both_times(answers, answers.value) for _, answers in all_answers]
    all_pairs = [people.dropna() for people in all_people]
    sd = _spread(all_pairs)
    found: list[Measurement] = []
    for (group, answers), people, pairs in zip(all_answers, all_people, all_pairs, strict=True):
        make = Maker("wemwbs", origin, group, confidence, collected(tables, "wemwbs"))
        before, after = pairs.t1, pairs.t2
        found += ASKED.measured(make, people, answers, tables)
        found += _bands(make, people.t1, pairs, low_at_most, high_at_least)
        found += _meaningful(make, after - before, meaningful_change, meaningful_rule, sd, reliability)
        found += _scale(make, answers, before, after) + _short(make, answers, before.index)
        found += _drift(make, before)
    return found


def totals(answers: pd.DataFrame, missing_items: int = 0) -> pd.Series:
    """WEMWBS totals, 14 to 70 points, missing where a questionnaire cannot be scored.

    Parameters
    ----------
    answers : the columns `ITEMS`, 1 to 5 or missing, and `total`, used where no item was kept.
    missing_items : most items that may be missing, 0 to 3, and are filled with the mean of the rest.
    """
    if missing_items not in range(4):
        raise ValueError("missing_items must be 0, 1, 2 or 3")
    items = _numbers(answers, ITEMS)
    there = (~np.isnan(items)).sum(axis=1)
    # multiplied before it is divided, so that a whole total comes out whole
    filled = np.nansum(items, axis=1) * len(ITEMS) / np.maximum(there, 1)
    scored = np.where(there >= len(ITEMS) - missing_items, filled, np.nan)
    given = _numbers(answers, ["total"])[:, 0]
    return pd.Series(np.where(there == 0, given, scored), index=answers.index)


def short_scores(answers: pd.DataFrame) -> pd.Series:
    """SWEMWBS metric scores, 7 to 35, of questionnaires with all of `SHORT_ITEMS`; missing otherwise."""
    return to_metric(pd.Series(_numbers(answers, SHORT_ITEMS).sum(axis=1), index=answers.index))


def to_metric(raw: pd.Series) -> pd.Series:
    """The metric score of each raw SWEMWBS total, 7 to 35; missing for anything else."""
    return raw.map(dict(zip(range(7, 36), SHORT_METRIC, strict=True))).astype(float)


def bands(total: pd.Series, low_at_most: float = 40, high_at_least: float = 60) -> pd.Series:
    """The band of each total, one of `BANDS`: low up to and high from the cut-points, both included."""
    if not low_at_most < high_at_least:
        raise ValueError("low_at_most must be below high_at_least")
    named = np.select([total <= low_at_most, total >= high_at_least], ["low", "high"], "moderate")
    return pd.Series(named, index=total.index)


def _spread(pairs: Sequence[pd.DataFrame]) -> float:
    """The standard deviation of first scores of all with both: a group's own would give it another rule."""
    scores = np.concatenate([np.empty(0), *(own.t1 for own in pairs)])
    return float(scores.std(ddof=1)) if len(scores) > 1 else 0.0


def _bands(
    make: Maker, start: pd.Series, pairs: pd.DataFrame, low_at_most: int, high_at_least: int
) -> list[Measurement]:
    low = f"total of {low_at_most} or less"
    ends = {"low": (LOWEST, low_at_most), "moderate": (low_at_most + 1, high_at_least - 1)}
    ends["high"] = (high_at_least, HIGHEST)
    scores = {"start": start, "t1": pairs.t1, "t2": pairs.t2}
    at = {time: bands(total, low_at_most, high_at_least) for time, total in scores.items()}

    def share(id: str, when: str, time: str, one: str, method: str, **group: str) -> Measurement:
        label, counted = f"{one.capitalize()} wellbeing {when}", at[time] == one
        return make.share(f"wellbeing.{id}", label, counted, method, between=ends[one], **group)

    found = [share("start_low", "at the start, of everyone who answered then", "start", "low", low)]
    for time, when in (("t1", "at the start"), ("t2", "later")):
        found.append(share(f"low_{time}", when, time, "low", low))
        method = f"{low} is low, of {high_at_least} or more is high"
        found += [share(f"band_{time}", when, time, band, method, band=band) for band in BANDS]
    was, still, n = at["t1"] == "low", at["t2"] == "low", pairs.index
    left, came = n[was & ~still], n[~was & still]
    p = intervals.mcnemar_p(len(left), len(came)) if len(n) else None
    label = "McNemar's exact test of leaving low wellbeing"
    few, method = fewer(left, came), "two-sided; counts the fewer who moved one way"
    return [*found, make.number("wellbeing.band_mcnemar_p", label, p, "p-value", method, count=few, n=n)]


def _meaningful(
    make: Maker,
    changes: pd.Series,
    meaningful_change: float,
    meaningful_rule: str,
    sd: float,
    reliability: float,
) -> list[Measurement]:
    by_error = by_change = None
    if sd:  # scores are whole
        by_error = ceil(round(intervals.sem(sd, reliability), 9))
        by_change = floor(round(intervals.reliable_change(sd, reliability, make.confidence), 9)) + 1
    rules: list[tuple[str, str, float | None, str, str]] = [
        ("", meaningful_rule, meaningful_change, "", "the rule in force"),
        ("_more_than_3", "more than", 3, "", "a rule in use"),
        ("_at_least_3", "at least", 3, "", "another rule in use"),
        ("_sem", "at least", by_error, "at least one standard error of measurement", ""),
        ("_rci", "at least", by_change, "more than the reliable change", ""),
    ]
    found = []
    for name, rule, points, error, why in rules:
        known = changes if points is not None else changes.head(0)
        by = error or f"{rule} {points:g} points"
        if error:  # a label says nothing of the scores
            why = f"at least {points or 0:g} points, reliability {reliability:g}"
        less = "no more than" if rule == "more than" else "less than"
        named = (
            f"Rose by {by}",
            f"Stayed, or changed by {less} {by.removeprefix(rule + ' ')}",
            f"Fell by {by}",
        )
        ways = moved(make, "wellbeing.moved", known, rule, points or 0, named, HIGHEST - LOWEST)
        force = ", the rule in force" if not name else ""
        rose, fell = (
            replace(e, group=make.group, method=f"{why}; {make.confidence:.0%} Wilson interval")
            for e in (ways[0], ways[2])
        )
        found.append(replace(rose, id=f"{_IN_FORCE}{name}", label=rose.label + force))
        found += [replace(fell, id=f"wellbeing.fell{name}")] if name else ways
    return found


def _scale(make: Maker, answers: pd.DataFrame, before: pd.Series, after: pd.Series) -> list[Measurement]:
    first = by_person(answers[answers.timepoint == "T1"])
    full = first[first[list(ITEMS)].notna().all(axis=1)]
    alpha = intervals.cronbach_alpha(_numbers(full, ITEMS))
    label, of = "Internal consistency at the start", "Cronbach's alpha, first questionnaires with every item"
    return [
        make.number("wellbeing.alpha_t1", label, alpha, "", of, n=full.index),
        make.share(
            "wellbeing.floor_t1", "At the lowest score at the start", before == LOWEST,
            between=(LOWEST, LOWEST),
        ),
        make.share(
            "wellbeing.ceiling_t2", "At the highest score later", after == HIGHEST,
            between=(HIGHEST, HIGHEST),
        ),
    ]  # fmt: skip


def _short(make: Maker, answers: pd.DataFrame, pairs: pd.Index) -> list[Measurement]:
    known = both_times(answers, short_scores(answers)).reindex(pairs).dropna()
    rows = (
        ("mean_t1", "Average short-form score at the start", known.t1),
        ("mean_t2", "Average short-form score later", known.t2),
        ("change_mean", "Average change in short-form score", known.t2 - known.t1),
    )
    method = "SWEMWBS metric score"
    return [make.mean(f"wellbeing.swemwbs_{name}", label, x, "points", method) for name, label, x in rows]


def _drift(make: Maker, before: pd.Series) -> list[Measurement]:
    """The least and the most that regression to the mean would give, by the ends of `PLAUSIBLE`."""
    start = before.to_numpy(dtype=float)
    drifts = [
        intervals.regression_of_group(float(start.mean()), POPULATION_MEAN, r) if len(start) else None
        for r in PLAUSIBLE
    ]
    found = sorted(zip(drifts, PLAUSIBLE, strict=True), key=lambda drift: abs(drift[0] or 0))
    return [
        make.number(
            f"wellbeing.regression_{end}",
            f"The {end} change to expect from regression to the mean alone",
            drift,
            "points",
            f"reliability {r:g}; if people's usual score were the population mean of {POPULATION_MEAN:g}",
            n=before.index,
        )
        for end, (drift, r) in zip(("least", "most"), found, strict=True)
    ]


def _numbers(frame: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.float64]:
    return frame[list(columns)].to_numpy(dtype=float, na_value=np.nan)
