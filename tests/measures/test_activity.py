import numpy as np
import pandas as pd
import pytest
from written import finding, table, values

from ut_research.measures import activity

TABLES = {
    "activity": table("""
        participant_id  timepoint  active_days
        a               T1         0
        b               T1         4
        c               T1         5
        d               T1         7
        e               T2         7
        a               T2         3
        b               T2         5
        c               T2         5
    """)
}


@pytest.fixture
def found():
    return activity.measure(TABLES)


def test_means_are_of_people_who_answered_both_times(found):
    assert finding(found, "activity.pairs").count == 3
    assert finding(found, "activity.mean_t1").value == 3
    assert finding(found, "activity.mean_t2").value == pytest.approx(13 / 3)
    assert finding(found, "activity.change_mean").value == pytest.approx(4 / 3)


@pytest.mark.parametrize(("active_days", "before", "after"), [(4, 2, 2), (5, 1, 2), (6, 0, 0)])
def test_active_is_so_many_days_or_more(active_days, before, after):
    found = activity.measure(TABLES, active_days=active_days)
    assert finding(found, "activity.active_t1").count == before
    assert finding(found, "activity.active_t2").count == after


def test_the_spread_has_every_day_of_the_week(found):
    assert list(values(found, "activity.days_t2", "days")) == list("01234567")
    assert finding(found, "activity.days_t2", days="5").count == 2
    assert finding(found, "activity.days_t2", days="0").count == 0


def test_the_spread_is_of_the_changes(found):
    assert finding(found, "activity.change_sd").value == pytest.approx(np.std([3, 1, 0], ddof=1))


def test_people_without_a_second_answer_bound_the_change(found):
    # changes add up to 4; d started at 7 and could have gone to 0 or stayed at 7; e has no first answer
    assert finding(found, "activity.t1_only").count == 1
    assert finding(found, "activity.bound_low").value == pytest.approx((4 - 7) / 4)
    assert finding(found, "activity.bound_high").value == pytest.approx(4 / 4)
    assert finding(found, "activity.tipping_point").value == pytest.approx(-4)


def test_as_many_are_told_who_had_fewer_days_as_who_had_more(found):
    ways = {e.group["way"]: (e.count, e.n) for e in found if e.id == "activity.moved"}
    assert ways == {"rose": (2, 3), "stayed": (1, 3), "fell": (0, 3)}


def test_everyone_at_the_start_stands_beside_who_was_lost(found):
    assert finding(found, "activity.start_mean").value == pytest.approx(16 / 4)
    assert finding(found, "activity.lost_mean").value == 7


def test_the_rank_test_leaves_out_people_who_did_not_change(found):
    assert finding(found, "activity.wilcoxon_p").value == pytest.approx(0.5)  # two rose: 2 in 2 ** 2


@pytest.mark.parametrize(("fell", "counted"), [(0, 20), (1, 1), (8, 8), (18, 2), (20, 20)])
def test_the_rank_test_counts_the_fewer_who_moved_one_way(fell, counted):
    """One of twenty who fell follows from the test: the gate must see the one."""
    days = [("T1", 3)] * 20 + [("T2", 2)] * fell + [("T2", 4)] * (20 - fell)
    rows = [(f"p{k % 20}", time, day) for k, (time, day) in enumerate(days)]
    table = pd.DataFrame(rows, columns=["participant_id", "timepoint", "active_days"])
    test = finding(activity.measure({"activity": table}), "activity.wilcoxon_p")
    assert (test.count, test.n) == (counted, 20)
