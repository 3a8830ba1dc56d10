"""What a node refuses to do with a due date."""

from __future__ import annotations

from services.chassis.errors import Fault, GuantongError


class DeadlineNotFoundError(GuantongError):
    """There is no deadline of that id."""

    reason = "DEADLINE_NOT_FOUND"
    fault = Fault.NOT_FOUND
    message_en = "There is no deadline {deadline_id}. Look it up again in its matter."
    message_zh = "没有期限 {deadline_id}。请在所属事项中重新查找。"


class DeadlineStateError(GuantongError):
    """The deadline is closed, already stopped, or not stopped, so the act does not apply."""

    reason = "DEADLINE_STATE"
    fault = Fault.STATE
    message_en = "The deadline is {state}; this needs one that is {needed}. Nothing was changed."
    message_zh = "该期限处于 {state} 状态，此操作要求 {needed}。未作任何更改。"


class DeadlineOverdueError(GuantongError):
    """A stop comes after the date: it moves only one that has not passed."""

    reason = "DEADLINE_OVERDUE"
    fault = Fault.STATE
    message_en = "It was due on {due_date} and is overdue: a stop no longer moves it. Extend it instead, on record."
    message_zh = "该期限已于 {due_date} 届满，逾期后不得中止。确需宽限的，请办理延期并记录在案。"


class DeadlineReasonError(GuantongError):
    """A clock is moved only with a reason and an approver."""

    reason = "DEADLINE_REASON_MISSING"
    fault = Fault.INVALID
    message_en = "Moving a due date needs {missing}. State it and try again."
    message_zh = "变动期限须写明{missing_zh}。请补充后重试。"
