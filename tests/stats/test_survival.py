"""Time to an event against published curves, lifelines and scipy, and the laws they obey."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ut_research.stats import survival as S
from ut_research.stats.intervals import NONE, Interval, wilson

# Freireich and others 1963, Blood 21:699: weeks in remission, as in Cox and Oakes 1984, Table 1.1
DRUG = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
DRUG_RELAPSED = [True] * 9 + [False] * 12
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
PLACEBO_RELAPSED = [True] * 21


def test_kaplan_meier_published():
    """Share in remission and people at risk: Cox and Oakes 1984, Table 4.1; Collett 2015, Example 2.3."""
    curve = S.kaplan_meier(DRUG, DRUG_RELAPSED)
    found = [(p.time, p.at_risk, p.events, round(p.share, 3)) for p in curve]
    assert found == [
        (0, 21, 0, 1.0),
        (6, 21, 3, 0.857),
        (7, 17, 4, 0.807),
        (10, 15, 5, 0.753),
        (13, 12, 6, 0.690),
        (16, 11, 7, 0.627),
        (22, 7, 8, 0.538),
        (23, 6, 9, 0.448),
    ]


def test_median_published():
    assert S.median_time(DRUG, DRUG_RELAPSED).value == 23
    assert S.median_time(PLACEBO, PLACEBO_RELAPSED).value == 8


@pytest.mark.parametrize("n", range(1, 61))
def test_median_of_everyone_followed_is_the_time_by_which_half_have_had_it(n):
    """The curve at half is a product of fractions, and for 24 people, and others, comes out a hair above."""
    assert S.median_time(np.arange(1, n + 1), [True] * n).value == (n + 1) // 2


def test_logrank_published():
    """Chi-square 16.79 on one degree of freedom: Kleinbaum and Klein 2012, chapter 2."""
    p = S.logrank_p(DRUG, DRUG_RELAPSED, PLACEBO, PLACEBO_RELAPSED)
    assert stats.chi2.isf(p, 1) == pytest.approx(16.79, abs=5e-3)


def test_curve_interval_and_restricted_mean_agree_with_lifelines_and_scipy():
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times, restricted_mean_survival_time

    fitted = KaplanMeierFitter().fit(DRUG, DRUG_RELAPSED)
    theirs = fitted.confidence_interval_.iloc[:, :2]
    own = stats.ecdf(stats.CensoredData.right_censored(DRUG, ~np.array(DRUG_RELAPSED))).sf
    for p in S.kaplan_meier(DRUG, DRUG_RELAPSED)[1:]:
        assert p.share == pytest.approx(float(own.evaluate(p.time)))
        assert (p.low, p.high) == pytest.approx(tuple(theirs.loc[p.time]))
    median = S.median_time(DRUG, DRUG_RELAPSED)
    limits = median_survival_times(fitted.confidence_interval_).iloc[0]
    assert median.low == limits.iloc[0]
    assert median.high is None and np.isinf(limits.iloc[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mean = restricted_mean_survival_time(fitted, t=20)
    assert S.restricted_mean(DRUG, DRUG_RELAPSED, 20).value == pytest.approx(float(mean))


def test_restricted_mean_by_hand():
    """Events at 1 and 3 of four people, one lost at 2, horizon 4: 1 + 2 * 3/4 + 1 * 3/8."""
    found = S.restricted_mean([1, 2, 3, 5], [True, False, True, False], 4)
    assert found.value == pytest.approx(1 + 1.5 + 0.375)
    # Greenwood: (1.5 + 0.375)**2 / (4 * 3) + 0.375**2 / (2 * 1)
    assert found.low == pytest.approx(found.value - 1.959964 * (1.875**2 / 12 + 0.375**2 / 2) ** 0.5)
    assert found.high == 4  # no longer than the horizon


def test_restricted_mean_of_everyone_followed_is_the_mean_of_the_shorter_of_time_and_horizon():
    days = np.array([30, 90, 200, 365, 365, 365, 365])
    event = np.array([True, True, True, False, False, False, False])
    found = S.restricted_mean(days, event, 365)
    assert found.value == pytest.approx(days.mean())
    assert found.low == pytest.approx(days.mean() - 1.959964 * days.std() / np.sqrt(len(days)))


followed = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40)


@given(followed)
def test_curve_never_rises_and_its_interval_holds_it(people):
    days, event = zip(*people, strict=True)
    curve = S.kaplan_meier(days, event, at=range(0, 70, 3))
    shares = [p.share for p in curve if p.share is not None]
    assert all(a >= b for a, b in itertools.pairwise(shares))
    assert all(0 <= p.low <= p.share <= p.high <= 1 for p in curve if p.low is not None)
    assert [p.at_risk for p in curve] == [sum(d >= p.time for d in days) for p in curve]
    assert [p.events for p in curve] == [sum(e and d <= p.time for d, e in people) for p in curve]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(0, 60))
def test_with_nobody_lost_the_curve_is_one_minus_the_share(days, time):
    point = S.kaplan_meier(days, [True] * len(days), at=[time])[0]
    assert point.share == pytest.approx(1 - wilson(point.events, len(days)).value)


@given(followed, st.integers(1, 60))
def test_restricted_mean_is_the_area_under_the_curve(people, horizon):
    days, event = zip(*people, strict=True)
    found = S.restricted_mean(days, event, horizon)
    steps = S.kaplan_meier(days, event, at=np.arange(horizon) + 0.5)
    if found.value is None:
        # the curve stops short of the horizon
        assert S.kaplan_meier(days, event, at=[horizon])[0].share is None
    else:
        assert found.value == pytest.approx(sum(p.share for p in steps))
        assert 0 <= found.value <= horizon
        assert found.low is None or 0 <= found.low <= found.value <= found.high <= horizon
        # there is an interval just where the curve falls, and not all at once
        assert (found.low is not None) == any(0 < p.share < 1 for p in steps)


@given(followed, followed)
def test_logrank_does_not_mind_the_order_of_groups(a, b):
    first, second = (tuple(zip(*g, strict=True)) for g in (a, b))
    p, swapped = S.logrank_p(*first, *second), S.logrank_p(*second, *first)
    assert p is None if swapped is None else p == pytest.approx(swapped, abs=1e-9)
    assert p is None or 0 <= p <= 1


@pytest.mark.filterwarnings("error")
class TestEdges:
    def test_nobody(self):
        assert S.kaplan_meier([], [], at=[0, 30]) == (
            S.Point(0.0, 0, 0, None, None, None),
            S.Point(30.0, 0, 0, None, None, None),
        )
        assert S.median_time([], []) == NONE
        assert S.restricted_mean([], [], 365) == NONE
        assert S.logrank_p([], [], [1], [True]) is None

    def test_one_person(self):
        assert S.kaplan_meier([10], [True], at=[9, 10]) == (
            S.Point(9.0, 1, 0, 1.0, None, None),
            S.Point(10.0, 1, 1, 0.0, None, None),
        )
        assert S.median_time([10], [True]) == Interval(10, None, None)
        assert S.restricted_mean([10], [True], 30) == Interval(10, None, None)

    def test_nobody_had_it(self):
        days, event = [365, 365, 200], [False] * 3
        assert [p.share for p in S.kaplan_meier(days, event, at=[0, 365, 366])] == [1.0, 1.0, None]
        assert S.median_time(days, event) == NONE
        assert S.restricted_mean(days, event, 365) == Interval(365, None, None)
        assert S.logrank_p(days, event, days, event) is None

    def test_everyone_had_it(self):
        days, event = [5, 5, 9], [True] * 3
        assert [p.share for p in S.kaplan_meier(days, event, at=[5, 9, 400])] == pytest.approx([1 / 3, 0, 0])
        found = S.restricted_mean(days, event, 365)
        assert found.value == pytest.approx(19 / 3)
        assert found.low < found.value < found.high

    def test_a_person_lost_on_the_day_of_an_event_was_at_risk_of_it(self):
        assert S.kaplan_meier([5, 5], [True, False], at=[5])[0].share == 0.5

    def test_groups_that_never_overlap(self):
        assert S.logrank_p([1, 2], [True, True], [3, 4], [False, False]) is not None
        assert S.logrank_p([1], [False], [3], [True]) is None


@pytest.mark.parametrize(
    ("days", "event", "message"),
    [
        ([1, 2], [True], "same length"),
        ([1, np.nan], [True, False], "0 or more for everyone, none missing"),
        ([-3, 2], [True, False], "0 or more for everyone"),
        ([1, 2], [1, 2], "yes or no for everyone"),
        ([1, 2], [1, np.nan], "yes or no for everyone"),
    ],
)
def test_bad_follow_up_is_refused_without_saying_it(days, event, message):
    for method in (S.kaplan_meier, S.median_time, lambda d, e: S.restricted_mean(d, e, 365)):
        with pytest.raises(ValueError, match=message) as refused:
            method(days, event)
        assert "-3" not in str(refused.value)


def test_restricted_mean_needs_a_horizon():
    with pytest.raises(ValueError, match="horizon must be above 0"):
        S.restricted_mean([1], [True], 0)
    with pytest.raises(ValueError, match=r"for example 0\.95"):
        S.kaplan_meier([1], [True], confidence=95)


# --- why the mean time among those who reoffended is not a measure of delay -----------------------


def test_the_published_means_point_the_other_way_when_everybody_counts():
    """9 of 34 at 2.8 months and 15 of 27 at 4.2 months, over the 12 months of proven reoffending.

    The first group's mean is shorter among those who reoffended, yet its people were free of
    reoffending for longer: (9 * 2.8 + 25 * 12) / 34 against (15 * 4.2 + 12 * 12) / 27.
    """
    engaged, not_engaged = S.mean_free(9, 34, 2.8, 12), S.mean_free(15, 27, 4.2, 12)
    assert engaged == pytest.approx(325.2 / 34)
    assert not_engaged == pytest.approx(207 / 27)
    assert engaged > not_engaged


def test_it_is_the_restricted_mean_when_everyone_is_followed():
    days, event = [1, 3, 5, 12, 12, 12], [True, True, True, False, False, False]
    assert S.mean_free(3, 6, 3.0, 12) == pytest.approx(S.restricted_mean(days, event, 12).value)


def test_preventing_the_later_events_shortens_the_mean_among_the_rest():
    before, after = (1 + 2 + 8 + 9) / 4, (1 + 2) / 2
    assert after < before
    assert S.mean_free(2, 8, after, 12) > S.mean_free(4, 8, before, 12)


def test_mean_free_edges():
    assert S.mean_free(0, 5, 0, 12) == 12
    assert S.mean_free(5, 5, 12, 12) == 12
    for bad in ((6, 5, 3, 12), (0, 0, 0, 12)):
        with pytest.raises(ValueError, match="count must be from 0 to n"):
            S.mean_free(*bad)
    with pytest.raises(ValueError, match="mean_time must lie from 0 to horizon"):
        S.mean_free(1, 5, 13, 12)


def test_the_risk_at_a_time_is_one_less_the_curve():
    days, event = [10, 20, 30, 40, 50], [True, False, True, False, False]
    [point] = S.kaplan_meier(days, event, [45])
    found = S.risk(days, event, 45)
    assert found.value == pytest.approx(1 - 4 / 5 * 2 / 3)
    assert (found.low, found.high) == pytest.approx((1 - point.high, 1 - point.low))


def test_the_risk_has_limits_where_nobody_or_everyone_had_the_event():
    nobody, everyone = S.risk([40, 90, 90], [False] * 3, 90), S.risk([10, 20], [True] * 2, 90)
    assert nobody == wilson(0, 2)  # of the two who were followed so far
    assert everyone == wilson(2, 2)


def test_the_risk_is_not_known_where_nobody_was_followed_so_far():
    assert S.risk([10, 80], [True, False], 90) == S.risk([], [], 90) == NONE


@pytest.mark.parametrize("seed", range(4))
def test_where_everyone_was_followed_a_restricted_mean_is_a_plain_mean(seed):
    """Many have the event on one day: the variance is that of the times, each no longer than the horizon."""
    days = np.random.default_rng(seed).integers(1, 9, 40)
    times = np.minimum(days, 6)
    half = stats.norm.ppf(0.975) * np.std(times) / np.sqrt(40)
    found = S.restricted_mean(days, np.ones(40, bool), 6)
    assert (found.value, found.low, found.high) == pytest.approx(
        (times.mean(), times.mean() - half, min(6, times.mean() + half))
    )
