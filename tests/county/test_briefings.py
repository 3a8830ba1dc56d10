"""Each unit has one briefing in twelve parts and a separate file for the leader alone; the last part tells of gaps."""

from __future__ import annotations

import io

import docx
import pytest

from deploy.demo.ledgers.making import made_rows
from tests.county.lived import Lived

UNITS = ("U01", "U02", "U03", "U04", "U05", "U06", "U07", "U08")
PARTS = (
    "一、单位基本情况",
    "二、政治生态状况",
    "三、问题线索及处置情况",
    "四、信访举报情况",
    "五、领导班子建设与选人用人情况",
    "六、意识形态、网络舆情与网络安全情况",
    "七、审计与财务情况",
    "八、主要经济社会发展指标完成情况",
    "九、人大、政协履职监督发现的问题",
    "十、上轮巡察及其他监督未办结事项",
    "十一、建议关注事项",
    "十二、材料完整性一览",
)
OLD_LEAD = "XS2022-000"


def paper(lived: Lived, name: str) -> tuple[list[str], list[list[str]]]:
    """The paragraphs of a file, and the rows of all its tables."""
    document = docx.Document(io.BytesIO((lived.folder / "briefings" / name).read_bytes()))
    rows = [[cell.text.strip() for cell in row.cells] for table in document.tables for row in table.rows]
    return [one.text.strip() for one in document.paragraphs if one.text.strip()], rows


@pytest.mark.article("A3.2i")
@pytest.mark.parametrize("unit_id", UNITS)
def test_a_briefing_lists_its_twelve_parts_and_has_them_in_their_order(lived: Lived, unit_id: str):
    paragraphs, _ = paper(lived, f"{unit_id}.docx")

    assert tuple(line for line in paragraphs if line in PARTS) == (*PARTS, *PARTS)


@pytest.mark.article("A3.2b")
def test_leads_are_in_the_leaders_file_alone(lived: Lived):
    lead = next(row for row in made_rows("discipline")["discipline_leads"] if row["lead_no"] == OLD_LEAD)
    team, team_rows = paper(lived, "U03.docx")
    leader, leader_rows = paper(lived, "U03-leads.docx")

    def tells(rows: list[list[str]]) -> bool:
        return any({lead["subject"], lead["disposal"]} <= set(row) for row in rows)

    assert tells(leader_rows)
    assert not tells(team_rows)
    assert any("组长专用" in line for line in leader)
    assert any(line.startswith("见组长专用附件") for line in team)


@pytest.mark.article("A3.2f")
def test_the_completeness_sheet_names_the_recused_body(lived: Lived):
    _, rows = paper(lived, "U04.docx")
    (audits,) = [row for row in rows if row[0] == "县审计局" and row[2] == "A3.2f"]

    assert audits[3].endswith("回避")
    assert audits[4:6] == ["—", "—"]


@pytest.mark.article("A3.2h")
def test_the_completeness_sheet_tells_who_was_late_and_cites_the_document(lived: Lived):
    _, rows = paper(lived, "U01.docx")
    sheet = {row[0]: row for row in rows if len(row) == 7 and row[2].startswith("A3.2")}

    assert sheet["县统计局"][4:6] == ["2026-03-10", "逾期"]
    assert sheet["县审计局"][4:6] == ["2026-03-05", "按期"]
    assert all(row[6] and row[6] != "—" for row in sheet.values())
    assert set(sheet) == {"县纪委监委机关", "县委组织部", "县委宣传部", "县信访局", "县审计局", "县统计局"}
