"""What the export holds and what cleaning did to it: rows kept and rejected, repairs, what is missing.

In: the manifest and the issues log that cleaning writes beside the canonical tables. Out: Estimates in
rows and cells. A count of rejected rows can point to a person as a count of people can, so the gate
withholds a small one, and rounds the rest. Comments are counted where they stand.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ut_research.core.estimate import Origin
from ut_research.core.measurement import Measurement
from ut_research.core.quantity import Quantity
from ut_research.core.schema import TABLES as DICTIONARY
from ut_research.measures.grouping import Maker, Tables, speakers

#: Columns of the canonical tables whose blanks are not counted: cleaning adds them, or nobody misses them.
UNCOUNTED = frozenset({"participant_id", "partner", "area", "gender", "period", "wave"})
UNCOUNTED |= {c.name for t in DICTIONARY.values() for c in t.columns if c.spare}

#: The tables, in words that a reader sees.
TABLES = {
    "participants": "People referred",
    "needs": "Needs assessments",
    "wemwbs": "Wellbeing questionnaires",
    "activity": "Activity questions",
    "reoffending": "People followed up",
    "outcomes": "Outcomes reached",
    "sessions": "Sessions attended",
    "interviews": "Interviews and groups",
    "coded_segments": "Coded passages",
}

#: Tables of which nothing is said where an export has none: few projects keep them.
SPARE = frozenset({"sessions"})

QUANTITIES = tuple(
    Quantity(id=f"quality.{name}", about="rows", importance="ancillary")
    for name in ("kept", "rejected", "missing", "issues")
)


def measure(
    tables: Tables,
    rows: Mapping[str, Mapping[str, int]],
    issues: pd.DataFrame,
    *,
    origin: Origin = "export",
    threshold: int = 5,
    confidence: float = 0.95,
) -> list[Measurement]:
    """Rows kept and rejected by table, cells repaired by rule, and cells missing by column (``quality.*``).

    Parameters
    ----------
    rows : for each table, how many rows came ``in``, were ``kept`` and were ``rejected``.
    issues : the issues log: table, row, column, rule, action, done.
    threshold : passages are not counted where fewer people than this spoke: it would tell how much one said.
    """
    found: list[Measurement] = []
    for table, label in TABLES.items():
        if table in SPARE and table not in rows:
            continue
        few = table == "coded_segments" and _few_spoke(tables, threshold)
        there = table in rows and not few
        make = Maker(table, origin, {"table": table}, confidence, there)
        seen = rows[table] if there else {"in": 0, "kept": 0, "rejected": 0}
        found.append(make.tally("quality.kept", label, seen["kept"], "rows"))
        rejected = pd.Series(np.arange(seen["in"]) < seen["rejected"])
        found.append(make.share("quality.rejected", label, rejected))
        found += [
            make.share("quality.missing", f"{label}: {name}", values.isna(), column=name)
            for name, values in ((str(c), v) for c, v in tables.get(table, pd.DataFrame()).items())
            if not few and name not in UNCOUNTED and len(values)
        ]
    for (rule, action), log in issues.groupby(["rule", "action"], sort=True):
        make = Maker("the issues log", origin, {}, confidence)
        found.append(
            make.tally("quality.issues", str(rule), len(log), "lines", rule=str(rule), action=str(action))
        )
    return found


def _few_spoke(tables: Tables, threshold: int) -> bool:
    passages = tables.get("coded_segments", pd.DataFrame()).reindex(columns=["speaker", "interview_id"])
    return bool(speakers(passages).nunique() < threshold)
