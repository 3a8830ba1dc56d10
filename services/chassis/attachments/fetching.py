"""Fetches what letters from peers name: asks for a window of chunks, takes them down, asks on, never gives up."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from services.chassis.attachments.arriving import (
    Arrival,
    Awaited,
    Place,
    arrival,
    arrivals,
    awaited,
    begin,
    take_chunks,
    take_list,
)
from services.chassis.attachments.errors import AttachmentDiskError
from services.chassis.attachments.keeping import Shelf
from services.chassis.attachments.model import AWAITED, Owner, Shape, chunk_digest
from services.chassis.attachments.proof import request_frame
from services.chassis.attachments.uses import settle, uses_of
from services.chassis.attachments.wire import MOST_AT_ONCE, Chunk, ChunkList, Gone
from services.chassis.bus.port import Bus, OutgoingFrame
from services.chassis.clock import Clock
from services.chassis.exchange.identity import Identity
from services.chassis.identity.errors import BodyUnknownError, NoCurrentKeyError
from services.chassis.storage import Database, StorageError, Transaction

_log = structlog.get_logger("guantong.attachments")
Key = tuple[str, Shape]
"""Who holds it, and what it is said to be."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a recipient paces its asking; seconds by the event loop's clock."""

    window: int = MOST_AT_ONCE
    ask_again_after: float = 5.0
    ask_again_at_most: float = 300.0


@dataclass(slots=True)
class _Asked:
    """What this process asked for of one file; all of it may be forgotten, the database knows what has come."""

    patience: float
    under_way: set[int] = field(default_factory=set)
    list_under_way: bool = False
    again_at: float = 0.0
    blocked_until: float = 0.0
    stalled: bool = False
    """Whether nothing came of what was asked: the files behind it are not to wait for it."""

    @property
    def idle(self) -> bool:
        return not self.under_way and not self.list_under_way


