"""What a notebook needs to be a chapter: what was released on one side, the page on the other.

Everything was measured, and decided on, before any chapter runs. A chapter asks for findings and shows them:
sentences, charts and tables take nothing else. Every table that a reader sees can be downloaded.

Whatever a chapter shows carries a mark (`MARK`), and a build lets nothing without one into the book: see
`ut_research.publishing.shown`.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
from IPython.display import display

from ut_research import published
from ut_research.core import policies, studies
from ut_research.core.digests import digest, key
from ut_research.core.estimate import Estimate
from ut_research.core.notebooks import ASKED, find_root
from ut_research.core.problems import stop
from ut_research.core.schema import NOT_RECORDED
from ut_research.core.units import small
from ut_research.disclosure import decision, gate
from ut_research.disclosure.gate import Released
from ut_research.published import Registry
from ut_research.show import design, prose, verdicts, voices
from ut_research.show.tables import (
    HIDDEN,
    breakdown,
    download_link,
    grid,
    held,
    hidden_by,
    origin_note,
    table,
)

if TYPE_CHECKING:
    from ut_research.show.drawing import Chart

#: The mark of what a chapter showed, in the metadata of each output: its ``kind`` and ``digest``; what the
#: author ``typed``, as (place, words); the words of released findings that stand in it (``quoted``); and the
#: ``tables`` written for download, as {file: digest}.
MARK = "ut_research"
Typed: TypeAlias = Sequence[tuple[str, str]]


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
        self._data = self._folder(data, out)
        self._out = Path(out) if out else None
        self._asked: set[str] = set()
        self._tables_shown = 0
        self._told: list[Estimate] = []
        self._wordings: set[str] = set()
        settings = json.loads((self._data / "run.json").read_text(encoding="utf-8"))
        self._study: dict[str, Any] = settings["parameters"]
        self._parts: dict[str, Any] = settings["parts"]
        self._of_part: bool = bool(settings.get("part"))
        self._words = design.words(self._study)
        if unknown := sorted(parameters.keys() - self._study.keys()):
            what, todo = f"there is no parameter {', '.join(unknown)}", "name parameters of a study.toml"
            raise stop(what, f"chapter {name}", todo)
        self._refuse_policy(parameters)
        self._own = {k: v for k, v in parameters.items() if v != self._study[k]}

    def _refuse_policy(self, parameters: Iterable[str]) -> None:
        """The disclosure policy is the study's, in JupyterLab too."""
        if policy := {"policy", *policies.KEYS}.intersection(parameters):
            what, todo = f"it gives {', '.join(sorted(policy))}", "the disclosure policy is that of the study"
            raise stop(what, self._where, todo)

    def _folder(self, data: str, out: str) -> Path:
        """The folder that `data` names, from here or from the notebooks; or the example, prepared for now."""
        for folder in (Path(data), find_root() / "notebooks" / data):
            if (folder / decision.FILE).is_file():
                return folder
        if out or "UT_BUILD" in os.environ or Path(data).name != "example":
            todo = "run `make report` or `make lab` first"
            raise stop("there are no findings here", data, todo)
        self._for_now = tempfile.TemporaryDirectory(prefix="ut-example-")  # it goes with the chapter
        _prepare(find_root(), Path(self._for_now.name))
        return Path(self._for_now.name)

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
        return self._tell(self.released.select(ids))

    def measure(self, subject: ModuleType, **choices: Any) -> Released:
        """What a module of `ut_research.measures` says with other choices; in JupyterLab only.

        Everything is measured with them, and decided on anew with the rest of the report.

        Raises
        ------
        ProblemsFound : in a build, where everything is measured once, for all chapters.
        """
        self._refuse_policy(choices)
        return self._tell(self._anew({**self._own, **choices}).select(subject.__name__.rpartition(".")[2]))

    def _tell(self, released: Released) -> Released:
        """Keep what the chapter was told: it may show that, and what `prose` says of it."""
        self._told += released
        self._wordings.update(*map(prose.wordings, released))
        return released

    def _anew(self, own: Mapping[str, Any]) -> Released:
        if self._out or "UT_BUILD" in os.environ:
            what = f"it measures with its own {', '.join(sorted(own))}: the report was measured with others"
            raise stop(what, f"chapter {self.name}", "give them in the study's study.toml instead")
        return decision.of_run(self._data, {**self._study, **own}, self.registry)

    @cached_property
    def family(self) -> Mapping[str, bool]:
        """Of each primary outcome, whether it can be told from no difference; see `measures.primary`."""
        return verdicts.family(self.released)

    @cached_property
    def registry(self) -> Registry:
        """What is published about the study."""
        return published.load(*self._parts["published"])

    @cached_property
    def framework(self) -> dict[str, Any]:
        """The priorities that the study is read against; see `ut_research.core.studies.framework`."""
        return studies.framework(self._parts["framework"])

    @cached_property
    def inserts(self) -> dict[str, str]:
        """What the study has to say in the middle of pages, by name: its files ``pages/_NAME.md``."""
        return studies.inserts(self._parts["pages"])

    @property
    def study(self) -> Mapping[str, Any]:
        """The words and parameters of the study, by name."""
        return self._study

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The canonical tables of the run, by name; a table that is not in the export is absent."""
        return {p.stem: pd.read_parquet(p) for p in sorted(self._data.glob("*.parquet"))}

    def say(self, text: str, released: Iterable[Estimate] = (), **words: str) -> None:
        """Show Markdown; its tokens are filled from `released`, `words` and those of the study.

        What is no token of a finding must stand in quotes in the notebook, or be what `prose` says of one, or
        a word of the study. A sentence about nothing that these data hold is left out.
        """
        spoken = prose.pieces(text, released, **self._words, **words)
        filled = prose.fill(text, released, **self._words, **words)
        if filled.strip():
            self._markdown(filled, [("text", said) for said, of, _ in spoken if of is None])

    def look(self, table: pd.DataFrame) -> None:
        """Show a table as it is, in JupyterLab alone: a build shows nothing of it."""
        if not self._out and "UT_BUILD" not in os.environ:
            display(table)

    def chart(self, chart: Chart, finding: str = "", released: Iterable[Estimate] = ()) -> None:
        """Show a chart under its title, with its description, and the numbers it was drawn from, if any.

        `finding` says in a line what the chart shows, with tokens of `released` or of what is drawn, and
        stands over the title; where a finding that it quotes has no number, it is left out.
        """
        if not held(chart.released):
            return
        spoken = prose.headline(finding, list(released) or chart.released, **self._words)
        said = "".join(words for words, _, _ in spoken)
        alt, html = chart.alt, f'<p class="ut-title">{escape(chart.title)}</p>'
        if said:
            alt = alt.replace(". ", f". {said}. ", 1)
            about = f'<p class="ut-about">{escape(chart.title)}</p>'
            html = f'<p class="ut-title ut-told">{escape(said)}</p>\n{about}'
        typed = [("title", chart.title), *(("title", words) for words, of, _ in spoken if of is None)]
        self._html("title", html, typed)
        self._show("chart", {"image/svg+xml": chart.svg, "text/plain": alt}, alt=alt)
        if chart.note:
            self._html("note", f'<p class="ut-note">{escape(chart.note)}</p>')
        if any(e.status == "number" for e in chart.released):
            self.numbers(chart.released, caption=chart.title, folded=True)

    def numbers(self, released: Released, caption: str, *, folded: bool = False) -> None:
        """Show released findings as a table, with a link that downloads it; nothing where there are none."""
        released = released.of(held(released))
        if not len(released):
            return
        file = self._download(released, caption)
        html = table(released, caption=caption, download=file)
        self._html(
            "numbers", _folded("Show the numbers", html) if folded else html, [("caption", caption)], file
        )

    def breakdown(self, released: Released, by: str | Sequence[str], caption: str) -> None:
        """Show findings by the group key `by`, a row a group and a column a finding, with a download.

        With several keys, those of `released` that are there by each, a table a key. Nothing where the data
        do not say who is in which group; what is hidden of every group is named once, under the tables.
        """
        hidden: dict[tuple[str, ...], list[str]] = {}
        for group in (by,) if isinstance(by, str) else by:
            own, called = (
                (released, caption) if group == by else (released.by(group), f"{caption}, by {group}")
            )
            if not held(own) or {e.group[group] for e in own} == {NOT_RECORDED}:
                continue
            html, told = breakdown(own, group, called)
            if html:
                file = self._download(own, called)
                link = download_link(file, f"this table: {called}") if file else ""
                self._html("breakdown", f"{html}\n{link}".strip(), [("caption", caption)], file)
            if told:
                hidden.setdefault(tuple(told), []).append(group)
        for labels, groups in hidden.items():
            self._html("hidden", hidden_by(groups, labels))

    def _download(self, released: Released, caption: str) -> str | None:
        """Write the numbers of a table to a file of their own; its address in the book."""
        self._tables_shown += 1
        if not self._out:
            return None
        slug = re.sub(r"[^a-z0-9]+", "-", caption.lower()).strip("-")
        slug = slug if len(slug) <= 60 else slug[:61].rpartition("-")[0] or slug[:60]
        file = f"{self.name}-{self._tables_shown:02d}-{slug}.csv"
        (self._out / "tables").mkdir(parents=True, exist_ok=True)
        gate.write_csv(released, self._out / "tables" / file)
        return f"tables/{file}"

    def grid(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[str | Estimate]],
        caption: str,
        released: Released | None = None,
        *,
        folded: bool = False,
    ) -> None:
        """Show a table of words; tokens in its cells are filled from `released`.

        What is no token must stand in quotes in the notebook, or in what is published, or be a finding, or
        what `prose` says of one, or a word of the study. Under its caption stands where the numbers come from
        that it quotes, or all of `released`. A row about nothing that these data hold is left out.

        Raises
        ------
        ProblemsFound : two rows are the same, or a cell holds a finding that was not released.
        """
        spoken = [[self._spoken(cell, released or ()) for cell in row] for row in rows]
        spoken = [row for row in spoken if _about_data(row)]
        if not spoken:
            return
        filled = [["".join(said for said, _, _ in prose.whole(cell)) for cell in row] for row in spoken]
        if len({tuple(row) for row in filled}) < len(filled):
            todo = "show each once, or count them, by a measure"
            raise stop("two rows of a table of words are the same", self._where, todo)
        typed = [("caption", caption), *(("headings", str(head)) for head in heads)]
        for i, row in enumerate(spoken, 1):
            typed += [(f"row {i}", said) for cell in row for said, of, _ in cell if of is None]
        note = ""
        if released is not None:
            quoted = [e for row in spoken for cell in row for _, e, token in cell if e and token]
            note = f"Numbers: {small(origin_note(released.of(quoted) if quoted else released))}."
        html = grid(heads, filled, caption, note)
        self._html("grid", _folded(_rows(len(filled), caption), html) if folded else html, typed)

    def chain(self, journey: Estimate) -> None:
        """Show a finding that is somebody's way through stages, as boxes with an arrow between them."""
        self._spoken(journey, ())
        self._html("chain", voices.chain(journey))

    def _spoken(self, cell: str | Estimate, released: Iterable[Estimate]) -> list[prose.Piece]:
        """A cell of a table of words in pieces, as `prose.pieces` gives them."""
        if not isinstance(cell, Estimate):
            return prose.pieces(str(cell), released, **self._words)
        if cell.origin != "published" and cell not in self._told:
            todo = "show what chapter.findings gives"
            raise stop(f"{cell.id} was not released", self._where, todo)
        of_people = cell.unit == "people" and cell.n is not None
        return [(prose.show(cell, "count_of_n" if of_people else "value"), cell, "")]

    def beside_published(self, released: Released) -> None:
        """Show every published figure that `released` answers, beside what these data give."""
        if self._of_part:  # what is published is of the whole
            return
        found = published.compare(released, self.registry)
        found = found[found["agrees"] != "not in this run"]
        if found.empty:
            return
        percent = {f.id for f in self.registry.figures if f.unit == "%"}
        rows = [
            (r["label"], r["as_printed"], HIDDEN, "–")
            if r["agrees"] == "withheld"
            else (r["label"], r["as_printed"], r["run_rounded"] + "%" * (r["id"] in percent), r["agrees"])
            for r in found.to_dict("records")
        ]
        own = released.of(e for e in released if e.origin != "published")
        heads, note = ("Figure", "Published", "Here", "Same"), f"“Here”: {small(origin_note(own))}."
        alike = [row for row in rows if row[-1] == "yes"]
        if others := [row for row in rows if row[-1] != "yes"]:
            self._html("beside published", grid(heads, others, "Published figures beside these data", note))
        if alike:
            caption = "Published figures that are the same here"
            same = grid(heads, alike, caption, note)
            self._html("beside published", _folded(_rows(len(alike), caption), same))
        self._markdown("“Same” means at the rounding that was printed, or as the printed words mean it.")
        self.published_in(found["place"])

    def published_in(self, places: Iterable[str]) -> None:
        """Show where published figures or findings stand, each place once; nothing where there are none."""
        if not (stand := sorted(set(map(str, places)))):
            return
        end = "" if stand[-1].endswith("?") else "."
        self._markdown(f"Published in: {'; '.join(stand)}{end}", [("places", place) for place in stand])

    @property
    def _where(self) -> str:
        return f"chapter {self.name}"

    def _markdown(self, text: str, typed: Typed = ()) -> None:
        plain = "<IPython.core.display.Markdown object>"  # what IPython says of Markdown
        self._show("say", {"text/markdown": text, "text/plain": plain}, typed)

    def _html(self, kind: str, html: str, typed: Typed = (), file: str | None = None) -> None:
        self._show(kind, {"text/html": html, "text/plain": kind}, typed, file)

    def _show(
        self, kind: str, data: Mapping[str, str], typed: Typed = (), file: str | None = None, **metadata: str
    ) -> None:
        """Show `data` with the mark that lets it into the book."""
        said = "\n".join(words for _, words in typed).casefold()
        mark = {
            "kind": kind,
            "digest": key(data),
            "typed": [list(pair) for pair in typed],
            "quoted": sorted(w for w in self._wordings if w.casefold() in said) if said else [],
            "tables": {Path(file).name: digest(self._out / file)} if self._out and file else {},
        }
        display(data, raw=True, metadata={**metadata, MARK: mark})


def _prepare(root: Path, folder: Path) -> None:
    """Clean and measure the data of the default study into `folder`."""
    from ut_research.cleaning import tables as cleaning

    found = studies.read(studies.find(root, ""), root)
    parameters, parts = found.study.parameters(), found.parts(root)
    cleaning.write(cleaning.of_export(found.data or root, parameters, found.part(studies.RECIPE)), folder)
    decision.write(decision.of_run(folder, parameters, published.load(*parts["published"])), folder)
    settings = json.dumps({"parameters": parameters, "parts": parts})
    (folder / "run.json").write_text(settings, encoding="utf-8")


def _about_data(row: Sequence[Sequence[prose.Piece]]) -> bool:
    """Whether a row of a table of words quotes nothing, or something that the data hold."""
    quoted = [of for cell in row for _, of, _ in cell if of is not None]
    return not quoted or bool(held(quoted))


def _rows(number: int, caption: str) -> str:
    """What a drawer with a table says, so many of its rows."""
    return f"Show {number} row{'s' * (number != 1)}: {caption}"


def _folded(summary: str, html: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>\n{html}\n</details>"
