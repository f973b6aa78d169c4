"""An organisation's own headings and codes: read, applied, worked out, and drafted."""

import bz2
import tomllib
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from bad_exports.cases import good, write

from ut_research.cleaning import tables as cleaning
from ut_research.core.problems import ProblemsFound
from ut_research.reading import draft, export, files, likeness, recipe

KEY = b"a key for tests only"
THEIRS = """\
Client ID,Date referred,Sex,Delivery partner,Jigsaw
A-1,01/02/2020,1,Burnley,Y
A-2,15/02/2020,2,Blackpool,N
A-3,16/02/2020,2,Blackpool,N
"""


def _read(folder: Path, toml: str, **files: str) -> dict[str, pd.DataFrame]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "columns.toml").write_text(toml)
    return export.read(folder).tables


def _rows(frame: pd.DataFrame) -> list[list]:
    plain = frame.astype(object)
    return plain.where(plain.notna(), None).values.tolist()


def test_their_file_headings_and_codes_become_ours(tmp_path):
    toml = """
        [tables.participants]
        file = "Caseload 2020"
        [tables.participants.columns]
        participant_id = "Client ID"
        referral_date = "Date referred"
        gender = "sex"
        [tables.participants.codes.gender]
        1 = "male"
        2 = "female"
    """

    found = _read(tmp_path, toml, **{"caseload-2020": THEIRS})["participants"]

    assert list(found.columns) == ["participant_id", "referral_date", "gender"]
    assert _rows(found) == [
        ["A-1", "01/02/2020", "male"],
        ["A-2", "15/02/2020", "female"],
        ["A-3", "16/02/2020", "female"],
    ]


def test_codes_are_found_whatever_their_case_and_spaces(tmp_path):
    toml = """
        [tables.reoffending.codes]
        group = { "Engaged - active" = "engaged", "DNE" = "not engaged" }
    """
    text = "participant_id,group,reoffended\na,ENGAGED -  ACTIVE,no\nb, dne,no\nc,engaged,no\n"

    found = _read(tmp_path, toml, reoffending=text)["reoffending"]

    assert list(found["group"]) == ["engaged", "not engaged", "engaged"]


def test_columns_are_worked_out_from_others(tmp_path):
    toml = """
        [tables.reoffending.columns]
        participant_id = { row_number = true }
        entry_date = { value = "1971-01-01" }
        followed_up_to = { after = "entry_date", weeks = 52 }
        reoffended = "arrest"
        reoffence_date = { after = "entry_date", weeks = "week", where = { arrest = "1" } }
        group = "fin"
    """
    text = "week,arrest,fin\n20,1,engaged\n52,0,not engaged\n,1,engaged\n"

    found = _read(tmp_path, toml, reoffending=text)["reoffending"]

    assert _rows(found) == [
        ["2", "engaged", "1971-01-01", "1971-12-31", "1", "1971-05-21"],  # 20 weeks are 140 days
        ["3", "not engaged", "1971-01-01", "1971-12-31", "0", None],
        ["4", "engaged", "1971-01-01", "1971-12-31", "1", None],
    ]


def test_months_after_or_before_a_day_end_on_the_same_day_or_the_last_of_a_shorter_month(tmp_path):
    toml = """
        [tables.participants.columns]
        participant_id = { row_number = true }
        date_of_birth = { before = "referral_date", months = "age" }
        registered_date = { after = "referral_date", months = "waited" }
    """
    text = "referral_date,age,waited\n2020-01-31,1,1\n2020-03-15,441,0\n2020-03-31,,13\n"

    found = _read(tmp_path, toml, participants=text)["participants"]

    assert _rows(found[["date_of_birth", "registered_date"]]) == [
        ["2019-12-31", "2020-02-29"],
        ["1983-06-15", "2020-03-15"],
        [None, "2021-04-30"],
    ]


def test_a_no_in_a_column_of_ticks_is_none(tmp_path):
    toml = """
        [tables.needs.ticks]
        heading = ["drink", "drugs"]
        options = { alcohol_drugs = ["1"] }
    """
    text = "participant_id,drink,drugs\na,1,1\nb,0,1\nc,0,No\nd,,\ne,0,often\n"
    (tmp_path / "needs.csv").write_text(text)
    (tmp_path / "columns.toml").write_text(toml)

    raw = export.read(tmp_path)

    assert [row[1] for row in _rows(raw.tables["needs"])] == ["yes", "yes", "no", None, "no"]
    assert raw.issues.query("rule == 'tick not known'")["row"].tolist() == [6]


