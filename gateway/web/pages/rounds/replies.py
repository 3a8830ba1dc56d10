"""The matrix of a round, and what the office does with replies: accept, return for completion, remind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from gateway.visit import SignedIn, Visit
from gateway.web.pages.rounds import view
from gateway.web.tidy import tidy, tidy_line
from guantong.inspection.v1 import rounds_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2 as matters
from services.chassis.errors import Fault, GuantongError

router = APIRouter()
_WHY = "why:"


class NothingToCompleteError(GuantongError):
    """No section was named that has to be completed."""

    reason = "NOTHING_TO_COMPLETE"
    fault = Fault.INVALID
    message_en = "Say for at least one section what is missing. Nothing was returned."
    message_zh = "请至少写明一个部分缺什么。尚未退回。"


@dataclass(frozen=True, slots=True)
class Answered:
    """One section of one unit, as it was answered."""

    field: str
    unit: str
    code: str
    tone: str
    state: str


@router.get("/rounds/{round_id}/matrix", name="round-matrix")
async def matrix(visit: SignedIn, round_id: str) -> Response:
    """Body by unit: state, age, lateness."""
    return visit.page("rounds/matrix.html", **await _matrix_context(visit, round_id))


@router.post("/rounds/{round_id}/remind", name="round-remind")
async def remind(visit: SignedIn, round_id: str) -> Response:
    """Remind one body, or every body that is late, by a letter each."""
    form = await visit.form()
    board = await visit.node.rounds.GetBoard(pb.GetBoardRequest(round_id=round_id))
    rows = view.matrix(visit, board)
    named = form.text("matter")
    wanted = [one for one in rows if one.owed and (one.matter_id == named if named else one.late)]
    refused: GuantongError | None = None
    sent = []
    for one in wanted:
        try:
            await visit.node.matters.RemindMatter(
                matters.RemindMatterRequest(
                    matter_id=one.matter_id,
                    text=tidy(form.words("text")),
                    request_id=f"{form.request_id[:24]}-{one.matter_id[-12:]}",
                )
            )
            sent.append(one.name)
        except GuantongError as error:
            refused = error
    if refused is not None and not sent:
        return visit.refused("rounds/matrix.html", refused, form, **await _matrix_context(visit, round_id))
    if not sent:
        return visit.go(f"/rounds/{round_id}/matrix", visit.say("没有需要催办的事项"))
    return visit.go(f"/rounds/{round_id}/matrix", visit.say("已向 %(names)s 发出催办函", names="、".join(sent)))


@router.get("/rounds/{round_id}/replies/{matter_id}", name="round-reply")
async def reply(visit: SignedIn, round_id: str, matter_id: str) -> Response:
    """One body's reply, section by section, to be accepted or returned."""
    return visit.page("rounds/reply.html", **await _reply_context(visit, round_id, matter_id))


@router.post("/rounds/{round_id}/replies/{matter_id}/accept", name="round-accept")
async def accept(visit: SignedIn, round_id: str, matter_id: str) -> Response:
    """Accept the reply; the matter is settled."""
    form = await visit.form()
    try:
        await visit.node.rounds.AcceptReply(pb.AcceptReplyRequest(matter_id=matter_id, request_id=form.request_id))
    except GuantongError as error:
        context = await _reply_context(visit, round_id, matter_id)
        return visit.refused("rounds/reply.html", error, form, **context)
    return visit.go(f"/rounds/{round_id}/matrix", visit.say("已接受答复, 事项办结"))


@router.post("/rounds/{round_id}/replies/{matter_id}/return", name="round-return")
async def send_back(visit: SignedIn, round_id: str, matter_id: str) -> Response:
    """Return the reply for completion, section by section."""
    form = await visit.form()
    context = await _reply_context(visit, round_id, matter_id)
    sections = [
        pb.SectionReturn(
            unit_id=one.field.split("/")[0], section=one.code, explanation=tidy(form.words(_WHY + one.field))
        )
        for one in context["sections"]
        if form.text(_WHY + one.field)
    ]
    try:
        if not sections:
            raise NothingToCompleteError
        await visit.node.rounds.ReturnReply(
            pb.ReturnReplyRequest(
                matter_id=matter_id,
                sections=sections,
                target_date=tidy_line(form.text("target_date")),
                request_id=form.request_id,
            )
        )
    except GuantongError as error:
        return visit.refused("rounds/reply.html", error, form, **context)
    return visit.go(f"/rounds/{round_id}/matrix", visit.say("已退回补充"))


async def _matrix_context(visit: Visit, round_id: str) -> dict[str, Any]:
    board = await visit.node.rounds.GetBoard(pb.GetBoardRequest(round_id=round_id))
    rows = view.matrix(visit, board)
    return {
        "round": board.round,
        "line": view.round_line(visit, board.round),
        "units": board.units,
        "rows": rows,
        "any_late": any(one.late and one.owed for one in rows),
        "opinions_waiting": board.opinion_letters_waiting_day_count if board.opinion_letters_reminder else 0,
    }


async def _reply_context(visit: Visit, round_id: str, matter_id: str) -> dict[str, Any]:
    board = await visit.node.rounds.GetBoard(pb.GetBoardRequest(round_id=round_id))
    names = {one.unit_id: one.name for one in board.units}
    cells = [one for one in board.cells if one.matter_id == matter_id]
    sections = [
        Answered(
            f"{cell.unit_id}/{one.code}",
            names.get(cell.unit_id, cell.unit_id),
            one.code,
            view.SECTION_TONES.get(one.state, "off"),
            visit.say(view.SECTION_STATES.get(one.state, one.state)),
        )
        for cell in cells
        for one in cell.sections
    ]
    found = await visit.node.matters.GetMatter(matters.GetMatterRequest(matter_id=matter_id))
    replies = [one for one in found.timeline if one.event == "answered"]
    return {
        "round": board.round,
        "line": view.round_line(visit, board.round),
        "body": visit.name_of(cells[0].body) if cells else visit.name_of(found.matter.peer),
        "matter_id": matter_id,
        "sections": sections,
        "section_names": {one.id: visit.pick(one.zh, one.en) for one in visit.gateway.book.sections},
        "answered": any(cell.state == "answered" for cell in cells),
        "reply_letter": replies[-1].letter_id if replies else "",
        "due": cells[0].due_date if cells else "",
    }
