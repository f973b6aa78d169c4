"""The research brief, in the shape of an ARC BITE: one text, as two pages in print, in Word and in the book.

The text is ``brief.txt`` in the study's folder, or the one for any study in ``book/paper/``: a heading a
section, and a token wherever a number or a finding belongs. What rests on numbers that the data do not hold
is left out; where they may not be shown, the brief says so in words. A star follows what is invented, and a
line at the foot of each page names the sources.
"""

from __future__ import annotations

import datetime
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ut_research import published
from ut_research.core.problems import Problem, ProblemsFound, stop_for
from ut_research.disclosure import decision
from ut_research.disclosure.gate import Released
from ut_research.published import Registry
from ut_research.publishing import blocks as paper
from ut_research.publishing import everyone
from ut_research.publishing.blocks import (
    Block,
    Bullets,
    Columns,
    Heading,
    Paragraph,
    Picture,
    Table,
    Text,
    plain,
)
from ut_research.publishing.standing import LABELS, STARRED
from ut_research.show import charts, design, prose, voices
from ut_research.show.tables import held, name, number

FILE, LOGOS = "brief.txt", "logos"
LAYOUT, USUAL = "book/paper/brief.typ", "book/paper/brief.txt"
#: About how many words a line of both columns holds.
WORDS_A_LINE = 14
#: Where the findings in a table come from, and what stands before one that was said against another.
OWN, PUBLISHED, AGAINST = "From the coded interviews of these data", "As published:", "Said against it: "
#: How many findings with a number a brief needs.
ENOUGH = 3
_SECTION = re.compile(r"## (?P<title>.+?)(?: \| page (?P<page>[12]))?$")
_CHART = re.compile(
    r":chart (?P<kind>two_groups|shares|before_after) (?P<ids>[\w., ]+)(?:\[(?P<keys>[\w, ]+)\])?: "
    r"(?P<title>.+)"
)
#: Digits that may be typed: in names, and in years.
_NAMES = re.compile(r"COVID-19|\b(?:19|20)\d\d\b")
#: How the ids of published findings begin.
_IDS = re.compile(r"[\w.-]+")
_TOKEN = re.compile(r"\{\{(.*?)\}\}")


class TooLittle(ProblemsFound):
    """The data hold too little for a brief."""


@dataclass(frozen=True)
class Section:
    """One section: its heading, the page it is on, and what it says."""

    title: str
    page: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Brief:
    """A brief with its numbers in place.

    Attributes
    ----------
    title, project, series, label : the finding that stands above all, whose it is, up to when the records go,
        and where the data come from.
    sources : the documents that it quotes, and what its star means, for the foot.
    logos : whose it is, as pictures.
    """

    title: str
    project: str
    series: str
    label: str
    sections: tuple[Section, ...]
    sources: str
    logos: tuple[Picture, ...] = ()


def make(root: Path, folder: Path, report: Path) -> list[Path]:
    """Write ``brief.pdf`` and ``brief.docx`` of the run in `folder` into its `report`; the files.

    Raises
    ------
    ProblemsFound : as `write` and `fit`.
    """
    brief, layout = of_run(root, folder), root / LAYOUT
    files = {"brief.pdf": pdf(brief, layout), "brief.docx": docx(brief, fit(brief, layout))}
    for file, content in files.items():
        (report / file).write_bytes(content)
    return [report / file for file in files]


def of_run(root: Path, folder: Path) -> Brief:
    """The brief about the run in `folder`; see `write`."""
    settings, manifest = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in ("run.json", "manifest.json")
    )
    parameters, parts = settings["parameters"], settings["parts"]
    found = everyone.findings(folder / "chapters")
    words = design.words(parameters) | {"finding": next(filter(None, found.values()), "")}
    words |= {f"finding.{name.partition('_')[2]}": found.get(name, "") for name in settings["chapters"]}
    text = Path(parts[FILE] or root / USUAL).read_text(encoding="utf-8")
    released = decision.read(folder, decision.policy(parameters))
    about = {"origin": decision.standing(folder), "data_to": manifest["data_to"]}
    written = write(text, released, published.load(*parts["published"]), words, **about)
    logos = sorted(Path(parts[LOGOS]).iterdir()) if parts.get(LOGOS) else []
    return replace(written, logos=tuple(map(paper.logo, logos)))


