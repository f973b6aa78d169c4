"""How much the tests try: a sample, the same each time, or with UT_DEEP set (`make deep`) the full count."""

from __future__ import annotations

import os

DEEP = os.environ.get("UT_DEEP", "0") not in ("", "0")


def samples(usual: int, deep: int) -> int:
    """`usual` in `make quick` and `make test`, `deep` in `make deep`."""
    return deep if DEEP else usual
