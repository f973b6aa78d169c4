"""Numbers in words and tables in HTML, the way a reader meets them.

In: Estimates that the disclosure gate has released. Out: short plain text for one Estimate
(`number`, `counted`, `interval`) and one accessible HTML table for many (`table`).
A cell is one of four things and looks like one of four things: a number, a true zero,
suppressed, or not collected.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from ut_research.findings import Estimate

if TYPE_CHECKING:
    from ut_research.disclosure import Released

TOO_FEW = "too few people to say"
ABSENT = "not in this export"
ORIGIN_NOTES = {
    "example": "Invented example: not evidence about United Together",
    "export": "From the export",
    "published": "Published figure",
}
#: Decimals shown by unit; anything else shows one.
DECIMALS = {"%": 0, "people": 0, "interviews": 0, "passages": 0, "focus groups": 0, "ratio": 2, "p": 3, "": 2}


def number(estimate: Estimate, part: str = "value") -> str:
    """`value` (or `low`, `high`) with its unit: ``26%``, ``13.0 points``, or the words for a withheld cell."""
    if estimate.status != "number":
        return TOO_FEW if estimate.status == "suppressed" else ABSENT
    value = getattr(estimate, part)
    if value is None:
        return "not stated"
    text = f"{value:,.{DECIMALS.get(estimate.unit, 1)}f}".replace("-", "−")
    if estimate.unit == "%":
        return text + "%"
    return text if estimate.unit in ("", "ratio", "p", "number") else f"{text} {estimate.unit}"


def counted(estimate: Estimate) -> str:
    """``9 of 34``, or nothing where the counts are not given."""
    if estimate.status != "number" or estimate.count is None or estimate.n is None:
        return ""
    return f"{estimate.count:,} of {estimate.n:,}"


def interval(estimate: Estimate) -> str:
    """``15% to 43%``, or nothing where there is no interval."""
    if estimate.status != "number" or estimate.low is None or estimate.high is None:
        return ""
    return f"{number(estimate, 'low')} to {number(estimate, 'high')}"


def name(estimate: Estimate) -> str:
    """What one Estimate is about: its label, and its group where it has one."""
    about = ", ".join(str(value) for value in estimate.group.values())
    return f"{estimate.label}: {about}" if about and about.lower() not in estimate.label.lower() else estimate.label


def origin_note(released: Released) -> str:
    """The sentence that says where the figures come from; one for each origin, never silent."""
    return "; ".join(ORIGIN_NOTES[origin] for origin in sorted({e.origin for e in released}))


COLUMNS: Mapping[str, str] = {
    "finding": "Finding",
    "number": "Number",
    "counted": "People",
    "interval": "Likely range",
    "origin": "Where it comes from",
}


def table(released: Released, caption: str, columns: Mapping[str, str] = COLUMNS) -> str:
    """An accessible HTML table of released Estimates, one row each.

    Parameters
    ----------
    released : what the gate let through; anything else is a TypeError.
    caption : what the table shows, in a sentence.
    columns : heading by column, from finding, number, counted, interval, origin, method, source.

    Returns
    -------
    A ``<figure>`` whose wide table scrolls inside a region that the keyboard can reach.
    """
    check_released(released)
    unknown = [column for column in columns if column not in _CELLS]
    if unknown:
        raise ValueError(f"table() has no column {', '.join(unknown)}; it has {', '.join(_CELLS)}")
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in columns.values())
    body = "".join(_row(estimate, tuple(columns)) for estimate in released)
    label = escape(caption, quote=True)
    return (
        f'<div class="ut-table" role="region" tabindex="0" aria-label="{label}">'
        f"<table><caption>{escape(caption)} <span>{escape(origin_note(released))}.</span></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def download_link(href: str, what: str) -> str:
    """A link to a file of released numbers, saying what it is and in which format."""
    kind = href.rsplit(".", 1)[-1].upper()
    return f'<p class="ut-download"><a href="{escape(href, quote=True)}" download>Download {escape(what)} ({kind})</a></p>'


def check_released(released: object) -> None:
    """Refuse anything that has not passed the gate, with a TypeError that says what to do."""
    if type(released).__name__ != "Released":
        raise TypeError(
            f"charts and tables take what disclosure.release() returned, not {type(released).__name__}: "
            "release the estimates first"
        )


def _row(estimate: Estimate, columns: tuple[str, ...]) -> str:
    kind = estimate.status.replace(" ", "-")
    if estimate.status == "number" and estimate.value == 0:
        kind = "zero"
    cells = []
    for column in columns:
        text = escape(_CELLS[column](estimate))
        if column == columns[0]:
            cells.append(f'<th scope="row">{text}</th>')
        elif column == "number":
            cells.append(f'<td class="ut-{kind}">{text}</td>')
        else:
            cells.append(f"<td>{text or '–'}</td>")
    return f"<tr>{''.join(cells)}</tr>"


_CELLS = {
    "finding": name,
    "number": number,
    "counted": counted,
    "interval": interval,
    "origin": lambda e: ORIGIN_NOTES[e.origin],
    "method": lambda e: e.method,
    "source": lambda e: e.source,
}
