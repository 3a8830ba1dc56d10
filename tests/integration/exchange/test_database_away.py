"""A database that goes away under running nodes and comes back: a clear error, no letter lost, none applied twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.hooks import Handlers
from services.chassis.exchange.model import LetterDraft
from services.chassis.exchange.verify import verify_journal
from services.chassis.storage import Database, DatabaseAwayError
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode
from tests.fixtures.nats import eventually
from tests.fixtures.postgres import PostgresCluster, binaries

Open = Callable[..., Database]


@pytest.fixture(scope="module")
def own_cluster(postgres_cluster: PostgresCluster) -> Iterator[PostgresCluster]:
    """A cluster that the test may stop; asked for beside the session's, which skips where there is none."""
    del postgres_cluster
    folder = binaries()
    assert folder is not None
    cluster = PostgresCluster(folder)
    cluster.start()
    yield cluster
    cluster.delete()


@pytest.fixture
def database_at(clock: FixedClock) -> Iterator[Callable[[str], Database]]:
    """Opens the database at a URL, makes its tables, and waits but little for others that lock it."""
    opened: list[Database] = []

    def open_at(url: str) -> Database:
        database = Database.open(url, clock, busy_timeout=timedelta(milliseconds=20))
        opened.append(database)
        database.create_all()
        return database

    yield open_at
    for database in opened:
        database.close()


class Running:
    """A node whose exchange runs by itself, and what it was given to handle."""

    def __init__(self, county: ExchangeCounty, node: ExchangeNode) -> None:
        self.node = node
        self.given: list[bytes | None] = []
        handlers = Handlers({"info.request": lambda tx, one: tx.after_commit(lambda: self.given.append(one.content))})
        bus = county.bus.bus(node.identity.body)
        self.exchange = Exchange(node.identity, node.database, bus, county.clock, handlers)

    async def send(self, to: str, content: bytes) -> None:
        draft = LetterDraft((to,), "info.request", content)
        await self.node.database.writer.run(lambda tx: self.exchange.send(tx, draft))

    async def gap(self) -> int:
        """Letters of ours that a peer has not receipted."""
        return sum(channel.gap for channel in (await self.exchange.snapshot()).channels)

    async def check_journal(self, letters: int) -> None:
        report = await self.node.database.reader.read(lambda c: verify_journal(c, self.node.identity))
        assert (report.faults, report.letters) == ((), letters)


@asynccontextmanager
async def all_running(county: ExchangeCounty, databases: dict[str, Database | None]) -> AsyncIterator[list[Running]]:
    county.join(*databases)
    nodes = [Running(county, await county.open(body, database)) for body, database in databases.items()]
    for one in nodes:
        await one.exchange.start()
    try:
        yield nodes
    finally:
        for one in nodes:
            await one.exchange.stop()


async def refusal_of(node: Running, to: str, content: bytes = b"not written") -> DatabaseAwayError:
    with pytest.raises(DatabaseAwayError) as caught:
        await node.send(to, content)
    return caught.value


def check_text(error: DatabaseAwayError) -> None:
    """It says what to do, and that nothing of the request is stored."""
    assert (error.reason, error.facts["outcome"]) == ("DATABASE_AWAY", "nothing")
    assert "请确认数据库正在运行" in error.text("zh")
    assert "try again" in error.text("en")


@contextmanager
def postgres_stopped(cluster: PostgresCluster) -> Iterator[None]:
    cluster.stop()
    yield
    cluster.start()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another program holds the file's write lock, as a backup tool may."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@dataclass
class Disk:
    """Says, to connections opened from now on, how many pages the file may have: to SQLite the disk is full then."""

    file: Path
    pages: int | None = None

    def tell(self, connection: sqlite3.Connection, _record: object) -> None:
        opened = connection.execute("PRAGMA database_list").fetchone()[2]
        if self.pages is not None and Path(opened) == self.file:
            connection.execute(f"PRAGMA max_page_count = {self.pages}").close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "alone" / "beta.sqlite")
    sa.event.listen(sa.pool.Pool, "connect", made.tell)
    yield made
    sa.event.remove(sa.pool.Pool, "connect", made.tell)


