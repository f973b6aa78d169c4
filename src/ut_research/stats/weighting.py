"""Two groups that chance did not make: how far apart they were to begin with. Arrays in, numbers out."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike


def standardised_difference(one: ArrayLike, other: ArrayLike, *, yes_no: bool = False) -> float | None:
    """Mean of `one` less that of `other`, in standard deviations: the root of the mean of their variances.

    Parameters
    ----------
    yes_no : whether the values are 0 and 1, whose variance follows from their share.

    None where a group is too small to vary, or each is all alike and unlike the other.
    Source: Austin 2009, Stat Med 28:3083.
    """
    groups = [np.asarray(values, dtype=float) for values in (one, other)]
    if any(len(values) < (1 if yes_no else 2) for values in groups):
        return None
    spread = math.sqrt(sum(float(values.var(ddof=0 if yes_no else 1)) for values in groups) / 2)
    gap = float(groups[0].mean() - groups[1].mean())
    return gap / spread if spread > 0 else (None if gap else 0.0)
