"""A draft beside the releases approved before it: what moved, what would give a few people away."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import release
from united_together import PARAMETERS

from tools import example
from ut_research.core.estimate import Estimate, Key, key
from ut_research.core.measurement import Measurement, people
from ut_research.core.problems import ProblemsFound
from ut_research.core.quantity import Quantity
from ut_research.disclosure import decision, gate, releases
from ut_research.disclosure.policy import Policy
from ut_research.disclosure.releases import Release, telling
from ut_research.measures import declared, everything

POLICY = Policy()
ROUNDED = Policy(rounding="nearest 5")


def share(id: str, count: int, n: int, **group: str) -> Estimate:
    return Estimate(id, id, value=100 * count / n, count=count, n=n, unit="%", group=group)


def tally(id: str, count: int, **group: str) -> Estimate:
    return Estimate(id, id, value=count, count=count, unit="people", group=group)


def mean(id: str, value: float, n: int, half: float = 2.0) -> Estimate:
    return Estimate(id, id, value, value - half, value + half, n=n, unit="points")


def withheld(e: Estimate) -> Estimate:
    return replace(e, value=None, low=None, high=None, count=None, n=None, status="suppressed")


def approved(*found: Estimate, policy: Policy = POLICY, **about: str) -> Release:
    said = {"name": "march", "study": "a-study", "by": "A Person", "on": "2031-04-01"}
    said |= {"owner": "here", "people": "these"} | about
    return Release(**said, policy=policy, parameters={}, findings=found)


def told(*pairs: tuple[Estimate, Estimate], policy: Policy = POLICY) -> tuple[set[str], set[str]]:
    """The ids of the second of each pair that are not safe beside the first; and whose ranges are not."""
    before, after = zip(*pairs, strict=True)
    whole, ranges = telling(after, [approved(*before)], policy)
    return {id for id, _ in whole}, {id for id, _ in ranges}


@pytest.mark.parametrize(
    ("more", "tells"), [(0, False), (1, True), (4, True), (5, False), (6, False), (-4, True), (-5, False)]
)
def test_a_difference_of_one_to_four_people_is_not_shown(more: int, tells: bool) -> None:
    found = told((tally("reach.referred", 61), tally("reach.referred", 61 + more)))
    assert found == ({"reach.referred"} if tells else set(), set())


def test_nor_one_among_the_people_outside_a_count_or_behind_a_mean() -> None:
    few_outside = (share("a.b", 20, 60), share("a.b", 26, 68))
    behind = (mean("a.mean", 41.0, 40), mean("a.mean", 41.5, 42))
    enough = (share("a.c", 20, 60), share("a.c", 26, 71))
    assert told(few_outside, behind, enough) == ({"a.b", "a.mean"}, set())


def test_of_five_to_nine_who_came_the_sum_is_told_but_not_the_squares() -> None:
    """With the range of a mean a reader has the squares: of few people, both together give the answers."""
    assert told((mean("a.b", 41.0, 40), mean("a.b", 41.5, 47))) == (set(), {"a.b"})
    assert told((mean("a.b", 41.0, 40), mean("a.b", 41.5, 50))) == (set(), set())
    assert told((mean("a.b", 41.0, 40), replace(mean("a.b", 41.5, 47), low=None, high=None))) == (
        set(),
        set(),
    )
    spread = replace(mean("wellbeing.change_sd", 4.0, 40), low=None, high=None)
    assert told((spread, replace(spread, value=4.1, n=47))) == ({"wellbeing.change_sd"}, set())
    assert told((spread, replace(spread, value=4.1, n=50))) == (set(), set())


def test_nor_is_a_range_that_moved_though_the_mean_seems_the_same() -> None:
    """A record was corrected by a point: at the digits shown the range moves and the mean does not."""
    assert told((mean("a.b", 41.0, 40), mean("a.b", 41.0, 40, half=2.1))) == (set(), {"a.b"})
    stay = "reach.stay_mean_weeks"
    assert told((mean(stay, 41.0, 40), mean(stay, 41.0, 40, half=2.1))) == (set(), set())


@pytest.mark.parametrize(
    ("id", "value", "n", "tells"),
    [
        ("wellbeing.mean_t1", 41.0, 40, False),
        ("wellbeing.mean_t1", 41.0 + 1e-13, 40, False),
        ("wellbeing.mean_t1", 41.1, 40, True),  # somebody's score is 4 points more than in March
        ("wellbeing.mean_t1", 41.1, 50, False),
        ("reach.stay_mean_weeks", 41.1, 40, False),  # twelve weeks later, everybody has stayed for longer
        # of eleven people lost, the change that would undo the others': theirs is 5 or 6 days more in all
        ("activity.tipping_point", 41.5, 40, True),
        ("wellbeing.bound_low", 41.2, 40, True),
        ("wellbeing.change_sd", 41.2, 40, True),
        ("multiverse.low_wellbeing", 43.0, 40, True),
    ],
)
def test_a_mean_that_moved_though_of_as_many_people_is_not_shown(
    id: str, value: float, n: int, tells: bool
) -> None:
    assert told((mean(id, 41.0, 40), mean(id, value, n)))[0] == ({id} if tells else set())


def test_no_mean_of_what_people_said_or_are_is_forgotten() -> None:
    means = {e.id for e in measured() if re.search(r"\bmean\b.*interval", e.method)}
    known = {"reach.age_mean", "activity.change_mean", "wellbeing.swemwbs_mean_t1"}
    moving = {id for id, q in declared.quantities().items() if not q.moves_with_time}
    assert known <= means & moving
    assert means - moving == {"reach.stay_mean_weeks"}


def test_rounded_counts_differ_by_whole_steps_and_tell_nothing_of_a_few() -> None:
    march = [tally("a.b", 61), share("a.c", 20, 61)]
    june = list(release([tally("a.b", 63), share("a.c", 21, 63)], ROUNDED))
    assert telling(june, [approved(*march)], ROUNDED) == (set(), set())
    assert telling(june, [approved(*release(march, ROUNDED), policy=ROUNDED)], ROUNDED) == (set(), set())


@pytest.mark.parametrize("n", [61, 60, 62])
def test_rounding_does_not_hide_what_one_record_was_corrected_by(n: int) -> None:
    """Of about 60 people the mean is 41.3 where it was 41.0: somebody's score is some 18 points more."""
    march, june = mean("wellbeing.mean_t1", 41.0, 61), mean("wellbeing.mean_t1", 41.3, n)
    june = replace(june, n=ROUNDED.rounded(n))
    for before in (approved(march), approved(replace(march, n=60), policy=ROUNDED)):
        assert telling([june], [before], ROUNDED)[0] == {("wellbeing.mean_t1", ())}
    assert telling([replace(june, value=41.0, low=39.0, high=43.0)], [approved(march)], ROUNDED)[0] == set()


