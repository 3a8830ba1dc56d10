"""The short ways to the driver do and refuse what the usual ones do, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.chassis.storage import Database, Instant, Transaction
from services.chassis.storage.engine import tell
from services.chassis.storage.rows import Insertion, Row
from services.chassis.testing.clock import FixedClock

TEST_TABLES = sa.MetaData()
KEPT = sa.Table(
    "test_kept",
    TEST_TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("bytes", sa.LargeBinary),
    sa.Column("at", Instant),
    sa.Column("times", sa.Integer, nullable=False, server_default="7"),
)
INSERTION = Insertion(KEPT, ("id", "bytes", "at"))


@pytest.fixture(autouse=True)
def _tables(database: Database) -> None:
    database.create_all(TEST_TABLES)


async def test_rows_come_back_as_they_were_put_in(database: Database, clock: FixedClock) -> None:
    rows: list[Row] = [
        {"at": clock.now(), "id": 1, "bytes": b"\x00\xff"},
        {"id": 2, "bytes": None, "at": None},
        {"id": 3, "bytes": b"", "at": clock.now()},
    ]

    def put(tx: Transaction) -> None:
        INSERTION.run(tx.connection, rows[:1])
        INSERTION.run(tx.connection, rows[1:])

    await database.writer.run(put)
    found = await database.reader.read(lambda c: c.execute(sa.select(KEPT).order_by(KEPT.c.id)).mappings().all())
    assert [dict(row) for row in found] == [{**row, "times": 7} for row in rows]


async def test_a_row_that_exists_is_refused_as_ever(database: Database) -> None:
    row: Row = {"id": 1, "bytes": None, "at": None}
    await database.writer.run(lambda tx: INSERTION.run(tx.connection, [row]))
    with pytest.raises(sa.exc.IntegrityError):
        await database.writer.run(lambda tx: INSERTION.run(tx.connection, [row]))


async def test_what_the_driver_refuses_is_told_as_an_error_of_the_database(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        await database.writer.run(lambda tx: tell(tx.connection, "RELEASE SAVEPOINT nowhere"))
    assert await database.writer.run(lambda _tx: "goes on") == "goes on"
