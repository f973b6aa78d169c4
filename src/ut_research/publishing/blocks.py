"""Documents as blocks (headings, paragraphs, lists, tables, pictures), read from built pages and typeset.

The brief, the report in Word and the pages in large print are all lists of blocks. In: a page of the built
book (`read_page`), or text of one's own. Out: tagged PDF by Typst (`pdf`); Word documents are made in
`ut_research.publishing.word`. Everything here gives the same bytes for the same input.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ut_research.publishing import row_headings

if TYPE_CHECKING:
    from bs4 import Tag

#: When a workbook or document says that it was changed last.
_CHANGED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
#: Who made a PDF, as it says itself.
AUTHOR = "ut-research"
#: What the drawer with the numbers of a picture is called.
NUMBERS = "Show the numbers"
#: Words with how they are set: "" (plain) or "strong".
Text = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Heading:
    """A heading, of level 1 to 6, at the top of the next column where it says so."""

    level: int
    text: Text
    column: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: Text


@dataclass(frozen=True)
class Bullets:
    """A list; numbered where its order matters."""

    items: tuple[Text, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its first row and first column are headings."""

    caption: Text
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A drawing (SVG) and what it shows.

    `share` is how much of the room for a picture it takes.
    """

    svg: str
    alt: str
    caption: str = ""
    share: float = 1.0


@dataclass(frozen=True)
class Columns:
    """From here on the text stands in this many columns, on a new page or where the text before it ends."""

    number: int
    page: bool = False


Block = Heading | Paragraph | Bullets | Table | Picture | Columns


def plain(words: str) -> Text:
    """Words with nothing special about them."""
    return (("", words),)


def words(text: Text) -> str:
    """The words of `text` alone."""
    return "".join(part for _, part in text)


def beginning(label: str) -> str:
    """The first sentence of where the data come from, for the top of each page."""
    return label.partition(". ")[0].removesuffix(".") + "."


def embedded(picture: bytes, kind: str = "svg+xml") -> str:
    """The address of a picture that stands in the document itself."""
    return f"data:image/{kind};base64,{b64encode(picture).decode()}"


def logo(file: Path) -> Picture:
    """A picture of whose a document is, from its file; its name, without hyphens, says what it is."""
    from PIL import Image

    if file.suffix == ".svg":
        svg = file.read_text(encoding="utf-8")
    else:
        wide, high = Image.open(file).size
        kind = file.suffix[1:].lower().replace("jpg", "jpeg")
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}">'
        svg += f'<image width="{wide}" height="{high}" href="{embedded(file.read_bytes(), kind)}"/></svg>'
    return Picture(svg, file.stem.replace("-", " "), share=0.4)


# --- from built pages -----------------------------------------------------------------------------

#: What a page on paper leaves out: code, links that only a screen can follow, and what needs a keyboard.
_LEFT_OUT = ".caption-number, .highlight, .ut-title, .ut-about, summary, .ut-download, script, style, nav"
_LEFT_OUT += ", section:has(> form), button, #what-you-can-do-with-it"


def read_page(page: Path, without: str = "") -> list[Block]:
    """The blocks of one page of the built book, without its code and drawers called `without`."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    article = soup.find("article")
    if article is None:
        raise ValueError(f"{page.name} has no article")
    for drawer in article.select("details"):
        if without and drawer.summary and drawer.summary.get_text() == without:
            drawer.extract()
    for said in article.select(".ut-title, .ut-about"):  # what a chart shows, and of what
        if image := said.find_next("img"):
            image["title"] = f"{image.get('title', '')}. {said.get_text()}".removeprefix(". ")
    for end in article.select("td br, th br"):
        end.replace_with(", ")  # what stood on a line of its own
    for needless in article.select(_LEFT_OUT):
        needless.extract()
    return list(_blocks(article, page.parent))


def _blocks(parent: Tag, folder: Path) -> Iterator[Block]:
    from bs4.element import NavigableString

    for tag in parent.children:
        if isinstance(tag, NavigableString):
            if tag.strip():
                yield Paragraph(plain(" ".join(tag.split())))
            continue
        name = tag.name  # type: ignore[attr-defined]
        yield from _READERS.get(name, _blocks)(tag, folder)  # type: ignore[arg-type]


def _heading(tag: Tag, folder: Path) -> Iterator[Block]:
    yield Heading(int(tag.name[1]), plain(" ".join(tag.get_text().split())))


def _paragraph(tag: Tag, folder: Path) -> Iterator[Block]:
    for image in tag.find_all("img"):
        yield from _image(image.extract(), folder)
    text = _text(tag)
    linked = "".join(link.get_text() for link in tag.find_all("a"))
    if text and re.findall(r"\w", linked) == re.findall(r"\w", words(text)):
        text = (("", "More in: "), *text)
    if text:
        yield Paragraph(text)


def _list(tag: Tag, folder: Path) -> Iterator[Block]:
    found = []
    for item in tag.find_all("li", recursive=False):
        inner = [part for nested in item.find_all(["ul", "ol"]) for part in nested.find_all("li")]
        listed = "; ".join(" ".join(part.get_text().split()).removesuffix(".") for part in inner)
        for nested in item.find_all(["ul", "ol"]):
            nested.extract()
        if item.strong and tag.find_parent(class_="ut-diagram"):
            item.strong.append(":")  # on a page, what a box is called has a line of its own
        text = _text(item)
        joined = " " if words(text).endswith(":") else ": "
        found.append((*text, ("", joined + listed)) if inner else text)
    items = tuple(text for text in found if text)
    if items and tag.find_parent(class_="ut-across"):  # a chain, beside others
        yield Bullets((plain("; ".join(map(words, items))),))
    elif items:
        yield Bullets(items, tag.name == "ol")


