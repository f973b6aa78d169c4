"""What the measures declare for disclosure control: all of it, in one place, and true."""

from __future__ import annotations

import ast
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pandas as pd
import pytest
from united_together import PARAMETERS, REGISTRY

from tools import example
from ut_research import disclosure, measures
from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.core.quantity import Quantity
from ut_research.core.schema import ITEMS
from ut_research.disclosure import decision, gate
from ut_research.measures import GROUPS, declared

DATA_TO = pd.Timestamp("2021-06-01")
DECLARED = declared.quantities()
Group = frozenset[tuple[str, str]]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """The invented cohort; seven have no age, and two gave the least and the most points both times."""
    made = example.generate()
    made["participants"].loc[:6, "age_at_referral"] = pd.NA
    answers = made["wemwbs"]
    both = answers.participant_id[answers.timepoint == "T2"].iloc[:2]  # early in the participants' table too
    for person, answer in zip(both, (1, 5), strict=True):
        answers.loc[answers.participant_id == person, ITEMS] = answer
    return made


@pytest.fixture(scope="module", params=["more than", "at least"])
def found(
    request: pytest.FixtureRequest, tables: dict[str, pd.DataFrame]
) -> dict[tuple[str, Group], Estimate]:
    """What 60 people give, all together and each alone, as if with a partner of their own."""
    some = tables["participants"].participant_id[:60]
    alone = {
        name: frame.assign(partner=frame.participant_id)[frame.participant_id.isin(some)]
        for name, frame in tables.items()
        if "participant_id" in frame
    }
    return {
        (e.id, frozenset(e.group.items())): e
        for name, module in declared.modules().items()
        if name in ("reach", "reoffending", "wellbeing", "activity", "outcomes")
        for by in (None, "partner")
        for e in module.measure(
            alone, by=by, **({"meaningful_rule": request.param} if name == "wellbeing" else {})
        )
    }


def linked(found: dict[tuple[str, Group], Estimate], link: str) -> Iterator[tuple[Quantity, list[Any]]]:
    """Each quantity that has a `link`, and its findings, of everyone and of each person."""
    for q in DECLARED.values():
        if getattr(q, link) is not None:
            mine = [(group, e) for (id, group), e in found.items() if id == q.id and e.status == "number"]
            assert len(mine) > 3, q.id
            yield q, mine


# ---------------------------------------------------------------- all of it, and in one place


def test_every_module_with_a_measure_is_a_subject() -> None:
    names = {m.name for m in pkgutil.iter_modules(measures.__path__)}
    code = {name: Path(measures.__path__[0], f"{name}.py").read_text() for name in names}
    assert {name for name, text in code.items() if "\ndef measure(" in text} == set(declared.SUBJECTS)


@pytest.fixture(scope="module")
def given(tables: dict[str, pd.DataFrame]) -> list[Estimate]:
    """Everything that is measured of the invented cohort."""
    manifest = {"origin": "example", "rows": {}, "data_to": DATA_TO}
    people = tables["participants"].assign(period="first half")  # as cleaning adds it
    tables = {**tables, "participants": people}
    issues = pd.DataFrame({"rule": ["a"], "action": ["repaired"]})
    return decision.measured(tables, PARAMETERS, manifest, issues, REGISTRY)


def test_what_is_measured_of_people_is_what_is_declared(given: list[Estimate]) -> None:
    about = {e.id for e in given if e.origin != "published" and e.unit not in gate.THINGS}
    assert about == set(DECLARED)


def test_a_grouping_is_measured_where_a_quantity_names_it_and_nowhere_else(given: list[Estimate]) -> None:
    by = {(e.id, key) for e in given for key in GROUPS if key in e.group and e.id != f"reach.{key}"}
    assert by == {(q.id, key) for q in DECLARED.values() for key in q.by}
    assert {q.by for q in DECLARED.values() if q.id == "reoffending.rate"} == {GROUPS}


def test_by_a_column_in_which_nobody_has_anything_nothing_is_said(tables: dict[str, pd.DataFrame]) -> None:
    blank = {name: t.assign(area=pd.NA, partner="not recorded") for name, t in tables.items()}
    manifest = {"origin": "example", "rows": {}, "data_to": DATA_TO}
    issues = pd.DataFrame({"rule": ["a"], "action": ["repaired"]})
    found = decision.measured(blank, PARAMETERS, manifest, issues, REGISTRY)
    parted = {key for e in found for key in GROUPS if key in e.group and e.status == "number"}
    assert parted == {"gender"}
    of_places = {e.status for e in found if e.id in ("reach.partner", "reach.areas", "reach.partners")}
    assert of_places == {"not collected"}


