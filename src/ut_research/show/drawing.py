"""How charts are drawn: their colours and style, for both widths, and what they say beside the picture.

A chart is drawn twice, as wide as a phone shows (328 pixels) and as text on a desk (704), with text of 15
pixels and more, and never made smaller. Style is seaborn's; colours are told apart by colour-blind readers,
and by shape too. No pyplot: nothing here keeps state between charts.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from html import escape
from typing import TYPE_CHECKING, Any, ParamSpec

import matplotlib as mpl
import seaborn
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patches import Rectangle

from ut_research.core.estimate import Estimate
from ut_research.core.units import capital
from ut_research.show import prose, typeface
from ut_research.show.tables import (
    ABSENT,
    HIDDEN,
    check_released,
    counted,
    held,
    interval,
    number,
    origin_note,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ut_research.disclosure.gate import Released

#: Colours in use: at least 4.5 to 1 on white and on a card, so that words may have them too.
BLUE, ORANGE, SLATE, GREEN = "#0067A3", "#A84B00", "#5F6B76", "#1D6F5A"
SKY, PALE, NAVY = "#9CCBE8", "#E3EEF6", "#0B3B5C"
INK, QUIET, GRID = "#15202B", "#4A5763", "#D5DDE3"
LINES, CALM = "#7A8691", "#F2F2F2"
#: What each is on a dark page; the picture follows the page.
DARK = {
    BLUE: "#6CC0F5", ORANGE: "#FFAE5C", SLATE: "#9AA7B2", GREEN: "#7FD1B9", SKY: "#2F6E96", INK: "#EEF2F5",
    QUIET: "#B9C4CD", GRID: "#34434F", LINES: "#8794A0", CALM: "#1F3342", "#FFFFFF": "#1A252E",
    PALE: "#1F3342", NAVY: "#6CC0F5",
}  # fmt: skip
#: Behind words on stripes.
BOX: Any = {"fc": "white", "ec": "none", "pad": 1.5}
SERIES = ((BLUE, "o", "-"), (ORANGE, "D", "--"), (SLATE, "s", ":"), (GREEN, "^", "-."))
#: How wide a drawing is, in inches: on a phone, and on a desk; and what is kept free at its sides.
PHONE, DESK = 328 / 96, 704 / 96
WIDTH = ContextVar("WIDTH", default=PHONE)
MARGIN, RIGHT = 0.06, 0.22
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
P = ParamSpec("P")
for face in ("Regular", "Bold"):
    fontManager.addfont(typeface.file(face))


@dataclass(frozen=True, repr=False)
class Chart:
    """A figure, what it says in sentences, the released numbers that it is drawn from, its title and note.

    `desk` is the figure drawn for a wide page.
    """

    figure: Figure
    alt: str
    released: Released
    title: str = ""
    note: str = ""
    desk: Figure | None = None

    @cached_property
    def svg(self) -> str:
        """The figure as SVG, and under it, as its view ``desk``, the wide one: equal numbers, equal bytes."""
        drawn = _svg(self.figure)
        rules = "".join(
            f'[style*="{part}: {light.lower()}"]{{{part}:{dark} !important}}'
            for light, dark in DARK.items()
            for part in ("fill", "stroke")
        )
        dark = f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>"
        drawn = drawn.replace("<defs>", f"{dark}<defs>", 1)
        if self.desk is None:
            return drawn
        under, (wide, high) = self.figure.get_figheight() * 72 + 9, 72 * self.desk.get_size_inches()
        known = set(re.findall(r'<path id="([^"]+)"', drawn))  # signs that both have are told once
        inner = re.sub(r'<path id="([^"]+)"[^>]*/>', lambda m: "" if m[1] in known else m[0], _svg(self.desk))
        nested = f'<svg y="{under:.2f}" width="{wide:.2f}" height="{high:.2f}">'
        inner = re.sub(r"^.*?<svg [^>]*>", nested, inner, flags=re.DOTALL)
        view = f'<view id="desk" viewBox="0 {under:.2f} {wide:.2f} {high:.2f}"/>'
        return drawn.rstrip().removesuffix("</svg>") + inner + view + "</svg>\n"

    def _repr_html_(self) -> str:
        """The figure as a picture that brings its description along, for a notebook."""
        data = base64.b64encode(self.svg.encode()).decode()
        return f'<img alt="{escape(self.alt, quote=True)}" src="data:image/svg+xml;base64,{data}">'

    def __repr__(self) -> str:
        return self.alt


def _svg(figure: Figure) -> str:
    """A figure as plain SVG."""
    text = io.StringIO()
    with mpl.rc_context(STYLE):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(text, format="svg", metadata=nothing)
    plain = re.sub(r"\s*<!--.*?-->", "", text.getvalue(), flags=re.DOTALL)
    plain = re.sub(r' id="[a-zA-Z0-9.]+_\d+"', "", plain)  # nothing asks for them
    places = r' (?:d|x|y)="[^"]*"|translate\([^)]*\)'
    return re.sub(r"\n\s+", "\n", re.sub(places, _hundredths, plain))


def styled(draw: Callable[P, Chart]) -> Callable[P, Chart]:
    """Refuse what the gate has not released, fill the title's tokens, and draw for both widths.

    What the data do not hold is left out, unless they hold nothing of it.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Chart:
        released: Any = args[0]
        check_released(released)
        words: Any = [prose.plain(a, released) if isinstance(a, str) else a for a in args]
        named: Any = {k: prose.plain(v, released) if isinstance(v, str) else v for k, v in kwargs.items()}
        if there := held(released):
            words[0] = released.of(there)
        wide = copy_context()
        wide.run(WIDTH.set, DESK)
        with mpl.rc_context(STYLE):
            return replace(draw(*words, **named), desk=wide.run(draw, *words, **named).figure)

    return drawn