@dataclass(slots=True)
class Fetching:
    """The asking half of the lane. One file of each peer at a time, that of its oldest letter first; one that its
    holder does not give is still asked for, and keeps no other back.
    """

    identity: Identity
    database: Database
    bus: Bus
    clock: Clock
    shelf: Shelf
    monotonic: Callable[[], float]
    pace: Pace = field(default_factory=Pace)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    to_check: asyncio.Event = field(default_factory=asyncio.Event)
    full: bool = False
    """Whether the disk had no room for the last file that was to be begun or taken down."""
    refused_chunks: int = 0
    """Chunks that came and are not what they should be, since the start."""
    _asked: dict[Key, _Asked] = field(default_factory=dict)
    _after: dict[str, Place] = field(default_factory=dict)
    """Behind which of its files it is a peer's turn, when it gave nothing of the few before."""

    def ask_anew(self) -> None:
        """Ask for everything that is missing: the bus may have lost what was under way."""
        self._asked.clear()
        self.wake.set()

    async def ask_once(self) -> int:
        """Ask every peer for what is missing of the file that is its turn; how many requests.

        Raises:
            BusAwayError: the bus is away; asking again is safe.

        """
        wanted = await self.database.reader.read(lambda connection: awaited(connection, self._after))
        keys = {_key(one) for files in wanted.values() for one in files}
        self._asked = {key: asked for key, asked in self._asked.items() if key in keys}
        self._after = {peer: place for peer, place in self._after.items() if peer in wanted}
        frames: list[OutgoingFrame] = []
        for peer, files in wanted.items():
            try:
                frames += await self._questions(peer, files)
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever one peer's letters name, the others' files are fetched
                _log.error("task_failed", task="attachments", error=type(error).__name__)
        if frames:
            await self.bus.publish(frames)
        return len(frames)

    async def _questions(self, peer: str, files: list[Awaited]) -> list[OutgoingFrame]:
        frames: list[OutgoingFrame] = []
        for one in files:
            asked = self._asked.setdefault(_key(one), _Asked(self.pace.ask_again_after))
            frames += await self._question(one, asked)
            if not asked.stalled:
                return frames
        # Nothing came of any of these: the next few are tried, and these again when it is their turn.
        self._after[peer] = files[-1].place
        return frames

    async def _question(self, one: Awaited, asked: _Asked) -> list[OutgoingFrame]:
        now = self.monotonic()
        if now < asked.blocked_until:
            return []
        try:
            numbers = await self._next(one, asked, now)
            return [] if numbers is None else [request_frame(self.identity, one, numbers or None, self.clock.now())]
        except AttachmentDiskError as error:
            self.full = True
            _log.warning("attachments_wait", reason=error.reason)
        except (BodyUnknownError, NoCurrentKeyError) as error:
            _log.warning("peer_unreachable", peer=one.peer, reason=error.reason)
        asked.stalled, asked.blocked_until = True, now + asked.patience
        asked.patience = min(asked.patience * 2, self.pace.ask_again_at_most)
        return []

    async def _next(self, one: Awaited, asked: _Asked, now: float) -> tuple[int, ...] | None:
        """The chunks to ask for now; none for the list of chunks; None when nothing is to be asked."""
        if not asked.idle and now >= asked.again_at:
            asked.under_way.clear()
            asked.list_under_way, asked.stalled = False, True
            asked.patience = min(asked.patience * 2, self.pace.ask_again_at_most)
        begun = await self.database.reader.read(lambda connection: arrival(connection, one.peer, one.shape))
        if begun is None:
            await self._begin(one)
        if begun is None or begun.chunk_digests is None:
            if asked.list_under_way:
                return None
            asked.list_under_way, asked.again_at = True, now + asked.patience
            return ()
        missing = [number for number in begun.missing if number not in asked.under_way]
        room = self.pace.window - len(asked.under_way)
        if not missing or room < self.pace.window // 2:
            return None
        numbers = tuple(missing[:room])
        asked.under_way.update(numbers)
        asked.again_at = now + asked.patience
        return numbers

    async def _begin(self, one: Awaited) -> None:
        await asyncio.to_thread(self.shelf.demand_room, one.shape.size)
        self.full = False
        await self.database.writer.run(lambda tx: _begin_once(tx, self.shelf, one))

    async def take(self, peer: str, lists: Iterable[ChunkList], chunks: Iterable[Chunk]) -> None:
        """Take down what came in `peer`'s name: what its digest proves is on the disk and noted when this returns.

        Raises:
            AttachmentDiskError: the disk is full; nothing is noted, and it is asked for again later.

        """
        for one in lists:
            await self._take_list(peer, one)
        by_file: dict[bytes, list[Chunk]] = defaultdict(list)
        for chunk in chunks:
            by_file[chunk.digest].append(chunk)
        for digest, found in by_file.items():
            await self._take_chunks(peer, digest, found)

    async def lost(self, gone: Gone) -> None:
        """The holder has destroyed it: nobody asks any more, and it is on record why."""

        def note(tx: Transaction) -> None:
            use = uses_of(tx.connection, Owner.LETTER, gone.letter_id, gone.sender).get(gone.digest)
            if use is not None and use.state in AWAITED:
                settle(tx, use, "GONE_AT_SENDER")

        await self.database.writer.run(note)

    async def _take_list(self, peer: str, one: ChunkList) -> None:
        waiting = [begun for begun in await self._begun(peer, one.digest) if begun.chunk_digests is None]
        proven = next((begun for begun in waiting if begun.shape.proves(one.chunk_digests)), None)
        if proven is not None:
            await self.database.writer.run(lambda tx: take_list(tx, proven, one.chunk_digests))
            self._progress((peer, proven.shape), ())
        elif waiting:
            self._refuse(peer)

    async def _take_chunks(self, peer: str, digest: bytes, chunks: list[Chunk]) -> None:
        # Of all that a digest is said to be, one at most has a list of chunks: the list proves it.
        begun = next((one for one in await self._begun(peer, digest) if one.chunk_digests is not None), None)
        if begun is None:
            return
        good = await asyncio.to_thread(_proven, begun, chunks)
        for _ in range(len({chunk.number for chunk in chunks} - begun.arrived) - len(good)):
            self._refuse(peer)
        if not good:
            return
        try:
            await asyncio.to_thread(self.shelf.vault(begun.locked).write, begun.shape.chunk_size, good.items())
        except OSError as error:
            self.full = True
            raise AttachmentDiskError(cause=error.strerror or "") from error
        if await self.database.writer.run(lambda tx: take_chunks(tx, begun, good.keys())):
            self.to_check.set()
        self._progress((peer, begun.shape), good.keys())

    async def _begun(self, peer: str, digest: bytes) -> list[Arrival]:
        return await self.database.reader.read(lambda connection: arrivals(connection, peer, digest))

    def _progress(self, key: Key, numbers: Iterable[int]) -> None:
        asked = self._asked.setdefault(key, _Asked(self.pace.ask_again_after))
        asked.under_way.difference_update(numbers)
        asked.list_under_way = asked.stalled = False
        asked.patience = self.pace.ask_again_after
        asked.again_at = self.monotonic() + asked.patience
        self.wake.set()

    def _refuse(self, peer: str) -> None:
        """Anybody can seal junk to us: it is dropped, and what it stood for is still asked for."""
        self.refused_chunks += 1
        _log.info("attachment_part_refused", peer=peer)


def _begin_once(tx: Transaction, shelf: Shelf, one: Awaited) -> None:
    if arrival(tx.connection, one.peer, one.shape) is None:
        begin(tx, shelf.keyring, one)


def _proven(begun: Arrival, chunks: Iterable[Chunk]) -> dict[int, bytes]:
    """The chunks that are not here yet and are what the list says, by number."""
    good: dict[int, bytes] = {}
    for chunk in chunks:
        number, shape = chunk.number, begun.shape
        if number in begun.arrived or number >= shape.chunks or len(chunk.data) != shape.length_of(number):
            continue
        if begun.chunk_digests and chunk_digest(shape.suite, chunk.data) == begun.chunk_digests[number]:
            good[number] = chunk.data
    return good


def _key(one: Awaited) -> Key:
    return one.peer, one.shape
