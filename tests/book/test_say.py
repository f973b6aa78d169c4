"""Having a say: written in a browser, saved to a file, taken in, and answered on the next page."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from united_together import PARTS, REGISTRY, SETTINGS

from ut_research import published
from ut_research.cleaning import tables
from ut_research.core import estimate
from ut_research.publishing import book as bookmaking
from ut_research.publishing import comments, one_file
from ut_research.reading import export as reading

ROOT = Path(__file__).parents[2]
PAGES = ("say.md", "glossary.md", "_config.yml")
INDEX = "# Small\n\nA mentor helps.\n\n## Empty\n\n### Mentors & “more”\n\nA mentor and an interval.\n"
HOSTILE = "<img src=x onerror=\"document.title='alive'\"> {eval-rst}`x` {{page.made}}\n\n```{raw} html\n<b>"
#: The book sets quotation marks as a printer would.
STRAIGHT = {ord(curly): straight for curly, straight in zip("‘’“”", "''\"\"", strict=True)}
Pages = dict[str, BeautifulSoup]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Path]]:
    """A function that makes a small book of an export with the book's own settings; its folder of pages."""
    root, at = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("run")
    (root / "book").mkdir()
    for name in PAGES:
        shutil.copyfile(ROOT / "book" / name, root / "book" / name)
    for folder in ("_ext", "_static", "_templates"):
        shutil.copytree(ROOT / "book" / folder, root / "book" / folder)
    (root / "book" / "index.md").write_text(INDEX, encoding="utf-8")
    contents = "format: jb-book\nroot: index\nparts:\n- chapters:\n  - file: say\n  - file: glossary\n"
    (root / "book" / "_toc.yml").write_text(contents)
    (root / "requirements.lock").write_text("")
    inserts = shutil.ignore_patterns("[!_]*")  # without the pages that quote findings
    shutil.copytree(PARTS["pages"], root / "pages", ignore=inserts)
    settings = SETTINGS | {
        "root": str(root),
        "parts": PARTS | {"brief.txt": "", "pages": str(root / "pages")},
    }

    def make(export: Path) -> Path:
        tables.write(tables.clean(reading.read(export)), at)
        estimate.write(published.as_estimates(REGISTRY), at / "findings.json")
        (at / "tables").mkdir(exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(at)
            bookmaking.assemble(settings, Path("book"))
            bookmaking.build(Path("book"), Path("html"), Path("tables"))
        return at / "html"

    yield make


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with one comment that is answered."""
    folder = tmp_path_factory.mktemp("export")
    text = "date,page,comment,response,status,reason\n2026-11-02,Small,Say less.,We cut it.,done,\n"
    (folder / "steering_comments.csv").write_text(text)
    return folder


@pytest.fixture(scope="module")
def small(build: Callable[[Path], Path], export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small book, before anybody comments on it, kept where later builds do not reach it."""
    return Path(shutil.copytree(build(export), tmp_path_factory.mktemp("first") / "book"))


def test_written_saved_taken_in_and_answered(
    browser: Any, small: Path, build: Callable[[Path], Path], export: Path, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    context = browser.new_context(viewport={"width": 360, "height": 800}, accept_downloads=True)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((small / "index.html").as_uri())
    page.get_by_role("link", name="Comment").press("Enter")
    expect(page.get_by_label("Which page is it about?")).to_have_value("Small")
    expect(page.get_by_label("Which part of the page?")).to_have_value("Mentors & “more”")
    for words in (HOSTILE, "Thank you."):
        page.get_by_label("Your comment").fill(words)
        page.get_by_label("Your name").fill("Robin Writer")
        page.get_by_role("button", name="Keep this comment").click()
    assert "Kept on this device" in page.get_by_role("status").text_content()
    page.goto((small / "say.html").as_uri())
    kept = page.locator(".ut-kept li")
    assert kept.count() == 2, "comments outlive the page"
    assert HOSTILE.split("\n")[0] in kept.first.text_content()
    assert page.locator(".ut-kept img, .ut-kept b").count() == 0
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save them to a file").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert re.fullmatch(r"comments-\d{4}-\d\d-\d\d\.json", file.name)
    told = json.loads(file.read_text(encoding="utf-8"))["comments"]
    assert [comment["comment"] for comment in told] == [HOSTILE, "Thank you."]

    done = comments.add([file], export)
    assert done.new == 2
    with done.table.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    assert not any("Robin" in cell for row in rows for cell in row)
    rows[-1][rows[0].index("status")], rows[-1][rows[0].index("response")] = "done", "We are glad."
    with done.table.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(rows)

    page.goto((build(export) / "say.html").as_uri())
    shown = page.locator("article").inner_text()
    assert "1 of 3 comments are open." in shown
    assert "2 of 3 comments led to a change." in shown
    said = page.locator(".ut-said").all_inner_texts()
    plain = [" ".join(text.translate(STRAIGHT).split()) for text in said]
    assert [" ".join(HOSTILE.split()) in text for text in plain] == [True, False, False], plain
    assert "Thank you." in said[2]
    assert "We did: We are glad." in said[2]
    assert page.title() != "alive"
    assert page.locator(".ut-said img, .ut-said b, .ut-said script").count() == 0
    assert not errors
    context.close()


def test_comments_are_kept_until_the_page_closes_where_the_browser_stores_nothing(
    browser: Any, small: Path
) -> None:
    context = browser.new_context(accept_downloads=True)
    closed = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('closed') }})"
    context.add_init_script(closed)
    page = context.new_page()
    page.goto((small / "say.html").as_uri() + "?page=Small")
    page.get_by_label("Your comment").fill("Kept for now.")
    page.get_by_role("button", name="Keep this comment").click()
    assert "until you close this page" in page.get_by_role("status").text_content()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save them to a file").click()
    assert comments.read(Path(saved.value.path()))[0].comment == "Kept for now."
    context.close()


