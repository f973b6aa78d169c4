"""What holds of every measure, whatever the tables."""

import inspect
import warnings
from collections import defaultdict

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import samples

from ut_research.core.estimate import SERIES_KEYS
from ut_research.core.parameters import Study
from ut_research.measures import activity, needs, outcomes, reach, reoffending, themes, wellbeing

MEASURES = [
    reach.measure,
    needs.measure,
    outcomes.measure,
    reoffending.measure,
    wellbeing.measure,
    activity.measure,
]
GROUPS = ("partner", "area", "gender", "period")


def days(earliest="2019-10-01"):
    return st.none() | st.integers(0, 500).map(lambda d: pd.Timestamp(earliest) + pd.Timedelta(days=d))


def code(*names):
    return st.sampled_from(names)


PERSON = {
    "partner": code("North", "South", "not recorded"), "area": code("Hill", "Dale"),
    "gender": code("male", "female", "unknown"), "period": code("first half", "second half"),
    "referral_date": days(), "registered_date": days(), "exit_date": days(),
    "age_at_referral": st.none() | st.integers(18, 70), "ethnicity": st.none() | code("White", "Asian"),
    "t1": st.none() | st.integers(14, 70), "t2": st.none() | st.integers(14, 70),
    "sim1": st.none() | st.integers(0, 7), "sim2": st.none() | st.integers(0, 7),
    "housing": st.none() | st.booleans(), "mental_health": st.none() | st.booleans(),
    "assessed": st.booleans(),
    "group": st.none() | code("engaged", "not engaged"), "reoffended": st.none() | st.booleans(),
    "followed": st.none() | st.integers(0, 700), "reoffence": st.none() | st.integers(0, 700),
    "outcome": st.none() | code("employment", "housing", "volunteering"), "start_date": days(),
}  # fmt: skip


def _dates(values):
    return pd.to_datetime(pd.Series(list(values), dtype="object"))


def export_of(people):
    """The canonical tables of people like `PERSON`."""
    all_of = pd.DataFrame(people, columns=list(PERSON)).assign(
        participant_id=[f"p{i}" for i in range(len(people))]
    )
    for key in ("referral_date", "registered_date", "exit_date", "start_date"):
        all_of[key] = _dates(all_of[key])
    for key in ("t1", "t2", "sim1", "sim2", "age_at_referral", "followed", "reoffence"):
        all_of[key] = pd.array(all_of[key].tolist(), dtype="Int64")
    for key in ("housing", "mental_health", "reoffended"):
        all_of[key] = pd.array(all_of[key].tolist(), dtype="boolean")
    who = ["participant_id", *GROUPS]

    def at_both_times(first, second, column):
        rows = [
            all_of[who].assign(timepoint=t, **{column: all_of[c]}) for t, c in (("T1", first), ("T2", second))
        ]
        return pd.concat(rows)[lambda frame: frame[column].notna()]

    entry = pd.Timestamp("2020-01-01")
    followed = all_of[all_of.group.notna()]
    return {
        "participants": all_of[
            [*who, "referral_date", "registered_date", "exit_date", "age_at_referral", "ethnicity"]
        ],
        "needs": all_of.loc[all_of.assessed, [*who, "housing", "mental_health"]],
        "wemwbs": at_both_times("t1", "t2", "total"),
        "activity": at_both_times("sim1", "sim2", "active_days"),
        "outcomes": all_of.loc[all_of.outcome.notna(), [*who, "outcome", "start_date"]],
        "reoffending": followed[[*who, "group", "reoffended"]].assign(
            entry_date=entry,
            followed_up_to=entry + pd.to_timedelta(followed.followed, unit="D"),
            reoffence_date=entry
            + pd.to_timedelta(followed.reoffence.where(followed.reoffended == True), unit="D"),  # noqa: E712
        ),
    }


exports = st.lists(st.fixed_dictionaries(PERSON), max_size=12).map(export_of)


def measured(tables, by=None, **given):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return [e for measure in MEASURES for e in measure(tables, by=by, **given)]


def counted(estimates):
    return {(e.id, frozenset(e.group.items())): e.count for e in estimates if e.unit in ("%", "people")}


