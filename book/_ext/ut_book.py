"""What this book adds to its theme: where the data come from on every page, people icons, tables with scope.

The workflow writes `origin` (example or export) into Sphinx's `html_context`; every page then says at its top
and in its foot whether the people in it are invented.
"""

from __future__ import annotations

import json
import re
import shutil
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

NOTES = {
    "example": "The people in this book are invented. It shows how the report works. "
    "It is not evidence about real people. Numbers marked “published” are real.",
    "export": "The numbers in this book come from an export of the project's own records, "
    "unless they are marked “published”.",
}
FOOTERS = {
    "example": "Made from an invented example. Not evidence about real people.",
    "export": "Made from an export of the project's own records. Small counts are withheld.",
}
log = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx what is here."""
    quiet = (lambda self, node: None, lambda self, node: None)
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book sets it for an extension left out here
    app.add_html_math_renderer("plain", quiet, quiet)
    app.add_role("people", people)
    app.add_role("days", days)
    before: dict[str, str] = {}
    app.connect("env-before-read-docs", lambda app, env, pages: before.update(_headings(env)))
    app.connect("env-updated", lambda app, env: _follow(env, before))
    app.connect("html-page-context", mend, priority=900)
    app.connect("build-finished", lighten)
    app.connect("build-finished", forget)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def people(
    name: str, rawtext: str, text: str, lineno: int, inliner: Inliner,
    options: dict[str, Any] | None = None, content: list[str] | None = None,
) -> tuple[list[nodes.Node], list[nodes.system_message]]:  # fmt: skip
    """``{people}`26 of every 100```: a hundred people, so many of them filled, for a sentence beside it.

    ``{people}`6 and 8```: so many filled, and so many not. Nothing is drawn where the words hold no number
    (withheld, or not in the export).
    """
    if match := re.match(r"(\d+) of every 100$", text):
        filled, everyone = int(match[1]), 100
    elif match := re.match(r"(\d+) and (\d+)$", text):
        filled, everyone = int(match[1]), int(match[1]) + int(match[2])
    else:
        return [], []
    return [nodes.raw("", _people(filled, everyone, f"person-{lineno}"), format="html")], []


def days(
    name: str, rawtext: str, text: str, lineno: int, inliner: Inliner,
    options: dict[str, Any] | None = None, content: list[str] | None = None,
) -> tuple[list[nodes.Node], list[nodes.system_message]]:  # fmt: skip
    """``{days}`1.7 days```: the seven days of a week, so many of them filled; nothing without a number."""
    match = re.match(r"([0-7](?:\.\d+)?) days?$", text)
    return [nodes.raw("", _week(float(match[1])), format="html")] if match else [], []


def mend(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the page its notes of origin, its tables their scope and its figures their size."""
    origin = context.get("origin", "example")
    context |= {"origin": origin, "ut_origin_note": NOTES[origin], "ut_footer": FOOTERS[origin]}
    if page == "search":  # the theme's page puts the title there as it is
        context["docstitle"] = escape(context["docstitle"])
    if "body" not in context or doctree is None:
        return
    body = re.sub(r'<th class="([^"]*\bstub\b[^"]*)"', r'<th scope="row" class="\1"', context["body"])
    body = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    body = re.sub(r"<th(?=[ >])(?![^>]*\bscope=)", '<th scope="col"', body)
    sizes = {name: _size(Path(app.srcdir, source)) for source, name in app.builder.images.items()}
    context["body"] = re.sub(
        r'<img (?=[^>]*src="_images/([^"]+)")(?![^>]*\bwidth=)',
        lambda m: f"<img {sizes.get(m[1], '')}",
        body,
    )
    for table in re.findall(r"<table.*?</table>", body, flags=re.DOTALL):
        if "<caption" not in table:
            log.warning("a table has no caption", location=page)
    if re.search(r'alt="(?:_images/)?[\w.-]+\.(?:png|svg)"', body):  # the name of its file, by default
        log.warning("a figure has no description", location=page)


def lighten(app: Sphinx, fault: Exception | None) -> None:
    """Leave out of the built book what no page asks for: fonts, source maps, translations."""
    static = Path(app.outdir, "_static")
    for unused in ("vendor", "locales"):
        shutil.rmtree(static / unused, ignore_errors=True)
    for file in (*static.rglob("*.map"), static / "scripts" / "fontawesome.js"):
        file.unlink(missing_ok=True)


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
    written = json.dumps(found, separators=(",", ":"), sort_keys=True)
    index.write_text(f"{text[1]}{written}{text[3]}", encoding="utf-8", newline="\n")


def _follow(env: BuildEnvironment, before: dict[str, str]) -> set[str]:
    """The pages to write again beside those that were read again."""
    if _headings(env) != before:
        return env.found_docs
    # Sphinx forgets the terms of a glossary that it does not write
    return {page for page, terms in env.get_domain("index").entries.items() if terms}


def _headings(env: BuildEnvironment) -> dict[str, str]:
    """The headings of each page, by which others name it and link to it."""
    return {page: contents.pformat() for page, contents in env.tocs.items()}


def _people(filled: int, everyone: int, person: str) -> str:
    """People in rows of 25, the first `filled` solid; `person` is an id that the page has once."""
    shape = '<circle cx="5" cy="3.2" r="2.2"/><path d="M1.6 6.4h6.8v5h-1.8v6h-3.2v-6H1.6z"/>'
    shown = "".join(
        f'<use href="#{person}" x="{12 * (i % 25)}" y="{20 * (i // 25)}"{"" if i < filled else empty}/>'
        for empty in [' fill="none"']
        for i in range(everyone)
    )
    return _drawing(20 * -(-everyone // 25), f'<defs><g id="{person}">{shape}</g></defs>{shown}')


def _week(filled: float) -> str:
    """Seven days in a row, the first `filled` of them solid, one in part where it is no whole number."""
    drawn = ""
    for day in range(7):
        box = f'x="{32 * day + 1}" y="3" height="24"'
        drawn += f'<rect {box} width="{24 * min(max(filled - day, 0), 1):.4g}" stroke="none"/>'
        drawn += f'<rect {box} width="24" rx="3" fill="none"/>'
    return _drawing(30, drawn)


def _drawing(tall: int, drawn: str) -> str:
    """A picture 300 wide beside a sentence that says the same, so hidden from those who listen."""
    return (
        f'<svg class="ut-people" viewBox="-1 0 302 {tall}" width="453" height="{tall * 3 // 2}" '
        'aria-hidden="true" focusable="false" fill="currentColor" stroke="currentColor" '
        f'stroke-width="0.8">{drawn}</svg>'
    )


def _size(image: Path) -> str:
    """Width and height of an SVG as attributes, so that the page does not jump when it loads."""
    if image.suffix != ".svg" or not image.is_file():
        return ""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', image.read_text(encoding="utf-8")[:2000])
    return f'width="{round(float(box[1]) * 1.6)}" height="{round(float(box[2]) * 1.6)}" ' if box else ""
