"""Findings of the example stay what they were, unless a decision says why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from snapshot import HERE, MOST, allowed, complaints, differences, read, rows, text

from ut_research.core import estimate
from ut_research.core.estimate import Estimate

ROOT = HERE.parents[1]
WHY = "0001-why.md"
RATE = Estimate("reoffending.rate", "Reoffended", 26.5, 13.5, 44.7, 9, 34, "%", group={"group": "engaged"})
STAY = Estimate("reach.stay_mean_weeks", "Stay", 15.2, n=204, unit="weeks")
BEFORE = rows([RATE, STAY])


@pytest.fixture
def decisions(tmp_path: Path) -> Path:
    """A folder with one decision."""
    (tmp_path / WHY).touch()
    return tmp_path


@pytest.mark.slow
def test_the_findings_of_the_example_are_what_they_were() -> None:
    ledger = ROOT / "reports" / "example" / "findings.json"
    assert ledger.is_file(), "build it first: make report"
    found = differences(read(HERE / "findings.jsonl"), rows(estimate.read(ledger)))
    said = complaints(found, allowed(HERE / "allowed.toml"), ROOT / "docs" / "decisions")
    assert said == [], "\n".join(said)


def test_the_snapshot_is_kept_as_it_is_written() -> None:
    kept = read(HERE / "findings.jsonl")
    assert len(kept) > 1000
    assert text(kept) == (HERE / "findings.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ([RATE, STAY], []),
        ([RATE, replace(STAY, value=15.3)], []),
        ([RATE, replace(STAY, value=15.6)], ["reach.stay_mean_weeks {}, value: before 15.0, now 16.0"]),
        (
            [replace(RATE, low=13.6), STAY],
            ['reoffending.rate {"group": "engaged"}, low: before 13.5, now 13.6'],
        ),
        ([RATE], ["reach.stay_mean_weeks {}, finding: before 15.2, now None"]),
        ([replace(RATE, value=None, status="suppressed"), STAY], []),
        (
            [replace(RATE, value=None, status="not collected"), STAY],
            [
                'reoffending.rate {"group": "engaged"}, value: before 26.5, now None',
                "reoffending.rate {\"group\": \"engaged\"}, status: before 'number', now 'not collected'",
            ],
        ),
        (
            [RATE, STAY, replace(STAY, id="reach.new", label="New")],
            ["reach.new {}, finding: before None, now 15.2"],
        ),
        ([RATE, replace(STAY, label="Time")], ["reach.stay_mean_weeks {}, label: before 'Stay', now 'Time'"]),
    ],
)
def test_every_field_that_differs_is_said(now: list[Estimate], said: list[str], decisions: Path) -> None:
    assert complaints(differences(BEFORE, rows(now)), {}, decisions) == said


def test_what_a_decision_allows_may_differ_and_nothing_else(decisions: Path) -> None:
    found = list(differences(BEFORE, rows([replace(RATE, count=10), replace(STAY, n=203)])))
    assert complaints(found, {r"reach\.stay_.*": WHY, r"reoffending\.rate": WHY}, decisions) == []
    assert complaints(found, {r"reach\.stay_.*": WHY}, decisions) == [
        'reoffending.rate {"group": "engaged"}, count: before 9, now 10'
    ]


@pytest.mark.parametrize(
    ("allow", "said"),
    [
        ({r"needs\..*": WHY}, [r"needs\..*: nothing that it matches differs any more; take it out"]),
        ({r"reach\..*": "none.md"}, [r"reach\..*: there is no docs/decisions/none.md that gives the reason"]),
        ({".*": WHY}, [r".*: a pattern must name its subject, as in reach\.stay_.*"]),
    ],
)
def test_a_pattern_must_be_narrow_needed_and_explained(
    allow: dict[str, str], said: list[str], decisions: Path
) -> None:
    found = differences(BEFORE, rows([RATE, replace(STAY, n=203)]))
    assert [s for s in complaints(found, allow, decisions) if not s.startswith("reach.stay")] == said


def test_so_many_patterns_are_too_many(decisions: Path) -> None:
    many = rows([replace(STAY, id=f"reach.f{i}") for i in range(MOST + 1)])
    allow = {id: WHY for id, _ in many}
    assert complaints(differences(many, {}), allow, decisions) == [
        f"{MOST + 1} patterns are allowed to differ; at most {MOST} may"
    ]
    fewer = dict(list(many.items())[:MOST])
    assert complaints(differences(fewer, {}), {id: WHY for id, _ in fewer}, decisions) == []
