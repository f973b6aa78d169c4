"""What the chapters may show of everything that they say about people, decided once for the whole report.

Chapters are about the same people: the n of one chapter is the count of another. What each may show, taken
by itself, may together give back a cell that one of them withholds. So before any chapter runs, everything
that they say about people goes through the disclosure gate in one call. What it decides is kept in `FILE`,
and holds in every chapter; only what it does not cover is decided there. Light on imports: the
workflow reads what is kept.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from ut_research.disclosure import Policy
    from ut_research.findings import Decided, Estimate, Key, Origin

#: The decision, in the folder of a run.
FILE = "decided.json"

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


def decide(found: list[Estimate], policy: Policy) -> Decided:
    """What may be shown of `found`, everything that the chapters say about people."""
    from ut_research import disclosure, findings

    shown = {findings.key(e) for e in disclosure.release(found, policy) if e.status != "suppressed"}
    return {findings.key(e): (e.count, e.n) if findings.key(e) in shown else None for e in found}


def settings(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a decision depends on."""
    return {k: v for k, v in parameters.items() if k not in _NO_MATTER}


def write(path: Path, decided: Decided) -> None:
    """Keep a decision at `path`, in the order of id and group."""
    rows = [json.dumps([id, dict(group), sizes]) for (id, group), sizes in sorted(decided.items(), key=_key)]
    path.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8", newline="\n")


def read(path: Path) -> Decided:
    """The decision kept at `path`; an empty one where there is no such file."""
    if not path.is_file():
        return {}
    rows: list[tuple[str, dict[str, str], list[int | None] | None]]
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {(id, tuple(sorted(g.items()))): (s[0], s[1]) if s else None for id, g, s in rows}


def told(chapter: Path, decided: Decided) -> list[Any]:
    """What a decision says of the findings of a chapter, whose results are in the folder `chapter`."""
    rows = []
    for ledger in sorted(chapter.glob("findings/*.json")):
        for row in json.loads(ledger.read_text(encoding="utf-8")):
            about = row["id"], tuple(sorted(row["group"].items()))
            if row["origin"] != "published" and about in decided:
                rows.append([about, decided[about]])
    return rows


def _key(item: tuple[Key, Any]) -> Key:
    return item[0]
