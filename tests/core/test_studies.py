"""A study is a folder, found by its name, its folder or its file, and may be based on another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from united_together import FOUND, REGISTRY, ROOT, STUDY

from ut_research.core import studies
from ut_research.core.parameters import DESIGNS, Study
from ut_research.core.problems import ProblemsFound


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with two studies, the first of which is the one where none is named."""
    for name, text in {
        "one": 'default = true\n[study]\ntitle = "One"\ndata = "kept"\n[partners]\n"A" = []\n',
        "two": 'based_on = "one"\n[wellbeing]\nlow_at_most = 41\n[partners]\n"B" = ["bee"]\n',
    }.items():
        folder = tmp_path / "studies" / name
        folder.mkdir(parents=True)
        (folder / "study.toml").write_text(text)
    (tmp_path / "studies" / "one" / "published").mkdir()
    return tmp_path


def test_a_study_goes_by_its_name_its_folder_or_its_file(root: Path) -> None:
    file = root / "studies" / "two" / "study.toml"
    assert {studies.find(root, given) for given in ("two", str(file.parent), str(file))} == {file}
    assert studies.find(root, "") == root / "studies" / "one" / "study.toml"


def test_what_a_study_does_not_say_is_that_of_the_one_it_is_based_on(root: Path) -> None:
    found = studies.read(studies.find(root, "two"), root)
    assert found.study == Study(title="One", data="kept", low_at_most=41, partners={"A": [], "B": ["bee"]})
    assert found.part("published") == root / "studies" / "one" / "published"
    assert found.part("pages") is None
    elsewhere = root / "elsewhere" / "mine.toml"
    elsewhere.parent.mkdir()
    elsewhere.write_text('based_on = "two"\n')
    assert found.data == studies.read(elsewhere, root).data == root / "studies" / "one" / "kept"


def chapter(root: Path, name: str, *lines: str) -> None:
    """A chapter of nothing but its parameters cell."""
    (root / "notebooks").mkdir(exist_ok=True)
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "\n".join(lines)}
    (root / "notebooks" / f"{name}.ipynb").write_text(json.dumps({"cells": [cell]}))


def test_what_no_study_says_is_as_the_cell_of_a_chapter_has_it(root: Path) -> None:
    chapter(root, "01_one", "low_at_most = 42  # points", "active_days = 4", 'data = ""')
    chapter(root, "02_two", "active_days = 4", "low_at_mst = 1", 'reliability = "high"')  # told by the build
    one, two = (studies.read(studies.find(root, name), root).study for name in ("one", "two"))
    assert (one.low_at_most, one.active_days, two.low_at_most, two.active_days) == (42, 4, 41, 4)
    assert one.reliability == Study().reliability

    chapter(root, "02_two", "active_days = 3", "low_at_most = 40")
    with pytest.raises(ProblemsFound) as told:
        studies.read(studies.find(root, "two"), root)
    assert str(told.value) == (
        "notebooks/02_two.ipynb, parameter active_days: its default is another than in 01_one.ipynb. "
        "Give both the same, or say it in study.toml."
    )
    for name in ("01_one", "02_two"):
        chapter(root, name, "active_days = 9")
    with pytest.raises(
        ProblemsFound, match=r"notebooks/01_one.ipynb, \[activity\] active_days: out of range"
    ):
        studies.read(studies.find(root, "two"), root)


def test_a_study_that_is_not_there_is_told_with_those_that_are(root: Path) -> None:
    for given in ("three", str(root), "x" * 300):
        with pytest.raises(ProblemsFound, match=r"there is no such study.*one of: one, two"):
            studies.find(root, given)


def test_studies_that_are_based_on_each_other_are_refused(root: Path) -> None:
    (root / "studies" / "one" / "study.toml").write_text('based_on = "two"\n')
    with pytest.raises(ProblemsFound, match="based on each other"):
        studies.read(studies.find(root, "two"), root)


@pytest.mark.parametrize(
    ("content", "message"), [(b"[wellbeing\n", "not valid TOML"), (b"\xff\xfe", "not UTF-8")]
)
def test_a_file_that_cannot_be_read_says_why(root: Path, content: bytes, message: str) -> None:
    file = root / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(ProblemsFound, match=message):
        studies.read(file, root)


def test_a_framework_that_is_not_there_is_told(root: Path) -> None:
    (root / "studies" / "one" / "study.toml").write_text('[study]\nframework = "none"\n')
    with pytest.raises(ProblemsFound, match="there is no such framework"):
        studies.read(studies.find(root, "one"), root).parts(root)


def test_what_is_published_of_a_run_is_its_own_and_that_of_the_studies_alongside(root: Path) -> None:
    entry = '[[alongside]]\ntitle = "T"\nabout = "A"\ncompare = "C"\nmeasure = "reach"\nstudy = "%s"\n'
    two = root / "studies" / "two"
    (two / "study.toml").write_text(entry % "one")
    own, other = "", str(root / "studies" / "one" / "published")
    assert studies.read(two / "study.toml", root).parts(root)["published"] == [own, other]
    (two / "published").mkdir()
    own = str(two / "published")
    assert studies.read(two / "study.toml", root).parts(root)["published"] == [own, other]
    for absent in ("three", "../studies/one/published"):
        (two / "study.toml").write_text(entry % absent)
        with pytest.raises(ProblemsFound, match=r"alongside\]\] study: nothing is published there"):
            studies.read(two / "study.toml", root).parts(root)


def test_the_default_study_has_all_that_a_study_may_have() -> None:
    assert [name for name, part in FOUND.parts(ROOT).items() if not part] == ["logos", "recipe.toml"]
    assert STUDY.design in DESIGNS
    assert STUDY.findings_of in REGISTRY.documents
    assert STUDY.heard in set(REGISTRY.findings["question"])


def test_nothing_that_names_a_programme_stands_outside_its_study() -> None:
    """No name, place, partner or sentence of any study in the library, the notebooks or the book."""
    files = [f for folder in ("src", "notebooks", "book") for f in (ROOT / folder).rglob("*")]
    kinds = {".py", ".ipynb", ".md", ".txt", ".html", ".typ", ".yml", ".csv", ".toml"}
    texts = {f: f.read_text(encoding="utf-8") for f in files if f.is_file() and f.suffix in kinds}
    named = []
    for file in (ROOT / "studies").glob("*/study.toml"):
        study = studies.read(file, ROOT).study
        words = {study.title, study.place, study.introduction, *study.partners, *study.areas}
        words |= {word for ways in (study.partners | study.areas).values() for word in ways if len(word) > 3}
        words |= {value for entry in (*study.alongside, *study.periods) for value in entry.values()}
        named += [
            (str(f.relative_to(ROOT)), word)
            for f, text in texts.items()
            for word in sorted(words - {"", STUDY.people})
            if word.casefold() in text.casefold() and "." not in word.split()[0]
        ]
    assert named == []
