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
from united_together import FOLDER, REGISTRY

from ut_research import published
from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.disclosure import gate
from ut_research.publishing import blocks, brief

ROOT = Path(__file__).parents[2]
TEXT = (FOLDER / brief.FILE).read_text(encoding="utf-8")
LAYOUT = ROOT / brief.LAYOUT


def share(id: str, count: int, n: int, **group: str) -> Estimate:
    value = 100 * count / n
    return Estimate(  # with a made-up range, which is not looked at
        id, id.split(".")[1].replace("_", " ").capitalize() + "".join(f": {v}" for v in group.values()),
        value, max(value - 9, 0), min(value + 9, 100), count, n, "%", "", "example", "participants", group,
    )  # fmt: skip


def days(id: str, value: float) -> Estimate:
    return Estimate(id, id, value, n=96, unit="days", origin="example", source="activity")


FOUND = [
    Estimate("reach.referred", "Referred", 250, count=250, unit="people", origin="example", source="people"),
    share("reach.registered", 204, 250),
    *(share(f"needs.{need}", count, 133) for need, count in
      (("mental_health", 94), ("housing", 70), ("employability", 67))),
    share("wellbeing.low_t1", 84, 103),
    share("wellbeing.low_t2", 10, 103),
    days("activity.mean_t1", 1.74),
    days("activity.mean_t2", 3.38),
    share("outcomes.employment", 36, 204),
    share("outcomes.education_training", 80, 204),
    share("reoffending.rate", 9, 34, group="engaged"),
    share("reoffending.rate", 15, 27, group="not engaged"),
    share("reoffending.risk", 9, 34, group="engaged"),
    share("reoffending.risk", 15, 27, group="not engaged"),
    Estimate("reoffending.risk_change", "Difference", -29.1, -50.2, -4.4, n=61, unit="percentage points",
             origin="example", source="reoffending"),
]  # fmt: skip


def written(text: str = TEXT, found: list[Estimate] = FOUND, **options: object) -> brief.Brief:
    released = gate.release([*published.as_estimates(REGISTRY), *found], gate.Policy())
    given = {"origin": "example", "data_to": "2021-04-30", **options}
    return brief.write(text, released, REGISTRY, **given)  # type: ignore[arg-type]


def changed(id: str, **to: object) -> list[Estimate]:
    return [replace(e, **to) if e.id == id else e for e in FOUND]  # type: ignore[arg-type]


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.fixture(scope="module")
def made() -> bytes:
    return brief.pdf(written(), LAYOUT)


def test_it_has_two_pages_of_a4(made: bytes):
    found = PdfReader(io.BytesIO(made)).pages
    assert [(round(p.mediabox.width), round(p.mediabox.height)) for p in found] == [(595, 842)] * 2


def test_it_is_tagged_and_says_its_title_and_language(made: bytes):
    pdf = PdfReader(io.BytesIO(made))
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert pdf.metadata.title == written().title
    assert "pdfuaid" in root["/Metadata"].get_data().decode()


def test_equal_findings_give_equal_bytes(made: bytes):
    assert brief.pdf(written(), LAYOUT) == made
    assert brief.docx(written()) == brief.docx(written())


def test_a_chart_without_a_description_would_be_refused():
    (chart,) = (b for s in written().sections for b in s.blocks if isinstance(b, blocks.Picture))
    assert "9 of 34" in chart.alt
    source = b'#set document(title: "x")\n#image(bytes(sys.inputs.svg), format: "svg")'
    with pytest.raises(RuntimeError, match="alt"):
        typst.compile(source, format="pdf", pdf_standards=["ua-1"], sys_inputs={"svg": chart.svg})


def test_both_pages_of_an_example_say_that_it_is_invented(made: bytes):
    for text in pages(made):
        assert "Invented example: not evidence about real people" in text


def test_a_brief_about_an_export_does_not_say_that_it_is_invented():
    found = [replace(e, origin="export") for e in FOUND]
    for text in pages(brief.pdf(written(found=found, origin="export"), LAYOUT)):
        assert "nvented" not in text
        assert "export of the project" in text


def test_sections_are_those_of_an_arc_bite_in_order(made: bytes):
    wanted = [
        "Background", "The project", "What we did", "How people were involved", "What we found",
        "What we learnt and what next", "Further reading", "About the funder",
    ]  # fmt: skip
    assert [s.title for s in written().sections] == wanted
    text = " ".join(pages(made))
    assert sorted(wanted, key=text.index) == wanted


def test_numbers_are_those_of_the_ledger(made: bytes):
    assert "among the 103" in re.sub(r"\s+", " ", pages(made)[1])
    moved = changed("outcomes.employment", count=41, value=100 * 41 / 204)
    assert "41 of 204" in pages(brief.pdf(written(found=moved), LAYOUT))[1]
    assert "41 of 204" not in pages(made)[1]
    assert "41 of 204" in brief.page(written(found=moved), "brief.svg")
    words = "\n".join(p.text for p in docx.Document(io.BytesIO(brief.docx(written(found=moved)))).paragraphs)
    assert "41 of 204" in words


