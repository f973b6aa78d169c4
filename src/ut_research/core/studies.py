"""The studies of a project: which there are, and what lies in the folder of each.

In: a name, a folder or a ``.toml`` file. Out: a `Folder`, or every mistake in its files at once.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ut_research.core import notebooks
from ut_research.core.parameters import Study
from ut_research.core.problems import Problem, stop, stop_for

FILE, RECIPE = "study.toml", "recipe.toml"
#: What may lie beside it.
PARTS = ("published", "pages", "brief.txt", "easy-read.txt", "logos", RECIPE)
#: Keys of a study's file that stand before its sections: the study that it takes the rest from, and whether
#: it is the one that a run is of where none is named.
BASED_ON, DEFAULT = "based_on", "default"
#: What the file of a new study begins with.
NEW = """\
# What the report says of this study, and the parameters of a run. What follows # is a note.
# Every key may be left out or stay as it is. An unknown key is an error. To build the report:
#     make report EXPORT=path STUDY={name}
# Beside this file may lie: recipe.toml (how an export's own headings are read), published/ (figures and
# findings that are published about the study), pages/ (of the book: project.md, next.md and others),
# brief.txt and easy-read.txt (the two in your own words), and logos/ (pictures for the brief).

"""
#: The folder of priorities that any study can be read against, beside the studies.
FRAMEWORKS = "frameworks"
#: What to do about a study alongside that is not there.
_ALONGSIDE = "give the name of a folder in studies/ that has a folder published/"


@dataclass(frozen=True)
class Folder:
    """A study and where it is.

    Attributes
    ----------
    folders : its own and, after it, those of the studies that it is based on.
    data : where the study's own data are, if it says so.
    """

    file: Path
    study: Study
    folders: tuple[Path, ...]
    data: Path | None = None

    def part(self, name: str, export: Path | None = None) -> Path | None:
        """The file or folder of this name that the study has, or the nearest that it is based on.

        Of a study that lies in the `export` itself nothing is taken but its file: the words of a page are a
        person's who may write the report, not of whoever filled the export.
        """
        own = (folder for folder in self.folders if folder.resolve() != export)
        return next((folder / name for folder in own if (folder / name).exists()), None)

    def parts(self, root: Path, export: Path | None = None) -> dict[str, Any]:
        """Where each of `PARTS` is, and the framework that the study names; empty where there is none.

        ``published`` is a list: the study's own folder, and those of the studies alongside it.

        Raises
        ------
        ProblemsFound : there is no such framework, or no such study with figures published.
        """
        untrusted = export if export and not export.is_relative_to(root / "studies") else None
        found: dict[str, Any] = {name: str(self.part(name, untrusted) or "") for name in PARTS}
        others = [root / "studies" / other["study"] / "published" for other in self.study.alongside]
        name = self.study.framework
        framework = root / "studies" / FRAMEWORKS / f"{name}.toml"
        problems = [
            Problem("nothing is published there", f"{self.file.name}, [[alongside]] study", _ALONGSIDE)
            for other in others
            if other.parents[1] != root / "studies" or not other.is_dir()
        ]
        if name and (Path(name).name != name or not framework.is_file()):
            todo = f"give the name of a file in studies/{FRAMEWORKS}"
            place = f"{self.file.name}, [study] framework"
            problems.append(Problem("there is no such framework", place, todo))
        stop_for(problems)
        found["published"] = list(dict.fromkeys([found["published"], *map(str, others)]))
        return {**found, "framework": str(framework) if name else ""}


#: No study: every parameter has its default, and nothing is named.
NONE = Folder(Path(), Study(), ())


def framework(file: str) -> dict[str, Any]:
    """The priorities in `file`: title, source, aims, and of each priority its name, shows and cannot."""
    return parsed(Path(file)) if file else {}


def new(root: Path, name: str, title: str) -> Path:
    """Begin a study: the file of a folder ``studies/<name>/`` in which every key is explained.

    Raises
    ------
    ProblemsFound : there is such a folder already.
    """
    folder = root / "studies" / name
    if folder.exists():
        raise stop("there is such a study", f"studies/{name}", "give another name")
    folder.mkdir(parents=True)
    file = folder / FILE
    file.write_text(NEW.format(name=name) + Study.template(title), encoding="utf-8", newline="\n")
    return file


def inserts(pages: str) -> dict[str, str]:
    """What a study has to say in the middle of pages, by name: the files ``_NAME.md`` in its `pages`."""
    files = sorted(Path(pages).glob("_*.md")) if pages else []
    return {file.stem[1:]: file.read_text(encoding="utf-8").strip() for file in files}


def find(root: Path, given: str) -> Path:
    """The file of the study that a person gave by its name, its folder or the file; empty: the default.

    Raises
    ------
    ProblemsFound : there is no such study; with the names of those there are.
    """
    files = {file.parent.name: file for file in sorted((root / "studies").glob(f"*/{FILE}"))}
    if not given:
        return next((file for file in files.values() if parsed(file).get(DEFAULT) is True), root / FILE)
    path = Path(given).expanduser()
    if given in files:
        return files[given]
    if os.path.isdir(path):  # noqa: PTH112  (False for a name that is too long)
        path /= FILE
    if path.suffix != ".toml" or not os.path.isfile(path):  # noqa: PTH113
        todo = f"give a folder with a {FILE}, such a file, or one of: {', '.join(files)}"
        raise stop("there is no such study", given, todo)
    return path.resolve()


def with_export(root: Path, given: str, export: Path | None) -> tuple[Path, Path]:
    """The file of the study that a run is of, and its export: the one named, or the study's own data.

    Raises
    ------
    ProblemsFound : there is no such study, or no export is named and it has no data of its own.
    """
    if export is not None:
        own = export / FILE
        brought = os.path.isfile(own)  # noqa: PTH113  (False for a name that is too long)
        return own if brought and not given else find(root, given), export
    file = find(root, given)
    data = read(file, root).data
    if data is None:
        what, todo = "this study has no data of its own", "give an export: a folder or a workbook as EXPORT"
        raise stop(what, given, todo)
    return file, data


def read(file: Path, root: Path) -> Folder:
    """The study in `file`, with what it takes from the study that it is based on, in the project at `root`.

    What neither says is as the parameters cells of the project's chapters have it.

    Raises
    ------
    ProblemsFound : a file cannot be read, or holds what no study has.
    """
    data: dict[str, Any] = {}
    folders: list[Path] = []
    kept: Path | None = None
    here: Path | None = file
    while here is not None:
        if here.parent in folders:
            raise stop("the studies are based on each other", file.name, "take one out")
        folders.append(here.parent)
        own = parsed(here)
        own.pop(DEFAULT, None)
        above = own.pop(BASED_ON, "")
        alone = {name: told for name, told in own.items() if not (above and name == "journeys")}
        said = Study.build(alone, here.name)  # each file by itself: a mistake is looked for where it is
        kept = kept or ((here.parent / said.data).resolve() if said.data else None)
        both = {n for n, told in own.items() if isinstance(told, dict) and isinstance(data.get(n), dict)}
        data = own | data | {name: {**own[name], **data[name]} for name in both}  # what is nearest holds
        here = find(root, str(above)) if above else None
    whole = said if len(folders) == 1 else Study.build(data, file.name)
    named = {name for told in data.values() if isinstance(told, dict) for name in told}
    for notebook, own in notebooks.defaults(root, named).items():
        known = {
            name: value for name, value in own.items() if type(value) is type(getattr(whole, name, None))
        }
        whole = whole.changed(f"notebooks/{notebook}", **known)
    return Folder(file, whole, tuple(folders), kept)


def parsed(file: Path) -> dict[str, Any]:
    """What a TOML file says; ProblemsFound where it cannot be read, with the place in it that cannot."""
    place = f"{file.parent.name}/{file.name}"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError:
        what, todo = "the file cannot be opened", "give a file that you may read"
    except UnicodeDecodeError:
        what, todo = "the file is not UTF-8 text", "save it as UTF-8"
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        what, todo = "the file is not valid TOML", "look for a missing quotation mark or bracket there"
        place = ", ".join([place, *re.findall(r"line \d+, column \d+", str(error))])
    raise stop(what, place, todo)
