"""How much faster `estimates.bca_mean` is than scipy's bootstrap: ``python bench/bootstrap.py``.

Both give the bias-corrected and accelerated interval of a mean of 103 changes from 10,000 resamples,
scipy with its defaults. They take turns, and the best time of each counts: the rest is other work.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from ut_research.stats.intervals import Interval, bca_mean

RESAMPLES = 10_000


def main(rounds: int = 25) -> float:
    """Print the best time and the interval of each, and the ratio; return it (scipy's time over ours)."""
    changes = np.random.default_rng(20210601).normal(5, 8, 103).round()  # invented changes in points
    theirs, ours = [], []
    for _ in range(rounds):
        seconds, result = _timed(lambda: stats.bootstrap((changes,), np.mean, n_resamples=RESAMPLES))
        theirs.append(seconds)
        seconds, own = _timed(lambda: bca_mean(changes, resamples=RESAMPLES))
        ours.append(seconds)
    ratio = min(theirs) / min(ours)
    assert isinstance(own, Interval) and own.low is not None and own.high is not None
    low, high = result.confidence_interval
    print(f"scipy.stats.bootstrap {1e3 * min(theirs):6.2f} ms  {low:.3f} to {high:.3f}")
    print(f"estimates.bca_mean    {1e3 * min(ours):6.2f} ms  {own.low:.3f} to {own.high:.3f}")
    print(f"ratio                 {ratio:6.1f}")
    return ratio


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = run()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    main()
