"""The registry is whole, its verdicts are worked out, and a wrong figure is seen."""

from __future__ import annotations

import csv
import importlib
import re
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from united_together import FOLDER, REGISTRY

from ut_research import published
from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.published import evidence
from ut_research.published.audit import VERDICTS, holds
from ut_research.published.registry import FINDING_COLUMNS, Registry, Relation

audit = importlib.import_module(
    "ut_research.published.audit"
)  # the module: the package has a function so named
INCONSISTENT = "inconsistent with another entry"


@pytest.fixture
def registry() -> Registry:
    return REGISTRY


def plant(registry: Registry, id: str, **changes: object) -> Registry:
    """A copy in which one figure is changed."""
    changed = replace(registry.by_id[id], **changes)  # type: ignore[arg-type]
    return replace(registry, figures=tuple(changed if f.id == id else f for f in registry.figures))


def verdicts(registry: Registry) -> dict[str, str]:
    found = published.audit(registry)
    return dict(zip(found["id"], found["verdict"], strict=True))


def sentence(registry: Registry, id: str) -> str:
    found = published.audit(registry).set_index("id")
    return str(found.loc[id, "sentence"])


# --- the registry as it stands --------------------------------------------------------------------


def test_every_document_is_in_the_registry(registry: Registry) -> None:
    said = {f.document for f in registry.figures} | set(registry.findings["document"])
    assert said == set(registry.documents)


def test_every_figure_printed_in_digits_was_transcribed_as_printed(registry: Registry) -> None:
    """The number in `as_printed` and `value` were typed apart; they have to be the same number."""
    for f in registry.figures:
        digits = re.findall(r"\d[\d,]*\.?\d*", f.as_printed)
        if digits and not f.note.startswith("in words only"):
            scale = 1_000_000 if "million" in f.as_printed else 1
            assert float(digits[0].replace(",", "")) * scale == f.value, f.id
            assert len(digits[0].partition(".")[2]) == f.decimals, f.id


def test_the_questions_of_the_2022_study_have_their_findings(registry: Registry) -> None:
    study = registry.findings.query("document == 'arc2022' and kind == 'finding'")
    assert study.groupby("question", sort=False).size().tolist() == [5, 2, 2, 3, 3]


def test_nine_case_studies_and_four_recommendations_of_the_2021_report(registry: Registry) -> None:
    kinds = registry.findings.query("document == 'ut2021'")["kind"].value_counts()
    assert (kinds["case-study"], kinds["recommendation"]) == (9, 4)


def test_only_what_was_said_to_matter_most_is_told_as_valued(registry: Registry) -> None:
    """A remark in a chapter on something else is not an answer to what people valued most."""
    valued = registry.findings.query("kind == 'valued'")
    assert set(valued["section"]) == {"The essence of the project"}
    assert set(valued["audience"]) == {"participants", "probation officers"}


def test_figures_and_findings_come_with_document_and_section(registry: Registry) -> None:
    findings = registry.findings
    assert all(f.source == f"{registry.documents[f.document].title}, {f.section}" for f in registry.figures)
    assert findings["document_title"].notna().all() and (findings["section"] != "").all()


def test_words_for_people_put_the_person_first(registry: Registry) -> None:
    told = " ".join([*registry.findings["finding"], *published.audit(registry)["sentence"]]).lower()
    assert not re.search(r"\b(ex-)?offenders?\b|\bprisoners?\b|\baddicts?\b|service users?", told)


def test_findings_and_labels_use_none_of_the_words_that_the_book_avoids(registry: Registry) -> None:
    with (Path(__file__).parents[2] / "book" / "words.csv").open(encoding="utf-8", newline="") as file:
        avoided = [(row["avoid"], row["except"].split(";")) for row in csv.DictReader(file)]
    told = [*registry.findings["finding"], *registry.findings["theme"], *(f.label for f in registry.figures)]
    for words, exceptions in avoided:
        for text in told:
            for phrase in filter(None, exceptions):
                text = re.sub(re.escape(phrase), " ", text, flags=re.IGNORECASE)
            found = re.search(rf"(?<![\w-]){re.escape(words)}(?:s|es)?(?![\w-])", text, re.IGNORECASE)
            assert not found, text


# --- faults in the files --------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER / "published", tmp_path / "one" / "published")
    return tmp_path / "one" / "published"


def spoil(folder: Path, file: str, changes: dict[tuple[int, str], str]) -> None:
    """Write `changes` ({(row, column): cell}, row 2 being the first under the header) into a file."""
    with (folder / file).open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    for (row, column), cell in changes.items():
        rows[row - 2][column] = cell
    with (folder / file).open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_all_faults_are_told_at_once_with_file_row_and_column(folder: Path) -> None:
    spoil(
        folder,
        "figures.csv",
        {(2, "value"): "seven", (3, "document"): "ut2020", (4, "decimals"): "1.5", (6, "label"): ""},
    )
    spoil(folder, "findings.csv", {(3, "kind"): "opinion"})
    spoil(folder, "relations.csv", {(20, "left"): "ut2021.nothing + 2", (21, "relation"): "beats"})
    spoil(folder, "definitions.csv", {(2, "figures"): "ut2021.nothing"})
    with pytest.raises(ProblemsFound) as raised:
        published.load(folder)
    told = str(raised.value)
    for place in (
        "figures.csv, row 2, column value: is not a number",
        "figures.csv, row 3, column document: is not known",
        "figures.csv, row 4, column decimals: is not a whole number",
        "figures.csv, row 6, column label: is empty",
        "findings.csv, row 3, column kind: is not known",
        "relations.csv, row 20, column left: names something that is neither a figure nor a number",
        "relations.csv, row 21, column relation: is not known",
        "definitions.csv, row 2, column figures: names 1 that are not ids of figures",
    ):
        assert place in told
    assert len(raised.value.problems) == 8


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({(3, "id"): "ut2021.partners"}, "row 3, column id: is used by a row above"),
        ({(3, "measure"): "reach.partners"}, "row 3, column measure: says what ut2021.partners says already"),
        ({(3, "measure_group"): "group"}, "row 3, column measure_group: is not key=value;key=value"),
        ({(5, "measure_field"): "n"}, "row 5, column measure: is empty beside a group or field"),
        ({(3, "numerator"): "4", (3, "denominator"): "3"}, "row 3, column denominator: is smaller than"),
        ({(3, "denominator"): "0"}, "row 3, column denominator: is smaller than the numerator, or zero"),
        ({(3, "value"): ""}, "row 3, column value: is empty"),
        ({(3, "value"): "inf"}, "row 3, column value: is not a number"),
        ({(3, "numerator"): "-1"}, "row 3, column numerator: is not a whole number"),
    ],
)
def test_a_fault_in_a_figure_is_told(folder: Path, changes: dict[tuple[int, str], str], told: str) -> None:
    spoil(folder, "figures.csv", changes)
    with pytest.raises(ProblemsFound, match=re.escape(told)):
        published.load(folder)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("ut2021.referred +", "is not ids and numbers joined by + - * /"),
        ("ut2021.referred % 2", "is not ids and numbers joined by + - * /"),
        ("findings[colour=red]", "asks for a column that findings.csv does not have"),
    ],
)
def test_a_relation_that_cannot_be_worked_out_is_told(folder: Path, cell: str, told: str) -> None:
    spoil(folder, "relations.csv", {(12, "right"): cell})
    with pytest.raises(ProblemsFound, match=re.escape(f"relations.csv, row 12, column right: {told}")):
        published.load(folder)


