"""Reoffending as it would be, were the two groups alike, and of everyone who was referred.

In: the `reoffending` table, `participants`, and what is known from before (`ut_research.measures.alike`).
Out: the risk of each group, and their difference, weighted so that the groups are alike in what the study
names, where people are enough for that, and else why not; and the risk of everyone who was referred, each
group weighing as much as it is of them. They stand beside the plain difference and never for it: no group can
be made alike in what nobody recorded.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.problems import stop
from ut_research.core.quantity import Quantity
from ut_research.measures.alike import BEFORE, before, everyone
from ut_research.measures.grouping import Maker, Tables, collected
from ut_research.measures.reoffending import GROUPS, follow, not_followed, risk, timelines
from ut_research.stats.intervals import NONE, mixed, widest
from ut_research.stats.weighting import Adjusted, overlap_adjusted

#: People of each group that each thing adjusted for asks for: the usual least for a logistic regression
#: (Peduzzi and others 1996, J Clin Epidemiol 49:1373).
PEOPLE_A_THING = 10

#: Share of each group of whom a thing must be known; of the rest it is taken to be everyone's average
#: (White and Thompson 2005, Stat Med 24:993).
KNOWN = 0.8

_RATE = ("reoffending.rate",)
QUANTITIES = (
    Quantity(id="adjusted.risk", importance="ancillary", sensitive=True, rests_on=_RATE),
    Quantity(
        id="adjusted.change",
        importance="ancillary",
        sensitive=True,
        rests_on=_RATE,
        moves_with_time=True,
    ),
    Quantity(
        id="adjusted.referred",
        importance="ancillary",
        sensitive=True,
        rests_on=(*_RATE, "reach.registered"),
    ),
)


def measure(
    tables: Tables,
    *,
    origin: Origin = "export",
    engaged: str = "Engaged with the project",
    not_engaged: str = "Referred but did not engage",
    adjust_for: str = "",
    follow_up_days: int = 365,
    confidence: float = 0.95,
) -> list[Measurement]:
    """The risks of reoffending were the groups alike, and of everyone who was referred (``adjusted.*``).

    Parameters
    ----------
    engaged, not_engaged : what a reader sees for the two groups.
    adjust_for : names of `ut_research.measures.alike.BEFORE`, with commas between.
    follow_up_days : days from entry in which a reoffence counts.

    Raises
    ------
    ProblemsFound : `adjust_for` names what is not known from before.
    """
    wanted = [name.strip() for name in adjust_for.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in BEFORE]:
        what, todo = (
            f"nothing is known from before as {', '.join(unknown)}",
            f"name some of {', '.join(BEFORE)}",
        )
        raise stop(what, "study.toml, [analysis] adjust_for", todo)
    part = everyone(tables)
    make = Maker("reoffending, participants", origin, {}, confidence, collected(tables, "reoffending"))
    people = follow(part["reoffending"], follow_up_days)
    known = before(part).reindex(index=people.index, columns=wanted)
    return [
        *_as_if_alike(
            make, dict(zip(GROUPS, (engaged, not_engaged), strict=True)), people, known, follow_up_days
        ),
        _referred(make, people, part["participants"], follow_up_days),
    ]


def _as_if_alike(
    make: Maker, names: Mapping[str, str], people: pd.DataFrame, known: pd.DataFrame, follow_up_days: int
) -> list[Measurement]:
    """The risk of each group and their difference, were the groups alike in `known`, a column a thing."""
    timed = people[people.seen.notna()]
    readings, why = _weighted(people, known, follow_up_days, make.confidence)
    risks: list[float] | list[None] = [None, None]
    if readings:
        risks = [100 * readings[0].first, 100 * readings[0].second]
    change = widest([r.change for r in readings]) if readings else NONE
    method = "Kaplan-Meier, people weighted by overlap"
    found = [
        make.number(
            *("adjusted.risk", f"Reoffended, were the groups alike: {name}", value, "%", method),
            n=timed.index[timed.group == key], about={"group": key}, why_not=why,
        )
        for (key, name), value in zip(names.items(), risks, strict=True)
    ]  # fmt: skip
    label, gap = "Difference in the share who reoffended, were the groups alike", change.times(100)
    points = "percentage points"
    return [*found, make.number("adjusted.change", label, gap, points, method, n=timed.index, why_not=why)]


def _weighted(
    people: pd.DataFrame, known: pd.DataFrame, follow_up_days: int, confidence: float
) -> tuple[list[Adjusted], str]:
    """What the groups would show were they alike, for each reading of days that are not known; or why not."""
    if why := may_not(people, known, follow_up_days):
        return [], why
    timed = people[people.seen.notna()]
    filled, first = known.loc[timed.index].fillna(known.mean()), timed.group == GROUPS[0]
    lines = timelines(timed) if set(timed.group) == set(GROUPS) else []
    found = [overlap_adjusted(*line, first, filled, follow_up_days, confidence) for line in lines]
    enough = [f for f in found if f is not None and f.worth >= PEOPLE_A_THING * len(known.columns)]
    alone = "not done, as too few people of one group are like those of the other"
    return (enough, "") if len(enough) == len(found) else ([], alone)


def may_not(people: pd.DataFrame, known: pd.DataFrame, follow_up_days: int) -> str:
    """Why the groups may not be compared as if alike; nothing where they may, or where there are not two.

    Parameters
    ----------
    people : as `ut_research.measures.reoffending.follow` gives them.
    known : a row each and a column for each thing adjusted for.
    """
    groups = [people.index[people.group == group] for group in GROUPS]
    smallest, least = min(len(group) for group in groups), PEOPLE_A_THING * len(known.columns)
    if smallest == 0:
        return ""
    if least == 0:
        return "not done, as the study names nothing to adjust for"
    if smallest < least:
        return f"not done, as to adjust for so much {least} people are needed in each group"
    little = [
        BEFORE[str(name)][0]
        for name in known
        if any(known[name][rows].notna().mean() < KNOWN for rows in groups)
    ]
    if little:
        return f"not done, as too little is known of both groups: {'; '.join(little)}"
    seen = [risk(people.loc[rows], follow_up_days, 0.95).value for rows in groups]
    return not_followed(people, follow_up_days) if None in seen else ""


def _referred(make: Maker, people: pd.DataFrame, referred: pd.DataFrame, follow_up_days: int) -> Measurement:
    """The risk of everyone who was referred, each group weighing as much as it is of them."""
    registered = referred.registered_date.notna()
    engaged = people.group == GROUPS[0]
    found, why = NONE, ""
    if registered.any() and engaged.any() and not engaged.all():
        why = not_followed(people, follow_up_days)
        one, other = (risk(people[rows], follow_up_days, make.confidence) for rows in (engaged, ~engaged))
        found = mixed(one, other, float(registered.mean()))
        if not engaged.eq(registered.reindex(people.index, fill_value=False)).all():
            found, why = NONE, "not known, as not everyone who registered engaged"
    label, method = "Reoffended, of everyone referred", "Kaplan-Meier, by the share who registered"
    n = people.index[people.seen.notna()]
    return make.number("adjusted.referred", label, found.times(100), "%", method, n=n, why_not=why)
