"""The steps of one report, and how they are run."""
