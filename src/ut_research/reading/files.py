"""The file formats of an export: each sheet as rows of text, numbered as the person sees them.

SPSS values give their labels; workbooks are read in `workbooks`. Files that are too large, damaged, protected
or not what their name says are refused, and so is text whose quotation marks do not close.
"""

from __future__ import annotations

import bz2
import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as fast_csv

from ut_research.core.problems import ProblemsFound, stop, stop_for
from ut_research.reading import coded, grids, refi, workbooks
from ut_research.reading.grids import Note, Sheet, as_written, from_rows, shape
from ut_research.reading.layout import lay_out
from ut_research.reading.recipe import Layout
from ut_research.reading.values import plain

FOLDER_KINDS = {".csv", ".tsv", ".txt", ".sav", ".dta"}

#: Most bytes of a text file, and how many are looked at for its separator.
LARGEST_FILE, _HEAD = 4 * 10**9, 10**6
_MIXED = Note("mixed encodings", "reported", "lines of UTF-8 and of Windows-1252: each read as its own")


def read(path: Path, layouts: Mapping[str, Layout] | None = None) -> list[Sheet]:
    """Read every sheet of the file at `path`, laid out as `layouts` say; empty sheets are left out."""
    layouts = layouts or {}
    quoted = all(lay.quotes for name, lay in layouts.items() if plain(lay.of or name) == plain(path.stem))
    consent = next((lay.consent for lay in layouts.values() if lay.consent), "")
    sheets = [sheet for grid in read_grids(path, quoted, consent) for sheet in lay_out(grid, layouts)]
    if path.suffix.lower() in FOLDER_KINDS:
        stop_for(problem for sheet in sheets for problem in sheet.problems)
    return [replace(sheet, file=path.stem) for sheet in sheets]


