"""The invented project of interviews, read, cleaned and measured, gives back what was published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from united_together import PARAMETERS, REGISTRY

from tools import interviews
from ut_research.cleaning import tables as cleaning
from ut_research.disclosure import decision, releases
from ut_research.disclosure.gate import Policy
from ut_research.disclosure.soundness import said
from ut_research.measures import coders, quoted

FOLDER = Path(__file__).parents[2] / "data" / "raw" / "united-together"


@pytest.fixture(scope="module")
def cleaned() -> cleaning.Cleaned:
    return cleaning.of_export(FOLDER, PARAMETERS)


@pytest.fixture(scope="module")
def shown(cleaned: cleaning.Cleaned) -> list:
    manifest = {"origin": cleaned.origin, "rows": cleaned.counts, "data_to": cleaned.data_to}
    given = decision.measured(cleaned.tables, PARAMETERS, manifest, cleaned.issues, REGISTRY)
    return list(decision.released(given, Policy()))


def test_it_gives_back_the_fifteen_findings_by_question(shown: list) -> None:
    register = REGISTRY.findings
    study = register[(register["document"] == "arc2022") & (register["kind"] == "finding")]
    told = [
        (e.group["question"], e.group["theme"], e.label)
        for e in shown
        if e.id == "themes.spoke" and "role" not in e.group and e.group["question"] in set(study["question"])
    ]
    assert told == list(study[["question", "theme", "finding"]].itertuples(index=False, name=None))
    assert len(told) == 15


def test_people_are_those_of_the_two_studies(shown: list) -> None:
    people = {(e.group["round"], e.group["role"]): e.count for e in shown if e.id == "themes.people"}
    assert [people["2022 study", role] for role in ("strategic", "delivery")] == [6, 8]
    held = {
        (e.id, e.group["round"]): e.count
        for e in shown
        if e.id in ("themes.interviews", "themes.focus_groups")
    }
    assert held == {
        ("themes.interviews", "2021 evaluation"): 8,
        ("themes.focus_groups", "2021 evaluation"): 1,
        ("themes.interviews", "2022 study"): 9,
        ("themes.focus_groups", "2022 study"): 2,
    }
    asked = {e.n for e in shown if e.id == "themes.spoke" and e.group.get("role") is None and e.n}
    assert asked == {6 + 8, 6 + 6}


def test_something_was_said_against_a_finding(shown: list) -> None:
    [e] = [e for e in shown if e.id == "themes.against" and "role" not in e.group]
    assert (e.group["question"], e.group["theme"]) == interviews.AGAINST
    assert e.label.startswith("Invented")


def test_a_third_was_coded_twice_a_source_is_missing_and_consent_is_no_theme(
    cleaned: cleaning.Cleaned,
) -> None:
    passages = cleaned.tables["coded_segments"]
    twice = passages.groupby("interview_id").coder.nunique() == 2
    assert len(twice) / 4 < twice.sum() < len(twice) / 2
    assert 0.5 < coders.agreement(passages).alpha[0] < 1
    assert "source missing" in set(cleaned.issues["rule"])
    assert interviews.CONSENT.path[0] not in set(passages.theme) | set(cleaned.tables["themes"].theme)
    assert cleaned.origin == "example"


def test_by_role_hardly_anything_can_be_shown_and_so_nothing_is(shown: list) -> None:
    by_role = [e.status for e in shown if e.id == "themes.spoke" and "role" in e.group]
    assert set(by_role) == {"suppressed", "not collected"}


def test_who_agreed_is_quoted_beside_a_number_and_every_quotation_says_that_it_is_invented(
    cleaned: cleaning.Cleaned, shown: list
) -> None:
    found = quoted.quotations(cleaned.tables, shown, "example")
    numbers = {(e.group["question"], e.group["theme"]) for e in shown if e.id == "themes.spoke" and e.count}
    assert len(found) > 5 and all("invented" in e.label for e in found)
    assert {(e.group["question"], e.group["theme"]) for e in found if e.group["of"] == "spoke"} <= numbers
    assert "may point to somebody" in set(cleaned.issues["rule"])


def test_a_quotation_can_be_refused_like_any_finding(cleaned: cleaning.Cleaned, tmp_path: Path) -> None:
    cleaning.write(cleaned, tmp_path / "run")
    run = {"registers": [str(tmp_path / "kept")], "about": "united-together", "owner": "somebody"}
    (tmp_path / "run" / "run.json").write_text(json.dumps(run))

    def quoted_now() -> list[str]:
        found = decision.of_run(tmp_path / "run", PARAMETERS, REGISTRY)
        return [said(e.id, e.group) for e in found if e.id == "themes.quoted"]

    first, *rest = quoted_now()
    releases.refuse(tmp_path / "kept", [{"finding": first, "by": "A", "on": "2022-01-01", "why": "too much"}])
    assert quoted_now() == rest


def test_it_says_that_it_is_invented(cleaned: cleaning.Cleaned) -> None:
    assert cleaned.tables["coded_segments"].summary.str.startswith("Invented").all()
