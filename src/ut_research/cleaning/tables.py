"""From raw text to canonical tables, with a log of all that was repaired, rejected or reported.

A cell that cannot be read is left blank; a row is rejected only when it cannot be used. No row goes without a
trace: for each table, rows in = rows kept + rows rejected. Cleaning canonical tables again changes nothing.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.cleaning.people import number_people
from ut_research.core.issues import Action, Log
from ut_research.core.schema import GROUPS, ITEMS, NEEDS, NOT_RECORDED, TABLES, Column, Table, check, dtype
from ut_research.core.studies import NONE, Folder
from ut_research.reading import dates, export
from ut_research.reading import values as spellings
from ut_research.reading.export import Raw

Mask = npt.NDArray[np.bool_]

#: A reason for leaving, or a partner or area that is not in the list, becomes "other" where fewer people than
#: this have it: rare words can point to a person, and may be shown as the name of a group.
RARE_WORDS = 5
#: A date more days than this after all but a few (2, or one in a thousand) is a slip, not the end of the data
LONG_AFTER_DAYS = 366


@dataclass(frozen=True, repr=False)
class Cleaned:
    """What cleaning gives; it shows nothing of itself in a notebook.

    Attributes
    ----------
    tables : canonical tables by name, in the original row order.
    issues : the issues log; see `issues_log.COLUMNS`.
    counts : for each table its rows "in", "kept" and "rejected" (and "blank", which are no rows of data).
    data_to : the latest date in the kept rows about people (interviews and comments come later): the day to
        which the data are complete. None without dates.
    name, origin, inputs : as in `reading.Raw`.
    study : the study that it was cleaned for.
    """

    tables: dict[str, pd.DataFrame]
    issues: pd.DataFrame
    counts: dict[str, dict[str, int]]
    data_to: date | None
    name: str
    origin: str
    inputs: dict[str, str]
    study: Folder = NONE

    def __repr__(self) -> str:
        return f"<cleaned: {', '.join(self.tables)}; nothing of it is shown until it is released>"


def of_export(path: Path, parameters: Mapping[str, Any], recipe: Path | None = None) -> Cleaned:
    """The export at `path`, read by the recipe and cleaned as a study says; nothing is written."""
    return of_raw(export.read(path, recipe), parameters)


def of_raw(raw: Raw, parameters: Mapping[str, Any]) -> Cleaned:
    """`raw`, cleaned with the parameters of a study."""
    given = (parameters[name] for name in ("delivery_start", "delivery_end"))
    first, last = (day and date.fromisoformat(day) for day in given)
    lists = {"partner": parameters["partners"], "area": parameters["areas"]}
    names = spellings.Names(lists, parameters["common_words"])
    return clean(raw, delivery_start=first, delivery_end=last, names=names)


def clean(raw: Raw, *, delivery_start: date | None = None, delivery_end: date | None = None,
          names: spellings.Names = spellings.NO_NAMES, key: bytes | None = None) -> Cleaned:  # fmt: skip
    """Clean every table of `raw`.

    Parameters
    ----------
    raw : what `reading.read` gave.
    delivery_start, delivery_end : first and last day of delivery; the middle parts first half from second.
    names : how the study's partners and areas are written.
    key : secret of the identifiers' hashes; by default this person's own, see `privacy.key`.
    """
    log = Log()
    log.extend(raw.issues)
    people, ids = number_people(raw, key, log)
    sheets = {
        name: _Sheet(table, raw, people.get(name), log, names)
        for name, table in TABLES.items()
        if name in raw.tables
    }
    for name, sheet in sheets.items():
        if name in people:
            sheet.columns["participant_id"] = ids.take(sheet.person, allow_fill=True)
        sheet.reject_unusable()
        if rule := _RULES.get(name):
            rule(sheet)
        sheet.reject_repeated()
    _reject_strangers(sheets, len(ids))
    tables = {name: sheet.kept() for name, sheet in sheets.items()}
    _add_groups(
        tables, {n: s.person[s.keep] for n, s in sheets.items()}, len(ids), delivery_start, delivery_end
    )
    counts = {
        name: {"in": (n := raw.rows_in[name]), "kept": (kept := len(tables[name])), "rejected": n - kept,
               "blank": raw.blank.get(name, 0)}
        for name, sheet in sheets.items()
    }  # fmt: skip
    data_to = _data_to(sheets)
    return Cleaned(tables, log.frame(), counts, data_to, raw.name, raw.origin, dict(raw.inputs))


class _Sheet:
    """One table at work: its columns as arrays, the rows still kept, and how to log what happens to them."""

    def __init__(self, table: Table, raw: Raw, person: npt.NDArray[np.intp] | None, log: Log,
                 names: spellings.Names):  # fmt: skip
        self.table, self.raw, self.log, self.names = table, raw, log, names
        frame, self.epoch = raw.tables[table.name], raw.epochs.get(table.name)
        month_first = raw.month_first.get(table.name, frozenset())
        self.rows = frame.index.to_numpy("int64")
        self.person = person if person is not None else np.full(len(frame), -1)
        self.keep: Mask = np.ones(len(frame), dtype=bool)
        self.columns: dict[str, pd.api.extensions.ExtensionArray] = {}
        self.unusable: dict[str, Mask] = {}
        for column in table.columns:
            if column.name == "participant_id":
                self.keep_or_reject_id()
            elif column.name in frame.columns:
                self._read(column, frame[column.name], column.name in month_first)

    def __getitem__(self, name: str) -> pd.Series:
        """Return the column `name` as a Series, all blank when the export has none."""
        column = self.table.column(name)
        if name not in self.columns:
            return pd.Series(_array(column, [None], np.zeros(len(self.rows), dtype=np.intp)))
        return pd.Series(self.columns[name], copy=False)

    def log_rows(self, mask: Mask, column: str, rule: str, action: Action, done: str) -> None:
        """Log the kept rows of `mask`."""
        if (hit := mask & self.keep).any():
            self._add(hit, column, rule, action, done, int(self.keep.sum()))

    def _add(self, hit: Mask, column: str, rule: str, action: Action, done: str, of: int) -> None:
        """Log rows of the whole table, each as it is numbered in its file."""
        for rows, file in self.raw.by_file(self.table.name, hit):
            share = max(1, round(of * len(rows) / max(1, int(hit.sum()))))
            self.log.add(self.table.name, rows, column, rule, action, done + file, share)

    def reject(self, mask: Mask, column: str, rule: str, done: str) -> None:
        """Reject and log the kept rows of `mask`."""
        self.log_rows(mask, column, rule, "rejected", done)
        self.keep = self.keep & ~mask

    def blank(self, mask: Mask, column: str, rule: str, done: str = "left blank") -> None:
        """Blank the cells of `column` in the kept rows of `mask`, and log them as reported."""
        if (hit := mask & self.keep).any():
            self.log_rows(hit, column, rule, "reported", done)
            self.put(column, hit, None)

    def put(self, column: str, mask: Mask, values: object) -> None:
        """Write `values` into the rows of `mask`."""
        series = self[column].copy()
        series[mask] = values
        self.columns[column] = series.array

    def keep_or_reject_id(self) -> None:
        """Reject rows without an identifier of the person."""
        self.reject(self.person < 0, "participant_id", "no identifier", "left out: nobody to join it to")

    def reject_unusable(self) -> None:
        """Reject rows that lack what their table needs, and rows with no answers at all."""
        for column in self.table.columns:
            if column.needed and column.name != "participant_id":
                blank = self[column.name].isna().to_numpy()
                self.reject(
                    blank, column.name, f"no {column.name}", "left out: the row cannot be used without it"
                )
        answers = {"needs": tuple(NEEDS), "wemwbs": (*ITEMS, "total")}.get(self.table.name)
        if answers:
            empty = np.logical_and.reduce([self[c].isna().to_numpy() for c in answers])
            self.reject(empty, "", "no answers", "left out: nothing was answered")

    def reject_repeated(self) -> None:
        """Reject rows that repeat a row before them, and then later rows for the same key."""
        key = self._key()
        again = self.keep & _repeats(key, self.keep)
        if again.any():
            frame = pd.DataFrame({"key": key[again], **{n: a[again] for n, a in self.columns.items()}})
            same = np.zeros(len(key), dtype=bool)
            same[np.flatnonzero(again)] = frame.duplicated().to_numpy()
            self.reject(same, "", "duplicated row", "left out: the same as a row above")
        if self.table.name == "participants":
            _merge_referrals(self)
        elif self.table.key:
            kept = np.flatnonzero(self.keep & _repeats(key, self.keep))
            day = next((c.name for c in self.table.columns if c.kind == "date"), None)
            when = self[day].to_numpy("datetime64[ns]")[kept] if day else np.zeros(len(kept))
            order = kept[np.lexsort((kept, when, key[kept]))]
            later = np.zeros(len(key), dtype=bool)
            later[order[1:]] = key[order[1:]] == key[order[:-1]]
            one = " and ".join(self.table.key)
            self.reject(
                later, one, "more than one row", f"left out: the earliest row for the same {one} is used"
            )

    def kept(self) -> pd.DataFrame:
        """Return the canonical table: kept rows, contract's columns in order."""
        names = [c.name for c in self.table.columns if c.kept and c.name in self.columns]
        every = bool(self.keep.all())
        return pd.DataFrame({n: self.columns[n] if every else self.columns[n][self.keep] for n in names})

    def _key(self) -> npt.NDArray[np.intp]:
        """A whole number for each row, equal for rows that the table's key does not tell apart."""
        if not self.table.key and not self.table.of_people:
            return np.zeros(len(self.rows), dtype=np.intp)
        parts = [self.person if k == "participant_id" else pd.factorize(self[k])[0] for k in self.table.key]
        return parts[0] * 4 + parts[1] if len(parts) > 1 else parts[0] if parts else self.person

    def _read(self, column: Column, texts: pd.Series, month_first: bool) -> None:
        """Read every distinct text of a column once, and spread what it means over the rows."""
        codes, distinct = pd.factorize(texts.array)
        uniques: list[str] = distinct.tolist()
        counts = np.bincount(codes[codes >= 0], minlength=len(uniques))
        values: list[object] = [None] * len(uniques)
        rules: list[str | None] = [None] * len(uniques)
        tidied = [spellings.tidy(u, lines=column.kind == "text") for u in uniques]
        free = column.kind == "text"
        for i, (text, was) in enumerate(zip(tidied, uniques, strict=True)):
            if text != was:
                rules[i] = "white space"
            if not free and spellings.is_blank(text, day=column.kind == "date"):
                rules[i], tidied[i] = "word for blank", ""
            elif not free and text.casefold() in spellings.ERRORS:
                rules[i] = "spreadsheet error"
        filled = [i for i, text in enumerate(tidied) if text and rules[i] != "spreadsheet error"]
        if column.kind == "date":
            days = dates.read_days([tidied[i] for i in filled], month_first=month_first,
                                   birth=column.name == "date_of_birth", epoch=self.epoch)  # fmt: skip
            read: list[spellings.Reading] = [(d.day, d.rule) for d in days]
        else:
            one = spellings.reader(column, self.names)
            read = [one(tidied[i]) for i in filled]
        for i, (value, rule) in zip(filled, read, strict=True):
            values[i], rules[i] = value, rule or rules[i]
        if column.kind == "name":
            _one_spelling(values, rules, counts)
        self.columns[column.name] = _array(column, [*values, None], codes)
        filled_cells = int(counts[[bool(t) for t in tidied]].sum()) if uniques else 0
        self._log_rules(column.name, codes, rules, filled_cells)
        blanked = np.array([bool(t) and v is None for t, v in zip(tidied, values, strict=True)] + [False])
        self.unusable[column.name] = blanked[codes]

    def _log_rules(
        self, column: str, codes: npt.NDArray[np.intp], rules: list[str | None], filled: int
    ) -> None:
        for rule in dict.fromkeys(r for r in rules if r):
            action, done = spellings.RULES[rule]
            hit = np.array([r == rule for r in rules] + [False])[codes]
            self._add(hit, column, rule, action, done, filled)


