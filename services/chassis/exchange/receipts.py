"""Records peers' receipts as evidence, moves the channel, and halts it when the two sides' histories differ."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from services.chassis.exchange import wire
from services.chassis.exchange.heads import digest_of, remembered_head
from services.chassis.exchange.hooks import OnReceipted, Receipted
from services.chassis.exchange.model import Direction, ReceiptStatement, SignedReceipt
from services.chassis.exchange.rejoining import withdraw
from services.chassis.exchange.tables import CHANNELS, LETTERS
from services.chassis.exchange.tracing import RECEIPT, Tracing
from services.chassis.journal import store as journal
from services.chassis.storage import StorageError, Transaction
from services.chassis.storage.engine import outage

RECEIPTED, HALTED, LOWERED, RESUMED = "receipt.recorded", "channel.halted", "receipt.lower", "channel.resumed"
"""Kinds of journal entry; the payload is the exact signed receipt."""
HELD = "channel.held"
"""Kind of journal entry; the payload names the peer, why it is held, who said so and their explanation."""

PEER_IS_AHEAD, HISTORIES_DIFFER, RESTORED = "peer_is_ahead", "histories_differ", "restored"
"""Why a channel stands still."""

_log = structlog.get_logger("guantong.exchange")


@dataclass(frozen=True, slots=True)
class Progress:
    """What a receipt changed."""

    receipted: int
    open: bool | None = None
    """Whether letters may go to the peer now that it said where it stands; None when it said nothing new."""
    resumed: bool = False
    """Whether this receipt ended a halt."""
    resend: bool = False
    lowered: bool = False
    halted: str | None = None
    """Set when this receipt made the channel stand still."""


def record_receipt(tx: Transaction, receipt: SignedReceipt, tracing: Tracing, told: OnReceipted) -> Progress:
    """Record a peer's receipt.

    A higher number counts whatever its time says: clocks go back, stored letters do not. A lower number counts only
    when it was issued later, by a recipient that was restored from an older copy; a replayed old receipt changes
    nothing. A receipt that names letters we never wrote, or another history, halts the channel: this node was
    restored from an old copy, or somebody uses its keys. A later receipt that agrees ends the halt.

    A node that was said to be restored is expected to be behind: it waits on for the letters that it lost, and halts
    for no other reason meanwhile, however many there are and whether they or a receipt come first.
    """
    statement = receipt.statement
    peer, number = statement.recipient, statement.up_to_number
    row = _channel(tx, peer)
    newest = row.receipt_issued_at
    replayed = newest is not None and statement.issued_at < newest
    if number <= row.receipted and replayed:
        return Progress(row.receipted)
    heard(tx, peer)
    why = _contradiction(tx, statement)
    if why is not None:
        return Progress(row.receipted, open=False, halted=_halt(tx, row, receipt, why))
    resumed = _resume(tx, row, receipt)
    _update(
        tx,
        peer,
        receipted=number,
        receipt_issued_at=newest if replayed else statement.issued_at,
        peer_stored_at=statement.stored_at,
    )
    lowered = number < row.receipted
    if number > row.receipted:
        _record_progress(tx, receipt, row.receipted, tracing, told)
    elif lowered:
        journal.append(tx, LOWERED, wire.receipt_bytes(receipt.signed))
    behind = number < remembered_head(tx, Direction.OUT, peer).number
    resend = lowered or (statement.resend_wanted and behind)
    is_open = row.halted is None or resumed
    return Progress(number, open=is_open, resumed=resumed, resend=resend, lowered=lowered)


def hold_channel(tx: Transaction, peer: str, explanation: str, by: str) -> None:
    """Send nothing new to `peer` until it has told where it stands: for a node restored from a copy that may be old.

    What the peer has not receipted leaves the channel, and comes back with what the peer gives back, or behind it.
    """
    row = _channel(tx, peer)
    withdraw(tx, peer, row.receipted)
    journal.append(tx, HELD, f"{peer}\n{RESTORED}\n{by}\n{explanation}".encode())
    _stand_still(tx, peer, RESTORED)


def heard(tx: Transaction, peer: str) -> None:
    """The peer lives: it signed something we just verified."""
    _channel(tx, peer)
    _update(tx, peer, heard_at=tx.now)


def _record_progress(tx: Transaction, receipt: SignedReceipt, before: int, tracing: Tracing, told: OnReceipted) -> None:
    statement = receipt.statement
    journal.append(tx, RECEIPTED, wire.receipt_bytes(receipt.signed))
    for row in tx.connection.execute(_traces(statement.recipient, before, statement.up_to_number)):
        with tracing.step(RECEIPT, row.traceparent, statement.recipient):
            pass
    stored_at = statement.stored_at or statement.issued_at
    _tell(tx, Receipted(statement.recipient, before, statement.up_to_number, stored_at), told)


def _traces(peer: str, after: int, up_to: int) -> sa.Select[tuple[str]]:
    return sa.select(LETTERS.c.traceparent).where(
        LETTERS.c.direction == Direction.OUT.value,
        LETTERS.c.peer == peer,
        LETTERS.c.number > after,
        LETTERS.c.number <= up_to,
        LETTERS.c.traceparent.is_not(None),
    )


def _tell(tx: Transaction, receipted: Receipted, told: OnReceipted) -> None:
    try:
        with tx.savepoint():
            told(tx, receipted)
    except StorageError:
        raise
    except Exception as error:
        if outage(error) is not None:
            raise
        # The receipt is evidence and stands, whatever somebody makes of it.
        where = [f"{Path(at.filename).name}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)]
        _log.error("task_failed", task="receipt_hook", error=type(error).__name__, where=where[-8:])


def _contradiction(tx: Transaction, statement: ReceiptStatement) -> str | None:
    last = remembered_head(tx, Direction.OUT, statement.recipient)
    if statement.up_to_number > last.number:
        return PEER_IS_AHEAD
    ours = (
        last.digest
        if statement.up_to_number == last.number
        else digest_of(tx.connection, Direction.OUT, statement.recipient, statement.up_to_number)
    )
    return None if ours == statement.chain_digest else HISTORIES_DIFFER


def _halt(tx: Transaction, row: Any, receipt: SignedReceipt, why: str) -> str | None:
    peer = receipt.statement.recipient
    if row.halted in {why, RESTORED}:
        return None
    journal.append(tx, HALTED, wire.receipt_bytes(receipt.signed))
    _stand_still(tx, peer, why)
    return why


def _resume(tx: Transaction, row: Any, receipt: SignedReceipt) -> bool:
    """End a halt, if there is one that this receipt can end; whether it did."""
    # A receipt from before the halt may agree with the old copy this node was restored from.
    if row.halted is None or receipt.statement.issued_at < row.halted_at:
        return False
    peer = receipt.statement.recipient
    journal.append(tx, RESUMED, wire.receipt_bytes(receipt.signed))
    _update(tx, peer, halted=None, halted_at=None)
    tx.remembered[f"exchange.halted.{peer}"] = ""
    return True


def _stand_still(tx: Transaction, peer: str, why: str) -> None:
    _update(tx, peer, halted=why, halted_at=tx.now)
    tx.remembered[f"exchange.halted.{peer}"] = why


def _channel(tx: Transaction, peer: str) -> Any:
    query = sa.select(CHANNELS).where(CHANNELS.c.peer == peer)
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        tx.connection.execute(sa.insert(CHANNELS).values(peer=peer, receipted=0))
        row = tx.connection.execute(query).one()
    return row


def _update(tx: Transaction, peer: str, **values: object) -> None:
    tx.connection.execute(sa.update(CHANNELS).where(CHANNELS.c.peer == peer).values(**values))
