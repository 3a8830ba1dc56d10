"""A node's exchange as one thing: letters in, letters out, receipts both ways, until it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from services.chassis.bus.port import Bus, BusError
from services.chassis.clock import Clock
from services.chassis.exchange.applying import Handler
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.inbox import Inbox
from services.chassis.exchange.model import LetterDraft, SentLetter
from services.chassis.exchange.relay import Relay, RelaySettings
from services.chassis.exchange.send import write_letter
from services.chassis.exchange.standing import OnReceipted, standings
from services.chassis.exchange.tracing import NoTracing, Tracing
from services.chassis.identity.directory import BodyStatus
from services.chassis.storage import Database, DatabaseAwayError, Transaction

_log = structlog.get_logger("guantong.exchange")
_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_FETCH_SECONDS, _SWEEP_SECONDS, _GREET_SECONDS = 5.0, 1.0, 60.0


def _nobody(_tx: Transaction, _peer: str, _number: int, _stored_at: datetime) -> None:
    """Nobody wants to know about receipts."""


@dataclass(frozen=True, slots=True)
class Duties:
    """What the node does with letters and receipts, in the exchange's units of work."""

    handler: Handler
    on_receipted: OnReceipted = _nobody


class Exchange:
    """Sends and receives for one node. `run` works until cancelled; each step is also there alone, for tests."""

    def __init__(
        self,
        identity: Identity,
        database: Database,
        bus: Bus,
        clock: Clock,
        duties: Duties,
        *,
        tracing: Tracing | None = None,
        settings: RelaySettings | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self.identity = identity
        self._database = database
        self._bus = bus
        self._tracing = tracing or NoTracing()
        self._to_answer = asyncio.Event()
        now = monotonic or asyncio.get_running_loop().time
        self.relay = Relay(identity, database, bus, clock, self._tracing, now, settings or RelaySettings())
        self.inbox = Inbox(
            identity, database, bus, clock, self._tracing, self.relay, duties.handler, duties.on_receipted
        )

    def send(self, tx: Transaction, draft: LetterDraft) -> SentLetter:
        """Write a letter in the caller's unit of work; it goes out once that is committed.

        Raises:
            DraftInvalidError: no peer could accept such a letter.
            ChannelHaltedError: an operator has to decide about the channel first.

        """
        sent = write_letter(tx, self.identity, draft, self._tracing)
        for copy in sent.copies:
            tx.after_commit(lambda copy=copy: self.relay.written(copy.recipient, copy.number))  # type: ignore[misc]
        return sent

    async def prepare(self) -> None:
        """Read where every channel stands: what a relay has to know before its first step."""
        for one in await self._database.reader.read(lambda connection: standings(connection, self.identity)):
            self.relay.receipted(one.peer, one.receipted)
            self.relay.written(one.peer, one.written)
        self.inbox.to_apply.set()

    async def run(self) -> None:
        """Work until cancelled. The bus or the database may go away and come back at any time."""
        await self._patiently(self.prepare)
        async with asyncio.TaskGroup() as tasks:
            for loop in (self._publish, self._receive, self._answer, self._apply, self._sweep, self._watch_bus):
                tasks.create_task(loop())

    async def _publish(self) -> None:
        while True:
            await self.relay.wake.wait()
            self.relay.wake.clear()
            while await self._patiently(self.relay.publish_once):
                pass

    async def _receive(self) -> None:
        while True:
            await self._patiently(lambda: self.inbox.receive_once(_FETCH_SECONDS))
            if self.inbox.owed:
                self._to_answer.set()

    async def _answer(self) -> None:
        while True:
            await self._to_answer.wait()
            self._to_answer.clear()
            await self._patiently(self.inbox.answer_once)

    async def _apply(self) -> None:
        while True:
            await self.inbox.to_apply.wait()
            self.inbox.to_apply.clear()
            while await self._patiently(self.inbox.apply_once):
                pass

    async def _sweep(self) -> None:
        """Now and then: what waits long is sent again, and peers are asked where they stand."""
        greeted = -_GREET_SECONDS
        loop = asyncio.get_running_loop()
        while True:
            self.relay.send_overdue()
            self.relay.wake.set()
            if loop.time() - greeted >= _GREET_SECONDS:
                await self._patiently(self._greet)
                greeted = loop.time()
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _watch_bus(self) -> None:
        """A new connection may stand before a bus that lost everything: send again what is not receipted."""
        epoch = 0
        while True:
            epoch = await self._bus.wait_epoch(epoch)
            self.relay.send_again()

    async def _greet(self) -> None:
        active = [
            entry.body
            for entry in self.identity.directory.bodies
            if entry.status is BodyStatus.ACTIVE and entry.body != self.identity.body
        ]
        await self.inbox.greet(active)

    async def _patiently(self, step: Callable[[], Awaitable[int | None]]) -> int | None:
        """Do `step`, again and again while bus or database are away."""
        pause = _PAUSE
        while True:
            try:
                return await step()
            except (BusError, DatabaseAwayError) as error:
                _log.info("exchange_waits", reason=error.reason)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._bus.wait_connected()
                        await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
