"""Serves drafts to the node's own clients: who may do what to which draft, and what the use cases return."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from google.protobuf.message import Message

from guantong.node.v1 import drafts_service_pb2 as pb
from guantong.node.v1 import drafts_service_pb2_grpc as rpc
from services.chassis.desk import drafts, queries, store
from services.chassis.desk.access import WRITERS, DraftAccess, MattersInSight, Roles
from services.chassis.desk.authority import SigningAuthority
from services.chassis.desk.desk import Desk, Text
from services.chassis.desk.drafts import NewDraft, Seen
from services.chassis.desk.drafts_messages_service import (
    STATE_BY_NUMBER,
    address_from,
    draft_message,
    name,
    outcome_message,
    shown_message,
    state_number,
    words,
)
from services.chassis.desk.errors import DraftDeniedError
from services.chassis.desk.printing import NotPrintableError
from services.chassis.desk.queries import Shown, Viewer
from services.chassis.desk.records import Draft, DraftState
from services.chassis.desk.rights import TRUSTED, reaches_of
from services.chassis.desk.signing import ToSign, sign, sign_many
from services.chassis.destruction.exports import note_export
from services.chassis.destruction.model import Export, ExportKind
from services.chassis.documents.pdf import letter_pdf
from services.chassis.documents.sheet import LetterSheet, lines_of
from services.chassis.dossiers.errors import MatterNotFoundError
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import BUSINESS_ROLES, Caller, Role
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.idempotency import once
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database, Transaction
from services.chassis.timestamps import timestamp

R = TypeVar("R", bound=Message)

REVIEWERS, LEADERS = frozenset({Role.REVIEWER}), frozenset({Role.LEADER})
_MOST_AT_ONCE = 100
ACCESS = ServiceAccess("guantong.node.v1.DraftsService", BUSINESS_ROLES)
"""Which of them may do what depends on the draft, and is asked in the transaction that does it."""

Granting = Callable[[Transaction, Draft, str | None], SigningAuthority]
"""The right to sign one draft, for the account named or in one's own right; raises where there is none."""
ConfirmSigner = Callable[[Caller, str], Awaitable[Granting]]
"""Checks the caller's password, given again; raises when it is wrong."""
Redraft = Callable[[Transaction, Seen, str], Draft]
"""Writes a drafted reply afresh where the ledgers changed, for that account; raises where there is nothing to do so."""
SourcesOf = Callable[[sa.Connection, Draft], pb.GetDraftSourcesResponse]
"""What a drafted reply rests on and what was asked."""
SheetOf = Callable[[sa.Connection, Shown, bool], LetterSheet]
"""What a shown draft says on paper, with a return slip or without."""


def _nothing_known(_connection: sa.Connection, _draft: Draft) -> pb.GetDraftSourcesResponse:
    return pb.GetDraftSourcesResponse()


@dataclass(frozen=True)
class Drafts:
    """What the service works with. `fonts` is a folder with the county's own fonts.

    A draft in a matter is for those who may know of the matter, and to be acted on by those who may act there.
    """

    database: Database
    desk: Desk
    confirm_signer: ConfirmSigner
    sheet_of: SheetOf
    paging: Paging
    in_sight: MattersInSight
    redraft: Redraft
    sources_of: SourcesOf = _nothing_known
    fonts: Path | None = None


def add_drafts(builder: ServerBuilder, served: Drafts) -> None:
    """Have the server offer drafts."""
    builder.add(rpc.add_DraftsServiceServicer_to_server, DraftsServicer(served), ACCESS)


