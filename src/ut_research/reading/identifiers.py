"""Personal data at the door: keyed hashes of identifiers, and columns that must not come in at all."""

from __future__ import annotations

import contextlib
import hmac
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from ut_research.core.problems import stop

KEY_VARIABLE = "UT_RESEARCH_KEY"
_SHORTEST_KEY, _FEWEST_KINDS = 16, 8
_HASHED, _HASH_LENGTH = re.compile(r"p[0-9a-f]{32}"), 33

#: Share of a column's filled cells that must look personal for the whole column to be refused.
REFUSED_FROM = 0.1
#: In how many distinct cells of a column personal data are looked for, at most: the most frequent ones.
LOOKED_AT = 10_000
#: Most codes or options of a column that a draft or a shape shows, and how often each is there.
MOST_CODES, MOST_OPTIONS, LEAST_EACH = 12, 30, 5

_HEADINGS = re.compile(
    r"""\b(?:
      (?:fore|sur|first|last|given|family|middle|full|maiden|preferred)s?\s?names?
      | [fls]name | (?:participant|client|person|mentor|officer)s?\snames?
      | ^names? | names?$ | ^first$ | ^last$ | known\sas | initials | alias | nick\s?name
      | address(?:es)? | addr | street | house\s?(?:number|no) | post(?:al)?\s?codes? | zip(?:\s?code)?
      | d\s?o\s?b | (?:date|day|year|month)\s(?:of\s)?birth | birth\s?(?:date|day) | birthday | born
      | (?:tele)?phones? | mobile | tel | landline | contact\s?(?:number|no|details)
      | e\s?mails? | facebook | twitter | instagram | whatsapp
      | nhs | pnc(?:\s?id)? | nomis | noms | delius | crn | cro | prison\s?(?:no|number|id) | passport
      | national\s?insurance
      | ni\s?(?:no|number) | nino | driving\s?licence | next\s?of\s?kin
    )\b""",
    re.VERBOSE,
)

#: What has a name and is nobody; and words that make of an address, a telephone or a postcode something else.
_THING = re.compile(
    r"\b(?:event|course|partner|project|organi[sz]ation|programme|group|file|form|school|service|team|area|provider"
    r"|instrument|activity|session|venue|site|field|variable|trust|club|company|town|district|ward|employer"
    r"|agency|charity|campaign|qualification|class|module|survey|stage|status|type|role|prison)s?\snames?\b"
)
_ABOUT = re.compile(r"\b(?:consent|permission|opt|preference|district|sector|type|hours|minutes|calls)\b")
_CHANNEL = re.compile(r"\b(?:e\s?mails?|(?:tele)?phones?|mobile|post(?:al)?\s?codes?|address(?:es)?)\b")

_NAME = re.compile(r"(?:[A-Z][\w'’.-]* ?){2,4}")
_CONTENT = {
    "email addresses": re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.I),
    "postcodes": re.compile(r"\b(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b", re.I),
    "telephone numbers": re.compile(r"(?<!\d)(?:\+44[\s(]*0?\)?|\(?0)\s?\d(?:[\s()-]*\d){8,9}(?!\d)"),
    "PNC numbers": re.compile(r"\b(?:19|20)?\d\d/\d{4,7}[A-Z]\b", re.I),
    "prison numbers": re.compile(r"\b[A-Z]\d{4}[A-Z]{2}\b", re.I),
    "national insurance numbers": re.compile(r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]\b", re.I),
    "NHS numbers": re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)"),
}
#: What stands where something personal was.
_REMOVED = "[removed]"
#: Words with a capital that begin a sentence and are nobody's name; where any word may, names could hide.
_STARTS = (
    " a about after all also always an and any as at because before being both but by can could did do "
    "does each even every everybody everyone everything for from getting going had has have having he "
    "her here his how i if in instead is it its just knowing like lots many maybe more most much my "
    "never no nobody not nothing now of often on once one only or other our out people so some somebody "
    "someone something sometimes still talking than that the their them then there these they thing "
    "things this those though to under until we well were what when where which while who why with "
    "without would yes you your "
)
_DAYS = (
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:january|february|april|june|july|august|september"
    r"|october|november|december)\b"
)
#: What looks like a number, a day, an address or a title in a passage, whatever stands around it.
_POINTS = re.compile(
    rf"\d|@|www|https?:|/|\b(?:mr|mrs|ms|miss|dr|prof|street|avenue)\b|{_DAYS}", re.IGNORECASE
)


