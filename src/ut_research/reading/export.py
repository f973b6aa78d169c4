"""Reading an export: every cell as text, by table and column of the data dictionary, with its row's number.

`read` takes a folder of CSV or SPSS files, or one workbook, and gives a `Raw`. Nothing is judged here but
whether the files can be read at all; what cannot is a `ProblemsFound` with every problem in it. Whatever the
data dictionary does not ask for is named in the log and goes no further.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.issues import Action, Log, empty
from ut_research.core.problems import Problem, ProblemsFound, stop, stop_for
from ut_research.core.schema import GROUPS, ITEMS, TABLES, Table
from ut_research.reading import files as formats
from ut_research.reading import folder, identifiers, refusals, reshape, structure
from ut_research.reading import recipe as recipes
from ut_research.reading.folder import Tell
from ut_research.reading.grids import Sheet
from ut_research.reading.mapping import take
from ut_research.reading.recipe import Recipe
from ut_research.reading.values import plain

_UNKNOWN = "not read: not in the data dictionary"
Mask = npt.NDArray[np.bool_]
#: What a sheet gives of a table.
Part = tuple[Sheet, pd.DataFrame]
#: In how many rows of a column that nobody asked for personal data are looked for, at the least.
_ROWS = 100_000


@dataclass(frozen=True, repr=False)
class Raw:
    """What an export holds, before any of it is judged; it shows nothing of itself in a notebook.

    Attributes
    ----------
    tables : text frames by table name, with the dictionary's column names; the index is the row number in the
        file (the headings are row 1), and fully blank rows are not in it.
    rows_in : rows of data per table, those that could not even be split into cells included.
    blank : fully blank rows per table.
    issues : what reading itself has to log; see `core.issues`.
    inputs : sha256 of each file that holds a table, by its name.
    name, origin : name of the export, and "example" (invented) or "export".
    recipe : how it was read, and which of its dates are month first.
    epochs : per table, the day that its numbers of days count from, where it is known.
    files : per table that lies in several files, the file of each row.
    """

    tables: dict[str, pd.DataFrame]
    rows_in: dict[str, int]
    name: str = "export"
    origin: Origin = "export"
    blank: dict[str, int] = field(default_factory=dict)
    issues: pd.DataFrame = field(default_factory=empty)
    inputs: dict[str, str] = field(default_factory=dict)
    recipe: Recipe = Recipe()
    epochs: dict[str, date] = field(default_factory=dict)
    files: dict[str, npt.NDArray[np.object_]] = field(default_factory=dict)

    def note(self, log: Log, table: str, hit: Mask, column: str, rule: str, action: Action, done: str,
             of: int) -> None:  # fmt: skip
        """Log the rows of `hit`, `of` so many, as numbered in their file, and each of several files."""
        rows, files = self.tables[table].index.to_numpy("int64"), self.files.get(table)
        for file in [None] if files is None else pd.unique(files[hit]):
            own = rows[hit if files is None else hit & (files == file)]
            share = max(1, round(of * len(own) / max(1, int(hit.sum()))))
            log.add(table, own, column, rule, action, f"{done} ({file})" if file else done, share)

    def __repr__(self) -> str:
        return f"<read: {', '.join(self.tables)}; nothing of it is shown until it is released>"


def read(path: Path | str, recipe: Recipe | Path | None = None, tell: Tell = str) -> Raw:
    """Read the export at `path`: a folder of files and workbooks, or one workbook, or one SPSS file.

    Parameters
    ----------
    path : the export. A `columns.toml` in the folder (or beside the workbook) goes before the recipe's file.
    recipe : the organisation's own headings and codes, or the file of a study that holds them.
    tell : is given the name of each file before it is read, and which of how many it is.

    Raises
    ------
    ProblemsFound : the export cannot be used; all its problems, each with its place and what to do.
    """
    path = Path(path)
    if not path.exists():
        raise stop("there is no such file or folder", path.name, "Check the path of the export")
    told = recipe if isinstance(recipe, Recipe) else recipes.beside(path, recipe)
    reading = _Reading(told)
    data, others = ([told.source.path()], []) if told.source else folder.files(path)
    folder.log_unread(others, reading.log)
    sheets = [sheet for file in folder.each(data, tell) for sheet in reading.sheets(file)]
    reading.assemble(sheets)
    stop_for(reading.problems)
    if not reading.parts:
        raise stop(f"no table of the data dictionary was found{folder.unread(others)}", path.name,
                   "Name the files or sheets as the tables are named (" + ", ".join(TABLES)
                   + "), or draft a recipe that says which is which: ut-research map")  # fmt: skip
    name = path.resolve().stem if path.is_file() else path.resolve().name
    raw = Raw({}, {}, name, inputs=reading.inputs, recipe=told)
    for table in (t for t in TABLES if t in reading.parts):
        _put(raw, table, reading.parts[table], reading.log)
    marked = (path if path.is_dir() else path.parent) / "INVENTED.md"
    invented = marked.is_file() or any(map(_invented, raw.tables.values()))
    return replace(raw, origin="example" if invented else "export", issues=reading.log.frame())


def _put(raw: Raw, name: str, parts: list[Part], log: Log) -> None:
    """Put a table into `raw`: its parts one below the other, its waves in order, as the recipe says."""
    held, frames = zip(*parts, strict=True)
    frame = pd.concat(frames) if len(frames) > 1 else frames[0]
    frame, kept, notes, lost = reshape.in_order(frame, name, raw.recipe.rule(name), held[0].epoch)
    frame = frame.drop(columns=reshape.RANK, errors="ignore")
    for note in notes:
        log.add(name, note.rows, "", note.rule, note.action, note.done)
    for column in _absent(TABLES[name], frame):
        log.add(name, [], column, "column not there", "reported", "taken as blank in every row")
    raw.tables[name] = frame
    raw.rows_in[name] = len(frame) + lost + sum(len(sheet.lost) for sheet in held)
    raw.blank[name] = sum(sheet.blank for sheet in held)
    if held[0].epoch:
        raw.epochs[name] = held[0].epoch
    places = [sheet.place for sheet in held]
    if len(set(places)) > 1:
        raw.files[name] = np.repeat(np.array(places, object), list(map(len, frames)))[kept]


def _absent(table: Table, frame: pd.DataFrame) -> list[str]:
    """Return the columns that an export leaves out, where nothing stands in for them."""
    either = [{"age_at_referral", "date_of_birth"}, {*ITEMS, "total"}]
    spare = set[str]().union(*(columns for columns in either if columns & set(frame)))
    return [c.name for c in table.columns if not (c.spare or c.name in frame or c.name in spare)]


def _invented(frame: pd.DataFrame) -> bool:
    return "participant_id" in frame and bool(frame["participant_id"].str.startswith("INVENTED-").any())


@dataclass
class _Reading:
    """An export while it is read: the parts of each table, what is logged, and all that is wrong."""

    told: Recipe
    log: Log = field(default_factory=Log)
    problems: list[Problem] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    parts: dict[str, list[Part]] = field(default_factory=dict)

    def sheets(self, file: Path) -> list[Sheet]:
        """Read the sheets of a file; of one that holds a table, its sha256."""
        try:
            found = formats.read(file, self.told.sheets)
        except ProblemsFound as stopped:
            if file.suffix.lower() != ".txt" or self.tables(file.stem, file.stem):
                self.problems += stopped.problems  # of other text that is no table nobody asked
            return []
        if any(self.tables(sheet.name, sheet.file) for sheet in found):  # another's name may say something
            with file.open("rb") as opened:
                self.inputs[file.name] = hashlib.file_digest(opened, "sha256").hexdigest()
        return found

    def tables(self, sheet: str, file: str) -> list[str]:
        """Return the tables that a sheet of a file holds."""
        return [table for table in TABLES if self.told.is_for(table, sheet, file)]

    def assemble(self, sheets: list[Sheet]) -> None:
        """Match sheets to tables and headings to columns, and refuse personal data."""
        if not self.problems:
            self.problems += _not_there(self.told, sheets)
        places: dict[str, str] = {}
        for sheet in sheets:
            used, wanted = set[int](), self.tables(sheet.name, sheet.file)
            for table in wanted:
                if table in places and not self.told.rule(table).file:
                    todo = f"Keep one of them, or name both in the recipe: [tables.{table}] file = […]"
                    both = f"{places[table]} and {sheet.place}"
                    self.problems.append(Problem(f"the table {table} is there twice", both, todo))
                    continue
                places[table] = sheet.place
                used |= self.take(sheet, table)
            if wanted:
                self.others(sheet, wanted[0], used)
            else:
                name = folder.shown(sheet.name, "a sheet")
                self.log.add(name, [], "", "table not known", "reported", _UNKNOWN)

    def take(self, sheet: Sheet, table: str) -> set[int]:
        """Add what a sheet holds of a table to its parts; the positions of the headings that were used."""
        asked = set(range(len(sheet.headings)))
        try:
            structure.refuse(sheet)
            asked = _asked(sheet, table, self.told)
            frame, used, notes = take(sheet, table, self.told)
        except ProblemsFound as stopped:
            self.problems += stopped.problems
            return asked
        if wrong := refusals.missing(sheet, table, frame, self.told):
            self.problems += wrong
            return used
        second, unclear = structure.second_headings(sheet, frame, TABLES[table])
        if second:
            frame = frame.drop(index=second)
            self.log.add(table, second, "", "row of headings", "repaired", "passed over: headings, once more")
        self.problems += unclear or refusals.unfit(sheet, table, frame, self.told)
        for note in notes:
            column = "" if note.column is None else _label(sheet, note.column)
            self.log.add(table, note.rows, column, note.rule, note.action, note.done)
        before = self.parts.setdefault(table, [])
        if before and before[0][0].epoch != sheet.epoch:
            places = f"{before[0][0].place} and {sheet.place}"
            todo = "Say days_since of each in the recipe"
            self.problems.append(Problem("these files count days from different days", places, todo))
        before.append((sheet, frame))
        return used

    def others(self, sheet: Sheet, table: str, used: set[int]) -> None:
        """Refuse the columns nobody asked for that look personal; log the others."""
        left_out, allowed = ({plain(h) for h in said} for said in (self.told.left_out, self.told.allowed))
        for i, heading in enumerate(sheet.headings):
            name, label = plain(heading), _label(sheet, i)
            if i in used or name in GROUPS or (heading and name in left_out):
                continue
            cells = sheet.frame[i].iloc[:: max(1, len(sheet.frame) // _ROWS)]
            kind = "personal data" if identifiers.personal_heading(heading) else identifiers.refusal(cells)
            if kind and name not in allowed:
                self.problems.append(refusals.personal(sheet, label, kind))
            elif heading or cells.notna().any():
                self.log.add(table, [], label, "column not known", "reported", _UNKNOWN)


def _label(sheet: Sheet, at: int) -> str:
    """Return a heading, or its place where it cannot be shown."""
    return folder.shown(sheet.headings[at], f"column {at + 1}")


def _not_there(told: Recipe, sheets: list[Sheet]) -> list[Problem]:
    """Return the problems of files and sheets that the recipe names and that are not there."""
    return [
        Problem(f"there is no file or sheet “{name}”", f"{told.name}, [tables.{table}] file", "Mend the name")
        for table, rule in told.tables.items()
        for name in rule.file
        if not any(recipes.named(name, sheet.name, sheet.file) for sheet in sheets)
    ]


def _asked(sheet: Sheet, table: str, told: Recipe) -> set[int]:
    """Return the positions of the headings that a table asks for, by its names or those of the recipe."""
    rules = told.rule(table).columns.values()
    names = {c.name for c in TABLES[table].columns} | {plain(h) for rule in rules for h in rule.heading}
    return {i for i, heading in enumerate(sheet.headings) if plain(heading) in names}
