"""The findings of the invented example as they were, and what may differ from them.

`findings.jsonl` holds the findings that the report of the example published when it was taken, one a line.
What is withheld is for disclosure control to decide (decision 0018), and may differ; what is shown may not.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ut_research.core import estimate
from ut_research.core.estimate import Estimate, Key
from ut_research.core.units import places

HERE = Path(__file__).parent
#: Most patterns that may be allowed: beyond that, the findings are others.
MOST = 15

#: What a finding loses when it is withheld.
_DECIDED = {"value", "low", "high", "count", "n", "method", "status"}

Rows = dict[Key, dict[str, Any]]


@dataclass(frozen=True)
class Difference:
    """One field of one finding, before and now; a whole finding that came or went is the field "finding"."""

    id: str
    group: Mapping[str, str]
    field: str
    before: Any
    now: Any

    def __str__(self) -> str:
        return f"{self.id} {json.dumps(self.group)}, {self.field}: before {self.before!r}, now {self.now!r}"


def rows(estimates: Iterable[Estimate]) -> Rows:
    """Findings by id and group, numbers to 12 significant digits."""
    return {estimate.key(e): {k: _rounded(v) for k, v in asdict(e).items()} for e in estimates}


def text(found: Rows) -> str:
    """`found` as it is kept, one finding a line, in the order of id and group."""
    lines = (json.dumps(row, ensure_ascii=False, sort_keys=True) for _, row in sorted(found.items()))
    return "".join(line + "\n" for line in lines)


def read(path: Path) -> Rows:
    """What `text` gave, from the file at `path`."""
    return rows(Estimate(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())


def differences(before: Rows, now: Rows) -> Iterator[Difference]:
    """Every field that differs, finding by finding."""
    for key in sorted(before.keys() | now.keys()):
        old, new = before.get(key), now.get(key)
        about = key[0], dict(key[1])
        if old is None or new is None:
            yield Difference(*about, "finding", old and old["value"], new and new["value"])
        else:
            withheld = "suppressed" in (old["status"], new["status"])
            old, new = _shown(old), _shown(new)
            yield from (
                Difference(*about, f, old[f], new[f])
                for f in old
                if old[f] != new[f] and not (withheld and f in _DECIDED)
            )


def allowed(path: Path) -> dict[str, str]:
    """The patterns of ids that may differ, each with the decision that gives the reason."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("allowed", [])
    return {entry["pattern"]: entry["decision"] for entry in entries}


def complaints(found: Iterable[Difference], allow: Mapping[str, str], decisions: Path) -> list[str]:
    """What is wrong, in words: differences that no pattern allows, and patterns that may not stay.

    Parameters
    ----------
    allow : pattern of ids, as in ``reach\\.stay_.*`` → file name in `decisions` that gives the reason.
    """
    all_found = list(found)
    said = [str(d) for d in all_found if not any(re.fullmatch(pattern, d.id) for pattern in allow)]
    if len(allow) > MOST:
        said.append(f"{len(allow)} patterns are allowed to differ; at most {MOST} may")
    for pattern, decision in allow.items():
        if re.fullmatch(pattern, "any.thing"):
            said.append(f"{pattern}: a pattern must name its subject, as in reach\\.stay_.*")
        if not any(re.fullmatch(pattern, d.id) for d in all_found):
            said.append(f"{pattern}: nothing that it matches differs any more; take it out")
        if Path(decision).name != decision or not (decisions / decision).is_file():
            said.append(f"{pattern}: there is no docs/decisions/{decision} that gives the reason")
    return said


def _rounded(value: Any) -> Any:
    return float(f"{value:.12g}") if isinstance(value, float) else value


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A finding with the digits kept: all of what is public, or of a share whose count and n are shown."""
    if row["origin"] == "published" or (row["unit"] == "%" and row["count"] is not None):
        return dict(row)
    digits = places(row["unit"])
    return {k: round(v, digits) + 0.0 if isinstance(v, float) else v for k, v in row.items()}
