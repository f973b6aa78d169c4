"""The real example, built twice: other processors, time zone, language, day and place give the same bytes."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from small_project import HERE, Project

pytestmark = pytest.mark.slow
PARTS = ("notebooks", "book", "data/raw", "studies", "requirements.lock")


def test_the_example_gives_the_same_bytes_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for place, jobs, zone, language in (
        ("here", 1, "Asia/Kathmandu", "tr_TR.UTF-8"),
        ("elsewhere, with a space", 2, "America/Adak", "C"),
    ):
        root = tmp_path / place
        for part in PARTS:
            (root / part).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (HERE / part).is_dir() else shutil.copyfile
            copy(HERE / part, root / part)
        for file in (root / "data").rglob("*.csv"):
            os.utime(file, (time.time() - 86400 * 365 * jobs,) * 2)
        monkeypatch.chdir(root)
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("LC_ALL", language)
        monkeypatch.setenv("PYTHONHASHSEED", str(jobs))
        project = Project(root)
        assert project.build(jobs=jobs) == ""
        made.append(project.bytes())
    first, second = made
    assert first.keys() == second.keys()
    assert len(first) > 50
    assert [name for name in first if first[name] != second[name]] == []

    # with a parameter changed, pages are made again on top of the last build: as if there had been none
    study = root / "studies" / "united-together" / "study.toml"
    study.write_text(study.read_text().replace("follow_up_days = 365", "follow_up_days = 90"))
    assert project.build() == ""
    on_top = project.bytes()
    assert on_top != second
    shutil.rmtree(root / "data" / "processed")
    assert project.build() == ""
    anew = project.bytes()
    assert sorted(on_top) == sorted(anew)
    assert [name for name in anew if anew[name] != on_top[name]] == []
