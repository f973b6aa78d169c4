"""One environment, said three times (pyproject.toml, the lock, environment.yml); what stays out of git."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement

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


@pytest.mark.parametrize(
    ("path", "size", "said"),
    [
        ("reports/q3/findings.json", 10, "exports and results stay out of git"),
        ("data/processed/q3/participants.parquet", 10, "exports and results stay out of git"),
        ("somewhere/export.xlsx", 10, "exports and results stay out of git"),
        ("notes.txt", 5_000_001, "larger than 5 MB"),
        ("notes.txt", 5_000_000, ""),
        ("data/raw/example/needs.csv", 10, ""),
    ],
)
def test_what_is_held_back_from_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, size: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(b"x" * size)
    assert load("held_back").complaints(path) == ([f"{path}: {said}"] if said else [])


def test_nothing_in_git_is_held_back() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git repository")
    complaints = load("held_back").complaints
    assert [line for path in listed.stdout.split("\0") if path for line in complaints(path)] == []


@pytest.mark.parametrize(
    "place", ["reports/q3/book/index.html", "data/processed/q3/needs.parquet", "exports/a.csv"]
)
def test_git_ignores_exports_and_results(place: str) -> None:
    if subprocess.run(["git", "check-ignore", "-q", place], cwd=ROOT, check=False).returncode == 128:
        pytest.skip("not a git repository")
    assert subprocess.run(["git", "check-ignore", "-q", place], cwd=ROOT, check=False).returncode == 0


def test_the_command_line_is_quick_to_start() -> None:
    heavy = "{'pandas', 'numpy', 'papermill', 'nbformat', 'scipy'}"
    code = f"import sys; import ut_research.cli; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
