"""Workbooks: each sheet as rows of text, numbered as a spreadsheet program shows them.

Formula cells give the value last saved, dates ISO text, and escaped characters what they stand for. Workbooks
that would be too large once unpacked are refused.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from ut_research.core.problems import ProblemsFound, stop
from ut_research.reading.grids import LONGEST_CELL, MOST_COLUMNS, Grid, from_rows

KINDS = {".xlsx", ".ods"}
#: Most bytes of a workbook once unpacked.
LARGEST_UNPACKED = 10**9
#: Most cells of a sheet, counted as the repeats in an .ods file ask for them.
MOST_CELLS = 50_000_000
#: A workbook larger than 20 MB unpacked may be this many times as large as packed; data are 5 to 30 times.
MOST_TIMES_PACKED = 200


def _unpacked(path: Path) -> zipfile.ZipFile:
    """Open a workbook's zip, unless unpacking it would fill the machine."""
    book = zipfile.ZipFile(path)
    total = sum(part.file_size for part in book.infolist())
    packed = path.stat().st_size
    if total > LARGEST_UNPACKED or (total > 20 * 10**6 and total > MOST_TIMES_PACKED * packed):
        raise stop(
            "unpacked, the workbook is far larger than its data can be", path.name, "Save the tables as CSV"
        )
    if any(part.flag_bits & 1 for part in book.infolist()):
        raise stop("the workbook is protected by a password", path.name, "Save it without a password")
    return book


def xlsx(path: Path) -> Iterator[Grid]:
    """Read each sheet of an .xlsx workbook that holds anything."""
    import openpyxl
    from openpyxl.utils import range_boundaries

    with _unpacked(path) as archive:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        scanned = {sheet.title: _scan(archive, sheet._worksheet_path) for sheet in book.worksheets}
    written = openpyxl.load_workbook(path, read_only=True) if any(f for _, f in scanned.values()) else None
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        lines = enumerate(sheet.iter_rows(values_only=True), 1)
        rows = {n: [as_written(v) for v in row] for n, row in lines if any(v is not None for v in row)}
        ranges, has_formula = scanned[sheet.title]
        at, hollow = _formulas(written[sheet.title], sheet) if written and has_formula else ({}, set())
        merged = tuple((r1, c1 - 1, r2, c2 - 1) for c1, r1, c2, r2 in map(range_boundaries, ranges))
        yield from _grid(path, sheet.title, rows, merged=merged, formulas=at, hollow=frozenset(hollow),
                         epoch=book.epoch.date())  # fmt: skip


def _formulas(written: Any, saved: Any) -> tuple[dict[int, list[int]], set[int]]:
    """Return the rows of the formulas by column, and the rows with one that has no saved result."""
    at, hollow = dict[int, list[int]](), set[int]()
    written.reset_dimensions()
    for n, (cells, results) in enumerate(zip(written.iter_rows(), saved.iter_rows(), strict=True), 1):
        for i, cell in enumerate(cells):
            if cell.data_type == "f":
                at.setdefault(i, []).append(n)
                if results[i].value is None and results[i].data_type != "str":  # that is a result of ""
                    hollow.add(n)
    return at, hollow


def _scan(archive: zipfile.ZipFile, part: str) -> tuple[list[str], bool]:
    """Return the merged ranges of a sheet, and whether any cell of it is a formula, without loading it."""
    merged, formula, tail = list[str](), False, b""
    with archive.open(part.lstrip("/")) as opened:
        while chunk := opened.read(1 << 20):
            text = tail + chunk
            formula = formula or re.search(rb"<(?:\w+:)?f[\s>/]", text) is not None
            found = re.findall(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z0-9:]+)\"[^>]*>", text)
            merged += [ref.decode() for ref in found if ref.decode() not in merged]
            tail = text[-200:]
    return merged, formula


def as_written(value: object) -> str:
    """Return a spreadsheet cell as text: days in ISO, whole numbers without a point, no escapes."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), str(value))


def ods(path: Path) -> Iterator[Grid]:
    """Read each sheet of an .ods workbook that holds anything."""
    from defusedxml.ElementTree import iterparse

    with _unpacked(path) as archive, archive.open("content.xml") as content:
        epoch, count = date(1899, 12, 30), [0]
        sheet = _OdsSheet(path.name, "", count)
        for event, element in iterparse(content, events=("start", "end")):
            tag = element.tag.rpartition("}")[2]
            if tag == "null-date":
                epoch = date.fromisoformat(_attribute(element, "date-value") or epoch.isoformat())
            elif tag == "table" and event == "start":
                sheet = _OdsSheet(path.name, _attribute(element, "name"), count)
            elif tag == "table" and event == "end":
                more = {"merged": tuple(sheet.merged), "formulas": sheet.formulas, "epoch": epoch}
                yield from _grid(path, sheet.name, sheet.rows, hollow=frozenset(sheet.hollow), **more)
                element.clear()
            elif tag == "table-row" and event == "end":
                sheet.add(element)
                element.clear()


class _OdsSheet:
    """The rows of one table of an .ods file, as they come; `count` counts the cells of the whole file."""

    def __init__(self, place: str, name: str, count: list[int]):
        self.place, self.name, self.count, self.number = place, name, count, 0
        self.rows: dict[int, list[str]] = {}
        self.merged: list[tuple[int, int, int, int]] = []
        self.formulas: dict[int, list[int]] = {}
        self.hollow: set[int] = set()

    def add(self, element: Element) -> None:
        """Add one row element, as often as it asks for."""
        repeat = int(_attribute(element, "number-rows-repeated") or 1)
        row = list[str]()
        for cell in element:
            times = int(_attribute(cell, "number-columns-repeated") or 1)
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


def _ods_text(cell: Element) -> str:
    kind = _attribute(cell, "value-type")
    if kind in ("float", "percentage", "currency"):
        return as_written(float(_attribute(cell, "value")))
    if kind == "date":
        return _attribute(cell, "date-value").removesuffix("T00:00:00")
    if kind == "boolean":
        return _attribute(cell, "boolean-value")
    return "\n".join(_paragraph(p) for p in cell if p.tag.rpartition("}")[2] == "p")


def _paragraph(element: Element) -> str:
    """Return the text of a paragraph, with its line breaks, tabs and repeated spaces."""
    tag = element.tag.rpartition("}")[2]
    own = {"line-break": "\n", "tab": "\t"}.get(tag, element.text or "")
    if tag == "s":
        own = " " * min(int(_attribute(element, "c") or 1), LONGEST_CELL)
    return own + "".join(_paragraph(part) + (part.tail or "") for part in element)


def _grid(path: Path, name: str, rows: dict[int, list[str]], **more: object) -> Iterator[Grid]:
    """Yield the rows of a sheet, unless it is empty."""
    if rows:
        long = frozenset(n for n, row in rows.items() if any(len(cell) > LONGEST_CELL for cell in row))
        yield from_rows(name, f"{path.name}, sheet {name}", rows, long=long, **more)
