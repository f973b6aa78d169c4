"""How like a heading is to a column of the data dictionary, by what organisations call such columns."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz import fuzz

from ut_research.core.schema import NEEDS, Column

#: Likeness (0 to 100) from which a match is sure, of one that has all the words, and below which it is none.
SURE, WORDS, LEAST = 88, 85, 60

#: What organisations call the dictionary's columns, beside its own names.
_ALSO: dict[str, tuple[str, ...]] = {
    "participant_id": (
        "client id", "client ref", "service user id", "unique id", "reference", "ref", "person id", "case id",
        "urn", "card no", "project card no", "membership number", "record id", "contact id",
    ),
    "referral_date": (
        "date referred", "date of referral", "referred on", "referred", "ref date", "date started",
    ),
    "partner": ("organisation", "provider", "trust", "club", "delivery partner"),
    "area": ("district", "town", "locality", "local authority"),
    "gender": ("sex",),
    "age_at_referral": ("age", "how old are you"),
    "date_of_birth": ("dob", "birth date"),
    "ethnicity": ("ethnic group", "ethnic origin"),
    "registered_date": ("date registered", "registration date", "enrolment date"),
    "exit_date": ("date left", "end date", "closure date", "date closed"),
    "exit_reason": ("reason for leaving", "closure reason"),
    "timepoint": ("time point", "stage", "wave"),
    "completed_date": (
        "date completed", "date of questionnaire", "completion time", "wb date", "wellbeing date",
        "assessment date", "timestamp", "end date",
    ),
    "assessed_date": ("date assessed", "completion time", "assessment date", "timestamp", "end date"),
    "active_days": ("days active", "sim", "physical activity days"),
    "reoffended": ("reoffence", "reconvicted", "re offended"),
    "reoffence_date": ("date of reoffence", "date of offence"),
    "followed_up_to": ("follow up end", "end of follow up"),
    "start_date": ("date started",),
    "outcome": ("outcome type",),
    "mental_health": ("mental wellbeing",),
    "employability": ("work", "job", "employment"),
    "training_education": ("training", "education", "courses"),
    "alcohol_drugs": ("alcohol", "drugs", "alcohol or drugs"),
    "physical_health": ("getting fit", "fitness"),
    "housing": ("accommodation", "somewhere to live"),
    "family_relationships": ("family", "relationships"),
    "social_isolation": ("loneliness", "isolation", "meeting people"),
}  # fmt: skip


def words(text: str) -> str:
    """Return a heading as plain words: no case, punctuation or brackets."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", re.sub(r"\(.*?\)", " ", text.casefold())).split())


def like(name: str, heading: str) -> float:
    """Return how like (0 to 100) a heading is to the column `name`; sure for its own or a known name."""
    text = words(heading)
    best = 0.0
    for i, known in enumerate((name.replace("_", " "), *_ALSO.get(name, ()))):
        score = fuzz.token_sort_ratio(known, text)
        if score < 100 and set(known.split()) <= set(text.split()):
            score = max(score, WORDS)
        best = max(best, score if i == 0 or score == 100 else min(score, SURE - 1))
    return best


def match(column: Column, headings: Mapping[int, str]) -> tuple[int, float]:
    """Return the position of the heading most like `column` (-1: none), and how like it is."""
    scores = [(like(column.name, heading), -i) for i, heading in headings.items() if heading]
    score, at = max(scores, default=(0.0, 1))
    return -at, score


def need(option: str) -> tuple[str, float]:
    """Return the need that the words of an option are most like, and how like."""
    score, name = max((like(name, option), name) for name in NEEDS)
    return name, score
