"""What people said: findings by question, interviews by round, and who spoke of each theme, by role.

In: the `interviews` and `coded_segments` tables, the codebook (`themes`), and the register of published
findings. Out: counts of people, never of passages: who came back to a theme ten times is one who spoke of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date

import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import PERSON, Measurement
from ut_research.core.quantity import Quantity
from ut_research.core.schema import NOT_RECORDED
from ut_research.measures.grouping import By, Maker, Tables, collected, numbered, parts, recorded, speakers

#: What the rounds of interviews are called, in order, unless the study says.
ROUNDS = ("Earlier round", "Later round")

ROLES = ("strategic", "delivery", "participant")

#: Question, theme, whether it is what was said against it, the finding, and the rounds that were asked.
Themes = list[tuple[str, str, bool, str, frozenset[str]]]

QUANTITIES = (
    Quantity(id="themes.people"),
    Quantity(id="themes.spoke", by=("period",), importance="ancillary", said=True),
    Quantity(id="themes.against", by=("period",), importance="ancillary", said=True),
)


def measure(
    tables: Tables,
    *,
    by: By | None = None,
    findings: pd.DataFrame | None = None,
    origin: Origin = "export",
    findings_of: str = "",
    earlier_round: str = ROUNDS[0],
    later_round: str = ROUNDS[1],
    interview_round_from: date | None = None,
    threshold: int = 5,
) -> list[Measurement]:
    """Interviews, people, published findings and who spoke of each theme (``themes.*``).

    Parameters
    ----------
    by : ``period``, the only group: who spoke of each theme in interviews that were held in each, where a
        study dates its periods.
    findings : the register of published findings: columns document, question, theme, kind and place. Themes
        come in the order of the codebook, or else in this one, and are listed whether anybody spoke or not.
    findings_of : the document whose questions and findings are counted.
    earlier_round, later_round : what the rounds of interviews are called.
    interview_round_from : day from which an interview belongs to the later round; without it all do.
    threshold : people; fewer who were asked might be known by a theme that the study does not list.
    """
    names = (earlier_round, later_round) if interview_round_from else (later_round,)
    ((_, part),) = parts(tables, ["interviews", "coded_segments", "themes"])
    interviews, segments, codebook = part["interviews"], part["coded_segments"], part["themes"]
    segments = segments.astype(dict.fromkeys(segments.columns.drop("against"), "str"))
    interviews = interviews.assign(round=_rounds(interviews, names, interview_round_from))
    there, coded = (collected(tables, name) for name in ("interviews", "coded_segments"))
    make = Maker("coded_segments, interviews", origin, collected=there and coded)
    voices = _voices(interviews, segments, _after_all(tables))
    said = _said(segments, voices)
    known = _themes(said, voices, _listed(codebook, findings), threshold)
    if by:
        dated = by == "period" and recorded(part, "period")
        return _by_period(make, said, voices, known, interviews) if dated else []
    held = _interviews(Maker("interviews", origin, collected=there), interviews, names)
    return [*_published(findings, findings_of), *held, *_by_theme(make, said, voices, known)]


def _after_all(tables: Tables) -> int:
    """A number after those of all people in the tables, for people who are in none."""
    ids = [f["participant_id"] for f in numbered(tables).values() if "participant_id" in f and len(f)]
    return 1 + max((int(i.max()) for i in ids), default=-1)


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
    make = Maker("; ".join(rows.place.unique()), "published", collected=not rows.empty)
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
            known = replace(make, collected=make.collected and bool(interviews.method[here].notna().all()))
            found.append(known.tally(id, f"{label}, {name}", count, unit, round=name))
        for role in ROLES:
            count = int(people[here & (interviews.role == role)].sum())
            label = f"People in a {role} role" if role != "participant" else "Participants"
            method = "people in interviews and focus groups"
            found.append(make.tally("themes.people", label, count, "people", method, round=name, role=role))
    return found


def _voices(interviews: pd.DataFrame, segments: pd.DataFrame, start: int) -> pd.DataFrame:
    """Who took part: a row a person and interview, with `voice`, `role` and `round`, by their numbers.

    A person is the speaker that passages name, the same in every interview. An interview in which nobody is
    named is one person, and so is such a group: it cannot be known how many of it spoke.
    """
    named = segments.dropna(subset=["speaker"]).groupby("interview_id").speaker.unique()
    rows = []
    roles = interviews.role.astype("str").fillna(NOT_RECORDED)
    people = pd.to_numeric(interviews.people).fillna(1).astype(int)
    for id, role, held, many in zip(interviews.interview_id, roles, interviews["round"], people, strict=True):
        there = [id] if id not in named.index else list(named[id])
        there += [f"{id} {k}" for k in range(len(there), many if id in named.index else 0)]  # never spoke
        rows += [(voice, id, role, held) for voice in there]
    found = pd.DataFrame(rows, columns=["voice", "interview_id", "role", "round"], dtype="str")
    return found.set_index(pd.Index(start + pd.factorize(found.voice)[0], name=PERSON, dtype="int64"))


def _listed(codebook: pd.DataFrame, findings: pd.DataFrame | None) -> pd.DataFrame:
    """The themes by question, in order, and what was said against them, with the findings of the codebook."""
    if codebook.empty and findings is not None:
        rows = findings.reindex(columns=["question", "theme"]).dropna().drop_duplicates()
        return rows.assign(against=False, finding=rows.theme)
    rows = codebook.assign(against=opposing(codebook))
    rows = rows.fillna({"question": NOT_RECORDED, "finding": rows.theme})
    return rows.drop_duplicates(["question", "theme", "against"])


def opposing(passages: pd.DataFrame) -> pd.Series:
    """Whether each passage, or theme, speaks against a finding; blank: it does not."""
    return passages.against.eq(True).fillna(False).astype(bool)


def _said(segments: pd.DataFrame, voices: pd.DataFrame) -> pd.DataFrame:
    """The passages of interviews that are known, each with who spoke, by number, and the round of it."""
    said = segments.dropna(subset=["theme"]).fillna({"question": NOT_RECORDED})
    said = said[said.interview_id.isin(voices.interview_id)]
    numbers = dict(zip(voices.voice, voices.index, strict=True))
    return said.assign(
        person=speakers(said).map(numbers),
        against=opposing(said),
        round=said.interview_id.map(voices.groupby("interview_id")["round"].first()),
    )


def _themes(said: pd.DataFrame, voices: pd.DataFrame, listed: pd.DataFrame, named_from: int) -> Themes:
    """The themes of each question, with the finding of each and the rounds in which it was asked.

    A question was asked of everybody in a round in which somebody spoke to it.
    """
    found: Themes = []
    questions = dict.fromkeys([*listed.question, *sorted(said.question.unique())])
    for question in (q for q in questions if (said.question == q).any()):
        own, known = said[said.question == question], listed[listed.question == question]
        rounds = frozenset(own["round"])
        themes = list(known[["theme", "against", "finding"]].itertuples(index=False, name=None))
        if voices.index[voices["round"].isin(rounds)].nunique() >= named_from:
            others = set(zip(own.theme, own.against, strict=True)) - {(t, a) for t, a, _ in themes}
            themes += [(theme, against, theme) for theme, against in sorted(others)]
        found += [(question, *theme, rounds) for theme in themes]
    return found


def _by_theme(make: Maker, said: pd.DataFrame, voices: pd.DataFrame, themes: Themes) -> list[Measurement]:
    """Of everybody who was asked, how many spoke of each theme; of none, that it was not collected."""
    found = _spoke(make, said, voices, themes, ROLES)
    absent = [name for name in ("spoke", "against") if f"themes.{name}" not in {e.id for e in found}]
    return [*found, *(_counted(make, name, "Themes", set(), voices.index[:0], {}) for name in absent)]


def _by_period(
    make: Maker, said: pd.DataFrame, voices: pd.DataFrame, themes: Themes, interviews: pd.DataFrame
) -> list[Measurement]:
    """Of those who were asked in interviews of each period, how many spoke of each theme then."""
    found: list[Measurement] = []
    for period, own in interviews.sort_values("held_date").groupby("period", sort=False):
        there, then = (rows[rows.interview_id.isin(own.interview_id)] for rows in (voices, said))
        found += _spoke(replace(make, group={"period": str(period)}), then, there, themes, ())
    return found


def _spoke(
    make: Maker, said: pd.DataFrame, voices: pd.DataFrame, themes: Themes, roles: Sequence[str]
) -> list[Measurement]:
    """Of those of `voices` who were asked, how many spoke of each theme, and against: of all, by role."""
    found: list[Measurement] = []
    who = said.groupby(["question", "theme", "against"]).person.agg(set).to_dict()
    asked: dict[frozenset[str], dict[str, pd.Index]] = {}
    for question, theme, against, label, rounds in themes:
        if rounds not in asked:
            of = voices[voices["round"].isin(rounds)]
            of = of[~of.index.duplicated()]
            named = _with_unknown(roles, of.role) if roles else []
            asked[rounds] = {"": of.index, **{role: of.index[of.role == role] for role in named}}
        spoke = who.get((question, theme, against), set())
        for role, there in asked[rounds].items():
            about = {"question": question, "theme": theme} | ({"role": role} if role else {})
            found.append(_counted(make, "against" if against else "spoke", label, spoke, there, about))
    return found


def _counted(
    make: Maker, name: str, label: str, who: AbstractSet[int], asked: pd.Index, about: Mapping[str, str]
) -> Measurement:
    """How many of those `asked` are among `who`, all by their numbers."""
    method = f"people who spoke {'against' if name == 'against' else 'of'} it, of those asked"
    spoke = asked[[person in who for person in asked]]
    value = float(len(spoke)) if len(asked) else None
    return make.number(f"themes.{name}", label, value, "people", method, count=spoke, n=asked, about=about)


def _with_unknown(names: Sequence[str], seen: pd.Series) -> list[str]:
    return [*names, *([NOT_RECORDED] if (seen == NOT_RECORDED).any() else [])]
