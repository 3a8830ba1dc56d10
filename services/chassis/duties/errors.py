"""What can be wrong with who handles what; no text says what a matter is about."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class HandlerUnfitError(GuantongError):
    """The named person's roles do not reach the matter; being its handler would give them no right."""

    reason: ClassVar[str] = "HANDLER_UNFIT"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The roles of account {account_id} do not reach this matter. Name a person who may work on it, or have the "
        "security administrator give them a role for it first."
    )
    message_zh: ClassVar[str] = (
        "账号 {account_id} 的角色不及于此事项。请指定有权办理的人员，或先由安全保密管理员授予该事项的角色。"
    )