def test_the_file_of_a_package_may_be_compressed(tmp_path):
    (tmp_path / "people.csv.bz2").write_bytes(
        bz2.compress("participant_id,area\na,Burnley\n".encode("utf-16"))
    )

    [sheet] = files.read(tmp_path / "people.csv.bz2")

    assert sheet.frame.to_numpy().tolist() == [["a", "Burnley"]]


def test_one_file_may_hold_several_tables(tmp_path):
    toml = """
        [tables.participants]
        file = "all"
        [tables.outcomes]
        file = "all"
        [tables.outcomes.columns]
        outcome = "reached"
    """

    found = _read(tmp_path, toml, all="participant_id,area,reached\na,Burnley,housing\n")

    assert _rows(found["participants"]) == [["a", "Burnley"]]
    assert _rows(found["outcomes"]) == [["a", "housing"]]


def test_two_blocks_of_one_sheet_may_be_one_table(tmp_path):
    toml = """
        [sheets.first]
        of = "Master"
        last_row = 2
        [sheets.second]
        of = "Master"
        heading_rows = [4]
        [tables.participants]
        file = ["first", "second"]
        columns.participant_id = "Ref"
    """

    found = _read(tmp_path, toml, Master="Ref,area\na,Burnley\n\nRef,area\nb,Preston\n")["participants"]

    assert _rows(found) == [["a", "Burnley"], ["b", "Preston"]] and found.index.tolist() == [2, 5]


def test_a_column_may_be_month_first_when_the_person_says_so(tmp_path):
    write(tmp_path, good())
    (tmp_path / "columns.toml").write_text("[tables.needs]\nmonth_first = ['assessed_date']\n")

    found = cleaning.clean(export.read(tmp_path), key=KEY).tables["needs"]

    assert list(found["assessed_date"].dt.strftime("%Y-%m-%d")) == ["2020-11-01", "2020-11-01"]


def test_the_public_study_is_read_from_its_package():
    raw = export.read(Path(__file__).parents[2] / "studies" / "rossi")

    found = raw.tables["reoffending"]
    assert list(raw.tables) == ["reoffending"] and raw.origin == "export"
    assert (len(found), int((found["reoffended"] == "yes").sum())) == (432, 114)  # as published
    assert list(raw.inputs) == ["rossi.csv"]


@pytest.mark.parametrize("toml, told", [
    ("[tables.needs.columns]\nhousing = { after = 'assessed_date' }",
    "after and before go with exactly one of days, weeks and months"),
    ("[tables.needs.columns]\nhousing = { value = 'yes', row_number = true }",
    "exactly one of value, row_number, after and before"),
    ("[tables.needs.columns]\nhousing = { after = 'home', days = 1 }",
    "after should name a column of this table"),
    ("[tables.wemwbs.points]\nOften = 'x'", "[tables.wemwbs.points] Often: Often should be a whole number"),
    ("[tables.needs.columns]\nhousing = { from = 1, value = 'yes' }", "the key “from” is not known"),
    ("[tables.needs]\ncolumns = 3", "[tables.needs.columns]: this should be a table of keys"),
    ("[tables.needs]\nmonth_first = ['home']", "[tables.needs] month_first: the key “home” is not known"),
    ("[tables.needs]\nmonth_first = 'assessed_date'", "[tables.needs] month_first: this should be a list"),
    ("[tables.needs]\nmonth_first = 3", "[tables.needs] month_first: this should be a list"),
    ("[tables.needs]\nfile = 3", "[tables.needs] file: this should be a name in quotes"),
    ("[tables.needs]\ncodes = {housing = 3}", "codes.housing]: this should be a table of keys"),
    ("[tables.needs]\ncodes = {housing = 'x'}", "codes.housing]: this should be a table of keys"),
    ("[tables.needs.codes]\nhousing = {1 = 'yess'}",
    "[tables.needs.codes.housing] 1: “yess” is no code of housing. Use one of yes, no"),
    ("[tables.needs.columns]\nhousing = 3", "housing: this should be a heading in quotes, or a table"),
    ("tables = 3", "[tables]: this should be a table of keys"),
    ("[sheets.Master]\nheading_rows = [0]", "[sheets.Master] heading_rows: this should be a row's number"),
    ("[sheets.Master]\nheading_row = 3", "[sheets.Master]: the key “heading_row” is not known. Use one of c"),
    ("[sheets.Master]\ndays_since = 'Stata'", "[sheets.Master] days_since: this should be a day, like 1960"),
    ("[tables.needs]\nkeep = 'last'", "[tables.needs] keep: this should be “all” or “first”"),
    ("[tables.needs.ticks]\nheading = 'x'", "[tables.needs.ticks] options: this is missing"),
    ("[tables.outcomes.pairs]\nhome = { yes = 'x' }", "[tables.outcomes.pairs]: the key “home” is not known"),
    ("confirmed = false", "confirmed: the recipe is a draft that nobody has confirmed"),
])  # fmt: skip
def test_a_mistake_in_the_file_is_told_by_its_place(toml, told):
    with pytest.raises(ProblemsFound) as stopped:
        recipe.parse(tomllib.loads(toml))

    assert told in str(stopped.value) and "columns.toml" in str(stopped.value)
    assert len(stopped.value.problems) == 1


