"""The review pack of the real book, unpacked as a reader would, in Chromium without a network."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from tagged import faults

from ut_research.publishing import review_pack

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pack(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    report = tmp_path_factory.mktemp("memory stick")
    (folder / "book").mkdir()
    (folder / "manifest.json").write_text('{"origin": "example"}', encoding="utf-8")
    (folder / "run.json").write_text('{"parameters": {"title": "A project"}}', encoding="utf-8")
    shutil.copyfile(ROOT / "book" / "_toc.yml", folder / "book" / "_toc.yml")
    shutil.copytree(book, report / "book")
    review_pack.make(ROOT, folder, report)
    with zipfile.ZipFile(report / "review-pack.zip") as opened:
        opened.extractall(report)
    return report / "review-pack"


def test_the_pack_opens_and_is_searched_from_a_memory_stick(pack: Path, browser: Any) -> None:
    page = browser.new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((pack / "book" / "index.html").as_uri())
    assert page.locator("h1").first.inner_text().startswith("In short")
    page.goto((pack / "book" / "search.html").as_uri() + "?q=mentor")
    page.wait_for_selector("#search-results li")
    assert page.locator("#search-results li").count() > 3
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]


def test_large_print_of_the_real_book_has_every_plain_page(pack: Path) -> None:
    pdf = PdfReader(io.BytesIO((pack / "large-print.pdf").read_bytes()))
    text = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)
    for heading in (
        "In short",
        "The project",
        "Reoffending was lower",
        "What people said",
        "What happens next",
        "Glossary",
        "Your comment",
    ):
        assert heading in text, heading
    assert "Invented example: not evidence" in text
    assert faults((pack / "large-print.pdf").read_bytes()) == []
