"""Blank is not a category: who is in none of a breakdown's groups takes none of them away."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import ut_research as ut
from ut_research.core.estimate import Estimate
from ut_research.core.quantity import Quantity
from ut_research.core.schema import NOT_RECORDED
from ut_research.disclosure import gate
from ut_research.disclosure.gate import Policy
from ut_research.measures import reach


def shown(cleaned):
    found = ut.release(ut.measure(cleaned))
    return {(e.id, *sorted(e.group.items())) for e in found if "gender" in e.group and e.status == "number"}


@pytest.mark.slow
def test_three_blank_genders_among_two_hundred_take_no_breakdown_away():
    example = ut.clean(ut.read())
    men = example.tables["participants"].query("gender == 'male'").participant_id
    blank = men[men.isin(example.tables["wemwbs"].participant_id)].head(3)  # of whom much is known
    tables = {
        name: t.assign(gender=t.gender.mask(t.participant_id.isin(blank), NOT_RECORDED))
        if "gender" in t
        else t
        for name, t in example.tables.items()
    }
    before, after = shown(example), shown(replace(example, tables=tables))

    assert len(before) > 20
    assert {id for id, *_ in before} <= {id for id, *_ in after}
    assert not any(("gender", NOT_RECORDED) in group for _, *group in after)  # three people are too few


def table(*genders):
    people = [g for g, n in genders for _ in range(n)]
    ids = [f"p{i}" for i in range(len(people))]
    return pd.DataFrame({"participant_id": ids, "gender": people, "age_at_referral": 30})


def by_gender(*genders) -> dict[str, Estimate]:
    measured = reach.measure({"participants": table(*genders)})
    found = gate.release([e for e in measured if e.id in ("reach.referred", "reach.gender")], Policy())
    return {e.group["gender"]: e.status for e in found if e.id == "reach.gender"}


@pytest.mark.parametrize(("blanks", "men"), [(3, "number"), (1, "suppressed")])
def test_a_few_of_whom_it_is_recorded_are_hidden_among_others_all_the_same(blanks, men):
    # all who were referred, less the men, are the women and the blanks: six, or four
    assert by_gender(("male", 60), ("female", 3), (None, blanks)) == {
        "male": men, "female": "suppressed", NOT_RECORDED: "suppressed",
    }  # fmt: skip


@pytest.mark.parametrize("said", [None, "unknown", NOT_RECORDED])
def test_a_few_blanks_hide_nobody_else(said):
    assert by_gender(("male", 60), ("female", 30), (said, 3)) == {
        "male": "number", "female": "number", NOT_RECORDED: "suppressed",
    }  # fmt: skip


@pytest.mark.parametrize(("blanks", "women"), [(1, "suppressed"), (4, "suppressed"), (12, "number")])
def test_what_is_said_of_a_few_blanks_does_not_follow_from_the_rest(blanks, women):
    """One gender is blank: everyone's less the men's and women's was the answer, and the score, of one."""
    sizes = {"male": 60, "female": 30, NOT_RECORDED: blanks}
    found = [
        Estimate(id, id, value=v, count=k, n=n, unit=unit, group=group)
        for group, n in [({}, 90 + blanks), *(({"gender": g}, n) for g, n in sizes.items())]
        for id, v, k, unit in (("a.share", 50.0, n // 2, "%"), ("a.mean", 41.0, None, "points"))
    ]
    about = {id: Quantity(id=id, by=("gender",)) for id in ("a.share", "a.mean")}
    status = {(e.id, e.group.get("gender")): e.status for e in gate.release(found, Policy(), about)}
    for id in about:
        assert (status[id, None], status[id, "male"], status[id, "female"]) == ("number", "number", women)


def test_many_blanks_are_told():
    assert by_gender(("male", 60), ("female", 30), (None, 12))[NOT_RECORDED] == "number"