def test_importance_is_one_of_the_known_words_and_there_are_few_headlines() -> None:
    words = get_args(get_type_hints(Quantity)["importance"])
    assert {q.importance for q in DECLARED.values()} == set(words)
    assert sum(q.importance == "headline" for q in DECLARED.values()) == 8


def test_all_that_is_wrong_with_declarations_is_told_at_once_with_the_file() -> None:
    one = Quantity(id="reach.one", rests_on=("reach.lost",), same_as=("reach.gone", {}), by=("postcode",))
    with pytest.raises(ProblemsFound) as stopped:
        declared.joined({"reach": (one, one, Quantity(id="needs.two")), "needs": ()})
    said = [(p.where, p.what) for p in stopped.value.problems]
    lost = "reach.one names postcode, reach.gone, reach.lost, which nobody declares"
    where = "src/ut_research/measures/reach.py"
    assert said == [
        (where, lost),
        (where, "reach.one is declared twice"),
        (where, lost),
        (where, "needs.two is declared here"),
    ]


def test_disclosure_control_knows_no_measure_by_name() -> None:
    subjects = "|".join(declared.SUBJECTS)
    named = re.compile(rf"\b(?:{subjects})\.(?:\w+|$)")
    assert named.findall("the ids needs.housing and reach.") == ["needs.housing", "reach."]
    for file in Path(disclosure.__path__[0]).glob("*.py"):
        texts = [n.value for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Constant)]
        ids = {id for text in texts if isinstance(text, str) for id in named.findall(text)}
        assert ids == set(), file.name


# ---------------------------------------------------------------- true of the invented cohort


def test_the_same_people_under_another_name_are_as_many(
    tables: dict[str, pd.DataFrame], found: dict[tuple[str, Group], Estimate]
) -> None:
    """Those of the rule in force are those of one of the two rules in use, whichever it is."""
    same = set()
    for q, mine in linked(found, "same_as"):
        other, more = q.same_as  # type: ignore[misc]
        if all(e.count == found[other, group.union(more.items())].count for group, e in mine):
            same.add(q.id)
    rules = {"wellbeing.meaningful", "wellbeing.meaningful_at_least_3"}
    assert {q.id for q in DECLARED.values() if q.same_as} - same < rules
    assert same & rules


def test_of_two_nested_counts_the_same_one_holds_everyone_of_the_other(
    found: dict[tuple[str, Group], Estimate],
) -> None:
    for q, mine in linked(found, "nested_with"):
        other, more = q.nested_with  # type: ignore[misc]
        keys = [more(e.value) if callable(more) else more for _, e in mine]
        wholes = [found[other, group.union(k.items())] for (group, _), k in zip(mine, keys, strict=True)]
        gaps = [(whole.count or 0) - e.count for (_, e), whole in zip(mine, wholes, strict=True)]
        assert min(gaps) >= 0 or max(gaps) <= 0, q.id


def test_the_top_of_a_scale_is_the_sum_of_its_points_from_one_upwards(
    found: dict[tuple[str, Group], Estimate],
) -> None:
    for q, mine in linked(found, "top_of"):
        scale, key = q.top_of  # type: ignore[misc]
        for group, e in mine:  # 5 days or more: `active_days`
            assert e.count == sum(points(found, scale, key, group)[5:]), q.id


def test_a_mean_times_its_people_is_the_sum_of_its_scale(found: dict[tuple[str, Group], Estimate]) -> None:
    for q, mine in linked(found, "mean_of"):
        scale, key = q.mean_of  # type: ignore[misc]
        for group, e in mine:
            counts = points(found, scale, key, group)
            assert sum(counts) == e.n
            assert sum(p * c for p, c in enumerate(counts)) == pytest.approx(e.value * e.n), q.id


def points(found: dict[tuple[str, Group], Estimate], scale: str, key: str, group: Group) -> list[int]:
    return [found[scale, group | {(key, str(point))}].count or 0 for point in range(8)]


def test_those_of_whom_it_is_known_and_those_of_whom_it_is_not_are_everyone(
    found: dict[tuple[str, Group], Estimate],
) -> None:
    for q, mine in linked(found, "known_of"):
        other, more = q.known_of  # type: ignore[misc]
        blank = found[other, frozenset(more.items())]
        [everyone] = [e for group, e in mine if not group]
        assert (blank.count, everyone.n) == (7, blank.n - 7)


def test_what_says_how_far_answers_lie_apart_is_said_to(found: dict[tuple[str, Group], Estimate]) -> None:
    spread = {e.id for e in found.values() if "deviation" in e.method}
    assert spread == {q.id for q in DECLARED.values() if q.spread}
