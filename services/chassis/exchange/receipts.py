"""Records peers' receipts as evidence and moves the channel: on, or to a standstill where the two sides differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.channels import (
    HISTORIES_DIFFER,
    LETTERS_LOST,
    PEER_IS_AHEAD,
    RESTORED,
    channel,
    go_on,
    heard,
    stand_still,
    update,
)
from services.chassis.exchange.continuing import has_to_be_stated_anew, speaks_of_before
from services.chassis.exchange.heads import digest_of, remembered_head
from services.chassis.exchange.hooks import OnReceipted, Receipted
from services.chassis.exchange.model import Direction, ReceiptStatement, SignedReceipt
from services.chassis.exchange.rejoining import withdraw
from services.chassis.exchange.tables import LETTERS
from services.chassis.exchange.telling import tell
from services.chassis.exchange.tracing import RECEIPT, Tracing
from services.chassis.journal import store as journal
from services.chassis.storage import Transaction

RECEIPTED, HALTED, LOWERED, RESUMED = "receipt.recorded", "channel.halted", "receipt.lower", "channel.resumed"
"""Kinds of journal entry; the payload is the exact signed receipt."""
HELD = "channel.held"
"""Kind of journal entry; the payload names the peer, why it is held, who said so and their explanation."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a receipt changed."""

    receipted: int
    open: bool | None = None
    """Whether letters may go to the peer now that it said where it stands; None when it said nothing new."""
    resumed: bool = False
    """Whether this receipt ended a halt, or what was withdrawn goes behind the channel's end for another reason."""
    resend: bool = False
    lowered: bool = False
    halted: str | None = None
    """Set when this receipt made the channel stand still, or stand still for another reason."""
    ask: bool = False
    """Whether the peer is to be told how far we know what we wrote, so that it gives the rest back."""


