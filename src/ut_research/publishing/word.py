"""Word documents from blocks: headings as styles, tables with header rows, pictures with descriptions.

In: the blocks of `ut_research.publishing.blocks`. Out: the bytes of a .docx, the same for the same blocks;
drawings go in as pictures of dots, because Word cannot show SVG everywhere.
"""

from __future__ import annotations

import datetime
import io
import itertools
import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ut_research.publishing import blocks as paper
from ut_research.publishing.blocks import Block, Bullets, Columns, Heading, Paragraph, Picture, Table, Text

if TYPE_CHECKING:
    from docx.document import Document

LANGUAGE = "en-GB"
#: Width of A4, its margins at the sides, and those above and below and of a small document, in centimetres.
PAPER, MARGIN, EDGE = 21.0, 2.0, 1.6
#: Of headings and links.
COLOUR = (0x00, 0x46, 0x70)
#: Behind the title, and the line under it.
MASTHEAD, AMBER = "0B3B5C", "FFAE5C"
#: What a cell of a table keeps free at its sides, in centimetres, and the size of its letters, in points.
SIDES, CELL = 0.4, 9.0
#: The style of what stands in cells.
IN_CELLS = "Table Text"
#: How wide bold letters are, of their size: narrow, broad, capital, and all others.
LETTERS = {**dict.fromkeys("iljtfrI.,:;'|()[]/!-", 0.33), **dict.fromkeys("mwMWO@%", 0.88)}
CAPITAL, OTHER = 0.72, 0.6
#: A table of as many rows stands on one page; of a longer one, as many rows stay together at its ends.
SHORT, ENDS = 8, 3
#: About how many letters a line of one of two columns holds.
A_LINE = 45
#: Letters that a line under a picture, which explains it, has at most.
NOTE = 90
#: Width of a picture that is not drawn for a wide page; and height of a tall one, unless it would have to be
#: made smaller than to this share, by which its letters are nearly as those in cells.
PICTURE, TALL, SMALLEST = 13.0, 9.8, 0.78


def document(
    title: str, blocks: Iterable[Block], *, label: str, small: bool = False, foot: str = ""
) -> bytes:
    """A Word document.

    Parameters
    ----------
    title : its title, above the text and in its properties.
    blocks : the text; figures and tables are numbered in their order, where they have captions.
    label : where the data come from; it stands under the title, and how it begins at the top of each page.
    small : whether it is to be short: smaller letters and pictures, no numbering, neither the label nor a
        list of its chapters (headings of level 1) under the title.
    foot : what stands at the foot of each page, beside its number.
    """
    import docx

    made = docx.Document()
    _about(made, title, label, foot, small)
    _styles(made, small)
    made.add_paragraph(title, style="Title")
    rest = list(blocks)
    if not small:
        _runs(made.add_paragraph(), (("strong", label),))
        _contents(made, [b for b in rest if isinstance(b, Heading) and b.level == 1])
    counts = None if small else {"Figure": 0, "Table": 0, "Heading": 0}
    for before, block, after in zip([None, *rest], rest, [*rest[1:], None], strict=False):
        _add(made, block, counts)
        if _stays_with(before, block, after, small):
            made.paragraphs[-1].paragraph_format.keep_with_next = True
    out = io.BytesIO()
    made.save(out)
    return paper.timeless(out.getvalue())


def _stays_with(before: Block | None, block: Block, after: Block | None, small: bool) -> bool:
    """Whether a block stands on the page of the next: what leads to more, and a picture with its note."""
    match before, block, after:
        case Heading() | Paragraph(), Paragraph(), Table() | Picture() if _leads(before):
            return True
        case _, Paragraph(), _ if _leads(block):
            return True
        case _, Picture(), Paragraph(text):
            return not small and len(paper.words(text)) < NOTE
    return False


def _leads(block: Block | None) -> bool:
    """Whether a block says what the next is about: a heading, a line in bold, or one that ends in a colon."""
    if isinstance(block, Paragraph):
        return {style for style, _ in block.text} == {"strong"} or paper.words(block.text).endswith(":")
    return isinstance(block, Heading)


