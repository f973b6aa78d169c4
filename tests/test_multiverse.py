import pandas as pd
import pytest

from ut_research import multiverse
from ut_research.findings import Estimate

DAY = pd.Timestamp("2020-01-01")


def followed(engaged: tuple[int, int], others: tuple[int, int]) -> dict[str, pd.DataFrame]:
    """A reoffending table: (reoffended after 100 days, people) in each group, all followed for two years."""
    rows = [
        (f"{group}{k}", group, k < count)
        for group, (count, n) in (("engaged", engaged), ("not engaged", others))
        for k in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["participant_id", "group", "reoffended"])
    frame["reoffended"] = frame["reoffended"].astype("boolean")
    frame["entry_date"], frame["followed_up_to"] = DAY, DAY + pd.Timedelta(days=730)
    frame["reoffence_date"] = (DAY + pd.Timedelta(days=100)) if frame["reoffended"].any() else pd.NaT
    frame["reoffence_date"] = frame["reoffence_date"].where(frame["reoffended"].astype(bool))
    return {"reoffending": frame}


def run(tables, **choices):
    return multiverse.measure(tables, data_to=DAY, **{"threshold": 5, **choices})


def of(found, headline):
    return [e for e in found if e.id == f"multiverse.{headline}"]


def test_where_everyone_was_followed_no_choice_about_follow_up_matters():
    answers = of(run(followed((9, 34), (15, 27))), "reoffending")
    assert len(answers) == len(multiverse.WINDOWS) * 4
    assert {round(e.value, 4) for e in answers} == {-29.0850}  # 9/34 - 15/27, in percentage points


def test_the_usual_choices_come_first_and_are_the_headline():
    found = run(followed((9, 34), (15, 27)))
    usual = multiverse.usual(found, "reoffending")
    assert dict(usual.group) == {
        "window": "365 days",
        "not followed to the end": "as seen",
        "engaged": "everyone",
    }
    assert (round(usual.low, 2), round(usual.high, 2)) == (-49.70, -4.39)  # Newcombe, reference value


def test_each_way_of_handling_incomplete_follow_up_is_what_it_says():
    tables = followed((0, 20), (0, 20))
    cut = tables["reoffending"].index[:10]  # ten who engaged were followed for 100 days only
    tables["reoffending"].loc[cut, "followed_up_to"] = DAY + pd.Timedelta(days=100)
    answers = {
        e.group["not followed to the end"]: (e.value, e.n)
        for e in of(run(tables), "reoffending")
        if e.group["window"] == "365 days"
    }
    assert answers == {
        "as seen": (0.0, 40),
        "left out": (0.0, 30),
        "all reoffended": (50.0, 40),
        "only engaged reoffended": (50.0, 40),
    }


@pytest.mark.parametrize(("moved", "status"), [(4, "suppressed"), (5, "number")])
def test_a_combination_that_moves_fewer_people_than_the_threshold_is_withheld(moved, status):
    tables = followed((0, 20), (0, 20))
    tables["reoffending"].loc[: moved - 1, "followed_up_to"] = DAY + pd.Timedelta(days=100)
    [left_out] = [
        e
        for e in of(run(tables), "reoffending")
        if e.group["window"] == "365 days" and e.group["not followed to the end"] == "left out"
    ]
    assert left_out.status == status
    assert (left_out.value is None) == (status == "suppressed")


def test_wellbeing_choices_follow_cut_point_and_missing_second_questionnaires():
    rows = [(f"p{k}", "T1", 41) for k in range(20)] + [(f"p{k}", "T2", 50) for k in range(10)]
    tables = {"wemwbs": pd.DataFrame(rows, columns=["participant_id", "timepoint", "total"])}
    answers = {
        (e.group["low at most"], e.group["no second questionnaire"]): e.value
        for e in of(run(tables), "low_wellbeing")
        if e.group["missing items filled"] == "up to 0"
    }
    assert answers["40", "left out"] == 0
    assert answers["41", "left out"] == -100
    assert answers["41", "no change"] == -50
    changes = {e.group["no second questionnaire"]: e.value for e in of(run(tables), "wellbeing_change")}
    assert changes == {"left out": 9.0, "no change": 4.5}


def test_without_data_there_are_no_answers_and_nothing_breaks():
    found = run({})
    assert {e.status for e in found} == {"not collected"}
    assert {e.status for e in multiverse.agreement(found)} == {"not collected"}


def answer(value, low, high):
    return Estimate(
        "multiverse.reoffending", "Difference", value=value, low=low, high=high, unit="percentage points"
    )


def test_agreement_counts_the_side_that_most_are_on():
    found = [
        answer(-20, -30, -10),
        answer(-10, -25, 5),
        answer(-5, -12, 2),
        answer(4, -3, 11),
        answer(0, -9, 9),
    ]
    counted = {
        e.id.rsplit(".", 1)[1]: e.count
        for e in multiverse.agreement(found)
        if e.group["headline"] == "reoffending"
    }
    assert counted == {"combinations": 5, "direction": 3, "clear": 1}
