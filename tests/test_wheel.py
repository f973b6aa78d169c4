"""The wheel: installed beside the locked packages, with no copy of the project, it makes the report."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from ut_research.core import notebooks
from ut_research.core.digests import digest

ROOT = Path(__file__).resolve().parents[1]
CARRIED = ("notebooks", "book", "studies", "data/raw/example", "requirements.lock")
#: What a person may leave in a working copy, and must not hand on.
LEFT = (
    *("data/raw/example/export.xlsx", "data/raw/q3/participants.csv", "studies/rossi/rossi.csv"),
    *("notebooks/.ipynb_checkpoints/a.ipynb", "exports/participants.csv"),
    *("reports/q3/findings.json", "data/processed/q3/needs.parquet"),
)


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a command prints, its exit status 0."""
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tracked(*places: str) -> list[str]:
    """The files of the project in git."""
    listed = subprocess.run(
        ["git", "ls-files", *places], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git repository")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of a working copy in which a person left things."""
    copy = tmp_path_factory.mktemp("copy")
    for name in (*tracked(), *LEFT):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        if name in LEFT:
            (copy / name).write_text("A-17")
        else:
            shutil.copyfile(ROOT / name, copy / name)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", copy / "dist", cwd=copy)
    (built,) = (copy / "dist").iterdir()
    return built


@pytest.mark.slow
def test_it_carries_the_project_and_nothing_that_a_person_left(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    project = {f"ut_research/project/{name}" for name in tracked(*CARRIED)}
    library = {name.removeprefix("src/") for name in tracked("src")}
    assert {name for name in held if ".dist-info/" not in name} == project | library


@pytest.mark.slow
def test_installed_it_makes_the_report_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    made = venv.EnvBuilder().ensure_directories(tmp_path / "venv")
    venv.create(tmp_path / "venv")
    python, command = made.env_exe, Path(made.bin_path, "ut-research")
    packages = Path(run(python, "-c", "import site; print(site.getsitepackages()[0])", cwd=tmp_path).strip())
    (packages / "locked.pth").write_text(site.getsitepackages()[0])  # not the .pth of this project in it
    uv = Path(sys.executable).with_name("uv")
    run(uv, "pip", "install", "--offline", "--no-deps", "--python", python, wheel, cwd=tmp_path)
    project, empty = packages / "ut_research" / "project", tmp_path / "empty"
    before = digest(project)
    empty.mkdir()

    said = run(command, "report", cwd=empty, UT_RESEARCH_KEY="a key of the tests")
    assert "reports/example/book/index.html" in said
    assert "United Together" in (empty / "reports" / "example" / "book" / "index.html").read_text("utf-8")
    assert sorted(p.relative_to(empty).as_posix() for p in empty.glob("*/*")) == [
        "data/processed",
        "reports/example",
    ]
    assert digest(project) == before

    run(command, "forget", cwd=empty)
    assert not list(empty.glob("*/*/*"))


def test_a_run_writes_where_it_reads_unless_the_project_came_with_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert notebooks.place_of(ROOT) == ROOT
    assert notebooks.place_of(notebooks.PACKAGED) == tmp_path
