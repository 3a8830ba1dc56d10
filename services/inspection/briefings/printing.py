"""Writes a unit's briefing as headings, paragraphs and tables: for the team, and apart from it for its leader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from services.chassis.documents.sheet import Block, Heading, Paragraph, Table
from services.inspection.briefings.records import (
    COMPLETENESS_PART,
    DUTY_PART,
    FOCUS_PART,
    LEADS_PART,
    OTHER_PART,
    PARTS,
    PETITIONS_PART,
    UNIT_PART,
    DutyFinding,
    PriorIssue,
    Supplied,
    UnitBriefing,
    UnitCard,
)
from services.inspection.letters.records import zh_date
from services.inspection.replies.records import STATE_NAMES, WITH_WORDS, SectionState
from services.inspection.rounds.records import numeral

_NOTHING_CAME = frozenset({SectionState.MISSING, SectionState.RECUSED})
_NOT_ASKED = "未商请提供。"


def part_titles() -> tuple[str, ...]:
    """The headings of the twelve parts, numbered as they are printed."""
    return tuple(f"{numeral(number)}、{title}" for number, title in enumerate(PARTS, 1))


def team_blocks(briefing: UnitBriefing) -> list[Block]:
    """The twelve parts as the whole team reads them: nothing that only the leader may see, not even whether it came."""
    blocks: list[Block] = []
    for number, title in enumerate(part_titles(), 1):
        blocks.append(Heading(title))
        blocks += _numbered(_part(briefing, number))
    return blocks


def leader_blocks(briefing: UnitBriefing) -> list[Block]:
    """The leader's separate file: leads and whatever else only the leader may see."""
    blocks: list[Block] = [
        Paragraph("本件仅供巡察组组长使用。问题线索仅为反映，未经查实，不得作为定性依据。"),
    ]
    held = [one for one in briefing.supplied if one.leader_only]
    for one in held:
        blocks += _section(one, with_source=True)
    if not held:
        blocks.append(Paragraph("无。"))
    return list(_numbered(blocks))


def completeness_table(briefing: UnitBriefing) -> Table:
    """What was asked, what came, when, and what was late; a row for every section, so that gaps are seen."""
    return Table(
        ("提供单位", "内容", "依据", "情况", "函复日期", "是否逾期", "文号"),
        tuple(_completeness(one.for_everybody()) for one in briefing.supplied),
    )


def _completeness(one: Supplied) -> tuple[str, ...]:
    came = STATE_NAMES[one.state]
    if one.uncounted:
        came = f"{came}（另有{one.uncounted}件复函不计入）"
    return (
        one.body_name,
        one.title,
        one.article,
        came,
        _day(one.answered),
        "逾期" if one.late else ("按期" if one.answered else "—"),
        one.document_number or "—",
    )


def _part(briefing: UnitBriefing, number: int) -> Sequence[Block]:
    if number == UNIT_PART:
        return _unit_card(briefing.unit)
    if number == LEADS_PART:
        return [Paragraph("见组长专用附件（单独成册，不随本件印发）。")]
    if number == FOCUS_PART:
        return _focus(briefing)
    if number == COMPLETENESS_PART:
        return [_count_line(briefing), completeness_table(briefing)]
    told = _sections(briefing, number)
    if number == OTHER_PART:
        return [*_prior(briefing.prior), *told]
    if number == DUTY_PART:
        told += [block for one in briefing.findings for block in _finding(one)]
    if number == PETITIONS_PART and told:
        told.insert(0, Paragraph("各单位受理的信访举报可能重复，数字并列，不作合计。"))
    return told or [Paragraph(_NOT_ASKED)]


def _sections(briefing: UnitBriefing, number: int) -> list[Block]:
    return [
        block
        for one in briefing.supplied
        if one.part == number and not one.leader_only
        for block in _section(one, with_source=not briefing.hide_sources)
    ]


