"""One release against the one before: what moved, and whether the difference gives somebody away.

Two releases that are safe by themselves may not be safe together: 31 people in March and 33 in June
are two people who came between. Each release keeps what it disclosed in a file with its hash; the
next one is compared with it, and stops where a difference would isolate fewer people than the
threshold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import isclose
from pathlib import Path
from typing import Any

from ut_research.core.estimate import Estimate
from ut_research.disclosure.linked import count_given
from ut_research.disclosure.policy import ROUNDINGS, DisclosureError, Policy
from ut_research.disclosure.soundness import THINGS, key, name
from ut_research.measures import declared

Cell = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Release:
    """What one release disclosed about people: its name, the policy in force and the findings."""

    name: str
    policy: Policy
    findings: tuple[Estimate, ...]


_SAID = {"number": "shown", "suppressed": "withheld"}


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that is not what it was. `before` is None where it is new, `after` where it is gone."""

    before: Estimate | None
    after: Estimate | None

    @property
    def about(self) -> Estimate:
        """The finding as it is now, or as it was last."""
        return self.after or self.before  # type: ignore[return-value]

    @property
    def why(self) -> str:
        """What lies behind the change, as far as the two releases tell."""
        before, after = self.before, self.after
        if before is None or after is None:
            return "new in this release" if before is None else "no longer in the release"
        if before.status != after.status:
            was, now = (_SAID.get(e.status, e.status) for e in (before, after))
            return f"was {was}, is now {now}"
        if None not in (before.n, after.n) and before.n != after.n:
            return f"from {before.n} people to {after.n}"
        if before.count != after.count:
            return "more or other people counted"
        return "computed in another way" if before.method != after.method else "the data behind it changed"


def write(path: Path, name: str, findings: Iterable[Estimate], policy: Policy) -> None:
    """Keep what a release disclosed at `path`. Published figures are not part of it."""
    own = sorted((e for e in findings if e.origin != "published"), key=key)
    body = {"name": name, "policy": asdict(policy), "findings": [asdict(e) for e in own]}
    kept = {**body, "sha256": _hash(body)}
    text = json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="")


def read(path: Path) -> Release:
    """The release kept at `path`.

    Raises
    ------
    DisclosureError : where the file is not as it was written; a comparison with it would prove nothing.
    """
    try:
        body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if body.pop("sha256") != _hash(body):
            raise ValueError("its hash is another")
        findings = tuple(Estimate(**row) for row in body["findings"])
        return Release(str(body["name"]), Policy.build(body["policy"]), findings)
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as e:
        raise DisclosureError(
            f"{path.name} of the release before is missing, damaged or was edited, so nothing can be "
            "compared with it; take it from where that release is kept"
        ) from e


def compare(previous: Sequence[Estimate], current: Sequence[Estimate], policy: Policy) -> list[Change]:
    """What moved between two releases, in the order of id and group.

    A finding gives somebody away where its count, its n or the people outside its count moved by 1 to
    threshold - 1; where it is a mean that moves with records (`Quantity.moves_with_records`) and moved though
    it is of as many people as before: times the people, the difference is what one record was corrected by;
    or where a cell withheld in one release can be worked out with what the other shows, taking it that the
    cell shown there has not moved.

    Raises
    ------
    DisclosureError : naming such findings, the most important first, and how many there are.
    """
    before, after = _by_cell(previous), _by_cell(current)
    both = sorted(before.keys() & after.keys(), key=lambda c: (_rank(c[0]), c))
    few = [name(after[c]) for c in both if _isolates(before[c], after[c], policy)]
    exact = policy.rounding == "none"  # else nobody can tell that it is of as many people
    corrected = [name(after[c]) for c in both if exact and _corrected(before[c], after[c])]
    solved = {*_worked_out(before, after, policy.threshold), *_worked_out(after, before, policy.threshold)}
    told = []
    if few:
        told.append(f"moved by fewer than {policy.threshold} people since the last release: {_some(few)}")
    if corrected:
        same = "of as many people as in the last release, so that one corrected record would follow"
        told.append(f"moved though {same}: {_some(corrected)}")
    if solved:
        told.append(f"withheld in one release and worked out with the other: {_some(sorted(solved))}")
    if told:
        todo = "Release later, when more people have been added" + (
            ", with the records as they were until then"
            if corrected
            else ", or with rounding (see study.toml)"
        )
        raise DisclosureError("; ".join(told) + ". " + todo)
    changes = [Change(before.get(c), after.get(c)) for c in sorted({*before, *after})]
    return [c for c in changes if c.before is None or c.after is None or _moved(c.before, c.after)]


