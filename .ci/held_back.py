"""Refuse files that must not enter git: anything above 5 MB, exports, results, identifiers' keys."""

import re
import sys
from pathlib import Path

LARGEST = 5_000_000
#: Places and kinds of files that hold people's data or what was made from them.
PRIVATE = re.compile(r"^(data/processed|reports|exports)/|\.(sav|parquet|xlsx|ods)$|(^|/)key$")
#: Where files of those kinds are invented ones.
INVENTED = re.compile(r"^(tests|data/raw/example)/")


def complaints(path: str) -> list[str]:
    """Why the file at `path`, relative to the root, may not enter git."""
    said = []
    if Path(path).is_file() and Path(path).stat().st_size > LARGEST:
        said.append(f"{path}: larger than 5 MB")
    if PRIVATE.search(path) and not INVENTED.search(path):
        said.append(f"{path}: exports and results stay out of git")
    return said


if __name__ == "__main__":
    found = [line for path in sys.argv[1:] for line in complaints(path)]
    print("\n".join(found))
    sys.exit(bool(found))
