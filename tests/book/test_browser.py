"""The book in a browser, from `file://`: accessible, on small screens, with no network and no script."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import axe_playwright_python
import pytest

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_BYTES = 800_000  # for one page with everything that it loads, 224,000 of them the typeface


def visit(browser: Any, book: Path, width: int, scheme: str) -> Any:
    """Each page of the book in turn, open in the browser: (name, page, what was asked for, script errors)."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page, asked, errors = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    for file in sorted(book.glob("*.html")):
        asked.clear()
        errors.clear()
        page.goto(file.as_uri())
        yield file.name, page, asked, errors
    context.close()


LOOK = """rules => axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: rules}})
    .then(found => found.violations)"""


@pytest.mark.parametrize("width", [360, 1280])
def test_accessible_to_wcag_2_2_aa(browser: Any, book: Path, width: int) -> None:
    faults = []
    for name, page, _, _ in visit(browser, book, width, "light"):
        page.evaluate(AXE)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for violation in page.evaluate(LOOK, RULES):
                nodes = violation["nodes"][:3]
                where = "\n".join(f"    {n['html'][:150]}\n      {n['failureSummary']}" for n in nodes)
                about = f"{violation['id']}: {violation['help']}"
                faults.append(f"{name} ({scheme}, {width} px): {about}\n{where}")
        page.emulate_media(color_scheme="light")
    assert not faults, "\n".join(faults)


#: How far a page is wider than the screen, or a link to the next page wider than its box, which cuts it off.
WIDER = """Math.max(document.documentElement.scrollWidth - innerWidth,
    ...[...document.querySelectorAll('.prev-next-area a')].map(a => a.scrollWidth - a.clientWidth))"""


@pytest.mark.parametrize("width", [320, 360])
def test_no_page_scrolls_sideways_on_a_phone_or_at_400_percent(browser: Any, book: Path, width: int) -> None:
    wide = {
        name: over
        for name, page, _, _ in visit(browser, book, width, "light")
        if (over := page.evaluate(WIDER)) > 0
    }
    assert not wide, f"wider than the screen or their own box, in pixels: {wide}"


def test_no_table_is_cut_off_at_a_desk(browser: Any, book: Path) -> None:
    cut = """[...document.querySelectorAll('article table')]
        .filter(t => t.checkVisibility() && t.scrollWidth > t.parentElement.clientWidth)
        .map(t => t.caption.innerText)"""
    found = {name: page.evaluate(cut) for name, page, _, _ in visit(browser, book, 1280, "light")}
    assert not {name: wide for name, wide in found.items() if wide}


def test_nothing_leaves_the_machine_no_script_fails_and_pages_are_light(browser: Any, book: Path) -> None:
    faults = []
    for name, _, asked, errors in visit(browser, book, 1280, "light"):
        faults += [f"{name} asked for {url}" for url in asked if not url.startswith(("file:", "data:"))]
        faults += [f"{name}: {error}" for error in errors]
        files = {Path(unquote(urlsplit(url).path)) for url in asked if url.startswith("file:")}
        weight = sum(file.stat().st_size for file in files)
        if weight > MOST_BYTES:
            faults.append(f"{name} weighs {weight:,} bytes with all it loads; at most {MOST_BYTES:,}")
    assert not faults, "\n".join(faults)


