"""An organisation's own headings and codes: `columns.toml`, read, applied and drafted.

```toml
[source]                                   # only to read a file of an installed package
package = "lifelines"
file = "datasets/rossi.csv"

[tables.participants]
file = "Referrals 2020"                    # their file or sheet
month_first = ["referral_date"]            # numeric dates written month first

[tables.participants.columns]
referral_date = "Date referred"            # their heading
participant_id = { row_number = true }     # or worked out: the row's number,
entry_date = { value = "1971-01-01" }      # one text for all,
followed_up_to = { after = "entry_date", weeks = 52 }     # days or weeks after another column,
reoffence_date = { after = "entry_date", weeks_from = "week", where = { arrest = "1" } }   # as a column says

[tables.participants.codes.gender]
"1" = "male"                               # their code, and the data dictionary's
```
"""

from __future__ import annotations

import importlib.util
import re
import tomllib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ut_research.core.problems import Problem, ProblemsFound, stop
from ut_research.core.schema import TABLES
from ut_research.reading.dates import read_days
from ut_research.reading.files import Sheet
from ut_research.reading.values import reader, tidy

FILE = "columns.toml"


@dataclass(frozen=True)
class Source:
    """A file of an installed package, read instead of the export's own."""

    package: str
    file: str

    def path(self) -> Path:
        """Return where the file is; ProblemsFound when the package or the file is not there."""
        spec = importlib.util.find_spec(self.package) if self.package.isidentifier() else None
        if spec is None or spec.origin is None:
            raise stop(
                f"the package “{self.package}” is not installed",
                f"{FILE}, [source]",
                "Install it, or mend its name",
            )
        folder = Path(spec.origin).resolve().parent
        path = (folder / self.file).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise stop(f"the package has no file “{self.file}”", f"{FILE}, [source]", "Mend the path")
        return path


