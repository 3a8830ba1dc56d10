"""Verifies a whole journal where it lies, entry by entry, however long it is and whatever was done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa

from services.chassis.journal.chain import GENESIS, Entry, digest
from services.chassis.journal.store import JOURNAL, Head
from services.chassis.storage.tables import from_microseconds

_BATCH = 500
_FAULTS_KEPT = 1000

Progress = Callable[[int, int], object]
"""Told after each batch: how many entries are verified, and the number of the last one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the journal, or what belongs to it, does not hold together. It quotes nothing."""

    sequence: int
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the walk found.

    Attributes:
        entries: How many entries were read.
        letters: How many of them hold a letter.
        faults: The faults found first; `fault_count` counts all.
        head: The last entry's number and digest. Write it down elsewhere: with it as an anchor the next walk
            also notices when the end of the journal was changed or cut off.
        anchored: Whether an anchor was met, so that everything up to it is certain and not only consistent.
    """

    entries: int
    letters: int
    faults: tuple[Fault, ...]
    fault_count: int
    head: Head
    anchored: bool

    @property
    def sound(self) -> bool:
        """Whether nothing at all was found."""
        return self.fault_count == 0


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry with what the database says beside the chain."""

    entry: Entry
    letter_id: str | None


class Checks(Protocol):
    """What else is to be true of entries, for those who know what is in them."""

    @property
    def letters(self) -> int:
        """How many entries held a letter so far."""
        ...

    def entries(self, connection: sa.Connection, found: Sequence[FoundEntry]) -> Iterable[Fault]:
        """Check a batch; every entry comes once, in order."""
        ...

    def end(self, connection: sa.Connection) -> Iterable[Fault]:
        """Check what can only be told at the end."""
        ...


class NoChecks:
    """The chain alone."""

    letters = 0

    def entries(self, connection: sa.Connection, found: Sequence[FoundEntry]) -> Iterable[Fault]:
        """Nothing more is known of entries."""
        del connection, found
        return ()

    def end(self, connection: sa.Connection) -> Iterable[Fault]:
        """Nothing is left."""
        del connection
        return ()


def verify_chain(
    connection: sa.Connection,
    checks: Checks | None = None,
    anchors: Iterable[Head] = (),
    progress: Progress | None = None,
) -> Report:
    """Walk the journal from its first entry to its last. Memory does not grow with it.

    Must run on one snapshot of the database, as `Reader.read` gives.

    Args:
        connection: Where to read.
        checks: What entries say, if it is to be checked too.
        anchors: Numbers and digests of entries as they were noted elsewhere (a backup, an operator's note).
        progress: Told how far the walk is.
    """
    walk = _Walk({anchor.sequence: anchor.digest for anchor in anchors})
    checks = checks or NoChecks()
    last = connection.scalar(sa.select(sa.func.max(JOURNAL.c.sequence))) or 0
    for rows in _batches(connection):
        found = [entry for row in rows if (entry := walk.step(row)) is not None]
        walk.blame(checks.entries(connection, found))
        if progress is not None:
            progress(walk.entries, last)
    walk.finish()
    walk.blame(checks.end(connection))
    return Report(
        walk.entries,
        checks.letters,
        tuple(walk.faults),
        walk.fault_count,
        Head(walk.sequence, walk.previous or GENESIS),
        walk.anchored,
    )


@dataclass(slots=True)
class _Walk:
    anchors: dict[int, bytes]
    entries: int = 0
    sequence: int = 0
    previous: bytes | None = GENESIS
    """Digest of the entry before; None when that one could not be read."""
    anchored: bool = False
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0

    def blame(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.fault_count += 1
            if len(self.faults) < _FAULTS_KEPT:
                self.faults.append(fault)

    def step(self, row: Any) -> FoundEntry | None:
        self.entries += 1
        if row.sequence != self.sequence + 1:
            expected = self.sequence + 1
            self.blame([Fault(row.sequence, f"应为第 {expected} 条,序号不连续", f"expected entry {expected}")])
        self.sequence = row.sequence
        found = _read(row)
        if found is None:
            self.previous = None
            self.blame([Fault(row.sequence, "该条目无法读取", "the entry cannot be read")])
            return None
        if self.previous is not None and found.entry.previous != self.previous:
            reason = "与前一条的摘要不符:前一条被改动或删除", "the entry before it was changed or removed"
            self.blame([Fault(row.sequence, *reason)])
        self.previous = digest(found.entry)
        self._compare_with_anchor()
        return found

    def finish(self) -> None:
        for sequence in sorted(self.anchors):
            self.blame([Fault(sequence, "曾有记录的条目已不存在", "an entry that was noted elsewhere is missing")])

    def _compare_with_anchor(self) -> None:
        noted = self.anchors.pop(self.sequence, None)
        if noted is None:
            return
        self.anchored = self.anchored or noted == self.previous
        if noted != self.previous:
            self.blame([Fault(self.sequence, "与别处留存的摘要不符", "differs from the digest noted elsewhere")])


def _batches(connection: sa.Connection) -> Iterator[Sequence[Any]]:
    # Texts as bytes and times as numbers: what was damaged must be reported, not stop the driver.
    query = sa.select(
        JOURNAL.c.sequence,
        JOURNAL.c.previous,
        text_as_bytes(connection, JOURNAL.c.kind).label("kind"),
        sa.type_coerce(JOURNAL.c.written_at, sa.BigInteger).label("written_at"),
        JOURNAL.c.payload,
        text_as_bytes(connection, JOURNAL.c.letter_id).label("letter_id"),
    ).order_by(JOURNAL.c.sequence)
    rows = connection.execute(query.limit(_BATCH)).all()
    while rows:
        yield rows
        rows = connection.execute(query.where(JOURNAL.c.sequence > rows[-1].sequence).limit(_BATCH)).all()


def text_as_bytes(connection: sa.Connection, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bytes]:
    """The column's bytes, also where they are no text any more (which only SQLite lets happen)."""
    if connection.dialect.name == "sqlite":
        return sa.cast(column, sa.LargeBinary)
    return sa.func.convert_to(column, "UTF8", type_=sa.LargeBinary)


def _read(row: Any) -> FoundEntry | None:
    try:
        entry = Entry(
            row.sequence,
            bytes(row.previous),
            row.kind.decode(),
            from_microseconds(row.written_at),
            bytes(row.payload),
        )
        digest(entry)
        return FoundEntry(entry, row.letter_id.decode() if row.letter_id is not None else None)
    except (UnicodeDecodeError, OverflowError, TypeError, AttributeError):
        return None
