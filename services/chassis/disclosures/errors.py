"""Why a disclosure is not asked for, not decided, or not handed out."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class DisclosureWordsError(GuantongError):
    """Nobody takes anything out, and nobody refuses it, without saying why."""

    reason: ClassVar[str] = "DISCLOSURE_WORDS_MISSING"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "State in {field} why, in at most {limit} characters."
    message_zh: ClassVar[str] = "请在 {field} 中写明理由（不超过 {limit} 个字）。"


class DisclosureIdentifiesError(GuantongError):
    """A reason or a remark holds what leads to a petitioner; it would stay in the register for everybody to read."""

    reason: ClassVar[str] = "DISCLOSURE_IDENTIFIES"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "What you wrote in {field} holds {kinds_en}. State why without it."
    message_zh: ClassVar[str] = "{field} 中含有{kinds_zh}。请删去后重新说明理由。"


class DisclosureSamePersonError(GuantongError):
    """Whoever asks cannot decide."""

    reason: ClassVar[str] = "DISCLOSURE_SAME_PERSON"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "Somebody other than the person who asked has to decide. Ask another leader."
    message_zh: ClassVar[str] = "须由申请人以外的人员决定，请另请一名领导办理。"


class DisclosureNotOpenError(GuantongError):
    """There is no such request for this person to act on: unknown, undecided, refused, another's, lapsed, or done."""

    reason: ClassVar[str] = "DISCLOSURE_NOT_OPEN"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "There is no such request for you to act on now. Look at the list; ask anew if needed."
    message_zh: ClassVar[str] = "目前没有可由您办理的该项申请。请查看申请列表，必要时重新申请。"
