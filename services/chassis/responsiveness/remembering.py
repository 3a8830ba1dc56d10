"""Remembers what was counted until something that counts is stored, or its minute is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from services.chassis.deadlines.tables import CALENDAR_TABLES, DEADLINE_MOVES, DEADLINE_STOPS, DEADLINES
from services.chassis.dossiers.tables import MATTERS
from services.chassis.responsiveness.gathering import Period
from services.chassis.responsiveness.rules import Row
from services.chassis.storage import Database
from services.chassis.storage.noticing import ANYWHERE

Count = Callable[[sa.Connection], Sequence[Row]]
_COUNTED = ANYWHERE | {table.name for table in (MATTERS, DEADLINES, DEADLINE_STOPS, DEADLINE_MOVES, CALENDAR_TABLES)}
_MOST = 8
"""Periods at once; people ask for one or two."""


class Remembered:
    """Rows by period. Everybody's board shows the same ones, and counting reads every matter of a year."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writes = 0
        self._observing = False
        self._counting = asyncio.Lock()
        self._rows: dict[Period, tuple[int, Sequence[Row]]] = {}

    async def rows(self, period: Period, count: Count) -> Sequence[Row]:
        """What `count` finds for the period, to the minute: within it nothing becomes late that was not."""
        if not self._observing:
            self._database.writer.noticing.observe(self._stored)
            self._observing = True
        minute = Period(period.first, period.last, _minute(period.now))
        # One counts, and whoever asks meanwhile waits for that.
        async with self._counting:
            known = self._rows.get(minute)
            if known is not None and known[0] == self._writes:
                return known[1]
            # Before reading: whatever is stored meanwhile may or may not be in what is read.
            writes = self._writes
            rows = await self._database.reader.read(count)
            if len(self._rows) >= _MOST:
                self._rows.clear()
            self._rows[minute] = writes, rows
            return rows

    def _stored(self, tables: frozenset[str]) -> None:
        if tables & _COUNTED:
            self._writes += 1


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)
