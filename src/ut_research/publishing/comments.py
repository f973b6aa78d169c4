"""Comments that readers hand back: taken from their files into an export's table, and counted.

The book's page “Have your say” saves a small JSON file. `read` treats it as untrusted text and `add` appends
what it holds to ``steering_comments.csv``, marked open; the names of writers are never taken over. A comment
is text that its writer handed in to be shown to the group: the book shows all of them (`generated_pages`).
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from ut_research.core.estimate import Estimate, Origin
from ut_research.core.problems import Problem, ProblemsFound, stop, stop_for
from ut_research.reading import coded, identifiers, recipe, refi, values
from ut_research.reading import files as sheets
from ut_research.reading.refi_write import guid

TABLE = "steering_comments"
COLUMNS = ("date", "page", "comment", "response", "status", "reason")
#: A new table has room for the day of the answer too; one without it will do.
HEADINGS = [*COLUMNS, "answered_date"]
KIND, VERSION = "ut-research comments", 1
#: Most bytes of a file, most comments in it, and most characters of each text.
LARGEST, MOST = 1_000_000, 500
LONGEST = {"page": 100, "section": 99, "comment": 4000, "name": 100}
#: Where a comment stands, as its column `status` says, with the id and label of its count.
STANDING = {
    "open": ("comments.open", "Comments that are still open"),
    "done": ("comments.done", "Comments that led to a change"),
    "not done": ("comments.not_done", "Comments that did not lead to a change"),
}

#: A text that a spreadsheet would take for a formula, or that such a text became.
_FORMULA = re.compile(r"'*[=+\-@|%]")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment: its day (ISO), the page and section it is about, and its words. Never who wrote it.

    `shortened` says that something like contact details was taken out of the words.
    """

    date: str
    page: str
    comment: str
    shortened: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The same words about the same place are the same comment, whenever they are handed in."""
        page, words = (" ".join(restored(text).casefold().split()) for text in (self.page, self.comment))
        return page, words


@dataclass(frozen=True, slots=True)
class Added:
    """What `add` did.

    Attributes
    ----------
    table : where the comments are now.
    new, known, shortened : how many went in, were there already, and lost something like contact details.
    before : the table as it was, where there was one and it changed.
    """

    table: Path
    new: int
    known: int
    shortened: int
    before: Path | None


def read(path: Path) -> list[Comment]:
    """The comments in a file that “Have your say” saved.

    Hidden and control characters are taken out, and whatever looks like contact details.

    Raises
    ------
    ProblemsFound : it cannot be read, or is not such a file; every problem, none with the text itself.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise stop(f"it is larger than {LARGEST // 10**6} MB", path.name, "Ask for the file again")
        told = json.loads(raw.decode("utf-8-sig"))
    except OSError:
        raise stop("the file cannot be opened", path.name, "Check where it is, and its rights") from None
    except (ValueError, RecursionError):
        raise stop("it is not a file of comments", path.name,
                   "Hand in the file that “Have your say” saves, as it is") from None  # fmt: skip
    given = told.get("comments") if isinstance(told, dict) else None
    if not isinstance(given, list) or told.get("kind") != KIND or told.get("version") != VERSION:
        raise stop("it is not a file of comments of this version", path.name, "Save it again from this book")
    problems = [] if len(given) <= MOST else [
        Problem(f"it has more than {MOST} comments", path.name, "Hand them in in several files")
    ]  # fmt: skip
    if not given:
        problems.append(Problem("there is no comment in it", path.name, "Keep a comment first, then save"))
    found = []
    for number, item in enumerate(given[:MOST], 1):
        wrong = _wrong(item)
        problems += [Problem(what, f"{path.name}, comment {number}", do) for what, do in wrong]
        if not wrong:
            found.append(_comment(item))
    stop_for(problems)
    return found


