"""Exports as the tools of charities write them, to findings, with no line of a recipe typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from layouts import LAYOUTS, OPTIONS, cohort

import ut_research as ut
from ut_research.cleaning.tables import Cleaned
from ut_research.reading import draft

#: Layouts that say when people registered; that say nothing of needs; and in which only those who opened the
#: form are asked.
REGISTERED = {"a customer database", "a sheet a month", "a master list"}
NO_NEEDS, OPENED = {"Salesforce", "Stata", "a sheet a month"}, {"REDCap, codes", "REDCap, labels"}


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> str:
    """What the export is like."""
    return str(request.param)


@pytest.fixture
def cleaned(layout: str, tmp_path: Path) -> Cleaned:
    """The cohort in that layout, drafted, read and cleaned."""
    LAYOUTS[layout](cohort(), tmp_path)
    (tmp_path / "columns.toml").write_text(draft.draft(tmp_path, accept=True), encoding="utf-8")
    return ut.clean(ut.read(tmp_path))


def test_a_tools_export_is_read_with_no_line_typed(layout: str, cleaned: Cleaned) -> None:
    people = cohort()
    assert {name: count["rejected"] for name, count in cleaned.counts.items() if count["rejected"]} == {}
    found = cleaned.tables["participants"]
    assert sorted(found["age_at_referral"]) == sorted(p.age for p in people)
    assert found["gender"].value_counts().to_dict() == counted(p.gender for p in people)
    assert sorted(found["referral_date"].dt.date) == sorted(p.referred for p in people)
    assert ("registered_date" in found) is (layout in REGISTERED)
    assert scores(cleaned.tables["wemwbs"]) == sorted(
        (sum(p.waves[0][1]), sum(p.waves[-1][1]) if len(p.waves) > 1 else -1) for p in people
    )
    if layout not in NO_NEEDS:
        asked = [p for n, p in enumerate(people) if layout not in OPENED or n % 5]
        needs = cleaned.tables["needs"]
        want = {need: sum(need in p.needs for p in asked) for need in OPTIONS}
        assert {need: int(needs[need].sum()) for need in OPTIONS} == want


@pytest.mark.parametrize("layout", ["a master list"], indirect=True)
def test_a_master_list_tells_of_activity_and_outcomes_too(cleaned: Cleaned) -> None:
    days = cleaned.tables["activity"].groupby("timepoint")["active_days"].sum()
    after = [(n + 1) % 7 for n, p in enumerate(cohort()) if len(p.waves) > 1]
    assert days.to_dict() == {"T1": sum(n % 7 for n in range(40)), "T2": sum(after)}
    assert counted(cleaned.tables["outcomes"]["outcome"]) == {"employment": 10, "housing": 8}
    said = {e.id: e.status for e in ut.measure(cleaned).estimates if e.id.startswith("outcomes.")}
    assert said["outcomes.housing"] == "number"
    assert said["outcomes.treatment"] == "not collected", "there is no column for it, and no 0"
    assert cleaned.tables["participants"]["exit_date"].notna().sum() == len(after)
    assert "assessed_date" not in cleaned.tables["needs"]


def test_a_draft_says_what_a_list_lacks_to_be_a_table_more(tmp_path: Path) -> None:
    LAYOUTS["a master list"](cohort(), tmp_path)
    text = draft.draft(tmp_path)
    assert "# Sheet: like reoffending, but for group; it will not be read" in text
    assert any('"Start date"   # guessed' in line for line in draft.guesses(text))


@pytest.mark.slow
def test_and_gives_its_findings(cleaned: Cleaned) -> None:
    released = ut.release(ut.measure(cleaned))
    assert released.get("reach.referred").count == len(cohort())
    assert released.get("wellbeing.pairs").count == sum(len(p.waves) > 1 for p in cohort())


def counted(values) -> dict[str, int]:
    listed = list(values)
    return {value: listed.count(value) for value in set(listed)}


def scores(answers) -> list[tuple[int, int]]:
    """Each person's first and last score."""
    items = answers.filter(like="item_").astype("Int64")
    total = answers["total"] if items.empty else items.sum(axis=1, skipna=False)
    points = total.groupby([answers["participant_id"], answers["timepoint"]]).sum().unstack()
    return sorted((int(a), int(b)) for a, b in points.fillna(-1).values)
