import numpy as np
import pandas as pd
import pytest
from written import finding, table, values

from ut_research.measures import wellbeing
from ut_research.measures.wellbeing import ITEMS, SHORT_ITEMS, bands, short_scores, to_metric, totals

# raw total, from 7 up → metric score; Stewart-Brown and others 2009, HQLO 7:15
SHORT_FORM = [
    (7, 7.00), (8, 9.51), (9, 11.25), (10, 12.40), (11, 13.33), (12, 14.08), (13, 14.75), (14, 15.32),
    (15, 15.84), (16, 16.36), (17, 16.88), (18, 17.43), (19, 17.98), (20, 18.59), (21, 19.25), (22, 19.98),
    (23, 20.73), (24, 21.54), (25, 22.35), (26, 23.21), (27, 24.11), (28, 25.03), (29, 26.02), (30, 27.03),
    (31, 28.13), (32, 29.31), (33, 30.70), (34, 32.55), (35, 35.00),
]  # fmt: skip

# five people with both, one without a T2, one without a T1
TABLES = {
    "wemwbs": table("""
        participant_id  timepoint  total
        a               T1         40
        b               T1         41
        c               T1         59
        d               T1         60
        e               T1         30
        f               T1         50
        a               T2         43
        b               T2         45
        c               T2         60
        d               T2         60
        e               T2         40
        g               T2         70
    """)
}


@pytest.fixture
def found():
    return wellbeing.measure(TABLES)


def answers(*rows):
    """Questionnaires of 14 answers each; None for an answer left out."""
    return pd.DataFrame(list(rows), columns=ITEMS).astype("Int64").assign(total=np.nan)


# --- scores ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("raw", "metric"), SHORT_FORM)
def test_the_whole_conversion_table_of_the_short_form(raw, metric):
    assert to_metric(pd.Series([raw]))[0] == metric


@pytest.mark.parametrize("raw", [6, 36, 7.5, None])
def test_what_is_no_raw_total_has_no_metric_score(raw):
    assert np.isnan(to_metric(pd.Series([raw], dtype=float))[0])


def test_the_short_form_takes_its_own_seven_items_and_needs_them_all():
    own = [5 if item in SHORT_ITEMS else 1 for item in ITEMS]
    assert short_scores(answers(own))[0] == 35
    assert short_scores(answers([6 - x for x in own]))[0] == 7
    without_another, without_its_own = own.copy(), own.copy()
    without_another[ITEMS.index("item_04")] = None
    without_its_own[ITEMS.index("item_11")] = None
    assert short_scores(answers(without_another))[0] == 35
    assert np.isnan(short_scores(answers(without_its_own))[0])


def test_a_total_is_the_sum_of_fourteen_items():
    assert list(totals(answers([1] * 14, [5] * 14, [*range(1, 6), *range(1, 6), 1, 2, 3, 4]))) == [14, 70, 40]


@pytest.mark.parametrize(
    ("missing", "allowed", "scored"), [(1, 0, False), (1, 1, True), (3, 2, False), (3, 3, True)]
)
def test_missing_items_are_filled_with_the_mean_of_the_rest_up_to_the_rule(missing, allowed, scored):
    some = answers([None] * missing + [3] * (14 - missing))
    assert list(totals(some, allowed).dropna()) == ([42] if scored else [])


def test_more_than_three_missing_items_are_never_filled():
    assert totals(answers([None] * 4 + [3] * 10), 3).isna().all()
    with pytest.raises(ValueError, match="missing_items must be 0, 1, 2 or 3"):
        totals(answers([3] * 14), 4)


def test_a_total_is_taken_as_given_only_where_no_item_was_kept():
    given = answers([None] * 14, [None] + [3] * 13).assign(total=[55, 55])
    assert list(totals(given).fillna(-1)) == [55, -1]


# --- bands and meaningful change, at each side of each boundary -----------------------------------


