"""Exports of no known tool, in the hands of somebody in a hurry: what is drafted is taken, unread."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import ut_research as ut
from ut_research.cleaning.tables import Cleaned
from ut_research.core.problems import ProblemsFound
from ut_research.reading import draft
from ut_research.reading.likeness import WORDS, like

PEOPLE = 40


def write(folder: Path, name: str, heads: str, *columns: object) -> None:
    """A list of people: their identifier, and each column by what repeats in it."""
    rows = [[f"CM{n + 101}", *(c[n % len(c)] for c in columns)] for n in range(PEOPLE)]  # type: ignore[index,arg-type]
    with (folder / f"{name}.csv").open("w", newline="") as opened:
        csv.writer(opened).writerows([["Client ref", *heads.split(",")], *rows])


def people(folder: Path, **more: list[str]) -> None:
    columns = {"Gender": ["M", "F"], "Age": ["34", "51"], "Date referred": ["13/03/2024"], **more}
    write(folder, "People", ",".join(columns), *columns.values())


def taken(folder: Path) -> Cleaned:
    (folder / "columns.toml").write_text(draft.draft(folder, accept=True), encoding="utf-8")
    return ut.clean(ut.read(folder))


def told(folder: Path) -> str:
    """What stops it."""
    with pytest.raises(ProblemsFound) as stopped:
        taken(folder)
    return str(stopped.value)


def logged(cleaned: Cleaned, column: str) -> set[str]:
    return set(cleaned.issues.loc[cleaned.issues["column"] == column, "rule"])


def test_who_is_not_registered_yet_or_has_not_left_has_no_day_of_it(tmp_path):
    not_yet, still = ["20/03/2024", "Not yet", "Not registered", "TBC"], ["Ongoing", "n/a", "01/06/2024", "-"]
    people(tmp_path, **{"Date registered": not_yet, "Exit date": still})

    found = taken(tmp_path).tables["participants"]

    assert found["registered_date"].notna().sum() == PEOPLE / 4
    assert found["exit_date"].notna().sum() == PEOPLE / 4
    assert "exit_reason" not in found, "nobody left on a day that is not known"


@pytest.mark.parametrize("said", ["Not known", "32/13/2024"])
def test_who_registered_on_a_day_that_is_not_known_did_register(tmp_path, said):
    people(tmp_path, **{"Date registered": [said, "20/03/2024", "21/03/2024"]})

    assert taken(tmp_path).tables["participants"]["registered_date"].notna().all()


@pytest.mark.parametrize(
    "answers", [["1", "2"], ["1", "2", "3", "4", "5"], ["Yes", "01/02/2024"], ["10", "0", "7", "4"]]
)
def test_a_scale_or_codes_that_say_no_yes_or_no_stop_with_what_to_do(tmp_path, answers):
    people(tmp_path)
    write(tmp_path, "Needs", "Housing,Employment", answers, ["Yes", "No"])

    stopped = told(tmp_path)

    assert "Needs.csv, column “housing”" in stopped
    assert '[tables.needs.codes.housing] "1" = "yes"' in stopped
    assert "employability" not in stopped


@pytest.mark.parametrize(
    "way", ['columns.housing = { value = "" }', 'codes.housing = { "1" = "yes", "2" = "no" }']
)
def test_and_what_it_says_to_do_lets_it_be_read(tmp_path, way):
    write(tmp_path, "needs", "participant_id,housing", [f"A-{n}" for n in range(PEOPLE)], ["1", "2"])
    (tmp_path / "columns.toml").write_text(f'left_out = ["Client ref"]\n[tables.needs]\n{way}\n')

    assert ut.read(tmp_path).tables["needs"]["housing"].nunique() == (1 if "value" in way else 2)


@pytest.mark.parametrize("unknown", ["9", "99", "-1", "Not asked", "Prefer not to say", "n/a"])
def test_what_is_not_known_of_a_need_is_neither_yes_nor_no(tmp_path, unknown):
    people(tmp_path)
    write(tmp_path, "Needs", "Housing,Employment", ["Yes", unknown, "No", unknown], ["Yes", "No"])

    needs = taken(tmp_path).tables["needs"]

    assert (needs["housing"].isna().sum(), needs["housing"].sum()) == (PEOPLE / 2, PEOPLE / 4)


def test_yes_with_a_day_beside_it_is_yes(tmp_path):
    people(tmp_path)
    said = ["Y - 12/06/2024", "N", "Yes (theft)", "no, none known"]
    write(tmp_path, "Reoffending", "Engaged?,Reoffended (Y/N + date)", ["Yes", "Yes", "No", "No"], said)

    found = taken(tmp_path).tables["reoffending"]

    assert found.groupby("group")["reoffended"].agg(["sum", "size"]).values.tolist() == [[10, 20], [10, 20]]


def test_where_only_those_without_an_offence_can_be_read_it_stops(tmp_path):
    people(tmp_path)
    write(tmp_path, "Reoffending", "Group,Reoffended", ["Engaged", "Not engaged"], ["No", "No", "Theft"])

    assert "column “reoffended”" in told(tmp_path)


def test_a_code_for_no_age_is_no_age(tmp_path):
    people(tmp_path, Age=["34", "99", "51", "28"])

    found = taken(tmp_path)

    assert found.tables["participants"]["age_at_referral"].max() == 51
    assert "code for not known" in logged(found, "age_at_referral")


def test_one_person_of_99_and_those_near_it_keep_their_age(tmp_path):
    people(tmp_path, Age=["34", "99", "93", "28"])

    assert taken(tmp_path).tables["participants"]["age_at_referral"].max() == 99


@pytest.mark.parametrize("heading", ["Duration", "Duration (hours)", "Hrs attended"])
def test_hours_are_not_taken_for_minutes(tmp_path, heading):
    people(tmp_path)
    write(tmp_path, "Sessions", f"Date attended,{heading}", ["20/03/2024"], ["1", "2", "3"])

    sessions = taken(tmp_path).tables["sessions"]

    assert len(sessions) == PEOPLE
    assert "minutes" not in sessions or sessions["minutes"].isna().all()


@pytest.mark.parametrize(
    "heading, column",
    [
        ("Expected end date", "exit_date"),
        ("Re-registration date", "registered_date"),
        ("Mentor gender", "gender"),
        ("Age (at exit)", "age_at_referral"),
        ("Next assessment date", "completed_date"),
        ("Housing need met", "housing"),
        ("Mentor ID", "participant_id"),
        ("Date of index offence", "reoffence_date"),
    ],
)
def test_a_heading_that_means_something_else_is_left_to_the_person(heading, column):
    assert like(column, heading) < WORDS
