"""Reading an export: every cell as text, by table and column of the data dictionary, with its row's number.

`read` takes a folder of CSV or SPSS files, or one workbook, and gives a `Raw`. Nothing is judged here but
whether the files can be read at all; what cannot is a `ProblemsFound` with every problem in it. Whatever the
data dictionary does not ask for is named in the log and goes no further.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.issues import Log, empty
from ut_research.core.problems import Problem, ProblemsFound, stop
from ut_research.core.schema import GROUPS, ITEMS, TABLES, Table
from ut_research.reading import dates, identifiers, refi, reshape, structure, workbooks
from ut_research.reading import files as sheets
from ut_research.reading import recipe as recipes
from ut_research.reading.grids import Sheet
from ut_research.reading.mapping import take
from ut_research.reading.recipe import Recipe
from ut_research.reading.values import plain

#: An identifier as a spreadsheet rounds it: 1.23457E+11.
_SCIENTIFIC = r"\s*\d(?:\.\d+)?[eE]\+\d{2,}\s*"
#: One that it took for a day: 2020-03-01, 01/03/2020, 1-Mar, Mar-01.
_DATED = (
    r"\d{4}-\d\d-\d\d(?:T.*)?|\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)"
    r"|(?:\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d\d)(?:-\d\d)?"
)
Tell = Callable[[str], object]
Mask = npt.NDArray[np.bool_]
#: What a sheet gives of a table.
Part = tuple[Sheet, pd.DataFrame]
_QUIET = {".md", ".toml", ".txt"}
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
    month_first : date columns per table that the person says are month first.
    epochs : per table, the day that its numbers of days count from, where it is known.
    files : per table that lies in several files, the file of each row.
    ids_ignore_case : whether identifiers that differ in case only are one person's.
    """

    tables: dict[str, pd.DataFrame]
    rows_in: dict[str, int]
    name: str = "export"
    origin: str = "export"
    blank: dict[str, int] = field(default_factory=dict)
    issues: pd.DataFrame = field(default_factory=empty)
    inputs: dict[str, str] = field(default_factory=dict)
    month_first: dict[str, frozenset[str]] = field(default_factory=dict)
    epochs: dict[str, date] = field(default_factory=dict)
    files: dict[str, npt.NDArray[np.object_]] = field(default_factory=dict)
    ids_ignore_case: bool = False

    def by_file(self, table: str, hit: Mask) -> Iterator[tuple[npt.NDArray[np.int64], str]]:
        """Give the rows of `hit` as numbered in their file, and, of several files, which, in words."""
        rows = self.tables[table].index.to_numpy("int64")
        if table not in self.files:
            yield rows[hit], ""
            return
        for file in pd.unique(self.files[table][hit]):
            yield rows[hit & (self.files[table] == file)], f" ({file})"

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
    folder = path if path.is_dir() else path.parent
    told = recipe if isinstance(recipe, Recipe) else recipes.beside(path, recipe)
    problems: list[Problem] = []
    log = Log()
    found, inputs = _sheets(path, told, log, problems, tell)
    parts = _assemble(found, told, log, problems)
    if problems:
        raise ProblemsFound(problems)
    if not parts:
        raise stop(f"no table of the data dictionary was found{unread(files(path)[1])}", path.name,
                   "Name the files or sheets as the tables are named (" + ", ".join(TABLES)
                   + "), or draft a recipe that says which is which: ut-research map")  # fmt: skip
    raw = Raw({}, {}, path.resolve().stem if path.is_file() else path.resolve().name, inputs=inputs,
              month_first={n: rule.month_first for n, rule in told.tables.items() if rule.month_first},
              ids_ignore_case=told.ids_ignore_case)  # fmt: skip
    for table in (t for t in TABLES if t in parts):
        _put(raw, table, parts[table], told, log)
    invented = (folder / "INVENTED.md").is_file() or any(map(_invented, raw.tables.values()))
    return replace(raw, origin="example" if invented else "export", issues=log.frame())


