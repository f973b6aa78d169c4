"""The steps of one report: clean, measure, a chapter each, pages, book.

The first two prepare a report, the others render it from what they left. A report of one part of the people
begins with what is said of them in the whole, and holds nobody's records. Each runs in the run's own folder
(`data/processed/<name>`, the working directory), reads what earlier steps left there, and writes only there.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from ut_research.core import notebooks, studies
from ut_research.core.digests import digest, key
from ut_research.core.notebooks import ASKED
from ut_research.core.problems import ABOUT_CODE, Problem, ProblemsFound
from ut_research.measures import declared
from ut_research.running.loop import Step

#: What steps load before they are forked; meanwhile, what later ones need is loaded.
TABLES = ("pandas", "pyarrow.parquet", "pyarrow.dataset")
NUMBERS = (*TABLES, "scipy.optimize", "ut_research.stats.intervals", "ut_research.disclosure.decision")
CHAPTERS = (
    *("seaborn", "papermill", "matplotlib.backends.backend_svg", "ut_research.running.notebook_engine"),
    *("ut_research.show.chapter", "ut_research.show.charts", "ut_research.show.along"),
    "ut_research.publishing.book",
)
CLEANED = (*TABLES, "pandera.pandas", "ut_research.cleaning.tables")
PAGES = ("yaml", "pandera.pandas", "ut_research.publishing.brief", "ut_research.publishing.comments")
BOOK = ("jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinx.builders.html")
#: The parameters of a study that cleaning depends on.
CLEANING = ("threshold", "delivery_start", "delivery_end", "partners", "areas", "common_words", "periods")
#: The steps that prepare a report.
PREPARED = ("clean", "measure", *(f"measure {name}" for name in declared.EVERY), "decide", "part")
#: What was measured of people, before it is decided on; in the folder of a run.
MEASURED = Path("measured")
#: Files beside a workbook that are read with it.
BESIDE = ("columns.toml", "INVENTED.md")
#: Modules that only run what makes results.
ONLY_RUN = (
    "cli.py",
    *(f"running/{name}.py" for name in ("build", "console", "loop", "sweep", "worker", "places")),
)


def data_digest(export: Path) -> str:
    """A hash of what is read of an export: not of folders in it, hidden files, or a study that it brings."""
    inside = export.iterdir() if export.is_dir() else (export, *map(export.with_name, BESIDE))
    return digest(*sorted(f for f in inside if not f.name.startswith((".", "~$")) and f.name != "study.toml"
                          and f.is_file()))  # fmt: skip


def library(root: Path) -> str:
    """A hash of the code that results depend on: the library, without what only runs it, and the lock."""
    return digest(Path(__file__).parents[1], root / "requirements.lock", leave_out=ONLY_RUN)


def line(settings: dict[str, Any]) -> list[Step]:
    """The steps of the run with these settings, as `ut_research.running.build` writes them, in order."""
    root, parameters = Path(settings["root"]), settings["parameters"]
    code = library(root)
    parts = {name: _digest(part) for name, part in settings["parts"].items()}
    published = parts["published"]
    registers = digest(*(place for one in settings["registers"] if (place := Path(one)).exists()))
    released = cache(lambda: json.loads(Path("findings.json").read_text(encoding="utf-8")))
    longest_first = sorted(settings["chapters"], key=lambda name: -_notebook(root, name).stat().st_size)
    words = {n: said for n, said in parameters.items() if not isinstance(said, int | float)}  # in any chapter
    shared = (code, published, parts["framework"], studies.inserts(settings["parts"]["pages"]), words)
    if part := settings.get("part"):
        said = digest(
            *(Path(settings["of"], name) for name in ("manifest.json", "findings.json", "parts.json"))
        )
        first = [
            Step("part", take_part, ("findings.json", "manifest.json", "issues.csv"), (code, part, said))
        ]
    else:
        cleaned = (code, settings["data"], parts.get(studies.RECIPE), {n: parameters[n] for n in CLEANING})
        decided = (code, published, registers, parameters, settings["by"])
        given = parameters | {"findings": published}
        together = [[name] for name in declared.EVERY] if settings["fork"] else [[*declared.EVERY]]
        subjects = [_subjects(names, given, (code, settings["by"])) for names in together]
        needed = ("clean", *(step.name for step in subjects))
        first = [
            Step("clean", clean, ("*.parquet", "manifest.json", "issues.csv"), cleaned, loads=CLEANED),
            *subjects,
            Step("decide", decide, ("findings.json", "parts.json"), decided, needed, loads=NUMBERS),
        ]
    before = tuple(step.name for step in first)
    chapters = [_chapter(settings, name, shared, before[-1], released) for name in longest_first]
    sources = digest(root / "book", root / "requirements.lock")
    return [
        *first,
        *chapters,
        Step("pages", pages, ("book", "tables"), (code, parts, sources, registers, parameters, part),
             (*before, *(step.name for step in chapters)), loads=(*NUMBERS, *PAGES)),
        Step("book", book, ("html",), (code,), ("pages",), loads=BOOK),
    ]  # fmt: skip


def _digest(part: str | list[str]) -> str:
    """A hash of what is in a part of a study: a file, a folder or a list of folders; empty: none."""
    return digest(*(Path(one) for one in ([part] if isinstance(part, str) else part) if one))


def prepared(settings: dict[str, Any]) -> list[Step]:
    """The steps that prepare a report; the others render it."""
    return [step for step in line(settings) if step.name in PREPARED]


def key_of(settings: dict[str, Any]) -> str:
    """A hash of all that the rendering of a prepared report depends on."""
    steps = line(settings)
    return key([step.parts for step in steps], [step.made for step in steps if step.name in PREPARED])


def _subjects(names: list[str], given: dict[str, Any], parts: tuple[Any, ...]) -> Step:
    """The step that measures some subjects, which depends on what they take of what is `given`.

    Side by side in forks; all of them at once without, as each process would load the libraries anew.
    """
    taken = set[str]().union(*map(declared.taken, names)) & given.keys()
    files = tuple(str(MEASURED / f"{name}.pickle") for name in names)
    called = f"measure {names[0]}" if len(names) == 1 else "measure"
    depends = (*parts, {k: given[k] for k in sorted(taken)})
    return Step(called, partial(measure, names), files, depends, ("clean",), loads=NUMBERS)


def _chapter(
    settings: dict[str, Any],
    name: str,
    parts: tuple[Any, ...],
    after: str,
    released: Callable[[], list[Any]],
) -> Step:
    """The step that runs one notebook. Of what was released, it depends on what it asked for."""
    values = {parameter: settings["parameters"][parameter] for parameter in settings["chapters"][name]}
    return Step(
        f"chapter {name}",
        partial(chapter, name, values),
        (f"chapters/{name}.ipynb", f"chapters/{name}"),
        (*parts, digest(_notebook(Path(settings["root"]), name)), values),
        after=(after,),
        took=lambda: _took(Path("chapters", name), released),
        loads=(*NUMBERS, *CHAPTERS),
        limit=settings["limit"],
    )


def _took(chapter: Path, released: Callable[[], list[Any]]) -> list[Any]:
    """What a chapter, with its results in the folder `chapter`, asked for of what was released."""
    try:
        wanted = tuple(json.loads((chapter / ASKED).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return []
    return [row for row in released() if _under(row["id"], wanted)]


def _under(id: str, wanted: Sequence[str]) -> bool:
    """Whether an id of findings is one of those `wanted`, or begins with one and a dot."""
    return id.startswith(tuple(f"{one}." for one in wanted)) or id in wanted


def _notebook(root: Path, name: str) -> Path:
    return root / "notebooks" / f"{name}.ipynb"


def run() -> dict[str, Any]:
    """The settings of this run: name, root, export, parameters, chapters and more."""
    return dict(json.loads(Path("run.json").read_text(encoding="utf-8")))


def clean() -> None:
    """Read and clean the export; leave canonical tables, the issues log and the manifest."""
    from ut_research.cleaning import tables as cleaning

    settings = run()
    recipe = settings["parts"].get(studies.RECIPE)
    cleaned = cleaning.of_export(Path(settings["export"]), settings["parameters"], recipe)
    cleaning.write(cleaned, Path())


def measure(subjects: Sequence[str]) -> None:
    """Measure these subjects, and leave each, people and all, for the decision."""
    from ut_research import published
    from ut_research.disclosure import decision

    settings = run()
    registry = published.load(*settings["parts"]["published"])
    MEASURED.mkdir(exist_ok=True)
    tables, manifest, issues = decision.cleaned(Path())
    for subject in subjects:
        found = decision.measured(
            tables, settings["parameters"], manifest, issues, registry, settings["by"], [subject]
        )
        (MEASURED / f"{subject}.pickle").write_bytes(pickle.dumps(found))


def decide() -> None:
    """Decide what of all that was measured may leave, and leave that in findings.json."""
    from ut_research import published
    from ut_research.disclosure import decision

    settings = run()
    registry = published.load(*settings["parts"]["published"])
    parts = settings["by"]
    found = [e for name in declared.EVERY for e in pickle.loads((MEASURED / f"{name}.pickle").read_bytes())]
    out = decision.of_run(Path(), settings["parameters"], registry, parts, found)
    decision.write(out, Path(), parts)


def take_part() -> None:
    """Take what is said of one part of the people from the run of the whole."""
    from ut_research.disclosure import decision

    settings = run()
    decision.write_part(Path(settings["of"]), settings["part"], settings["parameters"], Path())


def chapter(name: str, values: dict[str, Any]) -> None:
    """Run one notebook by papermill with the parameters that it names; leave it tidy in `chapters/`.

    One that is about nothing that these data hold is left empty.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from ut_research import published
    from ut_research.publishing import book as bookmaking
    from ut_research.publishing import everyone, shown

    settings = run()
    source, limit = _notebook(Path(settings["root"]), name), settings["limit"]
    out = Path("chapters", name).absolute()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    if not _has_data(about := notebooks.about(source)["about"], settings):
        (out / ASKED).write_text(json.dumps(about), encoding="utf-8")
        everyone.save(out.with_suffix(".ipynb"), [])
        return
    try:
        notebook = papermill.execute_notebook(
            source,
            None,
            parameters={"data": str(Path().absolute()), "out": str(out), **values},
            cwd=source.parent,
            progress_bar=False,
            kernel_name="python3",
            **_engine(settings),
        )
    except PapermillExecutionError as fault:
        raise ProblemsFound([_cell_problem(source, fault, limit)]) from None
    words = shown.sources(published.load(*settings["parts"]["published"]), settings)
    everyone.save(out.with_suffix(".ipynb"), bookmaking.tidy(notebook, source.name, out / "tables", words))


