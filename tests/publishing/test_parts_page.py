"""The page that leads to the reports of all parts: alphabetical, nothing hidden told, nobody ranked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from united_together import PARAMETERS, SETTINGS

from ut_research.core.measurement import Measurement
from ut_research.disclosure import decision, gate
from ut_research.disclosure.gate import Policy
from ut_research.publishing import one_file, parts_page
from ut_research.publishing.standing import NOTES

SIZES = {"Pendle": 40, "Hyndburn": 60, "Wyre": 3, "<b>Chorley": 51}


MANY = {"Pendle": (20, 40), "Hyndburn": (50, 60), "Wyre": (12, 30), "Chorley": (25, 51), "Ribble": (9, 20)}


def registered(area: str, n: int) -> Measurement:
    return Measurement(
        "reach.registered",
        "Registered with the project",
        50.0,
        40.0,
        60.0,
        n // 2,
        n,
        "%",
        group={"area": area},
    )


def counted(id: str, size: tuple[int, int], **group: str) -> Measurement:
    count, n = size
    return Measurement(id, "What it counts", 100 * count / n, None, None, count, n, "%", group=group)


def apart(*measured: Measurement) -> BeautifulSoup:
    """What the page says of how far the shares of the parts lie apart."""
    released = gate.release(list(measured), Policy())
    shown = [e for e in released if e.group.get("area") and e.status == "number"]
    return BeautifulSoup("".join(parts_page._apart(released, shown, "area")), "html.parser")


def test_five_shares_are_set_against_chance_and_drawn_towards_all() -> None:
    found = apart(*(counted("reach.registered", size, area=area) for area, size in MANY.items()))

    alt = found.img["alt"]
    assert "5 are drawn, and the share of all their people together is 58%" in alt
    assert "1 lie outside the limits of 95%, 1 of them outside those of 99.8%" in alt
    cells = {row.th.get_text(): [c.get_text() for c in row.select("td")] for row in found.select("tbody tr")}
    assert list(cells) == list(MANY)  # as they are given: nobody is ranked
    assert cells["Hyndburn"][:2] == ["50 of 60", "83%"]
    towards = {area: int(row[2].rstrip("%")) for area, row in cells.items()}
    assert 58 < towards["Hyndburn"] < 83 and 40 < towards["Wyre"] < 58
    assert "do not rank" in found.get_text() and "hidden are in none" in found.get_text()


def test_of_fewer_than_five_that_are_shown_nothing_is_drawn() -> None:
    small = MANY | {"Ribble": (2, 20)}

    assert not apart(*(counted("reach.registered", size, area=area) for area, size in small.items())).contents


@pytest.mark.parametrize(("followed", "drawn"), [((201, 201), True), ((150, 201), False)])
def test_shares_who_reoffended_are_compared_only_where_all_were_followed(followed, drawn) -> None:
    shares = [counted("reoffending.rate", size, area=area) for area, size in MANY.items()]

    found = apart(*shares, counted("reoffending.complete_follow_up", followed))

    assert bool(found.img) is drawn
    assert ("they may say how long people were followed" in found.get_text()) is not drawn


@pytest.fixture
def page(tmp_path: Path) -> BeautifulSoup:
    folder, report = tmp_path / "data" / "processed" / "county", tmp_path / "reports" / "county"
    static = report / "book" / "_static"
    for made in (folder, static, report.parent / "county-pendle" / "book"):
        made.mkdir(parents=True)
    for name in ("typeface.css", "ut.css", "ut.js"):
        (static / name).write_text("")
    (folder / "manifest.json").write_text('{"origin": "example"}')
    (report.parent / "county-pendle" / "book" / "index.html").write_text("")
    (folder / "run.json").write_text(json.dumps(SETTINGS | {"parameters": PARAMETERS}))
    released = gate.release([registered(area, n) for area, n in SIZES.items()], Policy())
    decision.write(released, folder, "area")
    parts = {f"county-{i}": {"part": area, "said": n > 4} for i, (area, n) in enumerate(SIZES.items())}
    parts["county-pendle"] = parts.pop("county-0")
    file = parts_page.make(folder, report, "area", parts)
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def test_it_leads_to_the_report_of_everyone_and_to_those_that_there_are(page: BeautifulSoup) -> None:
    links = [(link["href"], link.get_text()) for link in page.select("main a")]
    assert links == [
        ("book/index.html", "The report of everyone"),
        ("../county-pendle/book/index.html", "Pendle"),
    ]


def test_parts_stand_in_alphabetical_order_and_readers_are_asked_not_to_rank_them(
    page: BeautifulSoup,
) -> None:
    assert [cell.get_text() for cell in page.select("tbody th")] == sorted(SIZES)
    assert "Please do not rank them" in page.get_text()


def test_a_part_of_too_few_is_named_kindly_and_nothing_of_it_is_drawn(page: BeautifulSoup) -> None:
    assert page.find("h2", string="No report of their own").find_next("p").get_text() == "Wyre."
    [picture] = page.select("img")
    assert "Pendle: 50%" in picture["alt"]
    assert "Wyre" not in picture["alt"]
    row = next(row for row in page.select("tbody tr") if row.th.get_text() == "Wyre")
    assert "hidden to protect people" in row.get_text()


def test_names_are_text(page: BeautifulSoup) -> None:
    assert not page.select("main b")


def test_reports_of_several_studies_are_led_to_and_not_compared(page: BeautifulSoup, tmp_path: Path) -> None:
    run = tmp_path / "data" / "processed" / "county", tmp_path / "reports" / "county"
    other = run[0].with_name("other"), run[1].with_name("other")
    shutil.copytree(run[0], other[0])
    shutil.copytree(run[1] / "book", other[1] / "book")
    (other[0] / "run.json").write_text(
        json.dumps(SETTINGS | {"parameters": PARAMETERS | {"title": "Lads & dads"}})
    )
    alike = BeautifulSoup(parts_page.of_studies([run, other]).read_text(encoding="utf-8"), "html.parser")
    assert alike.select_one("aside").get_text(strip=True) == NOTES["example"]  # type: ignore[union-attr]
    assert [(h.a["href"], h.get_text()) for h in alike.select("h2") if h.a] == [
        ("county/book/index.html", PARAMETERS["title"]),
        ("other/book/index.html", "Lads & dads"),
    ]
    assert [link["href"] for link in alike.select("p a")] == ["county/parts.html"]
    assert not alike.select("img")
    assert parts_page.APART in alike.get_text()
    (other[0] / "manifest.json").write_text('{"origin": "export"}')
    unlike = BeautifulSoup(parts_page.of_studies([run, other]).read_text(encoding="utf-8"), "html.parser")
    assert unlike.select_one("aside").get_text(strip=True) == one_file.UNLIKE  # type: ignore[union-attr]
