"""The gate, rule by rule, and then attacked: an intruder of its own tries to work out what was withheld."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import release
from samples import samples
from scipy.optimize import linprog

from ut_research.core.estimate import Estimate
from ut_research.core.measurement import Measurement
from ut_research.disclosure import bounds, gate
from ut_research.disclosure.gate import (
    DisclosureError,
    Policy,
    Released,
    UnknownFindingError,
    write_csv,
)
from ut_research.stats.intervals import mean_t

POLICY = Policy()


def share(id: str, count: int, n: int, **group: str) -> Estimate:
    return Estimate(id, id, value=100 * count / n, low=0, high=100, count=count, n=n, unit="%", group=group)


def of(e: Estimate, counted: Iterable[int] = (), among: Iterable[int] = (), **known: Any) -> Measurement:
    """`e` beside the people it counts, and those it is out of, by number; none are nobody known."""
    sets = {name: sum(1 << k for k in who) or None for name, who in (("counted", counted), ("among", among))}
    return Measurement(**asdict(e), **sets, **known)


def tally(id: str, count: int, **group: str) -> Estimate:
    return Estimate(id, id, value=count, count=count, unit="people", group=group)


def mean(id: str, value: float, n: int, **group: str) -> Estimate:
    return Estimate(id, id, value=value, n=n, unit="points", group=group)


def counts(released: Released) -> list[int | None]:
    return [e.count for e in released]


def only(estimate: Estimate, policy: Policy = POLICY) -> Estimate:
    return next(iter(release([estimate], policy)))


# ---------------------------------------------------------------- the policy


def test_the_default_policy_withholds_counts_under_5() -> None:
    assert (POLICY.threshold, POLICY.rounding, POLICY.zeros_safe) == (5, "none", True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"treshold": 5}, "unknown treshold"),
        ({"threshold": 2}, "threshold must be a whole number, 3 or more"),
        ({"threshold": "5"}, "threshold must be a whole number"),
        ({"threshold": True}, "threshold must be a whole number"),
        ({"rounding": "nearest 10"}, "rounding must be one of 'none', 'nearest 5', 'midpoint 6'"),
        ({"rounding": []}, "rounding must be one of"),
        ({"zeros_safe": "yes"}, "zeros_safe must be true or false"),
        ({"all_alike_below": -1}, "all_alike_below must be a whole number, 0 or more"),
        ({"all_alike_below": 9.5}, "all_alike_below must be a whole number, 0 or more"),
        ({"threshold": 0, "zeros_safe": 1}, "3 or more; zeros_safe must be true"),
    ],
)
def test_a_policy_that_it_does_not_know_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(DisclosureError, match=said):
        Policy.build(given)


@pytest.mark.parametrize("just", [{"threshold": 3}, {"all_alike_below": 0}, {"zeros_safe": False}, {}])
def test_the_lowest_that_a_policy_may_say_is_taken(just: dict[str, Any]) -> None:
    assert Policy.build(just) == Policy(**just)


def test_a_policy_is_built_from_the_study_file() -> None:
    built = Policy.build({"threshold": 10, "rounding": "midpoint 6", "zeros_safe": False})
    assert built == Policy(10, "midpoint 6", False)


# ---------------------------------------------------------------- small cells, on each side of the boundary


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, True),
        (1, False),
        (4, False),
        (5, True),
        (6, True),
        (54, True),
        (55, True),
        (56, False),
        (59, False),
        (60, True),
    ],
)
def test_a_count_and_the_people_outside_it_are_none_or_at_least_5(count: int, shown: bool) -> None:
    found = only(share("a.b", count, 60))
    assert (found.status == "number") is shown
    assert (found.count, found.n) == ((count, 60) if shown else (None, None))


@pytest.mark.parametrize(
    ("n", "shown"),
    [
        (1, (None, None, None, None)),
        (4, (None, None, None, None)),
        (5, (41.5, None, None, 5)),
        (9, (41.5, None, None, 9)),
        (10, (41.5, 30.0, 50.0, 10)),
    ],
)
def test_a_mean_needs_at_least_5_people_and_its_range_10(n: int, shown: tuple[float | None, ...]) -> None:
    """Five people who said 2, 2, 3, 3, 3: the mean and its range are of no other answers."""
    found = only(replace(mean("a.b", 41.5, n), low=30.0, high=50.0, method="mean"))
    assert (found.value, found.low, found.high, found.n) == shown
    assert (found.method == "mean; no range is shown of so few people, nor beside them") is (4 < n < 10)


@pytest.mark.parametrize(
    ("waited", "shown"),
    [({0: 27}, True), ({0: 26, 14: 1}, False), ({0: 23, 1: 3, 8: 1}, False), ({0: 22, 3: 5}, True)],
)
def test_a_mean_of_people_all_but_a_few_of_whom_are_alike_is_not_shown(
    waited: dict[float, int], shown: bool
) -> None:
    """Of 27 people who waited for 0.5 days, -0.5 to 1.6, the squares are the sum's square: it was one."""
    at = mean_t([days for days, times in waited.items() for _ in range(times)])
    e = Measurement("a.b", "x", at.value, at.low, at.high, n=27, unit="days", answers=waited)
    assert (only(e).status == "number") is shown


@pytest.mark.parametrize(("smallest", "shown"), [(6, False), (10, True)])
def test_the_range_of_a_few_does_not_follow_from_those_of_everyone_and_the_others(
    smallest: int, shown: bool
) -> None:
    sizes = {"x": smallest, "y": 20, "z": 30}
    means = [mean("a.b", 40.0, 50 + smallest), *(mean("a.b", 41.0, n, partner=p) for p, n in sizes.items())]
    beside = [mean("a.b", 41.0, n, area=a) for a, n in (("p", 20), ("q", 30 + smallest))]
    released = list(release([replace(e, low=39.0, high=42.0) for e in (*means, *beside)], POLICY))
    assert [e.low is not None for e in released] == [True, *[shown] * 3, True, True]


@pytest.mark.parametrize(("n", "shown"), [(9, False), (10, True)])
def test_so_does_the_spread_of_answers(n: int, shown: bool) -> None:
    assert (only(mean("wellbeing.change_sd", 6.5, n)).status == "number") is shown


