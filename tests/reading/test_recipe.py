"""The page about the recipe: its examples are read, and every key of the schema is in it."""

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


def test_every_key_is_there():
    parts = ("Recipe", "Source", "Layout", "TableRule", "From", "Ticks", "Pair")
    keys = {key for part in parts for key in getattr(recipe, part).model_fields} - {"name"}

    assert {key for key in keys if not re.search(rf"\b{key}\b", PAGE)} == set()