def test_what_was_shown_rounded_is_known_as_well() -> None:
    """12 in y and 60 in all were shown, rounded: where 3 in x are not shown, nor may y tell of them."""
    found = [tally("a.b", 63), *(tally("a.b", n, area=a) for a, n in zip("xyz", (3, 12, 48), strict=True))]
    before = approved(*release(found[:1] + found[2:3], ROUNDED), policy=ROUNDED)
    assert releases.known(found, [before]) == {key(found[0]), key(found[2])}
    assert releases.known([tally("a.b", 70)], [before]) == set()


@pytest.mark.parametrize(
    ("id", "count", "n", "tells"),
    [
        ("needs.alcohol_drugs", 27, 67, True),  # all seven who came since March need help with drugs
        ("needs.alcohol_drugs", 40, 80, False),  # of twenty that may be told
        ("needs.alcohol_drugs", 20, 67, False),
        ("reach.completed", 27, 67, False),  # which is not sensitive
    ],
)
def test_nor_is_it_told_that_all_who_came_are_alike(id: str, count: int, n: int, tells: bool) -> None:
    assert told((share(id, 20, 60), share(id, count, n)))[0] == ({id} if tells else set())


def test_where_zeros_are_unsafe_nor_that_all_or_none_of_them_are() -> None:
    strict = Policy(zeros_safe=False)
    for count, tells in ((20, True), (27, True), (25, False)):
        pair = share("a.b", 20, 60), share("a.b", count, 60 + (7 if count != 25 else 10))
        assert told(pair, policy=strict)[0] == ({"a.b"} if tells else set())


