"""Status and trace spans on NATS, in an account apart from the letters."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from nats.aio.msg import Msg

from services.chassis.bus import subjects
from services.chassis.bus.connection import BusLogin, Connection, Link
from services.chassis.bus.port import AlarmSink, BusAwayError, PublishedStatus, SpanFrame, check_body
from services.chassis.bus.pulling import Puller

_TAKEN_WITHIN = 5.0
_READ_WITHIN = 5.0
_END_OF_READ = "204"
_NOTHING = "404"


class NatsStatusBoard:
    """One body's connection to the status account; both a `StatusBoard` and a `SpanLine`."""

    def __init__(self, body: str, login: BusLogin, alarms: AlarmSink, *, observer: bool = False) -> None:
        """Begin to connect; must be called on a running event loop. Only an observer may read."""
        self._body = check_body(body)
        self._puller = Puller(subjects.SPANS, body)
        self._connection = Connection(body, login, alarms, self._puller.attach if observer else None)

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._connection.connected

    async def wait_connected(self) -> None:
        """Return once there is a connection."""
        await self._connection.wait_connected()

    async def publish_status(self, data: bytes) -> None:
        """Replace this body's status."""
        await self._publish(subjects.status(self._body), data)

    async def publish_spans(self, data: bytes) -> None:
        """Hand over one batch of spans."""
        await self._publish(subjects.spans(self._body), data)

    async def read_all(self) -> Mapping[str, PublishedStatus]:
        """The last status of every body that published one."""
        link = self._connection.link()
        ask_at = f"$JS.API.DIRECT.GET.{subjects.STATUS}"
        messages = await link.watch(_read_last(link, ask_at), {ask_at})
        statuses = (_status(message) for message in messages)
        return {status.body: status for status in statuses}

    async def fetch_spans(self, limit: int, wait: float) -> Sequence[SpanFrame]:
        """Up to `limit` batches as soon as there is one."""
        arrivals = await self._puller.fetch(self._connection, limit, wait)
        return [SpanFrame(subjects.last_token(message.subject), message.data) for _, message in arrivals]

    async def close(self) -> None:
        """End the connection."""
        await self._connection.close()

    async def _publish(self, subject: str, data: bytes) -> None:
        link = self._connection.link()
        await link.watch(_hand_over(link, subject, data), {subject})


async def _hand_over(link: Link, subject: str, data: bytes) -> None:
    """The stream answers nothing (so that no answer can be misdirected): the server's pong says it was taken."""
    await link.send(subject, data)
    await link.settle(_TAKEN_WITHIN)


async def _read_last(link: Link, ask_at: str) -> list[Msg]:
    """One question, many answers: the last message under each body's subject."""
    answer_at = link.client.new_inbox()
    answers: asyncio.Queue[Msg] = asyncio.Queue()

    async def put(message: Msg) -> None:
        answers.put_nowait(message)

    subscription = await link.client.subscribe(answer_at, cb=put)
    found: list[Msg] = []
    try:
        await link.send(ask_at, json.dumps({"multi_last": [subjects.ALL_STATUSES]}).encode(), reply=answer_at)
        async with asyncio.timeout(_READ_WITHIN):
            while (status := _code(message := await answers.get())) is None:
                found.append(message)
    except TimeoutError:
        raise BusAwayError(cause="the status board does not answer") from None
    finally:
        if link.client.is_connected:
            await subscription.unsubscribe()
    if status not in {_END_OF_READ, _NOTHING}:
        raise BusAwayError(cause=f"the status board answers {status}")
    return found


def _code(message: Msg) -> str | None:
    headers = message.headers or {}
    return None if "Nats-Subject" in headers else headers.get("Status", "malformed")


def _status(message: Msg) -> PublishedStatus:
    headers = message.headers or {}
    body = subjects.last_token(headers["Nats-Subject"])
    # The server writes nanoseconds, which Python's reader takes and cuts to microseconds.
    return PublishedStatus(body, message.data, datetime.fromisoformat(headers["Nats-Time-Stamp"]))
