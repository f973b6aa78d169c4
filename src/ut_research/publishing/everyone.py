"""The pages for everyone: of each chapter, the cells that it tags `answer` and `picture`, and nothing else.

A page of the book (Markdown) holds ``{{cells.PAGE}}`` on a line of its own, where the chapters of that page
follow each other, a section each; ``{{cells.PAGE[:3]}}`` for the first three. A chapter names its page in
its metadata. The page becomes a notebook, made of outputs of the chapters as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

#: The pages for everyone, in their order.
PAGES = ("index", "project", "changed", "said", "next", "say")
#: What the cells that stand on the pages for everyone are tagged.
TAGS = ("answer", "picture")
#: Where the findings of the chapters on a page follow each other, a sentence each.
FINDINGS = "{{findings}}"
PLACE = re.compile(r"^\{\{cells\.(\w+)(?:\[:(\d+)\])?\}\}$", re.MULTILINE)
#: The finding in a few words: what an answer begins with in bold, alone in its line.
FINDING = re.compile(r"\*\*(.+?)\.?\*\*\n+")


def write(folder: Path, chapters: Mapping[str, str]) -> None:
    """Make notebooks of the pages in `folder` on which chapters stand; without any of them a page goes.

    Parameters
    ----------
    chapters : the page that each chapter of the book is on, by the chapter's name, in their order.
    """
    for file in sorted(folder.glob("*.md")):
        parts = PLACE.split(file.read_text(encoding="utf-8"))
        if len(parts) == 1:
            continue
        file.unlink()
        cells = [markdown(parts[0])]
        title = parts[0].partition("\n")[0].removeprefix("# ")
        for page, most, after in zip(*(parts[i::3] for i in (1, 2, 3)), strict=True):
            named = [name for name, its in chapters.items() if its == page]
            for name in named[: int(most or len(named))]:
                cells += _section(folder, name, title, page == file.stem)
            cells.append(markdown(after))
        if len(cells) > len(parts) // 3 + 1 or file.stem == "index":
            found = "".join(cell["metadata"].pop("finding", "") for cell in cells)
            cells[0]["source"] = cells[0]["source"].replace(FINDINGS, found.strip())
            save(file.with_suffix(".ipynb"), [cell for cell in cells if cell["source"]])


def _section(folder: Path, name: str, of: str, own: bool) -> Iterator[dict[str, Any]]:
    """The section of a chapter on the page with the title `of`, its `own` or another: finding and cells."""
    cells = json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    title = cells[0]["source"].removeprefix("# ")
    tagged = [cell for cell in cells if set(TAGS) & set(cell["metadata"].get("tags", ()))]
    if not tagged:
        return
    said = tagged[0]["outputs"][0]["data"]
    if finding := FINDING.match(said.get("text/markdown", "")):
        said["text/markdown"] = said["text/markdown"][finding.end() :]
    if finding or title != of:
        says = finding[1] if finding else title
        heading = markdown(f"({'at' if own else 'short'}-{name})=\n{{.ut-finding}}\n## {says}")
        yield {**heading, "metadata": {"finding": f"{says}. "} if finding else {}}
    if not own:  # in short, the picture before the words
        tagged.sort(key=lambda cell: "answer" in cell["metadata"]["tags"])
    yield from tagged
    yield markdown(f"[For researchers: {title}]({name}.ipynb)" if own else f"[{title}](#at-{name})")


def findings(chapters: Path) -> dict[str, str]:
    """What each chapter in the folder found in a few words, as plain text, by its name, in their order."""
    found = {}
    for file in sorted(chapters.glob("*.ipynb")):
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            if "answer" in cell["metadata"].get("tags", ()):
                said = FINDING.match(cell["outputs"][0]["data"].get("text/markdown", ""))
                found[file.stem] = re.sub(r"\\(.)", r"\1", said[1]) if said else ""
                break
    return found


def markdown(words: str) -> dict[str, Any]:
    """A written cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": words.strip()}


def save(file: Path, cells: list[dict[str, Any]]) -> None:
    """Write a notebook for the book: one that is executed, of these cells."""
    numbered = [{**cell, "id": f"cell-{position}"} for position, cell in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8", newline="\n")
