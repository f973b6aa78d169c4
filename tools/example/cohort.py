"""The invented cohort: people who do not exist, whose totals are those that were published.

`generate` makes the clean tables of the input contract, for any number of people, from a seed. At 250
people the draws are calibrated: counts are exact, and means are redrawn until they round to what the 2021
report prints. Otherwise the same counts become probabilities, and `truth` gives the parameters that a
measure should recover. `mess` adds what goes wrong in a real export, and `write` puts it in a folder.

None of it is evidence about United Together.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from tools import draw
from tools.draw import Bools, Floats, Tables, chosen, dates, days_of, in_order
from tools.example.interviews import said
from tools.example.mess import FILES, mess

Ints = NDArray[np.int64]
Drawn = TypeVar("Drawn")

SEED = 20191001
PUBLISHED_PEOPLE = 250
FIRST_DAY = np.datetime64("2019-10-01")
EXTRACTED = np.datetime64("2021-04-30")  # the day to which the export is complete: a month after delivery

# How many of how many, as published (2021 report). At 250 people the counts are exact.
REGISTERED = 204 / 250
WOMEN = 30 / 250
ETHNICITY_KNOWN, MINORITY = 243 / 250, 12 / 243
ASSESSED = 133 / 204
NEEDS = {  # of 133; every printed percentage has a whole number of people that rounds to it
    "mental_health": 94 / 133, "employability": 67 / 133, "training_education": 40 / 133,
    "volunteering": 27 / 133, "alcohol_drugs": 60 / 133, "physical_health": 66 / 133,
    "housing": 70 / 133, "family_relationships": 32 / 133, "social_isolation": 39 / 133,
}  # fmt: skip
BOTH_QUESTIONNAIRES, FIRST_ONLY = 103 / 204, 48 / 204
BOTH_SIM, SIM_ONLY = 96 / 204, 40 / 204
ENGAGED_SAMPLE, NOT_ENGAGED_SAMPLE = 34, 27
REOFFENDED = {"engaged": 9 / 34, "not engaged": 15 / 27}
MONTHS_TO_REOFFENCE = {"engaged": 2.8, "not engaged": 4.2}
OUTCOMES = {  # of 204. The report prints 13 volunteers as 1%: 13 of 204 is 6%
    "employment": 36 / 204, "education_training": 80 / 204, "housing": 79 / 204,
    "volunteering": 13 / 204, "treatment": 22 / 204,
}  # fmt: skip
HOUSING_FIRST_HALF = 2.6  # how much likelier a housing outcome is for someone who came in the first half

# What was not published, and so is invented outright.
MONTH_WEIGHTS = np.array([4, 6, 6, 8, 8, 6, 3, 3, 4, 6, 7, 7, 7, 6, 5, 6, 6, 6]) / 104  # Oct 2019 to Mar 2021
AREAS = {  # area: (share of referrals, its football trust)
    "Preston": (0.21, "Preston North End Community and Education Trust"),
    "Burnley": (0.22, "Burnley FC in the Community"),
    "Blackpool": (0.18, "Blackpool FC Community Trust"),
    "Blackburn with Darwen": (0.16, "Blackburn Rovers Community Trust"),
    "Accrington": (0.10, "Accrington Stanley Community Trust"),
    "Lancaster": (0.06, "Morecambe FC Community Sports"),
    "Morecambe": (0.05, "Morecambe FC Community Sports"),
    "Fleetwood": (0.02, "Fleetwood Town Community Trust"),
}
OWN_TRUST = 0.94  # share of people who go to the trust of their own area
AGE_BETA = (1.6, 2.514)  # of 18 + 45 x Beta: mean 35 years
STAY_GAMMA = (1.25, 13.6)  # shape, and scale in weeks, of the stay were nobody still supported
LATE_REFERRAL_DAYS = 396  # people referred after this were not in the reoffending sample
REOFFENCE_SHAPE = {"engaged": 1.2, "not engaged": 1.5}  # first parameter of the Beta of days over a year
DAYS_A_MONTH = 365.25 / 12
T1 = np.arange(16, 53)  # points; 14 is the least a total can be
CHANGE = np.arange(4, 27)  # points; everyone changed by more than 3
SKIPPED_AN_ITEM = 0.06  # share of those with only a first questionnaire who left an answer out
ITEM_NOISE = 0.42  # spread of one person's answers around their own level: gives an alpha near 0.9
SIM_BETA = {"T1": (0.9, 2.806), "T2": (1.6, 1.694)}  # of 7 x Beta, mixed binomial: means 1.7 and 3.4 days

INVENTED = """# These people are invented

