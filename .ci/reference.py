"""Write docs/reference.md: the functions for notebooks, from their docstrings (`python .ci/reference.py`)."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "reference.md"
HEAD = """\
# Functions for notebooks

Written from the docstrings by `.ci/reference.py`; do not edit. Units and errors are said with each function.
"""
#: What is listed: its heading, what its functions are called by, its file, and the class in it if any.
PARTS = (
    ("The way in", "ut", "__init__.py", ""),
    ("What was released", "found", "disclosure/released.py", "Released"),
    ("A chapter", "chapter", "show/chapter.py", "Chapter"),
    ("Charts", "charts", "show/charts.py", ""),
    ("Charts along something", "along", "show/along.py", ""),
    ("Words", "prose", "show/prose.py", ""),
    ("Verdicts", "verdicts", "show/verdicts.py", ""),
)


def functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    """The public functions among `body` that say what they do."""
    for node in body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and ast.get_docstring(node):
            yield node


def entry(node: ast.FunctionDef, called: str) -> str:
    """How a function or property is called, and its docstring as it stands."""
    taken = ast.unparse(node.args).removeprefix("self, ").removeprefix("self").removeprefix(", ")
    given = f" → {ast.unparse(node.returns)}" if node.returns else ""
    is_value = any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
    call = f"{called}.{node.name}" + ("" if is_value else f"({taken.removeprefix('/, ')})")
    return f"### {called}.{node.name}\n\n```text\n{call}{given}\n\n{ast.get_docstring(node)}\n```\n"


def reference() -> str:
    """The text of docs/reference.md."""
    parts = [HEAD]
    for heading, called, file, name in PARTS:
        tree = ast.parse((ROOT / "src" / "ut_research" / file).read_text(encoding="utf-8"))
        about: ast.Module | ast.ClassDef = tree
        if name:
            about = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
        said = inspect.cleandoc(ast.get_docstring(about) or "").partition("\n\n")[0]
        parts += [f"## {heading}\n\n{said}\n", *(entry(node, called) for node in functions(about.body))]
    return "\n".join(parts)


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
