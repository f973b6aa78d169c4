"""Word documents from blocks: headings as styles, tables with header rows, pictures with descriptions.

In: the blocks of `ut_research.publishing.blocks`. Out: the bytes of a .docx, the same for the same blocks;
drawings go in as pictures of dots, because Word cannot show SVG everywhere.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ut_research.publishing import blocks as paper
from ut_research.publishing.blocks import Block, Bullets, Columns, Heading, Paragraph, Picture, Table, Text

if TYPE_CHECKING:
    from docx.document import Document

LANGUAGE = "en-GB"
#: Width of the text on A4 between margins of 2 cm, in centimetres.
WIDTH = 17.0
#: Of headings and links.
COLOUR = (0x00, 0x46, 0x70)
#: Width of a picture that is not drawn for a wide page.
PICTURE = 13.0


def document(
    title: str, blocks: Iterable[Block], *, label: str, contents: bool = False, small: bool = False
) -> bytes:
    """A Word document.

    Parameters
    ----------
    title : its title, above the text and in its properties.
    blocks : the text; figures and tables are numbered in their order, where they have captions.
    label : where the data come from; it stands under the title and at the top of each page.
    contents : whether its chapters (headings of level 1) are listed, with links.
    small : whether it is to be short: smaller letters and pictures, no numbering, the label at the top alone.
    """
    import docx

    made = docx.Document()
    _about(made, title, label, small)
    _styles(made, small)
    made.add_paragraph(title, style="Title")
    if not small:
        _runs(made.add_paragraph(), (("strong", label),))
    rest = list(blocks)
    if contents:
        _contents(made, [b for b in rest if isinstance(b, Heading) and b.level == 1])
    counts = None if small else {"Figure": 0, "Table": 0, "Heading": 0}
    for block in rest:
        _add(made, block, counts, linked=contents)
    out = io.BytesIO()
    made.save(out)
    return paper.timeless(out.getvalue())


def _add(made: Document, block: Block, counts: dict[str, int] | None, *, linked: bool) -> None:
    """Put a block at the end; `counts` numbers what there is, unless the document is a small one."""
    from docx.enum.section import WD_SECTION
    from docx.oxml.ns import qn

    match block:
        case Heading(level, text):
            heading = made.add_heading(paper.words(text), level)
            if linked and level == 1 and counts:
                counts["Heading"] += 1
                for mark, name in (
                    ("w:bookmarkStart", {"w:name": f"part{counts['Heading']}"}),
                    ("w:bookmarkEnd", {}),
                ):
                    heading._p.append(_tag(mark, **{"w:id": str(counts["Heading"]), **name}))
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
            _table(made, block, 9.5 if counts else 9)
        case Picture():
            _caption(made, counts, "Figure", block.caption)
            _picture(made, block, small=counts is None)
        case Columns(number):
            section = made.add_section(WD_SECTION.CONTINUOUS)
            section._sectPr.xpath("./w:cols")[0].set(qn("w:num"), str(number))


def _picture(made: Document, block: Picture, *, small: bool) -> None:
    """A drawing with its description: the one for a wide page, where there is one and room for it."""
    from docx.shared import Cm

    wide = None if small else paper.desk(block.svg)
    across = WIDTH if wide else block.share * (8 if small else PICTURE)
    made.add_picture(io.BytesIO(paper.png(wide or block.svg)), width=Cm(across))
    made.inline_shapes[-1]._inline.docPr.set("descr", block.alt)


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
    """A list of the headings, each linked to its place."""
    from docx.shared import RGBColor

    made.add_paragraph("In this report", style="TOC Heading")
    for number, heading in enumerate(headings, 1):
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


def _about(made: Document, title: str, label: str, small: bool) -> None:
    """Page and properties, and the line at the top of each page."""
    from docx.shared import Cm

    about = made.core_properties
    about.title, about.language, about.author, about.comments = title, LANGUAGE, "", ""
    about.created = about.modified = datetime.datetime(2000, 1, 1)
    for section in made.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        edges = Cm(1.6 if small else 2)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = edges
        section.header.paragraphs[0].text = label
        section.header_distance = Cm(0.8)


def _styles(made: Document, small: bool) -> None:
    """Language, typeface, sizes and colours."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    styles: Any = made.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    defaults.find(qn("w:lang")).set(qn("w:val"), LANGUAGE)
    for name in (
        "Normal",
        "Title",
        "TOC Heading",
        "Caption",
        "Header",
        *(f"Heading {i}" for i in range(1, 7)),
    ):
        fonts = styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        for kind in list(fonts.attrib):
            del fonts.attrib[kind]
        styles[name].font.name = "Arial"
        if name not in ("Normal", "Header"):
            styles[name].font.color.rgb = RGBColor(*COLOUR)
    for name, size in {"Normal": 11, "Caption": 10, "Title": 22}.items():
        styles[name].font.size = Pt(size - small)
    if small:
        for name in ("Normal", "List Bullet"):
            styles[name].paragraph_format.space_after = Pt(4)
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


def _table(made: Document, block: Table, size: float) -> None:
    """A table whose first row is its header, repeated on each page, and whose rows are not broken."""
    from docx.shared import Cm, Pt

    across = max(len(row) for row in block.rows)
    longest = [
        max((len(paper.words(line)) for row in block.rows if j < len(row) for line in row[j]), default=1)
        for j in range(across)
    ]
    needs = [min(max(chars, 16), 45) for chars in longest]
    widths = [WIDTH * need / sum(needs) for need in needs]
    table = made.add_table(rows=len(block.rows), cols=across, style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for i, (row, cells) in enumerate(zip(table.rows, block.rows, strict=True)):
        marks = row._tr.get_or_add_trPr()
        marks.append(_tag("w:cantSplit"))
        if i == 0:
            marks.append(_tag("w:tblHeader"))
        places = row.cells
        for place, width in zip(places, widths, strict=True):
            place.width = Cm(width)
        for j, lines in enumerate(cells):
            for k, line in enumerate(lines):
                paragraph = places[j].paragraphs[0] if k == 0 else places[j].add_paragraph()
                paragraph.paragraph_format.space_after = Pt(2)
                bold = (("strong", paper.words(line)),) if 0 in (i, j) else line
                _runs(paragraph, bold)
                for run in paragraph.runs:
                    run.font.size = Pt(size)
    table._tbl.tblPr.append(_tag("w:tblDescription", **{"w:val": paper.words(block.caption)}))
    made.add_paragraph()
