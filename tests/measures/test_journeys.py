"""Which journeys are shown: beside which numbers, of whom, and in which words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.measures import journeys

STAGES = {
    "Referral": "reach.referred",
    "A plan": "reach.assessed",
    "Moving on": "reach.still_supported|others",
}
PLANNED = {"Referral": "at once", "A plan": "within a month"}
MOVED_ON = {**PLANNED, "Moving on": "later"}


def number(id: str, count: int, n: int) -> Estimate:
    return Estimate(id, id, 100 * count / n, count=count, n=n, unit="%")


RELEASED = [
    number("reach.referred", 60, 60),
    number("reach.assessed", 40, 60),
    number("reach.still_supported", 45, 60),
]


def shown(
    *told: dict[str, Any], released: list[Estimate] = RELEASED, origin: Any = "export"
) -> list[list[str]]:
    study = {"stages": STAGES, "journeys": list(told)}
    found = journeys.shown(study, released, origin, 5)
    assert {e.id for e in found} <= {"themes.journey"}
    return [[f"{k} {v}" for k, v in e.group.items()] for e in found]


def test_a_journey_is_its_stages_with_their_times_in_an_order_that_tells_nothing() -> None:
    planned, moved = ["Referral at once", "A plan within a month"], "Moving on when is not shown"
    assert shown(MOVED_ON, PLANNED) == [[*planned, "number 1"], [*planned, moved, "number 1"]]
    assert shown(PLANNED, MOVED_ON, PLANNED) == [
        [*planned, "number 1"], [*planned, "number 2"], [*planned, moved, "number 1"]
    ]  # fmt: skip


@pytest.mark.parametrize(("left", "many"), [(10, 0), (11, 1), (14, 1), (15, 1)])
def test_of_a_stage_twice_the_threshold_came_beside_all_who_agreed(left: int, many: int) -> None:
    released = [*RELEASED[:2], number("reach.still_supported", 60 - left, 60)]
    assert len(shown(MOVED_ON, released=released)) == many
    assert len(shown(PLANNED, MOVED_ON, released=released)) == 1 + many


@pytest.mark.parametrize(
    "change", [{"status": "suppressed"}, {"group": {"area": "A"}}, {"origin": "published"}, {"count": None}]
)
def test_where_the_number_of_a_stage_is_not_released_no_journey_through_it_is_shown(change: dict) -> None:
    released = [RELEASED[0], replace(RELEASED[1], **change), RELEASED[2]]
    assert shown(PLANNED, released=released) == shown(PLANNED, released=[]) == []


def test_real_journeys_stand_beside_real_people_and_invented_ones_beside_invented() -> None:
    invented = {**PLANNED, "invented": True}
    assert len(shown(PLANNED, invented, MOVED_ON, invented)) == 2
    assert len(shown(PLANNED, invented, origin="example")) == 1
    assert not any("invented" in word for one in shown(invented, origin="example") for word in one)


def test_a_stage_that_nothing_counts_is_told_of() -> None:
    with pytest.raises(ProblemsFound, match=r"\[stages\] Sport: nothing counts the people of this stage"):
        journeys.shown({"stages": {"Sport": "reach.sport"}, "journeys": []}, RELEASED, "export", 5)