def _terms(tag: Tag, folder: Path) -> Iterator[Block]:
    for meaning in tag.find_all("dd"):
        said = meaning.find_previous_siblings(["dt", "dd"])
        terms = itertools.takewhile(lambda one: one.name == "dt", said)
        called = ", ".join(reversed([term.get_text().strip() for term in terms]))
        yield Paragraph((("strong", f"{called}: "), *_text(meaning)))


def _table(tag: Tag, folder: Path) -> Iterator[Block]:
    rows = tuple(tuple(map(_text, row.find_all(["th", "td"]))) for row in tag.find_all("tr"))
    caption = tag.find("caption")
    for origin in caption.select("span:not(.caption-text)") if caption else ():
        origin.insert_before(". ")  # a title, and where its numbers come from
    if rows:
        said = tuple((style, part.replace(" . ", ". ")) for style, part in _text(caption)) if caption else ()
        yield Table(said, rows)


def _image(tag: Tag, folder: Path) -> Iterator[Block]:
    drawn = (folder / str(tag["src"])).read_text(encoding="utf-8")
    yield Picture(drawn, str(tag.get("alt", "")), str(tag.get("title", "")))


def _text(tag: Tag) -> Text:
    """The words under `tag`, on one line; what is strong stays strong."""
    from bs4.element import NavigableString

    parts: list[tuple[str, str]] = []
    for string in tag.descendants:
        if isinstance(string, NavigableString):
            style = "strong" if string.find_parent(["strong", "b"]) else ""
            line = " ".join(f"|{string}|".split())[1:-1]
            if parts and parts[-1][0] == style:
                parts[-1] = (style, (parts[-1][1] + line).replace("  ", " "))
            elif line:
                parts.append((style, line))
    if parts:
        parts[0] = (parts[0][0], parts[0][1].lstrip())
        parts[-1] = (parts[-1][0], parts[-1][1].rstrip())
    return tuple(part for part in parts if part[1])


_READERS: dict[str, Callable[[Tag, Path], Iterator[Block]]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ul", "ol"), _list),
    "p": _paragraph, "dl": _terms, "table": _table, "img": _image,
}  # fmt: skip


# --- to paper -------------------------------------------------------------------------------------


def pdf(layout: Path, data: dict[str, Any]) -> bytes:
    """A tagged PDF (PDF/UA-1) of `data` in a Typst `layout`; Typst refuses one that is not accessible.

    Blocks may stand anywhere in `data`: a layout finds what is in each, and its ``kind``.
    """
    compiled = _compiler(layout, data).compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    return row_headings.mark(compiled)


def measured(layout: Path, data: dict[str, Any], label: str) -> list[Any]:
    """What `layout` tells of itself under `label`, once `data` are in their places."""
    found: list[Any] = json.loads(_compiler(layout, data).query(f"<{label}>", field="value", format="json"))
    return found


def png(svg: str, ppi: float = 180) -> bytes:
    """A drawing as a picture of dots, for documents that cannot hold SVG."""
    import typst

    source = (
        b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    )
    drawn: bytes = typst.compile(source, format="png", ppi=ppi, sys_inputs={"svg": svg}, **_fonts())
    return drawn


def desk(svg: str) -> str | None:
    """The drawing for a wide page, where a drawing has one, by itself."""
    view = re.search(r'<view id="desk" viewBox="([^"]+)"/>', svg)
    if view is None:
        return None
    _, _, wide, high = view[1].split()
    root = re.sub(r' (?:width|height|viewBox)="[^"]*"', "", re.search(r"<svg[^>]*>", svg)[0])  # type: ignore[index]
    size = f'width="{wide}pt" height="{high}pt" viewBox="{view[1]}"'
    return re.sub(r"<svg[^>]*>", lambda _: root.replace("<svg", f"<svg {size}"), svg, count=1)


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip of `files` (name, content) in their order, without the time it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def timeless(archive: bytes) -> bytes:
    """The same zip, without the times at which its files were made, and it was changed as it says itself."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        files = [(name, opened.read(name)) for name in opened.namelist()]
    return zipped((name, _CHANGED.sub(rb"\g<1>2000-01-01T00:00:00Z", content)) for name, content in files)


def _compiler(layout: Path, data: dict[str, Any]) -> Any:
    import typst

    told = data | {"beginning": beginning(data["label"]), "author": AUTHOR}
    inputs = {"data": json.dumps(told, default=_in_parts, ensure_ascii=False)}
    return typst.Compiler(input=str(layout), root=str(layout.parent), sys_inputs=inputs, **_fonts())


def _in_parts(block: object) -> dict[str, Any]:
    return {"kind": type(block).__name__.lower(), **vars(block)}


def _fonts() -> dict[str, Any]:
    """The typeface of the charts, what comes with matplotlib for signs that it has not, and no other."""
    import matplotlib

    from ut_research.show import typeface

    folders = [typeface.FOLDER, Path(matplotlib.get_data_path(), "fonts", "ttf")]
    return {"font_paths": list(map(str, folders)), "ignore_system_fonts": True}
