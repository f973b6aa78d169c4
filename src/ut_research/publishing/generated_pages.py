"""Pages that are written by rule: how this book was made, the data dictionary, what was done about comments.

In: the settings of a run, its manifest, its table of comments. Out: MyST text, put in the place of tokens
such as ``{{page.made}}`` and ``{{page.dictionary}}``.
"""

from __future__ import annotations

import datetime
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ut_research.show.prose import literal

if TYPE_CHECKING:
    import pandas as pd

    from ut_research.core.estimate import Estimate
    from ut_research.disclosure.releases import Change, Release

#: Programs whose versions matter to a result; all others are in requirements.lock.
PROGRAMS = ["ut-research", "pandas", "numpy", "scipy", "pandera", "pyarrow", "matplotlib"]
PROGRAMS += ["papermill", "jupyter-book"]
#: How the methods behave in small groups, as `tools.simulate_coverage` found it.
SIMULATED = Path(__file__).parents[1] / "data" / "coverage.csv"


def made(parameters: Mapping[str, Any], manifest: Mapping[str, Any], lock: str) -> str:
    """Inputs with hashes, parameters, versions and the time: what is needed to make this book again.

    Parameters
    ----------
    parameters : the study's, by name.
    manifest : of the cleaned data; ``inputs`` maps a file's name to its SHA-256.
    lock : SHA-256 of requirements.lock.
    """
    from ut_research.core.parameters import Study, as_written

    about = {row["parameter"]: row for row in Study.describe()}
    settings = [
        (name, said, about[name]["unit"], "" if said == about[name]["default"] else "yes")
        for name, value in parameters.items()
        if name in about and (said := as_written(value))
    ]
    versions = [("Python", platform.python_version()), *((p, metadata.version(p)) for p in PROGRAMS)]
    now = datetime.datetime.now(datetime.UTC).strftime("%d %B %Y, %H:%M UTC")
    parts = [
        f"Made on {now}.",
        "## Files that went in",
        grid("Files of the export, by SHA-256", ("File", "SHA-256"), sorted(manifest["inputs"].items())),
        "## Settings",
        "What is not named here was not set.",
        grid("Parameters of the study", ("Parameter", "Value", "Unit", "Changed"), settings),
        "## Programs",
        grid("Programs and their versions", ("Program", "Version"), versions),
        f"All other programs are pinned in `requirements.lock` (SHA-256 `{lock}`).",
    ]
    return "\n\n".join(parts)


def byline(parameters: Mapping[str, Any], manifest: Mapping[str, Any], part: str = "") -> str:
    """Of whom the report is, up to when the records go, and who made it, for the front page."""
    day = datetime.date.fromisoformat(manifest["data_to"]) if manifest.get("data_to") else None
    records = f"Records to {day:%B %Y}. " if day else ""
    makers = f"By {literal(parameters['makers'])}. " if parameters["makers"] else ""
    only = f"**Of {literal(part)} alone.** Few people: do not rank it beside others. " if part else ""
    return f"{only}{records}{makers}[When and how it was made](made.md)"


def changes(approved: Sequence[Release], found: Sequence[Estimate]) -> str:
    """What moved since the last of the `approved` releases, and why."""
    from ut_research.disclosure import releases

    if not approved:
        return "There is no release before this one to compare with."
    last = approved[-1]
    moved = releases.changes(last.findings, found)
    if not moved:
        return f"Nothing has changed since the release of {last.on}."
    said = f"Findings that are not what they were in the release of {last.on}: {len(moved):,}."
    return f"{said}\n\n{grid('What changed, and why', MOVED, map(as_row, moved))}"


#: The headings of what `as_row` gives.
MOVED = ("Finding", "Before", "Now", "Why")


def as_row(change: Change) -> tuple[str, ...]:
    """What moved, as a row of a table: the finding, as it was and as it is, and why."""
    from ut_research.show import tables

    return tables.name(change.about), *map(in_short, (change.before, change.after)), change.why


def in_short(e: Estimate | None) -> str:
    """The count of a finding, or else its number; a dash where there was none."""
    from ut_research.show import tables

    return "–" if e is None else tables.counted(e) or tables.number(e)


def dictionary() -> str:
    """Every table of the contract, as a heading and a table of its columns, from the schemas."""
    from ut_research.core.schema import TABLES

    parts = []
    heads = ("Column", "Meaning", "Kind", "Allowed", "Needed", "Example (invented)")
    for table in TABLES.values():
        shown = [(c.name, c.meaning, c.kind, c.may_be, "yes" * c.needed, c.example) for c in table.columns]
        parts += [f"## {table.name}", f"One row is: {table.row}."]
        parts.append(grid(f"Columns of {table.name}", heads, shown))
    return "\n\n".join(parts)


