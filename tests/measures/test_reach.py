from datetime import date

import pandas as pd
import pytest
from written import finding, table, values

from ut_research.measures import reach

TABLES = {
    "participants": table("""
        participant_id  partner  area  gender  referral_date  registered_date  exit_date   age_at_referral
        a               North    Hill  male    2020-01-01     2020-01-02       2020-01-16  18
        b               North    Hill  female  2020-02-10     2020-02-10       -           24
        c               South    Dale  male    2020-03-01     2020-03-01       2020-03-08  25
        d               -        Dale  male    2020-03-31     -                -           -
    """).assign(ethnicity=["White British", "white", "Asian", None]),
    "needs": table("""
        participant_id
        a
        b
        d
    """),
    "wemwbs": table("""
        participant_id  timepoint
        a               T1
        a               T2
        b               T1
        c               T2
    """),
}  # fmt: skip
DATA_TO = date(2020, 3, 10)


@pytest.fixture
def found():
    return reach.measure(TABLES, data_to=DATA_TO)


@pytest.mark.parametrize(
    ("id", "count", "n"),
    [
        ("reach.referred", 4, None),
        ("reach.registered", 3, 4),
        ("reach.assessed", 2, 3),
        ("reach.completed", 1, 3),
        ("reach.still_supported", 1, 3),
        ("reach.ethnic_minority", 1, 3),
        ("reach.partners", 2, None),
        ("reach.areas", 2, None),
    ],
)
def test_counts(found, id, count, n):
    assert (finding(found, id).count, finding(found, id).n) == (count, n)


def test_who_and_where(found):
    assert values(found, "reach.gender", "gender") == {"female": 25, "male": 75}
    assert values(found, "reach.area", "area") == {"Dale": 50, "Hill": 50}
    assert values(found, "reach.partner", "partner") == {"North": 50, "South": 25, "not recorded": 25}


def test_ages(found):
    assert finding(found, "reach.age_mean").value == pytest.approx((18 + 24 + 25) / 3)
    assert (finding(found, "reach.age_min").value, finding(found, "reach.age_min").count) == (18, 1)
    assert (finding(found, "reach.age_max").value, finding(found, "reach.age_max").count) == (25, 1)
    bands = values(found, "reach.age_band", "age_band")
    assert bands["under 25"] == 50 and bands["25 to 34"] == 25 and bands["not recorded"] == 25


@pytest.mark.parametrize(
    ("age", "band"),
    [(10, "under 25"), (24, "under 25"), (25, "25 to 34"), (34, "25 to 34"), (35, "35 to 44"),
     (44, "35 to 44"), (45, "45 to 54"), (54, "45 to 54"), (55, "55 and over"),
     (110, "55 and over"), (None, "not recorded")],
)  # fmt: skip
def test_age_bands_at_each_side_of_each_boundary(age, band):
    assert list(reach.age_band(pd.Series([age], dtype="Int64"))) == [band]


def test_ethnicity_that_says_nothing_is_neither():
    said = pd.Series(
        ["White Irish", " white british", "Black", "Prefer not to say", "not stated", None], dtype="str"
    )
    assert reach.ethnic_minority(said).tolist() == [False, False, True, pd.NA, pd.NA, pd.NA]


def test_the_average_stay_counts_people_still_supported_up_to_the_last_day(found):
    # 14 days, 29 days to 10 March and still there, 7 days
    assert finding(found, "reach.stay_mean_weeks").value == pytest.approx((14 + 29 + 7) / 3 / 7)


def test_the_curve_censors_people_still_supported(found):
    curve = values(found, "reach.stay", "week")
    assert curve["0"] == 100
    assert curve["4"] == pytest.approx(100 / 3)
    assert curve["8"] is None, "nobody was seen for so long"
    assert finding(found, "reach.stay_median_weeks").value == 2
    # everyone for 1 week, two of three for the next, one to the last step of the curve, not to 29 days
    area = 1 + 2 / 3 + (4 - 2) / 3
    restricted = finding(found, "reach.stay_restricted_mean_weeks")
    assert restricted.value == pytest.approx(area)
    assert restricted.method.startswith("the first 4 weeks, ")


