"""A person reminds the other body of what it owes; what time does by itself is in `watch`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.clock import beijing_date
from services.chassis.correspondence.contents import words_of
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.write import Outgoing, write
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.deadlines.model import Deadline
from services.chassis.deadlines.queries import deadlines_of
from services.chassis.deadlines.reminders import holding
from services.chassis.dossiers import queries
from services.chassis.dossiers.model import Dossier
from services.chassis.errors import Fault, GuantongError
from services.chassis.matters.model import Event
from services.chassis.rulebook.dues import ReminderStep
from services.chassis.storage.uow import Transaction

REMINDER = "reminder"
_PLAIN_TEXT = "请按函件要求办理并及时答复。"


class RemindedTodayError(GuantongError):
    """The body was reminded of this matter today already; once a day is enough."""

    reason: ClassVar[str] = "REMINDED_TODAY"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "This matter was reminded of today already. Telephone, or remind again tomorrow."
    message_zh: ClassVar[str] = "该事项今日已催办过。可电话联系, 或明日再催办。"


@dataclass(frozen=True, slots=True)
class Reminded:
    """The reminder that went out, and the rung of the ladder it names, counted from 1."""

    letter_id: str
    rung: int


def remind_now(tx: Transaction, office: Office, matter_id: str, text: str) -> Reminded:
    """Write a reminder letter at a person's wish. It names the rung that is reached, or the first; it moves no date.

    `text` is what the letter says; where it is empty, the rung's own words.

    Raises:
        RemindedTodayError: one was written today.
        MatterRefusedError: nothing is owed to this body, or not any more.
    """
    dossier = queries.get(tx.connection, matter_id)
    today = beijing_date(tx.now)
    if any(act.event is Event.REMINDED and beijing_date(act.at) == today for act in dossier.acts):
        raise RemindedTodayError(matter_id=matter_id)
    running = next((one for one in deadlines_of(tx.connection, matter_id) if one.closed_at is None), None)
    step, rung = _rung(tx, office, running)
    message = content.Reminder(
        letter_id=dossier.header.opened_letter_id,
        rung=rung,
        due_date=running.due_date.isoformat() if running and running.due_date else "",
        addressed_to=",".join(step.to) if step else "handler",
        text=text or (step.zh if step else _PLAIN_TEXT),
    )
    return Reminded(_sent(tx, office, dossier, message), rung)


def _rung(tx: Transaction, office: Office, deadline: Deadline | None) -> tuple[ReminderStep | None, int]:
    if deadline is None:
        return None, 1
    step = holding(deadline, office.book, beijing_date(tx.now), calendar_in_force(tx.connection))
    if step is None:
        return None, 1
    ladder = office.book.reminders_for(office.book.due_rule(deadline.rule_id))
    steps: Sequence[ReminderStep] = () if ladder is None else ladder.steps
    return step, steps.index(step) + 1 if step in steps else 1


def _sent(tx: Transaction, office: Office, dossier: Dossier, message: content.Reminder) -> str:
    out = Outgoing(REMINDER, dossier.header.counterparty, words_of(message), dossier.head.matter_id)
    return write(tx, office, out).letter_id
