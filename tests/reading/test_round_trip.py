"""Any cohort, written out in any of the ways that people write one, and read back by its recipe, is the same."""

# ruff: noqa: E501  (a heading row reads best on its own line)

from __future__ import annotations

import csv
import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import ANSWERS
from samples import samples

from tools import draw
from ut_research.cleaning import tables as cleaning
from ut_research.core.schema import ITEMS, NEEDS, TABLES
from ut_research.reading import export

KEY = b"a key for tests only"
FIRST = datetime.date(2020, 1, 6)
PARTNERS = ("North Trust", "South Trust", "Zoë's Trust")
OUTCOMES = TABLES["outcomes"].column("outcome").allowed[:3]
#: Options as a form words them: one holds the mark that tells options apart, and one another option.
OPTIONS = {need: f"Help; with {words}" if n == 1 else words for n, (need, words) in enumerate(NEEDS.items())}

days = st.integers(0, 300).map(lambda n: FIRST + datetime.timedelta(n))
points = st.lists(st.integers(1, 5), min_size=14, max_size=14)


@st.composite
def people(draw: st.DrawFn) -> list[dict]:
    ids = draw(
        st.lists(st.from_regex(r"[A-Z]{2}-[0-9]{3}", fullmatch=True), min_size=3, max_size=9, unique=True)
    )
    found = []
    for id in ids:
        referred = draw(days)
        waves = [
            referred + datetime.timedelta(7),
            referred + datetime.timedelta(8 + draw(st.integers(0, 90))),
        ]
        found.append({
            "id": id, "referred": referred, "partner": draw(st.sampled_from(PARTNERS)),
            "gender": draw(st.sampled_from(["male", "female", "other"])), "age": draw(st.integers(18, 80)),
            "waves": [(day, draw(points)) for day in waves[: draw(st.integers(0, 2))]],
            "needs": draw(st.none() | st.sets(st.sampled_from(list(NEEDS)))),
            "outcomes": draw(st.dictionaries(st.sampled_from(OUTCOMES), days)),
        })  # fmt: skip
    return found


@dataclass
class Way:
    """How it is written out."""

    wide: bool
    split: bool
    words: bool
    ticks: bool
    title: int
    footer: bool
    workbook: bool
    mark: str
    encoding: str


ways = st.builds(
    Way, st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 2), st.booleans(), st.booleans(),
    st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)  # fmt: skip


def canonical(cohort: list[dict]) -> dict[str, pd.DataFrame]:
    """The cohort as the data dictionary has it."""
    needs = [p for p in cohort if p["needs"] is not None]
    waves = [(p["id"], f"T{n}", day, *items) for p in cohort for n, (day, items) in enumerate(p["waves"], 1)]
    reached = [(p["id"], outcome, day) for p in cohort for outcome, day in p["outcomes"].items()]
    return {
        "participants": pd.DataFrame([(p["id"], p["referred"], p["partner"], p["gender"], p["age"]) for p in cohort],
                                     columns=["participant_id", "referral_date", "partner", "gender", "age_at_referral"]),
        "needs": pd.DataFrame([(p["id"], *(need in p["needs"] for need in NEEDS)) for p in needs],
                              columns=["participant_id", *NEEDS]),
        "wemwbs": pd.DataFrame(waves, columns=["participant_id", "timepoint", "completed_date", *ITEMS]),
        "outcomes": pd.DataFrame(reached, columns=["participant_id", "outcome", "start_date"]),
    }  # fmt: skip


