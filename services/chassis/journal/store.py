"""The journal in the node's database: appended in the same transaction as the state it tells about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.journal.chain import GENESIS, Entry, digest
from services.chassis.storage import METADATA, Identifier, Instant, Sequence64, Transaction
from services.chassis.storage.rows import Insertion

JOURNAL = sa.Table(
    "journal",
    METADATA,
    sa.Column("sequence", Sequence64, primary_key=True, autoincrement=False),
    sa.Column("previous", sa.LargeBinary(32), nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("written_at", Instant, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("letter_id", Identifier, nullable=True),
)
"""`letter_id` finds a letter's entries; it stands outside the chain, whose payload names the letter itself."""
sa.Index(None, JOURNAL.c.letter_id)

_INSERT = Insertion(JOURNAL, ("sequence", "previous", "kind", "written_at", "payload", "letter_id"))
_REMEMBERED = "journal.head"


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a journal: its number and digest. An empty journal has 0 and 32 zero bytes."""

    sequence: int
    digest: bytes


def append(tx: Transaction, kind: str, payload: bytes, letter_id: str | None = None) -> Entry:
    """Add an entry behind the last one. The cost does not grow with the journal.

    `kind` is the name of what happened; `payload` its exact bytes, without names, subjects or contents of letters.
    """
    return append_all(tx, [(kind, payload, letter_id)])[0]


def append_all(tx: Transaction, many: Sequence[tuple[str, bytes, str | None]]) -> list[Entry]:
    """Add entries (kind, payload, letter id) in their order, in one statement."""
    last = tx.remembered.get(_REMEMBERED)
    if not isinstance(last, Head):
        last = head(tx.connection)
    entries = []
    for kind, payload, _ in many:
        entry = Entry(last.sequence + 1, last.digest, kind, tx.now, payload)
        last = Head(entry.sequence, digest(entry))
        entries.append(entry)
    _INSERT.run(
        tx.connection,
        [
            {
                "sequence": entry.sequence,
                "previous": entry.previous,
                "kind": entry.kind,
                "written_at": entry.written_at,
                "payload": entry.payload,
                "letter_id": letter_id,
            }
            for entry, (_, _, letter_id) in zip(entries, many, strict=True)
        ],
    )
    tx.remembered[_REMEMBERED] = last
    return entries


def head(connection: sa.Connection) -> Head:
    """Where the journal ends now."""
    rows = connection.execute(sa.select(JOURNAL).order_by(JOURNAL.c.sequence.desc()).limit(1)).all()
    return Head(rows[0].sequence, digest(_entry(rows[0]))) if rows else Head(0, GENESIS)


def read(connection: sa.Connection, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
    """Up to `limit` entries numbered above `after`, in order."""
    rows = connection.execute(
        sa.select(JOURNAL).where(JOURNAL.c.sequence > after).order_by(JOURNAL.c.sequence).limit(limit)
    )
    return [_entry(row) for row in rows]


def of_letter(connection: sa.Connection, letter_id: str) -> Sequence[Entry]:
    """The entries that tell about one letter, in order."""
    rows = connection.execute(sa.select(JOURNAL).where(JOURNAL.c.letter_id == letter_id).order_by(JOURNAL.c.sequence))
    return [_entry(row) for row in rows]


def _entry(row: sa.Row[tuple[object, ...]]) -> Entry:
    return Entry(row.sequence, row.previous, row.kind, row.written_at, row.payload)
