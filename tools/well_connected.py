"""The invented cohort of Well Connected: ``python -m tools.well_connected data/raw/well-connected``.

The news item prints two shares and no number of people. The people here are as many as it takes for those
shares to come out: of the people followed, 78% were free of reoffending at six months, and more than half at
twelve. Everything else was made up. None of it is evidence about Well Connected.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from tools import draw

SEED = 20181212
PEOPLE, FOLLOWED = 108, 90  # referred; registered, and so followed
FREE_AT_6, FREE_AT_12 = 70, 50  # of those followed: 78%, and over half
MONTH_6, YEAR = 182, 365  # days; six months end within day 183
FIRST, LAST = np.datetime64("2016-10-03"), np.datetime64("2017-10-31")
EXTRACTED = np.datetime64("2018-11-30")  # everybody was followed for a year

INVENTED = """# These people are invented

Nobody in this folder exists. `tools.well_connected` drew them from a seed so that the share of them who were
free of reoffending at six and at twelve months is near what a news item of 2018 printed about Well Connected;
everything else about them, how many they are, every date and every age, was made up. They are here so that
the report can be built and tested by anyone. They are not evidence about Well Connected.
"""


def generate(seed: int = SEED) -> draw.Tables:
    """The clean tables of the cohort, from a seed: `participants` and `reoffending`."""
    people, days = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(2))
    participants = draw.referred(
        people,
        PEOPLE,
        first=FIRST,
        last=LAST,
        extracted=EXTRACTED,
        registered=FOLLOWED / PEOPLE,
        women=24 / PEOPLE,
    )
    return {"participants": participants, "reoffending": _reoffending(days, participants)}


def write(folder: Path, seed: int = SEED) -> None:
    """Write the cohort into `folder`: the same bytes each time."""
    draw.write(folder, draw.as_text(generate(seed)), INVENTED)


def _reoffending(rng: np.random.Generator, participants: pd.DataFrame) -> pd.DataFrame:
    """Everyone who registered, followed from then on; nobody without the project was followed."""
    people = participants[participants["registered_date"].notna()].reset_index(drop=True)
    early, late = FOLLOWED - FREE_AT_6, FREE_AT_6 - FREE_AT_12
    drawn = [rng.integers(1, MONTH_6 + 1, early), rng.integers(MONTH_6 + 2, YEAR, late)]
    day = rng.permutation(np.concatenate([*drawn, np.zeros(FREE_AT_12, dtype=np.int64)]))
    entry = people["registered_date"].to_numpy().astype("datetime64[D]")
    return pd.DataFrame({
        "participant_id": people["participant_id"],
        "group": "engaged",
        "entry_date": draw.dates(entry),
        "followed_up_to": draw.dates(np.full(len(people), EXTRACTED)),
        "reoffended": pd.array(day > 0, dtype="boolean"),
        "reoffence_date": draw.dates(entry + draw.days_of(day), day > 0),
    })  # fmt: skip


if __name__ == "__main__":
    write(Path(sys.argv[1]))
