"""What a brief and an Easy Read quote: a few findings of an invented run, and the words of its study."""

from __future__ import annotations

from dataclasses import replace

from united_together import PARAMETERS

from ut_research.core.estimate import Estimate
from ut_research.show import design

#: What a finding that the data do not hold has.
GONE = {"status": "not collected", **dict.fromkeys(("value", "low", "high", "count", "n"))}
#: What a finding that may not be shown has.
HIDDEN = GONE | {"status": "suppressed"}
WORDS = design.words(PARAMETERS) | {
    "finding": "Reoffending was lower",
    "finding.reoffending": "Reoffending was lower", "finding.wellbeing": "Mental wellbeing was better",
    "finding.activity": "", "finding.outcomes": "",
}  # fmt: skip


def share(id: str, count: int, n: int, **group: str) -> Estimate:
    value = 100 * count / n
    return Estimate(  # with a made-up range, which is not looked at
        id, id.split(".")[1].replace("_", " ").capitalize() + "".join(f": {v}" for v in group.values()),
        value, max(value - 9, 0), min(value + 9, 100), count, n, "%", "", "example", "participants", group,
    )  # fmt: skip


def mean(id: str, value: float, unit: str = "days") -> Estimate:
    return Estimate(id, id, value, value - 1, value + 1, n=96, unit=unit, origin="example", source="activity")


FOUND = [
    Estimate("reach.referred", "Referred", 250, count=250, unit="people", origin="example", source="people"),
    share("reach.registered", 204, 250),
    *(share(f"needs.{need}", count, 133) for need, count in (("mental_health", 94), ("housing", 70))),
    share("wellbeing.t1_only", 44, 147),
    share("wellbeing.low_t1", 84, 103),
    share("wellbeing.low_t2", 10, 103),
    mean("wellbeing.change_mean", 13.0, "points"),
    mean("activity.mean_t1", 1.74),
    mean("activity.mean_t2", 3.38),
    mean("activity.change_mean", 1.6),
    share("outcomes.employment", 36, 204),
    share("outcomes.education_training", 80, 204),
    share("reoffending.rate", 9, 34, group="engaged"),
    share("reoffending.rate", 15, 27, group="not engaged"),
    share("reoffending.risk", 9, 34, group="engaged"),
    share("reoffending.risk", 15, 27, group="not engaged"),
    Estimate("reoffending.risk_change", "Difference", -29.1, -50.2, -4.4, n=61, unit="percentage points",
             origin="example", source="reoffending"),
]  # fmt: skip


def changed(*ids: str, **to: object) -> list[Estimate]:
    return [replace(e, **to) if e.id in ids else e for e in FOUND]  # type: ignore[arg-type]
