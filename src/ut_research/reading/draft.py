"""A first draft of a recipe, by likeness of headings: what is sure, what is guessed, and what is left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from os.path import commonprefix
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz, process

from ut_research.core.problems import ProblemsFound, stop
from ut_research.core.schema import GROUPS, NEEDS, TABLES, Column, Table
from ut_research.reading import dates, draft_form, headings, identifiers, structure, values
from ut_research.reading.draft_lines import Line, comment, names, of_table, owners, spellings, toml, unsure
from ut_research.reading.files import read_grids
from ut_research.reading.folder import Tell, each, files, shown, unread
from ut_research.reading.grids import Sheet
from ut_research.reading.layout import lay_out
from ut_research.reading.likeness import LEAST, SURE, WORDS
from ut_research.reading.recipe import Layout
from ut_research.reading.refusals import foreign, lacking
from ut_research.reading.values import plain

#: What a column of numbers is called that may be people's.
_NUMBERS = ("id", "no", "no.", "number", "#")
#: What the column may be called that says whether a session took place, or an outcome was reached.
_HELD = re.compile(r"attend|status|achiev|present|complet|reached|show", re.I)
#: What in the name of a sheet or file says when.
_WHEN = re.compile(r"\d+|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|q)[a-z]*|[\W_]", re.I)
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
    few and each occurs often. What is too unsure is a comment; what is accepted is confirmed.
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
    layouts = {sheet.name: sheet.layout.heading_rows for sheet in sheets if sheet.layout.heading_rows}
    lines, left_out = list[str](), list[str]()
    lines += [f"\n[sheets.{toml(name)}]\nheading_rows = {list(rows)}" for name, rows in layouts.items()]
    for told in _tables(sheets, left_out).values():
        lines += map(str, told)
    head = ["# Drafted by likeness of headings: look through every line, first those unsure or guessed."]
    if accept or any(mark in one for one in lines for mark in UNSURE):
        head.append(f"confirmed = {str(accept).lower()}")
    if left_out:
        head.append(f"left_out = {toml(list(dict.fromkeys(left_out)))}")
    return "\n".join([*head, *lines]) + "\n"


def _tables(sheets: list[Sheet], left_out: list[str]) -> dict[str, list[Line]]:
    """Return the lines of each table, and what is said of sheets that are none; add to what is `left_out`."""
    parts, tables = list[_Part](), {"": list[Line]()}
    times = Counter(plain(sheet.name) for sheet in sheets)
    codes = {name: told for sheet in sheets for name, told in draft_form.choices(sheet).items()}
    kinds: dict[tuple[str, ...], list[Sheet]] = {}
    for sheet in sheets:
        kinds.setdefault(sheet.headings or (sheet.place,), []).append(sheet)
    for alike in kinds.values():
        called = [s.name if times[plain(s.name)] == 1 else f"{s.file}/{s.name}" for s in alike]
        whole = replace(alike[0], frame=pd.concat([s.frame for s in alike], ignore_index=True))
        several, used = draft_form.draft(whole, spellings(called), codes, *names(alike))
        tables[""] += several.pop("", [])
        for name, told in several.items():
            tables[name] = max(tables.get(name, []), told, key=_columns)
        spare = {i: h for i, h in enumerate(whole.headings) if several and i not in used}
        left_out += [h for h in spare.values() if shown(h, "")]
        for table in (t for name, t in TABLES.items() if spare and name not in several):
            if len(own := owners(table, spare, WORDS, whole.days)) > 1:
                tables[""].append(_lacks(whole.name, table, ["participant_id", *own]))
        for sheet in () if several else alike:
            tables[""] += _sort(sheet, parts)
    for part in parts:
        known, name = _kind(part.table, part.sheets[0]), part.sheets[0].name
        if lack := lacking(part.table, known):
            tables[""].append(_lacks(name, part.table, known))
        read = not lack or plain(name) == part.table.name
        if read and len(known) >= _columns(tables.get(part.table.name, [])):
            tables[part.table.name] = list(_draft_table(part, left_out))
    return tables


def _lacks(sheet: str, table: Table, known: Collection[str]) -> Line:
    """Return the line that says what a sheet lacks that is otherwise like a table."""
    but = f"like {table.name}, but for {', '.join(lacking(table, {*known}))}"
    left = "say which heading has it" if plain(sheet) == table.name else "it will not be read"
    return comment(f"{shown(sheet, 'a sheet')}: {but}; {left}")


def _columns(lines: list[Line]) -> int:
    """Return of how many columns the lines of a table speak."""
    return sum(one.key.startswith("columns.") for one in lines)


def guesses(recipe: str) -> list[str]:
    """Return the lines of a draft that a person should look at."""
    lines = recipe.splitlines()
    marked = [one for one in lines if any(mark in one for mark in UNSURE) and one[0] != "#"]
    return [one for one in lines if one.startswith(NOT_TAKEN)] + marked


def laid_out(file: Path) -> Iterator[Sheet]:
    """Give each sheet of a file, by the rows that seem to be its headings."""
    try:
        grids = read_grids(file)
    except ProblemsFound:
        if file.suffix.lower() != ".txt":
            raise
        grids = []  # a note
    for grid in grids:
        rows = headings.rows(grid)
        layouts = (
            {} if rows == (1,) or headings.of_qualtrics(grid) else {grid.name: Layout(heading_rows=rows)}
        )
        for sheet in lay_out(grid, layouts):
            yield replace(structure.without_totals(sheet.labelled()), file=file.stem)


def refuse_data(sheet: Sheet) -> None:
    """Refuse a sheet that cannot be used, or whose headings are data: days, or what stands below too."""
    structure.refuse(sheet)
    heads = [(h, sheet.frame[i]) for i, h in enumerate(sheet.headings) if h]
    dated = any(day.day for day in dates.read_days([h for h, _ in heads]))
    if dated or any(
        ((cells == h).any() and cells.nunique() > 1) or _numbered(h, cells) for h, cells in heads
    ):
        place = f"{sheet.place}, {sheet.head}"
        raise stop("this looks like data, not headings", place, "Put headings above it")


def _numbered(heading: str, cells: pd.Series) -> bool:
    """Whether a heading is made of letters and digits as the identifiers below it are."""

    def form(text: str) -> str:
        return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", text))

    own, below = form(heading), cells.dropna().iloc[:100].map(form)
    return "a" in own and "0" in own and cells.nunique() > 1 and (below == own).mean() >= 0.9


def _sort(sheet: Sheet, parts: list[_Part]) -> list[Line]:
    """Put a sheet of one table with those of its kind, or by itself; a line where it is like no table."""
    table, likeness = _table(sheet, {part.table.name for part in parts})
    alike = next((p for p in parts if len(_kind(p.table, sheet)) > 2
                  and _kind(p.table, sheet) == _kind(p.table, p.sheets[0])), None)  # fmt: skip
    if alike is None and table is None:
        return [comment(f"{shown(sheet.name, 'a sheet')}: like no table; it will not be read")]
    refuse_data(sheet)
    if alike is not None and (table is None or plain(sheet.name) != table.name):
        alike.sheets.append(sheet)
    elif table is not None:
        parts.append(_Part([sheet], table, likeness))
    return []


def _kind(table: Table, sheet: Sheet) -> frozenset[str]:
    """Return the columns of a table for which a sheet has a heading; the day tells which questionnaire."""
    found = frozenset(_owners(table, sheet, WORDS))
    answered = "completed_date" in found and any(table.column(n).kind == "whole number" for n in found)
    return found | {"timepoint"} if answered else found


def _owners(table: Table, sheet: Sheet, least: float) -> dict[str, tuple[int, float]]:
    """Return the heading of each column of a table; a number alone is a person's where each row is one."""
    found = owners(table, dict(enumerate(sheet.headings)), least, sheet.days)
    found = {n: at for n, at in found.items() if (column := table.column(n)).kind != "whole number"
             or plain(sheet.headings[at[0]]) == n or not foreign(column, sheet.frame[at[0]])}  # fmt: skip
    if table.name == "participants" and found.get("participant_id", (0, 0.0))[1] < WORDS:
        for i, heading in enumerate(sheet.headings):
            if plain(heading) in _NUMBERS and sheet.frame[i].is_unique:
                return found | {"participant_id": (i, float(WORDS))}
    return found


