"""The way in: ten lines in anybody's notebook, from an export to findings that show themselves."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from united_together import PARAMETERS, REGISTRY

import ut_research as ut
from ut_research.cleaning import tables as cleaning
from ut_research.cleaning.tables import Cleaned
from ut_research.core.problems import ProblemsFound
from ut_research.disclosure import decision, gate
from ut_research.disclosure.decision import Measured
from ut_research.reading.export import Raw
from ut_research.show import charts

ROOT = Path(__file__).resolve().parents[1]
#: An export with few women, and a study of it.
PEOPLE = [f"A-{i},2020-02-14,{'female' if i < 4 else 'male'}" for i in range(40)]
STUDY = '[study]\ntitle = "Ours"\n\n[disclosure]\nthreshold = 20\n'


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one table, and the study.toml of STUDY."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "participants.csv").write_text("\n".join(["participant_id,referral_date,gender", *PEOPLE]))
    (folder / "study.toml").write_text(STUDY)
    return folder


@pytest.fixture(scope="module")
def cleaned(export: Path) -> Cleaned:
    """It, cleaned for no study."""
    return ut.clean(ut.read(export))


@pytest.fixture(scope="module")
def measured(cleaned: Cleaned) -> Measured:
    """It, measured."""
    return ut.measure(cleaned)


@pytest.mark.slow
def test_from_the_example_to_what_its_report_releases(tmp_path: Path) -> None:
    raw = ut.read(ROOT / "data" / "raw" / "example")
    cleaned = ut.clean(raw, study="united-together")
    found = ut.release(ut.measure(cleaned))
    assert found.get("wellbeing.pairs").count == 103
    assert "<caption>" in str(found.select("wellbeing")._repr_html_())

    cleaning.write(cleaned, tmp_path)
    assert list(found) == list(decision.of_run(tmp_path, PARAMETERS, REGISTRY))


def test_quotations_and_journeys_are_released_as_in_a_report() -> None:
    raw = ut.read(ROOT / "data" / "raw" / "united-together")
    found = ut.release(ut.measure(ut.clean(raw, study="united-together")))
    assert len(found.select("themes.quoted")) > 5 and not len(found.select("themes.journey"))
    assert not len(ut.release(ut.measure(ut.clean(raw)), threshold=50).select("themes.quoted"))


def test_what_is_released_shows_itself_with_what_is_withheld_and_where_it_comes_from(
    measured: Measured,
) -> None:
    shown = str(ut.release(measured).select("reach")._repr_html_())
    assert '<th scope="row">Referred to the project</th><td class="ut-number">40</td>' in shown
    assert "hidden to protect people" in shown
    assert "From the export" in shown
    assert "not in this export" not in shown


def test_of_many_findings_the_first_are_shown_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch, measured: Measured
) -> None:
    monkeypatch.setattr("ut_research.show.tables.MOST_ROWS", 3)
    shown = str(ut.release(measured)._repr_html_())
    assert shown.count("<tr>") == 1 + 3
    assert re.search(r"the first 3 of \d\d findings; select\(…\) gives those of a subject", shown)


def test_nothing_shows_itself_before_it_is_released(
    export: Path, cleaned: Cleaned, measured: Measured
) -> None:
    for holds_people in (ut.read(export), cleaned, measured):
        assert "nothing of it is shown until it is released" in repr(holds_people)
        assert not re.search(r"\d", repr(holds_people))
        assert not [name for name in dir(holds_people) if name.startswith(("_repr_", "_ipython_"))]


def test_a_chart_shows_itself_with_its_description(measured: Measured) -> None:
    chart = charts.shares(ut.release(measured).select("reach.age_band"), 'Ages, "in bands"')
    assert chart._repr_html_().startswith('<img alt="Bar chart. Ages, &quot;in bands&quot;.')
    assert 'src="data:image/svg+xml;base64,' in chart._repr_html_()
    assert repr(chart) == chart.alt


def test_without_a_study_nothing_is_named_and_a_study_is_a_file_a_folder_or_a_name(
    export: Path, cleaned: Cleaned
) -> None:
    raw = ut.read(export)
    assert cleaned.study.study.title == "The project"
    assert ut.clean(raw, study=export / "study.toml").study.study.title == "Ours"
    assert ut.clean(raw, study=str(export)).study.study.title == "Ours"
    assert ut.clean(raw, study="united-together").study.study.title == "United Together"


def test_a_study_decides_what_is_withheld_and_release_may_be_told_otherwise(
    export: Path, cleaned: Cleaned
) -> None:
    strict = ut.measure(ut.clean(ut.read(export), study=export))
    assert ut.release(strict).policy == gate.Policy(threshold=20)
    assert ut.release(strict, threshold=5).policy == gate.Policy(threshold=5)


def test_another_choice_reaches_the_measures_and_needs_no_name_twice(cleaned: Cleaned) -> None:
    assert ut.measure(cleaned, low_at_most=44).parameters["low_at_most"] == 44
    assert ut.measure(cleaned).parameters["low_at_most"] == 40
    assert cleaned.study.study.low_at_most == 40


@pytest.mark.parametrize(
    ("does", "said"),
    [
        (lambda c: ut.read("no/such/place"), "place: there is no such file or folder"),
        (lambda c: ut.clean(c), "ut.clean takes what ut.read gives, not Cleaned: begin with ut.read(path)"),
        (lambda c: ut.measure(Raw({}, {})), "ut.measure takes what ut.clean gives, not Raw"),
        (lambda c: ut.release([]), "ut.release takes what ut.measure gives, not list"),
        (lambda c: ut.clean(Raw({}, {}), "untied-together"), "untied-together: there is no such study"),
        (lambda c: ut.measure(c, low_at_mots=44), "no such parameter. Did you mean low_at_most?"),
        (lambda c: ut.measure(c, low_at_most=3), "[wellbeing] low_at_most: out of range. Give a value"),
        (lambda c: ut.measure(c, low_at_most=69), "low wellbeing reaches into high"),
        (lambda c: ut.measure(c, areas={}), "areas: cleaning takes this parameter. Write it in a study.toml"),
        (lambda c: ut.release(Measured([], PARAMETERS), treshold=5), "unknown treshold; it knows threshold"),
        (lambda c: ut.release(Measured([], PARAMETERS), threshold=2), "threshold must be a whole number, 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told(cleaned: Cleaned, does: Callable[[Any], Any], said: str) -> None:
    with pytest.raises((ProblemsFound, TypeError, gate.DisclosureError)) as told:
        does(cleaned)
    assert said in str(told.value)


def test_an_export_without_any_date_is_measured_too(cleaned: Cleaned) -> None:
    tables = {"participants": cleaned.tables["participants"].assign(referral_date=None)}
    found = ut.release(ut.measure(replace(cleaned, tables=tables, data_to=None)))
    assert found.get("reach.referred").count == 40


def test_to_import_it_loads_nothing_more() -> None:
    code = "import sys; before = set(sys.modules); import ut_research; print(*set(sys.modules) - before)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {name.partition(".")[0] for name in said.split()}
    assert loaded <= {"ut_research", "pathlib", *sys.stdlib_module_names}


def test_the_version_is_said_the_same_everywhere() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == ut.__version__
    assert f"\nversion: {ut.__version__}\n" in (ROOT / "CITATION.cff").read_text()