def record_receipt(tx: Transaction, receipt: SignedReceipt, tracing: Tracing, told: OnReceipted) -> Progress:
    """Record a peer's receipt.

    A higher number that fits counts whatever its time says: clocks go back, stored letters do not. Anything else counts
    only when it was issued later than all before: a recipient that was restored from an older copy says less than it
    did; a replayed old receipt changes nothing.

    A receipt for letters that we do not know shows that this node was restored from an old copy, or that somebody uses
    its keys. Nothing more is sent under those numbers; what is not receipted leaves the channel, and the peer is asked
    for our letters. See `recovering`.
    """
    statement = receipt.statement
    peer, number = statement.recipient, statement.up_to_number
    row = channel(tx, peer)
    newest = row.receipt_issued_at
    replayed = newest is not None and statement.issued_at < newest
    agrees = _agrees(tx, statement)
    if replayed and (number <= row.receipted or not agrees):
        return Progress(row.receipted)
    heard(tx, peer)
    if not agrees:
        return _contradicted(tx, row, receipt)
    update(
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
    resumed, halted = _decide(tx, row, receipt)
    if row.halted is None and has_to_be_stated_anew(tx.connection, peer, number, statement.chain_digest):
        withdraw(tx, peer, number)
        resumed = True
    behind = number < remembered_head(tx, Direction.OUT, peer).number
    return Progress(
        number,
        open=row.halted is None or resumed,
        resumed=resumed,
        resend=lowered or (statement.resend_wanted and behind),
        lowered=lowered,
        halted=halted,
    )


def hold_channel(tx: Transaction, peer: str, explanation: str, by: str) -> None:
    """Send nothing new to `peer` until it has told where it stands: for a node restored from a copy that may be old.

    What the peer has not receipted leaves the channel, and comes back with what the peer gives back, or behind it.
    """
    row = channel(tx, peer)
    withdraw(tx, peer, row.receipted)
    note_halt(tx, peer, RESTORED, explanation, by)


def note_halt(tx: Transaction, peer: str, why: str, explanation: str, by: str) -> None:
    """Have the channel stand still, on record, for a reason that no receipt shows."""
    journal.append(tx, HELD, f"{peer}\n{why}\n{by}\n{explanation}".encode())
    stand_still(tx, peer, why)


def _record_progress(tx: Transaction, receipt: SignedReceipt, before: int, tracing: Tracing, told: OnReceipted) -> None:
    statement = receipt.statement
    journal.append(tx, RECEIPTED, wire.receipt_bytes(receipt.signed))
    where = {"whose": statement.recipient, "above": before, "up_to": statement.up_to_number}
    for row in tx.connection.execute(_TRACES, where):
        with tracing.step(RECEIPT, row.traceparent, statement.recipient):
            pass
    stored_at = statement.stored_at or statement.issued_at
    receipted = Receipted(statement.recipient, before, statement.up_to_number, stored_at)
    tell(tx, "receipt_hook", lambda: told(tx, receipted))


_TRACES = sa.select(LETTERS.c.traceparent).where(
    LETTERS.c.direction == Direction.OUT.value,
    LETTERS.c.peer == sa.bindparam("whose"),
    LETTERS.c.number > sa.bindparam("above"),
    LETTERS.c.number <= sa.bindparam("up_to"),
    LETTERS.c.traceparent.is_not(None),
)


def _agrees(tx: Transaction, statement: ReceiptStatement) -> bool:
    """Whether what the peer holds is what we wrote, up to where the receipt speaks of."""
    peer, number = statement.recipient, statement.up_to_number
    last = remembered_head(tx, Direction.OUT, peer)
    ours = last.digest if number == last.number else digest_of(tx.connection, Direction.OUT, peer, number)
    return ours == statement.chain_digest or speaks_of_before(tx.connection, peer, number, statement.chain_digest)


def _contradicted(tx: Transaction, row: Any, receipt: SignedReceipt) -> Progress:
    """The peer holds letters of ours that we do not know."""
    statement = receipt.statement
    peer, number = statement.recipient, statement.up_to_number
    behind = number > row.receipted
    why = PEER_IS_AHEAD if behind else HISTORIES_DIFFER
    update(
        tx,
        peer,
        receipt_issued_at=statement.issued_at,
        claimed=max(row.claimed or 0, number),
        stated=number,
        stated_digest=statement.chain_digest,
    )
    if row.halted == RESTORED:
        return _look_further_back(tx, row, number)
    if row.halted == why or (row.halted == HISTORIES_DIFFER and behind):
        return Progress(row.receipted, open=False)
    if row.halted is None and behind:
        withdraw(tx, peer, row.receipted)
    journal.append(tx, HALTED, wire.receipt_bytes(receipt.signed))
    stand_still(tx, peer, why)
    return Progress(row.receipted, open=False, halted=why, ask=behind)


def _look_further_back(tx: Transaction, row: Any, number: int) -> Progress:
    """An operator said that we were restored: whatever the peer holds is ours, from wherever the histories part."""
    if number > row.receipted or (row.told is not None and row.told < number):
        return Progress(row.receipted, open=False)
    update(tx, row.peer, told=number - 1)
    return Progress(row.receipted, open=False, ask=True)


def _decide(tx: Transaction, row: Any, receipt: SignedReceipt) -> tuple[bool, str | None]:
    """What a receipt that fits means for a channel that stands still: whether it goes on, or why it cannot."""
    statement = receipt.statement
    if row.halted is None:
        return False, None
    # A receipt from before the restore may agree with the old copy. Our hello asks for a later one.
    if row.halted == RESTORED and statement.issued_at < row.halted_at:
        return False, None
    if statement.up_to_number >= (row.claimed or 0):
        journal.append(tx, RESUMED, wire.receipt_bytes(receipt.signed))
        go_on(tx, statement.recipient)
        return True, None
    if row.halted == LETTERS_LOST:
        return False, None
    # It once had more of ours than we know, and was restored since: nobody can give us those back.
    journal.append(tx, HALTED, wire.receipt_bytes(receipt.signed))
    stand_still(tx, statement.recipient, LETTERS_LOST)
    return False, LETTERS_LOST
