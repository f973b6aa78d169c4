"""What is said of both groups beside what is said of everyone, where everybody referred was followed up.

Then who engaged is who registered, and the men, needs and ages of the two groups are parts of everyone's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import chapters
import numpy as np
import pandas as pd
import pytest
from intruder import Key, too_small
from planted import plant
from samples import samples

from ut_research.core.estimate import Estimate

GROUPS = ("engaged", "not engaged")
NEEDS = ("housing", "alcohol_drugs", "employability", "mental_health")


def known_of_all(folder: Path, seed: int) -> None:
    """Have everybody of an export followed up, and the needs of most people assessed, engaged or not."""
    rng = np.random.default_rng(seed)
    people, followed, needs = (
        pd.read_csv(folder / f"{name}.csv", dtype=str) for name in ("participants", "reoffending", "needs")
    )
    for name, table, share in (("reoffending", followed, 1.0), ("needs", needs, 0.8)):
        others = people[~people.participant_id.isin(table.participant_id)]
        others = others[rng.random(len(others)) < share]
        rows = table.iloc[rng.integers(0, len(table), len(others))]
        rows = rows.assign(participant_id=others.participant_id.to_numpy())
        if name == "reoffending":
            rows = rows.assign(group=np.where(others.registered_date.notna(), *GROUPS))
        whole = pd.concat([table, rows]).drop_duplicates("participant_id")
        whole.to_csv(folder / f"{name}.csv", index=False)


def few(released: Mapping[Key, Estimate]) -> Iterator[str]:
    """What of one to four people follows from what is said of the groups and of everyone."""

    def of(id: str, **group: str) -> tuple[int, int]:
        e = released.get((id, tuple(group.items())))
        return (-999, -999) if e is None or None in (e.count, e.n) else (e.count, e.n)  # type: ignore

    def left(about: str, whole: int, *parts: int) -> Iterator[str]:
        if min(whole, *parts) >= 0 and 0 < whole - sum(parts) < chapters.POLICY.threshold:
            yield f"{about}: {whole - sum(parts)}"

    everybody = [of("alike.sampled", group=group) for group in GROUPS]
    for group, (followed, there) in zip(GROUPS, everybody, strict=True):
        men, n = of("alike.gender", group=group)
        other = next(g for g in GROUPS if g != group)
        if followed == there > 0:
            for gender, here in (("male", men), ("female", n - men)):
                yield from left(f"{gender}, {other}", of("reach.registered", gender=gender)[1], here)
                yield from left(f"{gender}, {other}", of("reach.gender", gender=gender)[0], here)
        for id, everyone in (("ethnicity", "reach.ethnic_minority"), *((x, f"needs.{x}") for x in NEEDS)):
            count, n = of(f"alike.{id}", group=group)
            yield from left(f"{id}, {other}", of(everyone)[0], count)
            yield from left(f"no {id}, {other}", *(n - count for count, n in (of(everyone), (count, n))))
        followed_men = released.get(("reoffending.rate", (("gender", "male"), ("group", group))))
        if group == GROUPS[0] and followed_men is not None and followed_men.n is not None:
            yield from left("men not followed up", of("reach.registered", gender="male")[0], followed_men.n)
    for id, whole in (("alike.age", "reach.age_mean"), ("alike.needs", "needs.number_mean")):
        both = [released.get((id, (("group", group),))) for group in GROUPS]
        mean = released.get((whole, ()))
        if mean is not None and mean.value is None and all(e is not None and e.value for e in both):
            yield f"{whole}, from both groups'"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(samples(2, 30)))
def test_both_groups_give_nothing_back_of_everyone(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UT_RESEARCH_KEY", "an invented key of the tests")
    export = plant(tmp_path / "export", 70 + 40 * seed % 130, 200 + seed)
    known_of_all(export.folder, seed)
    [seen] = chapters.quickly(export.folder, tmp_path / "out").values()
    alone = {k: e for k, e in seen.truth.items() if not too_small([e])}
    assert list(few(alone)), "the intruder is asleep"
    assert list(few(seen.released)) == []
    assert any(e.value is not None for k, e in seen.released.items() if k[0].startswith("alike."))
