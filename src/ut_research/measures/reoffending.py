"""Reoffending: how many, how soon, and how the two groups compare.

In: the `reoffending` table, a row a person followed up. Out: the risk of reoffending within the window, in
which people who were followed for less than it count for as long as they were seen (Kaplan and Meier), its
difference between people who engaged and people who did not, and time to reoffence. The plain share of people
who were seen to reoffend stands beside it, with how many were followed to the end. It is not compared or
tested: people who were followed for longer had longer to reoffend.

The groups were not drawn by lot. A difference between them is not an effect of the project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.core.units import DAYS_A_MONTH, period
from ut_research.measures import GROUPS as COLUMNS
from ut_research.measures.grouping import By, Maker, Tables, collected, parts
from ut_research.stats import intervals, survival
from ut_research.stats.intervals import NONE, Interval, widest

GROUPS = ("engaged", "not engaged")

_RATE = "reoffending.rate"
_STEPS = (_RATE, "reoffending.proven_follow_up", "reoffending.complete_follow_up")

_OF_PARTS = ("risk", "risk_change")

QUANTITIES = (
    Quantity(
        id=_RATE,
        by=COLUMNS,
        importance="headline",
        sensitive=True,
        rows_of=("reoffending",),
        related=("reach.referred", "reach.registered"),
    ),
    *(
        Quantity(id=f"reoffending.{step}_follow_up", sensitive=True, related=_STEPS, importance="ancillary")
        for step in ("complete", "proven")
    ),
    Quantity(id="reoffending.months_to_reoffence", sensitive=True, rests_on=(_RATE,)),
    *(
        Quantity(
            id=f"reoffending.{name}",
            of_parts=name in _OF_PARTS,
            sensitive=True,
            rests_on=(_RATE,),
            moves_with_time=True,
        )
        for name in (*_OF_PARTS, "free", "rmst_months", "logrank_p")
    ),
)

_CENSORED = "people not followed to the end censored"
GAP = "Difference in the share who reoffended"


def measure(
    tables: Tables,
    *,
    by: By | None = None,
    origin: Origin = "export",
    engaged: str = "Engaged with the project",
    not_engaged: str = "Referred but did not engage",
    follow_up_days: int = 365,
    conviction_lag_days: int = 183,
    confidence: float = 0.95,
) -> list[Measurement]:
    """Rates, comparison and time to reoffence (``reoffending.*``).

    Parameters
    ----------
    engaged, not_engaged : what a reader sees for the two groups.
    follow_up_days : days from entry in which a reoffence counts.
    conviction_lag_days : days more that a conviction takes to be recorded.
    """
    found: list[Measurement] = []
    names = dict(zip(GROUPS, (engaged, not_engaged), strict=True))
    for group, part in parts(tables, ["reoffending"], by):
        make = Maker("reoffending", origin, group, confidence, collected(tables, "reoffending"))
        followed = follow(part["reoffending"], follow_up_days, conviction_lag_days)
        groups = [followed[followed.group == group] for group in GROUPS]
        risks = [risk(people, follow_up_days, confidence) for people in groups]
        for (name, label), people, at_window in zip(names.items(), groups, risks, strict=True):
            found += _group(make, name, label, people, at_window, follow_up_days)
        found.append(_comparison(make, groups, risks, follow_up_days))
        found += _time(make, names, groups, follow_up_days)
    return found


def follow(reoffending: pd.DataFrame, follow_up_days: int, conviction_lag_days: int = 183) -> pd.DataFrame:
    """What was seen of each person within the window; people of whom it is not known are left out.

    A reoffence after follow-up had ended is known of only because it happened: until then the person was free
    of it. One without a date, or with one before entry, happened on a day that is not known.

    Parameters
    ----------
    reoffending : rows of the table; the rest as in `measure`.

    Returns
    -------
    Frame, one row a person, of

    - ``group``;
    - ``reoffended`` : bool, a reoffence within `follow_up_days` of entry, or at an unknown time;
    - ``to_reoffence`` : days from entry to it, missing where none was seen or its time is unknown;
    - ``seen`` : days to the reoffence or to the end of what was seen, no more than `follow_up_days`;
      missing where the dates do not say;
    - ``undated`` : bool, reoffended at an unknown time, and ``certain``, by the end of `seen` for sure;
    - ``complete``, ``proven`` : bool, seen to reoffend, or followed for the window, and for the lag as well.
    """
    known = reoffending[reoffending.reoffended.notna()]
    flagged = known.reoffended.astype(bool)
    days = (known.reoffence_date - known.entry_date).dt.days.astype(float).where(flagged)
    before = days < 0
    days = days.mask(before)
    undated = flagged & days.isna()
    end = (known.followed_up_to - known.entry_date).dt.days.clip(lower=0).astype(float).fillna(days)
    in_view = (days <= follow_up_days) & (days <= end)
    return pd.DataFrame({
        "group": known.group,
        "reoffended": flagged & ~(days > follow_up_days),
        "to_reoffence": days.where(in_view),
        "seen": days.where(in_view, end.mask(undated, end.fillna(follow_up_days)).clip(upper=follow_up_days)),
        "undated": undated,
        "certain": undated & ~before & (end <= follow_up_days),
        "complete": in_view | undated | (end >= follow_up_days),
        "proven": in_view | undated | (end >= follow_up_days + conviction_lag_days),
    })  # fmt: skip


def timelines(people: pd.DataFrame) -> list[tuple[pd.Series, pd.Series]]:
    """Days seen, and whether they end with a reoffence, of each person of `follow` whose dates say.

    More than once where a reoffence has no date: half-way through follow-up, which is the one to show, and as
    early and as late as it could have been, which may be after the window.
    """
    people = people[people.seen.notna()]
    event = people.to_reoffence.notna()
    halfway = people.seen.mask(people.undated, people.seen / 2), event | people.undated
    if not people.undated.any():
        return [halfway]
    early = people.seen.mask(people.undated, 0), event | people.undated
    return [halfway, early, (people.seen, event | people.certain)]


def risk(people: pd.DataFrame, follow_up_days: int, confidence: float) -> Interval:
    """Share of people of `follow` who reoffended within the window, by the Kaplan-Meier curve, 0 to 1.

    None where nobody was followed for so long, or where it is not known of most who did not reoffend how long
    they were followed: the rest would be those who did. Its limits take in every day on which a reoffence
    without a date could have been.
    """
    unknown = people.seen.isna()
    if unknown.sum() > (~people.reoffended & ~unknown).sum():
        return NONE
    return widest([survival.risk(*line, follow_up_days, confidence) for line in timelines(people)])


def _group(
    make: Maker, key: str, label: str, people: pd.DataFrame, at_window: Interval, follow_up_days: int
) -> list[Measurement]:
    to_reoffence = people.to_reoffence / DAYS_A_MONTH
    window, timed = f"within {follow_up_days} days", people.index[people.seen.notna()]
    only = "only people who reoffended, so not a measure of delay"
    long, longer = (
        f"reoffended or followed for {follow_up_days} days",
        "reoffended or followed until a conviction",
    )

    def share(name: str, what: str, counted: pd.Series, method: str) -> Measurement:
        return make.share(f"reoffending.{name}", f"{what}: {label}", counted, method, group=key)

    months = {str(month): day for month, day in enumerate(steps(follow_up_days))}
    mean = f"Average months to reoffence, of those who reoffended: {label}"
    return [
        share("rate", "Reoffended", people.reoffended, f"{window} of entry"),
        make.number(
            "reoffending.risk", f"Reoffended within {period(follow_up_days)}: {label}",
            at_window.times(100), "%",
            f"Kaplan-Meier, {_CENSORED}; {make.confidence:.0%} interval",
            n=timed, about={"group": key}, why_not=not_followed(people, follow_up_days),
        ),
        make.mean("reoffending.months_to_reoffence", mean, to_reoffence, "months", only, group=key),
        share("complete_follow_up", "Followed for the whole time", people.complete, long),
        share("proven_follow_up", "Followed until a conviction is on record", people.proven, longer),
        *make.curve("reoffending.free", f"Free of reoffending: {label}", timelines(people), months, "month",
                    _CENSORED, group=key),
    ]  # fmt: skip


def not_followed(people: pd.DataFrame, follow_up_days: int) -> str:
    """Why there is no risk at the window, where there are people at all."""
    return f"not known, as too few were followed for {follow_up_days} days" if len(people) else ""


def _comparison(
    make: Maker, groups: Sequence[pd.DataFrame], risks: Sequence[Interval], follow_up_days: int
) -> Measurement:
    both, gap = pd.concat(groups), intervals.square_and_add(*risks)
    method = f"engaged less not engaged, of two Kaplan-Meier curves; {make.confidence:.0%} interval"
    return make.number(
        "reoffending.risk_change",
        GAP,
        gap.times(100),
        "percentage points",
        method,
        n=both.index[both.seen.notna()],
        why_not="" if any(people.empty for people in groups) else not_followed(both, follow_up_days),
    )


def steps(follow_up_days: int) -> list[float]:
    """The days at which a curve is given: every month, the last one no later than the follow-up."""
    months = range(round(follow_up_days / DAYS_A_MONTH) + 1)
    return [min(month * DAYS_A_MONTH, float(follow_up_days)) for month in months]


def _time(
    make: Maker, names: Mapping[str, str], groups: Sequence[pd.DataFrame], follow_up_days: int
) -> list[Measurement]:
    lines = [timelines(people) for people in groups]
    # as long as both groups were seen, so that their means can be compared
    longest = min([float(follow_up_days), *(float(line[0][0].max()) for line in lines if len(line[0][0]))])
    horizon = survival.last_step(steps(follow_up_days)[1:] or [float(follow_up_days)], longest)
    method = f"area under the Kaplan-Meier curve to {horizon:.0f} days"
    means = [widest([survival.restricted_mean(*x, horizon, make.confidence) for x in line]) for line in lines]
    found = [
        make.number(
            "reoffending.rmst_months",
            f"Average months free of reoffending: {label}",
            mean.times(1 / DAYS_A_MONTH),
            "months",
            method,
            n=line[0][0].index,
            about={"group": key},
        )
        for (key, label), mean, line in zip(names.items(), means, lines, strict=True)
    ]
    tests = [survival.logrank_p(*one, *other) for one, other in product(*lines)]
    # where dates are missing, the days that tell the groups apart least
    p = None if None in tests else max(p for p in tests if p is not None)
    n = lines[0][0][0].index.append(lines[1][0][0].index)
    return [
        *found,
        make.number("reoffending.logrank_p", "Log-rank test", p, "p-value", f"two-sided, {_CENSORED}", n=n),
    ]
