"""From executed chapters and written pages to a book: the same input gives the same bytes.

`tidy` takes from an executed notebook what differs from run to run and what has not passed the disclosure
gate; `assemble` puts the book's sources together; `build` has Jupyter Book make the pages.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ut_research.core import notebooks, studies
from ut_research.core.digests import SKIPPED, digest
from ut_research.core.problems import Problem, ProblemsFound, stop_for
from ut_research.publishing import contents, everyone, shown
from ut_research.show import design, prose

if TYPE_CHECKING:
    from ut_research.disclosure.gate import Released

#: Kinds of output that `ut_research.show.chapter.Chapter` makes.
SHOWN = ("image/svg+xml", "text/html", "text/markdown")
#: Where the code of a chapter is, for who wants it.
DRAWER = "::::{{fold}} The code of this chapter\n```python\n{code}\n```\n::::"
#: What the workflow tells a chapter, and a reader need not see.
_PLACES = re.compile(r"^(data|out) = .*\n?", re.MULTILINE)


def tidy(notebook: Any, name: str, tables: Path, known: Callable[[], shown.Words]) -> list[dict[str, Any]]:
    """The cells of an executed notebook as the book takes them.

    The answer and the picture come first, under the title; the code is in one drawer at the end; timings,
    paths and printed text are gone; each figure's description is where Jupyter Book looks for it. A section
    whose code shows nothing, because the data hold nothing that it is about, is left out.

    Parameters
    ----------
    notebook : as papermill returns it.
    name : file name, for messages.
    tables : the folder of its tables for download.
    known : as in `ut_research.publishing.shown.check`.

    Raises
    ------
    ProblemsFound : a cell shows, or wrote to `tables`, what no `Chapter` did: `ut_research.publishing.shown`.
    """
    shown.check(notebook, name, tables, known)
    code = [_PLACES.sub("", c["source"]).strip() for c in notebook["cells"] if c["cell_type"] == "code"]
    cells: list[dict[str, Any]] = []
    for cell in _with_something(_sections(notebook["cells"])):
        if cell["cell_type"] != "code":
            cells.append(everyone.markdown(cell["source"]))
            continue
        tags = [t for t in cell["metadata"].get("tags", ()) if t in everyone.TAGS]
        cells += [_cell(part, tags) for part in _one_figure_each(_shown(cell)) if part]
    return [*_answer_first(cells), everyone.markdown(DRAWER.format(code="\n\n".join(filter(None, code))))]


def _answer_first(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells with the answer and the picture under the title, and what stood with these after them."""
    first: dict[str, list[dict[str, Any]]] = {tag: [] for tag in everyone.TAGS}
    beside: list[dict[str, Any]] = []
    rest: list[dict[str, Any]] = []
    title, _, question = cells[0]["source"].partition("\n")
    starts = [i for i, c in enumerate(cells) if c["source"].startswith("## ")]
    for start, end in zip([1, *starts], [*starts, len(cells)], strict=True):
        kept: list[dict[str, Any]] = []
        for cell in cells[start:end]:
            tag = next((tag for tag in everyone.TAGS if tag in cell["metadata"].get("tags", ())), "")
            first.get(tag, kept).append(cell)
        moved = len(kept) < end - start
        if moved and kept:  # its heading names what is not there any more
            kept[0] = everyone.markdown(kept[0]["source"].removeprefix("## ").partition("\n")[2])
        (beside if moved else rest).extend(c for c in kept if c["source"])
    asked = everyone.markdown(question)
    return [everyone.markdown(title), *first["answer"], *first["picture"], *beside, asked, *rest]


