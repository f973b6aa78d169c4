"""Findings that tests invent, and the gate for them: what no measure declares is a number about people."""

from __future__ import annotations

from typing import Any

from ut_research.core.estimate import Estimate
from ut_research.core.quantity import Quantity
from ut_research.disclosure import gate
from ut_research.disclosure.gate import Policy, Released
from ut_research.measures import declared

ENGAGED = Estimate(
    "a.rate",
    "Reoffended",
    value=26.47,
    low=14.6,
    high=43.1,
    count=9,
    n=34,
    unit="%",
    group={"group": "engaged"},
)
CHANGE = Estimate("a.change", "Change", value=-1.5, low=-2.5, high=-0.5, n=60, unit="points")


def release(estimates: Any, policy: Policy, **apart: Any) -> Released:
    """`gate.release`, with the invented ones of `estimates` declared."""
    known = dict(declared.quantities())
    for e in estimates:
        if isinstance(e, Estimate):
            known.setdefault(e.id, Quantity(id=e.id))
    return gate.release(estimates, policy, known, **apart)