def test_what_is_missing_is_told_beside_its_box(browser: Any, small: Path) -> None:
    from playwright.sync_api import expect

    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto((small / "say.html").as_uri())
    keep, box = page.get_by_role("button", name="Keep this comment"), page.get_by_label("Your comment")
    page.get_by_label("Which page is it about?").fill("Small")
    keep.click()
    expect(box).to_be_focused()
    expect(box).to_have_accessible_description(re.compile("^Write your comment"))
    assert box.get_attribute("aria-invalid") == "true"
    above = page.get_by_text("Write your comment.").bounding_box()
    assert 0 <= box.bounding_box()["y"] - above["y"] - above["height"] < 20
    box.fill("It is long.")
    keep.click()
    assert box.get_attribute("aria-invalid") == "false"
    assert not page.get_by_text("Write your comment.").is_visible()
    page.close()


def test_on_a_phone_comments_can_be_shared_as_text(browser: Any, small: Path) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.add_init_script(
        "navigator.share = (what) => { window.shared = what.text; return Promise.resolve(); }"
    )
    page.goto((small / "say.html").as_uri())
    page.get_by_label("Which page is it about?").fill("Small")
    page.get_by_label("Your comment").fill("It is long.")
    page.get_by_role("button", name="Keep this comment").click()
    page.get_by_role("button", name="Share them as text").click()
    assert page.evaluate("shared") == "Small\nIt is long."
    page.close()


def test_a_comment_can_be_taken_back(browser: Any, small: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto((small / "say.html").as_uri() + "?page=Small")
    for words in ("One", "Two", "Three"):
        page.get_by_label("Your comment").fill(words)
        page.get_by_role("button", name="Keep this comment").click()
    page.get_by_role("button", name="Remove comment 2").click()
    assert [t.split("\n")[1] for t in page.locator(".ut-kept li").all_inner_texts()] == ["One", "Three"]
    page.get_by_role("button", name="Remove them all").click()
    assert not page.locator(".ut-kept").is_visible()
    assert page.evaluate("localStorage.getItem('ut-research comments')") == "[]"
    context.close()


def test_on_paper_and_without_a_script_it_is_a_form_to_write_on(browser: Any, small: Path) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 794, "height": 1123})
    page = context.new_page()
    page.goto((small / "say.html").as_uri())
    assert "print it and write on paper" in page.locator("form noscript").inner_text()
    assert page.get_by_role("button", name="Keep this comment").count() == 0, "no button that does nothing"
    page.emulate_media(media="print")
    assert page.locator(".ut-paper").is_visible()
    assert page.locator("form.ut-say textarea").bounding_box()["height"] > 200
    assert page.locator(".ut-lines").count() >= 6
    context.close()


def test_one_file_says_nothing_of_a_form_that_it_has_not(small: Path) -> None:
    said = one_file.of_pages([small / "say.html"])
    assert "You said, we did" in said
    assert not re.search("on screen|this device|print this page|shared phone", said)


def test_a_page_that_every_study_has_names_no_group_of_one() -> None:
    pages = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "book").glob("*.md")}
    assert [name for name, text in pages.items() if "steering group" in text] == ["glossary.md"]


def test_nothing_is_sent_and_nobody_is_asked_who_they_are(small: Path) -> None:
    page = BeautifulSoup((small / "say.html").read_text(encoding="utf-8"), "html.parser")
    form = page.select_one("form.ut-say")
    assert not form.get("action")
    assert {f["name"] for f in form.select("input, textarea")} == {"page", "section", "comment", "name"}
    assert not form.select_one("[name=name]").has_attr("required")
    script = (ROOT / "book" / "_static" / "say.js").read_text(encoding="utf-8")
    assert not re.search(r"fetch\(|XMLHttpRequest|sendBeacon|WebSocket|innerHTML|https?:", script)


def test_one_button_a_page_says_which_page_and_which_part_the_reader_is_at(
    browser: Any, book: Path, small: Path
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto((book / "changed.html").as_uri())
    page.get_by_role("heading", name="People were active").evaluate("heading => heading.scrollIntoView()")
    page.get_by_role("link", name="Comment").click()
    assert page.get_by_label("Which page is it about?").input_value() == "What changed"
    assert page.get_by_label("Which part of the page?").input_value().startswith("People were active")
    page.close()
    soup = BeautifulSoup((small / "index.html").read_text(encoding="utf-8"), "html.parser")
    [link] = soup.select("a.ut-comment")
    assert parse_qs(urlsplit(link["href"]).query) == {"page": ["Small"]}, "without a script, the page"


def test_a_term_is_linked_once_and_never_in_a_heading(small: Path) -> None:
    page = BeautifulSoup((small / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert [(a.text, a["href"]) for a in page.select("article a.ut-term")] == [
        ("mentor", "glossary.html#term-mentor"),
        ("interval", "glossary.html#term-interval"),
    ]
    assert not page.select("h1 .ut-term, h2 .ut-term, h3 .ut-term")


def test_only_one_page_loads_the_script(small: Path) -> None:
    loading = [p.name for p in small.glob("*.html") if "say.js" in p.read_text(encoding="utf-8")]
    assert loading == ["say.html"]


def test_every_page_can_be_commented_on(pages: Pages) -> None:
    assert [name for name, page in pages.items() if len(page.select("a.ut-comment")) != 1] == ["say.html"]
