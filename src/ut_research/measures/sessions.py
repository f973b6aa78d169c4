"""Sessions attended: how many people came to any, to how many, for how long, and to which kinds.

In: `participants`, and the `sessions` table, a row a session that a person attended. Out: what they attended,
described. It is not set beside what came of it: whoever stays longer attends more. Nothing where the export
has no such table.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import PERSON, Measurement
from ut_research.core.quantity import Quantity
from ut_research.core.schema import NOT_RECORDED
from ut_research.measures.grouping import By, Maker, Tables, collected, parts, recorded, whether

#: The first quarter, half and three quarters of people, and what a reader calls where they end.
QUARTERS = {"lower": (0.25, "Lower quartile"), "median": (0.5, "Median"), "upper": (0.75, "Upper quartile")}

#: What each person has a number of: what a reader calls it, and its unit.
OF_EACH = {
    "number": ("sessions a person", "sessions"),
    "minutes": ("minutes in sessions a person", "minutes"),
}

_IDS = {name: tuple(f"sessions.{name}_{quarter}" for quarter in QUARTERS) for name in OF_EACH}

QUANTITIES = (
    Quantity(id="sessions.any", rows_of=("sessions",), related=("reach.registered", "reach.referred")),
    Quantity(id="sessions.kind", importance="ancillary", related=("sessions.any", "reach.registered")),
    *(
        Quantity(
            id=id,
            importance="ancillary",
            rests_on=("sessions.any",),
            related=(*(other for other in ids if other != id), "sessions.any", "reach.registered"),
        )
        for ids in _IDS.values()
        for id in ids
    ),
)


def measure(
    tables: Tables, *, by: By | None = None, origin: Origin = "export", confidence: float = 0.95
) -> list[Measurement]:
    """What people attended (``sessions.*``), of those who registered; of those referred, where nobody did."""
    if not collected(tables, "sessions"):
        return []
    signed = recorded({"participants": tables.get("participants", pd.DataFrame())}, "registered_date")
    found: list[Measurement] = []
    for group, part in parts(tables, ["participants", "sessions"], by):
        make = Maker("sessions", origin, group, confidence)
        people = part["participants"]
        people = people[people.registered_date.notna()] if signed else people
        attended = part["sessions"]
        attended = attended[attended.participant_id.isin(people.index)]
        came = whether(people, attended.participant_id)
        found.append(make.share("sessions.any", "Attended a session", came))
        found += _quarters(make, "number", attended.groupby("participant_id").size())
        minutes = attended.groupby("participant_id")["minutes"]
        found += _quarters(make, "minutes", minutes.sum()[minutes.count() == minutes.size()])
        found += _kinds(make, attended, came[came].index)
    return found


def _quarters(make: Maker, name: str, each: pd.Series) -> list[Measurement]:
    """The numbers that a quarter, half and three quarters of the people with any have, at the most."""
    what, unit = OF_EACH[name]
    each = each.astype(float).rename_axis(PERSON)
    found = []
    for quarter, (share, said) in QUARTERS.items():
        at = float(np.quantile(each, share, method="averaged_inverted_cdf")) if len(each) else None
        few = each.index if at is None else each.index[each <= at]
        label, method = f"{said} of {what}: so many or fewer", "of people with any"
        found.append(
            make.number(f"sessions.{name}_{quarter}", label, at, unit, method, count=few, n=each.index)
        )
    return found


def _kinds(make: Maker, attended: pd.DataFrame, came: pd.Index) -> list[Measurement]:
    """How many of those who came went to each kind; one person may have gone to several."""
    kinds = attended.kind.astype("str").fillna(NOT_RECORDED)
    return [
        make.share(
            "sessions.kind",
            f"Attended: {kind}",
            came.to_series().isin(attended.participant_id[kinds == kind]),
            "of people who attended any session",
            kind=str(kind),
        )
        for kind in sorted(kinds.unique())
    ]
