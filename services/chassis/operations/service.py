"""Serves what operators see and decide: alarms, channels, parked letters, quarantined frames."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.node.v1 import operations_service_pb2 as pb
from guantong.node.v1 import operations_service_pb2_grpc as rpc
from services.chassis.clock import Clock
from services.chassis.desk.drafts_messages_service import name, reasons
from services.chassis.exchange import quarantine
from services.chassis.exchange.applying import ParkedLetter
from services.chassis.exchange.errors import remedy_of
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.model import LetterState
from services.chassis.exchange.quarantine import Decision, Quarantined
from services.chassis.exchange.standing import ChannelStanding, standings
from services.chassis.operations import keeping
from services.chassis.operations.alarms import Alarm, kind_named
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import ADMIN_ROLES, Role
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.storage import Database, Transaction
from services.chassis.timestamps import timestamp

_LOOKING = ADMIN_ROLES | {Role.LEADER}
ACCESS = ServiceAccess(
    "guantong.node.v1.OperationsService",
    frozenset({Role.SYSTEM_ADMIN}),
    {"ListAlarms": _LOOKING, "ListChannels": _LOOKING},
)
"""What failed is the operator's; what letters say is not."""
_DECISIONS = {
    Decision.BELIEVED: pb.FRAME_DECISION_BELIEVED,
    Decision.SET_ASIDE: pb.FRAME_DECISION_SET_ASIDE,
}


@dataclass(frozen=True)
class Operations:
    """What the service works with. `shown_kind` gives a letter's kind, or nothing when it is not the operator's."""

    database: Database
    exchange: Exchange
    clock: Clock
    paging: Paging
    shown_kind: Callable[[str], str]


def add_operations(builder: ServerBuilder, served: Operations) -> None:
    """Have the server offer what operators work with."""
    builder.add(rpc.add_OperationsServiceServicer_to_server, OperationsServicer(served), ACCESS)


