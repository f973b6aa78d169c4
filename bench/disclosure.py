"""How much disclosure control withholds, and how long it takes, on drawn exports: ``make bench``.

Of ten invented exports of each size: the share of findings about everyone that is withheld, a curve counted
as one finding, and what interviewees said left out; the headlines that are withheld to protect another; the
share of the cells by group withheld; the seconds of a processor to decide.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "attack")]
os.environ.setdefault("UT_RESEARCH_KEY", "an invented key of the benchmark")

import chapters  # noqa: E402
from planted import plant  # noqa: E402

from ut_research.core.estimate import SERIES_KEYS, Estimate, Key, key  # noqa: E402
from ut_research.disclosure import decision  # noqa: E402
from ut_research.measures import GROUPS, declared  # noqa: E402

SIZES = (204, 110, 60, 25)
EXPORTS = int(os.environ.get("UT_EXPORTS", "10"))


def told(released: list[Estimate], few: set[Key]) -> tuple[float, int, float]:
    """Percent withheld of what is about everyone, headlines lost, percent withheld of cells by group.

    `few` are the findings that are withheld for themselves.
    """
    quantities = declared.quantities()
    everyone: dict[tuple[object, ...], list[bool]] = {}
    groups: list[bool] = []
    lost = 0
    for e in released:
        q = quantities.get(e.id)
        if e.origin == "published" or e.status == "not collected" or q is None or q.about != "people":
            continue
        if q.said:  # of a few people interviewed hardly a number can be shown, however many took part
            continue
        hidden = e.status == "suppressed"
        if not e.group.keys().isdisjoint(GROUPS):
            groups.append(hidden)
        elif not q.choices:
            lost += hidden and q.importance == "headline" and key(e) not in few
            about = (e.id, *sorted((k, v) for k, v in e.group.items() if k not in SERIES_KEYS))
            everyone.setdefault(about if SERIES_KEYS & set(e.group) else (*about, 0), []).append(hidden)
    return (
        100 * sum(all(h) for h in everyone.values()) / len(everyone),
        lost,
        100 * sum(groups) / max(len(groups), 1),
    )


def small(e: Estimate, threshold: int) -> bool:
    """Whether a count, an n or the rest is of 1 to threshold - 1 people."""
    rest = None if e.count is None or e.n is None else e.n - e.count
    return any(0 < size < threshold for size in (e.count, e.n, rest) if size is not None)


def main(*given: str) -> None:
    """Print a line for each size: medians, and the longest time."""
    print("people  withheld of everyone's, %  headlines lost  of groups', %  seconds, median and longest")
    for size in map(int, given or SIZES):
        rows = []
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(EXPORTS):
                export = plant(Path(folder) / str(seed), size, 100 * size + seed)
                [seen] = chapters.quickly(export.folder, Path(folder) / f"out {seed}").values()
                found = seen.measured[0][0]
                began = time.process_time()
                out = list(decision.released(found, chapters.POLICY))
                took = time.process_time() - began
                few = {key(e) for e in found if small(e, chapters.POLICY.threshold)}
                rows.append((*told(out, few), took))
                print(".", end="", flush=True)
        parts = [sorted(column) for column in zip(*rows, strict=True)]
        print(
            f"\r{size:6}  {median(parts[0]):8.1f} ({parts[0][0]:.0f} to {parts[0][-1]:.0f})"
            f"  {median(parts[1]):6.1f} (most {parts[1][-1]})  {median(parts[2]):6.1f}"
            f"  {median(parts[3]):6.1f} {parts[3][-1]:6.1f}"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
