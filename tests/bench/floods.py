"""What a body that floods a recipient does while others write to it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace

from services.chassis.bus.port import OutgoingFrame
from services.chassis.exchange.model import MAX_FRAME_BYTES
from tests.bench.parties import CONTENT, RECIPIENT
from tests.bench.ways import IN_FLIGHT, Party, guantong_send

QUIET = "quiet"
"""The absence of a flood."""


async def garbage(party: Party) -> None:
    """Publish what is no letter as fast as the bus takes it, until the parent closes our input."""
    await party.ready()

    async def flood() -> None:
        while True:
            await party.bus.publish([OutgoingFrame(RECIPIENT, os.urandom(len(CONTENT))) for _ in range(256)])

    await _until_closed(flood())


async def letters(party: Party) -> None:
    """Send sound letters as fast as the exchange takes them, until the parent closes our input."""
    await party.ready()
    await _until_closed(guantong_send(replace(party, waits=False), sys.maxsize, IN_FLIGHT))


async def huge(party: Party) -> None:
    """Publish the largest frames there are as fast as the bus takes them, until the parent closes our input."""
    await party.ready()
    huge = os.urandom(MAX_FRAME_BYTES)

    async def flood() -> None:
        while True:
            await party.bus.publish([OutgoingFrame(RECIPIENT, os.urandom(16) + huge[16:]) for _ in range(4)])

    await _until_closed(flood())


async def _until_closed(work: Coroutine[object, object, object]) -> None:
    flooding = asyncio.create_task(work)
    await asyncio.to_thread(sys.stdin.read)
    flooding.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await flooding


FLOODS: dict[str, Callable[[Party], Awaitable[None]]] = {
    "flood of garbage": garbage,
    "flood of letters": letters,
    "flood of huge frames": huge,
}
