"""Whether a clock may be extended, stopped or let run again: asked before anything is written or told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.chassis.calendar.dues import RuleKind
from services.chassis.calendar.errors import DueRuleError
from services.chassis.deadlines.errors import DeadlineReasonError, DeadlineStateError
from services.chassis.deadlines.model import Deadline, State

_UNEXTENDABLE = frozenset({RuleKind.NOT_BEFORE, RuleKind.PROMPTLY})


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a date is moved and who approved it (a post, not a name)."""

    explanation: str
    approver: str


def check_extend(deadline: Deadline, amount: int, grounds: Grounds) -> None:
    """Raise unless the date may be moved on by `amount` of the rule's own unit.

    Raises:
        DeadlineReasonError: reason or approver is missing.
        DeadlineStateError: the clock is closed, or its rule gives no date that could be extended.
        DueRuleError: the amount is not positive.

    """
    _check_grounds(grounds)
    _check_state(deadline, State.OPEN, State.SUSPENDED)
    if deadline.rule.kind in _UNEXTENDABLE:
        raise DeadlineStateError(state=deadline.rule.kind.value, needed="dated")
    if amount < 1:
        raise DueRuleError(problem="an extension must be at least 1", problem_zh="延长数应至少为 1")


def check_suspend(deadline: Deadline, today: date, grounds: Grounds) -> None:
    """Raise unless the clock may be stopped from `today` on.

    Raises:
        DeadlineReasonError: reason or approver is missing.
        DeadlineStateError: the clock does not run, or its date has passed already.

    """
    _check_grounds(grounds)
    _check_state(deadline, State.OPEN)
    last = deadline.due_date or deadline.opens_on
    if last is None or (today > last and not deadline.provisional):
        # A stop gives days back to a running clock; after the date there is nothing left to give.
        raise DeadlineStateError(state="past its date" if last else "without a date", needed="running")


def check_resume(deadline: Deadline) -> None:
    """Raise DeadlineStateError unless the clock is stopped."""
    _check_state(deadline, State.SUSPENDED)


def _check_grounds(grounds: Grounds) -> None:
    if not grounds.explanation.strip():
        raise DeadlineReasonError(missing="a reason", missing_zh="理由")
    if not grounds.approver.strip():
        raise DeadlineReasonError(missing="an approver", missing_zh="批准人职务")


def _check_state(deadline: Deadline, *states: State) -> None:
    if deadline.state not in states:
        raise DeadlineStateError(state=deadline.state.value, needed=" or ".join(state.value for state in states))
