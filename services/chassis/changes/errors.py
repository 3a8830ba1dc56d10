"""What can be wrong with listening to changes."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class TooManyStreamsError(GuantongError):
    """One account listens more often than any person's windows need."""

    reason: ClassVar[str] = "TOO_MANY_STREAMS"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "This account already listens for changes {limit} times. Close a window; pages can be reloaded by hand."
    )
    message_zh: ClassVar[str] = "该账号已有 {limit} 个页面在接收更新。请关闭其中一个；页面也可手动刷新。"
