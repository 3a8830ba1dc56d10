"""Why a reply may not leave as a person has written it."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class ReplyIdentifiesError(GuantongError):
    """The reply holds something that could lead to a petitioner; the places are named, never the words."""

    reason: ClassVar[str] = "REPLY_IDENTIFIES"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The reply holds what could lead to a person ({kinds_en}) in: {places}. Take it out, then submit it again."
    )
    message_zh: ClassVar[str] = "答复中有可能指向信访人的内容({kinds_zh}), 位置: {places}。请删去后重新提交。"


class ReplyIncompleteError(GuantongError):
    """Sections that were asked for have no state."""

    reason: ClassVar[str] = "REPLY_INCOMPLETE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "These sections have no answer yet: {sections}. Give each a state: provided, none, not held, or oral only."
    )
    message_zh: ClassVar[str] = "下列部分尚未填写情况: {sections}。请逐项填写: 有、无、未掌握或仅口头。"
