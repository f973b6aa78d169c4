"""The file formats of an export: each sheet or file as headings and rows of text, numbered as the person sees them.

Formula cells give the value last saved; dates give ISO text; SPSS values give their labels. Files that are too large
once unpacked, damaged, protected or not what their name says are refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as fast_csv

from ut_research.errors import Problem, ProblemsFound, stop
from ut_research.issues_log import Log

FOLDER_KINDS = {".csv", ".tsv", ".sav"}
WORKBOOK_KINDS = {".xlsx", ".ods"}

#: Most characters in a cell: a spreadsheet's own limit.
LONGEST_CELL = 32_767
#: Most bytes of a text file, and of a workbook once unpacked.
LARGEST_FILE, LARGEST_UNPACKED = 4 * 10**9, 10**9
#: Most cells of a sheet, counted as the repeats in an .ods file ask for them.
MOST_CELLS = 50_000_000
MOST_COLUMNS = 2_000


@dataclass(frozen=True)
class Sheet:
    """One table as it lies in its file.

    Attributes
    ----------
    name : of the file (without its ending) or the sheet.
    place : where to look, in words: "needs.csv", or "export.xlsx, sheet needs".
    headings : as written, in order; blank ones are "".
    frame : text; columns numbered from 0 as `headings`, the index is the row number in the file.
    values : like `frame`, with SPSS values in place of their labels; the same frame for other formats.
    lost : rows that could not be split into cells.
    blank : rows with nothing in them.
    """

    name: str
    place: str
    headings: tuple[str, ...]
    frame: pd.DataFrame
    values: pd.DataFrame
    lost: int = 0
    blank: int = 0


def read(path: Path, log: Log) -> list[Sheet]:
    """Read every sheet of the file at `path`.

    Raises
    ------
    ProblemsFound : the file cannot be used.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as opened:
            head = opened.read(8)
    except OSError:
        raise stop("the file cannot be opened", path.name, "Check that you may read it and that it is closed") from None
    kind = path.suffix.lower()
    if kind not in _READERS:
        raise stop("this kind of file is not read", path.name, "Save it as CSV, .xlsx, .ods or .sav")
    if not size:
        raise stop("the file is empty", path.name, "Export it again, or take it away if there are no data")
    if size > LARGEST_FILE:
        raise stop(f"the file is larger than {LARGEST_FILE // 10**9} GB", path.name, "Export only the columns asked for")
    _as_named(path, kind, head)
    try:
        return list(_READERS[kind](path, log))
    except ProblemsFound:
        raise
    except MemoryError:
        raise stop("the file needs more memory than there is", path.name, "Export it as CSV") from None
    except Exception as error:
        raise stop(f"the file is damaged and cannot be read ({type(error).__name__})", path.name,
                   "Open it in the program that made it, save it again, and try once more") from None  # fmt: skip


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
        raise stop("the file is not an SPSS file, though its name ends in .sav", path.name, "Save it again from SPSS")


# --- text files


def _csv(path: Path, log: Log) -> Iterator[Sheet]:
    text = _decoded(path)
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r"\"?sep=(.)\"?\s*", first, re.I)
    if told:
        text, first = rest, rest.partition("\n")[0]
    mark = told[1] if told else _separator(first)
    place = path.name
    quick = _quick_rows(text, mark)
    if quick is not None:
        headings, frame, lost, blank = quick
        frame.index = pd.RangeIndex(2, len(frame) + 2)
    else:
        headings, frame, lost, blank = _careful_rows(text, mark, place, path.stem, log)
    yield _sheet(path.stem, place, headings, frame, log, lost, blank)


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if raw.startswith(mark):
            encodings = [encoding]
            break
    else:
        sample = raw[:2000]
        if sample.count(0) * 3 > len(sample):
            encodings = ["utf-16-le" if sample[1:2] == b"\0" else "utf-16-be"]
        else:
            encodings = ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return raw.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise stop("the letters of the file cannot be read: it is neither UTF-8, UTF-16 nor Windows-1252", path.name,
               "Save it as “CSV UTF-8”")  # fmt: skip


def _separator(heading: str) -> str:
    bare = re.sub(r'"[^"]*"', "", heading)
    return max(",;\t|", key=bare.count)