@dataclass(frozen=True)
class Derived:
    """A column worked out from others: a `value`, the `row_number`, or a day some time `after` another."""

    value: str | None = None
    row_number: bool = False
    after: str | None = None
    days: int = 0
    days_from: str | None = None
    per: int = 1
    where: MappingOf[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableMap:
    """How one table of the data dictionary is found in an export."""

    file: str | None = None
    columns: MappingOf[str, str | Derived] = field(default_factory=dict)
    codes: MappingOf[str, MappingOf[str, str]] = field(default_factory=dict)
    month_first: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Mapping:
    """A whole `columns.toml`."""

    tables: MappingOf[str, TableMap] = field(default_factory=dict)
    source: Source | None = None

    def is_for(self, table: str, sheet: str) -> bool:
        """Whether the file or sheet called `sheet` holds `table`."""
        told = self.tables.get(table, TableMap())
        if self.source and told.file is None:
            return table in self.tables
        return plain(told.file or table) == plain(sheet)


def plain(heading: str) -> str:
    """Return a heading or name with case, spaces, hyphens and underscores evened out."""
    words = re.sub(r"[\s_\-]+", "_", tidy(heading).casefold()).strip("_")
    return re.sub(r"^item_?(\d)$", r"item_0\1", words)


def load(path: Path) -> Mapping:
    """Read `columns.toml`; ProblemsFound with every unknown key, named by its place in the file."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        at = re.search(r"line \d+, column \d+", str(error))
        raise stop("the file is not valid TOML", f"{path.name}{', ' + at[0] if at else ''}",
                   "Look for a missing quotation mark or bracket there") from None  # fmt: skip
    return parse(told, path.name)


def parse(told: MappingOf[str, Any], name: str = FILE) -> Mapping:
    """Return the Mapping that a parsed TOML document describes; ProblemsFound with every mistake in it."""
    problems: list[Problem] = []

    def only(found: object, keys: set[str], where: str) -> dict[str, Any]:
        if not isinstance(found, dict):
            problems.append(Problem("this should be a table of keys", f"{name}, {where}", _SEE))
            return {}
        for key in found:
            if key not in keys:
                problems.append(Problem(f"the key “{key}” is not known", f"{name}, {where}",
                                        "Use one of " + ", ".join(sorted(keys))))  # fmt: skip
        return {k: v for k, v in found.items() if k in keys}

    top = only(dict(told), {"source", "tables"}, "top of the file")
    source = None
    if "source" in top:
        keys = only(top["source"], {"package", "file"}, "[source]")
        source = Source(str(keys.get("package", "")), str(keys.get("file", "")))
    tables = {}
    for table, body in only(top.get("tables", {}), set(TABLES), "[tables]").items():
        where = f"[tables.{table}]"
        keys = only(body, {"file", "columns", "codes", "month_first"}, where)
        names = {c.name for c in TABLES[table].columns}
        columns: dict[str, str | Derived] = {}
        for column, rule in only(keys.get("columns", {}), names, f"[tables.{table}.columns]").items():
            at = f"[tables.{table}.columns] {column}"
            if isinstance(rule, str):
                columns[column] = rule
                continue
            if not isinstance(rule, dict):
                problems.append(
                    Problem("this should be a heading in quotes, or a table", f"{name}, {at}", _SEE)
                )
                continue
            parts = only(rule, _DERIVED, at)
            try:
                columns[column] = _derived(parts, names)
            except ValueError as error:
                problems.append(Problem(str(error), f"{name}, {at}", _SEE))
        codes: dict[str, dict[str, str]] = {}
        for column, pairs in only(keys.get("codes", {}), names, f"[tables.{table}.codes]").items():
            at, about = f"[tables.{table}.codes.{column}]", TABLES[table].column(column)
            pairs = only(pairs, set(pairs) if isinstance(pairs, dict) else set(), at)
            for code, meaning in pairs.items():
                if about.allowed and reader(about)(tidy(str(meaning)))[0] is None:
                    problems.append(Problem(f"“{meaning}” is no code of {column}", f"{name}, {at} {code}",
                                            "Use one of " + ", ".join(about.allowed)))  # fmt: skip
            codes[column] = {tidy(str(code)).casefold(): str(meaning) for code, meaning in pairs.items()}
        first = keys.get("month_first", [])
        if not isinstance(first, list):
            todo = 'Write it as ["referral_date"]'
            problems.append(Problem("this should be a list of columns", f"{name}, {where} month_first", todo))
            first = []
        only(dict.fromkeys(map(str, first)), names, f"{where} month_first")
        file = keys.get("file")
        if not isinstance(file, str | None):
            problems.append(Problem("this should be a name in quotes", f"{name}, {where} file", _SEE))
        tables[table] = TableMap(
            None if file is None else str(file), columns, codes, frozenset(map(str, first))
        )
    if problems:
        raise ProblemsFound(problems)
    return Mapping(tables, source)


_SEE = "See studies/rossi/columns.toml"
_DERIVED = {"value", "row_number", "after", "days", "weeks", "days_from", "weeks_from", "where"}


def _derived(parts: dict[str, Any], names: set[str]) -> Derived:
    chosen = [k for k in ("value", "row_number", "after") if k in parts]
    if len(chosen) != 1:
        raise ValueError("exactly one of value, row_number and after is needed")
    steps = [k for k in ("days", "weeks", "days_from", "weeks_from") if k in parts]
    if ("after" in parts) != (len(steps) == 1) or len(steps) > 1:
        raise ValueError("after goes with exactly one of days, weeks, days_from and weeks_from")
    where = parts.get("where", {})
    if not isinstance(where, dict):
        raise ValueError('where should be like { heading = "value" }')
    where = {str(k): str(v) for k, v in where.items()}
    if chosen[0] == "value":
        return Derived(value=str(parts["value"]), where=where)
    if chosen[0] == "row_number":
        return Derived(row_number=True, where=where)
    if parts["after"] not in names:
        raise ValueError("after should name a column of this table")
    per = 7 if steps[0].startswith("weeks") else 1
    step = parts[steps[0]]
    if steps[0].endswith("_from"):
        return Derived(after=parts["after"], days_from=str(step), per=per, where=where)
    if not isinstance(step, int):
        raise ValueError(f"{steps[0]} should be a whole number")
    return Derived(after=parts["after"], days=step * per, where=where)


@dataclass(frozen=True)
class Taken:
    """What a sheet gave for one table: its text `frame`, and the positions of the headings `used`."""

    frame: pd.DataFrame
    used: frozenset[int]


def take(sheet: Sheet, table: str, told: TableMap) -> Taken:
    """Return the columns of `table` from `sheet`, under the data dictionary's names and codes.

    Raises
    ------
    ProblemsFound : a heading is missing that `columns.toml` names, or is there twice.
    """
    problems: list[Problem] = []
    at: dict[str, list[int]] = {}
    for i, heading in enumerate(sheet.headings):
        at.setdefault(plain(heading), []).append(i)
    used: set[int] = set()
    place, rules = f"{sheet.place}, row 1", f"{FILE}, [tables.{table}.columns]"

    def find(heading: str, must: bool) -> int | None:
        found = at.get(plain(heading), [])
        if len(found) > 1:
            problems.append(Problem(f"the heading “{heading}” is there {len(found)} times", place,
                                    "Keep one of the columns, or give them different headings"))  # fmt: skip
        elif not found and must:
            problems.append(Problem(f"there is no heading “{heading}”, which {FILE} names for {table}",
                                    place, f"Mend the heading in {FILE}"))  # fmt: skip
        used.update(found)
        return found[0] if found else None

    columns: dict[str, pd.Series] = {}
    later: dict[str, Derived] = {}
    for column in TABLES[table].columns:
        rule = told.columns.get(column.name, column.name)
        if isinstance(rule, Derived):
            later[column.name] = rule
            continue
        place_of = find(rule, column.name in told.columns)
        if place_of is not None:
            texts = (sheet.values if column.kind == "whole number" else sheet.frame)[place_of]
            columns[column.name] = _recode(texts, told.codes.get(column.name, {}))
    others = {
        h: find(h, True) for rule in later.values() for h in [*rule.where, *filter(None, [rule.days_from])]
    }
    if problems:
        raise ProblemsFound(problems)
    own = {h: sheet.values[i] for h, i in others.items() if i is not None}
    while later:
        ready = [c for c, rule in later.items() if rule.after is None or rule.after not in later]
        if not ready:
            raise stop("columns are worked out from each other in a circle", rules,
                       "Start from a column that the export holds")  # fmt: skip
        for column_name in ready:
            told_how = later.pop(column_name)
            columns[column_name] = _work_out(told_how, columns, own, sheet, f"{rules} {column_name}")
    frame = pd.DataFrame({c.name: columns[c.name] for c in TABLES[table].columns if c.name in columns})
    frame.index = sheet.frame.index
    return Taken(frame, frozenset(used))


def _recode(texts: pd.Series, codes: MappingOf[str, str]) -> pd.Series:
    if not codes:
        return texts
    places, distinct = pd.factorize(texts.array)
    new = [codes.get(tidy(str(u)).casefold(), str(u)) for u in distinct]
    return pd.Series(
        pd.array([*new, None], dtype="str").take(np.where(places < 0, len(new), places)), index=texts.index
    )


def _work_out(rule: Derived, columns: dict[str, pd.Series], own: dict[str, pd.Series], sheet: Sheet,
              place: str) -> pd.Series:  # fmt: skip
    index = sheet.frame.index
    if rule.value is not None:
        result = pd.Series(rule.value, index=index, dtype="str")
    elif rule.row_number:
        result = pd.Series(index.astype("str"), index=index, dtype="str")
    else:
        if rule.after not in columns:
            raise stop(f"it is worked out from {rule.after}, which is not there", place,
                       "Give that column too")  # fmt: skip
        places, distinct = pd.factorize(columns[rule.after].array)
        days = [day for day, _ in read_days([tidy(str(u)) for u in distinct])]
        start = np.array([np.datetime64(d, "D") if d else np.datetime64("NaT", "D") for d in [*days, None]])[
            places
        ]
        step: Any = rule.days
        if rule.days_from is not None:
            number = pd.to_numeric(own[rule.days_from], errors="coerce").to_numpy("float64")
            start = np.where(np.isnan(number), np.datetime64("NaT", "D"), start)
            step = (np.nan_to_num(number) * rule.per).astype("timedelta64[D]")
        result = pd.Series(np.datetime_as_string(start + step, unit="D"), index=index, dtype="str").replace(
            "NaT", None
        )
    for heading, value in rule.where.items():
        result = result.where(own[heading].fillna("").map(tidy).str.casefold() == value.casefold())
    return result
