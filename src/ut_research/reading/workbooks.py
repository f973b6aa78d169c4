"""Workbooks: each sheet as rows of text, numbered as a spreadsheet program shows them.

Formula cells give the value last saved, dates ISO text, and escaped characters what they stand for. Workbooks
that would be too large once unpacked are refused.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element

from ut_research.core.problems import Problem, ProblemsFound, stop
from ut_research.reading.dates import EPOCHS, SPREADSHEET
from ut_research.reading.grids import LONGEST_CELL, MOST_COLUMNS, Note, Sheet, as_written, from_rows

#: The part that a workbook of each kind cannot be without; and that of an .ods which says what is locked.
_BODY, _MANIFEST = {".xlsx": "xl/workbook.xml", ".ods": "content.xml"}, "META-INF/manifest.xml"
KINDS = {*_BODY}
#: Most bytes of a workbook once unpacked.
LARGEST_UNPACKED = 10**9
#: Most cells of a sheet, counted as the repeats in an .ods file ask for them.
MOST_CELLS = 50_000_000
#: A workbook larger than 20 MB unpacked may be this many times as large as packed; data are 5 to 30 times.
MOST_TIMES_PACKED = 200
#: A cell of an .xlsx sheet with a formula: its attributes, and what comes after the tag of the formula.
_FORMULA = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f[\s>/](.*?)</(?:\w+:)?c>", re.S)


#: How an .ods file says that a row or column is hidden, and where the value of a cell of each kind is.
_UNSEEN = ("collapse", "filter")
_VALUE = {**dict.fromkeys(("float", "percentage", "currency"), "value"), "date": "date-value",
          "boolean": "boolean-value", "string": "string-value"}  # fmt: skip


def _unpacked(path: Path) -> zipfile.ZipFile:
    """Open a workbook's zip, unless unpacking it would fill the machine."""
    book = zipfile.ZipFile(path)
    total = sum(part.file_size for part in book.infolist())
    packed = path.stat().st_size
    if total > LARGEST_UNPACKED or (total > 20 * 10**6 and total > MOST_TIMES_PACKED * packed):
        raise stop(
            "unpacked, the workbook is far larger than its data can be", path.name, "Save the tables as CSV"
        )
    names, kind = book.namelist(), path.suffix.lower()
    locked = _MANIFEST in names and b"encryption-data" in book.read(_MANIFEST)
    if locked or any(part.flag_bits & 1 for part in book.infolist()):
        raise stop("the workbook is protected by a password", path.name, "Save it without a password")
    if _BODY[kind] not in names:
        what = f"the file is damaged or not an {kind} workbook, though its name ends so"
        raise stop(what, path.name, "Save it again from the program that made it")
    return book


def xlsx(path: Path) -> Iterator[Sheet]:
    """Read each sheet of an .xlsx workbook that holds anything."""
    import python_calamine

    with _unpacked(path) as archive:
        parts, epoch = _parts(archive)
        bodies = {part: archive.read(part) for part in parts if part in archive.namelist()}
        if any(_far(body) for body in bodies.values()):
            raise _too_many(path.name)
        book = python_calamine.load_workbook(_readable(path, archive, bodies))
    for about, part in zip(book.sheets_metadata, parts, strict=True):
        if about.typ == python_calamine.SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(about.name)
            rows = {n: row for n, row in enumerate(sheet.iter_rows(), 1) if row.count("") < len(row)}
            merged = tuple((r1 + 1, c1, r2 + 1, c2) for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or ())
            body, seen = bodies.get(part, b""), python_calamine.SheetVisibleEnum.Visible
            formulas, hollow, hidden = _noticed(body)
            notes = _notes(formulas, about.visible != seen, hidden, _hidden_columns(body), rows)
            yield from _grid(path, about.name, rows, hollow, merged=merged, epoch=epoch, notes=notes)


def _parts(archive: zipfile.ZipFile) -> tuple[list[str], date]:
    """Return the name of the part of each sheet, in order, and the day that the workbook counts from."""
    from defusedxml.ElementTree import fromstring

    book, related = (fromstring(archive.read(f"xl/{n}")) for n in ("workbook.xml", "_rels/workbook.xml.rels"))
    targets = {_attribute(r, "Id"): _attribute(r, "Target") for r in related}
    old = any(_attribute(e, "date1904") in ("1", "true") for e in book)
    wanted = [targets[_attribute(e, "id")] for e in book.iter() if e.tag.endswith("}sheet")]
    parts = [part.lstrip("/") if part.startswith("/") else f"xl/{part}" for part in wanted]
    return parts, EPOCHS["a spreadsheet from 1904"] if old else SPREADSHEET


