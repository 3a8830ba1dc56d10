"""Where channels stand: receipts recorded as evidence, receipts and hellos made, and the table shown to operators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.heads import Head, digest_of, head, remembered_head
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction, HelloStatement, ReceiptStatement, SignedReceipt
from services.chassis.exchange.proof import sign_hello, sign_receipt
from services.chassis.exchange.tables import CHANNELS, LETTERS
from services.chassis.exchange.tracing import RECEIPT, Tracing
from services.chassis.journal import store as journal
from services.chassis.storage import Transaction

RECEIPTED, HALTED, LOWERED = "receipt.recorded", "channel.halted", "receipt.lower"
"""Kinds of journal entry; the payload is the exact signed receipt."""

OnReceipted = Callable[[Transaction, str, int, datetime], None]
"""Told in the same unit of work: the peer, up to which number it has stored, and when, by its own clock."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a receipt changed."""

    receipted: int
    resend: bool


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """One peer, both directions. `written` and `stored` are numbers of last letters; times are ours unless named."""

    peer: str
    written: int
    receipted: int
    peer_stored_at: datetime | None
    """By the peer's clock."""
    heard_at: datetime | None
    stored: int
    halted: str | None

    @property
    def gap(self) -> int:
        """Letters of ours that the peer has not receipted."""
        return self.written - self.receipted


def record_receipt(tx: Transaction, receipt: SignedReceipt, tracing: Tracing, told: OnReceipted) -> Progress:
    """Record a peer's receipt.

    A higher number counts whatever its time says: clocks go back, stored letters do not. A lower number counts only
    when it was issued later, by a recipient that was restored from an older copy; a replayed old receipt changes
    nothing. A receipt that names letters we never wrote, or another history, halts the channel: this node was
    restored from an old copy, or somebody uses its keys.
    """
    statement = receipt.statement
    peer, number = statement.recipient, statement.up_to_number
    row = _channel(tx, peer)
    newest = row.receipt_issued_at
    replayed = newest is not None and statement.issued_at < newest
    if number <= row.receipted and replayed:
        return Progress(row.receipted, resend=False)
    heard(tx, peer)
    why = _contradiction(tx, statement)
    if why is not None:
        _halt(tx, receipt, why)
        return Progress(row.receipted, resend=False)
    _update(
        tx,
        peer,
        receipted=number,
        receipt_issued_at=newest if replayed else statement.issued_at,
        peer_stored_at=statement.stored_at,
    )
    if number > row.receipted:
        _record_progress(tx, receipt, row.receipted, tracing, told)
    elif number < row.receipted:
        journal.append(tx, LOWERED, wire.receipt_bytes(receipt.signed))
    behind = number < remembered_head(tx, Direction.OUT, peer).number
    return Progress(number, resend=number < row.receipted or (statement.resend_wanted and behind))


def signed_receipt(connection: sa.Connection, identity: Identity, sender: str, now: datetime, *, resend: bool) -> bytes:
    """The frame that tells `sender` where we stand."""
    last = head(connection, Direction.IN, sender)
    key = identity.keyring.signing_key(identity.directory, now)
    statement = ReceiptStatement(
        county=identity.county,
        demo=identity.demo,
        suite=key.suite,
        recipient=identity.body,
        sender=sender,
        up_to_number=last.number,
        chain_digest=last.digest,
        stored_at=_stored_at(connection, sender, last),
        issued_at=now,
        resend_wanted=resend,
        signing_key_id=key.key_id,
    )
    return wire.frame_of_receipt(sign_receipt(statement, key))


def signed_hello(connection: sa.Connection, identity: Identity, peer: str, now: datetime) -> bytes:
    """The frame that tells `peer` how far we wrote; it answers with a receipt."""
    last = head(connection, Direction.OUT, peer)
    key = identity.keyring.signing_key(identity.directory, now)
    receipted = connection.scalar(sa.select(CHANNELS.c.receipted).where(CHANNELS.c.peer == peer)) or 0
    statement = HelloStatement(
        county=identity.county,
        demo=identity.demo,
        suite=key.suite,
        sender=identity.body,
        recipient=peer,
        written_up_to_number=last.number,
        chain_digest=last.digest,
        receipted_up_to_number=receipted,
        issued_at=now,
        signing_key_id=key.key_id,
    )
    return wire.frame_of_hello(sign_hello(statement, key))


def standings(connection: sa.Connection, identity: Identity) -> list[ChannelStanding]:
    """Every peer of the directory, in its order."""
    rows = {row.peer: row for row in connection.execute(sa.select(CHANNELS))}
    found = []
    for peer in identity.peers:
        row = rows.get(peer)
        found.append(
            ChannelStanding(
                peer,
                written=head(connection, Direction.OUT, peer).number,
                receipted=row.receipted if row else 0,
                peer_stored_at=row.peer_stored_at if row else None,
                heard_at=row.heard_at if row else None,
                stored=head(connection, Direction.IN, peer).number,
                halted=row.halted if row else None,
            )
        )
    return found


def heard(tx: Transaction, peer: str) -> None:
    """The peer lives: it signed something we just verified."""
    _channel(tx, peer)
    _update(tx, peer, heard_at=tx.now)


def _record_progress(tx: Transaction, receipt: SignedReceipt, before: int, tracing: Tracing, told: OnReceipted) -> None:
    statement = receipt.statement
    journal.append(tx, RECEIPTED, wire.receipt_bytes(receipt.signed))
    traces = tx.connection.execute(
        sa.select(LETTERS.c.traceparent).where(
            LETTERS.c.direction == Direction.OUT.value,
            LETTERS.c.peer == statement.recipient,
            LETTERS.c.number > before,
            LETTERS.c.number <= statement.up_to_number,
            LETTERS.c.traceparent.is_not(None),
        )
    )
    for row in traces:
        with tracing.step(RECEIPT, row.traceparent, statement.recipient):
            pass
    told(tx, statement.recipient, statement.up_to_number, statement.stored_at or statement.issued_at)


def _contradiction(tx: Transaction, statement: ReceiptStatement) -> str | None:
    last = remembered_head(tx, Direction.OUT, statement.recipient)
    if statement.up_to_number > last.number:
        return "peer_is_ahead"
    ours = (
        last.digest
        if statement.up_to_number == last.number
        else digest_of(tx.connection, Direction.OUT, statement.recipient, statement.up_to_number)
    )
    return None if ours == statement.chain_digest else "histories_differ"


def _halt(tx: Transaction, receipt: SignedReceipt, why: str) -> None:
    peer = receipt.statement.recipient
    journal.append(tx, HALTED, wire.receipt_bytes(receipt.signed))
    _update(tx, peer, halted=why)
    tx.remembered[f"exchange.halted.{peer}"] = why


def _channel(tx: Transaction, peer: str) -> sa.Row[tuple[object, ...]]:
    query = sa.select(CHANNELS).where(CHANNELS.c.peer == peer)
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        tx.connection.execute(sa.insert(CHANNELS).values(peer=peer, receipted=0))
        row = tx.connection.execute(query).one()
    return row


def _update(tx: Transaction, peer: str, **values: object) -> None:
    tx.connection.execute(sa.update(CHANNELS).where(CHANNELS.c.peer == peer).values(**values))


def _stored_at(connection: sa.Connection, sender: str, last: Head) -> datetime | None:
    if last.number == 0:
        return None
    at: datetime | None = connection.scalar(
        sa.select(LETTERS.c.stored_at).where(
            LETTERS.c.direction == Direction.IN.value, LETTERS.c.peer == sender, LETTERS.c.number == last.number
        )
    )
    return at
