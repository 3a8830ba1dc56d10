"""Looks whether a body could use the bus, step by step, without sending or taking any frame."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from urllib.parse import urlsplit
from uuid import uuid4

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from services.chassis.bus import subjects
from services.chassis.bus.connection import BusLogin, Link
from services.chassis.bus.port import BusAlarm, BusAwayError, BusDeniedError
from services.chassis.bus.telling_time import ask_time

_WITHIN = 3.0
_NO_STREAM = "guantong-no-such-stream"
_NOTHING_WAITS, _TOO_LARGE = "404", "409"


class Step(Enum):
    """How far a body gets."""

    ADDRESS = "address"
    """Nobody listens there, or the network does not lead there."""
    TLS = "tls"
    """Who answers cannot prove to be the county's bus, or our certificate cannot be used."""
    LOGIN = "login"
    """The bus does not know this certificate, or it is no bus."""
    IN = "in"


@dataclass(slots=True)
class BusSeen:
    """What was found. `cause` is the library's own word; the rest is only known once `reached` is IN."""

    reached: Step
    cause: str = ""
    denied: set[str] = field(default_factory=set)
    """Bodies that the bus does not let us write to, or hear."""
    missing: bool = False
    """Whether the stream, or a consumer of ours, is not there."""
    waiting: set[str] = field(default_factory=set)
    """Bodies of whom something waits for us on the bus."""
    ahead: timedelta | None = None
    """How far this machine's clock is ahead of the bus's; None where nobody told."""


async def look(login: BusLogin, body: str, peers: Iterable[str]) -> BusSeen:
    """Go through the steps of connecting, then ask for every peer whether writing and hearing would be allowed."""
    for step in (Step.ADDRESS, Step.TLS):
        try:
            async with asyncio.timeout(_WITHIN):
                await _reach(login, tls=step is Step.TLS)
        except (OSError, ValueError) as error:
            return BusSeen(step, f"{type(error).__name__}: {error}"[:200])
    link = Link(body, _nobody)
    try:
        await link.open(login)
    except (NatsError, OSError, EOFError, ValueError) as error:
        await link.close()
        return BusSeen(Step.LOGIN, str(link.last_fault or error)[:200])
    try:
        return await _look_around(link, body, peers)
    finally:
        await link.close()


def _nobody(_alarm: BusAlarm) -> None:
    """What is refused here was only tried."""


async def _reach(login: BusLogin, *, tls: bool) -> None:
    last: OSError = OSError("no address")
    for address in login.url.split(","):
        where = urlsplit(address.strip())
        try:
            context = login.tls() if tls else None
            _, writer = await asyncio.open_connection(where.hostname, where.port, ssl=context)
        except OSError as error:
            last = error
            continue
        writer.close()
        return
    raise last


async def _look_around(link: Link, body: str, peers: Iterable[str]) -> BusSeen:
    seen = BusSeen(Step.IN)
    answers: asyncio.Queue[Msg] = asyncio.Queue()

    async def put(message: Msg) -> None:
        answers.put_nowait(message)

    with suppress(BusAwayError, BusDeniedError):
        seen.ahead = await ask_time(link, _WITHIN)
    await link.listen(f"{subjects.inbox(body)}.doctor.*", put)
    for peer in peers:
        try:
            await _may_write(link, subjects.letter(peer, body))
            if await _waits(link, body, peer, answers):
                seen.waiting.add(peer)
        except BusDeniedError:
            seen.denied.add(peer)
        except BusAwayError as error:
            if not link.alive:
                return BusSeen(Step.LOGIN, error.facts["cause"])
            seen.missing, seen.cause = True, error.facts["cause"]
    return seen


async def _may_write(link: Link, subject: str) -> None:
    """Offer a frame for a stream that does not exist: the one that does refuses it, and so is there."""
    asked = link.request(subject, b"", within=_WITHIN, headers={"Nats-Expected-Stream": _NO_STREAM})
    answer = await link.watch(asked, {subject})
    if "error" not in json.loads(answer.data):
        raise BusAwayError(cause="the stream took what it had to refuse")


async def _waits(link: Link, body: str, peer: str, answers: asyncio.Queue[Msg]) -> bool:
    """Ask for a message of at most one byte: any that waits is too large, is told, and stays."""
    ask_at = subjects.pull(subjects.LETTERS, subjects.letter_lane(body, peer))
    answer_at = f"{subjects.inbox(body)}.doctor.{uuid4().hex}"

    async def ask() -> str:
        await link.send(ask_at, json.dumps({"batch": 1, "max_bytes": 1, "no_wait": True}).encode(), reply=answer_at)
        try:
            async with asyncio.timeout(_WITHIN):
                while (message := await answers.get()).subject != answer_at:
                    pass
        except TimeoutError:
            raise BusAwayError(cause="the consumer does not answer") from None
        return (message.headers or {}).get("Status", "")

    status = await link.watch(ask(), {ask_at})
    if status not in {_NOTHING_WAITS, _TOO_LARGE}:
        raise BusAwayError(cause=f"the consumer is missing ({status})")
    return status == _TOO_LARGE
