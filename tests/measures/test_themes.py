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
        interview_id  speaker  question       theme
        1             -        What works?    funding
        1             -        What works?    funding
        2             -        What works?    funding
        3             x        What works?    clubs
        3             y        What works?    clubs
        3             y        What works?    clubs
        4             -        What matters?  mentors
        9             -        What works?    mentors
    """).astype({"interview_id": "str", "speaker": "str"}),
}
FINDINGS = pd.DataFrame(
    [
        ("What works?", "nearness", "finding", "arc2022"),
        ("What works?", "clubs", "finding", "arc2022"),
        ("What next?", "money", "finding", "arc2022"),
        ("What next?", "money", "next", "arc2022"),
        ("What was valued?", "time", "finding", "ut2021"),
    ],
    columns=["question", "theme", "kind", "document"],
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


def spoke(found, theme, role=""):
    role = {"role": role} if role else {}
    e = finding(found, "themes.spoke", theme=theme, question="What works?", **role)
    return e.count, e.n


@pytest.mark.parametrize(
    ("theme", "role", "said"),
    [("funding", "strategic", (1, 1)), ("funding", "delivery", (1, 4)), ("funding", "", (2, 5)),
     ("clubs", "delivery", (2, 4)), ("nearness", "", (0, 5))],
)  # fmt: skip
def test_people_are_counted_and_not_how_often_they_spoke(found, theme, role, said):
    assert spoke(found, theme, role) == said


def test_a_group_in_which_nobody_is_named_is_one_person():
    unnamed = TABLES["coded_segments"].assign(speaker=None)
    found = themes.measure({**TABLES, "coded_segments": unnamed}, findings=FINDINGS, **STUDY)
    assert spoke(found, "clubs", "delivery") == (1, 2)


def test_who_spoke_in_two_interviews_is_one_person():
    rows = pd.DataFrame({"interview_id": ["1", "2"], "speaker": "x", "question": "What works?"})
    found = themes.measure({**TABLES, "coded_segments": rows.assign(theme="clubs")}, findings=FINDINGS)
    assert spoke(found, "clubs")[0] == 1


def test_who_was_asked_does_not_hang_on_what_anybody_said(found):
    """A later round asked; of it everybody is counted, whether they spoke to the question or not."""
    silent = TABLES["coded_segments"][lambda t: t.interview_id != "2"]
    without = themes.measure({**TABLES, "coded_segments": silent}, findings=FINDINGS, **STUDY)
    assert [spoke(f, "clubs")[1] for f in (found, without)] == [5, 5]


def test_themes_come_by_the_questions_of_the_study_then_by_name(found):
    said = [(e.group["question"], e.label) for e in found if e.id == "themes.spoke" and "role" not in e.group]
    works = [("What works?", theme) for theme in ("nearness", "clubs", "funding")]
    assert said == works, "nobody in it is asked twice; of fewer than five people no word of theirs is named"


def test_a_theme_that_is_not_listed_is_named_from_the_threshold_on():
    ids = [f"{n}" for n in range(7)]
    held = pd.DataFrame({"interview_id": ids, "method": "interview", "role": "delivery", "people": 1})
    rows = pd.DataFrame({"interview_id": ids, "question": "What works?", "theme": "a word"})
    tables = {"interviews": held.assign(held_date=pd.NaT), "coded_segments": rows}
    named = ["a word" in {e.label for e in themes.measure(tables, threshold=t)} for t in (5, 7, 8)]
    assert named == [True, True, False]


def test_people_of_an_interview_are_nobody_of_the_other_tables(found):
    people = pd.DataFrame({"participant_id": ["a", "b", "c"]})
    e = next(e for e in themes.measure({**TABLES, "participants": people}) if e.count)
    [funding] = [
        e
        for e in themes.measure({**TABLES, "participants": people})
        if e.label == "funding" and "role" not in e.group
    ]
    assert e.count and funding.counted is not None and funding.counted & 0b111 == 0


def test_people_whose_number_is_missing_are_one_and_each_round_has_its_own(found):
    people = {(e.group["round"], e.group["role"]): e.count for e in found if e.id == "themes.people"}
    assert people == {
        ("2021 evaluation", "strategic"): 0, ("2021 evaluation", "delivery"): 0,
        ("2021 evaluation", "participant"): 4,
        ("2022 study", "strategic"): 1, ("2022 study", "delivery"): 4, ("2022 study", "participant"): 0,
        ("not recorded", "strategic"): 0, ("not recorded", "delivery"): 0, ("not recorded", "participant"): 1,
    }  # fmt: skip


def test_a_round_or_role_that_nobody_is_unsure_of_is_not_listed_as_unknown():
    known = {**TABLES, "interviews": TABLES["interviews"].iloc[:4]}
    found = themes.measure(known, **STUDY)
    assert {e.group["round"] for e in found if e.id == "themes.interviews"} == {
        "2021 evaluation",
        "2022 study",
    }
    assert {e.group.get("role", "") for e in found if e.id == "themes.spoke"} == {"", *themes.ROLES}


def test_each_finding_says_where_it_comes_from_and_whether_it_is_invented(found):
    said = {(e.id, e.source, e.origin, e.unit) for e in found}
    study = "A place"
    assert said == {
        ("themes.questions", study, "published", "questions"),
        ("themes.findings", study, "published", "findings"),
        ("themes.interviews", "interviews", "example", "interviews"),
        ("themes.focus_groups", "interviews", "example", "focus groups"),
        ("themes.people", "interviews", "example", "people"),
        ("themes.spoke", "coded_segments, interviews", "example", "people"),
        ("themes.against", "coded_segments, interviews", "example", "people"),
    }


@pytest.mark.parametrize("absent", ["interviews", "coded_segments"])
def test_themes_need_both_tables(absent):
    found = themes.measure({name: frame for name, frame in TABLES.items() if name != absent})
    assert {e.status for e in found if e.id == "themes.spoke"} == {"not collected"}
    held = {e.status for e in found if e.id == "themes.interviews"}
    assert held == {"not collected" if absent == "interviews" else "number"}


def test_labels_tell_roles_and_rounds_apart(found):
    assert finding(found, "themes.people", round="2022 study", role="participant").label == "Participants"
    assert "delivery" in finding(found, "themes.people", round="2022 study", role="delivery").label
    assert "2022 study" in finding(found, "themes.interviews", round="2022 study").label


CODEBOOK = pd.DataFrame(
    {
        "question": "What works?",
        "theme": ["clubs", "clubs", "money"],
        "against": [None, True, None],
        "finding": ["Clubs draw people in.", "Clubs put some people off.", None],
    }
)


def test_the_codebook_gives_the_order_the_findings_and_what_was_said_against_them():
    segments = TABLES["coded_segments"].assign(against=[None, None, None, None, None, True, None, None])
    tables = {**TABLES, "coded_segments": segments, "themes": CODEBOOK}
    found = themes.measure(tables, findings=FINDINGS, **STUDY)
    said = [(e.id, e.label, e.count) for e in found if "theme" in e.group and "role" not in e.group]
    assert said == [
        ("themes.spoke", "Clubs draw people in.", 2),
        ("themes.against", "Clubs put some people off.", 1),
        ("themes.spoke", "money", 0),
        ("themes.spoke", "funding", 2),
    ]


def test_who_spoke_is_counted_by_the_period_of_the_interview_where_a_study_dates_them():
    held = TABLES["interviews"].assign(period=["lockdown", "after", "after", "lockdown", None])
    found = themes.measure({**TABLES, "interviews": held}, by="period", findings=FINDINGS, **STUDY)
    said = {(e.group["period"], e.group["theme"]): (e.count, e.n) for e in found if "role" not in e.group}
    assert said["lockdown", "funding"] == (1, 1) and said["after", "funding"] == (1, 4)
    assert said["after", "clubs"] == (2, 4)
    assert {e.id for e in found} == {"themes.spoke"} and all("role" not in e.group for e in found)


def test_in_a_period_in_which_nobody_spoke_of_it_who_was_asked_stays_asked():
    """Else that nobody spoke to a question would be told by its not being there."""
    held = TABLES["interviews"].assign(period=["lockdown", "after", "after", "lockdown", None])
    silent = TABLES["coded_segments"][lambda t: t.interview_id != "1"]
    found = themes.measure({**TABLES, "interviews": held, "coded_segments": silent}, by="period", **STUDY)
    assert finding(found, "themes.spoke", period="lockdown", question="What works?", theme="funding").n == 1


@pytest.mark.parametrize("by", ["period", "partner"])
def test_without_dated_periods_or_by_anything_else_nothing_is_counted_by_group(by):
    assert themes.measure(TABLES, by=by, findings=FINDINGS, **STUDY) == []


def test_where_it_is_not_known_how_interviews_were_held_they_are_not_said_to_be_none():
    unknown = TABLES["interviews"].assign(method=["interview", None, None, "focus group", "interview"])
    found = themes.measure({**TABLES, "interviews": unknown}, **STUDY)
    held = {e.group["round"]: e.status for e in found if e.id == "themes.interviews"}
    assert held == {"2021 evaluation": "number", "2022 study": "not collected", "not recorded": "number"}
