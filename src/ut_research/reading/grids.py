"""From the rows of a file to a sheet with headings: which rows are headings, which are data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import zip_longest

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.issues import WHOLE_COLUMN_FROM, Action
from ut_research.core.problems import Problem, ProblemsFound, stop
from ut_research.reading.recipe import Layout
from ut_research.reading.values import plain

#: Most characters in a cell: a spreadsheet's own limit.
LONGEST_CELL = 32_767
MOST_COLUMNS = 2_000
#: What may stand between the cells of a row of text.
MARKS = ",;\t|"


@dataclass(frozen=True)
class Note:
    """Something to log about a sheet: its rows, as numbered in the file, and the position of its column."""

    rule: str
    action: Action
    done: str
    rows: tuple[int, ...] = ()
    column: int | None = None


@dataclass(frozen=True)
class Grid:
    """The rows of a file or sheet, before it is known which of them are headings.

    Attributes
    ----------
    name : of the file (without its ending) or the sheet.
    place : where to look, in words: "needs.csv", or "export.xlsx, sheet needs".
    frame : text; the columns are numbered from 0, the index is the row's number from 1.
    headings, values : of an SPSS file, which has no row of headings; values in place of their labels.
    widths : how many cells each row of `frame` was written with, where that can differ.
    merged : merged cells as first row, first column, last row, last column; columns from 0.
    formulas, hollow : rows of the formulas by column, and rows with one that has no saved result.
    long : rows with a cell that is longer than a spreadsheet allows.
    epoch : the day that the file counts days from, where it says so.
    notes : what there is to log about it.
    """

    name: str
    place: str
    frame: pd.DataFrame
    headings: tuple[str, ...] | None = None
    values: pd.DataFrame | None = None
    widths: tuple[int, ...] | None = None
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formulas: Mapping[int, Sequence[int]] = field(default_factory=dict)
    hollow: frozenset[int] = frozenset()
    long: frozenset[int] = frozenset()
    epoch: date | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One table as it lies in its file.

    Attributes
    ----------
    name, place : as in `Grid`; of a block of a sheet, the name that the recipe gives it.
    headings : as written, in order; blank ones are "".
    frame : text; columns numbered from 0 as `headings`, the index is the row's number. No blank rows.
    values : like `frame`, with SPSS values in place of their labels; the same frame for other formats.
    lost : rows that could not be split into cells.
    blank : rows with nothing in them.
    notes : what reading has to log.
    problems : why it cannot be used, where a workbook's other sheets may be.
    head : the row of the headings, in words.
    file : name of the file, without its ending.
    layout, epoch : as the recipe and the file say.
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
    head: str = "row 1"
    file: str = ""
    layout: Layout = Layout()
    epoch: date | None = None

    def line(self, key: str, value: object) -> str:
        """Return the line of the recipe that says `key` of this sheet."""
        return f'[sheets."{self.name}"] {key} = {value}'

    def without(self, rows: Sequence[int], rule: str, done: str) -> Sheet:
        """Return the sheet without `rows`, with a note that they are no rows of data."""
        if not rows:
            return self
        note = Note(rule, "repaired", f"passed over: {done}", tuple(rows))
        frame = self.frame.drop(index=list(rows))
        values = frame if self.values is self.frame else self.values.drop(index=list(rows))
        return replace(self, frame=frame, values=values, notes=(*self.notes, note))


def from_rows(name: str, place: str, rows: Mapping[int, Sequence[object]], **more: object) -> Grid:
    """Return the Grid of rows by their number; short ones are filled with blanks, blank ones left out."""
    if max(map(len, rows.values()), default=0) > MOST_COLUMNS:
        todo = "Export only the columns asked for"
        raise stop(f"there are more than {MOST_COLUMNS:,} columns", place, todo)
    index = pd.Index(rows, dtype="int64")
    columns = [
        [(value if type(value) is str else as_written(value)) or None for value in column]
        for column in zip_longest(*rows.values(), fillvalue="")
    ]
    frame = pd.DataFrame(dict(enumerate(columns)), index=index, dtype="str")
    filled = ~hollow_rows(frame)
    long = np.zeros(len(frame), bool)
    for i in frame.columns:
        long |= (frame[i].str.len() > LONGEST_CELL).to_numpy(bool, na_value=False)
    if "widths" in more:
        more["widths"] = tuple(len(row) for row, keep in zip(rows.values(), filled, strict=True) if keep)
    frame = frame if filled.all() else frame[filled]
    return Grid(name, place, frame, long=frozenset(index[long].tolist()), **more)  # type: ignore[arg-type]


def as_written(value: object) -> str:
    """Return a cell as text: days in ISO, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def lay_out(grid: Grid, layouts: Mapping[str, Layout]) -> list[Sheet]:
    """Return the sheets of a grid: one, or a block for each layout that is `of` it.

    One that cannot be used has its problems with it.
    """
    told = {n: lay for n, lay in layouts.items() if plain(lay.of or n) == plain(grid.name)}
    sheets = []
    for name, layout in (told or {grid.name: Layout()}).items():
        try:
            sheets.append(_sheet(replace(grid, name=name if layout.of else grid.name), layout))
        except ProblemsFound as stopped:
            empty = pd.DataFrame()
            sheets.append(Sheet(name, grid.place, (), empty, empty, problems=stopped.problems, layout=layout))
    return sheets


