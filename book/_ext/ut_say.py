"""Links that every page gets when the book is built: to comment on each section, and to the glossary.

They are plain links, so that they work without a script, from a memory stick. A section's link leads to
“Have your say” with page and section in its address; a term's first use on a page leads to its meaning.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

SAY, GLOSSARY, SCRIPT = "say", "glossary", "say.js"
#: Where a term is not linked: headings, other links, code, and what is HTML already.
NOT_IN = (nodes.title, nodes.caption, nodes.term, nodes.reference)
NOT_IN += (nodes.literal, nodes.literal_block, nodes.raw)


class comment_link(nodes.General, nodes.Element):
    """The link from a section to “Have your say”; not a text, so that no search finds it."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx what is here."""
    app.add_node(comment_link, html=(_open, lambda self, node: None))
    app.connect("doctree-resolved", link_terms)
    app.connect("doctree-resolved", link_sections)
    app.connect("html-page-context", only_where_needed, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def link_terms(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Link the first use of each term of the glossary on a page to what it means."""
    terms = {
        name.lower(): anchor
        for name, _, kind, where, anchor, _ in app.env.get_domain("std").get_objects()
        if (kind, where) == ("term", GLOSSARY)
    }
    if page == GLOSSARY or not terms:
        return
    address = app.builder.get_relative_uri(page, GLOSSARY)
    for text in [t for t in doctree.findall(nodes.Text) if not _kept_as_it_is(t)]:
        parts: list[nodes.Node] = []
        rest = str(text)
        while terms and (found := matcher(terms).search(rest)):
            anchor = terms[found[1].lower()]
            terms = {name: place for name, place in terms.items() if place != anchor}
            place = f"{address}#{anchor}"
            link = nodes.reference("", found[0], internal=True, refuri=place, classes=["ut-term"])
            parts += [nodes.Text(rest[: found.start()]), link]
            rest = rest[found.end() :]
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(rest)])


def matcher(terms: dict[str, Any]) -> re.Pattern[str]:
    """What finds any of `terms` as whole words, in any case, also in the plural; the longest first."""
    either = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])({either})(?:s|es)?(?![\w-])", re.IGNORECASE)


def link_sections(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put a link to “Have your say” at the end of each section that has words of its own."""
    if page == SAY or SAY not in app.env.all_docs:
        return
    address = app.builder.get_relative_uri(page, SAY)
    for section in list(doctree.findall(nodes.section)):
        parts = [i for i, child in enumerate(section) if isinstance(child, nodes.section)]
        end = parts[0] if parts else len(section)
        if end > 1:  # more than its heading
            about = {"page": app.env.titles[page].astext(), "section": section[0].astext()}
            link = comment_link(href=f"{address}?{urlencode(about)}", section=about["section"])
            section.insert(end, link)


def only_where_needed(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Leave the script of “Have your say” to that page."""
    if page != SAY and "script_files" in context:
        named = [(str(getattr(file, "filename", file)), file) for file in context["script_files"]]
        context["script_files"] = [file for name, file in named if SCRIPT not in name]


def _kept_as_it_is(text: nodes.Node) -> bool:
    """Whether `text` is in a place without links, or is what somebody wrote in a comment."""
    node = text
    while node.parent is not None:
        node = node.parent
        if isinstance(node, NOT_IN) or "ut-said" in getattr(node, "attributes", {}).get("classes", ()):
            return True
    return False


def _open(self: HTML5Translator, node: comment_link) -> None:
    about = self.encode(node["section"])
    self.body.append(
        f'<p class="ut-comment"><a href="{self.attval(node["href"])}">Comment on this section'
        f'<span class="visually-hidden"> ({about})</span></a></p>\n'
    )