@pytest.mark.parametrize(
    ("total", "band"),
    [(14, "low"), (40, "low"), (41, "moderate"), (59, "moderate"), (60, "high"), (70, "high")],
)
def test_bands_at_each_side_of_each_boundary(total, band):
    assert list(bands(pd.Series([total]))) == [band]


def test_bands_move_with_their_cut_points():
    assert list(bands(pd.Series([42, 43, 58]), 42, 58)) == ["low", "moderate", "high"]
    with pytest.raises(ValueError, match="low_at_most must be below high_at_least"):
        bands(pd.Series([42]), 60, 60)


def test_bands_before_and_after(found):
    assert values(found, "wellbeing.band_t1", "band") == {"low": 40, "moderate": 40, "high": 20}
    assert values(found, "wellbeing.band_t2", "band") == {"low": 20, "moderate": 40, "high": 40}
    assert finding(found, "wellbeing.low_t1").count == 2
    assert finding(found, "wellbeing.low_t2").count == 1


def test_mcnemar_compares_leaving_low_wellbeing_with_falling_into_it(found):
    assert finding(found, "wellbeing.band_mcnemar_p").value == 1  # one person left it and nobody fell
    left = TABLES["wemwbs"].replace({"total": {40: 20}}).assign(timepoint=["T1"] * 6 + ["T2"] * 6)
    ten = pd.concat([left.assign(participant_id=left.participant_id + str(i)) for i in range(6)])
    # six people (a) left low wellbeing and nobody fell into it: 2 in 2 ** 6
    measured = wellbeing.measure({"wemwbs": ten})
    assert finding(measured, "wellbeing.band_mcnemar_p").value == pytest.approx(2 / 2**6)


def test_mcnemar_counts_the_fewer_who_moved_one_way_so_that_the_gate_sees_them():
    """With the two shares of low wellbeing, the test gives back how many left it and how many fell."""
    for left, fell, seen in ((9, 2, 2), (2, 9, 2), (3, 0, 3), (0, 0, 0), (9, 6, 6)):
        times = [(39, 39)] * 10 + [(39, 50)] * left + [(50, 39)] * fell + [(50, 50)] * 10
        rows = [
            (f"p{k}", t, x) for k, pair in enumerate(times) for t, x in zip(("T1", "T2"), pair, strict=True)
        ]
        table = pd.DataFrame(rows, columns=["participant_id", "timepoint", "total"])
        test = finding(wellbeing.measure({"wemwbs": table}), "wellbeing.band_mcnemar_p")
        assert (test.count, test.n) == (seen, len(times))


@pytest.mark.parametrize(
    ("id", "people"),
    [  # changes: 3, 4, 1, 0, 10
        ("wellbeing.meaningful", 2),
        ("wellbeing.meaningful_more_than_3", 2),
        ("wellbeing.meaningful_at_least_3", 3),
    ],
)
def test_a_change_of_3_points_is_meaningful_by_one_rule_and_not_by_the_other(found, id, people):
    assert (finding(found, id).count, finding(found, id).n) == (people, 5)


@pytest.mark.parametrize(
    ("points", "rule", "people"), [(4, "at least", 2), (4, "more than", 1), (0, "at least", 5)]
)
def test_the_rule_in_force_can_be_changed(points, rule, people):
    found = wellbeing.measure(TABLES, meaningful_change=points, meaningful_rule=rule)
    assert finding(found, "wellbeing.meaningful").count == people
    assert rule in finding(found, "wellbeing.meaningful").label


def test_reliable_change_follows_the_reliability(found):
    # 40, 41, 59, 60 and 30 spread by 12.9: a standard error of measurement of 5.3, and 2.77 of them 14.8
    assert finding(found, "wellbeing.meaningful_sem").count == 1
    assert finding(found, "wellbeing.meaningful_rci").count == 0
    # at .95 they are 2.9 and 8.0
    sure = wellbeing.measure(TABLES, reliability=0.95)
    assert finding(sure, "wellbeing.meaningful_sem").count == 3
    assert finding(sure, "wellbeing.meaningful_rci").count == 1


