"""The invented cohort: people who do not exist, whose totals are those that were published.

`generate` makes the clean tables of the input contract, for any number of people, from a
seed. At 250 people the draws are calibrated: counts are exact, and means are redrawn until they
round to what the 2021 report prints. At any other size the same counts become probabilities,
and `truth` gives the parameters that a measure should recover. `mess` adds what goes wrong in
a real export; `write` puts the messy tables in a folder as CSV.

None of it is evidence about United Together.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Tables = dict[str, pd.DataFrame]
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
HOUSING_FIRST_HALF = 1.55  # how much likelier a housing outcome is for someone who came in the first half

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
ITEM_NOISE = 0.62  # spread of one person's answers around their own level: gives an alpha near 0.9
SIM_BETA = {"T1": (0.9, 2.806), "T2": (1.6, 1.694)}  # of 7 x Beta, mixed binomial: means 1.7 and 3.4 days

INVENTED = """# These people are invented

Nobody in this folder exists. `ut_research.example` drew them from a seed so that their totals round to
the figures that the 2021 evaluation and the 2022 study printed; everything else about them, every date,
score, passage and comment, was made up. They are here so that the report can be built and tested by
anyone. They are not evidence about United Together.

The mess is meant too: it is what cleaning has to repair in a real export.
"""


def generate(people: int = PUBLISHED_PEOPLE, seed: int = SEED) -> Tables:
    """The clean tables of an invented cohort.

    Parameters
    ----------
    people : how many were referred. At 250 the published counts are exact; otherwise every person
        draws independently with the published share as probability.
    seed : the same seed and size give the same tables.

    Returns
    -------
    dict of the contract's tables, dates as datetime64, yes/no as nullable boolean.
    """
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(9)]
    exact = people == PUBLISHED_PEOPLE
    participants = _participants(streams[0], people, exact)
    return {
        "participants": participants,
        "needs": _needs(streams[1], participants, exact),
        "wemwbs": _wemwbs(streams[2], participants, exact),
        "activity": _activity(streams[3], participants, exact),
        "reoffending": _reoffending(streams[4], participants, exact),
        "outcomes": _outcomes(streams[5], participants, exact),
        **_said(streams[6]),
    }


def write(folder: Path, seed: int = SEED) -> None:
    """Write the invented export into `folder`: one CSV a table, and `INVENTED.md`, the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "INVENTED.md").write_text(INVENTED, encoding="utf-8")
    for name, table in generate(seed=seed).items():
        text = table.copy()
        for column in text:
            if text[column].dtype.kind == "M":
                text[column] = text[column].dt.strftime("%d/%m/%Y")
            elif text[column].dtype == "boolean":
                text[column] = text[column].map({True: "yes", False: "no"})
        text.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def _fitted(draw: Callable[[], Drawn], fits: Callable[[Drawn], bool], exact: bool) -> Drawn:
    """One draw; when `exact`, the first of many that fits what was published."""
    for _ in range(100_000):
        drawn = draw()
        if not exact or fits(drawn):
            return drawn
    raise RuntimeError("No draw of the invented cohort fits the published figures.")


def _chosen(score: Floats, share: float, exact: bool) -> Bools:
    """Who is chosen: those with a score (uniform on 0 to 1) under `share`, or exactly that share of them."""
    if not exact:
        return score < share
    chosen = np.zeros(len(score), dtype=bool)
    chosen[np.argsort(score, kind="stable")[: round(share * len(score))]] = True
    return chosen


def _days(values: NDArray[np.generic]) -> NDArray[np.timedelta64]:
    return np.asarray(values).astype("int64").astype("timedelta64[D]")


def _date(values: NDArray[np.generic], known: Bools | None = None) -> pd.Series:
    dates = pd.Series(values.astype("datetime64[s]")).astype("datetime64[ns]")
    return dates if known is None else dates.where(known)


