"""Bad exports, each made from one good one, with what a person must be told about it.

A case either stops with a message (`told`: words that it must hold, files, rows and columns among them), or is read
with exactly the `issues` given. `secret` is what must appear neither in a message nor in the log.
"""

# ruff: noqa: E501  (each case reads best on its own line)

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd

from ut_research.core.schema import NEEDS

Rows = list[dict[str, str]]
Issue = tuple[str, int | None, str, str, str]


@dataclass(frozen=True)
class Case:
    name: str
    write: Callable[[Path], object]
    told: tuple[str, ...] = ()
    issues: tuple[Issue, ...] | None = None
    kept: tuple[tuple[str, int], ...] = ()
    secret: tuple[str, ...] = ()


def good() -> dict[str, Rows]:
    """A small invented export with nothing wrong in it. Rows are numbered from 2, as in a file."""
    person = {"partner": "Burnley FC in the Community", "area": "Burnley", "gender": "male", "age_at_referral": "34",
              "ethnicity": "White", "registered_date": "20/01/2020", "exit_date": "", "exit_reason": ""}  # fmt: skip
    items = {f"item_{n:02d}": "3" for n in range(1, 15)}
    return {
        "participants": [
            {"participant_id": f"TEST-{n}", "referral_date": f"1{n}/01/2020", **person} for n in range(1, 7)
        ],
        "needs": [
            {"participant_id": f"TEST-{n}", "assessed_date": "11/01/2020", **dict.fromkeys(NEEDS, "no")}
            for n in (1, 2)
        ],
        "wemwbs": [
            {"participant_id": "TEST-1", "timepoint": "T1", "completed_date": "12/01/2020", **items},
            {"participant_id": "TEST-1", "timepoint": "T2", "completed_date": "12/06/2020", **items},
            {"participant_id": "TEST-2", "timepoint": "T1", "completed_date": "12/01/2020", **items},
        ],
        "activity": [
            {"participant_id": "TEST-1", "timepoint": "T1", "completed_date": "12/01/2020", "active_days": "2"},
            {"participant_id": "TEST-1", "timepoint": "T2", "completed_date": "12/06/2020", "active_days": "4"},
        ],
        "reoffending": [
            {"participant_id": "TEST-1", "group": "engaged", "entry_date": "10/01/2020",
             "followed_up_to": "10/01/2021", "reoffended": "yes", "reoffence_date": "10/04/2020"},
            {"participant_id": "TEST-2", "group": "not engaged", "entry_date": "10/01/2020",
             "followed_up_to": "10/01/2021", "reoffended": "no", "reoffence_date": ""},
        ],
        "outcomes": [
            {"participant_id": "TEST-1", "outcome": "housing", "start_date": "01/03/2020"},
            {"participant_id": "TEST-2", "outcome": "employment", "start_date": "01/04/2020"},
        ],
        "interviews": [
            {"interview_id": "I-1", "method": "interview", "role": "delivery", "organisation_type": "trust",
             "held_date": "01/09/2021", "people": "1"},
        ],
        "coded_segments": [
            {"segment_id": "S-1", "interview_id": "I-1", "question": "What works?", "theme": "mentors",
             "summary": "An invented paraphrase."},
        ],
        "steering_comments": [
            {"date": "01/09/2021", "page": "Needs", "comment": "An invented comment.", "response": "An answer.",
             "status": "done", "reason": "", "answered_date": "01/10/2021"},
        ],
    }  # fmt: skip


def text(rows: Rows, mark: str = ",") -> str:
    """The rows as CSV text."""
    return pd.DataFrame(rows).to_csv(index=False, sep=mark, lineterminator="\n")


def write(folder: Path, tables: dict[str, Rows]) -> None:
    """Write each table as UTF-8 CSV."""
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text(text(rows), encoding="utf-8")


