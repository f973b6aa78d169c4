"""Shares of many small parts of one whole: how far chance alone spreads them, and what each may really be.

Counts and sizes in, a share or limits a part out. Shares are 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy  # of which `stats`, slow to load, is loaded where it is used
from scipy import optimize, special

#: Fewer parts than this say too little of how far parts differ.
FEWEST = 5
#: The least and the most that parts may be alike: the correlation of two people of one part.
_ALIKE = (1e-6, 0.99)


def funnel_limits(share: float, n: int, level: float) -> tuple[float, float]:
    """Limits between which the share of `n` people lies with the chance `level`, if the true one is `share`.

    Exact binomial, with interpolation between the whole numbers, so that they fall smoothly with `n`; of very
    few people it would leave the share itself outside, and is held to it.
    Source: Spiegelhalter 2005, Stat Med 24:1185, appendix A.1.1.
    """
    if not 0 <= share <= 1 or n < 1:
        raise ValueError("a funnel needs a share from 0 to 1 and at least one person")
    ends = []
    for p in ((1 - level) / 2, (1 + level) / 2):
        r = int(scipy.stats.binom.ppf(p, n, share))
        at, under = scipy.stats.binom.cdf(r, n, share), scipy.stats.binom.cdf(r - 1, n, share)
        ends.append((r - (at - p) / (at - under)) / n)
    return float(np.clip(ends[0], 0, share)), float(np.clip(ends[1], share, 1))


def shrunken(counts: Sequence[int], sizes: Sequence[int]) -> list[float]:
    """What each part's share may really be: drawn towards that of all, the more the fewer its people are.

    Empirical Bayes: true shares are of a beta distribution, fitted to all parts by maximum likelihood
    (beta-binomial). Empty with fewer than `FEWEST` parts. There are no limits: those that are usual leave out
    that the distribution is fitted, and with few parts are much too narrow.
    Source: Carlin and Louis 2000, Bayes and Empirical Bayes Methods for Data Analysis, ch. 3.
    """
    c, n = np.asarray(counts, dtype=float), np.asarray(sizes, dtype=float)
    if len(c) < FEWEST or (n < 1).any() or (c < 0).any() or (c > n).any():
        return []

    def beta(at: Sequence[float]) -> tuple[float, float]:
        share, weight = special.expit(at[0]), 1 / special.expit(at[1]) - 1
        return share * weight, (1 - share) * weight

    def cost(at: Sequence[float]) -> tuple[float, tuple[float, float]]:
        """Less the log of the likelihood, and its slopes."""
        a, b = beta(at)
        both = special.psi(a + b) - special.psi(a + b + n)
        da = float((special.psi(a + c) - special.psi(a) + both).sum())
        db = float((special.psi(b + n - c) - special.psi(b) + both).sum())
        found = float((special.betaln(a + c, b + n - c) - special.betaln(a, b)).sum())
        return -found, (-(da - db) * a * b / (a + b), da * a + db * b)

    middle = special.logit([(c.sum() + 1) / (n.sum() + 2), 0.05])
    within = [(-20.0, 20.0), tuple(special.logit(_ALIKE))]
    tight = {"ftol": 1e-15, "gtol": 1e-10}
    fit = optimize.minimize(cost, middle, jac=True, method="L-BFGS-B", bounds=within, options=tight)
    a, b = beta(fit.x)
    return [float(share) for share in (a + c) / (a + b + n)]
