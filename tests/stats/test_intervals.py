"""Interval and test methods against published values, other software and the laws they obey."""

import csv
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from ut_research.stats import intervals as E
from ut_research.stats.intervals import NONE, Interval

STATISTICS = Path(__file__).parents[1] / "reference" / "statistics.csv"
REFERENCE = list(csv.DictReader(STATISTICS.open(encoding="utf-8")))

QUANTITIES = {
    "risk difference": lambda *t: E.newcombe(*t).value,
    "Newcombe 95% lower": lambda *t: E.newcombe(*t).low,
    "Newcombe 95% upper": lambda *t: E.newcombe(*t).high,
    "Fisher exact two-sided p": E.fisher_p,
    "Wilson 95% lower": lambda *t: E.wilson(*t).low,
    "Wilson 95% upper": lambda *t: E.wilson(*t).high,
}


@pytest.mark.parametrize("row", REFERENCE, ids=lambda r: f"{r['case']}: {r['quantity']}")
def test_reference_values(row):
    counts = [int(x) for group in row["case"].split(" v ") for x in group.split(" of ")]
    found = QUANTITIES[row["quantity"]](*counts)
    assert found == pytest.approx(float(row["value"]), abs=float(row["tolerance"]))


# --- one proportion -------------------------------------------------------------------------------

counts = st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
people = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    # Newcombe 1998, Stat Med 17:857, Table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_published(count, n, low, high):
    found = E.wilson(count, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(people, st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_lies_in_bounds_holds_the_share_and_agrees_with_scipy(group, confidence):
    found = E.wilson(*group, confidence)
    assert 0 <= found.low <= found.value <= found.high <= 1
    theirs = stats.binomtest(*group).proportion_ci(confidence, method="wilson")
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@given(people)
def test_wilson_of_the_others_mirrors_it(group):
    count, n = group
    found, other = E.wilson(count, n), E.wilson(n - count, n)
    assert (found.low, found.high) == (pytest.approx(1 - other.high), pytest.approx(1 - other.low))


# --- two proportions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "low", "high"),
    # Newcombe 1998, Stat Med 17:873, Table II, method 10
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_published(table, low, high):
    found = E.newcombe(*table)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(people, people)
def test_newcombe_changes_sign_with_the_groups(a, b):
    found, swapped = E.newcombe(*a, *b), E.newcombe(*b, *a)
    assert found.value == pytest.approx(-swapped.value)
    assert (found.low, found.high) == (pytest.approx(-swapped.high), pytest.approx(-swapped.low))
    assert -1 <= found.low <= found.value <= found.high <= 1


def test_squaring_and_adding_needs_both_intervals():
    wide = Interval(0.5, 0.2, 0.9)
    assert E.square_and_add(wide, Interval(0.3, 0.3, 0.3)) == Interval(*map(pytest.approx, (0.2, -0.1, 0.6)))
    assert E.square_and_add(wide, Interval(0.0, None, None)) == Interval(0.5, None, None)
    assert E.square_and_add(NONE, wide) == NONE


small = st.integers(2, 40).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))


@given(small, small)
def test_exact_tests_do_not_mind_the_order_of_groups_or_the_name_of_the_outcome(a, b):
    others = (a[1] - a[0], a[1], b[1] - b[0], b[1])
    p = E.fisher_p(*a, *b)
    assert 0 < p <= 1
    assert p == pytest.approx(E.fisher_p(*b, *a))
    assert p == pytest.approx(E.fisher_p(*others))


@pytest.mark.parametrize("method", [E.newcombe, E.fisher_p], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("table", "message"),
    [
        ((5, 4, 1, 4), "more than"),
        ((1, 4, 5, 4), "more than"),
        ((-1, 4, 1, 4), "below 0"),
        ((0, 4, 0, -1), "below 0"),
    ],
)
def test_impossible_counts_are_refused_without_saying_them(method, table, message):
    with pytest.raises(ValueError, match=message) as refused:
        method(*table)
    assert not any(c.isdigit() and c != "0" for c in str(refused.value))


@pytest.mark.parametrize("table", [(0, 0, 3, 5), (3, 5, 0, 0), (0, 0, 0, 0)])
def test_an_empty_group_gives_nothing(table):
    assert (E.newcombe(*table), E.fisher_p(*table)) == (NONE, None)


@pytest.mark.parametrize("table", [(0, 10, 0, 12), (10, 10, 12, 12)])
def test_nobody_or_everybody_with_the_event_is_no_difference(table):
    assert E.fisher_p(*table) == 1.0
    assert E.newcombe(*table).value == 0


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_confidence_is_a_share(confidence):
    for method in (lambda: E.wilson(1, 2, confidence), lambda: E.mean_t([1, 2], confidence)):
        with pytest.raises(ValueError, match=r"for example 0\.95"):
            method()


