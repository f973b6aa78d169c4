"""From a draft to a release: the page that whoever approves reads, and what leaves once they have.

In: a built report. Out: ``review-release.html``, which needs nothing else to be read; after approval a record
in the study's register, and ``release.zip`` with what may be passed on and a certificate, whose fields
docs/data-protection.md describes.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ut_research.core import policies
from ut_research.core.estimate import Estimate
from ut_research.core.problems import Problem, ProblemsFound, stop, stop_for
from ut_research.disclosure import decision, releases
from ut_research.disclosure.releases import Release
from ut_research.disclosure.soundness import name
from ut_research.publishing import blocks as paper
from ut_research.publishing import brief, easy_read, generated_pages, one_file, workbook
from ut_research.show import tables as display

PAGE, ARCHIVE = "review-release.html", "release.zip"
#: What may be passed on of a report.
LEAVES = ("book", "tables", "findings.json")
#: What is made of it for that.
MADE = ("the brief", "tables.xlsx", "report.docx", "annexes.docx", "the Easy Read", "one-file.html")
#: What was done to every finding before it could be shown; each is held by the tests that docs name.
CHECKED = (
    "counts, rests and numbers of people below the threshold are withheld",
    "no withheld small number follows from what is shown, taking the whole report together",
    "nothing here, beside any approved release, tells of fewer people than the threshold",
    "no number has more digits than a page shows",
    "nothing is on a page but released findings and the words of chapters and study",
)
_STYLE = """body { font: 1.1rem/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
caption { text-align: left; font-weight: bold; }
th, td { border-bottom: 1px solid #777; text-align: left; vertical-align: top; padding: 0.3rem 0.6rem 0 0; }
td { overflow-wrap: anywhere; }
tr { break-inside: avoid; }
@page { margin: 15mm; @bottom-right { content: "Page " counter(page); font: 11pt sans-serif; } }
"""


def make(folder: Path, report: Path) -> Path:
    """Write the page about the draft in `folder`, built as `report`; its file."""
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    register, approved = _before(folder)
    found = decision.own(folder)
    withheld = [e for e in found if e.status == "suppressed"]
    shown = [e for e in found if e.status == "number"]
    last = approved[-1] if approved else None
    moved = releases.changes(last.findings, found) if last else []
    refused = releases.refused(register)
    parts = [
        f"<p>{escape(_asked(run, shown))}</p>",
        f"<p>{escape(policies.words(run['parameters']))}</p>",
        _table("What would leave", ("File",),
               zip([*_listed(_files(report)), *MADE, *_listed(_of_parts(folder, report))])),
        _table(
            f"What changed since the release of {last.on}, approved by {last.by}" if last else
            "What changed: nothing was released before this",
            generated_pages.MOVED,
            map(generated_pages.as_row, moved),
        ),
        _table("What was refused", ("Finding", "By", "On", "Why"),
               [(r["finding"], r["by"], r["on"], r["reason"]) for r in refused]),
        _table(f"What is withheld, and why ({len(withheld):,} of {len(found):,} findings)",
               ("Finding", "Name to refuse or ask by", "Why"),
               [(display.name(e), name(e), e.method) for e in withheld]),
        _table("What would be said", ("Finding", "Name to refuse it by", "Number"),
               [(display.name(e), name(e), generated_pages.in_short(e)) for e in shown]),
    ]  # fmt: skip
    title = f"Review before release: {run['name']}"
    text = f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><main><h1>{escape(title)}</h1>
{"".join(parts)}</main></body></html>
"""
    (report / PAGE).write_text(text, encoding="utf-8", newline="\n")
    return report / PAGE


def refuse(folder: Path, findings: Sequence[str], by: str) -> None:
    """Refuse `findings`, each written as ``name=reason``, in the name of a person.

    Raises
    ------
    ProblemsFound : of each that has no reason, or that names nothing that would be said.
    """
    register, _ = _before(folder)
    rows, problems, found = [], [], decision.own(folder)
    for given in findings:
        what, _, reason = given.rpartition("=")
        row = {"finding": what.strip(), "by": by, "on": _today(), "reason": reason.strip()}
        if not row["finding"] or not row["reason"]:
            todo = "write it as needs.drugs=why it may not leave"
            problems.append(Problem("a refusal needs a reason", given, todo))
        elif not releases.are_refused(found, [row]):
            problems.append(Problem("there is no such finding", what, f"take its name from {PAGE}"))
        rows.append(row)
    stop_for(problems)
    releases.refuse(register, rows)


def approve(folder: Path, by: str) -> Path:
    """Record in the study's register that a person approved what the report in `folder` says; the record."""
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    register, approved = _before(folder)
    found = decision.own(folder)
    if kept := next((r for r in approved if r.findings == found and r.name == run["name"]), None):
        what = f"this is released already: approved by {kept.by} on {kept.on}"
        raise stop(what, run["name"], f"pass on {ARCHIVE} in its report")
    about = (run["name"], run["about"], by, _today(), run["owner"], decision.who(folder))
    said = {k: v for k, v in run["parameters"].items() if k != "journeys"}  # those not shown stay here
    return Release(*about, decision.policy(said), said, found).write(register)


def pack(root: Path, folder: Path, report: Path, record: Path) -> Path:
    """Write what may be passed on, all that is made of it, and a certificate into ``release.zip``."""
    kept = json.loads(record.read_text(encoding="utf-8"))
    made: list[Path] = []
    for make in (brief.make, workbook.make, easy_read.make, one_file.make):
        with contextlib.suppress(ProblemsFound):  # a study with too little for a brief
            made += make(root, folder, report)
    files = [*_files(report, *(one.name for one in made)), *_of_parts(folder, report)]
    leaving = {file: (report / file).read_bytes() for file in files}
    statuses = Counter(row["status"] for row in kept["findings"])
    certificate = {
        "format": 1,
        **{field: kept[field] for field in ("name", "study", "by", "on", "policy", "parameters")},
        "data": json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["data_to"],
        "findings": {"shown": statuses["number"], "withheld": statuses["suppressed"]},
        "refused": releases.refused(record.parent),
        "checked": CHECKED,
        "files": {file: hashlib.sha256(content).hexdigest() for file, content in leaving.items()},
    }
    text = json.dumps(certificate, indent=1, ensure_ascii=False).encode()
    packed = {"certificate.json": text, **leaving}
    archive = paper.zipped((posixpath.normpath(f"{kept['name']}/{n}"), c) for n, c in packed.items())
    (report / ARCHIVE).write_bytes(archive)
    return report / ARCHIVE


def _before(folder: Path) -> tuple[Path, list[Release]]:
    """The register of a report, which has one, and the releases before it."""
    register, approved = decision.before(folder)
    assert register is not None
    return register, approved


def _files(report: Path, *made: str) -> list[str]:
    """What may be passed on of a report, by its place there."""
    tops = [report / name for name in (*LEAVES, *made)]
    inside = [p for top in tops for p in sorted([top, *top.rglob("*")]) if p.is_file()]
    return [p.relative_to(report).as_posix() for p in inside]


def _listed(files: Iterable[str]) -> list[str]:
    """`files` as a person reads them: pictures, and what all pages share, by the folder they are in."""
    found = Counter(f"{posixpath.dirname(file)}/" if "/_" in file else file for file in files)
    return [f"{file} ({many} files)" if file.endswith("/") else file for file, many in found.items()]


def _of_parts(folder: Path, report: Path) -> list[str]:
    """What may be passed on of the reports of parts, decided on together with this one, by its place."""
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    found = ["parts.html"] if (report / "parts.html").is_file() else []
    for record in sorted(folder.parent.glob("*/run.json")):
        of = json.loads(record.read_text(encoding="utf-8"))
        if of.get("of") == str(folder) and list(of["part"]) == [run["by"]]:
            found += [f"../{of['name']}/{file}" for file in _files(report.parent / of["name"])]
    return found


def _asked(run: Mapping[str, Any], shown: Iterable[Estimate]) -> str:
    single = {"themes.quoted", "themes.journey"}.isdisjoint(e.id for e in shown)
    agreed = "" if single else "Of each quotation and journey, look with the team whether the person agreed. "
    return (
        f"This lists all that would leave with the report {run['name']} of the study {run['about']}. Read "
        "it, look at the book, and approve in your own name, or refuse single findings with a reason: "
        f'ut-research review-release {run["name"]} --approve "Your name" --refuse "NAME=reason". '
        f"{agreed}This page itself stays here."
    )


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    listed = list(rows)
    none = f"<p><strong>{escape(caption)}</strong>: none.</p>"
    return display.grid(heads, listed, caption) if listed else none


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()
