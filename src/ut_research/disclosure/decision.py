"""Everything that a report says, measured once, and decided on in one call.

Chapters are about the same people: the n of one is the count of another. What each may show, taken by itself,
may together give back a cell that one of them withholds. So everything is measured in one step, goes through
disclosure control in one call, and is kept in `FILE`, where chapters, pages, charts and tables find it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ut_research.core import estimate
from ut_research.core.estimate import Estimate, Key, Origin
from ut_research.core.issues import empty
from ut_research.core.policies import KEYS
from ut_research.core.schema import NOT_RECORDED
from ut_research.disclosure import gate, releases
from ut_research.disclosure.gate import Policy, Released
from ut_research.disclosure.releases import Release
from ut_research.measures import declared, everything, journeys, multiverse, primary, quoted
from ut_research.published import Registry, evidence

#: What a run releases, in its folder: the Estimates that may leave and nothing else.
FILE = "findings.json"
#: What only the reports of parts say, of a run that has parts.
PARTS = "parts.json"


@dataclass(frozen=True, repr=False)
class Measured:
    """Everything that was measured of an export, before disclosure control; it shows nothing of itself.

    Attributes
    ----------
    estimates : one each for every quantity and group.
    parameters : those of the study that it was measured with, by name.
    tables : what it was measured from, by name; and their `origin`.
    """

    estimates: list[Estimate]
    parameters: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    origin: Origin = "export"

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
    parts: str = "",
    subjects: Sequence[str] = declared.EVERY,
) -> list[Estimate]:
    """Everything that a report says: of people, of what cleaning did, and of what is published.

    Parameters
    ----------
    tables : canonical tables by name.
    parameters : the study's, by name.
    manifest : what is known of the data: ``origin``, ``data_to``, ``rows``, and perhaps ``outcomes_asked``.
    issues : the issues log of cleaning.
    registry : what is published about the study.
    parts : the column by which people are parted, where each part has a report of its own.
    subjects : which of them.
    """
    given = {
        **parameters,
        **{name: manifest[name] for name in ("origin", "rows")},
        "outcomes_asked": manifest.get("outcomes_asked", ()),
        "data_to": pd.Timestamp(manifest["data_to"]),
        "issues": issues,
        "findings": registry.findings,
    }
    people = [subject for subject in subjects if subject != declared.PUBLISHED]
    level = parameters["confidence"]
    public = evidence.measure(registry, confidence=level) if declared.PUBLISHED in subjects else []
    return [*everything.measured(tables, given, parts, people), *public]


def released(
    found: list[Estimate],
    policy: Policy,
    approved: Sequence[Release] = (),
    refused: Collection[Key] = (),
    *,
    outcomes: str = "",
    confidence: float = 0.95,
    parts: str = "",
) -> Released:
    """What may leave of `found`, how many of the released combinations of choices agree, and the verdicts.

    Parameters
    ----------
    outcomes : ids of the primary outcomes, with commas between, and `confidence` the level of their ranges.
    approved : the releases that may be about the same people; what would tell of too few beside them is
        withheld (`ut_research.disclosure.releases`).
    refused : findings that somebody refused to release.
    parts : as in `measured`; each part has verdicts of its own.
    """
    apart, rangeless, known = set(refused), set[Key](), releases.known(found, approved)
    while True:
        out = gate.release(found, policy, apart=apart, rangeless=rangeless, known=known)
        more, ranges = releases.telling(out, approved, policy)
        if more <= apart and ranges <= rangeless:
            break
        apart, rangeless = apart | more, rangeless | ranges
    told = {estimate.key(e) for e in out if e.status == "number"}
    # judged before digits are cut
    agree = multiverse.agreement([e for e in found if estimate.key(e) in told])
    judged = primary.verdicts(found, told, outcomes, confidence)
    for part in named_parts(out, parts) if parts else ():
        judged += primary.verdicts(found, told, outcomes, confidence, {parts: part})
    return out + gate.release(agree + judged, policy)


def named_parts(released: Iterable[Estimate], by: str) -> list[str]:
    """The parts that people are in, by the column `by`, in alphabetical order."""
    return sorted({e.group[by] for e in released if by in e.group} - {NOT_RECORDED})


def parts(folder: Path, by: str) -> dict[str, bool]:
    """The parts of the people of a run in `folder`, and of each whether a headline is shown."""
    found, headlines = own(folder), declared.headlines()
    said = {e.group[by] for e in found if by in e.group and e.id in headlines and e.status == "number"}
    return {part: part in said for part in named_parts(found, by)}


def cleaned(folder: Path) -> tuple[dict[str, pd.DataFrame], dict[str, Any], pd.DataFrame]:
    """What cleaning left in `folder`: tables by name, what is known of the data, and the issues log."""
    tables = {p.stem: pd.read_parquet(p) for p in sorted(folder.glob("*.parquet"))}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return tables, manifest, pd.read_csv(folder / "issues.csv", dtype={"row": "Int64"})


def of_run(
    folder: Path,
    parameters: Mapping[str, Any],
    registry: Registry,
    parts: str = "",
    found: list[Estimate] | None = None,
) -> Released:
    """What may leave of a run, measured with `parameters` from what cleaning left in `folder`.

    `found` is what was measured, where that was done already.
    """
    tables, manifest, issues = cleaned(folder)
    if found is None:
        found = measured(tables, parameters, manifest, issues, registry, parts)
    register, approved = before(folder)
    rows = releases.refused(register) if register else []
    family = {"outcomes": parameters["primary"], "confidence": parameters["confidence"]}
    refused = releases.are_refused(found, rows)
    out = released(found, policy(parameters), approved, refused, **family, parts=parts)
    return with_consent(out, tables, parameters, manifest["origin"], rows)


def with_consent(
    out: Released,
    tables: Mapping[str, pd.DataFrame],
    parameters: Mapping[str, Any],
    origin: Origin,
    refused: Iterable[Mapping[str, str]] = (),
) -> Released:
    """`out`, with what is shown beside it of single people who agreed: quotations and journeys."""
    said = quoted.quotations(tables, out, origin)
    said += journeys.shown(parameters, out, origin, out.policy.threshold)
    gone = releases.are_refused(said, refused)
    return out + gate.release([e for e in said if estimate.key(e) not in gone], out.policy)


def _settings(folder: Path) -> dict[str, Any]:
    """The settings of a run; a notebook by itself has none."""
    file = folder / "run.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def before(folder: Path) -> tuple[Path | None, list[Release]]:
    """The register of a run in `folder`, and the approved releases that may be about the same people."""
    run = _settings(folder)
    if not run.get("registers"):  # of a notebook by itself
        return None, []
    about = {"study": run["about"], "owner": run["owner"], "people": who(folder)}
    registers = [Path(place) for place in run["registers"]]
    approved = [r for r in releases.read(registers) if r.may_share(**about)]
    if part := run.get("part"):
        approved = [replace(r, findings=tuple(estimate.of_part(r.findings, part))) for r in approved]
    return registers[0], approved


def standing(folder: Path) -> str:
    """What a report made from a run in `folder` is: ``example``, a ``draft``, or released, as ``export``."""
    run = _settings(folder)
    if run.get("of"):  # a part stands as the whole that it belongs to
        return standing(Path(run["of"]))
    origin: str = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["origin"]
    if origin == "example":
        return origin
    found = own(folder)
    approved = releases.read(map(Path, run.get("registers", ())))
    return origin if any(r.findings == found for r in approved) else "draft"


def own(folder: Path) -> tuple[Estimate, ...]:
    """What was released in `folder` that is not published, parts and all: what a register keeps of it."""
    files = (file for file in (folder / FILE, folder / PARTS) if file.is_file())
    return tuple(e for file in files for e in estimate.read(file) if e.origin != "published")


def who(folder: Path) -> str:
    """A digest of the people in what cleaning left in `folder`."""
    table = folder / "participants.parquet"
    ids = pd.read_parquet(table, columns=["participant_id"])["participant_id"] if table.is_file() else ()
    return releases.people(ids)


def write(out: Released, folder: Path, parts: str = "") -> None:
    """Keep what was released in `folder`; what only the reports of `parts` say, by itself."""
    quantities = declared.quantities()

    def only_of_parts(e: Estimate) -> bool:
        quantity = quantities.get(e.id)
        return parts in e.group and (quantity is None or (quantity.of_parts and parts not in quantity.by))

    estimate.write((e for e in out if not only_of_parts(e)), folder / FILE)
    (folder / PARTS).unlink(missing_ok=True)
    if parts:
        estimate.write(filter(only_of_parts, out), folder / PARTS)


def write_part(whole: Path, part: Mapping[str, str], parameters: Mapping[str, Any], folder: Path) -> None:
    """Leave in `folder` what is said of one `part` of the people of the run in the folder `whole`."""
    out = read_with_parts(whole, policy(parameters))
    estimate.write(out.of_part(part), folder / FILE)
    manifest = json.loads((whole / "manifest.json").read_text(encoding="utf-8"))
    about = json.dumps({**manifest, "rows": {}, "actions": {}}, indent=1, ensure_ascii=False)
    (folder / "manifest.json").write_text(about + "\n", encoding="utf-8")
    empty().to_csv(folder / "issues.csv", index=False, lineterminator="\n")


def read_with_parts(folder: Path, policy: Policy) -> Released:
    """What was released in `folder` under `policy`, with what only the reports of its parts say."""
    return read(folder, policy) + gate.read(folder / PARTS, policy)


def read(folder: Path, policy: Policy) -> Released:
    """What was released in `folder` under `policy`."""
    return gate.read(folder / FILE, policy)