def _quick_rows(text: str, mark: str) -> tuple[list[str], pd.DataFrame, int, int] | None:
    """Split regular text fast; None when it has blank lines, ragged rows or anything else that wants care."""
    stripped = text.rstrip("\r\n")
    if re.search(r"\n\r?\n|\r\r|\r(?!\n)|^\r?\n", stripped):
        return None
    data = stripped.encode()
    heads = next(csv.reader(io.StringIO(stripped), delimiter=mark), [])
    if not heads or len(heads) > MOST_COLUMNS or not stripped.isascii() and "\x85" in stripped:
        return None
    names = [str(i) for i in range(len(heads))]
    try:
        table = fast_csv.read_csv(
            pa.BufferReader(data),
            read_options=fast_csv.ReadOptions(column_names=names, skip_rows_after_names=1, block_size=1 << 24),
            parse_options=fast_csv.ParseOptions(delimiter=mark, newlines_in_values=True, ignore_empty_lines=False),
            convert_options=fast_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except (pa.ArrowInvalid, csv.Error):
        return None
    if any((pc.max(pc.utf8_length(c)).as_py() or 0) > LONGEST_CELL for c in table.columns):
        return None
    frame = pd.DataFrame({i: pd.Series(table.column(n), dtype="str") for i, n in enumerate(names)})
    return heads, frame, 0, 0


def _careful_rows(text: str, mark: str, place: str, name: str, log: Log) -> tuple[list[str], pd.DataFrame, int, int]:
    """Split irregular text row by row: blank lines, short and long rows, stray line ends."""
    csv.field_size_limit(LONGEST_CELL * 8)
    reader = csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), delimiter=mark)
    number, lost = 0, list[int]()
    heads, rows, numbers, blank = list[str](), list[list[str]](), list[int](), 0
    try:
        for number, row in enumerate(reader, 1):
            if number == 1:
                heads = row
                if len(heads) > MOST_COLUMNS:
                    raise stop(f"there are more than {MOST_COLUMNS:,} columns", place, "Export only the columns asked for")
            elif len(row) > len(heads) and any(cell.strip() for cell in row[len(heads):]):
                lost.append(number)
            else:
                if any(len(cell) > LONGEST_CELL for cell in row):
                    raise _too_long(place, number)
                rows.append(row[: len(heads)] + [""] * (len(heads) - len(row)))
                numbers.append(number)
    except csv.Error:
        raise _too_long(place, number + 1) from None
    while rows and not any(rows[-1]):
        rows.pop(), numbers.pop()
    log.add(name, lost, "", "too many cells", "rejected", "left out: more cells than headings, so they cannot be told apart") if lost else None
    frame = pd.DataFrame(rows, index=pd.Index(numbers, dtype="int64"), columns=range(len(heads)), dtype="str")
    return heads, frame.mask(frame == ""), len(lost), blank


def _too_long(place: str, row: int) -> ProblemsFound:
    return stop(f"a cell holds more than {LONGEST_CELL:,} characters", f"{place}, row {row}",
                "Look for an unclosed quotation mark, or shorten the cell")  # fmt: skip


# --- what every format shares


def _sheet(name: str, place: str, headings: Iterable[object], frame: pd.DataFrame, log: Log, lost: int = 0,
           blank: int = 0, values: pd.DataFrame | None = None) -> Sheet:  # fmt: skip
    """Return the Sheet of `frame` without its blank rows, which are counted and logged."""
    heads = tuple("" if h is None else str(h).strip() for h in headings)
    if not any(heads):
        raise stop("the first row holds no headings", place, "Put the headings in row 1")
    filled = np.zeros(len(frame), dtype=bool)
    for i in frame.columns:
        filled |= frame[i].notna().to_numpy()
        if filled.all():
            break
    if not filled.all():
        last = int(np.flatnonzero(filled)[-1]) if filled.any() else -1
        inner = np.flatnonzero(~filled[: last + 1])
        blank += len(inner)
        frame = frame[filled]
        values = values[filled] if values is not None else None
    return Sheet(name, place, heads, frame, frame if values is None else values, lost, blank)


_READERS: dict[str, Callable[[Path, Log], Iterable[Sheet]]] = {".csv": _csv, ".tsv": _csv}
