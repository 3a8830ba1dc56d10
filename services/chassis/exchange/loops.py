"""Keeps a node's exchange going: every step again and again, patiently while bus or database are away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import TypeVar

import structlog

from services.chassis.bus.port import Bus
from services.chassis.errors import GuantongError
from services.chassis.exchange.answers import Answers
from services.chassis.exchange.errors import LoopEndedError
from services.chassis.exchange.inbox import Inbox
from services.chassis.exchange.relay import Relay
from services.chassis.storage import DatabaseAwayError, StorageError

T = TypeVar("T")
_log = structlog.get_logger("guantong.exchange")
_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_FETCH_SECONDS, _TICK_SECONDS = 5.0, 1.0


class Loops:
    """One loop for each step, woken by whatever makes the step worth while."""

    def __init__(
        self, bus: Bus, relay: Relay, inbox: Inbox, answers: Answers, tick: Callable[[], Awaitable[None]]
    ) -> None:
        self._bus = bus
        self._relay = relay
        self._inbox = inbox
        self._answers = answers
        self._tick = tick

    async def run(self) -> None:
        """Work until cancelled. The bus or the database may go away and come back at any time.

        Raises:
            LoopEndedError: in a group; one of the loops ended by itself, and the others with it.
        """
        async with asyncio.TaskGroup() as tasks:
            for name, loop in {
                "publish": self._loop("publish", self._relay.publish_once, self._relay.wake),
                "answer": self._loop("answer", self._answers.answer_once, self._answers.wake),
                "apply": self._loop("apply", self._inbox.apply_once, self._inbox.to_apply),
                "receive": self._receive(),
                "tick": self._ticking(),
                "watch_bus": self._watch_bus(),
            }.items():
                tasks.create_task(_unending(name, loop))

    async def _loop(self, name: str, step: Callable[[], Awaitable[int]], wake: asyncio.Event) -> None:
        while True:
            await wake.wait()
            wake.clear()
            while await self.patiently(name, step):
                pass

    async def _receive(self) -> None:
        while True:
            await self.patiently("receive", lambda: self._inbox.receive_once(_FETCH_SECONDS))

    async def _ticking(self) -> None:
        while True:
            await self.patiently("tick", self._tick)
            await asyncio.sleep(_TICK_SECONDS)

    async def _watch_bus(self) -> None:
        """A new connection may stand before a bus that lost everything: send again what is not receipted."""
        epoch = 0
        while True:
            epoch = await self._bus.wait_epoch(epoch)
            self._relay.send_again()

    async def patiently(self, name: str, step: Callable[[], Awaitable[T]]) -> T:
        """Do `step`; again when something is away or went wrong, which must not end the other steps."""
        pause = _PAUSE
        while True:
            try:
                return await step()
            except GuantongError as error:
                if isinstance(error, StorageError) and not isinstance(error, DatabaseAwayError):
                    raise  # another process writes to our database, or the node is stopping
                _log.info("exchange_waits", reason=error.reason)
            except Exception as error:  # noqa: BLE001 - a mistake of ours in one step; the exchange lives on
                _log.error("task_failed", task=name, error=type(error).__name__)
            await self._rest(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _rest(self, pause: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._bus.wait_connected()
                await asyncio.sleep(pause)


async def _unending(name: str, loop: Coroutine[object, object, None]) -> None:
    """Let a cancellation end `loop` that was asked for. One that strayed out of a library would end it unnoticed."""
    task = asyncio.current_task()
    try:
        await loop
    except asyncio.CancelledError:
        if task is None or task.cancelling():
            raise
        _log.error("task_failed", task=name, error="CancelledError")
        raise LoopEndedError(task=name) from None
