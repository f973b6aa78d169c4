"""The page about the recipe: it is written from the schema, and every key has an example that is read."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest

from ut_research.reading import recipe

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "recipe.md").read_text(encoding="utf-8")
WRITER = runpy.run_path(str(ROOT / ".ci" / "recipe.py"))
KEYS = [*WRITER["keys"]()]


def test_the_page_has_every_key_as_the_schema_says_it():
    assert WRITER["page"]() == PAGE, "write it anew: .venv/bin/python .ci/recipe.py"
    assert len(KEYS) == len({(key.part, key.name) for key in KEYS}) > 30


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.part.__name__}.{key.name}")
def test_the_example_of_a_key_is_read_and_says_that_key(key):
    told = tomllib.loads(f"{key.section}\n{key.line}\n")
    beside = {recipe.Ticks: {"heading": "Help?", "options": {}}, recipe.Source: {"package": "a", "file": "b"}}
    if (more := beside.get(key.part)) is not None:
        inner = told["source"] if key.part is recipe.Source else told["tables"]["needs"]["ticks"]
        inner.update({name: value for name, value in more.items() if name not in inner})

    assert key.name in said(recipe.parse(told, recipe.FILE), key.part)


def said(part: object, of: type) -> set[str]:
    """The keys that are said of a kind of part, at whatever depth."""
    if isinstance(part, dict):
        return set().union(*(said(inner, of) for inner in part.values()))
    if not hasattr(part, "model_fields_set"):
        return set()
    own = part.model_fields_set if isinstance(part, of) else set()
    return own.union(*(said(getattr(part, name), of) for name in part.model_fields_set))


@pytest.mark.parametrize("example", re.findall(r"```toml\n(.*?)```", PAGE, re.S))
def test_every_other_example_is_a_recipe(example):
    assert recipe.parse(tomllib.loads(example), recipe.FILE) != recipe.Recipe()
