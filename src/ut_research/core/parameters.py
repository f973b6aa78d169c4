"""A study: what a programme is, in words that a report uses, and the parameters of a run.

A study is a folder, ``studies/<name>/``, with a `study.toml` in it. Beside it may lie ``published/`` (figures
and findings that are published about it), ``pages/`` (of the book, about the programme), ``brief.txt`` and
``logos/``.
Every key of `study.toml` has a default; an unknown section or key, a wrong type or an impossible value is an
error that names its place, and all are reported at once. `ut_research.core.studies` finds and reads them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from ut_research.core import journeys, periods
from ut_research.core.complaints import complaints, suggest
from ut_research.core.journeys import CONSENT, TIMES
from ut_research.core.policies import KEYS, OWN, POLICIES
from ut_research.core.problems import Problem, stop_for
from ut_research.core.schema import NEEDS, TABLES

#: Days outside these years are placeholders or slips (1900 and 2099 are the usual ones), not events.
FIRST_YEAR, LAST_YEAR = 1950, 2049

#: How people came to be in the groups, or before and after which of two times, that are compared.
DESIGNS = ("self-selected", "randomised", "before-and-after", "one-group")


def _parameter(default: Any, section: str, unit: str, source: str, meaning: str, **limits: Any) -> Any:
    about = {"section": section, "unit": unit, "source": source, "meaning": meaning, **limits}
    return field(default=default, metadata=about)


def _words(default: str, meaning: str, section: str = "study", **limits: Any) -> Any:
    return _parameter(default, section, "", "the study", meaning, **limits)


def _rule(default: Any, unit: str, meaning: str, **limits: Any) -> Any:
    return _parameter(default, "disclosure", unit, "the policy", meaning, **limits)


def _day(meaning: str, section: str) -> Any:
    return _parameter(None, section, "date", "the study", meaning, kind=date,
                      between=(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)))  # fmt: skip


def _table(section: str, holds: type, meaning: str, *keys: str) -> Any:
    """A section that is a value as a whole: names with what `holds`, or with `keys` a list of entries.

    Entries that hold any `object` are checked in a module of their own, and `keys` are lines of an example.
    """
    about = {"section": section, "whole": holds, "keys": keys, "meaning": meaning}
    return field(default_factory=list if keys else dict, metadata=about)


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that a person may choose about a run. Each field has a unit, a source and a meaning."""

    title: str = _words("The project", "What the project is called")
    people: str = _words("people", "Who it is for, as in a sentence")
    place: str = _words("", "Where it is, as in a sentence", blank=True)
    introduction: str = _words("", "What it does, in a sentence or two, for the front page", blank=True)
    makers: str = _words("", "Who made the report, for the front page", blank=True)
    contact: str = _words("", "Whom to ask about it, for the brief", blank=True)
    sheets: bool = _parameter(
        False, "study", "", "the study", "Whether each part of a sweep has a sheet of one page"
    )
    data: str = _words("", "Where its own data are, from the study's folder", blank=True)
    delivery_start: date | None = _day("First day of delivery", "study")
    delivery_end: date | None = _day("Last day of delivery", "study")
    design: str = _words("self-selected", "How people came into the groups", choices=DESIGNS)
    framework: str = _words("", "The priorities that it is read against, in studies/frameworks", blank=True)
    findings_of: str = _words(
        "", "The document whose questions and findings are counted", "interviews", blank=True
    )
    heard: str = _words("", "The question of what participants said of taking part", "interviews", blank=True)
    earlier_round: str = _words("Earlier round", "Name of the earlier interviews", "interviews")
    later_round: str = _words("Later round", "Name of the later interviews", "interviews")
    interview_round_from: date | None = _day("Interviews from this day are of the later round", "interviews")
    engaged: str = _words("Engaged with the project", "Name of the engaged group", "groups")
    not_engaged: str = _words("Referred but did not engage", "Name of the other group", "groups")
    who_engaged: str = _words("", "Who is in the engaged group, as in a sentence", "groups", blank=True)
    partners: dict[str, list[str]] = _table("partners", list, "Partners, and how else they are written")
    areas: dict[str, list[str]] = _table("areas", list, "Areas, and how else they are written")
    grid: str = _words("", "Where the areas lie: a line a row, | between those in it", "map", blank=True)
    search: dict[str, str] = _table("search", str, "Words that people look for, and which the pages have")
    common_words: str = _words("", "Words that many names of partners hold", "spelling", blank=True)
    needs: dict[str, str] = _table("needs", str, "Needs that were asked about, in words")
    outcomes: dict[str, str] = _table("outcomes", str, "Outcomes that were recorded, in words")
    alongside: list[dict[str, str]] = _table(
        "alongside", dict, "Other programmes", "title", "about", "study", "compare", "measure"
    )
    joint: list[dict[str, str]] = _table(
        "joint", dict, "What was said beside what was measured; they agree where the finding under rises did",
        "said", "measured", "together", "rises",
    )  # fmt: skip
    coreq: dict[str, str] = _table("coreq", str, "How interviews were done, by the items of COREQ (1 to 32)")
    gripp2: dict[str, str] = _table("gripp2", str, "How the public was involved, by those of GRIPP2 (1 to 5)")
    periods: list[dict[str, str]] = _table(
        "periods",
        dict,
        "Times in which something else changed what is measured; those with from, and to, as "
        '"2020-03-23", are what people and interviews are grouped by, in place of halves of delivery',
        "name",
        "when",
        "effect",
        "done",
        "called",
        "from",
        "to",
    )
    stages: dict[str, str] = _table(
        "stages", str, "What happens to a person, in order, each with the id of the finding that counts who"
        " came so far; |others for those whom it does not count",
    )  # fmt: skip
    journeys: list[dict[str, Any]] = _table(
        "journeys", object, "Journeys through the stages, one for each person who agreed to it, and when",
        "consent = 2024-04-01  # the day on which the person agreed",
        '"The first stage" = "at once"',
        f'"Another stage" = "within a month"  # one of: {", ".join(TIMES)}',
    )  # fmt: skip
    confidence: float = _parameter(
        0.95, "analysis", "proportion", "convention", "Level of every interval", between=(0.5, 0.999)
    )
    primary: str = _words(
        "reoffending.risk_change, wellbeing.change_mean, activity.change_mean", "Primary outcomes", "analysis"
    )
    adjust_for: str = _words(
        "", "What the groups are made alike in, beside the plain comparison", "analysis", blank=True
    )
    waves: str = _words(
        "first and last", "Which questionnaires are compared: first and last, or as 1 and 3", "analysis"
    )
    follow_up_days: int = _parameter(
        365,
        "reoffending",
        "days",
        "Ministry of Justice, proven reoffending: one year from the index date",
        "Days from entry in which a reoffence counts",
        between=(28, 3653),
    )
    conviction_lag_days: int = _parameter(
        183,
        "reoffending",
        "days",
        "Ministry of Justice, proven reoffending: a further six months",
        "Days more for a conviction to be recorded",
        between=(0, 1096),
    )
    free_at_months: tuple[int, ...] = _parameter(
        (6, 12),
        "reoffending",
        "months",
        "convention",
        "Months from entry, one or several, at which it is said who had not reoffended",
        between=(1, 120),
    )
    low_at_most: int = _parameter(
        40,
        "wellbeing",
        "points (WEMWBS 14 to 70)",
        "usual band for probable depression, as others state it",
        "A total at or below this is low wellbeing",
        between=(14, 69),
    )
    high_at_least: int = _parameter(
        60,
        "wellbeing",
        "points (WEMWBS 14 to 70)",
        "usual band, as others state it",
        "A total at or above this is high wellbeing",
        between=(15, 70),
    )
    meaningful_change: int = _parameter(
        3,
        "wellbeing",
        "points",
        "as many evaluations use it",
        "Threshold of a meaningful change",
        between=(1, 20),
    )
    meaningful_rule: str = _parameter(
        "more than",
        "wellbeing",
        "",
        "both are in use, not checked at their source",
        "Whether the change must pass or only reach the threshold",
        choices=("more than", "at least"),
    )
    missing_items: int = _parameter(
        0,
        "wellbeing",
        "items",
        "complete questionnaires by default; up to 3 is a rule in use, not checked at its source",
        "Most missing items filled with the mean of the rest",
        between=(0, 3),
    )
    reliability: float = _parameter(
        0.83,
        "wellbeing",
        "correlation",
        "one-week test-retest; Tennant and others 2007, HQLO 5:63, as HQLO 7:15 (2009) states it",
        "Reliability behind the standard-error and reliable-change thresholds",
        between=(0.01, 0.99),
    )
    active_days: int = _parameter(
        5,
        "activity",
        "days a week",
        "older national recommendation, not checked at its source",
        "Days that count as active",
        between=(1, 7),
    )
    policy: str = _parameter(
        "ons-5",
        "disclosure",
        "",
        "each is explained on the Methods page",
        "The rules of what is withheld, by name; a study's own are the lines after this",
        choices=(*POLICIES, OWN),
    )
    threshold: int = _rule(5, "people", "Counts under this are withheld, zero aside", between=(3, 100))
    rounding: str = _rule("none", "", "How counts are rounded", choices=("none", "nearest 5", "midpoint 6"))
    zeros_safe: bool = _rule(True, "", "Whether a true zero may be shown")
    all_alike_below: int = _rule(20, "people", "Smallest group that may be all alike", between=(0, 1000))

    @classmethod
    def build(cls, data: Mapping[str, Any], file: str = "study.toml") -> Study:
        """A Study from parsed TOML; raises `ProblemsFound` with every mistake in `data`."""
        known = {f.name: f.metadata for f in fields(cls)}
        sections = {about["section"] for about in known.values()}
        problems: list[Problem] = []
        said: dict[str, Any] = {}
        for section, entries in data.items():
            place = f"{file}, [{section}]"
            if "whole" in known.get(section, ()):
                said[section] = entries
            elif section in known:
                todo = f"put it under [{known[section]['section']}]"
                problems.append(Problem("this parameter is in no section", f"{file}, {section}", todo))
            elif section not in sections or not isinstance(entries, dict):
                problems.append(Problem("unknown section", place, suggest(section, sections)))
            else:
                names = {n for n, about in known.items() if about["section"] == section}
                said |= {n: value for n, value in entries.items() if n in names}
                problems += [Problem("unknown parameter", f"{place} {n}", suggest(n, names))
                             for n in entries if n not in names]  # fmt: skip
        return cls._checked(said, file, problems)

    @classmethod
    def _checked(cls, said: Mapping[str, Any], file: str, problems: Iterable[Problem] = ()) -> Study:
        """A Study of what is `said`, by name; ProblemsFound with these `problems` and every mistake in it."""
        values: dict[str, Any] = {}
        wrong: list[tuple[str, str, str]] = []
        for f in (f for f in fields(cls) if f.name in said):
            kind, value = type(f.default), said[f.name]
            if told := list(complaints(value, f)):
                wrong += told
            else:
                values[f.name] = kind(value) if kind in (float, tuple) else value
        for name in _settle(values):
            what, todo = f"the policy {values['policy']} has another", 'say policy = "own", or leave it out'
            wrong.append((what, f"[disclosure] {name}", todo))
        study = cls(**values)
        wrong += study._clashes()
        stop_for([*problems, *(Problem(what, f"{file}, {at}", do) for what, at, do in wrong)])
        return study

    def _clashes(self) -> Iterator[tuple[str, str, str]]:
        """What does not go together: what is wrong, where, and what to do."""
        if self.delivery_start and self.delivery_end and self.delivery_start >= self.delivery_end:
            yield "delivery ends before it starts", "[study] delivery_end", "give a later day"
        if self.engaged.strip().casefold() == self.not_engaged.strip().casefold():
            yield "both groups have one name", "[groups] not_engaged", "give it another"
        known = {"needs": {*NEEDS}, "coreq": set(map(str, range(1, 33))), "gripp2": set("12345")}
        known["outcomes"] = {*TABLES["outcomes"].column("outcome").allowed}
        for section, codes in known.items():
            for name in sorted(set(getattr(self, section)) - codes):
                yield "there is no such code", f"[{section}] {name}", suggest(name, codes)
        for name in sorted(set(grid_of(self.grid)) - set(self.areas)):
            yield f"{name} is no area", "[map] grid", suggest(name, set(self.areas))
        yield from periods.clashes(self.periods)
        yield from journeys.clashes(self.journeys, self.stages)
        if self.low_at_most >= self.high_at_least:
            place = "[wellbeing] low_at_most"
            yield "low wellbeing reaches into high", place, "give a value under high_at_least"

    def changed(self, where: str, **choices: Any) -> Study:
        """This study with other values of some parameters, by name; `where` is said in messages.

        Raises
        ------
        ProblemsFound : a name that no parameter has, or as `build`.
        """
        known, what = {f.name for f in fields(self)}, "there is no such parameter"
        stop_for(Problem(what, f"{where}, {n}", suggest(n, known)) for n in choices if n not in known)
        values = {name: choices.get(name, getattr(self, name)) for name in known}
        return self._checked({n: value for n, value in values.items() if value is not None}, where)

    def parameters(self) -> dict[str, Any]:
        """The parameters as plain values that a notebook can take: dates as ISO text, and none of consent."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values |= {k: list(v) for k, v in values.items() if isinstance(v, tuple)}
        values["journeys"] = [{k: v for k, v in one.items() if k != CONSENT} for one in self.journeys]
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}

    @classmethod
    def template(cls, title: str) -> str:
        """The text of a study's file that says nothing but `title`: each key with what it means."""
        lines: list[str] = []
        section = ""
        for f in fields(cls):
            about = f.metadata
            if "whole" in about:
                lines += ["", f"# {about['meaning']}:", *_example(about)]
                continue
            if about["section"] != section:
                section = about["section"]
                lines += ["", f"[{section}]"]
            default = date(2024, 4, 1) if f.default is None else title if f.name == "title" else f.default
            value = default.isoformat() if isinstance(default, date) else json.dumps(default)
            allowed = ", ".join(f'"{c}"' for c in about.get("choices", ()))
            said = "; ".join(filter(None, [about["meaning"], about["unit"], allowed and f"one of {allowed}"]))
            lines.append(f"{'# ' if f.default is None else ''}{f.name} = {value}  # {said}")
        return "\n".join(lines).lstrip() + "\n"

    @classmethod
    def describe(cls) -> list[dict[str, str]]:
        """One row a parameter, for the Methods page: name, meaning, unit, default, source."""
        parts = ("meaning", "unit", "default", "source")
        return [
            {"parameter": f.name, **{part: f.metadata.get(part, as_written(f.default)) for part in parts}}
            for f in fields(cls)
            if "unit" in f.metadata
        ]


