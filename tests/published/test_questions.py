"""What a careful reader asks of published figures: the registry, clean reports, and one planted fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import samples
from united_together import REGISTRY

from ut_research import published
from ut_research.published.audit import base_of
from ut_research.published.registry import Definition, Figure, Registry, Relation

#: What a careful reader finds in the 2021 report: the rule, and a figure of the question.
READ = [
    ("no base", "ut2021.wellbeing.low_t1"),
    ("no base", "ut2021.activity.t1"),
    ("one number twice", "ut2021.education"),
    ("which base", "ut2021.gender.male"),
    ("not defined", "ut2021.wellbeing.low_t1"),
    ("two meanings", "ut2021.t2_weeks"),
    ("no test", "ut2021.housing.second_half"),
    ("part of the people", "ut2021.wellbeing.everyone"),
    ("sampled unlike", "ut2021.reoffending.engaged.n"),
    ("everyone together", "ut2021.reoffending.engaged"),
    ("among those who did", "ut2021.reoffending.months.engaged"),
    ("another population", "ut2021.employment"),
    ("no range", "ut2021.reoffending.almost_half"),
    ("beyond the literature", "ut2021.wellbeing.change"),
    ("beyond the literature", "ut2021.wellbeing.everyone"),
    ("left out of the summary", "ut2021.reoffending.months.engaged"),
    ("left out of the summary", "ut2021.benchmark.england"),
]


@pytest.mark.parametrize(("rule", "figure"), READ)
def test_what_a_careful_reader_finds_is_asked_by_rule(rule: str, figure: str) -> None:
    found = published.questions(REGISTRY)
    asked = [row for row in found.to_dict("records") if figure in row["figures"].split("; ")]
    assert rule in [row["rule"] for row in asked]
    assert all(row["asked"] and row["settles"] for row in asked)


def test_the_questions_say_what_they_are_about() -> None:
    asked = " ".join(published.questions(REGISTRY)["asked"])
    for words in (
        "Of both groups together it is 24 of 61, 39%: above 35%",
        "Of one group 34 of 204 (17%) were looked at, of the other 27 of 46 (59%)",
        "Everyone is 103 people, 50% of the 204 who could have been asked",
        "2.8 months against 4.2 months is worse for the first group",
        "leaves out 27% and 26%",
    ):
        assert words in asked


# --- clean reports --------------------------------------------------------------------------------


def figure(id: str, value: float, **given: Any) -> Figure:
    usual: dict[str, Any] = {
        "document": "clean", "section": "Results", "also_in": "Summary", "label": id, "unit": "%",
        "decimals": 0, "as_printed": f"{value:g}", "numerator": None, "denominator": None,
        "kind": "percentage",
        "about": "cohort", "measure": "", "measure_group": {}, "measure_field": "value", "bound": "",
        "grain": None, "base": False, "note": "", "source": "A report, Results", "place": "A report, Results",
    }  # fmt: skip
    return Figure(**{**usual, "id": id, "value": value, **given})


def count(id: str, value: int, **given: Any) -> Figure:
    return figure(id, value, unit="people", kind="count", base=True, **given)


def share(id: str, numerator: int, denominator: int, **given: Any) -> Figure:
    value = round(100 * numerator / denominator)
    return figure(id, value, numerator=numerator, denominator=denominator, **given)


def group(who: str, numerator: int, denominator: int) -> list[Figure]:
    id = who.replace(" ", "_")
    asked = {"measure": "reoffending.rate", "measure_group": {"group": who}, "section": "Reoffending"}
    return [
        count(f"{id}.n", denominator, measure_field="n", **asked),
        share(f"{id}.rate", numerator, denominator, **asked),
    ]


@st.composite
def reports(draw: st.DrawFn) -> Registry:
    """A report with every count, base and rate printed: 70 figures or so."""
    n = draw(st.integers(200, 400))
    engaged, others = draw(st.integers(40, 60)), draw(st.integers(40, 60))
    shares = [share(f"share.{k}", draw(st.integers(0, n)), n) for k in range(50)]
    means = [
        figure(f"mean.{k}", draw(st.integers(1, 9)), kind="mean", unit="points", grain=1.0) for k in range(10)
    ]
    change = figure(
        "change", draw(st.integers(0, 10)), kind="mean", unit="points", measure="wellbeing.change_mean"
    )
    rate = {"kind": "benchmark", "about": "comparator", "section": "Reoffending"}
    figures = [
        count("registered", n),
        *(count(f"list.{k}", 100) for k in (1, 2)),
        *shares,
        *means,
        change,
        *group("engaged", engaged // 4, engaged),
        *group("not engaged", others // 3, others),
        *(figure(f"rate.{k}", value, **rate) for k, value in enumerate((30, 40))),
    ]
    relations = [Relation("", m.id, "out of", "registered", "said") for m in (*means, change)]
    relations += [
        Relation("", f"{who}.n", "at most", f"list.{k}", "said")
        for k, who in enumerate(("engaged", "not_engaged"), 1)
    ]
    assert len(figures) >= 60
    return Registry(tuple(figures), pd.DataFrame(), tuple(relations), ())


def changed(registry: Registry, id: str, **to: Any) -> Registry:
    found = (replace(f, **to) if f.id == id else f for f in registry.figures)
    return replace(registry, figures=tuple(found))


def added(registry: Registry, *figures: Figure, relations: tuple[Relation, ...] = ()) -> Registry:
    more = (*registry.relations, *relations)
    return replace(registry, figures=(*registry.figures, *figures), relations=more)


def said(left: str, relation: str, right: str, figure: str = "") -> Relation:
    return Relation(figure, left, relation, right, "said")


def months(registry: Registry, also_in: str, first: float, second: float) -> Registry:
    asked = {
        "measure": "reoffending.months_to_reoffence",
        "kind": "mean",
        "unit": "months",
        "also_in": also_in,
    }
    found = [
        figure(f"months.{who}", value, measure_group={"group": who}, section="Reoffending", **asked)
        for who, value in (("engaged", first), ("not engaged", second))
    ]
    out_of = tuple(said(f.id, "out of", "registered") for f in found)
    return added(registry, *found, relations=out_of)


#: Each fault, by the rule that has to find it, and what is planted.
FAULTS: dict[str, Callable[[Registry], Registry]] = {
    "no base": lambda r: changed(r, "share.3", numerator=None, denominator=None),
    "one number twice": lambda r: added(r, figure("a", 39), figure("b", 39)),
    "which base": lambda r: added(
        r, figure("c", 50), count("part", 190), relations=(said("c", "out of", "registered"),
                                                           said("part", "at most", "registered"))
    ),
    "not defined": lambda r: replace(
        r, definitions=(Definition(("share.1",), "what counts", "", "a rule", "a source", "It matters."),)
    ),
    "two meanings": lambda r: replace(
        r, definitions=(Definition(("share.1",), "when", "in May or June", "one day", "us", "It matters."),)
    ),
    "no test": lambda r: changed(r, "share.5", as_printed="fell significantly"),
    "part of the people": lambda r: added(
        r, share("all", 90, 90), count("again", 90),
        relations=(said("all", "out of", "again"), said("again", "at most", "registered")),
    ),
    "sampled unlike": lambda r: changed(r, "list.2", value=1000),
    "everyone together": lambda r: changed(r, "not_engaged.rate", numerator=40),
    "among those who did": lambda r: added(
        r, count("had", 20, measure_field="count"), figure("wait", 3.0, kind="mean", unit="months"),
        relations=(said("wait", "out of", "had"),),
    ),
    "another population": lambda r: added(r, relations=(said("share.2", "more than", "rate.0"),)),
    "no range": lambda r: added(
        r, figure("half", 0.5, kind="difference", unit="ratio", as_printed="almost half"),
        relations=(said("share.1 / share.2", "almost", "half", "half"),),
    ),
    "beyond the literature": lambda r: changed(r, "change", value=13.0),
    "left out of the summary": lambda r: months(r, "", 2.8, 4.2),
}  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "value", "asked"),
    [
        *(("wellbeing.change_mean", value, value in (-0.7, 10.7)) for value in (-0.7, -0.6, 10.6, 10.7)),
        *(("wellbeing.meaningful", value, value in (12.7, 45.8)) for value in (12.7, 12.8, 45.7, 45.8)),
    ],
)
def test_what_lies_beyond_the_literature_is_what_twelve_evaluations_did_not_see(
    measure: str, value: float, asked: bool
) -> None:
    """Maheswaran and others 2012: mean changes of -0.6 to 10.6 points; 12.8% to 45.7% improved."""
    one = Registry((figure("change", value, measure=measure),), pd.DataFrame(), (), ())

    assert ("beyond the literature" in set(published.questions(one)["rule"])) is asked


@pytest.mark.parametrize(
    ("printed", "base"),
    [
        pytest.param({"numerator": 13}, "registered", id="13, 6%: only 204 fits"),
        pytest.param({}, None, id="0% with no count: any base would fit"),
        pytest.param({"numerator": 13, "denominator": 204}, None, id="both printed: none is looked for"),
    ],
)
def test_a_base_is_looked_for_where_the_count_is_printed_and_the_base_is_not(
    printed: dict[str, int], base: str | None
) -> None:
    share_ = figure("volunteering", 0 if not printed else 6, **printed)
    registry = Registry((count("registered", 204), share_), pd.DataFrame(), (), ())

    found = base_of(registry, share_)

    assert (found and found.id) == base


@given(reports())
@settings(max_examples=samples(15, 150))
def test_a_clean_report_is_asked_nothing_and_can_all_be_right(registry: Registry) -> None:
    assert published.questions(registry).empty
    audit = published.audit(registry)
    own = [f.kind != "benchmark" for f in registry.figures]  # the base of an official rate is not printed
    assert set(audit["verdict"][own]) == {"reproduced", "consistent"}


#: Each slip, by the rule of the audit that has to find it, the verdict, the figure, and what is planted.
SLIPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "count against percentage": ("inconsistent with another entry", "share.3", {"value": 101.0}),
    "whole number of people": (
        "not attainable", "share.4", {"denominator": 3, "numerator": None, "value": 50.0},
    ),
    "whole number": ("not attainable", "registered", {"value": 250.5}),
    "GRIM": ("not attainable", "mean.3", {"value": 5.001, "decimals": 3}),
    "cross-entry arithmetic": ("inconsistent with another entry", "list.1", {"value": 30.0}),
    "printed counts": (
        "inconsistent with another entry", "engaged.rate", {"numerator": 1, "denominator": 4, "value": 25.0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", SLIPS)
@given(registry=reports())
@settings(max_examples=samples(5, 50))
def test_one_planted_slip_gets_the_verdict_of_its_rule_alone(rule: str, registry: Registry) -> None:
    verdict, id, slip = SLIPS[rule]
    found = published.audit(changed(registry, id, **slip)).set_index("id")
    assert (found.loc[id, "verdict"], found.loc[id, "rule"]) == (verdict, rule)
    wrong = found.index[found["verdict"].isin(["not attainable", "inconsistent with another entry"])]
    assert set(wrong) <= {id, *found.loc[id, "against"].split("; ")}


@pytest.mark.parametrize("rule", FAULTS)
@given(registry=reports())
@settings(max_examples=samples(5, 50))
def test_one_planted_fault_is_asked_about_by_its_rule_alone(rule: str, registry: Registry) -> None:
    found = published.questions(FAULTS[rule](registry))
    assert set(found["rule"]) == {rule}


@given(reports())
@settings(max_examples=samples(5, 50))
def test_what_speaks_for_the_other_side_may_stand_outside_the_summary(registry: Registry) -> None:
    """In the summary, or better for the first group, it is no omission; a harder official rate is one."""
    assert published.questions(months(registry, "Summary", 2.8, 4.2)).empty
    assert published.questions(months(registry, "", 4.2, 2.8)).empty
    harder = changed(registry, "rate.0", also_in="", value=20.0)
    assert set(published.questions(harder)["rule"]) == {"left out of the summary"}


def asked(registry: Registry) -> set[str]:
    return set(published.questions(registry)["rule"])


def again(registry: Registry, asked_again: int) -> Registry:
    """Of 200 people so many were asked again, all of whom said one thing."""
    registry = changed(registry, "registered", value=200)
    relations = (said("all", "out of", "again"), said("again", "at most", "registered"))
    return added(
        registry, share("all", asked_again, asked_again), count("again", asked_again), relations=relations
    )


@given(reports())
@settings(max_examples=samples(5, 50))
def test_each_rule_asks_past_its_edge_and_not_on_it(registry: Registry) -> None:
    """Worse than the other group; less than 80% of the people; more than twice the other group's share."""
    for second, rules in ((4.1, set()), (4.2, set()), (4.3, {"left out of the summary"})):
        assert asked(months(registry, "", 4.2, second)) == rules
    for people, rules in ((160, set()), (159, {"part of the people"})):
        assert asked(again(registry, people)) == rules
    for people, rules in ((80, set()), (81, {"sampled unlike"})):
        unlike = changed(changed(registry, "engaged.n", value=40), "not_engaged.n", value=people)
        assert asked(unlike) == rules


