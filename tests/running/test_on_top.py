"""A book that is made on top of the last one is, byte for byte, the one that is made from nothing."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import time

import pytest
from samples import samples
from small_project import Project

pytestmark = pytest.mark.slow


def anew(project: Project) -> dict[str, bytes]:
    """What a build gives that finds nothing of the book, nor of any chapter."""
    for made in ("sphinx", "book", "html", "tables", "chapters"):
        shutil.rmtree(project.root / "data" / "processed" / "example" / made)
    assert project.build() == ""
    assert {"chapter 01_one", "pages", "book"} <= set(project.steps)
    return project.bytes()


def on_top(project: Project, page: str, text: str) -> dict[str, bytes]:
    """What a build gives in which one page has changed."""
    (project.root / "book" / page).write_text(text)
    assert project.build() == ""
    assert project.steps == ["pages", "book"]
    return project.bytes()


def test_a_page_with_other_words(project: Project) -> None:
    on_top(project, "index.md", "# Small\n\nA marmalade of {{reach.referred|count}} people.\n")
    other = project.root / "data" / "processed" / "example" / "sphinx" / "html" / "02_two.html"
    written = other.stat().st_mtime_ns
    made = on_top(project, "index.md", "# Small\n\nA total of {{reach.referred|count}} people.\n")
    assert b"A total of" in made["book/index.html"]
    assert other.stat().st_mtime_ns == written, "a page that has not changed is not made again"
    index = json.loads(re.sub(rb"^Search\.setIndex\((.*)\)$", rb"\1", made["book/searchindex.js"]))
    assert "marmalad" not in index["terms"], "a word that no page holds any more"
    assert made == anew(project)


def test_a_page_with_another_name_is_named_so_on_all_pages(project: Project) -> None:
    made = on_top(project, "index.md", "# Short\n\n## More\n\n{{reach.referred|count}} people.\n")
    assert b"Short" in made["book/02_two.html"]
    assert made == anew(project)


def test_a_page_loses_its_picture(project: Project) -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'
    (project.root / "book" / "dot.svg").write_text(picture)
    with_picture = "# Small\n\n```{image} dot.svg\n:alt: A dot is drawn here.\n```\n"
    (project.root / "book" / "index.md").write_text(with_picture)
    assert project.build() == ""
    assert "book/_images/dot.svg" in project.bytes()
    made = on_top(project, "index.md", "# Small\n\nNo dot.\n")
    assert "book/_images/dot.svg" not in made
    assert made == anew(project)


def test_whatever_the_clock_says(project: Project) -> None:
    """The last build was made while the clock was an hour ahead: its pages look newer than their sources."""
    kept = project.root / "data" / "processed" / "example" / "sphinx"
    later = time.time() + 3600
    for file in kept.rglob("*"):
        if file.is_file():
            os.utime(file, (later, later))
    made = on_top(project, "index.md", "# Small\n\nLater, {{reach.referred|count}} people.\n")
    assert b"Later, " in made["book/index.html"]


def test_a_build_that_was_cut_short_is_not_built_upon(project: Project) -> None:
    kept = project.root / "data" / "processed" / "example" / "sphinx"
    (kept / "whole.txt").unlink()
    for file in kept.rglob("*.html"):
        file.write_text("half a page")
    made = on_top(project, "index.md", "# Small\n\nAgain, {{reach.referred|count}} people.\n")
    assert made == anew(project)


def test_a_build_that_is_killed_while_it_makes_pages_on_top(project: Project) -> None:
    moments = random.Random(2)
    for turn in range(samples(2, 20)):
        before = project.bytes()
        text = f"# Small\n\nRound {turn}, {{{{reach.referred|count}}}} people.\n"
        (project.root / "book" / "index.md").write_text(text)
        assert project.kill(moments.uniform(0.5, 3)) == []
        made = project.bytes()
        assert made == before or f"Round {turn}," in made["book/index.html"].decode()
    assert project.build() == ""
    made = project.bytes()
    assert f"Round {turn}," in made["book/index.html"].decode()
    assert made == anew(project)


def test_pages_that_a_killed_build_left_out(project: Project) -> None:
    """The sources of the book are gone, and the book of before is still there."""
    run = project.root / "data" / "processed" / "example"
    shutil.rmtree(run / "book")
    made = on_top(project, "index.md", "# Small\n\nAfter all, {{reach.referred|count}} people.\n")
    assert b"After all, " in made["book/index.html"]


def test_what_is_no_page_makes_every_page_again(project: Project) -> None:
    study = project.study
    study.write_text(study.read_text().replace('title = "United Together"', 'title = "Together, United"'))
    assert project.build() == ""
    made = project.bytes()
    assert all(b"Together, United" in made[f"book/{page}.html"] for page in ("index", "01_one", "02_two"))


def test_pages_without_a_change(project: Project) -> None:
    """A chapter that fails and is mended leaves everything as it was."""
    before = project.bytes()
    (project.root / "data" / "processed" / "example" / "made" / "book.json").unlink()
    assert project.build() == ""
    assert project.steps == ["book"]
    assert project.bytes() == before
