"""What is on its way here: noted when its letter is applied, taken down chunk by chunk, whole at the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from google.protobuf.message import Message

from services.chassis.attachments.keeping import Kept, keep
from services.chassis.attachments.limits import Limits
from services.chassis.attachments.model import (
    AWAITED,
    MALFORMED,
    Owner,
    Shape,
    UseState,
    fault_of,
    references_of,
    split_digests,
)
from services.chassis.attachments.rest import Locked, new_locked
from services.chassis.attachments.tables import ATTACHMENT_ARRIVALS, ATTACHMENT_USES
from services.chassis.attachments.uses import arrived, hold, same_file, settle, use_from
from services.chassis.identity.keys import Keyring
from services.chassis.storage.uow import Transaction

_FIRST_FEW = 8
"""Files of one peer that are told at once: what it cannot give of them does not keep back what comes after."""
_a, _u = ATTACHMENT_ARRIVALS.c, ATTACHMENT_USES.c
_AWAITED = sa.and_(_u.state.in_(AWAITED), _u.peer != "")
Place = tuple[datetime | None, str]
"""Where an awaited attachment stands among those of its peer: when it was noted, and its id."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """An attachment that is to be fetched from a peer, and the oldest letter that entitles us to it."""

    peer: str
    letter_id: str
    shape: Shape
    place: Place = (None, "")


@dataclass(frozen=True, slots=True)
class Arrival:
    """How far an awaited attachment has come."""

    peer: str
    shape: Shape
    locked: Locked
    chunk_digests: tuple[bytes, ...] | None
    """None until the list of chunks has come."""
    arrived: frozenset[int]

    @property
    def missing(self) -> list[int]:
        """Numbers of chunks that are not here, in order."""
        return [number for number in range(self.shape.chunks) if number not in self.arrived]


def expect(tx: Transaction, limits: Limits, letter_id: str, peer: str, message: Message) -> int:
    """Note what a letter from a peer names: it will be fetched, or is refused at once; how much there is to fetch."""
    references = references_of(message)
    total, awaited = 0, 0
    names: set[str] = set()
    for reference in references:
        total += max(reference.shape.size, 0)
        fault = fault_of(reference, limits.largest) or limits.fault_of_name(reference.file_name)
        if total > limits.largest_letter or len(names) >= limits.most_in_a_letter:
            fault = fault or "TOO_MUCH_IN_LETTER"
        if reference.file_name.casefold() in names:
            fault = fault or "NAME_TWICE"
        names.add(reference.file_name.casefold())
        if fault == MALFORMED:
            continue  # it names no file that could be noted; the list of the letter shows it as refused
        here = _ready_from(tx.connection, peer, reference.shape)
        state = UseState.CHECKING if here else UseState.EXPECTED
        use = hold(tx, Owner.LETTER, letter_id, reference.shape, state, peer=peer)
        if use.shape != reference.shape:
            fault = fault or "SIZE_WRONG"
        if fault is not None:
            settle(tx, use, fault)
        else:
            awaited += not here
    return awaited


def awaited(connection: sa.Connection, after: Mapping[str, Place] | None = None) -> dict[str, list[Awaited]]:
    """What is to be fetched from each peer, that of its oldest letter first; the first few of each.

    The first few stand behind the place given for a peer, and when nothing does, at the beginning again.
    """
    peers = connection.scalars(sa.select(_u.peer).where(_AWAITED).distinct()).all()
    found = {}
    for peer in sorted(peers):
        place = (after or {}).get(peer)
        rows = _few(connection, peer, place) or _few(connection, peer, None)
        files: dict[Shape, Awaited] = {}
        for row in rows:
            use = use_from(row)
            files.setdefault(use.shape, Awaited(peer, use.owner_id, use.shape, (row.noted_at, row.use_id)))
        found[peer] = list(files.values())
    return found


def _few(connection: sa.Connection, peer: str, after: Place | None) -> Sequence[sa.Row[Any]]:
    query = sa.select(ATTACHMENT_USES).where(_AWAITED, _u.peer == peer).order_by(_u.noted_at, _u.use_id)
    if after is not None:
        noted_at, use_id = after
        query = query.where(sa.or_(_u.noted_at > noted_at, sa.and_(_u.noted_at == noted_at, _u.use_id > use_id)))
    return connection.execute(query.limit(_FIRST_FEW)).all()


def arrivals(connection: sa.Connection, peer: str, digest: bytes) -> list[Arrival]:
    """What was begun of what `peer` calls by that digest, and is still awaited: one for each size it may have."""
    awaited = sa.exists().where(same_file(_a), _u.peer == _a.peer, _AWAITED)
    query = sa.select(ATTACHMENT_ARRIVALS).where(_a.peer == peer, _a.digest == digest, awaited)
    return [_arrival(row) for row in connection.execute(query)]


def arrival(connection: sa.Connection, peer: str, shape: Shape) -> Arrival | None:
    """How far the attachment is that is fetched from `peer`; None when it was not begun, or is not awaited."""
    return next((one for one in arrivals(connection, peer, shape.digest) if one.shape == shape), None)


def _arrival(row: sa.Row[Any]) -> Arrival:
    shape = Shape(row.digest, row.size, row.chunk_size, row.suite)
    return Arrival(
        row.peer,
        shape,
        Locked(row.file, row.storage_key_id, row.wrapped_key),
        None if row.chunk_digests is None else tuple(split_digests(row.chunk_digests)),
        frozenset(n for n in range(shape.chunks) if row.arrived[n // 8] >> n % 8 & 1),
    )


def begin(tx: Transaction, keyring: Keyring, one: Awaited) -> None:
    """Make ready to take an attachment down."""
    locked = new_locked(keyring, tx.new_id())
    tx.connection.execute(
        sa.insert(ATTACHMENT_ARRIVALS).values(
            file=locked.file,
            peer=one.peer,
            digest=one.shape.digest,
            size=one.shape.size,
            chunk_size=one.shape.chunk_size,
            suite=one.shape.suite,
            chunk_digests=None,
            arrived=bytes(-(-one.shape.chunks // 8)),
            storage_key_id=locked.storage_key_id,
            wrapped_key=locked.wrapped_key,
            begun_at=tx.now,
        )
    )


def take_list(tx: Transaction, one: Arrival, chunk_digests: Sequence[bytes]) -> None:
    """Keep the list of chunks, which the digest in the letter proves."""
    tx.connection.execute(
        sa.update(ATTACHMENT_ARRIVALS).where(_a.file == one.locked.file).values(chunk_digests=b"".join(chunk_digests))
    )


def take_chunks(tx: Transaction, one: Arrival, numbers: Collection[int]) -> bool:
    """Note chunks that are on the disk; whether all are. False also for what is not awaited any more."""
    now = arrival(tx.connection, one.peer, one.shape)
    if now is None or now.locked.file != one.locked.file:
        return False
    have = now.arrived | set(numbers)
    bits = bytearray(-(-one.shape.chunks // 8))
    for number in have:
        bits[number // 8] |= 1 << number % 8
    tx.connection.execute(sa.update(ATTACHMENT_ARRIVALS).where(_a.file == one.locked.file).values(arrived=bytes(bits)))
    if len(have) < one.shape.chunks:
        return False
    _whole(tx, now)
    return True


def _whole(tx: Transaction, one: Arrival) -> None:
    """The file becomes a content like any other, to be looked at for every letter that awaits it from this peer."""
    keep(tx, Kept(one.locked, one.shape, one.chunk_digests or ()))
    tx.connection.execute(sa.delete(ATTACHMENT_ARRIVALS).where(_a.file == one.locked.file))
    these = sa.and_(_u.digest == one.shape.digest, _u.peer == one.peer, _u.state == UseState.EXPECTED.value)
    for use in [use_from(row) for row in tx.connection.execute(sa.select(ATTACHMENT_USES).where(these))]:
        if use.shape == one.shape:
            arrived(tx, use)
        else:
            settle(tx, use, "SIZE_WRONG")  # what has this digest is of another size


def _ready_from(connection: sa.Connection, peer: str, shape: Shape) -> bool:
    """Whether the same peer has given us the same file before. Another's does not count: naming proves nothing."""
    query = sa.select(_u.use_id).where(
        _u.digest == shape.digest,
        _u.size == shape.size,
        _u.chunk_size == shape.chunk_size,
        _u.suite == shape.suite,
        _u.peer == peer,
        _u.state.in_((UseState.CHECKING, UseState.READY)),
    )
    return connection.scalar(query.limit(1)) is not None
