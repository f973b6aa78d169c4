import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ut_research.core.estimate import Estimate
from ut_research.measures import multiverse, reoffending
from ut_research.stats import survival
from ut_research.stats.intervals import NONE

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


def test_where_everyone_was_followed_the_window_does_not_matter():
    answers = of(run(followed((9, 34), (15, 27))), "reoffending")
    assert len(answers) == len(multiverse.WINDOWS)
    assert {round(e.value, 4) for e in answers} == {-29.0850}  # 9/34 - 15/27, in percentage points


def test_the_usual_choices_come_first_and_are_the_headline():
    tables = followed((9, 34), (15, 27))
    tables["reoffending"].loc[:4, "followed_up_to"] = DAY + pd.Timedelta(days=200)
    usual = multiverse.usual(run(tables), "reoffending")
    assert dict(usual.group) == {"window": "365 days", "engaged": "everyone"}
    [headline] = [e for e in reoffending.measure(tables) if e.id == "reoffending.risk_change"]
    assert (usual.value, usual.low, usual.high) == (headline.value, headline.low, headline.high)


def test_people_not_followed_to_the_end_count_for_as_long_as_they_were():
    """Of 20 who engaged 8 reoffended on day 100 and 6 were followed for 50 days: 8 of the 14 at risk."""
    tables = followed((8, 20), (10, 20))
    rows = tables["reoffending"]
    rows.loc[rows.index[14:20], "followed_up_to"] = DAY + pd.Timedelta(days=50)
    found = multiverse.usual(run(tables), "reoffending")
    assert found.value == pytest.approx(100 * (8 / 14 - 10 / 20))
    engaged, others = (
        survival.kaplan_meier(
            [100] * k + [days] * 6 + [365] * (14 - k), [True] * k + [False] * (20 - k), [365]
        )
        for k, days in ((8, 50), (10, 365))
    )
    assert found.low == pytest.approx(
        found.value - 100 * math.hypot(engaged[0].high - 6 / 14, 10 / 20 - others[0].low)
    )


def test_a_choice_that_gives_a_small_count_away_is_withheld():
    """From the difference and its limits 4 of 34 follows, whatever the usual choices give."""
    for few, shown in ((4, 0), (5, 3), (30, 0), (29, 3)):
        answers = of(run(followed((few, 34), (15, 27))), "reoffending")
        assert sum(e.status == "number" for e in answers) == shown
    rows = [(f"p{k}", "T1", 39 if k < 14 else 50) for k in range(40)]
    rows += [(f"p{k}", "T2", 39 if 6 <= k < 14 or k > 37 else 50) for k in range(40)]
    tables = {"wemwbs": pd.DataFrame(rows, columns=["participant_id", "timepoint", "total"])}
    assert {e.status for e in of(run(tables), "low_wellbeing")} == {"suppressed"}, "two fell into it"


@pytest.mark.parametrize("tables", [(0, 15), (34, 15), (9, 0), (9, 27)])
def test_a_choice_that_gives_nobody_away_is_withheld_where_zeros_are_not_safe(tables):
    given = followed((tables[0], 34), (tables[1], 27))
    assert {e.status for e in of(run(given), "reoffending")} == {"number"}
    assert {e.status for e in of(run(given, zeros_safe=False), "reoffending")} == {"suppressed"}


def test_of_one_group_there_is_no_difference_under_any_choices():
    tables = followed((40, 90), (0, 0))
    people = pd.DataFrame({"participant_id": tables["reoffending"].participant_id, "registered_date": DAY})
    people["exit_date"] = DAY + pd.to_timedelta([30 if k % 2 else 90 for k in range(90)], unit="D")
    answers = of(run({**tables, "participants": people.assign(exit_reason="completed")}), "reoffending")
    assert answers and {e.status for e in answers} == {"not collected"}


def test_the_choices_of_the_study_come_first_whatever_they_are():
    rows = [(f"p{k}", "T1", 41 + k % 3) for k in range(20)] + [(f"p{k}", "T2", 45) for k in range(20)]
    tables = {"wemwbs": pd.DataFrame(rows, columns=["participant_id", "timepoint", "total"])}
    found = run(tables, missing_items=2, low_at_most=43, meaningful_change=5, meaningful_rule="at least")
    assert multiverse.usual(found, "low_wellbeing").group["missing items filled"] == "up to 2"
    assert multiverse.usual(found, "low_wellbeing").group["low at most"] == "43"
    assert multiverse.usual(found, "meaningful").group["meaningful is"] == "at least 5"
    rules = {e.group["meaningful is"] for e in of(found, "meaningful")}
    assert rules == {"at least 5", "more than 3", "at least 3", "standard error", "reliable change"}
    usual = {e.group["meaningful is"] for e in of(run(tables), "meaningful")}
    assert usual == {"more than 3", "at least 3", "standard error", "reliable change"}


