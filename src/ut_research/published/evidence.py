"""What published figures say by themselves, and beside what a run gives.

In: the registry. Out: every figure as an Estimate, the verdicts of the audit,
and what follows from published counts alone (a comparison, and what a next study could see).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import pandas as pd

from ut_research.core.estimate import Estimate
from ut_research.measures import reoffending
from ut_research.measures.grouping import Maker
from ut_research.published.audit import VERDICTS, audit, base_of, holds
from ut_research.published.registry import Figure, Registry
from ut_research.published.rounding import exact, shown
from ut_research.stats import intervals, power, survival

#: Falls in the share who reoffend, sizes of each group and months of follow-up for planning a next study.
FALLS = (0.1, 0.2, 0.3)
SEEN = tuple(0.05 * k for k in range(1, 9))
SIZES = (10, 20, 30, 50, 75, 100, 150, 200, 300, 400)
MONTHS = (6, 12, 18, 24)
COMPARED = (
    "id", "measure", "label", "place", "as_printed", "published", "run", "run_rounded", "agrees",
)  # fmt: skip


def measure(registry: Registry, *, confidence: float = 0.95) -> list[Estimate]:
    """The published figures, and what follows from them.

    Nothing where nothing is published.
    """
    if not registry.figures:
        return []
    figures = {e.id: e for e in as_estimates(registry, confidence)}
    shares = [figures[id] for id in both_groups(registry)]
    return [*figures.values(), *verdicts(audit(registry)), *compared(shares, confidence)]


def as_estimates(registry: Registry, confidence: float = 0.95) -> list[Estimate]:
    """The figures as Estimates of origin "published", each under its own id, in the registry's order.

    The value is as printed. Count and base are the figure's own, or those of another figure that speaks of
    the same quantity; where both are known the interval is Wilson's.
    """
    return [_estimate(registry, f, confidence) for f in registry.figures]


def compare(estimates: Iterable[Estimate], registry: Registry) -> pd.DataFrame:
    """Each figure that a measure reproduces, beside what the run gives.

    Parameters
    ----------
    estimates : what the run gives, released or not.

    Returns
    -------
    DataFrame with id, measure, label, place, as_printed, published, run (None where there is none),
    run_rounded (to the printed decimals) and agrees: "yes" or "no" at the printed rounding, "withheld" by
    the disclosure gate, or "not in this run".
    """
    run = {(e.id, *sorted(e.group.items())): e for e in estimates}
    rows = []
    for f in registry.figures:
        if not f.measure:
            continue
        e = run.get((f.measure, *sorted(f.measure_group.items())))
        value: float | None = getattr(e, f.measure_field) if e else None
        if value is not None:
            agrees = "yes" if _agrees(f, value) else "no"
        else:
            agrees = "withheld" if e and e.status == "suppressed" else "not in this run"
        rounded = None if value is None else shown(exact(value), f.decimals)
        rows.append((f.id, f.measure, f.label, f.place, f.as_printed, f.value, value, rounded, agrees))
    return pd.DataFrame(rows, columns=list(COMPARED))


def verdicts(audited: pd.DataFrame) -> list[Estimate]:
    """How many figures got each verdict of `audit`, those that none got included (``audit.*``).

    Of the consistent ones, ``audit.tested`` are those that another figure could have shown to be wrong.
    """
    counts = {"figures": len(audited), **audited["verdict"].value_counts().to_dict()}
    beside_another = audited["rule"] == "cross-entry arithmetic"
    counts["tested"] = int((beside_another & (audited["verdict"] == "consistent")).sum())

    def told(id: str, label: str, key: str, group: dict[str, str]) -> Estimate:
        count = int(counts.get(key, 0))
        return Estimate(
            id, label, count, count=count, unit="figures", method="verdict by rule", origin="published",
            source="the registry", group=group,
        )  # fmt: skip

    each = [told("audit.verdict", v.capitalize(), v, {"verdict": v}) for v in VERDICTS]
    tested = told("audit.tested", "Consistent, and set beside another figure", "tested", {})
    return [told("audit.figures", "Published figures", "figures", {}), *each, tested]


def _agrees(f: Figure, value: float) -> bool:
    """Whether a run's value is what is printed: at the printed rounding, or as the words mean it."""
    here, there = exact(value), exact(f.value)
    return holds(f.bound, (here, here), (there, there)) if f.bound else f.prints(here)


