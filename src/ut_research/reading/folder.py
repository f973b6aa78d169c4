"""The files of an export: which are data, which are not read, and which of their names can be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ut_research.core.issues import Log
from ut_research.core.problems import stop
from ut_research.reading import files as formats
from ut_research.reading import identifiers, refi, workbooks

Tell = Callable[[str], object]
_KINDS = formats.FOLDER_KINDS | workbooks.KINDS | refi.KINDS
#: Notes and settings, of which nothing is said.
_QUIET = {".md", ".toml", ".txt"}


def files(path: Path) -> tuple[list[Path], list[Path]]:
    """Return the files of an export that are data, and those that are not (its notes and settings aside).

    Folders inside it are looked into where it holds no data itself, as one that was unpacked into another.
    """
    if path.is_file():
        return [path], []
    try:
        inside = sorted(f for f in path.iterdir() if not f.name.startswith((".", "~$")))
    except OSError:
        raise stop("the folder cannot be opened", path.name, "Check that you may read it") from None
    data = [f for f in inside if f.is_file() and f.suffix.lower() in _KINDS and formats.is_table(f)]
    others = [f for f in inside if f not in data and (not f.is_file() or f.suffix.lower() not in _QUIET)]
    deeper = [] if data else [files(f) for f in others if f.is_dir()]
    if found := [file for more, _ in deeper for file in more]:
        return found, [f for f in others if not f.is_dir()] + [file for _, more in deeper for file in more]
    return data, others


def each(data: list[Path], tell: Tell) -> Iterator[Path]:
    """Give each file, after telling its name, and which of how many it is."""
    for n, file in enumerate(data, 1):
        tell(f"{file.name} ({n} of {len(data)})")
        yield file


def log_unread(others: list[Path], log: Log) -> None:
    """Log each file and folder that is not read."""
    for other in others:
        rule = "folder not used" if other.is_dir() else "file not used"
        done = "not read: not part of the export" if other.exists() else "not read: the link leads nowhere"
        log.add(shown(other.name, "a file"), [], "", rule, "reported", done)


def unread(others: list[Path]) -> str:
    """Return the words that say which files and folders are not read."""
    names = ", ".join(shown(other.name, "another file") for other in others[:8])
    return f"; there is also {names}, which is not read" if others else ""


def shown(name: str, otherwise: str, longest: int = 60) -> str:
    """Return a heading or a name if it can be shown: where headings are missing it may be somebody's data."""
    fine = 0 < len(name) <= longest and name.isprintable() and sum(c.isdigit() for c in name) <= 6
    return name if fine and identifiers.personal_content(name) is None else otherwise
