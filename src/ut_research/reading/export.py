"""Reading an export: every cell as text, by table and column of the data dictionary, with its row's number.

`read` takes a folder of CSV or SPSS files, or one workbook, and gives a `Raw`. Nothing is judged here but
whether the files can be read at all; what cannot is a `ProblemsFound` with every problem in it. Whatever the
data dictionary does not ask for is named in the log and goes no further.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ut_research.core.issues import Log, empty
from ut_research.core.problems import Problem, ProblemsFound, stop
from ut_research.core.schema import GROUPS, ITEMS, TABLES, Table
from ut_research.reading import dates, identifiers, values
from ut_research.reading import files as sheets
from ut_research.reading import mapping as maps

_QUIET = {".md", ".toml", ".txt"}
#: Most distinct cells of a column in which personal data are looked for; the most frequent ones.
_LOOKED_AT = 10_000


@dataclass(frozen=True, repr=False)
class Raw:
    """What an export holds, before any of it is judged; it shows nothing of itself in a notebook.

    Attributes
    ----------
    tables : text frames by table name, with the dictionary's column names; the index is the row number in the
        file (the headings are row 1), and fully blank rows are not in it.
    rows_in : rows of data per table, those that could not even be split into cells included.
    blank : fully blank rows per table.
    issues : what reading itself has to log; see `issues_log`.
    inputs : sha256 of each file that holds a table, by its name.
    name, origin : name of the export, and "example" (invented) or "export".
    month_first : date columns per table that the person says are month first.
    """

    tables: dict[str, pd.DataFrame]
    rows_in: dict[str, int]
    name: str = "export"
    origin: str = "export"
    blank: dict[str, int] = field(default_factory=dict)
    issues: pd.DataFrame = field(default_factory=empty)
    inputs: dict[str, str] = field(default_factory=dict)
    month_first: dict[str, frozenset[str]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<read: {', '.join(self.tables)}; nothing of it is shown until it is released>"


def read(path: Path | str, mapping: maps.Mapping | None = None) -> Raw:
    """Read the export at `path`: a folder of files and workbooks, or one workbook, or one SPSS file.

    Parameters
    ----------
    path : the export. A `columns.toml` in the folder (or beside the workbook) is used unless `mapping` is.
    mapping : the organisation's own headings and codes.

    Raises
    ------
    ProblemsFound : the export cannot be used; all its problems, each with its place and what to do.
    """
    path = Path(path)
    if not path.exists():
        raise stop("there is no such file or folder", path.name, "Check the path of the export")
    folder = path if path.is_dir() else path.parent
    if mapping is None:
        mapping = (
            maps.load(folder / "columns.toml") if (folder / "columns.toml").is_file() else maps.Mapping()
        )
    problems: list[Problem] = []
    log = Log()
    data, others = ([mapping.source.path()], []) if mapping.source else files(path)
    for other in others:
        log.add(
            shown(other.name, "a file"),
            [],
            "",
            "file not used",
            "reported",
            "not read: not part of the export",
        )
    found, inputs = list[sheets.Sheet](), dict[str, str]()
    for file in data:
        try:
            found += (own := sheets.read(file))
            if not any(mapping.is_for(table, sheet.name) for table in TABLES for sheet in own):
                continue  # the name of a file that is not used may say something about somebody
            with file.open("rb") as opened:
                inputs[file.name] = hashlib.file_digest(opened, "sha256").hexdigest()
        except ProblemsFound as stopped:
            problems += stopped.problems
    raw = _assemble(found, mapping, log, problems)
    if problems:
        raise ProblemsFound(problems)
    if not raw:
        raise stop("no table of the data dictionary was found", path.name,
                   "Name the files or sheets as the tables are named (" + ", ".join(TABLES)
                   + "), or say in columns.toml which is which")  # fmt: skip
    invented = (folder / "INVENTED.md").is_file() or any(_invented(t.frame) for t in raw.values())
    return Raw(
        tables={n: t.frame for n, t in raw.items()},
        rows_in={n: len(t.frame) + t.lost for n, t in raw.items()},
        name=path.resolve().stem if path.is_file() else path.resolve().name,
        origin="example" if invented else "export",
        blank={n: t.blank for n, t in raw.items()}, issues=log.frame(), inputs=inputs,
        month_first={n: t.month_first for n, t in mapping.tables.items() if t.month_first},
    )  # fmt: skip


def from_frames(tables: MappingOf[str, pd.DataFrame], name: str = "export") -> Raw:
    """Return the `Raw` of frames in memory, as if each had been a file: rows are numbered from 2."""
    raw = {}
    for table, frame in tables.items():
        texts = pd.DataFrame({c: as_text(frame[c]) for c in frame.columns})
        texts.index = pd.RangeIndex(2, len(frame) + 2)
        raw[table] = texts
    origin = "example" if any(_invented(t) for t in raw.values()) else "export"
    return Raw(raw, {n: len(t) for n, t in raw.items()}, name, origin)


def as_text(column: pd.Series) -> pd.Series:
    """Return `column` as a person would write it: ISO days, yes or no, whole numbers without a point."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_bool_dtype(column):
        column = column.astype("boolean").map({True: "yes", False: "no"}, na_action="ignore")
    elif pd.api.types.is_float_dtype(column):
        whole = (column.dropna() % 1 == 0).all()
        column = column.astype("Float64").astype("Int64") if whole else column
    return column.astype("string").astype("str")