class DraftsServicer(rpc.DraftsServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Drafts) -> None:
        self._served = served
        self._desk = served.desk
        self._access = DraftAccess(served.in_sight)

    async def CreateDraft(self, request: pb.CreateDraftRequest, context: object) -> pb.CreateDraftResponse:
        new = NewDraft(
            address_from(request.address),
            Text(request.content_type, request.content),
            name("sub_unit", request.sub_unit),
            tuple(name("article_ids", one) for one in request.article_ids),
        )

        def work(tx: Transaction, caller: Caller) -> pb.CreateDraftResponse:
            draft = drafts.create_by_hand(tx, self._desk, new, caller.account_id)
            # Asked of the finished draft, so that one rule decides here and everywhere; a refusal undoes it.
            if not self._access.in_sight(tx.connection, caller, draft, BUSINESS_ROLES):
                raise MatterNotFoundError(matter_id=draft.address.matter_id)
            if not self._access.may(tx.connection, caller, draft, WRITERS):
                raise DraftDeniedError(roles=", ".join(sorted(WRITERS)))
            return pb.CreateDraftResponse(draft_id=draft.draft_id, revision=draft.revision, digest=draft.newest.digest)

        return await self._once(request, pb.CreateDraftResponse, work)

    async def EditDraft(self, request: pb.EditDraftRequest, context: object) -> pb.EditDraftResponse:
        def work(tx: Transaction, caller: Caller) -> pb.EditDraftResponse:
            self._admit(tx, caller, request.draft_id, WRITERS)
            text = Text(request.content_type, request.content)
            draft = drafts.edit_draft(tx, self._desk, _seen(request), text, caller.account_id)
            return pb.EditDraftResponse(revision=draft.revision, digest=draft.newest.digest)

        return await self._once(request, pb.EditDraftResponse, work)

    async def RedraftReply(self, request: pb.RedraftReplyRequest, context: object) -> pb.RedraftReplyResponse:
        def work(tx: Transaction, caller: Caller) -> pb.RedraftReplyResponse:
            self._admit(tx, caller, request.draft_id, WRITERS)
            draft = self._served.redraft(tx, _seen(request), caller.account_id)
            return pb.RedraftReplyResponse(revision=draft.revision, digest=draft.newest.digest)

        return await self._once(request, pb.RedraftReplyResponse, work)

    async def SubmitDraft(self, request: pb.SubmitDraftRequest, context: object) -> pb.SubmitDraftResponse:
        submit = drafts.submit_for_review if request.review else drafts.submit_for_signature

        def work(tx: Transaction, caller: Caller) -> pb.SubmitDraftResponse:
            self._admit(tx, caller, request.draft_id, WRITERS)
            draft = submit(
                tx, self._desk, _seen(request), caller.account_id, acknowledge_stale=request.acknowledge_stale
            )
            return pb.SubmitDraftResponse(state=state_number(draft.state))

        return await self._once(request, pb.SubmitDraftResponse, work)

    async def ApproveDraft(self, request: pb.ApproveDraftRequest, context: object) -> pb.ApproveDraftResponse:
        remarks = words("remarks", request.remarks)

        def work(tx: Transaction, caller: Caller) -> pb.ApproveDraftResponse:
            self._admit(tx, caller, request.draft_id, REVIEWERS)
            drafts.approve(tx, self._desk, _seen(request), caller.account_id, remarks)
            return pb.ApproveDraftResponse()

        return await self._once(request, pb.ApproveDraftResponse, work)

    async def ReturnDraft(self, request: pb.ReturnDraftRequest, context: object) -> pb.ReturnDraftResponse:
        remarks = words("remarks", request.remarks)

        def work(tx: Transaction, caller: Caller) -> pb.ReturnDraftResponse:
            draft = store.get(tx.connection, request.draft_id)
            with_reviewer = draft.state is DraftState.IN_REVIEW
            self._access.demand(tx.connection, caller, draft, TRUSTED if with_reviewer else LEADERS)
            drafts.return_with_remarks(tx, self._desk, _seen(request), remarks, caller.account_id)
            return pb.ReturnDraftResponse()

        return await self._once(request, pb.ReturnDraftResponse, work)

    async def SignDraft(self, request: pb.SignDraftRequest, context: object) -> pb.SignDraftResponse:
        granting = await self._served.confirm_signer(current_caller(), request.password)
        for_account = request.for_account_id if request.HasField("for_account_id") else None
        what = ToSign(request.draft_id, request.revision, request.shown_digest, request.confirm_says_nothing)

        def work(tx: Transaction, caller: Caller) -> pb.SignDraftResponse:
            draft = self._admit(tx, caller, request.draft_id, BUSINESS_ROLES)
            signed = sign(tx, self._desk, what, granting(tx, draft, for_account))
            return pb.SignDraftResponse(
                letter_id=signed.letter_id,
                document_number=signed.document_number,
                signed_time=timestamp(signed.signed_at),
            )

        return await self._once(request, pb.SignDraftResponse, work)

    async def SignDrafts(self, request: pb.SignDraftsRequest, context: object) -> pb.SignDraftsResponse:
        if not 1 <= len(request.drafts) <= _MOST_AT_ONCE:
            raise FieldInvalidError(field="drafts", problem=f"1 to {_MOST_AT_ONCE}")
        granting = await self._served.confirm_signer(current_caller(), request.password)
        for_account = request.for_account_id if request.HasField("for_account_id") else None
        what = [
            ToSign(one.draft_id, one.revision, one.shown_digest, one.confirm_says_nothing) for one in request.drafts
        ]

        def work(tx: Transaction, caller: Caller) -> pb.SignDraftsResponse:
            def authorize(tx: Transaction, draft: Draft) -> SigningAuthority:
                self._access.demand(tx.connection, caller, draft, BUSINESS_ROLES)
                return granting(tx, draft, for_account)

            outcomes = sign_many(tx, self._desk, what, authorize)
            return pb.SignDraftsResponse(outcomes=[outcome_message(outcome) for outcome in outcomes])

        return await self._once(request, pb.SignDraftsResponse, work)

    async def DiscardDraft(self, request: pb.DiscardDraftRequest, context: object) -> pb.DiscardDraftResponse:
        why = words("reason", request.reason)

        def work(tx: Transaction, caller: Caller) -> pb.DiscardDraftResponse:
            self._admit(tx, caller, request.draft_id, WRITERS)
            drafts.discard(tx, self._desk, _seen(request), why, caller.account_id)
            return pb.DiscardDraftResponse()

        return await self._once(request, pb.DiscardDraftResponse, work)

    async def GetDraft(self, request: pb.GetDraftRequest, context: object) -> pb.GetDraftResponse:
        caller, keyring = current_caller(), self._desk.keyring
        wanted = request.revision if request.HasField("revision") else None

        def look(connection: sa.Connection) -> pb.GetDraftResponse:
            draft = store.get(connection, request.draft_id)
            self._access.demand(connection, caller, draft, BUSINESS_ROLES)
            steps = queries.history(connection, keyring, draft.draft_id)
            if store.words_are_gone(connection, draft.draft_id):
                reason = queries.discard_reason(connection, draft.draft_id)
                return shown_message(draft, None, steps, reason)
            shown = queries.shown(connection, keyring, draft.draft_id, wanted)
            response = shown_message(draft, shown, steps)
            response.lines.extend(self._lines(connection, shown))
            return response

        return await self._served.database.reader.read(look)

    async def GetDraftSources(self, request: pb.GetDraftSourcesRequest, context: object) -> pb.GetDraftSourcesResponse:
        caller = current_caller()

        def look(connection: sa.Connection) -> pb.GetDraftSourcesResponse:
            draft = store.get(connection, request.draft_id)
            self._access.demand(connection, caller, draft, BUSINESS_ROLES)
            return self._served.sources_of(connection, draft)

        return await self._served.database.reader.read(look)

    async def PrintDraft(self, request: pb.PrintDraftRequest, context: object) -> pb.PrintDraftResponse:
        caller = current_caller()
        wanted = request.revision if request.HasField("revision") else None

        def look(connection: sa.Connection) -> LetterSheet:
            self._access.demand(connection, caller, store.get(connection, request.draft_id), BUSINESS_ROLES)
            shown = queries.shown(connection, self._desk.keyring, request.draft_id, wanted)
            return self._served.sheet_of(connection, shown, request.return_slip)

        sheet = await self._served.database.reader.read(look)
        # Drawing takes long enough to keep others waiting.
        pdf = await asyncio.to_thread(letter_pdf, sheet, self._served.fonts)
        left = Export(ExportKind.DRAFT_PRINT, sha256(pdf).digest(), caller.account_id, (request.draft_id,))
        await self._served.database.writer.run(lambda tx: note_export(tx, left))
        return pb.PrintDraftResponse(pdf=pdf)

    async def ListDrafts(self, request: pb.ListDraftsRequest, context: object) -> pb.ListDraftsResponse:
        caller, page = current_caller(), self._served.paging.page(request)
        unknown = set(request.states) - STATE_BY_NUMBER.keys()
        if unknown:
            raise FieldInvalidError(field="states", problem="not a state of drafts")
        states = [STATE_BY_NUMBER[number] for number in request.states]
        reaches = reaches_of(caller, BUSINESS_ROLES)
        viewer = Viewer(caller.desk_of, reaches, self._served.in_sight(caller, BUSINESS_ROLES))
        found = await self._served.database.reader.read(
            lambda connection: queries.list_drafts(connection, viewer, states, page.after, page.limit)
        )
        shown, token = self._served.paging.cut(request, page, found, lambda draft: draft.draft_id)
        return pb.ListDraftsResponse(drafts=[draft_message(draft) for draft in shown], next_page_token=token)

    def _lines(self, connection: sa.Connection, shown: Shown) -> list[str]:
        try:
            return lines_of(self._served.sheet_of(connection, shown, False))
        except NotPrintableError:
            return []

    def _admit(self, tx: Transaction, caller: Caller, draft_id: str, roles: Roles) -> Draft:
        draft = store.get(tx.connection, draft_id)
        self._access.demand(tx.connection, caller, draft, roles)
        return draft

    async def _once(self, request: Message, response_type: type[R], work: Callable[[Transaction, Caller], R]) -> R:
        caller = current_caller()
        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, response_type, lambda: work(tx, caller))
        )


def _seen(
    request: pb.EditDraftRequest
    | pb.RedraftReplyRequest
    | pb.SubmitDraftRequest
    | pb.ApproveDraftRequest
    | pb.ReturnDraftRequest
    | pb.DiscardDraftRequest,
) -> Seen:
    return Seen(request.draft_id, request.revision)
