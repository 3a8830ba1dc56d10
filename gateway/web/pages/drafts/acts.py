"""What is done with a whole draft: submit, approve, return, bring up to date, restore, give up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.colleagues import namer
from gateway.web.pages.drafts import view
from gateway.web.pages.drafts.slots import slots_of
from gateway.web.tidy import tidy
from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import attachments_service_pb2 as files_pb
from guantong.node.v1 import drafts_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
Act = Callable[[Form, int], Awaitable[str]]
"""Does something with the revision that was shown; returns what to tell."""


async def draft_context(visit: Visit, draft_id: str, revision: int = 0) -> dict[str, Any]:
    """What the page of one draft shows."""
    found = await visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft_id, revision=revision or None))
    name_of, sources, files = await asyncio.gather(
        namer(visit), sources_of(visit, draft_id), attachments_of(visit, draft_id)
    )
    shown = view.shown(visit, found, name_of)
    message = view.content_of(found) if found.content_type else None
    old = shown.revision != found.draft.revision
    return {
        "shown": shown,
        "line": shown.line,
        "steps": view.steps(visit, found, name_of),
        "units": view.unit_marks(visit, message, sources) if message is not None else [],
        "writable": message is not None and bool(slots_of(message)),
        "files": files,
        "takes_files": message is not None and "attachments" in message.DESCRIPTOR.fields_by_name,
        "old": old,
        "completable": isinstance(message, content.InfoReply) and found.draft.state == pb.DRAFT_STATE_SENT,
        "drafting": found.draft.state in {pb.DRAFT_STATE_DRAFTING, pb.DRAFT_STATE_RETURNED} and not old,
        "in_review": found.draft.state == pb.DRAFT_STATE_IN_REVIEW and not old,
        "to_sign": found.draft.state == pb.DRAFT_STATE_TO_SIGN and not old,
        "unit_names": {one.unit_id: one.name for one in sources.units},
    }


async def sources_of(visit: Visit, draft_id: str) -> pb.GetDraftSourcesResponse:
    """What the draft rests on; nothing where that cannot be told any more."""
    try:
        return await visit.node.drafts.GetDraftSources(pb.GetDraftSourcesRequest(draft_id=draft_id))
    except GuantongError:
        return pb.GetDraftSourcesResponse()


async def attachments_of(visit: Visit, draft_id: str) -> list[files_pb.Attachment]:
    """The files of a draft; none where its words were destroyed."""
    try:
        found = await visit.node.attachments.ListAttachments(files_pb.ListAttachmentsRequest(draft_id=draft_id))
    except GuantongError:
        return []
    return list(found.attachments)


async def _done(visit: Visit, draft_id: str, act: Act) -> Response:
    form = await visit.form()
    try:
        said = await act(form, form.number("revision") or 0)
    except GuantongError as error:
        return visit.refused("drafts/draft.html", error, form, **await draft_context(visit, draft_id))
    return visit.go(f"/drafts/{draft_id}", said)


@router.post("/drafts/{draft_id}/submit", name="draft-submit")
async def submit(visit: SignedIn, draft_id: str) -> Response:
    """Hand the draft on, to a reviewer or the leader."""

    async def act(form: Form, revision: int) -> str:
        done = await visit.node.drafts.SubmitDraft(
            pb.SubmitDraftRequest(
                request_id=form.request_id,
                draft_id=draft_id,
                revision=revision,
                review=form.text("to") == "review",
                acknowledge_stale=form.checked("acknowledge_stale"),
            )
        )
        return visit.say("已送出, 现为: %(state)s", state=visit.say(view.STATES[done.state][1]))

    return await _done(visit, draft_id, act)


@router.post("/drafts/{draft_id}/approve", name="draft-approve")
async def approve(visit: SignedIn, draft_id: str) -> Response:
    """The reviewer approves; the draft goes to the leader."""

    async def act(form: Form, revision: int) -> str:
        await visit.node.drafts.ApproveDraft(
            pb.ApproveDraftRequest(
                request_id=form.request_id,
                draft_id=draft_id,
                revision=revision,
                remarks=tidy(form.words("remarks")) or None,
            )
        )
        return visit.say("核稿通过, 已送签")

    return await _done(visit, draft_id, act)


@router.post("/drafts/{draft_id}/return", name="draft-return")
async def send_back(visit: SignedIn, draft_id: str) -> Response:
    """Return the draft to its writer, with remarks."""

    async def act(form: Form, revision: int) -> str:
        await visit.node.drafts.ReturnDraft(
            pb.ReturnDraftRequest(
                request_id=form.request_id, draft_id=draft_id, revision=revision, remarks=tidy(form.words("remarks"))
            )
        )
        return visit.say("已退回修改")

    return await _done(visit, draft_id, act)


@router.post("/drafts/{draft_id}/redraft", name="draft-redraft")
async def redraft(visit: SignedIn, draft_id: str) -> Response:
    """Bring a drafted reply up to date with the ledgers."""

    async def act(form: Form, revision: int) -> str:
        made = await visit.node.drafts.RedraftReply(
            pb.RedraftReplyRequest(request_id=form.request_id, draft_id=draft_id, revision=revision)
        )
        return visit.say("已按台账更新为第 %(revision)s 稿", revision=made.revision)

    return await _done(visit, draft_id, act)


@router.post("/drafts/{draft_id}/restore", name="draft-restore")
async def restore(visit: SignedIn, draft_id: str) -> Response:
    """Write an earlier revision anew, as the newest."""

    async def act(form: Form, revision: int) -> str:
        wanted = pb.GetDraftRequest(draft_id=draft_id, revision=form.number("earlier") or 1)
        earlier = await visit.node.drafts.GetDraft(wanted)
        made = await visit.node.drafts.EditDraft(
            pb.EditDraftRequest(
                request_id=form.request_id,
                draft_id=draft_id,
                revision=revision,
                content_type=earlier.content_type,
                content=earlier.content,
            )
        )
        return visit.say(
            "已按第 %(earlier)s 稿恢复为第 %(revision)s 稿", earlier=wanted.revision, revision=made.revision
        )

    return await _done(visit, draft_id, act)


@router.post("/drafts/{draft_id}/discard", name="draft-discard")
async def discard(visit: SignedIn, draft_id: str) -> Response:
    """Give the draft up; its words are destroyed, the reason stays."""

    async def act(form: Form, revision: int) -> str:
        await visit.node.drafts.DiscardDraft(
            pb.DiscardDraftRequest(
                request_id=form.request_id, draft_id=draft_id, revision=revision, reason=tidy(form.words("reason"))
            )
        )
        return visit.say("已作废, 内容已销毁")

    return await _done(visit, draft_id, act)


@router.post("/drafts/{draft_id}/complete", name="draft-complete")
async def complete(visit: SignedIn, draft_id: str) -> Response:
    """Start anew from a sent reply that was returned for completion."""
    form = await visit.form()
    sent = await visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft_id))
    message = content.InfoReply.FromString(sent.content)
    message.completes_letter_id = sent.draft.letter_id
    try:
        made = await visit.node.drafts.CreateDraft(
            pb.CreateDraftRequest(
                request_id=form.request_id,
                address=sent.draft.address,
                sub_unit=sent.draft.sub_unit or None,
                content_type=sent.content_type,
                content=message.SerializeToString(deterministic=True),
            )
        )
    except GuantongError as error:
        return visit.refused("drafts/draft.html", error, form, **await draft_context(visit, draft_id))
    return visit.go(f"/drafts/{made.draft_id}", visit.say("已以该复函为底稿另起一稿, 请补充后送签"))
