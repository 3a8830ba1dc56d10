"""Two copies of one node with the same keys and different databases: the second refuses, on a real bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from services.chassis.bus.presence import NatsPresence
from services.chassis.bus.subjects import presence
from services.chassis.exchange.identity import Identity
from services.chassis.presence.errors import SecondCopyError
from services.chassis.presence.model import Run, Statement
from services.chassis.presence.statement import key_of, signed
from services.chassis.presence.watching import SECOND_COPY, Pace, Presence
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import COUNTY, identities
from tests.fixtures.nats import BODIES, CountyBus, eventually

BODY = "north"
QUICK = Pace(answer_within=0.5, tell_every=5.0, connect_within=5.0)


@dataclass
class Copy:
    """One copy of the node that runs."""

    presence: Presence
    line: NatsPresence
    rung: list[str]
    keeping: asyncio.Task[None] = field(init=False)

    def go_on(self) -> None:
        self.keeping = asyncio.create_task(self.presence.keep())

    async def hang(self) -> None:
        """As a process does that was stopped, or a machine that sleeps: it says and hears nothing."""
        self.keeping.cancel()
        with suppress(asyncio.CancelledError):
            await self.keeping

    async def starts(self) -> None:
        await self.presence.wait_at_start(self.keeping)

    @property
    def settled(self) -> bool:
        return self.presence.run.settled


@dataclass
class Copies:
    """Makes copies of one node."""

    bus: CountyBus
    clock: FixedClock
    identity: Identity

    @asynccontextmanager
    async def copy(self, pace: Pace = QUICK) -> AsyncIterator[Copy]:
        rung: list[str] = []
        line = NatsPresence(BODY, self.bus.login(BODY), self.bus.alarms.append)
        made = Copy(Presence(self.identity, line, self.clock.now(), rung.append, pace), line, rung)
        made.go_on()
        try:
            yield made
        finally:
            made.keeping.cancel()
            await asyncio.gather(made.keeping, return_exceptions=True)
            await line.close()


@pytest.fixture
def copies(county_bus: CountyBus, clock: FixedClock) -> Copies:
    return Copies(county_bus, clock, identities(BODIES, clock)[BODY])


async def test_a_node_alone_settles_and_a_second_copy_refuses(running_bus: CountyBus, copies: Copies):
    async with copies.copy() as first:
        await first.starts()
        copies.clock.advance(hours=-2)  # the other machine's clock is behind
        async with copies.copy() as second:
            with pytest.raises(SecondCopyError, match="runs already"):
                await second.starts()
            await eventually(lambda: first.rung == [SECOND_COPY])

            assert second.rung == [SECOND_COPY]
            assert (first.settled, second.settled) == (True, False)
            assert not first.keeping.done()
    del running_bus


async def test_without_the_bus_a_node_serves_its_people_and_asks_once_the_bus_is_there(copies: Copies):
    async with copies.copy(Pace(answer_within=0.3, tell_every=0.1, connect_within=0.1)) as only:
        await only.starts()
        assert not only.settled
        async with copies.bus.server() as server:
            await server.wait_ready()
            await only.presence.wait_settled()


async def test_when_two_copies_that_could_not_hear_each_other_can_the_later_one_stops(
    running_bus: CountyBus, copies: Copies
):
    async with copies.copy() as first:
        await first.starts()
        await first.hang()
        copies.clock.advance(minutes=5)
        async with copies.copy() as second:
            await second.starts()
            assert second.settled
            first.go_on()

            with pytest.raises(SecondCopyError):
                await second.keeping
            await eventually(lambda: first.rung == [SECOND_COPY])
            assert not first.keeping.done()
    del running_bus


async def test_of_two_copies_started_at_the_same_moment_exactly_one_stays(running_bus: CountyBus, copies: Copies):
    async with copies.copy() as one, copies.copy() as other:
        results = await asyncio.gather(one.starts(), other.starts(), return_exceptions=True)

        assert [type(result) for result in results if result is not None] == [SecondCopyError]
    del running_bus


def echo(copies: Copies) -> bytes:
    """What a run that ended long ago said, under the body's true key."""
    ended = Run("0" * 32, copies.clock.now() - timedelta(days=9), settled=True)
    return signed(Statement(COUNTY, BODY, ended, "1" * 32), key_of(copies.identity))


def under_another_key(copies: Copies) -> bytes:
    stranger = identities(BODIES, copies.clock)[BODY]
    return signed(Statement(COUNTY, BODY, Run("2" * 32, copies.clock.now(), settled=True)), key_of(stranger))


@pytest.mark.parametrize("said", [echo, under_another_key, lambda _copies: b"\xff" * 2000])
async def test_what_no_living_copy_says_stops_nobody(
    running_bus: CountyBus, copies: Copies, said: Callable[[Copies], bytes]
):
    async with copies.copy() as only, running_bus.raw(BODY) as thief:
        for _ in range(100):  # more than is kept waiting
            await thief.client.publish(presence(BODY), said(copies))
        await only.starts()
        await thief.client.publish(presence(BODY), said(copies))
        await thief.client.flush()

        assert only.settled
        assert only.rung == []
        assert not only.keeping.done()


async def test_no_other_body_may_speak_or_listen_there(running_bus: CountyBus):
    async with running_bus.raw("south") as other:
        assert await other.refused(presence(BODY), b"x")
        assert await other.refused_to_listen(presence(BODY))
        assert await other.refused_to_listen("guantong.presence.v1.*")
        assert not await other.refused(presence("south"), b"x")
