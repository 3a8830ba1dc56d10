"""One node's process for tests of faults: the real exchange, database and bus connection, told what to write by orders.

It writes letters as a business would, each with a change of its own in one unit of work, until as many are committed
as ordered in all its lives; it stores and handles what comes, until SIGTERM.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from services.chassis.bus.connection import BusLogin
from services.chassis.bus.nats_bus import NatsBus
from services.chassis.bus.port import BusAlarm
from services.chassis.clock import DemoClock
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.model import LetterDraft, StoredLetter
from services.chassis.node.__main__ import settle_memory
from services.chassis.storage import Database, DatabaseAwayError, Transaction
from tests.bench.parties import identity
from tests.faults.points import Death, WatchedBus, WatchedWriter

EFFECTS = sa.MetaData()
WRITTEN = sa.Table("faults_written", EFFECTS, sa.Column("id", sa.Integer, primary_key=True), sa.Column("what", sa.Text))
"""The business changes that letters are written with."""
APPLIED = sa.Table(
    "faults_applied",
    EFFECTS,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("peer", sa.Text),
    sa.Column("number", sa.Integer),
    sa.Column("letter_id", sa.Text),
)
"""What handling a letter does; nothing here would notice that a letter is handled twice."""
_WORDS = "依法依规办理。" * 40
_SECONDS_AWAY = 0.2


@dataclass(frozen=True)
class Orders:
    """Everything a party is told. Its users write at least `letters`, and go on until there is a file `until`, where
    one is named. `clock` names the file by whose seconds its clock is wrong, and its timers with it
    where `timers` says so; `kill` is the point at which it ends, the `nth` time.
    """

    folder: str
    body: str
    bodies: tuple[str, ...]
    database: str
    bus: str
    letters: int = 0
    users: int = 10
    every: float = 0.2
    until: str = ""
    kill: str = ""
    nth: int = 1
    clock: str = ""
    timers: bool = False

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


async def run(orders: Orders) -> None:
    """Be the node until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Party(orders).live(stop)


async def for_seconds(seconds: float) -> None:
    """Let an outage, or a user's thinking, last."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()


class Party:
    """The parts of one node's process."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._folder = Path(orders.folder)
        self._clock = DemoClock(Path(orders.clock or self._folder / "no-clock"))
        self._peers = tuple(body for body in orders.bodies if body != orders.body)
        self._database = Database.open(orders.database, self._clock)
        death = Death(orders.kill, orders.nth, self._folder / f"{orders.body}.died")
        self._writer = WatchedWriter(self._database.writer, death)
        tls = self._folder / "tls"
        login = BusLogin(orders.bus, tls / "ca.pem", tls / f"{orders.body}.pem", tls / f"{orders.body}.key")
        self._bus = WatchedBus(NatsBus(orders.body, login, _tell, lambda: self._peers), death)
        self._exchange = Exchange(
            identity(self._folder, orders.body, orders.bodies),
            replace(self._database, writer=self._writer),  # type: ignore[arg-type]
            self._bus,
            self._clock,
            self._writer.handler(_note),
            monotonic=self._timers if orders.timers else None,
        )
        self._left = 0
        self._telling = asyncio.Lock()

    async def live(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, and end in order. A part that fails ends the process, as it ends a node's."""
        settle_memory()
        working = asyncio.create_task(self._exchange.run())
        self._left = self._orders.letters - await self._written()
        with (self._folder / f"{self._orders.body}.told").open("a", encoding="ascii") as told:
            users = [asyncio.create_task(self._write(told.fileno())) for _ in range(self._orders.users)]
            finishing = asyncio.create_task(self._finish(users))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({stopping, working}, return_when=asyncio.FIRST_COMPLETED)
            for task in (*users, finishing, working, stopping):
                task.cancel()
            ended = await asyncio.gather(*users, finishing, working, return_exceptions=True)
        await self._bus.close()
        self._database.close()
        for fault in ended:
            if isinstance(fault, Exception):
                raise fault

    async def _finish(self, users: list[asyncio.Task[None]]) -> None:
        await asyncio.gather(*users)
        (self._folder / f"{self._orders.body}.finished").touch()

    async def _write(self, told: int) -> None:
        """One user: write, note the letter's id once it is told that the letter is committed, think, write again."""
        while self._left > 0 or self._goes_on():
            self._left -= 1
            await for_seconds(self._orders.every)
            line = f"{await self._letter()}\n".encode()
            async with self._telling:
                await _note_told(told, line)

    def _goes_on(self) -> bool:
        return bool(self._orders.until) and not Path(self._orders.until).exists()

    async def _letter(self) -> str:
        draft = LetterDraft(self._peers, "info.request", _WORDS.encode())

        def unit(tx: Transaction) -> str:
            tx.connection.execute(sa.insert(WRITTEN).values(what="change"))
            return self._exchange.send(tx, draft).letter_id

        while True:
            try:
                return await self._writer.write(unit)
            except DatabaseAwayError:
                await for_seconds(_SECONDS_AWAY)

    async def _written(self) -> int:
        counted = sa.select(sa.func.count()).select_from(WRITTEN)
        while True:
            try:
                return await self._database.reader.read(lambda connection: connection.scalar(counted) or 0)
            except DatabaseAwayError:
                await for_seconds(_SECONDS_AWAY)

    def _timers(self) -> float:
        return asyncio.get_running_loop().time() + self._clock.offset() / timedelta(seconds=1)


async def _note_told(told: int, line: bytes) -> None:
    """Also where the letter was committed just before files were forbidden to grow, and its user is told just after."""
    while line:
        try:
            line = line[os.write(told, line) :]
        except OSError:
            await for_seconds(_SECONDS_AWAY)


def _note(tx: Transaction, letter: StoredLetter) -> None:
    row = {"peer": letter.peer, "number": letter.header.number, "letter_id": letter.header.letter_id}
    tx.connection.execute(sa.insert(APPLIED), row)


def _tell(alarm: BusAlarm) -> None:
    print(f"{alarm.kind} {alarm.body} {alarm.detail}", flush=True)  # noqa: T201 - the log of a test's process
