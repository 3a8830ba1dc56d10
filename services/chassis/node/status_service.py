"""Serves how the node fares to its operators: counts and ages, where it stands with peers, the journal verified."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from guantong.node.v1 import status_service_pb2 as pb
from guantong.node.v1 import status_service_pb2_grpc as rpc
from services.chassis.attachments.uses import refused_count
from services.chassis.board.telling import Teller
from services.chassis.clock import Clock
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.standing import ChannelStanding, applied_count, snapshot
from services.chassis.identity.directory import BodyStatus, Directory, KeyRecord
from services.chassis.identity.signed import digest_of
from services.chassis.node.journal_walk import JournalWalk
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import ADMIN_ROLES, Role, Scope
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database
from services.chassis.timestamps import timestamp

ACCESS = ServiceAccess(
    "guantong.node.v1.StatusService",
    ADMIN_ROLES | {Role.LEADER},
    {"GetDirectory": frozenset(Role)},
    tokens=dict.fromkeys(("GetStatus", "GetDirectory"), Scope.READ),
)


@dataclass(frozen=True)
class Status:
    """What the service works with; `bus_connected` tells whether the bus answers now."""

    database: Database
    identity: Identity
    clock: Clock
    bus_connected: Callable[[], bool]
    walk: JournalWalk
    teller: Teller


def add_status(builder: ServerBuilder, served: Status) -> None:
    """Have the server offer the node's status."""
    builder.add(rpc.add_StatusServiceServicer_to_server, StatusServicer(served), ACCESS)


class StatusServicer(rpc.StatusServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Status) -> None:
        self._served = served

    async def GetStatus(self, request: pb.GetStatusRequest, context: object) -> pb.GetStatusResponse:
        identity, now = self._served.identity, self._served.clock.now()
        published = await self._served.teller.status()

        def look(connection: sa.Connection) -> pb.GetStatusResponse:
            stands = snapshot(connection, identity)
            return pb.GetStatusResponse(
                body=identity.body,
                version=published.version,
                now=timestamp(now),
                bus_connected=self._served.bus_connected(),
                demo=identity.demo,
                applied_count=applied_count(connection),
                attachments_refused_count=refused_count(connection),
                peers=[_peer(channel, now) for channel in stands.channels],
            )

        told = await self._served.database.reader.read(look)
        sound = published.soundness
        told.journal_entry_count = sound.journal_entry_count
        told.parked_count = sound.parked_count
        told.quarantined_count = sound.quarantined_count
        told.alarm_count = sound.alarm_count
        told.attachments_waiting_count = sound.attachments_waiting_count
        told.grounds.CopyFrom(published.grounds)
        if sound.HasField("backup_time"):
            told.last_backup_time.CopyFrom(sound.backup_time)
        if sound.HasField("journal_check"):
            told.journal_check.CopyFrom(sound.journal_check)
        return told

    async def GetDirectory(self, request: pb.GetDirectoryRequest, context: object) -> pb.GetDirectoryResponse:
        return directory_message(self._served.identity.directory)

    async def VerifyJournal(self, request: pb.VerifyJournalRequest, context: object) -> pb.VerifyJournalResponse:
        """Walks a snapshot in a reader's thread: nobody who writes waits for it."""
        report = await self._served.walk.run()
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


def directory_message(directory: Directory) -> pb.GetDirectoryResponse:
    """A directory as the contract tells it."""
    signing, sealing = pb.KEY_PURPOSE_SIGNING, pb.KEY_PURPOSE_SEALING
    return pb.GetDirectoryResponse(
        version=directory.version,
        issued_time=timestamp(directory.issued_at),
        digest=digest_of(directory).hex(),
        bodies=[
            pb.DirectoryBody(
                body=entry.body,
                name=entry.name_zh,
                retired=entry.status is BodyStatus.RETIRED,
                keys=[
                    *(_key(record, signing) for record in entry.signing_keys),
                    *(_key(record, sealing) for record in entry.sealing_keys),
                ],
            )
            for entry in directory.bodies
        ],
        directory_keys=[_key(record, signing) for record in directory.directory_keys],
        recovery_keys=[_key(record, signing) for record in directory.recovery_keys],
    )


def _key(record: KeyRecord, purpose: pb.KeyPurpose.ValueType) -> pb.DirectoryKey:
    key = pb.DirectoryKey(
        key_id=record.key_id, purpose=purpose, suite=record.suite, valid_from_time=timestamp(record.valid_from)
    )
    if record.valid_to is not None:
        key.valid_to_time.CopyFrom(timestamp(record.valid_to))
    if record.revoked_at is not None:
        key.revoked_time.CopyFrom(timestamp(record.revoked_at))
    return key


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
