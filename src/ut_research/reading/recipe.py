"""The recipe: how an organisation's own export becomes the tables of the data dictionary.

It is `columns.toml` inside an export, or else `recipe.toml` in the folder of the study. Below each key stands
what it says, with an example: docs/recipe.md is made of that (`.ci/recipe.py`), and a test reads each.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping as MappingOf
from datetime import date
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PositiveInt, ValidationError

from pydantic import create_model, model_validator  # isort: skip
from typing_extensions import TypedDict

from ut_research.core.problems import Problem, ProblemsFound, stop
from ut_research.core.schema import TABLES, Column, Table
from ut_research.core.studies import RECIPE, parsed
from ut_research.reading.values import plain, reader, tidy

#: The file in a study's folder, and the one that an export may hold, which goes before it.
FILE, INSIDE = RECIPE, "columns.toml"
_SEE = "See docs/recipe.md, or studies/rossi/columns.toml"


def _list(found: object) -> object:
    return [found] if isinstance(found, str | int) else found


Text = Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, int | float) else v)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_list)]
Names = Annotated[tuple[str, ...], BeforeValidator(_list)]
Where = dict[str, Texts]
Rows = tuple[PositiveInt, ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """A file of an installed package, read instead of the export's own."""

    package: str
    """the package: `package = "lifelines"`"""
    file: str
    """the file in it: `file = "datasets/rossi.csv"`"""

    def path(self) -> Path:
        """Return where the file is; ProblemsFound when the package or the file is not there."""
        spec = importlib.util.find_spec(self.package) if self.package.isidentifier() else None
        if spec is None or spec.origin is None:
            todo = "Install it, or mend its name"
            raise stop(f"the package “{self.package}” is not installed", "columns.toml, [source]", todo)
        folder = Path(spec.origin).resolve().parent
        path = (folder / self.file).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            what = f"the package has no file “{self.file}”"
            raise stop(what, "columns.toml, [source]", "Mend the path")
        return path


class Layout(_Part):
    """How a file or sheet is laid out."""

    of: str | None = None
    """the sheet that this is a block of: `[sheets."Second block"] of = "Master"`"""
    heading_rows: Rows = ()
    """their rows of headings, joined by a space; merged ones are filled: `heading_rows = [3, 4]`"""
    skip_rows: Rows = ()
    """rows that are no data: `skip_rows = [40]`"""
    keep_rows: Rows = ()
    """rows that look like none, and are: `keep_rows = [41]`"""
    first_row: PositiveInt | None = None
    """where data begin: `first_row = 5`"""
    last_row: PositiveInt | None = None
    """where they end: `last_row = 88`"""
    join_lines: bool = False
    """a row broken apart by a line break is one: `join_lines = true`"""
    quotes: bool = True
    """quotation marks are text, and a line is a row: `quotes = false`"""
    days_since: date | None = None
    """what a day that is a number counts from: `days_since = "1960-01-01"`"""
    consent: str = ""
    """the code, or attribute, by which passages may be quoted: `consent = "Consent to quote"`"""


class From(_Part):
    """Where a column comes from: a heading of theirs, or what it is worked out from."""

    heading: Names = ()
    """the long way to say a heading: `gender = { heading = "Sex" }`"""
    value: Text | None = None
    """one text for all: `area = { value = "Invented Town" }`"""
    row_number: bool = False
    """the row's number: `participant_id = { row_number = true }`"""
    file_name: bool = False
    """the name of the file: `partner = { file_name = true }`"""
    sheet_name: bool = False
    """the name of the sheet: `partner = { sheet_name = true }`"""
    order_of: str | None = None
    """T1, T2 … of a person, by days or by waves ("{wave}"): `[tables.wemwbs.columns] timepoint
    = { order_of = "completed_date" }`"""
    after: str | None = None
    """after another column of ours: `registered_date = { after = "referral_date", days = 7 }`"""
    before: str | None = None
    """before another column of ours: `date_of_birth = { before = "referral_date", months = "Age" }`"""
    days: Text | None = None
    """so many days, or a column of theirs: `exit_date = { after = "referral_date", days = "Stay" }`"""
    weeks: Text | None = None
    """the same in weeks: `exit_date = { after = "referral_date", weeks = 52 }`"""
    months: Text | None = None
    """the same in months: `exit_date = { after = "referral_date", months = "Months with us" }`"""
    where: Where = {}
    """for these rows of theirs only: `exit_date = { heading = "Seen", where = { Left = "Yes" } }`"""

    @model_validator(mode="before")
    @classmethod
    def _a_heading(cls, found: object) -> object:
        if isinstance(found, str | list):
            return {"heading": found}
        if not isinstance(found, dict):
            raise ValueError("this should be a heading in quotes, or a table")
        return found

    @model_validator(mode="after")
    def _one_way(self) -> From:
        names = (self.heading, self.file_name, self.sheet_name)
        told = (*names, self.row_number, self.order_of, self.after, self.before)
        if sum((*map(bool, told), self.value is not None)) != 1:
            raise ValueError("exactly one of value, row_number, after and before is needed, or one of "
                             "heading, file_name, sheet_name and order_of")  # fmt: skip
        if sum(step is not None for step in (self.days, self.weeks, self.months)) != bool(self.of):
            raise ValueError("after and before go with exactly one of days, weeks and months")
        return self

    @property
    def of(self) -> str | None:
        """The column of ours that it is some time after or before."""
        return self.after or self.before

    def step(self) -> tuple[str, int]:
        """Return how long after or before, in words, and the days, or months, of one such step."""
        told = next((t for t in (self.days, self.weeks, self.months) if t is not None), "")
        return told, (7 if self.weeks is not None else 1) * (-1 if self.before else 1)


