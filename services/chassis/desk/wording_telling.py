"""The words of letters that tell something: news, moved dates, corrections, recalls, steps taken with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.desk.wording import (
    Context,
    Worded,
    paragraphs,
    people_list,
    person_line,
    table,
    unit_list,
    zh_date,
    zh_month,
)
from services.chassis.documents.sheet import Block, Paragraph, Table

_SUBJECTS: Mapping[int, str] = MappingProxyType(
    {
        content.NEW_INFO_SUBJECT_LEADING_GROUP: "领导班子",
        content.NEW_INFO_SUBJECT_MEMBER: "班子成员",
        content.NEW_INFO_SUBJECT_OPINION_EVENT: "重大舆情",
        content.NEW_INFO_SUBJECT_TEAM_OR_OFFICE: "巡察人员",
    }
)
_UNITS: Mapping[int, str] = MappingProxyType(
    {content.DUE_UNIT_WORKING_DAY: "个工作日", content.DUE_UNIT_MONTH: "个月", content.DUE_UNIT_UNSPECIFIED: ""}
)
_STEPS: Mapping[int, str] = MappingProxyType(
    {
        content.STEP_VIEWED: "已阅",
        content.STEP_SIGNED_FOR: "已签收",
        content.STEP_DEEMED_SIGNED_FOR: "记为视为签收",
        content.STEP_ACCEPTED: "已受理",
        content.STEP_DECLINED: "不予受理",
        content.STEP_SETTLED: "已认可答复",
        content.STEP_WITHDRAWN: "已撤回",
        content.STEP_CLOSED: "已办结",
    }
)


def new_info(message: content.NewInfo, context: Context) -> Worded:
    """New information about a unit under inspection."""
    del context
    subject = _SUBJECTS.get(message.subject, "有关情况")
    about = f"{message.unit.name}{subject}" + (f"({message.post_concerned})" if message.post_concerned else "")
    blocks: list[Block] = [
        Paragraph(f"现将{message.round.name}期间收到的涉及{about}的新情况通报如下："),
        *paragraphs(message.summary),
    ]
    if message.unit.party_organization or message.unit.extension_units:
        blocks += unit_list([message.unit])
    blocks += people_list([message.unit])
    if message.source_kind:
        blocks.append(Paragraph(f"来源类别：{message.source_kind}。"))
    if message.received_month:
        blocks.append(Paragraph(f"收到时间：{zh_month(message.received_month)}。"))
    if message.passed_on_from:
        blocks.append(Paragraph("本件由收件单位系统未经阅看转送。"))
    if message.petition_reference:
        blocks.append(Paragraph(f"联系查询编号：{message.petition_reference}。"))
    return Worded(f"关于通报{message.unit.name}新情况的函", tuple(blocks))


def notice(message: content.Notice, context: Context) -> Worded:
    """A notice in words."""
    del context
    blocks: list[Block] = [*paragraphs(message.text), *unit_list(message.units), *people_list(message.units)]
    if message.round.name:
        blocks.insert(0, Paragraph(f"所涉轮次：{message.round.name}。"))
    for one in message.tables:
        blocks += table(one)
    return Worded(message.title, tuple(blocks))


def extension(message: content.Extension, context: Context) -> Worded:
    """A due date that was extended; a clock that is stopped has no date to print."""
    text = f"{context.answered.cited}的办理期限经批准延长{message.amount}{_UNITS.get(message.unit, '')}"
    if message.previous_due_date and message.new_due_date:
        text += f", 由{zh_date(message.previous_due_date)}延至{zh_date(message.new_due_date)}"
    return Worded("关于延长办理期限的函", (Paragraph(f"{text}。"), *_grounds(message.reason, message.approver)))


def suspension(message: content.Suspension, context: Context) -> Worded:
    """A clock that stands still or runs on."""
    text, title = f"自{zh_date(message.from_date)}起中止计算", "关于中止计算办理期限的函"
    if message.to_date:
        text, title = f"{text}, 自{zh_date(message.to_date)}起恢复计算", "关于恢复计算办理期限的函"
    if message.new_due_date:
        text += f", 顺延至{zh_date(message.new_due_date)}"
    first = Paragraph(f"{context.answered.cited}的办理期限{text}。")
    return Worded(title, (first, *_grounds(message.reason, message.approver)))


def correction(message: content.Correction, context: Context) -> Worded:
    """What was wrong in a letter, and what is right."""
    rows = [[one.place, one.was, getattr(one, "is")] for one in message.passages]
    blocks: list[Block] = [Paragraph(f"我单位发出的{context.answered.cited}有误, 更正如下：")]
    if rows:
        blocks.append(Table(["位置", "原文", "更正为"], rows))
    return Worded("关于更正有关函件的函", (*blocks, *_grounds(message.reason, None)))


def recall(message: content.Recall, context: Context) -> Worded:
    """A letter that is taken back."""
    blocks: list[Block] = [Paragraph(f"我单位发出的{context.answered.cited}现予撤回, 请停止办理。")]
    if message.destroy_content:
        blocks.append(Paragraph("请将该函内容予以销毁, 并函复销毁证明。"))
    return Worded("关于撤回有关函件的函", (*blocks, *_grounds(message.reason, message.approver)))


def calendar_moved(message: content.CalendarMoved, context: Context) -> Worded:
    """Due dates that moved with the official calendar."""
    rows = [
        [context.names.get(one.letter_id, one.letter_id), zh_date(one.previous_due_date), zh_date(one.new_due_date)]
        for one in message.moved_dates
    ]
    blocks: list[Block] = [Paragraph(f"{message.year}年工作日历已更新({message.source}), 下列函件的办理期限相应调整：")]
    if rows:
        blocks.append(Table(["函件", "原期限", "现期限"], rows))
    return Worded("关于调整办理期限的函", tuple(blocks))


def ladder_step(message: content.LadderStep, context: Context) -> Worded:
    """A step on a letter, with its reason."""
    step = _STEPS.get(message.step, "")
    blocks: list[Block] = [Paragraph(f"{context.answered.cited}{step}。"), *paragraphs(message.note)]
    if message.HasField("person"):
        blocks.append(Paragraph(f"经办人：{person_line(message.person)}。"))
    return Worded(f"关于有关函件{step}的函", tuple(blocks))


def _grounds(reason: str, approver: content.Person | None) -> list[Block]:
    blocks: list[Block] = [Paragraph(f"理由：{reason}")] if reason else []
    if approver is not None and person_line(approver):
        blocks.append(Paragraph(f"批准人：{person_line(approver)}"))
    return blocks
