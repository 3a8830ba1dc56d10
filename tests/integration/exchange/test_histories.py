"""Any history of two nodes on a bus that loses, repeats and reorders, and that die at any point, ends whole."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from services.chassis.bus.port import BusAwayError
from services.chassis.exchange.reading import LetterFilter
from services.chassis.journal import chain, store
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import CRASH_POINTS, CrashError, ExchangeCounty, ExchangeNode

BODIES = ("alpha", "beta")
STEPS = ("relay", "receive", "receipt", "apply")
T = TypeVar("T")
WHO = st.sampled_from(BODIES)


class TwoNodes(RuleBasedStateMachine):
    """Every rule is something that can happen to real nodes; the end is that everybody has time and a working bus."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self._folder = TemporaryDirectory()
        self._databases: list[Database] = []
        self._written: dict[str, list[bytes]] = defaultdict(list)
        self._clock = FixedClock()
        self._county = ExchangeCounty(self._clock, self._open_database)
        self._nodes: dict[str, ExchangeNode] = {}

    def _open_database(self) -> Database:
        path = Path(self._folder.name) / f"{len(self._databases)}.sqlite"
        database = Database.open(f"sqlite:///{path}", self._clock)
        database.create_all()
        self._databases.append(database)
        return database

    def _do(self, work: Coroutine[object, object, T]) -> T:
        return self._loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        self._county.join(*BODIES)
        for body in BODIES:
            self._nodes[body] = self._do(self._county.open(body))

    @rule(sender=WHO, letters=st.integers(1, 3))
    def write(self, sender: str, letters: int) -> None:
        for _ in range(letters):
            content = f"{sender} {len(self._written[sender])}".encode()
            self._do(self._nodes[sender].send(_other(sender), content))
            self._written[sender].append(content)

    @rule(body=WHO, step=st.sampled_from(STEPS))
    def take_a_step(self, body: str, step: str) -> None:
        self._do(self._step(body, step))

    @rule(body=WHO, step=st.sampled_from(STEPS), point=st.sampled_from(CRASH_POINTS))
    def die_in_a_step(self, body: str, step: str, point: str) -> None:
        self._county.crash.at, self._county.crash.occasion = point, 1
        self._do(self._step(body, step))
        self._county.crash.at = None

    @rule(body=WHO)
    def restart(self, body: str) -> None:
        self._do(self._reopen(body))

    @rule(body=WHO, frames=st.integers(1, 3))
    def lose_frames(self, body: str, frames: int) -> None:
        self._county.bus.drop(body, frames)

    @rule(seed=st.integers(0, 1000))
    def reorder(self, seed: int) -> None:
        self._county.bus.shuffle(random.Random(seed))

    @rule()
    def repeat_what_was_acknowledged(self) -> None:
        self._county.bus.redeliver_acknowledged()

    @rule()
    def lose_the_bus(self) -> None:
        self._county.bus.lose_everything()

    @rule(away=st.booleans())
    def bus_goes_or_comes(self, away: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        if away:
            self._county.bus.go_away()
        else:
            self._county.bus.come_back()

    @rule(copies=st.integers(1, 2))
    def frames_come_more_than_once(self, copies: int) -> None:
        self._county.bus.copies = copies

    @rule(seconds=st.integers(1, 400))
    def time_passes(self, seconds: int) -> None:
        self._county.seconds.now += seconds
        self._clock.advance(seconds=seconds)
        for node in self._nodes.values():
            self._do(node.exchange.tick())

    def teardown(self) -> None:
        try:
            if self._nodes:
                self._do(self._settle())
                for body in BODIES:
                    self._do(self._check(body))
        finally:
            for database in self._databases:
                database.close()
            self._folder.cleanup()
            self._loop.close()

    async def _settle(self) -> None:
        self._county.bus.copies = 1
        self._county.bus.come_back()
        for _ in range(4):
            self._county.seconds.now += 500
            self._clock.advance(seconds=500)
            for node in self._nodes.values():
                await node.exchange.tick()
            for _ in range(3):
                for body in BODIES:
                    await self._nodes[body].turn()

    async def _check(self, body: str) -> None:
        node, peer = self._nodes[body], _other(body)
        channel = (await node.exchange.snapshot()).channels[0]
        assert (channel.gap, channel.halted, channel.backlog) == (0, None, 0)
        assert [one.content for one in node.applied] == self._written[peer]
        kept = await node.database.reader.read(lambda c: node.exchange.letters(c, LetterFilter(), limit=10_000))
        assert len(kept) == len(self._written[body]) + len(self._written[peer])
        assert chain.check(await node.database.reader.read(lambda c: store.read(c, limit=10_000))) == []
        assert await node.database.reader.read(node.exchange.quarantine) == []

    async def _step(self, body: str, step: str) -> None:
        exchange = self._nodes[body].exchange
        steps = {
            "relay": exchange.relay_once,
            "receive": exchange.receive_once,
            "receipt": exchange.receipt_once,
            "apply": exchange.apply_once,
        }
        try:
            await steps[step]()
        except CrashError:
            await self._reopen(body)
            self._county.bus.redeliver()
        except BusAwayError:
            return  # a running node waits and tries again

    async def _reopen(self, body: str) -> None:
        before = self._nodes[body]
        self._nodes[body] = await self._county.open(body, before.database)
        self._nodes[body].applied = before.applied


def _other(body: str) -> str:
    return BODIES[1 - BODIES.index(body)]


TwoNodes.TestCase.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestEveryHistoryEndsWithEachLetterStoredOnceInOrderAndReceipted = pytest.mark.timeout(300)(TwoNodes.TestCase)