@pytest.mark.parametrize(("people", "shown"), [(1, False), (4, False), (5, True), (6, True)])
def test_a_minimum_needs_at_least_5_people_at_it(people: int, shown: bool) -> None:
    youngest = Estimate("reach.age_min", "Youngest", value=18, count=people, n=60, unit="years")
    assert (only(youngest).status == "number") is shown


@pytest.mark.parametrize(
    ("threshold", "count", "shown"), [(10, 9, False), (10, 10, True), (3, 2, False), (3, 3, True)]
)
def test_the_threshold_is_the_policy_s(threshold: int, count: int, shown: bool) -> None:
    assert (only(share("a.b", count, 60), Policy(threshold)).status == "number") is shown


@pytest.mark.parametrize("count", [0, 60])
def test_none_and_everyone_are_withheld_where_zeros_are_not_safe(count: int) -> None:
    assert only(share("a.b", count, 60)).count == count
    assert only(share("a.b", count, 60), Policy(zeros_safe=False)).status == "suppressed"


def test_a_group_of_nobody_does_not_tell_so_where_zeros_are_not_safe() -> None:
    absent = Estimate("a.b", "x", unit="%", status="not collected")
    given = [share("a.b", 30, 60, area="x"), replace(absent, group={"area": "y"})]
    given += [replace(absent, id="a.c", group={"area": a}) for a in "xy"]  # which the export does not have
    assert [e.status for e in release(given, POLICY)] == ["number", *["not collected"] * 3]
    unsafe = release(given, Policy(zeros_safe=False))
    assert [e.status for e in unsafe] == ["number", "suppressed", *["not collected"] * 2]


def test_a_share_without_its_count_is_still_a_count() -> None:
    told = Estimate("a.b", "x", value=5.0, n=60, unit="%")
    assert only(told).status == "suppressed"
    assert only(replace(told, value=50.0)).status == "number"


def test_a_number_with_nobody_beneath_it_is_withheld_unless_it_is_about_things() -> None:
    assert only(Estimate("a.p", "x", value=0.03, unit="p-value")).status == "suppressed"
    assert only(Estimate("reach.partners", "x", value=4, unit="partners")).value == 4
    assert only(Estimate("themes.interviews", "x", value=3, count=3, unit="interviews")).value == 3


def test_of_a_small_group_it_is_not_told_that_all_of_them_have_a_need() -> None:
    """6 of 6 at one partner: of each of them. Nor does it follow from the others."""
    sizes = {"x": (6, 6), "y": (10, 30), "z": (25, 25), "w": (20, 40)}
    parts = [share("needs.alcohol_drugs", c, n, partner=p) for p, (c, n) in sizes.items()]
    found = release([share("needs.alcohol_drugs", 61, 101), *parts], POLICY)
    assert counts(found) == [61, None, None, 25, 20]
    alike = [share("reach.completed", 6, 6, partner="x"), share("needs.alcohol_drugs", 6, 6)]
    assert counts(release(alike, POLICY)) == [6, 6], "what is not sensitive, and what is about everyone"
    assert counts(release(parts[:1], Policy(all_alike_below=6))) == [6]
    with pytest.raises(DisclosureError, match="all_alike_below must be a whole number, 0 or more"):
        Policy(all_alike_below=-1)


def test_published_figures_pass_as_they_are() -> None:
    published = [replace(share("a.b", 2, 3), origin="published", source="2021 report, 4.2")]
    assert list(release(published, POLICY)) == published
    assert list(release(published, Policy(10, "nearest 5", False))) == published


def test_0_out_of_0_was_not_collected_and_is_not_a_zero() -> None:
    found = only(Estimate("a.b", "x", value=math.nan, count=0, n=0, unit="%"))
    assert (found.status, found.value, found.count) == ("not collected", None, None)


def test_the_kinds_of_cell_look_unlike_each_other() -> None:
    kinds = [share("a.b", 30, 60), share("a.c", 0, 60), share("a.d", 3, 60)]
    kinds.append(Estimate("a.e", "x", unit="%", status="not collected"))
    kinds.append(Estimate("a.f", "x", unit="%", method="not known, as …", status="not worked out"))
    cells = [Released.cell(e) for e in release(kinds, POLICY)]
    assert cells == ["50", "0", "withheld", "not collected", "not worked out"]
    assert set(cells) - {"50"} == set(gate.LEGEND)


def test_what_is_withheld_leaves_nothing_behind() -> None:
    small = replace(share("a.b", 3, 60), method="3 of 60, Wilson interval", low=1.7, high=13.7)
    gone = only(small)
    assert [gone.value, gone.low, gone.high, gone.count, gone.n] == [None] * 5
    assert "3" not in gone.method and gone.label == small.label


def test_what_is_withheld_has_one_reason_whoever_withheld_it_and_whatever_it_was() -> None:
    by_measure = Estimate("a.b", "a.b", method="one choice of two", unit="%", status="suppressed")
    by_gate = replace(share("a.b", 3, 60), method="spread of 7.9")
    assert only(by_measure) == only(by_gate)


# ---------------------------------------------------------------- it fails closed


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (pd.DataFrame({"participant_id": ["a"]}), "not a DataFrame"),
        ((share("a.b", 9, 60),), "not a tuple"),
        ([share("a.b", 9, 60), {"id": "a.c"}], "it was given dict"),
        ([pd.DataFrame({"participant_id": ["a"]})], "it was given DataFrame"),
        ([replace(share("a.b", 9, 60), status="hidden")], "a.b: unknown status"),  # type: ignore[arg-type]
        ([replace(share("a.b", 9, 60), origin="real")], "a.b: unknown origin"),  # type: ignore[arg-type]
        ([replace(share("a.b", 9, 60), unit="furlongs")], "a.b: unknown unit"),
        ([share("a.b", 61, 60)], "a.b: counts more people than there are"),
        ([share("a.b", -1, 60)], "a.b: count is less than nothing"),
        ([replace(share("a.b", 9, 60), count=9.5)], "a.b: count is a float"),  # type: ignore[arg-type]
        ([replace(share("a.b", 9, 60), value="15%")], "a.b: value is a str"),  # type: ignore[arg-type]
        ([replace(share("a.b", 9, 60), status="suppressed")], "a.b: is suppressed and yet has a value"),
        ([share("a.b", 9, 60, participant_id="x")], "a.b: grouped by participant_id"),
        ([share("a.b", 9, 60, who="INVENTED-0001")], "a.b: carries what looks like a person's identifier"),
        ([replace(share("a.b", 9, 60), label="9f86d081884c7d659a2feaa0c55ad015")], "a person's identifier"),
        ([replace(share("a.b", 9, 60), group={"age": 31})], "must map words to words"),  # type: ignore[dict-item]
        ([replace(share("a.b", 9, 60), id="=A1")], "not a dotted name"),
        ([share("a.b", 9, 60), share("a.b", 12, 60)], "a.b: there are 2 of one group"),
        ([mean("a.b", 40.0, 1, who=str(k)) for k in range(30)], "a.b: 30 groups of one person at most"),
        (
            [Estimate("reoffending.logrank_p", "x", value=0.5, n=61, unit="p-value")],
            "rests on reoffending.rate: give both",
        ),
    ],
)
def test_what_the_gate_does_not_know_stops_the_build(given: Any, said: str) -> None:
    with pytest.raises(DisclosureError, match=said):
        release(given, POLICY)


