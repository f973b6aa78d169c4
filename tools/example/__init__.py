"""The invented cohort, and the messy export of it: ``python -m tools.example data/raw/example`` writes it."""

from tools.example.cohort import EXTRACTED, NEEDS, generate, truth, write

__all__ = ["EXTRACTED", "NEEDS", "generate", "truth", "write"]
