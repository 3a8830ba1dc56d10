"""Two bodies that write to each other, each a process of its own, and what their databases say of how far they are."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import NamedTuple, Self

import sqlalchemy as sa

from services.chassis.bus.configuration import Delivery
from services.chassis.exchange.tables import CHANNELS
from services.chassis.storage import DatabaseAwayError, open_reader
from services.chassis.storage.reader import Reader
from tests.bench.parties import make_keys
from tests.faults.nursery import Child, Nursery
from tests.faults.party import APPLIED, WRITTEN, Orders
from tests.faults.stores import Stores
from tests.fixtures.nats import CountyBus, eventually, make_county

HEAL_WITHIN = 240.0
"""Seconds; how long healing really takes is measured, and never part of a test."""
_LOOK_EVERY = 0.05
_KEY_AGE = timedelta(days=2)


BODIES = ("sender", "recipient")
ENOUGH = "enough"


@dataclass(frozen=True)
class More:
    """What is unusual about a pair: folders for its databases and for the bus's storage, and addresses at which the
    bus is reached besides.
    """

    data: Path | None = None
    storage: Path | None = None
    addresses: tuple[str, ...] = ()


class Standing(NamedTuple):
    """How far one side is: letters it wrote, those the peer receipted, and those of the peer it handled."""

    written: int
    receipted: int
    applied: int


@dataclass
class Side:
    """One body: its orders, its process while it has one, and its database."""

    nursery: Nursery
    orders: Orders
    child: Child | None = None
    _reader: Reader | None = None

    @property
    def body(self) -> str:
        return self.orders.body

    @property
    def folder(self) -> Path:
        return Path(self.orders.folder)

    @property
    def database_file(self) -> Path:
        return Path(self.orders.database.removeprefix("sqlite:///"))

    def start(self, kill: str = "", nth: int = 1) -> Child:
        """A process that lives, or one that ends at the point `kill`."""
        for mark in (self._died, self._finished):
            mark.unlink(missing_ok=True)
        self.child = self.nursery.party(replace(self.orders, kill=kill, nth=nth))
        return self.child

    @property
    def process(self) -> Child:
        assert self.child is not None
        return self.child

    @property
    def _died(self) -> Path:
        return self.folder / f"{self.body}.died"

    @property
    def _finished(self) -> Path:
        return self.folder / f"{self.body}.finished"

    @property
    def finished(self) -> bool:
        """Whether its users have written all they were ordered to."""
        return self._finished.exists()

    async def dies(self) -> str:
        """Wait until the process has ended at the point it was told; its name."""
        await eventually(lambda: not self.process.alive, HEAL_WITHIN, every=_LOOK_EVERY)
        self.process.wait()
        return self._died.read_text(encoding="ascii") if self._died.exists() else "of something else"

    def kill(self) -> None:
        self.process.kill()

    def standing(self) -> Standing | None:
        """None while its database is away."""
        if self._reader is None:
            self._reader = open_reader(self.orders.database, 1, timedelta(milliseconds=20))
        try:
            return self._reader.read_sync(_standing)
        except (DatabaseAwayError, sa.exc.DBAPIError):
            return None

    def close(self) -> None:
        """Ask the process to end, and wait for it."""
        if self.child is not None:
            self.child.stop()
            self.child = None
        self._forget()

    def abandon(self) -> None:
        """End it at once."""
        if self.child is not None:
            self.child.kill()
            self.child = None
        self._forget()

    def _forget(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _standing(connection: sa.Connection) -> Standing:
    counts = sa.select(
        sa.select(sa.func.count()).select_from(WRITTEN).scalar_subquery(),
        sa.select(sa.func.coalesce(sa.func.sum(CHANNELS.c.receipted), 0)).scalar_subquery(),
        sa.select(sa.func.count()).select_from(APPLIED).scalar_subquery(),
    )
    written, receipted, applied = connection.execute(counts).one()
    return Standing(int(written), int(receipted), int(applied))


@dataclass
class BusSide:
    """The bus process, its server, and its files."""

    nursery: Nursery
    county: CountyBus
    child: Child | None = None
    dead: set[int] = field(default_factory=set)
    """Servers that were struck."""

    @property
    def storage(self) -> Path:
        return self.county.config.storage

    def start(self) -> None:
        self.child = self.nursery.bus(self.county.config, self.county.folder)

    @property
    def server(self) -> int:
        """The process id of nats-server."""
        return int((self.county.folder / "nats-server.pid").read_text(encoding="ascii"))

    async def strike_server(self) -> None:
        """SIGKILL for the server alone, one that was not struck yet; the bus process starts another."""
        await eventually(self._struck, HEAL_WITHIN, every=_LOOK_EVERY)

    def _struck(self) -> bool:
        with contextlib.suppress(ProcessLookupError, ValueError):
            server = self.server
            if server not in self.dead:
                os.kill(server, signal.SIGKILL)
                self.dead.add(server)
                return True
        return False

    def kill(self) -> None:
        """End the bus process and its server."""
        if self.child is not None:
            self.child.kill()
            self.child = None


@dataclass
class Pair:
    """A sender and a recipient; the recipient writes as well, so that both pass every point."""

    stores: Stores
    sender: Side
    recipient: Side
    bus: BusSide

    def __enter__(self) -> Self:
        self.bus.start()
        return self

    def __exit__(self, *_: object) -> None:
        for side in self.sides:
            side.abandon()
            self.stores.drop(side.orders.database)
        self.bus.kill()

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.sender, self.recipient

    def start(self) -> None:
        for side in self.sides:
            side.start()

    def under_way(self, letters: int) -> bool:
        """Whether so many letters of the sender have been handled."""
        standing = self.recipient.standing()
        return standing is not None and standing.applied >= letters

    async def reaches(self, letters: int) -> None:
        """Wait until so many letters of the sender have been handled."""
        await eventually(lambda: self.under_way(letters), HEAL_WITHIN, every=_LOOK_EVERY)

    def healed(self) -> bool:
        """Whether everything ordered was written, receipted by the other side, and handled there."""
        if not all(side.finished for side in self.sides):
            return False
        ours, theirs = self.sender.standing(), self.recipient.standing()
        if ours is None or theirs is None:
            return False
        receipted = (ours.written, theirs.written) == (ours.receipted, theirs.receipted)
        return receipted and (ours.written, theirs.written) == (theirs.applied, ours.applied)

    async def heals(self) -> float:
        """Have the users end, wait until all has healed; how many seconds that took."""
        (self.sender.folder / ENOUGH).touch()
        began = time.monotonic()
        await eventually(self.healed, HEAL_WITHIN, every=_LOOK_EVERY)
        return time.monotonic() - began

    def end(self) -> None:
        """Stop both, so that their databases can be read at leisure."""
        for side in self.sides:
            side.close()


class Ground:
    """Makes pairs, each with a bus of its own: where nothing else is named, nothing of one reaches another."""

    def __init__(self, folder: Path, nursery: Nursery, delivery: Delivery | None = None) -> None:
        self.folder = folder
        self._delivery = delivery or Delivery()
        self.nursery = nursery
        self._numbers = count(1)

    def pair(self, stores: Stores, letters: int, more: More | None = None) -> Pair:
        """A pair with fresh keys and databases; neither its processes nor its bus run yet."""
        more = more or More()
        folder = self.folder / f"pair{next(self._numbers)}"
        folder.mkdir()
        county = make_county(folder, delivery=self._delivery, bodies=BODIES, addresses=more.addresses)
        if more.storage is not None:
            county.config = county.config.model_copy(update={"storage": more.storage})
        make_keys(folder, BODIES, _KEY_AGE)
        sides = [
            Side(
                self.nursery,
                Orders(
                    str(folder),
                    body,
                    BODIES,
                    stores.new(more.data or folder),
                    county.config.url,
                    letters,
                    until=str(folder / ENOUGH),
                ),
            )
            for body in BODIES
        ]
        return Pair(stores, sides[0], sides[1], BusSide(self.nursery, county))
