"""What interviews found, question by question: in a project's own words, with who spoke of it.

In: what was released of `ut_research.measures.themes`, and the register of published findings. A project of
interviews has findings of its own where its codebook says what was found, or names a theme that the register
does not know; where it only counts who spoke of published findings, these stand as they were published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from ut_research.core.estimate import Estimate


@dataclass(frozen=True)
class Finding:
    """A finding of a project of interviews, or what was said `against` one.

    Attributes
    ----------
    words : the finding, as the codebook has it.
    spoke : who spoke of it, by role, and by period; under "" everybody.
    """

    question: str
    theme: str
    against: bool
    words: str
    spoke: Mapping[str, Estimate]

    def people(self, groups: Sequence[str], none: str) -> list[Estimate | str]:
        """The numbers of those who spoke of it, a role or period each; `none` where there is none to show."""
        found = (self.spoke.get(group) for group in groups)
        return [e if e is not None and e.status == "number" else none for e in found]


def counted(released: Iterable[Estimate]) -> list[Finding]:
    """Every theme that a project counts, in the order of its codebook."""
    found: dict[tuple[str, str, bool], dict[str, Estimate]] = {}
    for e in released:
        if e.id in ("themes.spoke", "themes.against") and "theme" in e.group and e.status != "not collected":
            key = (e.group["question"], e.group["theme"], e.id == "themes.against")
            found.setdefault(key, {})[e.group.get("role") or e.group.get("period", "")] = e
    return [Finding(*key, spoke[""].label, spoke) for key, spoke in found.items() if "" in spoke]


def by_question(found: Iterable[Finding], published: pd.DataFrame) -> dict[str, list[Finding]]:
    """The findings that are a project's own, by the question that they answer."""
    listed = set(zip(published["question"], published["theme"], strict=True))
    own: dict[str, list[Finding]] = {}
    for one in found:
        if one.words != one.theme or (one.question, one.theme) not in listed:
            own.setdefault(one.question, []).append(one)
    return own


def groups(found: Sequence[Finding]) -> list[str]:
    """The roles and periods, and "" for everybody, of which at least half of the numbers can be shown."""
    told: dict[str, list[bool]] = {}
    for group, e in (row for one in found for row in one.spoke.items()):
        told.setdefault(group, []).append(e.status == "number")
    return [group for group, there in told.items() if sum(there) and 2 * sum(there) >= len(there)]


def chain(journey: Estimate) -> str:
    """A journey in HTML, as boxes with an arrow from each to the next: for whoever hears it, a list."""
    went = ((stage, when) for stage, when in journey.group.items() if stage != "number")
    boxes = (f"<li><p><strong>{escape(stage)}</strong> {escape(when)}</p></li>" for stage, when in went)
    return f'<div class="ut-diagram ut-across"><ol>{"".join(boxes)}</ol></div>'