@pytest.fixture
def other(folder: Path) -> Path:
    """The folder of a study alongside, with two figures of which one has a measure, and one relation."""
    there = folder.parents[1] / "two" / "published"
    shutil.copytree(FOLDER.parent / "well-connected" / "published", there)
    return there


def test_a_registry_holds_what_is_published_of_the_studies_alongside(folder: Path, other: Path) -> None:
    own, both = published.load(folder), published.load(folder, other)
    assert both.figures[: len(own.figures)] == own.figures
    assert {both.documents[f.document].study for f in both.figures[len(own.figures) :]} == {"two"}
    assert len(both.relations) == len(own.relations) + 1
    assert both.findings["id"].is_unique and len(both.findings) > len(own.findings)


def test_a_figure_of_a_study_alongside_answers_nothing_of_other_people(folder: Path, other: Path) -> None:
    wanted = ("reoffending.free", "%"), {"group": "engaged", "month": "6"}
    assert published.load(other).answering(*wanted[0], **wanted[1]) is not None
    assert published.load(folder, other).answering(*wanted[0], **wanted[1]) is None
    assert published.load("", other).answering(*wanted[0], **wanted[1]) is None


def test_relations_and_definitions_may_speak_of_both_studies(folder: Path, other: Path) -> None:
    spoil(folder, "relations.csv", {(2, "right"): "wellconnected.years"})
    spoil(folder, "definitions.csv", {(2, "figures"): "wellconnected.years"})
    published.load(folder, other)
    with pytest.raises(ProblemsFound) as raised:
        published.load(folder)
    assert {p.where for p in raised.value.problems} == {
        "one/published/relations.csv, row 2, column right",
        "one/published/definitions.csv, row 2, column figures",
    }


def test_a_fault_names_the_folder_that_it_is_in(folder: Path, other: Path) -> None:
    spoil(other, "figures.csv", {(2, "id"): "ut2021.partners", (3, "value"): "six"})
    spoil(other, "findings.csv", {(4, "document"): "other2018"})
    with pytest.raises(ProblemsFound) as raised:
        published.load(folder, other)
    assert {p.where for p in raised.value.problems} >= {
        "two/published/figures.csv, row 2, column id",
        "two/published/figures.csv, row 3, column value",
        "two/published/findings.csv, row 4, column document",
    }


def test_a_missing_file_and_a_wrong_heading_are_told(folder: Path) -> None:
    (folder / "relations.csv").unlink()
    text = (folder / "findings.csv").read_text(encoding="utf-8")
    (folder / "findings.csv").write_text(text.replace("audience", "heard_by", 1), encoding="utf-8")
    with pytest.raises(ProblemsFound) as raised:
        published.load(folder)
    assert [(p.where, p.what) for p in raised.value.problems] == [
        ("one/published/findings.csv, row 1, column audience", "is missing"),
        ("one/published/findings.csv, row 1, column heard_by", "is not known"),
        ("one/published/relations.csv", "is not there"),
    ]


# --- rounding -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "n", "possible"),
    [
        # Brown and Heathers 2017, Soc Psychol Personal Sci 8:363, the article's own example (145/28 is
        # 5.18, 146/28 is 5.21), as the documentation of software for GRIM repeats it
        ("5.19", 28, False),
        ("5.18", 28, True),
        ("5.21", 28, True),
        # the same article, as The Economist retold it on 18 June 2016: 49 x 5.93 is 290.57
        ("5.93", 49, False),
        # R package scrutiny, vignette "grim" (documented example), and Python grim_test, README
        ("5.27", 43, False),
        ("11.09", 21, False),
        # a half is accepted rounded up and rounded down: 5/8 is 0.625
        ("0.62", 8, True),
        ("0.63", 8, True),
        ("0.61", 8, False),
        ("0.64", 8, False),
    ],
)
def test_grim(mean: str, n: int, possible: bool) -> None:
    assert published.grim_consistent(mean, n) is possible


def test_grim_knows_finer_answers() -> None:
    """Answers in quarter points, as the mean of four items is, allow means that whole points do not."""
    assert not published.grim_consistent("5.19", 28)
    assert published.grim_consistent("5.19", 28, grain=0.25)


@pytest.mark.parametrize(
    ("percent", "n", "decimals", "counts"),
    [
        (71, 133, 0, [94, 95]),
        (26, 34, 0, [9]),
        (25, 34, 0, []),
        (12.5, 8, 1, [1]),
        (12, 8, 0, [1]),  # 12.5 rounded down
        (13, 8, 0, [1]),  # and up
        (100, 103, 0, [103]),
        (0, 103, 0, [0]),
    ],
)
def test_attainable_counts(percent: float, n: int, decimals: int, counts: list[int]) -> None:
    assert published.attainable_counts(percent, n, decimals) == counts


