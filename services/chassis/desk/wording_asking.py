"""The words of letters that ask for something: material, opinions, completion, an answer that is late."""

from __future__ import annotations

from collections.abc import Iterable

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.desk.wording import (
    Context,
    Worded,
    contact_line,
    paragraphs,
    parts,
    people_list,
    period,
    unit_list,
    zh_date,
)
from services.chassis.documents.sheet import Block, Paragraph


def reply_time(rule: content.ReplyRule) -> str:
    """When the answer is wanted, in words; no number and no date where the rule gives none."""
    match rule.kind:
        case content.REPLY_RULE_KIND_WORKING_DAYS_AFTER_RECEIPT:
            return f"请于签收本函后{rule.working_day_count}个工作日内函复。"
        case content.REPLY_RULE_KIND_BY_DATE:
            return f"请于{zh_date(rule.by_date)}前函复。"
    return f"函复时限：{rule.text}。" if rule.text else "请及时函复。"


def info_request(message: content.InfoRequest, context: Context) -> Worded:
    """The letter that asks for material before a round (商请函)."""
    del context
    wanted: list[Block] = [Paragraph(f"({n}){_section(one)}") for n, one in enumerate(message.sections_required, 1)]
    if wanted:
        wanted.insert(0, Paragraph("请就下列单位, 逐单位、逐项提供以下情况："))
    blocks = [
        *paragraphs(message.purpose),
        *parts(
            ("有关单位", [*unit_list(message.units), *people_list(message.units)]),
            ("商请事项", wanted),
            ("时限与方式", [Paragraph(reply_time(message.reply_rule)), *paragraphs(message.delivery_notice)]),
            ("保密要求", paragraphs(message.confidentiality_notice)),
        ),
        Paragraph("请予支持, 盼复为荷。"),
    ]
    name = message.round.name
    return Worded(f"关于商请提供{name}有关单位情况的函", tuple(blocks), contact=contact_line(message.contact))


def opinion_request(message: content.OpinionRequest, context: Context) -> Worded:
    """The letter that asks for an opinion on proposed targets (征求意见函)."""
    del context
    questions = [
        Paragraph(f"({n}){_about(message.units, one.unit_id)}{one.text}") for n, one in enumerate(message.questions, 1)
    ]
    blocks = [
        *paragraphs(message.purpose),
        *parts(
            ("拟巡察对象", [*unit_list(message.units), *people_list(message.units)]),
            ("征求意见事项", questions),
            ("时限", [Paragraph(reply_time(message.reply_rule))]),
            ("保密要求", paragraphs(message.confidentiality_notice)),
        ),
        Paragraph("盼复为荷。"),
    ]
    title = f"关于征求{message.round.name}巡察对象意见的函"
    return Worded(title, tuple(blocks), contact=contact_line(message.contact))


def ask_back(message: content.AskBack, context: Context) -> Worded:
    """A question back before answering."""
    questions = [
        Paragraph(f"({n}){_named(context, one.unit_id)}{one.text}") for n, one in enumerate(message.questions, 1)
    ]
    blocks = [Paragraph(f"{context.answered.cited}收悉。现就以下事项商请说明："), *questions, Paragraph("盼复为荷。")]
    return Worded("关于商请说明有关事项的函", tuple(blocks), contact=contact_line(message.contact))


def returned(message: content.ReturnForCompletion, context: Context) -> Worded:
    """A reply returned for completion, with what is missing."""
    reasons = [Paragraph(f"({n}){_missing(one, context)}") for n, one in enumerate(message.reasons, 1)]
    blocks: list[Block] = [
        Paragraph(f"{context.answered.cited}收悉。经核, 下列事项需补充完善："),
        *reasons,
        *paragraphs(message.remarks),
    ]
    if message.target_date:
        blocks.append(Paragraph(f"请于{zh_date(message.target_date)}前补充函复。"))
    return Worded("关于商请补充完善有关情况的函", tuple(blocks))


def reminder(message: content.Reminder, context: Context) -> Worded:
    """A reminder of an answer that is awaited."""
    blocks: list[Block] = [Paragraph(f"{message.addressed_to}：")] if message.addressed_to else []
    blocks.append(Paragraph(f"我单位发出的{context.answered.cited}, 至今尚未收到函复。"))
    if message.due_date:
        blocks.append(Paragraph(f"该函办理期限为{zh_date(message.due_date)}。"))
    blocks += [*paragraphs(message.text), Paragraph("请抓紧办理, 盼复为荷。")]
    return Worded("关于催办有关函件的函", tuple(blocks))


def _section(one: content.SectionRequired) -> str:
    text = one.name or one.code
    span = period(one.window_from_date, one.window_to_date)
    if span:
        text += f"({span})"
    return f"{text}：{one.guidance}" if one.guidance else f"{text}。"


def _about(units: Iterable[content.UnitReference], unit_id: str) -> str:
    name = next((unit.name for unit in units if unit.unit_id == unit_id), unit_id)
    return f"{name}：" if name else ""


def _named(context: Context, unit_id: str) -> str:
    return f"{context.unit(unit_id)}：" if unit_id else ""


def _missing(reason: content.ReturnReason, context: Context) -> str:
    about = [context.unit(reason.unit_id)] if reason.unit_id else []
    about += [context.section(reason.section_code)] if reason.section_code else []
    return f"{'—'.join(about)}：{reason.text}" if about else reason.text