def test_who_stayed_six_weeks_was_there_on_the_forty_second_day():
    """Known to be: who left on a day that nobody wrote down was not."""
    people = pd.DataFrame({
        "participant_id": list("abcde"),
        "registered_date": DAY,
        "exit_date": [DAY + pd.Timedelta(days=d) for d in (42, 41)] + [pd.NaT] * 3,
        "exit_reason": ["completed", "completed", None, "moved", None],
    })  # fmt: skip
    people.loc[4, "registered_date"] = pd.NaT
    for later, stayed in ((42, "ac"), (41, "")):
        data_to = (DAY + pd.Timedelta(days=later)).date()
        assert multiverse._stayed(people, data_to) == frozenset(stayed)


def test_where_all_began_alike_there_is_no_threshold_of_measurement_error():
    rows = [(f"p{k}", "T1", 41) for k in range(20)] + [(f"p{k}", "T2", 41) for k in range(20)]
    tables = {"wemwbs": pd.DataFrame(rows, columns=["participant_id", "timepoint", "total"])}
    found = {e.group["meaningful is"]: e.value for e in of(run(tables), "meaningful")}
    assert found == {"more than 3": 0, "at least 3": 0, "standard error": None, "reliable change": None}


def test_the_change_in_low_wellbeing_has_newcombes_interval_for_the_same_people():
    rows = [(f"p{k}", "T1", 40) for k in range(20)] + [(f"p{k}", "T2", 50) for k in range(20)]
    tables = {"wemwbs": pd.DataFrame(rows, columns=["participant_id", "timepoint", "total"])}
    usual = multiverse.usual(run(tables), "low_wellbeing")
    assert (usual.value, usual.low) == (-100, -100)
    assert usual.high > -90  # twenty who all left it do not make it certain


def test_activity_is_worked_out_each_way_too():
    rows = [(f"p{k}", "T1", 1) for k in range(20)] + [(f"p{k}", "T2", 3 + k % 2) for k in range(10)]
    tables = {"activity": pd.DataFrame(rows, columns=["participant_id", "timepoint", "active_days"])}
    found = {e.group["no second questionnaire"]: (e.value, e.unit) for e in of(run(tables), "activity")}
    assert found == {"left out": (2.5, "days"), "no change": (1.25, "days")}


@pytest.mark.parametrize(("few", "shown"), [(4, False), (5, True)])
def test_a_choice_that_leaves_a_few_of_a_count_out_is_withheld(few, shown):
    """Ten people left before six weeks. Less those who stayed, the score of four of them was low and rose."""
    first = [39 if k < 10 else 50 for k in range(30)]  # the first `few` of whom left early
    left = {*range(few), *range(10, 20 - few)}
    rows = [(f"p{k}", "T1", score) for k, score in enumerate(first)]
    rows += [(f"p{k}", "T2", 50) for k in range(30)]
    people = pd.DataFrame({"participant_id": [f"p{k}" for k in range(30)], "registered_date": DAY})
    people["exit_date"] = [DAY + pd.Timedelta(days=7 if k in left else 60) for k in range(30)]
    people["exit_reason"] = "completed"
    tables = {"wemwbs": pd.DataFrame(rows, columns=["participant_id", "timepoint", "total"])}
    later = DAY + pd.Timedelta(days=90)
    answers = of(
        multiverse.measure({**tables, "participants": people}, data_to=later, threshold=5), "low_wellbeing"
    )
    status = {(e.group["people"], e.group["low at most"]): e.status for e in reversed(answers)}
    assert status["everyone", "40"] == "number"
    assert status["stayed six weeks", "40"] == ("number" if shown else "suppressed")


@pytest.mark.parametrize(("apart", "status"), [(9, "suppressed"), (10, "number")])
def test_two_means_are_of_ten_people_apart_at_least(apart, status):
    """Their ranges give the squares as well as the sum of what those people said who are in one only."""
    rows = [
        (f"p{k}", time, 1 + k % 3) for k in range(40) for time in ("T1", "T2") if time == "T1" or k >= apart
    ]
    tables = {"activity": pd.DataFrame(rows, columns=["participant_id", "timepoint", "active_days"])}
    found = {e.group["no second questionnaire"]: e.status for e in of(run(tables), "activity")}
    assert found == {"left out": "number", "no change": status}


@pytest.mark.parametrize(("moved", "status"), [(4, "suppressed"), (5, "number")])
def test_a_combination_that_moves_fewer_people_than_the_threshold_is_withheld(moved, status):
    tables = followed((10, 30), (10, 30))
    late = tables["reoffending"].index[:moved]
    tables["reoffending"].loc[late, "reoffence_date"] = DAY + pd.Timedelta(days=200)
    answers = {e.group["window"]: e for e in of(run(tables), "reoffending")}
    assert answers["365 days"].status == answers["548 days"].status == "number"
    assert answers["183 days"].status == status  # in which they had not reoffended yet
    assert (answers["183 days"].value is None) == (status == "suppressed")


