"""A bus in memory that can misbehave on demand in every way the real one may."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from services.chassis.bus.port import (
    DENIED,
    AlarmSink,
    BusAlarm,
    BusAwayError,
    BusDeniedError,
    FrameTooLargeError,
    IncomingFrame,
    OutgoingFrame,
    PublishedStatus,
    SpanFrame,
    check_body,
)
from services.chassis.bus.sizes import LARGEST_FRAME
from services.chassis.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class _Stored:
    number: int
    to: str
    claimed_sender: str
    data: bytes
    headers: Mapping[str, str]


def _ignore(_alarm: BusAlarm) -> None:
    """A test that does not look at alarms."""


@dataclass(slots=True)
class MemoryExchange:
    """The broker: give `bus(body)` to each node, and call the misfortunes from the test.

    Everything happens on one event loop; nothing is random but `shuffle`, which takes its generator.
    """

    largest_frame: int = LARGEST_FRAME
    copies: int = 1
    """How many times each published frame is stored: 2 makes every frame arrive twice."""
    away: bool = False
    clock: Clock = field(default_factory=SystemClock)
    denied: set[tuple[str, str]] = field(default_factory=set)
    """Pairs (sender, recipient) that the bus refuses."""
    _waiting: dict[str, deque[_Stored]] = field(default_factory=lambda: defaultdict(deque))
    _delivered: dict[int, _Stored] = field(default_factory=dict)
    _acknowledged: list[_Stored] = field(default_factory=list)
    statuses: dict[str, PublishedStatus] = field(default_factory=dict)
    spans: deque[SpanFrame] = field(default_factory=deque)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    epoch: int = 1
    """Grows when it comes back and when it loses what it held."""

    def bus(self, body: str, alarms: AlarmSink = _ignore) -> MemoryBus:
        """The connection of one body."""
        return MemoryBus(self, check_body(body), alarms)

    def status_board(self, body: str) -> MemoryStatusBoard:
        """The status and span line of one body."""
        return MemoryStatusBoard(self, check_body(body))

    def inject(self, to: str, claimed_sender: str, data: bytes, headers: Mapping[str, str] | None = None) -> None:
        """What a hostile body can do: bytes of its choice under another's name."""
        self.store(to, claimed_sender, data, headers or {})

    def go_away(self) -> None:
        """The bus is unreachable: publishing and fetching fail until `come_back`."""
        self.away = True
        self.notify()

    def come_back(self) -> None:
        """The bus is reachable again, with what it held; what was delivered and not acknowledged comes again."""
        self.away = False
        self.epoch += 1
        self.redeliver()

    def lose_everything(self) -> None:
        """The bus's storage is wiped: every frame and status in it is gone."""
        self._waiting.clear()
        self._delivered.clear()
        self._acknowledged.clear()
        self.statuses.clear()
        self.spans.clear()
        self.epoch += 1
        self.notify()

    def redeliver(self) -> None:
        """What was delivered and not acknowledged comes again, after anything newer."""
        for stored in list(self._delivered.values()):
            self._waiting[stored.to].append(stored)
        self._delivered.clear()
        self.notify()

    def redeliver_acknowledged(self) -> None:
        """The bus crashed and forgot acknowledgements: everything ever acknowledged comes again."""
        for stored in self._acknowledged:
            self._waiting[stored.to].append(stored)
        self._acknowledged.clear()
        self.notify()

    def shuffle(self, randomness: random.Random) -> None:
        """Put what waits for each body in another order."""
        for waiting in self._waiting.values():
            frames = list(waiting)
            randomness.shuffle(frames)
            waiting.clear()
            waiting.extend(frames)

    def drop(self, to: str, number_of_frames: int = 1) -> None:
        """Lose the oldest frames that wait for one body."""
        for _ in range(min(number_of_frames, len(self._waiting[to]))):
            self._waiting[to].popleft()

    def waiting(self, to: str) -> int:
        """How many frames wait for one body."""
        return len(self._waiting[to])

    def store(self, to: str, sender: str, data: bytes, headers: Mapping[str, str]) -> None:
        """Keep one frame, as many times as `copies` says."""
        for _ in range(self.copies):
            self._waiting[to].append(_Stored(next(self._numbers), to, sender, data, dict(headers)))
        self.notify()

    def take(self, to: str, limit: int) -> list[_Stored]:
        """Deliver up to `limit` frames."""
        waiting = self._waiting[to]
        taken = [waiting.popleft() for _ in range(min(limit, len(waiting)))]
        self._delivered.update((stored.number, stored) for stored in taken)
        return taken

    def acknowledge(self, stored: _Stored) -> None:
        """Forget a delivered frame, unless the bus is away."""
        if not self.away and self._delivered.pop(stored.number, None) is not None:
            self._acknowledged.append(stored)

    def notify(self) -> None:
        """Wake everyone who waits for a frame or for the bus."""
        self.changed.set()
        self.changed = asyncio.Event()


