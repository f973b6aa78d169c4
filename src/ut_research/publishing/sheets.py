"""A sheet for each part: its main numbers beside those of everyone, on one page of A4 (PDF/UA-1).

In: what was released of everyone and of parts, in one decision. Out: ``sheet.pdf`` in the report of each
part, where the study asks for sheets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ut_research.disclosure import decision
from ut_research.disclosure.gate import Released
from ut_research.measures import declared
from ut_research.publishing import blocks as paper
from ut_research.publishing.standing import LABELS
from ut_research.show import design, tables
from ut_research.show.prose import plain

FILE, LAYOUT = "sheet.pdf", "book/paper/sheet.typ"
READING = (
    "A likely range holds the answers that fit the data. A wide range means that we know little.",
    "Please do not rank it beside others: they work with different people in different places, and with so "
    "few people chance alone moves every number.",
    "What is hidden to protect people could be about one of them.",
)


def make(root: Path, folder: Path, reports: Mapping[Path, str], by: str) -> list[Path]:
    """Write the sheet of each part `by` a column, by its report, of the run in `folder`; the files."""
    parameters = json.loads((folder / "run.json").read_text(encoding="utf-8"))["parameters"]
    if not parameters["sheets"]:
        return []
    released = decision.read_with_parts(folder, decision.policy(parameters))
    label = LABELS[decision.standing(folder)]
    for report, part in reports.items():
        own = released.of_part({by: part})
        data = _sheet(released, own, parameters, part) | {"label": label}
        (report / FILE).write_bytes(paper.pdf(root / LAYOUT, data))
    return [report / FILE for report in reports]


def _sheet(whole: Released, own: Released, parameters: Mapping[str, Any], part: str) -> dict[str, Any]:
    """What stands on the sheet of one part."""
    rows = []
    for e in tables.held(own.select(declared.headlines())):
        beside = tables.number(whole.get(e.id, **e.group))
        people = f" ({tables.counted(e)})" if tables.counted(e) else ""
        rows.append((e.label, tables.number(e) + people, tables.interval(e) or "–", beside))
    words = design.words(parameters)
    asked = f"Ask: {parameters['contact']}." if parameters["contact"] else ""
    limit = plain("{{design.short}}", own, **words)
    return {
        "title": f"{parameters['title']}: {part}", "study": parameters["title"], "part": part,
        "about": parameters["introduction"], "rows": rows, "reading": [limit, *READING], "contact": asked,
    }  # fmt: skip
