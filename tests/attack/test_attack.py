"""The intruder on many exports: nothing planted is found, no small count is shown or can be worked out."""

from __future__ import annotations

import random
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

import chapters
import intruder
import persons
import pytest
from intruder import (
    lost_of_few,
    not_rounded,
    of_blanks,
    ranges_of_few,
    steps_of_few,
    told_by_tests,
    too_small,
    worked_out,
)
from persons import pinned
from planted import MARK, Planted, plant
from samples import samples

from ut_research.core import policies
from ut_research.disclosure.gate import Policy
from ut_research.measures import declared

#: Exports of each batch, and how many batches: twenty exports, or two hundred.
BATCH = 4
BATCHES = samples(5, 50)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UT_RESEARCH_KEY", "an invented key of the tests")


def exports(folder: Path, batch: int, times: int) -> list[Planted]:
    """Exports of 5 to 260 people, more small than large ones, since small ones are the hardest to protect."""
    draw = random.Random(batch)
    sizes = [draw.choice([draw.randint(5, 60), draw.randint(60, 260)]) for _ in range(times)]
    return [plant(folder / str(i), people, draw.randrange(10**6)) for i, people in enumerate(sizes)]


def found_in(seen: chapters.Seen, planted: Planted, policy: Policy = chapters.POLICY) -> list[str]:
    """What the intruder, who knows the policy, gets out of all that one export gave away."""
    intruder.THRESHOLD = persons.THRESHOLD = policy.threshold
    text = "\n".join([*seen.shown, *seen.files().values()]).lower()
    truth, released = seen.truth, seen.released
    found = [f"planted: {c}" for c in sorted(planted.canaries) if c in text]
    if policy.rounding == "none":
        found += [f"small: {e}" for e in too_small(released.values(), policy.zeros_safe)]
        found += [f"curve: {e}" for e in (*steps_of_few(released), *lost_of_few(truth, released))]
        found += [f"person by person: {e}" for e in pinned([asdict(e) for e in released.values()])]
    else:
        found += [f"not rounded: {e}" for e in not_rounded(released.values(), policy.rounding)]
    found += [f"range: {e}" for e in ranges_of_few(truth, released)]
    found += [f"blank: {e}" for e in of_blanks(truth, released)]
    found += [f"test: {e}" for e in told_by_tests(seen.tables, released)]
    return found + [f"worked out: {cell}" for cell in worked_out(truth, released, policy.zeros_safe)]


def only_small_withheld(seen: chapters.Seen) -> list[dict[str, Any]]:
    """What would be published if nothing were withheld but what is small by itself."""
    gone = dict.fromkeys(("value", "low", "high", "count", "n")) | {"status": "suppressed"}
    return [{**asdict(e), **(gone if too_small([e]) else {})} for e in seen.truth.values()]


def told_by_words(one: chapters.Seen, other: chapters.Seen) -> list[str]:
    """The findings withheld of two exports of which words or their order say something all the same."""
    words, order = [], []
    for seen, beside in ((one, other), (other, one)):
        both = seen.released.keys() & beside.released.keys()
        hidden = {k: e for k, e in seen.released.items() if k in both and e.status == "suppressed"}
        words.append({k: (e.label, e.method, e.unit, e.source) for k, e in hidden.items()})
        order.append([k for k in seen.released if k in both])
    told = [k for k in words[0].keys() & words[1].keys() if words[0][k] != words[1][k]]
    return [f"{id} {dict(group)}" for id, group in told] + ["their order"] * (order[0] != order[1])


