"""A papermill engine that runs a notebook's cells in this very process, with no kernel beside it.

A forked worker (`ut_research.running.worker`) has the libraries and this module's shell loaded; a kernel of
its own would load them again. Outputs are recorded as Jupyter records them: what was printed, then what was
shown, in its order.
"""

from __future__ import annotations

import base64
import contextlib
import io
import signal
from collections.abc import Mapping
from types import FrameType
from typing import Any

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import nbformat, nbformat_minor, new_output
from nbformat.validator import get_validator
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets.config import Config


class OutOfTime(BaseException):
    """The chapter ran longer than it may. Not an Exception, so that no chapter catches it by chance."""


class InProcess(Engine):  # type: ignore[misc]
    """Runs cells one after another in a fresh IPython shell; stops at the first error."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, time_limit: float = 0, **_: Any
    ) -> None:
        """Execute every code cell of `nb_man`, in at most `time_limit` seconds altogether; 0 is no limit."""
        SHELL.display_pub = shown = CapturingDisplayPublisher()
        SHELL.display_trap.hook = CapturingDisplayHook(SHELL, shown.outputs)
        signal.signal(signal.SIGALRM, _stop)
        signal.setitimer(signal.ITIMER_REAL, time_limit)
        for index, cell in enumerate(nb_man.nb.cells):
            if cell.cell_type != "code":
                continue
            nb_man.cell_start(cell, index)
            shown.outputs.clear()
            said = {"stdout": io.StringIO(), "stderr": io.StringIO()}
            with contextlib.redirect_stdout(said["stdout"]), contextlib.redirect_stderr(said["stderr"]):
                try:
                    result = SHELL.run_cell(cell.source, store_history=True)
                    fault = result.error_before_exec or result.error_in_exec
                except OutOfTime as late:  # it struck between two statements of the shell's own
                    fault = late
            cell.outputs, cell.execution_count = _outputs(said, shown, fault), SHELL.execution_count - 1
            if fault is not None:
                nb_man.cell_exception(cell, index)
                break
            nb_man.cell_complete(cell, index)
        signal.setitimer(signal.ITIMER_REAL, 0)


def register() -> str:
    """Make the engine known to papermill; its name."""
    papermill_engines.register("in-process", InProcess)
    return "in-process"


class _Shell(InteractiveShell):
    def enable_gui(self, gui: str | None = None) -> None:
        """No window ever opens in a build."""

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        """Print nothing: what went wrong is an output."""


#: What runs the cells: there before a fork, as drawing is, and what papermill checks a notebook by.
SHELL = _Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
SHELL.enable_matplotlib("inline")
get_validator(nbformat, nbformat_minor)


def _outputs(
    said: Mapping[str, io.StringIO], shown: CapturingDisplayPublisher, fault: BaseException | None
) -> list[NotebookNode]:
    """What a cell printed, what it showed, and what went wrong, as Jupyter records it."""
    texts = {name: stream.getvalue() for name, stream in said.items()}
    found = [new_output("stream", name=name, text=text) for name, text in texts.items() if text]
    for one in shown.outputs:
        raw = {k: base64.b64encode(v).decode() for k, v in one["data"].items() if isinstance(v, bytes)}
        kind = "display_data" if "transient" in one else "execute_result"  # the value that the cell ends with
        found.append(new_output(kind, data=one["data"] | raw, metadata=one["metadata"] or {}))
    if fault is not None:
        found.append(new_output("error", ename=type(fault).__name__, evalue=str(fault), traceback=[]))
    return found


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime("the time limit of a chapter")
