"""What people needed: the needs that each person named when assessed.

In: the `needs` table, a row a person assessed. Out: the share of the people assessed who named each
need, and how many needs a person named on average. A need left blank was not named.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.core.schema import MORE_NEEDS
from ut_research.measures import GROUPS
from ut_research.measures.grouping import By, Maker, Tables, collected, parts

#: The needs, in the order of the assessment, in words that a reader sees.
NEEDS = {
    "mental_health": "Mental health and wellbeing",
    "employability": "Help towards a job",
    "training_education": "Training or education",
    "volunteering": "Volunteering",
    "alcohol_drugs": "Less alcohol or drugs",
    "physical_health": "Physical health",
    "housing": "Housing",
    "family_relationships": "Family relationships",
    "social_isolation": "Feeling socially isolated",
    "money": "Debt, benefits or money",
}

#: The needs that are shown by group.
_BY_GROUP = {"mental_health", "employability", "alcohol_drugs", "physical_health", "housing"}

QUANTITIES = (
    *(
        Quantity(
            id=f"needs.{need}",
            by=GROUPS if need in _BY_GROUP else (),
            of_parts=True,
            importance="headline" if need == "mental_health" else "everyone",
            sensitive=True,
        )
        for need in NEEDS
    ),
    Quantity(id="needs.number_mean", sensitive=True, rests_on=tuple(f"needs.{need}" for need in NEEDS)),
)


def measure(
    tables: Tables,
    *,
    by: By | None = None,
    origin: Origin = "export",
    needs: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> list[Measurement]:
    """The share of the people assessed who named each need (%), and the mean number of needs (``needs.*``).

    People may name several needs, so each need is an id of its own.

    Parameters
    ----------
    needs : those that were asked about, in words that a reader sees; left out: all of `NEEDS`. Any
        other, and one that the export has no column for, is "not collected"; of `MORE_NEEDS` nothing is said.
    """
    found: list[Measurement] = []
    asked = [need for need in (needs or NEEDS) if need in tables.get("needs", ())]
    for group, part in parts(tables, ["needs"], by):
        make = Maker("needs", origin, group, confidence, collected(tables, "needs"))
        named = part["needs"][asked].eq(True).fillna(False).astype(bool)
        labels = {need: label for need, label in NEEDS.items() if need in asked or need not in MORE_NEEDS}
        for need, label in {**labels, **(needs or {})}.items():
            given = named[need] if need in named else pd.Series(dtype=bool)
            found.append(make.share(f"needs.{need}", label, given))
        number = named.sum(axis=1)[: len(named) if asked else 0]
        found.append(make.mean("needs.number_mean", "Needs named by each person", number, "needs"))
    return found
