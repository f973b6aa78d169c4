"""Numbers in words and tables in HTML: four kinds of cell, and nothing of an export comes alive."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from invented import release

from ut_research.core.estimate import Estimate
from ut_research.disclosure import gate
from ut_research.show import tables

POLICY = gate.Policy(threshold=5, rounding="none", zeros_safe=True)


def share(**changes: object) -> Estimate:
    """26% of 34 people reoffended, changed as a test wants it."""
    given = {"value": 26.47, "low": 14.6, "high": 43.1, "count": 9, "n": 34, "unit": "%", "origin": "example"}
    return Estimate("reoffending.rate", "Reoffended", **(given | changes))


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (share(), "26%"),
        (share(value=0.0, count=0), "0%"),
        (share(value=-0.2, unit="points"), "−0.2 points"),
        (share(value=-0.01, unit="points"), "0.0 points"),
        (share(value=1234.0, unit="people"), "1,234"),
        (share(value=0.0004, unit="p-value"), "p < 0.001"),
        (share(value=0.0484, unit="p-value"), "p = 0.048"),
        (share(value=532000000.0, count=532000000, unit="£"), "£532,000,000"),
        (share(value=3933262.9, count=None, unit="£"), "£3,933,262.90"),
        (share(value=2.8, unit="months"), "2.8 months"),
        (share(value=2021.0, unit="year", origin="published"), "2021"),
        (share(value=1.0, unit="years", origin="published"), "1 year"),
        (share(value=1.0, unit="weeks"), "1 week"),
        (share(value=1.0, unit="days"), "1.0 days"),
        (share(value=157.0, unit="minutes"), "157 minutes"),
        (share(value=3.5, unit="sessions"), "3.5 sessions"),
        (share(value=1.0, unit="sessions"), "1 session"),
        (share(value=1.0, count=1, unit="focus groups"), "1 focus group"),
        (share(value=1.0, count=1, unit="analyses"), "1 analysis"),
        (share(status="suppressed", value=None), "hidden to protect people"),
        (share(status="not collected", value=None), "not in this export"),
        (share(value=None), "not stated"),
    ],
)
def test_number_in_words(estimate: Estimate, words: str) -> None:
    assert tables.number(estimate) == words


def test_interval_says_its_unit_once_and_an_open_end_in_words() -> None:
    assert tables.interval(share()) == "15% to 43%"
    assert tables.interval(share(unit="points", low=-1.0, high=2.0)) == "−1.0 to 2.0 points"
    assert tables.interval(share(unit="weeks", low=-2.0, high=1.0)) == "−2 to 1 week"
    assert tables.interval(share(high=None)) == "15% to no upper limit"
    assert tables.interval(share(low=None, high=None)) == ""


def test_names_are_as_short_as_they_can_be() -> None:
    groups = [share(group={"group": "engaged"}), share(group={"group": "not engaged"})]
    assert tables.names(groups) == ["Engaged", "Not engaged"]
    assert tables.names([share(group={"group": "engaged"})]) == ["Reoffended"]


def test_a_point_along_a_curve_says_what_it_is() -> None:
    weeks = [share(group={"week": str(w), "area": "Town"}) for w in (0, 4)]
    assert tables.names(weeks) == ["Week 0", "Week 4"]


def test_rows_that_several_keys_tell_apart_have_a_column_for_each() -> None:
    rows = [
        share(group={"people": p, "low at most": c}) for p in ("everyone", "stayed") for c in ("40", "44")
    ]
    page = table_of(*rows)
    assert [th.text for th in page.thead("th")][:3] == ["People", "Low at most", "Number"]
    assert [cell.text for cell in page.tbody("tr")[1](["th", "td"])][:3] == ["Everyone", "44", "26%"]
    months = [
        replace(share(group={"group": key, "month": m}), label=f"Free: {name}")
        for key, name in (("a", "Had help"), ("b", "had none")) for m in ("0", "1")
    ]  # fmt: skip
    page = table_of(*months)
    assert [cell.text for cell in page.tbody("tr")[2](["th", "td"])][:2] == ["Had none", "0"]


def table_of(*estimates: Estimate, **options: object) -> BeautifulSoup:
    released = release(list(estimates), POLICY)
    return BeautifulSoup(tables.table(released, caption="Reoffending, by group", **options), "html.parser")


def test_table_has_caption_scope_and_a_region_for_the_keyboard() -> None:
    page = table_of(share())
    assert "Reoffending, by group" in page.caption.text
    assert "not evidence about real people" in page.caption.text
    assert [cell["scope"] for cell in page.thead("th")] == ["col"] * 4
    assert [cell["scope"] for cell in page.tbody("th")] == ["row"]
    assert page.div["tabindex"] == "0" and page.div["aria-label"] == "Reoffending, by group"


def test_how_many_the_hidden_are_together_is_said_where_each_person_is_in_one_group() -> None:
    def band(name: str, n: int) -> Estimate:
        label = f"{name} wellbeing later"
        return Estimate("wellbeing.band_t2", label, n, None, None, n, 100, "%", group={"band": name.lower()})

    [note] = table_of(band("Low", 10), band("Moderate", 87), band("High", 3)).select("p.ut-note")
    assert note.text == (
        "Together 13 of 100 people, hidden one by one: low wellbeing later; high wellbeing later."
    )
    shown = table_of(band("Low", 10), band("Moderate", 60), band("High", 30))
    assert not shown.select("p.ut-note")
    rounded = release(
        [band("Low", 10), band("Moderate", 87), band("High", 3)], gate.Policy(rounding="nearest 5")
    )
    assert tables.the_rest(rounded) == []


def test_columns_with_nothing_to_say_are_left_out() -> None:
    bare = table_of(share(low=None, high=None, count=None))
    assert [cell.text for cell in bare.thead("th")] == ["Finding", "Number"]
    mixed = table_of(share(), share(origin="published", group={"group": "engaged"}))
    assert mixed.thead("th")[-1].text == "Where it comes from"


def test_grid_is_plain_text_with_named_rows() -> None:
    page = BeautifulSoup(tables.grid(["A", "B"], [["one", "<b>two</b>"]], caption="Words"), "html.parser")
    assert page.tbody.th["scope"] == "row" and page.tbody.th.text == "one"
    assert page.b is None and page.td.text == "<b>two</b>"


def test_four_kinds_of_cell_look_different() -> None:
    page = table_of(
        share(),
        Estimate("a.zero", "A true zero", 0.0, count=0, n=34, unit="%"),
        Estimate("b.few", "A few", 5.9, count=2, n=34, unit="%"),
        Estimate("c.absent", "Absent", unit="%", status="not collected"),
    )
    looks = [cell["class"][0] for cell in page.select('td[class^="ut-"]')]
    assert looks == ["ut-number", "ut-zero", "ut-suppressed", "ut-not-collected"]


def test_what_a_label_holds_is_shown_as_text() -> None:
    page = table_of(replace(share(), label='<script>alert("x")</script>'))
    assert page.script is None
    assert '<script>alert("x")</script>' in page.text


def test_a_table_of_which_all_is_withheld_is_a_line() -> None:
    hidden = share(status="suppressed", value=None, low=None, high=None, count=None, n=None)
    page = table_of(hidden, replace(hidden, group={"month": "6"}))
    assert page.table is None
    assert page.text == "Reoffending, by group: hidden to protect people."


def test_download_says_what_and_which_format() -> None:
    link = table_of(share(), download="tables/r.csv").a
    assert link["href"] == "tables/r.csv"
    assert link.text == "Download this table: Reoffending, by group (CSV)"


def test_what_has_not_passed_the_gate_is_refused() -> None:
    with pytest.raises(TypeError, match="release the estimates first"):
        tables.table([share()], caption="x")  # type: ignore[arg-type]


def test_a_breakdown_has_a_row_a_group_and_a_column_a_finding() -> None:
    def share(id: str, label: str, count: int, n: int, partner: str) -> Estimate:
        value = 100 * count / n
        return Estimate(id, label, value, count=count, n=n, unit="%", group={"partner": partner})

    given = [
        share("needs.housing", "Housing", 20, 40, "rovers"),
        share("needs.housing", "Housing", 0, 30, "stanley"),
        share("needs.job", "A job", 1, 40, "rovers"),
        share("needs.job", "A job", 2, 30, "stanley"),
    ]
    released = release(given, POLICY)
    html, hidden = tables.breakdown(released, "partner", "Needs, by partner")
    soup = BeautifulSoup(html, "html.parser")
    assert [th.text for th in soup.select("thead th")] == ["Partner", "Housing"]
    assert [th.text for th in soup.select("tbody th")] == ["Rovers", "Stanley"]
    assert [td.get_text(" ") for td in soup.select("td")] == ["50% 20 of 40", "0% 0 of 30"]
    assert [td["class"] for td in soup.select("td")] == [["ut-number"], ["ut-zero"]]
    assert hidden == ["A job"]


def test_a_group_of_which_the_data_hold_nothing_has_no_row_in_a_breakdown() -> None:
    one = Estimate("a.b", "Rate: Came", 50.0, count=20, n=40, unit="%", group={"group": "engaged"})
    other = Estimate("a.b", "Rate: Did not", unit="%", group={"group": "not"}, status="not collected")
    html, _ = tables.breakdown(release([one, other], POLICY), "group", "Rates")
    soup = BeautifulSoup(html, "html.parser")
    assert [th.text for th in soup.select("tbody th")] == ["Came"]


def test_a_breakdown_by_what_the_labels_begin_with_says_it_once_and_as_people_do() -> None:
    given = [
        Estimate(id, f"{day} days active {when}", 20.0, count=20, n=100, unit="%", group={"days": day})
        for id, when in (("a.t1", "at first"), ("a.t2", "later"))
        for day in ("1", "2")
    ]
    html, _ = tables.breakdown(release(given, POLICY), "days", "Days")
    soup = BeautifulSoup(html, "html.parser")
    heads = ["Days", "Days active at first", "Days active later"]
    assert [th.text for th in soup.select("thead th")] == heads
    assert [th.text for th in soup.select("tbody th")] == ["1 day", "2 days"]


def test_a_length_of_follow_up_is_said_as_people_say_it_in_a_table() -> None:
    rows = [share(group={"window": f"{days} days"}) for days in (183, 365)]
    assert tables.names(rows) == ["6 months", "One year"]


def test_a_breakdown_of_which_nothing_is_shown_is_a_sentence() -> None:
    few = Estimate("a.b", "Low <b>", 50.0, count=2, n=4, unit="%", group={"area": "north"})
    assert tables.breakdown(release([few], POLICY), "area", "Low, by area") == ("", ["Low <b>"])
    assert tables.hidden_by(["area"], ["Low <b>", "McNemar's test", "Need: work", "Need: Home"]) == (
        '<p class="ut-withheld">By area, hidden to protect people: low &lt;b&gt;; McNemar&#x27;s test; '
        "need (work; Home).</p>"
    )
    assert "By partner, area and gender, hidden" in tables.hidden_by(["partner", "area", "gender"], ["Low"])


def test_that_a_number_is_hidden_looks_alike_in_every_table():
    html = tables.grid(("Of", "Number"), [("a", "(hidden to protect people)"), ("b", "26%")], caption="C")
    assert '<td class="ut-suppressed">hidden to protect people</td>' in html
    assert "<td>26%</td>" in html
