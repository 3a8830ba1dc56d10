"""Serves a person's own sessions: where they are signed in, and an end to what should not be."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from dataclasses import dataclass, field

from guantong.node.v1 import sessions_service_pb2 as pb
from guantong.node.v1 import sessions_service_pb2_grpc as rpc
from services.chassis.clock import Clock
from services.chassis.people.records import SessionTimes
from services.chassis.people.sessions import OpenSession, end_others, end_session, list_sessions
from services.chassis.rpc.access import KNOWN, ServiceAccess
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database
from services.chassis.timestamps import timestamp

ACCESS = ServiceAccess("guantong.node.v1.SessionsService", KNOWN)


@dataclass(frozen=True)
class OwnSessions:
    """What the service works with."""

    database: Database
    clock: Clock
    times: SessionTimes = field(default_factory=SessionTimes)


def add_sessions(builder: ServerBuilder, served: OwnSessions) -> None:
    """Have the server offer people their own sessions."""
    builder.add(rpc.add_SessionsServiceServicer_to_server, SessionsServicer(served), ACCESS)


class SessionsServicer(rpc.SessionsServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: OwnSessions) -> None:
        self._served = served
        self._database = served.database

    async def ListSessions(self, request: pb.ListSessionsRequest, context: object) -> pb.ListSessionsResponse:
        caller, now = current_caller(), self._served.clock.now()
        found = await self._database.reader.read(lambda connection: list_sessions(connection, caller, now))
        return pb.ListSessionsResponse(sessions=[self._message(one, caller.session_id) for one in found])

    async def EndSession(self, request: pb.EndSessionRequest, context: object) -> pb.EndSessionResponse:
        caller = current_caller()
        await self._database.writer.run(lambda tx: end_session(tx, caller, request.session_id))
        return pb.EndSessionResponse()

    async def EndOtherSessions(
        self, request: pb.EndOtherSessionsRequest, context: object
    ) -> pb.EndOtherSessionsResponse:
        caller = current_caller()
        ended = await self._database.writer.run(lambda tx: end_others(tx, caller))
        return pb.EndOtherSessionsResponse(ended_count=ended)

    def _message(self, one: OpenSession, present: str) -> pb.Session:
        return pb.Session(
            session_id=one.session_id,
            client=one.client,
            opened_time=timestamp(one.opened_at),
            used_time=timestamp(one.used_at),
            expires_time=timestamp(one.expires_at),
            ends_time=timestamp(one.opened_at + self._served.times.longest),
            current=one.session_id == present,
        )
