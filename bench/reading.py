"""Read a large invented file, by a library or as an export: ``python -m bench.reading xlsx ours FOLDER``.

`make` in place of who reads writes the file. Prints JSON: seconds, and the most memory in gigabytes.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

#: Rows and columns of each kind of file.
SIZES = {"xlsx": (60_000, 13), "csv": (2_000_000, 30)}


def rows(many: int, wide: int) -> Iterator[list[object]]:
    """Give the headings, and then an invented person a row."""
    draw = random.Random(1)
    names = ["participant_id", "referral_date", "partner", "age_at_referral"]
    yield [*names, *(f"x{n}" for n in range(wide - 4))]
    for i in range(many):
        day = date(2020, 1, 1) + timedelta(draw.randrange(700))
        more = (draw.choice(("yes", "no")) if n % 2 else draw.randrange(100_000) for n in range(wide - 4))
        yield [f"P-{i}", day, draw.choice(("North Trust", "South Trust")), draw.randrange(18, 70), *more]


def make(kind: str, file: Path) -> None:
    """Write the file."""
    if kind == "csv":
        with file.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows(rows(*SIZES[kind]))
        return
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("participants")
    for row in rows(*SIZES[kind]):
        sheet.append(row)
    book.save(file)


def main(kind: str, who: str, folder: Path) -> dict[str, float]:
    """Seconds that it takes, and the most memory in gigabytes."""
    file = folder / f"participants.{kind}"
    if who == "make":
        make(kind, file)
        return {}
    import pandas as pd
    import python_calamine

    from ut_research.reading import export

    began = time.perf_counter()
    if who == "ours":
        export.read(file)
    elif kind == "csv":
        pd.read_csv(file, engine="pyarrow")
    else:
        python_calamine.load_workbook(file).get_sheet_by_index(0).to_python()
    took = time.perf_counter() - began
    return {"seconds": took, "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
