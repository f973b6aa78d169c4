"""How much each headline depends on choices that could have been made otherwise.

An analysis makes choices that other sensible people would make differently: how long to follow people,
which score is low, what to do about people who did not come back. Here every combination is worked out
(Steegen and others 2016, Perspect Psychol Sci 11:702), and `agreement` says how many of the answers agree.

In: canonical tables. Out: Estimates ``multiverse.<headline>``, one for each combination, whose group says
the choices. Two combinations may differ by so few people that the difference between their answers would
point to one of them. A combination that near to one already given is withheld here, because only here is
it known who counts in which: of two means twice as many people must count otherwise, as their ranges tell
more. So is one whose answer and limits give a small count away, by themselves or less the count of another
that holds the same people and a few more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ut_research.core.estimate import Estimate, Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.measures import reach, reoffending, wellbeing
from ut_research.measures.change import both_times
from ut_research.measures.grouping import Maker, Tables, collected, parts
from ut_research.stats import intervals
from ut_research.stats.intervals import Interval

#: Days that somebody who counts as having stayed was supported for: the time to the second questionnaire.
#: Who stayed so long had, as a rule, not been arrested in that time, which flatters those who engaged.
STAYED_DAYS = 42

#: The value of a headline that means "half", of a share; of the others it is 0, "no difference".
NOTHING = {"meaningful": 50.0}

#: The table, the label and the unit of each headline.
HEADLINES = {
    "reoffending": ("reoffending", "Difference in the share who reoffended", "percentage points"),
    "low_wellbeing": ("wemwbs", "Change in the share with low wellbeing", "percentage points"),
    "wellbeing_change": ("wemwbs", "Average change in wellbeing score", "points"),
    "meaningful": ("wemwbs", "Share whose wellbeing rose meaningfully", "%"),
    "activity": ("activity", "Average change in active days a week", "days"),
}

_SENSITIVE = {
    "reoffending": ("reoffending.rate",),
    "low_wellbeing": ("wellbeing.low_t1", "wellbeing.low_t2"),
}
QUANTITIES = tuple(
    Quantity(
        id=f"multiverse.{name}",
        choices=True,
        sensitive=name in _SENSITIVE,
        rests_on=_SENSITIVE.get(name, ()),
        moves_with_time=name == "reoffending",
    )
    for name in HEADLINES
)

#: The choices beside those of the study itself.
WINDOWS = (183, 365, 548)
CUT_POINTS = (40, 41, 42, 44)
MISSING_ITEMS = (0, 1, 2, 3)
USED = (("more than", 3.0), ("at least", 3.0))

#: Choices of its own, an answer, each person's part in it, its cells and their codes; see `Answer`.
Said = tuple[dict[str, str], Interval, pd.Series, tuple[int, ...], tuple[str, ...]]
#: Who counts where in a table of two by two, row by row, as `Answer.people` says it.
TWO_BY_TWO = ("TrueTrue", "TrueFalse", "FalseTrue", "FalseFalse")


@dataclass(frozen=True)
class Answer:
    """What one combination of choices gives: the choices, the answer, and each person's part in it.

    Attributes
    ----------
    everybody : who anybody could be, in the order of `people`.
    people : array of str, a person each, equal in two answers when the person counts alike in both; "out" of
        who has no part in it.
    cells : the counts that the answer and its limits give away; a mean has none.
    codes : the values of `people` that these counts are of, where they are given away exactly.
    """

    choices: Mapping[str, str]
    found: Interval
    everybody: pd.Index
    people: NDArray[np.str_]
    cells: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()


def measure(
    tables: Tables,
    *,
    data_to: pd.Timestamp,
    threshold: int,
    zeros_safe: bool = True,
    follow_up_days: int = 365,
    low_at_most: int = 40,
    meaningful_change: float = 3,
    meaningful_rule: str = "more than",
    missing_items: int = 0,
    reliability: float = 0.83,
    confidence: float = 0.95,
    origin: Origin = "export",
) -> list[Measurement]:
    """Every combination of the defensible choices, for each headline (``multiverse.*``).

    Parameters
    ----------
    data_to : the day the data are complete to, for how long people stayed.
    threshold : people; combinations nearer than this to one already given are withheld.
    zeros_safe : whether an answer may give away that there was nobody, see the disclosure policy.
    follow_up_days to missing_items : the study's own choices, which come first.
    reliability : of the wellbeing score, for the thresholds that rest on it.
    """
    [(_, part)] = parts(tables, ["participants", "reoffending", "wemwbs", "activity"])
    stayed = _stayed(part["participants"], data_to)
    scored, days = _scored(part["wemwbs"], missing_items), part["activity"]
    twice = partial(_twice, stayed=stayed, confidence=confidence)
    low = partial(_low, cuts=dict.fromkeys((low_at_most, *CUT_POINTS)))
    rose = partial(_meaningful, in_force=(meaningful_rule, meaningful_change), reliability=reliability)
    universes: dict[str, Iterator[Answer]] = {
        "reoffending": _reoffending(part["reoffending"], stayed, follow_up_days, threshold, confidence),
        "low_wellbeing": twice(scored, say=low),
        "wellbeing_change": twice(scored, say=_change),
        "meaningful": twice(scored, say=rose),
        "activity": twice([({}, both_times(days, days.active_days))], say=_change),
    }
    make = partial(Maker, origin=origin, confidence=confidence)
    made = {table: make(table, collected=collected(tables, table)) for table, _, _ in HEADLINES.values()}
    return [e for name in universes for e in _told(name, [*universes[name]], made, threshold, zeros_safe)]


def _scored(answers: pd.DataFrame, own: int) -> list[tuple[dict[str, str], pd.DataFrame]]:
    """First and second totals by each rule for missing items, the study's `own` first."""
    rules = {f"up to {items}": items for items in (own, *MISSING_ITEMS)}
    return [
        ({"missing items filled": rule}, both_times(answers, wellbeing.totals(answers, items)))
        for rule, items in rules.items()
    ]


