"""How one cell of each kind is read: its usual spellings, its range, the names it may be a variant of.

Each function takes the tidied text of a cell and gives what it stands for, with the rule that it fell under:
None when it was plain, otherwise one for `done`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from rapidfuzz import fuzz, process

from ut_research.core.issues import Action
from ut_research.core.schema import Column
from ut_research.reading.identifiers import personal_content, without_personal

Reading = tuple[object, str | None]

#: What is done with a cell under the rules by which it is not reported and left blank.
_DONE: dict[str, tuple[Action, str]] = {
    "white space": ("repaired", "spaces or hidden characters removed"),
    "word for blank": ("repaired", "read as blank"),
    "spelling": ("repaired", "read as the usual spelling"),
    "two-digit year": ("repaired", "century added"),
    "spreadsheet day number": ("repaired", "day number read as a date"),
    "day number read": ("repaired", "day number read as a date, from the day that the recipe names"),
    "day number": (
        "reported",
        "left blank: it is not known what day it counts from; say days_since in the recipe",
    ),
    "personal data": ("repaired", "what looked personal removed"),
    "name not in the list": ("reported", "kept as written"),
    "month first": (
        "reported",
        "left blank: not day first; if the column is month first, say so in columns.toml",
    ),
}

#: Words for nothing. A day that is "not known" is not the same as no day (no exit), so those are kept apart.
BLANKS = frozenset(
    ["na", "n/a", "#n/a", "null", "none", "nan", "nat", "<na>", "nil", "-", "--", ".", "not applicable"]
)
NOT_KNOWN = frozenset(["?", "missing", "not recorded", "not known", "no data", "not asked", "not answered",
                       "no answer", "not stated", "not disclosed"])  # fmt: skip
#: Words for what has not happened, or not yet, or not ended: there is no day of it. And for what failed.
_NOT_YET = re.compile(
    r"(?:(?:did|has|was|is) ?(?:not|n t)|not|never|no|still)(?: (?:yet|[a-z]+ed|attend|engage|start|show|open"
    r"|active|date|end|exit))*|in progress|on hold|pending|planned"
    r"|booked|a?waiting(?: list)?|tb[cad]|to be confirmed|working towards"
)
_STILL = re.compile("on ?going|open|current|active")
_MISSED = re.compile("dna|absent|cancell?ed|declined|missed|failed|unsuccessful")
#: What spreadsheet programs write into a cell that they cannot work out.
ERROR = re.compile(r"#[A-Z0-9_/]+[!?]|#GETTING_DATA|Err:\d{3}", re.I)
YES = frozenset(["yes", "y", "true", "t", "1", "1.0", "x", "✓", "✔", "☑", "ticked", "checked", "achieved",
                 "attended"])  # fmt: skip
NO = frozenset(["no", "n", "false", "f", "0", "0.0", "☐", "unticked", "unchecked"])

#: What the first questionnaire is called, and the second.
WAVES = {
    **dict.fromkeys(("baseline", "pre", "start", "first", "before", "initial", "entry"), "T1"),
    **dict.fromkeys(("follow up", "followup", "post", "end", "after", "final", "exit"), "T2"),
}

#: Other spellings of codes, after lower-casing and with hyphens, slashes and underscores as spaces.
_CODES: dict[str, dict[str, str]] = {
    "gender": {
        "m": "male", "man": "male", "men": "male", "f": "female", "woman": "female", "women": "female",
        "non binary": "other", "nonbinary": "other", "x": "other", "prefer to self describe": "other",
        "u": "unknown", "nk": "unknown", "n k": "unknown", "not stated": "unknown",
        "prefer not to say": "unknown", "not recorded": "unknown", "not known": "unknown",
    },
    "timepoint": {
        **WAVES,
        **dict.fromkeys(("1", "1.0", "t 1", "time 1"), "T1"),
        **dict.fromkeys(("2", "2.0", "t 2", "time 2"), "T2"),
        **{way: f"T{n}" for n in range(3, 10) for way in (f"{n}", f"{n}.0", f"t {n}", f"time {n}")},
    },
    "group": {
        "engage": "engaged", "did not engage": "not engaged", "non engaged": "not engaged",
        "nonengaged": "not engaged", "unengaged": "not engaged", "referred but did not engage": "not engaged",
        **dict.fromkeys(("yes", "y"), "engaged"), **dict.fromkeys(("no", "n"), "not engaged"),
    },
    "outcome": {
        **dict.fromkeys(("employed", "job", "work", "paid work"), "employment"),
        **dict.fromkeys(("education", "training", "education training", "education & training",
                         "education and training", "training education"), "education_training"),
        **dict.fromkeys(("housed", "accommodation", "home"), "housing"),
        **dict.fromkeys(("volunteer", "voluntary work"), "volunteering"),
        **dict.fromkeys(("drug treatment", "alcohol treatment", "drug or alcohol treatment"), "treatment"),
    },
    "method": {"focusgroup": "focus group", "fg": "focus group", "one to one": "interview"},
    "role": {"participants": "participant"},
    "status": {"closed": "done", "complete": "done", "completed": "done", "notdone": "not done"},
}  # fmt: skip


#: How people say that an outcome was reached, before they say which.
_REACHED = re.compile(
    r"^(?:(?:gained|got|found|secured|obtained|started|began|entered|accessed|moved|into|in|to|an?|new) )+"
)


def done(rule: str) -> tuple[Action, str]:
    """What is done with a cell that fell under a rule, for the log."""
    return _DONE.get(rule, ("reported", "left blank"))


@dataclass(frozen=True)
class Names:
    """The names that a study's partners and areas go by.

    Attributes
    ----------
    lists : for a column (``partner``, ``area``), each name with other ways in which it is written.
    common : words that many names of partners hold, and that tell none from another.
    rare : people under whom a word that is in no list is not kept: the study's disclosure threshold.
    """

    lists: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    common: str = ""
    rare: int = 5

    def listed(self, column: str) -> tuple[str, ...]:
        """The names that `column` is known to hold; none for a column without a list."""
        return tuple(self.lists.get(column, ()))

    def like(self, text: str, column: str) -> str | None:
        """The name that `text` is a variant of, or None; for a partner only the telling words count."""
        words = re.sub(r"[^\w\s]", " ", text.casefold().replace("&", " and ")).split()
        common = self.common.split() if column == "partner" else ()
        telling = {w.casefold(): name for name, ways in self.lists[column].items() for w in (name, *ways)}
        shown = " ".join(word for word in words if word not in common)
        best = process.extractOne(shown, list(telling), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return telling[best[0]] if best else None


NO_NAMES = Names()

#: Least likeness (0 to 100, rapidfuzz ratio) for one spelling to be taken for another.
_ALIKE = 85

_HIDDEN = re.compile(r"[\u200b-\u200c\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"([+-]?\d{1,9})(?:[.,]0+)?")
_COUNTED = re.compile(r"(\d{1,9}) ?(?:years?|yrs?|days?|min(?:ute)?s?|points?)\.?(?: old)?", re.I)
_LABELLED = re.compile(r"(\d{1,3})\s?[-–=:.)]\s?[^\d\s].*")


def tidy(text: str, *, lines: bool = False) -> str:
    """Return `text` composed (NFC), without hidden and control characters or double spaces; `lines` stay."""
    if text.isascii() and text.isprintable() and "  " not in text and text == text.strip():
        return text
    text = _HIDDEN.sub("", unicodedata.normalize("NFC", text))
    text = "".join(
        c if c.isprintable() or c == "\n" else " " for c in text.replace("\r\n", "\n").replace("\r", "\n")
    )
    if lines:
        return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
    return " ".join(text.split())


def plain(heading: str) -> str:
    """Return a heading or name with case, spaces, hyphens and underscores evened out."""
    words = re.sub(r"[\s_\-]+", "_", tidy(heading).casefold()).strip("_")
    return re.sub(r"^item_?(\d)$", r"item_0\1", words)


def is_blank(text: str, *, day: bool = False) -> bool:
    """Whether tidied text is a word that people write for nothing; for a `day`, "not known" is not."""
    word = text.casefold()
    return word in BLANKS or (not_so(word, yet=True) if day else word in NOT_KNOWN)


def not_so(text: str, *, yet: bool = False) -> bool:
    """Whether tidied text says that something did not happen; with `yet`, not so far, or has not ended."""
    word = " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())
    said = text.casefold() in NO or _NOT_YET.fullmatch(word) or (_STILL if yet else _MISSED).fullmatch(word)
    return bool(said) and text.casefold() not in NOT_KNOWN


def reader(column: Column, names: Names = NO_NAMES) -> Callable[[str], Reading]:
    """Return the function that reads one tidied, non-blank cell of `column` (dates have their own module)."""
    kinds: dict[str, Callable[[str, Column], Reading]] = {
        "yes/no": _yes_no, "whole number": _whole, "code": _code, "name": partial(_name, names),
        "text": _text, "id": _text,
    }  # fmt: skip
    one = kinds[column.kind]
    return lambda text: one(text, column)


def _yes_no(text: str, column: Column) -> Reading:
    word = re.sub(r"^(yes|no|[yn](?![-–—]))\s*[-–—:;,(](?!.*not (asked|known)).*", r"\1", text.casefold())
    if word in YES:
        return True, None if text == "yes" else "spelling"
    if word in NO:
        return False, None if text == "no" else "spelling"
    return None, "unknown code"


def _whole(text: str, column: Column) -> Reading:
    if found := _NUMBER.fullmatch(text):
        rule = None if str(int(found[1])) == text else "spelling"
    elif found := _COUNTED.fullmatch(text) or _LABELLED.fullmatch(text):
        rule = "spelling"
    else:
        return None, "not a number"
    number = int(found[1])
    return (number, rule) if column.low <= number <= column.high else (None, "out of range")


def _code(text: str, column: Column) -> Reading:
    if text in column.allowed:
        return text, None
    word = " ".join(re.sub(r"\(.*?\)|[-_/]", " ", text.casefold()).split())
    if column.name == "outcome":
        word = _REACHED.sub("", word)
    own = {code.casefold().replace("_", " "): code for code in column.allowed}
    found = own.get(word) or _CODES.get(column.name, {}).get(word)
    return (found, "spelling") if found else (None, "unknown code")


def _name(names: Names, text: str, column: Column) -> Reading:
    if (read := _text(text, column))[1]:
        return read
    if column.name == "exit_reason":
        return text.casefold(), None if text == text.casefold() else "spelling"
    if not (listed := names.listed(column.name)) or text in listed:
        return text, None
    found = names.like(text, column.name)
    return (found, "spelling") if found else (text, "name not in the list")


def _text(text: str, column: Column) -> Reading:
    if len(text) > column.longest:
        return None, "too long"
    if personal_content(text):
        return (without_personal(text) if column.kind == "text" else None), "personal data"
    return text, None