#: How “You said, we did” speaks of comments, by where they stand: over them, of how many, and of each.
_SAID = {
    "open": ("Still open", "are open", "Open since then."),
    "done": ("Done", "led to a change", "**We did:**"),
    "not done": ("Not done, and why", "did not lead to a change", "**Not done, because:**"),
}


def said(table: pd.DataFrame | None) -> dict[str, str]:
    """“You said, we did”, by token: every comment and its answer as plain text, and what changed, in short.

    Parameters
    ----------
    table : canonical comments of the steering group; None or empty where there are none.
    """
    from ut_research.publishing import comments

    if table is None or table.empty:
        return {"{{page.comments}}": "None at present.", "{{page.comments_changed}}": "nothing yet"}
    standing = comments.standings(table)
    table = table.astype("object").where(table.notna(), None)
    parts = []
    for status, (heading, became, _) in _SAID.items():
        rows = [_said(row, status) for row in table[standing == status].to_dict("records")]
        parts += [f"### {heading}", f"{len(rows)} of {len(table)} comments {became}.", *rows]
    changed = dict.fromkeys(literal(page) for page in table.loc[standing == "done", "page"].dropna())
    told = {"{{page.comments}}": "\n\n".join(parts)}
    return told | {"{{page.comments_changed}}": ", ".join(changed) or "nothing yet"}


def _said(row: Mapping[Any, Any], status: str) -> str:
    """One comment and its answer."""
    from ut_research.publishing import comments

    text = {name: comments.restored(str(value or "")) for name, value in row.items()}
    when = row.get("date")
    day = f" on {when.day} {when:%B %Y}" if when else ""
    place = f" about {literal(text['page'])}" if text.get("page") else ""
    answer = [text.get(part, "") for part in ("response", "reason")]
    lines = "\n>\n".join(f"> {literal(line)}" for line in text["comment"].split("\n") if line.strip())
    if status != "open" and not any(answer):
        answer = ["the answer is not written down."]
    answered = row.get("answered_date")
    since = f"Since {answered.day} {answered:%B %Y}." if answered and status != "open" else ""
    did = " ".join([_SAID[status][-1], *(literal(part) for part in answer if part), since]).rstrip()
    return f":::{{container}} ut-said\n**You said**{place}{day}:\n\n{lines}\n\n{did}\n:::"


def parameters() -> str:
    """Every parameter of a study: what it means, its unit, what it is unless said otherwise, and why."""
    from ut_research.core.parameters import Study

    heads = ("Parameter", "Meaning", "Unit", "Usual value", "Source")
    return grid("Parameters of a study", heads, (row.values() for row in Study.describe()))


def coverage() -> str:
    """How the intervals and tests behave in small groups, by simulation; see `SIMULATED`."""
    import pandas as pd

    table, rows = pd.read_csv(SIMULATED), []
    for (method, n1, n2), found in table.groupby(["method", "n1", "n2"], sort=False):
        low, high = found["observed"].min(), found["observed"].max()
        shown = f"{low:.1%}" if low == high else f"{low:.1%} to {high:.1%}"
        people = f"{n1} and {n2}" if n2 else str(n1)
        kind = found["quantity"].iloc[0]
        claimed, error = f"{found['nominal'].iloc[0]:.0%}", f"{100 * found['monte_carlo_error'].max():.1f}"
        none = found["no_interval"].max()
        rows.append((method, people, kind, claimed, shown, error, f"{none:.0%}" if none else ""))
    heads = (
        *("Method", "People", "What was counted", "Claimed", "Found"),
        *("Monte Carlo error, points", "Gave nothing, and not counted"),
    )
    caption = f"Intervals and tests in groups of our size, simulated: {table['replicates'].max():,} of each"
    return f"::::{{fold}} Show {len(rows)} rows: {caption}\n{grid(caption, heads, rows)}\n::::"


#: The short form of GRIPP2, by which it is reported how the public was involved.
GRIPP2 = ("Aim", "Methods", "Study results", "Discussion and conclusions", "Reflections")


def involvement(said: Mapping[str, str]) -> str:
    """How the public was involved, an item a row; tokens of findings stay, for the page to fill."""
    rows = ((item, said.get(str(n), "Not stated")) for n, item in enumerate(GRIPP2, 1))
    caption = "Involvement of the public, by the short form of GRIPP2"
    table = grid(caption, ("Item", "What is reported"), rows)
    for token in re.findall(r"\{\{.*?\}\}", " ".join(said.values())):
        table = table.replace(literal(token), token)
    return table


def grid(caption: str, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A MyST table with a caption; every cell is shown as plain text, whatever it holds."""
    lines = [f":::{{list-table}} {caption}", ":header-rows: 1", ":stub-columns: 1", ""]
    for row in [list(heads), *rows]:
        lines += [f"{'  -' if i else '* -'} {literal(cell)}".rstrip() for i, cell in enumerate(row)]
    return "\n".join([*lines, ":::"])
