"""What the invented cohorts share: how people and days are drawn, and how the files of a cohort are written.

Nobody drawn here exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ut_research.reading.export import Raw

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Tables = dict[str, pd.DataFrame]

DAY_FIRST = "%d/%m/%Y"
PLAIN = ("utf-8", ",")  # the encoding and the separator of a file


def chosen(score: Floats, share: float, exact: bool = True) -> Bools:
    """Who is chosen: those with a score (uniform on 0 to 1) under `share`, or exactly that share of them."""
    if not exact:
        return score < share
    taken = np.zeros(len(score), dtype=bool)
    taken[np.argsort(score, kind="stable")[: round(share * len(score))]] = True
    return taken


def days_of(values: NDArray[np.generic]) -> NDArray[np.timedelta64]:
    """Whole days, as what can be added to a day."""
    return np.asarray(values).astype("int64").astype("timedelta64[D]")


def dates(values: NDArray[np.generic], known: Bools | None = None) -> pd.Series:
    """Days as a column of dates, blank where not `known`."""
    column = pd.Series(values.astype("datetime64[s]")).astype("datetime64[ns]")
    return column if known is None else column.where(known)


def in_order(rows: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """The rows person by person, and within each by `keys`."""
    return rows.sort_values(["participant_id", *keys], kind="stable", ignore_index=True)


def named(people: int) -> pd.Series:
    """An identifier for each of so many people, which says that they are invented."""
    return "INVENTED-" + pd.Series(np.arange(1, people + 1)).astype(str).str.zfill(4)


def referred(
    rng: np.random.Generator,
    people: int,
    *,
    first: np.datetime64,
    last: np.datetime64,
    extracted: np.datetime64,
    registered: float,
    women: float,
) -> pd.DataFrame:
    """People as they are referred, each day alike: the `participants` table of the plainer cohorts.

    Support lasts a week to a year.

    Parameters
    ----------
    people : how many are referred.
    first, last : the first and last day of a referral.
    extracted : the day to which the data are complete, on which some are still supported.
    registered, women : the share of them who register, and who are women; counts are exact.
    """
    referral = first + days_of(np.sort(rng.integers(0, int((last - first).astype(int)) + 1, people)))
    signed_up = chosen(rng.random(people), registered)
    registered_on = np.minimum(referral + days_of(rng.integers(0, 15, people)), extracted)
    left = registered_on + days_of(np.clip(np.round(7 * rng.gamma(2.0, 13.0, people)), 7, 364))
    gone = signed_up & (left <= extracted)
    reason = rng.choice(["completed", "stopped attending", "moved away"], people, p=[0.6, 0.28, 0.12])
    return pd.DataFrame({
        "participant_id": named(people),
        "referral_date": dates(referral),
        "gender": np.where(chosen(rng.random(people), women), "female", "male"),
        "age_at_referral": 18 + np.floor(45 * rng.beta(1.3, 1.7, people)).astype(int),
        "registered_date": dates(registered_on, signed_up),
        "exit_date": dates(left, gone),
        "exit_reason": pd.Series(reason, dtype=object).where(gone, None),
    })  # fmt: skip


def as_text(tables: Mapping[str, pd.DataFrame]) -> Tables:
    """The tables as a tidy spreadsheet would show them: dates day first, yes and no, blanks."""
    return {name: table.apply(_shown) for name, table in tables.items()}


def raw(tables: Mapping[str, pd.DataFrame]) -> Raw:
    """Return the `Raw` of frames in memory, as if each had been a file: rows are numbered from 2."""
    texts = {
        name: pd.DataFrame({c: text_of(frame[c]) for c in frame}).set_index(pd.RangeIndex(2, len(frame) + 2))
        for name, frame in tables.items()
    }
    ids = [frame["participant_id"] for frame in texts.values() if "participant_id" in frame]
    invented = any(column.str.startswith("INVENTED-").any() for column in ids)
    return Raw(texts, {n: len(t) for n, t in texts.items()}, origin="example" if invented else "export")


def text_of(column: pd.Series) -> pd.Series:
    """Return `column` as a person would write it: ISO days, yes or no, whole numbers without a point."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    elif pd.api.types.is_bool_dtype(column):
        column = column.astype("boolean").map({True: "yes", False: "no"}, na_action="ignore")
    elif pd.api.types.is_float_dtype(column):
        whole = (column.dropna() % 1 == 0).all()
        column = column.astype("Float64").astype("Int64") if whole else column
    return column.astype("string").astype("str")


def write(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    invented: str,
    files: Mapping[str, tuple[str, str]] | None = None,
) -> None:
    """Write a cohort, as text, into `folder`: one CSV a table, and `invented` as its ``INVENTED.md``.

    `files` gives the encoding and the separator of tables that are not `PLAIN`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "INVENTED.md").write_text(invented, encoding="utf-8", newline="\n")
    for name, table in tables.items():
        encoding, separator = (files or {}).get(name, PLAIN)
        table.to_csv(
            folder / f"{name}.csv", index=False, encoding=encoding, sep=separator, lineterminator="\n"
        )


def _shown(column: pd.Series) -> pd.Series:
    if column.dtype.kind == "M":
        column = column.dt.strftime(DAY_FIRST)
    elif column.dtype == "boolean":
        column = column.map({True: "yes", False: "no"})
    texts: pd.Series = column.astype("string").fillna("").astype(object)
    return texts
