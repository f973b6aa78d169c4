"""Work, training, home, volunteering and treatment: who reached what.

In: the `outcomes` table, a row an outcome reached, and `participants`, for the people registered.
Out: the share of the people registered who reached each outcome at least once, in which half of delivery
people's housing began, and of the people who asked for such help, when assessed, how many reached it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from ut_research.core import periods
from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.core.schema import NOT_RECORDED
from ut_research.measures import GROUPS
from ut_research.measures.grouping import (
    By,
    Maker,
    Tables,
    by_person,
    collected,
    parts,
    whether,
)

#: The outcomes, in words that a reader sees.
OUTCOMES = {
    "employment": "Found work",
    "education_training": "Started education or training",
    "housing": "Got help with housing",
    "volunteering": "Took a volunteering role",
    "treatment": "Started treatment for alcohol or drugs",
}

#: The need that an outcome answers.
ANSWERS = {
    "employment": "employability",
    "education_training": "training_education",
    "housing": "housing",
    "volunteering": "volunteering",
    "treatment": "alcohol_drugs",
}

QUANTITIES = (
    *(
        Quantity(
            id=f"outcomes.{outcome}",
            by=GROUPS if outcome in ("employment", "education_training", "housing") else (),
            of_parts=True,
            importance="headline" if outcome == "employment" else "everyone",
            sensitive=outcome == "treatment",
            rows_of=("outcomes",),
            related=("outcomes.any",),
        )
        for outcome in OUTCOMES
    ),
    *(
        Quantity(
            id=f"outcomes.{name}_{outcome}",
            sensitive=True,
            rests_on=(f"needs.{need}",) if name == "met" else (f"outcomes.met_{outcome}",),
            related=(f"outcomes.{outcome}", *([f"needs.{need}"] if name == "met" else [])),
        )
        for outcome, need in ANSWERS.items()
        for name in ("met", "unasked")
    ),
    Quantity(id="outcomes.any", of_parts=True),
    Quantity(id="outcomes.housing_half", rests_on=("outcomes.housing",)),
)


def measure(
    tables: Tables,
    *,
    by: By | None = None,
    origin: Origin = "export",
    outcomes: Mapping[str, str] | None = None,
    outcomes_asked: Collection[str] = (),
    delivery_start: date | None = None,
    delivery_end: date | None = None,
    confidence: float = 0.95,
) -> list[Measurement]:
    """The share of the people registered with each outcome (%), and housing by half (``outcomes.*``).

    People may reach several outcomes, so each outcome is an id of its own. A person's housing
    falls in the half in which the first of their housing outcomes began.

    Parameters
    ----------
    outcomes : those that were recorded, in words that a reader sees; left out: all of
        `OUTCOMES`. Any other is "not collected".
    outcomes_asked : of an export with a column for each, those that have one; left out: a row may say any.
    delivery_start, delivery_end : first and last day of delivery; without them there are no halves.
    """
    found: list[Measurement] = []
    both = collected(tables, "participants") and collected(tables, "outcomes")
    recorded = set(outcomes or OUTCOMES) & set(outcomes_asked or OUTCOMES)
    for group, part in parts(tables, ["participants", "outcomes", "needs"], by):
        make = Maker("outcomes, participants", origin, group, confidence, both)
        registered, first = _first(part)
        of = registered if both else registered.head(0)
        for outcome, label in {**OUTCOMES, **(outcomes or {})}.items():
            asked = of if outcome in recorded else of.head(0)
            who = first.participant_id[first.outcome == outcome]
            found.append(make.share(f"outcomes.{outcome}", label, whether(asked, who)))
            known = not asked.empty and ANSWERS[outcome] in tables.get("needs", ())
            found += _met(replace(make, collected=known), outcome, label, part["needs"], asked, who)
        anyone = whether(of, first.participant_id)
        found.append(make.share("outcomes.any", "Reached at least one of these", anyone))
        housed = by_person(first[first.outcome == "housing"])
        found += _halves(make, periods.of(housed.start_date, (), delivery_start, delivery_end))
    return found


def _first(part: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The people registered, and the first time that each of them reached each outcome."""
    registered = part["participants"].loc[part["participants"].registered_date.notna(), ["participant_id"]]
    reached = part["outcomes"].sort_values("start_date", kind="stable")
    reached = reached[whether(reached, registered.participant_id)]
    return registered, reached.drop_duplicates(["participant_id", "outcome"])


def _halves(make: Maker, half: pd.Series) -> list[Measurement]:
    """In which half of delivery help with housing began, where that is known."""
    label, known = "Help with housing that began in the {} of delivery", half[half != NOT_RECORDED]
    return [
        make.share("outcomes.housing_half", label.format(name), known == name, half=name)
        for name in periods.HALVES
    ]


def _met(
    make: Maker, outcome: str, label: str, needs: pd.DataFrame, people: pd.DataFrame, who: pd.Series
) -> list[Measurement]:
    """Of the people who asked for help of this kind, how many reached it, and how many reached it unasked.

    Parameters
    ----------
    people : those of whom it is known whether they reached it, and `who` did, by number.
    """
    named = needs[ANSWERS[outcome]].eq(True).fillna(False).astype(bool)
    wanted = needs.loc[named if len(people) else [], ["participant_id"]]
    reached = people[whether(people, who)]
    unasked = reached.index[~whether(reached, wanted.participant_id)]
    asked = f"{label}, of those who asked for such help"
    return [
        make.share(f"outcomes.met_{outcome}", asked, whether(wanted, reached.participant_id)),
        make.tally(f"outcomes.unasked_{outcome}", f"{label}, not known to have asked", unasked, "people"),
    ]
