"""The benchmark runs; how fast things are, only it can say."""

import json
import subprocess
import sys

import pytest
from united_together import ROOT

from bench import reading


@pytest.mark.slow
def test_a_caseload_is_cleaned_and_measured():
    command = [sys.executable, "-m", "bench.caseload", "500"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout).keys() == {"clean", "measure", "gigabytes"}


@pytest.mark.parametrize("kind", sorted(reading.SIZES))
def test_a_large_file_is_read_by_the_library_and_as_an_export(kind, tmp_path, monkeypatch):
    monkeypatch.setitem(reading.SIZES, kind, (30, 6))

    assert reading.main(kind, "make", tmp_path) == {}
    for who in ("plain", "ours"):
        assert set(reading.main(kind, who, tmp_path)) == {"seconds", "gigabytes"}
