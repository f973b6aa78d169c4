"""A draft for a sheet that holds several tables: a form's answers, a wide master, an export by events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ut_research.core.schema import ITEMS, NEEDS, TABLES
from ut_research.reading import identifiers
from ut_research.reading.draft_found import NAMED, WORDED, Found, look
from ut_research.reading.draft_lines import Line, comment, of_table, owners, spellings, toml, unsure
from ut_research.reading.grids import Sheet
from ut_research.reading.likeness import ANSWERS, WORDS, match, need, words
from ut_research.reading.reshape import ITEM, WAVE
from ut_research.reading.values import WAVES, plain, reader, tidy

_WAVE = re.compile(rf"(?:{NAMED})?{re.escape(WAVE)}", re.I)
_EVENT = ("redcap_event_name", "event_name")
_REPEAT = ("redcap_repeat_instrument", "repeat_instrument")
_BOX = re.compile(r"(.+?)(?:___(\d+)| \(choice=(.+)\))")
_DICTIONARY = ("Variable / Field Name", "Choices, Calculations, OR Slider Labels")
_DONE = re.compile(r".+_complete|Complete\?")


def choices(sheet: Sheet) -> dict[str, dict[str, str]]:
    """Return what the codes of each field mean, of a sheet that is a REDCap data dictionary; else nothing."""
    at = [sheet.headings.index(h) for h in _DICTIONARY if h in sheet.headings]
    rows = sheet.frame[at].dropna().itertuples(index=False) if len(at) == 2 else ()
    parts = {str(name): [c.partition(",")[::2] for c in str(told).split("|")] for name, told in rows}
    return {name: {code.strip(): label.strip() for code, label in pairs} for name, pairs in parts.items()}


def draft(
    sheet: Sheet, name: str | list[str], codes: Mapping[str, Mapping[str, str]], by: str, names: Sequence[str]
) -> tuple[dict[str, list[Line]], set[int]]:
    """Return the tables of a sheet that holds several, and the positions used; nothing of other sheets.

    `name` is that by which the recipe names it, or the sheets that are one in it; `codes` what those of a
    field mean; `by` and `names` what tells these sheets apart (`draft_lines.names`).
    """
    found = look(Found(sheet, name, choices=codes))
    said = {name: WORDED.search(name) for name in names}
    waves = {name: WAVES[words(word[0])] for name, word in said.items() if word}
    if len(waves) == len(names) and len({*waves.values()}) > 1:
        found.by, found.names = by, waves
    at, score = match(TABLES["wemwbs"].columns[0], dict(enumerate(sheet.headings)))
    if score < WORDS and found.waves:  # a number a row is a person's only where a row is a person
        at, score = next(((i, 100.0) for i, h in enumerate(sheet.headings) if plain(h) == "id"), (at, score))
    if not (found.items or found.total) or score < WORDS or found.items.get(1) == ITEMS[0]:
        near = f"{found.near} columns of {toml(name)} are numbered like items, but are not WEMWBS's"
        return {"": [comment(f"not taken: {near}")]} if found.near and not found.items else {}, set()
    found.person = sheet.headings[at]
    found.used.add(at)
    found.several = not (found.waves or found.named(*_EVENT)) and bool(sheet.frame[at].duplicated().any())
    ways = {"wemwbs": _wemwbs, "activity": _activity, "outcomes": _outcomes, "needs": _needs,
            "participants": _participants}  # fmt: skip
    tables = {name: _lines(found, name, way(found)) for name, way in ways.items()}
    return {name: lines for name, lines in tables.items() if lines}, found.used


def _lines(found: Found, table: str, lines: list[Line]) -> list[Line]:
    """Return the lines of a table, if it has any, with who it is about; the headings they name are used."""
    for text in (text for one in lines for text in _texts(one.value)):
        found.used.update(found.patterns.get(text.partition("#")[0], []))
    person = Line("columns.participant_id", found.person)
    return list(of_table(table, Line("file", found.name), [person, *lines], found.texts)) if lines else []


def _texts(value: object) -> Iterator[str]:
    """Give every text in the value of a line."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in [*value, *(value.values() if isinstance(value, Mapping) else ())]:
            yield from _texts(part)


def _columns(found: Found, table: str, but: str = "") -> dict[str, Line]:
    """Return the line of each column that a heading, or the pattern of a wave's, is like."""
    waves = found.waves and table in ("wemwbs", "activity")
    heads = [p for p, at in found.patterns.items()
             if not set(at) & set(found.cells) and (WAVE in p) == waves and p not in ("", but)]  # fmt: skip
    asked = found.items.get(1, found.total)
    prefix = words(_WAVE.sub(" ", asked).partition("1")[0]).removesuffix(" q")
    short = {i: words(_WAVE.sub(" ", p)).removeprefix(prefix).strip() if WAVE in p else p
             for i, p in enumerate(heads)}  # fmt: skip
    short = {i: "date completed" if WAVE in heads[i] and p == "date" else p for i, p in short.items()}
    days = {i: found.sheet.days[found.patterns[heads[i]][0]] for i in short}
    found_by = owners(TABLES[table], short, WORDS, days).items()
    return {
        name: Line(f"columns.{name}", heads[at], unsure(score, "guessed")) for name, (at, score) in found_by
    }


