"""Charts along something: time, the size of a study or of a part, the ways of doing an analysis.

Made and shown as those of `ut_research.show.charts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.transforms import blended_transform_factory

from ut_research.core.estimate import SERIES_KEYS, Estimate
from ut_research.show.drawing import (
    BLUE,
    BOX,
    GRID,
    INK,
    LINES,
    MARGIN,
    QUIET,
    RIGHT,
    SERIES,
    SKY,
    WIDTH,
    Chart,
    chart,
    full,
    nothing_drawn,
    numbers,
    sheet,
    styled,
)  # fmt: skip
from ut_research.show.tables import HIDDEN, interval, names, number, spoken
from ut_research.stats.parts import funnel_limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from ut_research.disclosure.gate import Released


@styled
def curve(released: Released, title: str) -> Chart:
    """Step curves (Kaplan–Meier): a panel a group on one scale, with its range and the people still followed.

    Where points are withheld, the line goes down somewhere inside a hatched box between those that are not.
    """
    shown = numbers(released)
    if not shown:
        return nothing_drawn(released, title)
    key, groups = _along(shown, released)
    last, tall, under = max(float(e.group[key]) for e in shown), 1.5, 1.02
    each = 0.34 + tall + under
    height = each * len(groups)
    wide = WIDTH.get()
    figure, first = sheet(height - 0.04, axis=False, above=0.0)
    said = []
    for i, (called, points) in enumerate(groups.items()):
        floor = height - each * i - 0.34 - tall
        box = (0.42 / wide, floor / height, (wide - 0.42 - RIGHT) / wide, tall / height)
        ax = figure.add_axes(box, facecolor="none", xlim=(0, last))
        ax.set_xlabel(f"{key}s" if key != "days" else key)
        if shown[0].unit == "%":
            ax.set(ylim=(0, 100), yticks=range(0, 101, 25))
        ax.grid(axis="y", color=GRID, lw=0.8)
        ax.locator_params(axis="x", nbins=5, steps=[1, 2, 3, 5, 6, 10])
        look, across = SERIES[i % len(SERIES)], blended_transform_factory(figure.transFigure, ax.transAxes)
        ax.text(MARGIN / wide, 1.06, called, transform=across, color=look[0], weight="bold", va="bottom")
        said += _steps(ax, points, key, called, look[:2])
    first.remove()
    hidden = " Stripes: hidden to protect people." * any(bool(ax.patches) for ax in figure.axes)
    return chart(figure, "Step chart", released, title, said, f"Shaded: likely range.{hidden}")


#: The usual aim for the chance of seeing a difference, percent.
AIM = 80.0


@styled
def power_curve(released: Released, title: str) -> Chart:
    """Chance of seeing a difference (%) by number of people; the usual aim, 80%, is marked."""
    shown = numbers(released)
    if not shown:
        return nothing_drawn(released, title)
    key, groups = _along(shown, released)
    figure, ax = sheet(2.6, extra=0.6, side=0.45, above=0.5)
    last = max(float(e.group[key]) for e in shown)
    ax.set(xlim=(0, last), ylim=(0, 104), yticks=range(0, 101, 20))
    said, curves = [], {}
    for i, (called, points) in enumerate(groups.items()):
        points = numbers(points)
        x, y = [float(e.group[key]) for e in points], [e.value or 0.0 for e in points]
        colour, marker, dash = SERIES[i % len(SERIES)]
        ax.plot(x, y, marker, color=colour, ls=dash, lw=2.6, ms=7, zorder=3, clip_on=False)
        label = ax.text(0, 0, called, color=colour, weight="bold", zorder=4)
        curves[label] = x, y
        said.append(f"{called}: {number(points[0])} at {x[0]:g}, {full(points[-1])} at {x[-1]:g}")
    _beside(ax, curves)
    ax.set_xticks([at for at in ax.get_xticks() if at <= last])
    ax.set_xlabel({"n": "people in each group"}.get(key, key))
    ax.set_title(shown[0].unit, loc="left", color=QUIET)
    ax.grid(axis="y", color=GRID, lw=0.8)
    ax.axhline(AIM, color=INK, lw=1.4, ls=(0, (6, 3)))
    return chart(figure, "Line chart", released, title, said)


def _beside(ax: Axes, curves: Mapping[Text, tuple[list[float], list[float]]]) -> None:
    """Put the label of each rising curve over or under it, where it is flattest and no other comes near."""
    high = ax.get_ylim()[1] / 14
    for label, own in curves.items():
        wide = label.get_window_extent().width / ax.bbox.width * ax.get_xlim()[1]
        best = (float("inf"), 0.0, 0.0)
        for x in np.linspace(0.06, 1, 48) * (ax.get_xlim()[1] - wide):
            begins, ends = np.interp([x, x + wide], *own)
            for low in (begins - 1.6 * high, ends + 0.7 * high):
                ends_of = [np.interp([x, x + wide], *other) for other in curves.values() if other is not own]
                clear = all(b < low or a > low + high for a, b in [*ends_of, (AIM, AIM)])
                best = min(best, (round((ends - begins) / 10), x, low)) if clear and low >= 0 else best
        label.set_position(best[1:])


@styled
def specification_curve(released: Released, title: str, *, nothing: float = 0.0) -> Chart:
    """Every defensible choice of analysis: the answers in order with intervals, each one's choices beneath.

    `nothing` is the value that means no difference; intervals that leave it out are drawn filled.
    """
    shown = sorted(numbers(released), key=lambda e: (e.value or 0.0, sorted(e.group.items())))
    if not shown:
        return nothing_drawn(released, title)
    keys = dict.fromkeys(key for e in shown for key in e.group)
    choices = {k: sorted({str(e.group[k]) for e in shown if k in e.group}) for k in keys}
    lines = [spoken(key, value) for key, values in choices.items() for value in values]
    side = 0.25 + 0.07 * min(22, max(map(len, lines)))  # the choices stand at the left of their marks
    figure, ax = sheet(2.4, extra=0.23 * len(lines) + 0.27 * len(keys) + 0.5, side=side, above=0.3)
    clear = [e.low is not None and e.high is not None and not e.low <= nothing <= e.high for e in shown]
    for sure in (True, False):
        alike = [(i, e) for i, e in enumerate(shown) if clear[i] is sure]
        ranges = [(i, e.low, e.high) for i, e in alike if e.low is not None and e.high is not None]
        ax.plot(*_strokes(ranges), color=SKY if sure else LINES, lw=1.4, zorder=2)
        places, values = [i for i, _ in alike], [e.value or 0.0 for _, e in alike]
        ax.plot(places, values, "o", ms=3, color=BLUE if sure else "white", mec=BLUE, zorder=3)
    ax.axhline(nothing, color=INK, lw=1, ls="--")
    ax.set(xticks=[], xlim=(-1, len(shown)))
    ax.set_title(shown[0].unit, loc="left", color=QUIET)
    _choices(ax, shown, choices, (MARGIN - side) / (WIDTH.get() - side - RIGHT))
    same = sum((e.value or 0) < nothing for e in shown)
    said = [
        f"{len(shown)} ways of doing the analysis gave from {number(shown[0])} to {number(shown[-1])}",
        f"Below {nothing:g}: {same}. At or above: {len(shown) - same}. Told from no difference: {sum(clear)}",
    ]
    note = "Filled: can be told from no difference."
    return chart(figure, "Specification curve", released, title, said, note)


#: The limits of a funnel, and how they are drawn.
LIMITS: tuple[tuple[float, Any], ...] = ((0.95, (0, (6, 3))), (0.998, (0, (1, 2))))


@styled
def funnel(released: Released, title: str) -> Chart:
    """The share of each part by how many people it is of, and how far chance alone would spread such shares.

    The line in the middle is the share of all parts that are drawn; Spiegelhalter 2005, Stat Med 24:1185.
    """
    shown = [e for e in numbers(released) if e.count is not None and e.n]
    whole = sum(e.count or 0 for e in shown) / max(1, sum(e.n or 0 for e in shown))
    if not 0 < whole < 1:
        return nothing_drawn(released, title)
    most = max(e.n or 0 for e in shown)
    sizes = sorted({max(1, round(most * 1.05 * (i / 60) ** 2)) for i in range(61)})
    figure, ax = sheet(2.8, extra=0.75, side=0.45, above=0.3)
    ax.axhline(100 * whole, color=INK, lw=1.4)
    beyond = []
    for level, dash in LIMITS:
        ends = [funnel_limits(whole, n, level) for n in sizes]
        for line in zip(*ends, strict=True):
            ax.plot(sizes, [100 * share for share in line], color=QUIET, lw=1.4, ls=dash)
        beyond.append(sum(_outside(e, *funnel_limits(whole, e.n or 1, level)) for e in shown))
    ax.plot(
        [e.n or 0 for e in shown],
        [e.value or 0.0 for e in shown],
        "o",
        color=BLUE,
        ms=7,
        mec="white",
        zorder=3,
    )
    ax.set(xlim=(0, sizes[-1]), ylim=(0, 104), yticks=range(0, 101, 20))
    ax.set_xlabel("people")
    ax.set_title("%", loc="left", color=QUIET)
    said = [f"{len(shown)} are drawn, and the share of all their people together is {100 * whole:.0f}%"]
    said.append(f"{beyond[0]} lie outside the limits of 95%, {beyond[1]} of them outside those of 99.8%")
    note = "Inner lines: 95 of 100 would lie between them if only chance set them apart. Outer: 998 of 1,000."
    return chart(figure, "Funnel plot", released, title, said, note)


def _outside(e: Estimate, low: float, high: float) -> bool:
    return not low <= (e.value or 0) / 100 <= high


def _choices(ax: Axes, shown: Sequence[Estimate], choices: Mapping[str, list[str]], edge: float) -> None:
    """Under the answers the choices that each made; `edge` is the left of the figure, as the axes count."""
    y = -0.12
    inch = 1 / 2.4
    for key, values in choices.items():
        y -= 0.27 * inch
        line: Any = {"transform": ax.transAxes, "fontsize": 11.5, "va": "center"}
        ax.text(edge, y, key.replace("_", " "), weight="bold", **line)
        for value in values:
            y -= 0.23 * inch
            at = [i for i, e in enumerate(shown) if str(e.group.get(key, "")) == value]
            ax.text(edge + 0.02, y, shorten(spoken(key, value), 22, placeholder="…"), **line)
            across = ax.get_xaxis_transform()
            marks = _strokes([(i, y - 0.02, y + 0.02) for i in at])
            ax.plot(*marks, lw=1, color=BLUE, transform=across, clip_on=False)


def _strokes(upright: Sequence[tuple[float, float, float]]) -> tuple[list[float], list[float]]:
    """Upright strokes (x, from, to) as one line with gaps: one path in the file, however many they are."""
    gap = float("nan")
    return [v for x, _, _ in upright for v in (x, x, gap)], [v for _, a, b in upright for v in (a, b, gap)]


def _along(shown: list[Estimate], released: Iterable[Estimate]) -> tuple[str, dict[str, list[Estimate]]]:
    """What a curve goes along, and its points in order by what their group is called."""
    key = next((k for e in shown for k in e.group if k in SERIES_KEYS), None)
    if key is None:
        along = ", ".join(sorted(SERIES_KEYS))
        raise ValueError(f"a curve needs points along one of {along}; {shown[0].id} has none")
    groups: dict[str, list[Estimate]] = {}
    for e in sorted(released, key=lambda e: float(e.group[key])):
        groups.setdefault(", ".join(str(v) for k, v in e.group.items() if k != key), []).append(e)
    firsts = [points[0] for points in groups.values()]
    own = len({e.label for e in firsts}) == len(groups)
    return key, dict(zip(names(firsts) if own else groups, groups.values(), strict=True))


def _steps(ax: Axes, points: list[Estimate], key: str, called: str, look: tuple[str, str]) -> list[str]:
    """One step curve; what there is to say of it."""
    known = [(float(e.group[key]), e.value or 0.0, i, e) for i, e in enumerate(points) if numbers([e])]
    (left, right), top = ax.get_xlim(), ax.get_ylim()[1]
    if not known:
        ax.add_patch(
            Rectangle((0, 0), 1, 1, transform=ax.transAxes, fc="none", ec=look[0], ls="--", hatch="///")
        )
        ax.text(0.5, 0.5, HIDDEN, transform=ax.transAxes, ha="center", va="center", bbox=BOX)
        return [f"{called}: {HIDDEN}"]
    colour, marker = look
    begun = [(left, top, -2, known[0][3])] if known[0][0] > left and known[0][3].unit == "%" else []
    for (x, y, i, e), (after, next_y, j, _) in pairwise([*begun, *known]):
        if j == i + 1:
            ax.plot([x, after, after], [y, y, next_y], color=colour, lw=2.6, zorder=3)
            if e.low is not None and e.high is not None:
                ax.fill_between([x, after], e.low, e.high, color=colour, alpha=0.16, lw=0)
            continue
        box = Rectangle((x, next_y), after - x, y - next_y, fc="none", ec=colour, ls="--", hatch="///", lw=1)
        ax.add_patch(box)
        if after - x > (right - left) / 5 and y - next_y > top / 6 and after < known[-1][0]:
            ax.text((x + after) / 2, (y + next_y) / 2, "hidden", ha="center", va="center", bbox=BOX)
    x, y, _, e = known[-1]
    ax.plot([x], [y], marker, color=colour, mec="white", ms=10, zorder=4, clip_on=False)
    _end(ax, known, colour)
    _followed(ax, [(x, e.n) for x, _, _, e in known if e.n is not None])
    said = [f"{called}: {number(known[0][3])} at {known[0][0]:g}, {full(e)} at {known[-1][0]:g}"]
    if withheld := len(points) - len(known):
        said.append(f"The line has gaps: points that are {HIDDEN} ({withheld})")
    return said


def _end(ax: Axes, known: Sequence[tuple[float, float, int, Estimate]], colour: str) -> None:
    """The last value over all of the line that its words reach, and its likely range under the band.

    Where one of them has no room there, both stand over the line, or under it.
    """
    x, y, _, e = known[-1]
    top, below = ax.get_ylim()[1], y if e.low is None else e.low
    look: Any = {"ha": "right" if x > sum(ax.get_xlim()) / 2 else "left", "zorder": 5}
    words = f"likely {interval(e).replace('%', '')}" if e.low is not None else ""
    value = f"{y:.0f} of 100" if e.unit == "%" else number(e)
    label = ax.text(x, y, value, color=colour, weight="bold", **look)
    if words and (below < top / 5 or _over(ax, label, known) > 0.86 * top):
        label.set_text(f"{value}\n{words}")
    elif words:
        ax.text(x, below - top / 100, words, va="top", **look)
    if "\n" in label.get_text() and _over(ax, label, known) > 0.74 * top:
        if below > 0.26 * top:
            label.set(y=below - top / 100, va="top")
            return
        label.set_text(value)
    label.set(y=_over(ax, label, known) + top / 100, va="bottom")


def _over(ax: Axes, label: Text, known: Sequence[tuple[float, float, int, Estimate]]) -> float:
    """The highest of a step curve, with its band, that is over or under the words at its end."""
    begins = min(ax.transData.inverted().transform(label.get_window_extent())[0][0], known[-1][0])
    steps = pairwise([*known, known[-1]])
    return max(max(y, e.high or y) for (_, y, _, e), after in steps if after[0] >= begins)


def _followed(ax: Axes, followed: Sequence[tuple[float, int]]) -> None:
    """The numbers of people still followed, under the axis, where they do not run into each other."""
    left, right = ax.get_xlim()
    below: Any = {"transform": ax.get_xaxis_transform(), "va": "center", "color": QUIET}
    if followed:
        ax.text(left, -0.44, "Still followed:", **below)
    apart = (right - left) / 6
    for x, n in followed:
        nearer = any(x < other <= x + apart for other, _ in followed) or x < left + apart
        if x == left or not nearer:
            ax.text(x, -0.58, str(n), ha="center", **below)
