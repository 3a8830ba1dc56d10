"""Whether a clock may be extended, stopped or let run again: asked before anything is written or told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from services.chassis.calendar.dues import RuleKind, is_late
from services.chassis.calendar.errors import DueRuleError
from services.chassis.clock import beijing_date
from services.chassis.deadlines.errors import DeadlineOverdueError, DeadlineReasonError, DeadlineStateError
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


def check_suspend(deadline: Deadline, now: datetime, grounds: Grounds, closing: time | None = None) -> None:
    """Raise unless the clock may be stopped at `now`. `closing` is until when the county's due days last.

    Raises:
        DeadlineReasonError: reason or approver is missing.
        DeadlineStateError: the clock does not run, or has no date.
        DeadlineOverdueError: its date has passed.

    """
    _check_grounds(grounds)
    _check_state(deadline, State.OPEN)
    check_not_overdue(deadline, now, closing)


def check_not_overdue(deadline: Deadline, now: datetime, closing: time | None = None) -> None:
    """Raise unless there is a date at `now` that a stop could move.

    A stop gives days back to a running clock. After the date there is nothing left to give: that the answer is late
    has happened, and a stop must not undo it.

    Raises:
        DeadlineStateError: the clock has no date.
        DeadlineOverdueError: it has passed.

    """
    last = deadline.due_date or deadline.opens_on
    if last is None:
        raise DeadlineStateError(state="without a date", needed="running")
    opened = deadline.due_date is None and beijing_date(now) > last
    if opened or is_late(deadline.due, now, closing):
        raise DeadlineOverdueError(due_date=last.isoformat())


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
