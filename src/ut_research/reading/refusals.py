"""Why what a sheet holds of a table cannot be used: columns missing, identifiers destroyed, personal data."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from datetime import timedelta

import pandas as pd

from ut_research.core.problems import Problem
from ut_research.core.schema import ANSWERS, TABLES, Column, Table
from ut_research.reading import dates, identifiers, values
from ut_research.reading.grids import Sheet
from ut_research.reading.recipe import Recipe

#: An identifier as a spreadsheet rounds it (1.23457E+11), or takes it for a day (2020-03-01, 1-Mar, Mar-01);
#: and the most of a column that may be so, for it to be damage.
_DAMAGED = (
    ("rounded", r"\s*\d(?:\.\d+)?[eE]\+\d{2,}\s*", 1.0),
    ("made dates of", r"\d{4}-\d\d-\d\d(?:T.*)?|\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)"
     r"|(?:\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d\d)(?:-\d\d)?", 0.5),
)  # fmt: skip
#: Numbers that stand for what is not known.
_UNKNOWN = re.compile(r"-\d+|[89]+|9[78]|")


def missing(sheet: Sheet, name: str, frame: pd.DataFrame, told: Recipe) -> list[Problem]:
    """Return what is wrong with the headings of a table: missing, or in another row."""
    table = TABLES[name]
    ordered = {name for name, rule in told.rule(name).columns.items() if rule.order_of}
    if not (lost := lacking(table, ordered | {*map(str, frame)})):
        return []
    if 1 not in sheet.seem and not sheet.layout.heading_rows:
        rows = ", ".join(map(str, sheet.seem))
        todo = f"Say so in the recipe: {sheet.line('heading_rows', [*sheet.seem])}"
        return [Problem(f"the headings are in row {rows}, not in row 1", sheet.place, todo)]
    todo = f"Say in columns.toml which heading it has: [tables.{name}.columns] {lost[0]} = …; "
    todo += "ut-research map drafts it. Or, if it is no such table, give the file or sheet another name"
    return [
        Problem(f"the table {name} has no column {', '.join(lost)}", f"{sheet.place}, {sheet.head}", todo)
    ]


def lacking(table: Table, known: AbstractSet[str]) -> list[str]:
    """Return what a table needs that is not among the columns `known` of it."""
    lost = [c.name for c in table.columns if c.needed and c.name not in known]
    if table.name == "wemwbs" and known.isdisjoint(ANSWERS["wemwbs"]):
        lost.append("item_01 to item_14, or total")
    return lost


def unfit(sheet: Sheet, name: str, frame: pd.DataFrame, told: Recipe) -> list[Problem]:
    """Return why columns cannot be used: identifiers destroyed, days from no known day, personal data."""
    problems = list[Problem]()
    for column in (c for c in TABLES[name].columns if c.name in frame):
        texts = frame[column.name]
        if column.kind == "id":
            problems += _damaged(sheet, column.name, texts)
        elif column.kind == "date" and sheet.epoch is None:
            problems += _uncounted(sheet, column.name, texts)
        elif column.kind == "yes/no" and foreign(column, texts):
            what = "what stands here is no yes or no, so that a count of either would be wrong"
            todo = f'Say what each means in the recipe: [tables.{name}.codes.{column.name}] "1" = "yes" …; '
            todo += f'or, for something else, [tables.{name}.columns] {column.name} = {{ value = "" }}'
            problems.append(Problem(what, sheet.at(column=column.name), todo))
        elif (
            column.kind == "name" and column.name not in told.allowed and (kind := identifiers.refusal(texts))
        ):
            problems.append(personal(sheet, column.name, kind))
    return problems


def foreign(column: Column, texts: pd.Series) -> bool:
    """Whether a column of numbers, or of yes or no, holds something else (bands, a scale), but for slips."""
    read, number, counts = values.reader(column), column.kind == "whole number", texts.value_counts()
    said = [(t, n) for text, n in counts.items() if not values.is_blank(t := values.tidy(str(text)))]
    said = [(t, n) for t, n in said if not _UNKNOWN.fullmatch(t)]
    odd = sum(n for t, n in said if read(t)[0] is None and (number or column.needed or re.search(r"\d", t)))
    both = not number and len({read(t)[0] for t, _ in said} - {None}) > 1
    return bool(odd > max(1, (0.5 if both else 0.1) * sum(n for _, n in said)))


def _damaged(sheet: Sheet, column: str, texts: pd.Series) -> list[Problem]:
    """Return what a spreadsheet did to identifiers, but for those in rows that are kept."""
    for done, pattern, most in _DAMAGED:
        hit = texts.str.fullmatch(pattern).to_numpy(bool, na_value=False)
        rows = [n for n in texts.index[hit].tolist() if n not in sheet.layout.keep_rows]
        if rows and hit.mean() <= most:
            what = f"a spreadsheet has {done} identifiers, so that people can no longer be told apart"
            todo = "Export again, and do not open the file in a spreadsheet program before that; or say in "
            todo += f"the recipe: {sheet.line('skip_rows', rows[:8])}, or keep_rows if they are written so"
            return [Problem(what, sheet.at(rows, column), todo)]
    return []


def _uncounted(sheet: Sheet, column: str, texts: pd.Series) -> list[Problem]:
    """Return the problem of a column of numbers of days since nobody knows when."""
    distinct = [t.strip() for t in texts.dropna().unique().tolist() if t.strip()]
    numbers = [int(number[1]) for text in distinct if (number := dates.SERIAL.fullmatch(text))]
    if 2 * len(numbers) <= len(distinct):
        return []
    ends = [timedelta(min(numbers)), timedelta(max(numbers))]
    spans = {f"{n} ({day})": [str((day + end).year) for end in ends] for n, day in dates.EPOCHS.items()}
    by = "; ".join(f"{count}: {' to '.join(years)}" for count, years in spans.items())
    what = f"days are written as numbers, and it is not known what they count from. By that of {by}"
    line = sheet.line("days_since", '"1960-01-01"')
    return [Problem(what, sheet.at(column=column), f"Say which in the recipe: {line}")]


def personal(sheet: Sheet, column: str, kind: str) -> Problem:
    """Return the problem of a column that holds personal data of a kind, with the lines that settle it."""
    todo = f'Delete the column from the export, or say in the recipe: left_out = ["{column}"]'
    todo += f'; or, if it is nobody\'s, allowed = ["{column}"]'
    return Problem(f"this looks like {kind}, which is not taken in", sheet.at(column=column), todo)
