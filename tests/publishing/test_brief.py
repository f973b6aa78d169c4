"""The brief: two pages, every number from the ledger, nothing withheld in print, nothing that spills."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import docx
import pytest
import typst
from docx.enum.section import WD_SECTION
from pypdf import PdfReader
from said import FOUND, GONE, HIDDEN, WORDS, changed
from tagged import faults
from united_together import FOLDER, PARAMETERS, REGISTRY

from ut_research import published
from ut_research.cleaning import tables as cleaning
from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.disclosure import gate
from ut_research.measures import themes
from ut_research.publishing import blocks, brief

ROOT = Path(__file__).parents[2]
TEXT = (FOLDER / brief.FILE).read_text(encoding="utf-8")
USUAL = (ROOT / brief.USUAL).read_text(encoding="utf-8")
LAYOUT = ROOT / brief.LAYOUT


def written(text: str = TEXT, found: list[Estimate] = FOUND, origin: str = "example") -> brief.Brief:
    released = gate.release([*published.as_estimates(REGISTRY), *found], gate.Policy())
    return brief.write(text, released, REGISTRY, WORDS, origin=origin, data_to="2021-04-30")


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text_of(made: brief.Brief) -> str:
    return brief.page(made)[0].replace("\\", "")


@pytest.fixture(scope="module")
def made() -> bytes:
    return brief.pdf(written(), LAYOUT)


@pytest.mark.parametrize("text", [TEXT, USUAL], ids=["of the study", "of any study"])
def test_it_has_two_pages_of_a4_with_a_title_that_can_be_read_aloud(text: str):
    content = brief.pdf(written(text), LAYOUT)
    assert faults(content) == []
    pdf = PdfReader(io.BytesIO(content))
    assert [(round(p.mediabox.width), round(p.mediabox.height)) for p in pdf.pages] == [(595, 842)] * 2
    assert pdf.metadata.title == "Reoffending was lower"


def test_what_fits_on_one_page_stands_on_one():
    few = "# {{finding}}\n\n## In short\n\nThey are {{reach.referred}} people.\n\n- {{reach.registered}}\n"
    few += "- {{outcomes.employment}}\n\n## More | page 2\n\nWords.\n"
    (text,) = pages(brief.pdf(written(few), LAYOUT))
    assert "Words." in text and "1 of 1" in text


def test_equal_findings_give_equal_bytes(made: bytes):
    assert brief.pdf(written(), LAYOUT) == made
    assert brief.docx(written()) == brief.docx(written())


def test_both_pictures_are_described_and_one_that_is_not_would_be_refused():
    first, second = (b for s in written().sections for b in s.blocks if isinstance(b, blocks.Picture))
    assert "9 of 34" in first.alt
    assert "84 of 103" in second.alt
    source = b'#set document(title: "x")\n#image(bytes(sys.inputs.svg), format: "svg")'
    with pytest.raises(RuntimeError, match="alt"):
        typst.compile(source, format="pdf", pdf_standards=["ua-1"], sys_inputs={"svg": first.svg})


def test_both_pages_say_what_is_invented_and_what_the_sources_are(made: bytes):
    for text in pages(made):
        assert "Invented data: not real results." in text
        assert "* Invented. Sources: the records of this study; The United Together Project" in text


def test_a_brief_about_an_export_has_no_star_and_does_not_say_that_it_is_invented():
    found = [replace(e, origin="export") for e in FOUND]
    for text in pages(brief.pdf(written(found=found, origin="export"), LAYOUT)):
        assert "nvented" not in text
        assert "*" not in text
        assert "records of this study" in text


def test_sections_are_those_of_an_arc_bite_in_order(made: bytes):
    wanted = [
        "In short", "Background", "United Together", "What did we do?", "How did we involve people?",
        "What did we find out?", "What partners said", "What we do not know",
        "What have we learnt, and what next?", "Further reading", "Contact", "About the funder",
    ]  # fmt: skip
    assert [s.title for s in written().sections] == wanted
    text = " ".join(pages(made))
    assert all(title in text for title in wanted)


def test_a_star_follows_what_is_invented_and_nothing_published():
    text = text_of(written())
    assert "They hold 250* people" in text
    assert "the 7 trusts" in text
    assert "between 4 and 50 fewer of every 100*" in text


def test_numbers_are_those_of_the_ledger(made: bytes):
    moved = written(found=changed("outcomes.employment", count=41, value=100 * 41 / 204))
    words = "\n".join(p.text for p in docx.Document(io.BytesIO(brief.docx(moved))).paragraphs)
    for text in (pages(brief.pdf(moved, LAYOUT))[1], text_of(moved), words):
        assert "41 of 204" in text
    assert "41 of 204" not in pages(made)[1]


def test_what_may_not_be_shown_is_said_in_words_and_what_is_not_known_is_left_out():
    few = text_of(written(found=changed("outcomes.employment", count=3, value=100 * 3 / 204)))
    assert "Employment: hidden to protect people" in few
    assert "3 of 204" not in few
    absent = changed("activity.mean_t1", "activity.mean_t2", **GONE)
    assert "active on" not in text_of(written(found=absent))


def test_what_a_paragraph_is_about_is_said_also_where_its_numbers_are_hidden():
    made = written(found=changed("wellbeing.change_mean", **HIDDEN))
    said = [blocks.words(b.text) for s in made.sections for b in s.blocks if isinstance(b, blocks.Paragraph)]
    assert "Wellbeing. Wellbeing.change_mean: hidden to protect people." in said


def test_a_picture_is_titled_with_what_was_found_and_of_how_many_where_that_may_be_said():
    first, second = (b for s in written().sections for b in s.blocks if isinstance(b, blocks.Picture))
    assert first.caption == "Reoffended within one year. 34 engaged. 27 did not.*"
    assert second.caption == "Mental wellbeing was better. Low wellbeing, of those who filled in both forms*"
    hidden = written(found=changed("reoffending.risk", **HIDDEN)).sections[0].blocks[0]
    assert isinstance(hidden, blocks.Picture) and hidden.caption == "Reoffended within one year."


def test_letters_are_as_large_as_there_is_room_for(made: bytes):
    few = "# {{finding}}\n\n## In short\n\nThey are {{reach.referred}} people.\n\n- {{reach.registered}}\n"
    few += "- {{outcomes.employment}}\n\n## More\n\nSome words.\n"

    def size(pdf: bytes, words: str) -> float:
        found: list[float] = []
        PdfReader(io.BytesIO(pdf)).pages[0].extract_text(
            visitor_text=lambda said, _, at, __, size: found.append(size * at[3]) if words in said else None
        )
        return round(found[0], 1)

    assert abs(size(brief.pdf(written(few), LAYOUT), "Some words.")) == 12
    assert abs(size(made, "We used the project")) == 10.5


def test_a_section_and_a_picture_about_nothing_in_the_data_are_left_out():
    absent = changed("wellbeing.low_t1", "wellbeing.low_t2", **GONE)
    more = TEXT + "\n## Nothing\n\n{{finding.outcomes}}\n"
    made = written(more, absent)
    assert "Nothing" not in [s.title for s in made.sections]
    assert len([b for s in made.sections for b in s.blocks if isinstance(b, blocks.Picture)]) == 1


def test_too_little_for_a_brief_says_what_is_missing():
    ids = [e.id for e in FOUND if e.id != "reach.referred"]
    with pytest.raises(brief.TooLittle, match=r"1 findings with a number.*Employment: not in this export"):
        written(found=changed(*ids, **GONE))


def test_all_mistakes_in_the_text_are_told_at_once():
    wrong = TEXT.replace("{{reach.referred}}", "{{reach.refered}}").replace("often have poor", "73 have poor")
    wrong += (
        "\n## More\n\nOf {{reach.registered|n}} people {{reach.registered|count}} came.\n\n:chart pie x: y\n"
    )
    with pytest.raises(ProblemsFound) as stopped:
        written(wrong)
    message = str(stopped.value)
    assert "{{reach.refered}}" in message
    assert "a number is typed" in message
    assert "section “More”, Of {{reach.registered|n}}" in message
    assert "the chart cannot be read" in message
    assert len(stopped.value.problems) == 4


@pytest.mark.parametrize(("begins", "page"), [("The Ministry", 1), ("ARC North West Coast is part", 2)])
def test_too_much_text_names_the_page_and_says_by_how_much(begins: str, page: int):
    more = "These words are more than this section has room for. " * 30
    with pytest.raises(ProblemsFound) as stopped:
        brief.pdf(written(TEXT.replace(begins, more + begins, 1)), LAYOUT)
    (problem,) = stopped.value.problems
    assert problem.where == f"brief.txt, page {page}"
    found = re.search(r"about (\d+) words", problem.what)
    assert found and 50 < int(found[1]) < 400
    assert ("Background" in problem.do) == (page == 1)


def table_of(made: brief.Brief) -> tuple[str, list[tuple[str, str]]]:
    """The caption of the table of what people said, and its rows: a question, and what was found."""
    table = next(b for s in made.sections for b in s.blocks if isinstance(b, blocks.Table))
    rows = [(blocks.words(row[0]), blocks.words(row[1])) for row in table.rows[1:]]
    return blocks.words(table.caption), rows


@pytest.fixture(scope="module")
def coded() -> list[Estimate]:
    """What is released of the invented project of interviews."""
    cleaned = cleaning.of_export(ROOT / "data" / "raw" / "united-together", PARAMETERS)
    return list(gate.release(themes.measure(cleaned.tables, origin="example"), gate.Policy()))


def test_without_a_coded_project_the_table_holds_every_published_answer_and_says_so():
    caption, rows = table_of(written())
    known = REGISTRY.findings
    answers = known[(known["document"] == "arc2022") & (known["question"] != "")]["finding"]
    assert " ".join(words for _, words in rows) == " ".join(answers)
    assert caption.endswith("who do it. As published: ARC BITE 2022")


def test_with_a_coded_project_the_table_holds_its_findings_and_says_so(coded: list[Estimate]):
    made = written(found=[*FOUND, *coded])
    caption, rows = table_of(made)
    assert caption.endswith("who do it. From the coded interviews of these data*")
    works = [e.label for e in coded if "role" not in e.group and "works well" in e.group.get("question", "")]
    told = rows[0][1].removesuffix("*")
    assert told.replace("Said against it: ", "") == " ".join(works) and "Said against it: Invented" in told
    assert len(works) == 6 and all(words.endswith("*") for _, words in rows)
    assert len(pages(brief.pdf(made, LAYOUT))) == 2
    shown = docx.Document(io.BytesIO(brief.docx(made))).tables[0].rows[1].cells[1].text
    assert shown == rows[0][1]


def test_each_question_is_answered_by_the_project_where_it_can_be(coded: list[Estimate]):
    some = [e for e in coded if "barriers" in e.group.get("question", "")]
    caption, rows = table_of(written(found=[*FOUND, *some]))
    assert [words.endswith("*") for _, words in rows] == [False, True, False, False, False]
    assert "As published: ARC BITE 2022: What works, Outside the project" in caption
    assert "From the coded interviews of these data*: What gets in the way" in caption


def test_a_brief_of_any_study_has_the_first_finding_on_each_question(coded: list[Estimate]):
    first: dict[str, str] = {}
    for e in coded:
        if "theme" in e.group and e.status != "not collected":
            first.setdefault(e.group["question"], e.label)
    made = written(USUAL, [*FOUND, *coded])
    assert dict(table_of(made)[1]) == {question: f"{label}*" for question, label in first.items()}
    assert len(pages(brief.pdf(made, LAYOUT))) == 2
    assert "What people said" not in [s.title for s in written(USUAL).sections]


def test_a_question_that_nobody_answers_is_left_out_and_ids_of_nothing_are_told():
    lines = "\n## More\n\n:table Of all\n- One: Where next?\n- Two: arc2022.barriers\n"
    assert [heading for heading, _ in table_of(written(USUAL + lines))[1]] == ["Two"]
    with pytest.raises(ProblemsFound, match="no such published findings"):
        written(TEXT.replace("arc2022.works", "arc2022.work"))


def test_logos_of_the_study_stand_at_the_end(tmp_path: Path):
    (tmp_path / "a-trust.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><path d="M0 0h9v9z"/></svg>'
    )
    (tmp_path / "b-trust.png").write_bytes(blocks.png((tmp_path / "a-trust.svg").read_text()))
    logos = tuple(blocks.logo(tmp_path / name) for name in ("a-trust.svg", "b-trust.png"))
    whole = replace(written(USUAL), logos=logos)
    pdf = PdfReader(io.BytesIO(brief.pdf(whole, LAYOUT)))
    assert len(pdf.pages) == 2
    drawn = docx.Document(io.BytesIO(brief.docx(whole)))
    assert drawn.element.xpath("//wp:docPr/@descr")[-2:] == ["a trust", "b trust"]


def test_word_has_styles_header_row_descriptions_and_language():
    made = docx.Document(io.BytesIO(brief.docx(written())))
    headings = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert headings[:2] == ["In short", "Background"]
    assert all(table.rows[0]._tr.trPr.xpath("w:tblHeader") for table in made.tables)
    alts = made.element.xpath("//wp:docPr/@descr")
    assert len(alts) == len(made.inline_shapes) == 2
    assert "15 of 27" in alts[0]
    assert made.styles.element.xpath("//w:rPrDefault//w:lang/@w:val") == ["en-GB"]
    assert "Invented data" in made.sections[0].header.paragraphs[0].text


def test_word_has_two_pages_of_two_columns_that_begin_with_a_section(tmp_path: Path):
    content = brief.docx(written())
    found = docx.Document(io.BytesIO(content))
    breaks = [p.text for p in found.paragraphs if p._p.xpath(".//w:br[@w:type='column']")]
    assert breaks and all(p.style.name == "Heading 1" for p in found.paragraphs if p.text in breaks)
    assert [s.start_type for s in found.sections][1:].count(WD_SECTION.NEW_PAGE) == 1
    if shutil.which("soffice"):
        (tmp_path / "brief.docx").write_bytes(content)
        home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
        call = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
        subprocess.run([*call, str(tmp_path / "brief.docx")], check=True, capture_output=True, timeout=300)
        first, second = (p.extract_text() for p in PdfReader(tmp_path / "brief.pdf").pages)
        assert "How did we involve people?" in first
        assert "About the funder" in second and "2 of 2" in second
