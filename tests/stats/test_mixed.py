"""The mixed model against statsmodels, and what must hold of it; published values are in `test_methods`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ut_research.stats.intervals import NONE
from ut_research.stats.mixed import random_intercept


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Answers of forty people, one to three each, the wave of each, and whose it is."""
    draw = np.random.default_rng(seed)
    person, wave = np.repeat(np.arange(40), 3), np.tile(np.arange(3), 40)
    value = 5 + wave + draw.normal(0, 2, 40)[person] + draw.normal(0, 1.5, 120)
    there = draw.random(120) < 0.7
    return value[there], np.column_stack([np.ones(120), wave == 1, wave == 2])[there], person[there]


@pytest.mark.parametrize("seed", range(4))
def test_slopes_agree_with_statsmodels_where_people_missed_some(seed: int) -> None:
    import statsmodels.api as sm

    value, design, person = drawn(seed)
    theirs = sm.MixedLM(value, design, groups=person).fit(reml=True, method=["powell", "bfgs"])

    ours = [found.value for found in random_intercept(value, design, person)]

    assert ours == pytest.approx(list(theirs.fe_params), rel=1e-6)


def test_with_everyone_there_both_times_it_is_the_mean_change_and_its_t_interval() -> None:
    from ut_research.stats.intervals import mean_t

    draw = np.random.default_rng(5)
    before = draw.normal(20, 3, 30)
    after = before + draw.normal(2, 1, 30)
    design = np.column_stack([np.ones(60), np.repeat([0, 1], 30)])

    [_, change] = random_intercept(np.r_[before, after], design, np.tile(np.arange(30), 2))

    paired = mean_t(after - before)
    assert [change.value, change.low, change.high] == pytest.approx([paired.value, paired.low, paired.high])


def test_who_answered_once_counts() -> None:
    """Low scorers who leave pull the change of the others no way; the model knows where they began."""
    value = np.array([10, 14, 20, 24, 30, 33, 40.0])
    design = np.column_stack([np.ones(7), [0, 1, 0, 1, 0, 1, 1]])
    person = np.array([1, 1, 2, 2, 3, 3, 4])

    with_, without = (random_intercept(value[:n], design[:n], person[:n])[1].value or 0 for n in (7, 6))

    assert without == pytest.approx(11 / 3)
    assert without < with_ < without + 1


@pytest.mark.parametrize(
    ("value", "design", "person"),
    [
        pytest.param([1, 2, 3], [[1], [1], [1]], [1, 2, 3], id="nobody answered twice"),
        pytest.param(
            [1, 2, 3, 5], [[1, 1], [1, 1], [1, 1], [1, 1]], [1, 1, 2, 2], id="columns that say the same"
        ),
    ],
)
def test_none_where_it_cannot_be_known(value: list, design: list, person: list) -> None:
    assert random_intercept(value, design, person) == [NONE] * len(design[0])


@given(st.integers(0, 10**6), st.floats(-50, 50))
def test_a_point_more_for_everyone_changes_no_difference(seed: int, more: float) -> None:
    value, design, person = drawn(seed)

    was, now = (random_intercept(v, design, person) for v in (value, value + more))

    assert [now[1].value, now[2].low] == pytest.approx([was[1].value, was[2].low], rel=1e-5, abs=1e-6)
