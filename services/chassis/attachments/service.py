"""Serves attachments to the node's own people: whoever may write the draft or read the letter, and nobody else."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import sqlalchemy as sa
from google.protobuf.message import Message

from guantong.node.v1 import attachments_service_pb2 as pb
from guantong.node.v1 import attachments_service_pb2_grpc as rpc
from services.chassis.attachments.adding import Offered, offered, take_down, unfit
from services.chassis.attachments.checking import Checks
from services.chassis.attachments.drafting import NewFile, add_file, demand_place, message_of, remove_file
from services.chassis.attachments.keeping import Kept, Shelf
from services.chassis.attachments.listing import Listed, listed, openable, to_listed
from services.chassis.attachments.model import Owner, Reference
from services.chassis.correspondence.access import LetterAccess
from services.chassis.correspondence.contents import read
from services.chassis.desk import queries, store
from services.chassis.desk.access import WRITERS, DraftAccess
from services.chassis.desk.desk import Desk
from services.chassis.desk.drafts import Seen
from services.chassis.desk.records import Draft
from services.chassis.destruction.exports import note_export
from services.chassis.destruction.model import Export, ExportKind
from services.chassis.exchange.model import Direction
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import BUSINESS_ROLES, Caller
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.idempotency import once
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database, Transaction
from services.chassis.storage.ids import new_id

_MOST_PIECE = 1024 * 1024
ACCESS = ServiceAccess("guantong.node.v1.AttachmentsService", BUSINESS_ROLES, streams=frozenset({"AddAttachment"}))
"""Which drafts and letters a person may reach is asked for each of them."""
Whose = pb.ListAttachmentsRequest | pb.FetchAttachmentRequest


@dataclass(frozen=True)
class Attachments:
    """What the service works with."""

    database: Database
    desk: Desk
    shelf: Shelf
    checks: Checks
    drafts: DraftAccess
    letters: LetterAccess


def add_attachments(builder: ServerBuilder, served: Attachments) -> None:
    """Have the server offer attachments."""
    builder.add(rpc.add_AttachmentsServiceServicer_to_server, AttachmentsServicer(served), ACCESS)


class AttachmentsServicer(rpc.AttachmentsServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Attachments) -> None:
        self._served = served

    async def AddAttachment(
        self, request_iterator: AsyncIterator[pb.AddAttachmentRequest], context: object
    ) -> pb.AddAttachmentResponse:
        caller, served = current_caller(), self._served
        first = await anext(request_iterator, None)
        if first is None or not first.HasField("file"):
            raise FieldInvalidError(field="file", problem="has to come first")
        file = offered(first.file.file_name, first.file.size, served.checks.limits)
        seen = Seen(first.file.draft_id, first.file.revision)
        await served.database.reader.read(lambda connection: self._demand_place(connection, caller, seen.draft_id))
        name = new_id()
        with served.shelf.writing(name):
            try:
                return await self._added(caller, seen, file, await self._taken(name, file, request_iterator))
            finally:
                # Also where the same content was here before: the file that has a row stays.
                await asyncio.to_thread(served.shelf.remove_unless_kept, served.database, name)

    async def RemoveAttachment(
        self, request: pb.RemoveAttachmentRequest, context: object
    ) -> pb.RemoveAttachmentResponse:
        caller = current_caller()

        def work(tx: Transaction) -> pb.RemoveAttachmentResponse:
            self._admit(tx.connection, caller, request.draft_id)
            seen = Seen(request.draft_id, request.revision)
            draft = remove_file(tx, self._served.desk, seen, request.file_name, caller.account_id)
            return pb.RemoveAttachmentResponse(revision=draft.revision, digest=draft.newest.digest)

        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, pb.RemoveAttachmentResponse, lambda: work(tx))
        )

    async def ListAttachments(self, request: pb.ListAttachmentsRequest, context: object) -> pb.ListAttachmentsResponse:
        caller = current_caller()
        # Written, because reading what is for named persons only is kept.
        found = await self._served.database.writer.run(lambda tx: self._listed(tx, caller, request, "attachments"))
        return pb.ListAttachmentsResponse(attachments=[to_listed(one) for one in found])

    async def FetchAttachment(
        self, request: pb.FetchAttachmentRequest, context: object
    ) -> AsyncIterator[pb.FetchAttachmentResponse]:
        caller = current_caller()
        one, content = await self._served.database.writer.run(lambda tx: self._opened(tx, caller, request))
        shape = content.shape
        if not 0 <= request.offset <= shape.size:
            raise FieldInvalidError(field="offset", problem="beyond the file")
        yield pb.FetchAttachmentResponse(attachment=to_listed(one))
        vault = self._served.shelf.vault(content.locked)
        number, skip = divmod(request.offset, shape.chunk_size)
        for following in range(number, shape.chunks):
            chunk = await asyncio.to_thread(vault.read, shape, following)
            yield pb.FetchAttachmentResponse(data=chunk[skip:])
            skip = 0

    async def _taken(self, name: str, file: Offered, requests: AsyncIterator[pb.AddAttachmentRequest]) -> Kept:
        served = self._served
        taken = await take_down(served.shelf, name, file.size, _data(requests))
        fault = await served.checks.fault_of(served.shelf, taken, Reference(file.name, "", taken.shape))
        if fault:
            raise unfit(fault)
        return taken

    async def _added(self, caller: Caller, seen: Seen, file: Offered, taken: Kept) -> pb.AddAttachmentResponse:
        served = self._served

        def work(tx: Transaction) -> pb.AddAttachmentResponse:
            self._admit(tx.connection, caller, seen.draft_id)
            draft = add_file(
                tx, served.desk, served.checks.limits, seen, file=NewFile(file.name, taken), by=caller.account_id
            )
            attachments = self._of_draft(tx.connection, seen.draft_id)
            added = next(one for one in attachments if one.reference.file_name == file.name)
            return pb.AddAttachmentResponse(
                revision=draft.revision, digest=draft.newest.digest, attachment=to_listed(added)
            )

        return await served.database.writer.run(work)

    def _admit(self, connection: sa.Connection, caller: Caller, draft_id: str) -> Draft:
        draft = store.get(connection, draft_id)
        self._served.drafts.demand(connection, caller, draft, WRITERS)
        return draft

    def _demand_place(self, connection: sa.Connection, caller: Caller, draft_id: str) -> None:
        """Before a large file is taken down for nothing."""
        self._admit(connection, caller, draft_id)
        demand_place(message_of(queries.shown(connection, self._served.desk.keyring, draft_id)))

    def _opened(self, tx: Transaction, caller: Caller, request: pb.FetchAttachmentRequest) -> tuple[Listed, Kept]:
        """What is about to be handed out, noted in the register of what left the node in readable form."""
        one, content = openable(tx.connection, self._listed(tx, caller, request, "fetch"), request.file_name)
        part = request.letter_id or request.draft_id
        note_export(tx, Export(ExportKind.ATTACHMENT, content.shape.digest, caller.account_id, (part,)))
        return one, content

    def _listed(self, tx: Transaction, caller: Caller, request: Whose, how: str) -> list[Listed]:
        match request.WhichOneof("of"):
            case "draft_id":
                draft = store.get(tx.connection, request.draft_id)
                self._served.drafts.demand(tx.connection, caller, draft, BUSINESS_ROLES)
                return self._of_draft(tx.connection, request.draft_id)
            case "letter_id":
                return self._of_letter(tx, caller, request, how)
        raise FieldInvalidError(field="of", problem="missing")

    def _of_draft(self, connection: sa.Connection, draft_id: str) -> list[Listed]:
        if store.words_are_gone(connection, draft_id):
            return []
        message = message_of(queries.shown(connection, self._served.desk.keyring, draft_id))
        return listed(connection, Owner.DRAFT, draft_id, message)

    def _of_letter(self, tx: Transaction, caller: Caller, request: Whose, how: str) -> list[Listed]:
        letter = self._served.letters.letter(tx.connection, caller, request.letter_id)
        if letter.content is None:
            return []
        self._served.letters.read(tx, caller, letter, how, request.read_reason)
        message: Message = read(letter.header.kind, letter.content, letter.header.content_type)
        peer = letter.header.sender if letter.direction is Direction.IN else ""
        return listed(tx.connection, Owner.LETTER, request.letter_id, message, peer)


async def _data(requests: AsyncIterator[pb.AddAttachmentRequest]) -> AsyncIterator[bytes]:
    async for request in requests:
        if request.WhichOneof("part") != "data" or len(request.data) > _MOST_PIECE:
            raise FieldInvalidError(field="data", problem="at most 1 MiB, behind the file's name")
        yield request.data
