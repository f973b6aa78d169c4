"""Approved releases: what has left already, and what a draft must not tell beside it.

Findings that are safe by themselves may not be safe together: 31 people in March and 33 in June are two
people who came between, and 10 below one cut-point and 11 below the next are somebody's score. A register
beside the study keeps what was released: numbers, parameters and digests, no rows. A draft is compared with
all of it that may be about the same people, and what would tell of too few is withheld (`telling`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from math import isclose
from pathlib import Path
from typing import Any

from ut_research.core.digests import key as digest_of
from ut_research.core.estimate import Estimate, Key, key
from ut_research.core.problems import Problem, ProblemsFound
from ut_research.core.units import places
from ut_research.disclosure.linked import count_given
from ut_research.disclosure.policy import Policy
from ut_research.disclosure.soundness import THINGS, name
from ut_research.measures import declared

#: What is refused, in a register.
REFUSED = "refused.json"
_SAID = {"number": "shown", "suppressed": "withheld"}


@dataclass(frozen=True)
class Release:
    """What was approved to leave.

    Attributes
    ----------
    name, study : of the report.
    by, on : who approved it, and the day.
    owner, people : digests of the export's place, and of the people in it (keyed, as their identifiers are).
    policy, parameters : those in force.
    findings : what was released, without published figures.
    """

    name: str
    study: str
    by: str
    on: str
    owner: str
    people: str
    policy: Policy
    parameters: Mapping[str, Any] = field(repr=False)
    findings: tuple[Estimate, ...] = field(repr=False)

    def write(self, register: Path) -> Path:
        """Keep this in `register`, after those before it; its file."""
        register.mkdir(parents=True, exist_ok=True)
        body = asdict(self)
        text = json.dumps({**body, "sha256": digest_of(body)}, indent=1, ensure_ascii=False, allow_nan=False)
        file = register / f"{len(_files(register)) + 1:04d}-{self.name}.json"
        file.write_text(text + "\n", encoding="utf-8", newline="\n")
        return file

    def may_share(self, study: str, owner: str, people: str) -> bool:
        """Whether this may be about the people of a run: of the same study, export or people."""
        return study == self.study or owner == self.owner or people == self.people


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


def people(ids: Iterable[str]) -> str:
    """A digest of who is in an export, from identifiers that are hashed with the user's key."""
    return hashlib.sha256("\n".join(sorted(map(str, ids))).encode()).hexdigest()


def read(registers: Iterable[Path]) -> list[Release]:
    """Everything kept in `registers`, in the order in which it was approved.

    Raises
    ------
    ProblemsFound : naming each file that is not as it was written; a comparison with it would prove nothing.
    """
    found, problems = [], []
    for file in chain.from_iterable(map(_files, registers)):
        try:
            body: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            if body.pop("sha256") != digest_of(body):
                raise ValueError("its digest is another")
            rows = tuple(Estimate(**row) for row in body.pop("findings"))
            found.append(Release(**{**body, "policy": Policy(**body["policy"]), "findings": rows}))
        except (ValueError, KeyError, TypeError, AttributeError, OSError):
            what = "this record of a release is damaged or was edited, so nothing can be compared with it"
            problems.append(Problem(what, str(file), "put back the file as it was kept"))
    if problems:
        raise ProblemsFound(problems)
    return sorted(found, key=lambda r: r.on)


def _files(register: Path) -> list[Path]:
    return sorted(register.glob("[0-9]*-*.json"))


