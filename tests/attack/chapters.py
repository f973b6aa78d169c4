"""Every chapter of the book run in this process, and all that it gave away.

The code that runs is that of the notebooks. Only drawing is left out where `draw` is not asked for: a chart
takes what was released and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

import pandas as pd
import pytest

from ut_research import chapter as chapters
from ut_research import charts, cleaning, disclosure, display, findings, steps, together
from ut_research.findings import Estimate
from ut_research.study import Study

ROOT = Path(__file__).parents[2]
PARAMETERS = Study().parameters()
POLICY = disclosure.Policy()


@dataclass
class Seen:
    """What a reader sees of one export, and what is true of it.

    Attributes
    ----------
    measured : what each call of the gate was given, and what it let through, call by call.
    shown : all that was put on a page, as text.
    """

    folder: Path
    measured: list[tuple[list[Estimate], list[Estimate]]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    @property
    def truth(self) -> dict[Any, Estimate]:
        """Every finding as measured, by id and group."""
        return {findings.key(e): e for given, _ in self.measured for e in given if e.origin != "published"}

    @property
    def released(self) -> dict[Any, Estimate]:
        """Every finding as far as any chapter shows it."""
        known: dict[Any, Estimate] = {}
        for _, out in self.measured:
            for e in out:
                before = known.get(findings.key(e))
                if e.origin != "published" and (before is None or before.status != "number"):
                    known[findings.key(e)] = e
        return known

    def files(self) -> dict[str, str]:
        """The ledgers and the tables for download, as text."""
        return {
            p.relative_to(self.folder).as_posix(): p.read_text(encoding="utf-8")
            for p in sorted(self.folder.rglob("*"))
            if p.is_file() and p.suffix in (".csv", ".json")
        }


def prepare(export: Path, data: Path) -> None:
    """Read and clean `export` into `data`, and decide there what is withheld, as the workflow does."""
    cleaning.write(steps.cleaned(export, PARAMETERS), data)
    settings = {"parameters": PARAMETERS}
    (data / "run.json").write_text(json.dumps(settings), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(data)
        steps.withhold()


def quickly(export: Path, folder: Path) -> Seen:
    """Everything that the chapters say about people through the gate at once: ledger, tables, page."""
    cleaned = steps.cleaned(export, PARAMETERS)
    data_to = pd.Timestamp(cleaned.data_to)  # type: ignore[arg-type]
    given = together.measured(cleaned.tables, PARAMETERS, data_to, "export")
    released = disclosure.release(given, POLICY, together.decide(given, POLICY))
    folder.mkdir()
    findings.write(released, folder / "findings.json")
    disclosure.write_csv(released, folder / "table.csv")
    cleaned.issues.to_csv(folder / "issues.csv")
    return Seen(folder, [(given, list(released))], [display.table(released, caption="All")])


def alone(seen: Seen, measure: str) -> list[Estimate]:
    """What a chapter would show that knew of no other: of one measure, as `seen` measured it."""
    ((given, _),) = seen.measured
    return list(disclosure.release([e for e in given if e.id.startswith(f"{measure}.")], POLICY))


def measured(data: Path) -> set[tuple[str, ...]]:
    """The ids, with their group keys, that the whole report's decision is about."""
    tables = {p.stem: pd.read_parquet(p) for p in sorted(data.glob("*.parquet"))}
    given = together.measured(tables, PARAMETERS, pd.NaT, "export")  # type: ignore[arg-type]
    return {(e.id, *sorted(e.group)) for e in given}


def run(data: Path, *, draw: bool = False) -> Seen:
    """Run every chapter on the cleaned tables in `data`; what it writes goes to `data`/out."""
    seen = Seen(data / "out")
    with pytest.MonkeyPatch.context() as patch:
        gate = disclosure.release

        def watched(estimates: list[Estimate], *more: Any) -> disclosure.Released:
            out = gate(estimates, *more)
            seen.measured.append((list(estimates), list(out)))
            return out

        patch.setattr(disclosure, "release", watched)
        patch.setattr(chapters, "display", lambda what, **more: seen.shown.append(_as_text(what, more)))
        if not draw:
            for name in ("shares", "two_groups", "before_after", "curve", "power_curve", "flow", "matrix"):
                patch.setattr(charts, name, _not_drawn)
            patch.setattr(charts, "specification_curve", _not_drawn)
        for name, cells in _notebooks().items():
            known: dict[str, Any] = {"__name__": name}
            for code, parameters in cells:
                exec(code, known)
                if parameters:
                    known |= {"data": str(data), "out": str(seen.folder)}
                    known |= {"bootstrap_resamples": 99} if "bootstrap_resamples" in known else {}
    return seen


@lru_cache
def _notebooks() -> dict[str, list[tuple[CodeType, bool]]]:
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
        found[path.stem] = [
            (
                compile("".join(c["source"]), path.name, "exec"),
                "parameters" in c["metadata"].get("tags", ()),
            )
            for c in cells
        ]
    return found


class _NoFigure:
    svg = ""
    alt = ""

    def __init__(self, released: disclosure.Released, title: str) -> None:
        self.released, self.title = released, title


def _not_drawn(released: disclosure.Released, title: str, **_: Any) -> _NoFigure:
    return _NoFigure(released, title)


def _as_text(what: Any, more: Any) -> str:
    data = what if isinstance(what, dict) else getattr(what, "data", what)
    return f"{data} {more}"
