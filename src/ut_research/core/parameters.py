"""The parameters of one run: read from a study file, validated, and handed to the chapters by name.

A study file is TOML with the sections of `study.toml`. Every key has a default; an unknown
section or key, a wrong type or an impossible value is an error that names its place, and all
are reported at once.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ut_research.core.problems import Problem, ProblemsFound

#: Days outside these years are placeholders or slips (1900 and 2099 are the usual ones), not events.
FIRST_YEAR, LAST_YEAR = 1950, 2049
DAYS = {"low": date(FIRST_YEAR, 1, 1), "high": date(LAST_YEAR, 12, 31)}


def _parameter(default: Any, section: str, unit: str, source: str, meaning: str, **limits: Any) -> Any:
    about = {"section": section, "unit": unit, "source": source, "meaning": meaning, **limits}
    return field(default=default, metadata=about)


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that a person may choose about a run. Each field has a unit, a source and a meaning."""

    title: str = _parameter(
        "United Together", "study", "", "2021 report, title", "What the project is called"
    )
    delivery_start: date = _parameter(
        date(2019, 10, 1), "study", "date", "2021 report, Executive Summary", "First day of delivery", **DAYS
    )
    delivery_end: date = _parameter(
        date(2021, 3, 31),
        "study",
        "date",
        "2021 report, Executive Summary: 18 months",
        "Last day of delivery",
        **DAYS,
    )
    interview_round_from: date = _parameter(
        date(2021, 7, 1),
        "study",
        "date",
        "ARC BITE 2022, What did we do: August and September 2021",
        "Interviews from this day belong to the 2022 study, earlier ones to the 2021 evaluation",
        **DAYS,
    )
    engaged: str = _parameter(
        "Engaged with the project", "groups", "", "2021 report, Reoffending data", "Name of the engaged group"
    )
    not_engaged: str = _parameter(
        "Referred but did not engage",
        "groups",
        "",
        "2021 report, Reoffending data",
        "Name of the group that did not engage",
    )
    confidence: float = _parameter(
        0.95, "analysis", "proportion", "convention", "Level of every interval", low=0.5, high=0.999
    )
    follow_up_days: int = _parameter(
        365,
        "reoffending",
        "days",
        "Ministry of Justice, proven reoffending: one year from the index date",
        "Days from entry in which a reoffence counts",
        low=28,
        high=3653,
    )
    conviction_lag_days: int = _parameter(
        183,
        "reoffending",
        "days",
        "Ministry of Justice, proven reoffending: a further six months",
        "Days more for a conviction to be recorded",
        low=0,
        high=1096,
    )
    low_at_most: int = _parameter(
        40,
        "wellbeing",
        "points (WEMWBS 14 to 70)",
        "usual band for probable depression, as others state it; not named in 2021",
        "A total at or below this is low wellbeing",
        low=14,
        high=69,
    )
    high_at_least: int = _parameter(
        60,
        "wellbeing",
        "points (WEMWBS 14 to 70)",
        "usual band, as others state it",
        "A total at or above this is high wellbeing",
        low=15,
        high=70,
    )
    meaningful_change: int = _parameter(
        3,
        "wellbeing",
        "points",
        "2021 report, Mental wellbeing",
        "Threshold of a meaningful change",
        low=1,
        high=20,
    )
    meaningful_rule: str = _parameter(
        "more than",
        "wellbeing",
        "",
        "2021 report: more than 3; also in use, not checked at its source: 3 or more",
        "Whether the change must pass or only reach the threshold",
        choices=("more than", "at least"),
    )
    missing_items: int = _parameter(
        0,
        "wellbeing",
        "items",
        "complete questionnaires by default; up to 3 is a rule in use, not checked at its source",
        "Most missing items filled with the mean of the rest",
        low=0,
        high=3,
    )
    reliability: float = _parameter(
        0.83,
        "wellbeing",
        "correlation",
        "one-week test-retest; HQLO 7:15 (2009)",
        "Reliability behind the standard-error and reliable-change thresholds",
        low=0.01,
        high=0.99,
    )
    active_days: int = _parameter(
        5,
        "activity",
        "days a week",
        "older national recommendation, not checked at its source",
        "Days that count as active",
        low=1,
        high=7,
    )
    threshold: int = _parameter(
        5,
        "disclosure",
        "people",
        "counts under five; see the policy's source on the Methods page",
        "Counts under this are withheld, zero aside",
        low=3,
        high=100,
    )
    rounding: str = _parameter(
        "none",
        "disclosure",
        "",
        "house policy",
        "How released counts are rounded",
        choices=("none", "nearest 5", "midpoint 6"),
    )
    zeros_safe: bool = _parameter(True, "disclosure", "", "house policy", "Whether a true zero may be shown")

    @classmethod
    def build(cls, data: dict[str, Any], file: str = "study.toml") -> Study:
        """A Study from parsed TOML; raises `ProblemsFound` with every mistake in `data`."""
        known = {f.name: f for f in fields(cls)}
        sections = {f.metadata["section"] for f in known.values()}
        problems: list[Problem] = []
        values: dict[str, Any] = {}

        def wrong(what: str, place: str, todo: str) -> None:
            problems.append(Problem(what, f"{file}, {place}", todo))

        for section, entries in data.items():
            if section in known:
                wrong(
                    "this parameter is in no section",
                    section,
                    f"put it under [{known[section].metadata['section']}]",
                )
                continue
            if section not in sections or not isinstance(entries, dict):
                wrong("unknown section", f"[{section}]", _suggest(section, sections))
                continue
            names = {n for n, f in known.items() if f.metadata["section"] == section}
            for name, value in entries.items():
                if name not in names:
                    wrong("unknown parameter", f"[{section}] {name}", _suggest(name, names))
                elif complaint := _complaint(value, known[name]):
                    wrong(complaint[0], f"[{section}] {name}", complaint[1])
                else:
                    values[name] = float(value) if type(known[name].default) is float else value
        study = cls(**values)
        if study.delivery_start >= study.delivery_end:
            wrong("delivery ends before it starts", "[study] delivery_end", "give a later day")
        if study.engaged.strip().casefold() == study.not_engaged.strip().casefold():
            wrong("both groups have one name", "[groups] not_engaged", "give it another")
        if study.low_at_most >= study.high_at_least:
            wrong(
                "low wellbeing reaches into high",
                "[wellbeing] low_at_most",
                "give a value under high_at_least",
            )
        if problems:
            raise ProblemsFound(problems)
        return study

    @classmethod
    def read(cls, path: Path) -> Study:
        """The Study in the TOML file at `path`; raises `ProblemsFound`."""
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            problem = Problem("there is no such study file", str(path), "check the path given as STUDY")
        except OSError:
            problem = Problem("the study file cannot be opened", str(path), "give a file that you may read")
        except UnicodeDecodeError:
            problem = Problem("the study file is not UTF-8 text", str(path), "save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            problem = Problem(f"not valid TOML: {error}", str(path), "mend that line; text needs quotes")
        else:
            return cls.build(data, path.name)
        raise ProblemsFound([problem])

    def parameters(self) -> dict[str, Any]:
        """The parameters as plain values that a notebook can take: dates as ISO text."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}

    @classmethod
    def describe(cls) -> list[dict[str, str]]:
        """One row a parameter, for the Methods page: name, meaning, unit, default, source."""
        return [
            {
                "parameter": f.name,
                "meaning": f.metadata["meaning"],
                "unit": f.metadata["unit"],
                "default": str(f.default),
                "source": f.metadata["source"],
            }
            for f in fields(cls)
        ]


def _suggest(word: str, known: set[str]) -> str:
    close = get_close_matches(word, sorted(known), n=1)
    return f"did you mean {close[0]}?" if close else f"one of: {', '.join(sorted(known))}"


def _complaint(value: Any, parameter: Any) -> tuple[str, str] | None:
    """What is wrong with `value` and what to do, or None."""
    about, wanted = parameter.metadata, type(parameter.default)
    if wanted is float and type(value) is int:
        value = float(value)
    if wanted is date and isinstance(value, datetime):
        return "a date and time where a date is needed", "write it as 2019-10-01"
    if type(value) is not wanted:
        words = {
            date: "a date, as 2019-10-01",
            str: "text in quotes",
            int: "a whole number",
            float: "a number",
            bool: "true or false",
        }
        return "the wrong kind of value", f"give {words[wanted]}"
    if "choices" in about and value not in about["choices"]:
        return "not one of the choices", "one of: " + ", ".join(f'"{c}"' for c in about["choices"])
    if "low" in about and not about["low"] <= value <= about["high"]:
        return "out of range", f"give a value from {about['low']} to {about['high']}"
    if wanted is str and not value.strip():
        return "empty text", "give it some text"
    return None
