"""The times by which a report groups: halves of delivery, or the periods that a study dates."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from ut_research.core import periods
from ut_research.core.parameters import Study
from ut_research.core.problems import ProblemsFound

LOCKDOWN = {"name": "COVID-19", "called": "lockdown", "from": "2020-03-23", "to": "2020-07-03"}
WINTER = {"name": "second lockdown", "from": "2020-11-05"}


def of(days: list[str | None], *told: dict[str, str]) -> list[str]:
    return list(periods.of(pd.to_datetime(pd.Series(days)), told, date(2019, 10, 1), date(2021, 3, 31)))


def test_the_halves_of_delivery_meet_in_the_middle() -> None:
    found = of(["2019-09-30", "2020-06-30", "2020-07-01", "2021-04-01", None], {"name": "of no day"})
    assert found == ["first half", "first half", "second half", "second half", "not recorded"]
    assert list(periods.of(pd.Series([pd.Timestamp("2020-01-01")]), (), None, None)) == ["not recorded"]


def test_both_ends_of_a_dated_period_are_in_it() -> None:
    days = ["2020-03-22", "2020-03-23", "2020-07-03", "2020-07-04", "2020-11-04", "2020-11-05", None]
    times = ["time before lockdown", *["lockdown"] * 2, *["time after lockdown"] * 2, "second lockdown"]
    assert of(days, WINTER, LOCKDOWN) == [*times, "not recorded"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"from": "23/03/2020"}, "[[periods]] 1 from: this is no day"),
        ({"to": "soon"}, "[[periods]] 1 to: this is no day"),
        ({"to": "2020-01-01"}, "[[periods]] 1 to: the period ends before it begins"),
        ({"from": ""}, "[[periods]] 1 to: the period ends before it begins"),
        ({"to": ""}, "lockdown and second lockdown overlap"),
        ({"called": "second lockdown"}, "two dated periods are called the same"),
    ],
)
def test_days_that_cannot_be_are_told_by_their_place(told: dict[str, str], said: str) -> None:
    with pytest.raises(ProblemsFound) as stopped:
        Study.build({"periods": [LOCKDOWN | told, WINTER]})
    assert said in str(stopped.value)


def test_periods_that_go_together_are_a_study() -> None:
    assert Study.build({"periods": [WINTER, LOCKDOWN, {"name": "of no day"}]}).periods
