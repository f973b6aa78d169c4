"""Programs that the library does without, run from the project's root: ``python -m tools.example``."""
