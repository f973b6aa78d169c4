"""The file formats of an export: each sheet as headings and rows of text, numbered as the person sees them.

Formula cells give the value last saved; dates give ISO text; SPSS values give their labels. Files that are
too large once unpacked, damaged, protected or not what their name says are refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as fast_csv

from ut_research.core.issues import Action
from ut_research.core.problems import Problem, ProblemsFound, stop

FOLDER_KINDS = {".csv", ".tsv", ".sav"}
WORKBOOK_KINDS = {".xlsx", ".ods"}

#: Most characters in a cell: a spreadsheet's own limit.
LONGEST_CELL = 32_767
#: Most bytes of a text file, and of a workbook once unpacked.
LARGEST_FILE, LARGEST_UNPACKED = 4 * 10**9, 10**9
#: Most cells of a sheet, counted as the repeats in an .ods file ask for them.
MOST_CELLS = 50_000_000
MOST_COLUMNS = 2_000
#: A workbook larger than 20 MB unpacked may be this many times as large as packed; data are 5 to 30 times.
MOST_TIMES_PACKED = 200


@dataclass(frozen=True)
class Note:
    """Something to log about a sheet: its rows, as numbered in the file, and the position of its column."""

    rule: str
    action: Action
    done: str
    rows: tuple[int, ...] = ()
    column: int | None = None


@dataclass(frozen=True)
class Sheet:
    """One table as it lies in its file.

    Attributes
    ----------
    name : of the file (without its ending) or the sheet.
    place : where to look, in words: "needs.csv", or "export.xlsx, sheet needs".
    headings : as written, in order; blank ones are "".
    frame : text; columns numbered from 0 as `headings`, the index is the row's number. No blank rows.
    values : like `frame`, with SPSS values in place of their labels; the same frame for other formats.
    lost : rows that could not be split into cells.
    blank : rows with nothing in them.
    notes : what reading has to log.
    problems : why it cannot be used, where a workbook's other sheets may be.
    """

    name: str
    place: str
    headings: tuple[str, ...]
    frame: pd.DataFrame
    values: pd.DataFrame
    lost: int = 0
    blank: int = 0
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(path: Path) -> list[Sheet]:
    """Read every sheet of the file at `path`; empty sheets are left out.

    Raises
    ------
    ProblemsFound : the file cannot be used.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as opened:
            head = opened.read(8)
    except OSError:
        raise stop(
            "the file cannot be opened", path.name, "Check that you may read it and that it is closed"
        ) from None
    kind = path.suffix.lower()
    if kind not in _READERS:
        raise stop("this kind of file is not read", path.name, "Save it as CSV, .xlsx, .ods or .sav")
    if not size:
        raise stop("the file is empty", path.name, "Export it again, or take it away if there are no data")
    if size > LARGEST_FILE:
        raise stop(
            f"the file is larger than {LARGEST_FILE // 10**9} GB",
            path.name,
            "Export only the columns asked for",
        )
    _as_named(path, kind, head)
    try:
        return list(_READERS[kind](path))
    except ProblemsFound:
        raise
    except MemoryError:
        raise stop("the file needs more memory than there is", path.name, "Export it as CSV") from None
    except Exception as error:
        raise stop(f"the file is damaged and cannot be read ({type(error).__name__})", path.name,
                   "Open it in the program that made it and save it again") from None  # fmt: skip


def _as_named(path: Path, kind: str, head: bytes) -> None:
    """Refuse a file that is not what its name says."""
    zipped, old = head.startswith(b"PK\x03\x04"), head.startswith(b"\xd0\xcf\x11\xe0")
    if old:
        raise stop("the workbook is protected by a password or in the old .xls format", path.name,
                   "Save it without a password, as .xlsx or CSV")  # fmt: skip
    if kind in WORKBOOK_KINDS and not zipped:
        raise stop(f"the file is not a workbook, though its name ends in {kind}", path.name,
                   "Save it again from the program that made it")  # fmt: skip
    if kind in {".csv", ".tsv"} and (zipped or head.startswith((b"%PDF", b"$FL2", b"\x89PNG", b"\x1f\x8b"))):
        raise stop("the file is not text, though its name says CSV", path.name, "Save it as CSV (UTF-8)")
    if kind == ".sav" and not head.startswith((b"$FL2", b"$FL3")):
        raise stop(
            "the file is not an SPSS file, though its name ends in .sav", path.name, "Save it again from SPSS"
        )


# --- text files