@given(n=st.integers(1, 400), data=st.data(), decimals=st.integers(0, 2))
def test_the_true_count_is_always_among_those_attainable(n: int, data: st.DataObject, decimals: int) -> None:
    count = data.draw(st.integers(0, n))
    assert count in published.attainable_counts(round(100 * count / n, decimals), n, decimals)


def test_a_relation_that_divides_by_what_may_be_nothing_is_refused(folder: Path) -> None:
    rows = list(csv.DictReader((folder / "figures.csv").open(encoding="utf-8", newline="")))
    at = next(n for n, row in enumerate(rows, 2) if row["id"] == "ut2021.reoffending.engaged.n")
    spoil(folder, "figures.csv", {(at, "value"): "0"})
    with pytest.raises(ProblemsFound, match="column left: divides by what may be nothing"):
        published.load(folder)


# --- the audit ------------------------------------------------------------------------------------


def test_every_figure_has_one_verdict_and_a_sentence(registry: Registry) -> None:
    found = published.audit(registry)
    assert found["id"].tolist() == [f.id for f in registry.figures]
    assert set(found["verdict"]) == {
        "reproduced", "consistent", "inconsistent with another entry", "base not stated", "method note",
    }  # fmt: skip
    assert found["sentence"].str.endswith(".").all()


def test_the_volunteering_share_does_not_go_with_its_count(registry: Registry) -> None:
    assert verdicts(registry)["ut2021.volunteering"] == "inconsistent with another entry"
    told = sentence(registry, "ut2021.volunteering")
    assert "6% of 204" in told and "none is 1%" in told
    assert "1% is 2 or 3 people; the 13 counted are 6%" in told


def test_the_right_volunteering_share_would_have_been_reproduced(registry: Registry) -> None:
    assert verdicts(plant(registry, "ut2021.volunteering", value=6.0))["ut2021.volunteering"] == "reproduced"


def test_a_base_that_is_not_printed_is_worked_out_where_only_one_fits(registry: Registry) -> None:
    assert "36 of 204 is 17.65%" in sentence(registry, "ut2021.employment")


@pytest.mark.parametrize(
    ("id", "changes", "verdict", "told"),
    [
        ("ut2021.reoffending.engaged", {"value": 71.0}, INCONSISTENT, "9 of 34 is 26.5%, not 71%."),
        ("ut2021.reoffending.engaged", {"value": 33.0}, INCONSISTENT, "the base, 27 and not 34"),
        ("ut2021.reoffending.engaged", {"denominator": None, "numerator": None}, "reproduced", "26.47 fits"),
        ("ut2021.needs.housing", {"denominator": 7}, "not attainable", "nearest are 3 (43%) and 4 (57%)"),
        ("ut2021.needs.housing", {"denominator": None}, "base not stated", "If it is out of 204"),
        ("ut2021.needs.housing", {"denominator": 27}, "not attainable", "nearest are 14 (52%) and 15 (56%)"),
        ("ut2021.wellbeing.low_t1", {"value": 82.5, "decimals": 1}, "consistent", "Out of 103 it is 85"),
        ("ut2021.wellbeing.low_t1", {"value": 82.1, "decimals": 1}, "not attainable", "84 (81.6%) and 85"),
        ("ut2021.wellbeing.change", {"value": 13.005, "decimals": 3}, "not attainable", "13.000 and 13.010"),
        ("ut2021.wellbeing.change", {"value": 13.01, "decimals": 2}, "consistent", "in steps of 1 can have"),
        ("ut2021.wellbeing.change", {"value": 57.0}, INCONSISTENT, "57 is not at most 56"),
        ("ut2021.gender.female", {"value": 22.0}, INCONSISTENT, "does not fit 100"),
        ("ut2021.referred", {"value": 200.0}, INCONSISTENT, "204 is not at most 200"),
        ("ut2021.registered", {"value": 204.5}, "not attainable", "whole"),
        ("ut2021.case_studies", {"value": 9.0}, INCONSISTENT, "9 does not fit 7"),
        ("arc2022.findings.works", {"value": 6.0}, INCONSISTENT, "6 does not fit 5"),
        ("ut2021.delivery_months", {"value": 24.0}, INCONSISTENT, "24 is not at most 20"),
        ("ut2021.recommendations", {"value": 5.0}, INCONSISTENT, "5 does not fit 4"),
        ("arc2022.people.delivery", {"value": 6.0}, INCONSISTENT, "3 is not at least 4"),
        ("arc2022.began", {"value": 2018.0}, INCONSISTENT, "-1 does not fit 0"),
        ("arc2022.partners", {"value": 9.0}, INCONSISTENT, "9 does not fit 10"),
        ("ut2021.benchmark.england", {"value": 24.0}, INCONSISTENT, "a little under"),
        ("ut2021.benchmark.lancashire", {"value": 36.0}, INCONSISTENT, "close to"),
        ("wellconnected.crime_free_6_months", {"value": 45.0}, INCONSISTENT, "50 is not at most 45"),
        ("adder.treatment", {"value": 966.0}, INCONSISTENT, "966 is not at least 2,000"),
    ],
)  # fmt: skip
def test_a_planted_figure_changes_the_verdict(
    registry: Registry, id: str, changes: dict[str, object], verdict: str, told: str
) -> None:
    planted = plant(registry, id, **changes)
    assert verdicts(planted)[id] == verdict
    assert told in sentence(planted, id)


