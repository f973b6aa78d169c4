"""Weights and differences between groups that chance did not make, against values worked out apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ut_research.stats.weighting import standardised_difference

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
