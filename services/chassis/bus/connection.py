"""One authenticated connection that replaces itself for ever, and turns the client library's faults into ours."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError, SlowConsumerError

from services.chassis.bus import subjects
from services.chassis.bus.port import (
    CONNECTION_FAULT,
    DENIED,
    SLOW_CONSUMER,
    AlarmSink,
    BusAlarm,
    BusAwayError,
    BusDeniedError,
)

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0
_CONNECT_TIMEOUT = 3
_CLOSE_TIMEOUT = 2.0
_PING_EVERY = 5
_SUBSCRIPTION_BYTES = 512 * 1024 * 1024
_REFUSAL = re.compile(r'permissions violation for (\w+) to "([^"]+)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BusLogin:
    """Where the bus is (several servers of a cluster separated by commas) and whose certificate speaks."""

    url: str
    authority: Path
    certificate: Path
    key: Path

    def tls(self) -> ssl.SSLContext:
        """Read afresh for every connection, so that a renewed certificate is taken without a restart."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self.certificate, self.key)
        return context


class Link:
    """One established connection; when it is lost, everything that waits on it fails at once and it is thrown away.

    The library's own reconnecting is switched off: it keeps and later sends what its caller believes failed, and
    after some errors it stops for good.
    """

    def __init__(self, body: str, alarms: AlarmSink) -> None:
        self._body = body
        self._alarms = alarms
        self._waiting: dict[asyncio.Future[str], frozenset[str]] = {}
        self.client = Client()
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.last_fault: Exception | None = None

    async def open(self, login: BusLogin) -> None:
        """Connect, or raise what the network, TLS or the server had against it."""
        servers = [address.strip() for address in login.url.split(",")]
        random.shuffle(servers)
        with _cancellation_kept():
            await self.client.connect(
                servers[:1],
                name=f"guantong {self._body}",
                tls=login.tls(),
                # The library would go on without TLS if the first line from the network said so.
                tls_handshake_first=True,
                inbox_prefix=subjects.inbox(self._body).encode(),
                allow_reconnect=False,
                # What the library makes of "try once": it tries twice, without its pause of two seconds.
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=_CONNECT_TIMEOUT,
                ping_interval=_PING_EVERY,
                error_cb=self._fault,
                closed_cb=self._closed,
            )

    async def close(self) -> None:
        """Hand over what is still to be sent, if the server takes it soon, and end."""
        with contextlib.suppress(NatsError, OSError, TimeoutError), _cancellation_kept():
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                if self.client.is_connected:
                    await settle(self.client)
                await self.client.close()
        await self._closed()

    @property
    def alive(self) -> bool:
        """Whether this link still works, as far as is known."""
        return not self.lost.done()

    async def listen(self, subject: str, arrived: Callable[[Msg], Awaitable[None]]) -> None:
        """Give every message on `subject` to `arrived`."""
        await self.client.subscribe(subject, cb=arrived, pending_bytes_limit=_SUBSCRIPTION_BYTES)

    async def send(self, subject: str, data: bytes, headers: Mapping[str, str] | None = None, reply: str = "") -> None:
        """Hand over without an answer."""
        try:
            await self.client.publish(subject, data, reply=reply, headers=dict(headers) if headers else None)
        except NatsError as error:
            raise self._away(error) from error

    async def settle(self, within: float) -> None:
        """Return once the server has dealt with everything sent before, and refused what it refuses."""
        try:
            async with asyncio.timeout(within):
                await settle(self.client)
        except (NatsError, TimeoutError) as error:
            raise self._away(error) from error

    async def request(
        self, subject: str, data: bytes, *, within: float, headers: Mapping[str, str] | None = None
    ) -> Msg:
        """Send and await the answer; see `watch` for refusals."""
        try:
            return await self.client.request(subject, data, timeout=within, headers=dict(headers) if headers else None)
        except NoRespondersError as error:
            raise BusAwayError(cause="the stream is missing") from error
        except NatsError as error:
            raise self._away(error) from error

    async def watch(self, work: Coroutine[Any, Any, T], published: Iterable[str] = ()) -> T:
        """Do `work`, but fail at once when the link is lost or the server refuses one of the subjects.

        A refusal is no answer to anything: the server reports it on the side, and the work would only time out.
        """
        refused: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        # The library hands over the server's words in lower case.
        self._waiting[refused] = frozenset(subject.lower() for subject in published)
        task = asyncio.ensure_future(work)
        whatever_comes_first: set[asyncio.Future[Any]] = {task, refused, self.lost}
        try:
            await asyncio.wait(whatever_comes_first, return_when=asyncio.FIRST_COMPLETED)
            if refused.done():
                raise BusDeniedError(body=self._body, cause=refused.result())
            if task.done():
                return task.result()
            raise BusAwayError(cause="the connection was lost")
        finally:
            del self._waiting[refused]
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def _closed(self) -> None:
        self._end()

    def _end(self) -> None:
        if not self.lost.done():
            self.lost.set_result(None)

    def _away(self, error: Exception) -> BusAwayError:
        # The library can end without calling `closed_cb`: the task that was to call it is one of those it cancels.
        if self.client.is_closed:
            self._end()
        return BusAwayError(cause=_cause(error))

    async def _fault(self, error: Exception) -> None:
        refusal = _REFUSAL.search(str(error))
        if refusal:
            action, subject = refusal[1].lower(), refusal[2].lower()
            self._alarms(BusAlarm(DENIED, self._body, f"{action} to {subject}"))
            for waiting, published in self._waiting.items():
                if subject in published and not waiting.done():
                    waiting.set_result(f"{action} to {subject}")
        elif isinstance(error, SlowConsumerError):
            self._alarms(BusAlarm(SLOW_CONSUMER, self._body, "frames were dropped on arrival and come again"))
        else:
            self.last_fault = error