def _array(
    column: Column, values: list[object], codes: npt.NDArray[np.intp]
) -> pd.api.extensions.ExtensionArray:
    """Spread distinct values (the last one for code -1) over rows, in the column's canonical dtype."""
    if column.kind == "date":
        days: pd.api.extensions.ExtensionArray = pd.array(np.array(values, dtype="datetime64[ns]")[codes])
        return days
    spread = np.where(codes < 0, len(values) - 1, codes)
    array: pd.api.extensions.ExtensionArray = pd.Series(values, dtype=dtype(column)).array.take(spread)
    return array


def _repeats(key: npt.NDArray[np.intp], keep: Mask) -> Mask:
    """Kept rows whose key another kept row has too."""
    found = np.zeros(len(key), dtype=bool)
    at = np.flatnonzero(keep)
    found[at] = pd.Series(key[at]).duplicated(keep=False).to_numpy()
    return found


def _one_spelling(values: list[object], rules: list[str | None], counts: npt.NDArray[np.int64]) -> None:
    """Give names that differ only in case the most frequent spelling among them, in place."""
    best: dict[str, tuple[int, str]] = {}
    for value, n in zip(values, counts, strict=True):
        if value is not None and int(n) > best.get(str(value).casefold(), (0, ""))[0]:
            best[str(value).casefold()] = (int(n), str(value))
    for i, value in enumerate(values):
        if value is not None and (usual := best[str(value).casefold()][1]) != value:
            values[i], rules[i] = usual, "spelling"


