"""From raw text to canonical tables, with a log of all that was repaired, rejected or reported.

A cell that cannot be read is left blank; a row is rejected only when it cannot be used. No row goes without a
trace: for each table, rows in = rows kept + rows rejected. Cleaning canonical tables again changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.cleaning import rules
from ut_research.cleaning.people import number_people
from ut_research.cleaning.sheet import Sheet
from ut_research.core import periods
from ut_research.core.estimate import Origin
from ut_research.core.issues import Action, Log
from ut_research.core.schema import GROUPS, NOT_RECORDED, TABLES, check
from ut_research.core.studies import NONE, Folder
from ut_research.reading import export
from ut_research.reading import values as spellings
from ut_research.reading.export import Raw
from ut_research.reading.folder import Tell

#: Rows that are left out and are no mistake: a person was referred again.
GENUINE = ("re-referral merged",)
#: What is logged of what an export has and is not used, or lacks, and in which words it is counted.
UNUSED = {
    "column not known": "headings", "table not known": "sheets or files", "file not used": "other files",
    "folder not used": "folders", "column not there": "columns of the data dictionary that it has not",
}  # fmt: skip
#: A date more days than this after all but a few (2, or one in a thousand) is a slip, not the end of the data
LONG_AFTER_DAYS = 366


@dataclass(frozen=True, repr=False)
class Cleaned:
    """What cleaning gives; it shows nothing of itself in a notebook.

    Attributes
    ----------
    tables : canonical tables by name, in the original row order.
    issues : the issues log; see `core.issues.COLUMNS`.
    counts : for each table its rows "in", "kept" and "rejected" (and "blank", which are no rows of data).
    data_to : the latest date in the kept rows about people (interviews and comments come later): the day to
        which the data are complete. None without dates.
    name, origin, inputs : as in `reading.export.Raw`.
    outcomes_asked : those that have a column each, where outcomes have.
    study : the study that it was cleaned for.
    """

    tables: dict[str, pd.DataFrame]
    issues: pd.DataFrame
    counts: dict[str, dict[str, int]]
    data_to: date | None
    name: str
    origin: Origin
    inputs: dict[str, str]
    outcomes_asked: tuple[str, ...] = ()
    study: Folder = NONE

    def __repr__(self) -> str:
        return f"<cleaned: {', '.join(self.tables)}; nothing of it is shown until it is released>"


def of_export(
    path: Path, parameters: Mapping[str, Any], recipe: Path | str | None = None, tell: Tell = str
) -> Cleaned:
    """The export at `path`, read by the recipe and cleaned as a study says; nothing is written."""
    return clean(export.read(path, Path(recipe) if recipe else None, tell), parameters)


def clean(raw: Raw, parameters: Mapping[str, Any] | None = None, key: bytes | None = None) -> Cleaned:
    """Clean every table of `raw`.

    Parameters
    ----------
    raw : what `reading.export.read` gave.
    parameters : those of a study, by which it is known how partners and areas are written, of how few people
        a word is rare, and the middle of delivery, which parts its first half from the second. Left out: of
        no study.
    key : secret of the identifiers' hashes; by default this person's own, see `identifiers.key`.
    """
    said = parameters or NONE.study.parameters()
    lists = {"partner": said["partners"], "area": said["areas"]}
    names = spellings.Names(lists, said["common_words"], said["threshold"])
    start, end = (day and date.fromisoformat(day) for day in (said["delivery_start"], said["delivery_end"]))
    log = Log()
    log.extend(raw.issues)
    people, ids = number_people(raw, key, log)
    there = [t for name, t in TABLES.items() if name in raw.tables]
    sheets = {t.name: Sheet(t, raw, people.get(t.name), log, names) for t in there}
    for name, sheet in sheets.items():
        if name in people:
            sheet.frame["participant_id"] = ids.take(sheet.person, allow_fill=True)
        rules.apply(sheet)
    rules.reject_strangers(sheets)
    rules.report_sessions(sheets)
    tables = {name: sheet.kept() for name, sheet in sheets.items()}
    period = partial(periods.of, periods=said["periods"], start=start, end=end)
    _add_groups(tables, {n: s.person[s.keep] for n, s in sheets.items()}, period)
    if periods.dated(said["periods"]) and "held_date" in tables.get("interviews", ()):
        tables["interviews"] = tables["interviews"].assign(period=lambda held: period(held.held_date))
    counts = {
        name: {"in": (n := raw.rows_in[name]), "kept": (kept := len(tables[name])), "rejected": n - kept,
               "blank": raw.blank.get(name, 0)}
        for name, sheet in sheets.items()
    }  # fmt: skip
    data_to = _data_to(sheets)
    asked = tuple(raw.recipe.rule("outcomes").pairs)
    return Cleaned(tables, log.frame(), counts, data_to, raw.name, raw.origin, dict(raw.inputs), asked)


def _add_groups(tables: dict[str, pd.DataFrame], person: dict[str, npt.NDArray[np.intp]],
                period: Callable[[pd.Series], pd.Series]) -> None:  # fmt: skip
    """Give each table of people the columns partner, area, gender and period, in place."""
    groups = pd.DataFrame(columns=GROUPS, dtype="str")
    if "participants" in tables:
        frame = tables["participants"]
        groups = frame.reindex(columns=GROUPS[:3]).astype("str").fillna({"gender": "unknown"})
        referred = frame.get("referral_date", pd.Series(pd.NaT, frame.index))
        groups["period"] = period(referred)
        groups = groups.set_axis(person["participants"])
    for name, frame in tables.items():
        if TABLES[name].of_people:
            own = groups.reindex(person[name]).fillna(NOT_RECORDED).set_axis(frame.index)
            frame = frame.assign(**own)
            order = [c.name for c in TABLES[name].columns if c.name in frame]
            tables[name] = frame[[*order, *(g for g in GROUPS if g not in order)]]


def _data_to(sheets: dict[str, Sheet]) -> date | None:
    """Return the latest kept date about people; the few that come long after all others are logged."""
    dated = [
        (sheet, c.name)
        for sheet in sheets.values()
        for c in sheet.table.columns
        if sheet.table.of_people and c.kind == "date" and c.kept and c.name in sheet.frame
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
        sheet.log(late, column, "long after all others", "reported", done)
    found: date = last.astype(object)
    return found


def write(cleaned: Cleaned, folder: Path) -> None:
    """Write a parquet file a table, `issues.csv` and `manifest.json`; equal input gives equal bytes.

    The manifest is written last and its predecessor removed first: a folder with a manifest is a whole one.
    Tables that an earlier run left there are removed.
    """
    check(cleaned.tables)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "name": cleaned.name, "origin": cleaned.origin, "inputs": cleaned.inputs, "rows": cleaned.counts,
        "outcomes_asked": cleaned.outcomes_asked,
        "data_to": cleaned.data_to.isoformat() if cleaned.data_to else None,
        "actions": {a: int((cleaned.issues["action"] == a).sum()) for a in get_args(Action)},
    }  # fmt: skip
    for old in ("manifest.json", *(f"{table}.parquet" for table in TABLES)):
        (folder / old).unlink(missing_ok=True)
    for name, frame in cleaned.tables.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")
    cleaned.issues.to_csv(folder / "issues.csv", index=False, lineterminator="\n")
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
