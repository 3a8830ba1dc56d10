"""Serves destruction to the body's own people: ask, decide, hold, and account for files that were handed out."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from guantong.node.v1 import destruction_service_pb2 as pb
from guantong.node.v1 import destruction_service_pb2_grpc as rpc
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.rights import Sight
from services.chassis.desk.drafts_messages_service import name, words
from services.chassis.destruction import exports, holds, requests, store
from services.chassis.destruction import messages as to
from services.chassis.destruction.aftermath import owed
from services.chassis.destruction.errors import DestructionNotOpenError, HoldNotOpenError
from services.chassis.destruction.model import Destruction, Wanted
from services.chassis.destruction.sight import DestructionSight
from services.chassis.destruction.tables import COPIES, DESTRUCTION_LETTERS
from services.chassis.dossiers.errors import MatterNotFoundError
from services.chassis.dossiers.queries import head
from services.chassis.errors import GuantongError
from services.chassis.exchange.errors import LetterUnknownError
from services.chassis.exchange.naming import LetterName, names_among
from services.chassis.exchange.tables import LETTERS
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import ADMIN_ROLES, Caller, Role
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.reach import caller_for_all
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.storage import Database, Transaction

_ASKING = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER, Role.SECURITY_ADMIN})
_DECIDING = frozenset({Role.LEADER})
_HOLDING = frozenset({Role.LEADER, Role.AUDIT_ADMIN})
_LOOKING = _ASKING | {Role.AUDIT_ADMIN}
_OVERSEEING = frozenset({Role.LEADER, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
ACCESS = ServiceAccess(
    "guantong.node.v1.DestructionService",
    _ASKING,
    {
        "ApproveDestruction": _DECIDING,
        "RefuseDestruction": _DECIDING,
        "PlaceHold": _HOLDING,
        "ReleaseHold": _HOLDING,
        "GetDestruction": _LOOKING,
        "ListDestructions": _LOOKING,
        "ListCopies": _LOOKING,
        "ListHolds": _LOOKING,
        "ListExports": _OVERSEEING,
    },
)


@dataclass(frozen=True)
class Destructions:
    """What the service works with. `finish` does what a destruction asks for after its commit, as far as it can."""

    database: Database
    office: Office
    paging: Paging
    finish: Callable[[], Awaitable[object]]


def add_destructions(builder: ServerBuilder, served: Destructions) -> None:
    """Have the server offer destruction."""
    builder.add(rpc.add_DestructionServiceServicer_to_server, DestructionServicer(served), ACCESS)


class DestructionServicer(rpc.DestructionServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Destructions) -> None:
        self._served = served
        self._database = served.database

    async def AskDestruction(self, request: pb.AskDestructionRequest, context: object) -> pb.AskDestructionResponse:
        caller = current_caller()
        wanted = Wanted(
            ground=to.ground_from(request.ground),
            reason=words("reason", request.reason),
            letter_ids=tuple(sorted({name("letter_ids", one) for one in request.letter_ids})),
            matter_id=name("matter_id", request.matter_id),
            document_number=_short("document_number", request.document_number),
            decided_on=_date("decided_date", request.decided_date),
        )

        def work(tx: Transaction) -> pb.AskDestructionResponse:
            if wanted.matter_id:
                self._demand_matter(tx.connection, caller, wanted.matter_id, _ASKING, "AskDestruction")
            sight = self._sight(tx.connection, caller)
            if wanted.matter_id:
                sight.demand(_letters_of(tx.connection, wanted.matter_id), _ASKING)
            else:
                sight.demand_ids(wanted.letter_ids, _ASKING)
            asked = requests.ask(tx, wanted, by=caller.account_id, within=sight.letters(_ASKING))
            return pb.AskDestructionResponse(destruction_id=asked.id, letter_count=len(asked.letter_ids))

        return await write_once(self._database, caller, request, pb.AskDestructionResponse, work)

    async def ApproveDestruction(
        self, request: pb.ApproveDestructionRequest, context: object
    ) -> pb.ApproveDestructionResponse:
        caller, wanted = current_caller(), name("destruction_id", request.destruction_id)

        def work(tx: Transaction) -> pb.ApproveDestructionResponse:
            self._demand_decides(tx.connection, caller, wanted)
            count = requests.approve(tx, self._served.office.destroying, wanted, by=caller.account_id)
            return pb.ApproveDestructionResponse(destroyed_count=count)

        done = await write_once(self._database, caller, request, pb.ApproveDestructionResponse, work)
        with suppress(GuantongError):
            # It is done and on record. What is out of reach now is shown as outstanding, and tried again by the clock.
            await self._served.finish()
        return done

    async def RefuseDestruction(
        self, request: pb.RefuseDestructionRequest, context: object
    ) -> pb.RefuseDestructionResponse:
        caller, wanted = current_caller(), name("destruction_id", request.destruction_id)
        remark = words("remark", request.remark)

        def work(tx: Transaction) -> pb.RefuseDestructionResponse:
            self._demand_decides(tx.connection, caller, wanted)
            requests.refuse(tx, wanted, remark, by=caller.account_id)
            return pb.RefuseDestructionResponse()

        return await write_once(self._database, caller, request, pb.RefuseDestructionResponse, work)

    async def GetDestruction(self, request: pb.GetDestructionRequest, context: object) -> pb.GetDestructionResponse:
        caller, wanted = current_caller(), name("destruction_id", request.destruction_id)

        def look(connection: sa.Connection) -> pb.GetDestructionResponse:
            found = self._seen(connection, caller, wanted)
            copies = exports.copies(connection, DESTRUCTION_LETTERS.c.destruction_id == found.id)
            left = Counter(one.step.value for one in owed(connection, found.id))
            return pb.GetDestructionResponse(
                destruction=to.destruction(found),
                copies=[to.copy(one) for one in copies],
                outstanding=[pb.OutstandingStep(step=step, count=count) for step, count in sorted(left.items())],
            )

        return await self._database.reader.read(look)

    async def ListDestructions(
        self, request: pb.ListDestructionsRequest, context: object
    ) -> pb.ListDestructionsResponse:
        caller, page = current_caller(), self._served.paging.page(request)
        found = await self._database.reader.read(
            lambda connection: store.destructions(
                connection,
                self._sight(connection, caller).registered(),
                waiting_only=request.waiting_only,
                before=page.after,
                limit=page.limit,
            )
        )
        shown, token = self._served.paging.cut(request, page, found, lambda one: one.id)
        return pb.ListDestructionsResponse(destructions=[to.destruction(one) for one in shown], next_page_token=token)

    async def ListCopies(self, request: pb.ListCopiesRequest, context: object) -> pb.ListCopiesResponse:
        caller, page = current_caller(), self._served.paging.page(request)
        found = await self._database.reader.read(
            lambda connection: exports.copies(
                connection,
                self._sight(connection, caller).registered(),
                open_only=request.open_only,
                before=page.after,
                limit=page.limit,
            )
        )
        shown, token = self._served.paging.cut(request, page, found, lambda one: one.id)
        return pb.ListCopiesResponse(copies=[to.copy(one) for one in shown], next_page_token=token)

    async def CertifyCopy(self, request: pb.CertifyCopyRequest, context: object) -> pb.CertifyCopyResponse:
        caller, wanted = current_caller(), name("copy_id", request.copy_id)
        outcome = to.outcome_from(request.outcome)
        person, remark = words("person", request.person), words("remark", request.remark)

        def work(tx: Transaction) -> pb.CertifyCopyResponse:
            within = self._sight(tx.connection, caller).registered()
            known = exports.copies(tx.connection, within, only=COPIES.c.id == wanted)
            exports.certify_copy(tx, known[0].id if known else "", outcome, person, remark, by=caller.account_id)
            return pb.CertifyCopyResponse()

        return await write_once(self._database, caller, request, pb.CertifyCopyResponse, work)

    async def ListExports(self, request: pb.ListExportsRequest, context: object) -> pb.ListExportsResponse:
        caller_for_all(ACCESS, "ListExports")
        page = self._served.paging.page(request)
        found = await self._database.reader.read(
            lambda connection: exports.handed_out(
                connection, name("letter_id", request.letter_id), before=page.after, limit=page.limit
            )
        )
        shown, token = self._served.paging.cut(request, page, found, lambda one: one.id)
        return pb.ListExportsResponse(exports=[to.handed(one) for one in shown], next_page_token=token)

    async def PlaceHold(self, request: pb.PlaceHoldRequest, context: object) -> pb.PlaceHoldResponse:
        caller, matter_id = current_caller(), name("matter_id", request.matter_id)
        cause, reason = to.cause_from(request.cause), words("reason", request.reason)

        def work(tx: Transaction) -> pb.PlaceHoldResponse:
            self._demand_matter(tx.connection, caller, matter_id, _HOLDING, "PlaceHold")
            held = holds.place_hold(tx, matter_id, cause, reason, by=caller.account_id)
            return pb.PlaceHoldResponse(hold_id=held.id)

        return await write_once(self._database, caller, request, pb.PlaceHoldResponse, work)

    async def ReleaseHold(self, request: pb.ReleaseHoldRequest, context: object) -> pb.ReleaseHoldResponse:
        caller, wanted = current_caller(), name("hold_id", request.hold_id)
        reason = words("reason", request.reason)

        def work(tx: Transaction) -> pb.ReleaseHoldResponse:
            within = self._sight(tx.connection, caller).holds()
            if wanted not in {one.id for one in holds.holds(tx.connection, within, in_force=True)}:
                raise HoldNotOpenError
            holds.release_hold(tx, wanted, reason, by=caller.account_id)
            return pb.ReleaseHoldResponse()

        return await write_once(self._database, caller, request, pb.ReleaseHoldResponse, work)

    async def ListHolds(self, request: pb.ListHoldsRequest, context: object) -> pb.ListHoldsResponse:
        caller, page = current_caller(), self._served.paging.page(request)
        found = await self._database.reader.read(
            lambda connection: holds.holds(
                connection,
                self._sight(connection, caller).holds(),
                in_force=request.in_force_only,
                before=page.after,
                limit=page.limit,
            )
        )
        shown, token = self._served.paging.cut(request, page, found, lambda one: one.id)
        return pb.ListHoldsResponse(holds=[to.hold(one) for one in shown], next_page_token=token)

    def _sight(self, connection: sa.Connection, caller: Caller) -> DestructionSight:
        return DestructionSight(connection, self._served.office, caller)

    def _demand_matter(
        self, connection: sa.Connection, caller: Caller, matter_id: str, roles: frozenset[Role], act: str
    ) -> None:
        """Raise unless the caller may do `act` in the matter; administrators may in each that there is.

        Raises:
            MatterNotFoundError, RoleMissingError: as `Sight.demand` says.

        """
        if not caller.roles & ADMIN_ROLES:
            Sight(caller, self._served.office.book).demand(connection, matter_id, roles, act)
        elif head(connection, matter_id) is None:
            raise MatterNotFoundError(matter_id=matter_id)

    def _seen(self, connection: sa.Connection, caller: Caller, destruction_id: str) -> Destruction:
        named = DESTRUCTION_LETTERS.c.destruction_id == destruction_id
        within = sa.and_(named, self._sight(connection, caller).registered())
        found = store.destructions(connection, within, limit=1)
        if not found:
            raise DestructionNotOpenError
        return found[0]

    def _demand_decides(self, connection: sa.Connection, caller: Caller, destruction_id: str) -> None:
        """Whoever decides may read all of it, as a leader: nobody approves what they could not look at."""
        found = store.find(connection, destruction_id)
        if found is None:
            raise DestructionNotOpenError
        try:
            self._sight(connection, caller).demand(found.letters, _DECIDING)
        except LetterUnknownError as error:
            raise DestructionNotOpenError from error


def _letters_of(connection: sa.Connection, matter_id: str) -> tuple[LetterName, ...]:
    alive = sa.and_(LETTERS.c.matter_id == matter_id, LETTERS.c.content_key.is_not(None))
    return tuple(sorted(names_among(connection, alive)))


def _short(field: str, text: str) -> str:
    text = words(field, text.strip())
    if len(text) > 120:
        raise FieldInvalidError(field=field, problem="at most 120 characters")
    return text


def _date(field: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise FieldInvalidError(field=field, problem="YYYY-MM-DD") from error
