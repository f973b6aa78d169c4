"""From the rows of a file to sheets with headings: which rows are data, as the recipe or the file says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ut_research.core.issues import WHOLE_COLUMN_FROM
from ut_research.core.problems import Problem, ProblemsFound, stop, stop_for
from ut_research.reading import headings
from ut_research.reading.grids import Note, Sheet, hollow_rows, shape
from ut_research.reading.recipe import Layout
from ut_research.reading.values import plain


def lay_out(grid: Sheet, layouts: Mapping[str, Layout]) -> list[Sheet]:
    """Return the sheets of a grid: one, or a block for each layout that is `of` it.

    One that cannot be used has its problems with it.
    """
    told = {n: lay for n, lay in layouts.items() if plain(lay.of or n) == plain(grid.name)}
    sheets = []
    for name, layout in (told or {grid.name: Layout()}).items():
        try:
            sheets.append(_sheet(replace(grid, name=name if layout.of else grid.name), layout))
        except ProblemsFound as stopped:
            sheets.append(Sheet(name, grid.place, pd.DataFrame(), problems=stopped.problems, layout=layout))
    return sheets


def _sheet(grid: Sheet, told: Layout) -> Sheet:
    at = told.heading_rows or ((1, 2, 3) if headings.of_qualtrics(grid) else (1,))
    first = told.first_row or (1 if grid.headings else max(at) + 1)
    _refuse_unusable(grid, first, bool(told.heading_rows))
    taken = Note("rows of headings", "repaired", "the question is taken for the heading", at)
    notes = (*grid.notes, *(taken,) * (len(at) > 1 and not told.heading_rows))
    head = f"row{'s' * (len(at) > 1)} {', '.join(map(str, at))}"
    sheet = replace(grid, headings=headings.names(grid, at), frame=grid.frame.loc[first : told.last_row],
                    notes=notes, head=head, seem=headings.rows(grid), layout=told,
                    epoch=told.days_since or grid.epoch)  # fmt: skip
    sheet = sheet.without(told.skip_rows, "rows skipped", "the recipe says so")
    if sheet.widths is not None:
        sheet = _even(sheet, sheet.widths, max((w for n, w in sheet.widths.items() if n in at), default=0))
    if not any(sheet.headings):
        below = f"; the first row with anything in it is row {grid.frame.index[0]}" if len(grid.frame) else ""
        todo = f'Say in the recipe which row they are: [sheets."{grid.name}"] heading_rows = …'
        raise stop(f"there are no headings in row 1{below}", grid.place, todo)
    return headings.without_repeats(_without_blanks(sheet, grid.frame.index, first))


def _refuse_unusable(grid: Sheet, first: int, told: bool) -> None:
    """Refuse merged cells in the data, and what the sheet cannot be used for as it came."""
    problems = []
    merged = [m for m in grid.merged if m[2] >= first or not told]
    if merged:
        from openpyxl.utils import get_column_letter as letter

        ranges = ", ".join(f"{letter(c1 + 1)}{r1}:{letter(c2 + 1)}{r2}" for r1, c1, r2, c2 in merged[:5])
        todo = "Unmerge and fill them, or, where they are headings, say so: "
        todo += f'[sheets."{grid.name}"] heading_rows = [{merged[0][0]}, …]'
        what = "cells are merged, so that it is not known which rows they speak for"
        problems.append(Problem(what, f"{grid.place}, {ranges}", todo))
    stop_for([*problems, *grid.problems])


def _even(sheet: Sheet, widths: Mapping[int, int], width: int) -> Sheet:
    """Return the sheet as wide as its headings, without rows that have more cells; uneven rows are noted.

    `widths` are how many cells each row was written with. A note in the first cell alone is no uneven row.
    """
    frame, notes = sheet.frame, sheet.notes
    firsts = frame[0].fillna("").tolist() if frame.shape[1] else [""] * len(frame)
    rows = [(n, widths[n], text) for n, text in zip(frame.index.tolist(), firsts, strict=True)]
    full = {shape(text) for _, w, text in rows if w >= width}
    broken = _broken(rows, width, full)
    if broken:
        frame = _joined(sheet, widths, width, broken)
    over = frame.iloc[:, width:].dropna(axis=1, how="all")
    lost = tuple(over.index[~hollow_rows(over)].tolist()) if over.shape[1] else ()
    frame = frame.iloc[:, :width].drop(index=list(lost))
    notes += (Note("too many cells", "rejected", "left out: more cells than headings", lost),) * bool(lost)
    apart = {n for part in broken for n in part}
    if short := [n for n, w, text in rows if w < width and n not in apart and (w > 1 or shape(text) in full)]:
        every = len(short) >= WHOLE_COLUMN_FROM and 2 * len(short) > len(frame)  # it is how they are written
        done = f"those that are not there are taken as blank ({len(short):,} rows)"
        notes += (Note("too few cells", "reported", done, () if every else tuple(short)),)
    return replace(sheet, headings=sheet.headings[:width], frame=frame, lost=lost, notes=notes)


def _broken(rows: Sequence[tuple[int, int, str]], width: int, full: set[str]) -> list[list[int]]:
    """Return the numbers of rows next to each other that are, taken together, one row of `width` cells.

    Of each row its number, how many cells it has and the first; `full` are the shapes that begin whole rows.
    """
    found, start = list[list[int]](), 0
    while start < len(rows):
        end, cells = start + 1, rows[start][1]
        while cells < width and end < len(rows) and rows[end][1] < width:
            cells, end = cells + rows[end][1] - 1, end + 1
        if end - start > 1 and cells == width and shape(rows[start + 1][2]) not in full:
            found.append([n for n, *_ in rows[start:end]])
            start = end
        else:
            start += 1
    return found


def _joined(sheet: Sheet, widths: Mapping[int, int], width: int, broken: list[list[int]]) -> pd.DataFrame:
    """Join rows that a line break broke apart if the recipe says so; else stop."""
    if not sheet.layout.join_lines:
        at = "; ".join(f"{part[0]} to {part[-1]}" for part in broken[:5])
        todo = f'If each is one row, say so in the recipe: [sheets."{sheet.name}"] join_lines = true'
        what = "a line break inside a cell seems to have broken rows apart"
        raise stop(what, f"{sheet.place}, rows {at}", todo)
    frame, texts = sheet.frame.copy(), sheet.frame.fillna("")
    for part in broken:
        cells = list[str]()
        for n in part:
            more = list(texts.loc[n])[: widths[n]]
            cells = [*cells[:-1], f"{cells[-1]}\n{more[0]}", *more[1:]] if cells else more
        frame.loc[part[0], : width - 1] = [cell or None for cell in cells]
    return frame.drop(index=[n for part in broken for n in part[1:]])


def _without_blanks(sheet: Sheet, rows: pd.Index, first: int) -> Sheet:
    """Return the sheet without rows that hold nothing; those from the `first` row to the last of data count.

    `rows` are the numbers of all that the file has.
    """
    hollow = hollow_rows(sheet.frame)
    data, gone = sheet.frame.index[~hollow], [*sheet.lost, *sheet.layout.skip_rows]
    last = max([*data[-1:].tolist(), *gone], default=0)
    if last - first + 1 != len(data):
        there = np.union1d(np.setdiff1d(rows, sheet.frame.index[hollow]), gone)
        if len(blank := np.setdiff1d(np.arange(first, last + 1), there)):
            note = Note("blank rows", "repaired", f"{len(blank):,} passed over", (int(blank[0]),))
            sheet = replace(sheet, blank=len(blank), notes=(*sheet.notes, note))
    return replace(sheet, frame=sheet.frame[~hollow]) if hollow.any() else sheet
