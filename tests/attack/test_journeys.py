"""Journeys of people who agreed tell of nobody else: of each stage many others came, whoever agreed.

Written without a look at how it is done. The reader knows everybody whose journey is shown, and takes them
away from the numbers that are released.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from samples import samples

from ut_research.core.estimate import Estimate
from ut_research.disclosure import gate
from ut_research.disclosure.gate import Policy
from ut_research.measures import journeys, reach

STAGES = {
    "Referral": "reach.referred",
    "First meeting": "reach.registered",
    "A plan": "reach.assessed",
    "Moving on": "reach.still_supported|others",
}
POLICIES = [Policy(), Policy(threshold=10), Policy(zeros_safe=False), Policy(rounding="nearest 5"),
            Policy(threshold=7, rounding="midpoint 6")]  # fmt: skip


def cohort(seed: int) -> tuple[dict[str, pd.DataFrame], dict[str, set[str]]]:
    """Invented people, and who of them came to each stage."""
    rng = np.random.default_rng(seed)
    ids = pd.Series([f"P{i}" for i in range(int(rng.integers(3, 70)))])
    keen = rng.choice([0.1, 0.5, 0.9, 1.0], 3)
    signed, planned, left = (rng.random((len(ids), 3)) < keen).T
    planned, left = planned & signed, left & signed
    day = pd.Timestamp("2020-01-01")
    people = pd.DataFrame({"participant_id": ids, "referral_date": day, "age_at_referral": 30})
    people["registered_date"] = pd.Series([day if s else None for s in signed], dtype="datetime64[ns]")
    people["exit_date"] = pd.Series([day + pd.Timedelta(weeks=9) if x else None for x in left],
                                    dtype="datetime64[ns]")  # fmt: skip
    people = people.assign(ethnicity="not stated", exit_reason=None)
    tables = {
        "participants": people,
        "needs": pd.DataFrame({"participant_id": ids[planned], "need": "housing"}),
    }
    came = zip(STAGES, (ids, ids[signed], ids[planned], ids[left]), strict=True)
    return tables, {stage: set(who) for stage, who in came}


def agreed(seed: int, came: dict[str, set[str]]) -> dict[str, dict[str, Any]]:
    """The journeys of some people of whom there is more than a referral, by person."""
    rng = np.random.default_rng(seed)
    went = {p: {s: "at once" for s, who in came.items() if p in who} for p in sorted(came["Referral"])}
    return {p: one for p, one in went.items() if len(one) > 1 and rng.random() < 0.15}


def tells(shown: list[Estimate], came: dict[str, set[str]], who: set[str], threshold: int) -> list[str]:
    """The stages of journeys that are shown to which too few came of whom no journey is known."""
    through = {stage for e in shown for stage in e.group if stage in STAGES}
    return [stage for stage in through if len(came[stage] - who) < threshold]


@pytest.mark.parametrize("seed", range(samples(40, 400)))
def test_of_every_stage_that_is_shown_many_came_whose_journey_nobody_knows(seed: int) -> None:
    tables, came = cohort(seed)
    told = agreed(seed, came)
    study = {"stages": STAGES, "journeys": list(told.values())}
    for policy in POLICIES:
        numbers = gate.release(reach.measure(tables), policy)
        shown = journeys.shown(study, numbers, "export", policy.threshold)
        assert tells(shown, came, set(told), policy.threshold) == []
        assert [e.group for e in gate.release(shown, policy)] == [e.group for e in shown]


def test_a_reader_who_looks_finds_too_few_where_every_journey_is_shown() -> None:
    seen = 0
    for seed in range(20):
        tables, came = cohort(seed)
        told = agreed(seed, came)
        study = {"stages": STAGES, "journeys": list(told.values())}
        seen += tells(journeys.shown(study, reach.measure(tables), "export", 0), came, set(told), 5) != []
    assert seen > 3, "the reader is asleep"
