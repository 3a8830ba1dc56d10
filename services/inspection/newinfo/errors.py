"""What can be wrong with forwarding or reading new information."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class NewInfoNotFoundError(GuantongError):
    """There is no such notice, or it is not for the caller: both look the same."""

    reason: ClassVar[str] = "NEW_INFO_NOT_FOUND"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    hides: ClassVar[bool] = True
    message_en: ClassVar[str] = "There is no such notice that you may see. Open the list and choose from it."
    message_zh: ClassVar[str] = "没有可供您查看的该情况反映。请从列表中选取。"


class NewInfoWithoutRoundError(GuantongError):
    """The notice belongs to no round of this office, so there is no team leader to forward it to."""

    reason: ClassVar[str] = "NEW_INFO_WITHOUT_ROUND"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The unit is in no round here, so nobody leads a team for it. Keep the notice for the next round (A3.2j)."
    )
    message_zh: ClassVar[str] = "该单位不在任何轮次, 没有对应的巡察组组长。请留存至下一轮使用(A3.2j)。"


class NoticeGoneError(GuantongError):
    """The notice's content was destroyed."""

    reason: ClassVar[str] = "NOTICE_CONTENT_GONE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The content of this notice was destroyed. Ask the sender if it is still needed."
    message_zh: ClassVar[str] = "该情况反映的内容已销毁。如仍需要, 请与发函单位联系。"