@pytest.mark.parametrize(
    ("relation", "true", "false"),
    [
        ("equals", (5, 5), (5, 6)),
        ("at most", (5, 5), (6, 5)),
        ("at least", (5, 5), (4, 5)),
        ("less than", (4, 5), (5, 5)),
        ("more than", (6, 5), (5, 5)),
        ("almost", (9, 10), (10, 10)),
        ("almost", (9, 10), (8, 10)),
        ("similar to", (11, 10), (12, 10)),
        ("similar to", (9, 10), (8, 10)),
    ],
)
def test_where_each_relation_stops(relation: str, true: tuple[int, int], false: tuple[int, int]) -> None:
    def judged(left: int, right: int) -> bool:
        return holds(relation, (Fraction(left), Fraction(left)), (Fraction(right), Fraction(right)))

    assert judged(*true)
    assert not judged(*false)


def test_a_relation_gives_rounding_the_benefit_of_the_doubt() -> None:
    printed_26, printed_27 = ((Fraction(51, 2), Fraction(53, 2)), (Fraction(53, 2), Fraction(55, 2)))
    assert holds("equals", printed_26, printed_27) and holds("at least", printed_26, printed_27)
    assert not holds("more than", printed_26, printed_27)


def test_a_wrong_figure_is_seen_in_what_rests_on_it(registry: Registry) -> None:
    planted = verdicts(plant(registry, "ut2021.reoffending.not_engaged", value=46.0, numerator=None))
    assert planted["ut2021.reoffending.more_than_double"] == "inconsistent with another entry"
    assert planted["ut2021.reoffending.almost_half"] == "inconsistent with another entry"
    assert verdicts(registry)["ut2021.reoffending.more_than_double"] == "reproduced"
    assert verdicts(registry)["ut2021.reoffending.almost_half"] == "reproduced"


def test_a_mean_with_no_base_cannot_be_checked(registry: Registry) -> None:
    assert verdicts(registry)["ut2021.activity.t1"] == "base not stated"


def test_an_official_rate_is_no_comparison_group(registry: Registry) -> None:
    assert verdicts(registry)["ut2021.benchmark.england"] == "method note"
    told = sentence(registry, "ut2021.benchmark.england")
    assert "The 95% interval of 9 of 34 is 15% to 43%, which takes in 27%." in told
    assert "no comparison group" in told


def test_a_definition_that_is_the_fields_own_needs_no_note(registry: Registry) -> None:
    def notes(registry: Registry) -> str:
        found = published.audit(registry).set_index("id")
        return str(found.loc["ut2021.wellbeing.meaningful_points", "method_note"])

    assert "here, more than 3 points; in the field, 3 points or more" in notes(registry)
    same = [d.__class__(d.figures, d.aspect, d.field, d.field, "", "") for d in registry.definitions]
    assert notes(Registry(registry.figures, registry.findings, registry.relations, tuple(same))) == ""


def test_a_check_that_could_not_have_failed_says_so(registry: Registry) -> None:
    assert "could not have failed" in sentence(registry, "ut2021.needs.mental_health")
    fewer = plant(registry, "ut2021.needs.mental_health", denominator=27, value=70.0)
    assert "Out of 27 it is 19 people." in sentence(fewer, "ut2021.needs.mental_health")
    assert "could not have failed" not in sentence(fewer, "ut2021.needs.mental_health")


# --- as Estimates, and beside a run ---------------------------------------------------------------


def of(estimates: list[Estimate], id: str, **group: str) -> Estimate:
    return next(e for e in estimates if e.id == id and dict(e.group) == group)


def test_a_share_takes_count_and_base_from_the_figures_beside_it(registry: Registry) -> None:
    rate = of(published.as_estimates(registry), "ut2021.reoffending.engaged")
    assert (rate.value, rate.count, rate.n, rate.unit, rate.origin) == (26.0, 9, 34, "%", "published")
    assert rate.source.endswith("(Active Lancashire, 2021), Project outcomes: Reoffending data")
    # Wilson limits of 9 of 34: reference values from R 4.2.2
    assert (rate.low, rate.high) == (pytest.approx(14.60119, abs=1e-4), pytest.approx(43.11714, abs=1e-4))


def test_a_base_that_was_worked_out_is_said_to_be_so(registry: Registry) -> None:
    work = of(published.as_estimates(registry), "ut2021.employment")
    assert (work.value, work.count, work.n) == (18.0, 36, 204)
    assert "base not printed" in work.method
    unsure = of(published.as_estimates(registry), "ut2021.volunteering")
    assert (unsure.count, unsure.n, unsure.low) == (13, None, None)


def test_a_figure_in_words_says_so_and_every_figure_keeps_its_own_id(registry: Registry) -> None:
    estimates = published.as_estimates(registry)
    assert of(estimates, "ut2021.housing.first_half").method == 'in words: "majority"'
    assert of(estimates, "adder.treatment").value == 4966
    assert [e.id for e in estimates] == [f.id for f in registry.figures]


def test_compare_judges_at_the_printed_rounding(registry: Registry) -> None:
    def agrees(value: float) -> str:
        run = [Estimate("outcomes.employment", "Work", value=value, count=36, unit="%", origin="example")]
        found = published.compare(run, registry).set_index("id")
        return str(found.loc["ut2021.employment", "agrees"])

    assert agrees(17.6) == "yes"
    assert agrees(17.5) == agrees(18.5) == "yes"
    assert agrees(17.49) == agrees(18.51) == "no"


def test_compare_reads_words_as_they_are_meant(registry: Registry) -> None:
    almost = plant(registry, "ut2021.reoffending.almost_half", measure="reoffending.ratio")

    def agrees(share: float, ratio: float) -> list[str]:
        run = [
            Estimate("outcomes.housing_half", "Housing", value=share, group={"half": "first half"}),
            Estimate("reoffending.ratio", "Ratio", value=ratio),
        ]
        found = published.compare(run, almost).set_index("id")
        ids = ["ut2021.housing.first_half", "ut2021.reoffending.almost_half"]
        return [str(agreed) for agreed in found.loc[ids, "agrees"]]

    assert agrees(61.0, 0.476) == ["yes", "yes"]
    assert agrees(50.0, 0.5) == ["no", "no"]
    assert agrees(49.0, 0.44) == ["no", "no"]


