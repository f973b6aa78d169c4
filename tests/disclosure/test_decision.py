from __future__ import annotations

import inspect
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from united_together import PARAMETERS, REGISTRY

from tools.example import cohort
from ut_research.core import estimate
from ut_research.core.estimate import Estimate, Key
from ut_research.disclosure import decision, gate, releases
from ut_research.disclosure.gate import Policy
from ut_research.disclosure.releases import Release
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


# ---------------------------------------------------------------- beside what was approved


def approved(*found: Estimate) -> Release:
    about = dict.fromkeys(("name", "study", "by", "on", "owner", "people"), "x")
    return Release(**about, policy=Policy(), parameters={}, findings=found)


def test_what_would_tell_of_a_few_beside_a_release_is_withheld_with_what_gives_it_back() -> None:
    whole, north, south = rates(320)
    before = approved(replace(north, count=(north.count or 0) + 2, value=42 / 1.6))
    out = {estimate.key(e): e.status for e in decision.released([whole, north, south], Policy(), [before])}
    assert out[estimate.key(whole)] == "number"
    assert out[estimate.key(north)] == out[estimate.key(south)] == "suppressed"
    assert decision.released([whole], Policy(), [before]).get("reoffending.rate", group="engaged") == whole


def test_what_is_refused_is_withheld_and_a_range_that_would_tell_is_left_out() -> None:
    mean = Estimate("reach.age_mean", "x", 41.0, 39.0, 43.0, n=47, unit="years")
    other = replace(mean, id="reach.stay_mean_weeks", unit="weeks")
    before = approved(replace(mean, n=40))
    out = decision.released([mean, other], Policy(), [before], refused={estimate.key(other)})
    assert [(e.status, e.low) for e in out][:2] == [("number", None), ("suppressed", None)]
    alone = decision.released([mean, other], Policy())
    assert [(e.status, e.low) for e in alone][:2] == [("number", 39.0), ("number", 39.0)]


def test_verdicts_are_of_what_is_released_for_everyone_and_each_part() -> None:
    change = Estimate("wellbeing.change_mean", "Change", 3.0, 1.0, 5.0, n=60, unit="points")
    parts = [replace(change, group={"area": a}, n=n) for a, n in (("x", 36), ("y", 24))]
    unknown = replace(
        change,
        group={"area": "not recorded"},
        status="not collected",
        value=None,
        low=None,
        high=None,
        n=None,
    )
    other = replace(change, id="activity.change_mean", unit="days")
    both = f"{change.id},{other.id}"

    def clear(parts_by: str = "", **how: Any) -> dict[str, int | None]:
        found = [change, other, *parts, unknown]
        out = decision.released(found, Policy(), outcomes=both, parts=parts_by, **how)
        return {e.group.get("area", ""): e.count for e in out if e.group.get("outcome") == change.id}

    assert clear() == {"": 1}
    assert clear("area") == {"": 1, "x": 1, "y": 1}
    assert clear(confidence=0.5) == {"": 0}, "p is .31, and of two it must be below .25"
    assert clear("area", refused={("wellbeing.change_mean", (("area", "x"),))})["x"] == 0
    assert clear(refused={estimate.key(change)}) == {"": 0}


def test_combinations_agree_that_are_released() -> None:
    found = [
        Estimate(
            "multiverse.low_wellbeing", "x", v, v - 9, v + 9, n=60, unit="percentage points", group={"cut": c}
        )
        for c, v in (("40", -20.0), ("41", -21.0), ("42", -22.0))
    ]
    found += [Estimate(f"wellbeing.low_{t}", "x", 50.0, count=30, n=60, unit="%") for t in ("t1", "t2")]

    def agree(**how: Any) -> int | None:
        out = decision.released(found, Policy(), **how)
        return out.get("multiverse.agreement.combinations", headline="low wellbeing").count

    assert agree() == 3
    assert agree(refused={estimate.key(found[0])}) == 2


# ---------------------------------------------------------------- what a run leaves in its folder

AREAS = ("north", "south")


def left(folder: Path, found: list[Estimate], origin: str = "export", **run: Any) -> Path:
    """A folder in which a run left what it released."""
    folder.mkdir(exist_ok=True)
    decision.write(gate.release(found, Policy()), folder, run.get("by", ""))
    (folder / "manifest.json").write_text(
        json.dumps({"origin": origin, "rows": {"needs": 3}, "actions": {"a": 1}})
    )
    (folder / "run.json").write_text(json.dumps(run))
    return folder


