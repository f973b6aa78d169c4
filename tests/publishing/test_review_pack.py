"""The review pack: the whole book, large print that can be read aloud."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader
from tagged import faults

from ut_research.publishing import blocks, review_pack

ROOT = Path(__file__).parents[2]
SVG = '<svg viewBox="0 0 20 10" {}><rect width="20" height="10"/></svg>'
PAGES = {
    "index": "<h1>In short</h1><p>26 of every 100.</p>",
    "changed": "<h1>What changed</h1><h2>Fewer did</h2><p>Short.</p>",
    "04_reoffending": "<h1>Reoffending</h1><p>Long.</p>",
    "methods": "<h1>Methods</h1><p>Not for this print.</p>",
    "glossary": "<h1>Glossary</h1><dl><dt>chance</dt><dd><p>A coin.</p></dd></dl>"
    "<table><caption>Words</caption><tr><th>Word</th><th>Meaning</th></tr><tr><th>mean</th><td>average</td></tr>"
    "</table><img src='x.svg' alt='Bar chart. Half. 50%.'>",
}


@pytest.fixture
def run(tmp_path: Path) -> tuple[Path, Path]:
    """The folder of a run and its report, with a book of four pages."""
    folder, report = tmp_path / "folder", tmp_path / "report"
    (folder / "book").mkdir(parents=True)
    (report / "book").mkdir(parents=True)
    (folder / "manifest.json").write_text('{"origin": "example"}', encoding="utf-8")
    (folder / "run.json").write_text('{"parameters": {"title": "A project"}}', encoding="utf-8")
    names = list(PAGES)
    toc = {"root": names[0], "parts": [{"chapters": [{"file": name} for name in names[1:]]}]}
    (folder / "book" / "_toc.yml").write_text(json.dumps(toc), encoding="utf-8")
    for name, text in PAGES.items():
        (report / "book" / f"{name}.html").write_text(f"<article>{text}</article>", encoding="utf-8")
    (report / "book" / "x.svg").write_text(SVG.format('xmlns="http://www.w3.org/2000/svg"'), encoding="utf-8")
    return folder, report


def words(pdf: bytes) -> str:
    return " ".join(" ".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(pdf)).pages)


def test_the_pack_holds_the_whole_book_and_what_to_read_first(run: tuple[Path, Path]):
    folder, report = run
    review_pack.make(ROOT, folder, report)
    with zipfile.ZipFile(report / "review-pack.zip") as pack:
        names = pack.namelist()
        assert pack.read("review-pack/book/index.html") == (report / "book" / "index.html").read_bytes()
        first = pack.read("review-pack/READ-ME-FIRST.txt").decode("utf-8-sig")
    inside = {p.relative_to(report / "book").as_posix() for p in (report / "book").rglob("*") if p.is_file()}
    assert {n.removeprefix("review-pack/book/") for n in names if "/book/" in n} == inside
    assert names[0] == "review-pack/READ-ME-FIRST.txt"
    assert "Invented example" in first
    assert "index.html" in first


def test_the_same_book_gives_the_same_pack(run: tuple[Path, Path]):
    folder, report = run
    packs = []
    for _ in range(2):
        review_pack.make(ROOT, folder, report)
        packs.append((report / "review-pack.zip").read_bytes())
    assert packs[0] == packs[1]


def test_what_stands_on_two_lines_of_a_cell_is_kept_apart(tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_text(
        "<article><table><tr><td>A</td><td>73%<br><small>32 of 44</small></td></tr></table></article>"
    )
    (table,) = blocks.read_page(page)
    assert blocks.words(table.rows[0][1]) == "73%, 32 of 44"


def test_paper_has_nothing_of_a_form_that_only_a_screen_can_send(tmp_path: Path):
    page = tmp_path / "say.html"
    form = "<form>Your name</form><div>Kept on this device</div>"
    page.write_text(f"<article><section><h2>Your comment</h2>{form}</section><p>What is done.</p></article>")
    assert blocks.read_page(page) == [blocks.Paragraph(blocks.plain("What is done."))]


def test_a_box_of_a_diagram_reads_as_a_name_and_what_it_says(tmp_path: Path):
    page = tmp_path / "project.html"
    steps = "<li><strong>Referral</strong> An officer refers.</li>"
    steps += "<li><strong>Support</strong> A person may take up:<ul><li>sport</li><li>help</li></ul></li>"
    steps += "<li><strong>Runs it</strong><ul><li>A trust.</li><li>Us</li></ul></li>"
    page.write_text(f'<article><div class="ut-diagram"><ol>{steps}</ol></div></article>', encoding="utf-8")
    (listed,) = blocks.read_page(page)
    assert isinstance(listed, blocks.Bullets)
    assert [blocks.words(item) for item in listed.items] == [
        "Referral: An officer refers.",
        "Support: A person may take up: sport; help",
        "Runs it: A trust; Us",
    ]


def test_large_print_holds_the_pages_for_everyone_and_the_glossary(run: tuple[Path, Path]):
    _, report = run
    pages = [report / "book" / f"{name}.html" for name in PAGES]
    text = words(review_pack.large_print(pages, "A project", "Invented example", ROOT / review_pack.LAYOUT))
    cover, _, rest = text.partition("Your comment")
    parts = ["In short", "What changed", "Glossary"]
    for said, order in (
        (cover, ["Invented example", "A project, evaluated", "What is in it", *parts]),
        (rest, ["Invented example", *parts[:2], "Fewer did", "Short", parts[2], "chance"]),
    ):
        assert sorted(order, key=said.index) == order
    assert "Long." not in text
    assert "Not for this print" not in text
    assert "Meaning: average" in text


def test_each_page_on_paper_says_where_the_data_come_from(run: tuple[Path, Path]):
    _, report = run
    pages = [report / "book" / f"{name}.html" for name in PAGES]
    label = "Invented example: not evidence. More of it."
    printed = review_pack.large_print(pages, "A project", label, ROOT / review_pack.LAYOUT)
    assert len(PdfReader(io.BytesIO(printed)).pages) > 1
    for page in PdfReader(io.BytesIO(printed)).pages:
        assert "Invented example: not evidence." in page.extract_text()


def test_a_page_on_paper_has_no_links_that_say_nothing_there_and_repeats_nothing(tmp_path: Path):
    page = tmp_path / "index.html"
    both = "<p><a>Who took part</a> · <a>What people needed</a></p>"
    terms = "<dl><dt>a person</dt><dt>people</dt><dd><p>Somebody.</p></dd><dt>b</dt><dd><p>It.</p></dd></dl>"
    lists = (
        "<section id='what-you-can-do-with-it'><h2>What you can do with it</h2><ul><li>x</li></ul></section>"
    )
    page.write_text(f"<article>{both}{terms}{lists}</article>", encoding="utf-8")
    assert [blocks.words(block.text) for block in blocks.read_page(page)] == [
        "More in: Who took part · What people needed",
        "a person, people: Somebody.",
        "b: It.",
    ]


def test_single_journeys_are_told_apart(tmp_path: Path):
    page = tmp_path / "page.html"
    chain = '<div class="ut-diagram ut-across"><ol><li><p><strong>A plan</strong> {}</p></li></ol></div>'
    page.write_text(f"<article>{chain.format('at once')}{chain.format('later')}</article>", encoding="utf-8")
    said = [[blocks.words(item) for item in block.items] for block in blocks.read_page(page)]
    assert said == [["A plan: at once"], ["A plan: later"]]


def test_large_print_can_be_read_aloud_and_nothing_is_smaller_than_16_points(run: tuple[Path, Path]):
    _, report = run
    made = review_pack.large_print(
        [report / "book" / "index.html", report / "book" / "glossary.html"],
        "A project",
        "x",
        ROOT / review_pack.LAYOUT,
    )
    assert faults(made) == []
    pdf = PdfReader(io.BytesIO(made))
    sizes: set[float] = set()

    def note(text: str, matrix: list[float], position: list[float], font: object, size: float) -> None:
        if text.strip():
            sizes.add(round(abs(size * position[3]), 1))

    for page in pdf.pages:
        page.extract_text(visitor_text=note)
    assert min(sizes) >= 16


def test_a_drawing_becomes_dots():
    assert blocks.png(SVG.format('xmlns="http://www.w3.org/2000/svg"')).startswith(b"\x89PNG")
