"""What the same people answer again: by how much it changed, which wellbeing and activity share.

In: a table with a row a person and timepoint, T1, T2, T3 and so on. `compared` says which of them are taken
for the first and the last. Out: the people with both, by how much they changed, what those without a second
could do to that, and where there are three questionnaires or more, the mean of each, and the change by a
mixed model of everyone who answered at least once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ut_research.core.measurement import PERSON, Measurement
from ut_research.core.problems import stop
from ut_research.core.quantity import Quantity, Scale
from ut_research.core.schema import TIMEPOINTS
from ut_research.measures import GROUPS
from ut_research.measures.grouping import Maker, Tables, by_person, histogram
from ut_research.stats.intervals import NONE, improved, mean_t, missing_bounds, tipping_point, wilcoxon_p
from ut_research.stats.mixed import random_intercept

#: The tables of questionnaires that people answer again.
ANSWERED = ("wemwbs", "activity")
#: Each person's first questionnaire, and their last.
ENDS = "first and last"
#: Which way somebody's answer went, from one questionnaire to the other.
WAYS = ("rose", "stayed", "fell")
#: Questionnaires that fewer people answered than this are no end of a change.
FEWEST = 10
#: The id of who was asked.
_ASKED = "reach.registered"


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


@dataclass(frozen=True)
class Repeated:
    """A question that people answer again, and what is said of it.

    Attributes
    ----------
    subject : first part of the ids, for example ``wellbeing``.
    table : with a row for each time that a person answered.
    unit, what : of an answer, and what it measures, as a reader calls it.
    lowest, highest : the ends of its scale, in `unit`.
    """

    subject: str
    table: str
    unit: str
    what: str
    lowest: int
    highest: int

    def scale(self, time: str) -> Scale:
        """The scale of answers at a time: ``t1``, ``t2``, or ``start``, of everyone's first."""
        return Scale(f"{self.subject} {time}", self.lowest, self.highest)

    @property
    def rise(self) -> Scale:
        """The scale of the changes."""
        most = self.highest - self.lowest
        return Scale(f"{self.subject} change", -most, most)

    def quantities(self, first_by: tuple[str, ...] = ()) -> tuple[Quantity, ...]:
        """What `measured` and `moved` give, declared; the first mean is shown by the groups `first_by`.

        The change, which stays, is the difference of two means: each goes with the other. The mean of those
        who were lost goes with that of those who stayed, which it would give back.
        """
        told = ("pairs", "t1_only", "answered", "ever", "mean_t1", "mean_t2")
        pairs, alone, answered, ever, first, second = (f"{self.subject}.{name}" for name in told)
        of_all, rows, near = self.scale("start"), (self.table,), (pairs, alone, _ASKED)

        def one(name: str, **said: Any) -> Quantity:
            return Quantity(id=f"{self.subject}.{name}", **said)

        return (
            one("mean_t1", by=first_by, of_parts=True, scale=self.scale("t1"), rests_on=(second,)),
            one("mean_t2", of_parts=True, scale=self.scale("t2"), rests_on=(first,)),
            one("pairs", of_parts=True, rows_of=rows, related=(_ASKED,)),
            one("change_mean", by=GROUPS, importance="headline", scale=self.rise),
            one("change_sd", scale=self.rise, spread=True),
            one("wilcoxon_p"),
            one("moved", importance="ancillary", scale=self.rise),
            one("t1_only", rows_of=rows, related=(_ASKED,)),
            *(one(n, rests_on=(alone,), related=near) for n in ("bound_low", "bound_high", "tipping_point")),
            one("start_mean", rests_on=(alone, first), scale=of_all),
            one("lost_mean", rests_on=(alone, first)),
            one("answered", rows_of=rows, related=(answered, ever, *near)),
            one("ever", related=(answered, *near)),
            one("wave_mean", rests_on=(answered,)),
            one("model_change", rests_on=(ever,), related=(answered, ever)),
        )

    def measured(
        self, make: Maker, people: pd.DataFrame, answers: pd.DataFrame, tables: Tables
    ) -> list[Measurement]:
        """The change of those with both, everyone at the start, and what all questionnaires say.

        Parameters
        ----------
        people : as `both_times` gives them.
        answers : rows of the table: `participant_id`, a number; `wave`; `timepoint`, T1 and T2 of those that
            are compared; and `value`, missing where it cannot be told.
        tables : everybody's, for how many questionnaires anybody answered. Of two the rest says it all.
        """
        both, waves = people.dropna(), tables.get(self.table, pd.DataFrame()).get("wave")
        found = self._change(make, both.t1, both.t2) + self._without_second(make, people.t1, people.t2)
        if waves is None or len(waves) == 0 or waves.max() < 3:
            return found
        answers = answers.dropna(subset=["value"]).astype({"value": float})
        for wave in range(1, int(waves.max()) + 1):
            own = answers[answers.wave == wave].set_index("participant_id")["value"].rename_axis(PERSON)
            said, at = f"questionnaire {wave}", str(wave)
            answered, average = f"People who answered {said}", f"Average {self.what} at {said}"
            found.append(make.tally(f"{self.subject}.answered", answered, own.index, "people", wave=at))
            found.append(make.mean(f"{self.subject}.wave_mean", average, own, self.unit, wave=at))
        return found + self._modelled(make, answers)

    def _change(self, make: Maker, before: pd.Series, after: pd.Series) -> list[Measurement]:
        """Mean before, after and of the change, its spread, and last the rank test, of people with both."""
        rise, subject, unit = (after - before).astype(float), self.subject, self.unit
        changes, n = rise.to_numpy(), rise.index
        spread = float(changes.std(ddof=1)) if len(changes) > 1 else None
        both, label = "of people with both questionnaires", f"Average change in {self.what}"
        mean, ways = mean_t(changes, make.confidence), np.sign(np.round(changes, 9))
        # ranks give away who moved where they are few
        few, ranks = fewer(n[ways > 0], n[ways < 0]), "two-sided; counts the fewer who moved one way"
        return [
            make.tally(f"{subject}.pairs", "People who answered both times", n, "people", "T1 and T2"),
            make.mean(f"{subject}.mean_t1", f"Average {self.what} at the start", before, unit, both),
            make.mean(f"{subject}.mean_t2", f"Average {self.what} later", after, unit, both),
            make.number(f"{subject}.change_mean", label, mean, unit, "mean difference, t interval",
                        n=n, answers=histogram(rise)),
            make.number(f"{subject}.change_sd", "Spread of the changes", spread, unit, "standard deviation",
                        n=n, answers=histogram(rise)),
            make.number(f"{subject}.wilcoxon_p", "Wilcoxon signed-rank test", wilcoxon_p(changes), "p-value",
                        ranks, count=few, n=n),
        ]  # fmt: skip

    def _without_second(self, make: Maker, before: pd.Series, after: pd.Series) -> list[Measurement]:
        """Everyone at the start, who was lost, and what those could do to the mean change or undo it."""
        subject, unit = self.subject, self.unit
        changes, alone = (after - before).dropna(), before[after.isna()]
        bounds = missing_bounds(changes, alone, self.lowest, self.highest)
        tipping = None if bounds.value is None else tipping_point(bounds.value, len(changes), len(alone))
        without, start = "everyone without a second questionnaire", f"Average {self.what} at the start"
        ends = (
            ("bound_low", f"Average change if {without} fell to {self.lowest}", bounds.low, "worst case"),
            ("bound_high", f"Average change if {without} rose to {self.highest}", bounds.high, "best case"),
            ("tipping_point", f"Average change of {without} that would undo the change", tipping,
             "the mean change at which everyone's is 0"),
        )  # fmt: skip
        return [
            make.tally(f"{subject}.t1_only", "People with a first questionnaire only", alone.index, "people"),
            make.mean(f"{subject}.start_mean", f"{start}, of everyone", before, unit),
            make.mean(f"{subject}.lost_mean", f"{start}, of {without}", alone, unit),
            *(make.number(f"{subject}.{name}", label, found, unit, method, n=before.index)
              for name, label, found, method in ends),
        ]  # fmt: skip

    def _modelled(self, make: Maker, answers: pd.DataFrame) -> list[Measurement]:
        """The change by a mixed model of everyone who answered at least once."""
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
        whose = "from the first questionnaire to the last, of everyone who answered any"
        method = "mixed model by restricted likelihood, a level for each person and a mean for each "
        method += "questionnaire; what is missing is taken to be missing at random"
        why = f"fewer than {FEWEST} people answered the first or the last"
        return [
            make.tally(f"{self.subject}.ever", "People who answered any of them", everyone, "people"),
            make.number(f"{self.subject}.model_change", f"Change in {self.what} {whose}", change, self.unit,
                        method, count=few, n=everyone, why_not=why),
        ]  # fmt: skip


def both_times(answers: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    """What each person said the first time and the second: ``t1`` and ``t2``, floats, by people's numbers.

    Parameters
    ----------
    answers : frame of `participant_id` and `timepoint` (T1 and T2, each once a person).
    value : what each of `answers` gives. People without a first are left out; ``t2`` may be missing.
    """
    given = answers[["participant_id"]].assign(value=value)
    first, second = (by_person(given[answers.timepoint == time]).value for time in ("T1", "T2"))
    people = first.to_frame("t1").join(second.rename("t2"), validate="one_to_one").astype(float)
    return people[people.t1.notna()]


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
