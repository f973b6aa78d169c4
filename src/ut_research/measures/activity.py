"""Physical activity: days of the past week with 30 minutes or more, before and after.

In: the `activity` table, a row a person and timepoint, with Sport England's single-item measure, 0 to 7
days. Out: means, change, the share active on `active_days` or more, the spread over the days, and what
people without a second answer could do to the change.
"""

from __future__ import annotations

import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity, Scale
from ut_research.measures import GROUPS, waves
from ut_research.measures.change import both_times, change, changes, means, moved, without_second
from ut_research.measures.grouping import By, Maker, Tables, collected, parts

#: Days that a person may answer.
DAYS = range(8)

_SCALES = {time: Scale(f"activity {time}", DAYS[0], DAYS[-1]) for time in ("t1", "t2")}

QUANTITIES = (
    *means("activity", _SCALES, GROUPS),
    *changes("activity", "activity", _SCALES["t1"], "reach.registered"),
    *waves.quantities("activity", "activity", "reach.registered"),
    *(
        Quantity(id=f"activity.{name}_{time}", scale=scale)
        for name in ("active", "days")
        for time, scale in _SCALES.items()
    ),
)


def measure(
    tables: Tables,
    *,
    by: By | None = None,
    origin: Origin = "export",
    active_days: int = 5,
    confidence: float = 0.95,
) -> list[Measurement]:
    """Days active before and after, of people who answered both times (``activity.*``).

    Parameters
    ----------
    active_days : days a week, from 0 to 7, from which a person counts as active.
    """
    found: list[Measurement] = []
    every = waves.most(tables, "activity")
    for group, part in parts(tables, ["activity"], by):
        make = Maker("activity", origin, group, confidence, collected(tables, "activity"))
        people = both_times(part["activity"], ["active_days"]).astype(float)
        people = people[people.active_days_t1.notna()]
        pairs = people.dropna()
        before, after = pairs.active_days_t1, pairs.active_days_t2
        what = "days active a week"
        found += change(make, "activity", before, after, "days", what)
        for time, when, days in (("t1", "at the start", before), ("t2", "later", after)):
            found += _spread(make, time, when, days, active_days)
        found += without_second(
            make, "activity", people.active_days_t1, people.active_days_t2, "days", what, DAYS[0], DAYS[-1]
        )
        answers = part["activity"]
        found += waves.along(make, "activity", answers, answers.active_days, "days", what, every)
        ways = ("Active days rose", "Active days stayed the same", "Active days fell")
        found += moved(make, "activity.moved", after - before, "more than", 0, ways, DAYS[-1])
    return found


def _spread(make: Maker, time: str, when: str, days: pd.Series, active_days: int) -> list[Measurement]:
    """The share active on `active_days` or more, and on each number of days."""
    label, most = f"Active on {active_days} or more days {when}", float(DAYS[-1])
    return [
        make.share(f"activity.active_{time}", label, days >= active_days, between=(active_days, most)),
        *(
            make.share(
                f"activity.days_{time}", f"{day} days active {when}", days == day,
                between=(day, day), days=str(day),
            )
            for day in DAYS
        ),
    ]  # fmt: skip
