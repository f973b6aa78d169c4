"""How long it takes to decide on the reports of many areas together, and how that grows with their number.

``python -m bench.region`` prints, for regions of 15, 30 and 60 areas with as many people in each, the seconds
to measure and to decide, the exponent of growth in areas, and the most memory used. A number after it is how
many people the largest has.
"""

from __future__ import annotations

import math
import resource
import sys
import time

import numpy as np
import pandas as pd

from tools import example
from ut_research import published
from ut_research.core.issues import empty
from ut_research.core.parameters import Study
from ut_research.disclosure import decision
from ut_research.disclosure.gate import Policy

AREAS, PEOPLE = (15, 30, 60), 100_000


def region(areas: int, people: int) -> dict[str, pd.DataFrame]:
    """An invented region: people of the example's kind, in areas of unequal size."""
    tables = example.generate(people, 1, calibrated=False)
    rng = np.random.default_rng(areas)
    weights = rng.dirichlet(np.full(areas, 3.0))
    names = np.array([f"Area {i:02d}" for i in range(areas)])
    own = tables["participants"].assign(area=rng.choice(names, len(tables["participants"]), p=weights))
    where = own.set_index("participant_id")["area"]
    return {
        name: own if name == "participants"
        else frame.assign(area=frame["participant_id"].map(where)) if "area" in frame else frame
        for name, frame in tables.items()
    }  # fmt: skip


def main(most: int = PEOPLE) -> None:
    """Measure and decide on each region, and say how long it took."""
    parameters = Study().parameters()
    manifest = {"origin": "export", "rows": {}, "data_to": pd.Timestamp("2021-06-30")}
    took: list[float] = []
    for areas in AREAS:
        people = most * areas // AREAS[-1]
        tables = region(areas, people)
        begun = time.perf_counter()
        found = decision.measured(tables, parameters, manifest, empty(), published.load(""), parts="area")
        measured = time.perf_counter()
        out = decision.released(found, Policy(), parts="area")
        took.append(time.perf_counter() - measured)
        shown = sum("area" in e.group and e.status == "number" for e in out)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{areas} areas, {people:,} people: measured in {measured - begun:.0f} s, decided in "
            f"{took[-1]:.1f} s, {shown:,} findings of areas shown, at most {memory:.1f} GB",
            flush=True,
        )
    growth = math.log(took[-1] / took[0]) / math.log(AREAS[-1] / AREAS[0])
    print(f"decided in areas to the power of {growth:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
