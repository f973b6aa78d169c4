"""A project for programs for qualitative analysis, written as `.qdpx`; `refi.project` reads it again."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from ut_research.reading.refi import Coding, Project

_SCHEMA = "urn:QDA-XML:project:1.0"


def guid(*about: object) -> str:
    """A GUID for something, the same each time."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, about))))


def write(found: Project, path: Path) -> None:
    """Write the project to `path`; equal projects give equal bytes."""
    root = Element("Project", xmlns=_SCHEMA, name=path.stem, origin="ut-research")
    users = SubElement(root, "Users")
    for coder, name in found.coders.items():
        SubElement(users, "User", guid=coder, name=name)
    codes: dict[tuple[str, ...], Element] = {(): SubElement(SubElement(root, "CodeBook"), "Codes")}
    for code in found.codes:
        codes[code.path] = own = SubElement(
            codes[code.path[:-1]], "Code", guid=code.guid, name=code.path[-1], isCodable="true"
        )
        _say(own, "Description", code.meaning)
    variables = SubElement(root, "Variables")
    every = [case.values for case in found.cases] + [source.values for source in found.sources]
    for name in dict.fromkeys(name for values in every for name, _ in values):
        SubElement(variables, "Variable", guid=guid("variable", name), name=name, typeOfVariable="Text")
    cases = SubElement(root, "Cases")
    for case in found.cases:
        own = SubElement(cases, "Case", guid=case.guid, name=case.name)
        _refer(own, "CodeRef", case.codes)
        _values(own, case.values)
        _refer(own, "SourceRef", case.sources)
        _refer(own, "SelectionRef", case.selections)
    _sources(SubElement(root, "Sources"), found)
    texts = {f"sources/{s.guid}.txt": s.text for s in found.sources if s.text is not None}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {"project.qde": tostring(root, "unicode"), **texts}
        for name, text in whole.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)


def _sources(root: Element, found: Project) -> None:
    """Each source, its passages, and of each what it was coded to."""
    within: dict[str, list[Coding]] = {}
    for coding in found.codings:
        within.setdefault(coding.source, []).append(coding)
    for source in found.sources:
        text = {"plainTextPath": f"internal://{source.guid}.txt"} if source.kind == "TextSource" else {}
        own = SubElement(root, source.kind, {"guid": source.guid, "name": source.name, **text})
        passages: dict[tuple[str, str, str], Element] = {}
        for n, coding in enumerate(within.get(source.guid, ())):
            at = (coding.selection, coding.place, coding.note)
            if at not in passages:
                passages[at] = _passage(own, *at) if coding.selection else own
            given = {"guid": guid("coding", source.guid, n), "creatingUser": coding.coder}
            coded = SubElement(passages[at], "Coding", given if coding.coder else {"guid": given["guid"]})
            _refer(coded, "CodeRef", [coding.code])
        _values(own, source.values)


def _passage(source: Element, selection: str, place: str, note: str) -> Element:
    """A passage: of a text, of the text of another document, of a recording, or of a page."""
    heard = source.tag in ("AudioSource", "VideoSource")
    begins, _, ends = place.partition("-")
    first, last = ("begin", "end") if heard else ("startPosition", "endPosition")
    told = {first: begins, last: ends} if ends else {"page": place.removeprefix("page ")} if place else {}
    in_text = ends and not heard
    kind = "PlainTextSelection" if in_text else source.tag.replace("Source", "Selection")
    if in_text and source.tag != "TextSource":
        source = SubElement(source, "Representation", guid=guid("text of", selection))
    own = SubElement(source, kind, {"guid": selection, **told})
    _say(own, "Description", note)
    return own


def _say(e: Element, tag: str, text: str) -> None:
    if text:
        SubElement(e, tag).text = text


def _refer(e: Element, tag: str, guids: Iterable[str]) -> None:
    for one in sorted(guids):
        SubElement(e, tag, targetGUID=one)


def _values(e: Element, values: Iterable[tuple[str, str]]) -> None:
    for name, text in values:
        value = SubElement(e, "VariableValue")
        SubElement(value, "VariableRef", targetGUID=guid("variable", name))
        SubElement(value, "TextValue").text = text
