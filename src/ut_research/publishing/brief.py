"""The research brief, in the shape of an ARC BITE: one text, as two pages in print, in Word and in the book.

The text is ``brief.txt`` in the study's folder, which researchers edit: a heading a section, and a token
wherever a number belongs. Each number comes from the findings of a run or from what is published, and is
followed by a letter that says which. Nothing that was withheld is printed: the brief stops and names the
section and the token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ut_research import published
from ut_research.core.estimate import Estimate
from ut_research.core.problems import Problem, ProblemsFound
from ut_research.disclosure import decision
from ut_research.disclosure.gate import Released
from ut_research.published import Registry
from ut_research.publishing import blocks as paper
from ut_research.publishing.blocks import Block, Bullets, Heading, Paragraph, Picture, Table, Text, plain
from ut_research.show import charts, prose
from ut_research.show.tables import ORIGIN_NOTES, number

FILE = "brief.txt"
LAYOUT = "book/paper/brief.typ"
AUTHOR = "ut-research"
#: What a brief says at the top of each page.
LABELS = {
    "example": "Invented example: not evidence about real people. The people counted here are made up, "
    "to show how this works. Only numbers marked as published are real.",
    "draft": "Draft, not to be passed on: nobody has approved its release yet. "
    "Made from an export of the project's own records.",
    "export": "Made from an export of the project's own records. Numbers about very few people are withheld.",
}
_SECTION = re.compile(
    r"## (?P<title>.+?) \| (?P<slot>page (?P<page>[12]), (?:left|right|full)) \| (?P<room>\d+) lines$"
)
_CHART = re.compile(r":chart (?P<kind>\w+) (?P<id>[\w.]+)(?:\[(?P<keys>[\w, ]+)\])?: (?P<title>.+)$")
#: Digits that may be typed: in names, and in years.
_NAMES = re.compile(r"COVID-19|\b(?:19|20)\d\d\b")
_TOKEN = re.compile(r"\{\{.*?\}\}")
#: Sections that are lists of titles, where a number is part of a name.
_TITLES = frozenset({"Further reading"})


@dataclass(frozen=True)
class Section:
    """One section: its heading, where it stands, the lines it has room for, and what it says."""

    title: str
    slot: str
    page: int
    room: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Brief:
    """A brief with its numbers in place.

    Attributes
    ----------
    title, series, label : what stands above the text; `label` says where the data come from, on each page.
    example : whether the data are invented.
    sections : the text.
    origins : (letter, what it means) for the letters that follow the numbers.
    quoted : each finding quoted, with its letter and where it is from.
    """

    title: str
    series: str
    label: str
    example: bool
    sections: tuple[Section, ...]
    origins: tuple[tuple[str, str], ...]
    quoted: tuple[tuple[str, Estimate, str], ...]


def make(root: Path, folder: Path, report: Path) -> list[Path]:
    """Write ``brief.pdf`` and ``brief.docx`` of the run in `folder` into its `report`; the files.

    Raises
    ------
    ProblemsFound : the study has no text for a brief, or as `write` and `fit`.
    """
    parts = json.loads((folder / "run.json").read_text(encoding="utf-8"))["parts"]
    if not parts[FILE]:
        what, todo = "this study has no text for a brief", f"write {FILE} beside its study.toml"
        raise ProblemsFound([Problem(what, folder.name, todo)])
    brief = of_run(Path(parts[FILE]), folder, strict=True)
    files = {"brief.pdf": pdf(brief, root / LAYOUT), "brief.docx": docx(brief)}
    for name, content in files.items():
        (report / name).write_bytes(content)
    return [report / name for name in files]


def of_run(text: Path, folder: Path, *, strict: bool) -> Brief:
    """The brief about the run in `folder`, from `text`; see `write`."""
    settings, manifest = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in ("run.json", "manifest.json")
    )
    released = decision.read(folder, decision.policy(settings["parameters"]))
    about = {"origin": decision.standing(folder), "data_to": manifest["data_to"]}
    registry = published.load(*settings["parts"]["published"])
    return write(text.read_text(encoding="utf-8"), released, registry, **about, strict=strict)


def write(
    text: str,
    released: Released,
    registry: Registry,
    *,
    origin: str,
    data_to: str | None,
    strict: bool = True,
) -> Brief:
    """The brief that `text` becomes with the numbers of `released`.

    Parameters
    ----------
    text : as in ``brief.txt`` of a study, which says how it is written.
    registry : what is published about the study.
    origin : of the run's data, ``example`` or ``export``.
    data_to : the day the data are complete to.
    strict : whether a number that cannot be released stops the brief; otherwise words say why it is absent.

    Raises
    ------
    ProblemsFound : a token names nothing or what was not released, or a number is typed; all such at once.
    """
    return _Writer(released, registry, origin, strict).brief(text, data_to)


def fit(brief: Brief, layout: Path) -> None:
    """Check that `brief` stands on its two pages.

    Raises
    ------
    ProblemsFound : a page is too full; with the sections that are longer than their room, and by how much.
    """
    data = _for_layout(brief)
    over = {page["page"]: page["over"] for page in paper.measured(layout, data, "page") if page["over"] > 0}
    rooms = {s.title: s for s in brief.sections}
    problems = []
    for page, lines in over.items():
        sizes = [s for s in paper.measured(layout, data, "section") if s["page"] == page]
        long = [s for s in sizes if s["lines"] > rooms[s["title"]].room] or sizes[-1:]
        for s in long:
            room = rooms[s["title"]].room
            by = max(s["lines"] - room, lines if len(long) == 1 else 1)
            per_line = _length(rooms[s["title"]]) / s["lines"]
            what = f"is {by} lines too long, about {round(by * per_line)} words"
            what += f" ({s['lines']} lines, room for {room})"
            todo = f"shorten it, or another section of page {page}, which is {lines} lines too full"
            problems.append(Problem(what, f"{FILE}, section “{s['title']}”", todo))
    if problems:
        raise ProblemsFound(problems)


def pdf(brief: Brief, layout: Path) -> bytes:
    """The brief as two pages of tagged PDF (PDF/UA-1); ProblemsFound where it does not fit."""
    fit(brief, layout)
    return paper.pdf(layout, _for_layout(brief))


def docx(brief: Brief) -> bytes:
    """The brief as an editable Word document."""
    from ut_research.publishing import word

    blocks: list[Block] = [Paragraph(plain(brief.series))]
    for section in brief.sections:
        blocks += [Heading(1, plain(section.title)), *section.blocks]
    blocks += [Heading(1, plain("Where the numbers come from")), Bullets(_legend(brief)), _quoted(brief)]
    return word.document(brief.title, blocks, label=brief.label)


def page(brief: Brief, picture: str) -> str:
    """The brief as a page of the book (MyST); `picture` names the file that holds its chart."""
    from ut_research.publishing import generated_pages

    parts = [brief.series]
    for section in brief.sections:
        parts.append(f"## {section.title}")
        for block in section.blocks:
            match block:
                case Paragraph(text):
                    parts.append(_myst(text))
                case Bullets(items):
                    parts.append("\n".join(f"- {_myst(item)}" for item in items))
                case Picture():
                    parts.append(f"{{.ut-title}}\n{_myst(plain(block.caption))}")
                    parts.append(f":::{{image}} {picture}\n:alt: {block.alt}\n:::")
                case Table(caption, rows):
                    cells = [[" ".join(map(paper.words, cell)) for cell in row] for row in rows]
                    parts.append(generated_pages.grid(paper.words(caption), cells[0], cells[1:]))
    parts.append("## Where the numbers come from")
    parts.append("\n".join(f"- {_myst(item)}" for item in _legend(brief)))
    cells = [[" ".join(map(paper.words, cell)) for cell in row] for row in _quoted(brief).rows]
    parts.append(generated_pages.grid("Each number in this brief", cells[0], cells[1:]))
    return "\n\n".join(parts)


def picture(brief: Brief) -> str:
    """The brief's chart, as SVG."""
    return next((b.svg for s in brief.sections for b in s.blocks if isinstance(b, Picture)), "")