@given(exports, st.sampled_from(GROUPS))
@settings(max_examples=samples(8, 60))
def test_the_counts_of_groups_add_up_to_everyones(tables, by):
    check_that_groups_add_up(tables, by)


def check_that_groups_add_up(tables, by):
    whole = counted(measured(tables))
    added = defaultdict(int)
    for e in measured(tables, by):
        if (
            e.count is not None
            and e.id not in ("reach.age_min", "reach.age_max")
            and e.unit in ("%", "people")
        ):
            rest = frozenset((k, v) for k, v in e.group.items() if k != by)
            added[e.id, rest] += e.count
    for key, count in added.items():
        assert count == (whole.get(key) or 0), key


@given(exports, st.none() | st.sampled_from(GROUPS))
@settings(max_examples=samples(8, 60))
def test_shares_lie_within_0_and_100_and_within_their_interval(tables, by):
    for e in measured(tables, by):
        if e.unit == "%" and e.status == "number":
            assert 0 <= e.value <= 100, e.id
            if e.low is not None and e.high is not None:
                assert -1e-9 <= e.low <= e.value + 1e-9 <= e.high + 2e-9 <= 100 + 1e-6, e.id
            if e.count is not None:
                assert 0 <= e.count <= e.n and e.value == pytest.approx(100 * e.count / e.n), e.id


@given(exports, st.randoms(use_true_random=False))
@settings(max_examples=samples(8, 60))
def test_the_order_of_rows_changes_nothing(tables, random):
    def shuffled(frame):
        order = list(range(len(frame)))
        random.shuffle(order)
        return frame.iloc[order]

    before, after = measured(tables), measured({name: shuffled(frame) for name, frame in tables.items()})
    assert [(e.id, e.group, e.status, e.count, e.n) for e in before] == [
        (e.id, e.group, e.status, e.count, e.n) for e in after
    ]
    for one, other in zip(before, after, strict=True):
        if one.value is not None:
            assert one.value == pytest.approx(other.value, abs=1e-9), one.id


@given(exports, st.sampled_from(GROUPS))
@settings(max_examples=samples(8, 60))
def test_a_finding_is_never_said_twice(tables, by):
    for estimates in (measured(tables), measured(tables, by)):
        names = [(e.id, frozenset(e.group.items())) for e in estimates]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("measure", "by"),
    [*((m, {"by": key}) for m in MEASURES for key in [None, *GROUPS]), (themes.measure, {})],
)
def test_absent_and_empty_tables_give_the_same_ids_not_collected(measure, by):
    full = {e.id for e in measure(_one_person(), **by)}
    columns = {name: frame.head(0) for name, frame in _one_person().items()}
    for tables in ({}, columns, {name: pd.DataFrame() for name in columns}):
        found = measure(tables, **by)
        assert {e.status for e in found} <= {"not collected"}
        assert {e.id for e in found} == full


@pytest.mark.parametrize("measure", MEASURES)
def test_the_origin_is_what_it_is_said_to_be(measure):
    assert {e.origin for e in measure(_one_person(), origin="example")} == {"example"}


def test_no_series_key_is_used_for_a_part_of_a_whole():
    keys = {(e.id, key) for e in measured(_one_person()) for key in e.group if key in SERIES_KEYS}
    assert keys == {
        ("reach.stay", "week"),
        ("reoffending.free", "month"),
        ("activity.days_t1", "days"),
        ("activity.days_t2", "days"),
    }


# --- the same for twenty people, who are always the same -------------------------------------------


