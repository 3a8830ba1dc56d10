"""Pulls from durable consumers: at once when something waits, promptly when something comes, a fair share from each.

Every consumer is asked by a question of its own, which stays open until something comes. So whoever fills one
consumer delays nobody who is heard through another, and a quiet consumer costs one question now and then. The client
library's own fetch keeps a lone message back until its whole timeout has passed; this does not.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import uuid4

from nats.aio.msg import Msg

from services.chassis.bus import subjects
from services.chassis.bus.connection import Connection, Link
from services.chassis.bus.port import BusAwayError, BusDeniedError
from services.chassis.bus.sizes import MEBIBYTE

_PULL_BYTES = 16 * MEBIBYTE
"""What one consumer may have on its way to us; one message always fits, however large the server allows it."""
_OPEN_SECONDS = 10.0
_ANSWER_WITHIN = 2.0
_PAUSE_WHILE_MISSING, _LONGEST_PAUSE_WHILE_MISSING = 0.1, 1.0
_PAUSE_WHILE_DENIED, _LONGEST_PAUSE_WHILE_DENIED = 5.0, 300.0
_PULL_ENDED = frozenset({"404", "408", "409"})
"""Nothing there, time is up, or the consumer went while we waited."""
_STATUS = "Status"
_DENIED = "denied"

Arrival = tuple[Link, Msg]


@dataclass(slots=True)
class _Lane:
    """One consumer: what it delivered and nobody took yet, and the question to it that is open."""

    ask_at: str
    arrived: deque[Arrival] = field(default_factory=deque)
    answer_at: str = ""
    """Told to nobody but the server: others may send what they like to our inbox, but end no question of ours."""
    asked_at: float = 0.0
    wanted: int = 0
    """How many messages may still come in answer to the open question."""
    answering: bool = False
    """Whether some came, and the end of the answer did not yet."""
    ask_after: float = 0.0
    pause: float = 0.0
    fault: str = ""
    """Why the last question was not answered; empty when it was."""

    def ask(self, answer_at: str, limit: int, now: float) -> None:
        self.answer_at, self.wanted, self.asked_at, self.answering = answer_at, limit, now, False

    def take(self, arrival: Arrival) -> None:
        self.arrived.append(arrival)
        self.fault, self.pause = "", 0.0
        self.wanted -= 1
        self.answering = self.wanted > 0
        if self.wanted <= 0:
            self.answer_at = ""

    def ended(self, fault: str, now: float) -> None:
        self.answer_at, self.answering, self.fault = "", False, fault
        if not fault:
            self.pause = 0.0
        else:
            self.pause = min(max(self.pause * 2, _PAUSE_WHILE_MISSING), _LONGEST_PAUSE_WHILE_MISSING)
            self.ask_after = now + self.pause

    def denied(self, now: float) -> None:
        self.ended(_DENIED, now)
        self.pause = min(max(self.pause * 2, _PAUSE_WHILE_DENIED), _LONGEST_PAUSE_WHILE_DENIED)
        self.ask_after = now + self.pause

    def served(self, now: float) -> bool:
        """Whether the server keeps our question: what it refuses or cannot find it tells at once."""
        return bool(self.answer_at) and (not self.fault or now - self.asked_at > _ANSWER_WITHIN / 2)


class Puller:
    """Fetches for one body's consumers of a stream, over whatever link there is.

    Args:
        stream: The stream's name.
        body: Whose inbox the answers come to.
        consumers: Names of the consumers to hear, asked again at every fetch; the one named like the body when
            left out.
        inbox: The part of the inbox for this connection, so that no other of the body's gets the answers too.
    """

    def __init__(
        self, stream: str, body: str, consumers: Callable[[], Iterable[str]] | None = None, inbox: str = "pull"
    ) -> None:
        self._stream = stream
        self._inbox = f"{subjects.inbox(body)}.{inbox}"
        self._consumers = consumers or (lambda: (body,))
        self._acknowledged_at = f"$JS.ACK.{stream}."
        self._lanes: dict[str, _Lane] = {}
        self._first = 0
        self._changed = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def attach(self, link: Link) -> None:
        """Listen for what will be pulled; called for each new link. What came by older links will come again."""
        lanes: dict[str, _Lane] = {}
        self._lanes = lanes

        async def put(message: Msg) -> None:
            self._put(lanes, (link, message))

        await link.listen(f"{self._inbox}.*", put)

    async def fetch(self, connection: Connection, limit: int, wait: float) -> list[Arrival]:
        """Up to `limit` messages as soon as there is one, in turns from every consumer that has some.

        Raises:
            BusAwayError: nobody answered during `wait`.
            BusDeniedError: no consumer may be asked.

        """
        async with self._one_at_a_time:
            loop = asyncio.get_running_loop()
            deadline = loop.time() + wait
            cause = "not connected"
            while True:
                try:
                    async with asyncio.timeout_at(deadline):
                        await connection.wait_connected()
                    return await self._pull(connection.link(), limit, deadline)
                except TimeoutError:
                    raise BusAwayError(cause=cause) from None
                except BusAwayError as error:
                    if loop.time() >= deadline:
                        raise
                    cause = error.facts["cause"]
                    await asyncio.sleep(min(_PAUSE_WHILE_MISSING, deadline - loop.time()))

    async def _pull(self, link: Link, limit: int, deadline: float) -> list[Arrival]:
        for consumer in self._consumers():
            self._lanes.setdefault(consumer, _Lane(subjects.pull(self._stream, consumer)))
        asked_at = {lane.ask_at for lane in self._lanes.values()}
        while True:
            try:
                return await link.watch(self._gather(link, limit, deadline), asked_at)
            except BusDeniedError as error:
                self._deny(error)

    def _deny(self, error: BusDeniedError) -> None:
        """Leave the refused consumer alone for a while; the others are heard meanwhile."""
        now = asyncio.get_running_loop().time()
        for lane in self._lanes.values():
            if error.facts["cause"].endswith(f" {lane.ask_at.lower()}"):
                lane.denied(now)
        if all(lane.fault == _DENIED for lane in self._lanes.values()):
            raise error

    async def _gather(self, link: Link, limit: int, deadline: float) -> list[Arrival]:
        """Ask whoever is to be asked, and wait for what comes; nothing when nothing came until `deadline`."""
        loop = asyncio.get_running_loop()
        patient_until = deadline
        while True:
            now = loop.time()
            self._changed.clear()
            await self._ask(link, limit, now)
            lanes = self._lanes.values()
            here = sum(len(lane.arrived) for lane in lanes)
            if here and (here >= limit or now >= patient_until or not any(lane.answering for lane in lanes)):
                return self._take(limit)
            if now >= patient_until:
                return self._nothing(now)
            if here:
                # The rest of an answer comes at once, if its server lives.
                patient_until = min(patient_until, now + _ANSWER_WITHIN)
            try:
                async with asyncio.timeout_at(self._next_look(patient_until, now)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _nothing(self, now: float) -> list[Arrival]:
        lanes = self._lanes.values()
        if lanes and not any(lane.served(now) for lane in lanes):
            raise BusAwayError(cause=next((lane.fault for lane in lanes if lane.fault), "the server does not answer"))
        return []

    def _next_look(self, deadline: float, now: float) -> float:
        """When something is to be asked anew, if nothing comes before."""
        due = (
            lane.asked_at + _OPEN_SECONDS + _ANSWER_WITHIN if lane.answer_at else lane.ask_after
            for lane in self._lanes.values()
        )
        return min((deadline, *(at for at in due if at > now)))

    async def _ask(self, link: Link, limit: int, now: float) -> None:
        """Put a question to every consumer of which nothing is left and no question open."""
        for lane in self._lanes.values():
            if lane.answer_at and now > lane.asked_at + _OPEN_SECONDS + _ANSWER_WITHIN:
                lane.ended("the server does not answer", now)
            if lane.answer_at or lane.arrived or now < lane.ask_after:
                continue
            lane.ask(f"{self._inbox}.{uuid4().hex}", limit, now)
            question = {
                "batch": limit,
                "max_bytes": max(_PULL_BYTES, link.client.max_payload + MEBIBYTE),
                # With a time to expire: what is there now and, when that is nothing, the first that comes.
                "no_wait": True,
                "expires": int(_OPEN_SECONDS * 1e9),
            }
            await link.send(lane.ask_at, json.dumps(question).encode(), reply=lane.answer_at)

    def _put(self, lanes: dict[str, _Lane], arrival: Arrival) -> None:
        """Note what came. Only our consumers' messages and the ends of our questions count: others can make the
        server send anything to anybody's inbox. The server ends an answer by a status, unless it is full.
        """
        message = arrival[1]
        if message.reply.startswith(self._acknowledged_at):
            lane = lanes.get(message.reply[len(self._acknowledged_at) :].partition(".")[0])
            if lane is not None:
                lane.take(arrival)
                self._changed.set()
            return
        for lane in lanes.values():
            if lane.answer_at and lane.answer_at == message.subject:
                status = (message.headers or {}).get(_STATUS, "")
                fault = "" if status in _PULL_ENDED else f"the consumer is missing ({status})"
                lane.ended(fault, asyncio.get_running_loop().time())
                self._changed.set()

    def _take(self, limit: int) -> list[Arrival]:
        """One of each consumer in turn, so that nobody's many delay anybody's few."""
        lanes = list(self._lanes.values())
        self._first = (self._first + 1) % len(lanes)
        turns = [lane.arrived for lane in (*lanes[self._first :], *lanes[: self._first]) if lane.arrived]
        found: list[Arrival] = []
        while turns:
            for arrived in turns:
                found.append(arrived.popleft())
                if len(found) == limit:
                    return found
            turns = [arrived for arrived in turns if arrived]
        return found
