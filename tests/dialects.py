"""One small invented study of interviews, as each program exports it: written by hand, after its dialect.

Six people, of whom each is one interview; five speak of mentors, one of them against, and five of clubs.
Programs differ in how they name the project, in GUIDs and paths, in ends of lines and what they count, and in
where a coder, a role and a note stand; see docs/interviews.md.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

QUESTION, MENTORS, CLUBS, AGAINST = "What works?", "mentors", "clubs", "Against"
MEANS = {MENTORS: "Mentors matter to people.", CLUBS: "Clubs draw people in.", AGAINST: "Some need none."}
ROLES = ("strategic", "delivery")
LINES = {MENTORS: "We have mentors.", CLUBS: "We go to clubs.", AGAINST: "I need none."}
#: Which interview speaks of what, in the order of the text.
SAID = {n: [c for c, who in ((MENTORS, n < 5), (CLUBS, n > 0), (AGAINST, n == 4)) if who] for n in range(6)}
Guid = Callable[[str], str]


def lower(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def upper(name: str) -> str:
    return lower(name).upper()


def braced(name: str) -> str:
    return "{" + lower(name) + "}"


def texts(end: str) -> Iterator[tuple[int, str, list[tuple[str, int, int]]]]:
    """Each interview: its number, text, and what is said from which character to which, as `end` counts."""
    for n, themes in SAID.items():
        text, places = f"Interview {n}{end}", []
        for theme in themes:
            places.append((theme, len(text), len(text) + len(LINES[theme])))
            text += LINES[theme] + end
        yield n, text, places


def codebook(guid: Guid, *, nested: bool = True, inner: str = "") -> str:
    """The codes: below the question, or all side by side with a set for it."""

    def code(name: str, within: str = "") -> str:
        means = f"<Description>{MEANS[name]}</Description>"
        return f'<Code guid="{guid(name)}" name="{name}" isCodable="true">{means}{within}</Code>'

    open_, close = (f"<{inner}>", f"</{inner}>") if inner else ("", "")
    if nested:
        themes = code(MENTORS, open_ + code(AGAINST) + close) + code(CLUBS)
        codes = f'<Code guid="{guid("q")}" name="{QUESTION}" isCodable="false">{open_}{themes}{close}</Code>'
        return f"<CodeBook><Codes>{codes}</Codes></CodeBook>"
    member = "".join(f'<MemberCode targetGUID="{guid(name)}"/>' for name in MEANS)
    groups = f'<Sets><Set guid="{guid("set")}" name="{QUESTION}">{member}</Set></Sets>'
    return f"<CodeBook><Codes>{''.join(map(code, MEANS))}</Codes></CodeBook>{groups}"


def value(guid: Guid, role: str, kind: str = "Text") -> str:
    ref = f'<VariableRef targetGUID="{guid("Role")}"/>'
    return f"<VariableValue>{ref}<{kind}Value>{role}</{kind}Value></VariableValue>"


def cases(guid: Guid) -> str:
    people = (
        f'<Case guid="{guid(f"case{n}")}" name="Person {n}">{value(guid, ROLES[n % 2])}'
        f'<SourceRef targetGUID="{guid(f"source{n}")}"/></Case>'
        for n in SAID
    )
    return f"<Cases>{''.join(people)}</Cases>"


def qde(origin: str, guid: Guid, *parts: str) -> str:
    user = f'<Users><User guid="{guid("user")}" name="A. Coder" id="AC"/></Users>'
    kinds = f'<Variables><Variable guid="{guid("Role")}" name="Role" typeOfVariable="Text"/></Variables>'
    head = f'<?xml version="1.0" encoding="utf-8"?><Project name="Invented" origin="{origin}"'
    return f'{head} xmlns="urn:QDA-XML:project:1.0">{user}{parts[0]}{kinds}{"".join(parts[1:])}</Project>'


def packed(path: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content.encode())


def selection(guid: Guid, n: int, theme: str, begins: int, ends: int, inside: str, more: str = "") -> str:
    at = f'startPosition="{begins}" endPosition="{ends}" name="{LINES[theme]}"'
    return f'<PlainTextSelection guid="{guid(f"{n}{theme}")}" {at}{more}>{inside}</PlainTextSelection>'


def coding(guid: Guid, n: int, theme: str, more: str = "") -> str:
    ref = f'<CodeRef targetGUID="{guid(theme)}"/>'
    return f'<Coding guid="{guid(f"coding{n}{theme}")}"{more}>{ref}</Coding>'


def nvivo(folder: Path) -> None:
    """Texts of two characters to the end of a line, both counted; the coder on each coding; cases."""
    files, sources = {}, ""
    by = f' creatingUser="{lower("user")}" creationDateTime="2021-09-01T10:00:00Z"'
    for n, text, places in texts("\r\n"):
        files[f"sources/{lower(f'text{n}')}.txt"] = text
        own = (
            selection(lower, n, theme, begins, ends, coding(lower, n, theme, by))
            for theme, begins, ends in places
        )
        where = (
            f'path="internal://{lower(f"doc{n}")}.docx" plainTextPath="internal://{lower(f"text{n}")}.txt"'
        )
        head = f'<TextSource guid="{lower(f"source{n}")}" name="Interview {n}" {where}{by}>'
        sources += head + "".join(own) + "</TextSource>"
    book = qde("NVivo 14", lower, codebook(lower), cases(lower), f"<Sources>{sources}</Sources>")
    packed(folder / "Study (NVivo 14).qdpx", {"project.qde": book, **files})


def atlas(folder: Path) -> None:
    """GUIDs in capitals; codes side by side, in groups; ends of lines of two characters that count as one."""
    files, sources = {}, ""
    for (n, text, places), (_, two, _) in zip(texts("\n"), texts("\r\n"), strict=True):
        assert len(two) > len(text)
        files[f"sources/{upper(f'text{n}')}.txt"] = two
        note = "<Description>A comment.</Description>"
        by = f' creatingUser="{upper("user")}"'
        own = (selection(upper, n, t, b, e, note + coding(upper, n, t), by) for t, b, e in places)
        where = f'plainTextPath="internal://{upper(f"text{n}")}.txt"'
        head = f'<TextSource guid="{upper(f"source{n}")}" name="Interview {n}" {where}>'
        sources += f"{head}{''.join(own)}{value(upper, ROLES[n % 2])}</TextSource>"
    book = qde("ATLAS.ti Windows", upper, codebook(upper, nested=False), f"<Sources>{sources}</Sources>")
    packed(folder / "atlas.qdpx", {"Invented study.qde": book, **files})
    (folder / "columns.toml").write_text(recipe("Codes that stand side by side"))


def maxqda(folder: Path) -> None:
    """GUIDs in brackets; the role a variable of the document; memos as notes that passages refer to."""
    files, sources, notes = {}, "", ""
    for n, text, places in texts("\n"):
        files[f"sources/{lower(f'text{n}')}.txt"] = "\ufeff" + text
        own = ""
        for theme, begins, ends in places:
            memo = f'<NoteRef targetGUID="{braced(f"note{n}{theme}")}"/>'
            notes += f'<Note guid="{braced(f"note{n}{theme}")}" name="Memo">'
            notes += "<PlainTextContent>A memo.</PlainTextContent></Note>"
            own += selection(braced, n, theme, begins, ends, coding(braced, n, theme) + memo)
        where = f'plainTextPath="internal://{lower(f"text{n}").upper()}.TXT" creatingUser="{braced("user")}"'
        head = f'<TextSource guid="{braced(f"source{n}")}" name="Interview {n}" {where}>'
        sources += f"{head}{own}{value(braced, ROLES[n % 2])}</TextSource>"
    parts = codebook(braced, inner="SubCodes"), f"<Sources>{sources}</Sources><Notes>{notes}</Notes>"
    packed(folder / "maxqda.qdpx", {"project.qde": qde("MAXQDA 2022", braced, *parts), **files})


def qualcoder(folder: Path) -> None:
    """A folder in capitals; categories above codes; documents that are linked and not in it; cases."""
    sources = ""
    for n, _, places in texts("\n"):
        by = f' creatingUser="{lower("user")}"'
        own = (selection(lower, n, t, b, e, coding(lower, n, t, by)) for t, b, e in places)
        where = f'plainTextPath="relative:///{n}.txt"'
        head = f'<TextSource guid="{lower(f"source{n}")}" name="Interview {n}" {where}>'
        sources += f"{head}{''.join(own)}</TextSource>"
    more = "<Sets/><Links/><Graphs/>"
    book = qde("QualCoder 3.5", lower, codebook(lower), cases(lower), f"<Sources>{sources}</Sources>{more}")
    packed(folder / "qualcoder.qdpx", {"project.qde": book, "Sources/other.txt": "not of the study"})


def recipe(section: str) -> str:
    """The recipe that docs/interviews.md shows in a section."""
    page = (Path(__file__).parents[1] / "docs" / "interviews.md").read_text(encoding="utf-8")
    return page.split(f"## {section}\n")[1].split("```toml\n")[1].split("```")[0]


def written(folder: Path, name: str, heads: list[str], rows: list[list[str]], *, quoted: bool) -> None:
    cells = [[f'"{cell}"' if quoted or "," in cell else cell for cell in row] for row in (heads, *rows)]
    (folder / name).write_bytes("".join(",".join(row) + "\r\n" for row in cells).encode())


def held(folder: Path) -> None:
    """Who was interviewed, written by hand beside a CSV that does not say it."""
    rows = [[f"Interview {n}", ROLES[n % 2], "interview", "1"] for n in SAID]
    written(folder, "interviews.csv", ["interview_id", "role", "method", "people"], rows, quoted=False)


def taguette_csv(folder: Path) -> None:
    """A row a highlight and tag, whose id is there again; the codebook by itself; tags below others."""
    held(folder)
    tags = {MENTORS: "works.mentors", CLUBS: "works.clubs", AGAINST: "works.mentors.against"}
    rows = [
        [str(10 * n + i), f"Interview {n}", tags[theme], LINES[theme]]
        for n, _, places in texts("\n")
        for i, (theme, *_) in enumerate(places)
    ]
    written(folder, "all_tags.csv", ["id", "document", "tag", "content"], rows, quoted=False)
    book = [[tags[name], "works", means, "5"] for name, means in MEANS.items()]
    written(
        folder, "codebook.csv", ["tag", "parent", "description", "number of highlights"], book, quoted=False
    )
    (folder / "columns.toml").write_text(recipe("Taguette"))


def qualcoder_csv(folder: Path) -> None:
    """A row a coded segment, every cell in quotation marks; the category of a code is its question."""
    held(folder)
    rows = [
        [f"Interview {n}", "A. Coder", LINES[theme], f"ctid:{10 * n + i}", theme, "A memo.", QUESTION]
        for n, _, places in texts("\n")
        for i, (theme, *_) in enumerate(places)
        if theme != AGAINST
    ]
    heads = ["File", "Coder", "Coded", "Id", "Codename", "Coded_Memo", "Category"]
    written(folder, "Coded segments.csv", heads, rows, quoted=True)
    (folder / "columns.toml").write_text(recipe("QualCoder"))


DIALECTS = (nvivo, atlas, maxqda, qualcoder, taguette_csv, qualcoder_csv)
