"""Row headings of tables in PDF: marked as headings, so that they are read out with each cell of their row.

Typst marks only the headings of columns. In: a tagged PDF by Typst, in whose tables the first cell of each
row is its heading (`ut_research.publishing.blocks.Table`). Out: the same document with these marked too.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any


def mark(content: bytes) -> bytes:
    """The document `content` with the first cell of each row of a table's body as the heading of that row."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    writer = PdfWriter(clone_from=io.BytesIO(content))
    tree: Any = writer.root_object["/StructTreeRoot"]
    named = {}
    for number, row in enumerate((row for body in _under(tree, "/TBody") for row in _under(body, "/TR")), 1):
        first, *others = row["/K"]
        heading, id = first.get_object(), TextStringObject(f"row{number}")
        heading[NameObject("/S")], heading[NameObject("/ID")] = NameObject("/TH"), id
        _of_table(heading)[NameObject("/Scope")] = NameObject("/Row")
        for cell in others:
            _of_table(cell.get_object())["/Headers"].append(id)
        named[id] = first
    if not named:
        return content
    ids = tree["/IDTree"]["/Names"]
    named |= dict(zip(ids[::2], ids[1::2], strict=True))
    ids[:] = [part for id in sorted(named) for part in (id, named[id])]
    writer.pdf_header = "%PDF-1.7"
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _under(element: Any, kind: str) -> Iterator[Any]:
    """The structure elements of a kind that stand under one, in the order in which they are read."""
    for child in (below.get_object() for below in element.get("/K", ())):
        if isinstance(child, dict) and child.get("/S") == kind:
            yield child
        elif isinstance(child, dict):
            yield from _under(child, kind)


def _of_table(cell: Any) -> Any:
    """What a cell says about its place in the table."""
    return next(one for one in (each.get_object() for each in cell["/A"]) if one["/O"] == "/Table")
