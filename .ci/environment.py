"""Write environment.yml, for conda and mamba, from requirements.lock: the same versions, by `make lock`."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# The same environment for conda and mamba: conda env create -f environment.yml
# Written from requirements.lock by `make lock`; do not edit.
name: ut-research
channels:
  - conda-forge
dependencies:
  - python=3.11
  - make
  - pip
  - pip:
"""


def pins(lock: str) -> list[str]:
    """Every pinned requirement of a lock file, with its marker and without its hashes."""
    return re.findall(r"^([A-Za-z0-9][\w.\[\]-]*==[^\\\n]*?) *\\?$", lock, flags=re.MULTILINE)


def environment(lock: str) -> str:
    """The text of environment.yml for the text of requirements.lock."""
    return HEAD + "".join(f'      - "{pin}"\n' for pin in pins(lock)) + "      - -e .\n"


if __name__ == "__main__":
    text = environment((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    (ROOT / "environment.yml").write_text(text, encoding="utf-8")
