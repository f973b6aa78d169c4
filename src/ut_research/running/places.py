"""Where a run's files lie: what an export may not lie in, and which files there a person put.

A run makes two folders, `data/processed/<name>/` and `reports/<name>/`. It replaces and removes what it made
there, known by its name, and nothing else. Light on imports, as `ut_research.running.build` is.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from ut_research.core.problems import stop
from ut_research.core.schema import TABLES

#: The register of releases, in a study's folder.
REGISTER = "releases"
#: What ends the name of the copy of an invented cohort that takes readers' comments.
COMMENTED = "-with-comments"
#: What programs leave in any folder that they open.
_LEFT = (".ipynb_checkpoints", "__pycache__", ".DS_Store", "Thumbs.db", "desktop.ini")
#: What a run makes in its report, and what is made there from it.
REPORT = (
    *("book", "findings.json", "issues.csv", "tables", "run.json", "review-release.html", "release.zip"),
    *("brief.pdf", "brief.docx", "tables.xlsx", "report.docx", "review-pack.zip", "large-print.pdf"),
    *("easy-read.pdf", "easy-read.html", "one-file.html", "comments.qdpx", "annexes.docx", "parts.html"),
    "sheet.pdf",
    *_LEFT,
)
#: What a run makes in its folder.
FOLDER = (
    *(f"{table}.parquet" for table in TABLES),
    *("manifest.json", "issues.csv", "chapters", "findings.json", "parts.json", "tables", "sweep"),
    "measured",
    *("book", "html", "sphinx", "made", "run.json", "build.log", "lock"),
    *_LEFT,
)


def refuse(export: Path, root: Path, made: Iterable[Path]) -> None:
    """Refuse an export that a run would write over or `forget` would remove.

    Parameters
    ----------
    root : the folder in which reports are made.
    made : the folders that the run makes, wherever links take them.

    Raises
    ------
    ProblemsFound : `export` is, holds or lies in one of them, or in any folder of runs.
    """
    for place in (root / "reports", root / "data" / "processed", *made):
        if _within(export, place):
            what = f"an export may not lie in {_said(place, root)}: what is there is written over and removed"
            todo = "move it, for example to exports/, which git ignores, and give that path"
            raise stop(what, str(export), todo)
        if _within(place, export):
            what = f"this holds {_said(place, root)}, where reports are made: it is no export"
            todo = "give the folder, or the file, that holds only the export"
            raise stop(what, str(export), todo)


def commented(invented: Path, place: Path) -> Path:
    """The copy of an invented cohort that takes readers' comments, whether it is there yet or not."""
    return place / "exports" / f"{invented.name}{COMMENTED}"


def registers(study: Path, export: Path, root: Path, place: Path) -> list[Path]:
    """Where releases are kept: those of `study` beside it, then those of the other studies in the project.

    Those of a study that comes with an export, or with the library, are kept in the project's own `studies`.
    """
    folder = study.parent
    if folder.is_relative_to(root) or _within(folder, export):
        folder = place / "studies" / named(study)
    others = sorted((place / "studies").glob(f"*/{REGISTER}"))
    return list(dict.fromkeys([folder / REGISTER, *others]))


def named(study: Path) -> str:
    """What the study in a file is called: by its folder, or by the file where that has a name of its own."""
    return study.parent.name if study.name == "study.toml" else study.stem


def executed(folder: Path) -> list[Path]:
    """The notebooks in `folder`, and what JupyterLab keeps of them, in which there are results."""
    found = []
    for file in sorted(folder.rglob("*.ipynb")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
            tags = [cell.get("metadata", {}).get("tags", ()) for cell in cells if cell.get("outputs")]
            found += [file] if any("nbval-check-output" not in of for of in tags) else []
    return found


def foreign(folder: Path, made: tuple[str, ...]) -> list[Path]:
    """What lies in `folder` under a name that is not among `made`: a person put it there."""
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in inside if path.name not in made]


def carry(source: Path, target: Path, made: tuple[str, ...]) -> None:
    """Copy what a person put into `source` to `target`, links as links."""
    for path in foreign(source, made):
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, target / path.name, symlinks=True)
        else:
            shutil.copy2(path, target / path.name, follow_symlinks=False)


def clear(folder: Path, made: tuple[str, ...]) -> None:
    """Remove from `folder` what has a name among `made`, and the folder too when nothing else is there."""
    inside = list(folder.iterdir()) if folder.is_dir() else []
    kept = foreign(folder, made)
    for path in sorted(inside, key=lambda path: path.name == "run.json"):  # last: it says whose the rest is
        if path not in kept:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if folder.is_symlink():
        folder.unlink()  # what a person put there stays where the link led
    elif folder.is_dir() and not kept:
        folder.rmdir()


def _within(inner: Path, outer: Path) -> bool:
    """Whether `inner` is `outer` or lies in it, also by another spelling, a link or a mount."""
    inner, outer = inner.resolve(), outer.resolve()
    return any(path == outer or _same(path, outer) for path in (inner, *inner.parents))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _said(place: Path, root: Path) -> str:
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else str(place)
