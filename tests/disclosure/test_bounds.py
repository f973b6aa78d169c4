"""What a reader could work out, held to every way there is: small systems, in which each number is tried."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import samples

from ut_research.disclosure import bounds
from ut_research.disclosure.bounds import Reader, System

#: No variable of these systems is more than this, as one that is known holds each of them.
MOST = 7

#: Among how many around one it is looked for first, from one alone to all.
NEAR = st.sampled_from((1, 2, bounds.NEAR))


def ways(system: System, component: list[int], hidden: set[int]) -> np.ndarray:
    """Every way in which the hidden variables of a component could be, a row each."""
    every = np.array(list(product(range(MOST + 1), repeat=len(component))))
    values = np.tile(system.truth, (len(every), 1))
    values[:, component] = every
    fits = np.ones(len(every), bool)
    for total, parts in system.lines:
        fits &= values[:, total] == values[:, list(parts)].sum(axis=1)
    for whole, (part,) in system.within:
        fits &= values[:, part] <= values[:, whole]
    for v, rows in system.told.items():
        for row, low, high in rows:
            if v not in hidden and {u for u, by in row.items() if by} <= set(component):
                told = sum(by * values[:, u] for u, by in row.items())
                fits &= (low <= told) & (told <= high)
    return every[fits]


def check(system: System, reader: Reader, hidden: set[int], enough: int) -> None:
    """What the reader finds of each component is what can be worked out, or some of it."""
    for component in {tuple(system.linked([v], hidden)) for v in hidden}:
        some = ways(system, list(component), hidden)
        spans = some.max(axis=0) - some.min(axis=0)
        weak = {v for v, span in zip(component, spans, strict=True) if span < enough}
        found = set(reader.narrow(component, hidden, component))
        assert found <= weak
        assert bool(found) == bool(weak)


@st.composite
def systems(draw: st.DrawFn, told: bool) -> tuple[System, int]:
    """Up to four numbers, each within one that is known, and what holds between them; how many there are."""
    truth = draw(st.lists(st.integers(0, 4), min_size=1, max_size=4))
    system = System(list(truth))
    size = len(truth)
    most = system.add(MOST)
    for v in range(size):
        system.within.add(most, [v])
    some = st.sets(st.integers(0, size - 1), min_size=1)
    for parts in draw(st.lists(some, max_size=3)):
        if (total := sum(truth[v] for v in parts)) <= MOST:
            system.lines.add(system.add(total), sorted(parts))
    for one, other in draw(st.lists(st.tuples(*[st.integers(0, size - 1)] * 2), max_size=3)):
        if truth[one] < truth[other]:
            system.within.add(other, [one])
    if told:
        weights = {v: float(v + draw(st.integers(0, 1))) for v in range(size)}
        exact = sum(by * truth[v] for v, by in weights.items())
        low, high = draw(st.tuples(*[st.sampled_from((0.0, 0.5, 2.0))] * 2))
        system.told[system.add(0)] = [(weights, exact - low, exact + high)]
        if draw(st.booleans()):
            system.lines.add(system.add(sum(truth)), range(size))
    return system, size


@settings(max_examples=samples(60, 600))
@given(systems(told=False), st.integers(1, 5), NEAR, st.data())
def test_counts_that_can_be_worked_out_are_found_and_no_others(
    made: tuple[System, int], enough: int, near: int, data: st.DataObject
) -> None:
    system, size = made
    reader, hidden = Reader(system, enough), set(range(size))
    shown = data.draw(st.sets(st.integers(0, size - 1), max_size=2))
    with patch.object(bounds, "NEAR", near):
        check(system, reader, hidden, enough)
        check(system, reader, hidden - shown, enough)  # what was found before is not taken for possible still
        check(system, reader, hidden, enough)


@settings(max_examples=samples(40, 400))
@given(systems(told=True), st.integers(1, 4), NEAR)
def test_so_are_answers_of_which_a_sum_is_told(made: tuple[System, int], enough: int, near: int) -> None:
    system, size = made
    [told] = system.told
    reader = Reader(system, enough)
    with patch.object(bounds, "NEAR", near):
        check(system, reader, set(range(size)), enough)
        check(system, reader, {*range(size), told}, enough)


@pytest.mark.parametrize(("left", "found"), [(4, [0, 1]), (5, [])])
def test_two_parts_of_so_many_can_each_be_any_of_them(left: int, found: list[int]) -> None:
    """Of ten, less what is shown: each of the two withheld can be from none to all that is left."""
    system = System([3, left - 3, 10 - left, 10])
    system.lines.add(3, (0, 1, 2))
    assert Reader(system, 5).narrow([0, 1], {0, 1}, [0, 1]) == found


@pytest.mark.parametrize(("least", "found"), [(4, [0]), (5, [])])
def test_so_in_a_table_of_two_ways(least: int, found: list[int]) -> None:
    """Rows and columns cross: a cell can be from none to the least of the totals around it."""
    cells = [2, least - 2, 8, 9]
    system = System([*cells, least, 17, 10, least + 7])
    for total, parts in ((4, (0, 1)), (5, (2, 3)), (6, (0, 2)), (7, (1, 3))):
        system.lines.add(total, parts)
    assert Reader(system, 5).narrow([0, 1, 2, 3], {0, 1, 2, 3}, [0, 1, 2, 3])[:1] == found


def test_two_totals_that_share_parts_tell_who_is_in_one_alone() -> None:
    """Of nine, five are the first two: four are the third, though each line by itself leaves it room."""
    system = System([3, 2, 4, 9, 5])
    system.lines.add(3, (0, 1, 2))
    system.lines.add(4, (0, 1))
    assert Reader(system, 5).narrow([0, 1, 2], {0, 1, 2}, [2]) == [2]


def one_line(*, lines: Iterable[tuple[int, ...]], within: Iterable[int] = (), told: bool = False) -> bool:
    system = System([2, 3, 4, 9])
    for line in lines:
        system.lines.add(3, line)
    for part in within:
        system.within.add(2, [part])
    if told:
        system.told[system.add(0)] = [({0: 1.0}, 2.0, 2.0)]
    return Reader(system, 5)._rules([0, 1, 2], {0, 1, 2}).one_line


def test_arithmetic_is_enough_for_one_line_and_for_no_more() -> None:
    assert one_line(lines=[]) and one_line(lines=[(0, 1, 2)])
    assert not one_line(lines=[(0, 1, 2), (0, 1)])
    assert not one_line(lines=[(0, 1, 2)], within=[0])
    assert not one_line(lines=[], within=[0])
    assert not one_line(lines=[(0, 1, 2)], told=True)


@pytest.mark.parametrize(
    ("solution", "holds"),
    [
        ([2, 3], True),
        ([0, 5], True),
        ([1, 3], False),
        ([3, 3], False),
        ([-1, 6], False),
        ([6, -1], False),
        ([4, 1], True),
        ([5, 0], False),
    ],
)
def test_a_solution_is_none_below_nothing_nor_one_off_a_line_or_a_whole(
    solution: list[int], holds: bool
) -> None:
    """Two parts of five, of which the first is within four that are known."""
    system = System([2, 3, 5, 4])
    system.lines.add(2, (0, 1))
    system.within.add(3, [0])
    assert Reader(system, 5)._rules([0, 1], {0, 1}).hold(np.array([solution])).tolist() == [holds]


def test_what_nothing_holds_can_be_a_thousand_more_or_less() -> None:
    rules = Reader(System([2, 3000]), 5)._rules([0, 1], {0, 1})
    assert rules.hold(np.array([[0, 2000], [1002, 4000]])).tolist() == [True, True]
    assert rules.hold(np.array([[1003, 3000], [0, 1999], [0, 4001]])).tolist() == [False] * 3


def test_what_hangs_together_and_what_stands_beside() -> None:
    system = System([5, 2, 3, 9, 4, 1])
    system.lines.add(0, (1, 2))
    system.within.add(3, [0])
    system.told[4] = [({5: 1.0}, 1.0, 1.0)]
    assert system.near([1]) == {0, 1, 2}
    assert system.near([0]) == {0, 1, 2, 3}
    assert system.near([5]) == {4}
    assert system.linked([1], {0, 1, 2, 3}) == [0, 1, 2, 3]
    assert system.linked([1], {1, 2, 3}) == [1, 2], "through what is shown nothing hangs together"
    assert system.linked([5], {5}) == [5]


def test_a_line_is_added_once_and_a_total_of_nobody_is_seen_by_nobody() -> None:
    system = System([5, 2, 3])
    for _ in range(2):
        system.lines.add(0, (1, 2))
    assert list(system.lines) == [(0, (1, 2))]
    assert [system.add(7), system.add(8, unseen=True)] == [3, 4]
    assert system.truth[3:] == [7, 8] and system.unseen == {4}
