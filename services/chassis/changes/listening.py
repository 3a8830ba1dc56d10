"""One observation of the writer for however many listeners: each is told of areas, at its own pace, until it ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

from services.chassis.changes.errors import TooManyStreamsError
from services.chassis.changes.topics import SESSIONS, Areas, Topic
from services.chassis.rpc.callers import Caller
from services.chassis.storage import DatabaseAwayError
from services.chassis.storage.noticing import ANYWHERE, Noticing

StillSignedIn = Callable[[frozenset[str]], Awaitable[frozenset[str]]]
"""Those of the sessions of these ids that have not ended."""


class End(Enum):
    """Why a listener hears no more."""

    STOPPED = "stopped"
    """The node stops."""
    SESSION = "session"
    """Its session ended."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often listeners are told, in seconds, and how many there may be.

    Attributes:
        between: Least time between two messages to one listener.
        sessions: How often it is looked whether sessions ran out; one that is ended shows at once.
        of_one_account: Most listeners of one account.
    """

    between: float = 0.5
    sessions: float = 60.0
    of_one_account: int = 8


@dataclass(eq=False)
class Listener:
    """Somebody who wants to hear of some areas."""

    caller: Caller
    wanted: frozenset[Topic]
    ended: End | None = None
    _heard: set[Topic] = field(default_factory=set)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, topics: frozenset[Topic]) -> None:
        """Something was stored in these areas."""
        if topics := topics & self.wanted:
            self._heard |= topics
            self._wake.set()

    def end(self, why: End) -> None:
        """Nothing more will be told."""
        self.ended = self.ended or why
        self._wake.set()
        self._stop.set()

    async def next(self, pause: float) -> frozenset[Topic]:
        """What changed since the last time, at the earliest after `pause` seconds; nothing once it has ended."""
        if pause > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
        await self._wake.wait()
        if self.ended is not None:
            return frozenset()
        heard = frozenset(self._heard)
        self._heard.clear()
        self._wake.clear()
        return heard


class Changes:
    """Tells listeners of what is stored. Works on the event loop that made it; only `_stored` runs elsewhere."""

    def __init__(
        self, noticing: Noticing, areas: Areas, still_signed_in: StillSignedIn, pace: Pace | None = None
    ) -> None:
        self.pace = pace or Pace()
        self._noticing = noticing
        self._areas = areas
        self._still_signed_in = still_signed_in
        self._loop = asyncio.get_running_loop()
        self._listeners: set[Listener] = set()
        self._closed = False
        self._gate = threading.Lock()
        self._fresh: set[str] = set()
        self._looking: asyncio.Task[None] | None = None
        self._look = asyncio.Event()

    def listen(self, caller: Caller, wanted: frozenset[Topic]) -> Listener:
        """Somebody begins to listen; `leave` ends it.

        Raises:
            TooManyStreamsError: the account listens too often already.

        """
        ours = sum(one.caller.account_id == caller.account_id for one in self._listeners)
        if ours >= self.pace.of_one_account:
            raise TooManyStreamsError(limit=self.pace.of_one_account)
        listener = Listener(caller, wanted)
        if self._closed:
            listener.end(End.STOPPED)
            return listener
        if not self._listeners:
            self._noticing.observe(self._stored)
            self._looking = asyncio.create_task(self._look_at_sessions(), name="watched-sessions")
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Tell it no more. With the last one gone nothing is left to do."""
        self._listeners.discard(listener)
        if not self._listeners:
            self._noticing.leave(self._stored)
            if self._looking is not None:
                self._looking.cancel()
                self._looking = None

    def close(self) -> None:
        """The node stops: every listener ends now."""
        self._closed = True
        for listener in self._listeners:
            listener.end(End.STOPPED)

    def _stored(self, tables: frozenset[str]) -> None:
        """In the writer's thread: however many commits come meanwhile, the loop is woken once."""
        with self._gate:
            waking = bool(self._fresh)
            self._fresh |= tables
        if not waking:
            # A loop that has ended has nobody left to tell.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._spread)

    def _spread(self) -> None:
        with self._gate:
            tables, self._fresh = self._fresh, set()
        if tables & (SESSIONS | ANYWHERE):
            self._look.set()
        if topics := self._areas.of(tables):
            for listener in self._listeners:
                listener.tell(topics)

    async def _look_at_sessions(self) -> None:
        """Whose session ends, ends: seen when sessions are written to, and when one has run out."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), self.pace.sessions)
            self._look.clear()
            watched = {one.caller.session_id for one in self._listeners}
            try:
                still = await self._still_signed_in(frozenset(watched))
            except DatabaseAwayError:
                continue  # nobody can be asked; whoever comes back is
            for listener in self._listeners:
                if listener.caller.session_id in watched - still:
                    listener.end(End.SESSION)
            # Every call may move the end of its session: to look after each of them would be to poll.
            await asyncio.sleep(self.pace.between)