def _sheet(grid: Grid, told: Layout) -> Sheet:
    frame = grid.frame
    at = () if grid.headings is not None else told.heading_rows or _heading_rows(frame)
    first = told.first_row or max(at, default=0) + 1
    _usable(grid, first, bool(told.heading_rows))
    heads = grid.headings or _headings(grid, at)
    notes = [*grid.notes]
    notes += [Note("formula", "reported", f"the results last saved are used ({len(rows):,} cells)", (), i)
              for i, rows in grid.formulas.items()]  # fmt: skip
    if len(at) > 1 and not told.heading_rows:
        notes.append(Note("rows of headings", "repaired", "the question is taken for the heading", at))
    rows = frame.index.to_numpy()
    data = (rows >= first) & (rows <= (told.last_row or rows.max(initial=0)))
    if told.skip_rows:
        data &= ~np.isin(rows, told.skip_rows)
    lost: tuple[int, ...] = ()
    if grid.widths is not None:
        frame, data, lost, short = _even_rows(grid, data, at, told.join_lines)
        heads = heads[: frame.shape[1]]
        if lost:
            notes.append(Note("too many cells", "rejected", "left out: more cells than headings", lost))
        if short:
            every = len(short) >= WHOLE_COLUMN_FROM and 2 * len(short) > data.sum()
            done = f"those that are not there are taken as blank ({len(short):,} rows)"
            notes.append(Note("too few cells", "reported", done, () if every else short))
    if not any(heads):
        below = f"; the first row with anything in it is row {rows[0]}" if len(rows) else ""
        todo = f'Say in the recipe which row they are: [sheets."{grid.name}"] heading_rows = …'
        raise stop(f"there are no headings in row 1{below}", grid.place, todo)
    blank, first_blank, data = _blank(frame, data, first, lost, told.skip_rows)
    if blank:
        notes.append(Note("blank rows", "repaired", f"{blank:,} passed over", (first_blank,)))
    if told.skip_rows:
        notes.append(Note("rows skipped", "repaired", "passed over: the recipe says so", told.skip_rows))
    values = grid.values if grid.values is not None else frame
    same = values is frame
    frame = rows_of(frame, data)
    head = f"row{'s' * (len(at) > 1)} {', '.join(map(str, at))}" if at else "row 1"
    values = frame if same else rows_of(values, data)
    sheet = Sheet(grid.name, grid.place, heads, frame, values, len(lost), blank, tuple(notes), (), head,
                  "", told, told.days_since or grid.epoch)  # fmt: skip
    again, others = _again(sheet)
    if others:
        at_, rest = others[0], f'and [sheets."more"] of = "{grid.name}", heading_rows = [{others[0]}]'
        raise stop(
            "headings of another table seem to begin here, so that the rows below are not of these",
            f"{grid.place}, row {at_}",
            f"If so, say it in the recipe: {sheet.line('last_row', at_ - 1)}, {rest}; else keep_rows",
        )
    return sheet.without(again, "headings again", "they are the headings, once more")


def _heading_rows(frame: pd.DataFrame) -> tuple[int, ...]:
    """Return the rows of headings of an export that says nothing: the first; of Qualtrics, three."""
    if len(frame) > 2 and list(frame.index[:3]) == [1, 2, 3]:
        codes = frame.iloc[2].dropna()
        if len(codes) and codes.str.startswith('{"ImportId"').all():
            return 1, 2, 3
    return (1,)


