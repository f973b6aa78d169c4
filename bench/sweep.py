"""What a sweep saves: ``python -m bench.sweep`` prints its time beside that of the same reports one by one.

Both are made in a copy of the project, from nothing. One by one, the rows of each part that has a report are
an export of their own, and each report is built with one job at a time.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pandas as pd

from bench.run import PYTHON, REPORT, copied, timed

#: What parts people, and how many a part must have for a report.
BY, FEWEST = "partner", 5


def split(cleaned: Path, into: Path) -> list[Path]:
    """An export a part of what was cleaned, in folders of their own."""
    tables = {file.stem: pd.read_parquet(file) for file in sorted(cleaned.glob("*.parquet"))}
    folders = []
    for number, (name, own) in enumerate(tables["participants"].groupby(BY)):
        if len(own) < FEWEST:
            continue
        folders.append(into / f"part-{number}")
        folders[-1].mkdir(parents=True)
        (folders[-1] / "INVENTED.md").write_text("Invented.")
        for table, rows in tables.items():
            if BY in rows:
                rows[rows[BY] == name].to_csv(folders[-1] / f"{table}.csv", index=False)
    return folders


def main() -> None:
    """Print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        project = copied(Path(folder))
        timed(*REPORT, cwd=project)  # the libraries are compiled
        shutil.rmtree(project / "data" / "processed")
        swept = timed(PYTHON, "-m", "ut_research.cli", "sweep", "--by", BY, cwd=project)
        made = len(list((project / "reports").glob("example*")))
        parts = split(project / "data" / "processed" / "example", Path(folder, "exports"))
        shutil.rmtree(project / "data" / "processed")
        alone = timed(*REPORT, "--jobs", "1", cwd=project)
        alone += sum(timed(*REPORT, str(part), "--jobs", "1", cwd=project) for part in parts)
    print(f"one by one, one job each, {1 + len(parts)} reports {alone:7.1f} s")
    print(f"one sweep, {made} reports {swept:7.1f} s, {swept / alone:.2f} of that (at most 0.6)")


if __name__ == "__main__":
    main()
