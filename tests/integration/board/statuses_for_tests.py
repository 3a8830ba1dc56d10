"""The status account in memory, and offices that tell it how they fare and look at what others told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.chassis.bus.port import BusAwayError, PublishedStatus
from services.chassis.node.upkeep import observe, publish_status
from tests.fixtures.offices import WholeOffice


class Statuses:
    """The status account: the last that each body published, stored at times that go on from `now`."""

    def __init__(self, now: datetime) -> None:
        self.published: dict[str, PublishedStatus] = {}
        self.away = False
        self.now = now
        self._body = ""

    def of(self, body: str) -> Statuses:
        self._body = body
        return self

    async def publish_status(self, data: bytes) -> None:
        self.put(self._body, data)

    def put(self, body: str, data: bytes) -> None:
        self.now += timedelta(seconds=1)
        self.published[body] = PublishedStatus(body, data, self.now)

    async def read_all(self) -> Mapping[str, PublishedStatus]:
        if self.away:
            raise BusAwayError(cause="gone")
        return dict(self.published)

    async def close(self) -> None:
        """Nothing is open."""


async def tells(office: WholeOffice, statuses: Statuses) -> None:
    await publish_status(office.node, statuses.of(office.body))


async def looks(office: WholeOffice, statuses: Statuses) -> None:
    observer = office.node.observer
    assert observer is not None
    await observe(office.node, observer, statuses)
