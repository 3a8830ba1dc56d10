"""The desk's services on a real server on loopback, with people who are known by their tokens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import grpc
import sqlalchemy as sa

from guantong.node.v1 import decisions_service_pb2_grpc, drafts_service_pb2_grpc
from services.chassis.briefing.errors import NotFromLedgersError
from services.chassis.desk.authority import SigningAuthority
from services.chassis.desk.decisions_service import Decisions, add_decisions
from services.chassis.desk.drafts import Seen
from services.chassis.desk.drafts_service import Drafts, Granting, add_drafts
from services.chassis.desk.queries import Shown
from services.chassis.desk.records import Draft
from services.chassis.documents.sheet import LetterSheet, Paragraph
from services.chassis.errors import Fault, GuantongError
from services.chassis.rpc.callers import Caller, Grant, Role
from services.chassis.rpc.client import connect
from services.chassis.rpc.errors import NotSignedInError
from services.chassis.rpc.guard import Refusal
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database, Transaction
from tests.integration.desk.desk_for_tests import Outbox, a_desk

PASSWORD = "the leader's own"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def person(name: str, *roles: Role, sub_unit: str | None = None, matter_id: str | None = None) -> Caller:
    grants = tuple(Grant(role, sub_unit, matter_id, BEGAN, None) for role in roles)
    return Caller(f"{name}-1", f"person-{name}", f"session-{name}", grants)


PEOPLE = {
    "clerk": person("clerk", Role.CLERK),
    "colleague": person("colleague", Role.CLERK),
    "reviewer": person("reviewer", Role.REVIEWER),
    "leader": person("leader", Role.LEADER),
    "liaison": person("liaison", Role.LIAISON),
    "room": person("room", Role.CLERK, Role.LEADER, sub_unit="room-1"),
    "admin": person("admin", Role.SYSTEM_ADMIN),
}


class WrongPasswordError(GuantongError):
    """The password is not the leader's."""

    reason = "WRONG_PASSWORD"
    fault = Fault.UNAUTHENTICATED


class NotALeaderError(GuantongError):
    """The person signs nothing here."""

    reason = "NOT_A_SIGNER"
    fault = Fault.DENIED


class Tokens:
    """Knows everybody of `PEOPLE` by name."""

    async def authenticate(self, token: str) -> Caller:
        if token not in PEOPLE:
            raise NotSignedInError
        return PEOPLE[token]


async def confirm_signer(caller: Caller, password: str) -> Granting:
    if password != PASSWORD:
        raise WrongPasswordError

    def granting(tx: Transaction, draft: Draft, for_account_id: str | None) -> SigningAuthority:
        if Role.LEADER not in caller.roles:
            raise NotALeaderError
        sub_unit = draft.standing.sub_unit
        return SigningAuthority(caller.account_id, "甲", "局长", for_account_id or "", sub_unit, tx.now)

    return granting


def plain_sheet(connection: sa.Connection, shown: Shown, return_slip: bool) -> LetterSheet:  # noqa: FBT001
    del connection
    lines = (Paragraph(shown.draft.address.kind),)
    return LetterSheet("县审计局", "", "函", "县委巡察办", lines, "县审计局", BEGAN.date(), return_slip=return_slip)


def nothing_to_redraft(tx: Transaction, seen: Seen, by: str) -> Draft:
    del tx, by  # no ledger stands behind these drafts
    raise NotFromLedgersError(draft_id=seen.draft_id)


def in_sight(caller: Caller, roles: frozenset[Role]) -> sa.ColumnElement[bool]:
    del caller, roles  # these drafts are in no matter
    return sa.true()


@dataclass
class Served:
    """A running server, what left through it, and whom it refused."""

    address: str
    outbox: Outbox
    refusals: list[Refusal] = field(default_factory=list)

    async def drafts(self, who: str, method: str, request: Any) -> Any:
        return await asyncio.to_thread(self._call, drafts_service_pb2_grpc.DraftsServiceStub, who, method, request)

    async def decisions(self, who: str, method: str, request: Any) -> Any:
        stub = decisions_service_pb2_grpc.DecisionsServiceStub
        return await asyncio.to_thread(self._call, stub, who, method, request)

    def _call(self, stub: Any, who: str, method: str, request: Any) -> Any:
        with connect(self.address, None, who) as channel:
            assert isinstance(channel, grpc.Channel)
            return getattr(stub(channel), method)(request)


@asynccontextmanager
async def serving(database: Database) -> AsyncIterator[Served]:
    served = Served("", Outbox())

    async def refused(refusal: Refusal) -> None:
        served.refusals.append(refusal)

    builder = ServerBuilder("audit", Tokens(), refused)
    paging = Paging(b"k" * 32)
    desk = a_desk(served.outbox)
    add_drafts(builder, Drafts(database, desk, confirm_signer, plain_sheet, paging, in_sight, nothing_to_redraft))
    add_decisions(builder, Decisions(database, paging))
    server = builder.build("127.0.0.1:0", None)
    await server.start()
    served.address = f"127.0.0.1:{server.port}"
    try:
        yield served
    finally:
        await server.stop(0)
