"""Journeys in a study's file: only with consent, and nothing in them but stages and rough times."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest

from ut_research.core import journeys, studies
from ut_research.core.parameters import Study
from ut_research.core.problems import ProblemsFound

STAGES = {
    "Referral": "reach.referred",
    "A plan": "reach.assessed",
    "Moving on": "reach.still_supported|others",
}
AGREED = {"consent": date(2022, 1, 31), "Referral": "at once", "Moving on": "within a year"}


def problems(*told: object, stages: dict[str, str] = STAGES) -> list[str]:
    with pytest.raises(ProblemsFound) as stopped:
        Study.build({"stages": stages, "journeys": list(told)}, "my.toml")
    return [str(p) for p in stopped.value.problems]


def test_a_journey_of_whoever_agreed_is_kept_and_the_day_of_consent_goes_no_further() -> None:
    study = Study.build({"stages": STAGES, "journeys": [AGREED, {**AGREED, "invented": True}]})
    assert study.parameters()["journeys"] == [
        {"Referral": "at once", "Moving on": "within a year"},
        {"Referral": "at once", "Moving on": "within a year", "invented": True},
    ]
    assert study.changed("here", low_at_most=41).journeys == study.journeys


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"consent": None}, "consent: a journey without a day of consent. Give the day on which the person"),
        ({"consent": "2022-01-31"}, "consent: a journey without a day of consent"),
        ({"consent": datetime(2022, 1, 31)}, "consent: a journey without a day of consent"),
        ({"consent": True}, "consent: a journey without a day of consent"),
        ({"consent": date(2049, 12, 31)}, "consent: the day of consent is still to come"),
        ({"invented": "yes"}, "invented: the wrong kind of value. Give true or false"),
        (
            {"name": "somebody"},
            "name: a journey says nothing but stages. Take it out, or name one of [stages]",
        ),
        ({"Sport": "later"}, "Sport: a journey says nothing but stages"),
        ({"Moving on": "in May"}, "Moving on: not one of the times. One of: at once, within a month"),
        ({"Moving on": ["later"]}, "Moving on: not one of the times"),
        ({"A plan": "later"}, "A plan: the stage comes too late. Write stages in the order of [stages]"),
        ({"Referral": "later"}, "Referral: times count from the first stage"),
    ],
)
def test_what_a_journey_may_not_say_is_told_by_its_place(told: dict[str, object], said: str) -> None:
    found = problems(AGREED, AGREED | told)
    assert any(p.startswith(f"my.toml, [[journeys]] 2 {said}") for p in found), found
    assert not any("somebody" in p or "in May" in p for p in found), "what was written is said again"


def test_times_do_not_run_back_and_a_journey_goes_somewhere() -> None:
    back = {**AGREED, "Moving on": "within a month"}
    back = {"consent": back.pop("consent"), "Referral": "at once", "A plan": "later", **back}
    assert problems(back) == [
        "my.toml, [[journeys]] 1 Moving on: the time is before that of an earlier stage. "
        'Give no time before "later".'
    ]
    alone = {"consent": AGREED["consent"], "Referral": "at once"}
    assert "a journey has two stages or more" in problems(alone)[0]
    late = {"consent": AGREED["consent"], "A plan": "at once", "Moving on": "later"}
    assert 'Begin with "Referral" = "at once"' in problems(late)[0]


def test_all_mistakes_of_all_journeys_are_told_at_once() -> None:
    no_consent = {k: v for k, v in AGREED.items() if k != "consent"}
    assert len(problems(no_consent, "words", AGREED | {"name": "x", "Moving on": "soon"})) == 4
    assert len(problems(AGREED, stages={})) == 2, "no stage is known"
    with pytest.raises(ProblemsFound):
        Study.build({"journeys": AGREED})


def test_a_study_based_on_another_takes_its_stages_and_has_journeys_of_its_own(
    tmp_path: Path,
) -> None:
    went = 'Referral = "at once"\n"A plan" = "later"\n'
    for name, text in (
        ("whole", '[stages]\nReferral = "reach.referred"\n"A plan" = "reach.assessed"\n'),
        ("fine", f'based_on = "whole"\n[[journeys]]\nconsent = 2022-01-31\n{went}'),
        ("wrong", f'based_on = "whole"\n[[journeys]]\nSport = "later"\n{went}'),
    ):
        (tmp_path / "studies" / name).mkdir(parents=True)
        (tmp_path / "studies" / name / "study.toml").write_text(text)
    fine, wrong = (tmp_path / "studies" / name / "study.toml" for name in ("fine", "wrong"))
    assert len(studies.read(fine, tmp_path).study.journeys) == 1
    with pytest.raises(ProblemsFound) as stopped:
        studies.read(wrong, tmp_path)
    assert len(list(stopped.value.problems)) == 2


@pytest.mark.parametrize("section", ["periods", "journeys", "joint", "alongside", "coreq", "areas", "stages"])
@pytest.mark.parametrize("told", ["words", ["words"], [{"from": 1}], {"x": 1}, 3])
def test_a_section_of_the_wrong_shape_is_a_message(section: str, told: object) -> None:
    with pytest.raises(ProblemsFound):
        Study.build({section: told})


def test_the_template_of_a_new_study_says_how_a_journey_is_written() -> None:
    text = Study.template("New")
    assert "# [[journeys]]\n# consent = 2024-04-01" in text
    assert all(when in text for when in journeys.TIMES)


def test_the_stages_of_united_together_are_those_of_its_page_with_the_numbers_that_stand_there() -> None:
    folder = Path(__file__).parents[2] / "studies" / "united-together"
    steps = re.findall(
        r"^\d\. \*\*(.+?)\*\* (.+)$", (folder / "pages" / "project.md").read_text(), re.MULTILINE
    )
    drawn = dict(steps)
    study = Study.build(
        {k: v for k, v in tomllib.loads((folder / "study.toml").read_text()).items() if k != "default"}
    )
    assert list(study.stages) == [stage for stage in drawn if stage in study.stages]
    counted = {stage: id for stage, id in study.stages.items() if "|" not in id}
    assert all(f"{{{{{id}" in drawn[stage] for stage, id in counted.items()) and len(counted) == 3
    assert study.journeys and all(one["invented"] is True for one in study.journeys)
