"""For co-authors: one workbook of every released table, and the whole report as one Word document.

Both are made from a published report (its tables, its book), so that they hold what the gate released and
nothing else. The same report gives the same bytes. The workbook follows the Government Analysis Function's
*Releasing statistics in spreadsheets*: a cover, contents and notes, one table a worksheet and marked as one,
its title first and its notes above it, no blank row, no merged or coloured cell, shorthand in brackets.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ut_research.core import policies
from ut_research.core.estimate import Estimate
from ut_research.core.units import capital, small
from ut_research.disclosure import decision, gate
from ut_research.publishing import blocks as paper
from ut_research.publishing.comments import restored
from ut_research.publishing.standing import LABELS
from ut_research.show.tables import HIDDEN, ORIGIN_NOTES, decimals

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: What stands in a cell without a number, by what the table for download has there, and what it means.
SHORTHAND = {
    gate.SUPPRESSED: ("[c]", f"confidential: {HIDDEN}"),
    gate.NOT_COLLECTED: ("[x]", "not available: the export does not hold it"),
    gate.NOT_WORKED_OUT: (
        "[n]",
        "not worked out: it cannot be known from the export, and the method says why",
    ),
    "": ("[z]", "not applicable: there is no such part, for example no range around a count"),
    "low": ("[low]", "not 0, and as it is printed it rounds to 0"),
}
#: What each column is called, and what it holds.
COLUMNS = {
    "id": ("Name", "the name of the finding, the same in every report"),
    "label": ("Finding", "what was counted or measured"),
    "value": ("Number", "the finding as it is printed, in its unit; a share is out of 100"),
    "low": ("Range from", "where the likely range around it begins"),
    "high": ("Range to", "where the likely range around it ends"),
    "count": ("Counted", "the people, or things, that it rests on"),
    "n": ("Out of", "how many people, or things, they are out of"),
    "unit": ("Unit", "what the number and its range are counted in"),
    "status": ("Status", "number, suppressed, not collected or not worked out"),
    "origin": ("Origin", "; ".join(f"{o}: {small(note)}" for o, note in ORIGIN_NOTES.items())),
    "source": ("Source", "the table of the export, or the document and section"),
    "method": ("Method", "how the number and its range were worked out"),
}
#: The columns of numbers, and those after them; between the name of a finding and them stand its groups.
NUMBERS, LAST = ("value", "low", "high", "count", "n"), 10
#: The pages in the report in Word beside the chapters, those in its annexes, and the heading
#: of a chapter under which there is more for these.
REPORT = ("index", "project", "next")
ANNEXES = ("11_published_figures", "methods", "glossary", "dictionary", "made")
DETAIL = paper.plain("The detail")
_LINK = re.compile(r'href="tables/([^"]+\.csv)"[^>]*>Download (?:this table: )?(.*?) \(CSV\)<', re.DOTALL)


@dataclass(frozen=True)
class Sheet:
    """One released table: its file, what it shows, the page it is on, its columns and its rows as text."""

    file: str
    title: str
    page: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def make(root: Path, folder: Path, report: Path) -> list[Path]:
    """Write the workbook, the report and its annexes of the run in `folder` into its `report`; the files."""
    label = LABELS[decision.standing(folder)]
    settings = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    pages = in_order(folder / "book" / "_toc.yml", report / "book")
    sheets = tables(report / "tables", pages)
    files = {
        "tables.xlsx": workbook(sheets, label, settings["parameters"]),
        "report.docx": report_docx(pages, settings["parameters"]["title"], label),
        "annexes.docx": report_docx(pages, settings["parameters"]["title"], label, annexes=True),
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
            heads, *rows = map(tuple, csv.reader(opened))
        title, page_title = shown.get(file, (file.removesuffix(".csv").replace("-", " "), ""))
        found.append(Sheet(file, title, page_title, heads, tuple(rows)))
    return found


def workbook(sheets: list[Sheet], label: str, parameters: Mapping[str, Any]) -> bytes:
    """The workbook: cover, contents, notes, sources, and a worksheet a table.

    Parameters
    ----------
    sheets : the tables.
    label : where the data come from.
    parameters : of the run: the title of the study, whom to ask, and the disclosure policy.
    """
    from openpyxl import Workbook
    from openpyxl.worksheet.hyperlink import Hyperlink

    book = Workbook()
    book.properties.title, book.properties.creator = f"{parameters['title']}: released tables", ""
    book.properties.language = "en-GB"
    book.properties.created = book.properties.modified = datetime.datetime(2000, 1, 1)
    book.remove(book.worksheets[0])
    names = sheet_names(sheets)
    _cover(book.create_sheet("Cover"), label, parameters)
    notes = _notes(parameters)
    sources = sorted({(row[-2], row[-3]) for s in sheets for row in s.rows if row[-2]})
    listed = [("Notes", "What shorthand, columns and rules mean", "[z]", len(notes))]
    listed.append(("Sources", "Where the numbers come from", "[z]", len(sources)))
    listed += [(name, s.title, s.page or "[z]", len(s.rows)) for name, s in zip(names, sheets, strict=True)]
    above = ["Contents", label, "This worksheet has one table, with a link to each other worksheet. "
             "Shorthand: [z] not applicable."]  # fmt: skip
    contents = book.create_sheet("Contents")
    _table(contents, above, ("Worksheet", "Table", "Page of the book", "Rows"), listed)
    for row, (name, *_) in enumerate(listed, 5):
        link = contents.cell(row, 1)
        link.hyperlink, link.font = Hyperlink(link.coordinate, location=f"'{name}'!A1"), _font(link=True)
    above = ["Notes", label, "This worksheet has one table: what shorthand, columns and rules mean."]
    _table(book.create_sheet("Notes"), above, ("Of", "What", "Meaning"), notes)
    above = ["Sources", label, "This worksheet has one table: where the numbers come from."]
    _table(book.create_sheet("Sources"), above, ("Source", "Origin"), sources)
    for name, s in zip(names, sheets, strict=True):
        _released(book.create_sheet(name), s, label)
    out = io.BytesIO()
    book.save(out)
    return paper.timeless(out.getvalue())


def report_docx(pages: Iterable[Path], title: str, label: str, *, annexes: bool = False) -> bytes:
    """The pages of a built book as a Word document: text, tables and figures, without the code.

    The report holds what its readers need. Its `annexes` hold what stands under `DETAIL` in a chapter, and
    the pages about how it was all done.
    """
    from ut_research.publishing import word

    blocks: list[paper.Block] = []
    for page in pages:
        part = paper.read_page(page, without=paper.NUMBERS)
        at = next(
            (i for i, b in enumerate(part) if isinstance(b, paper.Heading) and b.text == DETAIL), len(part)
        )
        first = page.stem in REPORT or (page.stem[:2].isdigit() and page.stem not in ANNEXES)
        if page.stem in ANNEXES and annexes:
            blocks += part
        elif first and annexes and part[at:]:
            blocks += [part[0], *part[at + 1 :]]
        elif first and not annexes:
            blocks += part[:at]
    return word.document(f"{title}, evaluated{': annexes' * annexes}", blocks, label=label)


def sheet_names(sheets: Sequence[Sheet]) -> list[str]:
    """A name for each worksheet: the chapter of its table and its number there; none is cut, all differ."""
    found = [re.match(r"(\w{1,24})-(\d+)-", s.file) for s in sheets]
    names = [f"{m[1].replace('_', ' ')} {m[2]}" if m else f"table {i}" for i, m in enumerate(found, 1)]
    return [n if n not in names[:i] else f"table {i + 1}" for i, n in enumerate(names)]


def _notes(parameters: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What shorthand, columns and the rule for small numbers mean: of what kind each is, and its name."""
    notes = [("Shorthand", short, meaning) for short, meaning in SHORTHAND.values()]
    notes += [("Column", *column) for column in COLUMNS.values()]
    return [*notes, ("Rule for small numbers", parameters["policy"], policies.words(parameters))]


