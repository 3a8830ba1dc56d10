"""Carries finished spans to the observer, who takes in those of all: one trace without an open port."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from services.chassis.errors import GuantongError
from services.chassis.telemetry import drops
from services.chassis.telemetry.drops import Drops
from services.chassis.telemetry.traces import SpanRecord, decode

_MOST_WAITING = 4096
_BATCH_SPANS = 256
_LARGEST_BATCH = 512 * 1024
_FETCH_SECONDS = 5.0
_PAUSE_SECONDS = 2.0

Take = Callable[[Sequence[SpanRecord]], object]
"""Whoever is given what came."""


class Outgoing(Protocol):
    """Where batches of spans are handed over."""

    async def publish_spans(self, data: bytes) -> None:
        """Hand over one batch of spans; raises a `GuantongError` when it was not taken."""
        ...


class Arrived(Protocol):
    """One batch, with the body that is known to have handed it over."""

    @property
    def body(self) -> str: ...

    @property
    def data(self) -> bytes: ...


class Incoming(Protocol):
    """Where batches of spans come from."""

    async def fetch_spans(self, limit: int, wait: float) -> Sequence[Arrived]:
        """Up to `limit` batches as soon as there is one; none after `wait` seconds."""
        ...


class Courier:
    """Keeps finished spans until they are handed over; when too many wait, the oldest are dropped and counted."""

    def __init__(self, dropped: Drops) -> None:
        self._drops = dropped
        self._waiting: deque[SpanRecord] = deque()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()

    def take(self, spans: Sequence[SpanRecord]) -> None:
        """Keep these until they can be handed over; callable from every thread."""
        with self._lock:
            self._waiting.extend(spans)
            too_many = max(0, len(self._waiting) - _MOST_WAITING)
            for _ in range(too_many):
                self._waiting.popleft()
            loop = self._loop
        self._drops.add(drops.CARRIED, too_many)
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)

    async def send(self, line: Outgoing) -> None:
        """Hand spans over as they come, until cancelled. A bus that is away delays them."""
        with self._lock:
            self._loop = asyncio.get_running_loop()
        while True:
            batch = self._next_batch()
            if not batch:
                self._wake.clear()
                if not self._waiting:
                    await self._wake.wait()
                continue
            try:
                await line.publish_spans(b"".join(_encode(span) for span in batch))
            except GuantongError:
                self._put_back(batch)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def receive(self, line: Incoming, take: Take) -> None:
        """Give `take` the spans of all bodies, until cancelled; each under the name the bus vouches for."""
        while True:
            try:
                arrived = await line.fetch_spans(_BATCH_SPANS, _FETCH_SECONDS)
            except GuantongError:
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            for batch in arrived:
                # In a thread: a county that comes back from an outage hands over thousands, and letters go on.
                await asyncio.to_thread(lambda batch=batch: take(self._read(batch)))  # type: ignore[misc]

    def _read(self, batch: Arrived) -> list[SpanRecord]:
        found = [decode(line, batch.body) for line in batch.data[:_LARGEST_BATCH].splitlines()[:_BATCH_SPANS]]
        self._drops.add(drops.CARRIED, found.count(None))
        return [span for span in found if span is not None]

    def _next_batch(self) -> list[SpanRecord]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(_BATCH_SPANS, len(self._waiting)))]

    def _put_back(self, batch: list[SpanRecord]) -> None:
        with self._lock:
            self._waiting.extendleft(reversed(batch))


def _encode(span: SpanRecord) -> bytes:
    return json.dumps(span.to_json(), separators=(",", ":")).encode() + b"\n"
