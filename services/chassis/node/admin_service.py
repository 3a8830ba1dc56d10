"""Serves what a system administrator does to a running node: loads dated tables, and decides about its exchange."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from dataclasses import dataclass

from guantong.node.v1 import admin_service_pb2 as pb
from guantong.node.v1 import admin_service_pb2_grpc as rpc
from services.chassis.calendar.tables import OfficialTable
from services.chassis.correspondence.access import ActorOf
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.watch import tell_moves
from services.chassis.deadlines.loading import load_calendar
from services.chassis.desk.drafts_messages_service import reasons
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.model import Signer
from services.chassis.node.keys import current_signing_key, key_ids, note_reread, retire_storage_key
from services.chassis.node.rewrapping import resting
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import Role
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.idempotency import once
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database, Transaction

ACCESS = ServiceAccess("guantong.node.v1.AdminService", frozenset({Role.SYSTEM_ADMIN}))
_TABLE = "calendar.toml"
"""The name under which faults of a table are told: the file came without one."""


@dataclass(frozen=True)
class Admin:
    """What the service works with."""

    database: Database
    office: Office
    exchange: Exchange
    actor_of: ActorOf


def add_admin(builder: ServerBuilder, served: Admin) -> None:
    """Have the server offer the administration of the node."""
    builder.add(rpc.add_AdminServiceServicer_to_server, AdminServicer(served), ACCESS)


class AdminServicer(rpc.AdminServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Admin) -> None:
        self._served = served

    async def LoadCalendar(self, request: pb.LoadCalendarRequest, context: object) -> pb.LoadCalendarResponse:
        caller = current_caller()

        def work(tx: Transaction) -> pb.LoadCalendarResponse:
            loaded = load_calendar(tx, request.table, _TABLE, by=caller.account_id)
            tell_moves(tx, self._served.office, loaded)
            year = loaded.table.year if isinstance(loaded.table, OfficialTable) else 0
            return pb.LoadCalendarResponse(year=year, moved_count=len(loaded.moves))

        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, pb.LoadCalendarResponse, lambda: work(tx))
        )

    async def LoadDirectory(self, request: pb.LoadDirectoryRequest, context: object) -> pb.LoadDirectoryResponse:
        caller, exchange = current_caller(), self._served.exchange

        def work(tx: Transaction) -> pb.LoadDirectoryResponse:
            directory = exchange.load_directory(tx, request.directory, by=caller.account_id)
            return pb.LoadDirectoryResponse(version=directory.version)

        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, pb.LoadDirectoryResponse, lambda: work(tx))
        )

    async def DeclareRestored(self, request: pb.DeclareRestoredRequest, context: object) -> pb.DeclareRestoredResponse:
        caller, exchange = current_caller(), self._served.exchange
        reason = reasons("reason", request.reason)

        def work(tx: Transaction) -> pb.DeclareRestoredResponse:
            exchange.restored(tx, reason, caller.account_id)
            return pb.DeclareRestoredResponse(held_count=len(exchange.identity.peers))

        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, pb.DeclareRestoredResponse, lambda: work(tx))
        )

    async def ContinueChannel(self, request: pb.ContinueChannelRequest, context: object) -> pb.ContinueChannelResponse:
        caller, exchange = current_caller(), self._served.exchange
        reason = reasons("reason", request.reason)

        def work(tx: Transaction) -> pb.ContinueChannelResponse:
            actor = self._served.actor_of(tx.connection, caller.account_id)
            why = Signer(actor.name, actor.post, tx.now), reason
            return pb.ContinueChannelResponse(
                number=exchange.continue_channel(tx, request.peer[:64], why, caller.account_id)
            )

        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, pb.ContinueChannelResponse, lambda: work(tx))
        )

    async def RereadKeys(self, request: pb.RereadKeysRequest, context: object) -> pb.RereadKeysResponse:
        caller, identity = current_caller(), self._served.exchange.identity

        def work(tx: Transaction) -> pb.RereadKeysResponse:
            note_reread(tx, identity, caller.account_id)
            newest = identity.keyring.storage_key().key_id
            older = resting(tx.connection)
            return pb.RereadKeysResponse(
                key_ids=key_ids(identity.keyring),
                signing_key_id=current_signing_key(identity, tx.now),
                storage_key_id=newest,
                to_rewrap_count=older.total() - older[newest],
            )

        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, pb.RereadKeysResponse, lambda: work(tx))
        )

    async def RetireStorageKey(
        self, request: pb.RetireStorageKeyRequest, context: object
    ) -> pb.RetireStorageKeyResponse:
        caller, identity = current_caller(), self._served.exchange.identity
        reason = reasons("reason", request.reason)

        def work(tx: Transaction) -> pb.RetireStorageKeyResponse:
            retire_storage_key(tx, identity, request.key_id, reason, caller.account_id)
            return pb.RetireStorageKeyResponse()

        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, pb.RetireStorageKeyResponse, lambda: work(tx))
        )
