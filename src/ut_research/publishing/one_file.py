"""The pages for everyone as one HTML file, which opens on a phone with nothing to unpack.

In: a built book. Out: ``one-file.html``, with pictures, typeface, style and script in it. By its
content-security policy the book's own script runs, known by its hash, and nothing else; nothing is loaded.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path

from ut_research.disclosure import decision
from ut_research.publishing import blocks as paper
from ut_research.publishing.everyone import PAGES
from ut_research.publishing.standing import NOTES

#: What has no place in one file: what leads to other pages, what stands in the file once, the comment form.
_LEFT_OUT = "nav, source, .ut-download, section:has(> form), form"
#: Words that led to what is not in the file, and with them, what goes: the item of a list that they begin,
#: and “see” before them.
_AWAY = r'<span class="ut-away">[^<]*</span>'
_ITEM = re.compile(rf"<li>\s*<p>{_AWAY}:.*?</li>\s*", re.DOTALL)
_SEE = re.compile(rf"<p>See:? {_AWAY}.*?</p>\s*|[.:]?\s+[Ss]ee:? (?:{_AWAY}(?:, | and )?)+\.?")
#: What a page says that leads to reports which do not all stand alike.
UNLIKE = "Not to be passed on: some of this is invented, or a draft. Each report says which."
SHELL = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
<script>{script}</script>
</head>
<body>
<aside class="ut-origin ut-origin-{origin}" aria-label="Where the numbers come from">
<p><strong>{note}</strong></p>
</aside>
<main>
{body}
</main>
<footer><button class="ut-theme" type="button">Light or dark</button></footer>
</body>
</html>
"""


def make(root: Path, folder: Path, report: Path) -> list[Path]:
    """Write ``one-file.html`` of the run in `folder` into its `report`; the file."""
    book = report / "book"
    title = json.loads((folder / "run.json").read_text(encoding="utf-8"))["parameters"]["title"]
    pages = [page for name in PAGES if (page := book / f"{name}.html").is_file()]
    stands = decision.standing(folder)
    return [write(report / "one-file.html", f"{title}, evaluated", of_pages(pages), book, stands)]


def of_pages(pages: list[Path]) -> str:
    """The articles of `pages`, one after another under a list of them; links lead to places among them."""
    from bs4 import BeautifulSoup

    listed, articles = "", ""
    for page in pages:
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").article
        assert soup is not None
        for needless in soup.select(_LEFT_OUT):
            needless.extract()
        for attribute in ("id", "aria-labelledby", "aria-describedby"):
            for tag in soup.select(f"[{attribute}]"):
                tag[attribute] = f"{page.stem}-{tag[attribute]}"
        for image in soup.select("img"):
            image["src"] = paper.embedded((page.parent / str(image["src"])).read_bytes())
        for link in soup.select("a[href]"):
            _lead(link, page.stem, {p.stem for p in pages})
        for line in soup.select("p:has(> .ut-away)"):  # with no words of its own, it only led elsewhere
            if not re.search(r"\w", "".join(line.find_all(string=True, recursive=False))):
                line.extract()
        soup["id"] = page.stem
        left = _SEE.sub(lambda m: "" if m[0].startswith(("<", " ")) else ".", _ITEM.sub("", str(soup)))
        articles += f"{left}\n"
        listed += (
            f'<li><a href="#{page.stem}">{escape(soup.h1.get_text()) if soup.h1 else page.stem}</a></li>'
        )
    return f'<nav class="ut-listed" aria-label="Pages"><ul>{listed}</ul></nav>\n{articles}'


def _lead(link: object, here: str, among: set[str]) -> None:
    """Have a link lead to a place in the file; where that is not in it, mark its words."""
    address = re.match(r"^(?:(\w+)\.html)?(?:\?[^#]*)?(?:#(.*))?$", link["href"])  # type: ignore[index]
    if address is None:
        return  # somewhere else
    page = address[1] or here
    if page in among:
        link["href"] = f"#{page}-{address[2]}" if address[2] else f"#{page}"  # type: ignore[index]
    elif "ut-term" in link.get("class", ()):  # type: ignore[attr-defined]
        link.unwrap()  # type: ignore[attr-defined]
    else:
        link.name, link.attrs = "span", {"class": ["ut-away"]}  # type: ignore[attr-defined]
        link.string = link.get_text()  # type: ignore[attr-defined]


def write(file: Path, title: str, body: str, book: Path, *standings: str) -> Path:
    """Write a page around `body` that needs no other file, in the look of `book`; the file.

    It says what the reports that it tells of are: all of one of the `standings`, or not all alike.
    """
    static = book / "_static"
    style = "".join((static / name).read_text(encoding="utf-8") for name in ("typeface.css", "ut.css"))
    script = (static / "ut.js").read_text(encoding="utf-8")
    rules = {"default-src": "'none'", "script-src": _known(script), "style-src": _known(style)}
    rules |= {"img-src": "data:", "font-src": "data:", "base-uri": "'none'"}
    policy = "; ".join(f"{name} {allowed}" for name, allowed in rules.items())
    origin, note = ("draft", UNLIKE) if len(set(standings)) > 1 else (standings[0], NOTES[standings[0]])
    parts = {"style": style, "script": script, "body": body, "origin": origin, "note": note}
    page = SHELL.format(policy=policy, title=escape(title), **parts)
    file.write_text(page, encoding="utf-8", newline="\n")
    return file


def _known(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