@pytest.mark.parametrize("status", ["number", "not collected"])
def test_what_no_measure_declares_is_refused_by_name_and_says_where_to_declare_it(status: Any) -> None:
    known, told = share("needs.housing", 20, 60), share("needs.luck", 30, 60)
    if status != "number":
        told = Estimate("needs.luck", "x", unit="%", status=status)
    with pytest.raises(DisclosureError) as stopped:
        gate.release([known, told, tally("reach.lost", 9)], POLICY)
    assert str(stopped.value) == "; ".join(
        f"{id} is declared by no measure: say in QUANTITIES of src/ut_research/measures/{file}.py what "
        "disclosure control must know of it"
        for id, file in (("needs.luck", "needs"), ("reach.lost", "reach"))
    )
    things = [Estimate("reach.lost", "x", 4, count=4, unit="areas"), replace(told, origin="published")]
    assert len(gate.release([known, *things], POLICY)) == 3


def test_a_policy_of_another_type_stops_the_build() -> None:
    with pytest.raises(DisclosureError, match="the policy is a dict"):
        release([share("a.b", 9, 60)], {"threshold": 5})  # type: ignore[arg-type]


def test_all_problems_are_named_at_once_and_no_value_is() -> None:
    with pytest.raises(DisclosureError) as stopped:
        release([share("a.b", 61, 60), replace(share("a.c", 9, 60), unit="Jane Doe")], POLICY)
    assert "a.b" in str(stopped.value) and "a.c" in str(stopped.value) and "Jane" not in str(stopped.value)


# ---------------------------------------------------------------- Released


def test_nobody_else_makes_or_changes_released_findings() -> None:
    released = release([share("a.b", 9, 60)], POLICY)
    with pytest.raises(DisclosureError, match=r"only disclosure\.release"):
        Released([share("a.b", 1, 60)], POLICY)
    with pytest.raises(DisclosureError, match="cannot be changed"):
        released._estimates = ()
    with pytest.raises(DisclosureError, match="cannot be subclassed"):
        type("Mine", (Released,), {})


def test_findings_are_got_by_id_and_exact_group() -> None:
    released = release(
        [share("a.b", 9, 60), share("a.b", 20, 60, group="engaged"), share("a.c", 12, 60)], POLICY
    )
    assert released.get("a.b").count == 9
    assert released.get("a.b", group="engaged").count == 20
    with pytest.raises(
        UnknownFindingError, match=r"no released finding a\.b\[group=other\]; there are: a\.b, a\.b\["
    ):
        released.get("a.b", group="other")
    with pytest.raises(KeyError, match=r"no released finding z; there are: a\.b, a\.c"):
        released.get("z")


def test_findings_are_selected_by_name_and_group() -> None:
    ids = ["a.b", "a.b_more", "b.a"]
    released = release([share(i, 20, 60, partner=p) for i in ids for p in "xy"], POLICY)
    assert [e.id for e in released.select("a.b")] == ["a.b"] * 2
    assert len(released.select("a")) == 4
    found = released.select(["b", "a.b_more"], partner="x")
    assert [(e.id, e.group) for e in found] == [(id, {"partner": "x"}) for id in ("a.b_more", "b.a")]
    assert isinstance(released.select("a"), Released)


def test_two_releases_are_joined_without_repeating_and_never_mixed() -> None:
    first, second = release([share("a.b", 9, 60)], POLICY), release([share("a.c", 9, 60)], POLICY)
    assert [e.id for e in first + second + first] == ["a.b", "a.c"]
    with pytest.raises(DisclosureError, match=r"a\.b was released twice, and differently"):
        first + release([share("a.b", 10, 60)], POLICY)
    with pytest.raises(DisclosureError, match="different policies"):
        first + release([share("a.c", 20, 60)], Policy(10))
    with pytest.raises(DisclosureError, match="only released findings"):
        first + list(first)  # type: ignore[operator]


def test_the_frame_tells_withheld_from_not_collected() -> None:
    frame = release([share("a.b", 3, 60), Estimate("a.c", "x", status="not collected")], POLICY).frame()
    assert list(frame.status) == ["suppressed", "not collected"]
    assert frame[["value", "low", "high", "count", "n"]].isna().all(axis=None)


# ---------------------------------------------------------------- rounding


@pytest.mark.parametrize(
    ("rounding", "exact", "shown"),
    [
        ("nearest 5", [5, 7, 8, 12, 13, 0], [5, 5, 10, 10, 15, 0]),
        ("midpoint 6", [5, 6, 7, 12, 13, 0], [3, 3, 9, 9, 15, 0]),
        ("none", [5, 6, 7, 12, 13, 0], [5, 6, 7, 12, 13, 0]),
    ],
)
def test_counts_are_rounded_as_the_policy_says(rounding: str, exact: list[int], shown: list[int]) -> None:
    released = release([tally(f"a.b{k}", x) for k, x in enumerate(exact)], Policy(rounding=rounding))
    assert counts(released) == shown
    assert [e.value for e in released] == shown


def test_shares_are_recomputed_from_rounded_counts_and_give_nothing_more_away() -> None:
    rounded = only(share("a.b", 12, 61), Policy(rounding="nearest 5"))
    assert (rounded.count, rounded.n, rounded.low, rounded.high) == (10, 60, None, None)
    assert rounded.value == pytest.approx(100 * 10 / 60)
    assert "nearest 5" in rounded.method


