"""A letter costs what it cost when the archive was small: nothing on its way reads a whole table."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from services.chassis.storage import Database, Transaction
from services.chassis.storage.engine import POSTGRESQL, writer_engine
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode

FEW, MANY = 20, 600
GROWING = ("letters", "journal")
Statement = tuple[str, Any]


@pytest.fixture
def county(open_database: Callable[..., Database], clock: FixedClock) -> ExchangeCounty:
    return ExchangeCounty(clock, open_database)


async def _fill(alpha: ExchangeNode, beta: ExchangeNode, count: int) -> None:
    await asyncio.gather(*(alpha.send("beta", matter_id=f"m{number}") for number in range(count)))
    await _settle(alpha, beta)


async def _settle(alpha: ExchangeNode, beta: ExchangeNode) -> None:
    for node in (alpha, beta, alpha):
        await node.turn()


async def _a_letters_way(alpha: ExchangeNode, beta: ExchangeNode) -> None:
    """Everything a node does for one letter, and what its people and operators look at meanwhile."""
    await alpha.send("beta", matter_id="m7")
    await _settle(alpha, beta)
    for node in (alpha, beta):
        node.exchange.greet()
        await node.turn()
        await node.exchange.snapshot()


@contextmanager
def _steps_of_sqlite() -> Iterator[list[int]]:
    """Hundreds of steps that SQLite's machine did on connections opened meanwhile: the same on every computer."""
    done = [0]

    def count() -> int:
        done[0] += 1
        return 0

    def on_connect(connection: Any, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_progress_handler(count, 100)

    sa.event.listen(sa.pool.Pool, "connect", on_connect)
    try:
        yield done
    finally:
        sa.event.remove(sa.pool.Pool, "connect", on_connect)


async def test_a_letter_among_many_costs_what_it_costs_among_few(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta")
    with _steps_of_sqlite() as done:
        alpha, beta = await exchange_county.open("alpha"), await exchange_county.open("beta")
        costs = []
        for count in (FEW, MANY):
            await _fill(alpha, beta, count)
            before = done[0]
            await _a_letters_way(alpha, beta)
            costs.append(done[0] - before)

    assert len(beta.applied) == FEW + MANY + 2
    assert costs[1] <= costs[0] * 1.5 + 10


async def test_catching_up_costs_the_same_for_each_letter_however_many_wait(exchange_county: ExchangeCounty):
    """Publishing a batch, and handling one, look at that batch and not at all that waits behind it."""
    exchange_county.join("alpha", "beta", "gamma")
    costs = []
    with _steps_of_sqlite() as done:
        for waiting in (MANY // 2, MANY):
            alpha, beta = await exchange_county.open("alpha"), await exchange_county.open("beta")
            await asyncio.gather(*(alpha.send("beta", matter_id=f"m{number}") for number in range(waiting)))
            before = done[0]
            assert await alpha.exchange.relay_once() == 256
            published = done[0]
            while await alpha.exchange.relay_once():
                pass
            await beta.receive_all()
            stored = done[0]
            assert await beta.exchange.apply_once() > 0
            costs.append((published - before, done[0] - stored))
            exchange_county.bus.lose_everything()

    (publishing, handling), (publishing_more, handling_more) = costs
    assert publishing_more <= publishing * 1.3 + 10
    assert handling_more <= handling * 1.3 + 10


@contextmanager
def _statements() -> Iterator[list[Statement]]:
    caught: list[Statement] = []

    def catch(_connection: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool):  # noqa: FBT001 - SQLAlchemy's signature
        if not many and statement.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE", "WITH"}:
            caught.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", catch)
    try:
        yield caught
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", catch)


def _analyze(tx: Transaction) -> None:
    tx.connection.exec_driver_sql("ANALYZE")


async def test_every_statement_on_a_letters_way_finds_its_rows_by_an_index(county: ExchangeCounty):
    county.join("alpha", "beta")
    alpha, beta = await county.open("alpha"), await county.open("beta")
    await _fill(alpha, beta, MANY)
    for node in (alpha, beta):
        await node.database.writer.run(_analyze)
    with _statements() as caught:
        await _a_letters_way(alpha, beta)
        await asyncio.gather(*(alpha.send("beta", matter_id=f"m{number}") for number in range(100)))
        await _settle(alpha, beta)

    assert len(caught) > 10
    engine = writer_engine(beta.database.url)
    with engine.connect() as connection:
        plans = {statement: _plan(connection, statement, parameters) for statement, parameters in caught}
    engine.dispose()
    assert [(statement, plan) for statement, plan in plans.items() if _reads_all(plan)] == []


def _plan(connection: sa.Connection, statement: str, parameters: Any) -> list[str]:
    if connection.dialect.name == POSTGRESQL:
        # Small tables are read whole for good reason; what has an index is to be found by it all the same.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    else:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [str(row[-1]) for row in rows]


def _reads_all(plan: list[str]) -> bool:
    """Walking along an index or along the rows' own order is what a limited list does; sorting afterwards is not."""
    sorts = any("TEMP B-TREE FOR ORDER BY" in line for line in plan)
    whole = [line for line in plan for table in GROWING if f"SCAN {table}" in line or f"Seq Scan on {table}" in line]
    return any("Seq Scan" in line or sorts for line in whole)