def add(files: Sequence[Path], export: Path) -> Added:
    """Append the comments in `files` to the table of comments in the folder `export`.

    All or nothing: with any problem in any file nothing is written. The table is replaced in one step, and
    what it was before stays beside it as ``.steering_comments.before.csv``. Comments that are in it are left.

    Raises
    ------
    ProblemsFound : a file of comments or the table cannot be used, or the folder cannot be written.
    """
    comments, problems = list[Comment](), list[Problem]()
    for file in files:
        try:
            comments += read(file)
        except ProblemsFound as found:
            problems += found.problems
    stop_for(problems)
    table = _table(export)
    headings, rows = _rows(table)
    column = {values.plain(heading): i for i, heading in enumerate(headings)}
    known = {Comment("", row[column["page"]], row[column["comment"]]).key for row in rows}
    fresh = {c.key: c for c in reversed(comments) if c.key not in known}
    for comment in reversed(fresh.values()):
        row = {"date": comment.date, "page": comment.page, "comment": comment.comment, "status": "open"}
        rows.append([inert(row.get(values.plain(heading), "")) for heading in headings])
    before = _keep(table, headings, rows) if fresh else None
    shortened = sum(c.shortened for c in fresh.values())
    return Added(table, len(fresh), len(comments) - len(fresh), shortened, before)


