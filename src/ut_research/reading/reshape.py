"""Layouts that are not a row an answer: waves side by side, ticks in one cell, pairs of columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.issues import Action
from ut_research.core.schema import ANSWERS, ITEMS, TABLES, TIMEPOINTS
from ut_research.reading.dates import read_days
from ut_research.reading.grids import Note, Sheet, hollow_rows
from ut_research.reading.recipe import From, TableRule, Ticks
from ut_research.reading.values import NO, WAVES, YES, is_blank, not_so, plain, tidy

Array = npt.NDArray[Any]
WAVE, ITEM = "{wave}", "{item}"
#: The number of the wave, beside the columns of the table, until the waves are put in order.
RANK = "_wave"


def columns_of(told: TableRule) -> dict[str, From]:
    """Return the columns that one pattern for all fourteen items stands for."""
    if (pattern := told.items) is None:
        return {}
    return {name: From(heading=(pattern.replace(ITEM, str(n)),)) for n, name in enumerate(ITEMS, 1)}


def waves(sheet: Sheet, columns: Mapping[str, From]) -> list[str | None]:
    """Return what stands for {wave} in the headings, in order; [None] where there is none.

    In order of its number, or the first (``pre``) before the second (``post``).
    """
    found: dict[str, None] = {}
    for pattern in (h for rule in columns.values() for h in rule.heading if WAVE in h):
        told = re.escape(plain(pattern)).replace(re.escape(WAVE), "(.+?)")
        for heading in sheet.headings:
            if match := re.fullmatch(told, plain(heading)):
                found[match[1]] = None

    def number(wave: str) -> int:
        return int((re.findall(r"\d+", wave) or [WAVES.get(wave.replace("_", " "), "T0")[1:]])[0])

    return [*sorted(found, key=number)] or [None]


def ticked(frame: pd.DataFrame, columns: Sequence[pd.Series], told: Ticks) -> tuple[pd.DataFrame, list[int]]:
    """Return `frame` with yes or no for each option that is ticked, and the rows of other ticks.

    Options may hold the separator; where the cell is blank, it is not known what would have been ticked.
    """
    mark = told.separator
    cells = columns[0]
    for more in columns[1:]:
        cells = cells.str.cat(more, sep=mark, na_rep="")
    texts = cells.fillna("").map(lambda cell: _framed(cell, mark))
    blank = cells.fillna("").str.strip().str.strip(told.separator) == ""
    left, end = texts, re.escape(mark)
    for column, options in told.options.items():
        found = pd.Series(False, index=cells.index)
        for option in sorted(options, key=len, reverse=True):
            tick = _framed(option, mark)
            found |= texts.str.contains(tick, regex=False)
            left = left.str.replace(re.escape(tick.removesuffix(mark)) + f"(?={end})", "", regex=True)
        frame[column] = pd.Series(np.where(found, "yes", "no"), index=cells.index, dtype="str").mask(blank)
    words = "|".join(map(re.escape, NO))  # a column each, filled in with yes and no
    left = left.str.replace(f"{end}(?:{words})(?={end})", "", regex=True)
    rest = left.str.strip(mark + " ") != ""
    return frame, [int(n) for n in cells.index[rest]]


def _framed(text: str, mark: str) -> str:
    """Return ticks, or one, with the separator on either side of each."""
    return f"{mark}{tidy(text)}{mark}".casefold().replace(f"{mark} ", mark)


def paired(
    frame: pd.DataFrame, sheet: Sheet, at: Mapping[str, tuple[int | None, int | None]]
) -> list[pd.DataFrame]:
    """Return a part for each outcome: the rows whose column says that it was reached, with its day."""
    parts = []
    for outcome, (yes, day) in at.items():
        assert yes is not None
        texts = sheet.texts(yes).fillna("").map(tidy).str.casefold()
        dated = sheet.texts(day) if day is not None else pd.Series(None, index=frame.index, dtype="str")
        none = texts.map(lambda text: not text or is_blank(text) or not_so(text)).astype(bool)
        reached = texts.isin(YES) | (~none & dated.notna())
        part = frame[reached].assign(outcome=outcome, start_date=dated[reached])
        parts.append(part)
    return parts


def in_order(
    frame: pd.DataFrame, table: str, told: TableRule, epoch: date | None = None
) -> tuple[pd.DataFrame, Array, list[Note], int]:
    """Number each person's own waves from T1 on, and keep the first row where only it is asked.

    Returns
    -------
    frame, positions of the rows that it kept, what to log, and how many rows of data could not be placed
    """
    order = told.columns.get("timepoint", From(value="")).order_of
    if not order and told.keep != "first":
        return frame, np.arange(len(frame)), [], 0
    day = order or next((c.name for c in TABLES[table].columns if c.kind == "date"), "")
    rows = _by_person(frame, table, _days(frame, RANK if order == WAVE else day, told.month_first, epoch))
    known, notes = len(rows), list[Note]()

    def without(gone: pd.Series, rule: str, action: Action, done: str) -> pd.DataFrame:
        if gone.any():
            numbers = frame.index[rows.index[gone].sort_values()]
            notes.append(Note(rule, action, done, tuple(numbers.tolist())))
        return rows[~gone]

    if order:
        rows = without(rows["again"], "duplicated row", "rejected", "left out: the same as a row above")
        several = rows.duplicated("person", keep=False)
        if day not in frame and order != WAVE:
            without(several, "no day to order by", "reported", "its wave goes by the order of the rows")
        lost = rows["when"].isna() & several  # it may be the first, or the last
        rows = without(lost, "no day to order it by", "rejected", "left out: its wave cannot be known")
    unplaced = known - len(rows)
    number, most = rows.groupby("person").cumcount(), len(TIMEPOINTS) if order else 1
    last = ~rows.duplicated("person", keep="last") & bool(order)
    rule, done = ("wave too many", f"not used: a person's first {most - 1} and last are") if order else (
        "later row of the same person", "not used here: the first is taken")  # fmt: skip
    beyond = (number >= most - bool(order)) & ~last & (number > 0)
    at = without(beyond, rule, "reported", done).index.sort_values().to_numpy()
    waves = pd.array(np.array(TIMEPOINTS)[number[at].clip(upper=most - 1)], dtype="str")
    return frame.iloc[at].assign(**{"timepoint": waves} if order else {}), at, notes, unplaced


def _by_person(frame: pd.DataFrame, table: str, when: Array) -> pd.DataFrame:
    """Return who answered in each row, when, and whether it is the same as a row above; in order of both."""
    person, again = pd.factorize(frame["participant_id"].fillna("").map(tidy))[0], frame.duplicated()
    answers = [c for c in ANSWERS.get(table, ("participant_id",)) if c in frame]  # a row without any is none
    answered = ~hollow_rows(frame[answers]) & frame["participant_id"].notna().to_numpy(bool)
    rows = pd.DataFrame({"person": person, "when": when, "again": again.to_numpy()})
    return rows[answered].sort_values(["person", "when"])


def _days(frame: pd.DataFrame, day: str, month_first: frozenset[str], epoch: date | None) -> Array:
    """Return days of a column with their time as numbers, for their order; NaN where they cannot be read."""
    texts = frame[day] if day in frame else pd.Series(0, frame.index)
    if pd.api.types.is_numeric_dtype(texts):
        return texts.to_numpy("float64")
    places, distinct = pd.factorize(texts)
    tidied = [tidy(str(u)) for u in distinct]
    read = read_days(tidied, month_first=day in month_first, epoch=epoch)
    days = [day.toordinal() if day else np.nan for day, _ in read]
    times = [re.search(r"[T ](\d{1,2}):(\d\d)", t) for t in tidied]
    parts = [d + (int(t[1]) * 60 + int(t[2])) / 1440 if t else d for d, t in zip(days, times, strict=True)]
    return np.array([*parts, np.nan], dtype="float64")[places]
