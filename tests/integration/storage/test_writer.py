"""The writer's promises: one commit for many, failures alone, results only when stored."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest
import sqlalchemy as sa

from services.chassis.storage import Database, Instant, Transaction, WriterClosedError
from services.chassis.storage.errors import NestedUnitError, UnfinishedSavepointError
from services.chassis.testing.clock import FixedClock

TEST_TABLES = sa.MetaData()
COUNTER = sa.Table(
    "test_counter",
    TEST_TABLES,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
    sa.Column("at", Instant),
)


class RefusedError(Exception):
    """What a failing use case raises in these tests."""


@pytest.fixture(autouse=True)
def _tables(database: Database) -> None:
    database.create_all(TEST_TABLES)


def put(tx: Transaction, name: str, value: int = 0) -> str:
    tx.connection.execute(sa.insert(COUNTER).values(name=name, value=value, at=tx.now))
    return name


def add_one(tx: Transaction, name: str) -> int:
    row = COUNTER.c.name == name
    value: int = tx.connection.execute(sa.select(COUNTER.c.value).where(row)).scalar_one() + 1
    tx.connection.execute(sa.update(COUNTER).where(row).values(value=value))
    return value


def refuse(tx: Transaction, name: str) -> None:
    put(tx, name)
    raise RefusedError(name)


async def names(database: Database) -> set[str]:
    return set(await database.reader.read(lambda c: c.scalars(sa.select(COUNTER.c.name)).all()))


class HoldingUnit:
    """A unit that keeps the writer busy until released, so that everything behind it waits together."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.release = threading.Event()

    def __call__(self, tx: Transaction) -> None:
        self.started.set()
        assert self.release.wait(30)
        del tx


async def run_together(database: Database, *units):
    """Run the units so that they certainly share one transaction."""
    hold = HoldingUnit()
    first = asyncio.ensure_future(database.writer.run(hold))
    await asyncio.to_thread(hold.started.wait)
    waiting = [asyncio.ensure_future(database.writer.run(unit)) for unit in units]
    await asyncio.sleep(0)
    hold.release.set()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_result_means_that_the_rows_can_be_read(database: Database) -> None:
    assert await database.writer.run(lambda tx: put(tx, "a")) == "a"
    assert await names(database) == {"a"}


async def test_no_update_is_lost_among_concurrent_read_modify_writes(database: Database) -> None:
    await database.writer.run(lambda tx: put(tx, "a"))
    values = await asyncio.gather(*(database.writer.run(lambda tx: add_one(tx, "a")) for _ in range(600)))
    assert sorted(values) == list(range(1, 601))


async def test_units_that_wait_together_share_one_commit(database: Database) -> None:
    seen: list[object] = []

    def remember(tx: Transaction) -> int:
        seen.append(tx.remembered.setdefault("first", len(seen)))
        return len(seen)

    assert await run_together(database, remember, remember, remember) == [1, 2, 3]
    assert seen == [0, 0, 0]


async def test_a_failing_unit_is_undone_alone(database: Database) -> None:
    outcomes = await run_together(
        database,
        lambda tx: put(tx, "before"),
        lambda tx: refuse(tx, "bad"),
        lambda tx: put(tx, "before"),  # a key that exists: the database itself refuses
        lambda tx: put(tx, "after"),
    )
    assert outcomes[0] == "before"
    assert isinstance(outcomes[1], RefusedError)
    assert isinstance(outcomes[2], sa.exc.IntegrityError)
    assert outcomes[3] == "after"
    assert await names(database) == {"before", "after"}


async def test_a_unit_that_swallows_a_database_error_never_loses_its_neighbours(database: Database) -> None:
    """PostgreSQL would turn the COMMIT of such a transaction into a silent rollback."""

    def swallow(tx: Transaction) -> str:
        put(tx, "swallowed")
        try:
            put(tx, "swallowed")
        except sa.exc.IntegrityError:
            return "pretends"
        return "never"

    outcomes = await run_together(database, lambda tx: put(tx, "before"), swallow, lambda tx: put(tx, "after"))
    assert outcomes[0] == "before"
    assert outcomes[2] == "after"
    stored = await names(database)
    assert {"before", "after"} <= stored
    assert ("swallowed" in stored) == (outcomes[1] == "pretends")


async def test_a_part_of_a_unit_may_fail_alone(database: Database) -> None:
    called: list[str] = []

    def park(tx: Transaction) -> str:
        put(tx, "kept")
        tx.remembered["fact"] = 1
        try:
            with tx.savepoint():
                tx.after_commit(lambda: called.append("undone"))
                refuse(tx, "undone")
        except RefusedError:
            tx.after_commit(lambda: called.append("kept"))
        assert "fact" not in tx.remembered
        return "parked"

    assert await database.writer.run(park) == "parked"
    assert await names(database) == {"kept"}
    assert called == ["kept"]