def _put(raw: Raw, name: str, parts: list[Part], told: Recipe, log: Log) -> None:
    """Put a table into `raw`: its parts one below the other, its waves in order, as the recipe says."""
    held, frames = zip(*parts, strict=True)
    frame = pd.concat(frames) if len(frames) > 1 else frames[0]
    frame, kept, notes, lost = reshape.in_order(frame, name, told.rule(name), held[0].epoch)
    for note in notes:
        log.add(name, note.rows, "", note.rule, note.action, note.done)
    for column in _absent(TABLES[name], frame):
        log.add(name, [], column, "column not there", "reported", "taken as blank in every row")
    raw.tables[name] = frame
    raw.rows_in[name] = len(frame) + lost + sum(sheet.lost for sheet in held)
    raw.blank[name] = sum(sheet.blank for sheet in held)
    if held[0].epoch:
        raw.epochs[name] = held[0].epoch
    places = [sheet.place for sheet in held]
    if len(set(places)) > 1:
        raw.files[name] = np.repeat(np.array(places, object), list(map(len, frames)))[kept]


def _sheets(
    path: Path, told: Recipe, log: Log, problems: list[Problem], tell: Tell
) -> tuple[list[Sheet], dict[str, str]]:
    """Read every file of the export; its sheets, and the sha256 of each file that holds a table."""
    data, others = ([told.source.path()], []) if told.source else files(path)
    for other in others:
        rule = "folder not used" if other.is_dir() else "file not used"
        done = "not read: not part of the export" if other.exists() else "not read: the link leads nowhere"
        log.add(shown(other.name, "a file"), [], "", rule, "reported", done)
    found, inputs = list[Sheet](), dict[str, str]()
    for file in each(data, tell):
        try:
            found += (own := sheets.read(file, told.sheets))
            if not any(told.is_for(table, sheet.name, sheet.file) for table in TABLES for sheet in own):
                continue  # the name of a file that is not used may say something about somebody
            with file.open("rb") as opened:
                inputs[file.name] = hashlib.file_digest(opened, "sha256").hexdigest()
        except ProblemsFound as stopped:
            if file.suffix.lower() != ".txt" or any(told.is_for(t, file.stem, file.stem) for t in TABLES):
                problems += stopped.problems  # of other text that is no table nobody asked
    return found, inputs


def files(path: Path) -> tuple[list[Path], list[Path]]:
    """Return the files of an export that are data, and those that are not (its notes and settings aside).

    Folders inside it are looked into where it holds no data itself, as one that was unpacked into another.
    """
    if path.is_file():
        return [path], []
    try:
        inside = sorted(f for f in path.iterdir() if not f.name.startswith((".", "~$")))
    except OSError:
        raise stop("the folder cannot be opened", path.name, "Check that you may read it") from None
    kinds = sheets.FOLDER_KINDS | workbooks.KINDS | refi.KINDS
    data = [f for f in inside if f.is_file() and f.suffix.lower() in kinds and sheets.is_table(f)]
    others = [f for f in inside if f not in data and (not f.is_file() or f.suffix.lower() not in _QUIET)]
    deeper = [] if data else [files(f) for f in others if f.is_dir()]
    if found := [file for more, _ in deeper for file in more]:
        return found, [f for f in others if not f.is_dir()] + [file for _, more in deeper for file in more]
    return data, others


def each(data: list[Path], tell: Tell) -> Iterator[Path]:
    """Give each file, after telling its name, and which of how many it is."""
    for n, file in enumerate(data, 1):
        tell(f"{file.name} ({n} of {len(data)})")
        yield file


def unread(others: list[Path]) -> str:
    """Return the words that say which files and folders are not read."""
    names = ", ".join(shown(other.name, "another file") for other in others[:8])
    return f"; there is also {names}, which is not read" if others else ""


def shown(name: str, otherwise: str, longest: int = 60) -> str:
    """Return a heading or a name if it can be shown: where headings are missing it may be somebody's data."""
    fine = 0 < len(name) <= longest and name.isprintable() and sum(c.isdigit() for c in name) <= 6
    return name if fine and identifiers.personal_content(name) is None else otherwise


def _assemble(found: list[Sheet], told: Recipe, log: Log, problems: list[Problem]) -> dict[str, list[Part]]:
    """Match sheets to tables, headings to columns, and refuse personal data; the parts of each table."""
    tables: dict[str, list[Part]] = {}
    places: dict[str, str] = {}
    _missing_files(found, told, problems)
    for sheet in found:
        wanted = [t for t in TABLES if told.is_for(t, sheet.name, sheet.file)]
        if not wanted:
            log.add(shown(sheet.name, "a sheet"), [], "", "table not known", "reported",
                    "not read: not in the data dictionary")  # fmt: skip
            continue
        used: set[int] = set()
        for table in wanted:
            if table in places and not told.rule(table).file:
                both = f"{places[table]} and {sheet.place}"
                todo = f"Keep one of them, or name both in the recipe: [tables.{table}] file = […]"
                problems.append(Problem(f"the table {table} is there twice", both, todo))
                continue
            places[table] = sheet.place
            used |= _take(sheet, table, told, tables, log, problems)
        _others(sheet, wanted[0], used, told, log, problems)
    return tables


