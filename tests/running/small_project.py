"""A small project: the real workflow and example, with three short notebooks and a book of two pages."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ut_research.core.problems import ProblemsFound
from ut_research.running import build as workflow

HERE = Path(__file__).resolve().parents[2]
PLACES = ["data = ''", "out = ''"]
START = """\
from ut_research.show.chapter import Chapter
chapter = Chapter("{name}", data, out)
found = chapter.findings("{id}")
people = len(chapter.tables.get("participants", ()))
"""
#: What each chapter shows; any other shows what the first does.
SHOWN = {"one": "reach.referred", "two": "reach.areas", "three": "reach.partners"}


def notebook(name: str, parameters: list[str], *cells: str) -> str:
    """A chapter's notebook: a title, the parameters, what every chapter starts with, and `cells`."""
    start = START.format(name=name, id=SHOWN.get(name, SHOWN["one"]))
    code = ["\n".join([*PLACES, *parameters]), start, *cells]
    made: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {name}s"},
        *(
            {
                "cell_type": "code",
                "id": f"c{i}",
                "metadata": {},
                "source": s,
                "outputs": [],
                "execution_count": None,
            }
            for i, s in enumerate(code)
        ),
    ]
    made[1]["metadata"] = {"tags": ["parameters"]}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


@dataclass
class Project:
    """A project in a temporary folder, and what its last build did."""

    root: Path
    steps: list[str] = field(default_factory=list)

    def write(self, number: int, name: str, parameters: list[str], *cells: str) -> Path:
        """Write one notebook."""
        path = self.root / "notebooks" / f"{number:02d}_{name}.ipynb"
        path.write_text(notebook(name, parameters, *cells))
        return path

    def build(self, **options: Any) -> str:
        """Build the example's report; what went wrong, or nothing. `steps` then holds what ran."""
        self.steps = []
        try:
            workflow.build(workflow.plan(), self._note, **options)
        except ProblemsFound as found:
            return str(found)
        return ""

    def kill(self, after: float, *, whole: bool = False) -> list[str]:
        """Kill a build that was started `after` so many seconds ago; the processes that outlive it by far.

        `whole`: the command and all that it started, not the command alone.
        """
        marker = f"UT_TEST_MARKER={secrets.token_hex(8)}"
        build = subprocess.Popen(
            [sys.executable, "-m", "ut_research.cli", "report"],
            cwd=self.root,
            env={**os.environ, **dict([marker.split("=")])},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(after)
        (os.killpg if whole else os.kill)(build.pid, signal.SIGKILL)
        build.wait()
        until = time.monotonic() + 20
        while (left := _with(marker)) and time.monotonic() < until:
            time.sleep(0.1)
        return left

    def _note(self, event: dict[str, Any]) -> None:
        self.steps.append(event["step"])

    @property
    def study(self) -> Path:
        """The file of the study that the example is of."""
        return self.root / "studies" / "united-together" / "study.toml"

    @property
    def report(self) -> Path:
        """Where the example's report is published."""
        return self.root / "reports" / "example"

    def bytes(self) -> dict[str, bytes]:
        """Everything in the report, apart from the page of build information."""
        files = sorted(p for p in self.report.rglob("*") if p.is_file() and p.stem not in ("made", "run"))
        return {p.relative_to(self.report).as_posix(): p.read_bytes() for p in files}


def _with(marker: str) -> list[str]:
    """Processes that were started with the marker in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@contextlib.contextmanager
def begun(root: Path, place: Path) -> Iterator[None]:
    """Let the build in the block go on from what the first such block, in any process, left in `place`.

    A build still looks of each step whether it is fresh, and does what is not.
    """
    place.mkdir(exist_ok=True)
    parts = ("data/processed", "reports")
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = (place / "whole").exists()
        if there:
            _copy(place, root, parts)
        yield
        if not there:
            _copy(root, place, parts)
            (place / "whole").touch()


def _copy(source: Path, target: Path, parts: tuple[str, ...]) -> None:
    for part in parts:  # without the record of whose run it was
        shutil.copytree(source / part, target / part, ignore=shutil.ignore_patterns("run.json"))


def make(root: Path) -> Project:
    """Lay out a project in `root`."""
    for folder in ("notebooks", "book", "data"):
        (root / folder).mkdir(parents=True)
    shutil.copyfile(HERE / "requirements.lock", root / "requirements.lock")
    shutil.copytree(HERE / "studies", root / "studies", ignore=shutil.ignore_patterns("pages", "brief.txt"))
    shutil.copytree(HERE / "data" / "raw", root / "data" / "raw")
    for folder in ("_ext", "_templates"):
        shutil.copytree(HERE / "book" / folder, root / "book" / folder)
    settings = "title: Small\nauthor: ''\nonly_build_toc_files: true\nexecute: {execute_notebooks: 'off'}\n"
    settings += (
        "sphinx: {local_extensions: {ut_book: _ext}, config: {html_math_renderer: plain, extensions: ["
    )
    settings += "myst_nb, jupyter_book, sphinx_external_toc, ut_book], "
    settings += "html_theme: basic, html_theme_options: {}, templates_path: [_templates]}}\n"
    (root / "book" / "_config.yml").write_text(settings)
    (root / "book" / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nparts:\n- caption: All\n  chapters:\n"
        + "".join(f"  - file: {n}\n" for n in ("01_one", "02_two", "03_three", "made"))
    )
    (root / "book" / "index.md").write_text("# Small\n\n{{reach.referred|count}} people.\n")
    (root / "book" / "made.md").write_text("---\nnosearch: true\n---\n\n# Made\n\n{{page.made}}\n")
    project = Project(root)
    project.write(1, "one", ["follow_up_days = 365"], 'chapter.say("{{reach.referred|count}} people", found)')
    project.write(2, "two", ["confidence = 0.95"], 'chapter.numbers(found, caption="People")')
    project.write(3, "three", [])
    return project