def test_people_whose_support_ended_on_an_unknown_day_are_in_no_stay():
    people = TABLES["participants"].assign(exit_reason=[None, "other", None, None])

    found = reach.measure({"participants": people}, data_to=DATA_TO)

    supported = finding(found, "reach.still_supported")
    assert (supported.count, supported.n) == (0, 2)
    assert finding(found, "reach.registered").count == 3


def test_an_exit_after_the_last_day_is_not_yet_an_exit():
    days = {"registered_date": "2020-01-01", "exit_date": "2020-01-15"}
    people = pd.DataFrame({name: pd.to_datetime([day]) for name, day in days.items()} | {"exit_reason": None})
    for data_to, weeks, ended in (("2020-01-08", 1, False), ("2020-01-15", 2, True)):
        stayed = reach.stay(people, pd.Timestamp(data_to))
        assert (stayed.weeks[0], stayed.ended[0]) == (weeks, ended)


def test_the_last_day_is_the_latest_date_when_it_is_not_given():
    found = reach.measure(TABLES)  # the latest is 31 March, 50 days after b was registered
    assert finding(found, "reach.stay_mean_weeks").value == pytest.approx((14 + 50 + 7) / 3 / 7)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2019-10-01", "2021-03-31", 18),
        ("2019-10-01", "2021-04-01", 19),
        ("2019-10-15", "2021-03-14", 17),
        ("2019-10-15", "2021-03-15", 18),
        ("2020-01-01", "2020-01-01", 1),
    ],
)
def test_months_of_delivery_are_rounded_up(first, last, months):
    assert reach.months_of_delivery(pd.Timestamp(first), pd.Timestamp(last)) == months


def test_the_last_day_may_be_that_of_an_exit():
    later = TABLES["participants"].assign(exit_date=pd.to_datetime([None, None, "2020-06-08", None]))
    # the latest day is 8 June: a and b are still there, after 158 and 119 days, and c left after 99
    found = reach.measure({"participants": later})
    assert finding(found, "reach.stay_mean_weeks").value == pytest.approx((158 + 119 + 99) / 3 / 7)


def test_delivery_ran_from_the_first_referral_to_the_last(found):
    assert finding(found, "reach.delivery_months").value == 3  # 1 January to 31 March
    nobody = reach.measure({"participants": TABLES["participants"].assign(referral_date=pd.NaT)})
    assert finding(nobody, "reach.delivery_months").status == "not collected"


def test_by_partner_leaves_out_the_partners_themselves():
    found = reach.measure(TABLES, by="partner", data_to=DATA_TO)
    assert not [e for e in found if e.id in ("reach.partner", "reach.partners")]
    assert finding(found, "reach.referred", partner="North").count == 2
    assert finding(found, "reach.completed", partner="South").count == 0
    assert finding(found, "reach.completed", partner="not recorded").status == "not collected"


def test_without_assessments_nobody_can_say_how_many_were_assessed():
    found = reach.measure({"participants": TABLES["participants"]}, data_to=DATA_TO)
    assert finding(found, "reach.assessed").status == "not collected"
    assert finding(found, "reach.registered").count == 3


@pytest.mark.parametrize("days", [["-"] * 4, ["2020-01-02", "-", "-", "-"]])
def test_who_registered_is_told_only_where_it_is_known_of_anybody(days):
    signed = pd.to_datetime(pd.Series(days).replace("-", None))
    people = TABLES["participants"].assign(registered_date=signed, exit_date=pd.NaT)
    registered = finding(
        reach.measure({**TABLES, "participants": people}, data_to=DATA_TO), "reach.registered"
    )
    told = (1, 4) if signed.notna().any() else (None, None)
    assert (registered.count, registered.n) == told
