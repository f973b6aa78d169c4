"""One verdict a question: which primary outcomes can be told from no difference, all judged together.

A study declares its primary outcomes. Each has one test, that of its interval, and Holm's method allows for
their being several. Whatever a page says of one of them it says by this verdict; of any other difference, by
its own range. See decision 0022.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ut_research.core.estimate import Estimate, Key, key
from ut_research.core.problems import stop
from ut_research.measures.grouping import Maker
from ut_research.stats import intervals
from ut_research.stats.intervals import Interval


def verdicts(
    found: Iterable[Estimate],
    told: Collection[Key],
    primary: str,
    confidence: float = 0.95,
    part: Mapping[str, str] | None = None,
) -> list[Estimate]:
    """Of each primary outcome that is held, 1 where it can be told from none, else 0 (``primary.clear``).

    Parameters
    ----------
    found : what was measured, before any rounding.
    told : those of it that are released. One that is withheld, or cannot be worked out, was a question too.
    primary : ids of everyone, with commas between.
    confidence : level of the ranges, 0 to 1.
    part : the group whose verdicts they are, where it is not everyone; of what is not measured of parts there
        is none.

    Raises
    ------
    ProblemsFound : an id that nothing was measured under.
    """
    by_id = {e.id: e for e in found if e.group == (part or {})}
    ids = [id.strip() for id in primary.split(",") if id.strip()]
    if not part and (unknown := [id for id in ids if id not in by_id]):
        what, todo = f"nothing is measured as {', '.join(unknown)}", "name ids of findings.json, of everyone"
        raise stop(what, "study.toml, [analysis] primary", todo)
    held = [by_id[id] for id in ids if id in by_id and by_id[id].status != "not collected"]
    tests = [_p(e, confidence) if key(e) in told else None for e in held]
    adjusted = intervals.holm([1.0 if p is None else p for p in tests])
    return [
        Maker("the primary outcomes", e.origin, part or {}).tally(
            "primary.clear",
            f"Told from no difference: {e.label}",
            int(p < 1 - confidence),
            "analyses",
            "Holm's method, each by the test of its interval",
            outcome=e.id,
        )
        for e, p in zip(held, adjusted, strict=True)
    ]


def _p(e: Estimate, confidence: float) -> float | None:
    n = None if e.unit == "percentage points" else e.n
    return intervals.p_of_limits(Interval(e.value, e.low, e.high), n, confidence)
