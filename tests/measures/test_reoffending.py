from pathlib import Path

import pandas as pd
import pytest
from written import finding, table, values

from ut_research.core.estimate import Estimate
from ut_research.measures import reoffending
from ut_research.published import evidence
from ut_research.stats import survival

DATES = table("""
    participant_id  group        entry_date  followed_up_to  reoffended  reoffence_date
    in-window       engaged      2020-01-01  2021-12-31      yes         2020-12-31
    after-window    engaged      2020-01-01  2021-12-31      yes         2021-01-01
    undated         engaged      2020-01-01  2021-12-31      yes         -
    none-full       engaged      2020-01-01  2020-12-31      no          -
    none-short      engaged      2020-01-01  2020-12-30      no          -
    none-proven     engaged      2020-01-01  2021-07-02      no          -
    unknown         engaged      2020-01-01  2021-12-31      -           -
""")


@pytest.fixture
def seen():
    followed = reoffending.follow(DATES, follow_up_days=365, conviction_lag_days=183)
    return followed.set_index(DATES.participant_id[:6])


def published() -> dict[str, pd.DataFrame]:
    """9 of 34 and 15 of 27, from the 2021 report, everybody followed for two years."""
    flags = [True] * 9 + [False] * 25 + [True] * 15 + [False] * 12
    return {
        "reoffending": pd.DataFrame({
            "group": ["engaged"] * 34 + ["not engaged"] * 27,
            "entry_date": pd.Timestamp("2020-01-01"),
            "followed_up_to": pd.Timestamp("2021-12-31"),
            "reoffended": pd.array(flags, dtype="boolean"),
            "reoffence_date": [pd.Timestamp("2020-03-01") if flag else pd.NaT for flag in flags],
        })
    }  # fmt: skip


@pytest.fixture
def found():
    return reoffending.measure(published())


def test_who_counts_as_having_reoffended(seen):
    assert seen.reoffended.to_dict() == {
        "in-window": True,  # day 365
        "after-window": False,  # day 366
        "undated": True,
        "none-full": False,
        "none-short": False,
        "none-proven": False,
    }


def test_how_long_each_person_was_seen(seen):
    assert seen.seen.fillna(-1).to_dict() == {
        "in-window": 365,
        "after-window": 365,
        "undated": 365,  # on a day that nobody wrote down
        "none-full": 365,
        "none-short": 364,
        "none-proven": 365,
    }


def test_who_was_followed_for_long_enough(seen):
    assert list(seen.index[~seen.complete]) == ["none-short"]
    assert list(seen.index[~seen.proven]) == ["none-full", "none-short"]  # 548 days are enough


def test_the_window_and_the_lag_are_parameters():
    seen = reoffending.follow(DATES, follow_up_days=364, conviction_lag_days=0)
    assert int(seen.reoffended.sum()) == 1
    assert seen.complete.all() and seen.proven.all()


def test_the_published_rates(found):
    for group, count, n, value in (("engaged", 9, 34, 26.470588), ("not engaged", 15, 27, 55.555556)):
        rate = finding(found, "reoffending.rate", group=group)
        assert (rate.count, rate.n, rate.value) == (count, n, pytest.approx(value))


REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference" / "statistics.csv")


@pytest.mark.parametrize(
    ("id", "field", "quantity", "unit"),
    [
        ("risk_difference", "value", "risk difference", 100),
        ("risk_difference", "low", "Newcombe 95% lower", 100),
        ("risk_difference", "high", "Newcombe 95% upper", 100),
        ("fisher_p", "value", "Fisher exact two-sided p", 1),
    ],
)
def test_the_comparison_of_published_shares_is_the_reference_in_the_readers_units(id, field, quantity, unit):
    (row,) = REFERENCE[REFERENCE.quantity == quantity].to_dict("records")
    compared = evidence.compared([share(9, 34), share(15, 27)])
    given = getattr(finding(compared, f"published.reoffending.{id}"), field)
    assert given / unit == pytest.approx(row["value"], abs=row["tolerance"])
    assert {e.origin for e in compared} == {"published"}
    assert {e.source for e in compared if e.id.startswith("published.")} == {"The report, page 9"}


