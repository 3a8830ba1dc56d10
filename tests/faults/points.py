"""Where a node's process can be ended: every step between a letter's commit and its receipt, by name.

The ports that the exchange is given (its writer, its bus) are wrapped here, in the tests' own process: nothing that is
shipped knows of it.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from services.chassis.bus.nats_bus import NatsBus
from services.chassis.bus.port import IncomingFrame, OutgoingFrame
from services.chassis.exchange import wire
from services.chassis.exchange.hooks import Handler
from services.chassis.exchange.model import SealedLetter, StoredLetter
from services.chassis.storage import Transaction, Writer

T = TypeVar("T")

POINTS = (
    "before commit",
    "after commit",
    "before publish",
    "mid-batch",
    "after publish",
    "after fetch",
    "before store commit",
    "after store commit",
    "before acknowledge",
    "mid-acknowledge",
    "after acknowledge",
    "before receipt",
    "after receipt",
    "before apply",
    "before apply commit",
    "after apply",
)
"""In the order in which a letter passes them; both sides pass all, for letters or for receipts."""
_HANDED_OVER = 0.05
"""Seconds in which the connection writes out what it was given."""


class Death:
    """Ends this process by SIGKILL when it passes `point` for the `nth` time; a file says that it did."""

    def __init__(self, point: str, nth: int, mark: Path) -> None:
        self._point = point
        self._left = nth
        self._mark = mark

    def at(self, point: str) -> None:
        """Pass `point`."""
        if self._is_due(point):
            self._die()

    async def after_writing(self, point: str) -> None:
        """Pass `point` behind what the connection has been given to write."""
        if self._is_due(point):
            asyncio.get_running_loop().call_later(_HANDED_OVER, self._die)
            await asyncio.Event().wait()

    def _is_due(self, point: str) -> bool:
        if point != self._point:
            return False
        self._left -= 1
        return self._left == 0

    def _die(self) -> None:
        self._mark.write_text(self._point, encoding="ascii")
        os.kill(os.getpid(), signal.SIGKILL)


class WatchedWriter:
    """A writer beside which the process may end; `handled` tells units that handle letters from those that store."""

    def __init__(self, writer: Writer, death: Death) -> None:
        self._writer = writer
        self._death = death
        self._handled = False
        self.close = writer.close

    @property
    def connected(self) -> bool:
        return self._writer.connected

    def handler(self, handler: Handler) -> Handler:
        """The same handler, known to this writer."""

        def handle(tx: Transaction, letter: StoredLetter) -> None:
            self._handled = True
            self._death.at("before apply")
            handler(tx, letter)

        return handle

    async def run(self, unit: Callable[[Transaction], T]) -> T:
        kinds: list[str] = []

        def watched(tx: Transaction) -> T:
            self._handled = False
            value = unit(tx)
            kinds.append("apply" if self._handled else "store")
            self._death.at(f"before {kinds[0]} commit")
            return value

        value = await self._writer.run(watched)
        self._death.at("after apply" if kinds[0] == "apply" else "after store commit")
        return value

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """For the unit that writes a letter."""

        def watched(tx: Transaction) -> T:
            value = unit(tx)
            self._death.at("before commit")
            return value

        value = await self._writer.run(watched)
        self._death.at("after commit")
        return value


class WatchedBus:
    """A bus connection beside which the process may end."""

    def __init__(self, bus: NatsBus, death: Death) -> None:
        self._bus = bus
        self._death = death
        self.body = bus.body
        self.wait_connected, self.wait_epoch, self.close = bus.wait_connected, bus.wait_epoch, bus.close

    @property
    def connected(self) -> bool:
        return self._bus.connected

    @property
    def largest_frame(self) -> int:
        return self._bus.largest_frame

    async def publish(self, frames: Sequence[OutgoingFrame]) -> None:
        what = "publish" if any(isinstance(wire.decode_frame(one.data), SealedLetter) for one in frames) else "receipt"
        self._death.at(f"before {what}")
        if what == "publish" and len(frames) > 1:
            # Two publications instead of one; what ends between them ends in the middle of the batch.
            await self._bus.publish(frames[: len(frames) // 2])
            self._death.at("mid-batch")
            frames = frames[len(frames) // 2 :]
        await self._bus.publish(frames)
        self._death.at(f"after {what}")

    async def fetch(self, limit: int, wait: float) -> Sequence[IncomingFrame]:
        frames = await self._bus.fetch(limit, wait)
        if frames:
            self._death.at("after fetch")
        return [self._watched(frame, place, len(frames)) for place, frame in enumerate(frames, 1)]

    def _watched(self, frame: IncomingFrame, place: int, of: int) -> IncomingFrame:
        async def acknowledge() -> None:
            if place == 1:
                self._death.at("before acknowledge")
            await frame.ack()
            if place == (of + 1) // 2:
                await self._death.after_writing("mid-acknowledge")
            if place == of:
                await self._death.after_writing("after acknowledge")

        return IncomingFrame(frame.data, frame.headers, frame.claimed_sender, acknowledge)
