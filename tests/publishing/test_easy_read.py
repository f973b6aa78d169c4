"""The Easy Read: a picture a sentence, words by the report's own verdicts, easy for a reader of nine."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from said import FOUND, GONE, WORDS, changed
from tagged import faults
from united_together import FOLDER, REGISTRY, ROOT

from tools import readability
from ut_research import published
from ut_research.core.estimate import Estimate
from ut_research.core.problems import ProblemsFound
from ut_research.disclosure import gate
from ut_research.publishing import blocks, easy_read

TEXTS = [(FOLDER / easy_read.FILE).read_text("utf-8"), (ROOT / easy_read.USUAL).read_text("utf-8")]
PICTURES = ROOT / easy_read.PICTURES
SURE = {"reoffending.risk_change": True, "wellbeing.change_mean": True}
MORE = [
    replace(next(e for e in FOUND if e.id == "outcomes.employment"), id="outcomes.housing"),
]


def lines(text: str, found: list[Estimate] = FOUND, family: dict[str, bool] = SURE) -> list[easy_read.Line]:
    released = gate.release([*published.as_estimates(REGISTRY), *found, *MORE], gate.Policy())
    return easy_read.write(text, released, WORDS, family, PICTURES)


def words(text: str, found: list[Estimate] = FOUND, family: dict[str, bool] = SURE) -> list[str]:
    return [said for said, _ in lines(text, found, family)]


TITLE = "# {{study.title}}\n\n## Found\n\n"
CHANGE = TITLE + "scales? reoffending.risk_change: Fewer did. / More did. / We can not tell.\n"


def test_each_sentence_has_its_picture_and_a_heading_none() -> None:
    assert lines(TITLE + "door: {{reach.registered|in_100}} people joined in.\n") == [
        ("United Together", ""),
        ("Found", ""),
        ("82 of every 100 people joined in.", (PICTURES / "door.svg").read_text("utf-8")),
    ]


def test_what_is_said_of_a_change_goes_by_its_sign_and_the_one_verdict_on_it() -> None:
    assert words(CHANGE)[-1] == "Fewer did."
    assert words(CHANGE, changed("reoffending.risk_change", value=9.0, low=1.0, high=20.0))[-1] == "More did."
    assert words(CHANGE, family={"reoffending.risk_change": False})[-1] == "We can not tell."
    assert words(CHANGE, changed("reoffending.risk_change", high=3.0))[-1] == "We can not tell."


def test_what_the_data_do_not_hold_is_left_out_with_its_heading() -> None:
    assert words(CHANGE, changed("reoffending.risk_change", **GONE)) == ["United Together"]


def test_what_is_hidden_is_said_in_words() -> None:
    few = changed("outcomes.employment", count=3, value=100 * 3 / 204)
    assert words(TITLE + "work: {{outcomes.employment|count}} people found work.\n", few)[-1] == (
        "Employment: hidden to protect people."
    )


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ProblemsFound) as stopped:
        lines(TITLE + "dragon: Words.\nWords.\ndoor: {{reach.nothing}} people.\n")
    told = str(stopped.value)
    assert (
        "line 5: it has no picture" in told and "line 6" in told and "Begin it with one of ball, book" in told
    )
    assert "line 7, {{reach.nothing}}" in told


@pytest.mark.parametrize("text", TEXTS, ids=["of the study", "of any study"])
def test_it_is_two_to_four_pages_of_large_print_for_a_reader_of_nine(text: str) -> None:
    made = lines(text)
    about = {"title": "United Together: Easy Read", "label": "Invented", "author": "x", "lines": made}
    content = blocks.pdf(ROOT / easy_read.LAYOUT, about)
    assert faults(content) == []
    pdf = PdfReader(io.BytesIO(content))
    assert 2 <= len(pdf.pages) <= 4
    sizes: set[float] = set()
    for page in pdf.pages:
        page.extract_text(
            visitor_text=lambda t, m, p, f, size: sizes.add(round(abs(size * p[3]))) if t.strip() else 0
        )
    assert min(sizes) >= 16
    sentences = [said for said, svg in made if svg]
    assert all(len(said.split()) <= 16 for said in sentences)
    assert readability.age(" ".join(sentences)) <= 9


def test_pictures_are_our_own_small_drawings() -> None:
    for file in PICTURES.iterdir():
        drawn = file.read_text(encoding="utf-8")
        assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"'), file.name
        assert len(drawn) < 1000 and "<text" not in drawn and "href" not in drawn


def test_the_page_has_every_line(tmp_path: Path) -> None:
    html = "\n".join(easy_read._html(lines(TITLE + "door: 1 < 2 & {{study.people}}.\n")))
    assert "<h1>United Together</h1>" in html and "<h2>Found</h2>" in html
    assert "1 &lt; 2 &amp; people on probation." in html
