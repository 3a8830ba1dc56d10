"""Gives away what peers ask for: only to whom a letter of ours names the file, in turns, a window at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
import structlog

from services.chassis.attachments.errors import AttachmentDamagedError
from services.chassis.attachments.keeping import Kept, Shelf, kept
from services.chassis.attachments.model import Owner, UseState
from services.chassis.attachments.proof import gone_frame, sealed_frame
from services.chassis.attachments.uses import uses_of
from services.chassis.attachments.wire import Chunk, ChunkList, Part, Request
from services.chassis.bus.port import Bus, BusError, OutgoingFrame
from services.chassis.clock import Clock
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.errors import BodyUnknownError, NoCurrentKeyError
from services.chassis.storage import Database

_MOST_OF_ONE_PEER = 4
_REMEMBERED = 256
_AT_ONCE = 4
"""Chunks that are read, sealed and handed to the bus together: more would only be held in memory."""
_log = structlog.get_logger("guantong.attachments")


@dataclass(slots=True)
class Giving:
    """The answering half of the lane."""

    identity: Identity
    database: Database
    bus: Bus
    clock: Clock
    shelf: Shelf
    monotonic: Callable[[], float]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: dict[str, list[Request]] = field(default_factory=dict)
    _seen: dict[str, deque[bytes]] = field(default_factory=dict)

    def asked(self, request: Request) -> None:
        """A verified request; one that was answered before, or overtaken by a flood of others, is dropped."""
        seen = self._seen.setdefault(request.sender, deque(maxlen=_REMEMBERED))
        if request.nonce in seen:
            return
        seen.append(request.nonce)
        waiting = self._asked.setdefault(request.sender, [])
        waiting.append(request)
        del waiting[:-_MOST_OF_ONE_PEER]
        self.wake.set()

    async def answer_once(self) -> int:
        """Answer the oldest request of each peer that asks; how many.

        Raises:
            BusAwayError, DatabaseAwayError: whoever is not answered asks again.

        """
        turns = [waiting.pop(0) for waiting in self._asked.values() if waiting]
        for request in turns:
            try:
                await self._answer(request)
            except (BodyUnknownError, NoCurrentKeyError, AttachmentDamagedError) as error:
                _log.warning("attachment_not_given", peer=request.sender, reason=error.reason)
            except BusError as error:
                _log.info("attachments_wait", reason=error.reason)
        return len(turns)

    async def _answer(self, request: Request) -> None:
        right = await self.database.reader.read(lambda connection: right_of(connection, request))
        now, content = self.clock.now(), right.content
        if right.is_gone:
            await self.bus.publish([gone_frame(self.identity, request, now)])
        if content is None:
            return
        for part in _wanted(content, request):
            began = self.monotonic()
            frames = await asyncio.to_thread(self._frames, content, request.sender, part, now)
            await self.bus.publish(frames)
            # As long as it worked it leaves disk and processor to the letters.
            await asyncio.sleep(self.monotonic() - began)

    def _frames(
        self, content: Kept, peer: str, wanted: Sequence[int] | ChunkList, now: datetime
    ) -> list[OutgoingFrame]:
        if isinstance(wanted, ChunkList):
            return [sealed_frame(self.identity, peer, wanted, now)]
        vault, shape = self.shelf.vault(content.locked), content.shape
        parts: Iterator[Part] = (Chunk(shape.digest, number, vault.read(shape, number)) for number in wanted)
        return [sealed_frame(self.identity, peer, part, now) for part in parts]


@dataclass(frozen=True, slots=True)
class Right:
    """What a peer may have: a file, word that it is gone, or not even an answer."""

    content: Kept | None = None
    is_gone: bool = False


def right_of(connection: sa.Connection, request: Request) -> Right:
    """What who asks may have of us: a letter of ours to it has to name the file."""
    query = sa.select(LETTERS.c.content_key).where(
        LETTERS.c.letter_id == request.letter_id,
        LETTERS.c.direction == Direction.OUT.value,
        LETTERS.c.peer == request.sender,
    )
    keys = list(connection.scalars(query))
    if not keys:
        return Right()
    if None in keys:
        return Right(is_gone=True)
    use = uses_of(connection, Owner.LETTER, request.letter_id).get(request.digest)
    if use is None or use.state is not UseState.READY:
        return Right()
    return Right(kept(connection, request.digest))


def _wanted(content: Kept, request: Request) -> Iterator[Sequence[int] | ChunkList]:
    if request.list_wanted:
        yield ChunkList(content.shape.digest, content.chunk_digests)
    numbers = [number for number in request.numbers if number < content.shape.chunks]
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]
