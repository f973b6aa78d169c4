"""Were the two groups alike before follow-up began?

In: the `reoffending` table, for who is in which group, and what is known of these people from before:
`participants`, `needs`, and the first answers in `wemwbs` and `activity`. Out: what is known of both groups,
side by side, and how far apart they are in standard deviations; when they entered; how much of follow-up had
passed before people could be in their group; and how many of those who might have been were followed up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.core.units import DAYS_A_MONTH
from ut_research.measures import needs
from ut_research.measures.change import both_times
from ut_research.measures.grouping import Maker, Tables, collected, parts, recorded, whether
from ut_research.measures.reach import ethnic_minority
from ut_research.measures.reoffending import GROUPS
from ut_research.measures.wellbeing import totals
from ut_research.stats.weighting import standardised_difference

#: The needs that go with reoffending more than others.
_NEEDS = ("housing", "alcohol_drugs", "employability", "mental_health")

#: What may be known of people from before follow-up, in words that a reader sees, and its unit: of a "%", how
#: many it is true of.
BEFORE: dict[str, tuple[str, str]] = {
    "age": ("Average age at referral", "years"),
    "gender": ("Men", "%"),
    "ethnicity": ("From a Black, Asian or other ethnic minority", "%"),
    "entry": ("Months until they entered, from the first entry", "months"),
    "wellbeing": ("Average wellbeing score at the start", "points"),
    "activity": ("Average days active a week at the start", "days"),
    "needs": ("Needs named by each person", "needs"),
    **{name: (f"Named as a need: {needs.NEEDS[name].lower()}", "%") for name in _NEEDS},
}

#: What is said of everyone: counts of the same people, and means that those of both groups give back.
_COUNTS = {
    "gender": ("reach.gender", "reach.registered", "reoffending.rate"),
    "ethnicity": ("reach.ethnic_minority",),
    **{name: (f"needs.{name}",) for name in _NEEDS},
}
_MEANS = {
    "age": ("reach.age_mean",),
    "wellbeing": ("wellbeing.start_mean",),
    "activity": ("activity.start_mean",),
    "needs": ("needs.number_mean",),
}

QUANTITIES = (
    *(
        Quantity(
            id=f"alike.{name}",
            importance="ancillary",
            sensitive=name not in ("age", "gender", "entry"),
            related=_COUNTS.get(name, ()),
            rests_on=_MEANS.get(name, ()),
        )
        for name in BEFORE
    ),
    *(
        Quantity(id=f"alike.{name}_apart", importance="ancillary", rests_on=(f"alike.{name}",), spread=True)
        for name in BEFORE
    ),
    Quantity(id="alike.waited", importance="ancillary"),
    Quantity(id="alike.sampled", importance="ancillary", related=("reoffending.rate", "reach.referred")),
)


def measure(
    tables: Tables,
    *,
    origin: Origin = "export",
    engaged: str = "Engaged with the project",
    not_engaged: str = "Referred but did not engage",
    threshold: int = 5,
    confidence: float = 0.95,
) -> list[Measurement]:
    """What was known of both groups, when they entered, and who was followed up (``alike.*``).

    Parameters
    ----------
    engaged, not_engaged : what a reader sees for the two groups.
    threshold : people under whom a count is withheld. Where fewer than twice as many of those of whom
        something is known were not followed up, it is not worked out: with everyone's average it would tell
        of them.
    """
    part = everyone(tables)
    make = Maker("reoffending, participants", origin, {}, confidence, collected(tables, "reoffending"))
    names = dict(zip(GROUPS, (engaged, not_engaged), strict=True))
    followed = part["reoffending"]
    groups = [followed.index[followed.group == group] for group in GROUPS]
    known = before(part)[: None if all(len(group) for group in groups) else 0]  # one group is like no other
    found: list[Measurement] = []
    for name in BEFORE:
        there = known[name].dropna()
        values = [there[there.index.isin(group)] for group in groups]
        left = len(there) - sum(map(len, values))
        found += _beside(make, name, names, values, tells=0 < left < 2 * threshold)
    return found + _waited(make, names, part) + _sampled(make, names, part)


def everyone(tables: Tables) -> dict[str, pd.DataFrame]:
    """Rows of the tables that tell of the groups; of needs, the columns of those that were asked about."""
    asked = [need for need in needs.NEEDS if need in tables.get("needs", ())]
    [(_, part)] = parts(tables, ["reoffending", "participants", "wemwbs", "activity", "needs"])
    return part | {"needs": part["needs"][[c for c in part["needs"] if c not in needs.NEEDS or c in asked]]}


def before(part: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What is known of each person from before, a column each of `BEFORE`; missing where nothing is.

    Parameters
    ----------
    part : rows of the tables, their index people's numbers where each row is a person.
    """
    followed, people, asked = part["reoffending"], part["participants"], part["needs"]
    wanted = asked[[need for need in needs.NEEDS if need in asked]].eq(True).fillna(False).astype(float)
    answers, activity = part["wemwbs"], part["activity"]
    columns = {
        "age": people.age_at_referral,
        "gender": (people.gender == "male").where(people.gender.isin(["male", "female", "other"])),
        "ethnicity": ethnic_minority(people.ethnicity),
        "entry": (followed.entry_date - followed.entry_date.min()).dt.days / DAYS_A_MONTH,
        "wellbeing": both_times(answers, totals(answers)).t1,
        "activity": both_times(activity, activity.active_days).t1,
        "needs": wanted.sum(axis=1)[: len(wanted) if len(wanted.columns) else 0],
        **{name: wanted[name] for name in _NEEDS if name in wanted},
    }
    rows = [pd.to_numeric(column).astype(float).rename(name) for name, column in columns.items()]
    known: pd.DataFrame = pd.concat(rows, axis=1)
    return known.reindex(columns=list(BEFORE))


