"""Journeys of single people who agreed to it, where enough others came to each of their stages.

In: the journeys of the study's file, and what was released. A journey tells that somebody came to a stage, so
that it stands only where the numbers of those who did are released, and leave many others. See decision 0041.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ut_research.core import journeys
from ut_research.core.estimate import Estimate, Origin
from ut_research.core.problems import Problem, ProblemsFound
from ut_research.measures import declared
from ut_research.measures.grouping import Maker

#: What stands at the end of a stage's finding where it counts those who have not come so far.
OTHERS = "others"
#: Said in place of a time where the times of everybody are released: a journey would tell more of them.
TIMED, NO_TIME = frozenset({"reach.still_supported"}), "when is not shown"


def shown(
    study: Mapping[str, Any], released: Iterable[Estimate], origin: Origin, threshold: int
) -> list[Estimate]:
    """The journeys that may be shown, a finding of `themes.journey` each: its group is stages with times.

    Of a stage so many others came so far, beside all who agreed, as twice the `threshold`: rounding says more
    than there are by less. Real journeys stand beside real people only, and invented ones beside invented.

    Raises
    ------
    ProblemsFound : a stage whose people no finding counts.
    """
    numbers = _numbers(study["stages"], released)
    told = [one for one in study["journeys"] if one.get(journeys.INVENTED, False) == (origin == "example")]
    went = [journeys.stages(one) for one in told]
    came = Counter(stage for one in went for stage in one)
    enough = {stage for stage, many in numbers.items() if many - came[stage] >= 2 * threshold}
    timed = {stage for stage, id in study["stages"].items() if id.partition("|")[0] in TIMED}
    same = Counter(
        tuple((stage, NO_TIME if stage in timed else when) for stage, when in one.items())
        for one in went
        if one.keys() <= enough
    )
    make = Maker("study.toml", origin)
    return [
        make.number(
            "themes.journey", "Journey", 1, "journeys", "", count=1, about=dict(one) | {"number": str(n)}
        )
        for one, many in sorted(same.items())  # in no order of the file, and of the same the number of each
        for n in range(1, many + 1)
    ]


def _numbers(stages: Mapping[str, str], released: Iterable[Estimate]) -> dict[str, int]:
    """How many people came to each stage, where that is released."""
    unknown = [s for s, id in stages.items() if id.partition("|")[0] not in declared.quantities()]
    if unknown:
        what, todo = "nothing counts the people of this stage", "name a finding of findings.json that does"
        raise ProblemsFound(Problem(what, f"study.toml, [stages] {stage}", todo) for stage in unknown)
    counts = {
        e.id: (e.count, (e.n or e.count) - e.count)
        for e in released
        if e.status == "number" and e.origin != "published" and not e.group and e.count is not None
    }
    asked = {stage: id.partition("|") for stage, id in stages.items()}
    return {stage: counts[id][of == OTHERS] for stage, (id, _, of) in asked.items() if id in counts}
