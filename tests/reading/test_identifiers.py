"""Personal data at the door: what is hashed, what is refused, what is taken out of text."""

import stat
import subprocess
import sys

import pandas as pd
import pytest

from ut_research.core.problems import ProblemsFound
from ut_research.reading import identifiers

KEY = b"a key for tests only"


def test_an_identifier_becomes_its_hmac():
    # printf 'AB-01' | openssl dgst -sha256 -mac HMAC -macopt key:"a key for tests only"
    assert identifiers.hash_ids(["AB-01"], KEY) == ["p092b3e8c8e4e5222bbd0ad41f0b68319"]


def test_spaces_around_an_identifier_do_not_matter_and_its_case_does():
    assert len(set(identifiers.hash_ids(["AB-01", " AB-01", "AB-01 "], KEY))) == 1
    assert len(set(identifiers.hash_ids(["AB-01", "ab-01", "Ab-01"], KEY))) == 3


def test_another_person_or_another_key_has_another_hash():
    hashes = [
        *identifiers.hash_ids(["AB-01", "AB-02"], KEY),
        *identifiers.hash_ids(["AB-01"], b"another key for tests"),
    ]

    assert len(set(hashes)) == 3


def test_a_hash_is_not_hashed_again():
    once = identifiers.hash_ids(["AB-01"], KEY)

    assert identifiers.hash_ids(once, KEY) == once


def test_the_key_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv(identifiers.KEY_VARIABLE, "sixteen letters!")

    assert identifiers.key() == b"sixteen letters!"


@pytest.mark.parametrize(
    "weak", ["fifteen letters", "", "aaaabbbbccccdddd", "1234567890123456", "password" * 4]
)
def test_a_key_that_could_be_guessed_is_refused(monkeypatch, weak):
    monkeypatch.setenv(identifiers.KEY_VARIABLE, weak)

    with pytest.raises(ProblemsFound, match="UT_RESEARCH_KEY: the key could be guessed") as refused:
        identifiers.key()

    assert not weak or weak not in str(refused.value)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are kept otherwise there")
def test_the_key_is_made_once_for_its_owner_alone(monkeypatch, tmp_path):
    monkeypatch.delenv(identifiers.KEY_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    first, second = identifiers.key(), identifiers.key()

    assert first == second and len(first) == 64
    assert stat.S_IMODE((tmp_path / "ut-research" / "key").stat().st_mode) == 0o600


def test_a_folder_where_no_key_can_be_made_is_told(monkeypatch, tmp_path):
    monkeypatch.delenv(identifiers.KEY_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(ProblemsFound, match="UT_RESEARCH_KEY"):
        identifiers.key()


def test_no_key_is_kept_in_the_repository():
    kept = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split()

    assert [name for name in kept if name.endswith("/key") or name == "key"] == []


@pytest.mark.parametrize("heading", [
    "Name", "Client name", "ForeName", "last_name", "FULL NAME", "Home Address", "Address line 1", "Street",
    "Post Code", "D.O.B",
    "Date of birth", "BirthDate", "Telephone", "mobile", "Contact number", "email_address", "E Mail",
    "NHS no", "PNC", "PNCID",
    "Emergency Contact Name:",
    "first", "Last", "Known as", "Mailing Postal Code",
    "Partner's first name",
    "NOMIS number", "Delius CRN", "Prison No.", "NI number", "passport", "Instagram", "Next of kin", "Born",
])  # fmt: skip
def test_headings_of_personal_data_are_known(heading):
    assert identifiers.personal_heading(heading)


@pytest.mark.parametrize("heading", [
    "caseload", "Partner", "area", "Number of sessions", "borough", "emailed", "telegraphed", "namespace",
    "rename", "Score",
    "redcap_event_name", "Course name", "Partner name", "Email consent", "Postcode district", "Hours_phone",
    "Phone calls", "First form", "Last contact",
    "start date", "contact", "nhsuk", "housing need", "Mental health", "Renamed",
])  # fmt: skip
def test_other_headings_are_not(heading):
    assert not identifiers.personal_heading(heading)


@pytest.mark.parametrize("text, kind", [
    ("someone@example.org", "email addresses"), ("ZZ99 3WZ", "postcodes"), ("zz993wz", "postcodes"),
    ("07700 900123", "telephone numbers"), ("(01632) 960 001", "telephone numbers"), ("943 476 5919",
    "NHS numbers"),
    ("9434765919", "NHS numbers"), ("01/123456A", "PNC numbers"), ("A1234BC", "prison numbers"),
    ("AB123456C", "national insurance numbers"),
    ("943 476 5918", None), ("1111111111", None), ("2020-03-01", None), ("01/03/2020", None),
    ("43891", None), ("£1,200,000", None),
    ("Burnley FC in the Community", None), ("COVID-19", None), ("T1", None), ("INVENTED-0001", None),
    ("item 12 of 14", None),
    ("2019/20", None), ("M6", None),
])  # fmt: skip
def test_personal_content_is_known_by_its_pattern(text, kind):
    # 943 476 5919 is the NHS's own example number; 07700 900 and 01632 960 are Ofcom's numbers for drama
    assert identifiers.personal_content(text) == kind


def test_what_looks_personal_is_taken_out_of_text_and_the_rest_stays():
    text = "Ring 07700 900123 or write to a@example.org; ref 943 476 5918."

    assert identifiers.without_personal(text) == "Ring [removed] or write to [removed]; ref 943 476 5918."


@pytest.mark.parametrize("personal, refused", [(9, None), (10, "email addresses")])
def test_a_column_is_refused_when_a_tenth_of_it_is_personal(personal, refused):
    cells = pd.Series(["a@example.org"] * personal + ["fine"] * (100 - personal))
    assert identifiers.refusal(cells) == refused
