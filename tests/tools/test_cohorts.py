"""The invented cohorts of the studies alongside: the same each time, and said to be invented."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from united_together import ROOT

from tools import adder, draw, well_connected
from ut_research import published
from ut_research.cleaning import tables as cleaning
from ut_research.core import studies
from ut_research.measures import outcomes, reoffending
from ut_research.reading import export

COHORTS = {"well-connected": well_connected, "adder": adder}
KEY = b"a key that is only for tests"


def committed(name: str) -> Path:
    return ROOT / "data" / "raw" / name


def cleaned(name: str) -> cleaning.Cleaned:
    return cleaning.clean(export.read(committed(name)), key=KEY)


@pytest.mark.parametrize(("name", "module"), COHORTS.items())
def test_the_committed_files_are_what_the_generator_writes(
    name: str, module: ModuleType, tmp_path: Path
) -> None:
    module.write(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in committed(name).iterdir()}


@pytest.mark.parametrize("module", COHORTS.values())
def test_another_seed_gives_other_people(module: ModuleType) -> None:
    one, other = (draw.as_text(module.generate(seed))["participants"] for seed in (1, 2))
    assert len(one) == len(other) and not one.equals(other)


@pytest.mark.parametrize("name", COHORTS)
def test_it_says_everywhere_that_it_is_invented(name: str) -> None:
    assert studies.read(ROOT / "studies" / name / "study.toml", ROOT).data == committed(name)
    assert cleaned(name).origin == "example"
    for table in committed(name).glob("*.csv"):
        rows = table.read_text(encoding="utf-8").splitlines()[1:]
        assert all(row.startswith("INVENTED-") for row in rows), table.name
    said = " ".join((committed(name) / "INVENTED.md").read_text(encoding="utf-8").split())
    assert "Nobody in this folder exists." in said and "They are not evidence about" in said


@pytest.mark.parametrize("name", COHORTS)
def test_cleaning_finds_nothing_to_mend(name: str) -> None:
    assert set(cleaned(name).issues["rule"]) == {"column not there"}


def test_the_two_published_shares_come_back_whatever_the_seed() -> None:
    registry = published.load(ROOT / "studies" / "well-connected" / "published")
    for tables in (cleaned("well-connected").tables, well_connected.generate(1), well_connected.generate(2)):
        compared = published.compare(reoffending.measure(tables), registry).set_index("id")
        assert compared["agrees"].to_dict() == {
            "wellconnected.crime_free_6_months": "yes",
            "wellconnected.crime_free_1_year": "yes",
        }
        assert 50 < compared.loc["wellconnected.crime_free_1_year", "run"] < 60


def test_treatment_is_of_the_people_and_no_figure_of_the_police_is_data() -> None:
    found = outcomes.measure(cleaned("adder").tables, outcomes={"treatment": "Started drug treatment"})
    told = {"treatment", "any", "met_treatment", "unasked_treatment"}
    assert {e.id for e in found if e.status == "number"} == {f"outcomes.{name}" for name in told}
    registry = published.load(ROOT / "studies" / "adder" / "published")
    assert published.compare(found, registry).empty