def _told(
    name: str, answers: Sequence[Answer], makers: Mapping[str, Maker], threshold: int, zeros_safe: bool
) -> Iterator[Measurement]:
    """Each of the `answers` of a headline; withheld where it tells of few beside those before it."""
    table, label, unit = HEADLINES[name]
    given: list[Answer] = []
    known = any(answer.found.value is not None for answer in answers)  # else there are no two groups
    for answer in answers:
        told = makers[table].number(
            f"multiverse.{name}", label, answer.found, unit, "one combination of choices",
            n=answer.everybody[answer.people != "out"], about=answer.choices,
        )  # fmt: skip
        if known and _tells_of_few(answer, given, threshold, zeros_safe):
            told = replace(told, value=None, low=None, high=None, n=None, status="suppressed")
        else:
            given.append(answer)
        yield told


def _tells_of_few(answer: Answer, given: Iterable[Answer], threshold: int, zeros_safe: bool) -> bool:
    """Whether an answer gives away that few people count somewhere, by itself or beside those `given`."""
    if (not zeros_safe and 0 in answer.cells) or any(0 < few < threshold for few in answer.cells):
        return True
    enough = threshold if answer.cells else 2 * threshold
    return any(
        0 < int((answer.people != other.people).sum()) < enough
        or any(0 < few < threshold for few in _left_over(answer, other))
        for other in given
    )


def _left_over(one: Answer, other: Answer) -> Iterator[int]:
    """How many people are in a count of one answer but not of the other, where that one holds no others."""
    for code in set(one.codes).intersection(other.codes):
        here, there = one.people == code, other.people == code
        more, fewer = int((here & ~there).sum()), int((there & ~here).sum())
        if not (more and fewer):  # else their difference is no count of people
            yield more + fewer


def agreement(released: Iterable[Estimate]) -> list[Estimate]:
    """How many of the released combinations agree, for each headline (``multiverse.agreement.*``).

    The direction is that of most of them. An answer is told from nothing when its interval leaves out the
    value in `NOTHING`.
    """
    found: list[Estimate] = []
    for name in HEADLINES:
        nothing, said = NOTHING.get(name, 0.0), name.replace("_", " ")
        answers = [e for e in released if e.id == f"multiverse.{name}" and e.value is not None]
        make = Maker(
            "the combinations released", answers[0].origin if answers else "export", collected=bool(answers)
        )
        below, above = ([e for e in answers if sign * (e.value or 0) > sign * nothing] for sign in (-1, 1))
        most = max(below, above, key=len)
        clear = [
            e for e in most if e.low is not None and e.high is not None and not e.low <= nothing <= e.high
        ]
        found += [
            make.tally(f"multiverse.agreement.{what}", label, len(some), "analyses", headline=said)
            for what, label, some in (
                ("combinations", "Combinations of choices", answers),
                ("direction", "Combinations that agree on the direction", most),
                ("clear", "Combinations that agree, and can be told from no difference", clear),
            )
        ]
    return found


def usual(released: Iterable[Estimate], headline: str) -> Estimate:
    """The answer of the usual choices for `headline`: the first combination."""
    return next(e for e in released if e.id == f"multiverse.{headline}")


def _stayed(participants: pd.DataFrame, data_to: pd.Timestamp) -> frozenset[int]:
    weeks = reach.stay(participants, pd.Timestamp(data_to)).weeks
    return frozenset(participants.participant_id[weeks.index[weeks >= STAYED_DAYS / 7]])


def _who(people: pd.Series, stayed: frozenset[int]) -> dict[str, NDArray[np.bool_]]:
    who = {"everyone": np.ones(len(people), dtype=bool)}
    if stayed:
        who["stayed six weeks"] = people.isin(stayed).to_numpy(dtype=bool)
    return who


