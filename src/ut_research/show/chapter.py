"""What a notebook needs to be a chapter: its data on one side, the gate and the page on the other.

Data come in as canonical tables. What a measure returns goes through `release`, the only way to
the page: sentences, charts and tables take what it gives back. Everything released is also written
to the findings ledger, and every table that a reader sees can be downloaded.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from IPython.display import HTML, Markdown, display

from ut_research.core import estimate
from ut_research.core.estimate import Estimate, Origin
from ut_research.core.problems import Problem, ProblemsFound
from ut_research.disclosure import decision, gate
from ut_research.disclosure.gate import Policy, Released
from ut_research.show import prose
from ut_research.show.tables import TOO_FEW, breakdown, grid, origin_note, table

if TYPE_CHECKING:
    from ut_research.show.charts import Chart


class Chapter:
    """One chapter of the book, while its notebook runs.

    Parameters
    ----------
    name : the chapter's file name without its number, for example ``reoffending``.
    data : folder of one run's canonical tables (parquet) and manifest.
    out : folder that takes the findings and the tables for download; empty: nothing is written.
    threshold, rounding, zeros_safe : the disclosure policy, see `ut_research.disclosure.gate.Policy`.
    """

    def __init__(
        self, name: str, data: str, out: str = "", *, threshold: int, rounding: str, zeros_safe: bool
    ) -> None:
        self.name = name
        self.policy = Policy(threshold=threshold, rounding=rounding, zeros_safe=zeros_safe)
        self._data = Path(data)
        self._out = Path(out) if out else None
        self._released: list[Estimate] = []
        self._tables_shown = 0
        if not (self._data / "manifest.json").is_file():
            raise ProblemsFound(
                [Problem("there are no cleaned data here", data, "run `make report` or `make lab` first")]
            )

    @cached_property
    def manifest(self) -> Mapping[str, object]:
        """What is known of the data: name, origin, inputs, rows, the day they are complete to."""
        return dict(json.loads((self._data / "manifest.json").read_text(encoding="utf-8")))

    @property
    def origin(self) -> Origin:
        """Where the data come from: ``example`` (invented) or ``export``."""
        return "example" if self.manifest["origin"] == "example" else "export"

    @property
    def data_to(self) -> pd.Timestamp:
        """The day the data are complete to; NaT when the export has no dates."""
        return pd.Timestamp(self.manifest["data_to"])  # type: ignore[arg-type]

    @property
    def rows(self) -> Mapping[str, Mapping[str, int]]:
        """For each table, how many rows came ``in``, were ``kept`` and were ``rejected``."""
        return self.manifest["rows"]  # type: ignore[return-value]

    @cached_property
    def issues(self) -> pd.DataFrame:
        """The issues log of cleaning: table, row, column, rule, action, done."""
        return pd.read_csv(self._data / "issues.csv", dtype={"row": "Int64"})

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The canonical tables of the run, by name; a table that is not in the export is absent."""
        return {p.stem: pd.read_parquet(p) for p in sorted(self._data.glob("*.parquet"))}

    def release(self, *measured: Iterable[Estimate]) -> Released:
        """What may leave, of everything `measured`; written to the ledger of this chapter.

        Pass everything that shares people in one call: the gate then keeps totals from giving
        small groups back. In a build, anything about people must have been decided on with the rest of the
        report; in JupyterLab, where nothing leaves, the rest is decided here.

        Raises
        ------
        ProblemsFound : what the whole report's decision does not cover, in a build.
        """
        found = [e for part in measured for e in part]
        decided = decision.read(self._data / decision.FILE)
        released = gate.release(found, self.policy, decided)
        if self._out or "UT_BUILD" in os.environ:  # a chapter that forgets `out` is in the book all the same
            self._refuse(decision.uncovered(found, decided, self.policy))
        self._released += released
        if self._out:
            (self._out / "findings").mkdir(parents=True, exist_ok=True)
            estimate.write(self._released, self._out / "findings" / f"{self.name}.json")
        return released

    def _refuse(self, uncovered: list[str]) -> None:
        if uncovered:
            what = f"not decided on for the whole report: {', '.join(uncovered)}"
            todo = "name the group in `by` where src/ut_research/measures/ declares it, and use the study's "
            todo += "parameters: decided on alone, it could give back what others withhold"
            raise ProblemsFound([Problem(what, f"chapter {self.name}", todo)])

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
