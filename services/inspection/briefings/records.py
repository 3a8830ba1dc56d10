"""What a unit's briefing consists of, and what its completeness sheet says, before it becomes a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.chassis.documents.sheet import Block, Heading, Paragraph, Table


class SectionState(StrEnum):
    """What came for one required section: first the answering body's own words, then the office's."""

    PROVIDED = "provided"
    NONE = "none"
    NOT_HELD = "not_held"
    WITHHELD = "withheld"
    MISSING = "missing"
    RECUSED = "recused"
    PENDING = "pending"
    """Answered, and not yet accepted by the office: not used before it is."""
    DESTROYED = "destroyed"
    """Answered and accepted; its content was lawfully destroyed since."""


STATE_NAMES: Mapping[SectionState, str] = {
    SectionState.PROVIDED: "已提供",
    SectionState.NONE: "无相关情况",
    SectionState.NOT_HELD: "不掌握",
    SectionState.WITHHELD: "仅口头通报",
    SectionState.MISSING: "未提供",
    SectionState.RECUSED: "自身为被巡察单位, 回避",
    SectionState.PENDING: "已函复, 尚未采纳",
    SectionState.DESTROYED: "材料已依规销毁",
}
_NOTHING_CAME = frozenset({SectionState.MISSING, SectionState.RECUSED})

PARTS: tuple[str, ...] = (
    "单位基本情况",
    "政治生态状况",
    "问题线索及处置情况",
    "信访举报情况",
    "领导班子建设与选人用人情况",
    "意识形态、网络舆情与网络安全情况",
    "审计与财务情况",
    "主要经济社会发展指标完成情况",
    "人大、政协履职监督发现的问题",
    "上轮巡察及其他监督未办结事项",
    "建议关注事项",
    "材料完整性一览",
)
"""The twelve parts, in the order of the paper."""

_PART_OF_SECTION: Mapping[str, int] = {
    "discipline.political_ecology": 2,
    "discipline.leads_and_disposal": 3,
    "discipline.petitions": 4,
}
_PART_OF_BODY: Mapping[str, int] = {
    "discipline": 2,
    "petitions": 4,
    "organization": 5,
    "publicity": 6,
    "audit": 7,
    "finance": 7,
    "statistics": 8,
    "congress": 9,
    "cppcc": 9,
}
_OTHER_PART = 10


def part_of(body: str, code: str) -> int:
    """The part that a section belongs to; what the twelve parts do not foresee goes with other supervision."""
    return _PART_OF_SECTION.get(code) or _PART_OF_BODY.get(body, _OTHER_PART)


LEADS_PART = 3
PETITIONS_PART = 4
PRIOR_PART = 10
FOCUS_PART = 11
COMPLETENESS_PART = 12


@dataclass(frozen=True)
class Supplied:
    """One section one body was asked for, and what came.

    `part` is the part of the briefing it belongs to; `leader_only` material goes into the leader's file alone.
    `answered` is the Beijing date on which the leader of the body signed the reply.
    """

    body: str
    body_name: str
    code: str
    title: str
    part: int
    article: str
    state: SectionState
    leader_only: bool = False
    text: str = ""
    blocks: Sequence[Block] = ()
    answered: date | None = None
    late: bool = False
    document_number: str = ""


@dataclass(frozen=True)
class PostHolder:
    """One member of the leading group on the roster, with dates."""

    name: str
    post: str
    since: date | None
    until: date | None = None


@dataclass(frozen=True)
class UnitCard:
    """The office's own data on the unit: part 1."""

    name: str
    party_org: str
    org_form: str
    category: str
    former_names: Sequence[str] = ()
    roster: Sequence[PostHolder] = ()
    facts: Sequence[tuple[str, str]] = ()
    last_inspection: str = ""


@dataclass(frozen=True)
class PriorIssue:
    """An item of the last inspection or of other supervision that is not closed (A3.5c, A5.1g)."""

    source: str
    issue: str
    status: str
    found: date | None


@dataclass(frozen=True)
class FocusItem:
    """One thing to look at: who, what, where; `source` is hidden from members if the leader so chooses."""

    subject: str
    place: str
    source: str


