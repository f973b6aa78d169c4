"""For the team alone, in JupyterLab: how far coders agree, what they wrote, and when no new theme came.

Nothing here is a finding, and none of it reaches a page: it is of single interviews. `chapter.look` shows it.

Coders are compared in the interviews that two or more of them coded, on units: passages that somebody coded,
those that share half of the longer taken as one. What nobody coded does not count as agreement, nor do a long
passage and the short ones in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: How often units are drawn anew for a range, and from which seed.
DRAWN, SEED = 1000, 1


def units(segments: pd.DataFrame) -> pd.DataFrame:
    """The passages of the interviews that two or more coders coded, each with the number of its `unit`.

    Parameters
    ----------
    segments : the canonical table `coded_segments`, with `coder` and `place`.
    """
    columns = ["interview_id", "coder", "place", "theme"]
    known = segments.reindex(columns=columns).astype("str").dropna()
    coders = known.groupby("interview_id").coder.transform("nunique")
    ends = known.place.str.extract(r"^(\d+)-(\d+)$").astype(float)
    at = known.place.where(ends[0].isna(), "")  # a page, say, which is one place
    found = known.assign(at=at, begins=ends[0].fillna(0), ends=ends[1].fillna(1))
    found = found[coders > 1].sort_values(["interview_id", "at", "begins", "ends"])
    wheres = found[["interview_id", "at", "begins", "ends"]].itertuples(index=False, name=None)
    return found.assign(unit=list(_same(wheres)))


def _same(wheres: Iterable[tuple[str, str, float, float]]) -> Iterator[int]:
    """The unit of each passage, by number: that of the first one that shares half of the longer with it."""
    units: dict[tuple[str, str], list[tuple[float, float, int]]] = {}
    many = 0
    for interview, at, begins, ends in wheres:
        here = units.setdefault((interview, at), [])
        here[:] = [unit for unit in here if unit[1] >= begins]  # no later passage begins before this one
        long = ends - begins
        same = (n for start, end, n in here if 2 * (min(end, ends) - begins) >= max(end - start, long))
        if not (unit := next(same, 0)):
            unit = many = many + 1
            here.append((begins, ends, unit))
        yield unit


def agreement(segments: pd.DataFrame) -> pd.DataFrame:
    """How far coders agree, a row a theme and one for all of them together.

    Returns
    -------
    frame of theme; units, how many some coder gave it; both, the share of those (%) that all gave it; alpha,
    Krippendorff's on all units (1 is full agreement, 0 what chance gives), with low and high, a 95% bootstrap
    range over units; blank where there is nothing to compare.
    """
    found = units(segments)
    coders = found.groupby("interview_id").coder.nunique()
    size = found.drop_duplicates("unit").set_index("unit").interview_id.map(coders)
    given = found.drop_duplicates(["theme", "unit", "coder"]).groupby(["theme", "unit"]).size()
    gave = given.rename("gave").reset_index().assign(size=lambda rows: rows.unit.map(size))
    every = size.value_counts()
    counts = {theme: _kinds(own, every) for theme, own in gave.groupby("theme", sort=True)}
    rows = [(theme, *_agreed(kinds)) for theme, kinds in counts.items()]
    if counts:
        whole = pd.concat(counts.values()).groupby(level=[0, 1]).sum()
        rows.insert(0, ("all themes", *_agreed(whole)))
    return pd.DataFrame(rows, columns=["theme", "units", "both", "alpha", "low", "high"])


def _kinds(gave: pd.DataFrame, every: pd.Series) -> pd.Series:
    """How many units there are of each kind: by the coders that did not give it a theme, and that did.

    Parameters
    ----------
    gave : a row a unit to which some coder gave the theme: `size`, its coders, and how many `gave` it.
    every : how many units there are in all, by their coders.
    """
    did = gave.groupby([gave["size"] - gave.gave, "gave"]).size()
    did_not = every.sub(gave["size"].value_counts(), fill_value=0).astype(int)
    did_not.index = pd.MultiIndex.from_product([did_not.index, [0]])
    return pd.concat([did, did_not[did_not > 0]])


def alpha(counts: NDArray[Any], weights: NDArray[Any] | int = 1) -> NDArray[np.float64]:
    """Krippendorff's alpha of nominal values.

    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.

    Parameters
    ----------
    counts : how many coders gave each unit (a row) each value (a column); one value alone tells nothing.
    weights : how often each unit counts, a unit a column; several rows give several alphas.

    Returns
    -------
    array of one alpha a row of weights; NaN where all values are the same.
    """
    size = counts.sum(axis=1)
    weights = np.atleast_2d(weights * (size > 1))
    apart = (size**2 - (counts**2).sum(axis=1)) / np.maximum(size - 1, 1)
    values = weights @ counts
    chance = values.sum(axis=1) ** 2 - (values**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: NDArray[np.float64] = 1 - (values.sum(axis=1) - 1) * (weights @ apart) / chance
    return found


def _agreed(kinds: pd.Series) -> tuple[int, float, float, float, float]:
    """Of units by their kinds (`_kinds`): how many have the theme, of how many all agree, and alpha."""
    counts, times = np.array(kinds.index.to_list()), kinds.to_numpy()
    theirs = counts[:, 1] > 0
    drawn = np.random.default_rng(SEED).multinomial(times.sum(), times / times.sum(), DRAWN)
    ranges = alpha(counts, drawn)
    low, high = (
        np.percentile(ranges[~np.isnan(ranges)], [2.5, 97.5]) if not np.isnan(ranges).all() else (np.nan,) * 2
    )
    units = int(times[theirs].sum())
    both = 100 * float(times[theirs & (counts[:, 0] == 0)].sum()) / units
    return units, both, alpha(counts, times)[0], low, high


def disagreements(segments: pd.DataFrame) -> pd.DataFrame:
    """The units to which some coders of an interview gave a theme and others did not, and who did."""
    found = units(segments)
    everyone = found.groupby("interview_id").coder.agg(set).to_dict()
    given = found.groupby(["interview_id", "unit", "theme"]).agg(
        place=("place", "first"), gave=("coder", frozenset)
    )
    rows = [
        (interview, place, theme, ", ".join(sorted(gave)), ", ".join(sorted(everyone[interview] - gave)))
        for (interview, _, theme), place, gave in given.itertuples(name=None)
        if everyone[interview] - gave
    ]
    return pd.DataFrame(rows, columns=["interview_id", "place", "theme", "gave it", "did not"])


def framework(segments: pd.DataFrame) -> pd.DataFrame:
    """What the analysts wrote of each theme (a row) in each interview (a column)."""
    told = segments.reindex(columns=["interview_id", "theme", "summary"]).dropna()
    said = told.groupby(["theme", "interview_id"]).summary.agg(lambda s: "; ".join(dict.fromkeys(s)))
    return said.unstack("interview_id").fillna("")


def saturation(segments: pd.DataFrame, interviews: pd.DataFrame) -> pd.DataFrame:
    """Of each role, its interviews in the order of their days: how many themes each brought first."""
    order = interviews.reindex(columns=["interview_id", "role", "held_date"]).sort_values(
        ["role", "held_date", "interview_id"]
    )
    told = order.merge(segments[["interview_id", "theme"]].dropna(), on="interview_id")
    first = told.drop_duplicates(["role", "theme"]).groupby("interview_id").theme.size()
    new = order.interview_id.map(first).fillna(0).astype(int)
    return order.assign(interview=order.groupby("role").cumcount() + 1, new_themes=new)[
        ["role", "interview", "interview_id", "new_themes"]
    ]
