"""What holds of every measure, whatever the tables."""

import warnings
from collections import defaultdict
from functools import partial

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ut_research.findings import SERIES_KEYS
from ut_research.measures import activity, needs, outcomes, reach, reoffending, themes, wellbeing

MEASURES = [
    reach.measure,
    needs.measure,
    outcomes.measure,
    reoffending.measure,
    partial(wellbeing.measure, bootstrap_resamples=200),
    partial(activity.measure, bootstrap_resamples=200),
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


@st.composite
def exports(draw):
    people = draw(st.lists(st.fixed_dictionaries(PERSON), max_size=12))
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


def measured(tables, by=None):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return [e for measure in MEASURES for e in measure(tables, by=by)]


def counted(estimates):
    return {(e.id, frozenset(e.group.items())): e.count for e in estimates if e.unit in ("%", "people")}


@given(exports(), st.sampled_from(GROUPS))
@settings(max_examples=15, deadline=None)
def test_the_counts_of_groups_add_up_to_everyones(tables, by):
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


@given(exports(), st.none() | st.sampled_from(GROUPS))
@settings(max_examples=15, deadline=None)
def test_shares_lie_within_0_and_100_and_within_their_interval(tables, by):
    for e in measured(tables, by):
        if e.unit == "%" and e.status == "number":
            assert 0 <= e.value <= 100, e.id
            if e.low is not None and e.high is not None:
                assert -1e-9 <= e.low <= e.value + 1e-9 <= e.high + 2e-9 <= 100 + 1e-6, e.id
            if e.count is not None:
                assert 0 <= e.count <= e.n and e.value == pytest.approx(100 * e.count / e.n), e.id


@given(exports(), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
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
        if one.value is not None and not one.id.endswith("change_bca"):  # whose draws follow the order
            assert one.value == pytest.approx(other.value, abs=1e-9), one.id


@given(exports(), st.sampled_from(GROUPS))
@settings(max_examples=10, deadline=None)
def test_a_finding_is_never_said_twice(tables, by):
    for estimates in (measured(tables), measured(tables, by)):
        names = [(e.id, frozenset(e.group.items())) for e in estimates]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("by", [None, *GROUPS])
@pytest.mark.parametrize("measure", [*MEASURES, themes.measure])
def test_absent_and_empty_tables_give_the_same_ids_not_collected(measure, by):
    full = {e.id for e in measure(_one_person(), by=by)}
    columns = {name: frame.head(0) for name, frame in _one_person().items()}
    for tables in ({}, columns, {name: pd.DataFrame() for name in columns}):
        found = measure(tables, by=by)
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
