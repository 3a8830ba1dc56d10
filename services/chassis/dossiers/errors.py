"""What can be wrong with a matter that a node is asked about, or with an act it is told of."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class MatterNotFoundError(GuantongError):
    """This node has no such matter."""

    reason: ClassVar[str] = "MATTER_NOT_FOUND"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    hides: ClassVar[bool] = True
    message_en: ClassVar[str] = (
        "There is no matter {matter_id} here. Check the id, or wait for the letter that opens it."
    )
    message_zh: ClassVar[str] = "本节点没有事项 {matter_id}。请核对编号，或等待发起函到达。"


class MatterExistsError(GuantongError):
    """A second letter opens a matter that is already open between others, or in another way."""

    reason: ClassVar[str] = "MATTER_EXISTS"
    fault: ClassVar[Fault] = Fault.EXISTS
    message_en: ClassVar[str] = (
        "Matter {matter_id} is already opened differently (by letter {opened_letter_id}). "
        "The first one stands; the sender opens a new matter with a new id."
    )
    message_zh: ClassVar[str] = (
        "事项 {matter_id} 已由另一函件（{opened_letter_id}）发起，内容不同。以先到者为准；请发函单位另立新事项。"
    )


class ActConflictError(GuantongError):
    """A second, different act claims the id of a letter that already did something in this matter."""

    reason: ClassVar[str] = "ACT_CONFLICT"
    fault: ClassVar[Fault] = Fault.EXISTS
    message_en: ClassVar[str] = (
        "Letter {letter_id} already stands in matter {matter_id} as another act ({event}). "
        "The first one stands; the writer sends a new letter with its own id."
    )
    message_zh: ClassVar[str] = (
        "函件 {letter_id} 在事项 {matter_id} 中已登记为另一步骤（{event}）。以先到者为准；请另发新函并使用新编号。"
    )


class MatterFullError(GuantongError):
    """The other side has written more letters in one matter than any needs; each costs a fold of them all."""

    reason: ClassVar[str] = "MATTER_FULL"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Matter {matter_id} holds {acts} letters already. The letter is kept and parked; ask its sender why it writes "
        "so many, and to open a new matter."
    )
    message_zh: ClassVar[str] = (
        "事项 {matter_id} 已有 {acts} 件函。该函已保存并搁置; 请联系发函单位说明原因, 确有需要的另行发起事项。"
    )


class NotAPartyError(GuantongError):
    """A body acts in a matter that is between others, or in the place of the other side."""

    reason: ClassVar[str] = "NOT_A_PARTY"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = (
        "Body {body} does not stand on that side of matter {matter_id}. Only the two bodies of a matter act in it, "
        "each for itself; check which matter the letter belongs to."
    )
    message_zh: ClassVar[str] = (
        "单位 {body} 不是事项 {matter_id} 该方的办理单位。事项只由双方各自办理；请核对函件所属事项。"
    )


class CursorInvalidError(GuantongError):
    """A list is asked to go on from a place that no list gave."""

    reason: ClassVar[str] = "CURSOR_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The list cannot go on from there. Start it again from the first page."
    message_zh: ClassVar[str] = "无法从该位置继续列出。请从第一页重新开始。"
