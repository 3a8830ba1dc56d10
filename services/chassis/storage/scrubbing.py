"""Makes a database let go of deleted bytes: SQLite cuts its log off, PostgreSQL clears old versions of rows away."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from services.chassis.storage.engine import outage
from services.chassis.storage.errors import DatabaseAwayError


def scrub(engine: sa.Engine, tables: Collection[str]) -> bool:
    """Do it outside any transaction. False: somebody was in the way, and it has to be done again.

    Raises:
        DatabaseAwayError: the database cannot be reached.

    """
    try:
        if engine.dialect.name == "sqlite":
            return _cut_log(engine)
        return _vacuum(engine, tables)
    except sa.exc.SQLAlchemyError as error:
        raise DatabaseAwayError(cause=outage(error) or "scrub failed", outcome="nothing") from error


def _cut_log(engine: sa.Engine) -> bool:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
    finally:
        connection.close()
    return not busy


def _vacuum(engine: sa.Engine, tables: Collection[str]) -> bool:
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        quoted = ", ".join(engine.dialect.identifier_preparer.quote(name) for name in sorted(tables))
        connection.exec_driver_sql(f"VACUUM {quoted}")
    return True
