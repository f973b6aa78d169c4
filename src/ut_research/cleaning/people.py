"""Who is who: one number for each person, whatever table they are in, from identifiers that are then hashed.

Identifiers are compared as they are written, case and all. They are joined, if that can confuse nobody, where
a spreadsheet took the leading zeros from those of one table (0012, 12) or gave them a decimal (13.0), and
where the case of letters tells nobody apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ut_research.core.issues import Action, Log
from ut_research.core.schema import TABLES
from ut_research.reading import identifiers
from ut_research.reading import values as spellings
from ut_research.reading.export import Raw

Numbers = npt.NDArray[np.intp]
_NUMBER = re.compile(r"0*(\d+?)(?:\.0+)?")


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
    tables = dict(zip(names, np.split(codes, ends[:-1]), strict=True))
    written = _as_numbers(_by_case(written, tables, raw, log), tables, raw, log)
    secret = key if key is not None else identifiers.key()
    hashed = iter(identifiers.hash_ids((i for i in written if i), secret))
    number, ids = pd.factorize(
        np.array([*(next(hashed) if i else None for i in written), None], dtype=object)
    )
    return {n: number[c] for n, c in tables.items()}, pd.array(ids, dtype="str")


def _alike(written: Sequence[str], forms: Sequence[str]) -> dict[str, set[str]]:
    """Return the identifiers that have the same form and are written in more than one way, by that form."""
    groups: dict[str, set[str]] = {}
    if len(set(forms)) == len(set(written)):
        return groups
    for text, form in zip(written, forms, strict=True):
        if text:
            groups.setdefault(form, set()).add(text)
    return {form: texts for form, texts in groups.items() if len(texts) > 1}


def _by_case(written: list[str], tables: Mapping[str, Numbers], raw: Raw, log: Log) -> list[str]:
    """Return the identifiers with those joined that differ in case only, where case tells nobody apart.

    That is so where all identifiers of the participants are in capitals, or none is; or the recipe says it.
    """
    if raw.recipe.ids_ignore_case:
        return [i.casefold() for i in written]
    alike = _alike(written, [i.casefold() for i in written])
    codes = tables.get("participants", np.array([], dtype=np.intp))
    known = {written[c] for c in np.unique(codes[codes >= 0])}
    if alike and known and any(all(i == way(i) for i in known) for way in (str.upper, str.lower)):
        person = {i.casefold(): i for i in known}
        joined = [person.get(i.casefold(), i) for i in written]
        changed = {i for i, j in zip(written, joined, strict=True) if i != j}
        done = "joined with the same identifier in participants, which is in other letters"
        _log(changed, written, tables, raw, log, "identifier in other letters", done, repaired=True)
        written, alike = joined, _alike(joined, [i.casefold() for i in joined])
    of = {text for texts in alike.values() for text in texts}
    done = "taken for different people; if they are not, say ids_ignore_case = true in the recipe"
    _log(of, written, tables, raw, log, "differs in case only", done)
    return written


def _as_numbers(written: list[str], tables: Mapping[str, Numbers], raw: Raw, log: Log) -> list[str]:
    """Return the identifiers with those joined that a spreadsheet wrote as numbers in some tables."""
    forms = [match[1] if (match := _NUMBER.fullmatch(i)) else i for i in written]
    alike = _alike(written, forms)
    if not alike:
        return written
    form = dict(zip(written, forms, strict=True))
    for codes in tables.values():
        inside = {written[c] for c in np.unique(codes[codes >= 0])}
        if any(len(texts & inside) > 1 for texts in alike.values()):
            done = (
                "taken for different people, though only a leading zero or a decimal tells them apart; if a "
            )
            done += "spreadsheet changed them, export them again as text"
            of = {text for texts in alike.values() for text in texts}
            _log(of, written, tables, raw, log, "differs as a number only", done)
            return written
    fullest = {
        f: max(texts, key=lambda t: (not re.search(r"\.0+$", t), len(t))) for f, texts in alike.items()
    }
    joined = [fullest.get(form[i], i) for i in written]
    changed = {i for i, j in zip(written, joined, strict=True) if i != j}
    done = "joined with the same number in another table: a spreadsheet took its zeros, or gave it a decimal"
    _log(changed, written, tables, raw, log, "identifier as a number", done, repaired=True)
    return joined


def _log(of: set[str], written: Sequence[str], tables: Mapping[str, Numbers], raw: Raw, log: Log, rule: str,
         done: str, repaired: bool = False) -> None:  # fmt: skip
    """Log the rows of identifiers, in every table."""
    if not of:
        return
    hit = np.array([*(i in of for i in written), False])
    action: Action = "repaired" if repaired else "reported"
    for name, codes in tables.items():
        if hit[codes].any():
            raw.note(log, name, hit[codes], "participant_id", rule, action, done, len(codes))