def _participants(sheet: _Sheet) -> None:
    referral, registered = sheet["referral_date"], sheet["registered_date"]
    lost = sheet.unusable.get("registered_date", np.zeros(len(sheet.rows), dtype=bool))
    unplaced = lost & referral.isna().to_numpy()
    sheet.reject(
        unplaced,
        "registered_date",
        "date not usable",
        "left out: neither day of registration nor of referral",
    )
    if lost.any():
        sheet.put("registered_date", lost, referral[lost])
        sheet.log_rows(
            lost, "registered_date", "date not usable", "repaired", "the day of referral used in its place"
        )
        registered = sheet["registered_date"]
    sheet.log_rows(
        (registered < referral).to_numpy(),
        "registered_date",
        "registered before referral",
        "reported",
        "kept",
    )
    exits = sheet["exit_date"]
    early = ((exits < referral) | (exits < registered)).to_numpy()
    sheet.blank(early, "exit_date", "exit before referral", "left blank: when support ended is not known")
    gone = early | sheet.unusable.get("exit_date", np.zeros(len(sheet.rows), dtype=bool))
    unexplained = gone & sheet["exit_reason"].isna().to_numpy()
    if unexplained.any():
        sheet.put("exit_reason", unexplained, "other")


def _merge_referrals(sheet: _Sheet) -> None:
    """Merge a person's referrals into the earliest, with the latest exit; then age from date of birth."""
    at = np.flatnonzero(sheet.keep & _repeats(sheet.person, sheet.keep))
    if len(at):
        names = list(sheet.columns)
        frame = pd.DataFrame({n: sheet.columns[n][at] for n in names})
        frame["_person"], frame["_at"] = sheet.person[at], at
        when = sheet["referral_date"].to_numpy("datetime64[ns]")[at]
        frame = frame.iloc[np.lexsort((at, when, sheet.person[at]))]
        groups = frame.groupby("_person", sort=False)
        merged = groups.first()
        target = groups["_at"].first().to_numpy()
        if "exit_date" in names:
            been = frame[frame["registered_date"].notna()] if "registered_date" in names else frame
            last = been.groupby("_person").tail(1)
            open_ = last["exit_date"].isna() & (
                last["exit_reason"].isna() if "exit_reason" in names else True
            )
            still = merged.index.isin(last["_person"][open_])
            merged["exit_date"] = groups["exit_date"].max().where(~still)
            if "exit_reason" in names:
                merged["exit_reason"] = groups["exit_reason"].last().where(~still)
        if "registered_date" in names:
            merged["registered_date"] = groups["registered_date"].min()
        if "age_at_referral" in names:
            merged["age_at_referral"] = sheet["age_at_referral"].iloc[target].array
        mask = np.zeros(len(sheet.rows), dtype=bool)
        mask[target] = True
        order = np.argsort(target)
        for n in names:
            if n != "participant_id":
                sheet.put(n, mask, merged[n].iloc[order].array)
        later = np.zeros(len(sheet.rows), dtype=bool)
        later[at] = True
        sheet.reject(
            later & ~mask,
            "participant_id",
            "re-referral merged",
            "left out: merged into the earliest referral",
        )
    _age(sheet)
    for column in ("exit_reason", "partner", "area"):
        if column in sheet.columns:
            _rare_words(sheet, column)