def _rank(id: str) -> int:
    """How far down in a list of findings one of this id belongs, by its declared importance."""
    quantity = declared.quantities().get(id)
    return ("headline", "everyone", "ancillary").index(quantity.importance if quantity else "everyone")


def _some(names: Sequence[str], most: int = 12) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def _hash(body: Any) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _by_cell(findings: Iterable[Estimate]) -> dict[Cell, Estimate]:
    return {key(e)[1:]: e for e in findings if e.origin != "published"}


def _moved(before: Estimate, after: Estimate) -> bool:
    fields = ("status", "value", "low", "high", "count", "n")
    return any(getattr(before, f) != getattr(after, f) for f in fields)


def _isolates(before: Estimate, after: Estimate, policy: Policy) -> bool:
    """Whether the difference of two shown findings is about 1 to threshold - 1 people, as far as is shown."""
    if before.unit in THINGS:
        return False
    then, now = (_sizes(e, policy.rounding) for e in (before, after))
    moves = [b - a for a, b in zip(then, now, strict=True) if a is not None and b is not None]
    return any(0 < abs(move) < policy.threshold for move in moves)


def _corrected(before: Estimate, after: Estimate) -> bool:
    """Whether a mean of as many people as before is another."""
    quantity = declared.quantities().get(before.id)
    if quantity is None or not quantity.moves_with_records or before.n is None or before.n != after.n:
        return False
    values = (before.value, after.value)
    return None not in values and not isclose(*values, abs_tol=1e-9)  # type: ignore[arg-type]


def _sizes(e: Estimate, rounding: str) -> tuple[int | None, int | None, int | None]:
    """The people counted, the people it is out of, and the people outside the count."""
    count = count_given(e) if rounding == "none" else e.count
    count, n = (None if x is None else ROUNDINGS[rounding](x) for x in (count, e.n))
    return count, n, None if count is None or n is None else n - count


def _worked_out(here: dict[Cell, Estimate], there: dict[Cell, Estimate], threshold: int) -> list[str]:
    """The cells withheld in `here` that a total gives back once cells shown in `there` are filled in."""
    lines: dict[tuple[str, str, Cell], list[Cell]] = {}
    for id, group in here:
        for pair in group:
            rest = tuple(p for p in group if p != pair)
            lines.setdefault((id, pair[0], (id, rest)), []).append((id, group))
    found = []
    for (_, _, total), cells in sorted(lines.items()):
        withheld = [c for c in cells if here[c].status == "suppressed"]
        filled = [c for c in withheld if (e := there.get(c)) is not None and e.count is not None]
        unknown = [c for c in withheld if c not in filled]
        whole = _whole(here.get(total), [here[c] for c in cells])
        if whole is None or not filled or not unknown:
            continue
        left = whole - sum(here[c].count or 0 for c in cells) - sum(there[c].count or 0 for c in filled)
        if left >= 0 and (len(unknown) == 1 or left < threshold):
            found += [name(here[c]) for c in unknown]
    return found


def _whole(total: Estimate | None, cells: Sequence[Estimate]) -> int | None:
    """What the counts of `cells` add up to: the total's count, or the n that they are shares of."""
    if total is not None:
        return total.count
    sizes = [e.n for e in cells if e.n is not None]
    return sizes[0] if len(sizes) > 1 and len(set(sizes)) == 1 else None