def files(path: Path) -> tuple[list[Path], list[Path]]:
    """Return the files of an export that are data, and those that are not (its notes and settings aside)."""
    if path.is_file():
        return [path], []
    inside = sorted(f for f in path.iterdir() if f.is_file() and not f.name.startswith((".", "~$")))
    data = [f for f in inside if f.suffix.lower() in sheets.FOLDER_KINDS | sheets.WORKBOOK_KINDS]
    return data, [f for f in inside if f not in data and f.suffix.lower() not in _QUIET]


def shown(name: str, otherwise: str) -> str:
    """Return a heading or a name if it can be shown: where headings are missing it may be somebody's data."""
    fine = 0 < len(name) <= 60 and name.isprintable() and sum(c.isdigit() for c in name) <= 6
    return name if fine and identifiers.personal_content(name) is None else otherwise


@dataclass(frozen=True)
class _Table:
    frame: pd.DataFrame
    lost: int
    blank: int


def _assemble(
    found: list[sheets.Sheet], mapping: maps.Mapping, log: Log, problems: list[Problem]
) -> dict[str, _Table]:
    """Match sheets to tables, headings to columns, and refuse personal data."""
    tables: dict[str, _Table] = {}
    places: dict[str, str] = {}
    names = {maps.plain(sheet.name) for sheet in found}
    for table, told in mapping.tables.items():
        if told.file and maps.plain(told.file) not in names and not problems:
            problems.append(Problem(f"there is no file or sheet “{told.file}”",
                                    f"{maps.FILE}, [tables.{table}] file", "Mend the name"))  # fmt: skip
    for sheet in found:
        wanted = [t for t in TABLES if mapping.is_for(t, sheet.name)]
        if not wanted:
            log.add(
                shown(sheet.name, "a sheet"),
                [],
                "",
                "table not known",
                "reported",
                "not read: not in the data dictionary",
            )
            continue
        used: set[int] = set()
        for table in wanted:
            if table in places:
                both = f"{places[table]} and {sheet.place}"
                problems.append(Problem(f"the table {table} is there twice", both, "Keep one of them"))
                continue
            places[table] = sheet.place
            if sheet.problems:
                problems += sheet.problems
                continue
            try:
                taken = maps.take(sheet, table, mapping.tables.get(table, maps.TableMap()))
            except ProblemsFound as stopped:
                problems += stopped.problems
                used |= _asked(sheet, table, mapping)
                continue
            used |= taken.used
            problems += _unfit(sheet, table, taken.frame)
            for note in sheet.notes:
                column = (
                    ""
                    if note.column is None
                    else shown(sheet.headings[note.column], f"column {note.column + 1}")
                )
                log.add(table, note.rows, column, note.rule, note.action, note.done)
            for column in _absent(TABLES[table], taken.frame):
                log.add(table, [], column, "column not there", "reported", "taken as blank in every row")
            tables[table] = _Table(taken.frame, sheet.lost, sheet.blank)
        _others(sheet, wanted[0], used, log, problems)
    return {t: tables[t] for t in TABLES if t in tables}


