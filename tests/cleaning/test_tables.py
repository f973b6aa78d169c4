"""Cleaning: small messy tables in, canonical tables expected beside them; and laws for any table."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from bad_exports.cases import good
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import samples
from united_together import PARAMETERS

from tools import draw
from ut_research.cleaning import tables as cleaning
from ut_research.core import schema
from ut_research.reading import dates

KEY = b"a key for tests only"
SAID = {**PARAMETERS, "delivery_start": "2019-10-01", "delivery_end": "2021-03-31"}


def table(text: str) -> pd.DataFrame:
    """A table written as in a document: columns apart by |, blank cells blank."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return pd.DataFrame(lines[1:], columns=lines[0])


def clean(**frames: pd.DataFrame | str) -> cleaning.Cleaned:
    raw = draw.raw({n: table(f) if isinstance(f, str) else f for n, f in frames.items()})
    return cleaning.clean(raw, SAID, KEY)


def shown(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The columns as a person would write them, to compare with `table`."""
    return pd.DataFrame({c: draw.text_of(frame[c]).fillna("") for c in columns})


def same(found: pd.DataFrame, expected: str) -> None:
    wanted = table(expected)
    pd.testing.assert_frame_equal(shown(found, *wanted.columns), wanted, check_dtype=False)


def test_dates_in_every_way_of_writing_them_become_the_same_day():
    found = clean(
        outcomes="""
        participant_id | outcome | start_date
        a              | housing | 2020-03-04
        b              | housing | 04/03/2020
        c              | housing | 4.3.2020
        d              | housing | 4-3-20
        e              | housing | 4 March 2020
        f              | housing | Wed 4th Mar 2020
        g              | housing | 04-Mar-20
        h              | housing | 43894
        i              | housing | 2020-03-04T00:00:00
        j              | housing | 04/03/2020 09:30
        k              | housing | 20200304
        l              | housing | 4 Sept 2020
        m              | housing | 25/12/2020
    """
    ).tables["outcomes"]["start_date"]

    assert list(found.dt.strftime("%d %b").iloc[:11].unique()) == ["04 Mar"]
    assert [d.isoformat() for d in found.dt.date.iloc[11:]] == ["2020-09-04", "2020-12-25"]


def test_sessions_are_kept_once_and_those_at_odds_with_support_are_told() -> None:
    people = "\n".join(f"p{n} | 2020-02-01 | 2020-02-02 | 2020-06-30" for n in range(1, 6))
    came = "\n".join(f"p{n} | 2020-03-0{n} | group | 60" for n in range(1, 6))
    found = clean(
        participants="participant_id | referral_date | registered_date | exit_date\n" + people,
        sessions=f"""
        participant_id | session_date | kind | minutes
        {came}
        p1 | 01/03/2020 | Group | 60
        p1 | 2020-01-05 | GROUP | 45
        p2 | 2020-07-01 | group | 1000
        p3 | 2020-05-05 | boxing with her uncle | 30
        p3 | 2020-05-05 | darts with her uncle | 30
        p9 | 2020-05-05 | group | 30
           | 2020-05-05 | group | 30
    """,
    )

    log = found.issues.query("table == 'sessions'")
    told = {
        (rule, action): sorted(map(int, rows.row.dropna()))
        for (rule, action), rows in log.groupby(["rule", "action"])
    }
    assert found.counts["sessions"] == {"in": 12, "kept": 8, "rejected": 4, "blank": 0}
    assert told["duplicated row", "rejected"] == [7, 11]  # both are “other”
    assert told["session before referral", "reported"] == [8]
    assert told["session after support ended", "reported"] == [9]
    assert told["out of range", "reported"] == [9]
    assert told["rare text", "repaired"] == [10, 11]
    assert told["person not in participants", "rejected"] == [12]
    assert told["no identifier", "rejected"] == [13]
    assert set(found.tables["sessions"]["kind"]) == {"group", "other"}


@pytest.mark.parametrize(("threshold", "kept"), [(5, {"Leeds", "Hull"}), (8, {"Leeds", "other"})])
def test_a_word_in_no_list_is_kept_where_as_many_people_have_it_as_may_be_shown(
    threshold: int, kept: set[str]
) -> None:
    """The name alone would say that as many have it: under a threshold of 8, one of 7 people is none."""
    names = ["Leeds"] * 9 + ["Hull"] * 7
    rows = {"participant_id": [f"p{n}" for n in range(16)], "referral_date": "2020-02-01", "area": names}
    raw = draw.raw({"participants": pd.DataFrame(rows)})
    found = cleaning.clean(raw, {**SAID, "threshold": threshold}, KEY)
    assert set(found.tables["participants"]["area"]) == kept


def test_a_spreadsheets_day_number_counts_from_1900_with_its_leap_year_that_never_was():
    # Excel shows 1 March 1961 for 22341 and 1 January 2020 for 43831
    days = dates.read_days(["22341", "43831"], epoch=dates.SPREADSHEET)

    assert [d.day for d in days] == [date(1961, 3, 1), date(2020, 1, 1)]


def test_a_day_number_among_dates_is_read_only_where_one_count_alone_puts_it_near_them():
    # 43894 is 4 March 2020 by a spreadsheet; 21975 is 1 March 2020 by Stata
    days = dates.read_days(["01/03/2020", "05/03/2020", "43894", "21975"])

    assert [d.day for d in days][2:] == [date(2020, 3, 4), None]
    assert [d.rule for d in days][2:] == ["spreadsheet day number", "day number"]


@pytest.mark.parametrize("text, birth, day", [
    ("1/2/49", False, date(2049, 2, 1)), ("1/2/10", True, date(2010, 2, 1)),
    ("1/2/11", True, date(1911, 2, 1)),
    ("1/2/85", True, date(1985, 2, 1)), ("1/2/1905", True, date(1905, 2, 1)), ("1/2/1904", True, None),
    ("31/12/1949", False, None), ("1/1/1950", False, date(1950, 1, 1)),
    ("31/12/2049", False, date(2049, 12, 31)),
    ("1/1/2050", False, None),
])  # fmt: skip
def test_the_century_of_a_year_and_the_years_that_are_taken(text, birth, day):
    assert dates.read_days([text], birth=birth)[0].day == day


def test_where_dates_make_sense_only_month_first_doubtful_ones_are_not_guessed():
    read = [d.day for d in dates.read_days(["03/25/2020", "03/04/2020", "05/05/2020", "2020-03-04"])]

    assert read == [None, None, date(2020, 5, 5), date(2020, 3, 4)]


def test_one_date_that_is_impossible_day_first_leaves_the_others_alone_where_some_are_day_first():
    read = [d.day for d in dates.read_days(["03/25/2020", "03/04/2020", "25/03/2020"])]

    assert read == [None, date(2020, 4, 3), date(2020, 3, 25)]


def test_names_of_partners_and_areas_are_put_right_and_others_kept_where_five_people_have_them():
    same(clean(participants="""
        participant_id | partner                                   | area                  | gender
        a              | Accrington Stanley                        | Acrington             | M
        b              | blackburn rovers community trust          | Blackburn             | Woman
        c              | Blackpool Football Club Community Trust   | BLACKPOOL             | non-binary
        d              | Preston North End Community & Education Trust | preston           | prefer not to say
        e              | PNE                                       | Darwen                |
        f              | Everton in the Community                  | Lancashire            | female
        g              | everton in the community                  | Lancaster             | male
        h              | Everton in the Community                  |                       | male
        i              | Everton in the Community                  | Lancaster             | male
        j              | Everton in the Community                  | Lancaster             | male
        k              | Wigan Athletic                            | Lancaster             | male
    """).tables["participants"], """
        partner                                         | area                  | gender
        Accrington Stanley Community Trust              | Accrington            | male
        Blackburn Rovers Community Trust                | Blackburn with Darwen | female
        Blackpool FC Community Trust                    | Blackpool             | other
        Preston North End Community and Education Trust | Preston               | unknown
        Preston North End Community and Education Trust | other                 | unknown
        Everton in the Community                        | other                 | female
        Everton in the Community                        | Lancaster             | male
        Everton in the Community                        | not recorded          | male
        Everton in the Community                        | Lancaster             | male
        Everton in the Community                        | Lancaster             | male
        other                                           | Lancaster             | male
    """)  # fmt: skip


def test_referrals_of_one_person_become_one_row_where_the_earliest_stood():
    found = clean(
        participants="""
        participant_id|referral_date | area    | age_at_referral | registered_date | exit_date  | exit_reason
        a              | 2020-06-01    | Burnley | 31              | 2020-06-02      | 2020-09-01 | completed
        b              | 2020-01-05    | Preston | 40              | 2020-01-06      |            |
        a              | 2020-01-01    |         | 30              | 2020-01-02      | 2020-02-01 | completed
        c              | 2020-02-01    | Preston | 50              | 2020-02-02      | 2020-03-01 | completed
        c              | 2020-07-01    | Burnley |                 | 2020-07-02      |            |
        d              | 2020-02-01    | Preston |                 | 2020-02-02      | 2020-03-01 | completed
        d              | 2020-07-01    | Burnley | 22              |                 |            |
    """
    )

    same(found.tables["participants"], """
        referral_date | area    | age_at_referral | registered_date | exit_date  | exit_reason
        2020-01-05    | Preston | 40              | 2020-01-06      |            |
        2020-01-01    | Burnley | 30              | 2020-01-02      | 2020-09-01 | other
        2020-02-01    | Preston | 50              | 2020-02-02      |            |
        2020-02-01    | Preston |                 | 2020-02-02      | 2020-03-01 | other
    """)  # fmt: skip
    merged = found.issues.query("rule == 're-referral merged'")
    assert list(merged["row"]) == [2, 6, 8] and set(merged["action"]) == {"rejected"}


def test_date_of_birth_becomes_age_on_the_day_of_referral_and_is_gone():
    found = clean(
        participants="""
        participant_id | referral_date | age_at_referral | date_of_birth
        a              | 2020-03-01    |                 | 01/03/1990
        b              | 2020-02-29    |                 | 01/03/1990
        c              | 2020-03-01    | 33              | 01/03/1990
        d              |               |                 | 01/03/1990
        e              | 2020-03-01    |                 | 01/03/2015
        f              | 2020-03-01    |                 | 01/03/85
    """
    )

    same(found.tables["participants"], """
        referral_date | age_at_referral
        2020-03-01    | 30
        2020-02-29    | 29
        2020-03-01    | 33
                      |
        2020-03-01    |
        2020-03-01    | 35
    """)  # fmt: skip
    assert "date_of_birth" not in found.tables["participants"]
    assert list(found.issues["rule"]) == ["age and date of birth differ", "out of range", "two-digit year"]


def test_reasons_for_leaving_are_kept_from_five_people_on():
    rows = [
        f"p{i} | 2020-01-01 | 2020-01-02 | 2020-02-01 | {r}"
        for i, r in enumerate(["Moved"] * 5 + ["ill"] * 4)
    ]
    lines = ["participant_id | referral_date | registered_date | exit_date | exit_reason", *rows]

    found = clean(participants="\n".join(lines)).tables["participants"]

    assert list(found["exit_reason"]) == ["moved"] * 5 + ["other"] * 4


def test_an_exit_on_an_unusable_day_is_still_an_exit():
    found = clean(
        participants="""
        participant_id | referral_date | registered_date | exit_date  | exit_reason
        a              | 2020-01-01    | 2020-01-02      | 31/02/2020 |
        b              | 2020-01-01    | 2020-01-02      | 2019-12-01 |
        c              | 2020-01-01    | 2020-01-02      |            |
    """
    ).tables["participants"]

    same(found, """
        exit_date | exit_reason
                  | other
                  | other
                  |
    """)  # fmt: skip


def test_people_carry_their_partner_area_gender_and_half_of_delivery():
    found = clean(
        participants="""
        participant_id | referral_date | partner | area    | gender
        a              | 2020-06-30    | Burnley | Burnley | male
        b              | 2020-07-01    |         |         |
        """,
        reoffending="""
        participant_id | group       | reoffended
        b              | not engaged | no
        a              | engaged     | yes
        z              | engaged     | no
        """,
    )

    # 548 days of delivery: the first 274 end on 30 June 2020
    same(found.tables["reoffending"], """
        group       | partner                     | area         | gender       | period
        not engaged | not recorded                | not recorded | unknown      | second half
        engaged     | Burnley FC in the Community | Burnley      | male         | first half
        engaged     | not recorded                | not recorded | not recorded | not recorded
    """)  # fmt: skip


def test_what_is_said_of_unknown_people_is_rejected_only_when_the_people_are_there():
    outcomes = "participant_id | outcome\n z | housing"

    assert len(clean(outcomes=outcomes).tables["outcomes"]) == 1
    assert (
        len(clean(outcomes=outcomes, participants="participant_id | area\n a | Burnley").tables["outcomes"])
        == 0
    )


@pytest.mark.parametrize("people, most, kept", [(10, 35, 0), (10, 36, 10), (9, 35, 9)])
def test_scores_of_the_short_form_are_not_taken_for_those_of_the_long(people, most, kept):
    totals = [str(most - i % 9) for i in range(people)]
    ids = [f"p{i}" for i in range(people)]

    found = clean(wemwbs=pd.DataFrame({"participant_id": ids, "timepoint": "T1", "total": totals}))

    assert found.tables["wemwbs"]["total"].notna().sum() == kept
    assert ("total of the short form" in set(found.issues["rule"])) is (not kept)


def test_codes_and_numbers_may_say_more_than_they_need():
    found = clean(participants="""
        participant_id | gender           | age_at_referral
        a              | Female (she/her) | 34 yrs
        b              | Male (he/him)    | 19 years old
        c              | (unsure)         | 34 weeks
    """).tables["participants"]  # fmt: skip

    assert list(found["gender"].fillna("")) == ["female", "male", "unknown"]
    assert list(found["age_at_referral"].fillna(0)) == [34, 19, 0]


def test_an_outcome_may_be_said_as_something_reached():
    said = ["Gained employment", "Got a job", "Started training", "Moved into housing", "In treatment"]
    rows = "\n".join(f"p{i} | {text}" for i, text in enumerate([*said, "Moved away"]))

    found = clean(outcomes=f"participant_id | outcome\n{rows}")

    reached = ["employment", "employment", "education_training", "housing", "treatment"]
    assert list(found.tables["outcomes"]["outcome"]) == reached
    assert "Moved away" not in found.issues.to_csv()


def test_the_earlier_of_two_questionnaires_is_used():
    found = clean(
        activity="""
        participant_id | timepoint | completed_date | active_days
        a              | T1        | 2020-03-02     | 5
        a              | T1        | 2020-03-01     | 1
        a              | T2        | 2020-06-01     | 3
        b              | T1        |                | 4
        b              | T1        | 2020-03-01     | 2
    """
    ).tables["activity"]

    same(found, """
        timepoint | active_days
        T1        | 1
        T2        | 3
        T1        | 2
    """)  # fmt: skip


def test_a_repair_that_most_of_a_column_needs_is_one_entry():
    rows = {"participant_id": [f"p{i}" for i in range(40)], "housing": ["Y"] * 21 + ["no"] * 19}

    issues = clean(needs=pd.DataFrame(rows)).issues

    assert issues[["column", "rule", "done"]].values.tolist() == [
        ["housing", "spelling", "read as the usual spelling (21 rows, the whole column)"]
    ]
    rows["housing"] = ["Y"] * 20 + ["no"] * 20
    assert len(clean(needs=pd.DataFrame(rows)).issues) == 20


def test_the_data_are_complete_to_the_latest_day_about_people():
    found = clean(
        outcomes="participant_id | outcome | start_date\n a | housing | 2020-03-04\n b | housing |",
        interviews="interview_id | held_date\n i | 2021-09-01",
    )

    assert found.data_to == date(2020, 3, 4)
    assert clean(needs="participant_id | housing\n a | yes").data_to is None


def test_a_date_years_after_all_others_is_not_taken_for_the_end_of_the_data():
    starts = ["2020-03-04"] * 18 + ["2020-12-01", "2031-12-01"]
    rows = {"participant_id": [f"p{i}" for i in range(20)], "outcome": "housing", "start_date": starts}

    found = clean(outcomes=pd.DataFrame(rows))

    assert found.data_to == date(2020, 12, 1)
    assert found.issues[["row", "column", "rule"]].values.tolist() == [
        [21, "start_date", "long after all others"]
    ]
    assert clean(outcomes=pd.DataFrame(rows).iloc[1:]).data_to == date(2031, 12, 1)  # too few dates to tell


# --- laws, for tables of any cells

DATES = [
    "2020-03-04",
    "04/03/2020",
    "31/02/2020",
    "43894",
    "soon",
    "04/25/2020",
    "1900-01-01",
    "12 May 20",
    "n/a",
    "",
]
CELLS = {
    "date": DATES, "yes/no": ["yes", "No", "Y", "0", "maybe", "", "-"], "id": ["a", "A ", "b", "c", "",
    "p" * 33],
    "whole number": ["1", "3", "5", "14", "40", "70", "-1", "3.0", "200", "x", "", "n/a"],
    "name": ["Burnley", "burnley", "Leeds", "leeds", "", "a@example.org", "w " * 90, "<b>", "=1+1", "🙂"],
    "text": ["fine", "ring 07700 900123", "", " a \n b ", "\x07"],
}  # fmt: skip


def _cells(column: schema.Column) -> st.SearchStrategy[str]:
    codes = [*column.allowed, *map(str.upper, column.allowed), "odd", ""]
    return st.sampled_from(codes if column.kind == "code" else CELLS[column.kind])


@st.composite
def _tables(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    names = draw(st.lists(st.sampled_from(list(schema.TABLES)), min_size=1, unique=True))
    frames = {}
    for name in names:
        columns = [c for c in schema.TABLES[name].columns if c.needed or draw(st.booleans())]
        rows = draw(st.integers(0, 12))
        frames[name] = pd.DataFrame(
            {c.name: draw(st.lists(_cells(c), min_size=rows, max_size=rows)) for c in columns}, dtype="str"
        )
    return frames


@given(_tables())
@settings(max_examples=samples(20, 400))
def test_no_row_of_any_tables_is_unaccounted_for_and_cleaning_again_changes_nothing(frames):
    raw = draw.raw(frames)

    once = cleaning.clean(raw, SAID, KEY)
    again = cleaning.clean(draw.raw(once.tables), SAID, KEY)

    schema.check(once.tables)
    for name, frame in frames.items():
        count = once.counts[name]
        assert count["in"] == len(frame) == count["kept"] + count["rejected"]
        assert count["kept"] == len(once.tables[name])
        rejected = once.issues.query("table == @name and action == 'rejected'")
        assert len(rejected) == count["rejected"] == rejected["row"].nunique()
        pd.testing.assert_frame_equal(once.tables[name], again.tables[name])
    text = once.issues.to_csv()
    assert [secret for secret in ("example.org", "07700", "Leeds", "31/02", "<b>") if secret in text] == []


@given(st.permutations(range(6)))
@settings(max_examples=samples(15, 100))
def test_rows_keep_their_order(order):
    people = pd.DataFrame(good()["participants"]).iloc[list(order)]
    people["age_at_referral"] = [str(20 + i) for i in order]

    found = clean(participants=people.reset_index(drop=True)).tables["participants"]

    assert list(found["age_at_referral"]) == [20 + i for i in order]


# --- writing


def test_what_is_written_is_the_same_each_time_and_can_be_read_back(tmp_path):
    found = clean(**{name: pd.DataFrame(rows) for name, rows in good().items()})
    for folder in ("one", "two"):
        cleaning.write(found, tmp_path / folder)
    cleaning.write(found, tmp_path / "two")

    one, two = ({f.name: f.read_bytes() for f in (tmp_path / folder).iterdir()} for folder in ("one", "two"))
    assert one == two
    assert set(one) == {*(f"{name}.parquet" for name in good()), "issues.csv", "manifest.json"}
    read = pd.read_parquet(tmp_path / "one" / "participants.parquet")
    pd.testing.assert_frame_equal(read, found.tables["participants"])


def test_the_manifest_says_what_came_in_and_what_was_kept(tmp_path):
    cleaning.write(
        clean(outcomes="participant_id | outcome | start_date\n a | housing | 2020-03-04\n | gym |"), tmp_path
    )

    manifest = json.loads((tmp_path / "manifest.json").read_text())

    assert manifest["rows"] == {"outcomes": {"in": 2, "kept": 1, "rejected": 1, "blank": 0}}
    assert (manifest["data_to"], manifest["origin"]) == ("2020-03-04", "export")
    assert manifest["actions"] == {"repaired": 0, "rejected": 1, "reported": 1}


def test_tables_of_an_earlier_run_do_not_stay_and_other_files_do(tmp_path):
    cleaning.write(clean(outcomes="participant_id | outcome\n a | housing"), tmp_path)
    (tmp_path / "run.json").write_text("{}")
    cleaning.write(clean(needs="participant_id | housing\n a | yes"), tmp_path)

    assert {f.name for f in tmp_path.iterdir()} == {
        "needs.parquet",
        "issues.csv",
        "manifest.json",
        "run.json",
    }


@pytest.mark.slow
def test_time_grows_with_the_number_of_people_and_not_faster():
    def seconds(people: int) -> float:
        import time

        rng = np.random.default_rng(1)
        ids = pd.Series(np.arange(people)).astype(str)
        raw = draw.raw({
            "participants": pd.DataFrame({"participant_id": ids, "referral_date": "01/02/2020",
            "area": "Burnley"}),
            "activity": pd.DataFrame({"participant_id": ids, "timepoint": "T1",
                                      "active_days": rng.integers(0, 8, people).astype(str)}),
        })  # fmt: skip
        began = time.process_time()
        cleaning.clean(raw, key=KEY)
        return time.process_time() - began

    seconds(1_000)
    assert seconds(300_000) < 30 * max(seconds(30_000), 0.05)