def read_grids(path: Path, quoted: bool = True, consent: str = "") -> list[Sheet]:
    """Read every row of every sheet of the file at `path`; of text, cells may be `quoted`.

    `consent` is the code or attribute of a project of interviews by which passages may be quoted.

    Raises
    ------
    ProblemsFound : the file cannot be used.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as opened:
            head = opened.read(64)
    except OSError:
        todo = "Check that you may read it and that it is closed"
        raise stop("the file cannot be opened", path.name, todo) from None
    kind = path.suffix.lower()
    for wrong, what, todo in _refusals(kind, size, head):
        if wrong:
            raise stop(what, path.name, todo)
    try:
        more = {"consent": consent} if kind in refi.KINDS else {}
        return list(_READERS[kind](path, **more) if quoted else _csv(path, False))
    except ProblemsFound:
        raise
    except RecursionError:
        raise stop("the file is too deeply nested", path.name, "Save its tables as CSV") from None
    except MemoryError:
        raise stop("the file needs more memory than there is", path.name, "Export it as CSV") from None
    except Exception as error:
        raise stop(f"the file is damaged and cannot be read ({type(error).__name__})", path.name,
                   "Open it in the program that made it and save it again") from None  # fmt: skip


def is_table(path: Path) -> bool:
    """Whether a file is a table: for a .txt, whether its first two lines have as many cells, and several."""
    if path.suffix.lower() != ".txt":
        return True
    with path.open("rb") as opened:
        lines = opened.read(_HEAD).decode("utf-8-sig", errors="replace").replace("\0", "").splitlines()[:2]
    mark = _separator(lines)
    return len({line.count(mark) for line in lines} - {0}) == 1


def _refusals(kind: str, size: int, head: bytes) -> Iterator[tuple[bool, str, str]]:
    """Give whether each reason to refuse a file holds, the reason, and what to do."""
    zipped, old = head.startswith(b"PK\x03\x04"), head.startswith(b"\xd0\xcf\x11\xe0")
    other = head.startswith((b"%PDF", b"$FL2", b"\x89PNG", b"\x1f\x8b"))
    markup = re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<[!?a-z]|\{\\rtf|\[?\s*\{\s*\"|\[\s*\[)", head, re.I)
    own = f"though its name ends in {kind}"
    again = "Save it again from the program that made it"
    kinds = "Save it as CSV, .xlsx, .ods, .sav, .dta or .qdpx"
    todo = "Unpack it, and give the folder" if kind == ".zip" else kinds
    yield kind not in _READERS, "this kind of file is not read", todo
    yield not size, "the file is empty", "Export it again, or take it away if there are no data"
    large = f"the file is larger than {LARGEST_FILE // 10**9} GB"
    yield size > LARGEST_FILE, large, "Export only the columns asked for"
    protected = "the workbook is protected by a password or in the old .xls format"
    yield old, protected, "Save it without a password, as .xlsx or CSV"
    yield kind in workbooks.KINDS and not zipped, f"the file is not a workbook, {own}", again
    text = _READERS[kind] is _csv
    yield text and (zipped or other), f"the file is not text, {own}", "Save it as CSV (UTF-8)"
    what = f"the file is not a table of text but a page, a document or JSON, {own}"
    yield text and bool(markup), what, "Export it as CSV from the program that holds the data"
    stata = re.match(rb"<stata_dta>|[h-s][\x01\x02]\x01", head)
    yield kind == ".dta" and not stata, f"the file is not a Stata file, {own}", again
    yield kind == ".sav" and head[:4] not in (b"$FL2", b"$FL3"), f"the file is not an SPSS file, {own}", again


# --- text files


def _csv(path: Path, quoted: bool = True) -> Iterator[Sheet]:
    raw, notes = _utf8(path)
    first, _, rest = raw[:_HEAD].decode(errors="ignore").partition("\n")
    told = re.fullmatch(r"\"?sep=(.)\"?\s*", first, re.I)
    if told:
        raw, first, rest = raw[raw.index(b"\n") + 1 :], *rest.partition("\n")[::2]
    mark = told[1] if told else _separator([first, *rest.split("\n", 20)[:19]])
    frame = _quick_rows(raw, mark, first) if quoted else None
    if frame is not None:
        yield Sheet(path.stem, path.name, frame, notes=notes)
    else:
        yield replace(_careful_rows(path, raw.decode(), mark, quoted), notes=notes)


def _utf8(path: Path) -> tuple[bytes, tuple[Note, ...]]:
    """Return the file's text as UTF-8, and what is to be logged of its encoding."""
    with bz2.open(path) if path.suffix.lower() == ".bz2" else path.open("rb") as opened:
        raw, notes = opened.read().removeprefix(codecs.BOM_UTF8), tuple[Note, ...]()
    sample = raw[:2000]
    try:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raw = raw.decode("utf-16").encode()
        elif sample.count(0) * 3 > len(sample):
            raw = raw.decode("utf-16-le" if sample[1:2] == b"\0" else "utf-16-be").encode()
        elif not (raw.isascii() or _is_utf8(raw)):
            lines = raw.splitlines(keepends=True)
            mixed = any(not line.isascii() and _is_utf8(line) for line in lines)
            raw = b"".join(line if _is_utf8(line) else line.decode("cp1252").encode() for line in lines)
            notes = (_MIXED,) if mixed else ()
    except UnicodeDecodeError:
        raise stop("its letters cannot be read: it is neither UTF-8, UTF-16 nor Windows-1252", path.name,
                   "Save it as “CSV UTF-8”") from None  # fmt: skip
    return raw.replace(b"\0", b"") if b"\0" in raw else raw, notes


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _separator(lines: list[str]) -> str:
    """Return the separator of the first line, or, where a title has none, of the first line with one."""
    bare = (re.sub(r'"[^"]*"', "", line) for line in lines)
    return next((best for line in bare if line.count(best := max(grids.MARKS, key=line.count))), ",")


def _quick_rows(raw: bytes, mark: str, heading: str) -> pd.DataFrame | None:
    """Split regular text fast; None when it has blank lines, ragged rows or anything else that wants care."""
    end = len(raw)
    while raw[end - 1 : end] in (b"\r", b"\n"):
        end -= 1
    breaks = raw.count(b"\n", 0, end)
    careful = raw[:1] in (b"\r", b"\n") or raw.count(b"\r", 0, end) not in (0, breaks)
    careful = careful or any(raw.find(blank, 0, end) >= 0 for blank in (b"\n\n", b"\n\r\n", b"\r\r"))
    if careful or raw.count(b'"', 0, end) % 2:
        return None
    try:
        names = [str(i) for i, _ in enumerate(next(csv.reader([heading], delimiter=mark), []))]
        if not 0 < len(names) <= grids.MOST_COLUMNS:
            return None
        every = dict.fromkeys(names, pa.large_string())
        table = fast_csv.read_csv(
            pa.BufferReader(pa.py_buffer(raw).slice(0, end)),
            fast_csv.ReadOptions(column_names=names, block_size=1 << 24),
            fast_csv.ParseOptions(delimiter=mark, newlines_in_values=True, ignore_empty_lines=False),
            fast_csv.ConvertOptions(column_types=every, strings_can_be_null=True, null_values=[""]),
        )
    except (pa.ArrowInvalid, csv.Error):
        return None
    if table.num_rows != breaks + 1:  # some cell holds a line break
        return None
    if any((pc.max(pc.binary_length(c)).as_py() or 0) > grids.LONGEST_CELL for c in table.columns):
        return None
    frame = pd.DataFrame({i: pd.Series(table.column(n), dtype="str") for i, n in enumerate(names)})
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


