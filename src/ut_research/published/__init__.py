"""The published figures and findings: read, set beside a run, and audited.

A package with one module to each task; import its functions from here.
"""

import pandas as pd

from ut_research.published.audit import audit
from ut_research.published.estimates import as_estimates, compare, verdicts
from ut_research.published.registry import DOCUMENTS, FIGURE_COLUMNS, FOLDER, SHORT, Figure, Registry, load
from ut_research.published.rounding import attainable_counts, grim_consistent

__all__ = [
    "DOCUMENTS", "FOLDER", "Figure", "Registry", "as_estimates", "attainable_counts", "audit", "compare",
    "figures", "findings", "grim_consistent", "load", "verdicts",
]  # fmt: skip


def figures(registry: Registry | None = None) -> pd.DataFrame:
    """The figures, a row each: the columns of `figures.csv`, `document_title` and `source` (with section)."""
    rows = [
        {name: getattr(f, name) for name in FIGURE_COLUMNS}
        | {"document_title": DOCUMENTS[f.document], "source": f.source}
        for f in (registry or load()).figures
    ]
    return pd.DataFrame(rows)


def findings(registry: Registry | None = None) -> pd.DataFrame:
    """The qualitative findings, a row each: the columns of `findings.csv`, `document_title` and `place`."""
    frame = (registry or load()).findings
    place = frame["document"].map(SHORT) + ", " + frame["section"]
    return frame.assign(document_title=frame["document"].map(DOCUMENTS), place=place)