async def test_what_was_remembered_is_forgotten_when_a_neighbour_is_undone(database: Database) -> None:
    def remember_and_fail(tx: Transaction) -> None:
        tx.remembered["fact"] = 1
        raise RefusedError

    outcomes = await run_together(database, remember_and_fail, lambda tx: dict(tx.remembered))
    assert outcomes[1] == {}


async def test_callbacks_run_after_the_commit_and_only_of_units_that_stand(database: Database) -> None:
    called: list[tuple[str, bool]] = []
    loop_thread = threading.current_thread()

    def note(name: str) -> None:
        called.append((name, threading.current_thread() is loop_thread))

    def fail_with_callback(tx: Transaction) -> None:
        tx.after_commit(lambda: note("failed"))
        raise RefusedError

    await run_together(
        database,
        fail_with_callback,
        lambda tx: tx.after_commit(lambda: note("stored")),
    )
    assert called == [("stored", True)]


async def test_a_failing_callback_harms_nobody(database: Database) -> None:
    reported: list[str] = []
    called: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["message"]))

    def fails() -> None:
        raise RefusedError

    def unit(tx: Transaction) -> str:
        tx.after_commit(fails)
        tx.after_commit(lambda: called.append("next"))
        return put(tx, "a")

    assert await database.writer.run(unit) == "a"
    assert called == ["next"]
    assert reported == ["after-commit callback failed"]


async def test_a_cancelled_caller_leaves_the_writer_working(database: Database) -> None:
    hold = HoldingUnit()
    first = asyncio.ensure_future(database.writer.run(hold))
    await asyncio.to_thread(hold.started.wait)
    second = asyncio.ensure_future(database.writer.run(lambda tx: put(tx, "cancelled")))
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    hold.release.set()
    assert await database.writer.run(lambda tx: put(tx, "a")) == "a"
    assert await names(database) == {"a"}


async def test_a_unit_that_leaves_a_savepoint_open_is_undone(database: Database) -> None:
    def careless(tx: Transaction) -> str:
        tx.connection.begin_nested()
        return put(tx, "careless")

    outcomes = await run_together(database, careless, lambda tx: put(tx, "a"))
    assert isinstance(outcomes[0], UnfinishedSavepointError)
    assert await names(database) == {"a"}


async def test_the_time_of_a_unit_is_its_clock_at_the_start(database: Database, clock: FixedClock) -> None:
    await database.writer.run(lambda tx: put(tx, "a"))
    at = await database.reader.read(lambda c: c.scalar(sa.select(COUNTER.c.at)))
    assert at == clock.now()


def test_a_caller_without_an_event_loop_is_served_too(database: Database) -> None:
    called: list[str] = []

    def unit(tx: Transaction) -> str:
        tx.after_commit(lambda: called.append("stored"))
        return put(tx, "a")

    assert database.writer.run_sync(unit) == "a"
    assert called == ["stored"]


async def test_a_unit_cannot_wait_for_another_unit(database: Database) -> None:
    with pytest.raises(NestedUnitError):
        await database.writer.run(lambda _: database.writer.run_sync(lambda tx: put(tx, "a")))


async def test_closing_finishes_what_is_queued_and_refuses_the_rest(database: Database) -> None:
    waiting = [asyncio.ensure_future(database.writer.run(partial(put, name=str(n)))) for n in range(1000)]
    await asyncio.sleep(0)
    await asyncio.to_thread(database.writer.close)
    assert len(await asyncio.gather(*waiting)) == 1000
    assert len(await names(database)) == 1000
    with pytest.raises(WriterClosedError):
        await database.writer.run(lambda tx: put(tx, "late"))


async def test_a_reader_cannot_write(database: Database) -> None:
    def sneak(connection: sa.Connection) -> None:
        connection.execute(sa.insert(COUNTER).values(name="sneaked", value=0))

    with pytest.raises(sa.exc.DBAPIError, match=r"(?i)read.?only"):
        await database.reader.read(sneak)
    assert await names(database) == set()


async def test_a_read_sees_one_snapshot_while_the_writer_goes_on(database: Database) -> None:
    count = sa.select(sa.func.count()).select_from(COUNTER)

    def twice(connection: sa.Connection) -> tuple[int, int]:
        before = connection.scalars(count).one()
        database.writer.run_sync(lambda tx: put(tx, "meanwhile"))
        return before, connection.scalars(count).one()

    assert await database.reader.read(twice) == (0, 0)
    assert await names(database) == {"meanwhile"}
