"""What tests share: hypothesis tries the same examples each time; a small project; one Chromium.

What a test costs is seen from what it asks for, so that `make quick` needs neither a build nor a browser.
How much a test tries is said in `samples`.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from samples import samples
from small_project import Project, begun, make
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("same", deadline=None, derandomize=True, max_examples=samples(100, 100))
settings.load_profile("same")
#: Fixtures that build a report, or look at one that was built before.
REPORT = {"project", "built", "build", "book"}
#: Tests of more than 2 seconds, which measure whole exports, or write a brief, again and again.
LONG = (
    "test_decision.py::test_a_parameter_reaches_every_measure_that_takes_it",
    "test_decision.py::test_everything_is_measured_once_a_grouping_and_decided_on_in_one_call",
    "test_releases.py::test_no_mean_of_what_people_said_or_are_is_forgotten",
    "test_laws.py::test_groups_of_twenty_people_are_the_groups_asked_for_and_add_up",
    "test_laws.py::test_a_finding_is_never_said_twice",
    "test_declared.py::test_what_is_measured_of_people_is_what_is_declared",
    "test_declared.py::test_a_grouping_is_measured_where_a_quantity_names_it_and_nowhere_else",
    "test_declared.py::test_what_says_how_far_answers_lie_apart_is_said_to",
    "test_declared.py::test_by_a_column_in_which_nobody_has_anything_nothing_is_said",
    "test_multiverse.py::test_a_choice_that_gives_nobody_away_is_withheld_where_zeros_are_not_safe",
    "test_multiverse.py::test_a_choice_that_leaves_a_few_of_a_count_out_is_withheld",
    "test_multiverse.py::test_a_choice_that_gives_a_small_count_away_is_withheld",
    "test_parts.py::test_each_share_is_drawn_towards_that_of_all_and_not_past_it",
    "test_tables.py::test_no_row_of_any_tables_is_unaccounted_for_and_cleaning_again_changes_nothing",
    "test_chapter.py::test_in_the_lab_another_parameter_measures_and_decides_anew",
    "test_way_in.py::test_another_choice_reaches_the_measures_and_needs_no_name_twice",
    "test_brief.py::test_numbers_are_those_of_the_ledger",
    "test_brief.py::test_equal_findings_give_equal_bytes",
)
#: Files whose tests share a build, what chapters show, or a kernel, and so stay in one process.
WHOLE = (
    *("notebooks/", "tests/running/", "tests/faults/", "tests/attack/test_built", "tests/book/test_say"),
    *("tests/notebooks/test_truth", "tests/test_other_studies", "tests/test_wheel"),
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a report as slow, and what needs a browser."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))  # a cell of a notebook has none
        if asked & REPORT or item.path.suffix == ".ipynb" or item.nodeid.partition("[")[0].endswith(LONG):
            item.add_marker(pytest.mark.slow)
        if "browser" in asked:
            item.add_marker(pytest.mark.browser)


def pytest_collection_finish() -> None:
    """Have rubbish looked for seldom, and never in all that was imported: it was a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


class Whole(LoadScopeScheduling):  # type: ignore[misc]
    """Deals out the files of WHOLE each in one piece, those with most tests first, and then single tests."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0] if nodeid.startswith(WHOLE) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """`Whole` for ``-n 2``, xdist's own where ``--dist`` is given; its loadgroup fails with pytest 9.2."""
    return Whole(config, log) if config.getvalue("dist") == "load" else None


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of one run of the tests share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Project]:
    """A small project, built, for the tests of one file; its folder has a space in its name."""
    made = make(tmp_path_factory.mktemp("a project"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made.root)
        with begun(made.root, shared / "small"):
            assert made.build() == ""
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window, one for all tests of a process: Playwright starts only once in each."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("needs Chromium: install the package chromium")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        chromium = playwright.chromium.launch(executable_path=program, args=flags)
        yield chromium
        chromium.close()
