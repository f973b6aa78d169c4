"""What is wrong with a PDF that is to be read aloud: what PDF/UA-1 asks of its structure."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from html import unescape
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream

#: Operators that put something on a page.
PAINTS = set(b"Tj TJ ' \" Do sh EI f F f* S s B B* b b*".split())
#: What stands in each kind of list or table, and nothing else.
INSIDE = {
    "/L": {"/LI"}, "/LI": {"/Lbl", "/LBody"}, "/THead": {"/TR"}, "/TBody": {"/TR"}, "/TR": {"/TH", "/TD"},
    "/Table": {"/Caption", "/THead", "/TBody"}, "/TOC": {"/TOC", "/TOCI"},
}  # fmt: skip


def faults(content: bytes) -> list[str]:
    """All that is wrong with a PDF, a line each."""
    pdf = PdfReader(io.BytesIO(content))
    tree = list(under(pdf.trailer["/Root"]["/StructTreeRoot"]))
    of_tree = (check(tree) for check in (_headings, _described, _nested))
    return [
        *itertools.chain(_document(pdf), *of_tree, _tables(pdf, tree), _links(pdf), _fonts(pdf), _marked(pdf))
    ]


def _below(element: Any) -> list[Any]:
    """What stands directly under a structure element: elements, links, and the numbers of marks."""
    return [below.get_object() for below in element.get("/K", ())]


def under(element: Any) -> Iterator[Any]:
    """Every structure element under one, in the order in which they are read."""
    for child in _below(element):
        if isinstance(child, dict) and "/S" in child:
            yield child
            yield from under(child)


def _document(pdf: PdfReader) -> Iterator[str]:
    root = pdf.trailer["/Root"]
    if root.get("/Lang") != "en-GB":
        yield "its language is not stated"
    if root["/MarkInfo"] != {"/Marked": True, "/Suspects": False}:
        yield "it is not tagged"
    if root["/ViewerPreferences"]["/DisplayDocTitle"] != True:  # noqa: E712
        yield "a window shows the name of the file and not the title"
    stated = root["/Metadata"].get_data().decode()
    title = pdf.metadata and pdf.metadata.title
    if not title or title not in unescape(stated):
        yield "it has no title, or two"
    if "<pdfuaid:part>1</pdfuaid:part>" not in stated:
        yield "it does not say that it is PDF/UA"


def _headings(tree: list[Any]) -> Iterator[str]:
    levels = [int(e["/S"][2:]) for e in tree if e["/S"] in {f"/H{n}" for n in range(1, 7)}]
    if not levels or levels[0] != 1 or levels.count(1) > 1:
        yield f"it does not begin with one heading of level 1: {levels[:5]}"
    for above, below in itertools.pairwise(levels):
        if below > above + 1:
            yield f"a heading of level {below} stands under one of level {above}"


def _described(tree: list[Any]) -> Iterator[str]:
    for figure in (e for e in tree if e["/S"] == "/Figure"):
        if not str(figure.get("/Alt", "")).strip():
            yield "a picture is not described"


def _nested(tree: list[Any]) -> Iterator[str]:
    for element in tree:
        kinds = [child.get("/S", "link") if isinstance(child, dict) else "text" for child in _below(element)]
        if wrong := set(kinds) - INSIDE.get(element["/S"], set(kinds)):
            yield f"{', '.join(map(str, wrong))} in {element['/S']}"
        if element["/S"] == "/LI" and kinds != ["/Lbl", "/LBody"]:
            yield f"an item of a list is {kinds}: its mark would be read with its words"


def _tables(pdf: PdfReader, tree: list[Any]) -> Iterator[str]:
    named = pdf.trailer["/Root"]["/StructTreeRoot"].get("/IDTree", {}).get("/Names", [])
    known = dict(zip(named[::2], (one.get_object() for one in named[1::2]), strict=True))
    if list(known) != sorted(known) or any(e.get("/ID", id) != id for id, e in known.items()):
        yield "the names of its headings are not in order"
    for table in (e for e in tree if e["/S"] == "/Table"):
        parts = {part["/S"]: _below(part) for part in _below(table)}
        columns, body = _below(*parts["/THead"]), parts["/TBody"]
        yield from _heads(columns, "Column", known)
        for row in body:
            first, *others = _below(row)
            yield from _heads([first], "Row", known)
            for cell, column in zip(others, columns[1:], strict=True):
                if cell["/S"] != "/TD" or [*_of_table(cell)["/Headers"]] != [column["/ID"], first.get("/ID")]:
                    yield "a cell does not name the headings of its column and row"


def _heads(cells: list[Any], scope: str, known: dict[str, Any]) -> Iterator[str]:
    for cell in cells:
        if cell["/S"] != "/TH" or _of_table(cell).get("/Scope") != f"/{scope}":
            yield f"a heading of a {scope.lower()} is not marked as one"
        elif known.get(cell["/ID"]) != cell:
            yield f"nothing can refer to the heading of a {scope.lower()}"


def _of_table(cell: Any) -> Any:
    return next(one for one in cell["/A"] if one["/O"] == "/Table")


def _parents(pdf: PdfReader) -> dict[int, Any]:
    """The elements of the marks on each page, and the element of each link, by their numbers."""
    parents = pdf.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    return dict(zip(parents[::2], parents[1::2], strict=True))


def _links(pdf: PdfReader) -> Iterator[str]:
    elements = _parents(pdf)
    for page in pdf.pages:
        for note in (note.get_object() for note in page.get("/Annots", ())):
            if note["/Subtype"] != "/Link" or not str(note.get("/Contents", "")).strip():
                yield "a link does not say where it leads"
            if elements[note["/StructParent"]].get_object()["/S"] != "/Link":
                yield "a link is not in the text"
        if page.get("/Annots") and page.get("/Tabs") != "/S":
            yield "links come in another order than the text"


def _fonts(pdf: PdfReader) -> Iterator[str]:
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            for inner in (one.get_object() for one in font.get_object().get("/DescendantFonts", [font])):
                if not {"/FontFile2", "/FontFile3"} & inner["/FontDescriptor"].keys():
                    yield f"the typeface {inner['/BaseFont']} is not in it"


def _marked(pdf: PdfReader) -> Iterator[str]:
    """Marks that nobody finds in the text, and what is drawn outside of any."""
    parents = _parents(pdf)
    for number, page in enumerate(pdf.pages, 1):
        elements, open_marks = parents[page["/StructParents"]].get_object(), 0
        for operands, operator in ContentStream(page.get_contents(), pdf).operations:
            if operator in (b"BDC", b"BMC"):
                mark = operands[1].get("/MCID") if len(operands) > 1 else None
                if mark is None and operands[0] != "/Artifact" and not open_marks:
                    yield f"page {number}: marked as {operands[0]}, and not in the text"
                elif mark is not None and (mark, page) not in _marks(elements[mark].get_object()):
                    yield f"page {number}: mark {mark} is not in the text"
                open_marks += 1
            elif operator == b"EMC":
                open_marks -= 1
            elif operator in PAINTS and not open_marks:
                yield f"page {number}: {operator!r} is drawn outside of the text, and not as decoration"


def _marks(element: Any) -> Iterator[tuple[int, Any]]:
    """The numbers of the marks that are an element's own, each with its page."""
    for child in _below(element):
        if not isinstance(child, dict):
            yield child, element["/Pg"]
        elif "/MCID" in child:
            yield child["/MCID"], child["/Pg"]
