"""One interviewee whom the reader knows: nothing that they said can be told from anything that is released.

Written without a look at how disclosure control does it. The reader knows who was interviewed, and in which
role. They look for a theme of which every world that fits what is shown agrees on
whether the person spoke of it. Everybody agreed to be quoted, so that a quotation left out tells the most.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from samples import samples

from ut_research.core.estimate import Estimate
from ut_research.disclosure import gate
from ut_research.disclosure.gate import Policy
from ut_research.measures import quoted, themes

ROLES = ("strategic", "delivery", "participant")


def interviews(seed: int, strategic: int | None = None) -> dict[str, pd.DataFrame]:
    """Invented interviews of 1 to 40 people in three roles, their passages on six themes of two questions."""
    rng = np.random.default_rng(seed)
    many = [int(rng.integers(0, 14)) for _ in ROLES]
    many[0] = max(1, many[0]) if strategic is None else strategic
    roles = np.repeat(ROLES, many)
    ids = np.array([f"I{i}" for i in range(len(roles))])
    keen = rng.choice([0.05, 0.5, 0.95], 6)
    times = rng.integers(1, 4, (len(ids), 6)) * (rng.random((len(ids), 6)) < keen)
    who, what = np.nonzero(times)
    rows = np.repeat(np.arange(len(who)), times[who, what])
    said = pd.DataFrame({"interview_id": ids[who[rows]], "theme": [f"theme {t}" for t in what[rows]]})
    said["question"] = np.where(what[rows] < 3, "What works?", "What next?")
    held = pd.DataFrame({"interview_id": ids, "method": "interview", "role": roles, "people": 1})
    said["quote_with_consent"] = [f"words {i}" for i in range(len(said))]
    return {"interviews": held.assign(held_date=pd.NaT), "coded_segments": said}


def released(tables: dict[str, pd.DataFrame], policy: Policy) -> list[Estimate]:
    """What leaves: numbers, and after them quotations."""
    numbers = gate.release(themes.measure(tables), policy)
    return [*numbers, *gate.release(quoted.quotations(tables, numbers, "export"), policy)]


def told(tables: dict[str, pd.DataFrame], shown: list[Estimate]) -> list[str]:
    """The themes of which what is shown tells whether the first strategic interviewee spoke."""
    many = tables["interviews"].role.value_counts().to_dict()
    sizes = [many.get(role, 0) for role in ROLES]
    found = []
    for theme in {e.group["theme"] for e in shown if "theme" in e.group}:
        counts = {
            e.group.get("role", ""): e.count
            for e in shown
            if e.id == "themes.spoke" and e.group.get("theme") == theme and e.status == "number"
        }
        quotes = [
            e.group.get("role", "")
            for e in shown
            if e.id == "themes.quoted" and e.group["theme"] == theme and e.group["of"] == "spoke"
        ]
        worlds = [
            world
            for world in product(*(range(n + 1) for n in sizes))
            if sum(world) == counts.get("", sum(world))
            and sum(world) >= max(1, len(quotes))  # it is named, so somebody spoke of it
            and all(n >= quotes.count(role) for role, n in zip(ROLES, world, strict=True))
            and all(counts.get(role, n) == n for role, n in zip(ROLES, world, strict=True))
        ]
        spoke = any(world[0] > 0 for world in worlds)
        silent = any(world[0] < sizes[0] for world in worlds)
        found += [] if spoke and silent else [theme]
    return found


def passages(shown: list[Estimate]) -> list[str]:
    """The findings that count passages: of few people who spoke they tell how much one of them said."""
    return [e.id for e in shown if e.unit == "passages" or "passage" in e.method]


POLICIES = [Policy(), Policy(threshold=10), Policy(zeros_safe=False), Policy(rounding="nearest 5")]


@pytest.mark.parametrize("seed", range(samples(12, 200)))
def test_nothing_that_one_known_interviewee_said_can_be_told(seed: int) -> None:
    tables = interviews(seed, strategic=1 if seed % 3 == 0 else None)
    for policy in POLICIES if seed % 4 == 0 else POLICIES[:1]:
        shown = released(tables, policy)
        assert passages(shown) == []
        assert policy.rounding != "none" or told(tables, shown) == []
        assert not any(0 < e.count < 5 for e in shown if e.unit == "people" and e.count)


@pytest.mark.parametrize("seed", range(samples(6, 100)))
def test_nothing_can_be_told_by_the_time_of_an_interview_either(seed: int) -> None:
    """A period each for those who were one role: by time, too, the reader knows who was interviewed when."""
    tables = interviews(seed, strategic=1 if seed % 2 == 0 else None)
    held = tables["interviews"]
    dated = {**tables, "interviews": held.assign(period=held.role, role="delivery")}
    measured = [*themes.measure(dated), *themes.measure(dated, by="period")]
    numbers = list(gate.release(measured, Policy()))
    shown = [*numbers, *quoted.quotations(dated, numbers, "export")]
    by_time = [e for e in shown if "role" not in e.group or e.id == "themes.quoted"]
    as_role = [
        replace(e, group={"role" if k == "period" else k: v for k, v in e.group.items() if k != "role"})
        for e in by_time
    ]
    assert told(tables, as_role) == []


def test_a_reader_who_looks_finds_it_in_what_was_measured() -> None:
    seen = [tables for seed in range(4) if told(tables := interviews(seed, 1), themes.measure(tables))]
    assert len(seen) > 2, "the reader is asleep"


def test_a_reader_who_looks_finds_it_where_anybody_may_be_quoted() -> None:
    """Were whoever agreed quoted by role, whatever else is shown, the only one in a role would be known."""
    seen = 0
    for seed in range(6):
        tables = interviews(seed, 1)
        everyone = themes.measure(tables)
        shown = [*gate.release(everyone, Policy()), *quoted.quotations(tables, everyone, "export")]
        seen += told(tables, shown) != []
    assert seen > 2, "the reader is asleep"


def test_of_many_people_who_spoke_of_what_is_shown_by_role() -> None:
    rng = np.random.default_rng(1)
    ids, roles = [f"I{i}" for i in range(120)], np.repeat(ROLES, 40)
    held = pd.DataFrame({"interview_id": ids, "method": "interview", "role": roles, "people": 1})
    spoke = [i for i in ids if rng.random() < 0.5]
    said = pd.DataFrame({"interview_id": spoke, "question": "What works?", "theme": "time"})
    found = themes.measure({"interviews": held.assign(held_date=pd.NaT), "coded_segments": said})
    shown = [e for e in gate.release(found, Policy()) if e.id == "themes.spoke"]
    assert [(e.group.get("role", ""), e.n) for e in shown if e.status == "number"] == [
        ("", 120), ("strategic", 40), ("delivery", 40), ("participant", 40)
    ]  # fmt: skip


def test_the_only_interviewee_is_not_heard_at_all() -> None:
    tables = interviews(0, strategic=1)
    alone = {
        "interviews": tables["interviews"].head(1),
        "coded_segments": pd.DataFrame(
            {"interview_id": ["I0"], "question": "What works?", "theme": "a rare word"}
        ),
    }
    shown = list(gate.release(themes.measure(alone), Policy()))
    assert "a rare word" not in {*(e.label for e in shown), *(v for e in shown for v in e.group.values())}
