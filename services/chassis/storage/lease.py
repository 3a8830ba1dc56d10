"""The lease: exactly one process writes to a node's database, and its death frees it at once."""

from __future__ import annotations

import contextlib
import fcntl
import os
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from services.chassis.storage.engine import SQLITE
from services.chassis.storage.errors import LeaseHeldError, LeaseLostError, SchemaMissingError
from services.chassis.storage.tables import NODE_LEASE

# "guantong" in ASCII, as the 64-bit number PostgreSQL wants. Advisory locks are per database, and so is a node.
_ADVISORY_KEY = int.from_bytes(b"guantong", "big")


class FileLock:
    """The operating system's lock on a file beside the SQLite database; the kernel frees it when we die."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lease")
        self._file: int | None = None

    def take(self) -> bool:
        """Hold the lock; False when another process has it."""
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Free the lock. The file stays: deleting it would let two processes lock two files of one name."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Lease:
    """This process's right to write, asked for on every new connection and checked in every transaction.

    On PostgreSQL the lock belongs to the very connection that writes, so a process that lost its connection has
    lost the right with it. A lease by expiring timestamps would free itself under a process that merely paused.
    """

    def __init__(self, url: sa.URL, holder: str) -> None:
        self._database = url.database or ""
        self._file = FileLock(Path(self._database)) if url.get_backend_name() == SQLITE else None
        self._holder = holder
        self._claimed = False

    def take(self, connection: sa.Connection) -> None:
        """Hold the lock, or raise `LeaseHeldError`."""
        if self._file is not None:
            held = self._file.take()
        else:
            statement = sa.select(sa.func.pg_try_advisory_lock(_ADVISORY_KEY))
            with connection.begin():
                held = bool(connection.scalar(statement))
        if not held:
            raise LeaseHeldError(database=Path(self._database).name)

    def confirm(self, connection: sa.Connection, now: datetime) -> None:
        """Inside a transaction: write our name the first time, later check that nobody wrote theirs since."""
        try:
            current = connection.execute(_WHO).scalar()
        except (sa.exc.OperationalError, sa.exc.ProgrammingError) as error:
            if _missing_table(error):
                raise SchemaMissingError from error
            raise
        if current == self._holder:
            return
        if self._claimed:
            raise LeaseLostError
        connection.execute(sa.delete(NODE_LEASE))
        connection.execute(sa.insert(NODE_LEASE).values(id=1, holder=self._holder, taken_at=now))

    def confirmed(self) -> None:
        """After the commit: our name is in the row now."""
        self._claimed = True

    def release(self) -> None:
        """Free the file lock; PostgreSQL frees its own when the connection closes."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.release()


_WHO = sa.select(NODE_LEASE.c.holder).where(NODE_LEASE.c.id == 1)
_UNDEFINED_TABLE = "42P01"


def _missing_table(error: sa.exc.DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == _UNDEFINED_TABLE or "no such table" in str(error.orig)
