"""What the gate released: the only thing that pages, charts, sentences and downloads accept."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import pandas as pd

from ut_research.core import estimate as findings
from ut_research.core.estimate import Estimate
from ut_research.disclosure.policy import DisclosureError, Policy
from ut_research.disclosure.soundness import key, name, said
from ut_research.measures import GROUPS

#: How the kinds of cell without a number look; a true zero is the number 0.
SUPPRESSED = "withheld"
NOT_COLLECTED = "not collected"
NOT_WORKED_OUT = "not worked out"
LEGEND = {
    "0": "counted, and there were none",
    SUPPRESSED: "withheld, because it is about fewer people than the policy's threshold "
    "or would give such a number away",
    NOT_COLLECTED: "the export does not hold it",
    NOT_WORKED_OUT: "it cannot be known from the export; the method says why",
}

#: Only the gate has it: whoever makes a `Released` must show it.
SEAL = object()


class UnknownFindingError(KeyError):
    """A finding was asked for that was not released."""

    def __str__(self) -> str:
        return str(self.args[0])


class Released:
    """Findings that may leave, in their order. Only `release` makes one, and it cannot be changed."""

    __slots__ = ("_estimates", "_policy")
    _estimates: tuple[Estimate, ...]
    _policy: Policy
    #: Gives the HTML in which it shows itself in a notebook; set by `ut_research.show.tables`.
    html: ClassVar[Callable[[Released], str] | None] = None

    def __init__(self, estimates: Iterable[Estimate], policy: Policy, seal: object = None) -> None:
        if seal is not SEAL:
            raise DisclosureError("only disclosure.release() makes a Released: pass estimates through it")
        object.__setattr__(self, "_estimates", tuple(estimates))
        object.__setattr__(self, "_policy", policy)

    def __init_subclass__(cls) -> NoReturn:
        raise DisclosureError("Released cannot be subclassed: pass estimates through disclosure.release()")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise DisclosureError("released findings cannot be changed")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self._estimates)

    def __len__(self) -> int:
        return len(self._estimates)

    def __add__(self, other: Released) -> Released:
        if not isinstance(other, Released):
            raise DisclosureError("only released findings can be added to released findings")
        if other._policy != self._policy:
            raise DisclosureError("findings released under different policies cannot be joined")
        mine = {key(e): e for e in self._estimates}
        for e in other._estimates:
            if mine.get(key(e), e) != e:
                raise DisclosureError(f"{name(e)} was released twice, and differently")
        extra = [e for e in other._estimates if key(e) not in mine]
        return Released([*self._estimates, *extra], self._policy, SEAL)

    def _repr_html_(self) -> str | None:
        return None if Released.html is None else Released.html(self)

    @property
    def policy(self) -> Policy:
        """The policy under which the findings were released."""
        return self._policy

    def get(self, id: str, /, **group: str) -> Estimate:
        """The finding of exactly this id and group.

        Raises
        ------
        UnknownFindingError : when it was not released, with what was.
        """
        for e in self._estimates:
            if e.id == id and dict(e.group) == group:
                return e
        groups = [name(e) for e in self._estimates if e.id == id]
        near = groups or sorted({e.id for e in self._estimates})
        raise UnknownFindingError(f"no released finding {said(id, group)}; there are: {', '.join(near)}")

    def select(self, ids: str | Iterable[str], /, **group: str) -> Released:
        """The findings with one of `ids`, or an id that begins with it and a dot, and all of `group`."""
        wanted = [ids] if isinstance(ids, str) else list(ids)
        kept = [
            e
            for e in self._estimates
            if any(e.id == i or e.id.startswith(i + ".") for i in wanted)
            and all(e.group.get(k) == v for k, v in group.items())
        ]
        return Released(kept, self._policy, SEAL)

    def of(self, estimates: Iterable[Estimate], /) -> Released:
        """What was released of these `estimates`, in their order: of the same id and group."""
        mine = {key(e): e for e in self._estimates}
        return Released([mine[k] for e in estimates if (k := key(e)) in mine], self._policy, SEAL)

    def in_unit(self, unit: str) -> Released:
        """The findings in `unit`."""
        return Released((e for e in self._estimates if e.unit == unit), self._policy, SEAL)

    def by(self, key: str) -> Released:
        """Findings by the group `key` that are there about everyone too."""
        whole = {(e.id, frozenset(e.group.items())) for e in self._estimates}
        kept = [
            e
            for e in self._estimates
            if key in e.group and (e.id, frozenset(e.group.items() - {(key, e.group[key])})) in whole
        ]
        return Released(kept, self._policy, SEAL)

    def everyone(self) -> Released:
        """Findings about everyone: those that are not `by` a group."""
        grouped = {e for group in GROUPS for e in map(findings.key, self.by(group))}
        return Released((e for e in self._estimates if findings.key(e) not in grouped), self._policy, SEAL)

    def of_part(self, group: Mapping[str, str]) -> Released:
        """What is said of one part of the people, as a report about nobody else says it.

        What is published stays as it is; what is said of everyone and not of parts was not collected of them.
        """
        [by] = group
        own = {findings.key(e): e for e in findings.of_part(self._estimates, group)}
        blank: dict[str, Any] = dict.fromkeys(("value", "low", "high", "count", "n"))
        blank |= {"status": "not collected", "method": "not said of parts"}
        whole = (e for e in self._estimates if by not in e.group)
        kept = (
            e if e.origin == "published" else own.get(findings.key(e), replace(e, **blank)) for e in whole
        )
        return Released(kept, self._policy, SEAL)

    def frame(self) -> pd.DataFrame:
        """Tidy results, one row a finding; its status tells withheld from not collected."""
        return findings.frame(self._estimates)

    @staticmethod
    def cell(estimate: Estimate, field: str = "value") -> str:
        """A field of a finding as the text of a table's cell, see `LEGEND`."""
        if estimate.status != "number":
            return SUPPRESSED if estimate.status == "suppressed" else estimate.status
        number = getattr(estimate, field)
        if number is None:
            return ""
        return f"{number:.10g}"


def write_csv(released: Released, path: Path) -> None:
    """Write released findings at `path`, safe to open in a spreadsheet.

    A cell without a number says why (`LEGEND`), and a text that a spreadsheet would take for a
    formula gets an apostrophe in front.
    """
    if type(released) is not Released:
        raise DisclosureError(f"only released findings can be written, not a {type(released).__name__}")
    keys = sorted({k for e in released for k in e.group})
    numbers = ("value", "low", "high", "count", "n")
    texts = ("unit", "status", "origin", "source", "method")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_plain, ["id", "label", *keys, *numbers, *texts]))
    for e in released:
        about = [e.id, e.label, *(e.group.get(k, "") for k in keys)]
        cells = [Released.cell(e, f) for f in numbers]
        writer.writerow([*map(_plain, about), *cells, *(_plain(getattr(e, f)) for f in texts)])
    path.write_text(out.getvalue(), encoding="utf-8", newline="")


def _plain(text: str) -> str:
    """`text` on one line, such that no spreadsheet takes it for a formula."""
    line = " ".join(text.split())
    return "'" + line if line.startswith(("=", "+", "-", "@", "|", "%")) and line != "%" else line
