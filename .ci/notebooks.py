"""Notebooks are committed without results, save the text of their headline cells, which nbval compares.

``notebooks.py strip FILE …`` takes the rest out (the pre-commit hook); ``notebooks.py headlines`` runs every
notebook on the example and writes the headlines anew (`make headlines`, after a change that should show).
"""

import sys
from pathlib import Path

import nbformat
from nbstripout import strip_output

ROOT = Path(__file__).resolve().parents[1]
HEADLINE = "nbval-check-output"
VOLATILE = [
    "metadata.papermill",
    "metadata.language_info",
    "cell.metadata.papermill",
    "cell.metadata.execution",
]


def strip(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """`notebook` without results, counts and volatile metadata; headline cells keep their output."""
    headlines = [cell for cell in notebook.cells if HEADLINE in cell.metadata.get("tags", ())]
    for cell in headlines:
        cell.metadata["keep_output"] = True
    notebook = strip_output(notebook, keep_output=False, keep_count=False, keep_id=True, extra_keys=VOLATILE)
    for cell in notebook.cells:
        if cell.metadata.get("tags") == []:  # papermill leaves that
            del cell.metadata["tags"]
    for cell in headlines:
        del cell.metadata["keep_output"]
        cell.execution_count = 1 if cell.outputs else None  # nbval compares only what was run
    return notebook


def write(notebook: nbformat.NotebookNode, path: Path) -> bool:
    """Write `notebook` to `path`; True when that changed the file."""
    text = nbformat.writes(notebook) + "\n"
    changed = not path.is_file() or path.read_text(encoding="utf-8") != text
    if changed:
        path.write_text(text, encoding="utf-8")
    return changed


def headlines() -> None:
    """Run every notebook on the example and keep what its headline cells show."""
    import papermill

    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        ran = papermill.execute_notebook(
            path, None, cwd=path.parent, kernel_name="python3", progress_bar=False
        )
        shown = {cell.id: cell.outputs for cell in ran.cells if cell.cell_type == "code"}
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = shown[cell.id]
        print(path.name, "changed" if write(strip(notebook), path) else "as it was", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "headlines":
        headlines()
    else:
        paths = [Path(name) for name in sys.argv[2:]]
        changed = [p for p in paths if write(strip(nbformat.read(p, as_version=4)), p)]
        sys.exit(bool(changed))
