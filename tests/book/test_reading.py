"""How the book reads: reading age of its openings, terms explained, words that put the person first."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag

from tools import readability
from tools.readability import LONGEST, OLDEST

Pages = dict[str, BeautifulSoup]
WORDS = Path(__file__).parents[2] / "book" / "words.csv"
#: Where the book links no term: headings, captions, links, code, raw tables and the line under them, and
#: what others wrote.
UNLINKED = "h1, h2, h3, h4, caption, dt, a, code, pre, details, .ut-table, .ut-withheld, .ut-said"
UNLINKED += ", figure, svg, form, nav, noscript, .ut-kept, .ut-paper, .ut-title, .ut-note"
UNLINKED += ", .ut-about, .ut-download"


def words_not_to_use() -> list[tuple[re.Pattern[str], str, list[str]]]:
    """Each as a pattern (any case, also in the plural), what to say instead, and where it may stand."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        return [
            (
                re.compile(rf"(?<![\w-]){re.escape(row['avoid'])}(?:s|es)?(?![\w-])", re.IGNORECASE),
                row["say"],
                [phrase for phrase in row["except"].split(";") if phrase],
            )
            for row in csv.DictReader(file)
        ]


def used(text: str) -> list[str]:
    """Words in `text` that are not to be used, each with what to say instead."""
    found = []
    for pattern, better, exceptions in words_not_to_use():
        left = text
        for phrase in exceptions:
            left = re.sub(re.escape(phrase), " ", left, flags=re.IGNORECASE)
        for match in pattern.finditer(left):
            found.append(f"…{left[max(0, match.start() - 30) : match.end() + 20]}…: say {better}")
    return found


def test_the_formula_is_that_of_flesch_and_kincaid() -> None:
    # 6 words of one syllable; and 13 words of 24 syllables: 0.39 × 13 + 11.8 × 24/13 − 15.59
    assert readability.age("The cat sat on the mat.") - 5 == pytest.approx(-1.45)
    platypus = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."
    assert readability.age(platypus) - 5 == pytest.approx(0.39 * 13 + 11.8 * 24 / 13 - 15.59)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("probation", 3), ("reoffended", 4), ("mentors'", 2), ("Blackburn's", 2), ("26", 1), ("zzgrole", 1)],
)
def test_syllables_are_counted(word: str, syllables: int) -> None:
    assert readability.syllables(word) == syllables


def test_an_opening_is_all_before_a_heading_or_the_first_section() -> None:
    html = """<article><h1>T</h1><nav><p>On this page</p></nav><ul><li>One.</li><li>Two</li></ul>
    <details>code</details><p><b>The question.</b> Why?</p><p><a>A link</a></p>
    <h2>How sure are we?</h2><p>Three.</p></article>"""
    assert readability.opening(html) == "One.\nTwo\nWhy?"
    assert readability.opening(html, whole=True) == "One.\nTwo\nWhy?\nThree."
    sections = "<article><h1>T</h1><h2>A finding</h2><p>One.</p><h2>Another</h2><p>Two.</p></article>"
    assert readability.opening(sections) == "One."
    parts = ["One is 2.5.", "Two", "three?", "“Four.”", "Five"]
    assert readability.sentences("One is 2.5. Two\nthree? “Four.” Five") == parts


def test_every_page_opens_for_a_reader_of_eleven_in_short_sentences(book: Path) -> None:
    found = readability.openings(book)
    print("\n" + readability.table(found))
    faults = [f"{o.page}: reading age {o.age:.1f}, at most {OLDEST}" for o in found if o.age > OLDEST]
    for opening in found:
        words = len(opening.longest.split())
        if words > LONGEST:
            faults.append(f"{opening.page}: {words} words, at most {LONGEST}: {opening.longest}")
    assert not faults, "\n".join(faults)
    assert len(found) >= 18


def glossary(pages: Pages) -> dict[str, str]:
    """Each term of the glossary in lower case, with the id of its place."""
    terms = pages["glossary.html"].select("dt[id^=term-]")
    return {term.text.strip().rstrip("#").lower(): term["id"] for term in terms}