def test_of_those_who_came_no_few_are_left_to_the_cells_that_are_withheld() -> None:
    """Twelve came, five of them to z and five to w: two came to x or y, of which nothing is shown."""
    x, y = (withheld(tally("a.b", 0, area=a)) for a in "xy")
    march = [tally("a.b", 60), x, y, tally("a.b", 30, area="z"), tally("a.b", 20, area="w")]
    june = [tally("a.b", 72), x, y, tally("a.b", 35, area="z"), tally("a.b", 25, area="w")]
    assert telling(june, [approved(*march)], POLICY)[0] == {("a.b", (("area", "w"),))}
    june[0] = tally("a.b", 75)
    assert telling(june, [approved(*march)], POLICY)[0] == set()


def test_the_larger_threshold_of_the_two_counts() -> None:
    pair = (tally("a.b", 60), tally("a.b", 68))
    assert told(pair) == (set(), set())
    assert told(pair, policy=Policy(10)) == ({"a.b"}, set())
    assert telling([pair[1]], [approved(pair[0], policy=Policy(10))], POLICY)[0] == {("a.b", ())}


def test_a_draft_is_beside_all_releases_and_not_the_last_alone() -> None:
    """61 in March, 80 in June, and 63 now: two people are told, though not by June."""
    march, june = approved(tally("a.b", 61)), approved(tally("a.b", 80))
    assert telling([tally("a.b", 63)], [march, june], POLICY)[0] == {("a.b", ())}
    assert telling([tally("a.b", 63)], [june], POLICY)[0] == set()


def test_things_are_not_people_and_published_figures_do_not_move() -> None:
    things = [Estimate("themes.interviews", "x", value=n, count=n, unit="interviews") for n in (12, 13)]
    public = [replace(tally("p.q", n), origin="published") for n in (30, 31)]
    assert told(tuple(things), tuple(public)) == (set(), set())  # type: ignore[arg-type]
    assert [c.about.id for c in releases.changes([things[0], public[0]], [things[1], public[1]])] == [
        "themes.interviews"
    ]


AREAS = [("x", 3), ("y", 7), ("z", 30), ("w", 20)]


def test_what_was_withheld_then_cannot_be_worked_out_with_what_is_shown_now() -> None:
    """Then 3 and 7 of 60 were withheld; now the 7 would be shown, and so tell the 3."""
    before = list(release([tally("a.b", 60), *(tally("a.b", c, area=a) for a, c in AREAS)], POLICY))
    assert [e.count for e in before] == [60, None, None, 30, 20]
    then_x = withheld(tally("a.b", 0, area="x"))  # as it might be for another reason
    after = [tally("a.b", 70), then_x, *(tally("a.b", c, area=a) for a, c in AREAS[1:])]
    whole, _ = telling(after, [approved(*before)], POLICY)
    assert ("a.b", (("area", "y"),)) in whole


def after(found: list[Estimate], *before: Estimate, **apart: Any) -> dict[Key, int | None]:
    """The counts that are shown of `found` after `before`."""
    told = releases.known(found, [approved(*before)])
    return {key(e): e.count for e in release(found, POLICY, known=told, **apart) if e.status == "number"}


def test_what_is_withheld_now_cannot_be_worked_out_with_what_was_shown_then() -> None:
    """Then 10 in x was shown; now 3 in y are not: w goes with them, as everybody knows of x."""
    x, y, z, w = (tally("a.b", n, area=a) for a, n in zip("xyzw", (10, 3, 30, 17), strict=True))
    found = [tally("a.b", 60), x, y, z, w]
    assert set(after(found)) == {("a.b", ()), key(z), key(w)}
    assert set(after(found, x)) == {("a.b", ()), key(x), key(z)}
    assert set(after(found, tally("a.b", 16, area="x"))) == set(after(found)), "that is not what it is now"


