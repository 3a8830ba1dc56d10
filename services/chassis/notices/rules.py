"""When a person is told that work has come, and of how much. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import Enum
from hashlib import sha256
from types import MappingProxyType

from services.chassis.clock import BEIJING, beijing_date
from services.chassis.correspondence.tasks import Action
from services.chassis.rpc.callers import Role

ACTIONS: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.CLERK: frozenset({Action.SIGN_FOR, Action.ACCEPT, Action.DRAFT, Action.CLARIFY, Action.SETTLE}),
        Role.REVIEWER: frozenset({Action.REVIEW}),
        Role.LEADER: frozenset({Action.SIGN}),
        Role.LIAISON: frozenset({Action.SIGN_FOR}),
    }
)
"""What of the to-do list each role does; nobody is told of what others do or what other bodies owe."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_DIGEST_HEX = 16


class What(Enum):
    """What is sent."""

    FRESH = "fresh"
    """So many items have come."""
    DAILY = "daily"
    """So many items wait this morning, so many of them late."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often: at least `apart` between two notices of new work, the daily counts from `daily_from` (Beijing)."""

    apart: timedelta = timedelta(hours=1)
    daily_from: time = time(8)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where one person is told, and what they were told so far.

    Attributes:
        known: Digests of the tasks they were told of or that waited before; None: not looked at yet.
        failures: Tries that failed since the last that did not.
    """

    account_id: str
    address: str = field(repr=False)
    daily: bool
    known: frozenset[str] | None = None
    told_at: datetime | None = None
    daily_at: datetime | None = None
    failures: int = 0
    tried_at: datetime | None = None

    def waits(self, now: datetime) -> bool:
        """Whether it failed lately, so that the next try is still to come; the pause doubles."""
        if not self.failures or self.tried_at is None:
            return False
        pause: timedelta = _FIRST_PAUSE * 2 ** min(self.failures - 1, 10)
        return now < self.tried_at + min(pause, _LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for one person: digests of the tasks, and how many of them are late."""

    tasks: frozenset[str]
    late: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is sent: counts alone."""

    what: What
    count: int
    late: int = 0


def digest_of(*parts: str) -> str:
    """A short digest by which a task is known again, and from which nothing is read."""
    return sha256("\0".join(parts).encode()).hexdigest()[:_DIGEST_HEX]


def due(one: Subscription, waiting: Waiting, pace: Pace, now: datetime) -> Notice | None:
    """What is to be sent now; None for nothing. The daily counts come first, and stand for what is new in them."""
    if one.known is None or one.waits(now):
        return None
    local = now.astimezone(BEIJING)
    told_today = one.daily_at is not None and beijing_date(one.daily_at) == local.date()
    if one.daily and not told_today and local.time() >= pace.daily_from and waiting.tasks:
        return Notice(What.DAILY, len(waiting.tasks), waiting.late)
    fresh = len(waiting.tasks - one.known)
    if not fresh or (one.told_at is not None and now < one.told_at + pace.apart):
        return None
    return Notice(What.FRESH, fresh)


def looked(one: Subscription, tasks: Collection[str]) -> Subscription:
    """After a look at what waits: what went away is forgotten, so that it counts as new should it come again; at the
    first look everything that waits counts as known.
    """
    return replace(one, known=frozenset(tasks) if one.known is None else one.known & frozenset(tasks))


def told(one: Subscription, notice: Notice, tasks: Collection[str], now: datetime) -> Subscription:
    """After it was sent."""
    daily_at = now if notice.what is What.DAILY else one.daily_at
    return replace(one, known=frozenset(tasks), told_at=now, daily_at=daily_at, failures=0, tried_at=now)


def failed(one: Subscription, now: datetime) -> Subscription:
    """After it could not be sent."""
    return replace(one, failures=one.failures + 1, tried_at=now)