def test_compare_tells_withheld_from_not_there_and_passes_over_published(registry: Registry) -> None:
    run = [
        Estimate("outcomes.employment", "Work", unit="%", status="suppressed"),
        Estimate("outcomes.housing", "Housing", unit="%", status="not collected"),
        *published.as_estimates(registry),
    ]
    found = published.compare(run, registry).set_index("id")
    assert found.loc["ut2021.employment", "agrees"] == "withheld"
    assert found.loc["ut2021.housing", "agrees"] == "not in this run"
    assert set(found["agrees"]) == {"withheld", "not in this run"}


# --- what the registry reads, and how --------------------------------------------------------------


def test_a_row_is_read_as_it_stands(registry: Registry) -> None:
    share = registry.by_id["ut2021.reoffending.engaged"]
    assert (share.value, share.decimals, share.unit, share.kind) == (26.0, 0, "%", "percentage")
    assert (share.numerator, share.denominator, share.grain, share.base) == (9, 34, None, False)
    assert (share.measure, share.measure_group) == ("reoffending.rate", {"group": "engaged"})
    assert share.measure_field == "value" and share.text == "26"
    assert registry.by_id["ut2021.registered"].base
    assert registry.by_id["ut2021.wellbeing.change"].grain == 1
    assert registry.by_id["ut2021.reoffending.engaged.n"].measure_field == "n"
    assert registry.findings["document"].dtype == "string"


def test_files_saved_by_a_spreadsheet_are_read_the_same(folder: Path) -> None:
    """With a mark at the start that says UTF-8, and other line ends, inside cells too."""
    registry = published.load(folder)
    for path in folder.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    again = published.load(folder)
    assert again.figures == registry.figures and again.relations == registry.relations
    assert again.definitions == registry.definitions and again.findings.equals(registry.findings)


def test_a_row_that_stops_short_has_empty_cells_and_one_too_long_is_told(folder: Path) -> None:
    path = folder / "relations.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = ",ut2021.gender.male,out of,ut2021.referred"
    lines[2] += ",one,two"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ProblemsFound) as raised:
        published.load(folder)
    assert [(p.where, p.what, p.do) for p in raised.value.problems] == [
        (
            "one/published/relations.csv, row 3, column words",
            "is followed by more cells",
            "quote text that has a comma",
        ),
        ("one/published/relations.csv, row 2, column words", "is empty", "fill it in"),
    ]


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("figures.csv", "id section label as_printed unit value decimals document kind about"),
        ("findings.csv", "id document section theme audience finding kind"),
        ("relations.csv", "words relation left right"),
        ("definitions.csv", "figures aspect field field_source difference"),
    ],
)
def test_each_cell_that_has_to_be_filled_in_is_asked_for(folder: Path, file: str, columns: str) -> None:
    for column in columns.split():
        before = (folder / file).read_bytes()
        spoil(folder, file, {(4, column): ""})
        with pytest.raises(ProblemsFound) as raised:
            published.load(folder)
        assert f"one/published/{file}, row 4, column {column}" in [p.where for p in raised.value.problems]
        (folder / file).write_bytes(before)


@pytest.mark.parametrize("column", ["bound", "measure_field", "base"])
def test_a_code_that_is_not_known_is_told_with_those_that_are(folder: Path, column: str) -> None:
    spoil(folder, "figures.csv", {(4, column): "perhaps"})
    with pytest.raises(ProblemsFound) as raised:
        published.load(folder)
    told = {p.where: p.do for p in raised.value.problems}[
        f"one/published/figures.csv, row 4, column {column}"
    ]
    assert told.startswith("use one of: nothing, ")


@pytest.mark.parametrize(
    ("column", "cell", "fine"),
    [
        ("denominator", "1", True),
        ("numerator", "0", True),
        ("value", "-0.5", True),
        ("grain", "0.25", True),
        ("grain", "fine", False),
        ("decimals", "-1", False),
        ("numerator", "2.5", False),
        ("value", "nan", False),
        ("measure_group", "group=", False),
        ("measure_group", "=engaged", False),
        ("measure_group", "group=engaged;half=first half", True),
    ],
)
def test_which_cells_of_a_figure_are_numbers_and_groups(
    folder: Path, column: str, cell: str, fine: bool
) -> None:
    spoil(folder, "figures.csv", {(3, column): cell})
    if fine:
        published.load(folder)
        return
    with pytest.raises(ProblemsFound) as raised:
        published.load(folder)
    assert [p.where for p in raised.value.problems] == [f"one/published/figures.csv, row 3, column {column}"]


def test_a_group_has_as_many_keys_as_are_written(folder: Path) -> None:
    spoil(folder, "figures.csv", {(3, "measure_group"): "group=engaged;half=first=half"})
    assert published.load(folder).figures[1].measure_group == {"group": "engaged", "half": "first=half"}


def test_count_and_base_may_be_the_same_and_everybody(folder: Path) -> None:
    spoil(folder, "figures.csv", {(3, "numerator"): "4", (3, "denominator"): "4"})
    assert published.load(folder).figures[1].numerator == 4


def test_a_second_figure_of_one_measure_is_told_unless_its_group_or_field_is_another(folder: Path) -> None:
    changes = {(3, "measure"): "reach.partners"}
    spoil(folder, "figures.csv", {**changes, (3, "measure_field"): "n"})
    published.load(folder)
    spoil(folder, "figures.csv", {**changes, (3, "measure_field"): "", (3, "measure_group"): "half=first"})
    published.load(folder)