def test_a_file_that_is_named_and_not_there_is_told(tmp_path):
    write(tmp_path, good())
    (tmp_path / "columns.toml").write_text("[tables.needs]\nfile = 'Assessments'\n")

    with pytest.raises(
        ProblemsFound, match=r"\[tables.needs\] file: there is no file or sheet “Assessments”"
    ):
        export.read(tmp_path)


def test_columns_worked_out_from_each_other_are_told(tmp_path):
    write(tmp_path, good())
    toml = """
        [tables.reoffending.columns]
        entry_date = { after = "followed_up_to", days = 1 }
        followed_up_to = { after = "entry_date", days = 1 }
    """
    (tmp_path / "columns.toml").write_text(toml)

    with pytest.raises(ProblemsFound, match="in a circle"):
        export.read(tmp_path)


# --- drafting


def test_a_draft_matches_headings_by_likeness_and_says_what_it_is_unsure_of(tmp_path):
    (tmp_path / "participant.csv").write_text(THEIRS.replace("Delivery partner", "Partnering body"))

    text = draft.draft(tmp_path)

    columns = tomllib.loads(text)["tables"]["participants"]
    assert columns["file"] == "participant"
    assert columns["columns"] == {
        "participant_id": "Client ID", "referral_date": "Date referred", "gender": "Sex",
    }  # fmt: skip
    assert (
        '# left out, too unsure: columns.partner = "Partnering body"   # unsure: 65% like'
        in text.splitlines()
    )
    assert "# not matched: Jigsaw" in text


def test_a_draft_of_an_export_in_our_own_words_has_nothing_to_say_and_can_be_used(tmp_path):
    write(tmp_path, good())

    (tmp_path / "columns.toml").write_text(draft.draft(tmp_path))

    assert cleaning.clean(export.read(tmp_path), key=KEY).issues.empty


def test_a_draft_shows_codes_only_where_few_and_none_is_rare(tmp_path):
    often = "".join(f"a{i},Zed,often\n" for i in range(5))
    (tmp_path / "reoffending.csv").write_text("participant_id,group,reoffended\n" + often)

    text = draft.draft(tmp_path)
    assert "[tables.reoffending.codes.group]" in text and '# left out, too unsure: "Zed" = ' in text
    assert "[tables.reoffending.codes.reoffended]" in text and '# left out, too unsure: "often" = ' in text

    (tmp_path / "reoffending.csv").write_text(
        "participant_id,group,reoffended\n" + often + "b,Zedderick,often\n"
    )

    assert "Zed" not in draft.draft(tmp_path)


def test_a_draft_shows_no_identifier_date_name_or_text_and_warns_of_personal_columns(tmp_path):
    tables = good()
    for row in tables["participants"]:
        row |= {"Surname": "Zedderick", "ethnicity": "Zeddish"}
    write(tmp_path, tables)

    text = draft.draft(tmp_path)

    values = {"TEST-1", "Zedderick", "Zeddish", "11/01/2020", "An invented comment."}
    assert [v for v in sorted(values) if v in text] == []
    assert "# not matched: Surname; looks personal: left out" in text
    assert tomllib.loads(text)["left_out"] == ["Surname"]


