"""The data dictionary: what each table of an export holds, one schema a table.

`TABLES` is the whole of it as plain data, quick to import. `schema` gives a table's pandera schema, which
checks canonical (cleaned) tables. pandera is imported only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

Kind = Literal["id", "date", "yes/no", "whole number", "code", "name", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it means, and what may stand in it.

    `allowed` are the codes of a code; `low` and `high` the range of a whole number, both ends included;
    `longest` the most characters of a name or text. A row without a `needed` column cannot be used. A column
    that is not `kept` is read, used at once and dropped. Nobody misses one that is `spare`.
    """

    name: str
    meaning: str
    kind: Kind
    example: str
    needed: bool = False
    allowed: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    unit: str = ""
    longest: int = 80
    kept: bool = True
    spare: bool = False

    @property
    def may_be(self) -> str:
        """What may stand in it, in words."""
        if self.kind == "whole number":
            return f"{self.low} to {self.high} {self.unit}"
        if self.kind == "date":
            return "day first, or year-month-day"
        if self.kind in ("name", "text"):
            return f"up to {self.longest:,} characters"
        return ", ".join(self.allowed)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row of it is, its columns, and the columns that tell its rows apart."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def of_people(self) -> bool:
        """Whether each row is about one person."""
        return self.columns[0].name == "participant_id"

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError when there is none."""
        return {c.name: c for c in self.columns}[name]


_PERSON = Column("participant_id", "the project's own identifier of the person; kept only as a keyed hash",
                 "id", "AB-0001", needed=True)  # fmt: skip


def _date(name: str, meaning: str, example: str = "2020-03-24", kept: bool = True) -> Column:
    return Column(name, meaning, "date", example, kept=kept)


def _yes_no(name: str, meaning: str, needed: bool = False, spare: bool = False) -> Column:
    return Column(name, meaning, "yes/no", "yes", needed, ("yes", "no"), spare=spare)


def _number(name: str, meaning: str, low: int, high: int, unit: str, needed: bool = False) -> Column:
    return Column(
        name, meaning, "whole number", str((low + high) // 2), needed, low=low, high=high, unit=unit
    )


def _code(name: str, meaning: str, *allowed: str, needed: bool = False) -> Column:
    return Column(name, meaning, "code", allowed[0], needed, allowed)


def _name(name: str, meaning: str, example: str, longest: int = 80) -> Column:
    return Column(name, meaning, "name", example, longest=longest)


def _spare(name: str, meaning: str, example: str) -> Column:
    return Column(name, meaning, "id", example, spare=True)


def _text(name: str, meaning: str, example: str, needed: bool = False) -> Column:
    return Column(name, meaning, "text", example, needed, longest=4000)


#: The needs that an assessment may ask about; not all assessments ask about those of `MORE_NEEDS`.
MORE_NEEDS = {"money": "debt, benefits or money"}
NEEDS = {
    "mental_health": "mental health",
    "employability": "employability",
    "training_education": "training and education",
    "volunteering": "volunteering",
    "alcohol_drugs": "alcohol or drugs",
    "physical_health": "physical health",
    "housing": "housing",
    "family_relationships": "family and relationships",
    "social_isolation": "social isolation",
    **MORE_NEEDS,
}
ITEMS = tuple(f"item_{n:02d}" for n in range(1, 15))
#: The columns of which a row of a table must have one, to say anything.
ANSWERS = {"needs": tuple(NEEDS), "wemwbs": (*ITEMS, "total"), "activity": ("active_days",)}
GROUPS = ("partner", "area", "gender", "period")
NOT_RECORDED = "not recorded"
#: The column of words that may be quoted. No draft of a recipe fills it: only a person knows who agreed.
QUOTE = "quote_with_consent"

#: The questionnaires of a person, in their order.
TIMEPOINTS = tuple(f"T{n}" for n in range(1, 10))
_TIMEPOINT = _code(
    "timepoint", "which questionnaire: T1 at the start, T2 later, and so on", *TIMEPOINTS, needed=True
)

_ALL = (
    Table("participants", "a referral", (
        _PERSON,
        _date("referral_date", "day of referral to the project"),
        _name("partner", "organisation that supports the person", "Invented Town Charity"),
        _name("area", "area where the person is supported", "Invented Town"),
        _code("gender", "gender as recorded", "male", "female", "other", "unknown"),
        _number("age_at_referral", "age on the day of referral", 10, 110, "years"),
        _date("date_of_birth", "becomes age_at_referral at once; not kept", "1985-07-09", kept=False),
        _name("ethnicity", "ethnicity as the person describes it", "White British"),
        _date("registered_date", "day of registration; blank: never registered"),
        _date("exit_date", "day support ended; blank: still supported"),
        _name("exit_reason", "why support ended; rare reasons become “other”", "completed"),
    ), ("participant_id",)),
    Table("needs", "a needs assessment", (
        _PERSON,
        _date("assessed_date", "day of the assessment"),
        *(_yes_no(name, f"whether support with {words} is needed", spare=name in MORE_NEEDS)
          for name, words in NEEDS.items()),
    ), ("participant_id",)),
    Table("wemwbs", "a wellbeing questionnaire (WEMWBS)", (
        _PERSON,
        _TIMEPOINT,
        _date("completed_date", "day of the questionnaire"),
        *(_number(item, f"answer to item {n}", 1, 5, "points") for n, item in enumerate(ITEMS, 1)),
        _number("total", "sum of the fourteen items, where the items were not kept", 14, 70, "points"),
    ), ("participant_id", "timepoint")),
    Table("activity", "an answer to the single-item physical activity measure", (
        _PERSON,
        _TIMEPOINT,
        _date("completed_date", "day of the answer"),
        _number("active_days", "days of the past week with 30 active minutes or more", 0, 7, "days", True),
    ), ("participant_id", "timepoint")),
    Table("reoffending", "a person followed up", (
        _PERSON,
        _code("group", "whether the person engaged with the project", "engaged", "not engaged", needed=True),
        _date("entry_date", "day from which the person is followed up"),
        _date("followed_up_to", "last day of follow-up"),
        _yes_no("reoffended", "whether the person reoffended within the follow-up", needed=True),
        _date("reoffence_date", "day of the first reoffence"),
    ), ("participant_id",)),
    Table("outcomes", "an outcome reached", (
        _PERSON,
        _code("outcome", "what was reached", "employment", "education_training", "housing", "volunteering",
              "treatment", needed=True),
        _date("start_date", "day it began"),
    )),
    Table("sessions", "a session that a person attended", (
        _PERSON,
        _date("session_date", "day of the session"),
        _name("kind", "what kind of session it was; rare kinds become “other”", "one to one"),
        _number("minutes", "how long the person was there", 1, 720, "minutes"),
    )),
    Table("interviews", "an interview or a focus group", (
        Column("interview_id", "the researchers' own identifier of the interview", "id", "I-01", needed=True),
        _code("method", "how it was held", "interview", "focus group"),
        _code("role", "what the people interviewed do", "strategic", "delivery", "participant"),
        _name("organisation_type", "kind of organisation", "charity"),
        _date("held_date", "day it was held"),
        _number("people", "how many people took part", 1, 100, "people"),
    ), ("interview_id",)),
    Table("coded_segments", "a coded passage of an interview", (
        Column("segment_id", "the researchers' own identifier of the passage", "id", "S-001", needed=True),
        Column("interview_id", "the interview it comes from", "id", "I-01"),
        _spare("speaker", "the researchers' own identifier of who spoke, the same in every interview; blank: "
               "the one person interviewed, or nobody knows who of a group", "P-01"),
        _spare("coder", "the researchers' own identifier of who coded it", "A"),
        _spare("place", "where in the interview it is: the characters from and to, as 120-180", "120-180"),
        _name("question", "the research question it answers", "What works?", 200),
        _name("theme", "the theme it was coded to", "someone who has been there", 200),
        _yes_no("against", "whether it speaks against the theme's finding; blank: it does not", spare=True),
        _text("summary", "a paraphrase, by the researchers", "An invented paraphrase of a passage."),
        Column(QUOTE, "the words, where whoever said them agreed to be quoted, with others in the place of "
               "names; blank: not to be quoted", "text", "Some invented words.", longest=400, spare=True),
    )),
    Table("themes", "a theme of the codebook, or what was said against one", (
        _name("question", "the research question it answers", "What works?", 200),
        Column("theme", "what the theme is called", "name", "someone who has been there", True, longest=200),
        _yes_no("against", "whether this is what was said against it; blank: it is not", spare=True),
        _text("finding", "what was found, in the researchers' own words", "An invented finding."),
    )),
    Table("steering_comments", "a comment from the steering group", (
        _date("date", "day of the comment"),
        _name("page", "the page it is about", "At a glance", 200),
        _text("comment", "what was said", "An invented comment.", needed=True),
        _text("response", "what was answered", "An invented answer."),
        _code("status", "where it stands", "open", "done", "not done"),
        _text("reason", "why it was done or not", "An invented reason."),
        _date("answered_date", "day of the answer: since when it was done or not"),
    )),
)  # fmt: skip

#: Every table by name, in the order in which a reader meets them.
TABLES: dict[str, Table] = {table.name: table for table in _ALL}

_DTYPES = {"date": "datetime64[ns]", "yes/no": "boolean", "whole number": "Int64"}


def dtype(column: Column) -> str:
    """Return the pandas dtype that `column` has in a canonical table."""
    return _DTYPES.get(column.kind, "str")


@lru_cache
def schema(name: str) -> pa.DataFrameSchema:
    """Return the pandera schema of the canonical table `name`."""
    import pandera.pandas as pa

    table = TABLES[name]
    columns = {}
    for c in table.columns:
        checks = []
        if c.kind == "whole number":
            checks.append(pa.Check.in_range(c.low, c.high))
        elif c.kind == "code":
            checks.append(pa.Check.isin(c.allowed))
        elif c.kind in ("name", "text"):
            checks.append(pa.Check.str_length(max_value=c.longest))
        nullable, required = not c.needed, c.needed and c.kept
        columns[c.name] = pa.Column(dtype(c), checks, nullable=nullable, required=required)
    return pa.DataFrameSchema(columns, unique=list(table.key) or None)


def check(tables: dict[str, pd.DataFrame]) -> None:
    """Raise ValueError, naming tables, columns and rules but no value, when a table breaks its schema."""
    import pandera.errors

    broken = []
    for name, frame in tables.items():
        try:
            schema(name).validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as error:
            cases = error.failure_cases[["column", "check"]].drop_duplicates().astype(str)
            broken += [f"{name}, {column}: {rule}" for column, rule in cases.itertuples(index=False)]
    if broken:
        raise ValueError("cleaning left tables that the data dictionary does not allow: " + "; ".join(broken))
