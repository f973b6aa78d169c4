"""How numbers and times are shown, by unit, and how words begin a sentence."""

from __future__ import annotations

import re

#: Decimal places that a reader is shown, by unit; a unit not named here gets one.
DECIMALS = {"%": 0, "people": 0, "percentage points": 0, "weeks": 0, "year": 0, "years": 0}
DECIMALS |= {"": 2, "ratio": 2, "p-value": 3, "£": 2}
#: Units of what is whole of each person: of such a median, only a half has a decimal place.
WHOLE_OF_EACH = frozenset({"sessions", "minutes"})

#: Days in a mean month, a twelfth of 365.25.
DAYS_A_MONTH = 30.4375


def places(unit: str) -> int:
    """How many decimal places of a number in `unit` a reader is shown."""
    return DECIMALS.get(unit, 1)


def single(unit: str) -> str:
    """What one of a `unit` is called: ``day``, ``analysis``."""
    return {"analyses": "analysis"}.get(unit, unit.removesuffix("s"))


def capital(text: str) -> str:
    """`text` with its first letter as at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """`text` with its first letter as within a sentence; names (``McNemar's``, ``WEMWBS``) keep theirs."""
    return text[:1].lower() + text[1:] if re.match(r"[A-Z][a-z-]*(?![^\s:,;.])", text) else text


def period(days: int) -> str:
    """A follow-up time as people say it: ``one year``, ``52 weeks``, ``18 months``, ``100 days``."""
    months = days / DAYS_A_MONTH
    if days in (365, 366):
        return "one year"
    if days % 7 == 0:
        return f"{days // 7} weeks"
    if abs(months - round(months)) < 0.05:
        return f"{round(months)} months"
    return f"{days} days"
