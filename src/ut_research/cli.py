"""The command line: ``ut-research report|brief|check|map|shape …``. `make` calls it, and Windows users.

It reads, writes and prints; what it does is in `running`, `reading` and `cleaning`, which it imports only
when they are needed. A mistake ends in one readable block and exit status 1, never in a traceback.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ut_research.core.problems import ProblemsFound, in_words, stop
from ut_research.running import build as workflow
from ut_research.running import places
from ut_research.running.console import place, reading, say, show, tell, warn

app = typer.Typer(
    name="ut-research",
    help="From a charity's monitoring export to a report that people can trust. "
    "Everything happens on this computer: nothing is sent anywhere.",
    epilog="Start with: ut-research report. It builds the report on an invented example.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

_EXPORT = "A folder of CSV files, or one workbook (.xlsx, .ods)."
Export = Annotated[str, typer.Argument(help=f"{_EXPORT} Left out: the invented example.")]
Given = Annotated[str, typer.Argument(help=_EXPORT)]
Parameters = Annotated[str, typer.Option(help="A study: its name in studies/, its folder or a file.")]
Name = Annotated[str, typer.Option(help="What to call the report; left out, it is the name of the export.")]


@app.callback()
def options(
    debug: Annotated[
        bool, typer.Option(help="After an unexpected error, show the way to it, without any data.")
    ] = False,
) -> None:
    """Take what applies to every command."""
    if debug:
        os.environ["UT_DEBUG"] = "1"


@app.command()
def report(
    export: Export = "",
    study: Parameters = "",
    name: Name = "",
    jobs: Annotated[
        int, typer.Option(help="How many steps at a time; left out, as many as there are processors.")
    ] = 0,
) -> None:
    """Build the report, [b]reports/NAME/book/index.html[/b], with its tables, findings and issues."""
    run = workflow.plan(export, study, name)
    _built(run, lambda: workflow.build(run, tell, jobs))


@app.command()
def prepare(
    export: Export = "",
    study: Parameters = "",
    name: Name = "",
    by: Annotated[str, typer.Option(help="Also for a report of each part: partner or area.")] = "",
    into: Annotated[Path | None, typer.Option(help="Write there what can be rendered.")] = None,
) -> None:
    """The first half of a report: clean the export, measure, and decide what to withhold."""
    from ut_research.running import sweep as sweeping

    run = workflow.plan(export, study, name)
    keys = sweeping.prepare(run, tell, by)
    if into:
        into.write_text(json.dumps(keys, indent=1), encoding="utf-8")
    say.print(f"Prepared: {place(run.folder)}")


@app.command()
def render(
    name: Annotated[str, typer.Argument(help="The report, as it was prepared.")],
    jobs: Annotated[int, typer.Option(help="As in report.")] = 0,
) -> None:
    """The second half of a report: its chapters and book, from what was prepared; the export is not read."""
    run = workflow.of_report(name, must_exist=False)
    _built(run, lambda: workflow.render(run, tell, jobs))


@app.command()
def sweep(
    export: Export = "",
    study: Annotated[list[str] | None, typer.Option(help="As in report; several: a report of each.")] = None,
    name: Name = "",
    by: Annotated[str, typer.Option(help="What parts people: partner or area; of one study, partner.")] = "",
    jobs: Annotated[int, typer.Option(help="How many reports at a time; left out, as in report.")] = 0,
    profile: Annotated[str, typer.Option(help="Where jobs run: a folder, such as profiles/slurm.")] = "",
) -> None:
    """Build the report of an export and of each part of its people, decided on together; or of studies."""
    given = list(dict.fromkeys(study or [""]))
    own = [f"{name or Path(export).stem}-{Path(one).stem}" if name or export else "" for one in given]
    names = [name] if len(given) == 1 else own
    runs = [workflow.plan(export, one, called) for one, called in zip(given, names, strict=True)]
    reports, page = _swept(runs, by or ("partner" if len(runs) == 1 else ""), jobs, profile)
    say.print(f"{len(reports)} reports are ready: {', '.join(reports)}. Open this file in a browser:")
    say.print(f"  {place(page)}", soft_wrap=True)


def _with_parts(run: workflow.Run) -> None:
    """Bring a report up to date, and those of its parts where it has any."""
    by = workflow.parted(run)
    _swept([run], by) if by else workflow.build(run, tell)


def _swept(runs: list[workflow.Run], by: str, jobs: int = 0, profile: str = "") -> tuple[list[str], Path]:
    """Sweep exports, showing how far it is; the names of the reports, and the page that leads to them."""
    from ut_research.running import sweep as sweeping

    with say.status("Preparing …") as status:
        names = sweeping.sweep(runs, by, status.update, jobs, profile)
    return names, sweeping.lead(runs, names)


def _built(run: workflow.Run, build: Callable[[], bool]) -> None:
    """Build the report of `run`, and say where it is."""
    began = time.monotonic()
    say.print(f"Building the report [b]{run.name}[/b] …")
    with say.status("working"):
        built = build()
    what = "done" if built else "nothing had changed"
    say.print(f"The report is ready ({what}, {time.monotonic() - began:.1f} s). Open this file in a browser:")
    say.print(f"  {place(run.report / 'book' / 'index.html')}", soft_wrap=True)


def _maker(command: str, module: str, told: str) -> None:
    """Add the command that brings a report up to date, and has `module` make something from it, beside it."""

    @app.command(command, help=told)
    def make(export: Export = "", study: Parameters = "", name: Name = "") -> None:
        run = workflow.plan(export, study, name)
        workflow.build(run, tell)
        maker = importlib.import_module(f"ut_research.publishing.{module}")
        for file in maker.make(run.root, run.folder, run.report):
            say.print(f"Made {place(file)}")


_maker("brief", "brief", "Make the two-page brief, [b]brief.pdf[/b] and [b]brief.docx[/b], of a report.")
_maker("tables", "workbook", "For co-authors: [b]tables.xlsx[/b], [b]report.docx[/b], [b]annexes.docx[/b].")
_maker(
    "review",
    "review_pack",
    "The book and its plain pages in large print, for readers without internet; and "
    "comments, where there are any, as [b]comments.qdpx[/b] for the team.",
)
_maker("easy-read", "easy_read", "Short sentences with pictures: [b]easy-read.pdf[/b] and a page.")
_maker("one-file", "one_file", "The pages for everyone in one file for a phone, [b]one-file.html[/b].")


@app.command("review-release")
def review_release_(
    name: Annotated[str, typer.Argument(help="The report: its name in reports/.")],
    approve: Annotated[str, typer.Option(help="Your name: what the report says may leave.")] = "",
    refuse: Annotated[
        list[str] | None, typer.Option(help="But for this finding, as NAME=reason; may be given again.")
    ] = None,
) -> None:
    """List what would leave with a report; once a person approves that, make [b]release.zip[/b]."""
    from ut_research.publishing import review_release

    if refuse and not approve.strip():
        todo = 'give your name too, as --approve "Your name": the rest is approved'
        raise stop("nobody refuses anything without a name", "--refuse", todo)
    run = workflow.of_report(name)
    _with_parts(run)
    if refuse:
        review_release.refuse(run.folder, refuse, approve.strip())
        _with_parts(run)
    if not approve.strip():
        say.print(f"Read this page in a browser: {place(review_release.make(run.folder, run.report))}")
        return
    record = review_release.approve(run.folder, approve.strip())
    _with_parts(run)  # it is no draft any more
    say.print(f"Released: {place(review_release.pack(run.root, run.folder, run.report, record))}")
    say.print(f"Kept in the register: {place(record)}")


@app.command()
def check(export: Given, study: Parameters = "") -> None:
    """Read and clean an export and say what was found; nothing is written. Fails when rows need mending."""
    from ut_research.cleaning import tables
    from ut_research.core import studies

    run = workflow.plan(export, study, makes=False)
    found = studies.read(run.study, run.root)
    recipe = found.parts(run.root, run.export)[studies.RECIPE]
    with reading() as tell:
        cleaned = tables.of_export(run.export, found.study.parameters(), recipe, tell)
    show(cleaned)
    issues = cleaned.issues
    if rejected := int(((issues["action"] == "rejected") & ~issues["rule"].isin(tables.GENUINE)).sum()):
        todo = "Mend them in the export, or leave them out in the recipe, and check again."
        say.print(f"[b]{rejected:,} rows cannot be used as they are.[/b] {todo}")
        raise typer.Exit(1)
    say.print("Every row can be used.")


@app.command("map")
def map_(
    export: Given,
    study: Parameters = "",
    accept: Annotated[
        bool, typer.Option("--accept", help="Write it where it is read, as confirmed.")
    ] = False,
) -> None:
    """Draft the recipe, which says how the export's own files, headings and codes become the tables here."""
    from ut_research.reading import draft, recipe

    run = workflow.plan(export, study, makes=False)
    inside = (run.export if run.export.is_dir() else run.export.parent) / recipe.INSIDE
    file = run.study.parent / recipe.FILE if study else inside
    if accept and file.exists():
        todo = "take it away to have it drafted again, or mend it by hand"
        raise stop("there is a recipe already", file.name, todo)
    with reading() as tell:
        drafted = draft.draft(run.export, accept=accept, tell=tell)
    if not accept:
        say.print(drafted, markup=False)
        warn.print(f"Look through it, mend it, and save it as {place(file)}; or let --accept write it.")
        return
    recipe.parse(tomllib.loads(drafted), file.name)
    file.write_text(drafted, encoding="utf-8", newline="\n")
    say.print(f"Written: {place(file)}")
    if guesses := draft.guesses(drafted):
        say.print("These lines of it are guesses. Look at them before you trust a report:")
        say.print("\n".join(f"  {line}" for line in guesses), markup=False)