def book(
    folder: Path, tables: dict[str, Rows], change: Callable[[openpyxl.Workbook], object] = lambda b: None
) -> None:
    """Write the tables as one workbook, after `change` has been at it."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in tables.items():
        sheet = made.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
    change(made)
    made.save(folder / "export.xlsx")


def _cell(table: str, row: int, column: str, value: str, *beside: str) -> Callable[[Path], None]:
    """One cell of a table changed, which is the whole export but for the tables `beside` it."""

    def make(folder: Path) -> None:
        tables = {name: good()[name] for name in (table, *beside)}
        tables[table][row - 2][column] = value
        write(folder, tables)

    return make


def _rows(table: str, change: Callable[[Rows], object]) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        rows = good()[table]
        change(rows)
        write(folder, {table: rows})

    return make


def _file(name: str, content: bytes | str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(
        content.encode() if isinstance(content, str) else content
    )


def _book(change: Callable[[openpyxl.Workbook], object]) -> Callable[[Path], None]:
    return lambda folder: book(folder, good(), change)


def _cover(made: openpyxl.Workbook) -> None:
    """A sheet of notes, with a merged title under a blank row."""
    notes = made.create_sheet("Notes")
    notes["B2"] = "A return"
    notes.merge_cells("B2:F2")


def _book_of(folder: Path, name: str) -> None:
    """A workbook of one table, beside whatever the folder holds."""
    book(folder, {name: good()[name]})
    (folder / "export.xlsx").rename(folder / "more.xlsx")


def _blank_formula(folder: Path) -> None:
    """A formula whose result is no text at all, as spreadsheet programs save it."""
    book(folder, good(), lambda b: b["needs"].__setitem__("I2", '=IF(A2="","x","")'))
    before = folder / "before.xlsx"
    (folder / "export.xlsx").rename(before)
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(folder / "export.xlsx", "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b'<c r="I2">', b'<c r="I2" t="str">'))
    before.unlink()


def _without(*names: str) -> Callable[[Path], None]:
    return lambda folder: write(folder, {k: v for k, v in good().items() if k not in names})


# --- one cell: what is logged for it, and nothing else

LEFT = "reported"  # the cell is left blank
MENDED = "repaired"
LONG = "word " * 40

CELLS: list[tuple[str, int, str, str, str, str]] = [
    # table, row, column, value, rule, action
    *(("participants", 3, "referral_date", value, rule, LEFT) for value, rule in [
        ("31/02/2020", "impossible date"), ("29/02/2021", "impossible date"), ("00/01/2020", "impossible date"),
        ("32/01/2020", "impossible date"), ("2020-13-01", "impossible date"), ("45/45/2020", "impossible date"),
        ("04/25/2020", "month first"), ("01/01/1900", "date out of range"), ("31/12/2099", "date out of range"),
        ("9999-12-31", "date out of range"), ("0001-01-01", "date out of range"), ("soon", "not a date"),
        ("2020", "not a date"), ("01/2020", "not a date"), ("12", "not a date"), ("-43900", "not a date"),
        ("1e5", "not a date"), ("not known", "not a date"), ("#REF!", "spreadsheet error"), ("13 Moon 2020", "not a date"),
        ("=TODAY()", "not a date"), ("99/99/9999", "impossible date"), ("٣٢/٠١/٢٠٢٠", "impossible date"),
    ]),
    *(("participants", 3, "referral_date", value, rule, MENDED) for value, rule in [
        ("43832", "spreadsheet day number"), ("43832.5", "spreadsheet day number"), ("2/1/20", "two-digit year"),
        (" 02/01/2020 ", "white space"), ("02/01/2020\u200b", "white space"), ("02/01/2020\x07", "white space"),
        ("n/a", "word for blank"), ("NULL", "word for blank"), ("-", "word for blank"),
    ]),
    *(("participants", 3, "age_at_referral", value, rule, LEFT) for value, rule in [
        ("-3", "out of range"), ("0", "out of range"), ("111", "out of range"), ("999999999999", "not a number"),
        ("thirty", "not a number"), ("34.5", "not a number"), ("#VALUE!", "spreadsheet error"), ("inf", "not a number"),
        ("1e2", "not a number"), ("3 4", "not a number"), ("0x22", "not a number"), ("=1+1", "not a number"),
    ]),
    *(("participants", 3, "age_at_referral", value, rule, MENDED) for value, rule in [
        ("34.0", "spelling"), ("34,0", "spelling"), ("+34", "spelling"), (" 34", "white space"), ("nan", "word for blank"),
    ]),
    *(("participants", 3, "gender", value, rule, action) for value, rule, action in [
        ("F", "spelling", MENDED), ("Female", "spelling", MENDED), ("MALE ", "spelling", MENDED),
        ("martian", "unknown code", LEFT), ("🙂", "unknown code", LEFT), ("ذكر", "unknown code", LEFT),
        ("0", "unknown code", LEFT),
    ]),
    *(("participants", 3, "partner", value, rule, action) for value, rule, action in [
        ("burnley", "spelling", MENDED), ("Burnely FC", "spelling", MENDED), ("BURNLEY FC IN THE COMMUNITY", "spelling", MENDED),
        ("Invented Rovers", "name not in the list", LEFT), (LONG, "too long", LEFT), ("=cmd|' /C calc'!A0", "name not in the list", LEFT),
        ("<script>alert(1)</script>", "name not in the list", LEFT), ("{{partner}}", "name not in the list", LEFT),
        ("مجتمع", "name not in the list", LEFT), ("\u202eyelnruB", "name not in the list", LEFT),
    ]),
    *(("participants", 3, "area", value, rule, action) for value, rule, action in [
        ("Blackburn", "spelling", MENDED), ("burnley", "spelling", MENDED), ("Burnley\t", "white space", MENDED),
        ("Invented", "name not in the list", LEFT), ("+1+1", "name not in the list", LEFT),
    ]),
    ("participants", 3, "ethnicity", LONG, "too long", LEFT),
    ("participants", 3, "ethnicity", "not known", "word for blank", MENDED),
    *(("needs", 3, "housing", value, rule, action) for value, rule, action in [
        ("Y", "spelling", MENDED), ("NO", "spelling", MENDED), ("TRUE", "spelling", MENDED), ("0", "spelling", MENDED),
        ("✓", "spelling", MENDED), ("no ", "white space", MENDED), ("maybe", "unknown code", LEFT), ("2", "unknown code", LEFT),
        ("yes no", "unknown code", LEFT), ("n/a", "word for blank", MENDED), ("#N/A", "word for blank", MENDED),
        ("=TRUE()", "unknown code", LEFT),
    ]),
    *(("wemwbs", 3, "item_07", value, rule, action) for value, rule, action in [
        ("0", "out of range", LEFT), ("6", "out of range", LEFT), ("-1", "out of range", LEFT), ("99", "out of range", LEFT),
        ("often", "not a number", LEFT), ("2.5", "not a number", LEFT), ("3.0", "spelling", MENDED),
        ("4 - Often", "spelling", MENDED), ("missing", "word for blank", MENDED),
    ]),
    ("wemwbs", 3, "timepoint", "follow-up", "spelling", MENDED),
    ("wemwbs", 3, "timepoint", "2", "spelling", MENDED),
    ("wemwbs", 2, "timepoint", "Baseline", "spelling", MENDED),
    ("activity", 3, "active_days", "4.0", "spelling", MENDED),
    ("reoffending", 3, "group", "Not-Engaged", "spelling", MENDED),
    ("reoffending", 3, "reoffended", "N", "spelling", MENDED),
    ("reoffending", 2, "reoffence_date", "unclear", "not a date", LEFT),
    ("outcomes", 2, "outcome", "Education and training", "spelling", MENDED),
    ("interviews", 2, "people", "0", "out of range", LEFT),
    ("interviews", 2, "people", "1000", "out of range", LEFT),
    ("interviews", 2, "role", "boss", "unknown code", LEFT),
    ("interviews", 2, "method", "Focus Group", "spelling", MENDED),
    ("steering_comments", 2, "status", "later", "unknown code", LEFT),
    ("steering_comments", 2, "comment", "Ring me on 07700 900123.", "personal data", MENDED),
    ("coded_segments", 2, "summary", "Write to someone@example.org.", "personal data", MENDED),
    ("coded_segments", 2, "summary", "a" * 5000, "too long", LEFT),
]  # fmt: skip


def _after(table: str, row: int, column: str, rule: str) -> tuple[Issue, ...]:
    """What follows from a cell, beyond its own entry."""
    if rule == "name not in the list":  # and only one person has it
        return ((table, row, column, "rare text", "repaired"),)
    if (table, column) == ("reoffending", "reoffence_date"):
        return ((table, row, column, "reoffence without a date", "reported"),)
    return ()


def _cell_cases() -> list[Case]:
    return [
        Case(f"{table}.{column} = {value[:20]!a}", _cell(table, row, column, value),
             issues=((table, row, column, rule, action), *_after(table, row, column, rule)),
             secret=(value.strip(),) if len(value.strip()) > 4 and action == LEFT else ())
        for table, row, column, value, rule, action in CELLS
    ]  # fmt: skip


# --- one row: rejected, with the reason


def _gone(table: str, row: int, column: str, rule: str) -> Issue:
    return (table, row, column, rule, "rejected")


def _again(row: int, **change: str) -> Callable[[Rows], object]:
    return lambda rows: rows.append({**rows[row - 2], **change})


ROWS = [
    Case("no identifier", _cell("needs", 3, "participant_id", ""),
         issues=(_gone("needs", 3, "participant_id", "no identifier"),), kept=(("needs", 1),)),
    Case("an identifier of spaces", _cell("needs", 3, "participant_id", "   "),
         issues=(_gone("needs", 3, "participant_id", "no identifier"),), kept=(("needs", 1),)),
    Case("an unknown person", _cell("outcomes", 3, "participant_id", "TEST-99", "participants"),
         issues=(_gone("outcomes", 3, "participant_id", "person not in participants"),), kept=(("outcomes", 1),)),
    Case("an identifier in other letters", _cell("outcomes", 3, "participant_id", " test-2 ", "participants"),
         issues=(("outcomes", 3, "participant_id", "identifier in other letters", MENDED),), kept=(("outcomes", 2),)),
    Case("an outcome that is none", _cell("outcomes", 3, "outcome", "gym"), issues=(
         ("outcomes", 3, "outcome", "unknown code", LEFT), _gone("outcomes", 3, "outcome", "no outcome"))),
    Case("a tenth questionnaire", _cell("wemwbs", 3, "timepoint", "T10"), issues=(
         ("wemwbs", 3, "timepoint", "unknown code", LEFT), _gone("wemwbs", 3, "timepoint", "no timepoint"))),
    Case("eight active days", _cell("activity", 3, "active_days", "8"), issues=(
         ("activity", 3, "active_days", "out of range", LEFT), _gone("activity", 3, "active_days", "no active_days"))),
    Case("a group that is none", _cell("reoffending", 3, "group", "some"), issues=(
         ("reoffending", 3, "group", "unknown code", LEFT), _gone("reoffending", 3, "group", "no group"))),
    Case("T2 before T1", _cell("wemwbs", 3, "completed_date", "01/01/2020"),
         issues=(_gone("wemwbs", 3, "completed_date", "T2 before T1"),), kept=(("wemwbs", 2),)),
    Case("T3 before T1", _rows("wemwbs", lambda rows: rows[1].update(timepoint="T3", completed_date="01/01/2020")),
         issues=(_gone("wemwbs", 3, "completed_date", "later questionnaire before T1"),), kept=(("wemwbs", 2),)),
    Case("a row twice", _rows("outcomes", _again(2)),
         issues=(_gone("outcomes", 4, "", "duplicated row"),), kept=(("outcomes", 2),)),
    Case("a second T1", _rows("wemwbs", _again(2, completed_date="15/01/2020")),
         issues=(_gone("wemwbs", 5, "participant_id and timepoint", "more than one row"),)),
    Case("a second follow-up that disagrees", _rows("reoffending", _again(2, reoffended="no", reoffence_date="")),
         issues=(_gone("reoffending", 4, "participant_id", "more than one row"),)),
    Case("a re-referral", _rows("participants", _again(2, referral_date="01/06/2020", registered_date="02/06/2020")),
         issues=(_gone("participants", 8, "participant_id", "re-referral merged"),), kept=(("participants", 6),)),
    Case("no answers", _rows("needs", lambda rows: rows[1].update(dict.fromkeys(NEEDS, ""))),
         issues=(_gone("needs", 3, "", "no answers"),)),
    Case("reoffence after follow-up", _cell("reoffending", 2, "reoffence_date", "01/01/2022"),
         issues=(("reoffending", 2, "reoffence_date", "reoffence after follow-up", LEFT),)),
    Case("reoffence before entry", _cell("reoffending", 2, "reoffence_date", "01/01/2019"),
         issues=(("reoffending", 2, "reoffence_date", "reoffence before entry", LEFT),)),
    Case("no reoffence, with a date", _cell("reoffending", 3, "reoffence_date", "01/06/2020"),
         issues=(_gone("reoffending", 3, "reoffence_date", "no reoffence, but a date of one"),)),
    Case("no reoffence, with a later date", _cell("reoffending", 3, "reoffence_date", "01/06/2022"),
         issues=(("reoffending", 3, "reoffence_date", "reoffence outside follow-up", LEFT),)),
    Case("reoffence without a date", _cell("reoffending", 2, "reoffence_date", ""),
         issues=(("reoffending", 2, "reoffence_date", "reoffence without a date", LEFT),)),
    Case("follow-up that ends first", _cell("reoffending", 3, "followed_up_to", "01/01/2019"),
         issues=(("reoffending", 3, "followed_up_to", "follow-up ends before it begins", LEFT),)),
    Case("exit before referral", _cell("participants", 3, "exit_date", "01/01/2019"),
         issues=(("participants", 3, "exit_date", "exit before referral", LEFT),)),
    Case("registered before referral", _cell("participants", 3, "registered_date", "01/01/2019"),
         issues=(("participants", 3, "registered_date", "registered before referral", LEFT),)),
    Case("registered on no day", _cell("participants", 3, "registered_date", "31/04/2020"), issues=(
         ("participants", 3, "registered_date", "impossible date", LEFT),
         ("participants", 3, "registered_date", "date not usable", MENDED))),
    Case("a total that is not the sum", _rows("wemwbs", lambda rows: [r.update(total="42") for r in rows[1:]]
         + [rows[0].update(total="41")]),
         issues=(("wemwbs", 2, "total", "total is not the sum of the items", LEFT),)),
    Case("a follow-up of an unknown person", _cell("reoffending", 3, "participant_id", "TEST-99", "participants"),
         issues=(("reoffending", 3, "participant_id", "person not in participants", LEFT),), kept=(("reoffending", 2),)),
]  # fmt: skip


# --- whole files

PEOPLE = [f"TEST-{n},1{n}/01/2020,Trust {n % 2},male,3{n}" for n in range(1, 7)]


def _people(
    *lines: str, head: str = "participant_id,referral_date,partner,gender,age_at_referral"
) -> Callable[[Path], None]:
    return _file("participants.csv", "\n".join([head, *lines]) + "\n")


def _ods_cell(cell: str) -> Callable[[Path], None]:
    """Outcomes of which the second has another cell in the place of its kind."""
    rows = ods_row("TEST-1", "housing", "01/02/2020") + ods_row("TEST-2", "X", "02/02/2020")
    return _ods(_HEAD + rows.replace("<table:table-cell ><text:p>X</text:p></table:table-cell>", cell))


def _in_zip(folder: Path, name: str, part: str, content: str | None) -> None:
    """Put a part into a workbook, or take it out."""
    with zipfile.ZipFile(folder / name) as old:
        parts = {n: old.read(n) for n in old.namelist() if n != part}
    with zipfile.ZipFile(folder / name, "w") as new:
        for n, body in {**parts, **({part: content.encode()} if content else {})}.items():
            new.writestr(n, body)


def _needs(*lines: str) -> str:
    return "\n".join(["participant_id,assessed_date,mental_health,housing", *lines]) + "\n"


def _needs_columns(heading: str, *cells: str) -> str:
    rows = [f"participant_id,mental_health,{heading}", *(f"TEST-{i},yes,{c}" for i, c in enumerate(cells, 1))]
    return "\n".join(rows) + "\n"


def _zip_bomb(folder: Path) -> None:
    with zipfile.ZipFile(folder / "export.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        with bomb.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(60):
                part.write(b" " * 10**6)


def ods(folder: Path, body: str, *, before: str = "") -> None:
    """Write `body` (table:table elements) as a small .ods file."""
    spaces = " ".join(f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{u}:1.0"' for p, u in (
        ("office", "office"), ("table", "table"), ("text", "text")))  # fmt: skip
    with zipfile.ZipFile(folder / "export.ods", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", f'<?xml version="1.0"?>{before}<office:document-content {spaces}><office:body>'
                      f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>")  # fmt: skip


def ods_row(*cells: str, repeat: int = 1, each: str = "") -> str:
    """A row of text cells."""
    inner = "".join(
        f"<table:table-cell {each}><text:p>{c}</text:p></table:table-cell>" if c else "<table:table-cell/>"
        for c in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeat}">{inner}</table:table-row>'


_HEAD = ods_row("participant_id", "outcome", "start_date")
_ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def _ods(body: str, before: str = "") -> Callable[[Path], None]:
    return lambda folder: ods(
        folder, f'<table:table table:name="outcomes">{body}</table:table>', before=before
    )


def _refused(column: str, kind: str = "personal data") -> tuple[str, ...]:
    return ("needs.csv", column, kind, "Delete the column")


FILES = [
    Case("an empty folder", lambda folder: None, told=("no table of the data dictionary", "participants")),
    Case("only notes", lambda folder: (folder / "README.md").write_text("x"), told=("no table of the data dictionary",)),
    Case("no table known", _file("people.csv", "a,b\n1,2\n"), told=("no table of the data dictionary",)),
    Case("an empty file", _file("needs.csv", b""), told=("needs.csv", "is empty")),
    Case("blank lines only", _file("needs.csv", "\n\n\n"), told=("needs.csv", "no headings")),
    Case("headings only", _file("needs.csv", _needs()), issues=(), kept=(("needs", 0),)),
    Case("nothing but a byte-order mark", _file("needs.csv", codecs.BOM_UTF8), told=("needs.csv", "no headings")),
    Case("no headings, only data", _file("needs.csv", "TEST-1,11/01/2020,yes\n"),
         told=("needs.csv, row 1", "no column participant_id"), secret=("TEST-1",)),
    Case("a title above the headings", _file("needs.csv", "Needs of Zed,,,\n" + _needs("TEST-1,11/01/2020,yes,no")),
         told=("needs.csv", "row 2, not in row 1"), secret=("TEST-1",)),
    Case("two rows of headings", _file("needs.csv", _needs("Identifier,Date of it,Mind,House", "TEST-1,11/01/2020,yes,no")),
         told=("needs.csv, row 2", "second row of headings"), secret=("Mind",)),
    Case("a heading twice", _file("needs.csv", "participant_id,housing,Housing\nTEST-1,yes,no\n"),
         told=("needs.csv, row 1", "“housing”", "2 times"), secret=("TEST-1",)),
    Case("an unknown heading twice", _file("needs.csv", "participant_id,housing,x,x\nTEST-1,yes,1,2\n"), issues=(
         ("needs", None, "x", "column not known", LEFT), ("needs", None, "x", "column not known", LEFT))),
    Case("no identifier column", _file("needs.csv", "assessed_date,housing\n11/01/2020,yes\n"),
         told=("needs.csv, row 1", "participant_id", "columns.toml")),
    Case("no column to follow up by", _file("reoffending.csv", "participant_id,entry_date\nTEST-1,11/01/2020\n"),
         told=("reoffending.csv", "group, reoffended")),
    Case("questionnaires without answers", _file("wemwbs.csv", "participant_id,timepoint\nTEST-1,T1\n"),
         told=("wemwbs.csv", "item_01 to item_14, or total")),
    Case("a short row", _file("needs.csv", _needs("TEST-1,11/01/2020,yes")), issues=(
         ("needs", 2, "", "too few cells", LEFT),), kept=(("needs", 1),)),
    Case("a long row", _file("needs.csv", _needs("TEST-1,11/01/2020,yes,no,Zedderick", "TEST-2,11/01/2020,yes,no")),
         issues=(("needs", 2, "", "too many cells", "rejected"),), kept=(("needs", 1),), secret=("Zedderick",)),
    Case("a long row of nothing", _file("needs.csv", _needs("TEST-1,11/01/2020,yes,no,,,")), issues=(), kept=(("needs", 1),)),
    Case("a blank row", _file("needs.csv", _needs("TEST-1,11/01/2020,yes,no", "", ",,,", "TEST-2,11/01/2020,yes,no")),
         issues=(("needs", 3, "", "blank rows", MENDED),), kept=(("needs", 2),)),
    Case("a row of spaces", _file("needs.csv", _needs("TEST-1,11/01/2020,yes,no", " , ,  ,", "TEST-2,11/01/2020,yes,no")),
         issues=(("needs", 3, "", "blank rows", MENDED),), kept=(("needs", 2),)),
    Case("blank rows at the end", _file("needs.csv", _needs("TEST-1,11/01/2020,yes,no", ",,,", ",,,", "")),
         issues=(), kept=(("needs", 1),)),
    Case("an open quotation mark", _file("needs.csv", _needs('TEST-1,"11/01/2020,yes,no', *["TEST-2,11/01/2020,yes,no"] * 20_000)),
         told=("needs.csv, row 2", "a quotation mark opens here", "quotes = false"), secret=("TEST-2",)),
    Case("a cell of ten million characters", _file("needs.csv", _needs("TEST-1,11/01/2020,yes," + "z" * 10**7)),
         told=("needs.csv, row 2", "more than 32,767 characters"), secret=("zzz",)),
    Case("a cell of forty thousand characters", _file("needs.csv", _needs("TEST-1,11/01/2020,yes," + "z" * 40_000)),
         told=("needs.csv, row 2", "more than 32,767 characters"), secret=("zzz",)),
    Case("three thousand columns", _file("needs.csv", "participant_id," + ",".join(f"c{i}" for i in range(3000)) + "\n"),
         told=("needs.csv", "more than 2,000 columns")),
    Case("bytes of no letters", _file("needs.csv", _needs("TEST-1,11/01/2020,yes,").encode() + b"\x81\x8d\x8f\n"),
         told=("needs.csv", "neither UTF-8, UTF-16 nor Windows-1252"), secret=("TEST-1",)),
    Case("a workbook called .csv", _file("needs.csv", b"PK\x03\x04rest"), told=("needs.csv", "not text")),
    Case("a PDF called .csv", _file("needs.csv", b"%PDF-1.7 rest"), told=("needs.csv", "not text")),
    Case("an old .xls called .csv", _file("needs.csv", b"\xd0\xcf\x11\xe0rest"), told=("needs.csv", "password", ".xls")),
    Case("text called .xlsx", _file("export.xlsx", "participant_id\n1\n"), told=("export.xlsx", "not a workbook")),
    Case("text called .sav", _file("needs.sav", "participant_id\n1\n"), told=("needs.sav", "not an SPSS file")),
    Case("a broken .sav", _file("needs.sav", b"$FL2" + b"\0" * 300), told=("needs.sav", "damaged")),
    Case("a broken .xlsx", _file("export.xlsx", b"PK\x03\x04" + b"\0" * 100), told=("export.xlsx", "damaged")),
    Case("a zip of nothing called .ods", lambda folder: zipfile.ZipFile(folder / "export.ods", "w").writestr("a", "b"),
         told=("export.ods", "damaged")),
    Case("a zip bomb", _zip_bomb, told=("export.xlsx", "far larger")),
    Case("the same table twice", lambda folder: (write(folder, good()), (folder / "Needs.tsv").write_text("participant_id\thousing\n")),
         told=("needs", "there twice", "Needs.tsv", "needs.csv")),
    Case("other files about", lambda folder: (write(folder, good()), (folder / "photo.png").write_bytes(b"x")),
         issues=(("photo.png", None, "", "file not used", LEFT),)),
    Case("an unknown table", lambda folder: (write(folder, good()), (folder / "staff.csv").write_text("a,b\n1,2\n")),
         issues=(("staff", None, "", "table not known", LEFT),)),
    Case("an unknown column", _file("needs.csv", _needs_columns("caseload", "A")),
         issues=(("needs", None, "caseload", "column not known", LEFT),)),
    Case("a column without a heading", _file("needs.csv", _needs_columns("", "A")),
         issues=(("needs", None, "column 3", "column not known", LEFT),)),
    Case("a column with nothing at all", _file("needs.csv", _needs_columns("", "")), issues=()),
    Case("a heading like a value", _file("needs.csv", _needs_columns("07700 900123", "A")),
         issues=(("needs", None, "column 3", "column not known", LEFT),), secret=("900123",)),
    Case("a column all missing", _rows("needs", lambda rows: [r.update(housing="") for r in rows]), issues=()),
    Case("all columns missing but one", _file("participants.csv", "participant_id\nTEST-1\nTEST-2\n"), issues=None),
    Case("one person", lambda folder: write(folder, good() | {"participants": good()["participants"][:1]}), issues=None,
         kept=(("participants", 1), ("outcomes", 1))),
    Case("nobody", _file("participants.csv", "participant_id,referral_date\n"), issues=(), kept=(("participants", 0),)),
    Case("half the tables missing", _without("needs", "wemwbs", "interviews", "coded_segments"), issues=()),
    Case("no participants", _without("participants"), issues=(), kept=(("outcomes", 2),)),
    Case("only comments", _without("participants", "needs", "wemwbs", "activity", "reoffending", "outcomes",
         "interviews", "coded_segments"), issues=(), kept=(("steering_comments", 1),)),
    Case("dates that make sense only month first", _rows("participants", lambda rows: [
         r.update(referral_date=d) for r, d in zip(rows, ["03/04/2020", "03/25/2020", "05/05/2020"], strict=False)]
         + [r.update(referral_date="") for r in rows[3:]]),
         issues=(("participants", 2, "referral_date", "month first", LEFT), ("participants", 3, "referral_date", "month first", LEFT),
                 ("participants", 4, "registered_date", "registered before referral", LEFT))),
    *(Case(f"a column called {heading}", _file("needs.csv", _needs_columns(heading, "Zedderick")), told=_refused(heading),
           secret=("Zedderick",)) for heading in (
        "Name", "First name", "SURNAME", "FullName", "Participant Name", "Home address", "Postcode", "post_code", "DOB",
        "Date of birth", "Phone", "Mobile No", "E-mail", "NHS number", "PNC ID", "Prison number", "NI number", "Next of kin",
        "CRN", "Twitter", "fname", "lname")),
    *(Case(f"a column of {kind}: {value}", _file("needs.csv", _needs_columns("ref", value, "")), told=_refused("ref", kind),
           secret=(value,)) for kind, value in (
        ("email addresses", "someone@example.org"), ("postcodes", "ZZ99 3WZ"), ("telephone numbers", "07700 900123"),
        ("telephone numbers", "+44 7700 900123"), ("NHS numbers", "943 476 5919"), ("PNC numbers", "2001/1234567X"),
        ("prison numbers", "A1234BC"), ("national insurance numbers", "QQ 12 34 56 C".replace("QQ", "AB")))),
    Case("partners that are postcodes", _rows("participants", lambda rows: [r.update(partner="ZZ99 3WZ") for r in rows]),
         told=("participants.csv", "partner", "postcodes"), secret=("ZZ99",)),
    Case("merged cells", _book(lambda b: b["needs"].merge_cells("C2:C3")), told=("export.xlsx, sheet needs", "C2:C3", "Unmerge")),
    Case("a formula never worked out", _book(lambda b: b["needs"].__setitem__("C2", "=1+1")),
         told=("export.xlsx, sheet needs", "rows 2", "no saved result")),
    Case("a workbook of empty sheets", lambda folder: openpyxl.Workbook().save(folder / "export.xlsx"),
         told=("no table of the data dictionary",)),
    Case("a sheet with headings in row 3", _book(lambda b: b["needs"].insert_rows(1, 2)),
         told=("export.xlsx, sheet needs", "no headings in row 1", "row 3")),
    Case("a sheet nobody asked for", _book(lambda b: b.create_sheet("Notes").append(["hello"])),
         issues=(("Notes", None, "", "table not known", LEFT),)),
    Case("a title over a sheet nobody asked for", _book(_cover), issues=(("Notes", None, "", "table not known", LEFT),)),
    Case("two sheets that cannot be used", _book(lambda b: (b["needs"].merge_cells("C2:C3"), b["outcomes"].merge_cells("A1:C1"))),
         told=("2 problems", "sheet needs", "sheet outcomes")),
    Case("a formula that gives nothing", _blank_formula, issues=(("needs", None, "housing", "formula", LEFT),)),
    Case("a formula that gives nothing in an .ods", _ods(_HEAD + ods_row("TEST-1", "housing", "").replace(
         "</table:table-row>", '<table:table-cell table:formula="of:=IF(1;&quot;&quot;)" office:value-type="string"/></table:table-row>')),
         issues=None, kept=(("outcomes", 1),)),
    Case("a workbook beside text files", lambda folder: (write(folder, {"needs": good()["needs"]}), _book_of(folder, "outcomes")),
         issues=(), kept=(("needs", 2), ("outcomes", 2))),
    Case("a table in a workbook and in a text file", lambda folder: (write(folder, good()), _book_of(folder, "outcomes")),
         told=("outcomes is there twice", "more.xlsx, sheet outcomes", "outcomes.csv")),
    Case("a cell at the far end", _book(lambda b: b["needs"].cell(1_000_000, 1, "TEST-9")), issues=None),
    Case("an .ods that repeats a row without end", _ods(_HEAD + ods_row("TEST-1", "housing", "", repeat=10**9)),
         told=("export.ods", "more cells than a sheet can hold"), secret=("TEST-1",)),
    Case("an .ods that repeats a cell without end",
         _ods(_HEAD + ods_row("TEST-1", each='table:number-columns-repeated="1000000000"')),
         told=("export.ods", "more cells than a sheet can hold"), secret=("TEST-1",)),
    Case("an .ods with blank rows without end", _ods(_HEAD + ods_row("", repeat=10**6) + ods_row("TEST-1", "housing", "")),
         issues=(("outcomes", 2, "", "blank rows", MENDED),), kept=(("outcomes", 1),)),
    Case("an .ods with entities", _ods(_HEAD, _ENTITIES), told=("export.ods", "damaged")),
    Case("merged cells in an .ods", _ods(_HEAD + ods_row("TEST-1", each='table:number-rows-spanned="2"')),
         told=("export.ods, sheet outcomes", "A2:A3", "Unmerge"), secret=("TEST-1",)),
    # as careless hands damage a file
    Case("a row that is one cell, in another separator", _people(*PEOPLE[:3], *(p.replace(",", ";") for p in PEOPLE[3:])),
         told=("participants.csv, rows 5, 6, 7", "as many values as there are headings"), secret=("TEST",)),
    Case("a row in quotation marks as a whole", _people(*PEOPLE[:3], f'"{PEOPLE[3]}"', *PEOPLE[4:]),
         told=("participants.csv, row 5", "as many values as there are headings"), secret=("TEST",)),
    Case("every row in quotation marks as a whole", _people(*(f'"{p}"' for p in PEOPLE)),
         told=("participants.csv, rows 2, 3, 4", "as many values as there are headings"), secret=("TEST",)),
    Case("every line in quotation marks as a whole", _people(*(f'"{p}"' for p in PEOPLE), head='"participant_id,partner,gender,area,x"'),
         told=("participants.csv, row 1", "all the headings are in one cell"), secret=("TEST",)),
    Case("text of a CSV pasted into a workbook", lambda folder: book(folder, {"participants": [
         {"participant_id,partner,gender,area,x": p} for p in PEOPLE]}), told=("sheet participants, row 1", "all the headings are in one cell"), secret=("TEST",)),
    Case("headings in another separator", _people(*PEOPLE, head="participant_id;referral_date;partner;gender;age_at_referral"),
         told=("participants.csv, rows 2, 3", "as many values as there are headings"), secret=("TEST",)),
    Case("two exports, one below the other, in another order", _people(*PEOPLE[:3],
         "referral_date,participant_id,partner,gender,age_at_referral", "14/01/2020,TEST-9,Trust 1,male,34"),
         told=("participants.csv, row 5", "headings of another table"), secret=("TEST",)),
    Case("two exports, one below the other, of another kind", _people(*PEOPLE[:3],
         "participant_id,assessed_date,housing,volunteering,employability", "TEST-1,14/01/2020,yes,no,no"),
         told=("participants.csv, row 5", "headings of another table"), secret=("TEST",)),
    Case("a table on its side", _people("referral_date,01/02/2020,02/02/2020", "exit_date,01/03/2020,02/03/2020", "partner,A,B",
         head="participant_id,TEST-1,TEST-2"), told=("participants.csv", "on its side"), secret=("TEST",)),
    Case("every cell on a line of its own", _people("referral_date", "partner", "exit_date", "TEST-1", "01/02/2020", "A", "", head="participant_id"),
         told=("participants.csv", "on its side"), secret=("TEST",)),
    Case("a row that counts the others", _people(*PEOPLE[:5], "n=5,,,,32"), issues=None, kept=(("participants", 5),)),
    Case("a file that was cut off", _people(*PEOPLE[:5], "TEST-6,16/01/20"), issues=None, kept=(("participants", 6),)),
    Case("a page of the web called .csv", _file("needs.csv", "<html><table><tr><td>TEST-1</td></tr></table></html>"),
         told=("needs.csv", "is not a table of text"), secret=("TEST",)),
    Case("JSON called .csv", _file("needs.csv", '[{"participant_id": "TEST-1", "housing": "yes"},\n{"participant_id": "TEST-2"}]'),
         told=("needs.csv", "is not a table of text"), secret=("TEST",)),
    Case("a document called .csv", _file("needs.csv", "{\\rtf1 TEST-1, housing}"), told=("needs.csv", "is not a table of text")),
    Case("text called .dta", _file("needs.dta", "participant_id\n1\n"), told=("needs.dta", "not a Stata file")),
    Case("an .xlsx called .ods", lambda folder: (book(folder, good()), (folder / "export.xlsx").rename(folder / "export.ods")),
         told=("export.ods", "not an .ods workbook")),
    Case("an .ods called .xlsx", lambda folder: (_ods(_HEAD)(folder), (folder / "export.ods").rename(folder / "export.xlsx")),
         told=("export.xlsx", "not an .xlsx workbook")),
    Case("an .ods with a password", lambda folder: (_ods(_HEAD)(folder), _in_zip(folder, "export.ods", "META-INF/manifest.xml",
         "<manifest><file-entry full-path='content.xml'><encryption-data/></file-entry></manifest>")), told=("export.ods", "password")),
    Case("only files that are not read", lambda folder: [(folder / n).write_bytes(b"x") for n in ("a.xls", "b.xlsm", "c.zip", "participants")],
         told=("no table", "a.xls, b.xlsm, c.zip, participants", "not read")),
    Case("an export unpacked into a folder of its own", lambda folder: ((folder / "March").mkdir(), write(folder / "March", good())),
         issues=(), kept=(("participants", 6),)),
    Case("only an empty folder inside the folder", lambda folder: (folder / "March").mkdir(), told=("no table", "March", "not read")),
    Case("an error in the place of an identifier", _rows("outcomes", lambda rows: [r.update(participant_id="#NAME?") for r in rows]),
         issues=tuple(("outcomes", n, "participant_id", "no identifier", "rejected") for n in (2, 3)), kept=(("outcomes", 0),)),
    Case("identifiers that a spreadsheet made dates", _people(*PEOPLE[:4], "2020-03-01,15/01/2020,Trust 1,male,35", PEOPLE[5]),
         told=("participants.csv, column “participant_id”, row 6", "made dates of"), secret=("2020-03",)),
    Case("half of the days month first", _people(*(f"TEST-{n},{d}/2020,Burnley FC in the Community,male,30" for n, d in enumerate(
         ["13/01", "14/01", "15/01", "16/01", "01/13", "01/14", "01/15", "02/03"], 1))),
         issues=tuple(("participants", n, "referral_date", "month first", LEFT) for n in (6, 7, 8, 9))),
    Case("the same heading twice, of the identifier", _file("needs.csv", "participant_id,participant_id,housing\nTEST-1,TEST-1,yes\n"),
         told=("needs.csv, row 1: the heading “participant_id” is there 2 times",)),
    Case("an .ods whose text is in an attribute", _ods_cell('<table:table-cell office:value-type="string" office:string-value="housing"/>'),
         issues=(), kept=(("outcomes", 2),)),
    Case("an .ods whose day has no value", _ods(_HEAD + ods_row("TEST-1", "housing", "01/02/2020",
         each='office:value-type="date"')), issues=(), kept=(("outcomes", 1),)),
    Case("an .ods with a list in a cell", _ods_cell('<table:table-cell office:value-type="string"><text:list><text:list-item><text:p>housing'
         "</text:p></text:list-item></text:list></table:table-cell>"), issues=(), kept=(("outcomes", 2),)),
    Case("an .ods with a number that is an error", _ods_cell('<table:table-cell office:value-type="float" office:value="0" '
         'table:value-type="error"><text:p>#REF!</text:p></table:table-cell>'),
         issues=(("outcomes", 3, "outcome", "spreadsheet error", LEFT), ("outcomes", 3, "outcome", "no outcome", "rejected"))),
    Case("an .ods with a cell repeated no time", _ods_cell('<table:table-cell table:number-columns-repeated="0"><text:p>housing</text:p>'
         "</table:table-cell>"), issues=(), kept=(("outcomes", 2),)),
    Case("hidden columns", _book(lambda b: b["needs"].column_dimensions.__getitem__("C").__setattr__("hidden", True)),
         issues=(("needs", None, "mental_health", "hidden column", LEFT),)),
    Case("hidden columns of an .ods", _ods('<table:table-column/><table:table-column table:visibility="collapse"/>' + _HEAD
         + ods_row("TEST-1", "housing", "")), issues=(("outcomes", None, "outcome", "hidden column", LEFT),)),
    Case("columns.toml that is no TOML", lambda folder: (write(folder, good()), (folder / "columns.toml").write_text("[tables\n")),
         told=("columns.toml, line 1", "not valid TOML")),
    Case("columns.toml with unknown keys", lambda folder: (write(folder, good()), (folder / "columns.toml").write_text(
         "[sauce]\n[tables.people]\n[tables.needs]\nsheet = 1\n[tables.needs.columns]\nhome = 'x'\n")),
         told=("“sauce”", "“people”", "“sheet”", "“home”", "[tables.needs.columns]", "4 problems")),
    Case("columns.toml naming a heading that is not there", lambda folder: (write(folder, good()), (folder / "columns.toml").write_text(
         "[tables.needs.columns]\nhousing = 'Home'\n")), told=("needs.csv, row 1", "“Home”", "columns.toml")),
    Case("columns.toml with a package that is not there", lambda folder: (folder / "columns.toml").write_text(
         "[source]\npackage = 'nosuchpackage'\nfile = 'x.csv'\n"), told=("columns.toml, [source]", "not installed")),
    Case("columns.toml that reaches out of the package", lambda folder: (folder / "columns.toml").write_text(
         "[source]\npackage = 'lifelines'\nfile = '../../etc/passwd'\n"), told=("columns.toml, [source]", "no file")),
]  # fmt: skip

CASES = [*_cell_cases(), *ROWS, *FILES]
