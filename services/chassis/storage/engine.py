"""Engines: how SQLite and PostgreSQL are opened so that a commit is durable and a read is one snapshot."""

from __future__ import annotations

import os
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.chassis.storage.errors import UnknownDatabaseError

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

DEFAULT_BUSY_TIMEOUT = timedelta(seconds=5)

# Without these a writer cut off by a dead network would hold its advisory lock, and wait itself, for two hours.
_POSTGRES_LINK: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_POSTGRES_WRITER = "-c synchronous_commit=on"
_POSTGRES_READER = r"-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\ read"

# Results after which SQLite may have rolled back by itself, or can write nothing for anybody.
_SQLITE_OUTAGES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
# Connection exceptions, insufficient resources, operator intervention, system errors, and read-only (a standby
# that a failover left us on).
_POSTGRES_OUTAGES = ("08", "53", "57P", "58", "25006")

WRITE_REFUSED = frozenset({"SQLITE_READONLY", "25006"})
"""Outages for a writer; for a reader, which may never write, a mistake of the query."""


def parse_url(text: str) -> sa.URL:
    """The URL, refused when it names a database this product does not run on."""
    url = sa.make_url(text)
    kind = url.get_backend_name()
    if kind not in (SQLITE, POSTGRESQL) or (kind == SQLITE and url.database in (None, "", ":memory:")):
        raise UnknownDatabaseError(kind=kind if kind != SQLITE else "sqlite in memory")
    return url


def writer_engine(url: sa.URL, busy_timeout: timedelta = DEFAULT_BUSY_TIMEOUT) -> sa.Engine:
    """An engine whose transactions take the write lock when they begin and are on disk when they commit.

    Like every engine here it hides parameters: an error's text would quote what was to be stored.
    """
    if url.get_backend_name() == SQLITE:
        _make_private(Path(url.database or ""))
        engine = sa.create_engine(
            url, poolclass=sa.pool.NullPool, connect_args={"check_same_thread": False}, hide_parameters=True
        )
        _prepare_sqlite(engine, busy_timeout, begin="BEGIN IMMEDIATE", read_only=False)
        return engine
    return sa.create_engine(
        url,
        poolclass=sa.pool.NullPool,
        connect_args={**_POSTGRES_LINK, "options": _POSTGRES_WRITER},
        hide_parameters=True,
    )


def reader_engine(url: sa.URL, threads: int, busy_timeout: timedelta = DEFAULT_BUSY_TIMEOUT) -> sa.Engine:
    """An engine that cannot write, and whose every transaction sees one unchanging snapshot."""
    if url.get_backend_name() == SQLITE:
        engine = sa.create_engine(
            url,
            pool_size=threads,
            max_overflow=0,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
        _prepare_sqlite(engine, busy_timeout, begin="BEGIN", read_only=True)
        return engine
    return sa.create_engine(
        url,
        pool_size=threads,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={**_POSTGRES_LINK, "options": _POSTGRES_READER},
        hide_parameters=True,
    )


def tell(connection: sa.Connection, statement: str) -> None:
    """Send a statement that takes nothing and gives nothing back, such as SAVEPOINT, inside a transaction.

    By the driver itself: on the usual way round, such a statement costs ten times what it does, twice for every unit
    of work.

    Raises:
        sa.exc.DBAPIError: As from `Connection.execute`.
    """
    driver, dialect = connection.connection.driver_connection, connection.dialect
    if driver is None or dialect.dbapi is None:
        connection.exec_driver_sql(statement)  # it says by itself what is wrong with the connection
        return
    try:
        driver.execute(statement).close()
    except dialect.dbapi.Error as error:
        raise sa.exc.DBAPIError.instance(
            statement,
            None,
            error,
            dialect.dbapi.Error,
            hide_parameters=True,
            connection_invalidated=dialect.is_disconnect(error, driver, None),
            dialect=dialect,
        ) from error


def outage(error: BaseException) -> str | None:
    """The driver's name of the outage when `error` means that the database is away; None for any other error.

    The driver's own text is left out on purpose: it can quote stored values.
    """
    if not isinstance(error, sa.exc.DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _SQLITE_OUTAGES:
            return str(getattr(error.orig, "sqlite_errorname", "SQLITE"))
        return None
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated:
        return state or "connection lost"
    return state if state is not None and state.startswith(_POSTGRES_OUTAGES) else None


def _prepare_sqlite(engine: sa.Engine, busy_timeout: timedelta, *, begin: str, read_only: bool) -> None:
    milliseconds = busy_timeout // timedelta(milliseconds=1)

    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would begin only at the first write, and two read-modify-writes would then lose one update.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={milliseconds}",
            "journal_mode=wal",
            "synchronous=full",
            "foreign_keys=on",
            # What is deleted or replaced is overwritten in the file: a destroyed key must not lie in its free space.
            "secure_delete=on",
            f"query_only={'on' if read_only else 'off'}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    def on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    sa.event.listen(engine, "connect", on_connect)
    sa.event.listen(engine, "begin", on_begin)


def _make_private(path: Path) -> None:
    """Create the file readable by its owner only; SQLite gives its side files the same mode."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
