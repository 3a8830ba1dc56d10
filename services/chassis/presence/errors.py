"""Why a node ends: it runs somewhere else already."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class SecondCopyError(GuantongError):
    """Another copy of this node, with the same keys and another database, was there first."""

    reason: ClassVar[str] = "SECOND_COPY"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Node {body} runs already, on another machine or in another folder (since {since}). Two copies would answer "
        "for one body, so this one, started later, has stopped; none of its letters left. Find the other copy. If that "
        "one is to go (it is old, or this one was restored in its place), stop it for good first, then start this one."
    )
    message_zh: ClassVar[str] = (
        "单位 {body} 的节点已在别处(另一台机器或另一个文件夹)运行(自 {since} 起)。同一单位不得运行两份, "
        "后启动的这一份已停止, 未发出任何函件。请找到另一份: 如应停用的是那一份(旧副本, 或本份是恢复后的替代), "
        "请先将其彻底停止, 再启动本份。"
    )


class PresenceMalformedError(GuantongError):
    """What was heard is no statement of this body's key; it is passed over."""

    reason: ClassVar[str] = "PRESENCE_MALFORMED"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "A statement of presence does not verify: {why}. It was passed over."
    message_zh: ClassVar[str] = "运行声明未通过验证({why}), 已忽略。"
