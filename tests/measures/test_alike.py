"""Whether two groups were alike before follow-up, on small tables whose answer can be seen."""

from __future__ import annotations

import pandas as pd
import pytest
from written import finding, table, values

from ut_research.measures import alike

PARTICIPANTS = table("""
    participant_id  gender   age_at_referral  ethnicity  referral_date  registered_date
    a               male     20               White      2020-01-01     2020-01-11
    b               female   30               Asian      2020-01-01     2020-01-01
    c               male     40               -          2020-01-01     2020-01-31
    d               male     40               White      2020-01-01     -
    e               unknown  50               White      2020-03-06     -
    f               male     -                White      2020-01-01     -
    g               male     60               White      2020-01-01     2020-02-01
""")
FOLLOWED = table("""
    participant_id  group        entry_date  followed_up_to  reoffended  reoffence_date
    a               engaged      2020-01-01  2021-01-01      no          -
    b               engaged      2020-01-01  2021-01-01      no          -
    c               engaged      2020-03-02  2021-01-01      yes         2020-05-01
    d               not engaged  2020-01-01  2021-01-01      no          -
    e               not engaged  2020-03-02  2021-01-01      yes         2020-06-01
""")
TABLES = {"participants": PARTICIPANTS, "reoffending": FOLLOWED}


def measured(threshold=0, **tables):
    return alike.measure({**TABLES, **tables}, threshold=threshold)


def test_what_is_known_of_both_groups_stands_side_by_side():
    found = measured()

    assert values(found, "alike.age", "group") == {"engaged": 30, "not engaged": 45}
    apart = finding(found, "alike.age_apart")
    assert apart.value == pytest.approx(-15 / (75**0.5))  # variances of 100 and 50
    assert apart.n == 2  # of the smaller group: the rule for spreads goes by it
    men = {e.group["group"]: (e.count, e.n) for e in found if e.id == "alike.gender"}
    assert men == {"engaged": (2, 3), "not engaged": (1, 1)}  # of those whose gender is known
    minority = {e.group["group"]: (e.count, e.n) for e in found if e.id == "alike.ethnicity"}
    assert minority == {"engaged": (1, 2), "not engaged": (0, 2)}
    days = {"engaged": 61 / 3, "not engaged": 61 / 2}
    assert values(found, "alike.entry", "group") == pytest.approx({g: d / 30.4375 for g, d in days.items()})


def test_what_is_known_of_one_group_only_is_said_to_be():
    asked = table("""
        participant_id  housing  alcohol_drugs
        a               yes      no
        b               yes      yes
    """)
    scores = pd.DataFrame({"participant_id": ["a", "d"], "timepoint": ["T1", "T2"], "total": [40, 50]})
    found = measured(needs=asked, wemwbs=scores)

    for name in ("needs", "housing", "wellbeing"):
        told = {e.method for e in found if e.id in (f"alike.{name}", f"alike.{name}_apart")}
        assert told == {"known of one group only"}
    assert {e.status for e in found if e.id == "alike.employability"} == {"not collected"}  # nobody was asked


def test_needs_are_those_that_were_asked_about():
    asked = table("""
        participant_id  housing  alcohol_drugs
        a               yes      no
        b               yes      yes
        d               no       -
        e               yes      no
    """)
    found = measured(needs=asked)

    assert values(found, "alike.needs", "group") == {"engaged": 1.5, "not engaged": 0.5}
    housing = {e.group["group"]: (e.count, e.n) for e in found if e.id == "alike.housing"}
    assert housing == {"engaged": (2, 2), "not engaged": (1, 2)}


@pytest.mark.parametrize(("threshold", "said"), [(0, "number"), (1, "number"), (2, "not worked out")])
def test_where_few_are_left_whom_everyones_average_would_tell_of_nothing_is_said(threshold, said):
    """Of g and f, who were not followed up, two have a gender and one an age."""
    found = measured(threshold=threshold)
    assert finding(found, "alike.gender", group="engaged").status == said


def test_follow_up_before_people_could_be_in_their_group_is_counted():
    waited = values(measured(), "alike.waited", "group")

    # a registered 10 days after entry, b on the day, c before it; d was referred on the day, e 4 days after
    assert waited == {"engaged": pytest.approx(10 / 3), "not engaged": 2}


def test_who_was_followed_up_of_those_who_might_have_been():
    sampled = {e.group["group"]: (e.count, e.n) for e in measured() if e.id == "alike.sampled"}
    assert sampled == {"engaged": (3, 4), "not engaged": (2, 3)}

    nobody = PARTICIPANTS.assign(registered_date=pd.NaT)
    assert {e.status for e in measured(participants=nobody) if e.id == "alike.sampled"} == {"not collected"}


def test_without_follow_up_or_without_people_there_is_nothing():
    for tables in ({}, {"participants": PARTICIPANTS}, {"reoffending": FOLLOWED.head(0)}):
        assert {e.status for e in alike.measure(tables)} == {"not collected"}
    one_group = measured(reoffending=FOLLOWED[FOLLOWED.group == "engaged"])
    assert {e.id for e in one_group if e.status == "number"} == {"alike.waited", "alike.sampled"}
    assert {e.status for e in one_group if e.id.endswith("_apart")} == {"not collected"}
    alone = alike.measure({"reoffending": FOLLOWED}, threshold=0)
    assert {e.id for e in alone if e.status == "number"} == {"alike.entry", "alike.entry_apart"}
