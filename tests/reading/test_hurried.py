"""Exports of no known tool, in the hands of somebody in a hurry: what is drafted is taken, unread."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
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


def test_one_day_month_first_among_many_turns_no_other_around(tmp_path):
    days = [f"{day:02d}/03/2024" for day in range(1, 21)]
    people(tmp_path, **{"Date joined": [*days, "04/25/2024", *days]})

    text = draft.draft(tmp_path)
    found = taken(tmp_path)

    assert "month_first" not in text
    assert set(found.tables["participants"]["registered_date"].dropna().dt.month) == {3}
    assert "month first" in logged(found, "registered_date")


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


@pytest.mark.parametrize("unknown", ["9", "99", "-1", "Not asked", "No - not asked", "n-a", "n/a"])
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


def test_ages_in_bands_leave_the_age_to_the_day_of_birth(tmp_path):
    people(tmp_path, Age=["18-24", "25-34"], **{"D.O.B.": ["01/02/00", "13/02/90"]})

    assert set(taken(tmp_path).tables["participants"]["age_at_referral"]) == {24, 34}


@pytest.mark.parametrize(
    "came, away",
    [
        (["Attended", "DNA", "Cancelled", "Late"], '["Cancelled", "DNA"]'),
        (["Present", "Absent", "Present", "Did not attend"], '["Absent", "Did not attend"]'),
        (["Yes", "No", "Y", "no show"], '["No", "no show"]'),
    ],
)
def test_sessions_that_nobody_came_to_are_left_out_and_the_guess_is_marked(tmp_path, came, away):
    people(tmp_path)
    write(tmp_path, "Sessions", "Date attended,Attendance,Mins", ["20/03/2024"], came, ["45"])

    assert len(taken(tmp_path).tables["sessions"]) == PEOPLE / 2
    assert any(f'"Attendance" = {away}' in line for line in draft.guesses(draft.draft(tmp_path)))


def test_letters_in_a_register_are_not_read_and_that_is_marked(tmp_path):
    people(tmp_path)
    write(tmp_path, "Sessions", "Date attended,Attendance", ["20/03/2024"], ["P", "A"])

    assert any("none of its words" in line for line in draft.guesses(draft.draft(tmp_path)))


@pytest.mark.parametrize("heading", ["Duration", "Duration (hours)", "Hrs attended"])
def test_hours_are_not_taken_for_minutes(tmp_path, heading):
    people(tmp_path)
    write(tmp_path, "Sessions", f"Date attended,{heading}", ["20/03/2024"], ["1", "2", "3"])

    sessions = taken(tmp_path).tables["sessions"]

    assert len(sessions) == PEOPLE
    assert "minutes" not in sessions or sessions["minutes"].isna().all()


def test_an_outcome_in_progress_is_not_reached_though_it_has_a_day_but_one_that_goes_on_is(tmp_path):
    day, came = ["01/06/2024"], ["Achieved", "Not achieved", "In progress", "Ongoing"]
    heads = "Gender,Age,Pre score,Post score,Employment,Employment date,Housed date"
    about = ["M"], ["34"], ["40", "41"], ["50", "44"]
    write(tmp_path, "Tracker", heads, *about, came, day, [*day, "n/a", "TBC", ""])

    found = taken(tmp_path).tables["outcomes"]

    assert found["outcome"].value_counts().to_dict() == {"employment": PEOPLE / 2, "housing": PEOPLE / 4}


def test_of_a_list_of_outcomes_those_in_progress_are_left_out(tmp_path):
    people(tmp_path)
    status = ["Achieved", "In progress"]
    write(tmp_path, "Outcomes", "Outcome,Date achieved,Status", ["Housing"], ["01/06/2024"], status)

    assert len(taken(tmp_path).tables["outcomes"]) == PEOPLE / 2


def test_a_list_of_scores_is_one_of_scores_and_not_of_active_days(tmp_path):
    people(tmp_path)
    write(tmp_path, "Wellbeing", "Survey date,Stage,WEMWBS total", ["01/06/2024"], ["Pre"], ["40", "62"])

    assert taken(tmp_path).tables["wemwbs"]["total"].sum() == 51 * PEOPLE


@pytest.mark.parametrize("scores", [["3", "12", "20"], ["2.5", "3.1"]])
def test_scores_of_another_scale_are_not_taken(tmp_path, scores):
    people(tmp_path)
    write(tmp_path, "Anxiety", "Survey date,Stage,Score", ["01/06/2024"], ["Pre"], scores)

    assert "wemwbs" not in taken(tmp_path).tables


def test_the_short_form_is_told_and_not_read(tmp_path):
    people(tmp_path)
    items = [f"SWEMWBS Q{n}" for n in range(1, 8)]
    write(
        tmp_path, "SWEMWBS", ",".join(["Survey date", "Stage", *items]), ["01/06/2024"], ["Pre"], *[["3"]] * 7
    )

    assert "# SWEMWBS: like wemwbs, but for item_01 to item_14, or total; it will not be read" in draft.draft(
        tmp_path
    )
    assert "wemwbs" not in taken(tmp_path).tables


def test_a_hidden_sheet_is_marked(tmp_path):
    book = openpyxl.Workbook()
    for name in ("Clients", "Archive 2022"):
        sheet = book.create_sheet(name)
        sheet.append(["Client ID", "Gender", "Age", "Date of referral"])
        for n in range(PEOPLE):
            sheet.append([f"{name[0]}{n + 101}", "M", 34, "13/03/2024"])
    book.remove(book.worksheets[0])
    book["Archive 2022"].sheet_state = "hidden"
    book.save(tmp_path / "Caseload.xlsx")

    assert any("hidden" in line for line in draft.guesses(draft.draft(tmp_path)))


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
        ("Control group", "group"),
        ("Not engaged", "group"),
        ("Non-engaged?", "group"),
        ("Did not reoffend", "reoffended"),
        ("Date of index offence", "reoffence_date"),
    ],
)
def test_a_heading_that_means_something_else_is_left_to_the_person(heading, column):
    assert like(column, heading) < WORDS


def test_a_file_named_as_a_table_says_what_it_lacks_and_is_drafted_so_far(tmp_path):
    people(tmp_path)
    write(tmp_path, "Reoffending", "Cohort,Reoffended", ["Treatment", "Comparison"], ["Yes", "No"])

    assert "# Reoffending: like reoffending, but for group; say which heading has it" in draft.draft(tmp_path)
    stopped = told(tmp_path)

    assert "has no column group." in stopped
    assert "[tables.reoffending.columns] group = …" in stopped
    assert "give the file or sheet another name" in stopped


@pytest.mark.parametrize(
    "heading, column",
    [
        ("What is your gender? (or prefer not to say)", "gender"),
        ("Gender identity", "gender"),
        ("Re-offended?", "reoffended"),
        ("Date of re-offence", "reoffence_date"),
    ],
)
def test_a_heading_that_only_says_more_is_taken(heading, column):
    assert like(column, heading) >= WORDS
