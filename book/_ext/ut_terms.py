"""Links to the glossary, which pages get when the book is built: a term's first use leads to its meaning.

The link brings the meaning along, and the book's script opens it where the word stands.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

GLOSSARY = "glossary"
#: Where a term is not linked: headings, other links, code, and what is HTML already.
NOT_IN = (nodes.title, nodes.caption, nodes.term, nodes.reference)
NOT_IN += (nodes.literal, nodes.literal_block, nodes.raw)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx what is here."""
    app.connect("doctree-resolved", link_terms)
    app.connect("html-page-context", bring_meanings)
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
    address, find = app.builder.get_relative_uri(page, GLOSSARY), matcher(terms)
    for text in [t for t in doctree.findall(nodes.Text) if not _kept_as_it_is(t)]:
        parts: list[nodes.Node] = []
        rest = str(text)
        while terms and (found := find.search(rest)):
            anchor = terms[found[1].lower()]
            terms = {name: place for name, place in terms.items() if place != anchor}
            find = matcher(terms)
            place = f"{address}#{anchor}"
            link = nodes.reference("", found[0], internal=True, refuri=place, classes=["ut-term"])
            parts += [nodes.Text(rest[: found.start()]), link]
            rest = rest[found.end() :]
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(rest)])


def bring_meanings(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give each link to a term what the glossary says of it, as plain text."""
    if GLOSSARY not in app.env.all_docs or "body" not in context:
        return
    items = list(app.env.get_doctree(GLOSSARY).findall(nodes.definition_list_item))
    meanings = {
        anchor: " ".join(item.next_node(nodes.definition).astext().split())
        for item in items
        for term in item.findall(nodes.term)
        for anchor in term["ids"]
    }
    link = re.compile(rf'<a class="[^"]*\but-term\b[^"]*" href="{GLOSSARY}\.html#([^"]+)"')
    context["body"] = link.sub(lambda m: f'{m[0]} data-means="{escape(meanings[m[1]])}"', context["body"])


def matcher(terms: dict[str, Any]) -> re.Pattern[str]:
    """What finds any of `terms` as whole words, in any case, also in the plural; the longest first."""
    either = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
    return re.compile(rf"(?<![\w.-])({either})(?:s|es)?(?![\w-]|\.\w)", re.IGNORECASE)


def _kept_as_it_is(text: nodes.Node) -> bool:
    """Whether `text` is in a place without links, or is what somebody wrote in a comment."""
    node = text
    while node.parent is not None:
        node = node.parent
        if isinstance(node, NOT_IN) or "ut-said" in getattr(node, "attributes", {}).get("classes", ()):
            return True
    return False
