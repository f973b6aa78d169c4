"""One environment, said three times (pyproject.toml, the lock, environment.yml); what stays out of git."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement

from ut_research.core.schema import TABLES

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def load(name: str) -> ModuleType:
    """One of the small programs in .ci."""
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PINS = [Requirement(pin) for pin in load("environment").pins(LOCK)]


def pinned() -> dict[str, str]:
    """Version by name, of the pins that apply here."""
    here = [r for r in PINS if r.marker is None or r.marker.evaluate()]
    return {r.name.lower().replace("_", "-"): str(r.specifier).removeprefix("==") for r in here}


def test_conda_gets_the_versions_of_the_lock() -> None:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (pip,) = (d["pip"] for d in listed if isinstance(d, dict))
    assert [Requirement(line) for line in pip[:-1]] == PINS
    assert pip[-1] == "-e ."
    assert {"make", "pip"} <= {d for d in listed if isinstance(d, str)}


def test_the_lock_pins_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    locked = pinned()
    for requirement in map(Requirement, wanted):
        assert requirement.name in locked, requirement.name
        assert requirement.specifier.contains(locked[requirement.name]), requirement


def test_the_library_uses_every_dependency_that_it_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    modules: dict[str, set[str]] = {}
    for module, distributions in metadata.packages_distributions().items():
        for name in distributions:
            modules.setdefault(name.lower().replace("_", "-"), set()).add(module)
    text = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py"))
    for name in (Requirement(line).name for line in project["dependencies"]):
        either = "|".join(map(re.escape, modules[name.lower()]))
        assert re.search(rf"^\s*(?:import|from) (?:{either})\b|[\"'](?:{either})[\"']", text, re.MULTILINE), (
            name
        )


def test_every_pin_has_a_hash_and_no_index_is_named() -> None:
    blocks = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE | re.IGNORECASE)
    assert len([b for b in blocks if "==" in b.split("\n")[0]]) == len(PINS)
    assert [b.split("\n")[0] for b in blocks if "==" in b.split("\n")[0] and "--hash=sha256:" not in b] == []
    assert "://" not in LOCK


def test_this_environment_is_the_locked_one() -> None:
    assert {n: metadata.version(n) for n in ("pandas", "numpy", "scipy", "jupyter-book")} == {
        n: pinned()[n] for n in ("pandas", "numpy", "scipy", "jupyter-book")
    }


#: Where a person may drop a file that is about people.
DROPPED = [
    *("data/raw/q3.csv", "data/raw/q3/participants.csv", "studies/united-together/published/q3.csv"),
    *("data/raw/example/export.xlsx", "data/raw/example/participants2.csv", "data/raw/example/a.txt"),
    *("data/raw/example/sub/participants.csv", "studies/rossi/rossi.csv", "tests/real.sav", "tests/q3.csv"),
    *("data/raw/adder/q3.csv", "data/raw/well-connected/q3.csv", "studies/adder/published/q3.csv"),
    *("participants.csv", "Export.XLSX", "notebooks/q3.dta"),
    *("voices.qdpx", "exports.zip", "docs/interview.docx", "data/processed/q3/README.md"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "size", "said"),
    [
        ("reports/q3/findings.json", 10, "exports and results stay out of git"),
        ("data/processed/q3/participants.parquet", 10, "exports and results stay out of git"),
        ("somewhere/export.xlsx", 10, "exports and results stay out of git"),
        ("notes.txt", 5_000_001, "larger than 5 MB"),
        ("notes.txt", 5_000_000, ""),
        ("data/processed/README.md", 10, ""),
        ("studies/united-together/published/figures.csv", 10, ""),
        *((path, 10, "exports and results stay out of git") for path in DROPPED),
    ],
)
def test_what_is_held_back_from_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, size: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(b"x" * size)
    assert load("held_back").complaints(path) == ([f"{path}: {said}"] if said else [])


@pytest.mark.parametrize(
    ("rows", "marked", "held"),
    [
        ("INVENTED-0001,1\n" * 20 + ",2\n", True, False),
        ("INVENTED-0001,1\n", False, True),
        ("A-17,1\n" * 20, True, True),
        ("INVENTED-0001,1\n" * 20 + "A-17,1\n" * 5, True, True),
    ],
    ids=["invented", "without its mark", "real people over the invented", "real people among the invented"],
)
def test_a_table_of_an_invented_cohort_holds_only_invented_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, marked: bool, held: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    table = Path("data/raw/example/participants.csv")
    table.parent.mkdir(parents=True)
    table.write_text("participant_id,x\n" + rows)
    if marked:
        table.with_name("INVENTED.md").touch()
    assert bool(load("held_back").complaints(table.as_posix())) == held


def test_the_tables_of_a_cohort_are_those_of_the_dictionary() -> None:
    assert set(load("held_back").TABLES.split("|")) == set(TABLES)


def test_nothing_in_git_is_held_back() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git repository")
    complaints = load("held_back").complaints
    assert [line for path in listed.stdout.split("\0") if path for line in complaints(path)] == []


RESULTS = ["reports/q3/book/index.html", "data/processed/q3/needs.parquet", "exports/a.csv"]


def test_git_ignores_exports_and_results_and_no_file_of_the_project(tmp_path: Path) -> None:
    def git(*arguments: str, where: Path = tmp_path, given: str = "") -> list[str]:
        done = subprocess.run(
            ["git", *arguments], cwd=where, input=given, capture_output=True, text=True, check=False
        )
        return done.stdout.splitlines()

    listed = git("ls-files", where=ROOT)
    if not listed:
        pytest.skip("not a git repository")
    git("init", "--quiet")
    shutil.copyfile(ROOT / ".gitignore", tmp_path / ".gitignore")
    ignored = git("check-ignore", "--no-index", "--stdin", given="\n".join([*DROPPED, *RESULTS, *listed]))
    assert ignored == [*DROPPED, *RESULTS]


def test_hosts_of_the_code_only_call_what_a_person_can_call() -> None:
    github = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["test"]
    gitlab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())["test"]
    assert [step["run"] for step in github["steps"] if "run" in step] == gitlab["script"] == [".ci/run"]
    assert github["container"] == gitlab["image"]


def test_the_reference_is_that_of_the_docstrings() -> None:
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert text == load("reference").reference(), "write it again: .venv/bin/python .ci/reference.py"
    assert "ut.release(measured: Measured, **policy: Any) → Released" in text


def test_the_command_line_is_quick_to_start() -> None:
    heavy = "{'pandas', 'numpy', 'papermill', 'nbformat', 'scipy'}"
    code = f"import sys; import ut_research.cli; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
