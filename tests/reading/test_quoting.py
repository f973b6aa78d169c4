"""Which words of interviews are read: those that somebody agreed to, and that point to nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from ut_research.cleaning import tables as cleaning
from ut_research.core.problems import ProblemsFound
from ut_research.core.schema import QUOTE
from ut_research.core.studies import NONE
from ut_research.reading import draft, export
from ut_research.reading.identifiers import pointing
from ut_research.reading.refi import Case, Code, Coding, Project, Source
from ut_research.reading.refi_write import guid, write

FINE = [
    "It was [the mentor] who was there on the first day.",
    "I’d have gone back. They didn't let me: that's it… And I’m still here!",
    "“We talk,” that is all, and because of it I go.",
    "everybody has somebody to talk with",
]
POINTING = {
    "It was Dave who helped.": "a name or a place",
    "Dave helped.": "a name or a place",
    "It was in [Preston].": "a name or a place",
    "They moved me to HMP and back.": "a name or a place",
    "It was Élodie.": "a name or a place",
    "It was 2019.": "a number, a day or an address",
    "on the third of october": "a number, a day or an address",
    "every friday": "a number, a day or an address",
    "ring me on o7 double eight": "a number, a day or an address",
    "some@where.example": "a number, a day or an address",
    "it was mr smith": "a number, a day or an address",
    "it was ann who helped": "a name that is known",
    "what [removed] said": "a number, a day or an address",
}


@pytest.mark.parametrize("text", FINE)
def test_words_that_point_to_nobody_may_be_quoted(text: str) -> None:
    assert pointing(text, ["ann", "st. annes"]) is None


@pytest.mark.parametrize("text", POINTING)
def test_what_may_be_a_name_a_place_a_day_or_a_number_may_not(text: str) -> None:
    assert pointing(text, ["ann"]) == POINTING[text]


WORKS, TIME = Code("works", ("What works?",)), Code("time", ("What works?", "time"))
MARK = Code("mark", ("Consent to quote",))
SAID = "We have the time that it takes."
ANN = Case("ann", "Ann Person", sources=frozenset({"s1"}))


def made(
    folder: Path, said: str = SAID, mark: str = "0-400", case: Case = ANN, source: tuple[str, str] = ("", "")
) -> Path:
    """A project with one passage, a mark of consent around some of it, and the recipe that names the mark."""
    codings = [Coding("s1", guid("p1"), f"0-{len(said)}", "time")]
    codings += [Coding("s1", guid("p2"), mark, "mark")] if mark else []
    values = (source,) if source[0] else ()
    write(
        Project(
            {}, (WORKS, TIME, MARK), (case,), (Source("s1", "one", values=values, text=said),), tuple(codings)
        ),
        folder / "voices.qdpx",
    )
    told = "Agreed" if case.values or values else "Consent to quote"
    (folder / "columns.toml").write_text(f'[sheets.coded_segments]\nconsent = "{told}"\n')
    return folder


def quoted(folder: Path) -> list[str]:
    frame = export.read(folder).tables["coded_segments"]
    return [text for text in frame.get("quote_with_consent", []) if isinstance(text, str) and text]


def test_a_passage_within_a_mark_of_consent_may_be_quoted(tmp_path: Path) -> None:
    assert quoted(made(tmp_path)) == [SAID]
    tables = export.read(tmp_path).tables
    assert list(tables["coded_segments"].theme) == list(tables["themes"].theme) == ["time"]


@pytest.mark.parametrize("mark", ["", "0-10", "5-400"], ids=["none", "of a part", "of another part"])
def test_a_passage_without_one_around_all_of_it_may_not(tmp_path: Path, mark: str) -> None:
    assert quoted(made(tmp_path, mark=mark)) == []


@pytest.mark.parametrize(("said", "words"), [("yes", [SAID]), ("no", []), ("", [])])
def test_an_attribute_of_who_spoke_says_whether_they_may_be_quoted(
    tmp_path: Path, said: str, words: list[str]
) -> None:
    case = Case("ann", "Ann Person", (("Agreed", said),), frozenset({"s1"}))
    assert quoted(made(tmp_path, mark="", case=case)) == words


def test_an_attribute_of_the_interview_does_where_it_is_not_known_who_spoke(tmp_path: Path) -> None:
    nobody, known = Case("ann", "Ann Person"), ANN
    assert quoted(made(tmp_path, mark="", case=nobody, source=("Agreed", "yes"))) == [SAID]
    assert quoted(made(tmp_path, mark="", case=known, source=("Agreed", "yes"))) == []


@pytest.mark.parametrize("said", ["It was Dave.", "it was ann", "in march of 2019"])
def test_a_passage_that_may_point_to_somebody_is_told_by_its_place_and_not_its_words(
    tmp_path: Path, said: str
) -> None:
    assert quoted(made(tmp_path, said)) == []
    [issue] = [i for i in export.read(tmp_path).issues.itertuples() if i.rule == "may point to somebody"]
    assert issue.done.startswith("not quoted (a n") and issue.done.endswith(f": I001, 0-{len(said)}")
    assert not any(word in issue.done for word in said.split()[1:] if word not in issue.done.split(":")[0])


def test_names_that_the_study_knows_are_not_quoted_in_small_letters(tmp_path: Path) -> None:
    made(tmp_path, "it was at anytown rovers that we met")
    known = {"partners": {"Anytown Rovers Trust": ["anytown rovers"]}, "areas": {}}
    cleaned = cleaning.of_export(tmp_path, NONE.study.parameters() | known)
    assert cleaned.tables["coded_segments"].get("quote_with_consent").isna().all()
    assert "not quoted (a name that is known): I001, 0-36" in set(cleaned.issues["done"])


def test_quotations_of_a_spreadsheet_are_looked_at_alike(tmp_path: Path) -> None:
    (tmp_path / "coded_segments.csv").write_text(
        "segment_id,interview_id,theme,quote with consent\n"
        "S1,I1,time,It was Dave.\nS2,I1,time,We have the time.\n"
    )
    cleaned = cleaning.of_export(tmp_path, NONE.study.parameters())
    assert cleaned.tables["coded_segments"].quote_with_consent.fillna("").tolist() == [
        "",
        "We have the time.",
    ]
    assert "not quoted (a name or a place): I1" in set(cleaned.issues["done"])


def test_a_mark_that_is_not_there_is_told(tmp_path: Path) -> None:
    (made(tmp_path) / "columns.toml").write_text('[sheets.coded_segments]\nconsent = "Consent"\n')
    with pytest.raises(ProblemsFound, match="no code and no attribute “Consent”"):
        export.read(tmp_path)


def test_no_draft_of_a_recipe_takes_words_for_words_that_may_be_quoted(tmp_path: Path) -> None:
    heads = "segment_id,interview_id,theme,Quotation content,Quote,Consent to quote,Quote with consent"
    (tmp_path / "coded_segments.csv").write_text(f"{heads}\nS1,I1,time,a,b,yes,c\n")
    for accept in (False, True):
        lines = draft.draft(tmp_path, accept=accept).splitlines()
        assert [line for line in lines if line.startswith(QUOTE)] == []
