"""The pages for everyone: made of the answers and pictures of chapters, as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ut_research.publishing import book, contents, everyone


def shown(words: str, tag: str = "", **metadata: Any) -> dict[str, Any]:
    """A cell that showed `words`."""
    output = {"output_type": "display_data", "data": {"text/markdown": words}, "metadata": metadata}
    tags = {"tags": [tag]} if tag else {}
    return {"cell_type": "code", "metadata": tags, "source": "code", "outputs": [output]}


def chapter(folder: Path, name: str, answer: str) -> None:
    """A tidy chapter of the book."""
    cells = [
        everyone.markdown("# A topic"),
        shown(answer, "answer"),
        shown("Picture", "picture"),
        shown("More"),
    ]
    everyone.save(folder / f"{name}.ipynb", cells)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sources of a book with two chapters about what changed."""
    chapter(tmp_path, "04_first", "**Less of it.**\n\nOf ten, two did.")
    chapter(tmp_path, "05_second", "Nobody knows.")
    (tmp_path / "index.md").write_text("# In short\n\n{{findings}}\n\n{{cells.changed[:1]}}\n\n## Next\n")
    (tmp_path / "changed.md").write_text("# What changed\n\n{{cells.changed}}\n")
    (tmp_path / "said.md").write_text("# What people said\n\n{{cells.said}}\n\n## Who\n\nNobody.\n")
    (tmp_path / "methods.md").write_text("# Methods\n")
    everyone.write(tmp_path, {"04_first": "changed", "05_second": "changed"})
    return tmp_path


def told(page: Path) -> list[str]:
    """What the cells of a page say, in order."""
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    return [
        c["source"] if c["cell_type"] == "markdown" else c["outputs"][0]["data"]["text/markdown"]
        for c in cells
    ]


def test_a_section_is_the_finding_the_answer_and_the_picture_and_nothing_else(folder: Path) -> None:
    title, heading, answer, picture, link, *second = told(folder / "changed.ipynb")
    assert title == "# What changed"
    assert heading.endswith("## Less of it")
    assert (answer, picture) == ("Of ten, two did.", "Picture")
    assert "(04_first.ipynb)" in link
    assert second[0].endswith("## A topic"), "without a finding it is the topic"
    assert second[1:3] == ["Nobody knows.", "Picture"]


def test_in_short_says_the_findings_and_shows_the_first_pictures(folder: Path) -> None:
    lead, heading, picture, answer, link, rest = told(folder / "index.ipynb")
    assert lead == "# In short\n\nLess of it."
    assert heading.endswith("## Less of it")
    assert (picture, answer, rest) == ("Picture", "Of ten, two did.", "## Next")
    assert link == "[A topic](#at-04_first)"
    assert "(at-04_first)=" in told(folder / "changed.ipynb")[1]


def test_a_page_on_which_no_chapter_has_anything_to_say_is_not_made(folder: Path) -> None:
    assert sorted(p.name for p in folder.iterdir()) == [
        *("04_first.ipynb", "05_second.ipynb", "changed.ipynb", "index.ipynb", "methods.md"),
    ]


def test_a_point_of_a_list_about_a_page_that_is_not_there_goes(folder: Path) -> None:
    text = "- [Said](said.md): read it.\n- [How](methods.md): read [said](said.md).\n"
    assert contents.mended(text, folder) == "\n- [How](methods.md): read said.\n"


def test_in_a_chapter_the_answer_and_the_picture_come_first_and_code_last(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(book.shown, "check", lambda *_: None)
    written = everyone.markdown
    cells = [
        *(written("# Topic\n\n**The question.** Why?"), shown("", "")),
        *(written("## The answer"), shown("Because.", "answer")),
        *(written("## The picture\n\nMany may be true."), shown("Drawn", "picture")),
        *(written("## How sure?"), shown("Not very.")),
    ]
    cells[1]["outputs"] = []
    tidy = book.tidy({"cells": cells}, "01_topic.ipynb", tmp_path, set)
    page = tmp_path / "page.ipynb"
    everyone.save(page, tidy)
    said = told(page)
    assert said[:-1] == [
        *("# Topic", "Because.", "Drawn", "Many may be true.", "**The question.** Why?"),
        *("## How sure?", "Not very."),
    ]
    assert said[-1].startswith("::::{fold} The code of this chapter")
    assert said[-1].count("code") == 5  # the drawer's name, and four cells
