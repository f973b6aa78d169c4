"""The workbook and the report in Word: every released table, and nothing that a program would run."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import openpyxl
import pytest
from invented import release

from ut_research.core.estimate import Estimate
from ut_research.disclosure import gate
from ut_research.publishing import workbook
from ut_research.show import charts, tables

LABEL = workbook.LABELS["example"]
POLICY = {"policy": "ons-5", "threshold": 5, "rounding": "none", "zeros_safe": True, "all_alike_below": 20}
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
    (tmp_path / "book" / "needs.html").write_text(
        "<html><body><article><h1>Needs</h1><nav>Contents</nav><h2>Who asked</h2>"
        "<p>Some <strong>words</strong>.</p><ul><li>one<ul><li>two</li></ul></li></ul>"
        "<details><summary>The code</summary><div class='highlight'>print(1)</div></details>"
        f"<img src='_images/x.svg' alt='{chart.alt}'>{table}</article></body></html>",
        encoding="utf-8",
    )
    return tmp_path


@pytest.fixture
def sheets(report: Path) -> list[workbook.Sheet]:
    return workbook.tables(report / "tables", [report / "book" / "needs.html"])


@pytest.fixture
def book(sheets: list[workbook.Sheet]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook.workbook(sheets, LABEL, POLICY)))


def rows(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[dict[str, object]]:
    heads, *body = list(sheet.iter_rows(min_row=4, values_only=True))
    return [dict(zip(heads, row, strict=True)) for row in body]


def test_there_is_a_sheet_for_each_table_after_contents_notes_and_sources(book: openpyxl.Workbook):
    assert book.sheetnames == ["Contents", "Notes", "Sources", "needs 01 what", "all 01 more"]
    contents = rows(book["Contents"])
    assert contents[0] == {
        "Sheet": "needs 01 what",
        "Table": "What & who",
        "Page of the book": "Needs",
        "Rows": 5,
    }
    assert book["Contents"]["A5"].hyperlink.location == "'needs 01 what'!A1"


def test_numbers_are_numbers_and_the_other_kinds_of_cell_say_what_they_are(book: openpyxl.Workbook):
    by_id = {row["id"]: row for row in rows(book["needs 01 what"])}
    assert (by_id["a.other"]["value"], by_id["a.other"]["high"], by_id["a.other"]["n"]) == (40, 49.25, 100)
    assert by_id["a.none"]["value"] == 0
    assert by_id["a.rate"]["value"] == by_id["a.rate"]["count"] == gate.SUPPRESSED
    assert by_id["a.absent"]["value"] == gate.NOT_COLLECTED
    notes = [str(row["What"]) for row in rows(book["Notes"])]
    assert {"Cell: 0", "Cell: withheld", "Cell: not collected", "Cell: blank"} <= set(notes)


def test_nothing_that_was_withheld_is_in_the_file(sheets: list[workbook.Sheet]):
    found = openpyxl.load_workbook(io.BytesIO(workbook.workbook(sheets, LABEL, POLICY)))
    few = next(row for row in rows(found["needs 01 what"]) if row["id"] == "a.rate")
    assert not {3, 10, 30} & {v for v in few.values() if isinstance(v, (int, float))}


def test_text_that_looks_like_a_formula_stays_text(book: openpyxl.Workbook):
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert not [c for c in cells if c.data_type == "f"]
    planted = [c for c in cells if c.value == "=HYPERLINK(1)"]
    assert len(planted) == 1
    assert planted[0].quotePrefix


def test_every_sheet_says_where_the_data_come_from(book: openpyxl.Workbook):
    assert {sheet["A2"].value for sheet in book} == {LABEL}


def test_the_same_tables_give_the_same_bytes(sheets: list[workbook.Sheet]):
    assert workbook.workbook(sheets, LABEL, POLICY) == workbook.workbook(sheets, LABEL, POLICY)


def test_names_that_are_alike_still_give_a_sheet_each():
    alike = [workbook.Sheet(f"{'x' * 40}-{i}.csv", "t", "p", ()) for i in range(3)]
    names = openpyxl.load_workbook(io.BytesIO(workbook.workbook(alike, LABEL, POLICY))).sheetnames
    assert len(set(names)) == 6
    assert max(map(len, names)) <= 31


def test_the_report_in_word_has_text_tables_and_figures_and_no_code(report: Path):
    made = docx.Document(
        io.BytesIO(workbook.report_docx([report / "book" / "needs.html"], "A project", LABEL))
    )
    text = "\n".join(p.text for p in made.paragraphs)
    assert "Some words." in text
    assert "one: two" in text
    assert not {"print(1)", "Contents", "code"} & set(text.replace("\n", " ").split())
    assert [p.text for p in made.paragraphs if p.style.name == "Heading 1"] == ["Needs"]
    captions = [p.text for p in made.paragraphs if p.style.name == "Caption"]
    assert captions == [
        "Figure 1. Four in ten",
        f"Table 1. What & who. {tables.ORIGIN_NOTES['example']}.",
    ]
    assert [cell.text for cell in made.tables[0].rows[0].cells][:2] == ["Finding", "Number"]
    assert "40 of 100" in made.element.xpath("//wp:docPr/@descr")[0]


def test_pages_come_in_the_order_of_the_contents(tmp_path: Path):
    toc = {"root": "index", "parts": [{"chapters": [{"file": "b"}]}, {"chapters": [{"file": "a"}]}]}
    (tmp_path / "_toc.yml").write_text(json.dumps(toc), encoding="utf-8")
    assert [p.name for p in workbook.in_order(tmp_path / "_toc.yml", Path("x"))] == [
        "index.html",
        "b.html",
        "a.html",
    ]
