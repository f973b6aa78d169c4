"""Words made from released findings: numbers put into sentences, and sentences made by rule.

No number is typed into prose. A text holds tokens such as ``{{reoffending.rate[group=engaged]|in_100}}``
and `fill` puts in what the disclosure gate released: the number, or in plain words why there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from ut_research.core.estimate import Estimate
from ut_research.core.problems import Problem, ProblemsFound
from ut_research.core.units import capital, places
from ut_research.disclosure.gate import Released
from ut_research.show.tables import counted, interval, name, number

#: Words, the finding that they quote and its token.
Piece: TypeAlias = tuple[str, Estimate | None, str]
#: Where a sentence ends: after its full stop, a bold word and a colon, or a line that another part follows.
_END = re.compile(r"(?<=[.!?]\s)|(?<=:\*\*\s)|(?<=\n)(?=\s*(?:\n|[-*:#|]))")
#: A whole sentence, between what begins a list item or a cell and the space after it.
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

    `called` makes of the name of a finding what may stand in the text.
    """
    sentences: list[list[Piece]] = [[]]
    for piece in spoken:
        for i, part in enumerate([piece[0]] if piece[2] else _END.split(piece[0])):
            sentences += [[]] if i else []
            sentences[-1].append((part, *piece[1:]))
    said: list[Piece] = []
    for sentence in sentences:
        text = _without(sentence, called)
        if text == "":
            said += sentence
        elif text is None or (said and said[-1][0].strip("-*> \n") == text.strip("-*> \n")):  # once is enough
            said.append((_gap("".join(words for words, _, _ in sentence)), None, ""))
        else:
            said.append((text, None, ""))
    return said


def _gap(text: str) -> str:
    """What a sentence that is left out leaves of the list or table around it: its mark and its line end."""
    begins, ends = _LEAD.sub(r"\1", text, count=1), _LEAD.sub(r"\2", text, count=1)
    ends = ends if "\n" in ends else ""
    if not begins.strip():
        return ends
    alone = bool(ends) and not begins.startswith("  ")  # an item of a list goes, a cell of a table stays
    return "" if alone else begins + ends


def _without(sentence: Sequence[Piece], called: Callable[[object], str]) -> str | None:
    """What a sentence none of whose findings has a number is about, and why; empty for any other.

    None for one that is about nothing that these data hold: it is left out.
    """
    text = "".join(words for words, _, _ in sentence)
    about = [e for _, e, token in sentence if e is not None and "sureness" not in token]
    if not text.rstrip().endswith(".") or not about or any(e.status == "number" for e in about):
        return ""
    if all(e.status == "not collected" for e in about):
        return None
    why: dict[str, dict[str, None]] = {}
    for e in about:
        why.setdefault(number(e), {})[called(re.sub(r": (.+)", r" (\1)", name(e)))] = None
    said = " ".join(f"{'; '.join(subjects)}: {reason}." for reason, subjects in why.items())
    return _LEAD.sub(lambda m: m[1] + said + m[2], text, count=1)


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
        found.append((show(estimate, style or "value"), estimate, match[0]))
    if problems:
        raise ProblemsFound(problems)
    return [*found, (text[end:], None, "")]


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
    if style == "moved" and estimate.status != "number":
        return f"changed by ({number(estimate)})"
    text = FORMATS[style](estimate) if estimate.status == "number" else number(estimate)
    return text if estimate.status == "number" and text else f"({text or 'not stated'})"


def _size(e: Estimate) -> str:
    return number(replace(e, value=None if e.value is None else abs(e.value)))


#: How a token may ask for its finding.
FORMATS: dict[str, Callable[[Estimate], str]] = {
    "value": number,
    "size": _size,
    "moved": lambda e: more_or_fewer(e, "rose by ", "fell by ", "stayed the same: ") + _size(e),
    "in_100": lambda e: "" if e.value is None else f"{round(e.value)} of every 100",
    "count_of_n": counted,
    "interval": interval,
    "extent": lambda e: extent(e),
    "count": lambda e: "" if e.count is None else f"{e.count:,}",
    "n": lambda e: "" if e.n is None else f"{e.n:,}",
    "sureness": lambda e: sureness(e),
}


def wordings(e: Estimate) -> set[str]:
    """What may be said of a released finding without a token: its names, and its number with a unit.

    A bare whole number is not among them: it could be anybody's age. It goes by a token.
    """
    said = {number(e), show(e), _size(e), interval(e), interval(e).replace(" to ", " and "), extent(e)}
    said |= {e.label, e.source, *e.group, *e.group.values(), show(e, "in_100") if e.unit == "%" else ""}
    return {words for words in said if words and not words.replace(",", "").isdigit()}


