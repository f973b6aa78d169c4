"""The built book of the example, as files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
BOOK = Path(os.environ.get("UT_BOOK", ROOT / "reports" / "example" / "book"))


@pytest.fixture(scope="session")
def book() -> Path:
    """Folder of the built book; `make report` builds it, and UT_BOOK names another."""
    if not (BOOK / "index.html").is_file():
        pytest.fail(f"there is no book at {BOOK}: build it first with `make report`")
    return BOOK


@pytest.fixture(scope="session")
def pages(book: Path) -> dict[str, BeautifulSoup]:
    """Every page of the book, parsed, by file name."""
    return {
        page.name: BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        for page in sorted(book.glob("*.html"))
    }
