"""The registry of what is published about a study: five small files transcribed from its sources.

In: the folder ``published/`` of a study, and of those that stand alongside it. Out: a Registry, or every
problem in the files at once, with folder, file, row and column.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pandas as pd

from ut_research.core.problems import Problem, ProblemsFound
from ut_research.published.rounding import exact, half_unit, shown

KINDS = ("count", "percentage", "mean", "difference", "rate", "benchmark", "money", "number")
ABOUT = ("cohort", "comparator", "context", "method")
FINDING_KINDS = (
    "finding", "learnt", "next", "valued", "covid", "case-study", "recommendation", "claim", "priority",
    "context",
)  # fmt: skip
FIELDS = ("value", "count", "n")
BOUNDS = ("", "almost", "more than", "less than", "at least", "at most", "similar to")
FINDING_COLUMNS = ("id", "document", "section", "question", "theme", "audience", "finding", "kind")
RELATIONS = ("out of", "equals", "at most", "at least", "less than", "more than", "almost", "similar to")
ROUNDED = ("percentage", "mean", "benchmark")  # kinds that may have been rounded; the others are exact


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as a document prints it: a row of `figures.csv` (its README describes the columns).

    `source` is document and section, `place` the same in a few words.
    """

    id: str
    document: str
    section: str
    also_in: str
    label: str
    as_printed: str
    value: float
    unit: str
    decimals: int
    numerator: int | None
    denominator: int | None
    kind: str
    about: str
    measure: str
    measure_group: Mapping[str, str]
    measure_field: str
    bound: str
    grain: float | None
    base: bool
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

    def prints(self, value: Fraction) -> bool:
        """Whether `value` would be printed as this figure is."""
        return abs(value - exact(self.value)) <= half_unit(self.decimals)


@dataclass(frozen=True, slots=True)
class Relation:
    """Two expressions of figures that should hang together; `figure` is the one that says so, if any does."""

    figure: str
    left: str
    relation: str
    right: str
    words: str


@dataclass(frozen=True, slots=True)
class Definition:
    """What a document means by a figure (`here`, empty: it does not say) beside what the field means."""

    figures: tuple[str, ...]
    aspect: str
    here: str
    field: str
    field_source: str
    difference: str


@dataclass(frozen=True)
class Document:
    """A source of what is published: its title, the same in a few words, and the study that has it."""

    title: str
    short: str
    study: str


@dataclass(frozen=True)
class Registry:
    """All files of the registry; `findings` also has each one's ``document_title`` and ``place``."""

    figures: tuple[Figure, ...]
    findings: pd.DataFrame
    relations: tuple[Relation, ...] = ()
    definitions: tuple[Definition, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)

    def __getitem__(self, id: str) -> Figure:
        return next(f for f in self.figures if f.id == id)

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
    reader = _Reader([Path(folder) for folder in (own, *alongside) if folder])
    documents = {
        row.cells["id"]: Document(row.cells["title"], row.cells["short"], row.folder.parent.name)
        for row in reader.rows("documents.csv", _DOCUMENT_COLUMNS)
    }
    _unique(reader, "documents.csv")
    for row in reader.read["documents.csv"]:
        row.given("id", "title", "short")
    rows = reader.rows("figures.csv", FIGURE_COLUMNS)
    for row in rows:
        if row.folder != Path(own):
            row.cells |= dict.fromkeys(_OF_MEASURE, "")
    figures = [_figure(row, documents) for row in rows]
    found = [dict(row.cells) for row in reader.rows("findings.csv", FINDING_COLUMNS)]
    relations = [Relation(**row.cells) for row in reader.rows("relations.csv", _RELATION_COLUMNS)]
    definitions = []
    for row in reader.rows("definitions.csv", _DEFINITION_COLUMNS):
        rest = {column: row.cells[column] for column in _DEFINITION_COLUMNS[1:]}
        definitions.append(Definition(tuple(row.cells["figures"].split(";")), **rest))
    _check_figures(reader, [f for f in figures if f])
    _check_findings(reader, documents)
    _check_links(reader, {row.cells["id"] for row in reader.read["figures.csv"]}, relations, definitions)
    if reader.problems:
        raise ProblemsFound(reader.problems)
    for cells in found:
        document = documents[cells["document"]]
        cells |= {"document_title": document.title, "place": f"{document.short}, {cells['section']}"}
    frame = pd.DataFrame(found, columns=[*FINDING_COLUMNS, *_OF_DOCUMENT], dtype="string")
    return Registry(tuple(f for f in figures if f), frame, tuple(relations), tuple(definitions), documents)