def _twenty_people():
    """Nobody is missing anything, every answer is somebody's, and no two columns say the same."""
    day = pd.Timestamp("2019-10-01")
    return export_of([
        {
            "partner": ("North", "South", "East")[i % 3], "area": ("Hill", "Dale")[i // 2 % 2],
            "gender": ("male", "female", "other")[i // 3 % 3],
            "period": ("first half", "second half")[i // 10],
            "referral_date": day + pd.Timedelta(days=20 * i),
            "registered_date": day + pd.Timedelta(days=20 * i + i % 4),
            "exit_date": day + pd.Timedelta(days=20 * i + 30 + 5 * i),
            "age_at_referral": 19 + 2 * i, "ethnicity": ("White", "Asian")[i % 5 == 0],
            "t1": 24 + 2 * i, "t2": 30 + 2 * i + i % 4, "sim1": i % 6, "sim2": min(7, i % 6 + i % 3),
            "housing": i % 2 == 0, "mental_health": i % 3 == 0, "assessed": True,
            "group": ("engaged", "not engaged")[i % 5 < 2], "reoffended": i % 4 == 0 or i % 5 == 1,
            "followed": 400 + i, "reoffence": 40 + 9 * i,
            "outcome": ("employment", "housing", "volunteering")[i % 3],
            "start_date": day + pd.Timedelta(days=25 * i),
        }
        for i in range(20)
    ])  # fmt: skip


@pytest.mark.parametrize("by", GROUPS)
def test_groups_of_twenty_people_are_the_groups_asked_for_and_add_up(by):
    tables = _twenty_people()
    check_that_groups_add_up(tables, by)
    for measure in MEASURES:
        assert {e.group.get(by) for e in measure(tables, by=by)} == set(tables["participants"][by])


def test_a_lower_level_of_confidence_narrows_every_interval():
    tables = _twenty_people()
    usual, lower = measured(tables, confidence=0.95), measured(tables, confidence=0.5)
    compared = set()
    for wide, narrow in zip(usual, lower, strict=True):
        if wide.low is not None and wide.high is not None and wide.low < wide.high:
            if wide.id == "wellbeing.meaningful_rci":  # a change is reliable at a level of confidence too
                continue
            assert wide.value == narrow.value
            assert narrow.high - narrow.low < wide.high - wide.low, wide.id
            compared.add(wide.id)
    assert {"reach.age_mean", "needs.housing", "outcomes.any", "reoffending.free", "activity.active_t1",
            "reoffending.risk", "reoffending.risk_change", "reoffending.rmst_months",
            "reach.stay_restricted_mean_weeks", "wellbeing.change_mean",
            "wellbeing.low_t1"} <= compared  # fmt: skip


@pytest.mark.parametrize("measure", MEASURES)
def test_what_is_not_said_is_what_the_study_says(measure):
    """A measure called with no parameter does as for a study that says nothing, of an export."""
    study = Study()
    parameters = [name for name in inspect.signature(measure).parameters if hasattr(study, name)]
    tables = _twenty_people()
    plain = measure(tables)
    assert plain == measure(tables, origin="export", **{name: getattr(study, name) for name in parameters})


# What a finding is called and measured in does not change: chapters, charts and the registry go by it.
UNITS = {
    "%": """
        reach.registered reach.assessed reach.completed reach.age_band reach.ethnic_minority reach.gender
        reach.partner reach.area reach.period reach.still_supported reach.stay
        needs.mental_health needs.employability needs.training_education needs.volunteering
        needs.alcohol_drugs needs.physical_health needs.housing needs.family_relationships
        needs.social_isolation
        outcomes.employment outcomes.education_training outcomes.housing outcomes.volunteering
        outcomes.treatment outcomes.any outcomes.housing_half outcomes.met_employment outcomes.met_housing
        outcomes.met_education_training outcomes.met_volunteering outcomes.met_treatment
        reoffending.rate reoffending.risk
        reoffending.complete_follow_up reoffending.proven_follow_up reoffending.free
        wellbeing.low_t1 wellbeing.low_t2 wellbeing.band_t1 wellbeing.band_t2 wellbeing.meaningful
        wellbeing.meaningful_more_than_3 wellbeing.meaningful_at_least_3 wellbeing.meaningful_sem
        wellbeing.meaningful_rci wellbeing.floor_t1 wellbeing.ceiling_t2 wellbeing.start_low wellbeing.moved
        wellbeing.fell_more_than_3 wellbeing.fell_at_least_3 wellbeing.fell_sem wellbeing.fell_rci
        activity.moved activity.active_t1 activity.active_t2 activity.days_t1 activity.days_t2""",
    "people": """
        reach.referred wellbeing.pairs wellbeing.t1_only activity.pairs activity.t1_only
        themes.people themes.spoke themes.against
        outcomes.unasked_employment outcomes.unasked_housing outcomes.unasked_education_training
        outcomes.unasked_volunteering outcomes.unasked_treatment""",
    "years": "reach.age_mean reach.age_min reach.age_max",
    "partners": "reach.partners",
    "areas": "reach.areas",
    "months": "reach.delivery_months reoffending.months_to_reoffence reoffending.rmst_months",
    "weeks": "reach.stay_mean_weeks reach.stay_median_weeks reach.stay_restricted_mean_weeks",
    "needs": "needs.number_mean",
    "percentage points": "reoffending.risk_change",
    "p-value": """
        reoffending.logrank_p wellbeing.wilcoxon_p
        wellbeing.band_mcnemar_p activity.wilcoxon_p""",
    "points": """
        wellbeing.start_mean wellbeing.lost_mean
        wellbeing.mean_t1 wellbeing.mean_t2 wellbeing.change_mean wellbeing.change_sd
        wellbeing.swemwbs_mean_t1 wellbeing.swemwbs_mean_t2 wellbeing.swemwbs_change_mean
        wellbeing.regression_least wellbeing.regression_most
        wellbeing.bound_low wellbeing.bound_high wellbeing.tipping_point""",
    "": "wellbeing.alpha_t1",
    "days": """
        activity.start_mean activity.lost_mean
        activity.mean_t1 activity.mean_t2 activity.change_mean activity.change_sd
        activity.bound_low activity.bound_high activity.tipping_point""",
    "questions": "themes.questions",
    "findings": "themes.findings",
    "interviews": "themes.interviews",
    "focus groups": "themes.focus_groups",
}  # fmt: skip

SOURCES = {
    "reach": "participants", "needs": "needs", "outcomes": "outcomes, participants", "wellbeing": "wemwbs",
    "reoffending": "reoffending", "activity": "activity",
}  # fmt: skip


@pytest.mark.parametrize("tables", [{}, "one person"])
def test_every_finding_has_its_name_and_unit_whether_collected_or_not(tables):
    given = _one_person() if tables else {}
    found = [e for measure in [*MEASURES, themes.measure] for e in measure(given)]
    assert {e.id: e.unit for e in found} == {id: unit for unit, ids in UNITS.items() for id in ids.split()}


def test_every_finding_says_what_it_is_how_it_was_made_and_from_which_table():
    for e in measured(_twenty_people()):
        assert e.label and e.method, e.id
        assert e.source == SOURCES[e.id.partition(".")[0]]
        if e.low is not None and not e.id.startswith(("reach.stay", "reoffending.free", "reoffending.rmst")):
            assert "interval" in e.method, e.id


def test_numbers_that_are_no_share_say_how_many_people_they_rest_on():
    for e in (e for e in measured(_twenty_people()) if e.status == "number"):
        assert e.n is not None or e.unit in ("people", "partners", "areas") or e.id == "reach.delivery_months"


def _one_person():
    day = pd.Timestamp("2020-01-01")
    who = {
        "participant_id": ["a"],
        "partner": ["North"],
        "area": ["Hill"],
        "gender": ["male"],
        "period": ["first half"],
    }
    twice = {**{key: 2 * value for key, value in who.items()}, "timepoint": ["T1", "T2"]}
    return {
        "participants": pd.DataFrame({**who, "referral_date": [day], "registered_date": [day],
                                      "exit_date": [day], "age_at_referral": [30], "ethnicity": ["White"]}),
        "needs": pd.DataFrame({**who, "housing": [True]}),
        "wemwbs": pd.DataFrame({**twice, "total": [30, 40]}),
        "activity": pd.DataFrame({**twice, "active_days": [1, 2]}),
        "outcomes": pd.DataFrame({**who, "outcome": ["housing"], "start_date": [day]}),
        "reoffending": pd.DataFrame({**who, "group": ["engaged"], "reoffended": [True], "entry_date": [day],
                                     "followed_up_to": [day], "reoffence_date": [day]}),
        "interviews": pd.DataFrame({"interview_id": ["1"], "method": ["interview"], "role": ["delivery"],
                                    "held_date": [day], "people": [1]}),
        "coded_segments": pd.DataFrame({"interview_id": ["1"], "theme": ["funding"]}),
    }  # fmt: skip
