"""What the canonical tables say, one module a subject.

Each module has ``measure(tables, *, by=None, origin="export", …)``, a pure function from the
canonical tables to a list of Estimates, and the small pure functions that it is made of.
Import the module that you use: ``from ut_research.measures import wellbeing``.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from ut_research.core.estimate import Estimate

#: The columns that a measure can be grouped by, one at a time.
GROUPS = ("partner", "area", "gender", "period")

#: The modules that measure, and what of each is shown by partner, area, gender and period. The less is shown,
#: the less must be withheld.
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "reach": ("reach.registered", "reach.assessed", "reach.completed"),
    "needs": (
        *("needs.mental_health", "needs.employability", "needs.alcohol_drugs"),
        *("needs.physical_health", "needs.housing"),
    ),
    "reoffending": ("reoffending.rate",),
    "wellbeing": ("wellbeing.change_mean", "wellbeing.low_t1"),
    "activity": ("activity.mean_t1", "activity.change_mean"),
    "outcomes": ("outcomes.employment", "outcomes.education_training", "outcomes.housing"),
    "themes": (),
    "multiverse": (),
    "quality": (),
}


def measure(tables: Mapping[str, pd.DataFrame], given: Mapping[str, Any]) -> list[Estimate]:
    """Everything that is measured, for everyone and by each group, each subject once a grouping.

    Parameters
    ----------
    tables : canonical tables by name.
    given : the study's parameters and what is known of the data (``data_to``, ``origin``, ``rows``,
        ``issues``), by name; each measure is given those that it takes. Days may be ISO text.
    """
    found: list[Estimate] = []
    for name, shown in SUBJECTS.items():
        subject = import_module(f"ut_research.measures.{name}").measure
        taken = inspect.signature(subject).parameters
        choices = {k: _day(v) if taken[k].annotation == "date" else v for k, v in given.items() if k in taken}
        found += subject(tables, **choices)
        for key in GROUPS if shown else ():
            found += [e for e in subject(tables, by=key, **choices) if e.id in shown]
    return found


def _day(given: Any) -> Any:
    return date.fromisoformat(given) if isinstance(given, str) else given
