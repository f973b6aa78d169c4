"""A draft for a sheet that holds several tables: a form's answers, a wide master, an export by events."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from ut_research.core.schema import NEEDS, TABLES
from ut_research.reading.grids import Grid, Sheet
from ut_research.reading.likeness import SURE, WORDS, match, need, words
from ut_research.reading.reshape import ITEM, WAVE
from ut_research.reading.values import NO, YES, reader, tidy

#: The answers of WEMWBS in words, with their points.
ANSWERS = {"none of the time": 1, "rarely": 2, "some of the time": 3, "often": 4, "all of the time": 5}
#: Most options of one column of ticks, and how often each is ticked before it is shown.
MOST_OPTIONS, LEAST_EACH = 30, 5

_ORDINAL = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)\b", re.I)
_NUMBERED = re.compile(r"\b(T|time |wave |review |assessment )\d{1,2}\b", re.I)
_EVENT, _REPEAT = "redcap_event_name", "redcap_repeat_instrument"


def heading_rows(grid: Grid) -> list[int]:
    """Return the rows that look like headings: below a title, and two where the first has groups."""
    top = grid.frame.iloc[:15].fillna("")
    rows, cells = top.index.tolist(), top.to_numpy(str)
    first = next((i for i, row in enumerate(cells) if (row != "").sum() >= 2), 0)
    if not rows or grid.headings is not None:
        return [1]
    if first + 1 < len(rows) and rows[first + 1] == rows[first] + 1:
        upper, lower = cells[first], cells[first + 1]
        completed = int(((upper == "") & (lower != "")).sum())
        if 2 * completed > len(upper) and all(re.search(r"[^\W\d_]", t) for t in lower if t):
            return [rows[first], rows[first + 1]]
    return [rows[first]] if (cells[first] != "").sum() >= 2 else [1]


@dataclass
class _Found:
    """What a sheet seems to hold: patterns of its headings by the positions that they stand for."""

    sheet: Sheet
    name: str
    items: str = ""
    waves: bool = False
    used: set[int] = field(default_factory=set)
    patterns: dict[str, list[int]] = field(default_factory=dict)
    cells: list[int] = field(default_factory=list)
    person: str = ""


def draft(sheet: Sheet, name: str) -> tuple[list[str], set[int]] | None:
    """Return the tables of a sheet that holds several, and the positions used; None for other sheets.

    `name` is that by which the recipe names it.
    """
    found = _look(sheet, name)
    at, score = match(TABLES["wemwbs"].columns[0], dict(enumerate(sheet.headings)))
    if not found.items or score < WORDS or found.items == "item_{item}":
        return None
    found.person = sheet.headings[at]
    found.used.add(at)
    events = _EVENT in sheet.headings
    several = not found.waves and not events and bool(sheet.frame[at].duplicated().any())
    lines = [*_wemwbs(found), *_activity(found), *_needs(found, several), *_outcomes(found)]
    return [*_participants(found, several), *lines], found.used


def _look(sheet: Sheet, name: str) -> _Found:
    """Find the waves of a sheet, and the fourteen items of the questionnaire."""
    found = _Found(sheet, name)
    for i, heading in enumerate(sheet.headings):
        pattern = _ORDINAL.sub(WAVE, heading, count=1)
        if pattern == heading:
            pattern = _NUMBERED.sub(rf"\g<1>{WAVE}", heading, count=1)
        found.patterns.setdefault(pattern, []).append(i)
    found.waves = any(WAVE in p and len(at) > 1 for p, at in found.patterns.items())
    if not found.waves:
        found.patterns = {heading: [i] for i, heading in enumerate(sheet.headings) if heading}
    families: dict[str, dict[int, list[int]]] = {}
    for pattern, at in found.patterns.items():
        if parts := re.fullmatch(r"(.*?)(\d{1,2})(\D*)", pattern):
            families.setdefault(f"{parts[1]}{ITEM}{parts[3]}", {})[int(parts[2])] = at
    for pattern, numbers in families.items():
        if sorted(numbers) == list(range(1, 15)):
            cells = [i for at in numbers.values() for i in at]
            answers = {tidy(t).casefold() for i in cells for t in sheet.frame[i].dropna().unique()}
            if answers <= {*ANSWERS, *"12345"}:
                found.items, found.cells = pattern, cells
                found.used.update(cells)
    return found


def _head(found: _Found, table: str, *more: str) -> list[str]:
    return ["", f"[tables.{table}]", f"file = {text(found.name)}", *more]


def _column(found: _Found, table: str, name: str) -> Iterator[str]:
    """Give the line of a column, where a heading (or the pattern of a wave's) is like it."""
    waves = found.waves and table in ("wemwbs", "activity")
    heads = [p for p, at in found.patterns.items() if not set(at) & set(found.cells) and (WAVE in p) <= waves]
    prefix = words(found.items.split(ITEM)[0]).rstrip(" q")
    short = {i: words(p).removeprefix(prefix).strip() if WAVE in p else p for i, p in enumerate(heads)}
    column = TABLES[table].column(name)
    at, score = match(column, short)
    own = next((i for i, p in short.items() if WAVE in heads[i] and p == "date"), None)
    if own is not None and column.kind == "date":
        at, score = own, WORDS
    if score >= WORDS:
        found.used.update(found.patterns[heads[at]])
        sure = "" if score >= SURE else f"   # guessed: {score:.0f}% like"
        yield f"columns.{name} = {text(heads[at])}{sure}"


def _dated(found: _Found, table: str, name: str) -> tuple[list[str], str]:
    """Return the lines of a table of waves: who, when, and how the waves are told."""
    lines = [f"columns.participant_id = {text(found.person)}", *_column(found, table, name)]
    if found.waves:
        return lines, f'columns.timepoint = {{ order_of = "{WAVE}" }}'
    events = _events(found)
    if events and len(events) <= 2:
        codes = ", ".join(f'{text(e)} = "{t}"' for e, t in zip(events, ("T1", "T2"), strict=False))
        told = f"codes.timepoint = {{ {codes} }}   # guessed: their order"
        return lines, f"columns.timepoint = {text(_EVENT)}\n{told}"
    return lines, f'columns.timepoint = {{ order_of = "{name}" }}'


def _events(found: _Found) -> list[str]:
    """Return the events at which the items were answered, in the order of the file."""
    if _EVENT not in found.sheet.headings:
        return []
    at = found.sheet.headings.index(_EVENT)
    found.used.add(at)
    answered = found.sheet.frame[found.cells].notna().any(axis=1)
    return [str(e) for e in found.sheet.frame[at][answered].dropna().unique()]


def _where(found: _Found, **more: str) -> list[str]:
    """Return the line that keeps the rows of people, of an export by events."""
    heads = found.sheet.headings
    rows = {_REPEAT: "", **more} if _REPEAT in heads else more
    found.used.update(heads.index(h) for h in rows)
    return [f"where = {{ {', '.join(f'{text(h)} = {text(v)}' for h, v in rows.items())} }}"] if rows else []


def _wemwbs(found: _Found) -> list[str]:
    lines, timepoint = _dated(found, "wemwbs", "completed_date")
    answers = {tidy(t) for i in found.cells for t in found.sheet.frame[i].dropna().unique()}
    points = {a: ANSWERS[a.casefold()] for a in answers if a.casefold() in ANSWERS}
    told = ", ".join(f"{text(a)} = {n}" for a, n in sorted(points.items(), key=lambda p: p[1]))
    more = [f"items = {text(found.items)}", *([f"points = {{ {told} }}"] if points else [])]
    return [*_head(found, "wemwbs", *_where(found), *more), *lines, timepoint]


def _activity(found: _Found) -> list[str]:
    days = list(_column(found, "activity", "active_days"))
    if not days:
        return []
    lines, timepoint = _dated(found, "activity", "completed_date")
    return [*_head(found, "activity", *_where(found)), *lines, *days, timepoint]


def _participants(found: _Found, several: bool) -> list[str]:
    sheet = found.sheet
    events = _events(found)
    more = _where(found, **({_EVENT: events[0]} if events else {})) + (['keep = "first"'] if several else [])
    lines = [f"columns.participant_id = {text(found.person)}"]
    unread = "# {}   # left out: its codes are numbers; say what each means in codes"
    for column in TABLES["participants"].columns[1:]:
        for one in _column(found, "participants", column.name):
            heading = json.loads(one.partition(" = ")[2].partition("   #")[0])
            lines.append(one if _readable(sheet, column.name, heading) else unread.format(one))
    return [*_head(found, "participants", *more), *lines]


def _readable(sheet: Sheet, name: str, heading: str) -> bool:
    """Whether the codes of a column can be read without being told what they mean."""
    column = TABLES["participants"].column(name)
    texts = sheet.frame[sheet.headings.index(heading)].dropna().unique()
    return column.kind != "code" or any(reader(column)(tidy(str(t)))[0] is not None for t in texts)


def _needs(found: _Found, several: bool) -> list[str]:
    sheet = found.sheet
    lines = [f"columns.participant_id = {text(found.person)}", *_column(found, "needs", "assessed_date")]
    keep = ['keep = "first"'] if several else []
    for i, heading in enumerate(sheet.headings):
        cells = sheet.frame[i].dropna()
        if i not in found.used and len(cells) and cells.str.contains(";").mean() > 0.5:
            found.used.add(i)
            return [*_head(found, "needs", *keep), *lines, *_ticks(heading, cells)]
    boxes = [h for h in sheet.headings if re.fullmatch(r".+___\d+", h)]
    form = boxes[0].partition("___")[0] if boxes else ""
    if not boxes:
        return []
    found.used.update(i for i, h in enumerate(sheet.headings) if h in boxes)
    where = {f"{form}_complete": "2"} if f"{form}_complete" in sheet.headings else {}
    pairs = [f"columns.{n} = {text(h)}   # guessed: the order of the boxes; look into the data dictionary"
             for n, h in zip(NEEDS, boxes, strict=False)]  # fmt: skip
    return [*_head(found, "needs", *_where(found, **where), *keep), *lines, *pairs]


def _ticks(heading: str, cells: pd.Series) -> list[str]:
    """Return the lines of a column of several ticks; options that are like no need are left out."""
    counts = cells.str.split(";").explode().str.strip().value_counts()
    options: dict[str, list[str]] = {}
    left = []
    for option in [str(o) for o, n in counts.items() if o and n >= LEAST_EACH][:MOST_OPTIONS]:
        name, score = need(option)
        if score >= WORDS:
            options.setdefault(name, []).append(option)
        else:
            left.append(option)
    lines = ["", "[tables.needs.ticks]", f"heading = {text(heading)}", 'separator = ";"', "",
             "[tables.needs.ticks.options]"]  # fmt: skip
    lines += [f"{name} = {text(told)}   # guessed" for name, told in options.items()]
    return [*lines, *(f"# left out: {line(option)}: like no need of the data dictionary" for option in left)]


def _outcomes(found: _Found) -> list[str]:
    """Return the lines of outcomes as yes or no with a date each."""
    heads = {words(h): h for h in found.sheet.headings if h}
    column = TABLES["outcomes"].column("outcome")
    pairs = []
    for plain, heading in heads.items():
        at = found.sheet.headings.index(heading)
        answers = {tidy(t).casefold() for t in found.sheet.frame[at].dropna().unique()}
        day = heads.get(f"{plain} date") or heads.get(f"date {plain}") or heads.get(f"date of {plain}")
        outcome = reader(column)(plain)[0]
        if day and outcome and answers and answers <= YES | NO:
            found.used.update((at, found.sheet.headings.index(day)))
            pairs.append(f"pairs.{outcome} = {{ yes = {text(heading)}, date = {text(day)} }}")
    return (
        [*_head(found, "outcomes"), f"columns.participant_id = {text(found.person)}", *pairs] if pairs else []
    )


def layout(sheet: Sheet, rows: Iterable[int]) -> list[str]:
    """Return the lines that say how a sheet is laid out, where it is not as usual."""
    return ["", f"[sheets.{text(sheet.name)}]", f"heading_rows = {list(rows)}"] if list(rows) != [1] else []


def text(value: object) -> str:
    """Return a TOML string, or a list of them."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def line(value: str) -> str:
    """Return a text on one line."""
    return " ".join(value.split())


def spellings(of: Mapping[str, None]) -> str:
    """Return one heading, or the list of its spellings."""
    return text(next(iter(of)) if len(of) == 1 else list(of))
