"""Serves how the node fares to its operators: counts and ages, where it stands with peers, the journal verified."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata

import sqlalchemy as sa

from guantong.node.v1 import status_service_pb2 as pb
from guantong.node.v1 import status_service_pb2_grpc as rpc
from services.chassis.clock import Clock
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.standing import ChannelStanding, applied_count, snapshot
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal import store as journal
from services.chassis.journal.verify import Report
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import ADMIN_ROLES, Role
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database
from services.chassis.timestamps import timestamp

ACCESS = ServiceAccess("guantong.node.v1.StatusService", ADMIN_ROLES | {Role.LEADER})


@dataclass(frozen=True)
class Status:
    """What the service works with. `bus_connected` tells whether the bus answers now."""

    database: Database
    identity: Identity
    clock: Clock
    bus_connected: Callable[[], bool]


def add_status(builder: ServerBuilder, served: Status) -> None:
    """Have the server offer the node's status."""
    builder.add(rpc.add_StatusServiceServicer_to_server, StatusServicer(served), ACCESS)


class StatusServicer(rpc.StatusServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Status) -> None:
        self._served = served
        self._walk: asyncio.Task[Report] | None = None

    async def GetStatus(self, request: pb.GetStatusRequest, context: object) -> pb.GetStatusResponse:
        identity, now = self._served.identity, self._served.clock.now()

        def look(connection: sa.Connection) -> pb.GetStatusResponse:
            stands = snapshot(connection, identity)
            return pb.GetStatusResponse(
                body=identity.body,
                version=metadata.version("guantong"),
                now=timestamp(now),
                bus_connected=self._served.bus_connected(),
                demo=identity.demo,
                journal_entry_count=journal.head(connection).sequence,
                parked_count=stands.parked,
                quarantined_count=stands.quarantined,
                applied_count=applied_count(connection),
                peers=[_peer(channel, now) for channel in stands.channels],
            )

        return await self._served.database.reader.read(look)

    async def VerifyJournal(self, request: pb.VerifyJournalRequest, context: object) -> pb.VerifyJournalResponse:
        """Walks a snapshot in a reader's thread: nobody who writes waits for it."""
        # A walk can outlast the caller's patience and cannot be stopped. Whoever asks meanwhile hears what it finds,
        # so that impatience does not take all the readers.
        if self._walk is None or self._walk.done():
            identity = self._served.identity
            read = self._served.database.reader.read(lambda connection: verify_journal(connection, identity))
            self._walk = asyncio.create_task(read, name="verify-journal")
        report = await asyncio.shield(self._walk)
        response = pb.VerifyJournalResponse(
            sound=report.sound,
            entry_count=report.entries,
            letter_count=report.letters,
            head_digest=report.head.digest,
        )
        if report.faults:
            first = min(report.faults, key=lambda fault: fault.sequence)
            response.fault_sequence = first.sequence
            response.fault, response.fault_en = first.reason_zh, first.reason_en
        return response


def _peer(channel: ChannelStanding, now: datetime) -> pb.PeerStatus:
    peer = pb.PeerStatus(
        body=channel.peer,
        sent_count=channel.written,
        receipted_count=channel.receipted,
        stored_count=channel.stored,
        silent=channel.silent(now),
        halted=channel.halted or "",
    )
    if channel.heard_at is not None:
        peer.heard_time.CopyFrom(timestamp(channel.heard_at))
    return peer