def test_a_draft_of_a_table_without_headings_shows_none_of_its_first_row(tmp_path):
    (tmp_path / "participants.csv").write_text("A-17,01/02/2020,Zedderick Rovers,Zedley,male,34\n")

    with pytest.raises(
        ProblemsFound, match=r"participants.csv, row 1: this looks like data, not headings"
    ) as stopped:
        draft.draft(tmp_path)

    assert "Zed" not in str(stopped.value)


def test_a_draft_of_nothing_is_told(tmp_path):
    with pytest.raises(ProblemsFound, match="there is no file to draft from"):
        draft.draft(tmp_path)


def _items(folder: Path, headings: list[str], answers: list[str]) -> dict[str, list[str]]:
    """The draft's table of questionnaires, of a file with these columns."""
    head = ",".join(["Client ID", "End date", *(f'"{h}"' for h in headings)])
    rows = [f"A-{n},0{n % 9 + 1}/02/2020," + ",".join(answers) for n in range(12)]
    (folder / "Survey.csv").write_text("\n".join([head, *rows]) + "\n")
    return tomllib.loads(draft.draft(folder, accept=True)).get("tables", {}).get("wemwbs", {})


@pytest.mark.parametrize("heading", ["Q{n}", "Q{n:02d}", "{n}. As invented {n}", "wb_{n}", "How? [{n}]"])
@pytest.mark.parametrize("numbers", likeness.NUMBERED, ids=["in a row", "two left out"])
def test_the_fourteen_items_are_known_by_their_numbers(tmp_path, heading, numbers):
    found = _items(tmp_path, [heading.format(n=n) for n in numbers], ["Often", "3 - Some of the time"] * 7)
    assert found

    (tmp_path / "columns.toml").write_text(draft.draft(tmp_path, accept=True))
    answers = cleaning.clean(export.read(tmp_path), key=KEY).tables["wemwbs"]
    assert answers.filter(like="item_").to_numpy().tolist() == [[4, 3] * 7] * 12


def test_the_items_are_known_by_a_hash_of_their_wording(tmp_path, monkeypatch):
    told = [f"We have invented number {'i' * n} of these" for n in range(1, 15)]
    hashes = {likeness.wording(one): n for n, one in enumerate(told, 1)}
    monkeypatch.setattr(likeness, "WORDING", hashes)

    found = _items(tmp_path, [f"Over the last weeks - {one.upper()}." for one in told[::-1]], ["Often"] * 14)

    assert found["columns"]["item_01"] == f"Over the last weeks - {told[0].upper()}."
    assert len(hashes) == 14 == len(likeness.NUMBERED[0])


def test_columns_with_other_answers_are_no_questionnaire(tmp_path):
    assert _items(tmp_path, [f"Q{n}" for n in range(1, 15)], ["6"] * 14) == {}
    told = draft.guesses(draft.draft(tmp_path, accept=True))
    assert told[0].startswith('# not taken: 14 columns of "Survey" are numbered like items')
    assert _items(tmp_path, [f"Q{n}" for n in range(1, 15)], ["0"] * 14) == {}


def test_codes_that_may_be_names_of_people_are_not_shown(tmp_path):
    rows = "".join(f"a{i},Zedly Zedderick,no\n" for i in range(6))
    (tmp_path / "reoffending.csv").write_text("participant_id,group,reoffended\n" + rows)

    text = draft.draft(tmp_path)

    assert "Zed" not in text and "# the codes of group may be names of people, and are not shown" in text


@pytest.mark.parametrize("waves, told", [("12", "Wave"), ("01", None), ("123", "Wave"), ("12x", None)])
def test_a_column_of_waves_is_taken_where_it_says_first_and_second(tmp_path, waves, told):
    heads = "Client ID,Wave,Date completed," + ",".join(f"Q{n}" for n in range(1, 15))
    rows = [f"A-{n},{w},0{i + 1}/02/2020" + ",3" * 14 for n in range(9) for i, w in enumerate(waves)]
    (tmp_path / "Survey.csv").write_text("\n".join([heads, *rows]) + "\n")

    found = tomllib.loads(draft.draft(tmp_path, accept=True))["tables"]["wemwbs"]["columns"]

    assert found["timepoint"] == (told or {"order_of": "completed_date"})