def test_the_letter_after_a_number_says_where_it_comes_from():
    whole = written()
    meaning = dict(whole.origins)
    by_id = {e.id: meaning[letter] for letter, e, _ in whole.quoted}
    assert by_id["outcomes.employment"] == "invented example: not evidence about real people"
    assert by_id["arc2022.interviews"].startswith("published: ARC BITE")
    assert by_id["ut2021.partners"].startswith(
        "published: The United Together Project: Final Evaluation Report"
    )


def test_a_number_that_was_withheld_stops_it_and_names_section_and_token():
    few = changed("outcomes.employment", count=3, value=100 * 3 / 204)
    with pytest.raises(ProblemsFound) as stopped:
        written(found=few)
    message = str(stopped.value)
    assert "section “What we found”" in message
    assert "{{outcomes.employment|count_of_n}}" in message
    assert "hidden to protect people" in message
    assert "3 of" not in message


def test_the_page_of_the_book_says_why_a_number_is_absent():
    few = changed("outcomes.employment", count=3, value=100 * 3 / 204)
    assert "hidden to protect people" in brief.page(written(found=few, strict=False), "brief.svg")


def test_a_number_that_the_export_does_not_hold_stops_it():
    absent = changed("activity.mean_t1", status="not collected", value=None, n=None)
    with pytest.raises(ProblemsFound, match="not in this export"):
        written(found=absent)


def test_a_part_that_a_finding_does_not_have_stops_it():
    with pytest.raises(ProblemsFound, match="no such part"):
        written(TEXT.replace("{{reach.registered|n}}", "{{activity.mean_t1|count}}"))


def test_all_mistakes_in_the_text_are_told_at_once():
    wrong = TEXT.replace("{{reach.referred}}", "{{reach.refered}}").replace(
        "many people do not", "73 people do not"
    )
    with pytest.raises(ProblemsFound) as stopped:
        written(wrong + "\n## Nowhere\n\nWords.\n")
    message = str(stopped.value)
    assert "{{reach.refered}}" in message
    assert "a number is typed" in message
    assert "“## Nowhere”" in message
    assert len(stopped.value.problems) == 3


@pytest.mark.parametrize(
    ("title", "begins", "page"),
    [("Background", "Stigma and being", 1), ("How people were involved", "The same kind", 1),
     ("What we found", "Work was", 2), ("About the funder", "ARC North West Coast is part", 2)],
)  # fmt: skip
def test_too_much_text_names_the_section_and_says_by_how_much(title: str, begins: str, page: int):
    more = "These words are more than this section has room for. " * 30
    with pytest.raises(ProblemsFound) as stopped:
        brief.pdf(written(TEXT.replace(begins, more + begins, 1)), LAYOUT)
    (problem,) = stopped.value.problems
    assert f"section “{title}”" in problem.where
    found = re.search(r"is (\d+) lines too long, about (\d+) words", problem.what)
    assert found and 5 < int(found[1]) < 60 and 50 < int(found[2]) < 400
    assert f"page {page}" in problem.do


def test_the_room_of_all_sections_is_no_more_than_the_pages_have():
    whole = written()
    sizes = blocks.measured(LAYOUT, brief._for_layout(whole), "section")
    spare = {p["page"]: p["spare"] for p in blocks.measured(LAYOUT, brief._for_layout(whole), "page")}
    lines = {s["title"]: s["lines"] for s in sizes}
    for number in (1, 2):

        def high(of: dict[str, int], number: int = number) -> int:
            slots = {
                slot: sum(of[s.title] for s in whole.sections if s.slot == f"page {number}, {slot}")
                for slot in ("full", "left", "right")
            }
            return slots["full"] + max(slots["left"], slots["right"])

        rooms = {s.title: s.room for s in whole.sections}
        assert high(rooms) <= high(lines) + spare[number] + 1  # lines are rounded up


def test_the_table_holds_every_published_answer():
    table = next(b for s in written().sections for b in s.blocks if isinstance(b, blocks.Table))
    heads = [blocks.words(row[0][0]) for row in table.rows[1:]]
    assert heads == [
        "What works",
        "Barriers",
        "Outside factors",
        "What supports partnership",
        "What to do differently",
    ]
    known = REGISTRY.findings
    answers = known[(known["document"] == "arc2022") & (known["question"] != "")]["finding"]
    assert [blocks.words(line) for row in table.rows[1:] for line in row[1]] == list(answers)


def test_word_has_styles_header_row_description_and_language():
    made = docx.Document(io.BytesIO(brief.docx(written())))
    headings = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert headings[:2] == ["Background", "The project"]
    assert all(table.rows[0]._tr.trPr.xpath("w:tblHeader") for table in made.tables)
    alts = made.element.xpath("//wp:docPr/@descr")
    assert len(alts) == len(made.inline_shapes) == 1
    assert "15 of 27" in alts[0]
    assert made.styles.element.xpath("//w:rPrDefault//w:lang/@w:val") == ["en-GB"]
    assert "Invented example" in made.sections[0].header.paragraphs[0].text
