"""The intervals hold the truth, and the tests their level, in groups like ours.

The table, shown on the Methods page, is written by ``python -m tools.simulate_coverage``: 4,000 replicates
a row, so that a coverage of 95% carries a standard error of 0.34 of a percentage point. Here a sample of
its rows is simulated again with another seed.
"""

import math

import pandas as pd
import pytest
from samples import samples

from tools import simulate_coverage as C

TABLE = pd.read_csv(C.FILE)
KEY = ["method", "quantity", "n1", "n2", "truth"]


def of(method, least_n=0):
    rows = TABLE[(TABLE["method"] == method) & (TABLE["n1"] >= least_n)]
    assert len(rows) > 0
    return rows


def test_the_table_has_every_setting_once_in_order():
    expected = [(s.method, s.quantity, s.n1, s.n2, s.truth) for s in C.settings()]
    assert list(TABLE[KEY].itertuples(index=False, name=None)) == expected
    assert len(set(expected)) == len(expected)


def test_the_table_states_its_monte_carlo_error():
    given = TABLE["replicates"] * (1 - TABLE["no_interval"])
    error = (TABLE["observed"] * (1 - TABLE["observed"]) / given) ** 0.5
    assert (error - TABLE["monte_carlo_error"]).abs().max() < 1e-4
    assert TABLE["monte_carlo_error"].max() < 0.01
    assert (TABLE["replicates"] == C.REPLICATES).all()


def test_exact_methods_keep_their_promise():
    """Never oftener wrong than they say, beyond three standard errors."""
    for method in ("Fisher's test", "McNemar's test"):
        rows = of(method)
        assert (rows["observed"] - 3 * rows["monte_carlo_error"] <= 0.05).all()


@pytest.mark.parametrize(
    ("method", "least_n", "lowest"),
    [
        ("Wilson interval", 0, 0.90),  # on average 95%; a single rate in a small group swings about it
        ("Newcombe interval", 0, 0.93),
        ("t interval", 9, 0.88),
        ("t interval", 103, 0.93),
        ("Kaplan-Meier interval", 27, 0.93),
        ("difference of Kaplan-Meier risks", 9, 0.93),
        ("risk of all, by their share", 27, 0.93),
        ("overlap-weighted difference", 27, 0.93),
        ("restricted mean interval", 27, 0.90),
        ("restricted mean interval", 103, 0.92),
        ("median time interval", 9, 0.94),
        ("Newcombe interval, same people", 9, 0.93),
        ("mixed model interval", 9, 0.93),
    ],
)
def test_approximate_intervals_hold_the_truth_nearly_as_often_as_they_say(method, least_n, lowest):
    rows = of(method, least_n)
    assert (rows["observed"] + 3 * rows["monte_carlo_error"] >= lowest).all()


@pytest.mark.parametrize("method", ["Wilcoxon test", "log-rank test"])
def test_approximate_tests_keep_near_their_level(method):
    rows = of(method)
    assert (rows["observed"] - 3 * rows["monte_carlo_error"] <= 0.06).all()


SAMPLE = [s for i, s in enumerate(C.settings()) if i % 5 == 2]


@pytest.mark.slow
@pytest.mark.parametrize("setting", SAMPLE, ids=lambda s: f"{s.method}, {s.n1} v {s.n2}, {s.truth}")
def test_a_second_simulation_agrees_within_monte_carlo_error(setting):
    """Four standard errors of the difference; a share of 0 or 1 is given the error of one event."""
    row = C.simulate(setting, seed=12, replicates=samples(300, 1000))
    key = [setting.method, setting.quantity, setting.n1, setting.n2, setting.truth]
    kept = TABLE[(TABLE[KEY] == key).all(axis=1)]
    first, count = float(kept["observed"].iloc[0]), row.replicates * (1 - row.no_interval)
    pooled = min(max(first, 1 / count), 1 - 1 / count)
    error = math.sqrt(pooled * (1 - pooled) * (1 / count + 1 / C.REPLICATES))
    assert abs(row.observed - first) < 4 * error
