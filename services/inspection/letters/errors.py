"""What can be wrong with preparing a round's letters."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class TargetsNotFixedError(GuantongError):
    """Letters that disclose the targets wait until these are fixed."""

    reason: ClassVar[str] = "TARGETS_NOT_FIXED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The targets are not fixed (round state {state}). Letters naming them may be written only then ({article})."
    )
    message_zh: ClassVar[str] = "巡察对象尚未确定(本轮状态 {state})。确定后方可拟写列明对象的函({article})。"


class ReplyByError(GuantongError):
    """The date by which an opinion is wanted has passed already."""

    reason: ClassVar[str] = "REPLY_BY_PAST"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The reply-by date {day} has to lie after today. Give a later one (A1.2b)."
    message_zh: ClassVar[str] = "要求函复日期 {day} 须晚于今日。请另行确定(A1.2b)。"


class QuestionError(GuantongError):
    """A question goes to a body that is not asked about that unit."""

    reason: ClassVar[str] = "QUESTION_MISDIRECTED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "Body {body} is not asked about unit {unit_id}, so no question can go along. Put it to another body."
    )
    message_zh: ClassVar[str] = "本轮不向 {body} 商请单位 {unit_id} 的情况, 不能附带问题。请改向其他单位提出。"


class LetterNotFoundError(GuantongError):
    """No letter of a round belongs to that matter."""

    reason: ClassVar[str] = "ROUND_LETTER_NOT_FOUND"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "No letter of a round here belongs to matter {matter_id}. Open it from the board."
    message_zh: ClassVar[str] = "本办没有与事项 {matter_id} 对应的巡前函。请从看板打开。"