def _beside(
    make: Maker, name: str, names: Mapping[str, str], values: Sequence[pd.Series], *, tells: bool
) -> list[Measurement]:
    """One thing known from before, of each group, and how far apart the two are.

    `tells` is whether it would tell of the few others of whom it is known.
    """
    label, unit = BEFORE[name]
    why = "not said, as it would tell of a few others" if tells else ""
    if any(known.empty for known in values):
        why = "known of one group only" if sum(map(len, values)) else ""
    found = []
    for (key, group), known in zip(names.items(), values, strict=True):
        id, said = f"alike.{name}", f"{label}: {group}"
        if why:
            found.append(make.number(id, said, None, unit, "", about={"group": key}, why_not=why))
        elif unit == "%":
            found.append(make.share(id, said, known == 1, "of those of whom it is known", group=key))
        else:
            found.append(make.mean(id, said, known, unit, group=key))
    apart = None if why else standardised_difference(*values, yes_no=unit == "%")
    method = "standardised mean difference: in standard deviations, of the mean of both variances"
    fewer = min(values, key=len).index
    return [
        *found,
        make.number(
            f"alike.{name}_apart", f"{label}: how far apart", apart, "", method, n=fewer, why_not=why
        ),
    ]


def _waited(make: Maker, names: Mapping[str, str], part: Mapping[str, pd.DataFrame]) -> list[Measurement]:
    """Days of follow-up before people could be in their group: until they registered, or were referred.

    In them nobody who engaged can have reoffended and gone back to prison before engaging: the time is
    immortal, and flatters the group (Suissa 2008, Am J Epidemiol 167:492).
    """
    followed, people = part["reoffending"], part["participants"].reindex(part["reoffending"].index)
    possible = people.referral_date.mask(followed.group == GROUPS[0], people.registered_date)
    days = (possible - followed.entry_date).dt.days.clip(lower=0)
    whens = ("until they registered", "until they were referred")
    return [
        make.mean("alike.waited", f"Days of follow-up {when}: {names[key]}",
                  days[followed.group == key], "days", "0 where that was before entry", group=key)
        for key, when in zip(GROUPS, whens, strict=True)
    ]  # fmt: skip


def _sampled(make: Maker, names: Mapping[str, str], part: Mapping[str, pd.DataFrame]) -> list[Measurement]:
    """The share who were followed up: of those who registered, and of those who were referred and did not."""
    followed, people = part["reoffending"], part["participants"]
    make = replace(make, collected=make.collected and recorded({"": people}, "registered_date"))
    people = people if make.collected else people.head(0)
    registered = people.registered_date.notna()
    whose = ("of those who registered", "of those who were referred and did not register")
    return [
        make.share("alike.sampled", f"Followed up, {of}: {names[key]}",
                   whether(part_, followed.participant_id[followed.group == key]), group=key)
        for key, of, part_ in zip(GROUPS, whose, (people[registered], people[~registered]), strict=True)
    ]  # fmt: skip
