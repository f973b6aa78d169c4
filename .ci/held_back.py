"""Refuse files that must not enter git: anything above 5 MB, exports, results, identifiers' keys."""

import re
import sys
import zipfile
from pathlib import Path

LARGEST = 5_000_000
#: Places that hold people's data or what was made from them.
PRIVATE = re.compile(r"^(data/(processed|raw)|reports|exports)/|(^|/)key$", re.IGNORECASE)
#: Kinds of files that exports, interviews and what is made from them come in.
KINDS = (
    "csv|tsv|z?sav|por|dta|xls[xmb]?|ods|parquet|feather|rds|sas7bdat|qd[pc]x?|nvpx?|zip|docx?|odt|rtf|pdf"
)
HOLDS_DATA = re.compile(rf"\.({KINDS}|mp[34]|m4a|wav)$", re.IGNORECASE)
#: The files of those places and kinds that belong to the project.
OURS = re.compile(
    r"data/processed/README\.md"
    r"|studies/[a-z0-9-]+/published/(documents|definitions|figures|findings|relations)\.csv"
    r"|book/words\.csv|src/ut_research/data/coverage\.csv|tests/reference/\w+\.csv"
    r"|tests/cases/[a-z0-9-]+/[\w() -]+\.(csv|xlsx)"  # invented; .gitignore names each
)
#: A file of an invented cohort: its mark, or one of the tables that an export may hold.
MARK = "INVENTED.md"
TABLES = "participants|needs|wemwbs|activity|reoffending|outcomes|sessions|interviews|coded_segments|themes"
TABLES += "|steering_comments"
NOTES = (MARK, "columns.toml")
COHORT = re.compile(rf"data/raw/[a-z0-9-]+/({'|'.join(NOTES)}|({TABLES})\.csv|interviews\.qdpx)")
#: Rows of an invented table that need not say so: those whose identifier cleaning has to miss.
MESSY = 0.1


def complaints(path: str) -> list[str]:
    """Why the file at `path`, relative to the root, may not enter git."""
    said = []
    if Path(path).is_file() and Path(path).stat().st_size > LARGEST:
        said.append(f"{path}: larger than 5 MB")
    held = PRIVATE.search(path) or HOLDS_DATA.search(path)
    if held and not OURS.fullmatch(path) and not _invented(Path(path)):
        said.append(f"{path}: exports and results stay out of git")
    return said


def _invented(file: Path) -> bool:
    """Whether `file` belongs to an invented cohort: it lies beside the mark, and its rows say it too."""
    if not COHORT.fullmatch(file.as_posix()) or not file.with_name(MARK).is_file():
        return False
    if file.suffix == ".qdpx":  # a project of interviews: what was said in them
        with zipfile.ZipFile(file) as archive:
            texts = [archive.read(name) for name in archive.namelist() if name.endswith(".txt")]
        rows = b"\n".join(texts).splitlines()
    else:
        rows = file.read_bytes().splitlines()[1:]
    return file.name in NOTES or sum(b"invented" not in row.lower() for row in rows) <= MESSY * len(rows)


if __name__ == "__main__":
    found = [line for path in sys.argv[1:] for line in complaints(path)]
    print("\n".join(found))
    sys.exit(bool(found))
