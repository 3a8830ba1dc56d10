"""The simulated bus: the shipped bus in memory, with processes that die beside it and networks that fall apart."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.chassis.bus.port import BusAwayError, BusDeniedError, IncomingFrame, OutgoingFrame
from services.chassis.testing.bus import MemoryBus, MemoryExchange
from tests.simulation.crash import Crash

Witness = Callable[[str, OutgoingFrame], None]
"""Told of every frame that a body publishes."""


@dataclass(slots=True)
class Network(MemoryExchange):
    """One bus, and who is cut off from it."""

    cut: set[str] = field(default_factory=set)

    def connect(self, body: str, crash: Crash, witness: Witness) -> FragileBus:
        """A connection of the body's process."""
        return FragileBus(self, body, crash, witness)

    def redeliver_to(self, body: str) -> None:
        """A process ended: what it had fetched and not acknowledged comes again."""
        back = [number for number, stored in self._delivered.items() if stored.to == body]
        for number in back:
            self._waiting[body].append(self._delivered.pop(number))

    def forget_acknowledgements(self, randomness: random.Random, most: int) -> int:
        """The bus crashed: some of what was acknowledged comes again."""
        count = min(most, len(self._acknowledged))
        for stored in randomness.sample(self._acknowledged, count):
            self._waiting[stored.to].append(stored)
        return count

    def repeat(self, to: str, randomness: random.Random) -> None:
        """A frame that waits is delivered twice."""
        if self._waiting[to]:
            self._waiting[to].append(randomness.choice(self._waiting[to]))

    def lose(self, to: str, randomness: random.Random) -> None:
        """A frame that waits is lost, wherever it stands."""
        if self._waiting[to]:
            del self._waiting[to][randomness.randrange(len(self._waiting[to]))]

    def under_way(self) -> int:
        """How many frames wait for anybody."""
        return sum(len(waiting) for waiting in self._waiting.values())


class FragileBus(MemoryBus):
    """One process's connection: it may die at every point beside the bus."""

    def __init__(self, network: Network, body: str, crash: Crash, witness: Witness) -> None:
        super().__init__(network, body, lambda _alarm: None)
        self._network = network
        self._crash = crash
        self._witness = witness

    @property
    def connected(self) -> bool:
        return super().connected and self._body not in self._network.cut

    async def publish(self, frames: Sequence[OutgoingFrame]) -> None:
        self._crash.point("before publish")
        if not self.connected:
            raise BusAwayError(cause="not connected")
        if any((self._body, frame.to) in self._network.denied for frame in frames):
            raise BusDeniedError(body=self._body, cause="publish")
        for frame in frames:
            self._witness(self._body, frame)
            self._network.store(frame.to, self._body, frame.data, frame.headers)
            self._crash.point("amid publish")
        self._crash.point("after publish")

    async def fetch(self, limit: int, wait: float) -> Sequence[IncomingFrame]:
        del wait
        if not self.connected:
            raise BusAwayError(cause="not connected")
        taken = self._network.take(self._body, limit)
        if taken:
            self._crash.point("after fetch")
        return [self._fragile(self._incoming(stored)) for stored in taken]

    def _fragile(self, frame: IncomingFrame) -> IncomingFrame:
        async def acknowledge() -> None:
            self._crash.point("before ack")
            if self.connected:
                await frame.ack()
            self._crash.point("after ack")

        return IncomingFrame(frame.data, frame.headers, frame.claimed_sender, acknowledge)
