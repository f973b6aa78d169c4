"""What a sheet of several tables is like: the waves in its headings, and what was answered in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from ut_research.core.schema import ITEMS, TABLES
from ut_research.reading import likeness
from ut_research.reading.grids import Sheet
from ut_research.reading.likeness import ANSWERS, NUMBERED, WORDS, like, words
from ut_research.reading.refusals import foreign
from ut_research.reading.reshape import WAVE
from ut_research.reading.values import NO, WAVES, YES, is_blank, plain, tidy

_ORDINAL = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)\b", re.I)
#: What stands before the number of a wave, and how waves are called that have none.
NAMED = r"(?<![^\W_])(?:T|time|wave|review|assessment)[ _]?"
_NUMBERED = re.compile(rf"({NAMED})\d{{1,2}}(?!\d)", re.I)
_ITEM = tuple(re.compile(form, re.S) for form in (r"(.*?)(\d{1,2})(\D*)", r"(\D*)(\d{1,2})()[.): ].*"))


def _either(words: Iterable[str]) -> re.Pattern[str]:
    """What finds any of these patterns as whole words."""
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words)})(?![^\W_])", re.I)


WORDED = _either(word.replace(" ", "[ _-]") for word in WAVES)


@dataclass
class Found:
    """What a sheet seems to hold: patterns of its headings by the positions that they stand for."""

    sheet: Sheet
    name: str | list[str]
    items: dict[int, str] = field(default_factory=dict)
    total: str = ""
    waves: bool = False
    several: bool = False
    used: set[int] = field(default_factory=set)
    patterns: dict[str, list[int]] = field(default_factory=dict)
    cells: list[int] = field(default_factory=list)
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    by: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    near: int = 0
    person: str = ""
    day: str = ""

    def named(self, *names: str) -> str | None:
        """Return the heading that goes by one of these names."""
        return next((h for h in self.sheet.headings if plain(h) in names), None)

    def texts(self, pattern: str) -> list[str]:
        """Return what stands in the columns of a heading, or of the pattern of one."""
        return [str(t) for i in self.patterns.get(pattern, []) for t in self.sheet.frame[i].dropna().unique()]

    def answers(self, pattern: str) -> set[str]:
        """Return the same in lower case."""
        return {tidy(text).casefold() for text in self.texts(pattern)}

    def ticked(self, heading: str) -> bool:
        """Whether a column holds yes and no, and nothing else that is said."""
        return set() < {text for text in self.answers(heading) if not is_blank(text)} <= YES | NO

    def answer(self, patterns: Iterable[str]) -> bool:
        """Whether columns hold answers of WEMWBS, but for a slip or two: not those of another scale."""
        counts: Counter[str] = Counter()
        for pattern in patterns:
            labels = self.choices.get(pattern, {})
            for i in self.patterns[pattern]:
                for cell, n in self.sheet.frame[i].value_counts().items():
                    counts[labels.get(tidy(str(cell)), tidy(str(cell))).casefold()] += int(n)
        fine = sum(n for a, n in counts.items() if a in ANSWERS or re.fullmatch(r"[1-5](?:\D.*)?", a))
        another = counts["0"] > 0 or any(counts[str(n)] > 1 for n in range(6, 11))
        return fine >= 0.9 * counts.total() and not another


def look(found: Found) -> Found:
    """Find the waves of a sheet, and what was answered in them: fourteen items, or their total."""
    _part(found, _numbered)
    if not found.items and (said := _before_and_after(found.sheet)):
        _part(found, lambda heading: said.sub(WAVE, heading, count=1))
    waves = (p for p in found.patterns if found.waves and WAVE in p and not found.items)
    totals = (p for p in waves if like("total", p.replace(WAVE, "")) >= WORDS and found.texts(p))
    total = TABLES["wemwbs"].column("total")
    found.total = next((p for p in totals if not foreign(total, pd.Series(found.texts(p)))), "")
    found.cells += found.patterns.get(found.total, [])
    found.used.update(found.cells)
    return found


def _part(found: Found, way: Callable[[str], str]) -> None:
    """Take the headings by a `way` to put {wave} into them, and find the items."""
    found.patterns = {}
    for i, heading in enumerate(found.sheet.headings):
        found.patterns.setdefault(way(heading), []).append(i)
    found.waves = any(WAVE in p and len(at) > 1 for p, at in found.patterns.items())
    if not found.waves:
        found.patterns = {heading: [i] for i, heading in enumerate(found.sheet.headings) if heading}
    _find_items(found)


def _before_and_after(sheet: Sheet) -> re.Pattern[str] | None:
    """Return what finds the two words by which headings of WEMWBS say which time; None where none do."""
    asked: dict[str, set[str]] = {}
    for heading in sheet.headings:
        for word in map(str.casefold, WORDED.findall(heading)):
            asked.setdefault(words(WORDED.sub("", heading)), set()).add(word)
    pairs: dict[tuple[str, ...], list[str]] = {}
    for rest, said in asked.items():
        pairs.setdefault(tuple(sorted(map(re.escape, said))), []).append(rest)
    for pair, rests in pairs.items():
        scores = any(like("total", rest) >= WORDS for rest in rests)
        if len(pair) == 2 and (scores or len(rests) >= len(ITEMS)):
            return _either(pair)
    return None


def _numbered(heading: str) -> str:
    """Return the heading with {wave} in the place of the number of one, if it has one."""
    pattern = _ORDINAL.sub(WAVE, heading, count=1)
    return pattern if pattern != heading else _NUMBERED.sub(rf"\g<1>{WAVE}", heading, count=1)


def _find_items(found: Found) -> None:
    """Find the fourteen items of the questionnaire."""
    families: dict[tuple[str, str], dict[int, str]] = {}
    for pattern in found.patterns:
        for parts in filter(None, (form.fullmatch(pattern) for form in _ITEM)):
            families.setdefault((parts[1], parts[3]), {})[int(parts[2])] = pattern
        if number := likeness.item(pattern):
            families.setdefault(("", "wording"), {})[number] = pattern
    for numbers in families.values():
        cells = [i for pattern in numbers.values() for i in found.patterns[pattern]]
        if any(sorted(numbers) == list(way) for way in NUMBERED) and found.answer(numbers.values()):
            found.items, found.cells = {n: numbers[own] for n, own in enumerate(sorted(numbers), 1)}, cells
            found.used.update(cells)
        elif len(numbers) > 9:
            found.near = len(numbers)
