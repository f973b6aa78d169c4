"""Exports that an intruder would like to see: invented people, with things planted that must never leave.

What is planted is unique to each person, so that finding any of it again, anywhere, is a fault.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from tools import draw, example

#: Stands in every planted text and nowhere else.
MARK = "qzx"


@dataclass(frozen=True)
class Planted:
    """An export in a folder, the tables before anything was planted, and what must not be found again."""

    folder: Path
    tables: dict[str, pd.DataFrame]
    canaries: frozenset[str]


def plant(folder: Path, people: int, seed: int) -> Planted:
    """Write an export of `people` invented people into `folder`, with canaries in it.

    Planted: identifiers; names and notes in columns that nobody asks for, under headings that say nothing;
    dates of birth in two spellings, and none of up to eight people; no gender, partner or area of up to four;
    reasons for leaving that only one person has; words spoken. Half of the exports ask for one need more.
    """
    tables = example.generate(people, seed, calibrated=False)
    if seed % 2:
        tables |= {name: _again(tables[name], seed) for name in ("wemwbs", "activity")}
    rng = np.random.default_rng(seed)
    if seed % 3:
        tables["sessions"] = _sessions(rng, tables["participants"])
    ids = {old: _word("id", seed, old) for old in tables["participants"]["participant_id"]}
    sheets: dict[str, pd.DataFrame] = {}
    canaries = set(ids.values())
    for name, table in tables.items():
        sheet = pd.DataFrame({c: draw.text_of(table[c]) for c in table.columns})
        if "participant_id" in sheet:
            sheet["participant_id"] = sheet["participant_id"].map(ids)
        sheets[name] = sheet
    people_sheet = sheets["participants"]
    births = _births(tables["participants"], rng)
    people_sheet["date_of_birth"] = [
        f"{b:%d/%m/%Y}" if i % 2 else b.isoformat() for i, b in enumerate(births)
    ]
    people_sheet["age_at_referral"] = ""
    people_sheet.loc[: seed % 9 - 1, "date_of_birth"] = ""
    for column in ("gender", "partner", "area"):
        people_sheet.loc[rng.permutation(people)[: rng.integers(0, 5)], column] = ""
    canaries.update(f"{b:%d/%m/%Y}" for b in births)
    people_sheet["worker view"] = [_word("note", seed, i) for i in range(len(people_sheet))]
    people_sheet["x1"] = [_word("name", seed, i).title() for i in range(len(people_sheet))]
    for row in rng.permutation(len(people_sheet))[:3]:
        people_sheet.loc[row, "exit_reason"] = reason = _word("reason", seed, row)
        canaries.add(reason)
    if seed % 2:
        sheets["needs"]["money"] = rng.choice(["yes", "no"], len(sheets["needs"]))
    if "sessions" in sheets:
        sheets["sessions"].loc[0, "kind"] = kind = _word("kind", seed, 0)
        canaries.add(kind)
    said = sheets["coded_segments"]
    said["summary"] = [_word("said", seed, i) for i in range(len(said))]
    said["verbatim"] = [_word("verbatim", seed, i) for i in range(len(said))]
    for column in (people_sheet["worker view"], people_sheet["x1"], said["summary"], said["verbatim"]):
        canaries.update(column)
    folder.mkdir(parents=True)
    for name, sheet in sheets.items():
        sheet.to_csv(folder / f"{name}.csv", index=False)
    return Planted(folder, tables, frozenset(c.lower() for c in canaries))


def _again(answers: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The answers, and a third of a few or of most people who gave a second, the same as that."""
    third = answers[answers["timepoint"] == "T2"].iloc[:: 1 + seed % 7].assign(timepoint="T3")
    return pd.concat([answers, third], ignore_index=True)


def _sessions(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    """What people came to: most of those who registered, a few times each, and one kind to which few did."""
    who = people["participant_id"][people["registered_date"].notna() & (rng.random(len(people)) < 0.8)]
    who = pd.concat([who, people["participant_id"].head(1)]).drop_duplicates()
    who = who.repeat(rng.integers(1, 6, len(who)))
    return pd.DataFrame({
        "participant_id": who.to_numpy(),
        "kind": rng.choice(np.array(["meeting", "group", "call"], dtype=object), len(who), p=[0.6, 0.3, 0.1]),
        "minutes": rng.integers(10, 90, len(who)),
    })  # fmt: skip


def _word(kind: str, seed: int, about: object) -> str:
    """Letters that occur nowhere else: no digits, so that nothing takes them for a number."""
    told = hashlib.sha256(f"{kind} {seed} {about}".encode()).hexdigest()[:12]
    return MARK + told.translate(str.maketrans("0123456789", "ghijklmnop"))


def _births(people: pd.DataFrame, rng: np.random.Generator) -> list[date]:
    """Dates of birth that make people as old as they are."""
    return [
        (referred - pd.DateOffset(years=int(age)) - pd.Timedelta(days=int(rng.integers(1, 300)))).date()
        for referred, age in zip(people["referral_date"], people["age_at_referral"], strict=True)
    ]
