"""What disclosure control must know of a quantity, said by the measure that gives it.

Each module of `ut_research.measures` declares in ``QUANTITIES`` what it measures of people. Disclosure
control knows no measure by name, and refuses what is not declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

#: Another quantity in the same group, and the group keys to add: its id, and those keys.
Cell = tuple[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One quantity; without more said, a number about people that is shown for everyone only.

    Attributes
    ----------
    id : as in `ut_research.core.estimate.Estimate`, the same for every group.
    about : ``people``; the ``rows`` and cells of a table, which its group names, as their counts tell of
        people too; or the ``project``, which needs nobody beneath it to be shown.
    by : columns by which it may be shown. The less is shown, the less must be withheld.
    importance : ``headline``, which a report must not lose; ``everyone``; or ``ancillary``, to go first.
    sensitive : whether it is of health, crime or the like, where knowing of somebody does more harm.
    choices : whether its group says choices of analysis, which are all about everyone.
    rests_on : ids whose counts it would give back, in the same group, so that it is withheld with them.
    rows_of : tables whose numbers of rows would give it back, less what else is known.
    same_as : what counts the same people under another name, wherever the two counts are equal.
    known_of : the people of whom it is not recorded: its n tells how many they are.
    top_of : id and key of a scale, the people at whose top it counts together.
    mean_of : id and key of a scale whose mean it is: times the people it is the sum of what they said, and
        with its interval the sum of the squares.
    nested_with : the more important count that holds its people, or is held, by another rule on one scale or
        another step of one follow-up: the difference of the two counts people too. Where that depends on its
        value, as of a minimum, the keys to add are a function of it. Of several with one such count, those
        declared first are kept first.
    spread : whether it says how far answers lie apart: with their mean, few answers have both.
    moves_with_records : whether, of as many people as before, it moves only where records were corrected or
        people changed places, and it may have been one record. Means of time move with the day that the data
        are complete to, and the mean number of needs with their counts.
    """

    id: str
    about: Literal["people", "rows", "project"] = "people"
    by: tuple[str, ...] = ()
    importance: Literal["headline", "everyone", "ancillary"] = "everyone"
    sensitive: bool = False
    choices: bool = False
    rests_on: tuple[str, ...] = ()
    rows_of: tuple[str, ...] = ()
    same_as: Cell | None = None
    known_of: Cell | None = None
    top_of: tuple[str, str] | None = None
    mean_of: tuple[str, str] | None = None
    nested_with: tuple[str, Mapping[str, str] | Callable[[float], Mapping[str, str]]] | None = None
    spread: bool = False
    moves_with_records: bool = False

    @property
    def named(self) -> set[str]:
        """The ids of other quantities that it names."""
        links = (self.same_as, self.known_of, self.top_of, self.mean_of, self.nested_with)
        return {*self.rests_on, *(link[0] for link in links if link is not None)}


#: Quantities by id, in the order in which they are declared.
Quantities = Mapping[str, Quantity]
