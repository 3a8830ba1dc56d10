"""The content message of every letter kind this program writes or handles; other kinds are stored and parked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from google.protobuf.message import DecodeError, Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.errors import Fault, GuantongError

CONTENTS: Mapping[str, type[Message]] = MappingProxyType(
    {
        "info.request": content.InfoRequest,
        "info.reply": content.InfoReply,
        "opinion.request": content.OpinionRequest,
        "opinion.reply": content.OpinionReply,
        "new_info.notice": content.NewInfo,
        "new_info.forward": content.NewInfo,
        "duty_finding.notice": content.Notice,
        "inspection.brief": content.Notice,
        "arrangement.brief": content.Notice,
        "periodic_report": content.Notice,
        "request.returned": content.ReturnForCompletion,
        "request.accepted_reply": content.LadderStep,
        "reminder": content.Reminder,
        "extension": content.Extension,
        "suspension": content.Suspension,
        "resumption": content.Suspension,
        "clarification": content.Clarification,
        "correction": content.Correction,
        "recall": content.Recall,
        "recall.certified": content.DeletionCertificate,
        "calendar.moved": content.CalendarMoved,
        "matter.viewed": content.LadderStep,
        "matter.signed_for": content.LadderStep,
        "matter.deemed": content.LadderStep,
        "matter.accepted": content.LadderStep,
        "matter.declined": content.LadderStep,
        "matter.withdrawn": content.LadderStep,
        "matter.asked_back": content.AskBack,
    }
)


class ContentUnreadableError(GuantongError):
    """A letter's content is not what its kind calls for, or its kind is unknown here; it stays parked."""

    reason: ClassVar[str] = "CONTENT_UNREADABLE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The content of a letter of kind {kind} cannot be read ({problem}). The letter is kept and parked; upgrade "
        "this node if the peer runs a newer version, then retry, or ask the sender for a correction."
    )
    message_zh: ClassVar[str] = (
        "无法读取 {kind} 类函件的内容({problem})。函件已保存并搁置; "
        "若对方版本较新, 请升级本节点后重试, 或请发函单位更正。"
    )


def content_type_of(kind: str) -> str:
    """The full name of the content message that a letter of `kind` carries.

    Raises:
        ContentUnreadableError: the kind is unknown here.

    """
    wanted = CONTENTS.get(kind)
    if wanted is None:
        raise ContentUnreadableError(kind=kind, problem="unknown kind")
    return str(wanted.DESCRIPTOR.full_name)


def type_name(message: Message) -> str:
    """The full name that a letter's header states for its content."""
    return str(message.DESCRIPTOR.full_name)


def words_of(message: Message) -> bytes:
    """The exact bytes of a content message: the same message gives the same bytes."""
    return message.SerializeToString(deterministic=True)


def read(kind: str, data: bytes, content_type: str | None = None) -> Message:
    """The content of a letter of `kind`; `content_type` is what a header states, None before there is one.

    Raises:
        ContentUnreadableError: the kind or type is unknown here, or the bytes are not of that type.

    """
    wanted = CONTENTS.get(kind)
    if wanted is None:
        raise ContentUnreadableError(kind=kind, problem="unknown kind")
    if content_type not in {None, wanted.DESCRIPTOR.full_name}:
        raise ContentUnreadableError(kind=kind, problem="another content type")
    try:
        return wanted.FromString(data)
    except DecodeError as error:
        raise ContentUnreadableError(kind=kind, problem="malformed") from error
