"""Alarms that ring while the database is away are kept once it is back, and none twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import pytest

from services.chassis.operations.alarms import Cause
from services.chassis.operations.bell import Bell
from services.chassis.operations.keeping import list_alarms, open_count
from services.chassis.storage import Database, DatabaseAwayError, Transaction

T = TypeVar("T")


class Told:
    """Who is told at once, whatever becomes of the record."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def alarm(self, kind: str, peer: str, *, reason: str = "", detail: str = "", count: int = 1) -> None:
        del peer, reason, detail
        self.kinds += [kind] * count


class AwayOnce:
    """A database whose writer is away the first time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._away = True
        self.writer = self

    async def run(self, unit: Callable[[Transaction], T]) -> T:
        if self._away:
            self._away = False
            raise DatabaseAwayError(cause="gone", outcome="nothing")
        return await self._database.writer.run(unit)


async def test_what_rings_while_the_database_is_away_is_kept_afterwards(database: Database):
    told = Told()
    bell = Bell(told)
    bell.ring("bus_denied", "audit", count=2)
    away = AwayOnce(database)

    with pytest.raises(DatabaseAwayError):
        await bell.keep_once(away)  # type: ignore[arg-type]  # stands in for the writer alone
    bell.ring("bus_denied", "audit")
    await bell.keep_once(away)  # type: ignore[arg-type]  # stands in for the writer alone
    await bell.keep_once(database)

    (kept,) = await database.reader.read(list_alarms)
    assert (kept.cause, kept.count) == (Cause("bus_denied", "audit"), 3)
    assert told.kinds == ["bus_denied"] * 3


async def test_it_rings_from_every_thread(database: Database):
    bell = Bell(Told())
    ringing = [threading.Thread(target=bell.ring, args=("bus_denied", f"body-{number}")) for number in range(8)]
    for thread in ringing:
        thread.start()
    for thread in ringing:
        thread.join()
    await bell.keep_once(database)

    assert await database.reader.read(open_count) == 8
