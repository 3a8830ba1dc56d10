"""What the desk refuses, and what to do then."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class DraftNotFoundError(GuantongError):
    """There is no such draft, or the caller may not know of it: both look the same."""

    reason: ClassVar[str] = "DRAFT_NOT_FOUND"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    hides: ClassVar[bool] = True
    message_en: ClassVar[str] = "There is no draft {draft_id}. Look it up again in the list of drafts."
    message_zh: ClassVar[str] = "没有拟稿 {draft_id}。请在拟稿列表中重新查找。"


class DraftDeniedError(GuantongError):
    """The caller may see the draft and may not do this with it."""

    reason: ClassVar[str] = "DRAFT_DENIED"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = (
        "This needs one of the roles {roles} for the sub-unit and matter of the draft. Ask somebody who holds it, or "
        "the security administrator."
    )
    message_zh: ClassVar[str] = (
        "此操作须具有该拟稿所属内设机构和事项的下列角色之一: {roles}。请由具备权限的人员办理, 或联系安全保密管理员。"
    )


class DraftChangedError(GuantongError):
    """Somebody else wrote a newer revision meanwhile; nothing of either text is lost."""

    reason: ClassVar[str] = "DRAFT_CHANGED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The draft is at revision {current_revision} now, and this was made on {revision}. "
        "Read the newer revision, bring your change into it, and send it again."
    )
    message_zh: ClassVar[str] = (
        "拟稿现为第 {current_revision} 稿, 本次操作基于第 {revision} 稿。请先阅读最新一稿, 并入您的修改后重新提交。"
    )


class DraftStateError(GuantongError):
    """The draft does not stand where this act needs it."""

    reason: ClassVar[str] = "DRAFT_STATE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The draft is {state}; {action} is not possible then. Look at it again before going on."
    message_zh: ClassVar[str] = "拟稿当前状态为 {state}, 不能执行 {action}。请重新查看后再操作。"


class ReviewMissingError(GuantongError):
    """Letters of this kind are checked by a reviewer before a leader signs them."""

    reason: ClassVar[str] = "REVIEW_MISSING"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "A letter of kind {kind} is reviewed before it is signed. Submit it for review."
    message_zh: ClassVar[str] = "{kind} 类函件签发前须核稿。请先送核稿。"


class OwnWorkError(GuantongError):
    """Nobody checks what they wrote themselves."""

    reason: ClassVar[str] = "OWN_WORK"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "Whoever wrote a text does not check it. Ask another person."
    message_zh: ClassVar[str] = "本人撰写的内容不能由本人核定。请由其他人员办理。"


class RemarksMissingError(GuantongError):
    """Returning or discarding needs words."""

    reason: ClassVar[str] = "REMARKS_MISSING"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "This needs a reason in words. State it and send it again."
    message_zh: ClassVar[str] = "此操作须写明意见或理由。请补充后重新提交。"

    def __init__(self, field: str = "remarks") -> None:
        super().__init__(field=field)


class DraftStaleError(GuantongError):
    """Ledger rows behind the draft changed after it was written."""

    reason: ClassVar[str] = "DRAFT_STALE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "What the draft rests on has changed since {stale_since}. Have the reply drafted afresh, or edit "
        "it, submit it again and acknowledge the change."
    )
    message_zh: ClassVar[str] = (
        "拟稿所依据的台账自 {stale_since} 起已有变化。请按台账重新生成答复, 或修改后重新送签并确认已知悉该变化。"
    )


class ShownDigestError(GuantongError):
    """What was displayed to the person is not what stands there now."""

    reason: ClassVar[str] = "NOT_WHAT_WAS_SHOWN"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "What you were shown is not what stands here now. Open it again, read it, and confirm."
    message_zh: ClassVar[str] = "您所看到的内容与现存内容不一致。请重新打开、阅读后再确认。"


class SaysNothingError(GuantongError):
    """A reply that tells nothing needs the leader's explicit word."""

    reason: ClassVar[str] = "SAYS_NOTHING"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The reply has nothing to tell in any section. Confirm that this is meant, or return it."
    )
    message_zh: ClassVar[str] = "该复函各项均为“无”。请确认确属无相关情况, 或退回修改。"