def _headings(grid: Grid, at: Sequence[int]) -> tuple[str, ...]:
    """Return the headings: the texts of their rows from top to bottom, joined; merged cells are filled."""
    top = grid.frame[grid.frame.index.isin(at)].fillna("").astype(object).copy()
    if len(top) == 3 and all(top.iloc[2].str.startswith('{"ImportId"') | (top.iloc[2] == "")):
        numbered = top.iloc[0].str.fullmatch(r".*_\d+")  # one of several of a question: only names differ
        return tuple(t.strip() for t in top.iloc[1].where(~numbered & (top.iloc[1] != ""), top.iloc[0]))
    for r1, c1, r2, c2 in grid.merged:
        if r1 in top.index:
            for r in (r for r in top.index if r1 <= r <= r2):
                top.loc[r, c1:c2] = str(top.loc[r1, c1])
    if not grid.merged and len(top) > 1:  # a file of text has lost what was merged
        for upper, lower in zip(top.index[:-1], top.index[1:], strict=True):
            group = ""
            for i in top.columns:
                group = top.loc[upper, i] or (group if top.loc[lower, i] else "")
                top.loc[upper, i] = group
    columns = (list(dict.fromkeys(text.strip() for text in top[i] if text.strip())) for i in top.columns)
    return tuple(" ".join(" ".join(parts).split()) if len(parts) > 1 else "".join(parts) for parts in columns)


def _usable(grid: Grid, first: int, told: bool) -> None:
    """Refuse merged cells in the data, formulas that were never worked out, and cells that are too long."""
    problems = []
    merged = [m for m in grid.merged if m[2] >= first or not told]
    if merged:
        from openpyxl.utils import get_column_letter as letter

        ranges = ", ".join(f"{letter(c1 + 1)}{r1}:{letter(c2 + 1)}{r2}" for r1, c1, r2, c2 in merged[:5])
        todo = (
            "Unmerge and fill them, or, where they are headings, say so: "
            f'[sheets."{grid.name}"] heading_rows = [{", ".join(str(m[0]) for m in merged[:1])}, …]'
        )
        problems.append(Problem("cells are merged, so that it is not known which rows they speak for",
                                f"{grid.place}, {ranges}", todo))  # fmt: skip
    if grid.hollow:
        at = str(sorted(grid.hollow)[:5])[1:-1]
        problems.append(Problem("formulas have no saved result", f"{grid.place}, rows {at}",
                                "Open the workbook in a spreadsheet program and save it again"))  # fmt: skip
    for n in sorted(grid.long)[:5]:
        problems += too_long(grid.place, n).problems
    if problems:
        raise ProblemsFound(problems)


def too_long(place: str, row: int) -> ProblemsFound:
    """Return the exception for a cell that is longer than a spreadsheet allows."""
    return stop(f"a cell holds more than {LONGEST_CELL:,} characters", f"{place}, row {row}",
                "Look for an unclosed quotation mark, or shorten the cell")  # fmt: skip


def _even_rows(
    grid: Grid, data: npt.NDArray[np.bool_], at: Sequence[int], join: bool
) -> tuple[pd.DataFrame, npt.NDArray[np.bool_], tuple[int, ...], tuple[int, ...]]:
    """Return the frame as wide as its headings, which rows are data, and those with more and fewer cells."""
    rows = grid.frame.index.to_numpy()
    width = max([w for n, w in zip(rows, grid.widths or (), strict=True) if n in at], default=0)
    frame, data, short = _whole_rows(grid, data, width, join)
    over = [i for i in range(width, frame.shape[1]) if frame[i].notna().any()]
    ragged = data & np.asarray(~hollow_rows(frame[over])) if over else np.zeros(len(rows), bool)
    return (
        frame[list(range(width))],
        data & ~ragged,
        tuple(rows[ragged].tolist()),
        tuple(rows[short].tolist()),
    )


