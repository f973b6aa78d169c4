"""The published figures and findings: read, set beside a run, and audited.

A package with one module to each task; import its functions from here.
"""

from ut_research.published.audit import audit
from ut_research.published.evidence import as_estimates, compare, verdicts
from ut_research.published.questions import questions
from ut_research.published.registry import Figure, Registry, load
from ut_research.published.rounding import attainable_counts, grim_consistent

__all__ = [
    "Figure", "Registry", "as_estimates", "attainable_counts", "audit", "compare", "grim_consistent",
    "load", "questions", "verdicts",
]  # fmt: skip