def test_each_term_is_linked_to_its_meaning_where_a_page_first_uses_it(pages: Pages) -> None:
    terms = glossary(pages)
    assert len(terms) >= 30
    either = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w-])({either})(?:s|es)?(?![\w-])", re.IGNORECASE)
    late, linked = [], 0
    for name, page in pages.items():
        article = page.select_one("article")
        if article is None or name in ("glossary.html", "search.html"):
            continue
        explained: set[str] = set()
        for node in article.descendants:
            if isinstance(node, Tag) and node.name == "a" and "ut-term" in node.get("class", ()):
                explained.add(node["href"].split("#")[1])
                linked += 1
            elif isinstance(node, NavigableString) and not node.find_parent(list_of(UNLINKED)):
                late += [
                    f"{name}: {m[0]}" for m in pattern.finditer(node) if terms[m[1].lower()] not in explained
                ]
        repeated = [a["href"] for a in article.select("a.ut-term")]
        assert len(repeated) == len(set(repeated)), f"{name} links a term twice"
    assert not late, "\n".join(late)
    assert linked > 50


def list_of(selector: str) -> object:
    """What finds an element that `selector`, of names and classes, names."""
    names = {part for part in selector.split(", ") if not part.startswith(".")}
    classes = {part[1:] for part in selector.split(", ") if part.startswith(".")}
    return lambda tag: tag.name in names or not classes.isdisjoint(tag.get("class", ()))


def test_words_put_the_person_first_wherever_a_reader_sees_them(book: Path, pages: Pages) -> None:
    faults = []
    for name, page in pages.items():
        unseen = ["script", "style", "pre"]
        seen = [text for text in page.find_all(string=True) if not text.find_parent(unseen)]
        seen += [tag[a] for a in ("alt", "title", "aria-label", "content") for tag in page.select(f"[{a}]")]
        faults += [f"{name}: {fault}" for text in seen for fault in used(" ".join(text.split()))]
    for file in sorted([*book.rglob("*.svg"), *(book / "tables").glob("*.csv")]):
        text = re.sub(r"<style.*?</style>|<[^>]+>", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        faults += [f"{file.name}: {fault}" for fault in used(text)]
    assert not faults, "\n".join(dict.fromkeys(faults))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Ex-offenders and addicts", 2),
        ("the criminal justice system", 0),
        ("Criminals in the Criminal Justice System", 1),
        ("the WEMWBS user guide for users", 1),
        ("proven reoffending; the person reoffended; the causes", 0),
    ],
)
def test_the_list_of_words_finds_what_it_should(text: str, wrong: int) -> None:
    assert len(used(text)) == wrong, used(text)


def test_every_word_not_to_use_has_another(pages: Pages) -> None:
    assert len(words_not_to_use()) > 30
    assert not [p.pattern for p, better, _ in words_not_to_use() if not better or used(better)]


def test_each_action_has_an_owner_and_a_date_or_says_that_it_has_none(pages: Pages) -> None:
    actions = [p.get_text() for p in pages["next.html"].select("p") if p.get_text().startswith("Do:")]
    assert len(actions) > 5
    assert [a for a in actions if not re.search(r"No owner or date yet\.|Who: .+ By: ", a)] == []


def test_no_table_says_a_row_twice_and_one_of_a_thing_is_one(pages: Pages) -> None:
    """A day is no days; and a year of follow-up, where findings are read, is not so many days."""
    faults = []
    for name, page in pages.items():
        for table in page.select("article table"):
            rows = [tuple(cell.text.strip() for cell in row.select("th, td")) for row in table("tr")]
            faults += [f"{name}: {row} twice" for row in set(rows) if rows.count(row) > 1 and any(row)]
        said = " ".join(t for t in page.select_one("article").strings if not t.find_parent(["pre", "code"]))
        odd = r"(?<![\d.,])1 (?:days|weeks|months|years|people|rows)\b|within \d{3} days"
        faults += [f"{name}: …{said[max(0, m.start() - 40) : m.end()]}…" for m in re.finditer(odd, said)]
    assert not faults, "\n".join(faults)