def test_a_mean_does_not_tell_of_how_many_people_it_is_where_counts_are_rounded() -> None:
    """41.3442622951 is 2522 / 61, and of no other number of people near 60."""
    exact = replace(mean("a.b", 2522 / 61, 61), low=39.123456, high=43.56789)
    rounded = only(exact, Policy(rounding="nearest 5"))
    assert (rounded.value, rounded.low, rounded.high, rounded.n) == (41.3, 39.1, 43.6, 60)


def test_a_curve_keeps_its_shape_where_counts_are_rounded() -> None:
    """Seven people are still at risk after censoring: the curve is not of so many sevenths."""
    curve = [
        Estimate("reach.stay", "Still supported", v, v - 9, v + 9, n=n, unit="%", group={"week": w})
        for w, v, n in (("0", 100.0, 61), ("4", 86.88524590163934, 47), ("8", 11.4, 7))
    ]
    rounded = release(curve, Policy(rounding="nearest 5"))
    assert [(e.value, e.low, e.n) for e in rounded] == [(100, None, 60), (87, None, 45), (11, None, 5)]


def test_what_rests_on_counts_is_withheld_where_they_are_rounded() -> None:
    given = [
        share("reoffending.rate", 9, 34, group="engaged"),
        share("reoffending.rate", 15, 27, group="not engaged"),
    ]
    p = Estimate("reoffending.logrank_p", "x", value=0.034, n=61, unit="p-value")
    assert release([*given, p], POLICY).get("reoffending.logrank_p").value == 0.034
    assert release([*given, p], Policy(rounding="nearest 5")).get("reoffending.logrank_p").value is None


# ---------------------------------------------------------------- linked cells


def test_a_small_cell_takes_the_next_smallest_of_its_row_with_it() -> None:
    bands = release(
        [share("a.b", c, 60, band=b) for b, c in [("low", 3), ("middle", 40), ("high", 17)]], POLICY
    )
    assert counts(bands) == [None, 40, None]


def test_a_total_that_is_shown_under_another_name_is_known_and_one_that_nobody_is_shown_is_not() -> None:
    sizes = {"x": range(3), "y": range(3, 23), "z": range(23, 53), "w": range(53, 93)}
    areas = [of(tally("a.b", len(who), area=a), who) for a, who in sizes.items()]
    assert counts(release(areas, POLICY)) == [None, 20, 30, 40]
    everyone = of(mean("a.c", 40.0, 93), among=range(93))
    assert counts(release([everyone, *areas], POLICY)) == [None, None, None, 30, 40]


def test_a_point_where_only_a_few_left_keeps_its_value_and_loses_its_number_at_risk() -> None:
    free = [("0", 100.0, 40), ("6", 70.0, 24), ("7", 70.0, 22), ("8", 70.0, 15)]
    points = [Estimate("a.free", "Free", v, n=n, unit="%", group={"month": m}) for m, v, n in free]
    released = release(points, POLICY)
    assert [e.value for e in released] == [100.0, 70.0, 70.0, 70.0]
    assert [e.n for e in released] == [40, 24, None, 15]


def test_numbers_at_risk_do_not_tell_of_a_few_who_were_lost() -> None:
    """Of 34 at risk six moved and 25 are left: three were lost. Of 23, 20 were followed to the end."""
    seen = [("0", 0, 40), ("4", 6, 34), ("8", 12, 25), ("10", 12, 23), ("12", 12, 20)]
    points = [
        Estimate("a.free", "x", value=100 - 2 * d, count=d, n=n, unit="%", group={"month": m})
        for m, d, n in seen
    ]
    released = release(points, POLICY)
    assert [e.status for e in released] == ["number"] * 5
    assert [e.n for e in released] == [40, 34, None, None, 20]


def test_the_total_itself_may_be_what_is_withheld() -> None:
    parts = [tally("a.b", c, area=a) for a, c in [("x", 3), ("y", 0), ("z", 0)]]
    assert counts(release([tally("a.b", 3), *parts], POLICY)) == [None, None, 0, 0]


def test_a_group_whose_size_is_given_back_by_the_others_is_not_alone() -> None:
    """Everyone's mean, less the means of two partners, is the mean of three people at the third."""
    sizes = {"x": 3, "y": 10, "z": 30, "w": 40}
    means = [mean("a.b", 40.0, 83), *(mean("a.b", 41.0, n, partner=p) for p, n in sizes.items())]
    assert [e.value for e in release(means, POLICY)] == [40.0, None, None, 41.0, 41.0]
    assert [e.value for e in release(means[:-1], POLICY)][-1] == 41.0, "people in no group could be few"


def test_a_breakdown_of_which_more_than_half_is_withheld_is_not_shown() -> None:
    parts = [tally("a.b", n, area=a) for a, n in (("x", 3), ("y", 8), ("z", 20), ("w", 12))]
    assert counts(release([tally("a.b", 43), *parts], POLICY)) == [43, None, None, 20, 12]
    assert counts(release([tally("a.b", 31), *parts[:3]], POLICY)) == [31, None, None, None]
    bands = [share("a.c", c, 60, band=b) for b, c in (("x", 3), ("y", 2), ("z", 55))]
    assert counts(release(bands, POLICY)) == [None, None, 55], "of everyone what is left is shown"


def test_people_in_no_group_are_a_group_too() -> None:
    """Everyone's mean, less those of two partners, is that of the three people who were with neither."""
    sizes = {"x": 10, "y": 30}
    means = [mean("a.b", 40.0, 43), *(mean("a.b", 41.0, n, partner=p) for p, n in sizes.items())]
    assert [e.value for e in release(means, POLICY)] == [40.0, None, 41.0]


def meaningful(**counts: int) -> list[Estimate]:
    return [
        of(share(f"wellbeing.meaningful{rule}", count, 60), range(count), range(60))
        for rule, count in counts.items()
    ]


def test_of_two_rules_a_few_people_apart_one_is_withheld() -> None:
    """More than 3 points: 30; at least 3: 33. So three rose by 3 exactly."""
    found = release(meaningful(**{"": 30, "_more_than_3": 30, "_at_least_3": 33, "_sem": 35}), POLICY)
    assert counts(found) == [30, 30, None, 35]
    assert counts(release(meaningful(_sem=33, _at_least_3=30), POLICY)).count(None) == 1
    assert counts(release(meaningful(_more_than_3=3, _at_least_3=6), POLICY)) == [None, 6]


