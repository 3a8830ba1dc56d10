"""Serves the letters this body sent and received to its own people: list, open, sign for, accept, ask, print."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from google.protobuf.message import Message

from guantong.node.v1 import letters_service_pb2 as pb
from guantong.node.v1 import letters_service_pb2_grpc as rpc
from services.chassis.correspondence import steps
from services.chassis.correspondence.access import ActorOf, LetterAccess, actor_for
from services.chassis.correspondence.around import kept_out
from services.chassis.correspondence.letter_asking import search_of
from services.chassis.correspondence.letter_finding import Seen, find_places
from services.chassis.correspondence.letter_summaries import summaries_of
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.paper import LetterPrinter
from services.chassis.correspondence.remains import Remains, remains_of, signature_holds
from services.chassis.correspondence.rights import Sight
from services.chassis.correspondence.steps import Actor
from services.chassis.deadlines.queries import deadlines_of
from services.chassis.desk.desk import Desk
from services.chassis.desk.drafts_messages_service import reasons, words
from services.chassis.destruction.exports import note_export
from services.chassis.destruction.model import Export, ExportKind
from services.chassis.documents.pdf import letter_pdf
from services.chassis.documents.sheet import LetterSheet, lines_of
from services.chassis.dossiers.model import Dossier
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.model import StoredLetter
from services.chassis.exchange.reading import lines_at
from services.chassis.people.errors import AccountUnknownError
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import BUSINESS_ROLES, Caller, Scope
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.idempotency import once
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database, Transaction

R = TypeVar("R", bound=Message)
ACCESS = ServiceAccess(
    "guantong.node.v1.LettersService",
    BUSINESS_ROLES,
    tokens=dict.fromkeys(("ListLetters", "OpenLetter"), Scope.READ),
)
"""Which letters a person may read is asked for each of them."""


@dataclass(frozen=True)
class Letters:
    """What the service works with. `fonts` is a folder with the county's own fonts."""

    database: Database
    office: Office
    desk: Desk
    exchange: Exchange
    actor_of: ActorOf
    printer: LetterPrinter
    paging: Paging
    fonts: Path | None = None


def add_letters(builder: ServerBuilder, served: Letters) -> None:
    """Have the server offer letters."""
    builder.add(rpc.add_LettersServiceServicer_to_server, LettersServicer(served), ACCESS)


