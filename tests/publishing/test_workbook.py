"""The workbook and the report in Word: every released table, and nothing that a program would run."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from invented import release

from ut_research.core.estimate import Estimate
from ut_research.disclosure import gate
from ut_research.publishing import blocks, workbook
from ut_research.publishing.word import document
from ut_research.show import charts, tables

LABEL = workbook.LABELS["example"]
POLICY = {
    "title": "A project",
    "contact": "",
    "policy": "ons-5",
    "threshold": 5,
    "rounding": "none",
    "zeros_safe": True,
    "all_alike_below": 20,
}
FEW = Estimate("a.rate", "Few", 30.0, count=3, n=10, unit="%", origin="example", source="needs")
MANY = Estimate("a.other", "Many", 40.0, 31.5, 49.25, 40, 100, "%", "Wilson", "example", "needs")
NONE = Estimate("a.none", "None", 0.0, count=0, n=90, unit="%", origin="example", source="needs")
ABSENT = Estimate("a.absent", "Absent", unit="%", origin="example", source="activity", status="not collected")
FORMULA = Estimate("a.evil", "=HYPERLINK(1)", 20.0, count=20, n=100, unit="%", origin="example", source="@x")


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A small report: two tables, one shown on a page with a chart, one on none."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "book" / "_images").mkdir(parents=True)
    released = release([FEW, MANY, NONE, ABSENT, FORMULA], gate.Policy())
    gate.write_csv(released, tmp_path / "tables" / "needs-01-what.csv")
    gate.write_csv(released.of([MANY]), tmp_path / "tables" / "all-01-more.csv")
    chart = charts.shares(released.of([MANY]), "Four in ten")
    (tmp_path / "book" / "_images" / "x.svg").write_text(chart.svg, encoding="utf-8")
    table = tables.table(released, caption="What & who", download="tables/needs-01-what.csv")
    (tmp_path / "book" / "01_needs.html").write_text(
        "<html><body><article><h1>Needs</h1><nav>Contents</nav><h2>Who asked</h2>"
        "<p>Some <strong>words</strong>.</p><ul><li>one<ul><li>two</li></ul></li></ul>"
        "<details><summary>The code</summary><div class='highlight'>print(1)</div></details>"
        "<p class='ut-title ut-told'>Four in ten</p><p class='ut-about'>Of whom</p>"
        f"<p><img src='_images/x.svg' alt='{chart.alt}'></p>{table}"
        "<h2>The detail</h2><p>More of it.</p></article></body></html>",
        encoding="utf-8",
    )
    for name in ("say", "methods"):
        text = f"<article><h1>{name.capitalize()}</h1><p>How.</p></article>"
        (tmp_path / "book" / f"{name}.html").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def sheets(report: Path) -> list[workbook.Sheet]:
    return workbook.tables(report / "tables", [report / "book" / "01_needs.html"])


@pytest.fixture
def book(sheets: list[workbook.Sheet]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook.workbook(sheets, LABEL, POLICY)))


def rows(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[dict[str, object]]:
    """The rows of the table on a worksheet, where it is marked as one."""
    (table,) = sheet.tables.values()
    heads, *body = [[cell.value for cell in row] for row in sheet[table.ref]]
    return [dict(zip(heads, row, strict=True)) for row in body]


def test_there_is_a_worksheet_for_each_table_after_cover_contents_notes_and_sources(book: openpyxl.Workbook):
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Sources", "needs 01", "all 01"]
    assert rows(book["Contents"])[2] == {
        "Worksheet": "needs 01",
        "Table": "What & who",
        "Page of the book": "Needs",
        "Rows": 5,
    }
    links = [row[0] for row in book["Contents"].iter_rows(min_row=5)]
    assert [link.hyperlink.location for link in links] == [f"'{name}'!A1" for name in book.sheetnames[2:]]
    assert all(link.value in link.hyperlink.location and link.font.u == "single" for link in links)
    assert book.active.title == "Cover"
    assert "A project" in book["Cover"]["A1"].value


def test_a_worksheet_is_its_title_its_notes_and_one_table_with_no_gap_between(book: openpyxl.Workbook):
    for sheet in book.worksheets[1:]:
        (table,) = sheet.tables.values()
        assert table.ref == f"A4:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}", sheet.title
        assert "one table" in sheet["A3"].value
    for sheet in book:
        assert sheet["A1"].font.b and sheet["A1"].font.sz > sheet["A2"].font.sz >= 12
        assert all(row[0] for row in sheet.iter_rows(values_only=True)), "a blank row"


def test_no_cell_is_blank_merged_hidden_or_told_by_its_colour_alone(book: openpyxl.Workbook):
    for sheet in book:
        assert not sheet.merged_cells.ranges
        assert sheet.sheet_state == "visible"
        assert not any(d.hidden for d in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values()))
        assert all(cell.fill.fill_type is None for row in sheet.iter_rows() for cell in row)
        assert all(
            row[name] not in (None, "") for t in [sheet] if t.tables for row in rows(t) for name in row
        )


def test_numbers_are_as_printed_and_what_is_none_is_shorthand_that_is_explained(book: openpyxl.Workbook):
    by_id = {row["Name"]: row for row in rows(book["needs 01"])}
    other = by_id["a.other"]
    assert (other["Number"], other["Range to"], other["Out of"]) == (40, 49, 100)
    assert by_id["a.none"]["Number"] == 0
    assert by_id["a.none"]["Range from"] == "[z]"
    assert by_id["a.rate"]["Number"] == by_id["a.rate"]["Counted"] == "[c]"
    assert by_id["a.absent"]["Number"] == "[x]"
    explained = {row["What"] for row in rows(book["Notes"]) if row["Of"] == "Shorthand"}
    assert explained == {"[c]", "[x]", "[n]", "[z]", "[low]"}
    for short in ("[c] confidential: hidden to protect people", "[x] not available", "[z] not applicable"):
        assert short in book["needs 01"]["A3"].value
    assert "[x]" not in book["all 01"]["A3"].value, "only what the table has"


def test_every_column_is_explained(book: openpyxl.Workbook):
    explained = {row["What"] for row in rows(book["Notes"]) if row["Of"] == "Column"}
    assert explained >= set(rows(book["needs 01"])[0])


@pytest.mark.parametrize(
    ("unit", "value", "shown", "look"),
    [
        ("%", "26.47", 26, "#,##0"),
        ("days", "1.6", Decimal("1.6"), "#,##0.0"),
        ("ratio", "1.5", Decimal("1.50"), "#,##0.00"),
        ("p-value", "0.0001", "[low]", "General"),
        ("%", "0", 0, "#,##0"),
    ],
)
def test_a_number_has_the_places_with_which_the_report_prints_it(unit, value, shown, look):
    row = ("a.x", "X", value, "", "", "", "", unit, "number", "example", "needs", "")
    sheet = workbook.Sheet("x-01-x.csv", "X", "P", tuple(workbook.COLUMNS), (row,))
    made = openpyxl.load_workbook(io.BytesIO(workbook.workbook([sheet], LABEL, POLICY)))["x 01"]
    assert str(made["C5"].value) == str(shown).rstrip("0" if isinstance(shown, Decimal) else "")
    assert made["C5"].number_format == look


def test_a_group_that_is_called_as_a_column_keeps_its_own(book: openpyxl.Workbook):
    row = ("a.x", "X", "10", "6.4", "", "", "", "", "%", "number", "published", "worked out", "")
    heads = (
        "id",
        "label",
        "n",
        "value",
        "low",
        "high",
        "count",
        "n",
        "unit",
        "status",
        "origin",
        "source",
        "method",
    )
    sheet = workbook.Sheet("x-01-x.csv", "X", "P", heads, (row,))
    made = openpyxl.load_workbook(io.BytesIO(workbook.workbook([sheet], LABEL, POLICY)))["x 01"]
    assert (rows(made)[0]["N"], rows(made)[0]["Number"], rows(made)[0]["Out of"]) == (10, 6, "[z]")


@pytest.mark.parametrize(
    ("groups", "shown"),
    [(("0", "12"), [0, 12]), (("12", "12 to 24"), ["12", "12 to 24"]), (("01", "2"), ["01", "2"])],
)
def test_groups_that_are_all_numbers_are_numbers_and_stand_at_the_right(groups, shown):
    heads = ("id", "label", "week", *list(workbook.COLUMNS)[2:])
    body = tuple(("a.x", "X", week, *("",) * 5, "%", "suppressed", "example", "", "") for week in groups)
    sheet = workbook.Sheet("x-01-x.csv", "X", "Y?", heads, body)
    made = openpyxl.load_workbook(io.BytesIO(workbook.workbook([sheet], LABEL, POLICY)))["x 01"]
    assert [row["Week"] for row in rows(made)] == shown
    right = {cell.alignment.horizontal == "right" for (cell,) in made["C4:C6"]}
    assert right == {isinstance(shown[0], int)}
    assert made["A3"].value.startswith("From “Y?”. ")


def test_the_rule_for_small_numbers_is_said_in_words(book: openpyxl.Workbook):
    (rule,) = [row for row in rows(book["Notes"]) if row["Of"] == "Rule for small numbers"]
    assert rule["What"] == "ons-5" and rule["Meaning"].startswith("Counts from 1 to 4 are withheld")


def test_nothing_that_was_withheld_is_in_the_file(sheets: list[workbook.Sheet]):
    found = openpyxl.load_workbook(io.BytesIO(workbook.workbook(sheets, LABEL, POLICY)))
    few = next(row for row in rows(found["needs 01"]) if row["Name"] == "a.rate")
    assert not {3, 10, 30} & {v for v in few.values() if isinstance(v, (int, float))}


def test_text_that_looks_like_a_formula_stays_text(book: openpyxl.Workbook):
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert not [c for c in cells if c.data_type == "f"]
    planted = [c for c in cells if c.value == "=HYPERLINK(1)"]
    assert len(planted) == 1
    assert planted[0].quotePrefix


def test_every_sheet_says_where_the_data_come_from(book: openpyxl.Workbook):
    assert {sheet["A2"].value for sheet in book} == {LABEL}


def test_a_printed_worksheet_has_its_name_and_its_pages_numbered(book: openpyxl.Workbook):
    assert {sheet.oddFooter.right.text for sheet in book.worksheets[1:]} == {"&A, page &P of &N"}


def test_the_same_tables_give_the_same_bytes(sheets: list[workbook.Sheet]):
    assert workbook.workbook(sheets, LABEL, POLICY) == workbook.workbook(sheets, LABEL, POLICY)


def test_each_worksheet_has_a_name_of_its_own_and_none_is_cut():
    files = [f"{'x' * 40}-01-a.csv", "needs-01-a.csv", "needs-01-b.csv", "how_sure-02-c.csv"]
    names = workbook.sheet_names([workbook.Sheet(file, "t", "p", (), ()) for file in files])
    assert names == ["table 1", "needs 01", "table 3", "how sure 02"]


def word(report: Path, *, annexes: bool = False) -> docx.document.Document:
    pages = [report / "book" / name for name in ("01_needs.html", "say.html", "methods.html")]
    return docx.Document(io.BytesIO(workbook.report_docx(pages, "A project", LABEL, annexes=annexes)))


def headings(made: docx.document.Document, level: int = 1) -> list[str]:
    return [p.text for p in made.paragraphs if p.style.name == f"Heading {level}"]


def test_the_report_in_word_has_text_tables_and_figures_and_no_code(report: Path):
    made = word(report)
    text = "\n".join(p.text for p in made.paragraphs)
    assert "Some words." in text
    assert "one: two" in text
    assert not {"print(1)", "Contents", "code"} & set(text.replace("\n", " ").split())
    assert (headings(made), headings(made, 2)) == (["Needs"], ["Who asked"])
    captions = [p.text for p in made.paragraphs if p.style.name == "Caption"]
    assert captions == [
        "Figure 1. Four in ten. Of whom",
        f"Table 1. What & who. {tables.ORIGIN_NOTES['example']}.",
    ]
    assert [cell.text for cell in made.tables[0].rows[0].cells][:2] == ["Finding", "Number"]


def test_the_annexes_hold_the_detail_and_how_it_was_done_and_the_report_does_not(report: Path):
    apart, first = ("\n".join(p.text for p in word(report, annexes=a).paragraphs) for a in (True, False))
    assert headings(word(report, annexes=True)) == ["Needs", "Methods"]
    assert "More of it." in apart and "Some words." not in apart
    assert "More of it." not in first and "Some words." in first


def test_in_word_the_contents_are_linked_rows_of_headings_repeat_and_pictures_are_described(report: Path):
    made = word(report, annexes=True)
    body = made.element.body
    links = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    marks = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert links == marks == ["part1", "part2"]
    for table in word(report).tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    pictures = word(report).element.xpath("//wp:docPr")
    assert len(pictures) == 1
    assert all("40 of 100" in picture.get("descr") for picture in pictures)


def test_in_word_each_numbered_list_begins_at_one():
    lists = [blocks.Bullets((blocks.plain("a"), blocks.plain("b")), ordered=True)] * 2
    made = docx.Document(io.BytesIO(document("Title", lists, label=LABEL)))
    own = [p._p.pPr.numPr.numId.val for p in made.paragraphs if p.style.name == "List Number"]
    assert own[0] == own[1] != own[2] == own[3]
    starts = made.part.numbering_part.element.xpath(f"w:num[@w:numId='{own[2]}']//w:startOverride/@w:val")
    assert starts == ["1"]


def test_in_word_a_chart_is_the_drawing_for_a_wide_page(report: Path):
    (picture,) = word(report).inline_shapes
    assert picture.width > docx.shared.Cm(15)
    assert blocks.desk("<svg viewBox='0 0 1 1'></svg>") is None, "a drawing that has no other"


def test_pages_come_in_the_order_of_the_contents(tmp_path: Path):
    toc = {"root": "index", "parts": [{"chapters": [{"file": "b"}]}, {"chapters": [{"file": "a"}]}]}
    (tmp_path / "_toc.yml").write_text(json.dumps(toc), encoding="utf-8")
    assert [p.name for p in workbook.in_order(tmp_path / "_toc.yml", Path("x"))] == [
        "index.html",
        "b.html",
        "a.html",
    ]
