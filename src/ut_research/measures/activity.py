"""Physical activity: days of the past week with 30 minutes or more, before and after.

In: the `activity` table, a row a person and timepoint, with Sport England's single-item measure, 0 to 7
days. Out: means, change, the share active on `active_days` or more, the spread over the days, and what
people without a second answer could do to the change.
"""

from __future__ import annotations

import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.measures import GROUPS
from ut_research.measures.change import Repeated, both_times, moved
from ut_research.measures.grouping import By, Maker, Tables, collected, parts

#: Days that a person may answer.
DAYS = range(8)
ASKED = Repeated("activity", "activity", "days", "days active a week", DAYS[0], DAYS[-1])

QUANTITIES = (
    *ASKED.quantities(GROUPS),
    *(
        Quantity(id=f"activity.{name}_{time}", scale=ASKED.scale(time))
        for name in ("active", "days")
        for time in ("t1", "t2")
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
    for group, part in parts(tables, ["activity"], by):
        make = Maker("activity", origin, group, confidence, collected(tables, "activity"))
        answers = part["activity"]
        people = both_times(answers, answers.active_days)
        found += ASKED.measured(make, people, answers.assign(value=answers.active_days), tables)
        pairs = people.dropna()
        for time, when in (("t1", "at the start"), ("t2", "later")):
            found += _spread(make, time, when, pairs[time], active_days)
        ways = ("Active days rose", "Active days stayed the same", "Active days fell")
        found += moved(make, "activity.moved", pairs.t2 - pairs.t1, "more than", 0, ways, DAYS[-1])
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
