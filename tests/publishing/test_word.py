"""Word documents: numbered pages, tables whose words are whole and whose rows stay together, even columns."""

from __future__ import annotations

import io
from typing import Any

import docx
import pytest

from ut_research.publishing import word
from ut_research.publishing.blocks import Block, Heading, Paragraph, Picture, Table, plain

LABEL = "Invented example: not evidence. Only some numbers are real."
#: How wide words are in Arial, of the size of its letters: in bold and not, by the widths that it declares.
WIDE = {"interview_round_from": 10.50, "inconsistent": 5.28}
#: A column of long names, one of short words, and one of sentences.
ROWS = [("interview_round_from", "inconsistent", "Out of 133 it is 40 people, and every share fits. " * 6)]


def table(rows: list[tuple[str, ...]]) -> Table:
    return Table(plain("Of all"), tuple(tuple(map(plain, row)) for row in rows))


def made(*blocks: Block, **options: Any) -> Any:
    return docx.Document(io.BytesIO(word.document("A title", blocks, label=LABEL, **options)))


def kept(rows: list[Any]) -> list[bool]:
    return [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in rows]


@pytest.mark.parametrize("small", [True, False])
def test_each_page_has_its_number_and_says_at_its_top_where_the_data_come_from(small: bool) -> None:
    (section,) = made(Paragraph(plain("x")), small=small, foot="Sources: ours.").sections
    fields = section.footer._element.xpath(".//w:fldSimple/@w:instr")
    assert fields == ["PAGE", "NUMPAGES"]
    assert section.footer.paragraphs[0].text == "Sources: ours."
    assert section.header.paragraphs[0].text == "Invented example: not evidence."


def test_columns_hold_their_longest_word_and_sentences_have_the_most_room() -> None:
    found = made(table([("Name", "Verdict", "What it gives"), *ROWS])).tables[0]
    widths = [cell.width.cm for cell in found.rows[0].cells]
    for width, longest in zip(widths, ROWS[0][:2], strict=False):
        assert width - word.SIDES >= WIDE[longest] * word.CELL / 72 * 2.54, longest
    assert widths[2] > max(widths[:2])
    assert sum(widths) <= 17.0


def test_words_too_long_for_the_page_share_it() -> None:
    found = made(table([("x" * 90, "y" * 45)])).tables[0]
    first, second = (cell.width.cm for cell in found.rows[0].cells)
    assert first + second <= 17.0
    assert first > second > 5


def test_a_short_table_stands_on_one_page_and_a_long_one_leaves_no_row_alone() -> None:
    short, long = (made(table([("a", "b")] * number)).tables[0] for number in (word.SHORT, word.SHORT + 9))
    assert kept(short.rows) == [True] * (word.SHORT - 1) + [False]
    assert kept(long.rows)[: word.ENDS] == [True] * word.ENDS
    assert kept(long.rows)[-word.ENDS :] == [True] * (word.ENDS - 1) + [False]
    assert not all(kept(long.rows)[word.ENDS : -word.ENDS])


def drawn(wide: int, high: int, caption: str = "Of all") -> Picture:
    """A picture that has a drawing for a wide page, of this size."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt" viewBox="0 0 {wide} {high}">'
    return Picture(f'{svg}<view id="desk" viewBox="0 0 {wide} {high}"/></svg>', "A bar.", caption)


LEAD = Paragraph((("strong", "Fewer did."),))


@pytest.mark.parametrize("shown", [table([("a", "b")]), drawn(9, 3)], ids=["a table", "a picture"])
@pytest.mark.parametrize("leads", [[], [LEAD]], ids=["", "after a line in bold"])
def test_what_leads_to_a_table_or_a_picture_stands_with_it(shown: Block, leads: list[Block]) -> None:
    words = "Of these, some did."
    found = made(Heading(1, plain("A")), *leads, Paragraph(plain(words)), shown).paragraphs
    kept = {p.text: bool(p.paragraph_format.keep_with_next) for p in found}
    assert kept[words] and all(kept[text] for text in ("Fewer did.",) if leads)


def test_a_line_that_ends_in_a_colon_stands_with_what_follows_and_other_text_does_not() -> None:
    said = ("We cannot say:", "More of it.", "And more.")
    found = made(*(Paragraph(plain(text)) for text in said)).paragraphs[2:]
    assert [bool(p.paragraph_format.keep_with_next) for p in found] == [True, False, False]


@pytest.mark.parametrize(
    ("high", "shown"),
    [(300, 17 / 3), (600, word.TALL), (900, 17 * word.SMALLEST)],
    ids=["low", "tall", "very tall"],
)
def test_a_tall_picture_is_smaller_but_its_letters_can_be_read(high: int, shown: float) -> None:
    (shape,) = made(drawn(900, high)).inline_shapes
    assert shape.height.cm == pytest.approx(shown, abs=0.05)
    assert shape.width / shape.height == pytest.approx(900 / high, abs=0.02)


def test_a_picture_stands_with_what_explains_it() -> None:
    for text, together in (("Lines: likely range.", True), ("A long sentence about it. " * 9, None)):
        caption, picture, _ = made(drawn(9, 3), Paragraph(plain(text))).paragraphs[2:]
        assert caption.paragraph_format.keep_with_next
        assert picture.paragraph_format.keep_with_next is together