def _far(body: bytes) -> bool:
    """Whether the cells of a sheet that hold anything lie so far apart that all between cannot be held."""
    from openpyxl.utils import column_index_from_string

    if not re.search(rb' r="(?:[A-Z]{3}|[A-Z]*\d{6})', body):
        return False
    cells = re.findall(rb' r="([A-Z]+)(\d+)"[^>]*[^/]>', body)
    right = max((column_index_from_string(c.decode()) for c in {c for c, _ in cells}), default=0)
    return right * max((int(row) for _, row in cells), default=0) > MOST_CELLS


def _readable(path: Path, archive: zipfile.ZipFile, bodies: Mapping[str, bytes]) -> Path | io.BytesIO:
    """Return the workbook, with its error cells as text: they would be lost, or not be known."""
    if not any(b' t="e"' in body for body in bodies.values()):
        return path
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for name in archive.namelist():
            new.writestr(name, bodies.get(name, archive.read(name)).replace(b' t="e"', b' t="str"'))
    made.seek(0)
    return made


def _noticed(body: bytes) -> tuple[dict[int, list[int]], set[int], list[int]]:
    """Return the rows of a sheet's formulas by column, of those with no saved result, and the hidden rows."""
    from openpyxl.utils import column_index_from_string

    formulas, hollow = dict[int, list[int]](), set[int]()
    for attributes, rest in _FORMULA.findall(body) if b"<f" in body or b":f" in body else ():
        column, row = (re.findall(rb'r="([A-Z]+)(\d+)"', attributes) or [(b"A", b"0")])[0]
        formulas.setdefault(column_index_from_string(column.decode()) - 1, []).append(int(row))
        if b't="str"' not in attributes and not re.search(rb"v>[^<]", rest):  # text may be ""
            hollow.add(int(row))
    rows = rb'<[\w:]*row (?=[^>]*hidden="(?:1|true)")[^>]*?r="(\d+)"'
    return formulas, hollow, [int(n) for n in (re.findall(rows, body) if b"hidden=" in body else [])]


def _hidden_columns(body: bytes) -> Iterator[range]:
    """Give the positions of the columns of an .xlsx sheet that are hidden."""
    for column in re.findall(rb"<[\w:]*col [^>]*>", body) if b"hidden=" in body else ():
        if re.search(rb'hidden="(?:1|true)"', column):
            first, last = (int(re.findall(rb'%s="(\d+)"' % end, column)[0]) for end in (b"min", b"max"))
            yield range(first - 1, last)


def _notes(formulas: Mapping[int, Sequence[int]], sheet: bool, rows: Sequence[int], columns: Iterable[range],
           cells: Mapping[int, Sequence[object]]) -> tuple[Note, ...]:  # fmt: skip
    """Return what is to be logged of formulas, by column, and of what is hidden: sheet, rows, columns."""
    done = "the results last saved are used ({:,} cells)"
    notes = [Note("formula", "reported", done.format(len(at)), (), i) for i, at in formulas.items()]
    if sheet:
        notes.append(Note("hidden sheet", "reported", "read as if it were seen"))
    if rows:
        notes.append(Note("hidden rows", "reported", f"{len(rows):,} read as the others are", (rows[0],)))
    used = range(max(map(len, cells.values()), default=0))
    at = [i for hidden in columns for i in hidden[: len(used)] if i in used]
    return (*notes, *(Note("hidden column", "reported", "read as if it were seen", (), i) for i in at))


def ods(path: Path) -> Iterator[Sheet]:
    """Read each sheet of an .ods workbook that holds anything."""
    from defusedxml.ElementTree import iterparse

    with _unpacked(path) as archive, archive.open("content.xml") as content:
        epoch, count = SPREADSHEET, [0]
        sheet, style, unseen = _OdsSheet(path.name, Element("table"), count), "", set[str]()
        for event, element in iterparse(content, events=("start", "end")):
            tag = element.tag.rpartition("}")[2]
            if tag == "style":
                style = _attribute(element, "name")
            elif tag == "table-properties" and _attribute(element, "display") == "false":
                unseen.add(style)
            elif tag == "null-date":
                epoch = date.fromisoformat(_attribute(element, "date-value") or epoch.isoformat())
            elif tag == "table" and event == "start":
                sheet = _OdsSheet(path.name, element, count)
            elif tag == "table" and event == "end":
                out = sheet.style in unseen
                notes = _notes(sheet.formulas, out, sheet.hidden, sheet.unseen, sheet.rows)
                yield from _grid(path, sheet.name, sheet.rows, sheet.hollow,
                                 merged=tuple(sheet.merged), epoch=epoch, notes=notes)  # fmt: skip
                element.clear()
            elif tag == "table-column" and event == "start":
                sheet.add_column(element)
            elif tag == "table-row" and event == "end":
                sheet.add(element)
                element.clear()


