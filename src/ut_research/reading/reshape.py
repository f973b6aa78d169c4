"""Layouts that are not a row an answer: waves side by side, ticks in one cell, pairs of columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.schema import ITEMS, NEEDS, TABLES
from ut_research.reading.dates import read_days
from ut_research.reading.grids import Note, Sheet
from ut_research.reading.recipe import From, TableRule, Ticks
from ut_research.reading.values import NO, YES, plain, tidy

Array = npt.NDArray[Any]
WAVE, ITEM = "{wave}", "{item}"
#: The number of the wave, beside the columns of the table, until the waves are put in order.
_RANK = "_wave"


def columns_of(told: TableRule) -> dict[str, From]:
    """Return the columns that one pattern for all fourteen items stands for."""
    if (pattern := told.items) is None:
        return {}
    return {name: From(heading=(pattern.replace(ITEM, str(n)),)) for n, name in enumerate(ITEMS, 1)}


def waves(sheet: Sheet, columns: Mapping[str, From]) -> list[str | None]:
    """Return what stands for {wave} in the headings, in order of its number; [None] where there is none."""
    found: dict[str, None] = {}
    for pattern in (h for rule in columns.values() for h in rule.heading if WAVE in h):
        told = re.escape(plain(pattern)).replace(re.escape(WAVE), "(.+?)")
        for heading in sheet.headings:
            if match := re.fullmatch(told, plain(heading)):
                found[match[1]] = None
    return [*sorted(found, key=lambda w: int((re.findall(r"\d+", w) or ["0"])[0]))] or [None]


def of_wave(heading: str, wave: str | None, headings: Sequence[str]) -> str:
    """Return the heading of one wave."""
    return heading if wave is None else heading.replace(WAVE, wave)


def ticked(frame: pd.DataFrame, sheet: Sheet, told: Ticks, at: int | None) -> pd.DataFrame:
    """Return `frame` with yes or no for each option that is ticked in one cell, blank where the cell is."""
    if at is None:
        return frame
    cells = sheet.frame[at].fillna("")
    sets = cells.map(lambda cell: {tidy(part).casefold() for part in cell.split(told.separator)} - {""})
    for column, options in told.options.items():
        wanted = {tidy(o).casefold() for o in options}
        answers = sets.map(lambda ticks, w=wanted: "yes" if ticks & w else "no" if ticks else None)
        frame[column] = answers.astype("str").where(cells.str.strip() != "")
    return frame


def paired(
    frame: pd.DataFrame, sheet: Sheet, at: Mapping[str, tuple[int | None, int | None]]
) -> list[pd.DataFrame]:
    """Return a part for each outcome: the rows whose column says that it was reached, with its day."""
    parts = []
    for outcome, (yes, day) in at.items():
        texts = sheet.frame[yes].fillna("").map(tidy).str.casefold()
        dated = sheet.frame[day] if day is not None else pd.Series(None, index=frame.index, dtype="str")
        reached = texts.isin(YES) | (~texts.isin(NO) & texts.ne("") & dated.notna())
        part = frame[reached].assign(outcome=outcome, start_date=dated[reached])
        parts.append(part)
    return parts


def in_order(
    frame: pd.DataFrame, table: str, told: TableRule, names: Sequence[str | None], sizes: Sequence[int] = ()
) -> tuple[pd.DataFrame, list[Note], int]:
    """Give each person's first and last wave their timepoint, and keep the first row where only it is asked.

    Returns
    -------
    frame, what to log, and how many rows of data could not be placed
    """
    order = told.columns.get("timepoint", From(value="")).order_of
    if not order and told.keep == "all":
        return frame, [], 0
    person = pd.factorize(frame["participant_id"].fillna("").map(tidy))[0]
    known = (frame["participant_id"].fillna("").str.strip() != "").to_numpy(bool)
    answered = known & _answered(frame, table)
    if order == WAVE:
        when = np.repeat(np.arange(len(names)), len(frame) // len(names)).astype("float64")
    else:
        day = order or next((c.name for c in TABLES[table].columns if c.kind == "date"), "")
        when = _days(frame[day]) if day in frame else np.zeros(len(frame))
    at = np.lexsort((np.arange(len(frame)), when, person))
    at = at[answered[at]]
    rows = frame.index.to_numpy()
    start, end = (np.ones(len(at), bool) for _ in range(2))
    start[1:] = person[at][1:] != person[at][:-1]
    end[:-1] = start[1:]
    if not order:
        gone = tuple(int(n) for n in np.sort(rows[at[~start]]))
        note = Note("later row of the same person", "reported", "not used here: the first is taken", gone)
        return frame.iloc[np.sort(at[start])], [note] if gone else [], 0
    return _first_and_last(frame, at, start, end, when)


def _first_and_last(frame: pd.DataFrame, at: Array, start: Array, end: Array,
                    when: Array) -> tuple[pd.DataFrame, list[Note], int]:  # fmt: skip
    rows, notes = frame.index.to_numpy(), []
    undated = np.isnan(when[at]) & ~(start & end)
    if undated.any():  # of several, one without a day may be the first or the last
        lost = tuple(int(n) for n in np.sort(rows[at[undated]]))
        notes.append(Note("no day to order it by", "rejected", "left out: its wave cannot be known", lost))
        at = at[~undated]
        kept = ~undated
        start, end = start[kept], end[kept]
        end[:-1] |= start[1:]
        end[-1:] = True
    between = tuple(int(n) for n in np.sort(rows[at[~start & ~end]]))
    if between:
        done = "not used: a person's first and last are"
        notes.append(Note("wave between first and last", "reported", done, between))
    keep = start | end
    frame = frame.iloc[at[keep]].copy()
    frame["timepoint"] = pd.array(np.where(start[keep], "T1", "T2"), dtype="str")
    return frame, notes, int(undated.sum())


def _answered(frame: pd.DataFrame, table: str) -> Array:
    """Rows that hold any answer."""
    answers = {"needs": tuple(NEEDS), "wemwbs": (*ITEMS, "total"), "activity": ("active_days",)}.get(table)
    if not answers:
        return np.ones(len(frame), bool)
    there = [frame[c].fillna("").str.strip() != "" for c in answers if c in frame]
    return np.logical_or.reduce([t.to_numpy(bool) for t in there]) if there else np.zeros(len(frame), bool)


def _days(texts: pd.Series) -> Array:
    """Return days with their time as numbers, for their order; NaN where they cannot be read."""
    places, distinct = pd.factorize(texts.array)
    tidied = [tidy(str(u)) for u in distinct]
    days = [day.toordinal() if day else np.nan for day, _ in read_days(tidied)]
    times = [re.search(r"[T ](\d{1,2}):(\d\d)", t) for t in tidied]
    parts = [d + (int(t[1]) * 60 + int(t[2])) / 1440 if t else d for d, t in zip(days, times, strict=True)]
    return np.array([*parts, np.nan], dtype="float64")[places]