def _add(made: Document, block: Block, counts: dict[str, int] | None) -> None:
    """Put a block at the end; `counts` numbers what there is, unless the document is a small one."""
    from docx.enum.section import WD_SECTION
    from docx.oxml.ns import qn
    from docx.shared import Pt

    match block:
        case Heading(level, text, column):
            heading = made.add_heading(paper.words(text), level)
            if column:
                heading.runs[0]._r.insert(0, _tag("w:br", **{"w:type": "column"}))
            if level == 1 and counts:
                counts["Heading"] += 1
                number = {"w:id": str(counts["Heading"])}
                heading._p.append(_tag("w:bookmarkStart", **number, **{"w:name": f"part{number['w:id']}"}))
                heading._p.append(_tag("w:bookmarkEnd", **number))
        case Paragraph(text):
            _runs(made.add_paragraph(), text)
        case Bullets(items, ordered):
            lines = [made.add_paragraph(style="List Number" if ordered else "List Bullet") for _ in items]
            for line, item in zip(lines, items, strict=True):
                _runs(line, item)
            if ordered:
                _from_one(made, lines)
        case Table():
            _caption(made, counts, "Table", paper.words(block.caption))
            _table(made, block)
            between = made.add_paragraph().paragraph_format  # without it, two tables would be one
            between.line_spacing, between.space_after = Pt(8), Pt(0)
        case Picture():
            _caption(made, counts, "Figure", block.caption)
            _picture(made, block, small=counts is None)
        case Columns(number, page):
            section = made.add_section(WD_SECTION.NEW_PAGE if page else WD_SECTION.CONTINUOUS)
            section._sectPr.xpath("./w:cols")[0].set(qn("w:num"), str(number))


def _picture(made: Document, block: Picture, *, small: bool) -> None:
    """A drawing with its description: the one for a wide page, where there is one and room for it."""
    from docx.shared import Cm

    wide = None if small else paper.desk(block.svg)
    across = PAPER - 2 * MARGIN if wide else block.share * (8 if small else PICTURE)
    made.add_picture(io.BytesIO(paper.png(wide or block.svg)), width=Cm(across))
    shape = made.inline_shapes[-1]
    share = 1 if small else min(1, max(SMALLEST, Cm(TALL) / shape.height))
    shape.width, shape.height = round(share * shape.width), round(share * shape.height)
    shape._inline.docPr.set("descr", block.alt)


def _from_one(made: Document, lines: Iterable[Any]) -> None:
    """Count the lines of a numbered list from 1, whatever list came before."""
    numbering: Any = made.part.numbering_part.element
    styles: Any = made.styles
    style = styles["List Number"].element.pPr.numPr.numId.val
    like = next(num for num in numbering.num_lst if num.numId == style)
    own = numbering.add_num(like.abstractNumId.val)
    own.add_lvlOverride(0).add_startOverride(1)
    for line in lines:
        line._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = own.numId


def _contents(made: Document, headings: Iterable[Heading]) -> None:
    """A list of the headings, if any, each linked to its place."""
    from docx.shared import RGBColor

    for number, heading in enumerate(headings, 1):
        if number == 1:
            made.add_paragraph("In this report", style="TOC Heading")
        line = made.add_paragraph(style="List Bullet")
        link = _tag("w:hyperlink", **{"w:anchor": f"part{number}", "w:history": "1"})
        run = line.add_run(paper.words(heading.text))
        run.font.underline, run.font.color.rgb = True, RGBColor(*COLOUR)
        link.append(run._r)
        line._p.append(link)


def _tag(name: str, **attributes: str) -> Any:
    """An element of a Word document."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(key), value)
    return made


def _about(made: Document, title: str, label: str, foot: str, small: bool) -> None:
    """Page and properties, and the lines at the top and at the foot of each page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    about = made.core_properties
    about.title, about.language, about.author, about.comments = title, LANGUAGE, "", ""
    about.created = about.modified = datetime.datetime(2000, 1, 1)
    (section,) = made.sections
    section.page_width, section.page_height = Cm(PAPER), Cm(29.7)
    section.left_margin = section.right_margin = Cm(EDGE if small else MARGIN)
    section.top_margin = section.bottom_margin = Cm(EDGE)
    section.header.paragraphs[0].text = paper.beginning(label)
    section.header_distance = section.footer_distance = Cm(0.8)
    numbered = section.footer.paragraphs[0]
    if foot:
        numbered.insert_paragraph_before(foot, style="Footer")
    numbered.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for before, field in (("", "PAGE"), (" of ", "NUMPAGES")):
        numbered.add_run(before)
        counted = _tag("w:fldSimple", **{"w:instr": field})
        counted.append(numbered.add_run("1")._r)  # until the program that opens it counts
        numbered._p.append(counted)


