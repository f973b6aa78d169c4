"""What people said in their own words, of findings that many enough spoke of.

In: the passages that may be quoted (`QUOTE` in the table `coded_segments`), and what was released. A
quotation tells that somebody spoke of a finding, so that it stands only where a number of people who did is
shown, and names the role only where one of that role is. See decision 0035.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from ut_research.core.estimate import Estimate, Origin
from ut_research.core.schema import QUOTE
from ut_research.measures.grouping import Maker, speakers
from ut_research.measures.themes import opposing

#: Most quotations of one finding: fewer than any threshold, so that they tell of no number.
MOST = 2


def quotations(
    tables: Mapping[str, pd.DataFrame], released: Iterable[Estimate], origin: Origin
) -> list[Estimate]:
    """What of the passages may be quoted, a finding of `themes.quoted` each, its words as the label.

    Of one finding the first `MOST` in the order of the project, of one person the first.

    Parameters
    ----------
    tables : canonical tables by name.
    released : what was released of `ut_research.measures.themes`.
    """
    own = dict(list(_by_person(tables).groupby(["id", "question", "theme"])))
    told = {
        (e.id, e.group["question"], e.group["theme"], e.group.get("role", "")): None
        for e in released
        if e.status == "number" and {"question", "theme"} <= e.group.keys() <= {"question", "theme", "role"}
    }
    found: list[Estimate] = []
    make = Maker("coded_segments", origin)
    for id, question, theme, role in told:
        if role or (id, question, theme) not in own:
            continue
        chosen = own[id, question, theme].drop_duplicates(QUOTE).head(MOST)
        for n, (words, role) in enumerate(zip(chosen[QUOTE], chosen.role, strict=True), 1):
            about = {"question": question, "theme": theme, "of": id.removeprefix("themes."), "number": str(n)}
            about |= {"role": role} if (id, question, theme, role) in told else {}
            found.append(make.tally("themes.quoted", words, 1, "quotations", **about))
    return found


def _by_person(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The first passage of each person on each theme that may be quoted; `id` is what counts the person."""
    segments = tables.get("coded_segments", pd.DataFrame()).reindex(
        columns=["interview_id", "speaker", "question", "theme", "against", QUOTE]
    )
    interviews = tables.get("interviews", pd.DataFrame()).reindex(columns=["interview_id", "role"])
    said = segments.dropna(subset=[QUOTE, "question", "theme"])
    said = said.merge(interviews, on="interview_id")
    ids = opposing(said).map({True: "themes.against", False: "themes.spoke"})
    said = said.assign(id=ids, voice=speakers(said))
    return said.drop_duplicates(["id", "question", "theme", "voice"])
