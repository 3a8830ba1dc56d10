"""Extension, stop and restart of a due date, told to the other side with reason and approver."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.calendar.dues import RuleKind
from services.chassis.clock import beijing_date
from services.chassis.correspondence.clocks import resumed
from services.chassis.correspondence.contents import words_of
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.write import Outgoing, write
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.deadlines.checks import Grounds, check_extend, check_not_overdue, check_resume, check_suspend
from services.chassis.deadlines.model import Deadline
from services.chassis.deadlines.queries import deadlines_of, get_deadline
from services.chassis.deadlines.rules import closing_time
from services.chassis.dossiers import queries
from services.chassis.storage.uow import Transaction


def extend(tx: Transaction, office: Office, deadline_id: str, amount: int, grounds: Grounds) -> Deadline:
    """Move the date on by `amount` of the rule's own unit; the original date stays visible.

    Raises:
        DeadlineReasonError: reason or approver is missing.
        DeadlineStateError: the clock is closed, or its rule gives no date that could be extended.
        MatterRefusedError: the matter is over, or this body is not the one that grants it.

    """
    deadline = get_deadline(tx.connection, deadline_id)
    check_extend(deadline, amount, grounds)
    months = deadline.rule.kind is RuleKind.MONTH
    longer = replace(deadline, extension=deadline.extension + amount)
    message = content.Extension(
        amount=amount,
        unit=content.DUE_UNIT_MONTH if months else content.DUE_UNIT_WORKING_DAY,
        reason=grounds.explanation,
        approver=content.Person(post=grounds.approver),
        previous_due_date=deadline.due_date.isoformat() if deadline.due_date else "",
        new_due_date=_computed(tx, longer),
    )
    return _tell(tx, office, deadline, "extension", message)


def suspend(tx: Transaction, office: Office, deadline_id: str, grounds: Grounds) -> Deadline:
    """Stop the clock from today on; while it stands nobody is late.

    Raises as `extend` does, and DeadlineOverdueError when its date has passed.
    """
    deadline = get_deadline(tx.connection, deadline_id)
    today = beijing_date(tx.now)
    check_suspend(deadline, tx.now, grounds, closing_time(office.book, deadline.due_date or today))
    message = content.Suspension(
        from_date=today.isoformat(), reason=grounds.explanation, approver=content.Person(post=grounds.approver)
    )
    return _tell(tx, office, deadline, "suspension", message)


def check_stop_told(tx: Transaction, office: Office, matter_id: str, written_at: datetime) -> None:
    """Look at a stop that the other side wrote, before it counts: it moves no date that had passed by then.

    Raises:
        DeadlineOverdueError: the matter's running clock was overdue when the stop was written.

    """
    running = [one for one in deadlines_of(tx.connection, matter_id) if one.closed_at is None]
    for deadline in running[-1:]:
        closing = closing_time(office.book, deadline.due_date or beijing_date(written_at))
        check_not_overdue(deadline, written_at, closing)


def resume(tx: Transaction, office: Office, deadline_id: str, grounds: Grounds) -> Deadline:
    """Let a stopped clock run again from today on; the days it stood are given back.

    Raises:
        DeadlineStateError: the clock is not stopped.

    """
    deadline = get_deadline(tx.connection, deadline_id)
    check_resume(deadline)
    first_day, today = deadline.stops[-1].first_day, beijing_date(tx.now)
    message = content.Suspension(
        from_date=first_day.isoformat(),
        to_date=today.isoformat(),
        reason=grounds.explanation,
        approver=content.Person(post=grounds.approver),
        new_due_date=_computed(tx, replace(deadline, stops=resumed(deadline.stops, today))),
    )
    return _tell(tx, office, deadline, "resumption", message)


def _computed(tx: Transaction, deadline: Deadline) -> str:
    """The date that the clock will have, by the calendar in force; empty where it has none."""
    due = deadline.compute(calendar_in_force(tx.connection))
    return due.due_date.isoformat() if due.due_date else ""


def _tell(
    tx: Transaction, office: Office, deadline: Deadline, kind: str, message: content.Extension | content.Suspension
) -> Deadline:
    dossier = queries.get(tx.connection, deadline.matter_id)
    message.letter_id = opening = dossier.header.opened_letter_id
    out = Outgoing(kind, dossier.header.counterparty, words_of(message), deadline.matter_id, opening)
    write(tx, office, out)
    return get_deadline(tx.connection, deadline.deadline_id)