def copy(invented: Path, to: Path) -> None:
    """Copy an invented cohort in one step, unless it was, so that real comments go to the copy."""
    if to.is_dir():
        return
    new = to.with_name(f".{invented.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(invented, new)
    new.rename(to)


def open_ones(export: Path) -> list[tuple[int, str, str]]:
    """The number, page and words of each comment in the table of `export` that is open."""
    headings, rows = _rows(_table(export))
    page, words, status = (list(map(values.plain, headings)).index(n) for n in ("page", "comment", "status"))
    return [
        (n, restored(row[page]), restored(row[words]))
        for n, row in enumerate(rows, 1)
        if row[status] not in STANDING or row[status] == "open"
    ]


def answer(export: Path, number: int, response: str, status: str, reason: str) -> Path:
    """Write what is answered to a comment, and the day, into the table of `export`; the table.

    Parameters
    ----------
    number : which comment, from 1, as `open_ones` counts them.
    response, status, reason : what is answered, where it stands then (of `STANDING`), and why.

    Raises
    ------
    ProblemsFound : there is no such comment, it is no answer, or the table cannot be used or written.
    """
    table = _table(export)
    headings, rows = _rows(table)
    wrong = []
    if not 0 < number <= len(rows):
        wrong.append(Problem(f"there is no comment {number}", table.name, "`ut-research answer` lists them"))
    if status not in STANDING:
        wrong.append(Problem("nothing stands so", f"--status {status}", f"{', '.join(STANDING)} do"))
    if status != "open" and not response.strip():
        wrong.append(Problem("there is no answer", "--response", "say what was done, or is not done"))
    stop_for(wrong)
    cells = {"response": response, "status": status, "reason": reason}
    cells["answered_date"] = "" if status == "open" else f"{date.today()}"
    for i, name in enumerate(map(values.plain, headings)):
        if name in cells:
            rows[number - 1][i] = inert(values.tidy(cells[name]))
    _keep(table, headings, rows)
    return table


def counts(table: pd.DataFrame | None, origin: Origin) -> list[Estimate]:
    """How many comments there are, and how many stand where; of things, not of people."""
    about = {"": ("comments.all", "Comments of the steering group"), **STANDING}
    if table is None or table.empty:
        return [Estimate(i, label, unit="comments", origin=origin, source=TABLE, status="not collected")
                for i, label in about.values()]  # fmt: skip
    standing = standings(table)
    sizes = {"": len(table), **{s: int((standing == s).sum()) for s in STANDING}}
    return [Estimate(i, label, sizes[s], count=sizes[s], unit="comments", method="count", origin=origin,
                     source=TABLE) for s, (i, label) in about.items()]  # fmt: skip


def project(table: pd.DataFrame, themes: pd.DataFrame | None = None) -> refi.Project:
    """The comments as a project for a program for qualitative analysis: each a passage, coded to its page.

    With the team's `themes`, if it has a codebook, readers can so be second coders there.
    """
    source, text = refi.Source(guid("comments"), "Comments of the steering group"), ""
    codes = {"": refi.Code(guid("code"), ("Comments",))}
    codings = []
    for n, (page, words) in enumerate(table[["page", "comment"]].fillna("No page").itertuples(index=False)):
        codes.setdefault(page, refi.Code(guid("code", page), ("Comments", page)))
        place = f"{len(text)}-{len(text) + len(words)}"
        codings.append(refi.Coding(source.guid, guid("comment", n), place, codes[page].guid))
        text += f"{words}\n"
    whole = replace(source, text=text)
    book = () if themes is None else coded.codebook(themes)
    return refi.Project(codes=(*codes.values(), *book), sources=(whole,), codings=tuple(codings))


def inert(text: str) -> str:
    """`text` such that no spreadsheet takes it for a formula: with an apostrophe in front."""
    return "'" + text if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """What `inert` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def standings(table: pd.DataFrame) -> pd.Series:
    """Where each comment stands; one whose status is blank is open, so that none is hidden."""
    return table["status"].astype("object").where(table["status"].isin(list(STANDING)), "open")


def _wrong(item: Any) -> list[tuple[str, str]]:
    """What is wrong with one comment of a file, and what to do."""
    again = "Save the file again from this book, and hand it in as it is"
    if not isinstance(item, dict) or not all(isinstance(value, str) for value in item.values()):
        return [("it is not a comment", again)]
    wrong = []
    if not {"date", "page", "comment"} <= set(item) <= {"date", *LONGEST}:
        wrong.append(("its parts are not those of a comment", again))
    wrong += [(f"its {part} is longer than {most:,} characters", "Shorten it, or split it in two")
              for part, most in LONGEST.items() if len(item.get(part, "")) > most]  # fmt: skip
    wrong += [(f"its {part} is empty", again) for part in ("page", "comment")
              if part in item and not values.tidy(item[part][:LONGEST[part]])]  # fmt: skip
    try:
        day = date.fromisoformat(item.get("date", ""))
        plain_day = day.isoformat() == item["date"] and 2000 <= day.year < 2100
    except ValueError:
        plain_day = False
    return wrong if plain_day else [*wrong, ("its date is not a day, written year-month-day", again)]


def _comment(item: Mapping[str, str]) -> Comment:
    """A comment in plain text; the name of who wrote it stays behind."""
    place = ": ".join(filter(None, (values.tidy(item.get(part, "")) for part in ("page", "section"))))
    words = values.tidy(item["comment"], lines=True)
    kept = identifiers.without_personal(words)
    return Comment(item["date"], identifiers.without_personal(place), kept, kept != words)


def _table(export: Path) -> Path:
    """The table of comments in the folder `export`, whether it is there yet or not."""
    if not export.is_dir():
        raise stop("comments are added to a folder of CSV files, not to a workbook", export.name,
                   "Save the workbook's sheets as CSV files in a folder and give that")  # fmt: skip
    toml = export / recipe.INSIDE
    if toml.is_file() and TABLE in recipe.load(toml).tables:
        raise stop(f"it gives {TABLE} headings or a file of its own", f"{export.name}/{recipe.INSIDE}",
                   f"Save that table as {TABLE}.csv with the headings {', '.join(COLUMNS)}")  # fmt: skip
    found = [f for f in sorted(export.iterdir()) if f.is_file() and values.plain(f.stem) == TABLE]
    if len(found) > 1 or any(f.suffix.lower() != ".csv" for f in found):
        raise stop(f"its table {TABLE} is not one CSV file", export.name, f"Save it as {TABLE}.csv")
    return found[0] if found else export / f"{TABLE}.csv"


def _rows(table: Path) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of the table as it is, every cell as text; those of a new one where there is none."""
    if not table.exists():
        return list(HEADINGS), []
    sheet = next(iter(sheets.read(table)), None)
    if sheet is None or sheet.lost or sheet.notes:
        raise stop("some of its rows cannot be split into cells", table.name,
                   "Mend it in a spreadsheet and save it as CSV UTF-8")  # fmt: skip
    missing = [name for name in COLUMNS if name not in map(values.plain, sheet.headings)]
    if missing:
        raise stop(f"it has no column {', '.join(missing)}", f"{table.name}, row 1", "Add the heading")
    return list(sheet.headings), sheet.frame.fillna("").to_numpy().tolist()


def _keep(table: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Path | None:
    """Write the table anew in one step; the copy of what it was before, where there was one."""
    before = table.with_name(f".{TABLE}.before.csv") if table.exists() else None
    new, out = table.with_name(f".{table.stem}.new"), io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([headings, *rows])
    try:
        if before:
            shutil.copyfile(table, before)
        with new.open("wb") as file:
            file.write(out.getvalue().encode("utf-8-sig"))
            file.flush()
            os.fsync(file.fileno())
        new.replace(table)  # a computer that stops leaves the old file or the new
    except OSError:
        raise stop("it cannot be written", table.name,
                   "Close it in the spreadsheet; check the rights of its folder") from None  # fmt: skip
    return before
