"""Serves people where they want to be told."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from dataclasses import dataclass

from guantong.node.v1 import notices_service_pb2 as pb
from guantong.node.v1 import notices_service_pb2_grpc as rpc
from services.chassis.notices.keeping import notices_of, set_notices, whose
from services.chassis.rpc.access import KNOWN, ServiceAccess
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.storage import Database, Transaction

ACCESS = ServiceAccess("guantong.node.v1.NoticesService", KNOWN)


@dataclass(frozen=True)
class Notices:
    """What the service works with. `sending` says whether the node is told how to send."""

    database: Database
    sending: bool


def add_notices(builder: ServerBuilder, served: Notices) -> None:
    """Have the server offer notices."""
    builder.add(rpc.add_NoticesServiceServicer_to_server, NoticesServicer(served), ACCESS)


class NoticesServicer(rpc.NoticesServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Notices) -> None:
        self._served = served

    async def GetNotices(self, request: pb.GetNoticesRequest, context: object) -> pb.GetNoticesResponse:
        owner = whose(current_caller(), request.account_id, "GetNotices")
        found = await self._served.database.reader.read(lambda connection: notices_of(connection, owner))
        return pb.GetNoticesResponse(
            address=found.address if found else "",
            daily=found.daily if found else False,
            sending=self._served.sending,
        )

    async def SetNotices(self, request: pb.SetNoticesRequest, context: object) -> pb.SetNoticesResponse:
        caller = current_caller()

        def work(tx: Transaction) -> pb.SetNoticesResponse:
            set_notices(tx, caller, request.account_id, request.address.strip(), daily=request.daily)
            return pb.SetNoticesResponse()

        return await write_once(self._served.database, caller, request, pb.SetNoticesResponse, work)