def _missing_files(found: list[Sheet], told: Recipe, problems: list[Problem]) -> None:
    """Tell of files and sheets that the recipe names and that are not there."""
    if problems:
        return
    for table, rule in told.tables.items():
        for name in rule.file:
            if not any(recipes.named(name, sheet.name, sheet.file) for sheet in found):
                problems.append(Problem(f"there is no file or sheet “{name}”",
                                        f"{told.name}, [tables.{table}] file", "Mend the name"))  # fmt: skip


def _take(sheet: Sheet, table: str, told: Recipe, tables: dict[str, list[Part]], log: Log,
          problems: list[Problem]) -> set[int]:  # fmt: skip
    """Add what a sheet holds of a table to `tables`; the positions of the headings that were used."""
    try:
        structure.refuse(sheet)
    except ProblemsFound as stopped:
        problems += stopped.problems
        return set(range(len(sheet.headings)))
    try:
        taken = take(sheet, table, told)
    except ProblemsFound as stopped:
        problems += stopped.problems
        return _asked(sheet, table, told)
    frame = taken.frame
    if wrong := _missing(sheet, table, frame, told):
        problems += wrong
        return set(taken.used)
    second, unclear = structure.second_headings(sheet, frame, TABLES[table])
    if second:
        frame = frame.drop(index=second)
        log.add(table, second, "", "row of headings", "repaired", "passed over: headings, once more")
    problems += unclear or _unfit(sheet, table, frame, told)
    for note in taken.notes:
        at = note.column
        column = "" if at is None else shown(sheet.headings[at], f"column {at + 1}")
        log.add(table, note.rows, column, note.rule, note.action, note.done)
    before = tables.setdefault(table, [])
    if before and before[0][0].epoch != sheet.epoch:
        places = f"{before[0][0].place} and {sheet.place}"
        todo = "Say days_since of each in the recipe"
        problems.append(Problem("these files count days from different days", places, todo))
    before.append((sheet, frame))
    return set(taken.used)


def _asked(sheet: Sheet, table: str, told: Recipe) -> set[int]:
    """Return the positions of the headings that a table asks for, by its names or those of the recipe."""
    rules = told.rule(table).columns.values()
    names = {c.name for c in TABLES[table].columns} | {plain(h) for rule in rules for h in rule.heading}
    return {i for i, heading in enumerate(sheet.headings) if plain(heading) in names}


def _missing(sheet: Sheet, name: str, frame: pd.DataFrame, told: Recipe) -> list[Problem]:
    """Return what is wrong with the headings of a table: missing, or in another row."""
    table = TABLES[name]
    known = {c.name for c in table.columns}
    ordered = {name for name, rule in told.rule(name).columns.items() if rule.order_of}
    missing = [c.name for c in table.columns if c.needed and c.name not in frame and c.name not in ordered]
    if name == "wemwbs" and not {*ITEMS, "total"} & set(frame):
        missing.append("item_01 to item_14, or total")
    if not missing:
        return []
    titled = sum(map(bool, sheet.headings)) == 1
    rows = sheet.frame.iloc[:10].fillna("").astype(str).T.items()
    told_by = ((n, [plain(t) in known or (titled and t != "") for t in row]) for n, row in rows)
    longer = (note.rows[0] for note in sheet.notes if titled and note.rule == "too many cells")
    lower = next((n for n, heads in told_by if sum(heads) >= 2), 0) or next(longer, 0)
    if lower and not sheet.layout.heading_rows:
        return [Problem(f"the headings are in row {lower}, not in row 1", sheet.place,
                        f"Say so in the recipe: {sheet.line('heading_rows', [lower])}")]  # fmt: skip
    todo = f"Say in columns.toml which heading it has: [tables.{name}.columns] {missing[0]} = …; "
    return [Problem(f"the table {name} has no column {', '.join(missing)}", f"{sheet.place}, {sheet.head}",
                    todo + "ut-research map drafts it")]  # fmt: skip