class _Writer:
    """Puts numbers into the text, and gathers where they come from and what is wrong."""

    def __init__(self, released: Released, registry: Registry, origin: str, strict: bool) -> None:
        self.released, self.registry, self.origin, self.strict = released, registry, origin, strict
        self.letters: dict[str, str] = {}
        self.quoted: dict[tuple[str, str], tuple[str, Estimate, str]] = {}
        self.problems: list[Problem] = []

    def brief(self, text: str, data_to: str | None) -> Brief:
        lines = [line.rstrip() for line in text.splitlines() if not line.startswith("%")]
        title = next((line[2:] for line in lines if line.startswith("# ")), "")
        if not title:
            self.problems.append(Problem("there is no title", FILE, "begin a line with # and write it"))
        sections = list(self._sections(lines))
        if self.problems:
            raise ProblemsFound(self.problems)
        about = f"Research brief · Data to {_day(data_to)}" if data_to else "Research brief"
        return Brief(
            title, about, LABELS[self.origin], self.origin == "example", tuple(sections),
            tuple((letter, words) for words, letter in self.letters.items()), tuple(self.quoted.values()),
        )  # fmt: skip

    def _sections(self, lines: Sequence[str]) -> Iterator[Section]:
        starts = [i for i, line in enumerate(lines) if line.startswith("## ")]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            match = _SECTION.match(lines[start])
            if not match:
                todo = "write it like this: ## Background | page 1, left | 20 lines"
                self.problems.append(Problem("its heading cannot be read", f"{FILE}, “{lines[start]}”", todo))
                continue
            title = match["title"]
            chunks = re.split(r"\n{2,}", "\n".join(lines[start + 1 : end]).strip())
            blocks = [b for chunk in chunks if chunk for b in self._blocks(chunk, title)]
            yield Section(title, match["slot"], int(match["page"]), int(match["room"]), tuple(blocks))

    def _blocks(self, chunk: str, title: str) -> Iterator[Block]:
        first, *rest = chunk.split("\n")
        if first.startswith(":chart "):
            yield from self._chart(first, title)
        elif first.startswith(":table "):
            yield self._table(first.removeprefix(":table "), rest, title)
        elif first.startswith("- "):
            items = re.split(r"\n?^- ", chunk, flags=re.MULTILINE)[1:]
            yield Bullets(tuple(self._text(" ".join(item.split()), title) for item in items))
        else:
            yield Paragraph(self._text(" ".join(chunk.split()), title))

    def _text(self, text: str, title: str) -> Text:
        """`text` with each number in place, followed by its letter."""
        if title not in _TITLES and re.search(r"\d", _NAMES.sub("", _TOKEN.sub("", text))):
            self._wrong("a number is typed", title, text, "write a token, so that it is never out of date")
        try:
            pieces = prose.pieces(text, self.released)
        except ProblemsFound as found:
            where = f"{FILE}, section “{title}”, "
            self.problems += [replace(p, where=where + p.where) for p in found.problems]
            return ()
        spans: list[tuple[str, str]] = []
        for words, estimate, token in pieces if self.strict else prose.whole(pieces):
            spans.append(("", words))
            if estimate is not None and self._may_be_said(estimate, words, title, token):
                spans.append(("mark", self._letter(estimate)))
        return tuple(span for span in spans if span[1])

    def _may_be_said(self, estimate: Estimate, words: str, title: str, token: str) -> bool:
        if estimate.status == "number" and not words.startswith("("):
            return True
        if self.strict:
            why = number(estimate) if estimate.status != "number" else "it has no such part"
            self._wrong(why, title, token, "write the sentence without it; nothing was printed")
        return False

    def _letter(self, estimate: Estimate) -> str:
        """The letter for where a number comes from: a document, or this run."""
        place = f"table {estimate.source}"
        if estimate.origin == "published":
            place = self.registry[estimate.id].section
            words = "published: " + estimate.source.split(", " + place)[0]
        else:
            words = ORIGIN_NOTES[estimate.origin][0].lower() + ORIGIN_NOTES[estimate.origin][1:]
        letter = self.letters.setdefault(words, "abcdefghijklmnopqrstuvwxyz"[len(self.letters)])
        self.quoted[(estimate.id, str(sorted(estimate.group.items())))] = (letter, estimate, place)
        return letter

    def _chart(self, line: str, title: str) -> Iterator[Block]:
        match = _CHART.match(line)
        if not match or match["kind"] not in ("two_groups", "shares", "before_after"):
            todo = "write it like this: :chart two_groups reoffending.rate[group]: What it says"
            self._wrong("the chart cannot be read", title, line, todo)
            return
        keys = {key.strip() for key in (match["keys"] or "").split(",") if key.strip()}
        rows = self.released.of([e for e in self.released.select(match["id"]) if set(e.group) == keys])
        token = f"{match['id']}[{match['keys'] or ''}]"
        if not len(rows):
            self._wrong("no such finding", title, token, "check its id and group in findings.json")
        for e in rows:
            self._may_be_said(e, number(e), title, token)
        heading = paper.words(tuple(s for s in self._text(match["title"], title) if s[0] != "mark"))
        if len(rows) and heading:
            drawn = getattr(charts, match["kind"])(rows, heading)
            for e in rows:
                if e.status == "number":
                    self._letter(e)
            yield Picture(drawn.svg, drawn.alt, heading)

    def _table(self, caption: str, lines: Sequence[str], title: str) -> Table:
        known = self.registry.findings
        rows: list[tuple[tuple[Text, ...], ...]] = [((plain("Question"),), (plain("What they said"),))]
        for line in lines:
            heading, _, ids = line.removeprefix("- ").rpartition(": ")
            said = known.loc[known["id"].str.startswith(ids + "."), "finding"]
            if not heading or said.empty:
                self._wrong(
                    "no such published findings",
                    title,
                    line,
                    "see findings.csv in the study's folder published",
                )
            rows.append(((plain(heading),), tuple(plain(str(words)) for words in said)))
        return Table(plain(caption), tuple(rows))

    def _wrong(self, what: str, title: str, where: str, todo: str) -> None:
        self.problems.append(Problem(what, f"{FILE}, section “{title}”, {where}", todo))


