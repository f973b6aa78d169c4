"""The chapters' notebooks: which there are, and the parameters that each names. Light on imports."""

from __future__ import annotations

import ast
import contextlib
import json
from collections.abc import Container
from pathlib import Path
from typing import Any

from ut_research.core.parameters import Study
from ut_research.core.problems import Problem, stop, stop_for

#: Parameters that a build gives each chapter; all others are the study's.
GIVEN = {"data": "", "out": ""}
#: What a chapter's notebook is called.
CHAPTERS = "[0-9][0-9]_*.ipynb"
#: What a chapter asked for of what was released, in the folder of its results: ids, or what they begin with.
ASKED = "asked.json"
#: The project that comes with the library where it is installed without one: to be read, never written to.
PACKAGED = Path(__file__).resolve().parents[1] / "project"


def find_root(start: Path | None = None) -> Path:
    """The project's folder: the nearest above `start` with notebooks and studies, else the library's own.

    That is the one that it was installed from, or else `PACKAGED`.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[3], PACKAGED):
        if (folder / "notebooks").is_dir() and (folder / "studies").is_dir():
            return folder
    raise stop("this is not the project", str(here), "run it inside the project's folder")


def place_of(root: Path) -> Path:
    """Where runs of the project at `root` write: there; of the one in the package, in the current folder."""
    return Path.cwd() if root == PACKAGED else root


def chapters(root: Path, study: Study) -> dict[str, list[str]]:
    """The chapters in reading order, each with the study parameters that its parameters cell names.

    Raises
    ------
    ProblemsFound : a notebook has no parameters cell, or names a parameter that does not exist or that
        has another type in the study; all such mistakes at once.
    """
    known: dict[str, Any] = {**study.parameters(), **GIVEN}
    problems: list[Problem] = []
    named: dict[str, list[str]] = {}
    for notebook in sorted((root / "notebooks").glob(CHAPTERS)):
        defaults: dict[str, Any] = {}
        try:
            defaults = parameters_of(notebook)
        except ValueError as fault:
            problems.append(Problem(str(fault), f"notebooks/{notebook.name}", "see CONTRIBUTING.md"))
        for name, default in defaults.items():
            where = f"notebooks/{notebook.name}, parameter {name}"
            if name not in known:
                todo = "name a parameter of study.toml, or data or out, as it is spelt there"
                problems.append(Problem("there is no such parameter", where, todo))
            elif type(default) is not type(known[name]):
                kind = type(known[name]).__name__
                problems.append(
                    Problem("its default is of the wrong kind", where, f"it must be {kind}, as in study.toml")
                )
        named[notebook.stem] = [n for n in defaults if n not in GIVEN]
    stop_for(problems)
    return named


def defaults(root: Path, said: Container[str]) -> dict[str, dict[str, Any]]:
    """By notebook, what its parameters cell gives the parameters that no study has `said`.

    One that cannot be read gives nothing here, and `chapters` says why.

    Raises
    ------
    ProblemsFound : two chapters give one parameter different values.
    """
    found: dict[str, dict[str, Any]] = {}
    first: dict[str, tuple[Any, str]] = {}
    for notebook in sorted((root / "notebooks").glob(CHAPTERS)):
        with contextlib.suppress(ValueError):
            own = {n: v for n, v in parameters_of(notebook).items() if n not in GIVEN and n not in said}
            for name, value in own.items():
                before, where = first.setdefault(name, (value, notebook.name))
                if value != before:
                    what = f"its default is another than in {where}"
                    todo = "give both the same, or say it in study.toml"
                    raise stop(what, f"notebooks/{notebook.name}, parameter {name}", todo)
            found[notebook.name] = own
    return found


def about(notebook: Path) -> dict[str, Any]:
    """What `notebook` says of itself, for people and, in its metadata, for this library (``ut_research``).

    Returns
    -------
    ``title``: the heading that it begins with, or its name; ``about``: ids of findings, or what they begin
    with, or ``study.`` and a key of a study, without any of which it is left out (none given: it never is);
    ``page``: the page for everyone that it has a section on (empty: none).
    """
    told = json.loads(notebook.read_text(encoding="utf-8"))
    written = ("".join(cell["source"]) for cell in told["cells"] if cell["cell_type"] == "markdown")
    title = next((text.partition("\n")[0][2:] for text in written if text.startswith("# ")), notebook.stem)
    return {"title": title, "about": [], "page": "", **told["metadata"].get("ut_research", {})}


def parameters_of(notebook: Path) -> dict[str, Any]:
    """Names and default values in the one cell of `notebook` that is tagged ``parameters``."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", ())]
    if len(tagged) != 1:
        raise ValueError(f"there must be one cell tagged `parameters`; there are {len(tagged)}")
    found: dict[str, Any] = {}
    try:
        for statement in ast.parse("".join(tagged[0]["source"])).body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found[name] = ast.literal_eval(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    found[name] = ast.literal_eval(value)
                case ast.Expr(value=ast.Constant()):
                    pass
                case _:
                    raise ValueError
    except (ValueError, SyntaxError):
        raise ValueError("its parameters cell may hold only lines like `name = value`") from None
    return found