class MemoryBus:
    """One body's connection to a `MemoryExchange`."""

    def __init__(self, exchange: MemoryExchange, body: str, alarms: AlarmSink) -> None:
        self._exchange = exchange
        self._body = body
        self._alarms = alarms
        self._closed = False

    @property
    def body(self) -> str:
        """The body this connection speaks for."""
        return self._body

    @property
    def connected(self) -> bool:
        """Whether the exchange is there and this connection open."""
        return not (self._closed or self._exchange.away)

    @property
    def largest_frame(self) -> int:
        """Bytes of data that one frame may have."""
        return self._exchange.largest_frame

    async def wait_connected(self) -> None:
        """Return once the exchange is there."""
        while not self.connected:
            await self._exchange.changed.wait()

    async def wait_epoch(self, known: int) -> int:
        """Return the epoch of the exchange, once it is there and the epoch is not `known`."""
        while not self.connected or self._exchange.epoch == known:
            await self._exchange.changed.wait()
        return self._exchange.epoch

    async def publish(self, frames: Sequence[OutgoingFrame]) -> None:
        """Store all frames, or none."""
        for frame in frames:
            check_body(frame.to)
            if len(frame.data) > self.largest_frame:
                raise FrameTooLargeError(size=len(frame.data), limit=self.largest_frame)
        if not self.connected:
            raise BusAwayError(cause="not connected")
        refused = sorted({frame.to for frame in frames if (self._body, frame.to) in self._exchange.denied})
        for to in refused:
            self._alarms(BusAlarm(DENIED, self._body, f"publish to {to}"))
        if refused:
            raise BusDeniedError(body=self._body, cause=f"publish to {refused[0]}")
        for frame in frames:
            self._exchange.store(frame.to, self._body, frame.data, frame.headers)

    async def fetch(self, limit: int, wait: float) -> Sequence[IncomingFrame]:
        """Up to `limit` frames as soon as there is one."""
        try:
            async with asyncio.timeout(wait):
                while not self.connected or not self._exchange.waiting(self._body):
                    await self._exchange.changed.wait()
        except TimeoutError:
            if not self.connected:
                raise BusAwayError(cause="not connected") from None
            return []
        return [self._incoming(stored) for stored in self._exchange.take(self._body, limit)]

    async def close(self) -> None:
        """End the connection."""
        self._closed = True

    def _incoming(self, stored: _Stored) -> IncomingFrame:
        async def acknowledge() -> None:
            self._exchange.acknowledge(stored)

        return IncomingFrame(stored.data, stored.headers, stored.claimed_sender, acknowledge)


class MemoryStatusBoard:
    """Status and spans of one body in a `MemoryExchange`."""

    def __init__(self, exchange: MemoryExchange, body: str) -> None:
        self._exchange = exchange
        self._body = body

    async def publish_status(self, data: bytes) -> None:
        """Replace this body's status."""
        self._check_there()
        self._exchange.statuses[self._body] = PublishedStatus(self._body, data, self._exchange.clock.now())

    async def read_all(self) -> Mapping[str, PublishedStatus]:
        """The last status of every body."""
        self._check_there()
        return dict(self._exchange.statuses)

    async def publish_spans(self, data: bytes) -> None:
        """Hand over one batch of spans."""
        self._check_there()
        self._exchange.spans.append(SpanFrame(self._body, data))
        self._exchange.notify()

    async def fetch_spans(self, limit: int, wait: float) -> Sequence[SpanFrame]:
        """Up to `limit` batches as soon as there is one."""
        self._check_there()
        spans = self._exchange.spans
        try:
            async with asyncio.timeout(wait):
                while not spans:
                    await self._exchange.changed.wait()
        except TimeoutError:
            return []
        return [spans.popleft() for _ in range(min(limit, len(spans)))]

    async def close(self) -> None:
        """End the connection."""

    def _check_there(self) -> None:
        if self._exchange.away:
            raise BusAwayError(cause="not connected")
