"""The writer's one connection: opened with the lease, thrown away when the database goes, opened again."""

from __future__ import annotations

import contextlib
from datetime import datetime

import sqlalchemy as sa

from services.chassis.storage.engine import outage
from services.chassis.storage.errors import DatabaseAwayError
from services.chassis.storage.lease import Lease


class WriterLink:
    """Owns the connection that writes. Used by one thread at a time."""

    def __init__(self, engine: sa.Engine, lease: Lease) -> None:
        self._engine = engine
        self._lease = lease
        self._connection: sa.Connection | None = None

    @property
    def connected(self) -> bool:
        """Whether there is a connection that has not failed."""
        return self._connection is not None

    def connection(self) -> sa.Connection:
        """The connection with the lease held; opened when there is none.

        Raises:
            DatabaseAwayError: The database cannot be reached.
            LeaseHeldError: Another process writes to it.
        """
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def confirm(self, now: datetime) -> None:
        """See `Lease.confirm`."""
        self._lease.confirm(self.connection(), now)

    def confirmed(self) -> None:
        """See `Lease.confirmed`."""
        self._lease.confirmed()

    def drop(self) -> None:
        """Throw the connection away, whatever state it is in; the next use opens a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            _discard(connection)

    def close(self) -> None:
        """Close the connection and give up the lease."""
        self.drop()
        self._lease.release()
        self._engine.dispose()

    def _open(self) -> sa.Connection:
        try:
            connection = self._engine.connect()
        except sa.exc.DBAPIError as error:
            raise DatabaseAwayError(cause=outage(error) or "cannot connect", outcome="nothing") from error
        try:
            self._lease.take(connection)
        except sa.exc.DBAPIError as error:
            _discard(connection)
            raise DatabaseAwayError(cause=outage(error) or "cannot lock", outcome="nothing") from error
        except BaseException:
            _discard(connection)
            raise
        return connection


def _discard(connection: sa.Connection) -> None:
    # A broken connection may refuse every call; all that matters is that it is never used again.
    with contextlib.suppress(sa.exc.SQLAlchemyError):
        connection.invalidate()
    with contextlib.suppress(sa.exc.SQLAlchemyError):
        connection.close()
