"""Plant mistakes in the measures, the estimates and the published figures, and count those the tests find.

It writes the folder `mutants/`, which is not kept. docs/mutation.md says what came of it. mutmut plants the
mistakes, one at a time, and runs the tests that reach each; this chooses a sample, and sets aside mistakes in
words that only a reader sees (labels, methods, messages): a test finds those only by repeating the words.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import astuple
from io import StringIO
from pathlib import Path

import mutmut.__main__ as mutmut
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, setup_source_paths

NOT_RUN = 34  # mutmut's code for a mutant that is skipped
FOUND = ("killed", "timeout")
#: Strings of several words that the code goes by, and so are behaviour.
CODES = {
    "at least", "more than", "at most", "less than", "similar to", "out of", "first half", "second half",
    "not collected", "not recorded", "not engaged", "focus group", "focus groups", "percentage points",
    "standard deviations", "reproduced", "consistent", "not attainable", "inconsistent with another entry",
    "base not stated", "method note", "whole number", "no base",
}  # fmt: skip


def main() -> None:
    """Do what the command line asks for."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument(
        "--share", type=float, default=1.0, help="of each module's mistakes, at random (0 to 1)"
    )
    asked.add_argument("--seed", type=int, default=1, help="of the sample")
    asked.add_argument("--again", action="store_true", help="only those of the last run that were not found")
    asked.add_argument("--count", action="store_true", help="run nothing; count the last run")
    asked.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.run:
        run()
        return
    words = plant()
    if not chosen.count:
        choose(words, chosen.share, chosen.seed, chosen.again)
        # which tests reach which function is found anew, as the tests may have changed
        Path("mutants/mutmut-stats.json").unlink(missing_ok=True)
        # where nothing is imported yet
        subprocess.run([sys.executable, "-m", "tools.mutants", "--run"], check=True)
    count(words)


def plant() -> set[str]:
    """Write every mutant; the names of those that change only words."""
    set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    with redirect_stdout(StringIO()):
        copy_src_dir()
        copy_also_copy_files()
        setup_source_paths()
        mutmut.create_mutants(2)
    return {name for meta in metas() for name in wording(meta)}


def choose(words: set[str], share: float, seed: int, again: bool) -> None:
    """Leave to be run a random `share` of each module's mutants of behaviour, or those not found before."""
    for meta in metas():
        data = json.loads(meta.read_text())
        codes = data["exit_code_by_key"]
        names = sorted(set(codes) - words)
        if again:
            wanted = {name for name in names if status_by_exit_code[codes[name]] not in (*FOUND, "skipped")}
        else:
            wanted = set(random.Random(f"{seed} {meta.name}").sample(names, round(share * len(names))))
        for name in codes:
            if name in wanted:
                codes[name] = None
            elif not again:
                codes[name] = NOT_RUN
        meta.write_text(json.dumps(data))


def run() -> None:
    """Run what is left to be run, the quickest tests first, as one that fails is enough."""
    run_tests = PytestRunner.run_tests

    def quickest_first(self: PytestRunner, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        ordered = sorted(tests, key=lambda test: (state().duration_by_test[test], test))
        return run_tests(self, mutant_name=mutant_name, tests=ordered)

    PytestRunner.run_tests = quickest_first  # type: ignore[method-assign]
    mutmut._run((), 2)


def count(words: set[str]) -> None:
    """Print a table of the modules; name the mutants that were not found in `mutants/survivors.txt`."""
    from ut_research.stats.intervals import wilson

    table: dict[str, Counter[str]] = defaultdict(Counter)
    left = []
    for meta in metas():
        for name, code in json.loads(meta.read_text())["exit_code_by_key"].items():
            module = meta.stem.removesuffix(".py")
            row = table[f"{meta.parent.name}/{module}" if meta.parent.name != "ut_research" else module]
            row["made"] += 1
            row["words only"] += name in words
            if name in words or code in (NOT_RUN, None):
                continue
            status = status_by_exit_code[code]
            row["run"] += 1
            row[status if status in FOUND else "survived"] += 1
            if status not in FOUND:
                left.append((name, status))
    columns = ("made", "words only", "run", "killed", "timeout", "survived")
    print("| module | made | words only | run | killed | timed out | survived | found |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    rows = [*sorted(table.items()), ("all", sum(table.values(), Counter()))]
    for module, row in rows:
        found = row["killed"] + row["timeout"]
        rate = f"{100 * found / row['run']:.0f}%" if row["run"] else ""
        print(f"| {module} | " + " | ".join(f"{row[c]:,}" for c in columns) + f" | {rate} |")
    share, low, high = astuple(wilson(row["killed"] + row["timeout"], row["run"]))
    if share is not None:
        print(f"\nFound: {share:.1%} (of a sample, the 95% interval is {low:.1%} to {high:.1%})")
    Path("mutants/survivors.txt").write_text("".join(f"{name} {status}\n" for name, status in left))
    print("The others are in mutants/survivors.txt; mutmut show NAME prints one.")


def metas() -> list[Path]:
    """What mutmut knows of each module that it changed."""
    return sorted(Path("mutants").rglob("*.py.meta"))


def wording(meta: Path) -> Iterator[str]:
    """The mutants of one module that change only words."""
    names = json.loads(meta.read_text())["exit_code_by_key"]
    if not names:
        return
    tree = ast.parse(meta.with_suffix("").read_text())
    functions = {f.name: f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)}
    for name in names:
        mutant = name.rpartition(".")[2]
        original = functions[mutant.rpartition("__mutmut_")[0] + "__mutmut_orig"]
        one, other = ([f.args, f.body] for f in (original, functions[mutant]))
        if same_but_for_words(one, other):
            yield name


def same_but_for_words(one: object, other: object) -> bool:
    """Whether two pieces of code differ in nothing but strings of words, or one that was taken out."""
    if is_words(one) and isinstance(other, ast.Constant) and isinstance(other.value, str | None):
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, list) and isinstance(other, list):
        if len(one) == len(other) + 1 and is_words(one[-1]):  # the last argument left out
            one = one[:-1]
        return len(one) == len(other) and all(map(same_but_for_words, one, other))
    if isinstance(one, ast.AST):
        return all(same_but_for_words(getattr(one, f, None), getattr(other, f, None)) for f in one._fields)
    return one == other


def is_words(node: object) -> bool:
    """Whether it is a string of two words or more, or a capitalised one, that no code goes by."""
    said = ""
    if isinstance(node, ast.JoinedStr):  # f"{a} of {b}": what stands in braces counts as a word
        said = "".join(str(v.value) if isinstance(v, ast.Constant) else "x" for v in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        said = node.value
    return said not in CODES and re.search(r"\w+\W* \W*\w+|^[A-Z][a-z]+", said) is not None


if __name__ == "__main__":
    main()
