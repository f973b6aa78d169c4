"""The sheet of a part: one page that anybody can read, with what was released and no more."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from tagged import faults
from united_together import PARAMETERS, ROOT, SETTINGS

from ut_research.core.measurement import Measurement
from ut_research.disclosure import decision, gate
from ut_research.disclosure.gate import Policy
from ut_research.publishing import sheets


def finding(id: str, label: str, n: int, **group: str) -> Measurement:
    return Measurement(id, label, 100 * (n // 2) / n, 11.0, 88.0, n // 2, n, "%", group=group)


def sheet(folder: Path, **parameters: object) -> list[Path]:
    found = [finding("reach.registered", "Registered", 100)]
    found += [finding("reach.registered", "Registered", n, area=a) for a, n in (("Pendle", 60), ("Wyre", 40))]
    found += [
        finding("outcomes.employment", "Found work", n, area=a) for a, n in (("Pendle", 50), ("Wyre", 8))
    ]
    found += [finding("outcomes.employment", "Found work", 58)]
    settings = SETTINGS | {"parameters": {**PARAMETERS, **parameters}}
    (folder / "run.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"origin": "example"}), encoding="utf-8")
    decision.write(gate.release(found, Policy()), folder, "area")
    return sheets.make(ROOT, folder, {folder: "Wyre"}, "area")


def test_it_is_one_tagged_page_with_the_part_beside_everyone(tmp_path: Path) -> None:
    [file] = sheet(tmp_path)
    reader = PdfReader(BytesIO(file.read_bytes()))
    [page] = reader.pages
    text = " ".join(page.extract_text().split())
    assert "Registered 50% (20 of 40) 11% to 88% 50%" in text
    assert "Found work" in text
    assert "4 of 8" not in text
    assert text.count("hidden to protect people") == 2, "the cell, and what it means"
    assert "Invented example" in text
    assert "Please do not rank it" in text
    assert faults(file.read_bytes()) == []


@pytest.mark.parametrize("asked", [True, False])
def test_there_is_one_only_where_the_study_asks(tmp_path: Path, asked: bool) -> None:
    assert len(sheet(tmp_path, sheets=asked)) == asked
