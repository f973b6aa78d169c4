"""An invented project of interviews, as a program for qualitative analysis exports it.

``python -m tools.interviews data/raw/united-together`` writes `interviews.qdpx`: as many people, in the same
roles, as both studies of United Together interviewed; their questions, themes and findings as its codebook;
two coders on a third of it; marks of consent; a source that is missing, and something said against a finding.
Who spoke of what is drawn from a seed. It is no evidence about United Together.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from tools.example.interviews import INTERVIEWS, QUESTIONS_2021, QUESTIONS_2022
from ut_research.reading.refi import Case, Code, Coding, Project, Source
from ut_research.reading.refi_write import guid, write

SEED = 20220301
REGISTER = Path(__file__).parents[1] / "studies" / "united-together" / "published" / "findings.csv"
CODERS = {guid("coder", n): f"Invented coder {n}" for n in (1, 2)}
CONSENT = Code(
    guid("code", "consent"), ("Consent to quote",), "Whoever said it agreed that it may be quoted."
)
#: Of a question and theme, what some people said against it.
AGAINST = ("What works well in delivering the project?", "services within reach")
JOBS = {"strategic": "manages", "delivery": "delivers", "participant": "takes part"}
#: What is said in a passage, of a theme. Those with a digit or a name in it are refused as quotations.
WORDS = (
    "These words are invented, and they are of {}.",
    "It is {} that these invented words are of.",
    "Nobody said this of {}: it is invented.",
    "Ask Invented Person about {}.",
    "What is said here of {} is invented.",
)
#: How often somebody who is asked speaks of a theme, or against it, and agrees that a passage may be quoted;
#: and how often the second coder gives a passage the code that the first gave it.
SPEAKS, OBJECTS, CONSENTS, AGREES = 0.5, 0.35, 0.3, 0.85

INVENTED = """# These people are invented

Nobody in this folder exists. `tools.interviews` drew from a seed who spoke of what; the questions, themes and
findings are those that were published, in our words. It is here so that a project of interviews can be read
and tested by anyone. It is not evidence about United Together.
"""
RECIPE = """\
# How the project's own attributes and codes become the tables of the data dictionary.
[tables.interviews.columns]
role = "Job"                        # the attribute that is the role
organisation_type = "Organisation"
held_date = "Round"                 # the attribute that is the round: a day in each
[tables.interviews.codes.role]
manages = "strategic"
delivers = "delivery"
"takes part" = "participant"
[tables.interviews.codes.held_date]
first = "2021-03-01"
second = "2021-09-01"
[sheets.coded_segments]
consent = "Consent to quote"        # the code by which a passage may be quoted; it is no theme
"""


def generate(seed: int = SEED) -> Project:
    """The invented project, the same from the same seed."""
    rng = np.random.default_rng(seed)
    codes = tuple(_codebook())
    cases, sources, codings = list[Case](), list[Source](), list[Coding]()
    held = [(year, job, place, n) for year, _, job, place, times, n in INTERVIEWS for _ in range(times)]
    for number, (year, role, place, people) in enumerate(held, 1):
        source = guid("source", number)
        asked = [c for c in codes if c.path[0] in (QUESTIONS_2021 if year == "2021" else QUESTIONS_2022)]
        parts = list(_said(rng, asked, people))
        lines = [WORDS[i % len(WORDS)].format(code.path[1]) for i, (_, code) in enumerate(parts)]
        ends = np.cumsum([len(line) + 1 for line in lines])
        told: list[set[str]] = [set() for _ in range(people)]
        for i, (who, code) in enumerate(parts):
            selection = guid("passage", number, i)
            told[who].add(selection)
            where = (source, selection, f"{ends[i] - len(lines[i]) - 1}-{ends[i] - 1}")
            codings += _coded(rng, where, code, codes, twice=number % 3 == 0)
        job = (
            ("Job", JOBS[role]),
            ("Organisation", place),
            ("Round", "first" if year == "2021" else "second"),
        )
        for who in range(people):
            of = frozenset([source]) if people == 1 else frozenset()
            name = f"Invented person {len(cases) + 1}"
            own = frozenset(told[who]) if people > 1 else frozenset()
            cases.append(Case(guid("case", number, who), name, job, of, own))
        text = None if number == 5 else "\n".join(lines)
        sources.append(Source(source, f"Invented interview {number}", "TextSource", (), text))
    return Project(CODERS, codes, tuple(cases), tuple(sources), tuple(codings))


def _codebook() -> Iterator[Code]:
    """The questions, below them the themes with what was found, and what was said against one."""
    register = pd.read_csv(REGISTER)
    found = register.drop_duplicates(["question", "theme"]).set_index(["question", "theme"]).finding
    for question, themes in {**QUESTIONS_2022, **QUESTIONS_2021}.items():
        yield Code(guid("code", question), (question,))
        for theme in themes:
            yield Code(guid("code", question, theme), (question, theme), found[question, theme])
            if (question, theme) == AGAINST:
                meaning = "Invented: for some people the sessions were too far away."
                yield Code(guid("code", question, theme, "against"), (question, theme, "against"), meaning)
    yield CONSENT


def _said(rng: np.random.Generator, asked: list[Code], people: int) -> Iterator[tuple[int, Code]]:
    """Who of an interview spoke of what, up to three times; a question by itself is no theme."""
    for code in (c for c in asked if len(c.path) > 1):
        for who in range(people):
            if rng.random() < (OBJECTS if len(code.path) > 2 else SPEAKS):
                yield from [(who, code)] * int(rng.integers(1, 4))


def _coded(
    rng: np.random.Generator, where: tuple[str, str, str], code: Code, codes: tuple[Code, ...], *, twice: bool
) -> Iterator[Coding]:
    """A passage as the first coder coded it, and, if `twice`, as the second did."""
    first, second = CODERS
    yield Coding(*where, code.guid, first, "Invented note.")
    if rng.random() < CONSENTS:
        yield Coding(*where, CONSENT.guid, first, "Invented note.")
    if twice:
        others = [c for c in codes if c.path[0] == code.path[0] and len(c.path) == 2]
        own = code if rng.random() < AGREES else others[int(rng.integers(len(others)))]
        yield Coding(*where, own.guid, second, "Invented note.")


def main(folder: Path) -> None:
    """Write the project, its recipe and a note that it is invented: the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    write(generate(), folder / "interviews.qdpx")
    (folder / "columns.toml").write_text(RECIPE, encoding="utf-8")
    (folder / "INVENTED.md").write_text(INVENTED, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