def test_of_two_steps_of_the_follow_up_a_few_people_apart_one_is_withheld() -> None:
    """9 reoffended; 10 did, or were followed for longer: of one person it is known that they did not."""
    engaged = [
        of(share(f"reoffending.{name}", count, 34, group="engaged"), range(count), range(34))
        for name, count in (("proven_follow_up", 10), ("complete_follow_up", 21), ("rate", 9))
    ]
    assert counts(release(engaged, POLICY)) == [None, 21, 9]


def test_the_people_of_the_lowest_age_do_not_leave_a_few_in_their_band() -> None:
    bands = [
        of(share("reach.age_band", len(who), 60, age_band=b), who, range(60))
        for b, who in (("under 25", range(9)), ("25 to 34", range(9, 60)))
    ]
    for age, who, shown in ((18, range(7), None), (26, range(9, 16), 7)):
        youngest = Estimate("reach.age_min", "Youngest", value=age, count=7, n=60, unit="years")
        assert counts(release([of(youngest, who, range(60)), *bands], POLICY)) == [shown, 9, 51]


def low_and_bands(low: int, moderate: int, high: int) -> list[int | None]:
    ends = {"low": (0, low), "moderate": (low, low + moderate), "high": (low + moderate, 50)}
    bands = [
        of(share("wellbeing.band_t1", b - a, 50, band=name), range(a, b), range(50))
        for name, (a, b) in ends.items()
    ]
    again = of(share("wellbeing.low_t1", low, 50), range(low), range(50))
    return counts(release([again, *bands], POLICY))


def test_the_same_people_under_two_names_are_withheld_under_both() -> None:
    assert low_and_bands(3, 41, 6) == [None, None, 41, None]


def test_what_is_shown_in_two_places_is_kept_where_another_cell_will_do() -> None:
    assert low_and_bands(6, 41, 3) == [6, 6, None, None]


def test_a_breakdown_never_takes_what_it_breaks_down_with_it() -> None:
    everyone = [
        share("reoffending.rate", 9, 34, group="engaged"),
        share("reoffending.rate", 15, 27, group="not engaged"),
    ]
    by_gender = [
        share("reoffending.rate", c, n, group=g, gender=s)
        for g, s, c, n in [
            ("engaged", "female", 1, 4), ("engaged", "male", 8, 30),
            ("not engaged", "female", 1, 4), ("not engaged", "male", 14, 23),
        ]
    ]  # fmt: skip
    assert counts(release([*everyone, *by_gender], POLICY)) == [9, 15, None, None, None, None]


def test_the_people_at_the_top_of_a_scale_do_not_give_a_point_of_it_away() -> None:
    """3 at five days, 4 at two: all with five or more, less those at six and seven, would be the 3."""
    active = of(share("activity.active_t1", 32, 60), range(28, 60), range(60), between=(5, 7))
    released = release([active, *activity(0, 9, 4, 8, 7, 3, 10, 19, low=None)], POLICY)
    top = [released.get("activity.days_t1", days=d).count for d in ("5", "6", "7")]
    assert released.get("activity.active_t1").count is None or top.count(None) > 1


def test_a_step_of_the_flow_is_the_n_of_the_next() -> None:
    """58 of 61 registered is withheld, so nothing may be "out of 58" either."""
    referred = of(tally("reach.referred", 61), range(61))
    registered = of(share("reach.registered", 58, 61), range(58), range(61))
    assessed = of(share("reach.assessed", 40, 58), range(40), range(58))
    assert [e.status for e in release([referred, registered, assessed], POLICY)] == [
        *["number"],
        *["suppressed"] * 2,
    ]


def test_what_is_computed_from_a_withheld_finding_goes_with_it() -> None:
    rates = [
        share("reoffending.rate", 3, 34, group="engaged"),
        share("reoffending.rate", 15, 27, group="not engaged"),
    ]
    rests = [Estimate("reoffending.logrank_p", "x", value=0.16, n=61, unit="p-value")]
    rests.append(
        Estimate(
            "reoffending.months_to_reoffence", "x", value=3, n=15, unit="months", group={"group": "engaged"}
        )
    )
    other = Estimate(
        "reoffending.months_to_reoffence", "x", value=3, n=15, unit="months", group={"group": "not engaged"}
    )
    status = [e.status for e in release([*rates, *rests, other], POLICY)]
    assert status[2:4] == ["suppressed"] * 2


@pytest.mark.parametrize("subject", ["wellbeing", "activity"])
def test_what_counts_on_a_few_people_with_one_questionnaire_does_not_tell_how_many(subject: str) -> None:
    given = [
        tally(f"{subject}.pairs", 100),
        tally(f"{subject}.t1_only", 3),
        *(mean(f"{subject}.{name}", 1.0, 103) for name in ("bound_low", "bound_high", "tipping_point")),
    ]
    assert [e.status for e in release(given, POLICY)] == ["number", *["suppressed"] * 4]


def test_the_rows_of_a_table_do_not_give_back_what_is_counted_in_them() -> None:
    """230 outcomes less the others told how many volunteered; 209 answers, how many answered once; 37 people
    followed up less those who did not engage, how many did."""
    rows = [
        Estimate("quality.kept", "x", value=n, count=n, unit="rows", group={"table": table})
        for table, n in (("outcomes", 230), ("wemwbs", 209), ("reoffending", 37), ("needs", 133))
    ]
    few = [share("outcomes.volunteering", 3, 204), tally("wellbeing.t1_only", 3)]
    few.append(share("reoffending.rate", 2, 3, group="engaged"))
    shown = release([*few, *rows], POLICY)
    assert [e.status for e in shown][3:] == [*["suppressed"] * 3, "number"]


@pytest.mark.parametrize(
    ("rows", "threshold", "shown"), [(254, 5, 250), (255, 5, 260), (5, 5, 10), (133, 10, 140), (3, 5, None)]
)
def test_rows_are_rounded_as_they_would_tell_of_few_less_the_people_counted_in_them(
    rows: int, threshold: int, shown: int | None
) -> None:
    """254 questionnaires, of 147 people at the start and 103 later too, are four later alone."""
    kept = Estimate("quality.kept", "x", value=rows, count=rows, unit="rows", group={"table": "wemwbs"})
    found = only(kept, policy=Policy(threshold))
    assert (found.value, found.count) == (shown, shown)


