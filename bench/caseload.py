"""Clean and measure an invented caseload of the given size: ``python -m bench.caseload 1000000``.

Prints JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date

from tools import draw, example
from ut_research.cleaning import tables
from ut_research.core.parameters import Study
from ut_research.measures import GROUPS, activity, needs, outcomes, reach, reoffending, themes, wellbeing

MEASURES = (reach, needs, wellbeing, activity, reoffending, outcomes)
KEY = b"a key for invented people, not a secret"


def main(people: int) -> dict[str, float]:
    """Seconds to clean and to measure, for everyone and by every group; the most memory, in gigabytes."""
    raw = draw.raw(example.generate(people))
    began = time.perf_counter()
    study = Study(delivery_start=date(2019, 10, 1), delivery_end=date(2021, 3, 31))
    cleaned = tables.clean(raw, study.parameters(), KEY)
    then = time.perf_counter()
    for module in MEASURES:
        for by in (None, *GROUPS):
            module.measure(cleaned.tables, by=by)
    themes.measure(cleaned.tables)
    now = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"clean": then - began, "measure": now - then, "gigabytes": peak}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
