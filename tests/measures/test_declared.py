"""What the measures declare for disclosure control: all of it, in one place, and true."""

from __future__ import annotations

import ast
import pkgutil
import re
from dataclasses import fields
from importlib import import_module
from inspect import isfunction, signature
from itertools import combinations
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pandas as pd
import pytest
from united_together import PARAMETERS, REGISTRY

from tools import example
from ut_research import disclosure, measures
from ut_research.core.estimate import SERIES_KEYS, Estimate
from ut_research.core.parameters import Study
from ut_research.core.problems import ProblemsFound
from ut_research.core.quantity import Quantity
from ut_research.core.schema import ITEMS
from ut_research.disclosure import decision, gate
from ut_research.measures import GROUPS, activity, declared, reach, wellbeing

DATA_TO = pd.Timestamp("2021-06-01")
DECLARED = declared.quantities()


def asked_again(made: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with a third answer of every other person who gave a second, the same as that."""
    more = {}
    for name in ("wemwbs", "activity"):
        second = made[name].query("timepoint == 'T2'")
        more[name] = pd.concat([made[name], second.iloc[::2].assign(timepoint="T3")], ignore_index=True)
    return {**made, **more}


def attended(made: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with sessions: of each registered person but every third, as many as the last digit says."""
    people = made["participants"].query("registered_date.notna()")
    rows = [
        {"participant_id": id, "kind": ("one to one", "group")[n % 2], "minutes": 30 + n}
        for i, id in enumerate(people.participant_id)
        for n in range(i % 3 and 1 + i % 10)
    ]
    sessions = pd.DataFrame(rows).assign(session_date=pd.Timestamp("2020-06-01")).astype({"minutes": "Int64"})
    return {**made, "sessions": sessions}


def measured_of(tables: dict[str, pd.DataFrame]) -> list[Estimate]:
    manifest = {"origin": "example", "rows": {}, "data_to": DATA_TO}
    issues = pd.DataFrame({"rule": ["a"], "action": ["repaired"]})
    return decision.measured(tables, PARAMETERS, manifest, issues, REGISTRY)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """The invented cohort, asked about money too; seven have no age, two gave the most and least points."""
    made = attended(asked_again(example.generate()))
    made["needs"]["money"] = made["needs"]["housing"]
    made["participants"].loc[:6, "age_at_referral"] = pd.NA
    answers = made["wemwbs"]
    both = answers.participant_id[answers.timepoint == "T2"].iloc[:2]  # early in the participants' table too
    for person, answer in zip(both, (1, 5), strict=True):
        answers.loc[answers.participant_id == person, ITEMS] = answer
    return made


# ---------------------------------------------------------------- all of it, and in one place


def test_every_module_with_a_measure_is_a_subject() -> None:
    names = {m.name for m in pkgutil.iter_modules(measures.__path__)}
    code = {name: Path(measures.__path__[0], f"{name}.py").read_text() for name in names}
    assert {name for name, text in code.items() if "\ndef measure(" in text} == set(declared.SUBJECTS)


@pytest.fixture(scope="module")
def given(tables: dict[str, pd.DataFrame]) -> list[Estimate]:
    """Everything that is measured of the invented cohort."""
    people = tables["participants"].assign(period="first half")  # as cleaning adds it
    held = tables["interviews"].assign(period="lockdown")  # as it does where a study dates a period
    said = tables["coded_segments"]
    said = said.assign(against=said.index == said.index[0])
    tables = {**tables, "participants": people, "interviews": held, "coded_segments": said}
    return measured_of(tables)


def test_what_is_measured_of_people_is_what_is_declared(given: list[Estimate]) -> None:
    about = {e.id for e in given if e.origin != "published" and e.unit not in gate.THINGS}
    assert about == set(DECLARED)


def test_a_grouping_is_measured_where_a_quantity_names_it_and_nowhere_else(given: list[Estimate]) -> None:
    by = {(e.id, key) for e in given for key in GROUPS if key in e.group and e.id != f"reach.{key}"}
    assert by == {(q.id, key) for q in DECLARED.values() for key in q.by}
    assert {q.by for q in DECLARED.values() if q.id == "reoffending.rate"} == {GROUPS}


def test_by_a_column_in_which_nobody_has_anything_nothing_is_said(tables: dict[str, pd.DataFrame]) -> None:
    blank = {name: t.assign(area=pd.NA, partner="not recorded") for name, t in tables.items()}
    found = measured_of(blank)
    parted = {key for e in found for key in GROUPS if key in e.group and e.status == "number"}
    assert parted == {"gender"}
    of_places = {e.status for e in found if e.id in ("reach.partner", "reach.areas", "reach.partners")}
    assert of_places == {"not collected"}


#: Which quantities are declared to be what, by their ids, for a person to check: health, need and crime are
#: sensitive; reports of parts say who came, what they needed and reached, and how they were; and so on.
SAID = {
    "sensitive": r"(needs|reoffending|adjusted)\..*|reach\.ethnic_minority"
    r"|wellbeing\.(low|band|start_low|floor).*|multiverse\.(low_wellbeing|reoffending)"
    r"|outcomes\.(treatment|met_.*|unasked_.*)|alike\.(?!age|gender|entry|waited|sampled|.*_apart).*",
    "of_parts": r"needs\.(?!number_mean).*|outcomes\.(?!met|unasked|housing_half).*"
    r"|reach\.(referred|age_mean|stay_mean_weeks|still_supported)|reoffending\.risk(_change)?"
    r"|wellbeing\.(low_t.|meaningful)|(wellbeing|activity)\.(mean_t.|pairs)",
    "by": r"reach\.(registered|assessed|completed)|themes\.(spoke|against)|reoffending\.rate"
    r"|needs\.(mental_health|employability|alcohol_drugs|physical_health|housing)"
    r"|wellbeing\.low_t1|(wellbeing|activity)\.change_mean|activity\.mean_t1"
    r"|outcomes\.(employment|education_training|housing)",
    "headline": r"reach\.(referred|registered|completed)|needs\.mental_health|reoffending\.rate"
    r"|(wellbeing|activity)\.change_mean|outcomes\.employment",
    "ancillary": r"(alike|adjusted|quality)\..*|themes\.(spoke|against)|.*\.(moved|fell_.*|.*_follow_up)"
    r"|wellbeing\.(meaningful_.*|alpha_t1)|sessions\.(?!any).*",
    "one_of": r"reach\.(age_band|gender|partner|area|period)|wellbeing\.band_t.",
    "spread": r".*_(apart|sd)",
    "choices": r"multiverse\..*",
    "said": r"themes\.(spoke|against)",
    "moves_with_time": r"reach\.stay_(mean|median|restricted_mean)_weeks|adjusted\.change"
    r"|multiverse\.reoffending|reoffending\.(risk(_change)?|free|rmst_months|logrank_p)",
}


@pytest.mark.parametrize("what", SAID)
def test_each_quantity_is_declared_to_be_what_it_is(what: str) -> None:
    held = {id for id, q in DECLARED.items() if q.importance == what or getattr(q, what, False)}
    assert held == {id for id in DECLARED if re.fullmatch(SAID[what], id)}


def test_importance_is_one_of_the_known_words() -> None:
    assert {q.importance for q in DECLARED.values()} == set(get_args(get_type_hints(Quantity)["importance"]))


def test_all_that_is_wrong_with_declarations_is_told_at_once_with_the_file() -> None:
    one = Quantity(id="reach.one", rests_on=("reach.lost",), related=("reach.gone",), by=("postcode",))
    with pytest.raises(ProblemsFound) as stopped:
        declared.joined({"reach": (one, one, Quantity(id="needs.two")), "needs": ()})
    said = [(p.where, p.what) for p in stopped.value.problems]
    lost = "reach.one names postcode, reach.gone, reach.lost, which nobody declares"
    where = "src/ut_research/measures/reach.py"
    assert said == [
        (where, lost),
        (where, "reach.one is declared twice"),
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


# ---------------------------------------------------------------- true of people

#: People by what counts them: the id, the group, and whether they are counted or are what it is out of.
Sets = dict[tuple[str, str, str], int]

#: Ids and parts of ids that nearly everyone is in, so that small counts lie within them by chance.
NEARLY_EVERYONE = {"reach.age_mean", "reach.age_min", "reach.age_max", "reach.ethnic_minority", "reach.stay_"}

#: What lies within what in each of the drawn exports, and need not in the next, with the reason.
BY_CHANCE = {
    ("activity.days_t1", "activity.active_t2"): "those active each day stay so",
    ("wellbeing.band_mcnemar_p", "wellbeing.band_t2"): "who leaves the low band ends in the next",
    ("wellbeing.band_t2", "wellbeing.meaningful_rci"): "who ends high has risen",
    ("wellbeing.band_t2", "wellbeing.band_t1"): "few fall, so that who ends low began low",
    ("wellbeing.band_t2", "wellbeing.low_t1"): "the same",
    ("wellbeing.low_t2", "wellbeing.band_t1"): "the same",
    ("wellbeing.low_t2", "wellbeing.low_t1"): "the same",
    ("wellbeing.band_t2", "wellbeing.start_low"): "the same",
    ("wellbeing.low_t2", "wellbeing.start_low"): "the same",
}


@pytest.fixture(scope="module")
def exports() -> list[list[Estimate]]:
    """What is measured of eight drawn exports."""
    found = []
    for seed, size in enumerate((158, 126, 240, 35, 90, 175, 46, 60)):
        tables = attended(asked_again(example.generate(size, seed, calibrated=False)))
        tables["participants"] = tables["participants"].assign(period="first half")
        found.append(measured_of(tables))
    return found


def needs_of_everyone(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with needs of whoever was referred too: of each those of the one before."""
    everyone = tables["needs"].set_index("participant_id").reindex(tables["participants"].participant_id)
    return {**tables, "needs": everyone.ffill().bfill().reset_index()}


@pytest.fixture(scope="module")
def drawn(exports: list[list[Estimate]]) -> list[Sets]:
    """The people of every count about everyone."""
    return [sets(found) for found in exports]


def sets(measured_: list[Estimate], apart: frozenset[str] = frozenset({*GROUPS, *SERIES_KEYS})) -> Sets:
    """The people of every count that is of none of the groups `apart`."""
    return {
        (e.id, ",".join(sorted(e.group.values())), which): who
        for e in measured_
        if e.id in DECLARED and DECLARED[e.id].about == "people" and not DECLARED[e.id].choices
        if e.group.keys().isdisjoint(apart)
        for which in ("counted", "among")
        if (who := getattr(e, which, None)) is not None
    }


def related(one: str, other: str) -> bool:
    """Whether disclosure control is told that two ids may count the same people."""
    a, b = DECLARED[one], DECLARED[other]
    return (
        one == other or other in a.related or one in b.related or (a.scale is not None and a.scale == b.scale)
    )


@pytest.mark.slow
def test_what_is_declared_to_be_related_is(exports: list[list[Estimate]]) -> None:
    """Of each pair, some count of the one holds, is held by or is made up of counts of the other."""
    more = measured_of(needs_of_everyone(example.generate(158, 0, calibrated=False)))
    everywhere = [sets(found, frozenset(SERIES_KEYS)) for found in (*exports, more)]
    for q in DECLARED.values():
        for other in q.related:
            pairs = [[[(k, s[k]) for k in s if k[0] == id] for id in (q.id, other)] for s in everywhere]
            assert any(
                a and b and a & b in (a, b)
                for mine, theirs in pairs
                for j, a in mine
                for k, b in theirs
                if j != k
            ), (q.id, other)


@pytest.mark.slow
def test_nobody_is_in_two_groups_of_which_each_person_is_said_to_be_in_one(drawn: list[Sets]) -> None:
    ids = {q.id for q in DECLARED.values() if q.one_of}
    apart = 0
    for s in drawn:
        for id in ids:
            groups = [who for (one, _, which), who in s.items() if (one, which) == (id, "counted")]
            for one, other in combinations(groups, 2):
                assert not one & other, id
                apart += 1
    assert apart > 100


def within(people: list[int]) -> np.ndarray:
    """Whether the people of the one (row) all are among those of the other (column)."""
    size = max(who.bit_length() for who in people) // 8 + 1
    rows = [np.frombuffer(who.to_bytes(size, "little"), np.uint8) for who in people]
    there = np.unpackbits(np.array(rows), axis=1).astype(np.float32)
    return there @ (1 - there).T == 0


@pytest.mark.slow
def test_what_lies_within_what_in_every_export_is_declared_or_follows(drawn: list[Sets]) -> None:
    nodes = sorted(set.intersection(*(set(s) for s in drawn)))
    held = np.array([within([s[node] for node in nodes]) for s in drawn])
    same = held & held.transpose(0, 2, 1)
    anybody = np.array([[bool(s[node]) for node in nodes] for s in drawn])
    inside = held.all(axis=0) & ((anybody[:, :, None] & ~same).sum(axis=0) > 3)
    told = np.array([[related(j[0], k[0]) for k in nodes] for j in nodes])
    known = steps = (inside & told) | same.all(axis=0)
    while not (known == (further := known.astype(np.float32) @ steps > 0)).all():
        known = further
    unexplained = {
        (j, k)
        for j, k in ((nodes[a], nodes[b]) for a, b in np.argwhere(inside & ~known))
        if not any(k[0].startswith(name) for name in NEARLY_EVERYONE)
        and (j[0], k[0]) not in BY_CHANCE
        # what is known of few of those referred or registered lies within them: n's of other questions
        and not (k[2] == "among" and k[0] != j[0])
    }
    assert unexplained == set(), sorted({(j[0], k[0]) for j, k in unexplained})


def test_what_says_how_far_answers_lie_apart_is_said_to(given: list[Estimate]) -> None:
    told = {e.id for e in given if e.status == "number"}
    spread = {e.id for e in given if "deviation" in e.method}
    assert spread == {q.id for q in DECLARED.values() if q.spread and q.id in told}


def test_a_choice_that_is_left_out_is_the_usual_one_wherever_it_may_be() -> None:
    """Of every function of the measures: a parameter of the study by its name has the study's own default."""
    usual = {f.name: f.default for f in fields(Study)}
    modules = [
        import_module(m.name) for m in pkgutil.iter_modules(measures.__path__, "ut_research.measures.")
    ]
    given = [
        (f"{function.__module__}.{function.__name__}: {name}", parameter.default, usual[name])
        for module in modules
        for function in vars(module).values()
        if isfunction(function) and function.__module__ == module.__name__
        for name, parameter in signature(function).parameters.items()
        if name in usual and parameter.default not in (parameter.empty, None)
    ]
    assert len(given) > 40
    assert [where for where, here, there in given if here != there] == []


@pytest.mark.parametrize("subject", declared.SUBJECTS)
def test_what_a_subject_takes_is_known_without_importing_it(subject: str) -> None:
    taken = signature(declared.module(subject).measure).parameters.values()
    named = {one.name for one in taken if one.kind is one.KEYWORD_ONLY}
    assert declared.taken(subject) == {"waves", *named}


def test_who_is_counted_by_an_answer_gave_one_that_is_said_to_count() -> None:
    """Ages, totals and days at both sides of each edge: `between` is what disclosure control goes by."""
    ages, totals = [18, 24, 25, 34, 35, 44, 45, 54, 55, 80], [14, 40, 41, 42, 50, 58, 59, 60, 61, 70]
    ids = [f"p{i}" for i in range(10)]
    people = pd.DataFrame({"participant_id": ids, "age_at_referral": ages})
    asked = {"participant_id": ids * 2, "timepoint": ["T1"] * 10 + ["T2"] * 10}
    tables = {
        "participants": people,
        "wemwbs": pd.DataFrame({**asked, "total": [*totals, *totals[::-1]]}),
        "activity": pd.DataFrame({**asked, "active_days": [*range(8), 4, 5, *range(8), 5, 4]}),
    }
    found = [*wellbeing.measure(tables), *activity.measure(tables), *reach.measure(tables, data_to=DATA_TO)]
    scales = {e.id: DECLARED[e.id].scale for e in found if e.id in DECLARED}
    answers = {scales[e.id]: e.answers for e in found if e.answers}
    checked = set()
    for e in found:
        scale = scales.get(e.id)
        if e.between and e.unit == "%" and scale in answers and not scale.lowest < 0:
            low, high = e.between
            assert e.count == sum(k for x, k in answers[scale].items() if low <= x <= high), e.id
            checked.add(e.id.partition(".")[0])
    assert checked == {"wellbeing", "activity", "reach"}
