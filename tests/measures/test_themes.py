from datetime import date

import pandas as pd
import pytest
from written import finding, table

from ut_research.measures import themes

TABLES = {
    "interviews": table("""
        interview_id  method       role         held_date   people
        1             interview    strategic    2021-07-01  1
        2             interview    delivery     2021-08-03  -
        3             focus group  delivery     2021-09-03  3
        4             focus group  participant  2021-06-30  4
        5             interview    participant  -           1
    """).astype({"interview_id": "str"}),
    "coded_segments": table("""
        interview_id  theme
        1             funding
        1             funding
        2             funding
        4             mentors
        9             mentors
    """).astype({"interview_id": "str"}),
}
FINDINGS = pd.DataFrame(
    [
        ("What works?", "finding", "arc2022"),
        ("What works?", "finding", "arc2022"),
        ("What next?", "finding", "arc2022"),
        ("What next?", "next", "arc2022"),
        ("What was valued?", "finding", "ut2021"),
    ],
    columns=["question", "kind", "document"],
).assign(place="A place")
STUDY = {
    "findings_of": "arc2022",
    "earlier_round": "2021 evaluation",
    "later_round": "2022 study",
    "interview_round_from": date(2021, 7, 1),
}


@pytest.fixture
def found():
    return themes.measure(TABLES, findings=FINDINGS, origin="example", **STUDY)


def test_published_findings_are_counted_as_published(found):
    for id, count in (("themes.questions", 2), ("themes.findings", 3)):
        assert (finding(found, id).count, finding(found, id).origin) == (count, "published")


@pytest.mark.parametrize(
    ("id", "round", "count"),
    [
        ("themes.interviews", "2021 evaluation", 0),
        ("themes.interviews", "2022 study", 2),
        ("themes.interviews", "not recorded", 1),
        ("themes.focus_groups", "2021 evaluation", 1),
        ("themes.focus_groups", "2022 study", 1),
    ],
)
def test_interviews_and_groups_by_round(found, id, round, count):
    assert finding(found, id, round=round).count == count


def test_people_are_added_up_over_interviews_and_groups(found):
    assert finding(found, "themes.people", round="2022 study", role="strategic").count == 1
    assert finding(found, "themes.people", round="2022 study", role="delivery").count == 1 + 3
    assert finding(found, "themes.people", round="2021 evaluation", role="participant").count == 4


def test_the_day_a_round_begins_belongs_to_it():
    days = {"held_date": ["2021-06-30", "2021-07-01"], "method": "interview"}
    found = themes.measure({"interviews": TABLES["interviews"].iloc[:2].assign(**days)}, **STUDY)
    for name in ("2021 evaluation", "2022 study"):
        assert finding(found, "themes.interviews", round=name).count == 1


def test_without_a_day_that_parts_them_there_is_one_round():
    found = themes.measure(TABLES)
    assert {e.group["round"] for e in found if e.id == "themes.interviews"} == {"Later round"}


@pytest.mark.parametrize(
    ("theme", "role", "count"),
    [("funding", "strategic", 2), ("funding", "delivery", 1), ("funding", "participant", 0),
     ("mentors", "participant", 1), ("mentors", "not recorded", 1)],
)  # fmt: skip
def test_passages_take_the_role_of_their_interview(found, theme, role, count):
    assert finding(found, "themes.passages", theme=theme, role=role).count == count


def test_people_whose_number_is_missing_are_one_and_each_round_has_its_own(found):
    people = {(e.group["round"], e.group["role"]): e.count for e in found if e.id == "themes.people"}
    assert people == {
        ("2021 evaluation", "strategic"): 0, ("2021 evaluation", "delivery"): 0,
        ("2021 evaluation", "participant"): 4,
        ("2022 study", "strategic"): 1, ("2022 study", "delivery"): 4, ("2022 study", "participant"): 0,
        ("not recorded", "strategic"): 0, ("not recorded", "delivery"): 0, ("not recorded", "participant"): 1,
    }  # fmt: skip


def test_a_round_or_role_that_nobody_is_unsure_of_is_not_listed_as_unknown():
    known = {
        "interviews": TABLES["interviews"].iloc[:4],
        "coded_segments": TABLES["coded_segments"].iloc[:4],
    }
    found = themes.measure(known, **STUDY)
    assert {e.group["round"] for e in found if e.id == "themes.interviews"} == {
        "2021 evaluation",
        "2022 study",
    }
    assert {e.group["role"] for e in found if e.id == "themes.passages"} == set(themes.ROLES)


def test_a_passage_whose_theme_is_missing_is_counted_as_not_recorded():
    lost = TABLES["coded_segments"].assign(theme=[None, "funding", "funding", "mentors", "mentors"])
    found = themes.measure({**TABLES, "coded_segments": lost})
    assert finding(found, "themes.passages", theme="not recorded", role="strategic").count == 1


def test_each_finding_says_where_it_comes_from_and_whether_it_is_invented(found):
    said = {(e.id, e.source, e.origin, e.unit) for e in found}
    study = "A place"
    assert said == {
        ("themes.questions", study, "published", "questions"),
        ("themes.findings", study, "published", "findings"),
        ("themes.interviews", "interviews", "example", "interviews"),
        ("themes.focus_groups", "interviews", "example", "focus groups"),
        ("themes.people", "interviews", "example", "people"),
        ("themes.passages", "coded_segments, interviews", "example", "passages"),
    }


@pytest.mark.parametrize("absent", ["interviews", "coded_segments"])
def test_passages_need_both_tables(absent):
    found = themes.measure({name: frame for name, frame in TABLES.items() if name != absent})
    assert {e.status for e in found if e.id == "themes.passages"} == {"not collected"}
    held = {e.status for e in found if e.id == "themes.interviews"}
    assert held == {"not collected" if absent == "interviews" else "number"}


def test_labels_tell_roles_and_rounds_apart(found):
    assert finding(found, "themes.people", round="2022 study", role="participant").label == "Participants"
    assert "delivery" in finding(found, "themes.people", round="2022 study", role="delivery").label
    assert "2022 study" in finding(found, "themes.interviews", round="2022 study").label
    assert finding(found, "themes.passages", theme="funding", role="delivery").label == "funding"
