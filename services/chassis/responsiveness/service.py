"""Serves how promptly letters are signed for and answered: a body's own row, and all rows at the inspection office."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from guantong.node.v1 import responsiveness_service_pb2 as pb
from guantong.node.v1 import responsiveness_service_pb2_grpc as rpc
from services.chassis.calendar.dues import add_months
from services.chassis.clock import Clock, beijing_date
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.matters.model import Side
from services.chassis.responsiveness.gathering import Gathered, Period, gather
from services.chassis.responsiveness.remembering import Remembered
from services.chassis.responsiveness.rules import Grade, Row, Thresholds, row_of
from services.chassis.rpc.access import SIGNED_IN, ServiceAccess
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Database

ACCESS = ServiceAccess("guantong.node.v1.ResponsivenessService", SIGNED_IN)
"""Totals and rates are open to everybody; which letters they count is not told."""
_A_YEAR = 12
_LONGEST_DAYS = 3_700
_GRADES = {
    Grade.TOO_FEW: pb.RESPONSIVENESS_GRADE_TOO_FEW,
    Grade.GOOD: pb.RESPONSIVENESS_GRADE_GOOD,
    Grade.FAIR: pb.RESPONSIVENESS_GRADE_FAIR,
    Grade.POOR: pb.RESPONSIVENESS_GRADE_POOR,
}


@dataclass(frozen=True)
class Responsiveness:
    """What the service works with."""

    body: str
    database: Database
    book: Rulebook
    clock: Clock

    @property
    def thresholds(self) -> Thresholds:
        """The county's settings."""
        number = self.book.number
        return Thresholds(
            number("responsiveness_sign_working_days"),
            number("responsiveness_good_percent"),
            number("responsiveness_fair_percent"),
            number("responsiveness_least_count"),
        )


def add_responsiveness(builder: ServerBuilder, served: Responsiveness) -> None:
    """Have the server offer it."""
    builder.add(rpc.add_ResponsivenessServiceServicer_to_server, ResponsivenessServicer(served), ACCESS)


class ResponsivenessServicer(rpc.ResponsivenessServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Responsiveness) -> None:
        self._served = served
        self._remembered = Remembered(served.database)

    async def ReportResponsiveness(
        self, request: pb.ReportResponsivenessRequest, context: object
    ) -> pb.ReportResponsivenessResponse:
        served, now = self._served, self._served.clock.now()
        last = _day("to_date", request.to_date) or beijing_date(now)
        period = Period(_day("from_date", request.from_date) or add_months(last, -_A_YEAR), last, now)
        if not 0 <= (period.last - period.first).days <= _LONGEST_DAYS:
            raise FieldInvalidError(field="to_date", problem="before from_date, or more than ten years after it")
        rows = await self._remembered.rows(period, lambda connection: _rows(connection, served, period))
        limits = served.thresholds
        return pb.ReportResponsivenessResponse(
            from_date=period.first.isoformat(),
            to_date=period.last.isoformat(),
            rows=[_message(row) for row in rows],
            signing_working_day_count=limits.signing,
            good_percent=limits.good,
            fair_percent=limits.fair,
            least_count=limits.least,
        )


def _rows(connection: sa.Connection, served: Responsiveness, period: Period) -> list[Row]:
    found = {served.body: Gathered()} | gather(connection, served.book, Side.ADDRESSEE, served.body, period)
    if served.body == served.book.hub.id:
        others = gather(connection, served.book, Side.OPENER, served.body, period)
        places = {body.id: number for number, body in enumerate(served.book.bodies)}
        found |= dict(sorted(others.items(), key=lambda item: (places.get(item[0], len(places)), item[0])))
    calendar, today = calendar_in_force(connection), beijing_date(period.now)
    return [
        row_of(
            body,
            one.signings,
            one.duties,
            one.undated,
            today=today,
            calendar=calendar,
            thresholds=served.thresholds,
        )
        for body, one in found.items()
    ]


def _day(field: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FieldInvalidError(field=field, problem="a day as YYYY-MM-DD") from error


def _message(row: Row) -> pb.ResponsivenessRow:
    return pb.ResponsivenessRow(
        body=row.body,
        signed_in_time_count=row.signed_in_time,
        signed_late_count=row.signed_late,
        unsigned_late_count=row.unsigned_late,
        average_signing_hundredths=row.average_signing,
        answered_in_time_count=row.answered_in_time,
        answered_late_count=row.answered_late,
        unanswered_late_count=row.unanswered_late,
        average_answering_hundredths=row.average_answering,
        undated_count=row.undated,
        grade=_GRADES[row.grade],
    )
