"""Power and sample size against published values, statsmodels and enumeration."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import samples
from scipy import stats

from ut_research.published import evidence
from ut_research.stats import intervals as E
from ut_research.stats import power as P


def test_power_published():
    """The examples of R's power.prop.test: n = 50, 0.50 v 0.75; and power 0.90 for the same rates."""
    assert P.power(50, 50, 0.50, 0.75) == pytest.approx(0.7401659, abs=1e-6)
    assert P.sample_size(0.50, 0.75, power=0.90) == 77  # 76.7, rounded up


@pytest.mark.parametrize(("rate1", "rate2", "ratio"), [(0.26, 0.56, 1), (0.25, 0.40, 1), (0.26, 0.36, 0.5)])
def test_sample_size_and_power_agree_with_statsmodels(rate1, rate2, ratio):
    from statsmodels.stats.proportion import power_proportions_2indep, samplesize_proportions_2indep_onetail

    theirs = samplesize_proportions_2indep_onetail(rate2 - rate1, rate1, 0.8, alpha=0.05)
    assert P.sample_size(rate2, rate1) == math.ceil(theirs)
    kept = {"ratio": ratio, "alternative": "smaller", "alpha": 0.025}
    found = power_proportions_2indep(rate1 - rate2, rate2, 40, **kept)
    assert P.power(40, int(40 * ratio), rate1, rate2) == pytest.approx(found.power, abs=1e-9)


rates = st.floats(0.02, 0.98)


@given(rates, rates, st.floats(0.5, 0.95))
def test_sample_size_is_the_smallest_with_the_power(rate1, rate2, power):
    if abs(rate1 - rate2) < 0.02:
        return
    n = P.sample_size(rate1, rate2, power)
    assert n >= 2
    assert P.power(n, n, rate1, rate2) >= power - 1e-9
    if n > 2:
        assert P.power(n - 1, n - 1, rate1, rate2) < power


@pytest.mark.parametrize("rates", [(0.26, 0.56), (0.1, 0.5), (0.4, 0.4)])
def test_exact_power_by_trying_every_table(rates):
    n1, n2 = 9, 7
    expected = sum(
        stats.binom.pmf(x, n1, rates[0]) * stats.binom.pmf(y, n2, rates[1])
        for x in range(n1 + 1)
        for y in range(n2 + 1)
        if E.fisher_p(x, n1, y, n2) <= 0.05
    )
    assert P.exact_power(n1, n2, *rates) == pytest.approx(expected)


@settings(max_examples=samples(25, 100))
@given(st.integers(1, 60), st.integers(1, 60), rates)
def test_fishers_test_keeps_its_level(n1, n2, rate):
    assert P.exact_power(n1, n2, rate, rate) <= 0.05


def test_the_approximation_is_higher_than_fishers_test_in_small_groups_and_close_in_large_ones():
    assert P.exact_power(34, 27, 9 / 34, 15 / 27) < P.power(34, 27, 9 / 34, 15 / 27)
    assert P.exact_power(400, 400, 0.3, 0.4) == pytest.approx(P.power(400, 400, 0.3, 0.4), abs=0.03)


def test_rate_by():
    # half in a year is three quarters in two, under one constant risk
    assert P.rate_by(0.5, 12, 24) == pytest.approx(0.75)
    assert P.rate_by(0.5, 12, 12) == pytest.approx(0.5)
    assert P.rate_by(0.5, 12, 0) == 0


def test_certain_differences():
    assert P.power(30, 30, 0, 1) == 1.0
    assert P.power(1, 1, 0, 1) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: P.power(0, 5, 0.1, 0.2), "at least one person"),
        (lambda: P.power(5, 5, 26, 56), "shares from 0 to 1"),
        (lambda: P.power(5, 5, 0.2, 56), "shares from 0 to 1"),
        (lambda: P.power(5, 5, -0.1, 0.2), "shares from 0 to 1"),
        (lambda: P.sample_size(0.3, 0.3), "must differ"),
        (lambda: P.sample_size(0.3, 0.4, power=80), r"power must lie between 0\.025 and 1"),
        (lambda: P.sample_size(0.3, 0.4, power=P.ALPHA / 2), r"power must lie between 0\.025 and 1"),
        (lambda: P.rate_by(1, 12, 24), "rate must be from 0"),
    ],
)
def test_plans_that_cannot_be_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_power_is_what_simulation_gives():
    """20,000 invented studies of 100 and 80 people: the pooled z test that the formula describes."""
    rng = np.random.default_rng(8)
    n1, n2, p1, p2 = 100, 80, 0.26, 0.46
    a, b = rng.binomial(n1, p1, 20_000), rng.binomial(n2, p2, 20_000)
    pooled = (a + b) / (n1 + n2)
    z = (b / n2 - a / n1) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    assert P.power(n1, n2, p1, p2) == pytest.approx((z > 1.959964).mean(), abs=0.015)


def test_how_many_people_followed_how_long():
    """A year is `sample_size` itself; in two years half become three quarters and 0.4 becomes 0.64."""
    people = [e for e in evidence.plans(0.5, 34, 27) if e.id == "planning.people"]
    found = {e.group["months"]: e.value for e in people if e.group["fall"] == "10"}
    assert found["12"] == P.sample_size(0.4, 0.5) == 388
    assert found["24"] == P.sample_size(0.64, 0.75)
    assert found["24"] < found["12"] < found["6"]
    one = next(e for e in people if e.group == {"fall": "20", "months": "12"})
    assert (one.unit, one.label) == ("people", "A fall of 20 points in a year")


def test_what_a_study_could_have_seen_is_the_power_of_fishers_test_for_each_fall():
    seen = {e.group["fall"]: e for e in evidence.plans(15 / 27, 34, 27) if e.id == "planning.seen"}
    small, large = seen["10"], seen["30"]
    assert small.value == pytest.approx(100 * P.exact_power(34, 27, 15 / 27 - 0.1, 15 / 27))
    assert small.value < large.value < 100
    assert (small.origin, small.label) == ("published", "A fall of 10 points")
