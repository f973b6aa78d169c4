"""What the measures share: a table with the columns asked for, the people of one group, a measurement made.

A measure is written once, for one set of people. `parts` gives it everybody, or the people of each
partner, area, gender or period in turn. A table that the export does not have comes as an empty one,
and a `Maker` says "not collected" of what nobody can give: there is no second path for absent data.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import PERSON, Measurement, people
from ut_research.core.schema import GROUPS, NOT_RECORDED, TABLES
from ut_research.stats.intervals import Interval, mean_t, widest, wilson
from ut_research.stats.survival import kaplan_meier

Tables = Mapping[str, pd.DataFrame]
By = Literal["partner", "area", "gender", "period"]

#: What an export says of a gender that is not recorded.
UNKNOWN = "unknown"


def parts(
    tables: Tables, names: Sequence[str], by: By | None = None
) -> Iterator[tuple[dict[str, str], dict[str, pd.DataFrame]]]:
    """Everybody as one part, or one part for each value of `by`, in alphabetical order; periods in their own.

    Parameters
    ----------
    tables : canonical tables by name; a table may be absent or empty.
    names : the tables needed, each with every column of the data dictionary; what is not there comes as all
        missing.
    by : the group column to part the tables by. Groups that only the participants' table has come too, empty.

    Yields
    ------
    The group, ``{}`` or ``{by: value}``, and the rows of each table that belong to it, with a number for
    each `participant_id`, the same in every table. Where a row is a person, the index is these numbers
    (`numbered`), by which a measurement knows whom it counts.
    """
    if by is not None and by not in get_args(By):
        raise ValueError(f"cannot group by {by!r}; choose one of {', '.join(get_args(By))}")
    frames = numbered({name: _filled(tables, name, by) for name in names})
    if by is None:
        yield {}, frames
        return
    groups = {name: {str(value): rows for value, rows in f.groupby(by)} for name, f in frames.items()}
    # every measure names the same groups: one that is left out would be told to have nobody in it
    people = tables.get("participants", pd.DataFrame()).reindex(columns=[by])
    everyone = {str(value) for value in _named(people[by]).unique()}
    for value in in_order(everyone.union(*groups.values()), tables.get("participants"), by) or [NOT_RECORDED]:
        yield {by: value}, {name: groups[name].get(value, f.head(0)) for name, f in frames.items()}


def in_order(values: Collection[str], people: pd.DataFrame | None, by: str) -> list[str]:
    """The names of groups in alphabetical order; of periods in that of the first day of each."""
    first: Mapping[Any, Any] = {}
    if by == "period" and people is not None and {by, "referral_date"} <= set(people):
        days = pd.to_datetime(people.referral_date)
        first = days.groupby(people[by].astype("str")).min().dropna().to_dict()
    return sorted(values, key=lambda v: (first.get(v, pd.Timestamp.max), v))


def collected(tables: Tables, name: str) -> bool:
    """Whether the export has a single row of the table `name`."""
    frame = tables.get(name)
    return frame is not None and not frame.empty


def recorded(tables: Tables, key: str) -> bool:
    """Whether a row of any table has something in the group column `key`."""
    columns = (frame[key].dropna() for frame in tables.values() if key in frame)
    return any((column != NOT_RECORDED).any() for column in columns)


def speakers(passages: pd.DataFrame) -> pd.Series:
    """Who spoke each passage: the speaker that it names, or else its interview, as one person."""
    return passages.speaker.astype("str").fillna(passages.interview_id.astype("str"))


@dataclass(frozen=True)
class Maker:
    """Makes the measurements of one part: the same origin, source, group and level of confidence for all.

    People are given as the rows that they are: an index, or a series of one value a row. A plain number is of
    things, or of people whom nobody knows.

    Attributes
    ----------
    source : the table, or tables, that they come from.
    origin : ``example`` or ``export``.
    group : the part, as `parts` gives it.
    confidence : level of every interval, for example 0.95.
    collected : whether the export has the source at all; without it there is no true zero.
    """

    source: str
    origin: Origin = "export"
    group: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 0.95
    collected: bool = True

    def number(
        self,
        id: str,
        label: str,
        found: Interval | float | None,
        unit: str,
        method: str,
        *,
        count: pd.Index | int | None = None,
        n: pd.Index | int | None = None,
        about: Mapping[str, str] | None = None,
        why_not: str = "",
        **known: Any,
    ) -> Measurement:
        """`found` as a measurement, with its limits if it has any.

        Without a value it is "not collected"; or "not worked out", for the reason `why_not`, where there are
        people of whom it could be known.
        """
        at = found if isinstance(found, Interval) else Interval(found, None, None)
        value, low, high = map(_finite, (at.value, at.low, at.high))
        given: dict[str, Any] = {"value": value, "low": low, "high": high, **known}
        for size, whose, rows in (("count", "counted", count), ("n", "among", n)):
            given[size] = len(rows) if isinstance(rows, pd.Index) else rows
            given[whose] = people(rows) if isinstance(rows, pd.Index) else None
        if value is None:
            given = {"status": "not worked out" if why_not else "not collected"}
            method = why_not or method
        given["group"] = {**self.group, **(about or {})}
        return Measurement(
            id, label, unit=unit, method=method, origin=self.origin, source=self.source, **given
        )

    def share(
        self,
        id: str,
        label: str,
        counted: pd.Series,
        method: str = "",
        *,
        between: tuple[float, float] | None = None,
        **group: str,
    ) -> Measurement:
        """The share that is true of `counted`, a row a person, in percent, with Wilson's interval.

        Its group is that of the part and `group`. `between` are the lowest and the highest answer of those
        counted, where they are counted by an answer.
        """
        rows = counted.index[counted.to_numpy(dtype=bool)]
        found = wilson(len(rows), len(counted), self.confidence).times(100)
        said = _join(method, f"{self.confidence:.0%} Wilson interval")
        return self.number(
            id, label, found, "%", said, count=rows, n=counted.index, about=group, between=between
        )

    def mean(
        self, id: str, label: str, values: pd.Series, unit: str, method: str = "", **group: str
    ) -> Measurement:
        """The mean of `values`, a row a person, missing ones left out, with the t interval."""
        known = values.dropna().astype(float)
        said = _join(method, f"mean, {self.confidence:.0%} t interval")
        found, answers = mean_t(known, self.confidence), histogram(known)
        return self.number(id, label, found, unit, said, n=known.index, about=group, answers=answers)

    def tally(
        self,
        id: str,
        label: str,
        count: pd.Index | int,
        unit: str,
        method: str = "count",
        **group: str,
    ) -> Measurement:
        """A plain count of people or things."""
        size = len(count) if isinstance(count, pd.Index) else count
        found = float(size) if self.collected else None
        return self.number(id, label, found, unit, method, count=count, about=group)

    def curve(
        self,
        id: str,
        label: str,
        lines: Sequence[tuple[pd.Series, pd.Series]],
        marks: Mapping[str, float],
        key: str,
        method: str,
        **group: str,
    ) -> list[Measurement]:
        """A survival curve in percent, `n` the people at risk; counted are those to whom it happened by then.

        `lines` are times and events, a row a person, as in `ut_research.stats.survival`: the first is shown,
        and its limits take in those of all. `marks` are the times of the points by what they are called,
        under `key` in their groups.
        """
        readings = [kaplan_meier(*line, list(marks.values()), self.confidence) for line in lines]
        times, event = lines[0]
        days, happened = times.to_numpy(dtype=float), event.to_numpy(dtype=bool)
        found = []
        for (mark, time), points in zip(marks.items(), zip(*readings, strict=True), strict=True):
            wide = widest([Interval(point.share, point.low, point.high) for point in points])
            at, about = Interval(points[0].share, wide.low, wide.high).times(100), {**group, key: mark}
            n, gone = times.index[days >= time], people(times.index[happened & (days <= time)])
            one = self.number(id, label, at, "%", f"Kaplan-Meier, {method}", n=n, about=about)
            found.append(replace(one, counted=gone))
        return found


def histogram(values: pd.Series) -> dict[float, int]:
    """How many of `values` there are of each."""
    found, times = np.unique(values.to_numpy(dtype=float), return_counts=True)
    return dict(zip(found.tolist(), times.tolist(), strict=True))


def _filled(tables: Tables, name: str, by: By | None) -> pd.DataFrame:
    """The table `name` with every column that it may have, and `by`: days as days, groups as text."""
    frame, own = tables.get(name, pd.DataFrame()), TABLES[name].columns
    groups = GROUPS if name == "participants" else [by] if by else []
    columns = dict.fromkeys([*frame, *(c.name for c in own), *groups])
    found = frame.reindex(columns=list(columns))
    return found.assign(
        **{g: _named(found[g]) for g in groups},
        **{c.name: pd.to_datetime(found[c.name]) for c in own if c.kind == "date"},
    )


def _named(groups: pd.Series) -> pd.Series:
    return groups.astype("str").fillna(NOT_RECORDED).replace(UNKNOWN, NOT_RECORDED)


def numbered(frames: Tables) -> dict[str, pd.DataFrame]:
    """The frames with people numbered, the same in each; where a row is a person, its index is the number.

    Numbers are sorted, joined and counted many times sooner than text. What is numbered stays as it is.
    """
    ids = {name: f["participant_id"] for name, f in frames.items() if "participant_id" in f}
    if not ids:
        return dict(frames)
    if not all(i.empty or pd.api.types.is_numeric_dtype(i) for i in ids.values()):
        text = pd.concat([i.astype("str") for i in ids.values()], ignore_index=True)
        numbers = pd.Series(pd.factorize(text)[0])
        numbers = numbers.mask(numbers < 0)
        split = np.split(numbers, np.cumsum([len(i) for i in ids.values()])[:-1])
        ids = {name: pd.Series(own) for name, own in zip(ids, split, strict=True)}
    return {
        n: by_person(f.assign(participant_id=ids[n].to_numpy())) if n in ids else f for n, f in frames.items()
    }


def by_person(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with its people's numbers for its index, where each row is another person; else as it is."""
    numbers = frame["participant_id"]
    if frame.index.name == PERSON or numbers.isna().any() or not numbers.is_unique:
        return frame
    return frame.set_index(pd.Index(numbers.astype("int64"), name=PERSON))


def whether(people: pd.DataFrame, there: pd.Series) -> pd.Series:
    """Of each of `people`, a row each, whether their number is one of those `there`."""
    return people.participant_id.isin(there.dropna())


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _join(*parts: str) -> str:
    return "; ".join(filter(None, parts))
