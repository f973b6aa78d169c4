"""The policy of disclosure control: how few people are too few, and how counts are rounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

#: Ways of rounding counts: name in the policy → the count that is shown for a count.
ROUNDINGS: Mapping[str, Callable[[int], int]] = {
    "none": lambda count: count,
    "nearest 5": lambda count: 5 * ((count + 2) // 5),
    "midpoint 6": lambda count: 6 * -(-count // 6) - 3 if count else 0,
}

#: The lowest threshold that the gate accepts: counts of one and two are never safe to show.
LOWEST_THRESHOLD = 3


class DisclosureError(ValueError):
    """Something that the gate does not know, or that must not leave. The message names no person's value."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may leave.

    Attributes
    ----------
    threshold : counts from 1 up to, not including, this one are withheld.
    rounding : ``none``, ``nearest 5`` or ``midpoint 6`` (up to the middle of its block of six).
    zeros_safe : whether a true zero, or "everyone", may be shown.
    all_alike_below : of a group of fewer people it is not shown that all are alike in what is sensitive.
    """

    threshold: int = 5
    rounding: str = "none"
    zeros_safe: bool = True
    all_alike_below: int = 20

    def __post_init__(self) -> None:
        wrong = []
        whole = isinstance(self.threshold, int) and not isinstance(self.threshold, bool)
        if not whole or self.threshold < LOWEST_THRESHOLD:
            wrong.append(f"threshold must be a whole number, {LOWEST_THRESHOLD} or more")
        if self.rounding not in list(ROUNDINGS):
            wrong.append(f"rounding must be one of {', '.join(map(repr, ROUNDINGS))}")
        if not isinstance(self.zeros_safe, bool):
            wrong.append("zeros_safe must be true or false")
        if not isinstance(self.all_alike_below, int) or self.all_alike_below < 0:
            wrong.append("all_alike_below must be a whole number, 0 or more")
        if wrong:
            raise DisclosureError("disclosure policy: " + "; ".join(wrong))

    def rounded(self, count: int | None) -> int | None:
        """A count, or an n, as the policy rounds it."""
        return None if count is None else ROUNDINGS[self.rounding](count)

    @classmethod
    def build(cls, given: Mapping[str, Any]) -> Policy:
        """The policy in a mapping such as the table ``[disclosure]`` of a study file.

        Raises
        ------
        DisclosureError : for an unknown key or value, naming it; a key left out has its default.
        """
        known = [f.name for f in fields(cls)]
        if unknown := [str(key) for key in given if key not in known]:
            raise DisclosureError(
                f"disclosure policy: unknown {', '.join(unknown)}; it knows {', '.join(known)}"
            )
        return cls(**given)
