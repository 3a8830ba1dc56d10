"""Finds what proves one matter: its letters, the receipts that cover them, and what ties the one to the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.chassis.destruction.model import GROUNDS, Ground
from services.chassis.dossiers.tables import MATTERS
from services.chassis.exchange.directories import LOADED
from services.chassis.exchange.keeping import DESTROYED, read_destroyed
from services.chassis.exchange.model import Direction
from services.chassis.exchange.naming import LetterName, sender_of_row
from services.chassis.exchange.rest import Rested, take_from_rest
from services.chassis.exchange.tables import DIRECTORIES, LETTERS
from services.chassis.identity.keys import Keyring
from services.chassis.journal.chain import Entry
from services.chassis.journal.store import JOURNAL
from services.chassis.proof.covering import Channel, cover, tie
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


@dataclass(frozen=True, slots=True)
class Start:
    """Whose journal it is, and the version of the directory that its node began with, with its file."""

    body: str
    version: int
    directory: bytes


def gather(connection: sa.Connection, keyring: Keyring, matter_id: str, start: Start, *, contents: bool) -> Evidence:
    """Everything this node's journal holds on a matter, in its order; must see one snapshot of the database.

    Raises:
        ProofTooLargeError: the contents are too many for one file.
        KeyUnknownError, CannotOpenError: a content that is kept does not open.

    """
    rows = _letters(connection, matter_id)
    if contents:
        _check_size(rows)
    channels = _channels(rows)
    cover(connection, channels)
    links = [link for peer in sorted(channels) for link in tie(connection, channels[peer], start.body)]
    receipts = {one.row.sequence: one.row for channel in channels.values() for one in channel.covered.values()}
    letters = [_letter(row, keyring, contents=contents) for row in rows]
    entries = [*letters, *(ProvenEntry(_entry(row)) for row in receipts.values()), *_destroyed(connection, rows)]
    entries += _directories_loaded(connection, start.version)
    return Evidence(
        tuple(sorted(entries, key=lambda one: one.entry.sequence)),
        tuple(links),
        frozenset(row.letter_kind for row in rows),
        frozenset(one.entry.sequence for one in letters if one.content is not None),
    )


def contents_kept(connection: sa.Connection, places: Iterable[int]) -> bool:
    """Whether the contents of all these letters are still kept."""
    query = sa.select(LETTERS.c.place).where(LETTERS.c.place.in_(list(places)), LETTERS.c.content_key.is_(None))
    return connection.execute(query.limit(1)).first() is None


def signed_directories(connection: sa.Connection, start: Start) -> list[bytes]:
    """The directory file the node began with and every later version it loaded, in order."""
    newer = sa.select(DIRECTORIES.c.content).where(DIRECTORIES.c.version > start.version)
    return [start.directory, *connection.scalars(newer.order_by(DIRECTORIES.c.version))]


def _letters(connection: sa.Connection, matter_id: str) -> list[Any]:
    """The letters of both sides of the matter: any body may write a letter that names it, and only parks it here."""
    this = MATTERS.c.matter_id == matter_id
    exists, counterparty = sa.exists().where(this), sa.select(MATTERS.c.counterparty).where(this).scalar_subquery()
    query = (
        sa.select(JOURNAL, LETTERS.c.kind.label("letter_kind"), sender_of_row.label("sender"), *_OF_LETTERS)
        .join(LETTERS, LETTERS.c.place == JOURNAL.c.sequence)
        # Below zero stand letters that left their channel; they come back with a number.
        .where(LETTERS.c.matter_id == matter_id, LETTERS.c.number > 0, sa.or_(~exists, LETTERS.c.peer == counterparty))
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


def _channels(rows: Iterable[Any]) -> Mapping[str, Channel]:
    channels: dict[str, Channel] = {}
    for row in rows:
        if row.direction == Direction.OUT.value:
            channels.setdefault(row.peer, Channel(row.peer)).places[row.number] = row.sequence
    return channels


def _directories_loaded(connection: sa.Connection, above: int) -> list[ProvenEntry]:
    """The entries that say where in the journal each version of the directory above this one came into force."""
    rows = connection.execute(sa.select(JOURNAL).where(JOURNAL.c.kind == LOADED).order_by(JOURNAL.c.sequence))
    return [ProvenEntry(_entry(row)) for row in rows if json.loads(row.payload)["version"] > above]


def _destroyed(connection: sa.Connection, rows: Iterable[Any]) -> Iterator[ProvenEntry]:
    names = {LetterName(row.letter_id, row.sender) for row in rows if row.content_key is None}
    gone = sorted({name.letter_id for name in names})
    for start in range(0, len(gone), _BATCH):
        query = sa.select(JOURNAL).where(
            JOURNAL.c.letter_id.in_(gone[start : start + _BATCH]), JOURNAL.c.kind == DESTROYED
        )
        for row in connection.execute(query):
            told = read_destroyed(row.payload)
            if told is None or told[0] not in names:
                continue
            yield ProvenEntry(_entry(row), why=_why(row.payload))


def _why(payload: bytes) -> str:
    code = json.loads(payload)["ground"]
    return " / ".join(GROUNDS[Ground(code)]) if code in GROUNDS else str(code)


def _entry(row: Any) -> Entry:
    return Entry(row.sequence, row.previous, row.kind, row.written_at, row.payload)
