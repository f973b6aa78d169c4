"""The published figures as Estimates, and beside what a run gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from ut_research import estimates as methods
from ut_research.findings import Estimate
from ut_research.published.audit import base_of, holds
from ut_research.published.registry import Figure, Registry, load
from ut_research.published.rounding import exact, shown

COMPARED = (
    "id", "measure", "label", "source", "as_printed", "published", "run", "run_rounded", "agrees",
)  # fmt: skip


def as_estimates(registry: Registry | None = None, confidence: float = 0.95) -> list[Estimate]:
    """The figures as Estimates of origin "published", in the registry's order.

    Figures that give the value, the count and the base of one quantity become one Estimate, under the id
    of the measure that reproduces it; a figure that no measure reproduces keeps its own id. The value is as
    printed. Where count and base are known the interval is Wilson's.
    """
    registry = registry or load()
    together: dict[tuple[str, ...], list[Figure]] = {}
    for f in registry.figures:
        key = (f.measure, *map("=".join, f.measure_group.items())) if f.measure else (f.id,)
        together.setdefault(key, []).append(f)
    return [_estimate(registry, fs, confidence) for fs in together.values()]


def compare(estimates: Iterable[Estimate], registry: Registry | None = None) -> pd.DataFrame:
    """Each figure that a measure reproduces, beside what the run gives.

    Parameters
    ----------
    estimates : what the run gives, released or not; the published ones among them are passed over.

    Returns
    -------
    DataFrame with id, measure, label, source, as_printed, published, run (None where there is none),
    run_rounded (to the printed decimals) and agrees: "yes" or "no" at the printed rounding, "withheld" by
    the disclosure gate, or "not in this run".
    """
    registry = registry or load()
    printed = as_estimates(registry)
    run = {(e.id, *sorted(e.group.items())): e for e in estimates if e not in printed}
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
        rows.append((f.id, f.measure, f.label, f.source, f.as_printed, f.value, value, rounded, agrees))
    return pd.DataFrame(rows, columns=list(COMPARED))


def _agrees(f: Figure, value: float) -> bool:
    """Whether a run's value is what is printed: at the printed rounding, or as the words mean it."""
    here, there = exact(value), exact(f.value)
    return holds(f.bound, (here, here), (there, there)) if f.bound else f.prints(here)


def _estimate(registry: Registry, fs: Sequence[Figure], confidence: float) -> Estimate:
    """One Estimate from the figures that speak of one quantity."""
    by_field = {f.measure_field: f for f in reversed(fs)}
    main = by_field.get("value", fs[0])
    count = int(by_field["count"].value) if "count" in by_field else main.numerator
    n = int(by_field["n"].value) if "n" in by_field else main.denominator
    value, unit = main.value, main.unit
    in_words = main.bound or not any(map(str.isdigit, main.as_printed))
    method = f'in words: "{main.as_printed}"' if in_words else "as printed"
    if "value" not in by_field and count is not None and n:
        value, unit, method = 100 * count / n, "%", "count and base as printed"
    if unit == "%" and n is None and (base := base_of(registry, main)):
        n, method = int(base.value), f"{method}; base not printed beside it"
    low = high = None
    if unit == "%" and count is not None and n:
        found = methods.wilson(count, n, confidence)
        if found.low is not None and found.high is not None:
            low, high = 100 * found.low, 100 * found.high
        method += f"; Wilson interval, {confidence:.0%}"
    if main.kind == "count" and unit != "%":
        count = int(value)
    return Estimate(
        id=main.measure or main.id, label=main.label, value=value, low=low, high=high, count=count, n=n,
        unit=unit, method=method, origin="published", source=main.source, group=dict(main.measure_group),
    )  # fmt: skip
