"""The groups compared as if they were alike, when that may be done, and everyone who was referred."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from written import finding

from ut_research.core.problems import ProblemsFound
from ut_research.measures import adjusted, reoffending

START = pd.Timestamp("2020-01-01")


def export(each=40, older=0, blank=0, followed=400, registered=None):
    """Two groups of `each` people aged 20 to 59, the engaged `older` years more; `blank` of them have no age.

    The older, the likelier that they reoffended, after 100 days, whichever group they are in.
    """
    age = [20 + older + i % 40 for i in range(each)] + [20 + i % 40 for i in range(each)]
    ids, chance = [f"p{i}" for i in range(2 * each)], np.random.default_rng(2).random(2 * each)
    reoffended = chance < np.array(age) / 80
    engaged = np.arange(2 * each) < each
    who = engaged if registered is None else np.array(registered)
    said = pd.array([pd.NA] * blank + age[blank:], dtype="Int64")
    people = pd.DataFrame({
        "participant_id": ids, "age_at_referral": said, "gender": ["male", "female"] * each,
        "referral_date": START, "registered_date": pd.Series([START] * 2 * each).where(who),
    })  # fmt: skip
    followed_up = pd.DataFrame({
        "participant_id": ids, "group": np.where(engaged, *reoffending.GROUPS), "entry_date": START,
        "followed_up_to": START + pd.Timedelta(days=followed),
        "reoffended": pd.array(reoffended, dtype="boolean"),
        "reoffence_date": pd.Series([START + pd.Timedelta(days=100)] * 2 * each).where(reoffended),
    })  # fmt: skip
    return {"participants": people, "reoffending": followed_up}


def change(adjust_for="age", **kind):
    return finding(adjusted.measure(export(**kind), adjust_for=adjust_for), "adjusted.change")


def test_a_difference_that_age_alone_makes_is_gone_once_the_groups_are_alike_in_age():
    tables = export(each=4000, older=8)
    plain = finding(reoffending.measure(tables), "reoffending.risk_change")
    found = adjusted.measure(tables, adjust_for="age")

    assert plain.value == pytest.approx(10, abs=2)  # eight years of eighty
    assert finding(found, "adjusted.change").value == pytest.approx(0, abs=2)
    risks = [finding(found, "adjusted.risk", group=group).value for group in reoffending.GROUPS]
    assert finding(found, "adjusted.change").value == pytest.approx(risks[0] - risks[1])


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ({"adjust_for": ""}, "not done, as the study names nothing to adjust for"),
        ({"each": 25}, ""),
        ({"each": 9}, "not done, as to adjust for so much 10 people are needed in each group"),
        (
            {"each": 25, "adjust_for": "age, gender, entry"},
            "not done, as to adjust for so much 30 people are needed in each group",
        ),
        ({"blank": 8}, ""),
        ({"blank": 9}, "not done, as too little is known of both groups: Average age at referral"),
        (
            {"adjust_for": "housing"},
            "not done, as too little is known of both groups: Named as a need: housing",
        ),
        ({"older": 100}, "not done, as too few people of one group are like those of the other"),
        ({"older": 38}, "not done, as too few people of one group are like those of the other"),
        ({"followed": 300}, "not known, as too few were followed for 365 days"),
    ],
)
def test_it_is_done_or_it_is_said_why_not(kind, why):
    found = change(**kind)
    assert (found.status, found.method if why else "") == ("not worked out" if why else "number", why)


def test_what_is_adjusted_for_must_be_known_from_before():
    with pytest.raises(ProblemsFound, match=r"shoe size.*adjust_for|adjust_for.*shoe size"):
        adjusted.measure(export(), adjust_for="age, shoe size")


def test_everyone_who_was_referred_counts_as_much_as_their_group_is_of_them():
    tables = export()
    followed = tables["reoffending"]
    engaged, others = (followed.reoffended[followed.group == g].mean() for g in reoffending.GROUPS)
    more = tables["participants"].assign(participant_id=[f"q{i}" for i in range(80)], registered_date=START)
    tables["participants"] = pd.concat([tables["participants"], more], ignore_index=True)
    found = finding(adjusted.measure(tables), "adjusted.referred")

    assert found.value == pytest.approx(100 * (3 / 4 * engaged + 1 / 4 * others))
    assert found.low < found.value < found.high


def test_everyone_who_was_referred_is_not_known_where_registering_is_not_engaging():
    found = finding(adjusted.measure(export(registered=[True] * 80)), "adjusted.referred")
    assert found.method == "not known, as not everyone who registered engaged"
    nobody = finding(adjusted.measure(export(registered=[False] * 80)), "adjusted.referred")
    assert nobody.status == "not collected"


def test_without_two_groups_there_is_nothing():
    tables = export()
    one = {**tables, "reoffending": tables["reoffending"].head(40)}
    for given in (one, {}, {"participants": tables["participants"]}):
        assert {e.status for e in adjusted.measure(given, adjust_for="age")} == {"not collected"}
