"""Hashes of files by their content: what a result depends on, and whether it is whole. Light on imports."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

#: Files and folders that are no part of what holds them.
SKIPPED = frozenset({"__pycache__", ".ipynb_checkpoints", "_build"})


def digest(*paths: Path, leave_out: Iterable[str] = ()) -> str:
    """A hash of the content of files, and of all files in folders, under their relative names."""
    total = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            relative = file.relative_to(path).as_posix() if path.is_dir() else file.name
            if relative in leave_out or not SKIPPED.isdisjoint(file.parts) or not file.is_file():
                continue
            with file.open("rb") as data:
                total.update(relative.encode() + b"\0" + hashlib.file_digest(data, "sha256").digest())
    return total.hexdigest()


def key(*parts: Any) -> str:
    """A hash of values that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
