"""Projects of programs for qualitative analysis: by hand after each program's dialect, and by ourselves."""

from __future__ import annotations

import random
import time
import zipfile
from pathlib import Path

import pytest

from tools import interviews
from ut_research.cleaning import tables as cleaning
from ut_research.core.problems import ProblemsFound
from ut_research.core.studies import NONE
from ut_research.disclosure import gate
from ut_research.measures import coders, themes
from ut_research.reading import export, refi
from ut_research.reading.refi import Case, Code, Coding, Project, Source, project
from ut_research.reading.refi_write import guid, write

MENTORS, CLUBS = "AAAAAAA1-0000-0000-0000-000000000002", "{aaaaaaa1-0000-0000-0000-000000000003}"
QDE = f"""<?xml version="1.0" encoding="utf-8"?>
<Project name="Invented" origin="By hand" xmlns="urn:QDA-XML:project:1.0">
 <Users><User guid="U1" name="A. Coder"/><User guid="U2" name="B. Coder"/></Users>
 <CodeBook><Codes>
  <Code guid="Q" name="What works?" isCodable="false">
   <Code guid="{MENTORS}" name="mentors" isCodable="true"><Description>Mentors matter.</Description>
    <Code guid="D" name="Against"><Description>Some could do without.</Description></Code></Code>
   <Code guid="{CLUBS}" name="clubs" isCodable="true"/>
  </Code>
 </Codes><Sets><Set guid="S" name="All"><MemberCode targetGUID="Q"/></Set></Sets></CodeBook>
 <Variables><Variable guid="V" name="Role" typeOfVariable="Text"/></Variables>
 <Cases>
  <Case guid="C1" name="Ann"><VariableValue><VariableRef targetGUID="V"/><TextValue>strategic</TextValue>
   </VariableValue><SourceRef targetGUID="T1"/></Case>
  <Case guid="C2" name="Bob"><VariableValue><VariableRef targetGUID="V"/><TextValue>delivery</TextValue>
   </VariableValue><SelectionRef targetGUID="P2"/></Case>
  <Case guid="C3" name="Cas"><CodeRef targetGUID="CC"/><VariableValue><VariableRef targetGUID="V"/>
   <TextValue>delivery</TextValue></VariableValue><SourceRef targetGUID="T2"/></Case>
 </Cases>
 <Sources>
  <TextSource guid="T1" name="Interview with Ann" plainTextPath="internal://t1.txt" creatingUser="U1">
   <PlainTextSelection guid="P1" name="words that she said" startPosition="3" endPosition="9">
    <Description>On mentors.</Description>
    <Coding guid="x1" creatingUser="U2"><CodeRef targetGUID="{MENTORS.lower()}"/></Coding>
    <Coding guid="x2"><CodeRef targetGUID="D"/><NoteRef targetGUID="N"/></Coding>
   </PlainTextSelection>
  </TextSource>
  <TextSource guid="T2" name="Group" plainTextPath="relative:///elsewhere/t2.txt">
   <PlainTextSelection guid="P2" startPosition="0" endPosition="5">
    <Coding guid="x3" creatingUser="U1"><CodeRef targetGUID="{CLUBS.strip("{}").upper()}"/></Coding>
   </PlainTextSelection>
   <PlainTextSelection guid="P3" startPosition="10" endPosition="50">
    <Coding guid="x4" creatingUser="U1"><CodeRef targetGUID="CC"/></Coding></PlainTextSelection>
   <PlainTextSelection guid="P4" startPosition="20" endPosition="30">
    <Coding guid="x5" creatingUser="U1"><CodeRef targetGUID="{CLUBS}"/></Coding></PlainTextSelection>
  </TextSource>
  <PDFSource guid="T3" name="Paper" path="internal://t3.pdf">
   <PDFSelection guid="P5" page="2" firstX="1" firstY="1" secondX="2" secondY="2">
    <Coding guid="x6" creatingUser="U1"><CodeRef targetGUID="{CLUBS}"/></Coding></PDFSelection>
  </PDFSource>
 </Sources>
 <Notes><Note guid="N" name="note"><PlainTextContent>A second thought.</PlainTextContent></Note></Notes>
</Project>"""
#: The name of the project in the archive, and of the folder of sources, as programs have them.
DIALECTS = [("project.qde", "sources"), ("Invented study.qde", "Sources"), ("PROJECT.QDE", "Sources")]


