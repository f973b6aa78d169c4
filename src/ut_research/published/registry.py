"""The registry of what is published about a study: five small files transcribed from its sources.

In: the folder ``published/`` of a study, and of those that stand alongside it. Out: a Registry, or every
problem in the files at once, with folder, file, row and column.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import pydantic
from pydantic import AfterValidator, BeforeValidator, FiniteFloat, NonNegativeInt

from ut_research.core.problems import Problem, stop_for
from ut_research.published.rounding import exact, half_unit, shown

ROUNDED = ("percentage", "mean", "benchmark")  # kinds that may have been rounded; the others are exact


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty|fill it in")
    return text


def _group(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(";") if part]
    if not all(map(all, pairs)):
        raise ValueError("is not key=value;key=value")
    return {key: wanted for key, _, wanted in pairs}


Filled = Annotated[str, AfterValidator(_filled)]
OrNone = BeforeValidator(lambda text: text or None)
YesOrNot = BeforeValidator(lambda text: {"": False, "yes": True}.get(text, text))


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as a document prints it: a row of `figures.csv` (its README describes the columns).

    `source` is document and section, `place` the same in a few words.
    """

    id: Filled
    document: str
    section: Filled
    also_in: str
    label: Filled
    as_printed: Filled
    value: FiniteFloat
    unit: Filled
    decimals: NonNegativeInt
    numerator: Annotated[NonNegativeInt | None, OrNone]
    denominator: Annotated[NonNegativeInt | None, OrNone]
    kind: Literal["count", "percentage", "mean", "difference", "rate", "benchmark", "money", "number"]
    about: Literal["cohort", "comparator", "context", "method"]
    measure: str
    measure_group: Annotated[Mapping[str, str], BeforeValidator(_group)]
    measure_field: Annotated[Literal["", "value", "count", "n"], AfterValidator(lambda text: text or "value")]
    bound: Literal["", "almost", "more than", "less than", "at least", "at most", "similar to"]
    grain: Annotated[FiniteFloat | None, OrNone]
    base: Annotated[bool, YesOrNot]
    note: str
    source: str
    place: str

    @property
    def text(self) -> str:
        """The number as digits with the decimals that were printed, without commas or unit."""
        return shown(exact(self.value), self.decimals).replace(",", "")

    @property
    def span(self) -> tuple[Fraction, Fraction]:
        """The values that this one may have been rounded from: one where its count and base are printed."""
        if self.numerator is not None and self.denominator:
            share = Fraction(100 * self.numerator, self.denominator)
            if self.prints(share):
                return share, share
        half = half_unit(self.decimals) if self.kind in ROUNDED and not self.bound else Fraction(0)
        return exact(self.value) - half, exact(self.value) + half

    @property
    def bare(self) -> bool:
        """Whether neither a count nor what it is out of is printed with it."""
        return self.numerator is None and self.denominator is None

    def prints(self, value: Fraction) -> bool:
        """Whether `value` would be printed as this figure is."""
        return abs(value - exact(self.value)) <= half_unit(self.decimals)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, claim or recommendation of a document, in our words: a row of `findings.csv`."""

    id: Filled
    document: str
    section: Filled
    question: str
    theme: Filled
    audience: Filled
    finding: Filled
    kind: Literal["finding", "learnt", "next", "valued", "covid", "case-study", "recommendation", "claim",
                  "priority", "context"]  # fmt: skip
    document_title: str
    place: str


@dataclass(frozen=True, slots=True)
class Relation:
    """Two expressions of figures that should hang together; `figure` is the one that says so, if any does."""

    figure: str
    left: str
    relation: Literal["out of", "equals", "at most", "at least", "less than", "more than", "almost",
                      "similar to"]  # fmt: skip
    right: str
    words: Filled


@dataclass(frozen=True, slots=True)
class Definition:
    """What a document means by a figure (`here`, empty: it does not say) beside what the field means."""

    figures: Annotated[tuple[str, ...], BeforeValidator(lambda text: text.split(";"))]
    aspect: Filled
    here: str
    field: Filled
    field_source: Filled
    difference: Filled


@dataclass(frozen=True, slots=True)
class Document:
    """A source of what is published: its title, the same in a few words, and the study that has it."""

    id: Filled
    title: Filled
    short: Filled
    study: str


@dataclass(frozen=True)
class Registry:
    """All files of the registry; `findings` also has each one's ``document_title`` and ``place``."""

    figures: tuple[Figure, ...]
    findings: pd.DataFrame
    relations: tuple[Relation, ...] = ()
    definitions: tuple[Definition, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, Figure]:
        """The figures by id."""
        return {f.id: f for f in self.figures}

    def beside(self, f: Figure) -> list[Figure]:
        """The figures of the section of a document that has `f`, itself among them."""
        return [g for g in self.figures if (g.section, g.document) == (f.section, f.document)]

    def same(self, f: Figure) -> dict[str, Figure]:
        """The figures that speak of the quantity of `f`, by what each says of it: value, count or n."""
        said = (f.measure, f.measure_group)
        return {
            g.measure_field: g for g in self.figures if f.measure and (g.measure, g.measure_group) == said
        }

    def answering(self, measure: str, unit: str, **group: str) -> Figure | None:
        """The figure that states the value of `measure` of `group`, in `unit`; None where none does."""
        wanted = (measure, unit, "value", group)
        said = (f for f in self.figures if (f.measure, f.unit, f.measure_field, f.measure_group) == wanted)
        return next(said, None)


