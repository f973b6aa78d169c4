"""A sheet: the rows of a file as they come, and its headings once it is known which of them they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.issues import Action
from ut_research.core.problems import Problem, stop
from ut_research.reading import dates
from ut_research.reading.recipe import Layout
from ut_research.reading.values import is_blank, tidy

#: Most characters in a cell: a spreadsheet's own limit.
LONGEST_CELL = 32_767
MOST_COLUMNS = 2_000
#: What may stand between the cells of a row of text.
MARKS = ",;\t|"


Labels = Mapping[int, Mapping[str, str]]


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
    name : of the file (without its ending) or the sheet; of a block of a sheet, as the recipe calls it.
    place : where to look, in words: "needs.csv", or "export.xlsx, sheet needs".
    frame : text; the columns are numbered from 0, the index is the row's number from 1. The rows of the
        headings are in it until these are known, and then no blank rows.
    headings : as written, in order; blank ones are "". Of an SPSS file, which has no row of them, from the
        first; of others empty until it is known which rows they are.
    labels : by column, what the values of an SPSS or Stata file stand for.
    widths : how many cells each row was written with, by its number, where that can differ.
    merged : merged cells as first row, first column, last row, last column; columns from 0.
    epoch : the day that days count from, where the file, or the recipe, says so.
    notes : what there is to log about it.
    lost : rows that could not be split into cells.
    blank : how many rows have nothing in them.
    problems : why it cannot be used, where a workbook's other sheets may be.
    head, seem : the row of the headings, in words; the rows that seem to be headings.
    file : name of the file, without its ending.
    layout : as the recipe says.
    """

    name: str
    place: str
    frame: pd.DataFrame
    headings: tuple[str, ...] = ()
    labels: Labels = field(default_factory=dict)
    widths: Mapping[int, int] | None = None
    merged: tuple[tuple[int, int, int, int], ...] = ()
    epoch: date | None = None
    notes: tuple[Note, ...] = ()
    lost: tuple[int, ...] = ()
    blank: int = 0
    problems: tuple[Problem, ...] = ()
    head: str = "row 1"
    seem: tuple[int, ...] = (1,)
    file: str = ""
    layout: Layout = Layout()

    def line(self, key: str, value: object) -> str:
        """Return the line of the recipe that says `key` of this sheet."""
        return f'[sheets."{self.name}"] {key} = {value}'

    def at(self, rows: Sequence[int] = (), column: str = "") -> str:
        """Return the place of rows or of a column, in words."""
        named = f", column “{column}”" if column else ""
        numbers = f", row{'s' * (len(rows) > 1)} {', '.join(map(str, rows[:8]))}" if rows else ""
        return f"{self.place}{named}{numbers}"

    def without(self, rows: Sequence[int], rule: str, done: str) -> Sheet:
        """Return the sheet without `rows`, with a note that they are no rows of data."""
        if not rows:
            return self
        note = Note(rule, "repaired", f"passed over: {done}", tuple(rows))
        frame = self.frame.drop(index=list(rows), errors="ignore")
        return replace(self, frame=frame, notes=(*self.notes, note))

    def texts(self, at: int) -> pd.Series:
        """Return the column at a position, with what its values stand for."""
        if not (labels := self.labels.get(at)):
            return self.frame[at]
        return self.frame[at].map(lambda text: labels.get(text, text), na_action="ignore").astype("str")

    @cached_property
    def days(self) -> dict[int, bool | None]:
        """Whether most of what stands in each column is read as days; None where nothing does.

        A number by itself may be anything, a day among them.
        """
        found: dict[int, bool | None] = {}
        for at in range(self.frame.shape[1]):
            tidied = map(tidy, map(str, self.frame[at].dropna().unique()[:50]))
            texts = [text for text in tidied if text and not is_blank(text, day=True)]
            read = [day.rule not in ("not a date", "day number") for day in dates.read_days(texts)]
            found[at] = None if all(map(dates.SERIAL.fullmatch, texts)) else 2 * sum(read) > len(texts)
        return found

    def labelled(self) -> Sheet:
        """Return the sheet with what its values stand for in their place."""
        frame = pd.DataFrame({i: self.texts(i) for i in range(self.frame.shape[1])}, self.frame.index)
        return replace(self, frame=frame, labels={}) if self.labels else self


def from_rows(name: str, place: str, rows: Mapping[int, Sequence[object]],
              problems: Sequence[Problem] = (), **more: Any) -> Sheet:  # fmt: skip
    """Return the sheet of rows by their number; short ones are filled with blanks, blank ones left out.

    Rows with a cell that is longer than a spreadsheet allows are among its problems.
    """
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
        more["widths"] = {n: len(row) for n, row in rows.items()}
    frame = frame if filled.all() else frame[filled]
    what, todo = f"a cell holds more than {LONGEST_CELL:,} characters", (
        "Look for an unclosed quotation mark, or shorten the cell")  # fmt: skip
    longest = (Problem(what, f"{place}, row {n}", todo) for n in index[long][:5])
    return Sheet(name, place, frame, problems=(*problems, *longest), **more)


def as_written(value: object) -> str:
    """Return a cell as text: days in ISO, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def hollow_rows(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows with nothing in them but white space."""
    hollow = np.ones(len(frame), bool)
    for i in frame.columns:
        if not (at := np.flatnonzero(hollow)).size:
            break
        texts = frame[i].iloc[at]
        hollow[at] = (texts.isna() | (texts.str.strip() == "")).to_numpy(bool)
    return hollow


def shape(text: str) -> str:
    """Return what kinds of characters a text holds: letters, digits, spaces, and each other mark."""
    kinds = {"a" if c.isalpha() else "0" if c.isdigit() else " " if c.isspace() else c for c in text.strip()}
    return "".join(sorted(kinds))


def of_text(text: str) -> bool:
    """Whether a text has more than one word."""
    return re.search(r"\S\s+\S", text.strip()) is not None