def _csv(path: Path) -> Iterator[Sheet]:
    text = _decoded(path)
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r"\"?sep=(.)\"?\s*", first, re.I)
    if told:
        text, first = rest, rest.partition("\n")[0]
    mark = told[1] if told else _separator(first)
    quick = _quick_rows(text, mark)
    yield (
        _from_frame(path.stem, path.name, *quick)
        if quick
        else _careful_rows(path.stem, path.name, text, mark)
    )


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    encodings = ["utf-8-sig", "cp1252"]
    sample = raw[:2000]
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif sample.count(0) * 3 > len(sample):
        encodings = ["utf-16-le" if sample[1:2] == b"\0" else "utf-16-be"]
    for encoding in encodings:
        try:
            return raw.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise stop("its letters cannot be read: it is neither UTF-8, UTF-16 nor Windows-1252", path.name,
               "Save it as “CSV UTF-8”")  # fmt: skip


def _separator(heading: str) -> str:
    bare = re.sub(r'"[^"]*"', "", heading)
    return max(",;\t|", key=bare.count)


def _quick_rows(text: str, mark: str) -> tuple[list[str], pd.DataFrame] | None:
    """Split regular text fast; None when it has blank lines, ragged rows or anything else that wants care."""
    text = text.rstrip("\r\n")
    if re.search(r"\n\r?\n|\r\r|\r(?!\n)|^\r?\n", text):
        return None
    try:
        heads = next(csv.reader(io.StringIO(text), delimiter=mark), [])
        if not heads or len(heads) > MOST_COLUMNS:
            return None
        names = [str(i) for i in range(len(heads))]
        table = fast_csv.read_csv(
            pa.BufferReader(text.encode()),
            read_options=fast_csv.ReadOptions(
                column_names=names, skip_rows_after_names=1, block_size=1 << 24
            ),
            parse_options=fast_csv.ParseOptions(
                delimiter=mark, newlines_in_values=True, ignore_empty_lines=False
            ),
            convert_options=fast_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except (pa.ArrowInvalid, csv.Error, UnicodeEncodeError):
        return None
    if any((pc.max(pc.utf8_length(c)).as_py() or 0) > LONGEST_CELL for c in table.columns):
        return None
    frame = pd.DataFrame({i: pd.Series(table.column(n), dtype="str") for i, n in enumerate(names)})
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return heads, frame


def _careful_rows(name: str, place: str, text: str, mark: str) -> Sheet:
    """Split irregular text row by row: blank lines, short and long rows, stray line ends, huge cells."""
    csv.field_size_limit(LONGEST_CELL * 8)
    lines = csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), delimiter=mark)
    rows, lost = dict[int, list[str]](), list[int]()
    heads = list[str]()
    number = 0
    try:
        for number, row in enumerate(lines, 1):
            if any(len(cell) > LONGEST_CELL for cell in row):
                raise _too_long(place, number)
            if number == 1:
                heads = row
            elif any(cell.strip() for cell in row[len(heads) :]):
                lost.append(number)
            else:
                rows[number] = row[: len(heads)] + [""] * (len(heads) - len(row))
    except csv.Error:
        raise _too_long(place, number + 1) from None
    notes = (
        [Note("too many cells", "rejected", "left out: more cells than headings", tuple(lost))]
        if lost
        else []
    )
    return _from_rows(name, place, heads, rows, notes)


def _too_long(place: str, row: int) -> ProblemsFound:
    return stop(f"a cell holds more than {LONGEST_CELL:,} characters", f"{place}, row {row}",
                "Look for an unclosed quotation mark, or shorten the cell")  # fmt: skip


# --- workbooks


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


def _xlsx(path: Path) -> Iterator[Sheet]:
    import openpyxl

    with _unpacked(path) as archive:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        merged = dict[str, list[str]]()
        formulas = list[str]()
        for sheet in book.worksheets:
            merged[sheet.title], has_formula = _scan(archive, sheet._worksheet_path)
            if has_formula:
                formulas.append(sheet.title)
    written = openpyxl.load_workbook(path, read_only=True) if formulas else None
    for sheet in book.worksheets:
        place = f"{path.name}, sheet {sheet.title}"
        sheet.reset_dimensions()
        lines = enumerate(sheet.iter_rows(values_only=True), 1)
        rows = {n: [_cell(v) for v in row] for n, row in lines if any(v is not None for v in row)}
        at: dict[int, list[int]] = {}
        hollow = set[int]()
        if written is not None and sheet.title in formulas:
            source = written[sheet.title]
            source.reset_dimensions()
            for n, (cells, saved) in enumerate(zip(source.iter_rows(), sheet.iter_rows(), strict=True), 1):
                for i, cell in enumerate(cells):
                    if cell.data_type == "f":
                        at.setdefault(i, []).append(n)
                        if saved[i].value is None and saved[i].data_type != "str":  # that is a result of ""
                            hollow.add(n)
        yield from _workbook_sheet(sheet.title, place, rows, merged[sheet.title], at, hollow)


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


