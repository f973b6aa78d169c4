"""Who is who: one number for each person, whatever table they are in, from identifiers that are then hashed.

Identifiers are compared as they are written, case and all. They are joined, if that can confuse nobody, where
a spreadsheet took the leading zeros from those of one table (0012, 12) or gave them a decimal (13.0), and
where the case of letters tells nobody apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.issues import Action, Log
from ut_research.core.schema import TABLES
from ut_research.reading import identifiers
from ut_research.reading import values as spellings
from ut_research.reading.export import Raw

Numbers = npt.NDArray[np.intp]
_NUMBER, _DECIMAL = re.compile(r"0*(\d+?)(?:\.0+)?"), re.compile(r"\.0+$")


def number_people(
    raw: Raw, key: bytes | None, log: Log
) -> tuple[dict[str, Numbers], pd.api.extensions.ExtensionArray]:
    """Number the people: for each of their tables a number a row (-1: nobody), and each number's hash."""
    names = [n for n, t in TABLES.items() if n in raw.tables and t.of_people]
    if not names:
        return {}, pd.array([], dtype="str")
    texts = pd.concat([raw.tables[n].reindex(columns=["participant_id"], fill_value="") for n in names])
    codes, distinct = pd.factorize(texts["participant_id"].array)
    tidied = [spellings.tidy(i) for i in distinct.tolist()]
    written = ["" if spellings.is_blank(i) or spellings.ERROR.fullmatch(i) else i for i in tidied]
    ends = np.cumsum([len(raw.tables[n]) for n in names])
    people = _People(raw, log, written, dict(zip(names, np.split(codes, ends[:-1]), strict=True)))
    people.join_by_case()
    people.join_as_numbers()
    secret = key if key is not None else identifiers.key()
    hashed = iter(identifiers.hash_ids((i for i in people.written if i), secret))
    number, ids = pd.factorize(
        np.array([*(next(hashed) if i else None for i in people.written), None], dtype=object)
    )
    return {n: number[c] for n, c in people.tables.items()}, pd.array(ids, dtype="str")


@dataclass
class _People:
    """Each distinct identifier as it is `written`, and the places of each row of a table among them."""

    raw: Raw
    log: Log
    written: list[str]
    tables: Mapping[str, Numbers]

    def join_by_case(self) -> None:
        """Join identifiers that differ in case only, where case tells nobody apart.

        That is where all identifiers of the participants are in capitals, or none is; or the recipe says so.
        """
        if self.raw.recipe.ids_ignore_case:
            self.written = [i.casefold() for i in self.written]
            return
        known = self._inside(self.tables.get("participants", np.array([], dtype=np.intp)))
        alone = any(all(i == way(i) for i in known) for way in (str.upper, str.lower))
        if known and alone and self._alike(str.casefold):
            person = {i.casefold(): i for i in known}
            done = "joined with the same identifier in participants, which is in other letters"
            self._join(lambda i: person.get(i.casefold(), i), "identifier in other letters", done)
        done = "taken for different people; if they are not, say ids_ignore_case = true in the recipe"
        self._tell(set().union(*self._alike(str.casefold).values()), "differs in case only", done)

    def join_as_numbers(self) -> None:
        """Join identifiers that a spreadsheet wrote as numbers in some tables, if in none both are there."""
        alike, inside = self._alike(_number), [self._inside(at) for at in self.tables.values()]
        if any(len(texts & there) > 1 for there in inside for texts in alike.values()):
            done = "taken for different people, though only a leading zero or a decimal tells them apart; if "
            done += "a spreadsheet changed them, export them again as text"
            self._tell(set().union(*alike.values()), "differs as a number only", done)
            return
        full = {
            form: max(texts, key=lambda t: (not _DECIMAL.search(t), len(t))) for form, texts in alike.items()
        }
        done = (
            "joined with the same number in another table: a spreadsheet took its zeros, or gave it a decimal"
        )
        self._join(lambda i: full.get(_number(i), i), "identifier as a number", done)

    def _alike(self, form: Callable[[str], str]) -> dict[str, set[str]]:
        """The identifiers that have the same form and are written in more than one way, by that form."""
        groups: dict[str, set[str]] = {}
        for text in filter(None, self.written):
            groups.setdefault(form(text), set()).add(text)
        return {form: texts for form, texts in groups.items() if len(texts) > 1}

    def _inside(self, at: Numbers) -> set[str]:
        """The identifiers at these places."""
        return {self.written[i] for i in np.unique(at[at >= 0])}

    def _join(self, to: Callable[[str], str], rule: str, done: str) -> None:
        joined = [to(i) for i in self.written]
        changed = {i for i, j in zip(self.written, joined, strict=True) if i != j}
        self._tell(changed, rule, done, "repaired")
        self.written = joined

    def _tell(self, of: set[str], rule: str, done: str, action: Action = "reported") -> None:
        """Log the rows of identifiers, in every table."""
        hit = np.array([*(i in of for i in self.written), False])
        for name, at in self.tables.items() if of else ():
            if hit[at].any():
                self.raw.note(self.log, name, hit[at], "participant_id", rule, action, done, len(at))


def _number(text: str) -> str:
    """An identifier without what a spreadsheet may take from it, or add, as from a number."""
    return match[1] if (match := _NUMBER.fullmatch(text)) else text
