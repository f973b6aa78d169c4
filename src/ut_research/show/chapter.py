"""What a notebook needs to be a chapter: what was released on one side, the page on the other.

Everything was measured, and decided on, before any chapter runs. A chapter asks for findings and shows them:
sentences, charts and tables take nothing else. Every table that a reader sees can be downloaded.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pandas as pd
from IPython.display import HTML, Markdown, display

from ut_research.core.notebooks import ASKED
from ut_research.core.problems import Problem, ProblemsFound
from ut_research.disclosure import decision, gate
from ut_research.disclosure.gate import Released
from ut_research.show import prose
from ut_research.show.tables import TOO_FEW, breakdown, grid, origin_note, table

if TYPE_CHECKING:
    from ut_research.show.charts import Chart


class Chapter:
    """One chapter of the book, while its notebook runs.

    Parameters
    ----------
    name : the chapter's file name without its number, for example ``reoffending``.
    data : folder of a run: its canonical tables, manifest, settings and findings.
    out : folder that takes the tables for download; empty: nothing is written.
    parameters : those of the study that the notebook names, with its values for them.
    """

    def __init__(self, name: str, data: str, out: str = "", **parameters: Any) -> None:
        self.name = name
        self._data = Path(data)
        self._out = Path(out) if out else None
        self._asked: set[str] = set()
        self._tables_shown = 0
        if not (self._data / decision.FILE).is_file():
            raise ProblemsFound(
                [Problem("there are no findings here", data, "run `make report` or `make lab` first")]
            )
        self._study = self._read("run.json")["parameters"]
        if unknown := sorted(parameters.keys() - self._study.keys()):
            what, todo = f"there is no parameter {', '.join(unknown)}", "name parameters of study.toml"
            raise ProblemsFound([Problem(what, f"chapter {name}", todo)])
        self._own = {k: v for k, v in parameters.items() if v != self._study[k]}

    def _read(self, file: str) -> dict[str, Any]:
        return dict(json.loads((self._data / file).read_text(encoding="utf-8")))

    @cached_property
    def released(self) -> Released:
        """Everything that was released; with a parameter of the notebook's own, in JupyterLab, anew."""
        return self._anew(self._own) if self._own else decision.read(self._data, decision.policy(self._study))

    def findings(self, *ids: str) -> Released:
        """What was released under one of `ids`, or under an id that begins with it and a dot."""
        self._asked |= set(ids)
        if self._out:
            self._out.mkdir(parents=True, exist_ok=True)
            (self._out / ASKED).write_text(json.dumps(sorted(self._asked)), encoding="utf-8")
        return self.released.select(ids)

    def measure(self, subject: ModuleType, **choices: Any) -> Released:
        """What a module of `ut_research.measures` says with other choices; in JupyterLab only.

        Everything is measured with them, and decided on anew with the rest of the report.

        Raises
        ------
        ProblemsFound : in a build, where everything is measured once, for all chapters.
        """
        return self._anew({**self._own, **choices}).select(subject.__name__.rpartition(".")[2])

    def _anew(self, own: Mapping[str, Any]) -> Released:
        if self._out or "UT_BUILD" in os.environ:
            what = f"it measures with its own {', '.join(sorted(own))}: the report was measured with others"
            raise ProblemsFound([Problem(what, f"chapter {self.name}", "give them in study.toml instead")])
        parameters = {**self._study, **own}
        issues = pd.read_csv(self._data / "issues.csv", dtype={"row": "Int64"})
        found = decision.measured(self.tables, parameters, self._read("manifest.json"), issues)
        return decision.released(found, decision.policy(parameters))

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The canonical tables of the run, by name; a table that is not in the export is absent."""
        return {p.stem: pd.read_parquet(p) for p in sorted(self._data.glob("*.parquet"))}

    def say(self, text: str, released: Released | None = None, **words: str) -> None:
        """Show Markdown; its tokens are filled from `released` and `words`."""
        display(Markdown(text if released is None else prose.fill(text, released, **words)))

    def chart(self, chart: Chart) -> None:
        """Show a chart with its description, and under it the numbers it was drawn from."""
        display({"image/svg+xml": chart.svg, "text/plain": chart.alt}, raw=True, metadata={"alt": chart.alt})
        self.numbers(chart.released, caption=chart.title, folded=True)

    def numbers(self, released: Released, caption: str, *, folded: bool = False) -> None:
        """Show released findings as a table, with a link that downloads it."""
        html = table(released, caption=caption, download=self._download(released, caption))
        display(HTML(_folded("Show the numbers", html) if folded else html))

    def breakdown(self, released: Released, by: str, caption: str) -> None:
        """Show findings by the group key `by`, a row a group and a column a finding, with a download."""
        display(HTML(breakdown(released, by, caption, self._download(released, caption))))

    def _download(self, released: Released, caption: str) -> str | None:
        """Write the numbers of a table to a file of their own; its address in the book."""
        self._tables_shown += 1
        if not self._out:
            return None
        slug = re.sub(r"[^a-z0-9]+", "-", caption.lower()).strip("-")[:60].strip("-")
        file = f"{self.name}-{self._tables_shown:02d}-{slug}.csv"
        (self._out / "tables").mkdir(parents=True, exist_ok=True)
        gate.write_csv(released, self._out / "tables" / file)
        return f"tables/{file}"

    def grid(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        caption: str,
        released: Released | None = None,
        *,
        folded: bool = False,
    ) -> None:
        """Show a table of words; tokens in its cells are filled from `released`.

        Under its caption stands where the numbers come from that it quotes, or all of `released`.
        """
        filled, note = [list(row) for row in rows], ""
        if released is not None:
            quoted = [e for row in filled for c in row for _, e, _ in prose.pieces(c, released) if e]
            filled = [[prose.fill(c, released) for c in row] for row in filled]
            note = f"Numbers: {_origin(released.of(quoted) if quoted else released)}."
        html = grid(heads, filled, caption, note)
        display(HTML(_folded(f"Show {len(filled)} rows: {caption}", html) if folded else html))

    def beside_published(self, released: Released) -> None:
        """Show every published figure that `released` answers, beside what these data give."""
        from ut_research import published

        found = published.compare(released)
        found = found[found["agrees"] != "not in this run"]
        if found.empty:
            self.say("These data hold nothing that a published figure can be set beside.")
            return
        percent = {f.id for f in published.load().figures if f.unit == "%"}
        rows = [
            (r["label"], r["as_printed"], TOO_FEW, "–")
            if r["agrees"] == "withheld"
            else (r["label"], r["as_printed"], r["run_rounded"] + "%" * (r["id"] in percent), r["agrees"])
            for r in found.to_dict("records")
        ]
        own = released.of(e for e in released if e.origin != "published")
        caption, note = "Published figures beside these data", f"“Here”: {_origin(own)}."
        display(HTML(grid(("Figure", "Published", "Here", "Same"), rows, caption, note)))
        self.say("“Same” means the same at the rounding that was printed, or as the printed words mean it.")
        self.published_in(found["place"])

    def published_in(self, places: Iterable[str]) -> None:
        """Show where published figures or findings stand, each place once."""
        text = "; ".join(sorted(set(places)))
        self.say(f"Published in: {text}{'' if text.endswith('?') else '.'}")


def _origin(released: Released) -> str:
    """Where numbers come from, to follow a colon."""
    note = origin_note(released)
    return note[:1].lower() + note[1:]


def _folded(summary: str, html: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>\n{html}\n</details>"