def _participants(rng: np.random.Generator, people: int, exact: bool) -> pd.DataFrame:
    months = np.arange("2019-10", "2021-04", dtype="datetime64[M]")
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    daily = np.repeat(MONTH_WEIGHTS / length, length)
    day = _fitted(
        lambda: np.sort(rng.choice(daily.size, people, p=daily)), lambda d: d[0] < 7 and d[-1] > 540, exact
    )
    referral = FIRST_DAY + _days(day)
    age = _fitted(
        lambda: 18 + np.floor(45 * rng.beta(*AGE_BETA, people)).astype(int),
        lambda a: a.min() == 18 and a.max() == 62 and abs(a.mean() - 35) < 0.3,
        exact,
    )
    shares = np.array([share for share, _ in AREAS.values()])
    area = rng.choice(len(AREAS), people, p=shares)
    at = np.where(rng.random(people) < OWN_TRUST, area, rng.choice(len(AREAS), people, p=shares))
    known = _chosen(rng.random(people), ETHNICITY_KNOWN, exact)
    minority = np.zeros(people, dtype=bool)
    minority[known] = _chosen(rng.random(int(known.sum())), MINORITY, exact)
    ethnicity = np.where(minority, rng.choice(["Asian", "Black", "Mixed", "Other"], people), "White").astype(object)
    ethnicity[~known] = None

    registered = _chosen(rng.random(people), REGISTERED, exact)
    registered_on = np.minimum(referral + _days(rng.integers(0, 15, people)), EXTRACTED)

    def stays() -> NDArray[np.int64]:
        weeks = rng.gamma(*STAY_GAMMA, people)
        return np.maximum(7, np.round(7 * weeks)).astype("int64")

    def observed(stay: NDArray[np.int64]) -> Floats:
        return np.minimum(stay, (EXTRACTED - registered_on).astype(int))[registered] / 7

    stay = _fitted(stays, lambda s: abs(observed(s).mean() - 14.7) < 0.1, exact)
    left = registered_on + _days(stay)
    gone = registered & (left <= EXTRACTED)
    reasons = ["completed", "stopped attending", "moved away", "returned to custody", "found work"]
    reason = rng.choice(reasons, people, p=[0.46, 0.3, 0.08, 0.09, 0.07]).astype(object)
    reason[~gone] = None
    return pd.DataFrame({
        "participant_id": "INVENTED-" + pd.Series(np.arange(1, people + 1)).astype(str).str.zfill(4),
        "referral_date": _date(referral),
        "partner": np.array([trust for _, trust in AREAS.values()], dtype=object)[at],
        "area": np.array(list(AREAS), dtype=object)[area],
        "gender": np.where(_chosen(rng.random(people), WOMEN, exact), "female", "male"),
        "age_at_referral": age,
        "ethnicity": ethnicity,
        "registered_date": _date(registered_on, registered),
        "exit_date": _date(left, gone),
        "exit_reason": reason,
    })  # fmt: skip


def _stay(joined: pd.DataFrame) -> NDArray[np.int64]:
    """Days from registering to leaving, or to the day of the export for those still supported."""
    until = joined["exit_date"].fillna(pd.Timestamp(EXTRACTED))
    return (until - joined["registered_date"]).dt.days.to_numpy("int64")


def _registered(participants: pd.DataFrame) -> pd.DataFrame:
    return participants[participants["registered_date"].notna()].reset_index(drop=True)


def _needs(rng: np.random.Generator, participants: pd.DataFrame, exact: bool) -> pd.DataFrame:
    """Needs share a common cause, so that people with one tend to have others."""
    registered = _registered(participants)
    assessed = registered[_chosen(rng.random(len(registered)), ASSESSED, exact)].reset_index(drop=True)
    n = len(assessed)
    when = np.minimum(assessed["registered_date"].to_numpy() + _days(rng.integers(0, 15, n)), EXTRACTED)
    needs = pd.DataFrame({"participant_id": assessed["participant_id"], "assessed_date": _date(when)})
    common = rng.normal(size=n)
    for need, share in NEEDS.items():
        score = stats.norm.cdf(0.5 * common + np.sqrt(0.75) * rng.normal(size=n))
        needs[need] = pd.array(_chosen(score, share, exact), dtype="boolean")
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


