"""Whoever listens hears that something was stored, in which area, and nothing else, until session or node ends."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
import pytest
import sqlalchemy as sa

from guantong.node.v1 import watch_service_pb2 as pb
from guantong.node.v1 import watch_service_pb2_grpc as rpc
from services.chassis.changes.listening import Changes, Pace
from services.chassis.changes.service import add_watching
from services.chassis.changes.topics import AREA_OF, BY_THEMSELVES, SILENT, Areas, Topic
from services.chassis.operations.alarms import Cause
from services.chassis.operations.keeping import raise_alarms
from services.chassis.people.tables import PERSONS, SESSIONS, SIGN_IN_ATTEMPTS
from services.chassis.rpc.callers import Caller, Grant, Role
from services.chassis.rpc.errors import NotSignedInError
from services.chassis.rpc.guard import Refusal
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database, Transaction, versions
from services.chassis.testing.clock import DEFAULT_INSTANT

_PATIENCE = 20.0
_AT_ONCE = Pace(between=0.0)
_ALARM = Cause("bus_denied", "audit", "")


def _caller(name: str) -> Caller:
    began = DEFAULT_INSTANT - timedelta(days=1)
    return Caller(name, f"person-{name}", f"session-{name}", (Grant(Role.CLERK, None, None, began, None),))


@dataclass
class Watched:
    """A served node of which only listening is offered; whoever's session is in `ended` is signed out."""

    database: Database
    address: str = ""
    ended: set[str] = field(default_factory=set)

    async def authenticate(self, token: str) -> Caller:
        if f"session-{token}" in self.ended:
            raise NotSignedInError
        return _caller(token)

    async def refused(self, refusal: Refusal) -> None:
        raise AssertionError(refusal)

    async def still(self, session_ids: frozenset[str]) -> frozenset[str]:
        return session_ids - self.ended

    async def ring(self) -> None:
        await self.database.writer.run(lambda tx: raise_alarms(tx, {_ALARM: 1}))

    async def touch_sessions(self) -> None:
        """As signing out does: a table of sessions is written to."""
        await self.database.writer.run(lambda tx: tx.connection.execute(sa.delete(SESSIONS)))


@asynccontextmanager
async def _served(database: Database, pace: Pace = _AT_ONCE) -> AsyncIterator[tuple[Watched, Any]]:
    watched = Watched(database)
    builder = ServerBuilder("audit", watched, watched.refused)
    add_watching(builder, Changes(database.writer.noticing, Areas("audit"), watched.still, pace))
    server = builder.build("127.0.0.1:0", None)
    watched.address = f"127.0.0.1:{server.port}"
    await server.start()
    try:
        yield watched, server
    finally:
        await server.stop(0)


@asynccontextmanager
async def _listening(watched: Watched, who: str = "clerk", *topics: Topic) -> AsyncIterator[Any]:
    """A stream whose first message has come."""
    async with grpc.aio.insecure_channel(watched.address) as channel:
        stub: Any = rpc.WatchServiceStub(channel)
        asked = pb.WatchRequest(topics=[pb.Topic.Value(f"TOPIC_{one.name}") for one in topics])
        stream = stub.Watch(asked, metadata=(("authorization", f"Bearer {who}"),), timeout=_PATIENCE)
        first = await stream.read()
        assert first.first
        assert len(first.topics) == len(topics or frozenset(Topic) - BY_THEMSELVES)
        yield stream
        stream.cancel()


async def test_what_is_stored_is_told_by_its_area(database: Database):
    async with _served(database) as (watched, _), _listening(watched) as one, _listening(watched, "other") as other:
        await watched.ring()
        for stream in (one, other):
            assert await stream.read() == pb.WatchResponse(topics=[pb.TOPIC_ALARMS])


async def test_what_fails_is_not_told(database: Database):
    def fail(tx: Transaction) -> None:
        raise_alarms(tx, {_ALARM: 1})
        raise ZeroDivisionError

    async with _served(database) as (watched, _), _listening(watched) as stream:
        with pytest.raises(ZeroDivisionError):
            await database.writer.run(fail)
        await database.writer.run(_add_an_account)
        assert await stream.read() == pb.WatchResponse(topics=[pb.TOPIC_PEOPLE])


