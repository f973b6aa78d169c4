"""Weights and differences between groups that chance did not make, against values worked out apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ut_research.stats import survival
from ut_research.stats.intervals import Interval
from ut_research.stats.weighting import logistic, overlap_adjusted, standardised_difference

numbers = st.lists(st.integers(0, 9), min_size=2, max_size=30)


@pytest.mark.parametrize(
    ("one", "other", "yes_no", "apart"),
    [
        ([1, 2, 3], [3, 4, 5], False, -2.0),  # variances of 1
        ([0, 4], [0, 0], False, 1.0),  # variances of 8 and 0
        ([1, 1, 0, 0], [1, 0, 0, 0], True, 0.25 / np.sqrt((0.25 + 0.1875) / 2)),
        ([5, 5], [5, 5], False, 0.0),
        ([5, 5], [4, 4], False, None),  # without limit
        ([5], [4, 3], False, None),
        ([1], [0, 1], True, 0.5 / np.sqrt(0.125)),
        ([], [0, 1], True, None),
    ],
)
def test_standardised_difference(one, other, yes_no, apart):
    assert standardised_difference(one, other, yes_no=yes_no) == (
        apart if apart is None else pytest.approx(apart)
    )


def test_standardised_difference_agrees_with_statsmodels():
    from statsmodels.stats.meta_analysis import effectsize_smd

    one, other = [31, 24, 45, 38, 29, 52], [27, 22, 41, 30, 33, 25]  # as many, so that both pool alike
    moments = [m for g in (one, other) for m in (np.mean(g), np.std(g, ddof=1), len(g))]
    hedges, _ = effectsize_smd(*moments)
    assert standardised_difference(one, other) * (1 - 3 / (4 * 12 - 9)) == pytest.approx(hedges, rel=1e-9)


@given(numbers, numbers)
def test_standardised_difference_turns_round_with_the_groups_and_knows_no_unit(one, other):
    found = standardised_difference(one, other)
    turned = standardised_difference(other, one)
    scaled = standardised_difference(*(7 * np.array(g) + 3 for g in (one, other)))
    if found is None:
        assert turned is None
    else:
        assert turned == pytest.approx(-found)
        assert scaled == pytest.approx(found)


# --- adjusted -------------------------------------------------------------------------------------


def people(seed=3, n=120):
    """Invented people: days and event, the group, and two covariates that go with both."""
    draw = np.random.default_rng(seed)
    first = (np.arange(n) % 2).astype(float)
    age, man = draw.normal(36 - 3 * first, 10), (draw.random(n) < 0.7 + 0.1 * first).astype(float)
    end = draw.exponential(900 * np.exp((age - 36) / 40))
    seen = draw.integers(200, 700, n)
    return np.ceil(np.minimum(end, seen)), (end <= seen).astype(float), first, np.column_stack([age, man])


def test_logistic_regression_agrees_with_statsmodels():
    import statsmodels.api as sm

    _, _, first, covariates = people()
    design = sm.add_constant(covariates)
    theirs = sm.Logit(first, design).fit(disp=0, method="newton", tol=1e-12)
    ours = logistic(design, first)
    assert ours.chance == pytest.approx(theirs.predict(), abs=1e-6)
    assert ours.variance == pytest.approx(theirs.cov_params(), rel=1e-6)


def test_the_adjusted_difference_of_people_all_followed_is_that_of_a_weighted_regression():
    """statsmodels: weighted least squares with the overlap weights of its own logistic regression."""
    import statsmodels.api as sm

    _, event, first, covariates = people()
    chance = sm.Logit(first, sm.add_constant(covariates)).fit(disp=0, method="newton", tol=1e-12).predict()
    weight = np.where(first == 1, 1 - chance, chance)
    theirs = sm.WLS(event, sm.add_constant(first), weights=weight).fit().params
    ours = overlap_adjusted(np.where(event, 100, 365), event, first, covariates, 365)
    assert (ours.second, ours.change.value) == pytest.approx(tuple(theirs), abs=1e-6)


def test_without_anything_to_adjust_for_it_is_the_difference_of_the_two_curves():
    days, event, first, _ = people()
    ours = overlap_adjusted(days, event, first, np.ones((len(days), 1)), 365)
    risks = [survival.risk(days[first == g], event[first == g] == 1, 365).value for g in (1, 0)]
    assert (ours.first, ours.second) == pytest.approx(tuple(risks), abs=1e-12)
    assert ours.worth == pytest.approx(60)


def test_its_limits_are_those_of_leaving_out_each_person_in_turn():
    days, event, first, covariates = people()
    ours = overlap_adjusted(days, event, first, covariates, 365).change
    kept = [np.arange(120) != i for i in range(120)]
    left_out = [overlap_adjusted(days[k], event[k], first[k], covariates[k], 365).change.value for k in kept]
    jackknife = np.sqrt(119**2 / 120 * np.var(left_out, ddof=1))
    half = stats.t.ppf(0.975, 117) * jackknife
    assert (ours.low, ours.high) == pytest.approx((ours.value - half, ours.value + half), abs=0.01)


@pytest.mark.parametrize("times", [1, 2])
def test_covariates_are_the_same_in_both_groups_once_weighted(times):
    _, _, first, covariates = people(seed=times, n=60)
    design = np.column_stack([np.ones(60), covariates])
    chance = logistic(design, first).chance
    means = [
        np.average(covariates[first == g], axis=0, weights=(1 - chance if g else chance)[first == g])
        for g in (1, 0)
    ]
    assert means[0] == pytest.approx(means[1], abs=1e-6)


def test_it_is_refused_where_covariates_tell_the_groups_apart_or_nobody_was_followed_so_far():
    days, event, first, covariates = people()
    assert overlap_adjusted(days, event, first, first[:, None] * 10 + covariates, 365) is None
    assert overlap_adjusted(days, event, np.ones(120), covariates, 365) is None
    assert overlap_adjusted(days.clip(max=300), event * (days <= 300), first, covariates, 365) is None


def test_where_nobody_or_everybody_had_the_event_there_are_no_limits():
    days, _, first, covariates = people()
    nobody = overlap_adjusted(np.full(120, 400), np.zeros(120), first, covariates, 365)
    everybody = overlap_adjusted(days.clip(max=365), np.ones(120), first, covariates, 365)
    for found, share in ((nobody, 0), (everybody, 1)):
        assert (found.first, found.second, found.change) == (share, share, Interval(0, None, None))


def test_of_many_people_its_limits_are_nearly_those_of_leaving_out_each():
    """Thirty like each of forty people: what one more or less moves is then a slope."""
    days, event, first, covariates = people(seed=8, n=40)
    covariates[:, 0] += 12 * first  # groups that are not alike, whose weights matter
    many = [np.repeat(column, 30, axis=0) for column in (days, event, first, covariates)]
    ours = overlap_adjusted(*many, 365).change
    left_out = [
        overlap_adjusted(*(np.delete(column, i, axis=0) for column in many), 365).change.value
        for i in range(0, 1200, 30)
    ]
    spread = np.sqrt(30 * np.sum((np.array(left_out) - ours.value) ** 2))
    assert ours.high - ours.value == pytest.approx(stats.t.ppf(0.975, 1197) * spread, rel=0.01)
