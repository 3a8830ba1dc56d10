"""Pulls from a durable consumer: at once when something waits, promptly when something comes, never too early away.

The client library's own fetch keeps a lone message back until its whole timeout has passed; this asks for what is
there and, only when there is nothing, for the first that comes.
"""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

from nats.aio.msg import Msg

from services.chassis.bus import subjects
from services.chassis.bus.connection import Connection, Link
from services.chassis.bus.port import BusAwayError
from services.chassis.bus.sizes import MEBIBYTE

_PULL_BYTES = 64 * MEBIBYTE
_PAUSE_WHILE_MISSING = 0.1
_ANSWER_WITHIN = 2.0
_PULL_ENDED = frozenset({"404", "408", "409"})
"""Nothing there, time is up, or the consumer went while we waited."""
_STATUS = "Status"

Arrival = tuple[Link, Msg]


class _NotServedError(BusAwayError):
    """The consumer is missing, or its server stopped serving it; asking again may help."""


class Puller:
    """Fetches for one consumer, over whatever link there is."""

    def __init__(self, stream: str, consumer: str) -> None:
        self._ask_at = subjects.pull(stream, consumer)
        self._inbox = f"{subjects.inbox(consumer)}.pull"
        self._acknowledged_at = f"$JS.ACK.{stream}.{consumer}."
        self._arrived: asyncio.Queue[Arrival] = asyncio.Queue()
        self._one_at_a_time = asyncio.Lock()

    async def attach(self, link: Link) -> None:
        """Listen for what will be pulled; called for each new link. What came by older links will come again."""
        arrived: asyncio.Queue[Arrival] = asyncio.Queue()
        self._arrived = arrived

        async def put(message: Msg) -> None:
            arrived.put_nowait((link, message))

        await link.listen(f"{self._inbox}.*", put)

    async def fetch(self, connection: Connection, limit: int, wait: float) -> list[Arrival]:
        """Up to `limit` messages as soon as there is one; BusAwayError when nobody answered during `wait`."""
        async with self._one_at_a_time:
            asked = False
            cause = "not connected"
            loop = asyncio.get_running_loop()
            deadline = loop.time() + wait
            while True:
                try:
                    async with asyncio.timeout_at(deadline):
                        await connection.wait_connected()
                    link = connection.link()
                    arrivals = await link.watch(self._pull(link, limit, deadline), {self._ask_at})
                    asked = True
                except TimeoutError:
                    arrivals = []
                except BusAwayError as error:
                    cause, arrivals = error.facts["cause"], []
                    await asyncio.sleep(min(_PAUSE_WHILE_MISSING, max(0.0, deadline - loop.time())))
                if arrivals or loop.time() >= deadline:
                    break
            if not arrivals and not asked:
                raise BusAwayError(cause=cause)
            return arrivals

    async def _pull(self, link: Link, limit: int, deadline: float) -> list[Arrival]:
        return self._already_here(limit) or await self._ask(link, limit, deadline)

    def _already_here(self, limit: int) -> list[Arrival]:
        """What came in answer to an earlier question that its asker had given up."""
        found: list[Arrival] = []
        while len(found) < limit and not self._arrived.empty():
            arrival = self._arrived.get_nowait()
            if self._is_ours(arrival[1]):
                found.append(arrival)
        return found

    def _is_ours(self, message: Msg) -> bool:
        """Whether our consumer delivered it; others can make the server send anything to anybody's inbox."""
        return message.reply.startswith(self._acknowledged_at)

    async def _ask(self, link: Link, limit: int, deadline: float) -> list[Arrival]:
        """Ask for what is there now and, when that is nothing, for the first that comes until `deadline`.

        The server ends every answer by a status, also the one to which nothing came.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        question: dict[str, int | bool] = {"batch": limit, "max_bytes": _PULL_BYTES, "no_wait": True}
        if deadline > now:
            question["expires"] = max(1_000_000, int((deadline - now) * 1e9))
        # Told to nobody but the server: others may send what they like to this inbox, but end no question of ours.
        answer_at = f"{self._inbox}.{uuid4().hex}"
        await link.send(self._ask_at, json.dumps(question).encode(), reply=answer_at)
        found: list[Arrival] = []
        try:
            async with asyncio.timeout_at(max(deadline, now) + _ANSWER_WITHIN) as time_limit:
                while len(found) < limit:
                    arrival = await self._arrived.get()
                    if self._is_ours(arrival[1]):
                        found.append(arrival)
                        time_limit.reschedule(loop.time() + _ANSWER_WITHIN)
                    elif found:
                        break  # an answer ends here, ours or that to an earlier question that was given up
                    elif arrival[1].subject == answer_at:
                        _check((arrival[1].headers or {}).get(_STATUS, ""))
                        break
        except TimeoutError:
            if not found:
                raise _NotServedError(cause="the server does not answer") from None
        return found


def _check(status: str) -> None:
    if status not in _PULL_ENDED:
        raise _NotServedError(cause=f"the consumer is missing ({status})")
