"""What a running recipient handled and a running sender was receipted, for tests that wait for both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from services.chassis.exchange.hooks import Receipted
from services.chassis.storage import Transaction


class Progress:
    """What was handled, and up to which number receipts came; tells whoever waits."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self.handled: list[bytes | None] = []
        self.receipted = 0

    def handle(self, content: bytes | None) -> None:
        self.handled.append(content)
        self._loop.call_soon_threadsafe(self._changed.set)

    def confirm(self, tx: Transaction, receipted: Receipted) -> None:
        def note() -> None:
            self.receipted = receipted.up_to
            self._changed.set()

        tx.after_commit(note)

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not reached():
                self._changed.clear()
                await self._changed.wait()