@pytest.mark.parametrize(
    ("file", "changes", "place"),
    [
        ("relations.csv", {(3, "figure"): "ut2021.nothing"}, "row 3, column figure"),
        ("relations.csv", {(3, "right"): "1.2.3"}, "row 3, column right"),
        ("relations.csv", {(3, "right"): "ut2021.referred + +"}, "row 3, column right"),
        ("relations.csv", {(3, "left"): "ut2021.referred  + 2"}, "row 3, column left"),
        ("relations.csv", {(3, "left"): "questions[document=arc2022;hue=red]"}, "row 3, column left"),
        ("definitions.csv", {(3, "figures"): "ut2021.referred;ut2021.nothing"}, "row 3, column figures"),
        ("findings.csv", {(5, "id"): "same", (4, "id"): "same"}, "row 5, column id"),
        ("findings.csv", {(5, "document"): "ut2020"}, "row 5, column document"),
    ],
)
def test_a_fault_in_the_other_files_is_told_in_its_place(
    folder: Path, file: str, changes: dict[tuple[int, str], str], place: str
) -> None:
    spoil(folder, file, changes)
    with pytest.raises(ProblemsFound) as raised:
        published.load(folder)
    assert {p.where for p in raised.value.problems} == {f"one/published/{file}, {place}"}
    numbers_and_queries = {(3, "left"): "ut2021.referred * 1.5", (3, "right"): "findings[document=arc2022]"}
    if file == "relations.csv":
        spoil(folder, file, {(3, "figure"): "ut2021.referred", **numbers_and_queries})
        published.load(folder)


# --- the verdicts counted ---------------------------------------------------------------------------


def test_verdicts_are_counted_those_that_none_got_included(registry: Registry) -> None:
    audited = published.audit(registry)
    found = published.verdicts(audited)
    total = of(found, "audit.figures")
    assert (total.value, total.count, total.unit, total.origin) == (108, 108, "figures", "published")
    each, tested = found[1:-1], found[-1]
    counts = {e.group["verdict"]: e.count for e in each}
    assert list(counts) == list(VERDICTS)
    assert counts["not attainable"] == 0 and sum(counts.values()) == 108
    assert counts["inconsistent with another entry"] == 1
    beside = audited[(audited["verdict"] == "consistent") & (audited["rule"] == "cross-entry arithmetic")]
    assert (tested.id, tested.count) == ("audit.tested", len(beside))
    assert 0 < tested.count < counts["consistent"]
    for e in each:
        assert (e.id, e.value, e.unit, e.origin) == ("audit.verdict", e.count, "figures", "published")
        assert (e.label, e.source) == (e.group["verdict"].capitalize(), total.source)
        assert e.source == "the registry" and e.method == "verdict by rule"


# --- the audit's words ------------------------------------------------------------------------------


def told(registry: Registry, id: str, **changes: object) -> dict[str, str]:
    """The audit's row of one figure, in a registry in which it was changed."""
    found = published.audit(plant(registry, id, **changes) if changes else registry).set_index("id")
    return {str(column): str(cell) for column, cell in found.loc[id].items()}


