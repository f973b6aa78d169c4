"""Rows that are not people: totals, footers, section titles, a second row of headings."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.problems import Problem, ProblemsFound
from ut_research.core.schema import Table
from ut_research.reading import dates, values
from ut_research.reading.grids import Sheet, of_text, shape

Array = npt.NDArray[Any]
_TOTAL = (
    r"(?i)\s*(?:(?:grand|sub|overall|running|all)[ -]?)?(?:totals?|sum|count|average|mean|median)"
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
    ids = frame[at].fillna("")
    alone = _alone(frame, at)
    first = frame.iloc[:, 0].fillna("")
    blank = ids.str.strip() == ""
    total = (ids.str.fullmatch(_TOTAL) | (blank & first.str.fullmatch(_TOTAL))).to_numpy(bool, copy=True)
    keep = np.isin(frame.index, sheet.layout.keep_rows)
    total &= ~keep
    usual = ids[~alone & ~total & ~blank.to_numpy(bool)]
    note, unclear = list[int](), list[int]()
    if len(usual) > 1:
        shapes = set(usual.iloc[:1000].map(shape))
        worded = usual.iloc[:1000].map(of_text).mean() > 1 - _MOST
        digits = usual.iloc[:1000].str.contains(r"\d").mean() >= _MOST
        spaced = ids.str.contains(r"\S\s+\S", regex=True).to_numpy(bool) & ~worded
        for i in np.flatnonzero((alone | spaced) & ~total & ~keep).tolist():
            text, row = str(ids.iloc[i]), int(frame.index[i])
            if alone[i] and shape(text) in shapes:
                if i == len(ids) - 1 and text.strip() == f"{i}":  # the number of the rows above it
                    unclear.append(row)
            elif alone[i] and of_text(text):
                note.append(row)
            elif alone[i] or (digits and not re.search(r"\d", text) and _few(frame.iloc[i])):
                unclear.append(row)
    if unclear:
        raise ProblemsFound([Problem(
            "this may be a total, a note or a piece of a broken row, rather than a person",
            f"{sheet.place}, row {', '.join(map(str, unclear[:8]))}",
            f"Say which in the recipe: {sheet.line('skip_rows', unclear[:8])}, or keep_rows for people",
        )])  # fmt: skip
    sheet = sheet.without(frame.index[total].tolist(), "total row", "a total is nobody")
    return sheet.without(note, "footer or note", "words in the place of an identifier, and nothing else")


def _alone(frame: pd.DataFrame, at: int) -> Array:
    """Rows in which nothing but the identifier is filled."""
    alone = np.array(frame[at].fillna("").str.strip().ne(""), dtype=bool)
    for i in (c for c in range(frame.shape[1]) if c != at):
        rows = np.flatnonzero(alone)
        texts = frame[i].iloc[rows]
        alone[rows] = (texts.isna() | (texts.str.strip() == "")).to_numpy(bool)
    return alone


def _few(row: pd.Series) -> bool:
    filled = [cell for cell in row.tolist() if pd.notna(cell) and str(cell).strip()]
    return 2 * len(filled) <= len(row)


def second_headings(sheet: Sheet, frame: pd.DataFrame, table: Table) -> tuple[list[int], list[Problem]]:
    """Return the first row of data if it is a second row of headings; a problem if it cannot be told."""
    if len(frame) < 2 or frame.index[0] in sheet.layout.keep_rows:
        return [], []
    row = int(frame.index[0])
    judged, read = _read_cells(frame.iloc[:1], table)
    others = frame.iloc[1:]
    name = table.columns[0].name
    odd = False
    if table.columns[0].kind == "id" and name in frame and len(others) > 1:
        ids = others[name].dropna().iloc[:1000]
        own = "" if pd.isna(frame[name].iloc[0]) else str(frame[name].iloc[0])
        digits = len(ids) > 1 and bool(ids.str.contains(r"\d").all())
        odd = digits and not re.search(r"\d", own)
    if odd and judged and not read:
        return [row], []
    below, read_below = _read_cells(frame.iloc[1:2], table)
    if (judged >= 2 and not read and not (below >= 2 and not read_below)) or (odd and not read):
        return [], [Problem(
            "this looks like a second row of headings: none of its cells can be read",
            f"{sheet.place}, row {row}",
            f"Say so in the recipe: {sheet.line('skip_rows', [row])}, or keep_rows if it is data",
        )]  # fmt: skip
    return [], []


def _read_cells(row: pd.DataFrame, table: Table) -> tuple[int, int]:
    """Return how many cells of a row should be days, numbers or codes, and how many of them are."""
    judged = read = 0
    for column in table.columns:
        if column.name in row and len(row) and column.kind in ("date", "yes/no", "whole number", "code"):
            text = values.tidy(str(row[column.name].iloc[0])) if pd.notna(row[column.name].iloc[0]) else ""
            if text and not values.is_blank(text):
                day = column.kind == "date" and dates.read_days([text])[0].day
                found = day or (column.kind != "date" and values.reader(column)(text)[0] is not None)
                judged, read = judged + 1, read + bool(found or text[0].isdigit())
    return judged, read
