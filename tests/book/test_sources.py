"""The pages as written: numbers come from findings, openings have short sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "book").glob("*.md"), *(ROOT / "studies").glob("*/pages/*.md")])
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)

#: Digits that are no finding: years and names of documents and figures, a chapter's file, a date's day.
NAMES = r"\b20\d\d\b|Figure \d|\(\d\d_\w+\.ipynb\)|:[\w-]+: \d+|^\d\.\s|COVID-19|GRIPP2"
NAMES += r'|maxlength="\d+"|"ut-\w+"'


@each_page
def test_no_number_is_typed(page: Path) -> None:
    text = re.sub(r"\{\{.*?\}\}", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(NAMES, "", text, flags=re.MULTILINE)
    typed = [line for line in text.splitlines() if re.search(r"\d", line)]
    assert not typed, f"{page.name}: put a token there, so that the number comes from the findings: {typed}"


@each_page
def test_opening_has_short_sentences(page: Path) -> None:
    if page.name.startswith("_"):
        return  # it stands in the middle of a page
    opening = page.read_text(encoding="utf-8").split("\n## ")[0].split("\n", 1)[1]
    long = [s for s in re.split(r"(?<=[.?!])\s+", opening) if len(s.split()) >= 25]
    assert not long, f"{page.name}: 25 words or more in: {long}"


def test_there_is_something_to_test() -> None:
    named = {"index.md", "changed.md", "project.md", "next.md", "methods.md", "glossary.md"}
    assert named <= {p.name for p in PAGES}
