"""Whatever happens to a build, the last good report stays whole and the next build ends in the same bytes.

Bytes are compared with those of the undisturbed build that the fixture made, the page of build information
set aside. See tests/running/test_whole.py for processors, time zones, and a stop between two renames.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from samples import samples
from small_project import Project, make

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "ut_research.cli", "report"]
#: How often a build is killed, and within how many seconds of its start.
KILLS, LATEST = samples(8, 50), 6.0


def test_killed_at_many_moments(project: Project) -> None:
    """Each build starts from where the killed one left things, or from nothing."""
    before = project.bytes()
    moments = random.Random(2)
    for kill in range(KILLS):
        if kill % 5 == 0:
            shutil.rmtree(project.root / "data" / "processed", ignore_errors=True)
        assert project.kill(moments.uniform(0.2, LATEST), whole=kill % 2 == 0) == []
        assert project.bytes() == before, f"kill {kill}"
    assert project.build() == ""
    assert project.bytes() == before


def test_out_of_disk(tmp_path: Path, project: Project) -> None:
    """A disk of 40 MB, filled up to its last 300 KB."""
    if os.geteuid() != 0:
        pytest.skip("only root may make a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk], check=False).returncode:
        pytest.skip("a small disk cannot be made here")
    try:
        small = make(disk / "project")
        (small.root / "filler").write_bytes(b"0" * (shutil.disk_usage(disk).free - 300_000))
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(small.root)
            patch.setattr("ut_research.running.build.SPACE", 0)
            said = small.build()
            assert "disk is full" in said, said
            assert "Traceback" not in said
            assert not small.report.exists()
            (small.root / "filler").unlink()
            assert small.build() == ""
        assert small.bytes() == project.bytes()
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_folder_that_nobody_may_write(tmp_path: Path) -> None:
    """A disk that is read only, so that it binds root too."""
    if os.geteuid() != 0:
        pytest.skip("only root may make a read-only disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], check=False).returncode:
        pytest.skip("a small disk cannot be made here")
    try:
        make(disk / "project")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        done = subprocess.run(COMMAND, cwd=disk / "project", capture_output=True, text=True, check=False)
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
    assert done.returncode == 1
    assert "may not be written to" in done.stderr, done.stderr
    assert "should not happen" not in done.stderr


def test_two_builds_at_once(project: Project) -> None:
    """One of them builds, or both do one after the other; the report is the same."""
    before = project.bytes()
    shutil.rmtree(project.root / "data" / "processed")
    both = [
        subprocess.Popen(
            COMMAND, cwd=project.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [build.communicate(timeout=300)[1] for build in both]
    codes = sorted(build.returncode for build in both)
    assert codes in ([0, 0], [0, 1])
    if codes == [0, 1]:
        assert "this report is being built already" in "".join(said)
    assert project.bytes() == before


@pytest.mark.parametrize("moved", [-40 * 365 * 86400, 3 * 365 * 86400], ids=["past", "future"])
def test_a_clock_that_was_wrong(project: Project, moved: int) -> None:
    """Files from forty years ago, or from three years ahead: content counts, not days."""
    before = project.bytes()
    then = time.time() + moved
    for path in [*(project.root / "data").rglob("*"), *(project.root / "notebooks").iterdir()]:
        if path.is_file():
            os.utime(path, (then, then))
    assert project.build() == ""
    assert project.bytes() == before
    shutil.rmtree(project.root / "data" / "processed")
    assert project.build() == ""
    assert project.bytes() == before
    for path in project.root.rglob("*"):
        os.utime(path, (then, then), follow_symlinks=False)
    project.write(3, "three", [], "unused = 1")
    assert project.build() == ""
    project.write(3, "three", [])
    assert project.build() == ""
    assert project.bytes() == before


def test_damaged_results_of_an_earlier_build(project: Project) -> None:
    """Cleaned tables cut short by a crash of the computer: told or made again, never used in silence."""
    before = project.bytes()
    for damaged in ("findings.json", "manifest.json", "participants.parquet"):
        (project.root / "data" / "processed" / "example" / damaged).write_bytes(b"")
    project.build()
    assert project.bytes() == before
