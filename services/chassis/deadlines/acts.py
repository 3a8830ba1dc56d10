"""What may be done to a clock: start, close, extend, stop, resume. Each act is one unit's work and journalled."""

from __future__ import annotations

from dataclasses import replace

from services.chassis.calendar.dues import Suspension
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date
from services.chassis.deadlines.checks import Grounds, check_extend, check_resume, check_suspend
from services.chassis.deadlines.errors import DeadlineRunningError
from services.chassis.deadlines.model import Cause, Deadline, Move, NewDeadline, State
from services.chassis.deadlines.queries import deadlines_of, get_deadline, running_deadlines
from services.chassis.deadlines.record import CONFIRMED, Reason, apply, close, journal, record, start, update
from services.chassis.storage.uow import Transaction


def open_deadline(tx: Transaction, new: NewDeadline) -> Deadline:
    """Start a clock by the calendar in force. Starting the same clock again gives the one that runs.

    Raises:
        DeadlineRunningError: the rule already runs for this party in this matter from another day.
        DueRuleError: no date follows from the rule and the start.
    """
    for running in deadlines_of(tx.connection, new.matter_id):
        if running.state is not State.CLOSED and (running.obliged, running.rule_id) == (new.obliged, new.rule_id):
            if (running.start, running.rule) != (new.start, new.rule):
                raise DeadlineRunningError(rule_id=new.rule_id, start_date=running.start)
            return running
    return start(tx, new)


def close_deadline(tx: Transaction, deadline_id: str) -> Deadline:
    """End a clock: the duty is done or fell away. A closed date never moves again; closing twice changes nothing."""
    deadline = get_deadline(tx.connection, deadline_id)
    if deadline.state is State.CLOSED:
        return deadline
    return close(tx, deadline, tx.now)


def extend(tx: Transaction, deadline_id: str, amount: int, grounds: Grounds) -> Deadline:
    """Move a date on by `amount` of the rule's own unit; raises as `check_extend` does, or when it gets too long."""
    deadline = get_deadline(tx.connection, deadline_id)
    check_extend(deadline, amount, grounds)
    longer = replace(deadline, extension=deadline.extension + amount)
    return record(tx, deadline, longer, Reason(Cause.EXTENDED, grounds.explanation, grounds.approver, amount))


def suspend(tx: Transaction, deadline_id: str, grounds: Grounds) -> Deadline:
    """Stop a clock from today on; while it stands nobody is late. Raises as `check_suspend` does."""
    deadline = get_deadline(tx.connection, deadline_id)
    today = beijing_date(tx.now)
    check_suspend(deadline, today, grounds)
    stopped = replace(deadline, stops=(*deadline.stops, Suspension(today)), state=State.SUSPENDED)
    return record(tx, deadline, stopped, Reason(Cause.SUSPENDED, grounds.explanation, grounds.approver))


def resume(tx: Transaction, deadline_id: str) -> Deadline:
    """Let a stopped clock run again from today on; the days it stood are given back. Raises as `check_resume` does."""
    deadline = get_deadline(tx.connection, deadline_id)
    check_resume(deadline)
    *earlier, last = deadline.stops
    today = beijing_date(tx.now)
    stops = tuple(earlier) if today <= last.first_day else (*earlier, replace(last, resumes_on=today))
    return record(tx, deadline, replace(deadline, stops=stops, state=State.OPEN), Reason(Cause.RESUMED))


def recompute_open(tx: Transaction, calendar: WorkingCalendar) -> list[Move]:
    """Recompute every running clock by `calendar`, journal each change, and return the dates that moved.

    The caller tells both sides of each. A date that stays and merely becomes certain is journalled and not
    returned. Closed clocks keep the date they were closed on.
    """
    moves = []
    for deadline in running_deadlines(tx.connection):
        due = deadline.compute(calendar)
        if due.due_date != deadline.due_date:
            moves.append(apply(tx, deadline, deadline, due, Reason(Cause.CALENDAR)))
        elif due.provisional != deadline.provisional:
            update(tx, replace(deadline, provisional=due.provisional))
            journal(tx, CONFIRMED, deadline, {"due_date": due.due_date, "provisional": due.provisional})
    return moves