def _careful_rows(path: Path, text: str, mark: str, quoted: bool) -> Sheet:
    """Split irregular text row by row: blank lines, short and long rows, stray line ends, huge cells.

    Raises
    ------
    ProblemsFound : a quotation mark opens and never closes as it should, or cells are too long; the rows.
    """
    csv.field_size_limit(2**31 - 1)
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readlines()
    reader = csv.reader(lines, delimiter=mark, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    rows = dict[int, list[str]]()
    begun = 0
    for number, row in enumerate(reader, 1):
        if quoted and (reader.line_num - begun > 1 or reader.line_num == len(lines)):
            _refuse_unclosed(lines[begun : reader.line_num], mark, path, number)
        rows[number], begun = row, reader.line_num
    sheet = from_rows(path.stem, path.name, rows, widths=())
    stop_for(sheet.problems)
    return sheet


def _refuse_unclosed(lines: list[str], mark: str, path: Path, number: int) -> None:
    """Refuse a row of several lines that a stray quotation mark, rather than a line break in a cell, made."""
    try:
        row = next(csv.reader(lines, delimiter=mark, strict=True), [])
        split = [next(csv.reader([line], delimiter=mark), []) for line in lines[1:]]
    except csv.Error:
        split, row = [], []
        opens = rf'(?:^|{re.escape(mark)})"(?:[^"]|"")*\n?$'
        stray = len(lines) > 1 or re.search(opens, lines[0]) is not None
    else:  # every line of it would be a row like this one
        stray = bool(split) and len(row) > 2
        stray = stray and all(len(s) == len(row) and shape(s[0]) == shape(row[0]) for s in split)
    if stray:
        what = "a quotation mark opens here and does not close where it should: rows below may be part of it"
        todo = "Export the table again as a workbook; or, where marks are only text and each line is a row, "
        todo += f'say so in the recipe: [sheets."{path.stem}"] quotes = false'
        raise stop(what, f"{path.name}, row {number}", todo)


# --- SPSS and Stata


def _labelled(path: Path) -> Iterator[Sheet]:
    import pyreadstat

    read = pyreadstat.read_dta if path.suffix.lower() == ".dta" else pyreadstat.read_sav
    try:
        frame, about = read(path, disable_datetime_conversion=True)
    except UnicodeDecodeError:
        frame, about = read(path, disable_datetime_conversion=True, encoding="cp1252")
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    for name, kind in about.original_variable_types.items():
        if unit := next((u for form, u in _DAYS.items() if re.match(form, str(kind))), None):
            since = np.datetime64("1582-10-14" if path.suffix.lower() == ".sav" else "1960-01-01")
            number = pd.to_numeric(frame[name], errors="coerce").to_numpy("float64")
            days = since + np.nan_to_num(number).astype(f"timedelta64[{unit}]")
            texts = pd.Series(np.datetime_as_string(days)).str.replace(r"T00:00:00(\.0+)?$", "", regex=True)
            frame[name] = texts.mask(np.isnan(number)).to_numpy(object)
    labels = about.variable_value_labels
    values = {i: frame[c].map(_as_text(frame[c])).astype("str") for i, c in enumerate(frame.columns)}
    said = {i: {as_written(v): label for v, label in labels[c].items() if label}
            for i, c in enumerate(frame.columns) if c in labels}  # fmt: skip
    own = pd.DataFrame(values, frame.index)
    yield Sheet(path.stem, path.name, own, tuple(map(str, frame.columns)), said)


def _as_text(column: pd.Series) -> dict[object, str | None]:
    """Return each value of a column as text."""
    return {v: as_written(v) or None for v in column.dropna().unique().tolist()}


#: How a number is kept that is shown as a day, by the format that it is shown in.
_DAYS = {r"[AEJS]?DATE|YMDHMS": "s", r"%-?\d*t?d": "D", r"%t[cC]": "ms"}
_READERS: dict[str, Callable[..., Iterable[Sheet]]] = {
    ".csv": _csv, ".tsv": _csv, ".txt": _csv, ".bz2": _csv, ".sav": _labelled, ".dta": _labelled,
    ".xlsx": workbooks.xlsx, ".ods": workbooks.ods, **dict.fromkeys(refi.KINDS, coded.read),
}  # fmt: skip
