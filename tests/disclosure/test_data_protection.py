"""The page on data protection: each rule of what is done and what leaves names a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "data-protection.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(test_\w+)`|`(tests/[\w/]+\.py)`")


def test_each_rule_names_a_test_that_is_there() -> None:
    written = "\n".join(f.read_text(encoding="utf-8") for f in sorted((ROOT / "tests").rglob("test_*.py")))
    there = set(re.findall(r"def (test_\w+)", written))
    for heading in ("What is done at the door", "What leaves"):
        section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
        rules = re.split(r"^- ", section, flags=re.MULTILINE)[1:]
        assert len(rules) > 3
        assert [rule for rule in rules if not NAMED.search(rule)] == []
    for test, file in NAMED.findall(PAGE):
        assert test in there if test else (ROOT / file).is_file()
