"""One table at work: every cell read once, the rows that are still kept, and what is logged of both."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.issues import Action, Log
from ut_research.core.schema import Column, Table, dtype
from ut_research.reading import dates
from ut_research.reading import values as spellings
from ut_research.reading.export import Raw

Mask = npt.NDArray[np.bool_]
#: What is done with a row that is about nobody.
UNKNOWN = "left out: nobody to join it to"


class Sheet:
    """One table at work: its columns, the rows still kept, and how to log what happens to them."""

    def __init__(self, table: Table, raw: Raw, person: npt.NDArray[np.intp] | None, log: Log,
                 names: spellings.Names):  # fmt: skip
        self.table, self.raw, self.issues, self.names = table, raw, log, names
        texts, self.epoch = raw.tables[table.name], raw.epochs.get(table.name)
        month_first = raw.recipe.rule(table.name).month_first
        self.frame = pd.DataFrame(index=pd.RangeIndex(len(texts)))
        self.person = person if person is not None else np.full(len(texts), -1)
        self.keep: Mask = np.ones(len(texts), dtype=bool)
        self.unusable = defaultdict[str, Mask](lambda: np.zeros(len(texts), dtype=bool))
        for column in table.columns:
            if column.name == "participant_id":
                self.reject(self.person < 0, column.name, "no identifier", UNKNOWN)
            elif column.name in texts:
                self._read(column, texts[column.name], column.name in month_first)

    def __getitem__(self, name: str) -> pd.Series:
        """Return the column `name` as a Series, all blank when the export has none."""
        if name in self.frame:
            return self.frame[name]
        return pd.Series(None, self.frame.index, dtype=dtype(self.table.column(name)))

    def log(self, mask: Mask, column: str, rule: str, action: Action, done: str) -> Mask:
        """Log the kept rows of `mask`, with what was done; return them."""
        if (hit := mask & self.keep).any():
            said = rule, action, done, int(self.keep.sum())
            self.raw.note(self.issues, self.table.name, hit, column, *said)
        return hit

    def reject(self, mask: Mask, column: str, rule: str, done: str) -> None:
        """Reject and log the kept rows of `mask`."""
        self.keep = self.keep & ~self.log(mask, column, rule, "rejected", done)

    def blank(self, mask: Mask, column: str, rule: str, done: str = "left blank") -> None:
        """Blank the cells of `column` in the kept rows of `mask`, and log them as reported."""
        self.put(column, self.log(mask, column, rule, "reported", done), None)

    def put(self, column: str, mask: Mask, values: str | pd.Series | None) -> None:
        """Write `values` into the rows of `mask`, if there are any."""
        if mask.any():
            self.frame[column] = self[column]
            self.frame.loc[mask, column] = values

    def kept(self) -> pd.DataFrame:
        """Return the canonical table: its kept rows, the data dictionary's columns in order."""
        names = [c.name for c in self.table.columns if c.kept and c.name in self.frame]
        return self.frame.loc[self.keep, names].reset_index(drop=True)

    def key(self) -> npt.NDArray[np.intp]:
        """Give a whole number for each row, equal for rows that the table's key does not tell apart."""
        if not self.table.key and not self.table.of_people:
            return np.zeros(len(self.frame), dtype=np.intp)
        parts = [self.person if k == "participant_id" else pd.factorize(self[k])[0] for k in self.table.key]
        return parts[0] * 16 + parts[1] if len(parts) > 1 else parts[0] if parts else self.person

    def _read(self, column: Column, texts: pd.Series, month_first: bool) -> None:
        """Read every distinct text of a column once, and spread what it means over the rows."""
        codes, distinct = pd.factorize(texts.array)
        uniques: list[str] = distinct.tolist()
        counts = np.bincount(codes[codes >= 0], minlength=len(uniques))
        values: list[object] = [None] * len(uniques)
        rules: list[str | None] = [None] * len(uniques)
        tidied = [spellings.tidy(u, lines=column.kind == "text") for u in uniques]
        free = column.kind == "text"
        for i, (text, was) in enumerate(zip(tidied, uniques, strict=True)):
            if text != was:
                rules[i] = "white space"
            if not free and spellings.is_blank(text, day=column.kind == "date"):
                rules[i], tidied[i] = "word for blank", ""
            elif not free and spellings.ERROR.fullmatch(text):
                rules[i] = "spreadsheet error"
        filled = [i for i, text in enumerate(tidied) if text and rules[i] != "spreadsheet error"]
        if column.kind == "date":
            days = dates.read_days([tidied[i] for i in filled], month_first=month_first,
                                   birth=column.name == "date_of_birth", epoch=self.epoch)  # fmt: skip
            read: list[spellings.Reading] = [(d.day, d.rule) for d in days]
        else:
            one = spellings.reader(column, self.names)
            read = [one(tidied[i]) for i in filled]
        for i, (value, rule) in zip(filled, read, strict=True):
            values[i], rules[i] = value, rule or rules[i]
        if column.kind == "name":
            _one_spelling(values, rules, counts)
        self.frame[column.name] = pd.Series(values, dtype=dtype(column)).array.take(codes, allow_fill=True)
        filled_cells = int(counts[[bool(t) for t in tidied]].sum()) if uniques else 0
        self._log_rules(column.name, codes, rules, filled_cells)
        blanked = np.array([bool(t) and v is None for t, v in zip(tidied, values, strict=True)] + [False])
        self.unusable[column.name] = blanked[codes]

    def _log_rules(
        self, column: str, codes: npt.NDArray[np.intp], rules: list[str | None], filled: int
    ) -> None:
        for rule in dict.fromkeys(r for r in rules if r):
            action, done = spellings.done(rule)
            hit = np.array([r == rule for r in rules] + [False])[codes]
            self.raw.note(self.issues, self.table.name, hit, column, rule, action, done, filled)


def _one_spelling(values: list[object], rules: list[str | None], counts: npt.NDArray[np.int64]) -> None:
    """Give names that differ only in case the most frequent spelling among them, in place."""
    best: dict[str, tuple[int, str]] = {}
    for value, n in zip(values, counts, strict=True):
        if value is not None and int(n) > best.get(str(value).casefold(), (0, ""))[0]:
            best[str(value).casefold()] = (int(n), str(value))
    for i, value in enumerate(values):
        if value is not None and (usual := best[str(value).casefold()][1]) != value:
            values[i], rules[i] = usual, "spelling"