def _unfit(sheet: Sheet, name: str, frame: pd.DataFrame, told: Recipe) -> list[Problem]:
    """Return why a table cannot be used: identifiers destroyed, days from no known day, personal data."""
    problems = []
    for column in TABLES[name].columns:
        if column.name not in frame:
            continue
        texts = frame[column.name]
        place = f"{sheet.place}, column “{column.name}”"
        if column.kind == "id" and (damaged := _damaged(texts, sheet.layout.keep_rows)):
            done, rows = damaged
            what = f"a spreadsheet has {done} identifiers, so that people can no longer be told apart"
            todo = "Export again, and do not open the file in a spreadsheet program before that; or say in "
            todo += f"the recipe: {sheet.line('skip_rows', rows[:8])}, or keep_rows if they are written so"
            problems.append(Problem(what, f"{place}, rows {', '.join(map(str, rows[:5]))}", todo))
        elif column.kind == "date" and sheet.epoch is None:
            problems += _uncounted(sheet, place, texts)
        elif (
            column.kind == "name" and column.name not in told.allowed and (kind := identifiers.refusal(texts))
        ):
            problems.append(_refused(sheet.place, column.name, kind))
    return problems


def _damaged(texts: pd.Series, kept: tuple[int, ...]) -> tuple[str, list[int]] | None:
    """Return what a spreadsheet did to identifiers, and their rows, but for those that are `kept`."""
    for done, pattern, most in (("rounded", _SCIENTIFIC, 1.0), ("made dates of", _DATED, 0.5)):
        hit = texts.str.fullmatch(pattern).to_numpy(bool, na_value=False)
        rows = [n for n in texts.index[hit].tolist() if n not in kept]
        if rows and hit.mean() <= most:
            return done, rows
    return None


def _uncounted(sheet: Sheet, place: str, texts: pd.Series) -> list[Problem]:
    """Return the problem of a column of numbers of days since nobody knows when."""
    distinct = [t.strip() for t in texts.dropna().unique().tolist() if t.strip()]
    if not (spans := dates.numbers_alone(distinct)):
        return []
    by = "; ".join(f"{n} ({dates.EPOCHS[n]}): {a.year} to {b.year}" for n, (a, b) in spans.items())
    what = f"days are written as numbers, and it is not known what they count from. By that of {by}"
    todo = f"Say which in the recipe: {sheet.line('days_since', '“1960-01-01”')}"
    return [Problem(what, place, todo.replace("“", '"').replace("”", '"'))]


def _absent(table: Table, frame: pd.DataFrame) -> list[str]:
    """Return the columns that an export leaves out, where nothing stands in for them."""
    either = [{"age_at_referral", "date_of_birth"}, {*ITEMS, "total"}]
    spare = set[str]().union(*(columns for columns in either if columns & set(frame)))
    return [c.name for c in table.columns if not (c.spare or c.name in frame or c.name in spare)]


def _others(
    sheet: Sheet, table: str, used: set[int], told: Recipe, log: Log, problems: list[Problem]
) -> None:
    """Refuse the columns nobody asked for that look personal; log the others."""
    left_out, allowed = ({plain(heading) for heading in said} for said in (told.left_out, told.allowed))
    for i, heading in enumerate(sheet.headings):
        name, label = plain(heading), shown(heading, f"column {i + 1}")
        if i in used or name in GROUPS or (heading and name in left_out):
            continue
        cells = sheet.frame[i].iloc[:: max(1, len(sheet.frame) // _ROWS)]
        personal = "personal data" if identifiers.personal_heading(heading) else identifiers.refusal(cells)
        if personal and name not in allowed:
            problems.append(_refused(sheet.place, label, personal))
        elif heading or cells.notna().any():
            log.add(table, [], label, "column not known", "reported", "not read: not in the data dictionary")


def _refused(place: str, column: str, kind: str) -> Problem:
    todo = f'Delete the column from the export, or say in the recipe: left_out = ["{column}"]'
    todo += f'; or, if it is nobody\'s, allowed = ["{column}"]'
    return Problem(f"this looks like {kind}, which is not taken in", f"{place}, column “{column}”", todo)


def _invented(frame: pd.DataFrame) -> bool:
    return "participant_id" in frame and bool(frame["participant_id"].str.startswith("INVENTED-").any())
