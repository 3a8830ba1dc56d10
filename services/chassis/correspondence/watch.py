"""What time does by itself: reminders to whoever owes, and word to the other side when a calendar moved a date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import structlog

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.calendar.tables import OfficialTable
from services.chassis.correspondence.contents import words_of
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.write import Outgoing, write
from services.chassis.deadlines.loading import Loaded
from services.chassis.deadlines.model import Move
from services.chassis.deadlines.reminders import Reminder, take_reminders
from services.chassis.dossiers import queries
from services.chassis.dossiers.model import Dossier
from services.chassis.exchange.errors import ChannelHaltedError, DraftInvalidError
from services.chassis.matters.may import may
from services.chassis.matters.model import Event, Side
from services.chassis.storage.uow import Transaction

_log = structlog.get_logger("guantong.correspondence")


def remind(tx: Transaction, office: Office) -> None:
    """Write every reminder letter that is reached and was not written: once late, the opener reminds the addressee.

    Before and after, the to-do list of the body that owes shows its own people which step of the ladder is reached.
    Reminding never closes a matter and never moves a date.
    """
    take_reminders(tx, office.book, lambda reminder: _given(tx, office, reminder))


def tell_moves(tx: Transaction, office: Office, loaded: Loaded) -> None:
    """Tell the addressees of our matters which dates a newly loaded calendar moved, one letter to each body.

    A body that nothing can be sent to now is passed over: the calendar is in force here whatever becomes of a channel,
    and that body computes the same dates once it has loaded the table.
    """
    by_peer: defaultdict[str, list[content.MovedDate]] = defaultdict(list)
    for move in loaded.moves:
        dossier = queries.get(tx.connection, move.matter_id)
        if dossier.header.our_side is Side.OPENER:
            by_peer[dossier.header.counterparty].append(_moved(dossier, move))
    for peer, moved in by_peer.items():
        notice = _notice(loaded, moved)
        try:
            with tx.savepoint():
                write(tx, office, Outgoing("calendar.moved", peer, words_of(notice)))
        except (ChannelHaltedError, DraftInvalidError) as error:
            _log.warning("peer_unreachable", peer=peer, reason=error.reason)


def _given(tx: Transaction, office: Office, reminder: Reminder) -> bool:
    if reminder.step.when != "after":
        return False
    header = queries.get_head(tx.connection, reminder.deadline.matter_id).header
    return header.our_side is Side.OPENER and _write_reminder(tx, office, reminder)


def _write_reminder(tx: Transaction, office: Office, reminder: Reminder) -> bool:
    """Whether it was written: the matter may be past the point where anybody is reminded."""
    dossier = queries.get(tx.connection, reminder.deadline.matter_id)
    ladder = office.book.reminders_for(office.book.due_rule(reminder.deadline.rule_id))
    steps: Sequence[object] = () if ladder is None else ladder.steps
    message = content.Reminder(
        letter_id=dossier.header.opened_letter_id,
        rung=steps.index(reminder.step) + 1 if reminder.step in steps else 1,
        due_date=reminder.for_date.isoformat(),
        addressed_to=_audience(reminder.step.to),
        text=reminder.step.zh,
    )
    if may(dossier.matter, Event.REMINDED, Side.OPENER, {"step": str(message.rung)}) is not None:
        return False
    write(tx, office, Outgoing("reminder", dossier.header.counterparty, words_of(message), dossier.head.matter_id))
    return True


def _audience(to: Iterable[str]) -> str:
    return ",".join(to)


def _moved(dossier: Dossier, move: Move) -> content.MovedDate:
    return content.MovedDate(
        letter_id=dossier.header.opened_letter_id,
        previous_due_date=move.from_date.isoformat() if move.from_date else "",
        new_due_date=move.to_date.isoformat() if move.to_date else "",
    )


def _notice(loaded: Loaded, moved: list[content.MovedDate]) -> content.CalendarMoved:
    table = loaded.table
    # The county's own days belong to no year.
    year = table.year if isinstance(table, OfficialTable) else 0
    return content.CalendarMoved(year=year, table_version=str(table.version), source=table.source, moved_dates=moved)
