"""The lines of a drafted recipe, and which heading of a sheet each column of a table has."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ut_research.core.schema import QUOTE, TABLES, Table
from ut_research.reading import dates
from ut_research.reading.grids import Sheet
from ut_research.reading.likeness import SURE, match
from ut_research.reading.values import tidy


@dataclass(frozen=True)
class Line:
    """A line of a recipe: a key with its value, and what a person should know of it; without a key, words."""

    key: str
    value: Any
    note: str = ""

    def __str__(self) -> str:
        told = f"{self.key} = {toml(self.value)}" if self.key else str(self.value)
        return f"{told}   # {self.note}" if self.note else told


def toml(value: object) -> str:
    """Return a value as TOML: a text, a number, a list, or a table in braces."""
    if isinstance(value, Mapping):
        keys = [k if re.fullmatch(r"[a-z_]+", k) else toml(k) for k in value]
        return f"{{ {', '.join(f'{k} = {toml(v)}' for k, v in zip(keys, value.values(), strict=True))} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def comment(text: str) -> Line:
    """Return a line that says something and is nothing."""
    return Line("", "# " + " ".join(text.split()))


def spellings(of: Iterable[str]) -> str | list[str]:
    """Return one heading, or the list of its different spellings."""
    several = list(dict.fromkeys(of))
    return several[0] if len(several) == 1 else several


def names(sheets: Sequence[Sheet]) -> tuple[str, list[str]]:
    """Return what tells sheets of a kind apart, ``file_name`` or ``sheet_name``, and the name of each."""
    files = [sheet.file for sheet in sheets]
    same = len(set(files)) < len(files)
    return ("sheet_name", [sheet.name for sheet in sheets]) if same else ("file_name", files)


def unsure(score: float, word: str = "unsure") -> str:
    """Return the note of a line that is only so much (0 to 100) like what it is taken for."""
    return "" if score >= SURE else f"{word}: {score:.0f}% like"


def owners(
    table: Table, headings: Mapping[int, str], least: float, days: Mapping[int, bool | None]
) -> dict[str, tuple[int, float]]:
    """Return the heading of each column that has one, by its position, and how like it is.

    A heading goes to one column, the likest; from `least` on it is like at all. What stands below it must be
    `days` (`grids.Sheet.days`) for a column of days, and must not be for any other.
    """
    dated, others = ({i: h for i, h in headings.items() if days[i] is not other} for other in (False, True))
    columns = [c for c in table.columns if c.name != QUOTE]
    matches = {c.name: match(c, dated if c.kind == "date" else others) for c in columns}
    owner: dict[int, str] = {}
    for name, (at, score) in sorted(matches.items(), key=lambda m: -m[1][1]):
        if score >= least and at not in owner:
            owner[at] = name
    return {name: matches[name] for name in owner.values()}


def of_table(table: str, file: Line, lines: Iterable[Line], texts: Callable[[str], Iterable[str]],
             note: str = "") -> Iterator[Line]:  # fmt: skip
    """Give the lines of a table: where it is, its own, and which days are month first.

    `texts` gives the cells of a heading.
    """
    own = [one for one in lines if one.value or not one.key]
    days = {f"columns.{c.name}": c.name for c in TABLES[table].columns if c.kind == "date"}
    dated = [one for one in own if one.key in days and isinstance(one.value, str)]
    first = [days[one.key] for one in dated if _month_first(texts(one.value))]
    yield Line("", f"\n[tables.{table}]", note)
    yield from (one for one in (file, Line("month_first", first, "guessed: some make sense in no other way"))
                if one.value)  # fmt: skip
    yield from own


def _month_first(texts: Iterable[str]) -> bool:
    cells = [tidy(text) for text in texts]
    day, month = ([d.rule for d in dates.read_days(cells, month_first=way)] for way in (False, True))
    return "month first" in day and day.count("impossible date") == month.count("impossible date")