#: Every export is attacked as it is released by default, and one of each batch in one of the other ways too.
POLICIES = (
    Policy(),
    Policy(rounding="nearest 5"),
    Policy(rounding="midpoint 6"),
    Policy(zeros_safe=False),
    *(Policy(**policies.POLICIES[name]) for name in ("opensafely", "acro")),
)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_nothing_is_found_in_what_the_gate_lets_through(tmp_path: Path, batch: int) -> None:
    found, bites, usual = {}, 0, list[chapters.Seen]()
    for i, export in enumerate(exports(tmp_path, batch, BATCH)):
        some = POLICIES[:1] if i else (POLICIES[0], POLICIES[1 + batch % 5])
        for policy, seen in chapters.quickly(export.folder, tmp_path / f"out {i}", *some).items():
            about = f"{len(export.tables['participants'])} people, export {i}, {policy}"
            found[about] = found_in(seen, export, policy)
            usual += [seen] if policy == POLICIES[0] else []
            bites += policy == POLICIES[0] and any(pinned(only_small_withheld(seen)))
    found |= {f"words {i}": told_by_words(*two) for i, two in enumerate(combinations(usual, 2))}
    assert 2 * bites > BATCH, "the intruder who thinks of persons is asleep"
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(samples(2, 50)))
def test_nothing_is_found_in_the_reports_of_all_parts_together(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    export = plant(tmp_path / "export", draw.randint(60, 260), draw.randrange(10**6))
    by = ("partner", "area")[seed % 2]
    [seen] = chapters.quickly(export.folder, tmp_path / "out", parts=by).values()
    assert found_in(seen, export) == []
    only = [e for e in seen.released.values() if e.id == "reach.referred" and by in e.group]
    assert any(e.status == "number" for e in only)
    assert any(e.status == "suppressed" for e in only)


#: How many people, and which of the policies.
TOGETHER = [(45, 0), (60, 1), (80, 3), (170, 2), (11, 0), (90, 0), (150, 0), (250, 0)]


@pytest.mark.slow
@pytest.mark.parametrize(("people", "policy"), TOGETHER[: samples(4, 8)])
def test_nothing_is_found_in_the_chapters_taken_together(tmp_path: Path, people: int, policy: int) -> None:
    export = plant(tmp_path / "export", people, people)
    chapters.prepare(export.folder, tmp_path / "run", POLICIES[policy])
    seen = chapters.run(tmp_path / "run", POLICIES[policy], draw=people in (45, 150, 170))
    assert found_in(seen, export, POLICIES[policy]) == []
    assert len(seen.released) > 100
    assert len(seen.shown) > 50
    assert seen.refused == [], "a build refuses words of a chapter that leaks nothing"


@pytest.mark.slow
def test_the_n_of_one_chapter_does_not_give_back_what_another_withholds(tmp_path: Path) -> None:
    """The n of outcomes by partner told how many of a partner's people had not registered."""
    export = plant(tmp_path / "export", 168, 840775)
    [seen] = chapters.quickly(export.folder, tmp_path / "out").values()
    assert found_in(seen, export) == []
    subjects = dict.fromkeys(id.split(".")[0] for id, q in declared.quantities().items() if q.by)
    apart = [out for subject in subjects for out in chapters.alone(seen, subject)]
    seen.measured = [(seen.measured[0][0], apart)]
    assert any("reach." in cell for cell in worked_out(seen.truth, seen.released)), "the intruder is asleep"


@pytest.mark.slow
def test_the_mean_of_everyone_at_the_start_tells_nothing_of_those_who_came_back(tmp_path: Path) -> None:
    """With the mean change it told how few can have said 7, where the means of both times are withheld."""
    export = plant(tmp_path / "export", 35, 545961)
    [seen] = chapters.quickly(export.folder, tmp_path / "out").values()
    assert found_in(seen, export) == []
    given = seen.measured[0][0]
    seen.measured = [(given, given)]
    seen.shown.append(f"by mistake: {min(c for c in export.canaries if c.startswith(MARK))}")
    found = found_in(seen, export)
    assert any("reach.stay {}: " in f and f.endswith("lost between two points") for f in found)
    assert sum(f.startswith("planted") for f in found) == 1
    assert sum(f.startswith("small") for f in found) > 20
    assert len(export.canaries) > 5 * 35
