"""The typeface of charts, pages and print: Atkinson Hyperlegible, drawn to be easy to read."""

from __future__ import annotations

from pathlib import Path

import fontpkg_atkinson_hyperlegible as package

NAME: str = package.FAMILY
#: The folder of its files (TrueType), and the licence that goes with them (SIL Open Font License).
FOLDER: Path = package.ROOT / "files"
LICENCE: Path = package.ROOT / "LICENSE"


def file(face: str) -> Path:
    """The file of a face: ``Regular``, ``Bold``, ``Italic`` or ``BoldItalic``."""
    return FOLDER / f"{NAME.replace(' ', '')}-{face}.ttf"
