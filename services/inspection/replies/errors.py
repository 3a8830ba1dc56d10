"""What can be wrong with accepting or returning a reply."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class NoReplyError(GuantongError):
    """There is no reply that waits for the office."""

    reason: ClassVar[str] = "NO_REPLY_WAITING"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "No reply waits in matter {matter_id}: none came, or the last one was settled already."
    message_zh: ClassVar[str] = "事项 {matter_id} 没有待处理的复函: 尚未收到, 或最近一份已处理。"


class ReplyIncompleteError(GuantongError):
    """Sections are missing; return the reply with reasons."""

    reason: ClassVar[str] = "REPLY_INCOMPLETE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The reply cannot be accepted: nothing is said on {missing}. Return it with reasons; a section without "
        "material is answered as none, not held, or oral only."
    )
    message_zh: ClassVar[str] = (
        "不能采纳该复函: {missing} 没有答复。请说明理由退回补充; 无材料的应注明无相关情况、不掌握或仅口头通报。"
    )


class ReplyStoppedError(GuantongError):
    """A section names somebody whom the county may keep no record of."""

    reason: ClassVar[str] = "REPLY_JURISDICTION_STOP"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The reply cannot be accepted: {stopped} concern someone managed above the county. Return it; the originals go "
        "to the competent level on paper."
    )
    message_zh: ClassVar[str] = (
        "不能采纳该复函: {stopped} 涉及上级管理的干部。请退回, 原件由原单位按规定线下转送有管辖权机关。"
    )


class ReturnInvalidError(GuantongError):
    """The return names nothing that was asked, gives no reason, or no later date."""

    reason: ClassVar[str] = "RETURN_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The reply cannot be returned like this: {problem}. Correct it and try again."
    message_zh: ClassVar[str] = "无法按此退回: {problem}。请更正后重试。"
