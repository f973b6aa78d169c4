"""A papermill engine that runs a notebook's cells in this very process, with no kernel beside it.

A forked worker (`ut_research.running.worker`) has the libraries loaded; a kernel of its own would load them
again. Outputs are recorded as Jupyter records them: what was printed, then what was shown, in its order.
"""

from __future__ import annotations

import base64
import contextlib
import io
import signal
from types import FrameType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets.config import Config

_outputs: list[NotebookNode] = []


class OutOfTime(BaseException):
    """The chapter ran longer than it may. Not an Exception, so that no chapter catches it by chance."""


class InProcess(Engine):  # type: ignore[misc]
    """Runs cells one after another in a fresh IPython shell; stops at the first error."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, time_limit: float = 0, **_: Any
    ) -> None:
        """Execute every code cell of `nb_man`, in at most `time_limit` seconds altogether; 0 is no limit."""
        shell = _Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        shell.enable_matplotlib("inline")
        signal.signal(signal.SIGALRM, _stop)
        signal.setitimer(signal.ITIMER_REAL, time_limit)
        for index, cell in enumerate(nb_man.nb.cells):
            if cell.cell_type != "code":
                continue
            nb_man.cell_start(cell, index)
            _outputs.clear()
            said = {"stdout": io.StringIO(), "stderr": io.StringIO()}
            with contextlib.redirect_stdout(said["stdout"]), contextlib.redirect_stderr(said["stderr"]):
                try:
                    success = shell.run_cell(cell.source, store_history=True).success
                except OutOfTime as late:  # it struck between two statements of the shell's own
                    success = False
                    _outputs.append(new_output("error", ename="OutOfTime", evalue=str(late), traceback=[]))
            texts = {name: stream.getvalue() for name, stream in said.items()}
            streams = [new_output("stream", name=name, text=text) for name, text in texts.items() if text]
            cell.outputs, cell.execution_count = [*streams, *_outputs], shell.execution_count - 1
            if not success:
                nb_man.cell_exception(cell, index)
                break
            nb_man.cell_complete(cell, index)
        signal.setitimer(signal.ITIMER_REAL, 0)


def register() -> str:
    """Make the engine known to papermill; its name."""
    papermill_engines.register("in-process", InProcess)
    return "in-process"


class _Publisher(DisplayPublisher):
    def publish(  # type: ignore[override]
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **_: Any
    ) -> None:
        _outputs.append(new_output("display_data", data=_as_text(data), metadata=metadata or {}))

    def clear_output(self, wait: bool = False) -> None:
        _outputs.clear()


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        """Print nothing: the count is in the output."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        count = self.prompt_count
        _outputs.append(
            new_output(
                "execute_result", data=_as_text(format_dict), metadata=md_dict or {}, execution_count=count
            )
        )

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Shell(InteractiveShell):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(display_pub_class=_Publisher, displayhook_class=_Hook, **kwargs)

    def enable_gui(self, gui: str | None = None) -> None:
        """No window ever opens in a build."""

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        _outputs.append(new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb)))


def _as_text(data: dict[str, Any]) -> dict[str, Any]:
    return {k: base64.b64encode(v).decode() if isinstance(v, bytes) else v for k, v in data.items()}


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime("the time limit of a chapter")
