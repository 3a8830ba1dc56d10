"""Two honest nodes and a hostile body on a real bus: real server, real rights, exchanges that run by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from services.chassis.bus.nats_bus import NatsBus
from services.chassis.bus.port import OutgoingFrame
from services.chassis.clock import SystemClock
from services.chassis.exchange import wire
from services.chassis.exchange.errors import UnknownKindError
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.hooks import Hooks
from services.chassis.exchange.model import StoredLetter
from services.chassis.exchange.quarantine import list_quarantine
from services.chassis.exchange.standing import ChannelStanding
from services.chassis.exchange.verify import verify_journal
from services.chassis.storage import Database, Transaction
from services.chassis.testing.bus import MemoryExchange
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeNode, have_met, identities
from tests.fixtures.nats import Attacker, CountyBus, eventually
from tests.integration.exchange.hostile_for_tests import Mallory

VICTIM, NEIGHBOR, ATTACKER = "north", "east", "south"
LETTERS = "guantong.exchange.v1"
LONG = 60.0


@dataclass
class Siege:
    """North is attacked by south while east goes on writing to it."""

    county: CountyBus
    north: ExchangeNode
    east: ExchangeNode
    mallory: Mallory
    bus: NatsBus
    """Mallory's connection by our own program, instead of the one in memory that it has; `raw` says what it likes."""
    raw: Attacker
    written: list[bytes] = field(default_factory=list)

    async def post(self, *frames: bytes, to: str = VICTIM) -> None:
        """Publish frames as Mallory."""
        await self.bus.publish([OutgoingFrame(to, frame) for frame in frames])

    def next_letters(self, count: int, kind: str = "info.request") -> list[bytes]:
        """Frames of sound letters, each following the one before."""
        frames = []
        for number in range(count):
            letter = self.mallory.letter(matter_id=f"m{self.mallory.number + number}", kind=kind)
            self.mallory.goes_on_after(letter.header, letter.signed.payload)
            frames.append(self.mallory.frame(letter))
        return frames

    async def quarantined(self) -> list[tuple[str, str]]:
        """Reason and claimed sender of what north did not believe, oldest first."""
        kept = await self.north.database.reader.read(lambda connection: list_quarantine(connection, limit=5000))
        return [(one.reason, one.claimed_sender) for one in reversed(kept)]

    async def seen(self) -> int:
        """How many frames north did not believe."""
        kept = await self.north.database.reader.read(lambda connection: list_quarantine(connection, limit=5000))
        return sum(one.times_seen for one in kept)

    async def refuses(self, *reasons: str) -> None:
        """North comes to refuse exactly these, and nothing of east is touched."""

        async def refused() -> bool:
            return sorted(reason for reason, _ in await self.quarantined()) == sorted(reasons)

        await eventually(refused, LONG)
        await self.goes_on()

    async def goes_on(self, letters: int = 3) -> None:
        """East's letters arrive, each once and in order, are receipted, and every journal verifies."""
        for _ in range(letters):
            self.written.append(b"of east %d" % len(self.written))
            await self.east.send(VICTIM, self.written[-1])

        async def whole() -> bool:
            arrived = [one.content for one in self.north.applied if one.peer == NEIGHBOR]
            return len(arrived) >= len(self.written) and (await self.channel(self.east, VICTIM)).gap == 0

        await eventually(whole, LONG)
        assert [one.content for one in self.north.applied if one.peer == NEIGHBOR] == self.written
        assert (await self.channel(self.east, VICTIM)).halted is None
        for node in (self.north, self.east):
            report = await node.database.reader.read(lambda c, of=node: verify_journal(c, of.identity))  # type: ignore[misc]
            assert report.faults == ()

    async def channel(self, node: ExchangeNode, peer: str) -> ChannelStanding:
        """Where a node stands with a peer."""
        return next(one for one in (await node.exchange.snapshot()).channels if one.peer == peer)

    def of_mallory(self) -> list[StoredLetter]:
        """What north handled of Mallory's."""
        return [one for one in self.north.applied if one.peer == ATTACKER]

    async def told_mallory(self) -> Sequence[object]:
        """What the others sent to Mallory meanwhile, as far as it can read it."""
        frames = await self.bus.fetch(1000, 0.5)
        return [wire.decode_frame(frame.data) for frame in frames]


def _unknown_kinds(letter: StoredLetter) -> Exception | None:
    return UnknownKindError(kind=letter.header.kind) if letter.header.kind.startswith("bomb") else None


@asynccontextmanager
async def besieged(county: CountyBus, open_database: Callable[..., Database]) -> AsyncIterator[Siege]:
    """Everybody connected and running; north and east have met."""
    clock = SystemClock()
    known = identities((VICTIM, NEIGHBOR, ATTACKER), FixedClock(clock.now()))
    async with (
        county.bus(VICTIM) as north_bus,
        county.bus(NEIGHBOR) as east_bus,
        county.bus(ATTACKER) as south_bus,
        county.raw(ATTACKER) as raw,
    ):
        nodes = []
        for body, bus in ((VICTIM, north_bus), (NEIGHBOR, east_bus)):
            made: list[ExchangeNode] = []

            def handle(tx: Transaction, letter: StoredLetter, made: list[ExchangeNode] = made) -> None:
                made[0].handle(tx, letter)

            database = open_database(clock=clock)
            node = ExchangeNode(known[body], database, Exchange(known[body], database, bus, clock, handle))
            node.exchange.inbox.hooks = Hooks(alarm=node.alarms.append)
            node.fails = _unknown_kinds
            made.append(node)
            nodes.append(node)
            have_met(node.exchange)
            await node.exchange.start()
        mallory = Mallory(MemoryExchange(), clock, known[ATTACKER], VICTIM)
        siege = Siege(county, nodes[0], nodes[1], mallory, south_bus, raw)
        try:
            await siege.goes_on(1)
            yield siege
        finally:
            for node in nodes:
                await node.exchange.stop()
