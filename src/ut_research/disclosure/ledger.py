"""What was released of a run, and all published figures: what a page, or the brief, may quote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ut_research import published
from ut_research.core import estimate
from ut_research.disclosure import decision, gate
from ut_research.disclosure.gate import Released


def quotable(parameters: dict[str, Any], file: Path) -> Released:
    """The findings in `file`, ``findings.json`` of a run with these `parameters`, and published figures."""
    policy = gate.Policy(**{k: parameters[k] for k in ("threshold", "rounding", "zeros_safe")})
    found = [*published.as_estimates(), *estimate.read(file)]
    decided = decision.read(file.with_name(decision.FILE))
    return gate.release(list({estimate.key(e): e for e in found}.values()), policy, decided)