@pytest.mark.parametrize(
    ("id", "changes", "rule", "said"),
    [
        (
            "ut2021.reoffending.engaged", {}, "count and base",
            "Printed: 26%. 9 of 34 is 26.47%. The counts give the percentage: 26.47 fits 26.",
        ),
        (
            "ut2021.volunteering", {}, "count against percentage",
            "Printed: 1%. It stands beside a count of 13, which is 5% of 250, 6% of 204, 10% of 133, "
            "38% of 34, 48% of 27 and 13% of 103: none is 1%. The difference: "
            "out of 204, 1% is 2 or 3 people; the 13 counted are 6%.",
        ),
        (
            "ut2021.volunteering", {"numerator": 300}, "count against percentage",
            "Printed: 1%. It stands beside a count of 300, and no base in the document is as large. "
            "Its count is printed as 300, and by itself as 13.",
        ),
        (
            "ut2021.employment", {}, "count and base",
            "Printed: 18%. No base is printed, but 36 of 204 is 17.65%; no other base in the document "
            "gives 18%.",
        ),
        (
            "ut2021.needs.housing", {"denominator": 27}, "whole number of people",
            "Printed: 53%. Out of 27, no whole number of people gives it; the nearest are 14 (52%) and "
            "15 (56%). Likeliest slip: the base, which could be 250, 204, 133, 34 or 103. "
            "The difference: less than one person of 27, 3.7%.",
        ),
        (
            "ut2021.wellbeing.low_t1", {"value": 82.1, "decimals": 1}, "whole number of people",
            "Printed: 82%. Out of 103, no whole number of people gives it; the nearest are 84 (81.6%) and "
            "85 (82.5%). Likeliest slip: a digit, or the base. "
            "The difference: less than one person of 103, 1.0%.",
        ),
        (
            "ut2021.reoffending.not_engaged", {"numerator": 30, "denominator": 54}, "printed counts",
            "Printed: 56%. Its count is printed as 30, and by itself as 15. "
            "Its base is printed as 54, and by itself as 27. Likeliest slip: a digit of one of them. "
            "The difference: either this entry or the count was carried over wrongly.",
        ),
        (
            "ut2021.needs.housing", {"denominator": None}, "no base",
            "Printed: 53%. Neither the count nor the base is printed. If it is out of 204, as a share with "
            "its count printed is, it is 108 or 109 people.",
        ),
        (
            "ut2021.wellbeing.change", {"value": 13.005, "decimals": 3}, "GRIM",
            "Printed: 13 points. 103 answers in steps of 1 cannot have this mean; the nearest are 13.000 and "
            "13.010. Likeliest slip: a digit of the mean, or the base. "
            "The difference: less than 0.010 points, the step between possible means.",
        ),
        (
            "ut2021.gender.female", {"value": 22.0}, "cross-entry arithmetic",
            "Printed: 12%. The two shares are of the same people, and no other gender is mentioned: "
            "109 to 111 does not fit 100. The difference: these cannot all stand as printed: "
            "men, of the people referred and women, of the people referred.",
        ),
        (
            "ut2021.registered", {"value": 204.5}, "whole number",
            "Printed: 204. It counts whole things, and is not a whole number.",
        ),
        (
            "ut2021.reoffending.more_than_double", {}, "cross-entry arithmetic",
            "Printed: more than double. The second rate is more than twice the first: 2.10 is more than 2.",
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_a_figure(
    registry: Registry, id: str, changes: dict[str, object], rule: str, said: str
) -> None:
    """One of each rule: the whole sentence, as the rule builds it from the numbers."""
    row = told(registry, id, **changes)
    assert (row["sentence"], row["rule"]) == (said, rule)
    for part in ("arithmetic", "slip", "difference"):
        assert row[part] in row["sentence"]
    assert ("Likeliest slip" in said, "The difference" in said) == (
        row["slip"] != "",
        row["difference"] != "",
    )


def test_each_row_names_the_entries_that_it_was_set_beside(registry: Registry) -> None:
    assert told(registry, "ut2021.employment")["against"] == "ut2021.registered"
    assert told(registry, "ut2021.wellbeing.low_t1")["against"] == (
        "ut2021.wellbeing.pairs; ut2021.wellbeing.low_t2"
    )
    planted = told(registry, "ut2021.wellbeing.change", value=13.005, decimals=3)
    assert planted["against"] == "ut2021.wellbeing.pairs"
    planted = told(registry, "ut2021.wellbeing.low_t1", value=82.1, decimals=1)
    assert planted["against"] == "ut2021.wellbeing.pairs"


def test_a_count_that_fits_several_bases_is_consistent_and_names_them(registry: Registry) -> None:
    nine = plant(registry, "ut2021.volunteering.count", value=9.0)
    row = told(nine, "ut2021.volunteering", numerator=9, value=4.0)
    assert (row["verdict"], row["rule"]) == ("consistent", "count and bases that fit")
    assert row["arithmetic"] == "No base is printed; 9 people give it out of 250 or 204."
    assert row["against"] == "ut2021.referred; ut2021.registered"


def test_one_person_is_a_base_and_nobody_is_none(registry: Registry) -> None:
    base = "ut2021.reoffending.not_engaged.n"
    one = plant(plant(registry, base, value=1.0), "ut2021.volunteering.count", value=1.0)
    row = told(one, "ut2021.volunteering", numerator=1, value=100.0)
    assert (row["verdict"], row["against"]) == ("reproduced", base)
    nobody = replace(plant(registry, base, value=0.0), relations=())
    assert told(nobody, "ut2021.volunteering")["verdict"] == INCONSISTENT


def test_a_mean_that_answers_can_have_is_consistent_by_grim(registry: Registry) -> None:
    row = told(registry, "ut2021.wellbeing.change", value=13.02, decimals=2)
    assert (row["verdict"], row["rule"]) == ("consistent", "GRIM")


def test_a_count_that_nothing_tests_is_consistent_and_a_rate_without_its_numbers_has_no_base(
    registry: Registry,
) -> None:
    bare = Registry(registry.figures, registry.findings)
    assert told(bare, "ut2021.partners")["verdict"] == "consistent"
    assert told(bare, "ut2021.partners")["rule"] == "whole number"
    rate = told(bare, "ut2021.benchmark.england")
    assert (rate["verdict"], rate["rule"]) == ("base not stated", "no base")


def test_a_definition_is_told_in_the_sentence_of_a_method_note_and_beside_any_other(
    registry: Registry,
) -> None:
    rate = told(registry, "ut2021.benchmark.england")
    assert (rate["verdict"], rate["rule"]) == ("method note", "definition")
    assert rate["sentence"].endswith(rate["method_note"]) and rate["method_note"].startswith(
        "The comparison: "
    )
    days = told(registry, "ut2021.activity.t1")
    assert (days["verdict"], days["rule"]) == ("base not stated", "no base")
    assert ": not given here; in the field, the past week" in days["method_note"]
    assert days["method_note"] not in days["sentence"]


@pytest.mark.parametrize(
    ("id", "changes", "sure"),
    [
        ("ut2021.wellbeing.low_t1", {"denominator": 100, "value": 82.0}, True),  # a step of 1 in 100
        ("ut2021.wellbeing.low_t1", {"denominator": 99, "value": 82.0}, False),
        ("ut2021.wellbeing.low_t1", {"value": 81.6, "decimals": 1}, False),  # 103 people, a step of 0.1
        ("ut2021.wellbeing.low_t1", {"denominator": 1000, "value": 81.6, "decimals": 1}, True),
        ("ut2021.wellbeing.change", {"value": 13.01, "decimals": 2}, True),
        ("ut2021.wellbeing.change", {"value": 13.01, "decimals": 2, "grain": 2.0}, False),
        ("ut2021.wellbeing.change", {"value": 13.010, "decimals": 3}, False),
    ],
)
def test_when_a_check_could_not_have_failed(
    registry: Registry, id: str, changes: dict[str, object], sure: bool
) -> None:
    free = Registry(registry.figures, registry.findings, registry.relations[:10])
    row = published.audit(plant(free, id, **changes)).set_index("id").loc[id]
    assert ("could not have failed" in str(row["arithmetic"])) is sure


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([], "no whole number of people"), ([0], "0 people"), ([1], "1 person"), ([9], "9 people"),
        ([94, 95], "94 or 95 people"), ([0, 1], "0 or 1 people"), ([2, 3, 4], "2 to 4 people"),
    ],
)  # fmt: skip
def test_counts_in_words(counts: list[int], words: str) -> None:
    assert audit._people(counts) == words


@pytest.mark.parametrize(
    ("words", "listed"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_in_words(words: list[str], listed: str) -> None:
    assert audit._list(words) == listed
    assert audit._list(words, "or") == listed.replace("and", "or")


def test_an_expression_is_worked_out_from_left_to_right_with_what_rounding_leaves(registry: Registry) -> None:
    def span(expression: str) -> tuple[Fraction, Fraction]:
        return audit.span(registry, expression)

    assert span("2 + 3 * 4") == (20, 20)
    assert span("10 - 4 / 4") == (Fraction(3, 2), Fraction(3, 2))
    men, women = Fraction(88), Fraction(12)  # printed to the whole percent: half a point either way
    assert span("ut2021.gender.male - ut2021.gender.female") == (men - women - 1, men - women + 1)
    assert span("ut2021.gender.male / 2") == ((men - Fraction(1, 2)) / 2, (men + Fraction(1, 2)) / 2)
    assert span("findings[document=arc2022;kind=finding]") == (15, 15)
    assert span("questions[document=arc2022;kind=finding]") == (5, 5)
    every = registry.findings
    starting = int(every["section"].str.startswith("What").sum())
    assert 0 < starting < len(every)
    assert span("findings[section=What*]") == (starting, starting)
    assert span("findings[section=What]") == (0, 0)
    assert span("findings[kind=c*]") == (int(every["kind"].str.startswith("c").sum()),) * 2


def one_relation(registry: Registry, left: str, relation: str, right: str) -> Registry:
    return Registry(registry.figures, registry.findings, (Relation("", left, relation, right, "they agree"),))


@pytest.mark.parametrize(
    ("count", "rate", "relation", "said"),
    [
        (9, 27.0, "less than", " The 95% interval of 9 of 34 is 15% to 43%, which takes in 27%."),
        (9, 43.0, "less than", " The 95% interval of 9 of 34 is 15% to 43%, which takes in 43%."),
        (9, 44.0, "less than", " The 95% interval of 9 of 34 is 15% to 43%, which leaves out 44%."),
        (9, 15.0, "more than", " The 95% interval of 9 of 34 is 15% to 43%, which takes in 15%."),
        (9, 14.0, "more than", " The 95% interval of 9 of 34 is 15% to 43%, which leaves out 14%."),
        (0, 27.0, "less than", " The 95% interval of 0 of 34 is 0% to 10%, which leaves out 27%."),
        (9, 20.0, "less than", ""),  # the relation does not hold, and that is what is said
        (None, 27.0, "less than", ""),
    ],
)
def test_a_share_beside_an_official_rate_is_told_with_its_interval(
    registry: Registry, count: int | None, rate: float, relation: str, said: str
) -> None:
    share, official = "ut2021.reoffending.engaged", "ut2021.benchmark.england"
    value = 26.0 if count is None else round(100 * count / 34)
    changed = plant(registry, share, numerator=count, value=float(value))
    changed = plant(changed, official, value=rate)
    row = told(one_relation(changed, share, relation, official), official)
    assert row["arithmetic"].partition(".")[2] == said
    turned = told(one_relation(changed, "ut2021.gender.male", "more than", share), share)
    assert "95% interval" not in turned["arithmetic"], "a share beside a share"


@pytest.mark.parametrize(
    ("left", "relation", "right", "said"),
    [
        ("ut2021.referred", "at least", "ut2021.registered", "They agree: 250 is at least 204."),
        ("ut2021.registered", "equals", "204", "They agree: 204 fits 204."),
        ("ut2021.registered", "almost", "205", "They agree: 204 is a little under 205."),
        ("ut2021.registered", "similar to", "200", "They agree: 204 is close to 200."),
        ("ut2021.registered", "similar to", "100", "They agree: 204 is not close to 100."),
        ("ut2021.registered", "less than", "ut2021.referred / 4", "They agree: 204 is not less than 62.50."),
        ("adder.treatment * 2", "more than", "ut2021.registered", "They agree: 9,932 is more than 204."),
    ],
)
def test_a_relation_in_words(registry: Registry, left: str, relation: str, right: str, said: str) -> None:
    id = "ut2021.referred" if "referred" in left else "ut2021.registered"
    row = told(one_relation(registry, left, relation, right), id)
    assert said in row["arithmetic"]
    fails = " not " in said
    assert row["verdict"] == (INCONSISTENT if fails else "consistent")
    assert row["difference"].startswith("these cannot all stand as printed: ") is fails
    assert row["slip"] == ""


# --- tables and Estimates, to the last column -------------------------------------------------------


def test_of_a_study_about_which_nothing_is_published_there_is_nothing_to_say() -> None:
    nothing = published.load("")
    assert len(nothing.figures) == len(published.audit(nothing)) == len(nothing.findings) == 0
    assert evidence.measure(nothing) == [] and published.compare([], nothing).empty


def test_findings_have_the_columns_of_their_file_and_their_document(registry: Registry) -> None:
    findings = registry.findings
    assert list(findings) == [*FINDING_COLUMNS, "document_title", "place"]
    one = findings.query("document == 'arc2022'").iloc[0]
    assert one["document_title"] == registry.documents["arc2022"].title
    assert one["place"] == f"ARC BITE 2022, {one['section']}"


def test_a_published_estimate_has_its_label_its_count_and_the_level_asked_for(registry: Registry) -> None:
    usual, lower = ({e.id: e for e in published.as_estimates(registry, level)} for level in (0.95, 0.8))
    share = usual["ut2021.reoffending.engaged"]
    assert share.label == registry.by_id["ut2021.reoffending.engaged"].label
    assert "95%" in share.method and "80%" in lower[share.id].method
    assert share.low < lower[share.id].low < lower[share.id].high < share.high
    assert (usual["ut2021.registered"].value, usual["ut2021.registered"].count) == (204, 204)
    assert usual["ut2021.wellbeing.change"].count is None
    assert usual["ut2021.registered"].method == "as printed"


def test_a_share_takes_its_count_from_the_figure_beside_it(registry: Registry) -> None:
    bare = plant(plant(registry, "ut2021.employment", numerator=None), "ut2021.employment.count", value=37.0)
    assert of(published.as_estimates(bare), "ut2021.employment").count == 37


def test_compare_gives_both_numbers_and_the_rounding(registry: Registry) -> None:
    run = [Estimate("outcomes.employment", "Work", value=17.647, count=36, unit="%", origin="example")]
    row = published.compare(run, registry).set_index("id").loc["ut2021.employment"]
    assert (row["published"], row["run"], row["run_rounded"], row["agrees"]) == (18, 17.647, "18", "yes")
    assert (row["measure"], row["as_printed"]) == ("outcomes.employment", "18%")
    absent = published.compare(run, registry).set_index("id").loc["ut2021.housing"]
    assert absent["run_rounded"] is None or absent["run_rounded"] != absent["run_rounded"]
