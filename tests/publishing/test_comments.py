"""Comments from their files into the table, and out of it onto the page, as nothing but text."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import docutils.frontend
import docutils.nodes
import docutils.utils
import pandas as pd
import pytest
from command import ut_research
from hypothesis import given
from hypothesis import strategies as st
from myst_parser.parsers.docutils_ import Parser

from ut_research.cleaning import tables
from ut_research.core.problems import ProblemsFound
from ut_research.disclosure import gate
from ut_research.publishing import comments, generated_pages
from ut_research.reading import export as reading
from ut_research.reading import refi
from ut_research.reading.refi_write import write
from ut_research.running import build
from ut_research.show import prose

ONE = {"date": "2026-11-20", "page": "Reoffending", "section": "The answer", "comment": "Say it more simply."}
NAUGHTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</textarea><b>bold</b>",
    "{{page.made}} {{reach.referred}}",
    "{eval-rst}`x` {raw}`y` {ref}`z`",
    "```{raw} html\n<script>alert(1)</script>\n```",
    ":::\n:::{raw} html\n<b>out</b>\n:::",
    "% a comment line",
    "+++ a block break",
    "# a heading\n---\n***",
    "- a list\n1. another\n> a quote",
    "[a link](javascript:alert(1)) <javascript:alert(1)> ![x](https://example.org/x.png)",
    "(target)=\n[^1] [^1]: note",
    "| a | b |\n|---|---|",
    "$x^2$ $$y$$ \\frac{1}{2}",
    "&lt;b&gt; &amp; &#60;",
    "*stars* _lines_ ~~struck~~ `code` \\ \\\\",
    "term\n: a definition {.cls #id}",
    "../../etc/passwd %s %n ${HOME} `id` $(id); DROP TABLE comments;--",
    "'; \"quoted\" “curly” it's",
    "Ω≈ç√∫ 田中さん 👩🏽‍🚀 שלום مرحبا",
]


def handed_in(folder: Path, *given: object, name: str = "comments.json", **top: object) -> Path:
    """A file as “Have your say” saves it, with `given` as its comments."""
    file = folder / name
    told = {"kind": "ut-research comments", "version": 1, "comments": list(given), **top}
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def rows(table: Path) -> list[dict[str, str]]:
    """What is in the table, as a spreadsheet would read it."""
    return list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines(keepends=True)))


def export_of(folder: Path) -> Path:
    """An export with a table of comments as a spreadsheet saves it: Windows letters, semicolons."""
    folder.mkdir()
    text = "date;page;comment;response;status;reason\n01/11/2021;The project;“Clearer”, please;;open;\n"
    (folder / "steering_comments.csv").write_bytes(text.encode("cp1252"))
    return folder


def test_a_comment_becomes_an_open_row_and_its_writer_stays_unnamed(tmp_path: Path) -> None:
    done = comments.add([handed_in(tmp_path, {**ONE, "name": "Robin Writer"})], tmp_path)
    assert (done.new, done.known, done.shortened, done.before) == (1, 0, 0, None)
    row = {"date": "2026-11-20", "page": "Reoffending: The answer", "comment": "Say it more simply."}
    assert rows(done.table) == [{**row, "response": "", "status": "open", "reason": "", "answered_date": ""}]
    assert "Robin" not in done.table.read_text(encoding="utf-8-sig")


def test_what_was_there_stays_and_is_kept_beside_as_it_was(tmp_path: Path) -> None:
    export = export_of(tmp_path / "export")
    was = (export / "steering_comments.csv").read_bytes()
    done = comments.add([handed_in(tmp_path, ONE)], export)
    assert [r["comment"] for r in rows(done.table)] == ["“Clearer”, please", "Say it more simply."]
    assert rows(done.table)[0]["date"] == "01/11/2021"
    assert done.before is not None
    assert done.before.read_bytes() == was
    assert {p.name for p in export.iterdir()} == {".steering_comments.before.csv", "steering_comments.csv"}


def test_the_same_comment_is_taken_once_whatever_a_spreadsheet_did_to_it(tmp_path: Path) -> None:
    formula = {**ONE, "comment": "=1+1 is not a sum", "section": ""}
    file = handed_in(tmp_path, ONE, ONE, formula)
    table = comments.add([file, file], tmp_path).table
    again = table.read_text(encoding="utf-8-sig").replace("2026-11-20", "20/11/2026")
    table.write_text(again.replace("more simply", "MORE  simply"), encoding="cp1252")
    done = comments.add([file], tmp_path)
    assert (done.new, done.known, len(rows(table))) == (0, 3, 2)
    assert done.before is None, "nothing changed, so nothing was written"


def test_the_table_is_safe_in_a_spreadsheet_and_reads_back_as_written(tmp_path: Path) -> None:
    written = [f"{mark}cmd|' /C calc'!A0" for mark in "=+-@|%"]
    done = comments.add([handed_in(tmp_path, *({**ONE, "comment": w} for w in written))], tmp_path)
    assert all(r["comment"].startswith("'") for r in rows(done.table))
    table = tables.clean(reading.read(tmp_path)).tables["steering_comments"]
    shown = text_of(generated_pages.said(table)["{{page.comments}}"])
    assert all(w in shown and f"'{w}" not in shown for w in written)


def test_contact_details_and_hidden_characters_stay_out(tmp_path: Path) -> None:
    words = "Ring 07700 900123 or a.b@example.org\x00\x1b\u202e now"
    done = comments.add([handed_in(tmp_path, {**ONE, "comment": words})], tmp_path)
    assert rows(done.table)[0]["comment"] == "Ring [removed] or [removed] now"
    assert done.shortened == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "not a file of comments"),
        (b"\xff\xfe\x00", "not a file of comments"),
        (b"[" * 100_000, "not a file of comments"),
        (b'{"version": ' + b"9" * 5000 + b"}", "not a file of comments"),
        (b"[]", "not a file of comments of this version"),
        (b'{"kind": "ut-research comments", "version": 2, "comments": []}', "of this version"),
        (b'{"kind": "ut-research comments", "version": 1, "comments": []}', "there is no comment in it"),
        (b" " * 1_000_001, "larger than 1 MB"),
    ],
    ids=["empty", "binary", "deep", "huge-number", "a-list", "later-version", "no-comment", "too-large"],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "x.json").write_bytes(text)
    with pytest.raises(ProblemsFound, match=said):
        comments.read(tmp_path / "x.json")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"comment": None}, "it is not a comment"),
        ({"comment": {"x": "y"}}, "it is not a comment"),
        ({"comment": " \u200b\n"}, "its comment is empty"),
        ({"comment": "x" * 4001}, "longer than 4,000 characters"),
        ({"page": ""}, "its page is empty"),
        ({"page": "x" * 101}, "its page is longer than 100"),
        ({"date": "20/11/2026"}, "its date is not a day"),
        ({"date": "2026-13-01"}, "its date is not a day"),
        ({"date": "1066-10-14"}, "its date is not a day"),
        ({"status": "done"}, "parts are not those of a comment"),
    ],
)  # fmt: skip
def test_a_comment_that_is_none_is_refused_by_its_number(tmp_path: Path, changed: dict, said: str) -> None:
    file = handed_in(tmp_path, ONE, {**ONE, **changed})
    with pytest.raises(ProblemsFound, match=said) as found:
        comments.read(file)
    assert {p.where for p in found.value.problems} == {"comments.json, comment 2"}


def test_all_problems_of_all_files_are_told_at_once_without_the_text_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    export = export_of(tmp_path / "export")
    was = (export / "steering_comments.csv").read_bytes()
    secret = {**ONE, "comment": "Mary Smith " * 400, "date": "Mary"}
    files = [
        handed_in(tmp_path, ONE, name="good.json"),
        handed_in(tmp_path, secret, secret, name="bad.json"),
        handed_in(tmp_path, "Mary", name="worse.json"),
    ]
    with pytest.raises(ProblemsFound) as found:
        comments.add(files, export)
    assert len(found.value.problems) == 5
    assert "Mary" not in str(found.value)
    assert (export / "steering_comments.csv").read_bytes() == was


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("date,page,comment\n", "no column response, status, reason"),
        ("date,page,comment,response,status,reason\n1,2,3,4,5,6,7,8\n", "cannot be split into cells"),
    ],
)
def test_a_table_that_would_lose_something_is_left_alone(tmp_path: Path, table: str, said: str) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "steering_comments.csv").write_text(table)
    with pytest.raises(ProblemsFound, match=said):
        comments.add([handed_in(tmp_path, ONE)], export)
    assert (export / "steering_comments.csv").read_text() == table


def test_a_workbook_and_a_table_of_another_name_are_refused(tmp_path: Path) -> None:
    file = handed_in(tmp_path, ONE)
    (tmp_path / "export.xlsx").write_bytes(b"")
    with pytest.raises(ProblemsFound, match="not to a workbook"):
        comments.add([file], tmp_path / "export.xlsx")
    export = export_of(tmp_path / "export")
    (export / "columns.toml").write_text('[tables.steering_comments]\nfile = "Feedback"\n')
    with pytest.raises(ProblemsFound, match="headings or a file of its own"):
        comments.add([file], export)


def table_of(*said: dict[str, object]) -> pd.DataFrame:
    """Canonical comments, with what is not given left blank."""
    return pd.DataFrame(
        [{"date": pd.NaT, "page": None, "comment": "", "response": None, "status": None, "reason": None, **s}
         for s in said]
    )  # fmt: skip


def parsed(text: str) -> docutils.nodes.document:
    """`text` as MyST reads it, with the extensions of the book."""
    settings = docutils.frontend.get_default_settings(Parser)
    settings.myst_enable_extensions = {"attrs_block", "colon_fence", "deflist"}
    settings.report_level = 5
    settings.myst_suppress_warnings = ["myst.header"]  # they stand under those of the page
    document = docutils.utils.new_document("said", settings)
    Parser().parse(text, document)
    return document


def text_of(text: str) -> str:
    """The words of `text` as a reader sees them, on one line."""
    return " ".join(parsed(text).astext().split())


def is_plain(words: str) -> None:
    """`words`, wherever they stand in a comment, are shown as they are and do nothing."""
    everywhere = dict.fromkeys(("page", "comment", "response"), comments.inert(words))
    both = table_of(*({**everywhere, "status": status} for status in ("open", "done")))
    block = generated_pages.said(both)["{{page.comments}}"]
    assert prose.fill(block, gate.release([], gate.Policy(5, "none", True))) == block
    markup = {"raw", "reference", "image", "target", "literal", "emphasis", "math", "bullet_list", "comment"}
    markup |= {"enumerated_list", "table", "transition", "system_message", "pending_xref"}
    sections = parsed(block).children
    assert [s.children[0].astext() for s in sections] == ["Still open", "Done", "Not done, and why"]
    for section, count in zip(sections, (1, 1, 0), strict=True):
        assert not {n.tagname for n in section.findall()} & markup, words
        kinds = ["title", "paragraph", *["container"] * count]
        assert [n.tagname for n in section.children] == kinds, "nothing gets out of its box"
        for quote in section.findall(docutils.nodes.block_quote):
            assert " ".join(quote.astext().split()) == " ".join(words.split())


@pytest.mark.parametrize("words", NAUGHTY)
def test_text_of_a_comment_is_shown_as_text(words: str) -> None:
    is_plain(words)


@given(st.text(alphabet="`*_{}[]()<>#+-.!|$~:&@^=%\"'\\\n /;ab1é", min_size=1).filter(lambda t: t.strip()))
def test_any_text_of_a_comment_is_shown_as_text(words: str) -> None:
    is_plain(words)


def test_every_comment_is_shown_where_it_stands_and_open_ones_are_not_hidden() -> None:
    table = table_of(
        {"comment": "A", "status": "done", "response": "Did A.", "page": "Start"},
        {"comment": "B", "status": "not done", "reason": "Because B."},
        {"comment": "C", "date": pd.Timestamp("2021-11-01")},
        {"comment": "D", "status": "done"},
    )
    said = {token.strip("{}"): text_of(text) for token, text in generated_pages.said(table).items()}
    assert said["page.comments"] == (
        "Still open 1 of 4 comments are open. You said on 1 November 2021: C Open since then. "
        "Done 2 of 4 comments led to a change. "
        "You said about Start: A We did: Did A. You said: D We did: the answer is not written down. "
        "Not done, and why 1 of 4 comments did not lead to a change. "
        "You said: B Not done, because: Because B."
    )
    assert said["page.comments_changed"] == "Start"
    sizes = {e.id: e.count for e in comments.counts(table, "export")}
    assert sizes == {"comments.all": 4, "comments.open": 1, "comments.done": 2, "comments.not_done": 1}


def test_few_comments_pass_the_gate_because_they_are_no_people() -> None:
    counted = comments.counts(table_of({"comment": "A"}), "export")
    released = gate.release(counted, gate.Policy(5, "nearest 5", True))
    assert released.get("comments.open").count == 1


def test_an_export_without_comments_says_so_once() -> None:
    assert list(generated_pages.said(None).values()) == ["None at present.", "nothing yet"]
    assert {e.status for e in comments.counts(None, "export")} == {"not collected"}


def project(root: Path) -> Path:
    """As much of the project as the command needs, with an example."""
    (root / "notebooks").mkdir()
    study = root / "studies" / "a-project" / "study.toml"
    study.parent.mkdir(parents=True)
    study.write_text('default = true\n[study]\ndata = "../../data/raw/example"\n')
    example = root / "data" / "raw" / "example"
    example.mkdir(parents=True)
    (example / "INVENTED.md").write_text("Invented.\n")
    table = "date,page,comment,response,status,reason\n,,Made up.,,,\n"
    (example / "steering_comments.csv").write_text(table)
    return root


def test_the_example_stays_invented_and_a_copy_takes_the_comments(tmp_path: Path) -> None:
    root = project(tmp_path)
    was = (root / "data/raw/example/steering_comments.csv").read_bytes()
    status, said = ut_research("comments", str(handed_in(tmp_path, ONE)), cwd=root)
    assert status == 0, said
    assert "example's own comments are invented and stay as they are" in said
    copy = root / "exports" / "example-with-comments"
    assert [r["comment"] for r in rows(copy / "steering_comments.csv")] == ["Made up.", "Say it more simply."]
    assert (root / "data/raw/example/steering_comments.csv").read_bytes() == was
    status, said = ut_research(
        "comments", str(handed_in(tmp_path, ONE, {**ONE, "comment": "Another."})), cwd=root
    )
    assert (status, len(rows(copy / "steering_comments.csv"))) == (0, 3)
    assert "1 new comment is in" in said
    assert "1 was there already" in said


def test_the_next_report_of_the_example_is_of_the_copy_that_took_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path)
    monkeypatch.chdir(root)
    before = build.plan()
    assert ut_research("comments", str(handed_in(tmp_path, ONE)), cwd=root)[0] == 0
    after = build.plan()
    assert after.export == root / "exports" / "example-with-comments"
    assert (after.name, after.owner) == (before.name, before.owner) == ("example", before.owner)
    assert build.plan("data/raw/example").export == before.export


def test_comments_are_listed_and_answered_without_opening_the_table(tmp_path: Path) -> None:
    root = project(tmp_path)
    table = root / "exports" / "example-with-comments" / "steering_comments.csv"
    assert ut_research("comments", str(handed_in(tmp_path, ONE)), cwd=root)[0] == 0
    _, said = ut_research("answer", cwd=root)
    assert "2. Reoffending: The answer: Say it more simply." in said
    status, said = ut_research("answer", "2", "--response", "=We did", "--reason", "You were right", cwd=root)
    assert status == 0, said
    assert "2. " not in said
    row = rows(table)[1]
    assert [row[name] for name in ("response", "status", "reason")] == ["'=We did", "done", "You were right"]
    status, said = ut_research("answer", "7", "--status", "maybe", cwd=root)
    assert status == 1
    for problem in ("there is no comment 7", "nothing stands so", "there is no answer"):
        assert problem in said
    assert "Traceback" not in said
    assert ut_research("answer", "1", "--status", "open", cwd=root)[0] == 0
    assert rows(table)[0]["status"] == "open"


def test_the_command_takes_an_export_and_tells_a_bad_file_in_one_block(tmp_path: Path) -> None:
    root = project(tmp_path)
    export = export_of(tmp_path / "export")
    status, said = ut_research("comments", str(handed_in(tmp_path, ONE)), "--export", str(export), cwd=root)
    assert (status, len(rows(export / "steering_comments.csv"))) == (0, 2), said
    (tmp_path / "bad.json").write_text("{")
    status, said = ut_research("comments", str(tmp_path / "bad.json"), "--export", str(export), cwd=root)
    assert status == 1
    assert "bad.json: it is not a file of comments" in said
    assert "Traceback" not in said


def test_comments_go_to_a_program_for_qualitative_analysis_each_coded_to_its_page(tmp_path: Path) -> None:
    table = pd.DataFrame({"page": ["In short", None, "In short"], "comment": ["One.", "Two <b>.", "Thrée."]})
    write(comments.project(table), tmp_path / "comments.qdpx")
    found = refi.project(tmp_path / "comments.qdpx")
    [source] = found.sources
    names = {code.guid: code.path for code in found.codes}
    told = []
    for coding in found.codings:
        begins, ends = map(int, coding.place.split("-"))
        told.append((names[coding.code], source.text[begins:ends]))
    assert told == [
        (("Comments", "In short"), "One."),
        (("Comments", "No page"), "Two <b>."),
        (("Comments", "In short"), "Thrée."),
    ]


def test_comments_go_with_the_codes_of_the_team_to_be_coded_once_more(tmp_path: Path) -> None:
    heads = ["question", "theme", "against", "finding"]
    rows = [["Works?", "mentors", True, "Not all."], ["Works?", "mentors", None, "They are there."],
            [None, "money", None, None]]  # fmt: skip
    themes = pd.DataFrame(rows, columns=heads)
    write(comments.project(pd.DataFrame({"page": ["A"], "comment": ["B."]}), themes), tmp_path / "c.qdpx")
    codes = {code.path: code.meaning for code in refi.project(tmp_path / "c.qdpx").codes}
    assert codes == {
        **{("Comments",): "", ("Comments", "A"): "", ("Works?",): "", ("money",): ""},
        **{("Works?", "mentors"): "They are there.", ("Works?", "mentors", "against"): "Not all."},
    }