def _cell(value: object) -> str:
    """Return a spreadsheet cell as text: days in ISO, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _ods(path: Path) -> Iterator[Sheet]:
    from defusedxml.ElementTree import iterparse

    with _unpacked(path) as archive, archive.open("content.xml") as content:
        name, rows, merged, formulas, hollow, number, cells = (
            "",
            dict[int, list[str]](),
            list[str](),
            dict[int, list[int]](),
            set[int](),
            0,
            0,
        )
        for event, element in iterparse(content, events=("start", "end")):
            tag = element.tag.rpartition("}")[2]
            if tag == "table" and event == "start":
                name, rows, merged, formulas, number = _attribute(element, "name"), {}, [], {}, 0
                hollow = set()
            elif tag == "table" and event == "end":
                place = f"{path.name}, sheet {name}"
                yield from _workbook_sheet(name, place, rows, merged, formulas, hollow)
                element.clear()
            elif tag == "table-row" and event == "end":
                repeat = int(_attribute(element, "number-rows-repeated") or 1)
                row = list[str]()
                for cell in element:
                    times = int(_attribute(cell, "number-columns-repeated") or 1)
                    text = _ods_text(cell)
                    if (
                        _attribute(cell, "number-columns-spanned") > "1"
                        or _attribute(cell, "number-rows-spanned") > "1"
                    ):
                        merged.append(f"row {number + 1}")
                    if _attribute(cell, "formula"):
                        formulas.setdefault(len(row), []).append(number + 1)
                        if not _attribute(cell, "value-type"):
                            hollow.add(number + 1)
                    if text or len(row) + times <= MOST_COLUMNS:
                        cells += times * (repeat if text else 1)
                        if cells > MOST_CELLS or (text and len(row) + times > MOST_COLUMNS):
                            raise _too_many(path.name)
                        row += [text] * times
                if any(row):
                    if len(rows) + repeat > 2**20:
                        raise _too_many(path.name)
                    rows.update(dict.fromkeys(range(number + 1, number + repeat + 1), row))
                number += repeat
                element.clear()


def _too_many(place: str) -> ProblemsFound:
    return stop("the workbook asks for more cells than a sheet can hold", place, "Save the tables as CSV")


def _attribute(element: Element, name: str) -> str:
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def _ods_text(cell: Element) -> str:
    kind = _attribute(cell, "value-type")
    if kind in ("float", "percentage", "currency"):
        return _cell(float(_attribute(cell, "value")))
    if kind == "date":
        return _attribute(cell, "date-value").removesuffix("T00:00:00")
    if kind == "boolean":
        return _attribute(cell, "boolean-value")
    lines = ["".join(p.itertext()) for p in cell if p.tag.rpartition("}")[2] == "p"]
    return "\n".join(lines)


def _workbook_sheet(name: str, place: str, rows: dict[int, list[str]], merged: list[str],
                    formulas: dict[int, list[int]], hollow: set[int]) -> Iterator[Sheet]:  # fmt: skip
    """Yield the sheet, unless it is empty; one that cannot be used has its problems with it."""
    if not rows:
        return
    try:
        yield _usable(name, place, rows, merged, formulas, hollow)
    except ProblemsFound as stopped:
        yield Sheet(name, place, (), pd.DataFrame(), pd.DataFrame(), problems=stopped.problems)


def _usable(name: str, place: str, rows: dict[int, list[str]], merged: list[str],
            formulas: dict[int, list[int]], hollow: set[int]) -> Sheet:  # fmt: skip
    """Return the sheet; merged cells and formulas never worked out are problems."""
    problems = []
    if merged:
        problems.append(Problem("cells are merged, so that it is not known which rows they speak for",
                                f"{place}, {', '.join(merged[:5])}", "Unmerge and fill them"))  # fmt: skip
    if hollow:
        at = str(sorted(hollow)[:5])[1:-1]
        problems.append(Problem("formulas have no saved result", f"{place}, rows {at}",
                                "Open the workbook in a spreadsheet program and save it again"))  # fmt: skip
    long = [n for n, row in rows.items() if any(len(cell) > LONGEST_CELL for cell in row)]
    if problems or long:
        raise ProblemsFound([*problems, *(p for n in long[:5] for p in _too_long(place, n).problems)])
    heads = rows.pop(1, [])
    width = max([len(heads), *map(len, rows.values())])
    notes = [Note("formula", "reported", f"the results last saved are used ({len(at):,} cells)", (), i)
             for i, at in formulas.items()]  # fmt: skip
    return _from_rows(name, place, heads + [""] * (width - len(heads)), rows, notes)


def _sav(path: Path) -> Iterator[Sheet]:
    import pyreadstat

    try:
        frame, about = pyreadstat.read_sav(path)
    except UnicodeDecodeError:
        frame, about = pyreadstat.read_sav(path, encoding="cp1252")
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    values = pd.DataFrame(
        {i: _sav_text(frame[c], {}) for i, c in enumerate(frame.columns)}, index=frame.index
    )
    labels = about.variable_value_labels
    texts = {
        i: _sav_text(frame[c], labels[c]) if c in labels else values[i] for i, c in enumerate(frame.columns)
    }
    yield _from_frame(
        path.stem, path.name, list(frame.columns), pd.DataFrame(texts, index=frame.index), values
    )


def _sav_text(column: pd.Series, labels: dict[float | int, str]) -> pd.Series:
    codes, distinct = pd.factorize(column)
    texts = [labels.get(v) or _cell(v) or None for v in distinct.tolist()]
    return pd.Series(
        pd.array([*texts, None], dtype="str").take(np.where(codes < 0, len(texts), codes)), column.index
    )


# --- what every format shares


def _from_rows(
    name: str, place: str, heads: list[str], rows: dict[int, list[str]], notes: Iterable[Note] = ()
) -> Sheet:
    """Return the Sheet of rows by their number; rows that are in no row's place are blank ones."""
    if len(heads) > MOST_COLUMNS:
        raise stop(
            f"there are more than {MOST_COLUMNS:,} columns", place, "Export only the columns asked for"
        )
    lost = {n for note in notes for n in note.rows}
    filled = {n: row for n, row in rows.items() if any(cell.strip() for cell in row)}
    cells = {
        i: [(row[i] if i < len(row) else "") or None for row in filled.values()] for i in range(len(heads))
    }
    frame = pd.DataFrame(cells, index=pd.Index(filled, dtype="int64"), dtype="str")
    last = max([1, *filled, *lost])
    blank = last - 1 - len(filled.keys() | lost)
    first = next(n for n in range(2, last + 2) if n not in filled and n not in lost)
    return _sheet(name, place, heads, frame, frame, len(lost), blank, first, notes)


