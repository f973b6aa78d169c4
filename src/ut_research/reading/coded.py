"""A project of a program for qualitative analysis as sheets: its interviews, coded passages and codebook.

Of a passage a sheet says where it is, who spoke, who coded it to what, and the coder's own note. What was
spoken is in none, but where a code or attribute says that whoever spoke agreed, and nothing in it looks as if
it pointed to somebody. Sources, cases and coders go by numbers, in the order there: names may be people's.

A code below another answers the question that is the code above; below that, a code named "against" is what
was said against it. By the heading "code", which has a code's name after those above it ("Works / Clubs"), a
recipe can say otherwise, and which codes are left out. An attribute of the project is a column of its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from ut_research.core.problems import stop
from ut_research.core.schema import QUOTE
from ut_research.reading.grids import Note, Sheet, from_rows
from ut_research.reading.identifiers import pointing
from ut_research.reading.refi import Case, Code, Coding, Project, Source, project
from ut_research.reading.refi_write import guid
from ut_research.reading.values import YES

PASSAGES = (
    *("segment_id", "interview_id", "speaker", "coder", "place"),
    *("question", "theme", "against", "summary", QUOTE, "code"),
)

THEMES = ("question", "theme", "against", "finding", "code")


def read(path: Path, consent: str = "") -> Iterator[Sheet]:
    """The sheets interviews, coded_segments and themes of the project at `path`; of a codebook the last.

    `consent` is the code, with those above it, or the attribute by which a passage may be quoted.
    """
    found = project(path)
    no_theme = _cased(found) | {code.guid for code in found.codes if _named(code) == consent}
    if found.sources:
        yield _interviews(found, path)
        yield _passages(found, path, no_theme, consent)
    rows: dict[int, tuple[str, ...]] = {1: THEMES}
    above = {code.path[:-1] for code in found.codes}
    for code in found.codes:
        if code.guid not in no_theme and (len(code.path) > 1 or code.path not in above):
            rows[len(rows) + 1] = (*_answers(code.path), code.meaning, _named(code))
    yield from_rows("themes", f"{path.name}, codes", rows)


def codebook(themes: pd.DataFrame) -> list[Code]:
    """The codes that the table of themes is made of: the questions, and below them what answers them."""
    codes: dict[tuple[str, ...], str] = {}
    told = themes[list(THEMES[:-1])].astype({"against": "boolean"})
    told = told.fillna({"question": "", "against": False, "finding": ""})
    for question, theme, against, finding in told.itertuples(index=False, name=None):
        path = tuple(filter(None, (question, theme, "against" if against else "")))
        codes |= {path[:n]: codes.get(path[:n], "") for n in range(1, len(path))} | {path: finding}
    return [Code(guid("theme", *path), path, meaning) for path, meaning in codes.items()]


def _answers(path: tuple[str, ...]) -> tuple[str, str, str]:
    """The question, the theme, and whether against it, that a code is for."""
    against = "yes" if len(path) > 2 and path[-1].casefold() == "against" else ""
    return (path[0], path[1], against) if len(path) > 1 else ("", path[0], "")


def _named(code: Code) -> str:
    return " / ".join(code.path)


def _numbers(letter: str, things: Sequence[Case | Source]) -> dict[str, str]:
    return {thing.guid: f"{letter}{n:03d}" for n, thing in enumerate(things, 1)}


def _cased(found: Project) -> frozenset[str]:
    """The codes that stand for cases."""
    return frozenset(code for case in found.cases for code in case.codes)


def _interviews(found: Project, path: Path) -> Sheet:
    """A row a source that was coded, or is of a case, with what it or all its cases are said to be."""
    used = {coding.source for coding in found.codings}
    at = {coding.selection: coding.source for coding in found.codings}
    of: dict[str, list[Case]] = {}
    for case in found.cases:
        for source in {*case.sources, *(at[s] for s in case.selections if s in at)}:
            of.setdefault(source, []).append(case)
    every = [case.values for case in found.cases] + [one.values for one in found.sources]
    names = dict.fromkeys(name for values in every for name, _ in values)
    rows: dict[int, list[str]] = {1: ["interview_id", "people", "method", *names]}
    missing = []
    for one, number in zip(found.sources, _numbers("I", found.sources).values(), strict=True):
        if one.guid not in used and one.guid not in of:
            continue
        cases = of.get(one.guid, [])
        shared = set.intersection(*(set(case.values) for case in cases)) if cases else set()
        own = dict(shared) | dict(one.values)
        method = "" if not cases else "interview" if len(cases) == 1 else "focus group"
        rows[len(rows) + 1] = [number, str(len(cases) or ""), method, *(own.get(name, "") for name in names)]
        missing += [len(rows)] if one.text is None and one.kind == "TextSource" else []
    done = "its text is not there: what was coded in it is used"
    lost = Note("source missing", "reported", done, tuple(missing))
    done = f"{found.unknown:,} passed over: not of the standard"
    other = Note("element not known", "reported", done)
    notes = ((lost,) if missing else ()) + ((other,) if found.unknown else ())
    return from_rows("interviews", f"{path.name}, sources", rows, notes=notes)


def _passages(found: Project, path: Path, no_theme: frozenset[str], consent: str) -> Sheet:
    """A row a code that was given to a passage; one that says who spoke, or that they agreed, is none."""
    codes = {code.guid: code for code in found.codes}
    sources, people = _numbers("I", found.sources), _numbers("P", found.cases)
    coders = {guid: f"C{n}" for n, guid in enumerate(found.coders, 1)}
    speaker = _speakers(found)
    agreed = _agreed(found, path, consent, speaker) if consent else lambda _: False
    texts, names, notes = {s.guid: s.text or "" for s in found.sources}, _of_one(found.cases), list[Note]()
    rows: dict[int, tuple[str, ...]] = {1: PASSAGES}
    for coding in found.codings:
        code = codes.get(coding.code)
        if code is None or code.guid in no_theme:
            continue
        begins, ends = characters(coding.place) or (0, 0)
        said = " ".join(texts[coding.source][begins:ends].split()) if agreed(coding) else ""
        where, row = sources[coding.source], len(rows) + 1
        if said and (what := pointing(said, names)):
            done = f"not quoted ({what}): {where}, {coding.place}"
            notes.append(Note("may point to somebody", "reported", done, (row,)))
            said = ""
        who = people.get(speaker(coding), "")
        rows[row] = (
            *(f"S{row - 1:05d}", where, who, coders.get(coding.coder, ""), coding.place),
            *(*_answers(code.path), coding.note, said, _named(code)),
        )
    return from_rows("coded_segments", f"{path.name}, codings", rows, notes=tuple(notes))


def _agreed(
    found: Project, path: Path, consent: str, speaker: Callable[[Coding], str]
) -> Callable[[Coding], bool]:
    """Whether somebody agreed that a passage be quoted: by a code around it, or an attribute of who spoke.

    Of a passage of which nobody knows who spoke, an attribute of its source says so.
    """
    given = {code.guid: consent for code in found.codes if _named(code) == consent}
    around = _around(found, given)
    things: list[Case | Source] = [*found.cases, *found.sources]
    said = {t.guid: v.casefold() in YES for t in things for name, v in t.values if name == consent}
    if not given and not said:
        what = f"there is no code and no attribute “{consent}” in it"
        raise stop(
            what, path.name, "Mend consent in the recipe: the code after those above it, as Above / Code"
        )

    return lambda coding: bool(around(coding)) or said.get(speaker(coding) or coding.source, False)


def _around(found: Project, said: Mapping[str, str]) -> Callable[[Coding], str]:
    """What is `said` by the code of a passage that a passage lies in, if any."""
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for coding in found.codings:
        if coding.code in said and (ends := characters(coding.place)):
            spans.setdefault(coding.source, []).append((*ends, said[coding.code]))

    def around(coding: Coding) -> str:
        begins, ends = characters(coding.place) or (-1, -1)
        here = spans.get(coding.source, ())
        return next((told for low, high, told in here if low <= begins and ends <= high), "")

    return around


def _of_one(cases: Sequence[Case]) -> list[str]:
    """Words of the names of cases that are of one case alone, as a person's name is."""
    words = Counter(word for case in cases for word in set(re.findall(r"[^\W\d_]{3,}", case.name.casefold())))
    return [word for word, times in words.items() if times == 1]


def _speakers(found: Project) -> Callable[[Coding], str]:
    """Whose a passage is: a case's own, or within what its code was given to; or its source has one case."""
    own = {selection: case.guid for case in found.cases for selection in case.selections}
    around = _around(found, {code: case.guid for case in found.cases for code in case.codes})
    alone: dict[str, list[str]] = {}
    for case in found.cases:
        for source in case.sources:
            alone.setdefault(source, []).append(case.guid)

    def of(coding: Coding) -> str:
        cases = alone.get(coding.source, [])
        return own.get(coding.selection) or around(coding) or (cases[0] if len(cases) == 1 else "")

    return of


def characters(place: str) -> tuple[int, int] | None:
    """The characters from and to of a passage whose place says so."""
    told = re.fullmatch(r"(\d+)-(\d+)", place)
    return (int(told[1]), int(told[2])) if told else None
