"""The published figures as Estimates, and beside what a run gives."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ut_research.core.estimate import Estimate
from ut_research.published.audit import VERDICTS, base_of, holds
from ut_research.published.registry import Figure, Registry
from ut_research.published.rounding import exact, shown
from ut_research.stats import intervals as methods

COMPARED = (
    "id", "measure", "label", "place", "as_printed", "published", "run", "run_rounded", "agrees",
)  # fmt: skip


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
            found = methods.wilson(count, n, confidence).times(100)
            low, high = found.low, found.high
            method += f"; Wilson interval, {confidence:.0%}"
    elif f.kind == "count":
        count = int(f.value)
    return Estimate(
        id=f.id, label=f.label, value=f.value, low=low, high=high, count=count, n=n,
        unit=f.unit, method=method, origin="published", source=f.source,
    )  # fmt: skip
