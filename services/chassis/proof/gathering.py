"""Finds what proves one matter: its letters, the receipts that cover them, and what ties the one to the other."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from guantong.exchange.v1 import receipt_pb2
from services.chassis.destruction.model import GROUNDS, Ground
from services.chassis.exchange import wire
from services.chassis.exchange.keeping import DESTROYED
from services.chassis.exchange.model import Direction
from services.chassis.exchange.proof import header_digest
from services.chassis.exchange.receipts import RECEIPTED
from services.chassis.exchange.rest import Rested, take_from_rest
from services.chassis.exchange.tables import DIRECTORIES, LETTERS
from services.chassis.identity.keys import Keyring
from services.chassis.journal.chain import Entry
from services.chassis.journal.store import JOURNAL
from services.chassis.proof.errors import ProofTooLargeError
from services.chassis.proof.file import Link, ProvenEntry

_MEBIBYTE = 1024 * 1024
MOST_CONTENT = 64 * _MEBIBYTE
"""Bytes of contents in one file; larger matters are proven by digests."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one matter. `kinds` are those of its letters; `opened` the places of the contents in it."""

    entries: tuple[ProvenEntry, ...]
    links: tuple[Link, ...]
    kinds: frozenset[str]
    opened: frozenset[int]


@dataclass(slots=True)
class _Channel:
    """Our letters of the matter to one body, by number, with the receipts found for them."""

    places: dict[int, int] = field(default_factory=dict)
    covered: dict[int, int] = field(default_factory=dict)
    """Up to which number the first receipt goes that covers a letter."""

    def take(self, sequence: int, up_to: int) -> bool:
        """Whether a receipt of the journal is the first to cover one of the letters."""
        new = [
            number
            for number, place in self.places.items()
            if number not in self.covered and number <= up_to and place < sequence
        ]
        self.covered |= dict.fromkeys(new, up_to)
        return bool(new)

    @property
    def between(self) -> list[int]:
        """Numbers of the letters behind ours, up to the receipt's, that are not ours to show."""
        wanted = {n for number, up_to in self.covered.items() for n in range(number + 1, up_to + 1)}
        return sorted(wanted - self.places.keys())


def gather(connection: sa.Connection, keyring: Keyring, matter_id: str, *, body: str, contents: bool) -> Evidence:
    """Everything this node's journal holds on a matter, in its order; must see one snapshot of the database.

    Raises:
        ProofTooLargeError: the contents are too many for one file.
        KeyUnknownError, CannotOpenError: a content that is kept does not open.

    """
    rows = _letters(connection, matter_id)
    if contents:
        _check_size(rows)
    channels = _channels(rows)
    receipts = list(_receipts(connection, channels))
    letters = [_letter(row, keyring, contents=contents) for row in rows]
    entries = [*letters, *receipts, *_destroyed(connection, rows)]
    return Evidence(
        tuple(sorted(entries, key=lambda one: one.entry.sequence)),
        tuple(_links(connection, channels, body)),
        frozenset(row.letter_kind for row in rows),
        frozenset(one.entry.sequence for one in letters if one.content is not None),
    )


def contents_kept(connection: sa.Connection, places: Iterable[int]) -> bool:
    """Whether the contents of all these letters are still kept."""
    query = sa.select(LETTERS.c.place).where(LETTERS.c.place.in_(list(places)), LETTERS.c.content_key.is_(None))
    return connection.execute(query.limit(1)).first() is None


def signed_directories(connection: sa.Connection, first: tuple[int, bytes]) -> list[bytes]:
    """The directory file the node started from (version, bytes) and every later version it loaded, in order."""
    newer = sa.select(DIRECTORIES.c.content).where(DIRECTORIES.c.version > first[0]).order_by(DIRECTORIES.c.version)
    return [first[1], *connection.scalars(newer)]


def _letters(connection: sa.Connection, matter_id: str) -> list[Any]:
    query = (
        sa.select(JOURNAL, LETTERS.c.kind.label("letter_kind"), *_OF_LETTERS)
        .join(LETTERS, LETTERS.c.place == JOURNAL.c.sequence)
        # Below zero stand letters that left their channel; they come back with a number.
        .where(LETTERS.c.matter_id == matter_id, LETTERS.c.number > 0)
        .order_by(LETTERS.c.place)
    )
    return list(connection.execute(query))


