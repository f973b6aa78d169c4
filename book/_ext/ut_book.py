"""What this book adds to Sphinx: pages by part, where the data come from, tables with scope, the typeface.

The workflow writes `origin` (example, draft or export) into Sphinx's `html_context`; every page then says at
its top and in its foot whether the people in it are invented.
"""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64encode
from functools import cache
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.search.en import SearchEnglish
from sphinx.util import logging

from ut_research.publishing.standing import LABELS, NOTES
from ut_research.show import typeface

#: The heading of a page, and what stands with it in its head.
HEAD = re.compile(r'(<section[^>]*>\s*)(<h1>.*?</h1>\s*(?:<div class="ut-lead [^"]*">.*?</div>)?)', re.DOTALL)
#: A table with more columns than this stays one on a phone.
MOST_LABELS = 6
#: Where a table is cards, a column with a cell of more characters than this stands under its heading.
LONG = 30
CELL = re.compile(r"<t[dh]\b.*?</t[dh]>", re.DOTALL)
#: Where a long name, an address or a hash in a cell may go on in the next line.
BREAK = re.compile(r"(?<=[a-z]{4}[._/])(?=[a-z]{4})|(?<=\b[0-9a-f]{32})(?=[0-9a-f])")
#: What Sphinx puts among the static files and no page asks for.
UNUSED = ("basic.css", "*.png", "mystnb.*")
#: The faces of text, by style and weight.
FACES = (("normal", 400, "Regular"), ("normal", 700, "Bold"), ("italic", 400, "Italic"))
log = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx what is here."""
    quiet = (lambda self, node: None, lambda self, node: None)
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book sets it for an extension left out here
    app.add_html_math_renderer("plain", quiet, quiet)
    app.add_directive("fold", Fold)
    app.add_search_language(English)
    before: dict[str, str] = {}
    app.connect("env-before-read-docs", lambda app, env, pages: before.update(_headings(env)))
    app.connect("env-updated", lambda app, env: _follow(env, before))
    app.connect("html-page-context", mend, priority=900)
    app.connect("build-finished", lighten)
    app.connect("build-finished", forget)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class English(SearchEnglish):
    """English, in which pages say the same words again: each word's stem is worked out once."""

    def init(self, options: dict[str, str]) -> None:
        """Begin with no word."""
        super().init(options)
        self.stem = cache(super().stem)


class Fold(Directive):
    """``:::{fold} Why`` … ``:::``: what a reader opens to see it."""

    has_content, required_arguments, final_argument_whitespace = True, 1, True

    def run(self) -> list[nodes.Node]:
        """What stands between its two lines, in a drawer."""
        inside = nodes.container(classes=["ut-inside"])
        self.state.nested_parse(self.content, self.content_offset, inside)
        summary = f"<details><summary>{escape(self.arguments[0])}</summary>"
        return [nodes.raw("", summary, format="html"), inside, nodes.raw("", "</details>", format="html")]


