"""Searches the journal backwards in time, a bounded stretch at a time: it only ever grows, and nobody waits for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.exchange.tables import LETTERS
from services.chassis.journal.chain import Entry
from services.chassis.journal.store import JOURNAL
from services.chassis.journal.times import first_since, last_before
from services.chassis.storage.engine import SQLITE

STRETCH = 100_000
"""Entries looked at for one page at most."""


@dataclass(frozen=True, slots=True)
class JournalSearch:
    """Which entries to find; empty and None do not narrow.

    Attributes:
        kind: A kind, or the beginning of several with its point.
        letter_id: Entries about this letter.
        matter_id: Entries about letters of this matter, or that name it.
        account_id: Entries that name this account.
        since: Written at or after this.
        before: Written before this.
    """

    kind: str = ""
    letter_id: str = ""
    matter_id: str = ""
    account_id: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry and the letter it is about; None for none."""

    entry: Entry
    letter_id: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one look found, the newest first, and below which entry the next one begins; None when none is left."""

    found: tuple[FoundEntry, ...]
    next_below: int | None


def search(
    connection: sa.Connection, wanted: JournalSearch, below: int | None, size: int, stretch: int = STRETCH
) -> Stretch:
    """Up to `size` entries numbered below `below` (None: all), of at most `stretch` looked at."""
    top = (connection.scalar(sa.select(sa.func.max(JOURNAL.c.sequence))) or 0) + 1
    top = top if below is None else min(top, below)
    if wanted.before is not None:
        top = min(top, last_before(connection, wanted.before) + 1)
    floor = 1 if wanted.since is None else first_since(connection, wanted.since)
    # Entries of one letter are found by an index, however far apart they lie.
    bottom = floor if wanted.letter_id else max(floor, top - stretch)
    rows = connection.execute(
        sa.select(JOURNAL)
        .where(JOURNAL.c.sequence < top, JOURNAL.c.sequence >= bottom, *_conditions(connection, wanted))
        .order_by(JOURNAL.c.sequence.desc())
        .limit(size)
    ).all()
    found = tuple(
        FoundEntry(Entry(row.sequence, row.previous, row.kind, row.written_at, row.payload), row.letter_id)
        for row in rows
    )
    if len(found) == size:
        return Stretch(found, found[-1].entry.sequence if found[-1].entry.sequence > floor else None)
    return Stretch(found, bottom if bottom > floor else None)


def _conditions(connection: sa.Connection, wanted: JournalSearch) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.kind.endswith("."):
        yield sa.func.substr(JOURNAL.c.kind, 1, len(wanted.kind)) == wanted.kind
    elif wanted.kind:
        yield JOURNAL.c.kind == wanted.kind
    if wanted.letter_id:
        yield JOURNAL.c.letter_id == wanted.letter_id
    if wanted.matter_id:
        letters = sa.select(LETTERS.c.letter_id).where(LETTERS.c.matter_id == wanted.matter_id)
        about: Sequence[str] = connection.scalars(letters).all()
        yield sa.or_(JOURNAL.c.letter_id.in_(about), _names(connection, wanted.matter_id))
    if wanted.account_id:
        yield _names(connection, wanted.account_id)
    if wanted.since is not None:
        yield JOURNAL.c.written_at >= wanted.since
    if wanted.before is not None:
        yield JOURNAL.c.written_at < wanted.before


def _names(connection: sa.Connection, identifier: str) -> sa.ColumnElement[bool]:
    """Whether the payload holds the id anywhere: ids are long and random, so nothing else looks like one."""
    held = identifier.encode()
    if connection.dialect.name == SQLITE:
        return sa.func.instr(JOURNAL.c.payload, held) > 0
    return sa.func.position(sa.literal(held, sa.LargeBinary).op("IN")(JOURNAL.c.payload)) > 0