def packed(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def rows(path: Path, table: str) -> list[tuple[object, ...]]:
    frame = export.read(path).tables[table]
    return list(frame.where(frame.notna(), "").itertuples(index=False, name=None))


@pytest.mark.parametrize(("name", "sources"), DIALECTS)
def test_a_project_gives_interviews_passages_and_a_codebook(tmp_path: Path, name: str, sources: str) -> None:
    path = packed(tmp_path / "voices.qdpx", {name: QDE, f"{sources}/t1.txt": "\ufeffAnn: mentors."})
    assert rows(path, "interviews") == [
        ("I001", "interview", "strategic", "1"),
        ("I002", "focus group", "delivery", "2"),
        ("I003", "", "", ""),
    ]
    works = "What works?"
    assert rows(path, "coded_segments") == [
        ("S00001", "I001", "P001", "C2", "3-9", works, "mentors", "", "On mentors.", ""),
        ("S00002", "I001", "P001", "C1", "3-9", works, "mentors", "yes", "On mentors. A second thought.", ""),
        ("S00003", "I002", "P002", "C1", "0-5", works, "clubs", "", "", ""),
        ("S00004", "I002", "P003", "C1", "20-30", works, "clubs", "", "", ""),
        ("S00005", "I003", "", "C1", "page 2", works, "clubs", "", "", ""),
    ]
    assert rows(path, "themes") == [
        (works, "mentors", "", "Mentors matter."),
        (works, "mentors", "yes", "Some could do without."),
        (works, "clubs", "", ""),
    ]


def test_no_name_and_no_word_that_was_spoken_is_in_a_table(tmp_path: Path) -> None:
    path = packed(tmp_path / "voices.qdpx", {"project.qde": QDE, "sources/t1.txt": "Ann: mentors."})
    text = "".join(frame.to_csv() for frame in export.read(path).tables.values())
    assert not any(word in text for word in ("Ann", "Bob", "Coder", "words that she said", "Interview with"))


def test_a_source_that_is_not_there_is_logged_and_what_was_coded_in_it_is_used(tmp_path: Path) -> None:
    path = packed(tmp_path / "voices.qdpx", {"p.qde": QDE.replace("<Sets>", "<Strange/><Sets>")})
    log = export.read(path).issues
    assert {"source missing", "element not known"} <= set(log["rule"])
    assert "1 passed over: not of the standard" in set(log["done"])


def test_a_codebook_alone_gives_its_themes(tmp_path: Path) -> None:
    codes = QDE[QDE.index("<Codes>") : QDE.index("<Sets>")]
    path = tmp_path / "codes.qdc"
    path.write_text(f'<?xml version="1.0"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0">{codes}</CodeBook>')
    assert [row[1] for row in rows(path, "themes")] == ["mentors", "mentors", "clubs"]


def test_a_recipe_leaves_codes_out_and_says_which_question_they_answer(tmp_path: Path) -> None:
    packed(tmp_path / "voices.qdpx", {"project.qde": QDE})
    (tmp_path / "columns.toml").write_text(
        '[tables.coded_segments]\nwithout = { code = "What works? / mentors" }\ncolumns.question = "code"\n'
        '[tables.coded_segments.codes.question]\n"What works? / clubs" = "What draws people in?"\n'
    )
    told = [(row[5], row[6]) for row in rows(tmp_path, "coded_segments")]
    assert told == [
        ("What works? / mentors / Against", "mentors"), *[("What draws people in?", "clubs")] * 3
    ]  # fmt: skip


DOCTYPE = '<!DOCTYPE Project [<!ENTITY a "aaaa">]>'
GOOD: dict[str, str | bytes] = {"project.qde": QDE}
BAD: dict[str, tuple[dict[str, str | bytes], str]] = {
    "two projects": ({**GOOD, "other.qde": QDE}, "there are 2 projects (.qde) in it, and not one"),
    "no project": ({"folder/project.qde": QDE}, "there are 0 projects (.qde) in it, and not one"),
    "climbing": ({**GOOD, "sources/../../t1.txt": ""}, "a file in it would lie outside of it"),
    "climbing, as Windows writes it": ({**GOOD, "sources\\..\\..\\t1.txt": ""}, "would lie outside of it"),
    "absolute": ({**GOOD, "/tmp/t1.txt": ""}, "a file in it would lie outside of it"),
    "of a drive": ({**GOOD, "C:/t1.txt": ""}, "a file in it would lie outside of it"),
    "entities": ({"project.qde": QDE.replace("<Project", DOCTYPE + "<Project")}, "it defines entities"),
    "10,000-fold": ({**GOOD, "sources/t1.txt": b"a" * 20_000_000}, "far larger than a project can be"),
    "a swollen project": ({"project.qde": QDE + " " * 20_000_000}, "far larger than a project can be"),
    "cut off inside": ({"project.qde": QDE[:2000]}, "what is in it is cut off or damaged"),
    "something else": ({"project.qde": "<html/>"}, "it holds neither a project nor a codebook"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_archive_is_refused_in_words_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    files, said = BAD[case]
    path = packed(tmp_path / "voices.qdpx", files)
    with pytest.raises(ProblemsFound, match=r"voices\.qdpx") as stopped:
        export.read(path)
    assert said in str(stopped.value)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]


def test_an_archive_that_is_cut_off_is_refused_in_words(tmp_path: Path) -> None:
    path = packed(tmp_path / "voices.qdpx", GOOD)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ProblemsFound, match="the file is no whole project"):
        export.read(path)


def test_an_archive_whose_bytes_are_damaged_or_say_what_is_not_so_is_refused_in_words(tmp_path: Path) -> None:
    text = random.Random(1).randbytes(600_000).hex()
    whole = packed(tmp_path / "voices.qdpx", {**GOOD, "sources/t1.txt": text}).read_bytes()
    entry = whole.rindex(b"PK\1\2")  # that of the text, in the list at the end
    first = whole.index(b"PK\1\2")
    for at, bytes_, said in (
        (200, b"\0" * 60, "damaged"),
        (entry + 24, (900).to_bytes(4, "little"), "damaged"),  # larger than it says
        (first + 8, b"\1", "protected by a password"),
        (first + 10, b"\x63", "damaged"),  # packed in a way that nobody knows
    ):
        (tmp_path / "voices.qdpx").write_bytes(whole[:at] + bytes_ + whole[at + len(bytes_) :])
        with pytest.raises(ProblemsFound, match=rf"voices\.qdpx: .*{said}"):
            export.read(tmp_path / "voices.qdpx")
    assert [p.name for p in tmp_path.rglob("*")] == ["voices.qdpx"]


def drawn(seed: int, sources: int = 6, codes: int = 9, codings: int = 60) -> Project:
    """A project of every kind of source, in no order."""
    rng = random.Random(seed)
    kinds = [f"{kind}Source" for kind in ("Text", "Text", "PDF", "Audio", "Picture")]
    texts = [f"text {i}\n" if i % 3 and kinds[i % 5] == "TextSource" else None for i in range(sources)]
    every = [
        Source(guid("s", i), f"s{i} <&>", kinds[i % 5], (("Where", "é"),) * (i % 2), text)
        for i, text in enumerate(texts)
    ]
    book = [Code(guid("q", i % 3), (f"q{i % 3}",), "") for i in range(3)]
    book += [Code(guid("c", i), (f"q{i % 3}", f"c{i}"), "means\nthis" * (i % 2)) for i in range(codes)]
    found = []
    for i in range(codings):
        source = every[rng.randrange(sources)]
        at = rng.randrange(1000)
        place = "page 3" if source.kind == "PDFSource" and at % 2 else f"{at}-{at + 9}"
        place = "" if source.kind == "PictureSource" else place
        code, coder = rng.choice(book).guid, rng.choice(["u1", "u2", ""])
        found.append(Coding(source.guid, guid("p", i), place, code, coder, "a note" * (at % 2)))
    cases = [Case(guid("k", i), f"k{i}", (("Role", "delivery"),), frozenset({every[i % sources].guid}),
                  frozenset({found[i].selection})) for i in range(4)]  # fmt: skip
    order = {s.guid: n for n, s in enumerate(every)}
    found.sort(key=lambda c: order[c.source])
    book.sort(key=lambda c: c.path)
    return Project({"u1": "A", "u2": "B"}, tuple(book), tuple(cases), tuple(every), tuple(found))


@pytest.mark.parametrize("seed", range(10))
def test_read_written_and_read_again_it_is_the_same_project(tmp_path: Path, seed: int) -> None:
    made = drawn(seed)
    write(made, tmp_path / "one.qdpx")
    assert project(tmp_path / "one.qdpx") == made


def test_what_a_program_wrote_is_the_same_once_written_by_us(tmp_path: Path) -> None:
    theirs = project(
        packed(tmp_path / "theirs.qdpx", {"project.qde": QDE, "sources/t1.txt": "Ann: mentors."})
    )
    write(theirs, tmp_path / "ours.qdpx")
    assert project(tmp_path / "ours.qdpx") == theirs


def test_equal_projects_are_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(drawn(1), tmp_path / name / "one.qdpx")
    assert len({(tmp_path / name / "one.qdpx").read_bytes() for name in ("a", "b")}) == 1


def test_the_invented_project_is_the_one_that_is_committed(tmp_path: Path) -> None:
    interviews.main(tmp_path)
    committed = Path(__file__).parents[2] / "data" / "raw" / "united-together"
    for file in ("interviews.qdpx", "columns.toml", "INVENTED.md"):
        assert (tmp_path / file).read_bytes() == (committed / file).read_bytes()
    assert refi.project(committed / "interviews.qdpx") == interviews.generate()


@pytest.mark.slow
def test_a_large_project_is_read_measured_and_written_in_seconds(tmp_path: Path) -> None:
    """100 interviews, 300 codes and 20,000 codings, in 20 seconds of a processor, however busy it is."""
    write(drawn(1, sources=100, codes=300, codings=20_000), tmp_path / "large.qdpx")
    began = time.process_time()
    cleaned = cleaning.of_export(tmp_path / "large.qdpx", NONE.study.parameters())
    passages = cleaned.tables["coded_segments"]
    released = gate.release(themes.measure(cleaned.tables), gate.Policy())
    assert len(coders.agreement(passages)) > 300 and len(coders.disagreements(passages)) > 1000
    assert len(coders.framework(passages)) > 300
    write(project(tmp_path / "large.qdpx"), tmp_path / "again.qdpx")
    assert len(passages) == 20_000 and len(released.select("themes.spoke")) > 300
    assert time.process_time() - began < 20
