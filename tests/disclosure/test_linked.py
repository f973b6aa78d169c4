"""The system that a reader has: how counts and n's add up, and what a mean tells of the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ut_research.core.estimate import Estimate
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity, Scale
from ut_research.disclosure.linked import Linked, _moments
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


# ---------------------------------------------------------------- how counts and n's add up


def share(id: str, count: int, n: int, **group: str) -> Estimate:
    return Estimate(id, id, value=100 * count / n if n else 0.0, count=count, n=n, unit="%", group=group)


def tally(id: str, count: int, unit: str = "people", **group: str) -> Estimate:
    return Estimate(id, id, value=count, count=count, unit=unit, group=group)


def mean(id: str, n: int, **group: str) -> Estimate:
    return Estimate(id, id, value=41.0, n=n, unit="points", group=group)


def of(e: Estimate, counted: Iterable[int] = (), among: Iterable[int] = ()) -> Measurement:
    sets = {name: sum(1 << k for k in who) or None for name, who in (("counted", counted), ("among", among))}
    return Measurement(**asdict(e), **sets)


def linked(*estimates: Estimate, zeros_safe: bool = True, related: str = "", **chosen: set[int]) -> Linked:
    """The system of `estimates`, at a threshold of five; the first is related to another."""
    known = {e.id: Quantity(id=e.id) for e in estimates}
    if related:
        known[estimates[0].id] = Quantity(id=estimates[0].id, related=(related,))
    return Linked(estimates, known, 5, zeros_safe, **chosen)


def lines(made: Linked) -> list[tuple[int, ...]]:
    """How many each total is, and each of its parts."""
    truth = made.system.truth
    return sorted((truth[total], *sorted(truth[v] for v in parts)) for total, parts in made.system.lines)


def within(made: Linked) -> list[tuple[int, int]]:
    """How many each whole is, and the part of it."""
    truth = made.system.truth
    return sorted((truth[whole], truth[part]) for whole, (part,) in made.system.within)


def guarded(made: Linked) -> list[int]:
    """How many each of those are whom nobody must work out."""
    return sorted(made.system.truth[v] for v in made.guarded)


def unseen(made: Linked) -> list[int]:
    """How many each of those are whom no finding shows."""
    return sorted(made.system.truth[v] for v in made.system.unseen)


@pytest.mark.parametrize(
    ("count", "n", "held", "left", "few"),
    [
        (7, 20, [(20, 7)], [], []),
        (5, 20, [(20, 5)], [], []),
        (4, 20, [(20, 4)], [], [4]),
        (0, 20, [(20, 0)], [], []),
        (15, 20, [(20, 15)], [], []),
        (16, 20, [], [(20, 4, 16)], [4]),
        (19, 20, [], [(20, 1, 19)], [1]),
        (20, 20, [(20, 20)], [], []),
        (1, 4, [], [(4, 1, 3)], [1, 3, 4]),
        (0, 4, [], [(4, 0, 4)], [4, 4]),
    ],
)
def test_a_share_has_its_count_its_people_and_those_outside_where_they_are_few(
    count: int, n: int, held: list[tuple[int, int]], left: list[tuple[int, ...]], few: list[int]
) -> None:
    made = linked(share("a.b", count, n))
    assert (within(made), lines(made), guarded(made)) == (held, left, few)
    assert unseen(made) == [n - count] * len(left)
    assert sorted(made.system.truth[v] for v in made.shows[0]) == [count, n]


def test_nobody_and_everyone_are_guarded_where_zeros_are_not_safe() -> None:
    assert guarded(linked(share("a.b", 0, 20), zeros_safe=False)) == [0]
    everyone = linked(share("a.b", 20, 20), zeros_safe=False)
    assert (guarded(everyone), lines(everyone)) == ([0], [(20, 0, 20)])


def test_where_it_is_not_recorded_a_few_are_not_guarded() -> None:
    blank = {"area": "not recorded"}
    for few in (share("a.b", 3, 20, **blank), share("a.b", 17, 20, **blank), mean("a.b", 3, **blank)):
        assert guarded(linked(share("a.b", 50, 100), share("a.b", 25, 60, area="x"), few)) == []
    assert guarded(linked(mean("a.b", 4), mean("a.b", 5, area="x"))) == [4]
    assert guarded(linked(share("a.b", 3, 20, band="not recorded"))) == [3], "which is no place"


def test_some_may_be_guarded_however_many_they_are() -> None:
    found = share("a.b", 9, 20, area="x"), share("a.c", 8, 20, area="y"), mean("a.d", 30)
    assert guarded(linked(*found)) == []
    assert guarded(linked(*found, apart={0, 2})) == [9, 20, 30]
    assert guarded(linked(share("a.b", 9, 9, area="x"), alike={0})) == [9]
    assert guarded(linked(share("a.b", 9, 9, area="not recorded"), alike={0})) == []
    assert guarded(linked(share("a.b", 9, 20, area="not recorded"), apart={0})) == [9, 20]


def test_the_same_people_are_one_variable_wherever_they_stand() -> None:
    def shared(*estimates: Estimate) -> int:
        made = linked(*estimates)
        return len(set(made.shows[0]) & set(made.shows[1]))

    assert shared(mean("a.b", 40), mean("a.c", 40)) == 1
    assert shared(mean("a.b", 40), mean("a.c", 41)) == 0
    assert shared(mean("a.b", 40, area="x"), mean("a.c", 40, area="y")) == 0
    assert shared(mean("a.b", 40, wave="x"), mean("a.c", 40, wave="y")) == 1, "of the same place"
    assert shared(tally("a.b", 40), mean("a.c", 40)) == 1
    assert shared(tally("a.b", 40), share("a.c", 40, 60)) == 1
    assert shared(tally("a.b", 40, unit="years"), share("a.c", 40, 60)) == 0, "who are of an age are others"
    assert shared(tally("a.b", 0), share("a.c", 0, 20)) == 0
    one, other = range(40), range(1, 41)
    assert shared(of(mean("a.b", 40), among=one), of(mean("a.c", 40), among=other)) == 0
    assert shared(of(mean("a.b", 40, area="x"), among=one), of(mean("a.c", 40), among=one)) == 1
    assert shared(of(share("a.b", 5, 9), range(5), range(9)), of(mean("a.c", 5), among=range(5))) == 1


def test_everyone_of_a_group_is_no_other_number_than_the_group() -> None:
    people = of(share("a.b", 9, 9), range(9), range(9))
    assert len(set(linked(people).shows[0])) == 1
    assert len(set(linked(share("a.b", 9, 9)).shows[0])) == 2, "for all that is known of who they are"
    assert len(set(linked(people, alike={0}).shows[0])) == 2, "a reader does not know that it is everyone"
    assert lines(linked(replace(share("a.b", 9, 9), unit="days"))) == []


@pytest.mark.parametrize(
    ("total", "found", "few"),
    [
        (14, [(14, 6, 8)], []),
        (17, [(17, 3, 6, 8)], [3]),
        (18, [(18, 4, 6, 8)], [4]),
        (19, [(19, 5, 6, 8)], []),
        (13, [], []),  # more than everyone: they are counted in another way
    ],
)
def test_groups_add_up_to_everyone_with_who_is_in_none(
    total: int, found: list[tuple[int, ...]], few: list[int]
) -> None:
    made = linked(tally("a.b", total), tally("a.b", 6, area="x"), tally("a.b", 8, area="y"))
    assert (lines(made), guarded(made)) == (found, few)
    assert unseen(made) == ([total - 14] if total > 14 else [])


def test_groups_of_nobody_s_total_add_up_to_one_that_is_not_shown() -> None:
    made = linked(tally("a.b", 6, area="x"), tally("a.b", 8, area="y"))
    assert (lines(made), unseen(made), guarded(made)) == ([(14, 6, 8)], [14], [])
    few = linked(tally("a.b", 1, area="x"), tally("a.b", 3, area="y"))
    assert guarded(few) == [1, 3, 4]
    assert guarded(linked(tally("a.b", 0, area="x"), tally("a.b", 0, area="y"))) == []
    five = linked(tally("a.b", 1, area="x"), tally("a.b", 4, area="y"))
    assert guarded(five) == [1, 4], "five are not few"
    assert lines(linked(tally("a.c", 14), tally("a.b", 6, area="x"), tally("a.b", 8, area="y"))) == [
        (14, 6, 8)
    ]


@pytest.mark.parametrize(("area", "few"), [("not recorded", []), ("z", [3])])
def test_the_rest_of_those_of_whom_no_place_is_recorded_is_not_guarded(area: str, few: list[int]) -> None:
    bands = [tally("a.b", n, area=area, band=b) for n, b in ((6, "x"), (8, "y"))]
    assert guarded(linked(tally("a.b", 100), tally("a.b", 17, area=area), *bands)) == few


def test_shares_of_one_whole_add_up_to_it() -> None:
    bands = [share("a.b", n, 20, band=b) for n, b in ((6, "x"), (8, "y"))]
    made = linked(*bands)
    assert (20, 6, 6, 8) in lines(made)
    assert linked(share("a.b", 17, 40), *bands).guarded == set(), "it is no part of another total"
    areas = linked(share("a.b", 6, 20, area="x"), share("a.b", 8, 30, area="y"), share("a.b", 14, 50))
    assert lines(areas) == [(14, 6, 8), (50, 20, 30)]


def test_groups_of_groups_add_up_both_ways() -> None:
    cells = {("p", "x"): 6, ("p", "y"): 7, ("q", "x"): 8, ("q", "y"): 9}
    made = linked(*(tally("a.b", n, partner=p, area=a) for (p, a), n in cells.items()))
    assert lines(made) == [(13, 6, 7), (14, 6, 8), (16, 7, 9), (17, 8, 9), (30, 13, 17), (30, 14, 16)]
    assert sorted(unseen(made)) == [13, 14, 16, 17, 30]


def test_groups_in_which_somebody_is_twice_do_not_add_up() -> None:
    def both(one: range, other: range, everyone: range) -> list[tuple[int, ...]]:
        parts = of(tally("a.b", len(one), area="x"), one), of(tally("a.b", len(other), area="y"), other)
        return lines(linked(of(tally("a.b", len(everyone)), everyone), *parts))

    assert both(range(6), range(6, 14), range(14)) == [(14, 6, 8)]
    assert both(range(6), range(6, 14), range(17)) == [(17, 3, 6, 8)]
    assert both(range(6), range(5, 13), range(14)) == []
    assert both(range(6), range(20, 28), range(14)) == [], "who are others than everyone"


# ---------------------------------------------------------------- what is declared to be related


def related(one: range, other: range, *more: range) -> Linked:
    """What a count of people is to others, all out of the same hundred."""
    sizes = [of(tally("a.b", len(one), unit="days"), one)]
    sizes += [
        of(tally("a.c", len(some), unit="days", rule=str(k)), some) for k, some in enumerate((other, *more))
    ]
    return linked(*sizes, related="a.c")


def test_related_counts_are_the_same_or_hold_each_other_or_have_nothing_to_do() -> None:
    assert lines(related(range(9), range(20, 29)))[1:] == []
    assert within(related(range(9), range(20, 26))) == []
    assert within(related(range(19), range(9))) == [(19, 9)]
    assert within(related(range(9), range(19))) == [(19, 9)]
    few = related(range(12), range(9))
    assert (12, 3, 9) in lines(few) and guarded(few) == [3]
    assert (12, 3, 9) in lines(related(range(9), range(12)))
    assert within(related(range(9), range(4, 19))) == [], "some of whom are others"


def test_those_of_one_count_may_be_those_of_several_others_together() -> None:
    assert (19, 9, 10) in lines(related(range(19), range(9), range(9, 19)))
    assert lines(related(range(19), range(9), range(9, 18))) == [(18, 9, 9), (19, 1, 9, 9)], "one in neither"
    assert within(related(range(19), range(9), range(9, 18))) == [(19, 9), (19, 9)]
    assert lines(related(range(19), range(10), range(9, 19))) == [], "one is in both"
    alone = related(range(19), range(9), range(30, 40))
    assert (19, 9) in within(alone)


def test_related_are_the_counts_of_the_same_place_or_the_same_people() -> None:
    def found(group: dict[str, str], who: range) -> list[tuple[int, int]]:
        one, other = (
            of(tally("a.b", 19, unit="days"), range(19)),
            of(tally("a.c", len(who), "days", **group), who),
        )
        return within(linked(one, other, related="a.c"))

    assert found({}, range(9)) == [(19, 9)]
    assert found({"wave": "t1"}, range(9)) == [(19, 9)]
    assert found({"area": "x"}, range(9)) == []
    unknown = linked(tally("a.b", 19, unit="days"), of(tally("a.c", 9, unit="days"), range(9)), related="a.c")
    assert within(unknown) == [], "nobody knows who they are"


# ---------------------------------------------------------------- the answers to a question

DAYS = Scale("days", 0, 3)


def asked(*estimates: Measurement) -> Linked:
    return Linked(
        estimates,
        {e.id: Quantity(id=e.id, scale=DAYS, spread=e.id.endswith("sd")) for e in estimates},
        5,
        True,
    )


def by_day(*people: int, n: int = 30) -> list[Measurement]:
    return [
        replace(of(share("a.days", k, n, day=str(day))), between=(day, day)) for day, k in enumerate(people)
    ]


def answered(value: float, unit: str = "days", id: str = "a.mean", n: int = 30, **known: Any) -> Measurement:
    return Measurement(id, id, value=value, n=n, unit=unit, **known)


def test_each_answer_is_a_variable_and_a_count_by_answers_the_sum_of_some() -> None:
    answers = {0.0: 6, 1.0: 7, 2.0: 8, 3.0: 9}
    made = asked(
        *by_day(6, 7, 8),
        replace(of(share("a.active", 17, 30)), between=(2, 3)),
        answered(1.7, answers=answers),
    )
    assert {(6, 6), (7, 7), (8, 8), (17, 8, 9), (30, 6, 7, 8, 9)} <= set(lines(made))
    assert [len(rows) for rows in made.system.told.values()] == [1]
    [[(row, low, high)]] = made.system.told.values()
    assert low == high == 7 + 2 * 8 + 3 * 9
    assert sorted(row.values()) == [1.0, 2.0, 3.0]


def test_a_count_that_is_not_of_the_answers_is_no_sum_of_them() -> None:
    answers = {0.0: 6, 1.0: 7, 2.0: 8, 3.0: 9}
    other = replace(of(share("a.active", 16, 30)), between=(2, 3))
    assert (16, 8, 9) not in lines(asked(*by_day(6, 7), other, answered(1.7, answers=answers)))
    beyond = asked(*by_day(6, 7), answered(1.7, answers={**answers, 4.0: 1}))
    assert beyond.system.told == {}, "an answer that is not on the scale"
    below = asked(*by_day(6, 7), answered(1.7, answers={**answers, -1.0: 1}))
    assert below.system.told == {}
    assert asked(answered(1.7, answers=answers)).system.told == {}, "nobody is counted by an answer"


@pytest.mark.parametrize(
    ("value", "people", "told"),
    [
        (0, (6, 24, 0, 0), [({0: 1.0}, 6)]),
        (1, (0, 6, 24, 0), [({1: 1.0}, 6), ({0: 1.0}, 0)]),
        (3, (0, 24, 0, 6), [({3: 1.0}, 6)]),
        (2, (0, 24, 6, 0), [({2: 1.0}, 6), ({3: 1.0}, 0)]),
        (1, (3, 6, 21, 0), [({1: 1.0}, 6)]),  # it is no end, and says nothing of those beyond
    ],
)
def test_an_end_of_the_answers_says_how_many_gave_it_and_that_nobody_is_beyond(
    value: int, people: tuple[int, ...], told: list[tuple[dict[int, float], int]]
) -> None:
    answers = {float(day): k for day, k in enumerate(people) if k}
    end = Measurement("a.end", "x", float(value), count=6, n=30, unit="days", between=(value, value))
    made = asked(*by_day(*people), end, replace(answered(1.0, answers=answers), n=None))
    gave = {v: day for day, v in enumerate(sorted(made.system.unseen)[-4:])}
    [rows] = made.system.told.values()
    found = [({gave[v]: by for v, by in row.items()}, low) for row, low, high in rows if row and low == high]
    assert found == told


def test_the_spread_of_answers_tells_of_their_squares_alone() -> None:
    answers = {0.0: 15, 3.0: 15}
    made = asked(*by_day(15, 0, 0, 15), answered(1.5, id="a.sd", answers=answers))
    [[(row, least, most)]] = made.system.told.values()
    assert sorted(row.values()) == [0.25, 0.25, 2.25, 2.25]
    assert least < 30 * 2.25 < most


@pytest.mark.parametrize("value", [1.46, 1.526, 1.54, 1.5])
def test_a_spread_is_known_to_lie_within_half_a_digit_of_what_is_shown(value: float) -> None:
    """Of 1.526 a page shows 1.5, so that it is from 1.45 to 1.55: the squares go with that."""
    answers, n = {0.0: 15, 3.0: 15}, 30
    e = answered(value, id="a.sd", answers=answers)
    [(_, least, most)] = _moments(e, {x: x for x in range(4)}, answers, spread=True)
    squares = n * 1.5**2
    assert least == pytest.approx(squares * (1.45 / value) ** 2)
    assert most - n * 0.05**2 == pytest.approx(squares * (1.55 / value) ** 2)


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        ({-2: 5, 1: 5}, True),
        ({-2: 5, 1: 4, 0: 1}, False),
        ({-2: 5, 1: 4, 2: 1}, False),
        ({-3: 5, 2: 5}, True),  # as on average: how far apart they lie nothing says
    ],
)
def test_the_mean_of_a_change_tells_the_sum_at_the_digits_that_are_shown(
    other: dict[int, int], fits: bool
) -> None:
    """Of ten people the mean of -0.5 is told to within a twentieth: their sum is from -5.5 to -4.5."""
    told = _moments(answered(-0.5, n=10), {x: x for x in range(-3, 4)}, {-2.0: 5, 1.0: 5}, spread=False)
    sums = [(sum(by * other.get(x, 0) for x, by in row.items()), low, high) for row, low, high in told]
    assert all(low - 1e-9 <= total <= high + 1e-9 for total, low, high in sums) is fits
    assert [sorted(row.values())[:2] for row, *_ in told] == [
        pytest.approx([-2.45, -1.45]),
        pytest.approx([-2.55, -1.55]),
    ]