async def test_only_the_areas_asked_for_are_told(database: Database):
    async with _served(database) as (watched, _), _listening(watched, "clerk", Topic.PEOPLE) as stream:
        await watched.ring()
        await database.writer.run(_add_an_account)
        assert await stream.read() == pb.WatchResponse(topics=[pb.TOPIC_PEOPLE])


async def test_a_burst_comes_together(database: Database):
    """After one message nothing is told for a while, and then all of it at once."""
    async with _served(database, Pace(between=0.3)) as (watched, _), _listening(watched) as stream:
        await watched.ring()
        assert (await stream.read()).topics == [pb.TOPIC_ALARMS]
        for _ in range(20):
            await watched.ring()
            await database.writer.run(_add_an_account)
        assert (await stream.read()).topics == [pb.TOPIC_ALARMS, pb.TOPIC_PEOPLE]


async def test_looking_is_not_told(database: Database):
    """Where every call leaves a trace of itself: a page that looked again because of it would never stop."""

    def attempt(tx: Transaction) -> None:
        values = {"subject": tx.new_id(), "failures": 1, "last_at": tx.now}
        tx.connection.execute(sa.insert(SIGN_IN_ATTEMPTS).values(values))

    async with _served(database) as (watched, _), _listening(watched) as stream:
        await database.writer.run(attempt)
        await watched.touch_sessions()
        await watched.ring()
        assert await stream.read() == pb.WatchResponse(topics=[pb.TOPIC_ALARMS])


async def test_a_stream_ends_with_its_session(database: Database):
    async with _served(database) as (watched, _), _listening(watched) as ours, _listening(watched, "other") as others:
        watched.ended.add("session-clerk")
        await watched.touch_sessions()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ours.read()
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        await watched.ring()
        assert (await others.read()).topics == [pb.TOPIC_ALARMS]


async def test_a_session_that_runs_out_ends_its_stream_without_anything_stored(database: Database):
    async with _served(database, Pace(between=0.0, sessions=0.05)) as (watched, _), _listening(watched) as stream:
        watched.ended.add("session-clerk")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stream.read()
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_streams_end_without_error_when_the_node_stops(database: Database):
    async with _served(database) as (watched, server), _listening(watched) as stream:
        stopping = asyncio.create_task(server.stop(3_600.0))
        assert await stream.read() is grpc.aio.EOF
        assert await stream.code() is grpc.StatusCode.OK
        await asyncio.wait_for(stopping, _PATIENCE)


async def test_one_account_listens_only_so_often(database: Database):
    async with _served(database, Pace(of_one_account=1)) as (watched, _):
        async with _listening(watched), _listening(watched, "other"):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                async with _listening(watched):
                    pass
        assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_who_begins_to_observe_in_the_middle_of_a_transaction_hears_that_anything_may_have_changed(
    database: Database,
):
    noticing, told = database.writer.noticing, list[frozenset[str]]()

    def unit(tx: Transaction) -> None:
        raise_alarms(tx, {_ALARM: 1})
        noticing.observe(told.append)

    await database.writer.run(unit)
    assert Areas("audit").of(told.pop()) == frozenset(Topic)
    await database.writer.run(_add_an_account)
    assert told.pop() >= {"persons"}
    noticing.leave(told.append)
    await database.writer.run(_add_an_account)
    assert told == []


def test_every_table_of_the_chassis_has_an_area_or_is_left_out():
    """A new table has to be thought of: unseen changes are as bad as pages that look again because they looked."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(versions.CHASSIS.glob("*.py"))]
    tables = {name for text in texts for name in re.findall(r'op\.create_table\(\s*"(\w+)"', text)}
    assert len(tables) > 40
    assert tables - set(AREA_OF) - SILENT == set()
    assert set(AREA_OF) & SILENT == set()


def _add_an_account(tx: Transaction) -> None:
    tx.connection.execute(sa.insert(PERSONS).values(id=tx.new_id(), name="甲某"))
