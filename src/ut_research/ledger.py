"""What was released of a run, and all published figures: what a page, or the brief, may quote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ut_research import disclosure, findings, published, together
from ut_research.disclosure import Released


def quotable(parameters: dict[str, Any], file: Path) -> Released:
    """The findings in `file`, ``findings.json`` of a run with these `parameters`, and published figures."""
    policy = disclosure.Policy(**{k: parameters[k] for k in ("threshold", "rounding", "zeros_safe")})
    found = [*published.as_estimates(), *findings.read(file)]
    decided = together.read(file.with_name(together.FILE))
    return disclosure.release(list({findings.key(e): e for e in found}.values()), policy, decided)
