"""Takes a file down from whoever adds it: cut into chunks, encrypted, hashed, one chunk in memory at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from services.chassis.attachments.errors import AttachmentDiskError, AttachmentUnfitError
from services.chassis.attachments.keeping import Kept, Shelf
from services.chassis.attachments.limits import Limits
from services.chassis.attachments.model import CHUNK_BYTES, Shape, chunk_digest, file_digest, file_name
from services.chassis.attachments.rest import Locked, new_locked
from services.chassis.attachments.scanning import REASONS
from services.chassis.identity.suites import DEFAULT_SUITE

_SYNC_EVERY = 16
"""Chunks between two syncs of the disk, so that the last one does not hold up everything."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that somebody wants to add: its name as letters carry it, and its bytes as announced."""

    name: str
    size: int


def offered(name: str, size: int, limits: Limits) -> Offered:
    """The announcement, if such a file may be added.

    Raises:
        AttachmentUnfitError: its name, size or type is not allowed.

    """
    safe = file_name(name)
    if safe is None:
        raise unfit("NAME_UNSAFE")
    if not 0 < size <= limits.largest:
        raise unfit("TOO_LARGE" if size > 0 else "SIZE_WRONG")
    fault = limits.fault_of_name(safe)
    if fault is not None:
        raise unfit(fault)
    return Offered(safe, size)


def unfit(fault: str) -> AttachmentUnfitError:
    """The error for a reason of `REASONS`."""
    chinese, english = REASONS[fault]
    return AttachmentUnfitError(why=fault, why_zh=chinese, why_en=english)


async def take_down(shelf: Shelf, file: str, size: int, data: AsyncIterator[bytes]) -> Kept:
    """Write `size` bytes of `data` as the file of that random name; all of it is on the disk when this returns.

    Raises:
        AttachmentUnfitError: there is more or less of it than announced.
        AttachmentDiskError: the disk has no room.

    """
    await asyncio.to_thread(shelf.demand_room, size)
    locked = new_locked(shelf.keyring, file)
    taker = _Taker(shelf, locked)
    async for piece in data:
        taker.waiting += piece
        if taker.taken + len(taker.waiting) > size:
            raise unfit("SIZE_WRONG")
        if len(taker.waiting) >= _SYNC_EVERY * CHUNK_BYTES:
            await _write(taker, last=False)
    if taker.taken + len(taker.waiting) != size:
        raise unfit("SIZE_WRONG")
    await _write(taker, last=True)
    digest = file_digest(DEFAULT_SUITE, size, CHUNK_BYTES, taker.digests)
    return Kept(locked, Shape(digest, size, CHUNK_BYTES, DEFAULT_SUITE), tuple(taker.digests))


async def _write(taker: _Taker, *, last: bool) -> None:
    try:
        await asyncio.to_thread(taker.write, last=last)
    except OSError as error:
        raise AttachmentDiskError(cause=error.strerror or "") from error


class _Taker:
    """The file being written, and what of it is not on the disk yet."""

    def __init__(self, shelf: Shelf, locked: Locked) -> None:
        self._vault = shelf.vault(locked)
        self.waiting = bytearray()
        self.taken = 0
        self.digests: list[bytes] = []

    def write(self, *, last: bool) -> None:
        """Put whole chunks on the disk; the rest of the file too when it is the last time."""
        whole = len(self.waiting) if last else len(self.waiting) // CHUNK_BYTES * CHUNK_BYTES
        chunks = [bytes(self.waiting[at : at + CHUNK_BYTES]) for at in range(0, whole, CHUNK_BYTES)]
        self._vault.write(CHUNK_BYTES, enumerate(chunks, len(self.digests)))
        self.digests += [chunk_digest(DEFAULT_SUITE, chunk) for chunk in chunks]
        self.taken += whole
        del self.waiting[:whole]
