"""Findings of interviews: which are a project's own, in which order, and which numbers stand beside them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ut_research.core.estimate import Estimate
from ut_research.show import voices

PUBLISHED = pd.DataFrame({"question": ["What works?"], "theme": ["clubs"]})


def spoke(theme: str, label: str, count: int | None = 7, id: str = "themes.spoke", **role: str) -> Estimate:
    about = {"question": "What works?", "theme": theme, **role}
    shown = Estimate(id, label, 7, count=7, n=14, unit="people", group=about, origin="example")
    return shown if count else replace(shown, value=None, count=None, n=None, status="suppressed")


def test_a_project_has_findings_of_its_own_where_its_codebook_or_a_theme_is() -> None:
    listed = spoke("clubs", "clubs")
    for own in (spoke("clubs", "Clubs draw people in."), spoke("time", "time")):
        [found] = voices.by_question(voices.counted([listed, own]), PUBLISHED).items()
        assert (found[0], [one.words for one in found[1]]) == ("What works?", [own.label])
    assert voices.by_question(voices.counted([listed]), PUBLISHED) == {}


def test_what_was_said_against_a_finding_stands_after_it() -> None:
    rows = [spoke("clubs", "Clubs draw people in."), spoke("clubs", "They do not.", id="themes.against")]
    assert [(one.words, one.against) for one in voices.counted(rows)] == [
        ("Clubs draw people in.", False),
        ("They do not.", True),
    ]


def test_numbers_of_a_role_are_there_where_half_of_them_can_be_shown() -> None:
    rows = [
        *(spoke("a", "A"), spoke("b", "B", None)),
        *(spoke("a", "A", None, role="delivery"), spoke("b", "B", None, role="delivery")),
    ]
    found = voices.counted(rows)
    assert voices.groups(found) == [""]
    assert [one.people([""], "–") for one in found] == [[rows[0]], ["–"]]


def test_a_finding_is_counted_in_each_period_too() -> None:
    rows = [spoke("a", "A"), spoke("a", "A", period="lockdown")]
    [found] = voices.counted(rows)
    assert voices.groups([found]) == ["", "lockdown"]
    assert found.people(["lockdown"], "–") == [rows[1]]


def test_a_journey_is_a_list_in_order_of_boxes_with_its_times() -> None:
    way = Estimate("themes.journey", "Journey", 1, unit="journeys",
                   group={"Referral": "at once", "A <plan>": "later", "number": "1"})  # fmt: skip
    assert voices.chain(way) == (
        '<div class="ut-diagram ut-across"><ol><li><p><strong>Referral</strong> at once</p></li>'
        "<li><p><strong>A &lt;plan&gt;</strong> later</p></li></ol></div>"
    )
