"""What people said: findings by question, interviews by round, and coded passages by theme and role.

In: the `interviews` and `coded_segments` tables, and the register of published findings. Out: counts.
Passages are weighed by nobody: a theme with more of them was talked of more, no more than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.core.schema import NOT_RECORDED
from ut_research.measures.grouping import Maker, Tables, collected, parts

#: What the rounds of interviews are called, in order, unless the study says.
ROUNDS = ("Earlier round", "Later round")

ROLES = ("strategic", "delivery", "participant")

#: Interviews, passages and findings are things, and need no more said.
QUANTITIES = (Quantity(id="themes.people"),)


def measure(
    tables: Tables,
    *,
    findings: pd.DataFrame | None = None,
    origin: Origin = "export",
    findings_of: str = "",
    earlier_round: str = ROUNDS[0],
    later_round: str = ROUNDS[1],
    interview_round_from: date | None = None,
) -> list[Measurement]:
    """Interviews, people, published findings and coded passages (``themes.*``), which are of no group.

    Parameters
    ----------
    findings : the register of published findings: columns document, question, kind and place.
    findings_of : the document whose questions and findings are counted.
    earlier_round, later_round : what the rounds of interviews are called.
    interview_round_from : day from which an interview belongs to the later round; without it all do.
    """
    names = (earlier_round, later_round) if interview_round_from else (later_round,)
    columns = {
        "interviews": ["interview_id", "method", "role", "held_date", "people"],
        "coded_segments": ["interview_id", "theme"],
    }
    ((_, part),) = parts(tables, columns)
    interviews, segments = part["interviews"], part["coded_segments"]
    there = collected(tables, "interviews")
    held = Maker("interviews", origin, collected=there)
    passages = Maker(
        "coded_segments, interviews", origin, collected=there and collected(tables, "coded_segments")
    )
    return [
        *_published(findings, findings_of),
        *_interviews(held, interviews.assign(round=_rounds(interviews, names, interview_round_from)), names),
        *_passages(passages, segments, interviews),
    ]


def _rounds(interviews: pd.DataFrame, names: Sequence[str], later_from: date | None) -> pd.Series:
    """The round of each interview, one of `names`, or "not recorded" where its day is missing and matters."""
    held = interviews.held_date
    named = pd.Series(names[-1], index=held.index)
    if later_from is None:
        return named
    return named.mask(held < pd.Timestamp(later_from), names[0]).mask(held.isna(), NOT_RECORDED)


def _published(findings: pd.DataFrame | None, document: str) -> list[Measurement]:
    rows = pd.DataFrame(columns=["document", "question", "kind", "place"]) if findings is None else findings
    rows = rows[(rows.document == document) & (rows.kind == "finding")]
    make = Maker("; ".join(rows.place.unique()), "published", collected=len(rows) > 0)
    return [
        make.tally("themes.questions", "Questions of the study", int(rows.question.nunique()), "questions"),
        make.tally("themes.findings", "Findings of the study", len(rows), "findings"),
    ]


def _interviews(make: Maker, interviews: pd.DataFrame, names: Sequence[str]) -> list[Measurement]:
    found: list[Measurement] = []
    people = pd.to_numeric(interviews.people).fillna(1)
    for name in _with_unknown(names, interviews["round"]):
        here = interviews["round"] == name
        for id, label, method, unit in (
            ("themes.interviews", "Interviews", "interview", "interviews"),
            ("themes.focus_groups", "Focus groups", "focus group", "focus groups"),
        ):
            count = int((here & (interviews.method == method)).sum())
            found.append(make.tally(id, f"{label}, {name}", count, unit, round=name))
        for role in ROLES:
            count = int(people[here & (interviews.role == role)].sum())
            label = f"People in a {role} role" if role != "participant" else "Participants"
            method = "people in interviews and focus groups"
            found.append(make.tally("themes.people", label, count, "people", method, round=name, role=role))
    return found


def _passages(make: Maker, segments: pd.DataFrame, interviews: pd.DataFrame) -> list[Measurement]:
    roles = interviews.set_index("interview_id").role
    said = pd.DataFrame({
        "theme": segments.theme.astype("string").fillna(NOT_RECORDED),
        "role": segments.interview_id.map(roles).astype("string").fillna(NOT_RECORDED),
    })  # fmt: skip
    if said.empty:
        return [make.tally("themes.passages", "Coded passages", 0, "passages")]
    counts = said.value_counts().to_dict()
    return [
        make.tally(
            "themes.passages",
            theme,
            counts.get((theme, role), 0),
            "passages",
            "coded passages",
            theme=theme,
            role=role,
        )
        for theme in sorted(said.theme.unique())
        for role in _with_unknown(ROLES, said.role)
    ]


def _with_unknown(names: Sequence[str], seen: pd.Series) -> list[str]:
    return [*names, *([NOT_RECORDED] if (seen == NOT_RECORDED).any() else [])]