def _from_frame(
    name: str, place: str, headings: list[str], frame: pd.DataFrame, values: pd.DataFrame | None = None
) -> Sheet:
    """Return the Sheet of a frame without its blank rows."""
    values = frame if values is None else values
    hollow = np.flatnonzero(_hollow(frame[0]))
    for i in frame.columns[1:]:
        hollow = hollow[_hollow(frame[i].iloc[hollow])]
    if not len(hollow):
        return _sheet(name, place, headings, frame, values)
    filled = np.ones(len(frame), dtype=bool)
    filled[hollow] = False
    blank = frame.index[~filled]
    inner = blank[blank < frame.index[filled].max()] if filled.any() else blank[:0]
    first = int(inner[0]) if len(inner) else 0
    return _sheet(name, place, headings, frame[filled], values[filled], 0, len(inner), first)


def _sheet(
    name: str, place: str, headings: list[str], frame: pd.DataFrame, values: pd.DataFrame,
    lost: int = 0, blank: int = 0, first_blank: int = 0, notes: Iterable[Note] = (),
) -> Sheet:  # fmt: skip
    """Return the Sheet, with a note of its blank rows."""
    heads = tuple(h.strip() for h in headings)
    if not any(heads):
        below = f"; the first row with anything in it is row {frame.index[0]}" if len(frame) else ""
        raise stop(f"there are no headings in row 1{below}", place, "Put the headings in row 1")
    if blank:
        notes = [*notes, Note("blank rows", "repaired", f"{blank:,} passed over", (first_blank,))]
    return Sheet(name, place, heads, frame, values, lost, blank, tuple(notes))


def _hollow(texts: pd.Series) -> npt.NDArray[np.bool_]:
    """Cells with nothing in them but white space."""
    return np.asarray((texts.isna() | (texts.str.strip() == "")).to_numpy(bool))


_READERS: dict[str, Callable[[Path], Iterable[Sheet]]] = {
    ".csv": _csv, ".tsv": _csv, ".xlsx": _xlsx, ".ods": _ods, ".sav": _sav,
}  # fmt: skip
