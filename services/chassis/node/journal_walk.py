"""Walks the node's whole journal, asked for or every night, and remembers what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from services.chassis.clock import Clock
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal.verify import Report
from services.chassis.operations.journal_checks import is_due, last_check, remember
from services.chassis.storage import Database

FAULTY = "journal_faulty"
"""Kind of alarm."""


class JournalWalk:
    """One walk at a time. `ring` raises an alarm of the kind given."""

    def __init__(self, database: Database, identity: Identity, clock: Clock, ring: Callable[[str], object]) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._ring = ring
        self._started_at = clock.now()
        self._under_way: asyncio.Task[Report] | None = None

    async def run(self) -> Report:
        """What a walk finds; a walk that is under way serves all who ask meanwhile.

        Raises:
            DatabaseAwayError: the database does not answer.
        """
        # A walk can outlast the caller's patience and cannot be stopped. Whoever asks meanwhile hears what it finds,
        # so that impatience does not take all the readers.
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._walk(), name="verify-journal")
        return await asyncio.shield(self._under_way)

    async def run_when_due(self) -> None:
        """Walk if nobody has for long; in a snapshot of a reader's, so that nobody who writes waits for it."""
        last = await self._database.reader.read(last_check)
        if is_due(last, self._started_at, self._clock.now()):
            await self.run()

    async def _walk(self) -> Report:
        report = await self._database.reader.read(lambda connection: verify_journal(connection, self._identity))
        if not report.sound:
            self._ring(FAULTY)
        await self._database.writer.run(lambda tx: remember(tx, report))
        return report