_OF_LETTERS = [
    LETTERS.c[name]
    for name in ("direction", "peer", "number", "digest", "salt", "content", "content_key", "storage_key_id")
]


def _check_size(rows: Iterable[Any]) -> None:
    if sum(len(row.content or b"") for row in rows) > MOST_CONTENT:
        raise ProofTooLargeError(limit_mib=MOST_CONTENT // _MEBIBYTE)


def _letter(row: Any, keyring: Keyring, *, contents: bool) -> ProvenEntry:
    if not contents or row.content_key is None:
        return ProvenEntry(_entry(row))
    rested = Rested(row.content, row.content_key, row.storage_key_id)
    return ProvenEntry(_entry(row), row.salt, take_from_rest(keyring, rested, row.digest))


def _channels(rows: Iterable[Any]) -> Mapping[str, _Channel]:
    channels: defaultdict[str, _Channel] = defaultdict(_Channel)
    for row in rows:
        if row.direction == Direction.OUT.value:
            channels[row.peer].places[row.number] = row.sequence
    return channels


def _receipts(connection: sa.Connection, channels: Mapping[str, _Channel]) -> Iterator[ProvenEntry]:
    """For each of our letters the first receipt behind it that covers it; none where the peer gave none."""
    open_letters = sum(len(channel.places) for channel in channels.values())
    if not open_letters:
        return
    after = min(place for channel in channels.values() for place in channel.places.values())
    while rows := _some_receipts(connection, after):
        for row in rows:
            statement = wire.decode_receipt(receipt_pb2.Receipt.FromString(row.payload).statement)
            channel = channels.get(statement.recipient)
            if channel is not None and channel.take(row.sequence, statement.up_to_number):
                yield ProvenEntry(_entry(row))
        if all(len(channel.covered) == len(channel.places) for channel in channels.values()):
            return
        after = rows[-1].sequence


def _some_receipts(connection: sa.Connection, after: int) -> list[Any]:
    query = sa.select(JOURNAL).where(JOURNAL.c.sequence > after, JOURNAL.c.kind == RECEIPTED)
    return list(connection.execute(query.order_by(JOURNAL.c.sequence).limit(_BATCH)))


def _links(connection: sa.Connection, channels: Mapping[str, _Channel], body: str) -> Iterator[Link]:
    for peer in sorted(channels):
        numbers = channels[peer].between
        for start in range(0, len(numbers), _BATCH):
            query = (
                sa.select(LETTERS.c.number, JOURNAL.c.payload)
                .join(JOURNAL, JOURNAL.c.sequence == LETTERS.c.place)
                .where(
                    LETTERS.c.direction == Direction.OUT.value,
                    LETTERS.c.peer == peer,
                    LETTERS.c.number.in_(numbers[start : start + _BATCH]),
                )
                .order_by(LETTERS.c.number)
            )
            for row in connection.execute(query):
                signed = wire.decode_journaled(row.payload)
                yield Link(body, peer, row.number, header_digest(signed.payload, signed.suite))


def _destroyed(connection: sa.Connection, rows: Iterable[Any]) -> Iterator[ProvenEntry]:
    gone = sorted({row.letter_id for row in rows if row.content_key is None})
    for start in range(0, len(gone), _BATCH):
        query = sa.select(JOURNAL).where(
            JOURNAL.c.letter_id.in_(gone[start : start + _BATCH]), JOURNAL.c.kind == DESTROYED
        )
        for row in connection.execute(query):
            yield ProvenEntry(_entry(row), why=_why(row.payload))


def _why(payload: bytes) -> str:
    code = json.loads(payload)["ground"]
    return " / ".join(GROUNDS[Ground(code)]) if code in GROUNDS else str(code)


def _entry(row: Any) -> Entry:
    return Entry(row.sequence, row.previous, row.kind, row.written_at, row.payload)