def _reoffending(
    rows: pd.DataFrame, stayed: frozenset[int], own: int, threshold: int, confidence: float
) -> Iterator[Answer]:
    """Window, and who counts as engaged, each way; of one group there is no difference.

    Everybody counts for as long as they were followed. That people not followed to the end all did or did not
    reoffend is no analysis that anybody would defend, and it is not among them.
    """
    chosen = _who(rows.participant_id, stayed if rows.group.nunique() > 1 else frozenset())
    windows = dict.fromkeys((own, *WINDOWS))
    longest = reoffending.follow(rows, max(windows))
    times = [some for _, some in longest.to_reoffence.groupby(longest.group)]
    for days, (who, kept) in product(windows, chosen.items()):
        people = reoffending.follow(rows, days)
        engaged = (people.group == "engaged").to_numpy() & kept[rows.index.get_indexer(people.index)]
        risks = [reoffending.risk(people[group], days, confidence) for group in (engaged, ~engaged)]
        timed = people.seen.notna().to_numpy()
        event = (people.to_reoffence.notna() | people.undated).to_numpy()
        # who was followed to the end without reoffending counts alike
        ends = np.where(people.complete, event.astype(str), people.seen.astype(str))
        yield Answer(
            {"window": f"{days} days", "engaged": who},
            intervals.square_and_add(*risks).times(100),
            people.index,
            np.where(timed, np.char.add(engaged.astype(str), ends.astype(str)), "out"),
            (
                *(int((timed & a & b).sum()) for a, b in product((engaged, ~engaged), (event, ~event))),
                *(few for some in times for few in _beside_curve(some, days, own, threshold)),
            ),
            ("TrueTrue", "FalseTrue"),
        )


def _beside_curve(times: pd.Series, window: int, own: int, threshold: int) -> Iterator[int]:
    """How many reoffended between a window and each point that the curve to the study's `own` may show."""
    for point in reoffending.steps(own):
        so_far, to_come = (times <= point).sum(), times.between(point, own, inclusive="right").sum()
        between = abs(int((times <= window).sum() - so_far))
        if between and not any(0 < some < threshold for some in (so_far, to_come)):
            yield between


def _twice(
    scored: Sequence[tuple[dict[str, str], pd.DataFrame]],
    stayed: frozenset[int],
    say: Callable[..., Iterator[Said]],
    confidence: float,
) -> Iterator[Answer]:
    """What is said of first and second answers, of each choice of people and of what to do without a second.

    Parameters
    ----------
    scored : people as `both_times` gives them, each time with the choice by which they are scored.
    say : is given people with both, and who ``answered`` twice: how many are taken for unchanged is told
        elsewhere, so that what is told of all tells of those too.
    """
    everybody = max((people for _, people in scored), key=len).index
    for chosen, people in scored:
        handled = {"left out": people.t2, "no change": people.t2.fillna(people.t1)}
        ways = product(_who(pd.Series(people.index), stayed).items(), handled.items())
        for (who, kept), (how, second) in ways:
            some = people.assign(t2=second, answered=people.t2.notna())[kept].dropna(subset=["t2"])
            for own, found, values, cells, codes in say(some, confidence=confidence):
                part = values.astype(str).reindex(everybody).fillna("out").to_numpy(dtype=str)
                choices = {**chosen, "people": who, "no second questionnaire": how, **own}
                yield Answer(choices, found, everybody, part, cells, codes)


def _low(people: pd.DataFrame, cuts: Iterable[int], confidence: float) -> Iterator[Said]:
    for cut in cuts:
        was, still = people.t1 <= cut, people.t2 <= cut
        cells = [was & still, was & ~still, ~was & still, ~was & ~still]
        both, before, after, neither = counts = [int(x.sum()) for x in cells]
        change = intervals.newcombe_paired(both, before, after, neither, confidence).times(100)
        told = (*counts, *(int((x & people.answered).sum()) for x in cells))
        yield {"low at most": str(cut)}, change, was.astype(str) + still.astype(str), told, TWO_BY_TWO


def _change(people: pd.DataFrame, confidence: float) -> Iterator[Said]:
    rise = people.t2 - people.t1
    yield {}, intervals.mean_t(rise, confidence), rise, (), ()


def _meaningful(
    people: pd.DataFrame, in_force: tuple[str, float], reliability: float, confidence: float
) -> Iterator[Said]:
    rise, n = people.t2 - people.t1, len(people)
    sd = float(people.t1.std()) if n > 1 else 0.0
    rules = {f"{how} {points:g}": (how, points) for how, points in (in_force, *USED)}
    rules["standard error"] = "at least", intervals.sem(sd, reliability)
    rules["reliable change"] = "more than", intervals.reliable_change(sd, reliability, confidence)
    for name, (how, points) in rules.items():
        rose = pd.Series(intervals.improved(rise, points, how), index=people.index)
        # a threshold of nothing, where all began alike, is no threshold
        count = int(rose.sum())
        found = (intervals.wilson(count, n, confidence) if points else intervals.NONE).times(100)
        told = count, n - count, int(people.answered.sum()) - count
        yield {"meaningful is": name}, found, rose, told, ("True", "False")
