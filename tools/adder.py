"""The invented cohort of Project ADDER: ``python -m tools.adder data/raw/adder`` writes it.

The news item prints how many people were helped into treatment, over several whole areas, and not how many
they were out of. So nothing here is fitted to a published figure: the people, areas, needs and outcomes were
made up. None of it is evidence about Project ADDER.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from tools import draw

SEED = 20210101
PEOPLE, REGISTERED, ASSESSED = 120, 108, 90
AREAS = {"Invented City": 0.4, "Invented Port": 0.35, "Invented Valley": 0.25}  # share of people
NEEDS = {  # of those assessed: the needs that the news item speaks of
    "alcohol_drugs": 84 / 90, "housing": 45 / 90, "employability": 52 / 90, "training_education": 36 / 90,
}  # fmt: skip
TREATED, NEVER_CAME = 63 / REGISTERED, 22
FIRST, LAST = np.datetime64("2021-03-01"), np.datetime64("2023-09-30")
EXTRACTED = np.datetime64("2023-12-31")
KINDS = {"one to one": 0.6, "group": 0.3, "phone call": 0.1}  # share of sessions

INVENTED = """# These people are invented

Nobody in this folder exists. `tools.adder` drew them from a seed, areas and all. A news item of 2024 says how
many people Project ADDER helped into treatment; it does not say how many they were out of, so nothing here is
fitted to it. They are here so that the report can be built and tested by anyone. They are not evidence about
Project ADDER.
"""


def generate(seed: int = SEED) -> draw.Tables:
    """The clean tables of the cohort, from a seed: `participants`, `needs`, `outcomes`, `sessions`."""
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(5)]
    participants = draw.referred(
        streams[0],
        PEOPLE,
        first=FIRST,
        last=LAST,
        extracted=EXTRACTED,
        registered=REGISTERED / PEOPLE,
        women=36 / PEOPLE,
    )
    area = streams[1].choice(np.array(list(AREAS), dtype=object), PEOPLE, p=list(AREAS.values()))
    participants.insert(2, "area", area)
    registered = participants[participants["registered_date"].notna()].reset_index(drop=True)
    return {
        "participants": participants,
        "needs": _needs(streams[2], registered),
        "outcomes": _outcomes(streams[3], registered),
        "sessions": _sessions(streams[4], registered),
    }


def write(folder: Path, seed: int = SEED) -> None:
    """Write the cohort into `folder`: the same bytes each time."""
    draw.write(folder, draw.as_text(generate(seed)), INVENTED)


def _needs(rng: np.random.Generator, registered: pd.DataFrame) -> pd.DataFrame:
    """What those who were assessed wanted help with."""
    people = registered[draw.chosen(rng.random(len(registered)), ASSESSED / REGISTERED)]
    when = people["registered_date"].to_numpy().astype("datetime64[D]") + draw.days_of(
        rng.integers(0, 15, len(people))
    )
    needs = pd.DataFrame({"participant_id": people["participant_id"].to_numpy()})
    needs["assessed_date"] = draw.dates(np.minimum(when, EXTRACTED))
    for need, share in NEEDS.items():
        needs[need] = pd.array(draw.chosen(rng.random(len(people)), share), dtype="boolean")
    return needs


def _outcomes(rng: np.random.Generator, registered: pd.DataFrame) -> pd.DataFrame:
    """Who started treatment, some days after registering."""
    treated = registered[draw.chosen(rng.random(len(registered)), TREATED)]
    start = treated["registered_date"].to_numpy().astype("datetime64[D]") + draw.days_of(
        rng.integers(3, 60, len(treated))
    )
    reached = {"participant_id": treated["participant_id"].to_numpy(), "outcome": "treatment"}
    return draw.in_order(pd.DataFrame({**reached, "start_date": draw.dates(np.minimum(start, EXTRACTED))}))


def _sessions(rng: np.random.Generator, registered: pd.DataFrame) -> pd.DataFrame:
    """The weeks of support in which people came, some never: who stays longer comes more often."""
    end = registered["exit_date"].fillna(pd.Timestamp(EXTRACTED))
    weeks = ((end - registered["registered_date"]).dt.days // 7).to_numpy()
    at = np.repeat(np.arange(len(weeks)), weeks)
    week = np.concatenate([np.arange(w) for w in weeks])
    never = draw.chosen(rng.random(len(weeks)), NEVER_CAME / REGISTERED)
    came = ~never[at] & (rng.random(len(at)) < np.where(week < 12, 0.4, 0.15))
    at, week = at[came], week[came]
    start = registered["registered_date"].to_numpy().astype("datetime64[D]")[at]
    rows = {
        "participant_id": registered["participant_id"].to_numpy()[at],
        "session_date": draw.dates(start + draw.days_of(7 * week + rng.integers(0, 7, len(at)))),
        "kind": rng.choice(np.array(list(KINDS), dtype=object), len(at), p=list(KINDS.values())),
        "minutes": pd.array(15 * rng.integers(1, 7, len(at)), dtype="Int64"),
    }
    return draw.in_order(pd.DataFrame(rows), "session_date")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
