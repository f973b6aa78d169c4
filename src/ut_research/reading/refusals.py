"""Why what a sheet holds of a table cannot be used: columns missing, identifiers destroyed, personal data."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from ut_research.core.problems import Problem
from ut_research.core.schema import ITEMS, TABLES
from ut_research.reading import dates, identifiers
from ut_research.reading.grids import Sheet
from ut_research.reading.recipe import Recipe

#: An identifier as a spreadsheet rounds it (1.23457E+11), or takes it for a day (2020-03-01, 1-Mar, Mar-01);
#: and the most of a column that may be so, for it to be damage.
_DAMAGED = (
    ("rounded", r"\s*\d(?:\.\d+)?[eE]\+\d{2,}\s*", 1.0),
    ("made dates of", r"\d{4}-\d\d-\d\d(?:T.*)?|\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)"
     r"|(?:\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d\d)(?:-\d\d)?", 0.5),
)  # fmt: skip


def missing(sheet: Sheet, name: str, frame: pd.DataFrame, told: Recipe) -> list[Problem]:
    """Return what is wrong with the headings of a table: missing, or in another row."""
    table = TABLES[name]
    ordered = {name for name, rule in told.rule(name).columns.items() if rule.order_of}
    lost = [c.name for c in table.columns if c.needed and c.name not in frame and c.name not in ordered]
    if name == "wemwbs" and not {*ITEMS, "total"} & set(frame):
        lost.append("item_01 to item_14, or total")
    if not lost:
        return []
    if 1 not in sheet.seem and not sheet.layout.heading_rows:
        rows = ", ".join(map(str, sheet.seem))
        todo = f"Say so in the recipe: {sheet.line('heading_rows', [*sheet.seem])}"
        return [Problem(f"the headings are in row {rows}, not in row 1", sheet.place, todo)]
    todo = f"Say in columns.toml which heading it has: [tables.{name}.columns] {lost[0]} = …; "
    todo += "ut-research map drafts it"
    return [
        Problem(f"the table {name} has no column {', '.join(lost)}", f"{sheet.place}, {sheet.head}", todo)
    ]


def unfit(sheet: Sheet, name: str, frame: pd.DataFrame, told: Recipe) -> list[Problem]:
    """Return why columns cannot be used: identifiers destroyed, days from no known day, personal data."""
    problems = list[Problem]()
    for column in (c for c in TABLES[name].columns if c.name in frame):
        texts = frame[column.name]
        if column.kind == "id":
            problems += _damaged(sheet, column.name, texts)
        elif column.kind == "date" and sheet.epoch is None:
            problems += _uncounted(sheet, column.name, texts)
        elif (
            column.kind == "name" and column.name not in told.allowed and (kind := identifiers.refusal(texts))
        ):
            problems.append(personal(sheet, column.name, kind))
    return problems


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