def _section(one: Supplied, *, with_source: bool) -> list[Block]:
    blocks: list[Block] = [Heading(f"{one.title}（{one.body_name}）", level=2)]
    if one.state is not SectionState.PROVIDED:
        blocks.append(Paragraph(f"{STATE_NAMES[one.state]}。"))
    if one.state in WITH_WORDS:
        blocks += [*_lines(one.text), *one.blocks]
    if with_source and one.answered is not None:
        blocks.append(_source(one.body_name, one.document_number, one.answered, "函复"))
    return blocks


def _finding(one: DutyFinding) -> list[Block]:
    """Nobody asked for it, so that it is in no sheet: it always says where it comes from."""
    blocks: list[Block] = [Heading(f"{one.title or '履职监督发现问题'}（{one.body_name}）", level=2)]
    blocks += [*_lines(one.text), *one.blocks]
    if one.unsure:
        blocks.append(Paragraph("来文所称单位名称另有其他单位使用，请核对是否为本单位。"))
    return [*blocks, _source(one.body_name, one.document_number, one.told, "通报")]


def _source(body_name: str, document_number: str, day: date, act: str) -> Paragraph:
    number = f"，{document_number}" if document_number else ""
    return Paragraph(f"来源：{body_name}{number}，{zh_date(day)}{act}。")


def _lines(text: str) -> Iterator[Paragraph]:
    return (Paragraph(line) for line in text.splitlines() if line.strip())


def _unit_card(unit: UnitCard) -> list[Block]:
    rows = [
        ("单位名称", unit.name),
        ("曾用名", "、".join(unit.former_names) or "无"),
        ("被巡察党组织", f"{unit.party_org}（{unit.org_form}）" if unit.party_org else "—"),
        ("单位类别", unit.category),
        ("上次巡察", unit.last_inspection or "本届以来未巡察"),
        *unit.facts,
    ]
    blocks: list[Block] = [Table(("项目", "内容"), tuple(rows))]
    if not unit.roster:
        return [*blocks, Paragraph("领导班子名册未登记。")]
    roster = tuple(
        (one.name, one.post, _day(one.since), _day(one.until) if one.until else "至今") for one in unit.roster
    )
    return [*blocks, Heading("领导班子名册", level=2), Table(("姓名", "职务", "任职起", "任职止"), roster)]


def _prior(issues: Sequence[PriorIssue]) -> list[Block]:
    if not issues:
        return [Paragraph("台账中无未办结事项。")]
    rows = tuple((one.source, one.issue, one.status, _day(one.found)) for one in issues)
    return [Table(("来源", "事项", "状态", "发现时间"), rows)]


def _focus(briefing: UnitBriefing) -> list[Block]:
    if not briefing.focus:
        return [Paragraph("未列出。")]
    if briefing.hide_sources:
        return [Table(("关注事项", "部位"), tuple((one.subject, one.place) for one in briefing.focus))]
    rows = tuple((one.subject, one.place, one.source) for one in briefing.focus)
    return [Table(("关注事项", "部位", "来源"), rows)]


def _count_line(briefing: UnitBriefing) -> Paragraph:
    """Counted without what is for the leader alone: a total would tell whether something of it came."""
    shown = [one for one in briefing.supplied if not one.leader_only]
    total = len(shown)
    if not total:
        return Paragraph(_NOT_ASKED)
    came = sum(one.state not in _NOTHING_CAME for one in shown)
    late = sum(one.late for one in shown)
    share = f"{came * 100 / total:.1f}%"
    left_out = "" if total == len(briefing.supplied) else "组长专用事项不计入。"
    return Paragraph(
        f"应提供{total}项，已答复{came}项（占应提供{total}项的{share}；其中逾期{late}项），"
        f"未答复或回避{total - came}项。{left_out}"
    )


def _numbered(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks of one part, its second-level headings numbered."""
    number = 0
    for block in blocks:
        if isinstance(block, Heading) and block.level == 2:
            number += 1
            yield Heading(f"（{numeral(number)}）{block.text}", level=2)
        else:
            yield block


def _day(day: date | None) -> str:
    return day.isoformat() if day else "—"
