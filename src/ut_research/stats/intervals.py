"""Interval and test methods that the measures share: numbers and arrays in, small frozen records out.

Shares are 0 to 1 here; measures turn them into percentages. A field is None where the quantity
does not exist (nobody in the group, a ratio to nothing, no upper limit): never NaN or infinity.
Errors name the argument and never a value that belongs to a person. Times are in `survival`,
sample sizes in `power`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # of which `stats`, slow to load, is loaded where it is used
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its limits, all in the same unit; None where there is none."""

    value: float | None
    low: float | None
    high: float | None

    def times(self, by: float) -> Interval:
        """All of it times `by`: a share in percent, days in months; less than 0 turns the limits round."""
        value, low, high = (None if x is None else by * x for x in (self.value, self.low, self.high))
        return Interval(value, high, low) if by < 0 else Interval(value, low, high)


NONE = Interval(None, None, None)


def widest(found: Sequence[Interval]) -> Interval:
    """The first of several readings of one quantity, with limits that take in those of all; or none."""
    ends = [[x for x in (i.low, i.value, i.high) if x is not None] for i in found]
    if any(i.value is None for i in found):
        return NONE
    if len(found) == 1:
        return found[0]
    return Interval(found[0].value, min(map(min, ends)), max(map(max, ends)))


# --- one proportion -------------------------------------------------------------------------------


def wilson(count: int, n: int, confidence: float = 0.95) -> Interval:
    """Share of `n` people, 0 to 1, with the score interval.

    Source: Wilson 1927, J Am Stat Assoc 22:209. All None when `n` is 0.
    """
    _check(count, n)
    if n == 0:
        return NONE
    z = z_of(confidence)
    share = count / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # at 0 and n the limit is the bound itself; keep rounding from moving it past the estimate
    low = 0.0 if count == 0 else centre - half
    high = 1.0 if count == n else centre + half
    return Interval(share, low, high)


# --- two proportions ------------------------------------------------------------------------------


def newcombe(c1: int, n1: int, c2: int, n2: int, confidence: float = 0.95) -> Interval:
    """Difference of two shares (first minus second) with Newcombe's hybrid score interval.

    Source: Newcombe 1998, Stat Med 17:873, method 10 (no continuity correction).
    """
    return square_and_add(wilson(c1, n1, confidence), wilson(c2, n2, confidence))


def square_and_add(first: Interval, second: Interval) -> Interval:
    """First estimate minus the second, independent of it, with an interval made of their own.

    It is as lopsided as they are, and keeps within their bounds. No interval when either has none.
    Source: Newcombe 1998, as above, for Wilson's; Zou and Donner 2008, Stat Med 27:1693, for any.
    """
    if first.value is None or second.value is None:
        return NONE
    gap = first.value - second.value
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return Interval(gap, None, None)
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    return Interval(gap, gap - below, gap + above)


def mixed(first: Interval, second: Interval, share: float) -> Interval:
    """The estimate for people of whom `share`, 0 to 1, are like the first and the rest like the second.

    With an interval made of both, as `square_and_add`; the share is taken to be known.
    """
    return square_and_add(first.times(share), second.times(share - 1))


def fisher_p(c1: int, n1: int, c2: int, n2: int) -> float | None:
    """Two-sided Fisher's exact p; None when a group is empty.

    Source: Fisher 1935, J R Stat Soc 98:39; scipy.stats.fisher_exact.
    """
    _check(c1, n1)
    _check(c2, n2)
    return float(scipy.stats.fisher_exact([[c1, n1 - c1], [c2, n2 - c2]]).pvalue) if n1 and n2 else None


# --- change in the same people --------------------------------------------------------------------


