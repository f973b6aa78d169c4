"""What of an executed notebook may reach a page: what its `Chapter` showed, of words that may be read.

Three lists, and what is on none of them stops the build. An output is let through by its mark
(`ut_research.show.chapter.MARK`), a table for download by its name and digest in a mark, and words by where
they come from: the notebook's code, a released finding, or what is published. See decision 0015.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import asdict
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from ut_research import published
from ut_research.core import studies
from ut_research.core.digests import digest, key
from ut_research.core.problems import Problem, stop_for
from ut_research.core.units import period
from ut_research.published import Registry
from ut_research.show import design, prose, verdicts
from ut_research.show.chapter import MARK

#: Words that may be shown, by the sign that they begin with.
Words: TypeAlias = Mapping[str, Set[str]]

#: Where words are taken apart that stand in quotes: at tokens, and at what `format` and ``%`` fill in.
_FILLED = re.compile(r"\{\{.*?\}\}|\{[^{}]*\}|%s", re.DOTALL)
#: What only one source may say as a whole: a word, a number, a date, values with commas between.
_WHOLE = re.compile(r"\w+(?:[.,;:|/_-]+\w+)+|\w+")
#: A number as an author may type it by mistake; of one and two, which are never a count of people that is
#: shown, only the words may stand.
_NUMBER = re.compile(
    r"(?<![\w.])(?<!\w-)\d[\d,.]*(?![\w-])|\b(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|dozens?|hundreds?|thousands?|"
    r"half(?! ?-|way)|thirds?|quarters?)\b",
    re.IGNORECASE,
)
#: Numbers that are none of a finding: years, addresses, the places of a list, and what an instrument, a
#: definition or usage fixes.
_FIXED = re.compile(
    r"\b(?:19|20)\d\d\b|\]\([^)]*\)|`[^`]*`|^\d+\.(?= )|\b10\.\d{4,}/\S+|"
    r"\b(?:14 questions|1 to 5|14 to 70|past seven days|30 minutes|six\s+months more|chance of 80%|100%)",
    re.MULTILINE,
)
#: How often one text may say the same words; a column of a table says its values more often.
OFTEN = 3
#: What a cell may put out by itself, by a sign of it: what to say of it, and what to do.
_LOOK = "use chapter.say, chart or numbers; to see a table in JupyterLab, chapter.look"
_UNMARKED = {
    "dataframe": ("it shows a table that has not passed the gate", _LOOK),
    "image/": ("it shows a figure that chapter.chart did not draw", "use chapter.chart"),
    "text/html": ("it shows HTML that no chapter made", _LOOK),
    "text/markdown": ("it shows Markdown that no chapter made", "use chapter.say"),
    "": ("it shows something that the book cannot", "use chapter.say, chart or numbers"),
}


def check(notebook: Any, name: str, tables: Path, known: Callable[[], Words]) -> None:
    """Refuse what the executed `notebook` shows, or wrote to `tables`, and its `Chapter` did not.

    Parameters
    ----------
    name : its file name, for messages.
    tables : the folder of its tables for download.
    known : gives the words that may be shown besides, see `sources`.

    Raises
    ------
    ProblemsFound : everything of that kind, by cell; never with a word of it.
    """
    typed = quoted(*(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"))
    problems = dict.fromkeys(_numbers_typed(notebook["cells"], name))
    written: dict[str, str] = {}
    number = 0
    for cell in notebook["cells"]:
        number += not _tagged(cell, "injected-parameters")  # as the author counts them
        for output in cell.get("outputs", ()):
            where = f"notebooks/{name}, cell {number}"
            mark = _mark(output)
            written |= mark["tables"] if mark else {}
            said = _unsourced(mark, typed, known, where) if mark else _unmarked(output, where)
            problems |= dict.fromkeys(said)
    for file in sorted(tables.glob("**/*")):
        if not file.is_file() or written.get(file.relative_to(tables).as_posix()) != digest(file):
            what, todo = "a file among the tables that no chapter wrote", "use chapter.numbers or breakdown"
            problems[Problem(what, f"notebooks/{name}, tables/{file.name}", todo)] = None
    stop_for(problems)


def quoted(*cells: str) -> Words:
    """The words and numbers that the author wrote: what stands in quotes in `cells`, and numbers with a name.

    Words come in the parts that tokens and other fillings leave of them; a number as itself, as a percentage
    and as a period (`ut_research.core.units.period`). The words of the modules that make sentences,
    `ut_research.show.prose` and `ut_research.show.verdicts`, are among them.
    """
    made = (ast.parse(inspect.getsource(module)) for module in (prose, verdicts))
    trees = [*map(_tree, cells), *made]
    found: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {node.value, *_FILLED.split(node.value)}
    for node in (node for tree in trees for node in tree.body):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value:
            found.update(*map(_as_said, _numbers(node.value)))
    return by_sign(found)


@cache
def _tree(cell: str) -> ast.Module:
    """The code of a cell, taken apart; what IPython alone understands, as Python."""
    from IPython.core.inputtransformer2 import TransformerManager

    return ast.parse(TransformerManager().transform_cell(cell))  # type: ignore[no-untyped-call]


def _numbers(value: ast.expr) -> list[float]:
    """The numbers in `value`, where nothing in it is worked out."""
    try:
        ast.literal_eval(value)
    except ValueError:
        return []
    found = (n.value for n in ast.walk(value) if isinstance(n, ast.Constant))
    return [n for n in found if isinstance(n, (int, float)) and not isinstance(n, bool)]


def _as_said(number: float) -> set[str]:
    share = {f"{number:.0%}".rstrip("%"), f"{100 * number:g}"} if 0 < number < 1 else set()
    return {f"{number:g}", f"{number:,}", *share} | ({period(number)} if isinstance(number, int) else set())


def _numbers_typed(cells: Iterable[Any], name: str) -> Iterator[Problem]:
    """What to say of numbers that stand in prose: in a written cell, in quotes among words, or by a name."""
    code = [_tree(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    worked = {used for tree in code for used in _worked_with(tree)}
    said = {n.id for tree in code for n in ast.walk(tree) if isinstance(n, ast.Name) and _is_read(n)} - worked
    todo = "let it in by the token of a released finding, or name it among the parameters"
    for number, cell in enumerate((c for c in cells if not _tagged(c, "injected-parameters")), 1):
        texts = [cell["source"]] if cell["cell_type"] == "markdown" else _prose(cell["source"])
        left = (_FIXED.sub("", part) for text in texts for part in _FILLED.split(text))
        named = set() if _tagged(cell, "parameters") else _numbers_named(cell) & said
        if any(map(_NUMBER.search, left)) or named:
            yield Problem("a number is typed into prose", f"notebooks/{name}, cell {number}", todo)


def _numbers_named(cell: Any) -> set[str]:
    """The names that a cell gives to numbers, and to words that are numbers."""
    found = set[str]()
    for node in _tree(cell["source"]).body if cell["cell_type"] == "code" else ():
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value:
            digits = isinstance(node.value, ast.Constant) and str(node.value.value).isdecimal()
            stored = ast.walk(node) if digits or _numbers(node.value) else ()
            found |= {n.id for n in stored if isinstance(n, ast.Name) and not _is_read(n)}
    return found


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _worked_with(node: ast.AST, said: bool = False) -> Iterator[str]:
    """The names that code does more with than say them: compares them, say, or goes through them."""
    match node:
        case ast.JoinedStr() | ast.Call() | ast.BinOp(op=ast.Mod()):
            said = True
        case ast.Compare():
            said = False
        case ast.comprehension():
            yield from _worked_with(node.iter)
        case ast.Name(ctx=ast.Load()) if not said:
            yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _worked_with(child, said)


def _prose(code: str) -> list[str]:
    """What stands in quotes in a cell and has several words."""
    texts = [n.value for n in ast.walk(_tree(code)) if isinstance(n, ast.Constant)]
    return [text for text in texts if isinstance(text, str) and " " in text]


def _tagged(cell: Any, tag: str) -> bool:
    return tag in cell["metadata"].get("tags", ())


def by_sign(texts: Iterable[str]) -> Words:
    """Texts by the sign that they begin with; upper and lower case are the same."""
    found: dict[str, set[str]] = {}
    for text in filter(None, map(str.casefold, texts)):
        found.setdefault(text[0], set()).add(text)
    return found


def unsourced(text: str, *sources: Words) -> bool:
    """Whether some of `text` is not in `sources`: it is not one whole text of theirs after another.

    Upper and lower case are the same. No word, and no number, is put together of two texts; none is said more
    often than `OFTEN`, apart from signs.
    """
    text = text.casefold()
    inside = {i for m in _WHOLE.finditer(text) for i in range(m.start() + 1, m.end())}
    came: dict[int, str] = {0: ""}  # how far whole texts take us, and the longest that took us there
    for i, sign in enumerate(text):
        if i in came and i not in inside:
            for words in chain(sign if sign.isspace() else "", *(near.get(sign, ()) for near in sources)):
                if text.startswith(words, i):
                    came.setdefault(i + len(words), words)
    said: Counter[str] = Counter()
    end = len(text)
    while end and end in came:
        said[came[end]] += any(map(str.isalnum, came[end]))
        end -= len(came[end])
    return end > 0 or max(said.values(), default=0) > OFTEN


def sources(registry: Registry, settings: Mapping[str, Any]) -> Callable[[], Words]:
    """The words of a run's study, its framework and what is published about it, worked out when asked for."""

    @cache
    def known() -> Words:
        frames = [published.audit(registry), published.questions(registry), registry.findings]
        rows: list[Any] = [row for frame in frames for row in frame.to_dict("records")]
        entries: list[Any] = [*registry.figures, *registry.definitions, *registry.relations]
        rows += map(asdict, [*entries, *registry.documents.values()])
        parameters = settings["parameters"]
        rows += [design.words(parameters), parameters["coreq"]]
        rows += [row for section in ("alongside", "joint", "periods") for row in parameters[section]]
        framework = studies.framework(settings["parts"]["framework"])
        rows += [framework, *framework.get("priorities", ()), studies.inserts(settings["parts"]["pages"])]
        texts = {value for row in rows for value in row.values() if isinstance(value, str)}
        parts = {part for text in texts for part in _FILLED.split(text)}
        return by_sign(parts.union(texts, *map(prose.wordings, published.as_estimates(registry))))

    return known


