"""Where every part of a node rings: said in log and metrics at once, kept in the database as soon as it answers."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import Protocol

import structlog

from services.chassis.operations.alarms import Cause, kind_named
from services.chassis.operations.keeping import raise_alarms
from services.chassis.storage import Database, DatabaseAwayError

_MOST_CAUSES = 1_000
_AGAIN_SECONDS = 2.0
_log = structlog.get_logger("guantong.node")


class Teller(Protocol):
    """Says an alarm in log and metrics; the node's telemetry."""

    def alarm(self, kind: str, peer: str, *, reason: str = "", detail: str = "", count: int = 1) -> None: ...


class Bell:
    """Takes alarms from every thread. What could not be kept yet is counted here, bounded; the log has it anyway."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._gate = threading.Lock()
        self._rung: Counter[Cause] = Counter()
        self._wake: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def ring(self, kind: str, peer: str, *, reason: str = "", detail: str = "", count: int = 1) -> None:
        """Raise an alarm; see `Cause`. `detail` goes to the log alone and never holds content."""
        self._teller.alarm(kind, peer, reason=reason, detail=detail, count=count)
        if not kind_named(kind).kept:
            return
        cause = Cause(kind, peer, reason)
        with self._gate:
            if cause in self._rung or len(self._rung) < _MOST_CAUSES:
                self._rung[cause] += count
            wake = self._wake
        if wake is not None:
            loop, event = wake
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def keep(self, database: Database) -> None:
        """Keep what was rung, until cancelled, or until this process may not write any more."""
        event = asyncio.Event()
        with self._gate:
            self._wake = asyncio.get_running_loop(), event
            if self._rung:
                event.set()
        while True:
            await event.wait()
            event.clear()
            try:
                await self.keep_once(database)
            except DatabaseAwayError as error:
                _log.info("upkeep_waits", reason=error.reason)
                await asyncio.sleep(_AGAIN_SECONDS)
                event.set()

    async def keep_once(self, database: Database) -> None:
        """Keep what was rung so far.

        Raises:
            DatabaseAwayError: it is kept the next time.
        """
        with self._gate:
            rung, self._rung = self._rung, Counter()
        if not rung:
            return
        try:
            await database.writer.run(lambda tx: raise_alarms(tx, rung))
        except BaseException:
            with self._gate:
                self._rung += rung
            raise
