import pandas as pd
import pytest
from written import finding, table

from ut_research.measures import needs

FOUR = table("""
    participant_id  partner  mental_health  housing  alcohol_drugs
    a               North    yes            yes      -
    b               North    yes            no       -
    c               South    no             no       -
    d               South    yes            -        -
""")


def test_each_need_is_a_share_of_the_people_assessed():
    found = needs.measure({"needs": FOUR})
    assert finding(found, "needs.mental_health").value == 75
    assert (finding(found, "needs.mental_health").count, finding(found, "needs.mental_health").n) == (3, 4)


def test_a_need_left_blank_was_not_named():
    found = needs.measure({"needs": FOUR})
    assert (finding(found, "needs.housing").count, finding(found, "needs.housing").n) == (1, 4)
    assert (finding(found, "needs.alcohol_drugs").count, finding(found, "needs.alcohol_drugs").n) == (0, 4)


def test_the_mean_number_of_needs_counts_people_who_named_none():
    found = finding(needs.measure({"needs": FOUR}), "needs.number_mean")
    assert (found.value, found.n) == (pytest.approx((2 + 1 + 0 + 1) / 4), 4)


def test_by_partner():
    found = needs.measure({"needs": FOUR}, by="partner")
    assert finding(found, "needs.mental_health", partner="North").value == 100
    assert finding(found, "needs.mental_health", partner="South").value == 50


def test_a_need_that_the_export_has_no_column_for_was_not_asked_about():
    assessed = pd.DataFrame({"participant_id": list("abc"), "housing": [True, False, None]})
    found = {e.id: e for e in needs.measure({"needs": assessed})}
    assert (found["needs.housing"].count, found["needs.housing"].n) == (1, 3)
    assert found["needs.mental_health"].status == "not collected"
    nothing = needs.measure({"needs": assessed[["participant_id"]]})
    assert {e.status for e in nothing} == {"not collected"}
