"""What every notebook is like as committed. That every cell runs is tested by nbval, in `make test`."""

from __future__ import annotations

import ast
import importlib.util
import re
import tokenize
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from small_project import Project
from united_together import STUDY

from ut_research.core import notebooks

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TUTORIAL = ROOT / "notebooks" / "tutorial.ipynb"
spec = importlib.util.spec_from_file_location("notebooks", ROOT / ".ci" / "notebooks.py")
assert spec
assert spec.loader
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """One notebook."""
    return Path(request.param)


def test_all_but_the_tutorial_are_chapters_and_their_parameters_are_those_of_the_study() -> None:
    chapters = list(notebooks.chapters(ROOT, STUDY))
    assert chapters
    assert [p.stem for p in NOTEBOOKS] == [*chapters, "tutorial"]


def test_it_holds_no_results_but_its_headlines(path: Path) -> None:
    committed = path.read_text(encoding="utf-8")
    assert (
        tool.strip(nbformat.reads(committed, as_version=4)).cells
        == nbformat.reads(committed, as_version=4).cells
    )


def test_it_has_a_headline_and_its_text(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    headlines = [c for c in cells if tool.HEADLINE in c.metadata.get("tags", ())]
    assert headlines
    for cell in headlines:
        assert [o for o in cell.outputs if o.output_type == "display_data"], "write it by `make headlines`"


def test_it_uses_every_parameter_that_it_names(path: Path) -> None:
    code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    rest = [c.source for c in code if "parameters" not in c.metadata.get("tags", ())]
    used = {n.id for source in rest for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
    assert set(notebooks.parameters_of(path)) <= used


def test_every_parameter_says_what_it_is(path: Path) -> None:
    (cell,) = (
        c for c in nbformat.read(path, as_version=4).cells if "parameters" in c.metadata.get("tags", ())
    )
    tokens = list(tokenize.generate_tokens(StringIO(cell.source).readline))
    said = {t.start[0] for t in tokens if t.type == tokenize.COMMENT and len(t.string) > 4}
    named = {t.start[0]: t.string for t in tokens if t.type == tokenize.NAME and t.start[1] == 0}
    assert [name for line, name in named.items() if line not in said] == []


def test_the_tutorial_is_in_small_cells_and_short_sentences() -> None:
    cells = nbformat.read(TUTORIAL, as_version=4).cells
    assert max(len(c.source.splitlines()) for c in cells) <= 25
    written = " ".join(re.sub(r"^#+ .*|[*`]|^\s*(-|\d\.) ", "", c.source, flags=re.MULTILINE)
                       for c in cells if c.cell_type == "markdown")  # fmt: skip
    sentences = re.split(r"(?<=[.?:])\s", written)
    assert [s for s in sentences if len(s.split()) > 20] == []


@pytest.mark.slow
def test_the_chapter_of_the_tutorial_is_one_that_a_build_takes(project: Project) -> None:
    tutorial = nbformat.read(TUTORIAL, as_version=4)
    first = next(i for i, c in enumerate(tutorial.cells) if c.source.startswith("# Housing"))
    chapter = nbformat.v4.new_notebook(cells=tutorial.cells[first:], metadata=tutorial.metadata)
    nbformat.write(chapter, project.root / "notebooks" / "13_housing.ipynb")
    assert project.build() == ""
    page = (project.report / "book" / "13_housing.html").read_text(encoding="utf-8")
    assert "53 of every 100 people named housing as a need" in page


def test_a_stripped_notebook_keeps_only_its_headline() -> None:
    cell = nbformat.v4.new_code_cell
    shown = [nbformat.v4.new_output("display_data", {"text/plain": "9 of 34"})]
    cells = [cell("a", outputs=shown, execution_count=1), cell("b", outputs=shown, execution_count=2)]
    cells[1].metadata["tags"] = [tool.HEADLINE]
    stripped = tool.strip(nbformat.v4.new_notebook(cells=cells))
    assert [len(c.outputs) for c in stripped.cells] == [0, 1]
    assert [c.execution_count for c in stripped.cells] == [None, 1]
    assert "keep_output" not in stripped.cells[1].metadata
