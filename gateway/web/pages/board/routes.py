"""The board: at the inspection office every body, at another body its own row."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gateway.visit import SignedIn, Visit
from gateway.web.pages.board import view
from guantong.node.v1 import board_service_pb2 as pb
from guantong.node.v1 import responsiveness_service_pb2 as prompt
from services.chassis.clock import beijing_date
from services.chassis.errors import GuantongError
from services.chassis.timestamps import timestamp

router = APIRouter()


@router.get("/board", name="board")
async def board(visit: SignedIn, days: int = view.SPANS[1]) -> Response:
    """How every body fares now, what is late, how that went, and how promptly bodies answer."""
    span = days if days in view.SPANS else view.SPANS[1]
    now = visit.gateway.now()
    since = view.beginning(beijing_date(now), span)
    found = await visit.node.board.ListBodyStatuses(pb.ListBodyStatusesRequest())
    asked = pb.GetTrendRequest(from_time=timestamp(view.midnight(since, now)), step=pb.TREND_STEP_DAY)
    went = await visit.node.board.GetTrend(asked)
    answers, untold = await _promptness(visit)
    late = view.late_by_article(found.late_by_article)
    return visit.page(
        "board/board.html",
        board=found,
        rows=view.rows(visit, found),
        sums=view.sums(found.rows),
        heard=sum(one.evidence == pb.EVIDENCE_HEARD for one in found.rows),
        late=late,
        late_chart=view.late_chart(late) if late else None,
        trend=view.trend(visit, went.points, since, beijing_date(now)),
        span=span,
        spans=view.SPANS,
        prompt=view.promptness(visit, answers.rows),
        thresholds=answers,
        untold=untold,
    )


async def _promptness(visit: Visit) -> tuple[prompt.ReportResponsivenessResponse, str]:
    """How promptly bodies answer, or why that cannot be told: the rest of the board does not wait for it."""
    try:
        return await visit.node.responsiveness.ReportResponsiveness(prompt.ReportResponsivenessRequest()), ""
    except GuantongError as error:
        return prompt.ReportResponsivenessResponse(), error.text(visit.language)
