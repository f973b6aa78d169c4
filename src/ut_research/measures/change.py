"""Change between two questionnaires of the same people: what wellbeing and activity share.

In: a table with a row a person and timepoint, T1 and T2. Out: one row a person with both, and the
Estimates that say by how much they changed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity, Scale
from ut_research.measures import GROUPS
from ut_research.measures.grouping import Maker, by_person, histogram
from ut_research.stats.intervals import improved, mean_t, missing_bounds, tipping_point, wilcoxon_p

#: Which way somebody's answer went, from one questionnaire to the other.
WAYS = ("rose", "stayed", "fell")


def start_and_change(subject: str, answers: Scale) -> tuple[Scale, Scale]:
    """The scale of everyone's first answers, and that of the changes, of what may be answered either time."""
    most = answers.highest - answers.lowest
    return replace(answers, name=f"{subject} start"), Scale(f"{subject} change", -most, most)


def means(subject: str, scales: Mapping[str, Scale], first_by: tuple[str, ...] = ()) -> tuple[Quantity, ...]:
    """The two means that `change` gives, declared for `subject`; the first is shown by the groups `first_by`.

    The change, which stays, is the difference of the two: each goes with the other.
    """
    return tuple(
        Quantity(
            id=f"{subject}.mean_{time}",
            by=first_by if time == "t1" else (),
            of_parts=True,
            scale=scale,
            rests_on=tuple(f"{subject}.mean_{other}" for other in scales if other != time),
        )
        for time, scale in scales.items()
    )


def changes(subject: str, table: str, answers: Scale, whose: str) -> tuple[Quantity, ...]:
    """What `change` and `without_second` give, but for the two means, declared for `subject`.

    The mean of those who were lost goes with that of those who stayed, which it would give back.

    Parameters
    ----------
    table : with two rows for each person who answered both times and one for the rest.
    answers : what may be answered, either time.
    whose : the id of the people who were asked.
    """
    alone, (start, scale) = f"{subject}.t1_only", start_and_change(subject, answers)
    return (
        Quantity(id=f"{subject}.pairs", of_parts=True, rows_of=(table,), related=(whose,)),
        Quantity(
            id=f"{subject}.change_mean",
            by=GROUPS,
            importance="headline",
            scale=scale,
        ),
        Quantity(id=f"{subject}.change_sd", scale=scale, spread=True),
        Quantity(id=f"{subject}.wilcoxon_p"),
        Quantity(id=f"{subject}.moved", importance="ancillary", scale=scale),
        Quantity(id=alone, rows_of=(table,), related=(whose,)),
        *(
            Quantity(id=f"{subject}.{name}", rests_on=(alone,), related=(f"{subject}.pairs", alone, whose))
            for name in ("bound_low", "bound_high", "tipping_point")
        ),
        *(
            Quantity(id=f"{subject}.{name}", rests_on=(alone, f"{subject}.mean_t1"), scale=of)
            for name, of in (("start_mean", start), ("lost_mean", None))
        ),
    )


