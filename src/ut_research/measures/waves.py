"""Three questionnaires of a person or more: which of them are compared.

In: tables with a row a person and `timepoint`, T1, T2, T3 and so on. Out: the same, with what the measures
take for the first and the last in `timepoint`, and the number of each in `wave`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ut_research.core.problems import stop
from ut_research.core.schema import TIMEPOINTS
from ut_research.measures.grouping import Tables

#: The tables of questionnaires that people answer again.
ANSWERED = ("wemwbs", "activity")
#: Each person's first questionnaire, and their last.
ENDS = "first and last"


def compared(tables: Tables, waves: str = ENDS) -> dict[str, pd.DataFrame]:
    """`tables` with the number of each questionnaire in `wave`, and T1 and T2 of those that are compared.

    The first is T1; the last is each person's own, or that which `waves` names, as "1 and 3".
    """
    first, last = _named(waves)
    found = dict(tables)
    for name in ANSWERED:
        frame = tables.get(name)
        if frame is None or not {"participant_id", "timepoint"} <= set(frame):
            continue
        wave = frame["timepoint"].map({time: n for n, time in enumerate(TIMEPOINTS, 1)}).astype(int)
        if last is None:
            at_end = (wave > first) & (wave == wave.groupby(frame["participant_id"]).transform("max"))
        else:
            at_end = wave == last
        times = np.where(wave == first, "T1", np.where(at_end, "T2", ""))
        found[name] = frame.assign(timepoint=times, wave=wave)
    return found


def _named(waves: str) -> tuple[int, int | None]:
    """The numbers of the two that are compared; of the last none where it is each person's own."""
    if waves.strip().casefold() == ENDS:
        return 1, None
    numbers = [part.strip() for part in waves.split(" and ")]
    known = [f"T{n}" in TIMEPOINTS for n in numbers]
    if known != [True, True] or int(numbers[0]) >= int(numbers[1]):
        todo = f'say "{ENDS}", or two of 1 to {len(TIMEPOINTS)}, the earlier first, as "1 and 3"'
        raise stop("it names no two questionnaires", "study.toml, [analysis] waves", todo)
    return int(numbers[0]), int(numbers[1])


def most(tables: Tables, name: str) -> int:
    """How many questionnaires anybody answered at most, in the table `name` as `compared` gives it."""
    numbers = tables.get(name, pd.DataFrame()).get("wave", pd.Series(dtype=float))
    return int(numbers.max()) if len(numbers) else 0
