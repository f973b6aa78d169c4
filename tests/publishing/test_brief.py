"""The brief: two pages, every number from the ledger, nothing withheld in print, nothing that spills."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import docx
import pytest
import typst
from pypdf import PdfReader
from said import FOUND, GONE, WORDS, changed
from united_together import FOLDER, REGISTRY

from ut_research import published
from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.disclosure import gate
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
def test_it_has_two_pages_of_a4_tagged_with_title_and_language(text: str):
    pdf = PdfReader(io.BytesIO(brief.pdf(written(text), LAYOUT)))
    assert [(round(p.mediabox.width), round(p.mediabox.height)) for p in pdf.pages] == [(595, 842)] * 2
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert pdf.metadata.title == "Reoffending was lower"
    assert "pdfuaid" in root["/Metadata"].get_data().decode()


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
        assert "* Invented. Sources: the project’s own records; The United Together Project" in text


def test_a_brief_about_an_export_has_no_star_and_does_not_say_that_it_is_invented():
    found = [replace(e, origin="export") for e in FOUND]
    for text in pages(brief.pdf(written(found=found, origin="export"), LAYOUT)):
        assert "nvented" not in text
        assert "*" not in text
        assert "export of the project" in text


def test_sections_are_those_of_an_arc_bite_in_order(made: bytes):
    wanted = [
        "In short", "Background", "United Together", "What did we do?", "How did we involve people?",
        "What did we find out?", "What partners said, in 2022", "What we do not know",
        "What have we learnt, and what next?", "Further reading", "Contact", "About the funder",
    ]  # fmt: skip
    assert [s.title for s in written().sections] == wanted
    assert all(title in " ".join(pages(made)) for title in wanted)


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


def test_the_table_holds_every_published_answer():
    table = next(b for s in written().sections for b in s.blocks if isinstance(b, blocks.Table))
    known = REGISTRY.findings
    answers = known[(known["document"] == "arc2022") & (known["question"] != "")]["finding"]
    assert " ".join(blocks.words(row[1][0]) for row in table.rows[1:]) == " ".join(answers)


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
