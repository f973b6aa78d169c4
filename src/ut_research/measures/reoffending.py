"""Reoffending: how many, how soon, and how the two groups compare.

In: the `reoffending` table, a row a person followed up. Out: rates, the comparison of people who engaged
with people who did not, and time to reoffence, in which people who were followed for less than the
window, and had not reoffended, count for as long as they were seen.

The groups were not drawn by lot. A difference between them is not an effect of the project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ut_research.core.estimate import Estimate, Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.measures import GROUPS as COLUMNS
from ut_research.measures.grouping import DAYS_A_MONTH, By, Maker, Tables, collected, parts, scaled
from ut_research.stats import intervals, survival

GROUPS = ("engaged", "not engaged")

_RATE = "reoffending.rate"
_STEPS = (_RATE, "reoffending.proven_follow_up", "reoffending.complete_follow_up")

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
    Quantity(
        id="reoffending.months_to_reoffence", sensitive=True, rests_on=(_RATE,), moves_with_records=True
    ),
    *(
        Quantity(id=f"reoffending.{name}", sensitive=True, rests_on=(_RATE,))
        for name in ("free", "rmst_months", "risk_difference", "fisher_p", "logrank_p")
    ),
    Quantity(id="reoffending.benchmark_p", sensitive=True, related=(_RATE,)),
)

_CENSORED = "people not followed to the end censored"


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
    columns = ["group", "entry_date", "followed_up_to", "reoffended", "reoffence_date"]
    names = dict(zip(GROUPS, (engaged, not_engaged), strict=True))
    for group, part in parts(tables, {"reoffending": columns}, by):
        make = Maker("reoffending", origin, group, confidence, collected(tables, "reoffending"))
        followed = follow(part["reoffending"], follow_up_days, conviction_lag_days)
        groups = [followed[followed.group == group] for group in GROUPS]
        for (name, label), people in zip(names.items(), groups, strict=True):
            found += _group(make, name, label, people, follow_up_days)
        table = [(int(people.reoffended.sum()), len(people)) for people in groups]
        found += _comparison(make, table, groups[0].index.append(groups[1].index))
        found += _time(make, names, groups, follow_up_days)
    return found


def compare(engaged: Estimate, not_engaged: Estimate, *, confidence: float = 0.95) -> list[Measurement]:
    """The comparison of two shares of which only count and n are known (``published.reoffending.*``).

    Parameters
    ----------
    engaged, not_engaged : the share who reoffended in each group, published, with count and n.

    Raises
    ------
    ValueError : a share has no count or no n.
    """
    table = [(e.count, e.n) for e in (engaged, not_engaged) if e.count is not None and e.n]
    if len(table) < 2:
        raise ValueError("both shares need the count and the number of people that they rest on")
    make = Maker(engaged.source, "published", confidence=confidence)
    n = sum(n for _, n in table)
    return [replace(e, id=f"published.{e.id}") for e in _comparison(make, table, n)]


def against(rate: Estimate, benchmarks: Sequence[Estimate]) -> list[Measurement]:
    """A share who reoffended against published rates, by the exact binomial test (``benchmark_p``).

    A national rate is not a comparison group: it counts other people, followed in another way.

    Parameters
    ----------
    rate : a share with count and n; without them the tests are "not collected".
    benchmarks : published rates, in percent.
    """
    make = Maker(rate.source, rate.origin)
    known = rate.count is not None and rate.n is not None
    tests = [
        make.number(
            "reoffending.benchmark_p",
            rate_there.label,
            intervals.benchmark_p(rate.count or 0, rate.n or 0, (rate_there.value or 0) / 100)
            if known
            else None,
            "p-value",
            "exact binomial test, two-sided",
            n=rate.n,
            about={"benchmark": rate_there.label},
        )
        for rate_there in benchmarks
    ]
    if not isinstance(rate, Measurement):
        return tests
    # its people are those of the share, which it gives back
    return [replace(e, counted=rate.counted, among=rate.among) for e in tests]


def follow(reoffending: pd.DataFrame, follow_up_days: int, conviction_lag_days: int = 183) -> pd.DataFrame:
    """What was seen of each person within the window; people of whom it is not known are left out.

    Parameters
    ----------
    reoffending : rows of the table.
    follow_up_days, conviction_lag_days : see `measure`.

    Returns
    -------
    Frame, one row a person, of

    - ``group``;
    - ``reoffended`` : bool, a reoffence within `follow_up_days` of entry, or at an unknown time;
    - ``to_reoffence`` : days from entry to it, missing where there is none or its time is unknown;
    - ``seen`` : days to the reoffence or to the end of what was seen, no more than `follow_up_days`;
      missing where the dates do not say;
    - ``complete``, ``proven`` : bool, reoffended, or followed for the whole window, and for the
      window and the time that a conviction takes.
    """
    known = reoffending[reoffending.reoffended.notna()]
    days = (known.reoffence_date - known.entry_date).dt.days.clip(lower=0).astype(float)
    followed = (known.followed_up_to - known.entry_date).dt.days.clip(lower=0).astype(float)
    flagged = known.reoffended.astype(bool)
    reoffended = flagged & ~(days > follow_up_days)
    to_reoffence = days.where(reoffended)
    longest = pd.concat([followed, days.where(flagged)], axis=1).max(axis=1)
    seen = to_reoffence.fillna(longest.clip(upper=follow_up_days).mask(reoffended))
    return pd.DataFrame({
        "group": known.group,
        "reoffended": reoffended,
        "to_reoffence": to_reoffence,
        "seen": seen,
        "complete": reoffended | (longest >= follow_up_days),
        "proven": reoffended | (longest >= follow_up_days + conviction_lag_days),
    })  # fmt: skip


def _group(make: Maker, key: str, label: str, people: pd.DataFrame, follow_up_days: int) -> list[Measurement]:
    timed = people[people.seen.notna()]
    marks = {str(month): day for month, day in enumerate(_steps(follow_up_days))}
    to_reoffence = people.to_reoffence / DAYS_A_MONTH
    window = f"within {follow_up_days} days of entry"
    only = "only people who reoffended, so not a measure of delay"
    long, longer = (
        f"reoffended or followed for {follow_up_days} days",
        "reoffended or followed until a conviction",
    )

    def share(name: str, what: str, counted: pd.Series, method: str) -> Measurement:
        return make.share(f"reoffending.{name}", f"{what}: {label}", counted, method, group=key)

    mean = f"Average months to reoffence, of those who reoffended: {label}"
    return [
        share("rate", "Reoffended", people.reoffended, window),
        make.mean("reoffending.months_to_reoffence", mean, to_reoffence, "months", only, group=key),
        share("complete_follow_up", "Followed for the whole time", people.complete, long),
        share("proven_follow_up", "Followed until a conviction is on record", people.proven, longer),
        *make.curve(
            "reoffending.free", f"Free of reoffending: {label}", timed.seen, timed.to_reoffence.notna(),
            marks, "month", _CENSORED, group=key,
        ),
    ]  # fmt: skip


def _comparison(make: Maker, table: Sequence[tuple[int, int]], n: pd.Index | int) -> list[Measurement]:
    (c1, n1), (c2, n2) = table
    gap = scaled(intervals.newcombe(c1, n1, c2, n2, make.confidence), 100)
    p = intervals.fisher_p(c1, n1, c2, n2)
    label, method = "Difference in the share who reoffended", "engaged less not engaged, Newcombe interval"
    return [
        make.number("reoffending.risk_difference", label, gap, "percentage points", method, n=n),
        make.number("reoffending.fisher_p", "Fisher's exact test", p, "p-value", "two-sided", n=n),
    ]


def _steps(follow_up_days: int) -> list[float]:
    """The days at which a curve is given: every month, the last one no later than the follow-up."""
    months = range(round(follow_up_days / DAYS_A_MONTH) + 1)
    return [min(month * DAYS_A_MONTH, float(follow_up_days)) for month in months]


def _time(
    make: Maker, names: Mapping[str, str], groups: Sequence[pd.DataFrame], follow_up_days: int
) -> list[Measurement]:
    timed = [group[group.seen.notna()] for group in groups]
    days = [group.seen.to_numpy(dtype=float) for group in timed]
    events = [group.to_reoffence.notna().to_numpy() for group in timed]
    # as long as both groups were seen, so that their means can be compared
    longest = min([float(follow_up_days), *(d.max() for d in days if len(d))])
    horizon = survival.last_step(_steps(follow_up_days)[1:] or [float(follow_up_days)], longest)
    method = f"area under the Kaplan-Meier curve to {horizon:.0f} days"
    means = [
        survival.restricted_mean(d, e, horizon, make.confidence) for d, e in zip(days, events, strict=True)
    ]
    found = [
        make.number(
            "reoffending.rmst_months",
            f"Average months free of reoffending: {label}",
            scaled(mean, 1 / DAYS_A_MONTH),
            "months",
            method,
            n=people.index,
            about={"group": key},
        )
        for (key, label), mean, people in zip(names.items(), means, timed, strict=True)
    ]
    p = survival.logrank_p(days[0], events[0], days[1], events[1])
    n = timed[0].index.append(timed[1].index)
    return [
        *found,
        make.number("reoffending.logrank_p", "Log-rank test", p, "p-value", f"two-sided, {_CENSORED}", n=n),
    ]