def _rare_words(sheet: _Sheet, column: str) -> None:
    """Replace what fewer than `RARE_WORDS` people have in `column`, and is in no list, by "other"."""
    words = pd.Series(sheet.columns[column]).where(sheet.keep)
    known = ["other", *sheet.names.listed(column)]
    rare = (words.map(words.value_counts()) < RARE_WORDS) & ~words.isin(known)
    mask = rare.to_numpy(bool)
    if mask.any():
        sheet.log_rows(mask, column, "rare text", "repaired", "replaced by “other”: fewer than five people")
        sheet.put(column, mask, "other")


def _age(sheet: _Sheet) -> None:
    """Give the age in whole years on the day of referral, where only the date of birth was given."""
    given, born = sheet["age_at_referral"], sheet["date_of_birth"]
    column = sheet.table.column("age_at_referral")
    if "date_of_birth" in sheet.columns:
        referral = sheet["referral_date"]
        before = (referral.dt.month * 100 + referral.dt.day) < (born.dt.month * 100 + born.dt.day)
        years = (
            (referral.dt.year - born.dt.year - before).astype("Int64").where(born.notna() & referral.notna())
        )
        odd = (years.lt(column.low) | years.gt(column.high)).fillna(False).to_numpy(bool)
        sheet.log_rows(odd, "date_of_birth", "out of range", "reported", "age left blank")
        years = years.mask(odd)
        differs = ((years - given).abs() > 1).fillna(False).to_numpy(bool)
        sheet.log_rows(
            differs, "age_at_referral", "age and date of birth differ", "reported", "the age given is kept"
        )
        given = given.fillna(years)
    sheet.columns["age_at_referral"] = given.array


