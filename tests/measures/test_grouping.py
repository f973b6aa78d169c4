from dataclasses import asdict

import pandas as pd
import pytest
from written import table

from ut_research.core.estimate import Estimate
from ut_research.core.measurement import plain
from ut_research.measures.grouping import Maker, parts, whether

PEOPLE = table("""
    participant_id  partner  exit_date
    a               North    2020-01-01
    b               South    -
    c               -        -
""")


def told(count: int, n: int) -> pd.Series:
    return pd.Series([i < count for i in range(n)], pd.RangeIndex(n, name="person"), dtype=bool)


def test_everybody_is_one_part():
    ((group, part),) = parts({"participants": PEOPLE}, ["participants"])
    assert group == {}
    assert list(part["participants"].participant_id) == [0, 1, 2]


def test_parts_come_in_alphabetical_order_and_the_unknown_are_a_part():
    found = list(parts({"participants": PEOPLE}, ["participants"], "partner"))
    assert [(g["partner"], list(p["participants"].participant_id)) for g, p in found] == [
        ("North", [0]),
        ("South", [1]),
        ("not recorded", [2]),
    ]


def test_a_part_holds_its_rows_of_every_table_and_none_of_a_table_that_has_none():
    tables = {"participants": PEOPLE, "needs": PEOPLE[PEOPLE.partner == "North"]}
    sizes = {g["partner"]: len(p["needs"]) for g, p in parts(tables, ["participants", "needs"], "partner")}
    assert sizes == {"North": 1, "South": 0, "not recorded": 0}


def test_a_person_has_one_number_in_every_table_and_nobody_has_none():
    needs = table("""
        participant_id  partner
        c               North
        -               North
        d               South
        a               North
    """)
    ((_, part),) = parts({"participants": PEOPLE, "needs": needs}, ["participants", "needs"])
    assert list(part["participants"].participant_id) == [0, 1, 2]
    assert list(part["needs"].participant_id.fillna(-1)) == [2, -1, 3, 0]


def test_the_rows_of_a_part_keep_their_order():
    answers = table("""
        participant_id  partner  days
        a               South    1
        b               North    2
        c               South    3
        d               North    4
        e               South    5
    """)
    found = parts({"activity": answers}, ["activity"], "partner")
    assert [list(p["activity"].days) for _, p in found] == [[2, 4], [1, 3, 5]]


def test_an_absent_table_and_an_absent_column_come_as_empty_and_missing():
    ((_, part),) = parts({"participants": PEOPLE}, ["participants", "needs"])
    assert part["participants"].ethnicity.isna().all()
    assert part["needs"].empty and "housing" in part["needs"]


def test_a_group_that_does_not_exist_is_refused_by_name():
    with pytest.raises(
        ValueError, match="cannot group by 'ward'; choose one of partner, area, gender, period"
    ):
        list(parts({}, [], "ward"))


def test_groups_come_in_alphabetical_order_and_periods_in_that_of_their_days():
    people = pd.DataFrame({
        "participant_id": ["a", "b", "c"], "period": ["time after it", "lockdown", "not recorded"],
        "referral_date": pd.to_datetime(["2021-01-01", "2020-04-01", None]),
    })  # fmt: skip
    found = [group["period"] for group, _ in parts({"participants": people}, ["participants"], "period")]
    assert found == ["lockdown", "time after it", "not recorded"]


def test_of_people_it_is_known_who_is_there_and_who_is_not():
    people = pd.DataFrame({"participant_id": [3, None, 1]}, index=[7, 8, 9])
    assert whether(people, pd.Series([2, None, 3])).to_dict() == {7: True, 8: False, 9: False}
    assert not whether(people, pd.Series([], dtype=float)).any()


def test_a_share_is_in_percent_with_wilsons_interval():
    found = Maker("t").share("x", "X", told(9, 34))
    assert (found.value, found.low, found.high) == pytest.approx((26.470588, 14.60119, 43.11714))
    assert (found.count, found.n, found.unit, found.status) == (9, 34, "%", "number")


def test_a_measurement_knows_whom_it_counts_and_shows_nothing_of_it():
    answers = table("""
        participant_id  partner  days
        a               South    1
        b               North    2
        c               South    3
    """)
    ((_, part),) = parts({"activity": answers}, ["activity"])
    days = part["activity"].days.astype(int)
    share = Maker("t").share("x", "X", days >= 2, between=(2, 7))
    assert (share.counted, share.among, share.between) == (0b110, 0b111, (2, 7))
    mean = Maker("t").mean("y", "Y", days, "days")
    assert (mean.among, mean.answers) == (0b111, {1: 1, 2: 1, 3: 1})
    assert "0b" not in repr(share) and "3" not in repr(mean)
    assert type(plain(mean)) is Estimate and plain(mean) == Estimate(**asdict(plain(mean)))


def test_rows_that_are_no_people_have_no_people():
    answers = table("""
        participant_id  days
        a               1
        a               2
    """)
    ((_, part),) = parts({"activity": answers}, ["activity"])
    found = Maker("t").share("x", "X", part["activity"].days.astype(int) >= 2)
    assert (found.count, found.n, found.counted, found.among) == (1, 2, None, None)


def test_a_share_of_nobody_is_not_collected_and_a_true_zero_is_a_number():
    assert Maker("t").share("x", "X", told(0, 0)).status == "not collected"
    assert Maker("t").tally("x", "X", 0, "people").value == 0
    assert Maker("t", collected=False).tally("x", "X", 0, "people").status == "not collected"


def test_a_finding_without_a_value_gives_away_no_count():
    found = Maker("t").number("x", "X", float("nan"), "points", "m", count=3, n=4)
    assert (found.status, found.value, found.count, found.n) == ("not collected", None, None, None)


def test_the_level_of_confidence_is_said_and_used():
    wide, narrow = (Maker("t", confidence=c).share("x", "X", told(9, 34)) for c in (0.99, 0.8))
    assert wide.low < narrow.low < narrow.high < wide.high
    assert "99% Wilson" in wide.method