def _sections(cells: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """The cells, written ones parted at their headings, each with the level of its heading (0: none)."""
    for cell in cells:
        if cell["cell_type"] != "markdown":
            yield 0, cell
            continue
        for part in re.split(r"\n(?=#+ )", cell["source"]):
            level = len(part) - len(part.lstrip("#"))
            yield level, {**cell, "source": part.rstrip()}


def _with_something(parted: Iterable[tuple[int, Any]]) -> list[Any]:
    """The cells without the sections in which there is code, and none of it shows anything."""
    left: list[tuple[int, Any]] = list(parted)
    gone: set[int] = set()
    for start, (level, _) in enumerate(left):
        if level < 2:
            continue
        end = next((i for i, (n, _) in enumerate(left) if i > start and 0 < n <= level), len(left))
        code = [cell for _, cell in left[start:end] if cell["cell_type"] == "code"]
        if code and not any(map(_shown, code)):
            gone |= set(range(start, end))
    return [cell for i, (_, cell) in enumerate(left) if i not in gone]


def _shown(cell: Any) -> list[Any]:
    """What a cell puts out for a reader."""
    return [o for o in cell["outputs"] if o["output_type"] != "stream"]


def assemble(settings: dict[str, Any], folder: Path) -> None:
    """Put the book's sources into `folder`: pages with their numbers filled in, and the tidy chapters.

    Pages come from `book/` and from the study. What a study has in a file ``_NAME.md`` stands in the place of
    ``{{pages.NAME}}``; without the file nothing does. Chapters and pages without data are left out, with
    every link to them; the page about the data names them.

    Raises
    ------
    ProblemsFound : a page asks for what was not released.
    """
    from ut_research.disclosure import decision
    from ut_research.publishing import generated_pages
    from ut_research.publishing.brief import TooLittle

    root, parameters, parts = Path(settings["root"]), settings["parameters"], settings["parts"]
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / "book", folder, ignore=shutil.ignore_patterns(*SKIPPED))
    if parts["pages"]:
        shutil.copytree(parts["pages"], folder, ignore=shutil.ignore_patterns("_*"), dirs_exist_ok=True)
    without, on = _chapters(folder, root, settings["chapters"])
    tokens, released = _tokens(settings, folder)
    inserts, words = studies.inserts(parts["pages"]), design.words(parameters)
    inserts["involvement"] = generated_pages.involvement(parameters["gripp2"])
    problems: list[Problem] = []
    for page in sorted(folder.rglob("*.md")):
        try:
            text = _filled(page.read_text(encoding="utf-8"), inserts, tokens, released, words)
        except TooLittle:
            page.unlink()
        except ProblemsFound as unknown:
            at = f"book/{page.relative_to(folder).as_posix()}"
            problems += [Problem(p.what, f"{at}, {p.where}", "see findings.json") for p in unknown.problems]
        else:
            page.write_text(text, encoding="utf-8", newline="\n")
    stop_for(problems)
    everyone.write(folder, on)
    contents.write(folder, without)
    named = {**parameters, "title": ": ".join(_named(settings))}
    _configure(folder / "_config.yml", named, decision.standing(Path()))


