"""The rules of the gate, each at its edge: of invented quantities, declared as a test needs them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from ut_research.core.estimate import Estimate, key
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.disclosure import gate
from ut_research.disclosure.policy import Policy
from ut_research.disclosure.soundness import MOST_SINGLE_PEOPLE

POLICY = Policy()
ROUNDED = Policy(rounding="nearest 5")


def share(id: str, count: int, n: int, **group: str) -> Estimate:
    return Estimate(id, id, value=100 * count / n, low=1, high=99, count=count, n=n, unit="%", group=group)


def tally(id: str, count: int, unit: str = "people", **group: str) -> Estimate:
    return Estimate(id, id, value=count, count=count, unit=unit, group=group)


def mean(id: str, n: int, **group: str) -> Estimate:
    return Estimate(id, id, value=41.0, low=39.0, high=43.0, n=n, unit="points", group=group)


def of(e: Estimate, counted: Iterable[int] = (), among: Iterable[int] = ()) -> Measurement:
    sets = {name: sum(1 << k for k in who) or None for name, who in (("counted", counted), ("among", among))}
    return Measurement(**asdict(e), **sets)


def released(
    *found: Estimate, policy: Policy = POLICY, declared: dict[str, Quantity] | None = None, **chosen: Any
) -> list[Estimate]:
    known = {e.id: Quantity(id=e.id) for e in found} | (declared or {})
    return list(gate.release(list(found), policy, known, **chosen))


def shown(*found: Estimate, **how: Any) -> list[bool]:
    return [e.status == "number" for e in released(*found, **how)]


def ranged(*found: Estimate, **how: Any) -> list[bool]:
    return [e.low is not None for e in released(*found, **how)]


# ---------------------------------------------------------------- ranges of means


def test_the_range_of_a_few_of_whom_no_place_is_recorded_takes_no_other_with_it() -> None:
    groups = {"x": 20, "y": 30, "not recorded": 6}
    assert ranged(mean("a.b", 56), *(mean("a.b", n, area=a) for a, n in groups.items())) == [True] * 3 + [
        False
    ]


def test_the_range_of_a_few_takes_those_beside_it_and_no_others() -> None:
    found = [mean("a.b", 60), mean("a.b", 9, area="x"), mean("a.b", 51, area="y")]
    others = [mean("a.b", 60, wave="t2"), mean("a.c", 30, area="x"), mean("a.b", 30, gender="x")]
    assert ranged(*found, *others) == [True, False, False, True, True, True]
    waves = [mean("a.b", 9, area="x", wave="t1"), mean("a.b", 30, area="x", wave="t2")]
    assert ranged(*waves) == [False, True]


def test_only_a_mean_of_a_few_has_no_range() -> None:
    curve = [
        Estimate("a.b", "x", v, v - 5, v + 5, n=n, unit="%", group={"month": m})
        for m, v, n in (("0", 90.0, 40), ("1", 70.0, 30), ("2", 70.0, 9))
    ]
    assert ranged(*curve) == [True] * 3
    counted = replace(mean("a.b", 9), count=9, n=None)
    assert ranged(counted) == [True]
    assert ranged(replace(mean("a.b", 6), origin="published")) == [True]


def test_nothing_is_said_of_a_range_that_is_not_there() -> None:
    assert [e.method for e in released(replace(mean("a.b", 6), low=None, high=None, method="mean"))] == [
        "mean"
    ]
    [half] = released(replace(mean("a.b", 6), high=None))
    assert (half.low, half.method) == (None, "no range is shown of so few people, nor beside them")


def test_what_is_to_have_no_range_has_none_and_those_beside_it() -> None:
    found = [mean("a.b", 60), mean("a.b", 30, area="x"), mean("a.b", 30, area="y"), mean("a.c", 30, area="x")]
    assert ranged(*found, rangeless={key(found[1])}) == [True, False, False, True]
    assert ranged(share("a.b", 20, 60), rangeless={("a.b", ())}) == [True]


# ---------------------------------------------------------------- what is small


def test_what_is_of_the_project_needs_nobody_beneath_it() -> None:
    told = Estimate("a.b", "x", value=3.0, unit="months")
    assert shown(told) == [False]
    assert shown(told, declared={"a.b": Quantity(id="a.b", about="project")}) == [True]


def test_everyone_of_a_whole_is_a_zero_only_of_a_share() -> None:
    strict = Policy(zeros_safe=False)
    assert shown(share("a.b", 20, 20), policy=strict) == [False]
    assert shown(replace(tally("a.b", 20), n=20), policy=strict) == [True]
    assert shown(replace(tally("a.b", 17), n=20)) == [False]
    assert shown(replace(tally("a.b", 20), n=20)) == [True]
    assert shown(tally("a.b", 0), policy=strict) == [False]


@pytest.mark.parametrize(
    ("n", "sensitive", "anyone"), [(19, False, True), (20, True, True), (21, True, True)]
)
def test_that_all_are_alike_is_shown_of_twenty(n: int, sensitive: bool, anyone: bool) -> None:
    group = share("a.b", n, n, area="x")
    health = {"a.b": Quantity(id="a.b", sensitive=True)}
    assert shown(share("a.b", 30 + n, 60 + n), group, declared=health) == [True, sensitive]
    assert shown(group) == [anyone]
    assert shown(share("a.b", n, n), declared=health) == [True], "of everyone"
    assert shown(share("a.b", n - 6, n, area="x"), declared=health) == [True], "not all"
    assert shown(replace(tally("a.b", n, area="x"), n=n), declared=health) == [True], "no share"


@pytest.mark.parametrize(("count", "told"), [(0, False), (5, True), (55, True), (60, False)])
def test_it_is_not_told_that_all_said_something_or_nobody(count: int, told: bool) -> None:
    said = {"a.b": Quantity(id="a.b", said=True)}
    assert shown(share("a.b", count, 60), declared=said) == [told]
    assert shown(share("a.b", count, 60)) == [True]


def test_a_number_of_the_wrong_kind_is_made_a_plain_one() -> None:
    found = replace(mean("a.b", 60), value=np.float64(41.0), low=-math.inf, high=math.nan, n=np.int64(60))  # type: ignore[arg-type]
    [e] = released(found)
    assert (e.value, e.low, e.high, e.n) == (41.0, None, None, 60)
    assert [type(x) for x in (e.value, e.n)] == [float, int]
    [none] = released(replace(mean("a.b", 60), value=math.inf))
    assert (none.status, none.low, none.n) == ("not collected", None, None)
    public = replace(mean("a.b", 60), value=math.inf, origin="published")
    assert released(public) == [public]


def test_what_one_wave_does_not_have_may_be_told() -> None:
    absent = Estimate("a.b", "x", unit="points", status="not collected")
    given = [mean("a.b", 60, wave="t1"), replace(absent, group={"wave": "t2"})]
    given += [mean("a.b", 30, area="x"), replace(absent, group={"gender": "x"})]
    assert [e.status for e in released(*given, policy=Policy(zeros_safe=False))] == [
        "number", "not collected", "number", "not collected",
    ]  # fmt: skip


# ---------------------------------------------------------------- beside a few blanks


def blanks(sizes: dict[str, int], **how: Any) -> list[str]:
    """The groups that are withheld of a mean by area, beside that of everyone."""
    found = [mean("a.b", sum(sizes.values())), *(mean("a.b", n, area=a) for a, n in sizes.items())]
    out = released(*found, **how)
    return [e.group.get("area", "everyone") for e in out if e.status != "number"]


def test_beside_a_few_blanks_the_smallest_group_goes_unless_another_is_withheld() -> None:
    assert blanks({"x": 30, "y": 20, "z": 40, "not recorded": 4}) == ["y", "not recorded"]
    assert blanks({"x": 30, "y": 20, "z": 40, "not recorded": 5}) == []
    assert blanks({"x": 30, "y": 20, "z": 40, "w": 8}) == []
    assert blanks({"x": 30, "y": 4, "z": 40, "not recorded": 4}) == ["y", "not recorded"]
    assert blanks({"x": 20, "y": 20, "z": 40, "not recorded": 4}) == ["x", "not recorded"], (
        "of two, the first"
    )
    counted = {"a.b": Quantity(id="a.b", one_of=True)}
    assert blanks({"x": 30, "y": 20, "z": 40, "not recorded": 4}, declared=counted) == ["not recorded"]


def test_of_all_that_is_said_of_groups_the_same_is_the_smallest() -> None:
    """At the second time y is smaller than x; whose group is smallest is judged by the most it is of."""
    sizes = {"t1": {"x": 30, "y": 34, "not recorded": 4}, "t2": {"x": 28, "y": 20, "not recorded": 4}}
    found = [mean("a.b", n, wave=w, area=a) for w, groups in sizes.items() for a, n in groups.items()]
    found += [mean("a.b", sum(groups.values()), wave=w) for w, groups in sizes.items()]
    gone = [e.group["area"] for e in released(*found) if e.status != "number"]
    assert gone == ["x", "not recorded"] * 2


# ---------------------------------------------------------------- what goes with what is withheld


def test_what_rests_on_what_rests_on_a_withheld_finding_goes_too() -> None:
    resting = {"a.c": Quantity(id="a.c", rests_on=("a.b",)), "a.d": Quantity(id="a.d", rests_on=("a.c",))}
    found = [mean("a.d", 60), mean("a.c", 60), share("a.b", 3, 60)]
    assert shown(*found, declared=resting) == [False] * 3
    assert shown(*found[:2], share("a.b", 20, 60), declared=resting) == [True] * 3
    public = replace(mean("a.c", 60), origin="published")
    assert shown(public, share("a.b", 3, 60), declared=resting) == [True, False]


def test_it_rests_on_what_is_of_the_same_group() -> None:
    resting = {"a.c": Quantity(id="a.c", rests_on=("a.b",))}

    def goes(*, base: dict[str, str], derived: dict[str, str]) -> bool:
        small = share("a.b", 3, 60, **base)
        return shown(small, mean("a.c", 60, **derived), declared=resting) == [False, False]

    assert goes(base={}, derived={})
    assert goes(base={"month": "3"}, derived={}), "points of a curve are of the same people"
    assert goes(base={"group": "engaged"}, derived={}), "groups that are compared"
    assert goes(base={"group": "engaged"}, derived={"group": "engaged"})
    assert not goes(base={"group": "engaged"}, derived={"group": "not engaged"})
    assert not goes(base={"area": "x"}, derived={"area": "y"})
    assert not goes(base={"area": "x"}, derived={})
    chosen = {"a.c": Quantity(id="a.c", rests_on=("a.b",), choices=True)}
    for base, gone in (({}, True), ({"group": "engaged"}, True), ({"area": "x"}, False)):
        found = [share("a.b", 3, 60, **base), mean("a.c", 60, cut="41")]
        assert shown(*found, declared=chosen) == [False, not gone]


def test_a_group_s_mean_goes_with_everyone_s_and_its_share_does_not() -> None:
    found = [mean("a.b", 60), mean("a.b", 30, area="x"), mean("a.b", 60, wave="t2")]
    assert shown(*found, apart={("a.b", ())}) == [False, False, True]
    shares = [share("a.b", 20, 60), share("a.b", 10, 30, area="x"), share("a.b", 10, 30, area="y")]
    assert True in shown(*shares, apart={("a.b", ())})[1:]
    counts = [tally("a.b", 60), tally("a.b", 20, area="x"), tally("a.b", 40, area="y")]
    assert True in shown(*counts, apart={("a.b", ())})[1:]


@pytest.mark.parametrize(
    ("group", "gone"),
    [
        ({}, True),
        ({"group": "engaged"}, True),
        ({"wave": "t1"}, True),
        ({"band": "not recorded"}, True),
        ({"band": "low"}, False),
        ({"area": "x"}, False),
        ({"area": "not recorded"}, False),
    ],
)
def test_rows_are_withheld_with_what_is_said_of_everyone(group: dict[str, str], gone: bool) -> None:
    known = {"a.b": Quantity(id="a.b", rows_of=("needs",)), "q.kept": Quantity(id="q.kept", about="rows")}
    rows = [tally("q.kept", 200, "rows", table=t) for t in ("needs", "outcomes")]
    assert shown(share("a.b", 3, 60, **group), *rows, declared=known)[1:] == [not gone, True]
    assert shown(share("a.b", 20, 60, **group), *rows, declared=known)[1:] == [True, True]


# ---------------------------------------------------------------- rounding, and the digits of a page


def test_a_share_with_its_count_keeps_its_digits_and_all_else_those_of_a_page() -> None:
    [whole] = released(share("a.b", 20, 61))
    assert whole.value == 100 * 20 / 61
    [alone] = released(replace(share("a.b", 20, 61), count=None))
    assert (alone.value, alone.low, alone.high) == (33, 1, 99)
    [points] = released(replace(mean("a.b", 60), value=-0.04, low=-0.04, high=0.04))
    assert (points.value, points.low, points.high) == pytest.approx((0, -0.01, 0.01))
    assert math.copysign(1, points.value or 0.0) == 1
    [zero] = released(replace(mean("a.b", 60), low=0.0))
    assert zero.low == 0


def test_rounding_says_so_and_leaves_what_is_no_count() -> None:
    [people] = released(tally("a.b", 12), policy=ROUNDED)
    assert (people.value, people.count, people.method) == (10.0, 10, "counts rounded, nearest 5")
    [youngest] = released(replace(tally("a.b", 12, "years"), value=18.0, method="least"), policy=ROUNDED)
    assert (youngest.value, youngest.count, youngest.method) == (18, 10, "least; counts rounded, nearest 5")
    [alone] = released(replace(share("a.b", 13, 61), count=None), policy=ROUNDED)
    assert (alone.value, alone.count, alone.n) == (25, None, 60)
    [none] = released(share("a.b", 0, 61), policy=ROUNDED)
    assert (none.value, none.count, none.low) == (0, 0, None)
    things = tally("a.b", 3, "interviews")
    assert released(things, policy=ROUNDED) == [things]


def test_rows_are_rounded_with_what_they_are_out_of() -> None:
    known = {"a.b": Quantity(id="a.b", about="rows")}
    [e] = released(share("a.b", 36, 61), declared=known)
    assert (e.count, e.n, e.low, e.high) == (40, 60, None, None)
    assert e.value == 100 * 40 / 60
    assert e.method == "rounded to the nearest 10"
    [alone] = released(replace(mean("a.b", 134), method="mean"), declared=known)
    assert (alone.value, alone.n, alone.method) == (41.0, 130, "mean; rounded to the nearest 10")
    for few in (tally("a.b", 3, "rows"), share("a.b", 58, 60), share("a.b", 2, 60)):
        assert shown(few, declared=known) == [False]
    [half] = released(tally("a.b", 15, "rows"), declared=known, policy=Policy(5))
    assert half.count == 20


# ---------------------------------------------------------------- curves within a release


def test_a_point_without_its_number_is_shown_and_its_people_stay_hidden() -> None:
    risk = [range(40), range(36), range(30)]
    points = [
        of(Estimate("a.free", "x", 100.0, n=len(who), unit="%", group={"month": str(m)}), among=who)
        for m, who in enumerate(risk)
    ]
    points = [replace(e, count=0) for e in points]
    out = released(*points, mean("a.b", 40))
    assert [(e.value, e.n) for e in out] == [(100, 40), (100, None), (100, 30), (41, 40)]


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(("single", "refused"), [(MOST_SINGLE_PEOPLE, False), (MOST_SINGLE_PEOPLE + 1, True)])
@pytest.mark.parametrize("make", [mean, lambda id, n, **group: tally(id, n, **group)])
def test_a_list_of_people_is_more_than_twenty_groups_of_one(single: int, refused: bool, make: Any) -> None:
    assert MOST_SINGLE_PEOPLE == 20
    groups = [make("a.b", 1, who=str(k)) for k in range(single)]
    if refused:
        with pytest.raises(gate.DisclosureError, match=f"a.b: {single} groups of one person at most"):
            released(*groups)
    else:
        assert not any(shown(*groups))
    assert not all(shown(*groups, make("a.b", 60, who="many"))), "one of many is a table"
    if refused:
        nobody = [make("a.b", 0, who="none")]
        with pytest.raises(gate.DisclosureError, match="which is a list of people"):
            released(*groups, *nobody)


def test_many_points_of_a_curve_with_one_at_risk_are_no_list_of_people() -> None:
    curve = [Estimate("a.b", "x", 50.0, n=1, unit="%", group={"month": str(m)}) for m in range(30)]
    assert not any(shown(*curve))
    things = [tally("a.b", 1, "interviews", who=str(k)) for k in range(30)]
    assert all(shown(*things))
    assert not any(shown(*(tally("a.b", 1, who="x", **{"wave": str(k)}) for k in range(20))))


def test_one_of_everyone_is_no_list_of_people() -> None:
    assert shown(*(tally(f"a.b{k}", 1) for k in range(30))) == [False] * 30


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"count": 61}, "counts more people than there are"),
        ({"count": 60}, None),
        ({"count": True}, "count is a bool, not a number"),
        ({"n": 59.5}, "n is a float, not a number"),
        ({"n": -1, "count": None}, "n is less than nothing"),
        ({"low": -5.0}, None),
        ({"low": "a"}, "low is a str"),
        ({"status": "not collected"}, "is not collected and yet has a value"),
        ({"id": "a.B"}, "not a dotted name"),
        ({"id": "a"}, None),
        ({"id": 3}, "not a dotted name"),
        ({"source": "INVENTED-7"}, "a person's identifier"),
        ({"method": "0123456789abcdef"}, "a person's identifier"),
        ({"method": "0123456789abcde"}, None),
        ({"method": "f" * 64}, "a person's identifier"),
        ({"group": {"Name": "x"}}, "grouped by name"),
        ({"group": {"x": 3}}, "must map words to words"),
        ({"group": ["x"]}, "must map words to words"),
    ],
)
def test_each_part_of_a_finding_is_looked_at(change: dict[str, Any], said: str | None) -> None:
    e = replace(share("a.b", 20, 60), **change)
    known = {str(e.id): Quantity(id=str(e.id))}
    if said is None:
        assert len(gate.release([e], POLICY, known)) == 1
    else:
        with pytest.raises(gate.DisclosureError, match=said):
            gate.release([e], POLICY, known)


def test_counts_above_n_are_those_of_a_curve() -> None:
    curve = [Estimate("a.b", "x", 50.0, count=30, n=20, unit="%", group={"month": str(m)}) for m in range(2)]
    assert len(released(*curve)) == 2


def test_what_rests_on_nothing_that_is_here_is_refused_and_on_some_of_it_is_not() -> None:
    resting = {"a.c": Quantity(id="a.c", rests_on=("a.b", "a.d"))}
    with pytest.raises(gate.DisclosureError, match=r"a\.c rests on a\.b, a\.d: give both"):
        released(mean("a.c", 60), declared=resting)
    assert shown(mean("a.c", 60), mean("a.d", 60), declared=resting) == [True, True]
    with pytest.raises(gate.DisclosureError, match=r"a\.c rests on a\.b"):
        released(mean("a.c", 60), replace(mean("a.d", 60), origin="published"), declared=resting)
    assert shown(tally("a.c", 9, "interviews"), declared=resting) == [True]


# ---------------------------------------------------------------- what was released, looked at in parts


def kept(*found: Estimate) -> gate.Released:
    return gate.release(list(found), POLICY, {e.id: Quantity(id=e.id) for e in found})


def test_findings_are_chosen_by_unit_and_by_those_of_another_list() -> None:
    found = kept(share("a.b", 20, 60), tally("a.c", 60), share("a.d", 30, 60))
    assert [e.id for e in found.in_unit("%")] == ["a.b", "a.d"]
    assert [e.id for e in found.of([tally("a.e", 9), share("a.d", 1, 60), tally("a.c", 9)])] == ["a.d", "a.c"]
    assert list(found.of([share("a.b", 20, 60, wave="t1")])) == []
    assert found.policy == POLICY and len(found) == 3


def test_what_is_said_of_a_part_stands_as_if_of_everyone() -> None:
    public = replace(share("p.q", 1, 3), origin="published")
    whole = [share("a.b", 20, 60), share("a.c", 20, 60), public]
    found = kept(*whole, share("a.b", 10, 30, area="x"), share("a.b", 10, 30, area="y"))
    first, other, published = found.of_part({"area": "x"})
    assert first == replace(share("a.b", 10, 30), group={})
    assert (other.id, other.status, other.value, other.n) == ("a.c", "not collected", None, None)
    assert published == public


@pytest.mark.parametrize(
    ("field", "shown_as"), [("value", "12.5"), ("count", "5"), ("n", "40"), ("low", "1"), ("high", "")]
)
def test_a_cell_is_a_number_at_ten_digits_or_nothing(field: str, shown_as: str) -> None:
    assert gate.Released.cell(replace(share("a.b", 5, 40), high=None), field) == shown_as
    assert gate.Released.cell(replace(mean("a.b", 40), value=1 / 3)) == "0.3333333333"


def test_plain_text_is_not_touched_in_a_download(tmp_path: Any) -> None:
    found = kept(replace(share("a.b", 20, 60, area="x = y"), label="5% of them", source="-\n x"))
    gate.write_csv(found, tmp_path / "out.csv")
    heading, row = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert heading.startswith("id,label,area,value,low,high,count,n,unit,status,origin,source,method")
    assert row.startswith("a.b,5% of them,x = y,33.33333333,1,99,20,60,%,number,export,'- x,")
