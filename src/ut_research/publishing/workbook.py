"""For co-authors: one workbook of every released table, and the whole report as one Word document.

Both are made from a published report (its tables, its book), so that they hold what the gate released and
nothing else. The same report gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ut_research.core import policies
from ut_research.disclosure import decision, gate
from ut_research.publishing import blocks as paper
from ut_research.publishing.brief import LABELS
from ut_research.show.tables import ORIGIN_NOTES

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: Columns whose cells are numbers, or words that say why there is none.
NUMBERS = ("value", "low", "high", "count", "n")
#: What each column holds that is not plain from its name.
COLUMNS = {
    "id": "the name of the finding, the same in every report",
    "label": "what was counted or measured",
    "value": "the finding, in its unit; a share is out of 100",
    "low, high": "the likely range around it",
    "count, n": "the people, or things, it rests on, and how many they are out of",
    "status": "number, suppressed, not collected or not worked out",
    "origin": "; ".join(f"{origin}: {note[0].lower()}{note[1:]}" for origin, note in ORIGIN_NOTES.items()),
    "source": "the table of the export, or the document and section",
    "method": "how the value and its range were worked out",
}
#: How the kinds of cell without a number are shaded, beside what is written in them.
SHADES = {gate.SUPPRESSED: "FFE3B3", gate.NOT_COLLECTED: "E6E6E6", gate.NOT_WORKED_OUT: "E6E6E6"}
_LINK = re.compile(r'href="tables/([^"]+\.csv)"[^>]*>Download (?:this table: )?(.*?) \(CSV\)<', re.DOTALL)


@dataclass(frozen=True)
class Sheet:
    """One released table: its file, what it shows, the page it is on, and its rows as text."""

    file: str
    title: str
    page: str
    rows: tuple[Mapping[str, str], ...]


def make(root: Path, folder: Path, report: Path) -> list[Path]:
    """Write ``tables.xlsx`` and ``report.docx`` of the run in `folder` into its `report`; the files."""
    label = LABELS[decision.standing(folder)]
    settings = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    pages = in_order(folder / "book" / "_toc.yml", report / "book")
    sheets = tables(report / "tables", pages)
    files = {
        "tables.xlsx": workbook(sheets, label, settings["parameters"]),
        "report.docx": report_docx(pages, settings["parameters"]["title"], label),
    }
    for name, content in files.items():
        (report / name).write_bytes(content)
    return [report / name for name in files]


def in_order(contents: Path, book: Path) -> list[Path]:
    """The built pages of `book`, in the order of its table of contents."""
    import yaml

    toc = yaml.safe_load(contents.read_text(encoding="utf-8"))
    names = [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]
    return [book / f"{name}.html" for name in names]


def tables(folder: Path, pages: Iterable[Path]) -> list[Sheet]:
    """The released tables in `folder`, in the order in which the `pages` show them."""
    shown: dict[str, tuple[str, str]] = {}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        heading = re.search(r"<h1>(.*?)<", text)
        for file, title in _LINK.findall(text):
            shown.setdefault(file, (unescape(title), unescape(heading[1]) if heading else page.stem))
    found = []
    for file in [*shown, *sorted(p.name for p in folder.glob("*.csv") if p.name not in shown)]:
        with (folder / file).open(encoding="utf-8", newline="") as opened:
            rows = tuple(csv.DictReader(opened))
        title, page_title = shown.get(file, (file.removesuffix(".csv").replace("-", " "), ""))
        found.append(Sheet(file, title, page_title, rows))
    return found


def workbook(sheets: list[Sheet], label: str, parameters: Mapping[str, Any]) -> bytes:
    """The workbook: contents, notes, sources, and a sheet a table.

    Parameters
    ----------
    sheets : the tables.
    label : where the data come from.
    parameters : of the run; those of the disclosure policy are noted.
    """
    from openpyxl import Workbook
    from openpyxl.worksheet.hyperlink import Hyperlink

    book = Workbook()
    book.properties.title, book.properties.creator = "Released tables", ""
    book.properties.language = "en-GB"
    book.properties.created = book.properties.modified = datetime.datetime(2000, 1, 1)
    contents = book.active
    assert contents is not None
    contents.title = "Contents"
    names = _sheet_names(sheets)
    rows = [(name, s.title, s.page, len(s.rows)) for name, s in zip(names, sheets, strict=True)]
    _write(
        contents, [("Released tables",), (label,), ()], ("Sheet", "Table", "Page of the book", "Rows"), rows
    )
    for row, name in enumerate(names, 5):
        contents.cell(row, 1).hyperlink = Hyperlink(f"A{row}", location=f"'{name}'!A1")
        contents.cell(row, 1).style = "Hyperlink"
    policy = [(f"Disclosure policy: {k}", str(parameters[k])) for k in ("policy", *policies.KEYS)]
    legend = [(f"Cell: {cell}", meaning) for cell, meaning in gate.LEGEND.items()]
    legend += [("Cell: blank", "there is no such part, for example no range around a count")]
    notes = [*policy, ("Where these rules come from", policies.SOURCES[parameters["policy"]]), *legend]
    notes += [(f"Column: {column}", meaning) for column, meaning in COLUMNS.items()]
    _write(book.create_sheet("Notes"), [("Notes",), (label,), ()], ("What", "Meaning"), notes)
    sources = sorted({(r["source"], r["origin"]) for s in sheets for r in s.rows if r.get("source")})
    _write(book.create_sheet("Sources"), [("Sources",), (label,), ()], ("Source", "Origin"), sources)
    for name, s in zip(names, sheets, strict=True):
        heads = tuple(s.rows[0]) if s.rows else ("nothing was released",)
        cells = [[_cell(column, text) for column, text in row.items()] for row in s.rows]
        _write(book.create_sheet(name), [(s.title,), (label,), (f"From {s.page or s.file}",)], heads, cells)
    out = io.BytesIO()
    book.save(out)
    return paper.timeless(_undated(out.getvalue()))


def report_docx(pages: Iterable[Path], title: str, label: str) -> bytes:
    """The pages of a built book as one Word document: text, tables and figures, without the code."""
    from ut_research.publishing import word

    blocks = [block for page in pages for block in paper.read_page(page)]
    return word.document(f"{title}, evaluated", blocks, label=label, contents=True)


def _cell(column: str, text: str) -> str | float | int | None:
    """A cell of a CSV of released findings as a number where it is one."""
    if not text:
        return None
    if column in NUMBERS and text not in SHADES:
        number = float(text)
        return int(number) if number.is_integer() else number
    return text[1:] if text[0] == "'" and text[1:2] in tuple("=+-@|%") else text


def _write(
    sheet: Worksheet, above: list[tuple[str, ...]], heads: tuple[str, ...], rows: Iterable[Any]
) -> None:
    """A title, lines about the table, its headings, and its rows; text is never a formula."""
    from openpyxl.styles import Alignment, Font, PatternFill

    body = [*above, heads, *rows]
    for i, row in enumerate(body, 1):
        for j, content in enumerate(row, 1):
            cell = sheet.cell(i, j)
            cell.value = content
            if isinstance(content, str):
                cell.data_type = "s"  # whatever it begins with
                cell.quotePrefix = content.startswith(tuple("=+-@|%"))
            elif isinstance(content, float):
                cell.number_format = "#,##0.0" if abs(content) >= 1 else "0.000"
            if i > len(above):
                cell.alignment = Alignment(vertical="top", wrap_text=isinstance(content, str))
            if i == len(above) + 1:
                cell.font = Font(bold=True, color="FFFFFF")
                cell.fill = PatternFill("solid", fgColor="005A8F")
            elif content in SHADES:
                cell.fill = PatternFill("solid", fgColor=SHADES[str(content)])
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    sheet.freeze_panes = sheet.cell(len(above) + 2, 1)
    sheet.print_title_rows = f"{len(above) + 1}:{len(above) + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    widths = []
    for j in range(len(heads)):
        texts = [_shown(row[j]) for row in body[len(above) :] if len(row) > j]
        widths.append(max(9, min(max(map(len, texts), default=0) + 2, 60)))
        sheet.column_dimensions[sheet.cell(1, j + 1).column_letter].width = widths[-1]
    for i, row in enumerate(body[len(above) :], len(above) + 1):
        lines = max(-(-len(_shown(part)) // (w - 2)) for part, w in zip(row, widths, strict=True))
        if lines > 1:
            sheet.row_dimensions[i].height = 15 * lines


def _shown(content: Any) -> str:
    """About what a cell shows, to make room for it."""
    return f"{content:.1f}" if isinstance(content, float) else "" if content is None else str(content)


def _sheet_names(sheets: list[Sheet]) -> list[str]:
    """A name for each sheet that spreadsheets allow: the beginning of its file's name, no two the same."""
    names: list[str] = []
    for s in sheets:
        name = re.sub(r"[^\w ]", " ", s.file.removesuffix(".csv"))[:31].strip()
        names.append(
            name if name.lower() not in map(str.lower, names) else f"{name[:27]} {len(names) + 1:03d}"
        )
    return names


def _undated(archive: bytes) -> bytes:
    """The workbook without the moment at which openpyxl says that it was changed."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        files = [(name, opened.read(name)) for name in opened.namelist()]
    stamp = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
    return paper.zipped((n, stamp.sub(rb"\g<1>2000-01-01T00:00:00Z", c)) for n, c in files)