def test_a_script_that_got_into_a_page_does_not_run(browser: Any, book: Path, tmp_path: Path) -> None:
    shutil.copytree(book, tmp_path / "book")
    file = tmp_path / "book" / "index.html"
    hostile = "<script>alive = 1</script><img src=x onerror='alive = 1'><p style='color: red'>Words</p>"
    text = file.read_text(encoding="utf-8").replace("</article>", f"{hostile}</article>")
    file.write_text(text, encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.evaluate("typeof alive") == "undefined"
    assert page.evaluate("getComputedStyle(document.querySelector('[style]')).color") != "rgb(255, 0, 0)"
    page.close()


def test_search_finds_what_people_say(browser: Any, book: Path) -> None:
    """The pages have "prison" and not "jail", by the study's list."""
    page = browser.new_page()
    found = {}
    for word in ("jail", "prison"):
        page.goto((book / "search.html").as_uri() + f"?q={word}")
        page.wait_for_selector("#search-results li a")
        found[word] = {
            link.get_attribute("href").split("?")[0]
            for link in page.query_selector_all("#search-results li a")
        }
    page.close()
    assert found["jail"] and found["jail"] <= {
        address.replace("jail", "prison") for address in found["prison"]
    }


@pytest.mark.parametrize("width", [360, 1280])
def test_a_word_opens_where_it_stands_by_keyboard_and_by_touch(browser: Any, book: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 740}, has_touch=True)
    page.goto((book / "index.html").as_uri())
    word, open_now = page.locator("a.ut-term").first, page.locator(".ut-means:popover-open")
    word.focus()
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        assert word.get_attribute("data-means") in open_now.inner_text()
        box = open_now.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] >= 0
        page.keyboard.press("Escape")
        assert open_now.count() == 0
        assert page.evaluate("document.activeElement.className").startswith("ut-term"), "back where it was"
    word.tap()
    assert "Words explained" in open_now.inner_text()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "dialog"
    page.close()


def test_search_finds_a_page_from_a_memory_stick(browser: Any, book: Path) -> None:
    page = browser.new_page()
    page.goto((book / "index.html").as_uri())
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_label("Search the book").fill("recommendation")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    found = [link.get_attribute("href") for link in page.query_selector_all("#search-results li a")]
    assert any("next.html" in address for address in found), found
    page.close()


def test_readable_without_script(browser: Any, book: Path) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto((book / "project.html").as_uri())
    assert page.get_by_role("heading", name="The project", exact=False).first.is_visible()
    assert page.get_by_text("A probation officer refers a person").is_visible()
    context.close()


def test_the_first_key_skips_to_the_text(browser: Any, book: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((book / "methods.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.close()


MARK = """() => {
  const those = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const all = [...document.querySelectorAll(those)].filter(e => e.checkVisibility({visibilityProperty: true})
    && !e.disabled && e.tabIndex >= 0 && !e.closest('[inert]'));
  all.forEach((e, i) => e.dataset.place = i);
  return all.map(e => e.outerHTML.slice(0, 100));
}"""
FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  return [e.dataset.place ?? null, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];
}"""


@pytest.mark.parametrize("width", [360, 1280])
def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(
    browser: Any, book: Path, width: int
) -> None:
    faults, reached_in_all = [], 0
    for name, page, _, _ in visit(browser, book, width, "light"):
        there = page.evaluate(MARK)
        seen = {}
        for _ in range(len(there) + 5):
            page.keyboard.press("Tab")
            place, visible = page.evaluate(FOCUSED)
            if place is not None:
                seen[int(place)] = visible
        reached_in_all += len(seen)
        faults += [f"{name}: not reached: {what}" for i, what in enumerate(there) if i not in seen]
        faults += [f"{name}: focus cannot be seen on {there[i]}" for i, shown in seen.items() if not shown]
    assert not faults, "\n".join(faults)
    assert reached_in_all > 500


WATCH = """
window.moved = 0;
new PerformanceObserver(list => { for (const e of list.getEntries()) window.moved += e.value; })
  .observe({type: 'layout-shift', buffered: true});
"""


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_while_a_page_loads(browser: Any, book: Path, width: int) -> None:
    """Cumulative layout shift: 0.1 is the usual limit for good, and a page made of files has no excuse.

    The processor is slowed down, as on an old phone: what comes late then shows.
    """
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(WATCH)
    page, moved = context.new_page(), {}
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 10})
    for file in sorted(book.glob("*.html")):
        page.goto(file.as_uri())
        page.wait_for_load_state("load")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(150)
        if (shift := float(page.evaluate("window.moved"))) > 0.01:
            moved[file.name] = round(shift, 3)
    context.close()
    assert moved == {}
