"""The rule that makes a journal tamper-evident: every entry's digest covers the one before it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DOMAIN = b"guantong-journal-v1"
GENESIS = bytes(32)
"""What the first entry names as its previous digest."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Entry:
    """One line of the journal. `previous` is the digest of the entry before it."""

    sequence: int
    previous: bytes
    kind: str
    written_at: datetime
    payload: bytes


@dataclass(frozen=True)
class ChainFault:
    """One place where a journal does not hold together."""

    sequence: int
    reason: str


def digest(entry: Entry) -> bytes:
    """The SHA-256 of the entry in a fixed binary form.

    Every variable part carries its length, so that no two different entries have the same bytes. Times count in
    whole microseconds since 1970 UTC, negative before it.
    """
    kind = entry.kind.encode("utf-8")
    micros = (entry.written_at - _EPOCH) // _MICROSECOND
    return hashlib.sha256(
        b"".join(
            (
                DOMAIN,
                entry.sequence.to_bytes(8, "big"),
                len(entry.previous).to_bytes(4, "big"),
                entry.previous,
                len(kind).to_bytes(4, "big"),
                kind,
                micros.to_bytes(8, "big", signed=True),
                len(entry.payload).to_bytes(8, "big"),
                entry.payload,
            )
        )
    ).digest()


def check(entries: Iterable[Entry], *, after: tuple[int, bytes] = (0, GENESIS)) -> list[ChainFault]:
    """Every fault of a journal read in order, starting behind the entry numbered and digested `after`.

    The digest of the last entry is not stored inside the chain: compare it with what a receipt, a backup or an
    operator's note says, or a changed last entry stays unseen.
    """
    faults = []
    sequence, previous = after
    for entry in entries:
        if entry.sequence != sequence + 1:
            faults.append(ChainFault(entry.sequence, f"expected entry {sequence + 1}"))
        if entry.previous != previous:
            faults.append(ChainFault(entry.sequence, "the entry before it was changed or removed"))
        sequence, previous = entry.sequence, digest(entry)
    return faults
