"""Which points of a curve are shown, and which without their number at risk: each rule at its edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace

import pytest

from ut_research.core.estimate import Estimate
from ut_research.core.measurement import Measurement
from ut_research.disclosure.curves import curve_steps, on_curves, without_series


def point(month: str, value: float | None, count: int | None, n: int | None, **group: str) -> Estimate:
    return Estimate("a.b", "x", value=value, count=count, n=n, unit="%", group={"month": month, **group})


def counted(*seen: tuple[int, int]) -> list[Estimate]:
    """A curve by the people to whom it happened, and those at risk, by month."""
    return [point(str(m), 100.0 - events, events, n) for m, (events, n) in enumerate(seen)]


def drawn(*seen: tuple[float | None, int | None]) -> list[Estimate]:
    """A curve by its value and the people at risk, by month."""
    return [point(str(m), value, None, n) for m, (value, n) in enumerate(seen)]


def known(*seen: tuple[Iterable[int], Iterable[int]]) -> list[Estimate]:
    """A curve by who had the event and who is at risk, by month."""
    return [
        Measurement(
            **asdict(point(str(m), 100.0 - m, None, len(list(risk)))),
            counted=sum(1 << k for k in events),
            among=sum(1 << k for k in risk),
        )
        for m, (events, risk) in enumerate(seen)
    ]


@pytest.mark.parametrize(
    ("seen", "unsafe"),
    [
        pytest.param([(0, 40), (5, 35), (10, 30)], set(), id="five and five"),
        pytest.param([(0, 40), (4, 36), (10, 30)], {1}, id="four since the last"),
        pytest.param([(0, 40), (6, 34), (10, 30)], {1}, id="four to come"),
        pytest.param([(0, 40), (9, 31), (9, 31)], set(), id="none to come"),
        pytest.param([(0, 40), (0, 40), (3, 37)], {2}, id="before any, those to come tell nothing"),
        pytest.param([(0, 40), (0, 5), (0, 4)], {2}, id="five at risk, and four"),
        pytest.param([(0, 40), (3, 37), (5, 35), (10, 30)], {1}, id="since the last that is shown"),
        pytest.param([(0, 40), (5, 35), (6, 34), (20, 20)], {2}, id="one since the last that is shown"),
        pytest.param([(5, 40), (10, 30)], set(), id="of the first only what came after is known"),
    ],
)
def test_a_curve_moves_by_at_least_as_many_people_as_the_threshold(
    seen: list[tuple[int, int]], unsafe: set[int]
) -> None:
    assert curve_steps(counted(*seen), 5)[0] == unsafe


@pytest.mark.parametrize(
    ("seen", "quiet"),
    [
        pytest.param([(0, 40), (0, 35), (0, 30)], {}, id="five lost and five"),
        pytest.param([(0, 40), (0, 36), (0, 30)], {1: 0}, id="four lost since"),
        pytest.param([(0, 40), (0, 34), (0, 30)], {1: 0}, id="four lost later"),
        pytest.param([(0, 40), (0, 36), (0, 34), (0, 30), (0, 30)], {1: 0, 2: 0}, id="since the last told"),
        pytest.param([(0, 40), (5, 31), (5, 25)], {1: 0}, id="nine are gone, and to five it happened"),
        pytest.param([(0, 40), (5, 30), (5, 25)], {}, id="ten are gone, and to five it happened"),
        pytest.param([(0, 40), (5, 25), (10, 16)], {1: 0}, id="of nine later, to five it happened"),
        pytest.param([(0, 40), (0, 9), (5, 4)], {1: 0}, id="four are followed to the end"),
        pytest.param([(0, 40), (0, 10), (5, 5)], {}, id="five are"),
        pytest.param(
            [(0, 40), (0, 9), (5, 0)], {1: 0}, id="four are lost, and nobody is followed to the end"
        ),
        pytest.param([(0, 40), (0, 10), (5, 0)], {}, id="five are lost"),
        pytest.param([(0, 9), (5, 4)], {}, id="the first always says its number"),
    ],
)
def test_a_number_at_risk_tells_of_nobody_lost_or_of_enough(
    seen: list[tuple[int, int]], quiet: dict[int, int]
) -> None:
    assert curve_steps(counted(*seen), 5)[1] == quiet


@pytest.mark.parametrize(
    ("seen", "unsafe"),
    [
        pytest.param([(100.0, 60), (90.0, 46)], set(), id="a tenth of 46 is nearly five"),
        pytest.param([(100.0, 60), (90.0, 45)], {1}, id="a tenth of 45 may be four"),
        pytest.param([(50.0, 60), (45.0, 46)], set(), id="a tenth of those left"),
        pytest.param([(50.0, 60), (47.0, 46)], {1}, id="and not of all"),
        pytest.param([(0.0, 60), (0.0, 46)], set(), id="nothing stays nothing"),
        pytest.param([(0.0, 60), (9.0, 46)], {1}, id="nothing becomes something, nobody knows of how many"),
        pytest.param([(100.0, 60), (80.0, None), (80.0, 50)], {1, 2}, id="nor where no number is at risk"),
        pytest.param([(100.0, 60), (100.0, None), (80.0, 50)], {1}, id="but where nothing moved"),
        pytest.param([(100.0, 60), (80.0, 40), (70.0, 0)], {1, 2}, id="nobody is at risk, and yet it moved"),
        pytest.param([(100.0, 60), (80.0, 40), (80.0, 0)], {2}, id="nobody is, and it did not"),
        pytest.param([(100.0, 60), (None, 40), (80.0, 40)], {1, 2}, id="no value"),
    ],
)
def test_without_counts_events_are_taken_from_the_drop(
    seen: list[tuple[float | None, int | None]], unsafe: set[int]
) -> None:
    assert curve_steps(drawn(*seen), 5)[0] == unsafe


def test_whose_they_are_says_how_many_were_lost() -> None:
    """As many came as were lost, so that the numbers at risk say nothing of it."""
    stay, come, happened = range(36), range(50, 54), range(60, 65)
    four = known(([], [*stay, *range(36, 40)]), ([], [*stay, *come]), ([], [*stay, *come]))
    five = known(([], [*stay, *range(45, 50)]), ([], [*stay, *come, 54]), ([], [*stay, *come, 54]))
    assert [curve_steps(some, 5) for some in (four, five)] == [(set(), {1: 0, 2: 0}), (set(), {})]
    two_fewer = known(([], [*stay, *range(44, 50)]), ([], [*stay, *come]), ([], [*stay, *come]))
    assert curve_steps(two_fewer, 5) == (set(), {1: 0, 2: 0}), "six were lost and four came"
    lost = known(([], [*stay, *happened]), (happened, stay), (happened, stay))
    assert curve_steps(lost, 5) == (set(), {}), "to whom it happened was not lost"
    some = known(([], [*stay, *happened]), (happened[:4], stay), (happened[:4], stay))
    assert curve_steps(some, 5)[0] == {1, 2}, "events are counted by whom they happened to"


def test_where_it_is_not_known_whom_it_happened_to_the_numbers_say_how_many_were_lost() -> None:
    risk = [range(40), range(10, 46), range(10, 46)]
    points = known(*(([], some) for some in risk))
    unknown = [replace(e, counted=None) for e in points if isinstance(e, Measurement)]
    assert curve_steps(points, 5)[1] == {1: 0, 2: 0}
    drop = [replace(e, value=100.0) for e in unknown]
    assert curve_steps(drop, 5) == (set(), {1: 0, 2: 0})
    assert curve_steps([replace(drop[0], count=0), *drop[1:]], 5)[0] == set(), "one count alone says nothing"


def test_points_stand_in_the_order_of_their_numbers() -> None:
    seen = {"10": (10, 30), "9": (5, 35), "0": (0, 40), "9.5": (5, 35)}
    assert curve_steps([point(m, 100.0, *told) for m, told in seen.items()], 5) == (set(), {})
    seen["9.5"] = (6, 34)
    assert curve_steps([point(m, 100.0, *told) for m, told in seen.items()], 5)[0] == {3}
    named = [point("first", 100.0, 0, 40), point("second", 95.0, 5, 35), point("0", 90.0, 10, 30)]
    assert curve_steps(named, 5) == (set(), {}), "names come before numbers, in alphabetical order"


def test_each_curve_is_by_itself() -> None:
    one, other = counted((0, 40), (5, 35)), counted((0, 40), (4, 36))
    other = [point(e.group["month"], e.value, e.count, e.n, group="b") for e in other]
    assert curve_steps([*one, *other], 5)[0] == {3}
    assert without_series(other[0]) == {("group", "b")}


def test_counts_that_add_up_to_one_n_are_no_curve() -> None:
    def on(*seen: tuple[int | None, int | None], key: str = "days") -> int:
        spread = [
            Estimate("a.b", "x", 1.0, count=c, n=n, group={key: str(k)}) for k, (c, n) in enumerate(seen)
        ]
        return len(on_curves(spread))

    assert on((10, 40), (30, 40)) == 0
    assert on((0, 40), (40, 40)) == 0
    assert on((10, 40), (29, 40)) == 2
    assert on((10, 20), (10, 40)) == 2
    assert on((10, None), (30, None)) == 2
    assert on((None, 40), (40, 40)) == 2
    assert on((10, 40), (20, 40), key="area") == 0
