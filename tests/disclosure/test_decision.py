from __future__ import annotations

import inspect
from collections import Counter
from dataclasses import replace
from datetime import date
from importlib import import_module

import pandas as pd
import pytest
from united_together import PARAMETERS, REGISTRY

from tools.example import cohort
from ut_research.core import estimate
from ut_research.core.estimate import Estimate, Key
from ut_research.disclosure import decision, gate
from ut_research.disclosure.gate import Policy
from ut_research.measures import declared

MANIFEST = {"origin": "example", "rows": {}, "data_to": date(2021, 6, 1)}
ISSUES = pd.DataFrame(columns=["table", "row", "column", "rule", "action", "done"])


def rates(n: int) -> list[Estimate]:
    """A share of `n` people, and the same by area, half each; nothing else is known of them."""

    def share(count: int, of: int, **group: str) -> Estimate:
        value = 100 * count / of
        return Estimate("reoffending.rate", "Reoffended", value, count=count, n=of, unit="%", group=group)

    return [
        share(n // 4, n, group="engaged"),
        *(share(n // 8, n // 2, group="engaged", area=area) for area in ("north", "south")),
    ]


def withheld(n: int) -> set[Key]:
    return {estimate.key(e) for e in decision.released(rates(n), Policy()) if e.status == "suppressed"}


def test_a_group_is_shown_where_neither_it_nor_the_rest_is_small() -> None:
    assert withheld(320) == set()
    assert withheld(32) == {estimate.key(e) for e in rates(32)[1:]}
    assert withheld(16) == {estimate.key(e) for e in rates(16)}


def test_what_is_kept_is_what_is_read_back_in_its_order(tmp_path) -> None:
    released = decision.released(rates(32), Policy())
    decision.write(released, tmp_path)
    assert list(decision.read(tmp_path, Policy())) == list(released)
    assert {e.status for e in released if e.id == "reoffending.rate"} == {"number", "suppressed"}


def test_everything_is_measured_once_a_grouping_and_decided_on_in_one_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: Counter[tuple[str, str]] = Counter()

    def counted(name: str) -> None:
        module = import_module(f"ut_research.measures.{name}")
        subject = module.measure

        def measure(*tables, by=None, **choices):
            calls[name, by or "everyone"] += 1
            return subject(*tables, **choices, **({"by": by} if by else {}))

        measure.__signature__ = inspect.signature(subject)  # type: ignore[attr-defined]
        monkeypatch.setattr(module, "measure", measure)

    for name in declared.SUBJECTS:
        counted(name)
    about_people = []
    release = gate.release

    def decided(found, policy, **how):
        about_people.append(sum(map(gate.about_people, found)))
        return release(found, policy, **how)

    monkeypatch.setattr(gate, "release", decided)
    found = decision.measured(cohort.generate(), PARAMETERS, MANIFEST, ISSUES, REGISTRY)
    decision.released(found, Policy())
    assert set(calls.values()) == {1}
    assert {name for name, by in calls if by == "everyone"} == set(declared.SUBJECTS)
    shown_by_area = {id.split(".")[0] for id, q in declared.quantities().items() if "area" in q.by}
    assert {name for name, by in calls if by == "area"} == shown_by_area
    assert [n for n in about_people if n] == [sum(map(gate.about_people, found))]


def test_a_parameter_reaches_every_measure_that_takes_it() -> None:
    usual = {estimate.key(e): e for e in _measured()}
    other = {estimate.key(e): e for e in _measured(low_at_most=44, delivery_end="2021-06-30")}
    assert usual[("wellbeing.low_t1", ())] != other[("wellbeing.low_t1", ())]
    halves = [e for e in usual.values() if e.id == "outcomes.housing_half"]
    assert [other[estimate.key(e)] for e in halves] != halves
    same = [k for k in usual if k[0].startswith("activity.")]
    assert [usual[k] for k in same] == [other[k] for k in same]


def test_by_a_group_and_about_everyone() -> None:
    whole, north, south = rates(320)
    spread = replace(north, id="reach.area", group={"area": "north"})
    released = gate.release([whole, north, south, spread], Policy())
    assert list(released.by("area")) == [north, south]
    assert list(released.everyone()) == [whole, spread]


def _measured(**changed: object) -> list[Estimate]:
    return decision.measured(cohort.generate(), PARAMETERS | changed, MANIFEST, ISSUES, REGISTRY)
