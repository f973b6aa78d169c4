"""How much each headline depends on choices that could have been made otherwise.

An analysis makes choices that other sensible people would make differently: how long to follow people,
which score is low, what to do about people who did not come back. Here every combination is worked out
(Steegen and others 2016, Perspect Psychol Sci 11:702), and `agreement` says how many of the answers agree.

In: canonical tables. Out: Estimates ``multiverse.<headline>``, one for each combination, whose group says
the choices. Two combinations may differ by so few people that the difference between their answers would
point to one of them. A combination that near to one already given is withheld here, because only here is
it known who counts in which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ut_research import estimates
from ut_research.estimates import Interval
from ut_research.findings import Estimate, Origin
from ut_research.measures import reoffending, wellbeing
from ut_research.measures.change import both_times
from ut_research.measures.grouping import Maker, Tables, collected, parts, scaled

#: Days that somebody who counts as having stayed was supported for: the time to the second questionnaire.
STAYED_DAYS = 42

#: The value of each headline that means "no difference", or for a share, "half".
NOTHING = {"reoffending": 0.0, "low_wellbeing": 0.0, "wellbeing_change": 0.0, "meaningful": 50.0}

#: The choices beside those of the study itself.
WINDOWS = (183, 365, 548)
CUT_POINTS = (40, 41, 42, 44)
MISSING_ITEMS = (0, 1, 2, 3)

_COLUMNS = {
    "participants": ["participant_id", "registered_date", "exit_date"],
    "reoffending": [
        "participant_id",
        "group",
        "entry_date",
        "followed_up_to",
        "reoffended",
        "reoffence_date",
    ],
    "wemwbs": ["participant_id", "timepoint", *wellbeing.ITEMS, "total"],
}


@dataclass(frozen=True)
class Answer:
    """What one combination of choices gives: the choices, the answer, and each person's part in it.

    Attributes
    ----------
    people : array of str, a person each, equal in two answers when the person counts alike in both.
    """

    choices: Mapping[str, str]
    found: Interval
    n: int
    people: NDArray[np.str_]


def measure(
    tables: Tables,
    *,
    data_to: pd.Timestamp,
    threshold: int,
    follow_up_days: int = 365,
    low_at_most: int = 40,
    reliability: float = 0.83,
    confidence: float = 0.95,
    origin: Origin = "export",
) -> list[Estimate]:
    """Every combination of the defensible choices, for each headline (``multiverse.*``).

    Parameters
    ----------
    data_to : the day the data are complete to, for how long people stayed.
    threshold : people; combinations nearer than this to one already given are withheld.
    follow_up_days, low_at_most : the study's own choices, which come first.
    reliability : of the wellbeing score, for the thresholds that rest on it.
    """
    [(_, part)] = parts(tables, _COLUMNS)
    stayed = _stayed(part["participants"], data_to)
    pairs = {k: _questionnaires(part["wemwbs"], k) for k in MISSING_ITEMS}
    cuts = dict.fromkeys((low_at_most, *CUT_POINTS))
    windows = dict.fromkeys((follow_up_days, *WINDOWS))
    headlines: dict[str, tuple[str, str, str, Iterator[Answer]]] = {
        "reoffending": (
            "reoffending",
            "Difference in the share who reoffended",
            "percentage points",
            _reoffending(part["reoffending"], stayed, windows, confidence),
        ),
        "low_wellbeing": (
            "wemwbs",
            "Change in the share with low wellbeing",
            "percentage points",
            _low(pairs, stayed, cuts, confidence),
        ),
        "wellbeing_change": (
            "wemwbs",
            "Average change in wellbeing score",
            "points",
            _change(pairs, stayed, confidence),
        ),
        "meaningful": (
            "wemwbs",
            "Share whose wellbeing rose meaningfully",
            "%",
            _meaningful(pairs, stayed, reliability, confidence),
        ),
    }
    found: list[Estimate] = []
    for name, (table, label, unit, universe) in headlines.items():
        make = Maker(table, origin, confidence=confidence, collected=collected(tables, table))
        given: list[NDArray[np.str_]] = []
        for answer in universe:
            apart = [int((answer.people != other).sum()) for other in given]
            told = make.number(
                f"multiverse.{name}", label, answer.found, unit, "one combination of choices",
                n=answer.n, about=answer.choices,
            )  # fmt: skip
            if any(0 < few < threshold for few in apart):
                told = replace(told, value=None, low=None, high=None, n=None, status="suppressed")
            else:
                given.append(answer.people)
            found.append(told)
    return found


def agreement(released: Iterable[Estimate]) -> list[Estimate]:
    """How many of the released combinations agree, for each headline (``multiverse.agreement.*``).

    The direction is that of most of them. An answer is told from nothing when its interval leaves out the
    value in `NOTHING`.
    """
    found = []
    for name, nothing in NOTHING.items():
        answers = [e for e in released if e.id == f"multiverse.{name}" and e.value is not None]
        make = Maker(
            "the combinations released", answers[0].origin if answers else "export", collected=bool(answers)
        )
        below, above = ([e for e in answers if sign * (e.value or 0) > sign * nothing] for sign in (-1, 1))
        most = max(below, above, key=len)
        clear = [e for e in most if not (e.low or 0) <= nothing <= (e.high or 0)]
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


def _stayed(participants: pd.DataFrame, data_to: pd.Timestamp) -> frozenset[str]:
    until = participants.exit_date.fillna(data_to)
    long = (until - participants.registered_date).dt.days >= STAYED_DAYS
    return frozenset(participants.participant_id[long])


def _who(people: pd.Series, stayed: frozenset[str]) -> dict[str, NDArray[np.bool_]]:
    who = {"everyone": np.ones(len(people), dtype=bool)}
    if stayed:
        who["stayed six weeks"] = people.isin(stayed).to_numpy(dtype=bool)
    return who


def _reoffending(
    rows: pd.DataFrame, stayed: frozenset[str], windows: Iterable[int], confidence: float
) -> Iterator[Answer]:
    """Window, incomplete follow-up and who counts as engaged, each way."""
    for days, (who, kept) in product(windows, _who(rows.participant_id, stayed).items()):
        people = reoffending.follow(rows, days)
        engaged = (people.group == "engaged").to_numpy() & kept[rows.index.get_indexer(people.index)]
        reoffended, complete = people.reoffended.to_numpy(), people.complete.to_numpy()
        for handled, outcome, used in (
            ("as seen", reoffended, np.ones_like(complete)),
            ("left out", reoffended, complete),
            ("all reoffended", reoffended | ~complete, np.ones_like(complete)),
            ("only engaged reoffended", reoffended | (~complete & engaged), np.ones_like(complete)),
        ):
            c1, n1, c2, n2 = (
                int(x)
                for group in (engaged & used, ~engaged & used)
                for x in ((outcome & group).sum(), group.sum())
            )
            yield Answer(
                {"window": f"{days} days", "not followed to the end": handled, "engaged": who},
                scaled(estimates.newcombe(c1, n1, c2, n2, confidence), 100),
                int(used.sum()),
                np.where(used, np.char.add(engaged.astype(str), outcome.astype(str)), "out"),
            )


def _questionnaires(rows: pd.DataFrame, missing_items: int) -> pd.DataFrame:
    """A person a row with a first total; the second may be missing."""
    scored = rows[["participant_id", "timepoint"]].assign(total=wellbeing.totals(rows, missing_items))
    people = both_times(scored, ["total"])
    return people[people.total_t1.notna()]


def _scored(
    pairs: Mapping[int, pd.DataFrame], stayed: frozenset[str]
) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """First and second totals under each rule for missing items, people and second questionnaires."""
    for items, people in pairs.items():
        for who, kept in _who(pd.Series(people.index), stayed).items():
            for handled in ("left out", "no change"):
                chosen = people[kept]
                second = chosen.total_t2 if handled == "left out" else chosen.total_t2.fillna(chosen.total_t1)
                yield (
                    {
                        "missing items filled": f"up to {items}",
                        "people": who,
                        "no second questionnaire": handled,
                    },
                    chosen.assign(total_t2=second).dropna(subset=["total_t2"]),
                )


def _low(
    pairs: Mapping[int, pd.DataFrame], stayed: frozenset[str], cuts: Iterable[int], confidence: float
) -> Iterator[Answer]:
    for (choices, people), cut in product(list(_scored(pairs, stayed)), cuts):
        was, still = people.total_t1 <= cut, people.total_t2 <= cut
        gap = estimates.mean_t(still.astype(float) - was.astype(float), confidence)
        codes = was.astype(str) + still.astype(str)
        yield Answer(
            {**choices, "low at most": str(cut)}, scaled(gap, 100), len(people), _codes(codes, pairs)
        )


def _change(pairs: Mapping[int, pd.DataFrame], stayed: frozenset[str], confidence: float) -> Iterator[Answer]:
    for choices, people in _scored(pairs, stayed):
        rise = people.total_t2 - people.total_t1
        yield Answer(
            choices, estimates.mean_t(rise, confidence), len(people), _codes(rise.astype(str), pairs)
        )


def _meaningful(
    pairs: Mapping[int, pd.DataFrame], stayed: frozenset[str], reliability: float, confidence: float
) -> Iterator[Answer]:
    for choices, people in _scored(pairs, stayed):
        sd = float(people.total_t1.std()) if len(people) > 1 else 0.0
        for rule, points, how in (
            ("more than 3", 3.0, "more than"),
            ("at least 3", 3.0, "at least"),
            ("standard error", estimates.sem(sd, reliability), "at least"),
            ("reliable change", estimates.reliable_change(sd, reliability, confidence), "more than"),
        ):
            rise = people.total_t2 - people.total_t1
            count = estimates.improved(rise, points, how)
            rose = (rise > points) if how == "more than" else (rise >= points)
            yield Answer(
                {**choices, "meaningful is": rule},
                scaled(estimates.wilson(count, len(people), confidence), 100),
                len(people),
                _codes(rose.astype(str), pairs),
            )


def _codes(values: pd.Series, pairs: Mapping[int, pd.DataFrame]) -> NDArray[np.str_]:
    """Each person's part in an answer, over everybody who has a first questionnaire under any rule."""
    everybody = pairs[max(pairs)].index
    return values.reindex(everybody).fillna("out").to_numpy(dtype=str)
