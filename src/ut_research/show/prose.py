"""Words made from released findings: numbers put into sentences, and sentences made by rule.

No number is typed into prose. A text holds tokens such as ``{{reoffending.rate[group=engaged]|in_100}}``
and `fill` puts in what the disclosure gate released: the number, or in plain words why there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from ut_research.core.estimate import Estimate
from ut_research.core.problems import Problem, ProblemsFound
from ut_research.core.units import capital, places, small
from ut_research.disclosure.gate import Released
from ut_research.show.tables import counted, interval, listed, name, number
from ut_research.show.verdicts import extent, more_or_fewer, sureness

#: Words, the finding that they quote and its token.
Piece: TypeAlias = tuple[str, Estimate | None, str]
#: Where a sentence ends: after its full stop, a bold word and a colon, or a line that another part follows.
_END = re.compile(r"(?<=[.!?]\s)|(?<=:\*\*\s)|(?<=\n)(?=\s*(?:\n|[-*:#|]))")
#: How a line begins that is not of the paragraph before it.
_BEGINS = re.compile(r"\s*(?:\n|[-*:#|])")
#: What a sentence has before it (the mark of a list, say) and after it.
_LEAD = re.compile(r"^(\s*(?:[-*>] +)*).*?(\s*)$", re.DOTALL)
_TOKEN = re.compile(r"\{\{\s*([\w.-]+)\s*(?:\[([^\]]*)\])?\s*(?:\|\s*(\w+))?\s*\}\}")

#: What stands for a finding about a group that these data do not have.
NONE = "(none)"


def literal(text: object) -> str:
    """`text` on one line, with every character that MyST could read as markup escaped."""
    line = " ".join(str(text).split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|$~:&@^=%\"'" else c for c in line)


def fill(text: str, released: Iterable[Estimate], **words: str) -> str:
    """Markdown with every token replaced by the released finding, or the word of `words`, that it names.

    Words, and names of findings, are plain text: nothing in them is read as markup.

    A sentence none of whose findings has a number would not read as one: what it is about, and why there is
    no number, stand in its place; one about nothing that these data hold is left out.

    Raises
    ------
    ProblemsFound : a token names no finding or no known format; all such tokens at once.
    """
    escaped = {token: literal(said) for token, said in words.items()}
    return "".join(said for said, _, _ in whole(pieces(text, released, **escaped), literal))


def plain(text: str, released: Iterable[Estimate], **words: str) -> str:
    """Plain text with its tokens replaced, as by `fill`: for a chart, or where markup is escaped later."""
    return "".join(said for said, _, _ in whole(pieces(text, released, **words)))


def whole(spoken: Iterable[Piece], called: Callable[[object], str] = str) -> list[Piece]:
    """What `pieces` gives, with each sentence none of whose findings has a number put in other words.

    Of a paragraph that is said once, in the place of the first such sentence. `called` makes of the name of a
    finding what may stand in the text.
    """
    said: list[Piece] = []
    for paragraph in _paragraphs(spoken):
        missing = [_missing(sentence) for sentence in paragraph]
        why: dict[str, dict[str, None]] = {}
        for reason, subject in (pair for each in missing for pair in each or ()):
            why.setdefault(reason, {})[subject] = None
        told = " ".join(f"{called(capital(listed(about)))}: {reason}." for reason, about in why.items())
        if said and said[-1][0].strip("-*> \n") == told:  # as in the item before
            told = ""
        for sentence, gone in zip(paragraph, missing, strict=True):
            text = "".join(words for words, _, _ in sentence)
            if gone is None:
                said += sentence
            elif gone and told:
                said.append((told.join(_LEAD.findall(text)[0]), None, ""))
                told = ""
            else:
                said.append((_gap(text), None, ""))
    return said


def _paragraphs(spoken: Iterable[Piece]) -> list[list[list[Piece]]]:
    """Pieces by paragraph, item of a list or row of a table, and by sentence."""
    found: list[list[list[Piece]]] = [[[]]]
    for piece in spoken:
        for i, part in enumerate([piece[0]] if piece[2] else _END.split(piece[0])):
            if i:
                ends = "".join(words for words, _, _ in found[-1][-1]).endswith("\n")
                found += [[]] if ends and _BEGINS.match(part) else []
                found[-1].append([])
            found[-1][-1].append((part, *piece[1:]))
    return found


def _gap(text: str) -> str:
    """What a sentence that is left out leaves of the list or table around it: its mark and its line end."""
    begins, ends = _LEAD.findall(text)[0]
    ends = ends if "\n" in ends else ""
    if not begins.strip():
        return ends
    alone = bool(ends) and not begins.startswith("  ")  # an item of a list goes, a cell of a table stays
    return "" if alone else begins + ends


def _missing(sentence: Sequence[Piece]) -> list[tuple[str, str]] | None:
    """Of a sentence none of whose findings has a number: why, and what it is about; None for any other.

    Nothing of one that is about nothing that these data hold.
    """
    text = "".join(words for words, _, _ in sentence)
    about = [e for _, e, token in sentence if e is not None and "sureness" not in token]
    if not text.rstrip().endswith(".") or not about or any(e.status == "number" for e in about):
        return None
    if all(e.status == "not collected" for e in about):
        return []
    return [(number(e), name(e)) for e in about]


def pieces(text: str, released: Iterable[Estimate], **words: str) -> list[Piece]:
    """`text` in pieces: each token as the words put in its place, the finding that it quotes, and itself.

    Plain words, and words of `words`, quote no finding.

    Raises
    ------
    ProblemsFound : a token names no finding or no known format; all such tokens at once.
    """
    problems: list[Problem] = []
    found: list[Piece] = []
    end = 0
    for match in _TOKEN.finditer(text):
        found.append((text[end : match.start()], None, ""))
        end = match.end()
        name, group_text, style = match.groups()
        if name in words:
            found.append((words[name], None, match[0]))
            continue
        try:
            group = dict(pair.strip().split("=", 1) for pair in (group_text or "").split(",") if pair)
            estimate = _find(released, name, group)
        except (LookupError, ValueError):
            problems.append(Problem("no such finding", match[0], "check its id and group in findings.json"))
            continue
        if estimate is None:
            found.append((NONE, None, match[0]))
            continue
        if style is not None and style not in FORMATS:
            problems.append(Problem("no such format", match[0], "one of: " + ", ".join(FORMATS)))
            continue
        said = show(estimate, style or "value")
        if style == "in_100" and estimate.status == "number":
            said = _placed(said, text[: match.start()], text[match.end() :])
        found.append((said, estimate, match[0]))
    if problems:
        raise ProblemsFound(problems)
    return [*found, (text[end:], None, "")]


def _placed(share: str, before: str, after: str) -> str:
    """A share in words as it stands between what is `before` and `after` it: ``No`` people, ``all`` did."""
    share = "no" if share == "none" and after.startswith(" people") else share
    return capital(share) if re.search(r"(?:^|[.!?]\W*\s|\n\n)\W*$", before) else share


def _find(released: Iterable[Estimate], id: str, group: dict[str, str]) -> Estimate | None:
    """The finding of `id` and `group`; None for a group that these data do not have, of a kind they have."""
    same = [e for e in released if e.id == id]
    if found := [e for e in same if dict(e.group) == group]:
        return found[0]
    if same and all(e.status == "not collected" for e in same):
        return same[0]
    if not any(set(e.group) == set(group) for e in same):
        raise LookupError(id)
    return None


def show(estimate: Estimate, style: str = "value") -> str:
    """A released finding as words, in one of `FORMATS`; where there is none, why not, in brackets."""
    if style == "sureness" and estimate.status != "number":
        return ""  # the number itself says why there is none
    text = FORMATS[style](estimate) if estimate.status == "number" else number(estimate)
    return text if estimate.status == "number" and text else f"({text or 'not stated'})"


def _size(e: Estimate) -> str:
    return number(revalued(e, e.value and abs(e.value)))


def _in_100(share: float | None) -> str:
    """A share of people in words; that all or none did is said so, and of almost all that it is not all."""
    if share is None or share in (0, 100):
        return "" if share is None else "all" if share else "none"
    near = {0: "fewer than 1", 100: "more than 99"}
    return f"{near.get(round(share), round(share))} of every 100"


#: How a token may ask for its finding.
FORMATS: dict[str, Callable[[Estimate], str]] = {
    "value": number,
    "size": _size,
    "moved": lambda e: more_or_fewer(e, "rose by ", "fell by ", "stayed the same: ") + _size(e),
    "in_100": lambda e: _in_100(e.value),
    "count_of_n": counted,
    "interval": interval,
    "extent": extent,
    "count": lambda e: "" if e.count is None else f"{e.count:,}",
    "n": lambda e: "" if e.n is None else f"{e.n:,}",
    "sureness": sureness,
}


def wordings(e: Estimate) -> set[str]:
    """What may be said of a released finding without a token: its names, and its number with a unit.

    A bare whole number is not among them: it could be anybody's age. It goes by a token.
    """
    said = {number(e), show(e), _size(e), interval(e), interval(e).replace(" to ", " and "), extent(e)}
    said |= {e.label, e.source, *e.group, *e.group.values(), show(e, "in_100") if e.unit == "%" else ""}
    return {words for words in said if words and not words.replace(",", "").isdigit()}


def of_unrounded(change: Estimate, before: Estimate, after: Estimate) -> str:
    """That a change is not the difference of the averages as they are shown, where it is not; or nothing."""
    if change.value is None or before.value is None or after.value is None:
        return ""
    digits = places(change.unit)
    shown = round(after.value, digits) - round(before.value, digits)
    if abs(shown - round(change.value, digits)) < 0.5 * 10**-digits:
        return ""
    return "It is worked out before rounding, so it differs a little from the averages as they are shown."


def revalued(estimate: Estimate, value: float | None) -> Estimate:
    """The same released finding with its value adjusted, for example for several tests; None: unchanged."""
    return estimate if value is None else replace(estimate, value=value)


def biggest(released: Released) -> str:
    """The labels and shares of the three largest released findings, as a list in words."""
    rows = sorted((e for e in released if e.value is not None), key=lambda e: (-(e.value or 0), e.label))[:3]
    if not rows:
        return show(next(iter(released)))
    parts = [f"{small(e.label)} ({show(e)})" for e in rows]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def most(released: Released, sentence: str) -> str:
    """Which of several shares is the largest, as `sentence` says it of ``{}``, and how large it is.

    Nothing where no single one is the largest as they are shown. Of what is hidden nothing is said.
    """
    rows = sorted((e for e in released if e.value is not None), key=lambda e: -(e.value or 0))
    if len(rows) < 2 or show(rows[0], "in_100") == show(rows[1], "in_100"):
        return ""
    called = [*rows[0].group.values(), small(rows[0].label)][0]
    called = capital(called) if sentence.startswith("{}") else called
    shown = ", of those shown" if any(e.status == "suppressed" for e in released) else ""
    return f"{sentence.replace('{}', called)}{shown} ({show(rows[0], 'in_100')})"


def headline(text: str, released: Iterable[Estimate], **words: str) -> list[Piece]:
    """`text` in `pieces`, to stand over a chart; nothing where a finding that it quotes has no number."""
    spoken = pieces(text, released, **words)
    missing = any(said == NONE if e is None else e.status != "number" for said, e, _ in spoken)
    return [] if missing else spoken
