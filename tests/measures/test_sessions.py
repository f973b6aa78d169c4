"""What people attended, of people who registered, described and no more."""

import pandas as pd
import pytest
from written import finding, table, values

from ut_research.measures import sessions

PEOPLE = table("""
    participant_id  registered_date
    a               2020-01-01
    b               2020-01-01
    c               2020-01-01
    d               2020-01-01
    e               2020-01-01
    f               -
""")
ATTENDED = table("""
    participant_id  kind        minutes
    a               one to one  30
    a               one to one  60
    a               group       90
    b               one to one  20
    b               -           40
    c               group       50
    d               group       -
    f               group       10
""")
TABLES = {"participants": PEOPLE, "sessions": ATTENDED}


def test_people_with_any_are_of_those_who_registered() -> None:
    any_ = finding(sessions.measure(TABLES), "sessions.any")

    assert (any_.count, any_.n) == (4, 5)


def test_where_no_day_of_registration_is_known_they_are_of_those_referred() -> None:
    people = PEOPLE.assign(registered_date=pd.NaT)

    any_ = finding(sessions.measure({**TABLES, "participants": people}), "sessions.any")

    assert (any_.count, any_.n) == (5, 6)


@pytest.mark.parametrize(
    ("id", "value", "count", "n"),
    [
        pytest.param("number_lower", 1, 2, 4, id="1, 1, 2 and 3 sessions"),
        pytest.param("number_median", 1.5, 2, 4, id="half-way between 1 and 2"),
        pytest.param("number_upper", 2.5, 3, 4, id="half-way between 2 and 3"),
        pytest.param("minutes_lower", 50, 1, 3, id="50, 60 and 180 minutes; one person's are not known"),
        pytest.param("minutes_median", 60, 2, 3, id="the middle one of three"),
        pytest.param("minutes_upper", 180, 3, 3, id="the highest of three"),
    ],
)
def test_quartiles_are_of_people_with_any_and_count_those_below(id, value, count, n) -> None:
    found = finding(sessions.measure(TABLES), f"sessions.{id}")

    assert (found.value, found.count, found.n) == (value, count, n)


def test_one_person_may_have_come_to_several_kinds() -> None:
    found = sessions.measure(TABLES)

    assert values(found, "sessions.kind", "kind") == {"group": 75, "not recorded": 25, "one to one": 50}
    assert {e.n for e in found if e.id == "sessions.kind"} == {4}


def test_an_export_without_the_table_says_nothing_of_it() -> None:
    assert sessions.measure({"participants": PEOPLE}) == []
    assert sessions.measure({**TABLES, "sessions": ATTENDED.head(0)}) == []


def test_each_part_is_said_of_its_own_people() -> None:
    area = PEOPLE.assign(area=["Hill"] * 2 + ["Dale"] * 4)
    both = ATTENDED.assign(area=["Hill"] * 5 + ["Dale"] * 3)

    found = sessions.measure({"participants": area, "sessions": both}, by="area")

    assert {e.group["area"]: e.count for e in found if e.id == "sessions.any"} == {"Dale": 2, "Hill": 2}
