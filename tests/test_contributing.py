"""A student follows CONTRIBUTING.md: a chapter of their own with a measure of their own, in four files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from united_together import ROOT

from ut_research.core import estimate

pytestmark = pytest.mark.slow
PARTS = ("src", "notebooks", "book", "studies", "data/raw", "requirements.lock", "CONTRIBUTING.md")
MEASURE = '''\
"""Leaving: how many people's support has ended."""

from __future__ import annotations

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.measures.grouping import By, Maker, Tables, collected, parts

QUANTITIES: tuple[Quantity, ...] = ({declared})


def measure(
    tables: Tables, *, by: By | None = None, origin: Origin = "export", confidence: float = 0.95
) -> list[Measurement]:
    """The share of the people registered whose support has ended (``leaving.ended``, %)."""
    found: list[Measurement] = []
    for group, part in parts(tables, ["participants"], by):
        make = Maker("participants", origin, group, confidence, collected(tables, "participants"))
        people = part["participants"].dropna(subset="registered_date")
        found.append(make.share("leaving.ended", "Support has ended", people.exit_date.notna()))
    return found
'''
DECLARED = 'Quantity(id="leaving.ended", rows_of=("participants",)),'
TEST = """\
import pandas as pd

from ut_research.measures import leaving


def test_those_whose_support_ended_are_counted_among_the_registered():
    people = pd.DataFrame({
        "participant_id": list("abcd"),
        "registered_date": ["2020-01-01"] * 3 + [None],
        "exit_date": ["2020-02-01", None, "2020-03-01", "2020-03-01"],
    })
    [ended] = leaving.measure({"participants": people})
    assert (ended.count, ended.n) == (2, 3)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the project; `files` tells which of it a student has touched."""
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / part, tmp_path / part)
    (tmp_path / "tests" / "measures").mkdir(parents=True)
    return tmp_path


def report(root: Path) -> subprocess.CompletedProcess[str]:
    """`ut-research report` with the library in `root`."""
    environment = {"PYTHONPATH": str(root / "src"), "UT_RESEARCH_KEY": "an invented key of the tests"}
    return subprocess.run(
        [sys.executable, "-m", "ut_research.cli", "report"],
        cwd=root, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_chapter_with_a_measure_touches_four_files_that_the_instructions_name(root: Path) -> None:
    touched = {
        "measure": root / "src" / "ut_research" / "measures" / "leaving.py",
        "declared": root / "src" / "ut_research" / "measures" / "declared.py",
        "test": root / "tests" / "measures" / "test_leaving.py",
        "notebook": root / "notebooks" / "13_leaving.ipynb",
    }
    told = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for named in ("src/ut_research/measures/", "measures/declared.py", "tests/measures/", "notebooks/"):
        assert named in told

    touched["measure"].write_text(MEASURE.format(declared=""), encoding="utf-8")
    subjects = touched["declared"].read_text(encoding="utf-8")
    touched["declared"].write_text(
        subjects.replace('"multiverse", "quality"', '"multiverse", "quality", "leaving"')
    )
    stopped = report(root)
    assert stopped.returncode == 1
    said = " ".join((stopped.stdout + stopped.stderr).split())
    assert "leaving.ended" in said and "src/ut_research/measures/leaving.py" in said
    assert "Traceback" not in said

    touched["measure"].write_text(MEASURE.format(declared=DECLARED), encoding="utf-8")
    touched["test"].write_text(TEST, encoding="utf-8")
    chapter = json.loads((root / "notebooks" / "03_needs.ipynb").read_text(encoding="utf-8"))
    title, parameters, start = chapter["cells"][:3]
    title["source"] = "# Leaving\n\n**The question.** How many people's support has ended?"
    code = "".join(start["source"]).split("chapter = ")[0] + 'chapter = Chapter("leaving", data, out)\n'
    start["source"] = code + 'found = chapter.findings("leaving").everyone()'
    answer = start | {"id": "answer", "metadata": {"tags": ["answer"]}}
    answer["source"] = (
        'chapter.say("Of those who registered, {{leaving.ended|count_of_n}} have left.", found)'
    )
    parameters["source"] = [line for line in parameters["source"] if line.startswith(("data", "out"))]
    heading = title | {"id": "heading", "source": "## The answer"}
    chapter["cells"] = [title, parameters, start, heading, answer]
    chapter["metadata"]["ut_research"] = {"about": ["leaving"]}
    touched["notebook"].write_text(json.dumps(chapter), encoding="utf-8")
    done = report(root)
    assert done.returncode == 0, done.stdout + done.stderr

    [ended] = [e for e in estimate.read(root / "reports/example/findings.json") if e.id == "leaving.ended"]
    page = (root / "reports/example/book/13_leaving.html").read_text(encoding="utf-8")
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert f"Of those who registered, {ended.count} of {ended.n} have left." in text
    contents = (root / "reports/example/book/index.html").read_text(encoding="utf-8")
    assert "13_leaving.html" in contents