def _table(sheet: Sheet, taken: set[str]) -> tuple[Table | None, float]:
    """Return the table that a sheet most likely holds, by its name and its columns, and how likely."""
    shares = {n: (len(own := _kind(t, sheet)) - len(lacking(t, own))) / min(len(t.columns), 6)
              for n, t in TABLES.items() if n not in taken}  # fmt: skip
    likely = ((max(fuzz.ratio(plain(sheet.name), n), 100 * share), n) for n, share in shares.items())
    score, name = max(likely, default=(0.0, ""))
    return (TABLES[name], min(score, 100.0)) if score >= LEAST - 10 else (None, 0)


def _draft_table(part: _Part, left_out: list[str]) -> Iterator[Line]:
    """Give the lines of the table that sheets of a kind hold; what looks personal is added to `left_out`."""
    table, sheet = part.table, part.sheets[0]
    file = Line("file", "" if plain(sheet.name) == table.name else sheet.name)
    owned = [_owners(table, s, LEAST) for s in part.sheets]
    ticks, used = list[Line](), set[int]()
    if table.name == "needs" and all(owned[0].get(n, (0, 0.0))[1] < WORDS for n in NEEDS):
        ticks, used = draft_form.ticks(sheet)
        owned[0] = {n: at for n, at in owned[0].items() if at[0] not in used}
    lines = [one for column in table.columns for one in _column(part, column, owned)]
    spare = {h: i for s, o in zip(part.sheets, owned, strict=True) for i, h in enumerate(s.headings)
             if h and i not in {at for at, _ in o.values()} | used and plain(h) not in GROUPS}  # fmt: skip
    lines += _not_held(part, spare)
    for heading, i in spare.items():
        personal = "; looks personal: left out" * identifiers.personal_heading(heading)
        left_out += [heading] if personal and shown(heading, "") else []
        lines.append(comment(f"not matched: {shown(heading, f'column {i + 1}')}{personal}"))
    for column in table.columns:
        if column.kind in ("code", "yes/no") and column.name in owned[0]:
            lines += _codes(sheet, table, column, owned[0][column.name][0])
    lines += ticks
    file = _files([s.name for s in part.sheets]) if len(part.sheets) > 1 else file
    hidden = any(note.rule == "hidden sheet" for s in part.sheets for note in s.notes)
    sure = "guessed: a sheet of it is hidden" if hidden else unsure(part.likeness)
    yield from of_table(table.name, file, lines, lambda heading: _texts(part, heading), sure)


