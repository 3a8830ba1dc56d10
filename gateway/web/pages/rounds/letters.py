"""The letters of a round: drafted in one go, submitted and checked as one batch, then signed once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.clients.node import new_request_id
from gateway.visit import SignedIn, Visit
from gateway.web.colleagues import namer
from gateway.web.pages.drafts.view import LIVE, DraftLine, content_of, draft_line
from gateway.web.pages.rounds.view import round_line, takes_letters
from gateway.web.tidy import tidy, tidy_line
from guantong.exchange.v1 import content_pb2 as content
from guantong.inspection.v1 import rounds_service_pb2 as pb
from guantong.node.v1 import drafts_service_pb2 as drafts
from services.chassis.errors import GuantongError

router = APIRouter()
_ASKING = (content.InfoRequest, content.OpinionRequest)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one draft of the batch fared; `refusal` is empty where it went through."""

    line: DraftLine
    refusal: str


@router.get("/rounds/{round_id}/letters", name="round-letters")
async def batch(visit: SignedIn, round_id: str) -> Response:
    """The round's letters that are not sent yet, and forms to draft them."""
    return visit.page("rounds/letters.html", **await _context(visit, round_id))


@router.post("/rounds/{round_id}/opinions", name="round-opinions")
async def opinions(visit: SignedIn, round_id: str) -> Response:
    """Draft the letters that ask for opinions."""
    form = await visit.form()
    try:
        made = await visit.node.rounds.PrepareOpinionLetters(
            pb.PrepareOpinionLettersRequest(
                round_id=round_id,
                reply_by_date=tidy_line(form.text("reply_by_date")),
                contact=tidy_line(form.text("contact")),
                request_id=form.request_id,
            )
        )
    except GuantongError as error:
        return visit.refused("rounds/letters.html", error, form, **await _context(visit, round_id))
    return visit.go(f"/rounds/{round_id}/letters", _made(visit, list(made.letters)))


@router.post("/rounds/{round_id}/requests", name="round-requests")
async def requests(visit: SignedIn, round_id: str) -> Response:
    """Draft one request letter for each body."""
    form = await visit.form()
    questions = [
        pb.UnitQuestion(unit_id=unit, to_body=body, question=tidy(text))
        for unit, body, text in zip(
            form.texts("question_unit"), form.texts("question_body"), form.texts("question"), strict=False
        )
        if text.strip()
    ]
    try:
        made = await visit.node.rounds.PrepareRequestLetters(
            pb.PrepareRequestLettersRequest(
                round_id=round_id,
                questions=questions,
                contact=tidy_line(form.text("contact")),
                request_id=form.request_id,
            )
        )
    except GuantongError as error:
        return visit.refused("rounds/letters.html", error, form, **await _context(visit, round_id))
    return visit.go(f"/rounds/{round_id}/letters", _made(visit, list(made.letters)))


@router.post("/rounds/{round_id}/letters", name="round-batch")
async def act(visit: SignedIn, round_id: str) -> Response:
    """Submit or approve every ticked draft; each goes through or is refused by itself."""
    form = await visit.form()
    approving = form.text("act") == "approve"
    wanted = set(form.texts("draft"))
    waiting = await _waiting(visit, round_id)
    outcomes = []
    for one in waiting:
        if one.draft.draft_id in wanted:
            refusal = await _handed_on(visit, one.draft, form, approving=approving)
            outcomes.append(Outcome(draft_line(visit, one.draft, await namer(visit)), refusal))
    refused = [one for one in outcomes if one.refusal]
    if refused:
        context = await _context(visit, round_id)
        return visit.page("rounds/letters.html", 409, **{**context, "outcomes": outcomes})
    said = visit.say("%(count)s 份已办理", count=len(outcomes))
    return visit.go(f"/rounds/{round_id}/letters", said)


async def _handed_on(visit: Visit, draft: drafts.Draft, form: Form, *, approving: bool) -> str:
    """Why it was refused; empty where it was not."""
    revision = form.number(f"revision:{draft.draft_id}") or draft.revision
    # A repeat of the whole form repeats each of its acts.
    request_id = f"{form.request_id[:24]}-{draft.draft_id[-12:]}" if form.request_id else new_request_id()
    try:
        if approving:
            await visit.node.drafts.ApproveDraft(
                drafts.ApproveDraftRequest(request_id=request_id, draft_id=draft.draft_id, revision=revision)
            )
        else:
            await visit.node.drafts.SubmitDraft(
                drafts.SubmitDraftRequest(
                    request_id=request_id, draft_id=draft.draft_id, revision=revision, review=draft.review_needed
                )
            )
    except GuantongError as error:
        return error.text(visit.language)
    return ""


async def _context(visit: Visit, round_id: str) -> dict[str, Any]:
    found, waiting, name_of = await asyncio.gather(
        visit.node.rounds.GetRound(pb.GetRoundRequest(round_id=round_id)), _waiting(visit, round_id), namer(visit)
    )
    by_state: dict[int, list[DraftLine]] = {}
    for one in waiting:
        by_state.setdefault(one.draft.state, []).append(draft_line(visit, one.draft, name_of))
    book = visit.gateway.book
    return {
        "round": found.round,
        "line": round_line(visit, found.round),
        "units": [(one.unit_id, one.name) for one in found.units],
        "bodies": [(one, visit.name_of(one)) for one in book.recipients_of("info.request")],
        "takes_letters": takes_letters(found.round.state),
        "drafting": [
            *by_state.get(drafts.DRAFT_STATE_DRAFTING, []),
            *by_state.get(drafts.DRAFT_STATE_RETURNED, []),
        ],
        "in_review": by_state.get(drafts.DRAFT_STATE_IN_REVIEW, []),
        "to_sign": by_state.get(drafts.DRAFT_STATE_TO_SIGN, []),
        "outcomes": [],
    }


async def _waiting(visit: Visit, round_id: str) -> list[drafts.GetDraftResponse]:
    """The round's own drafts that are not sent."""
    found = await visit.node.drafts.ListDrafts(drafts.ListDraftsRequest(states=LIVE, page_size=500))
    asking = [one.draft_id for one in found.drafts if one.address.kind in {"info.request", "opinion.request"}]
    shown = await asyncio.gather(*(visit.node.drafts.GetDraft(drafts.GetDraftRequest(draft_id=one)) for one in asking))
    return [one for one in shown if _of_round(one, round_id)]


def _of_round(found: drafts.GetDraftResponse, round_id: str) -> bool:
    message = content_of(found) if found.content_type else None
    return isinstance(message, _ASKING) and message.round.round_id == round_id


def _made(visit: Visit, made: list[pb.PreparedLetter]) -> str:
    said = visit.say("已拟 %(count)s 份函", count=len(made))
    left_out = [visit.name_of(one.to_body) for one in made if one.removed_unit_ids]
    if left_out:
        said += visit.say("; 已剔除自身的: %(names)s", names="、".join(left_out))
    return said