def test_nor_with_what_was_shown_of_the_same_people_under_another_name() -> None:
    rows = pd.Index(range(60), name="person")
    areas = {"x": rows[:10], "y": rows[10:13], "z": rows[13:43], "w": rows[43:]}

    def of(id: str, who: pd.Index, **group: str) -> Measurement:
        n = len(who)
        return Measurement(
            id, id, value=n, count=n, unit="people", group=group, counted=people(who), among=people(rows)
        )

    found = [of("a.b", rows), *(of("a.b", who, area=area) for area, who in areas.items())]
    found.append(of("a.c", areas["x"]))
    known = {e.id: Quantity(id=e.id) for e in found} | {"a.c": Quantity(id="a.c", related=("a.b",))}
    refused = {("a.c", ())}
    alone = gate.release(found, POLICY, known, apart=refused)
    assert [e.count for e in alone] == [60, None, None, 30, 17, None]
    told = releases.known(found, [approved(tally("a.c", 10))])
    beside = gate.release(found, POLICY, known, apart=refused, known=told)
    assert [e.count for e in beside] == [60, 10, None, 30, None, None]


@given(st.lists(st.integers(1, 30), min_size=3, max_size=6), st.data())
def test_two_releases_of_the_same_people_give_no_small_count_back_together(
    sizes: list[int], data: st.DataObject
) -> None:
    """Whatever somebody refused in the first, and in the second."""
    cells = [tally("a.b", n, area=f"a{i}") for i, n in enumerate(sizes)]
    found = [tally("a.b", sum(sizes)), *cells]
    first, second = (data.draw(st.sets(st.sampled_from([key(c) for c in cells]), max_size=2)) for _ in "ab")
    before = [e for e in release(found, POLICY, apart=first) if e.status == "number"]
    shown = {key(e) for e in before} | set(after(found, *before, apart=second))
    hidden = [c.count or 0 for c in cells if key(c) not in shown]
    if ("a.b", ()) in shown and any(n < POLICY.threshold for n in hidden):
        assert len(hidden) > 1
        assert sum(hidden) >= POLICY.threshold


def test_three_releases_together_give_nothing_back() -> None:
    """One shows the total, one this area, one that: with both and the total the third follows."""
    hidden = {a: withheld(tally("a.b", 0, area=a)) for a in "xyz"}
    total = approved(tally("a.b", 40), *hidden.values())
    one = approved(tally("a.b", 17, area="x"), hidden["y"], hidden["z"])
    draft = [hidden["x"], tally("a.b", 20, area="y"), hidden["z"]]
    assert telling(draft, [total], POLICY)[0] == set()
    assert telling(draft, [total, one], POLICY)[0] == {("a.b", (("area", "y"),))}


def test_shares_of_one_whole_are_filled_in_from_their_n() -> None:
    bands = [("low", 3), ("middle", 7), ("upper", 20), ("high", 30)]
    before = list(release([share("a.b", c, 60, band=b) for b, c in bands], POLICY))
    assert [e.count for e in before] == [None, None, 20, 30]
    after = [withheld(share("a.b", 3, 60, band="low")), *(share("a.b", c, 60, band=b) for b, c in bands[1:])]
    assert ("a.b", (("band", "middle"),)) in telling(after, [approved(*before)], POLICY)[0]


def measured(tables: dict[str, pd.DataFrame] | None = None, **other: Any) -> list[Estimate]:
    """All that is measured of the invented example, with parameters of its study or `other`."""
    about = {"data_to": pd.Timestamp("2021-06-01"), "rows": {}, "origin": "example"}
    issues = pd.DataFrame(columns=["table", "row", "column", "rule", "action", "done"])
    given = PARAMETERS | about | {"issues": issues} | other
    return everything.measured(tables or example.generate(), given)


@pytest.mark.slow
def test_the_same_people_by_another_choice_are_not_told_apart() -> None:
    other = {"low_at_most": 41}
    first = decision.released(measured(), POLICY)
    before = approved(*(e for e in first if e.origin != "published"))
    alone = decision.released(measured(**other), POLICY)
    draft = decision.released(measured(**other), POLICY, [before])
    assert telling(alone, [before], POLICY)[0], "by itself it would tell"
    assert telling(draft, [before], POLICY) == (set(), set())
    assert sum(e.status == "number" for e in draft) > 100, "and it is still a report"


