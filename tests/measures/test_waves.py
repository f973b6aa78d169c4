"""Which questionnaires are compared where people answered more than twice, and what all of them say."""

import pandas as pd
import pytest
from written import finding, table, values

from ut_research.core.problems import ProblemsFound
from ut_research.measures import activity, change
from ut_research.measures.everything import measured
from ut_research.stats.intervals import mean_t

ASKED = table("""
    participant_id  timepoint  active_days
    a               T1         1
    a               T2         2
    a               T3         4
    b               T1         2
    b               T2         5
    c               T1         3
    d               T2         7
    d               T3         7
""")


def found(asked: pd.DataFrame, choice: str = change.ENDS) -> list:
    tables = change.compared({"activity": asked}, choice)
    return activity.measure(tables)


def many(people: int = 12) -> pd.DataFrame:
    """As `ASKED`, of twelve people like each of them."""
    return pd.concat([ASKED.assign(participant_id=ASKED.participant_id + str(i)) for i in range(people)])


@pytest.mark.parametrize(
    ("choice", "pairs", "change"),
    [
        pytest.param("first and last", 2, 3, id="each person's own: 1 to 4 and 2 to 5"),
        pytest.param("1 and 2", 2, 2, id="1 to 2 and 2 to 5"),
        pytest.param("1 and 3", 1, 3, id="1 to 4"),
        pytest.param("2 and 3", 2, 1, id="2 to 4 and 7 to 7"),
    ],
)
def test_the_study_says_which_are_compared(choice: str, pairs: int, change: float) -> None:
    said = found(ASKED, choice)

    assert finding(said, "activity.pairs").count == pairs
    assert finding(said, "activity.change_mean").value == change


@pytest.mark.parametrize("choice", ["3 and 1", "1 and 1", "1 and 10", "1, 3", "0 and 2", "last"])
def test_a_study_that_names_no_two_is_told_what_to_say(choice: str) -> None:
    with pytest.raises(ProblemsFound, match=r"\[analysis\] waves.*first and last"):
        change.compared({"activity": ASKED}, choice)


def test_each_is_given_by_itself_of_everyone_who_answered_it() -> None:
    said = found(ASKED)

    assert values(said, "activity.answered", "wave") == {"1": 3, "2": 3, "3": 2}
    assert values(said, "activity.wave_mean", "wave") == {"1": 2, "2": pytest.approx(14 / 3), "3": 5.5}


def test_the_model_counts_everyone_who_answered_at_all() -> None:
    said = found(many())

    change = finding(said, "activity.model_change")
    assert finding(said, "activity.ever").count == 48
    assert (change.n, change.count) == (48, 24)
    assert "missing at random" in change.method
    # people whose first answer is missing are high throughout; taking them as they come would add that
    assert change.low < change.value < 5.5 - 2


def test_of_people_who_all_answered_each_time_the_model_gives_the_mean_change() -> None:
    everyone = many().query("participant_id.str.startswith('a')")
    moved = everyone.assign(active_days=everyone.active_days + [i % 2 for i in range(len(everyone))])
    wide = moved.pivot_table("active_days", "participant_id", "timepoint").astype(float)

    change = finding(found(moved), "activity.model_change")

    assert change.value == pytest.approx(mean_t(wide.T3 - wide.T1).value)


def test_few_answers_are_no_end_of_a_change() -> None:
    fewer = pd.concat([many().query("timepoint != 'T3'"), many(4).query("timepoint == 'T3'")])

    change = finding(found(fewer), "activity.model_change")

    to_second = many().query("timepoint != 'T3'")
    assert change.value == pytest.approx(
        finding(found(many(), "1 and 2"), "activity.model_change").value, abs=0.5
    )
    assert change.count == min(to_second.timepoint.value_counts())


def test_with_nobody_often_enough_it_is_said_why() -> None:
    change = finding(found(ASKED), "activity.model_change")

    assert change.status == "not worked out"
    assert "fewer than 10 people" in change.method


def test_of_two_nothing_more_is_said_and_all_else_is_as_it_was() -> None:
    twice = ASKED.query("timepoint != 'T3'")

    assert {e.id.split(".")[1] for e in found(ASKED)} - {e.id.split(".")[1] for e in found(twice)} == {
        "answered", "wave_mean", "ever", "model_change",
    }  # fmt: skip
    assert found(twice) == activity.measure({"activity": twice})


def test_the_parameter_of_the_study_reaches_every_measure() -> None:
    people = pd.DataFrame({"participant_id": list("abcd"), "registered_date": pd.Timestamp("2020-01-01")})
    tables = {"participants": people, "activity": ASKED}
    given = {"rows": {}, "issues": pd.DataFrame(columns=["rule", "action"]), "data_to": None, "threshold": 5}

    by = {
        w: finding(measured(tables, {**given, "waves": w}), "activity.pairs").count
        for w in ("1 and 3", "1 and 2")
    }

    assert by == {"1 and 3": 1, "1 and 2": 2}


def test_only_questionnaires_that_somebody_answered_are_given() -> None:
    for asked in (ASKED[ASKED.timepoint != "T3"], ASKED[ASKED.timepoint == "T1"], ASKED.head(0)):
        assert "activity.answered" not in {e.id for e in found(asked)}
    assert set(values(found(ASKED), "activity.answered", "wave")) == {"1", "2", "3"}
