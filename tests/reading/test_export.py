"""Reading: the same small table, written in every way that an export may come."""

import datetime
import re
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from bad_exports.cases import book, good, ods, ods_row, write

from ut_research.core.problems import ProblemsFound
from ut_research.reading import draft, export, outline, values

OUTCOMES = [
    {"participant_id": "TEST-1", "outcome": "housing", "start_date": "01/03/2020"},
    {"participant_id": "Zoë", "outcome": "employment", "start_date": ""},
]
EXPECTED = {2: ("TEST-1", "housing", "01/03/2020"), 3: ("Zoë", "employment", None)}


def _outcomes(path) -> dict[int, tuple]:
    frame = export.read(path).tables["outcomes"].astype(object)
    return dict(
        zip(frame.index, frame.where(frame.notna(), None).itertuples(index=False, name=None), strict=True)
    )


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_files_in_every_encoding_separator_and_line_end(tmp_path, mark, encoding, end):
    text = pd.DataFrame(OUTCOMES).to_csv(index=False, sep=mark, lineterminator=end)
    (tmp_path / "outcomes.csv").write_bytes(text.encode(encoding))

    assert _outcomes(tmp_path) == EXPECTED


@pytest.mark.parametrize(
    "name, todo", [("export.zip", "Unpack it, and give the folder"), ("report.pdf", "Save it as CSV")]
)
def test_a_file_of_another_kind_is_told_what_to_do_with_it(tmp_path, name, todo):
    (tmp_path / name).write_bytes(b"PK\x03\x04")

    with pytest.raises(ProblemsFound, match=f"{name}: this kind of file is not read. {todo}"):
        export.read(tmp_path / name)


def test_lines_in_two_encodings_are_each_read_as_their_own_and_said(tmp_path):
    head, *lines = pd.DataFrame(OUTCOMES).to_csv(index=False).splitlines(keepends=True)
    other = lines[1].replace("Zoë", "Chloë")
    (tmp_path / "outcomes.csv").write_bytes((head + "".join(lines)).encode() + other.encode("cp1252"))

    assert _outcomes(tmp_path) == {**EXPECTED, 4: ("Chloë", "employment", None)}
    assert "mixed encodings" in export.read(tmp_path).issues["rule"].tolist()


def test_a_first_line_that_names_the_separator_is_no_row(tmp_path):
    text = "sep=;\n" + pd.DataFrame(OUTCOMES).to_csv(index=False, sep=";")
    (tmp_path / "outcomes.csv").write_text(text)

    assert _outcomes(tmp_path) == EXPECTED


def test_quoted_cells_may_hold_separators_quotation_marks_and_lines(tmp_path):
    (tmp_path / "outcomes.csv").write_text(
        'participant_id,outcome,start_date\n"a,""b""\n\nc",housing,\nd,housing,\n'
    )

    assert _outcomes(tmp_path) == {2: ('a,"b"\n\nc', "housing", None), 3: ("d", "housing", None)}


def test_row_numbers_are_those_of_the_file_when_rows_are_blank_or_lost(tmp_path):
    (tmp_path / "outcomes.csv").write_text("participant_id,outcome\na,housing\n\nb,housing,x\nc,housing\n,\n")

    raw = export.read(tmp_path)

    assert list(raw.tables["outcomes"].index) == [2, 5]
    assert (raw.rows_in["outcomes"], raw.blank["outcomes"]) == (3, 1)


@pytest.mark.parametrize("name", ["Coded segments", "coded-segments", "CODED_SEGMENTS", " Coded Segments"])
def test_names_of_files_and_headings_may_differ_in_case_spaces_and_hyphens(tmp_path, name):
    (tmp_path / f"{name}.csv").write_text("Segment ID,Interview-id,THEME\nS-1,I-1,mentors\n")

    frame = export.read(tmp_path).tables["coded_segments"]

    assert frame.loc[2].to_dict() == {"segment_id": "S-1", "interview_id": "I-1", "theme": "mentors"}


def test_a_workbook_gives_dates_in_iso_and_whole_numbers_without_a_point(tmp_path):
    def dated(made: openpyxl.Workbook) -> None:
        made["outcomes"]["C2"] = datetime.datetime(2020, 3, 1)
        made["outcomes"]["C3"] = datetime.datetime(2020, 3, 1, 9, 30)
        made["activity"]["D2"] = 2.0
        made["needs"]["C2"] = True

    book(tmp_path, good(), dated)

    tables = export.read(tmp_path / "export.xlsx").tables

    assert list(tables["outcomes"]["start_date"]) == ["2020-03-01", "2020-03-01T09:30:00"]
    assert list(tables["activity"]["active_days"]) == ["2", "4"]
    assert list(tables["needs"]["mental_health"]) == ["True", "no"]


