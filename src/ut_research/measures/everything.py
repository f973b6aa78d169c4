"""Everything that is measured: each subject for everyone, and by each column that its quantities name."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from ut_research.core.measurement import Measurement
from ut_research.measures import GROUPS, declared
from ut_research.measures.change import ENDS, compared
from ut_research.measures.grouping import numbered, recorded


def measured(
    tables: Mapping[str, pd.DataFrame],
    given: Mapping[str, Any],
    parts: str = "",
    subjects: Sequence[str] = declared.SUBJECTS,
) -> list[Measurement]:
    """What each subject says, once for everyone and once by each column that a quantity of it names.

    A column in which nobody has anything parts nobody from anybody, and nothing is said by it.

    Parameters
    ----------
    tables : canonical tables by name.
    given : the study's parameters and what is known of the data (``data_to``, ``origin``, ``rows``,
        ``issues``), by name; each measure is given those that it takes. Days may be ISO text.
    parts : the column whose parts have reports of their own: what they say is measured by it too.
    subjects : names of modules of measures.
    """
    tables = compared(numbered(tables), given.get("waves", ENDS))
    found: list[Measurement] = []
    for module in map(declared.module, subjects):
        taken = inspect.signature(module.measure).parameters
        choices = {
            k: _day(v) if "date" in str(taken[k].annotation) else v for k, v in given.items() if k in taken
        }
        found += module.measure(tables, **choices)
        for key in GROUPS:
            shown = {q.id for q in module.QUANTITIES if key in q.by or (q.of_parts and key == parts)}
            if shown and recorded(tables, key):
                found += [e for e in module.measure(tables, by=key, **choices) if e.id in shown]
    return found


def _day(given: Any) -> Any:
    return date.fromisoformat(given) if isinstance(given, str) else given
