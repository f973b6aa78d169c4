"""Which rows of a sheet are headings: where they seem to be, what they say, and where they come again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ut_research.core.problems import stop
from ut_research.reading.grids import Sheet

#: What Qualtrics writes into each cell of its third row of headings.
_QUALTRICS = '{"ImportId"'


def rows(grid: Sheet) -> tuple[int, ...]:
    """Return the rows that seem to be headings: below a title, and two where the first has groups."""
    top = grid.frame.iloc[:15].fillna("")
    numbers, cells = top.index.tolist(), top.to_numpy(str)
    first = next((i for i, row in enumerate(cells) if (row != "").sum() > 1), None)
    if first is None or grid.headings:
        return (1,)
    if of_qualtrics(grid):
        return 1, 2, 3
    if numbers[first + 1 : first + 2] == [numbers[first] + 1]:
        upper, lower = cells[first], cells[first + 1]
        completed = int(((upper == "") & (lower != "")).sum())
        grouped = 2 * completed > len(upper) or "Open-Ended Response" in lower
        if grouped and all(re.search(r"[^\W\d_]", text) for text in lower if text):
            return numbers[first], numbers[first] + 1
    return (numbers[first],)


def of_qualtrics(grid: Sheet) -> bool:
    """Whether the first three rows are headings as Qualtrics writes them: name, question, import code."""
    if grid.frame.index[:3].tolist() != [1, 2, 3]:
        return False
    codes = grid.frame.iloc[2].dropna()
    return len(codes) > 0 and all(str(code).startswith(_QUALTRICS) for code in codes)


def names(grid: Sheet, at: Sequence[int]) -> tuple[str, ...]:
    """Return the headings: the texts of the rows `at` from top to bottom, joined; merged cells are filled."""
    if grid.headings:
        return grid.headings
    top = grid.frame[grid.frame.index.isin(at)].fillna("").astype(object).copy()
    if len(top) == 3 and of_qualtrics(grid):
        numbered = top.iloc[0].str.fullmatch(r".*_\d+")  # one of several of a question: only names differ
        return tuple(t.strip() for t in top.iloc[1].where(~numbered & (top.iloc[1] != ""), top.iloc[0]))
    for r1, c1, r2, c2 in grid.merged:
        if r1 in top.index:
            for r in (r for r in top.index if r1 <= r <= r2):
                top.loc[r, c1:c2] = str(top.loc[r1, c1])
    if not grid.merged:  # a file of text has lost what was merged
        for upper, lower in zip(top.index[:-1], top.index[1:], strict=True):
            group = ""
            for i in top.columns:
                group = top.loc[upper, i] or (group if top.loc[lower, i] else "")
                top.loc[upper, i] = group
    columns = (list(dict.fromkeys(text.strip() for text in top[i] if text.strip())) for i in top.columns)
    return tuple(" ".join(" ".join(parts).split()) if len(parts) > 1 else "".join(parts) for parts in columns)


def without_repeats(sheet: Sheet) -> Sheet:
    """Return the sheet without the rows that are its headings once more.

    Raises
    ------
    ProblemsFound : a row holds these headings in another order, or those of another table.
    """
    named = {i: h.casefold() for i, h in enumerate(sheet.headings) if h}
    if len(named) < 2 or not len(sheet.frame):
        return sheet
    at, heads, again = min(named), {*named.values()}, list[int]()
    first = sheet.frame[at].str.strip().str.lower()
    like = sheet.frame[first.isin([h.lower() for h in heads]).to_numpy(bool, na_value=False)]
    for n, row in zip(like.index.tolist(), like.fillna("").to_numpy(), strict=True):
        cells = {i: str(cell).strip().casefold() for i, cell in enumerate(row)}
        known, filled = sum(cell in heads for cell in cells.values()), sum(map(bool, cells.values()))
        if all(cells[i] == h for i, h in named.items()):
            again.append(n)
        elif n not in sheet.layout.keep_rows and (cells[at] == named[at] or 1 < known > filled / 2):
            what = "headings of another table seem to begin here, so that the rows below are not of these"
            todo = f"Say it in the recipe: {sheet.line('last_row', n - 1)}, "
            todo += f'and [sheets."more"] of = "{sheet.name}", heading_rows = [{n}]; else keep_rows'
            raise stop(what, sheet.at([n]), todo)
    return sheet.without(again, "headings again", "they are the headings, once more")