@pytest.mark.slow
def test_nothing_tells_what_one_record_was_corrected_by() -> None:
    """The change that would undo the others', times the people lost, told it to within a point."""
    tables = example.generate()
    days = tables["activity"].copy()
    one = days.index[days.timepoint == "T2"][2]
    days.loc[one, "active_days"] = 7 if days.loc[one, "active_days"] < 4 else 0
    before = approved(*(e for e in decision.released(measured(), POLICY) if e.origin != "published"))
    shown = {key(e): e for e in before.findings if e.status == "number"}
    alone, draft = (
        [
            e.id
            for e in decision.released(measured(tables | {"activity": days}), POLICY, beside)
            if (old := shown.get(key(e))) and e.status == "number" and not e.id.startswith("multiverse.agree")
            and (e.value, e.low, e.high, e.count, e.n) != (old.value, old.low, old.high, old.count, old.n)
            and not (old.high is not None and (e.value, e.high, e.n) == (old.value, None, old.n))
        ]
        for beside in ([], [before])
    )  # fmt: skip
    assert {"activity.change_mean", "activity.tipping_point"} <= set(alone)
    assert draft == []


@pytest.mark.slow
def test_the_same_again_is_the_same_release() -> None:
    first = decision.released(measured(), POLICY)
    again = decision.released(measured(), POLICY, [approved(*first)])
    assert list(again) == list(first)


@given(st.lists(st.integers(6, 40), min_size=3, max_size=6), st.integers(0, 5))
def test_what_is_set_apart_cannot_be_worked_out_from_the_rest(sizes: list[int], which: int) -> None:
    cells = [tally("a.b", n, area=f"a{i}") for i, n in enumerate(sizes)]
    chosen = key(cells[which % len(cells)])
    out = release([tally("a.b", sum(sizes)), *cells], POLICY, apart={chosen})
    shown = {key(e): e for e in out if e.status == "number"}
    assert chosen not in shown
    hidden = [e for e in out if e.status != "number"]
    assert ("a.b", ()) not in shown or len(hidden) > 1


def test_a_finding_is_refused_by_its_name_or_in_all_groups(tmp_path: Path) -> None:
    found = [tally("a.b", 60), tally("a.b", 30, area="x"), tally("a.c", 9)]
    rows = [{"finding": "a.b[area=x]", "by": "A Person", "on": "2031-04-01", "reason": "a small town"}]
    releases.refuse(tmp_path, rows)
    assert releases.are_refused(found, releases.refused(tmp_path)) == {("a.b", (("area", "x"),))}
    releases.refuse(tmp_path, [rows[0] | {"finding": "a.b"}, rows[0] | {"reason": "a better one"}])
    assert [(r["finding"], r["reason"]) for r in releases.refused(tmp_path)] == [
        ("a.b[area=x]", "a better one"), ("a.b", "a small town"),
    ]  # fmt: skip
    assert releases.are_refused(found, releases.refused(tmp_path)) == {key(e) for e in found[:2]}


def test_what_moved_is_told_with_why() -> None:
    before = [tally("a.a", 60), share("a.b", 20, 60), tally("a.c", 9), tally("a.e", 30)]
    after = [
        tally("a.a", 60),
        share("a.b", 30, 75),
        tally("a.d", 9),
        withheld(tally("a.e", 4)),
        tally("a.f", 9),
    ]
    before.append(withheld(tally("a.f", 3)))
    assert [(c.about.id, c.why) for c in releases.changes(before, after)] == [
        ("a.b", "from 60 people to 75"),
        ("a.c", "no longer in the release"),
        ("a.d", "new in this release"),
        ("a.e", "was shown, is now withheld"),
        ("a.f", "was withheld, is now shown"),
    ]


def test_a_release_is_kept_and_read_back(tmp_path: Path) -> None:
    first = approved(*release([share("a.b", 9, 60), share("a.c", 3, 60)], POLICY))
    second = replace(first, name="june", on="2031-07-01", study="another")
    files = [first.write(tmp_path / "one"), second.write(tmp_path / "one"), first.write(tmp_path / "two")]
    assert [f.name for f in files] == ["0001-march.json", "0002-june.json", "0001-march.json"]
    assert releases.read([tmp_path / "two", tmp_path / "one", tmp_path / "none"]) == [first, first, second]


