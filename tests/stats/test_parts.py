"""Funnel limits and shrunken shares; values worked out apart are in `test_methods`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from ut_research.stats.parts import funnel_limits, shrunken

PARTS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 40)).map(lambda p: (min(p), p[1])), min_size=5, max_size=12
)


@pytest.mark.parametrize("level", [0.95, 0.998])
def test_limits_of_many_people_are_those_of_the_normal_distribution(level: float) -> None:
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(0.3 * 0.7 / 200_000)

    assert funnel_limits(0.3, 200_000, level) == pytest.approx((0.3 - half, 0.3 + half), abs=2e-5)


@given(st.floats(0.01, 0.99), st.integers(1, 300))
def test_the_outer_limits_hold_the_inner_and_both_hold_the_share(share: float, n: int) -> None:
    low, high = funnel_limits(share, n, 0.95)
    lower, higher = funnel_limits(share, n, 0.998)

    assert 0 <= lower <= low <= high <= higher <= 1
    assert lower <= share <= higher


@pytest.mark.parametrize(("share", "n"), [(-0.1, 5), (1.1, 5), (0.5, 0)])
def test_a_share_of_nobody_or_outside_nought_to_one_has_no_limits(share: float, n: int) -> None:
    with pytest.raises(ValueError, match="a share from 0 to 1 and at least one person"):
        funnel_limits(share, n, 0.95)


@given(PARTS)
def test_each_share_is_drawn_towards_that_of_all_and_not_past_it(pairs: list[tuple[int, int]]) -> None:
    counts, sizes = zip(*pairs, strict=True)
    drawn = shrunken(counts, sizes)

    least, most = min(c / n for c, n in pairs), max(c / n for c, n in pairs)
    assert all(least - 1e-5 <= d <= most + 1e-5 for d in drawn)
    assert max(drawn) - min(drawn) <= most - least + 1e-5


def test_parts_no_further_apart_than_chance_have_the_share_of_all() -> None:
    assert shrunken([5, 10, 20, 4, 8], [10, 20, 40, 8, 16]) == pytest.approx([0.5] * 5, abs=1e-3)


def test_the_fewer_people_the_further_it_is_drawn() -> None:
    few, many = shrunken([9, 90, 50, 20, 30, 5], [10, 100, 100, 100, 100, 50])[:2]

    assert few < many < 0.9


@pytest.mark.parametrize("seed", range(6))
def test_no_other_beta_distribution_is_likelier(seed: int) -> None:
    """By the mass function of scipy, searched without slopes."""
    draw = np.random.default_rng(seed)
    n = draw.integers(1, (5, 30, 300)[seed % 3], 20)
    c = draw.binomial(n, draw.beta(*((1, 1), (0.3, 3), (9, 9))[seed % 3], 20))

    def less(at: np.ndarray) -> float:
        return -float(stats.betabinom.logpmf(c, n, *np.exp(at)).sum())

    tight = {"xatol": 1e-9, "fatol": 1e-12}
    a, b = np.exp(optimize.minimize(less, (0.0, 0.0), method="Nelder-Mead", options=tight).x)

    assert shrunken(c.tolist(), n.tolist()) == pytest.approx(list((a + c) / (a + b + n)), abs=2e-5)


@pytest.mark.parametrize(
    ("counts", "sizes"),
    [
        pytest.param([1, 2, 3, 4], [10] * 4, id="four parts"),
        pytest.param([0, 2, 3, 4, 5], [0, 10, 10, 10, 10], id="one of nobody"),
        pytest.param([11, 2, 3, 4, 5], [10] * 5, id="more than there are"),
    ],
)
def test_nothing_is_drawn_of_too_few_parts_or_of_what_cannot_be(counts: list[int], sizes: list[int]) -> None:
    assert shrunken(counts, sizes) == []


@pytest.mark.parametrize("all_of_them", [0, 10])
def test_nobody_and_everybody_stay_so(all_of_them: int) -> None:
    assert shrunken([all_of_them] * 6, [10] * 6) == pytest.approx([all_of_them / 10] * 6, abs=1e-4)
