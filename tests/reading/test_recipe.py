"""The page about the recipe: its examples are read, and every key of the schema has one."""

import re
import tomllib
from pathlib import Path

import pytest

from ut_research.reading import recipe

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "recipe.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.S)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_recipe(example):
    assert recipe.parse(tomllib.loads(example), recipe.FILE) != recipe.Recipe()


def keys(told) -> set[str]:
    """Every key that a recipe says, at whatever depth."""
    parts = told.items() if isinstance(told, dict) else ()
    return {key for key, _ in parts}.union(*(keys(part) for _, part in parts))


def test_every_key_has_an_example():
    parts = ("Recipe", "Source", "Layout", "TableRule", "From", "Ticks", "Pair")
    known = {key for part in parts for key in getattr(recipe, part).model_fields} - {"name"}

    assert known - set().union(*(keys(tomllib.loads(example)) for example in EXAMPLES)) == set()
