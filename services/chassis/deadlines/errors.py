"""What a node refuses to do with a due date."""

from __future__ import annotations

from services.chassis.errors import Fault, GuantongError


class DeadlineNotFoundError(GuantongError):
    """There is no deadline of that id."""

    reason = "DEADLINE_NOT_FOUND"
    fault = Fault.NOT_FOUND
    message_en = "There is no deadline {deadline_id}. Look it up again in its matter."
    message_zh = "没有期限 {deadline_id}。请在所属事项中重新查找。"


class DeadlineRunningError(GuantongError):
    """The same rule already runs for the same party in this matter, from another day."""

    reason = "DEADLINE_RUNNING"
    fault = Fault.EXISTS
    message_en = (
        "Rule {rule_id} already runs in this matter from {start_date}. Close that deadline before starting another."
    )
    message_zh = "该事项中规则 {rule_id} 已自 {start_date} 起算。请先办结该期限，再重新起算。"


class DeadlineStateError(GuantongError):
    """The deadline is closed, already stopped, or not stopped, so the act does not apply."""

    reason = "DEADLINE_STATE"
    fault = Fault.STATE
    message_en = "The deadline is {state}; this needs one that is {needed}. Nothing was changed."
    message_zh = "该期限处于 {state} 状态，此操作要求 {needed}。未作任何更改。"


class DeadlineReasonError(GuantongError):
    """A clock is moved only with a reason and an approver."""

    reason = "DEADLINE_REASON_MISSING"
    fault = Fault.INVALID
    message_en = "Moving a due date needs {missing}. State it and try again."
    message_zh = "变动期限须写明{missing_zh}。请补充后重试。"
