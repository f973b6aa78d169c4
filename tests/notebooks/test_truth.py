"""What the chapters say of exports less tidy than the example: numbers that stay true. All invented."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from chapters import Seen, prepare, run
from chapters import pages as book_of

from ut_research.publishing.everyone import PAGES

pytestmark = pytest.mark.slow
CASES = Path(__file__).resolve().parents[1] / "cases"
SURE = re.compile(r"chance alone is unlikely|number needed|E-value|We can say:", re.IGNORECASE)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str | Path], tuple[Seen, Path]]:
    """What the chapters show of a case, and the folder that they ran in."""
    known: dict[str | Path, tuple[Seen, Path]] = {}

    def of(case: str | Path) -> tuple[Seen, Path]:
        if case not in known:
            data = tmp_path_factory.mktemp("case")
            prepare(CASES / case, data)
            known[case] = run(data), data
            assert known[case][0].refused == []
        return known[case]

    return of


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>|\\|\*", " ", text).split())


@pytest.fixture(scope="module")
def said(seen: Callable[[str | Path], tuple[Seen, Path]]) -> Callable[[str | Path], str]:
    """All that the chapters say of a case, on one line and without markup."""

    def of(case: str | Path) -> str:
        shown = (ast.literal_eval(text[: text.rindex("}") + 1]) for text in seen(case)[0].shown)
        texts = [data.get("text/markdown", data.get("text/html", "")) for data in shown]
        return plain(" ".join(text for text in texts if "From the published counts alone" not in text))

    return of


@pytest.fixture(scope="module")
def pages(seen: Callable[[str | Path], tuple[Seen, Path]]) -> Callable[[str], dict[str, str]]:
    """What the pages for everyone and the brief say of a case, by page."""
    known: dict[str, dict[str, str]] = {}

    def of(case: str) -> dict[str, str]:
        if case not in known:
            made = book_of(*seen(case))
            known[case] = {
                name: plain(made[name].replace("\\", "")) for name in (*PAGES, "brief") if name in made
            }
        return known[case]

    return of


def test_groups_that_were_followed_for_unlike_times_are_not_compared_by_plain_shares(said):
    text = said("unequal-follow-up")

    assert "not known, as too few were followed for 365 days" in text
    assert "55 of every 100" in text  # the other group, at the window
    assert "For as long as people of both groups were followed, the groups cannot be told apart" in text
    assert "7 of 40 people of the group" in text and "were seen to reoffend. Of that group, 7 of 40" in text
    assert "By the log-rank test, p = 1.000." in text
    assert "Too little is known of both groups to say that they were alike" in text
    assert "not done, as too little is known of both groups: Average age at referral; Men" in text
    assert not SURE.search(text)


def test_nobody_leaves_because_they_reoffended_after_follow_up(said):
    text = said("reoffences-outside-follow-up")

    assert "Of the 50 people followed in the group" in text and "30 of every 100 reoffended within" in text
    assert "Official rate (published)" in text  # of one year, as the rate here
    assert "15 of 50 people of the group" in text and "50 of 50 were followed to the end" in text
    assert "reoffence after follow-up" in text.lower()


def test_every_page_gives_the_verdict_of_the_table_of_main_outcomes(said):
    unlike, alike = said("reoffences-outside-follow-up"), said("reoffences-without-date")

    row = "Difference in the share who reoffended −20 percentage points −38 to 0 percentage points Yes"
    assert row in unlike and "Chance alone is unlikely to explain this difference" in unlike
    assert "No: chance alone could explain it" in alike and "Chance alone is unlikely" not in alike


def test_reoffences_on_a_day_that_is_not_known_count_in_the_share_and_in_the_curve(said):
    text = said("reoffences-without-date")

    assert text.count("50 of every 100") >= 2
    assert "Chance alone could explain this difference" in text
    assert "Chance alone is unlikely" not in text


def test_everyone_who_answered_at_the_start_is_told_and_that_some_got_worse(said):
    text = said("dropouts-and-worse")

    assert "Of everyone with a first form, 63 of every 100 had a low score" in text
    assert (
        "On the first form, 45 of every 100 had a low score (40 or less). On the second, 40 of every 100 did"
        in text
    )
    assert "For 60 of every 100 it rose by more than 3 points" in text
    assert "For 40 of every 100 it fell by as much" in text
    assert (
        "20 people filled in only the first questionnaire. Their average score then was 21.5 points" in text
    )
    assert "that of the people who filled in both was 40.9 points" in text
    for fell in (
        "more than 3 points",
        "at least 3 points",
        "at least one standard error of measurement",
        "more than the reliable change",
    ):
        assert f"Rose by {fell} 60%" in text and f"Fell by {fell} 40%" in text


def test_an_export_with_one_wave_reports_that_wave(said, tmp_path):
    lines = (CASES / "dropouts-and-worse" / "wemwbs.csv").read_text().splitlines()
    (tmp_path / "wemwbs.csv").write_text("\n".join(line for line in lines if ",T2," not in line) + "\n")
    text = said(tmp_path)

    assert "Of everyone with a first form, 63 of every 100 had a low score" in text
    assert "Of those who filled in both" not in text


def test_with_a_third_form_the_change_is_said_of_everyone_who_filled_in_any(said, tmp_path):
    """Fifteen of the forty who came back filled in a third, two points above their second."""
    text = (CASES / "dropouts-and-worse" / "wemwbs.csv").read_text()
    second = [line.split(",") for line in text.splitlines() if ",T2," in line][:15]
    third = [f"{who},T3,01/06/2024,{int(total) + 2}" for who, _, _, total in second]
    (tmp_path / "wemwbs.csv").write_text("\n".join([text.rstrip("\n"), *third]) + "\n")
    text = said(tmp_path)

    assert "A mixed model takes in everyone who filled in any form, 60 people." in text
    assert "Of the people with both forms, 40, it is" in text
    assert "depends only on those that are there (missing at random). That cannot be checked." in text
    assert "People who answered questionnaire 3 15" in text


def test_regression_to_the_mean_is_a_range_and_says_what_it_takes_for_true(said):
    """The 40 who filled in both began at 40.9: (1 - .85) and (1 - .5) of the 9 points to 49.9."""
    text = said("dropouts-and-worse")

    assert "From this alone a change of 1.4 points to 4.5 points would be expected, if" in text
    assert "usual score is lower, it is less" in text


# ---------------------------------------------------------------- the pages for everyone, and the brief

#: The pages that say what changed, and the first of all.
FRONT = ("index", "changed")


def compares_nothing(found: dict[str, str]) -> None:
    """No page is sure of a difference, or says in which of the groups there is less or more."""
    for text in found.values():
        assert (
            not SURE.search(text) and "lower in the group" not in text and "higher in the group" not in text
        )


def test_no_page_for_everyone_compares_groups_that_were_followed_for_unlike_times(pages):
    found = pages("unequal-follow-up")

    for page in FRONT:
        assert "Reoffended within one year (Engaged with the project): not known, as too few" in found[page]
        assert (
            "as long as people of both groups were followed, the groups cannot be told apart" in found[page]
        )
    assert "brief" not in found, "there is too little for one"
    compares_nothing(found)


def test_in_short_and_in_the_brief_all_are_in_the_share_who_were_followed(pages):
    found = pages("reoffences-outside-follow-up")

    for page in FRONT:
        assert (
            "Of the 50 people followed in the group Engaged with the project , 30 of every 100" in found[page]
        )
        assert "Chance alone is unlikely to explain this difference. Other things still could." in found[page]
    for page in (*FRONT, "brief"):
        assert "Reoffending was lower for people who engaged" in found[page]
        assert "e cannot say that the project made the difference." in found[page]
    assert "Engaged with the project: 30% (likely range 19% to 45%)" in found["brief"]
    assert "likely to be between 0 and 38 fewer of every 100" in found["brief"]


def test_in_short_and_in_the_brief_rates_that_are_equal_are_no_difference(pages):
    found = pages("reoffences-without-date")

    for page in FRONT:
        assert found[page].count("50 of every 100") == 2
        assert "Chance alone could explain this difference." in found[page]
    for page in (*FRONT, "brief"):
        assert "There is no clear difference in reoffending between the groups" in found[page]
    assert "likely to be between 30 fewer and 30 more of every 100" in found["brief"]
    compares_nothing(found)


def test_in_short_and_in_the_brief_it_is_said_who_left_and_who_got_worse(pages):
    found = pages("dropouts-and-worse")

    for page in FRONT:
        assert (
            "For 60 of every 100 it rose by more than 3 points. For 40 of every 100 it fell by as much"
            in found[page]
        )
        assert (
            "45 of every 100 had a low score (40 or less). On the second, 40 of every 100 did." in found[page]
        )
        assert "Of everyone with a first form, 63 of every 100 had a low score" in found[page]
        assert "Chance alone could explain this difference." in found[page]
    assert "How the 20 people who filled in only the first form are now." in found["index"]
    for page in (*FRONT, "brief"):
        assert "There is no clear change in mental wellbeing" in found[page]
    assert (
        "The average score fell by 1.2 points. The change is likely to be between 4.0" in found["brief"]
    )
    assert "Low wellbeing, of those who filled in both forms. At the start: 45% (18 of 40;" in found["brief"]
    for name, text in found.items():
        assert ("rose by" in text) <= ("fell by" in text), name
