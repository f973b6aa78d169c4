"""What a report says of its comparison goes by the design of the study, and nothing is left unsaid of one."""

from __future__ import annotations

import pytest
from said import WORDS
from united_together import ROOT

from ut_research.core import studies
from ut_research.show import design, prose

METHODS = (ROOT / "book" / "methods.md").read_text(encoding="utf-8")


def test_every_design_has_every_sentence() -> None:
    first, *others = (said.keys() for said in design.SENTENCES.values())
    assert all(said == first for said in others)


@pytest.mark.parametrize(
    ("name", "named", "other"), [("rossi", "CONSORT", "TREND"), ("recid", "TREND", "CONSORT")]
)
def test_a_study_is_reported_by_the_guideline_for_its_design(name: str, named: str, other: str) -> None:
    study = studies.read(ROOT / "studies" / name / "study.toml", ROOT).study
    section = METHODS.partition("## Reporting guidelines")[2].partition("\n## ")[0]
    said = prose.fill(section, [], **(WORDS | design.words(dict(study.parameters()))))
    assert f"{named} for" in said and other not in said