def _for_layout(brief: Brief) -> dict[str, Any]:
    sections = [
        {"title": s.title, "slot": s.slot, "page": s.page, "blocks": paper.for_layout(s.blocks)}
        for s in brief.sections
    ]
    head = {"title": brief.title, "series": brief.series, "label": brief.label, "example": brief.example}
    return {**head, "author": AUTHOR, "sections": sections, "origins": brief.origins}


def _legend(brief: Brief) -> tuple[Text, ...]:
    return tuple((("strong", letter), ("", f": {words}.")) for letter, words in brief.origins)


def _quoted(brief: Brief) -> Table:
    """Each number of the brief, with where it comes from."""
    from ut_research.show.tables import counted, name

    rows = [("Finding", "Number", "People", "Where it comes from")]
    for letter, e, place in brief.quoted:
        rows.append((name(e), number(e), counted(e), f"{letter}: {place}"))
    return Table(plain("Each number in this brief"), tuple(tuple((plain(c),) for c in row) for row in rows))


def _length(section: Section) -> int:
    """Words in a section."""
    return len(" ".join(_all_words(section.blocks)).split())


def _all_words(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(text) | Heading(_, text):
                yield paper.words(text)
            case Bullets(items):
                yield from map(paper.words, items)
            case Table(_, rows):
                yield from (paper.words(line) for row in rows for cell in row for line in cell)


def _myst(text: Text) -> str:
    out = ""
    for style, part in text:
        if style == "mark":
            out += f"{{sup}}`{part}`"
        else:
            bare = part.strip()
            around = part.split(bare) if bare else [part, ""]
            shown = f"**{prose.literal(bare)}**" if style == "strong" else prose.literal(bare)
            out += around[0] + shown + around[-1]
    return out


def _day(iso: str) -> str:
    import datetime

    day = datetime.date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"
