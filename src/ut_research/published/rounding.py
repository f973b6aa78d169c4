"""Rounding, kept exact: which counts and means a printed number could have come from.

Rounding half up and half down are both accepted throughout. Source: the GRIM test, Brown and Heathers 2017,
Social Psychological and Personality Science 8:363.
"""

from __future__ import annotations

import math
from fractions import Fraction


def attainable_counts(percent: float, n: int, decimals: int = 0) -> list[int]:
    """The whole numbers of people, out of `n`, whose percentage is printed as `percent`; [] where none is."""
    low, high = (exact(percent) + side * half_unit(decimals) for side in (-1, 1))
    return [c for c in range(math.ceil(low * n / 100), math.floor(high * n / 100) + 1) if 0 <= c <= n]


def grim_consistent(printed: str, n: int, grain: float = 1) -> bool:
    """Whether `n` answers that move in steps of `grain` can have the mean `printed`.

    `printed` is text, so that its decimals count: "5.10" says more than "5.1".
    """
    half = half_unit(len(printed.partition(".")[2]))
    step = exact(grain) / n
    return math.ceil((Fraction(printed) - half) / step) <= math.floor((Fraction(printed) + half) / step)


def exact(value: float) -> Fraction:
    """`value` as it is written in decimals, not as binary stores it."""
    return Fraction(repr(float(value)))


def half_unit(decimals: int) -> Fraction:
    """The most that rounding to `decimals` can move a number."""
    return Fraction(1, 2 * 10**decimals)


def shown(value: Fraction, decimals: int) -> str:
    """`value` rounded half up, with commas between thousands."""
    return f"{math.floor(value * 10**decimals + Fraction(1, 2)) / 10**decimals:,.{decimals}f}"


def percent_of(count: int, n: int, decimals: int = 0) -> str:
    """The percentage that `count` of `n` is, rounded half up."""
    return shown(Fraction(100 * count, n), decimals) + "%"
