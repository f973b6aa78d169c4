"""The real example, built here and elsewhere: other processors, time zone, language and day, the same bytes.

Elsewhere it is built on top of a report with another parameter. What it is compared with is the report in
`reports/example`, made from nothing or on top of whatever was there.
"""

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
    here = Project(HERE)
    assert (here.report / "run.json").is_file(), "build it first: make report"
    root = tmp_path / "elsewhere, with a space"
    for part in PARTS:
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (HERE / part).is_dir() else shutil.copyfile
        copy(HERE / part, root / part)
    for file in (root / "data").rglob("*.csv"):
        os.utime(file, (time.time() - 86400 * 365,) * 2)
    monkeypatch.chdir(root)
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    study = root / "studies" / "united-together" / "study.toml"
    usual = study.read_text()
    project = Project(root)
    study.write_text(usual.replace("follow_up_days = 365", "follow_up_days = 90"))
    assert project.build(jobs=1) == ""
    other = project.bytes()

    study.write_text(usual)
    assert project.build(jobs=1) == ""

    made, first = project.bytes(), here.bytes()
    assert len(made) > 50
    assert made != other
    assert made.keys() <= first.keys()  # what was made from the report, such as its brief, may be there
    assert [name for name in made if first[name] != made[name]] == []
