"""Journeys of single people who agreed to it: the stages that they went through, and roughly when.

A study names its ``[stages]`` in order, each with the finding that counts who came so far, and writes an
entry of ``[[journeys]]`` a person: `consent`, the day on which they agreed that it is shown, and stages with
their times. Nothing else about anybody can be written there. See decision 0041.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

#: How long after the first stage somebody came to another.
TIMES = ("at once", "within a month", "within three months", "within six months", "within a year", "later")
#: What an entry says beside stages: when the person agreed, and whether they are invented, like the data.
CONSENT, INVENTED = "consent", "invented"


def stages(journey: Mapping[str, Any]) -> dict[str, Any]:
    """The stages of a journey, in order, with their times."""
    return {stage: when for stage, when in journey.items() if stage not in (CONSENT, INVENTED)}


def clashes(journeys: Any, known: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a study's journeys through its stages, if `known`: what, where, and what to do."""
    entries = journeys if isinstance(journeys, list) else [None]
    for number, journey in enumerate(entries, 1):
        if not isinstance(journey, dict):
            yield (
                "not as a journey is written",
                f"[[journeys]] {number}",
                "write [[journeys]] for each person",
            )
            continue
        for what, key, todo in (*_consent(journey), *_of_stages(stages(journey), list(known))):
            yield what, f"[[journeys]] {number} {key}".strip(), todo


def _consent(journey: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    agreed = journey.get(CONSENT)
    if type(agreed) is not date:
        todo = "give the day on which the person agreed to it, as 2026-01-31, or take the journey out"
        yield "a journey without a day of consent", CONSENT, todo
    elif agreed > date.today():
        yield "the day of consent is still to come", CONSENT, "take the journey out until the person agreed"
    if not isinstance(journey.get(INVENTED, False), bool):
        yield "the wrong kind of value", INVENTED, "give true or false"


def _of_stages(went: Mapping[str, Any], known: list[str]) -> Iterator[tuple[str, str, str]]:
    named = ", ".join(known) or "none is named yet"
    for stage, when in went.items():
        if stage not in known:
            yield "a journey says nothing but stages", stage, f"take it out, or name one of [stages]: {named}"
        elif when not in TIMES:
            yield "not one of the times", stage, f"one of: {', '.join(TIMES)}"
    there = [
        (known.index(stage), TIMES.index(when), stage)
        for stage, when in went.items()
        if stage in known and when in TIMES
    ]
    for (place, at, _), (then, later, stage) in pairwise(there):
        if then < place:
            yield "the stage comes too late", stage, f"write stages in the order of [stages]: {named}"
        if later < at:
            yield "the time is before that of an earlier stage", stage, f'give no time before "{TIMES[at]}"'
    if there and there[0][:2] != (0, 0):
        yield "times count from the first stage", there[0][2], f'begin with "{known[0]}" = "{TIMES[0]}"'
    if len(went) < 2:
        yield "a journey has two stages or more", "", f"of: {named}"