def test_no_code_is_guessed_to_be_one_that_stands_in_it(tmp_path):
    rows = [f"{n},{'cis female' if n % 2 else 'cis male'},01/02/2020" for n in range(40)]
    (tmp_path / "Clients.csv").write_text("\n".join(["No,Gender,Date of referral", *rows]) + "\n")

    text = draft.draft(tmp_path, accept=True)

    assert 'columns.participant_id = "No"   # unsure' in text
    assert tomllib.loads(text)["tables"]["participants"]["codes"]["gender"] == {}
    assert '# left out, too unsure: "cis female" = "female"' in text


def test_a_heading_is_of_days_only_where_days_stand_below(tmp_path):
    rows = [f"A-{n},Initial,0{n + 1}/02/2020,20/02/2020" for n in range(8)]
    heads = "Client ID,Date of referral (type),Date of referral,Age"
    (tmp_path / "participants.csv").write_text("\n".join([heads, *rows]) + "\n")

    text = draft.draft(tmp_path)

    assert tomllib.loads(text)["tables"]["participants"]["columns"] == {
        "participant_id": "Client ID",
        "referral_date": "Date of referral",
    }
    assert "# not matched: Age" in text


@pytest.mark.parametrize(
    "names, partner",
    [
        (["Apr 23", "May 23", "June 2023"], None),
        (["Referrals Q1 2024", "Referrals Q2 2024"], None),
        (["Referrals 2024-01", "Referrals 2024-02"], None),
        (["Invented Town 2024", "Elsewhere 2024"], {"file_name": True}),
        (["March Trust", "May Trust", "Elsewhere"], {"file_name": True}),
    ],
)
def test_names_of_files_that_differ_by_when_are_no_partners(tmp_path, names, partner):
    for name in names:
        rows = [f"{name[:1]}-{n},0{n + 1}/02/2020,{20 + n}" for n in range(5)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["Client ID,Date referred,Age", *rows]) + "\n")

    text = draft.draft(tmp_path, accept=True)

    assert tomllib.loads(text)["tables"]["participants"]["columns"].get("partner") == partner


def test_sheets_of_one_workbook_are_partners_by_their_own_names(tmp_path):
    made = openpyxl.Workbook()
    for name in ("Invented Town", "Elsewhere"):
        made.create_sheet(name).append(["Client ID", "Date referred", "Age"])
        for n in range(5):
            made[name].append([f"{name[0]}-{n}", f"0{n + 1}/02/2020", 20 + n])
    made.remove(made["Sheet"])
    made.save(tmp_path / "All.xlsx")

    (tmp_path / "columns.toml").write_text(draft.draft(tmp_path, accept=True))

    found = cleaning.clean(export.read(tmp_path), key=KEY).tables["participants"]
    assert found["partner"].value_counts().to_dict() == {"Invented Town": 5, "Elsewhere": 5}


@pytest.mark.parametrize("one_book", [False, True])
def test_files_or_sheets_before_and_after_are_two_questionnaires(tmp_path, one_book):
    heads = ["Client ID", *(f"WEMWBS {n}" for n in range(1, 15))]
    sheets = {"Post survey": 4, "Pre survey": 2}
    rows = {name: [[f"A-{n}", *[points] * 14] for n in range(9)] for name, points in sheets.items()}
    made = openpyxl.Workbook()
    for name, own in rows.items():
        if one_book:
            for row in (heads, *own):
                (made[name] if name in made.sheetnames else made.create_sheet(name)).append(row)
        else:
            text = "\n".join(",".join(map(str, row)) for row in (heads, *own))
            (tmp_path / f"{name}.csv").write_text(text + "\n")
    if one_book:
        made.remove(made["Sheet"])
        made.save(tmp_path / "Surveys.xlsx")

    (tmp_path / "columns.toml").write_text(draft.draft(tmp_path, accept=True))

    answers = cleaning.clean(export.read(tmp_path), key=KEY).tables["wemwbs"]
    assert answers.groupby("timepoint")["item_01"].sum().to_dict() == {"T1": 18, "T2": 36}


