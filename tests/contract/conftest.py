"""The same world twice: bodies on a bus in memory, and bodies on a real NATS server."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from services.chassis.bus.port import Bus, BusAlarm, SpanLine, StatusBoard
from services.chassis.bus.server import BusServer
from services.chassis.testing.bus import MemoryExchange
from tests.fixtures.nats import BODIES, CountyBus, make_county

STRANGER = "west"
"""A body that the bus was never told of."""


class Board(StatusBoard, SpanLine, Protocol):
    """Both halves of what travels apart from the letters."""


class World(Protocol):
    """What a test can do to a bus, whichever bus it is."""

    alarms: list[BusAlarm]

    async def connect(self, body: str) -> Bus: ...

    async def board(self, body: str) -> Board: ...

    async def redeliver(self) -> None:
        """Let what was delivered and not acknowledged come again (a real bus does it by itself)."""

    async def go_away(self) -> None: ...

    async def come_back(self) -> None: ...

    async def restart(self) -> None:
        """The bus dies and is there again at once."""


class MemoryWorld:
    def __init__(self) -> None:
        self.alarms: list[BusAlarm] = []
        self._exchange = MemoryExchange(denied={(body, STRANGER) for body in BODIES})

    async def connect(self, body: str) -> Bus:
        return self._exchange.bus(body, self.alarms.append)

    async def board(self, body: str) -> Board:
        return self._exchange.status_board(body)

    async def redeliver(self) -> None:
        self._exchange.redeliver()

    async def go_away(self) -> None:
        self._exchange.go_away()

    async def come_back(self) -> None:
        self._exchange.come_back()

    async def restart(self) -> None:
        self._exchange.go_away()
        self._exchange.come_back()


class NatsWorld:
    def __init__(self, county: CountyBus, stack: AsyncExitStack) -> None:
        self.alarms = county.alarms
        self._county = county
        self._stack = stack
        self._server: BusServer | None = None

    async def start(self) -> None:
        self._server = server = await self._stack.enter_async_context(self._county.server())
        async with asyncio.timeout(15):
            await server.wait_ready()

    async def connect(self, body: str) -> Bus:
        return await self._stack.enter_async_context(self._county.bus(body))

    async def board(self, body: str) -> Board:
        return await self._stack.enter_async_context(self._county.board(body))

    async def redeliver(self) -> None:
        """The server does, a moment after the delivery."""

    async def go_away(self) -> None:
        """Stand still rather than die, or it would be started again at once."""
        self._signal(signal.SIGSTOP)

    async def come_back(self) -> None:
        self._signal(signal.SIGCONT)

    async def restart(self) -> None:
        """Its keeper starts it again."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        assert self._server is not None
        pid = self._server.process.pid
        assert pid is not None
        os.kill(pid, number)


@asynccontextmanager
async def _nats_world(folder: Path) -> AsyncIterator[NatsWorld]:
    async with AsyncExitStack() as stack:
        world = NatsWorld(make_county(folder), stack)
        await world.start()
        yield world


@pytest.fixture(params=["memory", "nats"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Runs the test once on the bus in memory and once on NATS."""
    if request.param == "memory":
        yield MemoryWorld()
        return
    async with _nats_world(tmp_path) as nats_world:
        yield nats_world
