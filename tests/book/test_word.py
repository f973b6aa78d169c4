"""The report in Word, of the built book: short enough to be read, and no harder to hear than to see."""

from __future__ import annotations

import io
import itertools
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from ut_research.publishing import workbook

#: Pages that the report has at most, its annexes apart.
PAGES = 40
#: Centimetres: of a page between its margins, a line of text, a line in a table, and a character in it.
HIGH, LINE, ROW, CHARACTER = 25.7, 0.52, 0.41, 0.175


@pytest.fixture(scope="module")
def report(book: Path) -> bytes:
    pages = workbook.in_order(Path(__file__).parents[2] / "book" / "_toc.yml", book)
    return workbook.report_docx(pages, "A project", workbook.LABELS["example"])


def laid_out(file: Path) -> int:
    """How many pages LibreOffice makes of a Word document."""
    home = f"-env:UserInstallation={(file.parent / 'office').as_uri()}"
    call = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(file.parent), str(file)]
    subprocess.run(call, check=True, capture_output=True, timeout=300)
    return len(PdfReader(file.with_suffix(".pdf")).pages)


def estimated(made: Any) -> int:
    """How many pages a Word document fills, by the lines, rows and pictures in it."""
    high = sum(shape.height.cm for shape in made.inline_shapes)
    for paragraph in made.paragraphs:
        size = 2 if paragraph.style.name.startswith("Heading") else 1
        high += size * LINE * (0.35 + math.ceil(len(paragraph.text) / 88))
    for table in made.tables:
        for row in table.rows:
            lines = [math.ceil(len(c.text) * CHARACTER / max(c.width.cm - 0.4, 1)) for c in row.cells]
            high += ROW * max(*lines, 1) + 0.1
    return math.ceil(high / HIGH)


def test_the_report_has_at_most_forty_pages(report: bytes, tmp_path: Path) -> None:
    """Where LibreOffice is there, it counts them, and the estimate by which others judge is near that."""
    (tmp_path / "report.docx").write_bytes(report)
    pages = estimated(docx.Document(io.BytesIO(report)))
    if shutil.which("soffice"):
        found = laid_out(tmp_path / "report.docx")
        assert abs(pages - found) <= 0.15 * found
        pages = found
    assert pages <= PAGES


def test_every_picture_is_described_every_row_of_headings_repeats_and_no_level_is_left_out(
    report: bytes,
) -> None:
    made = docx.Document(io.BytesIO(report))
    described = [picture.get("descr") or "" for picture in made.element.xpath("//wp:docPr")]
    assert len(described) > 10
    assert [said for said in described if len(said) < 40] == []
    assert len(made.tables) > 10
    assert all(t.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for t in made.tables)
    names = [p.style.name for p in made.paragraphs if p.style.name.startswith("Heading")]
    levels = [int(name[-1]) for name in names]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
