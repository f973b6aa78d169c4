"""A sheet's columns under the data dictionary's names and codes, as the recipe says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.problems import Problem, stop, stop_for
from ut_research.core.schema import TABLES
from ut_research.reading import reshape, structure
from ut_research.reading.dates import read_days
from ut_research.reading.grids import Note, Sheet
from ut_research.reading.recipe import From, Recipe, TableRule
from ut_research.reading.values import plain, tidy


@dataclass
class _Headings:
    """The headings of a sheet, and what was asked for among them."""

    sheet: Sheet
    table: str
    recipe: str
    at: dict[str, list[int]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        for i, heading in enumerate(self.sheet.headings):
            self.at.setdefault(plain(heading), []).append(i)
            self.at[f"{plain(heading)}#{len(self.at[plain(heading)])}"] = [i]

    def find(self, spellings: Iterable[str], must: bool = True) -> int | None:
        """Return the position of the first of these headings that is there; a problem where it `must` be."""
        names = list(spellings)
        place = f"{self.sheet.place}, {self.sheet.head}"
        heading = next((h for h in names if plain(h) in self.at), None)
        found = self.at.get(plain(heading), []) if heading is not None else []
        if len(found) > 1:
            todo = "Keep one of the columns, or give them different headings"
            self.problems.append(Problem(f"the heading “{heading}” is there {len(found)} times", place, todo))
        elif not found and must:
            words = " or ".join(f"“{h}”" for h in names)
            what = f"there is no heading {words}, which {self.recipe} names for {self.table}"
            self.problems.append(Problem(what, place, f"Mend the heading in {self.recipe}"))
        self.used.update(found)
        return found[0] if found else None


def take(sheet: Sheet, table: str, recipe: Recipe) -> tuple[pd.DataFrame, set[int], tuple[Note, ...]]:
    """Return the columns of `table` from `sheet`, under the data dictionary's names and codes.

    Returns
    -------
    frame of text, indexed by the row's number, one row or more of each; positions of the headings that were
    used; and what is to be logged about rows

    Raises
    ------
    ProblemsFound : a heading is missing that the recipe names, or is there twice; or it cannot be known
        whether rows are people.
    """
    told = recipe.rule(table)
    headings = _Headings(sheet, table, recipe.name)
    columns = dict(told.columns)
    columns |= reshape.columns_of(told)
    first = TABLES[table].columns[0]
    person = columns.get(first.name, From(heading=(first.name,)))
    if first.kind == "id" and person.heading and (at := headings.find(person.heading, False)) is not None:
        sheet = structure.people(sheet, at)
    waves = reshape.waves(sheet, columns)
    sheet = _only(sheet, told, headings)
    more: tuple[Note, ...] = ()
    parts = [_columns(sheet, table, told, columns, wave, headings) for wave in waves]
    if told.ticks and (places := [i for h in told.ticks.heading if (i := headings.find([h])) is not None]):
        parts[0], unknown = reshape.ticked(parts[0], [sheet.texts(i) for i in places], told.ticks)
        done = "not read: the recipe has no column for what is ticked"
        more = (Note("tick not known", "reported", done, tuple(unknown), places[0]),) * bool(unknown)
    if told.pairs:
        at_of = {o: (headings.find([pair.yes]), headings.find([pair.date]) if pair.date else None)
                 for o, pair in told.pairs.items()}  # fmt: skip
        if not headings.problems:
            parts = reshape.paired(parts[0], sheet, at_of)
    stop_for(headings.problems)
    if waves != [None]:
        parts = [part.assign(**{reshape.RANK: n}) for n, part in enumerate(parts)]
    frame = pd.concat(parts) if len(parts) > 1 else parts[0]
    names = [c for c in (*(c.name for c in TABLES[table].columns), reshape.RANK) if c in frame]
    return frame[names], headings.used, (*sheet.notes, *more)


def _only(sheet: Sheet, told: TableRule, headings: _Headings) -> Sheet:
    """Return the rows of the sheet that the recipe asks for."""
    keep = np.ones(len(sheet.frame), bool)
    for where, wanted in ((told.where, True), (told.without, False)):
        for heading, named in where.items():
            at = headings.find([heading])
            keep &= _among(sheet.frame[at], named).to_numpy(bool) == wanted if at is not None else True
    if keep.all():
        return sheet
    done = f"{int((~keep).sum()):,} passed over: the recipe takes others for this table"
    note = Note("rows of another kind", "repaired", done)
    return replace(sheet, frame=sheet.frame[keep], notes=(*sheet.notes, note))


def _columns(sheet: Sheet, table: str, told: TableRule, columns: Mapping[str, From], wave: str | None,
             headings: _Headings) -> pd.DataFrame:  # fmt: skip
    """Return the columns of one wave, found or worked out; what is missing is a problem of `headings`."""
    found: dict[str, pd.Series] = {}
    later: dict[str, From] = {}
    for column in TABLES[table].columns:
        rule = columns.get(column.name, From(heading=(column.name,)))
        if not rule.heading:
            later[column.name] = rule
            continue
        names = [h if wave is None else h.replace(reshape.WAVE, wave) for h in rule.heading]
        at = headings.find(names, column.name in columns)
        if at is not None:
            codes = told.recoded(column.name)
            texts = sheet.frame[at] if column.kind == "whole number" and not codes else sheet.texts(at)
            found[column.name] = _recode(texts, codes)
    asked = [
        h
        for rule in later.values()
        for h in [*rule.where, rule.step()[0]]
        if h and not h.lstrip("-").isdecimal()
    ]
    own = {h: sheet.frame[at] for h in asked if (at := headings.find([h])) is not None}
    if not headings.problems:
        _work_out_all(later, found, own, sheet, f"{headings.recipe}, [tables.{table}.columns]")
    for name in told.columns:  # codes say what a column worked out means, too
        if name in later and name in found:
            found[name] = _recode(found[name], told.recoded(name))
    return pd.DataFrame(found, index=sheet.frame.index)


def _work_out_all(later: dict[str, From], found: dict[str, pd.Series], own: dict[str, pd.Series],
                  sheet: Sheet, place: str) -> None:  # fmt: skip
    """Work out columns from others, in whatever order they need each other."""
    later = {name: rule for name, rule in later.items() if not rule.order_of}
    while later:
        ready = [c for c, rule in later.items() if rule.of is None or rule.of not in later]
        if not ready:
            raise stop("columns are worked out from each other in a circle", place,
                       "Start from a column that the export holds")  # fmt: skip
        for name in ready:
            found[name] = _work_out(later.pop(name), found, own, sheet, f"{place} {name}")


def _among(texts: pd.Series, wanted: Sequence[str]) -> pd.Series:
    """Whether each text is one of those `wanted`, whatever its case."""
    return texts.fillna("").map(tidy).str.casefold().isin([tidy(one).casefold() for one in wanted])


def _recode(texts: pd.Series, codes: Mapping[str, str]) -> pd.Series:
    if not codes:
        return texts
    meant = {u: codes.get(tidy(u).casefold(), u) for u in texts.dropna().unique()}
    return texts.map(meant).astype("str")


def _work_out(rule: From, columns: dict[str, pd.Series], own: dict[str, pd.Series], sheet: Sheet,
              place: str) -> pd.Series:  # fmt: skip
    index = sheet.frame.index
    names = {rule.file_name: sheet.file, rule.sheet_name: sheet.name}
    if (text := names.get(True, rule.value)) is not None:
        result = pd.Series(text, index=index, dtype="str")
    elif rule.row_number:
        result = pd.Series(index.astype("str"), index=index, dtype="str")
    elif rule.of not in columns:
        raise stop(f"it is worked out from {rule.of}, which is not there", place, "Give that column too")
    else:
        result = _after(rule, columns[rule.of], own)
    for heading, values in rule.where.items():
        result = result.where(_among(own[heading], values))
    return result


def _after(rule: From, begin: pd.Series, own: dict[str, pd.Series]) -> pd.Series:
    """Return the days some time after those of another column, or before."""
    places, distinct = pd.factorize(begin.array)
    days = [day for day, _ in read_days([tidy(str(u)) for u in distinct])]
    nat = np.datetime64("NaT", "D")
    start = np.array([np.datetime64(day, "D") if day else nat for day in [*days, None]])[places]
    told, each = rule.step()
    number = pd.to_numeric(own.get(told, pd.Series(told, begin.index)), errors="coerce").to_numpy("float64")
    start = np.where(np.isnan(number), nat, start)
    steps = (np.nan_to_num(number) * each).astype("int64")
    ended = _months_on(start, steps) if rule.months is not None else start + steps.astype("timedelta64[D]")
    texts = np.datetime_as_string(ended, unit="D")
    return pd.Series(texts, index=begin.index, dtype="str").replace("NaT", None)


def _months_on(start: npt.NDArray[np.datetime64], steps: npt.NDArray[np.int64]) -> npt.NDArray[np.datetime64]:
    """The same day so many months on, or the last of a month that is shorter."""
    then = start.astype("datetime64[M]") + steps.astype("timedelta64[M]")
    same = then.astype("datetime64[D]") + (start - start.astype("datetime64[M]").astype("datetime64[D]"))
    return np.asarray(np.minimum(same, (then + 1).astype("datetime64[D]") - 1))