@app.command()
def shape(export: Given, study: Parameters = "") -> None:
    """Write a file without data, which can be sent: an export's tables, headings, kinds and common codes."""
    from ut_research.core import studies
    from ut_research.reading import outline

    run = workflow.plan(export, study, makes=False)
    threshold = studies.read(run.study, run.root).study.threshold
    file = Path.cwd() / f"shape-{run.name or 'export'}.toml"
    with reading() as tell:
        told = outline.outline(run.export, threshold, tell)
    file.write_text(told, encoding="utf-8", newline="\n")
    say.print(f"Written: {place(file)}. It holds headings, and codes that {threshold} people or more have.")
    say.print("Read it through. Then it can be sent to whoever writes the recipe; the export stays here.")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What to call the study, for example my-programme.")],
) -> None:
    """Begin a study of your own: a folder [b]studies/NAME[/b] with a file that explains itself."""
    from ut_research.core import notebooks, studies

    plain = workflow.plain(name)
    if not plain:
        raise stop("no name can be made of this", name, "give one, as my-programme")
    file = studies.new(notebooks.find_root(), plain, name.replace("-", " ").capitalize())
    say.print(f"Begun: {place(file)}. Say there what the study is, then build it on an export:")
    say.print(f"  make report EXPORT=path STUDY={plain}")


