"""A node's database as one thing: opened with its lease, migrated, written by one, read by many, closed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from services.chassis.clock import Clock, SystemClock
from services.chassis.storage import versions
from services.chassis.storage.engine import DEFAULT_BUSY_TIMEOUT, SQLITE, parse_url, reader_engine, writer_engine
from services.chassis.storage.errors import SchemaMissingError
from services.chassis.storage.ids import new_id
from services.chassis.storage.lease import Lease
from services.chassis.storage.link import WriterLink
from services.chassis.storage.reader import DEFAULT_THREADS, Reader
from services.chassis.storage.scrubbing import scrub
from services.chassis.storage.tables import METADATA
from services.chassis.storage.writer import Writer

_SCRUB_PATIENCE = timedelta(milliseconds=200)
"""While the log is cut off nobody can write; whoever reads is not waited for any longer."""


@dataclass(frozen=True)
class Database:
    """A node's own database.

    Attributes:
        url: Where it is.
        writer: The only way to write.
        reader: Read-only access.
    """

    url: sa.URL
    writer: Writer
    reader: Reader

    @classmethod
    def open(
        cls,
        url: str,
        clock: Clock | None = None,
        *,
        make_id: Callable[[], str] = new_id,
        busy_timeout: timedelta = DEFAULT_BUSY_TIMEOUT,
    ) -> Database:
        """Open the database and take the lease that makes this process its only writer.

        Args:
            url: `sqlite:////absolute/path` or `postgresql+psycopg://…`.
            clock: What `Transaction.now` reads; the machine's clock when left out.
            make_id: What `Transaction.new_id` calls.
            busy_timeout: How long SQLite waits for another program that locks the file.

        Raises:
            LeaseHeldError: Another process writes to it.
            DatabaseAwayError: It cannot be reached.
            UnknownDatabaseError: The URL names an unsupported kind.
        """
        parsed = parse_url(url)
        link = WriterLink(writer_engine(parsed, busy_timeout), Lease(parsed, make_id()))
        writer = Writer(link, clock or SystemClock(), make_id)
        try:
            writer.start()
        except BaseException:
            link.close()
            raise
        return cls(parsed, writer, open_reader(url, busy_timeout=busy_timeout))

    def migrate(self, extra: Sequence[Path] = ()) -> None:
        """Bring the tables up to date; `extra` are the version folders of the body beside the chassis's own."""
        engine = writer_engine(self.url)
        with engine.connect() as connection:
            current = versions.is_current(connection, (versions.CHASSIS, *extra))
        if not current:
            # The migration library costs every process a tenth of a second and ten megabytes; few starts need it.
            from services.chassis.storage import schema  # noqa: PLC0415

            with engine.connect() as connection:
                schema.upgrade(connection, extra)
        engine.dispose()

    def create_all(self, metadata: sa.MetaData = METADATA) -> None:
        """Create all tables known now, without migrations: for tests and for comparing with migrations."""
        engine = writer_engine(self.url)
        with engine.begin() as connection:
            metadata.create_all(connection)
        engine.dispose()

    def scrub(self, tables: Collection[str]) -> bool:
        """Have the database let go of what was deleted in `tables`, outside any transaction; False: try again later.

        On SQLite the bytes leave the files: the log is written back and cut off, which waits for readers. On PostgreSQL
        the old versions of rows become unreachable, while their bytes stay until the pages and the log are reused.

        Raises:
            DatabaseAwayError: it cannot be reached.
        """
        engine = writer_engine(self.url, _SCRUB_PATIENCE)
        try:
            return scrub(engine, tables)
        finally:
            engine.dispose()

    def close(self) -> None:
        """Finish queued work, release the lease, close every connection."""
        self.writer.close()
        self.reader.close()


def open_reader(url: str, threads: int = DEFAULT_THREADS, busy_timeout: timedelta = DEFAULT_BUSY_TIMEOUT) -> Reader:
    """A reader alone, without the lease: for tools that only look, also beside a running node.

    Raises:
        SchemaMissingError: there is no such SQLite file. Looking must not make one.

    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == SQLITE and not Path(parsed.database or "").exists():
        raise SchemaMissingError
    return Reader(reader_engine(parsed, threads, busy_timeout), threads)
