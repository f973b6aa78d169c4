"""Charts are drawn from released numbers, say them in words, and give the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from invented import release
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from ut_research.core.estimate import Estimate
from ut_research.disclosure import gate
from ut_research.disclosure.gate import Released
from ut_research.show import along, charts, drawing
from ut_research.show.drawing import Chart

ANY = gate.Policy(threshold=5, rounding="none", zeros_safe=True)


def released(*estimates: Estimate) -> Released:
    return release(list(estimates), ANY)


def one(id: str, value: float, low: float | None = None, high: float | None = None, **more: Any) -> Estimate:
    label = more.pop("label", id.split(".")[-1].replace("_", " ").capitalize())
    return Estimate(id, label, value, low, high, **({"unit": "%", "origin": "example"} | more))


RATES = released(
    *(
        one("reoffending.rate", 100 * c / n, low, high, count=c, n=n, label="Reoffended", group={"group": g})
        for g, c, n, low, high in (("engaged", 9, 34, 14.6, 43.1), ("not engaged", 15, 27, 37.3, 72.4))
    )
)
NEEDS = released(
    one("needs.housing", 52.6, 44.2, 60.9, count=70, n=133),
    one("needs.mental_health", 70.7, 62.5, 77.7, count=94, n=133),
)
WELLBEING = released(
    one("wellbeing.low_t1", 81.6, 73.0, 87.9, count=84, n=103, label="Low wellbeing at the start"),
    one("wellbeing.low_t2", 9.7, 5.4, 17.0, count=10, n=103, label="Low wellbeing later"),
)
FREE = released(
    *(one("demo.free", 100 - 4 * m, 95 - 5 * m, 100 - 3 * m, count=4 * m, n=100 - 4 * m,
          group={"group": g, "month": str(m)})
      for g in ("engaged", "not engaged") for m in range(13))
)  # fmt: skip
FLOW = released(
    one("reach.referred", 250, count=250, unit="people"),
    one("reach.registered", 81.6, count=204, n=250),
    one("reach.assessed", 65.2, count=133, n=204),
    one("reach.gender", 88.0, count=220, n=250, group={"gender": "male"}),
)
CHOICES = released(
    *(one("choices.difference", days / 20 - 30, days / 20 - 50, days / 20 - 12, n=61,
          unit="percentage points", group={"follow up days": str(days), "missing": missing})
      for days in (180, 365) for missing in ("left out", "counted"))
)  # fmt: skip
POWER = released(*(one("planning.power", n / 2, n=61, group={"n": str(n)}) for n in (40, 80, 160)))

DRAWN: dict[str, tuple[Callable[..., Chart], tuple[Released, ...]]] = {
    "shares": (charts.shares, (NEEDS,)),
    "two_groups": (charts.two_groups, (RATES,)),
    "before_after": (charts.before_after, (WELLBEING,)),
    "curve": (along.curve, (FREE,)),
    "flow": (charts.flow, (FLOW,)),
    "specification_curve": (along.specification_curve, (CHOICES,)),
    "power_curve": (along.power_curve, (POWER,)),
}
every_chart = pytest.mark.parametrize(("draw", "numbers"), DRAWN.values(), ids=DRAWN)
TITLE = "A title that says the finding"


@every_chart
def test_says_title_and_origin_beside_the_picture_and_in_words(
    draw: Callable[..., Chart], numbers: tuple
) -> None:
    chart = draw(*numbers, TITLE)
    written = " ".join(t.get_text() for t in chart.figure.findobj(Text)).replace("\n", " ")
    assert TITLE in chart.alt and chart.title == TITLE and TITLE not in written
    assert "Invented example: not evidence about real people." in chart.alt
    published = released(*(replace(e, origin="published") for part in numbers for e in part))
    assert "From published figures." in draw(published, TITLE).note


@every_chart
def test_alt_is_sentences_that_hold_the_released_numbers(draw: Callable[..., Chart], numbers: tuple) -> None:
    alt = draw(*numbers, TITLE).alt
    assert alt.endswith(".") and alt.count(". ") >= 2
    assert re.search(r"\d", alt) and ".svg" not in alt and "None" not in alt


@pytest.mark.parametrize("width", [328, 704])
@every_chart
def test_text_is_large_enough_and_inside_the_figure(
    draw: Callable[..., Chart], numbers: tuple, width: int
) -> None:
    chart = draw(*numbers, TITLE)
    figure = chart.figure if width == 328 else chart.desk
    assert figure.get_size_inches()[0] * 96 == pytest.approx(width), "as wide as it is shown"
    wide, height = figure.get_size_inches() * figure.dpi
    with mpl.rc_context(drawing.STYLE):
        figure.draw_without_rendering()
    for text in (t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()):
        assert text.get_fontsize() >= 11, text.get_text()
        box = text.get_window_extent()
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= wide + 1 and box.y1 <= height + 1
        assert inside, f"{text.get_text()!r} is cut off: {box.extents} in {wide:.0f} by {height:.0f}"


LONG = "Referred to the community and education trust of the football club"


@every_chart
def test_no_text_lies_on_another(draw: Callable[..., Chart], numbers: tuple) -> None:
    long = [[replace(e, label=f"{LONG} {i}") for i, e in enumerate(part)] for part in numbers]
    for given in (numbers, [released(*part) for part in long]):
        chart = draw(*given, TITLE)
        for figure in (chart.figure, chart.desk):
            with mpl.rc_context(drawing.STYLE):
                figure.draw_without_rendering()
            shown = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
            boxes = [(t.get_text(), t.get_window_extent().padded(-2)) for t in shown]
            for (one_text, one_box), (other_text, other_box) in combinations(boxes, 2):
                assert not one_box.overlaps(other_box), f"{one_text!r} and {other_text!r}"


def test_a_curve_is_not_drawn_where_points_are_withheld() -> None:
    points = [one("demo.free", 90.0 - 10 * m, n=100, group={"month": str(m)}) for m in range(6)]
    points[3] = replace(points[3], value=None, n=None, status="suppressed")
    chart = along.curve(released(*points), TITLE)
    [panel] = chart.figure.axes
    drawn = {tuple(line.get_xdata()) for line in panel.lines if len(line.get_xdata()) == 3}
    assert drawn == {(0, 1, 1), (1, 2, 2), (4, 5, 5)}
    [box] = panel.patches
    assert (box.get_x(), box.get_width(), box.get_y(), box.get_height()) == (2, 2, 50, 20)
    assert box.get_hatch()
    assert "The line has gaps: points that are hidden to protect people (1)" in chart.alt


def on_no_line(figure: Any, said: str) -> int:
    """Asserts that no word that holds `said` lies on a line of its panel; how many there are."""
    with mpl.rc_context(drawing.STYLE):
        figure.draw_without_rendering()
    found = 0
    for panel in figure.axes:
        for text in (text for text in panel.texts if re.search(said, text.get_text())):
            box, found = text.get_window_extent(), found + 1
            for line in panel.lines:
                ends = panel.transData.transform(line.get_xydata())
                between = [a + (b - a) * part for a, b in pairwise(ends) for part in np.linspace(0, 1, 30)]
                assert not any(box.contains(*place) for place in between), text.get_text()
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_words_at_the_end_of_a_curve_lie_on_no_part_of_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    falls = 100 - np.cumsum(rng.exponential(rng.choice([2, 5, 9]), 10))
    values = [max(4.0, value) for value in falls]
    points = [one("demo.free", value, value - 4, value + 4, n=90, group={"month": str(m)})
              for m, value in enumerate(values)]  # fmt: skip
    for hidden in rng.permutation(9)[:3]:
        points[hidden] = replace(points[hidden], value=None, low=None, high=None, n=None, status="suppressed")
    chart = along.curve(released(*points), TITLE)
    assert all(on_no_line(figure, "of 100|likely") in (1, 2) for figure in (chart.figure, chart.desk))


def test_curves_of_power_have_their_names_beside_them_on_none_of_them() -> None:
    falls = {10: 0.0042, 20: 0.0175, 30: 0.05}
    points = [
        one("planning.power", 100 - 95 * 2.718 ** (-rate * n), n=61, label=f"fall of {fall}",
            group={"fall": str(fall), "n": str(n)})
        for fall, rate in falls.items() for n in (10, 20, 30, 50, 75, 100, 150, 200, 300, 400)
    ]  # fmt: skip
    chart = along.power_curve(released(*points), TITLE)
    assert [on_no_line(figure, "fall of") for figure in (chart.figure, chart.desk)] == [3, 3]


def test_a_picture_follows_a_dark_page() -> None:
    svg = charts.two_groups(RATES, TITLE).svg
    assert '@media (prefers-color-scheme: dark){[style*="fill: #0067a3"]{fill:#6CC0F5 !important}' in svg
    drawn = {c.upper() for c in re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", svg.split("</style>")[-1])}
    assert drawn <= set(drawing.DARK)


@every_chart
def test_same_numbers_give_same_small_bytes_that_tell_nothing_else(
    draw: Callable[..., Chart], numbers: tuple
) -> None:
    first, second = (draw(*numbers, TITLE).svg for _ in range(2))
    assert first == second
    assert len(first.encode()) <= 80_000
    assert not re.search(r"<dc:|matplotlib\.org|<!--", first)


@every_chart
def test_refuses_what_has_not_passed_the_gate(draw: Callable[..., Chart], numbers: tuple) -> None:
    with pytest.raises(TypeError, match="release the estimates first"):
        draw(list(numbers[0]), *numbers[1:], TITLE)


@every_chart
def test_nothing_to_draw_is_a_calm_panel(draw: Callable[..., Chart], numbers: tuple) -> None:
    absent = [Estimate(e.id, e.label, unit=e.unit, group=e.group, status="not collected") for e in numbers[0]]
    chart = draw(*[released(*absent)] * len(numbers), TITLE)
    assert chart.alt == f"No chart: {TITLE}. Not in this export. From the export."


def test_what_the_data_do_not_hold_is_left_out_of_a_chart_of_what_they_hold() -> None:
    absent = Estimate("needs.volunteering", "Volunteering", unit="%", status="not collected")
    chart = charts.shares(released(*NEEDS, absent), TITLE)
    assert "Volunteering" not in chart.alt and "not in this export" not in chart.alt
    assert chart.alt == charts.shares(released(*NEEDS), TITLE).alt


def test_a_share_of_people_is_said_in_people_and_a_chance_in_percent() -> None:
    def written(numbers: Released) -> set[str]:
        return {t.get_text() for t in charts.shares(numbers, TITLE).figure.findobj(Text)}

    assert {"71 of 100", "53 of 100", "of every 100 people"} <= written(NEEDS)
    assert {"81%", "percent"} <= written(released(one("planning.seen", 81.0, origin="published")))


def test_suppressed_is_neither_drawn_nor_told() -> None:
    few = one("needs.volunteering", 2.3, 0.8, 6.4, count=3, n=133)
    chart = charts.shares(released(*NEEDS, few), TITLE)
    assert "Volunteering: hidden to protect people" in chart.alt
    assert " 2%" not in chart.alt and "3 of 133" not in chart.alt
    widths = sorted(round(bar.get_width(), 1) for bar in chart.figure.axes[0].patches)
    assert widths == [52.6, 70.7, 100.0, 100.0, 100.0]


def test_that_a_number_is_hidden_stands_on_its_stripes_and_takes_no_room_from_its_name() -> None:
    few = one("needs.volunteering", 2.3, count=3, n=133, label="Volunteering in the neighbourhood")
    texts = [text.get_text() for text in charts.shares(released(*NEEDS, few), TITLE).figure.axes[0].texts]
    assert "Volunteering in the neighbourhood" in texts, "on one line"
    assert texts.count("hidden to protect people") == 1


def test_a_panel_says_when_all_is_too_few() -> None:
    few = released(one("needs.volunteering", 2.3, count=3, n=133))
    assert charts.shares(few, TITLE).alt == (
        f"No chart: {TITLE}. Hidden to protect people. Invented example: not evidence about real people."
    )


def test_shares_go_from_most_to_least_unless_they_have_an_order() -> None:
    said = charts.shares(NEEDS, TITLE).alt
    assert said.index("Mental health") < said.index("Housing")
    ages = released(
        *(one("reach.age_band", n, count=n, n=100, group={"age_band": b})
          for b, n in (("18 to 24", 20), ("25 to 34", 80)))
    )  # fmt: skip
    said = charts.shares(ages, TITLE).alt
    assert said.index("18 to 24") < said.index("25 to 34")


def test_flow_draws_its_steps_and_leaves_the_rest() -> None:
    chart = charts.flow(FLOW, TITLE)
    assert [e.id for e in chart.released] == ["reach.referred", "reach.registered", "reach.assessed"]
    assert "Referred: 250 people" in chart.alt and "male" not in chart.alt


def test_a_flow_of_few_people_fills_its_scale() -> None:
    """Its scale is of people, not of the shares who came."""
    few = released(
        one("reach.referred", 60, count=60, unit="people"),
        one("reach.registered", 81.7, 70.1, 89.4, count=49, n=60),
    )
    assert charts.flow(few, TITLE).figure.axes[0].get_xlim()[1] < 66


def test_a_curve_needs_points() -> None:
    with pytest.raises(ValueError, match=r"needs points along one of .*month"):
        along.curve(NEEDS, TITLE)


def test_a_title_may_hold_tokens() -> None:
    title = "{{reoffending.rate[group=engaged]|in_100}} reoffended"
    assert charts.two_groups(RATES, title).title == "26 of every 100 reoffended"


def test_dollars_and_markup_in_a_label_are_text() -> None:
    odd = released(one("needs.odd", 50.0, count=50, n=100, label=r"$\frac{1}{0}$ <b>&"))
    assert r"$\frac{1}{0}$ <b>&" in charts.shares(odd, TITLE).alt
    assert charts.shares(odd, TITLE).svg.count("<path") > 10


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1; WCAG 2.2, definition of relative luminance."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one_: str, other: str) -> float:
    dark, light = sorted((luminance(one_), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_words_in_a_colour_can_be_read_on_a_page_and_on_a_card_light_and_dark() -> None:
    for colour in (drawing.BLUE, drawing.ORANGE, drawing.SLATE, drawing.GREEN, drawing.INK, drawing.QUIET):
        assert min(contrast(colour, ground) for ground in ("#FFFFFF", "#F3F6F8")) >= 4.5
        assert min(contrast(drawing.DARK[colour], ground) for ground in ("#10181F", "#1A252E")) >= 4.5


def test_series_differ_in_shape_and_dash() -> None:
    assert len({(marker, dash) for _, marker, dash in drawing.SERIES}) == len(drawing.SERIES)


AREAS = released(
    one("reach.area", 60.0, count=60, n=100, label="Area: Preston", group={"area": "Preston"}),
    one("reach.area", 38.0, count=38, n=100, label="Area: Burnley", group={"area": "Burnley"}),
    one("reach.area", 2.0, count=2, n=100, label="Area: Lancaster", group={"area": "Lancaster"}),
)
GRID = "Lancaster |\nPreston | Burnley"


def test_a_map_has_a_square_an_area_where_the_grid_has_it_and_hides_what_is_hidden() -> None:
    chart = charts.tiles(AREAS, TITLE, GRID)
    squares = {text.get_text(): text for text in chart.figure.axes[0].texts}
    assert {"Preston", "60", "Lancaster", "hidden"} <= squares.keys()
    assert "2" not in squares
    (x, y), (other_x, other_y) = squares["Preston"].get_position(), squares["Burnley"].get_position()
    assert (x < other_x, y == other_y) == (True, True)
    hatched = [patch for patch in chart.figure.axes[0].patches if patch.get_hatch()]
    assert len(hatched) == 1
    assert "Preston: 60 of 100" in chart.alt and "Lancaster: hidden to protect people" in chart.alt


def test_what_the_grid_does_not_have_is_told_and_without_a_grid_there_are_bars() -> None:
    assert "Not on it: Burnley, Lancaster." in charts.tiles(AREAS, TITLE, "Preston").note
    assert charts.tiles(AREAS, TITLE, "").alt.startswith("Bar chart.")


def test_no_name_on_a_map_reaches_the_edge_of_its_square() -> None:
    """As wide as a phone, with four squares a row: two names side by side do not touch."""
    names = ("Accrington", "Morecambe", "Blackburn with Darwen", "Fleetwood")
    found = [one("reach.area", 25.0, count=25, n=100, label=f"Area: {a}", group={"area": a}) for a in names]
    figure = charts.tiles(released(*found), TITLE, " | ".join(names)).figure
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    ax = figure.axes[0]
    for text in ax.texts:
        (x, _), (_, right) = text.get_position(), text.get_window_extent(renderer).intervalx
        assert ax.transData.inverted().transform((right, 0))[0] < int(x) + 0.97, text.get_text()


def test_numbers_of_people_still_followed_do_not_run_into_each_other() -> None:
    followed = {0: 3600, 1: 3400, 6: 2400, 12: 1200}
    points = [
        one("demo.free", n / 40, count=3600 - n, n=n, group={"month": str(m)}) for m, n in followed.items()
    ]
    (_, panel) = [None, *along.curve(released(*points), TITLE).figure.axes]
    said = {text.get_text() for text in panel.texts}
    assert said & {str(n) for n in followed.values()} == {"3600", "2400", "1200"}