def both_times(answers: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The people with a T1, one row each.

    Parameters
    ----------
    answers : frame of `participant_id`, `timepoint` (T1 and T2, each once a person) and `columns`.

    Returns
    -------
    Frame of each of `columns` as ``<column>_t1`` and ``<column>_t2``; the latter is missing without a T2.
    """
    wanted = answers[["participant_id", *columns]]
    at = {
        time: by_person(wanted[answers.timepoint == time])[columns].add_suffix(f"_{time.lower()}")
        for time in ("T1", "T2")
    }
    return at["T1"].join(at["T2"], validate="one_to_one")


def change(
    make: Maker,
    subject: str,
    before: pd.Series,
    after: pd.Series,
    unit: str,
    what: str,
) -> list[Measurement]:
    """Mean before, after and of the change, its spread, and last the rank test, of people with both.

    Parameters
    ----------
    subject : first part of the ids, for example ``wellbeing``.
    before, after : one value a person, none missing, in the same order, in `unit`.
    what : what is measured, as a reader calls it.
    """
    rise = (after - before).astype(float)
    changes, n = rise.to_numpy(), rise.index
    spread = float(changes.std(ddof=1)) if len(changes) > 1 else None
    both, label = "of people with both questionnaires", f"Average change in {what}"
    return [
        make.tally(f"{subject}.pairs", "People who answered both times", n, "people", "T1 and T2"),
        make.mean(f"{subject}.mean_t1", f"Average {what} at the start", before, unit, both),
        make.mean(f"{subject}.mean_t2", f"Average {what} later", after, unit, both),
        make.number(
            f"{subject}.change_mean", label, mean_t(changes, make.confidence), unit,
            "mean difference, t interval", n=n, answers=histogram(rise),
        ),
        make.number(f"{subject}.change_sd", "Spread of the changes", spread, unit, "standard deviation",
                    n=n, answers=histogram(rise)),
        _ranks(make, subject, rise),
    ]  # fmt: skip


def _ranks(make: Maker, subject: str, rise: pd.Series) -> Measurement:
    ways, n = np.sign(np.round(rise.to_numpy(), 9)), rise.index
    return make.number(
        f"{subject}.wilcoxon_p",
        "Wilcoxon signed-rank test",
        wilcoxon_p(rise.to_numpy()),
        "p-value",
        "two-sided; counts the fewer who moved one way",  # ranks give them away where they are few
        count=fewer(n[ways > 0], n[ways < 0]),
        n=n,
    )


def fewer(one: pd.Index, other: pd.Index) -> pd.Index:
    """The fewer of the people who moved one way and the other; nobody only where nobody moved.

    A test gives both numbers away beside the shares: counting these, it is withheld where they are few.
    """
    return min((one, other), key=lambda rows: len(rows) or math.inf)


def moved(
    make: Maker, id: str, rise: pd.Series, rule: str, points: float, named: Sequence[str], most: float
) -> list[Measurement]:
    """The shares who rose, stayed the same and fell: worse is said where better is said.

    Parameters
    ----------
    rise : change of each person.
    rule, points : what counts as a change, up or down: ``at least`` or ``more than`` so many.
    named : what each of `WAYS` is called, as a reader meets it.
    most : the largest change that there can be.
    """
    rose, fell = (pd.Series(improved(x, points, rule), rise.index, dtype=bool) for x in (rise, -rise))
    least = math.floor(points) + 1 if rule == "more than" else math.ceil(points)
    among = ((least, most), (1 - least, least - 1), (-most, -least))
    return [
        make.share(id, label, counted, f"changed by {rule} {points:g}", between=between, way=way)
        for way, label, counted, between in zip(WAYS, named, (rose, ~rose & ~fell, fell), among, strict=True)
    ]


def without_second(
    make: Maker,
    subject: str,
    before: pd.Series,
    after: pd.Series,
    unit: str,
    what: str,
    lowest: int,
    highest: int,
) -> list[Measurement]:
    """Everyone at the start, who was lost, and what those could do to the mean change or undo it.

    Parameters
    ----------
    before, after : one value a person with a first; missing in `after` without a second.
    what : what is measured, as a reader calls it.
    lowest, highest : the ends of the scale, in `unit`.
    """
    changes, alone = (after - before).dropna(), before[after.isna()]
    bounds = missing_bounds(changes, alone, lowest, highest)
    tipping = None if bounds.value is None else tipping_point(bounds.value, len(changes), len(alone))
    without = "everyone without a second questionnaire"
    return [
        make.tally(f"{subject}.t1_only", "People with a first questionnaire only", alone.index, "people"),
        make.mean(f"{subject}.start_mean", f"Average {what} at the start, of everyone", before, unit),
        make.mean(f"{subject}.lost_mean", f"Average {what} at the start, of {without}", alone, unit),
        *(
            make.number(f"{subject}.{name}", label, found, unit, method, n=before.index)
            for name, label, found, method in (
                ("bound_low", f"Average change if {without} fell to {lowest}", bounds.low, "worst case"),
                ("bound_high", f"Average change if {without} rose to {highest}", bounds.high, "best case"),
                ("tipping_point", f"Average change of {without} that would undo the change", tipping,
                 "the mean change at which everyone's is 0"),
            )
        ),
    ]  # fmt: skip
