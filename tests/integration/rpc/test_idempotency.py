"""A request is done once, however often and from how many sides at once it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
import sqlalchemy as sa

from guantong.node.v1 import people_service_pb2 as pb
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.idempotency import KEPT, forget_old_requests, once
from services.chassis.rpc.status import RemoteError
from services.chassis.rpc.tables import REQUEST_LOG
from services.chassis.storage import Database, Transaction
from services.chassis.testing.clock import FixedClock
from tests.integration.rpc.rpc_for_tests import Pki, Served, serving


@dataclass
class Office:
    """Opens accounts once per request, and remembers how often it really did."""

    database: Database
    opened: list[str] = field(default_factory=list)
    failures_left: int = 0

    async def invite(self, request: pb.InviteAccountRequest) -> pb.InviteAccountResponse:
        caller = current_caller()
        return await self.database.writer.run(
            lambda tx: once(tx, caller, request, pb.InviteAccountResponse, lambda: self._open(tx, request))
        )

    def _open(self, tx: Transaction, request: pb.InviteAccountRequest) -> pb.InviteAccountResponse:
        if self.failures_left:
            self.failures_left -= 1
            raise ConnectionError
        self.opened.append(request.login)
        return pb.InviteAccountResponse(account_id=tx.new_id(), code="secret-code")

    async def record_post(self, request: pb.RecordPostRequest) -> pb.RecordPostResponse:
        caller = current_caller()
        return await self.database.writer.run(
            lambda tx: once(tx, caller, request, pb.RecordPostResponse, pb.RecordPostResponse)
        )


@asynccontextmanager
async def office(pki: Pki, database: Database) -> AsyncIterator[tuple[Office, Served]]:
    made = Office(database)
    async with serving(pki, {"InviteAccount": made.invite, "RecordPost": made.record_post}) as served:
        yield made, served


def invite(request_id: str = "r-1", login: str = "li.si") -> pb.InviteAccountRequest:
    return pb.InviteAccountRequest(request_id=request_id, login=login, name="李四")


async def test_the_same_request_again_gets_the_stored_answer_without_its_secret(pki: Pki, database: Database):
    async with office(pki, database) as (made, served):
        first = await served.call("InviteAccount", invite())
        second = await served.call("InviteAccount", invite())

    assert made.opened == ["li.si"]
    assert first.account_id == second.account_id
    assert (first.code, second.code) == ("secret-code", "")


@pytest.mark.parametrize(
    ("method", "other"),
    [
        ("InviteAccount", invite(login="wang.wu")),
        ("RecordPost", pb.RecordPostRequest(request_id="r-1")),
    ],
)
async def test_the_same_id_for_another_request_is_refused(pki: Pki, sqlite_database: Database, method: str, other: Any):
    async with office(pki, sqlite_database) as (made, served):
        await served.call("InviteAccount", invite())
        with pytest.raises(RemoteError) as caught:
            await served.call(method, other)

    assert caught.value.code is grpc.StatusCode.ALREADY_EXISTS
    assert caught.value.reason == "REQUEST_ID_REUSED"
    assert made.opened == ["li.si"]


async def test_two_callers_may_choose_the_same_id(pki: Pki, sqlite_database: Database):
    async with office(pki, sqlite_database) as (made, served):
        await served.call("InviteAccount", invite())
        await served.call("InviteAccount", invite(login="wang.wu"), "security-token")

    assert made.opened == ["li.si", "wang.wu"]


async def test_duplicates_at_the_same_moment_are_done_once(pki: Pki, database: Database):
    async with office(pki, database) as (made, served):
        answers = await asyncio.gather(*(served.call("InviteAccount", invite()) for _ in range(12)))

    assert made.opened == ["li.si"]
    assert len({answer.account_id for answer in answers}) == 1


async def test_a_request_that_failed_leaves_nothing_behind_and_may_be_repeated(pki: Pki, sqlite_database: Database):
    async with office(pki, sqlite_database) as (made, served):
        made.failures_left = 1
        with pytest.raises(RemoteError):
            await served.call("InviteAccount", invite())
        await served.call("InviteAccount", invite())

    assert made.opened == ["li.si"]


@pytest.mark.parametrize("request_id", ["", "x" * 65, "with space", "编号"])
async def test_a_request_without_a_usable_id_is_refused(pki: Pki, sqlite_database: Database, request_id: str):
    async with office(pki, sqlite_database) as (made, served):
        with pytest.raises(RemoteError) as caught:
            await served.call("InviteAccount", invite(request_id))

    assert caught.value.reason == "FIELD_INVALID"
    assert caught.value.facts["field"] == "request_id"
    assert made.opened == []


async def test_the_log_of_requests_holds_no_secret_and_is_forgotten_after_its_time(
    pki: Pki, sqlite_database: Database, clock: FixedClock
):
    async with office(pki, sqlite_database) as (_, served):
        await served.call("InviteAccount", invite())
    rows = await sqlite_database.reader.read(lambda connection: connection.execute(sa.select(REQUEST_LOG)).all())
    assert len(rows) == 1
    assert b"secret-code" not in rows[0].response

    clock.advance(days=KEPT.days)
    assert await sqlite_database.writer.run(forget_old_requests) == 0
    clock.advance(seconds=1)
    assert await sqlite_database.writer.run(forget_old_requests) == 1
