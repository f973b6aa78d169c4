"""The published figures and findings: read, set beside a run, and audited.

A package with one module to each task; import its functions from here.
"""

import pandas as pd

from ut_research.published.audit import audit
from ut_research.published.estimates import as_estimates, compare, verdicts
from ut_research.published.questions import questions
from ut_research.published.registry import FIGURE_COLUMNS, Figure, Registry, load
from ut_research.published.rounding import attainable_counts, grim_consistent

__all__ = [
    "Figure", "Registry", "as_estimates", "attainable_counts", "audit", "compare", "figures",
    "grim_consistent", "load", "questions", "verdicts",
]  # fmt: skip


def figures(registry: Registry) -> pd.DataFrame:
    """The figures, a row each: the columns of `figures.csv`, `document_title` and `source` (with section)."""
    rows = [
        {name: getattr(f, name) for name in FIGURE_COLUMNS}
        | {"document_title": registry.documents[f.document].title, "source": f.source}
        for f in registry.figures
    ]
    return pd.DataFrame(rows, columns=[*FIGURE_COLUMNS, "document_title", "source"])
