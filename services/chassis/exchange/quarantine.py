"""Keeps what was not believed, as evidence: the bytes, the reason, who the subject claimed, how often it came."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

import sqlalchemy as sa

from services.chassis.exchange.errors import FrameNotKeptError, FrameUnknownError, Refusal
from services.chassis.exchange.model import MAX_FRAME_BYTES
from services.chassis.exchange.tables import QUARANTINE
from services.chassis.journal import store as journal
from services.chassis.storage import Transaction

MOST_FRAMES, MOST_BYTES = 1_000, 16 * 1024 * 1024
"""What quarantine holds of each claimed sender, undecided: whoever floods a node fills this, delays nobody. Of further
frames the bytes are left out; beyond the number of frames they only count, in one row for each reason."""


class Decision(Enum):
    """What became of a frame in quarantine."""

    BELIEVED = "believed"
    """It verified later."""
    SET_ASIDE = "set_aside"
    """A person decided that nothing is to be done."""


UNDECIDED = QUARANTINE.c.decision.is_(None)
RETRIED, SET_ASIDE = "quarantine.retried", "quarantine.set_aside"
"""Kinds of journal entry; the payload names frame and account, what came of a retry, and the explanation."""


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
    kept: bool
    """Whether its bytes are here."""
    decision: Decision | None


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
        self._further: set[bytes] = set()
        wanted = {_digest(one) for one in evidence} | {_digest_of_further(one) for one in evidence}
        self._known = set(tx.connection.scalars(sa.select(QUARANTINE.c.digest).where(QUARANTINE.c.digest.in_(wanted))))
        held = (
            sa.select(
                QUARANTINE.c.claimed_sender,
                sa.func.count().label("frames"),
                sa.func.sum(sa.func.length(QUARANTINE.c.data)).label("bytes"),
            )
            # To tell the length of what others sent the database may have to read it.
            .where(QUARANTINE.c.claimed_sender.in_({one.claimed_sender for one in evidence}), UNDECIDED)
            .group_by(QUARANTINE.c.claimed_sender)
        )
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
                self._further.add(digest)
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
        if self._further:
            # They are others than those that a person decided about.
            reopened = sa.update(QUARANTINE).where(QUARANTINE.c.digest.in_(self._further)).values(decision=None)
            self._tx.connection.execute(reopened)

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


def list_quarantine(
    connection: sa.Connection, before: str | None = None, limit: int = 50, *, decided_too: bool = False
) -> list[Quarantined]:
    """Quarantined frames newest first, before the id `before`; those decided about only when asked for."""
    columns = [column for column in QUARANTINE.c if column.name not in {"data", "digest"}]
    kept = (sa.func.length(QUARANTINE.c.data) > 0).label("kept")
    query = sa.select(*columns, kept).order_by(QUARANTINE.c.id.desc()).limit(limit)
    if not decided_too:
        query = query.where(UNDECIDED)
    if before is not None:
        query = query.where(QUARANTINE.c.id < before)
    return [
        Quarantined(
            row.id,
            row.claimed_sender,
            row.reason,
            row.first_seen_at,
            row.last_seen_at,
            row.times_seen,
            row.size,
            bool(row.kept),
            Decision(row.decision) if row.decision else None,
        )
        for row in connection.execute(query)
    ]


def evidence(connection: sa.Connection, quarantine_id: str) -> Evidence:
    """The frame of that id, to be verified anew.

    Raises:
        FrameUnknownError: nothing undecided is quarantined under that id.
        FrameNotKeptError: its bytes were left out.
    """
    columns = QUARANTINE.c.data, QUARANTINE.c.reason, QUARANTINE.c.claimed_sender
    row = connection.execute(sa.select(*columns).where(QUARANTINE.c.id == quarantine_id, UNDECIDED)).one_or_none()
    if row is None:
        raise FrameUnknownError(quarantine_id=quarantine_id[:64])
    if not row.data:
        raise FrameNotKeptError(quarantine_id=quarantine_id)
    return Evidence(row.data, Refusal(row.reason), row.claimed_sender)


def note_retry(tx: Transaction, quarantine_id: str, refusal: Refusal | None, explanation: str, by: str) -> None:
    """Record that a frame was verified anew, and what came of it: None when it is believed now."""
    outcome = Decision.BELIEVED.value if refusal is None else refusal.value
    changed = {"decision": outcome} if refusal is None else {"reason": outcome}
    tx.connection.execute(sa.update(QUARANTINE).where(QUARANTINE.c.id == quarantine_id).values(changed))
    journal.append(tx, RETRIED, f"{quarantine_id}\n{by}\n{outcome}\n{explanation}".encode())


def set_aside(tx: Transaction, which: Sequence[str] | str, explanation: str, by: str) -> int:
    """Decide, on record, that nothing is to be done about frames: these ids, or all of one claimed sender; how many.

    Their bytes go, and what comes next has room; the row tells that they came, when, how often, and why refused.

    Raises:
        FrameUnknownError: one of the ids is not there undecided.
    """
    chosen = QUARANTINE.c.claimed_sender == which if isinstance(which, str) else QUARANTINE.c.id.in_(which)
    found = set(tx.connection.scalars(sa.select(QUARANTINE.c.id).where(chosen, UNDECIDED)))
    if not isinstance(which, str) and (missing := sorted(set(which) - found)):
        raise FrameUnknownError(quarantine_id=missing[0][:64])
    decided = {"decision": Decision.SET_ASIDE.value, "data": b""}
    tx.connection.execute(sa.update(QUARANTINE).where(chosen, UNDECIDED).values(decided))
    for quarantine_id in sorted(found):
        journal.append(tx, SET_ASIDE, f"{quarantine_id}\n{by}\n{explanation}".encode())
    return len(found)
