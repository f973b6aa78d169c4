"""The study in `studies/united-together`, as tests use it."""

from __future__ import annotations

from pathlib import Path

from ut_research import published
from ut_research.core import studies

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "studies" / "united-together"
FOUND = studies.read(FOLDER / studies.FILE, ROOT)
STUDY = FOUND.study
PARAMETERS = STUDY.parameters()
PARTS = FOUND.parts(ROOT)
REGISTRY = published.load(*PARTS["published"])
#: What of the settings of a run a chapter or page reads.
SETTINGS = {"root": str(ROOT), "parameters": PARAMETERS, "parts": PARTS, "by": "", "chapters": []}
