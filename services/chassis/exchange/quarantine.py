"""Keeps what was not believed, as evidence: the bytes, the reason, who the subject claimed, how often it came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.bus.port import IncomingFrame
from services.chassis.exchange.errors import Refusal
from services.chassis.exchange.model import MAX_FRAME_BYTES
from services.chassis.exchange.tables import QUARANTINE
from services.chassis.storage import Transaction

MOST_BYTES = 64 * 1024 * 1024
"""What quarantine may hold in all: whoever floods a node fills this, not the disk. Older bytes are kept, new ones
counted with their digest alone."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One frame that did not verify."""

    quarantine_id: str
    claimed_sender: str
    reason: str
    first_seen_at: datetime
    last_seen_at: datetime
    times_seen: int
    size: int


def quarantine(tx: Transaction, frame: IncomingFrame, refusal: Refusal) -> bool:
    """Keep the frame, or count it once more; whether it is the first time."""
    digest = hashlib.sha256(frame.data).digest()
    again = tx.connection.execute(
        sa.update(QUARANTINE)
        .where(QUARANTINE.c.digest == digest)
        .values(times_seen=QUARANTINE.c.times_seen + 1, last_seen_at=tx.now)
    )
    if again.rowcount:
        return False
    held = tx.connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(sa.func.length(QUARANTINE.c.data)), 0))) or 0
    room = held + len(frame.data) <= MOST_BYTES and len(frame.data) <= MAX_FRAME_BYTES
    tx.connection.execute(
        sa.insert(QUARANTINE).values(
            id=tx.new_id(),
            digest=digest,
            claimed_sender=frame.claimed_sender[:64],
            reason=refusal.value,
            first_seen_at=tx.now,
            last_seen_at=tx.now,
            times_seen=1,
            size=len(frame.data),
            data=frame.data if room else b"",
        )
    )
    return True


def list_quarantine(connection: sa.Connection, before: str | None = None, limit: int = 50) -> list[Quarantined]:
    """Quarantined frames newest first, before the id `before`."""
    columns = [column for column in QUARANTINE.c if column.name not in {"data", "digest"}]
    query = sa.select(*columns).order_by(QUARANTINE.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(QUARANTINE.c.id < before)
    return [
        Quarantined(
            row.id, row.claimed_sender, row.reason, row.first_seen_at, row.last_seen_at, row.times_seen, row.size
        )
        for row in connection.execute(query)
    ]