def _engine(settings: dict[str, Any]) -> dict[str, Any]:
    """What papermill is told of who runs the cells: this process, where it was forked for it."""
    if not settings["fork"]:
        return {"execution_timeout": settings["limit"]}
    from ut_research.running import notebook_engine

    _hold_memory()
    return {"engine_name": notebook_engine.register(), "time_limit": settings["limit"]}


def _has_data(about: list[str], settings: dict[str, Any]) -> bool:
    """Whether the run has a finding, or the study something, of what a chapter is about.

    What is published, and what else the study says, is of the whole: the report of a part leaves it there.
    """
    rows = json.loads(Path("findings.json").read_text(encoding="utf-8"))
    whole = not settings.get("part")
    rows = [row for row in rows if whole or row["origin"] != "published"]
    known = (row["id"] for row in rows if row["status"] != "not collected")
    study = {f"study.{name}" for name, value in settings["parameters"].items() if whole and value}
    return not about or not study.isdisjoint(about) or any(_under(id, about) for id in known)


def pages() -> None:
    """Put the book's sources together: pages with their numbers filled in, the chapters, the tables."""
    from ut_research.publishing import book as bookmaking

    settings = run()
    tables = Path("tables")
    shutil.rmtree(tables, ignore_errors=True)
    tables.mkdir()
    for name in settings["chapters"]:
        for table in sorted(Path("chapters", name).glob("tables/*.csv")):
            shutil.copyfile(table, tables / table.name)
    bookmaking.assemble(settings, Path("book"))


