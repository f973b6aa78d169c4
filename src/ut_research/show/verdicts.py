"""What a released finding lets us say, and how sure we are: the words of a verdict, made by rule.

A verdict follows from the sign of a finding, the range around it and, of a primary outcome, what is found of
all of them together. Each sentence about chance, and about how far a number can be trusted, is made here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ut_research.core.estimate import Estimate
from ut_research.core.units import capital, places
from ut_research.disclosure.gate import Released
from ut_research.show.tables import interval, number

#: People in each group that the Justice Data Lab asks for before it compares (guidance of 2013).
ENOUGH = 60
#: How wide the range around a share may be, in percentage points, for each wording.
SURENESS = ((10, "fairly sure"), (20, "roughly sure"), (101, "not very sure"))
NO_RANGE = "there is no range around this number"
#: Why a change, or a share, is not an effect of the project; of two groups, `ut_research.show.design` says.
NOT_THE_CAUSE = {
    "change": "that the project was the cause, because nobody like them without the project was asked",
    "share": "how many would have without the project",
}


def more_or_fewer(difference: Estimate, more: str, fewer: str, same: str) -> str:
    """The word that fits the sign of a released difference; `same` when it rounds to nothing."""
    if difference.value is None:
        return f"({number(difference)})"
    shown = round(difference.value, places(difference.unit))
    return more if shown > 0 else fewer if shown < 0 else same


def limits(found: Estimate) -> tuple[float, float] | None:
    """The limits of the range around a number; None where there is no number, or no range around it."""
    missing = found.value is None or found.low is None or found.high is None
    return None if missing else (found.low, found.high)  # type: ignore[return-value]


def holds(difference: Estimate) -> bool:
    """Whether the range around a difference takes in 0, before rounding."""
    between = limits(difference)
    return between is not None and between[0] <= 0 <= between[1]


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
        return "We cannot say whether chance alone could explain a difference."
    if limits(difference) is None:
        return f"We cannot say how sure we are: {NO_RANGE}."
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
    if limits(change) is None:
        return ""
    words = unclear if by_chance(change, family) else more_or_fewer(change, more, fewer, unclear)
    return f"**{words}.**\n\n"


def extent(found: Estimate) -> str:
    """The range of a finding in words, for every 100 people where it is about shares.

    ``between 4 and 50 fewer of every 100``, ``between 13 and 23 of every 100``,
    ``between 1.3 and 2.0 days more``.
    """
    between = limits(found)
    if between is None:
        return f"({number(found)})" if found.status != "number" else number(found)
    if found.unit == "%":
        return f"between {round(between[0])} and {round(between[1])} of every 100"
    shares = found.unit == "percentage points"
    digits = 0 if shares else places(found.unit)
    low, high = (round(limit, digits) for limit in between)
    of = " of every 100" if shares else ""
    unit, less = ("", "fewer") if shares else (f" {found.unit}", "less")
    if between[0] < 0 < between[1]:
        down, up = (f"{abs(x):.{digits}f}" if x else f"less than {10**-digits:g}" for x in (low, high))
        return f"between {down}{unit} {less} and {up}{unit} more{of}"
    small, large = sorted((abs(low), abs(high)))
    return f"between {small:.{digits}f} and {large:.{digits}f}{unit} {less if high <= 0 else 'more'}{of}"


def sureness(found: Estimate) -> str:
    """In plain words, how sure we are of a number from its interval: of a share, see `SURENESS`."""
    if found.value is None:
        return f"We cannot say ({number(found)})."
    between = limits(found)
    if between is None:
        return f"We cannot say how sure we are: {NO_RANGE}."
    true = f"between {interval(found).replace(' to ', ' and ')}"
    if found.unit != "%":
        return f"The true number is likely to be {true}."
    words = next(w for limit, w in SURENESS if between[1] - between[0] <= limit)
    return f"We are {words}: the true share is likely to be {true.replace('%', '')} of every 100."


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
    if limits(found) is None:
        short = "we could not follow people for long enough"
        told = NO_RANGE if found.value is not None else number(found)
        return f"**We can say nothing yet:** {short if found.status == 'not worked out' else told}."
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
    said = capital(sentence.replace("{}", extent(found)))
    return f"**We can say:** {said}\n\n**We cannot say:**\n\n" + "\n".join(f"- {why}." for why in cannot)
