"""What else is withheld, and what is not: the least that will do, of the least important."""

from __future__ import annotations

import pytest

from ut_research.core.estimate import Estimate
from ut_research.core.quantity import Quantity
from ut_research.disclosure.suppression import in_breakdown, protect, tier


def tally(count: int, **group: str) -> Estimate:
    return Estimate("a.b", "x", value=count, count=count, unit="people", group=group)


def bands(*counts: int, key: str = "band") -> list[Estimate]:
    return [tally(n, **{key: f"{key}{k}"}) for k, n in enumerate(counts)]


def withheld(cells: list[Estimate], quantity: Quantity | None = None, **how: object) -> list[int]:
    """The counts that are withheld, where those of one to four are small."""
    small = [i for i, e in enumerate(cells) if 0 < (e.count or 0) < 5]
    known = {"a.b": quantity or Quantity(id="a.b")}
    return [cells[i].count or 0 for i in sorted(protect(cells, known, small, 5, **how))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "gone"),
    [
        ((3, 8, 20, 12), [3, 8]),
        ((3, 20, 8, 8), [3, 8]),
        ((2, 3, 20, 12), [2, 3]),
        ((2, 2, 20, 12), [2, 2, 12]),  # together they are four
        ((3, 0, 20), [3, 20]),  # a zero would not do
        ((5, 8, 20), []),
    ],
)
def test_the_smallest_that_will_do_goes_with_a_small_one(counts: tuple[int, ...], gone: list[int]) -> None:
    assert withheld([tally(sum(counts)), *bands(*counts)]) == gone


def test_a_total_goes_where_no_cell_will_do() -> None:
    assert withheld([tally(3), *bands(3, 0)]) == [3, 3]


def test_what_hides_one_small_cell_hides_that_which_crosses_it_too() -> None:
    """Of two columns each has a small cell: those withheld with them need not be more than four."""
    cells = {("p", "x"): 3, ("p", "y"): 20, ("q", "x"): 20, ("q", "y"): 30}
    table = [tally(n, partner=p, area=a) for (p, a), n in cells.items()]
    sums = [tally(sum(n for c, n in cells.items() if name in c)) for name in "pqxy"]
    for e, (key, name) in zip(
        sums, (("partner", "p"), ("partner", "q"), ("area", "x"), ("area", "y")), strict=True
    ):
        table.append(tally(e.count or 0, **{key: name}))
    assert {3} < set(withheld([tally(73), *table]))
    assert 73 not in withheld([tally(73), *table])


@pytest.mark.parametrize(
    ("counts", "gone"),
    [
        ((3, 8, 20, 12), [3, 8]),  # half is withheld
        ((3, 8, 20), [3, 8, 20]),
        ((3, 4, 5, 20, 30), [3, 4]),
    ],
)
def test_a_breakdown_of_which_more_than_half_is_withheld_is_not_shown(
    counts: tuple[int, ...], gone: list[int]
) -> None:
    assert withheld([tally(sum(counts)), *bands(*counts, key="area")]) == gone
    assert withheld([tally(sum(counts)), *bands(*counts)]) == gone[:2], "which is so of groups alone"


def test_blanks_do_not_count_to_the_half() -> None:
    one = [tally(26), *bands(3, 20, key="area"), tally(3, area="not recorded")]
    assert withheld(one) == [3, 3]
    two = [tally(33), *bands(8, 22, key="area"), tally(3, area="not recorded")]
    assert withheld(two) == [3]


def test_what_a_reader_knows_already_hides_nothing() -> None:
    cells = [tally(43), *bands(3, 8, 20, 12)]
    assert withheld(cells, told={2}) == [3, 12]
    assert withheld(cells, told={3}) == [3, 8]


def test_some_go_whatever_their_size_and_cannot_be_worked_out() -> None:
    cells = [tally(40), *bands(10, 8, 22)]
    known = {"a.b": Quantity(id="a.b")}
    assert protect(cells, known, {1}, 5, apart={1}) == {1, 2}
    assert protect(cells, known, {1}, 5) == {1}, "who nobody guards follows from the rest"


@pytest.mark.parametrize(
    ("quantity", "group", "at"),
    [
        ({"importance": "headline"}, {}, 0),
        ({}, {}, 1),
        ({}, {"band": "x"}, 1),
        ({"importance": "ancillary"}, {}, 2),
        ({"choices": True}, {"cut": "41"}, 2),
        ({"importance": "headline"}, {"area": "x"}, 3),
        ({}, {"role": "mentor"}, 3),
        ({"of_parts": True, "by": ("area",)}, {"area": "x"}, 3),
        ({"of_parts": True, "by": ("gender",)}, {"area": "x"}, 4),
        ({"of_parts": True}, {"area": "x"}, 4),
        ({"of_parts": True}, {}, 1),
    ],
)
def test_headlines_are_decided_on_first_and_what_only_parts_say_last(
    quantity: dict[str, object], group: dict[str, str], at: int
) -> None:
    e = tally(9, **group)
    assert tier(e, Quantity(id="a.b", **quantity)) == at  # type: ignore[arg-type]
    assert in_breakdown(e) is (at > 2)


def test_the_less_important_goes_for_the_more_important() -> None:
    """By band and by age the same people are counted: of two that would do, the ancillary one goes."""
    total = tally(31)
    some = [tally(3, band="x"), tally(8, band="y"), tally(20, band="z")]
    parts = [
        Estimate("a.c", "x", value=n, count=n, unit="people", group=e.group)
        for e, n in zip(some, (3, 8, 20), strict=True)
    ]
    known = {
        "a.b": Quantity(id="a.b", importance="headline"),
        "a.c": Quantity(id="a.c", importance="ancillary"),
    }
    cells = [total, *some, *parts]
    gone = protect(cells, known, {1, 4}, 5)
    assert {cells[i].id for i in gone} == {"a.b", "a.c"}
    assert [cells[i].count for i in sorted(gone)] == [3, 8, 3, 8]
