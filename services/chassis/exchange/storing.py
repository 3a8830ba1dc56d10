"""Stores a verified batch in one unit of work: letters that continue their channel, receipts, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.chassis.exchange.errors import Refusal
from services.chassis.exchange.heads import digest_of, remembered_head
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.keeping import keep
from services.chassis.exchange.model import Direction
from services.chassis.exchange.proof import letter_digest
from services.chassis.exchange.quarantine import quarantine
from services.chassis.exchange.standing import OnReceipted, heard, record_receipt
from services.chassis.exchange.taking import Arrived, Batch
from services.chassis.exchange.tracing import STORE, Tracing
from services.chassis.storage import Transaction


@dataclass(slots=True)
class Outcome:
    """What a stored batch asks for once it is committed."""

    stored: int = 0
    repeated: int = 0
    gaps: set[str] = field(default_factory=set)
    """Senders of whom a later letter came while the next one is missing."""
    owed: set[str] = field(default_factory=set)
    """Bodies that are to hear where we stand."""
    resend: set[str] = field(default_factory=set)
    """Bodies that asked for our letters again, or stand lower than we knew."""
    quarantined: int = 0
    receipted: dict[str, int] = field(default_factory=dict)


def store_batch(tx: Transaction, identity: Identity, batch: Batch, tracing: Tracing, told: OnReceipted) -> Outcome:
    """Store `batch`. Acknowledge its frames only after the commit."""
    outcome = Outcome()
    for arrived in batch.in_channel_order:
        _store_one(tx, identity, arrived, tracing, outcome)
    for receipt in batch.receipts:
        progress = record_receipt(tx, receipt, tracing, told)
        if progress.resend:
            outcome.resend.add(receipt.statement.recipient)
        outcome.receipted[receipt.statement.recipient] = progress.receipted
    for hello in batch.hellos:
        heard(tx, hello.statement.sender)
        outcome.owed.add(hello.statement.sender)
        last = remembered_head(tx, Direction.IN, hello.statement.sender)
        if hello.statement.written_up_to_number > last.number:
            outcome.gaps.add(hello.statement.sender)
    for refused in batch.refused:
        outcome.quarantined += quarantine(tx, refused.frame, refused.refusal)
    return outcome


def _store_one(tx: Transaction, identity: Identity, arrived: Arrived, tracing: Tracing, outcome: Outcome) -> None:
    header = arrived.letter.header
    last = remembered_head(tx, Direction.IN, header.sender)
    if header.number > last.number + 1:
        # Not kept: what is missing comes first, and then this one again.
        outcome.gaps.add(header.sender)
        outcome.owed.add(header.sender)
        return
    if header.number <= last.number:
        standing = digest_of(tx.connection, Direction.IN, header.sender, header.number)
        if standing == letter_digest(arrived.letter.signed.payload, header.suite):
            outcome.repeated += 1
            outcome.owed.add(header.sender)
        else:
            outcome.quarantined += quarantine(tx, arrived.frame, Refusal.EQUIVOCATION)
        return
    if header.previous_digest != last.digest:
        outcome.quarantined += quarantine(tx, arrived.frame, Refusal.CHAIN_BROKEN)
        return
    with tracing.step(STORE, arrived.traceparent, header.sender) as trace:
        keep(tx, identity.keyring, arrived.letter, Direction.IN, trace)
    outcome.stored += 1
    outcome.owed.add(header.sender)
