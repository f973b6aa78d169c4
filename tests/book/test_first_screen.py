"""What a reader sees first on a phone: the answer, with its picture beginning; and how long a page is."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

WIDTH, HEIGHT = 360, 740
#: Screens of a phone that a page for everyone is long at most, and the one that may be longer.
SCREENS, LONGER = 5, {"changed.html": 7}
#: Where the first sentence after the title ends and the first picture begins, from the top, in pixels.
PLACES = """() => {
  const box = (e) => e ? e.getBoundingClientRect() : null;
  const answer = box(document.querySelector('.ut-lead p') ?? document.querySelector('.ut-body p'));
  const picture = box(document.querySelector('.ut-body img'));
  return [answer.bottom, picture && picture.top, document.querySelector('article').scrollHeight];
}"""


@pytest.fixture(scope="module")
def everyone(book: Path) -> list[Path]:
    """The pages for everyone, as the front page lists them."""
    front = BeautifulSoup((book / "index.html").read_text(encoding="utf-8"), "html.parser")
    listed = front.select("footer details")[0].select("a")
    return [book / link["href"].replace("#", "index.html") for link in listed]


@pytest.fixture(scope="module")
def places(browser: Any, book: Path) -> dict[str, list[float]]:
    """Of each page: where its answer ends, where its picture begins, and how long it is."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    found = {}
    for file in sorted(book.glob("*.html")):
        if file.name != "search.html":
            page.goto(file.as_uri())
            found[file.name] = page.evaluate(PLACES)
    page.close()
    return found


def test_there_are_at_most_seven_pages_for_everyone(everyone: list[Path]) -> None:
    names = [file.name for file in everyone]
    assert names == [f"{n}.html" for n in ("index", "project", "changed", "said", "next", "say")]
    assert len(names) <= 7


def test_the_answer_is_on_the_first_screen_of_every_page(places: dict[str, list[float]]) -> None:
    late = {name: answer for name, (answer, _, _) in places.items() if answer > HEIGHT}
    assert not late


def test_the_picture_of_a_chapter_or_a_finding_begins_on_the_first_screen(
    places: dict[str, list[float]],
) -> None:
    """The chapter of what people said has none: of few interviews there are words, and no numbers to draw."""
    drawn = {n: places[n][1] for n in places if n[:2].isdigit() or n in ("index.html", "changed.html")}
    assert drawn.pop("08_voices.html") is None
    assert len(drawn) == 13
    assert {name: top for name, top in drawn.items() if top is None or top > HEIGHT} == {}


@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (1280, 900)])
def test_the_comment_button_stands_over_nothing_of_the_first_screen(
    browser: Any, everyone: list[Path], size: tuple[int, int]
) -> None:
    """It comes when a reader goes on, or reaches it by the keyboard."""
    from playwright.sync_api import expect

    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    for file in everyone[:-1]:
        page.goto(file.as_uri())
        button = page.locator(".ut-comment")
        seen = [button.evaluate("e => getComputedStyle(e).opacity")]
        button.focus()
        seen.append(button.evaluate("e => getComputedStyle(e).opacity"))
        button.blur()
        page.mouse.wheel(0, 200)
        expect(button, file.name).to_have_css("opacity", "1")
        assert seen == ["0", "1"], file.name
    page.close()


def test_no_page_for_everyone_is_too_long(everyone: list[Path], places: dict[str, list[float]]) -> None:
    long = {file.name: round(places[file.name][2] / HEIGHT, 1) for file in everyone}
    assert {name: n for name, n in long.items() if n > LONGER.get(name, SCREENS)} == {}


def test_code_is_in_one_closed_drawer_a_chapter_and_not_on_paper(browser: Any, book: Path) -> None:
    page = browser.new_page()
    page.goto((book / "04_reoffending.html").as_uri())
    drawer = page.locator("details:has(.highlight)")
    assert drawer.count() == 1
    assert not page.locator(".highlight").first.is_visible()
    page.emulate_media(media="print")
    assert not drawer.is_visible()
    page.close()


def test_on_paper_each_page_has_its_number_and_says_what_is_invented(
    browser: Any, everyone: list[Path]
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    for file in everyone:
        page.goto(file.as_uri())
        printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
        for number, sheet in enumerate(printed, 1):
            said = " ".join(sheet.extract_text().split())
            assert f"Page {number}" in said, file.name
            assert said.count("Invented data: not real results.") == 1, file.name
    page.close()


def test_a_picture_for_a_desk_is_as_wide_on_paper_as_its_text(browser: Any, book: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((book / "04_reoffending.html").as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})
    assert page.locator("picture img").first.evaluate("e => e.getBoundingClientRect().width") > 500
    page.close()
