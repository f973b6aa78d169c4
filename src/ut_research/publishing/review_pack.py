"""The review pack for the steering group: the whole book, and its plain pages in large print, in one zip.

In: a built book. Out: ``review-pack.zip``, for a memory stick and a room without internet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ut_research.disclosure import decision
from ut_research.publishing import blocks as paper
from ut_research.publishing import comments, workbook
from ut_research.publishing.everyone import PAGES
from ut_research.publishing.standing import LABELS
from ut_research.reading import refi_write

LAYOUT = "book/paper/large-print.typ"
#: Pages that are printed: those for everyone, and the glossary.
PRINTED = (*PAGES, "glossary")
READ_ME = """READ ME FIRST
=============

{label}

This pack is for people who read and comment on the report. Nothing in it needs the internet.

1. To read on a computer or a phone
   Open the folder "book", and in it the file "index.html".
   You can search it: type a word into "Search the book".

2. To read on paper
   Print "large-print.pdf". It holds the plain pages, in large letters.

3. To have your say
   In the book, open "Have your say". Or write on the paper, next to what you want to change.
   Please do not write anybody's name or story. Hand it to the person who gave you this pack.

If files do not open, copy the whole pack to the computer first, and unpack it there.
"""


def make(root: Path, folder: Path, report: Path) -> list[Path]:
    """Write the pack and ``large-print.pdf`` of the run in `folder` into its `report`; the files.

    And, for the team's own program for qualitative analysis, ``comments.qdpx``, where there are comments:
    with its codes, so that readers can be second coders.
    """
    settings = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    label = LABELS[decision.standing(folder)]
    book = report / "book"
    pages = workbook.in_order(folder / "book" / "_toc.yml", book)
    printed = large_print(pages, settings["parameters"]["title"], label, root / LAYOUT)
    inside = sorted(p for p in book.rglob("*") if p.is_file())
    files = [("READ-ME-FIRST.txt", READ_ME.format(label=label).replace("\n", "\r\n").encode("utf-8-sig"))]
    files += [("large-print.pdf", printed)]
    files += [(f"book/{p.relative_to(book).as_posix()}", p.read_bytes()) for p in inside]
    (report / "large-print.pdf").write_bytes(printed)
    (report / "review-pack.zip").write_bytes(paper.zipped((f"review-pack/{n}", c) for n, c in files))
    made = [report / "review-pack.zip", report / "large-print.pdf"]
    if (said := folder / f"{comments.TABLE}.parquet").is_file():
        made.append(report / "comments.qdpx")
        book = folder / "themes.parquet"
        themes = pd.read_parquet(book) if book.is_file() else None
        refi_write.write(comments.project(pd.read_parquet(said), themes), made[-1])
    return made


def large_print(pages: Iterable[Path], title: str, label: str, layout: Path) -> bytes:
    """The plain pages of a book as a tagged PDF (PDF/UA-1) in large print.

    The first page shows what others tell more of: its numbers stand there, and on its pictures.
    """
    printed = [page for page in pages if page.stem in PRINTED]
    read = [paper.read_page(p, without=paper.NUMBERS if p.stem == PAGES[0] else "") for p in printed]
    return paper.pdf(layout, {"title": f"{title}, evaluated", "label": label, "pages": read})
