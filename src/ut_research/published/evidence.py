"""What published figures say by themselves, and beside what was measured.

In: the registry, and the Estimates of a run. Out: every figure as an Estimate, the verdicts of the audit,
what follows from published counts alone (a comparison, and what a next study could see), and the exact test
of a measured share against each published rate of the same kind.
"""

from __future__ import annotations

from collections.abc import Iterable

from ut_research.core.estimate import Estimate
from ut_research.measures import reoffending
from ut_research.published.audit import audit
from ut_research.published.estimates import as_estimates, verdicts
from ut_research.published.registry import Registry, load
from ut_research.stats import power

#: Falls in the share who reoffend, sizes of each group and months of follow-up for planning a next study.
FALLS = (0.1, 0.2, 0.3)
SEEN = tuple(0.05 * k for k in range(1, 9))
SIZES = (10, 20, 30, 50, 75, 100, 150, 200, 300, 400)
MONTHS = (6, 12, 18, 24)


def measure(
    found: Iterable[Estimate], registry: Registry | None = None, *, confidence: float = 0.95
) -> list[Estimate]:
    """The published figures, what follows from them, and the tests of what was `found` against them."""
    registry = registry or load()
    figures = as_estimates(registry, confidence)
    [rate] = [e for e in found if e.id == "reoffending.rate" and e.group == {"group": "engaged"}]
    return [
        *figures,
        *verdicts(audit(registry)),
        *_groups(figures, registry, confidence),
        *reoffending.against(rate, official_rates(figures)),
    ]


def official_rates(figures: Iterable[Estimate]) -> list[Estimate]:
    """The published rates of reoffending of other people, to set a rate beside."""
    return [e for e in figures if ".benchmark." in e.id and "reoffending" in e.label]


def both_groups(registry: Registry | None = None) -> list[str]:
    """The ids of the published shares who reoffended: of those who engaged, then of those who did not."""
    return [
        f.id
        for group in reoffending.GROUPS
        for f in (registry or load()).figures
        if (f.measure, f.measure_field, f.measure_group) == ("reoffending.rate", "value", {"group": group})
        and f.unit == "%"
    ]


def _groups(figures: Iterable[Estimate], registry: Registry, confidence: float) -> list[Estimate]:
    """What follows from the published counts of two groups; nothing where they are not published."""
    by_id = {e.id: e for e in figures}
    shares = [by_id[id] for id in both_groups(registry)]
    if len(shares) < 2 or any(e.count is None or not e.n for e in shares):
        return []
    (n1, n2), base = (e.n or 0 for e in shares), (shares[1].count or 0) / (shares[1].n or 1)
    return [
        *reoffending.compare(*shares, confidence=confidence),
        *power.curve(base, FALLS, SIZES),
        *power.seen(n1, n2, base, SEEN),
        *power.people(base, FALLS, MONTHS),
    ]
