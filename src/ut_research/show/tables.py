"""Numbers in words and tables in HTML, the way a reader meets them.

In: Estimates that the disclosure gate has released. Out: short plain text for one Estimate
(`number`, `counted`, `interval`, `name`) and one accessible HTML table for many (`table`).
A cell is one of five things and looks like it: a number, a true zero, suppressed, not collected, or not
worked out, and then it says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from ut_research.core.estimate import SERIES_KEYS, Estimate
from ut_research.core.units import DECIMALS, WHOLE_OF_EACH, capital, period, places, single, small
from ut_research.disclosure.gate import Released
from ut_research.measures.declared import quantities

HIDDEN = "hidden to protect people"
ABSENT = "not in this export"
ORIGIN_NOTES = {
    "example": "Invented example: not evidence about real people",
    "export": "From the export",
    "published": "From published figures",
}
#: Units that a number is shown without.
BARE = frozenset({"", "people", "ratio", "number", "%", "£"})
#: Most rows in which released findings show themselves in a notebook.
MOST_ROWS = 60


def number(estimate: Estimate, part: str = "value") -> str:
    """The value (or `part`: low, high) with its unit: ``26%``, ``13.0 points``, ``p = 0.048``; or why not."""
    if estimate.status == "not worked out":
        return estimate.method
    if estimate.status != "number":
        return HIDDEN if estimate.status == "suppressed" else ABSENT
    value, unit = getattr(estimate, part), estimate.unit
    if value is None:
        return "not stated"
    if unit == "p-value":
        return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
    text = f"{value:,.{decimals(estimate, value)}f}"
    if unit == "year":  # of the calendar
        return text.replace(",", "")
    text = text.lstrip("-") if not any(digit in text for digit in "123456789") else text.replace("-", "−")
    if text == "1":
        unit = single(unit)
    return ("£" if unit == "£" else "") + text + ("%" if unit == "%" else "" if unit in BARE else f" {unit}")


def decimals(estimate: Estimate, value: float) -> int:
    """How many decimal places of a `value` of a finding a reader is shown."""
    whole = value == int(value) and (estimate.origin == "published" or estimate.unit in WHOLE_OF_EACH)
    counts = estimate.unit == "£" or estimate.unit not in DECIMALS
    return 0 if counts and (estimate.count == value or whole) else places(estimate.unit)


def counted(estimate: Estimate) -> str:
    """``9 of 34``, or nothing where the counts are not given.

    ``9 seen, of 34`` where the number is not their share, as not everybody was followed for as long.
    """
    if estimate.status != "number" or estimate.count is None or estimate.n is None:
        return ""
    share = 100 * estimate.count / estimate.n if estimate.n else 0.0
    plain = estimate.unit != "%" or estimate.value is None or abs(estimate.value - share) < 1
    return f"{estimate.count:,}{'' if plain else ' seen,'} of {estimate.n:,}"


def interval(estimate: Estimate) -> str:
    """``15% to 43%``, or nothing where there is no interval."""
    if estimate.status != "number" or (estimate.low is None and estimate.high is None):
        return ""
    low = "no lower limit" if estimate.low is None else number(estimate, "low")
    high = "no upper limit" if estimate.high is None else number(estimate, "high")
    unit = f" {estimate.unit}"
    said_once = high.endswith((unit, single(unit)))
    return f"{low.removesuffix(unit) if said_once else low} to {high}"


def name(estimate: Estimate) -> str:
    """What one Estimate is about: its label, and its group where it has one."""
    label = estimate.label
    groups = [value for key, value in estimate.group.items() if key != "group"]  # which the label says
    about = ", ".join(value for value in groups if value.lower() not in label.lower())
    return f"{label}: {about}" if about else label


def names(estimates: Iterable[Estimate]) -> list[str]:
    """One name a row, no longer than need be: what all the names share ("Area: …") is left out."""
    rows = list(estimates)
    told = [k for k in rows[0].group if len({e.group.get(k) for e in rows}) > 1] if rows else []
    groups = [", ".join(_along(k, v) for k, v in e.group.items() if k in told or not told) for e in rows]
    labels = {e.label for e in rows}
    if len(rows) > 1 and all(groups) and len(labels) == 1:
        return [capital(group) for group in groups]
    heads = {e.label.split(": ", 1)[0] for e in rows}
    if len(labels) == len(rows) > 1 and len(heads) == 1 and all(": " in label for label in labels):
        return [capital(e.label.split(": ", 1)[1]) for e in rows]
    return [e.label if len(labels) == len(rows) else name(e) for e in rows]


def listed(called: Iterable[str]) -> str:
    """Names of findings within a sentence, each once: ``average age; need (housing; work)``."""
    heads: dict[tuple[str, bool], list[str]] = {}
    for head, colon, rest in (said.partition(": ") for said in dict.fromkeys(called)):
        heads.setdefault((small(head), bool(colon)), []).append(rest)
    return "; ".join(f"{head} ({'; '.join(rest)})" if of else head for (head, of), rest in heads.items())


def _along(key: str, value: object) -> str:
    """A group in words: ``week 4`` along a curve, and elsewhere what it is called."""
    return f"{key} {value}" if key in SERIES_KEYS else spoken(key, value)


def spoken(key: str, value: object) -> str:
    """A group as people say it: ``6 months`` of follow-up, ``1 day`` of the week, and else its own name."""
    if key == "days":
        return f"{value} day{'s' * (value != '1')}"
    return period(int(str(value).split()[0])) if key == "window" else str(value)


def _keys(rows: Sequence[Estimate]) -> list[str]:
    """The group keys that tell rows apart, where it takes several and they say all that the labels do."""
    if len({frozenset(e.group) for e in rows}) != 1:
        return []
    keys = [k for k in rows[0].group if len({e.group[k] for e in rows}) > 1]
    rest = {e.label.rsplit(": ", 1)[0] if "group" in keys else e.label for e in rows}
    by_group = all(e.label in e.group.values() for e in rows)
    return keys if len(keys) > 1 and (len(rest) == 1 or by_group) else []


def origin_note(released: Iterable[Estimate]) -> str:
    """The sentence that says where the figures come from; one for each origin, never silent."""
    first, *others = [ORIGIN_NOTES[origin] for origin in sorted({e.origin for e in released})] or [""]
    return "; ".join([first, *map(small, others)])


#: What a table says of each finding beside what it is called, by the heading of the column.
COLUMNS: Mapping[str, Callable[[Estimate], str]] = {
    "Number": number,
    "People": counted,
    "Likely range": interval,
    "Where it comes from": lambda e: ORIGIN_NOTES[e.origin],
}


def table(released: Released, caption: str, download: str | None = None) -> str:
    """An accessible HTML table of released Estimates, one row each.

    Of `COLUMNS`, those that would be blank, and the origin where the caption says it, are left out. Where all
    is withheld, a line says so.

    Parameters
    ----------
    released : what the gate let through; anything else is a TypeError.
    caption : what the table shows, in a sentence.
    download : address of a file with the same numbers, linked under the table.

    Returns
    -------
    HTML whose wide table scrolls inside a region that the keyboard can reach.
    """
    check_released(released)
    if {e.status for e in released} == {"suppressed"}:
        return f'<p class="ut-withheld">{escape(caption.rstrip("."))}: {HIDDEN}.</p>'
    needless = {"Where it comes from"} if len({e.origin for e in released}) < 2 else set()
    needless |= {head for head in ("People", "Likely range") if not any(map(COLUMNS[head], released))}
    kept = [column for column in COLUMNS if column not in needless]
    keys = _keys(list(released))
    called = [[_value(e, k) for k in keys] for e in released] if keys else [[n] for n in names(released)]
    rows = [_row(e, *said, columns=kept) for e, said in zip(released, called, strict=True)]
    html = _frame([*map(capital, keys or ["Finding"]), *kept], rows, caption, f"{origin_note(released)}.")
    link = download_link(download, f"this table: {caption}") if download else ""
    return html + "".join(f'<p class="ut-note">{escape(text)}</p>' for text in the_rest(released)) + link


def the_rest(released: Released) -> list[str]:
    """Of groups of which each person is in one, how many people are in none of those shown: a sentence each.

    Anybody can work it out. Said where two groups or more are hidden, and nothing is rounded.
    """
    declared = quantities()
    sets: dict[str, list[Estimate]] = {}
    for e in released:
        if e.id in declared and declared[e.id].one_of and released.policy.rounding == "none":
            sets.setdefault(e.id, []).append(e)
    told = []
    for cells in sets.values():
        labels = [e.label.rpartition(": ") for e in cells if e.status == "suppressed"]
        hidden = [own if of else small(own) for of, _, own in labels]
        seen = [e for e in cells if e.status == "number"]
        if len(hidden) > 1 and seen:
            n = seen[0].n or 0
            left = n - sum(e.count or 0 for e in seen)
            told.append(f"Together {left} of {n} people, hidden one by one: {'; '.join(hidden)}.")
    return told


def shown(released: Released) -> str:
    """How findings show themselves in a notebook: a table of the first `MOST_ROWS` that the data hold."""
    there = held(released)
    caption = "What was released"
    if len(there) > MOST_ROWS:
        caption += f", the first {MOST_ROWS} of {len(there):,} findings; select(…) gives those of a subject"
    return table(released.of(there[:MOST_ROWS]), f"{caption}.")


def held(released: Iterable[Estimate]) -> list[Estimate]:
    """Those of `released` that the data hold, shown or withheld."""
    return [e for e in released if e.status != "not collected"]


def breakdown(released: Released, by: str, caption: str) -> tuple[str, list[str]]:
    """An accessible HTML table of findings by group: a row a value of the group key `by`, a column a finding.

    And what is not in it, as it is withheld of every group. What the data do not hold is left out, and so is
    a group of which they hold nothing; of nothing there is no table.
    """
    check_released(released)
    found: dict[tuple[str, ...], dict[str, Estimate]] = {}
    for e in released:
        rest = sorted(value for key, value in e.group.items() if key != by)
        found.setdefault((e.id, *rest), {})[e.group[by]] = e
    columns = {_heading(cells.values(), by): cells for cells in found.values()}
    lacking = {
        label: next(iter(cells.values())).status
        for label, cells in columns.items()
        if not any(e.status == "number" for e in cells.values())
    }
    shown = [label for label in columns if label not in lacking]
    rows = {e.group[by]: _value(e, by) for e in held(released)}
    cells = [(name, [_cell(columns[label].get(group)) for label in shown]) for group, name in rows.items()]
    html = _frame([by.capitalize(), *shown], cells, caption, f"{origin_note(released)}.") if shown else ""
    return html, [label for label, state in lacking.items() if state == "suppressed"]


def hidden_by(groups: Sequence[str], told: Iterable[str]) -> str:
    """The line that says what is withheld of every group, by each of several groupings."""
    by = " and ".join(filter(None, (", ".join(groups[:-1]), groups[-1])))
    return f'<p class="ut-withheld">By {escape(by)}, {HIDDEN}: {escape(listed(told))}.</p>'


def grid(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str, note: str = "") -> str:
    """An accessible HTML table of plain text, escaped; the first cell of a row names the row.

    `note` stands under the caption, for where the numbers come from.
    """
    return _frame(heads, ((first, map(_said, rest)) for first, *rest in rows), caption, note)


def download_link(href: str, what: str) -> str:
    """A link to a file of released numbers, saying what it is and in which format."""
    kind = href.rsplit(".", 1)[-1].upper()
    link = f'<a href="{escape(href, quote=True)}" download>Download {escape(what)} ({kind})</a>'
    return f'<p class="ut-download">{link}</p>'


def check_released(released: object) -> None:
    """Refuse anything that has not passed the gate, with a TypeError that says what to do."""
    if not isinstance(released, Released):
        raise TypeError(
            f"charts and tables take what disclosure.release() returns, not {type(released).__name__}: "
            "release the estimates first"
        )


def _frame(heads: Iterable[str], rows: Iterable[tuple[str, Iterable[str]]], caption: str, note: str) -> str:
    """A table in a frame that scrolls; of each row what it is called, and its other cells, in HTML."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>' for name, cells in rows)
    said = f"{escape(caption)} <span>{escape(note)}</span>" if note else escape(caption)
    return (
        f'<div class="ut-table" role="region" tabindex="0" aria-label="{escape(caption, quote=True)}">'
        f"<table><caption><div>{said}</div></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _heading(cells: Iterable[Estimate], by: str) -> str:
    """What the cells of a column are: their label, or what stands in it beside each group's own name."""
    labels = {e.label.removeprefix(f"{e.group[by]} ") for e in cells}
    return capital(labels.pop()) if len(labels) == 1 else min(labels).rsplit(": ", 1)[0]


def _cell(estimate: Estimate | None) -> str:
    """One cell of a breakdown: the number, and under it the people that it rests on."""
    if estimate is None:
        return '<td class="ut-not-collected">–</td>'
    people = f"<br><small>{escape(counted(estimate))}</small>" if counted(estimate) else ""
    said = number(estimate).removesuffix(" people to say")  # many such cells stand side by side
    return f'<td class="ut-{_kind(estimate)}">{escape(said)}{people}</td>'


def _said(cell: str) -> str:
    """A cell of plain text; that a number is hidden looks there as it does elsewhere."""
    return (
        f'<td class="ut-suppressed">{HIDDEN}</td>'
        if cell.strip("()") == HIDDEN
        else f"<td>{escape(cell)}</td>"
    )


def _kind(estimate: Estimate) -> str:
    """Which of the five things a cell is, as its class."""
    return "zero" if estimate.status == "number" and not estimate.value else estimate.status.replace(" ", "-")


def _value(estimate: Estimate, key: str) -> str:
    """What a row says under a group key; a group of the study by its own name, which its label ends with."""
    text = estimate.label.rsplit(": ", 1)[-1] if key == "group" else spoken(key, estimate.group[key])
    return capital(text)


def _row(e: Estimate, called: str, *keys: str, columns: Iterable[str]) -> tuple[str, list[str]]:
    said = [("", key) for key in keys]
    said += [(f' class="ut-{_kind(e)}"' * (head == "Number"), COLUMNS[head](e)) for head in columns]
    return capital(called) or "–", [f"<td{look}>{escape(text) or '–'}</td>" for look, text in said]


Released.html = shown
