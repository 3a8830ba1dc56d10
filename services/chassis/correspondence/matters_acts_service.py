"""Serves the acts on a matter's dates and delivery; each is told to the other side by a letter of its own."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.node.v1 import matters_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2_grpc as rpc
from services.chassis.correspondence import clock_steps, steps
from services.chassis.correspondence.access import actor_for
from services.chassis.correspondence.deeming import check_waited
from services.chassis.correspondence.matters_messages_service import wholes
from services.chassis.correspondence.matters_serving import Matters, deadline_shown_to
from services.chassis.correspondence.reminding import remind_now
from services.chassis.correspondence.rights import Sight
from services.chassis.correspondence.steps import Actor, Call, PaperStep
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.deadlines.checks import Grounds
from services.chassis.deadlines.model import Deadline
from services.chassis.deadlines.queries import deadlines_of
from services.chassis.desk.drafts_messages_service import words
from services.chassis.dossiers import queries
from services.chassis.matters.model import Event
from services.chassis.rpc.callers import BUSINESS_ROLES, Caller, Role
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.idempotency import once
from services.chassis.storage import Transaction
from services.chassis.timestamps import instant

R = TypeVar("R", bound=Message)
MOVERS = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER})
"""Who moves dates, with an approval that they name. A liaison officer telephones and hands over, and does not."""
_SLIP = MappingProxyType({"handed_over": Event.VIEWED, "signed_for": Event.SIGNED_FOR})
_DIGEST_BYTES = 32


class MattersActs(rpc.MattersServiceServicer):
    """The methods that change something."""

    def __init__(self, served: Matters) -> None:
        self._served = served
        self._office = served.office

    async def ExtendDeadline(self, request: pb.ExtendDeadlineRequest, context: object) -> pb.ExtendDeadlineResponse:
        grounds = _grounds(request)

        def work(tx: Transaction, sight: Sight) -> pb.ExtendDeadlineResponse:
            deadline = self._movable(tx, sight, request.deadline_id, "ExtendDeadline")
            moved = clock_steps.extend(tx, self._office, deadline.deadline_id, request.amount, grounds)
            return pb.ExtendDeadlineResponse(deadline=self._running(tx, moved))

        return await self._once(request, pb.ExtendDeadlineResponse, work)

    async def SuspendDeadline(self, request: pb.SuspendDeadlineRequest, context: object) -> pb.SuspendDeadlineResponse:
        grounds = _grounds(request)

        def work(tx: Transaction, sight: Sight) -> pb.SuspendDeadlineResponse:
            deadline = self._movable(tx, sight, request.deadline_id, "SuspendDeadline")
            stopped = clock_steps.suspend(tx, self._office, deadline.deadline_id, grounds)
            return pb.SuspendDeadlineResponse(deadline=self._running(tx, stopped))

        return await self._once(request, pb.SuspendDeadlineResponse, work)

    async def ResumeDeadline(self, request: pb.ResumeDeadlineRequest, context: object) -> pb.ResumeDeadlineResponse:
        grounds = _grounds(request)

        def work(tx: Transaction, sight: Sight) -> pb.ResumeDeadlineResponse:
            deadline = self._movable(tx, sight, request.deadline_id, "ResumeDeadline")
            resumed = clock_steps.resume(tx, self._office, deadline.deadline_id, grounds)
            return pb.ResumeDeadlineResponse(deadline=self._running(tx, resumed))

        return await self._once(request, pb.ResumeDeadlineResponse, work)

    async def RemindMatter(self, request: pb.RemindMatterRequest, context: object) -> pb.RemindMatterResponse:
        text = words("text", request.text).strip()

        def work(tx: Transaction, sight: Sight) -> pb.RemindMatterResponse:
            sight.demand(tx.connection, request.matter_id, BUSINESS_ROLES, "RemindMatter")
            sent = remind_now(tx, self._office, request.matter_id, text)
            return pb.RemindMatterResponse(letter_id=sent.letter_id, rung=sent.rung)

        return await self._once(request, pb.RemindMatterResponse, work)

    async def RecordDeemedReceipt(
        self, request: pb.RecordDeemedReceiptRequest, context: object
    ) -> pb.RecordDeemedReceiptResponse:
        call = Call(words("telephoned_post", request.telephoned_post), self._past(request, "telephoned_time"))

        def work(tx: Transaction, sight: Sight) -> pb.RecordDeemedReceiptResponse:
            sight.demand(tx.connection, request.matter_id, BUSINESS_ROLES, "RecordDeemedReceipt")
            matter = queries.get(tx.connection, request.matter_id).matter
            check_waited(matter, self._office.book, calendar_in_force(tx.connection), call.at)
            steps.deem(tx, self._office, request.matter_id, call, self._actor(tx, sight.caller))
            running = [one for one in deadlines_of(tx.connection, request.matter_id) if one.closed_at is None]
            started = self._running(tx, running[-1]) if running else None
            return pb.RecordDeemedReceiptResponse(deadline=started)

        return await self._once(request, pb.RecordDeemedReceiptResponse, work)

    async def RecordPaperDelivery(
        self, request: pb.RecordPaperDeliveryRequest, context: object
    ) -> pb.RecordPaperDeliveryResponse:
        paper = self._slip(request)

        def work(tx: Transaction, sight: Sight) -> pb.RecordPaperDeliveryResponse:
            sight.demand(tx.connection, request.matter_id, BUSINESS_ROLES, "RecordPaperDelivery")
            steps.on_paper(tx, self._office, request.matter_id, paper, self._actor(tx, sight.caller))
            (whole,) = wholes(tx.connection, [queries.get_head(tx.connection, request.matter_id)])
            return pb.RecordPaperDeliveryResponse(matter=self._served.views(tx.connection).matter(whole))

        return await self._once(request, pb.RecordPaperDeliveryResponse, work)

    def _movable(self, tx: Transaction, sight: Sight, deadline_id: str, act: str) -> Deadline:
        deadline = deadline_shown_to(sight, tx.connection, deadline_id)
        sight.demand(tx.connection, deadline.matter_id, MOVERS, act)
        return deadline

    def _running(self, tx: Transaction, deadline: Deadline) -> pb.DeadlineView:
        return self._served.views(tx.connection).deadline(deadline, done=False)

    def _actor(self, tx: Transaction, caller: Caller) -> Actor:
        return actor_for(self._served.actor_of, tx.connection, caller)

    def _slip(self, request: pb.RecordPaperDeliveryRequest) -> PaperStep:
        if request.step not in _SLIP:
            raise FieldInvalidError(field="step", problem=f"one of {', '.join(_SLIP)}")
        if len(request.scan_digest) != _DIGEST_BYTES:
            raise FieldInvalidError(field="scan_digest", problem=f"{_DIGEST_BYTES} bytes of SHA-256")
        signed_for_by = words("signed_for_by", request.signed_for_by)
        return PaperStep(_SLIP[request.step], self._past(request, "time"), signed_for_by, request.scan_digest)

    def _past(self, request: Message, field: str) -> datetime:
        """An instant that the caller must state and that has already been."""
        stated: Timestamp = getattr(request, field)
        try:
            at = instant(stated) if request.HasField(field) else None
        except (ValueError, OverflowError):
            at = None
        if at is None or at > self._served.clock.now():
            raise FieldInvalidError(field=field, problem="an instant that is not in the future")
        return at

    async def _once(self, request: Message, response_type: type[R], work: Callable[[Transaction, Sight], R]) -> R:
        caller = current_caller()
        sight = Sight(caller, self._office.book)
        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, response_type, lambda: work(tx, sight))
        )


def _grounds(request: pb.ExtendDeadlineRequest | pb.SuspendDeadlineRequest | pb.ResumeDeadlineRequest) -> Grounds:
    return Grounds(words("explanation", request.explanation), words("approver", request.approver))
