"""What just can be is worked out, and what just cannot is refused: each check of an argument at its edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ut_research.stats import intervals, parts, power, survival, weighting
from ut_research.stats.intervals import NONE, Interval

CAN: dict[str, tuple[Callable[[], Any], Any]] = {
    "nobody of nobody": (lambda: intervals.wilson(0, 0), NONE),
    "the others of one": (lambda: intervals.wilson(1, 1).value, 1.0),
    "no error of measurement": (lambda: intervals.sem(2, 1), 0.0),
    "nothing but error of measurement": (lambda: intervals.sem(2, 0), 2.0),
    "no spread": (lambda: intervals.sem(0, 0.5), 0.0),
    "all the way back": (lambda: intervals.regression_of_group(40, 50, 0), 10),
    "no way back": (lambda: intervals.regression_of_group(40, 50, 1), 0),
    "the lowest and the highest score": (
        lambda: intervals.missing_bounds([], [14, 70], 14, 70), Interval(None, -28.0, 28.0),
    ),
    "nobody's scores": (lambda: intervals.missing_bounds([], [], 14, 70), NONE),
    "certain, and as good as nothing": (lambda: intervals.holm([0, 1]), [0, 1]),
    "nobody changed": (lambda: intervals.mcnemar_p(0, 0), 1.0),
    "nobody with one form": (lambda: intervals.tipping_point(2, 9, 0), None),
    "one with one form": (lambda: intervals.tipping_point(2, 9, 1), -18),
    "alpha of two people and two items": (lambda: intervals.cronbach_alpha([[1, 2], [3, 4]]), 1.0),
    "alpha of one item": (lambda: intervals.cronbach_alpha([[1], [3]]), None),
    "alpha of one person": (lambda: intervals.cronbach_alpha([[1, 2]]), None),
    "groups of one, too few to tell": (lambda: power.power(1, 1, 0, 1), 0.0),
    "rates of nothing and of all": (lambda: power.exact_power(9, 9, 0, 1), pytest.approx(1)),
    "nothing to find": (lambda: power.power(9, 9, 0, 0), 0.0),
    "all of one and none of the other": (lambda: power.power(9, 9, 0, 1), 1.0),
    "two people at least": (lambda: power.sample_size(0, 1), 2),
    "a rate of nothing": (lambda: power.rate_by(0, 12, 6), 0.0),
    "by no time": (lambda: power.rate_by(0.5, 12, 0), 0.0),
    "by a shorter time than one": (lambda: power.rate_by(0.75, 1, 0.5), pytest.approx(0.5)),
    "a share of nobody's": (lambda: parts.funnel_limits(0, 1, 0.95)[0], 0.0),
    "a share of all": (lambda: parts.funnel_limits(1, 1, 0.95)[1], 1.0),
    "parts of one": (lambda: parts.shrunken([0, 1, 0, 1, 1], [1] * 5), pytest.approx([0.6] * 5, abs=0.4)),
    "free for all the time": (lambda: survival.mean_free(0, 5, 3, 12), 12),
    "free for no time": (lambda: survival.mean_free(5, 5, 0, 12), 0),
    "free to the end": (lambda: survival.mean_free(5, 5, 12, 12), 12),
    "apart by one person each": (
        lambda: weighting.standardised_difference([1], [0], yes_no=True), None,
    ),
}  # fmt: skip

CANNOT: dict[str, tuple[Callable[[], Any], str]] = {
    "more than there are": (lambda: intervals.wilson(2, 1), "more than the number"),
    "less than nobody": (lambda: intervals.wilson(-1, 1), "below 0"),
    "a reliability above 1": (lambda: intervals.sem(2, 1.01), "share from 0 to 1"),
    "a reliability below 0": (lambda: intervals.sem(2, -0.01), "share from 0 to 1"),
    "a spread below 0": (lambda: intervals.sem(-0.01, 0.5), "below 0"),
    "a score below the lowest": (lambda: intervals.missing_bounds([], [13], 14, 70), "outside lowest"),
    "a score above the highest": (lambda: intervals.missing_bounds([], [71], 14, 70), "outside lowest"),
    "a p below 0": (lambda: intervals.holm([-0.01]), "from 0 to 1"),
    "a p above 1": (lambda: intervals.holm([1.01]), "from 0 to 1"),
    "a confidence of 0": (lambda: intervals.z_of(0), "between 0 and 1"),
    "a confidence of 1": (lambda: intervals.t_of(1, 5), "between 0 and 1"),
    "one column of items": (lambda: intervals.cronbach_alpha([1, 2]), "row for each person"),
    "groups of nobody": (lambda: power.power(0, 1, 0, 1), "at least one person"),
    "another of nobody": (lambda: power.power(1, 0, 0, 1), "at least one person"),
    "a rate above 1": (lambda: power.power(1, 1, 0, 1.01), "from 0 to 1"),
    "a rate below 0": (lambda: power.power(1, 1, -0.01, 1), "from 0 to 1"),
    "no difference": (lambda: power.sample_size(0.5, 0.5), "must differ"),
    "a power of certainty": (lambda: power.sample_size(0.2, 0.5, 1), "must lie between"),
    "a power of chance": (lambda: power.sample_size(0.2, 0.5, 0.025), "must lie between"),
    "a rate of all in time": (lambda: power.rate_by(1, 12, 6), "under 1"),
    "a horizon of nothing": (lambda: power.rate_by(0.5, 0, 6), "above 0"),
    "a time before": (lambda: power.rate_by(0.5, 12, -1), "0 or more"),
    "a share of nobody": (lambda: parts.funnel_limits(0.5, 0, 0.95), "at least one"),
    "a free time of nobody": (lambda: survival.mean_free(0, 0, 3, 12), "n above 0"),
    "more than were followed": (lambda: survival.mean_free(6, 5, 3, 12), "from 0 to n"),
    "fewer than nobody": (lambda: survival.mean_free(-1, 5, 3, 12), "from 0 to n"),
    "a time past the end": (lambda: survival.mean_free(1, 5, 12.1, 12), "from 0 to horizon"),
    "a time before the start": (lambda: survival.mean_free(1, 5, -0.1, 12), "from 0 to horizon"),
}


@pytest.mark.parametrize("case", CAN)
def test_what_just_can_be_is_worked_out(case: str) -> None:
    work, found = CAN[case]
    assert work() == found


@pytest.mark.parametrize("case", CANNOT)
def test_what_just_cannot_is_refused(case: str) -> None:
    work, said = CANNOT[case]
    with pytest.raises(ValueError, match=said):
        work()