class Connection:
    """Keeps a `Link` up for as long as it is open: the server may be absent at the start, die, or change address."""

    def __init__(
        self, body: str, login: BusLogin, alarms: AlarmSink, on_open: Callable[[Link], Awaitable[None]] | None = None
    ) -> None:
        self._body = body
        self._login = login
        self._alarms = alarms
        self._on_open = on_open
        self._link: Link | None = None
        self._next_link: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.epoch = 0
        self._keeper = asyncio.create_task(self._keep(), name=f"bus connection of {body}")

    @property
    def connected(self) -> bool:
        """Whether there is a link now."""
        return self._link is not None and self._link.alive

    async def wait_connected(self) -> None:
        """Return once there is a link."""
        while not self.connected:
            await asyncio.shield(self._next_link)

    async def wait_epoch(self, known: int) -> int:
        """Return the number of the present link, once there is one and it is not `known`."""
        while not self.connected or self.epoch == known:
            await asyncio.shield(self._next_link)
        return self.epoch

    def link(self) -> Link:
        """The present link, or BusAwayError."""
        if self._link is None or not self._link.alive:
            raise BusAwayError(cause="not connected")
        return self._link

    async def close(self) -> None:
        """Stop keeping, and end the link."""
        self._keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeper

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE
        told = ""
        while True:
            link = Link(self._body, self._alarms)
            try:
                await link.open(self._login)
                if self._on_open is not None:
                    await self._on_open(link)
                pause, told = _FIRST_PAUSE, ""
                self._announce(link)
                await link.lost
            except (NatsError, OSError, EOFError, ValueError, BusAwayError) as error:
                told = self._tell_once(_cause(link.last_fault or error), told)
            except asyncio.CancelledError as error:
                # Only `close` ends the keeper. A cancellation that strayed out of the library is one more lost link.
                if self._keeper.cancelling():
                    raise
                told = self._tell_once(_cause(error), told)
            finally:
                self._link = None
                await link.close()
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads reconnects, guards nothing
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _announce(self, link: Link) -> None:
        self._link = link
        self.epoch += 1
        waited_for, self._next_link = self._next_link, asyncio.get_running_loop().create_future()
        waited_for.set_result(None)

    def _tell_once(self, cause: str, told: str) -> str:
        """One alarm for each new cause: an outage of hours is one alarm, not thousands."""
        if cause != told:
            self._alarms(BusAlarm(CONNECTION_FAULT, self._body, cause))
        return cause


async def settle(client: Client) -> None:
    """The library's own flush lets its ping overtake what it still holds back: ping until nothing was held back."""
    held_back = True
    while held_back:
        held_back = client.pending_data_size > 0
        # The library's reader dies of a pong that nobody awaits any more, and the link with it, unnoticed for as long
        # as pings take: whoever gives up waiting leaves the ping to wait on.
        flushing = asyncio.ensure_future(client.flush())
        flushing.add_done_callback(_heeded)
        await asyncio.shield(flushing)


def _heeded(flushing: asyncio.Future[None]) -> None:
    if not flushing.cancelled():
        flushing.exception()


@contextlib.contextmanager
def _cancellation_kept() -> Iterator[None]:
    """Python 3.11's `wait_for`, which the library is built on, forgets a cancellation that comes with the answer."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    yield
    if task and task.cancelling() > before:
        raise asyncio.CancelledError


def _cause(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
