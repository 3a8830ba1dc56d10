"""Reading: in a few threads beside the writer, each read one snapshot, never able to write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa

from services.chassis.storage.engine import WRITE_REFUSED, outage
from services.chassis.storage.errors import DatabaseAwayError

T = TypeVar("T")
Query = Callable[[sa.Connection], T]

DEFAULT_THREADS = 4


class Reader:
    """Runs read-only queries off the event loop."""

    def __init__(self, engine: sa.Engine, threads: int = DEFAULT_THREADS) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="storage-reader")

    async def read(self, query: Query[T]) -> T:
        """The result of `query`, which sees one snapshot and must return plain values, not open cursors.

        Raises:
            DatabaseAwayError: The database cannot be reached.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_sync, query)

    def read_sync(self, query: Query[T]) -> T:
        """The same in the caller's thread."""
        try:
            with self._engine.connect() as connection, connection.begin():
                return query(connection)
        except sa.exc.DBAPIError as error:
            cause = outage(error) or ("cannot connect" if error.statement is None else None)
            if cause is None or cause in WRITE_REFUSED:
                raise
            raise DatabaseAwayError(cause=cause, outcome="nothing") from error

    def close(self) -> None:
        """Wait for running queries and close the connections."""
        self._threads.shutdown(wait=True)
        self._engine.dispose()