def _cover(sheet: Worksheet, label: str, parameters: Mapping[str, Any]) -> None:
    """What the workbook is, whom to ask, and how to read it, a line each."""
    lines = [
        f"{parameters['title']}: released tables",
        label,
        "The tables of the report, with numbers as they are printed there, a worksheet each.",
        "Contents lists them. Notes explains the shorthand in square brackets, the columns and the rules "
        "for small numbers. Sources says where the numbers come from.",
        f"Contact: {parameters['contact']}" if parameters.get("contact") else "",
    ]
    _above(sheet, [line for line in lines if line], wrap=True)
    _room(sheet, 2, 90)


def _released(sheet: Worksheet, table: Sheet, label: str) -> None:
    """The worksheet of a released table, with the shorthand that it has explained above it."""
    rows = [_cells(row) for row in table.rows] or [
        ["nothing was released", *["[z]"] * (len(table.heads) - 1)]
    ]
    for j in range(2, len(table.heads) - LAST):  # groups that are numbers, such as weeks
        if all(re.fullmatch(r"0|[1-9]\d{0,8}", str(row[j])) for row in rows):
            for row in rows:
                row[j] = int(row[j])
    used = {cell for row in rows for cell in row}
    told = "; ".join(f"{short} {meaning}" for short, meaning in SHORTHAND.values() if short in used)
    known = (*table.heads[:2], *[""] * (len(table.heads) - 2 - LAST), *table.heads[-LAST:])
    heads = [COLUMNS[raw][0] if raw else capital(head) for head, raw in zip(table.heads, known, strict=True)]
    above = [table.title, label, f"From “{table.page or table.file}”. This worksheet has one table. "
             f"Shorthand: {told or 'none'}. See Notes."]  # fmt: skip
    _table(sheet, above, heads, rows)


