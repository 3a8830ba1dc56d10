"""Writes Word documents as county offices lay them out: 仿宋 body, 黑体 headings, A4 with the margins of GB/T 9704."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.table import _Cell, _Row
from docx.text.run import Run

from services.chassis.documents.columns import columns_of
from services.chassis.documents.sheet import Block, Heading, LetterSheet, Paragraph, Table

_BODY, _SMALL, _SMALLER = Pt(16), Pt(10.5), Pt(9)
_MANY_COLUMNS = 6
_MARK_PT = 30
_CELL_MARGIN_TWIPS = 60
_TEXT_WIDTH_MM = 156
"""The type area of GB/T 9704 §5.2.2."""
_RED = RGBColor(0xC0, 0, 0)
# A document says when its content was signed, not when a program wrote the file.
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def new_document(title: str) -> Document:
    """An empty A4 document with the standard's margins; the title goes into its properties only."""
    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    properties = document.core_properties
    properties.title, properties.author = title, ""
    properties.created = properties.modified = _NO_TIME
    return document


def add_line(
    document: Document,
    text: str,
    *,
    font: str = "仿宋",
    size: Pt = _BODY,
    align: WD_ALIGN_PARAGRAPH | None = None,
    indent: bool = False,
    color: RGBColor | None = None,
) -> None:
    """Add one paragraph; `indent` indents its first line by two characters."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(29) if size >= _BODY else Pt(size.pt * 1.4)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(size.pt * 2)
    if align is not None:
        paragraph.alignment = align
    run = paragraph.add_run(text)
    _dress(run, font, size)
    if color is not None:
        run.font.color.rgb = color


def add_blocks(document: Document, blocks: Iterable[Block]) -> None:
    """Add headings, paragraphs and tables in order; what stands above a table stays on its page."""
    for block in blocks:
        if isinstance(block, Table) and document.paragraphs:
            document.paragraphs[-1].paragraph_format.keep_with_next = True
        match block:
            case Heading(text, level):
                _add_heading(document, text, level)
            case Paragraph(text):
                add_line(document, text, indent=True)
            case Table():
                _add_table(document, block)


def add_contents(document: Document, titles: Iterable[str]) -> None:
    """List the document's parts by their headings, in lines close enough to fit its first page."""
    add_line(document, "目　录", font="黑体", align=WD_ALIGN_PARAGRAPH.CENTER)
    for title in titles:
        add_line(document, title, size=Pt(14), indent=True)


def number_pages(document: Document) -> None:
    """Number the pages below the type area as GB/T 9704 §7.5 has it: — 1 —, in 4号 宋体."""
    section = document.sections[0]
    section.footer_distance = Mm(25)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, field in (("— ", False), ("PAGE", True), (" —", False)):
        run = paragraph.add_run("" if field else text)
        _dress(run, "宋体", Pt(14))
        if field:
            _add_field(run, text)


def page_break(document: Document) -> None:
    """Start a new page."""
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def file_bytes(document: Document) -> bytes:
    """The document as the bytes of a .docx file."""
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def letter_docx(sheet: LetterSheet) -> bytes:
    """The letter as Word or WPS opens it, for offices that go on editing or print with their own fonts."""
    document = new_document(sheet.title)
    center, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    # The issuing mark stays on one line of the type area.
    mark_size = Pt(min(_MARK_PT, Mm(_TEXT_WIDTH_MM).pt / max(len(sheet.issuing_body), 1)))
    add_line(document, sheet.issuing_body, font="小标宋", size=mark_size, align=center, color=_RED)
    for mark in (sheet.copy_number, sheet.classification, sheet.urgency):
        if mark:
            add_line(document, mark, font="黑体")
    add_line(document, sheet.number, align=right)
    add_line(document, sheet.title, font="小标宋", size=Pt(22), align=center)
    add_line(document, f"{sheet.addressee}：")
    add_blocks(document, sheet.blocks)
    for index, name in enumerate(sheet.attachments, 1):
        add_line(document, f"{'附件：' if index == 1 else '　　　'}{index}. {name}", indent=True)
    if sheet.contact:
        add_line(document, f"(联系人：{sheet.contact})", indent=True)
    add_line(document, sheet.signed_by, align=right)
    add_line(document, sheet.written_date, align=right)
    if sheet.copies_to:
        add_line(document, f"抄送：{sheet.copies_to}", size=Pt(14))
    if sheet.return_slip:
        page_break(document)
        add_blocks(document, _return_slip(sheet))
    return file_bytes(document)


