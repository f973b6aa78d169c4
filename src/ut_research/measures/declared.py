"""Every quantity that the measures declare, for disclosure control. Light on imports until it is asked."""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, ModuleType

from ut_research.core.problems import Problem, ProblemsFound
from ut_research.core.quantity import Quantities, Quantity
from ut_research.measures import GROUPS

#: The modules of measures, in the order in which what they measure is decided on.
SUBJECTS = (
    *("reach", "needs", "reoffending", "wellbeing", "activity", "outcomes", "sessions"),
    *("alike", "adjusted", "themes", "multiverse", "quality"),
)
#: What is published, which is measured of nobody, and everything that is said in their order.
PUBLISHED = "published"
EVERY = (*SUBJECTS, PUBLISHED)


def module(subject: str) -> ModuleType:
    """The module of measures of this name."""
    return import_module(f"ut_research.measures.{subject}")


def taken(subject: str) -> set[str]:
    """What a subject is measured with besides tables, by name; its module is not imported."""
    if subject == PUBLISHED:
        return {"confidence", "findings"}
    tree = ast.parse(Path(__file__).with_name(f"{subject}.py").read_text(encoding="utf-8"))
    [measure] = (d for d in tree.body if isinstance(d, ast.FunctionDef) and d.name == "measure")
    return {"waves", *(argument.arg for argument in measure.args.kwonlyargs)}


@cache
def quantities() -> Quantities:
    """What every module of measures declares.

    Raises
    ------
    ProblemsFound : a quantity declared twice, or one that names what nobody declares, with the file.
    """
    return joined({subject: module(subject).QUANTITIES for subject in SUBJECTS})


def headlines() -> list[str]:
    """The ids of the quantities that matter most, in their order."""
    return [id for id, quantity in quantities().items() if quantity.importance == "headline"]


def place(id: str) -> str:
    """The file in which a quantity of this id is declared."""
    return f"src/ut_research/measures/{id.split('.')[0]}.py"


def joined(declared: dict[str, tuple[Quantity, ...]]) -> Quantities:
    """The quantities of each module, by its name, as one mapping; see `quantities`."""
    found: dict[str, Quantity] = {}
    problems = []
    ids = {q.id for own in declared.values() for q in own}
    for subject, own in declared.items():
        for q in own:
            if q.id in found:
                problems.append((subject, f"{q.id} is declared twice", "declare it once"))
            if q.id.split(".")[0] != subject:
                problems.append((subject, f"{q.id} is declared here", f"declare it in {place(q.id)}"))
            if unknown := sorted({*q.named - ids, *set(q.by).difference(GROUPS)}):
                told = f"{q.id} names {', '.join(unknown)}, which nobody declares"
                problems.append((subject, told, "put the name right, or declare it too"))
            found[q.id] = q
    if problems:
        raise ProblemsFound(Problem(what, place(subject), do) for subject, what, do in problems)
    return MappingProxyType(found)
