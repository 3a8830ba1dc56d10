"""Fills an empty database in one transaction: tables, rows and whatever has to be true of them, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from services.chassis.clock import Clock
from services.chassis.storage import schema
from services.chassis.storage.engine import outage, parse_url, writer_engine
from services.chassis.storage.errors import DatabaseAwayError
from services.chassis.storage.ids import new_id
from services.chassis.storage.lease import Lease
from services.chassis.storage.link import WriterLink
from services.chassis.storage.uow import Transaction


@dataclass(frozen=True, slots=True)
class Filling:
    """A database being filled. `tx` is the one transaction, committed when the filling ends without an exception."""

    tx: Transaction
    extra: Sequence[Path]

    def make_tables(self, versions: Sequence[str] = ("heads",)) -> None:
        """Bring the tables to `versions`, or to the newest.

        Raises:
            SchemaNewerError: this program does not have one of the versions.
        """
        schema.upgrade_within(self.tx.connection, self.extra, versions)

    @property
    def empty(self) -> bool:
        """Whether there is no row in any table yet."""
        connection = self.tx.connection
        names = sa.inspect(connection).get_table_names()
        return not any(
            connection.scalar(sa.select(sa.exists().select_from(sa.table(name))))
            for name in names
            if name not in {"alembic_version", "node_lease"}
        )


@contextmanager
def filling(url: str, extra: Sequence[Path], clock: Clock) -> Iterator[Filling]:
    """Hold the database alone, and fill it.

    Raises:
        LeaseHeldError: a node runs on it.
        DatabaseAwayError: it cannot be reached, or has no room; nothing was stored.
    """
    parsed = parse_url(url)
    link = WriterLink(writer_engine(parsed), Lease(parsed, new_id()))
    try:
        connection = link.connection()
        try:
            with connection.begin():
                yield Filling(Transaction(connection, clock.now()), extra)
        except sa.exc.DBAPIError as error:
            cause = outage(error)
            if cause is None:
                raise
            raise DatabaseAwayError(cause=cause, outcome="nothing") from error
    finally:
        link.close()