def _chapters(folder: Path, root: Path, chapters: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Copy the chapters into `folder`: titles of those that were left empty, and pages of the others."""
    without, on = [], {}
    for name in chapters:
        source = Path("chapters", f"{name}.ipynb")
        told = notebooks.about(root / "notebooks" / source.name)
        if json.loads(source.read_text(encoding="utf-8"))["cells"]:
            shutil.copyfile(source, folder / source.name)
            on[name] = told["page"]
        else:
            without.append(told["title"])
    return without, on


def _tokens(settings: dict[str, Any], folder: Path) -> tuple[dict[str, Callable[[], str]], Released]:
    """What is written by rule, by the token of its place on a page; and what was released."""
    import pandas as pd

    from ut_research.disclosure import decision, gate
    from ut_research.publishing import comments, generated_pages

    root, parameters = Path(settings["root"]), settings["parameters"]
    manifest = json.loads(Path("manifest.json").read_text(encoding="utf-8"))
    said = pd.read_parquet(file) if (file := Path("steering_comments.parquet")).is_file() else None
    released = decision.read(Path(), decision.policy(parameters))
    released += gate.release(comments.counts(said, manifest["origin"]), released.policy)
    return {
        "{{page.made}}": lambda: generated_pages.made(
            parameters, manifest, digest(root / "requirements.lock")
        ),
        "{{page.byline}}": lambda: generated_pages.byline(parameters, manifest, *_named(settings)[1:]),
        "{{page.numbers}}": lambda: "invented" if manifest["origin"] == "example" else "from the records",
        everyone.FINDINGS: partial(str, everyone.FINDINGS),
        "{{page.dictionary}}": generated_pages.dictionary,
        "{{page.parameters}}": generated_pages.parameters,
        "{{page.coverage}}": generated_pages.coverage,
        "{{page.changes}}": lambda: generated_pages.changes(decision.before(Path())[1], decision.own(Path())),
        "{{page.brief}}": lambda: _brief(root, folder, settings),
        **{token: partial(str, words) for token, words in generated_pages.said(said).items()},
    }, released


def _filled(
    text: str,
    inserts: Mapping[str, str],
    tokens: Mapping[str, Callable[[], str]],
    released: Released,
    words: Mapping[str, str],
) -> str:
    """A page with what its tokens stand for; what is written by rule is not looked at again for tokens."""
    text = re.sub(r"\{\{pages\.(\w+)\}\}", lambda m: inserts.get(m[1], ""), text)
    tokens = {**tokens, **{m[0]: partial(str, m[0]) for m in everyone.PLACE.finditer(text)}}
    parts = re.split("(" + "|".join(map(re.escape, tokens)) + ")", text)
    return "".join(tokens[p]() if p in tokens else prose.fill(p, released, **words) for p in parts)


def build(source: Path, target: Path, tables: Path, made_with: str = "") -> None:
    """Have Jupyter Book turn `source` into pages in `target`, with the `tables` for download beside them.

    What was built last time is kept in `sphinx/`. Pages whose sources have changed are made again, and those
    that follow from them; all are, where anything but a page has changed. Either way the bytes are the same.

    Parameters
    ----------
    made_with : what tells the programs that build the book from others; when it changes, all is built again.

    Raises
    ------
    ProblemsFound : the build failed or warned; with its warnings.
    """
    work, whole = Path("sphinx"), Path("sphinx", "whole.txt")
    pages = None
    if whole.is_file() and whole.read_text(encoding="utf-8") == made_with:
        pages = _pages_changed(work / "source", source)
    whole.unlink(missing_ok=True)  # until it is whole again: a build that was cut short is not built upon
    ignore = shutil.ignore_patterns(*SKIPPED)
    if pages is None:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(source, work / "source", ignore=ignore)
    for page in pages or ():
        for file in source.glob(f"{page}.*"):
            shutil.copyfile(file, work / "source" / file.name)
        for made in (work / "doctrees" / f"{page}.doctree", work / "html" / f"{page}.html"):
            made.unlink(missing_ok=True)  # Sphinx makes again what is missing, whatever the clock says
    if pages != []:
        _sphinx(work, anew=pages is None)
    whole.write_text(made_with, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(work / "html", target, ignore=shutil.ignore_patterns(".buildinfo", "objects.inv"))
    shutil.copytree(tables, target / "tables", ignore=ignore)


def _sphinx(work: Path, *, anew: bool) -> None:
    """Have Jupyter Book make `work`/html of `work`/source: all of it, or the pages that are missing."""
    from jupyter_book.sphinx import build_sphinx

    source, pages = (work / "source").absolute(), (work / "html").absolute()
    shutil.rmtree(pages / "_static", ignore_errors=True)  # Sphinx puts it there, and goes by what is there
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        result = build_sphinx(
            source,
            pages,
            path_config=source / "_config.yml",
            noconfig=True,
            confoverrides={
                "external_toc_path": (source / "_toc.yml").as_posix(),
                "latex_individualpages": False,
            },
            doctreedir=work / "doctrees",
            freshenv=anew,
            jobs=1,
        )
    warnings = re.sub(r"\x1b\[[0-9;]*m", "", said.getvalue()).replace(f"{source}/", "book/").strip()
    if result or warnings:
        raise ProblemsFound([Problem(warnings or "Jupyter Book failed", "book", "mend the page it names")])


def _pages_changed(before: Path, now: Path) -> list[str] | None:
    """The pages whose sources differ between two folders; None where anything but pages differs."""
    old, new = (
        {
            path: (folder / path).read_bytes()
            for path in (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
            if SKIPPED.isdisjoint(path.parts)
        }
        for folder in (before, now)
    )
    changed = [path for path in new if new[path] != old.get(path)]
    if old.keys() != new.keys() or any(len(p.parts) > 1 or p.name.startswith("_") for p in changed):
        return None
    return [path.stem for path in changed]


def _named(settings: Mapping[str, Any]) -> list[str]:
    """The title of the study, and the part of the people that the report is about, if it is of one part."""
    return [settings["parameters"]["title"], *settings.get("part", {}).values()]


def _brief(root: Path, folder: Path, settings: Mapping[str, Any]) -> str:
    """The research brief as a page, its pictures beside it; it is of the whole, and a part has none."""
    from ut_research.publishing import brief

    if settings.get("part"):
        raise brief.TooLittle([])
    text, pictures = brief.page(brief.of_run(root, Path()))
    for file, svg in pictures.items():
        (folder / file).write_text(svg, encoding="utf-8", newline="\n")
    return text


def _configure(config: Path, parameters: Mapping[str, Any], standing: str) -> None:
    """Have the book carry the study's title and words, and every page say where its numbers come from."""
    import yaml

    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings["title"] = f"{parameters['title']}, evaluated"
    sphinx = settings.setdefault("sphinx", {}).setdefault("config", {})
    sphinx["html_short_title"] = parameters["title"]
    added = {"origin": standing, "ut_search": parameters["search"]}
    sphinx["html_context"] = {**sphinx.get("html_context", {}), **added}
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def _cell(outputs: list[Any], tags: list[str]) -> dict[str, Any]:
    """What a cell shows, without its code: hidden, but not empty, because those are left out."""
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {"tags": [*tags, "remove-input"]}, "source": "#"}
    cell |= {"execution_count": None, "outputs": outputs}
    alt = next((o["metadata"]["alt"] for o in outputs if "alt" in o["metadata"]), None)
    if alt:
        cell["metadata"]["mystnb"] = {"image": {"alt": alt}}
    return cell


def _one_figure_each(outputs: list[Any]) -> list[list[Any]]:
    """Outputs in parts of at most one figure, because Jupyter Book takes one description a cell."""
    parts: list[list[Any]] = [[]]
    for output in outputs:
        kept = {k: v for k, v in output["data"].items() if k in SHOWN}
        about = {k: v for k, v in output["metadata"].items() if k == "alt"}
        plain = {"output_type": "display_data", "data": kept, "metadata": about}
        if "alt" in plain["metadata"] and any("alt" in o["metadata"] for o in parts[-1]):
            parts.append([])
        parts[-1].append(plain)
    return parts