def _asked(sheet: sheets.Sheet, table: str, mapping: maps.Mapping) -> set[int]:
    """Return the positions of the headings that a table asks for, by its names or those of columns.toml."""
    told = mapping.tables.get(table, maps.TableMap()).columns
    names = {c.name for c in TABLES[table].columns} | {
        maps.plain(h) for h in told.values() if isinstance(h, str)
    }
    return {i for i, heading in enumerate(sheet.headings) if maps.plain(heading) in names}


def _unfit(sheet: sheets.Sheet, name: str, frame: pd.DataFrame) -> list[Problem]:
    """Return what keeps a whole table from being used: headings missing or astray, or personal data."""
    table = TABLES[name]
    known = {c.name for c in table.columns}
    missing = [c.name for c in table.columns if c.needed and c.name not in frame]
    if name == "wemwbs" and not {*ITEMS, "total"} & set(frame):
        missing.append("item_01 to item_14, or total")
    if missing:
        first = sheet.frame.iloc[:10]
        lower = next((n for n, row in zip(first.index, first.itertuples(index=False), strict=True)
                      if sum(maps.plain(str(t)) in known for t in row) >= 2), None)  # fmt: skip
        if lower:
            return [
                Problem(
                    f"the headings are in row {lower}, not in row 1",
                    sheet.place,
                    "Delete the rows above them",
                )
            ]
        return [Problem(f"the table {name} has no column {', '.join(missing)}", f"{sheet.place}, row 1",
                        "Add it, or say in columns.toml which heading it has")]  # fmt: skip
    if _unread(frame.iloc[:1], table) and not _unread(frame.iloc[1:2], table):
        return [Problem("this looks like a second row of headings: none of its cells can be read",
                        f"{sheet.place}, row {frame.index[0]}", "Delete the row")]  # fmt: skip
    refused = []
    for column in table.columns:
        if column.kind == "name" and column.name in frame:
            counts = frame[column.name].value_counts().head(_LOOKED_AT)
            if kind := identifiers.refusal([str(t) for t in counts.index], counts.tolist()):
                refused.append(_refused(sheet.place, column.name, kind))
    return refused


def _absent(table: Table, frame: pd.DataFrame) -> list[str]:
    """Return the columns that an export leaves out, where nothing stands in for them."""
    either = [{"age_at_referral", "date_of_birth"}, {*ITEMS, "total"}]
    spare = set[str]().union(*(columns for columns in either if columns & set(frame)))
    return [c.name for c in table.columns if c.name not in frame and c.name not in spare]


def _unread(row: pd.DataFrame, table: Table) -> bool:
    """Whether a row has two or more cells that should be days, numbers or codes, and none can be read."""
    read = list[bool]()
    for column in table.columns:
        if column.name in row and len(row) and column.kind in ("date", "yes/no", "whole number", "code"):
            text = values.tidy(str(row[column.name].iloc[0])) if pd.notna(row[column.name].iloc[0]) else ""
            if text and not values.is_blank(text):
                days = column.kind == "date"
                found = dates.read_days([text])[0].day if days else values.reader(column)(text)[0]
                read.append(found is not None or text[0].isdigit())
    return len(read) >= 2 and not any(read)


def _others(sheet: sheets.Sheet, table: str, used: set[int], log: Log, problems: list[Problem]) -> None:
    """Refuse the columns nobody asked for that look personal; log the others."""
    for i, heading in enumerate(sheet.headings):
        if i in used or maps.plain(heading) in GROUPS:
            continue
        label = shown(heading, f"column {i + 1}")
        if identifiers.personal_heading(heading):
            problems.append(_refused(sheet.place, label, "personal data"))
            continue
        counts = sheet.frame[i].value_counts().head(_LOOKED_AT)
        if kind := identifiers.refusal([str(t) for t in counts.index], counts.tolist()):
            problems.append(_refused(sheet.place, label, kind))
        elif heading or len(counts):
            log.add(table, [], label, "column not known", "reported", "not read: not in the data dictionary")


def _refused(place: str, column: str, kind: str) -> Problem:
    return Problem(f"this looks like {kind}, which is not taken in", f"{place}, column “{column}”",
                   "Delete the column from the export and try again")  # fmt: skip


def _invented(frame: pd.DataFrame) -> bool:
    return "participant_id" in frame and bool(frame["participant_id"].str.startswith("INVENTED-").any())
