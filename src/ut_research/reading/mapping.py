"""A sheet's columns under the data dictionary's names and codes, as the recipe says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.problems import Problem, stop, stop_for
from ut_research.core.schema import TABLES, Table
from ut_research.reading import reshape, structure
from ut_research.reading.dates import read_days
from ut_research.reading.grids import Note, Sheet
from ut_research.reading.recipe import From, Recipe
from ut_research.reading.values import plain, tidy

Columns = dict[str, pd.Series]


@dataclass
class _Taking:
    """A table while it is taken from a sheet: what was asked for among the headings, and what is wrong."""

    sheet: Sheet
    table: Table
    recipe: Recipe
    at: dict[str, list[int]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.told = self.recipe.rule(self.table.name)
        self.columns = {**self.told.columns, **reshape.columns_of(self.told)}
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
            what = f"there is no heading {words}, which {self.recipe.name} names for {self.table.name}"
            self.problems.append(Problem(what, place, f"Mend the heading in {self.recipe.name}"))
        self.used.update(found)
        return found[0] if found else None

    def rule(self, column: str) -> From:
        """Return where a column comes from: a heading of its name, where the recipe does not say."""
        return self.columns.get(column, From(heading=(column,)))

    def leave_out(self) -> None:
        """Leave out the rows that are not people, and those that the recipe does not ask for."""
        first = self.table.columns[0]
        names = self.rule(first.name).heading if first.kind == "id" else ()
        if names and (at := self.find(names, False)) is not None:
            self.sheet = structure.people(self.sheet, at)
        keep = np.ones(len(self.sheet.frame), bool)
        for where, wanted in ((self.told.where, True), (self.told.without, False)):
            for heading, named in where.items():
                if (at := self.find([heading])) is not None:
                    keep &= _among(self.sheet.frame[at], named).to_numpy(bool) == wanted
        if not keep.all():
            done = f"{int((~keep).sum()):,} passed over: the recipe takes others for this table"
            notes = (*self.sheet.notes, Note("rows of another kind", "repaired", done))
            self.sheet = replace(self.sheet, frame=self.sheet.frame[keep], notes=notes)

    def wave(self, wave: str | None) -> pd.DataFrame:
        """Return the columns of one wave, found or worked out; what is missing is a problem."""
        found: Columns = {}
        later: dict[str, From] = {}
        for column in self.table.columns:
            rule = self.rule(column.name)
            names = [h if wave is None else h.replace(reshape.WAVE, wave) for h in rule.heading]
            if not names:
                later[column.name] = rule
            elif (at := self.find(names, column.name in self.columns)) is not None:
                codes = self.told.recoded(column.name)
                number = column.kind == "whole number" and not codes
                found[column.name] = _recode(self.sheet.frame[at] if number else self.sheet.texts(at), codes)
        asked = (h for rule in later.values() for h in (*rule.where, rule.step()[0]))
        theirs = [h for h in asked if h and not h.lstrip("-").isdecimal()]
        own = {h: self.sheet.frame[at] for h in theirs if (at := self.find([h])) is not None}
        if not self.problems:
            self.work_out(later, found, own)
        return pd.DataFrame(found, index=self.sheet.frame.index)

    def work_out(self, later: dict[str, From], found: Columns, own: Columns) -> None:
        """Work out columns from others, in whatever order they need each other; `own` are theirs."""
        place, index = f"{self.recipe.name}, [tables.{self.table.name}.columns]", self.sheet.frame.index
        while later:
            name = next((c for c, rule in later.items() if rule.of not in later), None)
            if name is None:
                raise stop("columns are worked out from each other in a circle", place,
                           "Start from a column that the export holds")  # fmt: skip
            rule = later.pop(name)
            if rule.order_of:
                continue
            if rule.of is None:
                names = {rule.file_name: self.sheet.file, rule.sheet_name: self.sheet.name}
                text = names.get(True, rule.value)
                made = pd.Series(index.astype("str") if rule.row_number else text, index, dtype="str")
            elif rule.of in found:
                made = _after(rule, found[rule.of], own)
            else:
                what = f"it is worked out from {rule.of}, which is not there"
                raise stop(what, f"{place} {name}", "Give that column too")
            for heading, values in rule.where.items():
                made = made.where(_among(own[heading], values))
            found[name] = _recode(made, self.told.recoded(name))


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
    taking = _Taking(sheet, TABLES[table], recipe)
    taking.leave_out()
    told, sheet, notes = taking.told, taking.sheet, taking.sheet.notes
    waves = reshape.waves(sheet, taking.columns)
    parts = [taking.wave(wave) for wave in waves]
    if told.ticks and (places := [i for h in told.ticks.heading if (i := taking.find([h])) is not None]):
        parts[0], unknown = reshape.ticked(parts[0], [sheet.texts(i) for i in places], told.ticks)
        done = "not read: the recipe has no column for what is ticked"
        notes += (Note("tick not known", "reported", done, tuple(unknown), places[0]),) * bool(unknown)
    if told.pairs:
        at_of = {o: (taking.find([pair.yes]), taking.find([pair.date]) if pair.date else None)
                 for o, pair in told.pairs.items()}  # fmt: skip
        if not taking.problems:
            parts = reshape.paired(parts[0], sheet, at_of)
    stop_for(taking.problems)
    if waves != [None]:
        parts = [part.assign(**{reshape.RANK: n}) for n, part in enumerate(parts)]
    frame = pd.concat(parts) if len(parts) > 1 else parts[0]
    names = [c for c in (*(c.name for c in TABLES[table].columns), reshape.RANK) if c in frame]
    return frame[names], taking.used, notes


def _among(texts: pd.Series, wanted: Sequence[str]) -> pd.Series:
    """Whether each text is one of those `wanted`, whatever its case."""
    return texts.fillna("").map(tidy).str.casefold().isin([tidy(one).casefold() for one in wanted])


def _recode(texts: pd.Series, codes: Mapping[str, str]) -> pd.Series:
    if not codes:
        return texts
    meant = {u: codes.get(tidy(u).casefold(), u) for u in texts.dropna().unique()}
    return texts.map(meant).astype("str")


def _after(rule: From, begin: pd.Series, own: Columns) -> pd.Series:
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