def refused(register: Path) -> list[dict[str, str]]:
    """What somebody refused to have released: of each the finding, by whom, when and why."""
    file = register / REFUSED
    return list(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else []


def refuse(register: Path, more: Sequence[Mapping[str, str]]) -> None:
    """Add to what is refused in `register`; a finding refused again has the last reason."""
    register.mkdir(parents=True, exist_ok=True)
    rows = {row["finding"]: dict(row) for row in (*refused(register), *more)}
    text = json.dumps(list(rows.values()), indent=1, ensure_ascii=False)
    (register / REFUSED).write_text(text + "\n", encoding="utf-8", newline="\n")


def are_refused(found: Iterable[Estimate], rows: Iterable[Mapping[str, str]]) -> set[Key]:
    """Which of `found` are refused, by the name of the finding (``id[key=value]``) or of all its groups."""
    names = {row["finding"] for row in rows}
    return {key(e) for e in found if e.origin != "published" and not names.isdisjoint((e.id, name(e)))}


def changes(previous: Iterable[Estimate], current: Iterable[Estimate]) -> list[Change]:
    """What moved between two releases, in the order of id and group."""
    before, after = _by_key(previous), _by_key(current)
    found = [Change(before.get(k), after.get(k)) for k in sorted({*before, *after})]
    return [c for c in found if c.before is None or c.after is None or _moved(c.before, c.after)]


def telling(
    draft: Iterable[Estimate], approved: Sequence[Release], policy: Policy
) -> tuple[set[Key], set[Key]]:
    """What of a `draft` would tell of too few, beside what is `approved`: findings, and ranges of means.

    A finding does where its count, its n or the people outside its count is another by 1 to threshold - 1, or
    where all of a few who came or left are alike in what is sensitive, or, where that is not safe, none is;
    where it is another number of answers though of as many people (but for time, see
    `Quantity.moves_with_time`): times the people, the difference is what a record was corrected by; and where
    a cell that was withheld then follows once cells shown now are filled in, or a few of those who came or
    left are what is left of a total's difference, less that of its cells. The range of a mean, and a
    spread, do where they are others and less than twice the threshold came or left: with it the squares of
    their answers are told too. Rounded counts differ by whole steps of the rounding, which tell nothing.
    """
    now = _by_key(draft)
    whole, ranges = set[Key](), set[Key]()
    exactly: list[dict[Key, Estimate]] = []
    for release in approved:
        both, then = (policy, release.policy), _by_key(release.findings)
        exact = all(p.rounding == "none" for p in both)
        enough = max(p.threshold for p in both)
        for k, before in then.items():
            if (after := now.get(k)) is None or after.unit in THINGS:
                continue
            n = policy.rounded(before.n), release.policy.rounded(after.n)
            before, after = (replace(e, n=size) for e, size in zip((before, after), n, strict=True))
            if (exact and _isolates(before, after, both)) or _corrected(before, after):
                whole.add(k)
            elif _spreads_few(before, after, 2 * enough):
                (ranges if after.high is not None else whole).add(k)
        if exact:
            whole |= _left_over(then, now, enough)
            exactly.append(then)
    return whole | _giving_back(now, exactly, policy.threshold), ranges - whole


def known(found: Iterable[Estimate], approved: Sequence[Release]) -> set[Key]:
    """What of `found` a reader of what is `approved` knows: it was shown, and is what it was.

    Whether it is shown again or not, nothing that must not be known may follow with it.
    """
    now = _by_key(found)
    shown = [(e, r.policy) for r in approved for e in r.findings if e.status == "number"]
    return {k for e, policy in shown if (k := key(e)) in now and _the_same(e, now[k], policy)}


def _the_same(before: Estimate, after: Estimate, policy: Policy) -> bool:
    """Whether a finding that was shown is what is measured now, as it was shown: rounded, say."""
    sizes = policy.rounded(after.count), policy.rounded(after.n)
    if (before.count, before.n) != sizes or before.value is None or after.value is None:
        return False
    if policy.rounding != "none" and before.count is not None:
        return True
    return isclose(before.value, after.value, abs_tol=0.51 * 10 ** -places(before.unit))


def _giving_back(
    now: Mapping[Key, Estimate], before: Sequence[Mapping[Key, Estimate]], threshold: int
) -> set[Key]:
    """The cells of `now` with which a cell that a release `before` withheld can be worked out."""
    shown = {k: e for cells in before for k, e in cells.items() if e.status == "number"}
    filled = {k for cells in before for k in _filled_in(cells, {**now, **shown}, threshold)}
    return {k for k in filled - shown.keys() if now[k].status == "number"}


def _lines(here: Iterable[Key]) -> list[tuple[Key, list[Key]]]:
    """Each total that there may be of `here`, with its cells along one key."""
    lines: dict[tuple[str, Key], list[Key]] = {}
    for id, group in here:
        for pair in group:
            lines.setdefault((pair[0], (id, tuple(p for p in group if p != pair))), []).append((id, group))
    return [(total, cells) for (_, total), cells in sorted(lines.items())]


def _filled_in(here: Mapping[Key, Estimate], there: Mapping[Key, Estimate], threshold: int) -> set[Key]:
    """The cells that `there` fills in, in each line of `here` of which a withheld cell follows then."""
    found = set[Key]()
    for total, cells in _lines(here):
        withheld = [c for c in cells if here[c].status == "suppressed"]
        filled = {c for c in withheld if c in there and there[c].count is not None}
        unknown = [c for c in withheld if c not in filled]
        whole = _whole(here.get(total), [here[c] for c in cells])
        if whole is None or not filled or not unknown:
            continue
        left = whole - sum(here[c].count or 0 for c in cells) - sum(there[c].count or 0 for c in filled)
        if left >= 0 and (len(unknown) == 1 or left < threshold):
            found |= filled
    return found


def _left_over(before: Mapping[Key, Estimate], now: Mapping[Key, Estimate], enough: int) -> set[Key]:
    """The cells shown in both that leave fewer than `enough` of those who came or left to the withheld ones.

    Of each such line, the cell that moved least.
    """
    found, parted = set[Key](), {id for id, q in declared.quantities().items() if q.one_of}
    for total, cells in _lines(before.keys() & now.keys()):
        if total not in before and total[0] not in parted:
            continue
        wholes = [_whole(of.get(total), [of[c] for c in cells]) for of in (before, now)]
        shown = [c for c in cells if before[c].count is not None is not now[c].count]
        moved = {c: (now[c].count or 0) - (before[c].count or 0) for c in shown}
        if None not in wholes and 0 < abs(wholes[1] - wholes[0] - sum(moved.values())) < enough:  # type: ignore
            found.update(sorted((c for c in shown if moved[c]), key=lambda c: (abs(moved[c]), c))[:1])
    return found


def _whole(total: Estimate | None, cells: Sequence[Estimate]) -> int | None:
    """What the counts of `cells` add up to: the total's count, or the n that they are shares of."""
    if total is not None:
        return total.count
    sizes = [e.n for e in cells if e.n is not None]
    return sizes[0] if len(sizes) > 1 and len(set(sizes)) == 1 else None


def _by_key(findings: Iterable[Estimate]) -> dict[Key, Estimate]:
    return {key(e): e for e in findings if e.origin != "published"}


def _moved(before: Estimate, after: Estimate) -> bool:
    fields = ("status", "value", "low", "high", "count", "n")
    return any(getattr(before, f) != getattr(after, f) for f in fields)


def _isolates(before: Estimate, after: Estimate, policies: Sequence[Policy]) -> bool:
    """Whether the difference of two shown findings is about 1 to threshold - 1 people.

    Or of such a group, of those who came or left, as of which it is not shown that all are alike, or none.
    """
    pairs = zip(_sizes(before), _sizes(after), strict=True)
    count, n, rest = (None if None in (a, b) else abs(b - a) for a, b in pairs)  # type: ignore[operator]
    if any(0 < few < max(p.threshold for p in policies) for few in (count, n, rest) if few is not None):
        return True
    if not n or before.unit != "%":
        return False
    unsafe = not all(p.zeros_safe for p in policies)
    quantity = declared.quantities().get(before.id)
    alike = quantity and quantity.sensitive and n < max(p.all_alike_below for p in policies)
    return bool((rest == 0 and alike) or (0 in (count, rest) and unsafe))


def _corrected(before: Estimate, after: Estimate) -> bool:
    """Whether what is no count, of as many people as before, is another number though not for the time."""
    quantity = declared.quantities().get(before.id)
    if before.n is None or before.n != after.n or (quantity and quantity.moves_with_time):
        return False
    return before.unit != "%" and before.value != before.count and _differ(before.value, after.value)


def _spreads_few(before: Estimate, after: Estimate, enough: int) -> bool:
    """Whether a range or a spread tells of what fewer than `enough` people who came or left answered.

    Or, of as many people as before, of what a record was corrected by.
    """
    if None in (before.n, after.n) or before.unit == "%":
        return False
    quantity = declared.quantities().get(before.id)
    if before.n == after.n:
        ends = (before.low, after.low), (before.high, after.high)
        return not (quantity and quantity.moves_with_time) and any(_differ(*pair) for pair in ends)
    spreads = None not in (before.high, after.high) or bool(quantity and quantity.spread)
    return spreads and abs((before.n or 0) - (after.n or 0)) < enough


def _differ(one: float | None, other: float | None) -> bool:
    return None not in (one, other) and not isclose(one, other, abs_tol=1e-9)  # type: ignore[arg-type]


def _sizes(e: Estimate) -> tuple[int | None, int | None, int | None]:
    """The people counted, the people it is out of, and the people outside the count."""
    count = count_given(e)
    return count, e.n, None if count is None or e.n is None else e.n - count
