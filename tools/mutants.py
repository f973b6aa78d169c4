"""Plant mistakes in what measures, estimates, withholds and audits, and count those that the tests find.

One line is changed at a time, in a copy of the project: a comparison turned round, a sum made a difference,
a number one higher, a yes made a no. A seed draws them, as many of each package. docs/mutation.md says what
came of it.
"""

from __future__ import annotations

import argparse
import ast
import copy
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis  # what takes long to import, imported once
import lifelines  # noqa: F401
import pytest
import statsmodels.api  # noqa: F401
from hypothesis import Phase

from ut_research.stats.intervals import wilson

ROOT = Path(__file__).parents[1]
#: What no test needs of the project, and the packages that mistakes are planted in.
LEFT = (".venv", ".git", ".cache", "*_cache", "__pycache__", "reports", "processed")
PACKAGES = ("stats", "measures", "disclosure", "published")
#: Beside the tests of a module's own name, those of its whole package, the quickest first.
TESTS = {
    "stats": ["tests/stats", "tests/measures/test_adjusted.py"],
    "measures": ["tests/measures", "tests/disclosure/test_gate.py"],
    "disclosure": ["tests/disclosure", "tests/test_way_in.py", "tests/measures/test_declared.py"],
    "published": ["tests/published"],
}
QUICK = ("-m", "not slow")
#: Seconds after which tests that do not end have found the mistake.
LONGEST = 900
OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Add: ast.Sub,
    ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mistake:
    """One line of a file, as it is and as it would be."""

    file: str
    line: int
    was: str
    is_: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}\n    - {self.was.strip()}\n    + {self.is_.strip()}"


def mistakes(file: Path) -> Iterator[Mistake]:
    """Every mistake that can be planted in a line of code; none in words, types or documentation."""
    text = file.read_text(encoding="utf-8")
    lines, tree = text.split("\n"), ast.parse(text)
    told = ("annotation", "returns", "decorator_list")
    hints = [getattr(node, part, None) or [] for node in ast.walk(tree) for part in told]
    types = {
        id(inner)
        for hint in hints
        for one in (hint if isinstance(hint, list) else [hint])
        for inner in ast.walk(one)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr) or id(node) in types or node.lineno != node.end_lineno:
            continue
        if (other := changed(node)) is not None:
            line = lines[node.lineno - 1].encode()
            new = line[: node.col_offset] + f"({ast.unparse(other)})".encode() + line[node.end_col_offset :]
            yield Mistake(str(file.relative_to(ROOT)), node.lineno, line.decode(), new.decode())


def changed(node: ast.expr) -> ast.expr | None:
    """The expression with one mistake in it; None where there is none to make."""
    new = copy.deepcopy(node)
    if isinstance(new, ast.Compare) and type(new.ops[0]) in OTHER:
        new.ops[0] = OTHER[type(new.ops[0])]()  # type: ignore[call-overload]
    elif isinstance(new, ast.BinOp | ast.BoolOp) and type(new.op) in OTHER:
        new.op = OTHER[type(new.op)]()  # type: ignore[assignment]
    elif isinstance(new, ast.UnaryOp) and isinstance(new.op, ast.Not):
        return new.operand
    elif isinstance(new, ast.Constant) and isinstance(new.value, bool):
        new.value = not new.value
    elif isinstance(new, ast.Constant) and isinstance(new.value, int | float):
        new.value += 1
    else:
        return None
    return new


def drawn(each: int, seed: int) -> list[Mistake]:
    """So many mistakes of each package, at random."""
    found = []
    for package in PACKAGES:
        files = sorted((ROOT / "src" / "ut_research" / package).glob("*.py"))
        every = [mistake for file in files for mistake in mistakes(file)]
        found += random.Random(f"{seed} {package}").sample(every, min(each, len(every)))
    return found


def is_found(mistake: Mistake, project: Path) -> bool:
    """Whether a test fails, or does not end, with the mistake planted in the copy of the project."""
    file = project / mistake.file
    whole = file.read_text(encoding="utf-8")
    lines = whole.split("\n")
    lines[mistake.line - 1] = mistake.is_
    package, name = file.parent.name, file.stem
    [own, *_] = [p for p in (f"tests/{package}/test_{name}.py", f"tests/{package}") if (project / p).exists()]
    others = [tests for tests in TESTS[package] if tests != own]
    try:
        file.write_text("\n".join(lines), encoding="utf-8")
        return fails([own], project) or bool(others and fails([*others, *QUICK, f"--ignore={own}"], project))
    finally:
        file.write_text(whole, encoding="utf-8")


def fails(tests: list[str], project: Path, *, compiled: bool = False) -> bool:
    """Whether one of `tests` fails, or does not end, run in a copy of this process: with all imports made.

    The code without mistakes is kept `compiled` for the runs that follow.
    """
    process = multiprocessing.get_context("fork").Process(target=_run, args=(tests, project, compiled))
    process.start()
    process.join(LONGEST)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode != 0


def _run(tests: list[str], project: Path, compiled: bool) -> None:
    os.chdir(project)
    os.environ |= {"PYTHONPATH": str(project / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.path[:0], sys.dont_write_bytecode = [str(project / "src"), str(project)], not compiled
    for name in [n for n in sys.modules if n.partition(".")[0] in ("ut_research", "tools")]:
        del sys.modules[name]
    # as in tests/conftest.py; of what fails, the shortest example is not looked for
    phases = (Phase.explicit, Phase.generate)
    hypothesis.settings.register_profile("found", deadline=None, derandomize=True, phases=phases)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        plain = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile=found")
        os._exit(pytest.main([*plain, *tests]))


def main() -> None:
    """Do what the command line asks for."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--each", type=int, default=15, help="mistakes of each package")
    asked.add_argument("--seed", type=int, default=1, help="of the sample")
    chosen = asked.parse_args()
    made, found = Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        project = shutil.copytree(ROOT, Path(folder, "copy"), ignore=shutil.ignore_patterns(*LEFT))
        if wrong := [name for name in PACKAGES if fails([*TESTS[name], *QUICK], project, compiled=True)]:
            asked.error(f"with no mistake planted, tests of {', '.join(wrong)} fail")
        for mistake in drawn(chosen.each, chosen.seed):
            package = mistake.file.split("/")[2]
            ok = is_found(mistake, project)
            made[package] += 1
            found[package] += ok
            print("found" if ok else "NOT FOUND", mistake, flush=True)
    for package in PACKAGES:
        print(f"{package}: {found[package]} of {made[package]} found")
    share = wilson(found.total(), made.total())
    print(f"all: {found.total()} of {made.total()} found; 95% interval {share.low:.0%} to {share.high:.0%}")


if __name__ == "__main__":
    main()