def test_formula_cells_give_the_result_last_saved_and_are_reported(tmp_path):
    book(tmp_path, {"outcomes": OUTCOMES}, lambda made: made["outcomes"].__setitem__("B2", '="hous"&"ing"'))
    _save_result(tmp_path / "export.xlsx", "housing")

    raw = export.read(tmp_path)

    assert list(raw.tables["outcomes"]["outcome"]) == ["housing", "employment"]
    assert raw.issues[["column", "rule", "done"]].values.tolist() == [
        ["outcome", "formula", "the results last saved are used (1 cells)"]
    ]


def test_text_that_looks_like_a_formula_is_text(tmp_path):
    def typed(made: openpyxl.Workbook) -> None:
        made["outcomes"]["B2"].value = "=cmd|' /C calc'!A0"
        made["outcomes"]["B2"].data_type = "s"

    book(tmp_path, {"outcomes": OUTCOMES}, typed)

    assert export.read(tmp_path).tables["outcomes"]["outcome"].iloc[0] == "=cmd|' /C calc'!A0"


def test_an_error_of_any_program_is_an_error_and_no_text(tmp_path):
    def failed(made: openpyxl.Workbook) -> None:
        for place, error in (("B2", "#SPILL!"), ("C2", "#REF!"), ("C3", "#N/A")):
            made["outcomes"][place].value, made["outcomes"][place].data_type = error, "e"

    book(tmp_path, {"outcomes": OUTCOMES}, failed)

    assert _outcomes(tmp_path) == {2: ("TEST-1", "#SPILL!", "#REF!"), 3: ("Zoë", "employment", "#N/A")}
    assert all(values.ERROR.fullmatch(error) for error in ("#SPILL!", "#REF!", "#CALC!", "Err:502", "#NAME?"))


def test_an_escape_of_the_file_format_is_its_character_and_a_written_one_is_not(tmp_path):
    def escaped(made: openpyxl.Workbook) -> None:
        made["outcomes"]["A2"], made["outcomes"]["A3"] = "a_x000A_b", "_x005F_x000D_"

    book(tmp_path, {"outcomes": OUTCOMES}, escaped)

    assert list(export.read(tmp_path).tables["outcomes"]["participant_id"]) == ["a\nb", "_x000D_"]


def test_a_strict_workbook_is_a_workbook(tmp_path):
    book(tmp_path, {"outcomes": OUTCOMES})
    names = r"schemas.openxmlformats.org/(officeDocument|spreadsheetml)/2006"
    _rewrite(tmp_path / "export.xlsx", names, lambda m: f"purl.oclc.org/ooxml/{m[1]}")

    assert _outcomes(tmp_path) == EXPECTED


def test_hidden_sheets_and_rows_are_read_and_said(tmp_path):
    def hide(made: openpyxl.Workbook) -> None:
        made["needs"].sheet_state = "hidden"
        made["outcomes"].row_dimensions[3].hidden = True

    book(tmp_path, {name: good()[name] for name in ("needs", "outcomes")}, hide)

    raw = export.read(tmp_path)

    assert {name: len(frame) for name, frame in raw.tables.items()} == {"needs": 2, "outcomes": 2}
    hidden = raw.issues[raw.issues["rule"].str.startswith("hidden")]
    assert hidden[["table", "rule", "action"]].values.tolist() == [
        ["needs", "hidden sheet", "reported"],
        ["outcomes", "hidden rows", "reported"],
    ]


@pytest.mark.parametrize("at", ["XFD1048576", "ZZ1000000", "ALM900000"])
def test_cells_too_far_apart_to_be_held_are_refused(tmp_path, at):
    book(tmp_path, {"outcomes": OUTCOMES}, lambda made: made["outcomes"].__setitem__(at, "far"))

    with pytest.raises(ProblemsFound, match=r"export.xlsx: the workbook asks for more cells"):
        export.read(tmp_path)


def test_a_formula_that_many_cells_share_and_nobody_worked_out_is_refused(tmp_path):
    book(tmp_path, {"outcomes": OUTCOMES}, lambda made: made["outcomes"].__setitem__("B2", "=A2"))
    _rewrite(tmp_path / "export.xlsx", r"<f>.*?</f><v ?/?>(</v>)?", lambda _: '<f t="shared" si="0"/><v></v>')

    with pytest.raises(ProblemsFound, match="sheet outcomes, rows 2: formulas have no saved result"):
        export.read(tmp_path)


