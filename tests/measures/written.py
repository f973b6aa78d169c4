"""Canonical tables written out in a test, and the findings of a measure looked up in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from ut_research.core.estimate import Estimate


def table(text: str) -> pd.DataFrame:
    """A canonical table from text: columns two or more spaces apart, ``-`` for nothing there."""
    header, *rows = (re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines())
    frame = pd.DataFrame(rows, columns=header).replace("-", None)
    for column in frame:
        known = frame[column].dropna()
        if str(column).endswith(("_date", "_to")):
            frame[column] = pd.to_datetime(frame[column])
        elif len(known) and known.isin(["yes", "no"]).all():
            frame[column] = frame[column].map({"yes": True, "no": False}).astype("boolean")
        elif len(known) and known.str.fullmatch(r"-?\d+").all():
            frame[column] = frame[column].astype("Int64")
        else:
            frame[column] = frame[column].astype("str")
    return frame


def finding(estimates: Iterable[Estimate], id: str, **group: str) -> Estimate:
    """The one finding of exactly this id and group."""
    (found,) = [e for e in estimates if e.id == id and dict(e.group) == group]
    return found


def values(estimates: Iterable[Estimate], id: str, key: str) -> dict[str, float | None]:
    """The values of the findings of `id` by what their group says of `key`."""
    return {e.group[key]: e.value for e in estimates if e.id == id}
