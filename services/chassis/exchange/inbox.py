"""Takes letters in: fetch, verify, store in one transaction, acknowledge, receipt; then handle what was stored."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

from services.chassis.bus.port import Bus, IncomingFrame, OutgoingFrame
from services.chassis.clock import Clock
from services.chassis.exchange.applying import Handler, apply_letters, next_places
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.relay import Relay
from services.chassis.exchange.standing import OnReceipted, signed_hello, signed_receipt
from services.chassis.exchange.storing import Outcome, store_batch
from services.chassis.exchange.taking import take
from services.chassis.exchange.tracing import Tracing
from services.chassis.storage import Database

FETCH, APPLY_AT_ONCE = 256, 64


@dataclass(slots=True)
class Inbox:
    """The receiving half of a node's exchange. Each method is one step that may be the last before a crash."""

    identity: Identity
    database: Database
    bus: Bus
    clock: Clock
    tracing: Tracing
    relay: Relay
    handler: Handler
    told: OnReceipted
    owed: set[str] = field(default_factory=set)
    """Bodies that are to hear where we stand."""
    gaps: set[str] = field(default_factory=set)
    to_apply: asyncio.Event = field(default_factory=asyncio.Event)
    quarantined: int = 0
    """Frames quarantined since the start, for the alarm."""

    async def receive_once(self, wait: float) -> int:
        """Fetch, store and acknowledge one batch; how many frames it had.

        Raises:
            BusAwayError: the bus is away.
            DatabaseAwayError: nothing was stored or acknowledged; the frames come again.

        """
        frames = await self.bus.fetch(FETCH, wait)
        if not frames:
            return 0
        batch = await asyncio.to_thread(take, self.identity, frames, self.clock.now())
        store = partial(store_batch, identity=self.identity, batch=batch, tracing=self.tracing, told=self.told)
        outcome: Outcome = await self.database.writer.run(store)
        self._follow_up(outcome)
        await self._acknowledge(frames)
        return len(frames)

    async def answer_once(self) -> int:
        """Send receipts to everybody who is owed one; how many. What the bus does not take is owed still."""
        owed, gaps = self.owed, self.gaps
        # What arrives while these are under way is owed anew.
        self.owed, self.gaps = set(), set()
        answered = 0
        try:
            for frame in await self._receipts(sorted(owed), gaps) if owed else ():
                await self.bus.publish([frame])
                owed.discard(frame.to)
                answered += 1
        finally:
            self.owed |= owed
            self.gaps |= gaps & owed
        return answered

    async def greet(self, peers: Sequence[str]) -> None:
        """Tell peers how far we wrote, and so be told how far they stored."""
        now = self.clock.now()
        frames = await self.database.reader.read(
            lambda connection: [
                OutgoingFrame(peer, signed_hello(connection, self.identity, peer, now)) for peer in peers
            ]
        )
        for frame in frames:
            await self.bus.publish([frame])

    async def _receipts(self, owed: Sequence[str], gaps: Collection[str]) -> list[OutgoingFrame]:
        now = self.clock.now()
        return await self.database.reader.read(
            lambda connection: [
                OutgoingFrame(peer, signed_receipt(connection, self.identity, peer, now, resend=peer in gaps))
                for peer in owed
            ]
        )

    async def apply_once(self) -> int:
        """Handle a batch of stored letters; how many there were to handle."""
        places = await self.database.reader.read(lambda connection: next_places(connection, APPLY_AT_ONCE))
        if places:
            await self.database.writer.run(
                lambda tx: apply_letters(tx, self.identity, places, self.handler, self.tracing)
            )
        return len(places)

    def _follow_up(self, outcome: Outcome) -> None:
        self.owed |= outcome.owed
        self.gaps |= outcome.gaps
        self.quarantined += outcome.quarantined
        for peer, number in outcome.receipted.items():
            self.relay.receipted(peer, number)
        self.relay.asked_again(outcome.resend)
        if outcome.stored:
            self.to_apply.set()

    async def _acknowledge(self, frames: Sequence[IncomingFrame]) -> None:
        for frame in frames:
            await frame.ack()
