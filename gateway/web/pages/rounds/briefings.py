"""The briefing of one unit: what came and what is missing, the document for the team, the leads for its leader."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.pages.rounds import view
from gateway.web.tidy import tidy, tidy_line
from guantong.inspection.v1 import rounds_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/rounds/{round_id}/briefings/{unit_id}", name="round-briefing")
async def briefing(visit: SignedIn, round_id: str, unit_id: str) -> Response:
    """What may be had of the unit's briefing."""
    return visit.page("rounds/briefing.html", **_context(round_id, unit_id))


@router.post("/rounds/{round_id}/briefings/{unit_id}", name="round-assemble")
async def assemble(visit: SignedIn, round_id: str, unit_id: str) -> Response:
    """Assemble it afresh: the completeness sheet as a page, or one of the two documents. Each counts as a reading."""
    form = await visit.form()
    what = form.text("what")
    try:
        made = await visit.node.rounds.AssembleBriefing(_request(form, round_id, unit_id))
    except GuantongError as error:
        return visit.refused("rounds/briefing.html", error, form, **_context(round_id, unit_id))
    if what == "briefing":
        return visit.file(made.briefing_docx, f"briefing-{unit_id}.docx", _DOCX)
    if what == "leads":
        return visit.file(made.leads_docx, f"leads-{unit_id}.docx", _DOCX)
    return visit.page("rounds/briefing.html", **_context(round_id, unit_id, sheet_of(visit, made)), typed=form.typed())


def sheet_of(visit: Visit, made: pb.AssembleBriefingResponse) -> list[dict[str, Any]]:
    """The completeness sheet, as the page shows it."""
    return [
        {
            "body": visit.name_of(one.body),
            "section": one.title_zh if visit.language == "zh" else one.section,
            "tone": view.SECTION_TONES.get(one.state, "off"),
            "state": visit.say(view.SECTION_STATES.get(one.state, one.state)),
            "late": one.late,
            "answered": one.answered_date,
            "number": one.document_number,
        }
        for one in made.completeness
    ]


def _request(form: Form, round_id: str, unit_id: str) -> pb.AssembleBriefingRequest:
    focus = [
        pb.FocusItem(subject=tidy(subject), place=tidy_line(place))
        for subject, place in zip(form.texts("focus_subject"), form.texts("focus_place"), strict=False)
        if subject.strip()
    ]
    return pb.AssembleBriefingRequest(
        round_id=round_id,
        unit_id=unit_id,
        focus=focus,
        show_sources=form.checked("sources"),
        with_leads=form.text("what") == "leads",
        read_reason=tidy(form.words("reason")),
    )


def _context(round_id: str, unit_id: str, sheet: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"round_id": round_id, "unit_id": unit_id, "sheet": sheet}
