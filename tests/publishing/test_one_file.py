"""The pages for everyone in one file: nothing beside it is needed, and only what is in it may run."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from ut_research.publishing import one_file
from ut_research.publishing.standing import NOTES

STATIC = Path(__file__).parents[2] / "book" / "_static"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
INDEX = """<article><h1 id="a">In &lt;short&gt;</h1><nav>On this page</nav>
<picture><source srcset="_images/x.svg#desk"><img src="_images/x.svg" alt="A chart. One."></picture>
<a href="changed.html#at-x">x</a> <a href="#a">up</a> <a href="made.html">how</a>
<a href="say.html?page=x">say</a>
<p><a href="made.html">Made</a> · <a href="made.html">again</a></p>
<p>Mending is <a href="made.html">far</a>.</p>
<ul><li><p><a href="made.html"><span>The brief</span></a>: two pages.</p></li>
<li><p><a href="say.html">Say</a>: all.</p></li></ul>
<p>Not proof: see <a href="made.html">Sure?</a></p>
<p>Rests on it. See <a href="made.html">One</a> and <a href="made.html">Two</a>.</p>
<p>See: <a href="made.html">Three</a>? It says more.</p>
<a href="https://example.org">out</a></article>"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    for folder in ("_static", "_images"):
        (tmp_path / "book" / folder).mkdir(parents=True)
    for name in ("ut.css", "ut.js"):
        (tmp_path / "book" / "_static" / name).write_text((STATIC / name).read_text("utf-8"), "utf-8")
    (tmp_path / "book" / "_static" / "typeface.css").write_text("", "utf-8")
    (tmp_path / "book" / "_images" / "x.svg").write_text(SVG, "utf-8")
    pages = {"index": INDEX, "changed": '<article><h1>Changed</h1><p id="at-x">X</p></article>'}
    pages |= {
        "say": "<article><h1>Say</h1><section><h2>Write</h2><form></form></section></article>",
        "made": "<article><h1>Made</h1></article>",
    }
    for name, text in pages.items():
        (tmp_path / "book" / f"{name}.html").write_text(text, "utf-8")
    (tmp_path / "run.json").write_text(
        '{"parameters": {"title": "</title><script>alive=1</script>"}}', "utf-8"
    )
    (tmp_path / "manifest.json").write_text('{"origin": "example"}', "utf-8")
    one_file.make(tmp_path, tmp_path, tmp_path)
    return tmp_path


def page(report: Path) -> BeautifulSoup:
    return BeautifulSoup((report / "one-file.html").read_text("utf-8"), "html.parser")


def test_it_holds_the_pages_for_everyone_and_needs_no_other_file(report: Path) -> None:
    soup = page(report)
    assert [h.get_text() for h in soup.select("h1")] == ["In <short>", "Changed", "Say"]
    assert not soup.select("link, source, form, [src^=_], h2")  # nor the heading of a form
    assert soup.img["src"] == "data:image/svg+xml;base64," + b64encode(SVG.encode()).decode()
    assert soup.select_one(".ut-origin").get_text().strip() == NOTES["example"]


def test_links_lead_to_places_in_it_and_others_are_words(report: Path) -> None:
    soup = page(report)
    links = {a.get_text(): a["href"] for a in soup.select("article a")}
    own = {"x": "#changed-at-x", "up": "#index-a", "say": "#say", "Say": "#say"}
    assert links == {**own, "out": "https://example.org"}
    assert all(soup.find(id=address[1:]) for address in links.values() if address.startswith("#"))
    assert "how" in soup.get_text()
    assert [line.get_text() for line in soup.select("p:has(.ut-away)")] == ["Mending is far."]
    assert "again" not in soup.get_text()  # a line that only leads elsewhere


def test_it_names_nothing_that_a_reader_would_look_for_in_vain(report: Path) -> None:
    soup = page(report)
    assert [item.get_text() for item in soup.select("article li")] == ["Say: all."]
    _, *said, _ = [p.get_text() for p in soup.select("article p")]
    assert said == ["Say: all.", "Not proof.", "Rests on it."]
    assert not re.search("Three|It says more", soup.get_text())


def test_only_its_own_script_and_style_run_and_a_title_is_text(report: Path) -> None:
    soup = page(report)
    (script,), (style,) = soup.select("script"), soup.select("style")
    policy = soup.select_one("meta[http-equiv]")["content"]
    for part, kind in ((script, "script"), (style, "style")):
        digest = b64encode(sha256(part.string.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert soup.title.string == "</title><script>alive=1</script>, evaluated"


def test_in_a_browser_its_script_runs_and_no_other(report: Path, browser: object) -> None:
    file = report / "one-file.html"
    file.write_text(file.read_text("utf-8").replace("</main>", "<script>alive = 1</script></main>"), "utf-8")
    shown = browser.new_page()  # type: ignore[attr-defined]
    shown.goto(file.as_uri())
    assert shown.evaluate("typeof alive") == "undefined"
    before = shown.evaluate("document.documentElement.dataset.theme")
    shown.click(".ut-theme")
    assert re.match("light|dark", shown.evaluate("document.documentElement.dataset.theme")) and not before
    shown.close()
