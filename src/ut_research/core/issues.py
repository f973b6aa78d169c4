"""The issues log: one row for each repair, rejection and report, naming places and rules, never a value."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.schema import TABLES

Action = Literal["repaired", "rejected", "reported"]

COLUMNS = ("table", "row", "column", "rule", "action", "done")
#: A repair that more than half of a column needs is how the export writes it: it is one entry, not one a row.
WHOLE_COLUMN_FROM = 20


class Log:
    """Gathers issues in the order in which they are found."""

    def __init__(self) -> None:
        self._parts: list[pd.DataFrame] = []

    def add(self, table: str, rows: npt.ArrayLike, column: str, rule: str, action: Action, done: str,
            of: int | None = None) -> None:  # fmt: skip
        """Add one issue for each of `rows` (numbered as in the file), or one without a row when none.

        A repair of more than half of the `of` filled cells of a column (20 or more) is one issue without a
        row, with the number of cells in its words.
        """
        numbers = np.atleast_1d(np.asarray(rows, dtype="int64"))
        if action == "repaired" and of and len(numbers) >= WHOLE_COLUMN_FROM and 2 * len(numbers) > of:
            done, numbers = f"{done} ({len(numbers):,} rows, the whole column)", numbers[:0]
        row = pd.array(numbers, dtype="Int64") if len(numbers) else pd.array([pd.NA], dtype="Int64")
        part = pd.DataFrame(
            {"table": table, "row": row, "column": column, "rule": rule, "action": action, "done": done}
        )
        self._parts.append(part)

    def extend(self, issues: pd.DataFrame) -> None:
        """Add issues that are a frame already."""
        if len(issues):
            self._parts.append(issues)

    def frame(self) -> pd.DataFrame:
        """Return all issues: table by table as in the data dictionary, then by row, then as found."""
        if not self._parts:
            return empty()
        all_ = pd.concat(self._parts, ignore_index=True)[list(COLUMNS)]
        order = all_["table"].map({t: i for i, t in enumerate(TABLES)}).fillna(len(TABLES)).to_numpy()
        row = all_["row"].fillna(0).to_numpy("int64")
        return all_.iloc[np.lexsort((np.arange(len(all_)), row, order))].reset_index(drop=True)


def empty() -> pd.DataFrame:
    """Return a log with nothing in it."""
    return pd.DataFrame({c: pd.array([], dtype="Int64" if c == "row" else "str") for c in COLUMNS})