@pytest.mark.parametrize("missing", ["numerator", "denominator"])
@pytest.mark.parametrize("id", ["engaged.rate", "not_engaged.rate", "share.1", "share.2"])
@pytest.mark.parametrize("rule", ["no range", "everyone together"])
def test_of_what_is_printed_without_its_counts_no_number_is_worked_out(
    rule: str, id: str, missing: str
) -> None:
    """One part that is not printed, of one of the two: what the rule would say of both is not asked."""
    registry = Registry(
        (
            *group("engaged", 10, 50),
            *group("not engaged", 30, 50),
            figure("rate.0", 30, kind="benchmark", about="comparator", section="Reoffending"),
            share("share.1", 20, 50),
            share("share.2", 40, 50),
        ),
        pd.DataFrame(),
    )
    registry = FAULTS["no range"](registry)
    shares = {"no range": ("share.1", "share.2"), "everyone together": ("engaged.rate", "not_engaged.rate")}
    assert rule in asked(registry)
    assert (rule in asked(changed(registry, id, **{missing: None}))) is (id not in shares[rule])


def test_everyone_together_is_asked_of_where_it_is_above_every_rate_and_the_first_group_below() -> None:
    rate = {"kind": "benchmark", "about": "comparator", "section": "Reoffending"}

    def of(first: int, second: int, official: float) -> set[str]:
        figures = (*group("engaged", first, 50), *group("not engaged", second, 50))
        return asked(Registry((*figures, figure("rate", official, **rate)), pd.DataFrame(), (), ()))

    assert of(10, 30, 39) == {"everyone together"}  # 20% and 40% of all
    assert of(10, 30, 40) == of(10, 30, 20) == set()


