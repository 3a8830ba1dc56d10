"""Serves the board: the last status of every body, and how it went over time."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from guantong.exchange.v1 import body_status_pb2
from guantong.node.v1 import board_service_pb2 as pb
from guantong.node.v1 import board_service_pb2_grpc as rpc
from services.chassis.board import samples
from services.chassis.board.judging import Concern, Evidence, concerns
from services.chassis.board.observing import Observer, Sight
from services.chassis.board.samples import Sample, Step
from services.chassis.board.telling import Teller
from services.chassis.clock import Clock
from services.chassis.exchange.identity import Identity
from services.chassis.identity.directory import BodyStatus
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import BUSINESS_ROLES, Role
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.reach import caller_for_all
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database
from services.chassis.timestamps import instant, timestamp

ACCESS = ServiceAccess("guantong.node.v1.BoardService", BUSINESS_ROLES | {Role.SYSTEM_ADMIN})
_EVIDENCE = {
    Evidence.HEARD: pb.EVIDENCE_HEARD,
    Evidence.SILENT: pb.EVIDENCE_SILENT,
    Evidence.NEVER_HEARD: pb.EVIDENCE_NEVER_HEARD,
    Evidence.UNREADABLE: pb.EVIDENCE_UNREADABLE,
}
_CONCERNS = {one: pb.Concern.Value(f"CONCERN_{one.name}") for one in Concern}
_STEPS = {
    pb.TREND_STEP_UNSPECIFIED: Step.DAY,
    pb.TREND_STEP_DAY: Step.DAY,
    pb.TREND_STEP_HOUR: Step.HOUR,
}


@dataclass(frozen=True)
class Board:
    """What the service works with. `observer` is None at a node that may not read what others publish."""

    database: Database
    identity: Identity
    clock: Clock
    teller: Teller
    observer: Observer | None


def add_board(builder: ServerBuilder, served: Board) -> None:
    """Have the server offer the board."""
    builder.add(rpc.add_BoardServiceServicer_to_server, BoardServicer(served), ACCESS)


class BoardServicer(rpc.BoardServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Board) -> None:
        self._served = served

    async def ListBodyStatuses(
        self, request: pb.ListBodyStatusesRequest, context: object
    ) -> pb.ListBodyStatusesResponse:
        caller_for_all(ACCESS, "ListBodyStatuses")
        observer, now = self._served.observer, self._served.clock.now()
        own = await self._served.teller.status()
        # Of itself a node needs no bus to know.
        ours = Sight(self._served.identity.body, Evidence.HEARD, own, timedelta(0), heard_at=now)
        seen = observer.sight(self._bodies()) if observer is not None else [ours]
        rows = [_row(ours if one.body == ours.body else one, own.grounds) for one in seen]
        return pb.ListBodyStatusesResponse(
            rows=rows,
            whole_county=observer is not None,
            late_by_article=_late_by_article(rows),
            now=timestamp(now),
            unread_reason=observer.unread_reason if observer is not None else "",
        )

    async def GetTrend(self, request: pb.GetTrendRequest, context: object) -> pb.GetTrendResponse:
        caller_for_all(ACCESS, "GetTrend")
        if request.step not in _STEPS:
            raise FieldInvalidError(field="step", problem="unknown")
        try:
            since = instant(request.from_time)
            until = instant(request.to_time) if request.HasField("to_time") else self._served.clock.now()
        except (ValueError, OverflowError):
            raise FieldInvalidError(field="from_time", problem="not a time") from None
        if not request.HasField("from_time"):
            raise FieldInvalidError(field="from_time", problem="missing")
        shown = self._bodies() if self._served.observer is not None else [self._served.identity.body]
        bodies = [body for body in shown if request.body in {"", body}]
        step = _STEPS[request.step]
        found = await self._served.database.reader.read(
            lambda connection: samples.trend(connection, step, max(since, until - samples.KEPT[step]), until, bodies)
        )
        return pb.GetTrendResponse(points=map(_point, found))

    def _bodies(self) -> list[str]:
        return [one.body for one in self._served.identity.directory.bodies if one.status is BodyStatus.ACTIVE]


def _row(sight: Sight, ours: body_status_pb2.Grounds) -> pb.BodyRow:
    return pb.BodyRow(
        body=sight.body,
        evidence=_EVIDENCE[sight.evidence],
        heard_age=_duration(sight.heard_age),
        stored_age=_duration(sight.stored_age),
        newer=sight.newer,
        status=sight.status,
        concerns=[_CONCERNS[one] for one in concerns(sight.evidence, sight.status, ours, sight.heard_at)],
    )


def _late_by_article(rows: Sequence[pb.BodyRow]) -> list[body_status_pb2.ArticleCount]:
    late: Counter[str] = Counter()
    for row in rows:
        late.update({one.article_id: one.count for one in row.status.work.late_by_article})
    return [body_status_pb2.ArticleCount(article_id=name, count=late[name]) for name in sorted(late)]


def _duration(age: timedelta | None) -> Duration | None:
    if age is None:
        return None
    told = Duration()
    told.FromTimedelta(max(age, timedelta(0)))
    return told


def _point(one: Sample) -> pb.TrendPoint:
    return pb.TrendPoint(
        body=one.body,
        begin_time=timestamp(one.began_at),
        waiting_count=one.waiting,
        late_count=one.late,
        oldest_waiting_working_days=one.oldest,
        parked_count=one.parked,
        quarantined_count=one.quarantined,
        backlog_count=one.backlog,
        gap_count=one.gap,
        alarm_count=one.alarms,
    )
