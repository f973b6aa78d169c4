"""The pages that lead to many reports: of all parts of one, side by side, and of several studies.

In: built reports. Out: ``parts.html`` beside the book of the whole, ``studies.html`` beside the reports; they
need no other file. Parts stand in alphabetical order and are never ranked; what is said of each was released
in one decision with all of them. Studies are not compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from ut_research.core.estimate import Estimate
from ut_research.disclosure import decision
from ut_research.disclosure.gate import Released
from ut_research.measures import declared
from ut_research.publishing import one_file
from ut_research.show import along, charts, tables
from ut_research.stats import parts as small

PAGE, STUDIES = "parts.html", "studies.html"
#: How to read it, before anything is compared.
HOW = (
    "They stand in alphabetical order. Please do not rank them. They work with different people in different "
    "places, and with so few people chance alone moves every number. Where two ranges overlap, the numbers "
    "may be the same."
)
#: How to read a funnel plot and the shares drawn together.
FUNNEL = (
    "The fewer people, the further chance alone moves a share. Where a dot lies between the lines, chance is "
    "enough to explain it, and of twenty dots about one lies outside the inner lines by chance. The table "
    "draws each share towards that of all of them, the more the fewer its people are: that is nearer to what "
    "the next year will show than the share as it was counted. Please do not rank them by either. A dot "
    "outside is a question to ask, and no answer: people differ between places. Those of whom the number is "
    "hidden are in none of this."
)
#: Why there is no funnel of shares that go by how long people were followed.
UNEQUAL = (
    "These shares are not set against what chance would give: it is not so, or not shown, that everyone was "
    "followed to the end, and they may say how long people were followed."
)
#: What is said of those of whom too little may be said.
TOO_FEW = (
    "Too few people for a report of their own: what would be said of so few could be about one of them. They "
    "are all counted in the report of everyone. More could be said of a longer time, with more people in it, "
    "or of several of these together, where the study gives them one name."
)
#: The columns of main numbers.
HEADS = ("", "Number", "People", "Likely range")
#: How to read the reports of several studies.
APART = (
    "Each study asked its own people its own questions, over its own time. Please do not set a number of one "
    "beside that of another."
)


def make(folder: Path, report: Path, by: str, parts: Mapping[str, Mapping[str, object]]) -> Path:
    """Write the page of the run in `folder` into its `report`; the file.

    Parameters
    ----------
    by : the column that parts people.
    parts : of each part, by the name of its report, its name and whether it is ``said``, as
        `ut_research.running.sweep.parts` gives them.
    """
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    parameters = run["parameters"]
    released = decision.read_with_parts(folder, decision.policy(parameters))
    listed = "".join(
        f'<li><a href="../{escape(name)}/book/index.html">{escape(str(part["part"]))}</a></li>'
        for name, part in parts.items()
        if part["said"] and (report.parent / name / "book" / "index.html").is_file()
    )
    left = [escape(str(part["part"])) for part in parts.values() if not part["said"]]
    title = f"{parameters['title']}, by {by}"
    body = [
        '<p><a href="book/index.html">The report of everyone</a>, and one of each:</p>',
        f"<ul>{listed}</ul>",
        f"<h2>No report of their own</h2><p>{'; '.join(left)}.</p><p>{TOO_FEW}</p>" if left else "",
        f"<h2>Side by side</h2><p>{HOW}</p>",
        *_compared(released, by),
    ]
    return _page(report / PAGE, title, body, report / "book", folder)


def of_studies(reports: Sequence[tuple[Path, Path]]) -> Path:
    """Write the page that leads to the `reports` of several studies, each with the folder it was made in."""
    body = [f"<p>{APART}</p>"]
    for folder, report in reports:
        parameters = json.loads((folder / "run.json").read_text(encoding="utf-8"))["parameters"]
        released = decision.read(folder, decision.policy(parameters))
        found = tables.held(released.select(declared.headlines()).everyone())
        rows = [(e.label, tables.number(e), tables.counted(e), tables.interval(e)) for e in found]
        parts = (report / PAGE).is_file()
        body += [
            f'<h2><a href="{escape(report.name)}/book/index.html">{escape(parameters["title"])}</a></h2>',
            f"<p>{escape(parameters['introduction'])}</p>",
            f'<p><a href="{escape(report.name)}/{PAGE}">And a report of each part</a></p>' if parts else "",
            tables.grid(HEADS, rows, f"Main numbers of {parameters['title']}", tables.origin_note(found)),
        ]
    first = reports[0][1]
    return _page(first.with_name(STUDIES), "All reports", body, first / "book", *(f for f, _ in reports))


def _page(file: Path, title: str, body: Iterable[str], book: Path, *folders: Path) -> Path:
    """Write a page about the runs in `folders` in the look of `book`; the file."""
    head = f'<article><div class="ut-head"><h1>{escape(title)}</h1></div><div class="ut-body"><div>'
    whole = "\n".join(filter(None, [head, *body, "</div></div></article>"]))
    return one_file.write(file, title, whole, book, *map(decision.standing, folders))


def _apart(released: Released, shown: list[Estimate], by: str) -> Iterable[str]:
    """A funnel plot of the shares of parts, and each drawn towards that of all; of those that are shown."""
    counted = [e for e in shown if e.unit == "%" and e.count is not None and e.n]
    if len(counted) < small.FEWEST or len(counted) < len(shown):
        return
    followed = [
        e
        for e in released.select(f"{shown[0].id.split('.')[0]}.complete_follow_up")
        if not set(e.group) - {"group"}
    ]
    if any(e.count is None or e.count != e.n for e in followed):
        yield f"<p>{UNEQUAL}</p>"
        return
    title = f"{shown[0].label}: what chance alone would give"
    chart = along.funnel(released.of(counted), title=title)
    yield chart._repr_html_()
    drawn = small.shrunken([e.count or 0 for e in counted], [e.n or 0 for e in counted])
    rows = [
        (e.group[by], tables.counted(e), tables.number(e), f"{100 * share:.0f}%")
        for e, share in zip(counted, drawn, strict=True)
    ]
    heads = (by.capitalize(), "People", "As counted", "Drawn towards all")
    yield f"<p>{escape(chart.note)} {FUNNEL}</p>"
    yield tables.grid(heads, rows, f"{shown[0].label}, drawn towards the share of all")


def _compared(released: Released, by: str) -> Iterable[str]:
    """A chart of each headline that is shown of two parts at least, and a table of all headlines."""
    cells = [e for e in released.select(declared.headlines()) if e.group.keys() - {"group"} == {by}]
    found = released.of(sorted(cells, key=lambda e: e.group[by]))
    subjects: dict[tuple[str, str], list[Estimate]] = {}
    for e in found:
        if e.status == "number":
            subjects.setdefault((e.id, e.group.get("group", "")), []).append(e)
    for shown in subjects.values():
        if len(shown) > 1 and shown[0].unit != "people":
            yield f"<h3>{escape(shown[0].label)}</h3>"
            yield charts.side_by_side(released.of(shown), title=shown[0].label)._repr_html_()
            yield from _apart(released, shown, by)
    html, hidden = tables.breakdown(found, by, f"What is said of each {by}")
    yield html
    if hidden:
        yield tables.hidden_by([by], "; ".join(hidden))