def _items(rng: np.random.Generator, totals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fourteen answers of 1 to 5 that add up to each total: the easiest steps for each person are taken first."""
    parts = []
    ease = np.linspace(-0.25, 0.25, 14)
    for total in np.array_split(totals, max(1, len(totals) // 50_000)):
        noise = rng.normal(ease, ITEM_NOISE, (len(total), 14))
        steps = (np.arange(1, 5)[None, None, :] - noise[:, :, None]).reshape(len(total), 56)
        rank = np.argsort(np.argsort(steps, axis=1), axis=1)
        parts.append(1 + (rank < (total - 14)[:, None]).reshape(-1, 14, 4).sum(axis=2))
    return np.concatenate(parts)


def _wemwbs(rng: np.random.Generator, participants: pd.DataFrame, exact: bool) -> pd.DataFrame:
    registered, both, first_only, t1_date, t2_date = _occasions(
        rng, participants, BOTH_QUESTIONNAIRES, FIRST_ONLY, exact
    )
    table = change_table()
    n = int(both.sum())

    def draw() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        row, column = np.divmod(rng.choice(table.size, n, p=table.ravel()), CHANGE.size)
        return T1[row], CHANGE[column]

    def fits(drawn: tuple[NDArray[np.int64], NDArray[np.int64]]) -> bool:
        before, change = drawn
        low = (before <= 40).sum(), (before + change <= 40).sum()
        return low == (84, 10) and abs(change.mean() - 13) < 0.1

    before, change = _fitted(draw, fits, exact)
    alone = T1[rng.choice(T1.size, int(first_only.sum()), p=table.sum(axis=1))]
    totals = np.concatenate([before, alone, before + change])
    items = pd.DataFrame(_items(rng, totals), columns=[f"item_{i:02d}" for i in range(1, 15)]).astype("Int64")
    # A few who came once left one answer out.
    skipped = n + np.flatnonzero(_chosen(rng.random(len(alone)), 0.06, exact))
    for row, column in zip(skipped, rng.integers(0, 14, len(skipped)), strict=True):
        items.iat[row, column] = pd.NA
    people = registered["participant_id"]
    frame = pd.DataFrame({
        "participant_id": pd.concat([people[both], people[first_only], people[both]], ignore_index=True),
        "timepoint": np.repeat(["T1", "T2"], [n + len(alone), n]),
        "completed_date": pd.concat([t1_date[both], t1_date[first_only], t2_date[both]], ignore_index=True),
    })  # fmt: skip
    return pd.concat([frame, items], axis=1).sort_values(
        ["participant_id", "timepoint"], kind="stable", ignore_index=True
    )


def _occasions(
    rng: np.random.Generator, participants: pd.DataFrame, both_share: float, first_share: float, exact: bool
) -> tuple[pd.DataFrame, Bools, Bools, pd.Series, pd.Series]:
    """Who answered at both times, who only at the first, and when: T2 is six to eight weeks on, or at exit."""
    registered = _registered(participants)
    stay = _stay(registered)
    able = stay >= 28
    score = rng.random(len(registered))
    score = np.where(able, score * able.mean(), able.mean() + score * (1 - able.mean()))
    both = _chosen(score, both_share, exact)
    rest = np.zeros(len(registered), dtype=bool)
    rest[~both] = _chosen(rng.random(int((~both).sum())), first_share / (1 - both_share), exact)
    start = registered["registered_date"].to_numpy()
    first = start + _days(np.minimum(rng.integers(0, 15, len(registered)), stay))
    last = start + _days(stay)
    second = np.minimum(first + _days(rng.integers(42, 57, len(registered))), last)
    return registered, both, rest, _date(first), _date(second)


def _activity(rng: np.random.Generator, participants: pd.DataFrame, exact: bool) -> pd.DataFrame:
    registered, both, first_only, t1_date, t2_date = _occasions(rng, participants, BOTH_SIM, SIM_ONLY, exact)
    n, alone = int(both.sum()), int(first_only.sum())
    cumulative = {t: stats.betabinom.cdf(np.arange(7), 7, a, b) for t, (a, b) in SIM_BETA.items()}

    def draw() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        before = rng.normal(size=n + alone)
        after = 0.5 * before[:n] + np.sqrt(0.75) * rng.normal(size=n)
        return (
            np.searchsorted(cumulative["T1"], stats.norm.cdf(before)),
            np.searchsorted(cumulative["T2"], stats.norm.cdf(after)),
        )

    def fits(drawn: tuple[NDArray[np.int64], NDArray[np.int64]]) -> bool:
        before, after = drawn
        means = before.mean(), before[:n].mean(), after.mean()
        return all(abs(mean - goal) < 0.04 for mean, goal in zip(means, (1.7, 1.7, 3.4), strict=True))

    before, after = _fitted(draw, fits, exact)
    people = registered["participant_id"]
    frame = pd.DataFrame({
        "participant_id": pd.concat([people[both], people[first_only], people[both]], ignore_index=True),
        "timepoint": np.repeat(["T1", "T2"], [n + alone, n]),
        "completed_date": pd.concat([t1_date[both], t1_date[first_only], t2_date[both]], ignore_index=True),
        "active_days": pd.array(np.concatenate([before, after]), dtype="Int64"),
    })  # fmt: skip
    return frame.sort_values(["participant_id", "timepoint"], kind="stable", ignore_index=True)


def _reoffence_beta(group: str) -> tuple[float, float]:
    """The Beta of days to reoffence over a year, for those who reoffend within it."""
    a = REOFFENCE_SHAPE[group]
    return a, a * (365 / (MONTHS_TO_REOFFENCE[group] * DAYS_A_MONTH) - 1)


def _reoffending(rng: np.random.Generator, participants: pd.DataFrame, exact: bool) -> pd.DataFrame:
    """A sample of those referred early enough, followed to the day of the export: some for less than a year."""
    early = (participants["referral_date"] < pd.Timestamp(FIRST_DAY + LATE_REFERRAL_DAYS)).to_numpy()
    registered = participants["registered_date"].notna().to_numpy()
    parts = []
    for group, size, eligible in (
        ("engaged", ENGAGED_SAMPLE, early & registered),
        ("not engaged", NOT_ENGAGED_SAMPLE, early & ~registered),
    ):
        pool = np.flatnonzero(eligible)
        share = size / PUBLISHED_PEOPLE * len(participants) / len(pool)
        part = participants.iloc[pool[_chosen(rng.random(len(pool)), share, exact)]]
        entry = part["referral_date"].to_numpy().astype("datetime64[D]")
        followed = (EXTRACTED - entry).astype(int)
        would = _chosen(rng.random(len(part)), REOFFENDED[group], exact)
        a, b = _reoffence_beta(group)
        goal = MONTHS_TO_REOFFENCE[group] * DAYS_A_MONTH - 0.6
        day = _fitted(
            lambda n=len(part), a=a, b=b: 1 + np.floor(365 * rng.beta(a, b, n)).astype(int),
            lambda d, w=would, f=followed, g=goal: bool((d < f)[w].all()) and abs(d[w].mean() - g) < 0.5,
            exact,
        )
        seen = would & (day <= followed)
        parts.append(pd.DataFrame({
            "participant_id": part["participant_id"].to_numpy(),
            "group": group,
            "entry_date": _date(entry),
            "followed_up_to": _date(np.full(len(part), EXTRACTED)),
            "reoffended": pd.array(seen, dtype="boolean"),
            "reoffence_date": _date(entry + _days(day), seen),
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True).sort_values("participant_id", kind="stable", ignore_index=True)


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
        reached = _chosen(score, share, exact)
        soon = 0.3 if outcome == "housing" else 1.0
        when = start + _days(np.floor(soon * rng.random(len(registered)) * stay))
        parts.append(pd.DataFrame({
            "participant_id": registered["participant_id"][reached].to_numpy(),
            "outcome": outcome,
            "start_date": _date(when[reached]),
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True).sort_values(
        ["participant_id", "start_date", "outcome"], kind="stable", ignore_index=True
    )


# What interviews say, by round: question, then themes. The themes are those of the findings; the passages
# are invented and say no more than what they are about.
QUESTIONS_2022 = {
    "What works well in delivering the project?": [
        "who the staff are", "building relationships", "services within reach", "the football clubs",
        "physical activity",
    ],
    "What are the barriers to delivery?": ["safeguarding and risk", "unclear offer of activities"],
    "What external factors influence delivery?": ["COVID-19", "funding and resources"],
    "What supports partnership working?": ["professional networks", "communication", "mix of skills"],
    "What can be done differently?": ["planning first", "sharing information", "working together for longer"],
}  # fmt: skip
QUESTIONS_2021 = {
    "What matters most about the project?": [
        "one-to-one support", "a wide offer", "being cared about", "purpose and belonging",
    ],
    "What did COVID-19 change?": ["isolation and relapse", "keeping in touch"],
}  # fmt: skip
INTERVIEWS = [  # round, method, role, organisation, how many such, people in each
    ("2021", "focus group", "participant", "people on probation", 1, 4),
    ("2021", "interview", "participant", "people on probation", 2, 1),
    ("2021", "interview", "delivery", "peer mentoring", 2, 1),
    ("2021", "interview", "delivery", "football trust", 2, 1),
    ("2021", "interview", "delivery", "probation", 2, 1),
    ("2022", "interview", "strategic", "county charity", 2, 1),
    ("2022", "interview", "strategic", "probation", 2, 1),
    ("2022", "interview", "strategic", "football trust", 2, 1),
    ("2022", "interview", "delivery", "probation", 2, 1),
    ("2022", "interview", "delivery", "prison", 1, 1),
    ("2022", "focus group", "delivery", "football trust", 1, 3),
    ("2022", "focus group", "delivery", "peer mentoring", 1, 2),
]
HELD = {"2021": ("2021-02-01", 80), "2022": ("2021-08-02", 58)}  # first day, and over how many days
COMMENTS = [  # page, comment, response, status, reason
    ("At a glance", "Say how many people before saying the percentage.", "Done on every page.", "done", ""),
    ("Reoffending", "Say what the numbers cannot tell us, first.", "Moved to the top.", "done", ""),
    ("Who took part", "Show each town.", "Shown where enough people took part.", "done", ""),
    ("Mental wellbeing", "Show each person's own line.", "", "not done",
     "A line could let someone know a person again."),
    ("What people said", "Ask women about their experience.", "For the next round of interviews.", "open", ""),
    ("The project", "Make the diagram readable on a phone.", "", "open", ""),
]  # fmt: skip


def _said(rng: np.random.Generator) -> Tables:
    """The interviews of both rounds, their coded passages and the steering group's comments; size does not matter."""
    interviews, segments = [], []
    for year, method, role, organisation, times, people in INTERVIEWS:
        for _ in range(times):
            first, span = HELD[year]
            held = np.datetime64(first) + int(rng.integers(span))
            label = f"INVENTED-I{len(interviews) + 1:02d}"
            interviews.append((label, method, role, organisation, held, people))
            for question, themes in (QUESTIONS_2021 if year == "2021" else QUESTIONS_2022).items():
                for theme in themes:
                    for _ in range(rng.binomial(2, 0.55)):
                        summary = f"Invented passage: someone in a {role} role on {theme}."
                        segments.append((f"INVENTED-S{len(segments) + 1:03d}", label, question, theme, summary))
    columns = ["interview_id", "method", "role", "organisation_type", "held_date", "people"]
    held_interviews = pd.DataFrame(interviews, columns=columns)
    held_interviews["held_date"] = _date(held_interviews["held_date"].to_numpy())
    comments = pd.DataFrame(COMMENTS, columns=["page", "comment", "response", "status", "reason"])
    comments["comment"] = "Invented: " + comments["comment"]
    dates = np.datetime64("2021-09-06") + 28 * _days(np.arange(len(comments)) // 2)
    comments.insert(0, "date", _date(dates))
    return {
        "interviews": held_interviews,
        "coded_segments": pd.DataFrame(
            segments, columns=["segment_id", "interview_id", "question", "theme", "summary"]
        ),
        "steering_comments": comments.replace("", None),
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]))
