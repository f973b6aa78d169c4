"""What a build refuses to show, as nobody decided on it together with the rest of the report."""

from __future__ import annotations

import pytest
from small_project import Project

pytestmark = pytest.mark.slow

NEW = """\
from ut_research.core.estimate import Estimate
sizes = chapter.tables["participants"].partner.value_counts()
measured = [
    Estimate("reach.referred", "New", float(n), count=int(n), n=people, unit="people",
             group={"partner": partner}, origin="example")
    for partner, n in sizes.items()
]
"""


@pytest.mark.parametrize(
    "cell",
    [
        "shown = chapter.release(measured)",
        'alone = Chapter("three", data, threshold=threshold, rounding=rounding, zeros_safe=zeros_safe)\n'
        "shown = alone.release(measured)",
    ],
    ids=["as usual", "without a place to write"],
)
def test_a_measure_by_partner_that_nobody_decided_on_stops_the_build(project: Project, cell: str) -> None:
    before = project.bytes()
    project.write(3, "three", [], NEW + cell)
    said = project.build()
    assert "notebooks/03_three.ipynb, cell 4" in said
    assert "not decided on for the whole report: reach.referred by partner" in said
    assert "in `by` where src/ut_research/measures/ declares it" in said
    assert project.bytes() == before
    project.write(3, "three", [])