class OperationsServicer(rpc.OperationsServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Operations) -> None:
        self._served = served
        self._database = served.database

    async def ListAlarms(self, request: pb.ListAlarmsRequest, context: object) -> pb.ListAlarmsResponse:
        page = self._served.paging.page(request)
        rows = await self._database.reader.read(
            lambda connection: keeping.list_alarms(connection, page.after, page.limit, closed_too=request.closed_too)
        )
        shown, token = self._served.paging.cut(request, page, rows, lambda one: one.alarm_id)
        return pb.ListAlarmsResponse(alarms=map(_alarm, shown), next_page_token=token)

    async def CloseAlarm(self, request: pb.CloseAlarmRequest, context: object) -> pb.CloseAlarmResponse:
        caller, wanted = current_caller(), name("alarm_id", request.alarm_id)
        reason = reasons("reason", request.reason)

        def work(tx: Transaction) -> pb.CloseAlarmResponse:
            keeping.close_alarm(tx, wanted, reason, caller.account_id)
            return pb.CloseAlarmResponse()

        return await write_once(self._database, caller, request, pb.CloseAlarmResponse, work)

    async def ListChannels(self, request: pb.ListChannelsRequest, context: object) -> pb.ListChannelsResponse:
        identity, now = self._served.exchange.identity, self._served.clock.now()
        found = await self._database.reader.read(lambda connection: standings(connection, identity))
        return pb.ListChannelsResponse(channels=[_channel(one, now) for one in found])

    async def ListParkedLetters(
        self, request: pb.ListParkedLettersRequest, context: object
    ) -> pb.ListParkedLettersResponse:
        page = self._served.paging.page(request)
        after = int(page.after) if page.after else 0
        rows = await self._database.reader.read(
            lambda connection: self._served.exchange.parked(connection, after, page.limit)
        )
        shown, token = self._served.paging.cut(request, page, rows, lambda one: str(one.letter.journal_sequence))
        return pb.ListParkedLettersResponse(letters=map(self._parked, shown), next_page_token=token)

    async def RetryParkedLetter(
        self, request: pb.RetryParkedLetterRequest, context: object
    ) -> pb.RetryParkedLetterResponse:
        caller, wanted = current_caller(), name("letter_id", request.letter_id)
        reason = reasons("reason", request.reason)

        def work(tx: Transaction) -> pb.RetryParkedLetterResponse:
            self._served.exchange.retry(tx, wanted, reason, caller.account_id)
            return pb.RetryParkedLetterResponse()

        await write_once(self._database, caller, request, pb.RetryParkedLetterResponse, work)
        await self._served.exchange.apply_once()
        letter = await self._database.reader.read(lambda connection: self._served.exchange.letter(connection, wanted))
        applied = letter.state is LetterState.APPLIED
        return pb.RetryParkedLetterResponse(applied=applied, reason="" if applied else letter.state.value)

    async def SetAsideParkedLetter(
        self, request: pb.SetAsideParkedLetterRequest, context: object
    ) -> pb.SetAsideParkedLetterResponse:
        caller, wanted = current_caller(), name("letter_id", request.letter_id)
        reason = reasons("reason", request.reason)

        def work(tx: Transaction) -> pb.SetAsideParkedLetterResponse:
            self._served.exchange.set_aside(tx, wanted, reason, caller.account_id)
            return pb.SetAsideParkedLetterResponse()

        return await write_once(self._database, caller, request, pb.SetAsideParkedLetterResponse, work)

    async def ListQuarantine(self, request: pb.ListQuarantineRequest, context: object) -> pb.ListQuarantineResponse:
        page = self._served.paging.page(request)

        def look(connection: sa.Connection) -> list[Quarantined]:
            return self._served.exchange.quarantine(connection, page.after, page.limit, decided_too=request.decided_too)

        rows = await self._database.reader.read(look)
        shown, token = self._served.paging.cut(request, page, rows, lambda one: one.quarantine_id)
        return pb.ListQuarantineResponse(frames=map(_frame, shown), next_page_token=token)

    async def RetryQuarantinedFrame(
        self, request: pb.RetryQuarantinedFrameRequest, context: object
    ) -> pb.RetryQuarantinedFrameResponse:
        """Taking the frame changes nothing when it is taken again: only the record of it is written once."""
        caller, wanted = current_caller(), name("quarantine_id", request.quarantine_id)
        reason = reasons("reason", request.reason)
        kept = await self._database.reader.read(lambda connection: quarantine.evidence(connection, wanted))
        refusal = await self._served.exchange.inbox.take_again(kept.data, kept.claimed_sender)

        def work(tx: Transaction) -> pb.RetryQuarantinedFrameResponse:
            quarantine.note_retry(tx, wanted, refusal, reason, caller.account_id)
            return pb.RetryQuarantinedFrameResponse(believed=refusal is None, reason=refusal.value if refusal else "")

        return await write_once(self._database, caller, request, pb.RetryQuarantinedFrameResponse, work)

    async def SetAsideQuarantine(
        self, request: pb.SetAsideQuarantineRequest, context: object
    ) -> pb.SetAsideQuarantineResponse:
        caller, reason = current_caller(), reasons("reason", request.reason)
        if bool(request.quarantine_ids) == bool(request.claimed_sender):
            raise FieldInvalidError(field="quarantine_ids", problem="either these or claimed_sender")
        which = request.claimed_sender or [name("quarantine_ids", one) for one in request.quarantine_ids]

        def work(tx: Transaction) -> pb.SetAsideQuarantineResponse:
            return pb.SetAsideQuarantineResponse(frame_count=quarantine.set_aside(tx, which, reason, caller.account_id))

        return await write_once(self._database, caller, request, pb.SetAsideQuarantineResponse, work)

    def _parked(self, one: ParkedLetter) -> pb.ParkedLetter:
        header = one.letter.header
        return pb.ParkedLetter(
            letter_id=header.letter_id,
            sender=header.sender,
            kind=self._served.shown_kind(header.kind),
            stored_time=timestamp(one.letter.stored_at),
            reason=one.reason,
            parked_time=_maybe(one.parked_at),
            attempt_count=one.attempts,
            waiting=one.waiting,
        )


def _alarm(one: Alarm) -> pb.Alarm:
    told = kind_named(one.cause.kind)
    return pb.Alarm(
        alarm_id=one.alarm_id,
        kind=one.cause.kind,
        text=told.zh,
        text_en=told.en,
        peer=one.cause.peer,
        reason=one.cause.reason,
        first_time=timestamp(one.first_at),
        last_time=timestamp(one.last_at),
        count=one.count,
        lasting=told.lasting,
        closed_time=_maybe(one.closed_at),
        closed_by=one.closed_by,
        closing_reason=one.closing_reason,
    )


def _channel(one: ChannelStanding, now: datetime) -> pb.Channel:
    return pb.Channel(
        peer=one.peer,
        sent_count=one.written,
        receipted_count=one.receipted,
        waiting_since_time=_maybe(one.unreceipted_since),
        peer_stored_time=_maybe(one.peer_stored_at),
        stored_count=one.stored,
        backlog_count=one.backlog,
        heard_time=_maybe(one.heard_at),
        silent=one.silent(now),
        halted=one.halted or "",
    )


def _frame(one: Quarantined) -> pb.QuarantinedFrame:
    remedy_zh, remedy_en = remedy_of(one.reason)
    return pb.QuarantinedFrame(
        quarantine_id=one.quarantine_id,
        claimed_sender=one.claimed_sender,
        reason=one.reason,
        remedy=remedy_zh,
        remedy_en=remedy_en,
        first_time=timestamp(one.first_seen_at),
        last_time=timestamp(one.last_seen_at),
        count=one.times_seen,
        byte_count=one.size,
        kept=one.kept,
        decision=_DECISIONS[one.decision] if one.decision else pb.FRAME_DECISION_UNSPECIFIED,
    )


def _maybe(at: datetime | None) -> Timestamp | None:
    return None if at is None else timestamp(at)