class UnfinishedError(GuantongError):
    """A section has neither material nor the statement that there is none."""

    reason: ClassVar[str] = "SECTION_UNANSWERED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "{count} section(s) are not answered yet. Give material for each, or state that there is none."
    )
    message_zh: ClassVar[str] = "尚有 {count} 项未作答复。请逐项填写, 或注明无相关情况。"


class NotAuthorizedToSignError(GuantongError):
    """The confirmed right to sign does not reach this draft, or was confirmed too long ago."""

    reason: ClassVar[str] = "NOT_AUTHORIZED_TO_SIGN"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = (
        "The password was confirmed too long ago, or the right to sign does not cover this sub-unit. "
        "Give the password again, or ask the leader in charge."
    )
    message_zh: ClassVar[str] = "密码确认已过时, 或签发权限不含该内设机构。请重新输入密码, 或请分管领导签发。"


class DraftContentError(GuantongError):
    """The content is no message of the exchange contract, or too large for a letter."""

    reason: ClassVar[str] = "DRAFT_CONTENT"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The content cannot become a letter: {problem}. Correct it and send it again."
    message_zh: ClassVar[str] = "内容不能成函: {problem}。请改正后重新提交。"


class NotByHandError(GuantongError):
    """Letters of this kind are no drafts that a person starts."""

    reason: ClassVar[str] = "DRAFT_NOT_BY_HAND"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Letters of kind {kind} are not drafted by hand: they are prepared where their conditions are looked at, such "
        "as the decision they need. Use the act on the matter or the round instead."
    )
    message_zh: ClassVar[str] = (
        "{kind} 类函件不能直接拟稿: 须经核对其条件(如所需决定)后由系统生成。请改用事项或巡察轮次中的相应操作。"
    )


class DraftContentGoneError(GuantongError):
    """The content was destroyed on purpose; that the draft existed stays on record."""

    reason: ClassVar[str] = "DRAFT_CONTENT_GONE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The content of draft {draft_id} was destroyed. Only its record remains."
    message_zh: ClassVar[str] = "拟稿 {draft_id} 的内容已销毁, 仅保留记录。"


class NumberUnknownError(GuantongError):
    """That document number was never given."""

    reason: ClassVar[str] = "NUMBER_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "The document number {number} was never given here. Check it on the letter."
    message_zh: ClassVar[str] = "本单位未编发过文号 {number}。请核对函件上的文号。"


class DecisionNotFoundError(GuantongError):
    """There is no such recorded decision."""

    reason: ClassVar[str] = "DECISION_NOT_FOUND"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no recorded decision {decision_id}. Record it first."
    message_zh: ClassVar[str] = "没有决定记录 {decision_id}。请先登记该决定。"


class DecisionStateError(GuantongError):
    """The decision is not in the state this needs."""

    reason: ClassVar[str] = "DECISION_STATE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The recorded decision is {state}, and this needs {needed}. Look at it again."
    message_zh: ClassVar[str] = "该决定记录的状态为 {state}, 此操作要求 {needed}。请重新查看。"


class DecisionInvalidError(GuantongError):
    """Something of the decision is missing or malformed."""

    reason: ClassVar[str] = "DECISION_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The decision cannot be recorded: {field} {problem}. Correct it and send it again."
    message_zh: ClassVar[str] = "决定无法登记: {field} {problem}。请改正后重新提交。"


class DecisionMissingError(GuantongError):
    """An act is guarded by a recorded decision, and none counts for exactly this."""

    reason: ClassVar[str] = "DECISION_MISSING"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "{purpose} needs a recorded and confirmed decision on exactly this ({article}); the one named differs in "
        "{differs}. Record what was decided, or act within what was decided."
    )
    message_zh: ClassVar[str] = (
        "办理 {purpose} 须有对该事项的决定记录并经他人确认({article}); 所引决定在 {differs} 上不一致。"
        "请补录决定, 或在决定范围内办理。"
    )