def test_an_ods_workbook_reads_like_any_other(tmp_path):
    dated = (
        "<table:table-row><table:table-cell><text:p>TEST-1</text:p></table:table-cell>"
        "<table:table-cell><text:p>housing</text:p></table:table-cell>"
        '<table:table-cell office:value-type="date" office:date-value="2020-03-01"><text:p>1 Mar</text:p>'
        "</table:table-cell></table:table-row>"
    )
    number = (
        '<table:table-row><table:table-cell office:value-type="float" office:value="7"><text:p>7.00</text:p>'
        "</table:table-cell><table:table-cell><text:p>treatment</text:p></table:table-cell></table:table-row>"
    )
    rows = ods_row("participant_id", "outcome", "start_date") + dated + ods_row("", repeat=2) + number
    ods(tmp_path, f'<table:table table:name="Outcomes">{rows}</table:table>')

    raw = export.read(tmp_path / "export.ods")

    assert _outcomes(tmp_path) == {2: ("TEST-1", "housing", "2020-03-01"), 5: ("7", "treatment", None)}
    assert raw.blank == {"outcomes": 2}


def test_spss_labels_are_used_for_codes_values_for_numbers_and_declared_missings_are_blank(tmp_path):
    frame = pd.DataFrame({
        "participant_id": ["TEST-1", "TEST-2", "TEST-3"], "timepoint": [1.0, 2.0, 1.0],
        "completed_date": [datetime.date(2020, 3, 1), None, datetime.date(2020, 3, 2)],
        "item_01": [5.0, 99.0, 1.0],
    })  # fmt: skip
    labels = {"timepoint": {1: "Baseline", 2: "Follow-up"}, "item_01": {5: "Always", 99: "Refused"}}
    missing = {"item_01": [99]}
    pyreadstat.write_sav(frame, tmp_path / "wemwbs.sav", missing_ranges=missing, variable_value_labels=labels)

    read = export.read(tmp_path).tables["wemwbs"].astype(object)

    assert read.where(read.notna(), None).values.tolist() == [
        ["TEST-1", "Baseline", "2020-03-01", "5"],
        ["TEST-2", "Follow-up", None, None],
        ["TEST-3", "Baseline", "2020-03-02", "1"],
    ]
    assert list(read.index) == [1, 2, 3]  # cases, as SPSS numbers them


def test_columns_that_nobody_asked_for_are_named_and_go_no_further(tmp_path):
    tables = good()
    for row in tables["needs"]:
        row["caseload"] = "Zedderick"
    write(tmp_path, tables)

    raw = export.read(tmp_path)

    assert "caseload" not in raw.tables["needs"]
    assert raw.issues.loc[0, ["table", "column", "rule"]].tolist() == [
        "needs",
        "caseload",
        "column not known",
    ]
    assert "Zedderick" not in raw.issues.to_csv()


def test_what_is_not_read_is_said(tmp_path):
    write(tmp_path, {"needs": good()["needs"]})
    (tmp_path / "notes.txt").write_text('She said: "not a table.\nAnd, so, on.\n')
    (tmp_path / "more notes.txt").write_text('One, two\n"three, four\n')
    (tmp_path / "old").mkdir()
    (tmp_path / "more.csv").symlink_to(tmp_path / "nowhere.csv")

    issues = export.read(tmp_path).issues.query("rule.str.endswith('not used')")

    assert issues[["table", "rule", "done"]].values.tolist() == [
        ["more.csv", "file not used", "not read: the link leads nowhere"],
        ["old", "folder not used", "not read: not part of the export"],
    ]


def test_a_table_may_be_called_txt(tmp_path):
    (tmp_path / "outcomes.txt").write_text(pd.DataFrame(OUTCOMES).to_csv(index=False, sep="\t"))

    assert _outcomes(tmp_path) == EXPECTED


def test_a_file_too_deeply_nested_has_a_message_of_its_own(tmp_path):
    deep = "<text:span>" * 3000 + "x" + "</text:span>" * 3000
    ods(tmp_path, f'<table:table table:name="outcomes">{ods_row("participant_id", deep)}</table:table>')

    with pytest.raises(ProblemsFound, match=r"export.ods: the file is too deeply nested"):
        export.read(tmp_path)


