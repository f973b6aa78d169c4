"""From a charity's monitoring export to an evaluation people can trust.

The way in, for a notebook or a script of anybody's::

    import ut_research as ut

    raw = ut.read("exports/autumn")
    cleaned = ut.clean(raw, study="united-together")
    found = ut.release(ut.measure(cleaned))
    found.select("wellbeing")

Only what is released shows anything about people. Each function loads what it needs when it is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ut_research.cleaning.tables import Cleaned
    from ut_research.core.studies import Folder
    from ut_research.disclosure.decision import Measured
    from ut_research.disclosure.gate import Released
    from ut_research.reading.export import Raw

__all__ = ["__version__", "clean", "measure", "read", "release"]
__version__ = "0.1.0"


def read(path: Path | str = "", study: Path | str = "") -> Raw:
    """Read an export: every cell as text, by table and column of the data dictionary. Nothing is written.

    Parameters
    ----------
    path : a folder of CSV files, SPSS files or workbooks, or one such file, with `columns.toml` beside the
        tables where their headings are your own. Left out: the invented example.
    study : the name of a study in ``studies/``, its folder or its ``study.toml``, by whose recipe the export
        is read. Left out: none.

    Returns
    -------
    Raw, whose ``tables`` are frames by name, a row each for a row of the file.

    Raises
    ------
    ProblemsFound : the export cannot be used; all its problems, each with its place and what to do.
    """
    from ut_research.core.notebooks import find_root
    from ut_research.reading import export, recipe

    where = Path(path).expanduser() if path else find_root() / "data" / "raw" / "example"
    return export.read(where, _folder(study).part(recipe.FILE))


def clean(raw: Raw, study: Path | str = "") -> Cleaned:
    """Clean an export; what was repaired, rejected or reported is in ``issues`` of what this returns.

    Parameters
    ----------
    raw : what `read` gives.
    study : the name of a study in ``studies/``, its folder or its ``study.toml``. Left out: no study, so that
        every parameter has its default, and no partner, area or date of delivery is known.

    Returns
    -------
    Cleaned, whose ``tables`` are canonical frames by name; its ``counts`` say of each how many rows were
    read, kept and rejected.

    Raises
    ------
    ProblemsFound : there is no such study, or a mistake in its files.
    """
    from dataclasses import replace

    from ut_research.cleaning import tables
    from ut_research.reading.export import Raw

    _check(raw, Raw, "clean", "read")
    folder = _folder(study)
    return replace(tables.clean(raw, folder.study.parameters()), study=folder)


def measure(cleaned: Cleaned, **choices: Any) -> Measured:
    """Measure everything that a report says: each subject for everyone, and by group.

    Parameters
    ----------
    cleaned : what `clean` gives.
    choices : other values for parameters of its study, by name: ``low_at_most=44`` (points),
        ``follow_up_days=180``. Those that cleaning takes can only be given in the study.

    Returns
    -------
    Measured: an Estimate for each quantity and group, in the unit that it says. It shows nothing of itself.

    Raises
    ------
    ProblemsFound : a parameter that does not exist, or a value that it cannot have.
    """
    from ut_research import published
    from ut_research.cleaning.tables import Cleaned
    from ut_research.core.notebooks import find_root
    from ut_research.core.problems import Problem, stop_for
    from ut_research.disclosure import decision
    from ut_research.running.stages import CLEANING

    _check(cleaned, Cleaned, "measure", "clean")
    what, todo = "cleaning takes this parameter", "write it in a study.toml, and give that to ut.clean"
    stop_for(Problem(what, f"ut.measure, {name}", todo) for name in choices if name in CLEANING)
    parameters = cleaned.study.study.changed("ut.measure", **choices).parameters()
    manifest: dict[str, Any] = {"origin": cleaned.origin, "rows": cleaned.counts, "data_to": cleaned.data_to}
    manifest["outcomes_asked"] = cleaned.outcomes_asked
    registry = published.load(*cleaned.study.parts(find_root())["published"])
    found = decision.measured(cleaned.tables, parameters, manifest, cleaned.issues, registry)
    return decision.Measured(found, parameters, cleaned.tables, cleaned.origin)


def release(measured: Measured, **policy: Any) -> Released:
    """Decide what of everything that was measured may leave, all in one decision, and let that go.

    Two releases of the same people, with other choices or another policy, are not protected from each other:
    let only one of them leave.

    Parameters
    ----------
    measured : what `measure` gives.
    policy : what differs from the study's: ``threshold`` (people; counts under it are withheld, zero aside),
        ``rounding`` (``none``, ``nearest 5`` or ``midpoint 6``), ``zeros_safe`` (true or false) and
        ``all_alike_below`` (people; of a smaller group it is not told that all have a need or the like).

    Returns
    -------
    Released, which shows itself in a notebook; ``select``, ``by`` and ``everyone`` give parts of it, and
    ``frame`` a row a finding.

    Raises
    ------
    DisclosureError : a policy that is none, or findings that disclosure control does not know.
    """
    from ut_research.core.policies import KEYS
    from ut_research.disclosure import decision, gate
    from ut_research.show import tables  # noqa: F401  (says how what is released shows itself)

    _check(measured, decision.Measured, "release", "measure")
    known = measured.parameters
    rules = gate.Policy.build({**{key: known[key] for key in KEYS}, **policy})
    family = {"outcomes": known["primary"], "confidence": known["confidence"]}
    found = decision.released(measured.estimates, rules, **family)
    return decision.with_consent(found, measured.tables, known, measured.origin)


def _folder(study: Path | str) -> Folder:
    """The study of this name, folder or file; the one that says nothing where none is given."""
    from ut_research.core import notebooks, studies

    root = notebooks.find_root() if study else Path()
    return studies.read(studies.find(root, str(study)), root) if study else studies.NONE


def _check(given: object, wanted: type, function: str, before: str) -> None:
    """Refuse what the function before did not give, and say which that is."""
    if not isinstance(given, wanted):
        what = f"ut.{function} takes what ut.{before} gives, not {type(given).__name__}"
        raise TypeError(f"{what}: begin with ut.read(path)")
