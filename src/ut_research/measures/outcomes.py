"""Work, training, home, volunteering and treatment: who reached what.

In: the `outcomes` table, a row an outcome reached, and `participants`, for the people registered.
Out: the share of the people registered who reached each outcome at least once, and in which half of
delivery people's housing began.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ut_research.core.estimate import Estimate, Origin
from ut_research.core.quantity import Quantity
from ut_research.core.schema import NOT_RECORDED
from ut_research.measures import GROUPS
from ut_research.measures.grouping import By, Maker, Tables, among, collected, halves, parts

#: The outcomes, in words that a reader sees.
OUTCOMES = {
    "employment": "Found work",
    "education_training": "Started education or training",
    "housing": "Found a home or housing support",
    "volunteering": "Took a volunteering role",
    "treatment": "Started treatment for alcohol or drugs",
}

QUANTITIES = (
    *(
        Quantity(
            id=f"outcomes.{outcome}",
            by=GROUPS if outcome in ("employment", "education_training", "housing") else (),
            importance="headline" if outcome == "employment" else "everyone",
            sensitive=outcome == "treatment",
            rows_of=("outcomes",),
        )
        for outcome in OUTCOMES
    ),
    Quantity(id="outcomes.any"),
    Quantity(id="outcomes.housing_half", rests_on=("outcomes.housing",)),
)


def measure(
    tables: Tables,
    *,
    by: By | None = None,
    origin: Origin = "export",
    outcomes: Mapping[str, str] | None = None,
    delivery_start: date | None = None,
    delivery_end: date | None = None,
    confidence: float = 0.95,
) -> list[Estimate]:
    """The share of the people registered with each outcome (%), and housing by half (``outcomes.*``).

    People may reach several outcomes, so each outcome is an id of its own. A person's housing
    falls in the half in which the first of their housing outcomes began.

    Parameters
    ----------
    outcomes : those that were recorded, in words that a reader sees; left out: all of
        `OUTCOMES`. Any other is "not collected".
    delivery_start, delivery_end : first and last day of delivery; without them there are no halves.
    """
    found: list[Estimate] = []
    columns = {
        "participants": ["participant_id", "registered_date"],
        "outcomes": ["participant_id", "outcome", "start_date"],
    }
    both = collected(tables, "participants") and collected(tables, "outcomes")
    for group, part in parts(tables, columns, by):
        make = Maker("outcomes, participants", origin, group, confidence, both)
        people = part["participants"]
        registered = people.loc[people.registered_date.notna(), "participant_id"]
        reached = part["outcomes"].sort_values("start_date", kind="stable")
        reached = reached[among(reached.participant_id, registered)]
        first = reached.drop_duplicates(["participant_id", "outcome"])
        out_of = len(registered) if both else 0
        for outcome, label in {**OUTCOMES, **(outcomes or {})}.items():
            n = out_of if outcome in (outcomes or OUTCOMES) else 0
            found.append(make.share(f"outcomes.{outcome}", label, int((first.outcome == outcome).sum()), n))
        anyone = int(first.participant_id.nunique())
        found.append(make.share("outcomes.any", "Reached at least one of these", anyone, out_of))

        housed = first[first.outcome == "housing"]
        half = halves(housed.start_date, delivery_start, delivery_end)
        for name in ("first half", "second half"):
            label = f"Housing that began in the {name} of delivery"
            count, known = int((half == name).sum()), int((half != NOT_RECORDED).sum())
            found.append(make.share("outcomes.housing_half", label, count, known, half=name))
    return found
