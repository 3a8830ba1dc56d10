"""Which texts and choices of a letter's content a person edits, and how they are put back into it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from google.protobuf.message import Message

from gateway.language.marking import N_
from gateway.web.tidy import tidy, tidy_line
from guantong.exchange.v1 import content_pb2 as content

SECTION_STATES = (
    (str(content.SECTION_STATE_UNSPECIFIED), N_("未填")),
    (str(content.SECTION_STATE_PROVIDED), N_("有")),
    (str(content.SECTION_STATE_NONE), N_("无")),
    (str(content.SECTION_STATE_NOT_HELD), N_("未掌握")),
    (str(content.SECTION_STATE_ORAL_ONLY), N_("仅口头")),
)
OPINIONS = (
    (str(content.OPINION_KIND_UNSPECIFIED), N_("未填")),
    (str(content.OPINION_KIND_AGREES), N_("无不同意见")),
    (str(content.OPINION_KIND_SUGGESTS), N_("有建议")),
    (str(content.OPINION_KIND_OBJECTS), N_("不同意")),
)
SUBJECTS = (
    (str(content.NEW_INFO_SUBJECT_UNSPECIFIED), N_("请选择")),
    (str(content.NEW_INFO_SUBJECT_LEADING_GROUP), N_("领导班子")),
    (str(content.NEW_INFO_SUBJECT_MEMBER), N_("班子成员")),
    (str(content.NEW_INFO_SUBJECT_OPINION_EVENT), N_("重要舆情事件")),
    (str(content.NEW_INFO_SUBJECT_TEAM_OR_OFFICE), N_("巡察组或巡察办人员")),
)
URGENCIES = (
    (str(content.URGENCY_UNSPECIFIED), N_("平件")),
    (str(content.URGENCY_URGENT), N_("加急")),
    (str(content.URGENCY_MOST_URGENT), N_("特急")),
)
_YES_NO = (("0", N_("否")), ("1", N_("是")))


@dataclass(frozen=True, slots=True)
class Slot:
    """One text or choice. `path` names its place in the content, `about` the unit or section it belongs to."""

    path: str
    label: str
    value: str
    form: str = "area"
    """area, line, choice, date or month."""
    options: tuple[tuple[str, str], ...] = ()
    about: str = ""
    """The unit it is about; empty for the whole letter."""
    part: str = ""
    """Code of the section, or key of the question."""


def slots_of(message: Message) -> list[Slot]:
    """What may be edited, in the order of the letter. Nothing where a program alone writes such contents."""
    make = _MAKERS.get(type(message))
    return list(make(message)) if make else []


def put(message: Message, typed: Mapping[str, str]) -> None:
    """Put what was typed into the content. Places that are no slots of it are left as they are.

    A section that is said to be nothing, not held or oral carries no table or file, and no text unless one was typed.
    """
    before = {one.path: one for one in slots_of(message)}
    for path, slot in before.items():
        if path in typed:
            _set(message, path, tidied(slot, typed[path]))
    if isinstance(message, content.InfoReply):
        _clear_what_says_nothing(message, before)


def tidied(slot: Slot, text: str) -> str:
    """What was typed, as it is kept."""
    if slot.form == "choice":
        return text if text in dict(slot.options) else slot.value
    return tidy(text) if slot.form == "area" else tidy_line(text)


def _clear_what_says_nothing(message: content.InfoReply, before: Mapping[str, Slot]) -> None:
    for nth, unit in enumerate(message.units):
        for mth, section in enumerate(unit.sections):
            place = f"units.{nth}.sections.{mth}"
            if section.state in {content.SECTION_STATE_UNSPECIFIED, content.SECTION_STATE_PROVIDED}:
                continue
            section.ClearField("tables")
            section.ClearField("attachments")
            turned = before[f"{place}.state"].value in {"0", str(content.SECTION_STATE_PROVIDED)}
            if turned and section.text == before[f"{place}.text"].value:
                section.text = ""


def _set(message: Message, path: str, value: str) -> None:
    *way, name = path.split(".")
    at: Any = message
    for step in way:
        at = at[int(step)] if step.isdecimal() else getattr(at, step)
    field = at.DESCRIPTOR.fields_by_name[name]
    if field.type == field.TYPE_STRING:
        setattr(at, name, value)
    elif field.type == field.TYPE_BOOL:
        setattr(at, name, value == "1")
    else:
        setattr(at, name, int(value or 0))


def _info_reply(message: content.InfoReply) -> Iterable[Slot]:
    for nth, unit in enumerate(message.units):
        for mth, one in enumerate(unit.sections):
            at, about = f"units.{nth}.sections.{mth}", unit.unit_id
            yield Slot(f"{at}.state", N_("情况"), str(one.state), "choice", SECTION_STATES, about, one.code)
            yield Slot(f"{at}.text", N_("文字"), one.text, about=about, part=one.code)
    yield Slot("nothing_to_tell_reason", N_("各项均无情况时的说明"), message.nothing_to_tell_reason)
    yield Slot("remarks", N_("其他说明"), message.remarks)


def _opinion_reply(message: content.OpinionReply) -> Iterable[Slot]:
    yield Slot("general_opinion", N_("对整个名单的意见"), message.general_opinion)
    for nth, one in enumerate(message.opinions):
        yield Slot(f"opinions.{nth}.kind", N_("意见"), str(one.kind), "choice", OPINIONS, about=one.unit_id)
        yield Slot(f"opinions.{nth}.text", N_("理由或建议"), one.text, about=one.unit_id)
    for nth, answer in enumerate(message.answers):
        yield Slot(f"answers.{nth}.text", N_("答复"), answer.text, about=answer.unit_id, part=answer.key)


def _request(message: content.InfoRequest | content.OpinionRequest) -> Iterable[Slot]:
    yield Slot("purpose", N_("事由"), message.purpose)
    if isinstance(message, content.OpinionRequest):
        yield Slot("reply_rule.by_date", N_("请于何日前答复"), message.reply_rule.by_date, "date")
    else:
        for nth, section in enumerate(message.sections_required):
            yield Slot(
                f"sections_required.{nth}.guidance", N_("具体要求"), section.guidance, part=section.name or section.code
            )
    yield Slot("contact.name", N_("联系人或联系股室"), message.contact.name, "line")
    yield Slot("contact.phone", N_("联系电话"), message.contact.phone, "line")
    yield Slot("confidentiality_notice", N_("保密要求"), message.confidentiality_notice)


def _new_info(message: content.NewInfo) -> Iterable[Slot]:
    yield Slot("unit.name", N_("所涉单位"), message.unit.name, "line")
    yield Slot("unit.unit_id", N_("单位编号"), message.unit.unit_id, "line")
    yield Slot("subject", N_("涉及对象"), str(message.subject), "choice", SUBJECTS)
    yield Slot("post_concerned", N_("所涉人员职务"), message.post_concerned, "line")
    yield Slot("summary", N_("情况摘要(用自己的话写, 不得照抄)"), message.summary)
    yield Slot("source_kind", N_("来源类别"), message.source_kind, "line")
    yield Slot("received_month", N_("收到月份"), message.received_month, "month")
    yield Slot("urgency", N_("紧急程度"), str(message.urgency), "choice", URGENCIES)
    yield Slot("de_identified", N_("已去标识化"), "1" if message.de_identified else "0", "choice", _YES_NO)


def _notice(message: content.Notice) -> Iterable[Slot]:
    yield Slot("title", N_("标题"), message.title, "line")
    yield Slot("text", N_("正文"), message.text)


def _correction(message: content.Correction) -> Iterable[Slot]:
    for nth, _ in enumerate(message.passages):
        yield Slot(f"passages.{nth}.place", N_("位置"), message.passages[nth].place, "line")
        yield Slot(f"passages.{nth}.was", N_("原文"), message.passages[nth].was)
        yield Slot(f"passages.{nth}.is", N_("更正为"), getattr(message.passages[nth], "is"))
    yield Slot("reason", N_("理由"), message.reason)


def _recall(message: content.Recall) -> Iterable[Slot]:
    yield Slot("reason", N_("理由"), message.reason)
    yield Slot("approver.name", N_("批准人"), message.approver.name, "line")
    yield Slot("approver.post", N_("批准人职务"), message.approver.post, "line")
    yield Slot("destroy_content", N_("请对方销毁内容"), "1" if message.destroy_content else "0", "choice", _YES_NO)


def _step(message: content.LadderStep) -> Iterable[Slot]:
    yield Slot("note", N_("理由"), message.note)


def _certificate(message: content.DeletionCertificate) -> Iterable[Slot]:
    yield Slot("remarks", N_("说明"), message.remarks)


_MAKERS: Mapping[type[Message], Callable[[Any], Iterable[Slot]]] = MappingProxyType(
    {
        content.InfoReply: _info_reply,
        content.OpinionReply: _opinion_reply,
        content.InfoRequest: _request,
        content.OpinionRequest: _request,
        content.NewInfo: _new_info,
        content.Notice: _notice,
        content.Correction: _correction,
        content.Recall: _recall,
        content.LadderStep: _step,
        content.DeletionCertificate: _certificate,
    }
)
