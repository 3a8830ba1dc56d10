"""Makes sure that the streams and consumers exist and are as configured; the only one with the right to.

Nodes cannot create streams, so when the bus comes back with its storage wiped it is this coroutine, beside the
server, that rebuilds them. What was in them is sent again by the nodes, because it was never receipted.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from services.chassis.bus import streams
from services.chassis.bus.certificates import OPERATOR, STATUS_OPERATOR
from services.chassis.bus.configuration import BusServerConfig, Login
from services.chassis.bus.connection import BusLogin, Connection, Link
from services.chassis.bus.port import STORAGE_REBUILT, AlarmSink, BusAlarm, BusAwayError
from services.chassis.bus.telling_time import tell_time

_ANSWER_WITHIN = 5.0
_LOOK_EVERY = 2.0
_RETRY_AFTER = 0.1
_STREAM_EXISTS_OTHERWISE = 10058

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Wanted:
    stream: Settings
    consumers: tuple[Settings, ...]


class Provisioner:
    """One account's streams and consumers, kept as they should be for as long as `run` runs."""

    def __init__(
        self,
        operator: str,
        login: BusLogin,
        wanted: tuple[_Wanted, ...],
        alarms: AlarmSink,
        on_open: Callable[[Link], Awaitable[None]] | None = None,
    ) -> None:
        self._operator = operator
        self._on_open = on_open
        self._login = login
        self._wanted = wanted
        self._alarms = alarms
        self._known = False
        """Whether everything was compared once; from then on only what is missing is made."""
        self.ready = asyncio.Event()
        """Set whenever everything was found or made; cleared while the server is away."""

    async def run(self) -> None:
        """Look, make what is missing, look again; for ever."""
        connection = Connection(_inbox_name(self._operator), self._login, self._alarms, self._on_open)
        try:
            while True:
                await connection.wait_connected()
                try:
                    made = await self._ensure(connection.link())
                except BusAwayError:
                    self.ready.clear()
                    await asyncio.sleep(_RETRY_AFTER)
                    continue
                if made and self._known:
                    self._alarms(BusAlarm(STORAGE_REBUILT, self._operator, ", ".join(made)))
                self._known = True
                self.ready.set()
                await self._until_next_look(connection.link())
        finally:
            await connection.close()

    async def _until_next_look(self, link: Link) -> None:
        await asyncio.wait({link.lost}, timeout=_LOOK_EVERY)
        if not link.alive:
            self.ready.clear()

    async def _ensure(self, link: Link) -> list[str]:
        made: list[str] = []
        for wanted in self._wanted:
            stream = wanted.stream["name"]
            if await link.watch(_ensure_stream(link, wanted.stream)):
                made.append(stream)
            await link.watch(self._ensure_consumers(link, stream, wanted.consumers))
        return made

    async def _ensure_consumers(self, link: Link, stream: str, wanted: tuple[Settings, ...]) -> None:
        found = await _consumer_names(link, stream)
        names = {consumer["durable_name"] for consumer in wanted}
        if not self._known:
            # What is left of another list of bodies would keep frames from those that are to have them.
            for name in found - names:
                await _must(link, f"$JS.API.CONSUMER.DELETE.{stream}.{name}", {})
        for consumer in wanted:
            if not self._known or consumer["durable_name"] not in found:
                await _ensure_consumer(link, stream, consumer)


def for_letters(config: BusServerConfig, alarms: AlarmSink) -> Provisioner:
    """Keeps the letters' stream with one consumer for every pair of bodies, and the attachments' with one per body."""
    consumers = tuple(streams.letter_consumer(config, *pair) for pair in permutations(config.bodies, 2))
    hearers = tuple(streams.attachment_consumer(config, body) for body in config.bodies)
    wanted = (_Wanted(streams.letters(config), consumers), _Wanted(streams.attachments(config), hearers))
    return Provisioner(OPERATOR, login(config, config.operator), wanted, alarms, tell_time)


def for_status(config: BusServerConfig, alarms: AlarmSink) -> Provisioner:
    """Keeps the streams of status and spans and one span consumer per observer."""
    consumers = tuple(streams.span_consumer(config, observer) for observer in config.observers)
    wanted = (_Wanted(streams.status(config), ()), _Wanted(streams.spans(config), consumers))
    return Provisioner(STATUS_OPERATOR, login(config, config.status_operator), wanted, alarms)


def login(config: BusServerConfig, credential: Login) -> BusLogin:
    """How the bus process itself connects to its server."""
    return BusLogin(config.url, config.authority, credential.certificate, credential.key)


async def _ensure_stream(link: Link, wanted: Settings) -> bool:
    """Whether it had to be made."""
    name = wanted["name"]
    found = await _ask(link, f"$JS.API.STREAM.INFO.{name}", {})
    if "error" in found:
        await _must(link, f"$JS.API.STREAM.CREATE.{name}", wanted)
        return True
    if _differs(wanted, found["config"]):
        await _must(link, f"$JS.API.STREAM.UPDATE.{name}", wanted)
    return False


async def _consumer_names(link: Link, stream: str) -> set[str]:
    """All of a stream's consumers; the server tells them page by page."""
    names: set[str] = set()
    while True:
        page = await _ask(link, f"$JS.API.CONSUMER.NAMES.{stream}", {"offset": len(names)})
        if "error" in page:
            raise BusAwayError(cause=f"{stream}: {page['error'].get('description', 'refused')}")
        names.update(page["consumers"] or ())
        if len(names) >= page["total"] or not page["consumers"]:
            return names


async def _ensure_consumer(link: Link, stream: str, wanted: Settings) -> None:
    name = wanted["durable_name"]
    found = await _ask(link, f"$JS.API.CONSUMER.INFO.{stream}.{name}", {})
    if "error" in found or _differs(wanted, found["config"]):
        question = {"stream_name": stream, "config": wanted}
        await _must(link, f"$JS.API.CONSUMER.DURABLE.CREATE.{stream}.{name}", question)


def _differs(wanted: Settings, found: Settings) -> bool:
    """The server leaves out what is false, zero or unlimited, and adds settings of its own."""
    return any(found.get(key, value if value in _LEFT_OUT else None) != value for key, value in wanted.items())


_LEFT_OUT: tuple[Any, ...] = (False, 0, -1, "")


async def _must(link: Link, subject: str, question: Settings) -> None:
    answer = await _ask(link, subject, question)
    if "error" in answer:
        raise BusAwayError(cause=f"{subject}: {answer['error'].get('description', 'refused')}")


async def _ask(link: Link, subject: str, question: Settings) -> dict[str, Any]:
    data = json.dumps(question).encode() if question else b""
    answer = await link.request(subject, data, within=_ANSWER_WITHIN)
    decoded: dict[str, Any] = json.loads(answer.data)
    return decoded


def _inbox_name(operator: str) -> str:
    return operator.replace(".", "-")