@pytest.mark.parametrize("size", [150, 201])
def test_a_count_of_nobody_is_none_of_any_base(size: int) -> None:
    """One of 201 would be 0% too, and one of 150 would not: nobody is."""
    none = figure("none", 0, numerator=0)
    registry = Registry((count("registered", size), none), pd.DataFrame(), (), ())

    assert base_of(registry, none) == registry.by_id["registered"]
    audit = published.audit(registry).set_index("id")
    assert (audit.loc["none", "verdict"], audit.loc["none", "rule"]) == ("reproduced", "count and base")
    assert "0 of " in audit.loc["none", "arithmetic"]


@pytest.mark.parametrize(
    ("kept", "lost", "asked_of"),
    [
        ((30, 40), 29, True),  # better than both that are kept, and the rate of the project better still
        ((30, 40), 30, False),
        ((30, 40), 35, False),
        ((24, 40), 23, False),  # the project is no better than one that is kept
        ((25, 40), 24, False),
        ((), 29, False),
    ],
)
def test_a_rate_is_left_out_where_it_is_harder_than_all_that_are_kept(
    kept: tuple[int, ...], lost: int, asked_of: bool
) -> None:
    """Of those who engaged 25% reoffended."""
    rate = {"kind": "benchmark", "about": "comparator", "section": "Reoffending"}
    figures = [*group("engaged", 10, 40), figure("lost", lost, also_in="", **rate)]
    figures += [figure(f"kept.{k}", value, **rate) for k, value in enumerate(kept)]
    found = asked(Registry(tuple(figures), pd.DataFrame(), (), ()))
    assert ("left out of the summary" in found) is asked_of