def test_the_thresholds_of_measurement_error_are_the_same_for_every_group():
    partner = TABLES["wemwbs"].participant_id.map({"a": "North", "e": "North"}).fillna("South")
    found = wellbeing.measure({"wemwbs": TABLES["wemwbs"].assign(partner=partner)}, by="partner")
    methods = {e.method for e in found if e.id == "wellbeing.meaningful_sem"}
    assert len(methods) == 1


# --- change ---------------------------------------------------------------------------------------


def test_change_is_of_the_people_with_both(found):
    assert finding(found, "wellbeing.pairs").count == 5
    assert finding(found, "wellbeing.mean_t1").value == 46
    assert finding(found, "wellbeing.mean_t2").value == pytest.approx(49.6)
    change = finding(found, "wellbeing.change_mean")
    # R: t.test(c(3, 4, 1, 0, 10))
    assert (change.value, change.low, change.high) == pytest.approx((3.6, -1.256796, 8.456796), abs=1e-6)
    assert finding(found, "wellbeing.change_sd").value == pytest.approx(np.std([3, 4, 1, 0, 10], ddof=1))


def test_the_missing_item_rule_decides_who_is_a_pair():
    full, gap = [3] * 14, [None] + [3] * 13
    both = answers(full, gap).assign(participant_id=["a", "a"], timepoint=["T1", "T2"])
    for missing_items, pairs, alone in ((0, 0, 1), (1, 1, 0)):
        found = wellbeing.measure({"wemwbs": both}, missing_items=missing_items)
        assert finding(found, "wellbeing.pairs").count == pairs
        assert finding(found, "wellbeing.t1_only").count == alone


def test_the_short_form_is_scored_where_its_items_are(found):
    assert finding(found, "wellbeing.swemwbs_mean_t1").status == "not collected", "totals hold no items"
    both = answers([1] * 14, [3] * 14).assign(participant_id=["a", "a"], timepoint=["T1", "T2"])
    scored = wellbeing.measure({"wemwbs": both})
    assert finding(scored, "wellbeing.swemwbs_mean_t1").value == 7
    assert finding(scored, "wellbeing.swemwbs_change_mean").value == pytest.approx(19.25 - 7)


# --- doubts ---------------------------------------------------------------------------------------


def test_alpha_is_of_first_questionnaires_with_every_item():
    rows = answers([1] * 14, [3] * 14, [5] * 14, [None] + [3] * 13, [1, 5] * 7)
    at = rows.assign(participant_id=list("abcda"), timepoint=["T1"] * 4 + ["T2"])
    alpha = finding(wellbeing.measure({"wemwbs": at}), "wellbeing.alpha_t1")
    assert (alpha.value, alpha.n) == (pytest.approx(1), 3)


def test_floor_and_ceiling_are_the_ends_of_the_scale():
    ends = table("""
        participant_id  timepoint  total
        a               T1         14
        b               T1         15
        a               T2         70
        b               T2         69
    """)
    found = wellbeing.measure({"wemwbs": ends})
    assert finding(found, "wellbeing.floor_t1").count == 1
    assert finding(found, "wellbeing.ceiling_t2").count == 1


def test_regression_to_the_mean_is_a_range_over_the_reliabilities_that_are_plausible(
    found, monkeypatch: pytest.MonkeyPatch
):
    """The unreliable part of the way back: half of it at .5, and little at .85."""
    least, most = (finding(found, f"wellbeing.regression_{end}") for end in ("least", "most"))
    assert (least.value, most.value) == pytest.approx((0.15 * (49.9 - 46), 0.5 * (49.9 - 46)))
    assert "usual score were the population mean" in least.method

    monkeypatch.setattr(wellbeing, "POPULATION_MEAN", 40)
    above = wellbeing.measure(TABLES)  # they would fall back
    assert finding(above, "wellbeing.regression_least").value == pytest.approx(0.15 * (40 - 46))


