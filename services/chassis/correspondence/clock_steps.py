"""Extension, stop and restart of a due date, told to the other side with reason and approver."""

from __future__ import annotations

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.calendar.dues import RuleKind
from services.chassis.clock import beijing_date
from services.chassis.correspondence.contents import words_of
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.write import Outgoing, write
from services.chassis.deadlines.checks import Grounds, check_extend, check_resume, check_suspend
from services.chassis.deadlines.model import Deadline
from services.chassis.deadlines.queries import get_deadline
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
    message = content.Extension(
        amount=amount,
        unit=content.DUE_UNIT_MONTH if months else content.DUE_UNIT_WORKING_DAY,
        reason=grounds.explanation,
        approver=content.Person(post=grounds.approver),
        previous_due_date=deadline.due_date.isoformat() if deadline.due_date else "",
    )
    return _tell(tx, office, deadline, "extension", message)


def suspend(tx: Transaction, office: Office, deadline_id: str, grounds: Grounds) -> Deadline:
    """Stop the clock from today on; while it stands nobody is late. Raises as `extend` does."""
    deadline = get_deadline(tx.connection, deadline_id)
    today = beijing_date(tx.now)
    check_suspend(deadline, today, grounds)
    message = content.Suspension(
        from_date=today.isoformat(), reason=grounds.explanation, approver=content.Person(post=grounds.approver)
    )
    return _tell(tx, office, deadline, "suspension", message)


def resume(tx: Transaction, office: Office, deadline_id: str, grounds: Grounds) -> Deadline:
    """Let a stopped clock run again from today on; the days it stood are given back.

    Raises:
        DeadlineStateError: the clock is not stopped.

    """
    deadline = get_deadline(tx.connection, deadline_id)
    check_resume(deadline)
    message = content.Suspension(
        from_date=deadline.stops[-1].first_day.isoformat(),
        to_date=beijing_date(tx.now).isoformat(),
        reason=grounds.explanation,
        approver=content.Person(post=grounds.approver),
    )
    return _tell(tx, office, deadline, "resumption", message)


def _tell(
    tx: Transaction, office: Office, deadline: Deadline, kind: str, message: content.Extension | content.Suspension
) -> Deadline:
    dossier = queries.get(tx.connection, deadline.matter_id)
    message.letter_id = dossier.header.opened_letter_id
    words = words_of(message)
    write(tx, office, Outgoing(kind, dossier.header.counterparty, words, deadline.matter_id))
    return get_deadline(tx.connection, deadline.deadline_id)
