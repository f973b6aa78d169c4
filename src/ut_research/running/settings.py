"""What the settings of a run stand for: the code and the data that its results depend on."""

from __future__ import annotations

from pathlib import Path

from ut_research.core.digests import digest

#: Files beside a workbook that are read with it.
BESIDE = ("columns.toml", "INVENTED.md")
#: Modules that only run what makes results.
ONLY_RUN = ("cli.py", *(f"running/{name}.py" for name in ("build", "loop", "worker", "places")))


def data_digest(export: Path) -> str:
    """A hash of what is read of an export: not of folders in it, hidden files, or a study that it brings."""
    inside = export.iterdir() if export.is_dir() else (export, *map(export.with_name, BESIDE))
    return digest(*sorted(f for f in inside if not f.name.startswith((".", "~$")) and f.name != "study.toml"
                          and f.is_file()))  # fmt: skip


def library(root: Path) -> str:
    """A hash of the code that results depend on: the library, without what only runs it, and the lock."""
    return digest(Path(__file__).parents[1], root / "requirements.lock", leave_out=ONLY_RUN)
