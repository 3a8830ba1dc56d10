"""Proves that a body gave one number to two different letters, keeps the proof, and tells the body itself.

Both letters bear the same body's signature, so the proof needs no other witness. The body that it accuses is told
too: either its node was copied or wrongly restored, or somebody else has its key, and only it can find out which.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.errors import Refusal, RefusedError
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction, LetterHeader, ReportedEquivocation, SignedBytes
from services.chassis.exchange.proof import verify_journaled
from services.chassis.exchange.tables import EQUIVOCATIONS, LETTERS
from services.chassis.journal import store as journal
from services.chassis.journal.store import JOURNAL
from services.chassis.storage import Transaction

PROVEN = "channel.equivocation"
"""Kind of journal entry; the payload is the report with both signed headers."""
MOST = 16
"""Proofs kept of one channel: one is enough to act upon, and whoever makes more fills nothing."""


@dataclass(frozen=True, slots=True)
class Equivocation:
    """Two letters of one sender to one recipient under one number, both verified."""

    signer: str
    recipient: str
    number: int
    report: bytes

    def peer(self, body: str) -> str:
        """The other side, seen from `body`."""
        return self.recipient if self.signer == body else self.signer


def open_report(identity: Identity, reported: ReportedEquivocation, now: datetime) -> Equivocation:
    """Verify what a peer reports of us, or what we are about to report of a peer.

    Raises:
        RefusedError: it proves nothing, or nothing about a channel of ours.

    """
    headers = [_verified(identity, signed, now) for signed in (reported.standing, reported.conflicting)]
    first, second = headers
    channel = first.sender, first.recipient
    if (second.sender, second.recipient, second.number) != (*channel, first.number):
        raise RefusedError(Refusal.MALFORMED, "two channels or numbers")
    if reported.standing.payload == reported.conflicting.payload:
        raise RefusedError(Refusal.MALFORMED, "one letter")
    if identity.body not in channel:
        raise RefusedError(Refusal.WRONG_ADDRESSEE)
    return Equivocation(*channel, first.number, wire.encode_equivocation(reported))


def prove(tx: Transaction, identity: Identity, header: LetterHeader, conflicting: SignedBytes) -> Equivocation | None:
    """The proof against the sender of a verified letter that is not the one stored under its number.

    None when the two are the same signed bytes, or the stored one was verified by a key that counts no more.
    """
    standing = tx.connection.scalar(
        sa.select(JOURNAL.c.payload)
        .join(LETTERS, LETTERS.c.place == JOURNAL.c.sequence)
        .where(
            LETTERS.c.direction == Direction.IN.value,
            LETTERS.c.peer == header.sender,
            LETTERS.c.number == header.number,
        )
    )
    if standing is None:
        return None
    try:
        return open_report(identity, ReportedEquivocation(wire.decode_journaled(standing), conflicting), tx.now)
    except RefusedError:
        return None


def note(tx: Transaction, proof: Equivocation) -> bool:
    """Keep a proof on record; whether it is the first of its number and is kept."""
    same_channel = sa.and_(EQUIVOCATIONS.c.signer == proof.signer, EQUIVOCATIONS.c.recipient == proof.recipient)
    numbers = set(tx.connection.scalars(sa.select(EQUIVOCATIONS.c.number).where(same_channel)))
    if proof.number in numbers or len(numbers) >= MOST:
        return False
    row = {
        "signer": proof.signer,
        "recipient": proof.recipient,
        "number": proof.number,
        "report": proof.report,
        "noted_at": tx.now,
    }
    tx.connection.execute(sa.insert(EQUIVOCATIONS).values(row))
    journal.append(tx, PROVEN, proof.report)
    return True


def accused(connection: sa.Connection, body: str) -> list[str]:
    """The senders against whom `body` holds a proof."""
    query = sa.select(EQUIVOCATIONS.c.signer).where(EQUIVOCATIONS.c.recipient == body).distinct()
    return list(connection.scalars(query.order_by(EQUIVOCATIONS.c.signer)))


def report_frames(connection: sa.Connection, body: str, signers: Iterable[str]) -> list[tuple[str, bytes]]:
    """What `body` tells each of these senders: whom, and the frame. It is told until the sender has it, and again."""
    query = sa.select(EQUIVOCATIONS.c.signer, EQUIVOCATIONS.c.report).where(
        EQUIVOCATIONS.c.recipient == body, EQUIVOCATIONS.c.signer.in_(list(signers))
    )
    rows = connection.execute(query.order_by(EQUIVOCATIONS.c.signer, EQUIVOCATIONS.c.number))
    return [(row.signer, wire.frame_of_equivocation(row.report)) for row in rows]


def _verified(identity: Identity, signed: SignedBytes, now: datetime) -> LetterHeader:
    header = verify_journaled(identity, signed, identity.directory.seen(now))
    if (header.county, header.demo) != (identity.county, identity.demo):
        raise RefusedError(Refusal.WRONG_COUNTY)
    return header
