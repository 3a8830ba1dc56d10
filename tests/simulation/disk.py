"""A node's database in memory: what the last COMMIT wrote outlives the process, everything else dies with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TypeVar, cast

import sqlalchemy as sa

from services.chassis.clock import Clock
from services.chassis.exchange import tables as exchange_tables
from services.chassis.journal import store as journal
from services.chassis.storage import METADATA, Database, DatabaseAwayError, Reader, Transaction, Writer
from services.chassis.storage.link import WriterLink
from services.chassis.storage.writer import Unit, _Job
from tests.simulation.acts import ACTS
from tests.simulation.crash import Crash

T = TypeVar("T")
_COMPILED: dict[object, object] = {}
"""Statements compiled once for all disks of the process: compiling takes longer than running them."""
_TABLES = (exchange_tables, journal)
FULL, GONE, UNSURE = "full", "gone", "unsure"
"""What may be wrong with a disk: it can be read and not written; not reached; it breaks during COMMIT, after which
only looking tells whether the unit was stored."""


@cache
def empty() -> bytes:
    """A database with all tables and no rows."""
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    with engine.begin() as connection:
        METADATA.create_all(connection)
        ACTS.metadata.create_all(connection)
    raw = engine.raw_connection()
    image = cast("sqlite3.Connection", raw.driver_connection).serialize()
    engine.dispose()
    return image


@dataclass
class Disk:
    """One database. Used again from run to run: the image is what makes it a new one."""

    crash: Crash = field(default_factory=Crash)
    trouble: str | None = None
    writing: bool = False

    def __post_init__(self) -> None:
        self._raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        engine = sa.create_engine(
            "sqlite://", creator=lambda: self._raw, poolclass=sa.pool.StaticPool, hide_parameters=True
        )
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        sa.event.listen(engine, "commit", self._before_commit)
        self._engine = engine.execution_options(compiled_cache=_COMPILED)
        self.connection = self._engine.connect()
        self.load(empty())

    def image(self) -> bytes:
        """A copy of everything that was committed: a backup."""
        return self._raw.serialize()

    def load(self, image: bytes) -> None:
        """Come back from a copy."""
        self.power_off()
        self._raw.deserialize(image)

    def power_off(self) -> None:
        """Whatever was not committed is gone, and with it whoever used the connection."""
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")
        self.writing = False
        self.connection = self._engine.connect()

    @contextmanager
    def begun(self) -> Iterator[sa.Connection]:
        """A snapshot to read, for the simulation itself: no trouble and no crash comes between."""
        with self.connection.begin():
            yield self.connection

    def _before_commit(self, _connection: sa.Connection) -> None:
        if not self.writing:
            return
        self.writing = False
        self.crash.point("before commit")
        if self.trouble == UNSURE:
            self.trouble = GONE
            if self.crash.coin():
                self._raw.execute("COMMIT")
            raise _lost()


def _lost() -> sa.exc.OperationalError:
    return sa.exc.OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))


class DiskLink:
    """What the real writer sees of a disk, in place of its connection with the lease."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    @property
    def connected(self) -> bool:
        return True

    def connection(self) -> sa.Connection:
        return self._disk.connection

    def confirm(self, _now: datetime) -> None:
        if self._disk.trouble in {FULL, GONE}:
            raise DatabaseAwayError(cause="SQLITE_FULL", outcome="nothing")
        self._disk.writing = True

    def confirmed(self) -> None:
        """Nobody else writes."""

    def drop(self) -> None:
        self._disk.power_off()

    def close(self) -> None:
        """The disk stays."""


class InlineWriter(Writer):
    """The real writer's transaction, run at once in the caller's place instead of a thread."""

    def __init__(self, disk: Disk, clock: Clock, make_id: Callable[[], str]) -> None:
        super().__init__(cast("WriterLink", DiskLink(disk)), clock, make_id)
        self._disk = disk

    async def run(self, unit: Unit[T]) -> T:
        return self.run_sync(unit)

    def run_sync(self, unit: Unit[T]) -> T:
        job = _Job(cast("Unit[object]", unit), None, Future())
        watched = self._disk.connection
        if watched is not self._watched:
            self._watch(watched)
            self._watched = watched
        self._store([job])
        if job.error is not None:
            raise job.error
        self._disk.crash.point("after commit")
        for callback in job.callbacks:
            callback()
        return cast("T", job.value)

    _watched: sa.Connection | None = None


class InlineReader(Reader):
    """Reads at once what is committed."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        return self.read_sync(query)

    def read_sync(self, query: Callable[[sa.Connection], T]) -> T:
        if self._disk.trouble == GONE:
            raise DatabaseAwayError(cause="SQLITE_CANTOPEN", outcome="nothing")
        with self._disk.begun() as connection:
            return query(connection)

    def close(self) -> None:
        """The disk stays."""


def open_database(disk: Disk, clock: Clock, make_id: Callable[[], str]) -> Database:
    """The database as the exchange sees it."""
    return Database(sa.make_url("sqlite:///simulated"), InlineWriter(disk, clock, make_id), InlineReader(disk))


def write(database: Database, unit: Callable[[Transaction], T]) -> T:
    """Run a unit of work."""
    return database.writer.run_sync(unit)
