"""What the chapters may show of everything that they say about people, decided once for the whole report.

Chapters are about the same people: the n of one chapter is the count of another. What each may show, taken
by itself, may together give back a cell that one of them withholds. So before any chapter runs, everything
that they say about people goes through the disclosure gate in one call. What it withholds is kept in
`FILE`, and every chapter withholds that, besides what its own findings require. Light on imports: the
workflow reads what is kept.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from ut_research.disclosure import Policy
    from ut_research.findings import Estimate, Key, Origin

#: The decision, in the folder of a run: what is withheld, and the settings that it is for.
FILE = "withheld.json"
#: What a chapter was told to withhold, of what it gave to the gate, in the folder of its results.
TOLD = "told.json"

#: What the chapters show by partner, area, gender and period: measure → ids. The less is shown, the less
#: the gate must withhold.
BREAKDOWNS: Mapping[str, tuple[str, ...]] = {
    "reach": ("reach.registered", "reach.assessed", "reach.completed"),
    "needs": (
        *("needs.mental_health", "needs.employability", "needs.alcohol_drugs"),
        *("needs.physical_health", "needs.housing"),
    ),
    "reoffending": ("reoffending.rate",),
    "wellbeing": ("wellbeing.change_mean", "wellbeing.low_t1"),
    "activity": ("activity.mean_t1", "activity.change_mean"),
    "outcomes": ("outcomes.employment", "outcomes.education_training", "outcomes.housing"),
}

#: Parameters that change no count and no n.
_NO_MATTER = {"title", "seed", "confidence", "bootstrap_resamples", "engaged", "not_engaged"}
#: Resamples where only counts matter.
_FEW = 99


def measured(
    tables: Mapping[str, pd.DataFrame], parameters: Mapping[str, Any], data_to: pd.Timestamp, origin: Origin
) -> list[Estimate]:
    """Everything that the chapters say about people, for everyone and by each group that they show.

    Parameters
    ----------
    parameters : the study's, by name; each measure is given those that it takes.
    data_to : the day the data are complete to.
    """
    from importlib import import_module

    from ut_research.measures import GROUPS

    given = {k: v for k, v in parameters.items() if k not in _NO_MATTER}
    given |= {k: date.fromisoformat(v) for k, v in given.items() if k.startswith("delivery_")}
    given |= {"data_to": data_to, "origin": origin, "bootstrap_resamples": _FEW}
    found: list[Estimate] = []
    for name, shown in BREAKDOWNS.items():
        measure = import_module(f"ut_research.measures.{name}").measure
        choices = {k: v for k, v in given.items() if k in inspect.signature(measure).parameters}
        found += measure(tables, **choices)
        for key in GROUPS:
            found += [e for e in measure(tables, by=key, **choices) if e.id in shown]
    return found


def withhold(found: list[Estimate], policy: Policy) -> set[Key]:
    """What is to be withheld of `found`, everything that the chapters say about people."""
    from ut_research import disclosure, findings

    return {findings.key(e) for e in disclosure.release(found, policy) if e.status == "suppressed"}


def settings(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a decision depends on."""
    return {k: v for k, v in parameters.items() if k not in _NO_MATTER}


def write(path: Path, withheld: Iterable[Key]) -> None:
    """Keep at `path` which findings are withheld, in the order of id and group."""
    rows = [json.dumps([id, dict(group)]) for id, group in sorted(set(withheld))]
    half = path.with_suffix(".part")
    half.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8", newline="\n")
    half.replace(path)  # whole or not at all: the workflow reads it even after a build was killed


def read(path: Path) -> frozenset[Key]:
    """The findings withheld, as kept at `path`; none where there is no such file."""
    if not path.is_file():
        return frozenset()
    rows: list[tuple[str, dict[str, str]]] = json.loads(path.read_text(encoding="utf-8"))
    return frozenset((id, tuple(sorted(group.items()))) for id, group in rows)


def stale(chapter: Path, withheld: frozenset[Key]) -> bool:
    """Whether a chapter, with its results in the folder `chapter`, was told to withhold anything else."""
    rows = [
        row
        for ledger in sorted(chapter.glob("findings/*.json"))
        for row in json.loads(ledger.read_text(encoding="utf-8"))
        if row["origin"] != "published"
    ]
    given = {(row["id"], tuple(sorted(row["group"].items()))) for row in rows}
    return (withheld & given) != read(chapter / TOLD)