def _wemwbs(sheet: _Sheet) -> None:
    _t2_before_t1(sheet)
    if "total" in sheet.columns and all(item in sheet.columns for item in ITEMS):
        items = reduce(add, (sheet[i] for i in ITEMS))
        differs = (items != sheet["total"]).fillna(False).to_numpy(bool)
        sheet.blank(differs, "total", "total is not the sum of the items", "left blank: the items are used")


def _t2_before_t1(sheet: _Sheet) -> None:
    """Reject a second questionnaire dated before the person's first: it cannot show what came after."""
    if "completed_date" not in sheet.columns:
        return
    day = sheet["completed_date"].to_numpy("datetime64[ns]")
    point = sheet["timepoint"].to_numpy(object)
    first = np.full(int(sheet.person.max(initial=-1)) + 1, np.datetime64("NaT"), dtype="datetime64[ns]")
    t1 = np.flatnonzero(sheet.keep & (point == "T1") & ~np.isnat(day))
    t1 = t1[np.argsort(day[t1], kind="stable")[::-1]]
    first[sheet.person[t1]] = day[t1]
    early = (point == "T2") & sheet.keep
    early[early] = day[early] < first[sheet.person[early]]
    sheet.reject(
        early, "completed_date", "T2 before T1", "left out: it was done before the first questionnaire"
    )


def _reoffending(sheet: _Sheet) -> None:
    entry, end, when = sheet["entry_date"], sheet["followed_up_to"], sheet["reoffence_date"]
    yes = sheet["reoffended"].fillna(False).to_numpy(bool)
    sheet.blank((end < entry).to_numpy(), "followed_up_to", "follow-up ends before it begins")
    end = sheet["followed_up_to"]
    before, after = ((found & when.notna()).to_numpy() for found in (when < entry, when > end))
    dated = ~yes & when.notna().to_numpy()
    sheet.blank(dated & (before | after), "reoffence_date", "reoffence outside follow-up")
    sheet.reject(
        dated & ~before & ~after,
        "reoffence_date",
        "no reoffence, but a date of one",
        "left out: the row contradicts itself",
    )
    for mask, rule, done in (
        (after, "reoffence after follow-up", "kept: free of it for as long as the person was followed"),
        (before, "reoffence before entry", "kept: counted, on a day that is not known"),
        (when.isna().to_numpy(), "reoffence without a date", "kept: counted, on a day that is not known"),
    ):
        sheet.log_rows(yes & mask, "reoffence_date", rule, "reported", done)


_RULES: dict[str, Callable[[_Sheet], None]] = {
    "participants": _participants, "wemwbs": _wemwbs, "activity": _t2_before_t1, "reoffending": _reoffending,
}  # fmt: skip


def _reject_strangers(sheets: dict[str, _Sheet], people: int) -> None:
    """Reject what is said of people who are not in participants; their follow-up is kept and reported."""
    if "participants" not in sheets or not sheets["participants"].keep.any():
        return
    known = np.zeros(people + 1, dtype=bool)
    known[sheets["participants"].person[sheets["participants"].keep]] = True
    for name, sheet in sheets.items():
        if name == "participants" or not sheet.table.of_people:
            continue
        stranger = ~known[sheet.person]
        if name == "reoffending":
            sheet.log_rows(
                stranger,
                "participant_id",
                "person not in participants",
                "reported",
                "kept, in no partner or area",
            )
        else:
            sheet.reject(
                stranger, "participant_id", "person not in participants", "left out: nobody to join it to"
            )


