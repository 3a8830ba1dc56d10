"""Serves disclosures to the body's own people: ask, decide, take once."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from guantong.node.v1 import disclosures_service_pb2 as pb
from guantong.node.v1 import disclosures_service_pb2_grpc as rpc
from services.chassis.clock import Clock
from services.chassis.desk.drafts_messages_service import name, words
from services.chassis.destruction.exports import note_export
from services.chassis.destruction.model import Export, ExportKind
from services.chassis.disclosures import register
from services.chassis.disclosures.register import Disclosure, Kind, State
from services.chassis.ledgers.errors import LedgerUnknownError
from services.chassis.ledgers.export import Format, export_ledger
from services.chassis.ledgers.rights import caller_of_ledgers
from services.chassis.ledgers.tables import Ledger
from services.chassis.ledgers.vault import VaultEntry
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import Role
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.storage import Database, Transaction
from services.chassis.timestamps import timestamp

_ASKING = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER})
_DECIDING = frozenset({Role.LEADER})
_OVERSEEING = _DECIDING | {Role.AUDIT_ADMIN}
ACCESS = ServiceAccess(
    "guantong.node.v1.DisclosuresService",
    _ASKING,
    {
        "ApproveDisclosure": _DECIDING,
        "RefuseDisclosure": _DECIDING,
        "ListDisclosures": _ASKING | {Role.AUDIT_ADMIN},
    },
    in_person=frozenset({"AskUnsealing", "AskExport", "TakeSealedIdentity", "TakeExport"}),
)
_KINDS = {kind: pb.DisclosureKind.Value(f"DISCLOSURE_KIND_{kind.name}") for kind in Kind}
_STATES = {state: pb.DisclosureState.Value(f"DISCLOSURE_STATE_{state.name}") for state in State}


@dataclass(frozen=True)
class Disclosures:
    """What the service works with."""

    database: Database
    ledgers: tuple[Ledger, ...]
    clock: Clock
    paging: Paging

    def ledger(self, wanted: str) -> Ledger:
        """The ledger of that name.

        Raises:
            LedgerUnknownError: the body keeps none.
        """
        found = next((ledger for ledger in self.ledgers if ledger.name == wanted), None)
        if found is None:
            raise LedgerUnknownError(known="、".join(ledger.name for ledger in self.ledgers) or "—")
        return found


def add_disclosures(builder: ServerBuilder, served: Disclosures) -> None:
    """Have the server offer disclosures."""
    builder.add(rpc.add_DisclosuresServiceServicer_to_server, DisclosuresServicer(served), ACCESS)


class DisclosuresServicer(rpc.DisclosuresServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Disclosures) -> None:
        self._served = served
        self._database = served.database

    async def AskUnsealing(self, request: pb.AskUnsealingRequest, context: object) -> pb.AskUnsealingResponse:
        caller, ledger = caller_of_ledgers(ACCESS, "AskUnsealing"), self._served.ledger(request.ledger)
        row_id, reason = name("row_id", request.row_id), words("reason", request.reason)

        def work(tx: Transaction) -> pb.AskUnsealingResponse:
            asked = register.ask_unsealing(tx, ledger, row_id, reason, by=caller.account_id)
            return pb.AskUnsealingResponse(disclosure_id=asked.id)

        return await write_once(self._database, caller, request, pb.AskUnsealingResponse, work)

    async def AskExport(self, request: pb.AskExportRequest, context: object) -> pb.AskExportResponse:
        caller, ledger = caller_of_ledgers(ACCESS, "AskExport"), self._served.ledger(request.ledger)
        form, reason = _format(request.format), words("reason", request.reason)

        def work(tx: Transaction) -> pb.AskExportResponse:
            asked = register.ask_export(tx, ledger, form, reason, by=caller.account_id)
            return pb.AskExportResponse(disclosure_id=asked.id)

        return await write_once(self._database, caller, request, pb.AskExportResponse, work)

    async def ApproveDisclosure(
        self, request: pb.ApproveDisclosureRequest, context: object
    ) -> pb.ApproveDisclosureResponse:
        caller, wanted = caller_of_ledgers(ACCESS, "ApproveDisclosure"), name("disclosure_id", request.disclosure_id)

        def work(tx: Transaction) -> pb.ApproveDisclosureResponse:
            register.approve(tx, wanted, by=caller.account_id)
            return pb.ApproveDisclosureResponse()

        return await write_once(self._database, caller, request, pb.ApproveDisclosureResponse, work)

    async def RefuseDisclosure(
        self, request: pb.RefuseDisclosureRequest, context: object
    ) -> pb.RefuseDisclosureResponse:
        caller, wanted = caller_of_ledgers(ACCESS, "RefuseDisclosure"), name("disclosure_id", request.disclosure_id)
        remark = words("remark", request.remark)

        def work(tx: Transaction) -> pb.RefuseDisclosureResponse:
            register.refuse(tx, wanted, remark, by=caller.account_id)
            return pb.RefuseDisclosureResponse()

        return await write_once(self._database, caller, request, pb.RefuseDisclosureResponse, work)

    async def TakeSealedIdentity(
        self, request: pb.TakeSealedIdentityRequest, context: object
    ) -> pb.TakeSealedIdentityResponse:
        caller, wanted = caller_of_ledgers(ACCESS, "TakeSealedIdentity"), name("disclosure_id", request.disclosure_id)

        def work(tx: Transaction) -> pb.TakeSealedIdentityResponse:
            entry = register.take_sealed(tx, self._served.ledgers, wanted, by=caller.account_id)
            return pb.TakeSealedIdentityResponse(identity=_sealed(entry))

        return await write_once(self._database, caller, request, pb.TakeSealedIdentityResponse, work)

    async def TakeExport(self, request: pb.TakeExportRequest, context: object) -> pb.TakeExportResponse:
        caller, wanted = caller_of_ledgers(ACCESS, "TakeExport"), name("disclosure_id", request.disclosure_id)
        # The file is written away from the writer, which nobody may keep waiting, and noted before it is handed out.
        file = await self._database.reader.read(self._file_for(caller.account_id, wanted))

        def work(tx: Transaction) -> pb.TakeExportResponse:
            digest = hashlib.sha256(file)
            taken = register.take(tx, wanted, Kind.EXPORT, by=caller.account_id, file_digest=digest.hexdigest())
            note_export(tx, Export(ExportKind.LEDGER, digest.digest(), caller.account_id, ledger=taken.ledger))
            return pb.TakeExportResponse(file=file)

        return await write_once(self._database, caller, request, pb.TakeExportResponse, work)

    async def ListDisclosures(self, request: pb.ListDisclosuresRequest, context: object) -> pb.ListDisclosuresResponse:
        caller = caller_of_ledgers(ACCESS, "ListDisclosures")
        # That a matter exists is itself for named persons, of whom the register names some.
        kinds = frozenset(Kind) if caller.roles & _OVERSEEING else frozenset(Kind) - {Kind.MATTER}
        page, now = self._served.paging.page(request), self._served.clock.now()
        found = await self._database.reader.read(
            lambda connection: register.disclosures(connection, before=page.after, limit=page.limit, kinds=kinds)
        )
        shown, token = self._served.paging.cut(request, page, found, lambda one: one.id)
        return pb.ListDisclosuresResponse(disclosures=[_disclosure(one, now) for one in shown], next_page_token=token)

    def _file_for(self, account_id: str, wanted: str) -> Callable[[sa.Connection], bytes]:
        def read(connection: sa.Connection) -> bytes:
            """Nothing when it may not be taken: whether this is a repetition or a refusal is the writer's to say."""
            one = register.find(connection, wanted)
            if one is None or one.kind is not Kind.EXPORT or one.asked_by != account_id or one.form is None:
                return b""
            if one.state(self._served.clock.now()) is not State.APPROVED:
                return b""
            return export_ledger(connection, self._served.ledger(one.ledger), one.form)

        return read


def _format(text: str) -> Format:
    try:
        return Format(text)
    except ValueError as error:
        raise FieldInvalidError(field="format", problem="xlsx or csv") from error


def _sealed(entry: VaultEntry) -> pb.SealedIdentity:
    return pb.SealedIdentity(
        petition_ref=entry.petition_ref,
        suite=entry.suite,
        first_custodian_key_id=entry.first_custodian,
        second_custodian_key_id=entry.second_custodian,
        first_half=entry.first_half,
        second_half=entry.second_half,
        sealed=entry.sealed,
    )


def _disclosure(one: Disclosure, now: datetime) -> pb.Disclosure:
    return pb.Disclosure(
        disclosure_id=one.id,
        kind=_KINDS[one.kind],
        state=_STATES[one.state(now)],
        ledger=one.ledger,
        row_id=one.row_id,
        format=one.form.value if one.form else None,
        reason=one.reason,
        asked_by_account_id=one.asked_by,
        asked_time=timestamp(one.asked_at),
        settled_by_account_id=one.settled_by,
        settled_time=timestamp(one.settled_at) if one.settled_at else None,
        remark=one.remark or None,
        taken_time=timestamp(one.taken_at) if one.taken_at else None,
    )