def headline(n: int, **group: str) -> Estimate:
    return Estimate("needs.housing", "Housing", 50.0, count=n // 2, n=n, unit="%", group=group)


def test_what_only_parts_say_is_kept_by_itself(tmp_path: Path) -> None:
    everyone = Estimate("reach.referred", "Referred", 120, count=120, unit="people")
    only = replace(everyone, value=60, count=60, group={"area": "north"})
    others = [everyone, headline(60, area="north"), headline(60, gender="male")]
    folder = left(tmp_path, [*others, only], by="area")
    assert list(decision.read(folder, Policy())) == others
    assert list(decision.read_with_parts(folder, Policy())) == [*others, only]
    assert only in decision.own(folder)
    left(tmp_path, [everyone, only])
    assert not (folder / decision.PARTS).exists()
    assert decision.own(folder) == (everyone, only)


def test_a_verdict_of_a_part_is_kept_with_what_parts_say(tmp_path: Path) -> None:
    verdict = Estimate(
        "primary.clear", "x", 1, count=1, unit="analyses", group={"outcome": "a.b", "area": "north"}
    )
    folder = left(tmp_path, [headline(120), verdict, replace(verdict, group={"outcome": "a.b"})], by="area")
    assert [e.group for e in decision.read(folder, Policy())] == [{}, {"outcome": "a.b"}]


def test_a_part_is_told_where_a_headline_of_it_is_shown(tmp_path: Path) -> None:
    names = declared.headlines()
    some = Estimate(min(names), "x", 50.0, count=30, n=60, unit="%", group={"area": "north"})
    assert some.id in names and "needs.housing" not in names
    folder = left(tmp_path, [some, headline(60, area="south"), headline(60, area="not recorded")], by="area")
    assert decision.parts(folder, "area") == {"north": True, "south": False}
    hidden = replace(some, count=3, value=5.0)
    assert decision.parts(left(tmp_path, [hidden], by="area"), "area") == {"north": False}
    assert decision.parts(folder, "gender") == {}


def test_a_report_of_a_part_holds_what_is_said_of_it(tmp_path: Path) -> None:
    whole = left(tmp_path / "whole", [headline(120), headline(60, area="north"), *rates(320)[:1]], by="area")
    part = tmp_path / "part"
    part.mkdir()
    decision.write_part(whole, {"area": "north"}, PARAMETERS, part)
    said = {e.id: (e.status, e.n, dict(e.group)) for e in decision.read(part, Policy())}
    assert said["needs.housing"] == ("number", 60, {})
    assert said["reoffending.rate"][0] == "not collected"
    about = json.loads((part / "manifest.json").read_text())
    assert about == {"origin": "export", "rows": {}, "actions": {}}
    assert len(pd.read_csv(part / "issues.csv")) == 0
    assert "1,2" not in (part / "issues.csv").read_text()


def test_a_report_stands_as_released_where_a_release_holds_all_of_it(tmp_path: Path) -> None:
    register = tmp_path / "register"
    folder = left(tmp_path / "run", [headline(120)], registers=[str(register)])
    assert decision.standing(folder) == "draft"
    replace(approved(headline(118)), on="2031-04-01").write(register)
    assert decision.standing(folder) == "draft"
    replace(approved(headline(120)), on="2031-07-01").write(register)
    assert decision.standing(folder) == "export"
    part = left(tmp_path / "part", [headline(9)], of=str(folder), origin="example")
    assert decision.standing(part) == "export", "as the whole that it is of"
    assert decision.standing(left(tmp_path / "other", [headline(120)], origin="example")) == "example"


def test_what_was_approved_before_is_read_where_it_may_be_about_the_same_people(tmp_path: Path) -> None:
    register, second = tmp_path / "register", tmp_path / "second"
    mine = replace(approved(headline(120), headline(60, area="north")), study="ours")
    mine.write(register)
    replace(mine, study="theirs").write(second)
    run = {"about": "ours", "owner": "o", "registers": [str(register), str(second)]}
    folder = left(tmp_path / "run", [], **run)
    assert decision.before(folder) == (register, [mine])
    part = left(tmp_path / "part", [], **run, part={"area": "north"})
    [(of_part)] = decision.before(part)[1]
    assert of_part.findings == (headline(60),)
    assert decision.before(left(tmp_path / "alone", [])) == (None, [])
    (folder / "run.json").unlink()
    assert decision.before(folder) == (None, [])


def test_who_is_in_a_run_is_told_by_its_participants(tmp_path: Path) -> None:
    nobody = decision.who(tmp_path)
    pd.DataFrame({"participant_id": ["b", "a"]}).to_parquet(tmp_path / "participants.parquet")
    assert decision.who(tmp_path) == releases.people(["a", "b"]) != nobody == releases.people([])


def test_the_policy_is_that_of_the_parameters() -> None:
    asked = {"threshold": 7, "rounding": "nearest 5", "zeros_safe": False, "all_alike_below": 9}
    assert decision.policy(PARAMETERS | asked) == Policy(**asked)
