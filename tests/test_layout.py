"""The library's floors: a package imports only from those above it, and nothing goes round in a circle."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import ut_research

ROOT = Path(ut_research.__file__).parent
#: From the first to the last: what stands further right is never imported by what stands further left.
FLOORS = ["core", "reading", "cleaning", "stats", "measures", "published", "disclosure", "show", "publishing"]
FLOORS += ["running", "cli"]


def modules() -> dict[str, Path]:
    """Every module by its dotted name below `ut_research`; a package by its own."""
    files = {f: f.relative_to(ROOT).with_suffix("").parts for f in ROOT.rglob("*.py")}
    return {".".join(p[:-1] if p[-1] == "__init__" else p): f for f, p in files.items()}


def imported(name: str, text: str, known: set[str], package: bool) -> Iterator[str]:
    """The modules of `known` that the module `name` imports, by its `text`, however it names them."""
    here = name.split(".") if package else name.split(".")[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            ours = [a.name for a in node.names if a.name.partition(".")[0] == "ut_research"]
            names = [name.removeprefix("ut_research").removeprefix(".") for name in ours]
        elif isinstance(node, ast.ImportFrom):
            base = (node.module or "").split(".") if node.module else []
            if node.level:
                base = [*here[: len(here) - node.level + 1], *base]
            elif base[:1] != ["ut_research"]:
                continue
            else:
                base = base[1:]
            whole = [".".join([*base, a.name]) for a in node.names]
            names = [w if w in known else ".".join(base) for w in whole]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module" and node.args:
            text_of = ast.unparse(node.args[0])
            names = [m for m in known if m and f"ut_research.{m}" in text_of]
        else:
            continue
        yield from (n for n in names if n in known and n != name)


def graph() -> dict[str, set[str]]:
    found = modules()
    known = set(found)
    return {
        name: set(imported(name, file.read_text(), known, file.name == "__init__.py"))
        for name, file in found.items()
    }


def upward(edges: dict[str, set[str]]) -> list[str]:
    floor = {f: i for i, f in enumerate(FLOORS)}
    return [
        f"{name} imports {other}"
        for name, others in sorted(edges.items())
        for other in sorted(others)
        if name and other and floor[name.split(".")[0]] < floor[other.split(".")[0]]
    ]


def test_every_module_stands_on_a_floor() -> None:
    assert {name.split(".")[0] for name in modules() if name} == set(FLOORS)


def test_no_package_imports_from_one_further_on() -> None:
    assert upward(graph()) == []


def test_nothing_imports_the_way_in() -> None:
    assert [name for name, others in graph().items() if "" in others] == []
    for line in ("import ut_research as ut", "from ut_research import read", "from .. import read"):
        assert set(imported("core.units", line, {"", "core.units"}, package=False)) == {""}, line


def test_no_imports_go_round_in_a_circle() -> None:
    edges = {name: {o for o in others if o} for name, others in graph().items() if name}
    list(graphlib.TopologicalSorter(edges).static_order())  # raises CycleError, which names the circle


def test_the_searcher_finds_each_way_of_importing() -> None:
    known = {"core.units", "show.tables", "show", "core"}
    for line in (
        "from ut_research.show import tables",
        "from ut_research.show.tables import number",
        "import ut_research.show.tables",
        "from ..show import tables",
        "from ..show.tables import number",
        "def late():\n    from ut_research.show import tables",
        "importlib.import_module('ut_research.show.tables')",
    ):
        assert "show.tables" in set(imported("core.units", line, known, package=False)), line
    assert upward({"core.units": {"show.tables"}, "show.tables": {"core.units"}}) == [
        "core.units imports show.tables"
    ]
