"""Reading dates as people write them: day first, ISO, the month in words, or days since a known day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ut_research.core.parameters import FIRST_YEAR, LAST_YEAR

#: A birth may be earlier; two-digit years up to this one are of this century, the others of the last.
FIRST_BIRTH_YEAR, TWO_DIGIT_BIRTH_YEAR = 1905, 10

#: What programs count days from. A spreadsheet's first is a day early, for the leap year 1900 that never was.
SPREADSHEET = date(1899, 12, 30)
EPOCHS = {
    "a spreadsheet": SPREADSHEET, "a spreadsheet from 1904": date(1904, 1, 1),
    "Stata or SAS": date(1960, 1, 1), "R or Unix": date(1970, 1, 1),
}  # fmt: skip
#: A day number among dates is a spreadsheet's where that, and nothing else, puts it this near to them.
NEAR_DAYS = 366
#: One month-first date among this many day-first ones is a slip, and not how part of a column is written.
A_SLIP = 10

_ZONE = r"(?: ?(?:Z|UTC|GMT|BST|[A-Z]{3,4})?(?: ?[+-]\d{1,2}:?(?:\d{2})?)?)"
_HOUR = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?"
_TIME = rf"(?:(?:,? |T){{1,2}}(?:at )?{_HOUR}{_ZONE})?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.I)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
SERIAL = re.compile(r"([1-9]\d{4})(?:\.\d+)?")
_NUMERIC = re.compile(rf"(\d{{1,2}})[/\-. ](\d{{1,2}})[/\-. ](\d{{4}}|\d{{2}}){_TIME}", re.I)
_WEEKDAY, _MONTH = r"(?:[a-z]{3,9},? )?", r"(?P<month>[a-z]{3,9})"
_NTH, _IN = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>\d{4}|\d{2})"
_WORDS = (
    re.compile(rf"{_WEEKDAY}{_NTH}(?: of)?[ \-/.]*{_MONTH}[ \-/.,]*{_IN}{_TIME}", re.I),
    re.compile(rf"{_WEEKDAY}{_MONTH}\.? {_NTH},? {_IN}{_TIME}", re.I),
)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
                "october", "november", "december")  # fmt: skip


class Day(NamedTuple):
    """A date as read: the day (None when unusable), and the rule that it fell under (None when plain)."""

    day: date | None
    rule: str | None = None


def read_days(texts: Sequence[str], *, month_first: bool = False, birth: bool = False,
              epoch: date | None = None) -> list[Day]:  # fmt: skip
    """Read each of `texts` as a date, day first.

    Dates such as 04/25/2020 make sense only month first. Where a column has more of those than slips
    among dates that make sense only day first, doubtful ones (03/04/2020) are not guessed.

    Parameters
    ----------
    texts : the distinct, non-blank texts of one column.
    month_first : read numeric dates month first, because the person said so.
    birth : dates of birth, which go further back.
    epoch : the day that numbers are counted from. Where it is not known, a number is read only among dates,
        and only where a spreadsheet's day, and no other, would lie near them.
    """
    numeric = [m for text in texts if (m := _NUMERIC.fullmatch(text))]
    only_month_first = sum(int(m[1]) <= 12 < int(m[2]) <= 31 for m in numeric)
    only_day_first = sum(int(m[2]) <= 12 < int(m[1]) <= 31 for m in numeric)
    slips = max(1, only_day_first // A_SLIP) if only_day_first else 0
    doubtful = not month_first and only_month_first > slips
    days = [_read(text, month_first, birth, doubtful) for text in texts]
    numbers = [i for i, text in enumerate(texts) if SERIAL.fullmatch(text)]
    if numbers:
        written = [day.day for day in days if day.day]
        for i in numbers:
            days[i] = _from_number(float(texts[i]), epoch, written, birth)
    return days


def _from_number(number: float, epoch: date | None, written: Sequence[date], birth: bool) -> Day:
    """Read a number of days; `written` are the column's other days."""
    if epoch is None:
        days = (
            [min(written).toordinal() - NEAR_DAYS, max(written).toordinal() + NEAR_DAYS]
            if written
            else [0, 0]
        )
        near = [e for e in EPOCHS.values() if days[0] <= e.toordinal() + int(number) <= days[1]]
        if near != [SPREADSHEET]:
            return Day(None, "day number")
        epoch = SPREADSHEET
    spreadsheet = epoch in (SPREADSHEET, EPOCHS["a spreadsheet from 1904"])
    rule = "spreadsheet day number" if spreadsheet else "day number read"
    return _in_range(epoch + timedelta(int(number)), birth, rule)


def _read(text: str, month_first: bool, birth: bool, doubtful: bool) -> Day:
    rule = None
    if m := (_ISO.fullmatch(text) or _COMPACT.fullmatch(text)):
        year, month, day = int(m[1]), int(m[2]), int(m[3])
    elif m := _NUMERIC.fullmatch(text):
        day, month = (int(m[2]), int(m[1])) if month_first else (int(m[1]), int(m[2]))
        if doubtful and day <= 12 and day != month:
            return Day(None, "month first")
        if not month_first and day <= 12 < month <= 31:
            return Day(None, "month first")
        year, rule = _year(m[3], birth)
    elif found := next(
        ((m, named) for way in _WORDS if (m := way.fullmatch(text)) and (named := _month(m["month"]))), None
    ):
        day, month = int(found[0]["day"]), found[1]
        year, rule = _year(found[0]["year"], birth)
    else:
        return Day(None, "not a date")
    try:
        return _in_range(date(year, month, day), birth, rule)
    except ValueError:
        return Day(None, "impossible date")


def _in_range(day: date, birth: bool, rule: str | None) -> Day:
    if not (FIRST_BIRTH_YEAR if birth else FIRST_YEAR) <= day.year <= LAST_YEAR:
        return Day(None, "date out of range")
    return Day(day, rule)


def _year(text: str, birth: bool) -> tuple[int, str | None]:
    if len(text) == 4:
        return int(text), None
    return int(text) + (1900 if birth and int(text) > TWO_DIGIT_BIRTH_YEAR else 2000), "two-digit year"


def _month(text: str) -> int | None:
    """Return the number of a month by its name, of which three letters or more are written, or "sept"."""
    word = text.lower()
    ours = (name[:3] == word[:3] and name.startswith(word.removesuffix("t")) for name in _MONTHS)
    return next((n for n, found in enumerate(ours, 1) if found), None)
