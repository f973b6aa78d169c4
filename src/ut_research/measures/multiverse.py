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

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from ut_research.measures.grouping import Maker, Tables, collected, parts, scaled
from ut_research.stats import intervals
from ut_research.stats.intervals import Interval

#: Days that somebody who counts as having stayed was supported for: the time to the second questionnaire.
#: Who stayed so long had, as a rule, not been arrested in that time, which flatters those who engaged.
STAYED_DAYS = 42

#: The value of each headline that means "no difference", or for a share, "half".
NOTHING = {
    "reoffending": 0.0, "low_wellbeing": 0.0, "wellbeing_change": 0.0, "meaningful": 50.0, "activity": 0.0,
}  # fmt: skip

#: The table, the label and the unit of each headline.
HEADLINES = {
    "reoffending": ("reoffending", "Difference in the share who reoffended", "percentage points"),
    "low_wellbeing": ("wemwbs", "Change in the share with low wellbeing", "percentage points"),
    "wellbeing_change": ("wemwbs", "Average change in wellbeing score", "points"),
    "meaningful": ("wemwbs", "Share whose wellbeing rose meaningfully", "%"),
    "activity": ("activity", "Average change in active days a week", "days"),
}

QUANTITIES = (
    Quantity(
        id="multiverse.reoffending",
        choices=True,
        sensitive=True,
        rests_on=("reoffending.rate",),
        moves_with_time=True,
    ),
    Quantity(
        id="multiverse.low_wellbeing",
        choices=True,
        sensitive=True,
        rests_on=("wellbeing.low_t1", "wellbeing.low_t2"),
    ),
    Quantity(id="multiverse.meaningful", choices=True),
    *(Quantity(id=f"multiverse.{name}", choices=True) for name in ("wellbeing_change", "activity")),
)

