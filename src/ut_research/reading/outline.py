"""The shape of an export without its data, for a charity to send: tables, headings, kinds, common codes.

The text is TOML. A code stands in it only where at least as many people as a study asks for have it, and
nothing stands in it of columns that look personal, of identifiers, dates and free text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ut_research.core.schema import TABLES
from ut_research.reading import identifiers
from ut_research.reading.draft import laid_out, refuse_data
from ut_research.reading.draft_lines import toml
from ut_research.reading.folder import Tell, each, files, shown
from ut_research.reading.grids import Sheet
from ut_research.reading.likeness import WORDS, like, match
from ut_research.reading.values import tidy

HEAD = """\
# The shape of an export: how its tables look, and nothing of anybody in them. Read it before it is sent.
# A code stands here where at least {threshold} people have it; distinct counts the others too.
"""
#: Least share of a column's distinct cells that are of a kind, for the column to be.
_MOST = 0.9
_NUMBER = r"[+-]?\d+(?:[.,]\d+)?"
#: Columns whose codes may be words that could be a person's name.
_NAMED = ("partner", "area", "ethnicity")


def outline(path: Path, threshold: int, tell: Tell = str) -> str:
    """Return the shape of the export at `path`; `threshold` is the least number of people who share a code.

    `tell` is given the name of each file, as in `export.read`.

    Raises
    ------
    ProblemsFound : a file cannot be read, or has data in the place of headings.
    """
    lines = [HEAD.format(threshold=threshold)]
    for file in each(files(path)[0], tell):
        for sheet in laid_out(file):
            if sheet.problems:
                lines += [f"# {shown(sheet.name, 'a sheet')}: cannot be read as a table", ""]
                continue
            refuse_data(sheet)
            lines += ["[[table]]", f"file = {toml(shown(file.name, f'a file{file.suffix}'))}"]
            if sheet.name != file.stem:
                lines.append(f"sheet = {toml(shown(sheet.name, 'a sheet'))}")
            seem = f"heading_rows = {list(sheet.seem)}"
            lines += [seem, "columns = [", *_columns(sheet, threshold), "]", ""]
    return "\n".join(lines)


def _columns(sheet: Sheet, threshold: int) -> Iterator[str]:
    """Give a line for each column: its heading, its kind and the codes that enough people share."""
    person = TABLES["participants"].columns[0]
    tidied = sheet.frame.map(tidy, na_action="ignore").replace("", None)
    kinds = [_kind(h, tidied[i], sheet.days[i]) for i, h in enumerate(sheet.headings)]
    ids = [i for i, h in enumerate(sheet.headings) if like(person.name, h) >= WORDS and kinds[i] != "date"]
    if not ids:
        yield "  # no column of an identifier was found: how many people share a code is not known"
    for i, heading in enumerate(sheet.headings):
        cells, kind = tidied[i], "identifier" if i in ids else kinds[i]
        parts: dict[str, object] = {"heading": shown(heading, f"column {i + 1}", 250), "kind": kind}
        if kind in ("code", "several ticks") or (
            kind == "number" and cells.nunique() <= identifiers.MOST_OPTIONS
        ):
            ticks = cells.str.split(";").explode().str.strip() if kind == "several ticks" else cells
            ticks = ticks[ticks != ""]
            parts["distinct"] = ticks.nunique()
            shared = _shared(ticks, [tidied[at] for at in ids], threshold)
            parts |= {"codes": shared} if shared and _harmless(heading, ticks) else {}
        yield f"  {toml(parts)},"


def _kind(heading: str, cells: pd.Series, days: bool | None) -> str:
    """Return what the cells of a column are, in a word."""
    filled = cells.dropna()
    distinct = filled.unique().tolist()
    if not distinct:
        return "blank"
    if identifiers.personal_heading(heading) or identifiers.refusal(filled):
        return "personal"
    if days:
        return "date"
    if all(re.fullmatch(_NUMBER, one) for one in distinct[:1000]):
        return "number"
    if filled.str.contains(";", regex=False).mean() > 1 - _MOST:
        return "several ticks"
    return (
        "code" if len(distinct) <= identifiers.MOST_OPTIONS and 2 * len(distinct) <= len(filled) else "text"
    )


def _shared(cells: pd.Series, ids: list[pd.Series], threshold: int) -> list[str]:
    """Return the codes that at least `threshold` people have, by whichever identifier tells fewest apart."""
    who = [i.reindex(cells.index).str.casefold().str.lstrip("0") for i in ids]
    fewest = pd.DataFrame([w.groupby(cells.array).nunique() for w in who]).min()
    return sorted(str(code) for code in fewest.index[fewest >= threshold])


def _harmless(heading: str, codes: pd.Series) -> bool:
    """Whether codes are of partners or areas, or are not mostly words in capitals, as names are."""
    known = any(match(TABLES["participants"].column(name), {0: heading})[1] >= WORDS for name in _NAMED)
    return known or not identifiers.like_names(codes.dropna().unique().tolist())
