"""How like a heading is to a column of the data dictionary, by what organisations call such columns."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from rapidfuzz import fuzz

from ut_research.core.schema import NEEDS, Column

#: Likeness (0 to 100) from which a match is sure, of one that has all the words, and below which it is none.
SURE, WORDS, LEAST = 88, 85, 60

#: The answers of WEMWBS in words, with their points.
ANSWERS = {"none of the time": 1, "rarely": 2, "some of the time": 3, "often": 4, "all of the time": 5}
#: How its items are numbered: in a row, or by a tool that leaves two numbers out.
NUMBERED = (range(1, 15), (*range(1, 8), *range(10, 17)))
#: The items by a hash of their wording (SHA-256 of its letters, the first 8 digits): it is licensed.
WORDING = {
    "1c886c18": 1, "90188db2": 2, "6f9da956": 3, "106f47c3": 4, "bbe20cff": 5,
    "2f76002e": 6, "d4e560d0": 7, "1ca72ae6": 8, "b5c06981": 9, "1c5b87ac": 10,
    "21808c4f": 11, "df493b1e": 12, "5fd8d82b": 13, "0076c872": 14,
}  # fmt: skip

#: What organisations call the dictionary's columns, beside its own names.
_ALSO: dict[str, tuple[str, ...]] = {
    "participant_id": (
        "client id", "client ref", "service user id", "unique id", "reference", "ref", "person id", "case id",
        "urn", "card no", "project card no", "membership number", "record id", "contact id", "client",
        "client no", "client number", "ref no", "reference number", "case number", "service user",
        "id number", "id no", "client reference", "unique reference", "case ref", "case no", "participant",
        "person", "participant number", "participant no", "customer id", "member id", "mentee id",
        "beneficiary id",
    ),
    "referral_date": (
        "date referred", "date of referral", "referred on", "referred", "ref date", "date started",
        "created date", "date created",
    ),
    "partner": ("organisation", "provider", "trust", "club", "delivery partner"),
    "area": ("district", "town", "home town", "locality", "local authority", "ward"),
    "gender": ("sex", "m f", "gender identity"),
    "age_at_referral": ("age", "how old are you"),
    "date_of_birth": ("dob", "d o b", "birth date", "birthdate"),
    "ethnicity": ("ethnic group", "ethnic origin", "ethnic background"),
    "registered_date": (
        "date registered", "registration date", "enrolment date", "date enrolled", "date signed up",
        "sign up date", "date joined", "start date", "programme start", "programme start date",
        "project start date", "joined", "date of joining", "registered", "enrolled",
    ),
    "exit_date": (
        "date left", "end date", "closure date", "date closed", "programme end", "programme end date",
        "project end date", "date of leaving", "left", "date of exit",
    ),
    "exit_reason": ("reason for leaving", "closure reason", "reason closed", "reason for closure"),
    "timepoint": ("time point", "stage", "wave", "pre post", "assessment type", "survey type", "survey"),
    "completed_date": (
        "date completed", "date of questionnaire", "completion time", "wb date", "wellbeing date",
        "assessment date", "survey date", "timestamp", "end date",
    ),
    "assessed_date": ("date assessed", "completion time", "assessment date", "timestamp", "end date"),
    "total": ("score", "total score", "wemwbs", "wemwbs score", "wemwbs total", "wellbeing score"),
    "active_days": ("days active", "sim", "physical activity days", "pa days"),
    "group": ("engaged", "engagement", "engaged with project", "engaged with the project"),
    "entry_date": ("start of follow up", "follow up start"),
    "reoffended": ("reoffence", "reconvicted", "re offended"),
    "reoffence_date": ("date of reoffence", "date of offence"),
    "followed_up_to": ("follow up end", "end of follow up"),
    "start_date": ("date started", "date achieved", "outcome date", "date of outcome"),
    "outcome": ("outcome type",),
    "session_date": ("date of session", "date attended", "attended on"),
    "kind": ("session type", "type of session"),
    "minutes": ("duration", "minutes attended"),
    "mental_health": ("mental wellbeing",),
    "employability": ("work", "job", "employment"),
    "training_education": ("training", "education", "courses"),
    "alcohol_drugs": ("alcohol", "drugs", "alcohol or drugs"),
    "physical_health": ("getting fit", "fitness"),
    "housing": ("accommodation", "somewhere to live"),
    "family_relationships": ("family", "relationships"),
    "social_isolation": ("loneliness", "isolation", "meeting people"),
    "money": ("debt", "benefits", "finance", "finances", "financial support"),
}  # fmt: skip
#: What may be called so, and something else too.
_PERHAPS = {"referral_date": ("created date", "date created"), "registered_date": ("start date",)}
#: What says that scores are of the short form, which are others, and that a time is not in minutes.
_OTHER = {"total": "swemwbs", "minutes": r"\bh(?:ou)?rs?\b"}
#: Words by which a heading means something else: another day, or another person.
_ELSE = re.compile(
    r"\b(?:expected|planned|proposed|target|next|previous|prior|index|mentors?|workers?|staff|of partner"
    r"|re(?!\W?off)|at (?:exit|closure)|met|(?<!prefer )not|non|control)\b"
)
#: The day of which a table says no more than that it is one.
_DAYS = ("completed_date", "assessed_date", "start_date", "session_date")


def words(text: str) -> str:
    """Return a heading as plain words: no case, punctuation or brackets."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", re.sub(r"\(.*?\)", " ", text.casefold())).split())


def like(name: str, heading: str) -> float:
    """Return how like (0 to 100) a heading is to the column `name`; sure for its own or a known name."""
    text = words(heading)
    if name in _OTHER and re.search(_OTHER[name], heading, re.I):
        return 0.0
    best = 100.0 * (text == "date" and name in _DAYS)
    for i, known in enumerate((name.replace("_", " "), *_ALSO.get(name, ()))):
        score = fuzz.token_sort_ratio(known, text)
        if score < 100 and set(known.split()) <= set(text.split()):
            score = max(score, WORDS)
        best = max(best, score if i == 0 or score == 100 else min(score, SURE - 1))
    best = min(best, WORDS - 1) if _ELSE.search(heading.casefold()) else best
    return min(best, WORDS) if text in _PERHAPS.get(name, ()) else best


def match(column: Column, headings: Mapping[int, str]) -> tuple[int, float]:
    """Return the position of the heading most like `column` (-1: none), and how like it is."""
    scores = [(like(column.name, heading), -i) for i, heading in headings.items() if heading]
    score, at = max(scores, default=(0.0, 1))
    return -at, score


def need(option: str) -> tuple[str, float]:
    """Return the need that the words of an option are most like, and how like."""
    score, name = max((like(name, option), name) for name in NEEDS)
    return name, score


def item(heading: str) -> int | None:
    """Return the number of the item of WEMWBS that a heading is, by its wording; None for another."""
    return WORDING.get(wording(heading))


def wording(heading: str) -> str:
    """Return the hash of a statement: of what follows the last colon, dash or bracket, if any."""
    told = re.split(r"\s[-–:]\s|[\[\]]", heading.strip(" ]"))[-1]
    letters = re.sub(r"^i(?:ve|have)(?:been)?", "", re.sub(r"[^a-z]", "", told.casefold()))
    return hashlib.sha256(letters.encode()).hexdigest()[:8]