def _hundredths(path: re.Match[str]) -> str:
    """Places in an SVG to the nearest hundredth of a point: fewer bytes, and no eye can tell."""
    return re.sub(r"\s+", " ", re.sub(r"\d+\.\d{3,}", lambda n: f"{float(n[0]):.2f}", path[0]))


def numbers(estimates: Iterable[Estimate]) -> list[Estimate]:
    """Those that have a number."""
    return [e for e in estimates if e.status == "number" and e.value is not None]


def full(e: Estimate) -> str:
    """The number with its count and interval, in words."""
    bits = [bit for bit in (counted(e), interval(e) and f"likely range {interval(e)}") if bit]
    people = " people" if e.unit == "people" and e.status == "number" else ""
    return f"{number(e)}{people} ({'; '.join(bits)})" if bits else number(e) + people


def chart(
    figure: Figure, kind: str, released: Released, title: str, said: list[str], note: str = ""
) -> Chart:
    """A `figure` as a chart: with sentences for someone who cannot see it, and what stands under it.

    The sentences say what kind it is, what it says and where that is from; a note says of its origin what the
    page does not say of every number already.
    """
    alt = f"{kind}. {_closed(title)} {'. '.join(said)}. {origin_note(released)}."
    if any(e.origin == "published" for e in released):
        note = f"{note} {origin_note(released)}.".strip()
    return Chart(figure, alt, released, title, note)


def _closed(title: str) -> str:
    return title if title.endswith((".", "?", "!")) else title + "."


def sheet(
    body: float, *, axis: bool = True, extra: float = 0.0, side: float = 0.0, above: float = 0.04
) -> tuple[Figure, Axes]:
    """A figure with axes `body` inches high.

    `above` and `extra` inches are kept over and under the axes and `side` inches at their left, for what the
    caller writes there.
    """
    below = extra or (0.6 if axis else 0.04)
    height, left, wide = above + body + below, side or MARGIN, WIDTH.get()
    figure = Figure(figsize=(wide, height), facecolor="none")
    FigureCanvasAgg(figure)
    ax = figure.add_axes((left / wide, below / height, (wide - left - RIGHT) / wide, body / height))
    ax.set_facecolor("none")
    if not axis:
        ax.set_axis_off()
    return figure, ax


def nothing_drawn(released: Released, title: str) -> Chart:
    """A calm panel where there is no number to draw."""
    withheld = any(e.status == "suppressed" for e in released)
    words = f"{capital(HIDDEN if withheld else ABSENT)}."
    figure, ax = sheet(0.9, axis=False)
    ax.add_patch(Rectangle((0, 0), 1, 1, fc="none", ec=GRID, hatch="///" if withheld else ""))
    ax.text(0.5, 0.5, words, ha="center", va="center", fontsize=13, bbox={"fc": CALM, "ec": "none"})
    origin = f" {origin_note(released)}." if list(released) else ""
    return Chart(figure, f"No chart: {_closed(title)} {words}{origin}", released, title)


def of_people(e: Estimate) -> bool:
    """Whether a number is a share of people, and not a chance or a growth."""
    return e.status == "number" and e.unit == "%" and (e.count is not None or e.n is not None)


def of_100(e: Estimate) -> str:
    """A number as it stands over its mark: a share of people as so many of 100."""
    return f"{round(e.value or 0)} of 100" if of_people(e) else number(e)
