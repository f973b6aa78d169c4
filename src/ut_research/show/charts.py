"""Charts that say their finding, made from released numbers only.

In: a `Released` (what the disclosure gate let through) and a title that says the finding.
Out: a frozen `Chart`: the figure, its title and a note that stand beside it as text, an alt text in
sentences made from the same numbers, and the numbers themselves. Figures are as wide as a phone shows (328
pixels), with text of 15 pixels and more, and never made smaller; rows carry their own labels and values.
Style is seaborn's; the colours are told apart by colour-blind readers, and by shape as well. No pyplot:
nothing here keeps state between charts.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from html import escape
from itertools import pairwise
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any, ParamSpec

import matplotlib as mpl
import seaborn
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patches import Rectangle
from matplotlib.transforms import blended_transform_factory

from ut_research.core.estimate import SERIES_KEYS, Estimate
from ut_research.show import prose, typeface
from ut_research.show.tables import check_released, counted, held, interval, name, names, number, origin_note

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ut_research.disclosure.gate import Released

#: Colours in use: at least 4.5 to 1 on white and on a card, so that words may have them too.
BLUE, ORANGE, SLATE, GREEN = "#0067A3", "#A84B00", "#5F6B76", "#1D6F5A"
SKY = "#9CCBE8"
INK, QUIET, GRID = "#15202B", "#4A5763", "#D5DDE3"
LINES, CALM = "#7A8691", "#F2F2F2"
#: What each is on a dark page; the picture follows the page.
DARK = {
    BLUE: "#6CC0F5", ORANGE: "#FFAE5C", SLATE: "#9AA7B2", GREEN: "#7FD1B9", SKY: "#2F6E96", INK: "#EEF2F5",
    QUIET: "#B9C4CD", GRID: "#34434F", LINES: "#8794A0", CALM: "#1F3342", "#FFFFFF": "#1A252E",
}  # fmt: skip
SERIES = ((BLUE, "o", "-"), (ORANGE, "D", "--"), (SLATE, "s", ":"), (GREEN, "^", "-."))
#: Steps of the usual flow diagram, and group keys whose values have an order of their own.
FLOW = ("reach.referred", "reach.registered", "reach.assessed", "reach.completed")
ORDERED = frozenset({"age_band", "period", "half", "band"})
WIDTH, MARGIN, RIGHT = 328 / 96, 0.06, 0.22
INNER = WIDTH - MARGIN - RIGHT
STYLE: Any = {
    **seaborn.axes_style("ticks"),
    "font.family": [typeface.NAME, "DejaVu Sans"],
    "font.size": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "axes.titlesize": 12,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "hatch.linewidth": 0.8,
    "text.parse_math": False,
    "svg.hashsalt": "ut_research",
    "svg.fonttype": "path",
    "path.simplify": True,
}
#: How the start and later are drawn: colour, mark and its fill.
TIMES = ((SLATE, "o", "white"), (BLUE, "o", BLUE))
P = ParamSpec("P")
for face in ("Regular", "Bold"):
    fontManager.addfont(typeface.file(face))


@dataclass(frozen=True, repr=False)
class Chart:
    """A figure, what it says in sentences, the released numbers that it is drawn from, its title and note."""

    figure: Figure
    alt: str
    released: Released
    title: str = ""
    note: str = ""

    @cached_property
    def svg(self) -> str:
        """The figure as SVG: equal numbers give equal bytes."""
        text = io.StringIO()
        with mpl.rc_context(STYLE):
            nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
            self.figure.savefig(text, format="svg", metadata=nothing)
        plain = re.sub(r"\s*<!--.*?-->", "", text.getvalue(), flags=re.DOTALL)
        rules = "".join(
            f'[style*="{part}: {light.lower()}"]{{{part}:{dark} !important}}'
            for light, dark in DARK.items()
            for part in ("fill", "stroke")
        )
        dark = f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>"
        plain = plain.replace("<defs>", f"{dark}<defs>", 1)
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
    """The same people at two times: pairs of findings whose ids end in ``_t1`` and ``_t2``, on one scale."""
    rows = sorted(released, key=lambda e: e.id[:-1])
    called = [{"t1": "At the start", "t2": "Later"}.get(e.id[-2:], name(e)) for e in rows]
    return _rows(released, title, "Before and after", rows, _dot, called, TIMES)


@_styled
def curve(released: Released, title: str) -> Chart:
    """Step curves (Kaplan–Meier): a panel a group on one scale, with its range and the people still followed.

    Where points are withheld, the line goes down somewhere inside a hatched box between those that are not.
    """
    shown = _numbers(released)
    if not shown:
        return _nothing(released, title)
    key, groups = _along(shown, released)
    last, tall, under = max(float(e.group[key]) for e in shown), 1.5, 1.02
    each = 0.34 + tall + under
    height = each * len(groups)
    figure, first = _sheet(height - 0.04, axis=False, above=0.0)
    said = []
    for i, (called, points) in enumerate(groups.items()):
        floor = height - each * i - 0.34 - tall
        box = (0.42 / WIDTH, floor / height, (WIDTH - 0.42 - RIGHT) / WIDTH, tall / height)
        ax = figure.add_axes(box, facecolor="none", xlim=(0, last))
        ax.set_xlabel(f"{key}s" if key != "days" else key)
        if shown[0].unit == "%":
            ax.set(ylim=(0, 100), yticks=range(0, 101, 25))
        ax.grid(axis="y", color=GRID, lw=0.8)
        ax.locator_params(axis="x", nbins=5, steps=[1, 2, 3, 5, 6, 10])
        look, across = SERIES[i % len(SERIES)], blended_transform_factory(figure.transFigure, ax.transAxes)
        ax.text(MARGIN / WIDTH, 1.06, called, transform=across, color=look[0], weight="bold", va="bottom")
        said += _steps(ax, points, key, called, look[:2])
    first.remove()
    hidden = " Hidden: too few people to show each point." * (len(shown) < len(released))
    note = f"Shaded: likely range.{hidden}"
    return Chart(figure, _alt("Step chart", title, said, released), released, title, _note(released, note))


@_styled
def power_curve(released: Released, title: str) -> Chart:
    """Chance of seeing a difference (%) by number of people; the usual aim, 80%, is marked."""
    shown = _numbers(released)
    if not shown:
        return _nothing(released, title)
    key, groups = _along(shown, released)
    figure, ax = _sheet(2.6, extra=0.75 + 0.25 * len(groups), side=0.45, above=0.3)
    said = []
    for i, (called, points) in enumerate(groups.items()):
        points = _numbers(points)
        x, y = [float(e.group[key]) for e in points], [e.value or 0.0 for e in points]
        colour, marker, dash = SERIES[i % len(SERIES)]
        ax.plot(x, y, marker, color=colour, ls=dash, lw=2.6, ms=7, zorder=3, clip_on=False)
        down = (-0.75 - 0.25 * i) / 2.6
        ax.plot([0, 0.09], [down, down], color=colour, lw=2.6, ls=dash, transform=ax.transAxes, clip_on=False)
        ax.text(0.12, down, called, transform=ax.transAxes, va="center")
        said.append(f"{called}: {number(points[0])} at {x[0]:g}, {_full(points[-1])} at {x[-1]:g}")
    last = max(float(e.group[key]) for e in shown)
    ax.set(xlim=(0, last), ylim=(0, 104), yticks=range(0, 101, 20))
    ax.set_xticks([at for at in ax.get_xticks() if at <= last])
    ax.set_xlabel({"n": "people in each group"}.get(key, key))
    ax.set_title(shown[0].unit, loc="left", color=QUIET)
    ax.grid(axis="y", color=GRID, lw=0.8)
    ax.axhline(80.0, color=INK, lw=1.4, ls=(0, (6, 3)))
    return Chart(figure, _alt("Line chart", title, said, released), released, title, _note(released, ""))


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
    texts = [wrap(e.label, int((wide - 0.2) * 10.5)) for e in boxes]
    numbers = [wrap(_full(e), int((wide - 0.2) * 11.5)) for e in boxes]
    tall = [0.24 + 0.2 * (len(a) + len(b)) for a, b in zip(texts, numbers, strict=True)]
    tops = [-sum(tall[:i]) - 0.24 * i for i in range(len(boxes))]
    figure, ax = _sheet(sum(tall) + 0.24 * len(boxes), axis=False)
    ax.set(xlim=(-0.02, INNER), ylim=(tops[-1] - tall[-1] - 0.2, 0.04))
    for i, parent in enumerate(above):
        left, y = 0.42 * depth[i], tops[i]
        if parent is not None:
            trunk, middle = 0.42 * depth[parent] + 0.2, y - tall[i] / 2
            ax.plot([trunk, trunk], [tops[parent] - tall[parent], middle], color=QUIET, lw=1.5)
            ax.annotate("", (left, middle), (trunk, middle), arrowprops={"arrowstyle": "-|>", "color": QUIET})
        ax.add_patch(Rectangle((left, y - tall[i]), wide, tall[i], fc="none", ec=BLUE, lw=1.6))
        ax.text(left + 0.1, y - 0.1, "\n".join(texts[i]), va="top", fontsize=12, weight="bold")
        ax.text(left + 0.1, y - tall[i] + 0.1, "\n".join(numbers[i]), va="bottom", fontsize=12)
    said = [f"{e.label}: {_full(e)}" for e in boxes]
    return Chart(figure, _alt("Flow diagram", title, said, released), released, title, _note(released, ""))


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
    side = 1.6
    figure, ax = _sheet(2.4, extra=0.23 * len(choices) + 0.27 * len(keys) + 0.5, side=side, above=0.3)
    edge = (MARGIN - side) / (WIDTH - side - RIGHT)  # the left of the figure, as the axes count
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
    y = -0.12
    inch = 1 / 2.4
    for key in keys:
        y -= 0.27 * inch
        line: Any = {"transform": ax.transAxes, "fontsize": 11.5, "va": "center"}
        ax.text(edge, y, key.replace("_", " "), weight="bold", **line)
        for value in [v for k, v in choices if k == key]:
            y -= 0.23 * inch
            at = [i for i, e in enumerate(shown) if str(e.group.get(key, "")) == value]
            ax.text(edge + 0.02, y, shorten(value, 22, placeholder="…"), **line)
            across = ax.get_xaxis_transform()
            marks = _strokes([(i, y - 0.02, y + 0.02) for i in at])
            ax.plot(*marks, lw=1, color=BLUE, transform=across, clip_on=False)
    same = sum((e.value or 0) < nothing for e in shown)
    said = [
        f"{len(shown)} ways of doing the analysis gave from {number(shown[0])} to {number(shown[-1])}",
        f"{same} were below and {len(shown) - same} at or above {nothing:g}",
        f"{sum(clear)} could be told from no difference",
    ]
    note = _note(released, "Filled: can be told from no difference.")
    return Chart(figure, _alt("Specification curve", title, said, released), released, title, note)


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


def _note(released: Released, first: str) -> str:
    """What stands under a picture; of its origin, what the page does not say of every number already."""
    published = any(e.origin == "published" for e in released)
    return f"{first} {origin_note(released)}.".strip() if published else first


def _sheet(
    body: float, unit: str = "", *,
    axis: bool = True, extra: float = 0.0, side: float = 0.0, above: float = 0.04,
) -> tuple[Figure, Axes]:  # fmt: skip
    """A figure with axes `body` inches high.

    `above` and `extra` inches are kept over and under the axes and `side` inches at their left, for what the
    caller writes there.
    """
    below = extra or (0.6 if axis else 0.04)
    height = above + body + below
    figure = Figure(figsize=(WIDTH, height), facecolor="none")
    FigureCanvasAgg(figure)
    left = side or MARGIN
    ax = figure.add_axes((left / WIDTH, below / height, (WIDTH - left - RIGHT) / WIDTH, body / height))
    ax.set_facecolor("none")
    if not axis:
        ax.set_axis_off()
    elif unit and not extra:
        ax.set_xlabel(unit)
    return figure, ax


def _nothing(released: Released, title: str) -> Chart:
    """A calm panel where there is no number to draw."""
    withheld = any(e.status == "suppressed" for e in released)
    words = "Too few people to show." if withheld else "Not in this export."
    figure, ax = _sheet(0.9, axis=False)
    ax.add_patch(Rectangle((0, 0), 1, 1, fc=CALM, ec=GRID, hatch="///" if withheld else ""))
    ax.text(0.5, 0.5, words, ha="center", va="center", fontsize=13, bbox={"fc": CALM, "ec": "none"})
    closed = title if title.endswith((".", "?", "!")) else title + "."
    origin = f" {origin_note(released)}." if list(released) else ""
    return Chart(figure, f"No chart: {closed} {words}{origin}", released, title)


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
    shown = _numbers(released)
    if not shown:
        return _nothing(released, title)
    called = called or names(rows)
    looks = looks or [(colour, marker, colour) for colour, marker, _ in SERIES]
    values = [_of_100(e) for e in rows]
    room = [int(12 * INNER - 1.25 * len(value)) for value in values]
    people = [f", {counted(e)}" if counted(e) else "" for e in rows]
    labels = [wrap(said + n, most) for said, n, most in zip(called, people, room, strict=True)]
    tall = [0.06 + LINE * len(label) + (BAR if mark is _bar else DOT) for label in labels]
    tops = [-sum(tall[:i]) for i in range(len(rows))]
    left, right = _scale(shown)
    lines = "Lines: likely range." * any(e.low is not None for e in released)
    figure, ax = _sheet(sum(tall), _axis(shown))
    ax.set(xlim=(left, right), ylim=(-sum(tall), 0), yticks=[])
    ax.locator_params(axis="x", nbins=4 if right == 100 else 7, integer=right <= 7)
    across: Any = {"transform": ax.get_yaxis_transform(), "va": "top", "weight": "bold"}
    for i, e in enumerate(rows):
        look = looks[i % len(looks)] if mark is _dot else (INK, "", BLUE)
        ax.text(0, tops[i] - 0.04, "\n".join(labels[i]), color=look[0], fontsize=12, **across)
        ax.text(1, tops[i] - 0.03, values[i], ha="right", color=look[0], fontsize=13, **across)
        y = tops[i] - 0.06 - LINE * len(labels[i]) - 0.11
        if e.status == "suppressed":
            ax.barh(y, right - left, 0.16, left=left, color="none", edgecolor=GRID, hatch="///")
        elif e.status == "number":
            mark(ax, y, e, look)
    ax.spines["left"].set_visible(False)
    if left < 0:
        ax.axvline(0, color=INK, lw=1, ls="--")
    said = [f"{label}: {_full(e)}" for label, e in zip(called, rows, strict=True)]
    return Chart(figure, _alt(kind, title, said, released), released, title, _note(released, lines))


def _scale(shown: Sequence[Estimate]) -> tuple[float, float]:
    """From where to where a scale goes: 100 people, the days of a week, or what there is to draw."""
    whole = {"%": 100.0, "days": 7.0}.get(shown[0].unit)
    ends = [v for e in shown for v in (e.value, e.low, e.high) if v is not None]
    right = whole if whole and max(ends) <= whole else max(0.0, *ends) * 1.08
    left = min(0.0, *ends) * 1.08
    return left, right or left + 1


def _axis(shown: Sequence[Estimate]) -> str:
    """What a scale counts."""
    percent = "of every 100 people" if any(map(_of_people, shown)) else "percent"
    return percent if shown[0].unit == "%" else shown[0].unit


def _of_people(e: Estimate) -> bool:
    """Whether a number is a share of people, and not a chance or a growth."""
    return e.status == "number" and e.unit == "%" and (e.count is not None or e.n is not None)


def _of_100(e: Estimate) -> str:
    """A number as it stands over its mark: a share of people as so many of 100."""
    return f"{round(e.value or 0)} of 100" if _of_people(e) else number(e)


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
            mew=1.2 if fill == colour else 3, ms=11, zorder=3)  # fmt: skip


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
    known = [(float(e.group[key]), e.value or 0.0, i, e) for i, e in enumerate(points) if _numbers([e])]
    if not known:
        return [f"{called}: too few people to show"]
    (colour, marker), (left, right) = look, ax.get_xlim()
    for (x, y, i, e), (after, next_y, j, _) in pairwise(known):
        if j == i + 1:
            ax.plot([x, after, after], [y, y, next_y], color=colour, lw=2.6, zorder=3)
            if e.low is not None and e.high is not None:
                ax.fill_between([x, after], e.low, e.high, color=colour, alpha=0.16, lw=0)
            continue
        box = Rectangle((x, next_y), after - x, y - next_y, fc="none", ec=colour, ls="--", hatch="///", lw=1)
        ax.add_patch(box)
        if after - x > (right - left) / 5 and y - next_y > 30 and after < known[-1][0]:
            white = {"fc": "white", "ec": "none", "pad": 1.5}
            ax.text((x + after) / 2, (y + next_y) / 2, "hidden", ha="center", va="center", bbox=white)
    x, y, _, e = known[-1]
    ax.plot([x], [y], marker, color=colour, mec="white", ms=10, zorder=4, clip_on=False)
    over: Any = {"ha": "right" if x > (left + right) / 2 else "left", "zorder": 5}
    over["bbox"] = {"fc": "white", "ec": "none", "pad": 0.5, "alpha": 0.7}
    words = f"likely {interval(e).replace('%', '')}" if e.low is not None else ""
    room = e.low is not None and e.low > ax.get_ylim()[1] / 5
    value = _of_100(e) if room or not words else f"{_of_100(e)}, {words}"
    ax.text(x, (e.high or y) + 1, value, va="bottom", color=colour, weight="bold", **over)
    if room:
        ax.text(x, (e.low or 0) - 1, words, va="top", **over)
    followed = [(x, e.n) for x, _, _, e in known if e.n is not None]
    below: Any = {"transform": ax.get_xaxis_transform(), "va": "center", "color": QUIET}
    if followed:
        ax.text(left, -0.44, "Still followed:", **below)
    for x, n in followed:
        nearer = any(x < other <= x + (right - left) / 6 for other, _ in followed)
        if x == left or not nearer:
            ax.text(x, -0.58, str(n), ha="center", **below)
    said = [f"{called}: {number(known[0][3])} at {known[0][0]:g}, {_full(e)} at {known[-1][0]:g}"]
    if withheld := len(points) - len(known):
        said.append(f"The line has gaps: points that rest on too few people to show ({withheld})")
    return said
