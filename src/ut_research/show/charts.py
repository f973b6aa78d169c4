"""Charts that say their finding, made from released numbers only.

In: a `Released` (what the disclosure gate let through) and a title that says the finding.
Out: a frozen `Chart`: the figure, an alt text in sentences made from the same numbers, and
the numbers themselves. Figures are narrow (4.5 inches) so that 12 pt text stays legible on a
phone; rows carry their own labels and values; every figure says its units, its numbers and
where they come from. Style and colours are seaborn's, from its palette for colour-blind readers, told
apart by lightness and by shape as well. No pyplot: nothing here keeps state between charts.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from html import escape
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any, ParamSpec

import matplotlib as mpl
import seaborn
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ut_research.core.estimate import SERIES_KEYS, Estimate
from ut_research.show import prose
from ut_research.show.tables import check_released, counted, held, interval, name, names, number, origin_note

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ut_research.disclosure.gate import Released

#: Colours in use: the first three, darkest first, differ in lightness, for greyscale (so the yellow is
#: Okabe and Ito's, 2008, lighter than seaborn's).
BLUE, SKY, ORANGE = (seaborn.color_palette("colorblind").as_hex()[i] for i in (0, 9, 1))
YELLOW = "#F0E442"
INK, QUIET, GRID = "#1A1A1A", "#4D4D4D", "#D9D9D9"
SERIES = ((BLUE, "o", "-"), (ORANGE, "D", "--"), (SKY, "s", ":"), (YELLOW, "^", "-."))
#: Steps of the usual flow diagram, and group keys whose values have an order of their own.
FLOW = ("reach.referred", "reach.registered", "reach.assessed", "reach.completed")
ORDERED = frozenset({"age_band", "period", "half", "band"})
WIDTH, MARGIN, RIGHT = 4.5, 0.12, 0.24
INNER = WIDTH - MARGIN - RIGHT
STYLE: Any = {
    **seaborn.axes_style("ticks"),
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "hatch.linewidth": 0.8,
    "text.parse_math": False,
    "svg.hashsalt": "ut_research",
    "svg.fonttype": "path",
    "path.simplify": True,
}
P = ParamSpec("P")


@dataclass(frozen=True, repr=False)
class Chart:
    """A figure, its title, what it says in sentences, and the released numbers that it was drawn from."""

    figure: Figure
    alt: str
    released: Released
    title: str = ""

    @cached_property
    def svg(self) -> str:
        """The figure as SVG: equal numbers give equal bytes."""
        text = io.StringIO()
        with mpl.rc_context(STYLE):
            nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
            self.figure.savefig(text, format="svg", metadata=nothing)
        plain = re.sub(r"\s*<!--.*?-->", "", text.getvalue(), flags=re.DOTALL)
        numbers = r' (?:d|x|y)="[^"]*"|translate\([^)]*\)'
        return re.sub(r"\n\s+", "\n", re.sub(numbers, _hundredths, plain))

    def _repr_html_(self) -> str:
        """The figure as a picture that brings its description along, for a notebook."""
        data = base64.b64encode(self.svg.encode()).decode()
        return f'<img alt="{escape(self.alt, quote=True)}" src="data:image/svg+xml;base64,{data}">'

    def __repr__(self) -> str:
        return self.alt


def _styled(draw: Callable[P, Chart]) -> Callable[P, Chart]:
    """Refuse what the gate has not released, fill the title's tokens, and draw in the book's style.

    What the data do not hold is left out, unless they hold nothing of it.
    """

    @wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Chart:
        released: Any = args[0]
        check_released(released)
        words: Any = [prose.plain(a, released) if isinstance(a, str) else a for a in args]
        named: Any = {k: prose.plain(v, released) if isinstance(v, str) else v for k, v in kwargs.items()}
        if there := held(released):
            words[0] = released.of(there)
        with mpl.rc_context(STYLE):
            return draw(*words, **named)

    return styled


@_styled
def shares(released: Released, title: str, *, keep_order: bool = False) -> Chart:
    """Horizontal bars with labels and intervals; longest first unless `keep_order`, or by age or time."""
    rows = list(released)
    if not keep_order and not any(key in ORDERED for e in rows for key in e.group):
        rows.sort(key=lambda e: (e.status != "number", -(e.value or 0.0)))
    return _rows(released, title, "Bar chart", rows, _bar)


@_styled
def two_groups(released: Released, title: str) -> Chart:
    """One dot and its interval for each group, in the order given."""
    return _rows(released, title, "Dot chart with intervals", list(released), _dot)


@_styled
def before_after(released: Released, title: str) -> Chart:
    """First against second questionnaire: means (ids ending ``mean_t1``, ``mean_t2``) joined by a line, and
    shares by band (``band_t1`` …) as stacked bars."""
    shown = _numbers(released)
    if not shown:
        return _nothing(released, title)
    means = [e for e in shown if "mean_t" in e.id]
    parts = [[e for e in released if e.group and e.id.endswith(end)] for end in ("t1", "t2")]
    height = (1.5 if means else 0.0) + (1.9 if any(parts) else 0.0)
    key = f"First and second questionnaire{_same_n(shown)}."
    figure, ax = _sheet(title, height, _note(released, key), axis=False)
    ax.set(xlim=(0, 100), ylim=(0, height))
    floor = height
    if means:
        floor -= 1.5
        _slope(ax, means, floor)
    if any(parts):
        _stack(ax, parts, floor - 1.75)
    when = {"t1": "first", "t2": "second"}
    said = [f"{name(e)} ({when.get(e.id[-2:], 'both')} questionnaire): {_full(e)}" for e in released]
    return Chart(figure, _alt("Before and after", title, said, released), released, title)


@_styled
def curve(released: Released, title: str) -> Chart:
    """Step curves (Kaplan–Meier) with intervals, and the numbers at risk beneath; one line a group."""
    return _lines(released, title, "Step chart", steps=True)


@_styled
def power_curve(released: Released, title: str) -> Chart:
    """Chance of seeing a difference (%) by number of people; the usual aim, 80%, is marked."""
    return _lines(released, title, "Line chart", steps=False, mark=80.0)


@_styled
def flow(released: Released, title: str) -> Chart:
    """Flow of people, box under box: each is part of the nearest box above whose count is its denominator.

    Of `released`, the ungrouped findings named by `FLOW` are drawn, in that order.
    """
    by_id = {e.id: e for e in released if not e.group}
    boxes = [by_id[step] for step in FLOW if step in by_id]
    released = released.of(boxes)
    if not _numbers(boxes):
        return _nothing(released, title)
    above = [next((j for j in reversed(range(i)) if e.n is not None and boxes[j].count == e.n), None)
             for i, e in enumerate(boxes)]  # fmt: skip
    depth: list[int] = []
    for parent in above:
        depth.append(0 if parent is None else depth[parent] + 1)
    wide = INNER - 0.42 * max(depth) - 0.03
    texts = [wrap(e.label, int((wide - 0.2) * 8.7)) for e in boxes]
    numbers = [wrap(_full(e), int((wide - 0.2) * 10.5)) for e in boxes]
    tall = [0.28 + 0.2 * (len(a) + len(b)) for a, b in zip(texts, numbers, strict=True)]
    tops = [-sum(tall[:i]) - 0.24 * i for i in range(len(boxes))]
    figure, ax = _sheet(title, sum(tall) + 0.24 * len(boxes), _note(released, ""), axis=False)
    ax.set(xlim=(-0.02, INNER), ylim=(tops[-1] - tall[-1] - 0.2, 0.04))
    for i, parent in enumerate(above):
        left, y = 0.42 * depth[i], tops[i]
        if parent is not None:
            trunk, middle = 0.42 * depth[parent] + 0.2, y - tall[i] / 2
            ax.plot([trunk, trunk], [tops[parent] - tall[parent], middle], color=QUIET, lw=1.5)
            ax.annotate("", (left, middle), (trunk, middle), arrowprops={"arrowstyle": "-|>", "color": QUIET})
        ax.add_patch(Rectangle((left, y - tall[i]), wide, tall[i], fc="white", ec=BLUE, lw=1.6))
        ax.text(left + 0.1, y - 0.1, "\n".join(texts[i]), va="top", fontsize=12, weight="bold")
        ax.text(left + 0.1, y - tall[i] + 0.1, "\n".join(numbers[i]), va="bottom", fontsize=11)
    said = [f"{e.label}: {_full(e)}" for e in boxes]
    return Chart(figure, _alt("Flow diagram", title, said, released), released, title)


@_styled
def matrix(released: Released, title: str) -> Chart:
    """A grid of counts: one row for each theme and one column for each role, darker for more."""
    cells = [e for e in released if "theme" in e.group and "role" in e.group]
    if not _numbers(cells):
        return _nothing(released, title)
    ys = list(dict.fromkeys(e.group["theme"] for e in cells))
    xs = list(dict.fromkeys(e.group["role"] for e in cells))
    most = max(e.value or 0 for e in _numbers(cells)) or 1
    labels = {y: wrap(y, 18) for y in ys}
    tall = {y: 0.16 + 0.19 * len(labels[y]) for y in ys}
    tops = {y: -sum(tall[above] for above in ys[:i]) for i, y in enumerate(ys)}
    note = _note(released, f"Numbers are {cells[0].unit}.")
    figure, ax = _sheet(title, sum(tall.values()) + 0.45, note, axis=False)
    across, first = INNER, 1.58
    step = (across - first) / len(xs)
    ax.set(xlim=(0, across), ylim=(-sum(tall.values()), 0.45))
    for j, x in enumerate(xs):
        heading = "\n".join(wrap(x, int(step * 11), break_long_words=False))
        ax.text(first + step * (j + 0.5), 0.2, heading, ha="center", va="center", fontsize=11)
    for y in ys:
        ax.text(0, tops[y] - tall[y] / 2, "\n".join(labels[y]), fontsize=11, va="center")
    for e in cells:
        y, left = e.group["theme"], first + step * xs.index(e.group["role"])
        share = (e.value or 0) / most if e.status == "number" else 0.0
        red, green, blue = (1 - share * (1 - part) for part in to_rgb(BLUE))
        fill: Any = {"fc": (red, green, blue)}
        if e.status != "number":
            fill = {"fc": "white", "hatch": "///"}
        cell = Rectangle((left + 0.02, tops[y] - tall[y] + 0.03), step - 0.04, tall[y] - 0.06, **fill)
        ax.add_patch(cell).set(edgecolor=QUIET, linewidth=0.8)
        withheld = "too few" if e.status == "suppressed" else "not kept"
        text = str(e.count if e.count is not None else number(e)) if e.status == "number" else withheld
        box = {"fc": "white", "ec": "none", "pad": 1.5} if e.status != "number" else None
        ax.text(left + step / 2, tops[y] - tall[y] / 2, text, ha="center", va="center", fontsize=11, bbox=box,
                color="white" if share > 0.6 else INK)  # fmt: skip
    said = [f"{e.group['theme']}, {e.group['role']}: {number(e)}" for e in cells]
    return Chart(figure, _alt("Grid of counts", title, said, released), released, title)


@_styled
def specification_curve(released: Released, title: str, *, nothing: float = 0.0) -> Chart:
    """Every defensible choice of analysis: the answers in order with intervals, each one's choices beneath.

    `nothing` is the value that means no difference; intervals that leave it out are drawn filled.
    """
    shown = sorted(_numbers(released), key=lambda e: (e.value or 0.0, sorted(e.group.items())))
    if not shown:
        return _nothing(released, title)
    keys = list(dict.fromkeys(key for e in shown for key in e.group))
    choices = [(k, v) for k in keys for v in dict.fromkeys(str(e.group.get(k, "")) for e in shown) if v]
    side = 1.95
    figure, ax = _sheet(title, 2.4, _note(released, "Filled: can be told from no difference."),
                        extra=0.23 * len(choices) + 0.27 * len(keys) + 0.35, side=side)  # fmt: skip
    edge = (MARGIN - side) / (WIDTH - side - RIGHT)  # the left of the figure, as the axes count
    clear = [e.low is not None and e.high is not None and not e.low <= nothing <= e.high for e in shown]
    for sure in (True, False):
        alike = [(i, e) for i, e in enumerate(shown) if clear[i] is sure]
        ranges = [(i, e.low, e.high) for i, e in alike if e.low is not None and e.high is not None]
        ax.plot(*_strokes(ranges), color=SKY if sure else GRID, lw=1.4, zorder=2)
        places, values = [i for i, _ in alike], [e.value or 0.0 for _, e in alike]
        ax.plot(places, values, "o", ms=4, color=BLUE if sure else "white", mec=BLUE, zorder=3)
    ax.axhline(nothing, color=INK, lw=1, ls="--")
    ax.set(xticks=[], xlim=(-1, len(shown)))
    ax.set_title(shown[0].unit, loc="left", fontsize=11, color=QUIET)
    y = -0.12
    inch = 1 / 2.4
    for key in keys:
        y -= 0.27 * inch
        line: Any = {"transform": ax.transAxes, "fontsize": 11, "va": "center"}
        ax.text(edge, y, key.replace("_", " "), weight="bold", **line)
        for value in [v for k, v in choices if k == key]:
            y -= 0.23 * inch
            at = [i for i, e in enumerate(shown) if str(e.group.get(key, "")) == value]
            ax.text(edge + 0.02, y, shorten(value, 24, placeholder="…"), **line)
            across = ax.get_xaxis_transform()
            marks = _strokes([(i, y - 0.02, y + 0.02) for i in at])
            ax.plot(*marks, lw=1, color=BLUE, transform=across, clip_on=False)
    same = sum((e.value or 0) < nothing for e in shown)
    said = [
        f"{len(shown)} ways of doing the analysis gave from {number(shown[0])} to {number(shown[-1])}",
        f"{same} were below and {len(shown) - same} at or above {nothing:g}",
        f"{sum(clear)} could be told from no difference",
    ]
    return Chart(figure, _alt("Specification curve", title, said, released), released, title)


# ---------------------------------------------------------------- the parts that charts share


def _strokes(upright: Sequence[tuple[float, float, float]]) -> tuple[list[float], list[float]]:
    """Upright strokes (x, from, to) as one line with gaps: one path in the file, however many they are."""
    gap = float("nan")
    return [v for x, _, _ in upright for v in (x, x, gap)], [v for _, a, b in upright for v in (a, b, gap)]


def _hundredths(path: re.Match[str]) -> str:
    """Places in an SVG to the nearest hundredth of a point: fewer bytes, and no eye can tell."""
    return re.sub(r"\s+", " ", re.sub(r"\d+\.\d{3,}", lambda n: f"{float(n[0]):.2f}", path[0]))


def _numbers(estimates: Iterable[Estimate]) -> list[Estimate]:
    return [e for e in estimates if e.status == "number" and e.value is not None]


def _full(e: Estimate) -> str:
    """The number with its count and interval, in words."""
    bits = [bit for bit in (counted(e), interval(e) and f"likely range {interval(e)}") if bit]
    people = " people" if e.unit == "people" and e.status == "number" else ""
    return f"{number(e)}{people} ({'; '.join(bits)})" if bits else number(e) + people


def _alt(kind: str, title: str, said: list[str], released: Released) -> str:
    """Sentences for someone who cannot see the chart: what it is, what it says, where it is from."""
    closed = title if title.endswith((".", "?", "!")) else title + "."
    return f"{kind}. {closed} {'. '.join(said)}. {origin_note(released)}."


def _note(released: Iterable[Estimate], first: str) -> str:
    return f"{first} {origin_note(released)}.".strip()


def _same_n(shown: list[Estimate]) -> str:
    ns = {e.n for e in shown if e.n is not None}
    return f", {ns.pop():,} people" if len(ns) == 1 else ""


def _sheet(
    title: str, body: float, note: str, unit: str = "", *,
    axis: bool = True, extra: float = 0.0, side: float = 0.0,
) -> tuple[Figure, Axes]:  # fmt: skip
    """A figure with its title and note set as text, and axes `body` inches high between them.

    `extra` inches are kept under the axes and `side` inches at their left, for what the caller writes there.
    """
    heading, foot = wrap(title, int(8.2 * INNER)), wrap(note, int(12.6 * INNER))
    above = 0.25 * len(heading) + (0.4 if side else 0.2)
    below = 0.19 * len(foot) + 0.12 + (extra or (0.62 if axis else 0)) + 0.08
    height = above + body + below
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasAgg(figure)
    text: Any = {"x": MARGIN / WIDTH, "linespacing": 1.2}
    figure.text(y=1 - 0.08 / height, s="\n".join(heading), va="top", fontsize=14, weight="bold", **text)
    figure.text(y=0.08 / height, s="\n".join(foot), va="bottom", fontsize=11, color=QUIET, **text)
    left = side or MARGIN
    ax = figure.add_axes((left / WIDTH, below / height, (WIDTH - left - RIGHT) / WIDTH, body / height))
    if not axis:
        ax.set_axis_off()
    elif unit and not extra:
        ax.set_xlabel(unit, fontsize=11)
    return figure, ax


def _nothing(released: Released, title: str) -> Chart:
    """A calm panel where there is no number to draw."""
    withheld = any(e.status == "suppressed" for e in released)
    words = "Too few people to show." if withheld else "Not in this export."
    figure, ax = _sheet(title, 1.1, _note(released, "") if list(released) else "", axis=False)
    calm = "#F2F2F2"
    ax.add_patch(Rectangle((0, 0), 1, 1, fc=calm, ec=GRID, hatch="///" if withheld else ""))
    ax.text(0.5, 0.5, words, ha="center", va="center", fontsize=13, bbox={"fc": calm, "ec": "none"})
    closed = title if title.endswith((".", "?", "!")) else title + "."
    origin = f" {origin_note(released)}." if list(released) else ""
    return Chart(figure, f"No chart: {closed} {words}{origin}", released, title)


#: Heights in a chart of rows, in inches: a row with one line of label, each line more, and the mark itself.
ROW, LINE, MARK = 0.62, 0.2, 0.2


def _rows(
    released: Released, title: str, kind: str, rows: Sequence[Estimate],
    mark: Callable[[Axes, float, int, Estimate], None],
) -> Chart:  # fmt: skip
    """One row under another: label and value in words, and under them the mark."""
    shown = _numbers(released)
    if not shown:
        return _nothing(released, title)
    called = names(rows)
    values = [f"{number(e)} ({counted(e)})" if counted(e) else number(e) for e in rows]
    room = [int(10.7 * INNER - 1.15 * len(value)) for value in values]
    labels = [wrap(text, most) for text, most in zip(called, room, strict=True)]
    tall = [ROW + LINE * (len(label) - 1) for label in labels]
    tops = [-sum(tall[:i]) for i in range(len(rows))]
    ends = [v for e in shown for v in (e.value, e.low, e.high) if v is not None]
    right = 100.0 if shown[0].unit == "%" else max(0.0, *ends) * 1.08
    left = min(0.0, *ends) * 1.08
    lines = "Thin lines: likely range." if any(e.low is not None for e in released) else ""
    unit = "percent" if shown[0].unit == "%" else shown[0].unit
    figure, ax = _sheet(title, sum(tall), _note(released, lines), unit)
    ax.set(xlim=(left, right or left + 1), ylim=(-sum(tall), 0), yticks=[])
    across: Any = {"transform": ax.get_yaxis_transform(), "fontsize": 11.5, "va": "top"}
    for i, e in enumerate(rows):
        ax.text(0, tops[i] - 0.06, "\n".join(labels[i]), **across)
        ax.text(1, tops[i] - 0.06, values[i], ha="right", weight="bold", **across)
        y = tops[i] - ROW - LINE * (len(labels[i]) - 1) + 0.21
        if e.status == "suppressed":
            ax.barh(y, right - left, MARK, left=left, color="white", edgecolor=GRID, hatch="///")
        mark(ax, y, i, e)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=GRID, lw=0.8)
    ax.set_axisbelow(True)
    ax.locator_params(axis="x", nbins=5)
    if left < 0:
        ax.axvline(0, color=INK, lw=1, ls="--")
    said = [f"{label}: {_full(e)}" for label, e in zip(called, rows, strict=True)]
    return Chart(figure, _alt(kind, title, said, released), released, title)


def _bar(ax: Axes, y: float, i: int, e: Estimate) -> None:
    if e.status != "number" or e.value is None:
        return
    ax.barh(y, e.value, MARK, color=BLUE)
    if e.low is not None and e.high is not None:
        ax.plot([e.low, e.high], [y, y], color="white", lw=4, solid_capstyle="butt", zorder=2)
        ax.plot([e.low, e.high], [y, y], color=INK, lw=1.6, marker="|", ms=7, zorder=3)


def _dot(ax: Axes, y: float, i: int, e: Estimate) -> None:
    colour, marker, _ = SERIES[i % len(SERIES)]
    if e.status != "number" or e.value is None:
        return
    if e.low is not None and e.high is not None:
        ax.plot([e.low, e.high], [y, y], color=INK, lw=1.8, marker="|", ms=9, zorder=2)
    ax.plot([e.value], [y], marker, color=colour, mec=INK, ms=12, zorder=3)


def _slope(ax: Axes, means: list[Estimate], floor: float) -> None:
    """Two means joined by a line, in a strip 1.5 inches high that starts at `floor`."""
    points = sorted(means, key=lambda e: e.id)
    ends = [v for e in points for v in (e.low, e.high, e.value) if v is not None]
    low, high = min(ends), max(ends)
    at = [floor + 0.35 + 0.8 * ((e.value or 0) - low) / ((high - low) or 1) for e in points]
    xs = [36, 64][: len(points)]
    ax.plot(xs, at, color=BLUE, lw=2.5, zorder=2)
    for x, y, e, (colour, marker, _) in zip(xs, at, points, SERIES, strict=False):
        if e.low is not None and e.high is not None:
            span = [floor + 0.35 + 0.8 * (v - low) / ((high - low) or 1) for v in (e.low, e.high)]
            ax.plot([x, x], span, color=INK, lw=1.6, marker="_", ms=9, zorder=2)
        ax.plot([x], [y], marker, color=colour, mec=INK, ms=12, zorder=3)
        side = -1 if x < 50 else 1
        when = "First" if e.id.endswith("t1") else "Second"
        ax.text(x + side * 4, y, f"{when}\n{number(e)}", ha="right" if side < 0 else "left", va="center",
                weight="bold", fontsize=11.5)  # fmt: skip


def _stack(ax: Axes, parts: list[list[Estimate]], floor: float) -> None:
    """Two bars of 100%, one above the other, in a strip 1.75 inches high that starts at `floor`."""
    tones = dict(zip(("low", "moderate", "high"), (BLUE, SKY, YELLOW), strict=True))
    for row, part in enumerate(parts):
        y, left = floor + (1.0 if row == 0 else 0.1), 0.0
        told = [f"{next(iter(e.group.values()))} {number(e).removesuffix(' people to say')}" for e in part]
        line = f"{('First', 'Second')[row]}: {', '.join(told)}"
        ax.text(0, y + 0.58, line, fontsize=11.5, va="center")
        for i, e in enumerate(part):
            band = next(iter(e.group.values()))
            wide = e.value or 0.0
            if e.status != "number" or not wide:
                continue
            tone = tones.get(band, SERIES[i % 4][0])
            ax.add_patch(Rectangle((left, y), wide, 0.42, fc=tone, ec="white", lw=1.5))
            words = band if wide >= 18 else ""
            ax.text(left + wide / 2, y + 0.21, words, ha="center", va="center", fontsize=11,
                    color="white" if tone == BLUE else INK)  # fmt: skip
            left += wide
        if left < 99 and any(e.status == "suppressed" for e in part):
            ax.add_patch(Rectangle((left, y), 100 - left, 0.42, fc="white", ec=QUIET, hatch="///"))


def _lines(released: Released, title: str, kind: str, *, steps: bool, mark: float | None = None) -> Chart:
    shown = _numbers(released)
    if not shown:
        return _nothing(released, title)
    key = next((k for e in shown for k in e.group if k in SERIES_KEYS), None)
    if key is None:
        along = ", ".join(sorted(SERIES_KEYS))
        raise ValueError(f"a curve needs points along one of {along}; {shown[0].id} has none")
    groups: dict[str, list[Estimate]] = {}
    for e in released:
        groups.setdefault(", ".join(str(v) for k, v in e.group.items() if k != key), []).append(e)
    risk = steps and any(e.n is not None for e in shown)
    first_points = [points[0] for points in groups.values()]
    own_labels = len({e.label for e in first_points}) == len(groups)
    labels = dict(zip(groups, names(first_points) if own_labels else groups, strict=True))
    under = 0.62 + 0.25 * len(groups) + (0.28 + 0.22 * len(groups) if risk else 0.0)
    gaps = " Dotted: withheld in between, too few people." if len(shown) < len(list(released)) else ""
    note = _note(released, ("Bands: likely range." if steps else "") + gaps)
    figure, ax = _sheet(title, 2.6, note, extra=under, side=0.52)
    said = []
    last = max(float(e.group[key]) for e in shown)
    for i, (group, points) in enumerate(groups.items()):
        points = sorted(points, key=lambda e: float(e.group[key]))
        x = [float(e.group[key]) for e in points]
        y, low, high = ([_or_gap(getattr(e, part)) for e in points] for part in ("value", "low", "high"))
        colour, marker, dash = SERIES[i % len(SERIES)]
        alone = [j for j in range(len(y)) if all(w != w for w in (*y[max(j - 1, 0) : j], *y[j + 1 : j + 2]))]
        ax.plot(x, y, color=colour, lw=2.6, ls=dash, zorder=3, drawstyle="steps-post" if steps else "default")
        ax.plot(x, y, marker, color=colour, mec=INK, ms=7, zorder=4, clip_on=False,
                markevery=alone if steps else None)  # fmt: skip
        ax.fill_between(x, low, high, color=colour, alpha=0.22, step="post" if steps else None, lw=0)
        points, withheld = _numbers(points), len(points)
        withheld -= len(points)
        if withheld:
            ax.plot(
                [float(e.group[key]) for e in points],
                [e.value or 0.0 for e in points],
                color=colour,
                lw=1.4,
                ls=":",
            )
        if not points:
            said.append(f"{group or 'everyone'}: too few people to show")
            continue
        down = -0.62 / 2.6 - 0.25 / 2.6 * i
        ax.plot([0, 0.09], [down, down], color=colour, lw=2.6, ls=dash, transform=ax.transAxes, clip_on=False)
        called = labels[group]
        first, final = float(points[0].group[key]), float(points[-1].group[key])
        ends = f"{number(points[-1])} at {final:g}"
        ends = f"{called}: {ends}" if len(groups) > 1 else ends
        ax.text(0.11, down, ends, transform=ax.transAxes, fontsize=11.5, va="center")
        said.append(f"{called}: {number(points[0])} at {first:g}, {_full(points[-1])} at {final:g}")
        if withheld:
            said.append(f"The line has gaps: points that rest on too few people to show ({withheld})")
    ax.set(xlim=(0, last))
    if shown[0].unit == "%":
        ax.set(ylim=(0, 104), yticks=range(0, 101, 20))
    ax.set_xlabel({"n": "people in each group"}.get(key, f"{key}s" if key != "days" else key), fontsize=11)
    ax.set_title(shown[0].unit, loc="left", fontsize=11, color=QUIET)
    ax.grid(axis="y", color=GRID, lw=0.8)
    if mark is not None:
        ax.axhline(mark, color=INK, lw=1.4, ls=(0, (6, 3)))
    if risk:
        _at_risk(ax, groups, key, last, -0.62 / 2.6 - 0.25 / 2.6 * len(groups))
    return Chart(figure, _alt(kind, title, said, released), released, title)


def _or_gap(value: float | None) -> float:
    """A number to draw, or the gap where it is withheld."""
    return float("nan") if value is None else value


def _at_risk(ax: Axes, groups: dict[str, list[Estimate]], along: str, last: float, y: float) -> None:
    """People still followed up at a few points, one line a group, under the curve."""
    ax.text(0, y - 0.02, "Still followed up:", transform=ax.transAxes, fontsize=11, color=QUIET, va="center")
    for i, points in enumerate(groups.values()):
        points = [e for e in _numbers(points) if e.n is not None]
        points.sort(key=lambda e: float(e.group[along]))
        if len(groups) > 1:
            colour, _, dash = SERIES[i % len(SERIES)]
            key: Any = {"color": colour, "lw": 2.6, "ls": dash, "clip_on": False, "transform": ax.transAxes}
            ax.plot([-0.1, -0.03], [y - (0.24 + 0.22 * i) / 2.6] * 2, **key)
        written = -last
        for e in points:
            x = float(e.group[along])
            if x - written < last / 5:
                continue
            written = x
            ha = "left" if x == 0 else "right" if x == last else "center"
            ax.text(x, y - (0.24 + 0.22 * i) / 2.6, str(e.n), transform=ax.get_xaxis_transform(), fontsize=11,
                    ha=ha, va="center", color=INK)  # fmt: skip
