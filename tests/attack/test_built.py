"""Reports as they are built: nothing planted in any file, no hostile text alive in the browser.

One export of 260 people, with canaries, and with hostile text in every column of text that is kept, through
the whole project: reading, chapters, pages, search index, tables, logs, records of the build.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chapters
import hostile
import pandas as pd
import pypdf
import pytest
from intruder import too_small
from planted import Planted, plant
from tagged import faults
from typer.testing import CliRunner

from ut_research import cli
from ut_research.core import estimate
from ut_research.running import build

PARTS = ("notebooks", "book", "studies", "requirements.lock")


@dataclass(frozen=True)
class Built:
    """A published report, the folder of its run, and what was planted."""

    report: Path
    run: Path
    planted: Planted


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    root = tmp_path_factory.mktemp("built") / "project"
    for part in PARTS:
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (chapters.ROOT / part).is_dir() else shutil.copyfile
        copy(chapters.ROOT / part, root / part)
    planted = plant(root / "exports" / "quarter", 260, 7)
    spoil(planted.folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("UT_RESEARCH_KEY", "an invented key of the tests")
        run = build.plan(str(planted.folder))
        for command in ("brief", "tables", "review", "easy-read", "one-file"):  # each builds the report first
            CliRunner().invoke(cli.app, [command, str(planted.folder)], catch_exceptions=False)
        yield Built(run.report, run.folder, planted)


def spoil(folder: Path) -> None:
    """Put hostile text into every column of text that is kept; names that many people share stay shared."""
    for table, columns in {
        "participants": ("partner", "area", "ethnicity", "exit_reason"),
        "coded_segments": ("question", "theme"),
        "steering_comments": ("page", "comment", "response", "reason"),
        "interviews": ("organisation_type",),
    }.items():
        sheet = pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)
        if table == "steering_comments":
            sheet = pd.concat([sheet] * (len(hostile.ALL) // len(sheet) + 1), ignore_index=True)
        for shift, column in enumerate(columns):
            seen = sheet[column] if table != "steering_comments" else pd.Series(range(len(sheet)))
            names = {name: i for i, name in enumerate(dict.fromkeys(seen)) if name != ""}
            text = {n: hostile.ALL[(7 * shift + i) % len(hostile.ALL)] for n, i in names.items()}
            sheet[column] = seen.map(text).fillna("")
        sheet.to_csv(folder / f"{table}.csv", index=False)
    say = [json.dumps(" ".join(hostile.ALL[i::7])) for i in range(7)]
    say[0] = json.dumps("</title>" + json.loads(say[0]))
    say[4:6] = map(json.dumps, (hostile.HTML[1], "{{page.made}} [x](x.png)"))  # short, for the brief
    (folder / "study.toml").write_text(
        f'based_on = "united-together"\n[study]\ntitle = {say[0]}\npeople = {say[1]}\nplace = {say[2]}\n'
        f"introduction = {say[3]}\n[groups]\nengaged = {say[4]}\nnot_engaged = {say[5]}\n"
        f"[[periods]]\nname = {say[6]}\nwhen = {say[0]}\neffect = {say[1]}\ndone = {say[2]}\n",
        encoding="utf-8",
    )
    (folder / "pages").mkdir()  # of a study in an export only its file is read
    (folder / "pages" / "project.md").write_text("# Hm\n\n<p class=alive>\n", encoding="utf-8")


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of `folder` as text, what is packed in it too; tables of the run's own data aside."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix == ".parquet":
            continue
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                content += b"".join(packed.read(part) for part in packed.namelist())
        elif path.suffix == ".pdf":
            paper = pypdf.PdfReader(path)
            said = [page.extract_text() for page in paper.pages]
            content += "\n".join([*said, *map(str, (paper.metadata or {}).values())]).encode()
        elif path.suffix in (".gz", ".svgz"):
            content += gzip.decompress(content)
        yield f"{name}", f"{name}\n{content.decode('utf-8', 'ignore')}".lower()


def test_nothing_planted_is_in_any_file(built: Built) -> None:
    kinds = {path.suffix for path in built.report.rglob("*")}
    assert {".html", ".js", ".csv", ".json", ".pdf", ".docx", ".xlsx", ".zip"} <= kinds
    hashed = set(pd.read_parquet(built.run / "participants.parquet")["participant_id"])
    assert len(hashed) > 200
    found = [
        (name, secret)
        for folder in (built.report, built.run)
        for name, text in texts(folder)
        for secret in built.planted.canaries | hashed
        if secret in text
    ]
    assert found == []


def test_every_pdf_can_be_read_aloud(built: Built) -> None:
    papers = {path.name: faults(path.read_bytes()) for path in built.report.glob("*.pdf")}
    assert papers == {name: [] for name in ("brief.pdf", "easy-read.pdf", "large-print.pdf")}


def test_dates_of_birth_and_unknown_columns_are_not_even_in_the_runs_own_tables(built: Built) -> None:
    for path in built.run.glob("*.parquet"):
        table = pd.read_parquet(path).astype("string")
        assert not {"date_of_birth", "worker view", "x1", "verbatim"} & set(table.columns)
        if path.stem != "coded_segments":
            text = table.to_csv().lower()
            assert [c for c in built.planted.canaries if c in text] == [], path.name


def test_no_small_count_is_in_the_ledger_or_a_download(built: Built) -> None:
    ledger = estimate.read(built.report / "findings.json")
    assert sum(e.origin == "export" and e.status == "number" for e in ledger) > 100
    assert too_small(e for e in ledger if e.origin != "published") == []
    for table in (built.report / "tables").glob("*.csv"):
        with table.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["origin"] == "export" and row["unit"] == "%" and row["count"].isdigit():
                    count, n = int(row["count"]), int(row["n"])
                    assert not 0 < count < 5 and not 0 < n - count < 5, (table.name, row["id"])


def test_no_cell_of_a_download_is_a_formula(built: Built) -> None:
    downloads = [*(built.report / "tables").glob("*.csv"), *(built.report / "book" / "tables").glob("*.csv")]
    assert downloads
    for table in downloads:
        with table.open(encoding="utf-8", newline="") as lines:
            cells = [c for row in csv.reader(lines) for c in row if not re.fullmatch(r"-?[\d.e+-]+", c)]
        assert [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r"))] == [], table.name
    for path in built.report.glob("*.xlsx"):
        with zipfile.ZipFile(path) as packed:
            sheets = [packed.read(part) for part in packed.namelist() if "worksheets/sheet" in part]
        assert sheets
        assert not any(re.search(rb"<f[ >]", sheet) for sheet in sheets)


def test_nothing_hostile_comes_alive(built: Built, browser: Any) -> None:
    page = browser.new_page()
    alarms: list[str] = []
    page.on("dialog", lambda dialog: (alarms.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: alarms.append(f"error {error}"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    shown = ""
    for path in sorted((built.report / "book").glob("*.html")):
        page.goto(path.as_uri())
        page.wait_for_timeout(50)
        alive = page.evaluate(
            """() => [window.alive, document.querySelectorAll('.alive, #alive, [name=alive], [onerror],'
            + ' [onmouseover], [ontoggle], [onfocus], iframe, base, meta[http-equiv=refresh],'
            + ' [href^="javascript:"], [href*="invented.example"], article math, script:not([src])').length,
            document.body.innerText]"""
        )
        if alive[0] or alive[1]:
            alarms.append(f"{path.name}: {alive[:2]}")
        shown += alive[2]
    page.close()
    assert alarms == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert "1337" not in shown
    assert shown.count("window.alive=1") > 20, "the hostile text is there, as text"
