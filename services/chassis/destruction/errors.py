"""Why content is not destroyed, a hold not placed, or a copy not certified."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class DestructionNotOpenError(GuantongError):
    """There is no such request for this person to decide on: unknown, decided, or about what they may not know of."""

    reason: ClassVar[str] = "DESTRUCTION_NOT_OPEN"
    fault: ClassVar[Fault] = Fault.STATE
    hides: ClassVar[bool] = True
    message_en: ClassVar[str] = "There is no such request for you to decide on. Choose one from the list."
    message_zh: ClassVar[str] = "目前没有可由您决定的该项销毁申请。请从列表中选取。"


class DestructionSamePersonError(GuantongError):
    """Whoever asks cannot decide."""

    reason: ClassVar[str] = "DESTRUCTION_SAME_PERSON"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "Somebody other than the person who asked has to decide. Ask another leader."
    message_zh: ClassVar[str] = "须由申请人以外的人员决定，请另请一名领导办理。"


class DestructionScopeError(GuantongError):
    """A request names letters or a matter, not both and not neither."""

    reason: ClassVar[str] = "DESTRUCTION_SCOPE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "Name either letters (at most {most}) or one matter, nothing else."
    message_zh: ClassVar[str] = "请指明函件（不超过 {most} 件）或一个事项，二者择一。"


class LetterIdSharedError(GuantongError):
    """Senders choose ids: letters of two bodies have this one, and only their matters tell them apart."""

    reason: ClassVar[str] = "LETTER_ID_SHARED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "Letters of two bodies have the id {letter_id}. Name the matter instead."
    message_zh: ClassVar[str] = "有两个单位的函件使用同一编号 {letter_id}。请改为指明事项。"


class NothingToDestroyError(GuantongError):
    """Nothing of what is named still has content here."""

    reason: ClassVar[str] = "NOTHING_TO_DESTROY"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "Nothing of it has content at this node any more. See the list of destructions for why."
    message_zh: ClassVar[str] = "所列函件在本节点已无内容可销毁。原因见销毁登记列表。"


class DestructionAskedAlreadyError(GuantongError):
    """A request about the same letter waits already."""

    reason: ClassVar[str] = "DESTRUCTION_ASKED_ALREADY"
    fault: ClassVar[Fault] = Fault.EXISTS
    message_en: ClassVar[str] = (
        "Request {destruction_id} about one of these letters waits for a decision. Decide it first."
    )
    message_zh: ClassVar[str] = "其中有函件已在申请 {destruction_id} 中待决定。请先办理该申请。"


class MatterStillOpenError(GuantongError):
    """Retention begins when a matter is over."""

    reason: ClassVar[str] = "MATTER_STILL_OPEN"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Matter {matter_id} is not over, so its retention has not ended. Finish it, or name another ground."
    )
    message_zh: ClassVar[str] = "事项 {matter_id} 尚未办结，保管期限不可能届满。请先办结，或另选依据。"


class MatterHeldError(GuantongError):
    """Nothing of a held matter is destroyed."""

    reason: ClassVar[str] = "MATTER_HELD"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Matter {matter_id} is on hold for {cause_en} (hold {hold_id}): nothing of it may be destroyed. Wait until the "
        "hold is released."
    )
    message_zh: ClassVar[str] = (
        "事项 {matter_id} 因{cause_zh}已保全（保全 {hold_id}），不得销毁。请待保全解除后再办理。"
    )


class HoldNotOpenError(GuantongError):
    """There is no such hold in force, or it is about what the caller may not know of."""

    reason: ClassVar[str] = "HOLD_NOT_OPEN"
    fault: ClassVar[Fault] = Fault.STATE
    hides: ClassVar[bool] = True
    message_en: ClassVar[str] = "There is no such hold in force. Choose one from the list."
    message_zh: ClassVar[str] = "没有生效中的该项保全。请从列表中选取。"


class HoldSamePersonError(GuantongError):
    """Whoever placed a hold does not release it alone."""

    reason: ClassVar[str] = "HOLD_SAME_PERSON"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "Somebody other than the person who placed the hold has to release it."
    message_zh: ClassVar[str] = "保全须由设定人以外的人员解除。"


class CopyNotOpenError(GuantongError):
    """There is no such copy waiting to be recovered."""

    reason: ClassVar[str] = "COPY_NOT_OPEN"
    fault: ClassVar[Fault] = Fault.STATE
    hides: ClassVar[bool] = True
    message_en: ClassVar[str] = "There is no such copy to account for. Choose one from the list of copies."
    message_zh: ClassVar[str] = "没有待办理的该份副本。请从副本清单中选取。"


class CopyPersonError(GuantongError):
    """Somebody by name stands for what became of a copy."""

    reason: ClassVar[str] = "COPY_PERSON_MISSING"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "Name who recovered or destroyed the copy, in at most {limit} characters."
    message_zh: ClassVar[str] = "请写明收回或销毁该副本的人员姓名（不超过 {limit} 个字）。"


class RegisterDamagedError(GuantongError):
    """The file of destroyed letters was changed by somebody without the node's keys."""

    reason: ClassVar[str] = "DESTROYED_REGISTER_DAMAGED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Line {line} of {file} is not what this node wrote. Keep a copy, move the file away, and start the node again: "
        "it writes the register anew from its database."
    )
    message_zh: ClassVar[str] = (
        "{file} 第 {line} 行并非本节点所写。请留存副本后移开该文件，再启动节点，节点将依数据库重新写出。"
    )
