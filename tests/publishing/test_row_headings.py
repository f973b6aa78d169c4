"""Row headings in PDF are marked, and nothing else changes; the checker of every PDF finds planted faults."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, ContentStream, NameObject, NumberObject
from tagged import faults, under

from ut_research.publishing import blocks, row_headings

LAYOUT = """
#set document(title: "A & B")
#set text(font: "DejaVu Sans", lang: "en", region: "gb")
= First
#outline(title: none)
== Second
- one
- two
#let drawn = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0h9v9z'/></svg>"
#image(bytes(drawn), alt: "A shape")
#table(columns: 3, table.header[Who][Came][Stayed], strong[All], [9], [8], strong[Some], [7], [6])
#for n in range(12) { table(columns: 2, table.header[Who][Came], str(n), [5]) }
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A document as Typst makes it."""
    layout = tmp_path_factory.mktemp("layout") / "a.typ"
    layout.write_text(LAYOUT, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_headings, "mark", lambda content: content)
        return blocks.pdf(layout, {"label": "Invented."})


def elements(content: bytes | PdfWriter, kind: str) -> list[Any]:
    pdf = content.root_object if isinstance(content, PdfWriter) else reader(content).trailer["/Root"]
    return [e for e in under(pdf["/StructTreeRoot"]) if e["/S"] == kind]


def reader(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def test_the_first_cell_of_each_row_becomes_the_heading_of_the_others(plain: bytes) -> None:
    assert set(faults(plain)) == {
        "a heading of a row is not marked as one", "a cell does not name the headings of its column and row",
    }  # fmt: skip
    assert faults(row_headings.mark(plain)) == []
    assert len(elements(plain, "/TH")) + 14 == len(elements(row_headings.mark(plain), "/TH"))


def test_nothing_else_changes_and_equal_bytes_give_equal_bytes(plain: bytes) -> None:
    marked = row_headings.mark(plain)
    assert marked == row_headings.mark(plain)
    before, after = reader(plain), reader(marked)
    assert after.pdf_header == before.pdf_header and after.metadata == before.metadata
    assert after.trailer["/ID"] == before.trailer["/ID"]
    assert [p.get_contents().get_data() for p in after.pages] == [
        p.get_contents().get_data() for p in before.pages
    ]
    assert [one.title for one in after.outline[:1]] == ["First"]
    assert len(marked) < 1.25 * len(plain)


def test_a_document_without_tables_is_as_typst_made_it(tmp_path: Path) -> None:
    layout = tmp_path / "a.typ"
    layout.write_text(LAYOUT.partition("#table")[0], encoding="utf-8")
    made = blocks.pdf(layout, {"label": "Invented."})
    assert faults(made) == [] and made.startswith(b"%PDF-1.7") and row_headings.mark(made) == made


def put(place: Any, name: str, value: Any) -> None:
    place[NameObject(name)] = value


def unmarked(pdf: PdfWriter) -> None:
    """Draw a line more, outside of what is read."""
    page = pdf.pages[0]
    content = ContentStream(page.get_contents(), pdf)
    content.operations += [([NumberObject(0), NumberObject(0)], b"m"), ([], b"S")]
    put(page, "/Contents", pdf._add_object(content))


PLANTED: dict[str, Callable[[PdfWriter], None]] = {
    "its language is not stated": lambda pdf: put(pdf.root_object, "/Lang", NameObject("/x")),
    "it is not tagged": lambda pdf: put(pdf.root_object["/MarkInfo"], "/Marked", BooleanObject(False)),
    "a window shows the name of the file": lambda pdf: put(
        pdf.root_object["/ViewerPreferences"], "/DisplayDocTitle", BooleanObject(False)
    ),
    "it has no title, or two": lambda pdf: pdf.add_metadata({"/Title": "Another"}),
    "it does not begin with one heading": lambda pdf: put(elements(pdf, "/H1")[0], "/S", NameObject("/H2")),
    "a heading of level 4 stands under": lambda pdf: put(elements(pdf, "/H2")[0], "/S", NameObject("/H4")),
    "a picture is not described": lambda pdf: elements(pdf, "/Figure")[0].pop("/Alt"),
    "an item of a list is": lambda pdf: put(elements(pdf, "/Lbl")[0], "/S", NameObject("/LBody")),
    "/P in /L": lambda pdf: put(elements(pdf, "/LI")[0], "/S", NameObject("/P")),
    "a heading of a column is not": lambda pdf: put(elements(pdf, "/TH")[0], "/S", NameObject("/TD")),
    "nothing can refer to": lambda pdf: pdf.root_object["/StructTreeRoot"]["/IDTree"]["/Names"].clear(),
    "a link does not say": lambda pdf: pdf.pages[0]["/Annots"][0].get_object().pop("/Contents"),
    "a link is not in the text": lambda pdf: put(elements(pdf, "/Link")[0], "/S", NameObject("/P")),
    "the typeface": lambda pdf: next(iter(pdf.pages[0]["/Resources"]["/Font"].values()))[
        "/DescendantFonts"][0]["/FontDescriptor"].pop("/FontFile2"),
    "page 1: mark 0 is not in the text": lambda pdf: put(elements(pdf, "/H1")[0], "/K", ArrayObject()),
    "page 1: b'S' is drawn outside": unmarked,
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_the_checker_finds_each_kind_of_fault(plain: bytes, fault: str) -> None:
    pdf = PdfWriter(clone_from=io.BytesIO(row_headings.mark(plain)))
    PLANTED[fault](pdf)
    out = io.BytesIO()
    pdf.write(out)
    assert any(found.startswith(fault) for found in faults(out.getvalue()))
