"""Keeps what was not believed, as evidence: the bytes, the reason, who the subject claimed, how often it came."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from services.chassis.exchange.errors import Refusal
from services.chassis.exchange.model import MAX_FRAME_BYTES
from services.chassis.exchange.tables import QUARANTINE
from services.chassis.storage import Transaction

MOST_FRAMES, MOST_BYTES = 1_000, 16 * 1024 * 1024
"""What quarantine holds of each claimed sender: whoever floods a node fills this and delays nobody. Of further frames
the bytes are left out; beyond the number of frames they only count, in one row for each reason."""


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


@dataclass(frozen=True, slots=True)
class Evidence:
    """A frame to keep: its bytes, why it is not believed, and the body that the bus names as its sender."""

    data: bytes = field(repr=False)
    refusal: Refusal
    claimed_sender: str


def quarantine(tx: Transaction, evidence: Sequence[Evidence]) -> list[bool]:
    """Keep each frame, or count it once more; for each whether it is new."""
    keeping = _Keeping(tx, evidence)
    new = [keeping.keep(one) for one in evidence]
    keeping.write()
    return new


class _Keeping:
    """A batch being kept: few statements for many frames, because a flood is when they are many."""

    def __init__(self, tx: Transaction, evidence: Sequence[Evidence]) -> None:
        self._tx = tx
        self._rows: dict[bytes, dict[str, object]] = {}
        self._again: Counter[bytes] = Counter()
        wanted = {_digest(one) for one in evidence} | {_digest_of_further(one) for one in evidence}
        self._known = set(tx.connection.scalars(sa.select(QUARANTINE.c.digest).where(QUARANTINE.c.digest.in_(wanted))))
        held = sa.select(
            QUARANTINE.c.claimed_sender,
            sa.func.count().label("frames"),
            sa.func.sum(sa.func.length(QUARANTINE.c.data)).label("bytes"),
        ).group_by(QUARANTINE.c.claimed_sender)
        rows = tx.connection.execute(held)
        self._held = {row.claimed_sender: (int(row.frames), int(row.bytes)) for row in rows}

    def keep(self, one: Evidence) -> bool:
        digest, data = _digest(one), one.data
        if self._is_known(digest):
            return False
        frames, held = self._held.get(one.claimed_sender, (0, 0))
        if frames >= MOST_FRAMES:
            digest, data = _digest_of_further(one), b""
            if self._is_known(digest):
                return False
        if held + len(data) > MOST_BYTES or len(data) > MAX_FRAME_BYTES:
            data = b""
        self._held[one.claimed_sender] = frames + 1, held + len(data)
        self._rows[digest] = {
            "id": self._tx.new_id(),
            "digest": digest,
            "claimed_sender": one.claimed_sender,
            "reason": one.refusal.value,
            "first_seen_at": self._tx.now,
            "last_seen_at": self._tx.now,
            "times_seen": 1,
            "size": len(one.data),
            "data": data,
        }
        return True

    def write(self) -> None:
        if self._rows:
            self._tx.connection.execute(sa.insert(QUARANTINE), list(self._rows.values()))
        if self._again:
            counted = [{"which": digest, "times": times} for digest, times in self._again.items()]
            self._tx.connection.execute(_AGAIN.values(last_seen_at=self._tx.now), counted)

    def _is_known(self, digest: bytes) -> bool:
        known = digest in self._known or digest in self._rows
        self._again[digest] += known
        return known


_AGAIN = (
    sa.update(QUARANTINE)
    .where(QUARANTINE.c.digest == sa.bindparam("which"))
    .values(times_seen=QUARANTINE.c.times_seen + sa.bindparam("times"))
)


def _digest(one: Evidence) -> bytes:
    return hashlib.sha256(one.data).digest()


def _digest_of_further(one: Evidence) -> bytes:
    """Stands for all frames of a sender beyond those kept, one row for each reason."""
    return hashlib.sha256(f"further {one.claimed_sender} {one.refusal.value}".encode()).digest()


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