def _dated(found: Found, columns: Mapping[str, Line]) -> list[Line]:
    """Return the lines of when the answers of a table were given, and how their waves are told."""
    day, wave = columns.get("completed_date"), columns.get("timepoint")
    found.day = found.day or (day.value if day else "")
    event, events = found.named(*_EVENT), _events(found)
    waves = [Line("columns.timepoint", {"order_of": WAVE if found.waves else "completed_date"})]
    if event and 0 < len(events) <= 2 and not found.waves:
        codes = dict(zip(events, ("T1", "T2"), strict=False))
        waves = [Line("columns.timepoint", event), Line("codes.timepoint", codes, "guessed: their order")]
    elif wave and not found.waves and _known_waves(found, wave.value):
        waves = [wave]
    elif found.names:
        waves = [Line("columns.timepoint", {found.by: True})]
        waves.append(Line("codes.timepoint", dict(found.names), "guessed: by their names"))
    elif found.several and not day:
        waves = [replace(waves[0], note="guessed: the order of the rows, as no day is known")]
    return [*([day] if day else []), *waves]


def _known_waves(found: Found, heading: str) -> bool:
    """Whether a column says which wave each is, the first two among them, in words that are known."""
    read = reader(TABLES["wemwbs"].column("timepoint"))
    said = {read(answer)[0] for answer in found.answers(heading)}
    return {"T1", "T2"} <= said and None not in said


def _events(found: Found) -> list[str]:
    """Return the events at which the items were answered, in the order of the file."""
    if not (event := found.named(*_EVENT)):
        return []
    answered = found.sheet.frame[found.cells].notna().any(axis=1)
    return [str(e) for e in found.sheet.frame[found.patterns[event][0]][answered].dropna().unique()]


def _where(found: Found, more: Mapping[str, str] = {}) -> Line:
    """Return the line that keeps the rows of people, of an export by events."""
    repeat = found.named(*_REPEAT)
    return Line("where", {**({repeat: ""} if repeat else {}), **more})


def _keep(found: Found) -> Line:
    """Return the line that keeps a person's first row, of a form that people fill in more than once."""
    return Line("keep", "first" * found.several)


def _wemwbs(found: Found) -> list[Line]:
    if found.total:
        return [Line("columns.total", found.total), *_dated(found, _columns(found, "wemwbs"))]
    answers = {tidy(text) for item in found.items.values() for text in found.texts(item)}
    own = found.choices.get(found.items[1], {})
    meant = {a: own.get(a, a).casefold() for a in [*answers, *own]}
    points = {a: ANSWERS[m] for a, m in meant.items() if m in ANSWERS}
    lines = [_where(found), Line("points", dict(sorted(points.items(), key=lambda p: p[1])))]
    pattern = found.items[1].replace("1", ITEM, 1)
    if all(pattern.replace(ITEM, str(n)) == own for n, own in found.items.items()):
        lines.append(Line("items", pattern))
    else:
        lines += [Line(f"columns.{ITEMS[n - 1]}", own) for n, own in found.items.items()]
    return [*lines, *_dated(found, _columns(found, "wemwbs"))]


def _activity(found: Found) -> list[Line]:
    columns = _columns(found, "activity")
    days = columns.get("active_days")
    return [_where(found), *_dated(found, columns), days] if days else []


def _participants(found: Found) -> list[Line]:
    events, event, lines = _events(found), found.named(*_EVENT), list[Line]()
    where = _where(found, {event: events[0]} if event and events else {})
    columns = _columns(found, "participants", found.day if found.several else "")
    if words(found.day) == "end date":  # of the form, which has its own beginning
        columns = {name: one for name, one in columns.items() if words(one.value) != "start date"}
    if found.several and found.day:
        first = Line("columns.referral_date", found.day, "guessed: the day of the first form")
        columns.setdefault("referral_date", first)
    for column in (c for c in TABLES["participants"].columns[1:] if c.name in columns):
        one = columns[column.name]
        labels = found.choices.get(one.value, {}) if column.kind == "code" else {}
        if codes := {code: m for code, label in labels.items() if (m := reader(column)(label)[0])}:
            lines += [one, Line(f"codes.{column.name}", codes)]
        elif column.kind != "code" or any(reader(column)(tidy(t))[0] for t in found.texts(one.value)):
            lines.append(one)
        else:
            lines.append(comment(f"{one}   # left out: its codes are numbers; say what each means in codes"))
    return [where, _keep(found), *lines] if lines else []