@given(people, people, st.floats(0, 1))
def test_an_estimate_of_a_mixture_lies_between_its_parts_and_is_either_where_all_are_alike(one, other, share):
    parts = [E.wilson(*one), E.wilson(*other)]
    found = E.mixed(*parts, share)
    assert min(p.value for p in parts) - 1e-9 <= found.value <= max(p.value for p in parts) + 1e-9
    assert found.low <= found.value <= found.high
    for whole, part in ((1, parts[0]), (0, parts[1])):
        alone = E.mixed(*parts, whole)
        assert [alone.value, alone.low, alone.high] == pytest.approx([part.value, part.low, part.high])


# --- change in the same people --------------------------------------------------------------------

# Student 1908, Biometrika 6:1: hours of sleep gained on two drugs by the same ten people (R's `sleep`)
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_the_change_in_students_sleep():
    """R: t.test(second, first, paired = TRUE): mean 1.58, 0.7001142 to 2.4598858."""
    changes = np.subtract(SECOND, FIRST)
    found = E.mean_t(changes)
    assert found == Interval(pytest.approx(1.58), pytest.approx(0.7001142), pytest.approx(2.4598858))
    assert E.wilcoxon_p(changes) < 0.01


def test_a_mean_of_hardly_anybody():
    assert E.mean_t([]) == NONE
    assert E.mean_t([4]) == Interval(4.0, None, None)


@pytest.mark.parametrize("method", [E.mean_t, E.wilcoxon_p])
def test_what_is_no_column_of_numbers_is_refused(method):
    with pytest.raises(ValueError, match="has missing values"):
        method([1, math.nan])
    with pytest.raises(ValueError, match="must be one column"):
        method([[1, 2]])


def test_the_same_change_in_everyone_says_nothing_of_others_and_has_no_interval():
    """As R's t.test(c(3, 3, 3)), "data are essentially constant": no width at all would claim certainty."""
    assert E.mean_t([3, 3, 3]) == Interval(3, None, None)
    filled = [0.1 + 0.2, 0.3]  # alike but for rounding
    assert filled[0] != filled[1]
    assert E.mean_t(filled).low is None


def test_wilcoxon_by_hand():
    # five rises of different sizes: only the two most extreme of 2**5 orders of signs are as extreme
    assert E.wilcoxon_p([1, 2, 3, 4, 5]) == pytest.approx(2 / 32)
    assert E.wilcoxon_p([0, 1, 2, 3, 4, 5, 0]) == pytest.approx(2 / 32)
    assert E.wilcoxon_p([]) is None
    assert E.wilcoxon_p([0, 0]) == 1.0


def signs_p(changes):
    """The definition: of every way in which the signs can fall, twice the share as far out on this side."""
    ranks = stats.rankdata(np.abs(changes))
    sums = np.array([sum(s) for s in itertools.product(*[(0, r) for r in ranks])])
    seen = ranks[np.asarray(changes) > 0].sum()
    return min(1, 2 * min((sums <= seen).mean(), (sums >= seen).mean()))


@pytest.mark.parametrize("seed", range(8))
def test_wilcoxon_with_ties_is_exact_by_its_definition(seed):
    """Up to 16 changes of few sizes: scipy leaves the exact distribution at 13, and is off by up to 0.04."""
    changes = np.random.default_rng(seed).integers(-3, 6, 16)
    changes = changes[changes != 0]
    assert E.wilcoxon_p(changes) == pytest.approx(signs_p(changes), abs=1e-12)


@pytest.mark.parametrize("n", [14, 30, 50, 51, 103])
def test_wilcoxon_without_ties_agrees_with_scipy(n):
    changes = np.random.default_rng(n).permutation(np.arange(1, n + 1)) * np.where(np.arange(n) % 3, 1, -1)
    assert E.wilcoxon_p(changes) == pytest.approx(stats.wilcoxon(changes).pvalue, rel=1e-9)


@pytest.mark.parametrize(("rule", "count"), [("at least", 3), ("more than", 2)])
def test_meaningful_change_at_each_side_of_the_boundary(rule, count):
    assert E.improved([2, 3, 4, 10, -5], 3, rule).sum() == count


