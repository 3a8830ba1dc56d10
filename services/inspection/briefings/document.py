"""Turns an assembled briefing into its two Word files."""

from __future__ import annotations

from collections.abc import Sequence

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from services.chassis.documents.docx import (
    add_blocks,
    add_contents,
    add_line,
    file_bytes,
    new_document,
    number_pages,
    page_break,
)
from services.chassis.documents.sheet import Block
from services.inspection.briefings.printing import leader_blocks, part_titles, team_blocks
from services.inspection.briefings.records import UnitBriefing


def briefing_docx(briefing: UnitBriefing) -> bytes:
    """The twelve parts for the team, without leads."""
    return _document(briefing, f"{briefing.unit.name}巡前情况", team_blocks(briefing), part_titles())


def leads_docx(briefing: UnitBriefing) -> bytes:
    """The leader's own file."""
    return _document(briefing, f"{briefing.unit.name}问题线索（组长专用）", leader_blocks(briefing))


def _document(briefing: UnitBriefing, title: str, blocks: list[Block], parts: Sequence[str] = ()) -> bytes:
    document = new_document(title)
    center = WD_ALIGN_PARAGRAPH.CENTER
    add_line(document, "工作秘密", font="黑体")
    add_line(document, title, font="小标宋", size=Pt(22), align=center)
    day = briefing.assembled
    add_line(document, f"{briefing.round_name}　{day.year}年{day.month}月{day.day}日汇编", font="楷体", align=center)
    if parts:
        add_contents(document, parts)
        page_break(document)
    add_blocks(document, blocks)
    number_pages(document)
    return file_bytes(document)
