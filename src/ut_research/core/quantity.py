"""What disclosure control must know of a quantity, said by the measure that gives it.

Each module of `ut_research.measures` declares in ``QUANTITIES`` what it measures of people. Disclosure
control knows no measure by name, and refuses what is not declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Scale:
    """A question that is answered by a whole number from `lowest` to `highest`, and what it is called."""

    name: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One quantity; without more said, a number about people that is shown for everyone only.

    Attributes
    ----------
    id : as in `ut_research.core.estimate.Estimate`, the same for every group.
    about : ``people``; the ``rows`` and cells of a table, which its group names, as their counts tell of
        people too; or the ``project``, which needs nobody beneath it to be shown.
    by : columns by which it may be shown. The less is shown, the less must be withheld.
    of_parts : whether a report of a part of the people, of one partner or area, says it too.
    importance : ``headline``, which goes for nothing less; ``everyone``; or ``ancillary``, which goes first.
    sensitive : whether it is of health, crime or the like, where knowing of somebody does more harm.
    said : whether it counts people by what they said: it is not shown that all of them did, or nobody.
    choices : whether its group says choices of analysis, which are all about everyone.
    rests_on : ids whose counts it would give back, in the same group, so that it is withheld with them.
    rows_of : tables whose numbers of rows would give it back, less what else is known.
    related : ids that count the same people, some of them, or others with them: by another rule on one scale,
        another step of one follow-up, under another name. How, the people themselves say (`Measurement`).
    scale : the question that it is the mean, the spread or an end of, or counts people by.
    one_of : whether each person is in one of its groups at most, so that the rest can be counted.
    spread : whether it says how far answers lie apart: with their mean, few answers have both.
    moves_with_time : whether, of as many people as before, it moves with the day that the data are complete
        to. Without it, it moves only where records were corrected or people changed places, and it may have
        been one record.
    """

    id: str
    about: Literal["people", "rows", "project"] = "people"
    by: tuple[str, ...] = ()
    of_parts: bool = False
    importance: Literal["headline", "everyone", "ancillary"] = "everyone"
    sensitive: bool = False
    said: bool = False
    choices: bool = False
    rests_on: tuple[str, ...] = ()
    rows_of: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    scale: Scale | None = None
    one_of: bool = False
    spread: bool = False
    moves_with_time: bool = False

    @property
    def named(self) -> set[str]:
        """The ids of other quantities that it names."""
        return {*self.rests_on, *self.related}


#: Quantities by id, in the order in which they are declared.
Quantities = Mapping[str, Quantity]