def test_so_are_blanks_and_what_they_are_out_of() -> None:
    """36 of 61 without a date of a reoffence are 25 with one, one more than reoffended within the year."""
    found = only(replace(share("quality.missing", 36, 61, table="reoffending"), low=47.0, high=70.0))
    assert (found.count, found.n, found.low, found.value) == (40, 60, None, pytest.approx(100 * 40 / 60))


def test_the_mean_of_a_group_goes_with_that_of_everyone() -> None:
    """7 people who were active on 1.4 days and 11 on 2.1 are 18 on 1.8."""
    groups = [mean("a.mean", x, n, period=p) for p, x, n in (("first", 1.4, 7), ("second", 2.1, 11))]
    everyone = mean("a.mean", 1.83, 18)
    assert [e.status for e in release([everyone, *groups], POLICY)] == ["number"] * 3
    withheld = release([everyone, *groups], POLICY, apart={("a.mean", ())})
    assert [e.status for e in withheld] == ["suppressed"] * 3
    one = release([everyone, *groups], POLICY, apart={("a.mean", (("period", "first"),))})
    assert next(iter(one)).status == "number"


DAYS = (8, 9, 7, 6, 6, 3, 8, 4)  # people who are active on 0 to 7 days a week


def activity(*days: int, low: float | None) -> list[Estimate]:
    n, total = sum(days), sum(day * count for day, count in enumerate(days))
    first = [sum(days[:day]) for day in range(len(days))]
    spread = [
        of(
            share("activity.days_t1", count, n, days=str(day)),
            range(since, since + count),
            range(n),
            between=(day, day),
        )
        for day, (count, since) in enumerate(zip(days, first, strict=True))
    ]
    half = None if low is None else total / n - low
    before = replace(mean("activity.mean_t1", total / n, n), low=low, high=half and total / n + half)
    answers = {float(day): count for day, count in enumerate(days) if count}
    means = [of(replace(before, unit="days"), among=range(n), answers=answers)]
    return [*spread, *means, replace(mean("activity.mean_t2", 4.0, n), unit="days")]


def spread_of(released: Released, days: tuple[int, ...], low: float | None) -> list[int]:
    """How far apart the numbers lie that each withheld day may have: every way there is, tried one by one."""
    told = [e.count for e in released if e.id == "activity.days_t1"]
    gone = [day for day, count in enumerate(told) if count is None]
    n, total = sum(days), sum(day * count for day, count in enumerate(days))
    left = n - sum(count for count in told if count is not None)
    average, half = round(total / n, 1), None if low is None else (round(2 * total / n - low, 1) - low) / 2
    deviation = sum((day - total / n) ** 2 * count for day, count in enumerate(days))
    ways = []
    for some in product(range(left + 1), repeat=len(gone) - 1):
        if sum(some) <= left:
            now = dict(zip(gone, (*some, left - sum(some)), strict=True))
            every = [now.get(day, count) for day, count in enumerate(told)]
            mean_ = sum(day * count for day, count in enumerate(every)) / n
            squares = sum((day - mean_) ** 2 * count for day, count in enumerate(every))
            wide = None if half is None else (total / n - low) * (squares / deviation) ** 0.5
            same = abs(mean_ - average) <= 0.05 + 1e-9
            if same and (wide is None or half is None or abs(wide - half) <= 0.05 + 1e-9):
                ways.append([now[day] for day in gone if 0 < days[day] < 5])
    return [max(column) - min(column) for column in zip(*ways, strict=True)]


@pytest.mark.parametrize("low", [None, 2.9])
def test_a_mean_does_not_give_back_the_people_at_points_of_its_scale(low: float | None) -> None:
    """7 people on 5 and on 7 days, and what the mean and its interval tell of everyone's days."""
    alone = release(activity(*DAYS, low=None)[:8], POLICY)
    assert counts(alone) == [8, 9, 7, 6, 6, None, 8, None]
    beside = release(activity(*DAYS, low=low), POLICY)
    assert beside.get("activity.mean_t1").status == "number"
    assert min(spread_of(beside, DAYS, low)) >= 5


def test_what_the_solver_takes_for_impossible_is_tried_again() -> None:
    """Twelve people's days and their squares, as they came up in an attack: the truth is a solution."""
    system = bounds.System([1, 6, 2, 3, 1, 4, 2, 1, 1, 0, 24, 76, 8, 12])
    days = range(4, 10)
    for total, parts in (
        (0, (8, 9)),
        (10, tuple(v for point, v in enumerate(days, 1) for _ in range(point))),
        (11, tuple(v for point, v in enumerate(days, 1) for _ in range(point**2))),
        (12, (1, 2)),
        (13, (3, *days)),
    ):
        system.lines.add(total, parts)
    for whole, part in ((1, 0), (2, 0), *((13, v) for v in (0, 3, *days))):
        system.within.add(whole, [part])
    assert bounds.Reader(system, 5).narrow(range(10), set(range(10)), [0, 2, 3, 4, 5, 6, 7, 8])


def test_a_mean_that_gives_people_back_whatever_is_withheld_goes_itself() -> None:
    """Twelve people, seven days in all: nobody knows who, but whoever said 3 was one or two of them."""
    found = release(activity(8, 2, 1, 1, 0, 0, 0, 0, low=0.0), POLICY)
    assert [e.status for e in found][8:] == ["suppressed", "suppressed"]


def test_what_every_choice_gives_goes_with_what_the_usual_choices_withhold() -> None:
    rates = [
        share("reoffending.rate", 3, 34, group="engaged"),
        share("reoffending.rate", 15, 27, group="not engaged"),
    ]
    low = [share("wellbeing.low_t1", 30, 60), share("wellbeing.low_t2", 20, 60)]
    choices = [
        Estimate(f"multiverse.{name}", "x", value=-20, n=60, unit="percentage points", group={"window": "a"})
        for name in ("reoffending", "low_wellbeing")
    ]
    assert [e.status for e in release([*rates, *low, *choices], POLICY)][4:] == ["suppressed", "number"]
    with pytest.raises(DisclosureError, match="give both to the gate together"):
        release(choices, POLICY)


