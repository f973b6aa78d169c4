"""Write the keys of a recipe into docs/recipe.md, from its schema (`python .ci/recipe.py`)."""

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from ut_research.reading import recipe

FILE = Path(__file__).resolve().parents[1] / "docs" / "recipe.md"
BEGIN, END = "<!-- Keys: written by .ci/recipe.py from the schema; do not edit -->\n", "<!-- End of keys -->"
#: The parts of a recipe, and the section in which examples of their keys stand where they name none.
PARTS = {
    recipe.Recipe: "", recipe.Layout: '[sheets."Master"]', recipe.TableRule: "[tables.participants]",
    recipe.From: "[tables.participants.columns]", recipe.Ticks: "[tables.needs.ticks]",
    recipe.Pair: "[tables.outcomes.pairs]", recipe.Source: "[source]",
}  # fmt: skip


class Key(NamedTuple):
    """A key of the recipe: its part, what it says, and an example, which stands in a section."""

    part: type
    name: str
    says: str
    section: str
    line: str


def said(part: type) -> dict[str, str]:
    """What stands below each key of a part, in the code."""
    [whole] = ast.parse(inspect.getsource(part)).body
    return {
        key.target.id: text.value.value
        for key, text in pairwise(whole.body)
        if isinstance(key, ast.AnnAssign) and isinstance(text, ast.Expr)
    }


def keys() -> Iterator[Key]:
    """Give every key of the schema that holds no further part."""
    for part, section in PARTS.items():
        for name in part.model_fields:
            if name not in ("name", "source", "sheets", "tables", "ticks", "pairs"):
                says, line = re.fullmatch(r"(.*): `(.*)`", said(part)[name], re.S).groups()
                own, _, rest = line.partition("] ")
                inside = (own + "]", rest) if line[0] == "[" else (section, line)
                yield Key(part, name, " ".join(says.split()), *(" ".join(text.split()) for text in inside))


def reference() -> str:
    """The keys as text, a table for each part."""
    lines = list[str]()
    for part, section in PARTS.items():
        lines += [
            "",
            f"**{re.split('[.;]', inspect.getdoc(part))[0]}**" + (f", in `{section}`:" if section else ":"),
        ]
        lines += ["", "| key | what it says | example |", "|---|---|---|"]
        for key in (key for key in keys() if key.part is part):
            shown = key.line if key.section == section else f"{key.section} {key.line}"
            lines.append(f"| `{key.name}` | {key.says} | `{shown}` |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The text of docs/recipe.md, with its keys as they are now."""
    before, _, rest = FILE.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + reference() + END + rest.partition(END)[2]


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
