"""A process may end at every point from commit to receipt: nothing is lost, nothing is doubled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

import pytest

from services.chassis.exchange.verify import verify_journal
from services.chassis.storage import Database, DatabaseAwayError
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import CRASH_POINTS, Crash, CrashError, ExchangeCounty, ExchangeNode

LETTERS = [str(number).encode() for number in range(4)]
ONE_ROUND = [
    ("alpha", "publish"),
    ("beta", "receive"),
    ("beta", "apply"),
    ("beta", "answer"),
    ("alpha", "receive"),
    ("beta", "publish"),
    ("alpha", "apply"),
    ("alpha", "answer"),
]


@dataclass
class Life:
    """Two nodes that write to each other while one process ends at the chosen point, once."""

    county: ExchangeCounty
    nodes: dict[str, ExchangeNode] = field(default_factory=dict)
    died_in: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        self.county.join("alpha", "beta")
        for body in ("alpha", "beta"):
            self.nodes[body] = await self.county.open(body)

    async def write(self, body: str, to: str, content: bytes) -> None:
        """A person writes; when the node dies, they look whether it was written, and only if not write again."""
        before = await self.written(body)
        if await self.dies_in(body, "send", self.nodes[body].send(to, content)) and await self.written(body) == before:
            await self.nodes[body].send(to, content)

    async def written(self, body: str) -> int:
        return (await self.nodes[body].exchange.snapshot()).channels[0].written

    async def round(self) -> None:
        for body, step in ONE_ROUND:
            exchange = self.nodes[body].exchange
            steps = {
                "publish": exchange.relay_once,
                "receive": exchange.receive_once,
                "answer": exchange.receipt_once,
                "apply": exchange.apply_once,
            }
            await self.dies_in(body, step, steps[step]())
        self.county.seconds.now += 500
        for node in self.nodes.values():
            node.exchange.relay.send_overdue()

    async def dies_in(self, body: str, step: str, work: Awaitable[object]) -> bool:
        try:
            await work
        except CrashError:
            self.died_in.append(f"{body} {step}")
            before = self.nodes[body]
            self.nodes[body] = await self.county.open(body, before.database)
            self.nodes[body].applied = before.applied
            self.county.bus.redeliver()
            return True
        return False

    async def check(self) -> None:
        assert [one.content for one in self.nodes["beta"].applied] == LETTERS
        assert [one.content for one in self.nodes["alpha"].applied] == [b"back"]
        for node in self.nodes.values():
            (channel,) = (await node.exchange.snapshot()).channels
            assert (channel.gap, channel.backlog, channel.halted) == (0, 0, None)
            report = await node.database.reader.read(
                lambda c, of=node: verify_journal(c, of.identity)  # type: ignore[misc]
            )
            assert (report.faults, report.letters) == ((), 5)


async def lived(county: ExchangeCounty) -> list[str]:
    """One whole life; where somebody died."""
    life = Life(county)
    await life.begin()
    for content in LETTERS[:2]:
        await life.write("alpha", "beta", content)
    await life.write("beta", "alpha", b"back")
    await life.round()
    for content in LETTERS[2:]:
        await life.write("alpha", "beta", content)
    for _ in range(4):
        await life.round()
    await life.check()
    return life.died_in


EVERYWHERE = {
    "before commit": {"alpha send", "beta send", "beta receive", "beta apply", "alpha receive", "alpha apply"},
    "after commit": {"alpha send", "beta send", "beta receive", "beta apply", "alpha receive", "alpha apply"},
    "before publish": {"alpha publish", "beta publish", "alpha answer", "beta answer"},
    "after publish": {"alpha publish", "beta publish", "alpha answer", "beta answer"},
    "after fetch": {"alpha receive", "beta receive"},
    "before ack": {"alpha receive", "beta receive"},
    "after ack": {"alpha receive", "beta receive"},
}
"""Where each point lies: a receipt is recorded by the commit of `receive`."""


@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_death_each_time_a_point_is_passed_loses_and_doubles_nothing(
    open_sqlite_database: Callable[..., Database], clock: FixedClock, point: str
):
    """Dies at the first passing, then in a new life at the second, and so on until a life ends without a death."""
    places: list[str] = []
    for occasion in count(1):
        died_in = await lived(ExchangeCounty(clock, open_sqlite_database, crash=Crash(point, occasion)))
        if not died_in:
            break
        places += died_in

    assert set(places) == EVERYWHERE[point]
    assert len(places) > len(EVERYWHERE[point])


async def test_a_handler_that_finds_the_database_gone_parks_nothing(exchange_county: ExchangeCounty):
    exchange_county.join("alpha", "beta")
    alpha, beta = await exchange_county.open("alpha"), await exchange_county.open("beta")
    await alpha.send("beta")
    await alpha.exchange.relay_once()
    await beta.receive_all()
    beta.fails = lambda _one: DatabaseAwayError(cause="gone", outcome="nothing")
    with pytest.raises(DatabaseAwayError):
        await beta.exchange.apply_once()
    beta.fails = lambda _one: None
    await beta.apply_all()

    assert len(beta.applied) == 1