def test_where_everyone_was_followed_the_risk_is_the_plain_share(found):
    for group, value in (("engaged", 9 / 34), ("not engaged", 15 / 27)):
        assert finding(found, "reoffending.risk", group=group).value == pytest.approx(100 * value)
    change = finding(found, "reoffending.risk_change")
    assert (change.value, change.n) == (pytest.approx(100 * (9 / 34 - 15 / 27)), 61)


def test_the_comparison_is_engaged_against_not_engaged_however_the_rows_come():
    turned = {"reoffending": published()["reoffending"].iloc[::-1]}
    assert finding(reoffending.measure(turned), "reoffending.risk_change").value < 0


def test_people_count_for_as_long_as_they_were_followed():
    """Of four who engaged one reoffends, one is lost, and then one of two reoffends: 1 - 3/4 * 1/2."""
    found = reoffending.measure(CURVE)
    risk = finding(found, "reoffending.risk", group="engaged")
    assert (risk.value, risk.n, risk.count) == (pytest.approx(62.5), 4, None)
    assert finding(found, "reoffending.rate", group="engaged").count == 2


def test_the_risk_is_not_known_where_nobody_was_followed_to_the_window():
    found = reoffending.measure({"reoffending": CURVE["reoffending"].assign(followed_up_to="2020-03-01")})
    for id, group in (("risk", {"group": "engaged"}), ("risk_change", {})):
        one = finding(found, f"reoffending.{id}", **group)
        assert (one.status, one.value) == ("not worked out", None)
        assert one.method == "not known, as too few were followed for 365 days"


def test_who_is_not_known_to_have_been_followed_does_not_leave_only_those_who_reoffended():
    unknown = published()["reoffending"].assign(followed_up_to=pd.NaT)
    found = reoffending.measure({"reoffending": unknown})
    assert finding(found, "reoffending.risk", group="engaged").status == "not worked out"
    assert finding(found, "reoffending.rate", group="engaged").count == 9


UNDATED = table("""
    participant_id  group    entry_date  followed_up_to  reoffended  reoffence_date
    a               engaged  2020-01-01  2020-12-31      yes         -
    b               engaged  2020-01-01  2021-12-31      yes         -
    c               engaged  2020-01-01  2020-12-31      yes         2019-06-01
    d               engaged  2020-01-01  2021-12-31      no          -
    e               engaged  2020-01-01  2020-06-01      yes         2020-07-01
""")


def test_a_reoffence_on_a_day_that_is_not_known_is_as_early_and_as_late_as_it_could_have_been():
    """`a` did within the window, `b` perhaps after it, `c` perhaps only before entry; `e` was free."""
    people = reoffending.follow(UNDATED, 365).set_index(UNDATED.participant_id)
    shown, early, late = (
        {who: (days, event) for who, days, event in zip(line[0].index, *line, strict=True)}
        for line in reoffending.timelines(people)
    )
    assert shown["a"] == shown["b"] == shown["c"] == (182.5, True)
    assert early["a"] == early["b"] == early["c"] == (0, True)
    assert (late["a"], late["b"], late["c"]) == ((365, True), (365, False), (365, False))
    for line in (shown, early, late):
        assert (line["d"], line["e"]) == ((365, False), (152, False))


def test_the_range_takes_in_every_day_that_a_reoffence_could_have_been():
    found = reoffending.measure({"reoffending": UNDATED})
    risk = finding(found, "reoffending.risk", group="engaged")
    assert risk.value == pytest.approx(75)  # three of the four at risk half-way, as `e` was last seen before
    assert risk.low < 25 < 75 < risk.high  # late, one of four
    assert finding(found, "reoffending.rate", group="engaged").count == 4


