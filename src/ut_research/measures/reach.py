"""Who took part: from referral to the second questionnaire, who they were, where, and for how long.

In: `participants`, a row a person, with `needs` and `wemwbs` for who was assessed and who completed.
Out: the flow, the people, the partners and areas, and the length of stay, in which people who are
still supported count up to the day the data are complete to and are then censored, not dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity, Scale
from ut_research.core.schema import NOT_RECORDED
from ut_research.measures.grouping import (
    By,
    Maker,
    Tables,
    collected,
    in_order,
    parts,
    recorded,
    whether,
)
from ut_research.stats.survival import last_step, median_time, restricted_mean

#: Youngest and oldest age of each age band, in years.
AGE_BANDS = {"under 25": (0, 24), "25 to 34": (25, 34), "35 to 44": (35, 44), "45 to 54": (45, 54),
             "55 and over": (55, 150)}  # fmt: skip

#: What people are grouped by, in words that a reader sees.
GROUPS: dict[str, str] = {
    "gender": "Gender",
    "partner": "Referred to",
    "area": "Area",
    "period": "Referred in the",
}

_AGE, _BANDS = Scale("age", 0, 150), ("reach.age_band",)

QUANTITIES = (
    Quantity(id="reach.referred", of_parts=True, importance="headline"),
    Quantity(id="reach.registered", by=tuple(GROUPS), importance="headline", rows_of=("participants",)),
    Quantity(id="reach.assessed", by=tuple(GROUPS), rows_of=("needs",)),
    Quantity(id="reach.completed", by=tuple(GROUPS), importance="headline", related=("wellbeing.pairs",)),
    Quantity(id="reach.age_mean", of_parts=True, related=_BANDS, scale=_AGE),
    Quantity(id="reach.age_min", related=_BANDS, scale=_AGE),
    Quantity(id="reach.age_max", related=_BANDS, scale=_AGE),
    Quantity(id="reach.age_band", scale=_AGE, one_of=True, rows_of=("participants",)),
    Quantity(id="reach.ethnic_minority", sensitive=True, related=("reach.referred",)),
    *(Quantity(id=f"reach.{key}", one_of=True) for key in GROUPS),
    Quantity(id="reach.delivery_months", about="project"),
    Quantity(id="reach.stay_mean_weeks", of_parts=True, related=("reach.registered",), moves_with_time=True),
    Quantity(id="reach.stay_median_weeks", related=("reach.registered",), moves_with_time=True),
    # of one who left among those at risk, its interval tells when
    Quantity(
        id="reach.stay_restricted_mean_weeks", rests_on=("reach.still_supported",), moves_with_time=True
    ),
    Quantity(id="reach.still_supported", of_parts=True, rows_of=("participants",)),
    Quantity(id="reach.stay"),
)

#: Weeks at which the share still supported is given.
WEEKS = range(0, 53, 4)

#: What an ethnicity begins with, in lower case, when the person is not of an ethnic minority.
MAJORITY = "white"

#: Ethnicities, in lower case, that say nothing.
UNSTATED = (NOT_RECORDED, "unknown", "not stated", "not known", "prefer not to say", "refused", "")


def measure(
    tables: Tables,
    *,
    by: By | None = None,
    origin: Origin = "export",
    data_to: date | None = None,
    confidence: float = 0.95,
) -> list[Measurement]:
    """The flow of people, who and where they were, and how long they stayed (``reach.*``).

    Parameters
    ----------
    data_to : the day the data are complete to; the latest date in `participants` when not given.
    """
    found: list[Measurement] = []
    there = collected(tables, "participants")
    everyone = {"participants": tables.get("participants", pd.DataFrame())}
    told = [key for key in GROUPS if recorded(everyone, key)]
    signed = recorded(everyone, "registered_date")
    for group, part in parts(tables, ["participants", "needs", "wemwbs"], by):
        make = Maker("participants", origin, group, confidence, there)
        people = part["participants"]
        registered = people[people.registered_date.notna()]
        found += _flow(make, part, registered, tables, signed)
        found += _people(make, people)
        found += _groups(make, people, by, told)
        found += _stay(make, stay(registered, _last_day(tables, data_to)))
    return found


def age_band(ages: pd.Series) -> pd.Series:
    """The band of each age in whole years: a name of `AGE_BANDS`, or "not recorded"."""
    bands = pd.cut(
        ages.astype(float), [-1, *(oldest for _, oldest in AGE_BANDS.values())], labels=list(AGE_BANDS)
    )
    return bands.astype("string").fillna(NOT_RECORDED)


def ethnic_minority(ethnicity: pd.Series) -> pd.Series:
    """Whether each person is of an ethnic minority: true, false, or missing where it is not stated.

    Anything that does not begin with `MAJORITY` counts; a white minority cannot be told apart and does not.
    """
    said = ethnicity.astype("string").str.strip().str.lower().fillna(NOT_RECORDED)
    return (~said.str.startswith(MAJORITY)).astype("boolean").mask(said.isin(UNSTATED))


def stay(registered: pd.DataFrame, data_to: pd.Timestamp) -> pd.DataFrame:
    """How long each person stayed, in weeks, and whether the end was seen.

    Parameters
    ----------
    registered : rows of `participants`; one without an exit date is still supported, but for whom there is a
        reason: support ended on a day that cannot be used, so that the stay is not known, and is left out.
    data_to : the day up to which a person still supported was seen.

    Returns
    -------
    Frame of `weeks` (float, never below 0) and `ended` (bool).
    """
    known = registered[registered.exit_date.notna() | registered.exit_reason.isna()]
    ended = known.exit_date.notna() & (known.exit_date <= data_to)
    days = (known.exit_date.where(ended, data_to) - known.registered_date).dt.days.clip(lower=0)
    return pd.DataFrame({"weeks": days / 7, "ended": ended})


def months_of_delivery(first: pd.Timestamp, last: pd.Timestamp) -> int:
    """Months that delivery ran, from the first day to the last, both counted, in whole months rounded up."""
    return (last.year - first.year) * 12 + last.month - first.month + int(last.day >= first.day)


def _flow(
    make: Maker, part: Mapping[str, pd.DataFrame], registered: pd.DataFrame, tables: Tables, signed: bool
) -> list[Measurement]:
    """Who came how far; whether people registered is said only where it is known of anybody (`signed`)."""
    people = part["participants"]
    known = people if signed else people.head(0)
    found = [
        make.tally("reach.referred", "Referred to the project", people.index, "people"),
        make.share("reach.registered", "Registered with the project", known.registered_date.notna()),
    ]
    for table, name, label, who in (
        ("needs", "assessed", "Had their needs assessed", part["needs"].participant_id),
        ("wemwbs", "completed", "Completed both wellbeing questionnaires", completed_both(part["wemwbs"])),
    ):
        there = registered if collected(tables, table) else registered.head(0)
        found.append(make.share(f"reach.{name}", label, whether(there, who)))
    return found


def completed_both(wemwbs: pd.DataFrame) -> pd.Series:
    """The ids of the people with a questionnaire at T1 and one at T2, scored or not."""
    first, second = (wemwbs.loc[wemwbs.timepoint == time, ["participant_id"]] for time in ("T1", "T2"))
    return first.participant_id[whether(first, second.participant_id)]


def _people(make: Maker, people: pd.DataFrame) -> list[Measurement]:
    ages = people.age_at_referral.dropna().astype(float)
    found = [make.mean("reach.age_mean", "Average age at referral", ages, "years")]
    for id, label, age in (
        ("reach.age_min", "Age of the youngest person", ages.min()),
        ("reach.age_max", "Age of the oldest person", ages.max()),
    ):
        who = ages.index[ages == age]
        found.append(
            make.number(
                id, label, age, "years", "with the people of that age",
                count=who, n=ages.index, between=(age, age),
            )
        )  # fmt: skip
    bands = age_band(people.age_at_referral)
    names = [*AGE_BANDS, *([NOT_RECORDED] if (bands == NOT_RECORDED).any() else [])]
    found += [
        make.share("reach.age_band", f"Aged {n}", bands == n, between=AGE_BANDS.get(n), age_band=n)
        for n in names
    ]
    label = "From a Black, Asian or other ethnic minority"
    found.append(make.share("reach.ethnic_minority", label, ethnic_minority(people.ethnicity).dropna()))
    return found


def _groups(make: Maker, people: pd.DataFrame, by: By | None, told: Sequence[str]) -> list[Measurement]:
    found: list[Measurement] = []
    for key, label in GROUPS.items():
        if key == by:
            continue
        names = in_order(people[key].unique(), people, key) if key in told else []
        found += [
            replace(make, group={**make.group, key: str(name)}).share(
                f"reach.{key}", f"{label}: {name}", people[key] == name
            )
            for name in names
        ] or [make.share(f"reach.{key}", label, people[key].head(0) == "")]
        if key in ("partner", "area"):
            known, method = len({*names} - {NOT_RECORDED}), "different names in the table"
            of = replace(make, collected=known > 0)
            found.append(of.tally(f"reach.{key}s", f"Number of {key}s", known, f"{key}s", method))
    days = people.referral_date.dropna()
    months = months_of_delivery(days.min(), days.max()) if len(days) else None
    method = "from the first referral to the last, whole months, rounded up"
    return [*found, make.number("reach.delivery_months", "Months of delivery", months, "months", method)]


def _stay(make: Maker, stayed: pd.DataFrame) -> list[Measurement]:
    weeks, ended = stayed.weeks.to_numpy(dtype=float), stayed.ended.to_numpy(dtype=bool)
    n, censored = stayed.index, "people still supported censored"
    horizon = last_step(WEEKS[1:], weeks.max(initial=0))
    whole = restricted_mean(weeks, ended, horizon, make.confidence)
    seen = "people still supported counted up to the day the data are complete to"
    median, marks = f"Kaplan-Meier, {censored}", {str(week): float(week) for week in WEEKS}
    within = "Average stay within the weeks that people were followed for"
    area = f"the first {horizon:.0f} weeks, area under the curve of {median}"
    middle = median_time(weeks, ended, make.confidence)
    return [
        make.mean("reach.stay_mean_weeks", "Average stay so far", stayed.weeks, "weeks", seen),
        make.number("reach.stay_median_weeks", "Weeks by which half had left", middle, "weeks", median, n=n),
        make.number("reach.stay_restricted_mean_weeks", within, whole, "weeks", area, n=n),
        make.share("reach.still_supported", "Still supported", ~stayed.ended),
        *make.curve(
            "reach.stay", "Still supported after this many weeks",
            [(stayed.weeks, stayed.ended)], marks, "week", censored,
        ),
    ]  # fmt: skip


def _last_day(tables: Tables, data_to: date | None) -> pd.Timestamp:
    if data_to is not None and not pd.isna(data_to):
        return pd.Timestamp(data_to)
    frame = tables.get("participants", pd.DataFrame())
    columns = [c for c in ("referral_date", "registered_date", "exit_date") if c in frame]
    days = [pd.to_datetime(frame[c]).max() for c in columns]
    return max((day for day in days if pd.notna(day)), default=pd.Timestamp(0))
