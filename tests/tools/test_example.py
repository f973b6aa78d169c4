"""The invented cohort: the same each time, giving back what was published, messy, its parameters known."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from united_together import PARAMETERS, REGISTRY, STUDY

from tools import example
from tools.example.cohort import _items
from ut_research import published
from ut_research.cleaning import tables as cleaning
from ut_research.core.estimate import Estimate
from ut_research.measures import activity, needs, outcomes, reach, reoffending, themes, wellbeing
from ut_research.reading import export

COMMITTED = Path(__file__).resolve().parents[2] / "data" / "raw" / "example"
KEY = b"a key that is only for tests"

#: Each kind of mess, as table, column and rule of the issues log.
MESS = """
participants, , duplicated row
participants, participant_id, re-referral merged
participants, referral_date, spreadsheet day number
participants, referral_date, two-digit year
participants, partner, spelling
participants, partner, white space
participants, area, spelling
participants, area, name not in the list
participants, gender, spelling
participants, ethnicity, word for blank
participants, ethnicity, too long
participants, age_at_referral, age and date of birth differ
participants, registered_date, impossible date
participants, registered_date, date not usable
participants, registered_date, registered before referral
participants, exit_date, exit before referral
participants, exit_reason, rare text
needs, housing, spelling
needs, assessed_date, month first
needs, assessed_date, not a date
needs, participant_id, more than one row
needs, participant_id, person not in participants
needs, caseload, column not known
wemwbs, item_05, out of range
wemwbs, total, out of range
wemwbs, total, total is not the sum of the items
wemwbs, completed_date, T2 before T1
wemwbs, participant_id and timepoint, more than one row
wemwbs, , no answers
activity, active_days, not a number
activity, participant_id, no identifier
reoffending, reoffence_date, reoffence outside follow-up
reoffending, reoffence_date, reoffence after follow-up
reoffending, reoffence_date, no reoffence, but a date of one
reoffending, reoffence_date, date out of range
reoffending, followed_up_to, follow-up ends before it begins
outcomes, participant_id, person not in participants
outcomes, outcome, unknown code
coded_segments, summary, personal data
"""
KINDS = [tuple(line.split(", ", 2)) for line in MESS.strip().splitlines()]


@pytest.fixture(scope="module")
def cleaned() -> cleaning.Cleaned:
    return cleaning.clean(export.read(COMMITTED), PARAMETERS, KEY)


@pytest.fixture(scope="module")
def found(cleaned: cleaning.Cleaned) -> list[Estimate]:
    """What the measures find, with the words and days of United Together."""
    halves = {"origin": "example"} | {
        f"delivery_{day}": getattr(STUDY, f"delivery_{day}") for day in ("start", "end")
    }
    rounds = {"origin": "example", "findings": REGISTRY.findings}
    rounds |= {
        name: getattr(STUDY, name)
        for name in ("findings_of", "earlier_round", "later_round", "interview_round_from")
    }
    return [
        *reach.measure(cleaned.tables, origin="example", data_to=cleaned.data_to),
        *needs.measure(cleaned.tables, origin="example"),
        *wellbeing.measure(cleaned.tables, origin="example"),
        *activity.measure(cleaned.tables, origin="example"),
        *reoffending.measure(cleaned.tables, origin="example"),
        *outcomes.measure(cleaned.tables, **halves),
        *themes.measure(cleaned.tables, **rounds),
    ]


def _value(estimates: list[Estimate], id: str, **group: str) -> Estimate:
    return next(e for e in estimates if e.id == id and dict(e.group) == group)


@pytest.mark.slow
def test_the_committed_files_are_what_the_generator_writes(tmp_path):
    command = [sys.executable, "-m", "tools.example", str(tmp_path)]
    subprocess.run(command, cwd=COMMITTED.parents[2], check=True, capture_output=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in COMMITTED.iterdir()}


def test_another_seed_gives_other_people():
    one, other = example.generate(seed=1), example.generate(seed=2)
    assert (
        one["participants"]["age_at_referral"].tolist() != other["participants"]["age_at_referral"].tolist()
    )


def test_every_published_figure_comes_back_but_those_that_cannot(found):
    """A figure may differ only where the audit, from the registry alone, finds that it cannot stand."""
    compared = published.compare(found, REGISTRY).set_index("id")
    verdicts = published.audit(REGISTRY).set_index("id")["verdict"]
    cannot = set(verdicts[verdicts.isin(["not attainable", "inconsistent with another entry"])].index)
    assert len(compared) >= 50
    assert set(compared.index[compared["agrees"] != "yes"]) <= cannot


def test_the_volunteers_are_the_thirteen_counted_and_not_the_one_per_cent_printed(found):
    volunteers = _value(found, "outcomes.volunteering")
    assert (volunteers.count, volunteers.n) == (13, 204)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_calibration_does_not_depend_on_the_seed(seed):
    tables = example.generate(seed=seed)
    followed = tables["reoffending"].groupby("group")["reoffended"]
    assert followed.size().to_dict() == {"engaged": 34, "not engaged": 27}
    assert followed.sum().to_dict() == {"engaged": 9, "not engaged": 15}
    assert (
        len(tables["participants"]) == 250 and tables["participants"]["registered_date"].notna().sum() == 204
    )


@pytest.mark.parametrize("kind", KINDS, ids=" · ".join)
def test_the_export_is_messy_in_each_way_that_cleaning_knows(cleaned, kind):
    issues = cleaned.issues[["table", "column", "rule"]].fillna("")
    assert kind in set(issues.itertuples(index=False, name=None))


def test_the_files_differ_in_encoding_and_separator():
    raw = {path.stem: path.read_bytes() for path in COMMITTED.glob("*.csv")}
    assert raw["participants"].startswith(b"\xef\xbb\xbf")
    assert raw["wemwbs"].split(b"\n")[0].count(b";") > 10
    assert raw["activity"].split(b"\n")[0].count(b"\t") == 3
    with pytest.raises(UnicodeDecodeError):
        raw["steering_comments"].decode("utf-8")
    assert "£" in raw["steering_comments"].decode("cp1252")


def test_cleaning_gives_back_the_people_that_the_mess_was_made_of(cleaned):
    truth = example.generate()["participants"]
    people = cleaned.tables["participants"]
    for column in ("referral_date", "partner", "area", "gender", "age_at_referral"):
        assert people[column].tolist() == truth[column].tolist(), column
    assert cleaned.origin == "example"


def test_cleaning_gives_back_the_answers_that_the_mess_was_made_of(cleaned):
    truth = example.generate()
    for table, columns in {"needs": list(example.NEEDS), "activity": ["timepoint", "active_days"]}.items():
        for column in columns:
            assert cleaned.tables[table][column].tolist() == truth[table][column].tolist(), (table, column)


def test_the_answers_of_a_questionnaire_hold_together():
    first = (
        example.generate(2_000)["wemwbs"].query("timepoint == 'T1'").filter(like="item_").dropna().astype(int)
    )
    assert first.min().min() >= 1 and first.max().max() <= 5
    alpha = 14 / 13 * (1 - first.var().sum() / first.sum(axis=1).var())
    assert 0.85 < alpha < 0.95  # .89 to .91 in Tennant and others 2007


def test_items_add_up_to_any_total():
    totals = np.arange(14, 71)
    answers = _items(np.random.default_rng(0), totals)
    assert (answers.sum(axis=1) == totals).all() and answers.min() == 1 and answers.max() == 5


def test_small_cells_give_the_disclosure_gate_work(cleaned):
    assert 0 < cleaned.tables["participants"]["partner"].value_counts().min() < 5


def test_nobody_is_treated_after_the_day_of_the_export(cleaned):
    assert cleaned.data_to is not None and pd.Timestamp(cleaned.data_to) == pd.Timestamp(example.EXTRACTED)


def _measured(people: int, seed: int) -> dict[tuple[str, str], Estimate]:
    """What the measures find of people drawn at random, for each parameter of `example.truth`."""
    tables = example.generate(people, seed, calibrated=False)
    measures = (reach, needs, outcomes, reoffending, wellbeing, activity)
    every = [e for measure in measures for e in measure.measure(tables)]
    wanted = {}
    for e in every:
        group = dict(e.group)
        if group.pop("month", "12") == "12" and len(group) <= 1:
            wanted[e.id, next(iter(group.values()), "")] = e
    return {key: wanted[key] for key in example.truth()}


@pytest.mark.slow
def test_measures_recover_the_parameters_of_a_large_cohort():
    truth = example.truth()
    for key, e in _measured(100_000, 1).items():
        assert e.low is not None and e.high is not None and e.value is not None
        error = abs(e.value - truth[key]) / ((e.high - e.low) / 2 / 1.96)
        assert error < 4, (key, e.value, truth[key])


@pytest.mark.slow
def test_intervals_of_small_cohorts_cover_the_parameters():
    """Of 80 cohorts of 250 people, about 95% of a parameter's intervals hold it, and none leans one way."""
    runs = [_measured(250, seed) for seed in range(80)]
    for key, true in example.truth().items():
        estimates = [run[key] for run in runs]
        held = [e.low is not None and e.low <= true <= e.high for e in estimates]
        values = [e.value for e in estimates]
        assert np.mean(held) > 0.87, (key, np.mean(held))
        assert abs(np.mean(values) - true) < 4 * np.std(values) / np.sqrt(len(values)), (key, np.mean(values))