def share(count, n):
    return Estimate("ut2021.rate", "Reoffended", count=count, n=n, unit="%", source="The report, page 9")


def test_two_published_shares_are_compared_at_the_confidence_asked_for():
    shares = share(9, 34), share(15, 27)
    usual, lower = (
        finding(evidence.compared(shares, **given), "published.reoffending.risk_difference")
        for given in ({}, {"confidence": 0.8})
    )
    assert usual.low < lower.low < lower.high < usual.high


@pytest.mark.parametrize("unknown", [share(None, 34), share(9, None), share(0, 0)])
def test_a_share_without_its_count_or_its_people_is_not_compared(unknown):
    assert evidence.compared([unknown, share(15, 27)]) == []


def test_the_log_rank_test_is_of_the_two_curves(found):
    seen = reoffending.follow(published()["reoffending"], 365)
    engaged, other = (seen[seen.group == group] for group in reoffending.GROUPS)
    p = survival.logrank_p(engaged.seen, engaged.reoffended, other.seen, other.reoffended)
    assert finding(found, "reoffending.logrank_p").value == pytest.approx(p)
    assert 0.01 < p < 0.05


def test_follow_up_is_told_apart_from_follow_up_until_a_conviction():
    found = reoffending.measure({"reoffending": DATES}, follow_up_days=365, conviction_lag_days=183)
    for id, count in (("complete_follow_up", 5), ("proven_follow_up", 4)):
        share = finding(found, f"reoffending.{id}", group="engaged")
        assert (share.count, share.n) == (count, 6)


CURVE = {
    "reoffending": table("""
        participant_id  group        entry_date  followed_up_to  reoffended  reoffence_date
        a               engaged      2020-01-01  2021-01-01      yes         2020-02-01
        b               engaged      2020-01-01  2020-03-01      no          -
        c               engaged      2020-01-01  2021-01-01      yes         2020-05-01
        d               engaged      2020-01-01  2021-01-01      no          -
        e               not engaged  2020-01-01  2020-07-01      yes         2020-07-01
    """)
}


def test_the_curve_censors_people_lost_and_gives_those_at_risk():
    found = reoffending.measure(CURVE)
    engaged = {
        e.group["month"]: (e.value, e.n)
        for e in found
        if e.id == "reoffending.free" and e.group["group"] == "engaged"
    }
    assert list(engaged) == [str(month) for month in range(13)]
    assert engaged["1"] == (100, 4)  # a reoffended on day 31, after a mean month of 30.4 days
    assert engaged["2"] == (75, 2)  # b was lost on day 60
    assert engaged["4"] == (37.5, 1)  # c on day 121, half of two at risk
    assert engaged["12"] == (37.5, 1)


def test_months_to_reoffence_are_of_those_who_reoffended():
    found = reoffending.measure(CURVE)
    one = finding(found, "reoffending.months_to_reoffence", group="engaged")
    assert (one.value, one.n) == (pytest.approx((31 + 121) / 2 / 30.4375), 2)


def test_time_free_of_reoffending_is_compared_up_to_the_same_day():
    found = reoffending.measure(CURVE)  # e was last seen on day 182: the curve's last step before is 5 months
    to = 5 * 30.4375
    engaged = 31 + 0.75 * (121 - 31) + 0.375 * (to - 121)
    free = values(found, "reoffending.rmst_months", "group")
    assert free == {"engaged": pytest.approx(engaged / 30.4375), "not engaged": pytest.approx(5)}


def test_the_groups_carry_the_names_of_the_study():
    found = reoffending.measure(CURVE, engaged="With aid", not_engaged="Without")
    assert finding(found, "reoffending.rate", group="engaged").label == "Reoffended: With aid"
    assert finding(found, "reoffending.rate", group="not engaged").label == "Reoffended: Without"