def load(own: Path | str, *alongside: Path | str) -> Registry:
    """The registry in the folder `own` of a study, together with those of the studies `alongside`.

    An empty name is that of a study about which nothing is published. A figure of a study alongside answers
    no measure: it is of other people than the data of a run.

    Raises
    ------
    ProblemsFound : with every fault, its folder, file, row and column.
    """
    folders, problems = [Path(folder) for folder in (own, *alongside) if folder], list[Problem]()
    files = {file: list(_rows(folders, file, kind, problems)) for file, kind in _FILES.items()}
    documents = {row.cells["id"]: row.cells for row in files["documents.csv"]}
    for row in (*files["figures.csv"], *files["findings.csv"]):
        row.say_source(documents)
    for row in files["figures.csv"]:
        if row.folder != Path(own):
            row.cells |= dict.fromkeys(_OF_MEASURE, "")
    good: Any = {file: [(row, entry) for row in files[file] if (entry := row.read(kind))]
                 for file, kind in _FILES.items()}  # fmt: skip
    for file in ("documents.csv", "figures.csv", "findings.csv"):
        _unique(files[file])
    _check_figures(good["figures.csv"])
    ids = {row.cells["id"] for row in files["figures.csv"]}
    of_nothing = {f.id for _, f in good["figures.csv"] if f.span[0] <= 0 <= f.span[1]}
    _check_links(ids, of_nothing, good["relations.csv"], good["definitions.csv"])
    stop_for(problems)
    documents_, figures, findings, relations, definitions = (
        tuple(entry for _, entry in good[file]) for file in _FILES
    )
    names = [f.name for f in fields(Finding)]
    frame = pd.DataFrame(map(asdict, findings), columns=names, dtype="string")
    return Registry(figures, frame, relations, definitions, {d.id: d for d in documents_})


# --- reading --------------------------------------------------------------------------------------

#: Each file of a registry, and what a row of it is.
_FILES = {"documents.csv": Document, "figures.csv": Figure, "findings.csv": Finding,
          "relations.csv": Relation, "definitions.csv": Definition}  # fmt: skip
#: What a row has besides the columns of its file.
_WORKED_OUT = ("study", "source", "place", "document_title")
FINDING_COLUMNS = tuple(f.name for f in fields(Finding) if f.name not in _WORKED_OUT)
_OF_MEASURE = ("measure", "measure_group", "measure_field")
#: What reads a row of each kind; made as the module is loaded, for all forks of a build.
_READERS: dict[type, Any] = {kind: pydantic.TypeAdapter(kind) for kind in _FILES.values()}


@dataclass(slots=True)
class _Row:
    """One row as text, and where to say that something is wrong with it."""

    folder: Path
    where: str
    cells: dict[str, str]
    problems: list[Problem]

    def wrong(self, column: str, what: str, todo: str = "") -> None:
        self.problems.append(Problem(what, f"{self.where}, column {column}", todo))

    def say_source(self, documents: Mapping[str, Mapping[str, str]]) -> None:
        """Add to the cells what the document of the row says of itself."""
        about = documents.get(self.cells["document"], {"title": "", "short": ""})
        source, place = (f"{about[name]}, {self.cells['section']}" for name in ("title", "short"))
        self.cells |= {"document_title": about["title"], "source": source, "place": place}
        if self.cells["document"] not in documents:
            self.wrong("document", "is not known", f"use one of: {', '.join(documents)}")

    def read(self, kind: type) -> Any:
        """The row as what it is; None, and its problems told, where it is not."""
        try:
            return _READERS[kind].validate_python(self.cells)
        except pydantic.ValidationError as fault:
            for error in fault.errors():
                self.wrong(str(error["loc"][0]), *_said(dict(error)))
        return None


