"""Disclosure policies by name: what each withholds and rounds, where it comes from, and in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: A study's own rules: whatever its file says.
OWN = "own"
#: The parameters that a policy sets, under its name.
POLICIES: Mapping[str, Mapping[str, Any]] = {
    "ons-5": {"threshold": 5, "rounding": "none", "zeros_safe": True, "all_alike_below": 20},
    "opensafely": {"threshold": 8, "rounding": "nearest 5", "zeros_safe": True, "all_alike_below": 20},
    "acro": {"threshold": 10, "rounding": "none", "zeros_safe": False, "all_alike_below": 20},
}
SOURCES = {
    "ons-5": "Office for National Statistics, Review of the Dissemination of Health Statistics: "
    "Confidentiality Guidance (2006), by which counts of 1 and 2 are unsafe in any table, and "
    "for small areas and sensitive subjects so are 3 and 4",
    "opensafely": "OpenSAFELY, guidance on permitted results: counts of seven or fewer are redacted and "
    "others rounded to five",
    "acro": "ACRO, a tool that checks outputs of secure data environments: its default, a threshold of ten",
    OWN: "the study",
}
KEYS = ("threshold", "rounding", "zeros_safe", "all_alike_below")


def words(parameters: Mapping[str, Any]) -> str:
    """What the policy in force does, in plain words, and where it comes from."""
    rounding = parameters["rounding"]
    zeros = "A true zero is shown." if parameters["zeros_safe"] else "A zero is withheld too."
    rounded = "Counts are not rounded." if rounding == "none" else f"Counts are rounded: {rounding}."
    alike = (
        f"Of a group of fewer than {parameters['all_alike_below']} people it is not said that all of them "
        "have a need, reoffended or the like."
    )
    return (
        f"Counts from 1 to {parameters['threshold'] - 1} are withheld, and so is whatever would give one "
        f"back. {zeros} {rounded} {alike} Source of the rule: {SOURCES[parameters['policy']]}."
    )