@pytest.mark.parametrize("outage", ["postgresql stopped", "sqlite locked"])
async def test_letters_to_and_from_a_node_whose_database_was_away_arrive_once_and_others_are_not_delayed(
    exchange_county: ExchangeCounty,
    database_at: Callable[[str], Database],
    tmp_path: Path,
    outage: str,
    request: pytest.FixtureRequest,
):
    file = tmp_path / "alone" / "beta.sqlite"
    url, away = f"sqlite:///{file}", locked(file)
    if outage == "postgresql stopped":
        cluster: PostgresCluster = request.getfixturevalue("own_cluster")
        url, away = cluster.create("beta"), postgres_stopped(cluster)
    databases = {"alpha": None, "beta": database_at(url), "gamma": None}
    async with all_running(exchange_county, databases) as (alpha, beta, gamma):
        await alpha.send("beta", b"1")
        await beta.send("alpha", b"from beta 1")
        await eventually(lambda: beta.given == [b"1"] and alpha.given == [b"from beta 1"])
        with away:
            error = await refusal_of(beta, "alpha")
            for content in (b"2", b"3"):
                await alpha.send("beta", content)
                await alpha.send("gamma", content)
            await eventually(lambda: gamma.given == [b"2", b"3"])
            assert beta.given == [b"1"]
        check_text(error)
        await eventually(lambda: beta.given == [b"1", b"2", b"3"])
        await beta.send("alpha", b"from beta 2")
        await eventually(lambda: alpha.given == [b"from beta 1", b"from beta 2"])

        async def all_receipted() -> bool:
            return [await one.gap() for one in (alpha, beta, gamma)] == [0, 0, 0]

        await eventually(all_receipted)
        assert beta.given == [b"1", b"2", b"3"]
        await beta.check_journal(5)
        await alpha.check_journal(7)


async def test_a_disk_without_room_refuses_whole_letters_and_takes_them_when_there_is_room(
    exchange_county: ExchangeCounty, database_at: Callable[[str], Database], disk: Disk
):
    large = bytes(200_000)
    databases = {"alpha": None, "beta": database_at(f"sqlite:///{disk.file}"), "gamma": None}
    async with all_running(exchange_county, databases) as (alpha, beta, gamma):
        # They have met: what is tested is a letter that finds no room, not a first contact that finds none.
        await alpha.send("beta", b"first")
        await eventually(lambda: beta.given == [b"first"])
        disk.pages = 1  # never fewer than there are
        with locked(disk.file):
            await refusal_of(beta, "alpha")
        error = await refusal_of(beta, "alpha", large)
        for peer in ("beta", "gamma"):
            await alpha.send(peer, large)
        await eventually(lambda: gamma.given == [large])
        assert beta.given == [b"first"]
        disk.pages = None
        check_text(error)
        assert error.facts["cause"] == "SQLITE_FULL"
        await eventually(lambda: beta.given == [b"first", large])
        await beta.check_journal(2)


async def test_units_under_way_when_postgresql_dies_are_each_stored_whole_or_told_to_be_lost(
    own_cluster: PostgresCluster, database_at: Callable[[str], Database], exchange_county: ExchangeCounty
):
    """Killed under load: whoever was told "stored" finds it, whoever was told "nothing" may repeat it."""
    exchange_county.join("alpha", "beta")
    alpha = Running(exchange_county, await exchange_county.open("alpha", database_at(own_cluster.create("alpha"))))
    started = asyncio.Event()

    async def write(number: int) -> str:
        if number == 40:
            started.set()
        try:
            await alpha.send("beta", b"%d" % number)
        except DatabaseAwayError as error:
            return error.facts["outcome"]
        return "stored"

    writing = [asyncio.create_task(write(number)) for number in range(400)]
    await started.wait()
    await asyncio.to_thread(own_cluster.stop)
    outcomes = await asyncio.gather(*writing)
    await asyncio.to_thread(own_cluster.start)
    await eventually(lambda: alpha.node.database.writer.connected)

    written = (await alpha.exchange.snapshot()).channels[0].written
    stored, unknown = outcomes.count("stored"), outcomes.count("unknown")
    assert set(outcomes) <= {"stored", "nothing", "unknown"}
    assert stored <= written <= stored + unknown
    await alpha.check_journal(written)


def test_a_database_that_is_away_at_the_start_is_named_with_what_to_do(own_cluster: PostgresCluster, clock: FixedClock):
    url = own_cluster.create("away")
    own_cluster.stop()
    try:
        with pytest.raises(DatabaseAwayError) as caught:
            Database.open(url, clock)
    finally:
        own_cluster.start()
    check_text(caught.value)
    assert str(own_cluster.folder) not in caught.value.text("en")