def _said(error: dict[str, Any]) -> tuple[str, str]:
    """What is wrong with a cell, as pydantic gives it, and what to do."""
    if error["type"] == "value_error":
        what, _, todo = str(error["ctx"]["error"]).partition("|")
        return what, todo
    if error["type"] in ("literal_error", "bool_parsing"):
        known = error.get("ctx", {"expected": "'', 'yes'"})["expected"]
        return "is not known", "use one of: " + known.replace("''", "nothing")
    if not error["input"]:
        return "is empty", "write the number"
    whole = error["type"] in ("int_parsing", "greater_than_equal")
    return f"is not a {'whole ' * whole}number", "write digits only, with no % or comma"


def _rows(folders: Sequence[Path], file: str, kind: type, problems: list[Problem]) -> Iterator[_Row]:
    """Give the rows of one file of each folder; a problem where it is absent or its columns are others."""
    columns = [f.name for f in fields(kind) if f.name not in _WORKED_OUT]
    for folder in folders:
        place = f"{folder.parent.name}/{folder.name}/{file}"
        if not (folder / file).is_file():
            problems.append(Problem("is not there", place, "put it back from the repository"))
            continue
        with (folder / file).open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.DictReader(opened, restkey="", restval="")
            names = list(reader.fieldnames or [])
            wrong = [(c, "is missing", "add the column") for c in columns if c not in names]
            wrong += [(c, "is not known", "remove it") for c in names if c not in columns]
            problems += [Problem(what, f"{place}, row 1, column {c}", todo) for c, what, todo in wrong]
            for cells in reader if not wrong else ():
                own = {k: str(v) for k, v in cells.items() if k} | {"study": folder.parent.name}
                row = _Row(folder, f"{place}, row {reader.line_num}", own, problems)
                if "" in cells:
                    row.wrong(columns[-1], "is followed by more cells", "quote text that has a comma")
                yield row


def _unique(rows: Sequence[_Row]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.cells["id"] in seen:
            row.wrong("id", "is used by a row above", "give each row an id of its own")
        seen.add(row.cells["id"])


def _check_figures(figures: Sequence[tuple[_Row, Figure]]) -> None:
    said: dict[tuple[object, ...], str] = {}
    for row, f in figures:
        if (f.measure_group or row.cells["measure_field"]) and not f.measure:
            row.wrong("measure", "is empty beside a group or field", "name the measure")
        if f.denominator is not None and f.denominator < max(1, f.numerator or 0):
            row.wrong("denominator", "is smaller than the numerator, or zero")
        key = (f.measure, *sorted(f.measure_group.items()), f.measure_field)
        if f.measure and key in said:
            row.wrong("measure", f"says what {said[key]} says already", "keep one of them")
        said[key] = f.id


def _check_links(
    ids: set[str],
    of_nothing: set[str],
    relations: Sequence[tuple[_Row, Relation]],
    definitions: Sequence[tuple[_Row, Definition]],
) -> None:
    for row, r in relations:
        if r.figure and r.figure not in ids:
            row.wrong("figure", "is not the id of a figure")
        for column, text in (("left", r.left), ("right", r.right)):
            _check_expression(row, column, text, ids)
            if of_nothing.intersection(rest.split(" ")[0] for rest in text.split(" / ")[1:]):
                row.wrong(column, "divides by what may be nothing", "compare the two without dividing")
    for row, d in definitions:
        if unknown := [id for id in d.figures if id not in ids]:
            row.wrong("figures", f"names {len(unknown)} that are not ids of figures", "separate ids with ;")


def _check_expression(row: _Row, column: str, text: str, ids: set[str]) -> None:
    if text.startswith(("findings[", "questions[")):
        keys = [part.partition("=")[0] for part in text.rstrip("]").partition("[")[2].split(";")]
        if any(key not in FINDING_COLUMNS for key in keys):
            row.wrong(column, "asks for a column that findings.csv does not have")
        return
    words = text.split(" ")
    if len(words) % 2 == 0 or any(sign not in "+-*/" for sign in words[1::2]):
        row.wrong(column, "is not ids and numbers joined by + - * /", "put one space on each side of a sign")
    for term in words[::2]:
        if term not in ids and not term.replace(".", "", 1).isdigit():
            row.wrong(column, "names something that is neither a figure nor a number")
