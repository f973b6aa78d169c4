"""What a build refuses to show, as nobody decided on it together with the rest of the report."""

from __future__ import annotations

import pytest
from small_project import Project

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "cell",
    [
        'own = Chapter("three", data, out, low_at_most=41)\nown.findings("wellbeing")',
        'own = Chapter("three", data, low_at_most=41)\nown.findings("wellbeing")',
        "from ut_research.measures import wellbeing\nchapter.measure(wellbeing, low_at_most=41)",
    ],
    ids=["as usual", "without a place to write", "a measure"],
)
def test_what_a_chapter_measures_by_itself_stops_the_build(project: Project, cell: str) -> None:
    before = project.bytes()
    project.write(3, "three", [], cell)
    said = project.build()
    assert "notebooks/03_three.ipynb, cell 4" in said
    assert "it measures with its own low_at_most: the report was measured with others" in said
    assert project.bytes() == before
    project.write(3, "three", [])