def _needs(found: Found) -> list[Line]:
    """Return the lines of needs: ticks in one cell or a column each, or boxes of a form."""
    heads, keep = found.sheet.headings, [_keep(found)]
    ended = (
        _columns(found, "participants").get("exit_date") if found.waves else None
    )  # of support, not a form
    day = _columns(found, "needs").get("assessed_date")
    dated = [day] if day and not (ended and ended.value == day.value) else []
    boxes = {h: box for h in heads if (box := _BOX.fullmatch(h))}
    if boxes:
        after = heads[heads.index(list(boxes)[-1]) :]
        done = next((h for h in after if _DONE.fullmatch(h)), None)
        name = f"{done}#1" if done and heads.count(done) > 1 else done
        keep.append(_where(found, {name: "2" if "_" in name else "Complete"} if name else {}))
    lines = list(_boxes(found, boxes)) or _ticks(found)
    return [*keep, *dated, *lines] if lines else []


def _boxes(found: Found, boxes: Mapping[str, re.Match[str]]) -> Iterator[Line]:
    """Give the line of each need that has a column of yes or no."""
    order = "guessed: the order of the boxes; look into the data dictionary"
    labels = {h: box[3] or found.choices.get(box[1], {}).get(box[2], "") for h, box in boxes.items()}
    unnamed = [h for h, label in labels.items() if not label]
    yield from (Line(f"columns.{n}", heading, order) for n, heading in zip(NEEDS, unnamed, strict=False))
    taken = set[str]()
    for i, heading in enumerate(found.sheet.headings):
        name, score = need(labels.get(heading, heading))
        if i in found.used or score < WORDS or name in taken or not found.ticked(heading):
            continue
        taken.add(name)
        yield Line(f"columns.{name}", heading, "guessed")


def ticks(sheet: Sheet) -> tuple[list[Line], set[int]]:
    """Return the lines of needs that are ticked on a sheet of needs alone, and the positions used."""
    found = Found(sheet, sheet.name)
    return _ticks(found), found.used


def _ticks(found: Found) -> list[Line]:
    """Return the lines of ticks in one cell, or in a column for each; what is like no need is left out."""
    sheet = found.sheet
    ours = {i: sheet.frame[i].dropna() for i, _ in enumerate(sheet.headings) if i not in found.used}
    ours = {i: cells for i, cells in ours.items() if len(cells)}
    asked: dict[str, list[int]] = {}  # of each question whose options have a column each: the columns
    for i, cells in ours.items():
        if cells.nunique() == 1 and (question := _question(sheet.headings[i], str(cells.iloc[0]))):
            asked.setdefault(question, []).append(i)
    alone = [(at, ";") for at in asked.values() if len(at) > 1]
    held = [([i], m) for m in ";," for i, cells in ours.items() if cells.str.contains(m, regex=False).any()]
    for at, mark in [*alone, *held]:
        counts = pd.concat([ours[i] for i in at]).str.split(mark).explode().str.strip().value_counts()
        options: dict[str, list[str]] = {}
        left: list[str] = []
        for option in [str(o) for o, n in counts.items() if o and n >= identifiers.LEAST_EACH][
            : identifiers.MOST_OPTIONS
        ]:
            name, score = need(option)
            (options.setdefault(name, []) if score >= WORDS else left).append(option)
        if len(options) > 1:
            found.used.update(at)
            headings = spellings(sheet.headings[i] for i in at)
            return [
                Line("", "\n[tables.needs.ticks]"), Line("heading", headings), Line("separator", mark),
                Line("", "\n[tables.needs.ticks.options]"),
                *(Line(name, told, "guessed") for name, told in options.items()),
                *(comment(f"left out: {option}: like no need of the data dictionary") for option in left),
            ]  # fmt: skip
    return []


def _question(heading: str, option: str) -> str:
    """Return the question of a column that is one of its options; "" for another column."""
    if heading.casefold().endswith(option.casefold()):
        return heading[: -len(option)]
    numbered = re.fullmatch(r"(.+_)\d+", heading)
    return numbered[1] if numbered else ""


def _outcomes(found: Found) -> list[Line]:
    """Return the lines of outcomes that have a column each: a yes or no with a date, or the day alone."""
    heads = {words(re.sub(r"[()]", " ", h)): h for h in found.sheet.headings if h}
    read = reader(TABLES["outcomes"].column("outcome"))
    pairs: dict[object, Line] = {}
    for plain_, heading in heads.items():
        day = heads.get(f"{plain_} date") or heads.get(f"date {plain_}") or heads.get(f"date of {plain_}")
        outcome = read(plain_)[0]
        if day and outcome and found.answers(heading):
            sure, pair = found.ticked(heading), {"yes": heading, "date": day}
            pairs[outcome] = Line(f"pairs.{outcome}", pair, "guessed" * (not sure))
    for plain_, heading in heads.items():
        outcome = read(re.sub(r"^date (?:of )?| date$", "", plain_))[0]
        i = found.sheet.headings.index(heading)
        if outcome and outcome not in pairs and i not in found.used and found.sheet.days[i]:
            pairs[outcome] = Line(f"pairs.{outcome}", {"yes": heading, "date": heading}, "guessed")
    return [*pairs.values()]