def _return_slip(sheet: LetterSheet) -> Sequence[Block]:
    return (
        Heading("回　执"),
        Paragraph(f"{sheet.issuing_body}：你单位 {sheet.number}《{sheet.title}》已收到。"),
        Paragraph("签收单位（盖章）：____________________"),
        Paragraph("签收人：____________________"),
        Paragraph("签收时间：____________________"),
    )


def _add_table(document: Document, table: Table) -> None:
    """As wide as the text; its header row stands again on every page, and no row breaks across two."""
    layout = columns_of(table)
    drawn = document.add_table(rows=1, cols=len(table.columns))
    drawn.style, drawn.autofit, drawn.alignment = "Table Grid", False, WD_TABLE_ALIGNMENT.CENTER
    widths = [Mm(_TEXT_WIDTH_MM * column.share) for column in layout]
    _narrow_margins(drawn)
    size = _SMALL if len(layout) < _MANY_COLUMNS else _SMALLER
    for grid, width in zip(drawn.columns, widths, strict=True):
        grid.width = width
    head = drawn.rows[0]
    _mark(head, "w:tblHeader")
    for cell, title, width in zip(head.cells, table.columns, widths, strict=True):
        cell.width = width
        _fill(cell, title, "黑体", size, WD_ALIGN_PARAGRAPH.CENTER)
        _shade(cell)
    for row in table.rows:
        added = drawn.add_row()
        _mark(added, "w:cantSplit")
        for cell, text, column, width in zip(added.cells, row, layout, widths, strict=True):
            cell.width = width
            _fill(cell, text, "仿宋", size, WD_ALIGN_PARAGRAPH.RIGHT if column.number else WD_ALIGN_PARAGRAPH.LEFT)


def _add_heading(document: Document, text: str, level: int) -> None:
    """Stands out from the text by type, weight and space, and never alone at the foot of a page."""
    add_line(document, text, font="黑体" if level == 1 else "楷体", indent=True)
    paragraph = document.paragraphs[-1]
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(14 if level == 1 else 6)
    paragraph.runs[0].font.bold = True
    outline = OxmlElement("w:outlineLvl")
    outline.set(qn("w:val"), str(level - 1))
    paragraph._p.get_or_add_pPr().append(outline)  # noqa: SLF001 - python-docx has no public way


def _add_field(run: Run, instruction: str) -> None:
    for kind, text in (("begin", ""), ("", instruction), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._element.append(part)  # noqa: SLF001 - python-docx has no public way


def _fill(cell: _Cell, text: str, font: str, size: Pt, align: WD_ALIGN_PARAGRAPH) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    _dress(paragraph.add_run(text), font, size)


def _narrow_margins(table: WordTable) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), str(_CELL_MARGIN_TWIPS))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tblPr.append(margins)  # noqa: SLF001 - python-docx has no public way


def _mark(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001 - python-docx has no public way


def _shade(cell: _Cell) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", "EDEDED")):
        shade.set(qn(name), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - python-docx has no public way


def _dress(run: Run, font: str, size: Pt) -> None:
    run.font.name, run.font.size = font, size
    # Word keeps the font of Chinese characters in an attribute of its own.
    properties = run._element.get_or_add_rPr()  # noqa: SLF001 - python-docx has no public way
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), font)
