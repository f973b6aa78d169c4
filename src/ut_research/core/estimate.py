"""The unit of finding, and the ledger of them that chapters and pages read.

An `Estimate` is one number with everything needed to quote it. Measures return lists of
them; the disclosure gate releases them; charts, prose, the brief and the tables are made
from what was released. `findings.json` is a list of released Estimates and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

Origin = Literal["published", "example", "export"]
Status = Literal["number", "suppressed", "not collected", "not worked out"]

#: Group keys along which counts do not add up to a total (points on a curve, ranks).
SERIES_KEYS = frozenset({"month", "week", "days", "n"})


@dataclass(frozen=True, slots=True)
class Estimate:
    """One finding.

    Attributes
    ----------
    id : dotted name of the quantity, for example ``reoffending.rate``; the same for every group.
    label : plain words that a reader sees.
    value, low, high : the estimate and its interval, in `unit`; None where there is none.
    count, n : the people (or things) the value rests on, and how many they are out of.
    unit : ``%`` (0 to 100), ``people``, ``points``, ``days``, ``weeks``, ``months``, ``ratio`` …
    method : how value and interval were computed, in the field's terms.
    origin : ``published``, ``example`` or ``export``.
    source : the table, or the document and section, that it comes from.
    group : what it is about, as {key: value}; empty for everyone.
    status : ``number``, ``suppressed`` (by the gate), ``not collected``, or ``not worked out``: the export
        has the table, and yet it cannot be known, for the reason in `method`. A true zero is a number.
    """

    id: str
    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    count: int | None = None
    n: int | None = None
    unit: str = ""
    method: str = ""
    origin: Origin = "export"
    source: str = ""
    group: Mapping[str, str] = field(default_factory=dict)
    status: Status = "number"


#: Id and group of a finding.
Key = tuple[str, tuple[tuple[str, str], ...]]


def key(estimate: Estimate) -> Key:
    """What an Estimate is about: no two in one ledger have the same id and group."""
    return estimate.id, tuple(sorted(estimate.group.items()))


def of_part(estimates: Iterable[Estimate], part: Mapping[str, str]) -> list[Estimate]:
    """Those about one part of the people, as a report of that part says them: of everyone."""
    return [
        replace(e, group={k: v for k, v in e.group.items() if k not in part})
        for e in estimates
        if e.group.items() >= part.items()
    ]


def frame(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Tidy results: one row an Estimate, its group's keys as columns of their own."""
    rows = [asdict(e) for e in estimates]
    return pd.DataFrame([{**row, **group} for row in rows for group in [row.pop("group")]])


def write(estimates: Iterable[Estimate], path: Path) -> None:
    """Write the ledger at `path` as JSON, in the order given, in which a reader sees them."""
    rows = [asdict(e) for e in estimates]
    text = json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read(path: Path) -> list[Estimate]:
    """The Estimates in the ledger at `path`."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [Estimate(**row) for row in rows]
