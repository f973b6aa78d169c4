"""Projects of programs for qualitative analysis, as they exchange them (REFI-QDA 1.5).

A `.qdpx` is an archive, with one project (`.qde`) at its root and sources beside it; a `.qdc` is a codebook.
Programs differ in the name of the project, in the case and brackets of GUIDs, in where a source lies, and in
where a coder's note stands. `coded` makes sheets of it.

The archives are not trusted: nothing is unpacked to a disk, and what could fill the machine is refused.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree.ElementTree import Element, ParseError

from ut_research.core.problems import stop

KINDS = {".qdpx", ".qdc"}
#: Most bytes of the project's own file, and of all its texts, once unpacked.
LARGEST, MOST_FILES = 200 * 10**6, 100_000
#: What is larger than 1 MB unpacked may be this many times as large as packed; projects are 5 to 30 times.
MOST_TIMES_PACKED = 200
_SOURCE = re.compile(r"(Text|PDF|Picture|Audio|Video)Source")
_SELECTION = re.compile(r"(PlainText|PDF|Picture|Audio|Video|Transcript)Selection")
#: The other elements of the standard.
_OTHERS = re.compile(
    r"Project|Users?|CodeBook|(Sub)?Codes?|Description|(Note|Variable|Code|Source|Selection)Ref|Sets?"
    r"|Member(Code|Source|Note)|Variables?|(Variable|Text|Boolean|Integer|Float|Date|DateTime)Value|Cases?"
    r"|Sources|Representation|TextDescription|Transcript|SyncPoint|Coding|PlainTextContent|Notes?|Links?"
    r"|Graphs?|Vertex|Edge"
)
_AGAIN = "Export the project again from the program that made it"


@dataclass(frozen=True, slots=True)
class Code:
    """A code: its name after those of the codes above it, and what it means."""

    guid: str
    path: tuple[str, ...]
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody, or something, that sources or passages are of: by `sources`, `selections` or `codes`."""

    guid: str
    name: str
    values: tuple[tuple[str, str], ...] = ()
    sources: frozenset[str] = frozenset()
    selections: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """A document; its `text` is None where it is not in the project, or is no text."""

    guid: str
    name: str
    kind: str = "TextSource"
    values: tuple[tuple[str, str], ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Coding:
    """One code given to one passage of a source, or to all of it, by one coder (a guid of `Project.coders`).

    `place` is "120-180" in a text (characters, the end not included), "page 3", or blank: the whole source.
    """

    source: str
    selection: str
    place: str
    code: str
    coder: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """What is in a project; `unknown` counts the elements that are not of the standard."""

    coders: dict[str, str] = field(default_factory=dict)
    codes: tuple[Code, ...] = ()
    cases: tuple[Case, ...] = ()
    sources: tuple[Source, ...] = ()
    codings: tuple[Coding, ...] = ()
    unknown: int = 0


def project(path: Path) -> Project:
    """What is in the project, or the codebook, at `path`.

    Raises
    ------
    ProblemsFound : it cannot be used.
    """
    if path.suffix.lower() == ".qdc":
        root = _parsed(path.read_bytes(), path.name)
        return Project(codes=tuple(_codes(root)), unknown=_unknown(root))
    if not zipfile.is_zipfile(path):
        raise stop("the file is no whole project: it is cut off, or of another kind", path.name, _AGAIN)
    with zipfile.ZipFile(path) as archive:
        [own] = _checked(archive, path.name)
        root = _parsed(archive.read(own), path.name)
        notes = {_guid(e): _text(e, "PlainTextContent") for e in root.findall(".//{*}Note")}
        variables = {_guid(e): e.get("name", "").strip() for e in root.findall(".//{*}Variable")}
        sources = [e for e in root.iter() if _SOURCE.fullmatch(_tag(e))]
        codes = root.findall("{*}CodeBook")
        atlas = root.get("origin", "").startswith("ATLAS")
        return Project(
            {_guid(e): e.get("name", "") for e in root.findall(".//{*}User")},
            tuple(code for e in codes for code in _codes(e)),
            tuple(_case(e, variables) for e in root.findall(".//{*}Case")),
            tuple(_source(e, variables, archive, atlas) for e in sources),
            tuple(coding for e in sources for coding in _codings(e, notes)),
            _unknown(root),
        )


def _checked(archive: zipfile.ZipFile, name: str) -> list[str]:
    """The name of the project's own file in the archive, in a list, if nothing in it can do harm."""
    parts = archive.infolist()
    for part in parts:
        ways = (PurePosixPath(part.filename), PureWindowsPath(part.filename))
        if any(way.is_absolute() or way.drive or ".." in way.parts for way in ways):
            raise stop("a file in it would lie outside of it, were it unpacked", name, _AGAIN)
    own = [part for part in parts if part.filename.lower().endswith(".qde") and "/" not in part.filename]
    if len(own) != 1:
        raise stop(f"there are {len(own)} projects (.qde) in it, and not one", name, _AGAIN)
    read = [part for part in parts if part in own or part.filename.lower().endswith(".txt")]
    swollen = any(p.file_size > max(10**6, MOST_TIMES_PACKED * p.compress_size) for p in read)
    if swollen or len(parts) > MOST_FILES or sum(part.file_size for part in read) > LARGEST:
        raise stop("unpacked, it is far larger than a project can be", name, "Export fewer sources")
    if any(part.flag_bits & 1 for part in parts):
        raise stop("it is protected by a password", name, "Export it without a password")
    return [own[0].filename]


def _parsed(raw: bytes, name: str) -> Element:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException:
        raise stop("it defines entities or a document type, as no project needs", name, _AGAIN) from None
    except ParseError:
        raise stop("what is in it is cut off or damaged", name, _AGAIN) from None
    if _tag(root) not in ("Project", "CodeBook"):
        raise stop("it holds neither a project nor a codebook", name, _AGAIN)
    return root


def _tag(e: Element) -> str:
    return str(e.tag).rpartition("}")[2]


def _guid(e: Element, key: str = "guid") -> str:
    """A GUID as all programs could have written it."""
    return e.get(key, "").strip("{} ").lower()


def _refs(e: Element, tag: str) -> list[str]:
    return [_guid(child, "targetGUID") for child in e.findall(f"{{*}}{tag}")]


def _text(e: Element, tag: str = "Description") -> str:
    return " ".join((child.text or "").strip() for child in e.findall(f"{{*}}{tag}")).strip()


def _unknown(root: Element) -> int:
    known = (_SOURCE, _SELECTION, _OTHERS)
    return sum(not any(form.fullmatch(_tag(e)) for form in known) for e in root.iter())


def _codes(parent: Element, above: tuple[str, ...] = ()) -> Iterator[Code]:
    for e in parent:
        if _tag(e) == "Code":
            path = (*above, e.get("name", "").strip())
            yield Code(_guid(e), path, _text(e))
            yield from _codes(e, path)
        elif _tag(e) in ("Codes", "SubCodes"):
            yield from _codes(e, above)


def _values(e: Element, variables: dict[str, str]) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for value in e.findall("{*}VariableValue"):
        said = " ".join((child.text or "").strip() for child in value if _tag(child) != "VariableRef")
        found |= {variables[ref]: said for ref in _refs(value, "VariableRef") if ref in variables}
    return tuple(found.items())


def _case(e: Element, variables: dict[str, str]) -> Case:
    refs = (frozenset(_refs(e, f"{kind}Ref")) for kind in ("Source", "Selection", "Code"))
    return Case(_guid(e), e.get("name", "").strip(), _values(e, variables), *refs)


def _source(e: Element, variables: dict[str, str], archive: zipfile.ZipFile, one_to_a_line: bool) -> Source:
    """A source; its text from beside the project, under the name that it goes by in it, or from within.

    `one_to_a_line` says that the two characters at the end of a line count as one in the places of passages.
    """
    file = e.get("plainTextPath", "").removeprefix("internal://").rpartition("/")[2].lower()
    there = [n for n in archive.namelist() if n.lower() in (file, f"sources/{file}")] if file else []
    text = archive.read(there[0]).decode("utf-8-sig", "replace") if there else None
    if text is not None and one_to_a_line:
        text = text.replace("\r\n", "\n")
    text = e.findtext("{*}PlainTextContent") if text is None else text
    return Source(_guid(e), e.get("name", "").strip(), _tag(e), _values(e, variables), text)


def _codings(source: Element, notes: dict[str, str]) -> Iterator[Coding]:
    """What was coded in a source: passages, also of what was written down of it, and all of it."""
    for part in source.iter():
        for coding in part.findall("{*}Coding") if part is source or _SELECTION.fullmatch(_tag(part)) else ():
            said = [_text(part) if part is not source else ""]
            said += [
                notes.get(ref, "") for e in (part, coding) if e is not source for ref in _refs(e, "NoteRef")
            ]
            by = next((u for e in (coding, part, source) if (u := _guid(e, "creatingUser"))), "")
            where = ("", "") if part is source else (_guid(part), _place(part))
            for code in _refs(coding, "CodeRef"):
                yield Coding(_guid(source), *where, code, by, " ".join(filter(None, said)))


_ENDS = (("startPosition", "begin"), ("endPosition", "end"))


def _place(e: Element) -> str:
    if page := e.get("page"):
        return f"page {page}"
    return "-".join((e.get(text) or e.get(sound) or "") for text, sound in _ENDS).strip("-")