def _estimate(registry: Registry, f: Figure, confidence: float) -> Estimate:
    same = registry.same(f)
    count = int(same["count"].value) if "count" in same else f.numerator
    n = int(same["n"].value) if "n" in same else f.denominator
    in_words = f.bound or not any(map(str.isdigit, f.as_printed))
    method = f'in words: "{f.as_printed}"' if in_words else "as printed"
    low = high = None
    if f.unit == "%":
        if n is None and (base := base_of(registry, f)):
            n, method = int(base.value), f"{method}; base not printed beside it"
        if count is not None and n:
            found = intervals.wilson(count, n, confidence).times(100)
            low, high = found.low, found.high
            method += f"; Wilson interval, {confidence:.0%}"
    elif f.kind == "count":
        count = int(f.value)
    return Estimate(
        id=f.id, label=f.label, value=f.value, low=low, high=high, count=count, n=n,
        unit=f.unit, method=method, origin="published", source=f.source,
    )  # fmt: skip


def official_rates(registry: Registry) -> list[str]:
    """The ids of the published rates of reoffending of other people, to set a rate beside."""
    return [f.id for f in registry.figures if f.kind == "benchmark" and "reoffending" in f.label]


def both_groups(registry: Registry) -> list[str]:
    """The ids of the published shares who reoffended: of those who engaged, then of those who did not."""
    figures = [registry.answering("reoffending.rate", "%", group=group) for group in reoffending.GROUPS]
    return [f.id for f in figures if f]


def delays(registry: Registry) -> list[tuple[Estimate, float]]:
    """Of each group, its published months to reoffence, and months free of it, everybody counted, in a year.

    Counts and times as published; it is assumed that everyone was followed for a year. Nothing unless all of
    them are published.
    """
    figures = {e.id: e for e in as_estimates(registry)}
    found = []
    for group, id in zip(reoffending.GROUPS, both_groups(registry), strict=False):
        rate = figures[id]
        months = registry.answering("reoffending.months_to_reoffence", "months", group=group)
        if months and rate.count is not None and rate.n:
            free = survival.mean_free(rate.count, rate.n, months.value, horizon=12)
            found.append((figures[months.id], free))
    return found if len(found) == len(reoffending.GROUPS) else []


def compared(shares: Sequence[Estimate], confidence: float = 0.95) -> list[Estimate]:
    """What follows from published counts: how two groups compare (``published.reoffending.*``), and `plans`.

    Parameters
    ----------
    shares : the share who reoffended of those who engaged, then of those who did not. Nothing is said unless
        there are both, each with its count and the number of people.
    """
    table = [(e.count, e.n) for e in shares if e.count is not None and e.n]
    if len(table) < 2:
        return []
    make = Maker(shares[0].source, "published", confidence=confidence)
    (c1, n1), (c2, n2) = table
    gap, n = intervals.newcombe(c1, n1, c2, n2, confidence).times(100), n1 + n2
    p, id = intervals.fisher_p(c1, n1, c2, n2), "published.reoffending"
    method = "engaged less not engaged, Newcombe interval"
    return [
        make.number(f"{id}.risk_difference", reoffending.GAP, gap, "percentage points", method, n=n),
        make.number(f"{id}.fisher_p", "Fisher's exact test", p, "p-value", "two-sided", n=n),
        *plans(c2 / n2, n1, n2),
    ]


def plans(rate: float, n1: int, n2: int) -> list[Estimate]:
    """What a next study could see, and what this one could; `rate` (0 to 1) reoffend without the project.

    For true falls from it: the power of two groups of each of `SIZES` (``planning.power``, in percent); that
    of groups of `n1` and `n2` (``planning.seen``, in percent); and the people that each group needs, by the
    months that they are followed, as the longer they are, the more reoffend (``planning.people``).
    """

    def plan(id: str, label: str, value: float, unit: str, method: str, **group: str) -> Estimate:
        counts = "published counts" if id == "seen" else "published rate of people who did not engage"
        source = f"worked out from the {counts}"
        return Estimate(f"planning.{id}", label, value=value, unit=unit, method=method, origin="published",
                        source=source, group=group)  # fmt: skip

    tested, chance = f"two-sided test at {power.ALPHA:g}", "Chance of finding a real difference"
    exact = f"Fisher's exact test, two-sided at {power.ALPHA:g}, {n1} and {n2} people"
    needs = f"each group, power {power.POWER:.0%}, {tested}, risk constant in time"
    return [
        *(plan("power", chance, 100 * power.power(n, n, rate - fall, rate), "%",
               f"normal approximation, {tested}", fall=f"fall of {100 * fall:.0f} points", n=str(n))
          for fall, n in product(FALLS, SIZES)),
        *(plan("seen", f"A fall of {100 * fall:.0f} points",
               100 * power.exact_power(n1, n2, rate - fall, rate), "%", exact, fall=f"{100 * fall:.0f}")
          for fall in SEEN),
        *(plan("people", f"A fall of {100 * fall:.0f} points in a year",
               power.sample_size(*(power.rate_by(r, 12, time) for r in (rate - fall, rate))), "people", needs,
               fall=f"{100 * fall:.0f}", months=str(time))
          for fall, time in product(FALLS, MONTHS)),
    ]  # fmt: skip
