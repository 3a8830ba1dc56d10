"""The board: at the inspection office every body, at another body its own row."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gateway.visit import SignedIn, Visit
from gateway.web.pages.board import view
from guantong.inspection.v1 import rounds_service_pb2 as rounds
from guantong.node.v1 import board_service_pb2 as pb
from guantong.node.v1 import responsiveness_service_pb2 as prompt
from services.chassis.clock import beijing_date
from services.chassis.errors import GuantongError
from services.chassis.timestamps import timestamp

router = APIRouter()
_OFFICE = frozenset({"clerk", "reviewer", "leader"})
_ROUNDS = 10


@router.get("/board", name="board")
async def board(visit: SignedIn, since: str = "") -> Response:
    """How every body fares now, what is late, how that went, and how promptly bodies answer."""
    today = beijing_date(visit.gateway.now())
    first = view.beginning(since, today)
    found = await visit.node.board.ListBodyStatuses(pb.ListBodyStatusesRequest())
    asked = pb.GetTrendRequest(from_time=timestamp(view.midnight(first)), step=pb.TREND_STEP_DAY)
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
        trend=view.trend(visit, went.points, first, today),
        spans=view.spans(visit, first, today, await _rounds(visit)),
        prompt=view.promptness(visit, answers.rows),
        thresholds=answers,
        untold=untold,
    )


async def _rounds(visit: Visit) -> list[rounds.Round]:
    """The latest rounds, for those who run them."""
    if not (visit.gateway.is_hub and visit.roles & _OFFICE):
        return []
    found = await visit.node.rounds.ListRounds(rounds.ListRoundsRequest(page_size=_ROUNDS))
    return list(found.rounds)


async def _promptness(visit: Visit) -> tuple[prompt.ReportResponsivenessResponse, str]:
    """How promptly bodies answer, or why that cannot be told: the rest of the board does not wait for it."""
    try:
        return await visit.node.responsiveness.ReportResponsiveness(prompt.ReportResponsivenessRequest()), ""
    except GuantongError as error:
        return prompt.ReportResponsivenessResponse(), error.text(visit.language)
