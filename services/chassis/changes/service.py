"""Serves listening to changes to whoever is signed in."""

# ruff: noqa: N802  gRPC fixes the methods' names

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc

from guantong.node.v1 import watch_service_pb2 as pb
from guantong.node.v1 import watch_service_pb2_grpc as rpc
from services.chassis.changes.listening import Changes, End, Listener
from services.chassis.changes.topics import BY_THEMSELVES, Topic
from services.chassis.rpc.access import SIGNED_IN, ServiceAccess
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import NotSignedInError
from services.chassis.rpc.server import ServerBuilder

ACCESS = ServiceAccess("guantong.node.v1.WatchService", SIGNED_IN)
_LONGEST, _UNSAID = 3_600.0, 30.0
"""Seconds a stream may take, and one whose caller names no deadline."""
_SHARE = 0.9
"""A stream ends by itself before its deadline would end it as an error."""
_SAID = {topic: pb.Topic.Value(f"TOPIC_{topic.name}") for topic in Topic}
_TOPICS = {value: topic for topic, value in _SAID.items()}


def add_watching(builder: ServerBuilder, changes: Changes) -> None:
    """Have the server offer listening; streams end when it stops."""
    builder.add(rpc.add_WatchServiceServicer_to_server, WatchServicer(changes), ACCESS)
    builder.before_stop(changes.close)


class WatchServicer(rpc.WatchServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def Watch(
        self, request: pb.WatchRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[pb.WatchResponse]:
        asked = frozenset(_TOPICS[value] for value in request.topics if value in _TOPICS)
        remaining = context.time_remaining()
        until = asyncio.get_running_loop().time() + _SHARE * min(_UNSAID if remaining is None else remaining, _LONGEST)
        listener = self._changes.listen(current_caller(), asked or frozenset(Topic) - BY_THEMSELVES)
        try:
            yield pb.WatchResponse(topics=_said(listener.wanted), first=True)
            async for topics in self._heard(listener, until):
                yield pb.WatchResponse(topics=_said(topics))
        finally:
            self._changes.leave(listener)
        if listener.ended is End.SESSION:
            raise NotSignedInError

    async def _heard(self, listener: Listener, until: float) -> AsyncIterator[frozenset[Topic]]:
        pause = 0.0
        while True:
            try:
                async with asyncio.timeout_at(until):
                    topics = await listener.next(pause)
            except TimeoutError:
                return
            if not topics:
                return
            yield topics
            pause = self._changes.pace.between


def _said(topics: frozenset[Topic]) -> list[pb.Topic.ValueType]:
    return sorted(_SAID[topic] for topic in topics)
