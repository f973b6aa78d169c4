"""Exports that are hard to read, in tests/cases: what is right of each stands in its test. All invented."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ut_research.cleaning import tables as cleaning
from ut_research.core.problems import ProblemsFound
from ut_research.reading import draft_mapping, export

CASES = Path(__file__).resolve().parents[1] / "cases"
KEY = b"a key for tests only"


def read(case: str, recipe: str = "", folder: Path | None = None) -> cleaning.Cleaned:
    """Read and clean a case, by a recipe where one is given."""
    file = None
    if folder is not None:
        file = folder / "recipe.toml"
        file.write_text(recipe)
    return cleaning.clean(export.read(CASES / case, file), key=KEY)


def told(case: str) -> str:
    with pytest.raises(ProblemsFound) as stopped:
        read(case)
    return str(stopped.value)


def log(found: cleaning.Cleaned) -> list[tuple[str, str, list[int]]]:
    """Column, rule and rows of what was logged, without the columns that are not there."""
    issues = found.issues[found.issues["rule"] != "column not there"]
    groups = issues.groupby(["column", "rule"], sort=False)
    return [(column, rule, group["row"].dropna().tolist()) for (column, rule), group in groups]


def days(found: cleaning.Cleaned) -> list[str]:
    return found.tables["participants"]["referral_date"].dt.strftime("%Y-%m-%d").fillna("").tolist()


# --- structure that is not people


@pytest.mark.parametrize("case, logged", [
    ("total-row", [("", "total row", [32])]),
    ("footer", [("", "blank rows", [32]), ("", "footer or note", [33, 34, 35])]),
    ("headings-again", [("", "headings again", [17])]),
    ("two-heading-rows", [("", "row of headings", [2])]),
])  # fmt: skip
def test_rows_that_are_nobody_are_named_in_the_log_and_not_counted(case, logged):
    found = read(case)

    assert found.counts["participants"] | {"blank": 0} == {"in": 30, "kept": 30, "rejected": 0, "blank": 0}
    assert log(found) == logged


def test_three_rows_of_headings_are_told_with_their_rows_and_the_line_that_settles_them(tmp_path):
    message = told("three-heading-rows")
    assert "rows 1, 2, 3" in message and "[tables.participants.columns] participant_id" in message

    recipe = """
        [tables.participants.columns]
        participant_id = "What is the reference?"
        partner = "Which partner?"
    """
    found = read("three-heading-rows", recipe, tmp_path)

    assert len(found.tables["participants"]) == 30
    assert ("", "rows of headings", [1, 2, 3]) in log(found)


@pytest.mark.parametrize("cell", ["End", "Sum-of-all", "30"])
def test_a_last_row_of_one_word_or_number_is_not_guessed_about(cell, tmp_path):
    lines = (CASES / "total-row" / "participants.csv").read_text().splitlines()
    (tmp_path / "participants.csv").write_text("\n".join([*lines[:-1], f"{cell},,,"]) + "\n")

    with pytest.raises(ProblemsFound, match=r"participants.csv, row 32: .*skip_rows = \[32\]") as stopped:
        export.read(tmp_path)
    assert cell not in str(stopped.value)

    for key, people in (("skip_rows", 30), ("keep_rows", 31)):
        (tmp_path / "columns.toml").write_text(f"[sheets.participants]\n{key} = [32]\n")
        assert len(export.read(tmp_path).tables["participants"]) == people


def test_a_person_of_whom_nothing_else_is_known_is_a_person(tmp_path):
    lines = (CASES / "total-row" / "participants.csv").read_text().splitlines()
    (tmp_path / "participants.csv").write_text("\n".join([*lines[:-1], "P-031,,,"]) + "\n")

    assert len(export.read(tmp_path).tables["participants"]) == 31


def test_a_quotation_mark_that_never_closes_is_told_by_the_row_where_it_opens():
    message = told("open-quote")
    assert "coded_segments.csv, row 3: a quotation mark opens here" in message
    assert "two" not in message.replace("two rows", "")


@pytest.mark.parametrize("rows", [
    'S-1,trust,"one\nS-2,trust,"two\nS-3,trust,three\n',     # closed by the next one that opens
    'S-1,trust,"one\nS-2,trust,two"\nS-3,trust,three\n',     # closed by one that closes nothing
    'S-1,trust,one\nS-2,trust,two\nS-3,trust,"three\n',      # in the last row
])  # fmt: skip
def test_a_quotation_mark_that_something_else_closes_is_told(rows, tmp_path):
    (tmp_path / "coded_segments.csv").write_text("segment_id,theme,summary\n" + rows)

    with pytest.raises(ProblemsFound, match="a quotation mark opens here"):
        export.read(tmp_path)


def test_a_row_broken_by_a_line_break_is_told_and_joined_when_the_recipe_says_so(tmp_path):
    message = told("broken-line")
    assert "participants.csv, rows 2 to 3" in message and "join_lines = true" in message
    assert "Northtown" not in message

    found = read("broken-line", "[sheets.participants]\njoin_lines = true\n", tmp_path)

    people = export.read(CASES / "broken-line", tmp_path / "recipe.toml").tables["participants"]
    assert people["partner"].tolist() == ["Northtown\nTrust", "Southtown Trust"]
    assert len(found.tables["participants"]) == 2


# --- identifiers


def test_case_tells_people_apart_unless_the_recipe_says_otherwise(tmp_path):
    found = read("ids-by-case")
    assert len(found.tables["participants"]) == 3
    assert log(found) == [("participant_id", "differs in case only", [2, 3, 4])]

    assert len(read("ids-by-case", "ids_ignore_case = true", tmp_path).tables["participants"]) == 1


def test_identifiers_that_a_spreadsheet_rounded_are_refused():
    message = told("ids-scientific")
    assert "rows 2, 3, 4: a spreadsheet has rounded identifiers" in message and "1.23" not in message


def test_identifiers_that_a_spreadsheet_made_numbers_are_joined_with_those_it_did_not():
    found = read("ids-as-numbers")

    assert set(found.tables["outcomes"]["participant_id"]) == set(
        found.tables["participants"]["participant_id"]
    )
    assert log(found) == [("participant_id", "identifier as a number", [2, 3])]


def test_identifiers_that_are_both_in_one_table_are_not_joined_but_said(tmp_path):
    (tmp_path / "participants.csv").write_text(
        "participant_id,referral_date\n0012,01/02/2024\n12,02/02/2024\n"
    )
    (tmp_path / "outcomes.csv").write_text("participant_id,outcome\n12.0,housing\n")

    found = cleaning.clean(export.read(tmp_path), key=KEY)

    assert len(found.tables["participants"]) == 2 and len(found.tables["outcomes"]) == 0
    assert ("participant_id", "differs as a number only", [2, 3, 2]) in log(found)


# --- dates


@pytest.mark.parametrize("case, since, right", [
    ("day-numbers-stata", "1960-01-01", ["2024-01-01", "2024-01-05"]),
    ("day-numbers-1970", "1970-01-01", ["2024-01-01", "2024-01-08"]),
])  # fmt: skip
def test_days_since_nobody_knows_when_are_refused_and_read_when_the_recipe_says(case, since, right, tmp_path):
    message = told(case)
    assert f"({since}): 2024 to 2024" in message and '[sheets."participants"] days_since' in message

    assert days(read(case, f'[sheets.participants]\ndays_since = "{since}"\n', tmp_path)) == right


def test_a_workbook_that_counts_from_1904_is_read_by_that():
    assert days(read("days-from-1904")) == ["2024-02-01", "2024-02-05"]


def test_days_with_times_and_in_words_are_days_and_a_time_that_is_none_is_not():
    found = read("dates-with-times")

    assert days(found) == ["2024-02-01", "2024-02-02", "2024-03-01", "2024-03-01", "", "2024-03-05"]
    assert log(found) == [("referral_date", "not a date", [6])]


# --- text


def test_an_escaped_carriage_return_makes_no_other_partner():
    partners = read("carriage-return").tables["participants"]["partner"]

    assert partners.value_counts().to_dict() == {"Northtown Trust": 12}


def test_line_breaks_tabs_and_spaces_of_an_ods_are_characters(tmp_path):
    from bad_exports.cases import ods, ods_row

    odd = 'North<text:line-break/>town<text:tab/>Trust<text:s text:c="2"/>two'
    rows = ods_row("participant_id", "partner") + ods_row("P-1", odd) + ods_row("P-2", "North town Trust two")
    ods(tmp_path, f'<table:table table:name="participants">{rows}</table:table>')

    found = export.read(tmp_path).tables["participants"]["partner"].tolist()

    assert found == ["North\ntown\tTrust  two", "North town Trust two"]
    frame: pd.DataFrame = cleaning.clean(export.read(tmp_path), key=KEY).tables["participants"]
    assert frame["partner"].nunique() == 1


# --- as charities' tools write them: one cohort in four layouts, by the recipes in tests/reading/recipes

COHORT = json.loads((CASES / "cohort-expected.json").read_text())


@pytest.fixture(params=["by hand", "drafted"])
def by_recipe(request, tmp_path) -> Callable[[str], cleaning.Cleaned]:
    """Read a case by the recipe that a person wrote, and by the one that is drafted with no line typed."""

    def made(case: str) -> cleaning.Cleaned:
        recipe = Path(__file__).parent / "recipes" / f"{case}.toml"
        if request.param == "drafted":
            recipe = tmp_path / "recipe.toml"
            recipe.write_text(draft_mapping.draft(CASES / case, accept=True), encoding="utf-8")
        return cleaning.clean(export.read(CASES / case, recipe), key=KEY)

    return made


def scores(found: cleaning.Cleaned) -> dict[str, float]:
    """Of the questionnaires: how many people, how many twice, and how their scores changed."""
    answers = found.tables["wemwbs"]
    total = answers.filter(like="item_").astype("Int64").sum(axis=1, skipna=False)
    points = total.groupby([answers["participant_id"], answers["timepoint"]]).sum().unstack()
    pairs = points.dropna()
    change = pairs["T2"] - pairs["T1"]
    return {
        "people": len(points), "two_or_more": len(pairs), "fell": int((change < 0).sum()),
        "same": int((change == 0).sum()), "rose": int((change > 0).sum()),
        "mean_first_all": round(float(points["T1"].mean()), 6),
        "mean_first_of_pairs": round(float(pairs["T1"].mean()), 6),
        "mean_last_of_pairs": round(float(pairs["T2"].mean()), 6),
    }  # fmt: skip


@pytest.mark.parametrize("case", ["forms", "wide"])
def test_the_first_and_last_wave_of_each_person_are_told_by_date_or_by_name(case, by_recipe):
    found = by_recipe(case)

    right = scores(found)
    assert right == {name: COHORT[name] for name in right}
    between = found.issues.query("table == 'wemwbs' and rule == 'wave between first and last'")
    assert len(between) == COHORT["three"] == between["row"].notna().sum()
    first = found.tables["activity"].query("timepoint == 'T1'")["active_days"]
    assert round(float(first.mean()), 6) == COHORT["active_first_mean"]
    assert {count["rejected"] for count in found.counts.values()} == {0}


def test_several_ticks_in_one_cell_become_yes_and_no(by_recipe, tmp_path):
    needs = by_recipe("forms").tables["needs"]
    assert len(needs) == COHORT["people"] and needs["housing"].sum() == COHORT["need_housing"]

    # an option may hold the words of another, and ticks that no column takes are told
    (tmp_path / "needs.csv").write_text(
        "participant_id,help\na,Housing costs;Work;\nb,Housing;\nc,\nd,Other;\n"
    )
    recipe = (
        "[tables.needs.ticks]\nheading = 'help'\noptions = { housing = 'Housing', employability = 'Work' }\n"
    )
    (tmp_path / "columns.toml").write_text(recipe)
    raw = export.read(tmp_path)
    frame = raw.tables["needs"].astype(object)
    assert frame["housing"].where(frame["housing"].notna(), None).tolist() == ["no", "yes", None, "no"]
    assert raw.issues.query("rule == 'tick not known'")["row"].tolist() == [2, 5]


def test_outcomes_as_yes_or_no_with_a_date_each_become_rows(by_recipe):
    outcomes = by_recipe("wide").tables["outcomes"]

    counts = outcomes["outcome"].value_counts().to_dict()
    assert counts == {"housing": COHORT["wide_housing"], "employment": COHORT["wide_job"]}
    assert outcomes["start_date"].notna().all()


def test_files_of_one_kind_are_one_table_and_their_names_the_partners(by_recipe, tmp_path):
    people = by_recipe("one-file-a-partner").tables["participants"]
    sizes = {
        f.stem: len(f.read_text().splitlines()) - 1 for f in (CASES / "one-file-a-partner").glob("*.csv")
    }
    assert people["partner"].value_counts().to_dict() == sizes and len(people) == COHORT["people"]

    # a row is named with its file
    for name in ("A Trust", "B Trust"):
        (tmp_path / f"{name}.csv").write_text(f"Ref,Date\n{name[0]}1,01/02/2020\n{name[0]}2,45/45/2020\n")
    columns = "participant_id = 'Ref'\nreferral_date = 'Date'\n"
    (tmp_path / "columns.toml").write_text(
        f"[tables.participants]\nfile = '* Trust'\n[tables.participants.columns]\n{columns}"
    )
    found = cleaning.clean(export.read(tmp_path), key=KEY)
    odd = found.issues.query("rule == 'impossible date'")
    assert odd[["row", "done"]].values.tolist() == [
        [3, "left blank (A Trust.csv)"],
        [3, "left blank (B Trust.csv)"],
    ]


def test_a_form_that_was_never_opened_says_nothing_and_a_contact_is_nobody(by_recipe):
    right = json.loads((CASES / "redcap-expected.json").read_text())

    tables = by_recipe("redcap").tables

    assert len(tables["participants"]) == right["people"]
    assert len(tables["needs"]) == right["needs_form_completed"]
    assert tables["needs"]["mental_health"].sum() == right["need_1_of_completed"]
    assert tables["wemwbs"]["timepoint"].value_counts().to_dict() == {"T1": 40, "T2": right["second_wave"]}


def test_three_rows_of_headings_are_drafted_with_no_line_typed(tmp_path):
    recipe = draft_mapping.draft(CASES / "three-heading-rows", accept=True)

    found = read("three-heading-rows", recipe, tmp_path)

    assert len(found.tables["participants"]) == 30 and "" not in days(found)


def test_a_draft_says_what_it_guessed_and_what_it_left_out_and_shows_nobody(tmp_path):
    text = draft_mapping.draft(CASES / "forms")

    assert {"Email", "Name"} <= set(tomllib.loads(text)["left_out"])
    assert "# left out: Debt, benefits or money" in text
    assert [line for line in draft_mapping.unsure(text) if line.startswith("housing")] != []
    assert [word for word in ("Staff Member", "Northtown", "1072") if word in text] == []
    with pytest.raises(ProblemsFound, match="a draft that nobody has confirmed"):
        read("forms", text, tmp_path)


def test_workbooks_whose_sheets_have_one_name_are_told_apart_by_their_files(tmp_path):
    for name in ("First form", "Second form"):
        shutil.copyfile(next((CASES / "forms").glob("*.xlsx")), tmp_path / f"{name}.xlsx")
    recipe = (
        "left_out = ['Email', 'Name']\n[tables.participants]\nfile = 'Second form/Sheet1'\nkeep = 'first'\n"
    )
    (tmp_path / "columns.toml").write_text(recipe + "columns.participant_id = 'Project Card No:'\n")

    assert len(export.read(tmp_path).tables["participants"]) == COHORT["people"]
