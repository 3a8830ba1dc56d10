"""Follows what changes at the node for everybody who has a page open; says only that something changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum

from gateway.clients.channel import calling_as
from gateway.clients.node import NodeClient
from guantong.node.v1 import watch_service_pb2 as pb
from services.chassis.errors import Fault
from services.chassis.rpc.status import RemoteError

_HOURS = 3600.0
_PAUSE = 1.0
WHAT_PEOPLE_DO: frozenset[int] = frozenset()
"""The node's own choice: areas that change when somebody does something."""
EVERYTHING = frozenset({*pb.Topic.values()} - {pb.TOPIC_UNSPECIFIED})
"""Also what changes by itself, every few seconds: for pages that look at that."""


class Said(Enum):
    """What a page is told."""

    CHANGED = "changed"
    ENDED = "ended"
    """The session has ended; nothing more will be said."""


class _Feed:
    """One session's stream from the node, and the pages that listen to it."""

    def __init__(self, node: NodeClient, token: str, topics: frozenset[int]) -> None:
        self.pages: set[asyncio.Queue[Said]] = set()
        self._node = node
        self._token = token
        self._asked = pb.WatchRequest(topics=sorted(topics))  # type: ignore[arg-type]  # numbers of the contract
        self._task = asyncio.create_task(self._follow(), name="live-feed")

    async def stop(self) -> None:
        """Nobody listens any more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        opened = False
        while True:
            try:
                with calling_as(self._token):
                    async for one in self._node.watch.Watch(self._asked, timeout=_HOURS):
                        # A page shows what stood there when it was made; after a gap it may have missed something.
                        if not one.first or opened:
                            self._say(Said.CHANGED)
                        opened = True
            except RemoteError as error:
                if error.fault is Fault.UNAUTHENTICATED:
                    self._say(Said.ENDED)
                    return
            await asyncio.sleep(_PAUSE)

    def _say(self, what: Said) -> None:
        for page in self.pages:
            # A page that has not yet heard of the last change will see this one with it.
            if page.full() and what is Said.ENDED:
                page.get_nowait()
            if not page.full():
                page.put_nowait(what)


class Feeds:
    """The feeds of everybody who has a page open."""

    def __init__(self) -> None:
        self._feeds: dict[tuple[str, frozenset[int]], _Feed] = {}

    @asynccontextmanager
    async def listening(
        self, node: NodeClient, token: str, topics: frozenset[int] = WHAT_PEOPLE_DO
    ) -> AsyncIterator[asyncio.Queue[Said]]:
        """What one page is told, for as long as it listens."""
        page: asyncio.Queue[Said] = asyncio.Queue(maxsize=1)
        feed = self._feeds.get((token, topics))
        if feed is None:
            feed = self._feeds[token, topics] = _Feed(node, token, topics)
        feed.pages.add(page)
        try:
            yield page
        finally:
            feed.pages.discard(page)
            if not feed.pages:
                del self._feeds[token, topics]
                await feed.stop()
