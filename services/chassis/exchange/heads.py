"""Where a channel ends: the number and digest of its last letter, found once per transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.exchange.model import FIRST_PREVIOUS, Direction
from services.chassis.exchange.tables import LETTERS
from services.chassis.storage import Transaction


@dataclass(frozen=True, slots=True)
class Head:
    """The last letter of a channel: number 0 and 32 zero bytes before the first."""

    number: int
    digest: bytes


def head(connection: sa.Connection, direction: Direction, peer: str) -> Head:
    """Where the channel with `peer` ends now."""
    return _head(connection.execute(_LAST, {"which": direction.value, "whose": peer}))


def head_below(connection: sa.Connection, direction: Direction, peer: str, number: int) -> Head:
    """The letter of the channel that stands before the one numbered `number`, whether that one is there or not."""
    return _head(connection.execute(_BELOW, {"which": direction.value, "whose": peer, "below": number}))


def heads(connection: sa.Connection, direction: Direction, peers: Iterable[str]) -> dict[str, int]:
    """The number of the last letter of each of these peers' channels."""
    return {peer: head(connection, direction, peer).number for peer in peers}


def remembered_head(tx: Transaction, direction: Direction, peer: str) -> Head:
    """The same inside a unit of work, without asking the database for each letter of a batch."""
    known = tx.remembered.get(_name(direction, peer))
    return known if isinstance(known, Head) else head(tx.connection, direction, peer)


def remember(tx: Transaction, direction: Direction, peer: str, last: Head) -> None:
    """The channel ends here now, for the rest of the transaction."""
    tx.remembered[_name(direction, peer)] = last


def digest_of(connection: sa.Connection, direction: Direction, peer: str, number: int) -> bytes | None:
    """The digest of one letter of a channel (32 zero bytes for number 0), or None when there is no such letter."""
    if number == 0:
        return FIRST_PREVIOUS
    where = {"which": direction.value, "whose": peer, "numbered": number}
    found: bytes | None = connection.scalar(_DIGEST, where)
    return found


def ids_held(connection: sa.Connection, letter_ids: Collection[str]) -> set[tuple[str, str]]:
    """Sender and id of those letters that this node has received; senders choose ids, and each one only its own."""
    if not letter_ids:
        return set()
    return {(row.peer, row.letter_id) for row in connection.execute(_HELD, {"ids": list(letter_ids)})}


# Made once: making a statement takes longer than running it.
_OF_CHANNEL = sa.and_(LETTERS.c.direction == sa.bindparam("which"), LETTERS.c.peer == sa.bindparam("whose"))
_DIGEST = sa.select(LETTERS.c.digest).where(_OF_CHANNEL, LETTERS.c.number == sa.bindparam("numbered"))
_LAST = (
    sa.select(LETTERS.c.number, LETTERS.c.digest)
    .where(_OF_CHANNEL, LETTERS.c.number > 0)
    .order_by(LETTERS.c.number.desc())
    .limit(1)
)
_HELD = sa.select(LETTERS.c.peer, LETTERS.c.letter_id).where(
    LETTERS.c.letter_id.in_(sa.bindparam("ids", expanding=True)), LETTERS.c.direction == Direction.IN.value
)
_BELOW = _LAST.where(LETTERS.c.number < sa.bindparam("below"))


def _head(found: sa.CursorResult[tuple[int, bytes]]) -> Head:
    row = found.one_or_none()
    return Head(row.number, row.digest) if row else Head(0, FIRST_PREVIOUS)


def _name(direction: Direction, peer: str) -> str:
    return f"exchange.head.{direction.value}.{peer}"