@dataclass(frozen=True)
class UnitBriefing:
    """Everything that goes into the documents of one unit of one round."""

    round_name: str
    assembled: date
    unit: UnitCard
    supplied: Sequence[Supplied]
    prior: Sequence[PriorIssue] = ()
    focus: Sequence[FocusItem] = ()
    hide_sources: bool = True
    notes: Mapping[int, str] = field(default_factory=dict)


def team_blocks(briefing: UnitBriefing) -> list[Block]:
    """The twelve parts as the whole team reads them: nothing that only the leader may see."""
    blocks: list[Block] = []
    for number, title in enumerate(PARTS, 1):
        blocks.append(Heading(f"{_numeral(number)}、{title}"))
        blocks += _part(briefing, number)
    return blocks


def leader_blocks(briefing: UnitBriefing) -> list[Block]:
    """The leader's separate file: leads and whatever else only the leader may see."""
    blocks: list[Block] = [
        Paragraph("本件仅供巡察组组长使用。问题线索仅为反映, 未经查实, 不得作为定性依据。"),
    ]
    held = [one for one in briefing.supplied if one.leader_only]
    for one in held:
        blocks += _section(one, show_body=True)
    if not held:
        blocks.append(Paragraph("无。"))
    return blocks


def completeness_table(briefing: UnitBriefing) -> Table:
    """What was asked, what came, when, and what was late; a row for every section, so that gaps are seen."""
    return Table(
        ("提供单位", "内容", "依据", "情况", "函复日期", "是否逾期", "文号"),
        tuple(
            (
                one.body_name,
                one.title,
                one.article,
                STATE_NAMES[one.state],
                one.answered.isoformat() if one.answered else "—",
                "逾期" if one.late else ("按期" if one.answered else "—"),
                one.document_number or "—",
            )
            for one in briefing.supplied
        ),
    )


def _part(briefing: UnitBriefing, number: int) -> list[Block]:
    if number == 1:
        return _unit_card(briefing.unit)
    if number == LEADS_PART:
        return [Paragraph("见组长专用附件(单独成册, 不随本件印发)。")]
    if number == PRIOR_PART:
        return _prior(briefing.prior)
    if number == FOCUS_PART:
        return _focus(briefing)
    if number == COMPLETENESS_PART:
        return [_count_line(briefing), completeness_table(briefing)]
    blocks: list[Block] = []
    if number == PETITIONS_PART:
        blocks.append(Paragraph("各单位受理的信访举报可能重复, 数字并列, 不作合计。"))
    for one in briefing.supplied:
        if one.part == number and not one.leader_only:
            blocks += _section(one, show_body=True)
    if number in briefing.notes:
        blocks.append(Paragraph(briefing.notes[number]))
    return blocks or [Paragraph("未商请提供。")]


def _section(one: Supplied, *, show_body: bool) -> list[Block]:
    label = f"{one.title}({one.body_name})" if show_body else one.title
    blocks: list[Block] = [Heading(label, level=2)]
    if one.state is not SectionState.PROVIDED:
        return [*blocks, Paragraph(f"{STATE_NAMES[one.state]}。")]
    blocks += [Paragraph(line) for line in one.text.splitlines() if line.strip()]
    return [*blocks, *one.blocks]


def _unit_card(unit: UnitCard) -> list[Block]:
    rows = [
        ("单位名称", unit.name),
        ("曾用名", "、".join(unit.former_names) or "无"),
        ("被巡察党组织", f"{unit.party_org}({unit.org_form})" if unit.party_org else "—"),
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
    total = len(briefing.supplied)
    came = sum(one.state not in _NOTHING_CAME for one in briefing.supplied)
    late = sum(one.late for one in briefing.supplied)
    return Paragraph(f"应提供{total}项, 已答复{came}项(其中逾期{late}项), 未答复或回避{total - came}项。")


def _day(day: date | None) -> str:
    return day.isoformat() if day else "—"


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九十"
    return digits[number] if number <= 10 else f"十{digits[number - 10]}"
