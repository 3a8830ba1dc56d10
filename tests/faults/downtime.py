"""The downtime test of a municipal relay, on real processes: ten users write for a minute, and somebody is away.

Their design (Open Zaak with Open Notificaties): 10 users, one minute of load, about 1,500 requests, the notified
service down for 10, 60, 300 and 600 s from some nine seconds on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from tests.faults.buses import DAMAGES
from tests.faults.oracle import judge
from tests.faults.pairs import HEAL_WITHIN, Ground, Pair
from tests.faults.party import for_seconds
from tests.faults.stores import Stores
from tests.faults.trials import RECIPIENT, SENDER
from tests.fixtures.nats import eventually

BUS, WIPED = "bus", "bus, wiped"
WHO = (RECIPIENT, SENDER, BUS, WIPED)
SECONDS = (600.0, 300.0, 60.0, 10.0)
MOVED = (timedelta(hours=24), timedelta(days=10))
_BEFORE_SHARE = 0.15
"""Of the minute, before anybody goes: their failures say that it was so."""


@dataclass(frozen=True)
class Load:
    """What users write: so many of them, so many letters together, each pausing `every` seconds."""

    users: int = 10
    letters: int = 1500
    every: float = 0.4

    @property
    def seconds(self) -> float:
        return self.letters / self.users * self.every


@dataclass(frozen=True)
class Absence:
    """Who is away and how long. `moved` is how far the county's clock, and with it every timer of the nodes' own,
    is moved meanwhile.
    """

    who: str
    seconds: float
    moved: timedelta = timedelta(0)


@dataclass(frozen=True)
class Outcome:
    """One row of the downtime table; `catch_up_seconds` until what was written by the return was handled."""

    away: str
    seconds: float
    moved_seconds: float
    database: str
    created: int
    delivered: int
    lost: int
    twice: int
    catch_up_seconds: float
    faults: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


async def suffer(ground: Ground, stores: Stores, absence: Absence, load: Load) -> Outcome:
    """Let users write, somebody go and come back, everything arrive, and judge."""
    with ground.pair(stores, load.letters) as pair:
        clock = pair.sender.folder / "clock"
        orders = {"until": ""} | ({"clock": str(clock), "timers": True} if absence.moved else {})
        pair.sender.orders = replace(pair.sender.orders, users=load.users, every=load.every, **orders)  # type: ignore[arg-type]
        # As in their test, where nobody answers.
        pair.recipient.orders = replace(pair.recipient.orders, letters=0, **orders)  # type: ignore[arg-type]
        pair.start()
        await pair.reaches(1)
        await for_seconds(load.seconds * _BEFORE_SHARE)
        _go(pair, absence.who)
        if absence.moved:
            await for_seconds(absence.seconds / 2)
            clock.write_text(str(absence.moved.total_seconds()), encoding="ascii")
        await for_seconds(absence.seconds / (2 if absence.moved else 1))
        standing = pair.sender.standing()
        owed = standing.written if standing else 0
        began = time.monotonic()
        _return(pair, absence.who)
        await eventually(lambda: pair.under_way(owed), HEAL_WITHIN, every=0.02)
        caught_up = time.monotonic() - began
        await pair.heals()
        pair.end()
        verdict = judge(pair)
        delivered = verdict.letters - verdict.lost
        counts = verdict.letters, delivered, verdict.lost, verdict.twice
        moved = absence.moved.total_seconds()
        return Outcome(absence.who, absence.seconds, moved, stores.kind, *counts, round(caught_up, 2), verdict.faults)


def _go(pair: Pair, who: str) -> None:
    if who in {BUS, WIPED}:
        pair.bus.kill()
    else:
        (pair.recipient if who == RECIPIENT else pair.sender).kill()
    if who == WIPED:
        DAMAGES["storage wiped"](pair.bus.storage)


def _return(pair: Pair, who: str) -> None:
    if who in {BUS, WIPED}:
        pair.bus.start()
    else:
        (pair.recipient if who == RECIPIENT else pair.sender).start()


async def table(ground: Ground, stores: Iterable[Stores], load: Load) -> list[Outcome]:
    """Every row, in counties side by side whose minutes of load do not all fall together."""
    sqlite, postgresql = stores
    waves: list[list[tuple[Stores, Absence]]] = [
        [(sqlite, Absence(who, seconds)) for who in WHO] + [(postgresql, Absence(RECIPIENT, seconds))]
        for seconds in SECONDS
    ]
    waves.append([(sqlite, Absence(who, 60.0, moved)) for moved in MOVED for who in (RECIPIENT, SENDER, WIPED)])
    rows = await asyncio.gather(
        *(
            _later(place * (load.seconds + 10), ground, kind, absence, load)
            for place, wave in enumerate(waves)
            for kind, absence in wave
        )
    )
    return sorted(
        rows, key=lambda row: (row.database != sqlite.kind, WHO.index(row.away), row.moved_seconds, row.seconds)
    )


async def _later(seconds: float, ground: Ground, stores: Stores, absence: Absence, load: Load) -> Outcome:
    await for_seconds(seconds)
    try:
        return await suffer(ground, stores, absence, load)
    except (TimeoutError, AssertionError) as error:
        # One that does not heal is a row that says so, and takes none of the others with it.
        unhealed = (f"it did not heal: {error!r}",)
        moved = absence.moved.total_seconds()
        return Outcome(absence.who, absence.seconds, moved, stores.kind, 0, 0, 0, 0, 0.0, unhealed)