def write(
    text: str,
    released: Released,
    registry: Registry,
    words: Mapping[str, str],
    *,
    origin: str,
    data_to: str | None,
) -> Brief:
    """The brief that `text` becomes with the numbers of `released`.

    Parameters
    ----------
    text : as in ``brief.txt`` of a study, which says how it is written.
    registry : what is published about the study.
    words : of the study, its design and what its chapters found, by token.
    origin : what the report is, ``example``, ``draft`` or ``export``.
    data_to : the day the data are complete to.

    Raises
    ------
    TooLittle : there are too few findings for it; with those that are missing.
    ProblemsFound : a token names nothing, or a number is typed; all such at once.
    """
    return _Writer(released, registry, words).brief(text, origin, data_to)


def fit(brief: Brief, layout: Path) -> int:
    """How many pages `brief` takes, one or two.

    Raises
    ------
    ProblemsFound : a page is too full; with about how many words are too many, and its sections.
    """
    problems, pages = [], paper.measured(layout, vars(brief), "page")
    for measured in pages:
        of, over = measured["page"], measured["over"]
        if over:
            titles = ", ".join(f"“{s.title}”" for s in brief.sections if s.page == of)
            what = f"it is about {WORDS_A_LINE * over} words too long"
            problems.append(Problem(what, f"{FILE}, page {of}", f"shorten some of {titles}"))
    stop_for(problems)
    return len(pages)


def pdf(brief: Brief, layout: Path) -> bytes:
    """The brief as two pages of tagged PDF (PDF/UA-1); ProblemsFound where it does not fit."""
    fit(brief, layout)
    return paper.pdf(layout, vars(brief))


def docx(brief: Brief, pages: int = 2) -> bytes:
    """The brief as an editable Word document of as many pages, one or two."""
    from ut_research.publishing import word

    blocks: list[Block] = [Paragraph(plain(f"{brief.project} · {brief.series}"))]
    last = 1
    for (wide, of), run in itertools.groupby(brief.sections, lambda s: (_across(s), min(s.page, pages))):
        sections = list(run)
        blocks.append(Columns(wide, page=of > last))
        last, cut = of, word.cut([s.blocks for s in sections]) if wide == 2 else 0
        for i, section in enumerate(sections):
            blocks += [Heading(1, plain(section.title), column=0 < i == cut), *section.blocks]
    blocks += brief.logos
    return word.document(brief.title, blocks, label=brief.label, small=True, foot=brief.sources)


def _across(section: Section) -> int:
    """In how many columns a section stands in Word: one with a table has the whole width."""
    return 1 if any(isinstance(block, Table) for block in section.blocks) else 2


def page(brief: Brief) -> tuple[str, dict[str, str]]:
    """The brief as a page of the book (MyST), and its pictures (SVG) by the names of their files."""
    from ut_research.publishing import generated_pages

    parts, pictures = [f"**{prose.literal(brief.title)}**", prose.literal(brief.series)], dict[str, str]()
    for section in brief.sections:
        parts.append(f"## {prose.literal(section.title)}")
        for block in section.blocks:
            match block:
                case Paragraph(text):
                    parts.append(_myst(text))
                case Bullets(items):
                    parts.append("\n".join(f"- {_myst(item)}" for item in items))
                case Picture():
                    file = f"brief-{len(pictures) + 1}.svg"
                    pictures[file] = block.svg
                    parts.append(f"{{.ut-title}}\n{prose.literal(block.caption)}")
                    parts.append(f":::{{image}} {file}\n:alt: {' '.join(block.alt.split())}\n:::")
                case Table(caption, rows):
                    heads, *cells = (map(paper.words, row) for row in rows)
                    parts.append(generated_pages.grid(paper.words(caption), heads, cells))
    return "\n\n".join([*parts, prose.literal(brief.sources)]), pictures


