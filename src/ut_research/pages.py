"""Pages that are written by rule: how this book was made, and the data dictionary.

In: the settings of a run and its manifest. Out: MyST text, put in the place of ``{{page.made}}`` and
``{{page.dictionary}}``.
"""

from __future__ import annotations

import datetime
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Any

#: Programs whose versions matter to a result; all others are in requirements.lock.
PROGRAMS = ["ut-research", "pandas", "numpy", "scipy", "statsmodels", "pandera", "pyarrow", "matplotlib"]
PROGRAMS += ["papermill", "snakemake", "jupyter-book"]


def made(parameters: Mapping[str, Any], manifest: Mapping[str, Any], lock: str) -> str:
    """Inputs with hashes, parameters, versions and the time: what is needed to make this book again.

    Parameters
    ----------
    parameters : the study's, by name.
    manifest : of the cleaned data; ``inputs`` maps a file's name to its SHA-256.
    lock : SHA-256 of requirements.lock.
    """
    from ut_research.study import Study

    about = {row["parameter"]: row for row in Study.describe()}
    settings = [
        (name, value, about[name]["unit"], "" if str(value) == about[name]["default"] else "changed")
        for name, value in parameters.items()
    ]
    versions = [("Python", platform.python_version()), *((p, metadata.version(p)) for p in PROGRAMS)]
    now = datetime.datetime.now(datetime.UTC).strftime("%d %B %Y, %H:%M UTC")
    parts = [
        f"Made on {now}.",
        "## Files that went in",
        grid("Files of the export, by SHA-256", ("File", "SHA-256"), sorted(manifest["inputs"].items())),
        "## Settings",
        grid("Parameters of the study", ("Parameter", "Value", "Unit", "Changed"), settings),
        "## Programs",
        grid("Programs and their versions", ("Program", "Version"), versions),
        f"All other programs are pinned in `requirements.lock` (SHA-256 `{lock}`).",
    ]
    return "\n\n".join(parts)


def dictionary() -> str:
    """Every table of the contract, as a heading and a table of its columns, from the schemas."""
    from ut_research import tables

    parts = []
    for name, rows in tables.dictionary().groupby("table", sort=False):
        shown = rows[["column", "meaning", "type", "allowed", "needed", "example"]].itertuples(index=False)
        parts += [f"## {name}", f"One row is: {rows['one_row_is'].iloc[0]}."]
        heads = ("Column", "Meaning", "Kind", "Allowed", "Needed", "Example (invented)")
        parts.append(grid(f"Columns of {name}", heads, shown))
    return "\n\n".join(parts)


def grid(caption: str, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A MyST table with a caption; every cell is shown as plain text, whatever it holds."""
    lines = [f":::{{list-table}} {caption}", ":header-rows: 1", ":stub-columns: 1", ""]
    for row in [list(heads), *rows]:
        lines += [f"{'* -' if i == 0 else '  -'} {_literal(cell)}".rstrip() for i, cell in enumerate(row)]
    return "\n".join([*lines, ":::"])


def _literal(cell: Any) -> str:
    """`cell` on one line, with every character that MyST could read as markup escaped."""
    text = " ".join(str(cell).split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|$~:&@^=\"'" else c for c in text)
