"""What follows from published counts alone: the plan of a next study, and the time free of reoffending."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from united_together import REGISTRY

from ut_research import published
from ut_research.published import evidence
from ut_research.published.registry import Figure, Registry
from ut_research.stats import power

DIFFERENCE = "published.reoffending.risk_difference"


def changed(id: str, **to: Any) -> Registry:
    figures = (replace(f, **to) if f.id == id else f for f in REGISTRY.figures)
    return replace(REGISTRY, figures=tuple(figures))


def without(id: str) -> Registry:
    return replace(REGISTRY, figures=tuple(f for f in REGISTRY.figures if f.id != id))


def test_a_plan_is_for_falls_sizes_and_months_that_a_study_may_have() -> None:
    found = evidence.plans(0.5, 34, 27)
    by = {id: [e for e in found if e.id == f"planning.{id}"] for id in ("power", "seen", "people")}
    assert [len(some) for some in by.values()] == [30, 8, 12]
    assert list(dict.fromkeys(e.group["n"] for e in by["power"])) == [
        *("10", "20", "30", "50", "75", "100", "150", "200", "300", "400"),
    ]
    assert {e.group["fall"] for e in by["power"]} == {f"fall of {k} points" for k in (10, 20, 30)}
    assert [e.group["fall"] for e in by["seen"]] == ["5", "10", "15", "20", "25", "30", "35", "40"]
    assert {(e.group["fall"], e.group["months"]) for e in by["people"]} == {
        (fall, months) for fall in ("10", "20", "30") for months in ("6", "12", "18", "24")
    }
    assert {e.origin for e in found} == {"published"}


def test_each_plan_is_of_the_rate_less_the_fall_and_of_the_rate() -> None:
    found = {(e.id, *e.group.values()): e for e in evidence.plans(0.5, 34, 27)}
    drawn = found["planning.power", "fall of 20 points", "50"]
    assert (drawn.value, drawn.unit) == (pytest.approx(100 * power.power(50, 50, 0.3, 0.5)), "%")
    seen = found["planning.seen", "30"]
    assert (seen.value, seen.unit) == (pytest.approx(100 * power.exact_power(34, 27, 0.2, 0.5)), "%")
    assert "34 and 27 people" in seen.method and seen.label == "A fall of 30 points"
    year, half = (found["planning.people", "20", months].value for months in ("12", "6"))
    assert year == power.sample_size(0.3, 0.5)
    assert half == power.sample_size(1 - 0.7**0.5, 1 - 0.5**0.5), "half a year at a constant risk"


def test_what_is_published_of_two_groups_is_compared_and_planned_from() -> None:
    found = evidence.measure(REGISTRY)
    [gap] = [e for e in found if e.id == DIFFERENCE]
    assert (round(gap.value or 0), round(gap.low or 0), round(gap.high or 0)) == (-29, -50, -4)
    assert gap.origin == "published"
    seen = [e for e in found if e.id == "planning.seen"]
    assert seen == [e for e in evidence.plans(15 / 27, 34, 27) if e.id == "planning.seen"]
    [strict] = [e for e in evidence.measure(REGISTRY, confidence=0.99) if e.id == DIFFERENCE]
    assert (strict.low or 0) < (gap.low or 0)


@pytest.mark.parametrize("id", ["ut2021.reoffending.engaged", "ut2021.reoffending.not_engaged"])
def test_without_the_counts_of_both_groups_nothing_follows(id: str) -> None:
    counts = {f"{id}.n", f"{id}.count", f"{id}.reoffended"}
    bare = changed(id, numerator=None, denominator=None)
    bare = replace(bare, figures=tuple(f for f in bare.figures if f.id not in counts))
    for registry in (bare, without(id)):
        ids = {e.id for e in evidence.measure(replace(registry, relations=()))}
        assert not any(one.startswith(("planning.", "published.reoffending.")) for one in ids)
        assert any(one.startswith("audit.") for one in ids)


def test_a_delay_counts_everybody_for_a_year() -> None:
    """9 of 34 on average after 2.8 months, 15 of 27 after 4.2: the others were free of it for 12."""
    assert [(e.value, free) for e, free in evidence.delays(REGISTRY)] == [
        (2.8, pytest.approx((9 * 2.8 + 25 * 12) / 34)),
        (4.2, pytest.approx((15 * 4.2 + 12 * 12) / 27)),
    ]
    assert evidence.delays(without("ut2021.reoffending.months.engaged")) == []
    assert evidence.delays(without("ut2021.reoffending.not_engaged")) == []


def test_a_rate_is_set_beside_those_of_reoffending_of_other_people() -> None:
    ids = evidence.official_rates(REGISTRY)
    kinds = {f.kind for f in REGISTRY.figures if f.id in ids}
    assert "ut2021.benchmark.england" in ids and kinds == {"benchmark"}
    others = [f.id for f in REGISTRY.figures if f.kind == "benchmark" and f.id not in ids]
    assert all("reoffending" not in f.label for f in REGISTRY.figures if f.id in others)
    assert evidence.both_groups(REGISTRY) == [
        "ut2021.reoffending.engaged", "ut2021.reoffending.not_engaged",
    ]  # fmt: skip


def test_a_ratio_in_words_is_beside_the_range_of_its_difference() -> None:
    found = published.questions(REGISTRY)
    [asked] = [a for a in found["asked"][found["rule"] == "no range"] if a.startswith("Almost half")]
    assert asked.endswith("of 9 of 34 against 15 of 27, the range of the difference is 4 to 50 of every 100.")


def test_a_figure_as_a_count_a_share_or_neither() -> None:
    usual: dict[str, Any] = {
        "document": "d", "section": "s", "also_in": "", "decimals": 0, "numerator": None, "denominator": None,
        "about": "cohort", "measure": "", "measure_group": {}, "measure_field": "value", "bound": "",
        "grain": None, "base": False, "note": "", "source": "A report", "place": "A report",
    }  # fmt: skip

    def estimate(value: float, unit: str, kind: str, **given: Any) -> tuple[Any, ...]:
        about: dict[str, Any] = usual | {"unit": unit, "kind": kind, "as_printed": f"{value:g}"} | given
        one = Figure(**about, id="a.b", label="x", value=value)
        [e] = published.as_estimates(Registry((one,), pd.DataFrame(), (), ()))
        return e.count, e.n, None if e.low is None else (round(e.low), round(e.high or 0)), e.method

    assert estimate(40, "people", "count") == (40, None, None, "as printed")
    assert estimate(2.5, "points", "mean") == (None, None, None, "as printed")
    shares = estimate(50, "%", "percentage", numerator=20, denominator=40)
    assert shares == (20, 40, (35, 65), "as printed; Wilson interval, 95%")
    assert estimate(50, "%", "percentage", numerator=20)[1:3] == (None, None)
    assert estimate(50, "%", "percentage", as_printed="half")[3] == 'in words: "half"'
    assert estimate(50, "%", "percentage", bound="almost")[3] == 'in words: "50"'