class Ticks(_Part):
    """Ticks in one column, apart by `separator`, or in a column each; and what ticks each of ours."""

    heading: Names
    """the question, or the headings of several columns: `heading = "What would help?"`"""
    separator: str = ";"
    """what stands between ticks: `separator = ";"`"""
    options: dict[str, Texts]
    """what ticks each column of ours: `options = { housing = ["Somewhere to live"] }`"""


class Pair(_Part):
    """An outcome as two columns of theirs: whether it was reached, and the day."""

    yes: str
    """the column that says yes or no: `housing = { yes = "Housing" }`"""
    date: str | None = None
    """the column of the day: `employment = { yes = "Job", date = "Job date" }`"""


class TableRule(_Part):
    """How one table of the data dictionary is found in an export."""

    file: Names = ()
    """their file or sheet, or several; * stands for anything, and of several workbooks a sheet is
    "Workbook/Sheet1": `file = "* Trust"`"""
    columns: dict[str, From] = {}
    """their heading for a column of ours (with #1, #2 where it is there more than once), its spellings
    in several files, or what it is worked out from: `[tables.participants.columns] referral_date =
    ["Date referred", "Ref date#1"]`"""
    codes: dict[str, dict[str, Text]] = {}
    """their codes, and ours: `[tables.participants.codes.gender] "1" = "male"`"""
    month_first: frozenset[str] = frozenset()
    """numeric dates written month first: `month_first = ["referral_date"]`"""
    where: Where = {}
    """only these rows of theirs: `where = { "First time?" = "Yes" }`"""
    without: Where = {}
    """and none of these: `without = { "Stage" = ["Test", "Draft"] }`"""
    keep: Literal["all", "first"] = "all"
    """of several rows of one person the first (by its date, then its place): `keep = "first"`"""
    items: str | None = None
    """all fourteen items at once; waves that lie side by side are {wave}: `[tables.wemwbs] items =
    "WEMWBS T{wave} Q{item}"`"""
    points: dict[str, int] = {}
    """answers in words, once for all items: `[tables.wemwbs] points = { "None of the time" = 1 }`"""
    ticks: Ticks | None = None
    pairs: dict[str, Pair] = {}

    def recoded(self, column: str) -> dict[str, str]:
        """Return the codes of a column, by their text in lower case."""
        pairs = self.points if column.startswith("item_") else self.codes.get(column, {})
        return {tidy(code).casefold(): str(meaning) for code, meaning in pairs.items()}


def _meaning(column: Column, meaning: str) -> str:
    if column.allowed and reader(column)(tidy(meaning))[0] is None:
        raise ValueError(f"“{meaning}” is no code of {column.name}|Use one of " + ", ".join(column.allowed))
    return meaning


def _keys(keys: MappingOf[str, Any]) -> Any:
    """Return the type of a table of a recipe that may hold these keys and no others."""
    made = TypedDict("Keys", dict(keys), total=False)  # type: ignore[misc]  # noqa: UP013
    made.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
    return made


def _rule(table: Table) -> type[TableRule]:
    """Return the model of `[tables.NAME]`: the table's own columns, and the codes that each may have."""
    names: Any = Literal[tuple(c.name for c in table.columns)]
    one = create_model("From", __base__=From, after=(names | None, None), before=(names | None, None))
    codes = {c.name: dict[str, Annotated[Text, AfterValidator(partial(_meaning, c))]] for c in table.columns}
    outcomes = table.column("outcome").allowed if table.name == "outcomes" else ()
    return create_model(
        "Table", __base__=TableRule, month_first=(frozenset[names], frozenset()), codes=(_keys(codes), {}),
        columns=(_keys({c.name: one for c in table.columns}), {}),
        pairs=(_keys(dict.fromkeys(outcomes, Pair)), {}),
    )  # fmt: skip


