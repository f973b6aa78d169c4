"""What published figures say by themselves.

In: the registry. Out: every figure as an Estimate, the verdicts of the audit,
and what follows from published counts alone (a comparison, and what a next study could see).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from ut_research.core.estimate import Estimate
from ut_research.measures import reoffending
from ut_research.published.audit import audit
from ut_research.published.estimates import as_estimates, verdicts
from ut_research.published.registry import Registry
from ut_research.stats import power, survival

#: Falls in the share who reoffend, sizes of each group and months of follow-up for planning a next study.
FALLS = (0.1, 0.2, 0.3)
SEEN = tuple(0.05 * k for k in range(1, 9))
SIZES = (10, 20, 30, 50, 75, 100, 150, 200, 300, 400)
MONTHS = (6, 12, 18, 24)


def measure(registry: Registry, *, confidence: float = 0.95) -> list[Estimate]:
    """The published figures, and what follows from them.

    Nothing where nothing is published.
    """
    if not registry.figures:
        return []
    figures = as_estimates(registry, confidence)
    return [
        *figures,
        *verdicts(audit(registry)),
        *_groups(figures, registry, confidence),
    ]


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


def _groups(figures: Iterable[Estimate], registry: Registry, confidence: float) -> list[Estimate]:
    """What follows from the published counts of two groups; nothing where they are not published."""
    by_id = {e.id: e for e in figures}
    shares = [by_id[id] for id in both_groups(registry)]
    if len(shares) < 2 or any(e.count is None or not e.n for e in shares):
        return []
    (n1, n2), base = (e.n or 0 for e in shares), (shares[1].count or 0) / (shares[1].n or 1)
    return [
        *reoffending.compare(*shares, confidence=confidence),
        *plans(base, n1, n2),
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
