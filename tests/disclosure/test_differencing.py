"""A release against the one before: what moved, what would give a few people away, what was tampered with."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from invented import release
from united_together import PARAMETERS

from tools import example
from ut_research.core.estimate import Estimate
from ut_research.disclosure import differencing
from ut_research.disclosure.gate import DisclosureError, Policy
from ut_research.measures import declared, everything

POLICY = Policy()


def share(id: str, count: int, n: int, **group: str) -> Estimate:
    return Estimate(id, id, value=100 * count / n, count=count, n=n, unit="%", group=group)


def tally(id: str, count: int, **group: str) -> Estimate:
    return Estimate(id, id, value=count, count=count, unit="people", group=group)


def withheld(e: Estimate) -> Estimate:
    return replace(e, value=None, low=None, high=None, count=None, n=None, status="suppressed")


@pytest.mark.parametrize(
    ("more", "stops"), [(0, False), (1, True), (4, True), (5, False), (6, False), (-4, True), (-5, False)]
)
def test_a_difference_of_one_to_four_people_stops_the_release(more: int, stops: bool) -> None:
    before, after = [tally("reach.referred", 61)], [tally("reach.referred", 61 + more)]
    if not stops:
        assert len(differencing.compare(before, after, POLICY)) == (more != 0)
    else:
        with pytest.raises(
            DisclosureError, match=r"fewer than 5 people since the last release: reach\.referred\."
        ):
            differencing.compare(before, after, POLICY)


def test_so_does_a_difference_among_the_people_outside_a_count() -> None:
    before, after = [share("a.b", 20, 60)], [share("a.b", 26, 68)]
    with pytest.raises(DisclosureError, match=r"a\.b"):
        differencing.compare(before, after, POLICY)


def test_so_does_a_difference_in_the_people_behind_a_mean() -> None:
    before = [Estimate("wellbeing.mean_t1", "x", value=41.0, n=40, unit="points")]
    after = [Estimate("wellbeing.mean_t1", "x", value=41.5, n=42, unit="points")]
    with pytest.raises(DisclosureError, match=r"wellbeing\.mean_t1"):
        differencing.compare(before, after, POLICY)


@pytest.mark.parametrize(
    ("id", "value", "n", "stops"),
    [
        ("wellbeing.mean_t1", 41.0, 40, False),
        ("wellbeing.mean_t1", 41.0 + 1e-13, 40, False),
        ("wellbeing.mean_t1", 41.1, 40, True),  # somebody's score is 4 points more than in March
        ("wellbeing.mean_t1", 41.1, 45, False),
        ("reach.stay_mean_weeks", 41.1, 40, False),  # twelve weeks later, everybody has stayed for longer
    ],
)
def test_so_does_a_mean_that_moved_though_of_as_many_people(
    id: str, value: float, n: int, stops: bool
) -> None:
    before = Estimate(id, "x", value=41.0, n=40, unit="points")
    after = replace(before, value=value, n=n)
    if not stops:
        assert differencing.compare([before], [after], POLICY) == [differencing.Change(before, after)] * (
            after != before
        )
    else:
        with pytest.raises(
            DisclosureError, match=r"one corrected record would follow: wellbeing\.mean_t1\. Release later"
        ):
            differencing.compare([before], [after], POLICY)


def test_with_rounding_the_release_may_go_ahead_also_after_one_without() -> None:
    """What the message says to do has to work: 61 people in March, 63 or so in June."""
    curve = Estimate("reach.stay", "x", value=52.0, n=31, unit="%", group={"week": "8"})
    march = [tally("a.b", 61), share("a.c", 20, 61), Estimate("reach.age_mean", "x", 34.2, n=61), curve]
    june = [tally("a.b", 63), share("a.c", 21, 63), Estimate("reach.age_mean", "x", 34.7, n=63), curve]
    june[-1] = replace(curve, value=55.0, n=32)
    rounding = Policy(rounding="nearest 5")
    with pytest.raises(DisclosureError, match="or with rounding"):
        differencing.compare(march, june, POLICY)
    assert differencing.compare(march, list(release(june, rounding)), rounding)
    assert differencing.compare(list(release(march, rounding)), list(release(june, rounding)), rounding)


def test_no_mean_of_what_people_said_or_are_is_forgotten() -> None:
    given = PARAMETERS | {"data_to": pd.Timestamp("2021-06-01"), "rows": {}, "origin": "example"}
    no_issues = pd.DataFrame(columns=["table", "row", "column", "rule", "action", "done"])
    found = everything.measured(example.generate(), given | {"issues": no_issues})
    means = {e.id for e in found if re.search(r"\bmean\b.*interval", e.method)}
    known = {"reach.age_mean", "activity.change_mean", "wellbeing.swemwbs_mean_t1"}
    moving = {id for id, q in declared.quantities().items() if q.moves_with_records}
    assert known <= means & moving
    assert means - moving == {"reach.stay_mean_weeks", "needs.number_mean"}


def test_all_cells_are_named_with_their_groups() -> None:
    before = [tally("a.b", 10, area="x"), tally("a.b", 10, area="y"), tally("a.b", 10, area="z")]
    after = [tally("a.b", 12, area="x"), tally("a.b", 20, area="y"), tally("a.b", 7, area="z")]
    with pytest.raises(DisclosureError, match=r"a\.b\[area=x\], a\.b\[area=z\]\. Release later"):
        differencing.compare(before, after, POLICY)


def test_of_many_cells_the_first_are_named_and_the_rest_counted() -> None:
    before = [tally(f"a.{i:02d}", 10) for i in range(40)]
    after = [tally(f"a.{i:02d}", 12) for i in range(40)]
    with pytest.raises(DisclosureError, match=r"a\.00, .*a\.11 and 28 more\. Release later"):
        differencing.compare(before, after, POLICY)


def test_the_threshold_is_the_policy_s() -> None:
    before, after = [tally("a.b", 60)], [tally("a.b", 68)]
    assert differencing.compare(before, after, POLICY)
    with pytest.raises(DisclosureError, match="fewer than 10 people"):
        differencing.compare(before, after, Policy(10))


def test_things_are_not_people_and_published_figures_do_not_move() -> None:
    before = [Estimate("themes.interviews", "x", value=12, count=12, unit="interviews"), tally("a.b", 9)]
    after = [Estimate("themes.interviews", "x", value=13, count=13, unit="interviews"), tally("a.b", 9)]
    published = [replace(tally("p.q", n), origin="published") for n in (30, 31)]
    changes = differencing.compare([*before, published[0]], [*after, published[1]], POLICY)
    assert [c.about.id for c in changes] == ["themes.interviews"]


def test_a_cell_withheld_then_cannot_be_worked_out_with_one_shown_now() -> None:
    """Then 3 and 7 of 60 were withheld; now the 3 are 12 and the 7 are shown, so the rest of 60 is known."""
    areas = [("x", 3), ("y", 7), ("z", 30), ("w", 20)]
    before = [tally("a.b", 60), *(tally("a.b", c, area=a) for a, c in areas)]
    after = [tally("a.b", 69), tally("a.b", 12, area="x"), *before[2:]]
    then, now = (list(release(given, POLICY)) for given in (before, after))
    assert [e.count for e in then] == [60, None, None, 30, 20]
    now[1] = withheld(now[1])  # as it might be for another reason
    with pytest.raises(DisclosureError, match=r"worked out with the other: a\.b\[area=x\]\."):
        differencing.compare(then, now, POLICY)
    with pytest.raises(DisclosureError, match=r"worked out with the other: a\.b\[area=x\]\."):
        differencing.compare(now, then, POLICY)


def test_shares_of_one_whole_are_filled_in_from_their_n() -> None:
    bands = [("low", 3), ("middle", 7), ("upper", 20), ("high", 30)]
    before = list(release([share("a.b", c, 60, band=b) for b, c in bands], POLICY))
    after = [share("a.b", c, 60, band=b) for b, c in bands]
    after[0] = withheld(after[0])
    assert [e.count for e in before] == [None, None, 20, 30]
    with pytest.raises(DisclosureError, match=r"a\.b\[band=low\]"):
        differencing.compare(before, after, POLICY)


def test_what_moved_is_told_with_why() -> None:
    before = [
        tally("a.a", 60),
        share("a.b", 20, 60),
        tally("a.c", 9),
        tally("a.e", 30),
        withheld(tally("a.f", 3)),
    ]
    after = [
        tally("a.a", 60),
        share("a.b", 30, 75),
        tally("a.d", 9),
        withheld(tally("a.e", 4)),
        tally("a.f", 9),
    ]
    told = [(c.about.id, c.why) for c in differencing.compare(before, after, POLICY)]
    assert told == [
        ("a.b", "from 60 people to 75"),
        ("a.c", "no longer in the release"),
        ("a.d", "new in this release"),
        ("a.e", "was shown, is now withheld"),
        ("a.f", "was withheld, is now shown"),
    ]


def test_a_release_is_kept_and_read_back(tmp_path: Path) -> None:
    released = release([share("a.b", 9, 60), share("a.c", 3, 60)], POLICY)
    published = replace(tally("p.q", 2), origin="published")
    differencing.write(tmp_path / "one.json", "March", [*released, published], POLICY)
    differencing.write(tmp_path / "two.json", "March", [published, *reversed(list(released))], POLICY)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    kept = differencing.read(tmp_path / "one.json")
    assert (kept.name, kept.policy, kept.findings) == ("March", POLICY, tuple(released))
    assert differencing.compare(kept.findings, list(released), kept.policy) == []


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text.replace('"count": 9', '"count": 8'),
        lambda text: text.replace("March", "April"),
        lambda text: text.replace('"threshold": 5', '"threshold": 3'),
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "sha256"}),
    ],
)
def test_a_release_that_was_tampered_with_is_refused(tmp_path: Path, harm: object) -> None:
    path = tmp_path / "release.json"
    differencing.write(path, "March", release([share("a.b", 9, 60)], POLICY), POLICY)
    path.write_text(harm(path.read_text(encoding="utf-8")), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(
        DisclosureError, match=r"release\.json of the release before is missing, damaged or was edited"
    ):
        differencing.read(path)


def test_a_release_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DisclosureError, match="missing"):
        differencing.read(tmp_path / "release.json")