def more_or_fewer(difference: Estimate, more: str, fewer: str, same: str) -> str:
    """The word that fits the sign of a released difference; `same` when it rounds to nothing."""
    if difference.value is None:
        return show(difference)
    shown = round(difference.value, places(difference.unit))
    return more if shown > 0 else fewer if shown < 0 else same


def holds(difference: Estimate) -> bool:
    """Whether the range around a difference takes in 0, before rounding."""
    low, high = difference.low, difference.high
    return low is not None and high is not None and low <= 0 <= high


def family(released: Released) -> dict[str, bool]:
    """Of each primary outcome, whether it can be told from no difference; see `measures.primary`."""
    return {e.group["outcome"]: e.count == 1 for e in released.select("primary.clear")}


def by_chance(difference: Estimate, family: Mapping[str, bool] | None) -> bool:
    """Whether chance alone could explain a difference: by its range, or by its `family` (see `chance`)."""
    return holds(difference) or not (family or {}).get(difference.id, True)


def chance(
    difference: Estimate, curves: Estimate | None = None, *, family: Mapping[str, bool] | None = None
) -> str:
    """In plain words, whether chance alone could explain a difference, from its interval.

    Of a primary outcome the verdict is that of its `family` (`measures.primary`). Where there is no
    difference as people were not followed for long enough, the log-rank test of the two `curves` says whether
    they can be told apart for as long as people were followed.
    """
    if difference.status == "not collected":
        return ""
    if difference.status == "not worked out":
        said = f"Whether it was different in the two groups is {difference.method}."
        if curves is None or curves.value is None:
            return said
        apart = "cannot be told apart" if curves.value > 0.05 else "can be told apart"
        return f"{said} For as long as people of both groups were followed, the groups {apart}."
    if difference.value is None:
        return f"We cannot say more of the difference: it is {number(difference)}."
    if difference.low is None or difference.high is None:
        return "We cannot say how sure we are: there is no range around this number."
    if holds(difference):
        return "Chance alone could explain this difference."
    if by_chance(difference, family):
        return "As one of several main outcomes, chance alone could explain this difference."
    return "Chance alone is unlikely to explain this difference. Other things still could."


def finding(
    change: Estimate, fewer: str, more: str, unclear: str, family: Mapping[str, bool] | None = None
) -> str:
    """What a chapter found in a few words, alone in bold, from the sign of a difference and its interval.

    Nothing where there is no difference to speak of. `unclear` is said where chance alone could explain it,
    of a primary outcome by the verdict of its `family` (`chance`).
    """
    if change.value is None or change.low is None or change.high is None:
        return ""
    words = unclear if by_chance(change, family) else more_or_fewer(change, more, fewer, unclear)
    return f"**{words}.**\n\n"


def of_unrounded(change: Estimate, before: Estimate, after: Estimate) -> str:
    """That a change is not the difference of the averages as they are shown, where it is not; or nothing."""
    if change.value is None or before.value is None or after.value is None:
        return ""
    digits = places(change.unit)
    shown = round(after.value, digits) - round(before.value, digits)
    if abs(shown - round(change.value, digits)) < 0.5 * 10**-digits:
        return ""
    return "It is worked out before rounding, so it differs a little from the averages as they are shown."


#: How wide the range around a share may be, in percentage points, for each wording.
SURENESS = ((10, "fairly sure"), (20, "roughly sure"), (101, "not very sure"))


def sureness(found: Estimate) -> str:
    """In plain words, how sure we are of a number from its interval: of a share, see `SURENESS`."""
    if found.value is None:
        return f"We cannot say {show(found)}."
    if found.low is None or found.high is None:
        return "We cannot say how sure we are: there is no range around this number."
    between = f"between {interval(found).replace(' to ', ' and ')}"
    if found.unit != "%":
        return f"The data fit with a true number {between}."
    words = next(w for limit, w in SURENESS if found.high - found.low <= limit)
    return f"We are {words}: the data fit with a true share {between}."


def revalued(estimate: Estimate, value: float | None) -> Estimate:
    """The same released finding with its value adjusted, for example for several tests; None: unchanged."""
    return estimate if value is None else replace(estimate, value=value)


