"""Two groups that chance did not make: how far apart they were to begin with, and compared as if alike.

Arrays in, a value or a row a person; small frozen records out. Shares are 0 to 1 and times days, as in
`ut_research.stats.survival`; a field is None where the quantity does not exist.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ut_research.stats.intervals import Floats, Interval, t_of

#: Steps of Newton's method, and how little the last may be: of covariates in standard deviations.
STEPS, ENOUGH = 30, 1e-9


def standardised_difference(one: ArrayLike, other: ArrayLike, *, yes_no: bool = False) -> float | None:
    """Mean of `one` less that of `other`, in standard deviations: the root of the mean of their variances.

    Parameters
    ----------
    yes_no : whether the values are 0 and 1, whose variance follows from their share.

    None where a group is too small to vary, or each is all alike and unlike the other.
    Source: Austin 2009, Stat Med 28:3083.
    """
    groups = [np.asarray(values, dtype=float) for values in (one, other)]
    if any(len(values) < (1 if yes_no else 2) for values in groups):
        return None
    spread = math.sqrt(sum(float(values.var(ddof=0 if yes_no else 1)) for values in groups) / 2)
    gap = float(groups[0].mean() - groups[1].mean())
    return gap / spread if spread > 0 else (None if gap else 0.0)


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression: each person's `chance`, 0 to 1, and the inverse of the information."""

    chance: Floats
    variance: Floats


def logistic(design: Floats, true: Floats) -> Logistic | None:
    """Logistic regression of `true`, 0 or 1, on `design`, shape (people, columns), by maximum likelihood.

    Columns that say the same share their slope. None where the columns tell 0 from 1, so that no slope is
    the likeliest.
    """
    slopes = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = special.expit(design @ slopes)
        variance = np.linalg.pinv((design.T * (chance * (1 - chance))) @ design)
        step = variance @ (design.T @ (true - chance))
        slopes += step
        if np.abs(step).max() < ENOUGH:
            return Logistic(chance, variance)
    return None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What two groups would show, were they alike in what is adjusted for.

    Attributes
    ----------
    first, second : share of each group who had the event, weighted, 0 to 1.
    change : the first less the second, with its limits.
    worth : how many people the smaller group is worth, weighted (Kish); never more than there are.
    """

    first: float
    second: float
    change: Interval
    worth: float


def overlap_adjusted(
    days: ArrayLike,
    event: ArrayLike,
    first: ArrayLike,
    covariates: ArrayLike,
    at: float,
    confidence: float = 0.95,
) -> Adjusted | None:
    """Share who had the event by `at` in two groups, by Kaplan-Meier curves that weigh people by overlap.

    A person weighs as much as they were likely, by logistic regression, to be in the other group: the mean of
    each covariate is then the same in both. The limits are of the t distribution, by the influence of each
    person on the difference, which takes in that the weights are estimated.

    Parameters
    ----------
    days, event : as in `ut_research.stats.survival`; `first`, whether each person is in the first group.
    covariates : shape (people, covariates), none missing.

    None where a group is empty or not followed to `at`, or where covariates tell the groups apart.
    Source: Li, Morgan and Zaslavsky 2018, J Am Stat Assoc 113:390.
    """
    t, e, g, x = (np.asarray(given, dtype=float) for given in (days, event, first, covariates))
    if not 0 < g.sum() < len(g):
        return None
    scaled = (x - x.mean(axis=0)) / np.where(np.ptp(x, axis=0), x.std(axis=0), 1)
    design = np.column_stack([np.ones(len(x)), scaled])
    if (fit := logistic(design, g)) is None:
        return None
    weight = np.where(g == 1, 1 - fit.chance, fit.chance)
    one, other = (_weighted_risk(t[g == side], e[g == side], weight[g == side], at) for side in (1, 0))
    if one is None or other is None:
        return None
    pull = np.zeros(len(g))
    pull[g == 1], pull[g == 0] = one[1], -other[1]
    change = _limits(one[0] - other[0], _influence(design, g, fit, weight, pull), design.shape[1], confidence)
    worth = min(float(w.sum() ** 2 / (w @ w)) for w in (weight[g == 1], weight[g == 0]))
    return Adjusted(one[0], other[0], change, worth)


def _influence(design: Floats, g: Floats, fit: Logistic, weight: Floats, pull: Floats) -> Floats:
    """How far each person moves the difference, by their own weight and by those they help to estimate."""
    slope = design.T @ (pull * np.where(g == 1, -1, 1) * fit.chance * (1 - fit.chance))
    moved: Floats = weight * pull + (g - fit.chance) * (design @ (fit.variance @ slope))
    return moved


def _limits(value: float, influence: Floats, columns: int, confidence: float) -> Interval:
    """`value` with its limits, of the t distribution; none where nobody moves it."""
    free = len(influence) - columns
    spread = math.sqrt(len(influence) / free * float(influence @ influence))
    half = t_of(confidence, free) * spread
    return Interval(value, value - half, value + half) if half > 0 else Interval(value, None, None)


def _weighted_risk(t: Floats, e: Floats, weight: Floats, at: float) -> tuple[float, Floats] | None:
    """The share who had the event by `at`, and how far a little more weight of each person would move it."""
    times = np.unique(t[(e == 1) & (t <= at)])
    there = t[:, None] >= times
    had = there & (e[:, None] == 1) & (t[:, None] == times)
    at_risk, events = weight @ there, weight @ had
    free = float(np.prod(1 - events / at_risk))
    if free < ENOUGH:
        return 1.0, np.zeros(len(t))
    if t.max() < at:
        return None
    return 1 - free, free * ((had - there * (events / at_risk)) / (at_risk - events)).sum(axis=1)