@app.command()
def lab(export: Export = "", study: Parameters = "", name: Name = "") -> None:
    """Open JupyterLab with the notebooks ready to run."""
    run = workflow.plan(export, study, name)
    say.print(f"Preparing the data of [b]{run.name}[/b] …")
    workflow.prepare(run, tell)
    if run.name != "example":
        say.print("In a notebook's parameters cell, write:")
        say.print(f'  data = "../data/processed/{run.name}"', markup=False)
    if not (run.place / "notebooks").exists():  # the project came with the library, and stays as it is
        shutil.copytree(run.root / "notebooks", run.place / "notebooks")
    say.print("Opening JupyterLab; Ctrl+C here ends it.")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={run.place}"]
    command += ["--LabApp.default_url=/lab/tree/notebooks", "--LabApp.news_url="]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    sys.exit(subprocess.call(command, cwd=run.place))


_Taking = Annotated[str, typer.Option(help="The export that takes them. Left out: a copy of the example.")]


@contextlib.contextmanager
def _taking_comments(export: str) -> Iterator[Path]:
    """The export that takes comments, held; of an invented cohort, a copy that later reports are of."""
    from ut_research.publishing import comments

    run = workflow.plan(export)
    if run.export.parent == run.root / "data" / "raw":
        say.print("The example's own comments are invented and stay as they are. Yours go to a copy of it.")
        copy = places.commented(run.export, run.place)
        comments.copy(run.export, copy)
        run = replace(run, export=copy)
    with workflow.locked(run):
        yield run.export


