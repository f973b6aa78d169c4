"""A first draft of a recipe, by likeness of headings: what is sure, what is guessed, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from os.path import commonprefix
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz, process

from ut_research.core.problems import ProblemsFound, stop
from ut_research.core.schema import GROUPS, TABLES, Column, Table
from ut_research.reading import dates, draft_layouts, identifiers, structure, values
from ut_research.reading.draft_layouts import Line, line, spellings, toml
from ut_research.reading.export import Tell, each, files, shown, unread
from ut_research.reading.files import read_grids
from ut_research.reading.grids import Sheet, lay_out
from ut_research.reading.likeness import LEAST, SURE, WORDS, match
from ut_research.reading.recipe import Layout
from ut_research.reading.values import plain

#: Codes are listed only where a column has few and none is rare: rare ones can point to a person.
MOST_CODES, LEAST_EACH = 12, 5
#: What marks a line that a person should look at.
UNSURE, NOT_TAKEN = ("# unsure", "# guessed"), "# not taken"


@dataclass
class _Part:
    """Sheets of one kind, the table that they seem to hold, and how likely."""

    sheets: list[Sheet]
    table: Table
    likeness: float


def draft(path: Path | str, *, accept: bool = False, tell: Tell = str) -> str:
    """Return the text of a recipe for the export at `path`, with a comment wherever it is unsure.

    No cell of an identifier, date, name or text is shown; the codes and ticks of a column are, where they are
    few and each occurs often. One that is accepted is confirmed, without the codes that are mere guesses.
    `tell` is given the name of each file, as in `export.read`.

    Raises
    ------
    ProblemsFound : a file of the export cannot be read.
    """
    found, others = files(Path(path))
    if not found:
        raise stop(
            f"there is no file to draft from{unread(others)}",
            Path(path).name,
            "Put CSV, SPSS or workbook files there",
        )
    sheets = [one for file in each(found, tell) for one in laid_out(file)]
    layouts, left_out = {sheet.name: rows for sheet, rows in sheets if rows != [1]}, list[str]()
    lines = [f"\n[sheets.{toml(name)}]\nheading_rows = {rows}" for name, rows in layouts.items()]
    for told in _tables([sheet for sheet, _ in sheets], accept, left_out).values():
        lines += map(str, told)
    head = ["# Drafted by likeness of headings: look through every line, first those unsure or guessed."]
    if accept or any(mark in one for one in lines for mark in UNSURE):
        head.append(f"confirmed = {str(accept).lower()}")
    if left_out:
        head.append(f"left_out = {toml(list(dict.fromkeys(left_out)))}")
    return "\n".join([*head, *lines]) + "\n"


def _tables(sheets: list[Sheet], accept: bool, left_out: list[str]) -> dict[str, list[Line]]:
    """Return the lines of each table, and what is said of sheets that are none; add to what is `left_out`."""
    parts, tables = list[_Part](), {"": list[Line]()}
    names = Counter(plain(sheet.name) for sheet in sheets)
    codes = {name: told for sheet in sheets for name, told in draft_layouts.choices(sheet).items()}
    kinds: dict[tuple[str, ...], list[Sheet]] = {}
    for sheet in sheets:
        kinds.setdefault(sheet.headings or (sheet.place,), []).append(sheet)
    for alike in kinds.values():
        called = [s.name if names[plain(s.name)] == 1 else f"{s.file}/{s.name}" for s in alike]
        whole = replace(alike[0], frame=pd.concat([s.frame for s in alike], ignore_index=True))
        several, used = draft_layouts.draft(whole, spellings(called), codes)
        tables[""] += several.pop("", [])
        for table, told in several.items():
            tables[table] = max(tables.get(table, []), told, key=_columns)
        left_out += [h for i, h in enumerate(whole.headings) if several and i not in used and shown(h, "")]
        for sheet in () if several else alike:
            tables[""] += _sort(sheet, parts)
    for part in parts:
        known = _kind(part.table, part.sheets[0])
        missing = sorted({c.name for c in part.table.columns if c.needed} - known)
        if accept and missing:
            but = f"like {part.table.name}, but for {', '.join(missing)}; it will not be read"
            tables[""].append(Line("", f"# {line(shown(part.sheets[0].name, 'a sheet'))}: {but}"))
        elif len(known) >= _columns(tables.get(part.table.name, [])):
            tables[part.table.name] = list(_draft_table(part, accept))
            left_out += _personal(part)
    return tables


def _columns(lines: list[Line]) -> int:
    """Return of how many columns the lines of a table speak."""
    return sum(one.key.startswith("columns.") for one in lines)


def _personal(part: _Part) -> list[str]:
    """Return the headings of personal data that no column of the table asks for."""
    headings = dict.fromkeys(h for s in part.sheets for h in s.headings if identifiers.personal_heading(h))
    asked = {h for h in headings for c in part.table.columns if match(c, {0: h})[1] >= SURE}
    return [h for h in headings if h not in asked and shown(h, "")]


def unsure(recipe: str) -> list[str]:
    """Return the lines of a draft that a person should look at."""
    lines = recipe.splitlines()
    marked = [one for one in lines if any(mark in one for mark in UNSURE) and one[0] != "#"]
    return [one for one in lines if one.startswith(NOT_TAKEN)] + marked


def laid_out(file: Path) -> Iterator[tuple[Sheet, list[int]]]:
    """Give each sheet of a file with the rows that seem to be its headings."""
    try:
        grids = read_grids(file)
    except ProblemsFound:
        if file.suffix.lower() != ".txt":
            raise
        grids = []  # a note
    for grid in grids:
        rows = draft_layouts.heading_rows(grid)
        layouts = {grid.name: Layout(heading_rows=tuple(rows))} if rows != [1] else {}
        for sheet in lay_out(grid, layouts):
            yield replace(structure.without_totals(sheet), file=file.stem), rows


def refuse_data(sheet: Sheet) -> None:
    """Refuse a sheet that cannot be used, or whose headings are data: days, or what stands below too."""
    structure.refuse(sheet)
    heads = [(h, sheet.frame[i]) for i, h in enumerate(sheet.headings) if h]
    dated = any(day.day for day in dates.read_days([h for h, _ in heads]))
    if dated or any((cells == h).any() and cells.nunique() > 1 for h, cells in heads):
        place = f"{sheet.place}, {sheet.head}"
        raise stop("this looks like data, not headings", place, "Put headings above it")


def _sort(sheet: Sheet, parts: list[_Part]) -> list[Line]:
    """Put a sheet of one table with those of its kind, or by itself; a line where it is like no table."""
    table, likeness = _table(sheet, {part.table.name for part in parts})
    alike = next((p for p in parts if len(_kind(p.table, sheet)) > 2
                  and _kind(p.table, sheet) == _kind(p.table, p.sheets[0])), None)  # fmt: skip
    if alike is None and table is None:
        return [Line("", f"\n# {line(shown(sheet.name, 'a sheet'))}: like no table; it will not be read")]
    refuse_data(sheet)
    if alike is not None and (table is None or plain(sheet.name) != table.name):
        alike.sheets.append(sheet)
    elif table is not None:
        parts.append(_Part([sheet], table, likeness))
    return []


def _kind(table: Table, sheet: Sheet) -> frozenset[str]:
    """Return the columns of a table for which a sheet has a heading."""
    headings = dict(enumerate(sheet.headings))
    return frozenset(c.name for c in table.columns if match(c, headings)[1] >= WORDS)


def _table(sheet: Sheet, taken: set[str]) -> tuple[Table | None, float]:
    """Return the table that a sheet most likely holds, by its name and its columns, and how likely."""
    shares = {n: len(_kind(t, sheet)) / min(len(t.columns), 6) for n, t in TABLES.items() if n not in taken}
    likely = ((max(fuzz.ratio(plain(sheet.name), n), 100 * share), n) for n, share in shares.items())
    score, name = max(likely, default=(0.0, ""))
    return (TABLES[name], min(score, 100.0)) if score >= LEAST - 10 else (None, 0)


def _draft_table(part: _Part, accept: bool) -> Iterator[Line]:
    table, sheet, several = part.table, part.sheets[0], len(part.sheets) > 1
    mark = "" if part.likeness >= SURE else f"unsure: {part.likeness:.0f}% like"
    yield Line("", f"\n[tables.{table.name}]", mark)
    if several:
        yield _files([s.name for s in part.sheets])
    elif plain(sheet.name) != table.name:
        yield Line("file", sheet.name)
    owners = [_owners(s, table) for s in part.sheets]
    yield Line("", f"\n[tables.{table.name}.columns]")
    for column in table.columns:
        yield from _column(part, column, owners, accept)
    for i, heading in enumerate(sheet.headings):
        if heading and i not in {at for at, _ in owners[0].values()} and plain(heading) not in GROUPS:
            personal = "; looks personal: left out" if identifiers.personal_heading(heading) else ""
            yield Line("", f"# not matched: {line(shown(heading, f'column {i + 1}'))}{personal}")
    for column in table.columns:
        if column.kind in ("code", "yes/no") and column.name in owners[0]:
            yield from _codes(sheet, table, column, owners[0][column.name][0], accept)


def _owners(sheet: Sheet, table: Table) -> dict[str, tuple[int, float]]:
    """Return the heading of each column and how like it is; a heading goes to one column, the likest."""
    matches = {c.name: match(c, dict(enumerate(sheet.headings))) for c in table.columns}
    owner: dict[int, str] = {}
    for name, (i, score) in sorted(matches.items(), key=lambda m: -m[1][1]):
        if score >= LEAST and i not in owner:
            owner[i] = name
    return {name: matches[name] for name in owner.values()}


def _column(
    part: _Part, column: Column, owners: list[dict[str, tuple[int, float]]], accept: bool
) -> Iterator[Line]:
    """Give the line of a column: its heading, or the spellings of it in several files."""
    found = [(s, *o[column.name]) for s, o in zip(part.sheets, owners, strict=True) if column.name in o]
    if not found and column.name == "partner" and len(part.sheets) > 1:
        yield Line("partner", {"file_name": True}, "guessed: a file for each")
    elif not found:
        needed = "; it is needed" if column.needed else ""
        yield Line(f"# {column.name}", "", f"no heading is like it{needed}")
    else:
        headings = dict.fromkeys(s.headings[i] for s, i, _ in found)
        if [plain(h) for h in headings] == [column.name]:
            return
        score = min(score for *_, score in found)
        sure = "" if score >= SURE else f"unsure: {score:.0f}% like"
        left = "# left out, too unsure: " if accept and score < WORDS else ""
        if all(shown(h, "") for h in headings):
            yield Line(f"{left}{column.name}", spellings(headings), sure)
        else:  # one that cannot be shown is left for the person to write
            yield Line(f"# {column.name}", "", sure)


def _files(names: list[str]) -> Line:
    """Return the names of several files: as a pattern where they end alike, so that more are read too."""
    ends = [name.split()[::-1] for name in names]
    alike = commonprefix(ends)[: min(map(len, ends)) - 1]  # noqa: RUF071  (of lists of words)
    return Line("file", " ".join(["*", *alike[::-1]]), "guessed") if alike else Line("file", names)


def _codes(sheet: Sheet, table: Table, column: Column, position: int, accept: bool) -> Iterator[Line]:
    """List the codes of a column that cleaning cannot read, each with the likeliest meaning."""
    counts = sheet.frame[position].map(values.tidy, na_action="ignore").value_counts()
    if not 0 < len(counts) <= MOST_CODES or counts.min() < LEAST_EACH:
        return
    read = values.reader(column)
    codes = [str(c) for c in counts.index if not values.is_blank(str(c)) and read(str(c))[0] is None]
    if identifiers.like_names(codes):
        yield Line("", f"# the codes of {column.name} may be names of people, and are not shown")
        return
    if codes:
        section = f"\n[tables.{table.name}.codes.{column.name}]"
        yield Line("", section, f"each is one of: {', '.join(column.allowed)}")
    for code in sorted(codes):
        guess = process.extractOne(code.casefold(), column.allowed, scorer=fuzz.WRatio)
        note = "# left out, too unsure: " if accept and guess[1] < SURE else ""
        yield Line(f"{note}{toml(code)}", guess[0], f"unsure: {guess[1]:.0f}% like")