def lacking(mark: Mapping[str, Any], typed: Words, known: Callable[[], Words]) -> list[str]:
    """Where a chapter was given words that are not in `typed`, no words of a finding and not `known`."""
    near = (typed, by_sign(mark["quoted"]))
    return list(
        dict.fromkeys(
            place
            for place, words in mark["typed"]
            if unsourced(words, *near) and unsourced(words, *near, known())
        )
    )


def _unsourced(
    mark: Mapping[str, Any], typed: Words, known: Callable[[], Words], where: str
) -> Iterator[Problem]:
    if places := lacking(mark, typed, known):
        said = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        what = f"chapter.{mark['kind']} is given words that do not stand in the notebook ({said})"
        todo = "write words in quotes in the notebook, and let numbers in by the tokens of released findings"
        yield Problem(what, where, todo)


def _mark(output: Any) -> Mapping[str, Any] | None:
    """The mark of an output, where what is shown is what was marked."""
    mark: Mapping[str, Any] | None = output.get("metadata", {}).get(MARK)
    return mark if mark and mark["digest"] == key(output["data"]) else None


def _unmarked(output: Any, where: str) -> Iterator[Problem]:
    """What to say of an output without a mark; what goes to standard error enters no book and may stand."""
    if output["output_type"] == "stream":
        if output["name"] == "stdout" and output["text"].strip():
            yield Problem("it prints text that has not passed the gate", where, "use chapter.say")
    elif output["output_type"] == "execute_result":
        yield Problem("it shows a value that has not passed the gate", where, _LOOK)
    else:
        html = "".join(output.get("data", {}).get("text/html", ""))
        table = "dataframe" if 'class="dataframe' in html or 'id="T_' in html else ""
        signs = [table, *output.get("data", {})]
        what, todo = next(said for sign, said in _UNMARKED.items() if any(s.startswith(sign) for s in signs))
        yield Problem(what, where, todo)