# --- reading --------------------------------------------------------------------------------------

FIGURE_COLUMNS = (
    "id", "document", "section", "also_in", "label", "as_printed", "value", "unit", "decimals", "numerator",
    "denominator", "kind", "about", "measure", "measure_group", "measure_field", "bound", "grain", "base",
    "note",
)  # fmt: skip
_OF_MEASURE = ("measure", "measure_group", "measure_field")
_DOCUMENT_COLUMNS = ("id", "title", "short")
_OF_DOCUMENT = ("document_title", "place")
_RELATION_COLUMNS = ("figure", "left", "relation", "right", "words")
_DEFINITION_COLUMNS = ("figures", "aspect", "here", "field", "field_source", "difference")


@dataclass(slots=True)
class _Row:
    """One row as text, and where to say that something is wrong with it."""

    folder: Path
    file: str
    number: int
    cells: dict[str, str]
    problems: list[Problem]

    def wrong(self, column: str, what: str, todo: str = "") -> None:
        where = f"{_place(self.folder, self.file)}, row {self.number}, column {column}"
        self.problems.append(Problem(what, where, todo))

    def number_in(self, column: str, *, whole: bool = False, blank: bool = True) -> float | None:
        text = self.cells[column]
        if not text:
            if not blank:
                self.wrong(column, "is empty", "write the number")
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or (whole and (value != int(value) or value < 0)):
            what = "is not a whole number" if whole else "is not a number"
            self.wrong(column, what, "write digits only, with no % or comma")
            return None
        return value

    def one_of(self, column: str, allowed: Sequence[str]) -> None:
        if self.cells[column] not in allowed:
            self.wrong(column, "is not known", f"use one of: {', '.join(a or 'nothing' for a in allowed)}")

    def given(self, *columns: str) -> None:
        for column in columns:
            if not self.cells[column].strip():
                self.wrong(column, "is empty", "fill it in")


