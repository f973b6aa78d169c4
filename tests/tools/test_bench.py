"""The benchmark runs; how fast things are, only it can say."""

import json
import subprocess
import sys

from united_together import ROOT


def test_a_caseload_is_cleaned_and_measured():
    command = [sys.executable, "-m", "bench.caseload", "500"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout).keys() == {"clean", "measure", "gigabytes"}
