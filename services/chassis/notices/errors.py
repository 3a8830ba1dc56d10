"""What can be wrong with notices; no text says who was to be told, or of what."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class NoticeNotSentError(GuantongError):
    """The mail server or the command did not take a notice; it is tried again."""

    reason: ClassVar[str] = "NOTICE_NOT_SENT"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = "A notice was not taken ({cause}). It is tried again; see [notices] in node.toml."
    message_zh: ClassVar[str] = "提醒未能发出({cause}), 稍后自动重试。请检查 node.toml 的 [notices]。"
