"""What a mean with its interval tells of the answers: no less than a reader can work out, and no more."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ut_research.core.measurement import Measurement
from ut_research.disclosure.linked import _moments
from ut_research.stats.intervals import mean_t

ANSWERS = {20: 5, 30: 5, 40: 5}


def allows(told: dict[float, int], other: dict[int, int]) -> bool:
    """Whether the answers `other` go with all that the mean of `told`, with its interval, says."""
    values = [x for x, k in told.items() for _ in range(int(k))]
    at = mean_t(values)
    e = Measurement("a.mean", "A mean", at.value, at.low, at.high, n=len(values), unit="points")
    gave = {x: x for x in range(14, 71)}  # the variable of each answer is called as the answer
    rows = _moments(e, gave, told, spread=False)
    sums = [
        (sum(by * other.get(x, 0) for x, by in weights.items()), low, high) for weights, low, high in rows
    ]
    return all(low - 1e-9 <= total <= high + 1e-9 for total, low, high in sums)


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        pytest.param(ANSWERS, True, id="the answers themselves"),
        pytest.param({21: 5, 30: 5, 41: 5}, False, id="as far apart, about another mean"),
        pytest.param({19: 5, 30: 5, 41: 5}, False, id="the same mean, further apart"),
        pytest.param({21: 5, 30: 5, 39: 5}, False, id="the same mean, nearer together"),
        pytest.param({20: 4, 21: 1, 30: 5, 40: 4, 39: 1}, False, id="two of them one point nearer"),
    ],
)
def test_a_mean_and_its_interval_tell_the_sum_and_the_sum_of_squares(
    other: dict[int, int], fits: bool
) -> None:
    assert allows(ANSWERS, other) is fits


@given(st.lists(st.integers(14, 70), min_size=30, max_size=60), st.integers(1, 2), st.data())
@settings(suppress_health_check=[HealthCheck.filter_too_much])
def test_answers_of_which_a_page_shows_the_same_are_not_told_apart(
    answers: list[int], step: int, data: st.DataObject
) -> None:
    """Of two people one answers so many points more and one as many less: the sum stays as it is."""
    up, down = data.draw(st.sampled_from(list(permutations(range(4), 2))))
    other = list(answers)
    other[up], other[down] = other[up] + step, other[down] - step
    assume(other[down] >= 14 and other[up] <= 70)
    shown = [[round(x or 0, 1) for x in (at.value, at.low, at.high)] for at in map(mean_t, (answers, other))]
    assume(shown[0] == shown[1])

    assert allows(Counter(answers), Counter(other))
