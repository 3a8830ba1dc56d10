"""What `guantong keys` tells: every key of a node with its standing, and letters that a lost key may have forged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.directory import BodyEntry, KeyRecord
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.journal.store import JOURNAL
from services.chassis.node.rewrapping import resting
from services.chassis.storage import Reader


class State(Enum):
    """Where a key stands."""

    IN_USE = "in_use"
    RETIRED = "retired"
    """Kept for what it signed, opens or holds."""
    COMING = "coming"
    UNLISTED = "unlisted"
    """The directory does not name it yet."""
    REVOKED = "revoked"
    MISSING = "missing"
    """Listed or needed, and its file is not here."""

    @property
    def words(self) -> tuple[str, str]:
        """For people."""
        return _WORDS[self]


_WORDS = {
    State.IN_USE: ("现用", "in use"),
    State.RETIRED: ("停用留存", "kept"),
    State.COMING: ("待启用", "begins later"),
    State.UNLISTED: ("未列入名录", "not listed"),
    State.REVOKED: ("已吊销", "revoked"),
    State.MISSING: ("缺失", "missing"),
}


@dataclass(frozen=True)
class Held:
    """One key. `contents` counts what rests under a storage key; None for others."""

    key_id: str
    purpose: Purpose
    state: State
    begins: datetime | None = None
    ends: datetime | None = None
    contents: int | None = None

    def as_object(self) -> dict[str, object]:
        """For programs."""
        return {
            "key_id": self.key_id,
            "purpose": self.purpose.value,
            "state": self.state.value,
            "valid_from": self.begins and self.begins.isoformat(),
            "valid_to": self.ends and self.ends.isoformat(),
            "contents": self.contents,
        }


@dataclass(frozen=True)
class Doubtful:
    """A letter that may not be its sender's."""

    letter_id: str
    peer: str
    kind: str
    stored_at: datetime

    def as_object(self) -> dict[str, str]:
        """For programs."""
        return {
            "letter_id": self.letter_id,
            "peer": self.peer,
            "kind": self.kind,
            "stored_at": self.stored_at.isoformat(),
        }


def held_keys(identity: Identity, reader: Reader | None, now: datetime) -> list[Held]:
    """Every key that the node has or should have: signing, sealing, storage."""
    ring, entry = identity.keyring, identity.directory.entry(identity.body)
    contents = reader.read_sync(resting) if reader is not None else Counter[str]()
    in_use = {_newest(entry.signing_keys, identity, now), _newest(entry.sealing_keys, identity, now)}
    return [
        *_listed(Purpose.SIGNING, {one.key_id for one in ring.signing}, entry.signing_keys, in_use, now),
        *_listed(Purpose.SEALING, set(ring.opening), entry.sealing_keys, in_use, now),
        *_storage(tuple(ring.storage.values()), contents),
    ]


def doubtful(connection: sa.Connection, key_id: str, since: datetime) -> list[Doubtful]:
    """Letters that this node stored since then and that bear a signature of that key."""
    query = (
        sa.select(LETTERS.c.letter_id, LETTERS.c.peer, LETTERS.c.kind, LETTERS.c.stored_at, JOURNAL.c.payload)
        .join(JOURNAL, JOURNAL.c.sequence == LETTERS.c.place)
        .where(LETTERS.c.direction == Direction.IN.value, LETTERS.c.stored_at >= since)
        .order_by(LETTERS.c.place)
    )
    return [
        Doubtful(row.letter_id, row.peer, row.kind, row.stored_at)
        for row in connection.execute(query)
        if wire.decode_journaled(row.payload).signing_key_id == key_id
    ]


def lists(entry: BodyEntry, key_id: str) -> bool:
    """Whether a body has, or had, that key."""
    return any(record.key_id == key_id for record in (*entry.signing_keys, *entry.sealing_keys))


def _newest(records: tuple[KeyRecord, ...], identity: Identity, now: datetime) -> str:
    seen = identity.directory.seen(now)
    in_force = [one for one in records if one.why_not(now) is None and not one.is_revoked(seen)]
    return max(in_force, key=lambda one: one.valid_from).key_id if in_force else ""


def _listed(
    purpose: Purpose, here: set[str], records: tuple[KeyRecord, ...], in_use: set[str], now: datetime
) -> list[Held]:
    found = [
        Held(one.key_id, purpose, _state(one, here, in_use, now), one.valid_from, one.revoked_at or one.valid_to)
        for one in records
        if one.key_id in here or (one.key_id in in_use or one.valid_from > now)
    ]
    known = {one.key_id for one in records}
    return [*found, *(Held(key_id, purpose, State.UNLISTED) for key_id in sorted(here - known))]


def _state(record: KeyRecord, here: set[str], in_use: set[str], now: datetime) -> State:
    if record.revoked_at is not None:
        return State.REVOKED
    if record.key_id not in here:
        return State.MISSING
    if record.key_id in in_use:
        return State.IN_USE
    return State.COMING if record.valid_from > now else State.RETIRED


def _storage(pairs: tuple[KeyPair, ...], contents: Counter[str]) -> list[Held]:
    ordered = sorted(pairs, key=lambda one: one.created_at)
    here = {one.key_id for one in ordered}
    return [
        *(
            Held(
                one.key_id,
                Purpose.STORAGE,
                State.IN_USE if one is ordered[-1] else State.RETIRED,
                one.created_at,
                None,
                contents[one.key_id],
            )
            for one in ordered
        ),
        *(
            Held(key_id, Purpose.STORAGE, State.MISSING, contents=count)
            for key_id, count in contents.items()
            if key_id not in here
        ),
    ]
