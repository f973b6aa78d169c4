"""Reading dates as people write them: day first, ISO, the month in words, or a spreadsheet's day number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ut_research.core.parameters import FIRST_YEAR, LAST_YEAR

#: A birth may be earlier; two-digit years up to this one are of this century, the others of the last.
FIRST_BIRTH_YEAR, TWO_DIGIT_BIRTH_YEAR = 1905, 10

_TIME = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.I)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_SERIAL = re.compile(r"([1-5]\d{4})(?:\.\d+)?")
_NUMERIC = re.compile(rf"(\d{{1,2}})[/\-. ](\d{{1,2}})[/\-. ](\d{{4}}|\d{{2}}){_TIME}", re.I)
_WORDS = re.compile(
    rf"(?:[a-z]{{3,9}},? )?(\d{{1,2}})(?:st|nd|rd|th)?[ \-/.]*([a-z]{{3,9}})"
    rf"[ \-/.,]*(\d{{4}}|\d{{2}}){_TIME}",
    re.I,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
                "october", "november", "december")  # fmt: skip


class Day(NamedTuple):
    """A date as read: the day (None when unusable), and the rule that it fell under (None when plain)."""

    day: date | None
    rule: str | None = None


def read_days(texts: Sequence[str], *, month_first: bool = False, birth: bool = False) -> list[Day]:
    """Read each of `texts` as a date, day first.

    Dates such as 04/25/2020 make sense only month first. Where a column has some of those and none that make
    sense only day first, it was probably written month first: doubtful dates (03/04/2020) are not guessed.

    Parameters
    ----------
    texts : the distinct, non-blank texts of one column.
    month_first : read numeric dates month first, because the person said so.
    birth : dates of birth, which go further back.
    """
    numeric = [m for text in texts if (m := _NUMERIC.fullmatch(text))]
    only_month_first = any(int(m[1]) <= 12 < int(m[2]) <= 31 for m in numeric)
    only_day_first = any(int(m[2]) <= 12 < int(m[1]) <= 31 for m in numeric)
    doubtful = not month_first and only_month_first and not only_day_first
    return [_read(text, month_first, birth, doubtful) for text in texts]


def _read(text: str, month_first: bool, birth: bool, doubtful: bool) -> Day:
    rule = None
    if m := (_ISO.fullmatch(text) or _COMPACT.fullmatch(text)):
        year, month, day = int(m[1]), int(m[2]), int(m[3])
    elif m := _SERIAL.fullmatch(text):
        found = date(1899, 12, 30) + timedelta(days=int(m[1]))
        year, month, day, rule = found.year, found.month, found.day, "spreadsheet day number"
    elif m := _NUMERIC.fullmatch(text):
        day, month = (int(m[2]), int(m[1])) if month_first else (int(m[1]), int(m[2]))
        if doubtful and day <= 12 and day != month:
            return Day(None, "month first")
        if not month_first and day <= 12 < month <= 31:
            return Day(None, "month first")
        year, rule = _year(m[3], birth)
    elif (m := _WORDS.fullmatch(text)) and (named := _month(m[2])):
        day, month = int(m[1]), named
        year, rule = _year(m[3], birth)
    else:
        return Day(None, "not a date")
    try:
        found = date(year, month, day)
    except ValueError:
        return Day(None, "impossible date")
    if not (FIRST_BIRTH_YEAR if birth else FIRST_YEAR) <= found.year <= LAST_YEAR:
        return Day(None, "date out of range")
    return Day(found, rule)


def _year(text: str, birth: bool) -> tuple[int, str | None]:
    if len(text) == 4:
        return int(text), None
    return int(text) + (1900 if birth and int(text) > TWO_DIGIT_BIRTH_YEAR else 2000), "two-digit year"


def _month(text: str) -> int | None:
    word = text.lower()
    if word[:3] in _MONTHS and _MONTH_NAMES[_MONTHS.index(word[:3])].startswith(word.removesuffix("t")):
        return _MONTHS.index(word[:3]) + 1
    return None