def test_a_total_filled_from_a_mean_of_items_is_not_lost_to_rounding():
    assert E.improved([0.1 + 0.2], 0.3, "at least").all()
    assert not E.improved([0.1 + 0.2], 0.3, "more than").any()
    with pytest.raises(ValueError, match='"at least" or "more than"'):
        E.improved([1], 3, "over")


def test_reliable_change_published():
    """Jacobson and Truax 1991: SD 7.5, reliability 0.80, SE 3.35, S_diff 4.74; from 32.5 to 47.5 is 3.16."""
    assert E.sem(7.5, 0.80) == pytest.approx(3.35, abs=5e-3)
    s_diff = E.reliable_change(7.5, 0.80) / 1.959964
    assert s_diff == pytest.approx(4.74, abs=5e-3)
    assert (47.5 - 32.5) / s_diff == pytest.approx(3.16, abs=5e-3)


@pytest.mark.parametrize(("sem", "threshold"), [(2.4, 6.65), (3.1, 8.59)])
def test_reliable_change_in_wemwbs(sem, threshold):
    """Maheswaran and others 2012, HQLO 10:156: 2.77 SEM, 6.65 to 8.59 points."""
    assert E.reliable_change(sem, 0.0) == pytest.approx(threshold, abs=6e-3)


def test_measurement_error_edges():
    assert E.sem(8, 1) == 0
    with pytest.raises(ValueError, match="reliability must be a share"):
        E.sem(8, 83)
    with pytest.raises(ValueError, match="sd cannot be below 0"):
        E.sem(-1, 0.5)


def test_mcnemar_published():
    """1 against 7: exact conditional p 0.070, Fagerland and others 2013, BMC Med Res Methodol 13:91."""
    assert E.mcnemar_p(7, 1) == E.mcnemar_p(1, 7) == pytest.approx(0.070, abs=5e-4)
    assert E.mcnemar_p(0, 0) == E.mcnemar_p(3, 3) == 1.0
    with pytest.raises(ValueError, match="below 0"):
        E.mcnemar_p(-1, 5)


@pytest.mark.parametrize(
    ("table", "value", "low", "high"),
    [
        # Cavo and others 2012: response before and after consolidation; Fagerland, Lydersen and Laake 2017,
        # Statistical Analysis of Contingency Tables, chapter 8 (there before less after)
        ((59, 6, 16, 80), 0.0621, 0.0046, 0.1186),
        # by hand: 10 people, 5 of them always so. Wilson's half-width is 0.26341, phi (25 - 5) / 25 = 0.8,
        # and 0.26341 * sqrt(2 - 2 * 0.8) = 0.16659
        ((5, 0, 0, 5), 0.0, -0.16659, 0.16659),
    ],
)
def test_newcombe_of_the_same_people_published(table, value, low, high):
    found = E.newcombe_paired(*table)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=5e-5)


@given(*[st.integers(0, 40)] * 4)
def test_newcombe_of_the_same_people_mirrors_time(both, before, after, neither):
    found = E.newcombe_paired(both, before, after, neither)
    back, others = (
        E.newcombe_paired(both, after, before, neither),
        E.newcombe_paired(neither, after, before, both),
    )
    if both + before + after + neither == 0:
        assert found == NONE
        return
    assert found.low == pytest.approx(-back.high) == pytest.approx(-others.high)
    assert -1 - 1e-9 <= found.low < found.high <= 1 + 1e-9
    assert found.low <= found.value <= found.high


def test_nobody_changing_is_not_certainty():
    """Three people, none of whom was ever low: the change is nothing, and might have been a good deal."""
    found = E.newcombe_paired(0, 0, 0, 3)
    assert found.value == 0 and found.low < -0.5 and found.high > 0.5


def test_alpha_by_hand():
    # item variances 5/3, 5/3 and 1/3; totals 3, 6, 7, 10
    items = [[1, 1, 1], [2, 2, 2], [3, 3, 1], [4, 4, 2]]
    variances, total = (5 / 3 + 5 / 3 + 1 / 3), np.var([3, 6, 7, 10], ddof=1)
    assert E.cronbach_alpha(items) == pytest.approx(1.5 * (1 - variances / total))


@given(st.integers(2, 14), st.integers(2, 40), st.integers(0, 5))
def test_alpha_of_copies_of_one_item_is_one(k, people, seed):
    one = np.random.default_rng(seed).permutation(np.arange(people) % 5)
    assert E.cronbach_alpha(np.repeat(one[:, None], k, axis=1)) == pytest.approx(1)


