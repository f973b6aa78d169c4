"""What a person at a terminal sees: steps as they end, what was found in an export."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from ut_research.cleaning.tables import Cleaned

say = Console(highlight=False, soft_wrap=True)
warn = Console(highlight=False, soft_wrap=True, stderr=True)
#: How a reader is told what a step is.
STEPS = {
    "clean": "Reading and cleaning",
    "measure": "Measuring",
    "decide": "Deciding what to withhold",
    "chapter": "Chapter",
    "pages": "Filling in the pages",
    "book": "Making the book",
}


def tell(event: dict[str, Any]) -> None:
    """Show one step as it ends."""
    kind, _, name = event["step"].partition(" ")
    what = f"{STEPS[kind]} {name.replace('_', ' ')}".strip()
    mark = "[red]✗[/]" if event["error"] else "[green]✓[/]"
    say.print(f"  {mark} {what:<44} {event['seconds']:>6.1f} s")


@contextlib.contextmanager
def reading() -> Iterator[Callable[[str], None]]:
    """Show, on a terminal, which file is being read, to whoever is told."""
    with warn.status("Reading …") as status:
        yield lambda file: status.update(f"Reading {escape(file)}")


def show(cleaned: Cleaned) -> None:
    """Show what was read; what was found, what matters most first; and how much of the export is not used."""
    from ut_research.cleaning.tables import UNUSED

    rows = Table("table", "rows", "kept", "rejected", title="What was read")
    for name, count in cleaned.counts.items():
        rows.add_row(name, *(f"{count[k]:,}" for k in ("in", "kept", "rejected")))
    say.print(rows)
    unused = cleaned.issues["rule"].isin(UNUSED)
    found = cleaned.issues[~unused]
    found = found.iloc[found["action"].map(["rejected", "reported", "repaired"].index).argsort(kind="stable")]
    issues = Table("table", "column", "what", "done", "rows", title="What was found")
    by = ["table", "column", "rule", "action", "done"]
    for key, group in found.groupby(by, sort=False, dropna=False):
        name, column, rule, action, done = (escape(str(part)) for part in key)
        numbers = [str(n) for n in group["row"].dropna()]
        shown = ", ".join(numbers[:6]) + (f" and {len(numbers) - 6:,} more" if len(numbers) > 6 else "")
        style = {"rejected": "red", "reported": "yellow"}.get(action, "")
        issues.add_row(name, column, rule, f"{action}: {done}", shown, style=style)
    if len(found):
        say.print(issues)
    counts = cleaned.issues["rule"][unused].value_counts().reindex([*UNUSED], fill_value=0)
    if told := [f"{counts[rule]:,} {words}" for rule, words in UNUSED.items() if counts[rule]]:
        say.print(f"Not used: {'; '.join(told)}. Their names are in the issues of a report.")


def place(path: Path) -> str:
    """`path` from here, where that is shorter."""
    with_here = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return escape(str(with_here))