@pytest.mark.parametrize("line, read", [("allowed", True), ("left_out", True), ("", False)])
def test_a_column_that_looks_personal_is_left_out_or_allowed_by_the_recipe(tmp_path, line, read):
    (tmp_path / "needs.csv").write_text("participant_id,housing,Name\nTEST-1,yes,Zed\n")
    (tmp_path / "columns.toml").write_text(f'{line} = ["Name"]' if line else "")

    if read:
        assert list(export.read(tmp_path).tables["needs"].columns) == ["participant_id", "housing"]
    else:
        with pytest.raises(ProblemsFound, match=r'left_out = \["Name"\]; or, if it .*, allowed = \["Name"\]'):
            export.read(tmp_path)


@pytest.mark.parametrize("read", [
    lambda folder, tell: export.read(folder, tell=tell),
    lambda folder, tell: draft.draft(folder, tell=tell),
    lambda folder, tell: outline.outline(folder, 5, tell),
])  # fmt: skip
def test_each_file_is_told_before_it_is_read(tmp_path, read):
    write(tmp_path, {name: good()[name] for name in ("needs", "outcomes")})
    told = list[str]()

    read(tmp_path, told.append)

    assert told == ["needs.csv (1 of 2)", "outcomes.csv (2 of 2)"]


def test_inputs_carry_their_sha256(tmp_path):
    (tmp_path / "outcomes.csv").write_text("participant_id,outcome\n")

    assert export.read(tmp_path).inputs == {
        "outcomes.csv": "51e60cd934fc6cde5e3f2448664e878b17453809534b83608a9c8d7cc1134acb"  # by sha256sum
    }


def test_files_that_hold_no_table_are_no_inputs(tmp_path):
    (tmp_path / "needs.csv").write_text("participant_id,housing\na,yes\n")
    (tmp_path / "Zedderick.csv").write_text("a,b\n1,2\n")

    assert list(export.read(tmp_path).inputs) == ["needs.csv"]


@pytest.mark.parametrize("mark, origin", [("INVENTED.md", "example"), ("README.md", "export")])
def test_an_export_is_invented_when_its_folder_says_so(tmp_path, mark, origin):
    write(tmp_path, good())
    (tmp_path / mark).write_text("Nobody here exists.")

    assert export.read(tmp_path).origin == origin


def test_an_export_is_invented_when_its_people_say_so(tmp_path):
    (tmp_path / "outcomes.csv").write_text("participant_id,outcome\nINVENTED-0001,housing\n")

    assert export.read(tmp_path).origin == "example"


def test_every_problem_is_told_at_once(tmp_path):
    (tmp_path / "needs.csv").write_text("housing\nyes\n")
    (tmp_path / "outcomes.csv").write_bytes(b"")
    (tmp_path / "activity.csv").write_text(
        "participant_id,Surname,active_days,timepoint\nTEST-1,Zedderick,1,T1\n"
    )

    with pytest.raises(ProblemsFound) as stopped:
        export.read(tmp_path)

    told = str(stopped.value)
    assert told.startswith("3 problems to put right:")
    assert [file for file in ("needs.csv", "outcomes.csv", "activity.csv") if file not in told] == []
    assert "Zedderick" not in told


def test_personal_columns_are_told_beside_whatever_else_is_wrong_with_a_sheet(tmp_path):
    (tmp_path / "needs.csv").write_text("participant_id,housing,housing,Surname\nTEST-1,yes,no,Zedderick\n")

    with pytest.raises(ProblemsFound) as stopped:
        export.read(tmp_path)

    assert [p.where for p in stopped.value.problems] == ["needs.csv, row 1", "needs.csv, column “Surname”"]


def test_a_path_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ProblemsFound, match="there is no such file or folder"):
        export.read(tmp_path / "nowhere")


def test_the_traceback_of_a_file_that_cannot_be_read_holds_nothing_of_it(tmp_path):
    (tmp_path / "needs.csv").write_bytes(b"participant_id,housing\nZedderick,\x81\n")

    with pytest.raises(ProblemsFound) as stopped:
        export.read(tmp_path)

    assert "Zedderick" not in "".join(traceback.format_exception(stopped.value))


def _save_result(path: Path, result: str) -> None:
    """Put a saved result beside the only formula, as a spreadsheet program does."""
    cell = r"<c ([^>]*)>(<f>.*?</f>)<v ?/?>(?:</v>)?"
    _rewrite(path, cell, lambda m: f'<c {m[1]} t="str">{m[2]}<v>{result}</v>')


def _rewrite(path: Path, what: str, by: Callable[[re.Match[str]], str]) -> None:
    """Change the text of a workbook's parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in parts.items():
            archive.writestr(name, re.sub(what, by, body))