def _styles(made: Document, small: bool) -> None:
    """Language, typeface, sizes and colours."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    styles: Any = made.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    defaults.find(qn("w:lang")).set(qn("w:val"), LANGUAGE)
    coloured = ("Title", "TOC Heading", "Caption", *(f"Heading {i}" for i in range(1, 7)))
    for name in ("Normal", "Header", "Footer", *coloured):
        fonts = styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        for kind in list(fonts.attrib):
            del fonts.attrib[kind]
        styles[name].font.name = "Arial"
        if name in coloured:
            styles[name].font.color.rgb = RGBColor(*COLOUR)
    for name, size in {"Normal": 11, "Caption": 10, "Footer": 10, "Title": 22}.items():
        styles[name].font.size = Pt(size - small)
    edge = styles["Title"].element.pPr.find(qn("w:pBdr"))
    edge.addnext(_tag("w:shd", **{"w:val": "clear", "w:fill": MASTHEAD}))
    edge[0].set(qn("w:color"), AMBER)
    styles["Title"].font.color.rgb, styles["Title"].font.bold = RGBColor(255, 255, 255), True
    for name in ("Normal", "List Bullet"):
        styles[name].paragraph_format.space_after = Pt(4 if small else 7)
    styles["Caption"].paragraph_format.space_after = Pt(4)
    cells = styles.add_style(IN_CELLS, WD_STYLE_TYPE.PARAGRAPH)
    cells.base_style, cells.font.size, cells.paragraph_format.space_after = styles["Normal"], Pt(CELL), Pt(2)
    if small:
        styles["Heading 1"].font.size, styles["Heading 1"].paragraph_format.space_before = Pt(13), Pt(8)


def _caption(made: Document, counts: dict[str, int] | None, kind: str, words: str) -> None:
    """What stands above a table or a picture, numbered where there are `counts`."""
    if words and counts:
        counts[kind] += 1
        words = f"{kind} {counts[kind]}. {words}"
    if words:
        made.add_paragraph(words, style="Caption").paragraph_format.keep_with_next = True


def _runs(paragraph: Any, text: Text) -> None:
    for style, part in text:
        run = paragraph.add_run(part)
        run.bold = True if style == "strong" else None


def _table(made: Document, block: Table) -> None:
    """A table whose first row is its header, repeated on each page, and whose rows are not broken."""
    from docx.oxml.ns import qn
    from docx.shared import Cm

    rows = block.rows
    widths = _widths(rows, made.sections[0])
    table = made.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
    table.autofit, cell_style = False, made.styles[IN_CELLS]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for i, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
        marks = row._tr.get_or_add_trPr()
        marks.append(_tag("w:cantSplit"))
        if i == 0:
            marks.append(_tag("w:tblHeader"))
        last = i == len(rows) - 1
        together = not last and (len(rows) <= SHORT or i < ENDS or i >= len(rows) - ENDS)
        places = row.cells
        for place, width in zip(places, widths, strict=True):
            place.width = Cm(width)
        for j, text in enumerate(cells):
            paragraph = places[j].paragraphs[0]
            paragraph.style = cell_style
            paragraph.paragraph_format.keep_with_next = together or None
            _runs(paragraph, (("strong", paper.words(text)),) if 0 in (i, j) else text)
    about = table._tbl.tblPr
    edge = _tag("w:tblInd", **{"w:w": str(round(SIDES / 2 / 2.54 * 1440)), "w:type": "dxa"})
    about.find(qn("w:tblLayout")).addprevious(edge)
    about.append(_tag("w:tblDescription", **{"w:val": paper.words(block.caption)}))


def _widths(rows: Sequence[Sequence[Text]], section: Any) -> list[float]:
    """How wide the columns of a table are, in centimetres: none breaks a word, longer text has more."""
    from docx.shared import Cm

    room = (section.page_width - section.left_margin - section.right_margin) / Cm(1) - SIDES / 2
    needs, wants = [], []
    for cells in itertools.zip_longest(*rows, fillvalue=()):
        texts = [*map(paper.words, cells)]
        longest = max(_wide(word) for text in texts for word in re.split(r"\s|(?<=[-–])", text))
        needs.append(longest * CELL / 72 * 2.54 + SIDES)
        wants.append(math.sqrt(max(map(len, texts))))
    if sum(needs) >= room:
        return [room * need / sum(needs) for need in needs]
    more = [max(room * want / sum(wants) - need, 0.01) for want, need in zip(wants, needs, strict=True)]
    rest = room - sum(needs)
    return [need + rest * m / sum(more) for need, m in zip(needs, more, strict=True)]


def _wide(word: str) -> float:
    """How wide a word is, of the size of its letters."""
    return sum(LETTERS.get(letter, CAPITAL if letter.isupper() else OTHER) for letter in word)


def cut(sections: Sequence[Sequence[Block]]) -> int:
    """Which section begins the second of two columns, so that they are about equally long."""
    high = [_lines(blocks) for blocks in sections]
    return min(range(1, len(high) + 1), key=lambda i: max(sum(high[:i]), sum(high[i:])))


def _lines(blocks: Sequence[Block]) -> int:
    """About how many lines of a column a heading and `blocks` under it take."""
    texts = [t for b in blocks for t in (b.items if isinstance(b, Bullets) else [getattr(b, "text", ())])]
    sizes = [re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', b.svg) for b in blocks if isinstance(b, Picture)]
    pictures = sum(2 + int(18 * float(size[2]) / float(size[1])) for size in sizes if size)
    return 2 + pictures + sum(math.ceil(len(paper.words(text)) / A_LINE) for text in texts)
