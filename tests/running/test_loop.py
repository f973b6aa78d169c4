"""The loop by itself, on steps that take no time: what runs, what does not, what a failure takes with it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from ut_research.running import loop
from ut_research.running.loop import Step


class Done:
    """A step that was performed at once, in this process."""

    def __init__(self, step: Step) -> None:
        self.stdout = BytesIO()
        with contextlib.suppress(ZeroDivisionError):
            step.perform()

    def poll(self) -> int:
        return 0

    def kill(self) -> None:
        raise AssertionError


def copy(source: str, target: str, change: Callable[[str], str] = str) -> Callable[[], None]:
    return lambda: Path(target).write_text(change(Path(source).read_text())) and None


def line(number: int = 1) -> list[Step]:
    """Two steps, and a third that needs the first alone."""
    return [
        Step("first", lambda: Path("a").write_text(str(number // 10)) and None, ("a",), (number,)),
        Step("second", copy("a", "b"), ("b",), needs=("first",)),
        Step("third", copy("a", "c", lambda text: text * 2), ("c",), needs=("first",)),
    ]


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ran(steps: list[Step]) -> dict[str, str]:
    return {e["step"]: e["error"] for e in loop.run(steps, 1, Done, load=False)}


def test_each_step_runs_once_and_then_none() -> None:
    assert not any(step.fresh for step in line())
    assert ran(line()) == {"first": "", "second": "", "third": ""}
    assert all(step.fresh for step in line())
    assert ran(line()) == {}


def test_a_step_whose_input_comes_out_the_same_is_not_run() -> None:
    ran(line(1))
    assert set(ran(line(2))) == {"first"}, "it wrote the same"
    assert set(ran(line(10))) == {"first", "second", "third"}


@pytest.mark.parametrize("left", [None, "", "9"])
def test_what_is_missing_cut_short_or_edited_is_made_again(left: str | None) -> None:
    ran(line())
    Path("b").unlink()
    if left is not None:
        Path("b").write_text(left)
    assert set(ran(line())) == {"second"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 1}'])
def test_a_damaged_record_is_none(text: str) -> None:
    ran(line())
    (loop.RECORDS / "third.json").write_text(text)
    assert set(ran(line())) == {"third"}


def test_a_failure_takes_with_it_what_follows_and_nothing_else() -> None:
    steps = line()
    steps[1] = Step("second", lambda: 1 / 0 and None, ("b",), needs=("first",))
    steps.append(Step("fourth", copy("b", "d"), ("d",), needs=("second",)))
    assert ran(steps) == {"first": "", "second": loop.STOPPED, "third": ""}
    assert set(ran([*line(), steps[-1]])) == {"second", "fourth"}, "it resumes where it stopped"


def test_a_step_runs_again_only_when_what_it_took_has_changed() -> None:
    def steps(words: str) -> list[Step]:
        took = lambda: Path("a").read_text().split()[0]  # noqa: E731
        whole = Step("whole", lambda: Path("a").write_text(words) and None, ("a",), (words,))
        return [whole, Step("part", copy("a", "b"), ("b",), after=("whole",), took=took)]

    ran(steps("one two"))
    assert set(ran(steps("one three"))) == {"whole"}
    assert set(ran(steps("four three"))) == {"whole", "part"}


def test_a_record_that_was_there_is_gone_while_its_step_runs() -> None:
    ran(line())
    seen = []
    ran([Step("first", lambda: seen.append((loop.RECORDS / "first.json").exists()), ("a",), (2,))])
    assert seen == [False]


def test_nothing_that_takes_time_is_imported_to_see_that_nothing_has_changed() -> None:
    code = "import sys, ut_research.running.build; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {"pandas", "numpy", "papermill", "nbformat", "scipy", "jupyter_book"}.isdisjoint(loaded.split())