class Written:
    """The sheets of a cohort, and the recipe that goes with them."""

    def __init__(self, cohort: list[dict], way: Way):
        self.way, self.sheets, self.recipe = way, dict[str, list[list]](), list[str]()
        per_person = ["Ref", "Date referred", "Gender", "Age", *self.asked()]
        rows = [[p["id"], p["referred"], p["gender"], p["age"], *self.needs(p)] for p in cohort]
        if way.wide:
            for wave in ("1st", "2nd"):
                per_person += [f"{wave} form, day", *(f"{wave} form, Q{n}" for n in range(1, 15))]
            per_person += [heading for o in OUTCOMES for heading in (f"{o}?", f"{o} from")]
            for row, p in zip(rows, cohort, strict=True):
                for n in range(2):
                    row += self.wave(p["waves"][n]) if len(p["waves"]) > n else [""] * 15
                row += [
                    cell
                    for o in OUTCOMES
                    for cell in ("Y" if o in p["outcomes"] else "N", p["outcomes"].get(o, ""))
                ]
        else:
            forms = [[p["id"], *self.wave(w)] for p in cohort for w in p["waves"][::-1]]
            self.add("Forms", ["Ref", "day", *(f"Q{n}" for n in range(1, 15))], forms)
            reached = [[p["id"], o, day] for p in cohort for o, day in p["outcomes"].items()]
            self.add("Reached", ["Ref", "What", "When"], reached)
        self.split = way.split and not way.workbook
        if self.split:
            for partner in {p["partner"] for p in cohort}:
                own = [row for row, p in zip(rows, cohort, strict=True) if p["partner"] == partner]
                self.add(partner, per_person, own)
        else:
            self.add(
                "Master",
                [*per_person, "Partner"],
                [[*r, p["partner"]] for r, p in zip(rows, cohort, strict=True)],
            )
        self.tables()

    def asked(self) -> list[str]:
        return ["What would help?"] if self.way.ticks else [f"Help with {n}" for n in NEEDS]

    def needs(self, person: dict) -> list[str]:
        if person["needs"] is None:
            return ["" for _ in self.asked()]
        if self.way.ticks:
            return ["".join(f"{OPTIONS[n]};" for n in person["needs"]) or "None of these;"]
        return ["Yes" if n in person["needs"] else "No" for n in NEEDS]

    def wave(self, wave: tuple) -> list:
        day, items = wave
        return [day, *(ANSWERS[i - 1] if self.way.words else i for i in items)]

    def add(self, name: str, headings: list[str], rows: list[list]) -> None:
        title = [["A return of invented people"], []][: self.way.title]
        footer = (
            [["Total", *[""] * (len(headings) - 1)], [], ["Printed by nobody"]]
            if self.way.footer and rows
            else []
        )
        self.sheets[name] = [*title, headings, *rows, *footer]
        if title:
            self.recipe.append(
                f"[sheets.{json.dumps(name, ensure_ascii=False)}]\nheading_rows = [{len(title) + 1}]"
            )

    def tables(self) -> None:
        """Write the recipe."""
        way, wave = self.way, "{wave} form, " if self.way.wide else ""
        master = "* Trust" if self.split else "Master"
        head = f'file = "{master}"\ncolumns.participant_id = "Ref"\n'
        partner = "{ file_name = true }" if self.split else '"Partner"'
        self.recipe.append(f"[tables.participants]\n{head}columns.referral_date = 'Date referred'\ncolumns.gender = 'Gender'"
                           f"\ncolumns.age_at_referral = 'Age'\ncolumns.partner = {partner}")  # fmt: skip
        self.recipe.append(f"[tables.needs]\n{head}")
        if way.ticks:
            options = ", ".join(f"{need} = {json.dumps(option)}" for need, option in OPTIONS.items())
            self.recipe.append(f"ticks = {{ heading = 'What would help?', options = {{ {options} }} }}")
        else:
            self.recipe += [f"columns.{need} = 'Help with {need}'" for need in NEEDS]
        if not way.wide:
            head = head.replace(master, "Forms")
        self.recipe.append(
            f"[tables.wemwbs]\n{head}items = '{wave}Q{{item}}'\ncolumns.completed_date = '{wave}day'"
        )
        self.recipe.append(
            f"columns.timepoint = {{ order_of = '{'{wave}' if way.wide else 'completed_date'}' }}"
        )
        if way.words:
            told = ", ".join(f"{json.dumps(answer)} = {n}" for n, answer in enumerate(ANSWERS, 1))
            self.recipe.append(f"points = {{ {told} }}")
        head = head.replace("Forms", "Reached")
        self.recipe.append(f"[tables.outcomes]\n{head}")
        if way.wide:
            self.recipe += [f"pairs.{o} = {{ yes = '{o}?', date = '{o} from' }}" for o in OUTCOMES]
        else:
            self.recipe.append("columns.outcome = 'What'\ncolumns.start_date = 'When'")

    def save(self, folder: Path) -> None:
        (folder / "columns.toml").write_text("\n".join(self.recipe), encoding="utf-8")
        if self.way.workbook:
            book = openpyxl.Workbook()
            book.remove(book.active)
            for name, rows in self.sheets.items():
                sheet = book.create_sheet(name)
                for row in rows:
                    sheet.append(row)
            book.save(folder / "export.xlsx")
            return
        for name, rows in self.sheets.items():
            with (folder / f"{name}.csv").open("w", encoding=self.way.encoding, newline="") as opened:
                csv.writer(opened, delimiter=self.way.mark).writerows(rows)


def tables(found: cleaning.Cleaned) -> dict[str, pd.DataFrame]:
    """The tables in an order of their own, without what only one of them knows."""
    return {
        name: frame.sort_values(list(frame.columns[:3]), ignore_index=True)[list(canonical([])[name].columns)]
        for name, frame in found.tables.items() if len(frame)
    }  # fmt: skip


@pytest.mark.slow
@given(people(), ways)
@settings(max_examples=samples(25, 600), suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_cohort_written_out_in_any_way_and_read_back_by_its_recipe_is_the_same(cohort, way):
    right = cleaning.clean(draw.raw(canonical(cohort)), key=KEY)
    with TemporaryDirectory() as folder:
        Written(cohort, way).save(Path(folder))

        found = cleaning.clean(export.read(Path(folder)), key=KEY)

    assert {count["rejected"] for name, count in found.counts.items() if name != "needs"} == {0}
    assert tables(found).keys() == tables(right).keys()
    for name, frame in tables(right).items():
        pd.testing.assert_frame_equal(tables(found)[name], frame)