def ages(**bands: int) -> list[Estimate]:
    n = sum(bands.values())
    names = {"young": "under 25", "older": "45 to 54", "old": "55 and over", "blank": "not recorded"}
    since, spread = 0, []
    for band, count in bands.items():  # the blank ones last
        who, since = range(since, since + count), since + count
        spread.append(of(share("reach.age_band", count, n, age_band=names[band]), who, range(n)))
    known = n - bands["blank"]
    average = of(mean("reach.age_mean", 34.2, known), among=range(known))
    return [of(tally("reach.referred", n), range(n)), *spread, average]


def test_whose_age_is_known_does_not_tell_of_how_many_it_is_not() -> None:
    """120 people, the average age of 113: 7 not recorded, and 8 less 7 is the one who is 55 or over."""
    released = release(ages(young=97, older=15, old=1, blank=7), POLICY)
    assert counts(released) == [120, 97, None, None, 7, None]
    assert [e.status for e in released][-1] == "number"
    few = ages(young=98, older=15, old=5, blank=2)
    assert [e.status for e in release(few, POLICY)][-2:] == ["suppressed", "suppressed"]
    cells = dict(
        value=100 * 7 / 120, count=7, n=120, group={"table": "participants", "column": "age_at_referral"}
    )
    blank = Estimate("quality.missing", "x", unit="%", **cells)  # type: ignore[arg-type]
    assert only(blank).status == "number"
    assert [e.status for e in release([*few, blank], POLICY)][-1] == "suppressed"


def test_a_curve_moves_by_five_people_or_not_at_all() -> None:
    gone = [0, 0, 1, 3, 5, 5, 6, 12, 13]  # by month, of 40 people
    curve = [
        Estimate(
            "a.free", "x", value=100 * (40 - d) / 40, count=d, n=40 - d, unit="%", group={"month": str(m)}
        )
        for m, d in enumerate(gone)
    ]
    shown = [m for m, e in enumerate(release(curve, POLICY)) if e.status == "number"]
    assert shown == [0, 1, 4, 5, 8]  # not 7: after 12, one event would be left over and known
    without = [replace(e, count=None) for e in curve]
    assert [m for m, e in enumerate(release(without, POLICY)) if e.status == "number"] == shown
    strict = release(without, replace(POLICY, zeros_safe=False))
    assert [m for m, e in enumerate(strict) if e.status == "number"] == [0, 4, 8], "nobody is told of either"


def test_a_curve_ends_where_fewer_than_five_are_at_risk() -> None:
    curve = [
        Estimate("a.stay", "x", value=100 * n / 20, count=20 - n, n=n, unit="%", group={"week": str(w)})
        for w, n in [(0, 20), (10, 10), (9, 20), (20, 4)]
    ]
    assert [e.status for e in release(curve, POLICY)] == ["number", "number", "number", "suppressed"]


def test_days_of_activity_add_up_though_they_are_a_scale() -> None:
    days = [share("activity.days_t1", c, 60, days=str(d)) for d, c in enumerate([3, 20, 30, 7, 0, 0, 0, 0])]
    assert counts(release(days, POLICY)) == [None, 20, 30, None, 0, 0, 0, 0]


# ---------------------------------------------------------------- the intruder


Cell = tuple[str, ...]


def can_be(
    cell: set[Cell],
    shown: list[tuple[set[Cell], int]],
    inner: list[Cell],
    equal: Iterable[tuple[set[Cell], set[Cell]]] = (),
) -> tuple[float, float]:
    """The least and the most that a sum of innermost cells can be, given other sums, and sums that are equal.

    The intruder's own way: linear programming over the innermost cells. No code of the gate is used.
    """
    rows = [[float(c in members) for c in inner] for members, _ in shown]
    rows += [[float(c in a) - float(c in b) for c in inner] for a, b in equal]
    known = [size for _, size in shown] + [0] * (len(rows) - len(shown))
    aim = np.array([float(c in cell) for c in inner])
    ends = []
    for sign in (1, -1):
        found = linprog(sign * aim, A_eq=rows or None, b_eq=known or None, bounds=(0, 10_000), method="highs")
        assert found.status == 0
        ends.append(sign * found.fun)
    return ends[0], ends[1]


def margins(cells: Mapping[Cell, int]) -> dict[Cell, set[Cell]]:
    """Every cell that a two-way table shows, by name, as the set of innermost cells in it."""
    table: dict[Cell, set[Cell]] = {(): set(cells)}
    for cell in cells:
        table[cell] = {cell}
        for name in cell:
            table.setdefault((name,), set()).add(cell)
    return table


def keys(name: Cell) -> dict[str, str]:
    return {("partner" if part[0] == "p" else "area"): part for part in name}


def attack_counts(cells: Mapping[Cell, int], names: Iterable[Cell], threshold: int) -> None:
    """Release the sums called `names`, and try to work out each that is withheld."""
    table = margins(cells)
    truth = {name: sum(cells[c] for c in table[name]) for name in names}
    released = release([tally("a.b", truth[name], **keys(name)) for name in truth], Policy(threshold))
    status = {name: e.count for name, e in zip(truth, released, strict=True)}
    shown = [(table[name], size) for name, size in status.items() if size is not None]
    partly = {tuple(keys(name)) for name, size in status.items() if size is not None}
    for name, size in status.items():
        if size is not None:
            assert size == truth[name] and not 0 < size < threshold
        elif 0 < truth[name] < threshold or tuple(keys(name)) in partly:  # else its table is not shown at all
            low, high = can_be(table[name], shown, list(cells))
            assert low <= truth[name] <= high
            assert high - low >= threshold, f"{name} is between {low} and {high}"