class Recipe(_Part):
    """A whole recipe; `name` is that of its file."""

    name: str = FILE
    confirmed: bool = True
    """a draft that nobody has read yet is not confirmed, and no run takes it: `confirmed = true`"""
    source: Source | None = None
    left_out: frozenset[str] = frozenset()
    """their columns that are not to be read: `left_out = ["Email", "Name"]`"""
    allowed: frozenset[str] = frozenset()
    """of theirs that look personal, and are not: `allowed = ["Known as"]`"""
    ids_ignore_case: bool = False
    """AB-1 and ab-1 are one person: `ids_ignore_case = true`"""
    sheets: dict[str, Layout] = {}
    tables: dict[str, TableRule] = {}

    def rule(self, table: str) -> TableRule:
        """Return how `table` is found; by its own name and headings where the recipe does not say."""
        return self.tables.get(table, TableRule())

    def is_for(self, table: str, sheet: str, file: str = "") -> bool:
        """Whether the sheet called `sheet` of the file called `file` holds `table`."""
        told = self.rule(table).file
        if self.source and not told:
            return table in self.tables
        return any(named(name, sheet, file) for name in told) if told else named(table, sheet)


def named(name: str, sheet: str, file: str = "") -> bool:
    """Whether a sheet goes by `name`: its own, or file/sheet, where * stands for anything."""
    own = {plain(sheet), plain(f"{file}/{sheet}")}
    return plain(name) in own or any(fnmatchcase(one, plain(name)) for one in own)


_WHOLE = create_model(
    "Whole", __base__=Recipe, tables=(_keys({name: _rule(table) for name, table in TABLES.items()}), {})
)


def beside(path: Path, study: Path | None = None) -> Recipe:
    """Return the recipe inside the export at `path` (or beside the workbook), else that of the study."""
    own = (path if path.is_dir() else path.parent) / INSIDE
    return load(own) if own.is_file() else load(study) if study else Recipe(name=INSIDE)


def load(path: Path) -> Recipe:
    """Read a recipe; ProblemsFound with every mistake in it, each by its place in the file."""
    return parse(parsed(path), path.name)


def parse(told: MappingOf[str, Any], name: str = INSIDE) -> Recipe:
    """Return the recipe that a parsed TOML document describes; ProblemsFound with every mistake in it."""
    try:
        whole = _WHOLE.model_validate({**told, "name": name})
    except ValidationError as wrong:
        raise ProblemsFound([_problem(dict(error), name) for error in wrong.errors()]) from None
    if not whole.confirmed:
        raise stop("the recipe is a draft that nobody has confirmed", f"{name}, confirmed",
                   "Read its lines, mend those marked guessed, and write confirmed = true")  # fmt: skip
    return whole


#: What is said of a mistake, by what its kind begins with, and of one in a choice of words, by its key.
_SHOULD = {
    "dict": "this should be a table of keys", "model": "this should be a table of keys",
    "bool": "this should be true or false", "string": "this should be a name in quotes",
    "tuple": "this should be a list", "frozen_set": "this should be a list", "missing": "this is missing",
    "greater_than": "this should be a row's number, from 1", "int": "{key} should be a whole number",
    "date": "this should be a day, like 1960-01-01", "literal_error": "the key “{input}” is not known",
}  # fmt: skip
_CHOICES = {"after": "after should name a column of this table", "keep": "this should be “all” or “first”"}


def _problem(error: dict[str, Any], name: str) -> Problem:
    """Return one mistake as pydantic gives it: its place in the file, in the file's own words."""
    at, kind = [p for p in error["loc"] if isinstance(p, str)], error["type"]
    last = at[-1] if at else ""
    if kind == "extra_forbidden":
        known = _known(at[:-1])
        return Problem(f"the key “{last}” is not known", f"{name}, {_place(at[:-1], True)}",
                       f"Use one of {', '.join(known)}" if known else _SEE)  # fmt: skip
    said = next((said for start, said in _SHOULD.items() if kind.startswith(start)), "this cannot be used")
    said = (_CHOICES.get(last, said) if kind == "literal_error" else said).format(
        key=last, input=error["input"]
    )
    what, _, todo = str(error["ctx"]["error"]).partition("|") if kind == "value_error" else (said, "", "")
    return Problem(what, f"{name}, {_place(at, kind.startswith(('dict', 'model')))}", todo or _SEE)


def _place(at: list[str], table: bool) -> str:
    """Return where in the file: the section in brackets, and the key in it."""
    if table or len(at) < 2:
        return f"[{'.'.join(at)}]" if table and at else (at[0] if at else "top of the file")
    at = at[:4] if at[2:3] in (["columns"], ["pairs"]) else at  # each is a line of its own
    return f"[{'.'.join(at[:-1])}] {at[-1]}"


def _known(at: list[str]) -> list[str]:
    """Return the keys that may stand at a place of the file."""
    keys, model = dict[str, Any](), cast(Any, _WHOLE)
    for part in [*at, ""]:
        told = getattr(model, "model_fields", {})
        keys = {name: about.annotation for name, about in told.items()} or getattr(
            model, "__annotations__", {}
        )
        model = Layout if at == ["sheets", part] else keys.get(part)
    return sorted(set(keys) - {"name"})
