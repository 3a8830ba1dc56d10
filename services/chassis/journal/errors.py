"""What can be wrong with what is asked of the journal."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class RangeEmptyError(GuantongError):
    """Nothing was written in the time asked for."""

    reason: ClassVar[str] = "RANGE_EMPTY"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "The journal has no entry of that time. Choose another."
    message_zh: ClassVar[str] = "该时段没有日志条目。请另选时段。"
