"""Rows that are not people: totals, footers, section titles, a second row of headings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.problems import Problem, stop, stop_for
from ut_research.core.schema import TABLES, Table
from ut_research.reading import dates, values
from ut_research.reading.grids import MARKS, Sheet, hollow_rows, of_text, shape
from ut_research.reading.likeness import SURE, WORDS, like

Array = npt.NDArray[Any]
_TOTAL = (
    r"\s*(?:(?:grand|sub|overall|running|all)[ -]?)?(?:totals?|sum|count|average|avg|mean|median|n(?=\s*=))"
    r"(?:\s+(?:of\s+)?(?:people|participants|clients|rows|records|referrals|count|number))?\s*[:=]?\s*[\d.,]*\s*"
)
#: Least share of identifiers that hold digits, or no space, for one that is otherwise to be no identifier.
_MOST = 0.9


def people(sheet: Sheet, at: int) -> Sheet:
    """Return the sheet without the rows that are plainly not about anybody; `at` is the identifier's column.

    Raises
    ------
    ProblemsFound : for rows of which it cannot be told; with the lines of the recipe that settle it.
    """
    frame = sheet.frame
    if len(frame) < 2 or frame.shape[1] < 2:
        return sheet
    ids, first = frame[at].fillna(""), frame.iloc[:, 0].fillna("")
    filled = ids.str.strip().ne("").to_numpy(bool)
    free = ~np.isin(frame.index, sheet.layout.keep_rows)
    total = _totals(ids.where(filled, first)) & free
    alone = hollow_rows(frame.drop(columns=at)) & filled & ~total & free
    usual = ids[~alone & ~total & filled].iloc[:1000]
    if packed := _packed(ids[alone], {*usual.map(shape)}, sum(map(bool, sheet.headings))):
        todo = "Take the quotation marks around the row away, or give all rows one separator; or, if each is "
        todo += f"a person, say in the recipe: {sheet.line('keep_rows', packed[:8])}"
        raise stop("one cell holds as many values as there are headings", sheet.at(packed), todo)
    note, unclear = _odd(frame, ids, usual, alone, ~total & free) if len(usual) else ([], [])
    unclear += frame.index[_totals(first) & ~total & free].tolist()  # with something for an identifier
    if unclear:
        what = "this may be a total, a note or a piece of a broken row, rather than a person"
        todo = f"Say which in the recipe: {sheet.line('skip_rows', unclear[:8])}, or keep_rows for people"
        raise stop(what, sheet.at(unclear), todo)
    sheet = sheet.without(frame.index[total].tolist(), "total row", "a total is nobody")
    return sheet.without(note, "footer or note", "words in the place of an identifier, and nothing else")


def refuse(sheet: Sheet) -> None:
    """Refuse a sheet that is no table as it lies there: its headings in one cell, or a row for each of them.

    Raises
    ------
    ProblemsFound : with the place, and what to do.
    """
    stop_for(sheet.problems)
    heads = [h for h in sheet.headings if h]
    cells = [str(t) for t in sheet.frame.iloc[:60, 0].dropna()] if sheet.frame.shape[1] else []
    marks = max(map(heads[0].count, MARKS)) if len(heads) == 1 else 0
    if marks > 1 and cells and all(max(map(text.count, MARKS)) >= marks for text in cells):
        what, todo = "all the headings are in one cell, and so is each row", (
            "Take the quotation marks around each row away, or part the text into columns")  # fmt: skip
    elif heads and like("participant_id", heads[0]) >= WORDS and len(_headings_among(cells)) > 1:
        what, todo = "the table lies on its side: its first column holds headings", (
            "Turn it, so that each person or form is a row")  # fmt: skip
    else:
        return
    raise stop(what, f"{sheet.place}, {sheet.head}", todo)


def _headings_among(cells: Iterable[str]) -> list[str]:
    """Return the cells that are surely what a column of the data dictionary is called."""
    names = {c.name for table in TABLES.values() for c in table.columns}
    words = {text for text in cells if not re.search(r"\d", text)}
    return [text for text in words if any(like(name, text) >= SURE for name in names)]


def _packed(cells: pd.Series, shapes: set[str], width: int) -> list[int]:
    """Return the rows of single cells that hold a whole row, which begins as other rows do."""
    found = list[int]()
    for row, text in zip(cells.index.tolist(), cells, strict=True):
        parts = max((text.split(mark) for mark in MARKS), key=len)
        if len(parts) >= width and (shape(parts[0]) in shapes if shapes else width > 2):
            found.append(row)
    return found


def _totals(cells: pd.Series) -> Array:
    """Rows that say in a cell that they are a total."""
    texts = cells.str.lower()
    total = np.zeros(len(cells), bool)
    for word in ("total", "sum", "count", "avg", "average", "mean", "median", "="):  # first: it is faster
        total |= texts.str.contains(word, regex=False).to_numpy(bool)
    total[total] = texts[total].str.fullmatch(_TOTAL).to_numpy(bool)
    return total


def _odd(frame: pd.DataFrame, ids: pd.Series, usual: pd.Series, alone: Array,
         open_: Array) -> tuple[list[int], list[int]]:  # fmt: skip
    """Return the rows that are notes, and those of which it cannot be told, by what identifiers look like."""
    shapes = set(usual.map(shape))
    digits = usual.str.contains(r"\d").mean() >= _MOST
    spaced = np.zeros(len(ids), bool)
    if usual.map(of_text).mean() <= 1 - _MOST:
        spaced = ids.str.contains(" ", regex=False).to_numpy(bool) & open_
    note, unclear = list[int](), list[int]()
    for i in np.flatnonzero(alone | spaced).tolist():
        text, row = str(ids.iloc[i]), int(frame.index[i])
        if alone[i] and shape(text) in shapes:
            if i == len(ids) - 1 and text.strip() == f"{i}":  # the number of the rows above it
                unclear.append(row)
        elif alone[i] and of_text(text):
            note.append(row)
        elif alone[i] or (
            digits and of_text(text) and not re.search(r"\d", text) and not values.is_blank(values.tidy(text))
        ):
            unclear.append(row)
    return note, unclear


def without_totals(sheet: Sheet) -> Sheet:
    """Return the sheet without the rows whose first cell says that they are a total."""
    if not len(sheet.frame):
        return sheet
    total = sheet.frame.index[_totals(sheet.frame.iloc[:, 0].fillna(""))].tolist()
    return sheet.without(total, "total row", "")


def second_headings(sheet: Sheet, frame: pd.DataFrame, table: Table) -> tuple[list[int], list[Problem]]:
    """Return the first row of data if it is a second row of headings; a problem if it cannot be told."""
    if len(frame) < 2 or frame.index[0] in sheet.layout.keep_rows:
        return [], []
    row, name, odd = int(frame.index[0]), table.columns[0].name, False
    (judged, read), (below, read_below) = (_read_cells(frame.iloc[i], table) for i in (0, 1))
    if table.columns[0].kind == "id" and name in frame:
        own, others = frame[name].iloc[0], frame[name].iloc[1:].dropna().iloc[:1000]
        digits = len(others) > 1 and bool(others.str.contains(r"\d").all())
        odd = digits and not re.search(r"\d", str(own))
    if odd and judged and not read:
        return [row], []
    if not read and (odd or (judged >= 2 and not (below >= 2 and not read_below))):
        return [], [Problem(
            "this looks like a second row of headings: none of its cells can be read",
            sheet.at([row]),
            f"Say so in the recipe: {sheet.line('skip_rows', [row])}, or keep_rows if it is data",
        )]  # fmt: skip
    return [], []


def _read_cells(row: pd.Series, table: Table) -> tuple[int, int]:
    """Return how many cells of a row should be days, numbers or codes, and how many of them are."""
    judged = read = 0
    for column in table.columns:
        if column.name in row and column.kind in ("date", "yes/no", "whole number", "code"):
            text = values.tidy(row[column.name]) if pd.notna(row[column.name]) else ""
            if text and not values.is_blank(text) and not values.ERROR.fullmatch(text):
                day = column.kind == "date" and dates.read_days([text])[0].day
                found = day or (column.kind != "date" and values.reader(column)(text)[0] is not None)
                judged, read = judged + 1, read + bool(found or text[0].isdigit())
    return judged, read