def _whole_rows(
    grid: Grid, data: npt.NDArray[np.bool_], width: int, join: bool
) -> tuple[pd.DataFrame, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Join rows that a line break broke apart if the recipe says so, else stop; say which are too short."""
    frame, widths, rows = grid.frame, grid.widths or (), grid.frame.index.to_numpy()
    full = {shape(str(frame.iat[i, 0])) for i, w in enumerate(widths) if data[i] and w >= width}
    found = list[tuple[int, int]]()
    start = 0
    while start < len(widths):
        end, cells = start + 1, widths[start]
        while data[start] and cells < width and end < len(widths) and widths[end] < width:
            cells, end = cells + widths[end] - 1, end + 1
        if end - start > 1 and cells == width and shape(str(frame.iat[start + 1, 0])) not in full:
            found.append((start, end))
            start = end
        else:
            start += 1
    short = data & np.array([1 < w < width or (w < width and shape(str(frame.iat[i, 0])) in full)
                             for i, w in enumerate(widths)], dtype=bool)  # fmt: skip
    if not found:
        return frame, data, short
    if not join:
        at = "; ".join(f"{rows[a]} to {rows[b - 1]}" for a, b in found[:5])
        todo = f'If each is one row, say so in the recipe: [sheets."{grid.name}"] join_lines = true'
        what = "a line break inside a cell seems to have broken rows apart"
        raise stop(what, f"{grid.place}, rows {at}", todo)
    frame, data = frame.copy(), data.copy()
    for a, b in found:
        cells_of: list[str] = []
        for i in range(a, b):
            more = ["" if pd.isna(c) else str(c) for c in frame.iloc[i, : widths[i]]]
            cells_of = [*cells_of[:-1], f"{cells_of[-1]}\n{more[0]}", *more[1:]] if cells_of else more
        frame.iloc[a, :width] = [cell or None for cell in cells_of]
        data[a + 1 : b] = short[a:b] = False
    return frame, data, short


def _blank(
    frame: pd.DataFrame, data: npt.NDArray[np.bool_], first: int, *gone: Sequence[int]
) -> tuple[int, int, npt.NDArray[np.bool_]]:
    """Return how many blank rows lie between rows of data, the first of them, and which rows are data."""
    hollow = np.zeros(len(frame), bool)
    hollow[data] = hollow_rows(rows_of(frame, data))
    data = data & ~hollow
    rows = frame.index.to_numpy()
    others = rows[~hollow & (rows >= first)]
    last = int(max(rows[data].max(initial=0), *(max(g, default=0) for g in gone)))
    there = np.union1d(others, [n for g in gone for n in g])
    if last - first + 1 <= (there <= last).sum():
        return 0, 0, data
    blank = np.setdiff1d(np.arange(first, last + 1), there)
    return len(blank), int(blank[0]), data


def rows_of(frame: pd.DataFrame, keep: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Return the rows to keep; those from one row on without copying them."""
    first = int(keep.argmax()) if len(keep) else 0
    return frame.iloc[first:] if keep[first:].all() else frame[keep]


def hollow_rows(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows with nothing in them but white space."""
    hollow = np.ones(len(frame), bool)
    for i in frame.columns:
        at = np.flatnonzero(hollow)
        texts = frame[i].iloc[at]
        hollow[at] = (texts.isna() | (texts.str.strip() == "")).to_numpy(bool)
    return hollow


def _again(sheet: Sheet) -> tuple[list[int], list[int]]:
    """Return the rows that repeat the headings, and those that hold others, or these in another order."""
    named = {i: h.casefold() for i, h in enumerate(sheet.headings) if h}
    again, others = list[int](), list[int]()
    if len(named) < 2 or not len(sheet.frame):
        return again, others
    at, names = min(named), {*named.values()}
    first = sheet.frame[at].str.strip().str.lower()
    like = sheet.frame[first.isin([h.lower() for h in names]).to_numpy(bool, na_value=False)]
    for n, row in zip(like.index.tolist(), like.fillna("").to_numpy(), strict=True):
        cells = {i: str(cell).strip().casefold() for i, cell in enumerate(row)}
        known, filled = sum(cell in names for cell in cells.values()), sum(map(bool, cells.values()))
        if all(cells[i] == h for i, h in named.items()):
            again.append(n)
        elif n not in sheet.layout.keep_rows and (cells[at] == named[at] or 1 < known > filled / 2):
            others.append(n)
    return again, others


def shape(text: str) -> str:
    """Return what kinds of characters a text holds: letters, digits, spaces, and each other mark."""
    kinds = {"a" if c.isalpha() else "0" if c.isdigit() else " " if c.isspace() else c for c in text.strip()}
    return "".join(sorted(kinds))


def of_text(text: str) -> bool:
    """Whether a text has more than one word."""
    return re.search(r"\S\s+\S", text.strip()) is not None
