"""A study names its disclosure policy, and the page about the data says what it does."""

from __future__ import annotations

import pytest

from ut_research.core import policies
from ut_research.core.parameters import Study
from ut_research.core.problems import ProblemsFound


def study(**said: object) -> Study:
    return Study.build({"disclosure": said})


def test_a_policy_sets_what_is_withheld_and_how_counts_are_rounded() -> None:
    assert study() == study(policy="ons-5")
    strict = study(policy="opensafely")
    assert (strict.threshold, strict.rounding, strict.zeros_safe) == (8, "nearest 5", True)
    assert study(policy="acro").zeros_safe is False


def test_lines_of_ones_own_are_a_policy_of_ones_own() -> None:
    assert study(threshold=7).policy == study(policy="own", threshold=7).policy == policies.OWN


def test_a_policy_by_name_takes_no_other_threshold() -> None:
    assert study(policy="ons-5", threshold=5).threshold == 5
    with pytest.raises(ProblemsFound, match=r"\[disclosure\] threshold: the policy ons-5 has another"):
        study(policy="ons-5", threshold=3)
    with pytest.raises(ProblemsFound, match="not one of the choices"):
        study(policy="ons-6")


def test_it_is_said_in_words() -> None:
    assert "Counts from 1 to 4 are withheld" in policies.words(study().parameters())
    said = policies.words(study(threshold=10, rounding="nearest 5", zeros_safe=False).parameters())
    assert "Counts from 1 to 9" in said and said.endswith("Source of the rule: the study.")
    assert "A zero is withheld too. Counts are rounded: nearest 5." in said
