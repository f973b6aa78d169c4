"""How much the tests try: a sample, the same each time; less in `make quick`, more in `make deep`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")
DEEP, QUICK = (os.environ.get(name, "0") not in ("", "0") for name in ("UT_DEEP", "UT_QUICK"))


def samples(usual: int, deep: int) -> int:
    """`usual` in `make test`, a quarter of it in `make quick` (UT_QUICK), `deep` in `make deep` (UT_DEEP)."""
    return deep if DEEP else -(-usual // 4) if QUICK else usual


def some(cases: Sequence[Case]) -> Sequence[Case]:
    """All of a long list of cases; in `make quick` every fourth."""
    return cases[::4] if QUICK else cases