def mend(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the page its place in the book, its note of origin, its tables scope, its figures a size."""
    origin = context.get("origin", "example")
    parts = _parts(app.env)
    context |= {"origin": origin, "ut_note": NOTES[origin], "ut_footer": LABELS[origin], "ut_pages": parts}
    context |= {"ut_everyone": page in dict(parts[0]), "ut_say": "say" if "say" in app.env.all_docs else ""}
    context |= {"ut_head": "" if doctree else "<h1>Search</h1>", "ut_outline": ""}
    if "body" not in context or doctree is None:
        return
    body = re.sub(r'<th class="([^"]*\bstub\b[^"]*)"', r'<th scope="row" class="\1"', context["body"])
    body = re.sub(r"<th(?=[ >])(?![^>]*\bscope=)", '<th scope="col"', body)
    body = re.sub(r"<table.*?</table>", lambda m: _labelled(m[0], page), body, flags=re.DOTALL)
    body = re.sub(r'<table class="[^>]*docutils.*?</table>', _framed, body, flags=re.DOTALL)
    if re.search(r'alt="(?:_images/)?[\w.-]+\.(?:png|svg)"', body):  # the name of its file, by default
        log.warning("a figure has no description", location=page)
    drawn, wide = r'<img (?=[^>]*src="_images/([^"]+)")[^>]*>', page != context["root_doc"]
    context["body"] = re.sub(drawn, lambda m: _sized(app, m[0], m[1], wide=wide), body)
    if head := HEAD.match(context["body"]):
        context["ut_head"] = head[2]
        context["body"] = head[1] + context["body"][head.end() :]
    outline = re.search(r"<li>.*?(<ul>.*</ul>)\s*</li>\s*</ul>", context["toc"], re.DOTALL)
    if outline and outline[1].count("<li>") > 2 and page != context["root_doc"]:
        context["ut_outline"] = outline[1]


def _labelled(table: str, page: str) -> str:
    """A table that can be cards where there is little room: each cell has the heading of its column."""
    if "<caption" not in table:
        log.warning("a table has no caption", location=page)
    head, body, rest = table.partition("<tbody>")
    heads = re.findall(r"<th\b.*?>(.*?)</th>", head, re.DOTALL)
    if not 2 <= len(heads) <= MOST_LABELS:
        return table
    cells = re.findall(CELL, rest)  # each row has them all
    long = [max(map(len, map(_plain, cells[i :: len(heads)])), default=0) > LONG for i in range(len(heads))]
    columns = cycle(zip(map(_plain, heads), long, strict=True))
    rest = re.sub(CELL, lambda m: _cell(m[0], *next(columns)), rest)
    head = re.sub(r'<table(?: class="([^"]*)")?', r'<table class="ut-cards \1"', head)
    return head + body + rest


def _cell(cell: str, label: str, long: bool) -> str:
    """A cell with the heading of its column; one of many words, or of none, is marked."""
    mark = " data-none" if _plain(cell) == "–" else " data-long" * long
    return f'{cell[:3]} data-label="{label}"{mark}{cell[3:]}'


def _plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text).strip()


def _framed(table: re.Match[str]) -> str:
    """A written table in a frame that scrolls, which the keyboard can reach; its long words may be broken."""
    caption = re.search(r'<span class="caption-text">(.*?)</span>', table[0], re.DOTALL)
    name = re.sub(r"<[^>]+>", "", caption[1]) if caption else ""
    text = re.sub(r"<td\b[^>]*><p>[^<]+", lambda cell: BREAK.sub("<wbr>", cell[0]), table[0])
    return f'<div class="ut-table" role="region" tabindex="0" aria-label="{name}">{text}</div>'


def _parts(env: BuildEnvironment) -> list[list[tuple[str, str]]]:
    """The pages by part, (page, title) each: those for everyone, with the first page, and the others."""
    tree = _read(Path(env.app.config.external_toc_path).read_text(encoding="utf-8"))
    lists = [part["chapters"] for part in tree.get("parts", [tree]) if "chapters" in part]
    named = [[(e["file"], env.titles[e["file"]].astext()) for e in entries] for entries in lists]
    first = [(tree["root"], env.titles[tree["root"]].astext()), *(named[0] if named else ())]
    return [first, [page for part in named[1:] for page in part]]


_read = cache(yaml.safe_load)


def lighten(app: Sphinx, fault: Exception | None) -> None:
    """Leave out of the built book what no page asks for, and add the typeface of its charts.

    The typeface stands in a style sheet itself: there before the text is, so that nothing moves.
    """
    static = Path(app.outdir, "_static")
    faces = []
    for style, weight, name in FACES:
        letters = b64encode(typeface.file(name).read_bytes()).decode()
        face = f'font-family: "{typeface.NAME}"; font-style: {style}; font-weight: {weight}'
        face += f"; font-display: block; src: url(data:font/ttf;base64,{letters})"
        faces.append(f"@font-face {{ {face}; }}\n")
    licence = typeface.LICENCE.read_text(encoding="utf-8").replace("*/", "")
    (static / "typeface.css").write_text(f"/* {licence} */\n{''.join(faces)}", encoding="utf-8")
    for unused in (file for pattern in UNUSED for file in static.glob(pattern)):
        unused.unlink()
    shutil.rmtree(static / "images", ignore_errors=True)


def forget(app: Sphinx, fault: Exception | None) -> None:
    """Leave nothing of what pages were before: pictures that none shows, words that none holds."""
    if fault is not None:
        return
    out = Path(app.outdir)
    shown = {
        name
        for page in out.glob("*.html")
        for name in re.findall(r'_images/([^"]+)"', page.read_text(encoding="utf-8"))
    }
    for picture in (out / "_images").glob("*"):
        if picture.name not in shown:
            picture.unlink()
    index = out / "searchindex.js"
    text = re.match(r"(Search\.setIndex\()(.*)(\))$", index.read_text(encoding="utf-8"))
    found = json.loads(text[2])
    for part in ("terms", "titleterms"):
        found[part] = {word: pages for word, pages in found[part].items() if pages != []}
    _also_called(found, app.config.html_context.get("ut_search", {}))
    written = json.dumps(found, separators=(",", ":"), sort_keys=True)
    index.write_text(f"{text[1]}{written}{text[3]}", encoding="utf-8", newline="\n")


def _also_called(index: dict[str, Any], called: dict[str, str]) -> None:
    """Have a search for a word that people use find the pages with the word that the book has for it."""
    stem = SearchEnglish({}).stem
    for part in ("terms", "titleterms"):
        of = {word: pages if isinstance(pages, list) else [pages] for word, pages in index[part].items()}
        for said, word in called.items():
            said, word = stem(said.lower()), stem(word.lower())
            if both := sorted({*of.get(said, ()), *of.get(word, ())}):
                index[part][said] = both


def _follow(env: BuildEnvironment, before: dict[str, str]) -> set[str]:
    """The pages to write again beside those that were read again."""
    if _headings(env) != before:
        return env.found_docs
    # Sphinx forgets the terms of a glossary that it does not write
    return {page for page, terms in env.get_domain("index").entries.items() if terms}


def _headings(env: BuildEnvironment) -> dict[str, str]:
    """The headings of each page, by which others name it and link to it."""
    return {page: contents.pformat() for page, contents in env.tocs.items()}


def _sized(app: Sphinx, image: str, name: str, *, wide: bool) -> str:
    """A picture with width and height, so that the page does not jump when it loads.

    One that is drawn for a `wide` page too, as the view ``desk`` of its file, shows that where there is room.
    """
    files = {called: Path(app.srcdir, file) for file, called in app.builder.images.items()}
    source = files.get(name)
    if source is None or source.suffix != ".svg" or "width=" in image:
        return image
    text = source.read_text(encoding="utf-8")
    boxes = dict(re.findall(r'<(svg|view)[^>]* viewBox="([-\d. ]+)"', text))
    sizes = {kind: [float(part) for part in box.split()[2:]] for kind, box in boxes.items()}
    pixels = {kind: [4 / 3 * part for part in size] for kind, size in sizes.items()}
    sized = {kind: 'width="{:.0f}" height="{:.0f}"'.format(*size) for kind, size in pixels.items()}
    image = image.replace("<img ", f"<img {sized.get('svg', '')} ", 1)
    if not wide or "view" not in sized:
        return image
    root = re.search(r"<svg[^>]*>", text)[0]
    other = re.sub(r' (?:width|height)="[^"]*"', "", root).replace(boxes["svg"], boxes["view"])
    desk = Path(app.outdir, "_images", f"{source.stem}.desk.svg")
    desk.parent.mkdir(exist_ok=True)
    alone = text.replace(root, other.replace("<svg", f"<svg {sized['view']}"), 1)
    desk.write_text(alone, encoding="utf-8", newline="\n")
    wider = f'<source media="(min-width: 62em)" srcset="_images/{desk.name}" {sized["view"]}>'
    return f"<picture>{wider}{image}</picture>"
