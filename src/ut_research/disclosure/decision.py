"""Everything that a report says, measured once, and decided on in one call.

Chapters are about the same people: the n of one is the count of another. What each may show, taken by itself,
may together give back a cell that one of them withholds. So everything is measured in one step, goes through
disclosure control in one call, and is kept in `FILE`, where chapters, pages, charts and tables find it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ut_research.core import estimate
from ut_research.core.estimate import Estimate
from ut_research.core.policies import KEYS
from ut_research.disclosure import gate
from ut_research.disclosure.gate import Policy, Released
from ut_research.measures import everything, multiverse
from ut_research.published import Registry, evidence

#: What a run releases, in its folder: the Estimates that may leave and nothing else.
FILE = "findings.json"


@dataclass(frozen=True, repr=False)
class Measured:
    """Everything that was measured of an export, before disclosure control; it shows nothing of itself.

    Attributes
    ----------
    estimates : one each for every quantity and group.
    parameters : those of the study that it was measured with, by name.
    """

    estimates: list[Estimate]
    parameters: Mapping[str, Any]

    def __repr__(self) -> str:
        return "<measured; nothing of it is shown until it is released>"


def policy(parameters: Mapping[str, Any]) -> Policy:
    """The disclosure policy among a study's parameters."""
    return Policy(**{k: parameters[k] for k in KEYS})


def measured(
    tables: Mapping[str, pd.DataFrame],
    parameters: Mapping[str, Any],
    manifest: Mapping[str, Any],
    issues: pd.DataFrame,
    registry: Registry,
) -> list[Estimate]:
    """Everything that a report says: of people, of what cleaning did, and of what is published.

    Parameters
    ----------
    tables : canonical tables by name.
    parameters : the study's, by name.
    manifest : what is known of the data: ``origin``, ``data_to`` and ``rows``.
    issues : the issues log of cleaning.
    registry : what is published about the study.
    """
    given = {
        **parameters,
        **{name: manifest[name] for name in ("origin", "rows")},
        "data_to": pd.Timestamp(manifest["data_to"]),
        "issues": issues,
        "findings": registry.findings,
    }
    found = everything.measured(tables, given)
    return [*found, *evidence.measure(registry, confidence=parameters["confidence"])]


def released(found: list[Estimate], policy: Policy) -> Released:
    """What may leave of `found`, and how many of the released combinations of choices agree."""
    out = gate.release(found, policy)
    told = {estimate.key(e) for e in out if e.status == "number"}
    # judged before digits are cut
    agree = multiverse.agreement([e for e in found if estimate.key(e) in told])
    return out + gate.release(agree, policy)


def of_run(folder: Path, parameters: Mapping[str, Any], registry: Registry) -> Released:
    """What may leave of a run, measured with `parameters` from what cleaning left in `folder`."""
    tables = {p.stem: pd.read_parquet(p) for p in sorted(folder.glob("*.parquet"))}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    issues = pd.read_csv(folder / "issues.csv", dtype={"row": "Int64"})
    return released(measured(tables, parameters, manifest, issues, registry), policy(parameters))


def write(out: Released, folder: Path) -> None:
    """Keep what was released in `folder`."""
    estimate.write(out, folder / FILE)


def read(folder: Path, policy: Policy) -> Released:
    """What was released in `folder` under `policy`."""
    return gate.read(folder / FILE, policy)
