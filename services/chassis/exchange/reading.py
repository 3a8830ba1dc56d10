"""Reads letters back: the exact signed bytes from the journal, the content from its rest; lists in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.errors import ContentDestroyedError, LetterUnknownError
from services.chassis.exchange.model import Direction, Letter, LetterState, StoredLetter
from services.chassis.exchange.naming import LetterName, is_named
from services.chassis.exchange.rest import Rested, take_from_rest
from services.chassis.exchange.tables import CHANNELS, LETTERS
from services.chassis.identity.keys import Keyring
from services.chassis.journal.store import JOURNAL

_QUERY = sa.select(LETTERS, JOURNAL.c.payload).join(JOURNAL, JOURNAL.c.sequence == LETTERS.c.place)


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters to list; None for all."""

    direction: Direction | None = None
    matter_id: str | None = None
    kind: str | None = None
    peer: str | None = None
    within: sa.ColumnElement[bool] | None = None
    """A condition on rows of `LETTERS`: what the person who asks may read."""
    without: frozenset[str] = frozenset()
    """Matters whose letters are left out."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a letter is and which matter it belongs to; empty when to none."""

    kind: str
    matter_id: str


@dataclass(frozen=True, slots=True)
class Most:
    """How much is read at once: so many letters, and none more once their contents have so many bytes."""

    letters: int
    bytes: int = 8 * 1024 * 1024


def _numbered() -> sa.Select[Any]:
    size = sa.func.coalesce(sa.func.length(LETTERS.c.content), 0)
    next_ones = (
        sa.select(LETTERS.c.place, size.label("size"))
        .where(
            LETTERS.c.direction == sa.bindparam("which"),
            LETTERS.c.peer == sa.bindparam("whose"),
            LETTERS.c.number > sa.bindparam("above"),
        )
        .order_by(LETTERS.c.number)
        .limit(sa.bindparam("letters"))
        .subquery()
    )
    sum_before = sa.func.sum(next_ones.c.size).over(order_by=next_ones.c.place) - next_ones.c.size
    summed = sa.select(next_ones.c.place, sum_before.label("before")).subquery()
    fitting = _QUERY.join(summed, summed.c.place == LETTERS.c.place).where(summed.c.before < sa.bindparam("bytes"))
    return fitting.order_by(LETTERS.c.number)


_NUMBERED = _numbered()
_AT_PLACES = _QUERY.where(LETTERS.c.place.in_(sa.bindparam("places", expanding=True))).order_by(LETTERS.c.place)


def numbered_above(
    connection: sa.Connection, keyring: Keyring, channel: tuple[Direction, str], *, after: int, most: Most
) -> list[StoredLetter]:
    """The letters of a channel numbered above `after`, in order; those whose content was destroyed too."""
    direction, peer = channel
    where = {"which": direction.value, "whose": peer, "above": after, "letters": most.letters, "bytes": most.bytes}
    return [stored(row, keyring) for row in connection.execute(_NUMBERED, where)]


def at_places(connection: sa.Connection, keyring: Keyring, places: Sequence[int]) -> list[StoredLetter]:
    """The letters at these places of the journal, in order."""
    return [stored(row, keyring) for row in connection.execute(_AT_PLACES, {"places": list(places)})]


def lines_at(connection: sa.Connection, places: Sequence[int]) -> list[StoredLetter]:
    """The letters at these places of the journal, newest first, without content."""
    rows = connection.execute(_AT_PLACES, {"places": list(places)}).all()
    return [stored(row, None) for row in reversed(rows)]


def named(connection: sa.Connection, keyring: Keyring, name: LetterName) -> StoredLetter:
    """That letter; the copy to one recipient when it went to several.

    Raises:
        LetterUnknownError: this node holds no such letter.

    """
    row = connection.execute(_QUERY.where(is_named(name)).order_by(LETTERS.c.place).limit(1)).one_or_none()
    if row is None:
        raise LetterUnknownError(letter_id=name.letter_id[:64])
    return stored(row, keyring)


def letter(connection: sa.Connection, keyring: Keyring, letter_id: str) -> StoredLetter:
    """The first letter of that id; the copy to one recipient when it went to several.

    Senders choose ids: where it matters whose letter it is, use `named`.

    Raises:
        LetterUnknownError: this node holds no such letter.

    """
    query = _QUERY.where(LETTERS.c.letter_id == letter_id).order_by(LETTERS.c.place).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise LetterUnknownError(letter_id=letter_id[:64])
    return stored(row, keyring)


