"""The attachments' lane as one thing: asks, gives, takes down and checks, beside the letters and never before them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog

from services.chassis.attachments.arriving import expect
from services.chassis.attachments.checking import Checks, check_once
from services.chassis.attachments.errors import AttachmentDiskError, AttachmentError, AttachmentFolderAwayError
from services.chassis.attachments.fetching import Fetching, Pace
from services.chassis.attachments.giving import Giving
from services.chassis.attachments.keeping import Shelf, fetch_lost_again, note_found
from services.chassis.attachments.proof import open_frame
from services.chassis.attachments.wire import Chunk, ChunkList, Gone, Request
from services.chassis.bus.port import Bus, IncomingFrame
from services.chassis.clock import Clock
from services.chassis.correspondence.contents import read
from services.chassis.errors import GuantongError
from services.chassis.exchange.errors import RefusedError
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import StoredLetter
from services.chassis.storage import Database, DatabaseAwayError, StorageError, Transaction

FETCH = 8
"""Frames that are opened together: two mebibytes, three times over."""
_FETCH_SECONDS, _TICK_SECONDS = 5.0, 1.0
_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_SWEEP_EVERY = 600.0
_log = structlog.get_logger("guantong.attachments")
Opened = ChunkList | Chunk | Request | Gone


Alarm = Callable[[str, str, str], object]
"""Told of what people should look at: the kind of alarm, the other body (empty for none), and a reason code."""


def _nobody_told(_kind: str, _peer: str, _reason: str) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class LaneParts:
    """What the lane works with; `bus` is a connection of its own."""

    identity: Identity
    database: Database
    bus: Bus
    clock: Clock
    shelf: Shelf
    checks: Checks
    alarm: Alarm = _nobody_told


class Lane:
    """Run it, or take each step alone, as tests do. Whatever step is the last before a crash, the next process goes on.

    Args:
        parts: What it works with.
        pace: How patiently it asks.
        monotonic: Seconds for pacing; those of the event loop when left out.
    """

    def __init__(
        self, parts: LaneParts, pace: Pace | None = None, monotonic: Callable[[], float] | None = None
    ) -> None:
        self.parts = parts
        self._monotonic = monotonic or (lambda: asyncio.get_running_loop().time())
        shared = (parts.identity, parts.database, parts.bus, parts.clock, parts.shelf)
        self.giving = Giving(*shared, self._monotonic)
        self.fetching = Fetching(*shared, self._monotonic, pace or Pace())
        self._sweep_at: float | None = None
        self._told_full = False
        self._put_off: set[str] = set()

    def await_attachments(self, tx: Transaction, letter: StoredLetter) -> None:
        """Note what a letter that was just handled names; it is fetched once that is committed."""
        header = letter.header
        if letter.content is None:
            return
        message = read(header.kind, letter.content, header.content_type)
        if expect(tx, self.parts.checks.limits, header.letter_id, header.sender, message):
            tx.after_commit(self.noted)

    def noted(self) -> None:
        """There is something to ask for, or to look at."""
        self.fetching.wake.set()
        self.fetching.to_check.set()

    async def ask_once(self) -> int:
        """Ask peers for what is missing; how many requests."""
        return await self.fetching.ask_once()

    async def answer_once(self) -> int:
        """Answer a request of every peer that asks; how many."""
        return await self.giving.answer_once()

    async def check_once(self) -> int:
        """Decide about one attachment that has come whole; how many."""
        decided = await check_once(self.parts.database, self.parts.shelf, self.parts.checks, self._put_off)
        if decided is None:
            return 0
        if decided.fault:
            self.parts.alarm("attachment_refused", decided.peer, decided.fault)
        return 1

    async def receive_once(self, wait: float = 0.0) -> int:
        """Fetch, open, prove, take down and acknowledge a few frames; how many.

        Raises:
            BusAwayError: the bus is away.
            DatabaseAwayError: nothing was noted or acknowledged; the frames come again.

        """
        frames = await self.parts.bus.fetch(FETCH, wait)
        if not frames:
            return 0
        began = self._monotonic()
        by_peer: dict[str, list[Opened]] = defaultdict(list)
        for peer, opened in await asyncio.to_thread(self._open, frames):
            by_peer[peer].append(opened)
        for peer, parts in by_peer.items():
            try:
                await self._take(peer, parts)
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001 - what one peer made up is dropped, and the others' is taken
                _log.error("task_failed", task="attachments", error=type(error).__name__)
        for frame in frames:
            await frame.ack()
        # As long as it worked it leaves disk and processor to the letters.
        await asyncio.sleep(self._monotonic() - began)
        return len(frames)

    async def sweep(self) -> int:
        """Take away files that nobody has a key for; have lost ones fetched again. How many are lost for good."""
        database, shelf = self.parts.database, self.parts.shelf
        try:
            found = await database.reader.read(shelf.sweep)
        except AttachmentFolderAwayError as error:
            # Not a file is taken away, nor a key: the next sweep looks again.
            self.parts.alarm("attachments_lost", "", error.reason)
            return 0
        for one in found.back:
            await database.writer.run(partial(note_found, content=one))
        gone = [one for one in found.lost if not await database.writer.run(partial(fetch_lost_again, lost=one))]
        if gone:
            self.parts.alarm("attachments_lost", "", "ATTACHMENT_DAMAGED")
        self.fetching.wake.set()
        return len(gone)

    async def tick(self) -> None:
        """Now and then: ask again, look again, sweep."""
        now = self._monotonic()
        if self._sweep_at is None or now >= self._sweep_at:
            self._sweep_at = now + _SWEEP_EVERY
            await self.sweep()
        self.noted()

    async def run(self) -> None:
        """Work until cancelled, or until this process may not write to its database any more."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._loop(self.ask_once, self.fetching.wake))
            tasks.create_task(self._loop(self.answer_once, self.giving.wake))
            tasks.create_task(self._loop(self.check_once, self.fetching.to_check))
            tasks.create_task(self._again(lambda: self.receive_once(_FETCH_SECONDS), 0.0))
            tasks.create_task(self._again(self.tick, _TICK_SECONDS))
            tasks.create_task(self._watch_bus())

    def _tell_full(self) -> None:
        """Once, when the disk begins to have no room."""
        full = self.fetching.full
        if full and not self._told_full:
            self.parts.alarm("attachments_disk_full", "", AttachmentDiskError.reason)
        self._told_full = full

    def _open(self, frames: Iterable[IncomingFrame]) -> list[tuple[str, Opened]]:
        now = self.parts.clock.now()
        opened: list[tuple[str, Opened]] = []
        for frame in frames:
            try:
                part = open_frame(self.parts.identity, frame.data, now)
            except RefusedError as error:
                _log.info("attachment_part_refused", peer=frame.claimed_sender, reason=error.refusal.value)
            except Exception as error:  # noqa: BLE001 - whatever a sender made up, the next frame is opened
                _log.error("task_failed", task="open_part", error=type(error).__name__)
            else:
                # Who signed it, where somebody did; else whom the bus names: the digest proves the rest.
                signed = isinstance(part, Request | Gone)
                opened.append((part.sender if signed else frame.claimed_sender, part))  # type: ignore[union-attr]
        return opened

    async def _take(self, peer: str, parts: list[Opened]) -> None:
        for part in parts:
            if isinstance(part, Request):
                self.giving.asked(part)
            elif isinstance(part, Gone):
                await self.fetching.lost(part)
        lists = [part for part in parts if isinstance(part, ChunkList)]
        chunks = [part for part in parts if isinstance(part, Chunk)]
        try:
            await self.fetching.take(peer, lists, chunks)
        except AttachmentError as error:
            # They are asked for again; keeping the bus full of them would help nobody.
            _log.warning("attachments_wait", reason=error.reason)

    async def _loop(self, step: Callable[[], Awaitable[int]], wake: asyncio.Event) -> None:
        while True:
            await wake.wait()
            wake.clear()
            while await self._patiently(step):
                pass
            self._tell_full()

    async def _again(self, step: Callable[[], Awaitable[object]], pause: float) -> None:
        while True:
            await self._patiently(step)
            await asyncio.sleep(pause)

    async def _watch_bus(self) -> None:
        """A new connection may stand before a bus that lost everything: ask anew."""
        epoch = 0
        while True:
            epoch = await self.parts.bus.wait_epoch(epoch)
            self.fetching.ask_anew()

    async def _patiently(self, step: Callable[[], Awaitable[object]]) -> object:
        """Do `step`, and again when something is away or went wrong: that must not end the other steps."""
        pause = _PAUSE
        while True:
            try:
                return await step()
            except GuantongError as error:
                if isinstance(error, StorageError) and not isinstance(error, DatabaseAwayError):
                    raise
                _log.info("attachments_wait", reason=error.reason)
            except Exception as error:  # noqa: BLE001 - a mistake of ours in one step; the lane lives on
                _log.error("task_failed", task="attachments", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.parts.bus.wait_connected()
                    await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