def _add_groups(tables: dict[str, pd.DataFrame], person: dict[str, npt.NDArray[np.intp]], people: int,
                start: date | None, end: date | None) -> None:  # fmt: skip
    """Give each table of people the columns partner, area, gender and period, in place."""
    at = np.full(people + 1, -1)
    groups = pd.DataFrame({g: pd.Series(dtype="str") for g in GROUPS})
    if "participants" in tables:
        frame = tables["participants"]
        at[person["participants"]] = np.arange(len(frame))
        groups = pd.DataFrame({g: frame.get(g, NOT_RECORDED) for g in GROUPS[:2]}, index=frame.index)
        groups["gender"] = (
            frame["gender"] if "gender" in frame else pd.Series(None, frame.index, dtype="str")
        ).fillna("unknown")
        groups["period"] = _period(frame, start, end)
        groups = groups.astype("str").fillna(NOT_RECORDED)
    for name, frame in tables.items():
        if TABLES[name].of_people:
            for g in GROUPS:
                found = groups[g].array.take(at[person[name]], allow_fill=True, fill_value=None)
                frame[g] = pd.Series(found, index=frame.index).fillna(NOT_RECORDED)
            order = [c.name for c in TABLES[name].columns if c.name in frame]
            tables[name] = frame[[*order, *(g for g in GROUPS if g not in order)]]


def _period(frame: pd.DataFrame, start: date | None, end: date | None) -> pd.Series:
    """Return the half of delivery in which each person was referred."""
    if start is None or end is None or "referral_date" not in frame:
        return pd.Series(NOT_RECORDED, frame.index, dtype="str")
    middle = pd.Timestamp(start) + (pd.Timestamp(end) - pd.Timestamp(start) + pd.Timedelta(days=1)) / 2
    half = pd.Series(
        np.where(frame["referral_date"] < middle, "first half", "second half"), frame.index, dtype="str"
    )
    return half.where(frame["referral_date"].notna(), NOT_RECORDED)


def _data_to(sheets: dict[str, _Sheet]) -> date | None:
    """Return the latest kept date about people; the few that come long after all others are logged."""
    dated = [
        (sheet, c.name)
        for sheet in sheets.values()
        for c in sheet.table.columns
        if sheet.table.of_people and c.kind == "date" and c.kept and c.name in sheet.columns
    ]
    days = [sheet[column].to_numpy("datetime64[D]")[sheet.keep] for sheet, column in dated]
    known = np.sort(np.concatenate([d[~np.isnat(d)] for d in days])) if days else np.array([])
    if not len(known):
        return None
    after_gap = np.flatnonzero(np.diff(known) > np.timedelta64(LONG_AFTER_DAYS, "D")) + 1
    few = after_gap[len(known) - after_gap <= max(2, len(known) // 1000)]
    last = known[few[0] - 1] if len(few) and len(known) >= 20 else known[-1]
    for sheet, column in dated:
        late = (sheet[column] > pd.Timestamp(last)).to_numpy(bool)
        done = "kept, but not taken for the end of the data"
        sheet.log_rows(late, column, "long after all others", "reported", done)
    found: date = last.astype(object)
    return found


def write(cleaned: Cleaned, folder: Path) -> None:
    """Write a parquet file a table, `issues.csv` and `manifest.json`; equal input gives equal bytes.

    Each file is written beside its place in `folder` and moved there, the manifest last and its predecessor
    removed first: a folder with a manifest is a whole one. Tables that an earlier run left there are removed.
    """
    check(cleaned.tables)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "name": cleaned.name, "origin": cleaned.origin, "inputs": cleaned.inputs, "rows": cleaned.counts,
        "data_to": cleaned.data_to.isoformat() if cleaned.data_to else None,
        "actions": {a: int((cleaned.issues["action"] == a).sum()) for a in get_args(Action)},
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix=".cleaning-", dir=folder) as made:
        for name, frame in cleaned.tables.items():
            frame.to_parquet(Path(made, f"{name}.parquet"), index=False, compression="zstd")
        cleaned.issues.to_csv(Path(made, "issues.csv"), index=False, lineterminator="\n")
        text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
        Path(made, "manifest.json").write_text(text + "\n", encoding="utf-8")
        (folder / "manifest.json").unlink(missing_ok=True)
        for old in TABLES:
            (folder / f"{old}.parquet").unlink(missing_ok=True)
        for file in sorted(Path(made).iterdir(), key=lambda f: (f.name == "manifest.json", f.name)):
            file.replace(folder / file.name)