def heading(connection: sa.Connection, letter_id: str) -> Heading | None:
    """Kind and matter of the letter of that id, without opening it; None when this node holds no such letter."""
    query = sa.select(LETTERS.c.kind, LETTERS.c.matter_id).where(LETTERS.c.letter_id == letter_id).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else Heading(row.kind, row.matter_id or "")


def content(connection: sa.Connection, keyring: Keyring, letter_id: str) -> bytes:
    """The content of the letter of that id.

    Raises:
        LetterUnknownError: this node holds no such letter.
        ContentDestroyedError: it was destroyed on record.
    """
    kept = letter(connection, keyring, letter_id).content
    if kept is None:
        raise ContentDestroyedError(letter_id=letter_id[:64])
    return kept


def numbered(connection: sa.Connection, peer: str, after: int, up_to: int) -> list[str]:
    """The ids of our letters to `peer` numbered above `after`, up to `up_to`, in order."""
    query = (
        sa.select(LETTERS.c.letter_id)
        .where(
            LETTERS.c.direction == Direction.OUT.value,
            LETTERS.c.peer == peer,
            LETTERS.c.number > after,
            LETTERS.c.number <= up_to,
        )
        .order_by(LETTERS.c.number)
    )
    return list(connection.scalars(query))


def sent_times(connection: sa.Connection, letter_ids: Sequence[str]) -> dict[str, datetime]:
    """When each of these letters, as far as they are ours, was put on its way: from then on nothing stops it."""
    query = sa.select(LETTERS.c.letter_id, LETTERS.c.stored_at).where(
        LETTERS.c.letter_id.in_(letter_ids), _not_by(LETTERS.c.direction) == Direction.OUT.value
    )
    return {row.letter_id: row.stored_at for row in connection.execute(query)}


def _not_by(column: sa.Column[str]) -> sa.ColumnElement[str]:
    """The column as no index has it: half of all letters go in one direction, and SQLite would read them all."""
    return column.concat("")


def receipted_up_to(connection: sa.Connection) -> dict[str, int]:
    """Up to which number each peer's receipts cover our letters to it; peers without receipts are left out."""
    return {row.peer: row.receipted for row in connection.execute(sa.select(CHANNELS.c.peer, CHANNELS.c.receipted))}


def stored_times(connection: sa.Connection, matter_ids: Sequence[str]) -> dict[str, datetime]:
    """When each letter that came to this node in one of these matters was stored here, by letter."""
    query = sa.select(LETTERS.c.letter_id, LETTERS.c.stored_at).where(
        LETTERS.c.matter_id.in_(matter_ids), _not_by(LETTERS.c.direction) == Direction.IN.value
    )
    return {row.letter_id: row.stored_at for row in connection.execute(query)}


def listed(
    connection: sa.Connection, wanted: LetterFilter, before: int | None = None, limit: int = 50
) -> list[StoredLetter]:
    """Letters newest first, without content, placed before `before` (None: from the newest)."""
    query = _QUERY.order_by(LETTERS.c.place.desc()).limit(limit)
    if before is not None:
        query = query.where(LETTERS.c.place < before)
    if wanted.within is not None:
        query = query.where(wanted.within)
    if wanted.without:
        query = query.where(LETTERS.c.matter_id.not_in(sorted(wanted.without)))
    for column, value in (
        (LETTERS.c.direction, wanted.direction.value if wanted.direction else None),
        (LETTERS.c.matter_id, wanted.matter_id),
        (LETTERS.c.kind, wanted.kind),
        (LETTERS.c.peer, wanted.peer),
    ):
        if value is not None:
            query = query.where(column == value)
    return [stored(row, None) for row in connection.execute(query)]


def stored(row: Any, keyring: Keyring | None) -> StoredLetter:
    """A row with its journal payload as a letter; without a keyring its content stays closed."""
    signed = wire.decode_journaled(row.payload)
    content = None
    if keyring is not None and row.content_key is not None:
        content = take_from_rest(keyring, Rested(row.content, row.content_key, row.storage_key_id), row.digest)
    return StoredLetter(
        header=wire.decode_header(signed.payload),
        signed=signed,
        salt=row.salt,
        content=content,
        direction=Direction(row.direction),
        state=LetterState(row.state),
        stored_at=row.stored_at,
        journal_sequence=row.place,
        traceparent=row.traceparent,
    )


def sendable(kept: StoredLetter) -> Letter:
    """The letter as it goes out."""
    return Letter(kept.header, kept.signed, kept.salt, kept.content)