class _Reader:
    """Reads the files of a registry, folder by folder, and gathers every problem in them."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders
        self.problems: list[Problem] = []
        self.read: dict[str, list[_Row]] = {}

    def rows(self, file: str, columns: Sequence[str]) -> list[_Row]:
        """The rows of one file of each folder; a problem where it is absent or its columns are others."""
        self.read[file] = [row for folder in self.folders for row in self._rows(folder, file, columns)]
        return self.read[file]

    def _rows(self, folder: Path, file: str, columns: Sequence[str]) -> Iterator[_Row]:
        place = _place(folder, file)
        if not (folder / file).is_file():
            self.problems.append(Problem("is not there", place, "put it back from the repository"))
            return
        with (folder / file).open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.DictReader(opened, restkey="", restval="")
            names = reader.fieldnames or []
            for column in (c for c in columns if c not in names):
                where = f"{place}, row 1, column {column}"
                self.problems.append(Problem("is missing", where, "add the column"))
            for column in (c for c in names if c not in columns):
                self.problems.append(Problem("is not known", f"{place}, row 1, column {column}", "remove it"))
            for cells in reader if set(names) == set(columns) else ():
                named = {k: str(v) for k, v in cells.items() if k}
                row = _Row(folder, file, reader.line_num, named, self.problems)
                if "" in cells:
                    row.wrong(columns[-1], "is followed by more cells", "quote text that has a comma")
                yield row


def _place(folder: Path, file: str) -> str:
    """Where a file of the registry is, in words: the study, its folder and the file."""
    return f"{folder.parent.name}/{folder.name}/{file}"


def _figure(row: _Row, documents: Mapping[str, Document]) -> Figure | None:
    cells = row.cells
    before = len(row.problems)
    row.given("id", "section", "label", "as_printed", "unit")
    for column, allowed in (
        ("document", tuple(documents)), ("kind", KINDS), ("about", ABOUT), ("bound", BOUNDS),
        ("measure_field", ("", *FIELDS)), ("base", ("", "yes")),
    ):  # fmt: skip
        row.one_of(column, allowed)
    value = row.number_in("value", blank=False)
    decimals = row.number_in("decimals", whole=True, blank=False)
    numerator, denominator = (row.number_in(c, whole=True) for c in ("numerator", "denominator"))
    grain = row.number_in("grain")
    pairs = [part.partition("=") for part in cells["measure_group"].split(";") if part]
    if any(not (key and sign and wanted) for key, sign, wanted in pairs):
        row.wrong("measure_group", "is not key=value;key=value")
    if (cells["measure_group"] or cells["measure_field"]) and not cells["measure"]:
        row.wrong("measure", "is empty beside a group or field", "name the measure")
    if denominator == 0 or (numerator is not None and denominator is not None and numerator > denominator):
        row.wrong("denominator", "is smaller than the numerator, or zero")
    if len(row.problems) > before or value is None or decimals is None:
        return None
    return Figure(
        **{k: cells[k] for k in ("id", "document", "section", "also_in", "label", "as_printed")},
        **{k: cells[k] for k in ("unit", "kind", "about", "measure", "bound", "note")},
        value=value, decimals=int(decimals), grain=grain, base=cells["base"] == "yes",
        numerator=None if numerator is None else int(numerator),
        denominator=None if denominator is None else int(denominator),
        measure_group={key: wanted for key, _, wanted in pairs},
        measure_field=cells["measure_field"] or "value",
        source=f"{documents[cells['document']].title}, {cells['section']}",
        place=f"{documents[cells['document']].short}, {cells['section']}",
    )  # fmt: skip


def _check_figures(reader: _Reader, good: Sequence[Figure]) -> None:
    _unique(reader, "figures.csv")
    said: dict[tuple[object, ...], str] = {}
    numbers = {row.cells["id"]: row for row in reader.read["figures.csv"]}
    for f in good:
        key = (f.measure, *sorted(f.measure_group.items()), f.measure_field)
        if f.measure and key in said:
            numbers[f.id].wrong("measure", f"says what {said[key]} says already", "keep one of them")
        said[key] = f.id


def _check_findings(reader: _Reader, documents: Mapping[str, Document]) -> None:
    _unique(reader, "findings.csv")
    for row in reader.read["findings.csv"]:
        row.given("id", "section", "theme", "audience", "finding")
        row.one_of("document", tuple(documents))
        row.one_of("kind", FINDING_KINDS)


def _check_links(
    reader: _Reader, ids: set[str], relations: Sequence[Relation], definitions: Sequence[Definition]
) -> None:
    for row, r in zip(reader.read["relations.csv"], relations, strict=True):
        row.one_of("relation", RELATIONS)
        row.given("words")
        if r.figure and r.figure not in ids:
            row.wrong("figure", "is not the id of a figure")
        for column, text in (("left", r.left), ("right", r.right)):
            _check_expression(row, column, text, ids)
    for row, d in zip(reader.read["definitions.csv"], definitions, strict=True):
        row.given("aspect", "field", "field_source", "difference")
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


def _unique(reader: _Reader, file: str) -> None:
    seen: set[str] = set()
    for row in reader.read[file]:
        if row.cells["id"] in seen:
            row.wrong("id", "is used by a row above", "give each row an id of its own")
        seen.add(row.cells["id"])
