"""The public study in studies/rossi: our results against `lifelines` and against plain counting.

Nothing expected here is computed by `ut_research`: counts come from the package's own frame, curves and the
log-rank test from `lifelines`, and 432 people and 114 arrests from the study as published (Rossi, Berk and
Lenihan 1980).
"""

import math
from pathlib import Path

import pytest
from lifelines import KaplanMeierFitter
from lifelines.datasets import load_rossi
from lifelines.statistics import logrank_test
from lifelines.utils import restricted_mean_survival_time

from ut_research.cleaning import tables
from ut_research.core import studies
from ut_research.core.estimate import Estimate
from ut_research.measures import needs, outcomes, reach, reoffending, wellbeing
from ut_research.reading import export
from ut_research.stats import survival

FOLDER = Path(__file__).resolve().parents[1] / "studies" / "rossi"
FIN = {"engaged": 1, "not engaged": 0}
WEEKS = {"3": 13, "6": 26, "9": 39, "12": 52}  # months of the measure, and the same time in the study's weeks
DAYS_A_MONTH = 365.25 / 12


@pytest.fixture(scope="module")
def cleaned() -> tables.Cleaned:
    return tables.clean(export.read(FOLDER), key=b"a key that is only for tests")


@pytest.fixture(scope="module")
def found(cleaned: tables.Cleaned) -> list[Estimate]:
    study = studies.read(FOLDER / "study.toml", FOLDER.parents[1]).study
    return reoffending.measure(
        cleaned.tables,
        engaged=study.engaged,
        not_engaged=study.not_engaged,
        follow_up_days=study.follow_up_days,
        conviction_lag_days=study.conviction_lag_days,
        confidence=study.confidence,
    )


@pytest.fixture(scope="module")
def study():
    return load_rossi()


def _one(found: list[Estimate], id: str, **group: str) -> Estimate:
    return next(e for e in found if e.id == id and dict(e.group) == group)


def test_everyone_is_read_and_kept_as_real_people(cleaned):
    table = cleaned.tables["reoffending"]
    assert len(table) == table["participant_id"].nunique() == 432
    assert int(table["reoffended"].sum()) == 114
    assert cleaned.origin == "export"
    assert not (cleaned.issues["action"] == "rejected").any()


@pytest.mark.parametrize("group", FIN)
def test_group_counts_are_those_of_plain_counting(found, study, group):
    people = study[study["fin"] == FIN[group]]
    rate = _one(found, "reoffending.rate", group=group)
    assert (rate.count, rate.n) == (int((people["arrest"] == 1).sum()), len(people))
    assert (rate.count, rate.n) == {"engaged": (48, 216), "not engaged": (66, 216)}[group]


def test_the_groups_are_called_what_the_study_calls_them(found):
    labels = {e.label for e in found if e.id == "reoffending.rate"}
    assert labels == {"Reoffended: Received financial aid", "Reoffended: Did not receive it"}


@pytest.mark.parametrize("month", WEEKS)
@pytest.mark.parametrize("group", FIN)
def test_the_curve_is_that_of_lifelines(found, study, group, month):
    people = study[study["fin"] == FIN[group]]
    fitted = KaplanMeierFitter().fit(people["week"], people["arrest"])
    free = _one(found, "reoffending.free", group=group, month=month)
    assert free.value == pytest.approx(100 * fitted.predict(WEEKS[month]), abs=1e-9)
    bands = fitted.confidence_interval_survival_function_
    low, high = bands[bands.index <= WEEKS[month]].iloc[-1]
    assert (free.low, free.high) == pytest.approx((100 * low, 100 * high), abs=1e-6)
    day = min(int(month) * DAYS_A_MONTH, 364)
    assert free.n == int((7 * people["week"] >= day).sum())


def test_the_difference_of_the_risks_is_made_of_the_curves_of_lifelines(found, study):
    risks = []
    for group, code in FIN.items():
        people = study[study["fin"] == code]
        fitted = KaplanMeierFitter().fit(people["week"], people["arrest"])
        low, high = fitted.confidence_interval_survival_function_.iloc[-1]
        risks.append((1 - fitted.predict(52), 1 - high, 1 - low))
        risk = _one(found, "reoffending.risk", group=group)
        assert (risk.value, risk.low, risk.high) == pytest.approx([100 * x for x in risks[-1]], abs=1e-6)
    (p, p_low, p_high), (q, q_low, q_high) = risks
    change = _one(found, "reoffending.risk_change")
    below, above = math.hypot(p - p_low, q_high - q), math.hypot(p_high - p, q - q_low)
    expected = [100 * x for x in (p - q, p - q - below, p - q + above)]
    assert (change.value, change.low, change.high) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("group", "shares"), [
    ("engaged", [207 / 216, 194 / 216, 181 / 216, 168 / 216]),
    ("not engaged", [205 / 216, 184 / 216, 170 / 216, 150 / 216]),
])  # fmt: skip
def test_the_curve_is_the_share_not_yet_arrested_since_nobody_was_lost(cleaned, group, shares):
    """Nobody left before 52 weeks, so the curve is counting: fixed numbers of people not yet arrested."""
    table = cleaned.tables["reoffending"]
    people = reoffending.follow(table[table["group"] == group], 364, 0)
    curve = survival.kaplan_meier(
        people["seen"], people["to_reoffence"].notna(), [7 * w for w in WEEKS.values()]
    )
    assert [point.share for point in curve] == pytest.approx(shares)


def test_the_log_rank_test_is_that_of_lifelines(found, study):
    aid, none = study[study["fin"] == 1], study[study["fin"] == 0]
    expected = logrank_test(aid["week"], none["week"], aid["arrest"], none["arrest"]).p_value
    assert _one(found, "reoffending.logrank_p").value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("group", FIN)
def test_mean_months_without_arrest_are_those_of_lifelines(found, study, group):
    people = study[study["fin"] == FIN[group]]
    weeks = restricted_mean_survival_time(KaplanMeierFitter().fit(people["week"], people["arrest"]), t=52)
    value = _one(found, "reoffending.rmst_months", group=group).value
    assert value == pytest.approx(weeks * 7 / DAYS_A_MONTH, abs=1e-6)


@pytest.mark.parametrize("measure", [reach, needs, outcomes, wellbeing], ids=lambda m: m.__name__)
def test_what_the_study_did_not_collect_is_said_to_be_missing(cleaned, measure):
    found = measure.measure(cleaned.tables)
    assert found and {e.status for e in found} == {"not collected"}
