"""The book as files: links work, no other host is asked, figures and tables are described."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup
from united_together import REGISTRY

from ut_research.measures import declared

STUDY = Path(__file__).parents[2] / "studies" / "united-together"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
Pages = dict[str, BeautifulSoup]
ELSEWHERE = re.compile(r"^(https?:)?//", re.IGNORECASE)


def test_every_internal_link_works(book: Path, pages: Pages) -> None:
    broken = []
    for name, page in pages.items():
        for link in page.select("a[href], link[href], script[src], img[src]"):
            address = urlsplit(link.get("href") or link.get("src"))
            if address.scheme or address.netloc:
                continue
            target = (book / unquote(address.path)).resolve() if address.path else book / name
            if not target.is_file():
                broken.append(f"{name}: {address.geturl()} (no such file)")
            elif address.fragment and target.suffix == ".html":
                there = pages.get(target.name)
                if there is None or there.find(id=unquote(address.fragment)) is None:
                    broken.append(f"{name}: {address.geturl()} (no such place on the page)")
    assert not broken, "\n".join(broken)


def test_nothing_is_loaded_from_another_host(book: Path, pages: Pages) -> None:
    loaded = [
        f"{name}: {tag.name} {address}"
        for name, page in pages.items()
        for tag in page.select("script, link, img, iframe, source, object, embed, video, audio")
        for address in (tag.get("src"), tag.get("href"), tag.get("data"), tag.get("srcset"))
        if address and ELSEWHERE.match(address)
    ]
    for sheet in sorted(book.rglob("*.css")):
        text = sheet.read_text(encoding="utf-8")
        asked = re.findall(r"(?:@import\s+|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)", text)
        loaded += [f"{sheet.name}: {address}" for address in asked]
    assert not loaded, "\n".join(loaded)


def test_every_page_lets_only_the_books_own_files_run_and_has_nothing_inline(pages: Pages) -> None:
    for name, page in pages.items():
        policy, *_ = page.head.select("meta:not([charset])")
        assert policy["http-equiv"] == "Content-Security-Policy", name
        rules = dict(rule.split(" ", 1) for rule in policy["content"].split("; "))
        assert rules["default-src"] == rules["base-uri"] == "'none'", name
        assert rules["script-src"] == rules["style-src"] == "'self'", name
        inline = page.select("script:not([src]), style, [style]")
        inline += page.find_all(lambda tag: any(attribute.startswith("on") for attribute in tag.attrs))
        assert inline == [], name


def test_every_figure_is_described_in_a_sentence(pages: Pages) -> None:
    bare = [
        f"{name}: {image.get('src')}: {image.get('alt')!r}"
        for name, page in pages.items()
        for image in page.select("img")
        if not re.match(r"[A-Z].* .* .*[.]$", image.get("alt") or "", re.DOTALL)
        or re.search(r"\.(svg|png)|_images", image["alt"])
    ]
    assert not bare, "\n".join(bare)


def test_every_picture_that_a_chapter_draws_is_on_its_page(pages: Pages) -> None:
    """Of a cell with two pictures the second, and all after it, once went missing."""
    for notebook in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        drawn = sum("".join(c["source"]).count("chapter.chart(") for c in cells if c["cell_type"] == "code")
        shown = len(pages[f"{notebook.stem}.html"].select(".cell_output img"))
        assert shown >= drawn, f"{notebook.name} draws {drawn} pictures, and its page shows {shown}"


def test_one_way_alone_is_not_drawn_as_a_curve_of_ways(pages: Pages) -> None:
    drawn = [i["alt"] for i in pages["12_how_sure.html"].select("img[alt^='Specification curve']")]
    assert drawn
    assert not [alt for alt in drawn if re.search(r"\b1 ways", alt)]


def test_every_figure_keeps_its_place_while_it_loads(pages: Pages) -> None:
    loose = [i["src"] for page in pages.values() for i in page.select("img") if not i.get("width")]
    assert not loose, loose


def test_every_table_has_a_caption_and_scoped_headers(pages: Pages) -> None:
    faults = []
    for name, page in pages.items():
        for number, table in enumerate(page.select("table"), 1):
            where = f"{name}, table {number}"
            if table.caption is None or not table.caption.text.strip():
                faults.append(f"{where}: no caption")
            heads = table("th")
            faults += [f"{where}: {th} has no scope" for th in heads if th.get("scope") not in ("row", "col")]
            faults += [f"{where}: an empty heading" for th in heads if not th.text.strip()]
            faults += [] if heads else [f"{where}: no headings"]
    assert not faults, "\n".join(faults)


def test_every_cell_of_a_table_that_becomes_cards_has_the_heading_of_its_column(pages: Pages) -> None:
    cards = [table for page in pages.values() for table in page.select("table.ut-cards")]
    assert len(cards) > 50
    for table in cards:
        heads = [th.text.strip() for th in table.select("thead th")]
        for row in table.select("tbody tr"):
            assert [cell["data-label"] for cell in row.select("th, td")] == heads
        for cells in zip(*(row.select("th, td") for row in table.select("tbody tr")), strict=True):
            kinds = {cell.has_attr("data-long") for cell in cells if not cell.has_attr("data-none")}
            assert len(kinds) < 2, "a column stands under its headings, or beside them"


def test_every_page_says_at_its_top_and_foot_that_people_are_invented(pages: Pages) -> None:
    for name, page in pages.items():
        note = page.select_one("body > .ut-origin")
        assert note is not None and "Invented data: not real results." in note.text, name
        assert "not evidence about real people" in page.select_one(".ut-footer").text, name


def test_every_figure_carries_its_origin(pages: Pages) -> None:
    silent = [
        f"{name}: {image['alt'][:80]}"
        for name, page in pages.items()
        for image in page.select("main img")
        if not re.search(r"Invented example|From published figures|From the export", image["alt"])
    ]
    assert not silent, "\n".join(silent)


def test_a_figure_printed_in_words_is_never_shown_as_a_number(pages: Pages) -> None:
    """ "Over half" once stood as 50%, and "thousands" as 2,000."""
    worded = {f.label: f.as_printed for f in REGISTRY.figures if f.bound}
    faults = [
        f"{name}: {label}: {words!r} is not in its row"
        for name, page in pages.items()
        for row in page.select("tbody tr")
        if row.th and (words := worded.get(label := row.th.text.strip())) and words not in row.text
    ]
    assert not faults, "\n".join(faults)


def test_no_token_is_left_unfilled(pages: Pages) -> None:
    left = {}
    for name, page in pages.items():
        read = "".join(text for text in page.find_all(string=True) if not text.find_parent(["pre", "script"]))
        if found := re.findall(r"\{\{[^}]*\}\}", read):
            left[name] = found
    assert not left, left


def test_pages_name_no_place_on_the_machine_that_built_them(book: Path) -> None:
    told = [
        page.name
        for page in sorted(book.rglob("*.html"))
        if re.search(r"(/home/|/root/|/work/|/tmp/|C:\\)", page.read_text(encoding="utf-8"))
    ]
    assert not told, told


def test_the_page_of_the_build_is_not_searched(book: Path) -> None:
    """It holds the time of day: in the search, two builds of one export would differ in more than it."""
    text = (book / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(re.sub(r"^Search\.setIndex\((.*)\)$", r"\1", text))
    made = index["docnames"].index("made")
    found = [
        word
        for part in ("terms", "titleterms")
        for word, where in index[part].items()
        if made in (where if isinstance(where, list) else [where])
    ]
    assert found == []


def test_nothing_is_measured_that_no_page_shows(book: Path) -> None:
    tables = book.parent / "tables"
    shown = {
        row["id"] for file in tables.glob("*.csv") for row in csv.DictReader(file.open(encoding="utf-8"))
    }
    written = "".join(file.read_text(encoding="utf-8") for file in NOTEBOOKS.glob("*.ipynb"))
    asked = set(re.findall(r"[a-z_]+\.[a-z0-9_%]+", written)) | {
        figure.measure for figure in REGISTRY.figures
    }
    tokens = [re.compile(id.replace(".", r"\.").replace("%s", r"\w+")) for id in asked if "." in id]
    rows = json.loads((book.parent / "findings.json").read_text(encoding="utf-8"))
    held = {row["id"] for row in rows if row["status"] != "not collected"} & declared.quantities().keys()
    assert len(held) > 100
    assert [id for id in held if id not in shown and not any(t.fullmatch(id) for t in tokens)] == []


def cells(page: BeautifulSoup, caption: str) -> list[list[str]]:
    """The rows of the table with this in its caption."""
    [table] = [t for t in page.select("table") if caption in t.caption.text]
    return [[cell.text for cell in row.select("th, td")] for row in table.select("tbody tr")]


def test_interviews_are_told_by_all_items_of_coreq_and_what_is_not_stated_is_said(pages: Pages) -> None:
    stated = tomllib.loads((STUDY / "study.toml").read_text(encoding="utf-8"))["coreq"]
    rows = cells(pages["08_voices.html"], "interviews were done")
    assert [said for _, said in rows] == [stated.get(str(n), "Not stated") for n in range(1, 33)]
    assert len({item for item, _ in rows}) == 32 and 0 < len(stated) < 32


def test_what_was_said_stands_beside_what_was_measured_and_whether_the_two_agree(pages: Pages) -> None:
    rows = cells(pages["08_voices.html"], "beside what was measured")
    agree = [row for row in rows if row[2].startswith("They agree. ")]
    assert len(rows) == 4 and len(agree) == 1 and "Active days" in agree[0][1]


def test_journeys_are_chains_that_say_that_they_are_invented(pages: Pages) -> None:
    heading = pages["08_voices.html"].find("h3", string="What single people went through")
    chains = [[box.strong.text for box in way.select("li")] for way in heading.parent.select(".ut-across ol")]
    assert len(chains) == 3 and all(way[:2] == ["Referral", "First meeting"] for way in chains)
    assert "These journeys are invented" in heading.parent.text
    assert heading.parent.text.count("when is not shown") == 1


def test_each_published_story_is_told_by_what_it_shows_and_not_by_whose_it_is(pages: Pages) -> None:
    known = REGISTRY.findings
    stories = known[known["kind"] == "case-study"]
    rows = cells(pages["08_voices.html"], "published story")
    assert rows == [[s.theme.capitalize(), s.finding] for s in stories.itertuples()]
    whose = re.compile(r"\b[A-Z]\b|\b(he|she|him|his|hers?|aged|street|Mr|Mrs|Ms)\b|\d|[“”\"]")
    assert len(rows) == 9 and not any(whose.search(cell.removeprefix("A ")) for row in rows for cell in row)
