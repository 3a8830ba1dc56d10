"""Tells over the bus that this node runs, and hears whether it runs twice: the copy started later stops itself."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from services.chassis.bus.port import BusError, PresenceLine
from services.chassis.clock import BEIJING
from services.chassis.exchange.identity import Identity
from services.chassis.presence.errors import PresenceMalformedError, SecondCopyError
from services.chassis.presence.model import Run, Statement, must_yield
from services.chassis.presence.statement import key_of, read, signed

SECOND_COPY = "second_copy"
"""Kind of alarm, raised at both copies."""
_log = structlog.get_logger("guantong.node")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds by the event loop's clock."""

    answer_within: float = 1.0
    """How long a node that starts waits for an answer before its letters may leave."""
    tell_every: float = 20.0
    connect_within: float = 1.0
    """How long the start waits for the bus; without it the node serves its own people, and asks once it is there."""


class Presence:
    """One run of a node. `keep` works until it is cancelled, or until this run has to stop.

    Args:
        identity: The node's.
        line: Where presence is told and heard.
        started_at: When this run began, by the node's clock.
        ring: Raises an alarm of the kind given.
        pace: How long is waited.
    """

    def __init__(
        self,
        identity: Identity,
        line: PresenceLine,
        started_at: datetime,
        ring: Callable[[str], object],
        pace: Pace | None = None,
    ) -> None:
        self._identity = identity
        self._line = line
        self._ring = ring
        self._pace = pace or Pace()
        self.run = Run(secrets.token_hex(16), started_at, settled=False)
        self._settled = asyncio.Event()
        self.asking = False
        """Whether an answer is awaited now."""
        self._told = ""
        """The run that an alarm was raised for last: a quarrel of hours is one alarm."""

    async def wait_settled(self) -> None:
        """Return once it is known that nobody else runs as this node, so that its letters may leave."""
        await self._settled.wait()

    async def wait_at_start(self, keeping: asyncio.Task[None]) -> None:
        """Return once this run may serve: nobody else was there, or the bus is away and nobody can be asked yet.

        Raises:
            SecondCopyError: another copy was there first; `keeping`, which runs `keep`, has ended by it.
        """
        settled = asyncio.create_task(self._settled.wait(), name="presence-settled")
        try:
            within = self._pace.connect_within
            await asyncio.wait({settled, keeping}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
            if self.asking:
                await asyncio.wait({settled, keeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            settled.cancel()
        if keeping.done():
            keeping.result()

    async def keep(self) -> None:
        """Tell and hear for as long as the node runs.

        Raises:
            SecondCopyError: another copy was there first.
        """
        works = [asyncio.create_task(work, name="presence") for work in (self._telling(), self._hearing())]
        try:
            done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for work in done:
                work.result()
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    async def _telling(self) -> None:
        epoch, told = 0, True
        while True:
            # Every new connection may have joined two parts of the network that each had a copy.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.tell_every if self.run.settled or not told else None):
                    epoch = await self._line.wait_epoch(epoch)
            told = await self._tell()
            if told and not self.run.settled:
                await self._settle(epoch)

    async def _settle(self, epoch: int) -> None:
        """Nobody answered while one connection lasted."""
        self.asking = True
        try:
            async with asyncio.timeout(self._pace.answer_within):
                await self._line.wait_epoch(epoch)
        except TimeoutError:
            self.run = replace(self.run, settled=True)
            self._settled.set()
            await self._tell()
        finally:
            self.asking = False

    async def _hearing(self) -> None:
        while True:
            data = await self._line.hear()
            try:
                statement = read(data, self._identity)
            except PresenceMalformedError as error:
                _log.info("upkeep_waits", reason=error.reason)
                continue
            if statement.run.run_id != self.run.run_id:
                await self._meet(statement)

    async def _meet(self, heard: Statement) -> None:
        # It may be an echo of a run that ended long ago. If it lives, it answers this and names us.
        await self._tell(heard.run.run_id)
        if heard.answers != self.run.run_id:
            return
        if heard.run.run_id != self._told:
            self._told = heard.run.run_id
            self._ring(SECOND_COPY)
        if must_yield(self.run, heard.run):
            since = heard.run.started_at.astimezone(BEIJING)
            raise SecondCopyError(body=self._identity.body, since=f"{since:%Y-%m-%d %H:%M}")

    async def _tell(self, answers: str = "") -> bool:
        statement = Statement(self._identity.county, self._identity.body, self.run, answers)
        try:
            await self._line.announce(signed(statement, key_of(self._identity)))
        except BusError:
            return False
        return True
