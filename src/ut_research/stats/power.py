"""What a study of a given size can tell, and the size that a given difference needs.

Two shares are compared with a two-sided test at `ALPHA`. Unless said otherwise the normal
approximation is used, with the pooled variance under no difference (that of R's
``power.prop.test``, here for groups of unequal size); `exact_power` is Fisher's test by
enumeration, which is lower and the one to trust in groups of tens.
"""

from __future__ import annotations

import math

import numpy as np
import scipy  # of which `stats`, slow to load, is loaded where it is used
from scipy import special

#: Level of every test, and the chance of finding a difference that a study is planned for: the usual ones.
ALPHA, POWER = 0.05, 0.8


def power(n1: int, n2: int, rate1: float, rate2: float) -> float:
    """Chance, 0 to 1, that a true difference of `rate1` and `rate2` is found, in the true direction.

    Source: Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, chapter 4
    (no continuity correction).
    """
    _check(n1, n2, rate1, rate2)
    pooled = (n1 * rate1 + n2 * rate2) / (n1 + n2)
    null = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    true = math.sqrt(rate1 * (1 - rate1) / n1 + rate2 * (1 - rate2) / n2)
    reach = abs(rate1 - rate2) + special.ndtri(ALPHA / 2) * null
    if true == 0:
        return 1.0 if reach > 0 else 0.0
    return float(special.ndtr(reach / true))


def exact_power(n1: int, n2: int, rate1: float, rate2: float) -> float:
    """Chance that Fisher's two-sided p is at or below `ALPHA`; with equal rates, the test's true size.

    Exact: every table is enumerated, shape (n1 + 1, n2 + 1).
    """
    _check(n1, n2, rate1, rate2)
    chance = np.outer(
        *(scipy.stats.binom.pmf(np.arange(n + 1), n, rate) for n, rate in ((n1, rate1), (n2, rate2)))
    )
    found = 0.0
    for events in range(n1 + n2 + 1):
        c1 = np.arange(max(0, events - n2), min(n1, events) + 1)
        table = scipy.stats.hypergeom.pmf(c1, n1 + n2, events, n1)
        order = np.argsort(table, kind="stable")
        sums = np.cumsum(table[order])
        # p is the total of all tables no likelier than the one seen, equal ones within rounding
        upto = np.searchsorted(table[order], table * (1 + 1e-7), side="right")
        significant = sums[upto - 1] <= ALPHA
        found += float(chance[c1, events - c1][significant].sum())
    return found


def sample_size(rate1: float, rate2: float, power: float = POWER) -> int:
    """People needed in each of two groups of one size, rounded up."""
    _check(1, 1, rate1, rate2)
    if rate1 == rate2:
        raise ValueError("rate1 and rate2 must differ: no number of people shows a difference of nothing")
    if not ALPHA / 2 < power < 1:
        raise ValueError(f"power must lie between {ALPHA / 2:g} and 1")
    pooled = (rate1 + rate2) / 2
    null = -float(special.ndtri(ALPHA / 2)) * math.sqrt(2 * pooled * (1 - pooled))
    true = float(special.ndtri(power)) * math.sqrt(rate1 * (1 - rate1) + rate2 * (1 - rate2))
    return max(2, math.ceil(((null + true) / (rate1 - rate2)) ** 2 - 1e-9))


def rate_by(rate: float, horizon: float, time: float) -> float:
    """Share with the event by `time` when `rate` have it by `horizon` and the risk is constant.

    What longer follow-up is worth: more events from the same people.
    """
    if not 0 <= rate < 1 or horizon <= 0 or time < 0:
        raise ValueError("rate must be from 0 to under 1, horizon above 0, time 0 or more")
    return -math.expm1(math.log1p(-rate) * time / horizon)


def _check(n1: int, n2: int, rate1: float, rate2: float) -> None:
    if n1 < 1 or n2 < 1:
        raise ValueError("each group needs at least one person")
    if not (0 <= rate1 <= 1 and 0 <= rate2 <= 1):
        raise ValueError("rates must be shares from 0 to 1")
