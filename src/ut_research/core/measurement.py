"""A measurement: an Estimate beside the people it is about, for disclosure control and for nobody else.

Measures give measurements; what disclosure control lets go are plain Estimates, in which nobody is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd

from ut_research.core.estimate import Estimate

#: A set of people: its bit k is the person whose number is k.
People = int

#: What the index of a table is called whose rows are people, by their numbers.
PERSON = "person"


@dataclass(frozen=True, slots=True, repr=False)
class Measurement(Estimate):
    """One Estimate, and whose it is.

    Attributes
    ----------
    counted, among : the people whose number it gives away, and those it is out of; None where it is of
        things, or nobody knows.
    answers : of a mean, how many people gave each answer.
    between : of a count of people by an answer, the lowest and the highest answer that counts.
    """

    counted: People | None = field(default=None, compare=False)
    among: People | None = field(default=None, compare=False)
    answers: Mapping[float, int] | None = field(default=None, compare=False)
    between: tuple[float, float] | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"<measurement of {self.id}; nothing of it is shown until it is released>"


def people(rows: pd.Index) -> People | None:
    """The people whose numbers are in an index called `PERSON`; None of another, or if one is there twice."""
    if rows.name != PERSON:
        return None
    numbers = rows.to_numpy(dtype=np.int64)
    there = np.zeros(numbers.max(initial=-1) + 1, dtype=np.bool_)
    there[numbers] = True
    found = int.from_bytes(np.packbits(there, bitorder="little").tobytes(), "little")
    return found if found.bit_count() == len(numbers) else None


def plain(e: Estimate) -> Estimate:
    """`e` without its people."""
    return Estimate(**{f.name: getattr(e, f.name) for f in fields(Estimate)})