class _OdsSheet:
    """The rows of one table of an .ods file, as they come; `count` counts the cells of the whole file."""

    def __init__(self, place: str, table: Element, count: list[int]):
        self.name, self.style = _attribute(table, "name"), _attribute(table, "style-name")
        self.place, self.count, self.number = place, count, 0
        self.rows: dict[int, list[str]] = {}
        self.merged: list[tuple[int, int, int, int]] = []
        self.formulas: dict[int, list[int]] = {}
        self.hollow: set[int] = set()
        self.hidden: list[int] = []
        self.unseen: list[range] = []
        self.columns = 0

    def add_column(self, element: Element) -> None:
        """Add what is said of a column, or of as many as it asks for."""
        last = self.columns + _times(element, "columns")
        if _attribute(element, "visibility") in _UNSEEN:
            self.unseen.append(range(self.columns, last))
        self.columns = last

    def add(self, element: Element) -> None:
        """Add one row element, as often as it asks for."""
        repeat = _times(element, "rows")
        row = list[str]()
        for cell in element:
            times = _times(cell, "columns")
            text = _ods_text(cell)
            self._notice(cell, len(row))
            if text or len(row) + times <= MOST_COLUMNS:
                self.count[0] += times * (repeat if text else 1)
                if self.count[0] > MOST_CELLS or (text and len(row) + times > MOST_COLUMNS):
                    raise _too_many(self.place)
                row += [text] * times
        if any(row):
            if len(self.rows) + repeat > 2**20:
                raise _too_many(self.place)
            if _attribute(element, "visibility") in _UNSEEN:
                self.hidden.append(self.number + 1)
            self.rows.update(dict.fromkeys(range(self.number + 1, self.number + repeat + 1), row))
        self.number += repeat

    def _notice(self, cell: Element, column: int) -> None:
        """Take note of a merged cell or a formula."""
        row = self.number + 1
        wide, high = (int(_attribute(cell, f"number-{n}-spanned") or 1) for n in ("columns", "rows"))
        if wide > 1 or high > 1:
            self.merged.append((row, column, row + high - 1, column + wide - 1))
        if _attribute(cell, "formula"):
            self.formulas.setdefault(column, []).append(row)
            if not _attribute(cell, "value-type"):
                self.hollow.add(row)


def _too_many(place: str) -> ProblemsFound:
    return stop("the workbook asks for more cells than a sheet can hold", place, "Save the tables as CSV")


def _attribute(element: Element, name: str) -> str:
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def _times(element: Element, of: str) -> int:
    """Return how often a row, column or cell of an .ods file is there."""
    return max(1, int(_attribute(element, f"number-{of}-repeated") or 1))


def _ods_text(cell: Element) -> str:
    """Return a cell of an .ods file as text: its value; of text, of an error or without one, its look."""
    kinds = [v for k, v in cell.attrib.items() if k.endswith("}value-type")]
    shown = "\n".join(_paragraphs(cell))
    value = _attribute(cell, _VALUE.get(kinds[0], "")) if kinds and "error" not in kinds else ""
    if kinds[:1] == ["string"] or not value:
        return shown or value
    if kinds[0] == "date":
        return value.removesuffix("T00:00:00")
    try:
        return as_written(float(value))
    except ValueError:
        return value if kinds[0] == "boolean" else shown


def _paragraphs(element: Element) -> Iterator[str]:
    """Give the paragraphs of a cell, those of lists too; what is a comment or a picture is none."""
    for part in element:
        tag = part.tag.rpartition("}")[2]
        if tag == "p":
            yield _paragraph(part)
        elif tag in ("list", "list-item"):
            yield from _paragraphs(part)


def _paragraph(element: Element) -> str:
    """Return the text of a paragraph, with its line breaks, tabs and repeated spaces."""
    tag = element.tag.rpartition("}")[2]
    own = {"line-break": "\n", "tab": "\t"}.get(tag, element.text or "")
    if tag == "s":
        own = " " * min(int(_attribute(element, "c") or 1), LONGEST_CELL)
    return own + "".join(_paragraph(part) + (part.tail or "") for part in element)


def _grid(path: Path, name: str, rows: Mapping[int, Sequence[object]], hollow: Iterable[int],
          **more: object) -> Iterator[Sheet]:  # fmt: skip
    """Yield the rows of a sheet, unless it is empty; `hollow` are those of formulas with no saved result."""
    place, problems = f"{path.name}, sheet {name}", list[Problem]()
    if at := sorted(hollow)[:5]:
        todo = "Open the workbook in a spreadsheet program and save it again"
        problems.append(Problem("formulas have no saved result", f"{place}, rows {str(at)[1:-1]}", todo))
    if rows:
        yield from_rows(name, place, rows, problems, **more)
