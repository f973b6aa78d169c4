"""Which passages are quoted: by consent, of whom, of which findings, and when the role is named."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from ut_research.core.estimate import Estimate
from ut_research.disclosure import gate
from ut_research.disclosure.gate import Policy
from ut_research.measures import quoted, themes

QUESTION, TIME, CLUBS = "What works?", "time", "clubs"


def tables(said: dict[str, int], roles: dict[str, int], twice: bool = False) -> dict[str, pd.DataFrame]:
    """Interviews of one person each, by role; of each theme so many of every role spoke, all to be quoted."""
    held = [(f"{role}{n}", role) for role, many in roles.items() for n in range(many)]
    rows = [
        (interview, QUESTION, theme, f"words on {theme} by {interview}, {time}")
        for theme, many in said.items()
        for interview, role in held
        if int(interview.removeprefix(role)) < many
        for time in ("first", "again")[: 1 + twice]
    ]
    interviews = pd.DataFrame(held, columns=["interview_id", "role"]).assign(method="interview", people=1)
    segments = pd.DataFrame(
        rows, columns=["interview_id", "question", "theme", "quote_with_consent"], dtype="str"
    )
    return {"interviews": interviews.assign(held_date=pd.NaT), "coded_segments": segments}


def shown(made: dict[str, pd.DataFrame], policy: Policy = Policy()) -> list[Estimate]:  # noqa: B008
    released = gate.release(themes.measure(made), policy)
    return list(gate.release(quoted.quotations(made, released, "export"), policy))


def test_a_finding_has_the_first_quotations_of_different_people() -> None:
    found = shown(tables({TIME: 6}, {"delivery": 12}, twice=True))
    assert [e.label for e in found] == [f"words on time by delivery{n}, first" for n in range(quoted.MOST)]


@pytest.mark.parametrize("many", [1, 4, 9, 12])
def test_where_the_number_who_spoke_of_it_is_withheld_nobody_is_quoted(many: int) -> None:
    assert shown(tables({CLUBS: 6}, {"delivery": 12})) != []
    quoted_of = {e.group["theme"] for e in shown(tables({TIME: many, CLUBS: 6}, {"delivery": 12}))}
    assert TIME not in quoted_of


def test_the_role_is_named_where_the_number_in_that_role_is_shown() -> None:
    by_role = {e.group.get("role", "") for e in shown(tables({TIME: 6}, {"strategic": 12, "delivery": 12}))}
    assert by_role == {"strategic"}, "the first two are of the first role"
    few = shown(tables({TIME: 3}, {"strategic": 6, "delivery": 6}))
    assert few and all("role" not in e.group for e in few)


def test_a_number_of_one_period_is_not_the_number_of_those_who_spoke() -> None:
    made = tables({TIME: 6}, {"delivery": 12})
    numbers = [e for e in gate.release(themes.measure(made), Policy()) if "theme" in e.group]
    dated = [replace(e, group={**e.group, "period": "lockdown"}) for e in numbers]
    assert quoted.quotations(made, numbers, "export") != []
    assert quoted.quotations(made, dated, "export") == []


def test_without_a_mark_of_consent_nobody_is_quoted() -> None:
    made = tables({TIME: 6}, {"delivery": 12})
    made["coded_segments"]["quote_with_consent"] = None
    assert shown(made) == []
    assert shown({**made, "coded_segments": made["coded_segments"].drop(columns="quote_with_consent")}) == []
    assert shown({}) == []


def test_the_same_words_are_quoted_once() -> None:
    made = tables({TIME: 6}, {"delivery": 12})
    made["coded_segments"]["quote_with_consent"] = "the same"
    assert [e.label for e in shown(made)] == ["the same"]


def test_fewer_are_quoted_than_any_policy_may_show() -> None:
    with pytest.raises(ValueError, match="threshold"):
        Policy(threshold=quoted.MOST)
