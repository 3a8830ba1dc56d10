"""`guantong reply`: the reply that the node drafted from the ledgers, completed section by section and submitted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import ClassVar, TypeVar

import click
from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import drafts_service_pb2 as pb
from services.chassis.cli.api import Api, at_node, listed, request_id
from services.chassis.cli.contents import as_json_content
from services.chassis.cli.drafts import (
    COLUMNS,
    LIVE,
    review_option,
    show_draft,
    show_stale,
    stale_option,
    store_revision,
    submit_draft,
)
from services.chassis.cli.output import Output, as_json, as_object
from services.chassis.cli.usage import group
from services.chassis.errors import Fault, GuantongError

M = TypeVar("M", bound=Message)
_SECTION_STATES = MappingProxyType(
    {
        content.SECTION_STATE_UNSPECIFIED: ("未填", "open"),
        content.SECTION_STATE_PROVIDED: ("有", "provided"),
        content.SECTION_STATE_NONE: ("无", "none"),
        content.SECTION_STATE_NOT_HELD: ("未掌握", "not-held"),
        content.SECTION_STATE_ORAL_ONLY: ("仅口头", "oral-only"),
    }
)
_OPINIONS = MappingProxyType(
    {
        content.OPINION_KIND_UNSPECIFIED: ("未填", "open"),
        content.OPINION_KIND_AGREES: ("无不同意见", "agrees"),
        content.OPINION_KIND_SUGGESTS: ("有建议", "suggests"),
        content.OPINION_KIND_OBJECTS: ("不同意", "objects"),
    }
)
_STATE_NAMES = {english: number for number, (_, english) in _SECTION_STATES.items() if number}
_OPINION_NAMES = {english: number for number, (_, english) in _OPINIONS.items() if number}
_SHOWN_CHARACTERS = 60
_REPLY = click.argument("reply")
_STATE = click.Choice(list(_STATE_NAMES))


class ReplyUnknownError(GuantongError):
    """No drafted reply fits what was named."""

    reason: ClassVar[str] = "REPLY_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = (
        "You know of no drafted reply for {named}. `guantong reply` lists those you do; for restricted matters the "
        "security administrator names you first: guantong people grant ACCOUNT clerk --matter MATTER."
    )
    message_zh: ClassVar[str] = (
        "没有您可知悉的与 {named} 对应的答复拟稿。可用 `guantong reply` 查看; "
        "限知悉范围的事项, 请安全保密管理员先指定经办人: "
        "guantong people grant 账号 clerk --matter 事项。"
    )


class SectionUnknownError(GuantongError):
    """The reply has no such section."""

    reason: ClassVar[str] = "SECTION_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "The reply has no section {named}. `guantong reply show` lists its sections."
    message_zh: ClassVar[str] = "答复中没有 {named}。可用 `guantong reply show` 查看各项。"


@group("reply", default="list")
def reply() -> None:
    """起草的答复; 以拟稿、来函或事项的编号指明 / drafted replies, named by the id of draft, letter asked or matter."""


@reply.command("list")
@as_json
@at_node
def list_(output: Output, api: Api, *, json_wanted: bool) -> None:
    """列出尚未发出的答复 / list replies that have not left."""
    output.listing(("答复", "Replies"), COLUMNS, _replies(output, api, LIVE), json=json_wanted)


@reply.command()
@_REPLY
@click.option("--full", is_flag=True, help="显示全文 / the whole text")
@as_json
@at_node
def show(output: Output, api: Api, reply: str, *, full: bool, json_wanted: bool) -> None:
    """查看答复各项及状态 / see the sections of a reply and their states."""
    shown = _find(output, api, reply)
    if json_wanted:
        output.json(as_object(shown) | {"content": as_json_content(shown.content_type, shown.content)})
        return
    if full:
        show_draft(output, shown)
        return
    output.lines([shown.lines[0] if shown.lines else shown.draft.address.kind, shown.draft.draft_id])
    show_stale(output, shown.draft)
    headers = [output.pick("对象", "Unit"), output.pick("部分", "Section"), output.pick("状态", "State")]
    rows = _section_rows(output, shown)
    output.table("", [*headers, output.pick("表行", "Table rows"), output.pick("内容", "Text")], rows)


@reply.command()
@_REPLY
@at_node
def redraft(output: Output, api: Api, reply: str) -> None:
    """台账有变化时, 重新生成所涉部分 / write afresh the sections that the ledgers give differently now."""
    shown = _find(output, api, reply)
    made = api.drafts.RedraftReply(
        pb.RedraftReplyRequest(request_id=request_id(), draft_id=shown.draft.draft_id, revision=shown.draft.revision)
    )
    output.line(f"已按台账更新为第 {made.revision} 稿", f"Revision {made.revision} says what the ledgers say now")


@reply.command("set")
@_REPLY
@click.argument("state", type=_STATE)
@click.option("--unit", help="只改这一对象, 默认全部 / only this unit, else all")
@click.option("--section", help="只改这一部分, 默认所有未填的 / only this section, else all that are open")
@click.option("--text", help="该部分的文字 / the section's text")
@at_node
def set_(
    output: Output, api: Api, *, reply: str, state: str, unit: str | None, section: str | None, text: str | None
) -> None:
    """填写各部分的状态: 有、无、未掌握、仅口头 / give sections a state."""

    def change(message: content.InfoReply) -> None:
        chosen = _chosen(message, unit, section)
        if not chosen:
            raise SectionUnknownError(named=f"{unit or '*'}/{section or '*'}")
        for one in chosen:
            one.state = _STATE_NAMES[state]
            if text is not None:
                one.text = text
            if one.state != content.SECTION_STATE_PROVIDED:
                # What says that there is nothing carries nothing.
                one.ClearField("tables")
                one.ClearField("attachments")
                one.text = text or ""

    _change(output, api, reply, content.InfoReply, change)


@reply.command()
@_REPLY
@click.argument("text")
@at_node
def explain(output: Output, api: Api, reply: str, text: str) -> None:
    """说明为何各项均无情况 / explain a reply that has nothing to tell."""

    def change(message: content.InfoReply) -> None:
        message.nothing_to_tell_reason = text

    _change(output, api, reply, content.InfoReply, change)


@reply.command()
@_REPLY
@click.argument("kind", type=click.Choice(list(_OPINION_NAMES)))
@click.option("--unit", help="只对这一对象, 默认全部 / on this unit only, else all")
@click.option("--text", help="理由或建议 / reasons or suggestions")
@click.option("--general", help="对整个名单的意见 / an opinion on the whole list")
@at_node
def opinion(
    output: Output, api: Api, *, reply: str, kind: str, unit: str | None, text: str | None, general: str | None
) -> None:
    """对拟巡察对象表示意见 / give an opinion on proposed targets."""

    def change(message: content.OpinionReply) -> None:
        chosen = [one for one in message.opinions if unit in {None, one.unit_id}]
        if unit is not None and not chosen:
            raise SectionUnknownError(named=unit)
        for one in chosen:
            one.kind = _OPINION_NAMES[kind]
            if text is not None:
                one.text = text
        if general is not None:
            message.general_opinion = general

    _change(output, api, reply, content.OpinionReply, change)


@reply.command()
@_REPLY
@review_option
@stale_option
@at_node
def submit(output: Output, api: Api, reply: str, *, review: bool, acknowledge_stale: bool) -> None:
    """送签, 或先送核稿 / hand the reply to the leader, or to a reviewer first."""
    draft_id = _find(output, api, reply).draft.draft_id
    submit_draft(output, api, draft_id, review=review, acknowledge_stale=acknowledge_stale)


@reply.command()
@_REPLY
@click.option("--remarks", default="", help="补充说明 / what was completed")
@as_json
@at_node
def complete(output: Output, api: Api, reply: str, remarks: str, *, json_wanted: bool) -> None:
    """被退回补充时, 以已发答复为底稿另起一稿 / start anew from a sent reply that was returned for completion."""
    sent = _find(output, api, reply, (pb.DRAFT_STATE_SENT,))
    message = content.InfoReply.FromString(sent.content)
    message.completes_letter_id = sent.draft.letter_id
    message.remarks = remarks
    made = api.drafts.CreateDraft(
        pb.CreateDraftRequest(
            request_id=request_id(),
            address=sent.draft.address,
            sub_unit=sent.draft.sub_unit or None,
            content_type=sent.content_type,
            content=message.SerializeToString(deterministic=True),
        )
    )
    if json_wanted:
        output.message(made)
    else:
        output.line(f"已另起一稿 {made.draft_id}", f"The new draft is {made.draft_id}")


def _replies(output: Output, api: Api, states: Iterable[pb.DraftState.ValueType]) -> list[pb.Draft]:
    found = listed(output, api.drafts.ListDrafts, pb.ListDraftsRequest(states=states), "drafts")
    return [one for one in found if one.address.answers_letter_id]


def _find(
    output: Output, api: Api, named: str, states: Iterable[pb.DraftState.ValueType] = LIVE
) -> pb.GetDraftResponse:
    """The newest reply that `named` stands for: a draft, the letter it answers, or the matter."""
    for one in reversed(_replies(output, api, states)):
        if named in {one.draft_id, one.address.answers_letter_id, one.address.matter_id}:
            return api.drafts.GetDraft(pb.GetDraftRequest(draft_id=one.draft_id))
    raise ReplyUnknownError(named=named)


def _change(output: Output, api: Api, named: str, kind: type[M], change: Callable[[M], None]) -> None:
    shown = _find(output, api, named)
    if shown.content_type != kind.DESCRIPTOR.full_name:
        raise ReplyUnknownError(named=named)
    message = kind.FromString(shown.content)
    change(message)
    store_revision(output, api, shown, message.SerializeToString(deterministic=True))


def _chosen(message: content.InfoReply, unit: str | None, section: str | None) -> list[content.Section]:
    """Sections that are named; without a name those that are open."""
    return [
        one
        for of_unit in message.units
        if unit in {None, of_unit.unit_id}
        for one in of_unit.sections
        if (one.code == section if section else one.state == content.SECTION_STATE_UNSPECIFIED)
    ]


def _section_rows(output: Output, shown: pb.GetDraftResponse) -> list[list[str]]:
    if shown.content_type == content.OpinionReply.DESCRIPTOR.full_name:
        opinions = content.OpinionReply.FromString(shown.content).opinions
        return [[one.unit_id, "", output.word(_OPINIONS, one.kind), "", _short(one.text)] for one in opinions]
    message = content.InfoReply.FromString(shown.content)
    return [
        [
            unit.unit_id,
            one.code,
            output.word(_SECTION_STATES, one.state),
            str(sum(len(table.rows) for table in one.tables) or ""),
            _short(one.text),
        ]
        for unit in message.units
        for one in unit.sections
    ]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"
