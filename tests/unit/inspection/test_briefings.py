"""A unit's briefing has its twelve parts, says what is missing, and keeps leads out of the team's file."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import docx
import pytest

from services.chassis.documents.sheet import Table
from services.inspection.briefings.document import briefing_docx, leads_docx
from services.inspection.briefings.printing import completeness_table, team_blocks
from services.inspection.briefings.records import (
    PARTS,
    FocusItem,
    PostHolder,
    PriorIssue,
    Supplied,
    UnitBriefing,
    UnitCard,
    part_of,
)
from services.inspection.replies.records import SectionState

LEAD = "线索登记表一行"
HEAD = PostHolder("甲某", "局长", date(2021, 5, 1))


def words(file: bytes) -> str:
    document = docx.Document(io.BytesIO(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


@pytest.fixture
def briefing() -> UnitBriefing:
    answered = date(2026, 3, 9)
    return UnitBriefing(
        round_name="十五届县委第八轮巡察",
        assembled=date(2026, 3, 12),
        unit=UnitCard("县水务局", "县水务局党组", "党组", "政府部门", roster=(HEAD,)),
        supplied=(
            Supplied("discipline", "县纪委监委机关", "political_ecology", "政治生态状况", 2, "A3.2b",
                     SectionState.PROVIDED, text="总体平稳。", answered=answered, document_number="青纪函〔2026〕3号"),
            Supplied("discipline", "县纪委监委机关", "leads_and_disposal", "问题线索和处置情况", 3, "A3.2b",
                     SectionState.PROVIDED, leader_only=True, text=LEAD, answered=answered),
            Supplied("petitions", "县信访局", "petitions", "信访举报情况", 4, "A3.2e", SectionState.NONE,
                     answered=date(2026, 3, 11), late=True),
            Supplied("audit", "县审计局", "audits_3y", "近三年审计情况", 7, "A3.2f", SectionState.RECUSED),
            Supplied("statistics", "县统计局", "indicators", "指标完成情况", 8, "A3.2g", SectionState.MISSING),
        ),
        prior=(PriorIssue("上轮巡察", "往来款长期挂账", "持续整改", date(2023, 6, 1)),),
        focus=(FocusItem("工程变更管理", "建设股", "县审计局"),),
    )  # fmt: skip


@pytest.mark.article("A3.2a")
def test_the_team_reads_twelve_parts_in_order(briefing: UnitBriefing):
    text = words(briefing_docx(briefing))

    listed, places = [text.index(f"、{title}") for title in PARTS], [text.rindex(f"、{title}") for title in PARTS]
    assert sorted(places) == places > listed == sorted(listed)
    assert "县水务局党组（党组）" in text


def test_leads_are_in_the_leaders_file_and_nowhere_else(briefing: UnitBriefing):
    assert LEAD not in words(briefing_docx(briefing))
    assert LEAD in words(leads_docx(briefing))
    assert "未经查实" in words(leads_docx(briefing))


@pytest.mark.article("A3.2b")
def test_the_teams_file_is_the_same_whether_leads_came_or_none_exist(briefing: UnitBriefing):
    silent = [
        replace(one, state=state, answered=None, late=True, document_number="", uncounted=1)
        for one in briefing.supplied
        if one.leader_only
        for state in (SectionState.NONE, SectionState.NOT_HELD, SectionState.MISSING, SectionState.WITHHELD)
    ]
    others = [one for one in briefing.supplied if not one.leader_only]

    files = {
        str(team_blocks(replace(briefing, supplied=(others[0], one, *others[1:]))))
        for one in (*silent, briefing.supplied[1])
    }

    assert len(files) == 1
    rows = [row for row in completeness_table(briefing).rows if row[1] == "问题线索和处置情况"]
    assert rows == [("县纪委监委机关", "问题线索和处置情况", "A3.2b", "见组长专用附件", "—", "—", "—")]


def test_what_a_body_that_the_twelve_parts_do_not_name_sends_stands_in_part_ten(briefing: UnitBriefing):
    code, told = "health.supervision", SectionState.PROVIDED
    health = Supplied("health", "县卫健局", code, "卫生监督情况", part_of("health", code), "-", told, text="处罚两起。")

    text = words(briefing_docx(replace(briefing, supplied=(*briefing.supplied, health))))

    assert "卫生监督情况（县卫健局）" in text
    assert "处罚两起。" in text
    assert text.index("卫生监督情况（县卫健局）") < text.rindex("、建议关注事项")


def test_the_completeness_sheet_shows_what_is_late_missing_or_recused(briefing: UnitBriefing):
    rows = {row[0] + row[1]: row for row in completeness_table(briefing).rows}

    assert rows["县信访局信访举报情况"][3:6] == ("无相关情况", "2026-03-11", "逾期")
    assert rows["县统计局指标完成情况"][3:6] == ("未提供", "—", "—")
    assert rows["县审计局近三年审计情况"][3] == "自身为被巡察单位，回避"
    counted = "应提供4项，已答复2项（占应提供4项的50.0%；其中逾期1项），未答复或回避2项。组长专用事项不计入。"
    assert counted in words(briefing_docx(briefing))


def test_the_source_of_a_focus_item_is_hidden_from_members_unless_the_leader_shows_it(briefing: UnitBriefing):
    shown = UnitBriefing(**{**briefing.__dict__, "hide_sources": False})

    assert "来源" not in _header_of_focus(briefing)
    assert "来源" in _header_of_focus(shown)


def _header_of_focus(briefing: UnitBriefing) -> list[str]:
    tables = docx.Document(io.BytesIO(briefing_docx(briefing))).tables
    headers = [[cell.text for cell in table.rows[0].cells] for table in tables]
    return next(header for header in headers if header[0] == "关注事项")


def test_every_table_row_is_as_wide_as_its_header(briefing: UnitBriefing):
    table: Table = completeness_table(briefing)

    assert {len(row) for row in table.rows} == {len(table.columns)}
