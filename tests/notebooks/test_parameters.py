"""Chapters that say the same thing take it from the same parameters."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import nbformat
import pytest
from united_together import PARAMETERS, SETTINGS, STUDY

from ut_research.core import notebooks
from ut_research.core.parameters import Study
from ut_research.measures import declared
from ut_research.running import stages
from ut_research.show import chapter as module

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data" / "processed" / "example"

#: Every parameter that may change what a chapter releases, with another value than the usual one.
OTHERWISE = replace(
    STUDY,
    title="Another project",
    delivery_start=date(2019, 9, 1),
    delivery_end=date(2021, 5, 31),
    interview_round_from=date(2021, 6, 1),
    engaged="With us",
    not_engaged="Without us",
    confidence=0.9,
    follow_up_days=300,
    conviction_lag_days=90,
    free_at_months=(3, 9),
    low_at_most=42,
    high_at_least=58,
    meaningful_change=4,
    meaningful_rule="at least",
    missing_items=2,
    reliability=0.9,
    active_days=4,
    threshold=6,
    zeros_safe=True,
)


def run(path: Path, parameters: dict[str, object], data: Path, out: Path) -> None:
    """Run the cells of a notebook in this process, with `parameters` in the place of those it names."""
    names: dict[str, object] = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, path.name, "exec"), names)
        if "parameters" in cell.metadata.get("tags", ()):
            names |= {k: v for k, v in parameters.items() if k in names}
            names |= {"data": str(data), "out": str(out)}


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_each_parameter_of_a_chapter_has_the_usual_value_and_says_what_it_is(path):
    """Of a study that says nothing, cells, measures and the Methods page have one value."""
    [cell] = [c for c in nbformat.read(path, 4).cells if "parameters" in c.metadata.get("tags", ())]
    said = [line for line in cell.source.splitlines() if not re.fullmatch(r"\w+ = .+  # .{10,}", line)]
    assert said == [], "each line says its unit or meaning, and its source"
    own = {n: v for n, v in notebooks.parameters_of(path).items() if n not in notebooks.GIVEN}
    assert own == {name: Study().parameters()[name] for name in own}


@pytest.mark.slow
def test_with_every_parameter_changed_every_chapter_shows_what_was_measured_with_it(tmp_path, monkeypatch):
    assert (DATA / "manifest.json").is_file(), "build it first: make report"
    usual, changed = PARAMETERS, OTHERWISE.parameters()
    named = {name for names in notebooks.chapters(ROOT, STUDY).values() for name in names}
    assert {name for name in named if usual[name] == changed[name]} == set()
    shown: list[str] = []
    monkeypatch.setattr(module, "display", lambda what, **_: shown.append(str(what)))
    data = tmp_path / "data"
    shutil.copytree(DATA, data, ignore=lambda folder, names: {n for n in names if (DATA / n).is_dir()})
    settings = SETTINGS | {"name": "changed", "parameters": changed}
    (data / "run.json").write_text(json.dumps(settings), encoding="utf-8")
    monkeypatch.chdir(data)
    stages.measure(declared.EVERY)
    stages.decide()
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        run(path, changed, data, tmp_path / path.stem)  # one that measured with another is refused
        assert json.loads((tmp_path / path.stem / "asked.json").read_text(encoding="utf-8"))
    # rates of one year are not set beside those of 300 days
    assert "within 300 days" in " ".join(shown) and "Official rate (published)" not in " ".join(shown)


@pytest.mark.slow
def test_a_notebook_runs_by_papermill_alone_in_a_fresh_clone_with_a_parameter_of_its_own(tmp_path):
    """From the project's root, where nothing was built: the chapter prepares the example for itself."""
    for part in ("notebooks", "data/raw", "studies"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / part, tmp_path / part)
    command = [sys.executable, "-m", "papermill", "notebooks/04_reoffending.ipynb", "out.ipynb"]
    done = subprocess.run(
        [*command, "-p", "follow_up_days", "180", "-y", "free_at_months: [3, 6]", "--no-progress-bar"],
        cwd=tmp_path, env=os.environ | {"UT_RESEARCH_KEY": "an invented key of the tests"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    said = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    assert "Reoffended within 180 days" in said
    assert "People who had not reoffended after 3 and 6 months" in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "notebooks", "out.ipynb", "studies"]
    assert [p.name for p in (tmp_path / "data").iterdir()] == ["raw"]