def _not_held(part: _Part, spare: Iterable[str]) -> Iterator[Line]:
    """Leave out the rows of sessions and outcomes that a column says did not come to be: a guess."""
    held = [h for h in spare if _HELD.search(h) and part.table.name in ("sessions", "outcomes")]
    for heading in held[:1]:
        left = sorted(filter(values.not_so, said := {values.tidy(t) for t in _texts(part, heading)}))
        note = f"guessed: {'these' if left else 'none of its words'} say that it did not come to be"
        yield from [Line("without", {heading: left}, note)] * (len(said) > 1)


def _texts(part: _Part, heading: str) -> list[str]:
    """Return what stands below a heading in any of the sheets."""
    found = [s.frame[i] for s in part.sheets for i, own in enumerate(s.headings) if own == heading]
    return [str(text) for cells in found for text in cells.dropna().unique()]


def _column(part: _Part, column: Column, owned: list[dict[str, tuple[int, float]]]) -> list[Line]:
    """Return the line of a column: its heading, or the spellings of it in several files."""
    found = [(s, *o[column.name]) for s, o in zip(part.sheets, owned, strict=True) if column.name in o]
    key = f"columns.{column.name}"
    if not found and column.name == "partner":
        by, called = names(part.sheets)
        if len({_WHEN.sub("", name) for name in called}) > 1:
            return [Line(key, {by: True}, f"guessed: a {by.removesuffix('_name')} for each")]
    days = [o.get("completed_date", (0, 0.0))[1] for o in owned]
    if not found and column.name == "timepoint" and min(days) >= WORDS:
        return [Line(key, {"order_of": "completed_date"})]
    headings = dict.fromkeys(s.headings[i] for s, i, _ in found)
    if [plain(h) for h in headings] in ([], [column.name]) or not all(shown(h, "") for h in headings):
        return []  # none; our own; or one that cannot be shown, which is left for the person to write
    score = min(score for *_, score in found)
    left = "# left out, too unsure: " * (score < WORDS)
    return [Line(f"{left}{key}", spellings(headings), unsure(score))]


def _files(names: list[str]) -> Line:
    """Return the names of several files: as a pattern where they end alike, so that more are read too."""
    ends = [name.split()[::-1] for name in names]
    alike = commonprefix(ends)[: min(map(len, ends)) - 1]  # noqa: RUF071  (of lists of words)
    return Line("file", " ".join(["*", *alike[::-1]]), "guessed") if alike else Line("file", names)


def _codes(sheet: Sheet, table: Table, column: Column, position: int) -> Iterator[Line]:
    """List the codes of a column that cleaning cannot read, each with the likeliest meaning."""
    counts = sheet.frame[position].map(values.tidy, na_action="ignore").value_counts()
    if not 0 < len(counts) <= identifiers.MOST_CODES or counts.min() < identifiers.LEAST_EACH:
        return
    read = values.reader(column)
    codes = [str(c) for c in counts.index if not values.is_blank(str(c)) and read(str(c))[0] is None]
    if identifiers.like_names(codes):
        yield comment(f"the codes of {column.name} may be names of people, and are not shown")
        return
    if codes:
        section = f"\n[tables.{table.name}.codes.{column.name}]"
        yield Line("", section, f"each is one of: {', '.join(column.allowed)}")
    for code in sorted(codes):
        guess = process.extractOne(code.casefold(), column.allowed, scorer=fuzz.token_sort_ratio)
        left = "# left out, too unsure: " * (guess[1] < SURE)
        yield Line(f"{left}{toml(code)}", guess[0], f"unsure: {guess[1]:.0f}% like")