def test_a_score_a_row_is_told_before_from_after_by_its_own_column(tmp_path):
    rows = [f"A-{n},{when},{30 + points}" for n in range(9) for when, points in (("Post", 9), ("Pre", 0))]
    (tmp_path / "Wellbeing.csv").write_text("\n".join(["Client ID,Pre/Post,WEMWBS score", *rows]) + "\n")

    (tmp_path / "columns.toml").write_text(draft.draft(tmp_path, accept=True))

    answers = cleaning.clean(export.read(tmp_path), key=KEY).tables["wemwbs"]
    assert answers.groupby("timepoint")["total"].sum().to_dict() == {"T1": 270, "T2": 351}


def test_a_score_a_row_is_told_before_from_after_by_its_day(tmp_path):
    said = (("01/06/2023", 9), ("01/02/2023", 0))
    rows = [f"A-{n},{day},{30 + points}" for n in range(9) for day, points in said]
    (tmp_path / "Scores.csv").write_text("\n".join(["Client ID,Date,WEMWBS score", *rows]) + "\n")

    (tmp_path / "columns.toml").write_text(draft.draft(tmp_path, accept=True))

    answers = cleaning.clean(export.read(tmp_path), key=KEY).tables["wemwbs"]
    assert answers.groupby("timepoint")["total"].sum().to_dict() == {"T1": 270, "T2": 351}


def test_where_no_day_is_known_the_order_of_rows_is_a_guess_and_is_said(tmp_path):
    heads = ",".join(["Client ID", *(f"WEMWBS {n}" for n in range(1, 15))])
    rows = [f"A-{n}{f',{points}' * 14}" for points in (2, 4) for n in range(9)]
    (tmp_path / "Surveys.csv").write_text("\n".join([heads, *rows]) + "\n")

    text = draft.draft(tmp_path, accept=True)
    (tmp_path / "columns.toml").write_text(text)

    assert any("guessed: the order of the rows" in line for line in draft.guesses(text))
    issues = cleaning.clean(export.read(tmp_path), key=KEY).issues
    assert set(issues.loc[issues["rule"] == "no day to order by", "row"]) == set(range(2, 20))


@pytest.mark.parametrize(
    "first, second", [("Pre", "Post"), ("before", "after"), ("Baseline", "Follow-up"), ("T1", "T2")]
)
def test_scores_side_by_side_are_two_questionnaires(tmp_path, first, second):
    heads = f"Client ID,WEMWBS {second},WEMWBS {first},SWEMWBS {first},SWEMWBS {second}"
    rows = [f"A-{n},{40 + n},{30 + n},{n},{n}" for n in range(9)]
    (tmp_path / "Master.csv").write_text("\n".join([heads, *rows]) + "\n")

    (tmp_path / "columns.toml").write_text(draft.draft(tmp_path, accept=True))

    answers = cleaning.clean(export.read(tmp_path), key=KEY).tables["wemwbs"]
    assert answers.groupby("timepoint")["total"].sum().to_dict() == {"T1": 306, "T2": 396}


def test_a_slip_or_a_total_row_hides_no_questionnaire(tmp_path):
    assert _items(tmp_path, [f"Q{n}" for n in range(1, 15)], ["3"] * 14)
    with (tmp_path / "Survey.csv").open("a") as opened:
        opened.write("A-90,05/02/2020,ofen" + ",3" * 13 + "\nTotal," + ",200" * 14 + "\n")

    assert "wemwbs" in tomllib.loads(draft.draft(tmp_path, accept=True))["tables"]


def test_a_table_that_lacks_what_it_needs_is_not_drafted_where_it_is_accepted(tmp_path):
    (tmp_path / "Coded segment.csv").write_text("Theme,Summary\nmentors,text\n")

    text = draft.draft(tmp_path, accept=True)

    assert "# Coded segment: like coded_segments, but for segment_id; it will not be read" in text
    assert "tables" not in tomllib.loads(text)


def test_what_is_accepted_is_what_was_drafted(tmp_path):
    (tmp_path / "participants.csv").write_text(THEIRS.replace("Delivery partner", "Partnering body"))

    assert draft.draft(tmp_path, accept=True) == draft.draft(tmp_path).replace("= false", "= true")