def key() -> bytes:
    """Return the key of this person's hashes: from the environment, or from a file made on first use.

    The file is `ut-research/key` in the user's own configuration folder, readable by that user alone.

    Raises
    ------
    ProblemsFound : the key could be guessed, or its file can be neither read nor made.
    """
    if (given := os.environ.get(KEY_VARIABLE)) is not None:
        if len(given) < _SHORTEST_KEY or len(set(given)) < _FEWEST_KINDS or given.isdigit():
            todo = (
                f"Give it at least {_SHORTEST_KEY} characters, {_FEWEST_KINDS} of them different and not all "
                "digits, or unset it: a strong one is then made"
            )
            raise stop("the key could be guessed", f"environment variable {KEY_VARIABLE}", todo)
        return given.encode()
    path = _config_folder() / "ut-research" / "key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            # made for the owner alone (mkstemp), then there whole or not at all (link); the first one stays
            descriptor, made = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_hex(32).encode())
            with contextlib.suppress(FileExistsError):
                os.link(made, path)
            Path(made).unlink()
        found = path.read_bytes().strip()
    except OSError:
        found = b""
    if len(found) < _SHORTEST_KEY:
        raise stop("the key of the identifiers cannot be read or made", "settings folder, ut-research/key",
                   f"Put it right, or set the environment variable {KEY_VARIABLE}") from None  # fmt: skip
    return found


def hash_ids(ids: Iterable[str], secret: bytes) -> list[str]:
    """Return the keyed hash (HMAC-SHA256, its first 128 bits) of each identifier.

    White space around an identifier does not matter; its case does. A hash made here stays as it is.
    """
    return [
        i if len(i) == _HASH_LENGTH and _HASHED.fullmatch(i)
        else "p" + hmac.digest(secret, i.strip().encode("utf-8", "replace"), "sha256").hex()[:32]
        for i in ids
    ]  # fmt: skip


def personal_heading(heading: str) -> bool:
    """Whether a heading looks like that of a name, address, birth date, telephone, email or record number."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    words = _THING.sub("", re.sub(r"[\s_\-./:?*]+", " ", words).strip().lower())
    return bool(_HEADINGS.search(_CHANNEL.sub("", words) if _ABOUT.search(words) else words))


def like_names(codes: Sequence[str]) -> bool:
    """Whether most of a column's codes are of two words or more that begin with a capital, as names are."""
    return 2 * sum(_NAME.fullmatch(code) is not None for code in codes) >= max(1, len(codes))


def personal_content(text: str) -> str | None:
    """Return what kind of personal data `text` seems to hold ("email addresses" …), or None."""
    return next((kind for kind, _ in _personal(text)), None)


def without_personal(text: str) -> str:
    """Return `text` with whatever looks personal in it replaced by "[removed]"."""
    for _, found in _personal(text):
        text = text.replace(found, _REMOVED)
    return text


def pointing(text: str, names: Iterable[str] = ()) -> str | None:
    """What in a passage may point to somebody, or None; in doubt it does.

    A word with a capital may be a name or a place, but at the start of a sentence where it is a word such as
    "the" or "because". `names` are those that are known, in any case.
    """
    if _POINTS.search(text) or _REMOVED in text or personal_content(text):
        return "a number, a day or an address"
    starts = {m.end() for m in re.finditer(r"(?:^|[.!?…][\s\"”'’)\]]*\s)[\s\"“'‘(\[…-]*", text)}
    for word in re.finditer(r"[^\W\d_]+", text):
        first = word.start() in starts and f" {word[0].casefold()} " in _STARTS
        if word[0] != word[0].lower() and word[0] != "I" and not first:
            return "a name or a place"
    known = "|".join(re.escape(name) for name in names if name.strip())
    return "a name that is known" if known and re.search(rf"\b(?:{known})\b", text, re.IGNORECASE) else None


def _personal(text: str) -> Iterator[tuple[str, str]]:
    """Give what looks personal in `text`, each with its kind."""
    for kind, pattern in _CONTENT.items():
        for found in pattern.findall(text):
            if kind != "NHS numbers" or _nhs(found):
                yield kind, found


def refusal(cells: pd.Series) -> str | None:
    """Return the kind of personal data for which a whole column is to be refused, by its cells, or None."""
    counts = cells.value_counts().head(LOOKED_AT)
    seen = counts.groupby([personal_content(str(text)) for text in counts.index]).sum()
    return str(seen.idxmax()) if len(seen) and seen.max() >= REFUSED_FROM * counts.sum() else None


def _nhs(text: str) -> bool:
    """Whether ten digits carry the check digit of an NHS number (modulus 11)."""
    digits = [int(c) for c in text if c.isdigit()]
    check = 11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return len(digits) == 10 and check % 11 == digits[9] and len(set(digits)) > 1


def _config_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
