"""What reaches a page: marked outputs, tables with a known digest, words that stand in the notebook."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from united_together import REGISTRY, SETTINGS

from ut_research.core.digests import digest, key
from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.publishing import shown
from ut_research.show import prose
from ut_research.show.chapter import MARK

CODE = """\
follow_up_days, share = 365, 0.125
chapter.say("Of {{reach.referred|count}} people, %s came " "back" % word)
chapter.say(f"For {need.lower()}: {rate:.0%}, {max(99, 77)} and {sizes[55]}; " + "Nobody knows. {}".format(x))
"""
WORK = Estimate(
    "outcomes.employment", "Found work", 17.6, 13.0, 23.5, count=36, n=204, unit="%", source="outcomes"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Of ", True),
        (" people, ", True),
        ("for found work: 18%, ", True),
        ("Nobody knows. 18% (13% and 24%)", True),
        ("Nobody knows. 19%", False),
        ("Nobody knows. ", True),
        ("one year", True),
        ("365 12% 12.5%", True),
        ("365,365", False),  # a row of a CSV file is not put together of its cells
        ("365\n12%", True),
        ("36512%", False),
        ("204", False),  # a count goes by its token
        ("99", False),  # it has no name
        ("55", False),
        ("Nobody", False),
        ("found work found work found work", True),
        ("found work found work found work found work", False),
        ("", True),
        ("\n", True),
    ],
)
def test_words_are_said_where_they_stand_in_quotes_or_in_a_finding(text: str, said: bool) -> None:
    assert shown.unsourced(text, shown.quoted(CODE), shown.by_sign(prose.wordings(WORK))) is not said


@given(
    st.lists(st.sampled_from(["one two", "; ", ".", "three", " "]), max_size=6), st.text("ot2,9 ", max_size=4)
)
def test_it_finds_what_was_added_and_nothing_else(parts: list[str], more: str) -> None:
    parts = list(dict.fromkeys(parts))
    text = " ".join(parts)
    assert not shown.unsourced(text, shown.by_sign(parts))
    if more.strip() and not any(more.strip() in part for part in parts):
        assert shown.unsourced(f"{text} {more}", shown.by_sign(parts)) or not set("ot29") & set(more)


DATA = {"text/markdown": "Nobody knows.", "text/plain": "x"}


def notebook(source: str, **metadata: Any) -> dict[str, Any]:
    output = {"output_type": "display_data", "data": DATA, "metadata": metadata}
    given = {
        "cell_type": "code",
        "source": "x = 1",
        "outputs": [],
        "metadata": {"tags": ["injected-parameters"]},
    }
    return {"cells": [given, {"cell_type": "code", "source": source, "outputs": [output], "metadata": {}}]}


def mark(**other: Any) -> dict[str, Any]:
    return {
        "kind": "say",
        "digest": key(DATA),
        "typed": [["text", "Nobody knows."]],
        "quoted": [],
        "tables": {},
        **other,
    }


def problems(made: dict[str, Any], tables: Path) -> str:
    try:
        shown.check(made, "01_x.ipynb", tables, dict)
    except ProblemsFound as found:
        return str(found)
    return ""


def test_only_what_was_marked_passes(tmp_path: Path) -> None:
    says = 'chapter.say("Nobody knows.")'
    assert problems(notebook(says, **{MARK: mark()}), tmp_path) == ""
    for other in ({}, {MARK: mark(digest=key({}))}, {"alt": "Nobody knows."}):
        said = problems(notebook(says, **other), tmp_path)
        assert said.startswith("notebooks/01_x.ipynb, cell 1: it shows Markdown that no chapter made")
    assert "cell 1: chapter.say is given words" in problems(notebook("x = 1", **{MARK: mark()}), tmp_path)


def test_only_tables_that_were_marked_pass_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    tables = {"a.csv": digest(tmp_path / "a.csv")}
    made = notebook('"Nobody knows."', **{MARK: mark(tables=tables)})
    assert problems(made, tmp_path) == ""
    (tmp_path / "deeper").mkdir()
    for file in ("a.csv", "b.csv", "deeper/a.csv"):
        (tmp_path / file).write_text("2")
    said = problems(made, tmp_path)
    assert said.count("a file among the tables that no chapter wrote") == 3


def test_what_is_published_may_be_said() -> None:
    finding, known = REGISTRY.findings.iloc[0], shown.sources(REGISTRY, SETTINGS)
    text = f"{finding['finding']} {finding['place']}"
    assert shown.lacking(mark(typed=[["text", text]]), {}, known) == []
    assert shown.lacking(mark(typed=[["text", text + "s"], ["row 1", "x"]]), {}, known) == [
        "text",
        "row 1",
    ]


def stops(cell: dict[str, Any], tables: Path, *, typed: bool) -> None:
    """A notebook of one cell stops the build where a number is `typed` into its prose, and not else."""
    told = pytest.raises(ProblemsFound, match=r"13_mine\.ipynb, cell 1: a number is typed into prose")
    with told if typed else contextlib.nullcontext():
        shown.check({"cells": [cell]}, "13_mine.ipynb", tables, dict)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Of 204 people, 17% found work.", True),
        ("Seven of ten were glad, which is almost half of them.", True),
        ("Forty-two people came; a third of them twice.", True),
        ("It rose by 13.0 points.", True),
        ("Scores fell by 5", True),
        ("Of {{reach.referred|count}} people, {{outcomes.employment}} found work.", False),
        ("The report of 2021, doi 10.1000/182, says so of COVID-19 and of T1.", False),
        ("See [how sure](12_how_sure.ipynb#2-what) and `x = 42`.", False),
        ("It has 14 questions; a total is from 14 to 70.", False),
        ("1. The first thing\n2. The second", False),
        ("Where there are two groups, put half-way.", False),
    ],
)
def test_no_number_is_typed_into_prose(written: str, typed: bool, tmp_path: Path) -> None:
    prose_cell = {"cell_type": "markdown", "source": written, "metadata": {}}
    said = {"cell_type": "code", "source": f"text = {written!r}\nchapter.say(text)", "metadata": {}}
    for cell in (prose_cell, said):
        stops(cell, tmp_path, typed=typed)


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ('n = 42\nchapter.say(f"{n} people")', True),
        ('n = "42"\nchapter.say("{{n}} people", n=n)', True),
        ('n, rate = 42, 0.17\nchapter.say("%s people" % n)', True),
        ('n: int = 42\nchapter.say("{} people".format(n))', True),
        ('far = 0.25\nif gap > far:\n    chapter.say(f"above {far:g}")', False),
        ('months = (6, 12)\nchapter.say(*(f"{m} months" for m in months))', False),
        ('need = "housing"\nchapter.say(f"For {need}")', False),
    ],
)
def test_a_number_with_a_name_is_typed_where_it_is_only_said(code: str, typed: bool, tmp_path: Path) -> None:
    cell = {"cell_type": "code", "source": code, "metadata": {}}
    stops(cell, tmp_path, typed=typed)
    stops(cell | {"metadata": {"tags": ["parameters"]}}, tmp_path, typed=False)
