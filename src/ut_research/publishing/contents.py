"""What is in a book: its table of contents, and nothing that leads to a page that is not there.

In: a folder of sources, in which chapters and pages without data are missing. Out: the same folder, its
contents, links and sections about those pages mended.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ut_research.publishing import everyone

CONTENTS = "_toc.yml"
#: The chapter that says what is not in the report.
ABOUT_THE_DATA = "01_data.ipynb"
_LINK = re.compile(r"\[([^\]]+)\]\((\w+\.(?:ipynb|md))(?:#[\w-]*)?\)")


def write(folder: Path, without: list[str]) -> None:
    """Write the contents of the book in `folder`, and take out what is about pages that it does not have.

    Parameters
    ----------
    without : titles of the chapters that were left out, which the page about the data names.
    """
    import yaml

    pages = {p.stem for p in folder.iterdir() if p.suffix in (".md", ".ipynb") and p.name[0] != "_"}
    file = folder / CONTENTS
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    listed = [part["chapters"] for part in tree["parts"]]
    named = {tree["root"], *(entry["file"] for entries in listed for entry in entries)}
    for page in sorted(pages - named):
        entries, place = _where(listed, page)
        entries.insert(place, {"file": page})
    for entries in listed:
        entries[:] = [entry for entry in entries if entry["file"] in pages]
    tree["parts"] = [part for part in tree["parts"] if part["chapters"]]
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    for written in sorted(folder.glob("*.md")):
        text = mended(written.read_text(encoding="utf-8"), folder)
        written.write_text(text, encoding="utf-8", newline="\n")
    for chapter in sorted(folder.glob("*.ipynb")):
        _mend(chapter, without)


def mended(text: str, folder: Path) -> str:
    """`text` without what leads to pages that are not in `folder`.

    A section that ends in a line of nothing but such links goes as a whole; a sentence that says “See” and
    such a link goes; any other such link becomes its words.
    """
    there = {p.name for p in folder.iterdir()}

    def absent(words: str) -> bool:
        links = _LINK.findall(words)
        return bool(links) and all(page not in there for _, page in links)

    sections = re.split(r"(?m)^(?=## )", text)
    kept = [s for s in sections if not (s.startswith("## ") and absent(_only_links(s)))]
    text = "".join(kept)
    text = re.sub(r"(?m)^.*\]\(.*$", lambda m: _line(m[0], there), text)
    text = re.sub(r"(?<=[.!?:] )See \[[^\]]+\]\([^)]*\)\.", lambda m: "" if absent(m[0]) else m[0], text)
    return _LINK.sub(lambda m: m[0] if m[2] in there else m[1], text)


def _only_links(section: str) -> str:
    """The last line of a section, where there is nothing on it but links."""
    last = section.rstrip().rpartition("\n")[2]
    return last if not re.search(r"\w", _LINK.sub("", last)) else ""


def _line(line: str, there: set[str]) -> str:
    """A line of nothing but links without those to pages that are not `there`; any other line as it is.

    A point of a list that begins with such a link goes.
    """
    links = list(_LINK.finditer(line))
    if line.startswith("- [") and links and links[0].start() == 2 and links[0][2] not in there:
        return ""
    kept = [m[0] for m in links if m[2] in there]
    if not kept or len(kept) == len(links) or re.search(r"\w", _LINK.sub("", line)):
        return line
    return " · ".join(kept)


def _where(lists: list[list[Any]], page: str) -> tuple[list[Any], int]:
    """Where in the contents a page belongs that is not named there: after the chapter before it, or first."""
    before = [
        (e["file"], entries, i + 1) for entries in lists for i, e in enumerate(entries) if e["file"] < page
    ]
    numbered = [found for found in before if found[0][:2].isdigit()] if page[:2].isdigit() else []
    _, entries, place = max(numbered, key=lambda found: found[0], default=("", lists[0], len(lists[0])))
    return entries, place


def _mend(chapter: Path, without: list[str]) -> None:
    """Mend what a chapter says in its own words, and have the one about the data name what is left out."""
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            cell["source"] = mended(cell["source"], chapter.parent)
        for output in cell.get("outputs", ()):
            if said := output["data"].get("text/markdown"):
                output["data"]["text/markdown"] = mended(said, chapter.parent)
    if without and chapter.name == ABOUT_THE_DATA:
        listed = "\n".join(f"- {title}" for title in without)
        said = f"### What is not in this report\n\nThere is nothing here about:\n\n{listed}"
        cells.append(everyone.markdown(said))
    everyone.save(chapter, cells)
