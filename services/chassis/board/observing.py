"""Keeps what every body told last, and what is known of when: an old status never passes for a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from guantong.exchange.v1 import body_status_pb2 as pb
from services.chassis.board.judging import Evidence
from services.chassis.board.reading import read_status
from services.chassis.board.telling import FORM
from services.chassis.bus.port import PublishedStatus
from services.chassis.clock import Clock

SILENT_AFTER = timedelta(minutes=2)
"""A node that is up tells its status every half minute."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The last status of one body.

    Attributes:
        stored_at: When the bus stored it, by the bus's clock.
        status: What it says; None when that cannot be believed.
        came_at: When a status newer than the one before it was seen to come, by the machine's clock; None for what
            lay there when the observer started.
        heard_at: The same by the node's clock, which in a demonstration is another.
    """

    stored_at: datetime
    status: pb.BodyStatus | None
    came_at: datetime | None
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of one body at one moment; ages are None where there is nothing to count from."""

    body: str
    evidence: Evidence
    status: pb.BodyStatus | None = None
    heard_age: timedelta | None = None
    stored_age: timedelta | None = None
    heard_at: datetime | None = None

    @property
    def newer(self) -> bool:
        """Whether a newer program told it."""
        return self.status is not None and self.status.form > FORM


class Observer:
    """What was seen so far.

    Args:
        clock: The node's clock.
        wall: The machine's, which no demonstration moves: the bus dates what it stores by such a one.
    """

    def __init__(self, clock: Clock, wall: Clock) -> None:
        self._clock = clock
        self._wall = wall
        self._seen: dict[str, Seen] = {}
        self.unread_reason = ""
        """Why nothing can be read now; empty when it can."""

    def look(self, published: Mapping[str, PublishedStatus]) -> list[pb.BodyStatus]:
        """Take in what is published now; gives the statuses that are new and can be read."""
        self.unread_reason = ""
        fresh = [self._take(one) for one in published.values() if self._is_new(one)]
        return [seen.status for seen in fresh if seen.status is not None and seen.came_at is not None]

    def _is_new(self, one: PublishedStatus) -> bool:
        # Also when it went back: then the bus lost what it held, and the body told it anew.
        known = self._seen.get(one.body)
        return known is None or known.stored_at != one.stored_at

    def _take(self, one: PublishedStatus) -> Seen:
        known = self._seen.get(one.body)
        wall, now = self._wall.now(), self._clock.now()
        came = known is not None or wall - one.stored_at < SILENT_AFTER
        seen = Seen(one.stored_at, read_status(one.body, one.data), wall if came else None, now if came else None)
        self._seen[one.body] = seen
        return seen

    def sight(self, bodies: Iterable[str]) -> list[Sight]:
        """What is known of each of these bodies now, in their order."""
        wall = self._wall.now()
        return [self._sight(body, wall) for body in bodies]

    def _sight(self, body: str, wall: datetime) -> Sight:
        seen = self._seen.get(body)
        if seen is None:
            return Sight(body, Evidence.NEVER_HEARD)
        heard_age = None if seen.came_at is None else wall - seen.came_at
        if heard_age is None or not timedelta(0) <= heard_age < SILENT_AFTER:
            evidence = Evidence.SILENT
        else:
            evidence = Evidence.HEARD if seen.status is not None else Evidence.UNREADABLE
        return Sight(body, evidence, seen.status, heard_age, wall - seen.stored_at, seen.heard_at)