Nobody in this folder exists. `tools.example` drew them from a seed so that their totals round to
the figures that the 2021 evaluation and the 2022 study printed; everything else about them, every date,
score, passage and comment, was made up. They are here so that the report can be built and tested by
anyone. They are not evidence about United Together.

The mess is meant too: it is what cleaning has to repair in a real export.
"""


def generate(people: int = PUBLISHED_PEOPLE, seed: int = SEED, *, calibrated: bool | None = None) -> Tables:
    """The clean tables of an invented cohort.

    Parameters
    ----------
    people : how many were referred.
    seed : the same seed and size give the same tables.
    calibrated : whether counts are exact and means redrawn until they fit what was published; otherwise
        every person draws independently, with the published share as probability. By default only at 250.

    Returns
    -------
    dict of the contract's tables, dates as datetime64, yes/no as nullable boolean.
    """
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(9)]
    exact = people == PUBLISHED_PEOPLE if calibrated is None else calibrated
    participants = _participants(streams[0], people, exact)
    return {
        "participants": participants,
        "needs": _needs(streams[1], participants, exact),
        "wemwbs": _wemwbs(streams[2], participants, exact),
        "activity": _activity(streams[3], participants, exact),
        "reoffending": _reoffending(streams[4], participants, exact),
        "outcomes": _outcomes(streams[5], participants, exact),
        **said(streams[6]),
    }


def write(folder: Path, seed: int = SEED) -> None:
    """Write the messy export into `folder`, one CSV a table, with `INVENTED.md`: the same bytes each time."""
    draw.write(folder, mess(generate(seed=seed), seed), INVENTED, FILES)


def truth() -> dict[tuple[str, str], float]:
    """What the measures should recover when not calibrated, by id and group, in the units of the Estimates.

    `reoffending.rate` is what is seen by the day of the export, when some people have been followed
    for less than a year; the survival curve at 12 months is not affected.
    """
    table = change_table()
    after = T1[:, None] + CHANGE
    entered = _daily()[:LATE_REFERRAL_DAYS] / _daily()[:LATE_REFERRAL_DAYS].sum()
    followed = np.minimum((EXTRACTED - FIRST_DAY).astype(int) - np.arange(LATE_REFERRAL_DAYS), 365) / 365
    found = {
        ("reach.registered", ""): 100 * REGISTERED,
        ("reach.gender", "female"): 100 * WOMEN,
        ("reach.ethnic_minority", ""): 100 * MINORITY,
        ("reach.age_mean", ""): 18 + float(stats.beta(*AGE_BETA).sf(np.arange(1, 45) / 45).sum()),
        ("wellbeing.mean_t1", ""): float((table.sum(axis=1) * T1).sum()),
        ("wellbeing.change_mean", ""): float((table * CHANGE).sum()),
        ("wellbeing.low_t1", ""): 100 * float(table[T1 <= 40].sum()),
        ("wellbeing.low_t2", ""): 100 * float(table[after <= 40].sum()),
        **{(f"needs.{need}", ""): 100 * share for need, share in NEEDS.items()},
        **{(f"outcomes.{outcome}", ""): 100 * share for outcome, share in OUTCOMES.items()},
    }
    for when, (a, b) in SIM_BETA.items():
        found[f"activity.mean_{when.lower()}", ""] = 7 * a / (a + b)
    for group, share in REOFFENDED.items():
        seen = float((entered * stats.beta(*_reoffence_beta(group)).cdf(followed)).sum())
        found["reoffending.rate", group] = 100 * share * seen
        found["reoffending.free", group] = 100 * (1 - share)
    return found


def _fitted(draw: Callable[[], Drawn], fits: Callable[[Drawn], bool], exact: bool) -> Drawn:
    """One draw; when `exact`, the first of many that fits what was published."""
    for _ in range(100_000):
        drawn = draw()
        if not exact or fits(drawn):
            return drawn
    raise RuntimeError("No draw of the invented cohort fits the published figures.")


def _daily() -> Floats:
    """Probability of a referral on each day of delivery, from `FIRST_DAY`."""
    months = np.arange("2019-10", "2021-05", dtype="datetime64[M]").astype("datetime64[D]")
    length = np.diff(months).astype(int)
    return np.asarray(np.repeat(MONTH_WEIGHTS / length, length), dtype=np.float64)


def _participants(rng: np.random.Generator, people: int, exact: bool) -> pd.DataFrame:
    daily = _daily()
    day = _fitted(
        lambda: np.sort(rng.choice(daily.size, people, p=daily)),
        lambda d: bool(d[0] < 7 and d[-1] > 540),
        exact,
    )
    referral = FIRST_DAY + days_of(day)
    age = _fitted(
        lambda: 18 + np.floor(45 * rng.beta(*AGE_BETA, people)).astype(int),
        lambda a: a.min() == 18 and a.max() == 62 and abs(a.mean() - 35) < 0.3,
        exact,
    )
    shares = np.array([share for share, _ in AREAS.values()])
    area = rng.choice(len(AREAS), people, p=shares)
    at = np.where(rng.random(people) < OWN_TRUST, area, rng.choice(len(AREAS), people, p=shares))
    known = chosen(rng.random(people), ETHNICITY_KNOWN, exact)
    minority = np.zeros(people, dtype=bool)
    minority[known] = chosen(rng.random(int(known.sum())), MINORITY, exact)
    named = np.where(minority, rng.choice(["Asian", "Black", "Mixed", "Other"], people), "White")

    registered = chosen(rng.random(people), REGISTERED, exact)
    registered_on = np.minimum(referral + days_of(rng.integers(0, 15, people)), EXTRACTED)

    def stays() -> Ints:
        weeks = rng.gamma(*STAY_GAMMA, people)
        return np.asarray(np.maximum(7, np.round(7 * weeks)), dtype=np.int64)

    def observed(stay: Ints) -> Floats:
        return np.asarray(np.minimum(stay, (EXTRACTED - registered_on).astype(int))[registered] / 7)

    stay = _fitted(stays, lambda s: abs(observed(s).mean() - 14.7) < 0.1, exact)
    left = registered_on + days_of(stay)
    gone = registered & (left <= EXTRACTED)
    reasons = ["completed", "stopped attending", "moved away", "returned to custody", "found work"]
    reason = rng.choice(reasons, people, p=[0.46, 0.3, 0.08, 0.09, 0.07])
    return pd.DataFrame({
        "participant_id": draw.named(people),
        "referral_date": dates(referral),
        "partner": np.array([trust for _, trust in AREAS.values()], dtype=object)[at],
        "area": np.array(list(AREAS), dtype=object)[area],
        "gender": np.where(chosen(rng.random(people), WOMEN, exact), "female", "male"),
        "age_at_referral": age,
        "ethnicity": pd.Series(named, dtype=object).where(known, None),
        "registered_date": dates(registered_on, registered),
        "exit_date": dates(left, gone),
        "exit_reason": pd.Series(reason, dtype=object).where(gone, None),
    })  # fmt: skip


def _stay(joined: pd.DataFrame) -> Ints:
    """Days from registering to leaving, or to the day of the export for those still supported."""
    until = joined["exit_date"].fillna(pd.Timestamp(EXTRACTED))
    return np.asarray((until - joined["registered_date"]).dt.days, dtype=np.int64)


def _registered(participants: pd.DataFrame) -> pd.DataFrame:
    return participants[participants["registered_date"].notna()].reset_index(drop=True)


def _needs(rng: np.random.Generator, participants: pd.DataFrame, exact: bool) -> pd.DataFrame:
    """Needs share a common cause, so that people with one tend to have others."""
    registered = _registered(participants)
    assessed = registered[chosen(rng.random(len(registered)), ASSESSED, exact)].reset_index(drop=True)
    n = len(assessed)
    when = np.minimum(assessed["registered_date"].to_numpy() + days_of(rng.integers(0, 15, n)), EXTRACTED)
    needs = pd.DataFrame({"participant_id": assessed["participant_id"], "assessed_date": dates(when)})
    common = rng.normal(size=n)
    for need, share in NEEDS.items():
        score = stats.norm.cdf(0.5 * common + np.sqrt(0.75) * rng.normal(size=n))
        needs[need] = pd.array(chosen(score, share, exact), dtype="boolean")
    return needs


def change_table() -> Floats:
    """Probability of each first total (rows, `T1`) with each change (columns, `CHANGE`), WEMWBS points.

    People with a lower first total change a little more. The means and spreads give 84 of 103 at
    or under 40 points before, 10 of 103 after, and a mean change of 13 points.
    """
    first = stats.norm.pdf((T1 - 34.72) / 6.5)
    change = stats.norm.pdf((CHANGE[None, :] - (12.8636 - 0.3 * (T1[:, None] - 35))) / 3.217)
    table: Floats = (first / first.sum())[:, None] * change / change.sum(axis=1, keepdims=True)
    return table


def _items(rng: np.random.Generator, totals: Ints) -> Ints:
    """Fourteen answers of 1 to 5 that add up to each total: a person's easiest steps are taken first."""
    parts = []
    ease = np.linspace(-0.25, 0.25, 14)
    for total in np.array_split(totals, max(1, len(totals) // 50_000)):
        noise = rng.normal(ease, ITEM_NOISE, (len(total), 14))
        steps = (np.arange(1, 5)[None, None, :] - noise[:, :, None]).reshape(len(total), 56)
        rank = np.argsort(np.argsort(steps, axis=1), axis=1)
        parts.append(1 + (rank < (total - 14)[:, None]).reshape(-1, 14, 4).sum(axis=2))
    return np.concatenate(parts)


def _wemwbs(rng: np.random.Generator, participants: pd.DataFrame, exact: bool) -> pd.DataFrame:
    rows, n, alone = _occasions(rng, participants, BOTH_QUESTIONNAIRES, FIRST_ONLY, exact)
    table = change_table()

    def draw() -> tuple[Ints, Ints]:
        row, column = np.divmod(rng.choice(table.size, n, p=table.ravel()), CHANGE.size)
        return T1[row], CHANGE[column]

    def fits(drawn: tuple[Ints, Ints]) -> bool:
        before, change = drawn
        low = (before <= 40).sum(), (before + change <= 40).sum()
        return low == (84, 10) and abs(change.mean() - 13) < 0.1

    before, change = _fitted(draw, fits, exact)
    only = T1[rng.choice(T1.size, alone, p=table.sum(axis=1))]
    answers = _items(rng, np.concatenate([before, only, before + change])).astype(object)
    skipped = n + np.flatnonzero(chosen(rng.random(alone), SKIPPED_AN_ITEM, exact))
    answers[skipped, rng.integers(0, 14, len(skipped))] = None
    items = pd.DataFrame(answers, columns=[f"item_{i:02d}" for i in range(1, 15)]).astype("Int64")
    return in_order(pd.concat([rows, items], axis=1), "timepoint")


def _activity(rng: np.random.Generator, participants: pd.DataFrame, exact: bool) -> pd.DataFrame:
    rows, n, alone = _occasions(rng, participants, BOTH_SIM, SIM_ONLY, exact)
    below = {when: stats.betabinom.cdf(np.arange(7), 7, a, b) for when, (a, b) in SIM_BETA.items()}

    def draw() -> tuple[Ints, Ints]:
        before = rng.normal(size=n + alone)
        after = 0.5 * before[:n] + np.sqrt(0.75) * rng.normal(size=n)
        normal = stats.norm.cdf
        return np.searchsorted(below["T1"], normal(before)), np.searchsorted(below["T2"], normal(after))

    def fits(drawn: tuple[Ints, Ints]) -> bool:
        before, after = drawn
        means = before.mean(), before[:n].mean(), after.mean()
        return all(abs(mean - goal) < 0.04 for mean, goal in zip(means, (1.7, 1.7, 3.4), strict=True))

    rows["active_days"] = pd.array(np.concatenate(_fitted(draw, fits, exact)), dtype="Int64")
    return in_order(rows, "timepoint")


def _occasions(
    rng: np.random.Generator, participants: pd.DataFrame, both_share: float, first_share: float, exact: bool
) -> tuple[pd.DataFrame, int, int]:
    """Who answered, and when: n people with both times, then the others' T1, then the n people's T2.

    T2 is six to eight weeks on or at exit; only people who stayed four weeks have one.
    """
    people = _registered(participants)
    stay = _stay(people)
    able = stay >= 28
    score = np.where(able, 0.0, able.mean()) + rng.random(len(people)) * np.where(
        able, able.mean(), (~able).mean()
    )
    both = chosen(score, both_share, exact)
    alone = np.zeros(len(people), dtype=bool)
    alone[~both] = chosen(rng.random(int((~both).sum())), first_share / (1 - both_share), exact)
    start = people["registered_date"].to_numpy()
    first = start + days_of(np.minimum(rng.integers(0, 15, len(people)), stay))
    second = np.minimum(first + days_of(rng.integers(42, 57, len(people))), start + days_of(stay))
    who = people["participant_id"].to_numpy()
    n, m = int(both.sum()), int(alone.sum())
    rows = pd.DataFrame({
        "participant_id": np.concatenate([who[both], who[alone], who[both]]),
        "timepoint": np.repeat(["T1", "T2"], [n + m, n]),
        "completed_date": dates(np.concatenate([first[both], first[alone], second[both]])),
    })  # fmt: skip
    return rows, n, m


def _reoffence_beta(group: str) -> tuple[float, float]:
    """The Beta of days to reoffence over a year, for those who reoffend within it."""
    a = REOFFENCE_SHAPE[group]
    return a, a * (365 / (MONTHS_TO_REOFFENCE[group] * DAYS_A_MONTH) - 1)


def _reoffence_days(rng: np.random.Generator, group: str, people: int) -> Ints:
    """Days from entry to reoffending, 1 to 365, for people who would reoffend within a year."""
    return np.asarray(1 + np.floor(365 * rng.beta(*_reoffence_beta(group), people)), dtype=np.int64)


def _reoffending(rng: np.random.Generator, participants: pd.DataFrame, exact: bool) -> pd.DataFrame:
    """A sample of those referred early enough, followed to the day of the export, some under a year."""
    early = (participants["referral_date"] < pd.Timestamp(FIRST_DAY + LATE_REFERRAL_DAYS)).to_numpy()
    registered = participants["registered_date"].notna().to_numpy()
    parts = []
    for group, size, eligible in (
        ("engaged", ENGAGED_SAMPLE, early & registered),
        ("not engaged", NOT_ENGAGED_SAMPLE, early & ~registered),
    ):
        pool = np.flatnonzero(eligible)
        share = size / PUBLISHED_PEOPLE * len(participants) / max(1, len(pool))
        part = participants.iloc[pool[chosen(rng.random(len(pool)), share, exact)]]
        entry = part["referral_date"].to_numpy().astype("datetime64[D]")
        followed = (EXTRACTED - entry).astype(int)
        would = chosen(rng.random(len(part)), REOFFENDED[group], exact)
        goal = MONTHS_TO_REOFFENCE[group] * DAYS_A_MONTH - 0.6
        draw = partial(_reoffence_days, rng, group, len(part))

        def fits(d: Ints, would: Bools = would, followed: Ints = followed, goal: float = goal) -> bool:
            return bool((d < followed)[would].all()) and abs(d[would].mean() - goal) < 0.5

        day = _fitted(draw, fits, exact)
        seen = would & (day <= followed)
        parts.append(pd.DataFrame({
            "participant_id": part["participant_id"].to_numpy(),
            "group": group,
            "entry_date": dates(entry),
            "followed_up_to": dates(np.full(len(part), EXTRACTED)),
            "reoffended": pd.array(seen, dtype="boolean"),
            "reoffence_date": dates(entry + days_of(day), seen),
        }))  # fmt: skip
    return in_order(pd.concat(parts))


def _outcomes(rng: np.random.Generator, participants: pd.DataFrame, exact: bool) -> pd.DataFrame:
    registered = _registered(participants)
    stay = _stay(registered)
    start = registered["registered_date"].to_numpy()
    first_half = (registered["referral_date"] < pd.Timestamp("2020-07-01")).to_numpy()
    parts = []
    for outcome, share in OUTCOMES.items():
        score = rng.random(len(registered))
        if outcome == "housing":
            weight = np.where(first_half, HOUSING_FIRST_HALF, 1.0)
            score = score / (weight / weight.mean())
        reached = chosen(score, share, exact)
        soon = 0.3 if outcome == "housing" else 1.0
        when = start + days_of(np.floor(soon * rng.random(len(registered)) * stay))
        parts.append(pd.DataFrame({
            "participant_id": registered["participant_id"][reached].to_numpy(),
            "outcome": outcome,
            "start_date": dates(when[reached]),
        }))  # fmt: skip
    return in_order(pd.concat(parts), "start_date", "outcome")