@pytest.mark.parametrize(("each", "status"), [(3, "suppressed"), (5, "number")])
def test_nor_is_one_shown_that_moves_a_few_of_each_group(each, status):
    """Six people in all; of the one group a curve tells how many, and the difference the few of the other."""
    tables = followed((10, 30), (10, 30))
    rows = tables["reoffending"]
    late = [i for _, some in rows[rows.reoffended].groupby("group") for i in some.index[:each]]
    rows.loc[late, "reoffence_date"] = DAY + pd.Timedelta(days=200)
    assert {e.group["window"]: e for e in of(run(tables), "reoffending")}["183 days"].status == status


@pytest.mark.parametrize(("early", "status"), [(3, "number"), (6, "suppressed")])
def test_nor_one_that_a_point_of_the_curve_tells_of_a_few_beside(early, status):
    """Of 20, eight by the end of the window; six by two months is a point, and between them would be two."""
    tables = followed((20, 40), (15, 40))
    rows = tables["reoffending"]
    who = rows.index[rows.reoffended & (rows.group == "engaged")]
    for some, days in ((who[:early], 50), (who[early:8], 150), (who[8:], 300)):
        rows.loc[some, "reoffence_date"] = DAY + pd.Timedelta(days=days)
    assert {e.group["window"]: e for e in of(run(tables), "reoffending")}["183 days"].status == status


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
        answer(-30, None, None),  # no interval: which side it is on, and no more
    ]
    counted = {
        e.id.rsplit(".", 1)[1]: e.count
        for e in multiverse.agreement(found)
        if e.group["headline"] == "reoffending"
    }
    assert counted == {"combinations": 6, "direction": 4, "clear": 1}


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([10] * 6 + [365] * 5, {5, 6}),  # who reoffended on the last day are in the curve's last point
        ([0] * 6 + [200] * 5, {5}),  # and who did on the first, in its first
        ([183] * 6, {6}),
        ([184] * 6, {6}),
        ([10] * 5 + [200] * 2 + [300] * 5, {2, 5, 7}),
        ([10] * 3 + [100] * 10, {13}),  # a point of three is not shown
        ([10] * 6 + [200] * 3 + [250] * 3, {6}),  # nor one with three to come
    ],
)
def test_each_point_that_a_curve_may_show_is_beside_a_window(days, told):
    """Of a window of 183 days, and a curve by months to 365."""
    assert set(multiverse._beside_curve(pd.Series(days), 183, 365, 5)) == told


def test_of_one_combination_that_is_released_one_agrees_and_of_none_none_is_told():
    one = Estimate(
        "multiverse.low_wellbeing", "x", -20.0, -29.0, -11.0, unit="percentage points", origin="example"
    )
    told = {e.group["headline"]: e for e in multiverse.agreement([one]) if e.id.endswith("combinations")}
    assert (told["low wellbeing"].count, told["low wellbeing"].origin) == (1, "example")
    assert {e.status for name, e in told.items() if name != "low wellbeing"} == {"not collected"}


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        ("aaabb", "aabbb", [1]),  # one of the first three is not in the other count
        ("aabbb", "aaabb", [1]),
        ("aabbb", "aabbb", [0]),
        ("aabbb", "abbba", []),  # each has somebody whom the other has not
        ("abbbb", "aaaab", [3]),
    ],
)
def test_who_is_in_one_count_alone_is_told_where_the_other_has_nobody_else(one, other, left):
    def answer(letters):
        people = np.array([{"a": "TrueTrue", "b": "out"}[x] for x in letters])
        return multiverse.Answer({}, NONE, pd.Index(range(5)), people, (5,), ("TrueTrue",))

    assert list(multiverse._left_over(answer(one), answer(other))) == left
    nothing = replace(answer(one), codes=())
    assert list(multiverse._left_over(nothing, answer(other))) == []


@pytest.mark.parametrize(
    ("apart", "cells", "tells"),
    [
        (0, (5,), False),
        (1, (5,), True),
        (4, (5,), True),
        (5, (5,), False),
        (5, (), True),
        (9, (), True),
        (10, (), False),
    ],
)
def test_two_answers_tell_of_those_who_count_otherwise(apart, cells, tells):
    """Of counts as many as the threshold; of means twice as many, as their squares are told too."""
    people = np.array(["x"] * 40)
    other = people.copy()
    other[:apart] = "y"
    one, two = (multiverse.Answer({}, NONE, pd.Index(range(40)), some, cells) for some in (people, other))
    assert multiverse._tells_of_few(two, [one], 5, True) is tells


@pytest.mark.parametrize(
    ("cells", "zeros_safe", "tells"),
    [
        ((0, 5), True, False),
        ((0, 5), False, True),
        ((1, 5), True, True),
        ((4, 9), True, True),
        ((5, 9), True, False),
    ],
)
def test_an_answer_tells_by_itself_where_a_count_of_it_is_few(cells, zeros_safe, tells):
    alone = multiverse.Answer({}, NONE, pd.Index(range(9)), np.array(["x"] * 9), cells)
    assert multiverse._tells_of_few(alone, [], 5, zeros_safe) is tells
