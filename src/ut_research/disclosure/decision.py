"""What the chapters may show of everything that they say about people, decided once for the whole report.

Chapters are about the same people: the n of one chapter is the count of another. What each may show, taken
by itself, may together give back a cell that one of them withholds. So before any chapter runs, everything
that they say about people goes through the disclosure gate in one call. What it decides is kept in `FILE`,
and holds in every chapter; what it does not cover is refused there (`uncovered`). Light on imports: the
workflow reads what is kept.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from ut_research.core.estimate import Decided, Estimate, Key, Origin
    from ut_research.disclosure.gate import Policy

#: The decision, in the folder of a run.
FILE = "decided.json"

#: Parameters that change no count and no n.
_NO_MATTER = {"title", "confidence", "engaged", "not_engaged"}
#: Parameters that are days.
_DAYS = {"delivery_start", "delivery_end", "interview_round_from"}


def measured(
    tables: Mapping[str, pd.DataFrame], parameters: Mapping[str, Any], data_to: pd.Timestamp, origin: Origin
) -> list[Estimate]:
    """What the measures say about people, for everyone and by each column that a quantity names (`by`).

    Parameters
    ----------
    parameters : the study's, by name; each measure is given those that it takes.
    data_to : the day the data are complete to.
    """
    from ut_research.measures import GROUPS, declared

    given = {**parameters, "data_to": data_to, "origin": origin}
    found: list[Estimate] = []
    for module in declared.modules().values():
        if "by" not in inspect.signature(module.measure).parameters:
            continue  # of no group: it has a measure of its own in `everything`, or is about rows
        choices = _choices(module.measure, given)
        found += module.measure(tables, **choices)
        for key in GROUPS:
            if shown := {q.id for q in module.QUANTITIES if key in q.by}:
                found += [e for e in module.measure(tables, by=key, **choices) if e.id in shown]
    return found


def everything(
    tables: Mapping[str, pd.DataFrame], parameters: Mapping[str, Any], data_to: pd.Timestamp, origin: Origin
) -> list[Estimate]:
    """What is `measured`, and what the chapters say beside it about people.

    That is people interviewed, the rate beside official ones, and every combination of choices.
    """
    from ut_research import published
    from ut_research.measures import multiverse, reoffending, themes

    given = {**parameters, "data_to": data_to, "origin": origin}
    found = measured(tables, parameters, data_to, origin)
    [rate] = (e for e in found if e.id == "reoffending.rate" and dict(e.group) == {"group": "engaged"})
    official = [e for e in published.as_estimates() if ".benchmark." in e.id and "reoffending" in e.label]
    return [
        *found,
        *(e for e in themes.measure(tables, **_choices(themes.measure, given)) if e.origin != "published"),
        *reoffending.against(rate, official),
        *multiverse.measure(tables, **_choices(multiverse.measure, given)),
    ]


def _choices(measure: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Of the parameters `given`, those that `measure` takes and that change a count or an n, in its types."""
    taken = {k: v for k, v in given.items() if k in inspect.signature(measure).parameters.keys() - _NO_MATTER}
    return taken | {k: date.fromisoformat(v) for k, v in taken.items() if k in _DAYS}


def uncovered(found: Iterable[Estimate], decided: Decided, policy: Policy) -> list[str]:
    """The findings about people that were not decided on with these numbers, as ``id by key``.

    Numbers that were rounded already, as of what was computed from a released finding, are those decided on.
    """
    from ut_research.core import estimate
    from ut_research.disclosure import gate

    said: list[str] = []
    for e in filter(gate.about_people, found):
        sizes = decided.get(estimate.key(e), ())
        if sizes is not None and (e.count, e.n) not in (sizes, tuple(map(policy.rounded, sizes))):
            said.append(e.id + (" by " + " and ".join(sorted(e.group)) if e.group else ""))
    return list(dict.fromkeys(said))


def decide(found: list[Estimate], policy: Policy, rows: Sequence[Estimate] = ()) -> Decided:
    """What may be shown of `found`, everything that the chapters say about people.

    Parameters
    ----------
    rows : counts of the export's rows and cells, decided on next, beside who came (``reach.*``): with nothing
        else do they share a total. What else they would tell, the gate knows (`Quantity.rows_of`).
    """
    from ut_research.measures import GROUPS

    decided = _decided(found, policy, {})
    beside = [e for e in found if e.id.startswith("reach.") and e.group.keys().isdisjoint(GROUPS)]
    return {**_decided([*beside, *rows], policy, decided), **decided} if rows else decided


def _decided(found: list[Estimate], policy: Policy, decided: Decided) -> dict[Key, Any]:
    from ut_research.core import estimate
    from ut_research.disclosure import gate

    released = gate.release(found, policy, decided)
    shown = {estimate.key(e) for e in released if e.status != "suppressed"}
    return {estimate.key(e): (e.count, e.n) if estimate.key(e) in shown else None for e in found}


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