class _Writer:
    """Puts numbers into the text, and gathers what it quotes, what is missing and what is wrong."""

    def __init__(self, released: Released, registry: Registry, words: Mapping[str, str]) -> None:
        self.released, self.registry, self.words = released, registry, words
        self.own = voices.by_question(voices.counted(released), registry.findings)
        self.quoted: set[tuple[str, str]] = set()
        self.missing: dict[str, str] = {}
        self.documents: set[str] = set()
        self.problems: list[Problem] = []

    def brief(self, text: str, origin: str, data_to: str | None) -> Brief:
        lines = [line.rstrip() for line in text.splitlines() if not line.startswith("%")]
        title = next((line[2:] for line in lines if line.startswith("# ")), "")
        if not title:
            self.problems.append(Problem("there is no title", FILE, "begin a line with # and write it"))
        title = paper.words(self._text(title, "")).replace("*", "")
        sections = tuple(section for section in self._sections("\n".join(lines)) if section.blocks)
        stop_for(self.problems)
        if len(self.quoted) < ENOUGH:
            lacks = "; ".join(f"{what}: {why}" for what, why in self.missing.items())
            what = f"too little for a brief: {len(self.quoted)} findings with a number, of {ENOUGH} or more"
            raise TooLittle([Problem(what, FILE, f"it comes with more people. Missing: {lacks or 'all'}")])
        project = self.words.get("study.title", "")
        day = datetime.date.fromisoformat(data_to) if data_to else None
        series = f"Research brief · records to {day.day} {day:%B %Y}" if day else "Research brief"
        known = [d.title for id, d in self.registry.documents.items() if id in self.documents]
        sources = f"Sources: {'; '.join(['the records of this study', *known])}."
        star = "* Invented. " if origin == "example" else ""
        label = STARRED if origin == "example" else LABELS[origin]
        title = title or f"{project}: what the records say"
        return Brief(title, project, series, label, sections, star + sources)

    def _sections(self, text: str) -> Iterator[Section]:
        page = 1
        for part in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]:
            heading, _, rest = part.partition("\n")
            match = _SECTION.match(heading)
            title, page = match["title"], int(match["page"] or page)  # type: ignore[index]
            chunks = filter(None, re.split(r"\n{2,}", rest.strip()))
            yield Section(title, page, tuple(b for chunk in chunks for b in self._blocks(chunk, title)))

    def _blocks(self, chunk: str, title: str) -> Iterator[Block]:
        first, *rest = chunk.split("\n")
        if first.startswith(":chart "):
            yield from self._chart(first, title)
        elif first.startswith(":table "):
            yield from self._table(first.removeprefix(":table "), rest, title)
        elif first.startswith("- "):
            items = re.split(r"\n?^- ", chunk, flags=re.MULTILINE)[1:]
            if points := tuple(filter(None, (self._text(item, title) for item in items))):
                yield Bullets(points)
        elif said := self._text(chunk, title):
            yield Paragraph(said)

    def _text(self, text: str, title: str, *, hidden: bool = True) -> Text:
        """`text` with each number in place and marked where it is invented; nothing where nothing is left.

        Of what is `hidden` it says so, or nothing.
        """
        text = " ".join(text.split())
        if re.search(r"\d", _NAMES.sub("", _TOKEN.sub("", text))):
            self._wrong("a number is typed", title, text, "write a token, so that it is never out of date")
        for sentence in re.split(r"(?<=[.:?!])\s+", text):
            if sum(token not in self.words for token in _TOKEN.findall(sentence)) > 1:
                self._wrong(
                    "a sentence has more than one number", title, sentence, "make two sentences of it"
                )
        lead, rest = re.match(r"(?:\*\*(.+?)\*\*)?(.*)", text).groups(default="")  # type: ignore[union-attr]
        strong, said = (self._filled(part, title, hidden) for part in (lead, rest))
        if rest and not said:
            return ()
        parts = (("strong", strong), ("", f" {said}" if strong and said else said))
        return tuple(part for part in parts if part[1])

    def _filled(self, text: str, title: str, hidden: bool) -> str:
        """`text` with each number in place, and a star after what is invented."""
        try:
            pieces = prose.pieces(text, self.released, **self.words)
        except ProblemsFound as found:
            where = f"{FILE}, section “{title}”, "
            self.problems += [replace(p, where=where + p.where) for p in found.problems]
            return ""
        said, quoted = "", [e for _, e, _ in pieces if e is not None]
        self._note(quoted)
        if not hidden and any(e.status != "number" for e in quoted):
            return ""
        for words, e, _ in prose.whole(pieces):
            said += words + "*" * (e is not None and e.status == "number" and e.origin == "example")
        return " ".join(re.sub(r"^[\s.:,]+", "", said).split())

    def _note(self, estimates: Any) -> None:
        for e in estimates:
            if e.origin == "published":
                self.documents.add(self.registry.by_id[e.id].document)
            elif e.status == "number":
                self.quoted.add((e.id, str(e.group)))
            else:
                self.missing[name(e)] = number(e)

    def _chart(self, line: str, title: str) -> Iterator[Block]:
        match = _CHART.match(line)
        if not match:
            todo = "write it like this: :chart two_groups reoffending.rate[group]: What it says"
            self._wrong("the chart cannot be read", title, line, todo)
            return
        keys = set(re.findall(r"\w+", match["keys"] or ""))
        known = self.released.select(tuple(re.findall(r"[\w.]+", match["ids"])))
        rows = self.released.of(held([e for e in known if set(e.group) == keys]))
        if not len(known):
            self._wrong("no such finding", title, match["ids"], "check its id in findings.json")
        self._note(rows)
        parts = re.split(r"(?<=[.?!])\s+", match["title"])
        said = [paper.words(self._text(part, title, hidden=False)) for part in parts]
        caption = " ".join(filter(None, said)).replace("*", "")
        if len(rows):
            drawn = getattr(charts, match["kind"])(rows, caption)
            starred = any(e.origin == "example" and e.status == "number" for e in rows)
            yield Picture(drawn.svg, drawn.alt, caption + "*" * starred)

    def _table(self, caption: str, lines: Sequence[str], title: str) -> Iterator[Block]:
        """A row a question with its findings; under the caption where they come from."""
        rows: list[tuple[Text, ...]] = []
        told: dict[str, list[str]] = {}
        asked = [line.removeprefix("- ").rpartition(": ")[::2] for line in lines]
        for heading, of in asked or zip(self.own, self.own, strict=True):
            where, words = self._answer(of, None if asked else 1)
            if not heading or (not words and _IDS.fullmatch(of)):
                todo = "see findings.csv in the study's folder published"
                self._wrong("no such published findings", title, f"{heading}: {of}", todo)
            elif words:
                told.setdefault(where, []).append(heading)
                rows.append((plain(heading), plain(words)))
        if rows:
            sources = [where if len(told) == 1 else f"{where}: {', '.join(told[where])}" for where in told]
            heads = (plain("Question"), plain("What they said"))
            yield Table(plain(". ".join([caption, *sources])), (heads, *rows))

    def _answer(self, of: str, most: int | None) -> tuple[str, str]:
        """Where the findings on a question come from, and they: a coded project's own, or as published."""
        known = self.registry.findings
        said = known[known["id"].str.startswith(of + ".")]
        own = [one for question in [*said["question"].unique(), of] for one in self.own.get(question, ())]
        if own := own[:most]:
            star = "*" * any(e.origin == "example" for one in own for e in one.spoke.values())
            return OWN + star, " ".join(AGAINST * one.against + one.words for one in own) + star
        self.documents |= set(said["document"])
        places = dict.fromkeys(self.registry.documents[id].short for id in said["document"])
        return f"{PUBLISHED} {', '.join(places)}", " ".join(said["finding"])

    def _wrong(self, what: str, title: str, where: str, todo: str) -> None:
        self.problems.append(Problem(what, f"{FILE}, section “{title}”, {where}", todo))


def _myst(text: Text) -> str:
    return "".join(
        f"**{prose.literal(p.strip())}**" if style else f" {prose.literal(p)}" for style, p in text
    ).strip()
