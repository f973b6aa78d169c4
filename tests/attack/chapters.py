"""Every chapter of the book run in this process, and all that it gave away.

The code that runs is that of the notebooks. Only drawing is left out where `draw` is not asked for: a chart
takes what was released and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from types import CodeType
from typing import Any

import pandas as pd
import pytest
from united_together import PARAMETERS, REGISTRY, SETTINGS

from ut_research.cleaning import tables as cleaning
from ut_research.core import estimate, notebooks, policies
from ut_research.core.estimate import Estimate
from ut_research.disclosure import decision
from ut_research.disclosure import gate as disclosure
from ut_research.disclosure.gate import Policy
from ut_research.measures import declared
from ut_research.publishing import book, everyone, shown
from ut_research.running import stages
from ut_research.show import along, charts
from ut_research.show import chapter as chapters
from ut_research.show import tables as display

ROOT = Path(__file__).parents[2]
POLICY = Policy()


@dataclass
class Seen:
    """What a reader sees of one export, and what is true of it.

    Attributes
    ----------
    tables : the cleaned tables.
    measured : what the gate was given, and what it let through.
    shown : all that was put on a page, as text.
    outputs : of each chapter, what each of its cells put out.
    refused : where a chapter said words that a build refuses, because nobody wrote them (it should not).
    """

    folder: Path
    tables: dict[str, pd.DataFrame]
    measured: list[tuple[list[Estimate], list[Estimate]]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    outputs: dict[str, list[list[dict[str, Any]]]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def truth(self) -> dict[Any, Estimate]:
        """Every finding as measured, by id and group."""
        return {estimate.key(e): e for given, _ in self.measured for e in given if e.origin != "published"}

    @property
    def released(self) -> dict[Any, Estimate]:
        """Every finding as far as any chapter shows it."""
        known: dict[Any, Estimate] = {}
        for _, out in self.measured:
            for e in out:
                before = known.get(estimate.key(e))
                if e.origin != "published" and (before is None or before.status != "number"):
                    known[estimate.key(e)] = e
        return known

    def files(self) -> dict[str, str]:
        """The ledgers and the tables for download, as text."""
        return {
            p.relative_to(self.folder).as_posix(): p.read_text(encoding="utf-8")
            for p in sorted(self.folder.rglob("*"))
            if p.is_file() and p.suffix in (".csv", ".json")
        }


def _settings(policy: Policy) -> dict[str, Any]:
    """The settings of a run under `policy`."""
    return SETTINGS | {"parameters": PARAMETERS | {"policy": policies.OWN} | asdict(policy)}


def prepare(export: Path, data: Path, policy: Policy = POLICY) -> None:
    """Read and clean `export` into `data`, and decide there what is withheld, as the workflow does."""
    cleaning.write(cleaning.of_export(export, PARAMETERS), data)
    settings = _settings(policy) | {"name": "attacked"}
    (data / "run.json").write_text(json.dumps(settings), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(data)
        stages.measure(declared.EVERY)
        stages.decide()


def quickly(export: Path, folder: Path, *policies: Policy, parts: str = "") -> dict[Policy, Seen]:
    """Everything that is released of one export, without the chapters: ledger, tables, page.

    What a policy leaves the same is worked out once. What the reports of `parts` by a column say is released
    too.
    """
    cleaned = cleaning.of_export(export, PARAMETERS)
    manifest = {"origin": "export", "rows": cleaned.counts, "data_to": cleaned.data_to}
    found, known = {}, {}
    for policy in policies or (POLICY,):
        seen = found[policy] = Seen(folder / str(len(found)), cleaned.tables)
        seen.folder.mkdir(parents=True)
        exact = replace(policy, rounding="none")
        if exact not in known:
            parameters = PARAMETERS | asdict(exact)
            given = (cleaned.tables, parameters, manifest, cleaned.issues, REGISTRY)
            known[exact] = decision.measured(*given, parts=parts)
        released = decision.released(known[exact], policy, parts=parts)
        seen.measured.append((known[exact], list(released)))
        seen.shown.append(display.table(released, caption="all"))
        decision.write(released, seen.folder, parts)
        disclosure.write_csv(released, seen.folder / "all.csv")
        cleaned.issues.to_csv(seen.folder / "issues.csv")
    return found


def alone(seen: Seen, measure: str) -> list[Estimate]:
    """What a chapter would show that knew of no other: of one measure of `seen`, and what it rests on."""
    given, _ = seen.measured[0]
    own = {e.id for e in given if e.id.startswith(f"{measure}.")}
    known = declared.quantities()
    needed = own.union(*(known[id].rests_on for id in own & known.keys()))
    out = disclosure.release([e for e in given if e.id in needed], POLICY)
    return [e for e in out if e.id in own]


def run(data: Path, policy: Policy = POLICY, *, draw: bool = False) -> Seen:
    """Run every chapter on the cleaned tables in `data`; what it writes goes to `data`/out."""
    seen = Seen(data / "out", {p.stem: pd.read_parquet(p) for p in sorted(data.glob("*.parquet"))})
    manifest = json.loads((data / "manifest.json").read_text(encoding="utf-8"))
    issues = pd.read_csv(data / "issues.csv", dtype={"row": "Int64"})
    given = decision.measured(seen.tables, PARAMETERS | asdict(policy), manifest, issues, REGISTRY)
    seen.measured.append((given, list(decision.read(data, policy))))
    with pytest.MonkeyPatch.context() as patch:
        if not draw:
            for name in ("shares", "two_groups", "before_after", "flow", "tiles"):
                patch.setattr(charts, name, _not_drawn)
            for name in ("curve", "power_curve", "specification_curve"):
                patch.setattr(along, name, _not_drawn)
        words = shown.sources(REGISTRY, _settings(policy))
        for name, cells in _notebooks().items():
            patch.setattr(chapters, "display", partial(_look, seen, name, words))
            known: dict[str, Any] = {"__name__": name}
            seen.outputs[name] = []
            for code, parameters in cells:
                seen.outputs[name].append([])
                exec(code, known)
                if parameters:
                    known |= {"data": str(data), "out": str(seen.folder)}
    return seen


def pages(seen: Seen, data: Path) -> dict[str, str]:
    """The pages of the book about what `run` saw in `data`, with their numbers in place, by name."""
    settings = _settings(POLICY) | {"chapters": {name: [] for name in seen.outputs}}
    words = shown.sources(REGISTRY, settings)
    (data / "run.json").write_text(json.dumps(settings), encoding="utf-8")
    (data / "chapters").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(data)
        for name, outputs in seen.outputs.items():
            path = ROOT / "notebooks" / f"{name}.ipynb"
            notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                cell["source"] = "".join(cell["source"])
            code = (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
            for cell, output in zip(code, outputs, strict=True):
                cell["outputs"] = output
            cells = (
                book.tidy(notebook, path.name, seen.folder / "none", words)
                if stages._has_data(notebooks.about(path)["about"], settings)
                else []
            )
            everyone.save(Path("chapters", path.name), cells)
        book.assemble(settings, Path("book"))
    return {p.stem: _words(p) for p in (data / "book").iterdir() if p.suffix in (".md", ".ipynb")}


def _words(page: Path) -> str:
    """What a page of the book says, in its order."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".md":
        return text
    cells = json.loads(text)["cells"]
    outputs = [(cell["source"], *(o["data"] for o in cell.get("outputs", ()))) for cell in cells]
    return "\n".join(
        one if isinstance(one, str) else one.get("text/markdown", one.get("text/html", ""))
        for said in outputs
        for one in said
    )


@lru_cache
def _notebooks() -> dict[str, list[tuple[CodeType, bool]]]:
    found = {}
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
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
    svg = alt = note = ""

    def __init__(self, released: disclosure.Released, title: str) -> None:
        self.released, self.title = released, title


def _not_drawn(released: disclosure.Released, title: str, *_: Any, **__: Any) -> _NoFigure:
    return _NoFigure(released, title)


def _look(
    seen: Seen,
    name: str,
    known: Callable[[], shown.Words],
    data: dict[str, str],
    *,
    raw: bool,
    metadata: dict[str, Any],
) -> None:
    seen.shown.append(f"{data} {metadata.get('alt', '')}")
    output = {"output_type": "display_data", "data": data, "metadata": metadata}
    seen.outputs[name][-1].append(output)
    places = shown.lacking(metadata[chapters.MARK], _written(name), known)
    seen.refused += [f"{name}, {place}: {data}" for place in places]


@lru_cache
def _written(name: str) -> shown.Words:
    """What stands in quotes in the code of a notebook."""
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    return shown.quoted(*("".join(c["source"]) for c in cells if c["cell_type"] == "code"))
