"""Charts that say their finding, made from released numbers only.

In: a `Released` (what the disclosure gate let through) and a title that says the finding.
Out: a frozen `Chart`: its figures, its title and a note that stand beside it as text, an alt text made from
the same numbers, and the numbers themselves. Rows carry their own labels and values. Charts along something
are in `ut_research.show.along`, and how all are drawn in `ut_research.show.drawing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from ut_research.core.estimate import Estimate
from ut_research.core.parameters import grid_of
from ut_research.show.drawing import (
    BLUE,
    BOX,
    GRID,
    INK,
    LINES,
    MARGIN,
    NAVY,
    PALE,
    RIGHT,
    SERIES,
    SKY,
    SLATE,
    WIDTH,
    Chart,
    chart,
    full,
    nothing_drawn,
    numbers,
    of_100,
    of_people,
    sheet,
    styled,
)  # fmt: skip
from ut_research.show.tables import counted, interval, name, names, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ut_research.disclosure.gate import Released

#: Steps of the usual flow diagram, and group keys whose values have an order of their own.
FLOW = ("reach.referred", "reach.registered", "reach.assessed", "reach.completed")
ORDERED = frozenset({"age_band", "period", "half", "band"})
#: How the start and later are drawn: colour, mark and its fill.
TIMES = ((SLATE, "o", "white"), (BLUE, "o", BLUE))


@styled
def shares(released: Released, title: str, *, keep_order: bool = False) -> Chart:
    """Horizontal bars with labels and intervals; longest first unless `keep_order`, or by age or time."""
    rows = list(released)
    if not keep_order and not any(key in ORDERED for e in rows for key in e.group):
        rows.sort(key=lambda e: (e.status != "number", -(e.value or 0.0)))
    return _rows(released, title, "Bar chart", rows, _bar)


@styled
def two_groups(released: Released, title: str) -> Chart:
    """One dot and its interval for each group, in the order given."""
    return _rows(released, title, "Dot chart with intervals", list(released), _dot)


@styled
def side_by_side(released: Released, title: str) -> Chart:
    """One dot and its interval for each part of the people, in the order given, all in one colour."""
    rows = numbers(released)
    called = [" ".join(e.group.values()) for e in rows]
    return _rows(released, title, "Dot chart with intervals", rows, _dot, called, [(BLUE, "o", BLUE)])


@styled
def before_after(released: Released, title: str) -> Chart:
    """The same people at two times: pairs of findings whose ids end in ``_t1`` and ``_t2``, on one scale."""
    rows = sorted(released, key=lambda e: e.id[:-1])
    called = [{"t1": "At the start", "t2": "Later"}.get(e.id[-2:], name(e)) for e in rows]
    return _rows(released, title, "Before and after", rows, _dot, called, TIMES)


@styled
def flow(released: Released, title: str) -> Chart:
    """How many people came to each step named by `FLOW`, in that order: a bar each, on one scale."""
    by_id = {e.id: e for e in released if not e.group}
    steps = [by_id[step] for step in FLOW if step in by_id]
    bars = [
        replace(e, value=e.count, low=None, high=None, unit="people") if numbers([e]) else e for e in steps
    ]
    return _rows(released.of(steps), title, "Flow of people", bars, _bar)


#: How a map of squares is read.
MAP = (
    "Stronger colour: more people. Stripes: hidden to protect people. Each square is about where the area is."
)


@styled
def tiles(released: Released, title: str, grid: str) -> Chart:
    """A map of squares: people by area, on the `grid` of a study; where there is none, `shares`."""
    rows, at = sorted(released, key=lambda e: -(e.count or 0)), grid_of(grid)
    placed = [(e, at[area]) for e in rows for area in e.group.values() if area in at]
    most = max((e.count or 0 for e, _ in placed), default=0)
    if not most:
        return shares(released, title)
    down, across = (1 + max(place[k] for _, place in placed) for k in (0, 1))
    side = min(WIDTH.get() / across, 1.4)
    figure, ax = sheet(down * max(side, 1.0), axis=False)
    ax.set(xlim=(0, across), ylim=(down, 0))
    below = ax.get_position()
    ax.set_position((0, below.y0, across * side / WIDTH.get(), below.height))
    for e, (i, j) in placed:
        _tile(ax, i, j, e, (e.count or 0) / most, int(12 * side))
    called = names(rows)
    away = [said for e, said in zip(rows, called, strict=True) if not at.keys() & {*e.group.values()}]
    note = MAP + f" Not on it: {', '.join(away)}." * bool(away)
    said = [f"{area}: {counted(e) or number(e)}" for e, area in zip(rows, called, strict=True)]
    return chart(figure, "Map of squares", released, title, said, note)


def _tile(ax: Axes, i: int, j: int, e: Estimate, share: float, letters: int) -> None:
    """The square of an area: what it is called, and its people."""
    hidden = e.status != "number"
    fill = "none" if hidden else NAVY if share > 2 / 3 else SKY if share > 1 / 3 else PALE
    look: Any = {"ls": "--", "hatch": "///", "ec": LINES} if hidden else {"ec": BLUE}
    ax.add_patch(Rectangle((j + 0.015, i + 0.015), 0.97, 0.97, fc=fill, lw=1.2, **look))
    ink: Any = {"color": "white" if fill == NAVY else INK, "zorder": 3}
    if hidden:
        ink["bbox"] = {**BOX, "pad": 0.5}
    called = "\n".join(wrap([*e.group.values()][-1], letters, break_long_words=False))
    ax.text(j + 0.035, i + 0.08, called, va="top", fontsize=11, **ink)
    size: Any = {"fontsize": 11.5} if hidden else {"fontsize": 15, "weight": "bold"}
    ax.text(j + 0.035, i + 0.93, "hidden" if hidden else f"{e.count:,}", va="bottom", **size, **ink)


#: Heights in a chart of rows, in inches: of a line of words, and of the mark with what stands under it.
LINE, BAR, DOT = 0.21, 0.3, 0.5


def _rows(
    released: Released, title: str, kind: str, rows: Sequence[Estimate],
    mark: Callable[[Axes, float, Estimate, tuple[str, str, str]], None],
    called: Sequence[str] = (), looks: Sequence[tuple[str, str, str]] = (),
) -> Chart:  # fmt: skip
    """One row under another: label and value in words, and under them the mark, on one scale.

    `called` are the labels, where they are not the findings' own; `looks` the colour, mark and fill of a row.
    """
    shown = numbers(rows)
    if not shown:
        return nothing_drawn(released, title)
    called = called or names(rows)
    looks = looks or [(colour, marker, colour) for colour, marker, _ in SERIES]
    values = [of_100(e) if e.status == "number" else "" for e in rows]
    room = [int(12 * (WIDTH.get() - MARGIN - RIGHT) - 1.4 * len(value)) for value in values]
    people = [f", {counted(e)}".rstrip(", ").replace(" of ", "\xa0of\xa0") for e in rows]
    labels = [wrap(said + n, most) for said, n, most in zip(called, people, room, strict=True)]
    tall = [0.06 + LINE * len(label) + (BAR if mark is _bar else DOT) for label in labels]
    tops = [-sum(tall[:i]) for i in range(len(rows))]
    figure, ax = sheet(sum(tall))
    ax.set(ylim=(-sum(tall), 0), yticks=[], xlabel=_axis(shown))
    _scale(ax, shown)
    across: Any = {"transform": ax.get_yaxis_transform(), "va": "top", "weight": "bold"}
    for i, e in enumerate(rows):
        look = looks[i % len(looks)] if mark is _dot else (INK, "", BLUE)
        ax.text(0, tops[i] - 0.04, "\n".join(labels[i]), color=look[0], fontsize=12, **across)
        ax.text(1, tops[i] - 0.03, values[i], ha="right", color=look[0], fontsize=13, **across)
        y = tops[i] - 0.06 - LINE * len(labels[i]) - 0.11
        if e.status == "number":
            mark(ax, y, e, look)
        else:
            _no_number(ax, y, e)
    said = [f"{label}: {full(e)}" for label, e in zip(called, rows, strict=True)]
    note = "Lines: likely range." * (mark is _bar and any(e.low is not None for e in rows))  # a dot says it
    return chart(figure, kind, released, title, said, note)


def _no_number(ax: Axes, y: float, e: Estimate) -> None:
    """In words why there is no number, where it would be; on stripes what is hidden."""
    left, right = ax.get_xlim()
    if e.status == "suppressed":
        ax.barh(y, right - left, 0.2, left=left, color="none", edgecolor=GRID, hatch="///")
    ax.text(left + (right - left) / 50, y, number(e), va="center", fontsize=12, bbox=BOX, zorder=4)


def _scale(ax: Axes, shown: Sequence[Estimate]) -> None:
    """The scale, from where to where it goes: 100 people, the days of a week, or what there is to draw."""
    whole = {"%": 100.0, "days": 7.0}.get(shown[0].unit)
    ends = [v for e in shown for v in (e.value, e.low, e.high) if v is not None]
    right = whole if whole and max(ends) <= whole else max(0.0, *ends) * 1.08
    left = min(0.0, *ends) * 1.08
    right = right or left + 1
    ax.set_xlim(left, right)
    ax.locator_params(axis="x", nbins=4 if right == 100 else 7, integer=right <= 7)
    ax.set_xticks([at for at in ax.get_xticks() if left <= at <= right])
    ax.spines["left"].set_visible(False)
    if left < 0:
        ax.axvline(0, color=INK, lw=1, ls="--")


def _axis(shown: Sequence[Estimate]) -> str:
    """What a scale counts."""
    percent = "of every 100 people" if any(map(of_people, shown)) else "percent"
    return percent if shown[0].unit == "%" else shown[0].unit


def _bar(ax: Axes, y: float, e: Estimate, look: tuple[str, str, str]) -> None:
    """A bar in an outline of the whole scale, and the likely range on it."""
    left, right = ax.get_xlim()
    ax.barh(y, right - left, 0.16, left=left, color="none", edgecolor=LINES, lw=0.8)
    ax.barh(y, e.value or 0.0, 0.16, color=look[2])
    if e.low is not None and e.high is not None:
        ax.plot([e.low, e.high], [y, y], color="white", lw=4, solid_capstyle="butt", zorder=2)
        ax.plot([e.low, e.high], [y, y], color=INK, lw=1.6, marker="|", ms=7, zorder=3)


def _dot(ax: Axes, y: float, e: Estimate, look: tuple[str, str, str]) -> None:
    """A mark on a line of the whole scale, its likely range as a thick line, and under it in words."""
    colour, marker, fill = look
    left, right = ax.get_xlim()
    ax.plot([left, right], [y, y], color=LINES, lw=0.8, zorder=1)
    if e.low is not None and e.high is not None:
        ax.plot([e.low, e.high], [y, y], color=colour, lw=3.75, marker="|", ms=9, mew=2, zorder=2)
        words = f"likely {interval(e).replace('%', '').removesuffix(f' {e.unit}')}"
        share = ((e.low + e.high) / 2 - left) / (right - left)
        side = "left" if share < 0.25 else "right" if share > 0.75 else "center"
        at = {"left": max(left, e.low), "right": min(right, e.high), "center": (e.low + e.high) / 2}[side]
        ax.text(at, y - 0.11, words, ha=side, va="top", fontsize=12)
    ax.plot([e.value or 0.0], [y], marker, color=colour, mfc=fill, mec="white" if fill == colour else colour,
            mew=1.2 if fill == colour else 3, ms=11, zorder=3, clip_on=False)  # fmt: skip
