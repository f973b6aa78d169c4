"""What goes wrong in a real export, done on purpose to clean tables: `mess`, and how its files are written.

Every kind of mess is something that cleaning repairs, rejects or reports, and none of it changes a published
total: what is spoilt is put right by cleaning, or stands in an extra row, or in a cell that no total counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from tools.draw import DAY_FIRST, Tables, as_text

Row = dict[str, str]
Sheet = list[Row]

#: How a file is written when it is not UTF-8 with commas: its encoding and its separator.
FILES = {
    "participants": ("utf-8-sig", ","),
    "wemwbs": ("utf-8", ";"),
    "activity": ("utf-8", "\t"),
    "steering_comments": ("cp1252", ","),
}

PLAIN = re.compile(r"(\d\d/\d\d/\d{4})?")
OTHER_DATES: tuple[Callable[[datetime], str], ...] = (
    lambda day: f"{day:%Y-%m-%d}",
    lambda day: f"{day:%d.%m.%Y}",
    lambda day: f"{day.day} {day:%B %Y}",
    lambda day: f"{day:%d/%m/%y}",
    lambda day: f" {day:%d/%m/%Y}",
    lambda day: str((day - datetime(1899, 12, 30)).days),
)
OTHERWISE_DATED = 0.12  # share of dates written in one of these ways
SPELLINGS = {  # column: what stands for what, each used once or twice a table
    "yes": ("Y", "Yes ", "TRUE", "1"),
    "no": ("N", " no", "FALSE", "0"),
    "male": ("M", "Male", "MALE "),
    "female": ("F", "Female"),
    "T1": ("t1", "Baseline", "T1 "),
    "T2": ("Time 2", " T2"),
    "engaged": ("Engaged",),
    "employment": ("Employed", "employment "),
    "education_training": ("Education & training", "Training"),
    "Blackburn Rovers Community Trust": ("Blackburn Rover Community Trust",),
    "Burnley FC in the Community": ("burnley fc in the community", "Burnley  FC in the Community"),
    "Preston North End Community and Education Trust": (
        "Preston North End Community & Education Trust",
        "PNE",
    ),
    "Blackburn with Darwen": ("Blackburn with Darwin",),
    "Blackpool": ("Blackpol", "BLACKPOOL"),
    "Preston": (" Preston",),
    "White": ("white", "White "),
}
SPELT = ("gender", "partner", "area", "ethnicity", "timepoint", "group", "outcome")
LONG = (
    "Invented: a sentence that somebody pasted here by mistake, far longer than any answer to the question."
)


def mess(tables: Mapping[str, pd.DataFrame], seed: int) -> Tables:
    """The clean tables of `tools.example.generate` as text, with an ordinary export's mess.

    Extra rows stand right after the row that they copy or contradict.
    """
    rng = np.random.default_rng(seed)
    sheets = {name: _sheet(table) for name, table in as_text(tables).items()}
    for name, table in tables.items():
        for column in map(str, table):
            if table[column].dtype.kind == "M":
                _dated_otherwise(rng, sheets[name], column)
            elif column in SPELT or table[column].dtype == "boolean":
                _spelt_otherwise(rng, sheets[name], column)
    _participants(rng, sheets["participants"])
    _needs(rng, sheets["needs"])
    _wemwbs(rng, sheets["wemwbs"])
    _activity(rng, sheets["activity"])
    _reoffending(rng, sheets["reoffending"], sheets["participants"])
    _outcomes(rng, sheets["outcomes"])
    sheets["coded_segments"][3]["summary"] += " Write to invented@example.org."
    return {name: pd.DataFrame(sheet) for name, sheet in sheets.items()}


def _sheet(table: pd.DataFrame) -> Sheet:
    return [dict(zip(map(str, table), row, strict=True)) for row in table.itertuples(index=False)]


def _dated_otherwise(rng: np.random.Generator, sheet: Sheet, column: str) -> None:
    for row in sheet:
        if row[column] and rng.random() < OTHERWISE_DATED:
            row[column] = OTHER_DATES[rng.integers(len(OTHER_DATES))](_date(row[column]))


def _spelt_otherwise(rng: np.random.Generator, sheet: Sheet, column: str) -> None:
    for usual, others in SPELLINGS.items():
        rows = [row for row in sheet if row[column] == usual]
        for place, other in zip(rng.permutation(len(rows)), others, strict=False):
            rows[place][column] = other


def _date(text: str) -> datetime:
    return datetime.strptime(text, DAY_FIRST)


def _moved(text: str, days: int) -> str:
    """A date written day first, moved by `days`."""
    return (_date(text) + timedelta(days=days)).strftime(DAY_FIRST)


def _pick(rng: np.random.Generator, sheet: Sheet, where: Callable[[Row], bool]) -> Sheet:
    """The rows of `where` whose dates are all day first or blank, in random order."""
    rows = [
        r for r in sheet if where(r) and all(PLAIN.fullmatch(r[c]) for c in r if c.endswith(("_date", "_to")))
    ]
    return [rows[place] for place in rng.permutation(len(rows))]


def _extra(sheet: Sheet, row: Row, **cells: str) -> None:
    """Add, right after `row`, a row that repeats it but for `cells`."""
    at = next(i for i, other in enumerate(sheet) if other is row)
    sheet.insert(at + 1, row | cells)


def _alone(sheet: Sheet) -> Callable[[Row], bool]:
    """Whether a row is the only one of its person."""
    times = Counter(row["participant_id"] for row in sheet)
    return lambda row: times[row["participant_id"]] == 1


def _participants(rng: np.random.Generator, sheet: Sheet) -> None:
    never = _pick(rng, sheet, lambda r: not r["registered_date"])
    never[0]["exit_date"] = _moved(never[0]["referral_date"], -40)
    left = _pick(rng, sheet, lambda r: bool(r["exit_date"]))
    back = {"area": "Chorley", "registered_date": "", "exit_date": "", "exit_reason": ""}
    _extra(sheet, left[0], referral_date=_moved(left[0]["exit_date"], 20), **back)
    left[1]["registered_date"] = _moved(left[1]["referral_date"], -1)
    left[2]["registered_date"] = "31/02/2020"
    left[3]["exit_reason"] = "joined the army"
    unsaid = [row for row in sheet if not row["ethnicity"]]
    for row, said in zip(unsaid, ("N/A", "not known", LONG), strict=False):
        row["ethnicity"] = said
    for row in sheet:
        row["date_of_birth"] = ""
    for row in left[4:24]:
        born = _date(_moved(row["referral_date"], -100))
        year = born.year - int(row["age_at_referral"])
        row["date_of_birth"] = f"{min(born.day, 28):02d}/{born.month:02d}/{year}"
        row["age_at_referral"] = ""
    left[24]["date_of_birth"] = "01/01/1910"
    for row in left[25:28]:
        _extra(sheet, row)


def _needs(rng: np.random.Generator, sheet: Sheet) -> None:
    rows = _pick(rng, sheet, lambda r: True)
    rows[0]["assessed_date"] = "04/25/2020"
    rows[1]["assessed_date"] = "soon after"
    _extra(
        sheet, rows[2], assessed_date=_moved(rows[2]["assessed_date"], 30), housing="no", employability="yes"
    )
    _extra(sheet, rows[3], participant_id="INVENTED-9001")
    for row in sheet:
        row["caseload"] = "A"


def _wemwbs(rng: np.random.Generator, sheet: Sheet) -> None:
    items = [column for column in sheet[0] if column.startswith("item_")]
    for row in sheet:
        row["total"] = str(sum(int(row[i]) for i in items)) if all(row[i] for i in items) else ""
    alone = _alone(sheet)
    once = _pick(rng, sheet, lambda r: alone(r) and r["total"] != "")
    twice = _pick(rng, sheet, lambda r: not alone(r))
    once[0] |= {"item_05": "33", "total": ""}
    twice[0]["total"] += "0"  # out of range, with the items right beside it
    twice[1]["total"] = str(int(twice[1]["total"]) + 1)
    twice[2]["item_09"] += ".0"
    _extra(sheet, twice[3])
    _extra(sheet, once[1], timepoint="T2", completed_date=_moved(once[1]["completed_date"], -7))
    _extra(sheet, once[2], completed_date=_moved(once[2]["completed_date"], 10), item_01="5", total="")
    _extra(sheet, once[3], timepoint="T2", **dict.fromkeys([*items, "total"], ""))
    _extra(sheet, once[4], **dict.fromkeys(sheet[0], ""))


def _activity(rng: np.random.Generator, sheet: Sheet) -> None:
    once = _pick(rng, sheet, _alone(sheet))
    _extra(sheet, once[0], timepoint="T2", active_days="about three")
    _extra(sheet, once[1], timepoint="T2", active_days="9")
    _extra(sheet, once[2], participant_id="")
    once[3]["participant_id"] = " " + once[3]["participant_id"].lower()


def _reoffending(rng: np.random.Generator, sheet: Sheet, people: Sheet) -> None:
    followed = {row["participant_id"] for row in sheet}
    others = [row["participant_id"] for row in people if row["participant_id"] not in followed]
    no = _pick(rng, sheet, lambda r: r["reoffended"] == "no")
    within = _moved(no[1]["entry_date"], 30)
    no[0]["followed_up_to"] = _moved(no[0]["entry_date"], 400)  # and so after the year
    no[0] |= {"reoffended": "yes", "reoffence_date": _moved(no[0]["entry_date"], 430)}
    _extra(sheet, no[1], participant_id=others[1], reoffence_date=within)
    no[2]["reoffence_date"] = "01/01/1900"
    no[3]["reoffence_date"] = _moved(no[3]["entry_date"], -200)
    no[4]["followed_up_to"] = _moved(no[4]["entry_date"], -1)


def _outcomes(rng: np.random.Generator, sheet: Sheet) -> None:
    rows = _pick(rng, sheet, lambda r: True)
    _extra(sheet, rows[0])
    _extra(sheet, rows[1], participant_id="INVENTED-9002")
    _extra(sheet, rows[2], outcome="gym membership")