def test_alpha_leaves_out_people_who_skipped_an_item_and_knows_when_it_has_none():
    full = [[1, 2], [3, 3], [5, 4]]
    assert E.cronbach_alpha([*full, [5, math.nan]]) == E.cronbach_alpha(full)
    assert E.cronbach_alpha([[1, 2]]) is None
    assert E.cronbach_alpha([[1], [2]]) is None
    assert E.cronbach_alpha([[1, 2], [2, 1]]) is None
    with pytest.raises(ValueError, match="a row for each person"):
        E.cronbach_alpha([1, 2])


def test_regression_to_the_mean_is_what_happens():
    """A million invented people measured twice, nothing changing but the error."""
    rng = np.random.default_rng(6)
    true = rng.normal(51, math.sqrt(0.83) * 8.7, 1_000_000)
    first, second = (true + rng.normal(0, math.sqrt(0.17) * 8.7, len(true)) for _ in range(2))
    chosen = first <= 40
    rise = (second - first)[chosen]
    error = rise.std() / math.sqrt(len(rise))
    assert E.regression_of_group(first[chosen].mean(), 51, 0.83) == pytest.approx(rise.mean(), abs=4 * error)


def test_missing_bounds_by_hand():
    """Two people rose 5; one at 40 was not seen again and may have ended at 14 or at 70."""
    found = E.missing_bounds([5, 5], [40], 14, 70)
    assert found == Interval(5.0, pytest.approx((10 - 26) / 3), pytest.approx((10 + 30) / 3))


def test_missing_bounds_edges():
    assert E.missing_bounds([2, 4], [], 14, 70) == Interval(3, 3, 3)
    assert E.missing_bounds([], [42], 14, 70) == Interval(None, -28, 28)
    assert E.missing_bounds([], [], 14, 70) == NONE
    with pytest.raises(ValueError, match="outside lowest to highest") as refused:
        E.missing_bounds([2], [71], 14, 70)
    assert "71" not in str(refused.value)


@given(st.floats(-20, 20), st.integers(1, 200), st.integers(1, 200))
def test_at_the_tipping_point_everyones_mean_is_nothing(mean, pairs, missing):
    tip = E.tipping_point(mean, pairs, missing)
    assert (pairs * mean + missing * tip) / (pairs + missing) == pytest.approx(0, abs=1e-9)


def test_nobody_missing_has_no_tipping_point():
    assert E.tipping_point(5, 103, 0) is None


# --- many tests -----------------------------------------------------------------------------------


def test_holm_by_hand():
    # 4 * 0.005, 3 * 0.01, 2 * 0.03, then 0.04 held up to the one before it
    assert E.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert E.holm([]) == []
    for refused in (1.5, -0.1, math.nan):
        with pytest.raises(ValueError, match="from 0 to 1"):
            E.holm([0.5, refused])


def test_holm_agrees_with_statsmodels():
    draw = np.random.default_rng(4)
    for _ in range(3):
        pvalues = np.round(draw.beta(0.4, 2, size=draw.integers(1, 30)), 2).tolist()  # many ties, some 0
        assert E.holm(pvalues) == pytest.approx(multipletests(pvalues, method="holm")[1])


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_never_lowers_and_keeps_order(pvalues):
    adjusted = E.holm(pvalues)
    pairs = list(zip(pvalues, adjusted, strict=True))
    assert all(p <= a <= 1 for p, a in pairs)
    assert all(a <= b for (_, a), (_, b) in itertools.pairwise(sorted(pairs)))
    if pairs:
        assert min(adjusted) == pytest.approx(min(1, min(pvalues) * len(pairs)))


def test_the_p_value_that_goes_with_limits_is_that_of_the_test_they_are_of():
    changes = [3.0, -1.0, 4.0, 2.0, 0.0, 5.0, 1.0]
    expected = stats.ttest_1samp(changes, 0).pvalue
    for confidence in (0.8, 0.95):
        assert E.p_of_limits(E.mean_t(changes, confidence), 7, confidence) == pytest.approx(
            expected, abs=1e-9
        )
    assert E.p_of_limits(Interval(-22, -22 - 19.6, -22 + 19.6)) == pytest.approx(
        2 * stats.norm.sf(2.2), abs=2e-5
    )


@given(people, people)
def test_a_range_holds_nothing_just_where_its_p_value_says_so(a, b):
    found = E.newcombe(*a, *b)
    p = E.p_of_limits(found)
    if p is not None and abs(p - 0.05) > 1e-9:
        assert (found.low <= 0 <= found.high) == (p > 0.05)


def test_without_a_range_there_is_no_p_value():
    assert E.p_of_limits(NONE) is E.p_of_limits(Interval(3, None, None)) is None
    assert E.p_of_limits(Interval(0, -1, 1)) == 1
