"""The Easy Read: one idea a sentence with one picture each, in large letters, on paper and as a page.

Its text is ``easy-read.txt`` in the study's folder, or the one for any study in ``book/paper/``; the pictures
are in ``book/paper/pictures``. Out: ``easy-read.pdf`` (PDF/UA-1) and ``easy-read.html``, a page that
needs no other file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from ut_research.core.problems import Problem, ProblemsFound, stop_for
from ut_research.disclosure import decision
from ut_research.disclosure.gate import Released
from ut_research.publishing import blocks as paper
from ut_research.publishing import one_file
from ut_research.publishing.standing import LABELS
from ut_research.show import design, prose, verdicts

FILE, USUAL = "easy-read.txt", "book/paper/easy-read.txt"
LAYOUT, PICTURES = "book/paper/easy-read.typ", "book/paper/pictures"
#: A sentence after the name of its picture; or, after the id of a change, what is said of less, of more and
#: where chance alone could explain it.
_LINE = re.compile(r"(?P<picture>[a-z]+)(?:\? (?P<id>[\w.]+))?: (?P<words>.+)")
#: Words and their picture (SVG); a heading has none.
Line = tuple[str, str]


def make(root: Path, folder: Path, report: Path) -> list[Path]:
    """Write ``easy-read.pdf`` and ``easy-read.html`` of the run in `folder` into its `report`; the files.

    Raises
    ------
    ProblemsFound : as `write`.
    """
    settings = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    parameters = settings["parameters"]
    text = Path(settings["parts"].get(FILE) or root / USUAL).read_text(encoding="utf-8")
    released = decision.read(folder, decision.policy(parameters))
    family = verdicts.family(released)
    lines = write(text, released, design.words(parameters), family, root / PICTURES)
    standing = decision.standing(folder)
    title = f"{parameters['title']}: Easy Read"
    printed = report / "easy-read.pdf"
    printed.write_bytes(paper.pdf(root / LAYOUT, {"title": title, "label": LABELS[standing], "lines": lines}))
    body = "\n".join(_html(lines))
    return [printed, one_file.write(report / "easy-read.html", title, body, report / "book", standing)]


def write(
    text: str, released: Released, words: Mapping[str, str], family: Mapping[str, bool], pictures: Path
) -> list[Line]:
    """The lines that `text` becomes with the numbers of `released` and the verdicts of `family`.

    A sentence about what the data do not hold is left out, and a heading with nothing under it.

    Raises
    ------
    ProblemsFound : a line has no picture that there is, or a token names nothing; all such at once.
    """
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("%"):
            continue
        heading, match = line.startswith("#"), _LINE.match(line)
        drawing = pictures / f"{match['picture'] if match else ''}.svg"
        if not heading and not drawing.is_file():
            todo = (
                f"begin it with one of {', '.join(sorted(f.stem for f in pictures.iterdir()))}, and a colon"
            )
            problems.append(Problem("it has no picture", f"{FILE}, line {number}", todo))
            continue
        try:
            said = prose.plain(_chosen(match, released, family) if match else line, released, **words)
        except ProblemsFound as unknown:
            problems += [Problem(p.what, f"{FILE}, line {number}, {p.where}", p.do) for p in unknown.problems]
            continue
        if said.strip(" ."):
            lines.append((said.lstrip("# "), "" if heading else drawing.read_text(encoding="utf-8")))
    stop_for(problems)
    after = [*lines[1:], ("", "")]
    return [line for line, then in zip(lines, after, strict=True) if line[1] or then[1] or line is lines[0]]


def _chosen(match: re.Match[str], released: Released, family: Mapping[str, bool]) -> str:
    """The words of a line: those that fit its change, where it is about one."""
    if not match["id"]:
        return match["words"]
    less, more, unclear = match["words"].split(" / ")
    change = next((e for e in released.select(match["id"]) if not e.group), None)
    if change is None or change.status == "not collected":
        return ""
    if change.value is None or verdicts.by_chance(change, family):
        return unclear
    return verdicts.more_or_fewer(change, more, less, unclear)


def _html(lines: list[Line]) -> Iterator[str]:
    yield '<article class="ut-easy">'
    for i, (words, svg) in enumerate(lines):
        if not svg:
            level = 1 if i == 0 else 2
            yield f"<h{level}>{escape(words)}</h{level}>"
        else:
            image = f'<img alt="" width="96" height="96" src="{paper.embedded(svg.encode())}">'
            yield f"<p>{image} {escape(words)}</p>"
    yield "</article>"
