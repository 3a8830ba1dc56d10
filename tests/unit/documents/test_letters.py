"""Letters come out on paper as GB/T 9704 §10.1 lays them out, and say what the sheet says."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest

from services.chassis.documents.docx import letter_docx
from services.chassis.documents.fonts import require_chinese
from services.chassis.documents.pdf import letter_pdf
from services.chassis.documents.sheet import Heading, LetterSheet, Paragraph, Table


@pytest.fixture
def sheet() -> LetterSheet:
    return LetterSheet(
        issuing_body="中共青禾县委巡察工作领导小组办公室",
        number="青巡办函〔2026〕7号",
        title="关于商请提供被巡察单位有关情况的函",
        addressee="县审计局",
        blocks=(
            Heading("一、商请事项"),
            Paragraph("根据县委统一部署, 请提供下列单位近三年审计情况。#emph[not markup]"),
            Table(("序号", "单位"), (("1", "县水务局"), ("2", "云岭镇"))),
            Heading("(一)时限", level=2),
            Paragraph("请于签收后5个工作日内函复。"),
        ),
        signed_by="县委巡察办",
        date=date(2026, 3, 2),
        classification="工作秘密",
        urgency="加急",
        attachments=("单位名单",),
        contact="联络员  0000-0000000",
        return_slip=True,
    )


def test_the_date_has_no_leading_zeros(sheet: LetterSheet):
    assert sheet.written_date == "2026年3月2日"


def test_the_same_sheet_gives_the_same_pdf(sheet: LetterSheet):
    first, second = letter_pdf(sheet), letter_pdf(sheet)

    assert first.startswith(b"%PDF")
    assert first == second


def test_there_are_chinese_fonts_to_print_with():
    assert require_chinese() != []


def test_the_word_file_holds_every_element_of_the_letter(sheet: LetterSheet):
    document = docx.Document(io.BytesIO(letter_docx(sheet)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)

    for part in (
        sheet.issuing_body,
        sheet.number,
        sheet.title,
        "县审计局：",
        "2026年3月2日",
        "回　执",
        "#emph[not markup]",
    ):
        assert part in text
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["1", "县水务局"]
