"""A first draft of `columns.toml`, by likeness of headings; a person mends it and keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rapidfuzz import fuzz, process

from ut_research.core.problems import ProblemsFound, stop
from ut_research.core.schema import TABLES, Column, Table
from ut_research.reading import dates, identifiers, values
from ut_research.reading.export import files, shown
from ut_research.reading.files import read as read_sheets
from ut_research.reading.grids import Sheet
from ut_research.reading.mapping import plain

#: Likeness (0 to 100) from which a match is sure, and below which it is none.
SURE, LEAST = 88, 60
#: Codes are listed only where a column has few and none is rare: rare ones can point to a person.
MOST_CODES, LEAST_EACH = 12, 5

#: What organisations call the dictionary's columns, beside its own names.
_ALSO = {
    "participant_id": (
        "client id",
        "service user id",
        "unique id",
        "reference",
        "person id",
        "case id",
        "urn",
    ),
    "referral_date": ("date referred", "date of referral", "referred on"),
    "partner": ("organisation", "provider", "trust", "club", "delivery partner"),
    "area": ("district", "town", "locality", "local authority"),
    "gender": ("sex",),
    "age_at_referral": ("age",),
    "date_of_birth": ("dob", "birth date"),
    "ethnicity": ("ethnic group", "ethnic origin"),
    "registered_date": ("date registered", "registration date", "enrolment date"),
    "exit_date": ("date left", "end date", "closure date", "date closed"),
    "exit_reason": ("reason for leaving", "closure reason"),
    "timepoint": ("time point", "stage", "wave"),
    "completed_date": ("date completed", "date of questionnaire"),
    "active_days": ("days active", "sim", "physical activity days"),
    "reoffended": ("reoffence", "reconvicted", "re offended"),
    "reoffence_date": ("date of reoffence", "date of offence"),
    "followed_up_to": ("follow up end", "end of follow up"),
    "start_date": ("date started",),
    "outcome": ("outcome type",),
}


def draft(path: Path | str) -> str:
    """Return the text of a `columns.toml` for the export at `path`, with a comment wherever it is unsure.

    No cell of an identifier, date, name or text is shown; the codes of a coded column are, where they are few
    and each occurs often.

    Raises
    ------
    ProblemsFound : a file of the export cannot be read.
    """
    lines = [
        "# Drafted by likeness of headings. Read and mend every line; keep it as columns.toml in the export."
    ]
    taken: set[str] = set()
    found = files(Path(path))[0]
    if not found:
        raise stop("there is no file to draft from", Path(path).name, "Put CSV, SPSS or workbook files there")
    for file in found:
        for sheet in read_sheets(file):
            table, likeness = _table(sheet, taken)
            if table is None:
                lines += ["", f"# {_line(shown(sheet.name, 'a sheet'))}: like no table; it will not be read"]
                continue
            if sheet.problems:
                raise ProblemsFound(sheet.problems)
            if any(day.day for day in dates.read_days([h for h in sheet.headings if h])):
                raise stop(
                    "this looks like data, not headings", f"{sheet.place}, row 1", "Put headings above it"
                )
            taken.add(table.name)
            lines += ["", *_draft_table(sheet, table, likeness)]
    return "\n".join(lines) + "\n"


def _table(sheet: Sheet, taken: set[str]) -> tuple[Table | None, float]:
    """Return the table that a sheet most likely holds, by its name and its columns, and how likely."""
    best: tuple[float, str] = (0.0, "")
    for name in (n for n in TABLES if n not in taken):
        columns = TABLES[name].columns
        found = sum(_match(c, sheet)[1] >= SURE for c in columns)
        best = max(best, (max(fuzz.ratio(plain(sheet.name), name), 100 * found / min(len(columns), 6)), name))
    return (TABLES[best[1]], min(best[0], 100.0)) if best[0] >= LEAST - 10 else (None, 0)


def _match(column: Column, sheet: Sheet) -> tuple[int, float]:
    """Return the position of the heading most like `column`, and how like it is (0 to 100)."""
    headings = {i: plain(h).replace("_", " ") for i, h in enumerate(sheet.headings) if h}
    best: tuple[float, int] = (0.0, -1)
    for i, name in enumerate((column.name.replace("_", " "), *_ALSO.get(column.name, ()))):
        if found := process.extractOne(name, headings, scorer=fuzz.token_sort_ratio):
            score = found[1] if i == 0 or found[1] == 100 else min(found[1], SURE - 1)
            best = max(best, (score, -found[2]))
    return -best[1], best[0]


def _draft_table(sheet: Sheet, table: Table, likeness: float) -> Iterator[str]:
    unsure = "" if likeness >= SURE else f"   # unsure: {likeness:.0f}% like"
    yield f"[tables.{table.name}]{unsure}"
    if plain(sheet.name) != table.name:
        yield f"file = {_text(sheet.name)}"
    matches = {c.name: _match(c, sheet) for c in table.columns}
    owner: dict[int, str] = {}
    for name, (i, score) in sorted(matches.items(), key=lambda m: -m[1][1]):
        if score >= LEAST and i not in owner:
            owner[i] = name
    found = {name: i for i, name in owner.items()}
    yield ""
    yield f"[tables.{table.name}.columns]"
    for column in table.columns:
        if column.name not in found:
            yield f'# {column.name} = ""   # no heading is like it' + (
                "; it is needed" if column.needed else ""
            )
        elif plain(heading := sheet.headings[found[column.name]]) != column.name:
            score = matches[column.name][1]
            sure = "" if score >= SURE else f"   # unsure: {score:.0f}% like"
            # an unsure heading that cannot be shown is left for the person to write
            yield (
                f"{column.name} = {_text(heading)}{sure}"
                if shown(heading, "")
                else f'# {column.name} = ""{sure}'
            )
    for i, heading in enumerate(sheet.headings):
        if heading and i not in owner:
            personal = (
                "; looks personal: delete it from the export" if identifiers.personal_heading(heading) else ""
            )
            yield f"# not matched: {_line(shown(heading, f'column {i + 1}'))}{personal}"
    for column in table.columns:
        if column.kind in ("code", "yes/no") and column.name in found:
            yield from _codes(sheet, table, column, found[column.name])


def _codes(sheet: Sheet, table: Table, column: Column, position: int) -> Iterator[str]:
    """List the codes of a column that cleaning cannot read, each with the likeliest meaning."""
    counts = sheet.frame[position].map(values.tidy, na_action="ignore").value_counts()
    if not 0 < len(counts) <= MOST_CODES or counts.min() < LEAST_EACH:
        return
    read = values.reader(column)
    codes = [str(c) for c in counts.index if not values.is_blank(str(c)) and read(str(c))[0] is None]
    if codes:
        yield ""
        yield f"[tables.{table.name}.codes.{column.name}]   # each is one of: {', '.join(column.allowed)}"
    for code in sorted(codes):
        guess = process.extractOne(code.casefold(), column.allowed, scorer=fuzz.WRatio)
        yield f"{_text(code)} = {_text(guess[0])}   # unsure: {guess[1]:.0f}% like"


def _text(value: str) -> str:
    """Return a TOML string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _line(value: str) -> str:
    return " ".join(value.split())
