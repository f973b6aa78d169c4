"""Three questionnaires of a person or more: which are compared, and what all of them say together.

In: tables with a row a person and `timepoint`, T1, T2, T3 and so on. `compared` says which of them the
measures take for the first and the last, and leaves its number in `wave`. Where there are three or more,
`along` gives the mean of each, and the change by a mixed model of everyone who answered at least once.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ut_research.core.measurement import PERSON, Measurement
from ut_research.core.problems import stop
from ut_research.core.quantity import Quantity
from ut_research.core.schema import TIMEPOINTS
from ut_research.measures.grouping import Maker, Tables
from ut_research.stats.intervals import NONE
from ut_research.stats.mixed import random_intercept

#: The tables of questionnaires that people answer again.
ANSWERED = ("wemwbs", "activity")
#: Each person's first questionnaire, and their last.
ENDS = "first and last"
#: Questionnaires that fewer people answered than this are no end of a change.
FEWEST = 10


def quantities(subject: str, table: str, whose: str) -> tuple[Quantity, ...]:
    """What `along` gives of a table, declared for `subject`; `whose` is the id of who was asked."""
    answered, everyone = f"{subject}.answered", f"{subject}.ever"
    near = (f"{subject}.pairs", f"{subject}.t1_only", whose)
    return (
        Quantity(id=answered, rows_of=(table,), related=(answered, everyone, *near)),
        Quantity(id=everyone, related=(answered, *near)),
        Quantity(id=f"{subject}.wave_mean", rests_on=(answered,)),
        Quantity(
            id=f"{subject}.model_change",
            rests_on=(everyone,),
            related=(answered, everyone),
        ),
    )


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


def along(
    make: Maker,
    subject: str,
    answers: pd.DataFrame,
    value: pd.Series,
    unit: str,
    what: str,
    every: int,
) -> list[Measurement]:
    """The mean of each questionnaire, of everyone who answered it, and the change by a mixed model.

    Parameters
    ----------
    answers : `participant_id`, a number; `wave`; `timepoint`, T1 and T2 of those that are compared.
    value : what each of `answers` gives, in `unit`; missing where it cannot be told.
    every : how many questionnaires anybody of the export answered. Nothing of two or fewer: the rest says it.
    """
    if every < 3:
        return []
    answers = answers.assign(value=value).dropna(subset=["value"]).astype({"value": float})
    found: list[Measurement] = []
    for wave in range(1, every + 1):
        own = answers[answers.wave == wave].set_index("participant_id")["value"].rename_axis(PERSON)
        said, at = f"questionnaire {wave}", str(wave)
        found += [
            make.tally(f"{subject}.answered", f"People who answered {said}", own.index, "people", wave=at),
            make.mean(f"{subject}.wave_mean", f"Average {what} at {said}", own, unit, wave=at),
        ]
    return [*found, *_modelled(make, subject, answers, unit, what)]


def _modelled(make: Maker, subject: str, answers: pd.DataFrame, unit: str, what: str) -> list[Measurement]:
    sizes = answers.wave.value_counts()
    used = answers[answers.wave.isin(sizes.index[sizes >= FEWEST])]
    everyone = pd.Index(used.participant_id.unique(), name=PERSON)
    first = answers.wave[answers.timepoint == "T1"].min()
    last = used.wave[used.timepoint == "T2"].max()
    change, few = NONE, everyone[:0]
    if pd.notna(last) and first in set(used.wave):
        others = sorted(set(used.wave) - {first, last})
        design = np.column_stack([np.ones(len(used)), *(used.wave == wave for wave in (last, *others))])
        change = random_intercept(used.value, design, used.participant_id, make.confidence)[1]
        ends = [used[used.wave == wave].participant_id for wave in (first, last)]
        few = pd.Index(min(ends, key=len), name=PERSON)
    label = f"Change in {what} from the first questionnaire to the last, of everyone who answered any"
    method = (
        "mixed model by restricted likelihood, a level for each person and a mean for each questionnaire; "
    )
    method += "what is missing is taken to be missing at random"
    why = f"fewer than {FEWEST} people answered the first or the last"
    people = make.tally(f"{subject}.ever", "People who answered any of them", everyone, "people")
    found = make.number(
        f"{subject}.model_change", label, change, unit, method, count=few, n=everyone, why_not=why
    )
    return [people, found]
