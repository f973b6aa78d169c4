"""The command line as a person at a terminal has it, without a process of its own for each command."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import pytest

from ut_research import cli
from ut_research.running import console

ROOT = Path(__file__).parents[1]


def ut_research(*arguments: object, cwd: Path = ROOT) -> tuple[int, str]:
    """Exit status of the command run in `cwd`, and everything printed, wide enough that no line is broken."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.chdir(cwd)
        patch.setenv("COLUMNS", "300")
        for said_on in (console.say, console.warn):  # which may be older than that
            patch.setattr(said_on, "_width", 300)
        patch.setenv("UT_DEBUG", "")
        patch.setattr(sys, "argv", ["ut-research", *map(str, arguments)])
        with contextlib.redirect_stderr(said), pytest.raises(SystemExit) as ended:
            cli.main()
    return int(ended.value.code or 0), said.getvalue()
