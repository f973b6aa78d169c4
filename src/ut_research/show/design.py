"""What follows from a study's design, and the words of the study itself, as tokens for sentences.

A report says of a comparison only what its design bears: of groups drawn by chance nothing says that people
chose, of groups that people chose nothing says that the programme was the cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ut_research.core import policies
from ut_research.core.units import period

#: What is said where no group without the programme was drawn by chance.
_NO_TRIAL = {
    "short": "We cannot say that the project made the difference.",
    "limit": "Whether the project made the difference. Nobody without it was looked at in the same way.",
    "who": "People who take part may differ from those who do not, before any support.",
    "without": "No analysis of these data can say what would have happened to the same people without the "
    "project. That needs a comparison group chosen fairly, as the Justice Data Lab does.",
    "guideline": "STROBE for the flow of people, TREND for evaluations without random choice (Des Jarlais "
    "and others, 2004)",
}
#: For each design, the sentences about the comparison of two groups. ``cause`` ends a sentence that begins
#: with what cannot be said, ``guideline`` names what such a study is reported by; the others are sentences,
#: ``short`` one for the front page.
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "self-selected": {
        "cause": "that taking part was the cause, because people chose whether to take part",
        "groups": "The people who chose to take part may have been different from the start. "
        "So we cannot say that the project made the difference.",
        **_NO_TRIAL,
        "limit": "Whether the project made the difference. People chose whether to take part, and those who "
        "did may have been more ready to change to begin with.",
        "threat": "Selection: people chose whether to take part",
        "threat_does": "Make the project look better than it is, if readier people take part.",
        "threat_done": "The groups are never called a fair comparison. People who stay for weeks were not in "
        "prison in those weeks, which flatters this group too.",
        "bears": "Two groups that chose their own place are compared. It is not a trial.",
    },
    "randomised": {
        "short": "Chance decided who was in which group.",
        "cause": "that the same would be found elsewhere, or now: these are the people who were in the study",
        "groups": "Chance decided who was in which group. Only a difference that chance alone cannot explain "
        "is likely to come from what the groups were given.",
        "limit": "Whether the same would be found elsewhere, or now.",
        "guideline": "CONSORT for randomised trials and their flow of people (Hopewell and others, 2025)",
        "threat": "Selection: who was in which group",
        "threat_does": "Make one group look better than it is, if the groups differed from the start.",
        "threat_done": "Chance decided who was in which group. The ranges allow for chance.",
        "bears": "Chance decided who was in which group: it is a randomised trial.",
        "who": "The people in the study may differ from people elsewhere.",
        "without": "The group that was not offered it shows what would have happened without. "
        "Whether the same would happen elsewhere, or now, these data cannot say.",
    },
    "before-and-after": {
        "cause": "that the project was the cause, because nobody like them without the project was asked",
        "groups": "The same people are looked at before and after. "
        "So we cannot say what would have happened anyway.",
        "threat": "No comparison: the same people before and after",
        "threat_does": "Make the project look better than it is, if things would have changed anyway.",
        "threat_done": "Changes over time are never put down to the project.",
        "bears": "One group of people is looked at before and after. It is not a trial.",
        **_NO_TRIAL,
    },
    "one-group": {
        "cause": "that the project was the cause, because nobody without the project was looked at",
        "groups": "Nobody was compared with people without the project. "
        "So we cannot say what would have happened anyway.",
        "threat": "No comparison: one group only",
        "threat_does": "Make the project look better than it is, if people would have got there anyway.",
        "threat_done": "What people reached is never put down to the project.",
        "bears": "One group of people is looked at. It is not a trial.",
        **_NO_TRIAL,
    },
}  # fmt: skip
#: The words of a study that a sentence may hold.
OF_STUDY = (
    "title",
    "people",
    "place",
    "introduction",
    "makers",
    "contact",
    "engaged",
    "not_engaged",
    "earlier_round",
    "later_round",
)


def words(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The tokens that a text may hold about the study: ``study.title``, ``design.groups`` and so on."""
    study = {f"study.{name}": str(parameters[name]) for name in OF_STUDY}
    study["study.who_engaged"] = parameters["who_engaged"] or f"people in the group “{parameters['engaged']}”"
    study["study.policy"] = policies.words(parameters)
    study["study.follow_up"] = period(parameters["follow_up_days"])
    return study | {f"design.{name}": said for name, said in SENTENCES[parameters["design"]].items()}
