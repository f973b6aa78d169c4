"""How the intervals and tests of this package behave in groups as small as ours, by simulation.

``python -m tools.simulate_coverage`` (about five minutes) writes the table that the Methods page shows.
An interval should hold the truth as often as it claims; a test should find a difference
that is not there no oftener than its level.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd

import ut_research
from ut_research.stats import intervals, mixed, survival, weighting
from ut_research.stats.intervals import Interval

FILE = Path(ut_research.__file__).parent / "data" / "coverage.csv"
SEED = 20210601
REPLICATES = 4000
LEVEL = 0.95

#: Sizes of one group, and of two, from the smallest published count to the largest simulated cohort.
SIZES = (9, 27, 34, 61, 103, 204, 250)
PAIRS = ((9, 9), (34, 27), (61, 61), (103, 103), (250, 250))
RATES = (0.06, 0.26, 0.56)

#: Shares of the same people who are something both times, only before, only after, and never.
SAME_PEOPLE = {
    "56% then 26%": (0.20, 0.36, 0.06, 0.38),
    "82% then 10%": (0.08, 0.74, 0.02, 0.16),
    "56% then 56%": (0.40, 0.16, 0.16, 0.28),
}

#: One replicate's answer: True (held, or found), False, or None where no interval was given.
Trial = Callable[[np.random.Generator], bool | None]


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table before it is simulated."""

    method: str
    quantity: str  # "coverage" or "false positives"
    n1: int
    n2: int
    truth: str
    trial: Trial

    @property
    def seed(self) -> int:
        """Its own, by its name: to add a line, or to leave one out, changes no other."""
        return SEED + crc32(repr((self.method, self.n1, self.n2, self.truth)).encode())


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: `observed` and its `monte_carlo_error` (standard error) are shares 0 to 1.

    `no_interval` is the share of replicates in which the method gives none; they are left out of `observed`.
    """

    method: str
    quantity: str
    n1: int
    n2: int
    truth: str
    nominal: float
    observed: float
    monte_carlo_error: float
    no_interval: float
    replicates: int


def settings() -> Iterator[Setting]:
    """Every line of the table, in its order."""
    for n in SIZES:
        for p in RATES:
            yield Setting("Wilson interval", "coverage", n, 0, f"{p:.0%}", _wilson(n, p))
    for n1, n2 in PAIRS:
        for p, q in ((0.26, 0.26), (0.26, 0.56)):
            yield Setting(
                "Newcombe interval", "coverage", n1, n2, f"{p:.0%} v {q:.0%}", _newcombe(n1, n2, p, q)
            )
    for n1, n2 in PAIRS:
        for p in (0.26, 0.41):
            yield Setting("Fisher's test", "false positives", n1, n2, f"{p:.0%} in both", _fisher(n1, n2, p))
    for n in SIZES:
        for shape in ("normal", "skewed"):
            yield Setting("t interval", "coverage", n, 0, f"{shape} changes", _change(n, shape))
        yield Setting("Wilcoxon test", "false positives", n, 0, "no change", _wilcoxon(n))
    for n in SIZES:
        for name in ("Kaplan-Meier interval", "restricted mean interval"):
            truth_said = "26% in a year, followed 6 to 18 months"
            yield Setting(name, "coverage", n, 0, truth_said, _follow(name, n, 0.26))
    for n1, n2 in PAIRS:
        for p, q in ((0.26, 0.26), (0.26, 0.56)):
            truth_said = f"{p:.0%} v {q:.0%} in a year, followed 6 to 18 months"
            yield Setting(
                "difference of Kaplan-Meier risks", "coverage", n1, n2, truth_said, _risks(n1, n2, p, q)
            )
    for n1, n2 in PAIRS:
        for p, q in ((0.26, 0.26), (0.26, 0.56)):
            truth_said = f"{p:.0%} of four in five, {q:.0%} of the rest, followed 6 to 18 months"
            yield Setting(
                "risk of all, by their share", "coverage", n1, n2, truth_said, _risks(n1, n2, p, q, 0.8)
            )
    for n1, n2 in PAIRS[1:]:  # with nine people it is not done
        for p, q in ((0.26, 0.26), (0.26, 0.56)):
            truth_said = f"{p:.0%} v {q:.0%} in a year, older and younger, followed 6 to 18 months"
            yield Setting(
                "overlap-weighted difference", "coverage", n1, n2, truth_said, _weighted(n1, n2, p, q)
            )
    for n1, n2 in PAIRS:
        yield Setting("log-rank test", "false positives", n1, n2, "41% in both", _logrank(n1, n2, 0.41))
    for n in SIZES:
        for said, cells in SAME_PEOPLE.items():
            yield Setting("Newcombe interval, same people", "coverage", n, 0, said, _same_people(n, cells))
        cells = SAME_PEOPLE["56% then 56%"]
        yield Setting("McNemar's test", "false positives", n, 0, "56% then 56%", _mcnemar(n, cells))
        truth_said = "56% in a year, followed 6 to 18 months"
        yield Setting("median time interval", "coverage", n, 0, truth_said, _median(n, 0.56))
    for n in (9, 27, 61, 103):
        truth_said = "a rise of 4 in three waves, lower scorers missing more"
        yield Setting("mixed model interval", "coverage", n, 0, truth_said, _mixed(n))


def simulate(setting: Setting, seed: int, replicates: int = REPLICATES) -> Row:
    """Run one line; the same seed gives the same row."""
    rng = np.random.default_rng(seed)
    answers = [setting.trial(rng) for _ in range(replicates)]
    given = [a for a in answers if a is not None]
    share = sum(given) / len(given) if given else math.nan
    error = math.sqrt(share * (1 - share) / len(given)) if given else math.nan
    nominal = LEVEL if setting.quantity == "coverage" else 1 - LEVEL
    return Row(
        *(setting.method, setting.quantity, setting.n1, setting.n2, setting.truth),
        nominal=round(nominal, 3),
        observed=round(share, 4),
        monte_carlo_error=round(error, 4),
        no_interval=round(1 - len(given) / replicates, 4),
        replicates=replicates,
    )


# --- one replicate of each method -----------------------------------------------------------------


def _holds(found: Interval | survival.Point, truth: float) -> bool | None:
    if found.low is None or found.high is None:
        return None
    return bool(found.low <= truth <= found.high)


def _found(p: float | None) -> bool | None:
    return None if p is None else p <= 1 - LEVEL


def _wilson(n: int, p: float) -> Trial:
    return lambda rng: _holds(intervals.wilson(int(rng.binomial(n, p)), n), p)


def _newcombe(n1: int, n2: int, p: float, q: float) -> Trial:
    kept = cache(intervals.newcombe)
    return lambda rng: _holds(kept(int(rng.binomial(n1, p)), n1, int(rng.binomial(n2, q)), n2), p - q)


def _fisher(n1: int, n2: int, p: float) -> Trial:
    kept = cache(intervals.fisher_p)
    return lambda rng: _found(kept(int(rng.binomial(n1, p)), n1, int(rng.binomial(n2, p)), n2))


def _change(n: int, shape: str) -> Trial:
    """Whole points about 4 with standard deviation 8, or the same moments with a long upper tail."""

    def trial(rng: np.random.Generator) -> bool | None:
        if shape == "normal":
            return _holds(intervals.mean_t(rng.normal(4, 8, n).round()), 4)
        return _holds(intervals.mean_t(4 + 8 * (rng.gamma(2, 1, n) - 2) / math.sqrt(2)), 4)

    return trial


def _times(rng: np.random.Generator, n: int, rate: float) -> tuple[intervals.Floats, survival.Bools]:
    """Days to an event that `rate` have within 365, followed for between 182 and 548 days."""
    hazard = -math.log1p(-rate) / 365
    event, followed = np.ceil(rng.exponential(1 / hazard, n)), rng.integers(182, 549, n)
    return np.minimum(event, followed), event <= followed


def _restricted(rate: float) -> float:
    """The mean of min(T, 365) when T is a whole number of days, rounded up, and `rate` are not above 365."""
    return rate / -math.expm1(math.log1p(-rate) / 365)


def _follow(name: str, n: int, rate: float) -> Trial:
    truth = _restricted(rate)

    def trial(rng: np.random.Generator) -> bool | None:
        days, event = _times(rng, n, rate)
        if name == "restricted mean interval":
            return _holds(survival.restricted_mean(days, event, 365), truth)
        return _holds(survival.kaplan_meier(days, event, at=[365])[0], 1 - rate)

    return trial


def _median(n: int, rate: float) -> Trial:
    truth = math.ceil(365 * math.log(0.5) / math.log1p(-rate))

    def trial(rng: np.random.Generator) -> bool | None:
        found = survival.median_time(*_times(rng, n, rate))
        if found.low is None:
            return None
        return found.low <= truth and (found.high is None or truth <= found.high)  # no upper limit: above all

    return trial


def _wilcoxon(n: int) -> Trial:
    return lambda rng: _found(intervals.wilcoxon_p(rng.normal(0, 8, n).round()))


def _logrank(n1: int, n2: int, rate: float) -> Trial:
    return lambda rng: _found(survival.logrank_p(*_times(rng, n1, rate), *_times(rng, n2, rate)))


def _risks(n1: int, n2: int, p: float, q: float, share: float | None = None) -> Trial:
    """The difference of two risks; or the risk of people of whom a `share` are like the first group."""

    def trial(rng: np.random.Generator) -> bool | None:
        groups = _times(rng, n1, p), _times(rng, n2, q)
        one, other = (survival.risk(*group, 365) for group in groups)
        if share is None:
            return _holds(intervals.square_and_add(one, other), p - q)
        return _holds(intervals.mixed(one, other, share), share * p + (1 - share) * q)

    return trial


def _weighted(n1: int, n2: int, p: float, q: float) -> Trial:
    """Ages 0.4 standard deviations apart, and a yes or no of 85%, which do not go with the event."""
    first = np.arange(n1 + n2) < n1

    def trial(rng: np.random.Generator) -> bool | None:
        (days, event), (more, others) = _times(rng, n1, p), _times(rng, n2, q)
        known = np.column_stack([rng.normal(36 - 4 * first, 10), rng.random(n1 + n2) < 0.85])
        both = np.concatenate([days, more]), np.concatenate([event, others])
        found = weighting.overlap_adjusted(*both, first, known, 365)
        return None if found is None else _holds(found.change, p - q)

    return trial


def _mixed(n: int) -> Trial:
    """Whole points, half of the variance between people; who scored low at first misses more later."""
    person, wave = np.repeat(np.arange(n), 3), np.tile(np.arange(3), n)
    design = np.column_stack([np.ones(3 * n), wave == 2, wave == 1])

    def trial(rng: np.random.Generator) -> bool | None:
        usual = rng.normal(40, 8, n)[person]
        score = np.rint(usual + 2 * wave + rng.normal(0, 8, 3 * n))
        stays = np.clip(0.65 + 0.02 * (score[::3] - 40), 0.2, 0.95)
        there = (wave == 0) | (rng.random(3 * n) < stays[person])
        return _holds(mixed.random_intercept(score[there], design[there], person[there])[1], 4)

    return trial


def _mcnemar(n: int, cells: tuple[float, ...]) -> Trial:
    def trial(rng: np.random.Generator) -> bool | None:
        _, before, after, _ = map(int, rng.multinomial(n, cells))
        return _found(intervals.mcnemar_p(after, before))

    return trial


def _same_people(n: int, cells: tuple[float, ...]) -> Trial:
    kept = cache(intervals.newcombe_paired)
    return lambda rng: _holds(kept(*map(int, rng.multinomial(n, cells))), cells[2] - cells[1])


if __name__ == "__main__":
    rows = [asdict(simulate(s, s.seed)) for s in settings()]
    pd.DataFrame(rows).to_csv(FILE, index=False, lineterminator="\n")