def attack_shares(people: Mapping[Cell, Mapping[str, tuple[int, int]]], names: Iterable[Cell]) -> None:
    """The same with shares: for each cell, each id's people with and without, and so the size of the cell."""
    table = margins(dict.fromkeys(people, 0))
    ids = sorted({id for shares in people.values() for id in shares})
    asked = [(id, name) for id in ids for name in names if sum(sum(people[c][id]) for c in table[name])]
    given_ = []
    for id, name in asked:
        yes, no = (sum(people[c][id][k] for c in table[name]) for k in (0, 1))
        given_.append(share(id, yes, yes + no, **keys(name)))
    released = dict(zip(asked, release(given_, POLICY), strict=True))
    inner = [(id, *c, side) for id in ids for c in people for side in ("with", "without")]
    shown: list[tuple[set[Cell], int]] = []

    def part(id: str, name: Cell, side: str) -> set[Cell]:
        return {(id, *c, side) for c in table[name]}

    same_people = [
        (part(ids[0], c, "with") | part(ids[0], c, "without"), part(id, c, "with") | part(id, c, "without"))
        for id in ids[1:]
        for c in people
    ]
    for (id, name), e in released.items():
        if e.count is not None and e.n is not None:
            shown += [(part(id, name, "with"), e.count), (part(id, name, "without"), e.n - e.count)]
    partly = {(id, tuple(keys(name))) for (id, name), e in released.items() if e.count is not None}
    for (id, name), e in released.items():
        sides = [sum(people[c][id][k] for c in table[name]) for k in (0, 1)]
        if e.count is not None:
            assert not any(0 < size < 5 for size in (*sides, sum(sides)))
            continue
        for side, size in zip(("with", "without"), sides, strict=True):
            # that nobody is on one side may follow from "everyone", which is safe here; and a table that is
            # not shown at all has no cells to work out, unless they are small
            if 0 < size < 5 or (size and (id, tuple(keys(name))) in partly):
                low, high = can_be(part(id, name, side), shown, inner, same_people)
                assert high - low >= 5, f"{id} {name}, {side}: between {low} and {high}"


small_or_not = st.one_of(st.integers(0, 9), st.integers(0, 60))


@st.composite
def crossed(draw: st.DrawFn, most: int = 4) -> dict[Cell, int]:
    rows, columns = draw(st.integers(1, most)), draw(st.integers(1, most))
    return {(f"p{i}", f"a{j}"): draw(small_or_not) for i in range(rows) for j in range(columns)}


@st.composite
def two_shares(draw: st.DrawFn) -> dict[Cell, dict[str, tuple[int, int]]]:
    """People by partner and area, and of how many two things are true."""
    sizes = draw(crossed(most=3))
    return {
        cell: {id: (yes := draw(st.integers(0, n)), n - yes) for id in ("a.b", "a.c")}
        for cell, n in sizes.items()
    }


def one_way(cells: Iterable[Cell]) -> list[Cell]:
    return [name for name in margins(dict.fromkeys(cells, 0)) if len(name) < 2]


@settings(max_examples=samples(30, 300))
@given(crossed(), st.sampled_from([3, 5, 10]))
def test_no_cell_of_a_two_way_table_can_be_worked_out(cells: dict[Cell, int], threshold: int) -> None:
    attack_counts(cells, margins(cells), threshold)


@settings(max_examples=samples(30, 300))
@given(crossed())
def test_no_cell_of_two_tables_that_share_their_total_can_be_worked_out(cells: dict[Cell, int]) -> None:
    attack_counts(cells, one_way(cells), 5)


@settings(max_examples=samples(20, 200))
@given(two_shares())
def test_no_share_by_partner_or_by_area_can_be_worked_out(
    people: dict[Cell, dict[str, tuple[int, int]]],
) -> None:
    attack_shares(people, one_way(people))


@settings(max_examples=samples(15, 150))
@given(two_shares())
def test_no_share_by_partner_and_area_can_be_worked_out(
    people: dict[Cell, dict[str, tuple[int, int]]],
) -> None:
    attack_shares(people, margins(dict.fromkeys(people, 0)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_tables_are_attacked(seed: int) -> None:
    chance = np.random.default_rng(seed)
    for _ in range(samples(50, 200)):
        rows, columns = chance.integers(1, 5, 2)
        top = int(chance.choice([4, 8, 20, 80]))
        cells = {
            (f"p{i}", f"a{j}"): int(chance.integers(0, top)) for i in range(rows) for j in range(columns)
        }
        attack_counts(cells, margins(cells), int(chance.choice([3, 5, 10])))
        attack_counts(cells, one_way(cells), 5)
        people = {
            cell: {id: (yes := int(chance.integers(0, n + 1)), n - yes) for id in ("a.b", "a.c")}
            for cell, n in cells.items()
        }
        attack_shares(people, one_way(people))


@settings(max_examples=samples(50, 500))
@given(st.lists(small_or_not, min_size=1, max_size=5), st.booleans())
def test_whole_numbers_leave_the_intruder_room_too(sizes: list[int], zeros_safe: bool) -> None:
    """What is left of a total for its withheld parts: two at least, and enough to be anything."""
    given_ = [tally("a.b", sum(sizes)), *(tally("a.b", c, area=f"a{k}") for k, c in enumerate(sizes))]
    total, *parts = counts(release(given_, Policy(zeros_safe=zeros_safe)))
    if total is not None and None in parts:
        assert parts.count(None) > 1
        assert total - sum(c for c in parts if c is not None) >= POLICY.threshold


@settings(max_examples=samples(50, 500))
@given(crossed())
def test_the_same_findings_give_the_same_release(cells: dict[tuple[str, str], int]) -> None:
    given_ = [tally("a.b", sum(cells[c] for c in m), **keys(name)) for name, m in margins(cells).items()]
    assert list(release(given_, POLICY)) == list(release(list(given_), POLICY))


# ---------------------------------------------------------------- downloads


@pytest.mark.parametrize(
    "hostile", ["=1+1", "+44", "-cmd|'/C calc'!A0", "@SUM(A1)", "\t=1", " =1", "\r=1", "|x", "%0A"]
)
def test_no_text_becomes_a_formula_in_a_spreadsheet(hostile: str, tmp_path: Any) -> None:
    released = release([replace(share("a.b", 9, 60, partner=hostile), label=hostile, source=hostile)], POLICY)
    write_csv(released, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    assert row["label"] == row["partner"] == row["source"] == "'" + hostile.strip()


def test_a_download_says_why_a_cell_has_no_number_and_keeps_negative_numbers(tmp_path: Any) -> None:
    given_ = [
        share("a.b", 3, 60),
        Estimate("a.c", "x", unit="%", status="not collected"),
        share("a.d", 0, 60),
    ]
    given_.append(mean("a.e", -4.5, 60))
    write_csv(release(given_, POLICY), tmp_path / "out.csv")
    frame = pd.read_csv(tmp_path / "out.csv")
    assert list(frame.value) == ["withheld", "not collected", "0", "-4.5"]
    assert list(frame["count"].fillna("")) == ["withheld", "not collected", "0", ""]


def test_only_released_findings_are_written(tmp_path: Any) -> None:
    with pytest.raises(DisclosureError, match="only released findings can be written"):
        write_csv([share("a.b", 1, 60)], tmp_path / "out.csv")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