def _cells(row: Sequence[str]) -> list[str | int | Decimal]:
    """A row of a table for download, its numbers as they are printed."""
    numbers, (unit, _, origin, *_) = row[-LAST:-5], row[-5:]
    texts = [SHORTHAND[""][0] if text == "" else restored(text) for text in row]
    if numbers[0] in SHORTHAND:
        return [*texts[:-LAST], *(SHORTHAND[text][0] for text in numbers), *texts[-5:]]
    count = float(numbers[3]) if numbers[3] else None
    found = Estimate("", "", unit=unit, count=count, origin=origin)  # type: ignore[arg-type]
    printed = [_printed(text, found, whole=i > 2) for i, text in enumerate(numbers)]
    return [*texts[:-LAST], *printed, *texts[-5:]]


def _printed(text: str, found: Estimate, *, whole: bool) -> str | int | Decimal:
    """A number as it is printed, or shorthand."""
    if not text:
        return SHORTHAND[""][0]
    value = float(text)
    digits = 0 if whole else decimals(found, value)
    rounded = Decimal(f"{value:.{digits}f}")
    if value and not rounded:
        return SHORTHAND["low"][0]
    return rounded if digits else int(rounded)


def _table(sheet: Worksheet, above: Sequence[str], heads: Sequence[str], rows: Iterable[Any]) -> None:
    """A worksheet of one table, marked as such: lines about it, its headings, and its rows."""
    from openpyxl.worksheet.table import Table

    _above(sheet, above)
    first, body = len(above) + 1, [heads, *rows]
    numbers = [any(not isinstance(one, str) for one in column[1:]) for column in zip(*body, strict=True)]
    for i, row in enumerate(body, first):
        for j, (content, right) in enumerate(zip(row, numbers, strict=True), 1):
            _put(sheet.cell(i, j), content, _font(bold=i == first), wrap=True, right=right)
    name = re.sub(r"\W", "_", f"t_{sheet.title}")
    sheet.add_table(
        Table(displayName=name, ref=f"A{first}:{sheet.cell(first + len(body) - 1, len(heads)).coordinate}")
    )
    sheet.print_title_rows = f"{first}:{first}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = "&A, page &P of &N"
    _room(sheet, first, 60)


def _room(sheet: Worksheet, first: int, most: int) -> None:
    """Room for what stands in the cells from the row `first`: columns up to `most` wide, and rows."""
    rows = [[1.05 * len(str(cell.value)) + 3 for cell in row] for row in sheet.iter_rows(min_row=first)]
    widths = [max(10, min(max(column), most)) for column in zip(*rows, strict=True)]
    for j, width in enumerate(widths, 1):
        sheet.column_dimensions[sheet.cell(1, j).column_letter].width = width
    for i, row in enumerate(rows, first):
        sheet.row_dimensions[i].height = 16 * max(
            -(-need // width) for need, width in zip(row, widths, strict=True)
        )


def _above(sheet: Worksheet, lines: Sequence[str], *, wrap: bool = False) -> None:
    """Lines from the top of a worksheet, the first its title."""
    for i, line in enumerate(lines, 1):
        _put(sheet.cell(i, 1), line, _font(16, bold=True) if i == 1 else _font(), wrap=wrap)


def _font(size: int = 12, *, bold: bool = False, link: bool = False) -> Any:
    """The letters of a cell."""
    from openpyxl.styles import Font

    return Font("Arial", size, bold, underline="single" if link else None, color="0B3B5C" if link else None)


def _put(cell: Any, content: str | int | Decimal, font: Any, *, wrap: bool, right: bool = False) -> None:
    """Put a number into a cell as it is printed, or a text, which is never a formula.

    `right`: whether the column is one of numbers.
    """
    from openpyxl.styles import Alignment

    cell.value, cell.font = content, font
    wraps, at = wrap and isinstance(content, str), "right" if right else None
    cell.alignment = Alignment(horizontal=at, vertical="top", wrap_text=wraps)
    if isinstance(content, str):
        cell.data_type = "s"  # whatever it begins with
        cell.quotePrefix = content.startswith(tuple("=+-@|%"))
    else:
        digits = -int(content.as_tuple().exponent) if isinstance(content, Decimal) else 0
        cell.number_format = "#,##0" + f".{'0' * digits}" * bool(digits)
