"""A project of a program for qualitative analysis as sheets: its interviews, coded passages and codebook.

No word that was spoken is in a sheet. Of a passage it says where it is, who spoke, who coded it to what, and
the coder's own note. Sources, cases and coders go by numbers, in the order there: names may be people's.

A code below another answers the question that is the code above; below that, a code named "against" is what
was said against it. By the heading "code", which has a code's name after those above it ("Works / Clubs"), a
recipe can say otherwise, and which codes are left out. An attribute of the project is a column of its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ut_research.reading.grids import Grid, Note, from_rows
from ut_research.reading.refi import Case, Coding, Project, Source, project

PASSAGES = (
    *("segment_id", "interview_id", "speaker", "coder", "place"),
    *("question", "theme", "against", "summary", "code"),
)

THEMES = ("question", "theme", "against", "finding", "code")


def read(path: Path) -> Iterator[Grid]:
    """The sheets interviews, coded_segments and themes of the project at `path`; of a codebook the last."""
    found = project(path)
    if found.sources:
        yield _interviews(found, path)
        yield _passages(found, path)
    rows: dict[int, tuple[str, ...]] = {1: THEMES}
    above, cased = {code.path[:-1] for code in found.codes}, _cased(found)
    for code in found.codes:
        if code.guid not in cased and (len(code.path) > 1 or code.path not in above):
            rows[len(rows) + 1] = (*_answers(code.path), code.meaning, " / ".join(code.path))
    yield from_rows("themes", f"{path.name}, codes", rows)


def _answers(path: tuple[str, ...]) -> tuple[str, str, str]:
    """The question, the theme, and whether against it, that a code is for."""
    against = "yes" if len(path) > 2 and path[-1].casefold() == "against" else ""
    return (path[0], path[1], against) if len(path) > 1 else ("", path[0], "")


def _numbers(letter: str, things: Sequence[Case | Source]) -> dict[str, str]:
    return {thing.guid: f"{letter}{n:03d}" for n, thing in enumerate(things, 1)}


def _cased(found: Project) -> frozenset[str]:
    """The codes that stand for cases."""
    return frozenset(code for case in found.cases for code in case.codes)


def _interviews(found: Project, path: Path) -> Grid:
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
    for one, (guid, number) in zip(found.sources, _numbers("I", found.sources).items(), strict=True):
        if guid not in used and guid not in of:
            continue
        cases = of.get(guid, [])
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


def _passages(found: Project, path: Path) -> Grid:
    """A row a code that was given to a passage; a code that stands for a case says who spoke, and is none."""
    codes = {code.guid: code for code in found.codes}
    sources, people = _numbers("I", found.sources), _numbers("P", found.cases)
    coders = {guid: f"C{n}" for n, guid in enumerate(found.coders, 1)}
    speaker, cased = _speakers(found), _cased(found)
    rows: dict[int, tuple[str, ...]] = {1: PASSAGES}
    for coding in found.codings:
        code = codes.get(coding.code)
        if code is None or code.guid in cased:
            continue
        question, theme, against = _answers(code.path)
        who = people.get(speaker(coding), "")
        rows[len(rows) + 1] = (
            *(f"S{len(rows):05d}", sources[coding.source], who, coders.get(coding.coder, ""), coding.place),
            *(question, theme, against, coding.note, " / ".join(code.path)),
        )
    return from_rows("coded_segments", f"{path.name}, codings", rows)


def _speakers(found: Project) -> Callable[[Coding], str]:
    """Whose a passage is: a case's own, or within what its code was given to; or its source has one case."""
    own = {selection: case.guid for case in found.cases for selection in case.selections}
    of_code = {code: case.guid for case in found.cases for code in case.codes}
    alone: dict[str, list[str]] = {}
    for case in found.cases:
        for source in case.sources:
            alone.setdefault(source, []).append(case.guid)
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for coding in found.codings:
        if coding.code in of_code and (ends := characters(coding.place)):
            spans.setdefault(coding.source, []).append((*ends, of_code[coding.code]))

    def of(coding: Coding) -> str:
        if coding.selection in own:
            return own[coding.selection]
        begins, ends = characters(coding.place) or (-1, -1)
        within = (case for low, high, case in spans.get(coding.source, ()) if low <= begins and ends <= high)
        cases = alone.get(coding.source, [])
        return next(within, cases[0] if len(cases) == 1 else "")

    return of


def characters(place: str) -> tuple[int, int] | None:
    """The characters from and to of a passage whose place says so."""
    told = re.fullmatch(r"(\d+)-(\d+)", place)
    return (int(told[1]), int(told[2])) if told else None