def as_written(value: Any) -> str:
    """The value of a parameter as a study's file has it; of none, nothing."""
    said = str([*value] if isinstance(value, tuple) else value)
    return {"True": "true", "False": "false", "None": ""}.get(said, said)


def grid_of(grid: str) -> dict[str, tuple[int, int]]:
    """The places of areas on the grid of a study, from the top: {name: (row, column)}."""
    lines = enumerate(line.split("|") for line in grid.strip().splitlines())
    return {name.strip(): (i, j) for i, row in lines for j, name in enumerate(row) if name.strip()}


def _settle(values: dict[str, Any]) -> list[str]:
    """Give `values` what its disclosure policy sets; the names of what it says otherwise."""
    said = [name for name in KEYS if name in values]
    policy = values.setdefault("policy", OWN if said else "ons-5")
    others = [name for name in said if values[name] != POLICIES.get(policy, values)[name]]
    values.update(POLICIES.get(policy, {}))
    return others


def _example(about: Mapping[str, Any]) -> list[str]:
    """How a section that is a value as a whole is written, as notes."""
    if about["keys"]:
        end = "" if about["whole"] is object else ' = "…"'
        return [f"# [[{about['section']}]]", *(f"# {key}{end}" for key in about["keys"])]
    entry = '["another spelling"]' if about["whole"] is list else '"In words that a reader sees"'
    return [f"# [{about['section']}]", f'# "Name" = {entry}']
