"""A linear mixed model: answers that people gave more than once, each person with a level of their own.

Arrays in, one row an answer; an `Interval` out.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from ut_research.stats.intervals import NONE, Interval, t_of


def random_intercept(
    values: ArrayLike, design: ArrayLike, person: ArrayLike, confidence: float = 0.95
) -> list[Interval]:
    """The slope of each column of `design`, with a random intercept a person, by restricted likelihood.

    Parameters
    ----------
    values : one an answer, none missing; `person`, whose it is; `design`, shape (answers, columns).

    Limits are of the t distribution, with the degrees of freedom within people: answers less people, and less
    the columns that vary within somebody, for which they are; those of any other are a little narrow. None
    without any. Someone with one answer counts, and whether an answer is missing may hang on the person's
    other answers, not on itself (missing at random).
    Source: Laird and Ware 1982, Biometrics 38:963; for the degrees of freedom Pinheiro and Bates 2000, ch. 2.
    """
    y, x = np.asarray(values, dtype=float), np.asarray(design, dtype=float)
    _, who, times = np.unique(np.asarray(person), return_inverse=True, return_counts=True)
    within = x - _means(x, who, times)[who]
    free = len(y) - len(times) - int(np.linalg.matrix_rank(within))
    if free < 1 or np.linalg.matrix_rank(x) < x.shape[1]:
        return [NONE] * x.shape[1]
    both = np.column_stack([x, y])
    centred = both, _means(both, who, times), who, times
    best = optimize.minimize_scalar(
        lambda share: _fit(share, *centred)[0],
        bounds=(0, 1 - 1e-9),
        method="bounded",
        options={"xatol": 1e-10},
    )
    _, slopes, variances = _fit(float(best.x), *centred)
    halves = t_of(confidence, free) * np.sqrt(variances)
    return [Interval(float(b), float(b - h), float(b + h)) for b, h in zip(slopes, halves, strict=True)]


def _fit(
    share: float,
    both: NDArray[np.float64],
    means: NDArray[np.float64],
    who: NDArray[np.intp],
    times: NDArray[np.intp],
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """What is made least, the slopes and their variances, if `share` of the variance is of people."""
    grown = 1 + times * share / (1 - share)
    data = both - ((1 - 1 / np.sqrt(grown))[:, None] * means)[who]
    x, y = data[:, :-1], data[:, -1]
    inverse = np.linalg.inv(x.T @ x)
    slopes = inverse @ (x.T @ y)
    left = float(((y - x @ slopes) ** 2).sum())
    degrees = len(y) - x.shape[1]
    if left <= 0:
        return -math.inf, slopes, 0 * np.diag(inverse)
    cost = degrees * math.log(left) + np.log(grown).sum() - np.linalg.slogdet(inverse)[1]
    return cost, slopes, left / degrees * np.diag(inverse)


def _means(
    columns: NDArray[np.float64], who: NDArray[np.intp], times: NDArray[np.intp]
) -> NDArray[np.float64]:
    """The mean of each column for each person."""
    sums = np.zeros((len(times), columns.shape[1]))
    np.add.at(sums, who, columns)
    return sums / times[:, None]