class LettersServicer(rpc.LettersServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Letters) -> None:
        self._served = served
        self._office = served.office
        self._access = LetterAccess(served.office, served.exchange.identity.keyring, served.actor_of)

    async def ListLetters(self, request: pb.ListLettersRequest, context: object) -> pb.ListLettersResponse:
        page, sight, office = self._served.paging.page(request), self._sight(), self._office
        below = int(page.after) if page.after else None
        wanted = search_of(request, office.book, office.body)

        def look(connection: sa.Connection) -> pb.ListLettersResponse:
            seen = Seen(sight.letters(), sight.narrow(), kept_out(connection, office))
            places = find_places(connection, wanted, seen, below, page.limit)
            shown, token = self._served.paging.cut(request, page, places, str)
            lines = summaries_of(connection, office.book, lines_at(connection, shown))
            return pb.ListLettersResponse(letters=lines, next_page_token=token)

        return await self._served.database.reader.read(look)

    async def OpenLetter(self, request: pb.OpenLetterRequest, context: object) -> pb.OpenLetterResponse:
        def work(tx: Transaction, caller: Caller) -> pb.OpenLetterResponse:
            letter = self._access.letter(tx.connection, caller, request.letter_id)
            if letter.content is not None:
                self._access.read(tx, caller, letter, "open", request.read_reason)
            return self._opened(tx, letter)

        # The stored answer of a repeated call would keep the content beside the letter's own rest: so no `once`.
        caller = current_caller()
        return await self._served.database.writer.run(lambda tx: work(tx, caller))

    async def SignForLetter(self, request: pb.SignForLetterRequest, context: object) -> pb.SignForLetterResponse:
        def work(tx: Transaction, caller: Caller) -> pb.SignForLetterResponse:
            matter_id = self._matter_of(tx, caller, request.letter_id)
            dossier = steps.sign_for(tx, self._office, matter_id, self._actor(tx, caller))
            return _due(tx, dossier)

        return await self._once(request, pb.SignForLetterResponse, work)

    async def AcceptLetter(self, request: pb.AcceptLetterRequest, context: object) -> pb.AcceptLetterResponse:
        def work(tx: Transaction, caller: Caller) -> pb.AcceptLetterResponse:
            steps.accept(tx, self._office, self._matter_of(tx, caller, request.letter_id), self._actor(tx, caller))
            return pb.AcceptLetterResponse()

        return await self._once(request, pb.AcceptLetterResponse, work)

    async def DeclineLetter(self, request: pb.DeclineLetterRequest, context: object) -> pb.DeclineLetterResponse:
        def work(tx: Transaction, caller: Caller) -> pb.DeclineLetterResponse:
            matter_id = self._matter_of(tx, caller, request.letter_id)
            draft = steps.decline(tx, self._served.desk, matter_id, request.explanation, caller.account_id)
            return pb.DeclineLetterResponse(draft_id=draft.draft_id)

        return await self._once(request, pb.DeclineLetterResponse, work)

    async def AskBack(self, request: pb.AskBackRequest, context: object) -> pb.AskBackResponse:
        def work(tx: Transaction, caller: Caller) -> pb.AskBackResponse:
            matter_id = self._matter_of(tx, caller, request.letter_id)
            steps.ask_back(tx, self._office, matter_id, self._actor(tx, caller), request.question)
            return pb.AskBackResponse()

        return await self._once(request, pb.AskBackResponse, work)

    async def Clarify(self, request: pb.ClarifyRequest, context: object) -> pb.ClarifyResponse:
        def work(tx: Transaction, caller: Caller) -> pb.ClarifyResponse:
            matter_id = self._matter_of(tx, caller, request.letter_id)
            steps.clarify(tx, self._office, matter_id, request.letter_id, reasons("answer", request.answer))
            return pb.ClarifyResponse()

        return await self._once(request, pb.ClarifyResponse, work)

    async def PrintLetter(self, request: pb.PrintLetterRequest, context: object) -> pb.PrintLetterResponse:
        def work(tx: Transaction, caller: Caller) -> LetterSheet:
            letter = self._access.letter(tx.connection, caller, request.letter_id)
            sheet = self._served.printer.sheet(tx.connection, letter, return_slip=request.return_slip)
            self._access.read(tx, caller, letter, "print", request.read_reason)
            return sheet

        caller, write = current_caller(), self._served.database.writer.run
        printed = await write(lambda tx: work(tx, caller))
        pdf = await asyncio.to_thread(letter_pdf, printed, self._served.fonts)
        # Registered before it is handed out: a file that nobody got is a smaller fault than one that nobody knows of.
        parts, note = (request.letter_id,), words("note", request.note)
        left = Export(ExportKind.LETTER_PRINT, sha256(pdf).digest(), caller.account_id, parts, note=note)
        await write(lambda tx: note_export(tx, left))
        return pb.PrintLetterResponse(pdf=pdf)

    async def _once(self, request: Message, response_type: type[R], work: Callable[[Transaction, Caller], R]) -> R:
        caller = current_caller()
        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, response_type, lambda: work(tx, caller))
        )

    def _actor(self, tx: Transaction, caller: Caller) -> Actor:
        return actor_for(self._served.actor_of, tx.connection, caller)

    def _sight(self) -> Sight:
        return Sight(current_caller(), self._office.book)

    def _matter_of(self, tx: Transaction, caller: Caller, letter_id: str) -> str:
        return self._access.letter(tx.connection, caller, letter_id).header.matter_id

    def _opened(self, tx: Transaction, letter: StoredLetter) -> pb.OpenLetterResponse:
        signer = letter.header.signer
        whom = f"（代{signer.for_whom}）" if signer and signer.for_whom else ""
        left = None if letter.content is not None else self._remains(tx.connection, letter)
        return pb.OpenLetterResponse(
            letter=summaries_of(tx.connection, self._office.book, [letter])[0],
            content=letter.content or b"",
            content_type=letter.header.content_type,
            signer=f"{signer.post} {signer.name}{whom}" if signer else "",
            lines=left.lines if left else lines_of(self._served.printer.sheet(tx.connection, letter)),
            destroyed=left.message if left else None,
            signature_verified=signature_holds(self._served.exchange.identity, letter),
        )

    def _remains(self, connection: sa.Connection, letter: StoredLetter) -> Remains:
        def named(who: str) -> str:
            try:
                actor = self._served.actor_of(connection, who)
            except AccountUnknownError:
                return who  # a post at the body that decided
            return f"{actor.post}{actor.name}"

        return remains_of(connection, self._served.exchange.identity, letter, named)


def _due(tx: Transaction, dossier: Dossier) -> pb.SignForLetterResponse:
    running = [one for one in deadlines_of(tx.connection, dossier.head.matter_id) if one.closed_at is None]
    if not running:
        return pb.SignForLetterResponse()
    first = running[0]
    return pb.SignForLetterResponse(
        due_date=first.due_date.isoformat() if first.due_date else "",
        provisional=first.provisional,
        article_id=first.article,
    )
