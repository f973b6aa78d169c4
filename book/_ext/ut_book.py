"""What this book adds to its theme: where the data come from on every page, people icons, tables with scope.

The workflow writes `origin` (example or export) into Sphinx's `html_context`; every page then says at its top
and in its foot whether the people in it are invented.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx
from sphinx.util import logging

NOTES = {
    "example": "The people in this book are invented. It shows how the report works. "
    "It is not evidence about United Together. Numbers marked “published” are real.",
    "export": "The numbers in this book come from an export of the project's own records, "
    "unless they are marked “published”.",
}
FOOTERS = {
    "example": "Made from an invented example. Not evidence about United Together.",
    "export": "Made from an export of the project's own records. Small counts are withheld.",
}
log = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx what is here."""
    quiet = (lambda self, node: None, lambda self, node: None)
    app.add_html_math_renderer("plain", quiet, quiet)
    app.add_role("people", people)
    app.connect("html-page-context", mend, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def people(
    name: str, rawtext: str, text: str, lineno: int, inliner: Inliner,
    options: dict[str, Any] | None = None, content: list[str] | None = None,
) -> tuple[list[nodes.Node], list[nodes.system_message]]:  # fmt: skip
    """``{people}`26 of every 100```: the words, and under them a hundred people, so many of them filled."""
    match = re.match(r"(\d+) of every 100$", text)
    drawing = _hundred(int(match[1])) if match else ""
    html = f'<span class="ut-people"><strong>{escape(text)}</strong>{drawing}</span>'
    return [nodes.raw("", html, format="html")], []


def mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Give the page its notes of origin, its tables their scope and its figures their size."""
    origin = context.get("origin", "example")
    context |= {"origin": origin, "ut_origin_note": NOTES[origin], "ut_footer": FOOTERS[origin]}
    if "body" not in context or doctree is None:
        return
    body = re.sub(r'<th class="([^"]*\bstub\b[^"]*)"', r'<th scope="row" class="\1"', context["body"])
    body = re.sub(r"<th(?=[ >])(?![^>]*\bscope=)", '<th scope="col"', body)
    sizes = {name: size for source, name in app.builder.images.items() if (size := _size(Path(app.srcdir, source)))}
    context["body"] = re.sub(
        r'<img (?=[^>]*src="_images/([^"]+)")(?![^>]*\bwidth=)',
        lambda m: f'<img loading="lazy" {sizes.get(m[1], "")}',
        body,
    )
    for table in re.findall(r"<table.*?</table>", body, flags=re.DOTALL):
        if "<caption" not in table:
            log.warning("a table has no caption", location=page)
    if re.search(r'alt="(_images/|[^"]*\.(png|svg))', body):
        log.warning("a figure has no description", location=page)


def _hundred(filled: int) -> str:
    """A hundred people in five rows, the first `filled` of them solid; the words beside it say the same."""
    person = '<g id="p"><circle cx="5" cy="3.2" r="2.2"/><path d="M1.6 6.4h6.8v5h-1.8v6h-3.2v-6H1.6z"/></g>'
    shown = "".join(
        f'<use href="#p" x="{12 * (i % 20)}" y="{20 * (i // 20)}"{"" if i < filled else open_}/>'
        for i in range(100)
        for open_ in [' fill="none"']
    )
    shown = shown.replace("#p", f"#person-{filled}")
    person = person.replace('id="p"', f'id="person-{filled}"')
    return (
        '<svg viewBox="-1 0 242 100" width="484" height="200" aria-hidden="true" focusable="false" '
        f'fill="currentColor" stroke="currentColor" stroke-width="0.8"><defs>{person}</defs>{shown}</svg>'
    )


def _size(image: Path) -> str:
    """Width and height of an SVG as attributes, so that the page does not jump when it loads."""
    if image.suffix != ".svg" or not image.is_file():
        return ""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', image.read_text(encoding="utf-8")[:2000])
    return f'width="{round(float(box[1]) * 1.6)}" height="{round(float(box[2]) * 1.6)}" ' if box else ""
