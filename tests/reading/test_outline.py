"""The shape of an export: what a charity can send holds headings and what many share, and nobody."""

import tomllib
from pathlib import Path

import pytest

from ut_research.core.problems import ProblemsFound
from ut_research.reading import outline

CASES = Path(__file__).resolve().parents[1] / "cases"


def columns(path: Path, threshold: int = 5) -> dict[str, dict]:
    """The columns of the first table, by heading."""
    found = tomllib.loads(outline.outline(path, threshold))["table"][0]["columns"]
    return {column["heading"]: column for column in found}


def made(folder: Path, heading: str, rows: list[str]) -> dict[str, dict]:
    (folder / "people.csv").write_text("\n".join([heading, *rows]) + "\n")
    return columns(folder)


def test_a_form_has_its_questions_and_the_answers_that_enough_people_gave():
    shape = columns(CASES / "forms")

    assert shape["Project Card No:"] == {"heading": "Project Card No:", "kind": "identifier"}
    assert shape["Name"] == {"heading": "Name", "kind": "personal"}
    assert shape["How would you describe your gender?"] | {"heading": ""} == {
        "heading": "", "kind": "code", "distinct": 3, "codes": ["Man", "Woman"],
    }  # fmt: skip
    assert "Debt, benefits or money" in shape["What would you like help with? (tick all that apply)"]["codes"]
    assert "In the past week, on how many days were you active for 30 minutes or more?" in shape


def test_headings_in_two_rows_below_a_title_are_found():
    found = tomllib.loads(outline.outline(CASES / "wide", 5))["table"][0]

    assert (found["file"], found["heading_rows"]) == ("Master.xlsx", [3, 4])
    assert "3rd Assessment Wellbeing Q14" in {column["heading"] for column in found["columns"]}


def test_a_code_is_counted_by_people_and_not_by_rows(tmp_path):
    often = [f"{i % 4},rare" for i in range(40)] + [f"{i},shared" for i in range(5)]

    assert made(tmp_path, "Client ID,Help", often)["Help"]["codes"] == ["shared"]


def test_one_identifier_written_in_several_ways_is_one_person(tmp_path):
    often = [f"{way},rare" for way in ("ab", "AB", " ab", "0ab", "00ab")] * 2

    assert "codes" not in made(tmp_path, "Client ID,Help", often)["Help"]


def test_where_nobody_can_be_counted_no_code_is_given(tmp_path):
    assert "codes" not in made(tmp_path, "Ward,Help", ["x,often"] * 50)["Help"]


@pytest.mark.parametrize("heading", ["Allocated to", "Seen by"])
def test_codes_that_may_be_somebodys_name_are_not_given(tmp_path, heading):
    rows = [f"{i},{name},Zed Town" for i in range(9) for name in ("Zedly Zedderick", "Zora Zedwin")]
    found = made(tmp_path, f"Client ID,{heading},Town", rows)

    assert (found[heading]["distinct"], "codes" in found[heading]) == (2, False)
    assert found["Town"]["codes"] == ["Zed Town"]


@pytest.mark.parametrize("text", [
    "A-17,01/02/2020,Zedderick\nA-18,03/02/2020,Zedwin\n",
    "Zedderick,male\nZedwin,male\nZedley,female\n",
    "Z-001,Zedly Zedderick,34\nZ-002,Zora Zedwin,35\nZ-003,Zed Zedley,36\n",
])  # fmt: skip
def test_data_in_the_place_of_headings_are_refused(tmp_path, text):
    (tmp_path / "people.csv").write_text(text)

    with pytest.raises(ProblemsFound, match=r"people.csv, row 1: this looks like data") as stopped:
        outline.outline(tmp_path, 5)
    assert "Zed" not in str(stopped.value) and "Z-0" not in str(stopped.value)