def book() -> None:
    """Build the pages into a book."""
    from ut_research.publishing import book as bookmaking

    bookmaking.build(Path("book"), Path("html"), Path("tables"), library(Path(run()["root"])))


def _cell_problem(notebook: Path, fault: Any, limit: float) -> Problem:
    """One readable block: which cell, the error, the code. The message only where it cannot hold data."""
    manifest = json.loads(Path("manifest.json").read_text(encoding="utf-8"))
    if fault.ename == "OutOfTime":
        what = f"ran longer than {limit} seconds and was stopped"
    elif fault.ename == "MemoryError":
        what = "needed more memory than this computer has"
    elif fault.ename in ABOUT_CODE or manifest.get("origin") == "example":
        what = f"{fault.ename}: {fault.evalue}"
    else:
        what = f"{fault.ename} (its message is left out, because it may hold a value of the export)"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    number = next(i for i, c in enumerate(cells, 1) if "".join(c["source"]) == fault.source)
    code = "\n".join("    │ " + line for line in fault.source.rstrip().splitlines())
    return Problem(
        f"{what}\n{code}\n", f"notebooks/{notebook.name}, cell {number}", "See it happen with `make lab`"
    )


def _hold_memory(share: float = 0.8) -> None:
    """Let this process have at most `share` of the memory, so that it fails and nothing else does."""
    import resource

    limit = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * share)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