@pytest.mark.parametrize(("about", "shares"), [
    ({}, True),
    ({"owner": "there", "people": "others"}, True),
    ({"study": "b-study", "people": "others"}, True),
    ({"study": "b-study", "owner": "there"}, True),
    ({"study": "b-study", "owner": "there", "people": "others"}, False),
])  # fmt: skip
def test_whatever_may_be_about_the_same_people_is_compared(about: dict[str, str], shares: bool) -> None:
    assert approved(**about).may_share("a-study", "here", "these") is shares


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text.replace('"count": 9', '"count": 8'),
        lambda text: text.replace("march", "april"),
        lambda text: text.replace('"threshold": 5', '"threshold": 3'),
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "sha256"}),
    ],
)
def test_a_record_that_was_tampered_with_is_refused(tmp_path: Path, harm: Any) -> None:
    file = approved(share("a.b", 9, 60)).write(tmp_path)
    file.write_text(harm(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ProblemsFound, match=r"0001-march\.json: this record of a release is damaged or was"):
        releases.read([tmp_path])


# ---------------------------------------------------------------- each rule at its edge


@pytest.mark.parametrize(("n", "tells"), [(49, True), (50, False), (31, True), (30, False), (45, True)])
def test_a_range_wants_twice_as_many_who_came_or_left(n: int, tells: bool) -> None:
    whole, ranges = told((mean("a.b", 41.0, 40), mean("a.b", 42.0, n)))
    assert (whole, ranges) == (set(), {"a.b"} if tells else set())


def test_a_range_is_told_by_either_of_its_limits() -> None:
    march = mean("a.b", 41.0, 40)
    assert told((march, replace(march, high=43.5)))[1] == {"a.b"}
    assert told((march, replace(march, low=38.5)))[1] == {"a.b"}
    assert told((march, replace(march, low=None, high=None))) == (set(), set())
    assert told((replace(march, low=None, high=None), replace(march, n=47))) == (set(), set())
    assert told((march, replace(march, n=None, high=44.0))) == (set(), set()), "nobody knows of how many"


def test_a_share_is_told_by_its_counts_and_not_by_its_range() -> None:
    march = replace(share("a.b", 20, 60), low=10.0, high=40.0)
    assert told((march, replace(march, high=41.0))) == (set(), set())
    assert told((march, replace(share("a.b", 25, 65), low=10.0, high=41.0))) == (set(), set())
    assert told((march, replace(march, value=34.0))) == (set(), set())
    curve = replace(share("a.b", 20, 60), count=None, low=10.0, high=40.0)
    assert told((curve, replace(curve, value=40.0))) == ({"a.b"}, set()), "the share says its count"
    assert told((curve, replace(curve, value=45.0))) == (set(), set())


def test_what_is_withheld_now_or_was_then_tells_nothing_by_itself() -> None:
    for march, june in (
        (tally("a.b", 61), withheld(tally("a.b", 63))),
        (withheld(tally("a.b", 61)), tally("a.b", 63)),
    ):
        assert told((march, june)) == (set(), set())
    assert telling([tally("a.c", 63)], [approved(tally("a.b", 61))], POLICY) == (set(), set())


def test_counts_are_compared_with_exact_releases_and_what_was_rounded_is_known() -> None:
    march, june = tally("a.b", 61), tally("a.b", 63)
    rounded = approved(tally("a.b", 60), policy=ROUNDED)
    assert telling([june], [rounded], POLICY) == (set(), set())
    assert telling([june], [rounded, approved(march)], POLICY)[0] == {("a.b", ())}
    assert releases.known([march], [rounded]) == {("a.b", ())}, "it is 60 when it is rounded"
    assert releases.known([june], [rounded]) == set()
    assert releases.known([march], [approved(march)]) == {("a.b", ())}


@pytest.mark.parametrize(
    ("now", "same"),
    [
        ({}, True),
        ({"value": 41.05}, True),  # is shown as 41.0, or as 41.1
        ({"value": 41.06}, False),
        ({"value": 40.94}, False),
        ({"n": 41}, False),
        ({"count": 40}, False),
        ({"value": None, "status": "not collected", "n": None, "low": None, "high": None}, False),
    ],
)
def test_what_was_shown_is_known_where_it_is_what_it_was(now: dict[str, Any], same: bool) -> None:
    march = approved(mean("a.b", 41.0, 40))
    found = [replace(mean("a.b", 41.0, 40), **now)]
    assert releases.known(found, [march]) == ({("a.b", ())} if same else set())


def test_what_was_withheld_is_not_known_nor_what_is_measured_no_more() -> None:
    march = approved(withheld(tally("a.b", 3)), tally("a.c", 9), replace(tally("a.d", 9), origin="published"))
    found = [tally("a.b", 3), tally("a.d", 9)]
    assert releases.known(found, [march]) == {("a.d", ())}


@pytest.mark.parametrize(
    ("total", "tells"),
    [
        (64, True),  # of 64 less 30 and 20, 10 are filled in: four are left for two that were withheld
        (65, False),
        (59, False),  # it does not add up, and so nothing follows
    ],
)
def test_a_few_left_for_two_cells_are_told_when_the_third_is_shown(total: int, tells: bool) -> None:
    areas = {"x": None, "y": None, "z": None, "w": 30, "v": 20}
    before = [tally("a.b", total)]
    before += [tally("a.b", n, area=a) if n else withheld(tally("a.b", 0, area=a)) for a, n in areas.items()]
    now = telling([tally("a.b", 10, area="z")], [approved(*before)], POLICY)[0]
    assert now == ({("a.b", (("area", "z"),))} if tells else set())


def test_nothing_follows_where_no_total_is_known_or_all_are_shown_or_none() -> None:
    cells = [withheld(tally("a.b", 0, area=a)) for a in "xy"]
    draft = [tally("a.b", 10, area="x")]

    def tells(*before: Estimate) -> bool:
        return bool(telling(draft, [approved(*before)], POLICY)[0])

    assert tells(tally("a.b", 14), *cells)
    assert not tells(*cells)
    assert not tells(withheld(tally("a.b", 14)), *cells)
    assert not tells(tally("a.b", 14), cells[1])
    assert not tells(tally("a.b", 10), cells[0]), "the one that is shown was all there is"
    band = [replace(e, group={"band": e.group["area"]}) for e in cells]
    assert not tells(tally("a.b", 14), *band), "by another column"
    refused = telling([withheld(draft[0])], [approved(tally("a.b", 14), *cells)], POLICY)
    assert refused == (set(), set())


def test_shares_of_unlike_wholes_do_not_add_up() -> None:
    draft = [share("a.b", 10, 40, band="x")]

    def tells(*sizes: int) -> bool:
        others = [share("a.b", 25, n, band=f"b{n}{k}") for k, n in enumerate(sizes)]
        before = [*(withheld(share("a.b", 0, 40, band=b)) for b in "xy"), *others]
        return bool(telling(draft, [approved(*before)], POLICY)[0])

    assert tells(60, 60)
    assert not tells(60, 61)
    assert not tells(60), "one alone may be a group of its own"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"n": 61}, "from 60 people to 61"),
        ({"count": 21}, "more or other people counted"),
        ({"n": None, "count": 21}, "more or other people counted"),
        ({"value": 35.0, "method": "another"}, "computed in another way"),
        ({"value": 35.0}, "the data behind it changed"),
        ({"low": 1.0}, "the data behind it changed"),
        ({"high": 1.0}, "the data behind it changed"),
        ({"status": "not collected"}, "was shown, is now not collected"),
    ],
)
def test_why_a_finding_moved(change: dict[str, Any], why: str) -> None:
    before = share("a.b", 20, 60)
    [moved] = releases.changes([before], [replace(before, **change)])
    assert (moved.why, moved.about) == (why, moved.after)
    assert releases.changes([before], [replace(before, label="another", method="another")]) == []


def test_what_is_gone_is_told_as_it_was_last() -> None:
    [gone] = releases.changes([tally("a.b", 9)], [])
    assert gone.about == tally("a.b", 9)


def test_releases_are_read_in_the_order_of_their_days(tmp_path: Path) -> None:
    june, march = approved(on="2031-06-01", name="june"), approved()
    june.write(tmp_path / "one"), march.write(tmp_path / "two")
    assert releases.read([tmp_path / "one", tmp_path / "two"]) == [march, june]


def test_who_is_in_an_export_has_one_digest_whatever_their_order() -> None:
    assert releases.people(["b", "a"]) == releases.people(["a", "b"]) != releases.people(["a", "c"])


def test_nothing_is_refused_where_nobody_refused_and_nothing_published_is(tmp_path: Path) -> None:
    assert releases.refused(tmp_path) == []
    rows = [{"finding": "a.b"}]
    assert releases.are_refused([replace(tally("a.b", 9), origin="published")], rows) == set()
    assert releases.are_refused([tally("a.bc", 9)], rows) == set()
