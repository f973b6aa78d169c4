"""Where the numbers of a report come from, in the words of every page and paper, by its standing.

The standing (`ut_research.disclosure.decision.standing`) is ``example``, ``draft`` or ``export``.
"""

from __future__ import annotations

#: At the top of each page of the book.
NOTES = {
    "example": "Invented data: not real results.",
    "draft": "Draft: not to be passed on.",
    "export": "From the records of this study.",
}
_RECORDS = "Made from the records of this study. Numbers marked as published are from their sources. "
_RECORDS += "Numbers about very few people are withheld."
#: In the foot of each page, and at the top of each paper.
LABELS = {
    "example": "Invented example: not evidence about real people. The people counted here are made up, "
    "to show how this works. Only numbers marked as published are real.",
    "draft": f"Draft, not to be passed on: nobody has approved its release yet. {_RECORDS}",
    "export": _RECORDS,
}
#: At the top of a brief, where a star marks what is invented.
STARRED = f"{NOTES['example']} Numbers marked * are made up. The others are published."