def biggest(released: Released) -> str:
    """The labels and shares of the three largest released findings, as a list in words."""
    rows = sorted((e for e in released if e.value is not None), key=lambda e: (-(e.value or 0), e.label))[:3]
    if not rows:
        return show(next(iter(released)))
    parts = [f"{e.label[0].lower()}{e.label[1:]} ({show(e)})" for e in rows]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def most(released: Released, sentence: str) -> str:
    """Which of several shares is the largest, as `sentence` says it of ``{}``, and how large it is.

    Nothing where no single one is the largest as they are shown. Of what is hidden nothing is said.
    """
    rows = sorted((e for e in released if e.value is not None), key=lambda e: -(e.value or 0))
    if len(rows) < 2 or show(rows[0], "in_100") == show(rows[1], "in_100"):
        return ""
    called = [*rows[0].group.values(), rows[0].label][0]
    called = capital(called) if sentence.startswith("{}") else called
    shown = ", of those shown" if any(e.status == "suppressed" for e in released) else ""
    return f"{sentence.replace('{}', called)}{shown} ({show(rows[0], 'in_100')})"


def headline(text: str, released: Iterable[Estimate], **words: str) -> list[Piece]:
    """`text` in `pieces`, to stand over a chart; nothing where a finding that it quotes has no number."""
    spoken = pieces(text, released, **words)
    missing = any(said == NONE if e is None else e.status != "number" for said, e, _ in spoken)
    return [] if missing else spoken


def period(days: int) -> str:
    """A follow-up time as people say it: ``one year``, ``52 weeks``, ``18 months``, ``100 days``."""
    months = days / 30.4375
    if days in (365, 366):
        return "one year"
    if days % 7 == 0:
        return f"{days // 7} weeks"
    if abs(months - round(months)) < 0.05:
        return f"{round(months)} months"
    return f"{days} days"


#: People in each group that the Justice Data Lab asks for before it compares (guidance of 2013).
ENOUGH = 60
#: Why a change, or a share, is not an effect of the project; of two groups, `ut_research.show.design` says.
NOT_THE_CAUSE = {
    "change": "that the project was the cause, because nobody like them without the project was asked",
    "share": "how many would have without the project",
}


def extent(found: Estimate) -> str:
    """The range of a finding in words, for every 100 people where it is about shares.

    ``between 4 and 50 fewer of every 100``, ``between 13 and 23 of every 100``,
    ``between 1.3 and 2.0 days more``.
    """
    if found.value is None or found.low is None or found.high is None:
        return show(found)
    if found.unit == "%":
        return f"between {round(found.low)} and {round(found.high)} of every 100"
    shares = found.unit == "percentage points"
    digits = 0 if shares else places(found.unit)
    low, high = (round(limit, digits) for limit in (found.low, found.high))
    of = " of every 100" if shares else ""
    unit, less = ("", "fewer") if shares else (f" {found.unit}", "less")
    if found.low < 0 < found.high:
        return f"between {-low:.{digits}f}{unit} {less} and {high:.{digits}f}{unit} more{of}"
    small, large = sorted((abs(low), abs(high)))
    return f"between {small:.{digits}f} and {large:.{digits}f}{unit} {less if high <= 0 else 'more'}{of}"


def can_say(
    found: Estimate,
    sentence: str,
    *,
    cause: str,
    groups: Sequence[Estimate],
    followed: Sequence[Estimate] = (),
    family: Mapping[str, bool] | None = None,
) -> str:
    """What a finding, a share or a difference with its interval, lets us say and what not, as Markdown.

    Its `extent` goes to ``{}`` in `sentence`; `cause` is what cannot be said of the project's part in it; `n`
    of `groups` are their sizes; `followed` are shares of people followed to the end; `family` as in `chance`.
    """
    if found.status == "not collected":
        return ""
    if found.value is None:
        short = "we could not follow people for long enough"
        return f"**We can say nothing yet:** {short if found.status == 'not worked out' else number(found)}."
    if found.low is None or found.high is None:
        return "**We can say nothing yet:** there is no range around this number."
    cannot = [cause]
    if found.unit != "%" and by_chance(found, family):
        why = "" if holds(found) else ", as one of several main outcomes"
        said = f"that there was a difference at all, because{why} chance alone could explain one this size"
        cannot.insert(0, said)
    if any(e.n is not None and e.n < ENOUGH for e in groups):
        few = f"a group has fewer than {ENOUGH} people"
        cannot.append(f"much about its size, because {few}")
    if any(e.value is not None and round(e.value) < 100 for e in followed):
        cannot.append("what became of the people who were not followed to the end")
    said = sentence.replace("{}", extent(found))
    return f"**We can say:** {said}\n\n**We cannot say:**\n\n" + "\n".join(f"- {why}." for why in cannot)