def mean_t(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Mean with Student's t interval; all None for nobody.

    No interval for one person, nor where all values are the same: they say nothing of how far others
    might lie from them (R's ``t.test`` refuses them too).
    """
    data = _column(values, "values")
    n = len(data)
    far = t_of(confidence, n - 1)
    if n == 0:
        return NONE
    mean = float(data.mean())
    if np.ptp(data) <= 1e-9:  # filled totals of the same change differ in the last digit
        return Interval(mean, None, None)
    half = far * float(data.std(ddof=1)) / math.sqrt(n)
    return Interval(mean, mean - half, mean + half)


def wilcoxon_p(changes: ArrayLike) -> float | None:
    """Two-sided signed-rank p; zero changes are left out. 1 when every change is 0, None for nobody.

    Exact for at most 50 changes that are not zero, tied or not; beyond, the normal approximation with
    the correction for ties. (scipy's is exact with ties for 13 at the most.)
    Source: Wilcoxon 1945, Biometrics Bull 1:80; Streitberg and Roehmel 1986, Stat Software Newsl 12:10.
    """
    data = _column(changes, "changes")
    if len(data) == 0:
        return None
    moved = data[data != 0]
    if len(moved) == 0:
        return 1.0
    _, which, times = np.unique(np.abs(moved), return_inverse=True, return_counts=True)
    ranks = (2 * times.cumsum() - times + 1)[which]  # twice the ranks: whole with ties
    seen = int(ranks[moved > 0].sum())
    if len(moved) > 50:
        far = abs(seen - ranks.sum() / 2) / math.sqrt((ranks.astype(float) ** 2).sum() / 4)
        return float(2 * special.ndtr(-far))
    chance = np.zeros(int(ranks.sum()) + 1)  # of each sum of the ranks that rose, each sign being a coin
    chance[0] = 1.0
    for rank in ranks:
        chance[rank:] = (chance[rank:] + chance[:-rank]) / 2
        chance[:rank] /= 2
    return min(1.0, 2 * float(min(chance[: seen + 1].sum(), chance[seen:].sum())))


def improved(changes: ArrayLike, threshold: float, rule: str) -> NDArray[np.bool_]:
    """Whether each person's change is ``at least`` or ``more than`` `threshold`.

    A billionth is allowed, so that a total filled from a mean of items is not lost to rounding.
    """
    data = _column(changes, "changes")
    if rule == "at least":
        return data >= threshold - 1e-9
    if rule == "more than":
        return data > threshold + 1e-9
    raise ValueError('rule must be "at least" or "more than"')


def sem(sd: float, reliability: float) -> float:
    """Standard error of measurement, in the unit of `sd`: sd * sqrt(1 - reliability)."""
    _check_share(reliability, "reliability")
    if sd < 0:
        raise ValueError("sd cannot be below 0")
    return sd * math.sqrt(1 - reliability)


def reliable_change(sd: float, reliability: float, confidence: float = 0.95) -> float:
    """Smallest change of one person that measurement error alone would seldom give, in the unit of `sd`.

    1.96 * sqrt(2) * SEM at 95% (that is 2.77 SEM). Source: Jacobson and Truax 1991, J Consult Clin
    Psychol 59:12.
    """
    return z_of(confidence) * math.sqrt(2) * sem(sd, reliability)


def newcombe_paired(both: int, before: int, after: int, neither: int, confidence: float = 0.95) -> Interval:
    """Change in the share of the same people who are something: after less before.

    Parameters
    ----------
    both, before, after, neither : people who were it both times, only before, only after, and never.

    Source: Newcombe 1998, Stat Med 17:2635, method 10. All None for nobody.
    """
    n = both + before + after + neither
    old, new = wilson(both + before, n, confidence), wilson(both + after, n, confidence)
    if n == 0:
        return NONE
    (p, pl, pu), (q, ql, qu) = _numbers(old), _numbers(new)
    margins = (both + before) * (after + neither) * (both + after) * (before + neither)
    alike = float(both * neither - before * after)
    alike = min(alike, 0.0) or max(alike - n / 2, 0.0)  # the correction that makes it method 10
    phi = alike / math.sqrt(margins) if margins else 0.0

    def apart(x: float, y: float) -> float:
        return math.sqrt(max(0.0, x * x + y * y - 2 * phi * x * y))

    gap = q - p
    return Interval(gap, gap - apart(q - ql, pu - p), gap + apart(qu - q, p - pl))


def mcnemar_p(gained: int, lost: int) -> float:
    """Exact two-sided p for people who changed category one way (`gained`) or the other (`lost`).

    The binomial test of McNemar 1947, Psychometrika 12:153; 1 when nobody changed.
    """
    _check(gained, gained + lost)
    return min(1.0, 2 * float(special.bdtr(min(gained, lost), gained + lost, 0.5)))


def cronbach_alpha(items: ArrayLike) -> float | None:
    """Internal consistency of `items`, shape (people, items), over people who answered every item.

    None with fewer than two such people or two items, or when every total is the same.
    Source: Cronbach 1951, Psychometrika 16:297.
    """
    data = np.asarray(items, dtype=np.float64)
    if data.ndim != 2:
        raise ValueError("items must have a row for each person and a column for each item")
    data = data[np.isfinite(data).all(axis=1)]
    people, k = data.shape
    if people < 2 or k < 2:
        return None
    total = float(data.sum(axis=1).var(ddof=1))
    return k / (k - 1) * (1 - float(data.var(axis=0, ddof=1).sum()) / total) if total > 0 else None


def regression_of_group(group_mean: float, mean: float, reliability: float) -> float:
    """Change expected, with no effect at all, in a group that starts at `group_mean`, however chosen on it.

    (1 - reliability) of the way back to the population's `mean`; `reliability` is the correlation of two
    measurements of a person. Source: Davis 1976, Am J Epidemiol 104:493.
    """
    _check_share(reliability, "reliability")
    return (1 - reliability) * (mean - group_mean)


def missing_bounds(changes: ArrayLike, before_only: ArrayLike, lowest: float, highest: float) -> Interval:
    """Mean change over everyone, were people measured only once to end at the `lowest` or `highest` score.

    `changes` of people measured twice, `before_only` scores of people without a second measurement.
    The value is the mean of `changes`; low and high are worst and best cases, not a confidence
    interval. Source: Manski 1990, Am Econ Rev 80:319.
    """
    seen, start = _column(changes, "changes"), _column(before_only, "before_only")
    if len(start) and (start.min() < lowest or start.max() > highest):
        raise ValueError("before_only has scores outside lowest to highest")
    everyone = len(seen) + len(start)
    if everyone == 0:
        return NONE
    low, high = ((seen.sum() + (end - start).sum()) / everyone for end in (lowest, highest))
    return Interval(float(seen.mean()) if len(seen) else None, float(low), float(high))


def tipping_point(mean_change: float, pairs: int, missing: int) -> float | None:
    """Mean change that people without a second measurement must have for everyone's to be 0.

    None when nobody is missing. It moves the estimate, not its interval, to 0.
    """
    _check(pairs, pairs + missing)
    return (0.0 - mean_change * pairs) / missing if missing else None  # from 0, as -0.0 is no number to show


def p_of_limits(found: Interval, n: int | None = None, confidence: float = 0.95) -> float | None:
    """Two-sided p of no difference that goes with an estimate and its limits: 0 is a limit where p is 1 less
    `confidence`.

    Parameters
    ----------
    n : people whose mean it is, for Student's t with n - 1 degrees of freedom; without it, the normal.

    None without a value or the limit on the side of 0. Source: Altman and Bland 2011, BMJ 343:d2304, here by
    the side that 0 is on, as limits may be lopsided.
    """
    if found.value is None or (limit := found.low if found.value > 0 else found.high) is None:
        return None
    if found.value == 0 or limit == found.value:
        return 1.0 if found.value == 0 else 0.0
    far = abs(found.value) / abs(found.value - limit)
    if n is None:
        return float(2 * special.ndtr(-far * z_of(confidence)))
    return float(2 * special.stdtr(n - 1, -far * t_of(confidence, n - 1)))


# --- many tests -----------------------------------------------------------------------------------


def holm(pvalues: Sequence[float]) -> list[float]:
    """Holm's step-down adjusted p-values, in the order given. Source: Holm 1979, Scand J Stat 6:65."""
    adjusted = np.array(pvalues, dtype=float)
    if not ((adjusted >= 0) & (adjusted <= 1)).all():
        raise ValueError("a p-value must lie from 0 to 1")
    order = np.argsort(adjusted)
    steps = np.maximum.accumulate(adjusted[order] * np.arange(len(adjusted), 0, -1))
    adjusted[order] = np.minimum(steps, 1)
    return [float(p) for p in adjusted]


# --- helpers --------------------------------------------------------------------------------------


def _check(count: int, n: int) -> None:
    if n < 0 or count < 0:
        raise ValueError("a count and the number of people it is out of cannot be below 0")
    if count > n:
        raise ValueError("a count cannot be more than the number of people it is out of")


def _check_share(value: float, name: str) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be a share from 0 to 1")


def z_of(confidence: float) -> float:
    """The normal deviate of a two-sided interval: 1.96 at 95%."""
    if not 0 < confidence < 1:
        raise ValueError("confidence must lie between 0 and 1, for example 0.95")
    return float(special.ndtri((1 + confidence) / 2))


def t_of(confidence: float, free: int) -> float:
    """The same of Student's t distribution, with so many degrees of freedom."""
    z_of(confidence)  # refuses what is no confidence
    return float(special.stdtrit(free, (1 + confidence) / 2))


def _numbers(found: Interval) -> tuple[float, float, float]:
    assert found.value is not None and found.low is not None and found.high is not None
    return found.value, found.low, found.high


def _column(values: ArrayLike, name: str) -> Floats:
    data = np.asarray(values, dtype=np.float64)
    if data.ndim != 1:
        raise ValueError(f"{name} must be one column of numbers")
    if not np.isfinite(data).all():
        raise ValueError(f"{name} has missing values: leave those people out first")
    return data
