"""The built book of the example, as files and in a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("needs Chromium: install the package chromium")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        chromium = playwright.chromium.launch(executable_path=program, args=flags)
        yield chromium
        chromium.close()
