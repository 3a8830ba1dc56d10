"""Presence on NATS: one subject per body, which that body alone may publish on and hear; nothing is stored."""

from __future__ import annotations

import asyncio

from nats.aio.msg import Msg

from services.chassis.bus import subjects
from services.chassis.bus.connection import BusLogin, Connection, Link
from services.chassis.bus.port import CONNECTION_FAULT, AlarmSink, BusAlarm, check_body

_HANDED_OVER_WITHIN = 2.0
_MOST_WAITING = 64


class NatsPresence:
    """One body's line of presence; every copy of the body that is connected hears what any of them says."""

    def __init__(self, body: str, login: BusLogin, alarms: AlarmSink) -> None:
        """Begin to connect; must be called on a running event loop."""
        self._subject = subjects.presence(check_body(body))
        self._heard: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)

        def other_than_connecting(alarm: BusAlarm) -> None:
            # The connection for letters says the same of the same server.
            if alarm.kind != CONNECTION_FAULT:
                alarms(alarm)

        self._connection = Connection(body, login, other_than_connecting, self._opened)

    async def wait_epoch(self, known: int) -> int:
        """Return the epoch of the connection, once there is one whose epoch is not `known`."""
        return await self._connection.wait_epoch(known)

    async def announce(self, data: bytes) -> None:
        """Say `data` to every copy that is connected now."""
        link = self._connection.link()
        await link.watch(_say(link, self._subject, data), {self._subject})

    async def hear(self) -> bytes:
        """What was said next, by this copy itself too."""
        return await self._heard.get()

    async def close(self) -> None:
        """End the connection."""
        await self._connection.close()

    async def _opened(self, link: Link) -> None:
        await link.listen(self._subject, self._arrived)
        # The server has to know that we listen before anybody hears from us that we are here.
        await link.settle(_HANDED_OVER_WITHIN)

    async def _arrived(self, message: Msg) -> None:
        if not self._heard.full():
            self._heard.put_nowait(message.data)


async def _say(link: Link, subject: str, data: bytes) -> None:
    await link.send(subject, data)
    await link.settle(_HANDED_OVER_WITHIN)