@app.command("comments")
def comments_(
    files: Annotated[list[Path], typer.Argument(help="Files that “Have your say” saved.")],
    export: _Taking = "",
) -> None:
    """Add comments to [b]steering_comments.csv[/b] of an export, marked open; comments in it are left."""
    from ut_research.publishing import comments

    with _taking_comments(export) as folder:
        done = comments.add(files, folder)
    are = "comment is" if done.new == 1 else "comments are"
    say.print(f"{done.new:,} new {are} in {place(done.table)}, marked open.")
    if done.known:
        say.print(f"{done.known:,} {'was' if done.known == 1 else 'were'} there already.")
    if done.shortened:
        say.print(f"From {done.shortened:,}, something that looked like contact details was removed.")
    if done.before:
        say.print(f"The table as it was before is {place(done.before)}.")
    say.print("`make answer` lists them and takes answers; the next report shows both.")


@app.command()
def answer(
    number: Annotated[int, typer.Argument(help="Which comment; left out, the open ones are listed.")] = 0,
    response: Annotated[str, typer.Option(help="What is answered.")] = "",
    status: Annotated[str, typer.Option(help="Where it stands then: done, not done or open.")] = "done",
    reason: Annotated[str, typer.Option(help="Why it was done, or was not.")] = "",
    export: _Taking = "",
) -> None:
    """Answer a comment of the steering group; the next report shows the answer."""
    from ut_research.publishing import comments

    if number:
        with _taking_comments(export) as folder:
            table = comments.answer(folder, number, response, status, reason)
        say.print(f"Comment {number} is answered, in {place(table)}.")
    for n, page, words in comments.open_ones(workflow.plan(export).export):
        say.print(f"{n}. {page}: {words}", markup=False)


@app.command()
def forget(export: Export = "", study: Parameters = "", name: Name = "") -> None:
    """Remove every trace of an export: its cleaned data, its report, and the records of both."""
    run = workflow.plan(export, study, name, must_exist=False, makes=False)
    removed = workflow.forget(run, name)
    for folder in removed:
        left = sorted(folder.iterdir()) if folder.exists() else []
        say.print(f"Removed {place(folder)}" + (", apart from what no run made:" if left else ""))
        for path in left:
            say.print(f"  {place(path)} is left. Look whether it holds anything about people.")
    for file in places.executed(run.place / "notebooks"):
        say.print(f"{place(file)} has results in it. If they are of this export, clear them or remove it.")
    for record in workflow.releases_of(run):
        say.print(f"Kept: {place(record)}, the numbers of a release. Later ones are compared with it.")
    if removed:
        say.print("Nothing else that was made from it is left. The export itself was not touched.")
    else:
        say.print(f"Nothing here was made from {place(run.export)}. Was it elsewhere then? Give that path.")


def main() -> None:
    """Run the command line, and turn whatever goes wrong into one readable block."""
    try:
        app()
    except ProblemsFound as found:
        warn.print(f"[bold red]Stopped.[/] {escape(str(found))}")
    except KeyboardInterrupt:
        warn.print("Stopped by you. The last good report is untouched; the next build resumes.")
        sys.exit(130)
    except Exception as fault:
        warn.print(f"[bold red]Stopped:[/] {escape(in_words(fault))}.")
        if os.environ.get("UT_DEBUG"):
            for frame in traceback.extract_tb(fault.__traceback__):
                warn.print(f"  {frame.filename}, line {frame.lineno}, in {frame.name}", markup=False)
        elif not isinstance(fault, OSError):
            warn.print("Please report it with what `ut-research --debug …` shows; that holds no data.")
    sys.exit(1)


if __name__ == "__main__":
    main()
