"""What can be wrong with assembling a briefing."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class SourceChangedError(GuantongError):
    """A section in a letter is not the one that was accepted; the database was tampered with or is damaged."""

    reason: ClassVar[str] = "BRIEFING_SOURCE_CHANGED"
    fault: ClassVar[Fault] = Fault.INTERNAL
    message_en: ClassVar[str] = (
        "Section {code} in letter {letter_id} is not the one that was received. Nothing was assembled. Verify the "
        "journal and restore the node from its backup."
    )
    message_zh: ClassVar[str] = (
        "函 {letter_id} 中 {code} 的内容与收到时不一致, 未予汇编。请核验日志, 并从备份恢复本节点。"
    )