#: The choices beside those of the study itself.
WINDOWS = (183, 365, 548)
CUT_POINTS = (40, 41, 42, 44)
MISSING_ITEMS = (0, 1, 2, 3)
USED = (("more than", 3.0), ("at least", 3.0))

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
    follow_up_days, low_at_most, meaningful_change, meaningful_rule, missing_items : the study's own choices,
        which come first.
    reliability : of the wellbeing score, for the thresholds that rest on it.
    """
    [(_, part)] = parts(tables, ["participants", "reoffending", "wemwbs", "activity"])
    stayed = _stayed(part["participants"], data_to)
    pairs = {
        k: both_times(part["wemwbs"], wellbeing.totals(part["wemwbs"], k))
        for k in dict.fromkeys((missing_items, *MISSING_ITEMS))
    }
    days = both_times(part["activity"], part["activity"].active_days)
    in_force = meaningful_rule, meaningful_change
    universes: dict[str, Iterator[Answer]] = {
        "reoffending": _reoffending(part["reoffending"], stayed, follow_up_days, threshold, confidence),
        "low_wellbeing": _low(pairs, stayed, dict.fromkeys((low_at_most, *CUT_POINTS)), confidence),
        "wellbeing_change": _change(_scored(pairs, stayed), _everybody(pairs), confidence),
        "meaningful": _meaningful(pairs, stayed, in_force, reliability, confidence),
        "activity": _change(_each_way(days, stayed, {}), days.index, confidence),
    }
    make = partial(Maker, origin=origin, confidence=confidence)
    made = {table: make(table, collected=collected(tables, table)) for table, _, _ in HEADLINES.values()}
    return [e for name in universes for e in _told(name, [*universes[name]], made, threshold, zeros_safe)]


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
    for name, nothing in NOTHING.items():
        answers = [e for e in released if e.id == f"multiverse.{name}" and e.value is not None]
        make = Maker(
            "the combinations released", answers[0].origin if answers else "export", collected=bool(answers)
        )
        below, above = ([e for e in answers if sign * (e.value or 0) > sign * nothing] for sign in (-1, 1))
        most = max(below, above, key=len)
        clear = [
            e for e in most if e.low is not None and e.high is not None and not e.low <= nothing <= e.high
        ]
        for what, label, some in (
            ("combinations", "Combinations of choices", answers),
            ("direction", "Combinations that agree on the direction", most),
            ("clear", "Combinations that agree, and can be told from no difference", clear),
        ):
            count = len(some)
            found.append(
                make.tally(
                    f"multiverse.agreement.{what}", label, count, "analyses", headline=name.replace("_", " ")
                )
            )
    return found


def usual(released: Iterable[Estimate], headline: str) -> Estimate:
    """The answer of the usual choices for `headline`: the first combination."""
    return next(e for e in released if e.id == f"multiverse.{headline}")


def _stayed(participants: pd.DataFrame, data_to: pd.Timestamp) -> frozenset[int]:
    known = participants[participants.exit_date.notna() | participants.exit_reason.isna()]
    weeks = reach.stay(known.registered_date, known.exit_date, pd.Timestamp(data_to)).weeks
    return frozenset(known.participant_id[weeks >= STAYED_DAYS / 7])


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
            scaled(intervals.square_and_add(*risks), 100),
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


def _each_way(
    people: pd.DataFrame, stayed: frozenset[int], chosen: Mapping[str, str]
) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """First and second totals of each choice of people, and of what to do where there is no second.

    With who ``answered`` twice: how many are taken for unchanged is told elsewhere, so that what is told of
    all tells of those too.
    """
    for who, kept in _who(pd.Series(people.index), stayed).items():
        some = people[kept]
        for handled, second in (
            ("left out", some.t2),
            ("no change", some.t2.fillna(some.t1)),
        ):
            yield (
                {**chosen, "people": who, "no second questionnaire": handled},
                some.assign(t2=second, answered=some.t2.notna()).dropna(subset=["t2"]),
            )


def _scored(
    pairs: Mapping[int, pd.DataFrame], stayed: frozenset[int]
) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    for items, people in pairs.items():
        yield from _each_way(people, stayed, {"missing items filled": f"up to {items}"})


def _everybody(pairs: Mapping[int, pd.DataFrame]) -> pd.Index:
    """Everybody who has a first questionnaire under any rule for missing items."""
    return pairs[max(pairs)].index


def _low(
    pairs: Mapping[int, pd.DataFrame], stayed: frozenset[int], cuts: Iterable[int], confidence: float
) -> Iterator[Answer]:
    for (choices, people), cut in product(list(_scored(pairs, stayed)), cuts):
        was, still = people.t1 <= cut, people.t2 <= cut
        cells = [was & still, was & ~still, ~was & still, ~was & ~still]
        both, before, after, neither = counts = [int(x.sum()) for x in cells]
        change = intervals.newcombe_paired(both, before, after, neither, confidence)
        yield Answer(
            {**choices, "low at most": str(cut)},
            scaled(change, 100),
            _everybody(pairs),
            _codes(was.astype(str) + still.astype(str), _everybody(pairs)),
            (*counts, *(int((x & people.answered).sum()) for x in cells)),
            TWO_BY_TWO,
        )


def _change(
    scored: Iterator[tuple[dict[str, str], pd.DataFrame]], everybody: pd.Index, confidence: float
) -> Iterator[Answer]:
    for choices, people in scored:
        rise = people.t2 - people.t1
        yield Answer(
            choices, intervals.mean_t(rise, confidence), everybody, _codes(rise.astype(str), everybody)
        )


def _meaningful(
    pairs: Mapping[int, pd.DataFrame],
    stayed: frozenset[int],
    in_force: tuple[str, float],
    reliability: float,
    confidence: float,
) -> Iterator[Answer]:
    for choices, people in _scored(pairs, stayed):
        rise, n = people.t2 - people.t1, len(people)
        sd = float(people.t1.std()) if n > 1 else 0.0
        rules = {f"{how} {points:g}": (how, points) for how, points in (in_force, *USED)}
        rules["standard error"] = "at least", intervals.sem(sd, reliability)
        rules["reliable change"] = "more than", intervals.reliable_change(sd, reliability, confidence)
        for name, (how, points) in rules.items():
            rose = pd.Series(intervals.improved(rise, points, how), index=people.index)
            # a threshold of nothing, where all began alike, is no threshold
            count = int(rose.sum())
            found = intervals.wilson(count, n, confidence) if points else intervals.NONE
            yield Answer(
                {**choices, "meaningful is": name},
                scaled(found, 100),
                _everybody(pairs),
                _codes(rose.astype(str), _everybody(pairs)),
                (count, n - count, int(people.answered.sum()) - count),
                ("True", "False"),
            )


def _codes(values: pd.Series, everybody: pd.Index) -> NDArray[np.str_]:
    """Each person's part in an answer; "out" for people who have none."""
    return values.reindex(everybody).fillna("out").to_numpy(dtype=str)
