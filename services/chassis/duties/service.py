"""Serves who handles what, handovers, and leaves with their deputies."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from google.protobuf.message import Message

from guantong.node.v1 import handover_service_pb2 as pb
from guantong.node.v1 import handover_service_pb2_grpc as rpc
from services.chassis.clock import Clock, beijing_date
from services.chassis.desk.access import WRITERS
from services.chassis.duties.colleagues import Colleague, colleagues, names_of
from services.chassis.duties.handling import assign_matter
from services.chassis.duties.handover import Handover, WantedHandover, hand_over, list_handovers
from services.chassis.people.dated import civil_date
from services.chassis.people.leaves import WantedLeave, act_for, end_leave, list_leaves, record_leave
from services.chassis.people.records import Leave
from services.chassis.rpc.access import KNOWN, SIGNED_IN, ServiceAccess
from services.chassis.rpc.callers import BUSINESS_ROLES, Caller, Role
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Database, Transaction
from services.chassis.timestamps import timestamp

R = TypeVar("R", bound=Message)
_DISPOSING = BUSINESS_ROLES | {Role.SECURITY_ADMIN}
ACCESS = ServiceAccess(
    "guantong.node.v1.HandoverService",
    _DISPOSING,
    {"AssignMatter": WRITERS, "ListHandovers": SIGNED_IN, "ListLeaves": SIGNED_IN, "ActFor": KNOWN},
)
"""Whose work a person may dispose of is asked where it is done. `ActFor` also leads back when the leave has ended."""


@dataclass(frozen=True)
class Duties:
    """What the service works with."""

    database: Database
    clock: Clock
    paging: Paging
    book: Rulebook


def add_duties(builder: ServerBuilder, served: Duties) -> None:
    """Have the server offer handing over and standing in."""
    builder.add(rpc.add_HandoverServiceServicer_to_server, HandoverServicer(served), ACCESS)


class HandoverServicer(rpc.HandoverServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Duties) -> None:
        self._served = served
        self._database = served.database

    async def ListColleagues(self, request: pb.ListColleaguesRequest, context: object) -> pb.ListColleaguesResponse:
        now = self._served.clock.now()
        found = await self._database.reader.read(lambda connection: colleagues(connection, now))
        return pb.ListColleaguesResponse(colleagues=[_colleague(one) for one in found])

    async def AssignMatter(self, request: pb.AssignMatterRequest, context: object) -> pb.AssignMatterResponse:
        def work(tx: Transaction, caller: Caller) -> pb.AssignMatterResponse:
            assign_matter(tx, caller, self._served.book, request.matter_id, request.account_id)
            return pb.AssignMatterResponse()

        return await self._once(request, pb.AssignMatterResponse, work)

    async def HandOver(self, request: pb.HandOverRequest, context: object) -> pb.HandOverResponse:
        wanted = WantedHandover(request.from_account_id, request.to_account_id, request.reason, liaison=request.liaison)

        def work(tx: Transaction, caller: Caller) -> pb.HandOverResponse:
            done = hand_over(tx, caller, self._served.book, wanted)
            return pb.HandOverResponse(handover=_handovers(tx.connection, [done])[0])

        return await self._once(request, pb.HandOverResponse, work)

    async def ListHandovers(self, request: pb.ListHandoversRequest, context: object) -> pb.ListHandoversResponse:
        caller, page = current_caller(), self._served.paging.page(request)

        def look(connection: sa.Connection) -> pb.ListHandoversResponse:
            found = list_handovers(connection, caller, page.after, page.limit)
            shown, token = self._served.paging.cut(request, page, found, lambda one: one.handover_id)
            return pb.ListHandoversResponse(handovers=_handovers(connection, shown), next_page_token=token)

        return await self._database.reader.read(look)

    async def RecordLeave(self, request: pb.RecordLeaveRequest, context: object) -> pb.RecordLeaveResponse:
        today = beijing_date(self._served.clock.now())
        first = civil_date("from_date", request.from_date) if request.HasField("from_date") else today
        last = civil_date("to_date", request.to_date)

        def work(tx: Transaction, caller: Caller) -> pb.RecordLeaveResponse:
            absent = request.from_account_id or caller.account_id
            leave = record_leave(tx, caller, WantedLeave(absent, request.to_account_id, first, last, request.reason))
            return pb.RecordLeaveResponse(leave=self._leaves(tx.connection, [leave])[0])

        return await self._once(request, pb.RecordLeaveResponse, work)

    async def EndLeave(self, request: pb.EndLeaveRequest, context: object) -> pb.EndLeaveResponse:
        def work(tx: Transaction, caller: Caller) -> pb.EndLeaveResponse:
            end_leave(tx, caller, request.leave_id)
            return pb.EndLeaveResponse()

        return await self._once(request, pb.EndLeaveResponse, work)

    async def ListLeaves(self, request: pb.ListLeavesRequest, context: object) -> pb.ListLeavesResponse:
        caller, page = current_caller(), self._served.paging.page(request)

        def look(connection: sa.Connection) -> pb.ListLeavesResponse:
            found = list_leaves(connection, caller, page.after, page.limit)
            shown, token = self._served.paging.cut(request, page, found, lambda one: one.leave_id)
            return pb.ListLeavesResponse(leaves=self._leaves(connection, shown), next_page_token=token)

        return await self._database.reader.read(look)

    async def ActFor(self, request: pb.ActForRequest, context: object) -> pb.ActForResponse:
        caller = current_caller()
        await self._database.writer.run(lambda tx: act_for(tx, caller, request.account_id))
        return pb.ActForResponse()

    def _leaves(self, connection: sa.Connection, leaves: list[Leave]) -> list[pb.Leave]:
        names, now = names_of(connection, _both(leaves)), self._served.clock.now()
        return [
            pb.Leave(
                leave_id=one.leave_id,
                from_account_id=one.from_account_id,
                to_account_id=one.to_account_id,
                from_date=one.from_date.isoformat(),
                to_date=one.to_date.isoformat(),
                reason=one.reason,
                by_account_id=one.recorded_by,
                ended_time=timestamp(one.ended_at) if one.ended_at else None,
                counts_now=one.counts_at(now),
                from_name=names[one.from_account_id],
                to_name=names[one.to_account_id],
            )
            for one in leaves
        ]

    async def _once(self, request: Message, response_type: type[R], work: Callable[[Transaction, Caller], R]) -> R:
        caller = current_caller()
        return await write_once(self._database, caller, request, response_type, lambda tx: work(tx, caller))


def _handovers(connection: sa.Connection, handovers: list[Handover]) -> list[pb.Handover]:
    names = names_of(connection, _both(handovers))
    return [
        pb.Handover(
            handover_id=one.handover_id,
            from_account_id=one.from_account_id,
            to_account_id=one.to_account_id,
            by_account_id=one.done_by,
            time=timestamp(one.done_at),
            reason=one.reason,
            draft_ids=one.draft_ids,
            matter_ids=one.matter_ids,
            liaison_count=one.liaison,
            left_count=one.left,
            from_name=names[one.from_account_id],
            to_name=names[one.to_account_id],
        )
        for one in handovers
    ]


def _both(between: Iterable[Leave | Handover]) -> set[str]:
    return {account_id for one in between for account_id in (one.from_account_id, one.to_account_id)}


def _colleague(one: Colleague) -> pb.Colleague:
    return pb.Colleague(account_id=one.account_id, name=one.name, post=one.post, sub_units=one.sub_units)
