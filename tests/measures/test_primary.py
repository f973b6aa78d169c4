"""One family of primary outcomes: their verdicts, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ut_research.core.estimate import Estimate, key
from ut_research.core.problems import ProblemsFound
from ut_research.measures.primary import verdicts as judged

# 0 is 2.2, 2.1 and 3 standard errors away: p = .028, .036 and .003
RISK = Estimate("a.risk", "Risk", -22.0, -22 - 19.6, -22 + 19.6, unit="percentage points")
SHARE = replace(RISK, id="a.share", value=21.0, low=21 - 19.6, high=21 + 19.6)
CLEAR = replace(RISK, id="a.clear", value=30.0, low=30 - 19.6, high=30 + 19.6)


def verdicts(*found: Estimate, primary: str = "a.risk, a.share, a.clear") -> dict[str, bool]:
    told = {key(e) for e in found if e.status == "number"}
    return {e.group["outcome"]: e.count == 1 for e in judged(found, told, primary)}


def test_each_alone_can_be_told_from_nothing_and_together_only_one() -> None:
    for one in (RISK, SHARE, CLEAR):
        assert verdicts(one, primary=one.id) == {one.id: True}
    assert verdicts(RISK, SHARE, CLEAR) == {"a.risk": False, "a.share": False, "a.clear": True}
    assert verdicts(RISK, CLEAR, primary="a.risk, a.clear") == {
        "a.risk": True,
        "a.clear": True,
    }  # .028 at .05


def test_what_the_data_do_not_hold_is_no_question_and_what_is_withheld_is_one() -> None:
    absent = replace(SHARE, value=None, low=None, high=None, status="not collected")
    unknown = replace(absent, status="not worked out")
    others = (replace(RISK, value=-21.0, low=-21 - 19.6, high=-21 + 19.6), RISK)
    pair = "a.risk, a.share"
    assert verdicts(others[1], absent, primary=pair) == {"a.risk": True}
    two = {"a.risk": False, "a.share": False}  # .036 twice
    assert verdicts(others[0], unknown, primary=pair) == two
    withheld = judged([others[0], SHARE], {key(others[0])}, pair)
    assert {e.group["outcome"]: e.count == 1 for e in withheld} == two


def test_a_mean_is_judged_by_students_t() -> None:
    """t = 2 with 9 people more than the mean: p = .0766 by 9 degrees of freedom, and the range holds 0."""
    mean = Estimate("a.mean", "Mean", 2.0, 2 - 2.262157, 2 + 2.262157, n=10, unit="points")
    assert verdicts(mean, primary="a.mean") == {"a.mean": False}


def test_an_outcome_that_nothing_is_measured_as_is_told_with_the_place() -> None:
    with pytest.raises(
        ProblemsFound, match=r"a\.lost.*study\.toml, \[analysis\] primary|study.toml.*a\.lost"
    ):
        verdicts(RISK, primary="a.risk, a.lost")


def test_it_is_judged_on_limits_that_no_page_has_rounded() -> None:
    """Of two, p must be below .025: it is .02497, and of the whole numbers of the page .028."""
    other = replace(SHARE, value=None, low=None, high=None, status="not worked out")
    close = replace(RISK, value=-19.49, low=-19.49 - 17.04, high=-19.49 + 17.04)
    shown = replace(close, value=-19.0, low=-37.0, high=-2.0)
    for risk, clear in ((close, True), (shown, False)):
        assert verdicts(risk, other, primary="a.risk, a.share")["a.risk"] is clear
