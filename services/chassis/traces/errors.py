"""What can be wrong with a question about traces."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class TraceUnknownError(GuantongError):
    """No span of that trace is here: it was never carried, or was pushed out by later ones."""

    reason: ClassVar[str] = "TRACE_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = (
        "Nothing of the trace {trace_id} is here. Spans are kept for some time only, and come a few seconds late."
    )
    message_zh: ClassVar[str] = "没有踪迹 {trace_id} 的记录。记录只保留一段时间, 且晚到几秒。"
