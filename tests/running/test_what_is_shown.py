"""What a chapter's cells put out by themselves stops the build, by notebook and cell, in both engines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import papermill
import pytest
from small_project import Project

pytestmark = pytest.mark.slow

PEOPLE = 'people = chapter.tables["participants"]\n'
TYPED = "is given words that do not stand in the notebook"
#: Every way that people's rows could take to a page, and what the build says of it.
WAYS = [
    ("people", "it shows a value that has not passed the gate"),
    ("display(people)", "it shows a table that has not passed the gate"),
    ("display(people.style)", "it shows a table that has not passed the gate"),
    (
        "from IPython.display import HTML\ndisplay(HTML(people.to_html(classes='mine', border=0)))",
        "it shows a table that has not passed the gate",
    ),
    ("display(HTML('<p>' + ' '.join(people.iloc[:, 0].astype(str))))", "it shows HTML that no chapter made"),
    (
        "from IPython.display import Markdown\ndisplay(Markdown(people.to_csv()))",
        "it shows Markdown that no chapter made",
    ),
    ("display({'text/latex': people.to_csv()}, raw=True)", "it shows something that the book cannot"),
    ("display({'image/svg+xml': '<svg/>'}, raw=True, metadata={'alt': 'x'})", "it shows a figure"),
    ("print(people)", "it prints text that has not passed the gate"),
    (
        "%matplotlib inline\nimport matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
        "it shows a figure",
    ),
    ("chapter.say(people.to_csv())", f"chapter.say {TYPED} (text)"),
    ("chapter.say('{{all}}', found, all=people.to_csv())", f"chapter.say {TYPED} (text)"),
    ("chapter.say(f'{len(people)} people')", f"chapter.say {TYPED} (text)"),
    ("chapter.numbers(found, caption=str(people.iloc[0, 0]))", f"chapter.numbers {TYPED} (caption)"),
    (
        "chapter.grid([*people], people.to_numpy(), caption='people')",
        f"chapter.grid {TYPED} (",
    ),
    ("chapter.published_in(people.iloc[:, 0])", f"chapter.say {TYPED} (places)"),
]
OWN_TABLE = "from pathlib import Path\npeople.to_csv(Path(out) / 'tables' / 'three-09-mine.csv')"
CHANGED = "people.to_csv(Path(out) / 'tables' / 'three-01-people.csv')"


@pytest.mark.parametrize("forks", [True, False], ids=["in process", "in a kernel"])
def test_what_no_chapter_showed_enters_no_book(
    project: Project, monkeypatch: pytest.MonkeyPatch, forks: bool
) -> None:
    before = project.bytes()
    cells = [PEOPLE, 'chapter.numbers(found, caption="People")', *(cell for cell, _ in WAYS)]
    notebook = project.write(3, "three", [], *cells, OWN_TABLE, CHANGED)
    monkeypatch.setattr("ut_research.running.worker.FORKS", forks)
    said = project.build()
    for number, (cell, words) in enumerate(WAYS, 6):
        assert f"notebooks/03_three.ipynb, cell {number}: {words}" in said, f"{cell}\n{said}"
    for file in ("three-09-mine.csv", "three-01-people.csv"):
        assert (
            f"notebooks/03_three.ipynb, tables/{file}: a file among the tables that no chapter wrote" in said
        )
    assert f"{len(WAYS) + 2} problems to put right" in said, "and nothing else"
    people = (project.root / "data" / "raw" / "example" / "participants.csv").read_text(encoding="utf-8")
    assert people.splitlines()[1].split(",")[0] not in said
    assert project.bytes() == before
    notebook.unlink()
    project.write(3, "three", [])


LOOK = PEOPLE + "chapter.look(people)"


def test_a_look_is_for_the_lab_alone(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = project.write(3, "three", [], LOOK)
    assert project.build() == ""
    assert 'class="dataframe"' not in (project.report / "book" / "03_three.html").read_text(encoding="utf-8")
    assert 'class="dataframe"' in str(_outputs(notebook, project))
    monkeypatch.setenv("UT_BUILD", "1")
    assert _outputs(notebook, project) == []
    project.write(3, "three", [])


def _outputs(notebook: Path, project: Project) -> list[Any]:
    """What the last cell of a notebook puts out in JupyterLab."""
    data = {"data": str(project.root / "data" / "processed" / "example")}
    ran = papermill.execute_notebook(notebook, None, data, progress_bar=False, kernel_name="python3")
    return list(json.loads(json.dumps(ran.cells[-1]["outputs"])))
