"""The words of letters that answer: material unit by unit, opinions, explanations, certificates of destruction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.clock import beijing_date
from services.chassis.desk.wording import (
    Context,
    Worded,
    paragraphs,
    period,
    person_line,
    table,
    zh_date,
    zh_number,
)
from services.chassis.documents.sheet import Block, Heading, Paragraph
from services.chassis.timestamps import instant

_WITHOUT_MATERIAL: Mapping[int, str] = MappingProxyType(
    {
        content.SECTION_STATE_NONE: "经查, 无相关情况。",
        content.SECTION_STATE_NOT_HELD: "我单位不掌握此项情况。",
        content.SECTION_STATE_ORAL_ONLY: "此项另作口头通报, 本函不载内容。",
        content.SECTION_STATE_UNSPECIFIED: "(此项尚未填写)",
    }
)
_OPINIONS: Mapping[int, str] = MappingProxyType(
    {
        content.OPINION_KIND_AGREES: "无不同意见。",
        content.OPINION_KIND_SUGGESTS: "有建议。",
        content.OPINION_KIND_OBJECTS: "有不同意见。",
        content.OPINION_KIND_UNSPECIFIED: "(尚未填写)",
    }
)


def info_reply(message: content.InfoReply, context: Context) -> Worded:
    """The reply to a request for material (复函): every unit, every section, none passed over in silence."""
    again = "补充" if message.completes_letter_id else ""
    blocks: list[Block] = [Paragraph(f"{context.answered.cited}收悉。现将有关情况{again}函复如下：")]
    for n, unit in enumerate(message.units, 1):
        blocks.append(Heading(f"{zh_number(n)}、{context.unit(unit.unit_id)}"))
        for m, section in enumerate(unit.sections, 1):
            blocks += _section(section, m, context)
    blocks += paragraphs(message.nothing_to_tell_reason)
    blocks += paragraphs(message.remarks)
    blocks.append(Paragraph("特此函复。"))
    name = context.answered.request.round.name if context.answered.request is not None else ""
    return Worded(f"关于{again}提供{name}有关单位情况的复函", tuple(blocks))


def opinion_reply(message: content.OpinionReply, context: Context) -> Worded:
    """The reply to a request for an opinion."""
    blocks: list[Block] = [Paragraph(f"{context.answered.cited}收悉。经研究, 现函复如下：")]
    blocks += paragraphs(message.general_opinion)
    for n, opinion in enumerate(message.opinions, 1):
        text = _OPINIONS.get(opinion.kind, "")
        blocks.append(Paragraph(f"({n}){context.unit(opinion.unit_id)}：{text}{opinion.text}"))
    blocks += _answers(message.answers, context)
    blocks.append(Paragraph("特此函复。"))
    name = context.answered.request.round.name if context.answered.request is not None else ""
    return Worded(f"关于{name}巡察对象意见的复函", tuple(blocks))


def clarification(message: content.Clarification, context: Context) -> Worded:
    """The answer to a question back."""
    blocks = [
        Paragraph(f"{context.answered.cited}收悉。现就有关事项说明如下："),
        *_answers(message.answers, context),
        Paragraph("特此函复。"),
    ]
    return Worded("关于说明有关事项的复函", tuple(blocks))


def deletion_certificate(message: content.DeletionCertificate, context: Context) -> Worded:
    """The certificate that a recalled letter's content was destroyed."""
    day = beijing_date(instant(message.destroyed_time))
    persons = "、".join(person_line(person) for person in message.destroyed_by)
    blocks: list[Block] = [
        Paragraph(f"{context.answered.cited}的内容已于{zh_date(day.isoformat())}销毁。"),
        Paragraph(f"内容摘要值：{message.content_digest.hex()}"),
    ]
    if persons:
        blocks.append(Paragraph(f"销毁人：{persons}"))
    blocks += [*paragraphs(message.remarks), Paragraph("特此证明。")]
    return Worded("关于已销毁有关函件内容的复函", tuple(blocks))


def _section(section: content.Section, number: int, context: Context) -> list[Block]:
    blocks: list[Block] = [Heading(f"({zh_number(number)}){context.section(section.code)}", level=2)]
    span = period(section.window_from_date, section.window_to_date)
    if span:
        blocks.append(Paragraph(f"所涉期间：{span}。"))
    if section.state != content.SECTION_STATE_PROVIDED:
        blocks.append(Paragraph(_WITHOUT_MATERIAL.get(section.state, "")))
    if section.state == content.SECTION_STATE_ORAL_ONLY:
        return blocks  # whatever else stands there is not for paper
    blocks += paragraphs(section.text)
    for one in section.tables:
        blocks += table(one)
    return blocks


def _answers(answers: Iterable[content.Answer], context: Context) -> list[Block]:
    return [
        Paragraph(f"({n}){context.unit(one.unit_id) + '：' if one.unit_id else ''}{one.text}")
        for n, one in enumerate(answers, 1)
    ]