def test_people_without_a_second_questionnaire_bound_the_answer(found):
    # changes add up to 18; f started at 50 and could have gone to 14 or to 70
    assert finding(found, "wellbeing.t1_only").count == 1
    assert finding(found, "wellbeing.bound_low").value == pytest.approx((18 - 36) / 6)
    assert finding(found, "wellbeing.bound_high").value == pytest.approx((18 + 20) / 6)
    assert finding(found, "wellbeing.tipping_point").value == pytest.approx(-18)


def test_when_everyone_has_a_second_questionnaire_nothing_tips():
    whole = TABLES["wemwbs"][~TABLES["wemwbs"].participant_id.isin(["f", "g"])]
    found = wellbeing.measure({"wemwbs": whole})
    assert finding(found, "wellbeing.tipping_point").status == "not collected"
    assert finding(found, "wellbeing.bound_low").value == finding(found, "wellbeing.bound_high").value


def test_who_fell_is_told_under_each_rule_that_tells_who_rose():
    rows = [(f"p{k}", "T1", 40 + k % 3) for k in range(9)]
    rows += [(f"p{k}", "T2", 40 + k % 3 + step) for k, step in enumerate((-9, -4, -3, -2, 0, 2, 3, 4, 9))]
    tables = {"wemwbs": pd.DataFrame(rows, columns=["participant_id", "timepoint", "total"])}
    found = wellbeing.measure(tables)
    assert {e.group["way"]: e.count for e in found if e.id == "wellbeing.moved"} == {
        "rose": 2, "stayed": 5, "fell": 2,
    }  # fmt: skip
    counts = {e.id.split(".")[1]: e.count for e in found}
    assert (counts["meaningful_at_least_3"], counts["fell_at_least_3"]) == (3, 3)
    assert (counts["meaningful_more_than_3"], counts["fell_more_than_3"]) == (2, 2)
    assert counts["fell_sem"] == counts["meaningful_sem"] and counts["fell_rci"] == counts["meaningful_rci"]
    labels = [e.label for e in wellbeing.measure(tables, meaningful_rule="at least") if "moved" in e.id]
    assert labels == [
        "Rose by at least 3 points",
        "Stayed, or changed by less than 3 points",
        "Fell by at least 3 points",
    ]


def test_everyone_who_answered_at_the_start_is_told_beside_those_who_answered_again(found):
    start = finding(found, "wellbeing.start_low")
    assert (start.count, start.n) == (2, 6)
    assert finding(found, "wellbeing.low_t1").n == 5
    assert finding(found, "wellbeing.start_mean").value == pytest.approx(280 / 6)
    assert finding(found, "wellbeing.lost_mean").value == 50


def test_where_all_began_alike_nobody_rises_by_an_error_of_measurement():
    rows = [(who, time, total) for who, later in zip("abcd", (40, 45, 50, 35), strict=True)
            for time, total in (("T1", 40), ("T2", later))]  # fmt: skip
    found = wellbeing.measure(
        {"wemwbs": pd.DataFrame(rows, columns=["participant_id", "timepoint", "total"])}
    )
    for id in ("wellbeing.meaningful_sem", "wellbeing.meaningful_rci", "wellbeing.fell_sem"):
        assert finding(found, id).status == "not collected"
    rose = finding(found, "wellbeing.meaningful")
    assert (rose.count, rose.n) == (2, 4)


@pytest.mark.parametrize("people", [1, 2])
def test_one_person_has_no_error_of_measurement(people):
    rows = [(who, time, total) for who, start in zip("ab"[:people], (40, 50), strict=False)
            for time, total in (("T1", start), ("T2", 60))]  # fmt: skip
    found = wellbeing.measure(
        {"wemwbs": pd.DataFrame(rows, columns=["participant_id", "timepoint", "total"])}
    )
    assert (finding(found, "wellbeing.meaningful_sem").status == "number") is (people > 1)
